//! How values stand in the tables: the store's own encoding, shared with no
//! other door.

use rusqlite::Row;
use serde::{Deserialize, Serialize};

use super::content_rows;
use crate::domain::{
    Annotations, AppId, Author, Content, Conversation, ConversationId, Deferred, Draft, Fields,
    HandBack, HandBackNote, HoldReason, Known, LocalId, Message, Mid, OperationKind, Outcome,
    Outgoing, Part, Person, Platform, Profile, Psid, Reaction, Referral, Routing, SendAs,
    SendState, StoryKind, ThreadOwner, TimelineEvent, Timestamp, Triage, Until, display_name,
};

pub(super) const CONVERSATION_COLUMNS: &str = "c.id, c.psid, c.platform, c.name, c.snippet, c.updated_at, c.unread, \
     c.customer_at, c.page_at, c.agent_at, c.owner, c.owner_since, c.control_until, c.can_reply, \
     EXISTS (SELECT 1 FROM outbox.draft d WHERE d.conversation = c.id), \
     EXISTS (SELECT 1 FROM outbox.outgoing o WHERE o.conversation = c.id AND o.state IN ('refused', 'unsure', 'held')), \
     c.delivered_through, c.read_through, c.aside, c.until, c.through, c.kept_unread, c.labels, c.opened_at, c.lapsed";
/// How many they are.
pub(super) const CONVERSATION_WIDTH: usize = 25;

/// Reads a moment, if there is one.
pub(super) fn moment(row: &Row<'_>, column: usize) -> rusqlite::Result<Option<Timestamp>> {
    let millis: Option<i64> = row.get(column)?;
    Ok(millis.map(Timestamp::from_millis))
}

/// What [`named`] reads.
pub(super) const NAME_COLUMNS: &str = "c.id, c.psid, c.platform, c.name";
/// How many they are.
pub(super) const NAME_WIDTH: usize = 4;

/// Reads [`NAME_COLUMNS`]: a thread, the name of its person to show, and where they write.
pub(super) fn named(row: &Row<'_>) -> rusqlite::Result<(ConversationId, String, Platform)> {
    let psid = Psid::new(row.get::<_, String>(1)?);
    let platform = platform(row.get_ref(2)?.as_str()?);
    let name: Option<String> = row.get(3)?;
    let id = ConversationId::new(row.get::<_, String>(0)?);
    Ok((id, display_name(name.as_deref(), &psid, platform), platform))
}

/// Reads [`CONVERSATION_COLUMNS`].
pub(super) fn conversation(row: &Row<'_>) -> rusqlite::Result<Conversation> {
    let time = |i: usize| moment(row, i);
    Ok(Conversation {
        id: ConversationId::new(row.get::<_, String>(0)?),
        psid: Psid::new(row.get::<_, String>(1)?),
        platform: platform(row.get_ref(2)?.as_str()?),
        name: row.get(3)?,
        snippet: row.get(4)?,
        updated_at: Timestamp::from_millis(row.get(5)?),
        unread: row.get(6)?,
        customer_at: time(7)?,
        opened_at: time(23)?,
        page_at: time(8)?,
        agent_at: time(9)?,
        owner: owner_from(row.get_ref(10)?.as_str()?),
        owner_since: time(11)?,
        control_until: time(12)?,
        lapsed: row.get(24)?,
        delivered_through: time(16)?,
        read_through: time(17)?,
        can_reply: row.get(13)?,
        draft: row.get(14)?,
        unsettled: row.get(15)?,
        triage: triage(row, 18)?,
    })
}

