//! What the engine knows: the Page, the outbox, what is under way. The other files
//! say what it does.

use std::{
    collections::{HashMap, HashSet},
    fmt,
    path::PathBuf,
    pin::Pin,
    sync::Arc,
    time::Duration,
};

use futures_util::stream::FuturesUnordered;
use secrecy::SecretString;
use tokio::sync::{broadcast, mpsc};
use tokio_util::sync::CancellationToken;

use crate::{
    clock::{Clock, Stopwatch},
    domain::{
        Account, AppId, Apps, Attachment, AuditEntry, Backfill, Change, Command, ConversationId,
        DeliveredWebhook, Event, LocalId, Mid, Operation, Outgoing, PerPlatform, Persona, Platform,
        Profile, Psid, Span, Template, ThreadOwner, Timestamp, Tree,
    },
    graph::{self, AboutPage, Decoded, ListPart, MessagesPage},
    store::{self, Reader, SavedMedia, Writer},
    sync::{
        delivery::Delivery,
        engine::picture_work::{FetchedPicture, PictureLimits},
        outbox::{MediaIds, Outbox, SendStep},
        polls::{Poll, Schedule},
    },
};

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
    /// Who the customer sees writing, on Messenger.
    pub persona: Option<Persona>,
    /// Where copies of files lie that are on their way to a customer.
    pub files: PathBuf,
    /// Where pictures of threads are kept.
    pub pictures: Option<store::PictureFolder>,
    /// Where attachments are kept that a person wants.
    pub downloads: PathBuf,
    /// What makes a conversation need a person, besides the rules.
    pub asking: store::EscalationRules,
    /// Only fetch what is new and what is missing, then end. Nothing is sent.
    pub once: bool,
    /// Follow what comes in, and send nothing: neither what waits nor what the desk
    /// would do by itself.
    pub read_only: bool,
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
            .field("read_only", &self.read_only)
            .finish_non_exhaustive()
    }
}

/// The engine. [`Engine::run`] is its task.
pub struct Engine {
    pub(super) options: Options,
    pub(super) graph: graph::Client,
    pub(super) writer: Writer,
    pub(super) reader: Reader,
    pub(super) clock: Clock,
    pub(super) changes: broadcast::Sender<Change>,
    pub(super) commands: mpsc::Receiver<Command>,
    /// What comes by webhook, if there is a door.
    pub(super) deliveries: Option<mpsc::Receiver<Delivery>>,
    pub(super) inbound: Inbound,
    pub(super) pictures: PictureLimits,
    /// Uploads that a person may give up.
    pub(super) uploads: HashMap<LocalId, CancellationToken>,
    pub(super) idle: Idle,
    /// The Page: a second one is a second engine.
    pub(super) account: Account,
    /// Meta has said which app is ours, or will not.
    pub(super) apps_known: bool,
    /// Held by an app, asked before it was known which is ours.
    pub(super) unclear_owners: Vec<ConversationId>,
    pub(super) instagram: Option<String>,
    /// Meta's id of the persona, once it has one.
    pub(super) persona: Option<String>,
    /// It is being looked for.
    pub(super) persona_asked: bool,
    /// When calls for the Page's profile were made, by Meta's clock.
    pub(super) profile_calls: Vec<Timestamp>,
    pub(super) open: Option<ConversationId>,
    pub(super) outbox: Outbox,
    /// What the disk did not take; nothing is sent before it does.
    pub(super) unwritten: Vec<SendStep>,
    /// What the cache did not take, of replies that Meta has.
    pub(super) late_events: Vec<Event>,
    /// The record of what was done.
    pub(super) record: Record,
    /// Names of ours that Meta's ids have taken the place of: an answer to an older
    /// question may still name one.
    pub(super) renamed: HashMap<ConversationId, ConversationId>,
    /// Queues that go on when it is known who holds the thread.
    pub(super) awaiting_owner: HashSet<ConversationId>,
    pub(super) schedule: Schedule,
    pub(super) under_way: FuturesUnordered<Pin<Box<dyn Future<Output = Completion> + Send>>>,
    /// How many items of one answer could not be read, at most so far.
    pub(super) unreadable: usize,
    pub(super) page_lookup: PageLookup,
    /// Why nothing can be saved at the moment.
    pub(super) cannot_save: Option<String>,
    /// When rows of the list are looked at again whose moment has come.
    pub(super) turn_at: Timestamp,
    /// All texts are folded by the rules of this program.
    pub(super) folded: bool,
    /// Nothing was written since the index of all words was put together, or since the
    /// start: that is no time for it.
    pub(super) tidy: bool,
    /// Old messages have been removed; when to look again.
    pub(super) retain_at: Option<Timestamp>,
    /// Places of which pages have been read, by list: a list that comes to one of
    /// them again goes in circles.
    pub(super) read_places: PerPlatform<HashSet<String>>,
    /// Something of a list could not be read, so it is not whole.
    pub(super) gaps: HashSet<Platform>,
    /// Lists that say that there is more and not where, or go in circles.
    pub(super) broken_lists: HashSet<Platform>,
    /// Lists that Meta keeps back; it is said once.
    pub(super) refused_lists: HashSet<Platform>,
    /// For a single run: the lists that are still being read.
    pub(super) remaining: HashSet<Platform>,
}

