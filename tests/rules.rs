//! The ten rules that shape everything, each by a test of its name.

#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use jiff::tz::TimeZone;
use support::desk::*;

use switchboard::{
    app::{
        Effect, Msg, Settings, TerminalEffect,
        action::table::{ACTIONS, Action},
        why_not,
    },
    domain::{
        AppId, Author, Change, Command, Conversation, ConversationId, Draft, Item, Link, Operation,
        OperationKind, Psid, ReplyAs, Routing, SAFETY_MARGIN, SendAs, SendState, Span, TAGS,
        ThreadOwner, TimelineEvent, Timestamp,
    },
    text,
    ui::Theme,
};

fn desk() -> Desk {
    Desk::new((120, 40))
}

fn asks(effects: &[Effect]) -> Vec<Operation> {
    effects
        .iter()
        .filter_map(|effect| match effect {
            Effect::Engine(Command::Operate { operation, .. }) => Some(operation.clone()),
            _ => None,
        })
        .collect()
}

fn sent_as(effects: &[Effect]) -> Option<SendAs> {
    asks(effects).into_iter().find_map(|ask| match ask {
        Operation::Reply(reply) => Some(reply.send_as),
        _ => None,
    })
}

/// Ana's thread, as `change` makes it.
fn open_as(desk: &mut Desk, change: impl FnOnce(&mut Conversation)) {
    desk.open("Ana Ruiz");
    let mut page = thread_page(rows().swap_remove(2), items());
    change(&mut page.conversation);
    desk.answer_thread(page);
}

const DAY: Span = Span::hours(24);

const WEEK: Span = Span::days(7);

/// What goes out at an age of the customer's last message, or nothing; and what
/// the composer's frame says before.
fn goes_out(settings: &Settings, skew: Span, age: Span) -> (Option<SendAs>, String) {
    let mut desk = Desk::with((120, 40), settings.clone());
    desk.send(Msg::Changed(vec![Change::Skew(skew.as_millis())]));
    // Meta's clock says when it was written.
    let wrote = NOW.plus(skew).plus(age.negated());
    open_as(&mut desk, |c| {
        (c.customer_at, c.page_at) = (Some(wrote), None)
    });
    desk.keys("r");
    desk.keys("hello");
    let frame = desk.picture();
    let line = frame.lines().find(|line| line.contains("To Ana Ruiz"));
    let words = line.unwrap_or_default().to_owned();
    (sent_as(&desk.keys("<Enter>")), words)
}

#[test]
fn rule_1_the_messaging_type_follows_the_age_of_the_last_message_with_any_skew() {
    let margin = SAFETY_MARGIN.as_millis();
    let second = 1_000;
    let (response, human) = (Some(SendAs::Response), Some(SendAs::HumanAgent));
    for skew in [
        Span::ZERO,
        Span::minutes(7),
        Span::minutes(-7),
        Span::days(-40),
    ] {
        for (age, expected) in [
            (0, response),
            (DAY.as_millis() - margin - second, response),
            (DAY.as_millis() - margin, response),
            (DAY.as_millis() - margin + second, human),
            (DAY.as_millis() - second, human),
            (DAY.as_millis() + second, human),
            (WEEK.as_millis() - margin - second, human),
            (WEEK.as_millis() - margin + second, None),
            (WEEK.as_millis() - second, None),
            (WEEK.as_millis() + second, None),
        ] {
            let (sent, frame) = goes_out(&Settings::default(), skew, Span::millis(age));
            let at = format!("at {} s with a skew of {} s", age / 1000, skew.as_secs());
            assert_eq!(sent, expected, "{at}");
            if let Some(send_as) = expected {
                let words = format!("· {}", send_as.word());
                assert!(frame.contains(&words), "{at}: {frame}");
            }
        }
    }
}

#[test]
fn rule_1_every_reply_is_tagged_on_demand_and_a_closed_window_keeps_the_draft() {
    let tagging = Settings {
        reply_as: ReplyAs::HumanAgent,
        ..Settings::default()
    };
    let (sent, frame) = goes_out(&tagging, Span::ZERO, Span::hours(1));
    assert_eq!(sent, Some(SendAs::HumanAgent));
    assert!(frame.contains("· HUMAN_AGENT, 6d23 left"), "{frame}");
    let mut desk = desk();
    open_as(&mut desk, |c| c.customer_at = Some(ago(200, 0)));
    let effects = desk.keys("rsorry");
    assert!(asks(&effects).is_empty(), "neither seen nor typing");
    let frame = desk.picture();
    assert!(
        frame.contains("closed: 7 days are over; / for a template"),
        "{frame}"
    );
    desk.keys("<Enter>");
    assert!(desk.model.toasts.iter().any(|t| t.text.contains("7 days")));
    // Without any message of theirs Meta decides.
    let mut unknown = self::desk();
    open_as(&mut unknown, |c| (c.customer_at, c.page_at) = (None, None));
    unknown.keys("rhello");
    assert_eq!(sent_as(&unknown.keys("<Enter>")), Some(SendAs::Response));
    // A reaction as the last opener, three days after the message.
    let mut reacted = self::desk();
    open_as(&mut reacted, |c| {
        (c.customer_at, c.page_at) = (Some(ago(72, 0)), None);
        c.opened_at = Some(ago(1, 0));
    });
    reacted.keys("rhello");
    assert!(reacted.picture().contains("· RESPONSE, 23h00 left"));
    assert_eq!(sent_as(&reacted.keys("<Enter>")), Some(SendAs::Response));
}

