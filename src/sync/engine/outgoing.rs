//! Carries out what the outbox wants done, and feeds it what came of it.

use super::files;
use crate::{
    domain::{
        Change, Content, Conversation, ConversationId, Event, Mid, NewReply, Operation,
        OperationKind, Outgoing, Platform, Psid, Remedy, ReplyPart, Routing, STALE_AFTER, SendAs,
        SendState, Span, ThreadOwner, TimelineEvent, Timestamp,
    },
    failpoint,
    graph::{self, Control, Recipient, Reply, Verdict},
    store,
    sync::{
        engine::state::{Completion, Engine},
        outbox::{ATTEMPT_LIMIT, Facts, MediaIds, SendOutcome, SendStep, TOLD_APART},
    },
};

/// Replies that were sent are remembered for so long.
const REMEMBER_SENT: Span = Span::days(30);
/// Replies that were dropped after they had been tried, for so long.
const REMEMBER_DROPPED: Span = Span::hours(24);

impl Engine {
    /// What a dead program left behind. The replies come first, and what the disk
    /// does not take of the rest holds nothing up.
    pub(super) async fn restore(&mut self) -> Result<(), store::Error> {
        let now = self.clock.now();
        let mut worked = self.restore_replies(now).await;
        let asking = self.options.asking.clone();
        let asked = self.writer.asking(asking, self.server_now()).await;
        if matches!(asked, Ok(true)) {
            self.turn_at = now;
        }
        worked = worked.and(asked.map(drop));
        if self.options.once {
            return worked;
        }
        self.profile_calls = self.reader.profile_calls().unwrap_or_default();
        let repaired = self.writer.repair_triage(self.server_now()).await;
        worked = worked.and(repaired.map(drop));
        worked = worked.and(self.writer.give_back_refused(now).await.map(drop));
        self.write_record().await;
        worked = worked.and(self.remember_strangers().await);
        self.ask_for_strangers();
        if self.sends() {
            worked = worked.and(self.restore_hand_backs(now).await);
        }
        let forgotten = self.writer.forget_sent(
            now.plus(REMEMBER_SENT.negated()),
            now.plus(REMEMBER_DROPPED.negated()),
        );
        worked = worked.and(forgotten.await.map(drop));
        self.retain_at = self.options.keep.map(|_| now.plus(Span::seconds(5)));
        worked
    }

    async fn restore_replies(&mut self, now: Timestamp) -> Result<(), store::Error> {
        let rows = self
            .reader
            .outbox(now.plus(TOLD_APART.negated()), TOLD_APART)?;
        let drafts = self.reader.draft_files();
        if let Ok(drafts) = &drafts {
            files::tidy(&self.options.files, &rows, drafts);
        }
        let steps = self.outbox.restore(rows, now);
        self.carry_out(steps).await.and(drafts.map(drop))
    }

    /// Threads that were to go back behind a reply.
    async fn restore_hand_backs(&mut self, now: Timestamp) -> Result<(), store::Error> {
        for row in self.reader.hand_backs()? {
            let id = row.conversation.clone();
            let late = now.since(row.tried_at.unwrap_or(row.at)) > STALE_AFTER;
            match row.hand_back {
                // It went with the reply.
                _ if self.inline(self.platform(&id)) => self.writer.handed_back(id).await?,
                Some(hand_back) if !late => {
                    self.outbox
                        .operate_next(&id, row.psid, Operation::Pass(hand_back));
                    self.pump(&id).await?;
                }
                _ => {
                    let key = Remedy::HandBack;
                    let why =
                        format!("switchboard was closed before that. Press {key} to hand back.");
                    self.failed(id.clone(), OperationKind::Pass, why);
                    self.writer.handed_back(id).await?;
                }
            }
        }
        Ok(())
    }