/// The questions of the first minute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PageLookup {
    Wanted,
    Asked,
    Known,
}

/// The end of something that waited for the network.
pub(super) enum Completion {
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
    /// The copy of a file that is to go out.
    Copied(ConversationId, LocalId, Result<Box<Attachment>, String>),
    /// Meta's id of the persona.
    Persona(Result<String, graph::Error>),
    /// What Meta approved.
    UtilityTemplates(Result<Vec<Template>, graph::Error>),
    /// What the Page shows, read or written.
    PageProfile {
        platform: Platform,
        result: Result<Tree, graph::Error>,
        /// Meta may have some of it although the call failed.
        in_part: bool,
    },
    /// A picture for the screen.
    Picture(FetchedPicture),
    /// Where it is, or why it is nowhere.
    Saved(Result<PathBuf, String>),
    Stranger {
        psid: Psid,
        result: Result<Decoded, graph::Error>,
    },
    /// The files of a reply.
    Uploaded {
        row: Outgoing,
        /// Meta's ids of them.
        result: Result<MediaIds, graph::Error>,
        /// Those that Meta did not have before.
        new: Vec<SavedMedia>,
    },
    Posted {
        row: Outgoing,
        media: MediaIds,
        result: Result<Option<Mid>, graph::Error>,
    },
}

impl Engine {
    /// Puts the engine together; nothing happens before [`Engine::run`].
    pub fn new(
        options: Options,
        graph: graph::Client,
        writer: Writer,
        reader: Reader,
        clock: Clock,
        commands: mpsc::Receiver<Command>,
        changes: broadcast::Sender<Change>,
    ) -> Self {
        let now = clock.now();
        let mut account = Account::new(graph.page().clone(), options.apps.clone());
        if let Ok(row) = reader.page() {
            row.fill(&mut account);
        }
        Self {
            graph,
            writer,
            account,
            reader,
            clock,
            changes,
            commands,
            deliveries: None,
            inbound: Inbound::default(),
            pictures: PictureLimits::default(),
            uploads: HashMap::new(),
            idle: Idle::default(),
            apps_known: false,
            unclear_owners: Vec::new(),
            instagram: None,
            persona: None,
            persona_asked: false,
            profile_calls: Vec::new(),
            open: None,
            outbox: Outbox::new(options.seed),
            unwritten: Vec::new(),
            late_events: Vec::new(),
            renamed: HashMap::new(),
            record: Record::default(),
            turn_at: now,
            folded: false,
            tidy: true,
            awaiting_owner: HashSet::new(),
            schedule: Schedule::new(now, options.seed),
            under_way: FuturesUnordered::new(),
            unreadable: 0,
            page_lookup: PageLookup::Wanted,
            cannot_save: None,
            retain_at: None,
            read_places: PerPlatform::default(),
            gaps: HashSet::new(),
            broken_lists: HashSet::new(),
            refused_lists: HashSet::new(),
            remaining: HashSet::from([Platform::Messenger, Platform::Instagram]),
            options,
        }
    }

