//! The engine: takes commands, polls, does what lines ask for, and tells what
//! the cache holds now.

mod answers;
mod link;

use std::{pin::Pin, time::Duration};

use futures_util::stream::{FuturesUnordered, StreamExt};
use tokio::sync::{broadcast, mpsc};
use tokio_util::sync::CancellationToken;

use super::{
    Command,
    line::Lines,
    polls::{Poll, Schedule},
};
use crate::{
    clock::{self, Clock},
    domain::{
        Act, AppId, Apps, Ask, Change, Conversation, ConversationId, Event, Link, Mid, Platform,
        Profile, Psid, Routing, Span, ThreadOwner, Timestamp,
    },
    graph::{self, AboutPage, Control, Decoded, MessagesPage, Reply},
    store::{self, PageRow, QueuedReply, Reader, Writer},
};

/// At the end, what is on its way gets this long to arrive.
const LAST_WAIT: Duration = Duration::from_millis(1_500);

/// What the engine needs to know.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Apps by configuration; what is missing is found out.
    pub apps: Apps,
}

/// The engine. [`Engine::run`] is its task.
pub struct Engine {
    graph: graph::Client,
    writer: Writer,
    reader: Reader,
    clock: Clock,
    changes: broadcast::Sender<Change>,
    commands: mpsc::Receiver<Command>,
    apps: Apps,
    page: PageRow,
    instagram: Option<String>,
    open: Option<ConversationId>,
    lines: Lines,
    schedule: Schedule,
    under_way: FuturesUnordered<Pin<Box<dyn Future<Output = Done> + Send>>>,
    link: Link,
    health: graph::Health,
    /// How many items of one answer could not be read, at most so far.
    unreadable: usize,
    about: About,
}

/// A walk through the pages of a list.
#[derive(Clone, Copy, Debug, Default)]
struct Walk {
    /// Up to which change the list was known before it; `None`: not at all.
    known: Option<Timestamp>,
    /// The newest change seen on it.
    newest: Option<Timestamp>,
    /// How many items could not be read.
    unreadable: usize,
}

/// The questions of the first minute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum About {
    Wanted,
    Asked,
    Known,
}

