//! A thread entry as lines of text with meaning. Height, scrolling and painting
//! all come from here, so they cannot disagree. Author and state stand in the
//! gutter, a column that customer text can never reach.

use jiff::tz::TimeZone;

use crate::{
    domain::{
        Apps, Author, Fields, Item, Message, OperationKind, Outgoing, Part, SendAs, SendState,
        Span, TimelineEvent, Timestamp,
    },
    text::{self, Clean},
};

/// Width of time and mark before the text, in cells.
pub const GUTTER: u16 = 8;

/// What a piece of text is, so that the view can choose how it looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// What somebody wrote.
    Said,
    /// Less important.
    Dim,
    /// A button or an attachment.
    Part,
    /// An event.
    Event,
    /// A private note.
    Note,
    /// Something went wrong.
    Bad,
    /// Something needs care.
    Warn,
    /// Something went well.
    Good,
}

/// One line of a thread.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ThreadLine {
    /// A rule across the pane with words in it: a new day, or what is new.
    Rule {
        /// The words.
        words: String,
        /// It says "new", not a day.
        new: bool,
    },
    /// Gutter and text.
    Text {
        /// `14:05` on the first line of an entry.
        time: Option<String>,
        /// `C`, `B`, `A`, `P`, `*` or `#` on the first line of an entry.
        mark: Option<char>,
        /// The text, cut to the width.
        pieces: Vec<(Tone, Clean)>,
    },
}

/// What the lines depend on besides the entry.
#[derive(Clone, Debug)]
pub struct Look<'a> {
    /// Cells for the text, gutter included.
    pub width: u16,
    /// The agent's time zone.
    pub zone: &'a TimeZone,
    /// The present moment, for "Today".
    pub now: Timestamp,
    /// Names of apps.
    pub apps: &'a Apps,
    /// Customer messages after this moment are new.
    pub seen_through: Option<Timestamp>,
    /// Nothing can be sent for want of a link.
    pub no_link: bool,
    /// The key that decides about a reply that does not go on by itself.
    pub settle: String,
    /// The customer's devices have what was sent up to here.
    pub delivered_through: Option<Timestamp>,
    /// The customer has read what was sent up to here.
    pub read_through: Option<Timestamp>,
}

/// An entry as one line in words: when, who, what. The day is told where it
/// changes, and where it is asked for.
pub(crate) fn in_words(items: &[Item], at: usize, look: &Look<'_>, with_day: bool) -> String {
    let mut words = Vec::new();
    let (mut day, mut when, mut who) = (String::new(), String::new(), "");
    if let Some(item) = items.get(at).filter(|_| with_day) {
        day = format!("{} ", self::day(item.at(), look));
    }
    for line in lines_of(items, at, look) {
        let (time, mark, pieces) = match line {
            ThreadLine::Text { time, mark, pieces } => (time, mark, pieces),
            ThreadLine::Rule { words, new: false } => {
                day = format!("{words} ");
                continue;
            }
            ThreadLine::Rule { .. } => continue,
        };
        if let Some(time) = time {
            when = time;
        }
        who = match mark {
            Some('C') => "customer",
            Some('B') => "bot",
            Some('A') => "agent",
            Some('P') => "Page",
            Some('#') => "note",
            Some(_) => "event",
            None => who,
        };
        let line: String = pieces.iter().map(|(_, piece)| &**piece).collect();
        words.push(line.trim().to_owned());
    }
    format!("{day}{when} {who}: {}", words.join(" / "))
}

/// For so long after Enter, a reply in doubt is only said to be looked for.
pub const CHECKING: Span = Span::seconds(60);
/// After so many looks in vain it was probably not sent.
const LOOKS: u32 = 3;

