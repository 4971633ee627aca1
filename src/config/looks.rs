//! How the desk looks: the theme and `[layout]`.

use toml::{Spanned, de::DeValue};

use super::{paths, reader::Mistakes};
use crate::{
    app::settings::{Column, Shape},
    text,
    ui::{THEMES, Theme},
};

/// A theme by its name, or a file of one's own.
pub(super) fn theme(value: &Spanned<DeValue<'_>>, mistakes: &mut Mistakes<'_>) -> Option<Theme> {
    let at = value.span().start;
    let name = mistakes.text_of(value)?;
    if let Some(theme) = Theme::named(&name) {
        return Some(theme);
    }
    let names: Vec<&str> = THEMES.iter().map(|(name, _)| *name).collect();
    let names = names.join(", ");
    if !name.ends_with(".toml") {
        mistakes.at(
            at,
            format!("no theme called {name:?}; choose from {names}, or a .toml file of your own"),
        );
        return None;
    }
    let path = paths::expand(&name);
    let text = match text::read(&path) {
        Ok(text) => text,
        Err(why) => {
            mistakes.at(
                at,
                format!("cannot read the theme {}: {why}", path.display()),
            );
            return None;
        }
    };
    match Theme::parse(&text) {
        Ok(theme) => Some(theme),
        Err(wrong) => {
            for (byte, why) in wrong {
                let before = text.get(..byte).unwrap_or(&text);
                let line = before.matches('\n').count() + 1;
                let words = format!("the theme {}, line {line}: {why}", path.display());
                mistakes.at(at, words);
            }
            None
        }
    }
}

/// `[layout]`.
pub(super) fn shape(value: Spanned<DeValue<'_>>, mistakes: &mut Mistakes<'_>) -> Shape {
    let mut shape = Shape::default();
    for (key, value) in mistakes.table_of(value) {
        let mut percent = |what: &mut u16| {
            let words = "a percentage of the width";
            if let Some(percent) = mistakes.number_of(&value, 15..=60, words) {
                *what = u16::try_from(percent).unwrap_or(*what);
            }
        };
        match key.get_ref().as_ref() {
            "list" => percent(&mut shape.list),
            "customer" => percent(&mut shape.customer),
            "columns" => {
                let names = mistakes.texts_of(&value);
                let mut columns = Vec::new();
                for name in names {
                    match Column::named(&name) {
                        Some(column) if !columns.contains(&column) => columns.push(column),
                        Some(_) => mistakes.at(value.span().start, format!("{name:?} twice")),
                        None => {
                            let all: Vec<&str> = Column::ALL.iter().map(|c| c.name()).collect();
                            let all = all.join(", ");
                            let words = format!("no column called {name:?}; choose from {all}");
                            mistakes.at(value.span().start, words);
                        }
                    }
                }
                if columns.is_empty() {
                    mistakes.at(value.span().start, "name at least one column".into());
                } else {
                    shape.columns = columns;
                }
            }
            other => {
                let words = format!("[layout] has no option called {other:?}");
                mistakes.at(key.span().start, words);
            }
        }
    }
    shape
}
