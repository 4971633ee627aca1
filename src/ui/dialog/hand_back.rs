//! How did it end? Outcomes, and words for the bot.

use ratatui::{
    buffer::Buffer,
    layout::{Position, Rect},
};

use crate::{
    app::dialog::{Field, HandBackDialog, geometry::Geometry},
    domain::Outcome,
    text::{self, Clean},
    ui::{
        dialog::frame::{boxed, input_line, rows},
        draw::{put, span},
        theme::{Role, Theme},
    },
};

pub(super) fn draw(
    theme: &Theme,
    dialog: &HandBackDialog,
    place: &Geometry,
    buffer: &mut Buffer,
) -> Option<Position> {
    let title = text::cut(
        &Clean::one_line(&dialog.title),
        usize::from(place.frame.width).saturating_sub(4),
    );
    let inner = boxed(&title, place.frame, theme, buffer);
    let outcomes = Outcome::ALL.iter().zip(1..).map(|(outcome, key)| {
        vec![
            span(format!(" {key}    "), theme.style(Role::Key)),
            span(
                text::fit(outcome.label(), usize::from(inner.width)),
                theme.style(Role::Text),
            ),
        ]
    });
    let stay = vec![
        span(" Esc  ".to_owned(), theme.style(Role::Key)),
        span(
            text::fit("not now", usize::from(inner.width)),
            theme.style(Role::Text),
        ),
    ];
    let lines = outcomes.chain([stay]);
    let mut shown = *place;
    if dialog.field != Field::Outcome {
        shown.cursor = usize::MAX;
    }
    rows(lines.collect(), &shown, theme, buffer);
    let line = |up: u16| Rect {
        y: inner.bottom().saturating_sub(up),
        height: 1,
        ..inner
    };
    let summary = input_line(
        "summary for the bot ",
        &dialog.summary,
        theme,
        line(3),
        buffer,
    );
    let next = input_line("next step           ", &dialog.next, theme, line(2), buffer);
    let (words, cursor) = match dialog.field {
        Field::Outcome => ("1-4 hand back · Tab write a summary first", None),
        Field::Summary => ("Enter back to the outcome · Tab next step", Some(summary)),
        Field::Next => ("Enter back to the outcome", Some(next)),
    };
    let words = text::cut(words, usize::from(inner.width));
    put(&[span(words, theme.style(Role::Dim))], line(1), buffer);
    cursor
}
