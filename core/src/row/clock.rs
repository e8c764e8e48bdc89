//! The deadlines that run in a row, and the row with one of them counted anew.

use crate::calendar::Deadline;
use crate::event::CaseRef;
use crate::event::calendar::Clock;
use crate::path::{DecisionCase, Path};
use crate::row::{
    Key, ListingKind, MeasureState, ObjectionState, RedState, RepairState, Revocation, Row,
};

impl Clock {
    /// The row in which it runs.
    pub fn key(self) -> Key {
        match self {
            Clock::Decision(CaseRef::Listing(id))
            | Clock::Statement(CaseRef::Listing(id))
            | Clock::RedStatement(id) => Key::Listing(id),
            Clock::Decision(CaseRef::Attribution(id))
            | Clock::Statement(CaseRef::Attribution(id)) => Key::Attribution(id),
            Clock::Response(id) => Key::Measure(id),
            Clock::Objection(id) => Key::Objection(id),
            Clock::Repair(id) => Key::Repair(id),
        }
    }
}

fn of_case(case: &mut DecisionCase, reference: CaseRef) -> Vec<(Clock, &mut Deadline)> {
    let mut found = Vec::new();
    match &mut case.path {
        Path::Noticed(noticed) => {
            found.push((Clock::Statement(reference), &mut noticed.notice.window));
            found.push((Clock::Decision(reference), &mut case.decide_by));
        }
        Path::Proposed(_) | Path::Heard(_) => {
            found.push((Clock::Decision(reference), &mut case.decide_by));
        }
        _ => {}
    }
    found
}

fn window(revocation: &mut Revocation) -> Option<&mut Deadline> {
    // A statement that came has stopped the clock.
    revocation.points.is_none().then_some(&mut revocation.window)
}

/// Every deadline that runs in a row.
fn running(row: &mut Row) -> Vec<(Clock, &mut Deadline)> {
    match row {
        Row::Listing(row) => match &mut row.kind {
            ListingKind::Black { case, .. } => of_case(case, CaseRef::Listing(row.id)),
            ListingKind::Red(red) if matches!(red.state, RedState::Active { .. }) => {
                let found = red.revocation.as_mut().and_then(window);
                found.map(|own| (Clock::RedStatement(row.id), own)).into_iter().collect()
            }
            ListingKind::Red(_) => Vec::new(),
        },
        Row::Attribution(row) => of_case(&mut row.case, CaseRef::Attribution(row.id)),
        Row::Measure(row) => match &mut row.state {
            MeasureState::Dispatched { respond_by, overdue: false } => {
                vec![(Clock::Response(row.id), respond_by)]
            }
            _ => Vec::new(),
        },
        Row::Objection(row) => {
            let found = match &mut row.state {
                ObjectionState::Filed { accept_by } => Some(accept_by),
                ObjectionState::Verifying { verify_by, overdue: false } => Some(verify_by),
                ObjectionState::Review { decide_by, .. } => Some(decide_by),
                _ => None,
            };
            found.map(|own| (Clock::Objection(row.id), own)).into_iter().collect()
        }
        Row::Repair(row) => {
            let found = match &mut row.state {
                RepairState::Applied { accept_by } => Some(accept_by),
                RepairState::Accepted { .. } => Some(&mut row.decide_by),
                RepairState::Review { decide_by } => Some(decide_by),
                RepairState::Revoking(own) => window(own),
                _ => None,
            };
            found.map(|own| (Clock::Repair(row.id), own)).into_iter().collect()
        }
        _ => Vec::new(),
    }
}

/// The deadlines that run in a row and were counted beyond the calendar.
pub fn provisional(row: &Row) -> Vec<(Clock, Deadline)> {
    let clocks = matches!(
        row,
        Row::Listing(_)
            | Row::Attribution(_)
            | Row::Measure(_)
            | Row::Objection(_)
            | Row::Repair(_)
    );
    if !clocks {
        return Vec::new();
    }
    let mut row = row.clone();
    let found = running(&mut row).into_iter().filter(|(_, own)| own.provisional);
    found.map(|(clock, own)| (clock, *own)).collect()
}

/// The row with one of its deadlines counted anew; nothing where that clock does not run.
pub fn counted_anew(row: &Row, clock: Clock, deadline: Deadline) -> Option<Row> {
    let mut row = row.clone();
    let mut found = running(&mut row).into_iter().filter(|(own, _)| *own == clock);
    *found.next()?.1 = deadline;
    drop(found);
    Some(row)
}
