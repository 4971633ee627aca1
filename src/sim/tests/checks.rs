//! X1 … X26.

use serde_json::{Value, json};

use super::*;
use crate::sim::{
    params::Params,
    read,
    world::{HOUR, TokenState},
};

/// A send that is refused: by whom, to whom, with what, and how.
fn refused(app: &str, person: &str, more: Value, expected: (u16, i64, i64)) {
    assert_eq!(code(Lab::new().send(app, person, more)), expected);
}

fn by_token(lab: &Lab, token: Option<&str>) -> Result<usize, (u16, i64, i64)> {
    read::authenticate(&lab.world, token, &Params::default())
        .map(|caller| caller.app)
        .map_err(|f| (f.status, f.code, f.subcode))
}

#[test]
fn x1_no_token() {
    let lab = Lab::new();
    assert_eq!(by_token(&lab, None), Err((400, 2500, 0)));
    assert_eq!(by_token(&lab, Some("")), Err((400, 2500, 0)));
}

#[test]
fn x2_an_unparsable_token() {
    assert_eq!(by_token(&Lab::new(), Some("nonsense")), Err((401, 190, 0)));
}

#[test]
fn x3_a_dead_token_with_the_status_of_the_switch() {
    for (more, status) in [("", 400), ("[switches]\ndead_token_status = 401\n", 401)] {
        let mut lab = Lab::with(more);
        let token = lab.world.apps[0].token.clone();
        assert_eq!(by_token(&lab, Some(&token)), Ok(0));
        for (state, subcode) in [
            (TokenState::Expired, 463),
            (TokenState::PasswordChanged, 460),
            (TokenState::AppRemoved, 458),
        ] {
            lab.world.apps[0].token_state = state;
            assert_eq!(by_token(&lab, Some(&token)), Err((status, 190, subcode)));
        }
    }
}

#[test]
fn x4_a_proof_must_be_right_and_there_where_it_is_asked_for() {
    let mut lab = Lab::new();
    let app = &lab.world.apps[0];
    let right = super::super::sign::proof(&app.secret, &app.token);
    assert!(
        lab.get("desk", "me", &format!("appsecret_proof={right}"))
            .is_ok()
    );
    let wrong = lab
        .get("desk", "me", "appsecret_proof=00")
        .expect_err("wrong");
    assert_eq!((wrong.code, wrong.kind), (100, "GraphMethodException"));
    lab.world.apps[0].require_proof = true;
    assert_eq!(code(lab.get("desk", "me", "")), (400, 100, 0));
}

#[test]
fn x5_a_permission_that_was_not_granted_is_named() {
    let lacks = "{ name = \"desk\", id = \"300\", lacks = [\"pages_messaging\"] }";
    let mut lab = Lab::changed("{ name = \"desk\", id = \"300\" }", lacks);
    let fail = lab.send("desk", "Ana", json!({})).expect_err("refused");
    assert_eq!((fail.status, fail.code), (403, 230));
    assert_eq!(
        fail.message,
        "(#230) Requires pages_messaging permission to manage the object"
    );
    assert_eq!(code(lab.get("desk", "me/conversations", "")), (403, 230, 0));
}

#[test]
fn x6_throttling_by_quota_and_by_order() {
    let mut lab = Lab::new();
    let calls = (0..5).map(|_| lab.get("desk", "me/conversations", ""));
    assert_eq!(code(calls.last().expect("five")), (400, 613, 0));
    for number in [4, 613, 80_006] {
        let fault = super::super::world::known_error(number).expect("known");
        let fail = fault.refusal().expect("a refusal");
        assert_eq!((fail.status, fail.code), (400, number));
    }
}

#[test]
fn x7_an_unknown_tag() {
    let more = json!({"messaging_type": "MESSAGE_TAG", "tag": "NONSENSE"});
    refused("desk", "Ana", more, (400, 100, 0));
    refused(
        "desk",
        "Ana",
        json!({"messaging_type": "MESSAGE_TAG"}),
        (400, 100, 0),
    );
    refused(
        "desk",
        "Ana",
        json!({"messaging_type": "SHOUT"}),
        (400, 100, 0),
    );
}

#[test]
fn x8_a_dead_tag() {
    let more = json!({"messaging_type": "MESSAGE_TAG", "tag": "account_update"});
    refused("desk", "Ana", more, (400, 100, 1_893_061));
}

#[test]
fn x9_message_and_sender_action() {
    refused(
        "desk",
        "Ana",
        json!({"sender_action": "typing_on"}),
        (400, 100, 2_018_014),
    );
}

#[test]
fn x10_a_recipient_that_is_no_string_of_digits() {
    refused(
        "desk",
        "Ana",
        json!({"recipient": {"id": "ana"}}),
        (400, 100, 0),
    );
    refused("desk", "Ana", json!({"recipient": {}}), (400, 100, 0));
}

