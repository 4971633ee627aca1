//! Carries out what `update` asked for: questions go to the cache on a blocking
//! thread, commands go to the engine as they are. Nothing here waits. What the
//! terminal does is done by the loop, which has it.

use std::{
    collections::HashMap,
    mem::{self, Discriminant},
    task::{Context, Poll},
};

use tokio::sync::mpsc;

use super::{CannedSource, Tasks, browser, clipboard, queries};
use crate::{
    app::{Effect, Loaded, Msg, Query, TerminalEffect},
    domain::{Change, Command, Operation, Severity},
    store::{self, Reader},
};

/// An answer, and the question it belongs to; without one it always counts.
type Answered = (Option<(Discriminant<Query>, u64)>, Msg);

/// Carries out the effects of the desk.
#[derive(Debug)]
pub(super) struct EffectRunner {
    reader: Reader,
    commands: mpsc::Sender<Command>,
    canned: CannedSource,
    /// Of each kind of question only the newest answer counts.
    newest: HashMap<Discriminant<Query>, u64>,
    answers: mpsc::UnboundedReceiver<Answered>,
    /// Bounded by the questions: an answer each, and old ones are dropped.
    answer: mpsc::UnboundedSender<Answered>,
}

impl EffectRunner {
    pub(super) fn new(
        reader: Reader,
        commands: mpsc::Sender<Command>,
        canned: CannedSource,
    ) -> Self {
        let (answer, answers) = mpsc::unbounded_channel();
        Self {
            reader,
            commands,
            canned,
            newest: HashMap::new(),
            answers,
            answer,
        }
    }

    /// The next answer that still counts.
    pub(super) fn poll_next(&mut self, context: &mut Context<'_>) -> Poll<Msg> {
        loop {
            match self.answers.poll_recv(context) {
                Poll::Ready(Some((question, msg))) if self.counts(question) => {
                    return Poll::Ready(msg);
                }
                Poll::Ready(Some(_)) => {}
                // It holds a sender itself, so there is no end.
                Poll::Ready(None) | Poll::Pending => return Poll::Pending,
            }
        }
    }

    /// An answer that is there already.
    pub(super) fn ready(&mut self) -> Option<Msg> {
        while let Ok((question, msg)) = self.answers.try_recv() {
            if self.counts(question) {
                return Some(msg);
            }
        }
        None
    }

    /// Nothing is searched for the time being.
    pub(super) fn rest(&self) {
        self.reader.rest();
    }

    fn counts(&self, question: Option<(Discriminant<Query>, u64)>) -> bool {
        question.is_none_or(|(kind, number)| self.newest.get(&kind) == Some(&number))
    }

    /// Answers a question at once, if the cache needs less time for it than a frame takes,
    /// whatever it holds. The inner answer is `None` when nobody wants it any more.
    pub(super) fn answer_quickly(&mut self, effect: &Effect) -> Option<Option<Msg>> {
        let Effect::Query(query) = effect else {
            return None;
        };
        queries::is_quick(query).then(|| {
            // An older answer that is still on its way no longer counts.
            self.number(query);
            message(queries::answer(query.clone(), &self.reader, &self.canned))
        })
    }

    /// The number of a new question of its kind.
    fn number(&mut self, query: &Query) -> (Discriminant<Query>, u64) {
        let kind = mem::discriminant(query);
        let number = self.newest.entry(kind).or_default();
        *number += 1;
        (kind, *number)
    }

    pub(super) fn perform(&mut self, effect: Effect, tasks: &mut Tasks) {
        match effect {
            Effect::Query(query) | Effect::Prefetch(query) => self.ask(query, tasks),
            Effect::Engine(command) => {
                if let Err(refused) = self.commands.try_send(command) {
                    let msg = undeliverable(refused.into_inner());
                    let _ = self.answer.send((None, msg));
                }
            }
            Effect::Terminal(TerminalEffect::OpenUrl(link)) => {
                let answer = self.answer.clone();
                tasks.load(move || {
                    if let Err(why) = browser::open(&link) {
                        let notice = Change::Notice(Severity::Problem, why);
                        let _ = answer.send((None, Msg::Changed(vec![notice])));
                    }
                });
            }
            Effect::Terminal(TerminalEffect::Copy(words)) => {
                let answer = self.answer.clone();
                tasks.load(move || {
                    if let Err(why) = clipboard::put(&words) {
                        let notice = Change::Notice(Severity::Problem, why);
                        let _ = answer.send((None, Msg::Changed(vec![notice])));
                    }
                });
            }
            // The loop has done it, or there is no terminal.
            Effect::Terminal(_) => {}
        }
    }

    fn ask(&mut self, query: Query, tasks: &mut Tasks) {
        if let Some(lane) = queries::lane(&query) {
            self.reader.supersede(lane);
        }
        let question = Some(self.number(&query));
        let (reader, canned) = (self.reader.clone(), self.canned.clone());
        let answer = self.answer.clone();
        tasks.load(move || {
            if let Some(msg) = message(queries::answer(query, &reader, &canned)) {
                // A closed channel means that nobody wants to know any more.
                let _ = answer.send((question, msg));
            }
        });
    }
}

/// An answer for the state machine; `None` when nobody wants it any more.
pub(super) fn message(answer: Result<Loaded, store::Error>) -> Option<Msg> {
    match answer {
        Ok(loaded) => Some(Msg::Loaded(loaded)),
        Err(store::Error::Superseded) => None,
        Err(error) => Some(Msg::Failed(error.to_string())),
    }
}

/// The engine is gone or swamped: what was asked was not done.
fn undeliverable(command: Command) -> Msg {
    let why = "switchboard is too busy to accept this; nothing was sent.";
    let change = match command {
        Command::Operate {
            conversation,
            psid,
            operation: Operation::Reply(reply),
        } => Change::ReplyNotKept {
            conversation,
            psid,
            reply: Box::new(reply),
            why: why.into(),
        },
        Command::CopyFile {
            conversation, id, ..
        } => Change::FileCopied {
            conversation,
            id,
            copy: Err(why.into()),
        },
        Command::Operate {
            conversation,
            operation,
            ..
        } => Change::Failed {
            conversation,
            operation: operation.kind(),
            why: why.into(),
        },
        Command::ShowPicture { id, size, .. } => Change::Picture {
            id,
            size,
            picture: Err("switchboard is too busy to show this.".into()),
        },
        Command::SaveDraft { conversation, .. } => Change::DraftNotSaved(conversation, why.into()),
        _ => return Msg::Failed(why.into()),
    };
    Msg::Changed(vec![change])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{InboxQuery, PageId};

    #[test]
    fn an_answer_on_its_way_no_longer_counts_once_a_newer_question_was_answered_at_once() {
        let folder = tempfile::tempdir().expect("a folder");
        let opened = store::open(folder.path(), &PageId::new("1")).expect("a cache");
        let (commands, _engine) = mpsc::channel(1);
        let mut runner = EffectRunner::new(opened.reader, commands, CannedSource::default());
        let list = Query::Inbox(InboxQuery::default());
        let on_its_way = Some(runner.number(&list));
        assert!(runner.counts(on_its_way));
        let answer = runner.answer_quickly(&Effect::Query(list));
        assert!(matches!(answer, Some(Some(Msg::Loaded(_)))));
        assert!(!runner.counts(on_its_way));
        let search = Query::Search {
            words: "lamp".into(),
            limit: 24,
        };
        assert_eq!(runner.answer_quickly(&Effect::Query(search)), None);
    }
}
