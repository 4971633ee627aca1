//! The engine: takes commands, polls, does what lines ask for, and tells what
//! the cache holds now.
//!
//! | file | |
//! |---|---|
//! | `mod` | the task: commands, polls, and the end |
//! | `lists` | walks through the pages of a list: news, and backfill |
//! | `inbound` | what webhooks tell |
//! | `outgoing` | carries out what the outbox wants done |
//! | `completions` | what becomes of an answer |
//! | `files` | attachments that a person wants to keep |
//! | `idle` | threads that go back because nobody needs them here |
//! | `link` | how the link to Meta stands |

mod completions;
mod files;
mod idle;
mod inbound;
mod link;
mod lists;
mod outgoing;

use std::{collections::HashSet, fmt, path::PathBuf, pin::Pin, sync::Arc, time::Duration};

use futures_util::stream::{FuturesUnordered, StreamExt};
use secrecy::SecretString;
use tokio::sync::{broadcast, mpsc};
use tokio_util::sync::CancellationToken;

pub use idle::Lease;

use self::{idle::Idle, inbound::Inbound, lists::Walk};
use super::{
    Delivery,
    outbox::{Outbox, Step, TRY_DISK},
    polls::{Poll, Schedule},
};
use crate::{
    clock::{self, Clock},
    domain::{
        AppId, Apps, Change, Command, Conversation, ConversationId, DeliveredWebhook, Event, Link,
        Mid, Operation, Outgoing, Platform, Profile, Psid, Routing, Span, ThreadOwner, Timestamp,
    },
    graph::{self, AboutPage, Decoded, MessagesPage},
    store::{self, Draft, PageRow, Reader, Writer},
};

/// At the end, what is on its way gets this long to arrive.
const LAST_WAIT: Duration = Duration::from_millis(1_500);
/// Windows close and control lapses: the list is looked at this often.
const TURN: Span = Span::seconds(30);
/// Replies that were sent are remembered for so long.
const REMEMBER_SENT: Span = Span::days(30);
/// At most so many rows go at once when old ones are removed.
const RETAIN: u32 = 500;

/// What the engine needs to know.
#[derive(Clone, Default)]
pub struct Options {
    /// Apps by configuration; what is missing is found out.
    pub apps: Apps,
    /// Messages older than this are removed; `None` keeps everything.
    pub keep: Option<Span>,
    /// The agent's name, for the record and for hand-backs of the desk's own.
    pub agent: String,
    /// So long a thread that is answered stays with us; `None` for ever.
    pub idle_lease: Option<Lease>,
    /// Where copies of files lie that are on their way to a customer.
    pub files: PathBuf,
    /// Where attachments are kept that a person wants.
    pub downloads: PathBuf,
    /// What makes a conversation need a person, besides the rules.
    pub asking: store::EscalationRules,
    /// Only fetch what is new and what is missing, then end. Nothing is sent.
    pub once: bool,
    /// Where a new token may be found after Meta has refused the old one.
    pub token: Option<Arc<dyn Fn() -> Option<SecretString> + Send + Sync>>,
    /// Seed of the jitter.
    pub seed: u64,
}

impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Options")
            .field("apps", &self.apps)
            .field("keep", &self.keep)
            .field("asking", &self.asking)
            .field("once", &self.once)
            .finish_non_exhaustive()
    }
}

/// The engine. [`Engine::run`] is its task.
pub struct Engine {
    options: Options,
    graph: graph::Client,
    writer: Writer,
    reader: Reader,
    clock: Clock,
    changes: broadcast::Sender<Change>,
    commands: mpsc::Receiver<Command>,
    /// What comes by webhook, if there is a door.
    deliveries: Option<mpsc::Receiver<Delivery>>,
    inbound: Inbound,
    idle: Idle,
    apps: Apps,
    /// Meta has said which app is ours, or will not.
    apps_known: bool,
    /// Held by an app, asked before it was known which is ours.
    unclear_owners: Vec<ConversationId>,
    page: PageRow,
    instagram: Option<String>,
    open: Option<ConversationId>,
    outbox: Outbox,
    /// What the disk did not take; nothing is sent before it does.
    unwritten: Vec<Step>,
    /// Lines that go on when it is known who holds the thread.
    awaiting_owner: HashSet<ConversationId>,
    schedule: Schedule,
    under_way: FuturesUnordered<Pin<Box<dyn Future<Output = Completion> + Send>>>,
    link: Link,
    health: graph::Health,
    /// How many items of one answer could not be read, at most so far.
    unreadable: usize,
    page_lookup: PageLookup,
    /// Why nothing can be saved at the moment.
    cannot_save: Option<String>,
    /// When rows of the list are looked at again whose moment has come.
    turn_at: Timestamp,
    /// Old messages have been removed; when to look again.
    retain_at: Option<Timestamp>,
    /// Lists that Meta keeps back; it is said once.
    refused_lists: HashSet<Platform>,
    /// For a single run: the lists that are still being read.
    remaining: HashSet<Platform>,
}

