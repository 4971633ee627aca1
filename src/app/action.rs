//! Every action, once: its name, default keys and help. Keymap, help screen,
//! command line and config come from this table.

/// Where a key is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Context {
    /// List, thread and customer pane.
    Desk,
    /// The composer; keys without a meaning there are text.
    Composer,
}

/// Something a key can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs)] // the table below says it in words
pub enum Action {
    Down,
    Up,
    Top,
    Bottom,
    HalfDown,
    HalfUp,
    PageDown,
    PageUp,
    PaneLeft,
    PaneRight,
    NextPane,
    Open,
    Back,
    ReadOn,
    NextWaiting,
    PreviousWaiting,
    ViewNeedsMe,
    ViewMine,
    ViewBot,
    ViewClosing,
    ViewAll,
    Jump,
    Search,
    Filter,
    FindNext,
    FindPrevious,
    LastThread,
    Profile,
    Ownership,
    RawJson,
    ApiLog,
    HandOvers,
    OpenLink,
    SaveFile,
    CopyText,
    CopyId,
    CopyJson,
    CopyCurl,
    CopyPath,
    CopyLink,
    Colleague,
    Reply,
    Take,
    HandBack,
    PassTo,
    Request,
    Extend,
    Release,
    MarkSeen,
    Wait,
    Snooze,
    NoReplyNeeded,
    KeepUnread,
    Mark,
    Undo,
    Repeat,
    Note,
    Labels,
    DropRefused,
    MessageType,
    Privacy,
    Quit,
    Refresh,
    Redraw,
    Suspend,
    Cancel,
    Commands,
    Help,
    Send,
    NewLine,
    SendHandBack,
    LeaveComposer,
    Canned,
    Editor,
    Attach,
    ComposerMessageType,
    ComposerJump,
    ComposerHelp,
    ComposerRedraw,
    ComposerSuspend,
    ComposerCancel,
}

/// One row of the table.
#[derive(Debug)]
pub struct Spec {
    /// The action.
    pub action: Action,
    /// Its name in config and on the command line.
    pub name: &'static str,
    /// Its default keys.
    pub keys: &'static [&'static str],
    /// Where they are read.
    pub context: Context,
    /// What it does.
    pub help: &'static str,
}

macro_rules! table {
    ($($context:ident $action:ident $name:literal [$($key:literal),*] $help:literal;)*) => {
        /// All actions, in the order of the help screen.
        pub const ACTIONS: &[Spec] = &[$(Spec {
            action: Action::$action, name: $name, keys: &[$($key),*], context: Context::$context, help: $help,
        }),*];
    };
}

