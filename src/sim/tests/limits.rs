//! Every limit of the platform: what just fits is taken, one more is refused with
//! its code.

use super::*;
use crate::sim::world::Saved;

/// What is asked with a length or count.
type Ask = Box<dyn Fn(&Lab, usize) -> (String, Value)>;

/// A limit: its name, what just fits (and with `least`, the fewest), how it is asked,
/// and the code and subcode of what does not.
struct Limit {
    name: &'static str,
    least: usize,
    most: usize,
    code: (i64, i64),
    ask: Ask,
}

fn limit(
    name: &'static str,
    range: std::ops::RangeInclusive<usize>,
    ask: impl Fn(&Lab, usize) -> (String, Value) + 'static,
) -> Limit {
    Limit {
        name,
        least: *range.start(),
        most: *range.end(),
        code: (100, 0),
        ask: Box::new(ask),
    }
}

fn letters(count: usize) -> String {
    "ü".repeat(count)
}

/// A send to a person of a message with `count` of something.
fn message(
    name: &'static str,
    range: std::ops::RangeInclusive<usize>,
    to: &'static str,
    make: impl Fn(usize) -> Value + 'static,
) -> Limit {
    limit(name, range, move |lab, count| {
        let body = json!({"recipient": {"id": lab.id(to)}, "message": make(count)});
        ("me/messages".into(), body)
    })
}

fn template(payload: Value) -> Value {
    json!({"attachment": {"type": "template", "payload": payload}})
}

fn postback(title: usize, payload: usize) -> Value {
    json!({"type": "postback", "title": letters(title), "payload": letters(payload)})
}

fn several(count: usize, one: &Value) -> Value {
    json!(vec![one; count])
}

fn card(more: Value) -> Value {
    let mut card = json!({"title": "t", "subtitle": "s"});
    for (key, value) in more.as_object().expect("an object") {
        card[key] = value.clone();
    }
    template(json!({"template_type": "generic", "elements": [card]}))
}

fn quick(reply: Value) -> Value {
    let mut one = json!({"content_type": "text", "title": "t", "payload": "p"});
    for (key, value) in reply.as_object().expect("an object") {
        one[key] = value.clone();
    }
    json!({"text": "choose", "quick_replies": [one]})
}

