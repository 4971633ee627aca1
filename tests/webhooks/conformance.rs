//! W1 … W14.

use super::*;

#[test]
fn w1_an_echo_before_the_answer_sends_the_reply_once() {
    runtime().block_on(async {
        let mut stage = Stage::new().await;
        stage.wing.connect();
        stage
            .wing
            .simulator
            .fail_next("/messages", Fault::Slow(3_000));
        stage.wing.send(&stage.ana, "one", "hello").await;
        stage.wing.sent_as("one").await;
        assert!(
            stage.wing.posts().is_empty(),
            "the call is not answered yet"
        );
        let echo = stage.items().into_iter().filter(|item| match item {
            Item::Message(m) => m.text == "hello" && m.author == Author::Me,
            _ => false,
        });
        assert_eq!(echo.count(), 1);
        stage.wing.end().await;
    });
}

#[test]
fn w2_the_same_delivery_again_changes_nothing() {
    runtime().block_on(async {
        let stage = Stage::new().await;
        let events = [
            stage.event(0, says("m_1", "where is it?")),
            stage.event(
                5,
                json!({"reaction": {"mid": "m_1", "action": "react", "emoji": "👍"}}),
            ),
            stage.echo(
                9,
                json!({"mid": "m_2", "app_id": 200_000_000_000_001_i64, "text": "soon"}),
            ),
        ];
        stage.wing.hear(&events).await;
        let before = (stage.items(), stage.wing.thread(&stage.ana.0).conversation);
        stage.wing.hear(&events).await;
        stage.wing.hear(&events).await;
        let after = (stage.items(), stage.wing.thread(&stage.ana.0).conversation);
        assert_eq!(before, after);
        assert_eq!(after.1.unread, 0, "the bot has answered");
        stage.wing.end().await;
    });
}

#[test]
fn w3_a_wrong_or_missing_signature_changes_nothing() {
    runtime().block_on(async {
        let stage = Stage::new().await;
        let before = stage.items();
        let body = body("messaging", &[stage.event(0, says("m_forged", "evil"))]);
        let good = sha256(&stage.wing.secret, body.as_bytes());
        let wrong = sha256("another secret", body.as_bytes());
        let of_other_bytes = sha256(&stage.wing.secret, b"{}");
        for signature in [
            None,
            Some(wrong.as_str()),
            Some(&of_other_bytes),
            Some("sha256="),
            Some(&good[7..]),
        ] {
            assert_eq!(
                stage.wing.deliver_signed(&body, signature).await,
                401,
                "{signature:?}"
            );
        }
        assert_eq!(stage.items(), before);
        assert_eq!(stage.wing.deliver_signed(&body, Some(&good)).await, 200);
        assert!(stage.find("m_forged").is_some());
        // The simulator can forge, too; Meta's own retry then brings it.
        stage.wing.end().await;
    });
}

#[test]
fn w4_bodies_in_any_script_are_checked_as_they_came() {
    runtime().block_on(async {
        let mut stage = Stage::new().await;
        stage.wing.connect();
        stage
            .wing
            .deed(json!({"person": "Ana", "do": "writes", "text": "ÄÖ/ 担当 😀 👨‍👩‍👧"}))
            .await;
        let ana = stage.ana.0.clone();
        let text = stage
            .wing
            .until("the message", move |reader| {
                let row = reader.conversation(&ana).expect("a cache").expect("a row");
                (row.snippet != "help").then_some(row.snippet)
            })
            .await;
        assert_eq!(text, "ÄÖ/ 担当 😀 👨‍👩‍👧");
        stage.wing.end().await;
    });
}

