//! Fetching an attachment that a customer sent. Its address comes from outside,
//! so: https at its own port, a host of Meta's, a public address, no redirect to
//! a host that is not, no token, ten megabytes, ten seconds for all of it. A simulator's
//! files come from loopback.

use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    time::Duration,
};

use reqwest::Url;

use super::{Client, client::http_client};
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
        let mut addresses: Vec<SocketAddr> = Vec::new();
        if !own {
            let metas = HOSTS
                .iter()
                .any(|known| host == *known || host.ends_with(&format!(".{known}")));
            if url.scheme() != "https" || !metas {
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
            addresses = looked_up(host).await?;
        }
        // Nobody may find another address for it between the look and the call.
        let pinned = (!own).then_some((host, addresses.as_slice()));
        let http = http_client(own, pinned).map_err(|e| e.to_string())?;
        let answer = http.get(url.clone()).send().await;
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

/// Where a host leads: public addresses only, and at least one.
async fn looked_up(host: &str) -> Result<Vec<SocketAddr>, String> {
    let found = tokio::net::lookup_host((host, 443)).await;
    let addresses: Vec<SocketAddr> = found.map(Iterator::collect).unwrap_or_default();
    if addresses.is_empty() {
        return Err(format!("{host} was not found."));
    }
    if addresses.iter().any(|address| !is_public(address.ip())) {
        return Err(format!("{host} leads into a private network."));
    }
    Ok(addresses)
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

/// Whether it is out in the world: no network of somebody's own, no example, no
/// test, and no way around these (IANA's registries of special addresses).
fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => is_public_v4(v4),
        IpAddr::V6(v6) => match v6.to_ipv4_mapped() {
            Some(v4) => is_public_v4(v4),
            None => is_public_v6(v6),
        },
    }
}

fn is_public_v4(v4: Ipv4Addr) -> bool {
    let [a, b, c, _] = v4.octets();
    let shared = a == 100 && (64..128).contains(&b);
    let benchmark = a == 198 && (b == 18 || b == 19);
    let assignments = (a, b, c) == (192, 0, 0);
    let relays = (a, b, c) == (192, 88, 99);
    !(v4.is_private()
        || v4.is_loopback()
        || v4.is_link_local()
        || v4.is_unspecified()
        || v4.is_broadcast()
        || v4.is_documentation()
        || v4.is_multicast()
        || shared
        || benchmark
        || assignments
        || relays
        || a == 0
        || a >= 240)
}

fn is_public_v6(v6: Ipv6Addr) -> bool {
    let [a, b, c, d, e, f, g, h] = v6.segments();
    // NAT64 (RFC 6052) leads to the address that it ends with.
    if (a, b, c, d, e, f) == (0x64, 0xff9b, 0, 0, 0, 0) {
        return is_public_v4(Ipv4Addr::from((u32::from(g) << 16) | u32::from(h)));
    }
    let own_nat64 = (a, b, c) == (0x64, 0xff9b, 1);
    let six_to_four = a == 0x2002;
    // Teredo, benchmarks, ORCHID and others of the IETF's; documentation.
    let assignments = a == 0x2001 && b < 0x200;
    let documentation = (a == 0x2001 && b == 0xdb8) || (a == 0x3fff && b < 0x1000);
    // All of the world is in 2000::/3 now.
    let world = a & 0xe000 == 0x2000;
    world && !(own_nat64 || six_to_four || assignments || documentation)
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
            ("::ffff:157.240.1.35", true),
            ("64:ff9b::157.240.1.35", true),
            ("64:ff9b::10.0.0.1", false),
            ("64:ff9b:1::1", false),
            ("2002:a00:1::", false),
            ("2001:0:1::1", false),
            ("2001:2::1", false),
            ("2001:db8::1", false),
            ("3fff::1", false),
            ("::127.0.0.1", false),
            ("ff02::1", false),
            ("192.0.2.1", false),
            ("198.18.0.1", false),
            ("192.88.99.1", false),
            ("192.0.0.8", false),
            ("240.0.0.1", false),
        ] {
            let address: IpAddr = address.parse().expect("an address");
            assert_eq!(is_public(address), public, "{address}");
        }
    }
}
