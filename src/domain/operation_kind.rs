//! The names of what can be done to a thread.

/// The name of an [`Operation`](super::Operation).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)] // said at the operations themselves
pub enum OperationKind {
    Reply,
    Take,
    Pass,
    Release,
    Extend,
    Request,
    MarkSeen,
    Typing,
    React,
}

impl OperationKind {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::Reply,
        Self::Take,
        Self::Pass,
        Self::Release,
        Self::Extend,
        Self::Request,
        Self::MarkSeen,
        Self::Typing,
        Self::React,
    ];

    /// The words after "could not".
    pub fn words(self) -> &'static str {
        match self {
            Self::Reply => "send",
            Self::Take => "take control",
            Self::Pass => "hand back",
            Self::Release => "release control",
            Self::Extend => "extend control",
            Self::Request => "request control",
            Self::MarkSeen => "mark as seen",
            Self::Typing => "show typing",
            Self::React => "react",
        }
    }

    /// How it stands in files once it is done: in the timeline and in the audit
    /// record. Never changed once released.
    pub fn code(self) -> &'static str {
        match self {
            Self::Reply => "sent",
            Self::Take => "took",
            Self::Pass => "passed",
            Self::Release => "released",
            Self::Extend => "extended",
            Self::Request => "requested",
            Self::MarkSeen => "seen",
            Self::Typing => "typed",
            Self::React => "reacted",
        }
    }

    /// The one of this code.
    pub fn of_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }
}
