//! The second door: what webhooks tell. It is taken in at once and answered
//! after the commit; while it flows, polling only looks for what was missed, and
//! when something was, polling is the first door again.

use std::collections::VecDeque;

use crate::{
    clock::Stopwatch,
    domain::{
        Author, CONTROL, Change, ConversationId, ConversationSeen, Event, Link, LocalId, Message,
        MessageSeen, Platform, Psid, ReactedWith, Routing, SendState, Severity, Span, ThreadOwner,
        TimelineEvent, Timestamp, WebhookEvent, WebhookFact,
    },
    failpoint, graph,
    store::{self, PersonThread},
    sync::{
        delivery::Delivery,
        engine::state::{AskAgain, Completion, Engine, PageLookup, WebhookFlow},
    },
};

/// Deliveries that are there already are committed together, up to so many.
const TOGETHER: usize = 256;

/// A message that reading shows and no webhook told within so long was missed
/// (our choice).
const LATE: Span = Span::seconds(20);

/// Alarms: how long before the end of a window, and how long the window is.
const ALARMS: [(Span, Span); 2] = [
    (Span::minutes(30), crate::domain::RESPONSE_WINDOW),
    (Span::hours(2), crate::domain::HUMAN_AGENT_WINDOW),
];

/// After something was missed, webhooks are not trusted for so long.
const DISTRUST: Span = Span::minutes(5);

impl Engine {
    /// Takes in what was delivered, and what else is waiting at the door.
    pub(super) async fn delivered(&mut self, first: Delivery) -> Result<(), store::Error> {
        self.inbound.taken = Some(Stopwatch::start());
        let mut deliveries = vec![first];
        while let Some(door) = &mut self.deliveries
            && deliveries.len() < TOGETHER
            && let Ok(next) = door.try_recv()
        {
            deliveries.push(next);
        }
        self.inbound.many = deliveries.len() > 1;
        let (mut heard, mut odd) = (Vec::new(), Vec::new());
        let mut unreadable = 0;
        for delivery in &mut deliveries {
            heard.append(&mut delivery.heard);
            odd.append(&mut delivery.odd);
            unreadable += delivery.unreadable;
        }
        heard.retain(|heard| self.is_ours(heard));
        let flowing: Vec<Platform> = heard
            .iter()
            .filter(|heard| matches!(heard.told, WebhookFact::Message(_)))
            .map(|heard| heard.platform)
            .collect();
        // What could not be read is kept all the same.
        let kept = odd.into_iter().map(|raw| Event::Parked {
            psid: Psid::new(""),
            raw,
            about: None,
            unsent: false,
        });
        let kept = kept.collect();
        failpoint::reach("heard.insert");
        let taken = self.take_in(heard, kept).await;
        failpoint::reach("heard.commit");
        for delivery in deliveries {
            // Nobody waiting any more is Meta's matter: it delivers again.
            let _ = delivery.taken.send(taken.is_ok());
        }
        if unreadable > 0 {
            // Reading may show what it was.
            self.schedule.hurry(self.clock.now());
        } else if taken.is_ok() {
            for platform in flowing {
                self.note_flow(platform);
            }
        }
        self.note_unreadable(unreadable);
        self.ask_for_strangers();
        taken
    }

    /// An app has one callback for all its Pages: what is another one's is
    /// none of ours.
    fn is_ours(&self, heard: &WebhookEvent) -> bool {
        match heard.platform {
            Platform::Messenger => heard.page == self.graph.page().as_str(),
            // Until it is known which account is linked, all are kept.
            Platform::Instagram => match &self.instagram {
                Some(account) => heard.page == *account,
                None => self.page_lookup != PageLookup::Known,
            },
        }
    }

    fn note_flow(&mut self, platform: Platform) {
        let now = self.clock.now();
        let server_now = self.server_now();
        let flow = &mut self.inbound.flows[platform];
        if flow.since.is_some() || flow.distrust_until.is_some_and(|until| now < until) {
            return;
        }
        flow.since = Some(server_now);
        self.schedule.set_heard(platform, true, now);
        if self.account.link == Link::Polling {
            self.set_link(self.live());
        }
    }

