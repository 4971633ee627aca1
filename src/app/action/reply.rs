//! Writing a reply: what each changed letter brings, what it goes out as, what
//! speaks against it, and sending it.

use crate::{
    app::{
        Anchor, EditedText, Effect, Focus, Model, TerminalEffect, Thread, ToastKind,
        action::table::Action,
        canned,
        composer::{Composer, checks},
        dialog::{Dialog, HandBackDialog},
        history::Undo,
        model::UnsavedDraft,
        thread::SendQuestion,
    },
    domain::{
        Command, Content, ConversationId, Draft, HandBack, LocalId, NewReply, Operation, Psid,
        ReplyPart, SendAs, SendState, Span, ThreadOwner, template_problems,
    },
    text::Clean,
};

/// An answer of somebody else is news for so long (rule 7).
const JUST_NOW: Span = Span::seconds(30);

/// The same words within this time are asked about.
const TWICE: Span = Span::seconds(2);

/// Lets `edit` change the text, and does what a changed text brings.
pub(crate) fn compose(model: &mut Model, edit: impl FnOnce(&mut Composer) -> bool) -> Vec<Effect> {
    let (now, attended) = (model.session.now, model.session.attended);
    let thread = model.thread.as_ref();
    let open = thread.is_some_and(|thread| model.send_as(thread).is_ok());
    let Some(thread) = &mut model.thread else {
        return Vec::new();
    };
    let composer = &mut thread.composer;
    if !edit(composer) {
        return Vec::new();
    }
    composer.last_key = now;
    composer.saved = false;
    if composer.is_empty() {
        // What was asked, and what was known, was of the text that is gone.
        (thread.question, composer.began) = (None, None);
    }
    if composer.began.is_none() && !composer.is_empty() {
        composer.began(thread.conversation.known(), &thread.conversation.owner);
    }
    composer.unsaved_since.get_or_insert(now);
    if composer.typing.is_none()
        && open
        && attended
        && composer.has_text()
        && !model.session.settings.read_only
    {
        composer.typing = Some(now);
        return vec![Effect::operate(
            &thread.conversation,
            Operation::Typing(true),
        )];
    }
    Vec::new()
}

pub(crate) fn stop_typing(model: &mut Model) -> Vec<Effect> {
    let Some(thread) = &mut model.thread else {
        return Vec::new();
    };
    match thread.composer.typing.take() {
        Some(_) => vec![Effect::operate(
            &thread.conversation,
            Operation::Typing(false),
        )],
        None => Vec::new(),
    }
}

pub(crate) fn save_draft(thread: &mut Thread) -> Effect {
    thread.composer.unsaved_since = None;
    thread.composer.pending += 1;
    Effect::Engine(Command::SaveDraft {
        conversation: thread.conversation.id.clone(),
        psid: thread.conversation.psid.clone(),
        draft: thread.composer.draft(),
        over: thread.window.is_loaded() || thread.composer.newer_than_disk,
    })
}

pub(crate) fn leave_composer(model: &mut Model) -> Vec<Effect> {
    let effects = stop_typing(model);
    model.focus = Focus::Thread;
    effects
}

/// Gives the text to the person's own editor.
pub(crate) fn edit(model: &mut Model) -> Vec<Effect> {
    // What is on the screen is on the disk first: the editor may take long.
    let mut effects = stop_typing(model);
    if let Some(thread) = &mut model.thread {
        if thread.composer.unsaved_since.is_some() && thread.window.is_loaded() {
            effects.push(save_draft(thread));
        }
        effects.push(Effect::Terminal(TerminalEffect::Edit {
            conversation: thread.conversation.id.clone(),
            psid: thread.conversation.psid.clone(),
            text: thread.composer.text(),
        }));
    }
    effects
}

