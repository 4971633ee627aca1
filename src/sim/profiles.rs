//! `GET /{psid}`: who a person is, or why that is not told (E8).

use serde_json::{Value, json};

use crate::sim::{
    cdn,
    graph_error::GraphError,
    paging::{Asker, asked, project},
    world::{Person, Platform, ProfileKind},
};

/// E8: every row of *Profiles* in `assets/manual/platform.md`.
pub(super) fn profile(person: &Person, ask: &Asker<'_>) -> Result<Value, GraphError> {
    let kind = match person.profile {
        // Whoever never wrote, pressed or reacted has not agreed.
        ProfileKind::Full if person.opened_at.is_none() => ProfileKind::NoConsent,
        kind => kind,
    };
    match kind {
        ProfileKind::Full => {}
        ProfileKind::Empty => return Ok(json!({})),
        ProfileKind::PhoneAccount => {
            return Err(GraphError::new(
                400,
                100,
                2_018_218,
                "(#100) No profile available for this user.",
            ));
        }
        ProfileKind::NoPermission => {
            return Err(GraphError::new(
                400,
                100,
                2_018_247,
                "(#100) Insufficient permission to access user profile.",
            ));
        }
        ProfileKind::NoConsent => {
            return Err(GraphError::new(
                403,
                230,
                0,
                "(#230) User consent is required to access user profile",
            ));
        }
        ProfileKind::Unknown => return Err(GraphError::unknown_object(&person.id)),
    }
    let (first, last) = person.name.split_once(' ').unwrap_or((&person.name, ""));
    let picture = cdn::profile_picture(&person.id);
    match person.platform {
        Platform::Messenger => {
            let fields = asked(ask, &["name", "first_name", "last_name", "profile_pic"])?;
            project(&person.id, &fields, |field| {
                Ok(match field.name.as_str() {
                    "name" => Some(json!(person.name)),
                    "first_name" => Some(json!(first)),
                    "last_name" => (!last.is_empty()).then(|| json!(last)),
                    "profile_pic" => Some(json!(picture)),
                    "locale" => person.locale.as_ref().map(|l| json!(l)),
                    "timezone" => person.timezone.map(|t| json!(t)),
                    "gender" => None,
                    other => return Err(GraphError::unknown_field(other, "User")),
                })
            })
        }
        Platform::Instagram => {
            let fields = asked(ask, &["name", "username"])?;
            project(&person.id, &fields, |field| {
                Ok(Some(match field.name.as_str() {
                    "name" => json!(person.name),
                    "username" => json!(person.username),
                    "profile_pic" => json!(picture),
                    "follower_count" => json!(person.id.bytes().map(u32::from).sum::<u32>() * 3),
                    "is_verified_user" | "is_user_follow_business" | "is_business_follow_user" => {
                        json!(false)
                    }
                    other => return Err(GraphError::unknown_field(other, "IGUser")),
                }))
            })
        }
    }
}
