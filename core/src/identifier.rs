//! Identifiers of subjects: typed, checked, every error by name (domain.md 3).
#![allow(missing_docs)]
pub mod uscc;