/// The questions of the first minute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum PageLookup {
    Wanted,
    Asked,
    Known,
}

/// The end of something that waited for the network.
enum Completion {
    Page(Result<AboutPage, graph::Error>),
    Apps(Option<AppId>, Vec<graph::AboutApp>),
    Instagram(Result<Option<String>, graph::Error>),
    List(Walk, Result<Decoded, graph::Error>),
    Thread {
        id: ConversationId,
        polled: bool,
        result: Result<Decoded, graph::Error>,
    },
    Owner {
        id: ConversationId,
        at: Timestamp,
        result: Result<(ThreadOwner, Option<Timestamp>), graph::Error>,
    },
    Profile {
        psid: Psid,
        result: Result<Profile, graph::Error>,
    },
    Older {
        id: ConversationId,
        result: Result<MessagesPage, graph::Error>,
    },
    Operated {
        id: ConversationId,
        operation: Operation,
        result: Result<(), graph::Error>,
    },
    Ordered(Result<String, graph::Error>),
    Delivered(ConversationId, Result<Vec<DeliveredWebhook>, graph::Error>),
    /// Where it is, or why it is nowhere.
    Saved(Result<PathBuf, String>),
    Stranger {
        psid: Psid,
        result: Result<Decoded, graph::Error>,
    },
    Posted {
        row: Outgoing,
        result: Result<Option<Mid>, graph::Error>,
    },
}

/// What comes next through the door; nothing ever without one.
async fn next_delivery(door: &mut Option<mpsc::Receiver<Delivery>>) -> Option<Delivery> {
    match door {
        Some(deliveries) => deliveries.recv().await,
        None => std::future::pending().await,
    }
}

impl Engine {
    /// Puts the engine together; nothing happens before [`Engine::run`].
    pub fn new(
        options: Options,
        graph: graph::Client,
        (writer, reader): (Writer, Reader),
        clock: Clock,
        commands: mpsc::Receiver<Command>,
        changes: broadcast::Sender<Change>,
    ) -> Self {
        let now = clock.now();
        Self {
            graph,
            writer,
            page: reader.page().unwrap_or_default(),
            reader,
            clock,
            changes,
            commands,
            deliveries: None,
            inbound: Inbound::default(),
            idle: Idle::default(),
            apps: options.apps.clone(),
            apps_known: false,
            unclear_owners: Vec::new(),
            instagram: None,
            open: None,
            outbox: Outbox::new(options.seed),
            unwritten: Vec::new(),
            turn_at: now,
            awaiting_owner: HashSet::new(),
            schedule: Schedule::new(now, options.seed),
            under_way: FuturesUnordered::new(),
            link: Link::Connecting,
            health: graph::Health::default(),
            unreadable: 0,
            page_lookup: PageLookup::Wanted,
            cannot_save: None,
            retain_at: None,
            refused_lists: HashSet::new(),
            remaining: HashSet::from([Platform::Messenger, Platform::Instagram]),
            options,
        }
    }

    /// Also takes in what comes through this door.
    pub fn with_door(mut self, deliveries: mpsc::Receiver<Delivery>) -> Self {
        self.deliveries = Some(deliveries);
        self
    }

