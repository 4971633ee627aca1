//! E11 and E12: the Messenger profile, menus of single persons, labels,
//! personas and moderation.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use serde_json::{Map, Value, json};

use super::{
    answer::{Asker, Next, asked, cursor_list, limit, project, uncursor},
    fail::Fail,
    params::{Params, text_of},
    world::{Platform, World},
};

/// Ten calls in ten minutes, for the profile of the Page and for each person's
/// settings (§7).
const CALLS: usize = 10;
const MINUTES_10: i64 = 600_000;
/// What a profile may hold; Instagram knows the last two only.
const PROPERTIES: [&str; 9] = [
    "get_started",
    "greeting",
    "commands",
    "whitelisted_domains",
    "account_linking_url",
    "subject_to_new_eu_privacy_rules",
    "home_url",
    "persistent_menu",
    "ice_breakers",
];

/// What is set up around the conversations.
#[derive(Debug, Default)]
pub(super) struct Extras {
    profile: BTreeMap<&'static str, Map<String, Value>>,
    menus: BTreeMap<String, Value>,
    /// When the limited edges were called, by what they are limited by.
    calls: BTreeMap<String, VecDeque<i64>>,
    labels: Vec<Label>,
    personas: Vec<Persona>,
    made: u64,
}

#[derive(Debug)]
struct Label {
    id: String,
    name: String,
    people: BTreeSet<String>,
}

#[derive(Debug)]
struct Persona {
    id: String,
    name: String,
    picture: String,
}

impl Extras {
    fn spend(&mut self, what: &str, now: i64) -> Result<(), Fail> {
        let calls = self.calls.entry(what.to_owned()).or_default();
        while calls.front().is_some_and(|at| now - at >= MINUTES_10) {
            calls.pop_front();
        }
        if calls.len() >= CALLS {
            let words = "(#613) Calls to this api have exceeded the rate limit.";
            return Err(Fail::new(400, 613, 0, words));
        }
        calls.push_back(now);
        Ok(())
    }

    fn id(&mut self) -> String {
        self.made += 1;
        (555_000_000_000_000 + self.made * 17).to_string()
    }

    pub(super) fn has_persona(&self, id: &str) -> bool {
        self.personas.iter().any(|persona| persona.id == id)
    }
}

fn topic(params: &Params) -> &'static str {
    match params.text("platform").map(|p| p.to_ascii_lowercase()) {
        Some(word) if word == Platform::Instagram.word() => Platform::Instagram.word(),
        _ => Platform::Messenger.word(),
    }
}

/// Names in `fields`, from `a,b`, `["a"]` or a JSON body, in any case.
fn fields(params: &Params) -> Vec<String> {
    let names: Vec<String> = match params.value("fields") {
        Some(Value::Array(items)) => items.iter().filter_map(text_of).collect(),
        Some(Value::String(text)) => text.split(',').map(str::to_owned).collect(),
        _ => Vec::new(),
    };
    let names = names.into_iter().map(|n| n.trim().to_ascii_lowercase());
    names.filter(|name| !name.is_empty()).collect()
}

/// `/{page}/messenger_profile`: POST sets only what it names.
pub(super) fn profile(
    world: &mut World,
    method: &str,
    params: &Params,
    now: i64,
) -> Result<Value, Fail> {
    let topic = topic(params);
    world.extras.spend("profile", now)?;
    let profile = world.extras.profile.entry(topic).or_default();
    match method {
        "GET" => {
            let asked = fields(params);
            let found: Map<String, Value> = profile
                .iter()
                .filter(|(name, _)| asked.contains(name))
                .map(|(name, value)| (name.clone(), value.clone()))
                .collect();
            if found.is_empty() {
                return Ok(json!({"data": []}));
            }
            Ok(json!({"data": [found]}))
        }
        "POST" => {
            let mut given = Map::new();
            // Instagram knows the last two only, and one is Meta's to set.
            let known = match topic {
                "instagram" => &PROPERTIES[PROPERTIES.len() - 2..],
                _ => &PROPERTIES[..],
            };
            for name in known
                .iter()
                .copied()
                .filter(|name| !name.starts_with("subject_to"))
            {
                if let Some(value) = params.value(name) {
                    given.insert(name.to_owned(), value);
                }
            }
            if given.is_empty() {
                return Err(Fail::parameter("At least one property must be set"));
            }
            let menu = given.contains_key("persistent_menu");
            let started = given.contains_key("get_started") || profile.contains_key("get_started");
            if menu && !started && topic == "messenger" {
                return Err(Fail::new(
                    400,
                    100,
                    2_018_145,
                    "(#100) You must set a Get Started button if you also wish to use persistent menu",
                ));
            }
            profile.extend(given);
            Ok(json!({"result": "success"}))
        }
        "DELETE" => {
            let names = fields(params);
            if names.is_empty() {
                return Err(Fail::parameter("The parameter fields is required"));
            }
            profile.retain(|name, _| !names.contains(name));
            Ok(json!({"result": "success"}))
        }
        _ => Err(Fail::unknown_object("messenger_profile")),
    }
}

