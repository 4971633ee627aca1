//! What a person would regret to have sent: a card number, a token, somebody
//! else's name. It is only asked about, once; people know best.

use crate::text;

/// What stands in `text` that may not be meant for the customer called `own`.
/// `others` are the names of other customers at hand. The words never repeat
/// what was found.
pub(crate) fn worries(text: &str, own: &str, others: &[String]) -> Vec<String> {
    let mut worries = Vec::new();
    if has_card_number(text) {
        worries.push("This looks like a card number.".to_owned());
    }
    if has_token(text) {
        worries.push("This looks like a token or a key.".to_owned());
    }
    if let Some(name) = other_name(text, own, others) {
        worries.push(format!("This names {name}, and goes to {own}."));
    }
    worries
}

/// 13 to 19 digits, also in groups, that pass the check of card numbers (Luhn,
/// ISO/IEC 7812-1).
fn has_card_number(text: &str) -> bool {
    let mut digits: Vec<u32> = Vec::new();
    let mut gap = false;
    for c in text.chars().chain(['.']) {
        match c.to_digit(10) {
            Some(digit) => {
                digits.push(digit);
                gap = false;
            }
            None if matches!(c, ' ' | '-') && !digits.is_empty() && !gap => gap = true,
            None => {
                if is_card(&digits) {
                    return true;
                }
                digits.clear();
                gap = false;
            }
        }
    }
    false
}

fn is_card(digits: &[u32]) -> bool {
    // An order number may pass the check, too; cards begin with 2 to 6.
    let begins = digits.first().is_some_and(|first| (2..=6).contains(first));
    let same = digits.iter().all(|digit| Some(digit) == digits.first());
    if !(13..=19).contains(&digits.len()) || !begins || same {
        return false;
    }
    let sum: u32 = digits
        .iter()
        .rev()
        .zip([false, true].into_iter().cycle())
        .map(|(digit, double)| match (double, digit * 2) {
            (false, _) => *digit,
            (true, twice) => twice / 10 + twice % 10,
        })
        .sum();
    sum.is_multiple_of(10)
}

/// A word with a well-known beginning of secrets, or a long one of letters and
/// digits in no order that a language has.
fn has_token(text: &str) -> bool {
    const BEGINNINGS: [&str; 10] = [
        "EAA", "IGAA", "eyJ", "sk_", "sk-", "ghp_", "gho_", "AKIA", "xox", "glpat-",
    ];
    text.split(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '=' | ',' | ';' | '(' | ')'))
        .filter(|word| !word.contains("://"))
        .any(|word| {
            let begins = BEGINNINGS.iter().any(|start| word.starts_with(start));
            let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
            if !word.chars().all(plain) {
                return false;
            }
            let count = |kind: fn(&char) -> bool| word.chars().filter(kind).count();
            let (digits, upper) = (count(char::is_ascii_digit), count(char::is_ascii_uppercase));
            let lower = count(char::is_ascii_lowercase);
            let mixed = digits >= 4 && lower + upper >= 8;
            (begins && word.len() >= 16) || (mixed && word.len() >= 32)
        })
}

/// Another customer's whole name, or the first name of one as it is greeted.
fn other_name<'a>(text: &str, own: &str, others: &'a [String]) -> Option<&'a String> {
    let words = |text: &str| -> Vec<String> {
        text::fold(text)
            .split(|c: char| !c.is_alphanumeric())
            .filter(|word| !word.is_empty())
            .map(str::to_owned)
            .collect()
    };
    let (said, own) = (words(text), words(own));
    let greeted = match said.as_slice() {
        [hi, name, ..] if GREETINGS.contains(&hi.as_str()) => Some(name.as_str()),
        _ => None,
    };
    others.iter().find(|other| {
        let name = words(other);
        // One who shares a name with this customer is no other.
        let shares = |word: &String| own.contains(word);
        if name.is_empty() || name.iter().any(shares) {
            return false;
        }
        let whole = name.len() > 1 && said.windows(name.len()).any(|part| *part == *name);
        let first = name[0].chars().count() > 2 && greeted == Some(name[0].as_str());
        whole || first
    })
}

/// How a reply begins, folded; of the languages of the demo's people.
const GREETINGS: [&str; 14] = [
    "hi", "hello", "hey", "dear", "hallo", "liebe", "lieber", "bonjour", "salut", "hola", "ciao",
    "ola", "czesc", "hej",
];

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<&'static str> {
        let others = [
            "Jo Park".to_owned(),
            "Rahul Mehta".into(),
            "Ana Silva".into(),
            "田中 美咲".into(),
        ];
        worries(text, "Ana Ruiz", &others)
            .into_iter()
            .map(|worry| {
                ["card", "token", "names"]
                    .into_iter()
                    .find(|kind| worry.contains(kind))
                    .unwrap_or("?")
            })
            .collect()
    }

    #[test]
    fn what_would_be_regretted_is_asked_about_and_nothing_else() {
        for (text, expected) in [
            ("your card 4111 1111 1111 1111 was charged", &["card"][..]),
            ("5555-5555-5555-4444", &["card"]),
            ("4111 1111 1111 1112", &[]),
            ("order 1795183650000, parcel 00340434161094042557", &[]),
            ("0000 0000 0000 0000", &[]),
            ("use EAAGm0PX4ZCpsBAKZCqwerty", &["token"]),
            ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIx", &["token"]),
            ("9f86d081884c7d659a2feaa0c55ad015a3bf4f1b", &["token"]),
            (
                "https://shop.example/t/9f86d081884c7d659a2feaa0c55ad015",
                &[],
            ),
            ("Donaudampfschifffahrtsgesellschaftskapitän", &[]),
            ("Hi Rahul, it is on its way", &["names"]),
            ("hello Ana, it is on its way", &[]),
            ("I told Jo Park the same", &["names"]),
            ("Jo said so in the park", &[]),
            ("田中 美咲様", &[]),
            ("ask 田中 美咲", &["names"]),
            ("4111111111111111 for Rahul Mehta", &["card", "names"]),
            ("", &[]),
        ] {
            assert_eq!(found(text), expected, "{text}");
        }
    }

    #[test]
    fn what_was_found_is_not_said_again() {
        for worry in worries("4111 1111 1111 1111 EAAGm0PX4ZCpsBAKZCqwerty", "Ana", &[]) {
            assert!(
                !worry.contains("4111") && !worry.contains("EAAG"),
                "{worry}"
            );
        }
    }
}
