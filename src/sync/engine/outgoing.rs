//! Carries out what the outbox wants done, and feeds it what came of it.

use super::{Done, Engine, REMEMBER_SENT};
use crate::{
    domain::{
        Act, Ask, Change, ConversationId, Event, Happening, Known, Link, Mid, Outgoing, Platform,
        Psid, Routing, STALE_AFTER, SendAs, SendState, Span, ThreadOwner, Timestamp,
    },
    failpoint,
    graph::{self, Control, Reply, Verdict},
    store,
    sync::outbox::{Answer, Facts, TOLD_APART, Todo},
};

impl Engine {
    /// What a dead program left behind.
    pub(super) async fn restore(&mut self) -> Result<(), store::Error> {
        let now = self.clock.now();
        let rows = self
            .reader
            .outbox(now.plus(TOLD_APART.negated()), TOLD_APART)?;
        let todos = self.outbox.restore(rows, now);
        self.carry_out(todos).await?;
        if self.options.once {
            return Ok(());
        }
        for row in self.reader.hand_backs()? {
            let late = now.since(row.tried_at.unwrap_or(row.at)) > STALE_AFTER;
            match row.hand_back {
                Some(hand_back) if !late => {
                    self.outbox
                        .ask_next(&row.conversation, row.psid.clone(), Ask::Pass(hand_back));
                    self.pump(&row.conversation).await?;
                }
                _ => self.tell(Change::Failed {
                    conversation: row.conversation.clone(),
                    act: Act::Pass,
                    why: "switchboard was closed before it was made.".into(),
                }),
            }
            self.writer.handed_back(row.local).await?;
        }
        self.writer
            .forget_sent(now.plus(REMEMBER_SENT.negated()))
            .await?;
        self.retain_at = self.options.keep.map(|_| now.plus(Span::seconds(5)));
        Ok(())
    }

