//! Who may call the simulator, and whom it calls: programs of this computer. A web
//! page may not, by whatever name it has made a browser look us up.

use std::net::{IpAddr, SocketAddr};

use axum::http::{HeaderMap, header};
use url::{Host, Url};

/// Why a call is refused, if it is: a browser sent it for a page, or it was led here
/// by a name that is not ours.
pub(super) fn refusal(headers: &HeaderMap, listen: SocketAddr) -> Option<&'static str> {
    let text = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or("?"));
    if text(header::ORIGIN.as_str()).is_some() {
        return Some("The simulator takes no calls from web pages (there is an Origin header).");
    }
    let site = text("sec-fetch-site");
    if site.is_some_and(|site| !matches!(site, "none" | "same-origin")) {
        return Some("The simulator takes no calls from web pages (Sec-Fetch-Site).");
    }
    let host = text(header::HOST.as_str())?;
    let ours = Url::parse(&format!("http://{host}/")).is_ok_and(|url| match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => is_ours(address.into(), listen.ip()),
        Some(Host::Ipv6(address)) => is_ours(address.into(), listen.ip()),
        None => false,
    });
    let why = "The simulator only answers at its own address: call it by that (the Host header names another).";
    (!ours).then_some(why)
}

/// Listening everywhere, it has every address.
fn is_ours(address: IpAddr, listen: IpAddr) -> bool {
    address.is_loopback() || address == listen || listen.is_unspecified()
}

/// Whether a webhook's address is on this computer.
pub(super) fn is_here(url: &str) -> bool {
    Url::parse(url).is_ok_and(|url| match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_web_page_gives_no_orders_and_reads_nobody() {
        let at: SocketAddr = ([127, 0, 0, 1], 8700).into();
        let everywhere: SocketAddr = ([0, 0, 0, 0], 8700).into();
        for (listen, given, taken) in [
            (at, &[("host", "127.0.0.1:8700")][..], true),
            (at, &[("host", "localhost:8700")], true),
            (at, &[("host", "[::1]:8700")], true),
            (at, &[], true),
            (at, &[("host", "evil.example:8700")], false),
            (at, &[("host", "localhost.evil.example")], false),
            (at, &[("host", "192.168.1.5:8700")], false),
            (at, &[("host", "127.0.0.1@evil.example")], false),
            (at, &[("host", "127.0.0.1:8700"), ("origin", "null")], false),
            (
                at,
                &[("host", "localhost"), ("sec-fetch-site", "cross-site")],
                false,
            ),
            (
                at,
                &[("host", "localhost"), ("sec-fetch-site", "none")],
                true,
            ),
            (everywhere, &[("host", "192.168.1.5:8700")], true),
            (everywhere, &[("host", "evil.example")], false),
        ] {
            let mut headers = HeaderMap::new();
            for (name, value) in given {
                headers.insert(*name, value.parse().expect("a value"));
            }
            assert_eq!(refusal(&headers, listen).is_none(), taken, "{given:?}");
        }
    }

    #[test]
    fn webhooks_go_to_this_computer() {
        for (url, here) in [
            ("http://127.0.0.1:5000/hook", true),
            ("http://localhost/", true),
            ("http://[::1]:5000/", true),
            ("https://hooks.example/", false),
            ("http://10.0.0.1/", false),
            ("http://localhost.evil.example/", false),
            ("http://2130706433/", true),
            ("nothing", false),
        ] {
            assert_eq!(is_here(url), here, "{url}");
        }
    }
}
