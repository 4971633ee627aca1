//! Deliveries to the apps (E14).
//!
//! | file | |
//! |---|---|
//! | `outgoing` | which call is due, with its bytes and signatures; pure |
//! | `sender` | the calls over HTTP |
//! | `troubles` | those that fail, told once for each cause |

mod outgoing;
mod sender;
mod troubles;

#[cfg(test)]
pub(super) use sender::client;
pub(super) use sender::handshake;
pub(super) use troubles::Troubles;
