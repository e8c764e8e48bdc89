//! A child does not outlive the register, however the register ends.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops at the first surprise")]

mod kit;

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::Command;

use kit::{Running, case, faulty, start};
use rustix::fs::{FileType, Mode};
use serde_json::json;
use shouxin_plugin_host::Hook;
use tempfile::TempDir;

/// The folder in which the register of this test keeps its plugins'; set only for the second process.
const FOLDER: &str = "SHOUXIN_TEST_FOLDER";

/// Plugins of that register.
const PLUGINS: usize = 4;

/// The register that gets killed: the second process of the test below. As a test of its own it
/// has nothing to do.
#[test]
fn register() {
    let Some(folder) = std::env::var_os(FOLDER) else {
        return;
    };
    let running: Vec<Running> = (0..PLUGINS)
        .map(|number| {
            let own = Path::new(&folder).join(number.to_string());
            let pipe = own.join("pipe");
            let running = start(|_| faulty(&own));
            let parameters = json!({"fault": "hold", "path": pipe.to_str().unwrap()});
            running.submit(1, Hook::Execute, case(1, parameters));
            running
        })
        .collect();
    running[0].next();
}

#[test]
fn a_killed_register_takes_its_hanging_plugins_with_it() {
    let folder = TempDir::new().unwrap();
    let pipes: Vec<PathBuf> = (0..PLUGINS)
        .map(|number| {
            let own = folder.path().join(number.to_string());
            std::fs::create_dir(&own).unwrap();
            let pipe = own.join("pipe");
            let mode = Mode::RUSR | Mode::WUSR;
            rustix::fs::mknodat(rustix::fs::CWD, &pipe, FileType::Fifo, mode, 0).unwrap();
            pipe
        })
        .collect();
    let mut register = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "register"])
        .env(FOLDER, folder.path())
        .spawn()
        .unwrap();
    // Each returns once its plugin holds the other end.
    let held: Vec<File> = pipes.iter().map(|pipe| File::open(pipe).unwrap()).collect();
    register.kill().unwrap();
    register.wait().unwrap();
    for mut held in held {
        // Returns once nobody holds it any more.
        assert_eq!(held.read_to_end(&mut Vec::new()).unwrap(), 0);
    }
}
