//! Which step of the tour a piece of news shows to be done.

use crate::{
    app::{
        Model,
        tour::{JO, KEMI, SAM, TourStep},
    },
    domain::{Change, Conversation, ConversationId, OperationKind},
};

/// Ticks what a piece of news shows to be done, before it is taken in.
pub(crate) fn heard(model: &mut Model, change: &Change) {
    if model.tour.is_none() {
        return;
    }
    let done = match change {
        Change::ReplySent {
            conversation,
            local,
        } => {
            // The desk may have gone on to the next thread already.
            let name = known(model, conversation).and_then(|row| row.name.clone());
            let open = model.thread.as_ref();
            let reply = open.and_then(|thread| thread.outgoing().find(|r| r.local == *local));
            if reply.is_some_and(|reply| reply.hand_back.is_some()) {
                tick(model, TourStep::HandBack);
            }
            match name.as_deref() {
                Some(JO) => TourStep::Answer,
                Some(KEMI) => TourStep::HumanAgent,
                _ => return,
            }
        }
        Change::Done {
            conversation,
            operation: OperationKind::Take,
        } => {
            let row = known(model, conversation);
            match row.is_some_and(|row| row.name.as_deref() == Some(SAM)) {
                true => TourStep::Take,
                false => return,
            }
        }
        Change::Done {
            operation: OperationKind::Pass,
            ..
        } => TourStep::HandBack,
        _ => return,
    };
    tick(model, done);
}

fn tick(model: &mut Model, step: TourStep) {
    if let Some(tour) = &mut model.tour {
        tour.tick(step);
    }
}

fn known<'a>(model: &'a Model, id: &ConversationId) -> Option<&'a Conversation> {
    let open = model.thread.as_ref().map(|thread| &thread.conversation);
    let rows = model.inbox.rows.iter();
    rows.chain(open).find(|row| row.id == *id)
}
