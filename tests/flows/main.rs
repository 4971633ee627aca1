//! What the desk asks for when keys are pressed: `update` by its effects.
//!
//! | file | |
//! |---|---|
//! | `replying` | a reply from the first key to Enter, and what it goes out as |
//! | `courtesy` | what the customer sees of us: seen and typing |
//! | `drafts` | unsent text: it is saved, comes back, and belongs to one person |
//! | `control` | who holds a thread, and who gets it |
//! | `fate` | what becomes of a reply that did not simply go out |
//! | `page` | what the Page shows before anybody writes |
//! | `reading` | the list and the thread, asked for in parts |
//! | `desk` | the desk itself: pace, commands, the same keys twice, the curtain |

#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "../support/mod.rs"]
mod support;

mod control;
mod courtesy;
mod desk;
mod drafts;
mod fate;
mod page;
mod reading;
mod replying;

use support::desk::*;

use switchboard::{
    app::input::keymap::{Code, Key},
    app::{
        Anchor, Damage, Effect, Focus, Loaded, Mouse, Msg, Query, Settings, TerminalEffect,
        dialog::Dialog, is_due, wake_at,
    },
    domain::{
        ApiCall, AppId, Author, Change, Command, Conversation, ConversationId, Decision, Draft,
        HandBack, HandBackNote, Hit, HoldReason, InboxQuery, InboxSlice, Link, LocalId, Mid,
        NewReply, Operation, OperationKind, Outcome, Platform, Psid, ReplyAs, Routing, SendAs,
        SendState, SimulatorOrder, Span, ThreadOwner, ThreadRange, Timestamp, View,
    },
};

fn id(row: &str) -> ConversationId {
    ConversationId::new(row)
}

fn ask(row: &str, operation: Operation) -> Effect {
    Effect::Engine(Command::Operate {
        conversation: id(row),
        psid: Psid::new(format!("70{row}")),
        operation,
    })
}

fn asks(effects: &[Effect]) -> Vec<&Operation> {
    effects
        .iter()
        .filter_map(|e| match e {
            Effect::Engine(Command::Operate { operation, .. }) => Some(operation),
            _ => None,
        })
        .collect()
}

/// The id of the one reply that is sent.
fn sent(effects: &[Effect]) -> LocalId {
    let locals: Vec<&LocalId> = asks(effects)
        .into_iter()
        .filter_map(|ask| match ask {
            Operation::Reply(reply) => Some(&reply.parts[0].local),
            _ => None,
        })
        .collect();
    assert_eq!(locals.len(), 1, "{effects:?}");
    locals[0].clone()
}

/// Ana's reply is refused.
fn refused(local: LocalId, text: &str) -> Change {
    Change::ReplyNotSent {
        conversation: id("3"),
        local,
        why: "no".into(),
        returned: Box::new(Draft::of(text)),
    }
}

fn desk() -> Desk {
    Desk::new((120, 40))
}

fn note(outcome: Outcome) -> HandBack {
    HandBack {
        to: Some(AppId::new(BOT)),
        note: HandBackNote {
            outcome,
            summary: String::new(),
            next: String::new(),
            idle: false,
            agent: "kim".into(),
            answered_through: Some((Mid::new("m9"), ago(0, 1))),
        },
    }
}
