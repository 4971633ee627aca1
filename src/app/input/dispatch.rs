//! From a key to whoever takes it: the top dialog, the composer, or the action
//! that it means.

use crate::{
    app::{
        Effect, Focus, Model, ToastKind,
        action::{
            attach,
            intent::take_step,
            reply::compose,
            run::run,
            table::{Action, Context},
        },
        areas::too_small,
        composer::{Mode, Took},
        input::keymap::{Code, Key, Meaning},
    },
    text::Clean,
};

pub(crate) fn key_pressed(model: &mut Model, key: Key) -> Vec<Effect> {
    if too_small(model.session.size) && key != Key::ctrl('c') {
        return Vec::new();
    }
    if !model.dialogs.is_empty() {
        return to_dialog(model, key);
    }
    let context = if model.focus == Focus::Composer {
        Context::Composer
    } else {
        Context::Desk
    };
    if context == Context::Composer && model.keys.pending.is_empty() {
        if let Some(effects) = vim(model, key) {
            return effects;
        }
        // A key that is text means its action only where a text begins.
        let begun = model.thread.as_ref().is_some_and(|t| t.composer.has_text());
        if begun && key.text().is_some() {
            return compose(model, |composer| composer.key(key));
        }
    }
    model.keys.pending.push(key);
    let keymap = &model.session.settings.keymap;
    let meaning = keymap.meaning(context, &model.keys.pending);
    let sequence_broken = model.keys.pending.len() > 1 && meaning == Meaning::Nothing;
    match meaning {
        Meaning::Prefix => {
            model.keys.pending_since = model.session.now;
            return Vec::new();
        }
        Meaning::Action(action) => {
            model.keys.pending.clear();
            return run(model, action);
        }
        Meaning::Nothing => model.keys.pending.clear(),
    }
    if sequence_broken && key.code == Code::Esc {
        // Esc forgets the sequence, and no more.
        return Vec::new();
    }
    if sequence_broken {
        // The key that broke a sequence still counts by itself.
        return key_pressed(model, key);
    }
    if context == Context::Composer {
        return compose(model, |composer| composer.key(key));
    }
    if key.text().is_some() {
        let help = model.session.settings.keymap.key_of(Action::Help);
        model.toast(
            ToastKind::Info,
            format!("{key} is not bound here. {help} shows the keys"),
        );
    }
    Vec::new()
}

/// A key of a burst is no typing. Where text goes it is text, and Enter a new line
/// (nothing in a field of one line); elsewhere it does what keys do, but reaches
/// nobody and never leaves the program.
pub(crate) fn burst_of_keys(model: &mut Model, key: Key) -> Vec<Effect> {
    let text = key.text().map(|c| c.to_string());
    if let Some(top) = model.dialogs.last_mut() {
        let field = top.modal_mut().takes_words();
        let shows = top.modal_mut().only_shows();
        return match text {
            Some(text) if field => pasted(model, &text),
            Some(_) if shows => to_dialog(model, key),
            None if key.code != Code::Enter => to_dialog(model, key),
            None if field => Vec::new(),
            _ => {
                let words = "That looked like a paste and was ignored. Press one key to answer.";
                model.toast(ToastKind::Warn, words);
                Vec::new()
            }
        };
    }
    if model.focus == Focus::Composer {
        let text = text.or_else(|| match key.code {
            Code::Enter => Some("\n".into()),
            Code::Tab => Some("\t".into()),
            _ => None,
        });
        let thread = model.thread.as_ref();
        let writes = thread.is_some_and(|thread| thread.composer.mode == Mode::Insert);
        return match text {
            Some(text) if writes => compose(model, |composer| composer.insert(&text)),
            Some(_) if key.code == Code::Enter => Vec::new(),
            _ => key_pressed(model, key),
        };
    }
    let mut pending = model.keys.pending.clone();
    pending.push(key);
    let keymap = &model.session.settings.keymap;
    let meaning = match keymap.meaning(Context::Desk, &pending) {
        Meaning::Nothing => keymap.meaning(Context::Desk, &[key]),
        meaning => meaning,
    };
    match meaning {
        Meaning::Action(action) if action.harms_by_mistake() => {
            model.keys.pending.clear();
            let name = action.spec().name.replace('_', " ");
            let key = keymap.key_of(action);
            let words = format!(
                "That looked like a paste, so \"{name}\" was skipped. Press {key} on its own."
            );
            model.toast(ToastKind::Warn, words);
            Vec::new()
        }
        _ => key_pressed(model, key),
    }
}

/// Gives a key to the top dialog.
pub(crate) fn to_dialog(model: &mut Model, key: Key) -> Vec<Effect> {
    let Some(mut top) = model.dialogs.pop() else {
        return Vec::new();
    };
    let step = if key == Key::ctrl('c') {
        top.modal_mut().cancel()
    } else {
        top.modal_mut().key(&model.session, key)
    };
    take_step(model, top, step)
}

/// Keys as vi has them, if somebody wants that.
fn vim(model: &mut Model, key: Key) -> Option<Vec<Effect>> {
    if !model.session.settings.vim {
        return None;
    }
    let mut took = Took::Nothing;
    let effects = compose(model, |composer| {
        took = composer.vim(key);
        matches!(took, Took::Changed)
    });
    (!matches!(took, Took::Nothing)).then_some(effects)
}

/// Pasted text is never a key: it goes where text goes.
pub(crate) fn pasted(model: &mut Model, text: &str) -> Vec<Effect> {
    if let Some(top) = model.dialogs.last_mut() {
        if !top.modal_mut().takes_words() {
            return Vec::new();
        }
        let words = Clean::one_line(text);
        let keys = words.chars().map(|c| Key::plain(Code::Char(c)));
        return keys.flat_map(|key| to_dialog(model, key)).collect();
    }
    if model.focus == Focus::Composer {
        let mut effects = compose(model, |composer| composer.insert(text));
        effects.extend(attach::pasted(text));
        return effects;
    }
    let key = model.session.settings.keymap.key_of(Action::Reply);
    let words = format!("Paste works in the composer. {key} opens it");
    model.toast(ToastKind::Info, words);
    Vec::new()
}
