//! Hosts that are out in the world, and no way into somebody's own network.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

/// Looks hosts up, and finds public addresses only: nobody may put another one in
/// between a look and the call.
#[derive(Debug)]
pub(super) struct PublicHosts;

impl Resolve for PublicHosts {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let found = looked_up(name.as_str()).await?;
            Ok(Box::new(found.into_iter()) as Addrs)
        })
    }
}

/// Where a host leads: public addresses only, and at least one.
pub(super) async fn looked_up(host: &str) -> Result<Vec<SocketAddr>, String> {
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
