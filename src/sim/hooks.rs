//! E14: what is delivered to whom, when it is tried again, and when Meta gives
//! up. Pure; `sender` does the HTTP.
//!
//! Two layers decide what an app hears: the fields of the app (by topic), and
//! the fields of the Page. Both must name a field (E10).

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use serde_json::{Value, json};

use super::{
    sign,
    world::{Emitted, HOUR, Platform, World},
};

/// The Page's fields that messaging knows (§6.1).
pub(super) const PAGE_FIELDS: [&str; 20] = [
    "messages",
    "message_echoes",
    "message_reads",
    "message_deliveries",
    "message_reactions",
    "message_edits",
    "messaging_postbacks",
    "messaging_referrals",
    "messaging_optins",
    "messaging_handovers",
    "standby",
    "messaging_account_linking",
    "messaging_feedback",
    "response_feedback",
    "messaging_policy_enforcement",
    "messaging_integrity",
    "inbox_labels",
    "send_cart",
    "message_template_status_update",
    "feed",
];
/// Instagram's topic has fields of its own.
pub(super) const INSTAGRAM_FIELDS: [&str; 8] = [
    "messages",
    "message_reactions",
    "messaging_postbacks",
    "messaging_seen",
    "messaging_referral",
    "message_edit",
    "standby",
    "messaging_handover",
];

/// At most so many events in one delivery (our choice; Meta's generic limit is
/// 1,000).
const BATCH: usize = 100;
/// At most so many wait for an app that does not answer.
const QUEUE: usize = 100_000;
/// Pauses between attempts in milliseconds of the world: at once, then longer
/// (the steps are our choice; Meta says "immediately, then with decreasing
/// frequency").
const PAUSES: [i64; 8] = [0, 2_000, 5_000, 15_000, 30_000, 60_000, 300_000, 900_000];
/// After so long without a 200 the app is unsubscribed.
const GIVE_UP: i64 = HOUR;

/// An app's webhook.
#[derive(Debug)]
pub(super) struct Hook {
    pub(super) url: Option<String>,
    /// The handshake has succeeded.
    pub(super) verified: bool,
    /// Meta has given up; subscribing again mends it.
    pub(super) disabled: bool,
    /// Fields of the app by topic, `page` or `instagram`.
    pub(super) app_fields: BTreeMap<&'static str, BTreeSet<String>>,
    /// Fields of the Page for this app.
    pub(super) page_fields: BTreeSet<String>,
    queue: VecDeque<Emitted>,
    /// Bytes that have to go again, as they were.
    again: Option<String>,
    /// They go again even though they arrived.
    repeat: bool,
    /// Held back until another one is there, which goes first.
    held: Option<Emitted>,
    failing_since: Option<i64>,
    attempts: usize,
    not_before: i64,
    /// Something is on its way.
    pub(super) busy: bool,
}

/// One call of the sender.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Errand {
    /// The handshake: the token, and what has to come back.
    Handshake {
        verify_token: String,
        challenge: String,
    },
    /// A delivery: the exact bytes and their two signatures.
    Delivery {
        body: String,
        sha256: String,
        sha1: String,
    },
}

impl Hook {
    pub(super) fn new(url: Option<String>) -> Self {
        let all = |fields: &[&str]| fields.iter().map(|f| (*f).to_owned()).collect();
        Self {
            url,
            verified: false,
            disabled: false,
            app_fields: BTreeMap::from([
                ("page", all(&PAGE_FIELDS)),
                ("instagram", all(&INSTAGRAM_FIELDS)),
            ]),
            page_fields: all(&PAGE_FIELDS),
            queue: VecDeque::new(),
            again: None,
            repeat: false,
            held: None,
            failing_since: None,
            attempts: 0,
            not_before: 0,
            busy: false,
        }
    }

    /// Puts an event in the queue, if both layers want it. On `standby` the
    /// field `standby` is needed as well.
    pub(super) fn queue(&mut self, emitted: &Emitted) {
        if self.url.is_none() || self.disabled || !self.wants(emitted) {
            return;
        }
        if self.queue.len() == QUEUE {
            self.queue.pop_front();
        }
        self.queue.push_back(emitted.clone());
    }

    fn wants(&self, emitted: &Emitted) -> bool {
        let topic = topic(emitted.platform);
        let app = |field: &str| {
            self.app_fields
                .get(topic)
                .is_some_and(|f| f.contains(field))
        };
        // The Page's own list names the Page's fields, for both platforms.
        let page = |field: &str| {
            let field = match field {
                "messaging_seen" => "message_reads",
                "messaging_referral" => "messaging_referrals",
                "message_edit" => "message_edits",
                "messaging_handover" => "messaging_handovers",
                field => field,
            };
            self.page_fields.contains(field)
        };
        let both = |field: &str| app(field) && page(field);
        both(emitted.field) && (emitted.channel != "standby" || both("standby"))
    }

    /// How many events wait.
    pub(super) fn waiting(&self) -> usize {
        self.queue.len()
    }

    /// When this hook has something to do, if it has.
    pub(super) fn due(&self) -> Option<i64> {
        let idle = self.url.is_none() || self.disabled || self.busy;
        let nothing = self.verified && self.queue.is_empty() && self.again.is_none();
        (!idle && !nothing).then_some(self.not_before)
    }

