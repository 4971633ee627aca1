//! A short list: which app gets the thread, what becomes of a reply, which link
//! to open, whether to quit.

use crate::{
    app::{
        areas::Layout,
        dialog::{
            geometry::{Geometry, cells, centred, padded, title_width},
            input::move_cursor_vi,
            intent::{Choice, Intent},
            modal::{Click, Modal, Question, Step},
        },
        input::keymap::{Code, Key},
        mask::{Mask, masked},
        model::Session,
    },
    domain::{
        AppId, Conversation, ConversationId, Decision, HoldReason, LocalId, Message, Outgoing,
        SendAs, SendState,
    },
    text,
};

/// The list.
#[derive(Clone, Debug)]
pub struct Choose {
    /// What is asked.
    pub title: String,
    /// The conversation it is about; the choice is for no other.
    pub about: Option<ConversationId>,
    /// The lines: a key, words, what it does.
    pub lines: Vec<(char, String, Choice)>,
    /// The marked line.
    pub cursor: usize,
}

impl Choose {
    /// Really, all of them?
    pub fn release_all(count: usize) -> Self {
        Self {
            title: format!("Release {count} threads?"),
            about: None,
            lines: vec![
                (
                    'y',
                    "release them: nobody will hold them".into(),
                    Choice::ReleaseAll,
                ),
                ('n', "keep them".into(), Choice::Stay),
            ],
            cursor: 1,
        }
    }

    /// Really ask for control of so many?
    pub fn request_all(count: usize) -> Self {
        Self {
            title: format!("Ask for control of {count} threads?"),
            about: None,
            lines: vec![
                ('y', "ask the owners".into(), Choice::RequestAll),
                ('n', "do not ask".into(), Choice::Stay),
            ],
            cursor: 1,
        }
    }

    /// Really? Its owner is told.
    pub fn request(conversation: &Conversation, holder: &str) -> Self {
        Self {
            title: format!(
                "Ask {holder} for control of {}?",
                conversation.display_name()
            ),
            about: Some(conversation.id.clone()),
            lines: vec![
                ('y', "ask".into(), Choice::Request),
                ('n', "do not ask".into(), Choice::Stay),
            ],
            cursor: 1,
        }
    }

    /// Which app?
    pub fn app(conversation: &Conversation, apps: Vec<(AppId, String)>) -> Self {
        let lines = apps
            .into_iter()
            .zip('1'..='9')
            .map(|((id, name), key)| (key, name, Choice::PassTo(id)));
        let title = format!("Pass {} to", conversation.display_name());
        Self::or_keep(title, conversation, lines.collect())
    }

    /// Mine, or which colleague's?
    pub fn colleague(
        conversation: &Conversation,
        claim: bool,
        colleagues: Vec<(AppId, String)>,
    ) -> Self {
        let own = claim.then(|| ('m', "me: take control".to_owned(), Choice::Claim));
        let others = colleagues
            .into_iter()
            .zip('1'..='9')
            .map(|((id, name), key)| (key, format!("pass it to {name}"), Choice::PassTo(id)));
        let title = format!("Who takes {}?", conversation.display_name());
        Self::or_keep(title, conversation, own.into_iter().chain(others).collect())
    }

    /// A choice of where a thread goes; Enter alone leaves it where it is.
    fn or_keep(
        title: String,
        conversation: &Conversation,
        mut lines: Vec<(char, String, Choice)>,
    ) -> Self {
        lines.push(('n', "leave it as it is".into(), Choice::Stay));
        Self {
            title,
            about: Some(conversation.id.clone()),
            cursor: lines.len() - 1,
            lines,
        }
    }

    /// Really? All the more while they wait.
    pub fn release(conversation: &Conversation) -> Self {
        let name = conversation.display_name();
        let title = match conversation.waiting() {
            true => format!("{name} is waiting for an answer. Release the thread?"),
            false => format!("Release {name}'s thread?"),
        };
        let lines = vec![
            (
                'y',
                "release it: nobody will hold it".into(),
                Choice::Release,
            ),
            ('n', "keep it".into(), Choice::Stay),
        ];
        Self {
            title,
            about: Some(conversation.id.clone()),
            lines,
            cursor: 1,
        }
    }

