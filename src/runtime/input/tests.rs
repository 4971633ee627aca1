use proptest::prelude::*;

use super::decoded as heard;
use crate::app::{
    Mouse, Msg,
    input::keymap::{Code, Key},
};

/// A slow line, in milliseconds between two reads.
const SLOW: u64 = 300;
/// Longer than anything waits.
const LATER: u64 = 60_000;

fn key(c: char) -> Msg {
    Msg::Key(Key::plain(Code::Char(c)))
}

fn named(code: Code) -> Msg {
    Msg::Key(Key::plain(code))
}

/// What terminals answer, without how it begins and ends.
const ANSWERS: &[(u8, &str)] = &[
    (b']', "4;1;rgb:cdcd/0000/0000"),
    (b']', "10;rgb:ffff/ffff/ffff"),
    (b']', "11;rgb:1e1e/1e1e/2e2e"),
    (b']', "52;c;c2VjcmV0"),
    (b']', "lé \u{1f600} Üst"),
    (b'P', "1$r0;1m"),
    (b'P', "1+r544e=787465726d"),
    (b'P', "0+r"),
    (b'P', ">|XTerm(388)"),
    (b'P', "!|00000000"),
    (b'_', "Gi=31;OK"),
    (b'^', "private rq\ry"),
    (b'X', "start\nof\rstring"),
];

fn answers() -> Vec<Vec<u8>> {
    let mut all = Vec::new();
    for (kind, words) in ANSWERS {
        let control = kind + 0x40;
        for start in [&[0x1b, *kind][..], &[control], &[0xc2, control]] {
            for end in [&b"\x1b\\"[..], b"\x07", b"\x9c", b"\xc2\x9c"] {
                all.push([start, words.as_bytes(), end].concat());
            }
        }
    }
    // Reports that are no strings.
    for report in [
        "?64;1;22c",
        ">41;388;0c",
        "24;80R",
        "0n",
        "?2026;2$y",
        "?1u",
    ] {
        all.push([b"\x1b[", report.as_bytes()].concat());
        all.push([b"\x9b", report.as_bytes()].concat());
    }
    for report in ["8;40;120t", "?997;1n", "!p", "!5p", ":u", "=0c"] {
        all.push([b"\x1b[", report.as_bytes()].concat());
    }
    all
}

/// Begins as only answers do.
fn is_known(answer: &[u8]) -> bool {
    let guessed = match answer {
        [0x1b, b']', first, ..] => first.is_ascii_digit(),
        [0x1b, b'[', first, ..] => first.is_ascii_digit() || b"?><".contains(first),
        [0x1b, kind, ..] => b"P_".contains(kind),
        _ => true,
    };
    guessed && !answer.starts_with(b"\x1b[!")
}

/// What the beginning of an answer is when nothing follows it in time.
fn is_beginning(msg: &Msg) -> bool {
    matches!(msg, Msg::Key(key) if key.code == Code::Esc || key.alt)
}

#[test]
fn answers_of_the_terminal_are_no_keys_wherever_they_are_split() {
    for answer in answers() {
        let name = String::from_utf8_lossy(&answer);
        for at in 0..=answer.len() {
            let (one, other) = answer.split_at(at);
            let quick = heard([(one, 0), (other, 20), (b"j", SLOW)]);
            assert_eq!(quick, [key('j')], "{name:?} split at {at}");
        }
        // A line so slow that the beginning was taken for a key.
        if is_known(&answer) {
            for at in 1..answer.len() {
                let (one, other) = answer.split_at(at);
                let mut slow = heard([(one, 0), (other, SLOW), (b"j", SLOW)]);
                slow.retain(|msg| !is_beginning(msg));
                assert_eq!(slow, [key('j')], "{name:?} split at {at}");
            }
        }
        let bytes = answer.chunks(1).map(|byte| (byte, 5));
        let all = heard(bytes.chain([(&b"j"[..], SLOW)]));
        assert_eq!(all, [key('j')], "{name:?} byte by byte");
        let twice = heard([(&[&answer[..], &answer, b"j"].concat()[..], 0)]);
        assert_eq!(twice, [key('j')], "{name:?} twice");
    }
}

#[test]
fn an_answer_that_is_cut_off_takes_no_key_with_it() {
    for answer in answers() {
        for at in 1..answer.len() {
            let cut = &answer[..at];
            let mut later = heard([(cut, 0), (b"j", 1_200), (b"\r", 200)]);
            // Its beginning alone is what a person may press.
            later.retain(|msg| !is_beginning(msg));
            assert_eq!(later, [key('j'), named(Code::Enter)], "{cut:?}");
            // Somebody who types at once loses a second of it, not more: in any script,
            // with a key held down, two at a time over a lagging line.
            for (letters, pause) in [("k", 80), ("ж", 120), ("漢", 200), ("k", 33), ("kk", 60)] {
                let count = usize::try_from(4_000 / pause).expect("a few");
                let typing = vec![(letters.as_bytes(), pause); count];
                let typed = heard([(cut, 0)].into_iter().chain(typing));
                let first = letters.chars().next().expect("a letter");
                let kept = typed.iter().filter(|msg| **msg == key(first)).count();
                let lost = usize::try_from(1_100 / pause + 2).expect("a few");
                let wanted = (count - lost) * letters.chars().count();
                assert!(kept >= wanted, "{cut:?} {letters}: {kept} of {wanted}");
            }
        }
    }
}

