//! E12: blocking, banning and spam.

use serde_json::{Value, json};

use crate::sim::{
    graph_error::GraphError,
    params::{Params, text_of},
    world::World,
};

pub(super) const ACTIONS: [&str; 5] = [
    "block_user",
    "unblock_user",
    "ban_user",
    "unban_user",
    "move_to_spam",
];

/// `/{page}/moderate_conversations`: at most ten people and two actions, never
/// both ways at once; the answer is a text.
pub(super) fn moderate(world: &mut World, params: &Params) -> Result<Value, GraphError> {
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
        return Err(GraphError::parameter("Invalid parameter"));
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
