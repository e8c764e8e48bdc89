//! For which rules a job over everything that runs was last done.

use serde::{Deserialize, Serialize};

use crate::text::Digest;
use crate::time::Day;

/// A job that was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct JobRow {
    /// The version of the rules.
    pub rules: Digest,
    /// First day of the newest version of the deadlines and caps that had begun.
    pub in_force_from: Day,
}

impl JobRow {
    /// Whether nothing is left of it to do under these rules.
    pub fn covers(&self, rules: Digest, in_force_from: Day) -> bool {
        self.rules == rules && self.in_force_from == in_force_from
    }
}