/// Reads `aside, until, through, unread, labels` from a column on.
pub(super) fn triage(row: &Row<'_>, first: usize) -> rusqlite::Result<Triage> {
    let time = |i: usize| moment(row, i);
    let word: Option<String> = row.get(first)?;
    let until = match (word.as_deref(), time(first + 1)?) {
        (Some("snoozed"), Some(at)) => Some(Until::Moment(at)),
        (Some("waits"), _) => Some(Until::CustomerWrites),
        (Some("done"), _) => Some(Until::NoReplyNeeded),
        _ => None,
    };
    // 0 stands for "never wrote".
    let through = time(first + 2)?.filter(|at| at.as_millis() > 0);
    Ok(Triage {
        deferred: until.map(|until| Deferred { until, through }),
        unread: row.get(first + 3)?,
        labels: serde_json::from_str(row.get_ref(first + 4)?.as_str()?).unwrap_or_default(),
    })
}

/// Labels as they stand in the table.
pub(super) fn labels(labels: &[String]) -> String {
    serde_json::to_string(labels).unwrap_or_else(|_| "[]".into())
}

pub(super) const MESSAGE_COLUMNS: &str = "mid, at, author, text, parts, gone, reply_to, edits, unsent, \
     (SELECT substr(q.text, 1, 80) FROM message q WHERE q.mid = message.reply_to), \
     (SELECT group_concat((a.kind = 'reaction:customer') || a.value, char(10)) FROM annotation a \
      WHERE a.mid = message.mid AND a.kind LIKE 'reaction:%' AND a.value IS NOT NULL)";

/// Reads [`MESSAGE_COLUMNS`].
pub(super) fn message(row: &Row<'_>) -> rusqlite::Result<Message> {
    Ok(Message {
        mid: Mid::new(row.get::<_, String>(0)?),
        at: Timestamp::from_millis(row.get(1)?),
        author: author_from(row.get_ref(2)?.as_str()?),
        text: row.get(3)?,
        parts: parts_from(row.get_ref(4)?.as_str()?),
        gone: row.get(5)?,
        annotations: Annotations {
            reply_to: row.get::<_, Option<String>>(6)?.map(Mid::new),
            edits: row.get(7)?,
            unsent: row.get(8)?,
            quote: row.get(9)?,
            reactions: reactions_from(&row.get::<_, Option<String>>(10)?.unwrap_or_default()),
        },
    })
}

/// One a line: 1 for the customer or 0 for the Page, and the emoji.
fn reactions_from(lines: &str) -> Vec<Reaction> {
    let line = |line: &str| {
        let (who, emoji) = line.split_at_checked(1)?;
        Some(Reaction {
            by_customer: who == "1",
            emoji: emoji.to_owned(),
        })
    };
    lines.split('\n').filter_map(line).collect()
}

pub(super) const OUTGOING_COLUMNS: &str = "local, conversation, psid, at, text, send_as, hand_back, customer_at, page_at, \
     attempt, sent_at, looks, state, reason, mid, given_back, follows, not_before, content, quote, silent";

/// Reads [`OUTGOING_COLUMNS`].
pub(super) fn outgoing(row: &Row<'_>) -> rusqlite::Result<Outgoing> {
    let time = |i: usize| moment(row, i);
    let reason: Option<String> = row.get(13)?;
    let mid: Option<String> = row.get(14)?;
    Ok(Outgoing {
        local: LocalId::new(row.get::<_, String>(0)?),
        conversation: ConversationId::new(row.get::<_, String>(1)?),
        psid: Psid::new(row.get::<_, String>(2)?),
        at: Timestamp::from_millis(row.get(3)?),
        content: content_rows::contents_from(row.get(18)?)
            .pop()
            .map_or_else(|| row.get(4).map(Content::Text), Ok)?,
        send_as: send_as_from(row.get_ref(5)?.as_str()?),
        hand_back: row
            .get::<_, Option<String>>(6)?
            .and_then(|json| hand_back_from(&json)),
        known: Known {
            customer_at: time(7)?,
            page_at: time(8)?,
        },
        quote: row.get::<_, Option<String>>(19)?.map(Mid::new),
        silent: row.get(20)?,
        follows: row.get::<_, Option<String>>(16)?.map(LocalId::new),
        not_before: time(17)?,
        attempt: row.get(9)?,
        tried_at: time(10)?,
        looks: row.get(11)?,
        state: match (row.get_ref(12)?.as_str()?, mid) {
            ("queued", _) => SendState::Queued,
            ("sending", _) => SendState::Sending,
            ("sent", Some(mid)) => SendState::Sent(Mid::new(mid)),
            ("refused", _) => SendState::Refused {
                why: reason.unwrap_or_default(),
                given_back: row.get::<_, u8>(15)? == 1,
            },
            ("held", _) => SendState::Held(held_from(&reason.unwrap_or_default())),
            ("assumed", _) => SendState::Assumed,
            ("dropped", _) => SendState::Dropped,
            _ => SendState::Unsure,
        },
    })
}

