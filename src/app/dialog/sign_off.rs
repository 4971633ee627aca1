//! Before the desk is left: the threads that we hold, and what becomes of each.

use crate::{
    app::{
        areas::Layout,
        dialog::{
            geometry::{Geometry, cells},
            input::move_cursor,
            intent::{Fate, Intent},
            modal::{Click, Modal, Question, Step},
        },
        input::keymap::{Code, Key},
        mask::{Mask, mask_row},
        model::Session,
    },
    domain::{AppId, Conversation},
};

/// The list.
#[derive(Clone, Debug, Default)]
pub struct SignOff {
    /// The threads we hold, with what becomes of them; `None` while they are
    /// looked up.
    pub rows: Option<Vec<(Conversation, Fate)>>,
    /// How many they are in all.
    pub held: u32,
    /// Replies that are not settled.
    pub unsettled: u32,
    /// The marked row.
    pub cursor: usize,
}

impl SignOff {
    fn count(&self) -> usize {
        self.rows.as_ref().map_or(0, Vec::len)
    }

    /// What is asked.
    pub fn title(&self) -> String {
        let threads = match self.held {
            1 => "You still hold one thread.".to_owned(),
            n => format!("You still hold {n} threads."),
        };
        let replies = match self.unsettled {
            0 => String::new(),
            1 => " One reply is unresolved.".into(),
            n => format!(" {n} replies are unresolved."),
        };
        format!("Quit? {threads}{replies}")
    }

    /// Decides about the marked row and goes to the next.
    fn decide(&mut self, fate: Fate) {
        let last = self.count().saturating_sub(1);
        if let Some(row) = self
            .rows
            .as_mut()
            .and_then(|rows| rows.get_mut(self.cursor))
        {
            row.1 = fate;
            self.cursor = (self.cursor + 1).min(last);
        }
    }

    /// Each time the next colleague.
    fn colleague(&mut self, colleagues: &[(AppId, String)]) {
        let row = self
            .rows
            .as_mut()
            .and_then(|rows| rows.get_mut(self.cursor));
        let Some((_, fate)) = row else {
            return;
        };
        let now = match fate {
            Fate::Colleague(app, _) => colleagues.iter().position(|(id, _)| id == app),
            _ => None,
        };
        let next = now.map_or(0, |at| (at + 1) % colleagues.len().max(1));
        if let Some((id, name)) = colleagues.get(next) {
            *fate = Fate::Colleague(id.clone(), name.clone());
        }
    }
}

impl Modal for SignOff {
    fn hints(&self) -> &'static [(&'static str, &'static str)] {
        &[
            ("b", "hand back"),
            ("a", "colleague"),
            ("k", "keep"),
            ("B", "all back"),
            ("y", "quit"),
            ("Enter", "stay"),
        ]
    }

    fn key(&mut self, session: &Session, key: Key) -> Step {
        let count = self.count();
        match (key.code, key.text()) {
            (Code::Esc | Code::Enter, _) | (_, Some('q' | 'n')) => return Step::Close,
            (_, Some('y')) => {
                let rows = self.rows.take().unwrap_or_default();
                return Step::Finish(Intent::SignOff(rows));
            }
            (_, Some('b')) => self.decide(Fate::HandBack),
            (_, Some('k')) => self.decide(Fate::Keep),
            (_, Some('a')) => self.colleague(&session.account.apps.colleagues()),
            (_, Some('B')) => {
                for (_, fate) in self.rows.iter_mut().flatten() {
                    *fate = Fate::HandBack;
                }
            }
            (_, Some('j')) => {
                move_cursor(&mut self.cursor, count, Key::plain(Code::Down));
            }
            _ => {
                move_cursor(&mut self.cursor, count, key);
            }
        }
        Step::Stay
    }

    fn geometry(&self, _: &Session, layout: &Layout) -> Option<Geometry> {
        let count = self.rows.as_ref().map_or(1, Vec::len);
        let size = (80, cells(count + 2));
        let place = Geometry::boxed(layout, size, 0, 0);
        Some(place.with_rows(count, self.cursor))
    }

    fn cursor(&mut self) -> Option<&mut usize> {
        Some(&mut self.cursor)
    }

    /// *Enter* stays.
    fn clicked(&mut self) -> Click {
        Click::MarkOnly
    }

    fn takes_words(&mut self) -> bool {
        false
    }

    /// Asked when it is known who they are.
    fn question(&self) -> Option<Question> {
        let rows = self.rows.as_ref()?;
        let held = rows.iter().map(|(row, fate)| {
            let waits = if row.waiting() { ", waiting" } else { "" };
            let fate = match fate {
                Fate::Keep => "stays with us".to_owned(),
                Fate::HandBack => "goes back to the bot".to_owned(),
                Fate::Colleague(_, name) => format!("goes to {name}"),
            };
            format!("{}{waits}: {fate}", row.display_name())
        });
        let letters = [
            "B: hand all back to the bot, then press y",
            "y: quit with the choices above",
        ];
        Some(Question {
            title: self.title(),
            answers: held.chain(letters.map(String::from)).collect(),
        })
    }

    fn mask(&mut self, _: &Mask) {
        for (held, _) in self.rows.iter_mut().flatten() {
            mask_row(held);
        }
    }
}
