//! A conversation as the list shows it, the person in it, and the views.

use super::{
    CLOSING_SOON, ConversationId, HUMAN_AGENT_WINDOW, Known, Platform, Psid, RESPONSE_WINDOW, Span,
    ThreadOwner, Timestamp, Triage, Until, Window, display_name,
};

/// One row of the inbox.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conversation {
    /// Meta's id of the thread.
    pub id: ConversationId,
    /// The person.
    pub psid: Psid,
    /// Messenger or Instagram.
    pub platform: Platform,
    /// The best name we have (profile, participant, user name), raw.
    pub name: Option<String>,
    /// Last text or Meta's generated sentence, raw.
    pub snippet: String,
    /// When anything last happened.
    pub updated_at: Timestamp,
    /// Unread messages: by Meta's count, or by our own, which ends at 9.
    pub unread: u32,
    /// When the person last wrote.
    pub customer_at: Option<Timestamp>,
    /// When they last did anything besides writing that opens the 24 hours: a
    /// reaction, a link followed into the thread.
    pub opened_at: Option<Timestamp>,
    /// When the Page last wrote, by whatever hand.
    pub page_at: Option<Timestamp>,
    /// When our app last wrote.
    pub agent_at: Option<Timestamp>,
    /// Who holds the thread.
    pub owner: ThreadOwner,
    /// Since when, as far as we saw it.
    pub owner_since: Option<Timestamp>,
    /// When control lapses, if Meta said.
    pub control_until: Option<Timestamp>,
    /// Control has left us, and nobody is known to have it since.
    pub lapsed: bool,
    /// The customer's devices have what was sent up to here.
    pub delivered_through: Option<Timestamp>,
    /// The customer has read what was sent up to here.
    pub read_through: Option<Timestamp>,
    /// Whether Meta says that the Page may reply.
    pub can_reply: Option<bool>,
    /// There is unsent text.
    pub draft: bool,
    /// A reply was refused or its answer was lost.
    pub unsettled: bool,
    /// What we decided about it ourselves.
    pub triage: Triage,
}

impl Conversation {
    /// One of which only the id is known.
    pub fn unknown(id: ConversationId, now: Timestamp) -> Self {
        Self {
            id,
            psid: Psid::new(""),
            platform: Platform::Messenger,
            name: Some("…".into()),
            snippet: String::new(),
            updated_at: now,
            unread: 0,
            customer_at: None,
            opened_at: None,
            page_at: None,
            agent_at: None,
            owner: ThreadOwner::Unknown,
            owner_since: None,
            control_until: None,
            lapsed: false,
            delivered_through: None,
            read_through: None,
            can_reply: None,
            draft: false,
            unsettled: false,
            triage: Triage::default(),
        }
    }

    /// The name to show: the best we have, else the end of the PSID.
    pub fn display_name(&self) -> String {
        display_name(self.name.as_deref(), &self.psid, self.platform)
    }

    /// What is known of who wrote last.
    pub fn known(&self) -> Known {
        Known {
            customer_at: self.customer_at,
            page_at: self.page_at,
        }
    }

    /// Where the messaging window stands.
    pub fn window(&self, now: Timestamp) -> Window {
        Window::at(now, self.customer_at, self.opened_at)
    }

    /// Until when a reply goes out as `RESPONSE`, and until when as `HUMAN_AGENT`:
    /// the same moments that [`Self::window`] goes by. A reaction or a referral
    /// opens the 24 hours as a message does, and does not prolong the 7 days.
    pub fn deadlines(&self) -> (Option<Timestamp>, Option<Timestamp>) {
        let opened = self.customer_at.max(self.opened_at);
        (
            opened.map(|at| at.plus(RESPONSE_WINDOW)),
            self.customer_at.map(|at| at.plus(HUMAN_AGENT_WINDOW)),
        )
    }

    /// The last message is the customer's.
    pub fn customer_wrote_last(&self) -> bool {
        let wrote = self.customer_at;
        wrote.is_some_and(|wrote| self.page_at.is_none_or(|answered| wrote > answered))
    }

    /// The customer wrote last, and it needs a reply.
    pub fn waiting(&self) -> bool {
        self.customer_wrote_last() && !self.needs_no_reply()
    }

    /// They wait for us, and our control of the thread has run out: nobody is known
    /// to have them, and a reply takes the thread again.
    pub fn control_lapsed(&self, now: Timestamp) -> bool {
        let over = self.control_until.is_some_and(|until| until <= now);
        let lapsed = match self.owner {
            ThreadOwner::Us => over,
            ThreadOwner::Idle | ThreadOwner::NotUs => self.lapsed,
            _ => false,
        };
        lapsed && self.waiting()
    }

    /// How long the customer has been waiting.
    pub fn wait(&self, now: Timestamp) -> Option<Span> {
        self.waiting()
            .then(|| self.customer_at.map(|wrote| now.since(wrote)))
            .flatten()
    }

    /// The next moment at which something that is said here changes by the clock alone: a
    /// window closes soon or is over (just after its last millisecond), control lapses, a
    /// snooze ends.
    pub fn turns_after(&self, now: Timestamp) -> Option<Timestamp> {
        let (response, human) = self.deadlines();
        let windows = [response, human].into_iter().flatten();
        let windows =
            windows.flat_map(|end| [end.plus(CLOSING_SOON.negated()), end.plus(Span::millis(1))]);
        let snoozed = match self.triage.deferred.map(|deferred| deferred.until) {
            Some(Until::Moment(until)) => Some(until),
            _ => None,
        };
        let moments = windows.chain(self.control_until).chain(snoozed);
        moments.filter(|at| *at > now).min()
    }

    /// Another app, or somebody else who is not known, has the thread.
    pub fn held_elsewhere(&self) -> bool {
        match self.owner {
            ThreadOwner::App(_) | ThreadOwner::Other => true,
            ThreadOwner::NotUs => !self.lapsed,
            _ => false,
        }
    }

    /// Waits on us and closes within [`CLOSING_SOON`].
    pub fn closing(&self, now: Timestamp) -> bool {
        let theirs = self.deferred(now) == Some(Until::CustomerWrites);
        !self.held_elsewhere()
            && !theirs
            && self.waiting()
            && self
                .window(now)
                .until()
                .is_some_and(|until| until.since(now) <= CLOSING_SOON)
    }
}

impl Conversation {
    /// Until what it is out of the way, if it is.
    pub fn deferred(&self, now: Timestamp) -> Option<Until> {
        let deferred = self.triage.deferred?;
        if self.customer_at > deferred.through {
            return None;
        }
        match deferred.until {
            Until::Moment(until) if until <= now => None,
            until => Some(until),
        }
    }

    /// The customer's last words need no reply.
    pub fn needs_no_reply(&self) -> bool {
        self.triage.deferred.is_some_and(|deferred| {
            deferred.until == Until::NoReplyNeeded && self.customer_at <= deferred.through
        })
    }
}
