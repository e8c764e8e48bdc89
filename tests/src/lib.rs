//! The kit of the whole-system tests.
