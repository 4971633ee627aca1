//! Text to read: profile, ownership and clocks, hand-overs, JSON. The view makes
//! the text; here is only how far it is scrolled, and in JSON which line is
//! marked.

use crate::manual::Chapter;
use crate::{
    app::{
        dialog::{
            input::Input,
            intent::Intent,
            modal::{Modal, Step},
        },
        effect::Query,
        input::keymap::{Code, Key},
        mask::Mask,
        model::Session,
    },
    domain::{ConversationId, DeliveredWebhook, OwnershipEvidence, Report, Span, Timestamp},
    text,
};

/// What there is to read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ViewerContent {
    /// The person's profile.
    Profile,
    /// What there is to try in the demo.
    Tour,
    /// What was done at this desk, and how many lines of the record could not be read;
    /// `None` while it is being counted.
    Report(Option<(Box<Report>, usize)>),
    /// A chapter of the manual.
    Chapter(&'static Chapter),
    /// Who held the thread, and the clocks.
    Ownership,
    /// Why we think that it is so.
    HandOvers(ConversationId, Box<HandOvers>),
    /// The JSON of a conversation; `None` while it is being fetched.
    Raw(ConversationId, Option<Vec<String>>),
}

/// What the explanation of the owner knows besides the thread; `None` while it is
/// being fetched.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HandOvers {
    /// What speaks for who holds it.
    pub evidence: Option<OwnershipEvidence>,
    /// What a simulator told which app.
    pub delivered: Option<Vec<DeliveredWebhook>>,
}

/// The text and how far it is scrolled.
#[derive(Clone, Debug)]
pub struct Viewer {
    /// What there is to read.
    pub content: ViewerContent,
    /// The first line on the screen.
    pub scroll: u16,
    /// The marked line of JSON, counted over all messages, with an empty line
    /// behind each.
    pub line: usize,
    /// What is looked for in a chapter.
    pub find: Find,
    /// A `y` was pressed.
    copy: bool,
}

/// Looking for words in a chapter. The view knows where they stand.
#[derive(Clone, Debug, Default)]
pub struct Find {
    /// The words.
    pub input: Input,
    /// They are being typed.
    pub typing: bool,
    /// Which of the places is shown, from 0, counted on and on, or back.
    pub at: isize,
    /// So many lines further down than that place, or up.
    pub nudge: i16,
}

impl Find {
    /// Takes a key of a chapter; `false`: it means what it means in every text.
    fn key(&mut self, text: &str, page: i16, key: Key) -> bool {
        if self.typing {
            match key.code {
                Code::Enter => self.typing = false,
                Code::Esc => *self = Self::default(),
                _ => {
                    self.input.key(key);
                    (self.at, self.nudge) = (0, 0);
                }
            }
            return true;
        }
        let words = self.input.text();
        // Without a place the keys move the text as ever.
        let found = !words.is_empty() && !text::matches(text, words).is_empty();
        let most = i16::try_from(text.len()).unwrap_or(i16::MAX);
        let moved = |nudge: i16, by: i16| nudge.saturating_add(by).clamp(-most, most);
        match key.code {
            Code::Char('/') => {
                *self = Self {
                    typing: true,
                    ..Self::default()
                };
            }
            Code::Esc if !words.is_empty() => *self = Self::default(),
            Code::Char('n') if found => (self.at, self.nudge) = (self.at.wrapping_add(1), 0),
            Code::Char('N') if found => (self.at, self.nudge) = (self.at.wrapping_sub(1), 0),
            Code::Down | Code::Char('j') if found => self.nudge = moved(self.nudge, 1),
            Code::Up | Code::Char('k') if found => self.nudge = moved(self.nudge, -1),
            Code::PageDown | Code::Char(' ' | 'd') if found => {
                self.nudge = moved(self.nudge, page);
            }
            Code::PageUp | Code::Char('u') if found => self.nudge = moved(self.nudge, -page),
            // From the beginning on nothing is looked for any more.
            Code::Home | Code::Char('g') if found => {
                *self = Self::default();
                return false;
            }
            _ => return false,
        }
        true
    }
}