    /// Works until `stop`, or until everything is fetched where it is to run
    /// once. The store's troubles are told and lived with: what is on the screen
    /// stays there. An error says that the store is gone.
    pub async fn run(mut self, stop: CancellationToken) -> Result<(), store::Error> {
        let restored = self.restore().await;
        self.cope(restored)?;
        self.start_up();
        loop {
            let due = self.due();
            let clock = self.clock.clone();
            let sleep = async {
                match due {
                    Some(at) => clock.sleep_until(at).await,
                    None => std::future::pending().await,
                }
            };
            let worked = tokio::select! {
                () = stop.cancelled() => break,
                command = self.commands.recv() => match command {
                    Some(command) => self.command(command).await,
                    None => break,
                },
                Some(delivery) = next_delivery(&mut self.deliveries) => self.delivered(delivery).await,
                Some(completion) = self.under_way.next(), if !self.under_way.is_empty() => self.complete(completion).await,
                () = sleep => self.poll().await,
            };
            self.cope(worked)?;
            if self.options.once && self.remaining.is_empty() {
                break;
            }
        }
        let ended = self.wind_down().await;
        crate::failpoint::reach("quit.flush");
        ended
    }

    /// When something is due by itself.
    fn due(&self) -> Option<Timestamp> {
        let now = self.clock.now();
        let disk = (!self.unwritten.is_empty()).then(|| now.plus(TRY_DISK));
        let outbox = self.outbox.due(now).filter(|_| !self.options.once);
        let turn = Some(self.turn_at.min(now.plus(TURN)));
        [self.schedule.next(now), outbox, disk, turn, self.retain_at]
            .into_iter()
            .flatten()
            .min()
    }

    /// Tells the store's troubles, once; only its end is ours, too.
    fn cope(&mut self, worked: Result<(), store::Error>) -> Result<(), store::Error> {
        match worked {
            Ok(()) => Ok(()),
            Err(store::Error::Closed) => Err(store::Error::Closed),
            Err(error) => {
                if self.options.once {
                    // Nothing can be kept of what would be read.
                    self.remaining.clear();
                }
                let words = error.to_string();
                if self.cannot_save.as_ref() != Some(&words) {
                    self.cannot_save = Some(words.clone());
                    self.tell(Change::Storage(Some(words)));
                }
                Ok(())
            }
        }
    }

    /// What was asked for before the end is still written down, and what is on
    /// its way may arrive.
    async fn wind_down(mut self) -> Result<(), store::Error> {
        while let Ok(command) = self.commands.try_recv() {
            let worked = self.command(command).await;
            self.cope(worked)?;
        }
        let written = self.write_again().await;
        self.cope(written)?;
        let work = async {
            while self.outbox.is_busy() {
                let Some(completion) = self.under_way.next().await else {
                    break;
                };
                let worked = self.complete(completion).await;
                self.cope(worked)?;
            }
            Ok(())
        };
        clock::within(LAST_WAIT, work).await.unwrap_or(Ok(()))
    }

    fn tell(&self, change: Change) {
        // Nobody listening is fine: the cache has it.
        let _ = self.changes.send(change);
    }

    fn go(&self, future: impl Future<Output = Completion> + Send + 'static) {
        self.under_way.push(Box::pin(future));
    }

    /// The present moment by Meta's clock.
    fn server_now(&self) -> Timestamp {
        self.clock
            .now()
            .plus(Span::millis(self.health.skew.unwrap_or(0)))
    }

    async fn ingest(&mut self, events: Vec<Event>) -> Result<(), store::Error> {
        let changes = self.writer.ingest(events, self.server_now()).await?;
        if self.cannot_save.take().is_some() {
            self.tell(Change::Storage(None));
        }
        for change in changes {
            if change == Change::Page {
                self.page = self.reader.page()?;
            }
            self.tell(change);
        }
        Ok(())
    }

    /// The questions of the first minute: what the Page is, who serves it.
    fn start_up(&mut self) {
        self.page_lookup = PageLookup::Asked;
        let graph = self.graph.clone();
        self.go(async move { Completion::Page(graph.about_page().await) });
        let graph = self.graph.clone();
        self.go(async move { Completion::Instagram(graph.instagram_account().await) });
        let graph = self.graph.clone();
        self.go(async move {
            // Both are comforts: names for ids, and whom to hand back to.
            let ours = graph.about_app().await.ok().map(|app| app.id);
            Completion::Apps(ours, graph.subscribed_apps().await.unwrap_or_default())
        });
    }

