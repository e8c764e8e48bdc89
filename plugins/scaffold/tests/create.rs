//! What is written where, and what is refused. That the projects build and work is tested by the host of
//! plugins (plugins/host/tests/new_project.rs), which can load them.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops at the first surprise")]

use std::path::{Path, PathBuf};
use std::process::Command;

use shouxin_plugin_scaffold::{Lang, ScaffoldError, create};
use tempfile::TempDir;

fn below(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { files.extend(below(&path)) } else { files.push(path) }
    }
    files.sort();
    files
}

#[test]
fn every_file_is_named_and_no_place_is_left_open() {
    for lang in [Lang::Rust, Lang::C] {
        let folder = TempDir::new().unwrap();
        let place = folder.path().join("a/new/place");
        let mut written = create(&place, "land-auction", lang).unwrap();
        written.sort();
        assert_eq!(written, below(&place));
        for path in &written {
            let text = std::fs::read_to_string(path).unwrap();
            for open in ["@NAME@", "@LIBRARY@", "@FROM@", "@UNTIL@"] {
                assert!(!text.contains(open), "{}: {open}", path.display());
            }
            // Nothing of the machine it was built on.
            assert!(!text.contains(env!("CARGO_MANIFEST_DIR")), "{}", path.display());
            assert_ne!(path.extension().and_then(|ending| ending.to_str()), Some("in"));
        }
        let manifest = std::fs::read_to_string(place.join("manifest.toml")).unwrap();
        assert!(manifest.contains("name = \"land-auction\""));
        let readme = std::fs::read_to_string(place.join("README.md")).unwrap();
        assert!(readme.contains("libplugin_land_auction.so"));
        assert!(place.join(".gitignore").exists());
    }
}

#[test]
fn what_is_vendored_is_what_this_repository_has() {
    let folder = TempDir::new().unwrap();
    create(&folder.path().join("rust"), "x", Lang::Rust).unwrap();
    create(&folder.path().join("c"), "x", Lang::C).unwrap();
    let plugins = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    for (own, there) in [
        ("abi/src", "rust/vendor/abi/src"),
        ("wire/src", "rust/vendor/wire/src"),
        ("sdk/src", "rust/vendor/sdk/src"),
        ("c/kit", "c/kit"),
        ("c/vendor/cjson", "c/vendor/cjson"),
    ] {
        let (own, there) = (plugins.join(own), folder.path().join(there));
        let files = below(&own);
        assert!(!files.is_empty());
        for file in files.iter().filter(|file| !file.ends_with("tests.rs")) {
            let copy = there.join(file.strip_prefix(&own).unwrap());
            assert_eq!(std::fs::read(file).unwrap(), std::fs::read(copy).unwrap());
        }
    }
}

#[test]
fn a_name_that_is_none_is_refused_in_both_languages() {
    let folder = TempDir::new().unwrap();
    let long = "x".repeat(65);
    for name in ["", "Land", "land auction", "land_auction", "土地", "../x", "-x", "x-", &long] {
        let place = folder.path().join("place");
        let error = create(&place, name, Lang::Rust).unwrap_err();
        assert!(matches!(error, ScaffoldError::Name { .. }), "{name}: {error}");
        assert!(error.to_string().contains("插件名称"), "{error}");
        assert!(error.to_string().contains("is no name for a plugin"), "{error}");
        assert!(!place.exists());
    }
    for name in ["x", "7", "land-auction", &"x".repeat(64)] {
        create(&folder.path().join(name), name, Lang::C).unwrap();
    }
}

#[test]
fn what_is_there_is_not_touched() {
    let folder = TempDir::new().unwrap();
    let place = folder.path().join("taken");
    std::fs::create_dir(&place).unwrap();
    create(&place, "empty-is-fine", Lang::C).unwrap();
    let before = below(&place);
    let error = create(&place, "again", Lang::Rust).unwrap_err();
    assert!(matches!(error, ScaffoldError::Taken { .. }), "{error}");
    assert!(error.to_string().contains("不是空文件夹"), "{error}");
    assert_eq!(below(&place), before);

    let file = folder.path().join("file");
    std::fs::write(&file, "x").unwrap();
    let error = create(&file, "x", Lang::Rust).unwrap_err();
    assert!(matches!(error, ScaffoldError::Taken { .. }), "{error}");
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "x");
    let error = create(&file.join("below"), "x", Lang::Rust).unwrap_err();
    assert!(matches!(error, ScaffoldError::Taken { .. } | ScaffoldError::Io { .. }), "{error}");
}

#[test]
fn only_two_languages_are_known() {
    assert_eq!("rust".parse::<Lang>().unwrap(), Lang::Rust);
    assert_eq!("c".parse::<Lang>().unwrap(), Lang::C);
    let error = "java".parse::<Lang>().unwrap_err();
    assert!(error.to_string().contains("java"), "{error}");
}

/// What cargo makes of this repository's lock file in a new project: the versions that are tested here, and
/// nothing that a plugin does not need. After a change of versions,
/// `SHOUXIN_WRITE_LOCK=1 cargo test -p shouxin-plugin-scaffold` writes the template anew.
#[test]
fn the_lock_file_is_this_repositorys_cut_to_what_a_plugin_needs() {
    let folder = TempDir::new().unwrap();
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    create(folder.path(), "x", Lang::Rust).unwrap();
    let lock = folder.path().join("Cargo.lock");
    std::fs::copy(here.join("../../Cargo.lock"), &lock).unwrap();
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let done = Command::new(cargo)
        .args(["metadata", "--offline", "--format-version", "1"])
        .current_dir(folder.path())
        .output()
        .unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    let made = std::fs::read_to_string(&lock).unwrap();
    let wanted = made.replace("\"plugin-x\"", "\"plugin-@NAME@\"");
    assert_ne!(made, wanted);
    let template = here.join("templates/rust/Cargo.lock.in");
    if std::env::var_os("SHOUXIN_WRITE_LOCK").is_some() {
        std::fs::write(&template, &wanted).unwrap();
    }
    let found = std::fs::read_to_string(template).unwrap();
    assert!(
        found == wanted,
        "templates/rust/Cargo.lock.in is not this repository's; write it anew"
    );
}
