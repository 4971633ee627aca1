//! The calls to the Graph API, newest first: what was asked, and what came of it.

use ratatui::layout::Rect;

use crate::app::{
    areas::Layout,
    dialog::{
        geometry::Geometry,
        input::move_cursor,
        intent::Intent,
        modal::{Modal, Step},
    },
    input::keymap::{Code, Key},
    model::Session,
};

/// The log on the screen.
#[derive(Clone, Debug, Default)]
pub struct ApiLog {
    /// The marked call.
    pub cursor: usize,
    /// The body of the marked call is shown.
    pub open: bool,
    /// A `y` was pressed.
    copy: bool,
}

impl Modal for ApiLog {
    fn hints(&self) -> &'static [(&'static str, &'static str)] {
        &[
            ("Enter", "show it all"),
            ("yc", "copy as curl"),
            ("j k", "move"),
            ("q", "close"),
        ]
    }

    fn key(&mut self, session: &Session, key: Key) -> Step {
        let copy = std::mem::take(&mut self.copy);
        match key.code {
            Code::Esc if self.open => self.open = false,
            Code::Esc | Code::Char('q' | '@') => return Step::Close,
            Code::Enter => self.open = !self.open,
            Code::Char('y') if !copy => self.copy = true,
            Code::Char('c' | 'y') if copy => {
                if let Some(call) = session.api_log.iter().rev().nth(self.cursor) {
                    return Step::Do(Intent::Copy {
                        text: call.curl(),
                        said: "Copied as curl, with $PAGE_TOKEN.".into(),
                    });
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
                move_cursor(&mut self.cursor, session.api_log.len(), vim);
            }
        }
        Step::Stay
    }

    fn geometry(&self, session: &Session, layout: &Layout) -> Option<Geometry> {
        let mut place = Geometry::boxed(layout, (140, u16::MAX), 0, 0);
        if self.open {
            place.rows = Rect {
                height: place.inner.height / 3,
                ..place.inner
            };
        }
        Some(place.with_rows(session.api_log.len(), self.cursor))
    }

    fn cursor(&mut self) -> Option<&mut usize> {
        Some(&mut self.cursor)
    }

    fn takes_words(&mut self) -> bool {
        false
    }

    fn only_shows(&self) -> bool {
        true
    }
}
