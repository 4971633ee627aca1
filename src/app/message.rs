//! Every way in.

use std::{path::PathBuf, sync::Arc};

use crate::{
    app::{Settings, canned::Canned, dialog::EditedProfile, input::keymap::Key},
    domain::{
        Attachment, Bitmap, Change, Conversation, ConversationId, Hit, InboxQuery, InboxSlice,
        Media, Mid, OwnershipEvidence, PerPlatform, Platform, Psid, ReportFacts, Routing,
        ThreadSlice, Timestamp, View,
    },
};

/// Something that happened outside.
#[derive(Clone, Debug, PartialEq)]
pub enum Msg {
    /// A key was pressed.
    Key(Key),
    /// A key that came together with others, as nobody types: a paste of a terminal
    /// that does not say so.
    Burst(Key),
    /// Text was pasted; never a command.
    Paste(String),
    /// A line was typed, where the desk speaks in lines.
    Line(String),
    /// The mouse did something.
    Mouse(Mouse),
    /// The terminal has this size, in cells.
    Resize(u16, u16),
    /// The terminal got or lost the focus.
    Focus(bool),
    /// The cache holds something new.
    Changed(Vec<Change>),
    /// News was lost on the way: ask the cache for everything.
    Missed,
    /// The cache answered.
    Loaded(Loaded),
    /// The cache could not answer; says why.
    Failed(String),
    /// The configuration has been read anew.
    Configured(Box<Settings>),
    /// The editor is done with this draft, or why not.
    Edited(ConversationId, Psid, Result<EditedText, String>),
    /// The person's editor is done with what the Page shows.
    ProfileEdited(Platform, Result<EditedProfile, String>),
    /// Another program had the screen, so the terminal has no pictures any more.
    PicturesLost,
    /// The moment that [`wake_at`](super::wake_at) named has come.
    Wake,
    /// The system asks the program to end.
    Terminate,
}

/// What an editor wrote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EditedText {
    /// The text, raw.
    pub text: String,
    /// What a person should know of it: that it was not UTF-8, say.
    pub remark: Option<String>,
}

/// What the mouse did, with the cell (column, row) where it did it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mouse {
    /// The left button went down.
    Down(u16, u16),
    /// It was moved with the left button down.
    Drag(u16, u16),
    /// The left button came up.
    Up(u16, u16),
    /// The wheel turned; `true` is towards the end.
    Wheel(u16, u16, bool),
}

/// Answers of the cache, with the question they belong to.
#[derive(Clone, Debug, PartialEq)]
pub enum Loaded {
    /// A slice of the list.
    Inbox(InboxQuery, InboxSlice),
    /// A thread; `None` when there is none of that id.
    Thread(ConversationId, Option<Box<ThreadSlice>>),
    /// The next one waiting after this one; `None` when there is none.
    Next(Option<ConversationId>, Option<ConversationId>),
    /// The place of a conversation in a view; `None` when it is not in it.
    Place(ConversationId, View, Option<u32>),
    /// People whose names fit, best first.
    Found(String, Vec<(ConversationId, String, Platform)>),
    /// The next message of a thread that holds these words.
    FoundInThread(ConversationId, String, Option<(Mid, Timestamp)>),
    /// The messages that hold these words, newest first.
    Hits(String, Vec<Hit>),
    /// JSON to copy; `None` when there is none.
    ToCopy(Option<String>),
    /// Names and addresses of the attachments of a thread, newest first, and
    /// whether one is to be saved. Raw.
    Files(ConversationId, Vec<(String, String)>, bool),
    /// What speaks for who holds a thread.
    OwnershipEvidence(ConversationId, OwnershipEvidence),
    /// What a report is counted from, since when, and how many lines of the record
    /// could not be read.
    Report(Timestamp, Box<ReportFacts>, usize),
    /// The canned replies, or why they cannot be read.
    Canned(Result<Vec<Canned>, String>),
    /// The threads that we hold.
    HeldThreads(Vec<Conversation>),
    /// What begins with a path, and the file that it is.
    Path(String, Vec<String>, Option<Attachment>),
    /// The picture in a file.
    Preview(PathBuf, Option<Arc<Bitmap>>),
    /// The files that pasted words name: all of the words, or none.
    Pasted(String, Vec<Attachment>),
    /// What was sent before and Meta keeps, newest first.
    Sent(Vec<Media>),
    /// The labels in use.
    Labels(Vec<String>),
    /// The JSON of a thread, newest message first.
    Raw(ConversationId, Vec<String>),
    /// The Page's name, where it routes conversations, and when
    /// the list was last read.
    Page(String, PerPlatform<Routing>, Option<Timestamp>),
}
