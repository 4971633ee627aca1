//! The desk itself: pace, commands, the same keys twice, the curtain.

use super::*;

#[test]
fn an_idle_desk_slows_the_polls_and_a_key_speeds_them_up() {
    let mut desk = desk();
    assert!(
        desk.pass(Span::minutes(3))
            .contains(&Effect::Engine(Command::Pace { active: false }))
    );
    assert_eq!(desk.pass(Span::seconds(1)), [], "once");
    assert!(
        desk.keys("j")
            .contains(&Effect::Engine(Command::Pace { active: true }))
    );
}

#[test]
fn commands_run_actions_by_name_and_greyed_ones_say_why() {
    let mut first = desk();
    first.open("Ana Ruiz");
    assert_eq!(
        asks(&first.keys(":mark s<Tab><Enter>")),
        [&Operation::MarkSeen]
    );
    let mut second = desk();
    second.open("Ana Ruiz");
    assert_eq!(second.keys(":take<Enter>"), []);
    assert!(
        second
            .model
            .toasts
            .iter()
            .any(|t| t.text.contains("already"))
    );
    let mut third = desk();
    third.open("Ana Ruiz");
    assert_eq!(
        asks(&third.keys("?mark as seen<Enter>")),
        [&Operation::MarkSeen],
        "help runs what is marked"
    );
}

#[test]
fn do_lets_the_customer_of_this_conversation_act_on_a_simulator_only() {
    let mut desk = desk();
    desk.model.session.settings.simulator = true;
    desk.open("Ana Ruiz");
    let psid = desk.model.subject().expect("Ana").psid.to_string();
    let order = SimulatorOrder {
        what: "deeds",
        members: vec![
            ("do", "writes".into()),
            ("text", "hello there".into()),
            ("person", psid),
        ],
    };
    let ordered = Effect::Engine(Command::Simulator(order));
    let effects = desk.keys(":do wri<Tab>hello there<Enter>");
    assert!(effects.contains(&ordered), "{effects:?}");
    // An unknown one is said, and all of them are listed.
    assert_eq!(desk.keys(":do fly<Enter>"), []);
    let said = |desk: &Desk, words: &str| desk.model.toasts.iter().any(|t| t.text.contains(words));
    assert!(said(&desk, "No action called \"fly\""));
    assert!(desk.picture().contains("do sends_photo"));
    desk.keys("<Esc>");
    desk.model.session.settings.simulator = false;
    assert_eq!(desk.keys(":do writes hello<Enter>"), []);
    assert!(said(&desk, "only works on a simulator"));
}

/// Nobody asked for it, so nobody looks there at once; and it is no refusal.
#[test]
fn news_of_who_should_be_looked_at_stays_long_enough_to_be_read() {
    let told = [
        Change::WindowClosing {
            conversation: id("1"),
            name: "Jo Park".into(),
            until: NOW.plus(Span::minutes(29)),
        },
        Change::IdleWarning {
            conversation: id("1"),
            name: "Jo Park".into(),
            within: Span::seconds(60),
        },
    ];
    for change in told {
        let mut desk = desk();
        desk.send(Msg::Changed(vec![change]));
        desk.pass(Span::seconds(6));
        let picture = desk.picture();
        assert!(picture.contains("Jo Park"), "{picture}");
        assert!(!picture.contains("not now"), "{picture}");
        assert_eq!(desk.model.toasts.len(), 1);
        desk.pass(Span::seconds(1));
        assert_eq!(desk.model.toasts.len(), 0);
    }
}

#[test]
fn help_opens_a_chapter_of_the_manual() {
    let mut desk = desk();
    desk.keys(":help ");
    assert!(
        desk.picture().contains("help simulator"),
        "{}",
        desk.picture()
    );
    desk.keys("rep<Tab><Enter>");
    assert!(desk.picture().contains("Replies and their states"));
    desk.keys("q");
    assert!(desk.model.dialogs.is_empty());
}

