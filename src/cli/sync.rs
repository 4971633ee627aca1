//! `switchboard sync`: fetches what is new and what is missing, once. It goes on
//! where it was stopped, sends nothing, and leaves replies that wait to the desk.

use std::{io::IsTerminal, pin::pin};

use serde_json::json;
use tokio::{
    signal::unix::{SignalKind, signal},
    sync::{broadcast, mpsc},
};
use tokio_util::sync::CancellationToken;

use super::{
    failure::Failure,
    global::Global,
    output::{instead, say, say_json, warn},
    setup::{self, executor},
};
use crate::{
    clock::{self, Clock, Timestamp},
    config::Config,
    domain::{Backfill, Change, Link, Platform, Remedy, Severity},
    store::{Notice, Reader},
    sync::{Engine, Options},
};

/// Cells of the bar.
const BAR: usize = 24;

pub(super) fn run(global: &Global) -> Result<(), Failure> {
    let config =
        Config::load(global.config.as_deref()).map_err(|e| Failure::Usage(e.to_string()))?;
    let executor = executor()?;
    let clock = Clock::system();
    let (graph, page) = setup::connect(global, &config, &clock)?;
    let folder = setup::folder(global, &config)?;
    let opened = setup::open(&folder, &page)?;
    for notice in &opened.notices {
        if !matches!(notice, Notice::InUse | Notice::ReadOnly) {
            warn(format_args!("{notice}"));
        }
    }
    let (writer, reader) = opened.alone(&folder).map_err(Failure::failed)?;
    let options = Options {
        once: true,
        ..setup::sync_options(config)
    };
    executor.block_on(async {
        let (changes, news) = broadcast::channel(1024);
        let (_commands, receiver) = mpsc::channel(1);
        let stop = CancellationToken::new();
        let engine = Engine::new(
            options,
            graph,
            writer,
            reader.clone(),
            clock.clone(),
            receiver,
            changes,
        );
        let report = SyncReport::new(global.json, reader);
        let mut interrupt = signal(SignalKind::interrupt()).map_err(Failure::failed)?;
        let mut terminate = signal(SignalKind::terminate()).map_err(Failure::failed)?;
        let mut work = pin!(async { tokio::join!(engine.run(stop.clone()), report.listen(news)) });
        let (worked, report) = loop {
            tokio::select! {
                done = &mut work => break done,
                _ = interrupt.recv() => stop.cancel(),
                _ = terminate.recv() => stop.cancel(),
            }
        };
        worked.map_err(Failure::failed)?;
        report.end(stop.is_cancelled())
    })
}

/// What has been fetched so far.
#[derive(Debug)]
struct SyncReport {
    json: bool,
    /// The bar is drawn over itself.
    live: bool,
    reader: Reader,
    conversations: u32,
    messages: u32,
    pages: u32,
    back_to: Option<Timestamp>,
    trouble: Option<String>,
    /// Something of Meta's answers could not be read.
    gaps: bool,
    /// What Meta refuses: the token, or a list.
    refused: Option<String>,
}

impl SyncReport {
    fn new(json: bool, reader: Reader) -> Self {
        Self {
            json,
            live: !json && std::io::stderr().is_terminal(),
            reader,
            conversations: 0,
            messages: 0,
            pages: 0,
            back_to: None,
            trouble: None,
            gaps: false,
            refused: None,
        }
    }

    async fn listen(mut self, mut news: broadcast::Receiver<Change>) -> Self {
        loop {
            match news.recv().await {
                Ok(change) => self.note(change),
                Err(broadcast::error::RecvError::Lagged(_)) => {}
                Err(broadcast::error::RecvError::Closed) => return self,
            }
        }
    }

    fn note(&mut self, change: Change) {
        match change {
            Change::ListRead {
                platform,
                conversations,
                messages,
                back_to,
                whole,
                ..
            } => {
                self.conversations += conversations;
                self.messages += messages;
                self.pages += 1;
                self.back_to = back_to;
                self.trouble = None;
                if self.json {
                    let line = json!({"event": "page", "platform": platform.word(), "conversations": conversations,
                        "messages": messages, "back_to": back_to.map(clock::iso), "whole": whole});
                    say_json(&line);
                } else if self.live {
                    self.draw();
                }
            }
            Change::Link(Link::TokenRefused(why)) | Change::Notice(Severity::Problem, why) => {
                self.refused = Some(Remedy::without_keys(&why));
            }
            Change::Link(Link::Offline(why) | Link::Broken(why)) => {
                self.trouble = Some(Remedy::without_keys(&why));
            }
            Change::Storage(Some(why)) => {
                self.trouble = Some(format!("Nothing can be saved: {why}."))
            }
            Change::Link(Link::Throttled(until)) => {
                let until = until.local(&clock::zone()).strftime("%H:%M").to_string();
                self.trouble = Some(format!("Meta asks us to slow down until {until}."));
            }
            Change::Unreadable(count) => {
                self.gaps = true;
                if self.live {
                    instead("");
                }
                warn(format_args!(
                    "{count} items in Meta's answers could not be read."
                ));
            }
            _ => {}
        }
    }

    /// Meta does not say how much there is, so the bar shows that it goes on,
    /// and the date how far back.
    fn draw(&self) {
        let at = self.pages as usize % (BAR - 3);
        let bar: String = (0..BAR)
            .map(|cell| {
                if (at..at + 4).contains(&cell) {
                    '#'
                } else {
                    '-'
                }
            })
            .collect();
        let back_to = self.back_to.map(|at| {
            let day = at.local(&clock::zone()).strftime("%-d %b %Y").to_string();
            format!(", back to {day}")
        });
        instead(format_args!(
            "[{bar}] {} conversations, {} messages{}",
            self.conversations,
            self.messages,
            back_to.unwrap_or_default()
        ));
    }

    fn end(self, stopped: bool) -> Result<(), Failure> {
        let left = |platform| !matches!(self.reader.backfill(platform), Ok(Backfill::Done));
        let cached = self.reader.cached().map_err(Failure::failed)?;
        let whole = !left(Platform::Messenger)
            && self.trouble.is_none()
            && !self.gaps
            && self.refused.is_none()
            && !stopped;
        if self.json {
            let line = json!({"event": "end", "conversations": self.conversations, "messages": self.messages,
                "cached_conversations": cached.0, "cached_messages": cached.1, "whole": whole});
            say_json(&line);
        } else {
            if self.live {
                instead(format_args!("[{}]", "#".repeat(BAR)));
                warn("");
            }
            say(format_args!(
                "Read {} conversations and {} messages; {} and {} are cached now.",
                self.conversations, self.messages, cached.0, cached.1
            ));
        }
        let kept = |why: &str| format!("{why} What was read is kept; run it again to go on.");
        match (self.refused, self.trouble, stopped) {
            (Some(why), _, _) => Err(Failure::Refused(kept(&why))),
            (None, Some(why), _) => Err(Failure::Failed(kept(&why))),
            (None, None, true) => Err(Failure::Failed(
                "stopped; what was read is kept, and the next run continues from there".into(),
            )),
            (None, None, false) => Ok(()),
        }
    }
}
