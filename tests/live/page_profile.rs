//! What the Page shows before anybody writes.

use super::*;
use switchboard::{
    domain::{PageProfile, ProfileChange, Tree, profile_problems, profile_properties},
    graph,
};

fn tree(value: &Value) -> Tree {
    graph::tree(value)
}

/// A value of each property that fits.
fn fitting(name: &str) -> Value {
    match name {
        "get_started" => json!({"payload": "START"}),
        "greeting" => json!([{"locale": "default", "text": "Hello {{user_first_name}}!"}]),
        "persistent_menu" => json!([{"locale": "default", "call_to_actions": [
            {"type": "postback", "title": "Orders", "payload": "ORDERS"}]}]),
        "ice_breakers" => json!([{"locale": "default", "call_to_actions": [
            {"question": "Where is it?", "payload": "WHERE"}]}]),
        "commands" => json!([{"locale": "default", "commands": [
            {"name": "orders", "description": "your orders"}]}]),
        "whitelisted_domains" => json!(["https://lamp.example"]),
        "account_linking_url" => json!("https://lamp.example/link"),
        other => panic!("{other}"),
    }
}

async fn told(wing: &mut Wing, platform: Platform) -> PageProfile {
    let about = |c: &Change| matches!(c, Change::PageProfile(p) if p.platform == platform);
    match wing.news("the profile", about).await {
        Change::PageProfile(profile) => profile,
        other => panic!("{other:?}"),
    }
}

async fn write(wing: &mut Wing, platform: Platform, before: &Tree, after: &Tree) -> PageProfile {
    let change = ProfileChange::between(before, after);
    let write = Command::WriteProfile(platform, change, after.clone());
    wing.commands.send(write).await.expect("taken");
    told(wing, platform).await
}

async fn read(wing: &mut Wing, platform: Platform) -> PageProfile {
    let read = Command::ReadProfile(platform);
    wing.commands.send(read).await.expect("taken");
    told(wing, platform).await
}

/// Ten minutes later, as far as Meta's count is concerned.
async fn later(wing: Wing) -> Wing {
    wing.order("clock", json!({"by": "+11m"})).await;
    wing.again().await
}

#[test]
fn every_property_is_read_set_and_deleted_on_both_platforms() {
    runtime().block_on(async {
        let mut wing = Wing::start(None).await;
        for platform in [Platform::Messenger, Platform::Instagram] {
            let names = profile_properties(platform);
            let before = read(&mut wing, platform).await.properties.expect("read");
            let all = names
                .iter()
                .map(|name| ((*name).to_owned(), tree(&fitting(name))));
            let all = Tree::Fields(all.collect());
            assert_eq!(profile_problems(platform, &all), [""; 0]);
            let written = write(&mut wing, platform, &before, &all).await;
            assert_eq!(written.properties.as_ref(), Ok(&all));
            let again = read(&mut wing, platform).await.properties.expect("read");
            assert_eq!(again, all, "{platform:?}");
            let posts = wing.posts();
            let last = &posts.last().expect("a call")["body"];
            assert_eq!(
                last["platform"] == "instagram",
                platform == Platform::Instagram
            );
            let none = Tree::Fields(Vec::new());
            let deleted = write(&mut wing, platform, &all, &none).await;
            assert!(deleted.properties.is_ok(), "{deleted:?}");
            let empty = read(&mut wing, platform).await.properties.expect("read");
            assert_eq!(empty, none, "{platform:?}");
            wing = later(wing).await;
        }
        wing.end().await;
    });
}

/// The eleventh is not made; how many were is known after a restart, too.
#[test]
fn ten_calls_in_ten_minutes_are_counted_over_a_restart_and_said() {
    runtime().block_on(async {
        let mut wing = Wing::start(None).await;
        for left in (4..10).rev() {
            assert_eq!(read(&mut wing, Platform::Messenger).await.calls_left, left);
        }
        wing = wing.again().await;
        for left in (0..4).rev() {
            assert_eq!(read(&mut wing, Platform::Instagram).await.calls_left, left);
        }
        let calls = |wing: &Wing| {
            let calls = wing.calls();
            calls
                .iter()
                .filter(|call| call.contains("messenger_profile"))
                .count()
        };
        let made = calls(&wing);
        let refused = read(&mut wing, Platform::Messenger).await;
        let why = refused.properties.expect_err("refused");
        assert!(
            why.contains("10 calls in 10 minutes") && why.contains("Try again in"),
            "{why}"
        );
        assert_eq!(calls(&wing), made, "it was not made");
        wing.end().await;
    });
}

