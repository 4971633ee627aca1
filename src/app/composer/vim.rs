//! Editing as in vi, for those who ask for it in the configuration: a command
//! mode with the motions and changes that a reply needs.

use tui_textarea::CursorMove;

use crate::app::{
    composer::{Composer, Mode},
    input::keymap::{Code, Key},
};

/// What became of a key in command mode.
pub(crate) enum Took {
    /// It was no command: the keymap decides.
    Nothing,
    /// It was one; the text changed.
    Changed,
    /// It was one; the text is the same.
    Moved,
}

impl Composer {
    /// Takes a key as vi would.
    pub(crate) fn vim(&mut self, key: Key) -> Took {
        match self.mode {
            Mode::Insert if key.code == Code::Esc => {
                self.mode = Mode::Command;
                self.step(false);
                Took::Moved
            }
            Mode::Insert => Took::Nothing,
            Mode::Pending(first) => {
                self.mode = Mode::Command;
                self.second(first, key)
            }
            Mode::Command => match key.text() {
                Some(c) => self.command(c),
                None if key == Key::ctrl('r') => changed(self.area.redo()),
                None => match key.code {
                    Code::Left | Code::Right | Code::Up | Code::Down | Code::Home | Code::End => {
                        self.key(key);
                        Took::Moved
                    }
                    Code::Backspace => {
                        self.step(false);
                        Took::Moved
                    }
                    _ => Took::Nothing,
                },
            },
        }
    }

    fn command(&mut self, c: char) -> Took {
        match c {
            'i' => self.mode = Mode::Insert,
            'a' => {
                self.step(true);
                self.mode = Mode::Insert;
            }
            'I' => {
                self.area.move_cursor(CursorMove::Head);
                self.mode = Mode::Insert;
            }
            'A' => {
                self.area.move_cursor(CursorMove::End);
                self.mode = Mode::Insert;
            }
            'o' => {
                self.area.move_cursor(CursorMove::End);
                self.mode = Mode::Insert;
                return changed(self.insert("\n"));
            }
            'O' => {
                self.area.move_cursor(CursorMove::Head);
                self.mode = Mode::Insert;
                let done = self.insert("\n");
                self.area.move_cursor(CursorMove::Up);
                return changed(done);
            }
            'h' => self.step(false),
            'l' | ' ' => self.step(true),
            'j' => self.go(CursorMove::Down),
            'k' => self.go(CursorMove::Up),
            'w' => self.go(CursorMove::WordForward),
            'b' => self.go(CursorMove::WordBack),
            'e' => self.go(CursorMove::WordEnd),
            '0' | '^' => self.go(CursorMove::Head),
            '$' => self.go(CursorMove::End),
            'G' => self.go(CursorMove::Bottom),
            // Never over the end of a line, where vi has no cursor.
            'x' if self.cluster(true).is_some() => return changed(self.delete()),
            'x' if self.cluster(false).is_some() => return changed(self.backspace()),
            'D' => return changed(self.area.delete_line_by_end()),
            'C' => {
                self.mode = Mode::Insert;
                return changed(self.area.delete_line_by_end());
            }
            'p' => return changed(self.area.paste()),
            'u' => return changed(self.area.undo()),
            'd' | 'c' | 'g' => self.mode = Mode::Pending(c),
            _ => {}
        }
        Took::Moved
    }

    fn second(&mut self, first: char, key: Key) -> Took {
        let Some(second) = key.text() else {
            return Took::Moved;
        };
        let cut = match (first, second) {
            ('g', 'g') => {
                self.area.move_cursor(CursorMove::Top);
                self.area.move_cursor(CursorMove::Head);
                return Took::Moved;
            }
            ('d', 'w') => {
                let word = self.area.delete_next_word();
                let space = |this: &Self| {
                    let (line, _, column) = this.line();
                    line.chars().nth(column) == Some(' ')
                };
                while space(self) {
                    self.area.delete_next_char();
                }
                word
            }
            ('d', 'e') | ('c', 'w' | 'e') => self.area.delete_next_word(),
            ('d' | 'c', 'b') => self.area.delete_word(),
            ('d' | 'c', '$') => self.area.delete_line_by_end(),
            ('d' | 'c', '0') => self.area.delete_line_by_head(),
            ('c', 'c') => {
                self.area.move_cursor(CursorMove::Head);
                self.area.delete_line_by_end()
            }
            ('d', 'd') => {
                self.area.move_cursor(CursorMove::Head);
                let text = self.area.delete_line_by_end();
                self.area.delete_newline() || text
            }
            _ => return Took::Moved,
        };
        if first == 'c' {
            self.mode = Mode::Insert;
        }
        changed(cut)
    }

    fn go(&mut self, to: CursorMove) {
        self.area.move_cursor(to);
        self.snap();
    }
}

fn changed(yes: bool) -> Took {
    if yes { Took::Changed } else { Took::Moved }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_usual_commands_do_what_hands_expect() {
        for (start, keys, end) in [
            ("one two", "0dw", "two"),
            ("one two", "bdw", "one "),
            ("one two", "0x", "ne two"),
            ("one two", "0D", ""),
            ("one two", "0CX", "X"),
            ("one", "oX", "one\nX"),
            ("one", "OX", "X\none"),
            ("one\ntwo", "dd", "one"),
            ("one\ntwo", "ggxx", "e\ntwo"),
            ("one two", "0cwX", "X two"),
            ("one", "ccX", "X"),
            ("one", "AX", "oneX"),
            ("one", "IX", "Xone"),
            ("ab👨\u{200d}👩\u{200d}👧", "x", "ab"),
            ("one", "dq", "one"),
        ] {
            let mut composer = Composer::default();
            composer.insert(start);
            composer.vim(Key::plain(Code::Esc));
            for c in keys.chars() {
                let key = Key::plain(Code::Char(c));
                if matches!(composer.vim(key), Took::Nothing) {
                    composer.key(key);
                }
            }
            assert_eq!(composer.text(), end, "{start:?} {keys}");
        }
    }
}
