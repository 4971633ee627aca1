//! The `--log` file: one line for every call, as the server saw it.

use std::{
    fs::{File, OpenOptions},
    io::{self, Write},
    path::Path,
    sync::{Mutex, PoisonError},
};

use serde_json::Value;

use crate::private;

/// The `--log` file: one line for every call, as the server saw it.
#[derive(Debug)]
pub(super) struct CallLog(Mutex<File>);

impl CallLog {
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        let mut options = OpenOptions::new();
        let file = private::open(path, options.append(true).create(true))?;
        Ok(Self(Mutex::new(file)))
    }

    pub(super) fn write(&self, entry: &Value) {
        let mut file = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // In one piece: whoever reads along sees half a line for a moment at most.
        let _ = file.write_all(format!("{entry}\n").as_bytes());
    }
}
