//! Until when? One key for the usual moments, or words: `2h`, `fri 14:00`.

use super::{
    super::{
        Effect, Model,
        keymap::{Code, Key},
        triage::{TriageChange, decide, targets},
    },
    Input, Stay, move_cursor,
};
use crate::domain::{Conversation, Span, Timestamp, Until, parse_time};

/// A window that closes is met this much before it does (our choice).
const BEFORE_CLOSE: Span = Span::hours(1);

/// The question.
#[derive(Clone, Debug)]
pub struct Snooze {
    /// Whom it is about: the list may move meanwhile.
    pub about: Vec<Conversation>,
    /// What was typed; empty while the usual moments are offered.
    pub input: Input,
    /// Words are being typed.
    pub typing: bool,
    /// A key, words and the moment, by our clock.
    pub usual: Vec<(char, &'static str, Timestamp)>,
    /// The marked line.
    pub cursor: usize,
}

impl Snooze {
    pub(in super::super) fn for_now(model: &Model) -> Self {
        let at = |words: &str| parse_time(words, model.now, &model.settings.zone);
        let about = targets(model);
        let closes = about.first().and_then(|subject| {
            let until = subject.window(model.server_now()).until()?;
            // By our clock, as all that is shown.
            let at = until
                .plus(BEFORE_CLOSE.negated())
                .plus(model.skew.negated());
            (at > model.now).then_some(at)
        });
        let usual = [
            ('t', "tomorrow morning", at("tomorrow")),
            ('h', "in an hour", at("1h")),
            ('e', "this evening", at("today evening")),
            ('m', "Monday morning", at("monday")),
            ('w', "an hour before the window closes", closes),
        ];
        let usual = usual
            .into_iter()
            .filter_map(|(key, words, at)| Some((key, words, at?)));
        Self {
            about,
            input: Input::default(),
            typing: false,
            usual: usual.collect(),
            cursor: 0,
        }
    }

    /// The moment that is chosen or typed, by our clock.
    pub fn moment(&self, model: &Model) -> Option<Timestamp> {
        if self.typing {
            return parse_time(self.input.text(), model.now, &model.settings.zone);
        }
        self.usual.get(self.cursor).map(|(_, _, at)| *at)
    }

    pub(super) fn key(&mut self, model: &mut Model, key: Key, effects: &mut Vec<Effect>) -> Stay {
        let chosen = match (key.code, key.text()) {
            (Code::Esc, _) if self.typing => {
                (self.typing, self.input) = (false, Input::default());
                None
            }
            (Code::Esc, _) => return Stay::Close,
            (Code::Enter, _) => self.moment(model),
            (Code::Tab, _) => {
                self.typing = true;
                None
            }
            (Code::Backspace, _) if self.typing && self.input.text().is_empty() => {
                self.typing = false;
                None
            }
            (_, Some('q')) if !self.typing => return Stay::Close,
            (_, Some(c)) if !self.typing => {
                let usual = self.usual.iter().find(|(key, _, _)| *key == c);
                if usual.is_none() {
                    match c {
                        'j' | 'k' => {
                            let code = if c == 'j' { Code::Down } else { Code::Up };
                            move_cursor(&mut self.cursor, self.usual.len(), Key::plain(code));
                        }
                        _ => {
                            self.typing = true;
                            self.input.key(key);
                        }
                    }
                }
                usual.map(|(_, _, at)| *at)
            }
            _ => {
                if self.typing {
                    self.input.key(key);
                } else {
                    move_cursor(&mut self.cursor, self.usual.len(), key);
                }
                None
            }
        };
        let Some(at) = chosen else {
            return Stay::Open;
        };
        let until = Until::Moment(at.plus(model.skew));
        effects.extend(decide(model, &self.about, TriageChange::Defer(until)));
        Stay::Close
    }
}
