//! What an agent does to a thread: reply, mark seen, move control.

use super::{
    Effect, Focus, Model, Thread, ToastKind,
    composer::Mode,
    dialog::{Choice, Choose, Dialog, Fate},
    walk::{leave, open},
    writing::{self, stop_typing},
};
use crate::{
    app::TerminalEffect,
    domain::{
        AppId, Author, Command, Conversation, ConversationId, Decision, HandBack, HandBackNote,
        Item, Operation, Outcome, Outgoing, PAGE_INBOX_APPS, Platform, Routing, SendState, Span,
        ThreadOwner,
    },
};

/// How long one *extend* keeps control; Meta allows up to 7 days.
pub(super) const EXTENSION: Span = Span::hours(24);

/// Take if needed, mark seen, show typing, write.
pub(super) fn reply(model: &mut Model) -> Vec<Effect> {
    let Some(id) = model.subject().map(|c| c.id.clone()) else {
        return Vec::new();
    };
    let mut effects = open(model, id);
    if let Some(thread) = model
        .thread
        .as_mut()
        .filter(|thread| thread.conversation.psid.as_str().is_empty())
    {
        // Not even the row is at hand: the reply begins when it is.
        thread.then_reply = true;
        return effects;
    }
    model.focus = Focus::Composer;
    let (now, server_now, attended) = (model.now, model.server_now(), model.attended);
    let routed = model
        .thread
        .as_ref()
        .is_some_and(|t| model.routing(t.conversation.platform) == Routing::Enabled);
    let Some(thread) = &mut model.thread else {
        return effects;
    };
    thread.notice = None;
    thread.composer.mode = Mode::Insert;
    let held_by_others = matches!(
        thread.conversation.owner,
        ThreadOwner::App(_) | ThreadOwner::Other | ThreadOwner::NotUs | ThreadOwner::Idle
    );
    if routed && held_by_others {
        effects.push(Effect::operate(&thread.conversation, Operation::Take));
    }
    if attended {
        let news = thread.marked_seen.is_none_or(|at| {
            thread
                .conversation
                .customer_at
                .is_some_and(|wrote| wrote > at)
        });
        if news {
            thread.marked_seen = Some(server_now);
            effects.push(Effect::operate(&thread.conversation, Operation::MarkSeen));
        }
        if thread.composer.typing.is_none() {
            thread.composer.typing = Some(now);
            effects.push(Effect::operate(
                &thread.conversation,
                Operation::Typing(true),
            ));
        }
        thread.composer.last_key = now;
    }
    effects
}

pub(super) fn mark_seen(model: &mut Model) -> Vec<Effect> {
    if !model.attended {
        return Vec::new();
    }
    let now = model.server_now();
    let effects = about_subject(model, Operation::MarkSeen);
    if let Some(thread) = open_subject(model).filter(|_| !effects.is_empty()) {
        thread.marked_seen = Some(now);
    }
    effects
}

/// Does something to the subject, and says so where one looks.
pub(super) fn about_subject(model: &mut Model, what: Operation) -> Vec<Effect> {
    if let Some(thread) = open_subject(model) {
        thread.notice = None;
    }
    let subject = model
        .subject()
        .filter(|subject| !subject.psid.as_str().is_empty());
    subject
        .map(|subject| Effect::operate(subject, what))
        .into_iter()
        .collect()
}

/// The open thread, if it is the subject.
fn open_subject(model: &mut Model) -> Option<&mut Thread> {
    let id = model.subject()?.id.clone();
    model.open_thread(&id)
}

pub(super) fn pass_to(model: &mut Model) -> Vec<Effect> {
    let Some(subject) = model.subject().cloned() else {
        return Vec::new();
    };
    let inbox = match subject.platform {
        Platform::Messenger => PAGE_INBOX_APPS[0],
        Platform::Instagram => PAGE_INBOX_APPS[1],
    };
    let mut targets: Vec<_> = model
        .apps
        .names
        .iter()
        .filter(|(id, _)| model.apps.ours.as_ref() != Some(id))
        .map(|(id, _)| (id.clone(), model.apps.name(id)))
        .collect();
    if let Some(bot) = model
        .apps
        .bot
        .clone()
        .filter(|bot| !targets.iter().any(|(id, _)| id == bot))
    {
        let name = model.apps.name(&bot);
        targets.push((bot, name));
    }
    if !targets
        .iter()
        .any(|(id, _)| PAGE_INBOX_APPS.contains(&id.as_str()))
    {
        targets.push((AppId::new(inbox), "Page Inbox".into()));
    }
    model
        .dialogs
        .push(Dialog::Choose(Choose::app(&subject, targets)));
    Vec::new()
}

