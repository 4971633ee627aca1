//! Utility templates: Meta approves them, and they go out at any time ("Utility
//! messages"). Its pages give no codes for what is wrong: 100 is our choice.

use serde_json::{Map, Value, json};

use crate::sim::{
    graph_error::GraphError,
    paging::{Asker, paged},
    params::{Params, text_of, unwrap_text},
    shape::Place,
    world::{ApprovedTemplate, World},
};

/// Those that the Page has from the start: name, body, example.
const FIRST: [(&str, &str, &str); 3] = [
    (
        "order_shipped",
        "Good news! Your order #{{1}} is on its way to you.",
        "566701",
    ),
    (
        "repair_ready",
        "Hello {{1}}, your lamp is repaired. You can pick it up from {{2}} on.",
        "Mark",
    ),
    (
        "appointment_reminder",
        "We will see you on {{1}}. Please write to us if that does not suit you.",
        "Monday",
    ),
];

/// What the Page has from the start.
pub(super) fn approved_at_first() -> Vec<ApprovedTemplate> {
    let first = FIRST.iter().zip(1_u64..);
    first
        .map(|((name, body, example), number)| ApprovedTemplate {
            id: (7_635_027_653_257_000 + number).to_string(),
            name: (*name).into(),
            language: "en".into(),
            body: (*body).into(),
            example: (*example).into(),
        })
        .collect()
}

/// `/{page}/message_templates`: the list, and making one, which is approved at once.
pub(super) fn message_templates(
    world: &mut World,
    method: &str,
    ask: &Asker<'_>,
) -> Result<Value, GraphError> {
    match method {
        "GET" => {
            let name = ask.params.text("name").unwrap_or_default();
            let named = world.catalog.approved.iter();
            let named = named.filter(|template| template.name.contains(&name));
            paged(named.map(node).collect(), ask)
        }
        "POST" => {
            let params = ask.params;
            let text = |key: &str| {
                let value = params.text(key).filter(|value| !value.is_empty());
                value.ok_or_else(|| {
                    GraphError::parameter(format!("The parameter {key} is required"))
                })
            };
            let (name, language) = (text("name")?, text("language")?);
            if !text("category")?.eq_ignore_ascii_case("utility") {
                return Err(GraphError::parameter(
                    "Param category must be one of {UTILITY}",
                ));
            }
            let components = params.value("components").unwrap_or_default();
            let components = Place::new("components", &components);
            let body = components.items(1, 10)?.into_iter().find(|component| {
                let kind = component.value()["type"].as_str().unwrap_or_default();
                kind.eq_ignore_ascii_case("body")
            });
            let Some(body) = body else {
                return components.refused("must have a component of the type BODY");
            };
            let body = body.field("text").text(1024)?.to_owned();
            let id = world.catalog.id();
            world.catalog.approved.push(ApprovedTemplate {
                id: id.clone(),
                name,
                language,
                body,
                example: String::new(),
            });
            Ok(json!({"id": id, "status": "APPROVED", "category": "UTILITY"}))
        }
        _ => Err(GraphError::unknown_object("message_templates")),
    }
}

fn node(template: &ApprovedTemplate) -> Value {
    json!({"name": template.name, "language": template.language, "category": "UTILITY",
           "status": "APPROVED", "body": template.body, "body_params": [template.example],
           "id": template.id})
}

/// The words of a utility message: those of its template, with what the caller gives
/// for its placeholders. `None`: it is no utility message.
pub(super) fn wording(
    world: &World,
    message: &Map<String, Value>,
    params: &Params,
) -> Result<Option<String>, GraphError> {
    let utility = params
        .text("messaging_type")
        .is_some_and(|kind| kind.eq_ignore_ascii_case("utility"));
    let Some(template) = message.get("template").map(unwrap_text) else {
        return match utility {
            true => Err(GraphError::parameter(
                "The parameter message[template] is required",
            )),
            false => Ok(None),
        };
    };
    let place = Place::new("message[template]", &template);
    let name = place.field("name").text(512)?.to_owned();
    let code = template["language"]["code"].as_str().unwrap_or_default();
    let approved = world.catalog.approved.iter();
    let mut approved = approved.filter(|known| known.name == name && known.language == code);
    let Some(approved) = approved.next() else {
        return place.refused("is not an approved template of this Page in this language");
    };
    let components = template["components"]
        .as_array()
        .cloned()
        .unwrap_or_default();
    let body = components.iter().find(|one| {
        one["type"]
            .as_str()
            .is_some_and(|kind| kind.eq_ignore_ascii_case("body"))
    });
    let values: Vec<Value> = body
        .and_then(|body| body["parameters"].as_array().cloned())
        .unwrap_or_default();
    let mut words = approved.body.clone();
    for (number, value) in (1..).zip(&values) {
        let text = text_of(&value["text"]).unwrap_or_default();
        let placeholder = format!("{{{{{number}}}}}");
        if text.is_empty() || !words.contains(&placeholder) {
            return place.refused("has parameters that do not match its placeholders");
        }
        words = words.replace(&placeholder, &text);
    }
    match words.contains("{{") {
        true => place.refused("has parameters that do not match its placeholders"),
        false => Ok(Some(words)),
    }
}
