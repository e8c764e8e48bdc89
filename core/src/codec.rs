//! The one place that names bincode.
