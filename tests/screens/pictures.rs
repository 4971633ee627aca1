//! Photos, stickers and faces, in half blocks.

use super::*;

use switchboard::{app::TerminalEffect, domain::Picture, picture};

const LAMP: &[u8] = include_bytes!("../../assets/pictures/lamp.jpg");
const STICKER: &[u8] = include_bytes!("../../assets/pictures/sticker.png");
const FACE: &[u8] = include_bytes!("../../assets/pictures/face1.jpg");

fn with(size: (u16, u16), pictures: PicturesBy) -> Desk {
    let settings = Settings {
        pictures,
        ..Settings::default()
    };
    Desk::with(size, settings)
}

fn blocks(size: (u16, u16)) -> Desk {
    with(size, PicturesBy::Blocks(Depth::Full))
}

fn made(bytes: &[u8], size: PictureSize, file: PictureFile) -> Picture {
    let kept = picture::reduced(bytes).expect("kept");
    picture::shown(&kept, size, file).expect("shown")
}

fn part(mid: &str) -> PictureId {
    PictureId::Part {
        mid: Mid::new(mid),
        place: 0,
    }
}

fn come(
    desk: &mut Desk,
    id: PictureId,
    size: PictureSize,
    picture: Result<Picture, String>,
) -> Vec<Effect> {
    desk.send(Msg::Changed(vec![Change::Picture { id, size, picture }]))
}

/// Opens Ana, of whom a profile is known; answers which pictures are asked for.
fn open_ana(desk: &mut Desk) -> Vec<PictureId> {
    let mut effects = desk.open("Ana Ruiz");
    let mut page = thread_page(conversation("3", "Ana Ruiz"), items());
    page.profile = Profile::Known(Person {
        name: Some("Ana Ruiz".into()),
        locale: Some("en_US".into()),
        ..Person::default()
    });
    effects.extend(desk.answer_thread(page));
    asked(&effects)
}

fn asked(effects: &[Effect]) -> Vec<PictureId> {
    let each = effects.iter().filter_map(|effect| match effect {
        Effect::Engine(Command::ShowPicture { id, .. }) => Some(id.clone()),
        _ => None,
    });
    each.collect()
}

fn all_come(desk: &mut Desk) {
    for id in open_ana(desk) {
        let bytes = match &id {
            PictureId::Person(_) => FACE,
            PictureId::Part { mid, .. } if mid.as_str() == "m7" => STICKER,
            PictureId::Part { .. } => LAMP,
        };
        let picture = made(bytes, PictureSize::Small, PictureFile::None);
        come(desk, id, PictureSize::Small, Ok(picture));
    }
}

#[test]
fn pictures_stand_in_the_thread_and_beside_the_name() {
    for size in SIZES {
        let mut desk = blocks(size);
        all_come(&mut desk);
        snap("thread_pictures", &desk);
    }
    let mut desk = with((120, 40), PicturesBy::Blocks(Depth::Palette));
    all_come(&mut desk);
    snap("thread_pictures_256", &desk);
}

#[test]
fn a_thread_asks_for_its_pictures_once_and_for_none_where_they_are_off() {
    let mut desk = blocks((120, 40));
    let ids = open_ana(&mut desk);
    // The nearest first.
    let face = PictureId::Person(Psid::new("703"));
    assert_eq!(ids, [face, part("m7"), part("m6")]);
    assert_eq!(open_ana(&mut desk), []);
    // What failed is tried again when somebody comes back to the thread.
    let shown = made(LAMP, PictureSize::Small, PictureFile::None);
    come(&mut desk, part("m7"), PictureSize::Small, Ok(shown));
    let failed = Err("fbcdn.example does not answer.".to_owned());
    come(&mut desk, part("m6"), PictureSize::Small, failed);
    desk.keys("q");
    desk.open("Jo Park");
    desk.keys("q");
    let ids = open_ana(&mut desk);
    assert!(
        ids.contains(&part("m6")) && !ids.contains(&part("m7")),
        "{ids:?}"
    );
    for pictures in [PicturesBy::Off, PicturesBy::Blocks(Depth::Full)] {
        let mut desk = with((120, 40), pictures);
        desk.model.session.privacy = true;
        assert_eq!(open_ana(&mut desk), [], "{pictures:?}");
    }
}

#[test]
fn the_privacy_mode_hides_pictures_too() {
    let mut desk = blocks((120, 40));
    all_come(&mut desk);
    assert!(desk.picture().contains('▀'));
    desk.keys(":privacy<Enter>");
    assert!(!desk.picture().contains('▀'));
}

