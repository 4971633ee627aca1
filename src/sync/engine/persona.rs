//! Whom the customer sees writing: made once at Meta, and known by its id from then on.

use crate::{
    domain::{Change, Platform, Severity},
    graph, store,
    sync::engine::state::{Completion, Engine},
};

impl Engine {
    /// Finds the configured persona at Meta, or makes it there.
    pub(super) fn look_for_persona(&mut self) {
        let Some(persona) = self.options.persona.clone().filter(|_| self.sends()) else {
            return;
        };
        // Two at once would make two.
        if std::mem::replace(&mut self.persona_asked, true) {
            return;
        }
        let known = self.reader.persona(&persona).ok().flatten();
        self.persona.clone_from(&known);
        let graph = self.graph.clone();
        self.go(async move {
            let result = graph.persona(known.as_deref(), &persona).await;
            Completion::Persona(result)
        });
    }

    pub(super) async fn persona_came(
        &mut self,
        result: Result<String, graph::Error>,
    ) -> Result<(), store::Error> {
        self.persona_asked = false;
        match (result, self.options.persona.clone()) {
            (Ok(id), Some(persona)) => {
                self.persona = Some(id.clone());
                self.writer.keep_persona(persona, id).await
            }
            (Err(error), _) => {
                self.note_refusal(&error);
                // Without an answer the one that is known may well be there.
                if error.verdict() != graph::Verdict::Refused && self.persona.is_some() {
                    return Ok(());
                }
                self.persona = None;
                let why = format!("Replies go out as the Page, without your persona. {error}");
                self.tell(Change::Notice(Severity::Problem, why));
                Ok(())
            }
            (Ok(_), None) => Ok(()),
        }
    }

    /// A reply was refused. Its persona may be gone at Meta, which would refuse the next
    /// one, too.
    pub(super) fn check_persona(&mut self, error: &graph::Error, platform: Platform) {
        if error.is_parameter() && self.persona_on(platform).is_some() {
            self.look_for_persona();
        }
    }

    /// Who writes there: Instagram knows no personas.
    pub(super) fn persona_on(&self, platform: Platform) -> Option<String> {
        self.persona
            .clone()
            .filter(|_| platform == Platform::Messenger)
    }
}
