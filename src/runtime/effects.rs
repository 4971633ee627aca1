//! Does what `update` asked for: questions go to the cache on a blocking
//! thread, everything for Meta goes to the engine. Nothing here waits.

use std::collections::HashMap;

use nucleo_matcher::{
    Config, Matcher,
    pattern::{CaseMatching, Normalization, Pattern},
};
use tokio::sync::mpsc;

use super::Tasks;
use crate::{
    app::{Effect, INBOX_WINDOW, Loaded, Msg},
    clock::Clock,
    domain::{Change, ConversationId, Platform},
    store::{self, Reader},
    sync::Command,
    text,
};

/// How many people a jump shows at most.
const FOUND: usize = 50;
/// How many messages the JSON view shows.
const RAW: u32 = 50;

/// The hands of the desk.
#[derive(Debug)]
pub(super) struct Hands {
    reader: Reader,
    commands: mpsc::Sender<Command>,
    clock: Clock,
    /// Of each kind of question only the newest answer counts.
    newest: HashMap<Kind, u64>,
    answers: mpsc::UnboundedReceiver<(Kind, u64, Msg)>,
    /// Bounded by the questions: an answer each, and old ones are dropped.
    answer: mpsc::UnboundedSender<(Kind, u64, Msg)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Kind {
    Inbox,
    Thread,
    Next,
    Find,
    Raw,
    Page,
    Other,
}

impl Hands {
    pub(super) fn new(reader: Reader, commands: mpsc::Sender<Command>, clock: Clock) -> Self {
        let (answer, answers) = mpsc::unbounded_channel();
        Self {
            reader,
            commands,
            clock,
            newest: HashMap::new(),
            answers,
            answer,
        }
    }

    /// The next answer that still counts.
    pub(super) async fn next(&mut self) -> Msg {
        loop {
            match self.answers.recv().await {
                Some((kind, number, msg)) if self.counts(kind, number) => return msg,
                Some(_) => {}
                None => std::future::pending().await,
            }
        }
    }

    /// An answer that is there already.
    pub(super) fn ready(&mut self) -> Option<Msg> {
        while let Ok((kind, number, msg)) = self.answers.try_recv() {
            if self.counts(kind, number) {
                return Some(msg);
            }
        }
        None
    }

    fn counts(&self, kind: Kind, number: u64) -> bool {
        kind == Kind::Other || self.newest.get(&kind) == Some(&number)
    }

    /// Asks the cache at once; for the first frame.
    pub(super) fn load_now(&self, effect: &Effect) -> Option<Msg> {
        let (_, question) = question(effect.clone(), &self.clock)?;
        Some(question(&self.reader))
    }