/// Claim it for oneself, or pass it to a colleague's app.
pub(super) fn colleague(model: &mut Model) -> Vec<Effect> {
    let Some(subject) = model.subject().cloned() else {
        return Vec::new();
    };
    let colleagues = model.apps.colleagues();
    let claimed = subject.owner == ThreadOwner::Us;
    let choose = Choose::colleague(&subject, !claimed, colleagues);
    model.dialogs.push(Dialog::Choose(choose));
    Vec::new()
}

/// Does something to every marked row.
pub(super) fn for_all(model: &mut Model, ask: &Operation) -> Vec<Effect> {
    let marked = std::mem::take(&mut model.marked);
    marked
        .values()
        .filter(|row| !row.psid.as_str().is_empty())
        .map(|row| Effect::operate(row, ask.clone()))
        .collect()
}

/// How an agent hands back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct HandBackBy {
    pub(super) outcome: Outcome,
    pub(super) summary: String,
    pub(super) next: String,
}

impl From<Outcome> for HandBackBy {
    fn from(outcome: Outcome) -> Self {
        Self {
            outcome,
            summary: String::new(),
            next: String::new(),
        }
    }
}

/// Hands back what the dialog was about: one conversation (and no other), or all
/// marked ones. With `send` the reply goes out first.
pub(super) fn hand_back_by(
    model: &mut Model,
    about: Option<&ConversationId>,
    by: HandBackBy,
    send: bool,
) -> Vec<Effect> {
    if about.is_none() {
        // What they have read of each thread is not known here.
        let blank = model.marked.values().next().cloned().map(Thread::new);
        let back = blank.map(|blank| hand_back_of(model, &blank, by));
        return back.map_or_else(Vec::new, |back| for_all(model, &Operation::Pass(back)));
    }
    if !is_about(model, about) {
        return Vec::new();
    }
    if send {
        let back = model.thread.as_ref().map(|t| hand_back_of(model, t, by));
        return writing::send(model, back);
    }
    hand_back(model, by, None)
}

/// Whether the subject is still the one that was asked about.
fn is_about(model: &mut Model, about: Option<&ConversationId>) -> bool {
    let same = about.is_none() || about == model.subject().map(|subject| &subject.id);
    if !same {
        model.toast(
            ToastKind::Warn,
            "The selected conversation is another one now; nothing was done.",
        );
    }
    same
}

fn hand_back(model: &mut Model, by: HandBackBy, to: Option<AppId>) -> Vec<Effect> {
    let Some(subject) = model.subject().cloned() else {
        return Vec::new();
    };
    let blank = Thread::new(subject.clone());
    let open = model
        .thread
        .as_ref()
        .filter(|thread| thread.conversation.id == subject.id);
    let mut back = hand_back_of(model, open.unwrap_or(&blank), by);
    if to.is_some() {
        back.to = to;
    }
    let mut effects = stop_typing(model);
    if let Some(thread) = model
        .thread
        .as_mut()
        .filter(|thread| thread.conversation.id == subject.id)
    {
        thread.notice = None;
        thread.advance_after_pass = true;
    }
    effects.push(Effect::operate(&subject, Operation::Pass(back)));
    effects
}

fn hand_back_of(model: &Model, thread: &Thread, by: HandBackBy) -> HandBack {
    let last = thread.items.iter().rev().find_map(|item| match item {
        Item::Message(m) if m.author == Author::Customer => Some((m.mid.clone(), m.at)),
        _ => None,
    });
    HandBack {
        to: model.apps.bot.clone(),
        note: HandBackNote {
            outcome: by.outcome,
            summary: by.summary,
            next: by.next,
            idle: false,
            agent: model.settings.agent.clone(),
            answered_through: last,
        },
    }
}

