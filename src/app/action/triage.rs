//! An agent's own decisions: put off, no reply needed, keep unread, labels,
//! marks on several, private notes; undo and repeat. The customer and Meta learn
//! nothing of them, so all of them can be taken back.

use crate::{
    app::{
        Effect, Focus, Model, Query, ToastKind,
        action::{
            navigate::{advance, open},
            table::Action,
        },
        alerts::answered,
        dialog::{Dialog, Labels, NoteDialog, Snooze},
        history::Undo,
    },
    domain::{
        Command, Conversation, ConversationId, Decision, PrivateNote, Psid, TriageChange, Until,
    },
};

/// Does it to what the action is about.
pub(crate) fn decide_here(model: &mut Model, change: TriageChange) -> Vec<Effect> {
    let targets = model.targets();
    decide(model, &targets, change)
}

/// Whether a customer has written since this was known of them.
fn has_written_since(model: &Model, known: &Conversation) -> bool {
    let open = model.thread.as_ref().map(|thread| &thread.conversation);
    let mut rows = model.inbox.rows.iter().chain(open);
    rows.any(|row| row.id == known.id && row.customer_at > known.customer_at)
}

/// Does it to these, and goes on to the next one waiting where the thread is done
/// with.
pub(crate) fn decide(
    model: &mut Model,
    targets: &[Conversation],
    change: TriageChange,
) -> Vec<Effect> {
    if targets.is_empty() {
        return Vec::new();
    }
    // It would come back at once, for what was written while the question was open.
    if matches!(change, TriageChange::Defer(_))
        && let Some(one) = targets.iter().find(|one| has_written_since(model, one))
    {
        let name = one.display_name();
        let words = format!("{name} has just written. Have a look first.");
        model.toast_about(ToastKind::Warn, &name, words);
        return Vec::new();
    }
    let row = |c: &Conversation, triage| (c.id.clone(), c.psid.clone(), triage);
    let before = targets.iter().map(|c| row(c, c.triage.clone())).collect();
    let after: Vec<_> = targets
        .iter()
        .map(|c| row(c, change.added_to(&c.triage, c.customer_at)))
        .collect();
    let name = match targets {
        [one] => one.display_name(),
        _ => String::new(),
    };
    let words = match targets {
        [_] => format!("{name}: {}", words(model, &change)),
        many => format!("{} conversations: {}", many.len(), words(model, &change)),
    };
    let in_thread = model.focus == Focus::Thread && model.open_thread(&targets[0].id).is_some();
    let from = in_thread.then(|| targets[0].id.clone());
    model.history.remember(Undo::Triage {
        before,
        words: words.clone(),
        name: name.clone(),
        from,
    });
    model.history.repeat = Some(change.clone());
    for done in targets {
        model.marked.remove(&done.id);
    }
    let undo = model.session.settings.keymap.key_of(Action::Undo);
    let words = format!("{words}. {undo} to undo.");
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
    if in_thread && !matches!(change, TriageChange::Label(..)) {
        effects.extend(advance(model));
    }
    effects
}

fn words(model: &Model, change: &TriageChange) -> String {
    match change {
        TriageChange::Defer(Until::Moment(at)) => {
            let zone = &model.session.settings.zone;
            // Shown by this computer's clock, kept by Meta's.
            let at = at.plus(model.session.account.skew().negated()).local(zone);
            format!("snoozed until {}", at.strftime("%a %-d %b %H:%M"))
        }
        TriageChange::Defer(Until::CustomerWrites) => "waiting for their reply".into(),
        TriageChange::Defer(Until::NoReplyNeeded) => "no reply needed".into(),
        TriageChange::Unread => "kept unread".into(),
        TriageChange::Label(label, true) => format!("labelled {label}"),
        TriageChange::Label(label, false) => format!("no longer labelled {label}"),
    }
}

