//! Carries out what a dialog wants.

use crate::{
    app::{
        Effect, Model, TerminalEffect, ToastKind,
        action::{attach, control, look, navigate, page, reply, run::run, triage},
        dialog::{Dialog, Intent, Step},
        pictures,
    },
    domain::{Command, SimulatorOrder},
};

/// Lets a dialog that was taken off the stack take its step.
pub(crate) fn take_step(model: &mut Model, dialog: Dialog, step: Step) -> Vec<Effect> {
    if let (Dialog::Commands(commands), Step::Finish(_)) = (&dialog, &step) {
        model.history.ran(commands.line());
    }
    match step {
        Step::Stay => {
            model.dialogs.push(dialog);
            Vec::new()
        }
        Step::Close => Vec::new(),
        Step::Do(intent) => {
            // Below whatever comes of it.
            model.dialogs.push(dialog);
            carry_out(model, intent)
        }
        Step::Finish(intent) => carry_out(model, intent),
    }
}

fn carry_out(model: &mut Model, intent: Intent) -> Vec<Effect> {
    match intent {
        Intent::Run(action) => run(model, action),
        Intent::Ask(query) => vec![Effect::Query(query)],
        Intent::Say(kind, words) => {
            model.toast(kind, words);
            Vec::new()
        }
        Intent::Copy { text, said } => {
            model.toast(ToastKind::Good, said);
            vec![Effect::Terminal(TerminalEffect::Copy(text))]
        }
        Intent::Enlarge {
            id,
            conversation,
            psid,
        } => pictures::enlarge(model, id, conversation, psid),
        Intent::Search(words) => look::search(model, &words),
        Intent::Open(id) => navigate::open(model, id),
        Intent::OpenMessage(hit) => navigate::open_at(model, &hit),
        Intent::Filter(words) => model.inbox.filter_by(words).into_iter().collect(),
        Intent::View(place) => navigate::show_place(model, place),
        Intent::MoveInList(by) => {
            let place = model.inbox.cursor.saturating_add_signed(by);
            model.inbox.go(place).into_iter().collect()
        }
        Intent::FindInThread(words) => {
            if let Some(thread) = &mut model.thread {
                thread.find = words;
            }
            navigate::find_in_thread(model, false)
        }
        Intent::Insert(text) => reply::compose(model, |composer| composer.insert(&text)),
        Intent::UseCanned(content) => attach::use_canned(model, content),
        Intent::Attach(content) => attach::attach(model, content),
        Intent::HandBack {
            about,
            answer,
            send,
        } => control::hand_back_as(model, about.as_ref(), answer, send),
        Intent::Choose(about, choice) => control::chosen(model, about.as_ref(), choice),
        Intent::Triage(conversations, change) => triage::decide(model, &conversations, change),
        Intent::KeepNote {
            conversation,
            psid,
            text,
        } => vec![triage::keep_note(model, conversation, psid, text)],
        Intent::SignOff(rows) => control::sign_off(model, rows),
        Intent::Simulator(order) => order_simulator(model, order),
        Intent::ReadProfile(platform) => vec![Effect::Engine(Command::ReadProfile(platform))],
        Intent::EditProfile(platform, text, properties) => page::edit(platform, text, properties),
        Intent::WriteProfile(platform, change, after) => {
            let write = Command::WriteProfile(platform, change, after);
            vec![Effect::Engine(write)]
        }
        Intent::Read(chapter) => look::read(model, chapter),
        Intent::Theme(name) => {
            model.session.theme = Some(name);
            let words = format!("Theme {name}. To keep it: theme = {name:?} in the config.");
            model.toast(ToastKind::Good, words);
            Vec::new()
        }
    }
}

/// Whoever is to act is the customer of the conversation that is open or marked.
fn order_simulator(model: &Model, mut order: SimulatorOrder) -> Vec<Effect> {
    if order.what == "deeds"
        && let Some(subject) = model.subject()
    {
        let psid = subject.psid.as_str().to_owned();
        order.members.push(("person", psid));
    }
    vec![Effect::Engine(Command::Simulator(order))]
}
