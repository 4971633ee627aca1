//! What goes out, as the customer will see it, below a rule that says what is wrong with
//! it; and what its buttons do.

use ratatui::{
    buffer::Buffer,
    layout::Rect,
    text::{Line, Span},
};

use crate::{
    app::{Model, canned, thread::ThreadPane},
    domain::Content,
    text::{self, Clean},
    ui::{
        draw::{lines, put, span},
        theme::{Role, Theme},
        thread::role,
    },
};

/// Draws it, the rule in the first line of the area.
pub(super) fn draw(
    model: &Model,
    theme: &Theme,
    content: &Content,
    problems: &[String],
    area: Rect,
    buffer: &mut Buffer,
) {
    let missing = canned::variables(content);
    let (words, rule_role) = match missing.first() {
        _ if !problems.is_empty() && missing.is_empty() => {
            ("── does not fit ".to_owned(), Role::Bad)
        }
        Some(name) => (
            format!("── no value for {{{name}}}: fill it in before you send "),
            Role::Warn,
        ),
        None => ("── preview ".to_owned(), Role::Dim),
    };
    let width = usize::from(area.width);
    let rule = Rect { height: 1, ..area };
    let words = text::cut(&Clean::one_line(&words), width);
    put(&[span(words, theme.style(rule_role))], rule, buffer);
    let body = Rect {
        y: area.y + 1,
        height: area.height.saturating_sub(1),
        ..area
    };
    let mut rows: Vec<Line<'static>> = Vec::new();
    let mut say = |role: Role, words: &str| {
        let wrapped = text::wrap(&Clean::one_line(words), width).into_iter();
        rows.extend(wrapped.map(|line| Line::from(span(line, theme.style(role)))));
    };
    if missing.is_empty() {
        problems.iter().for_each(|problem| say(Role::Bad, problem));
    }
    let preview = ThreadPane::inside(model, body).map(|pane| pane.preview(content));
    for pieces in preview.unwrap_or_default() {
        let spans: Vec<Span<'static>> = pieces
            .into_iter()
            .map(|(tone, words)| span(words.into_string(), theme.style(role(tone))))
            .collect();
        rows.push(Line::from(spans));
    }
    let taps = content.template().map(|template| template.taps());
    for tap in taps.unwrap_or_default() {
        let words = format!("{}: {}", tap.title, tap.does);
        let words = text::cut(&Clean::one_line(&words), width);
        rows.push(Line::from(span(words, theme.style(Role::Dim))));
    }
    lines(rows, body, buffer);
}