/// A theme is tried on while it is marked, and kept by Enter only.
#[test]
fn a_theme_is_seen_before_it_is_chosen() {
    let mut desk = desk();
    desk.keys(":theme ");
    assert_eq!(desk.model.theme(), Some("dark"));
    desk.keys("<Down>");
    assert_eq!(desk.model.theme(), Some("light"));
    desk.keys("<Esc>");
    assert_eq!(desk.model.theme(), None);
    desk.keys(":theme hi<Enter>");
    assert_eq!(desk.model.theme(), Some("high_contrast"));
    assert!(desk.picture().contains("Theme high_contrast"));
}

/// The demo's tour: each step ticks itself when it is done, and `:tour` shows it again.
#[test]
fn the_tour_ticks_itself_and_comes_back_by_its_name() {
    let settings = Settings {
        tour: true,
        ..Desk::new((120, 40)).model.session.settings.clone()
    };
    let mut desk = Desk::with((120, 40), settings);
    desk.answer_inbox(rows());
    let ticked = |desk: &Desk| desk.picture().matches("[✓]").count();
    assert!(desk.picture().contains("Five things to try"));
    assert!(desk.picture().contains("^P jo Enter r"));
    assert_eq!(ticked(&desk), 0);
    desk.keys("@<Esc>");
    assert_eq!(ticked(&desk), 1);
    // Taking another thread than Sam's is no step; his is.
    let done = |conversation: &str, operation| Change::Done {
        conversation: id(conversation),
        operation,
    };
    let sam = rows()
        .iter()
        .find(|row| row.name.as_deref() == Some("Sam Iqbal"))
        .expect("Sam")
        .id
        .clone();
    desk.send(Msg::Changed(vec![done("1", OperationKind::Take)]));
    assert_eq!(ticked(&desk), 1);
    desk.send(Msg::Changed(vec![done(sam.as_str(), OperationKind::Take)]));
    desk.send(Msg::Changed(vec![done("1", OperationKind::Pass)]));
    assert_eq!(ticked(&desk), 3);
    // Jo's reply counts, anybody else's does not.
    let sent = |conversation: &str| Change::ReplySent {
        conversation: id(conversation),
        local: LocalId::new("l"),
    };
    desk.send(Msg::Changed(vec![sent("2")]));
    assert_eq!(ticked(&desk), 3);
    desk.send(Msg::Changed(vec![sent("1")]));
    assert_eq!(ticked(&desk), 4);
    desk.open("Ana Ruiz");
    desk.keys(":tour<Enter>");
    assert_eq!(ticked(&desk), 4, "{}", desk.picture());
    // Anywhere else there is none.
    let mut usual = self::desk();
    usual.keys(":tour<Enter>");
    assert!(usual.picture().contains("part of the demo"));
}

#[test]
fn the_same_keys_give_the_same_ids_and_pictures() {
    let play = || {
        let mut desk = desk();
        desk.open("Ana Ruiz");
        let effects = desk.keys("rhello<Enter>world<Enter>");
        (effects, desk.picture())
    };
    let (first, second) = (play(), play());
    assert_eq!(first, second);
    let locals: Vec<&LocalId> = first
        .0
        .iter()
        .filter_map(|e| match e {
            Effect::Engine(Command::Operate {
                operation: Operation::Reply(reply),
                ..
            }) => Some(&reply.parts[0].local),
            _ => None,
        })
        .collect();
    assert_eq!(locals.len(), 2);
    assert_ne!(locals[0], locals[1]);
}

#[test]
fn an_idle_desk_wakes_for_the_clock_alone_and_asks_for_nothing() {
    let mut desk = desk();
    desk.pass(Span::minutes(4));
    for _ in 0..60 {
        let wake = wake_at(&desk.model).expect("the minute turns");
        assert_eq!(wake.as_millis() % 60_000, 0, "only the clock on the screen");
        assert_eq!(
            desk.pass(wake.since(desk.now)),
            [],
            "no question to the cache"
        );
    }
}

#[test]
fn a_clock_that_is_set_back_is_believed_at_once() {
    let mut desk = desk();
    let before = desk.now;
    assert!(desk.picture().contains("Fri 14:07"));
    assert!(!is_due(&desk.model, before));
    desk.now = before.plus(Span::hours(-2));
    assert!(is_due(&desk.model, desk.now));
    desk.send(Msg::Wake);
    assert_eq!(desk.model.damage, Damage::All);
    assert!(desk.picture().contains("Fri 12:07"));
    assert!(!is_due(&desk.model, desk.now));
    assert!(is_due(&desk.model, before), "the minute turns");
}

