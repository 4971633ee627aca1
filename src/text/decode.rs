//! Bytes that a person's editor wrote, as text.

use std::{fs, io, path::Path};

/// UTF-8, with or without a mark, and UTF-16 with one. `None` for what is
/// neither.
pub fn decode(bytes: &[u8]) -> Option<String> {
    let utf16 = |bytes: &[u8], unit: fn([u8; 2]) -> u16| {
        let units: Vec<u16> = bytes
            .chunks_exact(2)
            .map(|pair| unit([pair[0], pair[1]]))
            .collect();
        String::from_utf16_lossy(&units)
    };
    match bytes {
        [0xFF, 0xFE, rest @ ..] => Some(utf16(rest, u16::from_le_bytes)),
        [0xFE, 0xFF, rest @ ..] => Some(utf16(rest, u16::from_be_bytes)),
        bytes => std::str::from_utf8(bytes)
            .ok()
            .map(|text| text.trim_start_matches('\u{FEFF}').to_owned()),
    }
}

/// A file that a person wrote. What is no text is
/// [`InvalidData`](io::ErrorKind::InvalidData).
pub fn read(path: &Path) -> io::Result<String> {
    of_file(&fs::read(path)?)
}

/// The same where the bytes of the file are at hand.
pub fn of_file(bytes: &[u8]) -> io::Result<String> {
    decode(bytes).ok_or_else(|| {
        io::Error::new(
            io::ErrorKind::InvalidData,
            "it is no text in UTF-8; save it as UTF-8",
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_no_text_and_both_orders_are_read() {
        for (bytes, text) in [
            (&b"\xef\xbb\xbfabc"[..], Some("abc")),
            (b"\xff\xfea\0\xe9\0", Some("aé")),
            (b"\xfe\xff\0a\0\xe9", Some("aé")),
            (b"a\xe9", None),
        ] {
            assert_eq!(decode(bytes).as_deref(), text, "{bytes:?}");
        }
    }
}
