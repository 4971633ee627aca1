//! The GET side: what a path means, the list (E1), the Page and tokens (E9).

use serde_json::{Value, json};

use crate::sim::{
    graph_error::GraphError,
    labels::label_node,
    nodes,
    paging::{Asker, Caller, Next, asked, cursor_list, limit, project, uncursor},
    params::Params,
    personas::persona_node,
    profiles, sign, thread_control,
    world::{App, DAY, Platform, TokenState, World},
};

/// The conversation limit: 2 calls a second, averaged over two seconds (the
/// averaging is our choice).
const CALLS_A_SECOND: f64 = 2.0;
const BURST: f64 = 4.0;

pub(super) fn call(world: &mut World, path: &[&str], ask: &Asker<'_>) -> Result<Value, GraphError> {
    let page = |id: &str| id == "me" || id == world.page.id;
    match path {
        ["app"] => Ok(app_node(world, ask.app)),
        ["debug_token"] => debug_token(world, ask),
        ["me", "accounts"] => Ok(
            json!({"data": [{"id": world.page.id, "name": world.page.name,
            "category": "Shopping & retail", "access_token": world.apps[ask.app].token,
            "tasks": ["MESSAGING", "MODERATE", "MANAGE"]}]}),
        ),
        [id, "conversations" | "threads"] if page(id) => conversations(world, ask),
        [id, "secondary_receivers"] if page(id) => thread_control::secondary_receivers(world),
        [id, "messaging_feature_review"] if page(id) => {
            Ok(json!({"data": [{"feature": "subscription_messaging", "status": "approved"}]}))
        }
        [id, "thread_owner"] if page(id) => {
            thread_control::owner(world, ask.app, ask.params, ask.now)
        }
        [id, "subscribed_apps"] if page(id) => {
            let subscribed = |app: &usize| !world.apps[*app].webhook.page_fields.is_empty();
            let apps = (0..world.apps.len()).filter(subscribed);
            Ok(json!({"data": apps.map(|app| app_node(world, app)).collect::<Vec<_>>()}))
        }
        [id] if page(id) => page_node(world, ask),
        [id, rest @ ..] => object(world, id, rest, ask),
        [] => Err(GraphError::parameter("Empty path")),
    }
}

fn object(world: &World, id: &str, rest: &[&str], ask: &Asker<'_>) -> Result<Value, GraphError> {
    // R10: whoever has no role does not exist for an app without access.
    let whose = world.person_by_conversation(id);
    let whose = whose
        .or_else(|| world.person_by_message(id))
        .or_else(|| world.person_by_id(id));
    if whose.is_some_and(|at| !world.apps[ask.app].advanced && !world.people[at].role) {
        return Err(GraphError::unknown_object(id));
    }
    if let Some(at) = world.person_by_conversation(id) {
        return match rest {
            [] => nodes::conversation(
                world,
                &world.people[at],
                &asked(ask, &["id", "updated_time"])?,
                ask,
            ),
            ["messages"] => nodes::messages(
                world,
                &world.people[at],
                &asked(ask, &["id", "created_time"])?,
                nodes::Part::asked(ask),
                &Next::of(ask),
                ask.token,
            ),
            _ => Err(GraphError::unknown_object(id)),
        };
    }
    if let Some(at) = world.person_by_message(id) {
        return nodes::one_message(world, &world.people[at], id, rest, ask);
    }
    if let (Some(at), []) = (world.person_by_id(id), rest) {
        return profiles::profile(&world.people[at], ask);
    }
    if let (Some(app), []) = (world.app_by_id(id), rest) {
        return Ok(app_node(world, app));
    }
    if let (Some(node), []) = (node(world, id, ask), rest) {
        return node;
    }
    Err(GraphError::unknown_object(id))
}

fn app_node(world: &World, app: usize) -> Value {
    let app = &world.apps[app];
    json!({"category": "Business", "link": format!("https://apps.example/{}", app.id), "name": app.name, "id": app.id,
           "subscribed_fields": app.webhook.page_fields})
}

