//! The state machine with answers given by hand: keys in, effects and pictures
//! out. Time stands still until it is moved.

use jiff::tz::TimeZone;
use ratatui::{Terminal, backend::TestBackend, buffer::Buffer, layout::Rect};

use switchboard::{
    app::{self, Damage, Effect, Loaded, Model, Msg, Settings, input::keymap::Key},
    domain::{
        Annotations, AppId, Apps, Author, Change, Content, Conversation, ConversationId, Counts,
        InboxSlice, Item, Known, LocalId, Message, Mid, OperationKind, Outgoing, Part, PerPlatform,
        Person, Platform, Profile, Psid, Reaction, Referral, Routing, SendAs, SendState, Span,
        ThreadOwner, ThreadRange, ThreadSlice, TimelineEvent, Timestamp, Triage, View,
    },
    ui::{self, Painted, Theme},
};

/// Friday, 20 November 2026, 14:07:30 UTC.
pub const NOW: Timestamp = Timestamp::from_millis(1_795_183_650_000);

pub const BOT: &str = "200000000000001";

pub fn ago(hours: i64, minutes: i64) -> Timestamp {
    NOW.plus(Span::minutes(-(hours * 60 + minutes)))
}

pub fn conversation(id: &str, name: &str) -> Conversation {
    Conversation {
        id: ConversationId::new(id),
        psid: Psid::new(format!("70{id}")),
        platform: Platform::Messenger,
        name: Some(name.to_owned()),
        snippet: "where is my refund??".into(),
        updated_at: ago(0, 1),
        unread: 1,
        customer_at: Some(ago(0, 1)),
        opened_at: None,
        page_at: Some(ago(1, 0)),
        agent_at: None,
        owner: ThreadOwner::Us,
        owner_since: Some(ago(0, 5)),
        control_until: Some(NOW.plus(Span::hours(23))),
        lapsed: false,
        delivered_through: None,
        read_through: None,
        can_reply: Some(true),
        draft: false,
        unsettled: false,
        triage: Triage::default(),
    }
}

/// The rows of the list: each for something that only it shows.
pub fn rows() -> Vec<Conversation> {
    let row = |id: &str, name: &str, snippet: &str, change: &dyn Fn(&mut Conversation)| {
        let mut row = conversation(id, name);
        row.snippet = snippet.into();
        row.page_at = None;
        change(&mut row);
        row
    };
    vec![
        row("1", "Jo Park", "it arrived broken :(", &|c| {
            c.customer_at = Some(ago(20, 50))
        }),
        row("2", "Rahul Mehta", "can i talk to a person", &|c| {
            c.customer_at = Some(ago(0, 4))
        }),
        row("3", "Ana Ruiz", "where is my refund??", &|_| {}),
        row(
            "4",
            "Kemi Adeyemi",
            "Hello? Both payments have left my account now.",
            &|c| {
                c.customer_at = Some(ago(26, 0));
                c.page_at = Some(ago(26, 37));
            },
        ),
        row(
            "5",
            "Tomasz Wiśniewski",
            "checking with the warehouse",
            &|c| {
                c.customer_at = Some(ago(27, 0));
                c.page_at = Some(ago(25, 0));
                c.agent_at = Some(ago(25, 0));
                c.unread = 0;
                c.draft = true;
            },
        ),
        row("6", "Grace Okafor", "Choose a size", &|c| {
            c.owner = ThreadOwner::App(AppId::new(BOT));
            c.page_at = Some(ago(0, 0));
            c.unread = 0;
        }),
        row("7", "Sam Iqbal", "yes it is, /Robin", &|c| {
            c.owner = ThreadOwner::Other;
            c.customer_at = Some(ago(140, 0));
            c.page_at = Some(ago(3, 0));
            c.unread = 0;
        }),
        row("8", "Léa Fontaine", "vous faites des collabs ?", &|c| {
            c.platform = Platform::Instagram;
            c.customer_at = Some(ago(8, 40));
        }),
        row("9", "Nils Berg", "how do i reach a human", &|c| {
            c.owner = ThreadOwner::Idle;
            c.customer_at = Some(ago(194, 0));
        }),
        row("10", "Blocked Benny", "worst shop ever, bye", &|c| {
            c.unsettled = true;
            c.page_at = Some(ago(0, 0));
        }),
        row(
            "11",
            "田中 美咲",
            "担当の方とお話しできますか？",
            &|c| c.customer_at = Some(ago(2, 9)),
        ),
        row(
            "12",
            "Conny Consent",
            "Do you still want the brochure?",
            &|c| {
                c.customer_at = None;
                c.owner = ThreadOwner::NotUs;
                c.unread = 0;
            },
        ),
        row(
            "13",
            "Mallory \u{1b}[31mRed\u{202e}",
            "hi \u{1b}[2J\u{7}\nnew line",
            &|c| c.customer_at = Some(ago(7, 0)),
        ),
    ]
}

