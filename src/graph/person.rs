//! `GET /{psid}`: who a person is, as far as Meta tells ("User Profile API").

use super::{Client, Error, decode};
use crate::domain::{Platform, Profile, Psid};

impl Client {
    /// The profile, or in words why there is none. Only fields that need no
    /// permission of their own are asked for: one forbidden field fails the
    /// whole call.
    pub async fn profile(&self, psid: &Psid, platform: Platform) -> Result<Profile, Error> {
        let fields = match platform {
            Platform::Messenger => "name,first_name,last_name,profile_pic",
            Platform::Instagram => "name,username,profile_pic,follower_count",
        };
        match self.read(&[psid.as_str()], &[("fields", fields)]).await {
            Ok(text) => decode::profile(&text).ok_or_else(|| self.foreign(200, "not a profile")),
            Err(Error::Graph(e)) if e.code == 230 => Ok(Profile::Missing(
                "This person has not written to the Page yet, so Meta asks for their consent first.".into(),
            )),
            Err(Error::Graph(e)) if matches!(e.code, 100 | 10 | 200..=299) => Ok(Profile::Missing(e.sentence())),
            Err(e) => Err(e),
        }
    }
}
