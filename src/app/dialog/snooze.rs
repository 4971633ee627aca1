//! Until when? Words have the keys: `2h`, `fri 14:00`, `tomorrow`, or the letter of
//! a usual moment; the arrows choose one of those without a word.

use crate::{
    app::{
        areas::Layout,
        dialog::{
            geometry::{Geometry, cells},
            input::{Input, move_cursor},
            intent::Intent,
            modal::{Click, Modal, Step},
        },
        input::keymap::{Code, Key},
        mask::{Mask, mask_row},
        model::Session,
    },
    domain::{Conversation, Span, Timestamp, TriageChange, Until, parse_time},
};

/// A window that closes is met this much before it does (our choice).
const BEFORE_CLOSE: Span = Span::hours(1);

/// The question.
#[derive(Clone, Debug)]
pub struct Snooze {
    /// Whom it is about: the list may move meanwhile.
    pub about: Vec<Conversation>,
    /// What was typed.
    pub input: Input,
    /// *Enter* was pressed on words that are no moment.
    pub unknown: bool,
    /// A key, words and the moment, by our clock.
    pub usual: Vec<(char, &'static str, Timestamp)>,
    /// The marked line.
    pub cursor: usize,
}

impl Snooze {
    /// About these, seen from now.
    pub(crate) fn new(about: Vec<Conversation>, session: &Session) -> Self {
        let at = |words: &str| parse_time(words, session.now, &session.settings.zone);
        let closes = about.first().and_then(|subject| {
            let until = subject.window(session.server_now()).until()?;
            // By our clock, as all that is shown.
            let at = until
                .plus(BEFORE_CLOSE.negated())
                .plus(session.account.skew().negated());
            (at > session.now).then_some(at)
        });
        let usual = [
            ('t', "tomorrow morning", at("tomorrow")),
            ('h', "in an hour", at("1h")),
            ('e', "this evening", at("this evening")),
            ('m', "Monday morning", at("monday")),
            ('w', "an hour before the window closes", closes),
        ];
        let usual = usual
            .into_iter()
            .filter_map(|(key, words, at)| Some((key, words, at?)));
        Self {
            about,
            input: Input::default(),
            unknown: false,
            usual: usual.collect(),
            cursor: 0,
        }
    }

    /// The moment that is chosen or typed, by our clock.
    pub fn moment(&self, session: &Session) -> Option<Timestamp> {
        let words = self.input.text().trim();
        if words.is_empty() {
            return self.usual.get(self.cursor).map(|(_, _, at)| *at);
        }
        let mut letters = words.chars();
        let usual = match (letters.next(), letters.next()) {
            (Some(letter), None) => self.usual.iter().find(|(key, _, _)| *key == letter),
            _ => None,
        };
        usual
            .map(|(_, _, at)| *at)
            .or_else(|| parse_time(words, session.now, &session.settings.zone))
    }
}

impl Modal for Snooze {
    fn hints(&self) -> &'static [(&'static str, &'static str)] {
        &[("Enter", "snooze"), ("Esc", "cancel")]
    }

    fn key(&mut self, session: &Session, key: Key) -> Step {
        self.unknown = false;
        match key.code {
            Code::Esc => return Step::Close,
            Code::Enter => {}
            _ => {
                if !self.input.key(key) {
                    move_cursor(&mut self.cursor, self.usual.len(), key);
                }
                return Step::Stay;
            }
        }
        let Some(at) = self.moment(session) else {
            // The words stay, and it is said that they mean nothing.
            self.unknown = true;
            return Step::Stay;
        };
        let until = Until::Moment(at.plus(session.account.skew()));
        let about = self.about.clone();
        Step::Finish(Intent::Triage(about, TriageChange::Defer(until)))
    }

    fn geometry(&self, _: &Session, layout: &Layout) -> Option<Geometry> {
        let size = (58, cells(self.usual.len() + 5));
        let place = Geometry::boxed(layout, size, 0, 3);
        Some(place.with_rows(self.usual.len(), self.cursor))
    }

    fn cursor(&mut self) -> Option<&mut usize> {
        Some(&mut self.cursor)
    }

    fn clicked(&mut self) -> Click {
        self.input = Input::default();
        Click::Enter
    }

    fn mask(&mut self, _: &Mask) {
        self.about.iter_mut().for_each(mask_row);
    }
}
