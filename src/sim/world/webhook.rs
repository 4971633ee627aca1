//! An app's webhook: which events it wants, which of them wait, when they are
//! tried again, and when Meta gives up (E14).
//!
//! Two layers decide what an app hears: the fields of the app (by topic), and
//! the fields of the Page. Both must name a field (E10).

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use serde_json::Value;

use crate::sim::world::platform::{HOUR, Platform};

/// The Page's fields that messaging knows (manual, Webhooks).
const PAGE_FIELDS: [&str; 20] = [
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
/// The other fields of a Page that can be subscribed (Graph specification of Page,
/// `subscribed_apps`); nothing here ever happens to them.
const OTHER_PAGE_FIELDS: [&str; 71] = [
    "affiliation",
    "attire",
    "awards",
    "bio",
    "birthday",
    "call_permission_reply",
    "calls",
    "category",
    "checkins",
    "company_overview",
    "conversations",
    "culinary_team",
    "current_location",
    "description",
    "email",
    "feature_access_list",
    "founded",
    "general_info",
    "general_manager",
    "group_feed",
    "hometown",
    "hours",
    "invoice_access_bank_slip_events",
    "invoice_access_invoice_change",
    "invoice_access_invoice_draft_change",
    "invoice_access_onboarding_status_active",
    "leadgen",
    "leadgen_fat",
    "live_videos",
    "local_delivery",
    "location",
    "marketing_message_delivery_failed",
    "mcom_invoice_change",
    "members",
    "mention",
    "merchant_review",
    "message_context",
    "message_mention",
    "messaging_appointments",
    "messaging_checkout_updates",
    "messaging_customer_information",
    "messaging_direct_sends",
    "messaging_fblogin_account_linking",
    "messaging_game_plays",
    "messaging_in_thread_lead_form_submit",
    "messaging_optouts",
    "messaging_payments",
    "messaging_pre_checkouts",
    "mission",
    "name",
    "page_about_story",
    "page_change_proposal",
    "page_upcoming_change",
    "parking",
    "payment_options",
    "payment_request_update",
    "personal_info",
    "personal_interests",
    "phone",
    "picture",
    "price_range",
    "product_review",
    "products",
    "public_transit",
    "publisher_subscriptions",
    "ratings",
    "registration",
    "user_action",
    "video_text_question_responses",
    "videos",
    "website",
];

/// Every field of a Page that can be subscribed.
pub(in crate::sim) fn page_fields() -> Vec<&'static str> {
    [&PAGE_FIELDS[..], &OTHER_PAGE_FIELDS].concat()
}

/// Instagram's topic has fields of its own.
pub(in crate::sim) const INSTAGRAM_FIELDS: [&str; 8] = [
    "messages",
    "message_reactions",
    "messaging_postbacks",
    "messaging_seen",
    "messaging_referral",
    "message_edit",
    "standby",
    "messaging_handover",
];
/// At most so many wait for an app that does not answer.
pub(in crate::sim) const QUEUE: usize = 100_000;
/// Pauses between attempts in milliseconds of the world: at once, then longer
/// (the steps are our choice; Meta says "immediately, then with decreasing
/// frequency").
pub(in crate::sim) const PAUSES: [i64; 8] =
    [0, 2_000, 5_000, 15_000, 30_000, 60_000, 300_000, 900_000];
/// After so long without a 200 the app is unsubscribed.
pub(in crate::sim) const GIVE_UP: i64 = HOUR;

/// An app's webhook.
#[derive(Debug)]
pub(in crate::sim) struct Webhook {
    pub(in crate::sim) url: Option<String>,
    /// The handshake has succeeded.
    pub(in crate::sim) verified: bool,
    /// Meta has given up; subscribing again mends it.
    pub(in crate::sim) disabled: bool,
    /// Fields of the app by topic, `page` or `instagram`.
    pub(in crate::sim) app_fields: BTreeMap<&'static str, BTreeSet<String>>,
    /// Fields of the Page for this app.
    pub(in crate::sim) page_fields: BTreeSet<String>,
    pub(in crate::sim) queue: VecDeque<WebhookEvent>,
    /// Bytes that have to go again, as they were.
    pub(in crate::sim) again: Option<String>,
    /// They go again even though they arrived.
    pub(in crate::sim) repeat: bool,
    /// Held back until another one is there, which goes first.
    pub(in crate::sim) held: Option<WebhookEvent>,
    pub(in crate::sim) failing_since: Option<i64>,
    pub(in crate::sim) attempts: usize,
    pub(in crate::sim) not_before: i64,
    /// Something is on its way.
    pub(in crate::sim) busy: bool,
}

impl Webhook {
    pub(in crate::sim) fn new(url: Option<String>) -> Self {
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
    pub(in crate::sim) fn queue(&mut self, emitted: &WebhookEvent) {
        if self.url.is_none() || self.disabled || !self.wants(emitted) {
            return;
        }
        if self.queue.len() == QUEUE {
            self.queue.pop_front();
        }
        self.queue.push_back(emitted.clone());
    }

    pub(in crate::sim) fn wants(&self, emitted: &WebhookEvent) -> bool {
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
    pub(in crate::sim) fn waiting(&self) -> usize {
        self.queue.len()
    }

    /// When there is something to do, if there is.
    pub(in crate::sim) fn due(&self) -> Option<i64> {
        let idle = self.url.is_none() || self.disabled || self.busy;
        let nothing = self.verified && self.queue.is_empty() && self.again.is_none();
        (!idle && !nothing).then_some(self.not_before)
    }

    /// The call was answered with 200, and a handshake with its challenge.
    pub(in crate::sim) fn succeeded(&mut self) {
        self.busy = false;
        self.verified = true;
        (self.failing_since, self.attempts, self.not_before) = (None, 0, 0);
        if !std::mem::take(&mut self.repeat) {
            self.again = None;
        }
    }

    /// It was not: the same bytes go again later, until Meta gives up. A
    /// handshake goes again at once; the sender has paused before it.
    pub(in crate::sim) fn failed(&mut self, now: i64) {
        self.busy = false;
        if !self.verified {
            return;
        }
        let pause = PAUSES[self.attempts.min(PAUSES.len() - 1)];
        self.attempts += 1;
        let since = *self.failing_since.get_or_insert(now);
        self.not_before = now + pause;
        if now - since >= GIVE_UP {
            self.disabled = true;
            self.again = None;
            self.queue.clear();
        }
    }

    /// Subscribed anew: a callback that has just passed its handshake.
    pub(in crate::sim) fn subscribe(&mut self, url: String) {
        self.url = Some(url);
        self.disabled = false;
        self.succeeded();
    }
}

pub(in crate::sim) fn topic(platform: Platform) -> &'static str {
    match platform {
        Platform::Messenger => "page",
        Platform::Instagram => "instagram",
    }
}

/// An event as an app gets it by webhook.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::sim) struct WebhookEvent {
    pub(in crate::sim) app: usize,
    /// `messaging`, `standby` or `messaging_handovers`.
    pub(in crate::sim) channel: &'static str,
    /// The Page field that has to be subscribed, named as for the platform.
    pub(in crate::sim) field: &'static str,
    pub(in crate::sim) platform: Platform,
    pub(in crate::sim) event: Value,
}
