//! Text to read: profile, ownership and clocks, JSON.

use ratatui::{
    buffer::Buffer,
    layout::Rect,
    text::Line,
    widgets::{Paragraph, Widget},
};

use super::{
    super::{Theme, customer, span, theme::Role},
    boxed,
};
use crate::{
    app::{
        Model,
        dialog::{Page, PageKind},
    },
    domain::{Conversation, Profile},
    text,
};

pub(super) fn draw(model: &Model, theme: &Theme, page: &Page, screen: Rect, buffer: &mut Buffer) {
    let wide = matches!(page.kind, PageKind::Raw(..));
    let width = (screen.width - 4).min(if wide { 120 } else { 72 });
    let title = match page.kind {
        PageKind::Profile => "profile",
        PageKind::Ownership => "who holds this thread, and the clocks",
        PageKind::Raw(..) => "JSON as Meta sent it, newest first",
    };
    let room = usize::from(width.saturating_sub(4)).max(2);
    let lines = lines(model, theme, &page.kind, room);
    let height = u16::try_from(lines.len() + 2)
        .unwrap_or(u16::MAX)
        .min(screen.height - 2);
    let inner = boxed(title, (width, height), screen, theme, buffer);
    let last = u16::try_from(lines.len())
        .unwrap_or(u16::MAX)
        .saturating_sub(inner.height);
    Paragraph::new(lines)
        .scroll((page.scroll.min(last), 0))
        .render(inner, buffer);
}

fn lines(model: &Model, theme: &Theme, kind: &PageKind, width: usize) -> Vec<Line<'static>> {
    let say = |words: &str, role: Role| -> Vec<Line<'static>> {
        text::wrap(&words.into(), width)
            .into_iter()
            .map(|line| Line::from(span(line, theme.style(role))))
            .collect()
    };
    let Some(subject) = model.subject() else {
        return Vec::new();
    };
    match kind {
        PageKind::Profile => profile(model, theme, subject, width),
        PageKind::Ownership => {
            let mut rows = say(&customer::window_words(model, subject), Role::Text);
            rows.push(Line::default());
            rows.extend(customer::clocks(model, theme, subject));
            rows.push(Line::default());
            rows.extend(customer::ownership(model, theme, subject, width));
            rows.push(Line::default());
            let history = customer::history(model, theme, width, usize::MAX);
            if history.is_empty() {
                rows.extend(say(
                    "No change of hands was seen by this desk yet.",
                    Role::Dim,
                ));
            }
            rows.extend(history);
            rows.push(Line::default());
            rows.extend(customer::note(model, theme, width));
            rows
        }
        PageKind::Raw(_, None) => say("Reading the cache…", Role::Dim),
        PageKind::Raw(_, Some(json)) if json.is_empty() => {
            say("Nothing has been fetched yet.", Role::Dim)
        }
        PageKind::Raw(_, Some(json)) => json
            .iter()
            .flat_map(|message| {
                say(message, Role::Text)
                    .into_iter()
                    .chain([Line::default()])
            })
            .collect(),
    }
}

fn profile(
    model: &Model,
    theme: &Theme,
    subject: &Conversation,
    width: usize,
) -> Vec<Line<'static>> {
    let known = model
        .thread
        .as_ref()
        .filter(|thread| thread.conversation.id == subject.id);
    let profile = known.map_or(Profile::Unasked, |thread| thread.profile.clone());
    let mut rows = customer::profile_lines(model, theme, subject, &profile, width);
    if profile == Profile::Unasked {
        rows.push(Line::from(span(
            "The profile is fetched when the thread is open.",
            theme.style(Role::Dim),
        )));
    }
    let id = text::cut(&format!("conversation {}", subject.id), width);
    rows.push(Line::from(span(id, theme.style(Role::Dim))));
    rows
}