#[test]
fn behind_the_curtain_no_news_and_no_question_names_or_quotes_anybody() {
    let gone = |row: &str| {
        rows()
            .into_iter()
            .filter(move |r| r.id.as_str() != row)
            .collect()
    };
    let mut desk = Desk::new((120, 40));
    desk.keys(":privacy<Enter>");
    desk.open("Ana Ruiz");
    desk.keys("yy");
    let picture = desk.picture();
    assert!(picture.contains("Copied the text") && !picture.contains("pls let me know"));
    // She is handed back and on the screen no more, but for the news of it.
    desk.keys("b1");
    desk.send(Msg::Changed(vec![Change::Done {
        conversation: ConversationId::new("3"),
        operation: OperationKind::Pass,
    }]));
    desk.answer_inbox(gone("3"));
    let (from, to) = (ConversationId::new("3"), ConversationId::new("1"));
    desk.send(Msg::Loaded(Loaded::Next(Some(from), Some(to))));
    let picture = desk.picture();
    assert!(
        picture.contains("handed back") && !picture.contains("Ana Ruiz"),
        "{picture}"
    );
    let files = ["IMG_2210.jpg", "IMG_2211.jpg"].map(|name| {
        let address = "https://cdn.example/anas.jpg";
        (name.to_owned(), address.to_owned())
    });
    let files = files.to_vec();
    let id = desk.model.subject().expect("a thread").id.clone();
    desk.send(Msg::Loaded(Loaded::Files(id, files, true)));
    let picture = desk.picture();
    assert!(picture.contains("save which attachment") && !picture.contains("IMG_221"));
}

#[test]
fn esc_never_leaves_the_desk_and_a_name_typed_behind_it_is_no_order() {
    let mut desk = desk();
    assert_eq!(desk.keys("<Esc><Esc><Esc>"), []);
    assert!(desk.model.dialogs.is_empty());
    let effects = desk.keys("<Esc><^p>kemi");
    let people = |e: &Effect| matches!(e, Effect::Query(Query::People(_)));
    assert!(effects.iter().all(people), "{effects:?}");
    let found = vec![(id("4"), "Kemi Adeyemi".into(), Platform::Messenger)];
    desk.send(Msg::Loaded(Loaded::Found("kemi".into(), found)));
    desk.keys("<Enter>");
    assert_eq!(
        desk.model
            .thread
            .as_ref()
            .map(|t| t.conversation.id.clone()),
        Some(id("4"))
    );
}

/// Everything that is asked leaves things as they are when Enter is all that is
/// pressed.
#[test]
fn enter_alone_chooses_the_safe_answer_of_every_question() {
    for keys in ["b", "B", "a", "U", "vjvU", "vjvb", "q"] {
        let mut desk = desk();
        desk.open("Ana Ruiz");
        desk.keys(if keys.starts_with('v') || keys == "q" {
            "<Esc>"
        } else {
            ""
        });
        desk.keys(keys);
        desk.send(Msg::Loaded(Loaded::HeldThreads(rows())));
        assert_eq!(desk.model.dialogs.len(), 1, "{keys} asks");
        assert_eq!(desk.keys("<Enter>"), [], "{keys}");
        assert!(desk.model.dialogs.is_empty(), "{keys}");
    }
}

