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

#[test]
fn an_echo_of_a_reply_that_was_called_refused_is_proof_that_it_went_out() {
    for dropped in [false, true] {
        runtime().block_on(async {
            let mut stage = Stage::new().await;
            let fault = Fault::Error { status: 400, code: 100, subcode: 0 };
            stage.wing.simulator.fail_next("send", fault);
            stage.wing.send(&stage.ana, "0123456789abcdef", "hello").await;
            let refused = |c: &Change| matches!(c, Change::ReplyNotSent { .. });
            stage.wing.news("the refusal", refused).await;
            let id = stage.ana.0.clone();
            if dropped {
                // Somebody took it back to change it: the words stand in the draft.
                let decide = Command::Decide {
                    conversation: id.clone(),
                    local: LocalId::new("0123456789abcdef"),
                    decision: Decision::TakeBack,
                };
                stage.wing.commands.send(decide).await.expect("taken");
                let back = |c: &Change| matches!(c, Change::ReplyReturned { .. });
                stage.wing.news("the text", back).await;
                assert!(stage.wing.thread(&id).draft.is_some());
            }
            let ours: i64 = US.parse().expect("digits");
            let echo = json!({"mid": "m_after_all", "app_id": ours, "metadata": "sb1:0123456789abcdef:1", "text": "hello"});
            stage.wing.hear(&[stage.echo(0, echo)]).await;
            let told = |c: &Change| matches!(c, Change::RefusedButSent { text, .. } if text == "hello");
            stage.wing.news("the truth", told).await;
            let thread = stage.wing.thread(&id);
            let refused = thread.items.iter().any(|item| matches!(item, Item::Outgoing(_)));
            assert!(!refused, "it is one message: {:?}", thread.items);
            assert_eq!(thread.draft, None, "Enter would send it twice");
            stage.wing.end().await;
        });
    }
}

#[test]
fn an_echo_is_proof_before_meta_has_told_again_which_app_we_are() {
    runtime().block_on(async {
        let mut stage = Stage::new().await;
        let fault = Fault::Error { status: 400, code: 100, subcode: 0 };
        stage.wing.simulator.fail_next("send", fault);
        stage.wing.send(&stage.ana, "0123456789abcdef", "hello").await;
        let refused = |c: &Change| matches!(c, Change::ReplyNotSent { .. });
        stage.wing.news("the refusal", refused).await;
        stage
            .wing
            .until("which app we are", |reader| reader.page().ok()?.app)
            .await;
        let (address, simulator) = (stage.wing.address, stage.wing.simulator.clone());
        // The desk is started again, and no question is answered.
        for _ in 0..200 {
            simulator.fail_next("GET", Fault::Html);
        }
        let folder = stage.wing.end().await;
        stage.wing = Wing::attach(folder, address, simulator);
        let ours: i64 = US.parse().expect("digits");
        let echo = json!({"mid": "m_after_all", "app_id": ours, "metadata": "sb1:0123456789abcdef:1", "text": "hello"});
        stage.wing.hear(&[stage.echo(0, echo)]).await;
        let told = |c: &Change| matches!(c, Change::RefusedButSent { text, .. } if text == "hello");
        stage.wing.news("the truth", told).await;
        stage.wing.end().await;
    });
}
