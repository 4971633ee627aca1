//! The people whom a Page writes as ("Personas").

use serde::Deserialize;
use serde_json::json;

use super::{Client, Error, Verdict, wire::graph_api::List};
use crate::domain::Persona;

#[derive(Default, Deserialize)]
#[serde(default)]
struct PersonaWire {
    id: String,
    name: String,
    profile_picture_url: String,
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
        let mut after: Option<String> = None;
        for _ in 0..PAGES {
            let mut query = vec![fields, ("limit", "100")];
            query.extend(after.as_deref().map(|after| ("after", after)));
            let text = self.read(&path, &query).await?;
            let list = serde_json::from_str::<List<'_>>(&text);
            let list = list.map_err(|_| self.foreign(200, "no personas"))?;
            let rows = list.data.iter();
            let mut rows =
                rows.filter_map(|row| serde_json::from_str::<PersonaWire>(row.get()).ok());
            if let Some(found) = rows.find(same) {
                return Ok(found.id);
            }
            after = list.after();
            if after.is_none() {
                break;
            }
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
