//! `switchboard`: a terminal live-agent inbox for Facebook Messenger Pages and
//! Instagram DMs.
//!
//! # The screen
//!
//! ```text
//!  Lamp & Co   1 Needs me 11   2 Mine 3   3 Bot …      live · polling   Fri 14:07   app/top_bar, ui/status
//! ╭ Needs me · nearest … ─╮╭ Kemi Adeyemi · messenger · held by us ╮╭ customer ───╮
//! │>* 23h59  Kemi    fb 0m││──────────── Thu 19 Nov ───────────────││Kemi Adeyemi │
//! │    wonderful, thank yo││08:38   Kemi │ Good morning, I was …   ││PSID 70123…  │
//! │ .H 5d20  Tomasz  fb  -││14:07    you │ Hi Kemi, I am so sorry! ││You can reply│
//! │    you: Hi Tomasz, thi│╰───────────────────────────────── 8/8 ─╯│RESPONSE 23h │
//! │                       │╭ To Kemi · RESPONSE, 23h59 left ────────╮│Control ─────│
//! ╰──────────────── 10/11 ╯╰ 12/2000 · customer sees typing · saved╯╰─────────────╯
//!  Enter send  ^D send + hand back …                                                  ui/status
//!   ui/inbox                 ui/thread, ui/composer                  ui/customer
//! ```
//!
//! # The house
//!
//! Two wings and a hall. The **pure wing** decides ([`app`]) and paints
//! ([`ui`]); the **outside wing** talks ([`graph`]), remembers ([`store`]) and
//! keeps both in agreement ([`sync`]). They never import each other; the hall
//! ([`runtime`]) carries plain data between them.
//!
//! ```text
//!                 main ─ cli            run · demo · sim · doctor · …
//!         ┌──────────┴──────────┐
//!      runtime                config         the hall · the options
//!    ┌────┴─────────┐
//!   ui      webhook │                        paints · Meta's door
//!   │           └─ sync                      reconciles
//!  app          ┌───┴───┐                    decides
//!   │         graph   store        sim       one outside thing each
//!   └───────────┴───┬───┘
//!     domain · text · clock · private · picture · readable   the ground
//! ```
//!
//! | module | purpose | may import |
//! |---|---|---|
//! | [`domain`] | words and rules, as plain data | – |
//! | [`text`] | the gate for outside text; measuring by cells | – |
//! | `readable` | handles that tell when there is something to read | – |
//! | [`clock`] | the only reader of time and randomness | domain, readable |
//! | [`failpoint`] | places where a test lets the program die | – |
//! | [`private`] | files and folders that are for this user alone | domain |
//! | [`picture`] | a stranger's bytes as a small picture | domain |
//! | [`graph`] | speaks the Graph API | domain, clock, private |
//! | [`store`] | two SQLite files, one writer | domain, text, private, failpoint |
//! | [`sync`] | engine: outbox, polls, backfill | graph, store, domain, clock, private, picture, failpoint |
//! | [`webhook`] | the door for Meta's calls | graph, sync, clock |
//! | [`sim`] | a small Facebook on loopback | clock, private |
//! | [`manual`] | its chapters, as they come with the program | – |
//! | [`app`] | state machine: `Model`, `Msg`, `Effect`, `update` | domain, text, manual |
//! | [`ui`] | `Model` to cells | app, domain, text, manual |
//! | [`runtime`] | loop, terminal, effects, tasks | all above but sim |
//! | [`config`] | one file's options, handed out in parts | app, domain, graph, private, text, ui, webhook |
//! | [`cli`] | subcommands; the only text on stdout | all |
//!
//! `tests/house` reads the code and fails when this table is broken.
//!
//! # Four paths
//!
//! - **A key**: terminal → `runtime::input` → [`app::update`] → [`ui::paint`], on one
//!   thread; then the engine is told.
//! - **News**: Meta calls `webhook`, or `sync` polls → `graph` decodes to events →
//!   `store` ingests (then Meta gets its 200) → a [`domain::Change`] names what
//!   changed → the screen asks the cache.
//! - **A reply**: Enter → [`domain::Operation::Reply`] → written down → its
//!   conversation's queue → claimed on the disk → `graph` posts → accepted,
//!   refused, held or in doubt. `sync/outbox` draws its life.
//! - **A start**: a glance at the files → first frame → the files → what a dead program
//!   left → the network.
//!
//! # Where to add a thing
//!
//! `CONTRIBUTING.md` lists the files for an action, a dialog, a Graph call, an
//! event kind and an option. The `mod.rs` of each folder is a table of its files.
//! Names are the same everywhere: what can be done to a thread is an
//! [`Operation`](domain::Operation), what an agent wants of the engine a
//! [`Command`](domain::Command), what the engine tells a
//! [`Change`](domain::Change), what the state machine wants done an
//! [`Effect`](app::Effect), and what an agent can do about a failure a
//! [`Remedy`](domain::Remedy), to which only the screen gives a key.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

pub mod app;
pub mod cli;
pub mod clock;
pub mod config;
pub mod domain;
pub mod failpoint;
pub mod graph;
pub mod manual;
pub mod picture;
pub mod private;
mod readable;
pub mod runtime;
pub mod sim;
pub mod store;
pub mod sync;
pub mod text;
pub mod ui;
pub mod webhook;
