//! The server as a library, so that tests and benches can reach it.

pub mod access;
pub mod app;
pub mod channels;
pub mod cli;
pub mod clock;
pub mod closing;
pub mod config;
pub mod demo;
pub mod dispatch;
pub mod documents;
pub mod engine;
pub mod http;
pub mod import;
pub mod keys;
pub mod lock;
pub mod log;
pub mod plugins;
pub mod replay;
pub mod schedule;
pub mod socket;
pub mod telemetry;
pub mod texts;
pub mod vault;
pub mod view;
pub mod whistle;
