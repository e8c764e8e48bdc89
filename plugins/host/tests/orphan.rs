//! A child does not outlive the register, however the register ends.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops at the first surprise")]

mod kit;

use std::io::Read;
use std::path::Path;
use std::process::Command;

use kit::{case, faulty, start};
use rustix::fs::{FileType, Mode};
use serde_json::json;
use shouxin_plugin_host::Hook;
use tempfile::TempDir;

/// The folder in which the register of this test keeps its plugin's; set only for the second process.
const FOLDER: &str = "SHOUXIN_TEST_FOLDER";

/// The register that gets killed: the second process of the test below. As a test of its own it
/// has nothing to do.
#[test]
fn register() {
    let Some(folder) = std::env::var_os(FOLDER) else {
        return;
    };
    let folder = Path::new(&folder);
    let running = start(|_| faulty(folder));
    let pipe = folder.join("pipe");
    let parameters = json!({"fault": "hold", "path": pipe.to_str().unwrap()});
    running.submit(1, Hook::Execute, case(1, parameters));
    running.next();
}

#[test]
fn a_killed_register_takes_a_hanging_plugin_with_it() {
    let folder = TempDir::new().unwrap();
    let pipe = folder.path().join("pipe");
    let mode = Mode::RUSR | Mode::WUSR;
    rustix::fs::mknodat(rustix::fs::CWD, &pipe, FileType::Fifo, mode, 0).unwrap();
    let mut register = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "register"])
        .env(FOLDER, folder.path())
        .spawn()
        .unwrap();
    // Returns once the plugin holds the other end.
    let mut held = std::fs::File::open(&pipe).unwrap();
    register.kill().unwrap();
    register.wait().unwrap();
    // Returns once nobody holds it any more.
    assert_eq!(held.read_to_end(&mut Vec::new()).unwrap(), 0);
}
