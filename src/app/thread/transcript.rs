//! A thread entry as lines of text with meaning. Height, scrolling and painting
//! all come from here, so they cannot disagree.

use crate::app::thread::line::{
    Look, Pieces, Rule, Speaker, ThreadLine, Tone, Voice, room, wrapped,
};
use crate::app::thread::message_lines::message_lines;
use crate::app::thread::outgoing_lines::outgoing_lines;
use crate::app::thread::wording::happening;
use crate::{
    domain::{Author, Item, Span, Timestamp},
    text::{self, Clean},
};

/// Messages of one person that follow within this time are one turn: name and time
/// stand once.
const TURN: Span = Span::minutes(5);

/// An entry as one line in words: when, who, what. The day is told where it
/// changes, and where it is asked for.
pub(crate) fn in_words(items: &[Item], at: usize, look: &Look<'_>, with_day: bool) -> String {
    let mut words = Vec::new();
    let (mut day, mut when, mut who) = (String::new(), String::new(), "event");
    if let Some(item) = items.get(at).filter(|_| with_day) {
        day = format!("{} ", self::day(item.at(), look));
    }
    for line in lines_of(items, at, look) {
        let (time, speaker, line) = match line {
            ThreadLine::Text { time, who, pieces } => {
                let line: String = pieces.iter().map(|(_, piece)| &**piece).collect();
                (time, who, line)
            }
            ThreadLine::Rule { words, rule } => match rule {
                Rule::Day => {
                    day = format!("{words} ");
                    continue;
                }
                Rule::New => continue,
                Rule::Event(time) => (Some(time), None, words.into_string()),
            },
        };
        if let Some(time) = time {
            when = time;
        }
        who = match speaker.map(|speaker| speaker.voice) {
            Some(Voice::Customer) => "customer",
            Some(Voice::Bot) => "bot",
            Some(Voice::Us | Voice::Colleague) => "agent",
            Some(Voice::Page) => "Page",
            Some(Voice::Note) => "note",
            Some(Voice::Event) => "event",
            None => who,
        };
        words.push(line.trim().to_owned());
    }
    format!("{day}{when} {who}: {}", words.join(" / "))
}

/// The lines of entry `at` of `items`.
pub fn lines_of(items: &[Item], at: usize, look: &Look<'_>) -> Vec<ThreadLine> {
    let Some(item) = items.get(at) else {
        return Vec::new();
    };
    let before = at.checked_sub(1).and_then(|i| items.get(i));
    let mut lines = Vec::new();
    if !before.is_some_and(|before| same_day(before, item, look)) {
        lines.push(ThreadLine::Rule {
            words: day(item.at(), look).into(),
            rule: Rule::Day,
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
            rule: Rule::New,
        });
    }
    let time = || item.at().local(look.zone).strftime("%H:%M").to_string();
    let body = match item {
        Item::Message(message) => {
            let mut body = message_lines(message, look);
            if let Some(words) = receipt(items, at, look) {
                behind_last(&mut body, &words, look);
            }
            body
        }
        Item::Event { what, .. } => {
            lines.extend(event_lines(items, at, time(), &happening(what, look), look));
            return lines;
        }
        Item::Note(note) => {
            let words = match look.folded && look.has_names() {
                true => format!("(note) {}", note.text),
                false => format!("(note by {}) {}", note.agent, note.text),
            };
            wrapped(Tone::Note, &words.into(), look)
        }
        Item::Outgoing(outgoing) => outgoing_lines(outgoing, items, look),
    };
    let goes_on = lines.is_empty() && before.is_some_and(|before| is_one_turn(before, item, look));
    // Time and name stand once.
    let mut head = (!goes_on).then(|| (time(), speaker(item, look)));
    for pieces in body {
        let (time, who) = head.take().unzip();
        lines.push(ThreadLine::Text { time, who, pieces });
    }
    lines
}

/// An event across the pane; in the text where it is too long for that. Of several
/// that say the same one after the other the last stands for all.
fn event_lines(
    items: &[Item],
    at: usize,
    time: String,
    words: &str,
    look: &Look<'_>,
) -> Vec<ThreadLine> {
    let same = |other: &Item| match other {
        Item::Event { what, .. } => happening(what, look) == words,
        _ => false,
    };
    let mut words = words.to_owned();
    if look.folded {
        let next = items.get(at + 1);
        if next.is_some_and(|next| same(next) && same_day(&items[at], next, look)) {
            return Vec::new();
        }
        let earlier = items[..at].iter().rev().take(99);
        let times = 1 + earlier
            .take_while(|other| same(other) && same_day(other, &items[at], look))
            .count();
        if times > 1 {
            words = format!("{words} ×{times}");
        }
    }
    let words = Clean::one_line(&words);
    // Time, a space, and a piece of the rule on both sides.
    let fits = text::width(&words) + 14 <= usize::from(look.width);
    if look.folded && fits {
        let rule = Rule::Event(time);
        return vec![ThreadLine::Rule { words, rule }];
    }
    let mut head = Some((time, look.speaker(Voice::Event, "")));
    let lines = wrapped(Tone::Event, &words, look).into_iter();
    lines
        .map(|pieces| {
            let (time, who) = head.take().unzip();
            ThreadLine::Text { time, who, pieces }
        })
        .collect()
}

