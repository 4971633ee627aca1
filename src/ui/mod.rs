//! [`Model`] to cells. It gets `&Model`, decides nothing and changes nothing:
//! drawing twice draws the same. Every text that reaches a cell is
//! [`Clean`](crate::text::Clean); `span` is the only way to one. It must not
//! know tokio, HTTP, SQL or the clock.
//!
//! | file | |
//! |---|---|
//! | `mod` | a frame: which pane stands where |
//! | `inbox`, `thread`, `composer`, `customer`, `status` | the panes, under their names in `app` |
//! | `dialog/` | what lies over them |
//! | `plain` | the desk in lines, for a screen reader |
//! | `call` | a call to the Graph API, as text |
//! | `picture` | pictures in cells |
//! | `draw`, `theme` | pieces to draw with, and how they look |

mod call;
mod composer;
mod customer;
mod dialog;
pub(crate) mod draw;
mod inbox;
pub(crate) mod picture;
mod plain;
mod status;
mod theme;
mod thread;

use ratatui::{
    Frame,
    buffer::Buffer,
    layout::{Position, Rect, Size},
    style::Style,
    text::Line,
};

pub use customer::CustomerLines;
pub use plain::Transcript;
pub use theme::{Role, THEMES, Theme};

use crate::{
    app::{
        Damage, Model,
        areas::{self, Layout, NEEDS},
        layout::{self},
        privacy,
    },
    ui::draw::wrapped,
};

/// Draws the desk. The terminal's cursor stands where text is written.
pub fn view(model: &Model, theme: &Theme, frame: &mut Frame<'_>) {
    let mut painted = Painted::default();
    paint(model, theme, Damage::All, &mut painted, frame.buffer_mut());
    if let Some(at) = painted.cursor {
        frame.set_cursor_position(at);
    }
}

/// What is painted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Painted {
    /// Where something may have changed in the last frame.
    pub parts: Vec<Rect>,
    /// Where the terminal's cursor is, if text is written somewhere.
    pub cursor: Option<Position>,
    /// What the customer pane says: the next frame leaves the lines alone that stay.
    pub customer: CustomerLines,
    /// What the bottom line says, if it is one line.
    pub bottom: Option<Line<'static>>,
}

/// Paints what is damaged over what is `painted`.
pub fn paint(
    model: &Model,
    theme: &Theme,
    damage: Damage,
    painted: &mut Painted,
    buffer: &mut Buffer,
) {
    if damage == Damage::Nothing {
        painted.parts.clear();
        return;
    }
    // Another theme may be tried on.
    let tried = model.theme().and_then(Theme::named);
    let tried = tried.map(|tried| theme.in_styles_of(tried));
    let theme = tried.as_ref().unwrap_or(theme);
    let screen = buffer.area;
    if paint_part(model, theme, damage, painted, buffer).is_some() {
        return;
    }
    draw::blank(theme.style(Role::Text), screen, buffer);
    *painted = match model.session.privacy {
        true => paint_all(&privacy::drawn(model), theme, buffer),
        false => paint_all(model, theme, buffer),
    };
}

/// Some panes alone, at a cost that does not depend on the size of the others; `None`
/// where the whole screen has to be painted.
fn paint_part(
    model: &Model,
    theme: &Theme,
    damage: Damage,
    painted: &mut Painted,
    buffer: &mut Buffer,
) -> Option<()> {
    let layout = layout::layout(model);
    // Behind the privacy curtain the whole desk is painted from what may be seen of it.
    if layout.screen != buffer.area || model.session.privacy {
        return None;
    }
    let mut parts = damaged(model, &layout, damage, painted.cursor)?;
    for part in &parts {
        draw::blank(theme.style(Role::Text), *part, buffer);
    }
    match damage {
        Damage::Nothing | Damage::Dialog | Damage::All => {}
        Damage::Letter(letter) => {
            let at = painted.cursor?;
            composer::draw_letter(model, theme, layout.composer?, letter, at, buffer);
            painted.cursor = Some(Position { x: at.x + 1, ..at });
        }
        Damage::Text => {
            painted.cursor = composer::draw_text(model, theme, layout.composer?, buffer);
        }
        Damage::Thread => thread::draw(model, theme, layout.thread?, buffer),
        Damage::List | Damage::News => {
            if let Some(area) = layout.list {
                inbox::draw(model, theme, &layout, area, buffer);
            }
        }
        Damage::Cursor { from, to } => {
            inbox::draw_cursor(model, theme, &layout, [from, to], buffer);
        }
    }
    // What goes with it.
    if let Some(area) = layout.customer.filter(|_| is_of_list(model, damage)) {
        let shown = &mut painted.customer;
        parts.extend(customer::draw_lines(model, theme, area, shown, buffer));
    }
    if !matches!(damage, Damage::Letter(_) | Damage::Text) {
        let bottom = status::bottom(model, theme, layout.hints)?;
        // A dialog may write over it.
        if damage == Damage::Dialog || painted.bottom.as_ref() != Some(&bottom) {
            draw::blank(theme.style(Role::Text), layout.hints, buffer);
            draw::put(&bottom.spans, layout.hints, buffer);
            parts.push(layout.hints);
            painted.bottom = Some(bottom);
        }
    }
    if parts.contains(&layout.status) {
        status::bar(model, theme, layout.status, buffer);
    }
    if damage == Damage::Dialog {
        painted.cursor = dialog::draw(model, theme, model.dialogs.last()?, &layout, buffer);
    } else {
        parts.extend(status::toasts(model, theme, &layout, buffer));
    }
    for part in &parts {
        finish(theme, *part, buffer);
    }
    painted.parts = parts;
    Some(())
}

