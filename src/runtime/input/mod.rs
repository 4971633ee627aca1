//! From the terminal's bytes to messages. What a terminal answers is told apart from
//! what a person does; sequences that mean nothing are swallowed.
//!
//! | file | |
//! |---|---|
//! | `tty` | bytes |
//! | `sequences` | bytes → whole sequences; swallows answers |
//! | `keys` | a sequence → what it means |
//! | `keyboard` | all of that, in time |
//! | `bursts` | tells pastes from typing |
//! | `hidden` | a line that is not shown |

mod bursts;
mod hidden;
mod keyboard;
mod keys;
mod sequences;
mod tty;

pub(super) use self::bursts::Bursts;
pub use hidden::hidden_line;
pub use keyboard::decoded;

#[cfg(test)]
mod tests;
