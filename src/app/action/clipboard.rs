//! Copying and opening: the text, id, JSON or link of the message at hand, the
//! last call about a conversation.

use crate::{
    app::{
        Effect, Focus, Model, Query, TerminalEffect, ToastKind,
        action::table::Action,
        dialog::{Choice, Choose, Dialog},
        thread::ThreadPane,
    },
    domain::{ApiCall, Item, Message, Part},
    text::Clean,
};

fn message(model: &Model) -> Option<&Message> {
    if model.focus == Focus::List {
        return None;
    }
    let pane = ThreadPane::of(model)?;
    match pane.thread.window.items.get(pane.at_hand()?)? {
        Item::Message(message) => Some(message),
        _ => None,
    }
}

fn copied(model: &mut Model, what: &str, text: String) -> Vec<Effect> {
    let shown: String = Clean::one_line(&text).chars().take(40).collect();
    model.toast_about(
        ToastKind::Good,
        &shown,
        format!("Copied the {what}: {shown}"),
    );
    vec![Effect::Terminal(TerminalEffect::Copy(text))]
}

/// The words of the message; in the list, the last words of the row.
pub(crate) fn text(model: &mut Model) -> Vec<Effect> {
    let words = match (message(model), model.subject()) {
        (Some(message), _) => message.text.clone(),
        (None, Some(row)) => row.snippet.clone(),
        (None, None) => String::new(),
    };
    let words = Clean::from(words).into_string();
    if words.is_empty() {
        model.toast(ToastKind::Info, "There is no text to copy.");
        return Vec::new();
    }
    copied(model, "text", words)
}

/// Meta's id of the message; in the list, of the conversation.
pub(crate) fn id(model: &mut Model) -> Vec<Effect> {
    let id = match (message(model), model.subject()) {
        (Some(message), _) => message.mid.to_string(),
        (None, Some(row)) => row.id.to_string(),
        (None, None) => return Vec::new(),
    };
    copied(model, "id", Clean::one_line(&id).into_string())
}

/// The JSON of the message as Meta sent it.
pub(crate) fn json(model: &mut Model) -> Vec<Effect> {
    let mid = message(model).map(|message| message.mid.clone());
    let Some(row) = model.subject() else {
        return Vec::new();
    };
    vec![Effect::Query(Query::JsonToCopy(row.id.clone(), mid))]
}

/// The last call about this conversation, for a shell.
pub(crate) fn curl(model: &mut Model) -> Vec<Effect> {
    let Some(row) = model.subject() else {
        return Vec::new();
    };
    let (id, psid) = (row.id.to_string(), row.psid.to_string());
    let about = |call: &&ApiCall| {
        let in_body = call.body.as_ref().is_some_and(|body| body.contains(&psid));
        call.path.contains(&id) || call.path.contains(&psid) || in_body
    };
    match model
        .session
        .api_log
        .iter()
        .rev()
        .find(about)
        .map(ApiCall::curl)
    {
        Some(curl) => copied(model, "call", curl),
        None => {
            let log = model.session.settings.keymap.key_of(Action::ApiLog);
            let words = format!("No call about this conversation yet; {log} shows all calls.");
            model.toast(ToastKind::Info, words);
            Vec::new()
        }
    }
}

/// Links in the message at hand, else in the newest that has any.
fn links(model: &Model) -> Vec<String> {
    let Some(thread) = &model.thread else {
        return Vec::new();
    };
    let at_hand = ThreadPane::of(model).and_then(|pane| pane.at_hand());
    let from = at_hand.map_or(0, |at| at + 1);
    let mut found = Vec::new();
    for item in thread.window.items[..from].iter().rev() {
        if let Item::Message(message) = item {
            found.extend(links_in(message));
        }
    }
    found.dedup();
    found.truncate(9);
    found
}

/// The links of a message that may be opened: http and https, with a host and
/// nothing in front of it.
fn links_in(message: &Message) -> Vec<String> {
    let clean = Clean::from(message.text.as_str());
    let mut finder = linkify::LinkFinder::new();
    finder.kinds(&[linkify::LinkKind::Url]);
    let shared = message.parts.iter().filter_map(|part| match part {
        Part::Share { link, .. } => Some(link.clone()),
        _ => None,
    });
    finder
        .links(&clean)
        .map(|link| link.as_str().to_owned())
        .chain(shared)
        .filter_map(|link| openable(&link))
        .collect()
}

