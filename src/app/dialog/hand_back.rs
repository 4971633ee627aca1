//! How did it end? One key hands back; Tab first adds a summary, and what is to
//! be done next, for the bot.

use crate::{
    app::{
        areas::Layout,
        dialog::{
            geometry::{Geometry, cells, title_width},
            input::{Input, move_cursor_vi},
            intent::{HandBackAnswer, Intent},
            modal::{Click, Modal, Question, Step},
        },
        input::keymap::{Code, Key},
        mask::Mask,
        model::Session,
    },
    domain::{Conversation, ConversationId, Outcome},
};

/// Longer words do not fit into the note (our choice; the note is below 1,000
/// characters).
const LONGEST: usize = 500;

/// The row behind the outcomes: nothing is handed back. *Enter* alone chooses it.
pub(super) const STAY: usize = Outcome::ALL.len();

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
    /// The marked row: an outcome, or `STAY`.
    pub cursor: usize,
}

impl HandBackDialog {
    /// About one conversation; with `send` the reply goes out first.
    pub(crate) fn one(conversation: &Conversation, bot: &str, send: bool) -> Self {
        let act = if send {
            "Send and hand back"
        } else {
            "Hand back"
        };
        let title = format!("{act} to {bot}: {}", conversation.display_name());
        Self::new(title, Some(conversation.id.clone()), send)
    }

    /// About all marked ones.
    pub(crate) fn all(count: usize, bot: &str) -> Self {
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
            cursor: STAY,
        }
    }

    fn answer(&self, outcome: Outcome) -> Step {
        Step::Finish(Intent::HandBack {
            about: self.about.clone(),
            answer: HandBackAnswer {
                outcome,
                summary: self.summary.text().trim().to_owned(),
                next: self.next.text().trim().to_owned(),
            },
            send: self.send,
        })
    }

    fn words(&mut self, key: Key) -> Step {
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
        Step::Stay
    }
}

impl Modal for HandBackDialog {
    fn hints(&self) -> &'static [(&'static str, &'static str)] {
        match self.field {
            Field::Outcome => &[("1-4", "hand back"), ("Tab", "summary"), ("Esc", "cancel")],
            _ => &[("Enter", "back to the outcome"), ("Tab", "next field")],
        }
    }

    fn key(&mut self, _: &Session, key: Key) -> Step {
        if self.field != Field::Outcome {
            return self.words(key);
        }
        let chosen = match (key.code, key.text()) {
            (Code::Esc, _) | (_, Some('q')) => return Step::Close,
            (Code::Tab, _) => {
                self.field = Field::Summary;
                None
            }
            (Code::Enter, _) if self.cursor == STAY => return Step::Close,
            (Code::Enter, _) => Outcome::ALL.get(self.cursor),
            (_, Some(c)) if c.is_ascii_digit() => {
                let place = c.to_digit(10).and_then(|n| n.checked_sub(1));
                place.and_then(|place| Outcome::ALL.get(place as usize))
            }
            _ => {
                let before = self.cursor;
                move_cursor_vi(&mut self.cursor, STAY + 1, key);
                let down = key.code == Code::Down || key.text() == Some('j');
                if down && before == STAY {
                    self.cursor = 0;
                }
                None
            }
        };
        chosen.map_or(Step::Stay, |outcome| self.answer(*outcome))
    }

    fn geometry(&self, _: &Session, layout: &Layout) -> Option<Geometry> {
        let width = cells(title_width(&self.title, layout.screen) + 6).max(60);
        let height = cells(Outcome::ALL.len() + 7);
        let place = Geometry::boxed(layout, (width, height), 0, 4);
        Some(place.with_rows(STAY + 1, self.cursor))
    }

    fn cursor(&mut self) -> Option<&mut usize> {
        Some(&mut self.cursor)
    }

    fn clicked(&mut self) -> Click {
        Click::Mark
    }

    fn takes_words(&mut self) -> bool {
        self.field != Field::Outcome
    }

    fn question(&self) -> Option<Question> {
        let answers = [
            "1: resolved",
            "2: follow-up",
            "3: the bot failed",
            "4: other",
        ];
        Some(Question {
            title: self.title.clone(),
            answers: answers.map(str::to_owned).into(),
        })
    }

    fn mask(&mut self, mask: &Mask) {
        self.title = mask.names_in(&self.title);
    }
}
