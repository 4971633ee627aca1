//! The engine: takes commands, polls, does what lines ask for, and tells what
//! the cache holds now.

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
        Act, AppId, Apps, Ask, Change, Conversation, ConversationId, Event, Link, Mid,
        PAGE_INBOX_APPS, Platform, Profile, Psid, Routing, Span, ThreadOwner, Timestamp,
    },
    graph::{self, AboutPage, Control, ConversationsPage, MessagesPage, Reply, Verdict},
    store::{self, PageRow, QueuedReply, Reader, Writer},
};

/// After the token was refused there is one probe a minute: a new token in the
/// same place may have become good.
const TOKEN_PROBE: Span = Span::seconds(60);
/// A pause when Meta throttles and does not say how long.
const THROTTLE_PAUSE: Span = Span::seconds(60);
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
    about: About,
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
        known: Option<Timestamp>,
        result: Result<ConversationsPage, graph::Error>,
    },
    Thread {
        id: ConversationId,
        result: Result<ConversationsPage, graph::Error>,
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
            about: About::Wanted,
        }
    }

    /// Works until `stop`. An error is one of the store: without it nothing can
    /// be kept, so the engine ends.
    pub async fn run(mut self, stop: CancellationToken) -> Result<(), store::Error> {
        self.writer.doubt_interrupted().await?;
        self.start_up();
        loop {
            let due = self.schedule.next();
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
                self.writer
                    .save_draft(conversation.clone(), psid, text, cursor, now)
                    .await?;
                self.tell(Change::DraftSaved(conversation));
            }
            Command::LookedAt(id) => self.writer.looked_at(id, now).await?,
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
            self.writer.queue(reply).await?;
            self.tell(Change::Thread(id.clone()));
        }
        self.lines.push(&id, psid, ask);
        self.pump(&id).await
    }

    /// Starts the next operation of a line, if none is being done.
    async fn pump(&mut self, id: &ConversationId) -> Result<(), store::Error> {
        while let Some((psid, ask)) = self.lines.start(id) {
            if let Ask::Send { local, .. } = &ask {
                if !self.writer.start_sending(local.clone()).await? {
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
                    // The whole list once; later only what is newer than we know.
                    let listed = self.reader.listed(platform).unwrap_or(false);
                    let known = if listed {
                        self.reader.newest_update(platform).ok().flatten()
                    } else {
                        None
                    };
                    self.list(platform, known, None);
                }
                Poll::Thread => self.thread(),
            }
        }
    }

    fn list(&mut self, platform: Platform, known: Option<Timestamp>, after: Option<String>) {
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
                known,
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

    async fn done(&mut self, done: Done) -> Result<(), store::Error> {
        self.tell_health();
        match done {
            Done::Page(Ok(page)) => {
                self.about = About::Known;
                let (messenger, instagram) = (page.messenger_routing, page.instagram_routing);
                self.ingest(vec![Event::Page {
                    name: page.name,
                    messenger,
                    instagram,
                }])
                .await?;
            }
            Done::Page(Err(error)) => {
                self.about = About::Wanted;
                self.note_failure(&error);
            }
            Done::Apps(ours, apps) => self.found_apps(ours, apps),
            Done::Instagram(Ok(account)) => {
                self.instagram = account;
                if self.instagram.is_some() {
                    self.schedule.add_instagram(self.clock.now());
                }
            }
            // Without the permission for it there is no Instagram to show.
            Done::Instagram(Err(_)) => {}
            Done::List {
                platform,
                known,
                result,
            } => self.listed(platform, known, result).await?,
            Done::Thread { id, result } => {
                if self.open.as_ref() == Some(&id) {
                    self.schedule.finished(Poll::Thread, self.clock.now());
                }
                match result {
                    Ok(page) => {
                        self.note_success();
                        let before = self.reader.conversation(&id)?;
                        self.ingest(page.events).await?;
                        let after = self.reader.conversation(&id)?;
                        // A message of the customer, and every change of hands,
                        // sets the clock of control anew.
                        if let (Some(before), Some(after)) = (before, after)
                            && (before.customer_at != after.customer_at
                                || before.owner != after.owner)
                        {
                            self.ask_owner(&after);
                        }
                    }
                    Err(error) => self.note_failure(&error),
                }
            }
            Done::Owner {
                id,
                at,
                result: Ok((owner, until)),
            } => {
                let owner = self.owner_in_words_we_know(&id, owner);
                self.ingest(vec![Event::Owner {
                    conversation: id,
                    owner,
                    until,
                    at,
                }])
                .await?;
            }
            Done::Owner { .. } => {}
            Done::Profile {
                psid,
                result: Ok(profile),
            } => {
                self.ingest(vec![Event::Profile { psid, profile }]).await?;
            }
            Done::Profile { .. } => {}
            Done::Older {
                id,
                result: Ok(page),
            } => {
                let older = Some(page.after);
                self.ingest(vec![Event::Messages {
                    conversation: id.clone(),
                    messages: page.messages,
                    older,
                }])
                .await?;
                self.tell(Change::Done {
                    conversation: id,
                    act: Act::Older,
                });
            }
            Done::Older {
                id,
                result: Err(error),
            } => {
                self.tell(Change::Failed {
                    conversation: id,
                    act: Act::Older,
                    why: error.to_string(),
                });
            }
            Done::Asked {
                id,
                psid,
                ask,
                result,
            } => self.asked(id, psid, ask, result).await?,
        }
        Ok(())
    }

    async fn listed(
        &mut self,
        platform: Platform,
        known: Option<Timestamp>,
        result: Result<ConversationsPage, graph::Error>,
    ) -> Result<(), store::Error> {
        let page = match result {
            Ok(page) => page,
            Err(error) => {
                let again = error.too_wide() && self.schedule.narrow(platform);
                self.schedule
                    .finished(Poll::List(platform), self.clock.now());
                if again {
                    self.schedule.hurry(self.clock.now());
                } else {
                    self.note_failure(&error);
                }
                return Ok(());
            }
        };
        self.note_success();
        let oldest = page.events.iter().filter_map(|event| match event {
            Event::Conversation(seen) => Some(seen.updated_at),
            _ => None,
        });
        let all_newer = match (known, oldest.min()) {
            (Some(known), Some(oldest)) => oldest > known,
            (None, _) => true,
            (Some(_), None) => false,
        };
        let mut events = page.events;
        if page.after.is_none() && known.is_none() {
            events.push(Event::Listed(platform));
        }
        self.ingest(events).await?;
        match page.after.filter(|_| all_newer) {
            Some(after) => self.list(platform, known, Some(after)),
            None => self
                .schedule
                .finished(Poll::List(platform), self.clock.now()),
        }
        Ok(())
    }

    async fn asked(
        &mut self,
        id: ConversationId,
        psid: Psid,
        ask: Ask,
        result: Result<Option<Mid>, graph::Error>,
    ) -> Result<(), store::Error> {
        let now = self.clock.now();
        self.lines.finish(&id);
        match (&ask, result) {
            (
                Ask::Send {
                    local, hand_back, ..
                },
                Ok(Some(mid)),
            ) => {
                self.note_success();
                let at = now.plus(Span::millis(self.health.skew.unwrap_or(0)));
                let mut events = vec![Event::Accepted {
                    conversation: id.clone(),
                    local: local.clone(),
                    mid,
                    at,
                }];
                let platform = self
                    .reader
                    .conversation(&id)?
                    .map_or(Platform::Messenger, |c| c.platform);
                match hand_back {
                    Some(hand_back) if self.page.routing(platform) != Routing::Enabled => {
                        self.lines
                            .push_next(&id, psid, Ask::Pass(hand_back.clone()));
                    }
                    _ => events.extend(ask.happening().map(|what| Event::Did {
                        conversation: id.clone(),
                        at,
                        what,
                    })),
                }
                self.ingest(events).await?;
            }
            (Ask::Send { local, .. }, Ok(None)) => {
                self.writer.doubt(local.clone()).await?;
                let why = "Meta's answer named no message. Looking whether it arrived.".to_owned();
                self.failed(id.clone(), &ask, why);
            }
            (Ask::Send { local, .. }, Err(error)) => {
                self.note_refusal(&error);
                match error.verdict() {
                    Verdict::Refused | Verdict::NotSent => {
                        self.writer
                            .refuse(local.clone(), error.to_string(), now)
                            .await?;
                        self.failed(
                            id.clone(),
                            &ask,
                            format!("Not sent; your text is still here. {error}"),
                        );
                    }
                    Verdict::Unknown => {
                        self.writer.doubt(local.clone()).await?;
                        let why = format!(
                            "Not confirmed: Meta may have it, so it is looked for and not sent again. {error}"
                        );
                        self.failed(id.clone(), &ask, why);
                        self.schedule.hurry(now);
                    }
                }
            }
            (_, Ok(_)) => {
                self.note_success();
                let happened = ask.happening().map(|what| Event::Did {
                    conversation: id.clone(),
                    at: now,
                    what,
                });
                self.ingest(happened.into_iter().collect()).await?;
                self.tell(Change::Done {
                    conversation: id.clone(),
                    act: ask.act(),
                });
                let moved = matches!(ask, Ask::Take | Ask::Extend(_));
                if let (true, Some(conversation)) = (moved, self.reader.conversation(&id)?) {
                    self.ask_owner(&conversation);
                }
            }
            // Typing is a courtesy; its failure is not worth a word.
            (Ask::Typing(_), Err(_)) => {}
            (_, Err(error)) => {
                self.note_refusal(&error);
                if ask == Ask::Take {
                    self.drop_followers(&id, &error, now).await?;
                }
                self.failed(id.clone(), &ask, error.to_string());
            }
        }
        self.pump(&id).await
    }

    /// After a refused take: what was to follow it cannot succeed, and Meta is
    /// not bothered with it.
    async fn drop_followers(
        &mut self,
        id: &ConversationId,
        error: &graph::Error,
        now: Timestamp,
    ) -> Result<(), store::Error> {
        for ask in self.lines.clear(id) {
            if let Ask::Send { local, .. } = ask {
                self.writer.refuse(local, error.to_string(), now).await?;
                self.tell(Change::Thread(id.clone()));
            }
        }
        Ok(())
    }

    fn failed(&self, conversation: ConversationId, ask: &Ask, why: String) {
        self.tell(Change::Thread(conversation.clone()));
        self.tell(Change::Inbox);
        self.tell(Change::Failed {
            conversation,
            act: ask.act(),
            why,
        });
    }

    /// Meta does not tell a bystander who holds a thread; if the last we know
    /// is our own hand-back to an app, that is still the best we know.
    fn owner_in_words_we_know(&self, id: &ConversationId, owner: ThreadOwner) -> ThreadOwner {
        let known = self.reader.conversation(id).ok().flatten().map(|c| c.owner);
        match (owner, known) {
            (ThreadOwner::Other, Some(app @ ThreadOwner::App(_))) => app,
            (owner, _) => owner,
        }
    }

    /// Names for ids; and where the configuration names no bot, the only other
    /// app on the Page that is not Meta's inbox is it.
    fn found_apps(&mut self, ours: Option<AppId>, apps: Vec<graph::AboutApp>) {
        if self.apps.ours.is_none() {
            self.apps.ours = ours;
        }
        for app in &apps {
            if !app.name.is_empty() {
                self.apps
                    .names
                    .entry(app.id.clone())
                    .or_insert_with(|| app.name.clone());
            }
        }
        if self.apps.bot.is_none() && self.apps.ours.is_some() {
            let others: Vec<_> = apps
                .into_iter()
                .filter(|app| {
                    Some(&app.id) != self.apps.ours.as_ref()
                        && !PAGE_INBOX_APPS.contains(&app.id.as_str())
                })
                .collect();
            if let [bot] = others.as_slice() {
                self.apps.bot = Some(bot.id.clone());
            }
        }
        self.tell(Change::Apps(self.apps.clone()));
    }

    fn tell_health(&mut self) {
        let health = self.graph.health();
        if let Some(usage) = health
            .usage
            .filter(|usage| self.health.usage != Some(*usage))
        {
            self.tell(Change::Usage(usage));
        }
        // The header has whole seconds: less than two of them are noise.
        let moved = |old: Option<i64>, new: i64| old.is_none_or(|old| (old - new).abs() > 2_000);
        match health.skew {
            Some(skew) if moved(self.health.skew, skew) => {
                self.tell(Change::Skew(skew));
                self.health = health;
            }
            _ => self.health.usage = health.usage,
        }
    }

    fn note_success(&mut self) {
        self.schedule.succeeded();
        self.set_link(Link::Polling);
        if self.about == About::Wanted {
            self.start_up();
        }
    }

    /// A read failed: how the link stands, and when to try again.
    fn note_failure(&mut self, error: &graph::Error) {
        let now = self.clock.now();
        if !self.note_refusal(error) {
            self.schedule.failed(now);
            self.set_link(Link::Offline(error.to_string()));
        }
    }

    /// What concerns the link, whatever the call was: token and throttling.
    fn note_refusal(&mut self, error: &graph::Error) -> bool {
        let now = self.clock.now();
        if error.is_token() {
            self.schedule.pause(now.plus(TOKEN_PROBE));
            self.set_link(Link::TokenRefused(error.to_string()));
            return true;
        }
        if let Some(throttle) = error.throttled() {
            let pause = throttle
                .wait_minutes
                .map_or(THROTTLE_PAUSE, |m| Span::minutes(i64::from(m)));
            self.schedule.pause(now.plus(pause));
            self.set_link(Link::Throttled(now.plus(pause)));
            return true;
        }
        false
    }

    fn set_link(&mut self, link: Link) {
        if self.link != link {
            self.link = link.clone();
            self.tell(Change::Link(link));
        }
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
