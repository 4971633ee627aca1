//! Which pictures the screen asks for, and what it is told of them.

use tokio::task::spawn_blocking;

use crate::{
    domain::{Change, PictureId},
    graph, store,
    sync::engine::{
        picture_work::{FetchedPicture, PictureWork, WantedPicture},
        state::{Completion, Engine},
    },
};

impl Engine {
    /// Has a picture fetched; where that cannot even begin, it is said.
    pub(super) fn show_picture(&mut self, wanted: WantedPicture) -> Result<(), store::Error> {
        let (id, size) = (wanted.id.clone(), wanted.size);
        let begun = self.fetch_picture(wanted);
        if let Err(why) = &begun {
            let picture = Err(why.to_string());
            self.tell(Change::Picture { id, size, picture });
        }
        begun
    }

    fn fetch_picture(&mut self, wanted: WantedPicture) -> Result<(), store::Error> {
        let links = match &wanted.id {
            PictureId::Part { mid, .. } => {
                let raw = self.reader.raw_of(&wanted.conversation, Some(mid))?;
                graph::picture_links(&raw.unwrap_or_default())
            }
            PictureId::Person(_) => Vec::new(),
        };
        let at = match &wanted.id {
            PictureId::Part { mid, .. } => self.reader.written_at(mid)?,
            PictureId::Person(_) => None,
        };
        let work = PictureWork {
            graph: self.graph.clone(),
            folder: self.options.pictures.clone(),
            limits: self.pictures.clone(),
            now: self.server_now(),
            at: at.unwrap_or_else(|| self.server_now()),
            links,
            wanted,
        };
        self.go(async move {
            let (picture, keep) = match work.picture().await {
                Ok((picture, keep)) => (Ok(picture), keep),
                Err(why) => (Err(why), None),
            };
            Completion::Picture(FetchedPicture {
                wanted: work.wanted,
                picture,
                keep,
            })
        });
        Ok(())
    }

    /// A picture is there, or not. It is kept now, and not before: its message may have
    /// been taken back meanwhile.
    pub(super) async fn picture_fetched(
        &mut self,
        fetched: FetchedPicture,
    ) -> Result<(), store::Error> {
        let WantedPicture { psid, id, size, .. } = fetched.wanted;
        let gone = match &id {
            PictureId::Part { mid, .. } => self.reader.is_unsent(mid)?,
            PictureId::Person(_) => false,
        };
        let picture = match gone {
            true => Err("The customer unsent this message.".to_owned()),
            false => fetched.picture,
        };
        let kept = fetched.keep.filter(|_| !gone);
        if let (Some((bytes, at)), Some(folder)) = (kept, self.options.pictures.clone()) {
            let id = id.clone();
            // Without it the picture is fetched again next time.
            let _ = spawn_blocking(move || folder.keep(&psid, &id, &bytes, at)).await;
        }
        self.tell(Change::Picture { id, size, picture });
        Ok(())
    }
}
