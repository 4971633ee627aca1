//! The messaging window: what Meta lets a Page send, and until when.
//!
//! Rules from "Send Messages" and the Send API reference (messaging windows and
//! message tags): 24 hours after the person's last message anything may be
//! sent; up to 7 days a person may answer with the `HUMAN_AGENT` tag; later
//! nothing free-form. The safety margin is our choice: a reply that starts in
//! the last minutes must not arrive after the door has closed.

use super::{Platform, Span, Timestamp};

/// How long a `RESPONSE` is allowed after the person's last message.
pub const RESPONSE_WINDOW: Span = Span::hours(24);
/// How long `HUMAN_AGENT` is allowed after the person's last message.
pub const HUMAN_AGENT_WINDOW: Span = Span::days(7);
/// Control of a thread ends so long after the customer's last act, and every
/// move sets it anew (Meta, "Conversation Routing").
pub const CONTROL: Span = Span::hours(24);
/// We stop this much before Meta does (our choice).
pub const SAFETY_MARGIN: Span = Span::minutes(5);
/// A window that closes within this time is marked in the list (our choice).
pub const CLOSING_SOON: Span = Span::hours(4);

/// A message tag, known as data so that the dead ones can be named as dead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tag {
    /// The name on the wire.
    pub name: &'static str,
    /// The day from which Meta refuses it, if it is dead (ISO date).
    pub dead_since: Option<&'static str>,
}

/// All tags that Meta's "Send Messages" page names, alive or dead.
pub const TAGS: &[Tag] = &[
    Tag {
        name: "HUMAN_AGENT",
        dead_since: None,
    },
    Tag {
        name: "CUSTOMER_FEEDBACK",
        dead_since: None,
    },
    Tag {
        name: "ACCOUNT_UPDATE",
        dead_since: Some("2026-04-27"),
    },
    Tag {
        name: "CONFIRMED_EVENT_UPDATE",
        dead_since: Some("2026-04-27"),
    },
    Tag {
        name: "POST_PURCHASE_UPDATE",
        dead_since: Some("2026-04-27"),
    },
];

/// Where we stand in the messaging window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Window {
    /// Anything may be sent until then.
    Response {
        /// When the 24 hours are over.
        until: Timestamp,
        /// When the 7 days are over, if they wrote.
        human: Option<Timestamp>,
    },
    /// Only a person's answer, tagged `HUMAN_AGENT`, until then.
    HumanAgent {
        /// When the 7 days are over.
        until: Timestamp,
    },
    /// Nothing free-form since then.
    Closed {
        /// When the 7 days were over.
        since: Timestamp,
    },
    /// We have not seen a message of the person.
    Unknown,
}

/// What a reply goes out as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SendAs {
    /// `messaging_type: RESPONSE`.
    Response,
    /// `messaging_type: MESSAGE_TAG`, `tag: HUMAN_AGENT`. Only for text that a
    /// person typed: nothing but the composer may ask for it.
    HumanAgent,
    /// `messaging_type: UTILITY`: a template that Meta approved, at any time ("Utility
    /// messages").
    Utility,
}

/// The `reply_as` option.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ReplyAs {
    /// `RESPONSE` while it is allowed, then `HUMAN_AGENT`.
    #[default]
    Auto,
    /// `HUMAN_AGENT` for every reply a person types.
    HumanAgent,
}

/// Why nothing may be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WindowClosed {
    /// When the 7 days were over (or will be, within the safety margin).
    pub since: Timestamp,
}

impl Window {
    /// The window at `now`, given when the person last wrote, and when they last
    /// did anything that opens the 24 hours. What opens them without being a
    /// message (a reaction, a link followed into the thread) does not prolong
    /// the 7 days.
    pub fn at(
        now: Timestamp,
        customer_at: Option<Timestamp>,
        opened_at: Option<Timestamp>,
    ) -> Self {
        let response = customer_at
            .max(opened_at)
            .map(|at| at.plus(RESPONSE_WINDOW));
        if let Some(until) = response.filter(|until| now <= *until) {
            let human = customer_at.map(|wrote| wrote.plus(HUMAN_AGENT_WINDOW));
            return Self::Response { until, human };
        }
        let Some(wrote) = customer_at else {
            return Self::Unknown;
        };
        let human = wrote.plus(HUMAN_AGENT_WINDOW);
        if now <= human {
            Self::HumanAgent { until: human }
        } else {
            Self::Closed { since: human }
        }
    }

