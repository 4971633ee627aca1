//! The demo as a tour: five things to do, which tick themselves as they are done. It
//! knows the people of the built-in world by their names, and nothing of the simulator.

use crate::app::{action::table::Action, input::keymap::Keymap};

/// One thing to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TourStep {
    /// Answer who is nearest to their deadline.
    Answer,
    /// Take a thread from another app.
    Take,
    /// Answer somebody after 24 hours.
    HumanAgent,
    /// Hand back to the bot.
    HandBack,
    /// See it on the wire.
    Wire,
}

/// The steps, in their order.
pub const STEPS: [TourStep; 5] = [
    TourStep::Answer,
    TourStep::Take,
    TourStep::HumanAgent,
    TourStep::HandBack,
    TourStep::Wire,
];

/// Whom three of the steps are about.
pub(crate) const JO: &str = "Jo Park";
pub(crate) const SAM: &str = "Sam Iqbal";
pub(crate) const KEMI: &str = "Kemi Adeyemi";

/// How far the tour is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tour {
    done: [bool; STEPS.len()],
}

impl Tour {
    /// Whether a step was done.
    pub fn is_done(&self, step: TourStep) -> bool {
        self.done[step as usize]
    }

    pub(crate) fn tick(&mut self, step: TourStep) {
        self.done[step as usize] = true;
    }

    /// Whether all of them were.
    pub fn is_over(&self) -> bool {
        self.done.iter().all(|done| *done)
    }
}

impl TourStep {
    /// What to do.
    pub fn words(self) -> &'static str {
        match self {
            Self::Answer => "Answer Jo, who is nearest to the deadline",
            Self::Take => "Take Sam's thread from the Page inbox",
            Self::HumanAgent => "Answer Kemi as HUMAN_AGENT, after 24 hours",
            Self::HandBack => "Hand a thread back to the bot",
            Self::Wire => "See what went over the wire",
        }
    }

    /// The keys for it, as they are bound.
    pub fn keys(self, keymap: &Keymap) -> String {
        let key = |action| keymap.key_of(action);
        let (jump, reply) = (key(Action::Jump), key(Action::Reply));
        match self {
            Self::Answer => format!("{jump} jo Enter {reply}"),
            Self::Take => format!("{jump} sam Enter {}", key(Action::Take)),
            Self::HumanAgent => format!("{jump} kemi Enter {reply}"),
            Self::HandBack => format!("{} 1", key(Action::HandBack)),
            Self::Wire => key(Action::ApiLog),
        }
    }
}