#[test]
fn enter_shows_the_selected_picture_large_or_says_why_not() {
    for size in SIZES {
        let mut desk = blocks(size);
        all_come(&mut desk);
        desk.keys("kkkk");
        let effects = desk.keys("<Enter>");
        assert_eq!(asked(&effects), [part("m6")]);
        assert!(desk.picture().contains("Loading…"));
        let large = made(LAMP, PictureSize::Large, PictureFile::None);
        come(&mut desk, part("m6"), PictureSize::Large, Ok(large));
        snap("picture_large", &desk);
        desk.keys("q");
        assert!(desk.picture().contains("IMG_2210.jpg"));
    }
    let mut desk = blocks((120, 40));
    open_ana(&mut desk);
    let why = || Err("fbcdn.example answers 403: Meta's links last only a few days.".to_owned());
    come(&mut desk, part("m6"), PictureSize::Small, why());
    assert!(desk.picture().contains("no preview"));
    desk.keys("kkkk<Enter>");
    come(&mut desk, part("m6"), PictureSize::Large, why());
    snap("picture_failed", &desk);
    let mut desk = Desk::new((120, 40));
    open_ana(&mut desk);
    desk.keys("kkkk<Enter>");
    assert!(
        desk.picture()
            .contains("Pictures are off here. o opens it in the browser.")
    );
}

#[test]
fn a_terminal_that_draws_pictures_gets_each_once_and_again_after_another_program() {
    for (pictures, file) in [
        (PicturesBy::Kitty, PictureFile::Png),
        (PicturesBy::Iterm2, PictureFile::JpegOrPng),
    ] {
        let mut desk = with((120, 40), pictures);
        open_ana(&mut desk);
        let lamp = || Ok(made(LAMP, PictureSize::Small, file));
        let effects = come(&mut desk, part("m6"), PictureSize::Small, lamp());
        let sent = |effects: &[Effect]| {
            let each = effects.iter().filter_map(|effect| match effect {
                Effect::Terminal(TerminalEffect::SendPicture { number, cells, .. }) => {
                    Some((*number, *cells))
                }
                _ => None,
            });
            each.collect::<Vec<_>>()
        };
        assert_eq!(sent(&effects), [(1, (16, 8))]);
        assert!(desk.picture().contains('\u{10EEEE}'), "{pictures:?}");
        let effects = desk.send(Msg::PicturesLost);
        assert_eq!(asked(&effects), [part("m6")]);
        // Until it is there again, cells do.
        assert!(desk.picture().contains('▀'), "{pictures:?}");
        let effects = come(&mut desk, part("m6"), PictureSize::Small, lamp());
        assert_eq!(sent(&effects), [(1, (16, 8))]);
        // Of another thread than the open one nothing is asked for from here.
        let face = PictureId::Person(Psid::new("703"));
        let of_ana = come(&mut desk, face, PictureSize::Small, lamp());
        assert_eq!(sent(&of_ana).len(), 1);
        desk.keys("q");
        desk.open("Jo Park");
        desk.answer_thread(thread_page(conversation("1", "Jo Park"), Vec::new()));
        assert_eq!(asked(&desk.send(Msg::PicturesLost)), []);
        desk.keys("q");
        assert!(
            open_ana(&mut desk).contains(&part("m6")),
            "as if for the first time"
        );
        come(&mut desk, part("m6"), PictureSize::Small, lamp());
        // A large one is forgotten with its dialog.
        desk.keys("kkkk<Enter>");
        let large = made(LAMP, PictureSize::Large, file);
        let large = come(&mut desk, part("m6"), PictureSize::Large, Ok(large));
        let effects = desk.keys("q");
        let [(number, _)] = sent(&large)[..] else {
            panic!("{large:?}");
        };
        let dropped = Effect::Terminal(TerminalEffect::DropPictures(vec![number]));
        assert!(effects.contains(&dropped), "{effects:?}");
    }
}

/// Words of an outsider cannot show a picture.
#[test]
fn a_placeholder_in_outside_text_is_no_picture() {
    let mut desk = with((120, 40), PicturesBy::Kitty);
    desk.open("Ana Ruiz");
    let forged = "look \u{10EEEE}\u{305}\u{305} here";
    let item = message("m1", ago(0, 1), Author::Customer, forged, vec![]);
    desk.answer_thread(thread_page(conversation("3", "Ana Ruiz"), vec![item]));
    let picture = desk.picture();
    assert!(!picture.contains('\u{10EEEE}') && picture.contains("look"));
}
