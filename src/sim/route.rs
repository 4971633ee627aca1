//! Which call means what: method and path to the rooms that answer.

use serde_json::{Map, Value, json};

use crate::sim::{
    graph_error::GraphError,
    labels, messenger_profile, moderation,
    paging::{Asker, Caller},
    params::{Params, text_of, version_and_path},
    personas, read, send, subscriptions, thread_control, utility, versions,
    world::{Platform, World},
};

/// A request with its caller known, ready to be answered.
pub(super) struct Known<'a> {
    pub(super) caller: Caller,
    /// The callback that is to be used has just answered the handshake.
    pub(super) verified: bool,
    pub(super) method: &'a str,
    pub(super) path: &'a [&'a str],
    pub(super) params: &'a Params,
    pub(super) url: String,
    pub(super) token: &'a str,
    pub(super) now: i64,
}

/// Sub-requests of a batch at most (E13).
const BATCH: usize = 50;

/// Answers a request by the world as it is.
pub(super) fn dispatch(world: &mut World, request: Known<'_>) -> Result<Value, GraphError> {
    let Known {
        caller,
        path,
        params,
        now,
        ..
    } = request;
    let app = caller.app;
    let method = params
        .text("method")
        .filter(|_| request.method == "GET")
        .unwrap_or_else(|| request.method.to_owned())
        .to_ascii_uppercase();
    let ask = Asker {
        app,
        params,
        now,
        url: request.url.clone(),
        token: request.token,
    };
    if caller.elsewhere {
        return elsewhere(world, &method, path, &ask);
    }
    // The app's own token is no Page's: it asks about tokens and the app.
    let of_app = matches!(path, ["debug_token"] | ["app"] | [_, "subscriptions"])
        || matches!(path, [id] if *id == world.apps[app].id);
    if caller.is_app && !of_app && !path.is_empty() {
        let words =
            "An active access token must be used to query information about the current user.";
        return Err(GraphError::new(400, 2500, 0, words));
    }
    versions::gone(world, request.method, path, params)?;
    permitted(world, app, &method, path, params)?;
    let page = |id: &str| id == "me" || id == world.page.id;
    match (method.as_str(), path) {
        ("GET", []) if params.text("ids").is_some() => several(world, &ask),
        ("POST", []) => batch(world, &request),
        (_, [id, "subscriptions"]) => {
            subscriptions::subscriptions(world, caller, request.verified, &method, id, &ask)
        }
        ("POST" | "DELETE", [id, "subscribed_apps"]) if page(id) => {
            subscriptions::subscribed_apps(world, app, &method, params)
        }
        (_, [id, "messenger_profile"]) if page(id) => {
            messenger_profile::profile(world, &method, params, now)
        }
        (_, [id, "custom_user_settings"]) if page(id) => {
            messenger_profile::user_settings(world, &method, params, now)
        }
        (_, [id, "custom_labels"]) if page(id) => labels::labels(world, &method, &ask),
        (_, [id, "custom_labels"]) => labels::labels_of(world, &method, id, &ask),
        ("POST" | "DELETE", [id, "label"]) => labels::assign(world, &method, id, params),
        (_, [id, "personas"]) if page(id) => personas::personas(world, &method, &ask),
        (_, [id, "message_templates"]) if page(id) => {
            utility::message_templates(world, &method, &ask)
        }
        ("POST", [id, "moderate_conversations"]) if page(id) => moderation::moderate(world, params),
        ("DELETE", [id]) => delete(world, id),
        ("GET", _) => read::call(world, path, &ask),
        ("POST", [id, "messages"]) if page(id) => send::call(world, app, params, now),
        ("POST", [id, "messages"]) if world.page.instagram_id.as_deref() == Some(*id) => {
            Err(GraphError::new(
                400,
                3,
                0,
                "(#3) Application does not have the capability to make this API call.",
            ))
        }
        ("POST", [id, "message_attachments"]) if page(id) => {
            send::save_attachment(world, params, now)
        }
        ("POST", [id, edge]) if page(id) && edge.ends_with("_thread_control") => {
            thread_control::call(world, app, edge, params, now)
        }
        (method, path) => Err(unsupported(method, path)),
    }
}

fn unsupported(method: &str, path: &[&str]) -> GraphError {
    let message = format!("Unsupported {} request.", method.to_ascii_lowercase());
    let id = path.first().copied().unwrap_or_default();
    GraphError {
        message,
        ..GraphError::unknown_object(id)
    }
}

/// X5: what was not granted is refused by its name.
fn permitted(
    world: &World,
    app: usize,
    method: &str,
    path: &[&str],
    params: &Params,
) -> Result<(), GraphError> {
    let lacks = &world.apps[app].lacks;
    if lacks.is_empty() {
        return Ok(());
    }
    let first = path.first().copied().unwrap_or_default();
    let recipient = params
        .object("recipient")
        .ok()
        .flatten()
        .unwrap_or_default();
    let recipient = recipient.get("id").and_then(text_of).unwrap_or_default();
    let person = [first, &recipient].into_iter().find_map(|id| {
        let by_id = world
            .person_by_id(id)
            .or_else(|| world.person_by_conversation(id));
        by_id.or_else(|| world.person_by_message(id))
    });
    let instagram = person.is_some_and(|at| world.people[at].platform == Platform::Instagram)
        || params
            .text("platform")
            .is_some_and(|p| p.eq_ignore_ascii_case("instagram"));
    let needed: &[&str] = match (method, path) {
        ("POST", [_, "messages"]) | ("GET", [_, "conversations" | "threads"]) | ("GET", [_])
            if instagram =>
        {
            &["instagram_manage_messages"]
        }
        ("GET", [_] | [_, "messages" | "attachments" | "shares"]) if person.is_some() => {
            &["pages_messaging"]
        }
        ("GET", [_, "conversations" | "threads"]) => &[
            "pages_messaging",
            "pages_manage_metadata",
            "pages_read_engagement",
        ],
        (_, [_, "subscribed_apps"]) => &["pages_messaging", "pages_manage_metadata"],
        ("POST", [_, _]) | (_, [_, "messenger_profile" | "personas" | "custom_labels"]) => {
            &["pages_messaging"]
        }
        _ => &[],
    };
    match needed.iter().find(|name| lacks.iter().any(|l| l == *name)) {
        Some(name) => Err(GraphError::new(
            403,
            230,
            0,
            format!("(#230) Requires {name} permission to manage the object"),
        )),
        None => Ok(()),
    }
}

