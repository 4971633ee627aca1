//! The names of a person: the one that is shown, and all others by which somebody
//! may look for them.

use rusqlite::{OptionalExtension, Transaction, params};

use super::{Error, codec};
use crate::{
    domain::{ConversationId, Psid, display_name},
    text,
};

/// Adds names that somebody goes by, and those of their profile, to what their
/// conversation is found by. Those that are known, and empty ones, are no news.
pub(super) fn know(
    db: &Transaction<'_>,
    id: &ConversationId,
    heard: &[Option<&str>],
) -> Result<(), Error> {
    let row = db
        .prepare_cached(
            "SELECT c.name, names, c.psid, platform, name_fold, p.name, p.username \
             FROM conversation c LEFT JOIN person p ON p.psid = c.psid WHERE id = ?1",
        )?
        .query_row([id.as_str()], |row| {
            let platform = codec::platform(row.get_ref(3)?.as_str()?);
            Ok((
                row.get::<_, Option<String>>(0)?,
                row.get::<_, String>(1)?,
                Psid::new(row.get::<_, String>(2)?),
                platform,
                row.get::<_, String>(4)?,
                [row.get::<_, Option<String>>(5)?, row.get(6)?],
            ))
        })
        .optional()?;
    let Some((name, kept, psid, platform, folded, profile)) = row else {
        return Ok(());
    };
    let shown = display_name(name.as_deref(), &psid, platform);
    let mut names: Vec<String> = kept.lines().map(str::to_owned).collect();
    for name in heard
        .iter()
        .copied()
        .chain(profile.iter().map(Option::as_deref))
        .flatten()
    {
        // A name is one line.
        let name = name.split_whitespace().collect::<Vec<_>>().join(" ");
        if !name.is_empty() && !names.contains(&name) {
            names.push(name);
        }
    }
    let names = names.join("\n");
    let lines: Vec<&str> = [&*shown]
        .into_iter()
        .chain(names.lines().filter(|name| *name != shown))
        .collect();
    let fold = text::searchable(&lines.join("\n"));
    if names != kept || fold != folded {
        db.prepare_cached("UPDATE conversation SET names = ?2, name_fold = ?3 WHERE id = ?1")?
            .execute(params![id.as_str(), names, fold])?;
    }
    Ok(())
}
