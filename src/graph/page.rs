//! What the Page and our app are called, and who else serves the Page.

use secrecy::SecretString;
use serde::Deserialize;

use super::{
    Client, Error,
    wire::graph_api::{self as wire, List},
};
use crate::domain::{AppId, PageId, PerPlatform, Routing};

/// The Page as our token sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AboutPage {
    /// Its id; `GET /me` with a Page token is the Page.
    pub id: PageId,
    /// Its name, raw.
    pub name: String,
    /// Whether it routes conversations.
    pub routing: PerPlatform<Routing>,
}

/// A Page that a user manages.
#[derive(Clone, Debug)]
pub struct PageOfUser {
    /// Its id.
    pub id: PageId,
    /// Its name, raw.
    pub name: String,
    /// The user may send messages for it.
    pub may_message: bool,
    /// The Page's own token.
    pub token: SecretString,
}

/// An app that serves the Page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AboutApp {
    /// Its id.
    pub id: AppId,
    /// Its name, raw.
    pub name: String,
}

impl Client {
    /// The Page behind the token, and whether it routes conversations
    /// ("Conversation Routing": `messaging_feature_status`).
    pub async fn about_page(&self) -> Result<AboutPage, Error> {
        #[derive(Deserialize)]
        struct Me {
            id: String,
            #[serde(flatten)]
            page: wire::Page,
        }
        let text = self
            .read(&["me"], &[("fields", "id,name,messaging_feature_status")])
            .await?;
        let me = serde_json::from_str(&text).ok();
        let me: Me = me
            .filter(|me: &Me| is_number(&me.id))
            .ok_or_else(|| self.foreign(200, "not a Page"))?;
        let routing = |on: Option<bool>| match on {
            Some(true) => Routing::Enabled,
            Some(false) => Routing::ZeroConfig,
            None => Routing::Unknown,
        };
        let status = me.page.messaging_feature_status;
        Ok(AboutPage {
            id: PageId::new(me.id),
            name: me.page.name.unwrap_or_default(),
            routing: PerPlatform {
                messenger: routing(status.as_ref().map(|s| s.msgr_multi_app)),
                instagram: routing(status.as_ref().map(|s| s.ig_multi_app)),
            },
        })
    }

    /// The Pages of the user behind the token, with a token for each. For a
    /// Page's own token Meta refuses the question.
    pub async fn pages_of_user(&self) -> Result<Vec<PageOfUser>, Error> {
        #[derive(Deserialize)]
        struct Managed {
            id: String,
            name: Option<String>,
            access_token: String,
            #[serde(default)]
            tasks: Vec<String>,
        }
        let text = self
            .read(
                &["me", "accounts"],
                &[("fields", "id,name,access_token,tasks")],
            )
            .await?;
        let list: List<'_> =
            serde_json::from_str(&text).map_err(|_| self.foreign(200, "not a list of Pages"))?;
        let managed =
            |item: &&serde_json::value::RawValue| serde_json::from_str::<Managed>(item.get()).ok();
        Ok(list
            .data
            .iter()
            .filter_map(managed)
            .filter(|page| is_number(&page.id))
            .map(|page| PageOfUser {
                id: PageId::new(page.id),
                name: page.name.unwrap_or_default(),
                may_message: page.tasks.iter().any(|task| task == "MESSAGING"),
                token: page.access_token.into(),
            })
            .collect())
    }

    /// The Instagram account linked to the Page. A call of its own: it needs
    /// `instagram_basic`, and one forbidden field fails a whole call.
    pub async fn instagram_account(&self) -> Result<Option<String>, Error> {
        let text = self
            .read(
                &[self.page().as_str()],
                &[("fields", "instagram_business_account")],
            )
            .await?;
        let page: wire::Page =
            serde_json::from_str(&text).map_err(|_| self.foreign(200, "not a Page"))?;
        let account = page.instagram_business_account.map(|account| account.id);
        Ok(account.filter(|id| is_number(id)))
    }

    /// The app behind our token (`GET /app`, general Graph knowledge).
    pub async fn about_app(&self) -> Result<AboutApp, Error> {
        let text = self.read(&["app"], &[("fields", "id,name")]).await?;
        app(&text).ok_or_else(|| self.foreign(200, "not an app"))
    }

    /// The apps that are subscribed to the Page's events.
    pub async fn subscribed_apps(&self) -> Result<Vec<AboutApp>, Error> {
        let text = self
            .read(&[self.page().as_str(), "subscribed_apps"], &[])
            .await?;
        let list: List<'_> =
            serde_json::from_str(&text).map_err(|_| self.foreign(200, "not a list of apps"))?;
        Ok(list
            .data
            .iter()
            .filter_map(|item| app(item.get()))
            .collect())
    }
}

fn app(text: &str) -> Option<AboutApp> {
    let party: wire::Party = serde_json::from_str(text).ok()?;
    is_number(&party.id).then(|| AboutApp {
        id: AppId::new(party.id),
        name: party.name.unwrap_or_default(),
    })
}

/// Pages, accounts and apps are numbered. These ids go into the configuration, into
/// names of files and onto the command line of a person: nothing else is taken.
fn is_number(id: &str) -> bool {
    !id.is_empty() && id.len() <= 30 && id.bytes().all(|b| b.is_ascii_digit())
}
