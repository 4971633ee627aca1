//! What runs instead of the engine where another program has the files, or the
//! disk takes no writing: the screen is told when the cache has changed, and
//! nothing is asked of Meta.

use tokio::sync::{broadcast, mpsc};
use tokio_util::sync::CancellationToken;

use crate::{
    clock::Clock,
    domain::{Change, Command, Link, Span},
    store::{self, Reader},
};

/// How often the cache is asked whether it has changed (our choice).
const LOOK: Span = Span::seconds(2);

/// Looks on until `stop`. `why` tells a person why this desk only reads.
pub async fn read_only(
    reader: Reader,
    why: String,
    clock: Clock,
    mut commands: mpsc::Receiver<Command>,
    changes: broadcast::Sender<Change>,
    stop: CancellationToken,
) -> Result<(), store::Error> {
    let tell = |change| {
        let _ = changes.send(change);
    };
    tell(Change::Link(Link::ReadOnly(why)));
    let mut seen = reader.version()?;
    let mut open = None;
    loop {
        let next = clock.now().plus(LOOK);
        tokio::select! {
            () = stop.cancelled() => return Ok(()),
            command = commands.recv() => match command {
                Some(Command::Open(id)) => open = Some(id),
                Some(Command::Close) => open = None,
                Some(Command::Older(conversation)) => {
                    let why = "This desk is read-only.";
                    tell(Change::OlderFailed(conversation, why.into()));
                }
                Some(_) => {}
                None => return Ok(()),
            },
            () = clock.sleep_until(next) => {
                let now = reader.version()?;
                if now != seen {
                    seen = now;
                    tell(Change::Inbox);
                    tell(Change::Page);
                    if let Some(id) = &open {
                        tell(Change::Thread(id.clone()));
                    }
                }
            }
        }
    }
}
