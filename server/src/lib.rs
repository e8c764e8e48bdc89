//! The server as a library, so that tests and benches can reach it.

pub mod access;
pub mod clock;
pub mod dispatch;
pub mod engine;
pub mod http;
pub mod lock;
pub mod log;
pub mod plugins;
pub mod schedule;
pub mod telemetry;
pub mod vault;
pub mod view;
