//! What one message of ours holds.

use super::{Attachment, Part, Platform, Span, Template};

/// Meta keeps media for 90 days ("Saving assets"); a day less is ours, so that nothing is
/// sent by an id that is about to end.
pub const KEPT_BY_META: Span = Span::days(89);

/// What one message of ours holds: a message is one of these, never two (Meta refuses
/// text beside an attachment).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content {
    /// What was typed, raw.
    Text(String),
    /// A file, or several pictures in one message: our own copies of them. Never empty.
    Files(Vec<Attachment>),
    /// Media that Meta fetches from this address.
    Link(Media),
    /// Media that Meta keeps under this id.
    Saved(Media),
    /// The Like: Messenger's thumb, Instagram's heart.
    Like,
    /// A structured message.
    Template(Box<Template>),
}

/// Media that is not on this computer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Media {
    /// Meta's word: `image`, `video`, `audio` or `file`.
    pub kind: &'static str,
    /// An address, or Meta's id.
    pub place: String,
    /// What it is called, raw: the name of the file that it was, or its place.
    pub name: String,
    /// Its size, where that is known.
    pub bytes: Option<u64>,
}

impl Media {
    /// What a person typed in place of a path: an address, or Meta's id of media that
    /// it keeps, with a kind before it where the address does not tell
    /// (`image:https://…`, `video:687…`). `None`: it is a path.
    pub fn typed(typed: &str) -> Option<Content> {
        let typed = typed.trim();
        let (kind, place) = match typed.split_once(':') {
            Some((word, rest)) if kind_of(word).is_some() => (kind_of(word), rest.trim()),
            _ => (None, typed),
        };
        let is_link = place.starts_with("https://") || place.starts_with("http://");
        let is_id = !place.is_empty() && place.bytes().all(|b| b.is_ascii_digit());
        let of_name = || {
            let path = place.split(['?', '#']).next().unwrap_or_default();
            Attachment::new(path.into(), 0).kind
        };
        let media = |kind| Self {
            kind,
            place: place.to_owned(),
            name: place.to_owned(),
            bytes: None,
        };
        match kind {
            _ if is_link && place.len() > "https://".len() => {
                Some(Content::Link(media(kind.unwrap_or_else(of_name))))
            }
            Some(kind) if is_id => Some(Content::Saved(media(kind))),
            _ => None,
        }
    }

    /// Our word for its kind, as for files.
    pub fn word(&self) -> &'static str {
        shown_kind(self.kind)
    }

    fn part(&self) -> Part {
        Part::File {
            kind: self.word(),
            name: Some(self.name.clone()),
            bytes: self.bytes,
        }
    }
}

/// Meta's word for a kind of media, by that word or ours.
fn kind_of(word: &str) -> Option<&'static str> {
    let word = if word == "photo" { "image" } else { word };
    ["image", "video", "audio", "file"]
        .into_iter()
        .find(|kind| *kind == word)
}

