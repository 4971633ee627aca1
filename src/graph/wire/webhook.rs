//! The JSON of a webhook. Lenient, because receivers meet events without nearly
//! all of their members.

use serde::Deserialize;
use serde_json::{Map, Value, value::RawValue};

use crate::graph::wire::graph_api::{self as wire, lenient, maybe_id, maybe_number};

#[derive(Deserialize)]
pub(in crate::graph) struct Body<'a> {
    pub(in crate::graph) object: String,
    #[serde(borrow, default)]
    pub(in crate::graph) entry: Vec<&'a RawValue>,
}

#[derive(Deserialize)]
pub(in crate::graph) struct Entry<'a> {
    #[serde(default, deserialize_with = "maybe_id")]
    pub(in crate::graph) id: Option<String>,
    #[serde(default, deserialize_with = "maybe_number")]
    pub(in crate::graph) time: Option<i64>,
    #[serde(borrow)]
    pub(in crate::graph) messaging: Option<Vec<&'a RawValue>>,
    #[serde(borrow)]
    pub(in crate::graph) standby: Option<Vec<&'a RawValue>>,
}

/// Members of an event; lenient, because receivers meet events without nearly
/// all of them.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(in crate::graph) struct Event {
    #[serde(deserialize_with = "lenient")]
    pub(in crate::graph) sender: Option<Party>,
    #[serde(deserialize_with = "lenient")]
    pub(in crate::graph) recipient: Option<Party>,
    #[serde(deserialize_with = "maybe_number")]
    pub(in crate::graph) timestamp: Option<i64>,
    #[serde(deserialize_with = "lenient")]
    pub(in crate::graph) message: Option<HeardMessage>,
    #[serde(deserialize_with = "lenient")]
    pub(in crate::graph) delivery: Option<Watermark>,
    #[serde(deserialize_with = "lenient")]
    pub(in crate::graph) read: Option<Watermark>,
    #[serde(deserialize_with = "lenient")]
    pub(in crate::graph) reaction: Option<Reaction>,
    #[serde(deserialize_with = "lenient")]
    pub(in crate::graph) message_edit: Option<Edit>,
    #[serde(deserialize_with = "lenient")]
    pub(in crate::graph) postback: Option<Postback>,
    #[serde(deserialize_with = "lenient")]
    pub(in crate::graph) referral: Option<Referral>,
    #[serde(deserialize_with = "lenient")]
    pub(in crate::graph) optin: Option<Map<String, Value>>,
    #[serde(deserialize_with = "lenient")]
    pub(in crate::graph) account_linking: Option<Map<String, Value>>,
    #[serde(deserialize_with = "lenient")]
    pub(in crate::graph) messaging_feedback: Option<Map<String, Value>>,
    #[serde(deserialize_with = "lenient")]
    pub(in crate::graph) response_feedback: Option<Map<String, Value>>,
    #[serde(deserialize_with = "lenient")]
    pub(in crate::graph) payment: Option<Map<String, Value>>,
    #[serde(deserialize_with = "lenient")]
    pub(in crate::graph) pass_thread_control: Option<Control>,
    #[serde(deserialize_with = "lenient")]
    pub(in crate::graph) take_thread_control: Option<Control>,
    #[serde(deserialize_with = "lenient")]
    pub(in crate::graph) request_thread_control: Option<Control>,
    #[serde(deserialize_with = "lenient")]
    pub(in crate::graph) app_roles: Option<Map<String, Value>>,
    #[serde(deserialize_with = "lenient")]
    pub(in crate::graph) policy_enforcement: Option<Map<String, Value>>,
    #[serde(rename = "policy-enforcement", deserialize_with = "lenient")]
    pub(in crate::graph) policy_enforcement_dashed: Option<Map<String, Value>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(in crate::graph) struct Party {
    #[serde(deserialize_with = "maybe_id")]
    pub(in crate::graph) id: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(in crate::graph) struct HeardMessage {
    #[serde(deserialize_with = "maybe_id")]
    pub(in crate::graph) mid: Option<String>,
    #[serde(deserialize_with = "lenient")]
    pub(in crate::graph) text: Option<String>,
    #[serde(deserialize_with = "lenient")]
    pub(in crate::graph) attachments: Vec<Value>,
    #[serde(deserialize_with = "lenient")]
    pub(in crate::graph) quick_reply: Option<Value>,
    #[serde(deserialize_with = "lenient")]
    pub(in crate::graph) reply_to: Option<wire::ReplyTo>,
    #[serde(deserialize_with = "lenient")]
    pub(in crate::graph) is_echo: bool,
    #[serde(deserialize_with = "lenient")]
    pub(in crate::graph) is_deleted: bool,
    #[serde(deserialize_with = "lenient")]
    pub(in crate::graph) is_unsupported: bool,
    #[serde(deserialize_with = "maybe_id")]
    pub(in crate::graph) app_id: Option<String>,
    #[serde(deserialize_with = "lenient")]
    pub(in crate::graph) metadata: Option<String>,
    #[serde(deserialize_with = "lenient")]
    pub(in crate::graph) referral: Option<Referral>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(in crate::graph) struct Watermark {
    #[serde(deserialize_with = "maybe_number")]
    pub(in crate::graph) watermark: Option<i64>,
    #[serde(deserialize_with = "maybe_id")]
    pub(in crate::graph) mid: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(in crate::graph) struct Reaction {
    #[serde(deserialize_with = "maybe_id")]
    pub(in crate::graph) mid: Option<String>,
    #[serde(deserialize_with = "lenient")]
    pub(in crate::graph) action: Option<String>,
    #[serde(deserialize_with = "lenient")]
    pub(in crate::graph) emoji: Option<String>,
    #[serde(deserialize_with = "lenient")]
    pub(in crate::graph) reaction: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(in crate::graph) struct Edit {
    #[serde(deserialize_with = "maybe_id")]
    pub(in crate::graph) mid: Option<String>,
    #[serde(deserialize_with = "lenient")]
    pub(in crate::graph) text: Option<String>,
    #[serde(deserialize_with = "maybe_number")]
    pub(in crate::graph) num_edit: Option<i64>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(in crate::graph) struct Postback {
    #[serde(deserialize_with = "maybe_id")]
    pub(in crate::graph) mid: Option<String>,
    #[serde(deserialize_with = "lenient")]
    pub(in crate::graph) title: Option<String>,
    #[serde(deserialize_with = "lenient")]
    pub(in crate::graph) payload: Option<String>,
    #[serde(deserialize_with = "lenient")]
    pub(in crate::graph) referral: Option<Referral>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(in crate::graph) struct Referral {
    #[serde(rename = "ref", deserialize_with = "lenient")]
    pub(in crate::graph) reference: Option<String>,
    #[serde(deserialize_with = "lenient")]
    pub(in crate::graph) source: Option<String>,
    #[serde(deserialize_with = "maybe_id")]
    pub(in crate::graph) ad_id: Option<String>,
    #[serde(deserialize_with = "lenient")]
    pub(in crate::graph) ads_context_data: Option<AdsContext>,
    #[serde(deserialize_with = "lenient")]
    pub(in crate::graph) product: Option<Party>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(in crate::graph) struct AdsContext {
    #[serde(deserialize_with = "lenient")]
    pub(in crate::graph) ad_title: Option<String>,
    #[serde(deserialize_with = "maybe_id")]
    pub(in crate::graph) product_id: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(in crate::graph) struct Control {
    #[serde(deserialize_with = "maybe_id")]
    pub(in crate::graph) previous_owner_app_id: Option<String>,
    #[serde(deserialize_with = "maybe_id")]
    pub(in crate::graph) new_owner_app_id: Option<String>,
    #[serde(deserialize_with = "maybe_id")]
    pub(in crate::graph) requested_owner_app_id: Option<String>,
    #[serde(deserialize_with = "lenient")]
    pub(in crate::graph) metadata: Option<Value>,
}
