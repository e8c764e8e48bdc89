//! The server whose figures are taken, in this process, and what it takes of the machine.

use std::path::{Path, PathBuf};

use shouxin_core::actor::Role;
use shouxin_server::app::Purpose;
use shouxin_server::plugins::PluginsFile;
use shouxin_tests::running::{FIRST, Running, Setting};

/// Starts a server over a folder, with the machine's clock.
pub fn start(data: &Path) -> Running {
    begin(data, PluginsFile::default(), None)
}

/// The same with plugins, on a day from which its clock is moved.
pub fn with_plugins(data: &Path, plugins: PluginsFile) -> Running {
    begin(data, plugins, Some(FIRST.to_owned()))
}

fn begin(data: &Path, plugins: PluginsFile, day: Option<String>) -> Running {
    let host = (PathBuf::from("/proc/self/exe"), vec!["plugin-host".to_owned()]);
    Running::begin(data, Setting { purpose: Purpose::Serve, day, plugins, host })
}

/// A key of an officer of market supervision.
pub fn key(running: &Running) -> String {
    running.key(Role::Provider, Some(("market", "SC-03")))
}

/// Resident memory of this process, in MiB.
pub fn resident_mib() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib = line.and_then(|rest| rest.split_whitespace().next()?.parse::<f64>().ok());
    kib.unwrap_or_default() / 1024.0
}

/// Bytes of every file below a folder, in MiB, as the disk holds them.
pub fn disk_mib(folder: &Path) -> f64 {
    use std::os::unix::fs::MetadataExt as _;
    let mut total = 0.0;
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            total += disk_mib(&path);
        } else if let Ok(metadata) = entry.metadata() {
            total += metadata.blocks() as f64 * 512.0 / 1_048_576.0;
        }
    }
    total
}
