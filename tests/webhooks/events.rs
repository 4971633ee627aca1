//! Every kind of event.

use super::*;

#[test]
fn every_kind_of_event_ends_in_the_thread() {
    runtime().block_on(async {
        let stage = Stage::new().await;
        let tap = json!({"message": {"mid": "m_q", "text": "Red", "quick_reply": {"payload": "R"}}});
        let reply = json!({"message": {"mid": "m_r", "text": "this one", "reply_to": {"mid": "m_q"}}});
        let files = json!({"message": {"mid": "m_f", "attachments": [
            {"type": "image", "payload": {"url": "https://x.example/a.jpg"}},
            {"type": "sticker", "payload": {"sticker_id": 369_239_263_222_822_i64}},
            {"type": "image", "payload": {"sticker_id": "369239263222822"}},
            {"type": "fallback", "title": "A page", "payload": {"url": "https://x.example"}},
            {"type": "template", "payload": {"elements": [{"title": "Card", "buttons": [{"title": "Go"}]}]}},
        ]}});
        let events = [
            stage.event(0, tap),
            stage.event(1, reply),
            stage.event(2, files),
            stage.event(3, json!({"postback": {"mid": "m_p", "title": "Track order", "payload": "T"}})),
            stage.event(4, json!({"postback": {"title": "Get started"}})),
            stage.event(5, json!({"referral": {"ref": "flyer", "source": "SHORTLINK", "type": "OPEN_THREAD"}})),
            stage.event(6, json!({"optin": {"type": "notification_messages", "payload": "news"}})),
            stage.event(7, json!({"account_linking": {"status": "linked", "authorization_code": "x"}})),
            stage.event(8, json!({"request_thread_control": {"requested_owner_app_id": BOT, "metadata": "please"}})),
            stage.echo(9, json!({"mid": "m_c", "app_id": 7, "text": "from a colleague's app"})),
        ];
        stage.wing.hear(&events).await;
        assert_eq!(stage.message("m_q").parts, [Part::Tapped("R".into())]);
        let reply = stage.message("m_r").annotations;
        assert_eq!((reply.reply_to, reply.quote.as_deref()), (Some(Mid::new("m_q")), Some("Red")));
        assert_eq!(stage.message("m_f").parts.len(), 4, "the sticker once");
        assert_eq!(stage.message("m_p").text, "Track order");
        let made = format!("postback:{}:{}", stage.ana.1, stage.now + 4);
        assert_eq!(stage.message(&made).text, "Get started");
        assert_eq!(stage.message("m_c").author, Author::App(AppId::new("7")));
        let kinds = stage.happenings().into_iter().filter(|what| {
            matches!(
                what,
                TimelineEvent::Referred { .. }
                    | TimelineEvent::OptedIn(_)
                    | TimelineEvent::Linked(true)
                    | TimelineEvent::AskedFor { .. }
            )
        });
        assert_eq!(kinds.count(), 4);
        stage.wing.end().await;
    });
}

#[test]
fn a_policy_without_a_person_is_told_and_kept() {
    runtime().block_on(async {
        let mut stage = Stage::new().await;
        let policy = json!({"recipient": {"id": PAGE}, "timestamp": stage.now,
                            "policy_enforcement": {"action": "block", "reason": "spam"}});
        stage.wing.hear(&[policy]).await;
        stage
            .wing
            .news(
                "the notice",
                |c| matches!(c, Change::Notice(Severity::Problem, words) if words.contains("spam")),
            )
            .await;
        assert_eq!(
            stage
                .wing
                .reader
                .parked(&Psid::new(""))
                .expect("a cache")
                .len(),
            1
        );
        stage.wing.end().await;
    });
}

#[test]
fn what_is_of_another_page_is_none_of_ours() {
    runtime().block_on(async {
        let stage = Stage::new().await;
        let before = stage.items();
        let event = stage.event(0, says("m_x", "for somebody else"));
        let stranger = json!({"sender": {"id": "55"}, "recipient": {"id": "999"}, "timestamp": stage.now,
                              "message": {"mid": "m_y", "text": "hi"}});
        let body = json!({"object": "page", "entry": [{"id": "999", "time": 5, "messaging": [event, stranger]}]});
        assert_eq!(stage.wing.deliver(&body.to_string()).await, 200);
        assert_eq!(stage.items(), before);
        let kept = |psid: &str| stage.wing.reader.parked(&Psid::new(psid)).expect("a cache");
        assert_eq!((kept("55").len(), kept("").len()), (0, 0));
        stage.wing.end().await;
    });
}

