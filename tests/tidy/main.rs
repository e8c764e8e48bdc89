//! The rules of the house as tests. Each names the file and line, and what to do.
#![allow(clippy::expect_used, clippy::panic, reason = "in a test a failure is what they are for")]

mod trace;

use std::path::{Path, PathBuf};
use std::process::Command;

use cargo_metadata::MetadataCommand;

/// Lines of a source file; above it is refused.
const LINES_MAX: usize = 800;

/// Allowed edges between our own packages (design: ARCHITECTURE.md).
const EDGES: &[(&str, &[&str])] = &[
    ("shouxin-core", &[]),
    ("shouxin-audit", &["shouxin-core"]),
    ("shouxin-plugin-abi", &[]),
    ("shouxin-plugin-wire", &[]),
    ("shouxin-plugin-admission", &["shouxin-plugin-wire"]),
    ("shouxin-plugin", &["shouxin-plugin-abi", "shouxin-plugin-wire"]),
    ("shouxin-plugin-host", &["shouxin-plugin-abi", "shouxin-plugin-wire"]),
    ("shouxin-plugin-check", &["shouxin-plugin-host"]),
    ("shouxin-plugin-scaffold", &[]),
    ("shouxin-plugin-approval", &["shouxin-plugin"]),
    ("shouxin-plugin-market", &["shouxin-plugin"]),
    ("shouxin-plugin-procurement", &["shouxin-plugin"]),
    ("shouxin-plugin-fiscal", &["shouxin-plugin"]),
    ("shouxin-outbound", &["shouxin-plugin"]),
    ("shouxin-plugin-court", &["shouxin-outbound", "shouxin-plugin"]),
    ("shouxin-plugin-webhook", &["shouxin-outbound", "shouxin-plugin"]),
    ("shouxin-fixture-faulty", &["shouxin-plugin"]),
    ("shouxin-fixture-sloppy", &["shouxin-plugin"]),
    (
        "shouxin-server",
        &[
            "shouxin-audit",
            "shouxin-core",
            "shouxin-plugin-admission",
            "shouxin-plugin-check",
            "shouxin-plugin-host",
            "shouxin-plugin-scaffold",
        ],
    ),
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn tracked(ending: &str) -> Vec<(String, String)> {
    let output = Command::new("git").arg("ls-files").current_dir(root()).output();
    let output = output.expect("git lists the files");
    let names = String::from_utf8(output.stdout).expect("names are UTF-8");
    let files: Vec<(String, String)> = names
        .lines()
        .filter(|name| name.ends_with(ending))
        .filter_map(|name| {
            Some((name.to_owned(), std::fs::read_to_string(root().join(name)).ok()?))
        })
        .collect();
    assert!(!files.is_empty(), "no {ending} file is tracked");
    files
}

/// Lines of code outside comments and strings' lines that only quote, with their numbers.
fn code_lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    (1..).zip(text.lines()).filter(|(_, line)| !line.trim_start().starts_with("//"))
}

/// Lines that hold any of these, outside comments.
fn holding(text: &str, needles: &[&str]) -> Vec<usize> {
    code_lines(text)
        .filter(|(_, line)| needles.iter().any(|needle| line.contains(needle)))
        .map(|(number, _)| number)
        .collect()
}

/// The part of a file before its unit tests.
fn without_tests(text: &str) -> &str {
    text.split("#[cfg(test)]\nmod ").next().unwrap_or(text)
}

fn report(broken: &[String], cure: &str) {
    assert!(broken.is_empty(), "{cure}:\n{}", broken.join("\n"));
}

#[test]
fn packages_depend_only_along_the_allowed_edges() {
    let metadata = MetadataCommand::new()
        .manifest_path(root().join("Cargo.toml"))
        .no_deps()
        .exec()
        .expect("cargo metadata");
    let mut broken = Vec::new();
    for package in &metadata.packages {
        let name = package.name.as_str();
        if ["shouxin-tests", "shouxin-benches"].contains(&name) {
            continue;
        }
        let allowed = EDGES.iter().find(|(own, _)| *own == name).map(|(_, allowed)| *allowed);
        let Some(allowed) = allowed else {
            broken.push(format!("{name}: a package the list does not know"));
            continue;
        };
        for dependency in package.dependencies.iter().filter(|own| own.name.starts_with("shouxin"))
        {
            let development = dependency.kind == cargo_metadata::DependencyKind::Development;
            if !development && !allowed.contains(&dependency.name.as_str()) {
                broken.push(format!("{name} -> {}", dependency.name));
            }
        }
    }
    report(&broken, "edges that are not allowed; see ARCHITECTURE.md");
}

