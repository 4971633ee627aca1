//! From bytes to whole sequences: one key, one report, one paste. Strings that a
//! terminal sends in answer to a question (OSC, DCS, APC, PM, SOS; ECMA-48, 5.6)
//! are swallowed, wherever they are split and however they end: they are no keys.
//! Knows no file and no clock; the moments are told.

use std::mem;

const ESC: u8 = 0x1b;

/// ESC alone is a key once nothing has followed for this long, in milliseconds. The
/// same holds for what could begin a longer sequence but is also Alt and a
/// character. (Our choice; vim waits 100, readline 500.)
const KEY_AFTER: u64 = 50;

/// What is cut off is given up after this much silence, in milliseconds (our choice:
/// a line that is slower than that is rare, and nobody waits longer for their keys).
const GIVEN_UP_AFTER: u64 = 1_000;

/// A paste whose end does not come is given on after this much silence, in
/// milliseconds; what follows still belongs to it (our choice).
const PASTE_SHOWN_AFTER: u64 = 3_000;

/// What belongs to such a paste is keys again after this much silence, in
/// milliseconds, or after a lone ESC (our choice).
const PASTE_ENDS_AFTER: u64 = 30_000;

/// Reads of more bytes than this, or nearer to each other than this in milliseconds,
/// are no typing (our choice; the fastest repeat of a keyboard is 30 ms).
const TYPED_BYTES: usize = 4;
const TYPED_APART: u64 = 20;

/// A report longer than this, in bytes, means nothing (our choice; the longest that
/// we know has 40).
const LONGEST_REPORT: usize = 256;

/// Something whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Sequence {
    /// A key, a movement of the mouse, a report: always in 7 bits.
    Whole(Vec<u8>),
    /// Alt and a character that could have begun a longer sequence.
    Alt(char),
    /// What stood between the two ends of a paste.
    Paste(Vec<u8>),
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum State {
    #[default]
    Ground,
    Escape,
    /// A character of several bytes, of which so many are missing.
    Character(u8),
    /// After CSI.
    Report,
    /// A report that is too long: until its end.
    Nonsense,
    /// The three bytes of an old report of the mouse, of which so many are missing.
    Mouse(u8),
    /// After SS3.
    Function,
    /// Within a string; only its introducer is held, and only while it may have been
    /// typed.
    Text(Text),
    /// Until the end of a paste.
    Paste(Paste),
}

/// Within a string.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Text {
    /// ESC was read, which may be half of the end.
    escaped: bool,
    /// So many bytes of a character are missing: none of them is an 8-bit end.
    missing: u8,
}

/// Within a paste.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Paste {
    /// It began with a control of 8 bits and may end with one.
    eight: bool,
    /// Its end did not come in time; so far it was given on.
    overdue: bool,
}

const PASTE_END: &[u8] = b"\x1b[201~";
const PASTE_ENDS_IN_8_BITS: [&[u8]; 2] = [b"\x9b201~", b"\xc2\x9b201~"];

/// Puts sequences together.
#[derive(Debug, Default)]
pub(super) struct Sequences {
    state: State,
    /// What the sequence has so far, in 7 bits.
    held: Vec<u8>,
    /// It began with a control of 8 bits.
    eight: bool,
    /// When it was last added to at the speed of a machine.
    at: u64,
    /// When anything was last read.
    read_at: u64,
    /// The start of a sequence that was taken for a key, and when.
    told: Option<(Vec<u8>, u64)>,
    /// What may be the rest of it, until that is clear.
    rest: Vec<u8>,
}

impl Sequences {
    /// Takes bytes that were read together at `now`, in milliseconds of any clock.
    pub(super) fn push(&mut self, bytes: &[u8], now: u64) -> Vec<Sequence> {
        let mut whole = Vec::new();
        // A person who types does not keep open what was cut off.
        let apart = now.saturating_sub(self.read_at);
        let typed = bytes.len() <= TYPED_BYTES && apart >= TYPED_APART;
        self.read_at = now;
        if let Some((start, at)) = self.told.take()
            && now < at + GIVEN_UP_AFTER
        {
            self.rest.extend(bytes);
            let all = [&start[..], &self.rest].concat();
            match answer(&all) {
                // The line was slow: this is no text that somebody typed.
                Answer::Whole => {
                    self.rest.clear();
                    self.at = now;
                    all.iter().for_each(|byte| self.byte(*byte, &mut whole));
                }
                Answer::Begun => {
                    self.told = Some((start, at));
                    self.at = now;
                }
                Answer::No => self.release(now, &mut whole),
            }
            return whole;
        }
        self.release(now, &mut whole);
        if !(typed && matches!(self.state, State::Text(_) | State::Nonsense)) {
            self.at = now;
        }
        if let State::Paste(Paste { overdue: true, .. }) = self.state
            && bytes == [ESC]
        {
            // Somebody wants their keys back.
            self.state = State::Ground;
            self.held.clear();
        }
        bytes.iter().for_each(|byte| self.byte(*byte, &mut whole));
        whole
    }

