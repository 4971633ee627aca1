//! The text of the reply: `tui_textarea` made safe for whole characters as people
//! see them, and what is known of it (limits, typing, saving).
//!
//! The widget edits code points, so a backspace would break flags and
//! families; here it takes whole grapheme clusters. It also knows keys of its
//! own that we do not want, so every key is decided here.

use std::cell::RefCell;

use ratatui::{
    buffer::Buffer,
    layout::{Position, Rect, Size},
    style::{Modifier, Style},
    widgets::Widget,
};
use tui_textarea::{CursorMove, TextArea, WrapMode};
use unicode_segmentation::UnicodeSegmentation;

use crate::{
    app::{
        composer::{Mode, emoji},
        input::keymap::{Code, Key},
    },
    domain::{
        Attachment, Content, Draft, Known, LocalId, Mid, Platform, SendAs, Span, Template,
        ThreadOwner, Timestamp,
    },
    text,
};

/// Unsent text goes to the disk this long after the first key that changed it.
pub(in crate::app) const SAVE_AFTER: Span = Span::millis(150);

/// The widget marks its cursor in the buffer, and nothing else is marked so.
pub const CURSOR: Modifier = Modifier::SLOW_BLINK;

/// What is attached has a line each, up to so many.
const ATTACHED_LINES: usize = 3;

/// Text beyond this many characters is not taken in: the widget lays the whole
/// text out anew at every key.
const HARD_LIMIT: usize = 20_000;

/// The reply being written to one person.
#[derive(Clone, Debug)]
pub struct Composer {
    pub(super) area: TextArea<'static>,
    /// `^T`: what this one reply goes out as, instead of the choice by age.
    pub send_as: Option<SendAs>,
    /// Since when there is text that is not on the disk.
    pub unsaved_since: Option<Timestamp>,
    /// The text on the disk is this text.
    pub saved: bool,
    /// How many times it is on its way to the disk.
    pub pending: u32,
    /// What stands here was written after what the disk holds.
    pub newer_than_disk: bool,
    /// When the customer was last shown that we type, while they are.
    pub typing: Option<Timestamp>,
    /// When a key last changed the text.
    pub last_key: Timestamp,
    /// Replies that are on their way and their texts: drafts read meanwhile are
    /// their own text, and what is refused comes back.
    pub awaiting: Vec<(LocalId, String)>,
    /// What goes out behind the text.
    pub attached: Vec<Attached>,
    /// The message that it replies to.
    pub quote: Option<Mid>,
    /// It makes no sound on the customer's phone.
    pub silent: bool,
    /// Refused replies in the order they were sent: they come back when nobody is
    /// typing here.
    pub(crate) returning: Vec<Draft>,
    /// The texts of those that have come back; they stand at the beginning.
    pub(crate) returned: Vec<String>,
    /// When a key was last pressed here.
    pub(crate) touched: Timestamp,
    /// Whether keys are text, where editing is vi's.
    pub mode: Mode,
    /// What was known when the text was begun, or last asked about.
    pub began: Option<Began>,
    /// The last measured height: a frame asks for it several times, and measuring draws.
    measured: RefCell<Option<Measured>>,
}

/// How many screen lines a text takes at a width.
#[derive(Clone, Debug)]
struct Measured {
    width: u16,
    height: u16,
    lines: Vec<String>,
}

/// What goes out behind the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attached {
    /// Our name for it; of a file, the name of our copy.
    pub id: LocalId,
    /// What it is. Of a file: our copy of it, once there is one.
    pub content: Content,
    /// It is a file, and is still being copied.
    pub copying: bool,
}

/// What a text answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Began {
    /// Who had written last.
    pub known: Known,
    /// We held the thread.
    pub ours: bool,
}

impl Default for Composer {
    fn default() -> Self {
        let mut area = TextArea::default();
        area.set_wrap_mode(WrapMode::WordOrGlyph);
        area.set_cursor_line_style(Style::default());
        area.set_cursor_style(Style::new().add_modifier(CURSOR));
        Self {
            area,
            send_as: None,
            unsaved_since: None,
            saved: false,
            pending: 0,
            newer_than_disk: false,
            typing: None,
            last_key: Timestamp::default(),
            awaiting: Vec::new(),
            attached: Vec::new(),
            quote: None,
            silent: false,
            returning: Vec::new(),
            returned: Vec::new(),
            touched: Timestamp::default(),
            mode: Mode::Insert,
            began: None,
            measured: RefCell::default(),
        }
    }
}

