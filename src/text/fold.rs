//! What a search takes for the same.

use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

/// Folds for searching: accents off, lower case, so that "tran" finds "Trần".
pub fn fold(text: &str) -> String {
    text.nfkd()
        .filter(|c| !is_combining_mark(*c))
        .flat_map(char::to_lowercase)
        .map(|c| match c {
            'đ' => 'd',
            'ł' => 'l',
            'ø' => 'o',
            c => c,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folding_finds_names_without_their_accents() {
        assert_eq!(fold("Trần Đức"), "tran duc");
        assert_eq!(fold("Łukasz"), "lukasz");
    }
}
