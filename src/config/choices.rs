//! What an option may be, where only the file knows it.

/// How pictures are to be drawn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PictureChoice {
    /// As the terminal says that it can.
    #[default]
    Auto,
    /// By kitty's protocol.
    Kitty,
    /// By iTerm2's.
    Iterm2,
    /// In half blocks.
    Blocks,
    /// Not at all.
    Off,
}

impl PictureChoice {
    pub(super) const ALL: [(&str, Self); 5] = [
        ("auto", Self::Auto),
        ("kitty", Self::Kitty),
        ("iterm2", Self::Iterm2),
        ("blocks", Self::Blocks),
        ("off", Self::Off),
    ];
}
