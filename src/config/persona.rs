//! `[persona]`: who the customer sees writing.

use toml::{Spanned, de::DeValue};

use super::reader::Mistakes;
use crate::domain::Persona;

/// The longest name, in characters ("Personas": 50).
const LONGEST: usize = 50;

/// Reads it.
pub(super) fn persona(value: Spanned<DeValue<'_>>, mistakes: &mut Mistakes<'_>) -> Option<Persona> {
    let at = value.span().start;
    let mut persona = Persona::default();
    for (key, value) in mistakes.table_of(value) {
        let place = value.span().start;
        match key.get_ref().as_ref() {
            "name" => persona.name = mistakes.text_of(&value).unwrap_or_default(),
            "picture" => {
                persona.picture = mistakes.text_of(&value).unwrap_or_default();
                if !persona.picture.starts_with("https://") {
                    let why = "picture is the address of an image, and begins with https://";
                    mistakes.at(place, why.into());
                }
            }
            other => mistakes.at(
                key.span().start,
                format!("[persona] has no option called {other:?}"),
            ),
        }
    }
    let length = persona.name.chars().count();
    if persona.name.trim().is_empty() || persona.picture.is_empty() {
        mistakes.at(at, "a persona needs a name and a picture".into());
    } else if length > LONGEST {
        let why = format!("the persona's name has {length} characters, {LONGEST} fit");
        mistakes.at(at, why);
    }
    Some(persona)
}

#[cfg(test)]
mod tests {
    use crate::config::Config;

    #[test]
    fn a_persona_has_a_name_that_fits_and_a_picture() {
        let read = |text: &str| Config::parse(text).map(|config| config.persona);
        let good = "[persona]\nname = \"Kim\"\npicture = \"https://lamp.example/kim.jpg\"\n";
        let persona = read(good).expect("reads").expect("one");
        assert_eq!(persona.name, "Kim");
        assert_eq!(read("").expect("reads"), None);
        for (text, why) in [
            (
                "[persona]\nname = \"Kim\"\n".to_owned(),
                "a name and a picture",
            ),
            (good.replace("https", "http"), "begins with https://"),
            (
                good.replace("Kim", &"K".repeat(51)),
                "has 51 characters, 50 fit",
            ),
            (format!("{good}age = 3\n"), "no option called \"age\""),
        ] {
            let said = read(&text).expect_err("a mistake");
            assert!(said.iter().any(|(_, said)| said.contains(why)), "{said:?}");
        }
    }
}