#[test]
fn w5_messaging_and_standby_in_several_entries_are_all_read() {
    runtime().block_on(async {
        let stage = Stage::new().await;
        let body = json!({"object": "page", "entry": [
            {"id": PAGE, "time": stage.now, "messaging": [stage.event(0, says("m_1", "a")), stage.event(1, says("m_2", "b"))]},
            {"id": PAGE, "time": stage.now, "standby": [stage.event(2, says("m_3", "c"))], "messaging": []},
            {"id": PAGE, "time": stage.now, "changes": [{"field": "feed", "value": {}}]},
        ]});
        assert_eq!(stage.wing.deliver(&body.to_string()).await, 200);
        let texts: Vec<String> = ["m_1", "m_2", "m_3"].map(|mid| stage.message(mid).text).into();
        assert_eq!(texts, ["a", "b", "c"]);
        assert_eq!(stage.owner(), ThreadOwner::NotUs, "the last one came on standby");
        stage.wing.end().await;
    });
}

#[test]
fn w6_deliveries_without_ids_or_a_moment_move_the_watermark_and_never_back() {
    runtime().block_on(async {
        let stage = Stage::new().await;
        let marks = |stage: &Stage| {
            let row = stage.wing.thread(&stage.ana.0).conversation;
            (row.delivered_through, row.read_through)
        };
        let at = |ms: i64| Some(Timestamp::from_millis(ms));
        let bare = json!({"sender": {"id": stage.ana.1.as_str()}, "recipient": {"id": PAGE},
                          "delivery": {"watermark": stage.now}});
        stage.wing.hear(&[bare]).await;
        assert_eq!(marks(&stage), (at(stage.now), None));
        stage
            .wing
            .hear(&[stage.event(
                5,
                json!({"delivery": {"watermark": stage.now - 50, "mids": ["m"]}}),
            )])
            .await;
        stage
            .wing
            .hear(&[stage.event(
                6,
                json!({"read": {"watermark": (stage.now + 3).to_string()}}),
            )])
            .await;
        assert_eq!(marks(&stage), (at(stage.now), at(stage.now + 3)));
        stage.wing.end().await;
    });
}

#[test]
fn w7_ids_and_times_are_numbers_or_texts() {
    runtime().block_on(async {
        let stage = Stage::new().await;
        let number: i64 = stage.ana.1.as_str().parse().expect("digits");
        let page: i64 = PAGE.parse().expect("digits");
        let event = json!({"sender": {"id": number}, "recipient": {"id": page}, "timestamp": stage.now.to_string(),
                           "message": {"mid": "m_n", "text": "numbers"}});
        let body = json!({"object": "page", "entry": [{"id": page, "time": "5", "messaging": [event]}]});
        assert_eq!(stage.wing.deliver(&body.to_string()).await, 200);
        assert_eq!(stage.message("m_n").at, Timestamp::from_millis(stage.now));
        stage.wing.end().await;
    });
}

#[test]
fn w8_what_nobody_knows_is_kept_and_takes_nothing_with_it() {
    runtime().block_on(async {
        let stage = Stage::new().await;
        let odd = json!({"message": {"mid": "m_odd", "attachments": [{"type": "hologram", "payload": 7}], "new": 1}});
        let events = [
            stage.event(0, odd),
            stage.event(1, json!({"brand_new": {"a": [1]}})),
            json!(7),
            json!({"sender": {"id": stage.ana.1.as_str()}, "message": {"mid": {}}}),
            stage.event(2, says("m_after", "still here")),
        ];
        stage.wing.hear(&events).await;
        assert_eq!(stage.message("m_odd").parts, [Part::Unknown("hologram".into())]);
        assert!(stage.happenings().contains(&TimelineEvent::Unknown("brand_new".into())));
        assert_eq!(stage.message("m_after").text, "still here");
        let raw = stage.wing.reader.raw(&stage.ana.0, 10).expect("a cache");
        assert!(raw.iter().any(|json| json.contains("brand_new")), "kept raw: {raw:?}");
        stage.wing.end().await;
    });
}

