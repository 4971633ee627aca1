//! Copying and opening: the text, id, JSON or link of the message at hand, the
//! last call about a conversation.

use crate::{
    app::{
        Effect, Focus, Model, Query, TerminalEffect, ToastKind,
        action::table::Action,
        dialog::{Choice, Choose, Dialog},
        thread::ThreadPane,
    },
    domain::{ApiCall, Command, Item, Message, Part},
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
    let to = at_hand.map_or(0, |at| at + 1);
    // What is selected is what is meant.
    let from = match thread.selected_place() == at_hand {
        true => to.saturating_sub(1),
        false => 0,
    };
    let mut found = Vec::new();
    for item in thread.window.items[from..to].iter().rev() {
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

/// A host is shown in so many cells at most, so that its end is seen in the
/// narrowest terminal.
const HOST_CELLS: usize = 30;
/// So many of them are its beginning, where it is longer.
const HOST_BEGIN: usize = 6;

/// Where a link leads. The end of a host says whose it is, so a long one is cut in
/// the middle; one that is not out in the world is marked.
pub fn shown_host(link: &str) -> String {
    let Ok(url) = url::Url::parse(link) else {
        return String::new();
    };
    let host = url.host_str().unwrap_or_default();
    // A full stop at the end leads to the same host.
    let name = host.trim_end_matches('.');
    let mark = match url.host() {
        Some(url::Host::Ipv4(address)) if address.is_loopback() => " (this computer!)",
        Some(url::Host::Ipv6(address)) if address.is_loopback() => " (this computer!)",
        Some(url::Host::Domain(_)) if name == "localhost" || name.ends_with(".localhost") => {
            " (this computer!)"
        }
        Some(url::Host::Ipv4(address)) if address.is_private() || address.is_link_local() => {
            " (your own network!)"
        }
        Some(url::Host::Ipv6(address))
            if address.is_unique_local() || address.is_unicast_link_local() =>
        {
            " (your own network!)"
        }
        Some(url::Host::Domain(_)) if name.ends_with(".local") || !name.contains('.') => {
            " (your own network!)"
        }
        Some(url::Host::Ipv4(_) | url::Host::Ipv6(_)) => " (a bare IP address!)",
        _ => "",
    };
    // Hosts are ASCII: what is not was written so by the parser.
    let count = host.len();
    if count <= HOST_CELLS {
        return format!("{host}{mark}");
    }
    let begin: String = host.chars().take(HOST_BEGIN).collect();
    let end: String = host
        .chars()
        .skip(count + 1 + HOST_BEGIN - HOST_CELLS)
        .collect();
    format!("{begin}…{end}{mark}")
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
    if !save {
        for link in links(model) {
            let words = format!("{}  {}", shown_host(&link), Clean::one_line(&link));
            lines.push((words, Choice::OpenLink(link)));
        }
    }
    for (name, link) in files {
        let Some(link) = openable(&link) else {
            continue;
        };
        let words = format!("{}  [{}]", shown_host(&link), Clean::one_line(&name));
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
    if let ([(_, Choice::SaveFile(link))], true) = (&lines[..], save) {
        return vec![Effect::Engine(Command::SaveFile(link.clone()))];
    }
    let about = model
        .thread
        .as_ref()
        .map(|thread| thread.conversation.id.clone());
    let title = if save {
        "save which attachment?"
    } else {
        "open which link? Check the host first"
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
    fn whose_a_host_is_is_always_seen() {
        let long = format!(
            "https://www.facebook.com.{}evil.example/login",
            "login.".repeat(20)
        );
        for (link, shown) in [
            ("https://shop.example/a", "shop.example"),
            (&long, "www.fa…ogin.login.evil.example"),
            ("http://127.0.0.1:8700/", "127.0.0.1 (this computer!)"),
            ("http://2130706433/", "127.0.0.1 (this computer!)"),
            ("http://[::1]/", "[::1] (this computer!)"),
            ("http://localhost/", "localhost (this computer!)"),
            ("http://192.168.1.1/", "192.168.1.1 (your own network!)"),
            ("http://localhost./", "localhost. (this computer!)"),
            ("http://printer.local/", "printer.local (your own network!)"),
            ("http://router/", "router (your own network!)"),
            ("http://[fe80::1]/", "[fe80::1] (your own network!)"),
            (
                "http://93.184.216.34/",
                "93.184.216.34 (a bare IP address!)",
            ),
        ] {
            assert_eq!(shown_host(link), shown, "{link}");
        }
    }

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