/// Keys that come at once are a paste of a terminal that does not say so.
#[test]
fn a_burst_of_keys_is_text_where_text_goes_and_reaches_nobody_elsewhere() {
    let burst = |desk: &mut Desk, text: &str| -> Vec<Effect> {
        let key = |c: char| match c {
            '\r' => "Enter".parse().expect("a key"),
            c => Key::plain(Code::Char(c)),
        };
        text.chars()
            .flat_map(|c| desk.send(Msg::Burst(key(c))))
            .collect()
    };
    let mut desk = desk();
    desk.open("Ana Ruiz");
    desk.keys("r");
    let effects = burst(&mut desk, "Dear Ben,\r/ your refund :cry:\rKim\r");
    assert!(
        !asks(&effects)
            .iter()
            .any(|ask| matches!(ask, Operation::Reply(_)))
    );
    let text = desk.model.thread.as_ref().map(|t| t.composer.text());
    assert_eq!(
        text.as_deref(),
        Some("Dear Ben,\n/ your refund :cry:\nKim\n")
    );
    // In a field of one line Enter is nothing.
    desk.keys("<Esc>s");
    assert_eq!(burst(&mut desk, "tomorrow\r"), []);
    assert!(desk.picture().contains("tomorrow"));
    // A question is not answered.
    desk.keys("<Esc>b");
    assert_eq!(burst(&mut desk, "1\r"), []);
    assert_eq!(desk.model.dialogs.len(), 1);
    // What would reach Meta or leave the program is not done, and it is said.
    desk.keys("<Esc>");
    for keys in ["t", "m", "E", "q", "jttE"] {
        let effects = burst(&mut desk, keys);
        assert_eq!(asks(&effects), [] as [&Operation; 0], "{keys}");
        assert!(desk.model.dialogs.is_empty(), "{keys}");
        assert!(desk.picture().contains("looked like a paste"), "{keys}");
        desk.model.toasts.clear();
        desk.keys("<Esc>");
        desk.open("Ana Ruiz");
    }
    // Moving about is harmless.
    desk.keys("<Esc>");
    burst(&mut desk, "Gkgg");
    assert_eq!(desk.model.inbox.cursor, 0);
    // Also where something is only shown.
    desk.open("Ana Ruiz");
    desk.keys("i");
    burst(&mut desk, "jj");
    assert!(!desk.picture().contains("looked like a paste"));
    assert!(
        matches!(desk.model.dialogs.last(), Some(Dialog::Viewer(viewer)) if viewer.scroll == 2)
    );
}

/// The cursor is never on somebody else than the thread that was jumped to.
#[test]
fn a_jump_takes_the_cursor_along_also_to_who_is_not_in_the_view() {
    let jump = |desk: &mut Desk| {
        desk.keys("<^p>zoe");
        let found = vec![(id("99"), "Zoe Far".into(), Platform::Messenger)];
        desk.send(Msg::Loaded(Loaded::Found("zoe".into(), found)));
        desk.keys("<Enter>")
    };
    let place = |view| Effect::Query(Query::Place(id("99"), view));
    let mut desk = desk();
    assert!(jump(&mut desk).contains(&place(View::NeedsMe)));
    // Not in the view: everybody is shown, and the cursor is on her.
    let asked = desk.send(Msg::Loaded(Loaded::Place(id("99"), View::NeedsMe, None)));
    assert_eq!(asked, [place(View::All)]);
    desk.send(Msg::Loaded(Loaded::Place(id("99"), View::All, Some(13))));
    assert_eq!(desk.model.inbox.view, View::All);
    let mut all = rows();
    all.push(conversation("99", "Zoe Far"));
    desk.answer_inbox(all);
    assert_eq!(
        desk.model.inbox.selected().map(|c| c.id.clone()),
        Some(id("99"))
    );
}

#[test]
fn a_reply_to_who_lapsed_takes_the_thread_again() {
    let mut desk = desk();
    let mut lapsed = rows();
    lapsed[2].control_until = Some(ago(1, 0));
    lapsed[2].page_at = Some(ago(2, 0));
    desk.answer_inbox(lapsed.clone());
    desk.keys("jj<Enter>");
    desk.answer_thread(thread_page(lapsed.swap_remove(2), items()));
    assert!(asks(&desk.keys("r")).contains(&&Operation::Take));
}

#[test]
fn the_command_line_remembers_what_was_run() {
    let mut desk = Desk::new((120, 40));
    desk.keys(":privacy<Enter>:help writ<Enter>q:");
    // Called back: the newest first, and forth again.
    desk.keys("<Up>");
    assert!(desk.picture().contains(":help writing"));
    desk.keys("<Up>");
    assert!(desk.picture().contains(":privacy"));
    desk.keys("<Down><Enter>");
    assert!(desk.picture().contains("Writing"));
    // A name that is typed out is that action, whatever was run lately.
    desk.keys("q:mark_seen<Enter>:mark<Enter>");
    assert!(!desk.model.marked.is_empty());
    // What was run stands first.
    desk.keys(":privacy<Enter>:privacy<Enter>");
    desk.keys("q:");
    let first = desk.picture().lines().nth(29).map(str::to_owned);
    assert!(first.is_some_and(|row| row.contains("privacy")));
}

