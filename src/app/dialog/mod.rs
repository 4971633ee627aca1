//! What lies over the desk: the top one of a stack gets the keys.

mod attach;
mod calls;
mod canned;
mod choose;
mod commands;
mod hand_back;
mod help;
mod jump;
mod labels;
mod note;
mod page;
pub mod place;
mod prompt;
mod search;
mod sign_off;
mod snooze;

pub use attach::Attach;
pub use calls::Calls;
pub use canned::CannedDialog;
pub use choose::{Choice, Choose};
pub use commands::Commands;
pub use hand_back::{Field, HandBackDialog};
pub use help::Help;
pub use jump::Jump;
pub use labels::Labels;
pub use note::NoteDialog;
pub use page::{HandOvers, Page, PageKind};
pub use prompt::{Prompt, PromptKind};
pub use search::Search;
pub use sign_off::{Fate, SignOff};
pub use snooze::Snooze;

use super::{
    Effect, Model,
    keymap::{Code, Key},
};
use crate::domain::Attachment;
use unicode_segmentation::UnicodeSegmentation;

/// One layer over the desk.
#[derive(Clone, Debug)]
pub enum Dialog {
    /// Which file goes out.
    Attach(Attach),
    /// The calls to the Graph API.
    Calls(Calls),
    /// The canned replies.
    Canned(CannedDialog),
    /// A short list with a key for each line: target app, link, quit.
    Choose(Choose),
    /// The actions by name.
    Commands(Commands),
    /// How an escalation ended.
    HandBack(HandBackDialog),
    /// The help screen.
    Help(Help),
    /// The fuzzy jump to a person.
    Jump(Jump),
    /// Text to read: profile, ownership, JSON.
    Page(Page),
    /// A line of input at the bottom: filter, find.
    Prompt(Prompt),
    /// Labels of a conversation.
    Labels(Labels),
    /// A private note being written.
    Note(NoteDialog),
    /// The search through all messages.
    Search(Search),
    /// What becomes of the threads we hold when the desk is left.
    SignOff(SignOff),
    /// Until when a conversation is out of the way.
    Snooze(Snooze),
}

impl Dialog {
    /// The marked line, where there are lines.
    pub(super) fn cursor(&mut self) -> Option<&mut usize> {
        Some(match self {
            Self::Attach(dialog) => &mut dialog.cursor,
            Self::Calls(dialog) => &mut dialog.cursor,
            Self::Canned(dialog) => &mut dialog.cursor,
            Self::Choose(dialog) => &mut dialog.cursor,
            Self::Commands(dialog) => &mut dialog.cursor,
            Self::HandBack(dialog) => &mut dialog.cursor,
            Self::Help(dialog) => &mut dialog.cursor,
            Self::Jump(dialog) => &mut dialog.cursor,
            Self::Labels(dialog) => &mut dialog.cursor,
            Self::Search(dialog) => &mut dialog.cursor,
            Self::SignOff(dialog) => &mut dialog.cursor,
            Self::Snooze(dialog) => &mut dialog.cursor,
            Self::Note(_) | Self::Page(_) | Self::Prompt(_) => return None,
        })
    }
}

impl Dialog {
    /// Makes ready for words; answers whether they go anywhere. What has no input
    /// has keys that do things, and words are no keys.
    pub(super) fn takes_words(&mut self) -> bool {
        match self {
            Self::Snooze(snooze) => {
                snooze.typing = true;
                true
            }
            Self::HandBack(dialog) => dialog.field != Field::Outcome,
            Self::Calls(_) | Self::Choose(_) | Self::Page(_) | Self::SignOff(_) => false,
            Self::Attach(_)
            | Self::Canned(_)
            | Self::Commands(_)
            | Self::Help(_)
            | Self::Jump(_)
            | Self::Labels(_)
            | Self::Note(_)
            | Self::Prompt(_)
            | Self::Search(_) => true,
        }
    }

    /// Whether *Enter* on a line sends, takes or passes something: then a click
    /// marks it first, and the next click on it is *Enter*.
    pub(super) fn is_grave(&self) -> bool {
        matches!(self, Self::Choose(_) | Self::HandBack(_))
    }
}

