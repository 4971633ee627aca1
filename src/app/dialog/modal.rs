//! What every dialog can do. A dialog knows the session and never calls back into
//! what opened it; `action::intent` carries out what it wants.

use crate::app::dialog::intent::Intent;
use crate::app::{
    areas::Layout, dialog::geometry::Geometry, input::keymap::Key, mask::Mask, model::Session,
};

/// One layer over the desk. It gets the keys while it is on top.
pub trait Modal {
    /// Takes a key.
    fn key(&mut self, session: &Session, key: Key) -> Step;

    /// `^C`: it closes, and takes back what it has done so far.
    fn cancel(&mut self) -> Step {
        Step::Close
    }

    /// Where it stands and where its rows are; `None` for those without rows.
    fn geometry(&self, _session: &Session, _layout: &Layout) -> Option<Geometry> {
        None
    }

    /// The marked row, where there are rows.
    fn cursor(&mut self) -> Option<&mut usize> {
        None
    }

    /// A click has marked this row. Answers what the click does besides.
    fn clicked(&mut self) -> Click {
        Click::Enter
    }

    /// Makes ready for words; answers whether they go anywhere. What has no input
    /// has keys that do things, and words are no keys.
    fn takes_words(&mut self) -> bool {
        true
    }

    /// Whether it only shows something: its letters move about in it, and a key that
    /// is held down is no paste.
    fn only_shows(&self) -> bool {
        false
    }

    /// What it asks where the desk speaks in lines, and which letter answers
    /// what. `None`: it answers by itself.
    fn question(&self) -> Option<Question> {
        Some(Question {
            title: "A question on the full screen is open.".into(),
            answers: Vec::new(),
        })
    }

    /// What its keys do, for the bottom line: key and words.
    fn hints(&self) -> &'static [(&'static str, &'static str)] {
        &[("Enter", "choose"), ("Esc", "close")]
    }

    /// Hides names and words.
    fn mask(&mut self, _mask: &Mask) {}
}

/// What becomes of a dialog after a key.
#[derive(Debug)]
pub enum Step {
    /// It stays open.
    Stay,
    /// It is done.
    Close,
    /// It stays, and wants something.
    Do(Intent),
    /// It is done, and wants something.
    Finish(Intent),
}

/// What a click on a row does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Click {
    /// As *Enter*.
    Enter,
    /// It marks the row; the next click on it is *Enter*. For rows that send, take
    /// or pass something.
    Mark,
    /// It marks the row and no more: *Enter* is for all rows.
    MarkOnly,
}

/// A question in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// What is asked. Raw.
    pub title: String,
    /// A letter and what it does, a line each. Raw.
    pub answers: Vec<String>,
}