/// The editor is done. What it wrote is the draft, also of a thread that is not
/// open any more.
pub(crate) fn edited(
    model: &mut Model,
    id: ConversationId,
    psid: Psid,
    text: Result<EditedText, String>,
) -> Vec<Effect> {
    let edited = match text {
        Err(why) => {
            model.toast(ToastKind::Bad, why);
            return Vec::new();
        }
        Ok(edited) => edited,
    };
    if let Some(remark) = edited.remark {
        model.toast(ToastKind::Warn, remark);
    }
    // Editors end a file with a new line.
    let text = edited.text.replace("\r\n", "\n");
    let text = text.strip_suffix('\n').unwrap_or(&text);
    if model.open_thread(&id).is_none() {
        let now = model.session.now;
        let left = model.unsaved.entry(id).or_insert(UnsavedDraft::of(psid));
        let before = std::mem::take(&mut left.draft);
        left.draft = Draft {
            attached: before.attached,
            quote: before.quote,
            ..Draft::of(text)
        };
        (left.over, left.again_at) = (true, Some(now));
        return Vec::new();
    }
    model.focus = Focus::Composer;
    compose(model, |composer| {
        let changed = composer.text() != text;
        if changed {
            composer.set("", (0, 0));
            composer.insert(text);
        }
        changed
    })
}

pub(crate) fn change_type(model: &mut Model) -> Vec<Effect> {
    let chosen = model.thread.as_ref().map(|thread| model.send_as(thread));
    let (Some(thread), Some(chosen)) = (&mut model.thread, chosen) else {
        model.toast(ToastKind::Info, "Open a conversation first.");
        return Vec::new();
    };
    let platform = thread.conversation.platform;
    match chosen {
        Ok(SendAs::Utility) => {
            let words = "A utility template always goes out as UTILITY.";
            model.toast(ToastKind::Info, words);
        }
        Ok(now) => {
            let other = if now == SendAs::Response {
                SendAs::HumanAgent
            } else {
                SendAs::Response
            };
            thread.composer.send_as = Some(other);
            model.toast(
                ToastKind::Info,
                format!("This reply will be sent as {}.", other.word()),
            );
        }
        Err(closed) => {
            let words = closed.words(platform);
            model.toast(ToastKind::Warn, words);
        }
    }
    Vec::new()
}

pub(crate) fn send(model: &mut Model, hand_back: Option<HandBack>) -> Vec<Effect> {
    let Some(text) = ready(model) else {
        return Vec::new();
    };
    let Some(Ok(send_as)) = model.thread.as_ref().map(|thread| model.send_as(thread)) else {
        return Vec::new();
    };
    let delay = model.session.settings.undo_send;
    // Where nothing else could go out, the reply did not begin with it.
    let takes = send_as == SendAs::Utility && model.needs_control();
    let contents = model
        .thread
        .as_ref()
        .map(|thread| messages(thread, &text))
        .unwrap_or_default();
    let mut parts: Vec<ReplyPart> = contents
        .into_iter()
        .map(|content| ReplyPart {
            local: model.new_id(),
            content,
            quote: None,
        })
        .collect();
    let Some(thread) = &mut model.thread else {
        return Vec::new();
    };
    let silent = thread.composer.silent;
    // Parts are read as one: what is replied to stands above the first.
    if let Some(first) = parts.first_mut() {
        first.quote = thread.composer.quote.take();
    }
    (thread.trouble, thread.question) = (None, None);
    thread.anchor = Anchor::Bottom;
    // Meta takes the typing bubble away by itself when a message arrives.
    thread.composer.clear();
    thread.composer.touched = model.session.now;
    let awaited = parts
        .iter()
        .map(|part| (part.local.clone(), part.content.typed().to_owned()));
    thread.composer.awaiting.extend(awaited);
    let (conversation, known) = (thread.conversation.clone(), thread.conversation.known());
    if hand_back.is_some() {
        thread.then.advance_after = parts.last().map(|last| last.local.clone());
        model.focus = Focus::Thread;
    }
    if delay > Span::ZERO {
        let undo = model.session.settings.keymap.key_of(Action::Undo);
        let leave = match model.focus {
            Focus::Composer => format!(
                "{} ",
                model.session.settings.keymap.key_of(Action::LeaveComposer)
            ),
            _ => String::new(),
        };
        let words = format!("Sending in {} s. {leave}{undo} to undo.", delay.as_secs());
        model.toast(ToastKind::Info, words);
        let until = model.session.now.plus(delay);
        let locals: Vec<LocalId> = parts.iter().map(|part| part.local.clone()).collect();
        model
            .history
            .remember(Undo::Send(conversation.id.clone(), locals, until));
    }
    let reply = NewReply {
        parts,
        send_as,
        silent,
        hand_back,
        known,
        delay,
    };
    let reply = Effect::operate(&conversation, Operation::Reply(reply));
    let take = takes.then(|| Effect::operate(&conversation, Operation::Take));
    take.into_iter().chain([reply]).collect()
}

