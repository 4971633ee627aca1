//! What a person does to one message: react to it, or quote it in a reply.

use crate::{
    app::{
        Effect, Focus, Model, ToastKind,
        action::{attach::attach, control::begin_reply},
        dialog::{Choice, Choose, Dialog},
        thread::ThreadPane,
    },
    domain::{Content, Item, Message, Platform},
    text::{self, Clean},
};

/// What Messenger's own apps offer, with a word for terminals without emoji; it takes
/// any other, too.
const MESSENGER: [(&str, &str); 7] = [
    ("❤", "love"),
    ("😆", "haha"),
    ("😮", "wow"),
    ("😢", "sad"),
    ("😠", "angry"),
    ("👍", "like"),
    ("👎", "dislike"),
];
/// Instagram takes this one alone ("Send a reaction").
const INSTAGRAM: [(&str, &str); 1] = [("❤", "love")];
/// Cells of what the message says, in the question.
const QUOTED: usize = 30;

/// The message that a reaction would be on: the selected one, else the last on the
/// screen.
pub(crate) fn message(model: &Model) -> Option<&Message> {
    if model.focus == Focus::List {
        return None;
    }
    let pane = ThreadPane::of(model)?;
    match pane.thread.window.items.get(pane.at_hand()?) {
        Some(Item::Message(message)) if !message.gone && !message.annotations.unsent => {
            Some(message)
        }
        _ => None,
    }
}

/// The reply that is begun, or goes on, replies to this message; to none where it was
/// this one already.
pub(crate) fn quote(model: &mut Model) -> Vec<Effect> {
    let Some(mid) = message(model).map(|message| message.mid.clone()) else {
        return Vec::new();
    };
    let now = model.session.now;
    let Some(thread) = &mut model.thread else {
        return Vec::new();
    };
    let composer = &mut thread.composer;
    if !composer.is_empty() {
        composer.unsaved_since.get_or_insert(now);
        composer.saved = false;
    }
    if composer.quote.as_ref() == Some(&mid) {
        composer.quote = None;
        model.toast(ToastKind::Info, "This reply no longer quotes a message.");
        return Vec::new();
    }
    composer.quote = Some(mid);
    begin_reply(model)
}

/// Asks with what.
pub(crate) fn ask(model: &mut Model) -> Vec<Effect> {
    let (Some(message), Some(subject)) = (message(model), model.subject()) else {
        return Vec::new();
    };
    let mid = &message.mid;
    let offered = match subject.platform {
        Platform::Messenger => &MESSENGER[..],
        Platform::Instagram => &INSTAGRAM[..],
    };
    let reactions = offered.iter().zip('1'..='9');
    let mut lines: Vec<(char, String, Choice)> = reactions
        .map(|((emoji, word), key)| {
            let choice = Choice::React(mid.clone(), Some((*emoji).to_owned()));
            (key, format!("{emoji} {word}"), choice)
        })
        .collect();
    let mut reactions = message.annotations.reactions.iter();
    if reactions.any(|reaction| !reaction.by_customer) {
        let choice = Choice::React(mid.clone(), None);
        lines.push(('u', "take our reaction back".into(), choice));
    }
    lines.push(('n', "no reaction".into(), Choice::Stay));
    let words = match message.text.trim() {
        "" => "this message".to_owned(),
        words => format!("\"{}\"", text::cut(&Clean::one_line(words), QUOTED)),
    };
    let choose = Choose {
        title: format!("React to {words}?"),
        about: Some(subject.id.clone()),
        cursor: lines.len() - 1,
        lines,
    };
    model.dialogs.push(Dialog::Choose(choose));
    Vec::new()
}

/// Messenger's thumb or Instagram's heart, behind the text.
pub(crate) fn like(model: &mut Model) -> Vec<Effect> {
    let mut effects = begin_reply(model);
    effects.extend(attach(model, Content::Like));
    effects
}