pub fn message(mid: &str, at: Timestamp, author: Author, text: &str, parts: Vec<Part>) -> Item {
    Item::Message(Message {
        mid: Mid::new(mid),
        at,
        author,
        text: text.into(),
        parts,
        gone: false,
        annotations: switchboard::domain::Annotations::default(),
    })
}

/// A thread with everything that a thread can show.
pub fn items() -> Vec<Item> {
    let bot = Author::App(AppId::new(BOT));
    let card = Part::Card {
        title: "Order #4471".into(),
        subtitle: "2 x Desk lamp, brass".into(),
        buttons: vec![
            "Track order".into(),
            "Refund".into(),
            "Talk to a person".into(),
        ],
    };
    vec![
        message("m1", ago(23, 52), Author::Customer, "hello", vec![]),
        message(
            "m2",
            ago(23, 51),
            bot,
            "Hi Ana! What can I do for you?",
            vec![card],
        ),
        message(
            "m3",
            ago(23, 50),
            Author::Customer,
            "Refund",
            vec![Part::Tapped("REFUND".into())],
        ),
        message(
            "m4",
            ago(23, 49),
            Author::Page,
            "Which order is it about?",
            vec![Part::QuickReplies(vec!["#4471".into(), "#4480".into()])],
        ),
        message(
            "m5",
            ago(4, 0),
            Author::Inbox,
            "Robin here, I am looking into it.",
            vec![],
        ),
        message(
            "m6",
            ago(0, 9),
            Author::Customer,
            "",
            vec![Part::File {
                kind: "photo",
                name: Some("IMG_2210.jpg".into()),
                bytes: Some(182_440),
            }],
        ),
        message("m7", ago(0, 8), Author::Customer, "", vec![Part::Sticker]),
        Item::Event {
            at: ago(0, 5),
            what: TimelineEvent::CameToUs,
        },
        Item::Event {
            at: ago(0, 4),
            what: TimelineEvent::ours(OperationKind::MarkSeen),
        },
        message(
            "m8",
            ago(0, 3),
            Author::Me,
            "Hi Ana, I have found order #4471. The refund went out on the 3rd.",
            vec![],
        ),
        message(
            "m9",
            ago(0, 1),
            Author::Customer,
            "ok thank you!! pls let me know",
            vec![],
        ),
    ]
}

