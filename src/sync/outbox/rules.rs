//! The figures of the send protocol, and the questions it asks before a reply
//! goes out. All of them are our choice, within what Meta documents.

use crate::{
    domain::{
        HoldReason, Outgoing, ReplyAs, STALE_AFTER, SendAs, SendState, Span, Timestamp, Window,
    },
    sync::outbox::{Facts, SendStep},
};

/// A thread that was read longer ago is read again before a reply goes out.
pub(super) const FRESH: Span = Span::seconds(10);
/// Pauses after the first, second … attempt that found no connection.
pub(super) const BACK_OFF: [i64; 6] = [1, 2, 4, 8, 15, 30];
/// Pauses between looks for a reply in doubt: 3, 10, 30 and 60 s after the
/// attempt, then every five minutes.
pub(super) const LOOKS: [i64; 4] = [3, 7, 20, 30];
pub(super) const LATER_LOOKS: Span = Span::minutes(5);
/// Replies tried this near to each other may be taken for each other.
pub(in crate::sync) const TOLD_APART: Span = Span::minutes(5);
/// So long it is looked for.
pub(super) const LOOK_FOR: Span = Span::hours(24);
/// A message written from here …
pub(super) const NOT_BEFORE_ATTEMPT: Span = Span::seconds(-5);
/// … to here after the attempt may be the reply: two minutes after the end of
/// the longest call.
pub(super) const NOT_AFTER_ATTEMPT: Span = Span::seconds(150);
/// After the disk did not take something.
pub(in crate::sync) const TRY_DISK: Span = Span::seconds(1);

/// An attempt is over by then, whatever becomes of its call: the time limits of
/// the calls (30 s; 120 s for the upload of a file) and some more.
pub(in crate::sync) const ATTEMPT_LIMIT: Span = Span::seconds(40);
/// The same for each file that is uploaded before.
const UPLOAD_LIMIT: Span = Span::seconds(125);

/// How long the files of this reply may take to get to Meta.
pub(in crate::sync) fn upload_limit(row: &Outgoing) -> Span {
    let files = i64::try_from(row.content.files().len()).unwrap_or(1);
    Span::millis(UPLOAD_LIMIT.as_millis() * files)
}

/// When a reply was last tried, by Meta's clock.
pub(super) fn tried(row: &Outgoing) -> Timestamp {
    row.tried_at.unwrap_or(row.at)
}

/// A row that a person sends anew: what they see now is what they know.
pub(super) fn renewed(row: Outgoing, facts: &Facts) -> Outgoing {
    let choice = Window::at(facts.server_now, facts.known.customer_at, facts.opened_at)
        .choose(facts.server_now, ReplyAs::Auto);
    Outgoing {
        at: facts.now,
        known: facts.known,
        send_as: match (row.send_as, choice) {
            (SendAs::Response, Ok(SendAs::HumanAgent)) => SendAs::HumanAgent,
            (send_as, _) => send_as,
        },
        state: SendState::Queued,
        looks: 0,
        not_before: None,
        ..row
    }
}

pub(super) fn dropped(mut row: Outgoing, give_back: bool) -> Vec<SendStep> {
    if give_back {
        return vec![SendStep::GiveBack(row)];
    }
    row.state = SendState::Dropped;
    vec![SendStep::Record(row)]
}

/// Whether a pause is over. One that would last longer than any does was made by
/// a clock that has been set back since.
pub(super) fn passed(not_before: Timestamp, now: Timestamp) -> bool {
    not_before <= now || not_before > now.plus(LATER_LOOKS)
}

pub(super) fn is_fresh(read_at: Option<Timestamp>, now: Timestamp) -> bool {
    read_at.is_some_and(|read| now.since(read) <= FRESH && read <= now)
}

/// Why a person should look at a reply before it goes out.
pub(super) fn why_hold(row: &Outgoing, facts: &Facts) -> Option<HoldReason> {
    if facts.now.since(row.at) > STALE_AFTER {
        return Some(HoldReason::Stale);
    }
    if facts.known.customer_at > row.known.customer_at {
        return Some(HoldReason::CustomerWrote);
    }
    if facts.known.page_at > row.known.page_at && facts.known.page_at > facts.agent_at {
        return Some(HoldReason::Answered);
    }
    if facts.elsewhere {
        return Some(HoldReason::ControlLost);
    }
    let window = Window::at(facts.server_now, facts.known.customer_at, facts.opened_at);
    match (window.choose(facts.server_now, ReplyAs::Auto), row.send_as) {
        // At any time.
        (_, SendAs::Utility) => None,
        (Err(_), _) => Some(HoldReason::WindowClosed),
        (Ok(SendAs::HumanAgent), SendAs::Response) => Some(HoldReason::WindowOver),
        _ => None,
    }
}

/// A pause after `failures`, give or take a fifth; `jitter` is from 0 to 40.
pub(in crate::sync) fn back_off(failures: usize, jitter: u64) -> Span {
    let seconds = BACK_OFF[failures.min(BACK_OFF.len() - 1)];
    let percent = 80 + i64::try_from(jitter.min(40)).unwrap_or(20);
    Span::millis(seconds * 10 * percent)
}

/// Words without what Meta may change about the space between them.
pub(super) fn plain(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
