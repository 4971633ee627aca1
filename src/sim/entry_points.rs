//! How a person comes to the Page without writing: Get Started, ice breakers, the menu,
//! links and ads. What can be tapped is what the Messenger profile holds.

use serde_json::{Value, json};

use crate::sim::{events::Kind, world::World};

impl World {
    /// Get Started, with the reference of the link that led there, if any.
    pub(super) fn customer_gets_started(
        &mut self,
        at: usize,
        reference: &str,
        now: i64,
    ) -> Result<(), String> {
        let payload = self.property(at, "get_started")["payload"].clone();
        if payload.is_null() {
            return Err(
                "the Page has no Get Started button; set get_started in its Messenger profile first"
                    .into(),
            );
        }
        let mut what = json!({"title": "Get Started", "payload": payload});
        if !reference.is_empty() {
            what["referral"] = link(reference);
        }
        self.customer_posts_back(at, what, None, now);
        Ok(())
    }

    /// A question that stands ready in a new thread.
    pub(super) fn customer_taps_ice_breaker(
        &mut self,
        at: usize,
        question: &str,
        now: i64,
    ) -> Result<(), String> {
        let property = self.property(at, "ice_breakers");
        let mut questions = self.for_locale(at, &property);
        if questions.is_empty() {
            // The older list, without languages.
            questions = property.as_array().cloned().unwrap_or_default();
        }
        let asked = questions.iter().find(|item| item["question"] == question);
        let Some(asked) = asked else {
            return Err(nothing("ice breaker", question, &questions, "question"));
        };
        let what = json!({"title": question, "payload": asked["payload"]});
        self.customer_posts_back(at, what, None, now);
        Ok(())
    }

    /// An entry of the person's own menu, or of the Page's. One that opens a web page is
    /// told to nobody.
    pub(super) fn customer_taps_menu(
        &mut self,
        at: usize,
        title: &str,
        now: i64,
    ) -> Result<(), String> {
        let own = self.catalog.menus.get(&self.people[at].id).cloned();
        let menu = own.unwrap_or_else(|| self.property(at, "persistent_menu"));
        let entries = self.for_locale(at, &menu);
        let tapped = entries.iter().find(|item| item["title"] == title);
        let Some(tapped) = tapped else {
            return Err(nothing("menu entry", title, &entries, "title"));
        };
        if tapped["type"] == "web_url" {
            return Err(format!(
                "{title:?} opens a web page, and Meta tells no app about that"
            ));
        }
        let what = json!({"title": title, "payload": tapped["payload"]});
        self.customer_posts_back(at, what, None, now);
        Ok(())
    }

    /// By an m.me link, or Instagram's ig.me.
    pub(super) fn customer_follows(&mut self, at: usize, reference: &str, now: i64) {
        let what = json!({"referral": link(reference)});
        self.customer_does(at, Kind::Referral, what, now);
    }

    /// By an ad, which also stands on the first message that is written after it.
    pub(super) fn customer_follows_ad(&mut self, at: usize, reference: &str, now: i64) {
        let mut referral = json!({"source": "ADS", "type": "OPEN_THREAD", "ad_id": "6045246247433",
            "ads_context_data": {"ad_title": self.page.name, "photo_url": "https://cdn.example/ad.jpg",
                                 "post_id": format!("{}_122", self.page.id)}});
        if !reference.is_empty() {
            referral["ref"] = json!(reference);
        }
        self.people[at].came_by = Some(referral.clone());
        self.customer_does(at, Kind::Referral, json!({"referral": referral}), now);
    }

    fn property(&self, at: usize, name: &str) -> Value {
        let profile = self.catalog.profile.get(self.people[at].platform.word());
        let value = profile.and_then(|profile| profile.get(name));
        value.cloned().unwrap_or_default()
    }

    /// `call_to_actions` in the person's language, or the default ones.
    fn for_locale(&self, at: usize, property: &Value) -> Vec<Value> {
        let locale = self.people[at].locale.as_deref().unwrap_or("default");
        let entries = property.as_array().into_iter().flatten();
        let spoken = |entry: &&Value, wanted: &str| entry["locale"].as_str() == Some(wanted);
        let of = |wanted: &str| entries.clone().find(|entry| spoken(entry, wanted));
        let entry = of(locale).or_else(|| of("default"));
        let items = entry.and_then(|entry| entry["call_to_actions"].as_array());
        items.cloned().unwrap_or_default()
    }
}

fn link(reference: &str) -> Value {
    json!({"ref": reference, "source": "SHORTLINK", "type": "OPEN_THREAD"})
}

/// What is not there to be tapped, and what is.
fn nothing(what: &str, wanted: &str, items: &[Value], key: &str) -> String {
    let there: Vec<String> = items.iter().map(|item| item[key].to_string()).collect();
    match there.as_slice() {
        [] => format!("the Page has no {what}; set one in its Messenger profile first"),
        there => format!(
            "there is no {what} {wanted:?}; choose from {}",
            there.join(", ")
        ),
    }
}
