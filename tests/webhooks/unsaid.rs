//! What Meta does not say is not "nothing": a member that is missing, or null,
//! changes nothing that is known; and what informs is kept wherever it stands.

use super::*;

/// Each time a thumb, and then something that says nothing of what it is.
#[test]
fn a_reaction_without_an_emoji_leaves_the_one_that_is_known() {
    runtime().block_on(async {
        let stage = Stage::new().await;
        let reacts = |mid: &str, what: Value| {
            let mut reaction = json!({"mid": mid, "action": "react"});
            extend(&mut reaction, what);
            json!({ "reaction": reaction })
        };
        let thumb = json!({"emoji": "👍", "reaction": "like"});
        for (n, odd) in [
            json!({}),
            json!({"emoji": null, "reaction": null}),
            json!({"emoji": ""}),
            json!({"emoji": 7}),
        ]
        .into_iter()
        .enumerate()
        {
            let mid = format!("m_{n}");
            let at = i64::try_from(n).expect("few") * 10;
            stage
                .wing
                .hear(&[
                    stage.echo(
                        at,
                        json!({"mid": mid, "app_id": BOT, "text": "Is Tuesday fine?"}),
                    ),
                    stage.event(at + 1, reacts(&mid, thumb.clone())),
                    stage.event(at + 2, reacts(&mid, odd.clone())),
                ])
                .await;
            let reactions = stage.message(&mid).annotations.reactions;
            assert_eq!(reactions[0].emoji, "👍", "{odd}");
        }
        // Nothing was known: that they reacted is.
        stage
            .wing
            .hear(&[
                stage.echo(
                    90,
                    json!({"mid": "m_9", "app_id": BOT, "text": "And Wednesday?"}),
                ),
                stage.event(91, reacts("m_9", json!({}))),
            ])
            .await;
        assert_eq!(stage.message("m_9").annotations.reactions.len(), 1);
        let gone = json!({"reaction": {"mid": "m_9", "action": "unreact"}});
        stage.wing.hear(&[stage.event(92, gone)]).await;
        assert!(stage.message("m_9").annotations.reactions.is_empty());
        stage.wing.end().await;
    });
}

#[test]
fn an_edit_without_text_keeps_the_text_and_says_edited() {
    runtime().block_on(async {
        let stage = Stage::new().await;
        let edit = |mid: &str, what: Value| {
            let mut edit = json!({"mid": mid});
            extend(&mut edit, what);
            json!({ "message_edit": edit })
        };
        for (n, (what, edits)) in [
            (json!({"num_edit": 1}), 1),
            (json!({"num_edit": 2, "text": null}), 2),
            (json!({}), 1),
            (json!({"num_edit": 0}), 0),
        ]
        .into_iter()
        .enumerate()
        {
            let mid = format!("m_{n}");
            let address = "send it to 12 Mill Lane please";
            stage
                .wing
                .hear(&[
                    stage.event(0, says(&mid, address)),
                    stage.event(1, edit(&mid, what.clone())),
                ])
                .await;
            let message = stage.message(&mid);
            assert_eq!(
                (message.text.as_str(), message.annotations.edits),
                (address, edits),
                "{what}"
            );
        }
        // Without a number it is one change more, and counts.
        stage
            .wing
            .hear(&[
                stage.event(5, edit("m_1", json!({"text": "14 Mill Lane"}))),
                stage.event(6, edit("m_1", json!({"num_edit": 3}))),
            ])
            .await;
        let message = stage.message("m_1");
        assert_eq!(
            (message.text.as_str(), message.annotations.edits),
            ("14 Mill Lane", 3)
        );
        stage.wing.end().await;
    });
}

#[test]
fn how_a_customer_came_is_kept_wherever_meta_says_it() {
    runtime().block_on(async {
        let stage = Stage::new().await;
        let ad = json!({"ref": "winter-lamp-40", "source": "ADS", "type": "OPEN_THREAD", "ad_id": "6070000000001",
            "ads_context_data": {"ad_title": "Winter lamps", "post_id": "1_77"}});
        let product = json!({"source": "PRODUCT", "product": {"id": "5550001112223"}});
        let button = json!({"postback": {"mid": "m_tap", "title": "Get started", "payload": "BEGIN", "referral": ad}});
        let with = |mid: &str, referral: &Value| {
            json!({"message": {"mid": mid, "text": "is this one still there?", "referral": referral}})
        };
        stage
            .wing
            .hear(&[
                stage.event(0, button),
                stage.event(1, with("m_ad", &ad)),
                stage.event(2, with("m_product", &product)),
                stage.event(3, json!({ "referral": ad })),
            ])
            .await;
        let words = |mid: &str| {
            let parts = stage.message(mid).parts;
            parts
                .into_iter()
                .find_map(|part| match part {
                    Part::Referred(referral) => Some(referral.words()),
                    _ => None,
                })
                .unwrap_or_default()
        };
        let advertisement =
            "came from an ad · Winter lamps · winter-lamp-40 · ad 6070000000001";
        assert_eq!(words("m_tap"), advertisement);
        assert_eq!(words("m_ad"), advertisement);
        assert_eq!(words("m_product"), "came from a product · product 5550001112223");
        let told = stage.happenings().into_iter().any(|what| {
            matches!(what, TimelineEvent::Referred(referral) if referral.words() == advertisement)
        });
        assert!(told, "{:?}", stage.happenings());
        stage.wing.end().await;
    });
}

