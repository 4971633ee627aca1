//! Keys → picture: what an agent sees. Each picture is text and a fingerprint
//! of its styles; look at each new one before accepting it.

#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use support::desk::*;

use switchboard::{
    app::{
        Loaded, Msg, Settings,
        canned::Canned,
        layout::{self},
        settings::Column,
    },
    domain::{
        ApiCall, AppId, Author, Change, Conversation, ConversationId, Deferred, DeliveredWebhook,
        Hit, HoldReason, Item, Link, Mid, OperationKind, OwnershipEvidence, Part, Platform,
        Profile, Routing, SendAs, SendState, Span, ThreadOwner, Until,
    },
    ui::{THEMES, Theme},
};

const SIZES: [(u16, u16); 3] = [(80, 24), (120, 40), (200, 60)];

fn snap(name: &str, desk: &Desk) {
    let (width, height) = desk.model.session.size;
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_suffix(format!("{width}x{height}"));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    let picture = desk.picture();
    assert_eq!(picture, desk.picture(), "drawing twice draws the same");
    settings.bind(|| insta::assert_snapshot!(name, picture));
}

/// One scene at each of the three sizes.
fn scene(name: &str, play: impl Fn(&mut Desk)) {
    for size in SIZES {
        let mut desk = Desk::new(size);
        play(&mut desk);
        snap(name, &desk);
    }
}

#[test]
fn list() {
    scene("list", |_| {});
}

#[test]
fn list_of_everything_with_the_cursor_at_the_end() {
    scene("list_at_the_end", |desk| {
        view(desk, switchboard::domain::View::All, rows());
        desk.keys("G");
    });
}

#[test]
fn list_without_rows() {
    scene("list_empty", |desk| desk.answer_inbox(Vec::new()));
}

#[test]
fn list_filtered_while_typing() {
    scene("list_filtered", |desk| {
        desk.keys("/ana");
        desk.answer_inbox(vec![rows().swap_remove(2)]);
    });
}

#[test]
fn thread() {
    scene("thread", |desk| {
        desk.open("Ana Ruiz");
    });
}

#[test]
fn composer_with_a_reply_that_wraps() {
    scene("composer_response", |desk| {
        desk.open("Ana Ruiz");
        desk.keys("r");
        desk.send(Msg::Paste(
            "Good news: the bank confirmed it.\nThe money is with you by Monday, ".repeat(3),
        ));
    });
}

#[test]
fn composer_after_26_hours_goes_out_as_human_agent() {
    scene("composer_human_agent", |desk| {
        desk.open("Kemi Adeyemi");
        desk.keys("rI am so sorry!");
    });
}

#[test]
fn window_closed_says_why_and_keeps_the_draft() {
    scene("thread_window_closed", |desk| {
        desk.open("Nils Berg");
        let mut page = thread_page(rows().swap_remove(8), items());
        page.draft = Some(("kept text".into(), (0, 9)));
        page.conversation.can_reply = Some(false);
        desk.answer_thread(page);
        desk.keys("r");
    });
}

#[test]
fn hand_back_asks_for_the_outcome() {
    scene("hand_back", |desk| {
        desk.open("Ana Ruiz");
        desk.keys("rDone.<^d>");
    });
}

#[test]
fn help_is_made_of_the_live_keymap_and_greys_what_is_off() {
    scene("help", |desk| {
        desk.open("Sam Iqbal");
        desk.keys("?");
    });
}

#[test]
fn commands_complete() {
    scene("commands", |desk| {
        desk.keys(":view");
    });
}

#[test]
fn jump_to_a_person() {
    scene("jump", |desk| {
        desk.keys("<^p>tan");
        let found = vec![
            (
                ConversationId::new("11"),
                "田中 美咲 (Tanaka)".into(),
                Platform::Messenger,
            ),
            (
                ConversationId::new("8"),
                "Tania".into(),
                Platform::Instagram,
            ),
        ];
        desk.send(Msg::Loaded(Loaded::Found("tan".into(), found)));
    });
}

#[test]
fn ownership_and_clocks() {
    scene("ownership", |desk| {
        desk.open("Ana Ruiz");
        desk.keys("i");
    });
}

