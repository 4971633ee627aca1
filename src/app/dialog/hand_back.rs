//! How did it end? One key hands back; Tab first adds a summary, and what is to
//! be done next, for the bot.

use super::{
    super::{
        Effect, Model,
        acts::{HandBackBy, hand_back_by},
        keymap::{Code, Key},
    },
    Input, Stay, move_cursor,
};
use crate::domain::{Conversation, ConversationId, Outcome};

/// Longer words do not fit into the note (our choice; the note is below 1,000
/// characters).
const LONGEST: usize = 500;

/// Where keys go.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Field {
    /// The outcomes.
    #[default]
    Outcome,
    /// The summary.
    Summary,
    /// What is to be done next.
    Next,
}

/// The question.
#[derive(Clone, Debug)]
pub struct HandBackDialog {
    /// What is asked. Raw: a name stands in it.
    pub title: String,
    /// The conversation it is about; `None` for all marked ones.
    pub about: Option<ConversationId>,
    /// The reply in the composer goes out first.
    pub send: bool,
    /// A sentence for the bot.
    pub summary: Input,
    /// What the bot should do next.
    pub next: Input,
    /// Where keys go.
    pub field: Field,
    /// The marked outcome.
    pub cursor: usize,
}

impl HandBackDialog {
    /// About one conversation; with `send` the reply goes out first.
    pub(in super::super) fn one(conversation: &Conversation, bot: &str, send: bool) -> Self {
        let act = if send {
            "Send and hand back"
        } else {
            "Hand back"
        };
        let title = format!("{act} to {bot}: {}", conversation.display_name());
        Self::new(title, Some(conversation.id.clone()), send)
    }

    /// About all marked ones.
    pub(in super::super) fn all(count: usize, bot: &str) -> Self {
        let title = format!("Hand {count} conversations back to {bot}");
        Self::new(title, None, false)
    }

    fn new(title: String, about: Option<ConversationId>, send: bool) -> Self {
        Self {
            title,
            about,
            send,
            summary: Input::default(),
            next: Input::default(),
            field: Field::Outcome,
            cursor: 0,
        }
    }

    pub(super) fn key(&mut self, model: &mut Model, key: Key, effects: &mut Vec<Effect>) -> Stay {
        if self.field != Field::Outcome {
            return self.words(key);
        }
        let chosen = match (key.code, key.text()) {
            (Code::Esc, _) | (_, Some('q')) => return Stay::Close,
            (Code::Tab, _) => {
                self.field = Field::Summary;
                None
            }
            (Code::Enter, _) => Outcome::ALL.get(self.cursor),
            (_, Some(c)) if c.is_ascii_digit() => {
                let place = c.to_digit(10).and_then(|n| n.checked_sub(1));
                place.and_then(|place| Outcome::ALL.get(place as usize))
            }
            (_, Some('j')) => {
                move_cursor(&mut self.cursor, Outcome::ALL.len(), Key::plain(Code::Down));
                None
            }
            (_, Some('k')) => {
                move_cursor(&mut self.cursor, Outcome::ALL.len(), Key::plain(Code::Up));
                None
            }
            _ => {
                move_cursor(&mut self.cursor, Outcome::ALL.len(), key);
                None
            }
        };
        let Some(outcome) = chosen else {
            return Stay::Open;
        };
        let by = HandBackBy {
            outcome: *outcome,
            summary: self.summary.text().trim().to_owned(),
            next: self.next.text().trim().to_owned(),
        };
        effects.extend(hand_back_by(model, self.about.as_ref(), by, self.send));
        Stay::Close
    }

    fn words(&mut self, key: Key) -> Stay {
        let (input, then) = match self.field {
            Field::Summary => (&mut self.summary, Field::Next),
            _ => (&mut self.next, Field::Outcome),
        };
        match key.code {
            Code::Tab => self.field = then,
            Code::Enter | Code::Esc => self.field = Field::Outcome,
            _ if key.text().is_some() && input.text().chars().count() >= LONGEST => {}
            _ => {
                input.key(key);
            }
        }
        Stay::Open
    }
}
