//! What an echo says of a reply of ours.

use super::*;

#[test]
fn a_reply_is_held_back_until_the_line_is_told_what_the_echo_named() {
    runtime().block_on(async {
        let mut stage = Stage::new().await;
        // The answer is lost; the echo says that Meta has it.
        stage.wing.connect();
        stage
            .wing
            .simulator
            .fail_next("/messages", Fault::LoseAnswer);
        stage
            .wing
            .ask(&stage.ana, send("one", "did it arrive?", None))
            .await;
        stage.wing.sent_as("one").await;
        stage.wing.ask(&stage.ana, Operation::MarkSeen).await;
        stage.wing.end().await;
    });
}

#[test]
fn a_colleagues_echo_of_the_same_words_is_not_our_reply() {
    runtime().block_on(async {
        let mut stage = Stage::new().await;
        let fault = Fault::Error { status: 500, code: 2, subcode: 0 };
        stage.wing.simulator.fail_next("send", fault);
        stage.wing.send(&stage.ana, "one", "hello").await;
        stage.wing.doubted().await;
        let ours: i64 = US.parse().expect("digits");
        let echo = json!({"mid": "m_colleague", "app_id": ours, "metadata": "sb1:0123456789abcdef:1", "text": "hello"});
        stage.wing.hear(&[stage.echo(0, echo)]).await;
        let still = stage.items().into_iter().any(|item| matches!(item, Item::Outgoing(row) if row.local == LocalId::new("one")));
        assert!(still, "it is still in doubt: {:?}", stage.items());
        stage.wing.end().await;
    });
}
