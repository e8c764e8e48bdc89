//! A new project, as `shouxin plugin new` writes it: it builds outside of this repository and offline, its
//! own tests pass, and the library works in the register as it is.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops at the first surprise")]

mod kit;

use std::path::{Path, PathBuf};
use std::process::Command;

use kit::{answered, case, failed, spec, start};
use serde_json::{Value, json};
use shouxin_plugin_host::wire::AnswerOutcome;
use shouxin_plugin_host::{FailureKind, Hook};
use shouxin_plugin_scaffold::{Lang, create};
use tempfile::TempDir;

const NAME: &str = "land-auction";
const SUBJECT: &str = "91350426MA2XYZ1234";

fn built() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("new-project")
}

fn run(folder: &Path, program: &str, arguments: &[&str]) -> String {
    let done = Command::new(program)
        .args(arguments)
        .current_dir(folder)
        // A folder of its own, which keeps what others wrote between runs; and see `cc::make`.
        .env("CARGO_TARGET_DIR", built())
        .env_remove("LD_PRELOAD")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&done.stdout).into_owned();
    let complained = String::from_utf8_lossy(&done.stderr).into_owned();
    assert!(done.status.success(), "{program} {arguments:?}:\n{said}{complained}");
    said + &complained
}

/// A case of the measure that a new project carries out.
fn limit(step: u64) -> Vec<u8> {
    let mut case: Value = serde_json::from_slice(&case(step, json!({}))).unwrap();
    case["measure"]["id"] = json!("M-A19");
    case.to_string().into_bytes()
}

/// Calls each hook of the finished library through a child process.
fn works(library: &Path) {
    let running = start(|folder| spec(NAME, library, folder));
    let abi = running.plugin.health().abi.unwrap();
    assert_eq!((abi.name.as_str(), abi.version.as_str()), (NAME, "0.1.0"));
    assert_eq!(abi.hooks.len(), Hook::ALL.len());
    let classified = include_str!("../../wire/tests/golden/classified.json").trim_end();
    let told = running.call(Hook::Classified, classified.as_bytes().to_vec());
    assert_eq!(answered(told).outcome, AnswerOutcome::Done);
    for (step, hook, expected) in [
        (1, Hook::Execute, true),
        (2, Hook::Suspend, false),
        (3, Hook::Resume, true),
        (4, Hook::Lift, false),
    ] {
        let first = answered(running.call(hook, limit(step)));
        assert_eq!(first.reference, Some(format!("{NAME}-M-0.1-{step}")));
        assert_eq!(answered(running.call(hook, limit(step))), first);
        let answer = running.query(json!({"subject": SUBJECT, "on": "2026-06-01"}));
        assert_eq!(answer["restricted"], expected, "{hook}");
    }
    let other = answered(running.execute(case(9, json!({}))));
    assert_eq!(other.outcome, AnswerOutcome::Failed, "M-A17 is not what it carries out");
    let forget = json!({"schema": 1, "subject_key": SUBJECT}).to_string().into_bytes();
    assert_eq!(answered(running.call(Hook::Forget, forget)).outcome, AnswerOutcome::Done);
    let (kind, _) = failed(running.call(Hook::Query, b"{}".to_vec()));
    assert_eq!(kind, FailureKind::Refused);
}

/// The manifest says of the library what the library says of itself.
fn manifest_fits(project: &Path) {
    let text = std::fs::read_to_string(project.join("manifest.toml")).unwrap();
    for line in [
        "name = \"land-auction\"",
        "version = \"0.1.0\"",
        "department = \"natural_resources\"",
        "measures = [\"M-A19\"]",
    ] {
        assert!(text.lines().any(|found| found == line), "{line}");
    }
}

#[test]
fn in_rust() {
    let folder = TempDir::new().unwrap();
    let project = folder.path().join(NAME);
    create(&project, NAME, Lang::Rust).unwrap();
    manifest_fits(&project);
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    // The lock file is right as it was written: `--locked` refuses to change it.
    let said = run(&project, &cargo, &["test", "--locked", "--offline"]);
    assert!(said.contains("5 passed"), "{said}");
    assert!(!said.contains("warning"), "{said}");
    run(&project, &cargo, &["build", "--locked", "--offline"]);
    works(&built().join("debug/libplugin_land_auction.so"));
    run(&project, &cargo, &["fmt", "--check"]);
}

#[test]
fn in_c() {
    let folder = TempDir::new().unwrap();
    let project: PathBuf = folder.path().join(NAME);
    create(&project, NAME, Lang::C).unwrap();
    manifest_fits(&project);
    run(&project, "make", &[]);
    works(&project.join("build/libplugin_land_auction.so"));
    let said = run(&project, "make", &["test"]);
    assert!(said.lines().any(|line| line == "ok"), "{said}");
}
