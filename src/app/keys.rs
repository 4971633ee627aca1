//! From a key to an action, and from an action to what is done or why it
//! cannot be.

use super::{
    Effect, Focus, Model, ToastKind,
    action::{Action, Context},
    acts::{
        EXTENSION, about_subject, colleague, drop_refused, for_all, mark_seen, pass_to, release,
        reply, settle,
    },
    composer::Took,
    copy,
    dialog::{
        self, Calls, CannedDialog, Choose, Commands, Dialog, HandBackDialog, Help, Jump, PageKind,
        Search,
    },
    keymap::{Code, Key, Meaning},
    layout,
    triage::{TriageChange, decide_here, labels, mark, note, repeat, snooze, undo},
    walk::{
        ask_to_quit, back, find_in_thread, next_waiting, open, page, prompt, read, read_on, show,
        step, to_edge, to_pane,
    },
    writing::{attach, change_type, compose, edit, leave_composer, send, send_hand_back},
};
use crate::{
    app::{Query, TerminalEffect},
    domain::{
        Command, Conversation, Link, Operation, ReplyAs, Routing, Span, ThreadOwner, Until, View,
    },
};

pub(super) fn key_pressed(model: &mut Model, key: Key) -> Vec<Effect> {
    if layout::too_small(model.size) && key != Key::ctrl('c') {
        return Vec::new();
    }
    if !model.dialogs.is_empty() {
        return dialog::key(model, key);
    }
    let context = if model.focus == Focus::Composer {
        Context::Composer
    } else {
        Context::Desk
    };
    if context == Context::Composer && model.pending.is_empty() {
        if let Some(effects) = vim(model, key) {
            return effects;
        }
        // A key that is text means its action only where a text begins.
        let begun = model
            .thread
            .as_ref()
            .is_some_and(|t| !t.composer.is_empty());
        if begun && key.text().is_some() {
            return compose(model, |composer| composer.key(key));
        }
    }
    model.pending.push(key);
    let meaning = model.settings.keymap.meaning(context, &model.pending);
    let sequence_broken = model.pending.len() > 1 && meaning == Meaning::Nothing;
    match meaning {
        Meaning::Prefix => {
            model.pending_since = model.now;
            return Vec::new();
        }
        Meaning::Action(action) => {
            model.pending.clear();
            return run(model, action);
        }
        Meaning::Nothing => model.pending.clear(),
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
        let help = model.settings.keymap.key_of(Action::Help);
        model.toast(
            ToastKind::Info,
            format!("{key} means nothing here; {help} shows the keys"),
        );
    }
    Vec::new()
}

/// Keys as vi has them, if somebody wants that.
fn vim(model: &mut Model, key: Key) -> Option<Vec<Effect>> {
    if !model.settings.vim {
        return None;
    }
    let mut took = Took::Nothing;
    let effects = compose(model, |composer| {
        took = composer.vim(key);
        matches!(took, Took::Changed)
    });
    (!matches!(took, Took::Nothing)).then_some(effects)
}

pub(super) fn pasted(model: &mut Model, text: &str) -> Vec<Effect> {
    if !model.dialogs.is_empty() {
        return dialog::paste(model, text);
    }
    if model.focus == Focus::Composer {
        return compose(model, |composer| composer.insert(text));
    }
    model.toast(
        ToastKind::Info,
        "Pasted text goes into the composer only; r opens it",
    );
    Vec::new()
}

