//! What the engine does with an answer when it comes.

use super::{About, Done, Engine, Walk};
use crate::{
    domain::{
        Act, AppId, Ask, Change, ConversationId, Event, Mid, PAGE_INBOX_APPS, Platform, Psid,
        Routing, Span, ThreadOwner, Timestamp,
    },
    graph::{self, Decoded, Verdict},
    store,
    sync::polls::Poll,
};

impl Engine {
    pub(super) async fn done(&mut self, done: Done) -> Result<(), store::Error> {
        self.tell_health();
        match done {
            Done::Page(Ok(page)) => {
                self.about = About::Known;
                let (messenger, instagram) = (page.messenger_routing, page.instagram_routing);
                self.ingest(vec![Event::Page {
                    name: page.name,
                    messenger,
                    instagram,
                }])
                .await?;
            }
            Done::Page(Err(error)) => {
                self.about = About::Wanted;
                self.note_failure(&error);
            }
            Done::Apps(ours, apps) => self.found_apps(ours, apps),
            Done::Instagram(Ok(account)) => {
                self.instagram = account;
                if self.instagram.is_some() {
                    self.schedule.add_instagram(self.clock.now());
                }
            }
            // Without the permission for it there is no Instagram to show.
            Done::Instagram(Err(error)) => {
                if !matches!(error, graph::Error::Graph(_)) {
                    self.about = About::Wanted;
                }
            }
            Done::List {
                platform,
                walk,
                result,
            } => self.listed(platform, walk, result).await?,
            Done::Thread { id, result } => {
                if self.open.as_ref() == Some(&id) {
                    self.schedule.finished(Poll::Thread, self.clock.now());
                }
                match result {
                    Ok(page) => {
                        self.note_success();
                        self.note_unreadable(page.unreadable);
                        let before = self.reader.conversation(&id)?;
                        self.ingest(page.events).await?;
                        let after = self.reader.conversation(&id)?;
                        // A message of the customer, and every change of hands,
                        // sets the clock of control anew.
                        if let (Some(before), Some(after)) = (before, after)
                            && (before.customer_at != after.customer_at
                                || before.owner != after.owner)
                        {
                            self.ask_owner(&after);
                        }
                    }
                    Err(error) => self.note_failure(&error),
                }
            }
            Done::Owner {
                id,
                at,
                result: Ok((owner, until)),
            } => {
                let owner = self.owner_in_words_we_know(&id, owner);
                self.ingest(vec![Event::Owner {
                    conversation: id,
                    owner,
                    until,
                    at,
                }])
                .await?;
            }
            Done::Owner { .. } => {}
            Done::Profile {
                psid,
                result: Ok(profile),
            } => {
                self.ingest(vec![Event::Profile { psid, profile }]).await?;
            }
            Done::Profile { .. } => {}
            Done::Older {
                id,
                result: Ok(page),
            } => {
                let older = Some(page.after);
                self.ingest(vec![Event::Messages {
                    conversation: id.clone(),
                    messages: page.messages,
                    older,
                }])
                .await?;
                self.tell(Change::Done {
                    conversation: id,
                    act: Act::Older,
                });
            }
            Done::Older {
                id,
                result: Err(error),
            } => {
                self.tell(Change::Failed {
                    conversation: id,
                    act: Act::Older,
                    why: error.to_string(),
                });
            }
            Done::Asked {
                id,
                psid,
                ask,
                result,
            } => self.asked(id, psid, ask, result).await?,
        }
        Ok(())
    }

    pub(super) async fn listed(
        &mut self,
        platform: Platform,
        mut walk: Walk,
        result: Result<Decoded, graph::Error>,
    ) -> Result<(), store::Error> {
        let page = match result {
            Ok(page) => page,
            Err(error) => {
                let again = error.too_wide() && self.schedule.narrow(platform);
                self.schedule
                    .finished(Poll::List(platform), self.clock.now());
                if again {
                    self.schedule.hurry(self.clock.now());
                } else {
                    self.note_failure(&error);
                }
                return Ok(());
            }
        };
        self.note_success();
        self.schedule.widen(platform);
        // The figure of a walk is that of all its pages.
        walk.unreadable += page.unreadable;
        let updates = || {
            page.events.iter().filter_map(|event| match event {
                Event::Conversation(seen) => Some(seen.updated_at),
                _ => None,
            })
        };
        walk.newest = walk.newest.max(updates().max());
        let all_newer = match (walk.known, updates().min()) {
            (Some(known), Some(oldest)) => oldest > known,
            (None, _) => true,
            (Some(_), None) => false,
        };
        let mut events = page.events;
        let next = page.after.filter(|_| all_newer);
        if let (None, Some(through)) = (&next, walk.newest) {
            // Only a walk that came to its end says that nothing was missed.
            events.push(Event::Listed { platform, through });
        }
        self.ingest(events).await?;
        if next.is_none() {
            self.note_unreadable(walk.unreadable);
        }
        match next {
            Some(after) => self.list(platform, walk, Some(after)),
            None => self
                .schedule
                .finished(Poll::List(platform), self.clock.now()),
        }
        Ok(())
    }

