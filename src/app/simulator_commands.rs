//! Orders to a simulator from the `:` line: wind its clock, order a fault, pour
//! events, let its people act. On Meta's own API there is nothing to order.

use crate::domain::SimulatorOrder;

/// What can be ordered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SimulatorCommandSpec {
    /// The words it begins with: one, or `do` and an action.
    pub name: &'static str,
    /// How it is written.
    pub usage: &'static str,
    /// What it does.
    pub help: &'static str,
}

const fn spec(name: &'static str, usage: &'static str, help: &'static str) -> SimulatorCommandSpec {
    SimulatorCommandSpec { name, usage, help }
}

/// The orders.
pub const ORDERS: [SimulatorCommandSpec; 4] = [
    spec(
        "clock",
        "clock +23h | 2026-11-21T09:00:00Z | x60",
        "wind the simulator's clock, set it, or let it run faster",
    ),
    spec(
        "do",
        "do writes hello | taps Refund | inbox_done",
        "this customer acts, or Meta does; Space lists what there is",
    ),
    spec(
        "fail",
        "fail 2018300 | lose_answer | html",
        "the next reply fails with this code of Meta's, or in this way",
    ),
    spec(
        "storm",
        "storm 100 5",
        "so many events a second, for so many seconds",
    ),
];

/// What `:do` knows: the actions of the simulator, in its order.
pub const ACTIONS: [SimulatorCommandSpec; 42] = [
    spec("do writes", "do writes hello", "writes a message"),
    spec("do sends_photo", "do sends_photo lamp.jpg", "sends a photo"),
    spec("do sends_sticker", "do sends_sticker", "sends the thumb"),
    spec("do sends_video", "do sends_video a.mp4", "sends a video"),
    spec(
        "do sends_audio",
        "do sends_audio a.mp3",
        "sends a recording",
    ),
    spec("do sends_file", "do sends_file a.pdf", "sends a document"),
    spec(
        "do sends_location",
        "do sends_location 48.2082, 16.3738",
        "sends a place",
    ),
    spec(
        "do mentions_in_story",
        "do mentions_in_story",
        "names the Page in a story (Instagram)",
    ),
    spec(
        "do answers_story",
        "do answers_story so pretty",
        "answers a story of the Page (Instagram)",
    ),
    spec(
        "do sends_disappearing",
        "do sends_disappearing",
        "sends a photo that goes once it was seen (Instagram)",
    ),
    spec(
        "do taps",
        "do taps Refund",
        "taps a button or a quick reply",
    ),
    spec(
        "do taps_menu",
        "do taps_menu Orders",
        "taps an entry of the menu",
    ),
    spec(
        "do taps_ice_breaker",
        "do taps_ice_breaker Where are you?",
        "taps a question of a new thread",
    ),
    spec(
        "do gets_started",
        "do gets_started flyer",
        "taps Get Started; a word is the link's ref",
    ),
    spec(
        "do reacts",
        "do reacts 👍",
        "reacts to the newest message of the Page",
    ),
    spec("do unreacts", "do unreacts", "takes the reaction back"),
    spec(
        "do edits",
        "do edits hello again",
        "changes their newest message",
    ),
    spec(
        "do unsends",
        "do unsends",
        "takes their newest message back",
    ),
    spec("do reads", "do reads", "reads what the Page has sent"),
    spec(
        "do follows",
        "do follows flyer",
        "comes by an m.me link with that ref",
    ),
    spec(
        "do follows_ad",
        "do follows_ad spring",
        "comes by an ad with that ref",
    ),
    spec("do opts_in", "do opts_in news", "opts in to messages"),
    spec("do opts_out", "do opts_out news", "opts out of them"),
    spec("do links", "do links CODE", "links their account"),
    spec("do unlinks", "do unlinks", "unlinks it"),
    spec(
        "do rates",
        "do rates quick and kind",
        "rates the Page in its feedback form",
    ),
    spec(
        "do ticks",
        "do ticks visitor-17",
        "ticks the checkbox plugin under that user_ref",
    ),
    spec(
        "do comments",
        "do comments nice lamp",
        "comments under a post",
    ),
    spec("do blocks", "do blocks", "blocks the Page"),
    spec("do unblocks", "do unblocks", "unblocks the Page"),
    spec(
        "do inbox",
        "do inbox Hi, this is Robin",
        "a colleague answers in Meta's inbox, which takes control",
    ),
    spec(
        "do inbox_done",
        "do inbox_done",
        "a colleague marks the thread as done in Meta's inbox",
    ),
    spec(
        "do inbox_labels",
        "do inbox_labels VIP",
        "a colleague labels the customer in Meta's inbox",
    ),
    spec(
        "do inbox_unlabels",
        "do inbox_unlabels VIP",
        "a colleague takes the label off",
    ),
    spec(
        "do ai",
        "do ai Happy to help",
        "Meta's own AI answers, which takes control",
    ),
    spec(
        "do passes",
        "do passes bot NOTE",
        "control goes to that app, with a note",
    ),
    spec(
        "do asks",
        "do asks bot NOTE",
        "that app asks for control, with a note",
    ),
    spec(
        "do surprises",
        "do surprises some_event",
        "an event that nobody knows",
    ),
    spec("do warns", "do warns spam", "Meta warns the Page"),
    spec(
        "do enforces",
        "do enforces spam",
        "Meta blocks the Page from sending",
    ),
    spec("do lifts", "do lifts", "Meta lets the Page send again"),
    spec(
        "do roles",
        "do roles",
        "the apps are told their parts (Handover Protocol)",
    ),
];