/// Takes the last act back.
pub(crate) fn undo(model: &mut Model) -> Vec<Effect> {
    let now = model.session.now;
    match model.history.last_undo(now) {
        None => {
            let back = model.session.settings.keymap.key_of(Action::LastThread);
            let words = match &model.history.last_thread {
                Some(_) => format!("Nothing to undo. {back} goes back to the last conversation."),
                None => "Nothing to undo.".to_owned(),
            };
            model.toast(ToastKind::Info, words);
            Vec::new()
        }
        Some(Undo::Advance(id, _)) => {
            model.toasts.clear();
            let mut effects = Vec::new();
            // It went on because of what was decided there: that goes, too.
            if let Some(Undo::Triage {
                from: Some(from), ..
            }) = model.history.undo.last()
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
            model.toast_about(ToastKind::Info, &name, format!("Undone: {words}."));
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
        Some(Undo::Send(conversation, locals, _)) => locals
            .into_iter()
            .map(|local| {
                Effect::Engine(Command::Decide {
                    conversation: conversation.clone(),
                    local,
                    decision: Decision::TakeBack,
                })
            })
            .collect(),
        Some(Undo::Note(conversation, id)) => {
            model.toast(ToastKind::Info, "Note deleted.");
            vec![Effect::Engine(Command::DropNote(conversation, id))]
        }
    }
}

/// The last decision once more, for whoever is selected now.
pub(crate) fn repeat(model: &mut Model) -> Vec<Effect> {
    match model.history.repeat.clone() {
        Some(TriageChange::Defer(Until::Moment(at))) if at <= model.server_now() => {
            model.toast(ToastKind::Info, "That time has passed. Snooze it again.");
            Vec::new()
        }
        Some(change) => decide_here(model, change),
        None => {
            model.toast(ToastKind::Info, "Nothing to repeat yet.");
            Vec::new()
        }
    }
}

/// Marks the row under the cursor, or takes the mark off, and goes a row down.
pub(crate) fn mark(model: &mut Model) -> Vec<Effect> {
    if model.focus != Focus::List {
        model.toast(ToastKind::Info, "Mark rows in the list.");
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

pub(crate) fn wait(model: &mut Model) -> Vec<Effect> {
    decide_here(model, TriageChange::Defer(Until::CustomerWrites))
}

pub(crate) fn no_reply_needed(model: &mut Model) -> Vec<Effect> {
    decide_here(model, TriageChange::Defer(Until::NoReplyNeeded))
}

pub(crate) fn keep_unread(model: &mut Model) -> Vec<Effect> {
    decide_here(model, TriageChange::Unread)
}

/// Asks until when.
pub(crate) fn snooze(model: &mut Model) -> Vec<Effect> {
    let snooze = Snooze::new(model.targets(), &model.session);
    model.dialogs.push(Dialog::Snooze(snooze));
    Vec::new()
}

/// Asks for a label.
pub(crate) fn labels(model: &mut Model) -> Vec<Effect> {
    let labels = Labels::of(model.targets());
    model.dialogs.push(Dialog::Labels(labels));
    vec![Effect::Query(Query::Labels)]
}

/// Asks for the words of a private note.
pub(crate) fn note(model: &mut Model) -> Vec<Effect> {
    let Some(subject) = model.subject() else {
        return Vec::new();
    };
    let note = NoteDialog::about(subject);
    model.dialogs.push(Dialog::Note(note));
    Vec::new()
}

/// Keeps a private note.
pub(crate) fn keep_note(
    model: &mut Model,
    conversation: ConversationId,
    psid: Psid,
    text: String,
) -> Effect {
    let id = model.new_id();
    model
        .history
        .remember(Undo::Note(conversation.clone(), id.clone()));
    model.toast(ToastKind::Good, "Note saved on this computer.");
    Effect::Engine(Command::KeepNote {
        conversation,
        psid,
        note: PrivateNote {
            id,
            at: model.session.now,
            agent: model.session.settings.agent.clone(),
            text,
        },
    })
}
