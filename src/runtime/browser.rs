//! Opens an address in the person's browser. The address is one argument, no
//! shell reads it, and the browser knows none of our secrets.

use std::process::Stdio;

use super::editor::SECRETS;

/// Opens it by the first opener of this system that works. An error is a
/// sentence.
pub(super) fn open(link: &str) -> Result<(), String> {
    for mut command in open::commands(link) {
        for secret in SECRETS {
            command.env_remove(secret);
        }
        command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        if command.status().is_ok_and(|status| status.success()) {
            return Ok(());
        }
    }
    Err("No browser could be started here; yl copies the link.".into())
}
