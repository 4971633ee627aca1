//! The program; everything is in the library, see `src/lib.rs` for the map.

use std::process::ExitCode;

fn main() -> ExitCode {
    switchboard::cli::main()
}