pub(super) const DRAFT_COLUMNS: &str = "text, line, col, content, quote, silent";

/// Reads [`DRAFT_COLUMNS`].
pub(super) fn draft(row: &Row<'_>) -> rusqlite::Result<Draft> {
    Ok(Draft {
        text: row.get(0)?,
        cursor: (row.get(1)?, row.get(2)?),
        attached: content_rows::contents_from(row.get(3)?),
        quote: row.get::<_, Option<String>>(4)?.map(Mid::new),
        silent: row.get(5)?,
    })
}

/// Name of a state, its reason and its message id, as they stand in the table.
pub(super) fn send_state(state: &SendState) -> (&'static str, Option<&str>, Option<&str>) {
    match state {
        SendState::Queued => ("queued", None, None),
        SendState::Sending => ("sending", None, None),
        SendState::Sent(mid) => ("sent", None, Some(mid.as_str())),
        SendState::Refused { why, .. } => ("refused", Some(why), None),
        SendState::Unsure => ("unsure", None, None),
        SendState::Held(held) => ("held", Some(held_word(*held)), None),
        SendState::Assumed => ("assumed", None, None),
        SendState::Dropped => ("dropped", None, None),
    }
}

fn held_word(held: HoldReason) -> &'static str {
    match held {
        HoldReason::Stale => "stale",
        HoldReason::CustomerWrote => "customer_wrote",
        HoldReason::Answered => "answered",
        HoldReason::ControlLost => "control_lost",
        HoldReason::WindowOver => "window_over",
        HoldReason::WindowClosed => "window_closed",
        HoldReason::PartBefore => "part_before",
        HoldReason::Rescued => "rescued",
    }
}

fn held_from(word: &str) -> HoldReason {
    let same = |held: &HoldReason| held_word(*held) == word;
    HoldReason::ALL
        .into_iter()
        .find(same)
        .unwrap_or(HoldReason::Rescued)
}

#[derive(Serialize, Deserialize)]
struct HandBackRow {
    to: Option<String>,
    outcome: String,
    summary: String,
    #[serde(default)]
    next: String,
    #[serde(default)]
    idle: bool,
    agent: String,
    answered_through: Option<(String, i64)>,
}

pub(super) fn hand_back(hand_back: &HandBack) -> String {
    let note = &hand_back.note;
    let row = HandBackRow {
        to: hand_back.to.as_ref().map(ToString::to_string),
        outcome: note.outcome.word().to_owned(),
        summary: note.summary.clone(),
        next: note.next.clone(),
        idle: note.idle,
        agent: note.agent.clone(),
        answered_through: note
            .answered_through
            .as_ref()
            .map(|(mid, at)| (mid.to_string(), at.as_millis())),
    };
    serde_json::to_string(&row).unwrap_or_default()
}

fn hand_back_from(json: &str) -> Option<HandBack> {
    let row: HandBackRow = serde_json::from_str(json).ok()?;
    let same = |outcome: &Outcome| outcome.word() == row.outcome;
    Some(HandBack {
        to: row.to.map(AppId::new),
        note: HandBackNote {
            outcome: Outcome::ALL
                .into_iter()
                .find(same)
                .unwrap_or(Outcome::Other),
            summary: row.summary,
            next: row.next,
            idle: row.idle,
            agent: row.agent,
            answered_through: row
                .answered_through
                .map(|(mid, at)| (Mid::new(mid), Timestamp::from_millis(at))),
        },
    })
}