fn sends() -> Vec<Limit> {
    let file = || json!({"type": "image", "payload": {"url": "https://cdn.example/a.jpg"}});
    vec![
        message("text", 1..=2000, "Ana", |n| json!({"text": letters(n)})),
        Limit {
            code: (100, 2_534_015),
            ..message(
                "text on Instagram, bytes",
                1..=1000,
                "Insta",
                |n| json!({"text": "a".repeat(n)}),
            )
        },
        message(
            "metadata",
            0..=999,
            "Ana",
            |n| json!({"text": "a", "metadata": letters(n)}),
        ),
        message(
            "pictures",
            1..=30,
            "Ana",
            move |n| json!({"attachments": several(n, &file())}),
        ),
        message(
            "pictures on Instagram",
            1..=10,
            "Insta",
            move |n| json!({"attachments": several(n, &file())}),
        ),
        message(
            "quick replies",
            0..=13,
            "Ana",
            |n| json!({"text": "a", "quick_replies": several(n, &json!({"content_type": "text", "title": "t", "payload": "p"}))}),
        ),
        message("quick reply title", 1..=20, "Ana", |n| {
            quick(json!({"title": letters(n)}))
        }),
        message("quick reply payload", 1..=1000, "Ana", |n| {
            quick(json!({"payload": letters(n)}))
        }),
        message("cards", 1..=10, "Ana", |n| {
            template(
                json!({"template_type": "generic", "elements": several(n, &json!({"title": "t", "subtitle": "s"}))}),
            )
        }),
        message("card title", 1..=80, "Ana", |n| {
            card(json!({"title": letters(n)}))
        }),
        message("card subtitle", 0..=80, "Ana", |n| {
            card(json!({"subtitle": letters(n)}))
        }),
        message("card buttons", 0..=3, "Ana", |n| {
            card(json!({"buttons": several(n, &postback(1, 1))}))
        }),
        message("card buttons on Instagram", 0..=3, "Insta", |n| {
            card(json!({"buttons": several(n, &postback(1, 1))}))
        }),
        message("button template text", 1..=640, "Ana", |n| {
            template(
                json!({"template_type": "button", "text": letters(n), "buttons": [postback(1, 1)]}),
            )
        }),
        message("button template buttons", 1..=3, "Ana", |n| {
            template(
                json!({"template_type": "button", "text": "a", "buttons": several(n, &postback(1, 1))}),
            )
        }),
        message("button title", 1..=20, "Ana", |n| {
            template(json!({"template_type": "button", "text": "a", "buttons": [postback(n, 1)]}))
        }),
        message("button payload", 1..=1000, "Ana", |n| {
            template(json!({"template_type": "button", "text": "a", "buttons": [postback(1, n)]}))
        }),
        message("media elements", 1..=1, "Ana", |n| {
            let one =
                json!({"media_type": "image", "url": "https://www.facebook.com/photo/?fbid=1"});
            template(json!({"template_type": "media", "elements": several(n, &one)}))
        }),
        message("media buttons", 0..=3, "Ana", |n| {
            let one = json!({"media_type": "video", "attachment_id": "1", "buttons": several(n, &postback(1, 1))});
            template(json!({"template_type": "media", "elements": [one]}))
        }),
        message("receipt lines", 0..=100, "Ana", |n| {
            template(
                json!({"template_type": "receipt", "recipient_name": "A", "order_number": "1", "currency": "EUR",
                "payment_method": "Visa", "summary": {"total_cost": 1.5}, "elements": several(n, &json!({"title": "t", "price": 1}))}),
            )
        }),
        message("products", 1..=10, "Ana", |n| {
            template(
                json!({"template_type": "product", "elements": several(n, &json!({"id": "1"}))}),
            )
        }),
        message("image grid pictures", 2..=6, "Ana", |n| {
            let one = json!({"url": "https://cdn.example/a.jpg"});
            template(
                json!({"template_type": "image_grid", "elements": [{"images": several(n, &one)}]}),
            )
        }),
        message("image grid title", 0..=45, "Ana", |n| {
            let one = json!({"url": "https://cdn.example/a.jpg"});
            template(
                json!({"template_type": "image_grid", "elements": [{"images": [one, one], "title": letters(n)}]}),
            )
        }),
    ]
}

/// A property of the Messenger profile.
fn property(
    name: &'static str,
    range: std::ops::RangeInclusive<usize>,
    make: impl Fn(usize) -> Value + 'static,
) -> Limit {
    limit(name, range, move |_, count| {
        let mut given = make(count);
        given["get_started"] = json!({"payload": "start"});
        ("1048/messenger_profile".into(), given)
    })
}

fn menu(actions: Value) -> Value {
    json!({"persistent_menu": [{"locale": "default", "call_to_actions": actions}]})
}