impl Composer {
    /// The text that stands here answers what is known now.
    pub fn began(&mut self, known: Known, owner: &ThreadOwner) {
        self.began = Some(Began {
            known,
            ours: *owner == ThreadOwner::Us,
        });
    }

    /// The widget, for drawing.
    pub fn area(&self) -> &TextArea<'static> {
        &self.area
    }

    /// The text.
    pub fn text(&self) -> String {
        self.area.lines().join("\n")
    }

    /// Whether there is text in it.
    pub fn has_text(&self) -> bool {
        !self.area.is_empty()
    }

    /// Lines above the text: what it replies to, and what goes with it.
    pub fn head(&self) -> u16 {
        let attached = self.attached.len().min(ATTACHED_LINES);
        u16::from(self.quote.is_some()) + u16::try_from(attached).unwrap_or(0)
    }

    /// Whether there is nothing in it, neither text nor anything attached.
    pub fn is_empty(&self) -> bool {
        !self.has_text() && self.attached.is_empty()
    }

    /// Nothing but templates that Meta approved: they go out at any time.
    pub fn is_utility(&self) -> bool {
        let approved = |attached: &Attached| {
            let template = attached.content.template();
            template.is_some_and(Template::is_utility)
        };
        !self.has_text() && !self.attached.is_empty() && self.attached.iter().all(approved)
    }

    /// Line and column of the cursor, in characters.
    pub fn cursor(&self) -> (u16, u16) {
        let at = self.area.cursor();
        (
            u16::try_from(at.0).unwrap_or(u16::MAX),
            u16::try_from(at.1).unwrap_or(u16::MAX),
        )
    }

    /// Replaces everything.
    pub fn set(&mut self, text: &str, (line, column): (u16, u16)) {
        let fresh = Self::default();
        self.area = fresh.area;
        self.area.insert_str(text);
        self.area.move_cursor(CursorMove::Jump(line, column));
        self.snap();
    }

    /// What stands here, as it is saved. A file that is still being copied is
    /// not: nobody could send it.
    pub fn draft(&self) -> Draft {
        Draft {
            text: self.text(),
            cursor: self.cursor(),
            attached: self
                .attached
                .iter()
                .filter(|attached| !attached.copying)
                .map(|attached| attached.content.clone())
                .collect(),
            quote: self.quote.clone(),
            silent: self.silent,
        }
    }

    /// Shows a draft that was saved.
    pub(crate) fn show(&mut self, draft: Draft) {
        self.set(&draft.text, draft.cursor);
        // One that was chosen just now is not on the disk before there is text.
        let chosen = self.quote.take();
        self.take_along(draft);
        self.quote = self.quote.take().or(chosen);
    }

    /// What of a draft is not text joins what is here: what was attached behind what
    /// is, and what it replied to unless this replies to another.
    pub(crate) fn take_along(&mut self, draft: Draft) {
        for content in draft.attached {
            if !self.attached.iter().any(|here| here.content == content) {
                let name = content
                    .files()
                    .first()
                    .and_then(|file| file.path.file_name());
                let id = name.unwrap_or_default().to_string_lossy().into_owned();
                self.attached.push(Attached {
                    id: LocalId::new(id),
                    content,
                    copying: false,
                });
            }
        }
        self.quote = self.quote.take().or(draft.quote);
        self.silent |= draft.silent;
    }

    /// A reply that did not go: its text on lines of its own, and the rest of it.
    pub(crate) fn give_back(&mut self, returned: Draft) {
        if !returned.text.is_empty() {
            let mut draft = self.draft();
            draft.put_back(&self.returned, &returned.text);
            self.set(&draft.text, draft.cursor);
            self.returned.push(returned.text.clone());
        }
        self.take_along(returned);
    }

    /// A file that is copied for it, or its copy in its place.
    pub(crate) fn attach(&mut self, id: LocalId, content: Content, copying: bool) {
        let attached = Attached {
            id,
            content,
            copying,
        };
        match self.attached.iter_mut().find(|here| here.id == attached.id) {
            Some(here) => *here = attached,
            None => self.attached.push(attached),
        }
    }

    /// The names of the files that are still being copied, raw.
    pub fn copying(&self) -> Option<&Attachment> {
        let copying = self.attached.iter().find(|attached| attached.copying)?;
        copying.content.files().first()
    }

    /// Text of a reply that went out after all. Whether it stood here unchanged,
    /// or was to come back.
    pub(crate) fn take_out(&mut self, text: &str) -> bool {
        let waiting = self.returning.len();
        self.returning.retain(|returning| returning.text != text);
        self.returned.retain(|returned| returned != text);
        let mut draft = self.draft();
        let stood = draft.take_out(text);
        if stood {
            self.set(&draft.text, draft.cursor);
            self.quote = draft.quote;
        }
        stood || waiting != self.returning.len()
    }

    /// Empties it after a send.
    pub fn clear(&mut self) {
        self.set("", (0, 0));
        self.send_as = None;
        self.unsaved_since = None;
        self.saved = false;
        self.typing = None;
        self.began = None;
        self.returned.clear();
        self.attached.clear();
        self.quote = None;
        self.silent = false;
        self.mode = Mode::Insert;
    }

    /// Length in the unit of the platform's limit, and the limit.
    pub fn length(&self, platform: Platform) -> (usize, usize) {
        let lines = self.area.lines();
        let breaks = lines.len().saturating_sub(1);
        let length: usize = lines.iter().map(|line| platform.length(line)).sum();
        (length + breaks, platform.limit())
    }

    /// Whether the next letter only goes behind what stands in the line of the cursor:
    /// that ends there, does not wrap at this width, and has room for more.
    pub(crate) fn goes_on(&self, width: u16) -> bool {
        let (line, _, column) = self.line();
        // Nothing in it joins the letter, and none of it is wider than it is long.
        line.is_ascii()
            && !line.contains('\t')
            && column == line.len()
            && line.len() + 2 < usize::from(width)
    }

    /// Lines on the screen at this width, wrapped as the widget wraps them.
    pub fn height(&self, width: u16) -> u16 {
        if width == 0 {
            return 1;
        }
        let lines = self.area.lines();
        let fits = |line: &String| text::width(line) + 1 < usize::from(width);
        if lines.iter().all(|line| fits(line) && !line.contains('\t')) {
            return u16::try_from(lines.len()).unwrap_or(u16::MAX);
        }
        let mut measured = self.measured.borrow_mut();
        if let Some(known) = measured
            .as_ref()
            .filter(|m| m.width == width && m.lines == lines)
        {
            return known.height;
        }
        let height = self.drawn_height(width);
        *measured = Some(Measured {
            width,
            height,
            lines: lines.to_vec(),
        });
        height
    }

    fn drawn_height(&self, width: u16) -> u16 {
        // The widget knows its wrapping only after it was drawn: one row into
        // the void is enough.
        let mut probe = self.area.clone();
        probe.move_cursor(CursorMove::Bottom);
        probe.move_cursor(CursorMove::End);
        let area = Rect::new(0, 0, width, 1);
        (&probe).render(area, &mut Buffer::empty(area));
        u16::try_from(probe.screen_cursor().row + 1).unwrap_or(u16::MAX)
    }

    /// Takes a key that means nothing else. Answers whether the text changed.
    pub fn key(&mut self, key: Key) -> bool {
        match key.code {
            Code::Char(':') if !key.ctrl && !key.alt => return self.colon(),
            Code::Char(c) if !key.ctrl && !key.alt => return self.insert(&c.to_string()),
            Code::Enter => return self.insert("\n"),
            Code::Backspace if key.ctrl || key.alt => return self.area.delete_word(),
            Code::Char('w') if key.ctrl => return self.area.delete_word(),
            Code::Backspace => return self.backspace(),
            Code::Char('h') if key.ctrl => return self.backspace(),
            Code::Delete => return self.delete(),
            Code::Char('k') if key.ctrl => return self.area.delete_line_by_end(),
            Code::Char('u') if key.ctrl => return self.area.delete_line_by_head(),
            Code::Char('y') if key.ctrl => return self.area.redo(),
            Code::Char('_') if key.ctrl => return self.area.undo(),
            _ => {}
        }
        match key.code {
            Code::Left if key.ctrl => self.area.move_cursor(CursorMove::WordBack),
            Code::Right if key.ctrl => self.area.move_cursor(CursorMove::WordForward),
            Code::Left => self.step(false),
            Code::Right => self.step(true),
            Code::Up => self.area.move_cursor(CursorMove::Up),
            Code::Down => self.area.move_cursor(CursorMove::Down),
            Code::Home => self.area.move_cursor(CursorMove::Head),
            Code::Char('a') if key.ctrl => self.area.move_cursor(CursorMove::Head),
            Code::End => self.area.move_cursor(CursorMove::End),
            Code::Char('e') if key.ctrl => self.area.move_cursor(CursorMove::End),
            _ => return false,
        }
        self.snap();
        false
    }

    /// The text of the reply `local`, if its answer is still awaited here; it is
    /// not awaited any more.
    pub fn no_longer_awaits(&mut self, local: &LocalId) -> Option<String> {
        let at = self.awaiting.iter().position(|(id, _)| id == local)?;
        Some(self.awaiting.remove(at).1)
    }

    /// Puts text before what stands there: a refused reply, or the draft of
    /// somebody who typed ahead of it.
    pub fn put_before(&mut self, text: &str) {
        let now = self.text();
        if now.contains(text) {
            return;
        }
        if text.contains(&now) {
            return self.set(text, (u16::MAX, u16::MAX));
        }
        let (line, column) = self.cursor();
        if now.is_empty() {
            self.set(text, (u16::MAX, u16::MAX));
        } else {
            let lines = u16::try_from(text.split('\n').count()).unwrap_or(u16::MAX);
            self.set(
                &format!("{text}\n{now}"),
                (line.saturating_add(lines), column),
            );
        }
    }

    /// Takes text in, cleaned: what is pasted comes from outside. The character
    /// before the cursor counts too: it decides whether a joiner spells.
    pub fn insert(&mut self, text: &str) -> bool {
        let lines = self.area.lines().iter();
        let have: usize = lines.map(|line| line.chars().count() + 1).sum();
        let (line, _, column) = self.line();
        let before = column.checked_sub(1).and_then(|at| line.chars().nth(at));
        let clean = text::disarm(before, text);
        let clean: String = clean
            .chars()
            .take(HARD_LIMIT.saturating_sub(have))
            .collect();
        self.area.insert_str(clean)
    }

    /// A typed `:` may end the name of an emoji, as in `:heart:`.
    fn colon(&mut self) -> bool {
        let (line, row, column) = self.line();
        let before: String = line.chars().take(column).collect();
        let name = before.rsplit_once(':').map(|(_, name)| name);
        let emoji = name.and_then(|name| Some((name, emoji::named(name)?)));
        match emoji {
            Some((name, emoji)) => {
                let length = name.chars().count() + 1;
                self.jump(row, column - length);
                self.area.delete_str(length);
                self.insert(emoji)
            }
            None => self.insert(":"),
        }
    }

    /// Puts the cursor where somebody clicked, by cells inside of the frame of
    /// this size.
    pub(crate) fn click(&mut self, at: Position, size: Size) {
        // The widget knows its lines only after it was drawn.
        let probe = self.area.clone();
        let area = Rect::new(0, 0, size.width, size.height);
        (&probe).render(area, &mut Buffer::empty(area));
        let row = usize::from(at.y) + usize::from(probe.scroll_offset().0);
        let at = probe.screen_to_data(row, usize::from(at.x));
        self.jump(at.0, at.1);
        self.snap();
    }

    pub(crate) fn line(&self) -> (&str, usize, usize) {
        let at = self.area.cursor();
        (
            self.area.lines().get(at.0).map_or("", String::as_str),
            at.0,
            at.1,
        )
    }

    /// Where the cluster before (or after) the cursor starts and ends, in
    /// characters.
    pub(super) fn cluster(&self, forward: bool) -> Option<(usize, usize)> {
        let (line, _, column) = self.line();
        let mut start = 0;
        for cluster in line.graphemes(true) {
            let end = start + cluster.chars().count();
            let hit = if forward {
                start <= column && column < end
            } else {
                start < column && column <= end
            };
            if hit {
                return Some((start, end));
            }
            start = end;
        }
        None
    }

    pub(super) fn backspace(&mut self) -> bool {
        let (_, row, _) = self.line();
        match self.cluster(false) {
            Some((start, end)) => {
                self.jump(row, start);
                self.area.delete_str(end - start)
            }
            None => self.area.delete_newline(),
        }
    }

    pub(super) fn delete(&mut self) -> bool {
        match self.cluster(true) {
            Some((start, end)) => {
                let (_, row, _) = self.line();
                self.jump(row, start);
                self.area.delete_str(end - start)
            }
            None => self.area.delete_next_char(),
        }
    }

    pub(super) fn step(&mut self, forward: bool) {
        let (_, row, _) = self.line();
        match (self.cluster(forward), forward) {
            (Some((_, end)), true) => self.jump(row, end),
            (Some((start, _)), false) => self.jump(row, start),
            (None, true) => self.area.move_cursor(CursorMove::Forward),
            (None, false) => self.area.move_cursor(CursorMove::Back),
        }
    }

    pub(super) fn jump(&mut self, row: usize, column: usize) {
        let cell = |n: usize| u16::try_from(n).unwrap_or(u16::MAX);
        self.area
            .move_cursor(CursorMove::Jump(cell(row), cell(column)));
    }

    /// Moves the cursor out of the middle of a cluster, to its start.
    pub(super) fn snap(&mut self) {
        let (_, row, column) = self.line();
        if let Some((start, end)) = self.cluster(true)
            && start < column
            && column < end
        {
            self.jump(row, start);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn press(composer: &mut Composer, code: Code) {
        composer.key(Key::plain(code));
    }

    #[test]
    fn backspace_and_delete_take_whole_characters_as_people_see_them() {
        for cluster in ["👨‍👩‍👧‍👦", "🇳🇴", "👍🏽", "e\u{301}", "日"] {
            let mut composer = Composer::default();
            composer.insert(&format!("a{cluster}"));
            press(&mut composer, Code::Backspace);
            assert_eq!(composer.text(), "a", "{cluster}");
            composer.insert(&format!("{cluster}b"));
            press(&mut composer, Code::Home);
            press(&mut composer, Code::Right);
            press(&mut composer, Code::Delete);
            assert_eq!(composer.text(), "ab", "{cluster}");
        }
    }

    #[test]
    fn a_paste_is_cleaned_and_keeps_its_lines() {
        let mut composer = Composer::default();
        composer.insert("one\r\ntwo\rthree\u{1b}[2J");
        assert_eq!(composer.text(), "one\ntwo\nthree�[2J");
        assert_eq!(composer.length(Platform::Messenger), (17, 2000));
        assert_eq!(composer.length(Platform::Instagram), (19, 1000));
    }

    #[test]
    fn it_grows_with_its_wrapped_lines() {
        let mut composer = Composer::default();
        assert_eq!(composer.height(20), 1);
        composer.insert(&"word ".repeat(10));
        assert_eq!(composer.height(20), 3);
        composer.insert("\n\n");
        assert_eq!(composer.height(20), 5);
    }

    #[test]
    fn a_draft_comes_back_with_its_cursor_and_an_impossible_one_goes_to_the_end() {
        let mut composer = Composer::default();
        for c in "می\u{200c}خواهم".chars() {
            composer.insert(&c.to_string());
        }
        assert_eq!(composer.text(), "می\u{200c}خواهم", "a joiner that spells");
        composer.set("", (0, 0));
        composer.insert(&"x".repeat(6_000));
        assert_eq!(composer.text().len(), 6_000, "nothing is cut");
        composer.set("new", (0, 3));
        composer.put_before("refused");
        assert_eq!(
            (composer.text().as_str(), composer.cursor()),
            ("refused\nnew", (1, 3))
        );
        composer.put_before("refused");
        assert_eq!(composer.text(), "refused\nnew", "once");
        composer.set("hello\nworld", (0, 2));
        assert_eq!(composer.cursor(), (0, 2));
        composer.set("hello\nworld", (65_535, 65_535));
        assert_eq!(composer.cursor(), (1, 5));
    }

    #[test]
    fn the_name_of_an_emoji_between_colons_becomes_the_emoji() {
        for (typed, text) in [
            ("so sorry :cry:", "so sorry 😢"),
            (":+1::heart:", "👍❤️"),
            ("at 10:30: ok", "at 10:30: ok"),
            (":no such thing:", ":no such thing:"),
            ("::", "::"),
        ] {
            let mut composer = Composer::default();
            for c in typed.chars() {
                press(&mut composer, Code::Char(c));
            }
            assert_eq!(composer.text(), text);
        }
        let mut composer = Composer::default();
        composer.insert("pasted :cry:");
        assert_eq!(composer.text(), "pasted :cry:", "only what is typed");
    }
}
