//! A message as lines: what was said, what came with it, what became of it.

use crate::app::thread::line::{Look, Pieces, Tone, room, wrapped};
use crate::app::thread::wording::size;
use crate::{
    domain::{Author, Message, Part, Reaction},
    text::{self, Clean},
};

pub(super) fn message_lines(message: &Message, look: &Look<'_>) -> Vec<Pieces> {
    let mut lines = Vec::new();
    if message.gone {
        return wrapped(
            Tone::Dim,
            &"(Meta no longer gives out this message)".into(),
            look,
        );
    }
    if message.annotations.unsent {
        return wrapped(
            Tone::Dim,
            &"(the customer took this message back)".into(),
            look,
        );
    }
    if let Some(by) = author_words(&message.author, look) {
        lines.extend(wrapped(
            Tone::Dim,
            &Clean::one_line(&format!("({by})")),
            look,
        ));
    }
    if message.annotations.reply_to.is_some() {
        let quote = message
            .annotations
            .quote
            .as_deref()
            .filter(|text| !text.is_empty());
        let words = format!("┃ {}", quote.unwrap_or("an earlier message"));
        let quoted = text::cut(&Clean::one_line(&words), room(look));
        lines.push(vec![(Tone::Dim, quoted.into())]);
    }
    text_lines(message, look, &mut lines);
    for part in &message.parts {
        part_lines(part, look, &mut lines);
    }
    if lines.is_empty() {
        lines = wrapped(Tone::Dim, &"(empty message)".into(), look);
    }
    if message.annotations.edits > 0 {
        lines.extend(wrapped(Tone::Dim, &"(edited)".into(), look));
    }
    if !message.annotations.reactions.is_empty() {
        let words = reaction_words(&message.annotations.reactions);
        lines.extend(wrapped(Tone::Part, &Clean::one_line(&words), look));
    }
    lines
}

/// The bot needs no words; anybody else is named.
pub(super) fn author_words(author: &Author, look: &Look<'_>) -> Option<String> {
    match author {
        Author::Inbox => Some("typed in Meta's Page Inbox".to_owned()),
        Author::App(app)
            if look.apps.bot.as_ref() != Some(app) && look.apps.ours.as_ref() != Some(app) =>
        {
            Some(format!("by {}", look.apps.name(app)))
        }
        _ => None,
    }
}

pub(super) fn text_lines(message: &Message, look: &Look<'_>, lines: &mut Vec<Pieces>) {
    if message.text.is_empty() {
        return;
    }
    let clean = Clean::from(message.text.as_str());
    if message.parts.contains(&Part::Tapped) {
        let tapped = format!("(tapped) {clean}");
        lines.extend(wrapped(Tone::Said, &tapped.into(), look));
    } else {
        lines.extend(wrapped(Tone::Said, &clean, look));
    }
    if text::is_suspicious(&message.text) {
        let words = "! hidden control characters in this message were disarmed";
        lines.extend(wrapped(Tone::Warn, &words.into(), look));
    }
}

pub(super) fn reaction_words(reactions: &[Reaction]) -> String {
    let each = reactions.iter().map(|r| {
        let who = if r.by_customer { "customer" } else { "Page" };
        // The word is there where the emoji cannot be.
        match text::reaction_word(&r.emoji) {
            _ if r.emoji.is_empty() => format!("reacted ({who})"),
            Some(word) => format!("{} {word} ({who})", r.emoji),
            None => format!("{} ({who})", r.emoji),
        }
    });
    each.collect::<Vec<_>>().join("  ")
}

pub(super) fn part_lines(part: &Part, look: &Look<'_>, lines: &mut Vec<Pieces>) {
    let mut say = |tone, text: String| lines.extend(wrapped(tone, &Clean::one_line(&text), look));
    match part {
        Part::File { kind, name, bytes } => {
            let name = name.as_deref().map(|n| format!(" {n}")).unwrap_or_default();
            let size = bytes.map(|b| format!(" · {}", size(b))).unwrap_or_default();
            say(Tone::Part, format!("[{kind}]{name}{size}"));
        }
        Part::Sticker => say(Tone::Part, "[sticker]".into()),
        Part::Card {
            title,
            subtitle,
            buttons,
        } => {
            if !title.is_empty() {
                say(Tone::Said, title.clone());
            }
            if !subtitle.is_empty() {
                say(Tone::Dim, subtitle.clone());
            }
            buttons_lines(buttons, look, lines);
        }
        Part::QuickReplies(titles) => buttons_lines(titles, look, lines),
        Part::Share { title, link } => {
            say(Tone::Part, format!("[link] {title}"));
            if !link.is_empty() {
                say(Tone::Dim, link.clone());
            }
        }
        Part::Story => say(Tone::Part, "[story]".into()),
        Part::Referred(referral) => say(Tone::Part, format!("[{}]", referral.words())),
        Part::Unknown(kind) => say(Tone::Part, format!("[unknown attachment: {kind}]")),
        Part::Unsupported => say(
            Tone::Dim,
            "[Meta does not give this kind of message to apps]".into(),
        ),
        Part::Tapped => {}
    }
}

/// `[Track order] [Refund]`, never broken inside a button.
pub(super) fn buttons_lines(titles: &[String], look: &Look<'_>, lines: &mut Vec<Pieces>) {
    let mut line = String::new();
    for title in titles {
        let button = text::cut(&format!("[{}]", &*Clean::one_line(title)), room(look));
        if !line.is_empty() && text::width(&line) + 1 + text::width(&button) > room(look) {
            lines.push(vec![(Tone::Part, std::mem::take(&mut line).into())]);
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(&button);
    }
    if !line.is_empty() {
        lines.push(vec![(Tone::Part, line.into())]);
    }
}
