//! Thread control: who may move it, and what is answered ("Conversation
//! Routing", both modes). Codes of refused control calls on Messenger are
//! undocumented; ours are the documented Instagram ones.

use serde_json::{Value, json};

use crate::sim::{
    graph_error::GraphError,
    params::{Params, text_of, unwrap_text},
    world::World,
};

/// 7 days, in seconds: the longest extension.
const LONGEST: i64 = 604_800;

pub(super) fn call(
    world: &mut World,
    app: usize,
    edge: &str,
    params: &Params,
    now: i64,
) -> Result<Value, GraphError> {
    let at = recipient(world, params)?;
    let routing = world.default_app(world.people[at].platform).is_some();
    let handover = world.page.handover && routing;
    let owner = world.people[at].owner_at(now);
    let metadata = params.text("metadata");
    let metadata = metadata.as_deref();
    match edge {
        "take_thread_control" => {
            // Under the Handover Protocol the primary receiver may always take,
            // also what it has.
            let primary = handover && world.page.default_app == Some(app);
            // R4 without a default app, R7 without the toggle.
            let may = if handover {
                primary
            } else {
                world.apps[app].can_take
            };
            if !routing || !may {
                return Err(GraphError::not_permitted(400));
            }
            if owner == Some(app) && !primary {
                return Err(GraphError::parameter(
                    "Your app already controls this thread.",
                ));
            }
            world.give_control(at, Some(app), now, "take_thread_control", metadata);
        }
        "pass_thread_control" => {
            let target = target(world, at, params.text("target_app_id").as_deref())?;
            pass(world, app, at, target, now, metadata)?;
        }
        "release_thread_control" => {
            if owner != Some(app) {
                return Err(GraphError::not_owner());
            }
            world.give_control(at, None, now, "release_thread_control", None);
        }
        "extend_thread_control" => {
            if owner != Some(app) {
                return Err(GraphError::not_owner());
            }
            let seconds = params.number("duration").unwrap_or(LONGEST);
            if !(1..=LONGEST).contains(&seconds) {
                return Err(GraphError::parameter(
                    "Param duration must be between 1 and 604800.",
                ));
            }
            world.people[at].control_until = now + seconds * 1000;
        }
        "request_thread_control" => {
            if routing && !handover {
                return Err(GraphError::not_permitted(400));
            }
            match owner {
                Some(owner) if owner == app => {
                    return Err(GraphError::parameter(
                        "Your app already controls this thread.",
                    ));
                }
                Some(_) => world.request_control(at, app, now, metadata),
                None => world.give_control(at, Some(app), now, "pass_thread_control", metadata),
            }
        }
        _ => return Err(GraphError::unknown_object(edge)),
    }
    Ok(json!({"success": true}))
}

/// The app a pass goes to; without one, the default app (needs routing).
pub(super) fn target(world: &World, at: usize, id: Option<&str>) -> Result<usize, GraphError> {
    match id {
        Some(id) => world.app_by_id(id).ok_or_else(|| {
            GraphError::new(
                400,
                100,
                2_018_164,
                "(#100) Incorrect app id: the app is not linked to this Page.",
            )
        }),
        None => world
            .default_app(world.people[at].platform)
            .ok_or_else(|| GraphError::parameter("The parameter target_app_id is required")),
    }
}

/// Owner, or anyone while idle; never to oneself while owner.
pub(super) fn pass(
    world: &mut World,
    app: usize,
    at: usize,
    target: usize,
    now: i64,
    metadata: Option<&str>,
) -> Result<(), GraphError> {
    let owner = world.people[at].owner_at(now);
    if owner.is_some_and(|owner| owner != app) {
        return Err(GraphError::not_owner());
    }
    if target == app && owner == Some(app) {
        return Err(GraphError::parameter(
            "An app cannot pass thread control to itself.",
        ));
    }
    world.give_control(at, Some(target), now, "pass_thread_control", metadata);
    super::follow_ups::after_pass(world, at, target, now);
    Ok(())
}

/// Named to the owner and to the default app; to others only that somebody
/// holds it, and until when; nothing when nobody does.
pub(super) fn owner(
    world: &World,
    app: usize,
    params: &Params,
    now: i64,
) -> Result<Value, GraphError> {
    let id = params.text("recipient").unwrap_or_default();
    let id = match unwrap_text(&Value::String(id.clone())) {
        Value::Object(map) => map.get("id").and_then(text_of).unwrap_or_default(),
        _ => id,
    };
    let at = world
        .person_by_id(&id)
        .ok_or_else(|| GraphError::unknown_person(false))?;
    let person = &world.people[at];
    let Some(owner) = person.owner_at(now) else {
        return Ok(json!({"data": []}));
    };
    let mut answer = json!({"expiration": person.control_until / 1000});
    if owner == app || world.default_app(person.platform) == Some(app) {
        answer["app_id"] = json!(world.apps[owner].id);
    }
    Ok(json!({"data": [{"thread_owner": answer}]}))
}

fn recipient(world: &World, params: &Params) -> Result<usize, GraphError> {
    let recipient = params
        .object("recipient")?
        .ok_or_else(|| GraphError::parameter("The parameter recipient is required"))?;
    let id = recipient.get("id").and_then(text_of).unwrap_or_default();
    world
        .person_by_id(&id)
        .ok_or_else(|| GraphError::unknown_person(false))
}

/// `GET /{page}/secondary_receivers`: of the Handover Protocol only.
pub(super) fn secondary_receivers(world: &World) -> Result<Value, GraphError> {
    if !world.page.handover {
        return Err(GraphError::unknown_field("secondary_receivers", "Page"));
    }
    let primary = world.page.default_app;
    let apps = world.apps.iter().enumerate();
    let rows: Vec<Value> = apps
        .filter(|(at, _)| primary != Some(*at))
        .map(|(_, app)| json!({"id": app.id, "name": app.name}))
        .collect();
    Ok(json!({ "data": rows }))
}