    /// Something an agent asks for. A reply is on the disk before anything else
    /// happens to it.
    pub(super) async fn operate(
        &mut self,
        id: ConversationId,
        psid: Psid,
        operation: Operation,
        now: Timestamp,
    ) -> Result<(), store::Error> {
        if let Operation::Reply(reply) = operation {
            let rows = rows(&id, &psid, reply.clone(), now);
            if let Err(error) = self.writer.enter(rows.clone()).await {
                // Nothing leaves that is not written down first.
                let why = format!("Not sent: {error}. Your text is only on the screen.");
                self.tell(Change::ReplyNotKept {
                    conversation: id.clone(),
                    psid,
                    reply: Box::new(reply),
                    why,
                });
                self.changed(&id);
                return Ok(());
            }
            self.changed(&id);
            for row in rows {
                self.outbox.enter(row);
            }
        } else {
            self.outbox.operate(&id, psid, operation);
        }
        self.pump(&id).await?;
        if !self.is_live() {
            self.tell_waiting(&id);
        }
        Ok(())
    }

    /// The replies of a line that are not on their way are only written down:
    /// the composer is done with them.
    pub(super) fn tell_waiting(&self, id: &ConversationId) {
        for local in self.outbox.queued(id) {
            self.tell(Change::ReplyWaiting {
                conversation: id.clone(),
                local,
                held: None,
            });
        }
    }

    /// Lets a line go on.
    pub(super) async fn pump(&mut self, id: &ConversationId) -> Result<(), store::Error> {
        if !self.sends() {
            // What waits is for a desk that sends.
            return Ok(());
        }
        if !self.outbox.has_queue(id) {
            return Ok(());
        }
        loop {
            let facts = self.facts(id)?;
            let steps = self.outbox.go(id, &facts);
            if let [SendStep::Operate(_, _, Operation::Take)] = steps.as_slice()
                && self.holds(id)
            {
                // Asked for twice, or it came to us meanwhile.
                self.outbox.operated(id);
                continue;
            }
            let again = matches!(steps.as_slice(), [SendStep::Record(_)]);
            let done = self.carry_out(steps).await;
            if !again {
                return done;
            }
        }
    }

    /// We hold the thread, as far as is known, and control has not run out.
    fn holds(&self, id: &ConversationId) -> bool {
        let row = self.reader.conversation(id).ok().flatten();
        let until = |c: &Conversation| c.control_until.is_none_or(|at| at > self.server_now());
        row.is_some_and(|c| c.owner == ThreadOwner::Us && until(&c))
    }

    /// Whether a hand-back may ride along with a reply.
    fn inline(&self, platform: Platform) -> bool {
        self.account.routing[platform] == Routing::Enabled
    }

    pub(super) fn facts(&self, id: &ConversationId) -> Result<Facts, store::Error> {
        let mut facts = Facts {
            now: self.clock.now(),
            server_now: self.server_now(),
            ..Facts::default()
        };
        if let Some(c) = self.reader.conversation(id)? {
            facts.known = c.known();
            facts.opened_at = c.opened_at;
            facts.agent_at = c.agent_at;
            facts.elsewhere = self.inline(c.platform)
                && !matches!(c.owner, ThreadOwner::Us | ThreadOwner::Unknown);
        }
        Ok(facts)
    }

    /// Does what the outbox wants, in its order. What the disk does not take is
    /// written again later, before anything else is; until then nothing is sent.
    /// Whatever follows is done all the same: it is true, on the disk or not.
    pub(super) async fn carry_out(&mut self, steps: Vec<SendStep>) -> Result<(), store::Error> {
        let mut trouble = self.write_again().await;
        let mut steps = steps.into_iter();
        while let Some(step) = steps.next() {
            match step {
                SendStep::Upload(row) => self.upload(row),
                SendStep::Post(row, media) => self.post(row, media),
                SendStep::Operate(id, psid, operation) => {
                    let graph = self.graph.clone();
                    let platform = self.platform(&id);
                    let persona = self.persona_on(platform);
                    self.go(async move {
                        let whom = Whom {
                            psid: &psid,
                            platform,
                            persona: persona.as_deref(),
                        };
                        let result = perform(&graph, whom, &operation).await;
                        Completion::Operated {
                            id,
                            operation,
                            result,
                        }
                    });
                }
                SendStep::Read(id) => {
                    if !self.read_thread(&id, false) {
                        // Once the list knows it, it can be read; of one that Meta
                        // does not show, nothing fresher is to be had.
                        self.outbox.read_failed(&id, id.is_ours(), self.clock.now());
                    }
                }
                SendStep::Record(row) if row.state == SendState::Sending => {
                    let claimed = match self.unwritten.is_empty() {
                        true => self.claim(&row).await,
                        false => Ok(false),
                    };
                    if !matches!(claimed, Ok(true)) {
                        self.outbox.not_recorded(&row, self.clock.now());
                        // The attempt that was to follow is not made.
                        steps.next();
                    }
                    trouble = trouble.and(claimed.map(drop));
                }
                step => {
                    let written = match self.unwritten.is_empty() {
                        true => self.write(&step).await,
                        false => Err(store::Error::Full),
                    };
                    if let Err(error) = written {
                        self.unwritten.push(step);
                        trouble = trouble.and(Err(error));
                    }
                }
            }
        }
        trouble
    }

