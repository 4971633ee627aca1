//! E11 and E12: the Messenger profile, menus of single persons, labels,
//! personas and moderation.

use serde_json::{Map, Value, json};

use crate::sim::{
    graph_error::GraphError,
    params::{Params, text_of},
    profile_limits,
    shape::Place,
    world::{Platform, World},
};

/// What a profile may hold, but for `subject_to_new_eu_privacy_rules`, which only Meta
/// sets.
const SETTABLE: [&str; 8] = [
    "get_started",
    "greeting",
    "commands",
    "whitelisted_domains",
    "account_linking_url",
    "home_url",
    "persistent_menu",
    "ice_breakers",
];

/// Those that an app may set: Instagram knows the last two only, and one is Meta's.
pub(super) fn settable(platform: Platform) -> &'static [&'static str] {
    match platform {
        Platform::Messenger => &SETTABLE,
        Platform::Instagram => &SETTABLE[SETTABLE.len() - 2..],
    }
}

/// Sets some properties, all of them or none.
pub(super) fn set(
    world: &mut World,
    platform: Platform,
    given: Map<String, Value>,
) -> Result<(), GraphError> {
    let profile = world.catalog.profile.entry(platform.word()).or_default();
    let menu = given.contains_key("persistent_menu");
    let started = given.contains_key("get_started") || profile.contains_key("get_started");
    if menu && !started && platform == Platform::Messenger {
        return Err(GraphError::new(
            400,
            100,
            2_018_145,
            "(#100) You must set a Get Started button if you also wish to use persistent menu",
        ));
    }
    profile_limits::check(platform, &given)?;
    profile.extend(given);
    Ok(())
}

/// The platform that a call names; Messenger, if it names none.
pub(super) fn topic(params: &Params) -> Platform {
    match params.text("platform").map(|p| p.to_ascii_lowercase()) {
        Some(word) if word == Platform::Instagram.word() => Platform::Instagram,
        _ => Platform::Messenger,
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
) -> Result<Value, GraphError> {
    let platform = topic(params);
    if !world.switches.no_quotas {
        world.catalog.spend("profile", now)?;
    }
    let profile = world.catalog.profile.entry(platform.word()).or_default();
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
            let known = settable(platform).iter().copied();
            let given = known.filter_map(|name| Some((name.to_owned(), params.value(name)?)));
            let given: Map<String, Value> = given.collect();
            if given.is_empty() {
                return Err(GraphError::parameter("At least one property must be set"));
            }
            set(world, platform, given)?;
            Ok(json!({"result": "success"}))
        }
        "DELETE" => {
            let names = fields(params);
            if names.is_empty() {
                return Err(GraphError::parameter("The parameter fields is required"));
            }
            profile.retain(|name, _| !names.contains(name));
            Ok(json!({"result": "success"}))
        }
        _ => Err(GraphError::unknown_object("messenger_profile")),
    }
}

/// `/{page}/custom_user_settings`: the menu of one person.
pub(super) fn user_settings(
    world: &mut World,
    method: &str,
    params: &Params,
    now: i64,
) -> Result<Value, GraphError> {
    let psid = params.text("psid").unwrap_or_default();
    if world.person_by_id(&psid).is_none() {
        return Err(GraphError::unknown_person(false));
    }
    if !world.switches.no_quotas {
        world.catalog.spend(&format!("person {psid}"), now)?;
    }
    match method {
        "GET" => {
            let page = world.catalog.profile.get("messenger");
            let page = page.and_then(|profile| profile.get("persistent_menu").cloned());
            let own = world.catalog.menus.get(&psid).cloned();
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
            let menu = params.value("persistent_menu").ok_or_else(|| {
                GraphError::parameter("The parameter persistent_menu is required")
            })?;
            profile_limits::menu(Platform::Messenger, &Place::new("persistent_menu", &menu))?;
            world.catalog.menus.insert(psid, menu);
            Ok(json!({"result": "success"}))
        }
        "DELETE" => {
            world.catalog.menus.remove(&psid);
            Ok(json!({"result": "success"}))
        }
        _ => Err(GraphError::unknown_object("custom_user_settings")),
    }
}
