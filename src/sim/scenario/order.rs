//! A person who joins a running world: the members of a `[[person]]`, as JSON. The
//! order becomes a scenario of one person, so both know the same members and name the
//! same mistakes.

use serde_json::Value;

use crate::sim::{
    scenario::{people, reader::read},
    world::World,
};

/// Lets somebody join, and answers their index. Fails with everything that is wrong,
/// and then nobody has joined.
pub(in crate::sim) fn join(world: &mut World, order: &Value, now: i64) -> Result<usize, String> {
    let text = format!("person = [{}]", inline(order));
    let (scenario, mut mistakes) = read(&text);
    let mut people = scenario.people.into_iter();
    let drafted = people
        .next()
        .map(|toml| (people::draft(&mut mistakes, world, &toml, now), toml.name));
    mistakes.end().map_err(|error| error.sentence())?;
    let (draft, name) = drafted.ok_or("a person must be an object with a name")?;
    if world.person_called(&name).is_some() {
        return Err(format!("there is already somebody called {name:?}"));
    }
    Ok(people::join(world, draft))
}

/// JSON as an inline value of TOML. What JSON writes as a text TOML reads as the same;
/// `null` is left out.
fn inline(value: &Value) -> String {
    match value {
        Value::Object(members) => {
            let members = members.iter().filter(|(_, value)| !value.is_null());
            let text = |(key, value): (&String, &Value)| {
                format!("{} = {}", Value::from(key.as_str()), inline(value))
            };
            format!("{{{}}}", members.map(text).collect::<Vec<_>>().join(", "))
        }
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(inline).collect();
            format!("[{}]", items.join(", "))
        }
        Value::Null => "\"\"".to_owned(),
        // A control that JSON need not escape.
        other => other.to_string().replace('\u{7f}', "\\u007f"),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn any_text_of_json_is_the_same_in_toml() {
        let order =
            json!({"a b\"": ["\u{1}\u{7f}\n\\ é 👍🏽 \u{2028}", 5, -1.5, true, null], "n": null});
        let read: toml::Table = toml::from_str(&format!("x = {}", inline(&order))).expect("TOML");
        let inside = read["x"].as_table().expect("a table");
        assert_eq!(inside.len(), 1);
        let list = inside["a b\""].as_array().expect("a list");
        assert_eq!(list[0].as_str(), order["a b\""][0].as_str());
        assert_eq!(list.len(), 5);
    }
}