    /// When the present state ends, if it does.
    pub fn until(self) -> Option<Timestamp> {
        match self {
            Self::Response { until, .. } | Self::HumanAgent { until } => Some(until),
            Self::Closed { .. } | Self::Unknown => None,
        }
    }

    /// What a reply typed at `now` goes out as, or why it cannot go out.
    ///
    /// An unknown window is tried as `RESPONSE`: Meta knows, we do not.
    pub fn choose(self, now: Timestamp, reply_as: ReplyAs) -> Result<SendAs, WindowClosed> {
        let margin_passed = |until: Timestamp| now.plus(SAFETY_MARGIN) > until;
        match self {
            Self::Closed { since } => Err(WindowClosed { since }),
            Self::HumanAgent { until } if margin_passed(until) => {
                Err(WindowClosed { since: until })
            }
            Self::HumanAgent { .. } => Ok(SendAs::HumanAgent),
            Self::Response { until, human } if margin_passed(until) => match human {
                Some(human) if !margin_passed(human) => Ok(SendAs::HumanAgent),
                _ => Err(WindowClosed { since: until }),
            },
            // The tag is for 7 days after a message, and for nothing else.
            Self::Response { human, .. } if human.is_none_or(margin_passed) => Ok(SendAs::Response),
            Self::Response { .. } | Self::Unknown => Ok(match reply_as {
                ReplyAs::Auto => SendAs::Response,
                ReplyAs::HumanAgent => SendAs::HumanAgent,
            }),
        }
    }
}

impl WindowClosed {
    /// Why it is closed, what opens it, and what is left until then.
    pub fn words(self, platform: Platform) -> &'static str {
        match platform {
            Platform::Messenger => {
                "Closed: more than 7 days since the customer's last message. Only a utility template can go out until they write again."
            }
            Platform::Instagram => {
                "Closed: nothing can be sent more than 7 days after the customer's last message. It opens when they write again."
            }
        }
    }
}