/// Reads `missing, name, username, locale, utc_offset, followers`.
pub(super) fn profile(row: &Row<'_>) -> rusqlite::Result<Profile> {
    if let Some(why) = row.get::<_, Option<String>>(0)? {
        return Ok(Profile::Missing(why));
    }
    Ok(Profile::Known(Person {
        name: row.get(1)?,
        username: row.get(2)?,
        locale: row.get(3)?,
        utc_offset: row.get(4)?,
        followers: row.get(5)?,
    }))
}

pub(super) fn platform(text: &str) -> Platform {
    if text == Platform::Instagram.word() {
        Platform::Instagram
    } else {
        Platform::Messenger
    }
}

pub(super) fn routing(routing: Routing) -> &'static str {
    match routing {
        Routing::Enabled => "enabled",
        Routing::ZeroConfig => "zero_config",
        Routing::Unknown => "unknown",
    }
}

pub(super) fn routing_from(text: Option<&str>) -> Routing {
    match text {
        Some("enabled") => Routing::Enabled,
        Some("zero_config") => Routing::ZeroConfig,
        _ => Routing::Unknown,
    }
}

pub(super) fn send_as(send_as: SendAs) -> &'static str {
    send_as.word()
}

fn send_as_from(text: &str) -> SendAs {
    SendAs::of_word(text).unwrap_or(SendAs::Response)
}

pub(super) fn owner(owner: &ThreadOwner) -> String {
    match owner {
        ThreadOwner::Us => "us".into(),
        ThreadOwner::App(app) => format!("app:{app}"),
        ThreadOwner::Other => "other".into(),
        ThreadOwner::NotUs => "not_us".into(),
        ThreadOwner::Idle => "idle".into(),
        ThreadOwner::Unknown => "unknown".into(),
    }
}

pub(super) fn owner_from(text: &str) -> ThreadOwner {
    match text {
        "us" => ThreadOwner::Us,
        "other" => ThreadOwner::Other,
        "not_us" => ThreadOwner::NotUs,
        "idle" => ThreadOwner::Idle,
        text => text
            .strip_prefix("app:")
            .map_or(ThreadOwner::Unknown, |app| {
                ThreadOwner::App(AppId::new(app))
            }),
    }
}

pub(super) fn author(author: &Author) -> String {
    match author {
        Author::Customer => "customer".into(),
        Author::App(app) => format!("bot:{app}"),
        Author::Me => "me".into(),
        Author::Inbox => "inbox".into(),
        Author::Page => "page".into(),
    }
}

pub(super) fn author_from(text: &str) -> Author {
    match text {
        "customer" => Author::Customer,
        "me" => Author::Me,
        "inbox" => Author::Inbox,
        text => text
            .strip_prefix("bot:")
            .map_or(Author::Page, |app| Author::App(AppId::new(app))),
    }
}

pub(super) fn timeline_event(what: &TimelineEvent) -> String {
    match what {
        TimelineEvent::Ours {
            operation,
            to: Some(app),
        } => format!("{}:{app}", operation.code()),
        TimelineEvent::Ours { operation, .. } => operation.code().into(),
        TimelineEvent::CameToUs => "came".into(),
        TimelineEvent::LeftUs => "left".into(),
        told => format!(
            "told:{}",
            serde_json::to_string(&TimelineRow::of(told)).unwrap_or_default()
        ),
    }
}

#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
struct ReferralRow {
    source: String,
    reference: String,
    ad_title: String,
    ad_id: String,
    product: String,
}

impl ReferralRow {
    fn of(referral: Referral) -> Self {
        let Referral {
            source,
            reference,
            ad_title,
            ad_id,
            product,
        } = referral;
        Self {
            source,
            reference,
            ad_title,
            ad_id,
            product,
        }
    }