/// The desk is left: every thread we hold gets what was decided for it.
pub(super) fn sign_off(model: &mut Model, rows: Vec<(Conversation, Fate)>) -> Vec<Effect> {
    let mut effects = Vec::new();
    for (row, fate) in rows {
        let outcome = if row.waiting() {
            Outcome::FollowUp
        } else {
            Outcome::Resolved
        };
        let mut back = hand_back_of(model, &Thread::new(row.clone()), outcome.into());
        match fate {
            Fate::Keep => continue,
            Fate::HandBack => {}
            Fate::Colleague(app, _) => back.to = Some(app),
        }
        effects.push(Effect::operate(&row, Operation::Pass(back)));
    }
    effects.extend(leave(model));
    effects
}

/// What a line of a short list does. A choice that was about one conversation
/// is never carried out on another.
pub(super) fn chosen(
    model: &mut Model,
    about: Option<&ConversationId>,
    choice: Choice,
) -> Vec<Effect> {
    if !is_about(model, about) {
        return Vec::new();
    }
    match choice {
        Choice::ReleaseAll => for_all(model, &Operation::Release),
        Choice::PassTo(app) => hand_back(model, Outcome::Other.into(), Some(app)),
        Choice::Claim => about_subject(model, Operation::Take),
        Choice::OpenLink(link) => vec![Effect::Terminal(TerminalEffect::OpenUrl(link))],
        Choice::SaveFile(link) => vec![Effect::Engine(Command::SaveFile(link))],
        Choice::Decide(outgoing, decision) => decide(model, &outgoing, decision),
        Choice::Release => about_subject(model, Operation::Release),
        Choice::Quit => leave(model),
        Choice::Stay => Vec::new(),
    }
}

/// What shall become of the oldest reply of the thread that does not go on by
/// itself?
pub(super) fn settle(model: &mut Model) -> Vec<Effect> {
    let again = model.new_id();
    let Some(thread) = &model.thread else {
        return Vec::new();
    };
    // While the text of a refused reply stands in the composer, it is decided
    // about there.
    let open = |state: &SendState| match state {
        SendState::Unsure | SendState::Held(_) | SendState::Queued => true,
        SendState::Refused { given_back, .. } => !given_back,
        _ => false,
    };
    let Some(outgoing) = thread.outgoing().find(|o| open(&o.state)) else {
        return Vec::new();
    };
    if model.settings.read_only {
        model.toast(
            ToastKind::Warn,
            "This desk is read-only, so nothing is sent.",
        );
        return Vec::new();
    }
    let choose = Choose::outgoing(&thread.conversation, outgoing, again);
    model.dialogs.push(Dialog::Choose(choose));
    Vec::new()
}

fn decide(model: &mut Model, outgoing: &Outgoing, decision: Decision) -> Vec<Effect> {
    let now = model.thread.as_ref().and_then(|thread| {
        let mut replies = thread.outgoing();
        replies.find(|o| o.local == outgoing.local)
    });
    if now.is_none_or(|now| now.state != outgoing.state) {
        model.toast(ToastKind::Info, "It has gone on meanwhile; look again.");
        return Vec::new();
    }
    vec![Effect::Engine(Command::Decide {
        conversation: outgoing.conversation.clone(),
        local: outgoing.local.clone(),
        decision,
    })]
}

/// Letting go of somebody who waits is asked about first.
pub(super) fn release(model: &mut Model) -> Vec<Effect> {
    match model.subject() {
        Some(subject) if subject.waiting() => {
            let choose = Choose::release(subject);
            model.dialogs.push(Dialog::Choose(choose));
            Vec::new()
        }
        _ => about_subject(model, Operation::Release),
    }
}

/// Removes the refused replies of a thread.
pub(super) fn drop_refused(model: &mut Model) -> Vec<Effect> {
    model
        .subject()
        .map(|subject| Effect::Engine(Command::DropRefused(subject.id.clone())))
        .into_iter()
        .collect()
}