/// Whether what the customer pane says goes with it: with a thread open, the pane is about
/// that.
fn is_of_list(model: &Model, damage: Damage) -> bool {
    let list = matches!(damage, Damage::List | Damage::News | Damage::Cursor { .. });
    list && model.thread.is_none()
}

/// Where something is damaged, besides in the customer pane and the bottom line; `None`
/// where that is everywhere.
fn damaged(
    model: &Model,
    layout: &Layout,
    damage: Damage,
    cursor: Option<Position>,
) -> Option<Vec<Rect>> {
    let beside = layout.explain.into_iter();
    Some(match damage {
        Damage::Nothing | Damage::All => return None,
        Damage::Letter(_) => {
            let cell = Rect::from((cursor?, Size::new(1, 1)));
            vec![cell, areas::foot(layout.composer?)]
        }
        Damage::Text => {
            let area = layout.composer?;
            let head = model.thread.as_ref()?.composer.head();
            vec![areas::composer_text(area, head), areas::foot(area)]
        }
        Damage::Thread => vec![layout.thread?],
        Damage::Dialog => {
            let top = model.dialogs.last()?.modal();
            vec![top.geometry(&model.session, layout)?.frame]
        }
        Damage::List => beside.chain(layout.list).collect(),
        Damage::News => beside.chain(layout.list).chain([layout.status]).collect(),
        Damage::Cursor { from, to } => {
            let rows = [from, to].into_iter().filter_map(|place| {
                let below = place.checked_sub(model.inbox.top)?;
                areas::list_row(layout, below)
            });
            beside
                .chain([areas::foot(layout.list?)])
                .chain(rows)
                .collect()
        }
    })
}

fn paint_all(model: &Model, theme: &Theme, buffer: &mut Buffer) -> Painted {
    let screen = buffer.area;
    let mut painted = Painted {
        parts: vec![screen],
        ..Painted::default()
    };
    // The buffer may be behind the model by one resize; it must not be
    // written beyond.
    if areas::too_small(model.session.size)
        || screen.width < model.session.size.0
        || screen.height < model.session.size.1
    {
        small(model, screen, buffer);
        finish(theme, screen, buffer);
        return painted;
    }
    let layout = layout::layout(model);
    status::bar(model, theme, layout.status, buffer);
    if let Some(area) = layout.list {
        inbox::draw(model, theme, &layout, area, buffer);
    }
    if let Some(area) = layout.thread {
        thread::draw(model, theme, area, buffer);
    }
    if let (Some(area), Some(thread)) = (layout.notice, &model.thread) {
        let words = thread.notice().unwrap_or_default();
        wrapped(&words, theme.style(Role::Bad), area, buffer);
    }
    painted.cursor = layout
        .composer
        .and_then(|area| composer::draw(model, theme, area, buffer));
    if let Some(area) = layout.customer {
        painted.customer = customer::draw(model, theme, area, buffer);
    }
    painted.bottom = status::bottom(model, theme, layout.hints);
    match &painted.bottom {
        Some(line) => draw::put(&line.spans, layout.hints, buffer),
        None => status::continuations(model, theme, layout.hints, buffer),
    }
    status::toasts(model, theme, &layout, buffer);
    for dialog in &model.dialogs {
        painted.cursor = dialog::draw(model, theme, dialog, &layout, buffer);
    }
    finish(theme, screen, buffer);
    painted
}

fn small(model: &Model, screen: Rect, buffer: &mut Buffer) {
    let words = format!(
        "needs {}x{}, has {}x{}",
        NEEDS.0, NEEDS.1, model.session.size.0, model.session.size.1
    );
    wrapped(&words, Style::default(), screen, buffer);
}

/// The last word on every cell: in ASCII mode nothing else may reach the
/// terminal, and simple terminals get simple emoji.
fn finish(theme: &Theme, screen: Rect, buffer: &mut Buffer) {
    if !theme.is_ascii() && !theme.is_simple_emoji() {
        return;
    }
    for position in screen.intersection(buffer.area).positions() {
        let Some(cell) = buffer
            .cell_mut(position)
            .filter(|cell| !cell.symbol().is_ascii())
        else {
            continue;
        };
        if theme.is_ascii() {
            let plain = theme::ascii(cell.symbol());
            cell.set_symbol(plain);
        } else if let Some(simple) = theme::simple_emoji(cell.symbol()) {
            // A flag becomes two letters in its two cells.
            let mut letters = simple.chars();
            let first = letters.next().unwrap_or(' ');
            cell.set_char(first);
            let next = Position {
                x: position.x + 1,
                ..position
            };
            if let (Some(letter), Some(cell)) = (letters.next(), buffer.cell_mut(next)) {
                cell.set_char(letter);
            }
        }
    }
}
