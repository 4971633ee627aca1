//! Structured messages between the shapes of files, of the wire and of [`Tree`].

use serde_json::{Map, Number, Value};

use super::{Client, Error};
use crate::domain::{Template, Tree};

/// How a template's file is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TemplateFormat {
    /// As Meta's pages write it.
    Json,
    /// The same fields in TOML.
    Toml,
}

/// A template as it stands in a file: what Meta's pages call `message`. A whole request
/// from such a page will do, and so will the `payload` of a template alone. Its files
/// are only named yet.
pub fn read_template(name: &str, text: &str, format: TemplateFormat) -> Result<Template, String> {
    let value = match format {
        TemplateFormat::Json => {
            serde_json::from_str::<Value>(text).map_err(|why| format!("it is not JSON: {why}"))?
        }
        TemplateFormat::Toml => toml::from_str::<Value>(text).map_err(|why| {
            let line = why.span().map_or(1, |span| {
                text.get(..span.start)
                    .map_or(1, |before| before.matches('\n').count() + 1)
            });
            format!("it is not TOML: {} at line {line}", why.message())
        })?,
    };
    let value = match value {
        Value::Object(mut fields) if fields.get("message").is_some_and(Value::is_object) => {
            fields.remove("message").unwrap_or_default()
        }
        value => value,
    };
    let tree = tree(&value);
    let message = match tree.get("template_type").is_nothing() {
        true => tree,
        false => Tree::of([(
            "attachment",
            Tree::of([("type", Tree::words("template")), ("payload", tree)]),
        )]),
    };
    if message.fields().is_empty() {
        return Err("it holds no message: text, attachment, attachments or template".into());
    }
    Ok(Template {
        name: name.to_owned(),
        message,
        ..Template::default()
    })
}

impl Client {
    /// The utility templates that Meta approved for the Page ("Utility messages"); the
    /// placeholders of their words are variables.
    pub async fn utility_templates(&self) -> Result<Vec<Template>, Error> {
        let path = [self.page().as_str(), "message_templates"];
        let text = self.read(&path, &[("limit", "100")]).await?;
        let answer: Value =
            serde_json::from_str(&text).map_err(|_| self.foreign(200, "no templates"))?;
        let rows = answer["data"].as_array().cloned().unwrap_or_default();
        Ok(rows.iter().filter_map(utility_template).collect())
    }
}

/// A row of Meta's list; one that is not approved is left out.
fn utility_template(row: &Value) -> Option<Template> {
    let text = |name: &str| row[name].as_str().unwrap_or_default();
    let approved = matches!(text("status"), "" | "APPROVED");
    let utility = matches!(text("category"), "" | "UTILITY");
    if !approved || !utility || text("name").is_empty() {
        return None;
    }
    let (wording, names) = placeholders(text("body"));
    let parameter = |name: String| {
        let mut fields = vec![
            ("type".to_owned(), Tree::words("text")),
            ("text".to_owned(), Tree::words(format!("{{{name}}}"))),
        ];
        if name.parse::<u32>().is_err() {
            fields.push(("parameter_name".to_owned(), Tree::words(name)));
        }
        Tree::Fields(fields)
    };
    let parameters: Vec<Tree> = names.into_iter().map(parameter).collect();
    let body = Tree::of([
        ("type", Tree::words("body")),
        ("parameters", Tree::List(parameters.clone())),
    ]);
    let components = match parameters.is_empty() {
        true => Vec::new(),
        false => vec![body],
    };
    let template = Tree::of([
        ("name", Tree::words(text("name"))),
        (
            "language",
            Tree::of([("code", Tree::words(text("language")))]),
        ),
        ("components", Tree::List(components)),
    ]);
    Some(Template {
        name: text("name").to_owned(),
        message: Tree::of([("template", template)]),
        wording,
        ..Template::default()
    })
}

/// `{{1}}` as `{1}`, and the names of the placeholders, each once.
fn placeholders(body: &str) -> (String, Vec<String>) {
    let mut words = String::new();
    let mut names: Vec<String> = Vec::new();
    let mut rest = body;
    while let Some((before, behind)) = rest.split_once("{{") {
        let Some((name, after)) = behind.split_once("}}") else {
            break;
        };
        words.push_str(before);
        words.push_str(&format!("{{{name}}}"));
        if !names.iter().any(|known| known == name) {
            names.push(name.to_owned());
        }
        rest = after;
    }
    words.push_str(rest);
    (words, names)
}

/// The paths that a template names as its files, in the order of
/// [`Template::files`].
pub fn files_named(message: &Tree) -> Vec<String> {
    match message {
        Tree::Fields(fields) => fields
            .iter()
            .flat_map(|(name, value)| match (name.as_str(), value) {
                ("file", Tree::Text(path)) => vec![path.clone()],
                (_, value) => files_named(value),
            })
            .collect(),
        Tree::List(items) => items.iter().flat_map(files_named).collect(),
        _ => Vec::new(),
    }
}

/// As what kind of media a template sends its file; empty where it does not say.
pub fn kind_named(message: &Tree) -> &str {
    let attachment = message.get("attachment");
    let element = attachment.get("payload").get("elements").items().first();
    match element.map(|element| element.get("media_type").text()) {
        Some(kind) => kind,
        None => attachment.get("type").text(),
    }
}

