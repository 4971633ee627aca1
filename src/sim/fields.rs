//! `fields=id,messages.limit(5){id,from}`: Graph's field expansion.

use crate::sim::graph_error::GraphError;

/// One asked field.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Field {
    pub(super) name: String,
    pub(super) limit: Option<usize>,
    pub(super) sub: Vec<Field>,
}

impl Field {
    pub(super) fn plain(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            ..Self::default()
        }
    }
}

/// Writes fields as a caller would.
pub(super) fn written(fields: &[Field]) -> String {
    let one = |field: &Field| {
        let mut text = field.name.clone();
        if let Some(limit) = field.limit {
            text.push_str(&format!(".limit({limit})"));
        }
        if !field.sub.is_empty() {
            text.push_str(&format!("{{{}}}", written(&field.sub)));
        }
        text
    };
    fields.iter().map(one).collect::<Vec<_>>().join(",")
}

/// Reads a `fields` parameter; white space is allowed between the parts.
pub(super) fn parse(text: &str) -> Result<Vec<Field>, GraphError> {
    let mut chars: Vec<char> = text.chars().filter(|c| !c.is_whitespace()).collect();
    chars.reverse();
    let fields = list(&mut chars, 0)?;
    if chars.is_empty() {
        Ok(fields)
    } else {
        Err(syntax())
    }
}

fn syntax() -> GraphError {
    GraphError::new(
        400,
        2500,
        0,
        "Syntax error \"Expected end of string instead of \\\"}\\\".\" in the fields parameter",
    )
}

/// `rest` is reversed, so `pop` gives the next character.
fn list(rest: &mut Vec<char>, depth: usize) -> Result<Vec<Field>, GraphError> {
    if depth > 8 {
        return Err(syntax());
    }
    let mut fields = Vec::new();
    loop {
        let mut field = Field {
            name: word(rest),
            ..Field::default()
        };
        while rest.last() == Some(&'.') {
            rest.pop();
            let modifier = word(rest);
            let value = argument(rest)?;
            if modifier == "limit" {
                field.limit = Some(value.parse().map_err(|_| syntax())?);
            }
        }
        if rest.last() == Some(&'{') {
            rest.pop();
            field.sub = list(rest, depth + 1)?;
            if rest.pop() != Some('}') {
                return Err(syntax());
            }
        }
        if !field.name.is_empty() {
            fields.push(field);
        }
        if rest.last() == Some(&',') {
            rest.pop();
        } else {
            return Ok(fields);
        }
    }
}

fn word(rest: &mut Vec<char>) -> String {
    let mut word = String::new();
    while let Some(c) = rest
        .last()
        .filter(|c| c.is_ascii_alphanumeric() || **c == '_')
    {
        word.push(*c);
        rest.pop();
    }
    word
}

fn argument(rest: &mut Vec<char>) -> Result<String, GraphError> {
    if rest.pop() != Some('(') {
        return Err(syntax());
    }
    let mut value = String::new();
    loop {
        match rest.pop() {
            Some(')') => return Ok(value),
            Some(c) => value.push(c),
            None => return Err(syntax()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nested_fields_with_limits_are_read() {
        let fields = parse("id, messages.limit(5){id,from{name}},x").expect("good");
        assert_eq!(fields.len(), 3);
        assert_eq!(fields[1].limit, Some(5));
        assert_eq!(fields[1].sub[1].sub, [Field::plain("name")]);
        assert_eq!(written(&fields), "id,messages.limit(5){id,from{name}},x");
        for bad in ["id{", "messages.limit(", "a{b}}", "m.limit(x)"] {
            assert!(parse(bad).is_err(), "{bad}");
        }
        let deep = "a{".repeat(100);
        assert!(parse(&deep).is_err());
    }
}
