//! Which pictures the screen asks for, and what it is told of them.

use crate::{
    domain::{Change, PictureId},
    graph, store,
    sync::engine::{
        picture_work::{FetchedPicture, PictureWork, WantedPicture},
        state::{Completion, Engine},
    },
};

impl Engine {
    pub(super) fn show_picture(&mut self, wanted: WantedPicture) -> Result<(), store::Error> {
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
            let picture = work.picture().await;
            Completion::Picture(FetchedPicture {
                wanted: work.wanted,
                picture,
            })
        });
        Ok(())
    }

    pub(super) fn picture_fetched(&mut self, fetched: FetchedPicture) -> Result<(), store::Error> {
        let WantedPicture {
            conversation,
            psid,
            id,
            size,
            ..
        } = fetched.wanted;
        if let PictureId::Part { mid, .. } = &id {
            let conversation = self.called(conversation);
            // The customer may have taken the message back meanwhile.
            if self.reader.raw_of(&conversation, Some(mid))?.is_none() {
                if let Some(folder) = &self.options.pictures {
                    folder.remove(&psid, &id);
                }
                return Ok(());
            }
        }
        self.tell(Change::Picture {
            id,
            size,
            picture: fetched.picture,
        });
        Ok(())
    }
}
