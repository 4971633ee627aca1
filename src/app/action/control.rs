//! What an agent does to a thread: reply, mark seen, move control.

use crate::{
    app::{
        Effect, Focus, Model, TerminalEffect, ToastKind,
        action::{
            attach,
            leave::leave,
            look::{enlarge, pictures_at_hand},
            navigate::open,
            reply::{self, stop_typing},
        },
        composer::Mode,
        dialog::{Choice, Choose, Dialog, Fate, HandBackAnswer, HandBackDialog},
        thread::Thread,
    },
    domain::{
        AppId, Author, Command, Conversation, ConversationId, Decision, HandBack, HandBackNote,
        Item, Message, Operation, Outcome, Outgoing, PAGE_INBOX_APPS, Platform, SendState, Span,
        ThreadOwner,
    },
};

/// So many messages are offered as a reply in doubt.
const CANDIDATES: usize = 9;
/// How long one *extend* keeps control; Meta allows up to 7 days.
const EXTENSION: Span = Span::hours(24);

/// Take if needed, mark seen, show typing, write.
pub(crate) fn begin_reply(model: &mut Model) -> Vec<Effect> {
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
        thread.then.reply = true;
        return effects;
    }
    model.focus = Focus::Composer;
    let (now, server_now, attended) = (
        model.session.now,
        model.server_now(),
        model.session.attended,
    );
    let closed = model
        .thread
        .as_ref()
        .is_some_and(|thread| model.send_as(thread).is_err());
    let takes = !closed && model.needs_control();
    let Some(thread) = &mut model.thread else {
        return effects;
    };
    if takes {
        effects.push(Effect::operate(&thread.conversation, Operation::Take));
    }
    thread.trouble = None;
    thread.composer.mode = Mode::Insert;
    // Of a reply that cannot go out the customer learns nothing.
    if attended && !closed {
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

/// Does something to the marked rows, else to the subject.
fn operate(model: &mut Model, operation: Operation) -> Vec<Effect> {
    if model.acts_on_marked() {
        return operate_on_marked(model, &operation);
    }
    operate_on_subject(model, operation)
}

pub(crate) fn take(model: &mut Model) -> Vec<Effect> {
    operate(model, Operation::Take)
}

/// Asking is asked about first: the owner is told.
pub(crate) fn request(model: &mut Model) -> Vec<Effect> {
    let choose = match model.subject() {
        _ if model.acts_on_marked() => Choose::request_all(model.marked.len()),
        Some(subject) => {
            let holder = model.owner_words(&subject.owner);
            Choose::request(subject, &holder)
        }
        None => return Vec::new(),
    };
    model.dialogs.push(Dialog::Choose(choose));
    Vec::new()
}

pub(crate) fn extend(model: &mut Model) -> Vec<Effect> {
    operate(model, Operation::Extend(EXTENSION))
}

/// Nobody is told that something was read while nobody is there to read it.
pub(crate) fn mark_seen(model: &mut Model) -> Vec<Effect> {
    if !model.session.attended {
        return Vec::new();
    }
    let now = model.server_now();
    let effects = operate(model, Operation::MarkSeen);
    // On marked rows the thread that is open need not be among them.
    let among = |id: &ConversationId| {
        effects.iter().any(|effect| {
            matches!(effect, Effect::Engine(Command::Operate { conversation, .. }) if conversation == id)
        })
    };
    if let Some(thread) = &mut model.thread
        && among(&thread.conversation.id)
    {
        thread.marked_seen = Some(now);
    }
    effects
}

/// Opens the conversation; in it, decides about an unsent reply.
pub(crate) fn open_or_settle(model: &mut Model) -> Vec<Effect> {
    match model.inbox.selected().map(|c| c.id.clone()) {
        Some(id) if model.focus == Focus::List => open(model, id),
        _ => match pictures_at_hand(model) {
            Some(view) => enlarge(model, view),
            None => settle(model),
        },
    }
}

/// Does something to the subject, and says so where one looks.
fn operate_on_subject(model: &mut Model, operation: Operation) -> Vec<Effect> {
    if let Some(thread) = open_subject(model) {
        thread.trouble = None;
    }
    let subject = model
        .subject()
        .filter(|subject| !subject.psid.as_str().is_empty());
    subject
        .map(|subject| Effect::operate(subject, operation))
        .into_iter()
        .collect()
}

/// The open thread, if it is the subject.
fn open_subject(model: &mut Model) -> Option<&mut Thread> {
    let id = model.subject()?.id.clone();
    model.open_thread(&id)
}

pub(crate) fn pass_to(model: &mut Model) -> Vec<Effect> {
    let Some(subject) = model.subject().cloned() else {
        return Vec::new();
    };
    let inbox = match subject.platform {
        Platform::Messenger => PAGE_INBOX_APPS[0],
        Platform::Instagram => PAGE_INBOX_APPS[1],
    };
    let mut targets: Vec<_> = model
        .session
        .account
        .apps
        .names
        .iter()
        .filter(|(id, _)| model.session.account.apps.ours.as_ref() != Some(id))
        .map(|(id, _)| (id.clone(), model.session.account.apps.name(id)))
        .collect();
    if let Some(bot) = model
        .session
        .account
        .apps
        .bot
        .clone()
        .filter(|bot| !targets.iter().any(|(id, _)| id == bot))
    {
        let name = model.session.account.apps.name(&bot);
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
pub(crate) fn colleague(model: &mut Model) -> Vec<Effect> {
    let Some(subject) = model.subject().cloned() else {
        return Vec::new();
    };
    let colleagues = model.session.account.apps.colleagues();
    let claimed = subject.owner == ThreadOwner::Us;
    let choose = Choose::colleague(&subject, !claimed, colleagues);
    model.dialogs.push(Dialog::Choose(choose));
    Vec::new()
}

/// Does something to every marked row.
fn operate_on_marked(model: &mut Model, operation: &Operation) -> Vec<Effect> {
    let marked = std::mem::take(&mut model.marked);
    marked
        .values()
        .filter(|row| !row.psid.as_str().is_empty())
        .map(|row| Effect::operate(row, operation.clone()))
        .collect()
}

/// Asks how it ended.
pub(crate) fn ask_hand_back(model: &mut Model) -> Vec<Effect> {
    let bot = model.session.account.apps.bot_name();
    let dialog = if model.acts_on_marked() {
        Some(HandBackDialog::all(model.marked.len(), &bot))
    } else {
        let subject = model.subject();
        subject.map(|subject| HandBackDialog::one(subject, &bot, false))
    };
    model.dialogs.extend(dialog.map(Dialog::HandBack));
    Vec::new()
}

/// Hands back what the dialog was about: one conversation (and no other), or all
/// marked ones. With `send` the reply goes out first.
pub(crate) fn hand_back_as(
    model: &mut Model,
    about: Option<&ConversationId>,
    answer: HandBackAnswer,
    send: bool,
) -> Vec<Effect> {
    if about.is_none() {
        // What they have read of each thread is not known here.
        let blank = model.marked.values().next().cloned().map(Thread::new);
        let back = blank.map(|blank| hand_back_of(model, &blank, answer));
        return back.map_or_else(Vec::new, |back| {
            operate_on_marked(model, &Operation::Pass(back))
        });
    }
    if !is_about(model, about) {
        return Vec::new();
    }
    if send {
        let back = model
            .thread
            .as_ref()
            .map(|t| hand_back_of(model, t, answer));
        return reply::send(model, back);
    }
    hand_back(model, answer, None)
}

/// Whether the subject is still the one that was asked about.
fn is_about(model: &mut Model, about: Option<&ConversationId>) -> bool {
    let same = about.is_none() || about == model.subject().map(|subject| &subject.id);
    if !same {
        model.toast(
            ToastKind::Warn,
            "The selection changed, so nothing was done.",
        );
    }
    same
}

fn hand_back(model: &mut Model, answer: HandBackAnswer, to: Option<AppId>) -> Vec<Effect> {
    let Some(subject) = model.subject().cloned() else {
        return Vec::new();
    };
    let blank = Thread::new(subject.clone());
    let open = model
        .thread
        .as_ref()
        .filter(|thread| thread.conversation.id == subject.id);
    let mut back = hand_back_of(model, open.unwrap_or(&blank), answer);
    if to.is_some() {
        back.to = to;
    }
    let mut effects = stop_typing(model);
    if let Some(thread) = model
        .thread
        .as_mut()
        .filter(|thread| thread.conversation.id == subject.id)
    {
        thread.trouble = None;
        thread.then.advance_after_pass = true;
    }
    effects.push(Effect::operate(&subject, Operation::Pass(back)));
    effects
}

fn hand_back_of(model: &Model, thread: &Thread, answer: HandBackAnswer) -> HandBack {
    let last = thread
        .window
        .items
        .iter()
        .rev()
        .find_map(|item| match item {
            Item::Message(m) if m.author == Author::Customer => Some((m.mid.clone(), m.at)),
            _ => None,
        });
    HandBack {
        to: model.session.account.apps.bot.clone(),
        note: HandBackNote {
            outcome: answer.outcome,
            summary: answer.summary,
            next: answer.next,
            idle: false,
            agent: model.session.settings.agent.clone(),
            answered_through: last,
        },
    }
}

/// The desk is left: every thread we hold gets what was decided for it.
pub(crate) fn sign_off(model: &mut Model, rows: Vec<(Conversation, Fate)>) -> Vec<Effect> {
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
pub(crate) fn chosen(
    model: &mut Model,
    about: Option<&ConversationId>,
    choice: Choice,
) -> Vec<Effect> {
    if !is_about(model, about) {
        return Vec::new();
    }
    match choice {
        Choice::ReleaseAll => operate_on_marked(model, &Operation::Release),
        Choice::RequestAll => operate_on_marked(model, &Operation::Request),
        Choice::Request => operate_on_subject(model, Operation::Request),
        Choice::PassTo(app) => hand_back(model, Outcome::Other.into(), Some(app)),
        Choice::Claim => operate_on_subject(model, Operation::Take),
        Choice::OpenLink(link) => vec![Effect::Terminal(TerminalEffect::OpenUrl(link))],
        Choice::SaveFile(link) => vec![Effect::Engine(Command::SaveFile(link))],
        Choice::Decide(outgoing, decision) => decide(model, &outgoing, decision),
        Choice::AttachPasted(words, files) => attach::attach_pasted(model, &words, files),
        Choice::React(mid, emoji) => operate_on_subject(model, Operation::React { mid, emoji }),
        Choice::Release => operate_on_subject(model, Operation::Release),
        Choice::Quit => leave(model),
        Choice::Stay => Vec::new(),
    }
}

/// What shall become of the oldest reply of the thread that does not go on by
/// itself?
pub(crate) fn settle(model: &mut Model) -> Vec<Effect> {
    let again = model.new_id();
    let Some(thread) = &model.thread else {
        return Vec::new();
    };
    let open = |state: &SendState| {
        matches!(
            state,
            SendState::Unsure | SendState::Held(_) | SendState::Queued | SendState::Refused { .. }
        )
    };
    let Some(outgoing) = thread.outgoing().find(|o| open(&o.state)) else {
        let words = "Nothing to open here: no picture, and no reply that waits for you.";
        model.toast(ToastKind::Info, words);
        return Vec::new();
    };
    if model.session.settings.read_only {
        model.toast(
            ToastKind::Warn,
            "This desk is read-only, so nothing is sent.",
        );
        return Vec::new();
    }
    let choose = Choose::outgoing(
        &thread.conversation,
        outgoing,
        candidates(thread, outgoing),
        again,
    );
    model.dialogs.push(Dialog::Choose(choose));
    Vec::new()
}

/// Cards of the Page that may be the reply in doubt, which has no words to be found by:
/// written while it was on its way, and nobody is known to have sent them.
fn candidates<'a>(thread: &'a Thread, outgoing: &Outgoing) -> Vec<&'a Message> {
    let tried = outgoing.tried_at.unwrap_or(outgoing.at);
    let near = |message: &&Message| {
        let after = message.at.since(tried);
        Span::seconds(-5) <= after && after <= Span::seconds(150)
    };
    let unknown = outgoing.state == SendState::Unsure && !outgoing.content.is_found_by_reading();
    let messages = thread.window.items.iter().rev().filter(|_| unknown);
    messages
        .filter_map(|item| match item {
            Item::Message(message) => Some(message),
            _ => None,
        })
        .take_while(|message| message.at.since(tried) >= Span::minutes(-5))
        .filter(|message| message.author == Author::Page && !message.parts.is_empty())
        .filter(near)
        .take(CANDIDATES)
        .collect()
}

fn decide(model: &mut Model, outgoing: &Outgoing, decision: Decision) -> Vec<Effect> {
    let now = model.thread.as_ref().and_then(|thread| {
        let mut replies = thread.outgoing();
        replies.find(|o| o.local == outgoing.local)
    });
    if now.is_none_or(|now| now.state != outgoing.state) {
        model.toast(ToastKind::Info, "It has changed since. Have another look.");
        return Vec::new();
    }
    vec![Effect::Engine(Command::Decide {
        conversation: outgoing.conversation.clone(),
        local: outgoing.local.clone(),
        decision,
    })]
}

/// Letting go is asked about first: nobody holds the thread then.
pub(crate) fn release(model: &mut Model) -> Vec<Effect> {
    if model.acts_on_marked() {
        let choose = Choose::release_all(model.marked.len());
        model.dialogs.push(Dialog::Choose(choose));
        return Vec::new();
    }
    match model.subject() {
        Some(subject) => {
            let choose = Choose::release(subject);
            model.dialogs.push(Dialog::Choose(choose));
            Vec::new()
        }
        None => Vec::new(),
    }
}

/// Removes the refused replies of a thread.
pub(crate) fn drop_refused(model: &mut Model) -> Vec<Effect> {
    model
        .subject()
        .map(|subject| Effect::Engine(Command::DropRefused(subject.id.clone())))
        .into_iter()
        .collect()
}