    async fn command(&mut self, command: Command) -> Result<(), store::Error> {
        let now = self.clock.now();
        self.idle.touched(&command, now);
        match command {
            Command::Pace { active } => self.schedule.set_active(active, now),
            Command::Refresh => {
                self.try_another_token();
                // Meta's own pauses are kept, whatever a person wants.
                if matches!(self.link, Link::Offline(_) | Link::TokenRefused(_)) {
                    self.schedule.forgive(now);
                    self.outbox.link_is_up(now);
                }
                self.schedule.hurry(now);
                if self.page_lookup == PageLookup::Wanted {
                    self.start_up();
                }
            }
            Command::Simulator(order) => {
                let graph = self.graph.clone();
                self.go(async move {
                    Completion::Ordered(graph.simulator(order.what, &order.members).await)
                });
            }
            Command::Open(id) => self.opened(id, now).await?,
            Command::Close => {
                self.open = None;
                self.schedule.open(false, now);
            }
            Command::Older(id) => self.older(id)?,
            Command::SaveDraft {
                conversation,
                psid,
                text,
                cursor,
                over,
            } => {
                let draft = Draft {
                    conversation: conversation.clone(),
                    psid,
                    text,
                    cursor,
                    over,
                };
                let saved = self.writer.save_draft(draft, now).await;
                match saved {
                    Ok(()) => self.tell(Change::DraftSaved(conversation)),
                    Err(error) => {
                        let why = format!("{error}. The text is only on the screen.");
                        self.tell(Change::DraftNotSaved(conversation, why));
                    }
                }
            }
            Command::LookedAt(id) => {
                let now = self.server_now();
                self.writer.looked_at(id.clone(), now).await?;
                if self.writer.no_longer_unread(id, now).await? {
                    self.tell(Change::Inbox);
                }
            }
            Command::AskDelivered(id, psid) => {
                let graph = self.graph.clone();
                self.go(async move {
                    let result = graph.simulator_deliveries(&psid).await;
                    Completion::Delivered(id, result)
                });
            }
            Command::SaveFile(link) => {
                let graph = self.graph.clone();
                let folder = self.options.downloads.clone();
                self.go(async move {
                    let fetched = graph.download(&link).await;
                    Completion::Saved(fetched.and_then(|file| files::keep(&folder, file)))
                });
            }
            Command::Triage(rows) => {
                let ids: Vec<_> = rows.iter().map(|(id, _, _)| id.clone()).collect();
                self.writer.triage(rows, self.server_now()).await?;
                self.tell(Change::Inbox);
                for id in ids {
                    self.tell(Change::Thread(id));
                }
            }
            Command::KeepNote {
                conversation,
                psid,
                note,
            } => {
                let kept = self.writer.keep_note(conversation.clone(), psid, note);
                kept.await?;
                self.tell(Change::Thread(conversation));
            }
            Command::DropNote(conversation, id) => {
                self.writer.drop_note(id.as_str().to_owned()).await?;
                self.tell(Change::Thread(conversation));
            }
            Command::DropRefused(id) => {
                self.outbox.drop_refused(&id);
                self.writer.drop_refused(id.clone()).await?;
                self.tell(Change::Thread(id));
                self.tell(Change::Inbox);
            }
            Command::Decide {
                conversation,
                local,
                decision,
            } => {
                let facts = self.facts(&conversation)?;
                let steps = self.outbox.decide(&conversation, &local, decision, &facts);
                let written = self.carry_out(steps).await;
                written.and(self.pump(&conversation).await)?;
            }
            Command::Operate {
                conversation,
                psid,
                operation,
            } => self.operate(conversation, psid, operation, now).await?,
        }
        Ok(())
    }

    async fn opened(&mut self, id: ConversationId, now: Timestamp) -> Result<(), store::Error> {
        self.schedule.open(true, now);
        self.open = Some(id.clone());
        self.outbox.opened(&id, now);
        let Some(conversation) = self.reader.conversation(&id)? else {
            return Ok(());
        };
        self.ask_owner(&conversation);
        if !self.reader.profile_asked(&conversation.psid)? {
            let (graph, psid) = (self.graph.clone(), conversation.psid.clone());
            self.go(async move {
                let result = graph.profile(&psid, conversation.platform).await;
                Completion::Profile { psid, result }
            });
        }
        self.poll().await
    }

