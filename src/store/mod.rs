//! Remembers: two SQLite files for one Page.
//!
//! - `<page>.outbox.db`, precious: drafts, replies on their way, notes and an
//!   agent's own decisions; synced to the disk before anything leaves this
//!   computer. Beside it `<page>.audit.ndjson`, the record of what was done.
//! - `<page>.cache.db`, disposable: whatever Meta can tell us again.
//!
//! [`open()`] gives one [`Writer`] (it owns the only thread that writes) and
//! cloneable [`Reader`]s; a second program on the same files gets a reader only.
//! The screen is drawn from here; the network only fills it. This module must
//! not know HTTP or the screen.
//!
//! | file | |
//! |---|---|
//! | `opening`, `paths`, `file_names`, `error` | the files, who may write, what goes wrong |
//! | `pictures` | pictures that were fetched, as files |
//! | `schema` | the shape of the files, and what becomes of damaged ones |
//! | `refold` | what an older program has folded is folded again |
//! | `rescue` | what can be read of a damaged outbox |
//! | `writer`, `ingest`, `message` | facts from outside into the cache |
//! | `numbers` | in what order messages are numbered |
//! | `webhook_facts`, `merge` | what only webhooks tell, also before Meta shows a conversation |
//! | `outbox`, `draft`, `draft_rows` | replies and unsent text on the disk |
//! | `saved_media` | what Meta keeps of the files that were sent |
//! | `audit` | the record of what was done |
//! | `triage`, `triage_columns` | what an agent decides for themselves |
//! | `words` | the words of a message that a search finds |
//! | `index` | keeps the index of all words in few pieces |
//! | `names` | every name by which a person is found |
//! | `ranking` | in which views a row stands, and where |
//! | `reader`, `thread`, `search` | questions |
//! | `page`, `page_values` | what is kept once for the whole Page |
//! | `forget` | retention, and forgetting a person |
//! | `sample` | a cache of made-up customers, for measuring |
//! | `statement` | statements that stay prepared |
//! | `codec`, `content_rows` | our types as they stand in the tables |

mod audit;
mod codec;
mod content_rows;
mod draft;
mod draft_rows;
mod error;
mod file_names;
mod forget;
mod index;
mod ingest;
mod merge;
mod message;
mod names;
mod numbers;
mod opening;
mod outbox;
mod page;
mod page_values;
mod paths;
mod pictures;
mod ranking;
mod reader;
mod refold;
mod rescue;
mod sample;
mod saved_media;
mod schema;
mod search;
mod statement;
mod thread;
mod triage;
mod triage_columns;
mod webhook_facts;
mod words;
mod writer;

pub use audit::audit_entries;
pub use error::Error;
pub use forget::Forgotten;
pub use opening::{Notice, Opened, Opening, exists, open};
pub use page::PageRow;
pub use paths::files_folder;
pub use pictures::PictureFolder;
pub use reader::{Lane, PersonThread, Reader};
pub use rescue::Rescued;
pub use sample::Sample;
pub use saved_media::SavedMedia;
pub use triage::EscalationRules;
pub use writer::Writer;

#[cfg(test)]
mod tests;
