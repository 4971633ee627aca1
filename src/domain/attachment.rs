//! A file that goes out as a message of its own, and what Meta takes.

use std::path::PathBuf;

use super::Platform;

/// Pictures up to this size (Meta, "Saving assets": 8 MB).
const PICTURE_LIMIT: u64 = 8 * 1024 * 1024;
/// Everything else up to this size (25 MB).
pub const FILE_LIMIT: u64 = 25 * 1024 * 1024;

/// Endings with Meta's kind and the media type; what is not here goes out as a
/// plain file.
const KINDS: [(&str, &str, &str); 21] = [
    ("jpg", "image", "image/jpeg"),
    ("jpeg", "image", "image/jpeg"),
    ("png", "image", "image/png"),
    ("gif", "image", "image/gif"),
    ("webp", "image", "image/webp"),
    ("mp4", "video", "video/mp4"),
    ("mov", "video", "video/quicktime"),
    ("webm", "video", "video/webm"),
    ("ogv", "video", "video/ogg"),
    ("avi", "video", "video/x-msvideo"),
    ("mp3", "audio", "audio/mpeg"),
    ("m4a", "audio", "audio/mp4"),
    ("aac", "audio", "audio/aac"),
    ("wav", "audio", "audio/wav"),
    ("ogg", "audio", "audio/ogg"),
    ("pdf", "file", "application/pdf"),
    ("txt", "file", "text/plain"),
    ("csv", "file", "text/csv"),
    ("zip", "file", "application/zip"),
    ("doc", "file", "application/msword"),
    (
        "docx",
        "file",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ),
];

/// A file on this computer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attachment {
    /// Where it is.
    pub path: PathBuf,
    /// Its name, raw.
    pub name: String,
    /// Its size.
    pub bytes: u64,
    /// Meta's word: `image`, `video`, `audio` or `file`.
    pub kind: &'static str,
    /// Its media type.
    pub mime: &'static str,
    /// Which file it was when a person chose it; `None` for a copy of ours.
    pub identity: Option<FileIdentity>,
}

/// What tells one file of this computer from another, whatever its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FileIdentity {
    /// The device it is on.
    pub device: u64,
    /// Its number there.
    pub inode: u64,
}

impl Attachment {
    /// A file of this name and size.
    pub fn new(path: PathBuf, bytes: u64) -> Self {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let ending = ending(&name);
        let known = KINDS.iter().find(|(known, ..)| *known == ending);
        let (_, kind, mime) = known.unwrap_or(&("", "file", "application/octet-stream"));
        Self {
            name: name.into_owned(),
            path,
            bytes,
            kind,
            mime,
            identity: None,
        }
    }

    /// The ending of its name, in lower case.
    pub fn ending(&self) -> String {
        ending(&self.name)
    }

    /// Our word for its kind, as for those that come in.
    pub fn word(&self) -> &'static str {
        match self.kind {
            "image" => "photo",
            kind => kind,
        }
    }

    /// Why Meta would not take it, if so.
    pub fn why_not(&self, platform: Platform) -> Option<String> {
        let (limit, words) = match self.kind {
            "image" => (PICTURE_LIMIT, "pictures up to 8 MB"),
            _ => (FILE_LIMIT, "files up to 25 MB"),
        };
        if self.bytes == 0 {
            return Some("The file is empty.".into());
        }
        if self.bytes > limit {
            return Some(format!("It is too large: Meta takes {words}."));
        }
        let ending = self.ending();
        // Instagram API, "Send a message": its own list of kinds.
        let (taken, words): (&[&str], _) = match self.kind {
            "image" => (
                &["jpg", "jpeg", "png", "gif"],
                "pictures as jpg, png or gif",
            ),
            "video" => (
                &["mp4", "mov", "webm", "ogv", "avi"],
                "videos as mp4, mov, webm, ogv or avi",
            ),
            "audio" => (&["m4a", "aac", "wav"], "audio as m4a, aac or wav"),
            _ => (&["pdf"], "documents as pdf"),
        };
        (platform == Platform::Instagram && !taken.contains(&&*ending))
            .then(|| format!("Instagram only takes {words}."))
    }
}

fn ending(name: &str) -> String {
    let ending = name.rsplit_once('.').map(|(_, ending)| ending);
    ending.unwrap_or_default().to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_what_its_ending_says_and_some_are_not_taken() {
        let mb = 1024 * 1024;
        for (name, bytes, kind, messenger, instagram) in [
            ("a.JPG", mb, "image", true, true),
            ("a.webp", mb, "image", true, false),
            ("a.png", 9 * mb, "image", false, false),
            ("a.mp4", 24 * mb, "video", true, true),
            ("a.pdf", 26 * mb, "file", false, false),
            ("a.pdf", mb, "file", true, true),
            ("a.mp3", mb, "audio", true, false),
            ("a.wav", mb, "audio", true, true),
            ("noending", mb, "file", true, false),
            ("a.txt", 0, "file", false, false),
        ] {
            let file = Attachment::new(PathBuf::from(name), bytes);
            assert_eq!(file.kind, kind, "{name}");
            for (platform, taken) in [
                (Platform::Messenger, messenger),
                (Platform::Instagram, instagram),
            ] {
                assert_eq!(
                    file.why_not(platform).is_none(),
                    taken,
                    "{name} {platform:?}"
                );
            }
        }
    }
}