#[test]
fn w9_words_about_a_message_wait_for_it() {
    runtime().block_on(async {
        let stage = Stage::new().await;
        let events = [
            stage.event(
                30,
                json!({"reaction": {"mid": "m_later", "action": "react", "reaction": "love"}}),
            ),
            stage.event(
                40,
                json!({"message_edit": {"mid": "m_later", "text": "third", "num_edit": "2"}}),
            ),
            stage.event(
                35,
                json!({"message_edit": {"mid": "m_later", "text": "second", "num_edit": 1}}),
            ),
            stage.event(
                50,
                json!({"message": {"mid": "m_gone", "is_deleted": true}}),
            ),
        ];
        stage.wing.hear(&events).await;
        assert!(stage.find("m_later").is_none());
        let late = [
            stage.event(10, says("m_later", "first")),
            stage.event(11, says("m_gone", "a secret")),
        ];
        stage.wing.hear(&late).await;
        let message = stage.message("m_later");
        assert_eq!(
            (message.text.as_str(), message.annotations.edits),
            ("third", 2)
        );
        assert_eq!(message.annotations.reactions[0].emoji, "❤");
        let gone = stage.message("m_gone");
        assert!(gone.annotations.unsent && gone.text.is_empty(), "{gone:?}");
        let raw = stage.wing.reader.raw(&stage.ana.0, 20).expect("a cache");
        assert!(raw.iter().all(|json| !json.contains("a secret")));
        stage
            .wing
            .hear(&[stage.event(
                60,
                json!({"reaction": {"mid": "m_later", "action": "unreact"}}),
            )])
            .await;
        assert!(stage.message("m_later").annotations.reactions.is_empty());
        stage.wing.end().await;
    });
}

#[test]
fn w10_a_hand_over_of_an_unknown_thread_waits_for_the_thread() {
    runtime().block_on(async {
        let mut stage = Stage::new().await;
        let about = stage.wing.simulator.about("");
        let people = about["people"].as_array().expect("people").clone();
        let newcomer = people.iter().find(|p| p["name"] == "Newcomer").expect("her");
        let psid = newcomer["id"].as_str().expect("an id").to_owned();
        let event = |what: Value| {
            let mut event = json!({"sender": {"id": psid}, "recipient": {"id": PAGE}, "timestamp": stage.now});
            extend(&mut event, what);
            event
        };
        let note = json!({"v": 1, "intent": "refund"}).to_string();
        let pass = json!({"pass_thread_control": {"previous_owner_app_id": BOT, "new_owner_app_id": US, "metadata": note}});
        stage.wing.hear(&[event(pass)]).await;
        let row = row_of(&stage.wing.reader, &Psid::new(psid.as_str()));
        let row = row.expect("on the disk before the 200");
        assert!(row.id.is_ours(), "under a name of ours: {row:?}");
        // Then the list knows her; the next event asks for her.
        for deed in [
            json!({"person": "Newcomer", "do": "passes", "app": "switchboard"}),
            json!({"person": "Newcomer", "do": "writes", "text": "hi"}),
        ] {
            stage.wing.deed(deed).await;
        }
        let wanted = Psid::new(psid.as_str());
        stage.wing.hear(&[event(says("m_new", "hi again"))]).await;
        let id = stage
            .wing
            .until("her thread", move |reader| {
                let row = row_of(reader, &wanted)?;
                (row.owner == ThreadOwner::Us && !row.id.is_ours()).then_some(row.id)
            })
            .await;
        let told = stage.wing.thread(&id).items.into_iter().any(|item| {
            matches!(item, Item::Event { what: TimelineEvent::Moved { note, .. }, .. } if note[0].1 == "refund")
        });
        assert!(told);
        stage.wing.end().await;
    });
}

#[test]
fn w11_control_ends_without_an_event_and_the_clock_says_so() {
    runtime().block_on(async {
        let stage = Stage::new().await;
        let day = 24 * 3_600_000;
        stage
            .wing
            .hear(&[stage.event(0, says("m_1", "hello"))])
            .await;
        let row = stage.wing.thread(&stage.ana.0).conversation;
        assert_eq!(row.owner, ThreadOwner::Us);
        let until = row.control_until.expect("a moment").as_millis();
        assert!(
            (until - stage.now - day).abs() < 5_000,
            "24 hours from the message"
        );
        stage.wing.end().await;
    });
}

