//! Structured messages, before they go out and in the thread.

use super::*;
use switchboard::graph::TemplateFormat;

/// The samples that the demo offers.
const SAMPLES: [(&str, &str); 11] = [
    (
        "template_account",
        include_str!("../../assets/templates/account.json"),
    ),
    (
        "template_bulb-size",
        include_str!("../../assets/templates/bulb-size.toml"),
    ),
    (
        "template_call-back",
        include_str!("../../assets/templates/call-back.toml"),
    ),
    (
        "template_delivery-day",
        include_str!("../../assets/templates/delivery-day.toml"),
    ),
    (
        "template_lamp-film",
        include_str!("../../assets/templates/lamp-film.json"),
    ),
    (
        "template_moon-lamp",
        include_str!("../../assets/templates/moon-lamp.json"),
    ),
    (
        "template_repair-ready",
        include_str!("../../assets/templates/repair-ready.json"),
    ),
    (
        "template_order",
        include_str!("../../assets/templates/order.json"),
    ),
    (
        "template_receipt",
        include_str!("../../assets/templates/receipt.json"),
    ),
    (
        "template_room-ideas",
        include_str!("../../assets/templates/room-ideas.json"),
    ),
    (
        "template_winter-coupon",
        include_str!("../../assets/templates/winter-coupon.json"),
    ),
];

fn samples() -> Vec<Canned> {
    let sample = |(scene, text): (&str, &str)| {
        let name = scene.trim_start_matches("template_");
        let format = match text.starts_with('{') {
            true => TemplateFormat::Json,
            false => TemplateFormat::Toml,
        };
        let template = graph::read_template(name, text, format);
        Canned {
            name: name.to_owned(),
            content: template.map(|template| Content::Template(Box::new(template))),
        }
    };
    SAMPLES.map(sample).into()
}

/// The picker on each of them.
#[test]
fn each_template_is_seen_as_the_customer_will_see_it() {
    for (scene, _) in SAMPLES {
        let name = scene.trim_start_matches("template_");
        let play = |desk: &mut Desk| {
            desk.open("Ana Ruiz");
            desk.keys("r/");
            desk.send(Msg::Loaded(Loaded::Canned(Ok(samples()))));
            desk.keys(name);
        };
        let mut desk = Desk::new((120, 40));
        play(&mut desk);
        snap(scene, &desk);
    }
}

#[test]
fn what_is_missing_of_a_template_is_asked_for() {
    scene("fill", |desk| {
        desk.open("Ana Ruiz");
        desk.keys("r/");
        desk.send(Msg::Loaded(Loaded::Canned(Ok(samples()))));
        desk.keys("receipt<Enter>4471");
    });
}

/// Each stands in the thread, on its way, as it was seen before.
#[test]
fn what_goes_out_stands_in_the_thread() {
    scene("templates_in_the_thread", |desk| {
        desk.open("Ana Ruiz");
        let mut with = items();
        for canned in samples() {
            let mut reply = outgoing("", SendAs::Response, SendState::Sending);
            if let Item::Outgoing(row) = &mut reply {
                row.local = LocalId::new(canned.name);
                row.content = canned.content.expect("a template");
            }
            with.push(reply);
        }
        desk.answer_thread(thread_page(conversation("3", "Ana Ruiz"), with));
    });
}

#[test]
fn the_composer_shows_all_that_goes_out() {
    scene("composer_with_more", |desk| {
        desk.open("Ana Ruiz");
        desk.keys("rthree things<^s>");
        for typed in ["https://cdn.example/lamp.jpg", "video:687000000000001"] {
            desk.keys("<^f>");
            desk.keys(typed);
            desk.keys("<Enter>");
        }
        desk.keys("<Tab>");
        desk.send(Msg::Loaded(Loaded::Canned(Ok(samples()))));
        desk.keys("delivery<Enter>");
        desk.keys("<^f>file:9<Enter>");
    });
    scene("attach_sent_before", |desk| {
        desk.open("Ana Ruiz");
        desk.keys("r<^f>");
        let media = |kind, name: &str, bytes| Media {
            kind,
            place: "687".into(),
            name: name.into(),
            bytes: Some(bytes),
        };
        desk.send(Msg::Loaded(Loaded::Sent(vec![
            media("image", "lamp.jpg", 182_440),
            media("file", "prices 2027.pdf", 48_213),
        ])));
        let entries = vec!["invoices/".to_owned(), "letter.pdf".into()];
        desk.send(Msg::Loaded(Loaded::Path(String::new(), entries, None)));
    });
}
