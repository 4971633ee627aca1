//! What a Page shows before anybody writes ("Messenger Profile API").

use serde_json::{Map, Value, json};

use super::{Client, Error, template};
use crate::domain::{Platform, ProfileChange, Tree, profile_properties};

impl Client {
    /// The properties that are set.
    pub async fn page_profile(&self, platform: Platform) -> Result<Tree, Error> {
        let fields = profile_properties(platform).join(",");
        let mut query = vec![("fields", fields.as_str())];
        if platform == Platform::Instagram {
            query.push(("platform", "instagram"));
        }
        let path = [self.page().as_str(), "messenger_profile"];
        let text = self.read(&path, &query).await?;
        let answer: Value =
            serde_json::from_str(&text).map_err(|_| self.foreign(200, "no profile"))?;
        // Nothing set is an empty list.
        let known = profile_properties(platform).iter();
        let set = known.filter_map(|name| {
            let value = &answer["data"][0][*name];
            (!value.is_null()).then(|| ((*name).to_owned(), template::tree(value)))
        });
        Ok(Tree::Fields(set.collect()))
    }

    /// Writes a change: what is set in one call, what goes in another.
    pub async fn change_page_profile(
        &self,
        platform: Platform,
        change: &ProfileChange,
    ) -> Result<(), Error> {
        let path = [self.page().as_str(), "messenger_profile"];
        let on = |mut body: Map<String, Value>| {
            if platform == Platform::Instagram {
                body.insert("platform".into(), json!("instagram"));
            }
            Value::Object(body)
        };
        if !change.set.is_empty() {
            let set = change.set.iter();
            let body = set.map(|(name, value)| (name.clone(), template::json(value)));
            self.write(&path, on(body.collect())).await?;
        }
        if !change.delete.is_empty() {
            let body = Map::from_iter([("fields".to_owned(), json!(change.delete))]);
            self.delete(&path, on(body)).await?;
        }
        Ok(())
    }
}
