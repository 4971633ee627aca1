//! An agent's own decisions: put off, no reply needed, keep unread, labels,
//! marks on several, private notes; undo and repeat. The customer and Meta learn
//! nothing of them, so all of them can be taken back.

use super::{
    Effect, Focus, Model, ToastKind,
    action::Action,
    alerts::answered,
    dialog::{Dialog, Labels, NoteDialog, Snooze},
    walk::{advance, open},
};
use crate::{
    app::Query,
    domain::{
        Command, Conversation, ConversationId, Decision, Deferred, LocalId, PrivateNote, Psid,
        Span, Timestamp, Triage, Until,
    },
};

/// So long after an advance, *undo* takes it back before anything else.
pub const ADVANCE_UNDO: Span = Span::seconds(5);

/// So many acts can be undone.
const HISTORY: usize = 50;

/// A decision that can be repeated for somebody else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TriageChange {
    /// Out of the way.
    Defer(Until),
    /// Keep it unread.
    Unread,
    /// Set (or take off) a label.
    Label(String, bool),
}

/// Something that can be taken back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Undo {
    /// The desk went on from this conversation by itself, at this moment.
    Advance(ConversationId, Timestamp),
    /// Decisions as they were before, in words what was done, and where one was.
    Triage {
        /// What was decided before.
        before: Vec<(ConversationId, Psid, Triage)>,
        /// What was done.
        words: String,
        /// Whose name stands in the words, if anybody's.
        name: String,
        /// The thread that was open.
        from: Option<ConversationId>,
    },
    /// A private note was written.
    Note(ConversationId, LocalId),
    /// A reply waits until this moment before it goes, in these parts.
    Send(ConversationId, Vec<LocalId>, Timestamp),
}

impl Undo {
    /// Too late to be taken back.
    fn is_late(&self, now: Timestamp) -> bool {
        match self {
            Self::Advance(_, at) => now.since(*at) > ADVANCE_UNDO,
            Self::Send(_, _, until) => now >= *until,
            Self::Triage { .. } | Self::Note(..) => false,
        }
    }
}

/// What an action is about: the marked rows, else the subject.
pub(super) fn targets(model: &Model) -> Vec<Conversation> {
    if !model.marked.is_empty() && model.focus == Focus::List {
        return model.marked.values().cloned().collect();
    }
    model.subject().cloned().into_iter().collect()
}

/// Does it to what the action is about.
pub(super) fn decide_here(model: &mut Model, local: TriageChange) -> Vec<Effect> {
    decide(model, &targets(model), local)
}

/// Does it to these, and goes on to the next who waits where the thread is done
/// with.
pub(super) fn decide(
    model: &mut Model,
    targets: &[Conversation],
    local: TriageChange,
) -> Vec<Effect> {
    if targets.is_empty() {
        return Vec::new();
    }
    let row = |c: &Conversation, triage| (c.id.clone(), c.psid.clone(), triage);
    let before = targets.iter().map(|c| row(c, c.triage.clone())).collect();
    let after: Vec<_> = targets.iter().map(|c| row(c, decided(c, &local))).collect();
    let name = match targets {
        [one] => one.display_name(),
        _ => String::new(),
    };
    let words = match targets {
        [_] => format!("{name}: {}", words(model, &local)),
        many => format!("{} conversations: {}", many.len(), words(model, &local)),
    };
    let in_thread = model.focus == Focus::Thread && model.open_thread(&targets[0].id).is_some();
    let from = in_thread.then(|| targets[0].id.clone());
    remember(
        model,
        Undo::Triage {
            before,
            words: words.clone(),
            name: name.clone(),
            from,
        },
    );
    model.repeat = Some(local.clone());
    for done in targets {
        model.marked.remove(&done.id);
    }
    let undo = model.settings.keymap.key_of(Action::Undo);
    let words = format!("{words}. {undo} takes it back.");
    model.toast_about(ToastKind::Good, &name, words);
    // What is asked next must see it already.
    for (id, _, triage) in &after {
        answered(model, id);
        model.inbox.decide(id, triage);
        if let Some(thread) = model.open_thread(id) {
            thread.conversation.triage = triage.clone();
        }
    }
    let mut effects = vec![Effect::Engine(Command::Triage(after))];
    if in_thread && !matches!(local, TriageChange::Label(..)) {
        effects.extend(advance(model));
    }
    effects
}

fn decided(c: &Conversation, local: &TriageChange) -> Triage {
    let triage = c.triage.clone();
    match local {
        TriageChange::Defer(until) => Triage {
            deferred: Some(Deferred {
                until: *until,
                through: c.customer_at,
            }),
            unread: false,
            ..triage
        },
        TriageChange::Unread => Triage {
            deferred: None,
            unread: true,
            ..triage
        },
        TriageChange::Label(label, on) => triage.labelled(label, *on),
    }
}

