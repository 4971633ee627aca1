//! `switchboard forget PSID`: everything of one person goes out of the files, and
//! the files are searched for what is left.

use clap::Args;
use serde_json::json;

use super::{
    failure::Failure,
    global::Global,
    output::{say, say_json},
    setup::{self, executor},
};
use crate::domain::Psid;

#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// The person's id, as the customer pane shows it
    psid: String,
}

pub(super) fn run(arguments: &Arguments, global: &Global) -> Result<(), Failure> {
    let (page, folder) = setup::kept(global)?;
    let opened = setup::open(&folder, &page)?;
    let (writer, _reader) = opened.alone(&folder).map_err(Failure::failed)?;
    let psid = Psid::new(arguments.psid.trim());
    let forgotten = executor()?
        .block_on(writer.forget(psid, folder))
        .map_err(Failure::failed)?
        .ok_or_else(|| Failure::Failed("no data for that id on this Page".into()))?;
    if global.json {
        let line = json!({"conversations": forgotten.conversations, "messages": forgotten.messages,
            "unsent": forgotten.unsent, "record": forgotten.record, "traces": forgotten.traces, "left_in": forgotten.left_in});
        say_json(&line);
    } else {
        say(format_args!(
            "Forgotten: conversations {}, messages {}, drafts and replies {}, lines of the record {}.",
            forgotten.conversations, forgotten.messages, forgotten.unsent, forgotten.record
        ));
    }
    if !forgotten.left_in.is_empty() {
        let names: Vec<String> = forgotten
            .left_in
            .iter()
            .map(|path| path.display().to_string())
            .collect();
        return Err(Failure::Failed(format!(
            "traces of the person are still in {}, copies that were set aside earlier. Delete them",
            names.join(", ")
        )));
    }
    if !global.json {
        say(format_args!(
            "The files were searched for {} traces of them (ids, names, texts): none is left.",
            forgotten.traces
        ));
        say(format_args!(
            "Meta still has the conversation. Delete it in Meta's inbox, or it comes back at the next refresh."
        ));
    }
    Ok(())
}