/// Whether a dialog stays after a key.
pub(super) enum Stay {
    /// It stays open.
    Open,
    /// It is done.
    Close,
}

/// Gives a key to the top dialog.
pub(super) fn key(model: &mut Model, key: Key) -> Vec<Effect> {
    let Some(mut top) = model.dialogs.pop() else {
        return Vec::new();
    };
    let depth = model.dialogs.len();
    let mut effects = Vec::new();
    if key == Key::ctrl('c') {
        if let Dialog::Prompt(prompt) = &mut top {
            prompt.cancel(model, &mut effects);
        }
        return effects;
    }
    let stay = match &mut top {
        Dialog::Attach(attach) => attach.key(model, key, &mut effects),
        Dialog::Calls(calls) => calls.key(model, key, &mut effects),
        Dialog::Canned(canned) => canned.key(model, key, &mut effects),
        Dialog::Choose(choose) => choose.key(model, key, &mut effects),
        Dialog::Commands(commands) => commands.key(model, key, &mut effects),
        Dialog::HandBack(dialog) => dialog.key(model, key, &mut effects),
        Dialog::Help(help) => help.key(model, key, &mut effects),
        Dialog::Jump(jump) => jump.key(model, key, &mut effects),
        Dialog::Page(page) => page.key(model, key, &mut effects),
        Dialog::Prompt(prompt) => prompt.key(model, key, &mut effects),
        Dialog::Labels(labels) => labels.key(model, key, &mut effects),
        Dialog::Note(note) => note.key(model, key, &mut effects),
        Dialog::Search(search) => search.key(model, key, &mut effects),
        Dialog::SignOff(dialog) => dialog.key(model, key, &mut effects),
        Dialog::Snooze(snooze) => snooze.key(model, key, &mut effects),
    };
    if matches!(stay, Stay::Open) {
        // Below whatever it has opened itself.
        model.dialogs.insert(depth, top);
    }
    effects
}

/// The disk's answer about a path that was typed to attach a file.
pub(super) fn path(model: &mut Model, typed: &str, entries: Vec<String>, file: Option<Attachment>) {
    match model.dialogs.pop() {
        Some(Dialog::Attach(mut attach)) => {
            if let Stay::Open = attach.take(model, typed, entries, file) {
                model.dialogs.push(Dialog::Attach(attach));
            }
        }
        other => model.dialogs.extend(other),
    }
}

/// Pasted text goes to the dialog's input, if it has one. It is never a key.
pub(super) fn paste(model: &mut Model, text: &str) -> Vec<Effect> {
    if !model.dialogs.last_mut().is_some_and(Dialog::takes_words) {
        return Vec::new();
    }
    let mut effects = Vec::new();
    for c in crate::text::Clean::one_line(text).chars() {
        effects.extend(key(model, Key::plain(Code::Char(c))));
    }
    effects
}

/// A line of input that is edited at its end.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Input(String);

impl Input {
    /// With text in it.
    pub fn with(text: &str) -> Self {
        Self(text.to_owned())
    }

    /// The text.
    pub fn text(&self) -> &str {
        &self.0
    }

    /// Takes a key; answers whether the text changed.
    pub(super) fn key(&mut self, key: Key) -> bool {
        match (key.text(), key.code) {
            (Some(c), _) => self.0.push(c),
            (None, Code::Backspace) => {
                let last = self.0.graphemes(true).next_back().map_or(0, str::len);
                self.0.truncate(self.0.len() - last);
            }
            (None, Code::Char('u')) if key.ctrl => self.0.clear(),
            _ => return false,
        }
        true
    }
}

/// Moves a cursor in a list of `count` by the usual keys.
pub(super) fn move_cursor(cursor: &mut usize, count: usize, key: Key) -> bool {
    let last = count.saturating_sub(1);
    *cursor = match key.code {
        Code::Down => (*cursor + 1).min(last),
        Code::Char('n') if key.ctrl => (*cursor + 1).min(last),
        Code::Up => cursor.saturating_sub(1),
        Code::Char('p') if key.ctrl => cursor.saturating_sub(1),
        Code::PageDown => (*cursor + 10).min(last),
        Code::PageUp => cursor.saturating_sub(10),
        Code::Home => 0,
        Code::End => last,
        _ => return false,
    };
    true
}