    /// What the disk did not take, again, in its order.
    pub(super) async fn write_again(&mut self) -> Result<(), store::Error> {
        while let Some(step) = self.unwritten.first().cloned() {
            self.write(&step).await?;
            self.unwritten.remove(0);
        }
        Ok(())
    }

    async fn claim(&mut self, row: &Outgoing) -> Result<bool, store::Error> {
        let claimed = self.writer.record(row.clone(), None).await?;
        if claimed {
            self.changed(&row.conversation);
        }
        Ok(claimed)
    }

    /// Writes one thing down and tells what it means.
    async fn write(&mut self, step: &SendStep) -> Result<(), store::Error> {
        let now = self.clock.now();
        match step {
            SendStep::Record(row) => {
                // Somebody may be typing where the thread is open.
                let open = self.open.as_ref() == Some(&row.conversation);
                self.writer
                    .record(row.clone(), (!open).then_some(now))
                    .await?;
                if row.state == SendState::Dropped {
                    files::settled(row);
                }
                self.tell_state(row);
            }
            SendStep::GiveBack(row) => {
                self.writer.take_back(row.clone(), now).await?;
                self.tell(Change::ReplyReturned {
                    conversation: row.conversation.clone(),
                    returned: Box::new(row.returned()),
                });
                self.changed(&row.conversation);
            }
            SendStep::Again { old, new } => {
                self.writer.again(old.clone(), new.clone()).await?;
                self.changed(&new.conversation);
            }
            SendStep::Sent { row, mid, at } => self.sent(row.clone(), mid.clone(), *at).await?,
            SendStep::Upload(_)
            | SendStep::Post(..)
            | SendStep::Operate(..)
            | SendStep::Read(_) => {}
        }
        if self.cannot_save.take().is_some() {
            self.tell(Change::Storage(None));
        }
        Ok(())
    }

    /// Meta has a reply. The hand-back that belongs to it went with it, or
    /// comes next in the line.
    async fn sent(&mut self, row: Outgoing, mid: Mid, at: Timestamp) -> Result<(), store::Error> {
        let now = self.clock.now();
        let id = row.conversation.clone();
        let platform = self.platform(&id);
        let inline = self.inline(platform);
        let record = self.entries_of_reply(&row, at, inline)?;
        let after_all = self
            .writer
            .accept(row.clone(), mid.clone(), record, now)
            .await?;
        if after_all {
            self.tell(Change::RefusedButSent {
                conversation: id.clone(),
                text: row.content.typed().to_owned(),
            });
        }
        let mut events = vec![Event::Accepted {
            conversation: id.clone(),
            local: row.local.clone(),
            mid,
            at,
        }];
        if let (true, Some(hand_back)) = (inline, &row.hand_back) {
            // By our own clock, as all that is said of owners.
            events.push(Event::Did {
                conversation: id.clone(),
                at: now,
                what: TimelineEvent::passed_to(hand_back.to.clone()),
            });
        }
        self.ingest_or_keep(events).await?;
        // Behind what is shown: a slow disk holds up the record alone.
        self.write_record().await;
        files::settled(&row);
        let Some(hand_back) = row.hand_back else {
            return Ok(());
        };
        if !inline && now.since(row.at) <= STALE_AFTER {
            self.outbox
                .operate_next(&id, row.psid, Operation::Pass(hand_back));
            return Ok(());
        }
        if !inline {
            let key = Remedy::HandBack;
            let why = format!("The reply was only just found. Press {key} to hand back.");
            self.failed(id.clone(), OperationKind::Pass, why);
        }
        self.writer.handed_back(id).await
    }

