//! Deliveries to the apps (E14).
//!
//! | file | |
//! |---|---|
//! | `outgoing` | which call is due, with its bytes and signatures; pure |
//! | `sender` | the calls over HTTP |

mod outgoing;
mod sender;

#[cfg(test)]
pub(super) use sender::client;
pub(super) use sender::handshake;
