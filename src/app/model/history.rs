//! What can be taken back, what can be repeated, and where one comes from.

use crate::domain::{ConversationId, LocalId, Psid, Span, Timestamp, Triage, TriageChange};

/// So long after an advance, *undo* takes it back before anything else.
pub const ADVANCE_UNDO: Span = Span::seconds(5);
/// So many acts can be undone.
const UNDO_DEPTH: usize = 50;
/// So many command lines are remembered.
const COMMANDS: usize = 50;

/// Something that can be taken back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Undo {
    /// The desk went on from this conversation by itself, at this moment.
    Advance(ConversationId, Timestamp),
    /// Decisions as they were before, in words what was done, and where one was.
    Triage {
        /// What was decided before.
        before: Vec<(ConversationId, Psid, Triage)>,
        /// What was done.
        words: String,
        /// Whose name stands in the words, if anybody's.
        name: String,
        /// The thread that was open.
        from: Option<ConversationId>,
    },
    /// A private note was written.
    Note(ConversationId, LocalId),
    /// A reply waits until this moment before it goes, in these parts.
    Send(ConversationId, Vec<LocalId>, Timestamp),
}

impl Undo {
    /// Too late to be taken back.
    fn is_late(&self, now: Timestamp) -> bool {
        match self {
            Self::Advance(_, at) => now.since(*at) > ADVANCE_UNDO,
            Self::Send(_, _, until) => now >= *until,
            Self::Triage { .. } | Self::Note(..) => false,
        }
    }
}

/// What was done at this desk.
#[derive(Clone, Debug, Default)]
pub struct History {
    /// What can be taken back, newest last.
    pub undo: Vec<Undo>,
    /// What can be repeated.
    pub repeat: Option<TriageChange>,
    /// Lines that were run in the command line, newest first.
    pub(crate) commands: Vec<String>,
    /// The conversation that was open before.
    pub last_thread: Option<ConversationId>,
    /// The answer to "who waits next" is for an advance from this thread.
    pub(crate) advancing: Option<ConversationId>,
}

impl History {
    /// A line was run in the command line.
    pub(crate) fn ran(&mut self, line: String) {
        self.commands.retain(|known| *known != line);
        self.commands.insert(0, line);
        self.commands.truncate(COMMANDS);
    }

    /// Remembers how to take something back.
    pub(crate) fn remember(&mut self, undo: Undo) {
        self.undo.push(undo);
        if self.undo.len() > UNDO_DEPTH {
            self.undo.remove(0);
        }
    }

    /// The last thing that can still be taken back; it is forgotten.
    pub(crate) fn last_undo(&mut self, now: Timestamp) -> Option<Undo> {
        self.undo.retain(|undo| !undo.is_late(now));
        self.undo.pop()
    }
}