/// A thread with everything that only webhooks tell.
pub fn heard_items() -> Vec<Item> {
    let app = |id: &str| Some(AppId::new(id));
    let note = |pairs: &[(&str, &str)]| {
        let pair = |(name, value): &(&str, &str)| ((*name).into(), (*value).into());
        pairs.iter().map(pair).collect()
    };
    let event = |minutes, what| Item::Event {
        at: ago(0, minutes),
        what,
    };
    let said = |mid: &str, minutes, author, text: &str, annotations: Annotations| {
        let mut item = message(mid, ago(0, minutes), author, text, vec![]);
        if let Item::Message(message) = &mut item {
            message.annotations = annotations;
        }
        item
    };
    let reaction = |by_customer, emoji: &str| Reaction {
        by_customer,
        emoji: emoji.into(),
    };
    let referred = TimelineEvent::Referred(Referral {
        source: "SHORTLINK".into(),
        reference: "flyer-7".into(),
        ..Referral::default()
    });
    vec![
        event(59, referred),
        message(
            "h1",
            ago(0, 58),
            Author::Customer,
            "Talk to a person",
            vec![Part::Tapped(String::new())],
        ),
        message(
            "h2",
            ago(0, 57),
            Author::App(AppId::new(BOT)),
            "One moment!",
            vec![],
        ),
        event(
            56,
            TimelineEvent::Moved {
                from: app(BOT),
                to: app("300000000000002"),
                taken: false,
                note: note(&[
                    ("intent", "refund_dispute"),
                    ("order", "4471"),
                    ("confidence", "0.31"),
                ]),
            },
        ),
        said(
            "h3",
            50,
            Author::Customer,
            "it is order 4417",
            Annotations {
                edits: 1,
                reactions: vec![reaction(false, "👍")],
                ..Annotations::default()
            },
        ),
        said(
            "h4",
            45,
            Author::Me,
            "Found it, the refund went out on the 3rd.",
            Annotations {
                reply_to: Some(Mid::new("h3")),
                quote: Some("it is order 4417".into()),
                reactions: vec![reaction(true, "❤")],
                ..Annotations::default()
            },
        ),
        said(
            "h5",
            40,
            Author::Customer,
            "",
            Annotations {
                unsent: true,
                ..Annotations::default()
            },
        ),
        event(
            35,
            TimelineEvent::Moved {
                from: app("300000000000002"),
                to: app("263902037430900"),
                taken: true,
                note: vec![],
            },
        ),
        message(
            "h6",
            ago(0, 34),
            Author::Inbox,
            "Robin here, from the shop.",
            vec![],
        ),
        message(
            "h7",
            ago(0, 30),
            Author::App(AppId::new("555")),
            "Your ticket is #9.",
            vec![],
        ),
        event(
            20,
            TimelineEvent::AskedFor {
                by: app(BOT),
                note: note(&[("", "may I have it back?")]),
            },
        ),
        event(18, TimelineEvent::OptedIn("news".into())),
        event(17, TimelineEvent::Linked(true)),
        event(
            17,
            TimelineEvent::Feedback(note(&[("rated", "4 of 5"), ("", "quick and kind")])),
        ),
        event(16, TimelineEvent::Paid("29.62 EUR".into())),
        event(
            16,
            TimelineEvent::Enforced {
                action: "warning".into(),
                reason: "too many messages".into(),
            },
        ),
        event(15, TimelineEvent::Unknown("brand_new".into())),
        message(
            "h8",
            ago(0, 10),
            Author::Me,
            "Is there anything else?",
            vec![],
        ),
        message("h9", ago(0, 5), Author::Me, "I am here until six.", vec![]),
    ]
}

pub fn thread_page(conversation: Conversation, items: Vec<Item>) -> ThreadSlice {
    ThreadSlice {
        range: ThreadRange::Newest,
        conversation,
        profile: Profile::Known(Person {
            name: Some("Ana Ruiz".into()),
            username: None,
            locale: Some("en_US".into()),
            utc_offset: Some(-300),
            followers: None,
        }),
        items,
        older: 0,
        newer: 0,
        older_remote: false,
        draft: None,
        seen_through: Some(ago(0, 6)),
    }
}

pub fn outgoing(text: &str, send_as: SendAs, state: SendState) -> Item {
    Item::Outgoing(Box::new(Outgoing {
        local: LocalId::new("l1"),
        conversation: ConversationId::new("3"),
        psid: Psid::new("703"),
        at: NOW,
        content: Content::Text(text.into()),
        quote: None,
        silent: false,
        send_as,
        hand_back: None,
        known: Known::default(),
        follows: None,
        not_before: None,
        attempt: 1,
        tried_at: Some(NOW),
        looks: 0,
        state,
    }))
}

/// A desk with its list at hand.
pub struct Desk {
    pub model: Model,
    pub now: Timestamp,
    pub theme: Theme,
}

impl Desk {
    pub fn new(size: (u16, u16)) -> Self {
        Self::with(size, Settings::default())
    }

