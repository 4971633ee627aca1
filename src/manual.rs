//! The manual, as it comes with the program: `assets/manual`, a file a chapter. Printed by
//! `switchboard help`, and shown by `:help` in the desk. It knows nothing of either.

/// A chapter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Chapter {
    /// Its name, which is also that of its file.
    pub name: &'static str,
    /// What it is about, in a line.
    pub about: &'static str,
    /// All of it, in Markdown.
    pub text: &'static str,
}

/// All chapters, in the order in which they are best read.
pub const CHAPTERS: [Chapter; 13] = [
    Chapter {
        name: "agent",
        about: "the agent's day: first minute, words on the screen, keys, going home",
        text: include_str!("../assets/manual/agent.md"),
    },
    Chapter {
        name: "deciding",
        about: "snooze, wait, labels, notes, undo",
        text: include_str!("../assets/manual/deciding.md"),
    },
    Chapter {
        name: "writing",
        about: "canned replies, long ones, files, your editor",
        text: include_str!("../assets/manual/writing.md"),
    },
    Chapter {
        name: "replies",
        about: "what happens to a reply: queued, held, not confirmed",
        text: include_str!("../assets/manual/replies.md"),
    },
    Chapter {
        name: "setup",
        about: "your own Page, step by step",
        text: include_str!("../assets/manual/setup.md"),
    },
    Chapter {
        name: "webhooks",
        about: "news at once, and what only webhooks tell",
        text: include_str!("../assets/manual/webhooks.md"),
    },
    Chapter {
        name: "configuration",
        about: "the config file, commands, environment, exit codes",
        text: include_str!("../assets/manual/configuration.md"),
    },
    Chapter {
        name: "simulator",
        about: "a local Messenger for your bot",
        text: include_str!("../assets/manual/simulator.md"),
    },
    Chapter {
        name: "kept",
        about: "the cache, search, sync, forget",
        text: include_str!("../assets/manual/kept.md"),
    },
    Chapter {
        name: "troubleshooting",
        about: "what you see and what to do; limits",
        text: include_str!("../assets/manual/troubleshooting.md"),
    },
    Chapter {
        name: "security",
        about: "whom it trusts, and what leaves your computer",
        text: include_str!("../assets/manual/security.md"),
    },
    Chapter {
        name: "rules",
        about: "what the desk promises",
        text: include_str!("../assets/manual/rules.md"),
    },
    Chapter {
        name: "platform",
        about: "what it relies on from Meta, and where the simulator decides",
        text: include_str!("../assets/manual/platform.md"),
    },
];

/// The chapter of that name, or the only one whose name begins so.
pub fn chapter(name: &str) -> Option<&'static Chapter> {
    let name = name.trim().to_lowercase();
    let whole = CHAPTERS.iter().find(|chapter| chapter.name == name);
    let begun = |chapter: &&Chapter| !name.is_empty() && chapter.name.starts_with(&name);
    let mut begin = CHAPTERS.iter().filter(begun);
    whole.or_else(|| begin.next().filter(|_| begin.next().is_none()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chapter_is_found_by_the_beginning_of_its_name() {
        assert_eq!(chapter("simulator").map(|c| c.name), Some("simulator"));
        assert_eq!(chapter("Sim").map(|c| c.name), Some("simulator"));
        assert_eq!(chapter("re").map(|c| c.name), Some("replies"));
        assert_eq!(chapter("s"), None, "setup, simulator, security");
        assert_eq!(chapter(""), None);
        for chapter in CHAPTERS {
            assert!(chapter.text.starts_with("# "), "{}", chapter.name);
        }
    }
}
