//! The data sets of the benches.