/// The link as it may be opened, or nothing: no other scheme, no user name that
/// looks like a host, no address that begins like an option.
pub fn openable(link: &str) -> Option<String> {
    let url = url::Url::parse(link).ok()?;
    let web = matches!(url.scheme(), "http" | "https");
    let plain = url.username().is_empty() && url.password().is_none();
    let host = url.host_str().filter(|host| !host.starts_with('-'))?;
    (web && plain && !host.is_empty()).then(|| url.to_string())
}

/// Copies the link at hand.
pub(crate) fn link(model: &mut Model) -> Vec<Effect> {
    match links(model).into_iter().next() {
        Some(link) => copied(model, "link", link),
        None => {
            model.toast(ToastKind::Info, "No link on the screen or above.");
            Vec::new()
        }
    }
}

/// Paths are copied where the JSON is.
pub(crate) fn path(model: &mut Model) -> Vec<Effect> {
    let json = model.session.settings.keymap.key_of(Action::RawJson);
    let words = format!("Paths are copied in the JSON: {json}, move to the line, yp.");
    model.toast(ToastKind::Info, words);
    Vec::new()
}

/// Asks which link or attachment to open: the host is seen before.
pub(crate) fn open_link(model: &mut Model) -> Vec<Effect> {
    let Some(row) = model.thread.as_ref().map(|thread| &thread.conversation) else {
        model.toast(ToastKind::Info, "Open a conversation first.");
        return Vec::new();
    };
    vec![Effect::Query(Query::Files(row.id.clone(), false))]
}

/// Asks which attachment to save.
pub(crate) fn save_file(model: &mut Model) -> Vec<Effect> {
    let Some(row) = model.thread.as_ref().map(|thread| &thread.conversation) else {
        model.toast(ToastKind::Info, "Open a conversation first.");
        return Vec::new();
    };
    vec![Effect::Query(Query::Files(row.id.clone(), true))]
}

/// The attachments of the thread are known: asks which. Names and addresses are
/// raw.
pub(crate) fn files_found(
    model: &mut Model,
    files: Vec<(String, String)>,
    save: bool,
) -> Vec<Effect> {
    let mut lines: Vec<(String, Choice)> = Vec::new();
    let host = |link: &str| {
        let url = url::Url::parse(link).ok();
        url.and_then(|url| url.host_str().map(str::to_owned))
            .unwrap_or_default()
    };
    if !save {
        for link in links(model) {
            let words = format!("{}  {}", host(&link), Clean::one_line(&link));
            lines.push((words, Choice::OpenLink(link)));
        }
    }
    for (name, link) in files {
        let Some(link) = openable(&link) else {
            continue;
        };
        let words = format!("{}  [{}]", host(&link), Clean::one_line(&name));
        let choice = if save {
            Choice::SaveFile(link)
        } else {
            Choice::OpenLink(link)
        };
        lines.push((words, choice));
    }
    if lines.is_empty() {
        let words = if save {
            "No attachment here."
        } else {
            "No link and no attachment here."
        };
        model.toast(ToastKind::Info, words);
        return Vec::new();
    }
    let about = model
        .thread
        .as_ref()
        .map(|thread| thread.conversation.id.clone());
    let title = if save {
        "save which attachment?"
    } else {
        "open which link? The host stands first"
    };
    let lines = lines
        .into_iter()
        .zip('1'..='9')
        .map(|((words, choice), key)| (key, words, choice));
    model.dialogs.push(Dialog::Choose(Choose {
        title: title.into(),
        about,
        lines: lines.collect(),
        cursor: 0,
    }));
    Vec::new()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_links_that_are_what_they_look_like_are_opened() {
        for (link, opened) in [
            (
                "https://shop.example/a?b=1",
                Some("https://shop.example/a?b=1"),
            ),
            ("HTTP://Shop.Example", Some("http://shop.example/")),
            (
                "https://раураl.example/",
                Some("https://xn--l-7sba6dbr.example/"),
            ),
            ("https://good.example@evil.example/", None),
            ("javascript:alert(1)", None),
            ("file:///etc/passwd", None),
            ("--help", None),
            ("https://-x.example/", None),
            ("https:///x", Some("https://x/")),
        ] {
            assert_eq!(openable(link).as_deref(), opened, "{link}");
        }
    }
}
