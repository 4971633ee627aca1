//! The privacy curtain, for screens that others see: what people are called and
//! what they wrote is hidden, all of it at one place, before anything is drawn.
//! The agent's own draft stays readable.

use super::{
    Model,
    dialog::{Choice, Dialog},
};
use crate::{
    domain::{Conversation, Item, Message, Part, Profile, TimelineEvent},
    text,
};

/// The same desk with the curtain drawn. Masks are as wide as what they hide, so
/// nothing moves.
pub fn drawn(model: &Model) -> Model {
    let mut names: Vec<String> = model
        .inbox
        .rows
        .iter()
        .chain(model.thread.as_ref().map(|thread| &thread.conversation))
        .map(Conversation::display_name)
        .chain(model.marked.values().map(Conversation::display_name))
        .filter(|name| name.chars().count() > 1)
        .collect();
    // The longest first: a name may be a part of another.
    names.sort_by_key(|name| std::cmp::Reverse(name.len()));
    names.dedup();
    // What the desk says in its own words may name somebody.
    let unnamed = |words: &str| {
        let mut words = words.to_owned();
        for name in &names {
            if words.contains(name.as_str()) {
                words = words.replace(name.as_str(), &mask(name));
            }
        }
        words
    };
    let mut model = model.clone();
    for toast in &mut model.toasts {
        if let Some(private) = &toast.private {
            toast.text = toast.text.replace(private.as_str(), &mask(private));
        }
        toast.text = unnamed(&toast.text);
    }
    for dialog in &mut model.dialogs {
        behind(dialog, &unnamed);
    }
    model.inbox.rows.iter_mut().for_each(row);
    model.inbox.filter = mask(&model.inbox.filter);
    model.marked.values_mut().for_each(row);
    if let Some(thread) = &mut model.thread {
        row(&mut thread.conversation);
        thread.notice = thread.notice.as_deref().map(&unnamed);
        thread.items.iter_mut().for_each(item);
        thread.find.clear();
        if let Profile::Known(person) = &mut thread.profile {
            person.name = person.name.as_deref().map(mask);
            person.username = person.username.as_deref().map(mask);
        }
    }
    model
}

/// As wide as what it hides; where it breaks into lines stays.
fn mask(words: &str) -> String {
    let one = |c: char| match c {
        '\n' | ' ' => c.to_string(),
        c => "▒".repeat(text::width(c.encode_utf8(&mut [0; 4]))),
    };
    words.chars().map(one).collect()
}

fn row(row: &mut Conversation) {
    row.name = Some(mask(&row.display_name()));
    row.snippet = mask(&row.snippet);
}

fn item(item: &mut Item) {
    match item {
        Item::Message(m) => message(m),
        Item::Note(note) => note.text = mask(&note.text),
        Item::Outgoing(outgoing) => outgoing.text = mask(&outgoing.text),
        Item::Event { what, .. } => match what {
            TimelineEvent::Moved { note, .. } | TimelineEvent::AskedFor { note, .. } => {
                for (_, value) in note {
                    *value = mask(value);
                }
            }
            TimelineEvent::Referred { reference, .. } => *reference = mask(reference),
            _ => {}
        },
    }
}

fn message(message: &mut Message) {
    message.text = mask(&message.text);
    message.annotations.quote = message.annotations.quote.as_deref().map(mask);
    for part in &mut message.parts {
        match part {
            Part::File { name, .. } => *name = name.as_deref().map(mask),
            Part::Card {
                title,
                subtitle,
                buttons,
            } => {
                (*title, *subtitle) = (mask(title), mask(subtitle));
                buttons.iter_mut().for_each(|button| *button = mask(button));
            }
            Part::QuickReplies(titles) => {
                titles.iter_mut().for_each(|title| *title = mask(title));
            }
            Part::Share { title, link } => (*title, *link) = (mask(title), mask(link)),
            Part::Sticker | Part::Tapped | Part::Story | Part::Unsupported => {}
        }
    }
}

fn behind(dialog: &mut Dialog, unnamed: &impl Fn(&str) -> String) {
    match dialog {
        Dialog::Choose(choose) => {
            choose.title = unnamed(&choose.title);
            for (_, words, choice) in &mut choose.lines {
                match choice {
                    Choice::OpenLink(_) | Choice::SaveFile(_) => *words = mask(words),
                    // The title holds the reply.
                    Choice::Decide(..) => choose.title = mask(&choose.title),
                    _ => {}
                }
            }
        }
        Dialog::HandBack(dialog) => dialog.title = unnamed(&dialog.title),
        Dialog::SignOff(dialog) => {
            for (held, _) in dialog.rows.iter_mut().flatten() {
                row(held);
            }
        }
        Dialog::Jump(jump) => {
            for (_, name, _) in &mut jump.found {
                *name = mask(name);
            }
        }
        Dialog::Search(search) => {
            for hit in &mut search.hits {
                (hit.name, hit.text) = (mask(&hit.name), mask(&hit.text));
            }
        }
        Dialog::Page(page) => page.hide(),
        Dialog::Note(note) => note.name = mask(&note.name),
        // Paths are no words of theirs; bodies are hidden where they are drawn.
        Dialog::Attach(_)
        | Dialog::Calls(_)
        | Dialog::Canned(_)
        | Dialog::Commands(_)
        | Dialog::Help(_)
        | Dialog::Labels(_)
        | Dialog::Prompt(_) => {}
        Dialog::Snooze(snooze) => snooze.about.iter_mut().for_each(row),
    }
}
