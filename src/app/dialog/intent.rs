//! What a dialog wants: plain data, which `action::intent` carries out.

use crate::manual::Chapter;
use crate::{
    app::{action::table::Action, effect::Query, toast::ToastKind},
    domain::{
        AppId, Attachment, Content, Conversation, ConversationId, Decision, Hit, Mid, Outcome,
        Outgoing, PictureId, Platform, ProfileChange, Psid, SimulatorOrder, Tree, TriageChange,
    },
};

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
    /// Put a canned reply, filled in, into the composer.
    UseCanned(Content),
    /// Put something behind the text in the composer.
    Attach(Content),
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
    /// Another theme, until the desk ends.
    Theme(&'static str),
    /// A chapter of the manual.
    Read(&'static Chapter),
    /// A view, by its number from 1.
    View(usize),
    /// Read what the Page shows.
    ReadProfile(Platform),
    /// Give it to the person's editor: this text, else these properties.
    EditProfile(Platform, Option<String>, Tree),
    /// Write a change of it; it is this then.
    WriteProfile(Platform, ProfileChange, Tree),
    /// Show a picture on the whole screen.
    Enlarge {
        /// Which one.
        id: PictureId,
        /// Whose thread it stands in.
        conversation: ConversationId,
        /// The person.
        psid: Psid,
    },
}

/// What a line of the list does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Choice {
    /// Let go of all marked conversations.
    ReleaseAll,
    /// Ask for control of all marked conversations.
    RequestAll,
    /// Ask the owner for control.
    Request,
    /// Pass the thread to this app.
    PassTo(AppId),
    /// Take the thread for oneself.
    Claim,
    /// Open this address in the browser.
    OpenLink(String),
    /// Save what is at this address.
    SaveFile(String),
    /// Decide about a reply that does not go on by itself.
    Decide(Box<Outgoing>, Decision),
    /// Take these pasted words out of the text, and attach the files that they name.
    AttachPasted(String, Vec<Attachment>),
    /// React to a message, or take the reaction back (`None`).
    React(Mid, Option<String>),
    /// Let go of control.
    Release,
    /// End the program.
    Quit,
    /// Back to the desk.
    Stay,
}

/// How an agent hands back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HandBackAnswer {
    /// How it ended.
    pub outcome: Outcome,
    /// A sentence for the bot; may be empty.
    pub summary: String,
    /// What the bot should do next; may be empty.
    pub next: String,
}

impl From<Outcome> for HandBackAnswer {
    fn from(outcome: Outcome) -> Self {
        Self {
            outcome,
            summary: String::new(),
            next: String::new(),
        }
    }
}

/// What becomes of a thread.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Fate {
    /// We keep it.
    #[default]
    Keep,
    /// It goes back to the bot.
    HandBack,
    /// It goes to a colleague's app of this name.
    Colleague(AppId, String),
}
