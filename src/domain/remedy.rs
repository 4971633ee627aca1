//! What an agent can do about something that failed. Only the screen knows which
//! key that is, so a remedy stands in a sentence where the key will stand.

use std::fmt;

/// An action that helps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Remedy {
    /// Take control.
    Take,
    /// Change what the reply goes out as.
    MessageType,
    /// Hand back.
    HandBack,
    /// Open the link in the browser.
    OpenLink,
    /// Ask Meta for news.
    Refresh,
}

impl Remedy {
    const ALL: [Self; 5] = [
        Self::Take,
        Self::MessageType,
        Self::HandBack,
        Self::OpenLink,
        Self::Refresh,
    ];

    /// How it stands in a sentence; no text of Meta's or a customer's does.
    fn place(self) -> &'static str {
        match self {
            Self::Take => "⟦take⟧",
            Self::MessageType => "⟦message type⟧",
            Self::HandBack => "⟦hand back⟧",
            Self::OpenLink => "⟦open link⟧",
            Self::Refresh => "⟦refresh⟧",
        }
    }

    /// The sentence where nobody presses keys: with the name of the action.
    pub fn without_keys(sentence: &str) -> String {
        Self::named(sentence, |remedy| {
            let action = match remedy {
                Self::Take => "take",
                Self::MessageType => "message_type",
                Self::HandBack => "hand_back",
                Self::OpenLink => "open_link",
                Self::Refresh => "refresh",
            };
            format!("the key for {action}")
        })
    }

    /// The sentence with the name of each remedy in it, such as its key.
    pub fn named(sentence: &str, name: impl Fn(Self) -> String) -> String {
        let mut words = sentence.to_owned();
        // Most sentences name none, and some are named at every frame.
        if !words.contains('⟦') {
            return words;
        }
        for remedy in Self::ALL {
            if words.contains(remedy.place()) {
                words = words.replace(remedy.place(), &name(remedy));
            }
        }
        words
    }
}

impl fmt::Display for Remedy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.place())
    }
}
