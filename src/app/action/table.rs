//! Every action, once. A row makes the variant of [`Action`], its place in
//! keymap, help, command line and config, what it needs and whom it reaches
//! (`availability` tells from these columns why it cannot be done now), and
//! names the function that does it (`run` expands that column).
//!
//! | column | |
//! |---|---|
//! | name | in config and on the command line |
//! | keys | the default ones |
//! | context | where they are read |
//! | group | under which head it stands |
//! | needs | what must be so, in the order in which it is said |
//! | reach | whom it reaches |
//! | marked | `Each`: on marked rows it is done to all of them |
//! | aliases | other names, which people may have bound |
//! | help | what it does, in words |
//! | after `=>` | the function that does it |

/// Where a key is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Context {
    /// List, thread and customer pane.
    Desk,
    /// The composer; keys without a meaning there are text.
    Composer,
}

/// What an action is for, as help heads it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)] // the words say it
pub enum Group {
    Reply,
    Control,
    Triage,
    Move,
    Find,
    Look,
    Copy,
    Desk,
    Composer,
}

impl Group {
    /// All of them, in the order of the help.
    pub const ALL: [Self; 9] = [
        Self::Reply,
        Self::Control,
        Self::Triage,
        Self::Move,
        Self::Find,
        Self::Look,
        Self::Copy,
        Self::Desk,
        Self::Composer,
    ];

    /// Its heading.
    pub fn heading(self) -> &'static str {
        match self {
            Self::Reply => "Reply",
            Self::Control => "Control",
            Self::Triage => "Triage",
            Self::Move => "Move",
            Self::Find => "Find",
            Self::Look => "Look",
            Self::Copy => "Copy",
            Self::Desk => "Desk",
            Self::Composer => "In the composer",
        }
    }
}

/// What must be so before an action can be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// A conversation is selected or open.
    Row,
    /// Meta would take a reply.
    Window,
    /// Meta would take a reply, or a utility template.
    WindowOrTemplate,
    /// A default app is set, so control can be taken.
    Routing,
    /// No default app is set, so control can be asked for.
    NoRouting,
    /// No other app holds the thread.
    NotElsewhere,
    /// We hold the thread.
    Ours,
    /// We do not hold the thread.
    NotOurs,
    /// The thread is not ours yet, or there is a colleague who could have it.
    SomebodyElse,
    /// A reply of the thread was refused.
    Refused,
    /// A message of the open thread is at hand.
    Message,
}

/// Whom an action reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// This screen.
    View,
    /// The files of this desk: Meta and the customer learn nothing.
    Desk,
    /// Meta, and so perhaps the customer.
    Meta,
}

/// On how many rows an action works when some are marked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Marked {
    /// On the one under the cursor, or on none.
    No,
    /// On each of them.
    Each,
}

/// One row of the table.
#[derive(Debug)]
pub struct ActionSpec {
    /// The action.
    pub action: Action,
    /// Its name in config and on the command line.
    pub name: &'static str,
    /// Its default keys.
    pub keys: &'static [&'static str],
    /// Where they are read.
    pub context: Context,
    /// What it is for.
    pub group: Group,
    /// What it needs.
    pub needs: &'static [Need],
    /// Whom it reaches.
    pub reach: Reach,
    /// Whether it is for all marked rows.
    pub marked: Marked,
    /// Its other names.
    pub aliases: &'static [&'static str],
    /// What it does.
    pub help: &'static str,
}