    /// When what is held has waited long enough, in milliseconds of the same clock.
    pub(super) fn due(&self) -> Option<u64> {
        if !self.rest.is_empty() {
            return Some(self.at + KEY_AFTER);
        }
        let wait = match self.state {
            State::Ground => return None,
            State::Escape => KEY_AFTER,
            State::Function | State::Report | State::Text(_) if self.held.len() == 2 => KEY_AFTER,
            State::Paste(Paste { overdue: false, .. }) => PASTE_SHOWN_AFTER,
            State::Paste(_) if !self.held.is_empty() => KEY_AFTER,
            State::Paste(_) => PASTE_ENDS_AFTER,
            _ => GIVEN_UP_AFTER,
        };
        Some(self.at + wait)
    }

    /// Nothing has followed at `now`, when it was due.
    pub(super) fn silence(&mut self, now: u64) -> Vec<Sequence> {
        let mut whole = Vec::new();
        if !self.rest.is_empty() {
            self.told = None;
            self.release(now, &mut whole);
            return whole;
        }
        let held = mem::take(&mut self.held);
        match mem::take(&mut self.state) {
            State::Paste(paste) if !(paste.overdue && held.is_empty()) => {
                let overdue = true;
                self.state = State::Paste(Paste { overdue, ..paste });
                whole.push(Sequence::Paste(held));
            }
            State::Escape => {
                whole.push(Sequence::Whole(held.clone()));
                self.told = Some((held, now));
            }
            State::Function | State::Report | State::Text(_) if held.len() == 2 => {
                whole.push(Sequence::Alt(char::from(held[1])));
                self.told = Some((held, now));
            }
            _ => {}
        }
        whole
    }

    /// What was held back in case it belongs to an answer does not.
    fn release(&mut self, now: u64, whole: &mut Vec<Sequence>) {
        for byte in mem::take(&mut self.rest) {
            self.at = now;
            self.byte(byte, whole);
        }
    }

    fn byte(&mut self, byte: u8, whole: &mut Vec<Sequence>) {
        match self.state {
            State::Ground => self.start(byte, whole),
            State::Escape => self.after_escape(byte, whole),
            State::Character(missing) => self.character(byte, missing, whole),
            State::Report => self.report(byte, whole),
            State::Nonsense if (0x20..0x40).contains(&byte) => {}
            State::Nonsense if (0x40..0x7f).contains(&byte) => self.state = State::Ground,
            State::Nonsense => self.again(byte, whole),
            // Not even in an old report: something else begins here.
            State::Mouse(_) if byte < 0x20 => self.again(byte, whole),
            State::Mouse(missing) => {
                self.held.push(byte);
                self.state = State::Mouse(missing - 1);
                if missing == 1 {
                    self.whole(whole);
                }
            }
            State::Function => {
                self.held.push(byte);
                match byte {
                    0x30..0x40 if self.held.len() < LONGEST_REPORT => {}
                    0x20..0x7f => self.whole(whole),
                    _ => self.again(byte, whole),
                }
            }
            State::Text(text) => self.text(byte, text, whole),
            State::Paste(paste) => {
                self.held.push(byte);
                let mut ends = [PASTE_END].iter().chain(match paste.eight {
                    true => &PASTE_ENDS_IN_8_BITS[..],
                    false => &[],
                });
                if let Some(end) = ends.find(|end| self.held.ends_with(end)) {
                    self.held.truncate(self.held.len() - end.len());
                    self.state = State::Ground;
                    whole.push(Sequence::Paste(mem::take(&mut self.held)));
                }
            }
        }
    }

    fn start(&mut self, byte: u8, whole: &mut Vec<Sequence>) {
        self.held.push(byte);
        match byte {
            ESC => self.state = State::Escape,
            0x00..0x80 => self.whole(whole),
            0x80..0xa0 => self.control(byte),
            0xc2..=0xf4 => self.state = State::Character(missing(byte)),
            _ => self.held.clear(),
        }
    }

    fn after_escape(&mut self, byte: u8, whole: &mut Vec<Sequence>) {
        match byte {
            ESC => whole.push(Sequence::Whole(vec![ESC])),
            b'[' | b'O' | b']' | b'P' | b'X' | b'^' | b'_' => {
                self.control(byte + 0x40);
                // As a person may have typed it.
                self.held = vec![ESC, byte];
                self.eight = false;
            }
            0x00..0x80 => {
                self.held.push(byte);
                self.whole(whole);
            }
            0xc2..=0xf4 => {
                self.held.push(byte);
                self.state = State::Character(missing(byte));
            }
            _ => self.again(byte, whole),
        }
    }

