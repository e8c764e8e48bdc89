//! The order in which the store makes things durable, as the system sees it.
//!
//! A power cut loses what was written and not synced, and a name whose folder was not synced. The test
//! runs itself again under a small library that notes every call of the kind, and reads the notes.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops at the first surprise")]
#![cfg(target_os = "linux")]

use std::path::{Path, PathBuf};
use std::process::Command;

use shouxin_plugin::Store;
use tempfile::TempDir;

/// Set in the process that is watched: the folder it works in.
const FOLDER: &str = "SHOUXIN_TEST_POWER_CUT_FOLDER";

/// Notes `write`, `fsync`, `fdatasync`, `ftruncate` and `rename` with the name of the file.
const WATCHER: &str = r#"
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void note(const char *what, const char *name) {
    static int file = -1;
    char line[4352];
    int len;
    const char *last = strrchr(name, '/');
    if (file < 0) file = open(getenv("WATCHER_NOTES"), O_WRONLY | O_CREAT | O_APPEND, 0600);
    len = snprintf(line, sizeof line, "%s %s\n", what, last ? last + 1 : name);
    ((ssize_t (*)(int, const void *, size_t))dlsym(RTLD_NEXT, "write"))(file, line, (size_t)len);
}

static void note_fd(const char *what, int fd) {
    char link[64], name[4096];
    ssize_t len;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    len = readlink(link, name, sizeof name - 1);
    if (len <= 0) return;
    name[len] = 0;
    if (strstr(name, getenv("WATCHER_FOLDER")) == name) note(what, name);
}

ssize_t write(int fd, const void *bytes, size_t len) {
    note_fd("write", fd);
    return ((ssize_t (*)(int, const void *, size_t))dlsym(RTLD_NEXT, "write"))(fd, bytes, len);
}
int fsync(int fd) {
    note_fd("sync", fd);
    return ((int (*)(int))dlsym(RTLD_NEXT, "fsync"))(fd);
}
int fdatasync(int fd) {
    note_fd("sync", fd);
    return ((int (*)(int))dlsym(RTLD_NEXT, "fdatasync"))(fd);
}
int rename(const char *from, const char *to) {
    note("rename", to);
    return ((int (*)(const char *, const char *))dlsym(RTLD_NEXT, "rename"))(from, to);
}
"#;

fn mark(folder: &Path, what: &str) {
    // A rename is noted by its target, and touches nothing that the store knows.
    let file = folder.join("mark");
    std::fs::write(&file, "").unwrap();
    std::fs::rename(&file, folder.join(what)).unwrap();
}

/// The work that is watched; an empty test unless it is asked for.
#[test]
fn watched() {
    let Some(folder) = std::env::var_os(FOLDER).map(PathBuf::from) else {
        return;
    };
    let data = folder.join("data");
    let mut store = Store::<String>::open(&data, "t").unwrap();
    mark(&folder, "opened");
    store.put("a", "SECRET".into()).unwrap();
    mark(&folder, "put");
    store.remove("a").unwrap();
    mark(&folder, "removed");
    store.erase(|key, _| key == "a").unwrap();
    mark(&folder, "erased");
}

fn noted() -> Vec<String> {
    let folder = TempDir::new().unwrap();
    let source = folder.path().join("watcher.c");
    let library = folder.path().join("libwatcher.so");
    let notes = folder.path().join("notes");
    std::fs::write(&source, WATCHER).unwrap();
    let built = Command::new("cc")
        .args(["-shared", "-fPIC", "-o"])
        .args([&library, &source])
        .arg("-ldl")
        .output()
        .unwrap();
    assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
    let work = folder.path().join("work");
    std::fs::create_dir(&work).unwrap();
    let done = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "watched"])
        .env(FOLDER, &work)
        .env("LD_PRELOAD", &library)
        .env("WATCHER_NOTES", &notes)
        .env("WATCHER_FOLDER", &work)
        .output()
        .unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stdout));
    let text = std::fs::read_to_string(notes).unwrap();
    text.lines().map(str::to_owned).collect()
}

#[test]
fn nothing_is_answered_before_file_and_folder_are_synced() {
    let notes = noted();
    let mut parts = notes.split(|line| line.starts_with("rename ") && !line.ends_with(".store"));
    let mut next = || parts.next().unwrap().join(", ");
    // A new file is whole before it gets its name, and the name is kept before it is used. The folder
    // itself was made too, so the one above it is synced.
    let anew = "write t.tmp, sync t.tmp, rename t.store, sync data";
    assert_eq!(next(), format!("sync work, {anew}"), "opening");
    assert_eq!(next(), "write t.store, sync t.store", "put");
    assert_eq!(next(), "write t.store, sync t.store", "remove");
    assert_eq!(next(), anew, "erase");
}
