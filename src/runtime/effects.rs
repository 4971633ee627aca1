//! Does what `update` asked for: questions go to the cache on a blocking
//! thread, everything for Meta goes to the engine. Nothing here waits.

use std::{
    cmp::Reverse,
    collections::{BinaryHeap, HashMap},
};

use tokio::sync::mpsc;

use super::{CannedSource, Tasks, browser, files};
use crate::{
    app::{Effect, INBOX_WINDOW, Loaded, Msg, THREAD_WINDOW, fuzzy::Fuzzy},
    domain::{Act, Ask, Change, ConversationId, InboxQuery, Platform, View},
    graph,
    store::{self, Lane, Reader},
    sync::Command,
};

/// How many people a jump shows at most.
const FOUND: usize = 50;
/// How many messages a search shows at most.
const HITS: u32 = 100;
/// How many messages the JSON view shows.
const RAW: u32 = 50;

/// Carries out the effects of the desk.
#[derive(Debug)]
pub(super) struct EffectRunner {
    reader: Reader,
    commands: mpsc::Sender<Command>,
    canned: CannedSource,
    /// Of each kind of question only the newest answer counts.
    newest: HashMap<QueryKind, u64>,
    answers: mpsc::UnboundedReceiver<(QueryKind, u64, Msg)>,
    /// Bounded by the questions: an answer each, and old ones are dropped.
    answer: mpsc::UnboundedSender<(QueryKind, u64, Msg)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum QueryKind {
    Inbox,
    Thread,
    Next,
    Find,
    Search,
    InThread,
    Raw,
    Labels,
    HeldThreads,
    Copy,
    OwnershipEvidence,
    Page,
    Other,
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

    fn counts(&self, kind: QueryKind, number: u64) -> bool {
        kind == QueryKind::Other || self.newest.get(&kind) == Some(&number)
    }

    /// Asks the cache at once; for the first frame.
    pub(super) fn load_now(&self, effect: &Effect) -> Option<Msg> {
        let (_, question) = question(effect.clone())?;
        question(&self.reader)
    }

    pub(super) fn perform(&mut self, effect: Effect, tasks: &mut Tasks) {
        if let Some((kind, question)) = question(effect.clone()) {
            if let Some(lane) = lane(&effect) {
                self.reader.supersede(lane);
            }
            let number = self.newest.entry(kind).or_default();
            *number += 1;
            let (number, reader, answer) = (*number, self.reader.clone(), self.answer.clone());
            tasks.load(move || {
                if let Some(msg) = question(&reader) {
                    // A closed channel means that nobody wants to know any more.
                    let _ = answer.send((kind, number, msg));
                }
            });
            return;
        }
        if effect == Effect::LoadCanned {
            let (canned, answer) = (self.canned.clone(), self.answer.clone());
            tasks.load(move || {
                let msg = Msg::Loaded(Loaded::Canned(canned.read()));
                let _ = answer.send((QueryKind::Other, 0, msg));
            });
            return;
        }
        if let Effect::LookAtPath(typed) = &effect {
            let (typed, answer) = (typed.clone(), self.answer.clone());
            tasks.load(move || {
                let msg = Msg::Loaded(files::look_at(typed));
                let _ = answer.send((QueryKind::Other, 0, msg));
            });
            return;
        }
        if let Effect::OpenUrl(link) = &effect {
            let (link, answer) = (link.clone(), self.answer.clone());
            tasks.load(move || {
                if let Err(why) = browser::open(&link) {
                    let notice = Msg::Changed(vec![Change::Notice(why)]);
                    let _ = answer.send((QueryKind::Other, 0, notice));
                }
            });
            return;
        }
        let Some(command) = command(effect) else {
            return;
        };
        if let Err(refused) = self.commands.try_send(command) {
            let msg = undeliverable(refused.into_inner());
            let _ = self.answer.send((QueryKind::Other, 0, msg));
        }
    }
}

/// Where a search of that kind runs; older ones end.
fn lane(effect: &Effect) -> Option<Lane> {
    match effect {
        Effect::LoadInbox(ask) if !ask.filter.is_empty() => Some(Lane::List),
        Effect::Find(_) | Effect::Search(_) => Some(Lane::Dialog),
        Effect::FindInThread { .. } => Some(Lane::Thread),
        _ => None,
    }
}

type Question = Box<dyn FnOnce(&Reader) -> Option<Msg> + Send>;
type CacheQuery = Box<dyn FnOnce(&Reader) -> Result<Loaded, store::Error> + Send>;

/// What the cache is asked, if the effect is a question.
fn question(effect: Effect) -> Option<(QueryKind, Question)> {
    let ask = |work: CacheQuery| -> Question {
        Box::new(move |reader| match work(reader) {
            Ok(loaded) => Some(Msg::Loaded(loaded)),
            // Its answer is wanted by nobody.
            Err(store::Error::Superseded) => None,
            Err(error) => Some(Msg::Failed(error.to_string())),
        })
    };
    Some(match effect {
        Effect::LoadInbox(wanted) => (
            QueryKind::Inbox,
            ask(Box::new(move |reader| {
                let page = reader.inbox(&wanted, INBOX_WINDOW)?;
                Ok(Loaded::Inbox(wanted, page))
            })),
        ),
        Effect::LoadThread { id, place } => (
            QueryKind::Thread,
            ask(Box::new(move |reader| {
                let page = reader.thread(&id, &place, THREAD_WINDOW)?;
                Ok(Loaded::Thread(id, page.map(Box::new)))
            })),
        ),
        Effect::LoadNext { from, back } => (
            QueryKind::Next,
            ask(Box::new(move |reader| {
                let next = reader.next_waiting(from.as_ref(), back)?;
                Ok(Loaded::Next(from, next))
            })),
        ),
        Effect::Find(words) => (
            QueryKind::Find,
            ask(Box::new(move |reader| {
                let found = best(&words, reader)?;
                Ok(Loaded::Found(words, found))
            })),
        ),
        Effect::Search(words) => (
            QueryKind::Search,
            ask(Box::new(move |reader| {
                let hits = reader.find(&words, HITS)?;
                Ok(Loaded::Hits(words, hits))
            })),
        ),
        Effect::FindInThread {
            id,
            words,
            from: (at, mid),
            forward,
        } => (
            QueryKind::InThread,
            ask(Box::new(move |reader| {
                let from = (at, mid.as_ref());
                let found = reader.find_in_thread(&id, &words, from, forward)?;
                Ok(Loaded::FoundInThread(id, words, found))
            })),
        ),
        Effect::LoadRaw(id) => (
            QueryKind::Raw,
            ask(Box::new(move |reader| {
                let raw = reader
                    .raw(&id, RAW)?
                    .iter()
                    .map(|json| pretty(json))
                    .collect();
                Ok(Loaded::Raw(id, raw))
            })),
        ),
        Effect::CopyRaw(id, mid) => (
            QueryKind::Copy,
            ask(Box::new(move |reader| {
                let raw = reader.raw_of(&id, mid.as_ref())?;
                Ok(Loaded::ToCopy(raw.map(|json| pretty(&json))))
            })),
        ),
        Effect::LoadFiles(id, save) => (
            QueryKind::Copy,
            ask(Box::new(move |reader| {
                let raw = reader.raw(&id, RAW)?;
                let files = raw.iter().flat_map(|json| graph::files(json)).collect();
                Ok(Loaded::Files(id, files, save))
            })),
        ),
        Effect::LoadEvidence(id) => (
            QueryKind::OwnershipEvidence,
            ask(Box::new(move |reader| {
                let evidence = reader.evidence(&id)?;
                Ok(Loaded::OwnershipEvidence(id, evidence))
            })),
        ),
        Effect::LoadHeld => (
            QueryKind::HeldThreads,
            ask(Box::new(|reader| {
                let mine = InboxQuery {
                    view: View::Mine,
                    ..InboxQuery::default()
                };
                Ok(Loaded::HeldThreads(reader.inbox(&mine, INBOX_WINDOW)?.rows))
            })),
        ),
        Effect::LoadLabels => (
            QueryKind::Labels,
            ask(Box::new(|reader| Ok(Loaded::Labels(reader.labels()?)))),
        ),
        Effect::LoadPage => (
            QueryKind::Page,
            ask(Box::new(move |reader| {
                let page = reader.page()?;
                Ok(Loaded::Page(
                    page.name,
                    page.messenger,
                    page.instagram,
                    page.read_at,
                ))
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
        Effect::AskDelivered(id, psid) => Command::AskDelivered(id, psid),
        Effect::SaveFile(link) => Command::SaveFile(link),
        Effect::Triage(rows) => Command::Triage(rows),
        Effect::KeepNote {
            conversation,
            psid,
            note,
        } => Command::KeepNote {
            conversation,
            psid,
            note,
        },
        Effect::DropNote(conversation, id) => Command::DropNote(conversation, id),
        Effect::Decide {
            conversation,
            local,
            decision,
        } => Command::Decide {
            conversation,
            local,
            decision,
        },
        Effect::Order(order) => Command::Order {
            what: order.what,
            members: order.members,
        },
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
            over,
        } => Command::SaveDraft {
            conversation,
            psid,
            text,
            cursor,
            over,
        },
        _ => return None,
    })
}

/// The engine is gone or swamped: what was asked was not done.
fn undeliverable(command: Command) -> Msg {
    let why = "The engine does not take anything at the moment; nothing was sent. Copy your text and restart.";
    match command {
        Command::Ask {
            conversation,
            ask: Ask::Send { local, text, .. },
            ..
        } => Msg::Changed(vec![Change::ReplyNotSent {
            conversation,
            local,
            why: why.into(),
            text: Some(text),
        }]),
        Command::SaveDraft { conversation, .. } => Msg::Changed(vec![Change::Failed {
            conversation,
            act: Act::Save,
            why: why.into(),
        }]),
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

/// Those whose names fit, best first; who was last heard of for no words. However
/// many people there are, only the best are kept at hand.
fn best(
    words: &str,
    reader: &Reader,
) -> Result<Vec<(ConversationId, String, Platform)>, store::Error> {
    let mut fuzzy = Fuzzy::new(words);
    let mut best: BinaryHeap<Reverse<(u32, Reverse<u64>, ConversationId)>> = BinaryHeap::new();
    let mut number = 0;
    let all = words.trim().is_empty();
    reader.people(words, |id, name| {
        if let Some(score) = fuzzy.score(name) {
            number += 1;
            best.push(Reverse((score, Reverse(number), id)));
            if best.len() > FOUND {
                best.pop();
            }
        }
        !(all && best.len() == FOUND)
    })?;
    let ids: Vec<ConversationId> = best
        .into_sorted_vec()
        .into_iter()
        .map(|Reverse((_, _, id))| id)
        .collect();
    reader.names(&ids)
}

/// JSON over several lines, or as it is when it cannot be read.
fn pretty(json: &str) -> String {
    serde_json::from_str::<serde_json::Value>(json)
        .and_then(|value| serde_json::to_string_pretty(&value))
        .unwrap_or_else(|_| json.to_owned())
}
