//! What was done at a desk since a moment, counted from its record and its cache.

use std::collections::{BTreeMap, BTreeSet};

use jiff::tz::TimeZone;

use super::{AuditDetails, AuditEntry, OperationKind, Outcome, SendAs, Span, Timestamp};

/// Hours of a day.
const HOURS: usize = 24;
/// First replies within so long, and later ones (our choice).
pub const FIRST_REPLIES: [Span; 5] = [
    Span::minutes(5),
    Span::minutes(15),
    Span::hours(1),
    Span::hours(4),
    Span::hours(24),
];

/// What a report is counted from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReportFacts {
    /// The record, oldest first.
    pub entries: Vec<AuditEntry>,
    /// How many messages customers wrote, by the moment when a half hour began.
    pub arrived: Vec<(Timestamp, u32)>,
    /// When the windows of customers closed who had no answer.
    pub lost: Vec<Timestamp>,
}

/// What happened in an hour of the day, on all days together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct HourOfDay {
    /// Messages of customers.
    pub arrived: u32,
    /// Replies of this desk.
    pub answered: u32,
    /// Windows that closed without an answer.
    pub lost: u32,
}

/// The figures.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// From this moment on.
    pub since: Timestamp,
    /// Conversations that were answered or handed back.
    pub handled: usize,
    /// Replies that Meta accepted.
    pub replies: usize,
    /// Of them those with the tag.
    pub as_human_agent: usize,
    /// Meta had refused them, and they were delivered all the same.
    pub after_refusal: usize,
    /// Half of the first replies came within this.
    pub median_first_reply: Option<Span>,
    /// How many first replies came within each of [`FIRST_REPLIES`], and later.
    pub first_replies: [usize; FIRST_REPLIES.len() + 1],
    /// Customers left without an answer until their window closed.
    pub windows_lost: usize,
    /// Threads taken.
    pub taken: usize,
    /// By outcome, in their order.
    pub hand_backs: [usize; Outcome::ALL.len()],
    /// Of them those that nobody decided: the thread was quiet.
    pub by_idling: usize,
    /// Replies by agent.
    pub by_agent: BTreeMap<String, usize>,
    /// By the hour of the day, in the agent's time zone.
    pub by_hour: [HourOfDay; HOURS],
}

