//! What the engine does with an answer when it comes.

use crate::{
    domain::{
        AppId, Change, ConversationId, Event, Operation, Outcome, PAGE_INBOX_APPS, Platform,
        Severity, ThreadOwner, Timestamp, TriageChange, Until,
    },
    graph::{self, Decoded, Verdict},
    store,
    sync::{
        engine::state::{Completion, Engine, PageLookup},
        polls::Poll,
    },
};

impl Engine {
    pub(super) async fn complete(&mut self, completion: Completion) -> Result<(), store::Error> {
        self.tell_health();
        match completion {
            Completion::Picture(fetched) => self.picture_fetched(fetched).await?,
            Completion::Page(Ok(page)) => {
                self.page_lookup = PageLookup::Known;
                self.ingest(vec![Event::Page {
                    name: page.name,
                    routing: page.routing,
                }])
                .await?;
            }
            Completion::Page(Err(error)) => {
                self.page_lookup = PageLookup::Wanted;
                self.note_failure(&error);
            }
            Completion::Apps(ours, apps) => {
                let kept = match ours.clone() {
                    Some(app) => self.writer.keep_app(app).await,
                    None => Ok(()),
                };
                self.found_apps(ours, apps);
                for id in std::mem::take(&mut self.unclear_owners) {
                    if let Some(conversation) = self.reader.conversation(&id)? {
                        self.ask_owner(&conversation);
                    }
                }
                kept?;
            }
            Completion::Instagram(Ok(account)) => {
                self.instagram = account;
                if self.instagram.is_some() {
                    self.schedule.add_instagram(self.clock.now());
                } else {
                    self.remaining.remove(&Platform::Instagram);
                }
            }
            Completion::Instagram(Err(error)) => {
                let refused = error.verdict() == Verdict::Refused && !error.is_token();
                if refused {
                    // Without the permission for it there is no Instagram to show.
                    self.remaining.remove(&Platform::Instagram);
                } else {
                    self.page_lookup = PageLookup::Wanted;
                    self.note_failure(&error);
                    if self.options.once {
                        self.remaining.clear();
                    }
                }
            }
            Completion::List(walk, result) => self.listed(walk, result).await?,
            Completion::Thread { id, polled, result } => {
                if polled && self.open.as_ref() == Some(&id) {
                    self.schedule.finished(Poll::Thread, self.clock.now());
                }
                self.thread_read(id, result).await?;
            }
            Completion::Owner {
                id,
                result: Ok((ThreadOwner::App(_), _)),
                ..
            } if !self.apps_known => {
                // Whether that app is us is not known yet.
                self.unclear_owners.push(self.called(id));
            }
            Completion::Owner { id, at, result } => {
                let id = self.called(id);
                if self.awaiting_owner.remove(&id) {
                    self.outbox.operated(&id);
                }
                let mut taken = Ok(());
                if let Ok((owner, until)) = result {
                    // Asked before it was known which app is ours.
                    let owner = match owner {
                        ThreadOwner::App(app) if self.account.apps.ours.as_ref() == Some(&app) => {
                            ThreadOwner::Us
                        }
                        owner => owner,
                    };
                    let owner = self.owner_in_words_we_know(&id, owner);
                    let event = Event::Owner {
                        conversation: id.clone(),
                        owner,
                        until,
                        at,
                    };
                    taken = self.ingest(vec![event]).await;
                }
                taken.and(self.pump(&id).await)?;
            }
            Completion::Profile {
                psid,
                result: Ok(profile),
            } => {
                self.ingest(vec![Event::Profile { psid, profile }]).await?;
            }
            Completion::Profile { .. } => {}
            Completion::Older {
                id,
                result: Ok(page),
            } => {
                // A place that does not move on is no place.
                let asked = self.reader.older_cursor(&id)?.flatten();
                let moved = page
                    .after
                    .clone()
                    .filter(|after| Some(after) != asked.as_ref());
                let id = self.called(id);
                let lost = page.goes_on && moved.is_none();
                let older = (!lost).then_some(moved);
                self.ingest(vec![Event::Messages {
                    conversation: id.clone(),
                    messages: page.messages,
                    older,
                }])
                .await?;
                if lost {
                    let why = "Meta says there is more but did not send a link to it.";
                    self.tell(Change::OlderFailed(id, why.into()));
                } else {
                    self.tell(Change::OlderArrived(id));
                }
            }
            Completion::Older {
                id,
                result: Err(error),
            } => {
                self.tell(Change::OlderFailed(self.called(id), error.to_string()));
            }
            Completion::Delivered(id, result) => match result {
                Ok(delivered) => self.tell(Change::Delivered(id, delivered)),
                Err(error) => self.tell(Change::Notice(Severity::Problem, error.to_string())),
            },
            Completion::Copied(conversation, id, copy) => self.tell(Change::FileCopied {
                conversation: self.called(conversation),
                id,
                copy,
            }),
            Completion::Saved(Ok(path)) => {
                self.tell(Change::Notice(
                    Severity::Info,
                    format!("Saved as {}", path.display()),
                ));
            }
            Completion::Saved(Err(why)) => {
                self.tell(Change::Notice(
                    Severity::Problem,
                    format!("Not saved. {why}"),
                ));
            }
            Completion::Ordered(result) => {
                self.tell(match result {
                    Ok(words) => Change::Notice(Severity::Info, words),
                    Err(error) => Change::Notice(Severity::Problem, error.to_string()),
                });
                // What was wound may be news.
                self.schedule.hurry(self.clock.now());
            }
            Completion::Stranger { psid, result } => self.stranger_read(psid, result).await?,
            Completion::Operated {
                id,
                operation,
                result,
            } => self.operated(id, operation, result).await?,
            Completion::Persona(result) => self.persona_came(result).await?,
            Completion::UtilityTemplates(result) => {
                let templates = result.map_err(|error| error.to_string());
                self.tell(Change::UtilityTemplates(templates));
            }
            Completion::PageProfile {
                platform,
                result,
                in_part,
            } => self.profile_came(platform, result, in_part),
            Completion::Uploaded { row, result, new } => self.uploaded(row, result, new).await?,
            Completion::Posted { row, media, result } => self.posted(row, media, result).await?,
        }
        Ok(())
    }

