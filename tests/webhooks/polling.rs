//! Webhooks and polling tell of the same.

use super::*;

#[test]
fn what_reading_shows_later_keeps_what_the_webhook_knew() {
    runtime().block_on(async {
        let mut stage = Stage::new().await;
        stage.wing.connect();
        stage
            .wing
            .deed(json!({"person": "Ana", "do": "writes", "text": "to the millisecond"}))
            .await;
        stage.wing.linked(Link::Webhook).await;
        let heard = |stage: &Stage| {
            stage.items().into_iter().find_map(|item| match item {
                Item::Message(m) if m.text == "to the millisecond" => Some(m),
                _ => None,
            })
        };
        let before = heard(&stage).expect("heard");
        let open = switchboard::domain::Command::Open(stage.ana.0.clone());
        stage.wing.commands.send(open).await.expect("taken");
        // The JSON of the Graph API is what reading leaves behind.
        let ana = stage.ana.0.clone();
        stage
            .wing
            .until("the read", move |reader| {
                let raw = reader.raw(&ana, 1).expect("a cache");
                raw.first()
                    .is_some_and(|json| json.contains("created_time"))
                    .then_some(())
            })
            .await;
        let after = heard(&stage).expect("read");
        assert_eq!((before.at, before.text), (after.at, after.text));
        stage.wing.end().await;
    });
}

#[test]
fn polling_is_the_first_door_again_when_webhooks_stop() {
    runtime().block_on(async {
        let mut stage = Stage::new().await;
        stage
            .wing
            .hear(&[stage.event(0, says("m_1", "flows"))])
            .await;
        stage.wing.linked(Link::Webhook).await;
        // Somebody has written a minute later, and no webhook told.
        let late = json!({"by": "+3m"});
        stage.wing.order("clock", late.clone()).await;
        stage
            .wing
            .deed(json!({"person": "Ben", "do": "writes", "text": "anybody?"}))
            .await;
        stage.wing.order("clock", late).await;
        stage
            .wing
            .commands
            .send(switchboard::domain::Command::Refresh)
            .await
            .expect("taken");
        stage.wing.linked(Link::Polling).await;
        stage.wing.end().await;
    });
}

#[test]
fn only_messages_of_customers_say_that_webhooks_flow() {
    runtime().block_on(async {
        let mut stage = Stage::new().await;
        stage
            .wing
            .hear(&[stage.event(0, json!({"delivery": {"watermark": stage.now}}))])
            .await;
        stage
            .wing
            .hear(&[stage.event(1, says("m_1", "now they do"))])
            .await;
        stage.wing.linked(Link::Webhook).await;
        stage.wing.end().await;
    });
}

#[test]
fn a_list_that_was_on_its_way_does_not_undo_what_was_heard() {
    runtime().block_on(async {
        let stage = Stage::new().await;
        stage
            .wing
            .hear(&[stage.event(60_000, says("m_1", "brand new words"))])
            .await;
        let row = stage.wing.thread(&stage.ana.0).conversation;
        assert_eq!((row.snippet.as_str(), row.unread), ("brand new words", 2));
        // The simulator's list still ends an hour ago.
        stage
            .wing
            .commands
            .send(switchboard::domain::Command::Refresh)
            .await
            .expect("taken");
        let mut wing = stage.wing;
        wing.news("the read", |c| matches!(c, Change::ListRead { .. }))
            .await;
        let row = wing.thread(&stage.ana.0).conversation;
        assert_eq!((row.snippet.as_str(), row.unread), ("brand new words", 2));
        wing.end().await;
    });
}