    /// What is true whether the cache takes it or not: it is tried again, and
    /// nothing waits for it.
    pub(super) async fn ingest_or_keep(&mut self, events: Vec<Event>) -> Result<(), store::Error> {
        if events.is_empty() {
            return Ok(());
        }
        let taken = self.ingest(events.clone()).await;
        if taken.is_err() {
            self.late_events.extend(events);
        }
        self.cope(taken)
    }

    pub(super) fn platform(&self, id: &ConversationId) -> Platform {
        let row = self.reader.conversation(id).ok().flatten();
        row.map_or(Platform::Messenger, |c| c.platform)
    }

    fn changed(&self, id: &ConversationId) {
        self.tell(Change::Thread(id.clone()));
        self.tell(Change::Inbox);
    }

    /// What a person should know of where a row stands now.
    fn tell_state(&self, row: &Outgoing) {
        let conversation = row.conversation.clone();
        let local = row.local.clone();
        match &row.state {
            SendState::Refused { why, .. } => {
                let why = format!("Not sent; your text is still here. {why}");
                self.tell(Change::ReplyNotSent {
                    conversation,
                    local,
                    why,
                    returned: Box::new(row.returned()),
                });
                self.changed(&row.conversation);
                return;
            }
            SendState::Unsure if row.looks == 0 => {
                let why = "Not confirmed: Meta may have the reply. Checking before anything is sent again.";
                self.tell(Change::ReplyUnconfirmed {
                    conversation,
                    why: why.into(),
                });
            }
            SendState::Held(held) => self.tell(Change::ReplyWaiting {
                conversation,
                local,
                held: Some(*held),
            }),
            SendState::Queued => self.tell(Change::ReplyWaiting {
                conversation,
                local,
                held: None,
            }),
            _ => {}
        }
        self.changed(&row.conversation);
    }

    fn post(&mut self, row: Outgoing, media: MediaIds) {
        let platform = self.platform(&row.conversation);
        let inline = self.inline(platform);
        let persona = self.persona_on(platform);
        let (graph, clock) = (self.graph.clone(), self.clock.clone());
        self.go(async move {
            let reply = Reply {
                local: row.local.clone(),
                attempt: row.attempt,
                to: Recipient::Person(row.psid.clone()),
                platform,
                content: row.content.clone(),
                media: media.ids.clone(),
                quote: row.quote.clone(),
                silent: row.silent,
                persona: persona.clone(),
                send_as: row.send_as,
                hand_back: row.hand_back.clone().filter(|_| inline),
            };
            failpoint::reach("send.connect");
            let sent = clock.within(ATTEMPT_LIMIT, graph.send(&reply)).await;
            let result = sent.unwrap_or_else(|| Err(graph.too_long()));
            failpoint::reach("send.answered");
            Completion::Posted { row, media, result }
        });
    }

    /// An attempt is over.
    pub(super) async fn posted(
        &mut self,
        mut row: Outgoing,
        media: MediaIds,
        result: Result<Option<Mid>, graph::Error>,
    ) -> Result<(), store::Error> {
        let now = self.clock.now();
        row.conversation = self.called(row.conversation);
        let id = row.conversation.clone();
        let gone = result.as_ref().is_err_and(graph::Error::media_gone);
        let answer = match result {
            Ok(Some(mid)) => {
                self.note_success();
                SendOutcome::Sent(mid)
            }
            Ok(None) => SendOutcome::Unknown,
            Err(error) => {
                self.note_refusal(&error);
                self.check_persona(&error, self.platform(&id));
                match media.reused && error.media_gone() {
                    true => SendOutcome::MediaGone,
                    false => self.outcome_of(&error, &row, now),
                }
            }
        };
        if answer == SendOutcome::Unknown {
            self.schedule.hurry(now);
        }
        let mut forgotten = Ok(());
        if gone {
            // What was sent before by its id is offered no more, either.
            let mut ids = media.ids;
            if let Content::Saved(media) = &row.content {
                ids.push(media.place.clone());
            }
            forgotten = self.media_gone(ids).await;
        }
        let server_now = self.server_now();
        let steps = self
            .outbox
            .answered(&id, &row.local, row.attempt, answer, now, server_now);
        let written = self.carry_out(steps).await;
        forgotten.and(written).and(self.pump(&id).await)
    }

