//! The deadlines that run in a row, and the row with one of them counted anew.

use crate::calendar::Deadline;
use crate::event::CaseRef;
use crate::event::calendar::Clock;
use crate::path::{DecisionCase, Path};
use crate::row::commitment::CommitmentState;
use crate::row::social::{SocialKey, SocialRow};
use crate::row::tolerance::ToleranceState;
use crate::row::{
    Key, ListingKind, MeasureState, ObjectionState, Owed, RedState, RepairState, Revocation, Row,
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
            Clock::Cure(id) | Clock::BreachStatement(id) | Clock::BreachDecision(id) => {
                Key::Commitment(id)
            }
            Clock::Tolerance(id) => Key::Tolerance(id),
            Clock::Answer(id) => Key::Social(SocialKey::MemberNote(id)),
            Clock::Comment(id) => Key::Assessment(id),
            Clock::Feedback(id) | Clock::Execution(id) | Clock::Lift(id) => Key::Measure(id),
            Clock::Telling(id) => Key::Measure(id),
            Clock::Referral(id) | Clock::Outcome(id) => Key::Objection(id),
        }
    }
}

fn of_case(case: &mut DecisionCase, reference: CaseRef) -> Vec<(Clock, &mut Deadline)> {
    of_path(case, Clock::Statement(reference), Clock::Decision(reference))
}

fn of_path(
    case: &mut DecisionCase,
    statement: Clock,
    decision: Clock,
) -> Vec<(Clock, &mut Deadline)> {
    let mut found = Vec::new();
    match &mut case.path {
        Path::Noticed(noticed) => {
            found.push((statement, &mut noticed.notice.window));
            found.push((decision, &mut case.decide_by));
        }
        Path::Proposed(_) | Path::Heard(_) => {
            found.push((decision, &mut case.decide_by));
        }
        _ => {}
    }
    found
}

fn window(revocation: &mut Revocation) -> Option<&mut Deadline> {
    // A statement that came has stopped the clock.
    revocation.points.is_none().then_some(&mut revocation.window)
}

/// What is owed and was not marked late.
fn owed(clock: Clock, owed: &mut Option<Owed>) -> Option<(Clock, &mut Deadline)> {
    owed.as_mut().filter(|own| !own.overdue).map(|own| (clock, &mut own.by))
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
        Row::Measure(row) => {
            let mut found = match &mut row.state {
                MeasureState::Dispatched { respond_by, overdue: false } => {
                    vec![(Clock::Response(row.id), respond_by)]
                }
                _ => Vec::new(),
            };
            found.extend(owed(Clock::Feedback(row.id), &mut row.feedback));
            found.extend(owed(Clock::Execution(row.id), &mut row.execution));
            found.extend(owed(Clock::Lift(row.id), &mut row.lift));
            let telling = row.telling.as_mut().filter(|own| !own.owed.overdue);
            found.extend(telling.map(|own| (Clock::Telling(row.id), &mut own.owed.by)));
            found
        }
        Row::Objection(row) => {
            let accepted = matches!(row.state, ObjectionState::Accepted);
            let verified = matches!(row.state, ObjectionState::Verified { .. });
            let found = match &mut row.state {
                ObjectionState::Filed { accept_by } => Some(accept_by),
                ObjectionState::Verifying { verify_by, overdue: false } => Some(verify_by),
                ObjectionState::Review { decide_by, .. } if !row.review_overdue => Some(decide_by),
                _ => None,
            };
            let referral = accepted.then(|| owed(Clock::Referral(row.id), &mut row.referral));
            let result = verified.then(|| owed(Clock::Outcome(row.id), &mut row.result));
            let found = found.map(|own| (Clock::Objection(row.id), own));
            found.into_iter().chain(referral.flatten()).chain(result.flatten()).collect()
        }
        Row::Commitment(row) => {
            let id = row.id;
            let cure = match &mut row.state {
                CommitmentState::CurePeriod { cure_by } => Some((Clock::Cure(id), cure_by)),
                _ => None,
            };
            let breach = row
                .breach
                .as_mut()
                .map(|case| of_path(case, Clock::BreachStatement(id), Clock::BreachDecision(id)));
            cure.into_iter().chain(breach.into_iter().flatten()).collect()
        }
        Row::Tolerance(row) if row.state == ToleranceState::Open => {
            vec![(Clock::Tolerance(row.id), &mut row.due)]
        }
        Row::Social(SocialRow::MemberNote(row)) => {
            let id = row.id;
            let open = row.dispute.as_mut().filter(|own| own.stands.is_none());
            open.map(|own| (Clock::Answer(id), &mut own.answer_by)).into_iter().collect()
        }
        Row::Assessment(row) if row.finalised_at.is_none() => {
            let id = row.id;
            let frozen = row.frozen.as_mut();
            frozen.map(|own| (Clock::Comment(id), &mut own.comment_by)).into_iter().collect()
        }
        Row::Repair(row) => {
            let found = match &mut row.state {
                RepairState::Applied { accept_by, overdue: false } => Some(accept_by),
                RepairState::Accepted { .. } if !row.overdue => Some(&mut row.decide_by),
                RepairState::Review { decide_by } if !row.review_overdue => Some(decide_by),
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
            | Row::Commitment(_)
            | Row::Tolerance(_)
            | Row::Assessment(_)
            | Row::Social(SocialRow::MemberNote(_))
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