    /// Also takes in what comes through this door.
    pub fn with_deliveries(mut self, deliveries: mpsc::Receiver<Delivery>) -> Self {
        self.deliveries = Some(deliveries);
        self
    }

    pub(super) fn tell(&self, change: Change) {
        // Nobody listening is fine: the cache has it.
        let _ = self.changes.send(change);
    }

    pub(super) fn go(&self, future: impl Future<Output = Completion> + Send + 'static) {
        self.under_way.push(Box::pin(future));
    }

    /// The present moment by Meta's clock.
    pub(super) fn server_now(&self) -> Timestamp {
        self.clock.now().plus(self.account.skew())
    }

    /// Meta shows a conversation that we had under a name of ours.
    fn rename(&mut self, from: &ConversationId, to: &ConversationId) {
        self.outbox.rename(from, to);
        let mut names: Vec<&mut ConversationId> = Vec::new();
        names.extend(&mut self.open);
        names.extend(&mut self.unclear_owners);
        names.extend(self.inbound.alarmed.iter_mut().map(|(id, _)| id));
        names.extend(self.unwritten.iter_mut().flat_map(SendStep::conversations));
        names.extend(
            self.late_events
                .iter_mut()
                .filter_map(Event::conversation_mut),
        );
        for id in names.into_iter().filter(|id| *id == from) {
            id.clone_from(to);
        }
        for moments in [&mut self.idle.touched, &mut self.idle.warned] {
            if let Some(at) = moments.remove(from) {
                moments.insert(to.clone(), at);
            }
        }
        for ids in [&mut self.awaiting_owner, &mut self.inbound.read_again] {
            if ids.remove(from) {
                ids.insert(to.clone());
            }
        }
        self.renamed.insert(from.clone(), to.clone());
    }

    /// What a conversation is called now.
    pub(super) fn called(&self, id: ConversationId) -> ConversationId {
        self.renamed.get(&id).cloned().unwrap_or(id)
    }

    pub(super) async fn ingest(&mut self, events: Vec<Event>) -> Result<(), store::Error> {
        let changes = self.writer.ingest(events, self.server_now()).await?;
        self.tidy &= changes.is_empty();
        if self.cannot_save.take().is_some() {
            self.tell(Change::Storage(None));
        }
        for change in changes {
            if change == Change::Page {
                self.reader.page()?.fill(&mut self.account);
            }
            if let Change::Renamed { from, to } = &change {
                self.rename(from, to);
            }
            self.tell(change);
        }
        Ok(())
    }
}

/// How the webhooks of one platform flow. A platform may be subscribed and the
/// other not, and receipts say nothing of messages.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct WebhookFlow {
    pub(super) since: Option<Timestamp>,
    /// By our clock.
    pub(super) distrust_until: Option<Timestamp>,
}

/// The time between two commits while calls come faster than they are committed (our
/// choice): whatever comes meanwhile shares the next one.
const COMMITS: Duration = Duration::from_millis(30);

