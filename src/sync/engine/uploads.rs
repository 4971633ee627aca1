//! Files on their way to Meta, before the messages that they go out with. Nothing reaches
//! a customer by that: it can be tried again, and given up. What Meta has once is not
//! sent to it again for as long as it keeps it.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use tokio_util::sync::CancellationToken;

use super::files;
use crate::{
    domain::{Attachment, Change, KEPT_BY_META, Outgoing, Platform, Timestamp},
    failpoint,
    graph::{self, UploadWatch},
    store::{self, SavedMedia},
    sync::{
        engine::state::{Completion, Engine},
        outbox::{MediaIds, upload_limit},
    },
};

/// An upload is told of so many times.
const UPLOAD_STEPS: u64 = 50;

impl Engine {
    /// Gives Meta the files of a reply, but for those that it has.
    pub(super) fn upload(&mut self, row: Outgoing) {
        let platform = self.platform(&row.conversation);
        let watch = self.watch(&row, row.content.bytes());
        let (graph, clock, reader) = (self.graph.clone(), self.clock.clone(), self.reader.clone());
        let since = self.server_now().plus(KEPT_BY_META.negated());
        self.go(async move {
            let mut media = MediaIds::default();
            let mut new = Vec::new();
            failpoint::reach("send.upload");
            let uploaded = clock.within(upload_limit(&row), async {
                let mut gone = 0;
                for file in row.content.files() {
                    let digest = files::digest(file).await.map_err(graph::Error::File)?;
                    let watch = watch.next(&mut gone, file.bytes);
                    let known = reader.saved_media(platform, file.kind, &digest, since);
                    let id = match known.ok().flatten() {
                        Some(id) => {
                            media.reused = true;
                            (watch.told)(file.bytes);
                            id
                        }
                        None => {
                            let id = graph.upload(file, platform, Some(watch)).await?;
                            new.push(saved(file, &id, digest, platform));
                            id
                        }
                    };
                    media.ids.push(id);
                }
                Ok(())
            });
            let uploaded = uploaded.await.unwrap_or_else(|| Err(graph.too_long()));
            let result = uploaded
                .map_err(graph::Error::before_sending)
                .map(|()| media);
            failpoint::reach("send.uploaded");
            Completion::Uploaded { row, result, new }
        });
    }

    /// The files of a reply are with Meta, or did not get there.
    pub(super) async fn uploaded(
        &mut self,
        mut row: Outgoing,
        result: Result<MediaIds, graph::Error>,
        new: Vec<SavedMedia>,
    ) -> Result<(), store::Error> {
        let now = self.clock.now();
        self.uploads.remove(&row.local);
        row.conversation = self.called(row.conversation);
        // Without it, it would only be uploaded once more.
        let kept = self.writer.keep_media(new, self.server_now()).await;
        let outcome = match result {
            Ok(media) => Ok(media),
            Err(error) => {
                self.note_refusal(&error);
                Err(self.outcome_of(&error, &row, now))
            }
        };
        let id = row.conversation.clone();
        let steps = self.outbox.uploaded(&id, &row.local, outcome, now);
        let written = self.carry_out(steps).await;
        self.cope(kept)?;
        written.and(self.pump(&id).await)
    }

    /// Tells of an upload now and then, and lets a person give it up.
    fn watch(&mut self, row: &Outgoing, all: u64) -> UploadWatch {
        let cancel = CancellationToken::new();
        self.uploads.insert(row.local.clone(), cancel.clone());
        let changes = self.changes.clone();
        let (conversation, local) = (row.conversation.clone(), row.local.clone());
        let told_of = AtomicU64::new(0);
        let told = move |bytes| {
            let before = told_of.load(Ordering::Relaxed);
            if bytes < before + all / UPLOAD_STEPS && bytes < all {
                return;
            }
            told_of.store(bytes, Ordering::Relaxed);
            let (conversation, local) = (conversation.clone(), local.clone());
            let _ = changes.send(Change::Uploading {
                conversation,
                local,
                bytes,
            });
        };
        UploadWatch {
            cancel,
            told: Arc::new(told),
        }
    }

    /// Meta has not got media that it had: what was kept of it goes.
    pub(super) async fn media_gone(&mut self, ids: Vec<String>) -> Result<(), store::Error> {
        self.writer.forget_media(ids).await
    }
}

fn saved(file: &Attachment, id: &str, digest: String, platform: Platform) -> SavedMedia {
    SavedMedia {
        id: id.to_owned(),
        platform,
        digest,
        kind: file.kind,
        name: file.name.clone(),
        bytes: file.bytes,
        at: Timestamp::default(),
    }
}