/// `/{page}/custom_user_settings`: the menu of one person.
pub(super) fn user_settings(
    world: &mut World,
    method: &str,
    params: &Params,
    now: i64,
) -> Result<Value, Fail> {
    let psid = params.text("psid").unwrap_or_default();
    if world.person_by_id(&psid).is_none() {
        return Err(Fail::unknown_person(false));
    }
    world.extras.spend(&format!("person {psid}"), now)?;
    match method {
        "GET" => {
            let page = world.extras.profile.get("messenger");
            let page = page.and_then(|profile| profile.get("persistent_menu").cloned());
            let own = world.extras.menus.get(&psid).cloned();
            let mut row = Map::new();
            row.extend(own.map(|menu| ("user_level_persistent_menu".to_owned(), menu)));
            row.extend(page.map(|menu| ("page_level_persistent_menu".to_owned(), menu)));
            Ok(if row.is_empty() {
                json!({"data": []})
            } else {
                json!({"data": [row]})
            })
        }
        "POST" => {
            let menu = params
                .value("persistent_menu")
                .ok_or_else(|| Fail::parameter("The parameter persistent_menu is required"))?;
            world.extras.menus.insert(psid, menu);
            Ok(json!({"result": "success"}))
        }
        "DELETE" => {
            world.extras.menus.remove(&psid);
            Ok(json!({"result": "success"}))
        }
        _ => Err(Fail::unknown_object("custom_user_settings")),
    }
}

/// The Page's owner has to accept terms before labels can be used; the code
/// says "try again", the truth is that trying again is no use (2/2018344).
fn terms(world: &World) -> Result<(), Fail> {
    if world.switches.label_terms {
        return Ok(());
    }
    Err(Fail {
        title: Some("Privacy ToS not accepted"),
        ..Fail::new(
            400,
            2,
            2_018_344,
            "(#2) The Page Contact Terms were not accepted by an admin of the Page.",
        )
    })
}

/// `/{page}/custom_labels`.
pub(super) fn labels(world: &mut World, method: &str, ask: &Asker<'_>) -> Result<Value, Fail> {
    terms(world)?;
    match method {
        "POST" => {
            let name = ask
                .params
                .text("page_label_name")
                .or_else(|| ask.params.text("name"))
                .filter(|name| !name.trim().is_empty())
                .ok_or_else(|| Fail::parameter("The parameter page_label_name is required"))?;
            let known = world.extras.labels.iter().find(|label| label.name == name);
            if let Some(label) = known {
                return Ok(json!({"id": label.id}));
            }
            let id = world.extras.id();
            world.extras.labels.push(Label {
                id: id.clone(),
                name,
                people: BTreeSet::new(),
            });
            Ok(json!({ "id": id }))
        }
        "GET" => {
            let rows = world
                .extras
                .labels
                .iter()
                .map(|label| label_node(label, ask));
            paged(rows.collect::<Result<Vec<_>, _>>()?, ask)
        }
        _ => Err(Fail::unknown_object("custom_labels")),
    }
}

fn label_node(label: &Label, ask: &Asker<'_>) -> Result<Value, Fail> {
    project(&label.id, &asked(ask, &["id"])?, |field| {
        match field.name.as_str() {
            "page_label_name" | "name" => Ok(Some(json!(label.name))),
            other => Err(Fail::unknown_field(other, "PageLabel")),
        }
    })
}

fn persona_node(persona: &Persona, ask: &Asker<'_>) -> Result<Value, Fail> {
    let fields = asked(ask, &["name", "profile_picture_url"])?;
    project(&persona.id, &fields, |field| match field.name.as_str() {
        "name" => Ok(Some(json!(persona.name))),
        "profile_picture_url" => Ok(Some(json!(persona.picture))),
        other => Err(Fail::unknown_field(other, "Persona")),
    })
}

/// A page of rows that never change their order.
fn paged(rows: Vec<Value>, ask: &Asker<'_>) -> Result<Value, Fail> {
    let after = ask.params.text("after").map(|c| uncursor(&c)).transpose()?;
    let start = after.map_or(0, |(_, at)| at + 1).min(rows.len());
    let end = (start + limit(ask)).min(rows.len());
    let more = end < rows.len();
    let edge = |at: usize| (start < end).then_some((0, at));
    Ok(cursor_list(
        rows[start..end].to_vec(),
        edge(start),
        edge(end.saturating_sub(1)),
        more.then(|| Next::of(ask)).as_ref(),
        ask.token,
    ))
}