/// The end of something that waited for the network.
enum Done {
    Page(Result<AboutPage, graph::Error>),
    Apps(Option<AppId>, Vec<graph::AboutApp>),
    Instagram(Result<Option<String>, graph::Error>),
    List {
        platform: Platform,
        walk: Walk,
        result: Result<Decoded, graph::Error>,
    },
    Thread {
        id: ConversationId,
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
    Asked {
        id: ConversationId,
        psid: Psid,
        ask: Ask,
        result: Result<Option<Mid>, graph::Error>,
    },
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
            apps: options.apps,
            instagram: None,
            open: None,
            lines: Lines::default(),
            schedule: Schedule::new(now),
            under_way: FuturesUnordered::new(),
            link: Link::Connecting,
            health: graph::Health::default(),
            unreadable: 0,
            about: About::Wanted,
        }
    }

    /// Works until `stop`. An error is one of the store: without it nothing can
    /// be kept, so the engine ends.
    pub async fn run(mut self, stop: CancellationToken) -> Result<(), store::Error> {
        self.writer.doubt_interrupted(self.clock.now()).await?;
        self.start_up();
        loop {
            let due = self.schedule.next(self.clock.now());
            let clock = self.clock.clone();
            let sleep = async {
                match due {
                    Some(at) => clock.sleep_until(at).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                () = stop.cancelled() => break,
                command = self.commands.recv() => match command {
                    Some(command) => self.command(command).await?,
                    None => break,
                },
                Some(done) = self.under_way.next(), if !self.under_way.is_empty() => self.done(done).await?,
                () = sleep => self.poll(),
            }
        }
        self.wind_down().await
    }

    /// What was asked for before the end is still written down, and what is on
    /// its way may arrive.
    async fn wind_down(mut self) -> Result<(), store::Error> {
        while let Ok(command) = self.commands.try_recv() {
            self.command(command).await?;
        }
        let work = async {
            while !self.lines.is_empty() {
                let Some(done) = self.under_way.next().await else {
                    break;
                };
                self.done(done).await?;
            }
            Ok(())
        };
        clock::within(LAST_WAIT, work).await.unwrap_or(Ok(()))
    }

    fn tell(&self, change: Change) {
        // Nobody listening is fine: the cache has it.
        let _ = self.changes.send(change);
    }

    fn go(&self, future: impl Future<Output = Done> + Send + 'static) {
        self.under_way.push(Box::pin(future));
    }

    async fn ingest(&mut self, events: Vec<Event>) -> Result<(), store::Error> {
        for change in self.writer.ingest(events).await? {
            if change == Change::Page {
                self.page = self.reader.page()?;
            }
            self.tell(change);
        }
        Ok(())
    }

    /// The questions of the first minute: what the Page is, who serves it.
    fn start_up(&mut self) {
        self.about = About::Asked;
        let graph = self.graph.clone();
        self.go(async move { Done::Page(graph.about_page().await) });
        let graph = self.graph.clone();
        self.go(async move { Done::Instagram(graph.instagram_account().await) });
        let graph = self.graph.clone();
        self.go(async move {
            // Both are comforts: names for ids, and whom to hand back to.
            let ours = graph.about_app().await.ok().map(|app| app.id);
            Done::Apps(ours, graph.subscribed_apps().await.unwrap_or_default())
        });
    }

    async fn command(&mut self, command: Command) -> Result<(), store::Error> {
        let now = self.clock.now();
        match command {
            Command::Pace { active } => self.schedule.set_active(active, now),
            Command::Refresh => {
                // Meta's own pauses are kept, whatever a person wants.
                if matches!(self.link, Link::Offline(_)) {
                    self.schedule.forgive(now);
                }
                self.schedule.hurry(now);
                if self.about == About::Wanted {
                    self.start_up();
                }
            }
            Command::Open(id) => self.opened(id, now),
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
            } => {
                let saved = self
                    .writer
                    .save_draft(conversation.clone(), psid, text, cursor, now)
                    .await;
                match saved {
                    Ok(()) => self.tell(Change::DraftSaved(conversation)),
                    Err(error) => {
                        let why = format!("{error}. The text is only on the screen.");
                        self.tell(Change::Failed {
                            conversation,
                            act: Act::Save,
                            why,
                        });
                    }
                }
            }
            Command::LookedAt(id) => self.writer.looked_at(id, now).await?,
            Command::DropRefused(id) => {
                self.writer.drop_refused(id.clone()).await?;
                self.tell(Change::Thread(id));
                self.tell(Change::Inbox);
            }
            Command::Ask {
                conversation,
                psid,
                ask,
            } => self.ask(conversation, psid, ask, now).await?,
        }
        Ok(())
    }

    async fn ask(
        &mut self,
        id: ConversationId,
        psid: Psid,
        ask: Ask,
        now: Timestamp,
    ) -> Result<(), store::Error> {
        if let Ask::Send {
            local,
            text,
            send_as,
            ..
        } = &ask
        {
            let reply = QueuedReply {
                local: local.clone(),
                conversation: id.clone(),
                psid: psid.clone(),
                at: now,
                text: text.clone(),
                send_as: *send_as,
            };
            if let Err(error) = self.writer.queue(reply).await {
                // Nothing leaves that is not written down first.
                self.failed(
                    id,
                    &ask,
                    format!("Not sent: {error}. Your text is only on the screen."),
                );
                return Ok(());
            }
            self.tell(Change::Thread(id.clone()));
        }
        self.lines.push(&id, psid, ask);
        self.pump(&id).await
    }

    /// Starts the next operation of a line, if none is being done.
    async fn pump(&mut self, id: &ConversationId) -> Result<(), store::Error> {
        while let Some((psid, ask)) = self.lines.start(id) {
            let owner = self.reader.conversation(id)?.map(|c| c.owner);
            if ask == Ask::Take && owner == Some(ThreadOwner::Us) {
                // Asked for twice, or it came to us meanwhile.
                self.lines.finish(id);
                continue;
            }
            if let Ask::Send { local, .. } = &ask {
                let at = self
                    .clock
                    .now()
                    .plus(Span::millis(self.health.skew.unwrap_or(0)));
                if !self.writer.start_sending(local.clone(), at).await? {
                    self.lines.finish(id);
                    continue;
                }
                self.tell(Change::Thread(id.clone()));
            }
            let platform = self
                .reader
                .conversation(id)?
                .map_or(Platform::Messenger, |c| c.platform);
            let inline = self.page.routing(platform) == Routing::Enabled;
            let (graph, id) = (self.graph.clone(), id.clone());
            self.go(async move {
                let result = perform(&graph, &psid, &ask, inline).await;
                Done::Asked {
                    id,
                    psid,
                    ask,
                    result,
                }
            });
            break;
        }
        Ok(())
    }

    fn opened(&mut self, id: ConversationId, now: Timestamp) {
        self.schedule.open(true, now);
        self.open = Some(id.clone());
        let Ok(Some(conversation)) = self.reader.conversation(&id) else {
            return;
        };
        self.ask_owner(&conversation);
        if !self
            .reader
            .profile_asked(&conversation.psid)
            .unwrap_or(true)
        {
            let (graph, psid) = (self.graph.clone(), conversation.psid.clone());
            self.go(async move {
                let result = graph.profile(&psid, conversation.platform).await;
                Done::Profile { psid, result }
            });
        }
        self.poll();
    }

    fn ask_owner(&self, conversation: &Conversation) {
        if self.page.routing(conversation.platform) == Routing::ZeroConfig {
            return;
        }
        let (graph, id, psid) = (
            self.graph.clone(),
            conversation.id.clone(),
            conversation.psid.clone(),
        );
        let (ours, at) = (self.apps.ours.clone(), self.clock.now());
        self.go(async move {
            let result = graph.thread_owner(&psid, ours.as_ref()).await;
            Done::Owner { id, at, result }
        });
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
            Done::Older { id, result }
        });
        Ok(())
    }

    fn poll(&mut self) {
        for poll in self.schedule.take_due(self.clock.now()) {
            match poll {
                Poll::List(platform) => {
                    // The whole list once; later only what is newer than the
                    // last walk that came to its end.
                    let known = self.reader.listed(platform).unwrap_or(None);
                    self.list(
                        platform,
                        Walk {
                            known,
                            ..Walk::default()
                        },
                        None,
                    );
                }
                Poll::Thread => self.thread(),
            }
        }
    }

    fn list(&mut self, platform: Platform, walk: Walk, after: Option<String>) {
        let (graph, instagram, rows) = (
            self.graph.clone(),
            self.instagram.clone(),
            self.schedule.rows(platform),
        );
        self.go(async move {
            let result = graph
                .conversations(platform, instagram.as_deref(), rows, after.as_deref())
                .await;
            Done::List {
                platform,
                walk,
                result,
            }
        });
    }

    fn thread(&mut self) {
        let conversation = self
            .open
            .as_ref()
            .and_then(|id| self.reader.conversation(id).ok().flatten());
        let Some(conversation) = conversation else {
            self.schedule.finished(Poll::Thread, self.clock.now());
            return;
        };
        let (graph, instagram) = (self.graph.clone(), self.instagram.clone());
        self.go(async move {
            let result = graph
                .conversation(
                    &conversation.id,
                    conversation.platform,
                    instagram.as_deref(),
                )
                .await;
            Done::Thread {
                id: conversation.id,
                result,
            }
        });
    }
}

