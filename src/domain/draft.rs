//! Unsent text, and how a reply that did not go finds its way back
//! into it: on lines of its own, in the order in which it was sent, before what
//! has been typed since.

use super::{Content, Mid};

/// What stands in a composer, of one person.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Draft {
    /// The text, raw.
    pub text: String,
    /// Line and column of the cursor, in characters.
    pub cursor: (u16, u16),
    /// What goes out behind the text, each as a message of its own; never text.
    pub attached: Vec<Content>,
    /// The message that it replies to.
    pub quote: Option<Mid>,
    /// It makes no sound on the customer's phone.
    pub silent: bool,
}

impl Draft {
    /// Text with the cursor at its end.
    pub fn of(text: &str) -> Self {
        Self {
            text: text.to_owned(),
            cursor: (u16::MAX, u16::MAX),
            attached: Vec::new(),
            quote: None,
            silent: false,
        }
    }

    /// Nothing is in it that anybody would miss.
    pub fn is_empty(&self) -> bool {
        self.text.trim().is_empty() && self.attached.is_empty()
    }

    /// Puts `text` back, behind what of `returned` (what came back before it)
    /// stands at the beginning. The cursor stays where it is among the words that
    /// were typed; what is typed next begins a line.
    pub fn put_back(&mut self, returned: &[String], text: &str) {
        if text.is_empty() || position(&self.lines(), &block(text)).is_some() {
            return;
        }
        let mut lines = self.lines();
        let mut at = 0;
        for before in returned {
            let before = block(before);
            if lines.get(at..at + before.len()) == Some(before.as_slice()) {
                at += before.len();
            }
        }
        let added = block(text);
        let count = u16::try_from(added.len()).unwrap_or(u16::MAX);
        let typed = usize::from(self.cursor.0) >= at;
        lines.splice(at..at, added);
        self.text = lines.join("\n");
        if typed {
            self.cursor.0 = self.cursor.0.saturating_add(count);
        }
    }

    /// All of a reply comes back: its text as by [`Self::put_back`], what was attached
    /// behind what is, and what it replied to unless this replies to another.
    pub fn give_back(&mut self, before: &[String], returned: Self) {
        self.put_back(before, &returned.text);
        for content in returned.attached {
            if !self.attached.contains(&content) {
                self.attached.push(content);
            }
        }
        self.quote = self.quote.take().or(returned.quote);
        self.silent |= returned.silent;
    }

    /// Takes `text` out again, because Meta has it after all, and where nothing is left,
    /// what it replied to. Whether it stood there, as it was.
    pub fn take_out(&mut self, text: &str) -> bool {
        let mut lines = self.lines();
        let taken = block(text);
        let Some(at) = position(&lines, &taken).filter(|_| !text.trim().is_empty()) else {
            return false;
        };
        let count = u16::try_from(taken.len()).unwrap_or(u16::MAX);
        lines.drain(at..at + taken.len());
        self.text = lines.join("\n");
        if usize::from(self.cursor.0) >= at {
            self.cursor.0 = self.cursor.0.saturating_sub(count);
        }
        // It came back with the text.
        if self.text.trim().is_empty() {
            self.quote = None;
        }
        true
    }

    fn lines(&self) -> Vec<String> {
        block(&self.text)
    }
}

fn block(text: &str) -> Vec<String> {
    text.split('\n').map(str::to_owned).collect()
}

/// The first line of `part` among `lines`, if it stands there as a whole.
fn position(lines: &[String], part: &[String]) -> Option<usize> {
    lines.windows(part.len()).position(|lines| lines == part)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_back_stands_on_lines_of_its_own_in_the_order_it_was_sent() {
        let mut draft = Draft::default();
        let mut returned = Vec::new();
        for text in ["one", "two\nlines", "three"] {
            draft.put_back(&returned, text);
            returned.push(text.to_owned());
        }
        assert_eq!(draft.text, "one\ntwo\nlines\nthree\n");
        assert_eq!(draft.cursor, (4, 0), "what is typed next begins a line");
        draft.put_back(&returned, "two\nlines");
        assert_eq!(draft.text, "one\ntwo\nlines\nthree\n", "once");
        let mut typed = Draft {
            cursor: (0, 3),
            ..Draft::of("Second")
        };
        typed.put_back(&[], "First thing");
        assert_eq!(
            (typed.text.as_str(), typed.cursor),
            ("First thing\nSecond", (1, 3))
        );
        typed.put_back(&["First thing".into()], "Another");
        assert_eq!(
            (typed.text.as_str(), typed.cursor),
            ("First thing\nAnother\nSecond", (2, 3))
        );
    }

    #[test]
    fn what_went_out_after_all_leaves_the_draft_unless_somebody_changed_it() {
        let mut draft = Draft::of("one\ntwo\nmine");
        draft.cursor = (2, 1);
        assert!(draft.take_out("two"));
        assert_eq!((draft.text.as_str(), draft.cursor), ("one\nmine", (1, 1)));
        assert!(!draft.take_out("on"), "not a piece of a line");
        assert!(!draft.take_out(""));
        draft.quote = Some(Mid::new("asked"));
        assert!(draft.take_out("one"));
        assert!(draft.quote.is_some(), "the words that are left reply to it");
        assert!(draft.take_out("mine"));
        assert_eq!(draft.quote, None, "the next reply does not");
        assert!(draft.is_empty());
    }
}
