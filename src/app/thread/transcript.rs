//! A thread entry as lines of text with meaning. Height, scrolling and painting
//! all come from here, so they cannot disagree.

use crate::app::thread::line::{Look, Pieces, ThreadLine, Tone, room, wrapped};
use crate::app::thread::message_lines::message_lines;
use crate::app::thread::outgoing_lines::outgoing_lines;
use crate::app::thread::wording::happening;
use crate::{
    domain::{Author, Item, Timestamp},
    text::{self, Clean},
};

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
            wrapped(Tone::Event, &Clean::one_line(&happening(what, look)), look),
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

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use jiff::tz::TimeZone;

    use super::*;
    use crate::app::input::keymap::Keymap;
    use crate::domain::{Annotations, Apps, Message, Mid};

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
        Look {
            width: 30,
            zone,
            now: Timestamp::from_secs(90_000),
            apps,
            seen_through: seen.map(Timestamp::from_secs),
            no_link: false,
            keymap: &KEYMAP,
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
}
