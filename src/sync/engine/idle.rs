//! Threads that are answered, quiet and without a draft go back to the bot after
//! a while, so that the customer is not left with a desk that has forgotten them.

use std::collections::HashMap;

use crate::{
    domain::{
        Change, Conversation, HandBack, HandBackNote, Operation, Outcome, Routing, Severity, Span,
        Timestamp, Until,
    },
    store,
    sync::engine::state::Engine,
};

impl Engine {
    /// Warns of threads that are quiet for too long, and hands them back a
    /// minute later.
    pub(super) async fn let_go_of_idle(&mut self) -> Result<(), store::Error> {
        let Some(lease) = self.options.idle_lease.filter(|_| self.sends()) else {
            return Ok(());
        };
        if !self.account.link.is_alive() {
            // Somebody may have written meanwhile: whoever is still idle then is
            // announced again.
            self.idle.warned.clear();
            return Ok(());
        }
        let now = self.clock.now();
        let server_now = self.server_now();
        let before = server_now.plus(lease.quiet.negated());
        let quiet = self.reader.quiet_since(before)?;
        let mut still = HashMap::new();
        for row in quiet {
            if !self.may_go(&row, server_now, now, lease.quiet) {
                continue;
            }
            match self.idle.warned.get(&row.id) {
                Some(at) if now.since(*at) >= lease.warning => self.hand_back_idle(&row).await?,
                Some(at) => {
                    still.insert(row.id.clone(), *at);
                }
                None => {
                    self.tell(Change::IdleWarning {
                        name: row.display_name(),
                        conversation: row.id.clone(),
                        within: lease.warning,
                    });
                    still.insert(row.id.clone(), now);
                }
            }
        }
        if let Some(first) = still.values().min() {
            self.turn_at = self.turn_at.min(first.plus(lease.warning));
        }
        self.idle.warned = still;
        Ok(())
    }

    fn may_go(
        &self,
        row: &Conversation,
        server_now: Timestamp,
        now: Timestamp,
        quiet: Span,
    ) -> bool {
        let touched = self.idle.touched.get(&row.id);
        let busy = touched.is_some_and(|at| now.since(*at) < quiet);
        let open = self.open.as_ref() == Some(&row.id);
        let routed = self.account.routing[row.platform] == Routing::Enabled;
        // "We wait for them" is a decision of a person.
        let decided = row.deferred(server_now) == Some(Until::CustomerWrites);
        routed && !busy && !open && !decided
    }

    async fn hand_back_idle(&mut self, row: &Conversation) -> Result<(), store::Error> {
        let note = HandBackNote {
            outcome: Outcome::Other,
            summary: String::new(),
            next: String::new(),
            idle: true,
            agent: self.options.agent.clone(),
            answered_through: None,
        };
        let back = HandBack {
            to: self.account.apps.bot.clone(),
            note,
        };
        self.outbox
            .operate(&row.id, row.psid.clone(), Operation::Pass(back));
        let bot = self.account.apps.bot_name();
        let name = row.display_name();
        self.tell(Change::Notice(
            Severity::Info,
            format!("{name} handed back to {bot}: no activity."),
        ));
        self.pump(&row.id).await
    }
}
