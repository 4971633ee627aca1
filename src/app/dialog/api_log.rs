//! The calls to the Graph API, newest first: what was asked, and what came of it.

use ratatui::layout::Rect;

use crate::{
    app::{
        areas::Layout,
        dialog::{
            geometry::Geometry,
            input::{Input, move_cursor},
            intent::Intent,
            modal::{Modal, Step},
        },
        input::keymap::{Code, Key},
        model::Session,
        toast::ToastKind,
    },
    domain::ApiCall,
    text,
};

/// The most that it takes of a large screen, so that the desk stays in sight.
const MOST: (u16, u16) = (140, 44);

/// The log on the screen.
#[derive(Clone, Debug, Default)]
pub struct ApiLog {
    /// The marked call, among those that the filter shows.
    pub cursor: usize,
    /// The body of the marked call is shown.
    pub open: bool,
    /// Only calls with these words are shown.
    pub filter: Input,
    /// The filter is being typed.
    pub typing: bool,
    /// A `y` was pressed.
    copy: bool,
}

impl ApiLog {
    /// The calls that the filter shows, newest first.
    pub fn calls<'a>(&self, session: &'a Session) -> Vec<&'a ApiCall> {
        let wanted = text::searchable(self.filter.text());
        let wanted: Vec<&str> = wanted.split_whitespace().collect();
        let calls = session.api_log.iter().rev();
        let fits = |call: &&ApiCall| {
            if wanted.is_empty() {
                return true;
            }
            let status = call
                .status
                .map_or(String::new(), |status| status.to_string());
            let body = call.body.as_deref().unwrap_or_default();
            let words = format!("{} {} {status} {body}", call.method, call.path);
            let words = text::searchable(&words);
            wanted.iter().all(|one| words.contains(one))
        };
        calls.filter(fits).collect()
    }

    fn copied(&self, session: &Session, what: char) -> Option<Intent> {
        let calls = self.calls(session);
        let call = calls.get(self.cursor)?;
        if session.privacy {
            let words = "What was sent is hidden in privacy mode.".to_owned();
            return Some(Intent::Say(ToastKind::Info, words));
        }
        let (text, said) = match what {
            'r' => (call.request(), "Copied the request."),
            'a' => (
                call.answer.clone().unwrap_or_default(),
                "Copied the answer.",
            ),
            _ => (call.curl(), "Copied as curl, with $PAGE_TOKEN."),
        };
        Some(Intent::Copy {
            text: text::disarm(None, &text),
            said: said.into(),
        })
    }

    fn typed(&mut self, session: &Session, key: Key) {
        match key.code {
            Code::Enter => self.typing = false,
            Code::Esc => *self = Self::default(),
            _ if self.filter.key(key) => {}
            _ => {
                let count = self.calls(session).len();
                move_cursor(&mut self.cursor, count, key);
            }
        }
        let last = self.calls(session).len().saturating_sub(1);
        self.cursor = self.cursor.min(last);
    }
}

impl Modal for ApiLog {
    fn hints(&self) -> &'static [(&'static str, &'static str)] {
        match self.typing {
            true => &[("Enter", "keep the filter"), ("Esc", "show all")],
            false if !self.filter.text().is_empty() => &[
                ("Enter", "show it all"),
                ("Esc", "no filter"),
                ("yc", "copy as curl"),
                ("yr", "copy the request"),
                ("ya", "the answer"),
                ("q", "close"),
            ],
            false => &[
                ("Enter", "show it all"),
                ("/", "filter"),
                ("yc", "copy as curl"),
                ("yr", "copy the request"),
                ("ya", "the answer"),
                ("q", "close"),
            ],
        }
    }

    fn key(&mut self, session: &Session, key: Key) -> Step {
        if self.typing {
            self.typed(session, key);
            return Step::Stay;
        }
        let copy = std::mem::take(&mut self.copy);
        match key.code {
            Code::Esc if self.open => self.open = false,
            Code::Esc if !self.filter.text().is_empty() => {
                (self.filter, self.cursor) = (Input::default(), 0);
            }
            Code::Esc | Code::Char('q' | '@') => return Step::Close,
            Code::Enter => self.open = !self.open,
            Code::Char('/') => self.typing = true,
            Code::Char('y') if !copy => self.copy = true,
            Code::Char(what @ ('c' | 'y' | 'r' | 'a')) if copy => {
                if let Some(copied) = self.copied(session, what) {
                    return Step::Do(copied);
                }
            }
            _ => {
                let vim = match key.text() {
                    Some('j') => Key::plain(Code::Down),
                    Some('k') => Key::plain(Code::Up),
                    Some('g') => Key::plain(Code::Home),
                    Some('G') => Key::plain(Code::End),
                    _ => key,
                };
                let count = self.calls(session).len();
                move_cursor(&mut self.cursor, count, vim);
            }
        }
        Step::Stay
    }

    fn geometry(&self, session: &Session, layout: &Layout) -> Option<Geometry> {
        let filtered = self.typing || !self.filter.text().is_empty();
        let mut place = Geometry::boxed(layout, MOST, u16::from(filtered), 0);
        if self.open {
            place.rows = Rect {
                height: place.inner.height / 3,
                ..place.rows
            };
        }
        Some(place.with_rows(self.calls(session).len(), self.cursor))
    }

    fn cursor(&mut self) -> Option<&mut usize> {
        Some(&mut self.cursor)
    }

    fn takes_words(&mut self) -> bool {
        self.typing
    }

    fn only_shows(&self) -> bool {
        !self.typing
    }
}
