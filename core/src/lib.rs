//! The rules of a county's public-credit register, without a clock, I/O, randomness or async.
//!
//! Modules stand in reading order; a module uses only what stands above it. `decide` turns a
//! command into events or a refusal, `apply` folds an event into rows, and nothing else changes
//! anything. What the register is, and what it never is, stands in `docs/SAFETY.md`.
#![forbid(unsafe_code)]
#![warn(missing_docs)]

pub mod calendar;
pub mod codec;
pub mod identifier;
pub mod log;
pub mod rules;
pub mod time;