#[test]
fn a_call_that_nobody_sees_paints_nothing() {
    let call = || {
        Msg::Changed(vec![Change::ApiCall(ApiCall {
            at: ago(0, 1),
            method: "GET".into(),
            host: "https://graph.facebook.com".into(),
            path: "/v27.0/1/conversations".into(),
            gist: String::new(),
            body: None,
            status: None,
            answer: None,
            ms: 12,
        })])
    };
    // On a large screen the log stands beside the thread.
    for (size, keys, paints) in [
        ((120, 40), "", false),
        ((120, 40), "@", true),
        ((160, 60), "", true),
        ((159, 60), "", false),
        ((60, 20), "", false),
    ] {
        let mut desk = Desk::new(size);
        desk.keys(keys);
        let before = desk.picture();
        desk.send(call());
        assert_eq!(
            desk.model.damage != Damage::Nothing,
            paints,
            "{size:?} {keys}"
        );
        assert_eq!(desk.picture() != before, paints, "{size:?} {keys}");
        if keys.is_empty() {
            desk.keys("@");
        }
        assert!(desk.picture().contains("conversations"), "{size:?} {keys}");
    }
}

/// Each step is painted over the last frame, and `Desk` looks whether that is all of it.
#[test]
fn what_changes_little_repaints_little() {
    let saved = || Msg::Changed(vec![Change::DraftSaved(id("3"))]);
    let asked = || Msg::Changed(vec![Change::Inbox, Change::Thread(id("1"))]);
    for size in [(80, 24), (120, 40), (200, 60)] {
        let mut desk = Desk::new(size);
        desk.open("Ana Ruiz");
        desk.keys("rhelo");
        for (keys, damage) in [
            ("l", Damage::Letter('l')),
            (" ", Damage::Letter(' ')),
            (":", Damage::Text),
            ("é", Damage::Text),
            // A letter may join the one before it.
            ("x", Damage::Text),
            ("<Backspace>", Damage::Text),
            ("<Backspace>", Damage::Text),
            ("!", Damage::Letter('!')),
            ("<Left>", Damage::Text),
            ("a", Damage::Text),
            ("<Home>", Damage::Text),
            ("<End>", Damage::Text),
            ("<^u>", Damage::All),
        ] {
            desk.keys(keys);
            assert_eq!(desk.model.damage, damage, "{keys} at {size:?}");
        }
        desk.keys("so");
        desk.pass(Span::millis(150));
        assert_eq!(desk.model.damage, Damage::Text, "a draft is saved");
        desk.send(saved());
        assert_eq!(desk.model.damage, Damage::Text, "it is on the disk");
        assert!(desk.picture().contains("· saved"));
        desk.keys("<Backspace><Backspace>");
        assert_eq!(desk.model.damage, Damage::All, "other keys help now");
        desk.send(asked());
        assert_eq!(desk.model.damage, Damage::Nothing, "the cache is asked");
        // The cursor stays in the composer.
        desk.answer_inbox(rows().into_iter().rev().collect());
        assert_eq!(desk.model.damage, Damage::News, "it has answered");
        desk.keys("<Esc>");
        for keys in ["g/", ":"] {
            desk.keys(keys);
            assert_eq!(desk.model.damage, Damage::All, "{keys} at {size:?}");
            desk.keys("the");
            assert_eq!(desk.model.damage, Damage::Dialog, "{keys} at {size:?}");
            desk.keys("<Esc>");
            assert_eq!(desk.model.damage, Damage::All, "{keys} at {size:?}");
        }
    }
}

