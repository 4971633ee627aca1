//! What our cache holds now: the news that the screen is told.

use super::{
    ApiCall, Apps, Attachment, ConversationId, DeliveredWebhook, Draft, HoldReason, Link, LocalId,
    NewReply, OperationKind, PageProfile, Picture, PictureId, PictureSize, Platform, Psid, Span,
    Template, Timestamp,
};

/// News for the screen. It names what changed; the screen asks the cache.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// The list is not what it was.
    Inbox,
    /// This thread (messages, owner, profile or replies) is not what it was.
    Thread(ConversationId),
    /// Meta shows a conversation that was known by a name of ours.
    Renamed {
        /// Our name.
        from: ConversationId,
        /// Meta's id.
        to: ConversationId,
    },
    /// The page's name or routing is not what it was.
    Page,
    /// The apps on the Page, as far as we could find out.
    Apps(Apps),
    /// Unsent text is on disk.
    DraftSaved(ConversationId),
    /// A reply was accepted by Meta.
    ReplySent {
        /// Which thread.
        conversation: ConversationId,
        /// Our id of the reply.
        local: LocalId,
    },
    /// Something an agent asked for was done.
    Done {
        /// Which thread.
        conversation: ConversationId,
        /// What.
        operation: OperationKind,
    },
    /// Meta surely did not take a reply.
    ReplyNotSent {
        /// Which thread.
        conversation: ConversationId,
        /// Our id of the reply.
        local: LocalId,
        /// What happened and what to do, in one sentence.
        why: String,
        /// What comes back to whoever wrote it.
        returned: Box<Draft>,
    },
    /// A reply was not even written down: it is nowhere but here, and comes back as
    /// a whole.
    ReplyNotKept {
        /// Which thread.
        conversation: ConversationId,
        /// Its person.
        psid: Psid,
        /// All of it.
        reply: Box<NewReply>,
        /// What happened and what to do, in one sentence.
        why: String,
    },
    /// A reply is in its draft again, because a person wanted that.
    ReplyReturned {
        /// Which thread.
        conversation: ConversationId,
        /// What joined the draft.
        returned: Box<Draft>,
    },
    /// A reply that Meta had refused, as far as we knew, went out after all.
    RefusedButSent {
        /// Which thread.
        conversation: ConversationId,
        /// Its text, raw, which leaves the draft.
        text: String,
    },
    /// A file that is to go out has been copied, or says why not.
    FileCopied {
        /// Whose draft it belongs to.
        conversation: ConversationId,
        /// The name of the copy.
        id: LocalId,
        /// The copy.
        copy: Result<Box<Attachment>, String>,
    },
    /// The file of a reply is on its way.
    Uploading {
        /// Which thread.
        conversation: ConversationId,
        /// Our id of the reply.
        local: LocalId,
        /// So many bytes have been handed to the network.
        bytes: u64,
    },
    /// A picture that was asked for, or in one sentence why there is none.
    Picture {
        /// Which one.
        id: PictureId,
        /// How large it was asked for.
        size: PictureSize,
        /// The picture.
        picture: Result<Picture, String>,
    },
    /// The window of somebody who waits for us closes soon.
    WindowClosing {
        /// Which thread.
        conversation: ConversationId,
        /// The person's name, raw.
        name: String,
        /// When, by Meta's clock.
        until: Timestamp,
    },
    /// Somebody needs a person who did not before.
    Escalated {
        /// Which thread.
        conversation: ConversationId,
        /// The person's name, raw.
        name: String,
        /// Since when: they last wrote, or the thread came to us, by Meta's clock.
        at: Timestamp,
    },
    /// A call to the Graph API is over.
    ApiCall(ApiCall),
    /// What a simulator has told which app about a thread, oldest first.
    Delivered(ConversationId, Vec<DeliveredWebhook>),
    /// A thread is answered and quiet, and goes back to the bot.
    IdleWarning {
        /// Which thread.
        conversation: ConversationId,
        /// The person's name, raw.
        name: String,
        /// So soon, unless somebody does something there.
        within: Span,
    },
    /// The utility templates that Meta approved, or in a sentence why nobody knows.
    UtilityTemplates(Result<Vec<Template>, String>),
    /// What the Page shows before anybody writes.
    PageProfile(PageProfile),
    /// What a person should know, once, in words.
    Notice(Severity, String),
    /// Older messages of a thread have been fetched.
    OlderArrived(ConversationId),
    /// Older messages of a thread could not be fetched; says why.
    OlderFailed(ConversationId, String),
    /// Unsent text is not on the disk; says why.
    DraftNotSaved(ConversationId, String),
    /// Something an agent asked for was surely not done.
    Failed {
        /// Which thread.
        conversation: ConversationId,
        /// What.
        operation: OperationKind,
        /// What happened and what to do, in one sentence.
        why: String,
    },
    /// Nobody knows whether Meta took a reply; it is looked for.
    ReplyUnconfirmed {
        /// Which thread.
        conversation: ConversationId,
        /// What happened, in one sentence.
        why: String,
    },
    /// A reply waits: for a connection, or for a person to look at it.
    ReplyWaiting {
        /// Which thread.
        conversation: ConversationId,
        /// Our id of the reply.
        local: LocalId,
        /// Why, if a person has to look at it.
        held: Option<HoldReason>,
    },
    /// A page of a list has been read.
    ListRead {
        /// Which list.
        platform: Platform,
        /// How many conversations were on it.
        conversations: u32,
        /// How many messages.
        messages: u32,
        /// The oldest change on it.
        back_to: Option<Timestamp>,
        /// It lies further back than the news.
        backfill: bool,
        /// The list is read to its end.
        whole: bool,
    },
    /// Nothing can be saved at the moment, says why; `None`: it can again.
    Storage(Option<String>),
    /// When the list was last read, by our clock.
    ReadAt(Timestamp),
    /// So many conversations or messages of an answer could not be read; the
    /// others are there.
    Unreadable(usize),
    /// How the link to Meta stands.
    Link(Link),
    /// Share of Meta's rate limit that is used up, in percent.
    Usage(u8),
    /// Meta's clock minus ours, in milliseconds.
    Skew(i64),
}

/// How much a notice matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// What a person asked for outside of Meta was done.
    Info,
    /// Something is wrong.
    Problem,
}
