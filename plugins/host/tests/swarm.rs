//! Many plugins in one register.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops at the first surprise")]

mod kit;

use std::collections::BTreeSet;

use kit::{Running, answered, case, compile, example, start};
use serde_json::json;
use shouxin_plugin_host::{Hook, Limits, State};
use tempfile::TempDir;

const PLUGINS: usize = 100;

/// A hundred children at once, each with its own library, folder and answers; one that is killed
/// is no matter of the others.
#[test]
fn a_hundred_plugins_run_beside_each_other() {
    let built = TempDir::new().unwrap();
    let library = compile(built.path(), "minimal", &example());
    let plugins: Vec<Running> =
        (0..PLUGINS).map(|_| start(|folder| kit::spec("minimal", &library, folder))).collect();
    for round in 1..=3u64 {
        for plugin in &plugins {
            plugin.submit(round, Hook::Execute, case(1, json!({})));
        }
        for plugin in &plugins {
            let answer = answered(plugin.next());
            assert_eq!(answer.reference, Some(format!("MINIMAL-{round}")), "its own count");
        }
    }
    let pids: Vec<u32> = plugins.iter().map(|plugin| plugin.plugin.health().pid.unwrap()).collect();
    assert_eq!(pids.iter().collect::<BTreeSet<_>>().len(), PLUGINS);
    let killed = rustix::process::Pid::from_raw(pids[0] as i32).unwrap();
    rustix::process::kill_process(killed, rustix::process::Signal::KILL).unwrap();
    for plugin in &plugins[1..] {
        answered(plugin.execute(case(1, json!({}))));
    }
    let restarts: u64 = plugins
        .iter()
        .map(|plugin| {
            assert!(plugin.plugin.wait_running(60_000));
            plugin.plugin.health().restarts
        })
        .sum();
    // The kill may not have been noticed yet.
    assert!(restarts <= 1, "{restarts}");
    assert!(plugins.iter().all(|plugin| plugin.plugin.health().state == State::Running));
    for plugin in plugins {
        let (plugin, _) = plugin.into_parts();
        plugin.stop(Limits::default().deadline_ms);
    }
    for pid in pids {
        // The number may be somebody else's by now; a child of this process it is no more.
        let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
        let parent = stat.rsplit(')').next().and_then(|rest| rest.split(' ').nth(2)?.parse().ok());
        assert_ne!(parent, Some(std::process::id()), "child {pid} was left behind");
    }
}
