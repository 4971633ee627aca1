//! The thread.

use std::fs;

use serde_json::{Value, json};
use switchboard::domain::{Annotations, Message, WebhookFact};

use super::*;

#[test]
fn thread() {
    scene("thread", |desk| {
        desk.open("Ana Ruiz");
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

/// Every webhook of Meta's samples that stands in a thread, a minute apart.
#[test]
fn everything_that_meta_tells_has_a_picture() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/assets/graph");
    let mut samples: Vec<_> = fs::read_dir(folder)
        .expect("the samples")
        .map(|entry| entry.expect("a sample").path())
        .filter(|path| path.to_string_lossy().contains("webhook_"))
        .collect();
    samples.sort();
    let told = samples.iter().flat_map(|path| {
        let sample = fs::read_to_string(path).expect("reads");
        let sample: Value = serde_json::from_str(&sample).expect("JSON");
        let list = sample["list"].as_str().expect("a list");
        let body = json!({"object": sample["object"], "entry": [{"id": "1", "time": 5, list: [sample["event"]]}]});
        graph::decode_webhook(&body.to_string()).expect("a webhook").heard
    });
    let mut items = Vec::new();
    for heard in told {
        let minutes = i64::try_from(items.len()).expect("small");
        let at = ago(1, -minutes);
        match heard.told {
            WebhookFact::Message(message) | WebhookFact::Echo { message, .. } => {
                items.push(Item::Message(Message {
                    mid: Mid::new(format!("m{minutes}")),
                    at,
                    annotations: Annotations::default(),
                    ..message
                }));
            }
            WebhookFact::Happened(what) => items.push(Item::Event { at, what }),
            _ => {}
        }
    }
    assert!(items.len() > 30, "{}", items.len());
    let mut desk = Desk::new((120, 80));
    desk.open("Ana Ruiz");
    desk.answer_thread(thread_page(conversation("3", "Ana Ruiz"), items));
    desk.keys("gg");
    snap("every_sample", &desk);
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
