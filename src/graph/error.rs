//! What went wrong, what it means for a send, and one sentence for a human.
//!
//! Meta's message texts are localised and its HTTP statuses uneven, so only
//! `code` and `error_subcode` decide (Messenger "Error Codes", Graph "Error
//! Handling"). Texts of Meta are never shown or logged: they may quote input.

use std::fmt;

use crate::domain::Remedy;

/// A Graph call that did not give what was asked for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The program runs read-only: nothing left this computer.
    #[error("This desk is read-only, so nothing is sent to Meta.")]
    ReadOnly,
    /// No connection came about, so nothing was sent.
    #[error("Cannot reach {host}: {why}. Check the network.")]
    Unreachable {
        /// Host and port of the base URL.
        host: String,
        /// In a few words.
        why: &'static str,
    },
    /// Whoever answered is not known to be the host.
    #[error(
        "The certificate of {host} is not trusted: {why}.{via} Somebody may be listening in, so nothing was sent."
    )]
    Untrusted {
        /// Host and port of the base URL.
        host: String,
        /// In a few words.
        why: &'static str,
        /// A sentence on the proxy, with a space before it, or nothing.
        via: String,
    },
    /// The connection broke, or the answer did not come in time.
    #[error("The answer from {host} was lost ({why}).")]
    Lost {
        /// Host and port of the base URL.
        host: String,
        /// In a few words.
        why: &'static str,
    },
    /// An answer that is not the Graph API's.
    #[error(
        "{host} answered HTTP {status}, but not as the Graph API does ({why}). Something else may be answering for it."
    )]
    Foreign {
        /// Host and port of the base URL.
        host: String,
        /// HTTP status.
        status: u16,
        /// In a few words.
        why: &'static str,
    },
    /// Only a simulator takes orders.
    #[error("This only works on a simulator, not on Meta.")]
    NoSimulator,
    /// The simulator did not take an order; says why.
    #[error("The simulator says: {0}")]
    Order(String),
    /// A file could not be read.
    #[error("The file cannot be read ({0}). Attach it again.")]
    File(String),
    /// A file did not reach Meta, so nothing was sent.
    #[error("The file did not reach Meta.")]
    Upload,
    /// A person has given an upload up, so nothing was sent.
    #[error("You cancelled the upload.")]
    Cancelled,
    /// Meta does not take such a thing any more; says what, why and since when.
    #[error("Meta no longer takes {0}. Nothing was sent.")]
    Gone(&'static str),
    /// Meta refused, with a code.
    #[error("{0}")]
    Graph(GraphError),
}

/// The code with which Meta refused.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct GraphError {
    /// HTTP status.
    pub status: u16,
    /// `error.code`.
    pub code: i64,
    /// `error.error_subcode`, 0 when absent.
    pub subcode: i64,
    /// Minutes until calls are worth trying again, if Meta said.
    pub wait_minutes: Option<u32>,
}

/// What an error means for a send.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Meta surely did not take it; trying again later may work.
    NotSent,
    /// Meta surely did not take it; trying the same again is useless.
    Refused,
    /// Meta may have it.
    Unknown,
}

impl Error {
    /// What this means for a send.
    pub fn verdict(&self) -> Verdict {
        match self {
            Self::ReadOnly
            | Self::NoSimulator
            | Self::Order(_)
            | Self::File(_)
            | Self::Gone(_)
            | Self::Cancelled => Verdict::Refused,
            Self::Unreachable { .. } | Self::Untrusted { .. } | Self::Upload => Verdict::NotSent,
            Self::Lost { .. } | Self::Foreign { .. } => Verdict::Unknown,
            Self::Graph(e) => e.verdict(),
        }
    }

    /// The same, for a call before the one that sends: whatever became of it,
    /// the customer got nothing by it.
    #[must_use]
    pub fn before_sending(self) -> Self {
        match self.verdict() {
            Verdict::Unknown => Self::Upload,
            Verdict::NotSent | Verdict::Refused => self,
        }
    }

    /// The token is not accepted any more.
    pub fn is_token(&self) -> bool {
        matches!(self, Self::Graph(e) if matches!(e.code, 190 | 2500 | 104))
    }

    /// Meta asks us to slow down.
    pub fn throttled(&self) -> Option<GraphError> {
        match self {
            Self::Graph(e) if e.is_throttle() => Some(*e),
            _ => None,
        }
    }

