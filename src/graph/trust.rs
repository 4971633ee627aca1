//! What a certificate is refused for: an interception looks different from an
//! outage, and the person should know which it is.

use std::{error::Error, io};

use rustls::CertificateError;

/// Why the certificate was refused, if that is what went wrong.
pub(super) fn refused_for(error: &(dyn Error + 'static)) -> Option<&'static str> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(rustls::Error::InvalidCertificate(why)) = error.downcast_ref() {
            return Some(in_words(why));
        }
        // The source of such an error is the source of what it wraps.
        let wrapped = error
            .downcast_ref::<io::Error>()
            .and_then(io::Error::get_ref);
        next = match wrapped {
            Some(wrapped) => Some(wrapped),
            None => error.source(),
        };
    }
    None
}

fn in_words(why: &CertificateError) -> &'static str {
    match why {
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => "it has expired",
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            "it is not valid yet; is the clock of this computer right?"
        }
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            "it is for another name"
        }
        CertificateError::UnknownIssuer => "its issuer is unknown",
        CertificateError::Revoked => "it was revoked",
        _ => "it is not valid",
    }
}

/// The host of the proxy that is in use for https, if one is.
pub fn proxy() -> Option<String> {
    let named = |name: &&str| std::env::var(name).ok().filter(|value| !value.is_empty());
    let value = ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"]
        .iter()
        .find_map(named)?;
    // It may hold a password, so only its host is shown.
    let url = url::Url::parse(&value).or_else(|_| url::Url::parse(&format!("http://{value}")));
    url.ok()?.host_str().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refused_certificate_says_for_what() {
        for (why, says) in [
            (CertificateError::Expired, "expired"),
            (CertificateError::NotValidYet, "clock"),
            (CertificateError::NotValidForName, "another name"),
            (CertificateError::UnknownIssuer, "issuer"),
            (CertificateError::BadEncoding, "not valid"),
        ] {
            let tls = rustls::Error::InvalidCertificate(why);
            let wrapped = io::Error::new(io::ErrorKind::InvalidData, tls);
            let words = refused_for(&wrapped).expect("a reason");
            assert!(words.contains(says), "{words}");
        }
        let outage = io::Error::from(io::ErrorKind::ConnectionRefused);
        assert_eq!(refused_for(&outage), None);
    }
}
