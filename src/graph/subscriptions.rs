//! What Meta tells whom: the two layers of webhook subscriptions, and what a
//! token is ("Webhooks", "Graph API: Application Subscriptions",
//! `debug_token`).

use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde_json::json;

use super::{
    Client, Error, SetupError,
    wire::graph_api::{self as wire, List, maybe_id, maybe_number},
};
use crate::domain::{AppId, PageId, Timestamp};

/// The Page's fields that an inbox lives on.
pub const INBOX_FIELDS: [&str; 14] = [
    "messages",
    "message_echoes",
    "message_deliveries",
    "message_reads",
    "message_reactions",
    "message_edits",
    "messaging_postbacks",
    "messaging_referrals",
    "messaging_optins",
    "messaging_handovers",
    "messaging_account_linking",
    "messaging_feedback",
    "messaging_policy_enforcement",
    "standby",
];
/// The same of Instagram's topic, which has names of its own.
pub const INSTAGRAM_FIELDS: [&str; 8] = [
    "messages",
    "message_reactions",
    "message_edit",
    "messaging_postbacks",
    "messaging_referral",
    "messaging_seen",
    "messaging_handover",
    "standby",
];

/// What an app has subscribed to of a topic: the first layer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AppSubscription {
    /// `page` or `instagram`.
    pub object: String,
    /// Where Meta calls.
    pub callback: String,
    /// Meta has not given up on it.
    pub active: bool,
    /// Which fields.
    pub fields: Vec<String>,
}

/// What a token is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TokenInfo {
    /// `PAGE`, `USER`, `SYSTEM_USER` …
    pub kind: String,
    /// Its app.
    pub app: Option<AppId>,
    /// The name of that app, raw.
    pub app_name: String,
    /// Its Page.
    pub page: Option<PageId>,
    /// Meta accepts it.
    pub valid: bool,
    /// When it ends; `None` for never.
    pub expires_at: Option<Timestamp>,
    /// When its access to data ends, until somebody agrees again.
    pub data_until: Option<Timestamp>,
    /// What it may do.
    pub scopes: Vec<String>,
}

#[derive(Deserialize)]
struct TokenWire {
    data: TokenData,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct TokenData {
    r#type: String,
    #[serde(deserialize_with = "maybe_id")]
    app_id: Option<String>,
    application: String,
    #[serde(deserialize_with = "maybe_id")]
    profile_id: Option<String>,
    is_valid: bool,
    #[serde(deserialize_with = "maybe_number")]
    expires_at: Option<i64>,
    #[serde(deserialize_with = "maybe_number")]
    data_access_expires_at: Option<i64>,
    scopes: Vec<String>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct AppWire {
    object: String,
    callback_url: Option<String>,
    active: bool,
    fields: Vec<FieldWire>,
}

/// A field comes by its name, or with its version.
#[derive(Deserialize)]
#[serde(untagged)]
enum FieldWire {
    Name(String),
    Versioned { name: String },
}

impl Client {
    /// A client for what only the app itself may do: its token is made of id
    /// and secret.
    pub fn as_app(&self, app: &AppId, secret: &SecretString) -> Result<Self, SetupError> {
        let first = secret
            .expose_secret()
            .split_whitespace()
            .next()
            .unwrap_or_default();
        self.with_token(&format!("{app}|{first}").into())
    }

    /// What our own token is. Meta wants it in the query here, and nowhere
    /// else; the log leaves it out.
    pub async fn token_info(&self) -> Result<TokenInfo, Error> {
        let token = self.token_for_meta();
        let text = self
            .read(&["debug_token"], &[("input_token", &token)])
            .await?;
        let data = serde_json::from_str::<TokenWire>(&text)
            .map_err(|_| self.foreign(200, "not about a token"))?
            .data;
        let moment = |seconds: Option<i64>| seconds.filter(|s| *s > 0).map(Timestamp::from_secs);
        Ok(TokenInfo {
            kind: data.r#type,
            app: data.app_id.map(AppId::new),
            app_name: data.application,
            page: data.profile_id.map(PageId::new),
            valid: data.is_valid,
            expires_at: moment(data.expires_at),
            data_until: moment(data.data_access_expires_at),
            scopes: data.scopes,
        })
    }

    /// The Page's fields for our app: the second layer.
    pub async fn page_fields(&self, ours: &AppId) -> Result<Vec<String>, Error> {
        #[derive(Deserialize)]
        struct Row {
            #[serde(default, deserialize_with = "maybe_id")]
            id: Option<String>,
            #[serde(default)]
            subscribed_fields: Vec<String>,
        }
        let text = self
            .read(&[self.page().as_str(), "subscribed_apps"], &[])
            .await?;
        let list: List<'_> =
            serde_json::from_str(&text).map_err(|_| self.foreign(200, "not a list of apps"))?;
        let rows = list
            .data
            .iter()
            .filter_map(|row| serde_json::from_str::<Row>(row.get()).ok());
        let own = rows.filter(|row| row.id.as_deref() == Some(ours.as_str()));
        Ok(own.flat_map(|row| row.subscribed_fields).collect())
    }

    /// Sets the Page's fields for our app. Meta replaces the whole list.
    pub async fn set_page_fields(&self, fields: &[String]) -> Result<(), Error> {
        let body = json!({"subscribed_fields": fields.join(",")});
        let text = self
            .write(&[self.page().as_str(), "subscribed_apps"], body)
            .await?;
        self.done(&text)
    }

    /// What the app has subscribed to; needs [`Client::as_app`].
    pub async fn app_subscriptions(&self, app: &AppId) -> Result<Vec<AppSubscription>, Error> {
        let text = self.read(&[app.as_str(), "subscriptions"], &[]).await?;
        let list: List<'_> = serde_json::from_str(&text)
            .map_err(|_| self.foreign(200, "not a list of subscriptions"))?;
        let rows = list.data.iter();
        let rows = rows.filter_map(|row| serde_json::from_str::<AppWire>(row.get()).ok());
        let name = |field| match field {
            FieldWire::Name(name) | FieldWire::Versioned { name } => name,
        };
        Ok(rows
            .map(|row| AppSubscription {
                object: row.object,
                callback: row.callback_url.unwrap_or_default(),
                active: row.active,
                fields: row.fields.into_iter().map(name).collect(),
            })
            .collect())
    }

    /// Subscribes the app to a topic; needs [`Client::as_app`]. Meta calls the
    /// callback before it answers, and replaces callback and fields.
    pub async fn set_app_subscription(
        &self,
        app: &AppId,
        subscription: &AppSubscription,
        verify_token: &SecretString,
    ) -> Result<(), Error> {
        let body = json!({
            "object": subscription.object,
            "callback_url": subscription.callback,
            "verify_token": verify_token.expose_secret(),
            "fields": subscription.fields.join(","),
            "include_values": true,
        });
        let text = self.write(&[app.as_str(), "subscriptions"], body).await?;
        self.done(&text)
    }

    fn done(&self, text: &str) -> Result<(), Error> {
        if wire::success(text) {
            Ok(())
        } else {
            Err(self.foreign(200, "not a success"))
        }
    }
}
