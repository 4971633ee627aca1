//! Files that go out.

use super::*;

/// A desk that copies files into a folder of its own.
async fn keeps_copies() -> (Wing, std::path::PathBuf) {
    let folder = tempfile::tempdir().expect("a folder");
    let (address, simulator) = simulator_in(&folder, None).await;
    let copies = folder.path().join("copies");
    let options = sync::Options {
        files: copies.clone(),
        ..sync::Options::default()
    };
    (
        Wing::attach_with(folder, address, simulator, options),
        copies,
    )
}

#[test]
fn a_file_is_uploaded_and_sent_and_our_copy_of_it_goes() {
    runtime().block_on(async {
        let (mut wing, copies) = keeps_copies().await;
        let photo = wing.folder.path().join("lamp.png");
        std::fs::write(&photo, b"a picture").expect("written");
        let ana = wing.open("Ana Ruiz").await;
        let copy = wing.copy(&ana, Attachment::new(photo.clone(), 9)).await;
        // What is on its way does not depend on the file any more.
        std::fs::remove_file(&photo).expect("removed");
        wing.ask(&ana, send_file("one", copy.expect("a copy")))
            .await;
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

/// What was put in the place of the chosen file is not sent: it may be the token.
#[cfg(unix)]
#[test]
fn a_file_that_was_swapped_after_it_was_chosen_is_not_sent() {
    use std::os::unix::fs::{MetadataExt, symlink};
    runtime().block_on(async {
        let (mut wing, copies) = keeps_copies().await;
        let ana = wing.open("Ana Ruiz").await;
        let place = wing.folder.path().to_owned();
        let path = |name: &str| place.join(name);
        let (chosen, token) = (path("lamp.png"), path("token"));
        std::fs::write(&token, b"EAAcanary").expect("written");
        std::fs::write(&chosen, b"a picture").expect("written");
        let meta = std::fs::metadata(&chosen).expect("there");
        let file = Attachment {
            identity: Some(FileIdentity {
                device: meta.dev(),
                inode: meta.ino(),
            }),
            ..Attachment::new(chosen.clone(), meta.len())
        };
        // By a link, by another name of the same size, and by a change.
        let swaps: [fn(&std::path::Path, &std::path::Path); 3] = [
            |token, chosen| symlink(token, chosen).expect("a link"),
            |token, chosen| std::fs::hard_link(token, chosen).expect("a name"),
            |_, chosen| std::fs::write(chosen, b"longer than before").expect("written"),
        ];
        for swap in swaps {
            // The old file stays, so that no other gets its number.
            let _ = std::fs::rename(&chosen, path("aside"));
            swap(&token, &chosen);
            let copy = wing.copy(&ana, file.clone()).await;
            let why = copy.expect_err("no copy");
            assert!(why.contains("ttach it again"), "{why}");
            std::fs::remove_file(&chosen).expect("removed");
        }
        let left = std::fs::read_dir(copies).map_or(0, Iterator::count);
        assert_eq!(left, 0, "nothing of it was copied");
        wing.end().await;
    });
}

#[test]
fn what_is_no_plain_file_is_not_copied_and_nothing_waits_for_it() {
    runtime().block_on(async {
        let (mut wing, copies) = keeps_copies().await;
        let ana = wing.open("Ana Ruiz").await;
        let path = |name: &str| wing.folder.path().join(name);
        let (pipe, grown, gone) = (path("pipe.png"), path("grown.png"), path("gone.png"));
        rustix::fs::mkfifoat(rustix::fs::CWD, &pipe, rustix::fs::Mode::RUSR).expect("a pipe");
        // It was small when it was chosen, and has grown since.
        let file = std::fs::File::create(&grown).expect("made");
        file.set_len(600 * 1024 * 1024).expect("grown");
        for (file, says) in [
            (pipe, "not a regular file"),
            (grown, "larger than 25 MB"),
            (gone, "cannot be read"),
        ] {
            let copy = wing.copy(&ana, Attachment::new(file, 9)).await;
            let why = copy.expect_err("no copy");
            assert!(why.contains(says), "{why}");
        }
        let copies = std::fs::read_dir(copies).expect("the folder of copies");
        assert_eq!(copies.count(), 0, "nothing half-copied stays");
        wing.end().await;
    });
}

#[test]
fn an_upload_is_told_of_and_can_be_given_up_and_nothing_was_sent() {
    runtime().block_on(async {
        let (mut wing, _) = keeps_copies().await;
        let ana = wing.open("Ana Ruiz").await;
        let film = wing.folder.path().join("film.mp4");
        std::fs::write(&film, vec![7; 5_000_000]).expect("written");
        let copy = wing.copy(&ana, Attachment::new(film, 5_000_000)).await;
        // Meta takes its time to answer.
        let slow = Fault::Slow(60_000);
        wing.simulator.fail_next("message_attachments", slow);
        wing.ask(&ana, send_file("one", copy.expect("a copy")))
            .await;
        let mut told = Vec::new();
        while told.last() != Some(&5_000_000) {
            let on_its_way = |c: &Change| matches!(c, Change::Uploading { .. });
            if let Change::Uploading { bytes, local, .. } = wing.news("bytes", on_its_way).await {
                assert_eq!(local.as_str(), "one");
                told.push(bytes);
            }
        }
        assert!(
            told.is_sorted() && told.len() > 10 && told.len() <= 52,
            "{told:?}"
        );
        let given_up = Command::CancelUpload(LocalId::new("one"));
        wing.commands.send(given_up).await.expect("taken");
        let refused = |c: &Change| matches!(c, Change::ReplyNotSent { .. });
        let Change::ReplyNotSent { why, .. } = wing.news("the end", refused).await else {
            panic!("it was refused");
        };
        assert!(why.contains("You cancelled the upload."), "{why}");
        assert!(!words(&wing.posts()).contains(&"messages".to_owned()));
        wing.end().await;
    });
}

/// One message with what it holds.
fn send_content(local: &str, content: Content) -> Operation {
    let mut operation = send(local, "", None);
    if let Operation::Reply(reply) = &mut operation {
        reply.parts[0].content = content;
    }
    operation
}

/// What Meta has once is not uploaded again; and when Meta has let go of it, it is
/// uploaded anew in the same breath.
#[test]
fn a_file_that_was_sent_before_goes_by_its_id_as_long_as_meta_keeps_it() {
    runtime().block_on(async {
        let mut wing = Wing::start(None).await;
        let ana = wing.open("Ana Ruiz").await;
        let mut expected = Vec::new();
        for (local, uploads) in [("first", true), ("again", false), ("gone", true)] {
            let path = wing.folder.path().join(format!("{local}.png"));
            std::fs::write(&path, b"a picture").expect("written");
            let operation = send_file(local, Attachment::new(path, 9));
            if local == "gone" {
                wing.simulator.fail_next("send", error(100, 2_018_074));
                expected.push("messages");
            }
            wing.ask(&ana, operation).await;
            wing.sent_as(local).await;
            expected.extend(uploads.then_some("message_attachments"));
            expected.push("messages");
            assert_eq!(words(&wing.posts()), expected, "{local}");
        }
        let ids = |at: usize| {
            let body = wing.posts()[at]["body"].clone();
            body["message"]["attachment"]["payload"]["attachment_id"].clone()
        };
        assert_eq!(ids(1), ids(2));
        assert_ne!(ids(2), ids(5));
        wing.end().await;
    });
}

/// Each way in which media go out, as it stands on the wire, and that it stands in the
/// thread.
#[test]
fn media_go_out_by_address_by_id_several_at_once_and_as_a_like() {
    runtime().block_on(async {
        let mut wing = Wing::start(None).await;
        for (name, like) in [
            ("Ana Ruiz", json!({"sticker_id": 369_239_263_222_822_u64})),
            ("Léa Fontaine", json!({"attachment": {"type": "like_heart"}})),
        ] {
            let who = wing.open(name).await;
            let photo = |name: &str, bytes: &[u8]| {
                let path = wing.folder.path().join(name);
                std::fs::write(&path, bytes).expect("written");
                Attachment::new(path, bytes.len() as u64)
            };
            let two = vec![photo("one.png", b"first"), photo("two.png", b"second")];
            let link = Media::typed("https://cdn.example/lamp.jpg").expect("an address");
            for (local, content) in [
                ("two", Content::Files(two)),
                ("link", link),
                ("like", Content::Like),
            ] {
                let local = format!("{name} {local}");
                wing.ask(&who, send_content(&local, content)).await;
                wing.sent_as(&local).await;
            }
            let posts = wing.posts();
            let sent: Vec<Value> = posts
                .iter()
                .filter(|post| post["body"]["message"]["metadata"].is_string())
                .map(|post| {
                    let mut message = post["body"]["message"].clone();
                    message.as_object_mut().expect("an object").remove("metadata");
                    message
                })
                .collect();
            let several = sent[sent.len() - 3]["attachments"].as_array().expect("several");
            assert_eq!(several.len(), 2);
            assert!(several.iter().all(|one| one["type"] == "image"));
            assert_eq!(
                sent[sent.len() - 2],
                json!({"attachment": {"type": "image", "payload": {"url": "https://cdn.example/lamp.jpg"}}})
            );
            assert_eq!(sent[sent.len() - 1], like);
            // By the id that the upload got.
            let id = several[0]["payload"]["attachment_id"].as_str().expect("an id");
            let saved = Media::typed(&format!("image:{id}")).expect("an id");
            let local = format!("{name} saved");
            wing.ask(&who, send_content(&local, saved)).await;
            wing.sent_as(&local).await;
        }
        wing.end().await;
    });
}

#[test]
fn a_silent_reply_says_so_on_the_wire() {
    runtime().block_on(async {
        let mut wing = Wing::start(None).await;
        let ana = wing.open("Ana Ruiz").await;
        for silent in [true, false] {
            let local = format!("silent {silent}");
            let mut operation = send(&local, &local, None);
            if let Operation::Reply(reply) = &mut operation {
                reply.silent = silent;
            }
            wing.ask(&ana, operation).await;
            wing.sent_as(&local).await;
            let posts = wing.posts();
            let body = &posts.last().expect("a call")["body"];
            let kind = body["notification_type"].as_str();
            assert_eq!(kind, silent.then_some("SILENT_PUSH"));
        }
        wing.end().await;
    });
}
