//! Fetching an attachment that a customer sent. Its address comes from outside,
//! so: https, a host of Meta's, a public address, no redirect to elsewhere, no
//! token, ten megabytes, ten seconds. A simulator's files come from loopback.

use std::{
    net::{IpAddr, SocketAddr},
    time::Duration,
};

use reqwest::Url;

use super::{Client, client::http_client};
use crate::{clock, domain::Remedy};

/// Larger files are left where they are (our choice).
const LARGEST: usize = 10 * 1024 * 1024;
const LONGEST: Duration = Duration::from_secs(10);
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
        let url = Url::parse(link).map_err(|_| "This is no address.".to_owned())?;
        let host = url.host_str().unwrap_or_default().to_owned();
        let own = self.is_loopback() && self.same_host(&url);
        let mut addresses: Vec<SocketAddr> = Vec::new();
        if !own {
            let metas = HOSTS
                .iter()
                .any(|known| host == *known || host.ends_with(&format!(".{known}")));
            if url.scheme() != "https" || !metas {
                return Err(format!(
                    "{host} is not a host of Meta's, so nothing is fetched from it; {} opens it in the browser.",
                    Remedy::OpenLink
                ));
            }
            let port = url.port_or_known_default().unwrap_or(443);
            addresses = tokio::net::lookup_host((host.as_str(), port))
                .await
                .map_err(|_| format!("{host} was not found."))?
                .collect();
            if addresses.iter().any(|address| !is_public(address.ip())) {
                return Err(format!("{host} leads into a private network."));
            }
        }
        // Nobody may find another address for it between the look and the call.
        let pinned = (!own).then_some((host.as_str(), addresses.as_slice()));
        let http = http_client(own, pinned).map_err(|e| e.to_string())?;
        let fetch = async {
            let mut answer = http
                .get(url)
                .send()
                .await
                .map_err(|_| format!("{host} does not answer."))?;
            if !answer.status().is_success() {
                return Err(format!(
                    "{host} answers {}: links of Meta's last a few days only.",
                    answer.status().as_u16()
                ));
            }
            let ending = ending(
                answer
                    .headers()
                    .get("content-type")
                    .and_then(|v| v.to_str().ok()),
            );
            let mut bytes = Vec::new();
            while let Some(chunk) = answer
                .chunk()
                .await
                .map_err(|_| format!("{host} broke off."))?
            {
                bytes.extend_from_slice(&chunk);
                if bytes.len() > LARGEST {
                    let open = Remedy::OpenLink;
                    return Err(format!(
                        "It is larger than 10 MB; {open} opens it in the browser."
                    ));
                }
            }
            Ok((bytes, ending))
        };
        clock::within(LONGEST, fetch)
            .await
            .unwrap_or_else(|| Err(format!("{host} took longer than 10 seconds.")))
    }
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

fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => {
            let [a, b, ..] = v4.octets();
            let shared = a == 100 && (64..128).contains(&b);
            !(v4.is_private()
                || v4.is_loopback()
                || v4.is_link_local()
                || v4.is_unspecified()
                || v4.is_broadcast()
                || v4.is_documentation()
                || v4.is_multicast()
                || shared
                || a == 0
                || a >= 240)
        }
        IpAddr::V6(v6) => match v6.to_ipv4_mapped() {
            Some(v4) => is_public(IpAddr::V4(v4)),
            None => {
                let first = v6.segments()[0];
                let unique_local = first & 0xfe00 == 0xfc00;
                let link_local = first & 0xffc0 == 0xfe80;
                !(v6.is_loopback()
                    || v6.is_unspecified()
                    || v6.is_multicast()
                    || unique_local
                    || link_local)
            }
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_public_addresses_are_asked() {
        for (address, public) in [
            ("157.240.1.35", true),
            ("2a03:2880:f10c:83::1", true),
            ("10.0.0.1", false),
            ("127.0.0.1", false),
            ("169.254.169.254", false),
            ("192.168.1.1", false),
            ("100.64.0.1", false),
            ("0.0.0.0", false),
            ("::1", false),
            ("fe80::1", false),
            ("fd00::1", false),
            ("::ffff:10.0.0.1", false),
        ] {
            let address: IpAddr = address.parse().expect("an address");
            assert_eq!(is_public(address), public, "{address}");
        }
    }
}