    /// The question was too wide, or one of its answers cannot be given: ask
    /// for less.
    pub fn too_wide(&self) -> bool {
        matches!(self, Self::Graph(e) if e.code == 1)
    }

    /// Meta does not know the media by whose id it was to be sent, or not any more.
    pub fn media_gone(&self) -> bool {
        matches!(self, Self::Graph(e) if e.subcode == 2_018_074)
    }

    /// Meta did not like something that was in the call.
    pub fn is_parameter(&self) -> bool {
        matches!(self, Self::Graph(e) if e.code == 100)
    }

    /// The reply came later than 24 hours after the customer's last message.
    pub fn window_over(&self) -> bool {
        matches!(self, Self::Graph(e) if matches!((e.code, e.subcode), (10, 2_018_278 | 2_534_022)))
    }
}

impl GraphError {
    fn is_throttle(self) -> bool {
        matches!(self.code, 4 | 17 | 32 | 341 | 613 | 80001 | 80002 | 80006)
    }

    fn verdict(self) -> Verdict {
        // A short list on purpose: whatever is not clearly a refusal may have
        // been published (1/1357046 and HTTP 500 with code 2 are known cases).
        let client_error = (400..500).contains(&self.status);
        match self.code {
            _ if !client_error => Verdict::Unknown,
            _ if self.is_throttle() => Verdict::NotSent,
            3 | 10 | 100 | 104 | 190 | 200..=299 | 368 | 551 | 2500 => Verdict::Refused,
            _ => Verdict::Unknown,
        }
    }

    /// What happened and what to do, in one sentence; a [`Remedy`] may stand in it.
    pub fn sentence(self) -> String {
        let words = self.remedied().unwrap_or_else(|| self.words().to_owned());
        match self.subcode {
            0 => format!("{words} (Meta error {})", self.code),
            subcode => format!("{words} (Meta error {}/{subcode})", self.code),
        }
    }

    /// Where one key is the answer.
    fn remedied(self) -> Option<String> {
        match (self.code, self.subcode) {
            (10, 2_018_278 | 2_534_022 | 2_018_065) => Some(format!(
                "The messaging window is closed: Meta takes RESPONSE up to 24 hours after the customer's last \
                 message, and HUMAN_AGENT up to 7 days. Within 7 days, press {} to send as HUMAN_AGENT.",
                Remedy::MessageType
            )),
            (10, 2_018_300) | (100, 2_534_037) => Some(format!(
                "Another app controls this thread now, so Meta refused. Press {} to take control, then try again.",
                Remedy::Take
            )),
            _ => None,
        }
    }

