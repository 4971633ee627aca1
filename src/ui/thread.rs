//! The open thread.

use ratatui::{buffer::Buffer, layout::Rect, text::Line};

use crate::{
    app::{
        Focus, Model, Thread, Viewport,
        action::table::{Action, Context},
        areas::inside,
        pictures::Pictures,
        settings::{Depth, PicturesBy},
        thread::{Rule, ThreadLine, ThreadPane, Tone, Voice},
        tour::STEPS,
    },
    domain::{PictureNumber, ThreadOwner},
    text::{self, Clean},
    ui::{
        draw::{frame, framed, lines, marked, put, span, title_style, whole, wrapped},
        picture,
        theme::{Role, Theme},
    },
};

pub(super) fn draw(model: &Model, theme: &Theme, area: Rect, buffer: &mut Buffer) {
    let focused = model.focus == Focus::Thread;
    let Some(thread) = &model.thread else {
        let inner = framed(Line::default(), frame(focused, theme), area, buffer);
        welcome(model, theme, inner, buffer);
        return;
    };
    let Some(pane) = ThreadPane::inside(model, inside(area)) else {
        return;
    };
    let view = pane.viewport();
    let (older, newer) = (thread.window.older as usize, thread.window.newer as usize);
    let last = older + view.lines.last().map_or(0, |line| line.at + 1);
    let count = older + thread.window.items.len() + newer;
    let more = if thread.window.older_remote { "+" } else { "" };
    let at_end = view.extent.at_bottom && newer == 0;
    let below = if at_end { "" } else { "↓ " };
    let position = format!(" {below}{last}/{count}{more} ");
    let title = text::cut(
        &title(model, thread),
        usize::from(area.width.saturating_sub(4)),
    );
    let title = Line::from(span(title, title_style(focused, theme)));
    let block = frame(focused, theme)
        .title_bottom(Line::from(span(position, theme.style(Role::Dim))).right_aligned());
    let inner = framed(title, block, area, buffer);
    if thread.window.items.is_empty() {
        let words = if thread.window.is_loaded() {
            "No messages yet."
        } else {
            "Loading…"
        };
        wrapped(words, theme.style(Role::Dim), inner, buffer);
        return;
    }
    let at_hand = meant(model, &pane).filter(|_| focused);
    let by = model.session.settings.pictures;
    let cut = match by {
        PicturesBy::Iterm2 => cut_pictures(&view),
        _ => Vec::new(),
    };
    for (y, line) in pane.rows(view) {
        let find = match is_message(thread, line.at) {
            true => thread.find.as_str(),
            false => "",
        };
        let at_hand = Some(line.at) == at_hand;
        draw_line(
            theme,
            &line,
            &Manner {
                gutter: pane.gutter(),
                find,
                at_hand,
                pictures: &model.pictures,
                by,
                cut: &cut,
            },
            Rect {
                y,
                height: 1,
                ..inner
            },
            buffer,
        );
        let columns = model
            .mouse
            .selection
            .and_then(|s| s.columns(y, inner, pane.gutter()));
        if let Some((from, to)) = columns {
            let selected = Rect {
                x: from,
                y,
                width: to - from + 1,
                height: 1,
            };
            buffer.set_style(selected, theme.style(Role::Selected));
        }
    }
}

/// The message that an action would be about: the selected one; and once the first key
/// of *copy* is pressed, the one that would be copied.
fn meant(model: &Model, pane: &ThreadPane<'_>) -> Option<usize> {
    let pending = &model.keys.pending;
    let keymap = &model.session.settings.keymap;
    let copying = !pending.is_empty()
        && keymap
            .continuations(Context::Desk, pending)
            .iter()
            .any(|(_, action)| *action == Action::CopyText);
    match copying {
        true => pane.at_hand(),
        false => pane.thread.selected_place(),
    }
}

fn is_message(thread: &Thread, at: usize) -> bool {
    let item = thread.window.items.get(at);
    matches!(item, Some(crate::domain::Item::Message(_)))
}

