//! Pictures that come in.

use super::*;

type Person = (ConversationId, Psid);

/// A desk that keeps pictures.
async fn keeps_pictures() -> Wing {
    let folder = tempfile::tempdir().expect("a folder");
    let (address, simulator) = simulator_in(&folder, None).await;
    attach(folder, address, simulator)
}

fn attach(folder: TempDir, address: std::net::SocketAddr, simulator: sim::Simulator) -> Wing {
    let page = PageId::new(PAGE);
    let pictures = store::PictureFolder::new(&folder.path().join("cache"), &page);
    let options = sync::Options {
        pictures: Some(pictures),
        ..sync::Options::default()
    };
    Wing::attach_with(folder, address, simulator, options)
}

/// All files of pictures.
fn kept(wing: &Wing) -> usize {
    let folder = wing.folder.path().join(format!("cache/{PAGE}.pictures"));
    let people = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let files = people.filter_map(|person| std::fs::read_dir(person.path()).ok());
    files.map(Iterator::count).sum()
}

async fn shown(wing: &mut Wing, who: &Person, id: PictureId) -> Result<Picture, String> {
    let command = Command::ShowPicture {
        conversation: who.0.clone(),
        psid: who.1.clone(),
        id: id.clone(),
        size: PictureSize::Small,
        file: PictureFile::Png,
    };
    wing.commands.send(command).await.expect("taken");
    let came = |change: &Change| matches!(change, Change::Picture { id: of, .. } if *of == id);
    match wing.news("a picture", came).await {
        Change::Picture { picture, .. } => picture,
        other => panic!("{other:?}"),
    }
}

/// They send a photo of this name; answers which picture that is.
async fn photo(wing: &mut Wing, who: &Person, name: &str) -> PictureId {
    wing.deed(json!({"person": "Jo Park", "do": "sends_photo", "text": name}))
        .await;
    wing.commands.send(Command::Refresh).await.expect("taken");
    let id = who.0.clone();
    let mid = wing
        .until(name, |reader| {
            let thread = reader.thread(&id, &ThreadRange::Newest, 50).ok()??;
            thread.items.iter().find_map(|item| match item {
                Item::Message(m) => {
                    let named = |part: &Part| matches!(part, Part::File { name: Some(of), .. } if of == name);
                    m.parts.iter().any(named).then(|| m.mid.clone())
                }
                _ => None,
            })
        })
        .await;
    PictureId::Part { mid, place: 0 }
}

#[test]
fn pictures_are_fetched_once_kept_and_go_with_their_person() {
    runtime().block_on(async {
        let mut wing = keeps_pictures().await;
        let jo = wing.open("Jo Park").await;
        let lamp = photo(&mut wing, &jo, "lamp.jpg").await;
        let small = shown(&mut wing, &jo, lamp.clone()).await.expect("a photo");
        assert_eq!((small.bitmap.width, small.bitmap.height), (96, 96));
        assert!(small.file.expect("a PNG").starts_with(b"\x89PNG"));
        // Meta moves them about, within its own hosts.
        let moved = photo(&mut wing, &jo, "moved.jpg").await;
        shown(&mut wing, &jo, moved).await.expect("a photo");
        let face = PictureId::Person(jo.1.clone());
        shown(&mut wing, &jo, face.clone()).await.expect("a face");
        assert_eq!(kept(&wing), 3);
        // From the disk: nobody is asked.
        let asked = |wing: &Wing| {
            let calls = wing.calls().into_iter();
            let profiles = calls.filter(|call| call.contains(jo.1.as_str()));
            profiles.count()
        };
        let calls = asked(&wing);
        assert!(calls > 0, "{:?}", wing.calls());
        shown(&mut wing, &jo, lamp.clone()).await.expect("a photo");
        shown(&mut wing, &jo, face).await.expect("a face");
        assert_eq!(asked(&wing), calls);
        let folder = wing.end().await;
        let cache_folder = folder.path().join("cache");
        let (writer, _) = cache(&cache_folder);
        let forgotten = writer.forget(jo.1, cache_folder.clone()).await;
        let forgotten = forgotten.expect("a cache").expect("somebody");
        assert!(forgotten.left_in.is_empty(), "{forgotten:?}");
        let left = std::fs::read_dir(cache_folder.join(format!("{PAGE}.pictures")));
        assert_eq!(left.expect("a folder").count(), 0);
    });
}

#[test]
fn what_no_desk_should_fall_for_ends_in_a_sentence() {
    runtime().block_on(async {
        let mut wing = keeps_pictures().await;
        let jo = wing.open("Jo Park").await;
        for (name, words) in [
            ("bomb.png", "too large to show (10000 × 10000 pixels)"),
            ("cut.png", "damaged or incomplete"),
            ("lying.jpg", "not a picture"),
            ("huge.jpg", "larger than 10 MB"),
            ("endless.jpg", "larger than 10 MB"),
            (
                "elsewhere.jpg",
                "elsewhere.example is not one of Meta's hosts",
            ),
            ("loopback.jpg", "127.0.0.1 is not one of Meta's hosts"),
            ("circle.jpg", "redirects too often"),
            ("gone.jpg", "answers 403"),
        ] {
            let id = photo(&mut wing, &jo, name).await;
            let why = shown(&mut wing, &jo, id).await.expect_err(name);
            assert!(why.contains(words), "{name}: {why}");
            let is_sentence = why.ends_with('.') && !why.contains("cdn/");
            assert!(is_sentence, "{name}: {why}");
        }
        assert_eq!(kept(&wing), 0);
        wing.end().await;
    });
}

#[test]
fn what_a_customer_takes_back_takes_its_picture_with_it() {
    runtime().block_on(async {
        let mut wing = keeps_pictures().await;
        wing.connect();
        let jo = wing.open("Jo Park").await;
        let lamp = photo(&mut wing, &jo, "lamp.jpg").await;
        shown(&mut wing, &jo, lamp.clone()).await.expect("a photo");
        assert_eq!(kept(&wing), 1);
        let PictureId::Part { mid, .. } = &lamp else {
            panic!("{lamp:?}");
        };
        let event = json!({"sender": {"id": jo.1.as_str()}, "recipient": {"id": PAGE},
                           "timestamp": 1_900_000_000_000_i64,
                           "message": {"mid": mid.as_str(), "is_deleted": true}});
        wing.hear(&[event]).await;
        assert_eq!(kept(&wing), 0);
        wing.end().await;
    });
}
