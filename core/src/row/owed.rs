//! What an office or an authority owes in the matter of an objection or a repair, by which day, and
//! what stops its clock.

use serde::{Deserialize, Serialize};

use crate::calendar::Deadline;
use crate::row::{ObjectionRow, ObjectionState, Owed, RepairRow, RepairState};
use crate::time::Day;

/// Expert testing: it stops the clock once, as long as it takes and no longer than the rules allow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Testing {
    /// The day on which it began.
    pub from: Day,
    /// What the clock ran to before.
    pub before: Deadline,
    /// The expert has reported.
    pub ended: bool,
}

impl ObjectionRow {
    /// The last day of what the office owes, while it is awaited and was not marked late: the
    /// referral, the result, the review.
    pub fn office_due(&self) -> Option<Deadline> {
        let open = |owed: Option<Owed>| owed.filter(|own| !own.overdue).map(|own| own.by);
        match &self.state {
            ObjectionState::Accepted => open(self.referral),
            ObjectionState::Verified { .. } => open(self.result),
            ObjectionState::Review { decide_by, .. } if !self.review_overdue => Some(*decide_by),
            _ => None,
        }
    }
}

impl RepairRow {
    /// The last day of the formal check, while it is awaited and was not marked late.
    pub fn check_due(&self) -> Option<Deadline> {
        match self.state {
            RepairState::Applied { accept_by, overdue: false } => Some(accept_by),
            _ => None,
        }
    }

    /// The last day of the decision, while it is awaited and was not marked late.
    pub fn decision_due(&self) -> Option<Deadline> {
        let open = matches!(self.state, RepairState::Applied { .. } | RepairState::Accepted { .. });
        (open && !self.overdue).then_some(self.decide_by)
    }

    /// The last day of its review, while that is awaited and was not marked late.
    pub fn review_due(&self) -> Option<Deadline> {
        match self.state {
            RepairState::Review { decide_by } if !self.review_overdue => Some(decide_by),
            _ => None,
        }
    }

    /// The days behind which a timer marks it late.
    pub fn late_after(&self) -> impl Iterator<Item = Deadline> {
        [self.check_due(), self.decision_due(), self.review_due()].into_iter().flatten()
    }
}