    fn referral(self) -> Referral {
        let Self {
            source,
            reference,
            ad_title,
            ad_id,
            product,
        } = self;
        Referral {
            source,
            reference,
            ad_title,
            ad_id,
            product,
        }
    }

    fn is_a_link(&self) -> bool {
        self.ad_title.is_empty() && self.ad_id.is_empty() && self.product.is_empty()
    }
}

/// What webhooks tell, by our own names.
#[derive(Serialize, Deserialize)]
enum TimelineRow {
    Moved(Option<String>, Option<String>, bool, Fields),
    AskedFor(Option<String>, Fields),
    Referred(String, String),
    Came(ReferralRow),
    OptedIn(String),
    OptedOut(String),
    Linked(bool),
    Feedback(Fields),
    Paid(String),
    Enforced(String, String),
    Unknown(String),
}

impl TimelineRow {
    fn of(what: &TimelineEvent) -> Self {
        let id = |app: &Option<AppId>| app.as_ref().map(ToString::to_string);
        match what.clone() {
            TimelineEvent::Moved {
                from,
                to,
                taken,
                note,
            } => Self::Moved(id(&from), id(&to), taken, note),
            TimelineEvent::AskedFor { by, note } => Self::AskedFor(id(&by), note),
            TimelineEvent::Referred(referral) => match ReferralRow::of(referral) {
                // As it stands in rows of older programs, so that it is the same one.
                row if row.is_a_link() => Self::Referred(row.source, row.reference),
                row => Self::Came(row),
            },
            TimelineEvent::OptedIn(what) => Self::OptedIn(what),
            TimelineEvent::OptedOut(what) => Self::OptedOut(what),
            TimelineEvent::Linked(linked) => Self::Linked(linked),
            TimelineEvent::Feedback(said) => Self::Feedback(said),
            TimelineEvent::Paid(amount) => Self::Paid(amount),
            TimelineEvent::Enforced { action, reason } => Self::Enforced(action, reason),
            TimelineEvent::Unknown(name) => Self::Unknown(name),
            ours @ (TimelineEvent::Ours { .. }
            | TimelineEvent::CameToUs
            | TimelineEvent::LeftUs) => Self::Unknown(timeline_event(&ours)),
        }
    }

    fn event(self) -> TimelineEvent {
        let app = |id: Option<String>| id.map(AppId::new);
        match self {
            Self::Moved(from, to, taken, note) => TimelineEvent::Moved {
                from: app(from),
                to: app(to),
                taken,
                note,
            },
            Self::AskedFor(by, note) => TimelineEvent::AskedFor { by: app(by), note },
            Self::Referred(source, reference) => TimelineEvent::Referred(Referral {
                source,
                reference,
                ..Referral::default()
            }),
            Self::Came(row) => TimelineEvent::Referred(row.referral()),
            Self::OptedIn(what) => TimelineEvent::OptedIn(what),
            Self::OptedOut(what) => TimelineEvent::OptedOut(what),
            Self::Linked(linked) => TimelineEvent::Linked(linked),
            Self::Feedback(said) => TimelineEvent::Feedback(said),
            Self::Paid(amount) => TimelineEvent::Paid(amount),
            Self::Enforced(action, reason) => TimelineEvent::Enforced { action, reason },
            Self::Unknown(name) => TimelineEvent::Unknown(name),
        }
    }
}

pub(super) fn timeline_event_from(text: &str) -> Option<TimelineEvent> {
    Some(match text {
        "came" => TimelineEvent::CameToUs,
        "left" => TimelineEvent::LeftUs,
        text => match text.strip_prefix("told:") {
            Some(json) => serde_json::from_str::<TimelineRow>(json).ok()?.event(),
            None => {
                let (code, app) = match text.split_once(':') {
                    Some((code, app)) => (code, Some(AppId::new(app))),
                    None => (text, None),
                };
                TimelineEvent::Ours {
                    operation: OperationKind::of_code(code)?,
                    to: app,
                }
            }
        },
    })
}

