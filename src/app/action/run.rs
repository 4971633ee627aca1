//! Does an action: the last column of the table, behind the check that it can be
//! done now.

use crate::{
    app::{
        Effect, Focus, Model, ToastKind,
        action::{
            attach,
            availability::{why_not, why_not_for},
            clipboard, control, desk, leave, look, navigate, page, react, reply, select,
            table::{Action, ActionSpec, Marked, actions},
            triage,
        },
    },
    domain::View,
};

macro_rules! functions {
    ($($action:ident $name:literal [$($key:literal),*] $context:ident $group:ident [$($need:ident)*] $reach:ident $marked:ident [$($alias:literal),*] $help:literal => $run:expr;)*) => {
        fn function(action: Action) -> fn(&mut Model) -> Vec<Effect> {
            match action {
                $(Action::$action => $run),*
            }
        }
    };
}

actions!(functions);

/// Does an action, or says why not.
pub(crate) fn run(model: &mut Model, action: Action) -> Vec<Effect> {
    let spec = action.spec();
    if action != Action::Cancel {
        model.keys.cancel_at = None;
    }
    let marked = !model.marked.is_empty() && model.focus == Focus::List;
    if spec.marked == Marked::Each && marked {
        if !leave_out(model, spec) {
            return Vec::new();
        }
    } else if let Some(why) = why_not(model, action) {
        model.toast(ToastKind::Warn, why);
        return Vec::new();
    }
    function(action)(model)
}

/// Takes the mark off every row where it cannot be done, and says so. Answers
/// whether any row is left.
fn leave_out(model: &mut Model, spec: &ActionSpec) -> bool {
    let all = model.marked.len();
    let mut why = None;
    let mut can = std::mem::take(&mut model.marked);
    can.retain(|_, row| {
        let no = why_not_for(model, spec, row);
        let yes = no.is_none();
        why = why.take().or(no);
        yes
    });
    if let Some(why) = why {
        let words = format!("{} of {all} skipped: {why}", all - can.len());
        model.toast(ToastKind::Warn, words);
    }
    model.marked = can;
    !model.marked.is_empty()
}
