//! Before the desk is left: the threads that we hold.

use ratatui::buffer::Buffer;

use crate::{
    app::{
        Model,
        dialog::{Fate, SignOff, geometry::Geometry},
    },
    text::{self, Clean},
    ui::{
        dialog::frame::{boxed, nothing, rows},
        draw::span,
        theme::{Role, Theme},
    },
};

pub(super) fn draw(
    model: &Model,
    theme: &Theme,
    dialog: &SignOff,
    place: &Geometry,
    buffer: &mut Buffer,
) {
    let title = text::cut(
        &dialog.title(),
        usize::from(place.frame.width).saturating_sub(4),
    );
    let inner = boxed(&title, place.frame, theme, buffer);
    match &dialog.rows {
        None => nothing("Loading…", theme, place, buffer),
        Some(held) => {
            let name = usize::from(inner.width).saturating_sub(36);
            let lines = held.iter().map(|(row, fate)| {
                let (fate, role) = match fate {
                    Fate::Keep => ("keep".to_owned(), Role::Dim),
                    Fate::HandBack => (
                        format!("back to {}", model.session.account.apps.bot_name()),
                        Role::Good,
                    ),
                    Fate::Colleague(_, name) => (format!("to {name}"), Role::Warn),
                };
                let waits = if row.waiting() { "waiting" } else { "" };
                vec![
                    span(
                        format!(
                            " {}",
                            text::fit(&Clean::one_line(&row.display_name()), name)
                        ),
                        theme.style(Role::Strong),
                    ),
                    span(text::fit(waits, 9), theme.style(Role::Warn)),
                    span(text::fit(&Clean::one_line(&fate), 25), theme.style(role)),
                ]
            });
            rows(lines.collect(), place, theme, buffer);
        }
    }
}