    /// A thread has been read. The outbox first: what is in doubt is told apart
    /// from what somebody else wrote before the cache says whose it is.
    async fn thread_read(
        &mut self,
        id: ConversationId,
        result: Result<Decoded, graph::Error>,
    ) -> Result<(), store::Error> {
        let now = self.clock.now();
        let page = match result {
            Ok(page) => page,
            Err(error) => {
                let refused = error.verdict() == Verdict::Refused && !error.is_token();
                self.outbox.read_failed(&id, refused, now);
                self.note_failure(&error);
                self.pump(&id).await?;
                self.tell_waiting(&id);
                return Ok(());
            }
        };
        self.note_success();
        self.note_unreadable(page.unreadable);
        let (mut messages, mut complete) = (&[][..], false);
        for event in &page.events {
            if let Event::Messages {
                messages: seen,
                older,
                ..
            } = event
            {
                (messages, complete) = (seen, *older == Some(None));
            }
        }
        self.check_missed_webhooks(self.platform(&id), &page.events)?;
        let steps = self.outbox.read(&id, messages, complete, now);
        let written = self.carry_out(steps).await;
        let before = self.reader.conversation(&id)?;
        let taken = self.ingest(page.events).await;
        let after = self.reader.conversation(&id)?;
        // A message of the customer, and every change of hands, sets the clock
        // of control anew.
        if let (Some(before), Some(after)) = (before, after)
            && (before.customer_at != after.customer_at || before.owner != after.owner)
        {
            self.ask_owner(&after);
        }
        written.and(taken).and(self.pump(&id).await)
    }

    /// Something other than a reply was asked of Meta.
    async fn operated(
        &mut self,
        id: ConversationId,
        operation: Operation,
        result: Result<(), graph::Error>,
    ) -> Result<(), store::Error> {
        let now = self.clock.now();
        let id = self.called(id);
        let lost = |error: &graph::Error| error.verdict() == Verdict::Unknown;
        let doubtful_take = operation == Operation::Take && result.as_ref().is_err_and(lost);
        let conversation = self.reader.conversation(&id).ok().flatten();
        // Meta may have done it: who holds the thread decides.
        if doubtful_take && conversation.as_ref().is_some_and(|c| self.ask_owner(c)) {
            self.awaiting_owner.insert(id.clone());
        } else {
            self.outbox.operated(&id);
        }
        let worked = self.note_operated(&id, &operation, result, now).await;
        worked.and(self.pump(&id).await)
    }

    async fn note_operated(
        &mut self,
        id: &ConversationId,
        operation: &Operation,
        result: Result<(), graph::Error>,
        now: Timestamp,
    ) -> Result<(), store::Error> {
        // A hand-back that was to follow a reply has had its turn, whatever came of
        // it and whatever the disk says to the rest.
        let settled = match operation {
            Operation::Pass(_) => self.writer.handed_back(id.clone()).await,
            _ => Ok(()),
        };
        let noted = self.note_result(id, operation, result, now).await;
        settled.and(noted)
    }

