//! A call to the Graph API as one line, in the API log and beside a thread.

use ratatui::text::Span;

use crate::{
    app::Model,
    domain::ApiCall,
    text::{self, Clean},
    ui::{
        draw::span,
        theme::{Role, Theme},
    },
};

/// A path without the version before it, which is the same for all.
fn endpoint(path: &str) -> &str {
    let behind = path
        .strip_prefix("/v")
        .and_then(|rest| rest.split_once('/'));
    match behind {
        Some((version, rest)) if version.starts_with(|c: char| c.is_ascii_digit()) => rest,
        _ => path,
    }
}

/// Time, method, endpoint, status, milliseconds.
pub(super) fn row(
    model: &Model,
    theme: &Theme,
    call: &ApiCall,
    width: usize,
) -> Vec<Span<'static>> {
    let time = call
        .at
        .local(&model.session.settings.zone)
        .strftime("%H:%M:%S ")
        .to_string();
    let (status, role) = match call.status {
        Some(status @ 200..300) => (status.to_string(), Role::Good),
        Some(status) => (status.to_string(), Role::Bad),
        None => ("---".into(), Role::Bad),
    };
    let end = format!(" {status} {:>5}", format!("{}ms", call.ms));
    let room = width.saturating_sub(text::width(&time) + 7 + text::width(&end));
    vec![
        span(time, theme.style(Role::Dim)),
        span(text::fit(&call.method, 7), theme.style(Role::Strong)),
        span(
            text::fit(&Clean::one_line(endpoint(&call.path)), room),
            theme.style(Role::Text),
        ),
        span(end, theme.style(role)),
    ]
}
