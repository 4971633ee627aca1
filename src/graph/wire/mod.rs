//! The shapes of Meta's JSON, under Meta's names.
//!
//! | file | |
//! |---|---|
//! | `graph_api` | what the Graph API answers |
//! | `webhook` | what a webhook tells |

pub(super) mod graph_api;
pub(super) mod webhook;
