//! The two platforms of a Page, and lengths of time in milliseconds.

use serde::Deserialize;

pub(in crate::sim) const HOUR: i64 = 3_600_000;
pub(in crate::sim) const DAY: i64 = 24 * HOUR;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(in crate::sim) enum Platform {
    #[default]
    Messenger,
    Instagram,
}

impl Platform {
    pub(in crate::sim) fn word(self) -> &'static str {
        match self {
            Self::Messenger => "messenger",
            Self::Instagram => "instagram",
        }
    }
}
