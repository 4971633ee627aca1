//! What one message of ours holds.

use super::{Attachment, Part};

/// What one message of ours holds: a message is one of these, never two (Meta refuses
/// text beside an attachment).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content {
    /// What was typed, raw.
    Text(String),
    /// A file, or several pictures in one message: our own copies of them. Never empty.
    Files(Vec<Attachment>),
}

impl Content {
    /// The text; empty where it holds something else.
    pub fn text(&self) -> &str {
        match self {
            Self::Text(text) => text,
            Self::Files(_) => "",
        }
    }

    /// Our copies of files that go out with it.
    pub fn files(&self) -> &[Attachment] {
        match self {
            Self::Files(files) => files,
            Self::Text(_) => &[],
        }
    }

    /// So many bytes are to be uploaded.
    pub fn bytes(&self) -> u64 {
        self.files().iter().map(|file| file.bytes).sum()
    }

    /// What of it is not text, as it stands in the thread.
    pub fn parts(&self) -> Vec<Part> {
        let file = |file: &Attachment| Part::File {
            kind: file.word(),
            name: Some(file.name.clone()),
            bytes: Some(file.bytes),
        };
        self.files().iter().map(file).collect()
    }

    /// A few words for what it is, raw: the text, or the names of its files.
    pub fn words(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Files(files) => {
                let names: Vec<&str> = files.iter().map(|file| file.name.as_str()).collect();
                names.join(", ")
            }
        }
    }
}
