//! The class for C++: every hook arrives, and whatever is thrown stays inside.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops at the first surprise")]

mod kit;

use kit::{answered, case, cc, failed, spec, start, try_start, with_fault};
use serde_json::json;
use shouxin_plugin_host::{FailureKind, Hook, Isolation, PluginSpec, RefusalCode, StartError};
use tempfile::TempDir;

fn library(folder: &TempDir) -> std::path::PathBuf {
    let source = cc::here("../abi/examples/counter.cpp");
    cc::shared(folder.path(), "counter", &source, &cc::here("../abi/include"))
}

fn forget() -> Vec<u8> {
    br#"{"schema":1,"subject_key":"91350426MA2XYZ1234"}"#.to_vec()
}

#[test]
fn every_hook_of_the_class_is_called() {
    let built = TempDir::new().unwrap();
    let library = library(&built);
    let running = start(|folder| spec("counter", &library, folder));
    for hook in [Hook::Execute, Hook::Suspend, Hook::Resume, Hook::Lift] {
        let answer = answered(running.call(hook, case(1, json!({}))));
        assert_eq!(answer.reference, Some(format!("{hook}-1")));
    }
    let answer = answered(running.call(Hook::Forget, forget()));
    assert_eq!(answer.reference.as_deref(), Some("forget-1"));
    let answer = answered(running.call(Hook::Classified, b"{}".to_vec()));
    assert_eq!(answer.reference, None, "the base class answers it");
    let counted = json!({"execute": 1, "suspend": 1, "resume": 1, "lift": 1, "forget": 1});
    assert_eq!(running.query(json!({})), counted);
    // Nothing is granted here; any negative number of the contract will do.
    assert!(running.query(json!({"connect": true})).as_i64().unwrap() < 0);
}

#[test]
fn a_hook_that_throws_is_a_refused_call_and_the_instance_lives() {
    for isolation in [Isolation::Process, Isolation::InProcess] {
        let built = TempDir::new().unwrap();
        let library = library(&built);
        let running = start(|folder| PluginSpec { isolation, ..spec("counter", &library, folder) });
        answered(running.execute(case(1, json!({}))));
        for (fault, said) in [
            ("exception", "told to throw \"quoted\" 文字"),
            ("number", "something was thrown that says nothing about itself"),
        ] {
            let (kind, detail) = failed(running.execute(with_fault(fault)));
            assert_eq!(kind, FailureKind::Refused);
            assert_eq!(detail, format!("the plugin failed (status 3): {said}"));
        }
        let (kind, detail) = failed(running.execute(b"{}".to_vec()));
        assert_eq!(kind, FailureKind::Refused);
        assert!(detail.ends_with("(status 2): neither case_id nor subject_key"), "{detail}");
        let answer = answered(running.execute(case(1, json!({}))));
        assert_eq!(answer.reference.as_deref(), Some("execute-2"), "the same instance");
        assert_eq!(running.plugin.health().restarts, 0);
        running.plugin.stop(1_000);
    }
}

#[test]
fn a_constructor_that_throws_refuses_with_its_reason() {
    let built = TempDir::new().unwrap();
    let library = library(&built);
    let refused = try_start(|folder| PluginSpec {
        config: json!({"refuse": true}),
        ..spec("counter", &library, folder)
    });
    match refused.map(|_| "it started") {
        Err(StartError::Refused { code: RefusalCode::Create, reason, .. }) => {
            assert!(reason.ends_with("counter: told to refuse"), "{reason}");
        }
        other => panic!("{other:?}"),
    }
}
