//! Where everything is: a pure function of the size and of what is open. Used
//! by paging, by the view and by the mouse.

use ratatui::layout::Rect;

use crate::app::{
    Focus, Model,
    areas::{Layout, too_small},
    settings::Shape,
};

/// From this many columns on there is a list beside the thread.
pub const TWO_PANES: u16 = 100;
/// From this many columns on there is a customer pane too.
pub const THREE_PANES: u16 = 120;
/// What went wrong has at most this many lines above the composer.
const NOTICE_LINES: u16 = 3;
/// The composer grows up to this many lines of text.
const COMPOSER_LINES: u16 = 8;

/// The places for the model as it is.
pub fn layout(model: &Model) -> Layout {
    let mut layout = panes(model);
    if let Some(area) = layout.thread.take() {
        split_thread(model, area, &mut layout);
    }
    layout
}

/// The panes beside each other; what goes with the thread is still in its place. Nothing
/// that was written is looked at.
pub(super) fn panes(model: &Model) -> Layout {
    let (width, height) = model.session.size;
    let screen = Rect::new(0, 0, width, height);
    let mut layout = Layout {
        screen,
        ..Layout::default()
    };
    if too_small(model.session.size) {
        return layout;
    }
    layout.status = Rect::new(0, 0, width, 1);
    layout.hints = Rect::new(0, height - 1, width, 1);
    let body = Rect::new(0, 1, width, height - 2);
    let (list, thread, customer) = columns(width, &model.session.settings.shape);
    if list == 0 {
        if model.focus == Focus::List || model.thread.is_none() {
            layout.list = Some(Rect {
                height: body.height - 2,
                ..body
            });
            layout.explain = Some(Rect {
                y: body.bottom() - 2,
                height: 2,
                ..body
            });
        } else {
            layout.thread = Some(body);
        }
        return layout;
    }
    layout.list = Some(Rect {
        width: list,
        ..body
    });
    layout.thread = Some(Rect {
        x: list,
        width: thread,
        ..body
    });
    if customer > 0 {
        layout.customer = Some(Rect {
            x: list + thread,
            width: customer,
            ..body
        });
    }
    layout
}

/// Widths of list, thread and customer pane; 0 for none.
fn columns(width: u16, shape: &Shape) -> (u16, u16, u16) {
    if width < TWO_PANES {
        (0, width, 0)
    } else if width < THREE_PANES {
        let list = width * 36 / 100;
        (list, width - list, 0)
    } else {
        let part = |percent: u16| u32::from(width) * u32::from(percent) / 100;
        let cells = |part: u32, least: u32, most: u32| {
            u16::try_from(part.clamp(least, most.max(least))).unwrap_or(0)
        };
        // By themselves the side panes do not grow beyond what they need.
        let most = |own: bool, most: u32| if own { u32::from(width) / 2 } else { most };
        let list = cells(part(shape.list), 35, most(shape.list != Shape::LIST, 60));
        let rest = u32::from(width.saturating_sub(list + 40));
        let customer = most(shape.customer != Shape::CUSTOMER, 44).min(rest);
        let customer = cells(part(shape.customer), 28, customer);
        (list, width - list - customer, customer)
    }
}

fn split_thread(model: &Model, area: Rect, layout: &mut Layout) {
    let Some(thread) = &model.thread else {
        layout.thread = Some(area);
        return;
    };
    let inner = area.width.saturating_sub(2);
    // The thread keeps at least three lines and its frame.
    let room = area.height.saturating_sub(5);
    let lines = |text: &str| {
        let lines = thread.wraps.lines(&text.into(), usize::from(inner)).len();
        u16::try_from(lines).unwrap_or(u16::MAX)
    };
    let notice = thread
        .notice()
        .map_or(0, |text| lines(&text).min(NOTICE_LINES).min(room));
    // What is asked is read whole, before anything else: Enter answers it.
    let asked = thread.question.as_ref();
    let asked = asked.map_or(0, |question| lines(&question.words));
    let notice = notice.max(asked.min(area.height.saturating_sub(3)));
    let shown = model.focus == Focus::Composer || !thread.composer.is_empty();
    let composer = if shown {
        let lines = thread.composer.height(inner).clamp(1, COMPOSER_LINES);
        (lines + thread.composer.head() + 2)
            .min(room.saturating_sub(notice))
            .max(3)
    } else {
        0
    };
    let top = area.height.saturating_sub(notice + composer);
    layout.thread = Some(Rect {
        height: top,
        ..area
    });
    if notice > 0 {
        layout.notice = Some(Rect {
            x: area.x + 1,
            y: area.y + top,
            width: inner,
            height: notice,
        });
    }
    if composer > 0 {
        layout.composer = Some(Rect {
            y: area.y + top + notice,
            height: composer,
            ..area
        });
    }
}
