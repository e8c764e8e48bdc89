//! The view against a map in memory: through freezing, flushing, reopening, copies and threads.

