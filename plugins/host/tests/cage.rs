//! What a plugin cannot do from inside its child, and what it still can. Each attempt is made by a
//! real child; the answer is the system's.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops at the first surprise")]

mod kit;

use std::path::Path;

use kit::{Running, case, failed, faulty, hold, start, with_fault};
use serde_json::{Value, json};
use shouxin_plugin_host::{FailureKind, Hook, Isolation, Outcome, PluginSpec};

fn attempt(running: &Running, name: &str, path: &Path, pid: u32) -> String {
    match running.query(json!({"try": name, "path": path.to_str().unwrap(), "pid": pid})) {
        Value::String(answer) => answer,
        other => panic!("there is no attempt `{name}`: {other}"),
    }
}

/// Makes attempts, each with the answer that is expected, and shows all that went otherwise.
fn expect(running: &Running, path: &Path, attempts: &[(&str, &str)]) {
    let other: Vec<String> = attempts
        .iter()
        .map(|(name, expected)| (name, attempt(running, name, path, std::process::id()), expected))
        .filter(|(_, answer, expected)| answer != *expected)
        .map(|(name, answer, expected)| format!("{name}: {answer}, not {expected}"))
        .collect();
    assert!(other.is_empty(), "{}\n{other:?}", path.display());
}

#[test]
fn the_health_says_what_holds_it_in() {
    let running = start(faulty);
    let health = running.plugin.health();
    let cage = health.cage.unwrap();
    assert!(cage.seccomp);
    // Every system these tests run on has it; what is said elsewhere is said by the system.
    assert!(cage.landlock_abi.unwrap() >= 3, "{cage}");
    assert!(health.memory_bytes.unwrap() > 1 << 20);
    assert!(health.start_us.unwrap() > 0);
    assert!(health.started_at.unwrap() <= std::time::SystemTime::now());
    let inside = start(|folder| PluginSpec { isolation: Isolation::InProcess, ..faulty(folder) });
    let health = inside.plugin.health();
    assert_eq!((health.cage, health.memory_bytes, health.pid), (None, None, None));
}

#[test]
fn a_fence_that_is_asked_for_and_there_is_no_obstacle() {
    start(|folder| {
        let mut spec = faulty(folder);
        spec.limits.require_landlock = true;
        spec
    })
    .works();
}

#[test]
fn files_of_others_cannot_be_read_changed_or_found() {
    let running = start(faulty);
    let outside = running.folder.path().join("register");
    std::fs::create_dir(&outside).unwrap();
    let secret = outside.join("log");
    std::fs::write(&secret, "secret").unwrap();
    let own = running.folder.path().join("data/own");
    std::fs::write(&own, "own").unwrap();
    expect(
        &running,
        &secret,
        &[
            ("read", "EACCES"),
            ("write", "EACCES"),
            ("create", "EACCES"),
            ("remove", "EACCES"),
            // The first versions of Landlock do not see it, so the filter refuses it everywhere.
            ("truncate", "EPERM"),
            ("chmod", "EPERM"),
            ("chown", "EPERM"),
        ],
    );
    // The system says it as a move to another file system, which is how a link would be one.
    assert_ne!(attempt(&running, "link", &secret, 0), "ok");
    assert_eq!(std::fs::read(&secret).unwrap(), b"secret");
    for folder in [outside.as_path(), Path::new("/"), Path::new("/tmp"), Path::new("/dev/shm")] {
        expect(&running, folder, &[("list", "EACCES")]);
    }
    let register = format!("/proc/{}/environ", std::process::id());
    for file in
        ["/etc/passwd", "/etc/hosts", &register, "/proc/self/cwd/../../../../../../etc/passwd"]
    {
        expect(&running, Path::new(file), &[("read", "EACCES")]);
    }
    expect(
        &running,
        &own,
        &[("read", "ok"), ("write", "ok"), ("truncate", "EPERM"), ("chmod", "EPERM")],
    );
}

#[test]
fn the_folder_of_another_plugin_is_as_far_as_any() {
    let (one, other) = (start(faulty), start(faulty));
    let file = other.folder.path().join("data/kept");
    std::fs::write(&file, "kept").unwrap();
    expect(&one, &file, &[("read", "EACCES"), ("write", "EACCES"), ("remove", "EACCES")]);
    expect(&other, &file, &[("read", "ok"), ("write", "ok"), ("remove", "ok")]);
}

#[test]
fn no_process_and_no_group_is_left_or_reached() {
    let running = start(faulty);
    let pid = running.plugin.health().pid;
    expect(
        &running,
        Path::new(""),
        &[
            ("fork", "EPERM"),
            ("fork-syscall", "EPERM"),
            ("clone-files", "EPERM"),
            ("clone3", "ENOSYS"),
            ("setsid", "EPERM"),
            ("setpgid", "EPERM"),
            ("exec", "EPERM"),
            ("kill", "EPERM"),
            ("kill-group", "EPERM"),
            ("kill-all", "EPERM"),
            ("tgkill", "EPERM"),
            ("tkill", "EPERM"),
            ("sigqueue", "EPERM"),
            ("pidfd", "EPERM"),
            ("ptrace", "EPERM"),
            ("read-memory", "EPERM"),
            ("limit", "EPERM"),
            ("outlive", "EPERM"),
            ("own-signals", "EPERM"),
        ],
    );
    assert_eq!(running.plugin.health().pid, pid, "the same child all along");
}

