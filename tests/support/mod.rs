//! What the tests share: somebody who listens in between ([`between`]), a large cache ([`big`]), a desk without one ([`desk`]), the
//! servers ([`http`]), the program as a process ([`process`]) and in a
//! pseudo-terminal ([`pty`]), the outside wing at work ([`wing`]).

#![allow(
    dead_code,
    missing_docs,
    unreachable_pub,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic
)]

pub mod between;
pub mod big;
pub mod desk;
pub mod http;
pub mod process;
pub mod pty;
pub mod wing;
