//! What is loaded and what is refused, with libraries compiled from C on the spot, and the example
//! in C as the plugin of somebody who does not use Rust.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops at the first surprise")]

mod kit;

use std::path::Path;
use std::process::Command;

use kit::{answered, case, compile, example, failed, faulty, library, spec, start, try_start};
use serde_json::json;
use shouxin_plugin_host::{
    FailureKind, Hook, Isolation, PluginSpec, RefusalCode, StartError, State,
};
use tempfile::TempDir;

fn refused(make: impl FnOnce(&Path) -> PluginSpec) -> (RefusalCode, String) {
    match try_start(make).map(|_| "it started") {
        Err(StartError::Refused { code, reason, .. }) => (code, reason),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_plugin_in_c_works() {
    let built = TempDir::new().unwrap();
    let library = compile(built.path(), "minimal", &example());
    let running = start(|folder| spec("minimal", &library, folder));
    let abi = running.plugin.health().abi.unwrap();
    assert_eq!((abi.abi_major, abi.department.as_str()), (1, "example"));
    assert!(!abi.hooks.contains(&"query".to_owned()));
    for (number, hook) in
        [Hook::Classified, Hook::Execute, Hook::Suspend, Hook::Resume, Hook::Lift, Hook::Forget]
            .into_iter()
            .enumerate()
    {
        let answer = answered(running.call(hook, case(1, json!({}))));
        assert_eq!(answer.reference, Some(format!("MINIMAL-{}", number + 1)));
    }
    let (kind, detail) = failed(running.call(Hook::Query, b"{}".to_vec()));
    assert_eq!((kind, detail.as_str()), (FailureKind::Refused, "the plugin has no `query`"));
}

#[test]
fn a_later_minor_and_an_older_shorter_descriptor_both_work() {
    let built = TempDir::new().unwrap();
    let later = example()
        .replace("SHOUXIN_ABI_MINOR,", "SHOUXIN_ABI_MINOR + 6,")
        .replace("sizeof(shouxin_descriptor),", "sizeof(shouxin_descriptor) + 64,")
        // The longer descriptor of a later minor, of which this register knows the beginning.
        .replace(
            "static const shouxin_descriptor descriptor = {",
            "static const struct { shouxin_descriptor known; char added[64]; } longer = {{",
        )
        .replace("NULL, /* query */\n};", "NULL,\n}, {0}};")
        .replace("return &descriptor;", "return &longer.known;");
    let library = compile(built.path(), "later", &later);
    let running = start(|folder| spec("minimal", &library, folder));
    assert_eq!(running.plugin.health().abi.unwrap().abi_minor, 7);
    answered(running.execute(case(1, json!({}))));

    let shorter =
        example().replace("sizeof(shouxin_descriptor),", "offsetof(shouxin_descriptor, forget),");
    let library = compile(built.path(), "shorter", &shorter);
    let running = start(|folder| spec("minimal", &library, folder));
    answered(running.call(Hook::Lift, case(1, json!({}))));
    let (kind, _) = failed(running.call(Hook::Forget, b"{}".to_vec()));
    assert_eq!(kind, FailureKind::Refused, "a hook beyond the end is an absent one");
}

#[test]
fn what_does_not_speak_the_contract_is_refused_with_both_sides_named() {
    let built = TempDir::new().unwrap();
    for (name, from, to, said) in [
        ("magic", "SHOUXIN_MAGIC,", "0x12345678u,", "begins with 0x12345678, not 0x53585031"),
        (
            "major",
            "SHOUXIN_ABI_MAJOR,",
            "2u,",
            "built for version 2.1 of the contract, this register speaks 1.1",
        ),
        ("short", "sizeof(shouxin_descriptor),", "20,", "the descriptor has 20 bytes"),
        ("create", "    create,\n", "    NULL,\n", "`create` and `destroy` are required"),
        ("null", "return &descriptor;", "return NULL;", "gives no descriptor"),
        ("text", "{name, sizeof name - 1},", "{name, 257},", "`name` has 257 bytes, at most 256"),
    ] {
        let source = example().replace(from, to);
        assert_ne!(source, example(), "{name}");
        let library = compile(built.path(), name, &source);
        let (code, reason) = refused(|folder| spec("minimal", &library, folder));
        assert_eq!(code, RefusalCode::Abi, "{name}: {reason}");
        assert!(reason.contains(said), "{name}: {reason}");
    }
}

#[test]
fn a_library_without_the_symbol_and_a_file_that_is_none_are_refused() {
    let built = TempDir::new().unwrap();
    let library = compile(built.path(), "other", "int other(void) { return 1; }\n");
    let (code, reason) = refused(|folder| spec("minimal", &library, folder));
    assert_eq!(code, RefusalCode::Abi);
    assert!(reason.contains("does not export `shouxin_plugin_v1`"), "{reason}");

    let text = built.path().join("text.so");
    std::fs::write(&text, "no library").unwrap();
    let (code, reason) = refused(|folder| spec("minimal", &text, folder));
    assert_eq!(code, RefusalCode::Library, "{reason}");
}

#[test]
fn other_bytes_than_the_admitted_ones_are_refused() {
    let (code, reason) = refused(|folder| {
        let mut spec = faulty(folder);
        spec.sha256[0] ^= 1;
        spec
    });
    assert_eq!(code, RefusalCode::Hash);
    assert!(reason.contains("admitted is "), "{reason}");
}

#[test]
fn a_library_that_is_replaced_while_it_runs_is_not_started_again() {
    let built = TempDir::new().unwrap();
    let path = built.path().join("copy.so");
    std::fs::copy(library("shouxin-fixture-faulty"), &path).unwrap();
    let running = start(|folder| spec("faulty", &path, folder));
    // In place, which would crash a process that had mapped the file itself.
    std::fs::write(&path, "something else").unwrap();
    running.works();
    failed(running.execute(kit::with_fault("exit")));
    assert!(!running.plugin.wait_running(60_000));
    let health = running.plugin.health();
    assert_eq!(health.state, State::Tripped);
    assert!(health.last_error.unwrap().contains("admitted is "));
    std::fs::copy(library("shouxin-fixture-faulty"), &path).unwrap();
    running.plugin.reset_breaker();
    running.works();
}

#[test]
fn a_library_that_is_deleted_while_it_runs_goes_on_until_it_has_to_start_again() {
    let built = TempDir::new().unwrap();
    let path = built.path().join("copy.so");
    std::fs::copy(library("shouxin-fixture-faulty"), &path).unwrap();
    let running = start(|folder| spec("faulty", &path, folder));
    std::fs::remove_file(&path).unwrap();
    running.works();
    failed(running.execute(kit::with_fault("exit")));
    assert!(!running.plugin.wait_running(60_000));
    let health = running.plugin.health();
    assert_eq!(health.state, State::Tripped);
    let said = health.last_error.unwrap();
    assert!(said.contains("copy.so: No such file"), "{said}");
}

#[test]
fn another_name_than_the_admitted_one_is_refused() {
    let (code, reason) = refused(|folder| PluginSpec { name: "tax".into(), ..faulty(folder) });
    assert_eq!(code, RefusalCode::Name);
    assert_eq!(reason, "the library says it is `faulty`, it is admitted as `tax`");
    let error = try_start(|folder| PluginSpec { name: "../x".into(), ..faulty(folder) });
    assert!(matches!(error, Err(StartError::Spec { .. })));
}

#[test]
fn a_create_that_refuses_dies_or_hangs_is_told() {
    let settings = |value: &'static str| {
        move |folder: &Path| PluginSpec { config: json!({"create": value}), ..faulty(folder) }
    };
    let (code, reason) = refused(settings("refuse"));
    assert_eq!(code, RefusalCode::Create);
    assert!(reason.ends_with("told to refuse"), "{reason}");

    let error = try_start(settings("abort")).map(|_| ()).unwrap_err();
    assert!(error.to_string().contains("SIGABRT"), "{error}");

    let error = try_start(|folder| {
        let mut spec = settings("hang")(folder);
        spec.limits.start_deadline_ms = 100;
        spec
    });
    let error = error.map(|_| ()).unwrap_err();
    assert!(error.to_string().contains("not ready in 100 ms"), "{error}");
}

#[test]
fn a_host_program_that_is_none_is_told() {
    let error =
        try_start(|folder| PluginSpec { host_program: "/nowhere".into(), ..faulty(folder) });
    assert!(matches!(error, Err(StartError::Io { .. })));
    let error =
        try_start(|folder| PluginSpec { host_program: "/bin/true".into(), ..faulty(folder) });
    assert!(matches!(error, Err(StartError::NotReady { .. })));
}

#[test]
fn by_hand_the_child_says_who_starts_it() {
    let output = Command::new(env!("CARGO_BIN_EXE_plugin-host")).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(said.starts_with("this is started by the register itself"), "{said}");
}

#[test]
fn in_process_two_plugins_are_two_plugins_and_survive_a_panic() {
    let inside = |spec: PluginSpec| PluginSpec { isolation: Isolation::InProcess, ..spec };
    let first = start(|folder| inside(faulty(folder)));
    let package = "shouxin-plugin-procurement";
    let second = start(|folder| inside(spec("procurement", &library(package), folder)));
    assert_eq!(first.plugin.health().abi.unwrap().name, "faulty");
    assert_eq!(second.plugin.health().abi.unwrap().name, "procurement");
    first.works();
    assert_eq!(failed(first.execute(kit::with_fault("panic"))).0, FailureKind::Panic);
    first.works();
    assert_eq!(first.plugin.health().restarts, 1);
    answered(second.execute(case(1, json!({}))));
    let question = json!({"supplier": "91350426MA2XYZ1234", "on": "2026-06-01"});
    assert_eq!(second.query(question)["barred"], json!(true));
    second.plugin.stop(1_000);
}

#[test]
fn in_process_a_hang_is_noticed_and_stays_down_until_it_comes_back() {
    let running = start(|folder| {
        let mut spec = faulty(folder);
        spec.isolation = Isolation::InProcess;
        spec.limits.deadline_ms = 200;
        spec
    });
    let gate = running.fifo("gate");
    let parameters = json!({"fault": "wait", "path": gate.to_str().unwrap()});
    let (kind, detail) = failed(running.execute(case(1, parameters)));
    assert_eq!(kind, FailureKind::Deadline, "{detail}");
    assert!(detail.contains("does not come back"), "{detail}");
    assert!(!running.plugin.wait_running(60_000));
    assert_eq!(running.plugin.health().state, State::Tripped);
    running.plugin.reset_breaker();
    assert!(!running.plugin.wait_running(60_000), "it still hangs");
    assert_eq!(running.plugin.health().state, State::Tripped);
    assert!(running.plugin.hangs());
    drop(std::fs::File::options().write(true).open(gate).unwrap());
    // The thread comes back on its own; each reset looks whether it has.
    while !running.plugin.wait_running(10) {
        running.plugin.reset_breaker();
    }
    running.works();
    assert!(!running.plugin.hangs());
}

/// Whoever starts another body over the same folder asks first whether this one is over.
#[test]
fn in_process_a_hang_that_is_stopped_is_handed_over() {
    let running = start(|folder| {
        let mut spec = faulty(folder);
        spec.isolation = Isolation::InProcess;
        spec.limits.deadline_ms = 200;
        spec
    });
    let gate = running.fifo("gate");
    let parameters = json!({"fault": "wait", "path": gate.to_str().unwrap()});
    failed(running.execute(case(1, parameters)));
    let hung = running.plugin.stop(0).unwrap();
    assert!(!hung.is_over());
    drop(std::fs::File::options().write(true).open(gate).unwrap());
    while !hung.is_over() {
        std::thread::yield_now();
    }
}