/// Hands the rows to the macro `$with`.
macro_rules! actions {
    ($with:ident) => { $with! {
// name                                       keys            context  group    needs                        reach marked aliases
Reply          "reply"           ["r"]            Desk     Reply    [Row WindowOrTemplate]       Meta  No   []                "reply: take control if needed, mark seen, show typing, write" => control::begin_reply;
Take           "take"            ["t"]            Desk     Control  [Row Routing NotOurs]        Meta  Each []                "take control of the thread" => control::take;
HandBack       "hand_back"       ["b"]            Desk     Control  [Row NotElsewhere]           Meta  Each []                "hand back to the bot, with an outcome" => control::ask_hand_back;
PassTo         "pass_to"         ["B"]            Desk     Control  [Row NotElsewhere]           Meta  No   ["pass"]          "pass the thread to another app" => control::pass_to;
Colleague      "colleague"       ["a"]            Desk     Control  [Row SomebodyElse]           Meta  No   ["claim"]         "claim it, or pass it to a colleague" => control::colleague;
Request        "request"         ["R"]            Desk     Control  [Row NoRouting NotOurs]      Meta  Each []                "ask the owner for control (where no default app is set)" => control::request;
Extend         "extend"          ["E"]            Desk     Control  [Row NotElsewhere Ours]      Meta  Each []                "keep control for another 24 hours" => control::extend;
Release        "release"         ["U"]            Desk     Control  [Row NotElsewhere Ours]      Meta  Each []                "release control: nobody holds the thread" => control::release;
MarkSeen       "mark_seen"       ["m"]            Desk     Reply    [Row]                        Meta  Each ["seen"]          "mark as seen for the customer" => control::mark_seen;
Quote          "quote"           ["Q"]            Desk     Reply    [Row Window Message]         Meta  No   []                "quote the selected message in a reply, or no longer" => react::quote;
React          "react"           ["+"]            Desk     Reply    [Row Message]                Meta  No   []                "react to the selected message" => react::ask;
Wait           "wait"            ["w"]            Desk     Triage   [Row]                        Desk  Each []                "wait for the customer's reply" => triage::wait;
Snooze         "snooze"          ["s"]            Desk     Triage   [Row]                        Desk  Each []                "snooze until a time, or until they write" => triage::snooze;
NoReplyNeeded  "no_reply_needed" ["x"]            Desk     Triage   [Row]                        Desk  Each ["done"]          "no reply needed, until they write again" => triage::no_reply_needed;
KeepUnread     "keep_unread"     ["M"]            Desk     Triage   [Row]                        Desk  Each []                "keep unread until I open it again" => triage::keep_unread;
Note           "note"            ["c"]            Desk     Triage   [Row]                        Desk  No   []                "write a private note (never sent)" => triage::note;
Labels         "labels"          ["L"]            Desk     Triage   [Row]                        Desk  Each []                "add or remove a label" => triage::labels;
Mark           "mark"            ["v"]            Desk     Triage   []                           View  No   []                "mark rows; the next action is for all of them" => triage::mark;
Undo           "undo"            ["u"]            Desk     Triage   []                           Desk  No   []                "undo the last decision, or go back" => triage::undo;
Repeat         "repeat"          ["."]            Desk     Triage   [Row]                        Desk  Each []                "repeat the last decision here" => triage::repeat;
Like           "like"            []               Desk     Reply    [Row Window]                 Meta  No   []                "send a Like (on Instagram a heart)" => react::like;
DropRefused    "drop_refused"    ["d"]            Desk     Reply    [Row Refused]                Meta  No   []                "drop refused replies" => control::drop_refused;
MessageType    "message_type"    ["^t"]           Desk     Reply    [Row]                        Meta  No   []                "change the message type of this reply" => reply::change_type;
Open           "open"            ["Enter"]        Desk     Move     [Row]                        View  No   []                "open the conversation; in it: enlarge a picture, settle an unsent reply" => control::open_or_settle;
Back           "back"            ["q"]            Desk     Move     []                           View  No   []                "back to the list; in the list: quit" => leave::back;
Close          "close"           ["Esc"]          Desk     Move     []                           View  No   []                "close or go back; never quits" => leave::close;
ReadOn         "read_on"         ["Space"]        Desk     Move     []                           View  No   []                "page down, then the next waiting customer" => navigate::read_on;
NextWaiting    "next_waiting"    ["]"]            Desk     Move     []                           View  No   []                "open the next waiting conversation" => |model| navigate::next_waiting(model, false);
PreviousWaiting "previous_waiting" ["["]          Desk     Move     []                           View  No   []                "open the previous waiting conversation" => |model| navigate::next_waiting(model, true);
LastThread     "last_thread"     ["-"]            Desk     Move     []                           View  No   []                "back to the conversation before this one" => navigate::last_thread;
Jump           "jump"            ["^p"]           Desk     Find     []                           View  No   []                "jump to a person by name" => look::jump;
Search         "search"          ["g /"]          Desk     Find     []                           View  No   []                "search all cached messages" => |model| look::search(model, "");
Filter         "filter"          ["/"]            Desk     Find     []                           View  No   []                "filter the list; in the thread: find" => look::filter;
FindNext       "find_next"       ["n"]            Desk     Find     []                           View  No   []                "next place found in the thread" => |model| navigate::find_in_thread(model, true);
FindPrevious   "find_previous"   ["N"]            Desk     Find     []                           View  No   []                "previous place found in the thread" => |model| navigate::find_in_thread(model, false);
ViewNeedsMe    "view_needs_me"   ["1"]            Desk     Move     []                           View  No   []                "show who needs me" => |model| navigate::show(model, View::NeedsMe);
ViewMine       "view_mine"       ["2"]            Desk     Move     []                           View  No   []                "show the threads you hold" => |model| navigate::show(model, View::Mine);
ViewBot        "view_bot"        ["3"]            Desk     Move     []                           View  No   []                "show the threads the bot or nobody holds" => |model| navigate::show(model, View::Bot);
ViewClosing    "view_closing"    ["4"]            Desk     Move     []                           View  No   []                "show what closes within 4 hours" => |model| navigate::show(model, View::Closing);
ViewAll        "view_all"        ["5"]            Desk     Move     []                           View  No   []                "show everything" => |model| navigate::show(model, View::All);
View6          "view_6"          ["6"]            Desk     Move     []                           View  No   []                "show your saved view 6" => |model| navigate::show_place(model, 6);
View7          "view_7"          ["7"]            Desk     Move     []                           View  No   []                "show your saved view 7" => |model| navigate::show_place(model, 7);
View8          "view_8"          ["8"]            Desk     Move     []                           View  No   []                "show your saved view 8" => |model| navigate::show_place(model, 8);
View9          "view_9"          ["9"]            Desk     Move     []                           View  No   []                "show your saved view 9" => |model| navigate::show_place(model, 9);
Profile        "profile"         ["p"]            Desk     Look     [Row]                        View  No   []                "show the person's profile" => look::profile;
Ownership      "ownership"       ["i"]            Desk     Look     [Row]                        View  No   []                "show who held the thread, and the clocks" => look::ownership;
RawJson        "raw_json"        ["J"]            Desk     Look     [Row]                        View  No   []                "show the JSON as Meta sent it" => look::raw_json;
Page           "page"            ["g p"]          Desk     Look     []                           View  No   []                "what the Page shows: greeting, menu, ice breakers" => page::show;
Report         "report"          []               Desk     Look     []                           View  No   []                "what was done here: replies, hand-backs, busy hours" => look::report;
Tour           "tour"            []               Desk     Look     []                           View  No   []                "the tour: what there is to try in the demo" => look::tour;
ApiLog         "api_log"         ["@"]            Desk     Look     []                           View  No   []                "show the calls to the Graph API" => look::api_log;
HandOvers      "hand_overs"      ["g d"]          Desk     Look     [Row]                        View  No   ["explain_owner"] "explain the current owner: handovers, channels" => look::hand_overs;
OpenLink       "open_link"       ["o"]            Desk     Look     []                           View  No   []                "open a link or an attachment in the browser" => clipboard::open_link;
SaveFile       "save_file"       ["D"]            Desk     Look     []                           View  No   []                "save an attachment" => clipboard::save_file;
CopyText       "copy_text"       ["y y"]          Desk     Copy     [Row]                        View  No   []                "copy the text of the message" => clipboard::text;
CopyId         "copy_id"         ["y i"]          Desk     Copy     [Row]                        View  No   []                "copy its id" => clipboard::id;
CopyJson       "copy_json"       ["y j"]          Desk     Copy     [Row]                        View  No   []                "copy its JSON" => clipboard::json;
CopyCurl       "copy_curl"       ["y c"]          Desk     Copy     [Row]                        View  No   []                "copy the last call about it as curl, with $PAGE_TOKEN" => clipboard::curl;
CopyPath       "copy_path"       ["y p"]          Desk     Copy     []                           View  No   []                "in the JSON: copy the path of the marked line" => clipboard::path;
CopyLink       "copy_link"       ["y l"]          Desk     Copy     []                           View  No   []                "copy the link on the screen" => clipboard::link;
Down           "down"            ["j", "Down"]    Desk     Move     []                           View  No   []                "down" => |model| select::step(model, 1);
Up             "up"              ["k", "Up"]      Desk     Move     []                           View  No   []                "up" => |model| select::step(model, -1);
Top            "top"             ["g g", "Home"]  Desk     Move     []                           View  No   []                "to the first" => |model| navigate::to_edge(model, false);
Bottom         "bottom"          ["G", "End"]     Desk     Move     []                           View  No   []                "to the last" => |model| navigate::to_edge(model, true);
HalfDown       "half_down"       ["^d"]           Desk     Move     []                           View  No   []                "half a page down" => |model| navigate::page(model, 1, 2);
HalfUp         "half_up"         ["^u"]           Desk     Move     []                           View  No   []                "half a page up" => |model| navigate::page(model, -1, 2);
PageDown       "page_down"       ["PgDn"]         Desk     Move     []                           View  No   []                "a page down" => |model| navigate::page(model, 1, 1);
PageUp         "page_up"         ["PgUp"]         Desk     Move     []                           View  No   []                "a page up" => |model| navigate::page(model, -1, 1);
PaneLeft       "pane_left"       ["h", "Left"]    Desk     Move     []                           View  No   []                "the pane to the left" => |model| navigate::to_pane(model, Focus::List);
PaneRight      "pane_right"      ["l", "Right"]   Desk     Move     []                           View  No   []                "the pane to the right" => |model| navigate::to_pane(model, Focus::Thread);
NextPane       "next_pane"       ["Tab"]          Desk     Move     []                           View  No   []                "the next pane" => navigate::next_pane;
Privacy        "privacy"         []               Desk     Desk     []                           View  No   []                "privacy mode: hide names and messages" => desk::privacy;
Refresh        "refresh"         ["^r"]           Desk     Desk     []                           Meta  No   []                "refresh now" => desk::refresh;
Redraw         "redraw"          ["^l"]           Desk     Desk     []                           View  No   []                "redraw the screen" => desk::redraw;
Suspend        "suspend"         ["^z"]           Desk     Desk     []                           View  No   []                "suspend to the shell" => desk::suspend;
Quit           "quit"            []               Desk     Desk     []                           View  No   []                "quit, wherever you are" => leave::ask_to_quit;
Cancel         "cancel"          ["^c"]           Desk     Desk     []                           View  No   []                "cancel; twice in the list: quit" => leave::cancel;
Commands       "commands"        [":"]            Desk     Desk     []                           View  No   []                "run an action by its name" => look::commands;
Help           "help"            ["?", "F1"]      Desk     Desk     []                           View  No   []                "this help" => look::help;
Send           "send"            ["Enter"]        Composer Composer []                           Meta  No   []                "send" => |model| reply::send(model, None);
NewLine        "new_line"        ["^j"]           Composer Composer []                           View  No   []                "a new line" => |model| reply::compose(model, |composer| composer.insert("\n"));
SendHandBack   "send_hand_back"  ["^d"]           Composer Composer []                           Meta  No   []                "send and hand back to the bot" => reply::send_hand_back;
Canned         "canned"          ["/", "Tab"]     Composer Composer []                           View  No   []                "canned replies and templates (/ where the text begins; // is a slash)" => attach::canned;
Editor         "editor"          ["^o"]           Composer Composer []                           View  No   []                "write in your editor ($VISUAL, $EDITOR)" => reply::edit;
Attach         "attach"          ["^f"]           Composer Composer []                           View  No   []                "attach a file, an address, or something sent before" => attach::ask_what_to_attach;
TakeOff        "take_off"        ["^x"]           Composer Composer []                           View  No   ["detach"]        "take off what was attached last" => attach::take_off;
Silent         "silent"          ["^s"]           Composer Composer []                           View  No   []                "send this reply without a sound, or with one again" => attach::silent;
ComposerMessageType "composer_message_type" ["^t"] Composer Composer []                          View  No   []                "change what this reply goes out as" => reply::change_type;
LeaveComposer  "leave_composer"  ["Esc"]          Composer Composer []                           View  No   []                "leave; the text is kept as a draft" => reply::leave_composer;
ComposerJump   "composer_jump"   ["^p"]           Composer Composer []                           View  No   []                "jump to a person by name" => look::jump;
ComposerHelp   "composer_help"   ["F1"]           Composer Composer []                           View  No   []                "help" => look::help;
ComposerRedraw "composer_redraw" ["^l"]           Composer Composer []                           View  No   []                "redraw the screen" => desk::redraw;
ComposerSuspend "composer_suspend" ["^z"]         Composer Composer []                           View  No   []                "suspend to the shell" => desk::suspend;
ComposerCancel "composer_cancel" ["^c"]           Composer Composer []                           View  No   []                "cancel an upload; else leave, the text is kept" => leave::cancel_in_composer;
    }};
}
pub(crate) use actions;