/// What stands in the composer, message by message: the text in as many as it takes,
/// then what is attached.
fn messages(thread: &Thread, text: &str) -> Vec<Content> {
    let parts = match text {
        "" => Vec::new(),
        text => thread.conversation.platform.parts(text),
    };
    let attached = thread.composer.attached.iter();
    let contents = parts
        .into_iter()
        .map(Content::Text)
        .chain(attached.map(|attached| attached.content.clone()));
    Content::gathered(contents.collect(), thread.conversation.platform)
}

pub(crate) fn send_hand_back(model: &mut Model) -> Vec<Effect> {
    let bot = model.session.account.apps.bot_name();
    let with_text = model.thread.as_ref().is_some_and(|thread| {
        let composer = &thread.composer;
        !composer.attached.is_empty() || !composer.text().trim().is_empty()
    });
    if with_text && ready(model).is_none() {
        return Vec::new();
    }
    let Some(thread) = &model.thread else {
        return Vec::new();
    };
    let dialog = HandBackDialog::one(&thread.conversation, &bot, with_text);
    model.dialogs.push(Dialog::HandBack(dialog));
    Vec::new()
}

/// The text, if it may go out; else it is said why not, or asked once.
fn ready(model: &mut Model) -> Option<String> {
    let thread = model.thread.as_ref()?;
    let text = thread.composer.text().trim().to_owned();
    if text.is_empty() && thread.composer.attached.is_empty() {
        model.toast(ToastKind::Info, "Nothing to send yet.");
        return None;
    }
    if let Some(why) = why_not_send(model, thread) {
        model.toast(ToastKind::Warn, why);
        return None;
    }
    let mut doubts: Vec<String> = not_fresh(model).into_iter().collect();
    if thread.conversation.can_reply == Some(false) {
        let name = thread.conversation.display_name();
        doubts.push(format!("Meta says you cannot message {name} right now."));
    }
    doubts.extend(worries(model, thread, &text));
    doubts.extend(on_its_way(model, thread, &text));
    // What happened since the text was begun is asked about every time; the rest once,
    // as long as the question is still there to be read.
    let fresh = began_is_current(thread);
    if fresh && doubts.iter().all(|doubt| thread.was_asked(doubt)) {
        return Some(text);
    }
    ask_first(model, doubts);
    None
}

/// Nothing has happened in the thread since the text was begun, or since it was
/// last asked about.
fn began_is_current(thread: &Thread) -> bool {
    let (Some(began), c) = (&thread.composer.began, &thread.conversation) else {
        return true;
    };
    let others = c.page_at.filter(|at| Some(*at) > c.agent_at);
    c.customer_at <= began.known.customer_at
        && others <= began.known.page_at
        && !(began.ours && c.owner != ThreadOwner::Us)
}

/// What a person may not have meant, and was not asked about yet.
fn worries(model: &Model, thread: &Thread, text: &str) -> Vec<String> {
    let own = thread.conversation.display_name();
    // Only rows at hand: nothing may take longer with more conversations.
    let others: Vec<String> = model
        .inbox
        .rows
        .iter()
        .filter(|row| row.id != thread.conversation.id)
        .filter_map(|row| row.name.clone())
        .collect();
    let mut worries = checks::worries(text, &own, &others);
    let parts = thread.conversation.platform.parts(text).len();
    if parts > 1 {
        worries.push(format!(
            "Too long for one message: will be sent in {parts} parts."
        ));
    }
    worries
}