    pub fn with(size: (u16, u16), settings: Settings) -> Self {
        let settings = Settings {
            zone: TimeZone::UTC,
            agent: "kim".into(),
            seed: 7,
            apps: apps(),
            ..settings
        };
        let mut model = Model::new(settings, size, NOW);
        model.start();
        let mut desk = Self {
            model,
            now: NOW,
            theme: Theme::default(),
        };
        desk.routes(Routing::Enabled);
        desk.send(Msg::Changed(vec![
            Change::Link(switchboard::domain::Link::Polling),
            Change::Usage(38),
        ]));
        desk.answer_inbox(rows());
        desk
    }

    /// The Page routes its conversations so, on both platforms.
    pub fn routes(&mut self, routing: Routing) {
        let both = PerPlatform {
            messenger: routing,
            instagram: routing,
        };
        self.send(Msg::Loaded(Loaded::Page(
            "Lamp & Co".into(),
            both,
            Some(NOW),
        )));
    }

    pub fn send(&mut self, msg: Msg) -> Vec<Effect> {
        let before = self.model.clone();
        self.model.damage = Damage::Nothing;
        let effects = app::update(&mut self.model, self.now, msg);
        if self.model.damage != Damage::All {
            self.is_the_whole_damage(&before);
        }
        effects
    }

    /// Presses keys that are shown in one frame: what they have damaged together.
    pub fn in_one_frame(&mut self, keys: &str) -> Damage {
        let before = self.model.clone();
        self.model.damage = Damage::Nothing;
        for key in parsed(keys) {
            app::update(&mut self.model, self.now, Msg::Key(key));
        }
        self.is_the_whole_damage(&before);
        self.model.damage
    }

    /// What is painted over the last frame must be the frame that is painted whole, and
    /// what is another cell now must stand where something was painted.
    ///
    /// The times of rows that are not painted now are those of the last frame.
    fn is_the_whole_damage(&self, before: &Model) {
        let mut before = before.clone();
        before.session.now = self.model.session.now;
        let damage = self.model.damage;
        let (width, height) = self.model.session.size;
        let [mut last, mut over, mut whole] =
            [(); 3].map(|()| Buffer::empty(Rect::new(0, 0, width, height)));
        let mut painted = Painted::default();
        ui::paint(&before, &self.theme, Damage::All, &mut painted, &mut last);
        over.clone_from(&last);
        ui::paint(&self.model, &self.theme, damage, &mut painted, &mut over);
        let mut meant = Painted::default();
        ui::paint(
            &self.model,
            &self.theme,
            Damage::All,
            &mut meant,
            &mut whole,
        );
        let parts = painted.parts.clone();
        meant.parts.clone_from(&parts);
        assert_eq!(painted, meant, "{damage:?}");
        for at in last.area.positions() {
            let [over, whole] = [&over[at], &whole[at]];
            assert_eq!(over, whole, "{damage:?} at {at}");
            let is_told = last[at] == *over || parts.iter().any(|part| part.contains(at));
            assert!(is_told, "{damage:?} changes {at} beside {parts:?}");
        }
    }

    pub fn answer_inbox(&mut self, rows: Vec<Conversation>) {
        let total = u32::try_from(rows.len()).unwrap_or(0);
        let view = self.model.inbox.view;
        let mut counts = Counts {
            by_view: [8, 7, 4, 1, 13],
            unsettled: 0,
        };
        counts.by_view[view.index()] = total;
        let ask = switchboard::domain::InboxQuery {
            view,
            filter: self.model.inbox.filter.clone(),
            narrow: Default::default(),
            offset: 0,
        };
        // Whatever was asked before is answered by this, and what was asked
        // meanwhile too.
        self.send(Msg::Changed(vec![Change::Inbox]));
        let page = InboxSlice {
            rows,
            total,
            counts,
        };
        while !self
            .send(Msg::Loaded(Loaded::Inbox(ask.clone(), page.clone())))
            .is_empty()
        {}
    }

