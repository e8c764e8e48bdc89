//! What is wrong with a file before anything of it is called, and the smallest plugin in C. The
//! libraries are compiled here.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops at the first surprise")]

mod kit;

use std::path::{Path, PathBuf};
use std::process::Command;

use kit::{broken, check_with};
use shouxin_plugin_check::{Report, Verdict};
use tempfile::TempDir;

fn plugins() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Compiles the smallest plugin after a change to its text.
fn compile(folder: &TempDir, change: impl FnOnce(String) -> String, flags: &[&str]) -> PathBuf {
    let text = std::fs::read_to_string(plugins().join("abi/examples/minimal.c")).unwrap();
    let changed = change(text.clone());
    let source = folder.path().join("plugin.c");
    std::fs::write(&source, changed).unwrap();
    let library = folder.path().join("libplugin.so");
    let output = Command::new("cc")
        .args(["-std=c99", "-shared", "-fPIC", "-I"])
        .arg(plugins().join("abi/include"))
        .args(flags)
        .arg(&source)
        .arg("-o")
        .arg(&library)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    library
}

fn checked(change: impl FnOnce(String) -> String, flags: &[&str]) -> Report {
    let folder = TempDir::new().unwrap();
    let library = compile(&folder, change, flags);
    check_with(&library, |_| {})
}

/// Replaces a part that is there.
fn with<'a>(from: &'a str, to: &'a str) -> impl FnOnce(String) -> String + 'a {
    move |text| {
        assert!(text.contains(from), "{from}");
        text.replace(from, to)
    }
}

fn detail<'a>(report: &'a Report, id: &str) -> &'a str {
    &report.finding(id).unwrap().detail
}

/// It says "done" to everything and counts, which is what its text says, and no more.
#[test]
fn the_smallest_plugin_in_c_fails_what_it_does_not_do() {
    let report = checked(|text| text, &[]);
    let expected = [
        ("settings", Verdict::Warned),
        ("repeats", Verdict::Failed),
        ("order", Verdict::Failed),
        ("malformed", Verdict::Failed),
    ];
    assert_eq!(broken(&report), expected, "{report}");
    assert_eq!(report.abi.as_ref().unwrap().name, "minimal");
    assert!(!report.passed);
    // What rests on a rule that it breaks is not looked at, and says so.
    let remembers = report.finding("remembers").unwrap();
    assert_eq!(remembers.verdict, Verdict::Skipped);
    assert!(remembers.detail.contains("`repeats`"), "{}", remembers.detail);
}

#[test]
fn a_file_that_is_no_plugin_is_refused_before_anything_runs() {
    for (change, rule, said) in [
        (with("*shouxin_plugin_v1(void)", "*shouxin_plugin_v0(void)"), "file", "shouxin_plugin_v1"),
        (with("SHOUXIN_MAGIC,", "7,"), "loads", "begins with 0x00000007"),
        (with("SHOUXIN_ABI_MAJOR,", "9,"), "loads", "version 9."),
        (with("sizeof(shouxin_descriptor),", "16,"), "loads", "has 16 bytes"),
        (with("\"minimal\"", "\"Minimal Plugin\""), "name", "`Minimal Plugin`"),
        (with("\"1.0.0\"", "\" \""), "describes", "version not given"),
        (with("done, /* forget */", "NULL,"), "hooks", "forget missing"),
        (with("    create,\n", "    NULL,\n"), "loads", "are required"),
    ]
    .map(|(change, rule, said)| {
        let change: Box<dyn FnOnce(String) -> String> = Box::new(change);
        (change, rule, said)
    }) {
        let report = checked(change, &[]);
        let found = broken(&report);
        assert!(found.contains(&(rule, Verdict::Failed)), "{rule}: {report}");
        assert!(detail(&report, rule).contains(said), "{said}: {report}");
        assert!(!report.passed);
    }
}

#[test]
fn a_symbol_that_nothing_defines_is_named() {
    let change = with("*count += 1;", "*count += 1; missing_function();");
    let change = |text| format!("extern void missing_function(void);\n{}", change(text));
    let report = checked(change, &[]);
    assert_eq!(broken(&report), [("loads", Verdict::Failed)], "{report}");
    assert!(detail(&report, "loads").contains("missing_function"), "{report}");
}

#[test]
fn what_the_linker_let_through_is_remarked() {
    let report = checked(with("static int32_t done", "int32_t done"), &["-z", "execstack"]);
    let found = broken(&report);
    assert!(found.contains(&("exports", Verdict::Warned)), "{report}");
    assert!(found.contains(&("hardening", Verdict::Warned)), "{report}");
    assert!(detail(&report, "exports").starts_with("1 more exported: done"), "{report}");
    assert!(detail(&report, "hardening").contains("executable stack"), "{report}");
}

#[test]
fn a_library_that_dies_while_it_is_loaded_costs_its_child_only() {
    let change = |text: String| {
        format!(
            "{text}\n__attribute__((constructor)) static void die(void) {{ __builtin_trap(); }}\n"
        )
    };
    let report = checked(change, &[]);
    assert_eq!(broken(&report), [("loads", Verdict::Failed)], "{report}");
    assert!(detail(&report, "loads").contains("signal"), "{report}");
}

#[test]
fn what_is_no_file_or_no_library_is_a_finding_too() {
    let folder = TempDir::new().unwrap();
    let report = check_with(&folder.path().join("nothing.so"), |_| {});
    assert_eq!(broken(&report), [("file", Verdict::Failed)], "{report}");
    let text = folder.path().join("text.so");
    std::fs::write(&text, "no library").unwrap();
    let report = check_with(&text, |_| {});
    assert_eq!(broken(&report), [("file", Verdict::Failed)], "{report}");
    assert!(!report.passed);
}

#[test]
fn a_name_that_is_not_the_admitted_one_is_refused() {
    let folder = TempDir::new().unwrap();
    let library = compile(&folder, |text| text, &[]);
    let report = check_with(&library, |options| options.name = Some("market".to_owned()));
    assert_eq!(broken(&report), [("name", Verdict::Failed)], "{report}");
}

/// The program says the same with its exit code.
#[test]
fn the_program_exits_with_one_if_something_failed() {
    let folder = TempDir::new().unwrap();
    let library = compile(&folder, |text| text, &[]);
    let output = Command::new(kit::host_program())
        .arg(&library)
        .args(["--quick", "--json"])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["passed"], false);
    assert_eq!(Command::new(kit::host_program()).output().unwrap().status.code(), Some(2));
}
