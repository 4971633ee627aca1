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
            // Somebody who types at once loses a second of it, not more.
            let typing: Vec<(&[u8], u64)> = (0..30).map(|_| (&b"k"[..], 80)).collect();
            let typed = heard([(cut, 0)].into_iter().chain(typing));
            let kept = typed.iter().filter(|msg| **msg == key('k')).count();
            assert!(kept >= 30 - 13, "{cut:?}: {kept} of 30");
        }
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
