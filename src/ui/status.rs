//! The top line, the bottom line and the short news.

use ratatui::{
    buffer::Buffer,
    layout::Rect,
    style::Style,
    text::{Line, Span},
    widgets::{Block, BorderType},
};

use crate::{
    app::{
        Focus, Model, ToastKind,
        action::table::Context,
        areas::Layout,
        input::hints,
        shows_continuations,
        top_bar::{self, TopBar},
    },
    domain::Link,
    text::{self, Clean},
    ui::{
        draw::{clear, framed, put, span, wrapped},
        theme::{Role, Theme},
    },
};

/// Page, views, link, budget and clock.
pub(super) fn bar(model: &Model, theme: &Theme, area: Rect, buffer: &mut Buffer) {
    let style = theme.style(Role::Status);
    buffer.set_style(area, style);
    let bar = TopBar::of(model);
    let mut spans = vec![span(bar.page, style.patch(theme.style(Role::Strong)))];
    let shown = top_bar::number(model);
    for (number, words) in bar.views {
        let style = match number == shown {
            true => style.patch(theme.style(Role::Selected)),
            false => style,
        };
        spans.push(span(words, style));
    }
    spans.push(span(bar.unsent, style.patch(theme.style(Role::Bad))));
    put(&spans, area, buffer);
    let link_role = match model.session.account.link {
        _ if model.session.storage.is_some() => Role::Bad,
        Link::Polling | Link::Webhook | Link::Connecting => Role::Status,
        Link::Throttled(_) | Link::ReadOnly(_) => Role::Warn,
        Link::Offline(_) | Link::TokenRefused(_) | Link::Broken(_) => Role::Bad,
    };
    let right_style = if link_role == Role::Status {
        style
    } else {
        theme.style(link_role).patch(style)
    };
    let right_width = u16::try_from(text::width(&bar.right))
        .unwrap_or(area.width)
        .min(area.width);
    let right_area = Rect {
        x: area.right() - right_width,
        width: right_width,
        ..area
    };
    put(&[span(bar.right, right_style)], right_area, buffer);
}

/// The keys that help right now, or what is wrong; `None` where a sequence of keys is half
/// typed, which takes several lines.
pub(super) fn bottom(model: &Model, theme: &Theme, area: Rect) -> Option<Line<'static>> {
    if shows_continuations(model) {
        return None;
    }
    let trouble = match (&model.session.storage, &model.session.account.link) {
        (Some(why), _) => Some(format!(
            "Cannot save: {why}. What you type is only on the screen."
        )),
        (None, Link::Offline(why)) => Some(format!("{why} Trying again.")),
        (None, Link::TokenRefused(why) | Link::Broken(why) | Link::ReadOnly(why)) => {
            Some(why.clone())
        }
        _ => None,
    };
    if let (Some(why), false) = (trouble, model.focus == Focus::Composer) {
        // What is wrong with the link stays readable until it is right again.
        let words = text::cut(
            &Clean::one_line(&format!(" {why}")),
            usize::from(area.width),
        );
        return Some(Line::from(span(words, theme.style(Role::Bad))));
    }
    let pairs: Vec<(String, String)> = match model.dialogs.last() {
        Some(dialog) => {
            let hints = dialog.modal().hints().iter();
            hints
                .map(|(key, words)| ((*key).to_owned(), (*words).to_owned()))
                .collect()
        }
        None => hints::shown(model)
            .into_iter()
            .map(|hint| (hint.key, hint.words.to_owned()))
            .collect(),
    };
    Some(pairs_line(&pairs, theme, area.width))
}