#[test]
fn rule_1_human_agent_is_made_only_by_a_key_in_the_composer() {
    // No action but sending, from nowhere but the composer, sends anything.
    for spec in ACTIONS {
        let composer = matches!(spec.action, Action::Send | Action::SendHandBack);
        let mut desk = desk();
        open_as(&mut desk, |c| c.customer_at = Some(ago(30, 0)));
        desk.keys(":");
        desk.keys(spec.name);
        let effects = desk.keys("<Enter>");
        assert_eq!(
            sent_as(&effects),
            None,
            "{} (composer: {composer})",
            spec.name
        );
    }
    let dead: Vec<_> = TAGS.iter().filter(|tag| tag.dead_since.is_some()).collect();
    assert_eq!(dead.len(), 3);
    assert!(dead.iter().all(|tag| tag.dead_since == Some("2026-04-27")));
}

#[test]
fn rule_2_thread_control_is_per_app_and_what_is_impossible_says_why() {
    let holder = |owner: ThreadOwner| {
        let mut desk = desk();
        open_as(&mut desk, |c| c.owner = owner);
        desk.picture()
    };
    for (owner, words) in [
        (ThreadOwner::Us, "held by us"),
        (ThreadOwner::App(AppId::new(BOT)), "held by shopbot"),
        (
            ThreadOwner::App(AppId::new("263902037430900")),
            "held by Page Inbox",
        ),
        (ThreadOwner::App(AppId::new("555")), "held by helpdesk"),
        (ThreadOwner::Other, "by another app"),
        (ThreadOwner::Idle, "held by nobody"),
        (ThreadOwner::Unknown, "holder unknown"),
    ] {
        let picture = holder(owner.clone());
        assert!(picture.contains(words), "{owner:?} in\n{picture}");
    }
    let mut desk = desk();
    desk.routes(Routing::ZeroConfig);
    desk.open("Sam Iqbal");
    let why = why_not(&desk.model, Action::Take).unwrap_or_default();
    assert!(
        why.contains("No default app is set") && why.contains("R asks the bot"),
        "{why}"
    );
    // Never in a loop: a take that was refused is not repeated by itself.
    let mut refused = self::desk();
    refused.open("Sam Iqbal");
    assert_eq!(asks(&refused.keys("t")), [Operation::Take]);
    let failed = Change::Failed {
        conversation: ConversationId::new("7"),
        operation: switchboard::domain::OperationKind::Take,
        why: "no".into(),
    };
    let mut later = refused.send(Msg::Changed(vec![failed]));
    later.extend(refused.pass(Span::minutes(5)));
    assert!(!asks(&later).contains(&Operation::Take));
}

#[test]
fn rule_3_a_mark_says_who_wrote_and_never_guesses() {
    let apps = apps();
    for (author, mark) in [
        (Author::Customer, 'C'),
        (Author::App(AppId::new(BOT)), 'B'),
        (Author::Me, 'A'),
        (Author::Inbox, 'A'),
        (Author::App(AppId::new("555")), 'A'),
        (Author::App(AppId::new("unknown")), 'B'),
        (Author::Page, 'P'),
    ] {
        assert_eq!(author.mark(&apps), mark, "{author:?}");
    }
    let mut desk = Desk::new((120, 60));
    desk.open("Ana Ruiz");
    let mut marked = items();
    marked.push(Item::Event {
        at: NOW,
        what: TimelineEvent::ours(OperationKind::Take),
    });
    marked.push(Item::Note(switchboard::domain::PrivateNote {
        id: switchboard::domain::LocalId::new("n1"),
        at: NOW,
        agent: "kim".into(),
        text: "call before noon".into(),
    }));
    desk.answer_thread(thread_page(rows().swap_remove(2), marked));
    let picture = desk.picture();
    for line in [
        "14:07 ─────────────── you took control ──────────────",
        "14:07    kim │ (note) call before noon",
        "14:15    Ana │ hello",
        "14:16    bot │ Hi Ana!",
        "14:18   Page │ Which order is it about?",
        "10:07  inbox │ Robin here",
        "14:04    you │ Hi Ana, I have found order #4471.",
    ] {
        assert!(picture.contains(line), "{line} in\n{picture}");
    }
}