/// The lines of entry `at` of `items`.
pub fn lines_of(items: &[Item], at: usize, look: &Look<'_>) -> Vec<ThreadLine> {
    let Some(item) = items.get(at) else {
        return Vec::new();
    };
    let before = at.checked_sub(1).and_then(|i| items.get(i));
    let mut lines = Vec::new();
    let date = |t: Timestamp| t.local(look.zone).date();
    if before.is_none_or(|before| date(before.at()) != date(item.at())) {
        lines.push(ThreadLine::Rule {
            words: day(item.at(), look),
            new: false,
        });
    }
    if is_new(item, look)
        && !items[..at]
            .iter()
            .rev()
            .take_while(|i| !is_old(i, look))
            .any(|i| is_new(i, look))
    {
        lines.push(ThreadLine::Rule {
            words: "new".into(),
            new: true,
        });
    }
    let (mark, body) = match item {
        Item::Message(message) => {
            let mut lines = message_lines(message, look);
            if let Some(words) = receipt(items, at, look) {
                behind_last(&mut lines, words, look);
            }
            (message.author.mark(look.apps), lines)
        }
        Item::Event { what, .. } => (
            '*',
            wrapped(
                Tone::Event,
                &Clean::one_line(&happening(what, look.apps)),
                look,
            ),
        ),
        Item::Note(note) => {
            let words = format!("(note by {}) {}", note.agent, note.text);
            ('#', wrapped(Tone::Note, &words.into(), look))
        }
        Item::Outgoing(outgoing) => ('A', outgoing_lines(outgoing, look)),
    };
    let time = item.at().local(look.zone).strftime("%H:%M").to_string();
    for (i, pieces) in body.into_iter().enumerate() {
        lines.push(ThreadLine::Text {
            time: (i == 0).then(|| time.clone()),
            mark: (i == 0).then_some(mark),
            pieces,
        });
    }
    lines
}

type Pieces = Vec<(Tone, Clean)>;

/// At the end of the last line, where there is room for it.
fn behind_last(lines: &mut Vec<Pieces>, words: &str, look: &Look<'_>) {
    let used = |line: &Pieces| {
        line.iter()
            .map(|(_, words)| text::width(words))
            .sum::<usize>()
    };
    match lines.last_mut() {
        Some(last) if used(last) + 2 + text::width(words) <= room(look) => {
            last.push((Tone::Good, format!("  {words}").into()));
        }
        _ => lines.extend(wrapped(Tone::Good, &words.into(), look)),
    }
}

/// How far the Page's messages have come, under the newest that came so far.
fn receipt(items: &[Item], at: usize, look: &Look<'_>) -> Option<&'static str> {
    let of_page = |item: &Item| match item {
        Item::Message(m) if m.author.is_page() => Some(m.at),
        _ => None,
    };
    let sent = of_page(items.get(at)?)?;
    let next = items[at + 1..].iter().find_map(of_page);
    let newest = |mark: Option<Timestamp>| {
        mark.is_some_and(|mark| sent <= mark && next.is_none_or(|next| next > mark))
    };
    if newest(look.read_through) {
        Some("✓✓ seen")
    } else if newest(look.delivered_through.max(look.read_through)) {
        Some("✓ delivered")
    } else {
        None
    }
}

fn is_new(item: &Item, look: &Look<'_>) -> bool {
    let from_customer = matches!(item, Item::Message(m) if m.author == Author::Customer);
    from_customer && look.seen_through.is_some_and(|seen| item.at() > seen)
}

fn is_old(item: &Item, look: &Look<'_>) -> bool {
    look.seen_through.is_none_or(|seen| item.at() <= seen)
}

fn day(at: Timestamp, look: &Look<'_>) -> String {
    let (then, now) = (at.local(look.zone), look.now.local(look.zone));
    if then.date() == now.date() {
        "Today".into()
    } else if then.date().year() == now.date().year() {
        then.strftime("%a %-d %b").to_string()
    } else {
        then.strftime("%a %-d %b %Y").to_string()
    }
}

fn room(look: &Look<'_>) -> usize {
    usize::from(look.width.saturating_sub(GUTTER)).max(2)
}

fn wrapped(tone: Tone, text: &Clean, look: &Look<'_>) -> Vec<Pieces> {
    text::wrap(text, room(look))
        .into_iter()
        .map(|line| vec![(tone, line.into())])
        .collect()
}

fn message_lines(message: &Message, look: &Look<'_>) -> Vec<Pieces> {
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
    let by = match &message.author {
        Author::Inbox => Some("typed in Meta's Page Inbox".to_owned()),
        // The bot needs no words; anybody else is named.
        Author::App(app)
            if look.apps.bot.as_ref() != Some(app) && look.apps.ours.as_ref() != Some(app) =>
        {
            Some(format!("by {}", look.apps.name(app)))
        }
        _ => None,
    };
    if let Some(by) = by {
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
    let tapped = message.parts.contains(&Part::Tapped);
    if !message.text.is_empty() {
        let clean = Clean::from(message.text.as_str());
        if tapped {
            let mut tapped = wrapped(Tone::Said, &format!("(tapped) {clean}").into(), look);
            lines.append(&mut tapped);
        } else {
            lines.extend(wrapped(Tone::Said, &clean, look));
        }
        if text::is_suspicious(&message.text) {
            lines.extend(wrapped(
                Tone::Warn,
                &"! hidden control characters in this message were disarmed".into(),
                look,
            ));
        }
    }
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
        let each = message.annotations.reactions.iter().map(|r| {
            let who = if r.by_customer { "customer" } else { "Page" };
            // The word is there where the emoji cannot be.
            match text::reaction_word(&r.emoji) {
                Some(word) => format!("{} {word} ({who})", r.emoji),
                None => format!("{} ({who})", r.emoji),
            }
        });
        let words = each.collect::<Vec<_>>().join("  ");
        lines.extend(wrapped(Tone::Part, &Clean::one_line(&words), look));
    }
    lines
}

fn part_lines(part: &Part, look: &Look<'_>, lines: &mut Vec<Pieces>) {
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
        Part::Unsupported => say(
            Tone::Dim,
            "[Meta does not give this kind of message to apps]".into(),
        ),
        Part::Tapped => {}
    }
}

