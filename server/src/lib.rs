//! The server as a library, so that tests and benches can reach it.

pub mod log;
