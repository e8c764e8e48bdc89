//! A child does not outlive the register, however the register ends.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops at the first surprise")]

mod kit;

use std::fs::File;
use std::io::{Read, Write};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use kit::{Running, case, faulty, start, try_start};
use rustix::event::{PollFd, PollFlags};
use rustix::fs::{FileType, Mode};
use rustix::process::{Pid, WaitOptions};
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

fn fifo(folder: &Path, name: &str) -> PathBuf {
    let pipe = folder.join(name);
    let mode = Mode::RUSR | Mode::WUSR;
    rustix::fs::mknodat(rustix::fs::CWD, &pipe, FileType::Fifo, mode, 0).unwrap();
    pipe
}

#[test]
fn a_killed_register_takes_its_hanging_plugins_with_it() {
    let folder = TempDir::new().unwrap();
    let pipes: Vec<PathBuf> = (0..PLUGINS)
        .map(|number| {
            let own = folder.path().join(number.to_string());
            std::fs::create_dir(&own).unwrap();
            fifo(&own, "pipe")
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

/// The folder in which the two processes of the last test meet, in the environment of one and as an
/// argument of the other.
const LATE: &str = "SHOUXIN_TEST_LATE";

/// The register that gets killed while it starts a plugin: the second process of the test below.
#[test]
fn starting_register() {
    let Some(folder) = std::env::var_os(LATE) else {
        return;
    };
    let started = try_start(|_| {
        let mut spec = faulty(&Path::new(&folder).join("data"));
        spec.config = json!({"create": "abort"});
        spec.host_program = std::env::current_exe().unwrap();
        let meet = format!("{LATE}={}", folder.to_str().unwrap());
        spec.host_args = ["--exact", "late_child", &meet].map(str::to_owned).to_vec();
        spec
    });
    panic!("{:?}", started.map(|_| "it started"));
}

/// The child of that register, which becomes the plugin host only once it is let go: the third process.
#[test]
fn late_child() {
    let meet = format!("{LATE}=");
    let own = std::env::args().find_map(|own| own.strip_prefix(&meet).map(PathBuf::from));
    let Some(folder) = own else {
        return;
    };
    // The order to load a library lies in the socket from here on.
    let input = std::io::stdin();
    rustix::event::poll(&mut [PollFd::new(&input, PollFlags::IN)], None).unwrap();
    let mut ready = File::options().write(true).open(folder.join("ready")).unwrap();
    ready.write_all(std::process::id().to_string().as_bytes()).unwrap();
    drop(ready);
    File::open(folder.join("go")).unwrap();
    panic!("{}", Command::new(env!("CARGO_BIN_EXE_plugin-host")).exec());
}

#[test]
fn a_child_whose_register_was_killed_before_it_began_loads_nothing() {
    let folder = TempDir::new().unwrap();
    let (ready, go) = (fifo(folder.path(), "ready"), fifo(folder.path(), "go"));
    // Who loses its parent becomes a child of this process, which then sees how it ends.
    rustix::process::set_child_subreaper(Some(rustix::process::getpid())).unwrap();
    let mut register = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "starting_register"])
        .env(LATE, folder.path())
        .spawn()
        .unwrap();
    let late: i32 = std::fs::read_to_string(ready).unwrap().parse().unwrap();
    register.kill().unwrap();
    register.wait().unwrap();
    File::options().write(true).open(go).unwrap();
    let late = Pid::from_raw(late).unwrap();
    let (_, status) = rustix::process::waitpid(Some(late), WaitOptions::empty()).unwrap().unwrap();
    // It refused; the library, once it ran, would have aborted.
    assert_eq!((status.exit_status(), status.terminating_signal()), (Some(3), None));
}