fn shown_kind(kind: &'static str) -> &'static str {
    if kind == "image" { "photo" } else { kind }
}

impl Content {
    /// The text; empty where it holds something else.
    pub fn text(&self) -> &str {
        match self {
            Self::Text(text) => text,
            Self::Template(template) => template.text(),
            Self::Files(_) | Self::Link(_) | Self::Saved(_) | Self::Like => "",
        }
    }

    /// What was typed, which comes back into the composer as text.
    pub fn typed(&self) -> &str {
        match self {
            Self::Text(text) => text,
            _ => "",
        }
    }

    /// Our copies of files that go out with it.
    pub fn files(&self) -> &[Attachment] {
        match self {
            Self::Files(files) => files,
            Self::Template(template) => &template.files,
            Self::Text(_) | Self::Link(_) | Self::Saved(_) | Self::Like => &[],
        }
    }

    /// The same with other files in place of its own, such as our copies of them.
    #[must_use]
    pub fn with_files(self, files: Vec<Attachment>) -> Self {
        match self {
            Self::Files(_) => Self::Files(files),
            Self::Template(template) => Self::Template(Box::new(Template { files, ..*template })),
            other => other,
        }
    }

    /// So many bytes are to be uploaded.
    pub fn bytes(&self) -> u64 {
        self.files().iter().map(|file| file.bytes).sum()
    }

    /// The template, if it is one.
    pub fn template(&self) -> Option<&Template> {
        match self {
            Self::Template(template) => Some(template),
            _ => None,
        }
    }

    /// It can be told from other messages when a thread is read: by its words, or by
    /// what came with it. A card cannot: only its echo, or a person, says which it is.
    pub fn is_found_by_reading(&self) -> bool {
        match self {
            Self::Template(template) => !template.text().is_empty() && template.parts().is_empty(),
            _ => true,
        }
    }

    /// What of it is not text, as it stands in the thread.
    pub fn parts(&self) -> Vec<Part> {
        match self {
            Self::Text(_) => Vec::new(),
            Self::Files(files) => files.iter().map(file).collect(),
            Self::Link(media) | Self::Saved(media) => vec![media.part()],
            Self::Like => vec![Part::Sticker],
            Self::Template(template) => template.parts(),
        }
    }

    /// A few words for what it is, raw: the text, or the names of its files.
    pub fn words(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Files(files) => {
                let names: Vec<&str> = files.iter().map(|file| file.name.as_str()).collect();
                names.join(", ")
            }
            Self::Link(media) | Self::Saved(media) => media.name.clone(),
            Self::Like => "a Like".into(),
            Self::Template(template) => template.name.clone(),
        }
    }

    /// Everything in it that a person reads, raw, for a search.
    pub fn said(&self) -> String {
        match self {
            Self::Template(template) => {
                let cards = template.parts().into_iter().filter_map(|part| match part {
                    Part::Card {
                        title,
                        subtitle,
                        buttons,
                    } => Some(format!("{title} {subtitle} {}", buttons.join(" "))),
                    Part::QuickReplies(titles) => Some(titles.join(" ")),
                    _ => None,
                });
                let mut said = vec![template.text().to_owned()];
                said.extend(cards);
                said.join(" ").trim().to_owned()
            }
            other => other.words(),
        }
    }

    /// Puts pictures that stand side by side into one message, as many as one holds
    /// ("Send API": 30; Instagram 10).
    pub fn gathered(contents: Vec<Self>, platform: Platform) -> Vec<Self> {
        let most = match platform {
            Platform::Messenger => 30,
            Platform::Instagram => 10,
        };
        let mut gathered: Vec<Self> = Vec::with_capacity(contents.len());
        for content in contents {
            match (gathered.last_mut(), content) {
                (Some(Self::Files(before)), Self::Files(files))
                    if before.iter().chain(&files).all(|file| file.kind == "image")
                        && before.len() + files.len() <= most =>
                {
                    before.extend(files);
                }
                (_, content) => gathered.push(content),
            }
        }
        gathered
    }
}

fn file(file: &Attachment) -> Part {
    Part::File {
        kind: file.word(),
        name: Some(file.name.clone()),
        bytes: Some(file.bytes),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_path_is_an_address_or_an_id() {
        let media = |kind, place: &str| Media {
            kind,
            place: place.into(),
            name: place.into(),
            bytes: None,
        };
        for (typed, meant) in [
            (
                "https://x.example/a.jpg?w=9",
                Some(Content::Link(media("image", "https://x.example/a.jpg?w=9"))),
            ),
            (
                " http://x.example/a.mp4 ",
                Some(Content::Link(media("video", "http://x.example/a.mp4"))),
            ),
            (
                "https://x.example/a",
                Some(Content::Link(media("file", "https://x.example/a"))),
            ),
            (
                "photo:https://x.example/a",
                Some(Content::Link(media("image", "https://x.example/a"))),
            ),
            (
                "video:687000000000001",
                Some(Content::Saved(media("video", "687000000000001"))),
            ),
            ("687000000000001", None),
            ("https://", None),
            ("image:", None),
            ("image:lamp.jpg", None),
            ("~/lamp.jpg", None),
            ("", None),
        ] {
            assert_eq!(Media::typed(typed), meant, "{typed}");
        }
    }

    #[test]
    fn pictures_side_by_side_go_in_one_message() {
        let one = |name: &str| Content::Files(vec![Attachment::new(name.into(), 9)]);
        let count = |contents: Vec<Content>, platform| -> Vec<usize> {
            let gathered = Content::gathered(contents, platform);
            gathered
                .iter()
                .map(|content| content.files().len())
                .collect()
        };
        let mixed = vec![
            one("a.jpg"),
            one("b.png"),
            one("c.pdf"),
            one("d.jpg"),
            Content::Like,
        ];
        assert_eq!(count(mixed, Platform::Messenger), [2, 1, 1, 0]);
        let many = vec![one("a.jpg"); 31];
        assert_eq!(count(many.clone(), Platform::Messenger), [30, 1]);
        assert_eq!(count(many, Platform::Instagram), [10, 10, 10, 1]);
        assert_eq!(
            count(vec![one("a.pdf"), one("b.pdf")], Platform::Messenger),
            [1, 1]
        );
    }
}