/// What fits what was typed so far: orders by their first word; after `do ` its
/// actions, and all of them where none is called so.
pub fn fitting(typed: &str) -> Vec<&'static SimulatorCommandSpec> {
    let typed = typed.trim_start();
    let begins = |spec: &&SimulatorCommandSpec| {
        let given = typed.strip_prefix(spec.name);
        given.is_some_and(|rest| rest.starts_with(char::is_whitespace))
            || !typed.is_empty() && spec.name.starts_with(typed)
    };
    if !typed.starts_with("do ") {
        return ORDERS.iter().filter(begins).collect();
    }
    let fit: Vec<_> = ACTIONS.iter().filter(begins).collect();
    match fit.is_empty() {
        true => ACTIONS.iter().collect(),
        false => fit,
    }
}

/// Whether an order is being written: its first word, and a space after it.
pub fn begun(typed: &str) -> bool {
    let first = typed.trim_start().split_once(char::is_whitespace);
    first.is_some_and(|(name, _)| ORDERS.iter().any(|spec| spec.name == name))
}

/// Reads an order. `None`: it is none. `Err` says how to write it.
pub fn parse(typed: &str) -> Option<Result<SimulatorOrder, String>> {
    let typed = typed.trim();
    let (name, rest) = typed.split_once(char::is_whitespace).unwrap_or((typed, ""));
    let spec = ORDERS.iter().find(|spec| spec.name == name)?;
    if name == "do" {
        return Some(action(rest.trim()));
    }
    let words: Vec<&str> = rest.split_whitespace().collect();
    let number = |text: &str| {
        text.bytes()
            .all(|b| b.is_ascii_digit())
            .then(|| text.to_owned())
    };
    let members = match (name, words.as_slice()) {
        ("clock", [by]) if by.starts_with('+') => Some(vec![("by", (*by).to_owned())]),
        ("clock", [fast]) if fast.starts_with('x') => Some(vec![("speed", fast[1..].to_owned())]),
        ("clock", [to]) if to.starts_with(|c: char| c.is_ascii_digit()) => {
            Some(vec![("to", (*to).to_owned())])
        }
        ("fail", [code]) => Some(vec![match number(code) {
            Some(code) => ("code", code),
            None => ("fault", (*code).to_owned()),
        }]),
        ("storm", [rate, seconds]) => number(rate)
            .zip(number(seconds))
            .map(|(rate, seconds)| vec![("rate", rate), ("seconds", seconds)]),
        _ => None,
    };
    let what = match name {
        "fail" => "faults",
        _ => spec.name,
    };
    Some(match members {
        Some(members) => Ok(SimulatorOrder { what, members }),
        None => Err(format!("Write it as :{}", spec.usage)),
    })
}

