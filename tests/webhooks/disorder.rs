//! Ten thousand events in any order.

use super::*;

/// A day of a busy Page, by number: what happens, and to whom.
fn course(people: &[String], start: i64, count: usize) -> Vec<(bool, Value)> {
    let mut random = Random::seeded(11);
    let mut events = Vec::new();
    for n in 0..count {
        let person = &people[usize::try_from(random.below(people.len() as u64)).expect("small")];
        let at = start + i64::try_from(n).expect("small") * 37;
        let earlier = random.below(n.max(1) as u64);
        let mid = |n: u64| format!("m_{n}");
        let mut event =
            json!({"sender": {"id": person}, "recipient": {"id": PAGE}, "timestamp": at});
        let what = match random.below(12) {
            0..=3 => says(&mid(n as u64), &format!("line {n}")),
            4 | 5 => {
                event["sender"]["id"] = json!(PAGE);
                event["recipient"]["id"] = json!(person);
                json!({"message": {"mid": mid(n as u64), "is_echo": true, "text": format!("answer {n}"),
                                   "app_id": 200_000_000_000_001_i64}})
            }
            6 => json!({"delivery": {"watermark": at - 10}}),
            7 => json!({"read": {"watermark": at - 20}}),
            8 => {
                json!({"reaction": {"mid": mid(earlier), "action": if random.below(3) == 0 { "unreact" } else { "react" },
                                     "emoji": "👍"}})
            }
            9 => {
                json!({"message_edit": {"mid": mid(earlier), "text": format!("edit {n}"), "num_edit": n}})
            }
            10 if random.below(4) == 0 => {
                json!({"message": {"mid": mid(earlier), "is_deleted": true}})
            }
            10 => json!({"referral": {"ref": format!("r{n}"), "source": "SHORTLINK"}}),
            _ => {
                let (from, to) = if random.below(2) == 0 {
                    (BOT, US)
                } else {
                    (US, BOT)
                };
                json!({"pass_thread_control": {"previous_owner_app_id": from, "new_owner_app_id": to,
                                               "metadata": format!("note {n}")}})
            }
        };
        extend(&mut event, what);
        events.push((random.below(2) == 0, event));
    }
    events
}

async fn cache_after(
    began: Timestamp,
    deliveries: &[(bool, Value)],
    together: usize,
) -> Vec<String> {
    let mut scenario = QUIET.to_owned();
    for n in 0..40 {
        scenario.push_str(&format!(
            "[[person]]\nname = \"P{n}\"\nowner = \"bot\"\nsay = [{{ at = \"-9d\", by = \"customer\", text = \"x\" }}]\n"
        ));
    }
    // The list is read once; then Meta's side is gone, and only the door is left.
    let gone = CancellationToken::new();
    let options = Options {
        seed: 1,
        scenario: Some(scenario),
        ..Options::default()
    };
    let clock = Clock::starting_at(began);
    let (address, simulator) = simulator_until(options, clock.clone(), gone.clone()).await;
    let folder = tempfile::tempdir().expect("a folder");
    let options = switchboard::sync::Options::default();
    let mut wing = Wing::attach_both(clock.clone(), clock, folder, address, simulator, options);
    for n in 0..40 {
        wing.person(&format!("P{n}")).await;
    }
    wing.news("the end of the list", |c| {
        matches!(c, Change::ListRead { .. })
    })
    .await;
    gone.cancel();
    wing.news("the silence", |c| {
        matches!(c, Change::Link(Link::Offline(_)))
    })
    .await;
    for chunk in deliveries.chunks(together) {
        let entries: Vec<Value> = chunk
            .iter()
            .map(|(standby, event)| {
                let list = if *standby { "standby" } else { "messaging" };
                json!({"id": PAGE, "time": 5, list: [event]})
            })
            .collect();
        let body = json!({"object": "page", "entry": entries}).to_string();
        assert_eq!(wing.deliver(&body).await, 200);
    }
    let folder = wing.end().await;
    dump(folder.path())
}

#[test]
fn ten_thousand_events_twice_and_in_disorder_leave_the_same_cache() {
    runtime().block_on(async {
        let people: Vec<String> = {
            let scenario = Options {
                seed: 1,
                scenario: Some(QUIET.to_owned()),
                conversations: 0,
                ..Options::default()
            };
            let sim = switchboard::sim::Simulator::new(scenario, quick()).expect("a world");
            let about = sim.about("");
            let first: u64 = about["people"][0]["id"]
                .as_str()
                .expect("an id")
                .parse()
                .expect("digits");
            // Forty more come after the three of the scenario, by the same step.
            let second: u64 = about["people"][1]["id"]
                .as_str()
                .expect("an id")
                .parse()
                .expect("digits");
            (0..43)
                .map(|n| (first + n * (second - first)).to_string())
                .collect()
        };
        // After the read, so that what it said of owners is older.
        let began = quick().now();
        let clean = course(&people, began.as_millis() + 60_000, 10_000);
        let mut random = Random::seeded(5);
        let mut shuffled = clean.clone();
        shuffled.extend(clean.iter().take(2_000).cloned());
        for i in (1..shuffled.len()).rev() {
            let j = usize::try_from(random.below(i as u64 + 1)).expect("small");
            shuffled.swap(i, j);
        }
        let (one, other) = tokio::join!(
            cache_after(began, &clean, 100),
            cache_after(began, &shuffled, 70)
        );
        assert!(one.len() > 5_000, "{}", one.len());
        for (a, b) in one.iter().zip(&other) {
            assert_eq!(a, b);
        }
        assert_eq!(one.len(), other.len());
    });
}
