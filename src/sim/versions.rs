//! Versions of the Graph API: which of them is served, and what apps made since
//! v27.0 may no longer ask, in any version (Graph API changelog, 4 November 2026).

use jiff::{civil::date, tz::TimeZone};

use crate::sim::{
    graph_error::GraphError,
    params::{NEWEST, Params},
    world::World,
};

/// Each version with the day on which it ends, oldest first; the others have none yet
/// (Graph API changelog).
const ENDING: [(u32, (i16, i8, i8)); 5] = [
    (21, (2027, 1, 21)),
    (22, (2027, 5, 20)),
    (23, (2027, 10, 8)),
    (24, (2028, 2, 18)),
    (25, (2028, 7, 29)),
];

/// The version that answers a call at `now`, in milliseconds: one that has ended is
/// served by the oldest that has not, silently ("Versioning").
pub(super) fn served(asked: &str, now: i64) -> String {
    let major = asked.trim_start_matches('v').split('.').next();
    let Some(asked_major) = major.and_then(|major| major.parse::<u32>().ok()) else {
        return NEWEST.to_owned();
    };
    let alive = |(year, month, day): (i16, i8, i8)| {
        let end = date(year, month, day).to_zoned(TimeZone::UTC);
        end.is_ok_and(|end| now < end.timestamp().as_millisecond())
    };
    let oldest = ENDING.iter().find(|(_, end)| alive(*end));
    let oldest = oldest.map_or(ENDING[ENDING.len() - 1].0 + 1, |(major, _)| *major);
    match asked_major < oldest {
        true => format!("v{oldest}.0"),
        false => asked.to_owned(),
    }
}

/// What is refused to apps that were made since v27.0. How Meta words it is not
/// documented: 100 and the words are our choice.
pub(super) fn gone(
    world: &World,
    method: &str,
    path: &[&str],
    params: &Params,
) -> Result<(), GraphError> {
    if world.switches.old_apps {
        return Ok(());
    }
    let alias = params
        .text("fields")
        .is_some_and(|fields| fields.replace(' ', "").contains(".as("));
    let asked = [
        (
            "several ids in one call",
            path.is_empty() && params.text("ids").is_some(),
        ),
        ("date_format", params.text("date_format").is_some()),
        (
            "a method override in the query",
            method == "GET" && params.text("method").is_some(),
        ),
        ("field aliases", alias),
        (
            "JSONP",
            method == "GET" && params.text("callback").is_some(),
        ),
        (
            "asynchronous batches",
            path.last() == Some(&"asyncbatchrequests"),
        ),
    ];
    match asked.iter().find(|(_, asked)| *asked) {
        Some((what, _)) => Err(GraphError::parameter(format!(
            "The Graph API no longer takes {what} from apps created since v27.0"
        ))),
        None => Ok(()),
    }
}
