//! What files are called.

/// What names the files of a Page or a person: nothing that leads elsewhere.
pub(super) fn plain(id: &str) -> String {
    let signs = id.chars();
    signs.filter(char::is_ascii_alphanumeric).collect()
}
