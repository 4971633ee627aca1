//! Themes, sizes, the curtain, and every script in every pane.

use super::*;

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
