//! Reading conversations: one call a page of the list, never one a row.
//!
//! `GET /{page}/conversations`, `GET /{conversation}` and
//! `GET /{conversation}/messages` ("Conversations" guide and references).

use super::{
    Client, Error,
    decode::{self, Decoded, MessagesPage, Whose},
    wire::graph_api::Place,
};
use crate::domain::{ConversationId, Platform, Psid};

/// What is asked of each message. `tags` tells text typed in Meta's own inbox
/// (`source:web`); the sub-fields of `shares` must be named (message reference).
macro_rules! message_fields {
    () => {
        "id,created_time,from,message,tags,sticker,story,is_unsupported,reply_to,reactions,attachments{id,mime_type,name,size,image_data,\
         video_data,file_url,generic_template},shares{link,name}"
    };
}

pub(super) const MESSAGE_FIELDS: &str = message_fields!();
/// Eight messages a row show who wrote last, and nearly always when the
/// customer last wrote, without a second call.
const ROW_FIELDS: &str = concat!(
    "id,updated_time,unread_count,snippet,can_reply,is_owner,participants,messages.limit(8){",
    message_fields!(),
    "}"
);
/// Enough to go on behind a conversation that Meta cannot give out.
const BARE_FIELDS: &str = "id,updated_time";
const THREAD_FIELDS: &str = concat!(
    "id,updated_time,unread_count,snippet,can_reply,is_owner,participants,messages.limit(20){",
    message_fields!(),
    "}"
);

/// Which part of a list is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListPart {
    /// Which list.
    pub platform: Platform,
    /// At most so many conversations.
    pub rows: u32,
    /// The cursor to go on from; `None` for the top.
    pub after: Option<String>,
    /// Ids only: one conversation that Meta fails on takes its whole page with
    /// it, and this is how to get past it.
    pub bare: bool,
}

impl Client {
    /// A page of the list, most recently updated first. `instagram` is the id
    /// of the Page's account there, if known.
    pub async fn conversations(
        &self,
        part: &ListPart,
        instagram: Option<&str>,
    ) -> Result<Decoded, Error> {
        let limit = part.rows.to_string();
        let fields = if part.bare { BARE_FIELDS } else { ROW_FIELDS };
        let platform = part.platform;
        let mut query = vec![
            ("platform", platform.word()),
            ("limit", &*limit),
            ("fields", fields),
        ];
        let place = part
            .after
            .as_deref()
            .map(Place::of_cursor)
            .unwrap_or_default();
        query.extend(place.0.iter().map(|(name, value)| (&**name, &**value)));
        self.list(&query, self.whose(platform, instagram, None))
            .await
    }

    /// The conversation with a person, as a list of one or none.
    pub async fn conversation_with(
        &self,
        psid: &Psid,
        platform: Platform,
        instagram: Option<&str>,
    ) -> Result<Decoded, Error> {
        let query = [
            ("platform", platform.word()),
            ("user_id", psid.as_str()),
            ("fields", ROW_FIELDS),
        ];
        let whose = self.whose(platform, instagram, Some(psid));
        self.list(&query, whose).await
    }

    async fn list(&self, query: &[(&str, &str)], whose: Whose<'_>) -> Result<Decoded, Error> {
        let text = self
            .read_conversations(&[self.page().as_str(), "conversations"], query)
            .await?;
        decode::conversations(&text, &whose)
            .ok_or_else(|| self.foreign(200, "not a list of conversations"))
    }

    /// The moment of the question counts: whatever we do to a thread while it
    /// is on its way is newer than its answer.
    fn whose<'a>(
        &'a self,
        platform: Platform,
        instagram: Option<&'a str>,
        person: Option<&'a Psid>,
    ) -> Whose<'a> {
        Whose {
            platform,
            page: self.page(),
            instagram,
            person,
            at: self.now(),
        }
    }

    /// One conversation with its newest messages; the person in it is known.
    pub async fn conversation(
        &self,
        id: &ConversationId,
        psid: &Psid,
        platform: Platform,
        instagram: Option<&str>,
    ) -> Result<Decoded, Error> {
        let whose = self.whose(platform, instagram, Some(psid));
        let text = self
            .read_conversations(&[id.as_str()], &[("fields", THREAD_FIELDS)])
            .await?;
        decode::conversation(&text, &whose).ok_or_else(|| self.foreign(200, "not a conversation"))
    }

    /// Older messages, from a cursor on.
    pub async fn older_messages(
        &self,
        id: &ConversationId,
        psid: &Psid,
        after: Option<&str>,
    ) -> Result<MessagesPage, Error> {
        let mut query = vec![("limit", "50"), ("fields", MESSAGE_FIELDS)];
        let place = after.map(Place::of_cursor).unwrap_or_default();
        query.extend(place.0.iter().map(|(name, value)| (&**name, &**value)));
        let text = self
            .read_conversations(&[id.as_str(), "messages"], &query)
            .await?;
        decode::message_page(&text, psid).ok_or_else(|| self.foreign(200, "not a list of messages"))
    }
}