/// What may follow a half-typed sequence, a line each, above the bottom line.
pub(super) fn continuations(model: &Model, theme: &Theme, area: Rect, buffer: &mut Buffer) {
    let context = match model.focus {
        Focus::Composer => Context::Composer,
        Focus::List | Focus::Thread => Context::Desk,
    };
    let pending = &model.keys.pending;
    let typed: String = pending.iter().map(ToString::to_string).collect();
    let next = model
        .session
        .settings
        .keymap
        .continuations(context, pending);
    let height = u16::try_from(next.len()).unwrap_or(area.y).min(area.y);
    let list = Rect {
        y: area.y - height,
        height,
        ..area
    };
    clear(list, buffer);
    clear(area, buffer);
    for ((key, action), y) in next.iter().zip(list.y..list.bottom()) {
        let line = vec![
            span(format!(" {typed}{key}  "), theme.style(Role::Key)),
            span(action.spec().help, theme.style(Role::Text)),
        ];
        let row = Rect {
            y,
            height: 1,
            ..area
        };
        put(&line, row, buffer);
    }
    let words = format!(" {typed} …  Esc cancel");
    put(&[span(words, theme.style(Role::Dim))], area, buffer);
}

/// ` key words  key words`, as many as fit whole.
fn pairs_line(pairs: &[(String, String)], theme: &Theme, cells: u16) -> Line<'static> {
    let mut spans: Vec<Span<'static>> = Vec::new();
    let mut used = 0;
    for (key, words) in pairs {
        let width = usize::from(hints::width(key, words));
        if used + width > usize::from(cells) {
            break;
        }
        used += width;
        spans.push(span(format!(" {key}"), theme.style(Role::Key)));
        spans.push(span(format!(" {words} "), theme.style(Role::Dim)));
    }
    Line::from(spans)
}

/// Short news on the right, where it hides least: at the bottom of the list, at
/// the top of a thread, whose newest messages are at the bottom. Answers where it stands.
pub(super) fn toasts(
    model: &Model,
    theme: &Theme,
    layout: &Layout,
    buffer: &mut Buffer,
) -> Vec<Rect> {
    let mut drawn = Vec::new();
    let in_list = model.focus == Focus::List;
    let room = layout.thread.filter(|_| !in_list).unwrap_or(layout.screen);
    let widest = room.width.saturating_sub(2).min(64);
    // Below the frame's title: it says whose thread this is.
    let mut top = room.y + 1;
    let mut bottom = layout.explain.map_or(layout.hints.y, |area| area.y);
    for toast in model.toasts.iter().rev() {
        let role = match toast.kind {
            ToastKind::Info | ToastKind::Alert => Role::Text,
            ToastKind::Good => Role::Good,
            ToastKind::Warn => Role::Warn,
            ToastKind::Bad => Role::Bad,
        };
        let title = match toast.kind {
            ToastKind::Info | ToastKind::Good | ToastKind::Alert => "",
            ToastKind::Warn => " not now ",
            ToastKind::Bad => " problem ",
        };
        let lines = text::wrap(
            &toast.text.as_str().into(),
            usize::from(widest.saturating_sub(4)),
        );
        let longest = lines
            .iter()
            .map(|line| text::width(line))
            .max()
            .unwrap_or(0);
        let width = u16::try_from(longest.max(title.len()) + 4)
            .unwrap_or(widest)
            .min(widest);
        let height = u16::try_from(lines.len()).unwrap_or(5).min(5) + 2;
        if top + height > bottom {
            break;
        }
        let y = if in_list { bottom - height } else { top };
        let area = Rect {
            x: room.right() - width - 1,
            y,
            width,
            height,
        };
        drawn.push(area);
        clear(area, buffer);
        let block = Block::bordered()
            .border_type(BorderType::Rounded)
            .border_style(theme.style(role))
            .style(Style::default());
        let title = Line::from(span(title, theme.style(role)));
        let inner = framed(title, block, area, buffer);
        let inner = Rect {
            x: inner.x + 1,
            width: inner.width.saturating_sub(2),
            ..inner
        };
        wrapped(&toast.text, theme.style(role), inner, buffer);
        if in_list {
            bottom -= height;
        } else {
            top += height;
        }
    }
    drawn
}
