//! E12: personas, the people a bot speaks as.

use serde_json::{Value, json};

use crate::sim::{
    graph_error::GraphError,
    paging::{Asker, asked, paged, project},
    world::{Persona, World},
};

pub(super) fn persona_node(persona: &Persona, ask: &Asker<'_>) -> Result<Value, GraphError> {
    let fields = asked(ask, &["name", "profile_picture_url"])?;
    project(&persona.id, &fields, |field| match field.name.as_str() {
        "name" => Ok(Some(json!(persona.name))),
        "profile_picture_url" => Ok(Some(json!(persona.picture))),
        other => Err(GraphError::unknown_field(other, "Persona")),
    })
}

/// `/{page}/personas`.
pub(super) fn personas(
    world: &mut World,
    method: &str,
    ask: &Asker<'_>,
) -> Result<Value, GraphError> {
    match method {
        "POST" => {
            let name = ask.params.text("name").unwrap_or_default();
            let picture = ask.params.text("profile_picture_url").unwrap_or_default();
            if name.is_empty() || name.chars().count() > 50 || !picture.starts_with("http") {
                return Err(GraphError::parameter("Invalid parameter"));
            }
            let id = world.catalog.id();
            world.catalog.personas.push(Persona {
                id: id.clone(),
                name,
                picture,
            });
            Ok(json!({ "id": id }))
        }
        "GET" => {
            let rows = world.catalog.personas.iter().map(|p| persona_node(p, ask));
            paged(rows.collect::<Result<Vec<_>, _>>()?, ask)
        }
        _ => Err(GraphError::unknown_object("personas")),
    }
}
