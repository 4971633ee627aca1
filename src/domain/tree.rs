//! A value of some shape of Meta's, as plain data: what stands in a template's file, in
//! a message and in a Page's profile. Whoever reads or writes JSON turns it into this.

/// A value.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Tree {
    /// Nothing, or `null`.
    #[default]
    Nothing,
    /// True or false.
    Flag(bool),
    /// A number, as it was written.
    Number(String),
    /// A text, raw.
    Text(String),
    /// A list.
    List(Vec<Self>),
    /// Fields, in their order.
    Fields(Vec<(String, Self)>),
}

static NOTHING: Tree = Tree::Nothing;

impl Tree {
    /// An object of these fields.
    pub fn of<const N: usize>(fields: [(&str, Self); N]) -> Self {
        Self::Fields(
            fields
                .into_iter()
                .map(|(name, value)| (name.to_owned(), value))
                .collect(),
        )
    }

    /// A text.
    pub fn words(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    /// A field; nothing where there is none.
    pub fn get(&self, name: &str) -> &Self {
        let found = self.fields().iter().find(|(known, _)| known == name);
        found.map_or(&NOTHING, |(_, value)| value)
    }

    /// The fields of an object.
    pub fn fields(&self) -> &[(String, Self)] {
        match self {
            Self::Fields(fields) => fields,
            _ => &[],
        }
    }

    /// The items of a list.
    pub fn items(&self) -> &[Self] {
        match self {
            Self::List(items) => items,
            _ => &[],
        }
    }

    /// The text; empty of anything else.
    pub fn text(&self) -> &str {
        match self {
            Self::Text(text) => text,
            _ => "",
        }
    }

    /// A text or a number, as it reads.
    pub fn scalar(&self) -> &str {
        match self {
            Self::Text(text) | Self::Number(text) => text,
            _ => "",
        }
    }

    /// There is nothing here.
    pub fn is_nothing(&self) -> bool {
        *self == Self::Nothing
    }

    /// Every text in it.
    pub fn texts(&self) -> Vec<&str> {
        match self {
            Self::Text(text) => vec![text],
            Self::List(items) => items.iter().flat_map(Self::texts).collect(),
            Self::Fields(fields) => fields.iter().flat_map(|(_, value)| value.texts()).collect(),
            _ => Vec::new(),
        }
    }

    /// The same with every text put through `change`.
    #[must_use]
    pub fn with_texts(&self, change: &impl Fn(&str) -> String) -> Self {
        match self {
            Self::Text(text) => Self::Text(change(text)),
            Self::List(items) => {
                Self::List(items.iter().map(|item| item.with_texts(change)).collect())
            }
            Self::Fields(fields) => Self::Fields(
                fields
                    .iter()
                    .map(|(name, value)| (name.clone(), value.with_texts(change)))
                    .collect(),
            ),
            other => other.clone(),
        }
    }
}
