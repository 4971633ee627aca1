//! What all answers have in common: asked fields, pages with cursors, times.

use serde_json::{Map, Value, json};

use crate::sim::{
    fields::{self, Field},
    graph_error::GraphError,
    params::Params,
};

/// Rows of a list when the caller names no limit, and at most.
pub(super) const LIMIT: usize = 25;

pub(super) const LIMIT_AT_MOST: usize = 100;

/// Who calls, as the token tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Caller {
    /// Index into the apps.
    pub(super) app: usize,
    /// The token is of another Page (R9).
    pub(super) elsewhere: bool,
    /// The token is the app's own, `id|secret`.
    pub(super) is_app: bool,
}

/// What a read may need besides the world.
pub(super) struct Asker<'a> {
    pub(super) app: usize,
    pub(super) params: &'a Params,
    pub(super) now: i64,
    /// Such as `http://127.0.0.1:8700/v27.0/1048/conversations`.
    pub(super) url: String,
    pub(super) token: &'a str,
}

impl Asker<'_> {
    /// Host and version, such as `http://127.0.0.1:8700/v27.0`.
    pub(super) fn base(&self) -> &str {
        let path = self.url.find("://").map_or(0, |at| at + 3);
        let version = self.url[path..].find("/v").map(|at| path + at + 1);
        let end = version.and_then(|at| self.url[at..].find('/').map(|end| at + end));
        let host = self.url[path..]
            .find('/')
            .map_or(self.url.len(), |at| path + at);
        &self.url[..end.unwrap_or(host)]
    }
}

pub(super) fn asked(ask: &Asker<'_>, default: &[&str]) -> Result<Vec<Field>, GraphError> {
    match ask.params.text("fields") {
        Some(text) if !text.trim().is_empty() => fields::parse(&text),
        _ => Ok(default.iter().map(|name| Field::plain(name)).collect()),
    }
}

pub(super) fn limit(ask: &Asker<'_>) -> usize {
    ask.params
        .number("limit")
        .and_then(|n| usize::try_from(n).ok())
        .unwrap_or(LIMIT)
        .clamp(1, LIMIT_AT_MOST)
}

/// A node with the asked fields that have a value, and its id.
pub(super) fn project(
    id: &str,
    fields: &[Field],
    mut value: impl FnMut(&Field) -> Result<Option<Value>, GraphError>,
) -> Result<Value, GraphError> {
    let mut node = Map::new();
    for field in fields.iter().filter(|field| field.name != "id") {
        if let Some(value) = value(field)? {
            node.insert(field.name.clone(), value);
        }
    }
    node.insert("id".into(), json!(id));
    Ok(Value::Object(node))
}

fn cursor((time, at): (i64, usize)) -> String {
    format!("QVFI{time:x}Z{at:x}")
}

pub(super) fn uncursor(text: &str) -> Result<(i64, usize), GraphError> {
    let parts = text
        .strip_prefix("QVFI")
        .and_then(|rest| rest.split_once('Z'));
    let read = |(time, at): (&str, &str)| {
        let time = i64::from_str_radix(time, 16)
            .ok()
            .filter(|time| *time >= 0)?;
        let at = u32::from_str_radix(at, 16).ok()?;
        Some((time, usize::try_from(at).ok()?))
    };
    parts
        .and_then(read)
        .ok_or_else(|| GraphError::parameter("Invalid cursors values"))
}

/// Where the next page of a list is.
pub(super) struct Next<'a> {
    pub(super) url: &'a str,
    pub(super) limit: usize,
    /// Other parameters that belong to the list.
    pub(super) keeps: Vec<(&'static str, String)>,
}

impl<'a> Next<'a> {
    /// Of the list that was asked for.
    pub(super) fn of(ask: &'a Asker<'_>) -> Self {
        let kept = ["platform", "fields", "folder"];
        let keeps = kept
            .iter()
            .filter_map(|key| Some((*key, ask.params.text(key)?)));
        Self {
            url: ask.url.trim_end_matches('/'),
            limit: limit(ask),
            keeps: keeps.collect(),
        }
    }
}

/// `data` and `paging`; `next` is absolute, on the host that was called, and
/// only there when more is.
pub(super) fn cursor_list(
    data: Vec<Value>,
    first: Option<(i64, usize)>,
    last: Option<(i64, usize)>,
    more: Option<&Next<'_>>,
    token: &str,
) -> Value {
    let (Some(first), Some(last)) = (first, last) else {
        return json!({ "data": data });
    };
    let mut paging = json!({"cursors": {"before": cursor(first), "after": cursor(last)}});
    if let Some(next) = more {
        let mut url = format!(
            "{}?access_token={}&limit={}&after={}",
            next.url,
            encode(token),
            next.limit,
            cursor(last)
        );
        for (key, value) in &next.keeps {
            url.push_str(&format!("&{key}={}", encode(value)));
        }
        paging["next"] = json!(url);
    }
    json!({"data": data, "paging": paging})
}

fn encode(text: &str) -> String {
    text.bytes()
        .map(|b| {
            if b.is_ascii_alphanumeric() || b"-_.~".contains(&b) {
                char::from(b).to_string()
            } else {
                format!("%{b:02X}")
            }
        })
        .collect()
}

/// `2026-11-20T09:14:02+0000`
pub(super) fn iso(ms: i64) -> String {
    let time = jiff::Timestamp::from_millisecond(ms).unwrap_or_default();
    time.strftime("%Y-%m-%dT%H:%M:%S+0000").to_string()
}

/// `2026-11-20T09:14:02.007Z`
pub(super) fn iso_millis(ms: i64) -> String {
    format!(
        "{:.3}",
        jiff::Timestamp::from_millisecond(ms).unwrap_or_default()
    )
}

/// A page of rows that never change their order.
pub(super) fn paged(rows: Vec<Value>, ask: &Asker<'_>) -> Result<Value, GraphError> {
    let after = ask.params.text("after").map(|c| uncursor(&c)).transpose()?;
    let start = after.map_or(0, |(_, at)| at + 1).min(rows.len());
    let end = (start + limit(ask)).min(rows.len());
    let more = end < rows.len();
    let edge = |at: usize| (start < end).then_some((0, at));
    Ok(cursor_list(
        rows[start..end].to_vec(),
        edge(start),
        edge(end.saturating_sub(1)),
        more.then(|| Next::of(ask)).as_ref(),
        ask.token,
    ))
}
