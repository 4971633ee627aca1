//! What comes by itself as time passes, and when: what concerns only the composer apart from
//! the rest, because it repaints less. It must not know how that is painted.

use super::{
    Effect, Focus, Model,
    action::{leave::save_left, reply::save_draft},
    alerts,
    composer::draft::SAVE_AFTER,
    pictures, thread,
};
use crate::domain::{Command, Operation, SendState, Span, Timestamp};

/// "Typing" is sent again before Meta's 20 seconds are over.
const TYPING_REFRESH: Span = Span::seconds(15);

/// Without a key for this long, the agent pauses (our choice).
const TYPING_PAUSE: Span = Span::seconds(10);

/// Without a key for this long, nobody types: what is refused comes back into the
/// composer (our choice).
const RETURN_AFTER: Span = Span::seconds(3);

/// Without a key for this long, nobody works at the desk (our choice).
const IDLE_AFTER: Span = Span::minutes(3);

/// A half-typed sequence shows what may follow after this long.
const PREFIX_HELP: Span = Span::millis(400);

/// When the screen must change by itself, or something is due.
pub fn wake_at(model: &Model) -> Option<Timestamp> {
    outside_composer(model)
        .into_iter()
        .chain(in_composer(model))
        .min()
}

/// Whether something is due at this moment, or the clock was set back, so that the screen
/// shows a time that is yet to come.
pub fn is_due(model: &Model, now: Timestamp) -> bool {
    now < model.session.now || wake_at(model).is_some_and(|at| at <= now)
}

/// When something is due that may change the screen outside the text of the composer and
/// its foot.
pub(super) fn outside_composer(model: &Model) -> Option<Timestamp> {
    let mut due = vec![Timestamp::from_millis(
        (model.session.now.as_millis() / 60_000 + 1) * 60_000,
    )];
    if !model.session.settings.reduced_motion {
        due.extend(model.toasts.iter().map(|toast| toast.until));
    }
    if !model.keys.pending.is_empty()
        && model.session.now < model.keys.pending_since.plus(PREFIX_HELP)
    {
        due.push(model.keys.pending_since.plus(PREFIX_HELP));
    }
    due.extend(model.unsaved.values().filter_map(|left| left.again_at));
    due.extend(alerts::due(model));
    if model.session.active {
        due.push(model.session.last_input.plus(IDLE_AFTER));
    }
    if let Some(thread) = &model.thread {
        // A doubtful reply says more after a minute.
        let doubts = thread.outgoing().filter(|o| o.state == SendState::Unsure);
        due.extend(
            doubts
                .map(|o| o.at.plus(thread::CHECKING))
                .filter(|at| *at > model.session.now),
        );
        // A reply that could be taken back says so no longer.
        let waits = thread.outgoing().filter_map(|o| o.not_before);
        due.extend(waits.filter(|at| *at > model.session.now));
        if !thread.composer.returning.is_empty() && thread.window.is_loaded() {
            due.push(thread.composer.touched.plus(RETURN_AFTER));
        }
        // By Meta's clock, which may be ahead of ours or behind it.
        let ahead = model.server_now().since(model.session.now);
        let turns = thread.conversation.turns_after(model.server_now());
        due.extend(turns.map(|at| at.plus(ahead.negated())));
    }
    due.into_iter().min()
}

/// When the draft is to be saved, or "typing" goes on or ends.
fn in_composer(model: &Model) -> Option<Timestamp> {
    let thread = model.thread.as_ref()?;
    let composer = &thread.composer;
    let unsaved = composer.unsaved_since.filter(|_| thread.window.is_loaded());
    let save = unsaved.map(|since| since.plus(SAVE_AFTER));
    let typing = composer.typing.map(|shown| {
        let pause = composer.last_key.plus(TYPING_PAUSE);
        pause.min(shown.plus(TYPING_REFRESH))
    });
    save.into_iter().chain(typing).min()
}

/// Whether the half-typed sequence should show what may follow.
pub fn shows_continuations(model: &Model) -> bool {
    !model.keys.pending.is_empty()
        && model.session.now >= model.keys.pending_since.plus(PREFIX_HELP)
}

/// What the passing of time brings: toasts go, drafts are saved, "typing" is
/// refreshed or stopped.
pub(super) fn by_itself(model: &mut Model) -> Vec<Effect> {
    let now = model.session.now;
    let mut effects = Vec::new();
    if !model.session.settings.reduced_motion {
        model.toasts.retain(|toast| toast.until > now);
    }
    if model.session.active && now >= model.session.last_input.plus(IDLE_AFTER) {
        model.session.active = false;
        effects.push(Effect::Engine(Command::Pace { active: false }));
    }
    effects.extend(save_left(model));
    effects.extend(alerts::again(model));
    effects.extend(alerts::title(model));
    effects.extend(pictures::wanted(model));
    if model.pictures.large.is_some() && !pictures::is_enlarged(model) {
        effects.extend(pictures::shrink(model));
    }
    let Some(thread) = &mut model.thread else {
        return effects;
    };
    let typing_here =
        model.focus == Focus::Composer && now < thread.composer.touched.plus(RETURN_AFTER);
    if !thread.composer.returning.is_empty() && thread.window.is_loaded() && !typing_here {
        thread.return_texts(now);
    }
    // Not before the draft on the disk is known: it would be overwritten.
    let due = thread
        .composer
        .unsaved_since
        .filter(|_| thread.window.is_loaded());
    if due.is_some_and(|since| now >= since.plus(SAVE_AFTER)) {
        effects.push(save_draft(thread));
    }
    if let Some(shown) = thread.composer.typing {
        if now >= thread.composer.last_key.plus(TYPING_PAUSE) {
            thread.composer.typing = None;
            effects.push(Effect::operate(
                &thread.conversation,
                Operation::Typing(false),
            ));
        } else if now >= shown.plus(TYPING_REFRESH) {
            thread.composer.typing = Some(now);
            effects.push(Effect::operate(
                &thread.conversation,
                Operation::Typing(true),
            ));
        }
    }
    effects
}
