//! The privacy mode, for screens that others see: what people are called and what
//! they wrote is hidden, all of it at one place, before anything is drawn. The
//! agent's own draft stays readable.

use crate::{
    app::{
        Model,
        mask::{Mask, mask_row, masked},
    },
    domain::{Content, Conversation, Item, Message, Part, Profile, Referral, TimelineEvent},
};

/// The same desk with names and words hidden. Masks are as wide as what they
/// hide, so nothing moves.
pub fn drawn(model: &Model) -> Model {
    let rows = model.inbox.rows.iter();
    let open = model.thread.as_ref().map(|thread| &thread.conversation);
    let people = rows.chain(open).chain(model.marked.values());
    let mask = Mask::of(people.map(Conversation::display_name).collect());
    let mut model = model.clone();
    model.pictures.hide();
    for toast in &mut model.toasts {
        if let Some(private) = &toast.private {
            toast.text = toast.text.replace(private.as_str(), &masked(private));
        }
        toast.text = mask.names_in(&toast.text);
    }
    for dialog in &mut model.dialogs {
        dialog.modal_mut().mask(&mask);
    }
    model.inbox.rows.iter_mut().for_each(mask_row);
    model.inbox.filter = masked(&model.inbox.filter);
    model.marked.values_mut().for_each(mask_row);
    if let Some(thread) = &mut model.thread {
        mask_row(&mut thread.conversation);
        thread.trouble = thread.trouble.as_deref().map(|words| mask.names_in(words));
        if let Some(question) = &mut thread.question {
            question.words = mask.names_in(&question.words);
        }
        thread.window.items.iter_mut().for_each(item);
        thread.find.clear();
        if let Profile::Known(person) = &mut thread.profile {
            person.name = person.name.as_deref().map(masked);
            person.username = person.username.as_deref().map(masked);
        }
    }
    model
}

fn item(item: &mut Item) {
    match item {
        Item::Message(m) => message(m),
        Item::Note(note) => note.text = masked(&note.text),
        Item::Outgoing(outgoing) => hide(&mut outgoing.content),
        Item::Event { what, .. } => match what {
            TimelineEvent::Moved { note, .. } | TimelineEvent::AskedFor { note, .. } => {
                for (_, value) in note {
                    *value = masked(value);
                }
            }
            TimelineEvent::Referred(referral) => mask_referral(referral),
            _ => {}
        },
    }
}

fn hide(content: &mut Content) {
    match content {
        Content::Text(text) => *text = masked(text),
        Content::Files(files) => files
            .iter_mut()
            .for_each(|file| file.name = masked(&file.name)),
        Content::Link(media) | Content::Saved(media) => media.name = masked(&media.name),
        Content::Template(template) => {
            *content = Content::Text(masked(&template.name));
        }
        Content::Like => {}
    }
}

fn message(message: &mut Message) {
    message.text = masked(&message.text);
    message.annotations.quote = message.annotations.quote.as_deref().map(masked);
    for part in &mut message.parts {
        match part {
            Part::File { name, .. } => *name = name.as_deref().map(masked),
            Part::Card {
                title,
                subtitle,
                buttons,
            } => {
                (*title, *subtitle) = (masked(title), masked(subtitle));
                buttons
                    .iter_mut()
                    .for_each(|button| *button = masked(button));
            }
            Part::QuickReplies(titles) => {
                titles.iter_mut().for_each(|title| *title = masked(title));
            }
            Part::Share { title, link } => (*title, *link) = (masked(title), masked(link)),
            Part::Referred(referral) => mask_referral(referral),
            Part::Tapped(payload) => *payload = masked(payload),
            Part::Sticker
            | Part::Story(_)
            | Part::Disappearing
            | Part::Unknown(_)
            | Part::Unsupported => {}
        }
    }
}

fn mask_referral(referral: &mut Referral) {
    referral.reference = masked(&referral.reference);
}