#[test]
fn rule_4_seen_is_honest() {
    let mut desk = desk();
    let mut effects = desk.open("Ana Ruiz");
    effects.extend(desk.keys("jk"));
    assert!(
        asks(&effects).is_empty(),
        "opening tells nobody: {effects:?}"
    );
    assert!(asks(&desk.keys("m")).contains(&Operation::MarkSeen));
    // Not while the terminal has no focus.
    let mut away = self::desk();
    away.open("Ana Ruiz");
    away.send(Msg::Focus(false));
    assert!(asks(&away.keys("m")).is_empty());
    assert!(!asks(&away.keys("r")).contains(&Operation::MarkSeen));
    // Typing: shown, refreshed before 20 s, stopped on pause and on leaving.
    let mut typing = self::desk();
    typing.open("Ana Ruiz");
    typing.keys("rh");
    typing.pass(Span::seconds(8));
    typing.keys("e");
    assert_eq!(
        asks(&typing.pass(Span::seconds(8))),
        [Operation::Typing(true)],
        "after 16 s"
    );
    assert_eq!(
        asks(&typing.pass(Span::seconds(3))),
        [Operation::Typing(false)],
        "a pause"
    );
    typing.keys("y");
    assert_eq!(asks(&typing.keys("<Esc>")), [Operation::Typing(false)]);
    // A send ends it by itself, and read-only sends nothing at all.
    typing.keys("r");
    assert!(!asks(&typing.keys("<Enter>")).contains(&Operation::Typing(false)));
    let mut reading = Desk::with(
        (120, 40),
        Settings {
            read_only: true,
            ..Settings::default()
        },
    );
    reading.open("Ana Ruiz");
    let effects = reading.keys("rhello<Enter>mtbB1<Esc>");
    assert!(asks(&effects).is_empty(), "{effects:?}");
}

#[test]
fn rule_5_a_draft_belongs_to_its_person() {
    let mut desk = desk();
    desk.open("Ana Ruiz");
    desk.keys("rfor Ana");
    assert!(desk.picture().contains("To Ana Ruiz"));
    let saved = |effects: &[Effect]| {
        effects.iter().any(|effect| {
            matches!(effect, Effect::Engine(Command::SaveDraft { psid, draft, .. }) if *psid == Psid::new("703") && draft.text == "for Ana")
        })
    };
    assert!(saved(&desk.pass(Span::seconds(1))), "within a second");
    desk.keys("<Esc><Esc>");
    desk.open("Rahul Mehta");
    desk.keys("r");
    assert!(
        !desk.picture().contains("for Ana"),
        "it does not follow the cursor"
    );
    // Refused: it comes back, to her alone.
    let mut refused = self::desk();
    refused.open("Ana Ruiz");
    refused.keys("rhello");
    let effects = refused.keys("<Enter>");
    let Some(Operation::Reply(reply)) = asks(&effects).into_iter().next() else {
        panic!("a send: {effects:?}");
    };
    refused.send(Msg::Changed(vec![Change::ReplyNotSent {
        conversation: ConversationId::new("3"),
        local: reply.parts[0].local.clone(),
        why: "no".into(),
        returned: Box::new(Draft::of("hello")),
    }]));
    refused.pass(Span::seconds(3));
    assert!(refused.picture().contains("│hello "));
}

#[test]
fn rule_6_unknown_is_not_failed() {
    let mut desk = desk();
    desk.open("Ana Ruiz");
    let doubtful = |state| {
        let mut with = items();
        with.push(outgoing("hello", SendAs::Response, state));
        with
    };
    desk.answer_thread(thread_page(
        rows().swap_remove(2),
        doubtful(SendState::Unsure),
    ));
    assert!(desk.picture().contains("? not confirmed, checking"));
    desk.pass(Span::seconds(61));
    let picture = desk.picture();
    assert!(
        picture.contains("not confirmed: Meta may have it"),
        "{picture}"
    );
    // Looking comes before sending again.
    desk.keys("<Enter>");
    let picture = desk.picture();
    let (look, again) = (picture.find("check whether"), picture.find("send again"));
    assert!(look.is_some() && look < again, "{picture}");
}

