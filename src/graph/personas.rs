//! The people whom a Page writes as ("Personas").

use serde::{Deserialize, de};
use serde_json::json;

use super::{Client, Error, Verdict};
use crate::domain::Persona;

#[derive(Default, Deserialize)]
#[serde(default)]
struct PersonaWire {
    id: String,
    name: String,
    profile_picture_url: String,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct PersonaList {
    data: Vec<PersonaWire>,
    paging: Paging,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Paging {
    cursors: Cursors,
    next: Option<de::IgnoredAny>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Cursors {
    after: String,
}

/// So many pages of a Page's personas are looked through (our choice).
const PAGES: usize = 10;

impl Client {
    /// Meta's id of a persona: of the one by this id, if it is still there; else of one
    /// of the same name and picture; else of a new one.
    pub async fn persona(&self, known: Option<&str>, persona: &Persona) -> Result<String, Error> {
        if let Some(id) = known {
            match self.read(&[id], &[("fields", "id")]).await {
                Ok(_) => return Ok(id.to_owned()),
                Err(error) if error.verdict() == Verdict::Refused => {}
                Err(error) => return Err(error),
            }
        }
        let path = [self.page().as_str(), "personas"];
        let fields = ("fields", "id,name,profile_picture_url");
        let same = |wire: &PersonaWire| {
            wire.name == persona.name && wire.profile_picture_url == persona.picture
        };
        let mut after = String::new();
        for _ in 0..PAGES {
            let mut query = vec![fields, ("limit", "100")];
            if !after.is_empty() {
                query.push(("after", &after));
            }
            let text = self.read(&path, &query).await?;
            let list = serde_json::from_str::<PersonaList>(&text);
            let list = list.map_err(|_| self.foreign(200, "no personas"))?;
            if let Some(found) = list.data.into_iter().find(same) {
                return Ok(found.id);
            }
            if list.paging.next.is_none() || list.paging.cursors.after.is_empty() {
                break;
            }
            after = list.paging.cursors.after;
        }
        let body = json!({"name": persona.name, "profile_picture_url": persona.picture});
        let text = self.write(&path, body).await?;
        let made = serde_json::from_str::<PersonaWire>(&text).unwrap_or_default();
        match made.id.is_empty() {
            true => Err(self.foreign(200, "no id of the persona")),
            false => Ok(made.id),
        }
    }
}