/// Does an action, or says why not.
pub(super) fn run(model: &mut Model, action: Action) -> Vec<Effect> {
    use Action as A;
    if action != A::Cancel {
        model.cancel_at = None;
    }
    if several(model, action) {
        return for_marked(model, action);
    }
    if let Some(why) = why_not(model, action) {
        model.toast(ToastKind::Warn, why);
        return Vec::new();
    }
    match action {
        A::Down => step(model, 1),
        A::Up => step(model, -1),
        A::Top => to_edge(model, false),
        A::Bottom => to_edge(model, true),
        A::HalfDown => page(model, 1, 2),
        A::HalfUp => page(model, -1, 2),
        A::PageDown => page(model, 1, 1),
        A::PageUp => page(model, -1, 1),
        A::PaneLeft => to_pane(model, Focus::List),
        A::PaneRight => to_pane(model, Focus::Thread),
        A::NextPane => to_pane(
            model,
            if model.focus == Focus::List {
                Focus::Thread
            } else {
                Focus::List
            },
        ),
        A::Open => match model.inbox.selected().map(|c| c.id.clone()) {
            Some(id) if model.focus == Focus::List => open(model, id),
            _ => settle(model),
        },
        A::Search => search(model, ""),
        A::Back => back(model),
        A::ReadOn => read_on(model),
        A::NextWaiting => next_waiting(model, false),
        A::PreviousWaiting => next_waiting(model, true),
        A::ViewNeedsMe => show(model, View::NeedsMe),
        A::ViewMine => show(model, View::Mine),
        A::ViewBot => show(model, View::Bot),
        A::ViewClosing => show(model, View::Closing),
        A::ViewAll => show(model, View::All),
        A::Jump | A::ComposerJump => {
            model.dialogs.push(Dialog::Jump(Jump::default()));
            vec![Effect::Query(Query::People(String::new()))]
        }
        A::Filter => prompt(model),
        A::FindNext => find_in_thread(model, true),
        A::FindPrevious => find_in_thread(model, false),
        A::LastThread => match model.last.clone() {
            Some(id) => open(model, id),
            None => {
                model.toast(ToastKind::Info, "No other conversation was open yet.");
                Vec::new()
            }
        },
        A::Profile => read(model, PageKind::Profile),
        A::Ownership => read(model, PageKind::Ownership),
        A::RawJson => {
            let Some(id) = model.subject().map(|c| c.id.clone()) else {
                return Vec::new();
            };
            read(model, PageKind::Raw(id.clone(), None));
            vec![Effect::Query(Query::RawJson(id))]
        }
        A::ApiLog => {
            model.dialogs.push(Dialog::Calls(Calls::default()));
            Vec::new()
        }
        A::HandOvers => {
            let Some(subject) = model.subject() else {
                return Vec::new();
            };
            let (id, psid) = (subject.id.clone(), subject.psid.clone());
            read(model, PageKind::HandOvers(id.clone(), Box::default()));
            let mut effects = vec![Effect::Query(Query::Evidence(id.clone()))];
            if model.settings.simulator {
                effects.push(Effect::Engine(Command::AskDelivered(id, psid)));
            }
            effects
        }
        A::OpenLink => copy::open_link(model),
        A::SaveFile => copy::save_file(model),
        A::CopyText => copy::text(model),
        A::CopyId => copy::id(model),
        A::CopyJson => copy::json(model),
        A::CopyCurl => copy::curl(model),
        A::CopyLink => copy::link(model),
        A::CopyPath => {
            let json = model.settings.keymap.key_of(A::RawJson);
            let words = format!("Paths are copied in the JSON: {json}, move to the line, yp.");
            model.toast(ToastKind::Info, words);
            Vec::new()
        }
        A::Colleague => colleague(model),
        A::Reply => reply(model),
        A::Take => about_subject(model, Operation::Take),
        A::Request => about_subject(model, Operation::Request),
        A::Extend => about_subject(model, Operation::Extend(EXTENSION)),
        A::Release => release(model),
        A::DropRefused => drop_refused(model),
        A::MarkSeen => mark_seen(model),
        A::Wait => decide_here(model, TriageChange::Defer(Until::CustomerWrites)),
        A::Snooze => snooze(model),
        A::NoReplyNeeded => decide_here(model, TriageChange::Defer(Until::NoReplyNeeded)),
        A::KeepUnread => decide_here(model, TriageChange::Unread),
        A::Note => note(model),
        A::Labels => labels(model),
        A::Mark => mark(model),
        A::Undo => undo(model),
        A::Repeat => repeat(model),
        A::HandBack => {
            let bot = model.apps.bot_name();
            if let Some(dialog) = model
                .subject()
                .map(|subject| HandBackDialog::one(subject, &bot, false))
            {
                model.dialogs.push(Dialog::HandBack(dialog));
            }
            Vec::new()
        }
        A::PassTo => pass_to(model),
        A::MessageType | A::ComposerMessageType => {
            change_type(model);
            Vec::new()
        }
        A::Privacy => {
            model.privacy = !model.privacy;
            let words = if model.privacy {
                "The curtain is drawn: names and words are hidden."
            } else {
                "The curtain is open."
            };
            model.toast(ToastKind::Info, words);
            Vec::new()
        }
        A::Refresh => {
            model.toast(ToastKind::Info, "Asking Meta for news.");
            vec![Effect::Engine(Command::Refresh)]
        }
        A::Redraw | A::ComposerRedraw => vec![Effect::Terminal(TerminalEffect::Redraw)],
        A::Suspend | A::ComposerSuspend => vec![Effect::Terminal(TerminalEffect::Suspend)],
        A::Quit => ask_to_quit(model),
        A::Cancel => cancel(model),
        A::Commands => {
            model.dialogs.push(Dialog::Commands(Commands::default()));
            Vec::new()
        }
        A::Help | A::ComposerHelp => {
            model.dialogs.push(Dialog::Help(Help::default()));
            Vec::new()
        }
        A::Send => send(model, None),
        A::Canned => {
            let by_slash = model.thread.as_ref().is_some_and(|t| t.composer.is_empty());
            let dialog = CannedDialog::opened(by_slash);
            model.dialogs.push(Dialog::Canned(dialog));
            vec![Effect::Query(Query::Canned)]
        }
        A::Editor => edit(model),
        A::Attach => attach(model),
        A::NewLine => compose(model, |composer| composer.insert("\n")),
        A::SendHandBack => send_hand_back(model),
        A::LeaveComposer | A::ComposerCancel => leave_composer(model),
    }
}