    /// The cache answers with this part of the thread, whichever was asked for.
    pub fn answer_thread(&mut self, mut page: ThreadSlice) -> Vec<Effect> {
        let id = page.conversation.id.clone();
        if let Some(thread) = &self.model.thread {
            page.range = thread.window.range.clone();
        }
        self.send(Msg::Loaded(Loaded::Thread(id, Some(Box::new(page)))))
    }

    /// Presses keys: names between angle brackets, else characters.
    pub fn keys(&mut self, keys: &str) -> Vec<Effect> {
        let keys = parsed(keys);
        keys.into_iter()
            .flat_map(|key| self.send(Msg::Key(key)))
            .collect()
    }

    pub fn pass(&mut self, span: Span) -> Vec<Effect> {
        self.now = self.now.plus(span);
        self.send(Msg::Wake)
    }

    /// Selects the row of that name, opens it and gives its thread.
    pub fn open(&mut self, name: &str) -> Vec<Effect> {
        let place = rows()
            .iter()
            .position(|row| row.name.as_deref() == Some(name))
            .expect("a row of that name");
        let mut effects = self.keys("gg");
        effects.extend(self.keys(&"j".repeat(place)));
        effects.extend(self.keys("<Enter>"));
        let row = rows().swap_remove(place);
        effects.extend(self.answer_thread(thread_page(row, items())));
        effects
    }

    /// The screen as text, and a fingerprint of its styles.
    pub fn picture(&self) -> String {
        let (width, height) = self.model.session.size;
        let mut terminal = Terminal::new(TestBackend::new(width, height)).expect("a terminal");
        let drawn = terminal
            .draw(|frame| ui::view(&self.model, &self.theme, frame))
            .expect("draws");
        nothing_hidden(drawn.buffer);
        let buffer = terminal.backend().buffer().clone();
        let mut text = String::new();
        let mut print: u64 = 0xcbf2_9ce4_8422_2325;
        for y in 0..height {
            let mut line = String::new();
            let mut skip = 0;
            for x in 0..width {
                let cell = &buffer[(x, y)];
                if skip > 0 {
                    skip -= 1;
                } else {
                    line.push_str(cell.symbol());
                    skip = switchboard::text::width(cell.symbol()).saturating_sub(1);
                }
                for byte in format!("{:?}{:?}{:?}", cell.fg, cell.bg, cell.modifier).bytes() {
                    print = (print ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
                }
            }
            text.push_str(line.trim_end());
            text.push('\n');
        }
        format!("{text}styles {print:016x}\n")
    }
}

/// A wide letter takes two cells. What was drawn in the second one, such as the
/// frame of a dialog, would not be seen on a terminal.
fn nothing_hidden(buffer: &Buffer) {
    for position in buffer.area.positions() {
        let wide = switchboard::text::width(buffer[position].symbol()) == 2;
        if let Some(next) = buffer.cell((position.x + 1, position.y)).filter(|_| wide) {
            let symbol = buffer[position].symbol();
            assert_eq!(next.symbol(), " ", "hidden by {symbol} at {position}");
        }
    }
}

pub fn apps() -> Apps {
    let names = [
        (AppId::new(BOT), "shopbot".to_owned()),
        (AppId::new("263902037430900"), "Page Inbox".to_owned()),
        (AppId::new("555"), "helpdesk".to_owned()),
    ];
    Apps {
        ours: Some(AppId::new("300000000000002")),
        bot: Some(AppId::new(BOT)),
        names: names.into(),
    }
}

pub fn view(desk: &mut Desk, view: View, rows: Vec<Conversation>) {
    desk.keys(&(view.index() + 1).to_string());
    desk.answer_inbox(rows);
}

/// Keys as tests write them: names between angle brackets, else characters.
fn parsed(keys: &str) -> Vec<Key> {
    let mut parsed = Vec::new();
    let mut rest = keys;
    while let Some(first) = rest.chars().next() {
        let (key, after) = match rest.strip_prefix('<').and_then(|r| r.split_once('>')) {
            Some((name, after)) => (name.parse(), after),
            None => (first.to_string().parse(), &rest[first.len_utf8()..]),
        };
        parsed.push(key.expect("a key"));
        rest = after;
    }
    parsed
}
