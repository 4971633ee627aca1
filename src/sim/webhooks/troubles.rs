//! Webhooks that fail, told once for each cause: whoever runs the simulator should
//! not have to ask why their bot is silent.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, PoisonError},
};

use tokio::sync::broadcast;

/// Sentences that wait for whoever listens, at most.
const WAITING: usize = 64;

/// What has been told of the webhooks. Cheap to clone.
#[derive(Clone, Debug)]
pub(in crate::sim) struct Troubles {
    /// App, whether it was the handshake, and what came back.
    told: Arc<Mutex<BTreeSet<(String, bool, u16)>>>,
    to: broadcast::Sender<String>,
}

impl Troubles {
    pub(in crate::sim) fn new() -> Self {
        Self {
            told: Arc::default(),
            to: broadcast::channel(WAITING).0,
        }
    }

    /// Every sentence from now on.
    pub(in crate::sim) fn listen(&self) -> broadcast::Receiver<String> {
        self.to.subscribe()
    }

    /// An app's webhook answered with this status, or 0 for not in time. A cause that
    /// went away is told again when it comes back.
    pub(in crate::sim) fn answered(&self, app: &str, url: &str, handshake: bool, status: u16) {
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        if status == 200 {
            told.retain(|(name, shaken, _)| name != app || *shaken != handshake);
            return;
        }
        if !told.insert((app.to_owned(), handshake, status)) {
            return;
        }
        let url = url.split('?').next().unwrap_or_default();
        let what = match (handshake, status) {
            (_, 0) => "does not answer".to_owned(),
            (true, 403) => "did not return the challenge".to_owned(),
            (true, status) => format!("answered the handshake with HTTP {status}"),
            (false, status) => format!("answered HTTP {status}"),
        };
        let then = match handshake {
            true => "No events are sent until that works",
            false => "The event will be sent again",
        };
        // Nobody has to listen.
        let _ = self.to.send(format!(
            "The webhook of {app} ({url}) {what}. {then}. See GET /sim/hooks."
        ));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_cause_is_told_once_until_it_works_again() {
        let troubles = Troubles::new();
        let mut heard = troubles.listen();
        let url = "http://127.0.0.1:1/hook?key=1";
        for (handshake, status) in [
            (true, 0),
            (true, 0),
            (true, 200),
            (false, 500),
            (false, 500),
            (false, 404),
            (false, 200),
            (false, 500),
        ] {
            troubles.answered("bot", url, handshake, status);
        }
        let told: Vec<String> = std::iter::from_fn(|| heard.try_recv().ok()).collect();
        assert_eq!(told.len(), 4, "{told:#?}");
        assert!(told[0].contains("The webhook of bot (http://127.0.0.1:1/hook) does not answer."));
        assert!(told[1].contains("HTTP 500") && told[2].contains("HTTP 404"));
    }
}
