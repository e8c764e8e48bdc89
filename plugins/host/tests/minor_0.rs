//! The promise of the contract: a plugin that was built against its first minor works for ever, and
//! one that is built against a later minor than this register knows works too.
//!
//! `minor_0/` holds the header of that day and a plugin written with it. Neither is ever edited.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops at the first surprise")]

mod kit;

use std::path::{Path, PathBuf};

use kit::{answered, case, cc, failed, spec, start};
use serde_json::json;
use shouxin_plugin_host::{FailureKind, Hook, Isolation, PluginSpec};
use tempfile::TempDir;

/// The frozen files and what they are, byte for byte.
const FROZEN: [(&str, &str); 2] = [
    ("shouxin_plugin.h", "a11481cfa3dc663624ac480de3bdbd8037110c37c38287293791832fb4b3877d"),
    ("plugin.c", "bcedfe9b906ade592356202bf05430cd3bc3903d6137cac0f91caee09196444c"),
];

fn classified() -> Vec<u8> {
    let text = include_str!("../../wire/tests/golden/classified.json");
    text.trim_end().as_bytes().to_vec()
}

fn forget() -> Vec<u8> {
    br#"{"schema":1,"subject_key":"91350426MA2XYZ1234"}"#.to_vec()
}

/// Every hook is called, in the order of the contract, and must arrive as itself.
fn works(library: &Path, name: &str, isolation: Isolation) {
    let running = start(|folder| PluginSpec { isolation, ..spec(name, library, folder) });
    let calls = [
        (Hook::Classified, classified()),
        (Hook::Execute, case(1, json!({}))),
        (Hook::Suspend, case(2, json!({}))),
        (Hook::Resume, case(3, json!({}))),
        (Hook::Lift, case(4, json!({}))),
        (Hook::Forget, forget()),
    ];
    for (number, (hook, body)) in calls.into_iter().enumerate() {
        let answer = answered(running.call(hook, body));
        assert_eq!(answer.reference, Some(format!("{hook}-{}", number + 1)), "{isolation:?}");
    }
    let (kind, detail) = failed(running.call(Hook::Forget, b"{}".to_vec()));
    assert_eq!(kind, FailureKind::Refused);
    assert!(detail.ends_with("\"subject_key\""), "{detail}");
    assert_eq!(running.query(json!({}))["calls"], 6);
    running.plugin.stop(1_000);
}

#[test]
fn the_frozen_files_are_untouched() {
    for (name, wanted) in FROZEN {
        let found = kit::sha256(&cc::here("tests/minor_0").join(name));
        let found: String = found.iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(found, wanted, "minor_0/{name} was edited; what is released never changes");
    }
}

#[test]
fn a_plugin_of_the_first_minor_answers_every_hook() {
    let built = TempDir::new().unwrap();
    let frozen = cc::here("tests/minor_0");
    let library = cc::shared(built.path(), "minor_0", &frozen.join("plugin.c"), &frozen);
    works(&library, "minor-0", Isolation::Process);
    works(&library, "minor-0", Isolation::InProcess);
    let running = start(|folder| spec("minor-0", &library, folder));
    let abi = running.plugin.health().abi.unwrap();
    assert_eq!((abi.abi_major, abi.abi_minor), (1, 0));
    assert_eq!(abi.hooks.len(), Hook::ALL.len());
}

/// The same plugin against the header of today, as a library of the next minors: a descriptor with
/// hooks that this register has never heard of.
#[test]
fn a_plugin_of_a_later_minor_answers_every_hook_that_is_known() {
    let built = TempDir::new().unwrap();
    let source = std::fs::read_to_string(cc::here("tests/minor_0/plugin.c")).unwrap();
    let later = source
        .replace("SHOUXIN_ABI_MINOR,", "SHOUXIN_ABI_MINOR + 41,")
        .replace("sizeof(shouxin_descriptor),", "sizeof(shouxin_descriptor) + 9 * sizeof(void *),")
        .replace(
            "static const shouxin_descriptor descriptor = {",
            "static const struct { shouxin_descriptor known; shouxin_hook_fn added[9]; } longer = {{",
        )
        .replace("    query,\n};", "    query,\n}, {query, query, query, query, query}};")
        .replace("return &descriptor;", "return &longer.known;")
        .replace("\"minor-0\"", "\"minor-42\"");
    assert_eq!(later.matches("longer").count(), 2);
    let path: PathBuf = built.path().join("minor_42.c");
    std::fs::write(&path, later).unwrap();
    let library = cc::shared(built.path(), "minor_42", &path, &cc::here("../abi/include"));
    works(&library, "minor-42", Isolation::Process);
    works(&library, "minor-42", Isolation::InProcess);
    let running = start(|folder| spec("minor-42", &library, folder));
    assert_eq!(running.plugin.health().abi.unwrap().abi_minor, 42);
}
