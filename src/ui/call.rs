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

/// Time, method, endpoint, what is asked, status, milliseconds.
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
    let endpoint = Clean::one_line(call.endpoint());
    let gist = Some(call.gist.clone()).filter(|gist| !gist.is_empty());
    let asked = call.parameters().into_iter();
    let asked = asked.map(|(name, value)| format!("{name}={value}"));
    let asked = gist
        .into_iter()
        .chain(asked)
        .map(|words| format!(" {words}"));
    let asked = Clean::one_line(&asked.collect::<String>());
    let endpoint = text::cut(&endpoint, room);
    let left = room - text::width(&endpoint);
    vec![
        span(time, theme.style(Role::Dim)),
        span(text::fit(&call.method, 7), theme.style(Role::Strong)),
        span(endpoint, theme.style(Role::Text)),
        span(text::fit(&asked, left), theme.style(Role::Dim)),
        span(end, theme.style(role)),
    ]
}