/// R9: a token of another Page knows none of our people.
fn elsewhere(
    world: &World,
    method: &str,
    path: &[&str],
    ask: &Asker<'_>,
) -> Result<Value, GraphError> {
    let (id, name) = match &world.other_page {
        Some(page) => (page.id.clone(), page.name.clone()),
        None => return Err(GraphError::unknown_object("me")),
    };
    let page = |asked: &str| asked == "me" || asked == id;
    match (method, path) {
        ("GET", [asked]) if page(asked) => Ok(json!({"id": id, "name": name})),
        ("GET", [asked, "conversations"]) if page(asked) => Ok(json!({"data": []})),
        ("POST", [asked, "messages"]) if page(asked) => Err(send::to_nobody(world, ask.params)),
        ("POST", [asked, _]) if page(asked) => Err(GraphError::unknown_person(false)),
        (_, path) => Err(unsupported(method, path)),
    }
}

/// `GET /?ids=a,b`: an object by id.
fn several(world: &mut World, ask: &Asker<'_>) -> Result<Value, GraphError> {
    let ids = ask.params.text("ids").unwrap_or_default();
    let mut found = Map::new();
    for id in ids.split(',').filter(|id| !id.is_empty()) {
        found.insert(id.to_owned(), read::call(world, &[id], ask)?);
    }
    Ok(Value::Object(found))
}

/// E13: sub-requests in their order; answers are JSON as text.
fn batch(world: &mut World, request: &Known<'_>) -> Result<Value, GraphError> {
    let items = match request.params.value("batch") {
        Some(Value::Array(items)) => items,
        _ => return Err(GraphError::parameter("The parameter batch is required")),
    };
    if items.len() > BATCH {
        return Err(GraphError::parameter(
            "Too many requests in batch message. Maximum batch size is 50",
        ));
    }
    let headers = request.params.text("include_headers").as_deref() == Some("true");
    let mut answers = Vec::new();
    for item in &items {
        // What is not done in time is null; here, what a fault loses.
        let part = item["relative_url"].as_str().unwrap_or_default();
        let method = item["method"]
            .as_str()
            .unwrap_or("GET")
            .to_ascii_uppercase();
        let lost = world.faults.take(&method, &format!("/batch/{part}"), false);
        if lost.is_some() {
            answers.push(Value::Null);
            continue;
        }
        answers.push(sub_request(world, request, part, &method, item, headers));
    }
    Ok(Value::Array(answers))
}

fn sub_request(
    world: &mut World,
    request: &Known<'_>,
    relative: &str,
    method: &str,
    item: &Value,
    headers: bool,
) -> Value {
    let (path, query) = relative.split_once('?').unwrap_or((relative, ""));
    let mut params = Params::default();
    params.add_form(query);
    params.add_form(item["body"].as_str().unwrap_or_default());
    let (_, parts) = version_and_path(path);
    let path: Vec<&str> = parts.iter().map(String::as_str).collect();
    // An item may have a token of its own.
    let own = params
        .text("access_token")
        .filter(|token| !token.is_empty());
    let caller = match &own {
        Some(token) => read::authenticate(world, Some(token), &params),
        None => Ok(request.caller),
    };
    let known = |caller| Known {
        caller,
        verified: false,
        method,
        path: &path,
        params: &params,
        url: format!("{}/{}", request.url.trim_end_matches('/'), parts.join("/")),
        token: own.as_deref().unwrap_or(request.token),
        now: request.now,
    };
    let result = if path.is_empty() && method != "GET" {
        Err(GraphError::parameter("A batch cannot hold another one"))
    } else {
        caller.and_then(|caller| dispatch(world, known(caller)))
    };
    let (code, body) = match result {
        Ok(body) => (200, body),
        Err(fail) => (fail.status, fail.json(&format!("A{}", world.seed))),
    };
    let mut answer = json!({"code": code, "body": body.to_string()});
    if headers {
        answer["headers"] =
            json!([{"name": "Content-Type", "value": "application/json; charset=UTF-8"}]);
    }
    answer
}

/// `DELETE /{label}` and `DELETE /{persona}`.
pub(super) fn delete(world: &mut World, id: &str) -> Result<Value, GraphError> {
    let catalog = &mut world.catalog;
    let before = catalog.labels.len() + catalog.personas.len();
    catalog.labels.retain(|label| label.id != id);
    catalog.personas.retain(|persona| persona.id != id);
    if catalog.labels.len() + catalog.personas.len() == before {
        return Err(GraphError::unknown_object(id));
    }
    Ok(json!({"success": true}))
}
