//! The calls of an agent's flow, and no others.

use super::*;

#[test]
fn the_agents_flow_makes_exactly_the_calls_expected() {
    runtime().block_on(async {
        let mut wing = Wing::start(None).await;
        let grace = wing.person("Grace Okafor").await;
        for ask in [
            Operation::Take,
            Operation::MarkSeen,
            Operation::Typing(true),
            send("one", "Hi Grace!", None),
            send("two", "Bye!", Some(back())),
        ] {
            wing.ask(&grace, ask).await;
        }
        wing.sent_as("two").await;
        let posts = wing.posts();
        assert_eq!(
            words(&posts),
            [
                "take_thread_control",
                "mark_seen",
                "typing_on",
                "messages",
                "messages"
            ]
        );
        assert_eq!(posts[3]["body"]["messaging_type"], "RESPONSE");
        assert!(
            posts[3]["body"]["message"]["metadata"]
                .as_str()
                .expect("an id")
                .starts_with("sb1:one:")
        );
        assert_eq!(
            posts[4]["body"]["thread_control"]["app_id"],
            "200000000000001"
        );
        assert!(
            posts[4]["body"]["message"]["metadata"]
                .as_str()
                .expect("a note")
                .contains("\"outcome\":\"resolved\"")
        );
        assert!(posts.iter().all(|post| post["app"] == "switchboard"));
        let thread = wing.thread(&grace.0);
        assert_eq!(
            thread.conversation.owner,
            ThreadOwner::App(AppId::new("200000000000001"))
        );
        let mine: Vec<_> = thread
            .items
            .iter()
            .filter(|i| matches!(i, Item::Message(m) if m.author == Author::Me))
            .collect();
        assert_eq!(mine.len(), 2, "each once");
        wing.end().await;
    });
}

#[test]
fn without_routing_the_hand_back_is_a_call_of_its_own_with_the_note() {
    let scenario = include_str!("../../assets/demo/lamp.toml")
        .lines()
        .filter(|line| !line.contains("default_app"))
        .collect::<Vec<_>>()
        .join("\n");
    runtime().block_on(async {
        let mut wing = Wing::start(Some(&scenario)).await;
        wing.news("the page", |c| *c == Change::Page).await;
        let ana = wing.person("Ana Ruiz").await;
        wing.ask(&ana, send("one", "Bye!", Some(back()))).await;
        wing.done(OperationKind::Pass).await;
        let posts = wing.posts();
        assert_eq!(words(&posts), ["messages", "pass_thread_control"]);
        assert!(posts[0]["body"].get("thread_control").is_none());
        assert_eq!(posts[1]["body"]["target_app_id"], "200000000000001");
        assert!(
            posts[1]["body"]["metadata"]
                .as_str()
                .expect("a note")
                .contains("resolved")
        );
        wing.end().await;
    });
}

#[test]
fn a_take_that_is_asked_for_twice_is_made_once_and_drops_nothing() {
    runtime().block_on(async {
        let mut wing = Wing::start(None).await;
        let grace = wing.person("Grace Okafor").await;
        for ask in [Operation::Take, Operation::Take, send("one", "hello", None)] {
            wing.ask(&grace, ask).await;
        }
        wing.sent(&grace).await;
        assert_eq!(words(&wing.posts()), ["take_thread_control", "messages"]);
        wing.end().await;
    });
}

#[test]
fn an_escalation_from_opening_to_hand_back_costs_eight_calls() {
    runtime().block_on(async {
        let mut wing = Wing::start(None).await;
        wing.news("the apps", |c| matches!(c, Change::Apps(_)))
            .await;
        let grace = wing.person("Grace Okafor").await;
        let before = wing.calls().len();
        wing.commands
            .send(Command::Open(grace.0.clone()))
            .await
            .expect("taken");
        for ask in [
            Operation::Take,
            Operation::MarkSeen,
            Operation::Typing(true),
            send("one", "Hi Grace, it is on its way.", Some(back())),
        ] {
            wing.ask(&grace, ask).await;
        }
        wing.sent(&grace).await;
        let calls = wing.calls().split_off(before);
        // The polls of list and thread go on at their own pace.
        let thread = format!("GET {}", grace.0);
        let polls = |call: &&String| call.ends_with("conversations") || **call == thread;
        let mut made: Vec<String> = calls.iter().filter(|call| !polls(call)).cloned().collect();
        made.sort();
        assert_eq!(
            made,
            [
                &format!("GET {}", grace.1),
                "GET thread_owner",
                "GET thread_owner",
                "POST mark_seen",
                "POST messages",
                "POST take_thread_control",
                "POST typing_on",
            ]
        );
        assert!(calls.contains(&thread), "and its messages");
        wing.end().await;
    });
}