fn page_node(world: &World, ask: &Asker<'_>) -> Result<Value, GraphError> {
    let page = &world.page;
    project(&page.id, &asked(ask, &["name"])?, |field| {
        Ok(Some(match field.name.as_str() {
            "name" => json!(page.name),
            "access_token" => json!(world.apps[ask.app].token),
            "messaging_feature_status" => {
                json!({"hop_v2": false, "msgr_multi_app": page.default_app.is_some(),
                "ig_multi_app": page.instagram_default_app.is_some()})
            }
            // A Page without one has no such member.
            "instagram_business_account" => match &page.instagram_id {
                Some(id) => json!({"id": id}),
                None => return Ok(None),
            },
            "unseen_message_count" | "unread_message_count" => {
                json!(world.people.iter().map(|p| p.unread).sum::<u32>())
            }
            other => return Err(GraphError::unknown_field(other, "Page")),
        }))
    })
}

/// What a token may do unless the scenario says otherwise.
const SCOPES: [&str; 8] = [
    "pages_messaging",
    "pages_manage_metadata",
    "pages_read_engagement",
    "pages_show_list",
    "business_management",
    "instagram_basic",
    "instagram_manage_messages",
    "human_agent",
];

fn debug_token(world: &World, ask: &Asker<'_>) -> Result<Value, GraphError> {
    let input = ask
        .params
        .text("input_token")
        .ok_or_else(|| GraphError::parameter("The parameter input_token is required"))?;
    let Some(app) = world.apps.iter().find(|app| app.token == input) else {
        return Ok(
            json!({"data": {"error": {"code": 190, "message": "Invalid OAuth access token."}, "is_valid": false,
                                  "scopes": []}}),
        );
    };
    let scopes: Vec<&str> = SCOPES
        .into_iter()
        .filter(|scope| !app.lacks.iter().any(|l| l == scope))
        .collect();
    Ok(
        json!({"data": {"app_id": app.id, "type": "PAGE", "application": app.name, "profile_id": world.page.id,
        "user_id": "9001", "is_valid": app.token_state == TokenState::Good, "issued_at": 1_790_000_000,
        "expires_at": 0, "data_access_expires_at": 1_897_776_000, "scopes": scopes,
        "granular_scopes": [{"scope": "pages_messaging", "target_ids": [world.page.id]}]}}),
    )
}

/// E1.
fn conversations(world: &mut World, ask: &Asker<'_>) -> Result<Value, GraphError> {
    spend(world, ask)?;
    if world.switches.high_volume && ask.params.text("user_id").is_none() {
        let words =
            "(#613) Listing conversations is not possible while the Page gets that many messages";
        return Err(GraphError::new(400, 613, 0, words));
    }
    let advanced = world.apps[ask.app].advanced;
    let platform = match ask
        .params
        .text("platform")
        .map(|p| p.to_ascii_lowercase())
        .as_deref()
    {
        None | Some("messenger") => Platform::Messenger,
        Some("instagram") => Platform::Instagram,
        Some(_) => {
            return Err(GraphError::parameter(
                "Param platform must be one of {INSTAGRAM, MESSENGER}",
            ));
        }
    };
    let folder = ask.params.text("folder").map(|f| f.to_ascii_lowercase());
    let user = ask.params.text("user_id");
    let fields = asked(ask, &["id", "updated_time"])?;
    let mut rows: Vec<(i64, usize)> = (0..world.people.len())
        .filter(|at| {
            let person = &world.people[*at];
            // Requests that are older than 30 days are not listed.
            let forgotten = person.folder == "pending" && ask.now - person.updated_at() > 30 * DAY;
            person.platform == platform
                && (advanced || person.role)
                && !person.messages.is_empty()
                && !forgotten
                && user.as_ref().is_none_or(|user| *user == person.id)
                && folder
                    .as_ref()
                    .map_or(person.folder != "spam", |folder| *folder == person.folder)
        })
        .map(|at| (world.people[at].updated_at(), at))
        .collect();
    // Newest first; people of the same moment in their order.
    rows.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
    let key = |row: &(i64, usize)| (-row.0, row.1);
    if let Some((time, at)) = ask.params.text("after").map(|c| uncursor(&c)).transpose()? {
        rows.retain(|row| key(row) > (-time, at));
    }
    if let Some((time, at)) = ask
        .params
        .text("before")
        .map(|c| uncursor(&c))
        .transpose()?
    {
        rows.retain(|row| key(row) < (-time, at));
        let surplus = rows.len().saturating_sub(limit(ask));
        rows.drain(..surplus);
    }
    // What Meta fails on takes the whole page with it, unless only ids are asked
    // for (seen in the field with AI-Studio chats).
    let bare = fields
        .iter()
        .all(|field| matches!(&*field.name, "id" | "updated_time"));
    let shown = rows.iter().take(limit(ask));
    if !bare && shown.clone().any(|(_, at)| world.people[*at].poisoned) {
        return Err(GraphError::new(500, 1, 0, "An unknown error occurred"));
    }
    let more = rows.len() > limit(ask);
    rows.truncate(limit(ask));
    let data = rows
        .iter()
        .map(|(_, at)| nodes::conversation(world, &world.people[*at], &fields, ask))
        .collect::<Result<Vec<_>, _>>()?;
    Ok(cursor_list(
        data,
        rows.first().copied(),
        rows.last().copied(),
        more.then(|| Next::of(ask)).as_ref(),
        ask.token,
    ))
}

