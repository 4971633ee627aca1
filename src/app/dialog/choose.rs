//! A short list: how the escalation ended, which app gets the thread, or
//! whether to quit.

use super::{
    super::{
        Effect, Model,
        acts::chosen,
        keymap::{Code, Key},
    },
    Stay, move_cursor,
};
use crate::domain::{AppId, Conversation, ConversationId, Outcome};

/// What a line of the list does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Choice {
    /// Hand back to the bot with this outcome.
    HandBack(Outcome),
    /// Send the reply in the composer, then hand back with this outcome.
    SendHandBack(Outcome),
    /// Pass the thread to this app.
    PassTo(AppId),
    /// Let go of control.
    Release,
    /// End the program.
    Quit,
    /// Back to the desk.
    Stay,
}

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
    /// How did it end? With `send`, the reply goes out first.
    pub fn outcome(conversation: &Conversation, bot: &str, send: bool) -> Self {
        let act = if send {
            "Send and hand back"
        } else {
            "Hand back"
        };
        let title = format!("{act} to {bot}: {}", conversation.display_name());
        let lines = Outcome::ALL.into_iter().zip('1'..).map(|(outcome, key)| {
            let choice = if send {
                Choice::SendHandBack(outcome)
            } else {
                Choice::HandBack(outcome)
            };
            (key, outcome.label().to_owned(), choice)
        });
        Self {
            title,
            about: Some(conversation.id.clone()),
            lines: lines.collect(),
            cursor: 0,
        }
    }

    /// Which app?
    pub fn app(conversation: &Conversation, apps: Vec<(AppId, String)>) -> Self {
        let lines = apps
            .into_iter()
            .zip('1'..='9')
            .map(|((id, name), key)| (key, name, Choice::PassTo(id)));
        Self {
            title: format!("Pass {} to", conversation.display_name()),
            about: Some(conversation.id.clone()),
            lines: lines.collect(),
            cursor: 0,
        }
    }

    /// Really, while they wait?
    pub fn release(conversation: &Conversation) -> Self {
        let title = format!(
            "{} waits for an answer. Let go of the thread?",
            conversation.display_name()
        );
        let lines = vec![
            ('y', "let go: nobody holds it then".into(), Choice::Release),
            ('n', "keep it".into(), Choice::Stay),
        ];
        Self {
            title,
            about: Some(conversation.id.clone()),
            lines,
            cursor: 0,
        }
    }

    /// Really?
    pub fn quit(held: u32) -> Self {
        let title = match held {
            0 => "Quit switchboard?".into(),
            1 => "Quit? One thread is still held by us.".into(),
            n => format!("Quit? {n} threads are still held by us."),
        };
        let lines = vec![
            ('y', "quit".into(), Choice::Quit),
            ('n', "stay".into(), Choice::Stay),
        ];
        Self {
            title,
            about: None,
            lines,
            cursor: 0,
        }
    }

    pub(super) fn key(&mut self, model: &mut Model, key: Key, effects: &mut Vec<Effect>) -> Stay {
        let line = match key.code {
            Code::Enter => self.lines.get(self.cursor),
            Code::Esc | Code::Char('q') => return Stay::Close,
            Code::Char(c) if !key.ctrl => self.lines.iter().find(|(k, _, _)| *k == c),
            _ => None,
        };
        match line {
            Some((_, _, choice)) => {
                effects.extend(chosen(model, self.about.as_ref(), choice.clone()));
                Stay::Close
            }
            None => {
                let vim = match key.text() {
                    Some('j') => Key::plain(Code::Down),
                    Some('k') => Key::plain(Code::Up),
                    _ => key,
                };
                move_cursor(&mut self.cursor, self.lines.len(), vim);
                Stay::Open
            }
        }
    }
}