#[derive(Serialize, Deserialize)]
enum PartRow {
    File(String, Option<String>, Option<u64>),
    Sticker,
    Card(String, String, Vec<String>),
    QuickReplies(Vec<String>),
    Tapped,
    TappedWith(String),
    Share(String, String),
    Story,
    StoryReply,
    StoryMention,
    Disappearing,
    Unsupported,
    Referred(ReferralRow),
    Unknown(String),
}

pub(super) fn parts(parts: &[Part]) -> String {
    let rows: Vec<PartRow> = parts
        .iter()
        .cloned()
        .map(|part| match part {
            Part::File { kind, name, bytes } => PartRow::File(kind.into(), name, bytes),
            Part::Sticker => PartRow::Sticker,
            Part::Card {
                title,
                subtitle,
                buttons,
            } => PartRow::Card(title, subtitle, buttons),
            Part::QuickReplies(titles) => PartRow::QuickReplies(titles),
            Part::Tapped(payload) if payload.is_empty() => PartRow::Tapped,
            Part::Tapped(payload) => PartRow::TappedWith(payload),
            Part::Share { title, link } => PartRow::Share(title, link),
            Part::Story(StoryKind::Shared) => PartRow::Story,
            Part::Story(StoryKind::Reply) => PartRow::StoryReply,
            Part::Story(StoryKind::Mention) => PartRow::StoryMention,
            Part::Disappearing => PartRow::Disappearing,
            Part::Unsupported => PartRow::Unsupported,
            Part::Referred(referral) => PartRow::Referred(ReferralRow::of(referral)),
            Part::Unknown(kind) => PartRow::Unknown(kind),
        })
        .collect();
    serde_json::to_string(&rows).unwrap_or_else(|_| "[]".into())
}

/// The first thing that came with a message, for the list.
pub(super) fn parts_in_a_word(text: &str) -> &'static str {
    match parts_from(text).first() {
        Some(Part::File { kind: "photo", .. }) => "[photo]",
        Some(Part::File { kind: "video", .. }) => "[video]",
        Some(Part::File { kind: "audio", .. }) => "[audio]",
        Some(Part::File { .. }) => "[file]",
        Some(Part::Sticker) => "[sticker]",
        Some(Part::Card { .. }) => "[card]",
        Some(Part::Share { .. }) => "[link]",
        Some(Part::Story(_)) => "[story]",
        Some(Part::Disappearing) => "[disappearing photo]",
        Some(Part::Unknown(_) | Part::Unsupported) => "[attachment]",
        _ => "",
    }
}

pub(super) fn parts_from(text: &str) -> Vec<Part> {
    let rows: Vec<PartRow> = serde_json::from_str(text).unwrap_or_default();
    rows.into_iter()
        .map(|row| match row {
            PartRow::File(kind, name, bytes) => Part::File {
                kind: file_kind(&kind),
                name,
                bytes,
            },
            PartRow::Sticker => Part::Sticker,
            PartRow::Card(title, subtitle, buttons) => Part::Card {
                title,
                subtitle,
                buttons,
            },
            PartRow::QuickReplies(titles) => Part::QuickReplies(titles),
            PartRow::Tapped => Part::Tapped(String::new()),
            PartRow::TappedWith(payload) => Part::Tapped(payload),
            PartRow::Share(title, link) => Part::Share { title, link },
            PartRow::Story => Part::Story(StoryKind::Shared),
            PartRow::StoryReply => Part::Story(StoryKind::Reply),
            PartRow::StoryMention => Part::Story(StoryKind::Mention),
            PartRow::Disappearing => Part::Disappearing,
            PartRow::Unsupported => Part::Unsupported,
            PartRow::Referred(row) => Part::Referred(row.referral()),
            PartRow::Unknown(kind) => Part::Unknown(kind),
        })
        .collect()
}

fn file_kind(text: &str) -> &'static str {
    ["photo", "video", "audio", "gif"]
        .into_iter()
        .find(|kind| *kind == text)
        .unwrap_or("file")
}
