//! Whole-system tests: real processes, real plugins, real faults.

mod bad_input;
mod command_line;
mod kill;
mod plugins;