/// Makes the call. `inline`: a hand-back may ride along with the reply.
async fn perform(
    graph: &graph::Client,
    psid: &Psid,
    ask: &Ask,
    inline: bool,
) -> Result<Option<Mid>, graph::Error> {
    let control = match ask {
        Ask::Send {
            local,
            text,
            send_as,
            hand_back,
        } => {
            let reply = Reply {
                local: local.clone(),
                attempt: 1,
                psid: psid.clone(),
                text: text.clone(),
                send_as: *send_as,
                hand_back: hand_back.clone().filter(|_| inline),
            };
            return graph.send(&reply).await;
        }
        Ask::MarkSeen => return graph.sender_action(psid, "mark_seen").await.map(|()| None),
        Ask::Typing(on) => {
            let action = if *on { "typing_on" } else { "typing_off" };
            return graph.sender_action(psid, action).await.map(|()| None);
        }
        Ask::Take => Control::Take,
        Ask::Pass(hand_back) => Control::Pass {
            to: hand_back.to.clone(),
            metadata: graph::note_json(&hand_back.note, None),
        },
        Ask::Release => Control::Release,
        Ask::Extend(span) => Control::Extend(*span),
        Ask::Request => Control::Request,
    };
    graph.control(psid, &control).await.map(|()| None)
}
