//! The `shouxin` binary.
fn main() {}