    /// How the link stands when answers come.
    pub(super) fn live(&self) -> Link {
        let flows = self
            .inbound
            .flows
            .both()
            .into_iter()
            .any(|flow| flow.since.is_some());
        if flows { Link::Webhook } else { Link::Polling }
    }

    /// Reading has shown these: was there anything that a webhook should have
    /// told? Then webhooks have stopped, as far as we are concerned.
    pub(super) fn check_missed_webhooks(
        &mut self,
        platform: Platform,
        events: &[Event],
    ) -> Result<(), store::Error> {
        let Some(since) = self.inbound.flows[platform].since else {
            return Ok(());
        };
        let late = self.server_now().plus(LATE.negated());
        let seen = events.iter().filter_map(|event| match event {
            Event::Messages {
                conversation,
                messages,
                ..
            } => Some((conversation, messages)),
            _ => None,
        });
        for (conversation, messages) in seen {
            for seen in messages.iter().filter(|seen| seen.from_customer()) {
                let m = &seen.message;
                let due = m.at > since.plus(Span::seconds(2)) && m.at < late;
                // For stickers on Instagram there may be no webhook at all.
                let told = platform == Platform::Messenger || !m.text.is_empty();
                if due && told && !self.reader.knows(&m.mid)? && !self.waits(conversation)? {
                    self.distrust(platform);
                    return Ok(());
                }
            }
        }
        Ok(())
    }

    /// Whether something told of a conversation waits for it to be known.
    fn waits(&self, id: &ConversationId) -> Result<bool, store::Error> {
        Ok(match self.reader.conversation(id)? {
            Some(row) => !self.reader.parked(&row.psid)?.is_empty(),
            None => true,
        })
    }

    fn distrust(&mut self, platform: Platform) {
        let now = self.clock.now();
        self.inbound.flows[platform] = WebhookFlow {
            since: None,
            distrust_until: Some(now.plus(DISTRUST)),
        };
        self.schedule.set_heard(platform, false, now);
        if self.account.link == Link::Webhook {
            self.set_link(self.live());
        }
    }

    /// One transaction for all of it. The outbox first: a reply in doubt that an
    /// echo names is sent, before the cache says whose it is.
    /// `also` goes with it.
    async fn take_in(
        &mut self,
        heard: Vec<WebhookEvent>,
        also: Vec<Event>,
    ) -> Result<(), store::Error> {
        let people = heard.iter().filter_map(|heard| heard.psid.as_ref());
        let mut known = self.reader.threads_of(people)?;
        let mut events = also;
        let mut lines = Vec::new();
        let mut waiting = VecDeque::from(heard);
        while let Some(heard) = waiting.pop_front() {
            let Some(psid) = heard.psid.clone() else {
                self.page_told(&heard);
                let psid = Psid::new("");
                events.push(Event::Parked {
                    psid,
                    raw: heard.raw,
                    about: None,
                    unsent: false,
                });
                continue;
            };
            let Some(thread) = known.get(&psid) else {
                self.inbound.meet(&psid);
                if !heard.told.stands_in_a_thread() {
                    events.push(Event::Parked {
                        psid,
                        about: heard.told.about().cloned(),
                        unsent: matches!(heard.told, WebhookFact::Unsent(_)),
                        raw: heard.raw,
                    });
                    continue;
                }
                // Their words stand in the list at once, under a name of ours, until
                // Meta shows their conversation.
                let seen = unshown(&psid, heard.platform, heard.at, self.server_now());
                let thread = PersonThread {
                    id: seen.id.clone(),
                    platform: seen.platform,
                };
                known.insert(psid.clone(), thread);
                events.push(Event::Conversation(seen));
                waiting.push_front(heard);
                // What was told of them before, on the disk and in this very call.
                let mut kept = self.reader.parked(&psid)?;
                events.retain_mut(|event| match event {
                    Event::Parked {
                        psid: whose, raw, ..
                    } if *whose == psid => {
                        kept.push(std::mem::take(raw));
                        false
                    }
                    _ => true,
                });
                for told in told(&kept).into_iter().rev() {
                    waiting.push_front(told);
                }
                events.push(Event::Unparked { psid });
                continue;
            };
            let told = self.events_of(thread, heard, &mut events).await?;
            if told && !lines.contains(&thread.id) {
                lines.push(thread.id.clone());
            }
        }
        // Only what names no author may be a reply in doubt: an echo of ours names
        // its id, and that of a colleague is not ours.
        let nameless: Vec<Event> = events.iter().filter(|e| is_nameless(e)).cloned().collect();
        self.found_in(&nameless).await?;
        let taken = self.ingest(events).await;
        for id in std::mem::take(&mut self.inbound.read_again) {
            self.read_thread(&id, false);
        }
        for id in lines {
            self.pump(&id).await?;
        }
        taken
    }

