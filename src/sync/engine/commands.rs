//! What an agent wants of the engine.

use crate::{
    domain::{
        Change, Command, ConversationId, Draft, Link, PerPlatform, Platform, Psid, Timestamp,
    },
    store,
    sync::engine::{
        files,
        picture_work::WantedPicture,
        state::{Completion, Engine, PageLookup},
    },
};

impl Engine {
    pub(super) async fn command(&mut self, command: Command) -> Result<(), store::Error> {
        let now = self.clock.now();
        let command = command.about(|id| self.called(id));
        self.idle.touched(&command, now);
        match command {
            Command::Pace { active } => self.schedule.set_active(active, now),
            Command::Refresh => {
                self.try_another_token();
                // Meta's own pauses are kept, whatever a person wants.
                if matches!(self.account.link, Link::Offline(_) | Link::TokenRefused(_)) {
                    self.schedule.forgive(now);
                    self.outbox.link_is_up(now);
                }
                self.schedule.hurry(now);
                self.read_places = PerPlatform::default();
                self.gaps.clear();
                self.broken_lists.clear();
                for platform in [Platform::Messenger, Platform::Instagram] {
                    self.schedule_backfill(platform)?;
                }
                if self.page_lookup == PageLookup::Wanted {
                    self.start_up();
                }
            }
            Command::Simulator(order) => {
                let graph = self.graph.clone();
                self.go(async move {
                    Completion::Ordered(graph.simulator(order.what, &order.members).await)
                });
            }
            Command::Open(id) => self.opened(id, now).await?,
            Command::Close => {
                self.open = None;
                self.schedule.open(false, now);
            }
            Command::Older(id) => self.older(id)?,
            Command::SaveDraft {
                conversation,
                psid,
                draft,
                over,
            } => self.save_draft(conversation, psid, draft, over).await,
            Command::CopyFile {
                conversation,
                id,
                file,
            } => {
                let folder = self.options.files.clone();
                self.go(async move {
                    let copy = files::copy(&folder, &id, file).await.map(Box::new);
                    Completion::Copied(conversation, id, copy)
                });
            }
            Command::LookedAt(id) => {
                let now = self.server_now();
                self.writer.looked_at(id.clone(), now).await?;
                if self.writer.no_longer_unread(id, now).await? {
                    self.tell(Change::Inbox);
                }
            }
            Command::AskDelivered(id, psid) => {
                let graph = self.graph.clone();
                self.go(async move {
                    let result = graph.simulator_deliveries(&psid).await;
                    Completion::Delivered(id, result)
                });
            }
            Command::ShowPicture {
                conversation,
                psid,
                id,
                size,
                file,
            } => {
                let wanted = WantedPicture {
                    conversation,
                    psid,
                    id,
                    size,
                    file,
                };
                self.show_picture(wanted)?;
            }
            Command::CancelUpload(local) => {
                if let Some(upload) = self.uploads.get(&local) {
                    upload.cancel();
                }
            }
            Command::SaveFile(link) => {
                let graph = self.graph.clone();
                let folder = self.options.downloads.clone();
                self.go(async move {
                    let fetched = graph.download(&link).await;
                    Completion::Saved(
                        fetched.and_then(|file| files::keep(&folder, &file.0, file.1)),
                    )
                });
            }
            Command::ReadTemplates => {
                let graph = self.graph.clone();
                self.go(
                    async move { Completion::UtilityTemplates(graph.utility_templates().await) },
                );
            }
            Command::ReadProfile(platform) => self.read_profile(platform).await?,
            Command::WriteProfile(platform, change, after) => {
                self.write_profile(platform, change, after).await?;
            }
            Command::Triage(rows) => {
                let ids: Vec<_> = rows.iter().map(|(id, _, _)| id.clone()).collect();
                self.writer.triage(rows, self.server_now()).await?;
                self.tell(Change::Inbox);
                for id in ids {
                    self.tell(Change::Thread(id));
                }
            }
            Command::KeepNote {
                conversation,
                psid,
                note,
            } => {
                let kept = self.writer.keep_note(conversation.clone(), psid, note);
                kept.await?;
                self.tell(Change::Thread(conversation));
            }
            Command::DropNote(conversation, id) => {
                self.writer.drop_note(id.as_str().to_owned()).await?;
                self.tell(Change::Thread(conversation));
            }
            Command::DropRefused(id) => {
                self.outbox.drop_refused(&id);
                self.writer.drop_refused(id.clone()).await?;
                self.tell(Change::Thread(id));
                self.tell(Change::Inbox);
            }
            Command::Decide {
                conversation,
                local,
                decision,
            } => {
                let facts = self.facts(&conversation)?;
                let steps = self.outbox.decide(&conversation, &local, decision, &facts);
                let written = self.carry_out(steps).await;
                written.and(self.pump(&conversation).await)?;
            }
            Command::Operate {
                conversation,
                psid,
                operation,
            } => self.operate(conversation, psid, operation, now).await?,
        }
        Ok(())
    }

    async fn save_draft(
        &mut self,
        conversation: ConversationId,
        psid: Psid,
        draft: Draft,
        over: bool,
    ) {
        let (id, now) = (conversation.clone(), self.clock.now());
        match self.writer.save_draft(id, psid, draft, over, now).await {
            Ok(taken_off) => {
                taken_off.iter().for_each(files::remove);
                self.tell(Change::DraftSaved(conversation));
            }
            Err(error) => {
                let why = format!("{error}. The text is only on the screen.");
                self.tell(Change::DraftNotSaved(conversation, why));
            }
        }
    }

    pub(super) async fn opened(
        &mut self,
        id: ConversationId,
        now: Timestamp,
    ) -> Result<(), store::Error> {
        self.schedule.open(true, now);
        self.open = Some(id.clone());
        self.outbox.opened(&id, now);
        let Some(conversation) = self.reader.conversation(&id)? else {
            return Ok(());
        };
        self.ask_owner(&conversation);
        if !self.reader.profile_asked(&conversation.psid)? {
            let (graph, psid) = (self.graph.clone(), conversation.psid.clone());
            self.go(async move {
                let result = graph.profile(&psid, conversation.platform).await;
                Completion::Profile { psid, result }
            });
        }
        self.poll().await
    }

    pub(super) fn older(&mut self, id: ConversationId) -> Result<(), store::Error> {
        if id.is_ours() {
            let why = "Meta does not show this conversation yet. Trying again.";
            self.tell(Change::OlderFailed(id, why.into()));
            return Ok(());
        }
        let Some(conversation) = self.reader.conversation(&id)? else {
            return Ok(());
        };
        let cursor = match self.reader.older_cursor(&id)? {
            Some(None) => return Ok(()),
            Some(cursor) => cursor,
            None => None,
        };
        let graph = self.graph.clone();
        self.go(async move {
            let result = graph
                .older_messages(&id, &conversation.psid, cursor.as_deref())
                .await;
            Completion::Older { id, result }
        });
        Ok(())
    }
}
