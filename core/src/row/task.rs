//! What an office has to do next, and who: the index entries behind every authority's list of open
//! matters. A matter stands on the list of whoever has to act, and leaves it with the act.
//!
//! Source: domain.md O51, O62.

use crate::id::{AttributionId, ListingId, MeasureId, ObjectionId, Position, RepairId};
use crate::identifier::uscc::Uscc;
use crate::path::{DecisionCase, Path};
use crate::row::{
    AttributionRow, Index, ListingKind, ListingRow, MeasureRow, MeasureState, ObjectionRow,
    ObjectionState, RedState, RepairRow, RepairState,
};

/// Who has to act. Which authority is the credit office no row knows, so it is a desk of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Desk {
    /// The credit office.
    Office,
    /// An authority.
    Authority(Uscc),
}

/// What is to be acted on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Task {
    /// An objection that is not decided, or whose redress is owed.
    Objection(ObjectionId),
    /// A repair that is not decided, or whose revocation is open.
    Repair(RepairId),
    /// A listing case, or a nomination, that is not decided or not served.
    Listing(ListingId),
    /// An attribution that is not decided or not served.
    Attribution(AttributionId),
    /// A measure that its initiator has to bring on its way, or forwarded and has to recall; or one
    /// that its department declined although it is mandatory, for the credit office.
    Measure(MeasureId),
}

impl Task {
    /// Name of its kind, English.
    pub fn kind(self) -> &'static str {
        match self {
            Task::Objection(_) => "objection",
            Task::Repair(_) => "repair",
            Task::Listing(_) => "listing",
            Task::Attribution(_) => "attribution",
            Task::Measure(_) => "measure",
        }
    }

    /// Where it began: tasks are listed in this order, the oldest first.
    pub fn at(self) -> Position {
        match self {
            Task::Objection(id) => id.0,
            Task::Repair(id) => id.0,
            Task::Listing(id) => id.0,
            Task::Attribution(id) => id.0,
            Task::Measure(id) => id.0,
        }
    }
}

pub(super) fn objection(row: &ObjectionRow, entries: &mut Vec<Index>) {
    let task = Task::Objection(row.id);
    let provider = Desk::Authority(row.provider);
    match &row.state {
        ObjectionState::Verifying { overdue, .. } => {
            entries.push(Index::Task(provider, task));
            // What the provider does not report in time the office and its head have to take up.
            if *overdue {
                entries.push(Index::Task(Desk::Office, task));
            }
        }
        ObjectionState::Filed { .. }
        | ObjectionState::Accepted
        | ObjectionState::Verified { .. }
        | ObjectionState::Review { .. } => entries.push(Index::Task(Desk::Office, task)),
        ObjectionState::Unverified => entries.push(Index::Task(provider, task)),
        _ if row.redress_done == Some(false) => entries.push(Index::Task(provider, task)),
        _ => {}
    }
}

pub(super) fn repair(row: &RepairRow, entries: &mut Vec<Index>) {
    let desk = match &row.state {
        RepairState::Applied { .. } | RepairState::Accepted { .. } | RepairState::Revoking(_) => {
            Desk::Authority(row.authority)
        }
        RepairState::Review { .. } => Desk::Office,
        _ => return,
    };
    entries.push(Index::Task(desk, Task::Repair(row.id)));
}

/// Who brings a case on; once its decision is served, its days do.
fn of_case(case: &DecisionCase) -> Option<Desk> {
    let open = matches!(
        case.path,
        Path::Proposed(_) | Path::Noticed(_) | Path::Heard(_) | Path::Decided(_)
    );
    open.then_some(Desk::Authority(case.proposed_by.authority))
}

pub(super) fn listing(row: &ListingRow, entries: &mut Vec<Index>) {
    let desk = match &row.kind {
        ListingKind::Black { case, .. } => of_case(case),
        ListingKind::Red(red) => matches!(
            red.state,
            RedState::Nominated | RedState::Checked | RedState::PublicNotice { .. }
        )
        .then_some(Desk::Authority(red.authority)),
    };
    entries.extend(desk.map(|desk| Index::Task(desk, Task::Listing(row.id))));
}

pub(super) fn attribution(row: &AttributionRow, entries: &mut Vec<Index>) {
    let desk = of_case(&row.case);
    entries.extend(desk.map(|desk| Index::Task(desk, Task::Attribution(row.id))));
}

pub(super) fn measure(row: &MeasureRow, entries: &mut Vec<Index>) {
    let open = matches!(
        row.state,
        MeasureState::Initiated
            | MeasureState::Noticed
            | MeasureState::Forwarded { recalled: false, .. }
    );
    if open {
        let desk = Desk::Authority(row.initiated_by.authority);
        entries.push(Index::Task(desk, Task::Measure(row.id)));
    }
    if row.escalated.is_some() {
        entries.push(Index::Task(Desk::Office, Task::Measure(row.id)));
    }
}