/// Who says an entry.
fn speaker(item: &Item, look: &Look<'_>) -> Speaker {
    match item {
        Item::Message(message) => author(&message.author, look),
        Item::Event { .. } => look.speaker(Voice::Event, ""),
        Item::Note(note) => look.speaker(Voice::Note, &note.agent),
        Item::Outgoing(_) => look.speaker(Voice::Us, "you"),
    }
}

fn author(author: &Author, look: &Look<'_>) -> Speaker {
    match author {
        Author::Customer => look.speaker(Voice::Customer, ""),
        Author::Me => look.speaker(Voice::Us, "you"),
        Author::App(app) if look.apps.ours.as_ref() == Some(app) => look.speaker(Voice::Us, "you"),
        Author::App(app) if look.apps.is_colleague(app) => {
            look.speaker(Voice::Colleague, &look.apps.name(app))
        }
        Author::App(app) if look.apps.bot.as_ref() == Some(app) => look.speaker(Voice::Bot, "bot"),
        Author::App(app) => look.speaker(Voice::Bot, &look.apps.name(app)),
        Author::Inbox => look.speaker(Voice::Colleague, "inbox"),
        Author::Page => look.speaker(Voice::Page, "Page"),
    }
}

fn same_day(a: &Item, b: &Item, look: &Look<'_>) -> bool {
    let date = |item: &Item| item.at().local(look.zone).date();
    date(a) == date(b)
}

/// Whether a person who has just spoken goes on.
fn is_one_turn(before: &Item, item: &Item, look: &Look<'_>) -> bool {
    let same = match (before, item) {
        (Item::Message(before), Item::Message(message)) => before.author == message.author,
        (Item::Outgoing(_), Item::Outgoing(_)) => true,
        _ => false,
    };
    look.folded && same && item.at().since(before.at()) < TURN
}

/// At the right end of the last line, where there is room for it.
fn behind_last(lines: &mut Vec<Pieces>, words: &str, look: &Look<'_>) {
    let used = |line: &Pieces| {
        line.iter()
            .map(|(_, words)| text::width(words))
            .sum::<usize>()
    };
    if !look.folded {
        lines.extend(wrapped(Tone::Good, &words.into(), look));
        return;
    }
    // Not at the far end of a wide pane, where nobody looks.
    let edge = room(look).min(64);
    let last = lines.last_mut();
    let at_end = last.filter(|last| used(last) + 2 + text::width(words) <= edge);
    let line = match at_end {
        Some(last) => last,
        None => {
            lines.push(Vec::new());
            let Some(line) = lines.last_mut() else { return };
            line
        }
    };
    let gap = edge.saturating_sub(used(line) + text::width(words));
    let words = format!("{}{words}", " ".repeat(gap));
    line.push((Tone::Good, words.into()));
}

/// How far the Page's messages have come, under the newest that came so far.
fn receipt(items: &[Item], at: usize, look: &Look<'_>) -> Option<String> {
    let of_page = |item: &Item| match item {
        Item::Message(m) if m.author.is_page() => Some(m.at),
        _ => None,
    };
    let sent = of_page(items.get(at)?)?;
    let next = items[at + 1..].iter().find_map(of_page);
    let newest = |mark: Option<Timestamp>| {
        mark.filter(|mark| sent <= *mark && next.is_none_or(|next| next > *mark))
    };
    if newest(look.read_through).is_some() {
        Some("✓✓ seen".to_owned())
    } else if newest(look.delivered_through.max(look.read_through)).is_some() {
        Some("✓ delivered".to_owned())
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

#[cfg(test)]
mod tests {
    use std::{collections::BTreeMap, sync::LazyLock};

    use jiff::tz::TimeZone;

    use super::*;
    use crate::app::input::keymap::Keymap;
    use crate::domain::{Annotations, Apps, LocalId, Message, Mid};

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
        static KEYMAP: LazyLock<Keymap> = LazyLock::new(Keymap::default);
        static UPLOADS: BTreeMap<LocalId, u64> = BTreeMap::new();
        Look {
            width: 30,
            folded: true,
            customer: "Ana".into(),
            zone,
            now: Timestamp::from_secs(90_000),
            apps,
            seen_through: seen.map(Timestamp::from_secs),
            no_link: false,
            pictures: None,
            uploads: &UPLOADS,
            wraps: None,
            keymap: &KEYMAP,
            settle: String::new(),
            delivered_through: None,
            read_through: None,
        }
    }

    #[test]
    fn a_customer_cannot_be_called_as_somebody_else_of_the_thread() {
        use crate::app::thread::line::first_name;
        use crate::domain::AppId;
        let mut apps = Apps::default();
        apps.names.insert(AppId::new("1"), "Shopbot".into());
        for (name, shown) in [
            ("Ana Ruiz", "Ana"),
            ("You", "customer"),
            ("bot 7", "customer"),
            ("SHOPBOT", "customer"),
            ("İnbox", "customer"),
            ("", "customer"),
            ("田中 美咲", "田中"),
        ] {
            assert_eq!(&*first_name(&Clean::one_line(name), &apps), shown, "{name}");
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
                        who: None,
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
                lines_of(&items, *i, &look).iter().any(|l| {
                    matches!(
                        l,
                        ThreadLine::Rule {
                            rule: Rule::New,
                            ..
                        }
                    )
                })
            })
            .collect();
        assert_eq!(news, [2]);
    }
}
