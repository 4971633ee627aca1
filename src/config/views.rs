//! `[[views]]`: views of the agent's own beside the five.

use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

use super::reader::Mistakes;
use crate::domain::{ListOrder, Platform, SavedView, View};

/// What a saved view may narrow.
const VIEWS: [(&str, View); 5] = [
    ("needs_me", View::NeedsMe),
    ("mine", View::Mine),
    ("bot", View::Bot),
    ("closing", View::Closing),
    ("all", View::All),
];
const ORDERS: [(&str, ListOrder); 3] = [
    ("deadline", ListOrder::Deadline),
    ("newest", ListOrder::Newest),
    ("waiting", ListOrder::Waiting),
];
const CHANNELS: [(&str, Platform); 2] = [
    ("messenger", Platform::Messenger),
    ("instagram", Platform::Instagram),
];

/// Reads all of them.
pub(super) fn views(value: Spanned<DeValue<'_>>, mistakes: &mut Mistakes<'_>) -> Vec<SavedView> {
    let at = value.span().start;
    let DeValue::Array(tables) = value.into_inner() else {
        mistakes.at(at, "write each view as a [[views]] of its own".into());
        return Vec::new();
    };
    let mut views: Vec<SavedView> = Vec::new();
    for table in tables {
        let at = table.span().start;
        let view = view(mistakes.table_of(table), mistakes);
        if view.name.trim().is_empty() {
            mistakes.at(at, "this view needs a name".into());
        } else if views.iter().any(|known| known.name == view.name) {
            mistakes.at(at, format!("another view is called {:?}, too", view.name));
        }
        views.push(view);
    }
    views
}

fn view(table: DeTable<'_>, mistakes: &mut Mistakes<'_>) -> SavedView {
    let mut view = SavedView {
        view: View::All,
        ..SavedView::default()
    };
    for (key, value) in table {
        match key.get_ref().as_ref() {
            "name" => view.name = mistakes.text_of(&value).unwrap_or_default(),
            "view" => {
                let chosen = mistakes.choice_of("view", &value, &VIEWS);
                view.view = chosen.unwrap_or(View::All);
            }
            "filter" => view.filter = mistakes.text_of(&value).unwrap_or_default(),
            "label" => {
                // As the desk keeps them.
                let label = mistakes.text_of(&value).map(|l| l.trim().to_lowercase());
                if label.as_deref() == Some("") {
                    mistakes.at(value.span().start, "label needs a name".into());
                }
                view.narrow.label = label;
            }
            "channel" => view.narrow.platform = mistakes.choice_of("channel", &value, &CHANNELS),
            "order" => {
                let chosen = mistakes.choice_of("order", &value, &ORDERS);
                view.narrow.order = chosen.unwrap_or_default();
            }
            other => mistakes.at(
                key.span().start,
                format!("[[views]] has no option called {other:?}"),
            ),
        }
    }
    view
}