#[test]
fn what_webhooks_tell_stands_in_the_thread() {
    let heard = |desk: &mut Desk| {
        desk.send(Msg::Changed(vec![Change::Link(Link::Webhook)]));
        desk.open("Ana Ruiz");
        let mut row = conversation("3", "Ana Ruiz");
        row.read_through = Some(ago(0, 10));
        row.delivered_through = Some(ago(0, 5));
        desk.answer_thread(thread_page(row, heard_items()));
    };
    scene("heard", heard);
    scene("heard_from_the_top", |desk| {
        heard(desk);
        desk.keys("gg");
    });
    scene("ownership_timeline", |desk| {
        heard(desk);
        desk.keys("i");
    });
    let mut desk = Desk::new((120, 40));
    desk.theme = Theme::default().without_colour().with_ascii(true);
    heard(&mut desk);
    snap("heard_ascii", &desk);
}

#[test]
fn a_count_is_shown_whole_or_not_at_all() {
    let mut desk = Desk::new((120, 40));
    for (counts, words) in [
        ([11, 11, 30, 1, 41], "╭ 1 Needs me 11 2·11 3·30 4·1 5·41╮"),
        ([11, 11, 30, 10, 41], "╭ 1 Needs me 11 2 3 4 5──"),
    ] {
        desk.model.inbox.counts.by_view = counts;
        assert!(desk.picture().contains(words), "{}", desk.picture());
    }
}

#[test]
fn a_window_that_closes_soon_is_told() {
    scene("closing_soon", |desk| {
        desk.send(Msg::Changed(vec![Change::WindowClosing {
            conversation: ConversationId::new("1"),
            name: "Jo Park".into(),
            until: NOW.plus(Span::minutes(29)),
        }]));
    });
}

#[test]
fn profile_that_meta_keeps_back() {
    scene("profile_missing", |desk| {
        desk.open("Ana Ruiz");
        let mut page = thread_page(conversation("3", ""), items());
        page.conversation.name = None;
        page.profile = Profile::Missing("This person joined with a phone number, so Meta keeps no profile. (Meta error 100/2018218)".into());
        desk.answer_thread(page);
        desk.keys("p");
    });
}

#[test]
fn raw_json() {
    scene("raw_json", |desk| {
        desk.open("Ana Ruiz");
        desk.keys("J");
        let json = "{\n  \"id\": \"m_1\",\n  \"message\": \"hi \\u001b[2J\"\n}".to_owned();
        desk.send(Msg::Loaded(Loaded::Raw(
            ConversationId::new("3"),
            vec![json],
        )));
    });
}

#[test]
fn hostile_text_is_disarmed_everywhere() {
    scene("hostile_text", |desk| {
        desk.open("Mallory \u{1b}[31mRed\u{202e}");
        let text = "hello \u{1b}[2J\u{1b}]0;PWNED\u{7} \u{9b}31mred \u{202e}gnp.exe\u{202c}\n14:06 A typed by an agent";
        let mut page = thread_page(
            rows().swap_remove(12),
            vec![
                message("m1", ago(0, 3), Author::Customer, text, vec![]),
                message(
                    "m2",
                    ago(0, 2),
                    Author::Page,
                    "",
                    vec![Part::Card {
                        title: "card\u{1b}[5m".into(),
                        subtitle: "sub\u{7}".into(),
                        buttons: vec!["but\nton".into()],
                    }],
                ),
                message(
                    "m3",
                    ago(0, 1),
                    Author::Customer,
                    &format!("e{}", "\u{301}".repeat(50)),
                    vec![],
                ),
            ],
        );
        page.profile = Profile::Missing("why \u{1b}[31m".into());
        desk.answer_thread(page);
    });
}

