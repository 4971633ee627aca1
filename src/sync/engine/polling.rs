//! What is asked of Meta without anybody wanting it just now, and what the
//! passing of time brings.

use crate::{
    domain::{Change, Conversation, ConversationId, Routing, Span},
    store::{self},
    sync::{
        engine::state::{Completion, Engine, PageLookup},
        polls::Poll,
    },
};

/// Windows close and control lapses: the list is looked at this often (our choice). Longer
/// than two pauses without a network, so that no moment of its own is needed then.
pub(super) const TURN: Span = Span::seconds(80);
/// While something else is done anyway, it is looked at so much earlier: a program that
/// is awake already need not be woken for it.
const EARLIER: Span = Span::seconds(40);
/// At most so many rows go at once when old ones are removed.
const RETAIN: u32 = 500;

impl Engine {
    /// The questions of the first minute: what the Page is, who serves it.
    pub(super) fn start_up(&mut self) {
        self.page_lookup = PageLookup::Asked;
        let graph = self.graph.clone();
        self.go(async move { Completion::Page(graph.about_page().await) });
        let graph = self.graph.clone();
        self.go(async move { Completion::Instagram(graph.instagram_account().await) });
        let graph = self.graph.clone();
        self.look_for_persona();
        self.go(async move {
            // Both are comforts: names for ids, and whom to hand back to.
            let ours = graph.about_app().await.ok().map(|app| app.id);
            Completion::Apps(ours, graph.subscribed_apps().await.unwrap_or_default())
        });
    }

    /// Asks who holds a thread. Answers whether it makes sense to ask.
    pub(super) fn ask_owner(&self, conversation: &Conversation) -> bool {
        if self.account.routing[conversation.platform] == Routing::ZeroConfig {
            return false;
        }
        let (graph, id, psid) = (
            self.graph.clone(),
            conversation.id.clone(),
            conversation.psid.clone(),
        );
        let (ours, at) = (self.account.apps.ours.clone(), self.clock.now());
        self.go(async move {
            let result = graph.thread_owner(&psid, ours.as_ref()).await;
            Completion::Owner { id, at, result }
        });
        true
    }

    /// Does what is due.
    pub(super) async fn poll(&mut self) -> Result<(), store::Error> {
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
        let late = std::mem::take(&mut self.late_events);
        worked = worked.and(self.ingest_or_keep(late).await);
        self.ask_again_for_strangers();
        if self.record.again_at.is_some_and(|at| at <= now) {
            self.write_record().await;
        }
        if self.sends() {
            let over = self.outbox.give_up_waiting(now);
            worked = worked.and(self.carry_out(over).await);
            let (queues, look) = self.outbox.tick(now);
            worked = worked.and(self.carry_out(look.into_iter().collect()).await);
            for id in queues {
                let pumped = self.pump(&id).await;
                if pumped.is_err() {
                    self.outbox.hold_off(&id, now);
                }
                worked = worked.and(pumped);
            }
        }
        if self.turn_at <= now.plus(EARLIER) || self.turn_at > now.plus(TURN) {
            worked = worked.and(self.turn().await);
        }
        if self.retain_at.is_some_and(|at| at <= now) {
            worked = worked.and(self.retain().await);
        }
        worked
    }

    /// Reads the open thread.
    pub(super) fn thread(&mut self) {
        let open = self.open.clone();
        match open {
            Some(id) if self.read_thread(&id, true) => {}
            _ => self.schedule.finished(Poll::Thread, self.clock.now()),
        }
    }

    /// Reads a thread; `false` when the cache does not know it.
    pub(super) fn read_thread(&mut self, id: &ConversationId, polled: bool) -> bool {
        if id.is_ours() {
            // Meta knows no conversation of that name.
            return false;
        }
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
        let now = self.server_now();
        let (moved, more) = match self.reader.must_turn(now)? {
            true => self.writer.turn(now).await?,
            false => (false, false),
        };
        if moved {
            self.tell(Change::Inbox);
        }
        if !self.folded {
            self.folded = !self.writer.refold().await?;
        }
        if !self.tidy {
            self.tidy = !self.writer.tidy_index().await?;
        }
        if more || !self.folded {
            self.turn_at = self.clock.now();
        }
        Ok(())
    }

    /// Removes what is older than a person wants to keep, a little at a time.
    pub(super) async fn retain(&mut self) -> Result<(), store::Error> {
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
