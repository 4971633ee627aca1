//! What lies over the desk.

use super::*;

#[test]
fn hand_back_asks_for_the_outcome() {
    scene("hand_back", |desk| {
        desk.open("Ana Ruiz");
        desk.keys("rDone.<^d>");
    });
}

#[test]
fn help_is_made_of_the_live_keymap_and_greys_what_is_off() {
    scene("help", |desk| {
        desk.open("Sam Iqbal");
        desk.keys("?");
    });
}

#[test]
fn commands_complete() {
    scene("commands", |desk| {
        desk.keys(":view");
    });
}

#[test]
fn jump_to_a_person() {
    scene("jump", |desk| {
        desk.keys("<^p>tan");
        let found = vec![
            (
                ConversationId::new("11"),
                "田中 美咲 (Tanaka)".into(),
                Platform::Messenger,
            ),
            (
                ConversationId::new("8"),
                "Tania".into(),
                Platform::Instagram,
            ),
        ];
        desk.send(Msg::Loaded(Loaded::Found("tan".into(), found)));
    });
}

#[test]
fn ownership_and_clocks() {
    scene("ownership", |desk| {
        desk.open("Ana Ruiz");
        desk.keys("i");
    });
}

#[test]
fn profile_that_meta_keeps_back() {
    scene("profile_missing", |desk| {
        desk.open("Ana Ruiz");
        let mut page = thread_page(conversation("3", ""), items());
        page.conversation.name = None;
        page.profile = Profile::Missing("This person joined with a phone number, so Meta keeps no profile. (Meta error 100/2018218)".into());
        desk.answer_thread(page);
        desk.keys("p");
    });
}

#[test]
fn raw_json() {
    scene("raw_json", |desk| {
        desk.open("Ana Ruiz");
        desk.keys("J");
        let json = "{\n  \"id\": \"m_1\",\n  \"message\": \"hi \\u001b[2J\"\n}".to_owned();
        desk.send(Msg::Loaded(Loaded::Raw(
            ConversationId::new("3"),
            vec![json],
        )));
    });
}

#[test]
fn searching_all_messages() {
    scene("search", |desk| {
        desk.keys(":search refund<Enter>");
        let hit = |name: &str, hours, text: &str| Hit {
            conversation: ConversationId::new("3"),
            name: name.into(),
            mid: Mid::new("m4"),
            at: ago(hours, 0),
            author: Author::Customer,
            text: text.into(),
        };
        let long = "Good morning, I have written to you three times about this lamp that flickers, and now I want my refund please, at once, or I shall call my bank about it.";
        let hits = vec![
            hit("Ana Ruiz", 1, "where is my refund??"),
            hit("Mallory \u{1b}[31mRed", 30, long),
            hit("田中 美咲", 400, "refund 返金はいつですか？"),
        ];
        desk.send(Msg::Loaded(Loaded::Hits("refund".into(), hits)));
        desk.keys("<Down>");
    });
    let mut desk = Desk::new((80, 24));
    desk.keys("g/zzz");
    desk.send(Msg::Loaded(Loaded::Hits("zzz".into(), Vec::new())));
    snap("search_without_hits", &desk);
}

#[test]
fn letting_go_of_somebody_who_waits_is_asked_about() {
    let mut desk = Desk::new((80, 24));
    desk.keys("U");
    snap("release", &desk);
}

#[test]
fn a_half_typed_sequence_shows_what_may_follow() {
    let mut desk = Desk::new((80, 24));
    desk.keys("g");
    desk.pass(Span::millis(400));
    snap("continuations", &desk);
}

#[test]
fn quitting_asks_and_names_what_is_held() {
    let mut desk = Desk::new((80, 24));
    desk.keys("q");
    let held = rows().into_iter().take(5).collect();
    desk.send(Msg::Loaded(Loaded::HeldThreads(held)));
    desk.keys("bka");
    snap("quit", &desk);
}

