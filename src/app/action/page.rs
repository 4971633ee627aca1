//! What the Page shows before anybody writes: read, edited as a file, written.

use crate::{
    app::{
        Effect, Model, TerminalEffect, ToastKind,
        dialog::{Dialog, EditedProfile, PageDialog},
        model::PageProfileState,
    },
    domain::{Command, PageProfile, Platform, Tree},
};

/// Shows it; it is asked for once.
pub(crate) fn show(model: &mut Model) -> Vec<Effect> {
    let known = &model.session.page_profiles;
    let unread = known[Platform::Messenger].is_unread();
    let dialog = PageDialog::of(Platform::Messenger, known);
    model.dialogs.push(Dialog::Page(dialog));
    match unread {
        true => vec![Effect::Engine(Command::ReadProfile(Platform::Messenger))],
        false => Vec::new(),
    }
}

/// It was read or written, or not.
pub(crate) fn came(model: &mut Model, profile: PageProfile) {
    let platform = profile.platform;
    let good = profile.properties.is_ok();
    let before = model.session.page_profiles[profile.platform]
        .properties
        .take();
    let (properties, trouble) = match profile.properties {
        Ok(properties) => (Some(properties), None),
        Err(why) => (before, Some(why)),
    };
    model.session.page_profiles[profile.platform] = PageProfileState {
        properties,
        trouble,
        calls_left: profile.calls_left,
        next_at: profile.next_at,
    };
    let known = model.session.page_profiles.clone();
    for dialog in &mut model.dialogs {
        if let Dialog::Page(page) = dialog {
            page.came(platform, good, &known);
        }
    }
}

/// Gives it to the person's editor: as it was left there, or as Meta has it.
pub(crate) fn edit(platform: Platform, text: Option<String>, properties: Tree) -> Vec<Effect> {
    vec![Effect::Terminal(TerminalEffect::EditProfile {
        platform,
        text,
        properties,
    })]
}

/// The editor is done.
pub(crate) fn edited(
    model: &mut Model,
    platform: Platform,
    edited: Result<EditedProfile, String>,
) -> Vec<Effect> {
    let edited = match edited {
        Ok(edited) => edited,
        Err(why) => {
            model.toast(ToastKind::Bad, why);
            return Vec::new();
        }
    };
    let known = model.session.page_profiles.clone();
    for dialog in &mut model.dialogs {
        if let Dialog::Page(page) = dialog
            && page.platform == platform
        {
            page.edited(edited.clone(), &known);
        }
    }
    Vec::new()
}