fn words(model: &Model, local: &TriageChange) -> String {
    match local {
        TriageChange::Defer(Until::Moment(at)) => {
            let zone = &model.settings.zone;
            // Shown by this computer's clock, kept by Meta's.
            let at = at.plus(model.skew.negated()).local(zone);
            format!("snoozed until {}", at.strftime("%a %-d %b %H:%M"))
        }
        TriageChange::Defer(Until::CustomerWrites) => "put off until they write".into(),
        TriageChange::Defer(Until::NoReplyNeeded) => "no reply needed".into(),
        TriageChange::Unread => "kept unread".into(),
        TriageChange::Label(label, true) => format!("labelled {label}"),
        TriageChange::Label(label, false) => format!("no longer labelled {label}"),
    }
}

pub(super) fn remember(model: &mut Model, undo: Undo) {
    model.history.push(undo);
    if model.history.len() > HISTORY {
        model.history.remove(0);
    }
}

/// Takes the last act back.
pub(super) fn undo(model: &mut Model) -> Vec<Effect> {
    // Some things can be taken back for a moment only.
    let now = model.now;
    model.history.retain(|undo| !undo.is_late(now));
    match model.history.pop() {
        None => {
            model.toast(ToastKind::Info, "Nothing to undo.");
            Vec::new()
        }
        Some(Undo::Advance(id, _)) => {
            model.toasts.clear();
            let mut effects = Vec::new();
            // It went on because of what was decided there: that goes, too.
            if let Some(Undo::Triage {
                from: Some(from), ..
            }) = model.history.last()
                && *from == id
            {
                effects = undo(model);
            }
            effects.extend(open(model, id));
            effects
        }
        Some(Undo::Triage {
            before,
            words,
            name,
            from,
        }) => {
            model.toast_about(ToastKind::Info, &name, format!("Taken back: {words}."));
            for (id, _, triage) in &before {
                model.inbox.decide(id, triage);
                if let Some(thread) = model.open_thread(id) {
                    thread.conversation.triage = triage.clone();
                }
            }
            let mut effects = vec![Effect::Engine(Command::Triage(before))];
            if let Some(id) = from.filter(|_| model.focus != Focus::Composer) {
                effects.extend(open(model, id));
            }
            effects
        }
        Some(Undo::Send(conversation, locals, _)) => {
            // The last part first: each comes back before what is there.
            let parts = locals.into_iter().rev();
            parts
                .map(|local| {
                    Effect::Engine(Command::Decide {
                        conversation: conversation.clone(),
                        local,
                        decision: Decision::TakeBack,
                    })
                })
                .collect()
        }
        Some(Undo::Note(conversation, id)) => {
            model.toast(ToastKind::Info, "The note is gone.");
            vec![Effect::Engine(Command::DropNote(conversation, id))]
        }
    }
}

/// The last decision once more, for whoever is selected now.
pub(super) fn repeat(model: &mut Model) -> Vec<Effect> {
    match model.repeat.clone() {
        Some(TriageChange::Defer(Until::Moment(at))) if at <= model.server_now() => {
            model.toast(ToastKind::Info, "That moment is over; snooze it anew.");
            Vec::new()
        }
        Some(local) => decide_here(model, local),
        None => {
            model.toast(ToastKind::Info, "Nothing to repeat yet.");
            Vec::new()
        }
    }
}

/// Marks the row under the cursor, or takes the mark off, and goes a row down.
pub(super) fn mark(model: &mut Model) -> Vec<Effect> {
    if model.focus != Focus::List {
        model.toast(ToastKind::Info, "Rows are marked in the list.");
        return Vec::new();
    }
    let Some(row) = model.inbox.selected().cloned() else {
        return Vec::new();
    };
    if model.marked.remove(&row.id).is_none() {
        model.marked.insert(row.id.clone(), row);
    }
    let place = model.inbox.cursor.saturating_add(1);
    model.inbox.go(place).into_iter().collect()
}

/// Asks until when.
pub(super) fn snooze(model: &mut Model) -> Vec<Effect> {
    let snooze = Snooze::for_now(model);
    model.dialogs.push(Dialog::Snooze(snooze));
    Vec::new()
}

/// Asks for a label.
pub(super) fn labels(model: &mut Model) -> Vec<Effect> {
    let labels = Labels::of(targets(model));
    model.dialogs.push(Dialog::Labels(labels));
    vec![Effect::Query(Query::Labels)]
}

/// Asks for the words of a private note.
pub(super) fn note(model: &mut Model) -> Vec<Effect> {
    let Some(subject) = model.subject() else {
        return Vec::new();
    };
    let note = NoteDialog::about(subject);
    model.dialogs.push(Dialog::Note(note));
    Vec::new()
}

/// Keeps a private note.
pub(super) fn keep_note(
    model: &mut Model,
    conversation: ConversationId,
    psid: Psid,
    text: String,
) -> Effect {
    let id = model.new_id();
    remember(model, Undo::Note(conversation.clone(), id.clone()));
    model.toast(ToastKind::Good, "Noted, for this desk only.");
    Effect::Engine(Command::KeepNote {
        conversation,
        psid,
        note: PrivateNote {
            id,
            at: model.now,
            agent: model.settings.agent.clone(),
            text,
        },
    })
}