    pub(super) fn perform(&mut self, effect: Effect, tasks: &mut Tasks) {
        if let Some((kind, question)) = question(effect.clone(), &self.clock) {
            let number = self.newest.entry(kind).or_default();
            *number += 1;
            let (number, reader, answer) = (*number, self.reader.clone(), self.answer.clone());
            tasks.load(move || {
                // A closed channel means that nobody wants to know any more.
                let _ = answer.send((kind, number, question(&reader)));
            });
            return;
        }
        let Some(command) = command(effect) else {
            return;
        };
        if let Err(refused) = self.commands.try_send(command) {
            let msg = undeliverable(refused.into_inner());
            let _ = self.answer.send((Kind::Other, 0, msg));
        }
    }
}

type Question = Box<dyn FnOnce(&Reader) -> Msg + Send>;
type Work = Box<dyn FnOnce(&Reader) -> Result<Loaded, store::Error> + Send>;

/// What the cache is asked, if the effect is a question.
fn question(effect: Effect, clock: &Clock) -> Option<(Kind, Question)> {
    let now = clock.now();
    let ask = |work: Work| -> Question {
        Box::new(move |reader| match work(reader) {
            Ok(loaded) => Msg::Loaded(loaded),
            Err(error) => Msg::Failed(error.to_string()),
        })
    };
    Some(match effect {
        Effect::LoadInbox(wanted) => (
            Kind::Inbox,
            ask(Box::new(move |reader| {
                let page = reader.inbox(&wanted, INBOX_WINDOW, now)?;
                Ok(Loaded::Inbox(wanted, page))
            })),
        ),
        Effect::LoadThread { id, limit } => (
            Kind::Thread,
            ask(Box::new(move |reader| {
                let page = reader.thread(&id, limit)?;
                Ok(Loaded::Thread(id, page.map(Box::new)))
            })),
        ),
        Effect::LoadNext { from, back } => (
            Kind::Next,
            ask(Box::new(move |reader| {
                let next = reader.next_waiting(from.as_ref(), back, now)?;
                Ok(Loaded::Next(from, next))
            })),
        ),
        Effect::Find(words) => (
            Kind::Find,
            ask(Box::new(move |reader| {
                let found = best(&words, reader.people()?);
                Ok(Loaded::Found(words, found))
            })),
        ),
        Effect::LoadRaw(id) => (
            Kind::Raw,
            ask(Box::new(move |reader| {
                let raw = reader
                    .raw(&id, RAW)?
                    .iter()
                    .map(|json| pretty(json))
                    .collect();
                Ok(Loaded::Raw(id, raw))
            })),
        ),
        Effect::LoadPage => (
            Kind::Page,
            ask(Box::new(move |reader| {
                let page = reader.page()?;
                Ok(Loaded::Page(page.name, page.messenger, page.instagram))
            })),
        ),
        _ => return None,
    })
}

/// What the engine is told, if the effect is for it.
fn command(effect: Effect) -> Option<Command> {
    Some(match effect {
        Effect::Open(id) => Command::Open(id),
        Effect::Close => Command::Close,
        Effect::LookedAt(id) => Command::LookedAt(id),
        Effect::Older(id) => Command::Older(id),
        Effect::DropRefused(id) => Command::DropRefused(id),
        Effect::Refresh => Command::Refresh,
        Effect::Pace { active } => Command::Pace { active },
        Effect::Ask {
            conversation,
            psid,
            ask,
        } => Command::Ask {
            conversation,
            psid,
            ask,
        },
        Effect::SaveDraft {
            conversation,
            psid,
            text,
            cursor,
        } => Command::SaveDraft {
            conversation,
            psid,
            text,
            cursor,
        },
        _ => return None,
    })
}

/// The engine is gone or swamped: what was asked was not done.
fn undeliverable(command: Command) -> Msg {
    let why = "The engine does not take anything at the moment; nothing was sent. Copy your text and restart.";
    match command {
        Command::Ask {
            conversation, ask, ..
        } => Msg::Changed(vec![Change::Failed {
            conversation,
            act: ask.act(),
            why: why.into(),
        }]),
        _ => Msg::Failed(why.into()),
    }
}

/// Those whose names fit, best first; everybody for no words.
fn best(
    words: &str,
    people: Vec<(ConversationId, String, Platform)>,
) -> Vec<(ConversationId, String, Platform)> {
    if words.trim().is_empty() {
        return people.into_iter().take(FOUND).collect();
    }
    let pattern = Pattern::parse(
        &text::fold(words),
        CaseMatching::Ignore,
        Normalization::Smart,
    );
    let mut matcher = Matcher::new(Config::DEFAULT);
    let mut buffer = Vec::new();
    let mut scored: Vec<_> = people
        .into_iter()
        .filter_map(|person| {
            let folded = text::fold(&person.1);
            let score = pattern.score(
                nucleo_matcher::Utf32Str::new(&folded, &mut buffer),
                &mut matcher,
            )?;
            Some((score, person))
        })
        .collect();
    scored.sort_by_key(|(score, _)| std::cmp::Reverse(*score));
    scored
        .into_iter()
        .take(FOUND)
        .map(|(_, person)| person)
        .collect()
}

/// JSON over several lines, or as it is when it cannot be read.
fn pretty(json: &str) -> String {
    serde_json::from_str::<serde_json::Value>(json)
        .and_then(|value| serde_json::to_string_pretty(&value))
        .unwrap_or_else(|_| json.to_owned())
}
