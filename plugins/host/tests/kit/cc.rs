//! Libraries compiled from C and C++ on the spot, every warning an error.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, PoisonError};

/// A path of this repository, from the folder of this package.
pub fn here(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// Compiles one source file to `folder/libNAME.so`; the header is looked for in `include`.
pub fn shared(folder: &Path, name: &str, source: &Path, include: &Path) -> PathBuf {
    let output = folder.join(format!("lib{name}.so"));
    let (compiler, standard) = match source.extension().and_then(|ending| ending.to_str()) {
        Some("cpp") => ("c++", "-std=c++17"),
        _ => ("cc", "-std=c99"),
    };
    let done = Command::new(compiler)
        .args([standard, "-Wall", "-Wextra", "-pedantic", "-Werror", "-shared", "-fPIC", "-I"])
        .arg(include)
        .args([Path::new("-o"), &output, source])
        .output()
        .unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    output
}

/// Runs `plugins/c/Makefile`, one test at a time, and returns the folder of what is made with what was
/// printed. What is up to date is not made again.
pub fn make(arguments: &[&str]) -> (PathBuf, String) {
    static ONE: Mutex<()> = Mutex::new(());
    let _one = ONE.lock().unwrap_or_else(PoisonError::into_inner);
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("plugins-c");
    let done = Command::new("make")
        .arg("-C")
        .arg(here("../c"))
        .arg(format!("BUILD={}", folder.display()))
        .args(arguments)
        // The sanitizers want to be the first library; a linker's wrapper may have put itself there.
        .env_remove("LD_PRELOAD")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&done.stdout).into_owned();
    assert!(done.status.success(), "{said}{}", String::from_utf8_lossy(&done.stderr));
    (folder, said)
}
