//! Whom the customer sees writing.

use super::*;
use switchboard::domain::Persona;

fn kim(picture: &str) -> sync::Options {
    sync::Options {
        persona: Some(Persona {
            name: "Kim".into(),
            picture: picture.into(),
        }),
        ..sync::Options::default()
    }
}

/// Made once, used from then on with replies and typing, never with seen, and never on
/// Instagram; another picture is another persona.
#[test]
fn a_persona_is_made_once_and_writes_and_types_on_messenger() {
    runtime().block_on(async {
        let folder = tempfile::tempdir().expect("a folder");
        let (address, simulator) = simulator_in(&folder, None).await;
        let first = "https://lamp.example/kim.jpg";
        let mut wing = Wing::attach_with(folder, address, simulator, kim(first));
        let ana = wing.open("Ana Ruiz").await;
        let made = |wing: &Wing| -> usize {
            words(&wing.posts())
                .iter()
                .filter(|word| *word == "personas")
                .count()
        };
        wing.until("its id", |reader| {
            let persona = kim(first).persona.expect("one");
            reader.persona(&persona).ok().flatten()
        })
        .await;
        for (n, operation) in [Operation::Typing(true), Operation::MarkSeen]
            .into_iter()
            .enumerate()
        {
            let kind = operation.kind();
            wing.ask(&ana, operation).await;
            wing.done(kind).await;
            let posts = wing.posts();
            let persona = &posts.last().expect("a call")["body"]["persona_id"];
            assert_eq!(persona.is_string(), n == 0, "{kind:?}");
        }
        for (name, as_persona) in [("Ana Ruiz", true), ("Léa Fontaine", false)] {
            let who = wing.open(name).await;
            wing.send(&who, name, "hello").await;
            wing.sent_as(name).await;
            let posts = wing.posts();
            let persona = &posts.last().expect("a call")["body"]["persona_id"];
            assert_eq!(persona.is_string(), as_persona, "{name}");
        }
        let (address, simulator) = (wing.address, wing.simulator.clone());
        let mut folder = wing.end().await;
        for (picture, expected) in [(first, 1), ("https://lamp.example/new.jpg", 2)] {
            let simulator = simulator.clone();
            let mut wing = Wing::attach_with(folder, address, simulator, kim(picture));
            let persona = kim(picture).persona.expect("one");
            wing.until("its id", |reader| reader.persona(&persona).ok().flatten())
                .await;
            assert_eq!(made(&wing), expected, "{picture}");
            folder = wing.end().await;
        }
    });
}

/// Somebody deletes it at Meta while the desk runs: one reply is refused, and comes back;
/// the next goes out as a new one.
#[test]
fn a_persona_that_is_gone_at_meta_costs_one_reply_and_is_made_again() {
    runtime().block_on(async {
        let folder = tempfile::tempdir().expect("a folder");
        let (address, simulator) = simulator_in(&folder, None).await;
        let options = kim("https://lamp.example/kim.jpg");
        let persona = options.persona.clone().expect("one");
        let mut wing = Wing::attach_with(folder, address, simulator, options);
        let ana = wing.open("Ana Ruiz").await;
        let id = wing
            .until("its id", |reader| reader.persona(&persona).ok().flatten())
            .await;
        let (_, token) = wing.simulator.app("switchboard").expect("the desk's app");
        let gone = http()
            .delete(format!("http://{address}/v27.0/{id}"))
            .bearer_auth(&token);
        let gone = gone.send().await.expect("an answer").status();
        assert_eq!(gone.as_u16(), 200);
        wing.send(&ana, "first", "hello").await;
        wing.until("it is made again", |reader| {
            let now = reader.persona(&persona).ok().flatten();
            now.filter(|now| *now != id)
        })
        .await;
        wing.send(&ana, "second", "hello again").await;
        wing.sent_as("second").await;
        let sends = words(&wing.posts());
        let sends = sends.iter().filter(|word| *word == "messages").count();
        assert_eq!(sends, 2, "neither went out twice");
        wing.end().await;
    });
}
