//! E15, and what else a new version or a longer list of Meta's brings.

use super::*;
use crate::sim::versions;

#[test]
fn e15_what_v27_took_away_is_refused_but_for_old_apps() {
    let asked = [
        ("", "ids=me"),
        ("me", "fields=id&date_format=U"),
        ("me", "fields=name.as(title)"),
        ("me", "callback=show"),
        (
            "1048/subscribed_apps",
            "method=POST&subscribed_fields=messages",
        ),
    ];
    for (path, query) in asked {
        let fail = Lab::new().get("desk", path, query).expect_err(query);
        assert_eq!((fail.status, fail.code), (400, 100), "{query}");
        assert!(fail.message.contains("v27.0"), "{}", fail.message);
        let answer = Lab::with("[switches]\nold_apps = true\n").get("desk", path, query);
        assert!(answer.is_ok(), "{query}: {answer:?}");
    }
}

#[test]
fn e15_a_version_that_has_ended_is_served_by_the_oldest_that_has_not() {
    // The world's time, in days since 1 January 2026.
    let day = |days: i64| 1_767_225_600_000 + days * 86_400_000;
    for (asked, days, served) in [
        ("v27.0", 332, "v27.0"),
        ("v21.0", 332, "v21.0"),
        ("v20.0", 332, "v21.0"),
        ("v2.6", 332, "v21.0"),
        ("v21.0", 384, "v21.0"),
        ("v21.0", 385, "v22.0"),
        ("v23.0", 700, "v24.0"),
        ("v24.0", 2_000, "v26.0"),
        ("v26.0", 2_000, "v26.0"),
    ] {
        assert_eq!(versions::served(asked, day(days)), served, "{asked}");
    }
}

#[test]
fn e10_every_field_of_a_page_can_be_subscribed_and_no_other() {
    let mut lab = Lab::new();
    let fields = "messages,messaging_optouts,messaging_payments,mention,leadgen,feed";
    let all = json!({"subscribed_fields": fields});
    assert!(lab.post("desk", "1048/subscribed_apps", &all).is_ok());
    let odd = json!({"subscribed_fields": "message_typing"});
    assert_eq!(
        code(lab.post("desk", "1048/subscribed_apps", &odd)),
        (400, 100, 0)
    );
}

#[test]
fn e12_the_labels_of_a_person_have_the_fields_that_are_asked_for() {
    let mut lab = Lab::new();
    let ana = lab.id("Ana");
    let label = lab.post(
        "desk",
        "1048/custom_labels",
        &json!({"page_label_name": "VIP"}),
    );
    let label = label.expect("made")["id"]
        .as_str()
        .expect("an id")
        .to_owned();
    lab.post("desk", &format!("{label}/label"), &json!({"user": ana}))
        .expect("put on");
    let path = format!("{ana}/custom_labels");
    let plain = lab.get("desk", &path, "").expect("read");
    assert_eq!(plain["data"], json!([{"id": label}]));
    let named = lab
        .get("desk", &path, "fields=id,page_label_name")
        .expect("read");
    assert_eq!(named["data"][0]["page_label_name"], "VIP");
    assert_eq!(code(lab.get("desk", &path, "fields=colour")), (400, 100, 0));
}

const WITHOUT_INSTAGRAM: &str = "[page]\nid = \"1048\"\nname = \"Lamp\"\n\
    [[app]]\nname = \"desk\"\nid = \"300\"\n\
    [[person]]\nname = \"Ana\"\nsay = [{ at = \"-1h\", by = \"customer\", text = \"help\" }]\n";

#[test]
fn e9_a_page_without_instagram_is_a_page() {
    let mut lab = Lab::of(WITHOUT_INSTAGRAM);
    let page = lab.get("desk", "me", "fields=instagram_business_account");
    assert_eq!(page.expect("the Page"), json!({"id": "1048"}));
    let list = lab.get("desk", "me/conversations", "platform=instagram");
    assert_eq!(list.expect("a list")["data"], json!([]));
    assert!(lab.send("desk", "Ana", json!({})).is_ok());
    let options = Options {
        scenario: Some(format!("{WITHOUT_INSTAGRAM}platform = \"instagram\"\n")),
        ..Options::default()
    };
    let why = scenario::build(&options, Timestamp::from_millis(NOW)).expect_err("no account");
    assert!(why.to_string().contains("Ana writes on Instagram"), "{why}");
}

#[test]
fn e1_quotas_can_be_lifted() {
    for (more, good) in [("", false), ("[switches]\nno_quotas = true\n", true)] {
        let mut lab = Lab::with(more);
        let often = |lab: &mut Lab, path: &str| (0..30).all(|_| lab.get("desk", path, "").is_ok());
        assert_eq!(often(&mut lab, "me/conversations"), good);
        assert_eq!(often(&mut lab, "me/messenger_profile"), good);
    }
}
