//! A message as lines: what was said, what came with it, what became of it.

use crate::app::pictures::{PictureLine, PictureState, cells, of_message};
use crate::app::thread::line::{Look, Pieces, Tone, room, wrapped};
use crate::app::thread::wording::size;
use crate::{
    domain::{Author, Item, Message, Mid, Part, PictureId, Reaction},
    text::{self, Clean},
};

/// The line above a message that says what it replies to.
pub(super) fn quote_line(words: &str, look: &Look<'_>) -> Pieces {
    let quoted = text::cut(&Clean::one_line(&quote_words(words)), room(look));
    vec![(Tone::Dim, quoted.into())]
}

/// A quoted message, raw; one without words is an earlier one.
pub(crate) fn quote_words(words: &str) -> String {
    match words.trim() {
        "" => "┃ an earlier message".into(),
        words => format!("┃ {words}"),
    }
}

/// What a message of this thread says; nothing where it is not at hand or has no
/// text.
pub(crate) fn quoted_words<'a>(items: &'a [Item], mid: &Mid) -> &'a str {
    let words = |item: &'a Item| match item {
        Item::Message(message) if message.mid == *mid => Some(message.text.as_str()),
        _ => None,
    };
    items.iter().rev().find_map(words).unwrap_or_default()
}

pub(super) fn message_lines(message: &Message, look: &Look<'_>) -> Vec<Pieces> {
    let mut lines = Vec::new();
    if message.gone {
        return wrapped(
            Tone::Dim,
            &"(message no longer available from Meta)".into(),
            look,
        );
    }
    if message.annotations.unsent {
        return wrapped(Tone::Dim, &"(customer unsent this message)".into(), look);
    }
    let named = look.folded && look.has_names();
    if let Some(by) = author_words(&message.author, look).filter(|_| !named) {
        lines.extend(wrapped(
            Tone::Dim,
            &Clean::one_line(&format!("({by})")),
            look,
        ));
    }
    if message.annotations.reply_to.is_some() {
        let words = message.annotations.quote.as_deref();
        lines.push(quote_line(words.unwrap_or_default(), look));
    }
    text_lines(message, look, &mut lines);
    let mut pictures = of_message(message);
    for part in &message.parts {
        part_lines(part, look, &mut lines);
        if part.is_picture()
            && let Some((id, _)) = pictures.next()
        {
            picture_lines(&id, look, &mut lines);
        }
    }
    if lines.is_empty() {
        lines = wrapped(Tone::Dim, &"(empty message)".into(), look);
    }
    if message.annotations.edits > 0 {
        after_last(&mut lines, Tone::Dim, "(edited)", look);
    }
    if !message.annotations.reactions.is_empty() {
        let words = reaction_words(&message.annotations.reactions);
        after_last(&mut lines, Tone::Part, &words, look);
    }
    lines
}

/// A picture that is there, below what it is called.
fn picture_lines(id: &PictureId, look: &Look<'_>, lines: &mut Vec<Pieces>) {
    let shown = match look.pictures.and_then(|pictures| pictures.get(id)) {
        Some(PictureState::Shown(shown)) => shown,
        Some(PictureState::Failed(_)) => return after_last(lines, Tone::Dim, "no preview", look),
        _ => return,
    };
    let most = u16::try_from(room(look)).unwrap_or(u16::MAX);
    let cells = match shown.cells {
        (columns, _) if columns > most => cells(&shown.bitmap, (most, shown.cells.1)),
        cells => cells,
    };
    lines.extend((0..cells.1).map(|row| {
        let line = PictureLine {
            number: shown.number,
            row,
            cells,
        };
        vec![(Tone::Picture(line), " ".repeat(usize::from(cells.0)).into())]
    }));
}

/// What rides on a message: after its last line, where there is room.
fn after_last(lines: &mut Vec<Pieces>, tone: Tone, words: &str, look: &Look<'_>) {
    let words = Clean::one_line(words);
    let used = |line: &Pieces| -> usize { line.iter().map(|(_, words)| text::width(words)).sum() };
    match lines.last_mut() {
        Some(last) if look.folded && used(last) + 2 + text::width(&words) <= room(look) => {
            last.push((tone, format!("  {words}").into()));
        }
        _ => lines.extend(wrapped(tone, &words, look)),
    }
}