/// What a person should see before the text goes out: something has happened in
/// the thread since it was begun, or the same words are on their way already.
fn not_fresh(model: &Model) -> Option<String> {
    let thread = model.thread.as_ref()?;
    let began = thread.composer.began.as_ref()?;
    let c = &thread.conversation;
    let name = c.display_name();
    if c.customer_at > began.known.customer_at {
        return Some(format!("{name} has written since you started."));
    }
    let others = c.page_at.filter(|at| Some(*at) > c.agent_at);
    let just_now = others.is_some_and(|at| model.server_now().since(at) < JUST_NOW);
    if others > began.known.page_at || just_now {
        return Some("The bot or a colleague has just answered.".into());
    }
    if began.ours && c.owner != ThreadOwner::Us {
        let holder = model.owner_words(&c.owner);
        return Some(format!("Control moved to {holder} since you started."));
    }
    None
}

/// The same words are on their way already.
fn on_its_way(model: &Model, thread: &Thread, text: &str) -> Option<String> {
    let twice = thread.outgoing().any(|o| {
        let recent = model.session.now.since(o.at) < TWICE;
        let same = o.content.typed() == text && !text.is_empty();
        same && (recent || o.state == SendState::Unsure)
    });
    twice.then(|| "The same text is already on its way and not confirmed yet.".into())
}

/// Says what a person should see; the next Enter sends it anyway.
fn ask_first(model: &mut Model, doubts: Vec<String>) {
    let send = model.session.settings.keymap.key_of(Action::Send);
    if let Some(thread) = &mut model.thread {
        let words = format!("{} Press {send} again to send anyway.", doubts.join(" "));
        thread.question = Some(SendQuestion { words, doubts });
        thread.anchor = Anchor::Bottom;
        let c = &thread.conversation;
        thread.composer.began(c.known(), &c.owner);
    }
}

/// Why the text in the composer cannot go out as it is.
pub(crate) fn why_not_send(model: &Model, thread: &Thread) -> Option<String> {
    if model.session.settings.read_only {
        return Some("This desk is read-only, so nothing is sent.".into());
    }
    if !thread.window.is_loaded() && !thread.composer.newer_than_disk {
        // A draft may stand there that nobody has seen.
        return Some("Still loading this thread. Try again in a moment.".into());
    }
    if let Some(file) = thread.composer.copying() {
        let name = Clean::one_line(&file.name);
        return Some(format!("Still copying {name}. Try again in a moment."));
    }
    if let Some(variable) = canned::unfilled(&thread.composer.text()) {
        return Some(format!(
            "{variable} is empty for this customer. Fill it in or delete it."
        ));
    }
    let attached = thread.composer.attached.iter().map(|a| &a.content);
    let mut refusals = attached.filter_map(|content| why_not_attached(model, thread, content));
    if let Some(why) = refusals.next() {
        return Some(why);
    }
    model
        .send_as(thread)
        .err()
        .map(|closed| closed.words(thread.conversation.platform).to_owned())
}

/// Why something attached cannot go out now.
fn why_not_attached(model: &Model, thread: &Thread, content: &Content) -> Option<String> {
    let c = &thread.conversation;
    match content {
        // "Stickers": only inside the 24 hours.
        Content::Like if model.send_as(thread) == Ok(SendAs::HumanAgent) => Some(
            "A Like only goes out within 24 hours of the customer's last message. Take it off."
                .into(),
        ),
        Content::Template(template) => {
            let problem = template_problems(template, c.platform).into_iter().next();
            problem.map(|problem| format!("{} does not fit: {problem}.", template.name))
        }
        _ => None,
    }
}
