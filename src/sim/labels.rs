//! E12: labels of the Page, and whom they are on.

use serde_json::{Value, json};

use crate::sim::{
    graph_error::GraphError,
    paging::{Asker, asked, paged, project},
    params::Params,
    world::{Label, World},
};

/// The Page's owner has to accept terms before labels can be used; the code
/// says "try again", the truth is that trying again is no use (2/2018344).
pub(super) fn terms(world: &World) -> Result<(), GraphError> {
    if world.switches.label_terms {
        return Ok(());
    }
    Err(GraphError {
        title: Some("Privacy ToS not accepted"),
        ..GraphError::new(
            400,
            2,
            2_018_344,
            "(#2) The Page Contact Terms were not accepted by an admin of the Page.",
        )
    })
}

/// `/{page}/custom_labels`.
pub(super) fn labels(
    world: &mut World,
    method: &str,
    ask: &Asker<'_>,
) -> Result<Value, GraphError> {
    terms(world)?;
    match method {
        "POST" => {
            let name = ask
                .params
                .text("page_label_name")
                .or_else(|| ask.params.text("name"))
                .filter(|name| !name.trim().is_empty())
                .ok_or_else(|| {
                    GraphError::parameter("The parameter page_label_name is required")
                })?;
            let id = world.catalog.label_named(&name);
            Ok(json!({ "id": id }))
        }
        "GET" => {
            let rows = world
                .catalog
                .labels
                .iter()
                .map(|label| label_node(label, ask));
            paged(rows.collect::<Result<Vec<_>, _>>()?, ask)
        }
        _ => Err(GraphError::unknown_object("custom_labels")),
    }
}

pub(super) fn label_node(label: &Label, ask: &Asker<'_>) -> Result<Value, GraphError> {
    project(&label.id, &asked(ask, &["id"])?, |field| {
        match field.name.as_str() {
            "page_label_name" | "name" => Ok(Some(json!(label.name))),
            other => Err(GraphError::unknown_field(other, "PageLabel")),
        }
    })
}

/// `/{psid}/custom_labels`: the labels of a person.
pub(super) fn labels_of(
    world: &World,
    method: &str,
    psid: &str,
    ask: &Asker<'_>,
) -> Result<Value, GraphError> {
    terms(world)?;
    if method != "GET" || world.person_by_id(psid).is_none() {
        return Err(GraphError::unknown_object(psid));
    }
    let labels = &world.catalog.labels;
    let own = labels.iter().filter(|label| label.people.contains(psid));
    let rows = own.map(|label| label_node(label, ask));
    paged(rows.collect::<Result<Vec<_>, _>>()?, ask)
}

/// `/{label}/label`: puts it on a person, or takes it off.
pub(super) fn assign(
    world: &mut World,
    method: &str,
    id: &str,
    params: &Params,
) -> Result<Value, GraphError> {
    terms(world)?;
    let psid = params.text("user").unwrap_or_default();
    let at = world.person_by_id(&psid);
    let at = at.ok_or_else(|| GraphError::unknown_person(false))?;
    let done = world.set_label(at, id, method == "POST");
    done.ok_or_else(|| GraphError::unknown_object(id))?;
    Ok(json!({"success": true}))
}
