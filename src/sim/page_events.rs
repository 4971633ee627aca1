//! What the apps are told of the Page and of what stands around a conversation: policy,
//! parts under the Handover Protocol, comments and labels.

use serde_json::{Value, json};

use crate::sim::{
    events::Kind,
    world::{Comment, Platform, World},
};

impl World {
    /// Under the Handover Protocol: which part an app plays has changed.
    pub(super) fn tell_roles(&mut self, now: i64) {
        for app in 0..self.apps.len() {
            let role = if self.page.default_app == Some(app) {
                "primary_receiver"
            } else {
                "secondary_receiver"
            };
            let mut roles = serde_json::Map::new();
            roles.insert(self.apps[app].id.clone(), json!([role]));
            let event =
                json!({"recipient": {"id": self.page.id}, "timestamp": now, "app_roles": roles});
            let channel = "messaging_handovers";
            self.journal(
                app,
                channel,
                Kind::Handover,
                Platform::Messenger,
                None,
                event,
            );
        }
    }

    /// Meta's policy and the Page: `block` also keeps it from sending (X18), until
    /// `unblock`.
    pub(super) fn policy(&mut self, action: &str, reason: &str, now: i64) {
        match action {
            "block" => self.switches.page_restricted = true,
            "unblock" => self.switches.page_restricted = false,
            _ => {}
        }
        let event = json!({"recipient": {"id": self.page.id}, "timestamp": now,
                           "policy_enforcement": {"action": action, "reason": reason}});
        let kind = Kind::Other("messaging_policy_enforcement");
        for app in 0..self.apps.len() {
            let platform = Platform::Messenger;
            self.journal(app, "messaging", kind, platform, None, event.clone());
        }
    }

    /// A person comments under a post of the Page, or of its Instagram account. The
    /// comment may be answered privately once (R12).
    pub(super) fn customer_comments(&mut self, at: usize, id: Option<&str>, text: &str, now: i64) {
        let page = self.page.id.clone();
        let person = &self.people[at];
        let (platform, who, name) = (person.platform, person.id.clone(), person.name.clone());
        let username = person.username.clone();
        let number = 1_000 + self.comments.len();
        let comment = id.map_or_else(|| format!("122_{number}"), str::to_owned);
        let seconds = now / 1_000;
        let (field, value) = match platform {
            Platform::Messenger => (
                "feed",
                json!({"from": {"id": who, "name": name}, "item": "comment", "verb": "add",
                       "comment_id": comment, "post_id": format!("{page}_122"),
                       "parent_id": format!("{page}_122"), "created_time": seconds,
                       "message": text}),
            ),
            Platform::Instagram => (
                "comments",
                json!({"from": {"id": who, "username": username}, "id": comment, "text": text,
                       "media": {"id": "17900000000000122", "media_product_type": "FEED"}}),
            ),
        };
        self.comments.insert(
            comment,
            Comment {
                person: at,
                at: now,
                answered: false,
            },
        );
        self.changed(at, field, &value);
    }

    /// Puts a label on a person, or takes it off, and tells the apps if that changes
    /// anything. `None`: there is no such label; `Some(false)`: it was so already.
    pub(super) fn set_label(&mut self, at: usize, id: &str, on: bool) -> Option<bool> {
        let psid = self.people[at].id.clone();
        let changed = self.catalog.set_label(id, &psid, on)?;
        let label = self.catalog.labels.iter().find(|label| label.id == id)?;
        let value = json!({"action": if on { "add" } else { "remove" }, "user": {"id": psid},
                           "label": {"id": id, "page_label_name": label.name}});
        if changed {
            self.changed(at, "inbox_labels", &value);
        }
        Some(changed)
    }

    /// Somebody puts a label on a person in Meta's inbox, which makes it if it is new,
    /// or takes it off. `false`: it was not there to be taken off.
    pub(super) fn inbox_labels(&mut self, at: usize, name: &str, on: bool) -> bool {
        let known = self.catalog.labels.iter().find(|label| label.name == name);
        let id = match known.map(|label| label.id.clone()) {
            Some(id) => id,
            None if on => self.catalog.label_named(name),
            None => return false,
        };
        self.set_label(at, &id, on)
            .is_some_and(|changed| on || changed)
    }

    /// To every app, under `changes`.
    fn changed(&mut self, at: usize, field: &'static str, value: &Value) {
        let (platform, role) = (self.people[at].platform, self.people[at].role);
        for app in 0..self.apps.len() {
            if !self.apps[app].advanced && !role {
                continue; // R10
            }
            let event = json!({"field": field, "value": value});
            self.journal(
                app,
                "changes",
                Kind::Other(field),
                platform,
                Some(at),
                event,
            );
        }
    }
}
