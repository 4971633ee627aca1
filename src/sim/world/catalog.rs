//! What is set up around the conversations: the Messenger profile, menus of
//! single persons, labels, personas and utility templates.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use serde_json::{Map, Value};

use crate::sim::graph_error::GraphError;

/// Ten calls in ten minutes, for the profile of the Page and for each person's
/// settings (manual, Limits).
pub(in crate::sim) const CALLS: usize = 10;
const MINUTES_10: i64 = 600_000;

/// What is set up around the conversations.
#[derive(Debug, Default)]
pub(in crate::sim) struct Catalog {
    pub(in crate::sim) profile: BTreeMap<&'static str, Map<String, Value>>,
    pub(in crate::sim) menus: BTreeMap<String, Value>,
    /// When the limited edges were called, by what they are limited by.
    pub(in crate::sim) calls: BTreeMap<String, VecDeque<i64>>,
    pub(in crate::sim) labels: Vec<Label>,
    pub(in crate::sim) personas: Vec<Persona>,
    /// Utility templates that Meta approved.
    pub(in crate::sim) approved: Vec<ApprovedTemplate>,
    pub(in crate::sim) made: u64,
}

#[derive(Debug)]
pub(in crate::sim) struct Label {
    pub(in crate::sim) id: String,
    pub(in crate::sim) name: String,
    pub(in crate::sim) people: BTreeSet<String>,
}

#[derive(Debug)]
pub(in crate::sim) struct Persona {
    pub(in crate::sim) id: String,
    pub(in crate::sim) name: String,
    pub(in crate::sim) picture: String,
}

/// A utility template.
#[derive(Clone, Debug)]
pub(in crate::sim) struct ApprovedTemplate {
    pub(in crate::sim) id: String,
    pub(in crate::sim) name: String,
    pub(in crate::sim) language: String,
    /// With `{{1}}` and so on for what is filled in.
    pub(in crate::sim) body: String,
    /// What may be filled in.
    pub(in crate::sim) example: String,
}

impl Catalog {
    pub(in crate::sim) fn spend(&mut self, what: &str, now: i64) -> Result<(), GraphError> {
        let calls = self.calls.entry(what.to_owned()).or_default();
        while calls.front().is_some_and(|at| now - at >= MINUTES_10) {
            calls.pop_front();
        }
        if calls.len() >= CALLS {
            let words = "(#613) Calls to this api have exceeded the rate limit.";
            return Err(GraphError::new(400, 613, 0, words));
        }
        calls.push_back(now);
        Ok(())
    }

    pub(in crate::sim) fn id(&mut self) -> String {
        self.made += 1;
        (555_000_000_000_000 + self.made * 17).to_string()
    }

    /// The id of the label of that name, which is made if there is none.
    pub(in crate::sim) fn label_named(&mut self, name: &str) -> String {
        if let Some(label) = self.labels.iter().find(|label| label.name == name) {
            return label.id.clone();
        }
        let id = self.id();
        self.labels.push(Label {
            id: id.clone(),
            name: name.to_owned(),
            people: BTreeSet::new(),
        });
        id
    }

    /// Puts a label on a person, or takes it off. `None`: there is no such label;
    /// `Some(false)`: it was so already.
    pub(in crate::sim) fn set_label(&mut self, id: &str, psid: &str, on: bool) -> Option<bool> {
        let label = self.labels.iter_mut().find(|label| label.id == id)?;
        Some(match on {
            true => label.people.insert(psid.to_owned()),
            false => label.people.remove(psid),
        })
    }

    pub(in crate::sim) fn has_persona(&self, id: &str) -> bool {
        self.personas.iter().any(|persona| persona.id == id)
    }
}
