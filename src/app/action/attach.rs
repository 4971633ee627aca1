//! What goes into the composer besides typed words: canned replies, templates, files.

use crate::{
    app::{
        Effect, Model, Query, ToastKind,
        action::reply::compose,
        canned,
        dialog::{Attach, CannedPicker, Choice, Choose, Dialog, FillDialog},
        thread::ownership_history,
    },
    domain::{
        Attachment, Command, Content, ConversationId, Draft, KEPT_BY_META, LocalId, Platform,
        Template,
    },
    text::Clean,
};

/// Asks what goes out behind the text.
pub(crate) fn ask_what_to_attach(model: &mut Model) -> Vec<Effect> {
    let Some(thread) = &model.thread else {
        return Vec::new();
    };
    let platform = thread.conversation.platform;
    let since = model.server_now().plus(KEPT_BY_META.negated());
    model.dialogs.push(Dialog::Attach(Attach::on(platform)));
    vec![
        Effect::Query(Query::Path(String::new())),
        Effect::Query(Query::Sent { platform, since }),
    ]
}

/// Words were pasted that may name files, such as those that a file manager drops: the
/// disk is asked. They stand in the text meanwhile.
pub(crate) fn pasted(words: &str) -> Option<Effect> {
    let begins = ["/", "~/", "file://", "'/", "\"/"];
    let words = words.trim();
    let may_be = words.len() < 4096 && begins.iter().any(|begin| words.starts_with(begin));
    may_be.then(|| Effect::Query(Query::Pasted(words.to_owned())))
}

/// The pasted words name files: shall they go out as such?
pub(crate) fn pasted_files(model: &mut Model, words: &str, files: Vec<Attachment>) -> Vec<Effect> {
    let Some(thread) = &model.thread else {
        return Vec::new();
    };
    let stands = thread.composer.text().contains(words);
    if files.is_empty() || !stands || !model.dialogs.is_empty() {
        return Vec::new();
    }
    let names: Vec<&str> = files.iter().map(|file| file.name.as_str()).collect();
    let title = format!("Send {} as a file?", names.join(", "));
    let pasted = Choice::AttachPasted(words.to_owned(), files);
    let choose = Choose {
        title,
        about: Some(thread.conversation.id.clone()),
        lines: vec![
            ('y', "attach it".to_owned(), pasted),
            ('n', "leave the path in the text".to_owned(), Choice::Stay),
        ],
        cursor: 0,
    };
    model.dialogs.push(Dialog::Choose(choose));
    Vec::new()
}

/// The pasted words leave the text, and the files that they name stand behind it.
pub(crate) fn attach_pasted(model: &mut Model, words: &str, files: Vec<Attachment>) -> Vec<Effect> {
    let mut effects = compose(model, |composer| {
        let text = composer.text().replacen(words, "", 1);
        composer.set(text.trim_end(), (u16::MAX, u16::MAX));
        true
    });
    for file in files {
        let platform = model
            .thread
            .as_ref()
            .map(|thread| thread.conversation.platform);
        match platform.and_then(|platform| file.why_not(platform)) {
            Some(why) => model.toast(ToastKind::Warn, format!("{}: {why}", file.name)),
            None => effects.extend(attach(model, Content::Files(vec![file]))),
        }
    }
    effects
}

/// Takes off what was attached last.
pub(crate) fn take_off(model: &mut Model) -> Vec<Effect> {
    let now = model.session.now;
    let attached = model.thread.as_mut().and_then(|thread| {
        let attached = thread.composer.attached.pop()?;
        thread.composer.unsaved_since = Some(now);
        thread.composer.saved = false;
        Some(attached)
    });
    match attached {
        Some(attached) => {
            model.copying.remove(&attached.id);
            let words = Clean::one_line(&attached.content.words());
            model.toast(ToastKind::Info, format!("Removed {words}."));
        }
        None => model.toast(ToastKind::Info, "Nothing is attached."),
    }
    Vec::new()
}

/// This reply makes no sound on the customer's phone, or does again.
pub(crate) fn silent(model: &mut Model) -> Vec<Effect> {
    let now = model.session.now;
    let Some(thread) = &mut model.thread else {
        model.toast(ToastKind::Info, "Open a conversation first.");
        return Vec::new();
    };
    // Meta's pages name `notification_type` for Messenger alone.
    if thread.conversation.platform == Platform::Instagram {
        model.toast(ToastKind::Info, "Instagram has no silent messages.");
        return Vec::new();
    }
    let composer = &mut thread.composer;
    composer.silent = !composer.silent;
    if !composer.is_empty() {
        composer.unsaved_since.get_or_insert(now);
        composer.saved = false;
    }
    let words = match composer.silent {
        true => "This reply will arrive without a sound.",
        false => "This reply will arrive with a sound again.",
    };
    model.toast(ToastKind::Info, words);
    Vec::new()
}