#[test]
fn rule_7_what_happened_since_is_shown_and_a_second_enter_sends() {
    type Since = fn(&mut Conversation);
    let cases: [(Since, &str); 3] = [
        (|c| c.customer_at = Some(NOW), "has written since"),
        (|c| c.page_at = Some(NOW), "has just answered"),
        (
            |c| c.owner = ThreadOwner::App(AppId::new(BOT)),
            "Control moved to shopbot",
        ),
    ];
    for (since, words) in cases {
        let mut desk = desk();
        desk.open("Ana Ruiz");
        desk.keys("rhello");
        let mut page = thread_page(rows().swap_remove(2), items());
        since(&mut page.conversation);
        desk.answer_thread(page);
        assert_eq!(sent_as(&desk.keys("<Enter>")), None, "{words}");
        let notice = desk.model.thread.as_ref().and_then(|t| t.notice());
        assert!(
            notice.as_deref().unwrap_or_default().contains(words),
            "{notice:?}"
        );
        assert_eq!(
            sent_as(&desk.keys("<Enter>")),
            Some(SendAs::Response),
            "{words}"
        );
    }
}

#[test]
fn rule_8_outside_text_acts_on_nothing() {
    let hostile = "\u{1b}[2J\u{1b}]52;c;aGk=\u{7}\u{9b}31m\u{202e}x\u{200b}";
    let mut desk = desk();
    desk.open("Ana Ruiz");
    let mut page = thread_page(rows().swap_remove(2), items());
    page.conversation.name = Some(hostile.into());
    page.conversation.triage.labels = vec![hostile.into()];
    page.items
        .push(message("m10", NOW, Author::Customer, hostile, vec![]));
    desk.answer_thread(page);
    desk.keys("yy");
    // Cells.
    for keys in [
        "",
        "p",
        "<Esc>J",
        "<Esc>i",
        "<Esc>s",
        "<Esc><Esc>b",
        "<Esc>L",
        "<Esc>c",
    ] {
        desk.keys(keys);
        let picture = desk.picture();
        let bad = picture
            .chars()
            .find(|c| *c != '\n' && text::is_forbidden(*c));
        assert_eq!(bad, None, "after {keys}");
        desk.model.dialogs.clear();
    }
    // The clipboard and the title are clean, too.
    let copied = desk.keys("yy");
    let Some(Effect::Terminal(TerminalEffect::Copy(words))) = copied.first() else {
        panic!("a copy: {copied:?}");
    };
    assert!(!words.chars().any(text::is_forbidden), "{words:?}");
    let mut titled = Desk::new((120, 40));
    titled.model.session.settings.alerts.title = true;
    titled.model.session.account.name = hostile.into();
    let effects = titled.send(Msg::Wake);
    let Some(Effect::Terminal(TerminalEffect::Title(title))) = effects.first() else {
        panic!("a title: {effects:?}");
    };
    assert!(!title.chars().any(text::is_forbidden), "{title:?}");
}

#[test]
fn rule_9_no_key_waits_for_the_network_and_nothing_changes_by_itself() {
    // Without any answer, not even of the cache, every key is done with at once.
    let settings = Settings {
        zone: TimeZone::UTC,
        ..Settings::default()
    };
    let mut model = switchboard::app::Model::new(settings, (120, 40), NOW);
    model.start();
    for spec in ACTIONS {
        for keys in spec.keys {
            for key in keys.split(' ') {
                let key = key.parse().expect("a key");
                switchboard::app::update(&mut model, NOW, Msg::Key(key));
            }
        }
    }
    // An idle desk asks to be woken for the next minute, and not before.
    let mut idle = desk();
    idle.pass(Span::minutes(4));
    let next = switchboard::app::wake_at(&idle.model).expect("a moment");
    let minute = Timestamp::from_millis((idle.now.as_millis() / 60_000 + 1) * 60_000);
    assert_eq!(next, minute);
    assert_eq!(idle.pass(Span::seconds(1)), []);
    assert_eq!(switchboard::app::wake_at(&idle.model), Some(minute));
}

#[test]
fn rule_10_nothing_is_told_by_colour_alone() {
    // Without any colour, and in ASCII, the same words and marks stand there.
    let words = |picture: &str| {
        let text = picture.split("styles ").next().unwrap_or_default();
        text.to_owned()
    };
    for size in [(80, 24), (120, 40), (200, 60)] {
        let mut desk = Desk::new(size);
        desk.open("Ana Ruiz");
        desk.send(Msg::Changed(vec![Change::Link(Link::Offline(
            "down".into(),
        ))]));
        let coloured = words(&desk.picture());
        for name in ["light", "high_contrast", "mono"] {
            desk.theme = Theme::named(name).expect("a theme");
            assert_eq!(words(&desk.picture()), coloured, "{name} at {size:?}");
        }
        desk.theme = Theme::default().without_colour();
        assert_eq!(words(&desk.picture()), coloured);
        desk.theme = Theme::default().with_ascii(true);
        assert!(desk.picture().is_ascii());
    }
    let small = Desk::new((39, 9));
    assert!(small.picture().contains("needs 40x10, has 39x9"));
}
