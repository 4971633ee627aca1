//! What becomes of a reply that did not simply go out.

use super::*;

#[test]
fn a_refused_reply_comes_back_before_what_was_typed_since_when_nobody_types() {
    let mut desk = desk();
    desk.open("Ana Ruiz");
    let first = sent(&desk.keys("rfirst<Enter>"));
    desk.keys("second");
    let text = |desk: &Desk| desk.model.thread.as_ref().map(|t| t.composer.text());
    desk.send(Msg::Changed(vec![refused(first, "first")]));
    desk.pass(Span::millis(2_900));
    desk.keys(" word");
    desk.pass(Span::millis(2_900));
    assert_eq!(
        text(&desk).as_deref(),
        Some("second word"),
        "not under the fingers"
    );
    assert!(wake_at(&desk.model) <= Some(desk.now.plus(Span::millis(100))));
    desk.pass(Span::millis(100));
    assert_eq!(text(&desk).as_deref(), Some("first\nsecond word"));
    desk.keys("!");
    assert_eq!(text(&desk).as_deref(), Some("first\nsecond word!"));
    let saved = desk.pass(Span::millis(150));
    assert!(
        matches!(saved[..], [Effect::Engine(Command::SaveDraft { .. })]),
        "{saved:?}"
    );
    // Three quick replies to somebody who cannot be written to: none of them joins
    // another, and they stand in their order.
    let mut quick = self::desk();
    quick.open("Ana Ruiz");
    let one = sent(&quick.keys("rone<Enter>"));
    let two = sent(&quick.keys("two<Enter>"));
    quick.send(Msg::Changed(vec![refused(one, "one")]));
    let three = quick.keys("three<Enter>");
    assert_eq!(asks(&three).len(), 2, "typing, and the reply");
    let Some(Operation::Reply(reply)) = asks(&three).into_iter().next_back() else {
        panic!("{three:?}");
    };
    assert_eq!(reply.returned().text, "three");
    quick.send(Msg::Changed(vec![refused(two, "two")]));
    quick.send(Msg::Changed(vec![refused(
        reply.parts[0].local.clone(),
        "three",
    )]));
    // Or at once when the thread is left.
    let effects = quick.keys("<Esc>q");
    let left = |e: &Effect| matches!(e, Effect::Engine(Command::SaveDraft { draft, .. }) if draft.text == "one\ntwo\nthree\n");
    assert!(effects.iter().any(left), "{effects:?}");
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
            desk.send(Msg::Changed(vec![Change::ReplyReturned {
                conversation: id("3"),
                returned: Box::new(Draft::of("to be decided")),
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
    // A reply that is on its way is not asked about; a refused one is, wherever
    // its text is.
    let refused = |given_back| SendState::Refused {
        why: "No.".into(),
        given_back,
    };
    for (state, asks) in [
        (SendState::Sending, false),
        (refused(true), true),
        (refused(false), true),
    ] {
        let mut desk = self::desk();
        desk.open("Ana Ruiz");
        let mut page = thread_page(rows().swap_remove(2), items());
        page.items
            .push(outgoing("on its way", SendAs::Response, state));
        desk.answer_thread(page);
        desk.keys("<Enter>");
        assert_eq!(!desk.model.dialogs.is_empty(), asks);
    }
}

/// What Meta sent out although it had refused it is not sent once more.
#[test]
fn a_reply_that_went_out_after_all_leaves_the_composer_unless_it_was_changed() {
    for (typed, left) in [("", ""), ("mine", "mine"), ("<Up>x", "\n")] {
        let mut desk = desk();
        desk.open("Ana Ruiz");
        let first = sent(&desk.keys("rfirst<Enter>"));
        desk.send(Msg::Changed(vec![refused(first, "first")]));
        desk.pass(Span::seconds(3));
        desk.keys(typed);
        desk.send(Msg::Changed(vec![Change::RefusedButSent {
            conversation: id("3"),
            text: "first".into(),
        }]));
        let text = desk.model.thread.as_ref().map(|t| t.composer.text());
        let expected = match typed {
            "<Up>x" => "xfirst\n",
            _ => left,
        };
        assert_eq!(text.as_deref(), Some(expected), "{typed}");
        let told = desk
            .model
            .toasts
            .iter()
            .any(|t| t.text.contains("sent after all"));
        assert!(told, "{:?}", desk.model.toasts);
    }
}
