//! The suite as a program of its own, for tests; operators run `shouxin plugin check`.

use std::path::Path;
use std::process::ExitCode;

use shouxin_plugin_check::{Options, check};

fn main() -> ExitCode {
    let mut arguments = std::env::args_os().skip(1);
    let first = arguments.next();
    if first.as_deref().is_some_and(|argument| argument == "plugin-host") {
        // Before anything opens a descriptor: the child closes what it finds open.
        return shouxin_plugin_host::child_main();
    }
    let mut options = Options::new("/proc/self/exe");
    let mut json = false;
    let mut library = first;
    for argument in arguments {
        match argument.to_str() {
            Some("--quick") => options.quick = true,
            Some("--json") => json = true,
            _ => library = None,
        }
    }
    let Some(library) = library else {
        eprintln!("usage: plugin-check LIBRARY [--quick] [--json]");
        return ExitCode::from(2);
    };
    let report = check(Path::new(&library), &options);
    match serde_json::to_string_pretty(&report) {
        Ok(text) if json => println!("{text}"),
        _ => print!("{report}"),
    }
    if report.passed { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
