//! The keys: the defaults are those that were agreed on, every one does
//! something, help shows all of them, and an escalation costs so many.

#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::collections::BTreeSet;

use support::desk::*;

use switchboard::{
    app::{
        Effect, Loaded, Msg, Query,
        action::table::{ACTIONS, Action, ActionSpec, Context},
        dialog::{Dialog, Help, HelpLine},
        input::keymap::{Keymap, Meaning},
    },
    domain::{
        Change, Command, ConversationId, NewReply, Operation, OperationKind, Outcome, Remedy,
        Routing, SendAs,
    },
    graph::GraphError,
    manual::CHAPTERS,
};

/// Where a key is read, the keys, and the action's name: the keys of the product,
/// in its own order.
const AGREED: &[(Context, &str, &str)] = {
    use Context::{Composer as C, Desk as D};
    &[
        (D, "j", "down"),
        (D, "k", "up"),
        (D, "Down", "down"),
        (D, "Up", "up"),
        (D, "g g", "top"),
        (D, "G", "bottom"),
        (D, "^d", "half_down"),
        (D, "^u", "half_up"),
        (D, "r", "reply"),
        (D, "h", "pane_left"),
        (D, "l", "pane_right"),
        (D, "Left", "pane_left"),
        (D, "Right", "pane_right"),
        (D, "Tab", "next_pane"),
        (D, "t", "take"),
        (D, "Enter", "open"),
        (D, "q", "back"),
        (D, "Esc", "close"),
        (D, "b", "hand_back"),
        (D, "Space", "read_on"),
        (D, "B", "pass_to"),
        (D, "R", "request"),
        (D, "E", "extend"),
        (D, "U", "release"),
        (D, "]", "next_waiting"),
        (D, "[", "previous_waiting"),
        (D, "w", "wait"),
        (D, "s", "snooze"),
        (D, "x", "no_reply_needed"),
        (D, "1", "view_needs_me"),
        (D, "2", "view_mine"),
        (D, "3", "view_bot"),
        (D, "4", "view_closing"),
        (D, "5", "view_all"),
        (D, "6", "view_6"),
        (D, "7", "view_7"),
        (D, "8", "view_8"),
        (D, "9", "view_9"),
        (D, "m", "mark_seen"),
        (D, "Q", "quote"),
        (D, "+", "react"),
        (D, "M", "keep_unread"),
        (D, "^p", "jump"),
        (D, "c", "note"),
        (D, "L", "labels"),
        (D, "a", "colleague"),
        (D, "/", "filter"),
        (D, "n", "find_next"),
        (D, "N", "find_previous"),
        (D, "v", "mark"),
        (D, "-", "last_thread"),
        (D, "u", "undo"),
        (D, ".", "repeat"),
        (D, "p", "profile"),
        (D, "i", "ownership"),
        (D, "J", "raw_json"),
        (D, "@", "api_log"),
        (D, "o", "open_link"),
        (D, "D", "save_file"),
        (D, "y y", "copy_text"),
        (D, "y i", "copy_id"),
        (D, "y j", "copy_json"),
        (D, "y c", "copy_curl"),
        (D, "y p", "copy_path"),
        (D, "y l", "copy_link"),
        (D, "g d", "hand_overs"),
        (D, "g p", "page"),
        (D, ":", "commands"),
        (D, "?", "help"),
        (D, "F1", "help"),
        (D, "^r", "refresh"),
        (D, "^l", "redraw"),
        (D, "^z", "suspend"),
        (D, "^c", "cancel"),
        (D, "PgUp", "page_up"),
        (D, "PgDn", "page_down"),
        (D, "Home", "top"),
        (D, "End", "bottom"),
        (C, "Enter", "send"),
        (C, "^j", "new_line"),
        (C, "^d", "send_hand_back"),
        (C, "/", "canned"),
        (C, "Tab", "canned"),
        (C, "^t", "composer_message_type"),
        (C, "^o", "editor"),
        (C, "^f", "attach"),
    ]
};

/// What the table has besides: ours, and named in the README.
const OWN: &[&str] = &[
    "search",
    "take_off",
    "silent",
    "drop_refused",
    "message_type",
    "privacy",
    "quit",
    "leave_composer",
    "composer_jump",
    "composer_help",
    "composer_redraw",
    "composer_suspend",
    "composer_cancel",
];

