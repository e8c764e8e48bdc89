//! The deadlines that run in a row, and the row with one of them counted anew.

use crate::calendar::Deadline;
use crate::event::CaseRef;
use crate::event::calendar::Clock;
use crate::path::{DecisionCase, Path};
use crate::row::commitment::CommitmentState;
use crate::row::social::{SocialKey, SocialRow};
use crate::row::tolerance::ToleranceState;
use crate::row::{
    Key, ListingKind, MeasureState, ObjectionState, Owed, RedState, RepairRow, RepairState, Row,
};
use crate::time::Day;

impl Clock {
    /// The row in which it runs.
    pub fn key(self) -> Key {
        match self {
            Clock::Decision(CaseRef::Listing(id))
            | Clock::Statement(CaseRef::Listing(id))
            | Clock::Start(CaseRef::Listing(id))
            | Clock::Revocation(id)
            | Clock::RedStatement(id) => Key::Listing(id),
            Clock::Decision(CaseRef::Attribution(id))
            | Clock::Start(CaseRef::Attribution(id))
            | Clock::Statement(CaseRef::Attribution(id)) => Key::Attribution(id),
            Clock::Response(id) => Key::Measure(id),
            Clock::Objection(id) => Key::Objection(id),
            Clock::Repair(id) | Clock::Restart(id) | Clock::RepairDecision(id) => Key::Repair(id),
            Clock::Cure(id) | Clock::BreachStatement(id) | Clock::BreachDecision(id) => {
                Key::Commitment(id)
            }
            Clock::Tolerance(id) => Key::Tolerance(id),
            Clock::Answer(id) => Key::Social(SocialKey::MemberNote(id)),
            Clock::Comment(id) => Key::Assessment(id),
            Clock::Feedback(id) | Clock::Execution(id) | Clock::Lift(id) => Key::Measure(id),
            Clock::Telling(id) | Clock::Dispatch(id) => Key::Measure(id),
            Clock::Referral(id) | Clock::Outcome(id) => Key::Objection(id),
        }
    }
}

fn of_case(case: &mut DecisionCase, reference: CaseRef) -> Vec<(Clock, &mut Deadline)> {
    match case.path {
        Path::Served(ref mut served) => {
            let standstill = served.standstill.as_mut();
            standstill.map(|own| (Clock::Start(reference), own)).into_iter().collect()
        }
        _ => of_path(case, Clock::Statement(reference), Clock::Decision(reference)),
    }
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
        // Within its period the party may say more.
        Path::Heard(heard) => {
            found.push((statement, &mut heard.notice.window));
            found.push((decision, &mut case.decide_by));
        }
        Path::Proposed(_) => found.push((decision, &mut case.decide_by)),
        _ => {}
    }
    found
}

/// What is owed and was not marked late.
fn owed(clock: Clock, owed: &mut Option<Owed>) -> Option<(Clock, &mut Deadline)> {
    owed.as_mut().filter(|own| !own.overdue).map(|own| (clock, &mut own.by))
}

fn of_repair(row: &mut RepairRow) -> Vec<(Clock, &mut Deadline)> {
    let (waits, decision, restart) =
        (Clock::Repair(row.id), Clock::RepairDecision(row.id), Clock::Restart(row.id));
    match &mut row.state {
        RepairState::Applied { accept_by, overdue } => {
            let checked = (!*overdue).then_some((waits, accept_by));
            let decided = (!row.overdue).then_some((decision, &mut row.decide_by));
            checked.into_iter().chain(decided).collect()
        }
        RepairState::Accepted { .. } if !row.overdue => vec![(waits, &mut row.decide_by)],
        RepairState::Review { decide_by } if !row.review_overdue => vec![(waits, decide_by)],
        RepairState::Revoking(own) => vec![(waits, &mut own.window)],
        RepairState::Revoked { standstill, .. } => {
            standstill.as_mut().map(|own| (restart, own)).into_iter().collect()
        }
        _ => Vec::new(),
    }
}

/// Every deadline that runs in a row.
fn running(row: &mut Row) -> Vec<(Clock, &mut Deadline)> {
    match row {
        Row::Listing(row) => match &mut row.kind {
            ListingKind::Black { case, .. } => of_case(case, CaseRef::Listing(row.id)),
            ListingKind::Red(red) if matches!(red.state, RedState::Active { .. }) => {
                let heard = red.revocation.as_mut().map(|own| &mut own.window);
                let heard = heard.map(|own| (Clock::RedStatement(row.id), own));
                let opened = red.owed.as_mut().filter(|own| !own.owed.overdue);
                let opened = opened.map(|own| (Clock::Revocation(row.id), &mut own.owed.by));
                heard.into_iter().chain(opened).collect()
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
            found.extend(owed(Clock::Dispatch(row.id), &mut row.dispatch));
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
        Row::Repair(row) => of_repair(row),
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
    put_off(&mut row, clock, deadline);
    Some(row)
}

/// What begins behind a standstill begins later where that ends later, and never earlier than it was
/// served for.
fn put_off(row: &mut Row, clock: Clock, standstill: Deadline) {
    if let (Some(own), Clock::Start(_) | Clock::Restart(_)) = (start(row), clock) {
        *own = (*own).max(standstill.day.plus_days(1));
    }
}

/// The day that a served decision fixes, as long as it has not come to effect.
fn start(row: &mut Row) -> Option<&mut Day> {
    let case = match row {
        Row::Listing(row) => match &mut row.kind {
            ListingKind::Black { case, .. } => case,
            ListingKind::Red(_) => return None,
        },
        Row::Attribution(row) => &mut row.case,
        Row::Repair(row) => match &mut row.state {
            RepairState::Revoked { starts_on, .. } => return Some(starts_on),
            _ => return None,
        },
        _ => return None,
    };
    match &mut case.path {
        Path::Served(served) => Some(&mut served.starts_on),
        _ => None,
    }
}

/// The row with the standstill that was counted beyond the calendar; nothing where none runs there.
pub fn counted_beyond(row: &Row, clock: Clock, deadline: Deadline) -> Option<Row> {
    let mut row = row.clone();
    let standstill = match (clock, &mut row) {
        (Clock::Start(CaseRef::Listing(_)), Row::Listing(row)) => match &mut row.kind {
            ListingKind::Black { case, .. } => of_served(case)?,
            ListingKind::Red(_) => return None,
        },
        (Clock::Start(CaseRef::Attribution(_)), Row::Attribution(row)) => of_served(&mut row.case)?,
        (Clock::Restart(_), Row::Repair(row)) => match &mut row.state {
            RepairState::Revoked { standstill, .. } => standstill,
            _ => return None,
        },
        _ => return None,
    };
    *standstill = Some(deadline);
    Some(row)
}

fn of_served(case: &mut DecisionCase) -> Option<&mut Option<Deadline>> {
    match &mut case.path {
        Path::Served(served) => Some(&mut served.standstill),
        _ => None,
    }
}
