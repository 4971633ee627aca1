//! The least that a list, a thread and a composer cost with ratatui and SQLite: no
//! network, no colours, no sanitizing, and no rules about who waits.

use std::path::Path;

use ratatui::{
    Frame,
    crossterm::event::{self, Event, KeyCode},
    layout::{Constraint, Layout},
    style::{Modifier, Style},
    text::Line,
    widgets::{Block, List, ListItem, ListState, Paragraph},
};
use rusqlite::{Connection, params};

/// As many conversations, and as many messages in the first.
pub(crate) fn fill(path: &Path, size: u32) {
    let mut db = Connection::open(path).expect("a file");
    db.execute_batch(
        "PRAGMA journal_mode = WAL;
         CREATE TABLE conversation (id INTEGER PRIMARY KEY, name TEXT NOT NULL, updated INTEGER NOT NULL, snippet TEXT NOT NULL);
         CREATE INDEX updated ON conversation (updated DESC);
         CREATE TABLE message (conversation INTEGER, n INTEGER, body TEXT, PRIMARY KEY (conversation, n)) WITHOUT ROWID;",
    )
    .expect("tables");
    let all = db.transaction().expect("begins");
    for number in 0..i64::from(size) {
        let words = format!("where is my parcel? it was to come today ({number})");
        all.prepare_cached("INSERT INTO conversation VALUES (?1, ?2, ?3, ?4)")
            .and_then(|mut row| {
                row.execute(params![number, format!("Alex {number}"), -number, words])
            })
            .expect("a row");
        all.prepare_cached("INSERT INTO message VALUES (0, ?1, ?2)")
            .and_then(|mut row| row.execute(params![number, words]))
            .expect("a row");
        all.prepare_cached("INSERT OR IGNORE INTO message VALUES (?1, 0, ?2)")
            .and_then(|mut row| row.execute(params![number, words]))
            .expect("a row");
    }
    all.commit().expect("commits");
}

#[derive(Default)]
struct Floor {
    rows: Vec<(i64, String, String)>,
    selected: usize,
    open: Option<i64>,
    thread: Vec<(i64, String)>,
    composer: String,
    typing: bool,
}

pub(crate) fn run(path: &Path) {
    let db = Connection::open(path).expect("a file");
    let mut floor = Floor {
        rows: db
            .prepare("SELECT id, name, snippet FROM conversation ORDER BY updated DESC LIMIT 100")
            .expect("a question")
            .query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
            .expect("rows")
            .map(|row| row.expect("a row"))
            .collect(),
        ..Floor::default()
    };
    let mut terminal = ratatui::init();
    loop {
        terminal.draw(|frame| draw(&floor, frame)).expect("draws");
        let Ok(Event::Key(key)) = event::read() else {
            continue;
        };
        match key.code {
            KeyCode::Char(c) if floor.typing => floor.composer.push(c),
            KeyCode::Char('i') => floor.typing = true,
            KeyCode::Char('j') => floor.selected += 1,
            KeyCode::Char('J') => {
                floor.selected += 1;
                page(&db, &mut floor, i64::MAX);
            }
            KeyCode::Enter => {
                floor.selected = 0;
                page(&db, &mut floor, i64::MAX);
            }
            KeyCode::PageUp => {
                let before = floor.thread.get(30).map_or(0, |(n, _)| *n);
                page(&db, &mut floor, before);
            }
            _ => {}
        }
    }
}

fn page(db: &Connection, floor: &mut Floor, before: i64) {
    let open = floor.rows[floor.selected].0;
    let mut older = db
        .prepare_cached("SELECT n, body FROM message WHERE conversation = ?1 AND n < ?2 ORDER BY n DESC LIMIT 50")
        .expect("a question");
    floor.thread = older
        .query_map([open, before], |row| Ok((row.get(0)?, row.get(1)?)))
        .expect("rows")
        .map(|row| row.expect("a row"))
        .collect();
    floor.open = Some(open);
}

fn draw(floor: &Floor, frame: &mut Frame<'_>) {
    let [main, foot] =
        Layout::vertical([Constraint::Min(0), Constraint::Length(1)]).areas(frame.area());
    let [list, middle, right] = Layout::horizontal([
        Constraint::Length(36),
        Constraint::Min(20),
        Constraint::Length(26),
    ])
    .areas(main);
    let [thread, composer] =
        Layout::vertical([Constraint::Min(0), Constraint::Length(3)]).areas(middle);
    let height = usize::from(list.height.saturating_sub(2));
    let top = floor.selected.saturating_sub(height.saturating_sub(1));
    let shown = floor.rows.iter().skip(top).take(height);
    let items = shown.map(|(_, name, words)| ListItem::new(format!("{name:<14} {words}")));
    let mut state = ListState::default().with_selected(Some(floor.selected - top));
    let rows = List::new(items)
        .block(Block::bordered().title("Inbox"))
        .highlight_style(Style::new().add_modifier(Modifier::REVERSED));
    frame.render_stateful_widget(rows, list, &mut state);
    let lines: Vec<Line<'_>> = floor
        .thread
        .iter()
        .take(usize::from(thread.height.saturating_sub(2)))
        .rev()
        .map(|(n, words)| Line::raw(format!("#{n} {words}")))
        .collect();
    frame.render_widget(
        Paragraph::new(lines).block(Block::bordered().title("Thread")),
        thread,
    );
    let words = format!("> {}", floor.composer);
    frame.render_widget(Paragraph::new(words).block(Block::bordered()), composer);
    let (id, name, _) = &floor.rows[floor.selected];
    let about = format!("{name}\nid {id}");
    frame.render_widget(
        Paragraph::new(about).block(Block::bordered().title("Profile")),
        right,
    );
    let what = match (floor.typing, floor.open) {
        (true, _) => "TYPE",
        (false, Some(_)) => "open",
        (false, None) => "",
    };
    let oldest = floor.thread.first().map_or(0, |(n, _)| *n);
    let words = format!(" FLOOR {}/100 {what} at {oldest}", floor.selected + 1);
    frame.render_widget(Paragraph::new(words), foot);
}