    /// What shall become of a reply? `candidates` may be it; `again` is the id of a second
    /// try.
    pub fn outgoing(
        conversation: &Conversation,
        outgoing: &Outgoing,
        candidates: Vec<&Message>,
        again: LocalId,
    ) -> Self {
        let now_as = match (&outgoing.state, outgoing.send_as) {
            (SendState::Held(HoldReason::WindowOver), _) | (_, SendAs::HumanAgent) => {
                " as HUMAN_AGENT"
            }
            _ => "",
        };
        let send = format!("send it now{now_as}");
        let lines: Vec<(char, &str, Decision)> = match outgoing.state {
            SendState::Unsure => vec![
                ('o', "check whether it arrived", Decision::Look),
                (
                    'r',
                    "send again: may arrive twice",
                    Decision::SendAgain(again),
                ),
                ('k', "treat it as sent", Decision::TreatAsSent),
            ],
            SendState::Queued => vec![
                ('e', "edit it in the composer", Decision::TakeBack),
                ('d', "drop it", Decision::Drop),
            ],
            // The first line is what Enter chooses: nothing goes out by that.
            _ => vec![
                ('e', "edit it in the composer", Decision::TakeBack),
                ('s', &send, Decision::SendNow),
                ('d', "drop it", Decision::Drop),
            ],
        };
        let words: String = outgoing.content.words().chars().take(30).collect();
        Self {
            title: format!("{}: \"{words}\"", conversation.display_name()),
            about: Some(conversation.id.clone()),
            lines: lines
                .into_iter()
                .map(|(key, words, decision)| (key, words.to_owned(), decision))
                .chain(candidates.into_iter().zip('1'..='9').map(|(message, key)| {
                    let words = format!("it is this one: {}", message.words());
                    (key, words, Decision::Is(message.mid.clone(), message.at))
                }))
                .map(|(key, words, decision)| {
                    let choice = Choice::Decide(Box::new(outgoing.clone()), decision);
                    (key, words, choice)
                })
                .collect(),
            cursor: 0,
        }
    }

    /// Really? With replies that are not settled.
    pub fn quit(unsettled: u32) -> Self {
        let title = match unsettled {
            0 => "Quit switchboard?".to_owned(),
            1 => "Quit? One reply is unresolved.".to_owned(),
            n => format!("Quit? {n} replies are unresolved."),
        };
        let lines = vec![
            ('y', "quit".into(), Choice::Quit),
            ('n', "stay".into(), Choice::Stay),
        ];
        Self {
            title,
            about: None,
            lines,
            // Whoever pressed Esc once too often, and then Enter, stays.
            cursor: 1,
        }
    }
}

impl Modal for Choose {
    fn key(&mut self, _: &Session, key: Key) -> Step {
        let line = match key.code {
            Code::Enter => self.lines.get(self.cursor),
            Code::Esc | Code::Char('q') => return Step::Close,
            Code::Char(c) if !key.ctrl => self.lines.iter().find(|(k, _, _)| *k == c),
            _ => None,
        };
        if let Some((_, _, choice)) = line {
            return Step::Finish(Intent::Choose(self.about.clone(), choice.clone()));
        }
        move_cursor_vi(&mut self.cursor, self.lines.len(), key);
        Step::Stay
    }

    /// As wide as its words.
    fn geometry(&self, _: &Session, layout: &Layout) -> Option<Geometry> {
        let lines = self.lines.iter().map(|(_, words, _)| text::width(words));
        let title = title_width(&self.title, layout.screen);
        let width = (lines.max().unwrap_or(0) + 8).max(title + 6);
        let size = (cells(width), cells(self.lines.len() + 2));
        let frame = centred(size, layout.screen);
        let inner = padded(frame);
        Some(Geometry {
            frame,
            inner,
            rows: inner,
            count: self.lines.len(),
            cursor: self.cursor,
        })
    }

    fn cursor(&mut self) -> Option<&mut usize> {
        Some(&mut self.cursor)
    }

    fn clicked(&mut self) -> Click {
        Click::Mark
    }

    fn takes_words(&mut self) -> bool {
        false
    }

    fn question(&self) -> Option<Question> {
        let answers = self.lines.iter();
        let answers = answers.map(|(key, words, _)| format!("{key}: {words}"));
        Some(Question {
            title: self.title.clone(),
            answers: answers.collect(),
        })
    }

    fn mask(&mut self, mask: &Mask) {
        self.title = mask.names_in(&self.title);
        for (_, words, choice) in &mut self.lines {
            match choice {
                Choice::OpenLink(_) | Choice::SaveFile(_) => *words = masked(words),
                // The title holds the reply, or the message.
                Choice::Decide(..) | Choice::React(..) => self.title = masked(&self.title),
                _ => {}
            }
        }
    }
}
