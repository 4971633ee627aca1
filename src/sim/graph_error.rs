//! The error answers, each with its HTTP status, code and subcode.

use serde_json::{Value, json};

/// An answer that is an error.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct GraphError {
    pub(super) status: u16,
    pub(super) code: i64,
    pub(super) subcode: i64,
    pub(super) message: String,
    pub(super) kind: &'static str,
    pub(super) transient: bool,
    /// `error_user_title`, where Meta speaks to the person, too.
    pub(super) title: Option<&'static str>,
}

impl GraphError {
    pub(super) fn new(status: u16, code: i64, subcode: i64, message: impl Into<String>) -> Self {
        Self {
            status,
            code,
            subcode,
            message: message.into(),
            kind: "OAuthException",
            transient: false,
            title: None,
        }
    }

    /// "(#100) …" with status 400.
    pub(super) fn parameter(message: impl AsRef<str>) -> Self {
        Self::new(400, 100, 0, format!("(#100) {}", message.as_ref()))
    }

    pub(super) fn unknown_object(id: &str) -> Self {
        Self {
            kind: "GraphMethodException",
            ..Self::new(
                400,
                100,
                33,
                format!(
                    "Unsupported get request. Object with ID '{id}' does not exist, cannot be loaded due to missing \
                     permissions, or does not support this operation. Please read the Graph API documentation at \
                     https://developers.facebook.com/docs/graph-api"
                ),
            )
        }
    }

    pub(super) fn unknown_field(field: &str, node: &str) -> Self {
        Self::parameter(format!(
            "Tried accessing nonexisting field ({field}) on node type ({node})"
        ))
    }

    pub(super) fn unknown_person(instagram: bool) -> Self {
        Self::new(
            400,
            100,
            if instagram { 2_534_014 } else { 2_018_001 },
            "(#100) No matching user found",
        )
    }

    /// "Not the owner", as the control calls say it (our choice for Messenger).
    pub(super) fn not_owner() -> Self {
        Self::new(
            400,
            100,
            2_534_037,
            "The action is invalid since it's not the thread owner.",
        )
    }

    pub(super) fn not_permitted(status: u16) -> Self {
        Self::new(
            status,
            10,
            0,
            "(#10) Application does not have permission for this action",
        )
    }

    pub(super) fn transient() -> Self {
        Self {
            transient: true,
            ..Self::new(
                500,
                2,
                0,
                "An unexpected error has occurred. Please retry your request later.",
            )
        }
    }

    pub(super) fn json(&self, trace: &str) -> Value {
        let mut error = json!({"message": self.message, "type": self.kind, "code": self.code});
        if self.subcode != 0 {
            error["error_subcode"] = json!(self.subcode);
        }
        if self.transient {
            error["is_transient"] = json!(true);
        }
        if let Some(title) = self.title {
            error["is_transient"] = json!(false);
            error["error_user_title"] = json!(title);
            error["error_user_msg"] = json!(self.message);
        }
        error["fbtrace_id"] = json!(trace);
        json!({ "error": error })
    }
}