/// Offers the canned replies and the templates.
pub(crate) fn canned(model: &mut Model) -> Vec<Effect> {
    let thread = model.thread.as_ref();
    let by_slash = thread.is_some_and(|thread| !thread.composer.has_text());
    let platform = thread.map_or(Platform::Messenger, |thread| thread.conversation.platform);
    let mut picker = CannedPicker::opened(by_slash, platform, canned_values(model));
    let closed = thread.is_some_and(|thread| model.send_as(thread).is_err());
    picker.closed = closed;
    picker.approved(model.session.utility.as_ref());
    model.dialogs.push(Dialog::Canned(picker));
    let mut effects = vec![Effect::Query(Query::Canned)];
    // What Meta approved is asked for once, where it may be needed.
    let unread = match &model.session.utility {
        None => true,
        Some(Err(_)) => closed,
        Some(Ok(_)) => false,
    };
    if unread && platform == Platform::Messenger {
        effects.push(Effect::Engine(Command::ReadTemplates));
    }
    effects
}

/// The utility templates that Meta approved.
pub(crate) fn approved(model: &mut Model, templates: Result<Vec<Template>, String>) {
    for dialog in &mut model.dialogs {
        if let Dialog::Canned(picker) = dialog {
            picker.approved(Some(&templates));
        }
    }
    model.session.utility = Some(templates);
}

/// Puts a canned reply, filled in, into the composer: a text where the cursor is, a
/// template behind the text. What is missing of a template is asked for first.
pub(crate) fn use_canned(model: &mut Model, content: Content) -> Vec<Effect> {
    let Some(thread) = &model.thread else {
        return Vec::new();
    };
    let platform = thread.conversation.platform;
    let values = canned_values(model);
    match content {
        Content::Template(template) => {
            match FillDialog::missing_of(&template, values.clone(), platform) {
                Some(fill) => {
                    model.dialogs.push(Dialog::Fill(fill));
                    Vec::new()
                }
                None => {
                    let content = Content::Template(template);
                    attach(model, canned::filled_content(&content, &values))
                }
            }
        }
        content => {
            let content = canned::filled_content(&content, &values);
            compose(model, |composer| composer.insert(content.text().trim_end()))
        }
    }
}

/// Names and values for the open thread. What is unknown is not there.
/// Whatever the bot said at its hand-over has its own name (`{order}`).
fn canned_values(model: &Model) -> Vec<(String, String)> {
    let Some(thread) = &model.thread else {
        return Vec::new();
    };
    let account = &model.session.account;
    let name = thread.conversation.name.as_deref().unwrap_or_default();
    let name = Clean::one_line(name).into_string();
    let first = name.split_whitespace().next().unwrap_or_default();
    let own = [first, &name, &model.session.settings.agent, &account.name];
    let own = canned::VARIABLES
        .iter()
        .zip(own)
        .map(|((name, _), value)| ((*name).to_owned(), value.to_owned()));
    let note = ownership_history::note(&thread.window.items, &account.apps);
    let note = note.into_iter().flat_map(|(_, fields)| fields);
    own.chain(note)
        // What somebody else wrote is filled in as it is, not as a variable.
        .map(|(name, value)| (name, Clean::one_line(&value).replace(['{', '}'], "")))
        .filter(|(_, value)| !value.trim().is_empty())
        .collect()
}

/// Puts something behind the text. A copy of each file is made at once: it may be
/// changed or gone before it goes out.
pub(crate) fn attach(model: &mut Model, content: Content) -> Vec<Effect> {
    let id = model.new_id();
    let now = model.session.now;
    let Some(thread) = &mut model.thread else {
        return Vec::new();
    };
    let c = &thread.conversation;
    if thread.composer.began.is_none() {
        thread.composer.began(c.known(), &c.owner);
    }
    let file = content.files().first().cloned();
    let copy = file.map(|file| {
        let copying = (c.psid.clone(), content.clone());
        model.copying.insert(id.clone(), copying);
        Effect::Engine(Command::CopyFile {
            conversation: c.id.clone(),
            id: id.clone(),
            file,
        })
    });
    thread.composer.attach(id, content, copy.is_some());
    thread.composer.saved = false;
    // What is being copied cannot be saved yet.
    if copy.is_none() {
        thread.composer.unsaved_since.get_or_insert(now);
    }
    copy.into_iter().collect()
}

/// The copy is made, or it is said why not. In a thread that was left it joins the
/// draft on the disk.
pub(crate) fn file_copied(
    model: &mut Model,
    conversation: ConversationId,
    id: &LocalId,
    copy: Result<Box<Attachment>, String>,
) -> Vec<Effect> {
    let Some((psid, content)) = model.copying.remove(id) else {
        // It was taken off meanwhile; the copy goes at the next start.
        return Vec::new();
    };
    let now = model.session.now;
    let attached = model
        .open_thread(&conversation)
        .map(|thread| &mut thread.composer);
    match (copy, attached) {
        (Ok(copy), Some(composer)) => {
            composer.attach(id.clone(), content.with_files(vec![*copy]), false);
            composer.saved = false;
            composer.unsaved_since = Some(now);
            Vec::new()
        }
        (Ok(copy), None) => vec![Effect::Engine(Command::SaveDraft {
            conversation,
            psid,
            draft: Draft {
                attached: vec![content.with_files(vec![*copy])],
                ..Draft::default()
            },
            over: false,
        })],
        (Err(why), attached) => {
            if let Some(composer) = attached {
                composer.attached.retain(|attached| attached.id != *id);
            }
            model.toast(ToastKind::Bad, why);
            Vec::new()
        }
    }
}
