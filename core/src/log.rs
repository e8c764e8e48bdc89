//! The append-only log: entries, commits, chain, and the trait behind which they are kept.