/// Opens the search through all messages, with words in it.
pub(super) fn search(model: &mut Model, words: &str) -> Vec<Effect> {
    let search = Search::with(words);
    model.dialogs.push(Dialog::Search(search));
    let asks = !words.is_empty();
    asks.then(|| Effect::Query(Query::Search(words.to_owned())))
        .into_iter()
        .collect()
}

/// Why an action cannot be done now, and what to do about it.
pub fn why_not(model: &Model, action: Action) -> Option<String> {
    use Action as A;
    let needs_subject = matches!(
        action,
        A::Reply
            | A::Take
            | A::HandBack
            | A::PassTo
            | A::Request
            | A::Extend
            | A::Release
            | A::MarkSeen
            | A::RawJson
            | A::HandOvers
            | A::CopyText
            | A::CopyId
            | A::CopyJson
            | A::CopyCurl
            | A::Colleague
            | A::Profile
            | A::Ownership
            | A::MessageType
            | A::Open
            | A::DropRefused
            | A::Wait
            | A::Snooze
            | A::NoReplyNeeded
            | A::KeepUnread
            | A::Note
            | A::Labels
            | A::Repeat
    );
    if !needs_subject {
        return None;
    }
    match model.subject() {
        Some(subject) => why_not_for(model, action, subject),
        None => Some("No conversation is selected.".into()),
    }
}

