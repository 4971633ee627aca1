//! An app's webhook: which events it wants, which of them wait, when they are
//! tried again, and when Meta gives up (E14).
//!
//! Two layers decide what an app hears: the fields of the app (by topic), and
//! the fields of the Page. Both must name a field (E10).

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use crate::sim::world::{
    delivery::{Delivery, GIVE_UP},
    page::Page,
    webhook_event::{WebhookEvent, body, topic},
};

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

/// Those that messaging knows.
pub(in crate::sim) fn messaging_fields() -> &'static [&'static str] {
    &PAGE_FIELDS
}

/// Every field of a Page that can be subscribed.
pub(in crate::sim) fn page_fields() -> Vec<&'static str> {
    [&PAGE_FIELDS[..], &OTHER_PAGE_FIELDS].concat()
}

/// Instagram's topic has fields of its own.
pub(in crate::sim) const INSTAGRAM_FIELDS: [&str; 12] = [
    "messages",
    "message_reactions",
    "messaging_postbacks",
    "messaging_seen",
    "messaging_referral",
    "message_edit",
    "standby",
    "messaging_handover",
    "comments",
    "live_comments",
    "mentions",
    "story_insights",
];

/// At most so many wait for an app that does not answer.
pub(in crate::sim) const QUEUE: usize = 100_000;

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
    /// Made and not yet taken, each on its own.
    pub(in crate::sim) deliveries: Vec<Delivery>,
    /// Held back until another one is there, which goes first.
    pub(in crate::sim) held: Option<WebhookEvent>,
    /// Since when nothing was taken.
    pub(in crate::sim) failing_since: Option<i64>,
    /// A handshake is on its way.
    pub(in crate::sim) shaking: bool,
    /// Deliveries that were made.
    pub(in crate::sim) made: u64,
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
            deliveries: Vec::new(),
            held: None,
            failing_since: None,
            shaking: false,
            made: 0,
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
                "comments" => "feed",
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

    /// When there is something to do, if there is; `at_once` deliveries may be under
    /// way together.
    pub(in crate::sim) fn due(&self, at_once: usize) -> Option<i64> {
        if self.url.is_none() || self.disabled {
            return None;
        }
        if !self.verified {
            return (!self.shaking).then_some(0);
        }
        if self.deliveries.iter().filter(|one| one.busy).count() >= at_once {
            return None;
        }
        let again = self.deliveries.iter().filter(|one| !one.busy);
        let again = again.map(|one| one.not_before).min();
        let about = self.first_told();
        let fresh = self.queue.iter().any(|event| !event.is_about(&about));
        if fresh { Some(0) } else { again }
    }

    /// Something is on its way.
    #[cfg(test)]
    pub(in crate::sim) fn is_busy(&self) -> bool {
        self.shaking || self.deliveries.iter().any(|one| one.busy)
    }

    /// The people of whom something is on its way for the first time.
    fn first_told(&self) -> BTreeSet<usize> {
        let first = self.deliveries.iter().filter(|one| one.attempts == 0);
        first.flat_map(Delivery::people).collect()
    }

    /// Takes up to `most` events of one topic out of the queue, none of them about
    /// somebody of whom something is on its way.
    pub(in crate::sim) fn take(&mut self, most: usize) -> Vec<WebhookEvent> {
        let mut about = self.first_told();
        let mut taken: Vec<WebhookEvent> = Vec::new();
        let mut left = VecDeque::with_capacity(self.queue.len());
        for event in self.queue.drain(..) {
            let same = taken
                .first()
                .is_none_or(|first| first.platform == event.platform);
            if taken.len() < most && same && !event.is_about(&about) {
                taken.push(event);
            } else {
                // What comes later about the same person waits as well.
                about.extend(event.person);
                left.push_back(event);
            }
        }
        self.queue = left;
        taken
    }

    /// The handshake was answered, with its challenge or not. If not it goes again at
    /// once; the sender has paused before it.
    pub(in crate::sim) fn shaken(&mut self, good: bool) {
        self.shaking = false;
        self.verified |= good;
    }

    /// A delivery was answered. What was not taken goes again later, each event of it
    /// on its own, until Meta gives it up; and if nothing else was taken either, the
    /// app.
    pub(in crate::sim) fn answered(&mut self, id: u64, status: u16, now: i64, page: &Page) {
        let Some(at) = self.deliveries.iter().position(|one| one.id == id) else {
            return;
        };
        if status == 200 {
            self.failing_since = None;
            let delivery = &mut self.deliveries[at];
            delivery.busy = false;
            if !std::mem::take(&mut delivery.repeat) {
                self.deliveries.remove(at);
            }
            return;
        }
        let since = *self.failing_since.get_or_insert(now);
        self.deliveries[at].failed(now, status);
        if self.deliveries[at].events.len() > 1 {
            let failed = self.deliveries.remove(at);
            for event in failed.events {
                self.made += 1;
                self.deliveries.push(Delivery {
                    id: self.made,
                    body: body(page, std::slice::from_ref(&event), now),
                    events: vec![event],
                    ..failed
                });
            }
        } else if self.deliveries[at].is_given_up(now) {
            self.deliveries.remove(at);
        }
        if now - since >= GIVE_UP {
            self.disabled = true;
            self.deliveries.clear();
            self.queue.clear();
        }
    }

    /// Subscribed anew: a callback that has just passed its handshake.
    pub(in crate::sim) fn subscribe(&mut self, url: String) {
        self.url = Some(url);
        self.disabled = false;
        self.failing_since = None;
        self.shaken(true);
    }
}
