//! What lies over the desk, painted. One file a dialog, under its name in
//! `app::dialog`.
//!
//! | file | |
//! |---|---|
//! | `frame` | the box, its input line and its rows |
//! | `commands`, `help` | the actions by name, and what every key does |
//! | `search`, `jump`, `prompt` | messages, people, rows of the list |
//! | `canned`, `attach`, `fill`, `preview` | what goes into the composer |
//! | `hand_back`, `sign_off` | how an escalation ends, and a working day |
//! | `snooze`, `labels`, `note` | an agent's own decisions |
//! | `choose` | a short list with a key for each line |
//! | `api_log`, `viewer`, `chapter` | text to read |
//! | `picture` | a picture on the whole screen |
//! | `page` | what the Page shows before anybody writes |

mod api_log;
mod attach;
mod canned;
mod chapter;
mod choose;
mod commands;
mod fill;
mod frame;
mod hand_back;
mod help;
mod jump;
mod labels;
mod note;
mod page;
mod picture;
mod preview;
mod prompt;
mod search;
mod sign_off;
mod snooze;
mod viewer;

use ratatui::{buffer::Buffer, layout::Position};

use crate::{
    app::{
        Model,
        areas::Layout,
        dialog::{Dialog, geometry::Geometry},
    },
    ui::theme::Theme,
};

/// Draws one; answers where text is written.
pub(super) fn draw(
    model: &Model,
    theme: &Theme,
    dialog: &Dialog,
    layout: &Layout,
    buffer: &mut Buffer,
) -> Option<Position> {
    match dialog.modal().geometry(&model.session, layout) {
        Some(place) => with_rows(model, theme, dialog, &place, buffer),
        None => without_rows(model, theme, dialog, layout, buffer),
    }
}

fn without_rows(
    model: &Model,
    theme: &Theme,
    dialog: &Dialog,
    layout: &Layout,
    buffer: &mut Buffer,
) -> Option<Position> {
    match dialog {
        Dialog::Viewer(viewer) => {
            viewer::draw(model, theme, viewer, layout.screen, buffer);
            None
        }
        Dialog::Picture(view) => {
            picture::draw(model, theme, view, layout.screen, buffer);
            None
        }
        Dialog::Note(note) => Some(note::draw(theme, note, layout.screen, buffer)),
        Dialog::Prompt(prompt) => Some(prompt::draw(model, theme, prompt, layout.hints, buffer)),
        _ => None,
    }
}

/// Those that have rows to choose from.
fn with_rows(
    model: &Model,
    theme: &Theme,
    dialog: &Dialog,
    place: &Geometry,
    buffer: &mut Buffer,
) -> Option<Position> {
    match dialog {
        Dialog::Attach(attach) => {
            let by = model.session.settings.pictures;
            Some(attach::draw(theme, attach, by, place, buffer))
        }
        Dialog::ApiLog(log) => api_log::draw(model, theme, log, place, buffer),
        Dialog::Canned(canned) => Some(canned::draw(model, theme, canned, place, buffer)),
        Dialog::Choose(choose) => {
            choose::draw(theme, choose, place, buffer);
            None
        }
        Dialog::Commands(commands) => Some(commands::draw(model, theme, commands, place, buffer)),
        Dialog::Fill(fill) => Some(fill::draw(model, theme, fill, place, buffer)),
        Dialog::HandBack(dialog) => hand_back::draw(theme, dialog, place, buffer),
        Dialog::SignOff(dialog) => {
            sign_off::draw(model, theme, dialog, place, buffer);
            None
        }
        Dialog::Help(help) => Some(help::draw(model, theme, help, place, buffer)),
        Dialog::Page(page) => {
            page::draw(model, theme, page, place, buffer);
            None
        }
        Dialog::Jump(jump) => Some(jump::draw(theme, jump, place, buffer)),
        Dialog::Labels(labels) => Some(labels::draw(theme, labels, place, buffer)),
        Dialog::Search(search) => Some(search::draw(model, theme, search, place, buffer)),
        Dialog::Snooze(snooze) => snooze::draw(model, theme, snooze, place, buffer),
        Dialog::Note(_) | Dialog::Viewer(_) | Dialog::Picture(_) | Dialog::Prompt(_) => None,
    }
}
