//! What the tests share: a desk without a cache or network ([`desk`]), the servers ([`http`]), and the
//! whole program in a pseudo-terminal ([`pty`]).

#![allow(
    dead_code,
    missing_docs,
    unreachable_pub,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic
)]

pub mod desk;
pub mod http;
pub mod pty;
