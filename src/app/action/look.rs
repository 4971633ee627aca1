//! What is opened to look at or to look for something: pages, lists, searches.

use crate::manual::Chapter;
use crate::{
    app::{
        Effect, Focus, Model, Query, ToastKind,
        action::table::Action,
        dialog::{
            ApiLog, Commands, Dialog, Help, Jump, PictureView, Prompt, PromptKind, Search, Viewer,
            ViewerContent, report_of,
        },
        pictures,
        settings::PicturesBy,
        thread::{ThreadPane, part_words},
        tour::TourStep,
    },
    domain::{Command, ConversationId, Item, Span},
};

pub(crate) fn jump(model: &mut Model) -> Vec<Effect> {
    model.dialogs.push(Dialog::Jump(Jump::default()));
    vec![Effect::Query(Query::People(String::new()))]
}

/// Opens the search through all messages, with words in it.
pub(crate) fn search(model: &mut Model, words: &str) -> Vec<Effect> {
    let search = Search::with(words);
    let question = search.question();
    model.dialogs.push(Dialog::Search(search));
    if words.is_empty() {
        return Vec::new();
    }
    vec![Effect::Query(question)]
}

pub(crate) fn filter(model: &mut Model) -> Vec<Effect> {
    let prompt = match (&model.thread, model.focus) {
        (Some(_), Focus::Thread) => Prompt::new(PromptKind::Find, ""),
        _ => Prompt::new(PromptKind::Filter, &model.inbox.filter),
    };
    model.dialogs.push(Dialog::Prompt(prompt));
    Vec::new()
}

pub(crate) fn profile(model: &mut Model) -> Vec<Effect> {
    view(model, ViewerContent::Profile)
}

pub(crate) fn ownership(model: &mut Model) -> Vec<Effect> {
    view(model, ViewerContent::Ownership)
}

pub(crate) fn raw_json(model: &mut Model) -> Vec<Effect> {
    let Some(id) = subject_id(model) else {
        return Vec::new();
    };
    view(model, ViewerContent::Raw(id.clone(), None));
    vec![Effect::Query(Query::RawJson(id))]
}

pub(crate) fn hand_overs(model: &mut Model) -> Vec<Effect> {
    let Some(subject) = model.subject() else {
        return Vec::new();
    };
    let (id, psid) = (subject.id.clone(), subject.psid.clone());
    view(model, ViewerContent::HandOvers(id.clone(), Box::default()));
    let mut effects = vec![Effect::Query(Query::Evidence(id.clone()))];
    if model.session.settings.simulator {
        effects.push(Effect::Engine(Command::AskDelivered(id, psid)));
    }
    effects
}

/// A chapter of the manual.
pub(crate) fn read(model: &mut Model, chapter: &'static Chapter) -> Vec<Effect> {
    view(model, ViewerContent::Chapter(chapter))
}

/// What was done at this desk in the last week.
pub(crate) fn report(model: &mut Model) -> Vec<Effect> {
    let effects = view(model, ViewerContent::Report(None));
    let query = report_of(model.server_now(), Span::days(7));
    effects.into_iter().chain([Effect::Query(query)]).collect()
}

/// What there is to try, and what of it was done.
pub(crate) fn tour(model: &mut Model) -> Vec<Effect> {
    match &model.tour {
        Some(_) => view(model, ViewerContent::Tour),
        None => {
            let words = "The tour is part of the demo: switchboard demo";
            model.toast(ToastKind::Info, words);
            Vec::new()
        }
    }
}

pub(crate) fn api_log(model: &mut Model) -> Vec<Effect> {
    if let Some(tour) = &mut model.tour {
        tour.tick(TourStep::Wire);
    }
    model.dialogs.push(Dialog::ApiLog(ApiLog::default()));
    Vec::new()
}

pub(crate) fn commands(model: &mut Model) -> Vec<Effect> {
    let commands = Commands::after(model.history.commands.clone());
    model.dialogs.push(Dialog::Commands(commands));
    Vec::new()
}

pub(crate) fn help(model: &mut Model) -> Vec<Effect> {
    model.dialogs.push(Dialog::Help(Help::default()));
    Vec::new()
}

/// The pictures of the selected message; without one, of the newest message on the
/// screen, unless a reply there waits for a decision.
pub(crate) fn pictures_at_hand(model: &Model) -> Option<PictureView> {
    let pane = ThreadPane::of(model)?;
    let thread = pane.thread;
    let view_of = |at: usize| match thread.window.items.get(at) {
        Some(Item::Message(message)) => {
            let pictures = pictures::of_message(message);
            let named = pictures.map(|(id, part)| (id, part_words(part)));
            let pictures: Vec<_> = named.collect();
            (!pictures.is_empty()).then(|| PictureView {
                conversation: thread.conversation.id.clone(),
                psid: thread.conversation.psid.clone(),
                pictures,
                at: 0,
            })
        }
        _ => None,
    };
    if let Some(selected) = thread.selected_place() {
        return view_of(selected);
    }
    if thread.outgoing().next().is_some() {
        return None;
    }
    let shown = pane.viewport().lines;
    shown.iter().rev().find_map(|line| view_of(line.at))
}

/// Shows pictures on the whole screen, the first of them first.
pub(crate) fn enlarge(model: &mut Model, view: PictureView) -> Vec<Effect> {
    if model.session.settings.pictures == PicturesBy::Off || model.session.privacy {
        let open = model.session.settings.keymap.key_of(Action::OpenLink);
        let words = format!("Pictures are off here. {open} opens it in the browser.");
        model.toast(ToastKind::Info, words);
        return Vec::new();
    }
    let Some((id, _)) = view.pictures.first().cloned() else {
        return Vec::new();
    };
    let (conversation, psid) = (view.conversation.clone(), view.psid.clone());
    model.dialogs.push(Dialog::Picture(view));
    pictures::enlarge(model, id, conversation, psid)
}

fn view(model: &mut Model, content: ViewerContent) -> Vec<Effect> {
    model.dialogs.push(Dialog::Viewer(Viewer::new(content)));
    Vec::new()
}

fn subject_id(model: &Model) -> Option<ConversationId> {
    model.subject().map(|subject| subject.id.clone())
}
