//! Canned replies: texts and templates with variables, filled in for the person they go
//! to.

use crate::domain::Content;

/// A text or a template that is kept in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Canned {
    /// The file's name without its ending.
    pub name: String,
    /// What it holds, or why it cannot be used, in words.
    pub content: Result<Content, String>,
}

/// The variables that the desk itself knows, with what they stand for.
pub const VARIABLES: [(&str, &str); 4] = [
    ("first_name", "the customer's first name"),
    ("name", "the customer's name"),
    ("agent", "your name"),
    ("page", "the Page's name"),
];

/// A text with what is known filled in. What is unknown stands as it was, so
/// that it is seen; a reply with it is not sent.
pub fn filled(text: &str, values: &[(String, String)]) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((start, name, end)) = variable(rest) {
        out.push_str(&rest[..start]);
        match values
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name))
        {
            Some((_, value)) => out.push_str(value),
            None => out.push_str(&rest[start..end]),
        }
        rest = &rest[end..];
    }
    out.push_str(rest);
    out
}

/// The same of everything that is text in a content.
pub fn filled_content(content: &Content, values: &[(String, String)]) -> Content {
    match content {
        Content::Text(text) => Content::Text(filled(text, values)),
        Content::Template(template) => {
            let fill = |text: &str| filled(text, values);
            Content::Template(Box::new(template.with_texts(&fill)))
        }
        other => other.clone(),
    }
}

/// The names of the variables that are still in it, each once, in their order.
pub fn variables(content: &Content) -> Vec<String> {
    let texts = match content {
        Content::Template(template) => template.texts(),
        content => vec![content.text()],
    };
    let mut names: Vec<String> = Vec::new();
    for mut text in texts {
        while let Some((_, name, end)) = variable(text) {
            if !names.iter().any(|known| known == name) {
                names.push(name.to_owned());
            }
            text = &text[end..];
        }
    }
    names
}

/// The first variable that is still in a text.
pub fn unfilled(text: &str) -> Option<&str> {
    variable(text).map(|(start, _, end)| &text[start..end])
}

/// Where the first `{name}` starts, its name, and where it ends.
fn variable(text: &str) -> Option<(usize, &str, usize)> {
    let mut from = 0;
    while let Some(start) = text[from..].find('{').map(|at| from + at) {
        let behind = &text[start + 1..];
        let end = behind.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_'))?;
        if end > 0 && behind[end..].starts_with('}') {
            return Some((start, &behind[..end], start + end + 2));
        }
        from = start + 1;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_known_is_filled_in_and_what_is_not_stays_visible() {
        let values = [("first_name".to_owned(), "Ana".to_owned())];
        for (text, expected) in [
            ("Hi {first_name}!", "Hi Ana!"),
            ("{order} {first_name}", "{order} Ana"),
            ("a { b } {} {first_name", "a { b } {} {first_name"),
            ("{{first_name}}", "{Ana}"),
            ("{First_Name}", "Ana"),
            ("", ""),
        ] {
            assert_eq!(filled(text, &values), expected, "{text}");
        }
        assert_eq!(unfilled("a {b-c} {order} d"), Some("{order}"));
        assert_eq!(unfilled("{} { x } {"), None);
        assert_eq!(unfilled("é{à} {x}"), Some("{x}"));
    }
}