impl Viewer {
    /// From its start.
    pub fn new(content: ViewerContent) -> Self {
        Self {
            content,
            scroll: 0,
            line: 0,
            find: Find::default(),
            copy: false,
        }
    }

    /// In JSON a line is marked: its path, or the whole message, can be copied.
    /// `None`: the key means here what it means in every text.
    fn json_key(&mut self, json: &[String], rows: u16, key: Key) -> Option<Step> {
        let copy = std::mem::take(&mut self.copy);
        let last = json.iter().map(|m| m.lines().count() + 1).sum::<usize>();
        let page = usize::from((rows / 2).max(1));
        let to = match (key.code, copy) {
            (Code::Char('p'), true) => {
                let (message, line) = self.marked(json)?;
                let path = path(message, line);
                return Some(Step::Do(Intent::Copy {
                    said: format!("Copied the path: {path}"),
                    text: path,
                }));
            }
            (Code::Char('j' | 'y'), true) => {
                let (message, _) = self.marked(json)?;
                return Some(Step::Do(Intent::Copy {
                    text: message.to_owned(),
                    said: "Copied the JSON.".into(),
                }));
            }
            (Code::Char('y'), false) => {
                self.copy = true;
                return Some(Step::Stay);
            }
            (Code::Down | Code::Char('j'), _) => self.line.saturating_add(1),
            (Code::Up | Code::Char('k'), _) => self.line.saturating_sub(1),
            (Code::PageDown | Code::Char(' ' | 'd'), _) => self.line.saturating_add(page),
            (Code::PageUp | Code::Char('u'), _) => self.line.saturating_sub(page),
            (Code::Home | Code::Char('g'), _) => 0,
            (Code::End | Code::Char('G'), _) => usize::MAX,
            _ => return None,
        };
        self.line = to.min(last.saturating_sub(2));
        Some(Step::Stay)
    }

    /// The message in which the marked line is, and its number in it.
    fn marked<'a>(&self, json: &'a [String]) -> Option<(&'a str, usize)> {
        let mut line = self.line;
        for message in json {
            let count = message.lines().count();
            if line <= count {
                return Some((message, line.min(count.saturating_sub(1))));
            }
            line -= count + 1;
        }
        None
    }
}

impl Modal for Viewer {
    fn hints(&self) -> &'static [(&'static str, &'static str)] {
        match self.content {
            ViewerContent::Chapter(_) => &[
                ("/", "find"),
                ("n N", "next, previous"),
                ("j k", "scroll"),
                ("q", "close"),
            ],
            ViewerContent::Report(_) => &[
                ("d", "last 24 h"),
                ("w", "7 days"),
                ("m", "30 days"),
                ("j k", "scroll"),
                ("q", "close"),
            ],
            ViewerContent::Raw(..) => &[
                ("j k", "move"),
                ("yp", "copy the path"),
                ("yj", "copy the message"),
                ("q", "close"),
            ],
            _ => &[("j k", "scroll"), ("q", "close")],
        }
    }

    fn key(&mut self, session: &Session, key: Key) -> Step {
        let rows = session.size.1;
        if let ViewerContent::Chapter(chapter) = self.content {
            let page = i16::try_from(rows / 2).unwrap_or(i16::MAX).max(1);
            if self.find.key(chapter.text, page, key) {
                return Step::Stay;
            }
        }
        if let ViewerContent::Raw(_, Some(json)) = &mut self.content {
            let json = std::mem::take(json);
            let step = self.json_key(&json, rows, key);
            if let ViewerContent::Raw(_, Some(empty)) = &mut self.content {
                *empty = json;
            }
            if let Some(step) = step {
                return step;
            }
        }
        if let (ViewerContent::Report(_), Code::Char(span @ ('d' | 'w' | 'm'))) =
            (&self.content, key.code)
        {
            let days = match span {
                'd' => 1,
                'w' => 7,
                _ => 30,
            };
            let query = report_of(session.server_now(), Span::days(days));
            return Step::Do(Intent::Ask(query));
        }
        let page = (rows / 2).max(1);
        match key.code {
            Code::Esc | Code::Char('q' | 'p' | 'i' | 'J') => return Step::Close,
            Code::Down | Code::Char('j') => self.scroll = self.scroll.saturating_add(1),
            Code::Up | Code::Char('k') => self.scroll = self.scroll.saturating_sub(1),
            Code::PageDown | Code::Char(' ' | 'd') => {
                self.scroll = self.scroll.saturating_add(page);
            }
            Code::PageUp | Code::Char('u') => self.scroll = self.scroll.saturating_sub(page),
            Code::Home | Code::Char('g') => self.scroll = 0,
            _ => {}
        }
        Step::Stay
    }

    fn takes_words(&mut self) -> bool {
        self.find.typing
    }

    fn only_shows(&self) -> bool {
        !self.find.typing
    }

    fn mask(&mut self, _: &Mask) {
        if let ViewerContent::Raw(_, Some(json)) = &mut self.content {
            *json = vec!["(hidden in privacy mode)".into()];
        }
    }
}

