//! What every dialog can do, and what it may want: plain data. A dialog knows the
//! session and never calls back into what opened it; `action::intent` carries
//! out what it wants.

use crate::{
    app::{
        action::table::Action,
        areas::Layout,
        dialog::{choose::Choice, geometry::Geometry, hand_back::HandBackAnswer, sign_off::Fate},
        effect::Query,
        input::keymap::Key,
        mask::Mask,
        model::Session,
        toast::ToastKind,
    },
    domain::{Attachment, Conversation, ConversationId, Hit, Psid, SimulatorOrder, TriageChange},
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

    /// What it asks where the desk speaks in lines, and which letter answers
    /// what. `None`: it answers by itself.
    fn question(&self) -> Option<Question> {
        Some(Question {
            title: "A question of the full screen is open.".into(),
            answers: Vec::new(),
        })
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

/// What a dialog wants.
#[derive(Debug)]
pub enum Intent {
    /// Do an action.
    Run(Action),
    /// Ask the cache.
    Ask(Query),
    /// Say something.
    Say(ToastKind, String),
    /// Put text into the clipboard and say so.
    Copy {
        /// The text. Clean.
        text: String,
        /// What is said.
        said: String,
    },
    /// Open the search with words in it.
    Search(String),
    /// Open a conversation.
    Open(ConversationId),
    /// Open a conversation at a message.
    OpenMessage(Hit),
    /// Show only rows of the list that hold these words.
    Filter(String),
    /// Move the cursor of the list by so many rows.
    MoveInList(i32),
    /// Find these words in the open thread.
    FindInThread(String),
    /// Put text into the composer.
    Insert(String),
    /// Fill a canned reply in and put it into the composer.
    InsertCanned(String),
    /// Put a file into the composer.
    Attach(Attachment),
    /// Hand back one conversation, or (`None`) all marked ones.
    HandBack {
        /// Which.
        about: Option<ConversationId>,
        /// How it ended.
        answer: HandBackAnswer,
        /// The reply in the composer goes out first.
        send: bool,
    },
    /// Do what was chosen, for this conversation and no other.
    Choose(Option<ConversationId>, Choice),
    /// Decide about these conversations.
    Triage(Vec<Conversation>, TriageChange),
    /// Keep a private note.
    KeepNote {
        /// Which thread.
        conversation: ConversationId,
        /// The person in it.
        psid: Psid,
        /// The words.
        text: String,
    },
    /// Leave the desk; every thread we hold gets what was decided for it.
    SignOff(Vec<(Conversation, Fate)>),
    /// Change something about a simulator.
    Simulator(SimulatorOrder),
}
