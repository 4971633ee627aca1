//! Writing a reply: what each changed letter brings, what it goes out as, what
//! speaks against it, and sending it.

use crate::{
    app::{
        Anchor, EditedText, Effect, Focus, Model, Query, TerminalEffect, Thread, ToastKind,
        action::table::Action,
        canned,
        composer::{Composer, checks},
        dialog::{Attach, CannedPicker, Dialog, HandBackDialog},
        history::Undo,
        model::UnsavedDraft,
        thread::{SendQuestion, ownership_history},
    },
    domain::{
        Attachment, Command, Content, ConversationId, Draft, HandBack, LocalId, NewReply,
        Operation, Psid, ReplyPart, SendAs, SendState, Span, ThreadOwner,
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

/// Asks what goes out behind the text; what is there already is taken off.
pub(crate) fn attach(model: &mut Model) -> Vec<Effect> {
    let Some(thread) = &mut model.thread else {
        return Vec::new();
    };
    let attached = std::mem::take(&mut thread.composer.attached);
    if !attached.is_empty() {
        thread.composer.unsaved_since = Some(model.session.now);
        for attached in &attached {
            model.copying.remove(&attached.id);
        }
        let words: Vec<String> = attached.iter().map(|a| a.content.words()).collect();
        let words = Clean::one_line(&words.join(", "));
        model.toast(ToastKind::Info, format!("Removed {words}."));
        return Vec::new();
    }
    let attach = Attach::on(thread.conversation.platform);
    model.dialogs.push(Dialog::Attach(attach));
    vec![Effect::Query(Query::Path(String::new()))]
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
    match chosen {
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
        Err(closed) => model.toast(ToastKind::Warn, closed.words()),
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
        .map(|part| (part.local.clone(), part.content.text().to_owned()));
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
        hand_back,
        known,
        delay,
    };
    vec![Effect::operate(&conversation, Operation::Reply(reply))]
}

/// What stands in the composer, message by message: the text in as many as it takes,
/// then what is attached.
fn messages(thread: &Thread, text: &str) -> Vec<Content> {
    let parts = match text {
        "" => Vec::new(),
        text => thread.conversation.platform.parts(text),
    };
    let attached = thread.composer.attached.iter();
    parts
        .into_iter()
        .map(Content::Text)
        .chain(attached.map(|attached| attached.content.clone()))
        .collect()
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
        let same = o.content.text() == text && !text.is_empty();
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
    model
        .send_as(thread)
        .err()
        .map(|closed| closed.words().to_owned())
}

/// Offers the canned replies.
pub(crate) fn canned(model: &mut Model) -> Vec<Effect> {
    let thread = model.thread.as_ref();
    let by_slash = thread.is_some_and(|thread| !thread.composer.has_text());
    let picker = CannedPicker::opened(by_slash);
    model.dialogs.push(Dialog::Canned(picker));
    vec![Effect::Query(Query::Canned)]
}

/// Puts a canned reply into the composer, with what is known filled in.
pub(crate) fn insert_canned(model: &mut Model, text: &str) -> Vec<Effect> {
    let text = canned::filled(text, &canned_values(model));
    compose(model, |composer| composer.insert(text.trim_end()))
}

/// Names and values for the open thread. What is unknown is not there.
/// Whatever the bot said at its hand-over has its own name (`{order}`).
pub(crate) fn canned_values(model: &Model) -> Vec<(String, String)> {
    let Some(thread) = &model.thread else {
        return Vec::new();
    };
    let account = &model.session.account;
    let name = thread.conversation.name.as_deref().unwrap_or_default();
    let name = Clean::one_line(name).into_string();
    let first = name.split_whitespace().next().unwrap_or_default();
    let own = [first, &name, &model.session.settings.agent, &account.name];
    let own = canned::VARIABLES
        .iter()
        .zip(own)
        .map(|((name, _), value)| ((*name).to_owned(), value.to_owned()));
    let note = ownership_history::note(&thread.window.items, &account.apps);
    let note = note.into_iter().flat_map(|(_, fields)| fields);
    own.chain(note)
        // What somebody else wrote is filled in as it is, not as a variable.
        .map(|(name, value)| (name, Clean::one_line(&value).replace(['{', '}'], "")))
        .filter(|(_, value)| !value.trim().is_empty())
        .collect()
}

/// Puts a file into the composer. A copy of it is made at once: the file may be
/// changed or gone before it goes out.
pub(crate) fn attach_file(model: &mut Model, file: Attachment) -> Vec<Effect> {
    let id = model.new_id();
    let Some(thread) = &mut model.thread else {
        return Vec::new();
    };
    let c = &thread.conversation;
    if thread.composer.began.is_none() {
        thread.composer.began(c.known(), &c.owner);
    }
    model.copying.insert(id.clone(), c.psid.clone());
    let copy = Command::CopyFile {
        conversation: c.id.clone(),
        id: id.clone(),
        file: file.clone(),
    };
    thread.composer.attach(id, Content::Files(vec![file]), true);
    vec![Effect::Engine(copy)]
}

/// The copy is made, or it is said why not. In a thread that was left it joins the
/// draft on the disk.
pub(crate) fn file_copied(
    model: &mut Model,
    conversation: ConversationId,
    id: &LocalId,
    copy: Result<Box<Attachment>, String>,
) -> Vec<Effect> {
    let Some(psid) = model.copying.remove(id) else {
        // It was taken off meanwhile; the copy goes at the next start.
        return Vec::new();
    };
    let now = model.session.now;
    let attached = model
        .open_thread(&conversation)
        .map(|thread| &mut thread.composer);
    match (copy, attached) {
        (Ok(copy), Some(composer)) => {
            // The thread may have been left and opened again meanwhile: then it is new.
            composer.attach(id.clone(), Content::Files(vec![*copy]), false);
            composer.unsaved_since = Some(now);
            Vec::new()
        }
        (Ok(copy), None) => vec![Effect::Engine(Command::SaveDraft {
            conversation,
            psid,
            draft: Draft {
                attached: vec![Content::Files(vec![*copy])],
                ..Draft::default()
            },
            over: false,
        })],
        (Err(why), attached) => {
            if let Some(composer) = attached {
                composer.attached.retain(|attached| attached.id != *id);
            }
            model.toast(ToastKind::Bad, why);
            Vec::new()
        }
    }
}
