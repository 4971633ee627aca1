//! Gets a picture for the screen: from the folder of those that were fetched, else from
//! Meta; made small away from the engine, which it does not know. Few at once, so that
//! neither the network nor the memory is theirs alone.

use std::sync::Arc;

use tokio::{sync::Semaphore, task::spawn_blocking};

use crate::{
    domain::{ConversationId, Picture, PictureFile, PictureId, PictureSize, Psid, Timestamp},
    graph::{self, PictureLink},
    picture,
    store::PictureFolder,
};

/// So many are fetched at once (our choice).
const FETCHED_AT_ONCE: usize = 4;
/// So many are decoded at once: each may need 64 MiB.
const DECODED_AT_ONCE: usize = 2;

/// How many pictures are worked on at once.
#[derive(Clone, Debug)]
pub(super) struct PictureLimits {
    fetch: Arc<Semaphore>,
    decode: Arc<Semaphore>,
}

impl Default for PictureLimits {
    fn default() -> Self {
        Self {
            fetch: Arc::new(Semaphore::new(FETCHED_AT_ONCE)),
            decode: Arc::new(Semaphore::new(DECODED_AT_ONCE)),
        }
    }
}

/// A picture that the screen asked for.
#[derive(Clone, Debug)]
pub(super) struct WantedPicture {
    pub(super) conversation: ConversationId,
    pub(super) psid: Psid,
    pub(super) id: PictureId,
    pub(super) size: PictureSize,
    pub(super) file: PictureFile,
}

/// What became of it.
pub(super) struct FetchedPicture {
    pub(super) wanted: WantedPicture,
    pub(super) picture: Result<Picture, String>,
    /// What of it is to be kept, and of which moment it is.
    pub(super) keep: Option<Kept>,
}

/// A reduced file, and when its message was written.
pub(super) type Kept = (Arc<Vec<u8>>, Timestamp);

/// All that it takes to get one.
pub(super) struct PictureWork {
    pub(super) graph: graph::Client,
    pub(super) folder: Option<PictureFolder>,
    pub(super) limits: PictureLimits,
    /// By Meta's clock.
    pub(super) now: Timestamp,
    /// When its message was written.
    pub(super) at: Timestamp,
    pub(super) links: Vec<Option<PictureLink>>,
    pub(super) wanted: WantedPicture,
}

impl PictureWork {
    /// The picture, and what of it is to be kept.
    pub(super) async fn picture(&self) -> Result<(Picture, Option<Kept>), String> {
        let (size, file) = (self.wanted.size, self.wanted.file);
        if let Some(kept) = self.kept_file().await {
            let shown = self
                .decoded(move || picture::shown(&kept, size, file))
                .await;
            if let Ok(shown) = shown {
                return Ok((shown, None));
            }
            // A file that is damaged is fetched again.
        }
        let (bytes, lasting) = self.fetched().await?;
        let reduced = self.decoded(move || picture::reduced(&bytes)).await?;
        let reduced = Arc::new(reduced);
        let kept = lasting.then(|| (Arc::clone(&reduced), self.at));
        let shown = self
            .decoded(move || picture::shown(&reduced, size, file))
            .await?;
        Ok((shown, kept))
    }

    async fn kept_file(&self) -> Option<Vec<u8>> {
        let folder = self.folder.clone()?;
        let (psid, id, now) = (self.wanted.psid.clone(), self.wanted.id.clone(), self.now);
        let read = spawn_blocking(move || folder.read(&psid, &id, now));
        read.await.ok().flatten()
    }

    /// Where a decoder panics, that is the end of this picture alone.
    async fn decoded<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, String> + Send + 'static,
    ) -> Result<T, String> {
        let Ok(_permit) = self.limits.decode.acquire().await else {
            return Err("switchboard is closing.".into());
        };
        let done = spawn_blocking(work).await;
        done.unwrap_or_else(|_| Err("The picture is damaged or incomplete.".into()))
    }

    /// The bytes, and whether they may be kept.
    async fn fetched(&self) -> Result<(Vec<u8>, bool), String> {
        // What somebody waits for does not stand in line behind what nobody looks at.
        let _permit = match self.wanted.size {
            PictureSize::Small => self.limits.fetch.acquire().await.ok(),
            PictureSize::Large => None,
        };
        let (mid, place) = match &self.wanted.id {
            PictureId::Part { mid, place } => (mid, usize::from(*place)),
            PictureId::Person(psid) => {
                let link = self.graph.profile_picture(psid).await;
                let link = link.map_err(|error| error.to_string())?;
                let link = link.ok_or("Meta gives no profile picture of this person.")?;
                return Ok((self.graph.download(&link).await?.0, true));
            }
        };
        let known = self.links.get(place).cloned().flatten();
        let refused = match &known {
            Some(link) => match self.graph.download(&link.address).await {
                Ok((bytes, _)) => return Ok((bytes, !link.story)),
                Err(why) => why,
            },
            None => "Meta gives no picture of this.".to_owned(),
        };
        // A story ends with its link; any other link is renewed by reading again.
        if known.as_ref().is_some_and(|link| link.story) {
            return Err(refused);
        }
        let links = self.graph.picture_links(mid).await.unwrap_or_default();
        match links.into_iter().nth(place).flatten() {
            Some(link) if Some(&link) != known.as_ref() => {
                let (bytes, _) = self.graph.download(&link.address).await?;
                Ok((bytes, !link.story))
            }
            _ => Err(refused),
        }
    }
}
