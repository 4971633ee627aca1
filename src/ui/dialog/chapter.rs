//! A chapter of the manual for the screen: its Markdown as lines.

use ratatui::text::Line;

use crate::{
    manual::Chapter,
    text,
    ui::{
        draw::span,
        theme::{Role, Theme},
    },
};

/// A chapter for the screen: headings bold, paragraphs as wide as it is, tables as rows.
pub(super) fn lines(chapter: &Chapter, theme: &Theme, width: usize) -> Vec<Line<'static>> {
    let mut out = Vec::new();
    let mut paragraph = String::new();
    let mut code = false;
    let mut table: Vec<Vec<String>> = Vec::new();
    let say = |words: &str, role: Role| -> Vec<Line<'static>> {
        let pieces = text::wrap(&unmarked(words).into(), width).into_iter();
        pieces
            .map(|piece| Line::from(span(piece, theme.style(role))))
            .collect()
    };
    for line in chapter.text.lines().chain([""]) {
        let begins = line.starts_with(['#', '|', '-']) || line.starts_with("```") || numbered(line);
        if !line.starts_with('|') && !table.is_empty() {
            out.extend(table_lines(&std::mem::take(&mut table), theme, width));
        }
        if (line.is_empty() || begins || code) && !paragraph.is_empty() {
            out.extend(say(&std::mem::take(&mut paragraph), Role::Text));
        }
        if line.starts_with("```") {
            code = !code;
        } else if code {
            out.extend(say(&format!("    {line}"), Role::Part));
        } else if let Some(heading) = line.strip_prefix('#') {
            out.extend(say(heading.trim_start_matches('#').trim(), Role::Strong));
        } else if let Some(row) = line.strip_prefix('|') {
            let cells = row.trim_end().trim_end_matches('|').split('|');
            let cells = cells.map(|cell| unmarked(cell.trim()));
            table.push(cells.collect());
        } else if line.is_empty() {
            out.push(Line::default());
        } else {
            if !paragraph.is_empty() {
                paragraph.push(' ');
            }
            paragraph.push_str(line.trim());
        }
    }
    out
}

/// The rows of a table in columns, as wide as what stands in them; where that is too
/// much, the widest are broken into lines.
fn table_lines(rows: &[Vec<String>], theme: &Theme, width: usize) -> Vec<Line<'static>> {
    const GAP: usize = 2;
    let is_rule = |row: &Vec<String>| row.iter().all(|cell| cell.trim_matches('-').is_empty());
    let rows: Vec<&Vec<String>> = rows.iter().filter(|row| !is_rule(row)).collect();
    let count = rows.iter().map(|row| row.len()).max().unwrap_or(0);
    let natural = (0..count).map(|at| {
        let cells = rows.iter().filter_map(|row| row.get(at));
        cells.map(|cell| text::width(cell)).max().unwrap_or(0)
    });
    let mut widths: Vec<usize> = natural.collect();
    let room = width.saturating_sub(2 + GAP * count.saturating_sub(1));
    while widths.iter().sum::<usize>() > room {
        let Some(widest) = widths.iter_mut().max() else {
            break;
        };
        if *widest <= 4 {
            break;
        }
        *widest -= 1;
    }
    let mut out = Vec::new();
    for row in rows {
        let cells = row.iter().zip(&widths);
        let cells: Vec<Vec<String>> = cells
            .map(|(cell, width)| text::wrap(&cell.as_str().into(), (*width).max(2)))
            .collect();
        let tall = cells.iter().map(Vec::len).max().unwrap_or(0);
        for at in 0..tall {
            let mut line = "  ".to_owned();
            for (pieces, width) in cells.iter().zip(&widths) {
                let piece = pieces.get(at).map_or("", String::as_str);
                line.push_str(&text::fit(piece, *width));
                line.push_str(&" ".repeat(GAP));
            }
            out.push(Line::from(span(line.trim_end(), theme.style(Role::Text))));
        }
    }
    out
}

/// Without the marks of Markdown: links are their words.
fn unmarked(words: &str) -> String {
    let mut rest = words;
    let mut out = String::new();
    while let Some((before, link)) = rest.split_once("](") {
        let (said, name) = before.rsplit_once('[').unwrap_or((before, ""));
        out.push_str(said);
        out.push_str(name);
        rest = link.split_once(')').map_or("", |(_, rest)| rest);
    }
    out.push_str(rest);
    out.replace("**", "").replace('`', "")
}

/// `1. ` begins a step.
fn numbered(line: &str) -> bool {
    let rest = line.trim_start_matches(|c: char| c.is_ascii_digit());
    rest.len() < line.len() && rest.starts_with(". ")
}