table! {
    Desk Reply "reply" ["r"] "reply: take control if needed, mark seen, show typing, write";
    Desk Take "take" ["t"] "take control of the thread";
    Desk HandBack "hand_back" ["b"] "hand back to the bot, with an outcome";
    Desk PassTo "pass_to" ["B"] "pass the thread to another app";
    Desk Colleague "colleague" ["a"] "claim it for yourself, or pass it to a colleague's app";
    Desk Request "request" ["R"] "ask the owner for control (where no default app is set)";
    Desk Extend "extend" ["E"] "keep control for another 24 hours";
    Desk Release "release" ["U"] "let go of control: the thread becomes idle";
    Desk MarkSeen "mark_seen" ["m"] "tell the customer that you have read";
    Desk Wait "wait" ["w"] "put it off until the customer writes";
    Desk Snooze "snooze" ["s"] "snooze: out of the way until a moment, or until they write";
    Desk NoReplyNeeded "no_reply_needed" ["x"] "no reply needed: done with until they write";
    Desk KeepUnread "keep_unread" ["M"] "keep it unread for me, until I open it again";
    Desk Note "note" ["c"] "write a private note; it is never sent";
    Desk Labels "labels" ["L"] "set or take off a label of ours";
    Desk Mark "mark" ["v"] "mark several rows; the next action is for all of them";
    Desk Undo "undo" ["u"] "undo the last decision, or go back where the desk went on";
    Desk Repeat "repeat" ["."] "repeat the last decision here";
    Desk DropRefused "drop_refused" ["d"] "drop the replies that Meta refused";
    Desk MessageType "message_type" ["^t"] "change what the next reply goes out as";
    Desk Open "open" ["Enter"] "open the conversation; in it: decide about an unsent reply";
    Desk Back "back" ["q", "Esc"] "back to the list; in the list: quit";
    Desk ReadOn "read_on" ["Space"] "a page further, then the next who waits";
    Desk NextWaiting "next_waiting" ["]"] "open the next conversation that waits";
    Desk PreviousWaiting "previous_waiting" ["["] "open the previous conversation that waits";
    Desk LastThread "last_thread" ["-"] "back to the conversation before this one";
    Desk Jump "jump" ["^p"] "jump to a person by name";
    Desk Search "search" ["g /"] "search all cached messages";
    Desk Filter "filter" ["/"] "filter the list; in the thread: find";
    Desk FindNext "find_next" ["n"] "next place found in the thread";
    Desk FindPrevious "find_previous" ["N"] "previous place found in the thread";
    Desk ViewNeedsMe "view_needs_me" ["1"] "show who needs me";
    Desk ViewMine "view_mine" ["2"] "show the threads we hold";
    Desk ViewBot "view_bot" ["3"] "show the threads that bot or nobody holds";
    Desk ViewClosing "view_closing" ["4"] "show windows that close within 4 hours";
    Desk ViewAll "view_all" ["5"] "show everything";
    Desk Profile "profile" ["p"] "show the person's profile";
    Desk Ownership "ownership" ["i"] "show who held the thread, and the clocks";
    Desk RawJson "raw_json" ["J"] "show the JSON as Meta sent it";
    Desk ApiLog "api_log" ["@"] "show the calls to the Graph API";
    Desk HandOvers "hand_overs" ["g d"] "show why the desk thinks that it is so: hand-overs, channels, owner";
    Desk OpenLink "open_link" ["o"] "open a link or an attachment in the browser";
    Desk SaveFile "save_file" ["D"] "save an attachment";
    Desk CopyText "copy_text" ["y y"] "copy the text of the message at the bottom";
    Desk CopyId "copy_id" ["y i"] "copy its id";
    Desk CopyJson "copy_json" ["y j"] "copy its JSON";
    Desk CopyCurl "copy_curl" ["y c"] "copy the last call about it as curl, with $PAGE_TOKEN";
    Desk CopyPath "copy_path" ["y p"] "in the JSON: copy the path of the marked line";
    Desk CopyLink "copy_link" ["y l"] "copy the link on the screen";
    Desk Down "down" ["j", "Down"] "down";
    Desk Up "up" ["k", "Up"] "up";
    Desk Top "top" ["g g", "Home"] "to the first";
    Desk Bottom "bottom" ["G", "End"] "to the last";
    Desk HalfDown "half_down" ["^d"] "half a page down";
    Desk HalfUp "half_up" ["^u"] "half a page up";
    Desk PageDown "page_down" ["PgDn"] "a page down";
    Desk PageUp "page_up" ["PgUp"] "a page up";
    Desk PaneLeft "pane_left" ["h", "Left"] "the pane to the left";
    Desk PaneRight "pane_right" ["l", "Right"] "the pane to the right";
    Desk NextPane "next_pane" ["Tab"] "the next pane";
    Desk Privacy "privacy" [] "draw the privacy curtain over names and words, or open it";
    Desk Refresh "refresh" ["^r"] "ask Meta for news now";
    Desk Redraw "redraw" ["^l"] "draw the screen anew";
    Desk Suspend "suspend" ["^z"] "suspend to the shell";
    Desk Quit "quit" [] "quit, wherever you are";
    Desk Cancel "cancel" ["^c"] "cancel; twice in the list: quit";
    Desk Commands "commands" [":"] "run an action by its name";
    Desk Help "help" ["?", "F1"] "this help";
    Composer Send "send" ["Enter"] "send";
    Composer NewLine "new_line" ["^j"] "a new line";
    Composer SendHandBack "send_hand_back" ["^d"] "send and hand back to the bot";
    Composer Canned "canned" ["/", "Tab"] "canned replies (/ where the text begins; // is a slash)";
    Composer Editor "editor" ["^o"] "write in your editor ($VISUAL, $EDITOR)";
    Composer Attach "attach" ["^f"] "attach a file, or take it off again";
    Composer ComposerMessageType "composer_message_type" ["^t"] "change what this reply goes out as";
    Composer LeaveComposer "leave_composer" ["Esc"] "leave; the text is kept as a draft";
    Composer ComposerJump "composer_jump" ["^p"] "jump to a person by name";
    Composer ComposerHelp "composer_help" ["F1"] "help";
    Composer ComposerRedraw "composer_redraw" ["^l"] "draw the screen anew";
    Composer ComposerSuspend "composer_suspend" ["^z"] "suspend to the shell";
    Composer ComposerCancel "composer_cancel" ["^c"] "leave; the text is kept as a draft";
}

impl Action {
    /// Its row of the table.
    pub fn spec(self) -> &'static Spec {
        // The test below shows that every action has a row.
        ACTIONS
            .iter()
            .find(|spec| spec.action == self)
            .unwrap_or(&ACTIONS[0])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique() {
        for (i, spec) in ACTIONS.iter().enumerate() {
            assert!(
                !ACTIONS[..i]
                    .iter()
                    .any(|s| s.name == spec.name || s.action == spec.action),
                "{}",
                spec.name
            );
            assert_eq!(spec.action.spec().name, spec.name);
        }
    }
}
