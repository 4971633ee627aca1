//! Pictures of the open thread. Asked for behind the frame, so no key waits for one.
//!
//! | file | |
//! |---|---|
//! | `state` | what is known of them, and their cells |
//! | `wanted` | which are asked for, and what becomes of them |

mod state;
mod wanted;

pub use state::{
    FACE, PictureLine, PictureState, Pictures, ShownPicture, cells, large_room, of_message,
};
pub(crate) use wanted::{came, enlarge, is_enlarged, lost, missed, shrink, wanted};