/// The line stalls, or the end is lost: the rest of a paste is no key, until
/// somebody wants their keys back.
#[test]
fn a_paste_that_stalls_is_a_paste_to_its_end() {
    let paste = |text: &str| Msg::Paste(text.into());
    let stalled = [
        (&b"\x1b[200~Dear"[..], 0),
        (b"\rKemi", 3_500),
        (b"\x1b[201~", 20_000),
    ];
    let told = heard(stalled.into_iter().chain([(&b"k"[..], 500)]));
    assert_eq!(told, [paste("Dear"), paste("\rKemi"), paste(""), key('k')]);
    let lost = [
        (&b"\x1b[200~Dear"[..], 0),
        (b"\r", 5_000),
        (b"\x1b", 1_000),
        (b"\r", 500),
    ];
    let told = heard(lost);
    let keys = [named(Code::Esc), named(Code::Enter)];
    assert_eq!(
        told,
        [vec![paste("Dear"), paste("\r")], keys.to_vec()].concat()
    );
    let given_up = [(&b"\x1b[200~Dear"[..], 0), (b"\r", 40_000)];
    assert_eq!(heard(given_up), [paste("Dear"), named(Code::Enter)]);
}

/// A line so slow that what begins an answer was taken for a key, and the rest comes
/// in pieces; and what people do type after ESC.
#[test]
fn the_rest_of_an_answer_is_known_in_pieces() {
    for reads in [
        &[(&b"\x1b"[..], 0), (b"]", 60), (b"11;rgb:1e1e/\x07", 5)][..],
        &[(b"\x1b", 0), (b"]1", 60), (b"1;rgb:1e1e/\x07", 5)],
        &[(b"\x1b", 0), (b"[?", 60), (b"64;1c", 5)],
        &[(b"\x1b", 0), (b"]l", 60), (b"title\x1b\\", 5)],
        &[(b"\x1b", 0), (b"P1$r0;1m\x1b\\", 60)],
    ] {
        let told = heard(reads.iter().copied().chain([(&b"j"[..], 200)]));
        assert_eq!(told, [named(Code::Esc), key('j')], "{reads:?}");
    }
    for (rest, what) in [
        (&b"[A"[..], vec![named(Code::Up)]),
        (b"[I", vec![Msg::Focus(true)]),
        (b"]", vec![key(']')]),
        (b"]x", vec![key(']'), key('x')]),
        (b"Pay", vec![key('P'), key('a'), key('y')]),
        (b"12", vec![key('1'), key('2')]),
        (b"[1", vec![key('['), key('1')]),
    ] {
        let told = heard([(&b"\x1b"[..], 0), (rest, 60)]);
        assert_eq!(told, [vec![named(Code::Esc)], what].concat(), "{rest:?}");
    }
}