    /// Asks who holds a thread. Answers whether it makes sense to ask.
    fn ask_owner(&self, conversation: &Conversation) -> bool {
        if self.page.routing(conversation.platform) == Routing::ZeroConfig {
            return false;
        }
        let (graph, id, psid) = (
            self.graph.clone(),
            conversation.id.clone(),
            conversation.psid.clone(),
        );
        let (ours, at) = (self.apps.ours.clone(), self.clock.now());
        self.go(async move {
            let result = graph.thread_owner(&psid, ours.as_ref()).await;
            Completion::Owner { id, at, result }
        });
        true
    }

    fn older(&mut self, id: ConversationId) -> Result<(), store::Error> {
        let Some(conversation) = self.reader.conversation(&id)? else {
            return Ok(());
        };
        let cursor = match self.reader.older_cursor(&id)? {
            Some(None) => return Ok(()),
            Some(cursor) => cursor,
            None => None,
        };
        let graph = self.graph.clone();
        self.go(async move {
            let result = graph
                .older_messages(&id, &conversation.psid, cursor.as_deref())
                .await;
            Completion::Older { id, result }
        });
        Ok(())
    }

    /// Does what is due.
    async fn poll(&mut self) -> Result<(), store::Error> {
        let now = self.clock.now();
        let due = self.schedule.take_due(now);
        if !due.is_empty() {
            self.try_another_token();
        }
        for poll in due {
            match poll {
                Poll::List(platform) => self.news(platform),
                Poll::Backfill(platform) => self.backfill(platform),
                Poll::Thread => self.thread(),
            }
        }
        // One trouble does not keep the rest from being done.
        let mut worked = self.write_again().await;
        if !self.options.once {
            let (lines, look) = self.outbox.tick(now);
            worked = worked.and(self.carry_out(look.into_iter().collect()).await);
            for id in lines {
                let pumped = self.pump(&id).await;
                if pumped.is_err() {
                    self.outbox.hold_off(&id, now);
                }
                worked = worked.and(pumped);
            }
        }
        if self.turn_at <= now || self.turn_at > now.plus(TURN) {
            worked = worked.and(self.turn().await);
        }
        if self.retain_at.is_some_and(|at| at <= now) {
            worked = worked.and(self.retain().await);
        }
        worked
    }

    /// Reads the open thread.
    fn thread(&mut self) {
        let open = self.open.clone();
        match open {
            Some(id) if self.read_thread(&id, true) => {}
            _ => self.schedule.finished(Poll::Thread, self.clock.now()),
        }
    }

    /// Reads a thread; `false` when the cache does not know it.
    fn read_thread(&mut self, id: &ConversationId, polled: bool) -> bool {
        let Some(conversation) = self.reader.conversation(id).ok().flatten() else {
            return false;
        };
        let (graph, instagram) = (self.graph.clone(), self.instagram.clone());
        self.go(async move {
            let result = graph
                .conversation(
                    &conversation.id,
                    &conversation.psid,
                    conversation.platform,
                    instagram.as_deref(),
                )
                .await;
            Completion::Thread {
                id: conversation.id,
                polled,
                result,
            }
        });
        true
    }

    /// Puts the rows whose moment has come where they belong now.
    pub(super) async fn turn(&mut self) -> Result<(), store::Error> {
        self.turn_at = self.clock.now().plus(TURN);
        self.alarm()?;
        self.let_go_of_idle().await?;
        if self.writer.turn(self.server_now()).await? > 0 {
            // There may be more of them.
            self.turn_at = self.clock.now();
            self.tell(Change::Inbox);
        }
        Ok(())
    }

    /// Removes what is older than a person wants to keep, a little at a time.
    async fn retain(&mut self) -> Result<(), store::Error> {
        let now = self.clock.now();
        let Some(keep) = self.options.keep else {
            self.retain_at = None;
            return Ok(());
        };
        self.retain_at = Some(now.plus(Span::hours(1)));
        let before = self.server_now().plus(keep.negated());
        if self.writer.retain(before, RETAIN).await? > 0 {
            self.retain_at = Some(now.plus(Span::seconds(1)));
            self.tell(Change::Inbox);
        }
        Ok(())
    }
}
