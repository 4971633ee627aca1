//! Threads that are answered, quiet and without a draft go back to the bot after
//! a while, so that the customer is not left with a desk that has forgotten them;
//! and the record of what was done.

use std::collections::HashMap;

use crate::{
    domain::{
        AuditDetails, AuditEntry, Change, Conversation, ConversationId, HandBack, HandBackNote,
        Operation, OperationKind, Outcome, Outgoing, Psid, RESPONSE_WINDOW, Routing, SendAs,
        Severity, Span, Timestamp, Until,
    },
    store,
    sync::engine::state::Engine,
};

impl Engine {
    /// Warns of threads that are quiet for too long, and hands them back a
    /// minute later.
    pub(super) async fn let_go_of_idle(&mut self) -> Result<(), store::Error> {
        let Some(lease) = self.options.idle_lease.filter(|_| !self.options.once) else {
            return Ok(());
        };
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
            format!("{name} goes back to {bot}: answered, and quiet for long."),
        ));
        self.pump(&row.id).await
    }

    /// Puts a reply that Meta accepted on the record.
    pub(super) async fn record_sent(
        &mut self,
        row: &Outgoing,
        at: Timestamp,
    ) -> Result<(), store::Error> {
        let before = self.reader.conversation(&row.conversation)?;
        let wrote = row.known.customer_at;
        let answered = before.and_then(|c| c.agent_at);
        let first = wrote.filter(|wrote| answered.is_none_or(|answered| answered < *wrote));
        let in_time = wrote.is_some_and(|wrote| at.since(wrote) <= RESPONSE_WINDOW);
        let details = AuditDetails::Reply {
            send_as: row.send_as,
            chosen: row.send_as == SendAs::HumanAgent && in_time,
            waited: first.map(|wrote| at.since(wrote)),
        };
        let id = &row.conversation;
        self.record(id, row.psid.clone(), OperationKind::Reply, details)
            .await
    }

    /// Puts what was done to a thread on the record. Courtesies are not.
    pub(super) async fn record_operation(
        &mut self,
        id: &ConversationId,
        operation: &Operation,
    ) -> Result<(), store::Error> {
        let details = match operation {
            Operation::MarkSeen | Operation::Typing(_) | Operation::Reply { .. } => return Ok(()),
            Operation::Pass(back) => AuditDetails::Pass {
                to: back
                    .to
                    .as_ref()
                    .map(ToString::to_string)
                    .unwrap_or_default(),
                outcome: back.note.outcome,
                idle: back.note.idle,
            },
            Operation::Take | Operation::Release | Operation::Extend(_) | Operation::Request => {
                AuditDetails::None
            }
        };
        let Some(row) = self.reader.conversation(id)? else {
            return Ok(());
        };
        self.record(id, row.psid, operation.kind(), details).await
    }

    async fn record(
        &mut self,
        id: &ConversationId,
        psid: Psid,
        operation: OperationKind,
        details: AuditDetails,
    ) -> Result<(), store::Error> {
        let entry = AuditEntry {
            at: self.clock.now(),
            agent: self.options.agent.clone(),
            conversation: id.clone(),
            psid,
            operation,
            details,
        };
        self.writer.append_audit(entry).await
    }
}
