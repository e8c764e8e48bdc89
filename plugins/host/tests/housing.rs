//! The department that is shipped in C (plugins/c/housing): built as an operator builds it, called through
//! a child process and in process, killed, and driven under the sanitizers.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops at the first surprise")]

mod kit;

use std::path::{Path, PathBuf};
use std::process::Command;

use kit::{answered, case, cc, failed, spec, start, start_in, try_start};
use serde_json::{Value, json};
use shouxin_plugin_host::wire::AnswerOutcome;
use shouxin_plugin_host::{FailureKind, Hook, Isolation, PluginSpec, RefusalCode, StartError};
use tempfile::TempDir;

const SUBJECT: &str = "91350426MA2XYZ1234";

fn library() -> PathBuf {
    cc::make(&["all"]).0.join("libshouxin_plugin_housing.so")
}

/// A case of the measure that the kit's case does not name.
fn limit(step: u64) -> Vec<u8> {
    let mut case: Value = serde_json::from_slice(&case(step, json!({}))).unwrap();
    case["measure"]["id"] = json!("M-A18");
    case.to_string().into_bytes()
}

fn restricted(running: &kit::Running) -> bool {
    let answer = running.query(json!({"subject": SUBJECT, "on": "2026-06-01"}));
    answer["restricted"].as_bool().unwrap()
}

fn forget() -> Vec<u8> {
    json!({"schema": 1, "subject_key": SUBJECT}).to_string().into_bytes()
}

fn files_below(folder: &Path) -> usize {
    let mut files = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        files += if path.is_dir() { files_below(&path) } else { 1 };
    }
    files
}

#[test]
fn it_lives_through_every_hook_in_a_child_and_in_process() {
    for isolation in [Isolation::Process, Isolation::InProcess] {
        let library = library();
        let running = start(|folder| PluginSpec { isolation, ..spec("housing", &library, folder) });
        let classified = include_str!("../../wire/tests/golden/classified.json");
        let told = running.call(Hook::Classified, classified.trim_end().as_bytes().to_vec());
        assert_eq!(answered(told).outcome, AnswerOutcome::Done);
        for (step, hook, effective) in [
            (1, Hook::Execute, true),
            (2, Hook::Suspend, false),
            (3, Hook::Resume, true),
            (4, Hook::Lift, false),
        ] {
            let first = answered(running.call(hook, limit(step)));
            assert_eq!(first.reference, Some(format!("ZJ-M-0.1-{step}")));
            assert_eq!(answered(running.call(hook, limit(step))), first);
            assert_eq!(restricted(&running), effective, "{hook}");
        }
        let late = answered(running.execute(limit(2)));
        assert_eq!(late.outcome, AnswerOutcome::Failed);
        let other = answered(running.execute(case(9, json!({}))));
        assert_eq!(other.outcome, AnswerOutcome::Failed, "M-A17 is not of this department");
        let data = running.folder.path().join("data/cases");
        assert_eq!(files_below(&data), 1);
        assert_eq!(answered(running.call(Hook::Forget, forget())).outcome, AnswerOutcome::Done);
        assert_eq!(files_below(&data), 0);
        let (kind, detail) = failed(running.call(Hook::Query, b"{}".to_vec()));
        assert_eq!(kind, FailureKind::Refused);
        assert!(detail.contains("ask {"), "{detail}");
        running.plugin.stop(1_000);
    }
}

#[test]
fn what_it_answered_is_there_after_its_process_was_killed() {
    let library = library();
    let running = start(|folder| spec("housing", &library, folder));
    for step in 1..=20 {
        let hook = if step % 2 == 1 { Hook::Execute } else { Hook::Lift };
        let mut case: Value = serde_json::from_slice(&limit(step)).unwrap();
        case["case_id"] = json!(format!("M-{}", step.div_ceil(2)));
        let body = case.to_string().into_bytes();
        let first = answered(running.call(hook, body.clone()));
        let pid = running.plugin.health().pid.unwrap();
        let pid = rustix::process::Pid::from_raw(i32::try_from(pid).unwrap()).unwrap();
        rustix::process::kill_process(pid, rustix::process::Signal::KILL).unwrap();
        // The end of the child is noticed by itself; a call that meets it is repeated.
        let again = loop {
            assert!(running.plugin.wait_running(60_000));
            let call = shouxin_plugin_host::Call { ticket: step, hook, body: body.clone() };
            if running.plugin.submit(call).is_ok()
                && let shouxin_plugin_host::Outcome::Answered(answer) = running.next().outcome
            {
                break answer;
            }
        };
        assert_eq!(again, first);
    }
    assert!(!restricted(&running));
}

#[test]
fn settings_that_it_does_not_know_and_a_folder_in_use_are_refused() {
    let library = library();
    let refused = try_start(|folder| PluginSpec {
        config: json!({"longest_years": 3}),
        ..spec("housing", &library, folder)
    });
    match refused.map(|_| "it started") {
        Err(StartError::Refused { code: RefusalCode::Create, reason, .. }) => {
            assert!(reason.contains("no settings"), "{reason}");
        }
        other => panic!("{other:?}"),
    }
    let first = start_in(TempDir::new().unwrap(), |folder| spec("housing", &library, folder));
    let data = first.folder.path().join("data");
    let refused = try_start(|_| spec("housing", &library, &data));
    let reason = refused.map(|_| "it started").unwrap_err().to_string();
    assert!(reason.contains("must not share a folder"), "{reason}");
}

/// A kill and a failure at every system call that changes something, damage at every byte, and 20,000
/// messages that are none (plugins/c/test/drive.c).
#[test]
fn under_the_sanitizers_everything_holds() {
    // Some hundred syncs a second are slow on a disk, and it is their order that is tested.
    let data = TempDir::new_in("/dev/shm").or_else(|_| TempDir::new()).unwrap();
    let (_, said) = cc::make(&["test", &format!("DATA={}", data.path().display())]);
    assert!(said.contains("everything held"), "{said}");
}

/// The kit in C serves plugins in C++ too.
#[test]
fn the_headers_of_the_kit_are_headers_of_cpp() {
    let folder = TempDir::new().unwrap();
    let source = folder.path().join("kit.cpp");
    let text = "#include \"shouxin_casebook.h\"\n\
                bool held(const shouxin_entry &entry) { return shouxin_entry_covers(&entry, \"\"); }\n";
    std::fs::write(&source, text).unwrap();
    let mut command = Command::new("c++");
    for include in ["../abi/include", "../c/kit", "../c/vendor/cjson"] {
        command.arg("-I").arg(cc::here(include));
    }
    let output = folder.path().join("kit.o");
    let done = command
        .args(["-std=c++17", "-Wall", "-Wextra", "-pedantic", "-Werror", "-c", "-o"])
        .args([&output, &source])
        .output()
        .unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    // Under its C name, which is what the library has.
    let object = std::fs::read(output).unwrap();
    let wanted = b"\0shouxin_entry_covers\0";
    assert!(object.windows(wanted.len()).any(|part| part == wanted));
}
