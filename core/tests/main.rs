//! The tests of the core in one program: linked once, which is what makes trying a change to a rule
//! cheap (`make mutants`). Each file is about one noun or one question; `kit/` is what they share.
//!
//! A random case that fails is written to `core/proptest-regressions/`, which is tracked: it is played
//! first from then on. A county that fails is kept by its seed, in `simulation.rs`.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "in a test a failure is what they are for"
)]

mod kit;

mod allowed_less;
mod answers;
mod assessment;
mod attribution_repairs;
mod authorisations;
mod both_lists;
mod breach_repairs;
mod by_number;
mod bypasses;
mod capacity;
mod case_study;
mod catalogue;
mod changed;
mod channels;
mod cited;
mod clocks;
mod codec;
mod collection;
mod commitment;
mod confirmed;
mod corrected;
mod counted;
mod crossed;
mod dead_letters;
mod deliveries;
mod due_process;
mod edges;
mod effects;
mod ends;
mod erasure;
mod extensions;
mod first_steps;
mod found_anew;
mod grounds;
mod guards;
mod handed_out;
mod heard;
mod imported;
mod kept;
mod large_family;
mod life_cycle;
mod lives;
mod member;
mod named;
mod never_done;
mod new_head;
mod no_order;
mod persons;
mod plan;
mod properties;
mod public_notice;
mod publicity;
mod put_right;
mod record_repairs;
mod recorded_late;
mod red_list;
mod redress;
mod relieved;
mod remedies;
mod renamed;
mod repairs;
mod retired;
mod reviewed;
mod reviews;
mod rows;
mod rulings;
mod same_paper;
mod scenarios;
mod second_case;
mod sending;
mod served;
mod simulation;
mod standstill;
mod states;
mod submitted_anew;
mod support;
mod tasks;
mod testing;
mod told_first;
mod tolerance;
mod transitions;
mod twice;
mod undoing;
mod unverified;
mod versions;
mod void_for_good;
mod whistle;
mod working;