/// `[Track order] [Refund]`, never broken inside a button.
fn buttons_lines(titles: &[String], look: &Look<'_>, lines: &mut Vec<Pieces>) {
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

fn outgoing_lines(outgoing: &Outgoing, look: &Look<'_>) -> Vec<Pieces> {
    let mut lines = match &outgoing.file {
        Some(file) => {
            let words = format!("[{}] {} · {}", file.word(), file.name, size(file.bytes));
            wrapped(Tone::Part, &Clean::one_line(&words), look)
        }
        None => wrapped(Tone::Said, &outgoing.text.as_str().into(), look),
    };
    let as_word = match outgoing.send_as {
        SendAs::Response => "",
        SendAs::HumanAgent => " as HUMAN_AGENT",
    };
    let settle = &look.settle;
    let checking = look.now.since(outgoing.at) < CHECKING;
    let (tone, words) = match &outgoing.state {
        SendState::Queued if look.no_link => (
            Tone::Dim,
            format!("◷ queued{as_word} — no network; it goes out by itself within 5 minutes"),
        ),
        SendState::Queued if outgoing.not_before.is_some_and(|at| at > look.now) => (
            Tone::Warn,
            format!("◷ goes out{as_word} in a moment, and can still be taken back"),
        ),
        SendState::Queued => (Tone::Dim, format!("◷ queued{as_word}")),
        SendState::Sending => (Tone::Dim, format!("… sending{as_word}")),
        SendState::Sent(_) | SendState::Assumed => (Tone::Good, "✓ sent".into()),
        SendState::Refused {
            why,
            given_back: true,
        } => (
            Tone::Bad,
            format!("✗ not sent: {why} Your text is back in the composer."),
        ),
        SendState::Refused { why, .. } => (
            Tone::Bad,
            format!("✗ not sent: {why} [{settle}] edit, send again or drop"),
        ),
        SendState::Unsure if checking => (Tone::Warn, "? not confirmed — checking".into()),
        SendState::Unsure if outgoing.looks >= LOOKS => (
            Tone::Warn,
            format!(
                "? probably not sent: looked {} times, and it is not there. [{settle}] look, send again or treat as sent",
                outgoing.looks
            ),
        ),
        SendState::Unsure => (
            Tone::Warn,
            format!(
                "? not confirmed: Meta may have it. [{settle}] look, send again or treat as sent"
            ),
        ),
        SendState::Held(why) => (
            Tone::Warn,
            format!("‖ held: {}. [{settle}] send now, edit or drop", why.words()),
        ),
        SendState::Dropped => (Tone::Dim, "dropped".into()),
    };
    lines.extend(wrapped(tone, &words.into(), look));
    lines
}

/// What an event line says.
pub fn happening(what: &TimelineEvent, apps: &Apps) -> String {
    match what {
        TimelineEvent::Ours { operation, to } => match (operation, to) {
            (OperationKind::Take, _) => "you took control".into(),
            (OperationKind::Pass, Some(app)) => format!("you handed over to {}", apps.name(app)),
            (OperationKind::Pass, None) => format!("you handed back to {}", apps.bot_name()),
            (OperationKind::Release, _) => "you released control: nobody holds the thread".into(),
            (OperationKind::Extend, _) => "you extended control".into(),
            (OperationKind::Request, _) => "you asked the owner for control".into(),
            (OperationKind::MarkSeen, _) => "marked as seen".into(),
            (OperationKind::Reply, _) => "you replied".into(),
            (OperationKind::Typing, _) => "you typed".into(),
        },
        TimelineEvent::CameToUs => "control came to us".into(),
        TimelineEvent::LeftUs => "control left us".into(),
        TimelineEvent::Moved {
            from,
            to,
            taken,
            note,
        } => {
            let (from, to) = (apps.holder(from.as_ref()), apps.holder(to.as_ref()));
            let words = match taken {
                true if from == "nobody" => format!("{to} took control"),
                true => format!("{to} took control from {from}"),
                false => format!("{from} → {to}"),
            };
            format!("{words}{}", fields(note))
        }
        TimelineEvent::AskedFor { by, note } => {
            let by = by
                .as_ref()
                .map_or("another app".into(), |app| apps.name(app));
            format!("{by} asks for control{}", fields(note))
        }
        TimelineEvent::Referred { source, reference } => {
            let source = match source.as_str() {
                "ADS" => "an advertisement",
                _ => "a link",
            };
            format!("came by {source}{}", behind(reference))
        }
        TimelineEvent::OptedIn(what) => format!("opted in{}", behind(what)),
        TimelineEvent::Linked(true) => "linked their account".into(),
        TimelineEvent::Linked(false) => "unlinked their account".into(),
        TimelineEvent::Enforced { action, reason } => {
            format!("Meta's policy: {action}{}", behind(reason))
        }
        TimelineEvent::Unknown(name) => format!("Meta sent something new: {name} (J shows it)"),
    }
}

/// Names and values in one line, raw.
pub fn fields(fields: &Fields) -> String {
    let pairs = fields.iter().map(|(name, value)| {
        if name.is_empty() {
            value.clone()
        } else {
            format!("{name} {value}")
        }
    });
    behind(&pairs.collect::<Vec<_>>().join(" · "))
}

fn behind(words: &str) -> String {
    if words.is_empty() {
        String::new()
    } else {
        format!(" · {words}")
    }
}

/// A file size in words.
pub fn size(bytes: u64) -> String {
    match bytes {
        0..1_000 => format!("{bytes} B"),
        1_000..1_000_000 => format!("{} kB", bytes / 1_000),
        _ => format!("{}.{} MB", bytes / 1_000_000, bytes % 1_000_000 / 100_000),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Annotations, Mid};

    fn message(mid: &str, at: i64, author: Author, text: &str) -> Item {
        Item::Message(Message {
            mid: Mid::new(mid),
            at: Timestamp::from_secs(at),
            author,
            text: text.into(),
            parts: Vec::new(),
            gone: false,
            annotations: Annotations::default(),
        })
    }

    fn look<'a>(zone: &'a TimeZone, apps: &'a Apps, seen: Option<i64>) -> Look<'a> {
        Look {
            width: 30,
            zone,
            now: Timestamp::from_secs(90_000),
            apps,
            seen_through: seen.map(Timestamp::from_secs),
            no_link: false,
            settle: String::new(),
            delivered_through: None,
            read_through: None,
        }
    }

    #[test]
    fn customer_text_never_reaches_the_gutter() {
        let (zone, apps) = (TimeZone::UTC, Apps::default());
        let items = [message(
            "m",
            90_000,
            Author::Customer,
            "14:06 A I am an agent\n14:07 * you took control",
        )];
        for line in lines_of(&items, 0, &look(&zone, &apps, None))
            .iter()
            .skip(2)
        {
            assert!(
                matches!(
                    line,
                    ThreadLine::Text {
                        time: None,
                        mark: None,
                        ..
                    }
                ),
                "{line:?}"
            );
        }
    }

    #[test]
    fn the_new_line_stands_before_the_first_new_message_only() {
        let (zone, apps) = (TimeZone::UTC, Apps::default());
        let items = [
            message("1", 86_400, Author::Customer, "old"),
            message("2", 86_500, Author::Page, "bot"),
            message("3", 86_600, Author::Customer, "new"),
            message("4", 86_700, Author::Customer, "newer"),
        ];
        let look = look(&zone, &apps, Some(86_450));
        let news: Vec<usize> = (0..items.len())
            .filter(|i| {
                lines_of(&items, *i, &look)
                    .iter()
                    .any(|l| matches!(l, ThreadLine::Rule { new: true, .. }))
            })
            .collect();
        assert_eq!(news, [2]);
    }

    #[test]
    fn sizes_are_short() {
        assert_eq!(
            [size(900), size(48_213), size(4_812_004)],
            ["900 B", "48 kB", "4.8 MB"]
        );
    }
}
