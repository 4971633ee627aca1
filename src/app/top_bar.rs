//! The top line: the Page, the views with their counts, the link and the clock. Drawn
//! and clicked by the same places.

use crate::{
    app::Model,
    domain::{Link, View},
    text,
};

/// From this many columns on every view stands there by its name.
const ALL_VIEWS: usize = 60;
/// So many cells at least stand before the link.
const GAP: usize = 1;

/// What stands where.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TopBar {
    /// The Page's name, with its margins.
    pub page: String,
    /// The views by their number from 1, each with its words and margins, behind the
    /// Page.
    pub views: Vec<(usize, String)>,
    /// Replies that are not sent, if there are any.
    pub unsent: String,
    /// Link, budget of calls and clock, at the right end.
    pub right: String,
}

impl TopBar {
    /// As much as fits, the least important left out first.
    pub fn of(model: &Model) -> Self {
        let width = usize::from(model.session.size.0);
        let [full, clock, link, bare] = right(model);
        let unsent = match model.inbox.counts.unsettled {
            0 => String::new(),
            n => format!(" {n} unsent "),
        };
        let page = format!(" {} ", page(model));
        let way = |page: &str, views: Vec<(usize, String)>, right: &str| Self {
            page: page.to_owned(),
            views,
            unsent: unsent.clone(),
            right: right.to_owned(),
        };
        // A link that is well may go unsaid; one that is not, and a mode, may not.
        let well = matches!(
            model.session.account.link,
            Link::Polling | Link::Webhook | Link::Connecting
        );
        let quiet = well && model.session.storage.is_none() && modes(model).is_empty();
        // Widest first; each is built only if the one before it does not fit.
        let all: [&dyn Fn() -> Self; 8] = [
            &|| way(&page, named(model, 1), &full),
            &|| way(&page, named(model, 1), &clock),
            &|| way(&page, named(model, 0), &clock),
            &|| way("", named(model, 0), &link),
            &|| way("", named(model, 0), &bare),
            &|| way(&page, five(model), &clock),
            &|| way("", five(model), &link),
            &|| way("", five(model), &bare),
        ];
        let silent: &dyn Fn() -> Self = &|| way("", named(model, 0), "");
        let one: [&dyn Fn() -> Self; 4] = [
            &|| way(&page, shown(model), &clock),
            &|| way(&page, shown(model), &link),
            &|| way("", shown(model), &link),
            &|| way("", shown(model), &bare),
        ];
        let all = all.into_iter().chain(quiet.then_some(silent));
        all.filter(|_| width >= ALL_VIEWS)
            .chain(one)
            .map(|way| way())
            .find(|bar| bar.width() <= width)
            .unwrap_or_else(|| way("", shown(model), ""))
    }

    fn width(&self) -> usize {
        let views = self.views.iter().map(|(_, words)| text::width(words));
        let left = text::width(&self.page) + views.sum::<usize>() + text::width(&self.unsent);
        match self.right.as_str() {
            "" => left,
            right => left + GAP + text::width(right),
        }
    }

    /// The number of the view that stands at a column.
    pub fn view_at(&self, column: u16) -> Option<usize> {
        let column = usize::from(column).checked_sub(text::width(&self.page))?;
        let mut end = 0;
        let found = self.views.iter().find(|(_, words)| {
            end += text::width(words);
            column < end
        });
        found.map(|(number, _)| *number)
    }
}

fn page(model: &Model) -> &str {
    match model.session.account.name.as_str() {
        "" => "…",
        name => name,
    }
}

/// Every view by its name, with `more` cells on both sides.
fn named(model: &Model, more: usize) -> Vec<(usize, String)> {
    let margin = " ".repeat(more);
    let five = View::ALL.into_iter().map(|view| {
        let count = model.inbox.counts.by_view[view.index()];
        format!("{} {count}", view.label())
    });
    let saved = model.session.settings.views.iter().enumerate();
    let saved = saved.map(|(at, saved)| match model.inbox.saved {
        // How many others have nobody has counted.
        Some(shown) if shown == at => format!("{} {}", saved.name, model.inbox.total),
        _ => saved.name.clone(),
    });
    let words = five.chain(saved).zip(1..);
    words
        .map(|(words, number)| (number, format!("{margin} {number} {words} {margin}")))
        .collect()
}

