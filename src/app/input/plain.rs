//! The desk in lines, for screen readers and logs: what a typed line means. What
//! is answered goes out line by line and never changes afterwards; the view's twin
//! (`ui::plain`) tells the news.

use crate::{
    app::{
        Effect, Focus, Model, Query, TerminalEffect,
        action::{
            availability::why_not,
            control, leave, navigate, reply,
            run::run,
            table::{ACTIONS, Action, Context},
            triage::{decide_here, keep_note},
        },
        composer::Composer,
        dialog::{Dialog, HandBackAnswer, Jump},
        input::{
            dispatch::to_dialog as press,
            keymap::{Code, Key, Meaning},
        },
        thread::entry_in_words,
    },
    domain::{Conversation, Outcome, TriageChange, Until, View, Window, parse_time},
    text::Clean,
};

/// So many rows of the list are told at once.
const ROWS: usize = 20;

/// The commands that are not the actions of the desk, with what they do.
const COMMANDS: [(&str, &str); 14] = [
    ("list [1-5]", "the list, or another view of it"),
    ("open N", "open row N of the list, or a person by name"),
    ("read [N]", "the last N entries of the open thread (10)"),
    ("reply TEXT", "write a reply; type send to send it"),
    (
        "send [1-4]",
        "send the reply; with an outcome, also hand back",
    ),
    (
        "back 1-4 [TEXT]",
        "hand back: resolved, follow-up, bot failed, other; with a summary",
    ),
    ("snooze WHEN", "2h, tomorrow, fri 14:00"),
    ("label WORD", "add or remove a label"),
    ("note TEXT", "a private note; never sent"),
    ("find TEXT", "filter the list; without text, show all again"),
    ("next", "open the next waiting customer"),
    ("close", "back to the list"),
    ("who", "who holds the thread, and the clocks"),
    (
        "quit",
        "quit; drafts are kept, threads you still hold are listed first",
    ),
];