fn sequence(keys: &str) -> Vec<switchboard::app::input::keymap::Key> {
    keys.split(' ')
        .map(|key| key.parse().expect("a key"))
        .collect()
}

#[test]
fn the_defaults_are_the_keys_that_were_agreed_on() {
    let keymap = Keymap::default();
    for (context, keys, name) in AGREED {
        let Meaning::Action(action) = keymap.meaning(*context, &sequence(keys)) else {
            panic!("{keys} is not bound");
        };
        assert_eq!(action.spec().name, *name, "{keys}");
    }
    let agreed: BTreeSet<(&str, &str)> = AGREED.iter().map(|(_, k, n)| (*k, *n)).collect();
    for spec in ACTIONS {
        if OWN.contains(&spec.name) {
            continue;
        }
        for key in spec.keys {
            assert!(
                agreed.contains(&(*key, spec.name)),
                "{key} for {} was never agreed on",
                spec.name
            );
        }
    }
    let alt_or_shift = |key: &&str| key.contains("Alt") || key.contains("Shift");
    assert!(!ACTIONS.iter().flat_map(|spec| spec.keys).any(alt_or_shift));
}

/// A desk where the action can be done.
fn situation(spec: &ActionSpec) -> Desk {
    use Action as A;
    let mut desk = Desk::new((120, 20));
    match spec.action {
        A::Take | A::Colleague => {
            desk.open("Sam Iqbal");
        }
        A::Request => {
            desk.open("Sam Iqbal");
            desk.routes(Routing::ZeroConfig);
        }
        A::DropRefused => {
            let place = rows().iter().position(|row| row.unsettled).expect("one");
            desk.keys(&"j".repeat(place));
        }
        A::LastThread => {
            desk.open("Rahul Mehta");
            desk.open("Ana Ruiz");
        }
        A::Undo | A::Repeat => {
            desk.keys("x");
        }
        A::Up | A::Top | A::HalfUp | A::PageUp => {
            desk.keys("G");
        }
        A::Down
        | A::Bottom
        | A::HalfDown
        | A::PageDown
        | A::Mark
        | A::Open
        | A::Filter
        | A::PaneRight
        | A::NextPane => {}
        A::FindNext | A::FindPrevious => {
            desk.open("Ana Ruiz");
            desk.keys("/refund<Enter>");
        }
        _ => {
            desk.open("Ana Ruiz");
        }
    }
    if spec.context == Context::Composer {
        desk.keys("r");
        if spec.action != A::Canned {
            desk.keys("hello");
        }
    }
    desk
}

#[test]
fn every_key_does_something_that_is_seen_or_asked_for() {
    for spec in ACTIONS {
        for keys in spec.keys {
            let mut desk = situation(spec);
            let before = desk.picture();
            let mut effects = Vec::new();
            for key in sequence(keys) {
                effects.extend(desk.send(Msg::Key(key)));
            }
            let seen = desk.picture() != before;
            assert!(seen || !effects.is_empty(), "{keys} ({})", spec.name);
            let greyed = desk
                .model
                .toasts
                .iter()
                .any(|toast| toast.kind == switchboard::app::ToastKind::Warn);
            assert!(!greyed, "{keys} ({}): {:?}", spec.name, desk.model.toasts);
        }
    }
}

#[test]
fn help_is_the_table_itself_with_the_live_keys() {
    let help = Help::default();
    let lines = help.lines().into_iter();
    let mut names: Vec<&str> = lines
        .filter_map(|line| match line {
            HelpLine::Action(spec) => Some(spec.name),
            HelpLine::Heading(_) | HelpLine::Signs | HelpLine::Sign(..) => None,
        })
        .collect();
    let mut all: Vec<&str> = ACTIONS.iter().map(|spec| spec.name).collect();
    names.sort_unstable();
    all.sort_unstable();
    assert_eq!(names, all);
    let changes = [("reply".to_owned(), vec!["F2".to_owned()])];
    let keymap = Keymap::with(&changes).expect("a keymap");
    let settings = switchboard::app::Settings {
        keymap,
        ..switchboard::app::Settings::default()
    };
    let mut desk = Desk::with((120, 40), settings);
    desk.keys("?");
    assert!(
        desk.picture()
            .contains("  F2           reply: take control")
    );
    desk.keys("snooze<Enter>");
    assert!(
        matches!(desk.model.dialogs.last(), Some(Dialog::Snooze(_))),
        "a line of the help can be run"
    );
    desk.keys("<Esc>:no_rep");
    assert!(
        desk.picture()
            .contains(" no_reply_needed    x            no reply needed"),
        "the key stands beside"
    );
}