impl SendAs {
    /// The word shown in the composer's frame.
    pub fn word(self) -> &'static str {
        match self {
            Self::Response => "RESPONSE",
            Self::HumanAgent => "HUMAN_AGENT",
            Self::Utility => "UTILITY",
        }
    }

    /// The one of this word.
    pub fn of_word(word: &str) -> Option<Self> {
        [Self::Response, Self::HumanAgent, Self::Utility]
            .into_iter()
            .find(|send_as| send_as.word() == word)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WROTE: Timestamp = Timestamp::from_millis(1_000_000_000);
    const DAY: Span = Span::hours(24);
    const WEEK: Span = Span::days(7);
    /// Just before a boundary …
    const BEFORE: Span = Span::seconds(-1);
    /// … and just after it.
    const AFTER: Span = Span::seconds(1);

    fn within(span: Span) -> Span {
        Span::millis(span.as_millis() - SAFETY_MARGIN.as_millis())
    }

    /// One second before, on, and one second after.
    fn around(boundary: Span) -> [Timestamp; 3] {
        [BEFORE, Span::ZERO, AFTER].map(|span| WROTE.plus(boundary).plus(span))
    }

    fn chosen(now: Timestamp, opened_at: Option<Timestamp>) -> Result<SendAs, WindowClosed> {
        Window::at(now, Some(WROTE), opened_at).choose(now, ReplyAs::Auto)
    }

    #[test]
    fn the_type_changes_at_each_boundary_to_the_second() {
        let closed = Err(WindowClosed {
            since: WROTE.plus(WEEK),
        });
        let (response, human) = (Ok(SendAs::Response), Ok(SendAs::HumanAgent));
        for (boundary, expected) in [
            // Ours, with the margin.
            (within(DAY), [response, response, human]),
            // Meta's own.
            (DAY, [human, human, human]),
            (within(WEEK), [human, human, closed]),
            (WEEK, [closed, closed, closed]),
        ] {
            let found = around(boundary).map(|now| chosen(now, None));
            assert_eq!(found, expected, "around {} s", boundary.as_secs());
        }
        assert_eq!(chosen(WROTE, None), response, "at once");
        assert_eq!(chosen(WROTE.plus(AFTER), None), response);
    }

    #[test]
    fn a_reaction_as_the_last_opener_opens_the_day_and_not_the_week() {
        // Three days after they wrote, they react.
        let reacted = WROTE.plus(Span::days(3));
        let (response, human) = (Ok(SendAs::Response), Ok(SendAs::HumanAgent));
        let closed = Err(WindowClosed {
            since: WROTE.plus(WEEK),
        });
        let day_over = Span::millis(Span::days(3).as_millis() + within(DAY).as_millis());
        for (boundary, expected) in [
            (Span::days(3), [response; 3]),
            (day_over, [response, response, human]),
            (within(WEEK), [human, human, closed]),
        ] {
            let found = around(boundary).map(|now| chosen(now, Some(reacted)));
            assert_eq!(found, expected, "around {} s", boundary.as_secs());
        }
        // Before the reaction it was HUMAN_AGENT already.
        assert_eq!(chosen(reacted.plus(BEFORE), None), human);
        // A reaction before their last message changes nothing.
        let early = WROTE.plus(Span::hours(-1));
        let found = around(within(DAY)).map(|now| chosen(now, Some(early)));
        assert_eq!(found, [response, response, human]);
        // On the last day of the week it opens the day beyond the week, and
        // nothing comes after that.
        let late = WROTE.plus(Span::millis(WEEK.as_millis() - 3_600_000));
        let end = late.plus(within(DAY));
        assert_eq!(chosen(WROTE.plus(WEEK).plus(AFTER), Some(late)), response);
        assert_eq!(chosen(end, Some(late)), response);
        assert!(chosen(end.plus(AFTER), Some(late)).is_err());
    }

    #[test]
    fn without_a_message_of_the_person_the_window_is_unknown_and_meta_decides() {
        let now = WROTE.plus(WEEK);
        assert_eq!(Window::at(now, None, None), Window::Unknown);
        assert_eq!(
            Window::Unknown.choose(now, ReplyAs::Auto),
            Ok(SendAs::Response)
        );
        // Only a reaction: a day for RESPONSE, and no week for HUMAN_AGENT.
        let reacted = |now| Window::at(now, None, Some(WROTE)).choose(now, ReplyAs::Auto);
        assert_eq!(reacted(WROTE.plus(within(DAY))), Ok(SendAs::Response));
        assert!(reacted(WROTE.plus(within(DAY)).plus(AFTER)).is_err());
        let later = WROTE.plus(DAY).plus(AFTER);
        assert_eq!(Window::at(later, None, Some(WROTE)), Window::Unknown);
    }

    #[test]
    fn reply_as_human_agent_tags_inside_the_day_too_but_never_opens_a_closed_window() {
        let tagged =
            |now: Timestamp| Window::at(now, Some(WROTE), None).choose(now, ReplyAs::HumanAgent);
        for now in around(within(DAY)) {
            assert_eq!(tagged(now), Ok(SendAs::HumanAgent));
        }
        let [before, on, after] = around(within(WEEK)).map(tagged);
        assert_eq!(
            (before.is_ok(), on.is_ok(), after.is_ok()),
            (true, true, false)
        );
    }

    #[test]
    fn only_the_three_dead_tags_are_dead() {
        let dead: Vec<_> = TAGS
            .iter()
            .filter(|t| t.dead_since.is_some())
            .map(|t| t.name)
            .collect();
        assert_eq!(
            dead,
            [
                "ACCOUNT_UPDATE",
                "CONFIRMED_EVENT_UPDATE",
                "POST_PURCHASE_UPDATE"
            ]
        );
    }
}