#[test]
fn x11_an_empty_message() {
    refused(
        "desk",
        "Ana",
        json!({"message": {"text": ""}}),
        (400, 100, 2_018_034),
    );
    refused(
        "desk",
        "Ana",
        json!({"message": {"text": "a", "colour": 1}}),
        (400, 100, 0),
    );
    let empty = (400, 100, 2_018_034);
    for message in [
        json!({"attachment": {}}),
        json!({"attachment": {"type": "image"}}),
        json!({"attachment": {"type": "image", "payload": {}}}),
        json!({"attachments": []}),
        json!({"attachment": null}),
    ] {
        refused("desk", "Ana", json!({ "message": message }), empty);
    }
}

#[test]
fn x12_more_than_2000_characters_on_messenger() {
    let text = |n: usize| json!({"message": {"text": "ü".repeat(n)}});
    refused("desk", "Ana", text(2001), (400, 100, 0));
    assert!(Lab::new().send("desk", "Ana", text(2000)).is_ok());
    let emoji = json!({"message": {"text": "😀".repeat(1001)}});
    assert!(Lab::new().send("desk", "Ana", emoji.clone()).is_ok());
    let mut utf16 = Lab::with("[switches]\ncount_utf16 = true\n");
    assert_eq!(code(utf16.send("desk", "Ana", emoji)), (400, 100, 0));
}

#[test]
fn x13_more_than_1000_bytes_on_instagram() {
    let text = |n: usize| json!({"message": {"text": "ü".repeat(n)}});
    refused("desk", "Insta", text(501), (400, 100, 2_534_015));
    assert!(Lab::new().send("desk", "Insta", text(500)).is_ok());
}

#[test]
fn x15_an_unknown_person() {
    refused(
        "desk",
        "Ana",
        json!({"recipient": {"id": "123"}}),
        (400, 100, 2_018_001),
    );
}

#[test]
fn x16_somebody_without_a_role_under_standard_access() {
    let mut lab = Lab::new();
    lab.world.apps[0].advanced = false;
    assert_eq!(
        code(lab.send("desk", "Ana", json!({}))),
        (403, 200, 2_018_028)
    );
}

#[test]
fn x17_a_person_who_cannot_be_reached_with_the_code_of_the_switch() {
    refused("desk", "Blocked", json!({}), (400, 551, 1_545_041));
    let mut lab = Lab::with("[switches]\nunavailable_code = 200\n");
    assert_eq!(
        code(lab.send("desk", "Blocked", json!({}))),
        (400, 200, 1_545_041)
    );
}

#[test]
fn x18_a_page_that_is_restricted() {
    let mut lab = Lab::with("[switches]\npage_restricted = true\n");
    assert_eq!(
        code(lab.send("desk", "Ana", json!({}))),
        (400, 10, 1_893_063)
    );
}

#[test]
fn x19_not_the_owner_on_messenger() {
    refused("desk", "Bots Own", json!({}), (400, 10, 2_018_300));
    let typing = json!({"sender_action": "typing_on", "message": null});
    refused("desk", "Bots Own", typing.clone(), (400, 10, 2_018_300));
    let mut lab = Lab::with("[switches]\nactions_need_control = false\n");
    assert!(
        lab.send("desk", "Bots Own", typing).is_ok(),
        "by the switch"
    );
}

#[test]
fn x20_not_the_owner_on_instagram() {
    refused("desk", "Insta Bot", json!({}), (400, 100, 2_534_037));
}

#[test]
fn x21_outside_the_window_on_messenger() {
    let more = json!({"messaging_type": "RESPONSE"});
    refused("desk", "Day Old", more, (400, 10, 2_018_278));
    let typing = json!({"sender_action": "typing_on", "message": null});
    assert!(Lab::new().send("desk", "Day Old", typing.clone()).is_ok());
    let mut lab = Lab::with("[switches]\nactions_need_window = true\n");
    assert_eq!(
        code(lab.send("desk", "Day Old", typing)),
        (400, 10, 2_018_278)
    );
}

#[test]
fn x22_outside_the_window_on_instagram() {
    let mut lab = Lab::new();
    let at = lab.person("Insta");
    lab.world.people[at].opened_at = Some(NOW - 25 * HOUR);
    assert_eq!(
        code(lab.send("desk", "Insta", json!({}))),
        (400, 10, 2_534_022)
    );
}

#[test]
fn x23_human_agent_without_the_feature() {
    let tagged = json!({"messaging_type": "MESSAGE_TAG", "tag": "HUMAN_AGENT"});
    let mut lab = Lab::zero_config();
    assert_eq!(code(lab.send("shy", "Ana", tagged.clone())), (403, 10, 0));
    let mut lab = Lab::zero_config();
    lab.world.switches.human_agent_needs_feature = false;
    assert!(lab.send("shy", "Ana", tagged).is_ok());
}

