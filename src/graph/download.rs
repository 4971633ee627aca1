//! Fetching an attachment that a customer sent, or a picture for the screen. Its address
//! comes from outside, so: https at its own port, a host of Meta's, a public address, no
//! redirect to a host that is not, no token, ten megabytes, ten seconds for all of it. A
//! simulator's files come from loopback.

use std::time::Duration;

use reqwest::Url;

use super::{Client, public_hosts::looked_up};
use crate::{clock, domain::Remedy};

/// Larger files are left where they are (our choice).
const LARGEST: usize = 10 * 1024 * 1024;
const LONGEST: Duration = Duration::from_secs(10);
/// So many redirects are followed: Meta's addresses of profile pictures lead to its
/// servers by one.
const REDIRECTS: usize = 3;
/// Where Meta keeps what people send (seen in answers; Meta documents none).
const HOSTS: [&str; 5] = [
    "fbcdn.net",
    "cdninstagram.com",
    "fbsbx.com",
    "facebook.com",
    "instagram.com",
];

impl Client {
    /// The bytes behind the address of an attachment, and the ending its name
    /// should have. An error says why not, in one sentence.
    pub async fn download(&self, link: &str) -> Result<(Vec<u8>, &'static str), String> {
        let url = Url::parse(link).map_err(|_| "This is not an address.".to_owned())?;
        let host = url.host_str().unwrap_or_default().to_owned();
        clock::within(LONGEST, self.fetched(url))
            .await
            .unwrap_or_else(|| Err(format!("{host} took longer than 10 seconds.")))
    }

    /// Follows Meta's own redirects: each place on the way has to pass the same checks.
    async fn fetched(&self, mut url: Url) -> Result<(Vec<u8>, &'static str), String> {
        for _ in 0..=REDIRECTS {
            let answer = self.asked(&url).await?;
            if !answer.status().is_redirection() {
                return taken_in(&url, answer).await;
            }
            let location = answer.headers().get("location");
            let location = location.and_then(|to| to.to_str().ok());
            url = location
                .and_then(|to| url.join(to).ok())
                .ok_or_else(|| format!("{} redirects to nowhere.", host_of(&url)))?;
        }
        Err(format!("{} redirects too often.", host_of(&url)))
    }

    /// Asks a host that may be asked.
    async fn asked(&self, url: &Url) -> Result<reqwest::Response, String> {
        let host = host_of(url);
        let own = self.is_loopback() && self.same_host(url);
        if !own {
            let metas = HOSTS
                .iter()
                .any(|known| host == *known || host.ends_with(&format!(".{known}")));
            if metas && url.scheme() != "https" {
                return Err(format!(
                    "{host} would answer without encryption, so switchboard fetches nothing from it."
                ));
            }
            if !metas {
                return Err(format!(
                    "{host} is not one of Meta's hosts, so switchboard fetches nothing from it; {} opens it in the browser.",
                    Remedy::OpenLink
                ));
            }
            if url.port().is_some() {
                return Err(format!(
                    "{host} uses a port that Meta does not, so switchboard fetches nothing from it."
                ));
            }
            // Said here in words; what is called is looked up by the same rule.
            looked_up(host).await?;
        }
        let http = self.fetcher(own).await.map_err(|e| e.to_string())?;
        let answer = http.get(url.clone()).timeout(LONGEST).send().await;
        answer.map_err(|_| format!("{host} does not answer."))
    }
}

fn host_of(url: &Url) -> &str {
    url.host_str().unwrap_or_default()
}

/// The bytes of an answer, no more than we want of them.
async fn taken_in(
    url: &Url,
    mut answer: reqwest::Response,
) -> Result<(Vec<u8>, &'static str), String> {
    let host = host_of(url);
    if !answer.status().is_success() {
        return Err(format!(
            "{host} answers {}: Meta's links last only a few days.",
            answer.status().as_u16()
        ));
    }
    let kind = answer.headers().get("content-type");
    let ending = ending(kind.and_then(|v| v.to_str().ok()));
    let too_large = || {
        let open = Remedy::OpenLink;
        Err(format!(
            "It is larger than 10 MB; {open} opens it in the browser."
        ))
    };
    if answer
        .content_length()
        .is_some_and(|bytes| bytes > LARGEST as u64)
    {
        return too_large();
    }
    let mut bytes = Vec::new();
    while let Some(chunk) = answer
        .chunk()
        .await
        .map_err(|_| format!("{host} broke the connection."))?
    {
        bytes.extend_from_slice(&chunk);
        if bytes.len() > LARGEST {
            return too_large();
        }
    }
    Ok((bytes, ending))
}

/// By what the server says it is; never by the name that somebody gave it.
fn ending(kind: Option<&str>) -> &'static str {
    let kind = kind
        .unwrap_or_default()
        .split(';')
        .next()
        .unwrap_or_default();
    match kind {
        "image/jpeg" => "jpg",
        "image/png" => "png",
        "image/gif" => "gif",
        "image/webp" => "webp",
        "video/mp4" => "mp4",
        "audio/mpeg" => "mp3",
        "audio/mp4" | "audio/aac" => "m4a",
        "application/pdf" => "pdf",
        "text/plain" => "txt",
        _ => "bin",
    }
}