#[test]
fn every_source_file_says_what_it_is_for() {
    let broken: Vec<String> = tracked(".rs")
        .into_iter()
        .filter(|(_, text)| !text.starts_with("//! "))
        .map(|(name, _)| name)
        .collect();
    report(&broken, "open the file with `//! ` and its purpose");
}

#[test]
fn no_source_file_is_longer_than_a_reader_would_read() {
    let broken: Vec<String> = tracked(".rs")
        .into_iter()
        .filter(|(_, text)| text.lines().count() > LINES_MAX)
        .map(|(name, text)| format!("{name}: {} lines", text.lines().count()))
        .collect();
    report(&broken, "split the file by noun");
}

#[test]
fn sled_and_bincode_are_named_in_one_file_each() {
    let mut broken = Vec::new();
    for (name, text) in tracked(".rs") {
        for (needle, home) in
            [("sled::", "server/src/view/store.rs"), ("bincode::", "core/src/codec.rs")]
        {
            if name != home && name != "tests/tidy/main.rs" {
                let lines = holding(&text, &[needle]);
                broken.extend(lines.iter().map(|line| format!("{name}:{line}: {needle}")));
            }
        }
    }
    report(&broken, "go through server/src/view/store.rs and core/src/codec.rs");
}

#[test]
fn the_core_has_no_clock_files_threads_or_unordered_maps() {
    let banned = [
        "SystemTime",
        "Instant",
        "std::time::",
        "std::fs",
        "std::env",
        "std::thread",
        "std::net",
        "HashMap",
        "HashSet",
        "tokio",
        "getrandom",
    ];
    let mut broken = Vec::new();
    for (name, text) in tracked(".rs") {
        let pure = name.starts_with("core/src/") || name.starts_with("core/audit/src/");
        if !pure || name.ends_with("tests.rs") {
            continue;
        }
        let lines = holding(without_tests(&text), &banned);
        broken.extend(lines.iter().map(|line| format!("{name}:{line}")));
    }
    report(&broken, "pass it in, or keep it in the server");
}

/// A report of wrongdoing is never evidence and never a record: no code leads from one to the
/// register. Whoever handles reports submits nothing, and nobody else can reach them.
#[test]
fn no_code_leads_from_a_report_to_the_register() {
    let homes = [
        "core/src/whistle",
        "core/tests/whistle",
        "core/audit/src/whistle",
        "core/audit/tests/forge/reports",
        "core/audit/tests/forged/reports",
        "server/src/whistle",
        "server/src/http/whistle",
        "tests/system/whistle",
    ];
    // They name the module to open it, to route to it, to encode it and to judge its own log.
    let doors = [
        "core/audit/src/lib.rs",
        "core/src/codec.rs",
        "server/src/app.rs",
        "server/src/cli/audit.rs",
        "server/src/http.rs",
    ];
    let register = ["submit", "Request::internal", "crate::command", "command::Command", "apply::"];
    let mut broken = Vec::new();
    for (name, text) in tracked(".rs").into_iter().filter(|(name, _)| name != "tests/tidy/main.rs")
    {
        let home = homes.iter().any(|home| name.starts_with(home));
        let needles: &[&str] = match home {
            true => &register,
            false if doors.contains(&name.as_str()) => continue,
            false => &["core::whistle", "crate::whistle", "super::whistle"],
        };
        let lines = holding(&text, needles);
        // The module's own fold is re-exported by that name.
        let own = |line: &usize| {
            text.lines().nth(line - 1).is_some_and(|own| own.contains("self::apply::apply"))
        };
        let lines = lines.iter().filter(|line| !own(line));
        broken.extend(lines.map(|line| format!("{name}:{line}")));
    }
    report(&broken, "keep reports apart from the register");
}