    /// The call was answered with 200, and a handshake with its challenge.
    pub(super) fn succeeded(&mut self) {
        self.busy = false;
        self.verified = true;
        (self.failing_since, self.attempts, self.not_before) = (None, 0, 0);
        if !std::mem::take(&mut self.repeat) {
            self.again = None;
        }
    }

    /// It was not: the same bytes go again later, until Meta gives up. A
    /// handshake is tried on (our choice: the program behind it may start
    /// after us).
    pub(super) fn failed(&mut self, now: i64) {
        self.busy = false;
        let pause = PAUSES[self.attempts.min(PAUSES.len() - 1)];
        self.attempts += 1;
        if !self.verified {
            self.not_before = now + pause.clamp(500, 2_000);
            return;
        }
        let since = *self.failing_since.get_or_insert(now);
        self.not_before = now + pause;
        if now - since >= GIVE_UP {
            self.disabled = true;
            self.again = None;
            self.queue.clear();
        }
    }

    /// Subscribed anew: a callback that has just passed its handshake.
    pub(super) fn subscribe(&mut self, url: String) {
        self.url = Some(url);
        self.disabled = false;
        self.succeeded();
    }
}

pub(super) fn topic(platform: Platform) -> &'static str {
    match platform {
        Platform::Messenger => "page",
        Platform::Instagram => "instagram",
    }
}

/// What goes wrong with a delivery, on order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HookFault {
    /// The same bytes are delivered twice.
    Duplicate,
    /// The newest event comes first.
    Disorder,
    /// The events are lost.
    Lose,
    /// The signature is wrong.
    Forge,
}

impl World {
    /// When some hook has something to do.
    pub(super) fn hooks_due(&self) -> Option<i64> {
        self.apps.iter().filter_map(|app| app.hook.due()).min()
    }

    /// The calls that are due now, with the app and its URL.
    pub(super) fn errands(&mut self, now: i64) -> Vec<(usize, String, Errand)> {
        let mut errands = Vec::new();
        for app in 0..self.apps.len() {
            if self.apps[app].hook.due().is_none_or(|at| at > now) {
                continue;
            }
            let Some(url) = self.apps[app].hook.url.clone() else {
                continue;
            };
            if let Some(errand) = self.errand(app, now) {
                self.apps[app].hook.busy = true;
                errands.push((app, url, errand));
            }
        }
        errands
    }

    fn errand(&mut self, at: usize, now: i64) -> Option<Errand> {
        let name = self.apps[at].name.clone();
        if !self.apps[at].hook.verified {
            return Some(Errand::Handshake {
                verify_token: self.apps[at].verify_token.clone(),
                challenge: format!("{}", 1_000_000_000 + self.seed % 1_000_000_000),
            });
        }
        let mut forged = false;
        let body = match self.apps[at].hook.again.clone() {
            Some(body) => body,
            None => {
                let fault = self.faults.take_hook(&name);
                let mut batch = self.batch(at);
                match fault {
                    Some(HookFault::Disorder) if batch.len() > 1 => batch.reverse(),
                    Some(HookFault::Disorder) => {
                        self.apps[at].hook.held = batch.pop();
                        return None;
                    }
                    Some(HookFault::Lose) => return None,
                    Some(HookFault::Forge) => forged = true,
                    Some(HookFault::Duplicate) => self.apps[at].hook.repeat = true,
                    None => {}
                }
                body(&self.page.id, &self.page.instagram_id, &batch, now)
            }
        };
        let app = &mut self.apps[at];
        app.hook.again = Some(body.clone());
        let secret = if forged { "wrong" } else { app.secret.as_str() };
        Some(Errand::Delivery {
            sha256: sign::sha256(secret, body.as_bytes()),
            sha1: sign::sha1(secret, body.as_bytes()),
            body,
        })
    }

    /// The next events of one topic.
    fn batch(&mut self, at: usize) -> Vec<Emitted> {
        let queue = &mut self.apps[at].hook.queue;
        let Some(topic) = queue.front().map(|first| first.platform) else {
            return Vec::new();
        };
        let same = queue.iter().take_while(|next| next.platform == topic);
        let count = same.count().min(BATCH);
        let mut batch: Vec<Emitted> = queue.drain(..count).collect();
        let hook = &mut self.apps[at].hook;
        if hook
            .held
            .as_ref()
            .is_some_and(|held| held.platform == topic)
        {
            batch.extend(hook.held.take());
        }
        batch
    }
}

/// Several entries with one event each (§6.3), escaped as Meta escapes.
fn body(page: &str, instagram: &str, batch: &[Emitted], now: i64) -> String {
    let platform = batch.first().map_or(Platform::Messenger, |e| e.platform);
    let id = match platform {
        Platform::Messenger => page,
        Platform::Instagram => instagram,
    };
    let entries: Vec<Value> = batch
        .iter()
        .map(|emitted| {
            let list = match emitted.channel {
                "standby" => "standby",
                _ => "messaging",
            };
            json!({"id": id, "time": now, list: [emitted.event]})
        })
        .collect();
    sign::escaped(&json!({"object": topic(platform), "entry": entries}))
}
