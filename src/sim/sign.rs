//! The signatures of webhooks and the proof of a call, and JSON as Meta
//! writes it.

use ring::hmac;
use serde_json::Value;

/// `sha256=…` of the exact bytes.
pub(super) fn sha256(secret: &str, bytes: &[u8]) -> String {
    format!("sha256={}", hex(hmac::HMAC_SHA256, secret, bytes))
}

/// `sha1=…`, which published receivers still look at.
pub(super) fn sha1(secret: &str, bytes: &[u8]) -> String {
    let kind = hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY;
    format!("sha1={}", hex(kind, secret, bytes))
}

/// `appsecret_proof` of a token.
pub(super) fn proof(secret: &str, token: &str) -> String {
    hex(hmac::HMAC_SHA256, secret, token.as_bytes())
}

fn hex(kind: hmac::Algorithm, secret: &str, bytes: &[u8]) -> String {
    let tag = hmac::sign(&hmac::Key::new(kind, secret.as_bytes()), bytes);
    tag.as_ref().iter().map(|b| format!("{b:02x}")).collect()
}

/// As Meta writes JSON: `\/`, and everything beyond ASCII as `\uXXXX`. Both
/// kinds stand only inside texts.
pub(super) fn escaped(json: &Value) -> String {
    let json = json.to_string();
    let mut out = String::with_capacity(json.len());
    let mut units = [0; 2];
    for c in json.chars() {
        match c {
            '/' => out.push_str("\\/"),
            c if c.is_ascii() => out.push(c),
            c => {
                for unit in c.encode_utf16(&mut units) {
                    out.push_str(&format!("\\u{unit:04x}"));
                }
            }
        }
    }
    out
}
