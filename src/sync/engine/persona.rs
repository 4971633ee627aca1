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
        match (result, self.options.persona.clone()) {
            (Ok(id), Some(persona)) => {
                self.persona = Some(id.clone());
                self.writer.keep_persona(persona, id).await
            }
            (Err(error), _) => {
                self.note_refusal(&error);
                let why = format!("Replies go out as the Page, without your persona. {error}");
                self.tell(Change::Notice(Severity::Problem, why));
                Ok(())
            }
            (Ok(_), None) => Ok(()),
        }
    }

    /// Who writes there: Instagram knows no personas.
    pub(super) fn persona_on(&self, platform: Platform) -> Option<String> {
        self.persona
            .clone()
            .filter(|_| platform == Platform::Messenger)
    }
}