#[test]
fn scripts_of_the_world() {
    scene("scripts", |desk| {
        desk.open("田中 美咲");
        let say = |n: i64, text: &str| {
            message(
                &format!("m{n}"),
                ago(0, 20 - n),
                Author::Customer,
                text,
                vec![],
            )
        };
        let page = thread_page(
            rows().swap_remove(10),
            vec![
                say(
                    1,
                    "こんにちは。先週注文したフロアランプがまだ届いていません。注文番号は4480です。追跡ページでは「配達済み」になっています。",
                ),
                say(
                    2,
                    "مرحبا، أريد تغيير عنوان التوصيل للطلب 4491 من فضلكم، الشاحنة ستصل غدا",
                ),
                say(3, "שלום, האם המנורה מגיעה עם נורה?"),
                say(4, "สวัสดีครับ โคมไฟตั้งโต๊ะราคาเท่าไหร่ครับ"),
                say(5, "xin chào, đèn này còn hàng không?"),
                say(6, "👩\u{200d}👩\u{200d}👧 🇳🇴 👍🏽 e\u{301}"),
            ],
        );
        desk.answer_thread(page);
    });
}

#[test]
fn refusals_stand_where_they_happened() {
    scene("refused_reply", |desk| {
        desk.open("Ana Ruiz");
        let mut page = thread_page(rows().swap_remove(2), items());
        let why = "Another app controls this thread now, so Meta refused. Press t to take control, then try again. (Meta error 10/2018300)";
        page.items.push(outgoing(
            "The refund is on its way.",
            SendAs::Response,
            SendState::Refused {
                why: why.into(),
                given_back: true,
            },
        ));
        page.draft = Some(("The refund is on its way.".into(), (0, 25)));
        desk.answer_thread(page);
    });
    scene("refused_take", |desk| {
        desk.open("Sam Iqbal");
        let why = "Meta does not permit this to our app. (Meta error 10)".to_owned();
        desk.send(Msg::Changed(vec![Change::Failed {
            conversation: ConversationId::new("7"),
            operation: OperationKind::Take,
            why,
        }]));
    });
}

/// Kemi's thread with a reply of that state, a while after Enter.
fn with_reply(state: SendState, looks: u32, after: Span) -> Desk {
    let mut desk = Desk::new((100, 30));
    desk.open("Kemi Adeyemi");
    let mut page = thread_page(rows().swap_remove(3), items());
    let mut reply = outgoing("It goes back to you today.", SendAs::HumanAgent, state);
    if let Item::Outgoing(reply) = &mut reply {
        reply.looks = looks;
    }
    page.items.push(reply);
    desk.answer_thread(page);
    desk.pass(after);
    desk
}

#[test]
fn the_life_of_a_reply() {
    let refused = SendState::Refused {
        why: "This person is not available on Messenger right now. (Meta error 551)".into(),
        given_back: false,
    };
    let later = Span::seconds(61);
    for (name, state, looks, after) in [
        ("reply_queued", SendState::Queued, 0, Span::ZERO),
        ("reply_sending", SendState::Sending, 0, Span::ZERO),
        ("reply_unsure", SendState::Unsure, 0, Span::seconds(5)),
        ("reply_unsure_after_a_minute", SendState::Unsure, 2, later),
        ("reply_probably_not_sent", SendState::Unsure, 4, later),
        (
            "reply_held",
            SendState::Held(HoldReason::CustomerWrote),
            0,
            later,
        ),
        ("reply_refused_and_kept", refused, 0, later),
    ] {
        snap(name, &with_reply(state, looks, after));
    }
    let mut desk = with_reply(SendState::Queued, 0, Span::ZERO);
    let offline = "Cannot reach graph.facebook.com: connection refused or no route.";
    desk.send(Msg::Changed(vec![Change::Link(Link::Offline(
        offline.into(),
    ))]));
    snap("reply_queued_without_a_network", &desk);
}

#[test]
fn what_shall_become_of_a_reply() {
    for (name, state) in [
        ("decide_unsure", SendState::Unsure),
        ("decide_held", SendState::Held(HoldReason::WindowOver)),
        ("decide_queued", SendState::Queued),
    ] {
        let mut desk = with_reply(state, 0, Span::seconds(90));
        desk.keys("<Enter>");
        snap(name, &desk);
    }
}

#[test]
fn what_has_happened_meanwhile_is_shown_before_a_reply_goes_out() {
    scene("freshness", |desk| {
        desk.open("Ana Ruiz");
        desk.keys("rIt went out on the 3rd.");
        let mut page = thread_page(rows().swap_remove(2), items());
        page.conversation.customer_at = Some(NOW);
        page.items.push(message(
            "m10",
            NOW,
            Author::Customer,
            "oh, it is here now!",
            vec![],
        ));
        desk.answer_thread(page);
        desk.keys("<Enter>");
    });
}

