//! What goes out behind the text?

use ratatui::{
    buffer::Buffer,
    layout::{Position, Rect},
};

use crate::{
    app::{
        dialog::{
            Attach, AttachLine,
            geometry::{self, Geometry},
        },
        pictures::{ShownPicture, cells},
        settings::PicturesBy,
        thread::{part_words, size},
    },
    text::{self, Clean},
    ui::{
        dialog::frame::{boxed, input_line, nothing, rows},
        draw::span,
        picture,
        theme::{Role, Theme},
    },
};

pub(super) fn draw(
    theme: &Theme,
    attach: &Attach,
    by: PicturesBy,
    place: &Geometry,
    buffer: &mut Buffer,
) -> Position {
    let media = attach.media().map(|content| content.parts());
    let part = media.as_ref().and_then(|parts| parts.first());
    let title = match (&attach.file, part) {
        (_, Some(part)) => format!("Enter to attach {}", Clean::one_line(&part_words(part))),
        (Some(file), None) => format!(
            "Enter to attach {} ({}, {})",
            Clean::one_line(&file.name),
            file.word(),
            size(file.bytes)
        ),
        (None, None) => "attach: a path (Tab completes), an address, or sent before".to_owned(),
    };
    let title = text::cut(&title, usize::from(place.frame.width).saturating_sub(4));
    let inner = boxed(&title, place.frame, theme, buffer);
    let cursor = input_line("file ", &attach.input, theme, inner, buffer);
    let lines = attach.lines();
    if lines.is_empty() {
        let words = match &attach.answered {
            _ if attach.file.is_some() || part.is_some() => "",
            Some(_) => " no match",
            None => " a path, such as ~/Pictures/lamp.jpg",
        };
        nothing(words, theme, place, buffer);
    }
    let width = usize::from(inner.width);
    let lines = lines.iter().map(|line| match line {
        AttachLine::Sent(media) => {
            let bytes = media.bytes.map(|bytes| format!(" · {}", size(bytes)));
            let words = format!(
                " [{}] {}{}, sent before",
                media.word(),
                Clean::one_line(&media.name),
                bytes.unwrap_or_default()
            );
            vec![span(text::cut(&words, width), theme.style(Role::Part))]
        }
        AttachLine::Path(path) => {
            let role = match path.ends_with('/') {
                true => Role::Strong,
                false => Role::Text,
            };
            let words = text::cut(&format!(" {}", &*Clean::one_line(path)), width);
            vec![span(words, theme.style(role))]
        }
    });
    rows(lines.collect(), place, theme, buffer);
    if let Some(bitmap) = attach.shown() {
        let below = Rect {
            y: place.rows.bottom(),
            height: inner.bottom().saturating_sub(place.rows.bottom()),
            ..inner
        };
        let cells = cells(bitmap, (below.width, below.height));
        let shown = ShownPicture {
            number: 0,
            bitmap: bitmap.clone(),
            cells,
            sent: false,
        };
        let centre = geometry::centred(cells, below);
        picture::whole(&shown, cells, by, centre, buffer);
    }
    cursor
}
