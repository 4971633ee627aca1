//! What fits into a Messenger profile and into the menu of one person ("Messenger
//! Profile API"; where its pages give no number, field reports do).

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use crate::sim::{graph_error::GraphError, shape::Place, world::Platform};

/// Characters of what a tap sends back at most.
const PAYLOAD: usize = 1000;

/// The properties of a Messenger profile that are set together ("Messenger Profile
/// API").
pub(super) fn check(platform: Platform, given: &Map<String, Value>) -> Result<(), GraphError> {
    for (name, value) in given {
        let property = Place::new(name.as_str(), value);
        match name.as_str() {
            "get_started" => property.field("payload").text(PAYLOAD).map(drop)?,
            "greeting" => {
                for entry in by_locale(&property, false)? {
                    entry.field("text").text(160)?;
                }
            }
            "persistent_menu" => menu(platform, &property)?,
            "ice_breakers" => ice_breakers(&property)?,
            "commands" => {
                for entry in by_locale(&property, false)? {
                    for command in entry.field("commands").items(1, 100)? {
                        command.field("name").text(32)?;
                        command.field("description").text(64)?;
                    }
                }
            }
            "whitelisted_domains" => {
                for domain in property.items(0, 50)? {
                    domain.url(true)?;
                }
            }
            "account_linking_url" => property.url(true).map(drop)?,
            _ => {}
        }
    }
    Ok(())
}

/// A menu, of the Page or of one person.
pub(super) fn menu(platform: Platform, menu: &Place) -> Result<(), GraphError> {
    for entry in by_locale(menu, true)? {
        if platform == Platform::Instagram && entry.has("composer_input_disabled") {
            return entry.refused("takes no composer_input_disabled on Instagram");
        }
        let Some(actions) = entry.optional("call_to_actions") else {
            if entry.value()["composer_input_disabled"] == true {
                return entry.refused("needs call_to_actions where nobody can write");
            }
            continue;
        };
        for action in actions.items(1, 20)? {
            action.field("title").text(30)?;
            // Menus within menus are gone.
            match action
                .field("type")
                .one_of(&["web_url", "postback"])?
                .as_str()
            {
                "web_url" => action.field("url").url(false)?,
                _ => action.field("payload").text(PAYLOAD)?,
            };
        }
    }
    Ok(())
}

/// Questions by language, or the older list of questions.
fn ice_breakers(property: &Place) -> Result<(), GraphError> {
    let questions = |list: &Place| {
        for question in list.items(1, 4)? {
            question.field("question").text(PAYLOAD)?;
            question.field("payload").text(PAYLOAD)?;
        }
        Ok(())
    };
    let by_language = property.value()[0]["call_to_actions"].is_array();
    if !by_language {
        return questions(property);
    }
    for entry in by_locale(property, true)? {
        questions(&entry.field("call_to_actions"))?;
    }
    Ok(())
}

/// The entries of a list with one for each language; `default` must be there where
/// Meta says so.
fn by_locale(list: &Place, default: bool) -> Result<Vec<Place>, GraphError> {
    let entries = list.items(1, usize::MAX)?;
    let mut locales = BTreeSet::new();
    for entry in &entries {
        let locale = entry.value()["locale"].as_str().unwrap_or("default");
        if !locales.insert(locale.to_owned()) {
            return entry.refused("repeats a locale");
        }
    }
    if default && !locales.contains("default") {
        return list.refused("must have an entry with the locale default");
    }
    Ok(entries)
}
