//! Every way out, in three kinds: what the engine is to do, what the cache (or
//! the disk) is asked, what the terminal does. Plain data, so tests compare it.

use std::path::PathBuf;

use crate::domain::{
    Command, Conversation, ConversationId, InboxQuery, Mid, Operation, Picture, PictureNumber,
    Platform, Psid, ThreadRange, Timestamp, Tree, View,
};

/// Something to be done outside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// For the engine, as it is.
    Engine(Command),
    /// For the cache and the disk; answered by [`Loaded`](super::Loaded).
    Query(Query),
    /// The same, for what will be wanted soon: the frame does not wait for it.
    Prefetch(Query),
    /// For the terminal, and what stands around it.
    Terminal(TerminalEffect),
}

/// A question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Query {
    /// A slice of the list.
    Inbox(InboxQuery),
    /// A part of a thread.
    Thread {
        /// Which.
        id: ConversationId,
        /// Which part.
        range: ThreadRange,
    },
    /// The next message of a thread that holds these words.
    FindInThread {
        /// Which.
        id: ConversationId,
        /// The words.
        words: String,
        /// From here on: a moment, and a message of that moment.
        from: (Timestamp, Option<Mid>),
        /// Towards the present.
        forward: bool,
    },
    /// Which messages hold these words.
    Search {
        /// The words.
        words: String,
        /// So many at most, the newest.
        limit: u32,
    },
    /// Who waits after (or before) this one.
    NextWaiting {
        /// From where.
        from: Option<ConversationId>,
        /// Backwards.
        back: bool,
    },
    /// Who comes next of all who wait for us, besides this one.
    TopWaiting(ConversationId),
    /// Where a conversation stands in a view.
    Place(ConversationId, View),
    /// Whose names fit these words.
    People(String),
    /// The JSON of a thread.
    RawJson(ConversationId),
    /// The JSON of a message (of the newest, if none is named), to copy it.
    JsonToCopy(ConversationId, Option<Mid>),
    /// What the Page is called and how it routes.
    Page,
    /// The threads that we hold.
    Held,
    /// Which labels are in use.
    Labels,
    /// The attachments of a thread, to open or (`true`) save one.
    Files(ConversationId, bool),
    /// What speaks for who holds a thread.
    Evidence(ConversationId),
    /// What is at this path, as it was typed.
    Path(String),
    /// The picture in this file.
    Preview(PathBuf),
    /// Which files these pasted words name.
    Pasted(String),
    /// What was sent before on this platform and Meta keeps.
    Sent {
        /// Where it went out.
        platform: Platform,
        /// Not before this moment, by Meta's clock.
        since: Timestamp,
    },
    /// What was done between two moments.
    Report(Timestamp, Timestamp),
    /// The canned replies.
    Canned,
}

/// What the terminal does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TerminalEffect {
    /// Open this address in the browser.
    OpenUrl(String),
    /// Give this text to the person's editor, and the terminal with it.
    Edit {
        /// Whose draft it is.
        conversation: ConversationId,
        /// The person.
        psid: Psid,
        /// The text.
        text: String,
    },
    /// Give what the Page shows to the person's editor, and the terminal with it.
    EditProfile {
        /// On which platform.
        platform: Platform,
        /// As a person left it; else the properties as Meta has them.
        text: Option<String>,
        /// Those.
        properties: Tree,
    },
    /// Put this text into the clipboard. Clean.
    Copy(String),
    /// Say these lines, where the desk speaks in lines. Clean.
    Say(Vec<String>),
    /// Ring the terminal's bell.
    Bell,
    /// Let the terminal tell this outside of its window. Raw.
    Notify(String),
    /// Give the terminal this title. Raw.
    Title(String),
    /// Keep a picture, to draw it where its cells stand.
    SendPicture {
        /// What it is called in the cells.
        number: PictureNumber,
        /// Columns and rows.
        cells: (u16, u16),
        /// The picture.
        picture: Picture,
    },
    /// Forget these pictures.
    DropPictures(Vec<PictureNumber>),
    /// Draw the whole screen anew.
    Redraw,
    /// Give the terminal back to the shell for a while.
    Suspend,
    /// End the program.
    Quit,
}

impl Effect {
    /// To do something to the thread of a conversation.
    pub(crate) fn operate(conversation: &Conversation, operation: Operation) -> Self {
        Self::Engine(Command::Operate {
            conversation: conversation.id.clone(),
            psid: conversation.psid.clone(),
            operation,
        })
    }
}