/// The question for what was done in a span before now.
pub fn report_of(now: Timestamp, span: Span) -> Query {
    Query::Report(now.plus(span.negated()), now)
}

/// The path of a line of JSON as it is laid out here, such as
/// `.attachments.data[0].name`: the names and numbers it is inside of.
fn path(message: &str, line: usize) -> String {
    // What each level is inside of: a name, or a place in a list.
    let mut levels: Vec<(Option<String>, usize)> = Vec::new();
    let mut at = String::new();
    for (number, text) in message.lines().enumerate() {
        let text = text.trim();
        let closes = text.starts_with('}') || text.starts_with(']');
        if closes {
            levels.pop();
        }
        let name = text
            .strip_prefix('"')
            .and_then(|rest| rest.split_once("\": "))
            .map(|(name, _)| name.to_owned());
        let in_list = levels
            .last()
            .is_some_and(|(kind, _)| kind.as_deref() == Some("[]"));
        let own = match (&name, in_list, closes) {
            (_, _, true) => String::new(),
            (Some(name), ..) => format!(".{name}"),
            (None, true, false) => {
                let place = levels.last_mut().map_or(0, |(_, next)| {
                    *next += 1;
                    *next - 1
                });
                format!("[{place}]")
            }
            (None, false, false) => String::new(),
        };
        if number == line {
            let above = levels.iter().filter_map(|(kind, _)| kind.as_deref());
            let above = above.filter(|kind| *kind != "[]" && *kind != "{}");
            at = above.chain([own.as_str()]).collect();
            break;
        }
        if text.ends_with('{') || text.ends_with('[') {
            // Its own name is above what is in it, and then what it is.
            levels.push((Some(own), 0));
            let kind = if text.ends_with('[') { "[]" } else { "{}" };
            levels.push((Some(kind.to_owned()), 0));
            continue;
        }
        if closes {
            levels.pop();
        }
    }
    if at.is_empty() { ".".into() } else { at }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_path_of_a_line_names_what_it_is_inside_of() {
        let json = r#"{
  "id": "m_1",
  "attachments": {
    "data": [
      {
        "name": "a.jpg"
      },
      {
        "name": "b.jpg",
        "tags": [
          "x",
          "y"
        ]
      }
    ]
  },
  "from": {
    "id": "7"
  }
}"#;
        for (text, expected) in [
            ("\"m_1\"", ".id"),
            ("\"a.jpg\"", ".attachments.data[0].name"),
            ("\"b.jpg\"", ".attachments.data[1].name"),
            ("\"y\"", ".attachments.data[1].tags[1]"),
            ("\"7\"", ".from.id"),
            ("\"attachments\"", ".attachments"),
        ] {
            let line = json.lines().position(|line| line.contains(text));
            assert_eq!(path(json, line.expect("a line")), expected, "{text}");
        }
        assert_eq!(path(json, 0), ".");
    }
}