/// One call of the budget of this app; none left is 613.
fn spend(world: &mut World, ask: &Asker<'_>) -> Result<(), GraphError> {
    if world.switches.no_quotas {
        return Ok(());
    }
    let (left, counted) = world
        .budget
        .get(&ask.app)
        .copied()
        .unwrap_or((BURST, ask.now));
    let left = (left + (ask.now - counted).max(0) as f64 / 1000.0 * CALLS_A_SECOND).min(BURST);
    let enough = left >= 1.0;
    world
        .budget
        .insert(ask.app, (if enough { left - 1.0 } else { left }, ask.now));
    if enough {
        Ok(())
    } else {
        Err(GraphError::new(
            400,
            613,
            0,
            "(#613) Calls to this api have exceeded the rate limit.",
        ))
    }
}

/// The app behind a token: X1 to X3. An app token `id|secret` serves
/// `debug_token`.
pub(super) fn authenticate(
    world: &World,
    token: Option<&str>,
    params: &Params,
) -> Result<Caller, GraphError> {
    let Some(token) = token.filter(|t| !t.is_empty()) else {
        let text =
            "An active access token must be used to query information about the current user.";
        return Err(GraphError::new(400, 2500, 0, text));
    };
    let by_secret = token.split_once('|').and_then(|(id, secret)| {
        world
            .apps
            .iter()
            .position(|a| a.id == id && a.secret == secret)
    });
    let own =
        |app: &App| app.token == token || token.strip_suffix(ELSEWHERE) == Some(app.token.as_str());
    let Some(app) = world.apps.iter().position(own).or(by_secret) else {
        return Err(GraphError::new(
            401,
            190,
            0,
            "Invalid OAuth access token - Cannot parse access token",
        ));
    };
    // A dead Page token says nothing of the app's own.
    let state = match by_secret {
        Some(_) => TokenState::Good,
        None => world.apps[app].token_state,
    };
    let (subcode, why) = match state {
        TokenState::Good => {
            proven(&world.apps[app], token, params)?;
            return Ok(Caller {
                app,
                elsewhere: token.ends_with(ELSEWHERE),
                is_app: by_secret.is_some(),
            });
        }
        TokenState::Expired => (463, "Session has expired."),
        TokenState::PasswordChanged => (
            460,
            "The session has been invalidated because the user changed their password or Facebook has changed \
                   the session for security reasons.",
        ),
        TokenState::AppRemoved => (458, "The user has not authorized the application."),
    };
    Err(GraphError::new(
        world.switches.dead_token_status,
        190,
        subcode,
        format!("Error validating access token: {why}"),
    ))
}

/// The end of a token that an app has for the other Page.
pub(super) const ELSEWHERE: &str = "elsewhere";

/// X4: a proof that is there must be right, and must be there where the app
/// asks for it.
fn proven(app: &App, token: &str, params: &Params) -> Result<(), GraphError> {
    let wrong = match params.text("appsecret_proof") {
        Some(proof) => proof != sign::proof(&app.secret, token),
        None => app.require_proof && !token.contains('|'),
    };
    if wrong {
        let words = "Invalid appsecret_proof provided in the API argument";
        return Err(GraphError {
            kind: "GraphMethodException",
            ..GraphError::new(400, 100, 0, words)
        });
    }
    Ok(())
}

/// A label or persona by its id.
pub(super) fn node(world: &World, id: &str, ask: &Asker<'_>) -> Option<Result<Value, GraphError>> {
    let catalog = &world.catalog;
    let label = catalog.labels.iter().find(|label| label.id == id);
    let persona = catalog.personas.iter().find(|persona| persona.id == id);
    label
        .map(|label| label_node(label, ask))
        .or_else(|| persona.map(|persona| persona_node(persona, ask)))
}