    /// Something an agent asks for. A reply is on the disk before anything else
    /// happens to it.
    pub(super) async fn ask(
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
            hand_back,
            known,
        } = ask
        {
            let row = Outgoing {
                local,
                conversation: id.clone(),
                psid,
                at: now,
                text,
                send_as,
                hand_back,
                known,
                attempt: 0,
                tried_at: None,
                looks: 0,
                state: SendState::Queued,
            };
            if let Err(error) = self.writer.enter(row.clone()).await {
                // Nothing leaves that is not written down first.
                let why = format!("Not sent: {error}. Your text is only on the screen.");
                self.failed(id, Act::Send, why);
                return Ok(());
            }
            self.changed(&id);
            self.outbox.enter(row);
        } else {
            self.outbox.ask(&id, psid, ask);
        }
        self.pump(&id).await?;
        if self.link != Link::Polling {
            self.tell_waiting(&id);
        }
        Ok(())
    }

    /// The replies of a line that are not on their way are only written down:
    /// the composer is done with them.
    pub(super) fn tell_waiting(&self, id: &ConversationId) {
        for local in self.outbox.queued(id) {
            self.tell(Change::Waits {
                conversation: id.clone(),
                local,
                held: None,
            });
        }
    }

    /// Lets a line go on.
    pub(super) async fn pump(&mut self, id: &ConversationId) -> Result<(), store::Error> {
        loop {
            let facts = self.facts(id)?;
            let todos = self.outbox.go(id, &facts);
            if let [Todo::Act(_, _, Ask::Take)] = todos.as_slice()
                && self.owner(id)? == Some(ThreadOwner::Us)
            {
                // Asked for twice, or it came to us meanwhile.
                self.outbox.acted(id);
                continue;
            }
            let again = matches!(todos.as_slice(), [Todo::Record(_)]);
            self.carry_out(todos).await?;
            if !again {
                return Ok(());
            }
        }
    }

    fn owner(&self, id: &ConversationId) -> Result<Option<ThreadOwner>, store::Error> {
        Ok(self.reader.conversation(id)?.map(|c| c.owner))
    }

    /// Whether a hand-back may ride along with a reply.
    fn inline(&self, platform: Platform) -> bool {
        self.page.routing(platform) == Routing::Enabled
    }

    pub(super) fn facts(&self, id: &ConversationId) -> Result<Facts, store::Error> {
        let mut facts = Facts {
            now: self.clock.now(),
            server_now: self.server_now(),
            ..Facts::default()
        };
        if let Some(c) = self.reader.conversation(id)? {
            facts.known = Known {
                customer_at: c.customer_at,
                page_at: c.page_at,
            };
            facts.agent_at = c.agent_at;
            facts.elsewhere = self.inline(c.platform)
                && !matches!(c.owner, ThreadOwner::Us | ThreadOwner::Unknown);
        }
        Ok(facts)
    }

    /// Does what the outbox wants, in its order. Where the disk does not take a
    /// row, what was to follow is not done.
    pub(super) async fn carry_out(&mut self, todos: Vec<Todo>) -> Result<(), store::Error> {
        for todo in todos {
            match todo {
                Todo::Enter(row) => self.writer.enter_again(row).await?,
                Todo::Record(row) => {
                    if !self.record(row).await? {
                        break;
                    }
                }
                Todo::GiveBack(row) => {
                    let id = row.conversation.clone();
                    self.writer.take_back(row, self.clock.now()).await?;
                    self.changed(&id);
                }
                Todo::Sent { row, mid, at } => self.sent(row, mid, at).await?,
                Todo::Post(row) => self.post(row)?,
                Todo::Act(id, psid, ask) => {
                    let graph = self.graph.clone();
                    self.go(async move {
                        let result = perform(&graph, &psid, &ask).await;
                        Done::Asked { id, ask, result }
                    });
                }
                Todo::Read(id) => {
                    if !self.read_thread(&id, false) {
                        self.outbox.read_failed(&id, true, self.clock.now());
                    }
                }
            }
        }
        Ok(())
    }

    /// Meta has a reply. The hand-back that belongs to it went with it, or
    /// comes next in the line.
    async fn sent(&mut self, row: Outgoing, mid: Mid, at: Timestamp) -> Result<(), store::Error> {
        let now = self.clock.now();
        let id = row.conversation.clone();
        let platform = self.platform(&id)?;
        let inline = self.inline(platform);
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
                what: Happening::PassedTo(hand_back.to.clone()),
            });
        }
        if let Err(error) = self.ingest(events).await {
            self.unrecorded.push(row);
            return Err(error);
        }
        let Some(hand_back) = row.hand_back else {
            return Ok(());
        };
        if !inline && now.since(row.at) > STALE_AFTER {
            let why = "The reply was found only now; b hands back.".to_owned();
            self.failed(id, Act::Pass, why);
        } else if !inline {
            self.outbox.ask_next(&id, row.psid, Ask::Pass(hand_back));
        }
        self.writer.handed_back(row.local).await
    }

    fn platform(&self, id: &ConversationId) -> Result<Platform, store::Error> {
        let row = self.reader.conversation(id)?;
        Ok(row.map_or(Platform::Messenger, |c| c.platform))
    }

    fn changed(&self, id: &ConversationId) {
        self.tell(Change::Thread(id.clone()));
        self.tell(Change::Inbox);
    }

    /// Writes down where a row stands. `false`: it is not on the disk, so
    /// nothing may follow from it.
    async fn record(&mut self, row: Outgoing) -> Result<bool, store::Error> {
        let now = self.clock.now();
        let sending = row.state == SendState::Sending;
        if sending && !self.unrecorded.is_empty() {
            self.outbox.not_recorded(&row, now);
            return Ok(false);
        }
        let written = self.writer.record(row.clone(), now).await;
        let id = row.conversation.clone();
        match written {
            Ok(true) => {}
            Ok(false) if sending => {
                self.outbox.not_recorded(&row, now);
                return Ok(false);
            }
            Ok(false) => {}
            Err(error) if sending => {
                self.outbox.not_recorded(&row, now);
                return Err(error);
            }
            Err(error) => {
                self.unrecorded.push(row);
                return Err(error);
            }
        }
        match &row.state {
            SendState::Refused { why, .. } => self.failed(id, Act::Send, not_sent(why)),
            SendState::Unsure if row.looks == 0 => {
                let why = "Not confirmed: Meta may have the reply, so it is looked for and not sent again.";
                self.tell(Change::InDoubt {
                    conversation: id.clone(),
                    why: why.into(),
                });
                self.changed(&id);
            }
            SendState::Held(_) | SendState::Queued => {
                let held = match row.state {
                    SendState::Held(held) => Some(held),
                    _ => None,
                };
                self.tell(Change::Waits {
                    conversation: id.clone(),
                    local: row.local,
                    held,
                });
                self.changed(&id);
            }
            _ => self.changed(&id),
        }
        Ok(true)
    }

    /// The rows that the disk did not take, again.
    pub(super) async fn record_again(&mut self) -> Result<(), store::Error> {
        let now = self.clock.now();
        while let Some(row) = self.unrecorded.first().cloned() {
            self.writer.record(row, now).await?;
            self.unrecorded.remove(0);
        }
        if std::mem::take(&mut self.cannot_save) {
            self.tell(Change::Storage(None));
        }
        Ok(())
    }

    fn post(&mut self, row: Outgoing) -> Result<(), store::Error> {
        let inline = self.inline(self.platform(&row.conversation)?);
        let graph = self.graph.clone();
        self.go(async move {
            let reply = Reply {
                local: row.local.clone(),
                attempt: row.attempt,
                psid: row.psid.clone(),
                text: row.text.clone(),
                send_as: row.send_as,
                hand_back: row.hand_back.clone().filter(|_| inline),
            };
            failpoint::reach("send.connect");
            let result = graph.send(&reply).await;
            failpoint::reach("send.answered");
            Done::Posted { row, result }
        });
        Ok(())
    }

    /// An attempt is over.
    pub(super) async fn posted(
        &mut self,
        row: Outgoing,
        result: Result<Option<Mid>, graph::Error>,
    ) -> Result<(), store::Error> {
        let now = self.clock.now();
        let id = row.conversation.clone();
        let answer = match result {
            Ok(Some(mid)) => {
                self.note_success();
                Answer::Sent(mid)
            }
            Ok(None) => Answer::Unknown,
            Err(error) => {
                self.note_refusal(&error);
                if error.is_token() {
                    Answer::Token
                } else if error.throttled().is_some() {
                    Answer::Throttled(self.schedule.paused_until(now))
                } else if error.window_over() && row.send_as == SendAs::Response {
                    Answer::WindowOver
                } else {
                    match error.verdict() {
                        Verdict::Refused => Answer::Refused(error.to_string()),
                        Verdict::NotSent => Answer::NotConnected,
                        Verdict::Unknown => Answer::Unknown,
                    }
                }
            }
        };
        if answer == Answer::Unknown {
            self.schedule.hurry(now);
        }
        let times = (now, self.server_now());
        let todos = self.outbox.answered(&id, &row.local, answer, times);
        self.carry_out(todos).await?;
        self.pump(&id).await
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
                let todos = self.outbox.found(conversation, messages);
                self.carry_out(todos).await?;
            }
        }
        Ok(())
    }

    /// The refusal comes first: the screen then reloads knowing of it.
    pub(super) fn failed(&self, conversation: ConversationId, act: Act, why: String) {
        self.tell(Change::Failed {
            conversation: conversation.clone(),
            act,
            why,
        });
        self.changed(&conversation);
    }
}

fn not_sent(why: &str) -> String {
    format!("Not sent; your text is still here. {why}")
}

/// Makes a call that is no reply.
async fn perform(graph: &graph::Client, psid: &Psid, ask: &Ask) -> Result<(), graph::Error> {
    let control = match ask {
        // Replies go through the outbox.
        Ask::Send { .. } => return Ok(()),
        Ask::MarkSeen => return graph.sender_action(psid, "mark_seen").await,
        Ask::Typing(on) => {
            let action = if *on { "typing_on" } else { "typing_off" };
            return graph.sender_action(psid, action).await;
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
    graph.control(psid, &control).await
}