fn around() -> Vec<Limit> {
    vec![
        limit("get started payload", 1..=1000, |_, n| {
            (
                "1048/messenger_profile".into(),
                json!({"get_started": {"payload": letters(n)}}),
            )
        }),
        property(
            "greeting",
            1..=160,
            |n| json!({"greeting": [{"locale": "default", "text": letters(n)}]}),
        ),
        property("menu items", 1..=20, |n| {
            menu(several(
                n,
                &json!({"type": "postback", "title": "t", "payload": "p"}),
            ))
        }),
        property("menu title", 1..=30, |n| {
            menu(json!([{"type": "web_url", "title": letters(n), "url": "https://lamp.example/"}]))
        }),
        property(
            "ice breakers",
            1..=4,
            |n| json!({"ice_breakers": [{"locale": "default", "call_to_actions": several(n, &json!({"question": "q", "payload": "p"}))}]}),
        ),
        property(
            "ice breakers without a language",
            1..=4,
            |n| json!({"ice_breakers": several(n, &json!({"question": "q", "payload": "p"}))}),
        ),
        property(
            "commands",
            1..=100,
            |n| json!({"commands": [{"locale": "default", "commands": several(n, &json!({"name": "n", "description": "d"}))}]}),
        ),
        property(
            "command name",
            1..=32,
            |n| json!({"commands": [{"locale": "default", "commands": [{"name": letters(n), "description": "d"}]}]}),
        ),
        property(
            "command description",
            1..=64,
            |n| json!({"commands": [{"locale": "default", "commands": [{"name": "n", "description": letters(n)}]}]}),
        ),
        property(
            "domains",
            0..=50,
            |n| json!({"whitelisted_domains": several(n, &json!("https://lamp.example/"))}),
        ),
        limit("a person's menu", 1..=20, |lab, n| {
            let mut given = menu(several(
                n,
                &json!({"type": "postback", "title": "t", "payload": "p"}),
            ));
            given["psid"] = json!(lab.id("Ana"));
            ("1048/custom_user_settings".into(), given)
        }),
        limit("persona name", 1..=50, |_, n| {
            (
                "1048/personas".into(),
                json!({"name": letters(n), "profile_picture_url": "https://cdn.example/a.jpg"}),
            )
        }),
        limit("moderated people", 1..=10, |lab, n| {
            (
                "1048/moderate_conversations".into(),
                json!({"user_ids": several(n, &json!({"id": lab.id("Ana")})), "actions": ["move_to_spam"]}),
            )
        }),
        limit("moderating actions", 1..=2, |lab, n| {
            let actions = &["move_to_spam", "block_user", "ban_user"][..n.min(3)];
            (
                "1048/moderate_conversations".into(),
                json!({"user_ids": [{"id": lab.id("Ana")}], "actions": actions}),
            )
        }),
        limit("label name", 1..=usize::MAX - 1, |_, n| {
            (
                "1048/custom_labels".into(),
                json!({"page_label_name": letters(n.min(100))}),
            )
        }),
    ]
}

#[test]
fn x14_what_just_fits_is_taken_and_one_more_is_refused() {
    for limit in sends().into_iter().chain(around()) {
        let Limit {
            name,
            least,
            most,
            code: expected,
            ask,
        } = limit;
        let mut answers = Vec::new();
        let few = least.checked_sub(1);
        let many = (most < usize::MAX - 1).then(|| most + 1);
        for count in [few, Some(least), Some(most), many].into_iter().flatten() {
            let mut lab = Lab::new();
            lab.world.attachments.insert(
                "1".into(),
                Saved {
                    made: NOW,
                    kind: "video".into(),
                },
            );
            let (path, body) = ask(&lab, count);
            let answer = lab.post("desk", &path, &body);
            answers.push((
                count,
                answer.map_err(|fail| (fail.code, fail.subcode, fail.message)),
            ));
        }
        for (count, answer) in answers {
            let fits = (least..=most).contains(&count);
            match answer {
                Ok(_) => assert!(fits, "{name}: {count} is taken"),
                Err((code, subcode, words)) => {
                    assert!(!fits, "{name}: {count} is refused: {words}");
                    if count > most {
                        assert_eq!((code, subcode), expected, "{name}: {count}: {words}");
                    }
                }
            }
        }
    }
}

