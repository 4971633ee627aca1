//! Answers what the desk asks of the cache and of the disk. Runs on a blocking
//! thread; it must not know the screen.

use std::{cmp::Reverse, collections::BinaryHeap};

use super::{CannedSource, files};
use crate::{
    app::{INBOX_WINDOW, Loaded, Query, THREAD_WINDOW, fuzzy::Fuzzy},
    domain::{ConversationId, InboxQuery, Platform, View},
    graph,
    store::{self, Lane, Reader},
};

/// How much of what was sent before is offered.
const SENT_BEFORE: usize = 20;
/// How many people a jump shows at most.
const FOUND: usize = 50;
/// How many messages the JSON view shows.
const RAW: u32 = 50;

/// Where a search of that kind runs; older ones end.
pub(super) fn lane(query: &Query) -> Option<Lane> {
    match query {
        Query::Inbox(wanted) if !wanted.filter.is_empty() || !wanted.narrow.is_nothing() => {
            Some(Lane::List)
        }
        Query::People(_) | Query::Search { .. } => Some(Lane::Dialog),
        Query::FindInThread { .. } => Some(Lane::Thread),
        _ => None,
    }
}

/// Rows further down than this take the cache a while to count off.
const NEAR: u32 = 2_000;

/// Whether the answer takes a few rows of an index, however much is cached.
pub(super) fn is_quick(query: &Query) -> bool {
    match query {
        Query::Inbox(wanted) => lane(query).is_none() && wanted.offset < NEAR,
        Query::Thread { .. } | Query::NextWaiting { .. } | Query::TopWaiting(_) => true,
        _ => false,
    }
}

/// The first `rows` of a list. For the first frame those on the screen are enough: each
/// is read from another place in the file.
pub(super) fn inbox(
    wanted: InboxQuery,
    rows: u32,
    reader: &Reader,
) -> Result<Loaded, store::Error> {
    let slice = reader.inbox(&wanted, rows.min(INBOX_WINDOW))?;
    Ok(Loaded::Inbox(wanted, slice))
}

/// The answer of the cache or the disk, with its question. Reads, and blocks while
/// it does.
///
/// # Errors
///
/// What the cache says; [`store::Error::Superseded`] when a newer question of its
/// kind came.
pub fn answer(
    query: Query,
    reader: &Reader,
    canned: &CannedSource,
) -> Result<Loaded, store::Error> {
    Ok(match query {
        Query::Inbox(wanted) => inbox(wanted, INBOX_WINDOW, reader)?,
        Query::Thread { id, range } => {
            let slice = reader.thread(&id, &range, THREAD_WINDOW)?;
            Loaded::Thread(id, slice.map(Box::new))
        }
        Query::NextWaiting { from, back } => {
            let next = reader.next_waiting(from.as_ref(), back)?;
            Loaded::Next(from, next)
        }
        Query::TopWaiting(not) => {
            let next = reader.top_waiting(&not)?;
            Loaded::Next(Some(not), next)
        }
        Query::Place(id, view) => {
            let place = reader.place_in(&id, view)?;
            Loaded::Place(id, view, place)
        }
        Query::People(words) => {
            let found = best(&words, reader)?;
            Loaded::Found(words, found)
        }
        Query::Search { words, limit } => {
            let hits = reader.find(&words, limit)?;
            Loaded::Hits(words, hits)
        }
        Query::FindInThread {
            id,
            words,
            from: (at, mid),
            forward,
        } => {
            let found = reader.find_in_thread(&id, &words, at, mid.as_ref(), forward)?;
            Loaded::FoundInThread(id, words, found)
        }
        Query::RawJson(id) => {
            let raw = reader.raw(&id, RAW)?;
            Loaded::Raw(id, raw.iter().map(|json| pretty(json)).collect())
        }
        Query::JsonToCopy(id, mid) => {
            let raw = reader.raw_of(&id, mid.as_ref())?;
            Loaded::ToCopy(raw.map(|json| pretty(&json)))
        }
        Query::Files(id, save) => {
            let raw = reader.raw(&id, RAW)?;
            let files = raw.iter().flat_map(|json| graph::files(json)).collect();
            Loaded::Files(id, files, save)
        }
        Query::Evidence(id) => {
            let evidence = reader.evidence(&id)?;
            Loaded::OwnershipEvidence(id, evidence)
        }
        Query::Held => Loaded::HeldThreads(held(reader)?),
        Query::Labels => Loaded::Labels(reader.labels()?),
        Query::Page => {
            let page = reader.page()?;
            Loaded::Page(page.name, page.routing, page.read_at)
        }
        Query::Path(typed) => files::look_at(typed),
        Query::Preview(path) => files::previewed(path),
        Query::Pasted(words) => files::pasted(words),
        Query::Sent { platform, since } => {
            let sent = reader.newest_media(platform, since, SENT_BEFORE)?;
            Loaded::Sent(sent.into_iter().map(store::SavedMedia::media).collect())
        }
        Query::Report(from, to) => {
            let (facts, unreadable) = reader.report_facts(from, to)?;
            Loaded::Report(from, Box::new(facts), unreadable)
        }
        Query::Canned => Loaded::Canned(canned.read()),
    })
}

fn held(reader: &Reader) -> Result<Vec<crate::domain::Conversation>, store::Error> {
    let mine = InboxQuery {
        view: View::Mine,
        ..InboxQuery::default()
    };
    Ok(reader.inbox(&mine, INBOX_WINDOW)?.rows)
}

/// Those whose names fit, best first; who was last heard of for no words. However
/// many people there are, only the best are kept at hand.
fn best(
    words: &str,
    reader: &Reader,
) -> Result<Vec<(ConversationId, String, Platform)>, store::Error> {
    let mut fuzzy = Fuzzy::new(words);
    let mut best: BinaryHeap<Reverse<(u32, Reverse<u64>, ConversationId)>> = BinaryHeap::new();
    let mut number = 0;
    let all = words.trim().is_empty();
    reader.people(words, |id, name| {
        if let Some(score) = fuzzy.score(name) {
            number += 1;
            best.push(Reverse((score, Reverse(number), id)));
            if best.len() > FOUND {
                best.pop();
            }
        }
        !(all && best.len() == FOUND)
    })?;
    let ids: Vec<ConversationId> = best
        .into_sorted_vec()
        .into_iter()
        .map(|Reverse((_, _, id))| id)
        .collect();
    reader.names(&ids)
}

/// JSON over several lines, or as it is when it cannot be read.
fn pretty(json: &str) -> String {
    serde_json::from_str::<serde_json::Value>(json)
        .and_then(|value| serde_json::to_string_pretty(&value))
        .unwrap_or_else(|_| json.to_owned())
}
