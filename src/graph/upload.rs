//! A file on its way to Meta: read while it is sent, watched, and given up when a
//! person wants that.

use std::{fmt, io, path::PathBuf, sync::Arc};

use futures_util::stream;
use reqwest::{
    Body,
    multipart::{Form, Part},
};
use serde_json::Value;
use tokio::io::AsyncReadExt;
use tokio_util::sync::CancellationToken;

use super::error::Error;
use crate::private;

/// So many bytes are read at once.
const PIECE: usize = 64 * 1024;

/// Who watches an upload.
#[derive(Clone)]
pub struct UploadWatch {
    /// Ends it; what was sent with it is not sent then.
    pub cancel: CancellationToken,
    /// Hears how many bytes have been handed to the network.
    pub told: Arc<dyn Fn(u64) + Send + Sync>,
}

impl UploadWatch {
    /// For the next of several files that are told of as one: what of them has gone out
    /// before it is `gone`, to which its `bytes` are added.
    #[must_use]
    pub fn next(&self, gone: &mut u64, bytes: u64) -> Self {
        let (before, told) = (*gone, Arc::clone(&self.told));
        *gone += bytes;
        Self {
            cancel: self.cancel.clone(),
            told: Arc::new(move |bytes| told(before + bytes)),
        }
    }
}

impl fmt::Debug for UploadWatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UploadWatch").finish_non_exhaustive()
    }
}

/// A file on its way to Meta.
#[derive(Debug)]
pub(super) struct Upload {
    /// Where it is.
    pub(super) path: PathBuf,
    /// How large it was when it was copied.
    pub(super) bytes: u64,
    pub(super) name: String,
    pub(super) mime: &'static str,
    pub(super) watch: Option<UploadWatch>,
}

impl Upload {
    /// The members of `body` as fields, and the file behind them, read while it is
    /// sent. A form is for one attempt.
    pub(super) async fn form(&self, body: &Value) -> Result<Form, Error> {
        let failed = |why: io::Error| Error::File(why.to_string());
        let file = tokio::fs::File::from_std(private::read(&self.path).map_err(failed)?);
        let meta = file.metadata().await.map_err(failed)?;
        if !meta.is_file() || meta.len() != self.bytes {
            return Err(Error::File("it has changed since it was copied".into()));
        }
        let mut form = Form::new();
        for (name, value) in body.as_object().into_iter().flatten() {
            let text = value
                .as_str()
                .map_or_else(|| value.to_string(), str::to_owned);
            form = form.text(name.clone(), text);
        }
        let told = self.watch.as_ref().map(|watch| Arc::clone(&watch.told));
        let pieces = stream::try_unfold((file, 0), move |(mut file, sent)| {
            let told = told.clone();
            async move {
                let mut piece = vec![0; PIECE];
                let read = file.read(&mut piece).await?;
                piece.truncate(read);
                let sent = sent + read as u64;
                if let Some(told) = told {
                    told(sent);
                }
                Ok::<_, io::Error>((read > 0).then_some((piece, (file, sent))))
            }
        });
        let body = Body::wrap_stream(pieces);
        let part = Part::stream_with_length(body, self.bytes).file_name(self.name.clone());
        // All of our types are well-formed.
        Ok(match part.mime_str(self.mime) {
            Ok(part) => form.part("filedata", part),
            Err(_) => form,
        })
    }
}