/// Said twice it does no harm, so a lost answer is no question to a person.
#[test]
fn a_reaction_goes_out_stands_on_its_message_and_is_taken_back() {
    runtime().block_on(async {
        let mut wing = Wing::start(None).await;
        for (name, emoji, on_the_wire, lost) in [
            ("Ana Ruiz", "😢", "😢", false),
            ("Ana Ruiz", "👍", "👍", true),
            ("Léa Fontaine", "❤", "love", false),
        ] {
            let who = wing.open(name).await;
            let newest = |wing: &Wing| {
                let thread = wing.thread(&who.0);
                thread.items.iter().rev().find_map(|item| match item {
                    Item::Message(m) if m.author == Author::Customer => Some(m.clone()),
                    _ => None,
                })
            };
            let message = newest(&wing).expect("a message");
            if lost {
                wing.simulator.fail_next("/messages", Fault::LoseAnswer);
            }
            let react = |emoji: Option<&str>| Operation::React {
                mid: message.mid.clone(),
                emoji: emoji.map(str::to_owned),
            };
            let ours = |message: &Message| -> Vec<String> {
                let all = message.annotations.reactions.iter();
                let page = all.filter(|reaction| !reaction.by_customer);
                page.map(|reaction| reaction.emoji.clone()).collect()
            };
            wing.ask(&who, react(Some(emoji))).await;
            wing.done(OperationKind::React).await;
            assert_eq!(ours(&newest(&wing).expect("it")), [emoji], "{name}");
            let posts = wing.posts();
            let sent = &posts.last().expect("a call")["body"];
            assert_eq!(sent["sender_action"], "react");
            assert_eq!(sent["payload"]["reaction"], on_the_wire);
            assert_eq!(sent["payload"]["message_id"], message.mid.as_str());
            let told = posts
                .iter()
                .filter(|post| post["body"]["payload"]["reaction"] == on_the_wire);
            assert_eq!(told.count(), if lost { 2 } else { 1 }, "{name}");
            wing.ask(&who, react(None)).await;
            wing.done(OperationKind::React).await;
            assert_eq!(ours(&newest(&wing).expect("it")), [""; 0], "{name}");
            let posts = wing.posts();
            assert_eq!(
                posts.last().expect("a call")["body"]["sender_action"],
                "unreact"
            );
        }
        wing.end().await;
    });
}

/// The quote goes with the first part, stands in the thread before Meta is read again,
/// and comes back with the text of a reply that was refused.
#[test]
fn a_quoted_reply_names_its_message_and_keeps_it_whatever_happens() {
    runtime().block_on(async {
        let mut wing = Wing::start(None).await;
        for (name, text, lost) in [
            ("Ana Ruiz", "plain", false),
            ("Ana Ruiz", "lost", true),
            ("Léa Fontaine", "gram", false),
        ] {
            let who = wing.open(name).await;
            let asked = wing
                .thread(&who.0)
                .items
                .iter()
                .find_map(|item| match item {
                    Item::Message(m) if m.author == Author::Customer => Some(m.clone()),
                    _ => None,
                })
                .expect("a message");
            if lost {
                wing.simulator.fail_next("POST", Fault::LoseAnswer);
            }
            let (first, second) = (format!("{text} 1"), format!("{text} 2"));
            wing.ask(&who, quoting(&asked.mid, &[&first, &second]))
                .await;
            wing.sent(&who).await;
            wing.sent(&who).await;
            let posts: Vec<_> = wing
                .posts()
                .into_iter()
                .filter_map(|post| {
                    Some((post["body"]["message"]["text"].as_str()?.to_owned(), post))
                })
                .filter(|(words, _)| words.starts_with(text))
                .map(|(_, post)| post["body"]["reply_to"].clone())
                .collect();
            let named = json!({"mid": asked.mid.as_str()});
            assert_eq!(
                posts,
                [named, Value::Null],
                "{text}: once, and above the first"
            );
            let thread = wing.thread(&who.0);
            let quoted: Vec<_> = thread
                .items
                .iter()
                .filter_map(|item| match item {
                    Item::Message(m) if m.text.starts_with(text) => {
                        Some((m.annotations.reply_to.clone(), m.annotations.quote.clone()))
                    }
                    _ => None,
                })
                .collect();
            let words: String = asked.text.chars().take(80).collect();
            assert_eq!(
                quoted,
                [(Some(asked.mid), Some(words)), (None, None)],
                "{text}"
            );
        }
        wing.end().await;
    });
}

#[test]
fn a_quote_comes_back_with_a_refused_reply() {
    runtime().block_on(async {
        let mut wing = Wing::start(None).await;
        let ana = wing.open("Ana Ruiz").await;
        let mid = Mid::new("m_asked");
        wing.simulator.fail_next("POST", error(551, 1_545_041));
        wing.ask(&ana, quoting(&mid, &["so it is"])).await;
        let refused = |change: &Change| matches!(change, Change::ReplyNotSent { .. });
        let told = wing.news("the refusal", refused).await;
        let Change::ReplyNotSent { returned, .. } = told else {
            panic!("{told:?}");
        };
        assert_eq!(returned.quote.as_ref(), Some(&mid));
        let next = wing.again().await;
        let draft = next.thread(&ana.0).draft.expect("a draft");
        assert_eq!(
            (draft.text.as_str(), draft.quote),
            ("so it is\n", Some(mid))
        );
        next.end().await;
    });
}

/// A reply in so many parts that quotes a message.
fn quoting(mid: &Mid, texts: &[&str]) -> Operation {
    let parts: Vec<(&str, &str)> = texts.iter().map(|text| (*text, *text)).collect();
    let mut operation = send_parts(&parts, None);
    if let Operation::Reply(reply) = &mut operation {
        reply.parts[0].quote = Some(mid.clone());
    }
    operation
}
