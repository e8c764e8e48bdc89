//! What the states are called, and what follows from them alone.

use crate::row::{MeasureRow, MeasureState, ObjectionState, Order, RedState, RepairState};

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

    /// Whether somebody has to undo it once what it rests on has ended: an order stands, a failed
    /// attempt may have reached the department, or a higher authority was asked for it and not told
    /// otherwise. The one rule by which lifts are owed, counted and waited for (INV-6).
    pub fn owes_undoing(&self) -> bool {
        self.order().is_some()
            || self.given_up()
            || matches!(self, MeasureState::Forwarded { recalled: false, .. })
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

impl MeasureRow {
    /// Whether it is to be dispatched: its subject was told, or it is an incentive.
    pub fn awaits_dispatch(&self) -> bool {
        matches!(
            (&self.state, self.incentive),
            (MeasureState::Noticed, false) | (MeasureState::Initiated, true)
        )
    }

    /// The order under which the department may have acted: the one that stands, or the last one
    /// where its plugin gave it up.
    pub fn order_to_undo(&self) -> Option<&Order> {
        self.state.order().or(self.last_order.as_ref().filter(|_| self.state.given_up()))
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
