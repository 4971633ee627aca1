//! E10: the two layers of subscriptions. A callback that changes is called
//! before it is used (the handshake, in `server`).

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::sim::{
    graph_error::GraphError,
    paging::{Asker, Caller},
    params::{NEWEST, Params},
    world::{INSTAGRAM_FIELDS, World, page_fields},
};

fn topic(params: &Params) -> Result<(&'static str, Vec<&'static str>), GraphError> {
    match params.text("object").as_deref() {
        Some("page") => Ok(("page", page_fields())),
        Some("instagram") => Ok(("instagram", INSTAGRAM_FIELDS.to_vec())),
        _ => Err(GraphError::parameter(
            "Param object must be one of {INSTAGRAM, PAGE}",
        )),
    }
}

/// Names from `a,b` or `["a","b"]`, each of which must be known.
fn names(params: &Params, key: &str, known: &[&str]) -> Result<BTreeSet<String>, GraphError> {
    let names: Vec<String> = match params.value(key) {
        Some(Value::Array(items)) => items
            .iter()
            .filter_map(|item| match item {
                Value::Object(field) => field.get("name")?.as_str().map(str::to_owned),
                item => item.as_str().map(str::to_owned),
            })
            .collect(),
        Some(Value::String(text)) => text.split(',').map(|f| f.trim().to_owned()).collect(),
        _ => {
            return Err(GraphError::parameter(format!(
                "The parameter {key} is required."
            )));
        }
    };
    let names: BTreeSet<String> = names.into_iter().filter(|name| !name.is_empty()).collect();
    match names.iter().find(|name| !known.contains(&name.as_str())) {
        Some(odd) => {
            let list = known.join(", ");
            Err(GraphError::parameter(format!(
                "Param {key}[0] must be one of {{{list}}} - got \"{odd}\"."
            )))
        }
        None => Ok(names),
    }
}

/// `/{app}/subscriptions`: the app's layer, with the app's own token. POST
/// replaces the whole list of a topic.
pub(super) fn subscriptions(
    world: &mut World,
    caller: Caller,
    verified: bool,
    method: &str,
    id: &str,
    ask: &Asker<'_>,
) -> Result<Value, GraphError> {
    let app = world
        .app_by_id(id)
        .ok_or_else(|| GraphError::unknown_object(id))?;
    if !caller.is_app || caller.app != app {
        let words = "(#15) This method must be called with an app access_token.";
        return Err(GraphError::new(400, 15, 0, words));
    }
    let webhook = &mut world.apps[app].webhook;
    match method {
        "GET" => {
            let rows = webhook
                .app_fields
                .iter()
                .filter(|(_, fields)| !fields.is_empty() && webhook.url.is_some());
            let rows = rows.map(|(object, fields)| {
                let fields: Vec<Value> = fields
                    .iter()
                    .map(|name| json!({"name": name, "version": NEWEST}))
                    .collect();
                json!({"object": object, "callback_url": webhook.url, "active": !webhook.disabled, "fields": fields})
            });
            Ok(json!({"data": rows.collect::<Vec<_>>()}))
        }
        "POST" => {
            let (topic, known) = topic(ask.params)?;
            let fields = names(ask.params, "fields", &known)?;
            let url = ask.params.text("callback_url").unwrap_or_default();
            if !verified {
                let words = "(#2200) Callback verification failed: the callback did not answer with the challenge \
                             (the simulator calls this computer only, unless it was started with --call-out)";
                return Err(GraphError::new(400, 2200, 0, words));
            }
            if let Some(token) = ask.params.text("verify_token") {
                world.apps[app].verify_token = token;
            }
            let webhook = &mut world.apps[app].webhook;
            webhook.app_fields.insert(topic, fields);
            webhook.subscribe(url);
            Ok(json!({"success": true}))
        }
        "DELETE" => {
            match ask.params.text("object") {
                Some(_) => {
                    let (topic, _) = topic(ask.params)?;
                    webhook.app_fields.insert(topic, BTreeSet::new());
                }
                None => webhook.app_fields.clear(),
            }
            Ok(json!({"success": true}))
        }
        _ => Err(GraphError::unknown_object(id)),
    }
}

/// `POST`/`DELETE /{page}/subscribed_apps`: the Page's layer for the calling
/// app. POST replaces its list.
pub(super) fn subscribed_apps(
    world: &mut World,
    app: usize,
    method: &str,
    params: &Params,
) -> Result<Value, GraphError> {
    let fields = match method {
        "POST" => names(params, "subscribed_fields", &page_fields())?,
        _ => BTreeSet::new(),
    };
    world.apps[app].webhook.page_fields = fields;
    Ok(if world.switches.text_success {
        json!({"success": "true"})
    } else {
        json!({"success": true})
    })
}