/// Files of before, and hands that are used to them.
#[test]
fn an_action_may_be_bound_by_its_other_names() {
    for spec in ACTIONS {
        for alias in spec.aliases {
            let changes = [((*alias).to_owned(), vec!["F2".to_owned()])];
            let keymap = Keymap::with(&changes).expect("a keymap");
            assert_eq!(keymap.key_of(spec.action), "F2", "{alias}");
        }
    }
    let twice = ["pass_to", "pass"].map(|name| (name.to_owned(), vec!["F2".to_owned()]));
    let mistakes = Keymap::with(&twice).expect_err("two names of one action");
    let words = "pass is another name for pass_to, which already has keys; keep one of the two";
    assert_eq!(mistakes, [words]);
}

/// Where nobody presses keys, a remedy is an action by its name.
#[test]
fn every_remedy_is_an_action_that_has_this_name() {
    let remedies = [
        (Remedy::Take, Action::Take),
        (Remedy::MessageType, Action::MessageType),
        (Remedy::HandBack, Action::HandBack),
        (Remedy::OpenLink, Action::OpenLink),
    ];
    for (remedy, action) in remedies {
        let name = action.spec().name;
        let keys = Keymap::with(&[(name.to_owned(), vec!["F2".to_owned()])]).expect("a keymap");
        let sentence = format!("Press {remedy} now.");
        assert_eq!(keys.name_remedies(&sentence), "Press F2 now.");
        let without = Remedy::without_keys(&sentence);
        assert_eq!(without, format!("Press the key for {name} now."));
    }
}

/// Meta and the engine know no keys: whoever has bound another reads that one.
#[test]
fn a_sentence_from_outside_names_the_key_that_is_bound() {
    let refused = GraphError {
        status: 400,
        code: 10,
        subcode: 2_018_300,
        wait_minutes: None,
    };
    for (bound, key) in [(None, "t"), (Some("F2"), "F2"), (Some("g t"), "gt")] {
        let changes: Vec<(String, Vec<String>)> = bound
            .map(|key| ("take".to_owned(), vec![key.to_owned()]))
            .into_iter()
            .collect();
        let settings = switchboard::app::Settings {
            keymap: Keymap::with(&changes).expect("a keymap"),
            ..switchboard::app::Settings::default()
        };
        let mut desk = Desk::with((200, 60), settings);
        desk.open("Sam Iqbal");
        desk.send(Msg::Changed(vec![Change::Failed {
            conversation: desk
                .model
                .thread
                .as_ref()
                .expect("open")
                .conversation
                .id
                .clone(),
            operation: OperationKind::Extend,
            why: refused.sentence(),
        }]));
        let said = desk.model.thread.as_ref().expect("open").notice();
        let said = said.expect("a notice");
        let words = format!("Press {key} to take control, then try again.");
        assert!(said.contains(&words), "{said}");
    }
}

#[test]
fn what_cannot_be_done_is_greyed_with_its_reason_and_never_hidden() {
    let mut desk = Desk::new((120, 60));
    desk.open("Sam Iqbal");
    desk.keys("?");
    let picture = desk.picture();
    for words in [
        "hand back to the bot, with an outcome  (Held by another app. Press t to take it first)",
        "(Requests only work where",
        "drop refused replies  (No refused replies in this thread)",
    ] {
        assert!(picture.contains(words), "{words} in\n{picture}");
    }
}

/// Presses keys one by one; text is no control key.
struct Hands {
    desk: Desk,
    control_keys: usize,
}

impl Hands {
    fn press(&mut self, key: &str) -> Vec<Effect> {
        self.control_keys += 1;
        self.desk.keys(key)
    }

