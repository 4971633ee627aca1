//! What becomes of a reply that did not simply go out.

use super::*;

#[test]
fn a_refused_reply_comes_back_before_what_was_typed_since() {
    let mut desk = desk();
    desk.open("Ana Ruiz");
    let first = sent(&desk.keys("rfirst<Enter>"));
    desk.keys("second");
    desk.send(Msg::Changed(vec![refused(LocalId::new("another"))]));
    assert_eq!(
        desk.model.thread.as_ref().map(|t| t.composer.text()),
        Some("second".into()),
        "another reply's refusal brings back nothing of this one"
    );
    desk.send(Msg::Changed(vec![refused(first)]));
    assert_eq!(
        desk.model.thread.as_ref().map(|t| t.composer.text()),
        Some("first\nsecond".into())
    );
    let saved = desk.pass(Span::millis(150));
    assert!(
        matches!(saved[..], [Effect::Engine(Command::SaveDraft { .. })]),
        "{saved:?}"
    );
    let mut doubt = self::desk();
    doubt.open("Ana Ruiz");
    doubt.keys("rfirst<Enter>");
    doubt.send(Msg::Changed(vec![Change::ReplyUnconfirmed {
        conversation: id("3"),
        why: "lost".into(),
    }]));
    assert_eq!(
        doubt.model.thread.as_ref().map(|t| t.composer.text()),
        Some(String::new()),
        "Meta may have it"
    );
}

#[test]
fn a_person_decides_about_a_reply_that_does_not_go_on() {
    let local = LocalId::new("l1");
    for (state, key, decision) in [
        (SendState::Unsure, "o", Decision::Look),
        (SendState::Unsure, "k", Decision::TreatAsSent),
        (SendState::Held(HoldReason::Stale), "s", Decision::SendNow),
        (SendState::Held(HoldReason::Stale), "d", Decision::Drop),
        (SendState::Held(HoldReason::Stale), "e", Decision::TakeBack),
        (SendState::Queued, "e", Decision::TakeBack),
    ] {
        let mut desk = desk();
        desk.open("Ana Ruiz");
        let mut page = thread_page(rows().swap_remove(2), items());
        page.items
            .push(outgoing("to be decided", SendAs::Response, state.clone()));
        desk.answer_thread(page);
        assert_eq!(desk.keys("<Enter>"), [], "nothing happens by one key");
        let effects = desk.keys(key);
        let wanted = Effect::Engine(Command::Decide {
            conversation: id("3"),
            local: local.clone(),
            decision: decision.clone(),
        });
        assert_eq!(effects, [wanted], "{state:?} {key}");
        if decision == Decision::TakeBack {
            // The text comes when the disk has let go of the reply.
            desk.send(Msg::Changed(vec![Change::TextReturned {
                conversation: id("3"),
                text: "to be decided".into(),
            }]));
            assert_eq!(desk.model.focus, Focus::Composer);
            assert!(
                desk.picture().contains("││to be decided"),
                "{}",
                desk.picture()
            );
        }
    }
    // Sending again takes a second key and a new id.
    let mut desk = desk();
    desk.open("Ana Ruiz");
    let mut page = thread_page(rows().swap_remove(2), items());
    page.items.push(outgoing(
        "to be decided",
        SendAs::Response,
        SendState::Unsure,
    ));
    desk.answer_thread(page);
    let effects = desk.keys("<Enter>r");
    assert!(
        matches!(effects.as_slice(), [Effect::Engine(Command::Decide { decision: Decision::SendAgain(new), .. })] if *new != local),
        "{effects:?}"
    );
    // What has gone on while the question stood there is not decided about.
    let mut page = thread_page(rows().swap_remove(2), items());
    page.items.push(outgoing(
        "to be decided",
        SendAs::Response,
        SendState::Queued,
    ));
    desk.answer_thread(page.clone());
    desk.keys("<Enter>");
    page.items.pop();
    page.items.push(outgoing(
        "to be decided",
        SendAs::Response,
        SendState::Sending,
    ));
    desk.answer_thread(page);
    assert_eq!(desk.keys("e"), []);
    // A reply that is on its way, or whose text is in the composer, is not asked
    // about.
    for state in [
        SendState::Sending,
        SendState::Refused {
            why: "No.".into(),
            given_back: true,
        },
    ] {
        let mut page = thread_page(rows().swap_remove(2), items());
        page.items
            .push(outgoing("on its way", SendAs::Response, state));
        desk.answer_thread(page);
        desk.keys("<Enter>");
        assert!(desk.model.dialogs.is_empty());
    }
}
