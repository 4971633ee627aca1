//! What nobody outside Meta knows for sure, as switches that a scenario may
//! turn. The names stand in the table of the module.

use serde::{Deserialize, Deserializer, de::Error};

/// `[switches]` of a scenario. The defaults are our reading of the platform.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(in crate::sim) struct Switches {
    /// E2: details of the newest 20 messages only, also on Messenger.
    pub(in crate::sim) messenger_20_details: bool,
    /// X3: HTTP status of a dead token, 400 or 401.
    #[serde(deserialize_with = "status_400_or_401")]
    pub(in crate::sim) dead_token_status: u16,
    /// X17: `error.code` for a person who cannot be reached, 551 or 200.
    #[serde(deserialize_with = "code_551_or_200")]
    pub(in crate::sim) unavailable_code: i64,
    /// X18: the Page is restricted from sending.
    pub(in crate::sim) page_restricted: bool,
    /// R15: a send as HUMAN_AGENT by an app that may take takes control.
    pub(in crate::sim) human_agent_takes: bool,
    /// X23: an app without the Human Agent feature is refused.
    pub(in crate::sim) human_agent_needs_feature: bool,
    /// E6: sender actions need control, as sends do.
    pub(in crate::sim) actions_need_control: bool,
    /// E6: sender actions need an open window, as sends do.
    pub(in crate::sim) actions_need_window: bool,
    /// Every app with the field hears of handovers, not only those who
    /// win or lose.
    pub(in crate::sim) handovers_to_all: bool,
    /// R14: a sticker comes as sticker and image, as before 30 August 2026.
    pub(in crate::sim) sticker_twice: bool,
    /// X12: 2,000 counts UTF-16 units, not characters.
    pub(in crate::sim) count_utf16: bool,
    /// W7: ids in webhooks are numbers.
    pub(in crate::sim) numeric_ids: bool,
    /// W6: deliveries come without `mids` and `timestamp`.
    pub(in crate::sim) bare_deliveries: bool,
    /// E12: the Page's owner has accepted the terms for labels.
    pub(in crate::sim) label_terms: bool,
    /// E1: the Page gets too many messages for its list to be read.
    pub(in crate::sim) high_volume: bool,
    /// E10: what `subscribed_apps` answers is the text "true".
    pub(in crate::sim) text_success: bool,
    /// E1, E11: nobody counts calls; a test may ask as often as it likes.
    pub(in crate::sim) no_quotas: bool,
    /// Errors have the type `text/javascript`, as they had in 2020.
    pub(in crate::sim) javascript_errors: bool,
    /// The apps are older than v27.0 (4 November 2026) and may still ask as it was
    /// allowed before: several ids at once, other forms of dates, `?method=`, other
    /// names for fields, JSONP, batches that are answered later.
    pub(in crate::sim) old_apps: bool,
}

impl Default for Switches {
    fn default() -> Self {
        Self {
            messenger_20_details: false,
            dead_token_status: 400,
            unavailable_code: 551,
            page_restricted: false,
            human_agent_takes: true,
            human_agent_needs_feature: true,
            actions_need_control: true,
            actions_need_window: false,
            handovers_to_all: false,
            sticker_twice: false,
            count_utf16: false,
            numeric_ids: false,
            bare_deliveries: false,
            label_terms: true,
            high_volume: false,
            text_success: false,
            no_quotas: false,
            javascript_errors: false,
            old_apps: false,
        }
    }
}

fn status_400_or_401<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u16, D::Error> {
    match u16::deserialize(deserializer)? {
        status @ (400 | 401) => Ok(status),
        other => Err(D::Error::custom(format!("{other} is neither 400 nor 401"))),
    }
}

fn code_551_or_200<'de, D: Deserializer<'de>>(deserializer: D) -> Result<i64, D::Error> {
    match i64::deserialize(deserializer)? {
        code @ (551 | 200) => Ok(code),
        other => Err(D::Error::custom(format!("{other} is neither 551 nor 200"))),
    }
}