    /// The reply is accepted, and the next one waiting opens by itself.
    fn accepted(&mut self, effects: &[Effect], row: &str, next: &str) {
        let [
            Effect::Engine(Command::Operate {
                operation:
                    Operation::Reply(NewReply {
                        parts,
                        hand_back: Some(back),
                        send_as,
                        ..
                    }),
                ..
            }),
        ] = effects
        else {
            panic!("one send with a hand-back: {effects:?}");
        };
        assert_eq!(back.note.outcome, Outcome::Resolved);
        assert_eq!(*send_as, SendAs::Response);
        let from = ConversationId::new(row);
        let sent = Change::ReplySent {
            conversation: from.clone(),
            local: parts[0].local.clone(),
        };
        let asked = self.desk.send(Msg::Changed(vec![sent]));
        let from = Some(from);
        assert_eq!(
            asked,
            [Effect::Query(Query::TopWaiting(
                from.clone().expect("a thread")
            ))]
        );
        let next = Some(ConversationId::new(next));
        self.desk.send(Msg::Loaded(Loaded::Next(from, next)));
    }
}

#[test]
fn an_escalation_costs_four_control_keys_and_the_next_one_three() {
    let mut hands = Hands {
        desk: Desk::new((120, 40)),
        control_keys: 0,
    };
    // Jo is the first: the cursor is there from the start.
    hands.press("<Enter>");
    hands
        .desk
        .answer_thread(thread_page(rows().swap_remove(0), items()));
    hands.press("r");
    hands.desk.keys("A new glass is on its way.");
    hands.press("<^d>");
    let effects = hands.press("1");
    assert_eq!(hands.control_keys, 4);
    hands.accepted(&effects, "1", "2");
    hands.control_keys = 0;
    hands
        .desk
        .answer_thread(thread_page(rows().swap_remove(1), items()));
    hands.press("r");
    hands.desk.keys("I am a person.");
    hands.press("<^d>");
    let effects = hands.press("1");
    assert_eq!(hands.control_keys, 3);
    hands.accepted(&effects, "2", "3");
    assert_eq!(
        hands
            .desk
            .model
            .subject()
            .map(|row| row.id.as_str().to_owned()),
        Some("3".into())
    );
}

/// Every key that the manual names is bound, and every `:word` is a command.
#[test]
fn the_manual_names_keys_and_commands_that_are_there() {
    let readme = include_str!("../README.md");
    let chapters = CHAPTERS.iter().map(|chapter| (chapter.name, chapter.text));
    let texts = chapters.chain([("README", readme)]);
    let bound: BTreeSet<String> = ACTIONS
        .iter()
        .flat_map(|spec| spec.keys)
        .map(|keys| keys.replace(' ', "").to_lowercase())
        .collect();
    // What dialogs take, and what else is said with backticks in a list of keys.
    let of_dialogs = ["yp", "esc", "tab", "space", "enter", "up", "down", "f1"];
    let known = |key: &str| {
        let key = key.to_lowercase();
        bound.contains(&key) || of_dialogs.contains(&&*key) || key.parse::<u8>().is_ok()
    };
    let orders = [
        "do", "clock", "fail", "storm", "help", "theme", "search", "view", "q", "quit",
    ];
    let mut checked = 0;
    for (name, text) in texts {
        let is_key = |quoted: &&str| quoted.starts_with('^') && quoted.chars().count() == 2;
        let quoted = || text.split('`').skip(1).step_by(2);
        for key in quoted().filter(is_key) {
            assert!(known(key), "{name}: {key}");
            checked += 1;
        }
        // `:tada:` is an emoji.
        let commands = quoted().filter(|quoted| !quoted.ends_with(':'));
        for command in commands.filter_map(|quoted| quoted.strip_prefix(':')) {
            let word = command.split(' ').next().unwrap_or_default();
            let actions = ACTIONS
                .iter()
                .any(|spec| spec.name == word || spec.aliases.contains(&word));
            assert!(
                word.is_empty() || actions || orders.contains(&word),
                "{name}: :{command}"
            );
            checked += 1;
        }
        // The table of keys: what stands in its first and third column.
        let rows = text.split("## Keys").nth(1).unwrap_or_default();
        let rows = rows
            .lines()
            .filter(|line| line.starts_with("| `") || line.starts_with("| composer"));
        for row in rows {
            let cells: Vec<&str> = row.trim_matches('|').split(" | ").collect();
            for keys in cells.iter().step_by(2) {
                for key in keys
                    .split('`')
                    .skip(1)
                    .step_by(2)
                    .filter(|key| !key.starts_with(':'))
                {
                    assert!(known(key), "{name}: {key} in {row}");
                    checked += 1;
                }
            }
        }
    }
    assert!(checked > 100, "{checked}");
}
