//! The record of what was done at this desk. It follows what Meta took, and
//! nothing waits for it: what cannot be written is told, kept, and tried again.

use crate::{
    domain::{
        AuditDetails, AuditEntry, Change, ConversationId, Operation, OperationKind, Outgoing,
        RESPONSE_WINDOW, SendAs, Severity, Span, Timestamp,
    },
    store,
    sync::engine::state::Engine,
};

/// What could not be written is tried again after this.
const AGAIN: Span = Span::seconds(30);

impl Engine {
    /// What goes on the record for a reply that Meta accepted at this moment
    /// (Meta's clock), and for the hand-back that went with it.
    pub(super) fn entries_of_reply(
        &self,
        row: &Outgoing,
        at: Timestamp,
        hands_back: bool,
    ) -> Result<Vec<AuditEntry>, store::Error> {
        let before = self.reader.conversation(&row.conversation)?;
        let wrote = row.known.customer_at;
        let answered = before.and_then(|c| c.agent_at);
        let first = wrote.filter(|wrote| answered.is_none_or(|answered| answered < *wrote));
        let in_time = wrote.is_some_and(|wrote| at.since(wrote) <= RESPONSE_WINDOW);
        let reply = AuditDetails::Reply {
            send_as: row.send_as,
            chosen: row.send_as == SendAs::HumanAgent && in_time,
            waited: first.map(|wrote| at.since(wrote)),
            after_refusal: false,
        };
        let pass = row
            .hand_back
            .clone()
            .filter(|_| hands_back)
            .and_then(|back| details(&Operation::Pass(back)));
        let entry = |operation, details| AuditEntry {
            at: self.clock.now(),
            agent: self.options.agent.clone(),
            conversation: row.conversation.clone(),
            psid: row.psid.clone(),
            reply: Some(row.local.clone()),
            operation,
            details,
        };
        let mut entries = vec![entry(OperationKind::Reply, reply)];
        entries.extend(pass.map(|details| entry(OperationKind::Pass, details)));
        Ok(entries)
    }

    /// Puts what was done to a thread on the record. Courtesies are not.
    pub(super) async fn record_operation(
        &mut self,
        id: &ConversationId,
        operation: &Operation,
    ) -> Result<(), store::Error> {
        let Some(details) = details(operation) else {
            return Ok(());
        };
        let Some(row) = self.reader.conversation(id)? else {
            return Ok(());
        };
        self.record.unkept.push(AuditEntry {
            at: self.clock.now(),
            agent: self.options.agent.clone(),
            conversation: id.clone(),
            psid: row.psid,
            reply: None,
            operation: operation.kind(),
            details,
        });
        self.write_record().await;
        Ok(())
    }

    /// Writes what stands on the record into its file. A gap is told once, and so
    /// is its end.
    pub(super) async fn write_record(&mut self) {
        let written = self.try_record().await;
        match (written, self.record.again_at) {
            (Ok(_), None) => {}
            (Ok(_), Some(_)) => {
                self.record.again_at = None;
                let words = "The activity log works again.".to_owned();
                self.tell(Change::Notice(Severity::Info, words));
            }
            (Err(why), before) => {
                self.record.again_at = Some(self.clock.now().plus(AGAIN));
                if before.is_none() {
                    let words = format!(
                        "Cannot write the activity log: {why}. Replies still go out; retrying."
                    );
                    self.tell(Change::Notice(Severity::Problem, words));
                }
            }
        }
    }

    async fn try_record(&mut self) -> Result<usize, store::Error> {
        while let Some(entry) = self.record.unkept.first().cloned() {
            self.writer.enter_audit(entry).await?;
            self.record.unkept.remove(0);
        }
        self.writer.write_audit().await
    }
}

fn details(operation: &Operation) -> Option<AuditDetails> {
    Some(match operation {
        Operation::MarkSeen
        | Operation::Typing(_)
        | Operation::Reply(_)
        | Operation::React { .. } => return None,
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
    })
}
