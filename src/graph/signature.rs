//! The signature of a webhook: HMAC over the bytes as they came, with the app's
//! secret as key, compared in constant time ("Webhooks", validating payloads).

use ring::hmac;
use secrecy::{ExposeSecret, SecretString};

/// The secrets of our app: one, or two while it is being changed.
#[derive(Clone, Debug)]
pub struct Secrets(Vec<SecretString>);

/// What the headers of a delivery say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Signature<'a> {
    /// `X-Hub-Signature-256`, such as `sha256=0a1b…`.
    pub sha256: Option<&'a str>,
    /// `X-Hub-Signature`, such as `sha1=0a1b…`: the older one.
    pub sha1: Option<&'a str>,
}

impl Signature<'_> {
    /// Whether it may be right: there is one, and it has the shape of one. Where
    /// not, nothing else of the call needs to be read. The older signature counts
    /// only where `sha1` allows it.
    pub fn is_well_formed(self, sha1: bool) -> bool {
        self.claim(sha1).is_some()
    }

    /// What it claims to be, and its bytes.
    fn claim(self, sha1: bool) -> Option<(hmac::Algorithm, Vec<u8>)> {
        let (kind, hex) = match self {
            Self {
                sha256: Some(text), ..
            } => (hmac::HMAC_SHA256, text.strip_prefix("sha256=")),
            Self {
                sha1: Some(text), ..
            } if sha1 => (
                hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY,
                text.strip_prefix("sha1="),
            ),
            _ => return None,
        };
        let length = kind.digest_algorithm().output_len();
        let tag = bytes_of_hex(hex?).filter(|tag| tag.len() == length)?;
        Some((kind, tag))
    }
}

impl Secrets {
    /// `None` for none: whoever signs with nothing could be anybody.
    pub fn new(secrets: Vec<SecretString>) -> Option<Self> {
        let empty = |secret: &SecretString| secret.expose_secret().is_empty();
        (!secrets.is_empty() && !secrets.iter().any(empty)).then_some(Self(secrets))
    }

    /// The one that calls of ours are made with: the first.
    pub fn current(&self) -> &SecretString {
        &self.0[0]
    }

    /// Whether one of the secrets has signed these bytes. The older signature
    /// counts only where `sha1` allows it, and never instead of a newer one that
    /// is wrong.
    pub fn signed(&self, signature: Signature<'_>, bytes: &[u8], sha1: bool) -> bool {
        let Some((kind, tag)) = signature.claim(sha1) else {
            return false;
        };
        let good = |secret: &SecretString| {
            let key = hmac::Key::new(kind, secret.expose_secret().as_bytes());
            hmac::verify(&key, bytes, &tag).is_ok()
        };
        self.0.iter().any(good)
    }
}

/// Whether the token of a handshake is the wanted one, in a time that does not
/// depend on how much of it is right.
pub fn same_token(wanted: &SecretString, given: &str) -> bool {
    let key = hmac::Key::new(hmac::HMAC_SHA256, b"handshake");
    let tag = hmac::sign(&key, wanted.expose_secret().as_bytes());
    hmac::verify(&key, given.as_bytes(), tag.as_ref()).is_ok()
}

fn bytes_of_hex(hex: &str) -> Option<Vec<u8>> {
    let pairs = hex.as_bytes().chunks(2);
    pairs
        .map(|pair| match pair {
            [a, b] => {
                let digit = |c: &u8| char::from(*c).to_digit(16);
                u8::try_from(digit(a)? * 16 + digit(b)?).ok()
            }
            _ => None,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of RFC 4231 (test case 2), and SHA-1 by RFC 2202.
    const TEXT: &[u8] = b"what do ya want for nothing?";
    const SHA256: &str = "sha256=5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
    const SHA1: &str = "sha1=effcdf6ae5eb2fa2d27416d5f184df9c259a7c79";

    fn secrets(secrets: &[&str]) -> Secrets {
        let secrets = secrets.iter().map(|secret| (*secret).into()).collect();
        Secrets::new(secrets).expect("a secret")
    }

    #[test]
    fn only_the_right_signature_of_these_bytes_is_good() {
        let of = |sha256, sha1| Signature { sha256, sha1 };
        for (signature, sha1, good) in [
            (of(Some(SHA256), None), false, true),
            (of(None, Some(SHA1)), false, false),
            (of(None, Some(SHA1)), true, true),
            (of(Some("sha256=00"), Some(SHA1)), true, false),
            (of(Some(&SHA256[7..]), None), false, false),
            (of(Some(&SHA256[..70]), None), false, false),
            (of(Some("sha256=zz"), None), false, false),
            (of(Some("sha256="), None), false, false),
            (of(None, None), true, false),
        ] {
            let signed = secrets(&["Jefe"]).signed(signature, TEXT, sha1);
            assert_eq!(signed, good, "{signature:?}");
            let shaped = signature.is_well_formed(sha1);
            assert_eq!(shaped, good, "all wrong ones here are wrong in shape, too");
        }
        let changed = b"what do ya want for nothing!";
        assert!(!secrets(&["Jefe"]).signed(of(Some(SHA256), None), changed, false));
    }

    #[test]
    fn while_a_secret_is_changed_both_are_good_and_none_is_no_secret() {
        let signature = Signature {
            sha256: Some(SHA256),
            sha1: None,
        };
        assert!(secrets(&["new", "Jefe"]).signed(signature, TEXT, false));
        assert!(secrets(&["Jefe", "old"]).signed(signature, TEXT, false));
        assert!(!secrets(&["new"]).signed(signature, TEXT, false));
        assert!(Secrets::new(Vec::new()).is_none());
        assert!(Secrets::new(vec!["Jefe".into(), "".into()]).is_none());
        assert!(!format!("{:?}", secrets(&["Jefe"])).contains("Jefe"));
    }
}
