//! A plugin that fills the disk is stopped before it stops everybody, says why, and starts again once
//! there is room.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops at the first surprise")]

mod kit;

use std::path::Path;

use kit::{Running, failed, faulty, start, try_start};
use serde_json::json;
use shouxin_plugin_host::{
    FailureKind, Hook, Isolation, Limits, PluginSpec, RefusalCode, StartError, State, SubmitError,
};

fn bounded(folder: &Path, change: impl FnOnce(&mut Limits)) -> PluginSpec {
    let mut spec = faulty(folder);
    change(&mut spec.limits);
    spec
}

/// Has the plugin fill its folder and then stand still, and waits until it is ended for that; gives
/// what is said of it.
fn filled(running: &Running, kind: &str, count: u64, bytes: u64) -> String {
    let question = json!({"try": kind, "count": count, "bytes": bytes});
    let completion = running.call(Hook::Query, question.to_string().into_bytes());
    assert!(completion.begun);
    let (kind, detail) = failed(completion);
    assert_eq!(kind, FailureKind::Crash, "{detail}");
    is_down(running, &detail);
    detail
}

fn is_down(running: &Running, why: &str) {
    assert!(!running.plugin.wait_running(60_000));
    let health = running.plugin.health();
    assert_eq!((health.state, health.pid, health.down_until), (State::Tripped, None, None));
    assert_eq!(health.last_error.as_deref(), Some(why));
    let call = shouxin_plugin_host::Call { ticket: 1, hook: Hook::Query, body: b"{}".to_vec() };
    assert_eq!(running.plugin.submit(call), Err(SubmitError::Down { until: None }));
}

/// An operator resumes it without having made room, and then again with room made.
fn stays_down_until_there_is_room(running: &Running) {
    running.plugin.reset_breaker();
    assert!(!running.plugin.wait_running(60_000));
    assert_eq!(running.plugin.state(), State::Tripped);
    assert_eq!(running.plugin.health().pid, None);
    let litter = running.folder.path().join("data/litter");
    std::fs::remove_dir_all(litter).unwrap();
    running.plugin.reset_breaker();
    running.works();
}

#[test]
fn too_many_small_files_stop_their_plugin_and_no_other() {
    let bystander = start(|folder| bounded(folder, |limits| limits.data_files_max = 400));
    let running = start(|folder| bounded(folder, |limits| limits.data_files_max = 400));
    let detail = filled(&running, "litter", 1_000, 1);
    let folder = running.folder.path().join("data");
    for part in ["data_files_max（400）", "data_files_max (400)", "401", folder.to_str().unwrap()]
    {
        assert!(detail.contains(part), "{part}: {detail}");
    }
    // It may have been ended before it was through, and what it had written is there.
    assert!(std::fs::read_dir(folder.join("litter")).unwrap().count() >= 400);
    stays_down_until_there_is_room(&running);
    assert_eq!(bystander.plugin.health().restarts, 0);
    bystander.works();
}

#[test]
fn a_large_sum_of_files_stops_its_plugin() {
    let running = start(|folder| bounded(folder, |limits| limits.data_bytes_max = 8 << 20));
    let detail = filled(&running, "litter", 12, 1 << 20);
    for part in ["data_bytes_max（8388608）", "data_bytes_max (8388608)", "plugin resume faulty"]
    {
        assert!(detail.contains(part), "{part}: {detail}");
    }
    stays_down_until_there_is_room(&running);
}

#[test]
fn what_a_plugin_deletes_and_holds_open_counts() {
    let running = start(|folder| bounded(folder, |limits| limits.data_bytes_max = 8 << 20));
    let detail = filled(&running, "hoard", 12, 1 << 20);
    assert!(detail.contains("data_bytes_max"), "{detail}");
    // It is gone with the process that held it.
    running.plugin.reset_breaker();
    running.works();
}

#[test]
fn on_a_full_disk_the_plugin_that_grows_is_stopped_and_the_one_that_does_not_goes_on() {
    let full = |folder: &Path| bounded(folder, |limits| limits.disk_free_bytes_min = u64::MAX);
    let bystander = start(full);
    let running = start(full);
    let detail = filled(&running, "litter", 24, 1 << 20);
    assert!(detail.contains("disk_free_bytes_min"), "{detail}");
    bystander.works();
    // Whoever resumes it takes what is there as given: what counts is what grows from then on.
    running.plugin.reset_breaker();
    running.works();
    assert_eq!(bystander.plugin.health().restarts, 0);
}

#[test]
fn a_plugin_whose_folder_is_full_does_not_start() {
    for isolation in [Isolation::Process, Isolation::InProcess] {
        let error = try_start(|folder| {
            std::fs::create_dir(folder).unwrap();
            std::fs::write(folder.join("kept"), vec![1; 1 << 20]).unwrap();
            PluginSpec { isolation, ..bounded(folder, |limits| limits.data_bytes_max = 1 << 19) }
        });
        match error.map(drop) {
            Err(StartError::Refused { code: RefusalCode::Room, reason, .. }) => {
                assert!(reason.contains("data_bytes_max"), "{reason}");
            }
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn a_folder_that_is_filled_while_the_plugin_starts_ends_the_start() {
    let error = try_start(|folder| {
        std::fs::create_dir(folder).unwrap();
        let mut spec = bounded(folder, |limits| limits.data_files_max = 1);
        spec.config = json!({"create": "litter"});
        spec
    });
    match error.map(drop) {
        Err(StartError::Refused { code: RefusalCode::Room, reason, .. }) => {
            assert!(reason.contains("data_files_max"), "{reason}");
        }
        other => panic!("{other:?}"),
    }
}