    /// A control of 8 bits (C1).
    fn control(&mut self, byte: u8) {
        self.held.clear();
        self.eight = true;
        self.state = match byte {
            0x8f => {
                self.held.extend([ESC, b'O']);
                State::Function
            }
            0x9b => {
                self.held.extend([ESC, b'[']);
                State::Report
            }
            0x90 | 0x98 | 0x9d | 0x9e | 0x9f => State::Text(Text::default()),
            _ => State::Ground,
        };
    }

    fn character(&mut self, byte: u8, missing: u8, whole: &mut Vec<Sequence>) {
        if !(0x80..0xc0).contains(&byte) {
            return self.again(byte, whole);
        }
        self.held.push(byte);
        self.state = State::Character(missing - 1);
        if missing > 1 {
            return;
        }
        match self.held[..] {
            // The same controls, as a terminal that speaks UTF-8 writes them.
            [.., 0xc2, control @ 0x80..0xa0] => self.control(control),
            _ => self.whole(whole),
        }
    }

    fn report(&mut self, byte: u8, whole: &mut Vec<Sequence>) {
        let first = self.held.len() == 2;
        self.held.push(byte);
        match byte {
            b'M' if first => self.state = State::Mouse(3),
            // The function keys of the Linux console.
            b'[' if first => {}
            0x20..0x40 if self.held.len() < LONGEST_REPORT => {}
            0x20..0x40 => {
                self.held.clear();
                self.state = State::Nonsense;
            }
            0x40..0x7f if self.held == b"\x1b[200~" => {
                self.held.clear();
                self.state = State::Paste(Paste {
                    eight: self.eight,
                    overdue: false,
                });
            }
            // The end of a paste that is over: what follows belongs to it all the same.
            0x40..0x7f if self.held == PASTE_END => {
                self.held.clear();
                self.state = State::Ground;
                whole.push(Sequence::Paste(Vec::new()));
            }
            0x40..0x7f => self.whole(whole),
            _ => self.again(byte, whole),
        }
    }

    fn text(&mut self, byte: u8, text: Text, whole: &mut Vec<Sequence>) {
        let continues = (0x80..0xc0).contains(&byte);
        let inside = Text::default();
        self.state = match byte {
            b'\\' if text.escaped => State::Ground,
            ESC => State::Text(Text {
                escaped: true,
                ..inside
            }),
            // A new sequence: the string was cut off.
            _ if text.escaped => {
                self.held = vec![ESC];
                self.state = State::Escape;
                return self.after_escape(byte, whole);
            }
            _ if text.missing > 0 && continues => State::Text(Text {
                missing: text.missing - 1,
                ..inside
            }),
            0x07 | 0x18 | 0x1a | 0x9c => State::Ground,
            // In UTF-8 the end of 8 bits is a character of its own.
            0xc3..=0xf4 => State::Text(Text {
                missing: missing(byte),
                ..inside
            }),
            _ => State::Text(inside),
        };
        self.held.clear();
    }

    fn whole(&mut self, whole: &mut Vec<Sequence>) {
        self.state = State::Ground;
        whole.push(Sequence::Whole(mem::take(&mut self.held)));
    }

    /// Drops what is held, and starts over with `byte`.
    fn again(&mut self, byte: u8, whole: &mut Vec<Sequence>) {
        self.held.clear();
        self.state = State::Ground;
        self.start(byte, whole);
    }
}

/// How many bytes follow this one in UTF-8.
fn missing(lead: u8) -> u8 {
    match lead {
        0xc2..=0xdf => 1,
        0xe0..=0xef => 2,
        _ => 3,
    }
}

/// Whether bytes are how a terminal answers.
enum Answer {
    /// So far they may be.
    Begun,
    Whole,
    No,
}

/// How terminals answer, and people do not write after ESC. Not PM and SOS, which no
/// terminal sends: they begin with letters that people do write.
fn answer(sent: &[u8]) -> Answer {
    match sent {
        [ESC] | [ESC, b']' | b'[' | b'P' | b'_'] => Answer::Begun,
        [ESC, b']', b'l' | b'L', ..] => Answer::Whole,
        [ESC, b']', rest @ ..] => {
            let digits = rest.iter().take_while(|b| b.is_ascii_digit()).count();
            match rest.get(digits) {
                None if digits > 0 => Answer::Begun,
                Some(b';') if digits > 0 => Answer::Whole,
                _ => Answer::No,
            }
        }
        // One sign more may be what somebody types behind Alt and a bracket.
        [ESC, b'P', b'0' | b'1'] | [ESC, b'[', b'?' | b'>' | b'<' | b'0'..=b'9'] => Answer::Begun,
        [ESC, b'P', b'0' | b'1', b'$' | b'+', ..]
        | [ESC, b'P', b'>' | b'!', ..]
        | [ESC, b'_', b'G', ..]
        | [
            ESC,
            b'[',
            b'?' | b'>' | b'<' | b'0'..=b'9' | b'A'..=b'H' | b'I' | b'M' | b'O',
            ..,
        ] => Answer::Whole,
        _ => Answer::No,
    }
}
