//! What the Page shows before anybody writes. Meta takes ten calls in ten minutes, so
//! they are counted, also over the end of the program.

use crate::{
    domain::{Change, PROFILE_CALLS, PageProfile, Platform, ProfileChange, Span, Timestamp, Tree},
    graph, store,
    sync::engine::state::{Completion, Engine},
};

/// So long a call counts.
const COUNTS: Span = Span::minutes(10);

impl Engine {
    /// Reads what the Page shows.
    pub(super) async fn read_profile(&mut self, platform: Platform) -> Result<(), store::Error> {
        let spent = self.spend_profile_calls(platform, 1).await?;
        if !spent {
            return Ok(());
        }
        let graph = self.graph.clone();
        self.go(async move {
            let result = graph.page_profile(platform).await;
            Completion::PageProfile {
                platform,
                result,
                in_part: false,
            }
        });
        Ok(())
    }

    /// Writes a change; what the Page shows then is `after`.
    pub(super) async fn write_profile(
        &mut self,
        platform: Platform,
        change: ProfileChange,
        after: Tree,
    ) -> Result<(), store::Error> {
        if !self.sends() {
            self.tell_profile(platform, Err("This desk is read-only.".into()));
            return Ok(());
        }
        let spent = self.spend_profile_calls(platform, change.calls()).await?;
        if !spent {
            return Ok(());
        }
        let graph = self.graph.clone();
        self.go(async move {
            let result = graph.change_page_profile(platform, &change).await;
            let lost = |error: &graph::Error| error.verdict() == graph::Verdict::Unknown;
            Completion::PageProfile {
                platform,
                in_part: change.calls() > 1 || result.as_ref().is_err_and(lost),
                result: result.map(|()| after),
            }
        });
        Ok(())
    }

    /// It was read, or written.
    pub(super) fn profile_came(
        &mut self,
        platform: Platform,
        result: Result<Tree, graph::Error>,
        in_part: bool,
    ) {
        if let Err(error) = &result {
            self.note_refusal(error);
        }
        let why = |error: graph::Error| match in_part {
            true => format!("{error} Part of it may have been saved: read it again to check."),
            false => error.to_string(),
        };
        self.tell_profile(platform, result.map_err(why));
    }

    fn tell_profile(&self, platform: Platform, properties: Result<Tree, String>) {
        let counted = self.counted();
        self.tell(Change::PageProfile(PageProfile {
            platform,
            properties,
            calls_left: PROFILE_CALLS.saturating_sub(counted.len()),
            next_at: counted.first().map(|at| at.plus(COUNTS)),
        }));
    }

    /// The calls that count now, oldest first.
    fn counted(&self) -> Vec<Timestamp> {
        let now = self.server_now();
        let calls = self.profile_calls.iter().copied();
        // Our clock may have been fast or slow before Meta's was known.
        let counts = |at: &Timestamp| {
            let ago = now.since(*at);
            ago < COUNTS && ago > COUNTS.negated()
        };
        calls.filter(counts).collect()
    }

    /// Whether so many calls may be made; they are on the disk before they are.
    async fn spend_profile_calls(
        &mut self,
        platform: Platform,
        count: usize,
    ) -> Result<bool, store::Error> {
        let now = self.server_now();
        let mut counted = self.counted();
        if counted.len() + count > PROFILE_CALLS {
            let again = counted.get((counted.len() + count).saturating_sub(PROFILE_CALLS + 1));
            let wait = again.map_or(COUNTS, |at| at.plus(COUNTS).since(now));
            let why = format!(
                "Meta takes {PROFILE_CALLS} calls in 10 minutes for this, and {} were made. Try again in {}.",
                counted.len(),
                wait.short()
            );
            self.tell_profile(platform, Err(why));
            return Ok(false);
        }
        counted.extend(std::iter::repeat_n(now, count));
        self.profile_calls.clone_from(&counted);
        self.writer.keep_profile_calls(counted).await?;
        Ok(true)
    }
}
