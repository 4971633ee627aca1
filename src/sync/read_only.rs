//! What runs instead of the engine where another program has the files, or the
//! disk takes no writing: the screen is told when the cache has changed, and
//! nothing is asked of Meta.

use tokio::{
    sync::{broadcast, mpsc},
    task::spawn_blocking,
};
use tokio_util::sync::CancellationToken;

use crate::{
    clock::Clock,
    domain::{Change, Command, Link, PROFILE_CALLS, PageProfile, Span},
    picture,
    store::{self, PictureFolder, Reader},
};

/// How often the cache is asked whether it has changed (our choice).
const LOOK: Span = Span::seconds(2);

/// Why it does not do something.
const READ_ONLY: &str = "This desk is read-only.";

/// What a desk that only reads has.
#[derive(Debug)]
pub struct LooksOn {
    /// The cache.
    pub reader: Reader,
    /// Pictures that were fetched.
    pub pictures: PictureFolder,
    /// Why it only reads, for a person.
    pub why: String,
}

/// Looks on until `stop`.
pub async fn read_only(
    looks: LooksOn,
    clock: Clock,
    mut commands: mpsc::Receiver<Command>,
    changes: broadcast::Sender<Change>,
    stop: CancellationToken,
) -> Result<(), store::Error> {
    let LooksOn {
        reader,
        pictures,
        why,
    } = looks;
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
                    tell(Change::OlderFailed(conversation, READ_ONLY.into()));
                }
                Some(Command::ShowPicture { psid, id, size, file, .. }) => {
                    let (folder, at) = (pictures.clone(), clock.now());
                    let kept = { let id = id.clone(); move || folder.read(&psid, &id, at) };
                    let shown = spawn_blocking(move || {
                        let kept = kept().ok_or("This desk is read-only, and the picture is not in its cache.")?;
                        picture::shown(&kept, size, file)
                    });
                    let picture = shown.await.unwrap_or_else(|why| Err(why.to_string()));
                    tell(Change::Picture { id, size, picture });
                }
                Some(Command::ReadProfile(platform) | Command::WriteProfile(platform, ..)) => {
                    tell(Change::PageProfile(PageProfile {
                        platform,
                        properties: Err(READ_ONLY.into()),
                        calls_left: PROFILE_CALLS,
                        next_at: None,
                    }));
                }
                Some(Command::ReadTemplates) => {
                    tell(Change::UtilityTemplates(Err(READ_ONLY.into())));
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