/// A check that shares code with what it checks finds nothing that both get wrong.
#[test]
fn the_audit_knows_stored_types_only() {
    let checked =
        ["decide", "apply", "rows", "row", "path", "command", "keys", "tally", "anonymity"];
    let needles: Vec<String> =
        checked.iter().map(|module| format!("shouxin_core::{module}")).collect();
    let needles: Vec<&str> = needles.iter().map(String::as_str).collect();
    let mut broken = Vec::new();
    for (name, text) in tracked(".rs") {
        if name.starts_with("core/audit/src/") {
            // An import in braces would get round the whole names.
            let lines = holding(&text, &[needles.as_slice(), &["shouxin_core::{"]].concat());
            broken.extend(lines.iter().map(|line| format!("{name}:{line}")));
        }
    }
    report(&broken, "fold it anew from events: the audit trusts nothing that decides");
}

#[test]
fn no_test_is_ignored_and_nothing_is_left_unfinished() {
    let needles = ["#[ignore", "#[should_panic", "todo!(", "unimplemented!(", "dbg!("];
    let mut broken = Vec::new();
    for (name, text) in tracked(".rs").into_iter().filter(|(name, _)| name != "tests/tidy/main.rs")
    {
        let lines = holding(&text, &needles);
        broken.extend(lines.iter().map(|line| format!("{name}:{line}")));
    }
    report(&broken, "finish it, or match the error instead");
}

/// A file that the program of its folder does not name is never compiled, and its tests never run.
#[test]
fn every_file_of_tests_is_part_of_its_program() {
    let files = tracked(".rs");
    let mut broken = Vec::new();
    for folder in ["core/tests", "tests/system", "tests/tidy"] {
        let main = files.iter().find(|(name, _)| *name == format!("{folder}/main.rs"));
        let (_, main) = main.expect("the program of the folder");
        for (name, _) in &files {
            let module = name.strip_prefix(folder).and_then(|rest| rest.strip_prefix('/'));
            let module = module.and_then(|rest| rest.strip_suffix(".rs"));
            let Some(module) = module.filter(|own| !own.contains('/') && *own != "main") else {
                continue;
            };
            if !main.lines().any(|line| line.trim() == format!("mod {module};")) {
                broken.push(name.clone());
            }
        }
    }
    report(&broken, "name it in the main.rs of its folder");
}

#[test]
fn unsafe_stands_only_at_the_plugin_boundary() {
    let homes = ["plugins/", "tests/fixtures/"];
    let mut broken = Vec::new();
    for (name, text) in tracked(".rs").into_iter().filter(|(name, _)| name != "tests/tidy/main.rs")
    {
        if homes.iter().any(|home| name.starts_with(home)) {
            continue;
        }
        let lines = holding(&text, &["unsafe "]);
        broken.extend(lines.iter().map(|line| format!("{name}:{line}")));
    }
    report(&broken, "unsafe belongs to the plugin boundary");
}

#[test]
fn a_panic_never_becomes_an_abort() {
    let text = std::fs::read_to_string(root().join("Cargo.toml")).expect("Cargo.toml");
    let aborts = text.lines().any(|line| line.trim_start().starts_with("panic = \"abort\""));
    assert!(!aborts, "a plugin's panic would kill its host before it can answer");
}

#[test]
fn every_page_has_one_title() {
    let mut broken = Vec::new();
    for (name, text) in tracked(".md") {
        let mut fenced = false;
        let titles = text
            .lines()
            .filter(|line| {
                fenced ^= line.starts_with("```");
                !fenced && line.starts_with("# ")
            })
            .count();
        if titles != 1 {
            broken.push(format!("{name}: {titles} titles"));
        }
    }
    report(&broken, "one `# ` a page");
}

#[test]
fn the_checks_find_what_they_look_for() {
    let text = "//! x\nlet a = sled::open();\n// sled::open\n#[cfg(test)]\nmod tests { HashMap }\n";
    assert_eq!(holding(text, &["sled::"]), [2]);
    assert!(holding(without_tests(text), &["HashMap"]).is_empty());
    assert_eq!(holding(text, &["HashMap"]), [5]);
}
