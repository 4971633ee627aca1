//! Faults on order: what a real network and a real Meta do at the worst moment.

use crate::sim::graph_error::GraphError;

/// What goes wrong with one call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Answers with this Graph error instead of doing the work.
    Error {
        /// HTTP status.
        status: u16,
        /// `error.code`.
        code: i64,
        /// `error.error_subcode`; 0 for none.
        subcode: i64,
    },
    /// HTTP 500 with a page of HTML.
    Html,
    /// Does the work, then cuts its JSON in the middle.
    CutJson,
    /// Does the work, then closes the connection without an answer (X26).
    LoseAnswer,
    /// Answers with a redirect to another host.
    Redirect,
    /// Does the work and answers with members and values nobody knows.
    UnknownMembers,
    /// Does the work and answers so many milliseconds later: the echo of a send
    /// comes before its answer (W1).
    Slow(u64),
}

/// The name under which the next reply is ordered to fail, not the typing
/// before it.
pub(in crate::sim) const SEND: &str = "send";

/// The orders, first in, first out.
#[derive(Debug, Default)]
pub(in crate::sim) struct Faults {
    calls: Vec<(String, Fault)>,
    /// By the name of the app whose delivery it is.
    hooks: Vec<(String, DeliveryFault)>,
}

impl Faults {
    pub(in crate::sim) fn order(&mut self, part: &str, fault: Fault) {
        self.calls.push((part.to_owned(), fault));
    }

    pub(in crate::sim) fn order_delivery(&mut self, app: &str, fault: DeliveryFault) {
        self.hooks.push((app.to_owned(), fault));
    }

    /// Takes the first order for a delivery to this app.
    pub(in crate::sim) fn take_delivery(&mut self, app: &str) -> Option<DeliveryFault> {
        let at = self.hooks.iter().position(|(name, _)| name == app)?;
        Some(self.hooks.remove(at).1)
    }

    /// Forgets all orders.
    pub(in crate::sim) fn clear(&mut self) {
        *self = Self::default();
    }

    /// Takes the first order that fits this call; `sends`: it sends a message,
    /// and is no sender action.
    pub(in crate::sim) fn take(&mut self, method: &str, path: &str, sends: bool) -> Option<Fault> {
        let call = format!("{method} {path}");
        let fits = |part: &str| match part {
            SEND => sends,
            part => call.contains(part),
        };
        let at = self.calls.iter().position(|(part, _)| fits(part))?;
        Some(self.calls.remove(at).1)
    }
}

impl Fault {
    /// The error answered instead of the work, if it is of that kind.
    pub(in crate::sim) fn refusal(&self) -> Option<GraphError> {
        match self {
            Self::Error {
                status,
                code: 2,
                subcode: 0,
            } => Some(GraphError {
                status: *status,
                ..GraphError::transient()
            }),
            Self::Error {
                status,
                code,
                subcode,
            } => Some(ordered(*status, *code, *subcode)),
            _ => None,
        }
    }
}

/// The Graph error that Meta gives for a code or subcode, where a person only
/// names one of them: `:fail 2018300`.
pub(in crate::sim) fn known_error(number: i64) -> Option<Fault> {
    let (status, code, subcode) = match number {
        1 | 2 | 1200 => (500, number, 0),
        3 | 4 | 10 | 17 | 32 | 100 | 341 | 368 | 613 | 2022 | 2500 | 80_001 | 80_002 | 80_006
        | 9_000_001 => (400, number, 0),
        190 => (401, 190, 0),
        200 | 230 => (403, number, 0),
        458 | 459 | 460 | 463 | 464 | 467 | 492 => (400, 190, number),
        551 | 1_545_041 => (400, 551, 1_545_041),
        2_018_278 | 2_534_022 | 2_018_065 | 2_018_108 | 2_018_300 | 1_893_063 | 2_534_077 => {
            (400, 10, number)
        }
        2_018_028 | 2_534_041 => (403, 200, number),
        2_018_344 => (400, 2, number),
        1_357_046 => (400, 1, number),
        33 | 1_893_061 | 2_018_001 | 2_018_008 | 2_018_014 | 2_018_034 | 2_018_047 | 2_018_074
        | 2_018_109 | 2_018_164 | 2_018_218 | 2_018_247 | 2_018_294 | 2_018_321 | 2_534_013
        | 2_534_014 | 2_534_015 | 2_534_029 | 2_534_037 => (400, 100, number),
        _ => return None,
    };
    Some(Fault::Error {
        status,
        code,
        subcode,
    })
}

/// An ordered error in Meta's words, as far as they are known.
fn ordered(status: u16, code: i64, subcode: i64) -> GraphError {
    let words = match (code, subcode) {
        (4, _) => "(#4) Application request limit reached".to_owned(),
        (80_006, _) => "(#80006) There have been too many messenger api calls to this Page account. Wait a bit \
                        and try again. For more info, please refer to \
                        https://developers.facebook.com/docs/graph-api/overview/rate-limiting."
            .to_owned(),
        (613, _) => "(#613) Calls to this api have exceeded the rate limit.".to_owned(),
        (1200, _) => {
            "An unexpected error has occurred. Please retry your request later.".to_owned()
        }
        (10, 2_018_300) => "(#10) Message failed to send because another app is controlling this thread now.".to_owned(),
        (10, 2_018_278) => "(#10) This message is sent outside of allowed window. Learn more about the new policy \
                            here: https://developers.facebook.com/docs/messenger-platform/policy-overview"
            .to_owned(),
        (10, 2_534_022) => "(#10) This message is sent outside of allowed window.".to_owned(),
        (100, 1_893_061) => "Invalid parameter".to_owned(),
        (100, 2_018_001) => "(#100) No matching user found".to_owned(),
        (551, _) => "(#551) This person isn't available right now.".to_owned(),
        (190, _) => "Error validating access token: Session has expired.".to_owned(),
        _ => format!("(#{code}) Ordered fault"),
    };
    let mut fail = GraphError::new(status, code, subcode, words);
    fail.transient = matches!(code, 4 | 1200);
    if (code, subcode) == (100, 33) {
        fail.kind = "GraphMethodException";
    }
    if subcode == 2_018_344 {
        fail.title = Some("Privacy ToS not accepted");
    }
    fail
}

/// What goes wrong with a delivery, on order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeliveryFault {
    /// The same bytes are delivered twice.
    Duplicate,
    /// The newest event comes first.
    Disorder,
    /// The events are lost.
    Lose,
    /// The signature is wrong.
    Forge,
}
