//! Files that go out.

use super::*;

#[test]
fn a_file_is_uploaded_and_sent_and_our_copy_of_it_goes() {
    runtime().block_on(async {
        let folder = tempfile::tempdir().expect("a folder");
        let photo = folder.path().join("lamp.png");
        std::fs::write(&photo, b"a picture").expect("written");
        let log = folder.path().join("server.log");
        let options = Options {
            seed: 1,
            log: Some(log),
            ..Options::default()
        };
        let (address, simulator) = simulator(options, Clock::system()).await;
        let copies = folder.path().join("copies");
        let options = sync::Options {
            files: copies.clone(),
            ..sync::Options::default()
        };
        let mut wing = Wing::attach_with(folder, address, simulator, options);
        let ana = wing.open("Ana Ruiz").await;
        let mut reply = send("one", "", None);
        if let Operation::Reply { file, .. } = &mut reply {
            *file = Some(Box::new(Attachment::new(photo.clone(), 9)));
        }
        wing.ask(&ana, reply).await;
        // What is on its way does not depend on the file any more.
        wing.sent_as("one").await;
        let posts = wing.posts();
        assert_eq!(words(&posts), ["message_attachments", "messages"]);
        let payload = &posts[1]["body"]["message"]["attachment"];
        assert_eq!(payload["type"], "image");
        assert!(payload["payload"]["attachment_id"].is_string(), "{payload}");
        let thread = wing.thread(&ana.0);
        let shown = thread.items.iter().any(|item| {
            matches!(item, Item::Message(m) if m.author == Author::Me
                && matches!(&m.parts[..], [Part::File { kind: "photo", .. }]))
        });
        assert!(shown, "{:?}", thread.items.last());
        wing.end().await;
        assert!(std::fs::read_dir(copies).map_or(0, Iterator::count) == 0);
    });
}

#[test]
fn a_file_that_is_not_there_is_not_sent_and_it_is_said_why() {
    runtime().block_on(async {
        let mut wing = Wing::start(None).await;
        let ana = wing.open("Ana Ruiz").await;
        let file = |local: &str, path: &str| {
            let mut reply = send(local, "", None);
            if let Operation::Reply { file, .. } = &mut reply {
                *file = Some(Box::new(Attachment::new(path.into(), 9)));
            }
            reply
        };
        wing.ask(&ana, file("one", "/nowhere/lamp.png")).await;
        let refused = wing
            .news("the refusal", |c| matches!(c, Change::ReplyNotSent { .. }))
            .await;
        let Change::ReplyNotSent { why, .. } = refused else {
            panic!("a refusal");
        };
        assert!(why.contains("cannot be read"), "{why}");
        wing.end().await;
    });
}