/// What has no number: each is refused, and what is right about it is taken.
#[test]
fn x14_what_a_template_must_have_and_must_not_have() {
    let button =
        |more: Value| template(json!({"template_type": "button", "text": "a", "buttons": [more]}));
    let wrong = [
        ("Ana", template(json!({"template_type": "nonsense"}))),
        (
            "Ana",
            template(json!({"template_type": "list", "elements": [{"title": "t"}]})),
        ),
        ("Ana", template(json!({"template_type": "generic"}))),
        (
            "Ana",
            template(json!({"template_type": "generic", "elements": [{"title": "only"}]})),
        ),
        (
            "Ana",
            card(
                json!({"default_action": {"type": "web_url", "url": "https://a.example", "title": "t"}}),
            ),
        ),
        (
            "Ana",
            card(json!({"default_action": {"type": "postback", "payload": "p"}})),
        ),
        ("Ana", card(json!({"image_url": "no address"}))),
        (
            "Insta",
            card(json!({"buttons": [{"type": "phone_number", "title": "t", "payload": "+1"}]})),
        ),
        ("Ana", button(json!({"type": "nonsense", "title": "t"}))),
        ("Ana", button(json!({"type": "web_url", "title": "t"}))),
        (
            "Ana",
            button(
                json!({"type": "web_url", "title": "t", "url": "https://a.example", "webview_height_ratio": "huge"}),
            ),
        ),
        ("Ana", button(json!({"type": "postback", "title": "t"}))),
        (
            "Ana",
            button(json!({"type": "phone_number", "title": "t", "payload": "030"})),
        ),
        (
            "Ana",
            button(json!({"type": "account_link", "url": "http://a.example"})),
        ),
        (
            "Ana",
            template(
                json!({"template_type": "media", "elements": [{"media_type": "audio", "attachment_id": "1"}]}),
            ),
        ),
        (
            "Ana",
            template(json!({"template_type": "media", "elements": [{"media_type": "image"}]})),
        ),
        (
            "Ana",
            template(
                json!({"template_type": "media", "elements": [{"media_type": "image", "url": "https://facebook.com.evil.example/"}]}),
            ),
        ),
        (
            "Ana",
            template(json!({"template_type": "receipt", "recipient_name": "A"})),
        ),
        ("Ana", quick(json!({"content_type": null}))),
        ("Ana", quick(json!({"content_type": "location"}))),
        ("Ana", quick(json!({"payload": null}))),
        ("Insta", quick(json!({"content_type": "user_email"}))),
        (
            "Ana",
            json!({"attachments": [{"type": "file", "payload": {"url": "https://cdn.example/a.pdf"}}]}),
        ),
    ];
    for (to, message) in wrong {
        let answer = Lab::new().send("desk", to, json!({"message": message}));
        assert_eq!(code(answer), (400, 100, 0), "{message}");
    }
    let both = json!({"text": "a", "attachment": {"type": "image", "payload": {"url": "https://cdn.example/a.jpg"}}});
    let answer = Lab::new().send("desk", "Ana", json!({"message": both}));
    assert_eq!(code(answer), (400, 100, 2_018_191));
    let right = [
        button(json!({"type": "account_link", "url": "https://a.example"})),
        button(json!({"type": "account_unlink"})),
        button(json!({"type": "phone_number", "title": "t", "payload": "+4930123"})),
        button(
            json!({"type": "WEB_URL", "title": "t", "url": "https://a.example", "webview_height_ratio": "TALL"}),
        ),
        quick(json!({"content_type": "user_email", "title": null, "payload": null})),
        quick(json!({"title": "", "image_url": "https://cdn.example/a.png"})),
        template(json!({"template_type": "coupon", "title": "10 %"})),
    ];
    for message in right {
        let answer = Lab::new().send("desk", "Ana", json!({"message": message}));
        assert!(answer.is_ok(), "{message}: {answer:?}");
    }
}

#[test]
fn e11_a_profile_has_what_it_needs() {
    let wrong = [
        json!({"get_started": {}}),
        json!({"greeting": []}),
        json!({"greeting": [{"locale": "default", "text": "a"}, {"locale": "default", "text": "b"}]}),
        json!({"persistent_menu": [{"locale": "de_DE", "call_to_actions": [{"type": "postback", "title": "t", "payload": "p"}]}]}),
        json!({"persistent_menu": [{"locale": "default", "call_to_actions": [{"type": "nested", "title": "t"}]}]}),
        json!({"persistent_menu": [{"locale": "default", "composer_input_disabled": true}]}),
        json!({"ice_breakers": [{"question": "q"}]}),
        json!({"account_linking_url": "http://a.example"}),
        json!({"whitelisted_domains": ["http://a.example"]}),
        json!({"platform": "instagram", "persistent_menu": [{"locale": "default", "composer_input_disabled": true}]}),
    ];
    for mut given in wrong {
        if given["get_started"].is_null() && given["platform"].is_null() {
            given["get_started"] = json!({"payload": "start"});
        }
        let answer = Lab::new().post("desk", "1048/messenger_profile", &given);
        assert_eq!(code(answer), (400, 100, 0), "{given}");
    }
}