/// What Meta refuses for its reasons is explained, and nothing is changed.
#[test]
fn a_menu_without_the_button_is_explained_here_and_refused_there() {
    runtime().block_on(async {
        let mut wing = Wing::start(None).await;
        let before = read(&mut wing, Platform::Messenger)
            .await
            .properties
            .expect("read");
        let menu = tree(&json!({"persistent_menu": fitting("persistent_menu")}));
        let problems = profile_problems(Platform::Messenger, &menu);
        assert!(problems[0].contains("needs get_started"), "{problems:?}");
        let none = Tree::Fields(Vec::new());
        write(&mut wing, Platform::Messenger, &before, &none).await;
        let refused = write(&mut wing, Platform::Messenger, &none, &menu).await;
        assert!(refused.properties.is_err(), "{refused:?}");
        let after = read(&mut wing, Platform::Messenger)
            .await
            .properties
            .expect("read");
        assert_eq!(after, none);
        wing.end().await;
    });
}

/// Our check and the simulator's refusal agree at every edge.
#[test]
fn each_limit_of_a_profile_is_the_same_here_and_there() {
    let text = |count: usize| json!("x".repeat(count));
    let list = |item: &Value, count: usize| json!(vec![item.clone(); count]);
    let mut cases: Vec<(&str, Value, bool)> = Vec::new();
    for (name, pointer, limit) in [
        ("get_started", "/payload", 1000),
        ("greeting", "/0/text", 160),
        ("persistent_menu", "/0/call_to_actions/0/title", 30),
        ("persistent_menu", "/0/call_to_actions/0/payload", 1000),
        ("ice_breakers", "/0/call_to_actions/0/payload", 1000),
        ("commands", "/0/commands/0/name", 32),
        ("commands", "/0/commands/0/description", 64),
    ] {
        for (count, fits) in [(0, false), (limit, true), (limit + 1, false)] {
            let mut value = fitting(name);
            *value.pointer_mut(pointer).expect("is there") = text(count);
            cases.push((name, value, fits));
        }
    }
    for (name, pointer, least, most) in [
        ("persistent_menu", "/0/call_to_actions", 1, 20),
        ("ice_breakers", "/0/call_to_actions", 1, 4),
        ("commands", "/0/commands", 1, 100),
        ("whitelisted_domains", "", 0, 50),
    ] {
        for count in [0, least, most, most + 1] {
            let mut value = fitting(name);
            let place = value.pointer_mut(pointer).expect("is there");
            *place = list(&place[0].clone(), count);
            cases.push((name, value, (least..=most).contains(&count)));
        }
    }
    let german = |name: &str| {
        let mut value = fitting(name);
        value[0]["locale"] = json!("de_DE");
        value
    };
    cases.extend([
        ("persistent_menu", german("persistent_menu"), false),
        ("ice_breakers", german("ice_breakers"), false),
        ("greeting", german("greeting"), true),
        (
            "greeting",
            json!([{"text": "a"}, {"locale": "default", "text": "b"}]),
            false,
        ),
        ("whitelisted_domains", json!(["http://lamp.example"]), false),
        ("account_linking_url", json!("http://lamp.example"), false),
        (
            "ice_breakers",
            json!([{"question": "a", "payload": "b"}]),
            true,
        ),
        (
            "persistent_menu",
            json!([{"locale": "default", "composer_input_disabled": true}]),
            false,
        ),
    ]);
    runtime().block_on(async {
        let scenario = format!(
            "{}\n[switches]\nno_quotas = true\n",
            include_str!("../../assets/demo/lamp.toml")
        );
        let wing = Wing::start(Some(&scenario)).await;
        let (_, token) = wing.simulator.app("switchboard").expect("the desk's app");
        let client = client(wing.address, &token);
        for (name, value, fits) in cases {
            for platform in [Platform::Messenger, Platform::Instagram] {
                let known = profile_properties(platform).contains(&name);
                let mut profile = json!({ name: value });
                if platform == Platform::Messenger {
                    profile["get_started"] = match name {
                        "get_started" => value.clone(),
                        _ => fitting("get_started"),
                    };
                }
                let profile = tree(&profile);
                let problems = profile_problems(platform, &profile);
                assert_eq!(problems.is_empty(), fits && known, "{problems:?} {value}");
                let change = ProfileChange {
                    set: profile.fields().to_vec(),
                    delete: Vec::new(),
                };
                let taken = client.change_page_profile(platform, &change).await;
                assert_eq!(
                    taken.is_ok(),
                    fits && known,
                    "{platform:?} {taken:?} {value}"
                );
            }
        }
        wing.end().await;
    });
}