    async fn note_result(
        &mut self,
        id: &ConversationId,
        operation: &Operation,
        result: Result<(), graph::Error>,
        now: Timestamp,
    ) -> Result<(), store::Error> {
        match result {
            Ok(()) => {
                self.note_success();
                let happened = operation.timeline_event().map(|what| Event::Did {
                    conversation: id.clone(),
                    at: now,
                    what,
                });
                let reacted = match operation {
                    Operation::React { mid, emoji } => Some(Event::WeReacted {
                        conversation: id.clone(),
                        mid: mid.clone(),
                        emoji: emoji.clone(),
                        at: self.server_now(),
                    }),
                    _ => None,
                };
                let happened = happened.into_iter().chain(reacted);
                let recorded = self.record_operation(id, operation).await;
                let taken = self.ingest_or_keep(happened.collect()).await;
                self.tell(Change::Done {
                    conversation: id.clone(),
                    operation: operation.kind(),
                });
                recorded.and(taken)?;
                self.clear_resolved(id, operation).await?;
                let moved = matches!(operation, Operation::Take | Operation::Extend(_));
                if let (true, Some(conversation)) = (moved, self.reader.conversation(id)?) {
                    self.ask_owner(&conversation);
                }
            }
            // Typing is a courtesy; its failure is not worth a word.
            Err(_) if matches!(operation, Operation::Typing(_)) => return Ok(()),
            Err(error) => {
                self.note_refusal(&error);
                self.failed(id.clone(), operation.kind(), error.to_string());
                if *operation == Operation::Take && error.verdict() != Verdict::Unknown {
                    let steps = self.outbox.take_refused(id, &error.to_string());
                    self.carry_out(steps).await?;
                    if let Some(conversation) = self.reader.conversation(id)? {
                        self.ask_owner(&conversation);
                    }
                }
            }
        }
        Ok(())
    }

    /// Handed back as resolved, although they wrote last: nobody waits for us there
    /// until they write again.
    async fn clear_resolved(
        &mut self,
        id: &ConversationId,
        operation: &Operation,
    ) -> Result<(), store::Error> {
        let Operation::Pass(back) = operation else {
            return Ok(());
        };
        let row = self.reader.conversation(id)?;
        let Some(row) = row.filter(|row| row.waiting()) else {
            return Ok(());
        };
        if back.note.outcome != Outcome::Resolved {
            return Ok(());
        }
        let change = TriageChange::Defer(Until::NoReplyNeeded);
        let triage = change.added_to(&row.triage, row.customer_at);
        let rows = vec![(row.id, row.psid, triage)];
        self.writer.triage(rows, self.server_now()).await?;
        self.tell(Change::Inbox);
        Ok(())
    }

    /// Meta does not tell a bystander who holds a thread; if the last we know
    /// is our own hand-back to an app, that is still the best we know.
    pub(super) fn owner_in_words_we_know(
        &self,
        id: &ConversationId,
        owner: ThreadOwner,
    ) -> ThreadOwner {
        let known = self.reader.conversation(id).ok().flatten().map(|c| c.owner);
        match (owner, known) {
            (ThreadOwner::Other, Some(app @ ThreadOwner::App(_))) => app,
            (owner, _) => owner,
        }
    }

    /// Names for ids; and where the configuration names no bot, the only other
    /// app on the Page that is not Meta's inbox is it.
    pub(super) fn found_apps(&mut self, ours: Option<AppId>, apps: Vec<graph::AboutApp>) {
        self.apps_known = true;
        // What was kept may be of a token before this one.
        if self.options.apps.ours.is_none() && ours.is_some() {
            self.account.apps.ours = ours;
        }
        for app in &apps {
            if !app.name.is_empty() {
                self.account
                    .apps
                    .names
                    .entry(app.id.clone())
                    .or_insert_with(|| app.name.clone());
            }
        }
        if self.account.apps.bot.is_none() && self.account.apps.ours.is_some() {
            let others: Vec<_> = apps
                .into_iter()
                .filter(|app| {
                    Some(&app.id) != self.account.apps.ours.as_ref()
                        && !PAGE_INBOX_APPS.contains(&app.id.as_str())
                })
                .collect();
            if let [bot] = others.as_slice() {
                self.account.apps.bot = Some(bot.id.clone());
            }
        }
        self.tell(Change::Apps(self.account.apps.clone()));
    }
}
