//! What the tests of the suite share.
#![allow(dead_code, clippy::unwrap_used, reason = "each test file uses a part")]

use std::path::{Path, PathBuf};

use shouxin_plugin_check::{Options, Report, Verdict, check};

/// The library of a package of this workspace, built by cargo as a dev-dependency.
pub fn library(package: &str) -> PathBuf {
    let folder = std::env::current_exe().unwrap().parent().unwrap().to_owned();
    folder.join(format!("lib{}.so", package.replace('-', "_")))
}

/// The program that serves plugins.
pub fn host_program() -> PathBuf {
    env!("CARGO_BIN_EXE_plugin-check").into()
}

/// A folder for checks. In memory where there is such a place: the plugins sync each step, and what
/// a disk does then is none of the suite's rules.
pub fn work_dir() -> tempfile::TempDir {
    let memory = Path::new("/dev/shm");
    match tempfile::tempdir_in(memory) {
        Ok(folder) => folder,
        Err(_) => tempfile::tempdir().unwrap(),
    }
}

/// Checks a library quickly. No folder of the check may be left.
pub fn check_with(library: &Path, change: impl FnOnce(&mut Options)) -> Report {
    let work = work_dir();
    let mut options = Options::new(host_program());
    options.quick = true;
    options.deadline_ms = 60_000;
    options.work_dir = work.path().to_owned();
    change(&mut options);
    let report = check(library, &options);
    let left: Vec<_> = std::fs::read_dir(work.path()).unwrap().collect();
    assert!(left.is_empty(), "{left:?}");
    report
}

/// Every rule that did not come out well, in their order; what could not be looked at aside.
pub fn broken(report: &Report) -> Vec<(&'static str, Verdict)> {
    let bad = |verdict| matches!(verdict, Verdict::Failed | Verdict::Warned);
    report
        .findings
        .iter()
        .filter(|finding| bad(finding.verdict))
        .map(|finding| (finding.id, finding.verdict))
        .collect()
}