#[test]
fn the_wire_is_seen_beside_the_conversation() {
    let call = |method: &str, path: &str, status, ms| {
        Change::ApiCall(ApiCall {
            at: NOW,
            method: method.into(),
            host: "https://graph.facebook.com".into(),
            path: path.into(),
            gist: match method {
                "POST" => "RESPONSE text".into(),
                _ => String::new(),
            },
            body: (method == "POST")
                .then(|| r#"{"recipient":{"id":"703"},"message":{"text":"hi"}}"#.to_owned()),
            status,
            answer: status.map(|_| r#"{"id":"104857600000001"}"#.to_owned()),
            ms,
        })
    };
    let calls = |desk: &mut Desk| {
        desk.open("Ana Ruiz");
        desk.send(Msg::Changed(vec![
            call(
                "GET",
                "/v27.0/104857600000001/conversations?fields=id,updated_time",
                Some(200),
                84,
            ),
            call(
                "GET",
                "/v27.0/104857600000001/thread_owner?recipient=703",
                Some(400),
                31,
            ),
            call("POST", "/v27.0/104857600000001/messages", None, 30_000),
        ]));
    };
    scene("api_log", |desk| {
        calls(desk);
        desk.keys("@<Enter>");
    });
    scene("thread_with_calls", calls);
    scene("hand_overs", |desk| {
        desk.model.session.settings.simulator = true;
        desk.open("Ana Ruiz");
        desk.answer_thread(thread_page(rows().swap_remove(2), heard_items()));
        desk.keys("gd");
        let id = ConversationId::new("3");
        let evidence = OwnershipEvidence {
            base: Some((ago(0, 56), ThreadOwner::Us)),
            moved: Some((ago(0, 35), ThreadOwner::App(AppId::new("263902037430900")))),
            channel: Some((ago(0, 5), false)),
        };
        desk.send(Msg::Loaded(Loaded::OwnershipEvidence(id.clone(), evidence)));
        let told = |app: &str, channel: &str, what: &str| DeliveredWebhook {
            at: Some(ago(0, 4)),
            app: app.into(),
            channel: channel.into(),
            what: what.into(),
        };
        desk.send(Msg::Changed(vec![Change::Delivered(
            id,
            vec![
                told("bot", "messaging", "message"),
                told("switchboard", "standby", "message"),
                told("switchboard", "messaging", "pass_thread_control"),
            ],
        )]));
    });
    scene("links", |desk| {
        desk.open("Ana Ruiz");
        let mut with = items();
        let text = "see https://shop.example/lamps/brass?x=1 and http://xn--l-7sba6dbr.example/";
        with.push(message("m10", NOW, Author::Customer, text, vec![]));
        desk.answer_thread(thread_page(rows().swap_remove(2), with));
        desk.keys("o");
        let files = vec![(
            "IMG_2210.jpg".to_owned(),
            "https://scontent.xx.fbcdn.net/a.jpg".to_owned(),
        )];
        let id = ConversationId::new("3");
        desk.send(Msg::Loaded(Loaded::Files(id, files, false)));
    });
}

#[test]
fn a_report_says_what_was_done_and_when_it_is_busy() {
    let entry = |minutes: i64, details| AuditEntry {
        at: ago(0, minutes),
        agent: "kim".into(),
        conversation: ConversationId::new(minutes.to_string()),
        psid: Psid::new("7"),
        reply: None,
        operation: OperationKind::Reply,
        details,
    };
    let replied = |waited: i64| AuditDetails::Reply {
        send_as: SendAs::Response,
        chosen: false,
        waited: Some(Span::minutes(waited)),
        after_refusal: false,
    };
    let facts = ReportFacts {
        entries: vec![
            entry(30, replied(3)),
            entry(90, replied(4)),
            entry(95, replied(40)),
            entry(300, replied(300)),
            entry(
                301,
                AuditDetails::Pass {
                    to: String::new(),
                    outcome: Outcome::Resolved,
                    idle: false,
                },
            ),
        ],
        arrived: vec![
            (ago(0, 30), 12),
            (ago(0, 90), 7),
            (ago(5, 0), 3),
            (ago(11, 0), 1),
        ],
        lost: vec![ago(0, 20)],
    };
    let report = |desk: &mut Desk| {
        let effects = desk.keys(":report<Enter>");
        let [Effect::Query(Query::Report(since, _))] = effects[..] else {
            panic!("{effects:?}");
        };
        assert!(desk.picture().contains("Counting"));
        desk.send(Msg::Loaded(Loaded::Report(
            since,
            Box::new(facts.clone()),
            2,
        )));
    };
    scene("report", report);
    let mut desk = Desk::new((80, 24));
    desk.theme = Theme::default().without_colour().with_ascii(true);
    report(&mut desk);
    snap("report_ascii", &desk);
    let effects = desk.keys("d");
    let day = Query::Report(
        desk.model.server_now().plus(Span::days(-1)),
        desk.model.server_now(),
    );
    assert_eq!(effects, [Effect::Query(day)]);
}

#[test]
fn a_reaction_asks_which_and_enter_chooses_none() {
    scene("react", |desk| {
        desk.open("Ana Ruiz");
        desk.keys("k+");
    });
    let mut desk = Desk::new((120, 40));
    desk.open("Ana Ruiz");
    desk.keys("k");
    assert_eq!(desk.keys("+<Enter>"), []);
    let effects = desk.keys("+4");
    let react = |mid: &str, emoji: Option<&str>| Operation::React {
        mid: Mid::new(mid),
        emoji: emoji.map(str::to_owned),
    };
    let asked = |effects: &[Effect]| match effects {
        [Effect::Engine(Command::Operate { operation, .. })] => Some(operation.clone()),
        _ => None,
    };
    assert_eq!(asked(&effects), Some(react("m9", Some("😢"))));
    // Ours is taken back; Instagram knows one alone.
    let mut with = items();
    let Some(Item::Message(last)) = with.last_mut() else {
        panic!("a message");
    };
    last.annotations.reactions.push(Reaction {
        by_customer: false,
        emoji: "😢".into(),
    });
    desk.answer_thread(thread_page(conversation("3", "Ana Ruiz"), with));
    assert_eq!(asked(&desk.keys("+u")), Some(react("m9", None)));
    let mut lea = Desk::new((120, 40));
    lea.open("Léa Fontaine");
    let mut row = conversation("8", "Léa Fontaine");
    row.platform = Platform::Instagram;
    row.id = lea
        .model
        .thread
        .as_ref()
        .expect("a thread")
        .conversation
        .id
        .clone();
    lea.answer_thread(thread_page(row, items()));
    lea.keys("k+");
    let picture = lea.picture();
    assert!(
        picture.contains("love") && !picture.contains("haha"),
        "{picture}"
    );
    // In the list no message is meant.
    let mut list = Desk::new((120, 40));
    assert_eq!(list.keys("+"), []);
    assert!(
        list.picture()
            .contains("Open the thread and select a message first (j k).")
    );
}

#[test]
fn what_the_page_shows_and_the_difference_before_it_is_written() {
    let profile = r#"{
        "get_started": {"payload": "GET_STARTED"},
        "greeting": [{"locale": "default", "text": "Hi {{user_first_name}}! Light is our business."}],
        "persistent_menu": [{"locale": "default", "call_to_actions": [
            {"type": "postback", "title": "Track an order", "payload": "TRACK_ORDER"},
            {"type": "web_url", "title": "Our shop", "url": "https://lamp.example"}]}],
        "ice_breakers": [{"locale": "default", "call_to_actions": [
            {"question": "Where is my order?", "payload": "TRACK_ORDER"}]}],
        "commands": [{"locale": "default", "commands": [
            {"name": "orders", "description": "your orders"}]}],
        "whitelisted_domains": ["https://lamp.example"]
    }"#;
    let shows = |desk: &mut Desk| {
        desk.keys("gp");
        desk.send(Msg::Changed(vec![Change::PageProfile(PageProfile {
            platform: Platform::Messenger,
            properties: graph::read_json(profile),
            calls_left: 9,
            next_at: None,
        })]));
    };
    scene("page", shows);
    let edited = |desk: &mut Desk, text: &str| {
        shows(desk);
        let edited = EditedProfile {
            text: text.to_owned(),
            properties: graph::read_json(text),
        };
        desk.send(Msg::ProfileEdited(Platform::Messenger, Ok(edited)));
    };
    scene("page_change", |desk| {
        let text = profile.replace("Our shop", "Our lamps").replace(
            "\"whitelisted_domains\": [\"https://lamp.example\"]",
            "\"account_linking_url\": \"https://lamp.example/link\"",
        );
        edited(desk, &text);
    });
    scene("page_problem", |desk| {
        edited(
            desk,
            &profile.replace("Track an order", "A title that is much too long for a menu"),
        );
    });
}
