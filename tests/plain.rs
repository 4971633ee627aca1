//! The desk in lines: what is told, once and in order, and what typed lines do.

#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::{
    io::{BufRead, BufReader, Write},
    process::Stdio,
    sync::mpsc,
    thread,
    time::Duration,
};

use support::{desk::*, process::program};

use switchboard::{
    app::{Effect, Loaded, Msg, Query, TerminalEffect},
    domain::{
        Change, Command, Link, NewReply, Operation, Outcome, SendAs, SendState, Span, ThreadOwner,
        View,
    },
    ui::Transcript,
};

/// A desk in lines, and all that it has said.
struct Lines {
    desk: Desk,
    transcript: Transcript,
    said: Vec<String>,
}

impl Lines {
    fn new() -> Self {
        let mut lines = Self {
            desk: Desk::new((120, 40)),
            transcript: Transcript::default(),
            said: Vec::new(),
        };
        lines.hear(Vec::new());
        lines
    }

    /// Says what comes of it; answers the other effects.
    fn hear(&mut self, effects: Vec<Effect>) -> Vec<Effect> {
        let mut rest = Vec::new();
        for effect in effects {
            match effect {
                Effect::Terminal(TerminalEffect::Say(lines)) => self.said.extend(lines),
                effect => rest.push(effect),
            }
        }
        self.said.extend(self.transcript.news(&self.desk.model));
        rest
    }

    fn type_in(&mut self, line: &str) -> Vec<Effect> {
        let shown = switchboard::text::Clean::one_line(line);
        self.said.push(format!("> {shown}"));
        let effects = self.desk.send(Msg::Line(line.into()));
        self.hear(effects)
    }

    fn send(&mut self, msg: Msg) -> Vec<Effect> {
        let effects = self.desk.send(msg);
        self.hear(effects)
    }

    fn answer_thread(&mut self, row: usize) {
        let page = thread_page(rows().swap_remove(row), items());
        let effects = self.desk.answer_thread(page);
        self.hear(effects);
    }

    fn picture(&self, name: &str) {
        let mut settings = insta::Settings::clone_current();
        settings.set_prepend_module_to_snapshot(false);
        settings.set_omit_expression(true);
        let text = self.said.join("\n");
        settings.bind(|| insta::assert_snapshot!(format!("plain_{name}"), text));
    }
}

#[test]
fn an_escalation_is_told_from_the_list_to_the_hand_back() {
    let mut lines = Lines::new();
    lines.type_in("open 3");
    lines.answer_thread(2);
    let effects = lines.type_in("reply Good news: the bank confirmed it.");
    assert!(
        matches!(
            effects[..],
            [
                Effect::Engine(Command::Operate {
                    operation: Operation::MarkSeen,
                    ..
                }),
                Effect::Engine(Command::Operate {
                    operation: Operation::Typing(true),
                    ..
                })
            ]
        ),
        "{effects:?}"
    );
    let effects = lines.type_in("send 1");
    let [
        Effect::Engine(Command::Operate {
            operation:
                Operation::Reply(NewReply {
                    parts,
                    send_as,
                    hand_back: Some(back),
                    ..
                }),
            ..
        }),
    ] = &effects[..]
    else {
        panic!("one send: {effects:?}");
    };
    assert_eq!(parts[0].content.text(), "Good news: the bank confirmed it.");
    assert_eq!(
        (*send_as, back.note.outcome),
        (SendAs::Response, Outcome::Resolved)
    );
    let mut page = thread_page(rows().swap_remove(2), items());
    page.items.push(outgoing(
        parts[0].content.text(),
        SendAs::Response,
        SendState::Sending,
    ));
    let told = lines.desk.answer_thread(page);
    lines.hear(told);
    let sent = Change::ReplySent {
        conversation: switchboard::domain::ConversationId::new("3"),
        local: parts[0].local.clone(),
    };
    let effects = lines.send(Msg::Changed(vec![sent]));
    assert!(matches!(effects[..], [Effect::Query(Query::TopWaiting(_))]));
    lines.picture("escalation");
}

#[test]
fn questions_refusals_and_news_are_told_in_words() {
    let mut lines = Lines::new();
    lines.type_in("take");
    lines.type_in("open 7");
    lines.answer_thread(6);
    lines.type_in("hand_back");
    lines.type_in("take");
    lines.type_in("send");
    lines.type_in("snooze soon");
    lines.type_in("snooze 2h");
    lines.type_in("u");
    lines.type_in("label vip");
    lines.type_in("note wants the brass one");
    lines.type_in("pass_to");
    lines.type_in("cancel");
    lines.type_in("nonsense \u{1b}[2J");
    let down = Link::Offline("Cannot reach graph.facebook.com.".into());
    lines.send(Msg::Changed(vec![Change::Link(down)]));
    let mut page = thread_page(rows().swap_remove(6), items());
    page.conversation.owner = ThreadOwner::Us;
    page.items.push(message(
        "m10",
        NOW,
        switchboard::domain::Author::Customer,
        "\u{1b}[31mare you there?\u{202e}\nhello?",
        vec![],
    ));
    let effects = lines.desk.answer_thread(page);
    lines.hear(effects);
    lines.type_in("close");
    lines.type_in("quit");
    lines.picture("questions");
    let told = lines.said.join("\n");
    assert!(!told.contains(['\u{1b}', '\u{202e}']));
}