fn title(model: &Model, thread: &Thread) -> String {
    let c = &thread.conversation;
    let owner = match &c.owner {
        _ if c.control_lapsed(model.server_now()) => "control lapsed".to_owned(),
        ThreadOwner::Us => "held by us".to_owned(),
        ThreadOwner::Unknown => match model.routing(c.platform) {
            crate::domain::Routing::ZeroConfig => "no routing: everyone may reply".into(),
            _ => "holder unknown".into(),
        },
        other => format!("held by {}", model.owner_words(other)),
    };
    format!(
        " {} · {} · {owner} ",
        Clean::one_line(&c.display_name()),
        c.platform.word()
    )
}

/// How a line is drawn besides what it says.
struct Manner<'a> {
    /// Cells before the text.
    gutter: u16,
    /// What is looked for in it.
    find: &'a str,
    /// It is about to be copied.
    at_hand: bool,
    /// Pictures, and how they are drawn.
    pictures: &'a Pictures,
    by: PicturesBy,
    /// Those that are not whole on the screen.
    cut: &'a [PictureNumber],
}

fn draw_line(
    theme: &Theme,
    line: &ThreadLine,
    manner: &Manner<'_>,
    area: Rect,
    buffer: &mut Buffer,
) {
    let gutter = manner.gutter;
    match line {
        ThreadLine::Rule { words, rule } => draw_rule(theme, words, rule, area, buffer),
        ThreadLine::Text { time, who, pieces } => {
            let time = time.as_deref().unwrap_or_default();
            let name = who.as_ref().map_or("", |who| &who.name);
            let voice = who.as_ref().map_or(Voice::Event, |who| who.voice);
            let room = usize::from(gutter).saturating_sub(5 + 3);
            let (bar, bar_role) = match manner.at_hand {
                true => (" ▌ ", Role::Key),
                false => (" │ ", Role::Frame),
            };
            let before = vec![
                span(text::fit(time, 5), theme.style(Role::Dim)),
                span(text::fit_right(name, room), theme.style(voice_role(voice))),
                span(bar, theme.style(bar_role)),
            ];
            let before_text = Rect {
                width: gutter.min(area.width),
                ..area
            };
            put(&before, before_text, buffer);
            let mut spans = Vec::with_capacity(pieces.len());
            for (tone, words) in pieces {
                let style = theme.style(role(*tone));
                match manner.find {
                    "" => spans.push(whole(words, style)),
                    find => spans.extend(marked(words, style, find)),
                }
            }
            let text = Rect {
                x: area.x + gutter,
                width: area.width.saturating_sub(gutter),
                ..area
            };
            put(&spans, text, buffer);
            draw_pictures(pieces, manner, text, buffer);
        }
    }
}

/// The lines of pictures among the pieces of a line.
fn draw_pictures(pieces: &[(Tone, Clean)], manner: &Manner<'_>, area: Rect, buffer: &mut Buffer) {
    let mut left = 0;
    for (tone, words) in pieces {
        let width = u16::try_from(text::width(words)).unwrap_or(u16::MAX);
        if let Tone::Picture(line) = tone
            && let Some(shown) = manner.pictures.numbered(line.number)
        {
            let place = Rect {
                x: area.x.saturating_add(left),
                width: area.width.saturating_sub(left).min(width),
                ..area
            };
            let by = match manner.cut.contains(&line.number) {
                true => PicturesBy::Blocks(Depth::Full),
                false => manner.by,
            };
            picture::line(shown, line.row, line.cells, by, place, buffer);
        }
        left = left.saturating_add(width);
    }
}

/// Pictures of which only a part is on the screen: iTerm2 draws whole ones alone.
fn cut_pictures(view: &Viewport) -> Vec<PictureNumber> {
    let lines = view.lines.iter().filter_map(|line| match &**line {
        ThreadLine::Text { pieces, .. } => pieces.iter().find_map(|(tone, _)| match tone {
            Tone::Picture(line) => Some(line),
            _ => None,
        }),
        ThreadLine::Rule { .. } => None,
    });
    let mut seen: Vec<(PictureNumber, u16, u16)> = Vec::new();
    for line in lines {
        match seen.iter_mut().find(|(number, ..)| *number == line.number) {
            Some((_, rows, _)) => *rows += 1,
            None => seen.push((line.number, 1, line.cells.1)),
        }
    }
    let cut = seen.into_iter().filter(|(_, rows, all)| rows < all);
    cut.map(|(number, ..)| number).collect()
}