/// The bot needs no words; anybody else is named.
pub(super) fn author_words(author: &Author, look: &Look<'_>) -> Option<String> {
    match author {
        Author::Inbox => Some("from Meta's Page Inbox".to_owned()),
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
    if let Some(payload) = message.tapped() {
        let tapped = format!("(tapped) {clean}");
        lines.extend(wrapped(Tone::Said, &tapped.into(), look));
        if !payload.is_empty() {
            after_last(lines, Tone::Dim, payload, look);
        }
    } else {
        lines.extend(wrapped(Tone::Said, &clean, look));
    }
    if text::is_suspicious(&message.text) {
        let words = "! hidden control characters removed";
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
        Part::File { .. } | Part::Sticker | Part::Story(_) => say(Tone::Part, part_words(part)),
        Part::Card {
            title,
            subtitle,
            buttons,
        } => {
            // A title alone is what the bot says; with more it is a card.
            if look.folded && !subtitle.is_empty() && room(look) >= CARD {
                card_lines(title, subtitle, buttons, look, lines);
                return;
            }
            if !title.is_empty() {
                say(Tone::Said, title.clone());
            }
            if !subtitle.is_empty() {
                say(Tone::Dim, subtitle.clone());
            }
            buttons_lines(buttons, room(look), lines);
        }
        Part::QuickReplies(titles) => buttons_lines(titles, room(look), lines),
        Part::Share { title, link } => {
            // A place or an appointment is no link.
            say(
                Tone::Part,
                match link.is_empty() {
                    true => format!("[{title}]"),
                    false => format!("[link] {title}"),
                },
            );
            if !link.is_empty() {
                say(Tone::Dim, link.clone());
            }
        }
        Part::Referred(referral) => say(Tone::Part, format!("[{}]", referral.words())),
        Part::Unknown(kind) => say(Tone::Part, format!("[unknown attachment: {kind}]")),
        Part::Unsupported => say(
            Tone::Dim,
            "[unsupported message: Meta does not share it with apps]".into(),
        ),
        Part::Disappearing => say(
            Tone::Dim,
            "[disappearing photo or video: only the Instagram app shows it]".into(),
        ),
        Part::Tapped(_) => {}
    }
}

/// What is said of something that may have a picture, with its name and size. Raw.
pub(crate) fn part_words(part: &Part) -> String {
    match part {
        Part::File { kind, name, bytes } => {
            let name = name.as_deref().map(|n| format!(" {n}")).unwrap_or_default();
            let size = bytes.map(|b| format!(" · {}", size(b))).unwrap_or_default();
            format!("[{kind}]{name}{size}")
        }
        Part::Sticker => "[sticker]".to_owned(),
        Part::Story(kind) => format!("[{}]", kind.words()),
        _ => String::new(),
    }
}

/// A card has at least this much room, or it is told in lines.
const CARD: usize = 20;
/// Meta draws cards no wider than a hand.
const WIDEST_CARD: usize = 44;

/// A card as the customer sees it: in a frame, its buttons below.
fn card_lines(
    title: &str,
    subtitle: &str,
    buttons: &[String],
    look: &Look<'_>,
    lines: &mut Vec<Pieces>,
) {
    let most = room(look).min(WIDEST_CARD) - 4;
    let mut rows: Vec<Pieces> = Vec::new();
    for (tone, words) in [(Tone::Said, title), (Tone::Dim, subtitle)] {
        let words = Clean::one_line(words);
        if !words.is_empty() {
            let wrapped = text::wrap(&words, most).into_iter();
            rows.extend(wrapped.map(|line| vec![(tone, line.into())]));
        }
    }
    buttons_lines(buttons, most, &mut rows);
    let used = |line: &Pieces| -> usize { line.iter().map(|(_, words)| text::width(words)).sum() };
    let width = rows.iter().map(used).max().unwrap_or(0);
    let edge = |left, right| {
        let line = format!("{left}{}{right}", "─".repeat(width + 2));
        vec![(Tone::Dim, line.into())]
    };
    lines.push(edge('╭', '╮'));
    for mut row in rows {
        let gap = " ".repeat(width - used(&row));
        row.insert(0, (Tone::Dim, "│ ".into()));
        row.push((Tone::Dim, format!("{gap} │").into()));
        lines.push(row);
    }
    lines.push(edge('╰', '╯'));
}

/// `[Track order] [Refund]`, never broken inside a button.
pub(super) fn buttons_lines(titles: &[String], room: usize, lines: &mut Vec<Pieces>) {
    let mut line = String::new();
    for title in titles {
        let button = text::cut(&format!("[{}]", &*Clean::one_line(title)), room);
        if !line.is_empty() && text::width(&line) + 1 + text::width(&button) > room {
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