/// What is known of the door.
#[derive(Debug, Default)]
pub(super) struct Inbound {
    /// Since calls were taken in.
    pub(super) taken: Option<Stopwatch>,
    /// More than one was waiting then.
    pub(super) many: bool,
    /// Since when the webhooks of a platform (Messenger, Instagram) tell of
    /// customers without a gap, by Meta's clock.
    pub(super) flows: PerPlatform<WebhookFlow>,
    /// People of whom it told, and whose conversation is not known.
    pub(super) strangers: Vec<Psid>,
    /// One of them is being asked for.
    pub(super) asking: bool,
    /// Those who are asked for again, when.
    pub(super) again: Vec<AskAgain>,
    /// How often somebody was asked for in vain.
    pub(super) failures: HashMap<Psid, usize>,
    /// Threads of which a webhook told that something is new, and not what.
    pub(super) read_again: HashSet<ConversationId>,
    /// Who has been told about already, by the customer's last message.
    pub(super) alarmed: Vec<(ConversationId, Timestamp)>,
}

impl Inbound {
    /// How long the next call waits for others, to be committed with them.
    pub(super) fn wait(&self) -> Duration {
        let since = self.taken.map_or(0, |taken| taken.millis());
        match self.many {
            true => COMMITS.saturating_sub(Duration::from_millis(since)),
            false => Duration::ZERO,
        }
    }

    /// Somebody whose conversation is to be asked for, unless that is under way.
    pub(super) fn meet(&mut self, psid: &Psid) {
        if !self.strangers.contains(psid) && !self.failures.contains_key(psid) {
            self.strangers.push(psid.clone());
        }
    }
}

/// What the record of what was done still owes its file.
#[derive(Debug, Default)]
pub(super) struct Record {
    /// Entries that even the outbox did not take.
    pub(super) unkept: Vec<AuditEntry>,
    /// When to try again, by our clock; `None` while all is well.
    pub(super) again_at: Option<Timestamp>,
}

/// Somebody whose conversation Meta did not show.
#[derive(Debug)]
pub(super) struct AskAgain {
    pub(super) psid: Psid,
    /// By our clock.
    pub(super) at: Timestamp,
}

/// How long a thread that is answered stays with us.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lease {
    /// So long nobody may have done anything there.
    pub quiet: Span,
    /// Between the warning and the hand-back.
    pub warning: Span,
}

impl Lease {
    /// With a minute between the warning and the hand-back (our choice).
    pub const fn of(quiet: Span) -> Self {
        Self {
            quiet,
            warning: Span::seconds(60),
        }
    }
}

/// What is known of threads that nobody works on.
#[derive(Debug, Default)]
pub(super) struct Idle {
    /// When somebody last did something there, by our clock.
    pub(super) touched: HashMap<ConversationId, Timestamp>,
    /// When it was said that it goes back, by our clock.
    pub(super) warned: HashMap<ConversationId, Timestamp>,
}

impl Idle {
    /// Whoever does something in a thread needs it.
    pub(super) fn touched(&mut self, command: &Command, now: Timestamp) {
        let id = match command {
            Command::Open(id)
            | Command::SaveDraft {
                conversation: id, ..
            }
            | Command::Operate {
                conversation: id, ..
            }
            | Command::KeepNote {
                conversation: id, ..
            } => id,
            _ => return,
        };
        self.touched.insert(id.clone(), now);
        self.warned.remove(id);
    }
}

/// A walk, between two of its pages.
#[derive(Clone, Debug)]
pub(super) struct Walk {
    pub(super) part: ListPart,
    pub(super) kind: WalkKind,
    /// The newest change seen on it.
    pub(super) newest: Option<Timestamp>,
    /// How many items could not be read.
    pub(super) unreadable: usize,
    /// Meta says that there is more, and not where; or it says the same place again.
    pub(super) lost: bool,
    pub(super) pages: u32,
    /// What was left to be read when it began.
    pub(super) began: Backfill,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum WalkKind {
    /// Down to the change up to which the list is known; `None`: not at all.
    News(Option<Timestamp>),
    /// Down to this change, or to the end.
    Backfill(Option<Timestamp>),
}

impl Walk {
    pub(super) fn poll(&self) -> Poll {
        match self.kind {
            WalkKind::News(_) => Poll::List(self.part.platform),
            WalkKind::Backfill(_) => Poll::Backfill(self.part.platform),
        }
    }
}