#[test]
fn an_odd_member_does_not_take_the_message_with_it() {
    runtime().block_on(async {
        let stage = Stage::new().await;
        let odd = json!({"message": {"mid": "m_odd", "text": "still read", "attachments": null, "is_echo": null,
                                     "referral": {"source": 5}, "reply_to": {"mid": 5}}});
        stage.wing.hear(&[stage.event(0, odd)]).await;
        assert_eq!(stage.message("m_odd").text, "still read");
        let cut = body("messaging", &[stage.event(1, says("m_cut", "cut @"))]).replace('@', "\\ud83d");
        assert_eq!(stage.wing.deliver(&cut).await, 200);
        assert_eq!(stage.message("m_cut").text, "cut \u{fffd}");
        // What cannot be read at all is kept as it came.
        let lost = json!({"sender": {"id": stage.ana.1.as_str()}, "message": {"text": "no id"}});
        stage.wing.hear(&[lost]).await;
        let kept = stage.wing.reader.parked(&Psid::new("")).expect("a cache");
        assert!(kept.iter().any(|raw| raw.contains("no id")), "{kept:?}");
        stage.wing.end().await;
    });
}

#[test]
fn what_was_taken_back_is_nowhere_any_more() {
    runtime().block_on(async {
        let stage = Stage::new().await;
        stage
            .wing
            .hear(&[stage.event(0, says("m_1", "my card is 4444"))])
            .await;
        stage
            .wing
            .hear(&[stage.event(9, json!({"message": {"mid": "m_1", "is_deleted": true}}))])
            .await;
        let stranger = |what: Value| {
            let mut event =
                json!({"sender": {"id": "55"}, "recipient": {"id": PAGE}, "timestamp": stage.now});
            extend(&mut event, what);
            event
        };
        stage
            .wing
            .hear(&[stranger(says("m_s", "my card is 5555"))])
            .await;
        stage
            .wing
            .hear(&[stranger(
                json!({"message": {"mid": "m_s", "is_deleted": true}}),
            )])
            .await;
        stage
            .wing
            .hear(&[stranger(says("m_s", "my card is 5555"))])
            .await;
        let folder = stage.wing.end().await;
        let rows = dump(folder.path()).join("\n");
        for words in ["my card is 4444", "my card is 5555"] {
            let bytes: Vec<String> = words.bytes().map(|b| b.to_string()).collect();
            assert!(!rows.contains(&bytes.join(", ")), "{words}");
        }
    });
}

#[test]
fn forgetting_somebody_of_whom_only_webhooks_told_leaves_nothing() {
    runtime().block_on(async {
        let stage = Stage::new().await;
        let event = json!({"sender": {"id": "5550001"}, "recipient": {"id": PAGE}, "timestamp": stage.now,
                           "message": {"mid": "m_s", "text": "a very private sentence"}});
        // Nobody answers who it is, so it stays parked.
        let fault = Fault::Error { status: 500, code: 2, subcode: 0 };
        for _ in 0..50 {
            stage.wing.simulator.fail_next("GET", fault.clone());
        }
        stage.wing.hear(&[event]).await;
        let folder = stage.wing.end().await;
        let (writer, _reader) = cache(&folder.path().join("cache"));
        let forgotten = writer.forget(Psid::new("5550001"), folder.path().join("cache")).await;
        let forgotten = forgotten.expect("a cache").expect("somebody");
        assert!(forgotten.left_in.is_empty(), "{forgotten:?}");
        drop(writer);
        for entry in std::fs::read_dir(folder.path().join("cache")).expect("a folder") {
            let bytes = std::fs::read(entry.expect("an entry").path()).expect("readable");
            assert!(!String::from_utf8_lossy(&bytes).contains("very private"));
        }
    });
}