#[test]
fn names_and_words_are_hidden_behind_the_curtain() {
    let mut lines = Lines::new();
    lines.said.clear();
    lines.type_in("privacy");
    lines.type_in("open 3");
    lines.answer_thread(2);
    lines.picture("curtain");
    let told = lines.said.join("\n");
    for secret in ["Ana", "thank you", "IMG_2210", "4471"] {
        assert!(!told.contains(secret), "{secret} in\n{told}");
    }
}

#[test]
fn a_name_opens_the_best_hit_and_nothing_is_told_twice() {
    let mut lines = Lines::new();
    let effects = lines.type_in("open ana");
    assert_eq!(effects, [Effect::Query(Query::People("ana".into()))]);
    let found = vec![(
        switchboard::domain::ConversationId::new("3"),
        "Ana Ruiz".into(),
        switchboard::domain::Platform::Messenger,
    )];
    let effects = lines.send(Msg::Loaded(Loaded::Found("ana".into(), found)));
    assert!(
        effects
            .iter()
            .any(|e| matches!(e, Effect::Engine(Command::Open(_))))
    );
    lines.answer_thread(2);
    let before = lines.said.len();
    lines.answer_thread(2);
    lines.desk.pass(Span::minutes(1));
    lines.hear(Vec::new());
    assert_eq!(lines.said.len(), before, "{:?}", &lines.said[before..]);
}

/// The program itself, through pipes: no terminal, and not one escape byte.
#[test]
fn the_program_speaks_in_lines_through_a_pipe() {
    let mut process = program(&["demo", "--plain"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("starts");
    let mut keyboard = process.stdin.take().expect("piped");
    let mut said = String::new();
    let stdout = BufReader::new(process.stdout.take().expect("piped"));
    let (tell, lines) = mpsc::channel();
    thread::spawn(move || {
        for line in stdout.lines() {
            let _ = tell.send(line.expect("text"));
        }
    });
    let mut until = |words: &str| {
        loop {
            let line = lines
                .recv_timeout(Duration::from_secs(30))
                .unwrap_or_else(|_| panic!("waited for {words:?} in\n{said}"));
            said.push_str(&line);
            said.push('\n');
            if line.contains(words) {
                return;
            }
        }
    };
    until("11 need you");
    writeln!(keyboard, "open ana ruiz").expect("takes");
    until("open: Ana Ruiz, messenger, held by us");
    until("where is my refund??");
    writeln!(keyboard, "reply I am on it.").expect("takes");
    until("Type send to send it as RESPONSE");
    writeln!(keyboard, "send 1").expect("takes");
    until("Sent. Ana Ruiz handed back to");
    writeln!(keyboard, "open mallory").expect("takes");
    until("open: Mallory");
    writeln!(keyboard, "quit").expect("takes");
    until("question: Quit? ");
    until("Jo Park, waiting: stays with us");
    writeln!(keyboard, "y").expect("takes");
    drop(keyboard);
    assert!(process.wait().expect("ends").success());
    assert!(!said.contains('\u{1b}'), "{said}");
}

#[test]
fn whoever_quits_with_threads_held_hears_which_and_decides() {
    let mut lines = Lines::new();
    assert_eq!(lines.type_in("quit"), [Effect::Query(Query::Held)]);
    let held = Loaded::HeldThreads(rows().into_iter().take(2).collect());
    lines.send(Msg::Loaded(held));
    let name = lines.desk.model.inbox.row(0).map(|row| row.display_name());
    let name = name.expect("a row");
    let told = lines.said.join("\n");
    assert!(told.contains("You still hold"), "{told}");
    assert!(
        told.contains(&format!("{name}, waiting: stays with us")),
        "{told}"
    );
    lines.type_in("B");
    let told = lines.said.join("\n");
    assert!(
        told.contains(&format!("{name}, waiting: goes back to the bot")),
        "{told}"
    );
    assert!(!asks_to_quit(&lines.type_in("cancel")));
    // Held by nobody of us: nothing to ask.
    lines.desk.model.inbox.counts.by_view[View::Mine.index()] = 0;
    assert!(asks_to_quit(&lines.type_in("quit")));
}

fn asks_to_quit(effects: &[Effect]) -> bool {
    effects.contains(&Effect::Terminal(TerminalEffect::Quit))
}

#[test]
fn a_command_is_no_answer_to_an_open_question() {
    let mut lines = Lines::new();
    lines.type_in("close");
    let answer = lines.said.last().map(String::as_str);
    assert!(answer.is_some_and(|line| line.starts_with("No conversation is open")));
    for question in ["pass_to", "hand_back"] {
        lines.type_in(question);
        for command in ["list", "read 1", "back 1"] {
            assert_eq!(asks(&lines.type_in(command)), 0, "{command}");
        }
        assert!(!lines.desk.model.dialogs.is_empty());
        lines.type_in("cancel");
        assert!(lines.desk.model.dialogs.is_empty());
    }
    assert!(
        lines
            .said
            .iter()
            .any(|line| line.contains("A question is open"))
    );
}

fn asks(effects: &[Effect]) -> usize {
    let ask = |e: &&Effect| matches!(e, Effect::Engine(Command::Operate { .. }));
    effects.iter().filter(ask).count()
}
