//! One call to the Graph API, as the log on the screen shows it: never a token.

use super::Timestamp;

/// A call and its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiCall {
    /// When it was begun, by our clock.
    pub at: Timestamp,
    /// `GET`, `POST` …
    pub method: String,
    /// Scheme and host, such as `https://graph.facebook.com`.
    pub host: String,
    /// Path and query below the host.
    pub path: String,
    /// What a write does, in Meta's words and without what was said, such as
    /// `RESPONSE text` or `typing_on`; often empty.
    pub gist: String,
    /// The JSON that was sent.
    pub body: Option<String>,
    /// HTTP status; `None` when no answer came.
    pub status: Option<u16>,
    /// The beginning of what was answered, without tokens.
    pub answer: Option<String>,
    /// How long it took, in milliseconds.
    pub ms: u64,
}

impl ApiCall {
    /// What is called: the path without the version before it, which is the same for
    /// all, and without parameters.
    pub fn endpoint(&self) -> &str {
        let path = self.path.split('?').next().unwrap_or_default();
        let behind = path
            .strip_prefix("/v")
            .and_then(|rest| rest.split_once('/'));
        match behind {
            Some((version, rest)) if version.starts_with(|c: char| c.is_ascii_digit()) => rest,
            _ => path,
        }
    }

    /// The parameters of the query, decoded.
    pub fn parameters(&self) -> Vec<(String, String)> {
        let query = self.path.split_once('?').map_or("", |(_, query)| query);
        form_urlencoded::parse(query.as_bytes())
            .into_owned()
            .collect()
    }

    /// What was sent: method and path, and the body below.
    pub fn request(&self) -> String {
        let body = self.body.as_deref().unwrap_or_default();
        format!("{} {}\n{body}", self.method, self.path)
            .trim_end()
            .to_owned()
    }

    /// The same call for a shell, with the token as `$PAGE_TOKEN`.
    pub fn curl(&self) -> String {
        // -g: braces and brackets of the fields are no patterns. --data-raw: a body
        // that begins with @ is no file.
        let mut words = vec!["curl -g".to_owned()];
        if self.method != "GET" {
            words.push(format!("-X {}", self.method));
        }
        words.push(r#"-H "Authorization: Bearer $PAGE_TOKEN""#.to_owned());
        if let Some(body) = &self.body {
            words.push("-H 'Content-Type: application/json'".to_owned());
            words.push(format!("--data-raw {}", quoted(body)));
        }
        words.push(quoted(&format!("{}{}", self.host, self.path)));
        words.join(" ")
    }
}

/// In single quotes, as every shell reads them.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_is_a_line_for_the_shell_whatever_is_in_it() {
        let call = ApiCall {
            at: Timestamp::default(),
            method: "POST".into(),
            host: "https://graph.facebook.com".into(),
            path: "/v26.0/1/messages".into(),
            gist: String::new(),
            body: Some(r#"{"text":"it's $HOME `x`"}"#.into()),
            status: Some(200),
            answer: None,
            ms: 12,
        };
        assert_eq!(
            call.curl(),
            r#"curl -g -X POST -H "Authorization: Bearer $PAGE_TOKEN" -H 'Content-Type: application/json' --data-raw '{"text":"it'\''s $HOME `x`"}' 'https://graph.facebook.com/v26.0/1/messages'"#
        );
        let read = ApiCall {
            method: "GET".into(),
            body: None,
            path: "/v26.0/me?fields=id".into(),
            ..call
        };
        assert_eq!(
            read.curl(),
            r#"curl -g -H "Authorization: Bearer $PAGE_TOKEN" 'https://graph.facebook.com/v26.0/me?fields=id'"#
        );
        let asked = ApiCall {
            path: "/v26.0/1/conversations?limit=25&fields=id%2Cname".into(),
            ..read
        };
        assert_eq!(asked.endpoint(), "1/conversations");
        let parameters = [("limit", "25"), ("fields", "id,name")];
        let parameters = parameters.map(|(name, value)| (name.to_owned(), value.to_owned()));
        assert_eq!(asked.parameters(), parameters);
    }
}