/// A day, what is new, or something that happened: its time where all times stand.
fn draw_rule(theme: &Theme, words: &str, rule: &Rule, area: Rect, buffer: &mut Buffer) {
    let (time, line, said) = match rule {
        Rule::Day => ("", Role::Frame, Role::Dim),
        Rule::New => ("", Role::Warn, Role::Warn),
        Rule::Event(time) => (time.as_str(), Role::Frame, Role::Event),
    };
    let words = format!(" {words} ");
    let before = text::width(time) + usize::from(!time.is_empty());
    let room = usize::from(area.width).saturating_sub(before + text::width(&words));
    let spans = vec![
        span(text::fit(time, before), theme.style(Role::Dim)),
        span("─".repeat(room / 2), theme.style(line)),
        span(words, theme.style(said)),
        span("─".repeat(room - room / 2), theme.style(line)),
    ];
    put(&spans, area, buffer);
}

fn voice_role(voice: Voice) -> Role {
    match voice {
        Voice::Customer => Role::Customer,
        Voice::Bot => Role::Bot,
        Voice::Us => Role::Me,
        Voice::Colleague => Role::Colleague,
        Voice::Page => Role::Page,
        Voice::Note => Role::Note,
        Voice::Event => Role::Event,
    }
}

pub(super) fn role(tone: Tone) -> Role {
    match tone {
        Tone::Said => Role::Text,
        Tone::Dim => Role::Dim,
        Tone::Part => Role::Part,
        Tone::Event => Role::Event,
        Tone::Note => Role::Note,
        Tone::Bad => Role::Bad,
        Tone::Warn => Role::Warn,
        Tone::Good => Role::Good,
        Tone::Picture(_) => Role::Text,
    }
}

/// What stands there while no thread is open: the tour, until it is over, else what the
/// first keys are.
fn welcome(model: &Model, theme: &Theme, area: Rect, buffer: &mut Buffer) {
    let tour = model.tour.as_ref().filter(|tour| !tour.is_over());
    let rows = match tour {
        Some(_) => tour_lines(model, theme),
        None => first_keys(model, theme),
    };
    let top = area.height / 3;
    let place = Rect {
        y: area.y + top,
        height: area.height - top,
        ..area
    };
    lines(rows, place, buffer);
}

fn first_keys(model: &Model, theme: &Theme) -> Vec<Line<'static>> {
    let key = |action| model.session.settings.keymap.key_of(action);
    let rows = [
        (key(Action::Open), "open the selected conversation"),
        (key(Action::Reply), "reply: take, mark seen, show typing"),
        (key(Action::NextWaiting), "open the next waiting customer"),
        (key(Action::Jump), "jump to a person by name"),
        (key(Action::Help), "all keys"),
    ];
    rows.into_iter()
        .map(|(key, words)| {
            Line::from(vec![
                span(text::fit_right(&key, 12), theme.style(Role::Key)),
                span(format!("  {words}"), theme.style(Role::Dim)),
            ])
        })
        .collect()
}

/// The five things to try, ticked as they are done, each with its keys below.
pub(super) fn tour_lines(model: &Model, theme: &Theme) -> Vec<Line<'static>> {
    let Some(tour) = &model.tour else {
        return Vec::new();
    };
    let title = match tour.is_over() {
        true => " That was the tour. Have a look around; ? lists all keys.",
        false => " Five things to try:",
    };
    let mut rows = vec![Line::from(span(title, theme.style(Role::Strong)))];
    for step in STEPS {
        let (mark, role) = match tour.is_done(step) {
            true => ("✓", Role::Good),
            false => (" ", Role::Text),
        };
        rows.push(Line::from(vec![
            span(format!(" [{mark}] "), theme.style(role)),
            span(step.words(), theme.style(role)),
        ]));
        if !tour.is_done(step) {
            let keys = format!("     {}", step.keys(&model.session.settings.keymap));
            rows.push(Line::from(span(keys, theme.style(Role::Key))));
        }
    }
    rows
}
