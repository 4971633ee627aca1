//! The Page.

/// The Page, and how it routes.
#[derive(Debug)]
pub(in crate::sim) struct Page {
    pub(in crate::sim) id: String,
    pub(in crate::sim) name: String,
    /// Its Instagram account, if it has one.
    pub(in crate::sim) instagram_id: Option<String>,
    pub(in crate::sim) instagram_name: String,
    /// Index into the apps; `None` is the zero-config mode.
    pub(in crate::sim) default_app: Option<usize>,
    pub(in crate::sim) instagram_default_app: Option<usize>,
    /// The retired Handover Protocol: the default app is the primary receiver.
    pub(in crate::sim) handover: bool,
}