/// JSON text as plain data, or why it is none.
pub fn read_json(text: &str) -> Result<Tree, String> {
    let value = serde_json::from_str::<Value>(text);
    value
        .map(|value| tree(&value))
        .map_err(|why| format!("it is not JSON: {why}"))
}

/// Plain data as JSON over several lines.
pub fn pretty(tree: &Tree) -> String {
    serde_json::to_string_pretty(&json(tree)).unwrap_or_default()
}

/// JSON as plain data.
pub fn tree(value: &Value) -> Tree {
    match value {
        Value::Null => Tree::Nothing,
        Value::Bool(flag) => Tree::Flag(*flag),
        Value::Number(number) => Tree::Number(number.to_string()),
        Value::String(text) => Tree::Text(text.clone()),
        Value::Array(items) => Tree::List(items.iter().map(tree).collect()),
        Value::Object(fields) => Tree::Fields(
            fields
                .iter()
                .map(|(name, value)| (name.clone(), tree(value)))
                .collect(),
        ),
    }
}

/// Plain data as JSON.
pub fn json(tree: &Tree) -> Value {
    with_ids(tree, &mut [].iter())
}

/// The same, with Meta's ids in place of the files that it names.
pub(super) fn with_ids<'a>(tree: &Tree, ids: &mut impl Iterator<Item = &'a String>) -> Value {
    match tree {
        Tree::Nothing => Value::Null,
        Tree::Flag(flag) => Value::Bool(*flag),
        Tree::Number(number) => number
            .parse::<Number>()
            .map_or_else(|_| Value::String(number.clone()), Value::Number),
        Tree::Text(text) => Value::String(text.clone()),
        Tree::List(items) => items.iter().map(|item| with_ids(item, ids)).collect(),
        Tree::Fields(fields) => {
            let mut object = Map::new();
            for (name, value) in fields {
                match (name.as_str(), value) {
                    ("file", Tree::Text(_)) => {
                        let id = ids.next().cloned().unwrap_or_default();
                        object.insert("attachment_id".into(), Value::String(id));
                    }
                    _ => {
                        object.insert(name.clone(), with_ids(value, ids));
                    }
                }
            }
            Value::Object(object)
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn json_toml_a_whole_request_and_a_payload_alone_are_the_same_template() {
        let message = json!({"attachment": {"type": "template", "payload": {
            "template_type": "button", "text": "Where to?",
            "buttons": [{"type": "postback", "title": "Home", "payload": "HOME"}]}}});
        let toml = r#"
            [attachment]
            type = "template"
            [attachment.payload]
            template_type = "button"
            text = "Where to?"
            buttons = [{ type = "postback", title = "Home", payload = "HOME" }]
        "#;
        let request =
            json!({"recipient": {"id": "1"}, "messaging_type": "RESPONSE", "message": message});
        let payload = message["attachment"]["payload"].clone();
        let expected = message;
        for (text, format) in [
            (expected.to_string(), TemplateFormat::Json),
            (request.to_string(), TemplateFormat::Json),
            (payload.to_string(), TemplateFormat::Json),
            (toml.to_owned(), TemplateFormat::Toml),
        ] {
            let template = read_template("where", &text, format).expect("reads");
            assert_eq!(json(&template.message), expected, "{text}");
            assert_eq!(template.kind(), "button");
        }
        for (text, format, why) in [
            ("{\"text\": ", TemplateFormat::Json, "it is not JSON"),
            ("text = ", TemplateFormat::Toml, "at line 1"),
            ("a = 1\nb = ]", TemplateFormat::Toml, "at line 2"),
            ("[]", TemplateFormat::Json, "it holds no message"),
            ("3", TemplateFormat::Json, "it holds no message"),
        ] {
            let said = read_template("bad", text, format).expect_err("is bad");
            assert!(said.contains(why), "{said}");
        }
    }

    #[test]
    fn an_approved_template_is_filled_in_by_its_placeholders() {
        let row = |status: &str, body: &str| {
            json!({"name": "shipped", "language": "en", "category": "UTILITY", "status": status,
                   "body": body})
        };
        let template = utility_template(&row("APPROVED", "Hi {{name}}, #{{1}} and #{{1}}."));
        let template = template.expect("it is approved");
        assert_eq!(template.wording, "Hi {name}, #{1} and #{1}.");
        assert_eq!(
            json(&template.message)["template"]["components"][0]["parameters"],
            json!([{"type": "text", "text": "{name}", "parameter_name": "name"},
                   {"type": "text", "text": "{1}"}])
        );
        assert_eq!(utility_template(&row("REJECTED", "no")), None);
        let plain = utility_template(&row("APPROVED", "no {{end")).expect("it is approved");
        assert_eq!(json(&plain.message)["template"]["components"], json!([]));
    }

    #[test]
    fn files_get_their_ids_in_their_order() {
        let message = tree(&json!({"attachments": [
            {"type": "image", "payload": {"file": "a.jpg"}},
            {"type": "image", "payload": {"file": "b.jpg"}}]}));
        assert_eq!(files_named(&message), ["a.jpg", "b.jpg"]);
        let ids = ["1".to_owned(), "2".to_owned()];
        assert_eq!(
            with_ids(&message, &mut ids.iter()),
            json!({"attachments": [
                {"type": "image", "payload": {"attachment_id": "1"}},
                {"type": "image", "payload": {"attachment_id": "2"}}]})
        );
    }
}
