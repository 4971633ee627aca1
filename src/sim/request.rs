//! One request, read: its method, path, token and parameters.

use axum::{
    body::to_bytes,
    extract::{FromRequest, Multipart, Request},
    http::{HeaderMap, Method, header},
};

use crate::sim::{graph_error::GraphError, params::Params};

/// More than the largest file that is refused by its size.
pub(super) const BODY_LIMIT: usize = 64 * 1024 * 1024;

/// One request, read.
pub(super) struct Call {
    pub(super) method: Method,
    pub(super) path: String,
    pub(super) host: String,
    pub(super) token: Option<String>,
    pub(super) params: Params,
    /// The body could not be read.
    pub(super) broken: Option<GraphError>,
}

impl Call {
    pub(super) async fn read(request: Request) -> Self {
        let method = request.method().clone();
        let uri = request.uri().clone();
        let host = header_text(request.headers(), &header::HOST);
        let bearer = header_text(request.headers(), &header::AUTHORIZATION);
        let kind = header_text(request.headers(), &header::CONTENT_TYPE);
        let mut params = Params::default();
        params.add_form(uri.query().unwrap_or_default());
        let broken = read_body(request, &kind, &mut params).await.err();
        let given = params
            .text("access_token")
            .filter(|token| !token.is_empty());
        // The older scheme is what some libraries still send.
        let scheme = |text: &str| {
            ["bearer", "oauth"]
                .iter()
                .any(|s| text.eq_ignore_ascii_case(s))
        };
        let bearer = bearer.split_once(' ').filter(|(kind, _)| scheme(kind));
        let token = given.or_else(|| bearer.map(|(_, token)| token.trim().to_owned()));
        Self {
            method,
            path: uri.path().to_owned(),
            host,
            token,
            params,
            broken,
        }
    }
}

pub(super) fn header_text(headers: &HeaderMap, name: &header::HeaderName) -> String {
    headers
        .get(name)
        .and_then(|v| v.to_str().ok())
        .unwrap_or_default()
        .to_owned()
}

pub(super) async fn read_body(
    request: Request,
    kind: &str,
    params: &mut Params,
) -> Result<(), GraphError> {
    let orders = request.uri().path().starts_with("/sim/");
    let kind = kind.to_ascii_lowercase();
    let unreadable = |_| GraphError::parameter("The body of the request cannot be read.");
    if kind.starts_with("multipart/form-data") {
        let mut parts = Multipart::from_request(request, &())
            .await
            .map_err(|_| GraphError::parameter("The multipart body has no boundary."))?;
        let mut texts = Vec::new();
        while let Some(part) = parts
            .next_field()
            .await
            .map_err(|_| GraphError::parameter("The multipart body is broken."))?
        {
            let name = part.name().unwrap_or_default().to_owned();
            let is_file = part.file_name().is_some();
            let mime = part.content_type().unwrap_or_default().to_owned();
            let bytes = part
                .bytes()
                .await
                .map_err(|_| GraphError::parameter("The multipart body is broken."))?;
            if is_file {
                params.add_file(mime, bytes.len());
            } else {
                texts.push((name, String::from_utf8_lossy(&bytes).into_owned()));
            }
        }
        params.add_texts(texts);
        return Ok(());
    }
    let bytes = to_bytes(request.into_body(), BODY_LIMIT)
        .await
        .map_err(unreadable)?;
    // What is ordered below /sim is JSON, whatever a shell's tool calls it.
    let form = kind.starts_with("application/x-www-form-urlencoded");
    if form && !(orders && bytes.trim_ascii_start().starts_with(b"{")) {
        params.add_form(&String::from_utf8_lossy(&bytes));
        return Ok(());
    }
    params.add_json(&bytes)
}
