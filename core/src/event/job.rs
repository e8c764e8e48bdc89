//! What the register does over everything that runs, once for each version of the rules: that it was
//! done stands in the log, so a start looks at nothing that an earlier one has looked at.

use serde::{Deserialize, Serialize};

use crate::text::Digest;
use crate::time::Day;

/// A walk over everything that runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Job {
    /// Ends burdens earlier where the rules in force cap them lower, and keeps what they ask for
    /// before a repair where that is less.
    Shorten,
    /// Counts provisional deadlines anew by the calendar in force.
    Recount,
}

events! {
/// Events of the jobs.
JobEvent {
    /// A job has looked at everything, by these rules and the newest version of the deadlines and
    /// caps that had begun.
    Finished "job.finished" { job: Job, rules: Digest, in_force_from: Day, }
}
}