/// Does what a typed line says.
pub(crate) fn line(model: &mut Model, line: &str) -> Vec<Effect> {
    let line = line.trim();
    if !model.dialogs.is_empty() {
        return answer(model, line);
    }
    let (word, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
    let rest = rest.trim();
    match word {
        "" => Vec::new(),
        "help" | "?" => say(help()),
        "list" => {
            let view = rest.parse::<usize>().ok().and_then(|n| n.checked_sub(1));
            match view.and_then(|at| View::ALL.get(at)) {
                Some(view) if *view != model.inbox.view => navigate::show(model, *view),
                _ => say(list(model)),
            }
        }
        "find" => {
            let view = model.inbox.view;
            model.focus = Focus::List;
            model
                .inbox
                .show(view, rest.to_owned())
                .into_iter()
                .collect()
        }
        "open" => open(model, rest),
        "read" => say(entries(model, rest.parse().unwrap_or(10))),
        "who" => say(vec![match model.subject() {
            Some(row) => about(model, row),
            None => "No conversation is open.".into(),
        }]),
        "next" => navigate::next_waiting(model, false),
        "close" if model.thread.is_some() => {
            model.focus = Focus::Thread;
            leave::back(model)
        }
        "close" => no_subject(),
        "reply" => reply(model, rest),
        "send" => send(model, rest),
        "back" => hand_back(model, rest),
        "snooze" => snooze(model, rest),
        "label" if !rest.is_empty() => label(model, rest),
        "note" if !rest.is_empty() => match model.subject().cloned() {
            Some(row) => vec![keep_note(model, row.id, row.psid, rest.to_owned())],
            None => no_subject(),
        },
        "quit" => quit(model),
        word => action(model, word),
    }
}

/// Whoever holds threads hears which before the end; who holds none is not asked.
fn quit(model: &mut Model) -> Vec<Effect> {
    let held = model.inbox.counts.by_view[View::Mine.index()];
    if held > 0 && !model.session.settings.read_only {
        leave::ask_to_quit(model)
    } else {
        leave::leave(model)
    }
}

fn say(lines: Vec<String>) -> Vec<Effect> {
    vec![Effect::Terminal(TerminalEffect::Say(lines))]
}

fn no_subject() -> Vec<Effect> {
    say(vec![
        "No conversation is open. list shows them, open N opens one.".into(),
    ])
}

fn help() -> Vec<String> {
    let own = COMMANDS
        .iter()
        .map(|(usage, help)| format!("{usage}: {help}"));
    let desk = ACTIONS.iter().filter(|spec| spec.context == Context::Desk);
    let names: Vec<&str> = desk.map(|spec| spec.name).collect();
    own.chain([format!(
        "and the desk's actions by name: {}",
        names.join(", ")
    )])
    .collect()
}

/// An action of the desk by its name, or by its key.
fn action(model: &mut Model, word: &str) -> Vec<Effect> {
    let name = word.replace('-', "_");
    let mut specs = ACTIONS.iter().filter(|spec| spec.context == Context::Desk);
    // The keys that the desk's own words name work, too.
    let keys: Vec<Key> = word.chars().map(|c| Key::plain(Code::Char(c))).collect();
    let by_key = model.session.settings.keymap.meaning(Context::Desk, &keys);
    match (specs.find(|spec| spec.is_called(&name)), by_key) {
        (Some(spec), _) => run(model, spec.action),
        (None, Meaning::Action(action)) => run(model, action),
        (None, _) => say(vec![format!(
            "{}: unknown command. Type help for the list.",
            Clean::one_line(word)
        )]),
    }
}

/// A question is open: one letter is its key, anything else goes into its input.
fn answer(model: &mut Model, line: &str) -> Vec<Effect> {
    let mut effects = Vec::new();
    let mut letters = line.chars();
    match (letters.next(), letters.next()) {
        (None, _) => return press(model, Key::plain(Code::Enter)),
        (Some(c), None) if !takes_words(model) => return press(model, Key::plain(Code::Char(c))),
        _ if line == "cancel" => return press(model, Key::plain(Code::Esc)),
        _ if !takes_words(model) => {
            let words = "A question is open: answer with one letter, or cancel.";
            return say(vec![words.into()]);
        }
        _ => {}
    }
    for c in line.chars() {
        effects.extend(press(model, Key::plain(Code::Char(c))));
    }
    effects.extend(press(model, Key::plain(Code::Enter)));
    effects
}

/// The question on top has an input.
fn takes_words(model: &mut Model) -> bool {
    let top = model.dialogs.last_mut();
    top.is_some_and(|top| top.modal_mut().takes_words())
}

fn open(model: &mut Model, which: &str) -> Vec<Effect> {
    if let Ok(number) = which.parse::<usize>() {
        let row = number
            .checked_sub(1)
            .and_then(|at| model.inbox.rows.get(at));
        return match row.map(|row| row.id.clone()) {
            Some(id) => navigate::open(model, id),
            None => say(vec![format!("There is no row {number}.")]),
        };
    }
    if which.is_empty() {
        return say(vec!["Open which one? Give a row number or a name.".into()]);
    }
    // The best hit opens by itself as soon as the cache has answered.
    model.dialogs.push(Dialog::Jump(Jump::expecting(which)));
    vec![Effect::Query(Query::People(which.to_owned()))]
}

fn reply(model: &mut Model, text: &str) -> Vec<Effect> {
    if model.subject().is_none() {
        return no_subject();
    }
    let mut effects = run(model, Action::Reply);
    if model.focus == Focus::Composer {
        effects.extend(reply::compose(model, |composer| {
            composer.set("", (0, 0));
            composer.insert(text)
        }));
        effects.extend(say(vec![draft(model)]));
    }
    effects
}

/// The text, and what goes out behind it.
pub(crate) fn draft_words(composer: &Composer) -> String {
    let text = composer.text();
    let text = (!text.is_empty()).then(|| format!("\"{}\"", Clean::one_line(&text)));
    let attached = composer.attached.iter();
    let attached = attached.map(|one| Clean::one_line(&one.content.words()).into_string());
    text.into_iter()
        .chain(attached)
        .collect::<Vec<_>>()
        .join(" + ")
}

/// What was written, and what it will go out as.
fn draft(model: &Model) -> String {
    let Some(thread) = &model.thread else {
        return String::new();
    };
    let name = Clean::one_line(&thread.conversation.display_name());
    match model.send_as(thread) {
        Ok(send_as) => format!(
            "Draft for {name}: {}. Type send to send it as {}.",
            draft_words(&thread.composer),
            send_as.word()
        ),
        Err(closed) => closed.words(thread.conversation.platform).to_owned(),
    }
}

fn outcome(words: &str) -> Option<Outcome> {
    let number = words.split_whitespace().next()?.parse::<usize>().ok()?;
    Outcome::ALL.get(number.checked_sub(1)?).copied()
}

fn send(model: &mut Model, rest: &str) -> Vec<Effect> {
    if model.focus != Focus::Composer {
        return say(vec!["Nothing to send. Type reply TEXT first.".into()]);
    }
    match (rest.is_empty(), outcome(rest)) {
        (true, _) => reply::send(model, None),
        (false, Some(outcome)) => {
            let effects = reply::send_hand_back(model);
            let Some(Dialog::HandBack(dialog)) = model.dialogs.pop() else {
                return effects;
            };
            control::hand_back_as(model, dialog.about.as_ref(), outcome.into(), dialog.send)
        }
        (false, None) => say(vec![
            "send takes an outcome: 1 resolved, 2 follow-up, 3 the bot failed, 4 other.".into(),
        ]),
    }
}

fn hand_back(model: &mut Model, rest: &str) -> Vec<Effect> {
    let Some(row) = model.subject().map(|row| row.id.clone()) else {
        return no_subject();
    };
    if let Some(why) = why_not(model, Action::HandBack) {
        return say(vec![why]);
    }
    let Some(outcome) = outcome(rest) else {
        return say(vec![
            "back takes an outcome: 1 resolved, 2 follow-up, 3 the bot failed, 4 other.".into(),
        ]);
    };
    let summary = rest
        .split_once(char::is_whitespace)
        .map_or("", |(_, words)| words);
    let answer = HandBackAnswer {
        summary: summary.trim().to_owned(),
        ..outcome.into()
    };
    control::hand_back_as(model, Some(&row), answer, false)
}

fn snooze(model: &mut Model, words: &str) -> Vec<Effect> {
    if model.subject().is_none() {
        return no_subject();
    }
    match parse_time(words, model.session.now, &model.session.settings.zone) {
        Some(at) => {
            let until = Until::Moment(at.plus(model.session.account.skew()));
            decide_here(model, TriageChange::Defer(until))
        }
        None => say(vec![
            "Until when? For example 2h, tomorrow, fri 14:00.".into(),
        ]),
    }
}

fn label(model: &mut Model, label: &str) -> Vec<Effect> {
    let Some(row) = model.subject() else {
        return no_subject();
    };
    let label = label.to_lowercase();
    let on = !row.triage.labels.contains(&label);
    decide_here(model, TriageChange::Label(label, on))
}

/// The rows of the list, told one by one.
pub fn list(model: &Model) -> Vec<String> {
    let inbox = &model.inbox;
    let mut lines = vec![format!(
        "{}: {} conversations",
        inbox.view.label(),
        inbox.total
    )];
    for (number, row) in (1..).zip(inbox.rows.iter().take(ROWS)) {
        lines.push(format!("{number}. {}", told(model, row)));
    }
    if inbox.rows.len() > ROWS {
        lines.push("and more; find TEXT narrows it down".into());
    }
    lines
}

/// A row in words.
fn told(model: &Model, row: &Conversation) -> String {
    let now = model.server_now();
    let left = match row.window(now) {
        Window::Response { until, .. } => format!("{} left", until.since(now).short()),
        Window::HumanAgent { until } => {
            format!("{} left as HUMAN_AGENT", until.since(now).short())
        }
        Window::Closed { .. } => "closed".into(),
        Window::Unknown => "window unknown".into(),
    };
    let waits = row
        .wait(now)
        .map_or(String::new(), |wait| format!(", waiting {}", wait.short()));
    let draft = if row.draft { ", has a draft" } else { "" };
    let unsettled = if row.unsettled {
        ", a reply is unresolved"
    } else {
        ""
    };
    format!(
        "{}, {}, {left}{waits}{draft}{unsettled}: {}",
        Clean::one_line(&row.display_name()),
        row.platform.word(),
        Clean::one_line(&row.snippet)
    )
}

/// The person, the window, who holds the thread.
pub fn about(model: &Model, row: &Conversation) -> String {
    let now = model.server_now();
    let window = match row.window(now) {
        Window::Response { until, .. } => format!("RESPONSE for {}", until.since(now).short()),
        Window::HumanAgent { until } => format!("HUMAN_AGENT for {}", until.since(now).short()),
        Window::Closed { .. } => "closed: nothing can be sent".into(),
        Window::Unknown => "window unknown".into(),
    };
    format!(
        "{}, {}, held by {}, {window}",
        Clean::one_line(&row.display_name()),
        row.platform.word(),
        model.owner_words(&row.owner)
    )
}

/// The last entries of the open thread in words.
fn entries(model: &Model, count: usize) -> Vec<String> {
    let Some(thread) = &model.thread else {
        return vec!["No conversation is open.".into()];
    };
    let first = thread.window.items.len().saturating_sub(count);
    (first..thread.window.items.len())
        .map(|at| entry_in_words(model, at, at == first))
        .collect()
}