    pub(super) async fn asked(
        &mut self,
        id: ConversationId,
        psid: Psid,
        ask: Ask,
        result: Result<Option<Mid>, graph::Error>,
    ) -> Result<(), store::Error> {
        let now = self.clock.now();
        self.lines.finish(&id);
        match (&ask, result) {
            (
                Ask::Send {
                    local, hand_back, ..
                },
                Ok(Some(mid)),
            ) => {
                self.note_success();
                let at = now.plus(Span::millis(self.health.skew.unwrap_or(0)));
                let mut events = vec![Event::Accepted {
                    conversation: id.clone(),
                    local: local.clone(),
                    mid,
                    at,
                }];
                let platform = self
                    .reader
                    .conversation(&id)?
                    .map_or(Platform::Messenger, |c| c.platform);
                match hand_back {
                    Some(hand_back) if self.page.routing(platform) != Routing::Enabled => {
                        self.lines
                            .push_next(&id, psid, Ask::Pass(hand_back.clone()));
                    }
                    // By our own clock, as all that is said of owners.
                    _ => events.extend(ask.happening().map(|what| Event::Did {
                        conversation: id.clone(),
                        at: now,
                        what,
                    })),
                }
                self.ingest(events).await?;
            }
            (Ask::Send { local, .. }, Ok(None)) => {
                self.writer.doubt(local.clone()).await?;
                let why = "Meta's answer named no message. Looking whether it arrived.".to_owned();
                self.in_doubt(id.clone(), why);
            }
            (Ask::Send { local, .. }, Err(error)) => {
                self.note_refusal(&error);
                match error.verdict() {
                    Verdict::Refused | Verdict::NotSent => {
                        self.writer
                            .refuse(local.clone(), error.to_string(), now)
                            .await?;
                        self.failed(id.clone(), &ask, not_sent(&error));
                    }
                    Verdict::Unknown => {
                        self.writer.doubt(local.clone()).await?;
                        let why = format!(
                            "Not confirmed: Meta may have it, so it is looked for and not sent again. {error}"
                        );
                        self.in_doubt(id.clone(), why);
                        self.schedule.hurry(now);
                    }
                }
            }
            (_, Ok(_)) => {
                self.note_success();
                let happened = ask.happening().map(|what| Event::Did {
                    conversation: id.clone(),
                    at: now,
                    what,
                });
                self.ingest(happened.into_iter().collect()).await?;
                self.tell(Change::Done {
                    conversation: id.clone(),
                    act: ask.act(),
                });
                let moved = matches!(ask, Ask::Take | Ask::Extend(_));
                if let (true, Some(conversation)) = (moved, self.reader.conversation(&id)?) {
                    self.ask_owner(&conversation);
                }
            }
            // Typing is a courtesy; its failure is not worth a word.
            (Ask::Typing(_), Err(_)) => {}
            (_, Err(error)) => {
                self.note_refusal(&error);
                if ask == Ask::Take {
                    match error.verdict() {
                        Verdict::Refused | Verdict::NotSent => {
                            self.drop_followers(&id, &error, now).await?
                        }
                        // Meta may have done it: what follows will tell.
                        Verdict::Unknown => {}
                    }
                    if let Some(conversation) = self.reader.conversation(&id)? {
                        self.ask_owner(&conversation);
                    }
                }
                self.failed(id.clone(), &ask, error.to_string());
            }
        }
        self.pump(&id).await
    }

    /// After a refused take: what was to follow it cannot succeed, and Meta is
    /// not bothered with it.
    pub(super) async fn drop_followers(
        &mut self,
        id: &ConversationId,
        error: &graph::Error,
        now: Timestamp,
    ) -> Result<(), store::Error> {
        for ask in self.lines.clear(id) {
            if let Ask::Send { local, .. } = &ask {
                self.writer
                    .refuse(local.clone(), error.to_string(), now)
                    .await?;
                self.failed(id.clone(), &ask, not_sent(error));
            }
        }
        Ok(())
    }

    /// The refusal comes first: the screen then reloads knowing of it.
    pub(super) fn failed(&self, conversation: ConversationId, ask: &Ask, why: String) {
        self.tell(Change::Failed {
            conversation: conversation.clone(),
            act: ask.act(),
            why,
        });
        self.tell(Change::Thread(conversation));
        self.tell(Change::Inbox);
    }

    fn in_doubt(&self, conversation: ConversationId, why: String) {
        self.tell(Change::InDoubt {
            conversation: conversation.clone(),
            why,
        });
        self.tell(Change::Thread(conversation));
        self.tell(Change::Inbox);
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
        if self.apps.ours.is_none() {
            self.apps.ours = ours;
        }
        for app in &apps {
            if !app.name.is_empty() {
                self.apps
                    .names
                    .entry(app.id.clone())
                    .or_insert_with(|| app.name.clone());
            }
        }
        if self.apps.bot.is_none() && self.apps.ours.is_some() {
            let others: Vec<_> = apps
                .into_iter()
                .filter(|app| {
                    Some(&app.id) != self.apps.ours.as_ref()
                        && !PAGE_INBOX_APPS.contains(&app.id.as_str())
                })
                .collect();
            if let [bot] = others.as_slice() {
                self.apps.bot = Some(bot.id.clone());
            }
        }
        self.tell(Change::Apps(self.apps.clone()));
    }
}

fn not_sent(error: &graph::Error) -> String {
    format!("Not sent; your text is still here. {error}")
}