/// `writes hello`: an action and what belongs to it. Who acts is not in the line.
fn action(typed: &str) -> Result<SimulatorOrder, String> {
    let (word, rest) = typed.split_once(char::is_whitespace).unwrap_or((typed, ""));
    let known = |spec: &&SimulatorCommandSpec| spec.name.strip_prefix("do ") == Some(word);
    if !ACTIONS.iter().any(|spec| known(&spec)) {
        return Err(match word {
            "" => "Name what the customer does; the list shows what there is.".into(),
            word => format!("No action called {word:?}. The list shows what there is."),
        });
    }
    let mut members = vec![("do", word.to_owned())];
    let mut text = rest.trim();
    if matches!(word, "passes" | "asks") {
        let (app, note) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
        if app.is_empty() {
            return Err(format!("Name the app: :do {word} bot"));
        }
        members.push(("app", app.to_owned()));
        text = note.trim();
    }
    if !text.is_empty() {
        members.push(("text", text.to_owned()));
    }
    Ok(SimulatorOrder {
        what: "deeds",
        members,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn orders_are_read_and_mistakes_say_how_to_write_them() {
        for (typed, what, members) in [
            ("clock +23h", "clock", vec![("by", "+23h")]),
            ("clock x60", "clock", vec![("speed", "60")]),
            (
                "clock 2026-11-21T09:00:00Z",
                "clock",
                vec![("to", "2026-11-21T09:00:00Z")],
            ),
            ("fail 2018300", "faults", vec![("code", "2018300")]),
            ("fail lose_answer", "faults", vec![("fault", "lose_answer")]),
            (
                "storm 100 5",
                "storm",
                vec![("rate", "100"), ("seconds", "5")],
            ),
            ("do unsends", "deeds", vec![("do", "unsends")]),
            (
                " do  writes  hello  you ",
                "deeds",
                vec![("do", "writes"), ("text", "hello  you")],
            ),
            (
                "do passes bot {\"v\": 1}",
                "deeds",
                vec![("do", "passes"), ("app", "bot"), ("text", "{\"v\": 1}")],
            ),
        ] {
            let members = members.into_iter().map(|(name, v)| (name, v.to_owned()));
            let order = SimulatorOrder {
                what,
                members: members.collect(),
            };
            assert_eq!(parse(typed), Some(Ok(order)), "{typed}");
        }
        for wrong in [
            "clock",
            "clock soon",
            "fail",
            "fail 1 2",
            "storm 5",
            "storm a b",
            "do",
            "do fly",
            "do asks",
        ] {
            assert!(matches!(parse(wrong), Some(Err(_))), "{wrong}");
        }
        assert_eq!(parse("reply"), None);
    }

    #[test]
    fn what_fits_is_listed_and_an_unknown_action_lists_them_all() {
        let names = |typed: &str| -> Vec<&str> {
            let fit = fitting(typed);
            fit.into_iter().map(|spec| spec.name).collect()
        };
        assert_eq!(names("cl"), ["clock"]);
        assert_eq!(names("clock +"), ["clock"]);
        assert_eq!(names("do"), ["do"]);
        assert_eq!(names("do tap").len(), 3);
        assert_eq!(
            names("do taps"),
            ["do taps", "do taps_menu", "do taps_ice_breaker"]
        );
        assert_eq!(names("do taps R"), ["do taps"]);
        assert_eq!(names("do ").len(), ACTIONS.len());
        assert_eq!(names("do fly").len(), ACTIONS.len());
        assert_eq!(names(""), Vec::<&str>::new());
        assert_eq!(names("cl +"), Vec::<&str>::new());
    }
}
