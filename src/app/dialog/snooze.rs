//! Until when? One key for the usual moments, or words: `2h`, `fri 14:00`.

use crate::{
    app::{
        areas::Layout,
        dialog::{
            geometry::{Geometry, cells},
            input::{Input, move_cursor, move_cursor_vi},
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
    pub fn moment(&self, session: &Session) -> Option<Timestamp> {
        if self.typing {
            return parse_time(self.input.text(), session.now, &session.settings.zone);
        }
        self.usual.get(self.cursor).map(|(_, _, at)| *at)
    }

    /// A letter while the usual moments are offered.
    fn letter(&mut self, key: Key, c: char) -> Option<Timestamp> {
        let usual = self.usual.iter().find(|(key, _, _)| *key == c);
        if let Some((_, _, at)) = usual {
            return Some(*at);
        }
        if !move_cursor_vi(&mut self.cursor, self.usual.len(), key) {
            self.typing = true;
            self.input.key(key);
        }
        None
    }
}

impl Modal for Snooze {
    fn key(&mut self, session: &Session, key: Key) -> Step {
        let chosen = match (key.code, key.text()) {
            (Code::Esc, _) if self.typing => {
                (self.typing, self.input) = (false, Input::default());
                None
            }
            (Code::Esc, _) => return Step::Close,
            (Code::Enter, _) => self.moment(session),
            (Code::Tab, _) => {
                self.typing = true;
                None
            }
            (Code::Backspace, _) if self.typing && self.input.text().is_empty() => {
                self.typing = false;
                None
            }
            (_, Some('q')) if !self.typing => return Step::Close,
            (_, Some(c)) if !self.typing => self.letter(key, c),
            _ if self.typing => {
                self.input.key(key);
                None
            }
            _ => {
                move_cursor(&mut self.cursor, self.usual.len(), key);
                None
            }
        };
        let Some(at) = chosen else {
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
        self.typing = false;
        Click::Enter
    }

    fn takes_words(&mut self) -> bool {
        self.typing = true;
        true
    }

    fn mask(&mut self, _: &Mask) {
        self.about.iter_mut().for_each(mask_row);
    }
}