/// The five, and the shown one.
fn five(model: &Model) -> Vec<(usize, String)> {
    let mut views = named(model, 0);
    let shown = number(model);
    views.retain(|(number, _)| *number <= View::ALL.len() || *number == shown);
    views
}

/// The shown view alone.
fn shown(model: &Model) -> Vec<(usize, String)> {
    let mut views = named(model, 0);
    let shown = number(model);
    views.retain(|(number, _)| *number == shown);
    views
}

/// The number of the shown view, from 1.
pub fn number(model: &Model) -> usize {
    match model.inbox.saved {
        Some(at) => View::ALL.len() + at + 1,
        None => model.inbox.view.index() + 1,
    }
}

/// What the shown view is called.
pub fn title(model: &Model) -> &str {
    let saved = model.inbox.saved;
    let saved = saved.and_then(|at| model.session.settings.views.get(at));
    saved.map_or(model.inbox.view.label(), |saved| saved.name.as_str())
}

/// Link, budget and clock, from rich to poor.
fn right(model: &Model) -> [String; 4] {
    let session = &model.session;
    let clock = session.now.local(&session.settings.zone);
    let clock = clock.strftime("%a %H:%M").to_string();
    let usage = session.account.usage;
    let usage = usage.map_or_else(String::new, |percent| format!("api {percent}%"));
    let modes = modes(model);
    let link = link_words(model);
    let short = link.split(" · ").next().unwrap_or_default().to_owned();
    let join = |parts: &[&str]| {
        let parts = parts.iter().copied().filter(|part| !part.is_empty());
        format!("{} ", parts.collect::<Vec<_>>().join("   "))
    };
    [
        join(&[modes, &link, &usage, &clock]),
        join(&[modes, &link, &clock]),
        join(&[modes, &link]),
        format!("{modes}{}{short} ", if modes.is_empty() { "" } else { " " }),
    ]
}

/// What the desk does not do, or hides. Who looks on sends nothing anyway.
fn modes(model: &Model) -> &'static str {
    let session = &model.session;
    let looks_on = matches!(session.account.link, Link::ReadOnly(_));
    match (session.settings.read_only && !looks_on, session.privacy) {
        (true, true) => "READ-ONLY   PRIVATE",
        (true, false) => "READ-ONLY",
        (false, true) => "PRIVATE",
        (false, false) => "",
    }
}

/// How the link to Meta is.
pub fn link_words(model: &Model) -> String {
    let session = &model.session;
    if session.storage.is_some() {
        return "CANNOT SAVE".into();
    }
    let read_at = session.account.read_at;
    let as_of = read_at.map(|at| format!(" · as of {}", session.moment(at)));
    match &session.account.link {
        Link::Connecting => format!("connecting…{}", as_of.unwrap_or_default()),
        link @ (Link::Polling | Link::Webhook) => {
            let way = match link {
                Link::Webhook => "webhook",
                _ => "polling",
            };
            match session.reading_back {
                Some(at) => format!("live · {way} · fetching {}", session.moment(at)),
                None => format!("live · {way}"),
            }
        }
        Link::Offline(_) => {
            let as_of = as_of.unwrap_or_else(|| " · showing the cache".into());
            format!("OFFLINE{as_of}")
        }
        Link::ReadOnly(_) => format!("LOOKING ON{}", as_of.unwrap_or_default()),
        Link::TokenRefused(_) => "TOKEN REFUSED".into(),
        Link::Throttled(until) => {
            let until = until.local(&session.settings.zone);
            format!("slowed down · until {}", until.strftime("%H:%M"))
        }
        Link::Broken(what) => format!("STOPPED: {what}"),
    }
}