#[test]
fn w11_control_is_counted_by_metas_clock_whatever_ours_says() {
    runtime().block_on(async {
        let mut stage = Stage::new().await;
        stage.wing.order("clock", json!({"by": "+5h"})).await;
        let hours = 3_600_000;
        // An answer of the Graph API tells how far apart the clocks are.
        stage
            .wing
            .commands
            .send(switchboard::domain::Command::Refresh)
            .await
            .expect("taken");
        stage
            .wing
            .news(
                "the skew",
                |c| matches!(c, Change::Skew(ms) if *ms > 4 * hours),
            )
            .await;
        let event = stage.event(5 * hours + 10_000, says("m_1", "hello"));
        stage.wing.hear(&[event]).await;
        let row = stage.wing.thread(&stage.ana.0).conversation;
        let until = row.control_until.expect("a moment").as_millis();
        assert_eq!(until, stage.now + 29 * hours + 10_000);
        stage.wing.end().await;
    });
}

#[test]
fn w12_the_inbox_taking_over_is_seen_and_named() {
    runtime().block_on(async {
        let stage = Stage::new().await;
        let take = json!({"take_thread_control": {"previous_owner_app_id": US, "new_owner_app_id": INBOX}});
        stage.wing.hear(&[stage.event(1_000, take)]).await;
        let inbox = AppId::new(INBOX);
        assert_eq!(stage.owner(), ThreadOwner::App(inbox.clone()));
        let echo = stage.echo(1_001, json!({"mid": "m_in", "app_id": 263_902_037_430_900_i64, "text": "Robin here"}));
        assert_eq!(stage.wing.deliver(&body("standby", &[echo])).await, 200);
        assert_eq!(stage.message("m_in").author, Author::Inbox);
        let moved = stage.happenings().into_iter().any(|what| {
            matches!(what, TimelineEvent::Moved { taken: true, to: Some(to), .. } if to == inbox)
        });
        assert!(moved);
        stage.wing.end().await;
    });
}

#[test]
fn w13_a_pass_from_nobody_is_a_pass() {
    runtime().block_on(async {
        let stage = Stage::new().await;
        let pass = json!({"pass_thread_control": {"previous_owner_app_id": null, "new_owner_app_id": BOT}});
        stage.wing.hear(&[stage.event(1_000, pass)]).await;
        assert_eq!(stage.owner(), ThreadOwner::App(AppId::new(BOT)));
        stage.wing.end().await;
    });
}

#[test]
fn w14_the_handshake_wants_the_right_token_and_gives_the_challenge_back() {
    runtime().block_on(async {
        let stage = Stage::new().await;
        let (_, token) = stage
            .wing
            .simulator
            .secrets("switchboard")
            .expect("the desk's app");
        for (mode, given, status, text) in [
            ("subscribe", token.as_str(), 200, "1158201444"),
            ("subscribe", "wrong", 403, ""),
            ("subscribe", "", 403, ""),
            ("unsubscribe", &token, 403, ""),
        ] {
            let query = [
                ("hub.mode", mode),
                ("hub.challenge", "1158201444"),
                ("hub.verify_token", given),
            ];
            let url = format!("http://{}/", stage.wing.door);
            let answer = http()
                .get(url)
                .query(&query)
                .send()
                .await
                .expect("an answer");
            assert_eq!(answer.status().as_u16(), status, "{mode} {given}");
            let kind = answer.headers()["content-type"].to_str().expect("text");
            assert_eq!(kind, "text/plain; charset=utf-8", "no page of somebody's");
            assert_eq!(answer.text().await.expect("text"), text);
        }
        let put = http()
            .put(format!("http://{}/", stage.wing.door))
            .send()
            .await
            .expect("an answer");
        assert_eq!(put.status().as_u16(), 405);
        stage.wing.end().await;
    });
}