    /// What an error means for a reply.
    pub(super) fn outcome_of(
        &self,
        error: &graph::Error,
        row: &Outgoing,
        now: Timestamp,
    ) -> SendOutcome {
        match error.verdict() {
            // An error that is no clear refusal may hide a success, whatever its
            // code says.
            Verdict::Unknown => SendOutcome::Unknown,
            _ if error.is_token() => SendOutcome::Token,
            _ if error.throttled().is_some() => {
                SendOutcome::Throttled(self.schedule.paused_until(now))
            }
            _ if error.window_over() && row.send_as == SendAs::Response => SendOutcome::WindowOver,
            Verdict::Refused => SendOutcome::Refused(error.to_string()),
            Verdict::NotSent => SendOutcome::NotConnected,
        }
    }

    /// Messages that arrived by whatever way may be replies in doubt.
    pub(super) async fn found_in(&mut self, events: &[Event]) -> Result<(), store::Error> {
        for event in events {
            if let Event::Messages {
                conversation,
                messages,
                ..
            } = event
            {
                let steps = self.outbox.found(conversation, messages);
                if !steps.is_empty() {
                    self.carry_out(steps).await?;
                    self.pump(conversation).await?;
                }
            }
        }
        Ok(())
    }

    /// The refusal comes first: the screen then reloads knowing of it.
    pub(super) fn failed(
        &self,
        conversation: ConversationId,
        operation: OperationKind,
        why: String,
    ) {
        self.tell(Change::Failed {
            conversation: conversation.clone(),
            operation,
            why,
        });
        self.changed(&conversation);
    }
}

/// A reply as the outbox keeps it: a row a message, in their order, the hand-back
/// with the last.
fn rows(id: &ConversationId, psid: &Psid, reply: NewReply, now: Timestamp) -> Vec<Outgoing> {
    let NewReply {
        parts,
        send_as,
        silent,
        mut hand_back,
        known,
        delay,
    } = reply;
    let mut follows = None;
    let count = parts.len();
    let row = |(at, part): (usize, ReplyPart)| Outgoing {
        follows: follows.replace(part.local.clone()),
        local: part.local,
        conversation: id.clone(),
        psid: psid.clone(),
        at: now,
        send_as: match part.content.template() {
            Some(template) if template.is_utility() => SendAs::Utility,
            _ => send_as,
        },
        content: part.content,
        quote: part.quote,
        silent,
        hand_back: if at + 1 == count {
            hand_back.take()
        } else {
            None
        },
        known,
        not_before: (delay > Span::ZERO).then(|| now.plus(delay)),
        attempt: 0,
        tried_at: None,
        looks: 0,
        state: SendState::Queued,
    };
    parts.into_iter().enumerate().map(row).collect()
}

/// Whom a call is about, and who makes it.
struct Whom<'a> {
    psid: &'a Psid,
    platform: Platform,
    persona: Option<&'a str>,
}

/// Makes a call that is no reply.
async fn perform(
    graph: &graph::Client,
    whom: Whom<'_>,
    operation: &Operation,
) -> Result<(), graph::Error> {
    let Whom {
        psid,
        platform,
        persona,
    } = whom;
    let control = match operation {
        Operation::React { mid, emoji } => {
            let emoji = emoji.as_deref();
            let first = graph.react(psid, mid, emoji, platform).await;
            return match first {
                // Whatever became of it: twice is as good as once.
                Err(error) if error.verdict() != Verdict::Refused => {
                    graph.react(psid, mid, emoji, platform).await
                }
                done => done,
            };
        }
        // Replies go through the outbox.
        Operation::Reply(_) => return Ok(()),
        Operation::MarkSeen => return graph.sender_action(psid, "mark_seen", None).await,
        Operation::Typing(on) => {
            let action = if *on { "typing_on" } else { "typing_off" };
            return graph.sender_action(psid, action, persona).await;
        }
        Operation::Take => Control::Take,
        Operation::Pass(hand_back) => Control::Pass {
            to: hand_back.to.clone(),
            metadata: graph::note_json(&hand_back.note, None),
        },
        Operation::Release => Control::Release,
        Operation::Extend(span) => Control::Extend(*span),
        Operation::Request => Control::Request,
    };
    graph.control(psid, &control).await
}
