//! What lies over the desk: the top one of a stack gets the keys. One file a
//! dialog, each of one type that implements [`Modal`]; its twin in `ui::dialog`
//! paints it. What a dialog wants is an [`Intent`].
//!
//! | file | |
//! |---|---|
//! | `mod` | the list of all dialogs |
//! | `modal` | what every dialog can do |
//! | `intent` | what it may want |
//! | `geometry` | where it stands |
//! | `input` | a line of input, a cursor in a list |
//! | `commands`, `help` | the actions by name, and what every key does |
//! | `search`, `jump`, `prompt` | messages, people, rows of the list |
//! | `canned`, `attach`, `fill` | what goes into the composer |
//! | `hand_back`, `sign_off` | how an escalation ends, and a working day |
//! | `snooze`, `labels`, `note` | an agent's own decisions |
//! | `choose` | a short list with a key for each line |
//! | `api_log`, `viewer` | text to read |
//! | `picture` | a picture on the whole screen |
//! | `page` | what the Page shows before anybody writes |

mod api_log;
mod attach;
mod canned;
mod choose;
mod commands;
mod fill;
pub mod geometry;
mod hand_back;
mod help;
mod input;
mod intent;
mod jump;
mod labels;
mod modal;
mod note;
mod page;
mod picture;
mod prompt;
mod search;
mod sign_off;
mod snooze;
mod viewer;

pub use api_log::ApiLog;
pub use attach::{Attach, AttachLine};
pub use canned::CannedPicker;
pub use choose::Choose;
pub use commands::{Commands, THEMES};
pub use fill::FillDialog;
pub use hand_back::{Field, HandBackDialog};
pub use help::{Help, HelpLine};
pub use input::Input;
pub use intent::{Choice, Fate, HandBackAnswer, Intent};
pub use jump::Jump;
pub use labels::Labels;
pub use modal::{Click, Modal, Question, Step};
pub use note::NoteDialog;
pub use page::{EditedProfile, PageDialog, PageLine};
pub use picture::PictureView;
pub use prompt::{Prompt, PromptKind};
pub use search::Search;
pub use sign_off::SignOff;
pub use snooze::Snooze;
pub use viewer::{Find, HandOvers, Viewer, ViewerContent, report_of};

macro_rules! dialogs {
    ($($(#[$meta:meta])* $variant:ident($dialog:ty),)*) => {
        /// One layer over the desk.
        #[derive(Clone, Debug)]
        pub enum Dialog {
            $($(#[$meta])* $variant($dialog),)*
        }

        impl Dialog {
            /// What all of them can do.
            pub fn modal(&self) -> &dyn Modal {
                match self {
                    $(Self::$variant(dialog) => dialog,)*
                }
            }

            /// The same, to be changed.
            pub fn modal_mut(&mut self) -> &mut dyn Modal {
                match self {
                    $(Self::$variant(dialog) => dialog,)*
                }
            }
        }
    };
}

dialogs! {
    /// Which file goes out.
    Attach(Attach),
    /// The calls to the Graph API.
    ApiLog(ApiLog),
    /// The canned replies.
    Canned(CannedPicker),
    /// A short list with a key for each line: target app, link, quit.
    Choose(Choose),
    /// The actions by name.
    Commands(Commands),
    /// What a template still needs.
    Fill(FillDialog),
    /// How an escalation ended.
    HandBack(HandBackDialog),
    /// The help screen.
    Help(Help),
    /// The fuzzy jump to a person.
    Jump(Jump),
    /// Labels of a conversation.
    Labels(Labels),
    /// A private note being written.
    Note(NoteDialog),
    /// What the Page shows before anybody writes.
    Page(PageDialog),
    /// A picture on the whole screen.
    Picture(PictureView),
    /// A line of input at the bottom: filter, find.
    Prompt(Prompt),
    /// The search through all messages.
    Search(Search),
    /// What becomes of the threads we hold when the desk is left.
    SignOff(SignOff),
    /// Until when a conversation is out of the way.
    Snooze(Snooze),
    /// Text to read: profile, ownership, JSON.
    Viewer(Viewer),
}