    fn words(self) -> &'static str {
        match (self.code, self.subcode) {
            (10, 2_018_108) | (551, _) | (200, 1_545_041) => {
                "This person is not available on Messenger right now (blocked the Page, or left). Nothing can be sent to them."
            }
            (10, 1_893_063) => {
                "Meta has restricted this Page from sending for a while. Look at Page Quality in Meta Business Suite."
            }
            (10, 2_534_077) | (100, 2_534_013) => {
                "The Instagram account is no longer linked to this Page. Link it again in the Page settings."
            }
            (10, 0) => {
                "Meta does not let our app do this. To take control, allow our app under Page settings > Advanced messaging > \
                 Take control of conversations (and set a default app); for HUMAN_AGENT, the app needs the Human Agent feature."
            }
            (3, _) => {
                "Our app lacks the capability for this call; check its products and permissions in the App Dashboard."
            }
            (100, 1_893_061) => {
                "This message tag has been dead since 27 April 2026; only HUMAN_AGENT works for typed replies."
            }
            (100, 2_018_001 | 2_534_014) => {
                "Meta does not know this person on this Page. Check that the token belongs to the same Page."
            }
            (100, 2_018_034) => "Meta got an empty message.",
            (100, 2_018_164) => {
                "The app to pass to does not exist on this Page. Check `bot_app_id` in the config."
            }
            (100, 2_018_218) => "This person joined with a phone number, so Meta keeps no profile.",
            (100, 2_018_247) => {
                "Our app may not read profiles (Business Asset User Profile Access is missing)."
            }
            (100, 2_534_029) => "Meta has blocked this business from the Instagram messaging API.",
            (100, 33) => "Meta does not know this object, or hides it from our app.",
            (100, _) => "Meta refused a parameter of this call as invalid.",
            (190, 463) => {
                "The Page token has expired. Make a new one and set SWITCHBOARD_PAGE_TOKEN."
            }
            (190, 460) => {
                "The password behind the Page token was changed, so the token is dead. Make a new one."
            }
            (190, 458) => {
                "The app was removed from the account behind the Page token. Install it again and make a new token."
            }
            (190, 459 | 464) => {
                "Facebook wants the account behind the Page token to be confirmed. Log in on facebook.com."
            }
            (190, 492) => {
                "The person behind the Page token lost their role on the Page. Make a token from somebody with a role."
            }
            (190 | 104 | 2500, _) => {
                "Meta does not accept the Page token. Check SWITCHBOARD_PAGE_TOKEN (or token_file in the config)."
            }
            (200, 2_018_021 | 2_018_027 | 2_018_028) => {
                "The app has Standard Access only: it can write to people with a role on it, until App Review grants pages_messaging."
            }
            (200, 2_534_041) => {
                "\"Allow access to messages\" is off for the Instagram account; its owner must switch it on."
            }
            (230, _) => "A permission or the person's consent is missing for this call.",
            (200..=299, _) => {
                "A permission is missing for this call; check the token's permissions."
            }
            (368, _) => {
                "Meta has blocked this Page or app for a while for policy reasons. Do not repeat the call."
            }
            (2200, _) => {
                "Meta called the callback and did not get its challenge back. Is the desk running, does the address lead \
                 to it, and is the verify token the same?"
            }
            (9_000_001, _) => "This message was deleted, or is too old for the API.",
            (2_018_321, _) => {
                "Meta's own automated answers hold this chat at the moment. Wait until they are done."
            }
            (1, _) if self.status >= 500 => "Meta wants a smaller request.",
            (1 | 2 | 1200, _) => "Meta has a temporary problem.",
            _ if self.is_throttle() => {
                "Meta asks us to slow down; the desk waits and carries on by itself."
            }
            _ => "Meta refused this call.",
        }
    }
}

impl fmt::Display for GraphError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.sentence())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn graph(status: u16, code: i64, subcode: i64) -> Error {
        Error::Graph(GraphError {
            status,
            code,
            subcode,
            wait_minutes: None,
        })
    }

    #[test]
    fn only_clear_refusals_count_as_not_sent() {
        for (error, verdict) in [
            (graph(400, 10, 2_018_278), Verdict::Refused),
            (graph(400, 551, 1_545_041), Verdict::Refused),
            (graph(401, 190, 0), Verdict::Refused),
            (graph(403, 200, 2_018_028), Verdict::Refused),
            (graph(400, 613, 0), Verdict::NotSent),
            (graph(400, 80_006, 0), Verdict::NotSent),
            (graph(500, 2, 0), Verdict::Unknown),
            (graph(400, 1, 1_357_046), Verdict::Unknown),
            (graph(500, 100, 0), Verdict::Unknown),
            (graph(400, 1200, 0), Verdict::Unknown),
            (
                Error::Unreachable {
                    host: "h".into(),
                    why: "refused",
                },
                Verdict::NotSent,
            ),
            (
                Error::Lost {
                    host: "h".into(),
                    why: "timeout",
                },
                Verdict::Unknown,
            ),
            (
                Error::Foreign {
                    host: "h".into(),
                    status: 200,
                    why: "HTML",
                },
                Verdict::Unknown,
            ),
        ] {
            assert_eq!(error.verdict(), verdict, "{error:?}");
        }
    }

    #[test]
    fn every_refusal_says_what_to_do_and_names_its_code() {
        for (code, subcode, says) in [
            (10, 2_018_300, "take control"),
            (10, 2_018_278, "⟦message type⟧"),
            (551, 1_545_041, "not available"),
            (190, 463, "SWITCHBOARD_PAGE_TOKEN"),
            (10, 0, "Page settings"),
            (613, 0, "by itself"),
        ] {
            let words = GraphError {
                status: 400,
                code,
                subcode,
                wait_minutes: None,
            }
            .sentence();
            assert!(words.contains(says), "{words}");
            assert!(words.contains(&code.to_string()), "{words}");
        }
    }
}
