//! What is kept once for the whole Page: its name and routing, how far its lists
//! have been read, and when the rules of the views were last applied.

use super::{Error, Reader, Writer, codec};
use crate::{
    domain::{Account, AppId, Backfill, PerPlatform, Persona, Platform, Routing, Timestamp},
    store::page_values::{keep, kept, set, value},
};

/// Under which name the calls for its profile are kept.
const PROFILE_CALLS: &str = "profile_calls";

/// Under which name the persona is kept.
const PERSONA: &str = "persona";

/// A persona as it is kept: one of another name or picture is another.
fn persona_row(persona: &Persona, id: &str) -> String {
    format!("{id}\n{}\n{}", persona.name, persona.picture)
}

/// What is known of the Page.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PageRow {
    /// Its name, raw; empty until known.
    pub name: String,
    /// Whether it routes conversations.
    pub routing: PerPlatform<Routing>,
    /// The app that our token belongs to, once Meta has told.
    pub app: Option<AppId>,
    /// When the list was last read, by our clock.
    pub read_at: Option<Timestamp>,
}

impl PageRow {
    /// Carries over what the cache knows.
    pub fn fill(self, account: &mut Account) {
        account.name = self.name;
        account.routing = self.routing;
        account.read_at = self.read_at;
        if account.apps.ours.is_none() {
            account.apps.ours = self.app;
        }
    }
}

impl Writer {
    /// Keeps Meta's id of a persona.
    pub async fn keep_persona(&self, persona: Persona, id: String) -> Result<(), Error> {
        self.run(move |files| keep(&files.outbox, PERSONA, &persona_row(&persona, &id)))
            .await
    }

    /// Keeps when calls for the Page's profile were made, by Meta's clock.
    pub async fn keep_profile_calls(&self, calls: Vec<Timestamp>) -> Result<(), Error> {
        let calls: Vec<String> = calls.iter().map(|at| at.as_millis().to_string()).collect();
        self.run(move |files| keep(&files.outbox, PROFILE_CALLS, &calls.join(" ")))
            .await
    }

    /// Keeps which app our token belongs to: an echo of ours may come before Meta
    /// has told again.
    pub async fn keep_app(&self, app: AppId) -> Result<(), Error> {
        self.run(move |files| set(&files.cache, "app", app.as_str()).map(drop))
            .await
    }
}

impl Reader {
    /// Meta's id of this persona, if it has one.
    pub fn persona(&self, persona: &Persona) -> Result<Option<String>, Error> {
        let kept = self.with(|db| kept(db, PERSONA))?.unwrap_or_default();
        let (id, _) = kept.split_once('\n').unwrap_or_default();
        Ok((persona_row(persona, id) == kept && !id.is_empty()).then(|| id.to_owned()))
    }

    /// When calls for the Page's profile were made, by Meta's clock.
    pub fn profile_calls(&self) -> Result<Vec<Timestamp>, Error> {
        let calls = self.with(|db| kept(db, PROFILE_CALLS))?.unwrap_or_default();
        let calls = calls.split(' ').filter_map(|at| at.parse().ok());
        Ok(calls.map(Timestamp::from_millis).collect())
    }

    /// What is known of the Page.
    pub fn page(&self) -> Result<PageRow, Error> {
        self.with(|db| {
            Ok(PageRow {
                name: value(db, "name")?.unwrap_or_default(),
                routing: PerPlatform {
                    messenger: codec::routing_from(value(db, "routing_messenger")?.as_deref()),
                    instagram: codec::routing_from(value(db, "routing_instagram")?.as_deref()),
                },
                app: value(db, "app")?.map(AppId::new),
                read_at: value(db, "read_at")?
                    .and_then(|at| at.parse().ok())
                    .map(Timestamp::from_millis),
            })
        })
    }

    /// What is left to be read of the list of a platform.
    pub fn backfill(&self, platform: Platform) -> Result<Backfill, Error> {
        self.with(|db| {
            let state = value(db, &format!("backfill_{}", platform.word()))?.unwrap_or_default();
            let until = value(db, &format!("backfill_until_{}", platform.word()))?;
            Ok(match state.strip_prefix("from ") {
                Some(cursor) => Backfill::From {
                    cursor: Some(cursor.to_owned()).filter(|c| !c.is_empty()),
                    until: until
                        .and_then(|at| at.parse().ok())
                        .map(Timestamp::from_millis),
                },
                None if state == "done" => Backfill::Done,
                None => Backfill::NotBegun,
            })
        })
    }

    /// Up to which change the list of a platform has been read whole; `None`
    /// when it never was.
    pub fn listed(&self, platform: Platform) -> Result<Option<Timestamp>, Error> {
        self.with(|db| {
            let through = value(db, &format!("listed_{}", platform.word()))?;
            Ok(through
                .and_then(|text| text.parse().ok())
                .map(Timestamp::from_millis))
        })
    }
}