/// A letter that a full text does not take is not painted either.
#[test]
fn a_text_that_is_full_takes_no_letter_and_shows_none() {
    let mut desk = Desk::new((120, 40));
    desk.open("Ana Ruiz");
    desk.keys("rx");
    desk.send(Msg::Paste("lamp\n".repeat(3_999)));
    let painted: Vec<Damage> = "abcdefgh"
        .chars()
        .map(|letter| {
            desk.keys(&letter.to_string());
            desk.model.damage
        })
        .collect();
    assert_eq!(painted[..3], ['a', 'b', 'c'].map(Damage::Letter));
    assert!(painted[3..].iter().all(|damage| *damage == Damage::Text));
    let screen = desk.picture();
    assert!(
        screen.contains("│abc ") && !screen.contains("abcd"),
        "{screen}"
    );
}

/// As long as a line has room, a letter behind it is all that is painted; `Desk` looks
/// whether the rest is as it should be when it wraps.
#[test]
fn a_text_is_typed_letter_by_letter_into_the_next_line() {
    let text = "Hello Ana, order no.20548 (of May, 3rd) is on its way; the lamp-shade comes \
                with it! Is-that-all_right? http//a.b/c?d=e&f   g ";
    for size in [(80, 24), (120, 40), (200, 60)] {
        let mut desk = Desk::new(size);
        desk.open("Ana Ruiz");
        desk.keys("rx<Backspace>x");
        let mut alone = 0;
        for letter in text.repeat(2).chars() {
            desk.keys(&letter.to_string());
            alone += usize::from(desk.model.damage == Damage::Letter(letter));
            // The frame grew by a line.
            let whole = [Damage::Text, Damage::All].contains(&desk.model.damage);
            assert!(whole || desk.model.damage == Damage::Letter(letter));
        }
        assert!(alone > 20, "{alone} at {size:?}");
        desk.keys("<Up>a");
    }
}

/// Where there is only room to say so, nothing else is painted, and nothing is asked where
/// it would stand.
#[test]
fn on_a_screen_that_is_too_small_nothing_is_painted_in_part() {
    for keys in ["g/", ":", "^P", "?"] {
        for size in [(38, 24), (80, 9), (3, 1)] {
            let mut desk = Desk::new((80, 24));
            desk.keys(&keys.replace("^P", "<^P>"));
            desk.send(Msg::Resize(size.0, size.1));
            let before = desk.picture();
            desk.keys("a");
            desk.send(Msg::Changed(vec![Change::Inbox]));
            assert_eq!(desk.picture(), before, "{keys} at {size:?}");
        }
    }
}

/// What is said of the open thread changes with the second, not with the minute.
#[test]
fn the_desk_wakes_when_a_window_or_control_of_the_open_thread_is_over() {
    let mut desk = desk();
    desk.open("Ana Ruiz");
    let end = desk.now.plus(Span::seconds(20));
    let long_ago = end.plus(Span::hours(24).negated());
    for (control_until, customer_at, wakes) in [
        (Some(end), None, end),
        (None, Some(long_ago), end.plus(Span::millis(1))),
    ] {
        let thread = desk.model.thread.as_mut().expect("a thread");
        (
            thread.conversation.control_until,
            thread.conversation.customer_at,
        ) = (control_until, customer_at);
        assert_eq!(wake_at(&desk.model), Some(wakes));
    }
}

/// What is painted beside or below short news leaves it where it is.
#[test]
fn short_news_stays_over_what_is_painted_below_it() {
    for size in [(80, 24), (120, 40)] {
        let mut desk = Desk::new(size);
        desk.send(Msg::Failed("The list could not be read.".into()));
        desk.keys("jjj");
        let damage = Damage::Cursor { from: 2, to: 3 };
        assert_eq!(desk.model.damage, damage, "{size:?}");
        desk.answer_inbox(rows().into_iter().rev().collect());
        assert_eq!(desk.model.damage, Damage::News, "{size:?}");
        assert!(desk.picture().contains("could not be read"));
        desk.pass(Span::seconds(12));
        assert!(!desk.picture().contains("could not be read"));
    }
}

