//! The child's side as a program of its own, for tests; the register runs `shouxin plugin-host`.

fn main() -> std::process::ExitCode {
    shouxin_plugin_host::child_main()
}