    /// What one event means for its conversation. Answers whether its line may
    /// go on.
    async fn events_of(
        &mut self,
        thread: &PersonThread,
        heard: WebhookEvent,
        events: &mut Vec<Event>,
    ) -> Result<bool, store::Error> {
        let id = thread.id.clone();
        let WebhookEvent {
            at,
            told,
            raw,
            standby,
            ..
        } = heard;
        match told {
            WebhookFact::Message(message) => {
                self.customer_was_here(thread, at, standby, events);
                events.push(messages(id, message, raw));
                return Ok(true);
            }
            WebhookFact::Echo { message, local } => {
                let message = self.echo(&id, message, local, at).await?;
                events.push(messages(id, message, raw));
                return Ok(true);
            }
            WebhookFact::Delivered(through) => events.push(Event::Delivered {
                conversation: id,
                through,
            }),
            WebhookFact::Read(through) => events.push(Event::Read {
                conversation: id,
                through,
            }),
            WebhookFact::Seen(mid) => events.push(Event::Seen {
                conversation: id,
                mid,
            }),
            WebhookFact::Reacted(mid, with) => {
                if with != ReactedWith::Nothing {
                    self.customer_was_here(thread, at, standby, events);
                }
                events.push(Event::Reacted {
                    conversation: id,
                    mid,
                    with,
                    at,
                });
            }
            WebhookFact::Edited(mid, text, number) => {
                if text.is_none() && number != Some(0) {
                    // How it reads now is to be read.
                    self.inbound.read_again.insert(id.clone());
                }
                events.push(Event::Edited {
                    conversation: id,
                    mid,
                    text,
                    number,
                });
            }
            WebhookFact::Unsent(mid) => events.push(Event::Unsent {
                conversation: id,
                mid,
            }),
            WebhookFact::Happened(what) => {
                self.happened(id, at, what, raw, events);
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// An echo: whose message it is, and whether a reply of ours went out with it.
    async fn echo(
        &mut self,
        id: &ConversationId,
        mut message: Message,
        local: Option<LocalId>,
        at: Timestamp,
    ) -> Result<Message, store::Error> {
        let ours = match &message.author {
            Author::App(app) => self.account.apps.ours.as_ref() == Some(app),
            _ => false,
        };
        if !ours {
            return Ok(message);
        }
        message.author = Author::Me;
        if let Some(local) = local {
            let mid = message.mid.clone();
            let mut steps = self.outbox.echoed(id, &local, mid.clone(), at);
            if steps.is_empty()
                && let Some(row) = self.reader.reply(&local)?
                && row.conversation == *id
                && row.state != SendState::Sent(mid.clone())
            {
                steps = self.outbox.recalled(row, mid, at);
            }
            self.carry_out(steps).await?;
        }
        Ok(message)
    }

    fn happened(
        &mut self,
        id: ConversationId,
        at: Timestamp,
        what: TimelineEvent,
        raw: String,
        events: &mut Vec<Event>,
    ) {
        let ours = self.account.apps.ours.as_ref();
        let mut own = false;
        if let TimelineEvent::Moved {
            from, to, taken, ..
        } = &what
        {
            own = ours.is_some()
                && if *taken {
                    to.as_ref() == ours
                } else {
                    from.as_ref() == ours
                };
            let owner = match to {
                Some(app) if ours == Some(app) => ThreadOwner::Us,
                Some(app) => ThreadOwner::App(app.clone()),
                None => ThreadOwner::Idle,
            };
            if matches!(owner, ThreadOwner::App(_)) && !self.apps_known {
                self.unclear_owners.push(id.clone());
            }
            events.push(Event::HandedTo {
                conversation: id.clone(),
                to: owner,
                at: self.by_our_clock(at),
                until: at.plus(CONTROL),
            });
        }
        events.push(Event::Happened {
            conversation: id,
            at,
            what,
            own,
            raw,
        });
    }

    /// Where the Page routes, the channel says whether we are in charge.
    fn customer_was_here(
        &self,
        thread: &PersonThread,
        at: Timestamp,
        standby: bool,
        events: &mut Vec<Event>,
    ) {
        if self.account.routing[thread.platform] != Routing::Enabled {
            return;
        }
        events.push(Event::InCharge {
            conversation: thread.id.clone(),
            us: !standby,
            at: self.by_our_clock(at),
            until: at.plus(CONTROL),
        });
    }

    /// Something about the Page, not about a person.
    fn page_told(&self, heard: &WebhookEvent) {
        if let WebhookFact::Happened(TimelineEvent::Enforced { action, reason }) = &heard.told {
            let words = format!("Meta enforces its policy on the Page: {action}. {reason}");
            self.tell(Change::Notice(Severity::Problem, words));
        }
    }

    /// Meta's header has whole seconds: less than two of them are noise.
    fn by_our_clock(&self, at: Timestamp) -> Timestamp {
        let skew = self.account.skew();
        match skew.as_millis().abs() {
            0..=2_000 => at,
            _ => at.plus(skew.negated()),
        }
    }

    /// People of whom webhooks told while nobody was here to ask.
    pub(super) async fn remember_strangers(&mut self) -> Result<(), store::Error> {
        let mut first = Vec::new();
        for psid in self.reader.strangers(1_000)? {
            // One fact makes the row, which then gets all the others.
            let told = told(&self.reader.parked(&psid)?);
            first.extend(told.into_iter().find(|told| told.told.stands_in_a_thread()));
            self.inbound.meet(&psid);
        }
        for psid in self.reader.unshown(1_000)? {
            self.inbound.meet(&psid);
        }
        self.take_in(first, Vec::new()).await
    }

    /// Asks once more for those whose pause is over.
    pub(super) fn ask_again_for_strangers(&mut self) {
        let now = self.clock.now();
        let due: Vec<Psid> = self
            .inbound
            .again
            .extract_if(.., |again| again.at <= now)
            .map(|again| again.psid)
            .collect();
        if !due.is_empty() {
            self.inbound.strangers.extend(due);
            self.ask_for_strangers();
        }
    }

    /// Asks for the conversation of one of them.
    pub(super) fn ask_for_strangers(&mut self) {
        if self.inbound.asking {
            return;
        }
        let Some(psid) = self.inbound.strangers.pop() else {
            return;
        };
        self.inbound.asking = true;
        let (graph, instagram) = (self.graph.clone(), self.instagram.clone());
        self.go(async move {
            // The id does not say where it is from.
            let mut result = graph
                .conversation_with(&psid, Platform::Messenger, instagram.as_deref())
                .await;
            if instagram.is_some() && result.as_ref().is_ok_and(|page| page.events.is_empty()) {
                result = graph
                    .conversation_with(&psid, Platform::Instagram, instagram.as_deref())
                    .await;
            }
            Completion::Stranger { psid, result }
        });
    }

    /// After 5 s, 30 s, 2 min, 10 min, and then every half hour (our choice).
    fn ask_later(&mut self, psid: Psid) {
        const PAUSES: [i64; 5] = [5, 30, 120, 600, 1_800];
        let failures = self.inbound.failures.entry(psid.clone()).or_default();
        let pause = PAUSES[(*failures).min(PAUSES.len() - 1)];
        *failures += 1;
        let at = self.clock.now().plus(Span::seconds(pause));
        self.inbound.again.push(AskAgain { psid, at });
    }

    /// One of them is known now, or will be asked for again.
    pub(super) async fn stranger_read(
        &mut self,
        psid: Psid,
        result: Result<graph::Decoded, graph::Error>,
    ) -> Result<(), store::Error> {
        self.inbound.asking = false;
        match result {
            // Not shown, or not to be read: what Meta has got its 200 for is kept, and
            // read again some time.
            Ok(page) if page.events.is_empty() => self.ask_later(psid),
            Ok(page) => {
                self.inbound.failures.remove(&psid);
                self.ingest(page.events.clone()).await?;
                self.unpark(&page.events).await?;
            }
            Err(error) => {
                self.note_failure(&error);
                self.ask_later(psid);
            }
        }
        self.ask_for_strangers();
        Ok(())
    }

    /// Takes in what was kept for people whose conversation is known now.
    pub(super) async fn unpark(&mut self, events: &[Event]) -> Result<(), store::Error> {
        for event in events {
            let Event::Conversation(seen) = event else {
                continue;
            };
            let kept = self.reader.parked(&seen.psid)?;
            if kept.is_empty() {
                continue;
            }
            let psid = seen.psid.clone();
            self.take_in(told(&kept), vec![Event::Unparked { psid }])
                .await?;
        }
        Ok(())
    }

    /// Tells of windows that close soon, once each.
    pub(super) fn alarm(&mut self) -> Result<(), store::Error> {
        let now = self.server_now();
        for (before, window) in ALARMS {
            let from = now.plus(window.negated());
            let day = window == crate::domain::RESPONSE_WINDOW;
            for row in self.reader.waiting_since(from, from.plus(before), day)? {
                let opened = row.opened_at.filter(|_| day);
                let Some(wrote) = row.customer_at.max(opened) else {
                    continue;
                };
                let until = wrote.plus(window);
                let alarm = (row.id.clone(), until);
                if self.inbound.alarmed.contains(&alarm) {
                    continue;
                }
                self.inbound.alarmed.push(alarm);
                self.tell(Change::WindowClosing {
                    name: row.display_name(),
                    conversation: row.id,
                    until,
                });
            }
        }
        self.inbound.alarmed.retain(|(_, until)| *until > now);
        Ok(())
    }
}

/// What kept webhooks told.
fn told(kept: &[String]) -> Vec<WebhookEvent> {
    let read = kept.iter().filter_map(|raw| graph::decode_webhook(raw));
    read.flat_map(|delivery| delivery.heard).collect()
}

/// A conversation that Meta has not shown yet, under our own name.
fn unshown(psid: &Psid, platform: Platform, at: Timestamp, now: Timestamp) -> ConversationSeen {
    ConversationSeen {
        id: ConversationId::of_person(psid),
        psid: psid.clone(),
        platform,
        name: None,
        username: None,
        snippet: None,
        updated_at: at,
        unread: None,
        can_reply: None,
        is_owner: None,
        at: now,
    }
}

/// Messages of the Page by nobody knows whom.
fn is_nameless(event: &Event) -> bool {
    match event {
        Event::Messages { messages, .. } => messages
            .iter()
            .all(|seen| seen.message.author == Author::Page),
        _ => false,
    }
}

fn messages(conversation: ConversationId, message: Message, raw: String) -> Event {
    Event::Messages {
        conversation,
        messages: vec![MessageSeen {
            message,
            raw,
            from_webhook: true,
        }],
        older: None,
    }
}