#[test]
fn many_windows_that_close_ring_one_bell() {
    let mut desk = desk();
    let closing = |n: i64| Change::WindowClosing {
        conversation: id("3"),
        name: format!("Person {n}"),
        until: desk.now.plus(Span::minutes(n)),
    };
    let night: Vec<Change> = (1..30).map(closing).collect();
    let bell = Effect::Terminal(TerminalEffect::Bell);
    let bells = |effects: Vec<Effect>| effects.iter().filter(|effect| **effect == bell).count();
    assert_eq!(bells(desk.send(Msg::Changed(night.clone()))), 1);
    assert_eq!(bells(desk.send(Msg::Changed(night.clone()))), 0);
    desk.pass(Span::seconds(3));
    assert_eq!(bells(desk.send(Msg::Changed(night.clone()))), 1);
    desk.pass(Span::hours(-1));
    assert_eq!(
        bells(desk.send(Msg::Changed(night))),
        1,
        "the clock was set back"
    );
}

#[test]
fn the_api_log_is_filtered_and_both_sides_of_a_call_are_copied() {
    let mut desk = Desk::new((120, 40));
    let call = |path: &str, body: Option<&str>, status| {
        Change::ApiCall(ApiCall {
            at: ago(0, 1),
            method: if body.is_some() { "POST" } else { "GET" }.into(),
            host: "https://graph.facebook.com".into(),
            path: path.into(),
            gist: String::new(),
            body: body.map(Into::into),
            status: Some(status),
            answer: Some("{\"answer\":1}".into()),
            ms: 12,
        })
    };
    desk.send(Msg::Changed(vec![
        call("/v27.0/1/messages", Some("{\"text\":\"hi\"}"), 200),
        call("/v27.0/1/conversations?limit=25", None, 200),
        call("/v27.0/2/conversations?limit=25", None, 400),
    ]));
    desk.keys("@");
    assert!(desk.picture().contains("1/messages"));
    desk.keys("/conv 400");
    let picture = desk.picture();
    assert!(picture.contains("2/conversations"), "{picture}");
    assert!(!picture.contains("1/conversations") && !picture.contains("1/messages"));
    // Letters are words now; Enter keeps the filter, Esc lets go of it.
    desk.keys("q");
    assert!(desk.picture().contains("No call fits the filter."));
    desk.keys("<Backspace><Enter><Esc>");
    assert!(desk.picture().contains("1/messages"));
    desk.keys("G");
    let copied = |effects: Vec<Effect>| {
        effects.into_iter().find_map(|effect| match effect {
            Effect::Terminal(TerminalEffect::Copy(text)) => Some(text),
            _ => None,
        })
    };
    let request = "POST /v27.0/1/messages\n{\"text\":\"hi\"}";
    assert_eq!(copied(desk.keys("yr")).as_deref(), Some(request));
    assert_eq!(copied(desk.keys("ya")).as_deref(), Some("{\"answer\":1}"));
    assert!(copied(desk.keys("yc")).is_some_and(|text| text.starts_with("curl")));
    desk.keys("q");
    assert!(!desk.picture().contains("API log"));
}

#[test]
fn words_are_found_in_a_chapter() {
    let mut desk = Desk::new((120, 40));
    desk.keys(":help simul<Enter>");
    assert!(desk.picture().contains("simulator"));
    desk.keys("/bomb");
    let picture = desk.picture();
    assert!(picture.contains("simulator /bomb: 1 of 1"), "{picture}");
    assert!(picture.contains("bomb.png"), "it is shown");
    desk.keys("<Enter><Esc>/sends_<Enter>");
    let first = desk.picture();
    assert!(first.contains("/sends_: 1 of "), "{first}");
    desk.keys("n");
    assert!(desk.picture().contains("/sends_: 2 of "));
    desk.keys("NN");
    assert!(!desk.picture().contains("/sends_: 1 of "), "round about");
    desk.keys("/zzz<Enter>");
    assert!(desk.picture().contains("/zzz: no match"));
    desk.keys("<Esc>q");
    assert!(!desk.picture().contains("/zzz"));
}

#[test]
fn help_says_what_the_signs_of_the_list_mean() {
    let mut desk = Desk::new((120, 40));
    desk.keys("?marks");
    let picture = desk.picture();
    assert!(picture.contains("Signs in the list"), "{picture}");
    assert!(picture.contains("another app holds it"), "{picture}");
    // There is nothing to run there.
    assert_eq!(desk.keys("<End><Enter>"), []);
    assert!(desk.picture().contains("Signs in the list"));
    desk.keys("<Esc>?photo");
    assert!(desk.picture().contains("enlarge a picture"));
}
