//! Has the linker put the functions that run while an agent works next to each other
//! (`functions.txt`).
//!
//! The program is seven megabytes of code, and a desk uses two of them. Spread over all of it,
//! they bring nearly all of it into memory, and a key waits until the processor has found
//! their pages; side by side, memory is 4 MiB less and a key takes a third less time.
//!
//! Only the place of a function changes. One that the list does not know, or that another
//! compiler calls by another name, stands behind the others, as it would without a list.
//! Copies of a generic function differ by a hash alone; where that is another one, all of
//! its copies stand together.

use std::{env, fmt::Write, fs, io, path::PathBuf};

const LIST: &str = "assets/layout/functions.txt";

fn main() -> io::Result<()> {
    println!("cargo::rerun-if-changed={LIST}");
    println!("cargo::rerun-if-changed=assets/layout/build.rs");
    if !is_wanted() {
        return Ok(());
    }
    let list = fs::read_to_string(LIST)?;
    let names = list
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'));
    let (mut code, mut tables) = (String::new(), String::new());
    for name in names {
        // The compiler keeps apart what it takes to be unlikely, and copies of a function
        // have a number after its name.
        for of in [".text", ".text.unlikely"] {
            let _ = writeln!(code, "    *({of}.{name} {of}.{name}.*)");
        }
        // Where a `match` goes on, and what it answers.
        for of in [".rodata.", ".rodata..Lswitch.table."] {
            let _ = writeln!(tables, "    *({of}{name} {of}{name}.*)");
        }
    }
    // The rest of what is unlikely is little, and some of it does run.
    code += "    *(.text.unlikely .text.unlikely.*)\n";
    let script = format!(
        "SECTIONS\n{{\n  .text.often :\n  {{\n{code}  }}\n}}\nINSERT BEFORE .text;\n\
         SECTIONS\n{{\n  .rodata.often :\n  {{\n{tables}  }}\n}}\nINSERT BEFORE .rodata;\n"
    );
    let path = PathBuf::from(env::var("OUT_DIR").map_err(io::Error::other)?).join("layout.ld");
    fs::write(&path, script)?;
    // Not by `-Wl`, for which a comma in the path is an end.
    println!("cargo::rustc-link-arg-bins=-T{}", path.display());
    Ok(())
}

/// For release builds on Linux, where the linker is lld or GNU ld. A linker that somebody
/// has chosen may not understand such a script.
fn is_wanted() -> bool {
    let is = |name: &str, value: &str| env::var(name).is_ok_and(|found| found == value);
    let flags = env::var("CARGO_ENCODED_RUSTFLAGS").unwrap_or_default();
    is("PROFILE", "release")
        && is("CARGO_CFG_TARGET_OS", "linux")
        && is("CARGO_CFG_TARGET_ENV", "gnu")
        && is("CARGO_CFG_TARGET_ARCH", "x86_64")
        && env::var_os("RUSTC_LINKER").is_none()
        && !flags.contains("link")
}