#[test]
fn x24_attachments_that_cannot_be_had() {
    let with = |kind: &str, payload: Value| json!({"message": {"attachment": {"type": kind, "payload": payload}}});
    let url = |kind: &str, url: &str| with(kind, json!({ "url": url }));
    for (more, subcode) in [
        (with("image", json!({"attachment_id": "1"})), 2_018_074),
        (url("image", "ftp://a/b.jpg"), 2_018_008),
        (
            url("image", "https://a.example/fetch-failed.jpg"),
            2_018_008,
        ),
        (url("image", "https://a.example/film.mp4"), 2_018_047),
        (url("image", "https://a.example/too-large.jpg"), 2_018_109),
        (url("video", "https://a.example/corrupt.mp4"), 2_018_294),
    ] {
        refused("desk", "Ana", more, (400, 100, subcode));
    }
    let upload = |mime: &str, size: usize| {
        let mut lab = Lab::new();
        let mut params = Params::default();
        let recipient = json!({"id": lab.id("Ana")}).to_string();
        let message = json!({"attachment": {"type": "image", "payload": {}}});
        params.add_texts(vec![
            ("recipient".into(), recipient),
            ("message".into(), message.to_string()),
        ]);
        params.add_file(mime.into(), size);
        lab.call("desk", "POST", "me/messages", params)
    };
    assert!(upload("image/png", 1_000).is_ok());
    assert_eq!(code(upload("text/plain", 1_000)), (400, 100, 2_018_047));
    assert_eq!(code(upload("image/png", 9 << 20)), (400, 100, 2_018_109));
}

#[test]
fn x25_a_transient_error_on_order() {
    use super::super::{Fault, world::known_error};
    let Some(Fault::Error { status, code, .. }) = known_error(2) else {
        panic!("2 is known")
    };
    assert_eq!((status, code), (500, 2));
    let body = known_error(2)
        .and_then(|f| f.refusal())
        .expect("a refusal")
        .json("A");
    assert_eq!(body["error"]["is_transient"], true);
    assert!(known_error(1200).is_some());
}

// X26 needs a connection to be cut: `x26_…` in `hooks`.

#[test]
fn the_order_of_the_checks_is_the_pages() {
    let mut lab = Lab::new();
    // Dead tag before empty message before unknown person before blocked.
    let all_wrong = json!({"recipient": {"id": "123"}, "message": {"text": ""}, "messaging_type": "MESSAGE_TAG", "tag": "ACCOUNT_UPDATE"});
    assert_eq!(
        code(lab.send("desk", "Ana", all_wrong)),
        (400, 100, 1_893_061)
    );
    let empty = json!({"recipient": {"id": "123"}, "message": {"text": ""}});
    assert_eq!(code(lab.send("desk", "Ana", empty)), (400, 100, 2_018_034));
    let too_long = json!({"recipient": {"id": "123"}, "message": {"text": "x".repeat(2001)}});
    assert_eq!(
        code(lab.send("desk", "Ana", too_long)),
        (400, 100, 0),
        "X12 before X15"
    );
    let tagged = json!({"messaging_type": "MESSAGE_TAG", "tag": "HUMAN_AGENT"});
    let mut open = Lab::zero_config();
    assert_eq!(
        code(open.send("shy", "Week Old", tagged)),
        (400, 10, 2_018_278),
        "X21 before X23"
    );
    // Blocked before not the owner.
    assert_eq!(
        code(lab.send("bot", "Blocked", json!({}))),
        (400, 551, 1_545_041)
    );
}

#[test]
fn cursors_that_nobody_was_given_are_refused_and_harm_nothing() {
    let mut lab = Lab::new();
    let conversation = lab.world.people[0].conversation.clone();
    for cursor in [
        "QVFI0Zffffffffffffffff",
        "QVFI-8000000000000000Z0",
        "QVFI0Z",
        "x",
        "QVFI0Zffffffff",
    ] {
        for path in [
            format!("{conversation}/messages"),
            "me/conversations".into(),
        ] {
            for way in ["after", "before"] {
                lab.now += 1_000;
                let result = lab.get("desk", &path, &format!("{way}={cursor}"));
                assert!(
                    result.is_ok() || code(result) == (400, 100, 0),
                    "{path}?{way}={cursor}"
                );
            }
        }
    }
    for number in ["99999999999999999999", "-5", "0"] {
        lab.now += 1_000;
        assert!(
            lab.get("desk", "me/conversations", &format!("limit={number}"))
                .is_ok()
        );
    }
    let huge = json!({"duration": i64::MAX});
    assert_eq!(
        code(lab.control("desk", "extend", "Ana", huge)),
        (400, 100, 0)
    );
}
