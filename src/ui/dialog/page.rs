//! What the Page shows before anybody writes.

use ratatui::buffer::Buffer;

use crate::{
    app::{
        Model,
        dialog::{PageDialog, PageLine, geometry::Geometry},
    },
    text::{self, Clean},
    ui::{
        dialog::frame::{boxed, rows},
        draw::span,
        theme::{Role, Theme},
    },
};

pub(super) fn draw(
    model: &Model,
    theme: &Theme,
    dialog: &PageDialog,
    place: &Geometry,
    buffer: &mut Buffer,
) {
    let title = dialog.title(&model.session);
    let title = text::cut(&title, usize::from(place.frame.width).saturating_sub(4));
    let inner = boxed(&title, place.frame, theme, buffer);
    let width = usize::from(inner.width);
    let lines = dialog.lines().iter().map(|line| {
        let (mark, role) = match line {
            PageLine::Head(_) => ("", Role::Strong),
            PageLine::Text(_) => ("  ", Role::Text),
            PageLine::Added(_) => ("+ ", Role::Good),
            PageLine::Removed(_) => ("- ", Role::Bad),
            PageLine::Problem(_) => ("! ", Role::Bad),
            PageLine::Dim(_) => ("  ", Role::Dim),
        };
        let words = format!("{mark}{}", &*Clean::one_line(line.words()));
        vec![span(text::cut(&words, width), theme.style(role))]
    });
    rows(lines.collect(), place, theme, buffer);
}
