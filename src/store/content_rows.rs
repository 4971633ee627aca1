//! What a message of ours holds besides text, as it stands in a column: the store's own
//! encoding, shared with no other door.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::domain::{Attachment, Content, Media, Template, Tree};

/// What is not text of a message or a draft.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum ContentRow {
    Files(Vec<FileRow>),
    Link(MediaRow),
    Saved(MediaRow),
    Like,
    Template(TemplateRow),
}

#[derive(Serialize, Deserialize)]
struct TemplateRow {
    name: String,
    message: Value,
    #[serde(default)]
    wording: String,
    #[serde(default)]
    files: Vec<FileRow>,
}

impl TemplateRow {
    fn of(template: &Template) -> Self {
        Self {
            name: template.name.clone(),
            message: tree(&template.message),
            wording: template.wording.clone(),
            files: template.files.iter().map(FileRow::of).collect(),
        }
    }

    fn template(self) -> Template {
        Template {
            name: self.name,
            message: tree_from(self.message),
            wording: self.wording,
            files: self.files.into_iter().map(FileRow::attachment).collect(),
        }
    }
}

/// What is sent later stands here as it will be sent.
fn tree(tree: &Tree) -> Value {
    match tree {
        Tree::Nothing => Value::Null,
        Tree::Flag(flag) => Value::Bool(*flag),
        Tree::Number(number) => serde_json::from_str(number).unwrap_or_default(),
        Tree::Text(text) => Value::String(text.clone()),
        Tree::List(items) => items.iter().map(self::tree).collect(),
        Tree::Fields(fields) => fields
            .iter()
            .map(|(name, value)| (name.clone(), self::tree(value)))
            .collect(),
    }
}

fn tree_from(value: Value) -> Tree {
    match value {
        Value::Null => Tree::Nothing,
        Value::Bool(flag) => Tree::Flag(flag),
        Value::Number(number) => Tree::Number(number.to_string()),
        Value::String(text) => Tree::Text(text),
        Value::Array(items) => Tree::List(items.into_iter().map(tree_from).collect()),
        Value::Object(fields) => Tree::Fields(
            fields
                .into_iter()
                .map(|(name, value)| (name, tree_from(value)))
                .collect(),
        ),
    }
}

#[derive(Serialize, Deserialize)]
struct MediaRow {
    kind: String,
    place: String,
    name: String,
    #[serde(default)]
    bytes: Option<u64>,
}

impl MediaRow {
    fn of(media: &Media) -> Self {
        Self {
            kind: media.kind.to_owned(),
            place: media.place.clone(),
            name: media.name.clone(),
            bytes: media.bytes,
        }
    }

    fn media(self) -> Media {
        Media {
            kind: media_kind(&self.kind),
            place: self.place,
            name: self.name,
            bytes: self.bytes,
        }
    }
}

/// One of Meta's four words for media.
pub(super) fn media_kind(kind: &str) -> &'static str {
    let known = ["image", "video", "audio"].into_iter();
    known
        .into_iter()
        .find(|known| *known == kind)
        .unwrap_or("file")
}

#[derive(Serialize, Deserialize)]
struct FileRow {
    path: String,
    name: String,
    bytes: u64,
}

impl FileRow {
    fn of(file: &Attachment) -> Self {
        Self {
            path: file.path.to_string_lossy().into_owned(),
            name: file.name.clone(),
            bytes: file.bytes,
        }
    }

    fn attachment(self) -> Attachment {
        // Kind and media type are what its name says.
        Attachment {
            path: self.path.into(),
            ..Attachment::new(self.name.into(), self.bytes)
        }
    }
}

impl ContentRow {
    /// Text has a column of its own, which is searched.
    fn of(content: &Content) -> Option<Self> {
        match content {
            Content::Text(_) => None,
            Content::Files(files) => Some(Self::Files(files.iter().map(FileRow::of).collect())),
            Content::Link(media) => Some(Self::Link(MediaRow::of(media))),
            Content::Saved(media) => Some(Self::Saved(MediaRow::of(media))),
            Content::Like => Some(Self::Like),
            Content::Template(template) => Some(Self::Template(TemplateRow::of(template))),
        }
    }

    fn content(self) -> Content {
        match self {
            Self::Files(rows) => {
                Content::Files(rows.into_iter().map(FileRow::attachment).collect())
            }
            Self::Link(row) => Content::Link(row.media()),
            Self::Saved(row) => Content::Saved(row.media()),
            Self::Like => Content::Like,
            Self::Template(row) => Content::Template(Box::new(row.template())),
        }
    }
}

/// What is not text, as a list; nothing where there is only text.
pub(super) fn contents(contents: &[Content]) -> Option<String> {
    let rows: Vec<ContentRow> = contents.iter().filter_map(ContentRow::of).collect();
    (!rows.is_empty()).then(|| serde_json::to_string(&rows).unwrap_or_default())
}

pub(super) fn contents_from(json: Option<String>) -> Vec<Content> {
    let rows: Vec<ContentRow> = json
        .and_then(|json| serde_json::from_str(&json).ok())
        .unwrap_or_default();
    rows.into_iter().map(ContentRow::content).collect()
}