#[test]
fn searching_all_messages() {
    scene("search", |desk| {
        desk.keys(":search refund<Enter>");
        let hit = |name: &str, hours, text: &str| Hit {
            conversation: ConversationId::new("3"),
            name: name.into(),
            mid: Mid::new("m4"),
            at: ago(hours, 0),
            author: Author::Customer,
            text: text.into(),
        };
        let long = "Good morning, I have written to you three times about this lamp that flickers, and now I want my refund please, at once, or I shall call my bank about it.";
        let hits = vec![
            hit("Ana Ruiz", 1, "where is my refund??"),
            hit("Mallory \u{1b}[31mRed", 30, long),
            hit("田中 美咲", 400, "refund 返金はいつですか？"),
        ];
        desk.send(Msg::Loaded(Loaded::Hits("refund".into(), hits)));
        desk.keys("<Down>");
    });
    let mut desk = Desk::new((80, 24));
    desk.keys("g/zzz");
    desk.send(Msg::Loaded(Loaded::Hits("zzz".into(), Vec::new())));
    snap("search_without_hits", &desk);
}

#[test]
fn troubles_with_the_files_are_said() {
    let mut desk = Desk::new((100, 30));
    let full = Change::Storage(Some("the disk is full".into()));
    desk.send(Msg::Changed(vec![full]));
    snap("cannot_save", &desk);
    let settings = Settings {
        read_only: true,
        ..Settings::default()
    };
    let mut desk = Desk::with((100, 30), settings);
    let why = "Another switchboard has these conversations open, so this one only reads. Close it to work here.";
    desk.send(Msg::Changed(vec![Change::Link(Link::ReadOnly(why.into()))]));
    snap("looking_on", &desk);
}

#[test]
fn without_a_link_the_customer_sees_no_typing() {
    let mut desk = Desk::new((120, 40));
    desk.open("Ana Ruiz");
    desk.keys("r");
    assert!(desk.picture().contains("customer sees typing"));
    let offline = Link::Offline("Cannot reach graph.facebook.com.".into());
    desk.send(Msg::Changed(vec![Change::Link(offline)]));
    assert!(!desk.picture().contains("customer sees typing"));
}

#[test]
fn the_link_says_how_it_stands() {
    let offline =
        Link::Offline("Cannot reach graph.facebook.com: connection refused or no route.".into());
    for (name, link) in [
        ("link_offline", offline),
        ("link_token_refused", Link::TokenRefused("The Page token has expired. Make a new one and set SWITCHBOARD_PAGE_TOKEN. (Meta error 190/463)".into())),
        ("link_throttled", Link::Throttled(NOW.plus(Span::minutes(7)))),
        ("link_broken", Link::Broken("sync (it panicked); restart switchboard".into())),
    ] {
        let mut desk = Desk::new((80, 24));
        desk.send(Msg::Changed(vec![Change::Link(link)]));
        snap(name, &desk);
    }
}

#[test]
fn a_page_without_routing_says_so() {
    let mut desk = Desk::new((120, 40));
    desk.routes(Routing::ZeroConfig);
    desk.open("Ana Ruiz");
    let mut page = thread_page(rows().swap_remove(2), items());
    page.conversation.owner = ThreadOwner::Unknown;
    desk.answer_thread(page);
    desk.keys("t");
    snap("zero_config", &desk);
}

#[test]
fn read_only_says_so() {
    let mut desk = Desk::with(
        (120, 40),
        Settings {
            read_only: true,
            ..Settings::default()
        },
    );
    desk.open("Ana Ruiz");
    desk.keys("r");
    snap("read_only", &desk);
}

#[test]
fn letting_go_of_somebody_who_waits_is_asked_about() {
    let mut desk = Desk::new((80, 24));
    desk.keys("U");
    snap("release", &desk);
}