#[test]
fn a_product_is_a_card_and_what_nobody_knows_is_named() {
    runtime().block_on(async {
        let stage = Stage::new().await;
        let with = |mid: &str, attachment: Value| {
            stage.event(0, json!({"message": {"mid": mid, "attachments": [attachment]}}))
        };
        let element = json!({"id": "4400", "retailer_id": "LAMP-7", "title": "Arc lamp, brass", "subtitle": "EUR 189"});
        let product = json!({"type": "template", "payload": {"product": {"elements": [element]}}});
        let odd = json!({"type": "template", "payload": {"template_type": "hologram", "brand_new": 1}});
        let twice = json!({"mid": "m_twice", "text": "https://x.example/a", "attachments": [
            {"type": "fallback", "payload": {"url": "https://x.example/a"}}]});
        let unknown = json!({"message": {"mid": "m_unknown", "text": null, "poke": {"strength": 3}}});
        stage
            .wing
            .hear(&[
                with("m_product", product),
                with("m_odd", odd),
                with("m_kind", json!({"type": "hologram"})),
                stage.event(1, json!({ "message": twice })),
                stage.event(2, unknown),
            ])
            .await;
        let card = Part::Card {
            title: "Arc lamp, brass".into(),
            subtitle: "EUR 189".into(),
            buttons: Vec::new(),
        };
        assert_eq!(stage.message("m_product").parts, [card]);
        let named = |name: &str| [Part::Unknown(name.to_owned())];
        assert_eq!(stage.message("m_odd").parts, named("hologram"));
        assert_eq!(stage.message("m_kind").parts, named("hologram"));
        assert_eq!(stage.message("m_unknown").parts, named("poke"));
        assert_eq!(stage.message("m_twice").parts, [], "told once");
        stage.wing.end().await;
    });
}

/// Acknowledged is stored: Meta tells nobody again what got its 200.
#[test]
fn what_a_new_customer_writes_stands_in_the_list_before_meta_shows_their_conversation() {
    runtime().block_on(async {
        let mut stage = Stage::new().await;
        for (n, fault) in [None, Some(Fault::Html), Some(Fault::CutJson)]
            .into_iter()
            .enumerate()
        {
            let psid = Psid::new(format!("9990000000{n}"));
            if let Some(fault) = fault {
                for _ in 0..4 {
                    stage
                        .wing
                        .simulator
                        .fail_next("/conversations", fault.clone());
                }
            }
            let from = |mut event: Value| {
                event["sender"]["id"] = json!(psid.as_str());
                event
            };
            let words =
                |at: i64, text: &str| from(stage.event(at, says(&format!("m_{n}_{at}"), text)));
            stage.wing.hear(&[words(0, "hello?")]).await;
            // Whatever Meta answers about them, what they wrote stays.
            stage.wing.asked_for(&psid).await;
            for (at, text) in [(1, "anybody?"), (2, "still here")] {
                stage.wing.hear(&[words(at, text)]).await;
                let row = row_of(&stage.wing.reader, &psid);
                let row = row.expect("kept");
                assert!(
                    row.id.is_ours() && row.snippet == text && row.waiting(),
                    "{row:?}"
                );
            }
            let row = row_of(&stage.wing.reader, &psid);
            let id = row.expect("kept").id;
            assert_eq!(stage.wing.thread(&id).items.len(), 3);
        }
        let (address, simulator) = (stage.wing.address, stage.wing.simulator.clone());
        let folder = stage.wing.end().await;
        // After the next start, too: until somebody shows their conversation.
        stage.wing = Wing::attach(folder, address, simulator);
        stage
            .wing
            .news("a start", |c| matches!(c, Change::Link(_)))
            .await;
        for n in 0..3 {
            let row = row_of(&stage.wing.reader, &Psid::new(format!("9990000000{n}")));
            assert_eq!(row.expect("kept").snippet, "still here");
        }
        stage.wing.end().await;
    });
}

/// A reaction makes no row; it waits for one, also in the very call that brings it.
#[test]
fn what_comes_before_the_first_words_to_a_new_customer_is_kept_with_them() {
    runtime().block_on(async {
        let stage = Stage::new().await;
        let psid = "99900000009";
        let mut reacts = stage.event(
            1,
            json!({"reaction": {"mid": "m_first", "action": "react", "emoji": "👍"}}),
        );
        reacts["sender"]["id"] = json!(psid);
        let mut written = stage.echo(
            0,
            json!({"mid": "m_first", "app_id": BOT, "text": "Your parcel is here."}),
        );
        written["recipient"]["id"] = json!(psid);
        stage.wing.hear(&[reacts, written]).await;
        let row = row_of(&stage.wing.reader, &Psid::new(psid));
        let id = row.expect("kept").id;
        let thread = stage.wing.thread(&id);
        let reactions: Vec<&str> = thread
            .items
            .iter()
            .filter_map(|item| match item {
                Item::Message(m) => Some(m.annotations.reactions.first()?.emoji.as_str()),
                _ => None,
            })
            .collect();
        assert_eq!(reactions, ["👍"]);
        stage.wing.end().await;
    });
}
