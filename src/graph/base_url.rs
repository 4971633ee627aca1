//! Where the calls go: Meta, or a simulator on this computer.

use url::Url;

use super::setup_error::SetupError;

/// Checks it: https, or http on loopback, and no name or password in it.
pub(super) fn parse(text: &str) -> Result<Url, SetupError> {
    // What may be a password is not quoted, also in what is no URL.
    let (_, behind) = text.split_once("//").unwrap_or(("", text));
    if behind
        .split(['/', '?', '#'])
        .next()
        .is_some_and(|host| host.contains('@'))
    {
        return Err(SetupError::Userinfo);
    }
    let url = Url::parse(text).map_err(|_| SetupError::BadUrl(text.to_owned()))?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err(SetupError::Userinfo);
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(SetupError::Parameters);
    }
    match url.scheme() {
        "https" if url.host_str().is_some() => Ok(url),
        "http" if is_loopback(&url) => Ok(url),
        "http" => Err(SetupError::Insecure(text.to_owned())),
        _ => Err(SetupError::BadUrl(text.to_owned())),
    }
}

/// Whether it leads to this computer.
pub(super) fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
    host == "localhost"
        || host
            .parse::<std::net::IpAddr>()
            .is_ok_and(|ip| ip.is_loopback())
}
