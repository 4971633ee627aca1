//! The webhook sender: makes the calls that are due, and wakes the world when
//! something in it is.

use std::time::Duration;

use futures_util::stream::{FuturesUnordered, StreamExt};
use serde_json::json;

use crate::{
    clock,
    sim::{
        paging::iso_millis, params::NEWEST, scheduler, simulator::Simulator,
        webhooks::outgoing::OutgoingCall, world::World,
    },
};

/// An app has so long to answer (manual, Webhooks).
const PATIENCE: Duration = Duration::from_secs(5);
/// A callback that did not pass its handshake is asked again after this pause, by
/// the clock on the wall: the program behind it may start after us, also while the
/// world's clock stands still (our choice).
const HANDSHAKE_PAUSE: Duration = Duration::from_millis(500);

impl Simulator {
    /// Delivers until `stop` is done.
    pub(in crate::sim) async fn deliver(&self, stop: impl Future<Output = ()>) {
        // Made when it is first needed: reading the system's certificates would
        // hold up the start.
        let mut made: Option<reqwest::Client> = None;
        let mut stop = std::pin::pin!(stop);
        let mut under_way = FuturesUnordered::new();
        loop {
            let now = self.time.now();
            let (outgoing_calls, wake) = {
                let mut world = self.world();
                scheduler::advance(&mut world, now);
                let outgoing_calls = world.outgoing_calls(now);
                (
                    outgoing_calls,
                    scheduler::next(&world)
                        .into_iter()
                        .chain(world.webhooks_due())
                        .min(),
                )
            };
            let more = !outgoing_calls.is_empty();
            for (app, url, outgoing_call) in outgoing_calls {
                let Some(client) = made.clone().or_else(client) else {
                    return;
                };
                made = Some(client.clone());
                let may = self.may_call(&url);
                under_way.push(async move {
                    let done = match may {
                        true => run(&client, &url, &outgoing_call).await,
                        false => 0,
                    };
                    if done != 200 && matches!(outgoing_call, OutgoingCall::Handshake { .. }) {
                        clock::sleep(HANDSHAKE_PAUSE).await;
                    }
                    (app, url, outgoing_call, done)
                });
            }
            if more {
                continue;
            }
            let sleep = async {
                match wake {
                    Some(at) => self.time.sleep_until(at).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                () = &mut stop => return,
                () = self.changed.notified() => {}
                () = sleep => {}
                Some((app, url, outgoing_call, status)) = under_way.next(), if !under_way.is_empty() => {
                    self.delivered(app, &url, &outgoing_call, status);
                }
            }
        }
    }

    fn delivered(&self, app: usize, url: &str, outgoing_call: &OutgoingCall, status: u16) {
        let now = self.time.now();
        let name = {
            let mut world = self.world();
            let World { apps, page, .. } = &mut *world;
            let webhook = &mut apps[app].webhook;
            match outgoing_call {
                OutgoingCall::Handshake { .. } => webhook.shaken(status == 200),
                OutgoingCall::Delivery { id, .. } => webhook.answered(*id, status, now, page),
            }
            world.apps[app].name.clone()
        };
        let handshake = matches!(outgoing_call, OutgoingCall::Handshake { .. });
        self.troubles.answered(&name, url, handshake, status);
        if let (Some(log), OutgoingCall::Delivery { body, .. }) = (&self.log, outgoing_call) {
            let body = serde_json::from_str::<serde_json::Value>(body).unwrap_or_default();
            log.write(
                &json!({"time": iso_millis(now), "app": name, "method": "WEBHOOK", "path": url,
                              "body": body, "status": status, "ms": 0}),
            );
        }
    }
}

/// The simulator calls programs on this computer; it trusts them with nothing.
pub(in crate::sim) fn client() -> Option<reqwest::Client> {
    // Somebody else in the process may have installed one already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let builder = || {
        reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .user_agent("facebookexternalua")
    };
    builder().build().ok().or_else(|| {
        // Without any CA certificate on the computer no client is built.
        let roots = webpki_root_certs::TLS_SERVER_ROOT_CERTS
            .iter()
            .filter_map(|der| reqwest::Certificate::from_der(der).ok());
        builder().tls_certs_only(roots).build().ok()
    })
}

/// The handshake with a callback; the HTTP status, or 0 for none.
pub(in crate::sim) async fn handshake(url: &str, verify_token: &str, challenge: &str) -> u16 {
    let outgoing_call = OutgoingCall::Handshake {
        verify_token: verify_token.to_owned(),
        challenge: challenge.to_owned(),
    };
    match client() {
        Some(client) => run(&client, url, &outgoing_call).await,
        None => 0,
    }
}

/// The HTTP status; 0 when there was no answer in time. A handshake that is
/// answered with anything but the challenge counts as 403.
async fn run(client: &reqwest::Client, url: &str, outgoing_call: &OutgoingCall) -> u16 {
    let work = async {
        match outgoing_call {
            OutgoingCall::Handshake {
                verify_token,
                challenge,
            } => {
                let query = [
                    ("hub.mode", "subscribe"),
                    ("hub.challenge", challenge),
                    ("hub.verify_token", verify_token),
                ];
                let answer = client.get(url).query(&query).send().await.ok()?;
                let status = answer.status().as_u16();
                let same = answer.text().await.ok()?.trim() == challenge;
                Some(if same || status != 200 { status } else { 403 })
            }
            OutgoingCall::Delivery {
                body, sha256, sha1, ..
            } => {
                let answer = client
                    .post(url)
                    .header("content-type", "application/json")
                    .header("x-hub-signature-256", sha256)
                    .header("x-hub-signature", sha1)
                    .header("facebook-api-version", NEWEST)
                    .body(body.clone())
                    .send()
                    .await
                    .ok()?;
                Some(answer.status().as_u16())
            }
        }
    };
    clock::within(PATIENCE, work).await.flatten().unwrap_or(0)
}