macro_rules! table {
    ($($action:ident $name:literal [$($key:literal),*] $context:ident $group:ident [$($need:ident)*] $reach:ident $marked:ident [$($alias:literal),*] $help:literal => $run:expr;)*) => {
        /// Something a key can do.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[allow(missing_docs)] // the help says it in words
        pub enum Action {
            $($action),*
        }

        /// All actions, in the order of the help screen.
        pub const ACTIONS: &[ActionSpec] = &[$(ActionSpec {
            action: Action::$action,
            name: $name,
            keys: &[$($key),*],
            context: Context::$context,
            group: Group::$group,
            needs: &[$(Need::$need),*],
            reach: Reach::$reach,
            marked: Marked::$marked,
            aliases: &[$($alias),*],
            help: $help,
        }),*];
    };
}

actions!(table);

impl Action {
    /// Its row of the table.
    pub fn spec(self) -> &'static ActionSpec {
        // The table makes enum and rows in one order.
        &ACTIONS[self as usize]
    }

    /// Whether it would do harm where nobody meant it: it reaches Meta, or is a
    /// step out of the program.
    pub(crate) fn harms_by_mistake(self) -> bool {
        let leaves = matches!(
            self,
            Self::Back | Self::Quit | Self::Cancel | Self::Suspend | Self::ComposerSuspend
        );
        leaves || self.spec().reach == Reach::Meta
    }
}

impl ActionSpec {
    /// Whether it is called so: by its name, or by one of its other names.
    pub fn is_called(&self, name: &str) -> bool {
        self.name == name || self.aliases.contains(&name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_aliases_are_unique() {
        let names = ACTIONS
            .iter()
            .flat_map(|spec| spec.aliases.iter().chain([&spec.name]));
        let names: Vec<&&str> = names.collect();
        for (at, name) in names.iter().enumerate() {
            assert!(!names[..at].contains(name), "{name}");
        }
        for spec in ACTIONS {
            assert_eq!(spec.action.spec().name, spec.name);
        }
    }

    #[test]
    fn what_reaches_meta_or_the_files_of_a_thread_needs_a_row() {
        let alone = ["undo", "refresh"];
        for spec in ACTIONS.iter().filter(|spec| {
            spec.context == Context::Desk
                && spec.reach != Reach::View
                && !alone.contains(&spec.name)
        }) {
            assert_eq!(spec.needs.first(), Some(&Need::Row), "{}", spec.name);
        }
    }
}
