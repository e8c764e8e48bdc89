//! The working-day calendar (domain.md 5).

use serde::{Deserialize, Serialize};

use crate::time::Day;

/// A computed last day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Deadline {
    /// The last counted day; the period ends at its 24:00.
    pub day: Day,
    /// The calendar did not reach far enough: weekdays and statutory fixed days were counted.
    pub provisional: bool,
}

/// Days that the yearly notices moved.
#[derive(Clone, Debug, Default)]
pub struct Calendar {}

impl Calendar {
    /// The `count`-th working day after `from`, which itself is not counted (Civil Code 201).
    pub fn after(&self, _from: Day, _count: u16) -> Deadline {
        Deadline { day: Day::MIN, provisional: true }
    }
}