impl Report {
    /// Counts from a moment on.
    pub fn of(facts: &ReportFacts, since: Timestamp, zone: &TimeZone) -> Self {
        let mut report = Self {
            since,
            windows_lost: facts.lost.len(),
            ..Self::default()
        };
        let hour = |at: Timestamp| usize::try_from(at.local(zone).hour()).unwrap_or(0) % HOURS;
        for (at, count) in &facts.arrived {
            report.by_hour[hour(*at)].arrived += count;
        }
        for at in &facts.lost {
            report.by_hour[hour(*at)].lost += 1;
        }
        let mut handled = BTreeSet::new();
        let mut first_replies = Vec::new();
        let entries = facts.entries.iter().enumerate();
        for (number, entry) in entries.filter(|(_, entry)| entry.at >= since) {
            // Of somebody who was forgotten nobody knows who it was.
            let who = match entry.conversation.as_str() {
                "-" => format!("- {number}"),
                id => id.to_owned(),
            };
            match &entry.details {
                AuditDetails::Reply {
                    send_as,
                    waited,
                    after_refusal,
                    ..
                } => {
                    report.replies += 1;
                    report.by_hour[hour(entry.at)].answered += 1;
                    report.after_refusal += usize::from(*after_refusal);
                    report.as_human_agent += usize::from(*send_as == SendAs::HumanAgent);
                    first_replies.extend(waited);
                    *report.by_agent.entry(entry.agent.clone()).or_default() += 1;
                    handled.insert(who);
                }
                AuditDetails::Pass { outcome, idle, .. } => {
                    let place = Outcome::ALL.iter().position(|known| known == outcome);
                    report.hand_backs[place.unwrap_or(0)] += 1;
                    report.by_idling += usize::from(*idle);
                    handled.insert(who);
                }
                AuditDetails::None => {
                    report.taken += usize::from(entry.operation == OperationKind::Take);
                }
            }
        }
        report.handled = handled.len();
        first_replies.sort();
        for waited in &first_replies {
            let place = FIRST_REPLIES.iter().position(|most| waited <= most);
            report.first_replies[place.unwrap_or(FIRST_REPLIES.len())] += 1;
        }
        report.median_first_reply = first_replies.get(first_replies.len() / 2).copied();
        report
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{ConversationId, Psid};

    /// 14:07 UTC.
    const NOW: Timestamp = Timestamp::from_millis(1_795_183_650_000);

    fn report(entries: &[AuditEntry], lost: usize) -> Report {
        let noon = NOW.plus(Span::minutes(-120));
        let facts = ReportFacts {
            entries: entries.to_vec(),
            arrived: vec![(noon, 3), (noon.plus(Span::minutes(30)), 4)],
            lost: vec![noon; lost],
        };
        Report::of(&facts, NOW.plus(Span::days(-1)), &TimeZone::UTC)
    }

    fn entry(hours: i64, id: &str, details: AuditDetails) -> AuditEntry {
        AuditEntry {
            operation: match details {
                AuditDetails::None => OperationKind::Take,
                AuditDetails::Reply { .. } => OperationKind::Reply,
                AuditDetails::Pass { .. } => OperationKind::Pass,
            },
            at: NOW.plus(Span::hours(-hours)),
            agent: "kim".into(),
            conversation: ConversationId::new(id),
            psid: Psid::new("7"),
            reply: None,
            details,
        }
    }

    fn sent(waited: Option<i64>) -> AuditDetails {
        AuditDetails::Reply {
            send_as: SendAs::HumanAgent,
            chosen: false,
            waited: waited.map(Span::minutes),
            after_refusal: false,
        }
    }

    fn refused_first(waited: Option<i64>) -> AuditDetails {
        match sent(waited) {
            AuditDetails::Reply {
                send_as,
                chosen,
                waited,
                ..
            } => AuditDetails::Reply {
                send_as,
                chosen,
                waited,
                after_refusal: true,
            },
            other => other,
        }
    }

    fn passed(outcome: Outcome, idle: bool) -> AuditDetails {
        AuditDetails::Pass {
            to: "200".into(),
            outcome,
            idle,
        }
    }

    #[test]
    fn the_record_is_counted_from_the_moment_on() {
        let entries = [
            entry(200, "old", sent(Some(600))),
            entry(20, "a", sent(Some(3))),
            entry(19, "a", sent(None)),
            entry(18, "a", passed(Outcome::Resolved, false)),
            entry(17, "b", refused_first(Some(90))),
            entry(16, "c", sent(Some(5))),
            entry(15, "d", passed(Outcome::Other, true)),
            entry(14, "e", AuditDetails::None),
            entry(13, "-", sent(None)),
            entry(12, "-", sent(None)),
        ];
        let report = report(&entries, 2);
        assert_eq!(report.handled, 6, "a, b, c, d and two who were forgotten");
        assert_eq!((report.replies, report.as_human_agent), (6, 6));
        assert_eq!(report.after_refusal, 1);
        assert_eq!(report.median_first_reply, Some(Span::minutes(5)));
        assert_eq!(report.hand_backs, [1, 0, 0, 1]);
        assert_eq!((report.by_idling, report.taken), (1, 1));
        assert_eq!(report.windows_lost, 2);
        assert_eq!(report.first_replies, [2, 0, 0, 1, 0, 0]);
        // 20, 19, 17, 16, 13 and 12 hours before 14:07.
        let answered: Vec<usize> = (0..24)
            .filter(|hour| report.by_hour[*hour].answered == 1)
            .collect();
        assert_eq!(answered, [1, 2, 18, 19, 21, 22]);
        let at_noon = report.by_hour[12];
        assert_eq!((at_noon.arrived, at_noon.lost), (7, 2));
    }
}
