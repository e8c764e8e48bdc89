//! The `shouxin` binary: parse the arguments, run the command, set the exit code.

use std::process::ExitCode;

/// Rebuilding and reading many small rows is markedly faster than with the system's allocator.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    // A plugin's host closes every descriptor it was not given, so nothing may be opened before.
    if std::env::args().nth(1).as_deref() == Some("plugin-host") {
        return shouxin_plugin_host::child_main();
    }
    shouxin_server::cli::run()
}
