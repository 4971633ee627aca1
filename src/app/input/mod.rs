//! From keys, lines and the mouse to an action.
//!
//! | file | |
//! |---|---|
//! | `dispatch` | who takes a key |
//! | `keymap` | keys, their names, and what they mean |
//! | `mouse` | what a click does |
//! | `plain` | the desk in lines |
//! | `hints` | the bottom line |

pub(crate) mod dispatch;
pub mod hints;
pub mod keymap;
pub(crate) mod mouse;
pub mod plain;