/// `/{psid}/custom_labels`: the labels of a person.
pub(super) fn labels_of(world: &World, method: &str, psid: &str) -> Result<Value, Fail> {
    terms(world)?;
    if method != "GET" || world.person_by_id(psid).is_none() {
        return Err(Fail::unknown_object(psid));
    }
    let labels = &world.extras.labels;
    let own = labels.iter().filter(|label| label.people.contains(psid));
    let own: Vec<Value> = own
        .map(|label| json!({"id": label.id, "page_label_name": label.name}))
        .collect();
    Ok(json!({ "data": own }))
}

/// `/{label}/label`: puts it on a person, or takes it off.
pub(super) fn assign(
    world: &mut World,
    method: &str,
    id: &str,
    params: &Params,
) -> Result<Value, Fail> {
    terms(world)?;
    let psid = params.text("user").unwrap_or_default();
    if world.person_by_id(&psid).is_none() {
        return Err(Fail::unknown_person(false));
    }
    let labels = &mut world.extras.labels;
    let label = labels
        .iter_mut()
        .find(|label| label.id == id)
        .ok_or_else(|| Fail::unknown_object(id))?;
    if method == "POST" {
        label.people.insert(psid);
    } else {
        label.people.remove(&psid);
    }
    Ok(json!({"success": true}))
}

/// `/{page}/personas`.
pub(super) fn personas(world: &mut World, method: &str, ask: &Asker<'_>) -> Result<Value, Fail> {
    match method {
        "POST" => {
            let name = ask.params.text("name").unwrap_or_default();
            let picture = ask.params.text("profile_picture_url").unwrap_or_default();
            if name.is_empty() || name.chars().count() > 50 || !picture.starts_with("http") {
                return Err(Fail::parameter("Invalid parameter"));
            }
            let id = world.extras.id();
            world.extras.personas.push(Persona {
                id: id.clone(),
                name,
                picture,
            });
            Ok(json!({ "id": id }))
        }
        "GET" => {
            let rows = world.extras.personas.iter().map(|p| persona_node(p, ask));
            paged(rows.collect::<Result<Vec<_>, _>>()?, ask)
        }
        _ => Err(Fail::unknown_object("personas")),
    }
}

/// A label or persona by its id.
pub(super) fn node(world: &World, id: &str, ask: &Asker<'_>) -> Option<Result<Value, Fail>> {
    let extras = &world.extras;
    let label = extras.labels.iter().find(|label| label.id == id);
    let persona = extras.personas.iter().find(|persona| persona.id == id);
    label
        .map(|label| label_node(label, ask))
        .or_else(|| persona.map(|persona| persona_node(persona, ask)))
}

/// `DELETE /{label}` and `DELETE /{persona}`.
pub(super) fn delete(world: &mut World, id: &str) -> Result<Value, Fail> {
    let extras = &mut world.extras;
    let before = extras.labels.len() + extras.personas.len();
    extras.labels.retain(|label| label.id != id);
    extras.personas.retain(|persona| persona.id != id);
    if extras.labels.len() + extras.personas.len() == before {
        return Err(Fail::unknown_object(id));
    }
    Ok(json!({"success": true}))
}

const ACTIONS: [&str; 5] = [
    "block_user",
    "unblock_user",
    "ban_user",
    "unban_user",
    "move_to_spam",
];

/// `/{page}/moderate_conversations`: at most ten people and two actions, never
/// both ways at once; the answer is a text.
pub(super) fn moderate(world: &mut World, params: &Params) -> Result<Value, Fail> {
    let list = |key: &str| match params.value(key) {
        Some(Value::Array(items)) => items,
        _ => Vec::new(),
    };
    let id = |item: &Value| item.get("id").and_then(text_of).or_else(|| text_of(item));
    let people: Vec<String> = list("user_ids").iter().filter_map(id).collect();
    let actions: Vec<String> = list("actions").iter().filter_map(text_of).collect();
    let both = |a: &str, b: &str| {
        actions.iter().any(|word| word == a) && actions.iter().any(|word| word == b)
    };
    let odd = actions.iter().any(|word| !ACTIONS.contains(&word.as_str()));
    let bad_count =
        people.is_empty() || people.len() > 10 || actions.is_empty() || actions.len() > 2;
    if bad_count || odd || both("block_user", "unblock_user") || both("ban_user", "unban_user") {
        return Err(Fail::parameter("Invalid parameter"));
    }
    let found: Vec<Option<usize>> = people.iter().map(|id| world.person_by_id(id)).collect();
    for at in found {
        // An existing conversation is needed.
        let Some(at) = at.filter(|at| !world.people[*at].messages.is_empty()) else {
            return Ok(json!({"success": "false"}));
        };
        for action in &actions {
            let person = &mut world.people[at];
            match action.as_str() {
                "block_user" | "ban_user" => person.blocked = true,
                "unblock_user" | "unban_user" => person.blocked = false,
                _ => person.folder = "spam".into(),
            }
        }
    }
    Ok(json!({"success": "true"}))
}