#[test]
fn keys_are_what_they_were() {
    let alt = |c| {
        Msg::Key(Key {
            alt: true,
            ..Key::plain(Code::Char(c))
        })
    };
    let ctrl = |code| {
        Msg::Key(Key {
            ctrl: true,
            ..Key::plain(code)
        })
    };
    let table: Vec<(&[u8], Vec<Msg>)> = vec![
        (b"a", vec![key('a')]),
        ("ß".as_bytes(), vec![key('ß')]),
        ("\u{1f600}".as_bytes(), vec![key('\u{1f600}')]),
        (b"\r", vec![named(Code::Enter)]),
        (b"\t", vec![named(Code::Tab)]),
        (b"\x7f", vec![named(Code::Backspace)]),
        (b"\x10", vec![Msg::Key(Key::ctrl('p'))]),
        (b"\x1b", vec![named(Code::Esc)]),
        (b"\x1b\x1b", vec![named(Code::Esc), named(Code::Esc)]),
        (b"\x1b\x1b[A", vec![named(Code::Esc), named(Code::Up)]),
        (b"\x1bx", vec![alt('x')]),
        (b"\x1b]", vec![alt(']')]),
        (b"\x1b[", vec![alt('[')]),
        (b"\x1bO", vec![alt('O')]),
        (b"\x1bP", vec![alt('P')]),
        ("\x1bé".as_bytes(), vec![alt('é')]),
        (b"\x1b[A\x1bOB", vec![named(Code::Up), named(Code::Down)]),
        (b"\x1b[Z", vec![named(Code::BackTab)]),
        (b"\x1b[1;5C", vec![ctrl(Code::Right)]),
        (
            b"\x1b[5~\x1b[6~",
            vec![named(Code::PageUp), named(Code::PageDown)],
        ),
        (
            b"\x1b[3~\x1b[H\x1b[4~",
            vec![named(Code::Delete), named(Code::Home), named(Code::End)],
        ),
        (b"\x1bOP\x1b[[A\x1b[11~", vec![named(Code::F(1)); 3]),
        (
            b"\x1bOR\x1b[24~",
            vec![named(Code::F(3)), named(Code::F(12))],
        ),
        (
            b"\x1b[13u\x1b[97;5u",
            vec![named(Code::Enter), Msg::Key(Key::ctrl('a'))],
        ),
        (b"\x1b[97;1:3u", vec![]),
        (b"\x1b[I\x1b[O", vec![Msg::Focus(true), Msg::Focus(false)]),
        (
            b"\x1b[<0;3;2M\x1b[<32;4;2M\x1b[<0;4;2m",
            vec![
                Msg::Mouse(Mouse::Down(2, 1)),
                Msg::Mouse(Mouse::Drag(3, 1)),
                Msg::Mouse(Mouse::Up(3, 1)),
            ],
        ),
        (
            b"\x1b[<64;1;1M\x1b[<65;1;1M",
            vec![
                Msg::Mouse(Mouse::Wheel(0, 0, false)),
                Msg::Mouse(Mouse::Wheel(0, 0, true)),
            ],
        ),
        (
            b"\x1b[M !!\x1b[M#!!",
            vec![Msg::Mouse(Mouse::Down(0, 0)), Msg::Mouse(Mouse::Up(0, 0))],
        ),
        // Places that there are none of.
        (b"\x1b[<0;0;0M\x1b[M \x20\x20\x1b[<0;99999;1M", vec![]),
        (
            b"\x1b[200~one\rtwo\x1b[201~x",
            vec![Msg::Paste("one\rtwo".into()), key('x')],
        ),
        (
            b"\x1b[200~\x1b]11;rgb\x1b[A\x1b[201~",
            vec![Msg::Paste("\x1b]11;rgb\x1b[A".into())],
        ),
        // A report that is cut off eats no paste, and a paste of 8 bits ends.
        (
            b"\x1b[M\x1b[200~q\r\x1b[201~",
            vec![Msg::Paste("q\r".into())],
        ),
        (
            b"\x9b200~q\x9b201~k",
            vec![Msg::Paste("q".into()), key('k')],
        ),
        // Keys of kitty's: the keypad, and keys that only are held.
        (
            b"\x1b[57414u\x1b[57400u",
            vec![named(Code::Enter), key('1')],
        ),
        (b"\x1b[57441;2u\x1b[57376u\x1b[97:65;2u", vec![key('A')]),
        // Its end never comes.
        (b"\x1b[200~one\r", vec![Msg::Paste("one\r".into())]),
        // No UTF-8.
        (b"\xff\xc3(\xe2\x82a", vec![key('('), key('a')]),
    ];
    for (bytes, what) in table {
        assert_eq!(heard([(bytes, 0)]), what, "{bytes:?}");
        if what.len() < 2
            || !matches!(
                what[0],
                Msg::Key(Key {
                    code: Code::Esc,
                    ..
                })
            )
        {
            let slowly = bytes.chunks(1).map(|byte| (byte, 10));
            assert_eq!(heard(slowly), what, "{bytes:?} byte by byte");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..Default::default() })]

    /// Whatever is in a string, nobody pressed it.
    #[test]
    fn nothing_in_a_string_is_a_key(
        kind in 0..ANSWERS.len(),
        words in prop::collection::vec(any::<u8>(), 1..60),
        eight in any::<bool>(),
    ) {
        let kind = ANSWERS[kind].0;
        let words: Vec<u8> = words.into_iter().filter(|b| !matches!(b, 7 | 0x18 | 0x1a | 0x1b | 0x9c)).collect();
        let start = if eight { vec![kind + 0x40] } else { vec![0x1b, kind] };
        let bytes = [&start[..], &words, b"\x07\x07\x1b\\".split_at(1).0].concat();
        prop_assert_eq!(heard([(&bytes[..], 0)]), []);
    }

    /// Whatever comes, after silence a key is a key.
    #[test]
    fn nothing_wedges_it(reads in prop::collection::vec((prop::collection::vec(any::<u8>(), 0..20), 0..2_000_u64), 0..20)) {
        let reads: Vec<(&[u8], u64)> = reads.iter().map(|(bytes, pause)| (&bytes[..], *pause)).collect();
        let all = heard(reads.into_iter().chain([(&b"j"[..], LATER)]));
        prop_assert_eq!(all.last(), Some(&key('j')));
    }
}
