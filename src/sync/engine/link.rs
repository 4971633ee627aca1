//! How the link to Meta stands, and what that means for the polls.

use crate::{
    domain::{Change, Link, Span},
    graph,
    sync::engine::state::{Engine, PageLookup},
};

/// After the token was refused there is one probe a minute: a new token in the
/// same place may have become good.
const TOKEN_PROBE: Span = Span::seconds(60);
/// A pause when Meta throttles and does not say how long.
const THROTTLE_PAUSE: Span = Span::seconds(60);

impl Engine {
    pub(super) fn tell_health(&mut self) {
        let health = self.graph.health();
        if let Some(usage) = health
            .usage
            .filter(|usage| self.account.usage != Some(*usage))
        {
            self.tell(Change::Usage(usage));
        }
        // The header has whole seconds: less than two of them are noise.
        let old = self.account.skew.map(Span::as_millis);
        let moved = |new: i64| old.is_none_or(|old| (old - new).abs() > 2_000);
        if let Some(skew) = health.skew.filter(|skew| moved(*skew)) {
            self.tell(Change::Skew(skew));
            self.account.skew = Some(Span::millis(skew));
        }
        self.account.usage = health.usage;
    }

    /// This desk may send: a single run and a read-only one leave what waits to
    /// another.
    pub(super) fn sends(&self) -> bool {
        !self.options.once && !self.options.read_only
    }

    /// Answers come.
    pub(super) fn is_live(&self) -> bool {
        matches!(self.account.link, Link::Polling | Link::Webhook)
    }

    pub(super) fn note_success(&mut self) {
        self.schedule.succeeded();
        if !self.is_live() {
            self.outbox.link_is_up(self.clock.now());
        }
        self.set_link(self.live());
        if self.page_lookup == PageLookup::Wanted {
            self.start_up();
        }
    }

    /// A read failed: how the link stands, and when to try again.
    pub(super) fn note_failure(&mut self, error: &graph::Error) {
        let now = self.clock.now();
        if self.note_refusal(error) {
            return;
        }
        // What Meta refuses of one thing says nothing of the link.
        if error.verdict() == graph::Verdict::Refused && self.is_live() {
            return;
        }
        self.schedule.failed(now);
        self.set_link(Link::Offline(error.to_string()));
    }

    /// What concerns the link, whatever the call was: token and throttling.
    pub(super) fn note_refusal(&mut self, error: &graph::Error) -> bool {
        let now = self.clock.now();
        if self.options.once && (error.is_token() || error.throttled().is_some()) {
            // A single run does not wait for better times.
            self.remaining.clear();
        }
        if error.is_token() {
            self.schedule.pause_for(now, TOKEN_PROBE);
            self.set_link(Link::TokenRefused(error.to_string()));
            return true;
        }
        if let Some(throttle) = error.throttled() {
            let pause = throttle
                .wait_minutes
                .map_or(THROTTLE_PAUSE, |m| Span::minutes(i64::from(m)));
            self.schedule.pause_for(now, pause);
            self.set_link(Link::Throttled(now.plus(pause)));
            return true;
        }
        false
    }

    /// After Meta has refused the token: another one may have been put where
    /// tokens are.
    pub(super) fn try_another_token(&self) {
        if !matches!(self.account.link, Link::TokenRefused(_)) {
            return;
        }
        let found = self.options.token.as_ref().and_then(|token| token());
        if let Some(token) = found {
            // One that cannot be sent is as good as none.
            let _ = self.graph.renew(&token);
        }
    }

    pub(super) fn set_link(&mut self, link: Link) {
        if self.account.link != link {
            if link.is_alive() && !self.account.link.is_alive() {
                // What had to wait for a link is looked at now.
                self.turn_at = self.clock.now();
            }
            self.account.link = link.clone();
            self.tell(Change::Link(link));
        }
    }

    /// One odd item does not take the others with it, but it is not hushed up.
    /// Polls repeat, so only more of them is news.
    pub(super) fn note_unreadable(&mut self, count: usize) {
        if count > self.unreadable {
            self.unreadable = count;
            self.tell(Change::Unreadable(count));
        }
    }
}
