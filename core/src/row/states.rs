//! What the states are called, and what follows from them alone.

use crate::row::{MeasureState, ObjectionState, Order, RedState, RepairState};

/// The worklist of what should have been lifted by now, beside those by state.
pub const LIFT_OVERDUE: &str = "lift_overdue";

impl MeasureState {
    /// Name of the state, English.
    pub fn name(&self) -> &'static str {
        match self {
            MeasureState::Initiated => "initiated",
            MeasureState::Noticed => "noticed",
            MeasureState::Dispatched { .. } => "dispatched",
            MeasureState::Accepted { .. } => "accepted",
            MeasureState::Declined => "declined",
            MeasureState::Executing { .. } => "executing",
            MeasureState::Executed { .. } => "executed",
            MeasureState::FedBack { .. } => "fed_back",
            MeasureState::Lifted { .. } => "lifted",
            MeasureState::Closed => "closed",
            MeasureState::Forwarded { .. } => "forwarded",
        }
    }

    /// Whether nobody was ever ordered to execute it: an end leaves nothing to lift. An execution
    /// that failed may have reached the department all the same, so such a case is left to it.
    pub fn never_executed(&self) -> bool {
        matches!(
            self,
            MeasureState::Initiated
                | MeasureState::Noticed
                | MeasureState::Dispatched { .. }
                | MeasureState::Accepted { failures: 0 }
                | MeasureState::Declined
        )
    }

    /// Whether the last attempt to execute it failed for good. It may have reached the department.
    pub fn given_up(&self) -> bool {
        matches!(self, MeasureState::Accepted { failures } if *failures > 0)
    }

    /// The order to execute, while one stands.
    pub fn order(&self) -> Option<&Order> {
        match self {
            MeasureState::Executing { order, .. }
            | MeasureState::Executed { order, .. }
            | MeasureState::FedBack { order, .. } => Some(order),
            _ => None,
        }
    }
}

impl ObjectionState {
    /// Name of the state, English.
    pub fn name(&self) -> &'static str {
        match self {
            ObjectionState::Filed { .. } => "filed",
            ObjectionState::Accepted => "accepted",
            ObjectionState::Refused => "refused",
            ObjectionState::Verifying { overdue: false, .. } => "verifying",
            ObjectionState::Verifying { overdue: true, .. } => "overdue",
            ObjectionState::Verified { .. } => "verified",
            ObjectionState::Unverified => "unverified",
            ObjectionState::Closed { upheld: true } => "closed_upheld",
            ObjectionState::Closed { upheld: false } => "closed_rejected",
            ObjectionState::Review { .. } => "review",
            ObjectionState::Resolved { upheld: true } => "upheld",
            ObjectionState::Resolved { upheld: false } => "rejected",
        }
    }
}

impl RepairState {
    /// Name of the state, English.
    pub fn name(&self) -> &'static str {
        match self {
            RepairState::Applied { .. } => "applied",
            RepairState::Accepted { .. } => "accepted",
            RepairState::Returned => "returned",
            RepairState::NotAccepted => "not_accepted",
            RepairState::Refused => "refused",
            RepairState::Propagating => "propagating",
            RepairState::Done => "done",
            RepairState::Review { .. } => "review",
            RepairState::Revoking(_) => "revoking",
            RepairState::Revoked { .. } => "revoked",
            RepairState::Restored => "restored",
        }
    }
}

impl RedState {
    /// Name of the state, English.
    pub fn name(&self) -> &'static str {
        match self {
            RedState::Nominated => "nominated",
            RedState::Checked => "checked",
            RedState::PublicNotice { .. } => "public_notice",
            RedState::Active { .. } => "active",
            RedState::Closed => "closed",
            RedState::Expired { .. } => "expired",
        }
    }
}
