//! Libraries compiled from C and C++ on the spot, every warning an error.

use std::path::{Path, PathBuf};
use std::process::Command;

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