#[test]
fn terminals_that_do_not_join_emoji_get_their_first() {
    let mut desk = Desk::new((80, 24));
    desk.theme = Theme::default().with_simple_emoji(true);
    desk.open("Ana Ruiz");
    let text = "👩\u{200d}👩\u{200d}👧 family · 🇳🇴 flag · 👍🏽 tone · 1\u{fe0f}\u{20e3} key · ❤\u{fe0f} heart · می\u{200c}خواهم";
    let page = thread_page(
        rows().swap_remove(2),
        vec![message("m1", ago(0, 3), Author::Customer, text, vec![])],
    );
    desk.answer_thread(page);
    snap("simple_emoji", &desk);
}

#[test]
fn a_half_typed_sequence_shows_what_may_follow() {
    let mut desk = Desk::new((80, 24));
    desk.keys("g");
    desk.pass(Span::millis(400));
    snap("continuations", &desk);
}

#[test]
fn quitting_asks_and_names_what_is_held() {
    let mut desk = Desk::new((80, 24));
    desk.keys("q");
    let held = rows().into_iter().take(5).collect();
    desk.send(Msg::Loaded(Loaded::HeldThreads(held)));
    desk.keys("bka");
    snap("quit", &desk);
}

#[test]
fn a_long_thread_keeps_its_place_when_news_comes() {
    let mut desk = Desk::new((80, 24));
    desk.open("Ana Ruiz");
    let long: Vec<_> = (0..300)
        .map(|n| {
            message(
                &format!("m{n}"),
                ago(0, 0).plus(Span::minutes(n - 400)),
                Author::Customer,
                &format!("line {n}"),
                vec![],
            )
        })
        .collect();
    let mut page = thread_page(rows().swap_remove(2), long);
    desk.answer_thread(page.clone());
    desk.keys("<^u><^u>kk");
    let before = desk.picture();
    page.items.push(message(
        "news",
        NOW,
        Author::Customer,
        "are you there?",
        vec![],
    ));
    desk.answer_thread(page);
    let rows = |picture: &str| {
        picture
            .lines()
            .filter(|l| l.contains("line "))
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    assert_eq!(rows(&before), rows(&desk.picture()));
    snap("thread_scrolled", &desk);
}

#[test]
fn without_colour_and_in_ascii_nothing_is_lost() {
    for (name, theme) in [
        ("no_color", Theme::named("mono").expect("a theme")),
        ("ascii", Theme::default().with_ascii(true)),
        (
            "ascii_no_color",
            Theme::default().without_colour().with_ascii(true),
        ),
        ("sixteen_colours", Theme::default()),
    ] {
        let mut desk = Desk::new((120, 40));
        desk.theme = theme.clone();
        desk.open("Ana Ruiz");
        desk.keys("rhello");
        if theme.is_ascii() {
            assert!(desk.picture().is_ascii());
        }
        snap(name, &desk);
    }
}

#[test]
fn a_screen_that_is_too_small_says_what_it_needs() {
    for size in [(39, 24), (80, 9), (20, 3), (8, 2), (1, 1), (0, 0)] {
        let mut desk = Desk::new(size);
        desk.open("Ana Ruiz");
        snap("too_small", &desk);
    }
}

#[test]
fn every_size_can_be_drawn() {
    for width in [1, 2, 39, 40, 41, 80, 99, 100, 101, 119, 120, 121, 200] {
        for height in [1, 2, 9, 10, 11, 12, 13, 24, 60] {
            let mut desk = Desk::new((width, height));
            desk.open("Ana Ruiz");
            desk.keys("rhello");
            desk.picture();
            desk.keys("<^d>");
            desk.picture();
            desk.keys("<Esc><Esc>?");
            desk.picture();
            desk.keys("<Esc>:");
            desk.picture();
        }
    }
}

#[test]
fn a_resize_between_update_and_draw_does_no_harm() {
    use ratatui::{Terminal, backend::TestBackend};
    let mut desk = Desk::new((120, 40));
    desk.open("Ana Ruiz");
    for size in [(80, 24), (1, 1), (200, 60)] {
        let mut terminal = Terminal::new(TestBackend::new(size.0, size.1)).expect("a terminal");
        terminal
            .draw(|frame| switchboard::ui::view(&desk.model, &desk.theme, frame))
            .expect("draws");
    }
}

/// Ana's thread with a reply being written, and something of everything around.
fn at_work(desk: &mut Desk) {
    desk.open("Ana Ruiz");
    desk.keys("rGood news: the bank confirmed it.");
    desk.pass(Span::seconds(1));
}

#[test]
fn every_theme_at_every_size() {
    for (name, _) in THEMES {
        for size in SIZES {
            let mut desk = Desk::new(size);
            desk.theme = Theme::named(name).expect("a theme");
            at_work(&mut desk);
            snap(&format!("theme_{name}"), &desk);
        }
    }
    // Named for the house's sake: "theme_dark" "theme_light" "theme_high_contrast" "theme_mono".
}

#[test]
fn behind_the_curtain_nobody_is_called_anything_and_nothing_was_said() {
    for size in SIZES {
        let mut desk = Desk::new(size);
        desk.keys(":privacy<Enter>");
        desk.open("Ana Ruiz");
        desk.keys("/refund<Enter>");
        snap("curtain", &desk);
        for keys in [
            "", "<Esc>b", "<Esc>s", "<Esc>J", "<Esc>p", "<Esc>c", "<Esc>x",
        ] {
            desk.keys(keys);
            let picture = desk.picture();
            for secret in [
                "Ana", "Ruiz", "Jo Park", "Rahul", "refund??", "4471", "IMG_2210",
            ] {
                assert!(
                    !picture.contains(secret),
                    "{secret} after {keys} in\n{picture}"
                );
            }
        }
    }
}

/// People whose names and words are hard to draw.
const HARD: [(&str, &str); 9] = [
    ("สมชาย ใจดี", "สวัสดีครับ ขอเปลี่ยนที่อยู่จัดส่งได้ไหมครับ กำลังรออยู่"),
    (
        "ليلى حداد",
        "من فضلكم، الشاحنة ستصل غدا في الساعة 9:30 (order #4471)",
    ),
    ("נועה כהן", "שלום, ההזמנה 4471 עדיין לא הגיעה. תודה!"),
    (
        "田中 美咲",
        "荷物がまだ届きません。追跡番号は４４７１です。",
    ),
    ("김하늘", "배송이 언제 되나요? ㅠㅠ"),
    (
        "🇳🇴 Nora 🏴\u{e0067}\u{e0062}\u{e0073}\u{e0063}\u{e0074}\u{e007f}",
        "🇩🇪🇫🇷🇯🇵 flags 🏳️‍🌈 and 1️⃣ 2️⃣",
    ),
    ("👨‍👩‍👧‍👦 Family", "👩🏽‍🚒👨‍👩‍👧‍👦👍🏿 thanks ❤️ ☺️"),
    (
        "Zoë Łukaszéwic\u{301}z",
        "e\u{301}a\u{308}o\u{308} n\u{303} q\u{301}\u{302}\u{303} क्षि நி ำ",
    ),
    (
        "\u{202e}drowssap\u{202c}\u{200b}",
        "a\u{200d}b \u{1b}[31m\u{feff} zero\u{200b}width",
    ),
];

fn hard_rows() -> Vec<Conversation> {
    HARD.iter()
        .zip(1..)
        .map(|((name, words), number)| {
            let mut row = conversation(&number.to_string(), name);
            row.snippet = (*words).into();
            row
        })
        .collect()
}

/// The frames of all panes stand in their columns, whatever is in the panes.
fn frames_are_straight(desk: &Desk) {
    let layout = layout::layout(&desk.model);
    let picture = desk.picture();
    let lines: Vec<&str> = picture.lines().collect();
    let at = |x: u16, y: u16| -> char {
        let mut column = 0;
        for cluster in
            unicode_segmentation::UnicodeSegmentation::graphemes(lines[usize::from(y)], true)
        {
            if column == usize::from(x) {
                return cluster.chars().next().unwrap_or(' ');
            }
            column += switchboard::text::width(cluster);
        }
        ' '
    };
    for pane in [layout.list, layout.thread, layout.composer, layout.customer]
        .into_iter()
        .flatten()
    {
        for y in pane.y + 1..pane.bottom() - 1 {
            for x in [pane.x, pane.right() - 1] {
                assert_eq!(at(x, y), '│', "column {x}, line {y} of\n{picture}");
            }
        }
    }
}

#[test]
fn every_script_is_aligned_in_every_pane() {
    for size in SIZES {
        let mut desk = Desk::new(size);
        desk.answer_inbox(hard_rows());
        frames_are_straight(&desk);
        snap("scripts_list", &desk);
        desk.keys("<Enter>");
        let said = HARD.iter().zip(1..).map(|((name, words), number)| {
            let author = if number % 2 == 0 {
                Author::Me
            } else {
                Author::Customer
            };
            let text = format!("{name}: {words}");
            let card = Part::Card {
                title: (*words).into(),
                subtitle: (*name).into(),
                buttons: vec![(*name).into(), (*words).into()],
            };
            message(
                &format!("m{number}"),
                ago(0, 20 - number),
                author,
                &text,
                vec![card],
            )
        });
        let mut page = thread_page(hard_rows().swap_remove(0), said.collect());
        page.profile = switchboard::domain::Profile::Known(switchboard::domain::Person {
            name: Some(HARD[1].0.into()),
            username: Some(HARD[6].0.into()),
            locale: Some("th_TH".into()),
            utc_offset: Some(420),
            followers: None,
        });
        page.conversation.triage.labels = vec![HARD[3].0.into(), HARD[5].0.into()];
        desk.answer_thread(page);
        frames_are_straight(&desk);
        desk.keys("r");
        desk.send(Msg::Paste(HARD.map(|(_, words)| words).join(" ")));
        frames_are_straight(&desk);
        snap("scripts_thread", &desk);
        desk.keys("<Esc>gg");
        frames_are_straight(&desk);
    }
    let mut desk = Desk::new((120, 40));
    desk.theme = Theme::default().with_simple_emoji(true);
    desk.answer_inbox(hard_rows());
    snap("scripts_simple_emoji", &desk);
}

#[test]
fn decisions_of_ones_own_are_seen_in_list_and_thread() {
    scene("triage", |desk| {
        let mut decided = rows();
        let aside = |until| {
            Some(Deferred {
                until,
                through: Some(NOW),
            })
        };
        decided[0].triage.deferred = aside(Until::Moment(NOW.plus(Span::hours(2))));
        decided[1].triage.deferred = aside(Until::Moment(NOW.plus(Span::hours(2))));
        decided[2].triage.deferred = aside(Until::NoReplyNeeded);
        decided[3].triage.deferred = aside(Until::CustomerWrites);
        decided[5].triage.unread = true;
        decided[4].triage.labels = vec!["refund".into(), "vip".into()];
        view(desk, switchboard::domain::View::All, decided);
        desk.keys("jjjjvv");
    });
    scene("snooze", |desk| {
        desk.open("Ana Ruiz");
        desk.keys("s");
    });
    scene("snooze_words", |desk| {
        desk.open("Ana Ruiz");
        desk.keys("s2d");
    });
    scene("labels", |desk| {
        desk.open("Ana Ruiz");
        desk.keys("L");
        let known = vec!["refund".to_owned(), "vip".to_owned()];
        desk.send(Msg::Loaded(Loaded::Labels(known)));
        desk.keys("v");
    });
    scene("note", |desk| {
        desk.open("Ana Ruiz");
        desk.keys("cprefers the brass lamp; her brother Jo orders for the office as well");
    });
}

fn canned() -> Vec<Canned> {
    [
        (
            "greeting",
            "Hi {first_name}, this is {agent} from {page}. I am looking into it.",
        ),
        (
            "refund-sent",
            "The refund for order #{order} is on its way.\n\nAll the best,\n{agent}",
        ),
        ("thanks", "You are very welcome, {first_name}!"),
    ]
    .map(|(name, text)| Canned {
        name: name.into(),
        text: text.into(),
    })
    .into()
}

#[test]
fn what_helps_to_write_is_seen_before_it_is_used() {
    scene("canned", |desk| {
        desk.open("Ana Ruiz");
        desk.keys("r/");
        desk.send(Msg::Loaded(Loaded::Canned(Ok(canned()))));
        desk.keys("r");
    });
    scene("composer_asks", |desk| {
        desk.open("Ana Ruiz");
        desk.keys("r");
        desk.send(Msg::Paste(
            "Hi Rahul, your card 4111 1111 1111 1111 was charged.".into(),
        ));
        desk.keys("<Enter>");
    });
    scene("attach", |desk| {
        desk.open("Ana Ruiz");
        desk.keys("rhere it is<^f>");
        let entries = vec!["lamp.jpg".to_owned(), "lamps/".into(), "letter.pdf".into()];
        desk.send(Msg::Loaded(Loaded::Path(String::new(), entries, None)));
    });
    scene("composer_with_a_file", |desk| {
        desk.open("Ana Ruiz");
        desk.keys("rhere it is<^f>");
        let file = switchboard::domain::Attachment::new("lamp.jpg".into(), 182_440);
        desk.send(Msg::Loaded(Loaded::Path(
            String::new(),
            Vec::new(),
            Some(file),
        )));
        desk.keys("<Enter>");
    });
}

#[test]
fn the_wire_is_seen_beside_the_conversation() {
    let call = |method: &str, path: &str, status, ms| {
        Change::ApiCall(ApiCall {
            at: NOW,
            method: method.into(),
            host: "https://graph.facebook.com".into(),
            path: path.into(),
            body: (method == "POST")
                .then(|| r#"{"recipient":{"id":"703"},"message":{"text":"hi"}}"#.to_owned()),
            status,
            ms,
        })
    };
    let calls = |desk: &mut Desk| {
        desk.open("Ana Ruiz");
        desk.send(Msg::Changed(vec![
            call(
                "GET",
                "/v26.0/104857600000001/conversations?fields=id,updated_time",
                Some(200),
                84,
            ),
            call(
                "GET",
                "/v26.0/104857600000001/thread_owner?recipient=703",
                Some(400),
                31,
            ),
            call("POST", "/v26.0/104857600000001/messages", None, 30_000),
        ]));
    };
    scene("api_log", |desk| {
        calls(desk);
        desk.keys("@<Enter>");
    });
    scene("thread_with_calls", calls);
    scene("hand_overs", |desk| {
        desk.model.session.settings.simulator = true;
        desk.open("Ana Ruiz");
        desk.answer_thread(thread_page(rows().swap_remove(2), heard_items()));
        desk.keys("gd");
        let id = ConversationId::new("3");
        let evidence = OwnershipEvidence {
            base: Some((ago(0, 56), ThreadOwner::Us)),
            moved: Some((ago(0, 35), ThreadOwner::App(AppId::new("263902037430900")))),
            channel: Some((ago(0, 5), false)),
        };
        desk.send(Msg::Loaded(Loaded::OwnershipEvidence(id.clone(), evidence)));
        let told = |app: &str, channel: &str, what: &str| DeliveredWebhook {
            app: app.into(),
            channel: channel.into(),
            what: what.into(),
        };
        desk.send(Msg::Changed(vec![Change::Delivered(
            id,
            vec![
                told("bot", "messaging", "message"),
                told("switchboard", "standby", "message"),
                told("switchboard", "messaging", "pass_thread_control"),
            ],
        )]));
    });
    scene("links", |desk| {
        desk.open("Ana Ruiz");
        let mut with = items();
        let text = "see https://shop.example/lamps/brass?x=1 and http://xn--l-7sba6dbr.example/";
        with.push(message("m10", NOW, Author::Customer, text, vec![]));
        desk.answer_thread(thread_page(rows().swap_remove(2), with));
        desk.keys("o");
        let files = vec![(
            "IMG_2210.jpg".to_owned(),
            "https://scontent.xx.fbcdn.net/a.jpg".to_owned(),
        )];
        let id = ConversationId::new("3");
        desk.send(Msg::Loaded(Loaded::Files(id, files, false)));
    });
}

#[test]
fn the_list_has_the_columns_that_somebody_wants() {
    let mut desk = Desk::new((80, 24));
    desk.model.session.settings.shape.columns = vec![Column::Wait, Column::Name, Column::Owner];
    snap("list_own_columns", &desk);
    let mut desk = Desk::new((140, 30));
    (
        desk.model.session.settings.shape.list,
        desk.model.session.settings.shape.customer,
    ) = (40, 20);
    desk.open("Ana Ruiz");
    snap("layout_own_widths", &desk);
}
