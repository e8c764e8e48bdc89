//! Whole-system tests: real processes, real plugins, real faults.
#![allow(clippy::expect_used, clippy::panic, reason = "in a test a failure is what they are for")]

mod afternoon;
mod answers;
mod audit;
mod bad_fields;
mod bad_input;
mod channels;
mod command_line;
mod commitments;
mod contracts;
mod demo;
mod documents;
mod erasure;
mod exactly_once;
mod forgetting;
mod forwarding;
mod heard;
mod held;
mod import;
mod kill;
mod letters;
mod life;
mod life_faults;
mod nominations;
mod office;
mod outside;
mod plugins;
mod publicity;
mod put_right;
mod reads_more;
mod refusals;
mod repairs;
mod social;
mod tasks;
mod tolerance;
mod whistle;
