//! Every action: one row of the table and the function that does it.
//!
//! | file | |
//! |---|---|
//! | `table` | the rows |
//! | `availability` | why an action cannot be done now |
//! | `run` | does one |
//! | `intent` | does what a dialog wants |
//! | `navigate` | list, panes, open thread: the customer learns nothing |
//! | `select` | which message of the thread is meant |
//! | `leave` | leaving the open thread, and the program |
//! | `look` | what is opened to look at or for something |
//! | `control` | seen, and who holds the thread |
//! | `react` | a reaction to a message |
//! | `reply` | the text, its type, sending it |
//! | `attach` | canned replies, templates and files in it |
//! | `page` | what the Page shows before anybody writes |
//! | `triage` | an agent's own decisions; undo and repeat |
//! | `clipboard` | copying, opening, saving |
//! | `desk` | the desk itself |

pub(crate) mod attach;
pub mod availability;
pub mod clipboard;
pub(crate) mod control;
pub(crate) mod desk;
pub(crate) mod intent;
pub(crate) mod leave;
pub(crate) mod look;
pub(crate) mod navigate;
pub(crate) mod page;
pub(crate) mod react;
pub(crate) mod reply;
pub(crate) mod run;
pub(crate) mod select;
pub mod table;
pub(crate) mod triage;