#[test]
fn no_socket_is_opened_and_no_way_around_the_kernel_is_found() {
    let running = start(faulty);
    expect(
        &running,
        Path::new("/"),
        &[
            ("tcp", "EPERM"),
            ("tcp6", "EPERM"),
            ("udp", "EPERM"),
            ("unix", "EPERM"),
            ("netlink", "EPERM"),
            ("socketpair", "EPERM"),
            ("connect", "EPERM"),
            ("bind", "EPERM"),
            ("listen", "EPERM"),
            ("device", "EACCES"),
            ("unshare", "EPERM"),
            ("mount", "EPERM"),
            ("chroot", "EPERM"),
            ("io-uring", "EPERM"),
            ("bpf", "EPERM"),
            ("perf", "EPERM"),
            ("userfaultfd", "EPERM"),
            ("keyctl", "EPERM"),
            ("memfd", "EPERM"),
            ("shared-memory", "EPERM"),
            ("setuid", "EPERM"),
            ("filter", "EPERM"),
            ("unknown", "ENOSYS"),
        ],
    );
    if cfg!(target_arch = "x86_64") {
        expect(&running, Path::new(""), &[("x32", "ENOSYS")]);
    }
}

#[test]
fn what_a_plugin_needs_goes_on() {
    let running = start(faulty);
    let needs = [("files", "ok"), ("threads", "ok"), ("raise", "ok"), ("random", "ok")];
    expect(&running, Path::new(""), &needs);
    running.works();
}

#[test]
fn a_file_grows_to_its_bound_and_the_plugin_goes_on() {
    let running = start(|folder| {
        let mut spec = faulty(folder);
        spec.limits.file_bytes_max = 3 << 20;
        spec
    });
    let pid = running.plugin.health().pid;
    expect(&running, Path::new(""), &[("fill", "EFBIG"), ("descriptors", "EMFILE")]);
    let filled = running.folder.path().join("data/filled");
    assert_eq!(std::fs::metadata(filled).unwrap().len(), 3 << 20);
    running.works();
    assert_eq!(running.plugin.health().pid, pid, "it was told, not ended");
}

#[test]
fn bytes_to_every_descriptor_end_the_writer_and_nobody_else() {
    let bystander = start(faulty);
    let running = start(faulty);
    let completion = running.execute(with_fault("every-descriptor"));
    assert_eq!(failed(completion).0, FailureKind::BadAnswer);
    running.works();
    assert_eq!(bystander.plugin.health().restarts, 0);
    bystander.works();
}

#[test]
fn an_answer_for_another_call_is_nobodys_answer() {
    let running = start(faulty);
    let gate = hold(&running, 0);
    // The call that waits behind the forger, whose answer it forges.
    running.submit(1, Hook::Execute, case(1, json!({"fault": "other-ticket", "path": "2"})));
    running.submit(2, Hook::Execute, case(2, json!({})));
    gate.open();
    assert_eq!(running.next().ticket, 0);
    let forger = running.next();
    assert_eq!((forger.ticket, forger.begun), (1, true));
    assert_eq!(failed(forger).0, FailureKind::BadAnswer);
    let other = running.next();
    assert_eq!((other.ticket, other.begun), (2, false));
    assert_eq!(failed(other).0, FailureKind::Crash);
    running.works();
    // Its own answer, forged, is its own answer; the second one is none.
    running.submit(3, Hook::Execute, case(1, json!({"fault": "other-ticket", "path": "3"})));
    let own = running.next();
    assert!(matches!(own.outcome, Outcome::Answered(_)), "{own:?}");
    running.no_more();
}

#[test]
fn a_library_is_loaded_in_the_cage_and_not_before_it() {
    // The library's initialiser runs while it is loaded: it tries to leave a file in the folder above.
    let built = tempfile::TempDir::new().unwrap();
    let source = kit::example()
        + "\n#include <stdio.h>\n__attribute__((constructor)) static void early(void) {\n\
           FILE *inside = fopen(\"inside\", \"w\"); FILE *outside = fopen(\"../outside\", \"w\");\n\
           if (inside) fclose(inside);\n if (outside) fclose(outside);\n}\n";
    let output = kit::compile(built.path(), "early", &source);
    let running = start(|folder| kit::spec("minimal", &output, folder));
    assert!(running.folder.path().join("data/inside").exists(), "it ran");
    assert!(!running.folder.path().join("outside").exists(), "it ran in the cage");
}
