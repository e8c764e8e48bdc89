//! Calls of a plugin through its child process, with a window of calls under way.

use std::path::PathBuf;
use std::sync::mpsc;
use std::time::Instant;

use shouxin_plugin_host::wire::{Classified, SCHEMA, Subject};
use shouxin_plugin_host::{Call, Hook, Isolation, Limits, Mode, Plugin, PluginSpec};
use shouxin_server::plugins::library_sha256;

const WINDOW: u64 = 64;

/// `plugin`
pub fn calls(calls: u64) {
    for isolation in [Isolation::Process, Isolation::InProcess] {
        let rate = measure(calls, isolation);
        println!("{:<28} {rate:>9.0}/s   window {WINDOW}", format!("{isolation:?}, classified"));
    }
}

fn measure(calls: u64, isolation: Isolation) -> f64 {
    let exe = std::env::current_exe().expect("this program");
    let library = exe.with_file_name("libshouxin_plugin_market.so");
    let folder = tempfile::tempdir().expect("a folder");
    let (done, completions) = mpsc::channel();
    let spec = PluginSpec {
        name: "market".to_owned(),
        sha256: library_sha256(&library).expect("build the plugins first: make bench does"),
        library,
        data_dir: folder.path().join("market"),
        config: serde_json::json!({}),
        mode: Mode::Live,
        connect: Vec::new(),
        isolation,
        limits: Limits::default(),
        host_program: PathBuf::from("/proc/self/exe"),
        host_args: vec!["plugin-host".to_owned()],
    };
    let plugin = Plugin::start(
        spec,
        Box::new(move |completion| {
            // The measuring end may be gone while the last calls finish.
            let _gone = done.send(completion.ticket);
        }),
    )
    .expect("the plugin starts");
    let body = Classified {
        schema: SCHEMA,
        position: 1,
        subject: Subject {
            key: "91350426XY00000125".to_owned(),
            kind: "enterprise".to_owned(),
            name: Some("基准".to_owned()),
        },
        as_of: "2026-01-05".parse().expect("a date"),
        in_force: Vec::new(),
        suspended: Vec::new(),
    }
    .encode()
    .expect("a message");
    let began = Instant::now();
    let (mut sent, mut received) = (0, 0);
    while received < calls {
        while sent < calls && sent - received < WINDOW {
            let call = Call { ticket: sent, hook: Hook::Classified, body: body.clone() };
            plugin.submit(call).expect("room in the window");
            sent += 1;
        }
        completions.recv().expect("a completion");
        received += 1;
    }
    let rate = calls as f64 / began.elapsed().as_secs_f64();
    plugin.stop(1000);
    rate
}
