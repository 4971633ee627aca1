//! What an agent wants of the engine. The desk hands it over as it is, and so
//! would a colleague's desk: nothing is copied field by field on the way.

use super::{
    Attachment, ConversationId, Decision, Draft, LocalId, Operation, PictureFile, PictureId,
    PictureSize, Platform, PrivateNote, ProfileChange, Psid, Tree, Triage,
};

/// None of them waits for an answer: the answer is a [`Change`](super::Change).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// Somebody is working at the desk, or nobody has for a while: sets the
    /// pace of the polls.
    Pace {
        /// Whether somebody is working.
        active: bool,
    },
    /// This thread is open: poll it faster, and fetch what is missing.
    Open(ConversationId),
    /// No thread is open.
    Close,
    /// Fetch older messages of a thread.
    Older(ConversationId),
    /// Poll everything now.
    Refresh,
    /// Read which utility templates Meta approved.
    ReadTemplates,
    /// Read what the Page shows before anybody writes.
    ReadProfile(Platform),
    /// Write a change of what the Page shows; it is this then.
    WriteProfile(Platform, ProfileChange, Tree),
    /// Change something about a simulator.
    Simulator(SimulatorOrder),
    /// Do something to a thread, after what was asked for it before.
    Operate {
        /// Which thread.
        conversation: ConversationId,
        /// The person in it.
        psid: Psid,
        /// What.
        operation: Operation,
    },
    /// Make our own copy of a file that is to go out.
    CopyFile {
        /// Whose draft it belongs to.
        conversation: ConversationId,
        /// The name of the copy.
        id: LocalId,
        /// The file as a person named it.
        file: Attachment,
    },
    /// Keep unsent text.
    SaveDraft {
        /// Which thread.
        conversation: ConversationId,
        /// The person in it.
        psid: Psid,
        /// The text; an empty draft is removed.
        draft: Draft,
        /// In place of the draft on the disk; else before it, because nobody
        /// has seen what stands there.
        over: bool,
    },
    /// An agent has looked at this thread.
    LookedAt(ConversationId),
    /// Ask a simulator what it told which app about a person.
    AskDelivered(ConversationId, Psid),
    /// Give up the upload of a reply's file, unless it is over.
    CancelUpload(LocalId),
    /// Fetch what is at this address of Meta's and keep it.
    SaveFile(String),
    /// Show a picture: from the disk, else from Meta.
    ShowPicture {
        /// Whose thread it stands in.
        conversation: ConversationId,
        /// The person.
        psid: Psid,
        /// Which one.
        id: PictureId,
        /// How large.
        size: PictureSize,
        /// What the terminal wants besides cells.
        file: PictureFile,
    },
    /// Keep decisions of an agent's own, whole, in place of those before;
    /// neither customer nor Meta learns of it.
    Triage(Vec<(ConversationId, Psid, Triage)>),
    /// Keep a private note.
    KeepNote {
        /// Which thread.
        conversation: ConversationId,
        /// The person in it.
        psid: Psid,
        /// The note.
        note: PrivateNote,
    },
    /// Remove a private note.
    DropNote(ConversationId, LocalId),
    /// Remove the refused replies of a thread.
    DropRefused(ConversationId),
    /// A person has decided about a reply that does not go on by itself.
    Decide {
        /// Which thread.
        conversation: ConversationId,
        /// Our id of the reply.
        local: LocalId,
        /// What.
        decision: Decision,
    },
}

impl Command {
    /// The same about the conversation that `called` names: one may have got another
    /// name since the command was given.
    pub fn about(mut self, called: impl Fn(ConversationId) -> ConversationId) -> Self {
        let rename = |id: &mut ConversationId| {
            let old = std::mem::replace(id, ConversationId::new(""));
            *id = called(old);
        };
        match &mut self {
            Self::Open(id)
            | Self::Older(id)
            | Self::LookedAt(id)
            | Self::AskDelivered(id, _)
            | Self::DropNote(id, _)
            | Self::DropRefused(id)
            | Self::Operate {
                conversation: id, ..
            }
            | Self::CopyFile {
                conversation: id, ..
            }
            | Self::SaveDraft {
                conversation: id, ..
            }
            | Self::KeepNote {
                conversation: id, ..
            }
            | Self::ShowPicture {
                conversation: id, ..
            }
            | Self::Decide {
                conversation: id, ..
            } => rename(id),
            Self::Triage(rows) => rows.iter_mut().for_each(|(id, ..)| rename(id)),
            Self::Pace { .. }
            | Self::Close
            | Self::Refresh
            | Self::ReadTemplates
            | Self::ReadProfile(_)
            | Self::WriteProfile(..)
            | Self::Simulator(_)
            | Self::CancelUpload(_)
            | Self::SaveFile(_) => {}
        }
        self
    }
}

/// What a simulator is to do: change its clock, order faults, pour events, let people
/// act.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SimulatorOrder {
    /// `clock`, `faults`, `storm` or `deeds`.
    pub what: &'static str,
    /// Such as `by` and `+23h`.
    pub members: Vec<(&'static str, String)>,
}
