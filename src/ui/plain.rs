//! The desk in lines, for screen readers and logs: what has changed since the
//! last look is told, once, in the order in which it came. No line is ever taken
//! back, and nothing but text comes out.

use std::collections::BTreeMap;

use crate::{
    app::{Model, ToastKind, dialog::Question, input::plain, privacy, thread::entry_in_words},
    domain::{ConversationId, Link, Timestamp, View},
    text::Clean,
};

/// So many of the last entries are told when a thread opens.
const ENTRIES: usize = 10;

/// What has been told so far.
#[derive(Debug, Default)]
pub struct Transcript {
    link: Option<Link>,
    needs_me: Option<u32>,
    view: Option<(View, String)>,
    toasts: Vec<(String, Timestamp)>,
    notice: Option<String>,
    thread: Option<ConversationId>,
    /// The entries that were told, with their words.
    entries: BTreeMap<String, String>,
    question: Option<Question>,
}

impl Transcript {
    /// The lines for what has changed.
    pub fn news(&mut self, model: &Model) -> Vec<String> {
        if model.session.privacy {
            return self.tell(&privacy::drawn(model));
        }
        self.tell(model)
    }

    fn tell(&mut self, model: &Model) -> Vec<String> {
        let mut lines = Vec::new();
        if self.link.as_ref() != Some(&model.session.account.link) {
            self.link = Some(model.session.account.link.clone());
            lines.push(format!("link: {}", crate::app::top_bar::link_words(model)));
        }
        let count = model.inbox.counts.by_view[View::NeedsMe.index()];
        if model.inbox.loaded && self.needs_me != Some(count) {
            self.needs_me = Some(count);
            lines.push(format!("{count} need you"));
        }
        let view = (model.inbox.view, model.inbox.filter.clone());
        if model.inbox.loaded && !model.inbox.is_asking() && self.view.as_ref() != Some(&view) {
            self.view = Some(view);
            lines.extend(plain::list(model));
        }
        self.toasts(model, &mut lines);
        self.thread(model, &mut lines);
        self.question(model, &mut lines);
        lines
            .into_iter()
            .map(|line| Clean::one_line(&line).into_string())
            .collect()
    }

    fn toasts(&mut self, model: &Model, lines: &mut Vec<String>) {
        for toast in &model.toasts {
            let told = (toast.text.clone(), toast.since);
            if self.toasts.contains(&told) {
                continue;
            }
            let kind = match toast.kind {
                ToastKind::Info | ToastKind::Good | ToastKind::Alert => "",
                ToastKind::Warn => "not now: ",
                ToastKind::Bad => "problem: ",
            };
            lines.push(format!("{kind}{}", toast.text));
        }
        self.toasts = model
            .toasts
            .iter()
            .map(|toast| (toast.text.clone(), toast.since))
            .collect();
    }

    fn thread(&mut self, model: &Model, lines: &mut Vec<String>) {
        let Some(thread) = model
            .thread
            .as_ref()
            .filter(|thread| thread.window.is_loaded())
        else {
            if model.thread.is_none() && self.thread.take().is_some() {
                self.entries.clear();
                self.notice = None;
                lines.push("back in the list".into());
            }
            return;
        };
        let opened = self.thread.as_ref() != Some(&thread.conversation.id);
        if opened {
            self.thread = Some(thread.conversation.id.clone());
            self.entries.clear();
            self.notice = None;
            lines.push(format!(
                "open: {}",
                plain::about(model, &thread.conversation)
            ));
            if !thread.composer.is_empty() {
                lines.push(format!("draft: {}", plain::draft_words(&thread.composer)));
            }
        }
        let first = thread.window.items.len().saturating_sub(ENTRIES);
        for (at, item) in thread.window.items.iter().enumerate() {
            let key = item.key();
            let words = entry_in_words(model, at, opened && at == first);
            let known = self.entries.get(&key).cloned();
            let same = known.as_ref().is_some_and(|known| known.ends_with(&words));
            // Older ones are known without having been told.
            if !same && (at >= first || known.is_some() || !opened) {
                lines.push(words.clone());
            }
            self.entries.insert(key, words);
        }
        let notice = thread.notice();
        if self.notice != notice {
            lines.extend(notice.iter().map(|words| format!("notice: {words}")));
            self.notice = notice;
        }
    }

    /// A question is open: what it asks, and which letter answers what.
    fn question(&mut self, model: &Model, lines: &mut Vec<String>) {
        let asked = model.dialogs.last().and_then(|top| top.modal().question());
        if self.question == asked {
            return;
        }
        self.question.clone_from(&asked);
        if let Some(asked) = asked {
            lines.push(format!("question: {}", asked.title));
            lines.extend(asked.answers);
            lines.push("cancel: none of these".into());
        }
    }
}
