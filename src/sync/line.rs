//! One line of operations per conversation. What is asked for later never
//! overtakes what was asked for earlier, and a refused *take* stops what was
//! meant to follow it.

use std::collections::{HashMap, VecDeque};

use crate::domain::{Ask, ConversationId, Psid};

/// All lines.
#[derive(Debug, Default)]
pub(super) struct Lines(HashMap<ConversationId, Line>);

#[derive(Debug, Default)]
struct Line {
    waiting: VecDeque<(Psid, Ask)>,
    busy: bool,
}

impl Lines {
    /// Puts something at the end of a line.
    pub(super) fn push(&mut self, id: &ConversationId, psid: Psid, ask: Ask) {
        let line = self.0.entry(id.clone()).or_default();
        // "Typing" is news only as long as it is the last word.
        if matches!(ask, Ask::Typing(_)) && matches!(line.waiting.back(), Some((_, Ask::Typing(_))))
        {
            line.waiting.pop_back();
        }
        line.waiting.push_back((psid, ask));
    }

    /// Puts something where it comes next.
    pub(super) fn push_next(&mut self, id: &ConversationId, psid: Psid, ask: Ask) {
        let line = self.0.entry(id.clone()).or_default();
        line.waiting.push_front((psid, ask));
    }

    /// The next thing to do, unless one is being done.
    pub(super) fn start(&mut self, id: &ConversationId) -> Option<(Psid, Ask)> {
        let line = self.0.get_mut(id).filter(|line| !line.busy)?;
        let next = line.waiting.pop_front()?;
        line.busy = true;
        Some(next)
    }

    /// What was being done is done.
    pub(super) fn finish(&mut self, id: &ConversationId) {
        if let Some(line) = self.0.get_mut(id) {
            line.busy = false;
            if line.waiting.is_empty() {
                self.0.remove(id);
            }
        }
    }

    /// Takes everything out that waits.
    pub(super) fn clear(&mut self, id: &ConversationId) -> Vec<Ask> {
        self.0
            .get_mut(id)
            .map(|line| line.waiting.drain(..).map(|(_, ask)| ask).collect())
            .unwrap_or_default()
    }

    /// Whether a line has something to do or being done.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_does_one_thing_at_a_time_in_the_order_asked() {
        let (id, psid) = (ConversationId::new("t_1"), Psid::new("7"));
        let mut lines = Lines::default();
        for ask in [
            Ask::Take,
            Ask::MarkSeen,
            Ask::Typing(true),
            Ask::Typing(false),
            Ask::Release,
        ] {
            lines.push(&id, psid.clone(), ask);
        }
        assert_eq!(lines.start(&id), Some((psid.clone(), Ask::Take)));
        assert_eq!(lines.start(&id), None, "busy");
        lines.finish(&id);
        let mut rest = Vec::new();
        while let Some((_, ask)) = lines.start(&id) {
            rest.push(ask);
            lines.finish(&id);
        }
        assert_eq!(
            rest,
            [Ask::MarkSeen, Ask::Typing(false), Ask::Release],
            "the last word on typing counts"
        );
        assert!(lines.is_empty());
    }
}
