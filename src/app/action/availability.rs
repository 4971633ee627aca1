//! Why an action cannot be done now, told from the columns of the table. What
//! help greys out, what the hint line leaves out and what a key answers all come
//! from here.

use crate::{
    app::{
        Model,
        action::{
            react,
            table::{Action, ActionSpec, Need, Reach},
        },
    },
    domain::{Conversation, Link, Platform, ReplyAs, Routing, ThreadOwner},
};

/// Why an action cannot be done now, and what to do about it.
pub fn why_not(model: &Model, action: Action) -> Option<String> {
    let spec = action.spec();
    if !spec.needs.contains(&Need::Row) {
        return None;
    }
    match model.subject() {
        Some(subject) => why_not_for(model, spec, subject),
        None => Some("No conversation is selected.".into()),
    }
}

/// Why an action cannot be done to this conversation now.
pub(crate) fn why_not_for(
    model: &Model,
    spec: &ActionSpec,
    subject: &Conversation,
) -> Option<String> {
    let unmet = |need: &Need| unmet(model, *need, subject);
    out_of_reach(model, spec.reach).or_else(|| spec.needs.iter().find_map(unmet))
}

/// A read-only desk sends nothing; one beside another program keeps nothing
/// either.
fn out_of_reach(model: &Model, reach: Reach) -> Option<String> {
    if !model.session.settings.read_only {
        return None;
    }
    match (reach, &model.session.account.link) {
        (Reach::View, _) => None,
        (_, Link::ReadOnly(why)) => Some(why.clone()),
        (Reach::Desk, _) => None,
        (Reach::Meta, _) => Some("This desk is read-only, so nothing is sent.".into()),
    }
}

fn unmet(model: &Model, need: Need, subject: &Conversation) -> Option<String> {
    let routed = model.session.routing(subject.platform) != Routing::ZeroConfig;
    let ours = subject.owner == ThreadOwner::Us;
    let elsewhere = matches!(
        subject.owner,
        ThreadOwner::App(_) | ThreadOwner::Other | ThreadOwner::NotUs
    );
    let key = |action| model.session.settings.keymap.key_of(action);
    match need {
        // The composer says what is left.
        Need::WindowOrTemplate if subject.platform == Platform::Messenger => None,
        Need::Window | Need::WindowOrTemplate => {
            let now = model.session.server_now();
            let choice = subject.window(now).choose(now, ReplyAs::Auto);
            let closed = choice.err();
            closed.map(|closed| closed.words(subject.platform).to_owned())
        }
        Need::Routing if !routed => Some(format!(
            "No default app is set for this Page, so there is no control to take. Everyone may reply; {} asks the bot to stand back.",
            key(Action::Request)
        )),
        Need::NoRouting if routed => Some(format!(
            "Requests only work where no default app is set. Press {} to take control.",
            key(Action::Take)
        )),
        Need::NotElsewhere if elsewhere && routed => Some(format!(
            "Held by {}. Press {} to take it first.",
            model.session.owner_words(&subject.owner),
            key(Action::Take)
        )),
        Need::Ours if !ours => Some("You do not hold this thread.".into()),
        Need::NotOurs if ours => Some("You already hold this thread.".into()),
        Need::SomebodyElse if ours && model.session.account.apps.colleagues().is_empty() => Some(
            "You hold it already, and no colleague's app is listed under [apps] in the config."
                .into(),
        ),
        Need::Message if react::message(model).is_none() => Some(format!(
            "Open the thread and select a message first ({} {}).",
            key(Action::Down),
            key(Action::Up)
        )),
        Need::Refused if !subject.unsettled => Some("No refused replies in this thread.".into()),
        Need::Row
        | Need::Routing
        | Need::NoRouting
        | Need::NotElsewhere
        | Need::Ours
        | Need::NotOurs
        | Need::SomebodyElse
        | Need::Refused
        | Need::Message => None,
    }
}
