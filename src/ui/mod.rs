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
    layout::{Position, Rect},
    style::Style,
};

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
    let painted = paint(model, theme, Damage::All, frame.buffer_mut());
    if let TextCursor::At(at) = painted.cursor {
        frame.set_cursor_position(at);
    }
}

/// What came of painting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Painted {
    /// Where something may have changed.
    pub parts: Vec<Rect>,
    /// The terminal's cursor.
    pub cursor: TextCursor,
}

/// Where the terminal's cursor is: where text is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TextCursor {
    /// Where it was, shown or not: what it belongs to was not painted.
    Stays,
    /// Here.
    At(Position),
    /// Nowhere.
    Hidden,
}

impl From<Option<Position>> for TextCursor {
    fn from(at: Option<Position>) -> Self {
        at.map_or(Self::Hidden, Self::At)
    }
}

/// Paints what is damaged over what was painted last.
pub fn paint(model: &Model, theme: &Theme, damage: Damage, buffer: &mut Buffer) -> Painted {
    if damage == Damage::Nothing {
        return Painted {
            parts: Vec::new(),
            cursor: TextCursor::Stays,
        };
    }
    // Another theme may be tried on.
    let tried = model.theme().and_then(Theme::named);
    let tried = tried.map(|tried| theme.in_styles_of(tried));
    let theme = tried.as_ref().unwrap_or(theme);
    let screen = buffer.area;
    if let Some(painted) = paint_part(model, theme, damage, buffer) {
        return painted;
    }
    draw::blank(theme.style(Role::Text), screen, buffer);
    let cursor = match model.session.privacy {
        true => paint_all(&privacy::drawn(model), theme, screen, buffer),
        false => paint_all(model, theme, screen, buffer),
    };
    Painted {
        parts: vec![screen],
        cursor: cursor.into(),
    }
}

/// Some panes alone, at a cost that does not depend on the size of the others; `None`
/// where the whole screen has to be painted.
fn paint_part(
    model: &Model,
    theme: &Theme,
    damage: Damage,
    buffer: &mut Buffer,
) -> Option<Painted> {
    let layout = layout::layout(model);
    // Behind the privacy curtain the whole desk is painted from what may be seen of it.
    if layout.screen != buffer.area || model.session.privacy {
        return None;
    }
    let mut parts = damaged(model, &layout, damage)?;
    for part in &parts {
        draw::blank(theme.style(Role::Text), *part, buffer);
    }
    let mut cursor = TextCursor::Stays;
    match damage {
        Damage::Nothing | Damage::Dialog | Damage::All => {}
        Damage::Letter => {
            cursor = composer::draw_letter(model, theme, layout.composer?, buffer).into();
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
    // What goes with it, where that is among the parts.
    if let Some(area) = layout.customer.filter(|area| parts.contains(area)) {
        customer::draw(model, theme, area, buffer);
    }
    if parts.contains(&layout.hints) {
        status::bottom(model, theme, layout.hints, buffer);
    }
    if parts.contains(&layout.status) {
        status::bar(model, theme, layout.status, buffer);
    }
    if damage == Damage::Dialog {
        cursor = dialog::draw(model, theme, model.dialogs.last()?, &layout, buffer).into();
    } else {
        parts.extend(status::toasts(model, theme, &layout, buffer));
    }
    for part in &parts {
        finish(theme, *part, buffer);
    }
    Some(Painted { parts, cursor })
}

/// Where something is damaged; `None` where that is everywhere.
fn damaged(model: &Model, layout: &Layout, damage: Damage) -> Option<Vec<Rect>> {
    // With a thread open, the customer pane is about that.
    let customer = layout.customer.filter(|_| model.thread.is_none());
    let beside = layout.explain.into_iter().chain(customer);
    let beside = beside.chain([layout.hints]);
    Some(match damage {
        Damage::Nothing | Damage::All => return None,
        Damage::Letter => {
            let area = layout.composer?;
            let head = model.thread.as_ref()?.composer.head();
            vec![areas::composer_text(area, head), areas::foot(area)]
        }
        Damage::Thread => vec![layout.thread?, layout.hints],
        Damage::Dialog => {
            let top = model.dialogs.last()?.modal();
            vec![top.geometry(&model.session, layout)?.frame, layout.hints]
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

fn paint_all(model: &Model, theme: &Theme, screen: Rect, buffer: &mut Buffer) -> Option<Position> {
    // The buffer may be behind the model by one resize; it must not be
    // written beyond.
    if areas::too_small(model.session.size)
        || screen.width < model.session.size.0
        || screen.height < model.session.size.1
    {
        small(model, screen, buffer);
        finish(theme, screen, buffer);
        return None;
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
    let mut cursor = layout
        .composer
        .and_then(|area| composer::draw(model, theme, area, buffer));
    if let Some(area) = layout.customer {
        customer::draw(model, theme, area, buffer);
    }
    status::bottom(model, theme, layout.hints, buffer);
    status::toasts(model, theme, &layout, buffer);
    for dialog in &model.dialogs {
        cursor = dialog::draw(model, theme, dialog, &layout, buffer);
    }
    finish(theme, screen, buffer);
    cursor
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
