//! The messaging window: what Meta lets a Page send, and until when.
//!
//! Rules from "Send Messages" and the Send API reference (messaging windows and
//! message tags): 24 hours after the person's last message anything may be
//! sent; up to 7 days a person may answer with the `HUMAN_AGENT` tag; later
//! nothing free-form. The safety margin is our choice: a reply that starts in
//! the last minutes must not arrive after the door has closed.

use super::{Span, Timestamp};

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
    /// The window at `now`, given when the person last wrote.
    pub fn at(now: Timestamp, customer_at: Option<Timestamp>) -> Self {
        let Some(wrote) = customer_at else {
            return Self::Unknown;
        };
        let (response, human) = (wrote.plus(RESPONSE_WINDOW), wrote.plus(HUMAN_AGENT_WINDOW));
        if now <= response {
            Self::Response { until: response }
        } else if now <= human {
            Self::HumanAgent { until: human }
        } else {
            Self::Closed { since: human }
        }
    }

    /// When the present state ends, if it does.
    pub fn until(self) -> Option<Timestamp> {
        match self {
            Self::Response { until } | Self::HumanAgent { until } => Some(until),
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
            Self::Response { until } if margin_passed(until) => Ok(SendAs::HumanAgent),
            Self::Response { .. } | Self::Unknown => Ok(match reply_as {
                ReplyAs::Auto => SendAs::Response,
                ReplyAs::HumanAgent => SendAs::HumanAgent,
            }),
        }
    }
}

impl WindowClosed {
    /// Why it is closed, and what opens it.
    pub fn words(self) -> &'static str {
        "Closed: Meta takes nothing later than 7 days after the customer's last message. It opens when they write again."
    }
}

impl SendAs {
    /// The word shown in the composer's frame.
    pub fn word(self) -> &'static str {
        match self {
            Self::Response => "RESPONSE",
            Self::HumanAgent => "HUMAN_AGENT",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_type_is_chosen_by_the_age_of_the_last_message() {
        let wrote = Timestamp::from_millis(1_000_000_000);
        let (day, week) = (Span::hours(24), Span::days(7));
        let margin = SAFETY_MARGIN.as_millis();
        let cases = [
            (Span::ZERO, Ok(SendAs::Response)),
            (Span::millis(day.as_millis() - margin), Ok(SendAs::Response)),
            (
                Span::millis(day.as_millis() - margin + 1000),
                Ok(SendAs::HumanAgent),
            ),
            (Span::millis(day.as_millis() - 1000), Ok(SendAs::HumanAgent)),
            (Span::millis(day.as_millis() + 1000), Ok(SendAs::HumanAgent)),
            (
                Span::millis(week.as_millis() - margin),
                Ok(SendAs::HumanAgent),
            ),
            (
                Span::millis(week.as_millis() - margin + 1000),
                Err(WindowClosed {
                    since: wrote.plus(week),
                }),
            ),
            (
                Span::millis(week.as_millis() + 1000),
                Err(WindowClosed {
                    since: wrote.plus(week),
                }),
            ),
        ];
        for (age, expected) in cases {
            let now = wrote.plus(age);
            let chosen = Window::at(now, Some(wrote)).choose(now, ReplyAs::Auto);
            assert_eq!(chosen, expected, "at an age of {} s", age.as_secs());
        }
    }

    #[test]
    fn reply_as_human_agent_tags_inside_the_day_too_but_never_opens_a_closed_window() {
        let wrote = Timestamp::from_millis(0);
        let now = wrote.plus(Span::hours(1));
        assert_eq!(
            Window::at(now, Some(wrote)).choose(now, ReplyAs::HumanAgent),
            Ok(SendAs::HumanAgent)
        );
        let late = wrote.plus(Span::days(8));
        assert!(
            Window::at(late, Some(wrote))
                .choose(late, ReplyAs::HumanAgent)
                .is_err()
        );
    }

    #[test]
    fn without_a_message_of_the_person_the_window_is_unknown_and_meta_decides() {
        let now = Timestamp::from_millis(5);
        assert_eq!(Window::at(now, None), Window::Unknown);
        assert_eq!(
            Window::Unknown.choose(now, ReplyAs::Auto),
            Ok(SendAs::Response)
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
