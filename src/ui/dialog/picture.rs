//! A picture on the whole screen.

use ratatui::{buffer::Buffer, layout::Rect};

use crate::{
    app::{
        Model,
        dialog::{PictureView, geometry},
        pictures::{PictureState, cells, large_room},
    },
    text,
    ui::{
        dialog::frame::boxed,
        draw::wrapped,
        picture,
        theme::{Role, Theme},
    },
};

pub(super) fn draw(
    model: &Model,
    theme: &Theme,
    view: &PictureView,
    screen: Rect,
    buffer: &mut Buffer,
) {
    let name = view.pictures.get(view.at).map_or("", |(_, name)| name);
    let title = match view.pictures.len() {
        1 => name.to_owned(),
        count => format!("{name} ({} of {count})", view.at + 1),
    };
    let room = usize::from(screen.width).saturating_sub(8);
    let title = text::cut(&text::Clean::one_line(&title), room);
    let failed = matches!(model.pictures.large, Some((_, PictureState::Failed(_))));
    let area = match failed {
        true => geometry::centred((72.min(screen.width - 4), 5), screen),
        // All but the top line and the hints.
        false => Rect {
            y: screen.y + 1,
            height: screen.height.saturating_sub(2),
            ..screen
        },
    };
    let inner = boxed(&title, area, theme, buffer);
    let say = |words: &str, role, buffer: &mut Buffer| {
        wrapped(words, theme.style(role), inner, buffer);
    };
    match &model.pictures.large {
        Some((_, PictureState::Shown(_))) if model.session.privacy => {
            say("(hidden in privacy mode)", Role::Dim, buffer);
        }
        Some((_, PictureState::Shown(shown))) => {
            let (columns, rows) = large_room(model.session.size);
            let most = (columns.min(inner.width), rows.min(inner.height));
            let fits = shown.cells.0 <= most.0 && shown.cells.1 <= most.1;
            let cells = match fits {
                true => shown.cells,
                false => cells(&shown.bitmap, most),
            };
            let place = geometry::centred(cells, inner);
            picture::whole(shown, cells, model.session.settings.pictures, place, buffer);
        }
        Some((_, PictureState::Failed(why))) => say(why, Role::Warn, buffer),
        Some((_, PictureState::Asked)) | None => say("Loading…", Role::Dim, buffer),
    }
}
