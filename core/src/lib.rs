//! The rules of a county's public-credit register, without a clock, I/O, randomness or async.
//!
//! Read `event` for what can happen, `decide` for what is allowed to, `apply` for what follows
//! from it, `path` and `row` for the states. `decide` turns a command into events or a refusal,
//! `apply` folds an event into rows, and nothing else changes anything.
#![forbid(unsafe_code)]
#![warn(missing_docs)]

pub mod actor;
pub mod anonymity;
pub mod apply;
pub mod calendar;
pub mod codec;
pub mod command;
pub mod decide;
pub mod event;
pub mod guard;
pub mod id;
pub mod identifier;
pub mod keys;
pub mod limits;
pub mod log;
pub mod path;
pub mod row;
pub mod rows;
pub mod rules;
pub mod tally;
pub mod text;
pub mod time;
pub mod whistle;
