//! What is done to the desk itself: privacy, redraw, suspend, refresh.

use crate::{
    app::{Effect, Model, TerminalEffect, ToastKind},
    domain::Command,
};

pub(crate) fn privacy(model: &mut Model) -> Vec<Effect> {
    model.session.privacy = !model.session.privacy;
    let words = if model.session.privacy {
        "Privacy mode on: names and messages are hidden."
    } else {
        "Privacy mode off."
    };
    model.toast(ToastKind::Info, words);
    Vec::new()
}

pub(crate) fn refresh(model: &mut Model) -> Vec<Effect> {
    model.toast(ToastKind::Info, "Refreshing.");
    vec![Effect::Engine(Command::Refresh)]
}

pub(crate) fn redraw(_: &mut Model) -> Vec<Effect> {
    vec![Effect::Terminal(TerminalEffect::Redraw)]
}

pub(crate) fn suspend(_: &mut Model) -> Vec<Effect> {
    vec![Effect::Terminal(TerminalEffect::Suspend)]
}
