//! To whom a message goes ("Send API", `recipient`).

use serde_json::{Value, json};

use super::Error;
use crate::domain::Psid;

/// To whom a message goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Recipient {
    /// Somebody who has written to the Page.
    Person(Psid),
    /// Whoever wrote this comment: one answer within 7 days ("Private Replies").
    Comment(String),
    /// Whoever published this post on the Page; the same.
    Post(String),
    /// Whoever ticked the checkbox plugin under this name.
    UserRef(String),
    /// Whoever has this phone number and this name.
    Phone {
        /// The number, such as `+1(212)555-2368`.
        number: String,
        /// First and last name, where they are known.
        name: Option<(String, String)>,
    },
}

impl Recipient {
    /// Meta's object, or why Meta no longer takes such a recipient.
    pub(super) fn json(&self) -> Result<Value, Error> {
        Ok(match self {
            Self::Person(psid) => json!({"id": psid.as_str()}),
            Self::Comment(id) => json!({"comment_id": id}),
            Self::Post(id) => json!({"post_id": id}),
            Self::UserRef(name) => json!({"user_ref": name}),
            Self::Phone { .. } => {
                return Err(Error::Gone(
                    "a phone number as recipient: it gives out the permission for that, pages_messaging_phone_number, to nobody any more (its pages name no date)",
                ));
            }
        })
    }
}