/// Why an action cannot be done to this conversation now.
fn why_not_for(model: &Model, action: Action, subject: &Conversation) -> Option<String> {
    use Action as A;
    let writes = !matches!(
        action,
        A::RawJson
            | A::HandOvers
            | A::CopyText
            | A::CopyId
            | A::CopyJson
            | A::CopyCurl
            | A::Profile
            | A::Ownership
            | A::Open
    );
    if writes && model.settings.read_only {
        match &model.link {
            Link::ReadOnly(why) => return Some(why.clone()),
            // Decisions of our own send nothing.
            _ if is_local(action) => {}
            _ => return Some("This desk is read-only, so nothing is sent.".into()),
        }
    }
    let routed = model.routing(subject.platform) != Routing::ZeroConfig;
    let ours = subject.owner == ThreadOwner::Us;
    let elsewhere = matches!(
        subject.owner,
        ThreadOwner::App(_) | ThreadOwner::Other | ThreadOwner::NotUs
    );
    let take = model.settings.keymap.key_of(A::Take);
    let holder = model.owner_words(&subject.owner);
    match action {
        A::Reply => subject
            .window(model.server_now())
            .choose(model.server_now(), ReplyAs::Auto)
            .err()
            .map(|closed| closed.words().to_owned()),
        A::Take if !routed => Some(format!(
            "No default app is set for this Page, so Meta refuses take; everyone may reply, and {} asks the bot.",
            model.settings.keymap.key_of(A::Request)
        )),
        A::Take if ours => Some("We hold this thread already.".into()),
        A::Colleague if ours && model.apps.colleagues().is_empty() => Some(
            "It is yours already, and no colleague's app is named under [apps] in the config."
                .into(),
        ),
        A::HandBack | A::PassTo | A::Release | A::Extend if elsewhere && routed => Some(format!(
            "This thread is held by {holder}; {take} takes it first."
        )),
        A::Release | A::Extend if !ours => Some("We do not hold this thread.".into()),
        A::Request if routed => Some(format!(
            "Requests work only where no default app is set; {take} takes control."
        )),
        A::DropRefused if !subject.unsettled => Some("No reply of this thread was refused.".into()),
        A::Request if ours => Some("We hold this thread already.".into()),
        _ => None,
    }
}

pub(super) fn cancel(model: &mut Model) -> Vec<Effect> {
    if model.focus != Focus::List {
        return back(model);
    }
    let again = model
        .cancel_at
        .is_some_and(|at| model.now.since(at) <= Span::seconds(2));
    if again {
        return back(model);
    }
    model.cancel_at = Some(model.now);
    model.toast(ToastKind::Info, "Press ^C again to quit.");
    Vec::new()
}

/// Nobody but this desk learns of it.
fn is_local(action: Action) -> bool {
    use Action as A;
    matches!(
        action,
        A::Wait | A::Snooze | A::NoReplyNeeded | A::KeepUnread | A::Note | A::Labels | A::Repeat
    )
}

/// Whether the action is for all marked rows.
fn several(model: &Model, action: Action) -> bool {
    use Action as A;
    let many = is_local(action) && action != A::Note
        || matches!(
            action,
            A::Take | A::HandBack | A::Request | A::Extend | A::Release | A::MarkSeen
        );
    many && !model.marked.is_empty() && model.focus == Focus::List
}

/// Does it to every marked row where it can be done, and says where not.
fn for_marked(model: &mut Model, action: Action) -> Vec<Effect> {
    use Action as A;
    let all = model.marked.len();
    let mut why = None;
    let mut can = std::mem::take(&mut model.marked);
    can.retain(|_, row| {
        let no = why_not_for(model, action, row);
        let yes = no.is_none();
        why = why.take().or(no);
        yes
    });
    if let Some(why) = why {
        let words = format!("{} of {all} left out: {why}", all - can.len());
        model.toast(ToastKind::Warn, words);
    }
    if can.is_empty() {
        return Vec::new();
    }
    model.marked = can;
    match action {
        A::Take => for_all(model, &Operation::Take),
        A::Request => for_all(model, &Operation::Request),
        A::Extend => for_all(model, &Operation::Extend(EXTENSION)),
        A::MarkSeen if !model.attended => Vec::new(),
        A::MarkSeen => for_all(model, &Operation::MarkSeen),
        A::Release => {
            let choose = Choose::release_all(model.marked.len());
            model.dialogs.push(Dialog::Choose(choose));
            Vec::new()
        }
        A::HandBack => {
            let dialog = HandBackDialog::all(model.marked.len(), &model.apps.bot_name());
            model.dialogs.push(Dialog::HandBack(dialog));
            Vec::new()
        }
        A::Wait => decide_here(model, TriageChange::Defer(Until::CustomerWrites)),
        A::NoReplyNeeded => decide_here(model, TriageChange::Defer(Until::NoReplyNeeded)),
        A::KeepUnread => decide_here(model, TriageChange::Unread),
        A::Snooze => snooze(model),
        A::Labels => labels(model),
        _ => repeat(model),
    }
}
