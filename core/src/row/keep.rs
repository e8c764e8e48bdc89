//! What keeps a file from being erased: everything that is open, and everything that still says
//! something about the subject on a day to come (design.md 3, PIPL 47).

use crate::actor::SubjectKey;
use crate::id::Position;
use crate::path::{DecisionCase, Path};
use crate::row::commitment::CommitmentState;
use crate::row::social::{CaseStudyState, SocialRow};
use crate::row::tolerance::ToleranceState;
use crate::row::{
    ListingKind, MeasureState, ObjectionState, RecordState, RedState, ReliefState, RemedyState,
    RepairState, Row,
};
use crate::time::Day;

fn is_open(case: &DecisionCase) -> bool {
    !matches!(case.path, Path::Ended(_))
}

/// Whose file the row keeps, under which position, and up to which day.
pub(super) fn kept(row: &Row) -> Option<(SubjectKey, Day, Position)> {
    let (open, subject, at) = match row {
        Row::Record(row) => {
            let owed = row.redress_done == Some(false);
            (row.state != RecordState::Archived || owed, row.subject, row.id.0)
        }
        Row::Listing(row) => {
            let open = match &row.kind {
                ListingKind::Black { case, .. } => is_open(case),
                ListingKind::Red(red) => {
                    !matches!(red.state, RedState::Closed | RedState::Expired { .. })
                }
            };
            (open || row.redress_done == Some(false), row.subject, row.id.0)
        }
        Row::Attribution(row) => {
            let owed = row.redress_done == Some(false);
            (is_open(&row.case) || owed, row.person, row.id.0)
        }
        Row::Measure(row) => {
            let over = match row.state {
                MeasureState::Closed => true,
                // What the department did is reported even after it is lifted.
                MeasureState::Lifted { .. } => row.feedback.is_none(),
                MeasureState::Forwarded { recalled, .. } => recalled,
                _ => false,
            };
            (!over, row.subject, row.id.0)
        }
        Row::Objection(row) => {
            let over = matches!(row.state, ObjectionState::Refused | ObjectionState::Closed { .. });
            (!over || row.redress_done == Some(false), row.subject, row.id.0)
        }
        Row::Repair(row) => {
            let over = matches!(
                row.state,
                RepairState::Returned
                    | RepairState::NotAccepted
                    | RepairState::Refused
                    | RepairState::Done
                    | RepairState::Restored
            );
            (!over, row.subject, row.id.0)
        }
        Row::Remedy(row) => {
            let over = matches!(row.state, RemedyState::Decided(_));
            (!over || row.redress_done == Some(false), row.subject, row.id.0)
        }
        Row::Relief(row) => (row.state == ReliefState::Open, row.subject, row.id.0),
        Row::Commitment(row) => {
            // What was not signed, or not accepted, by its day binds nobody any more.
            if let CommitmentState::Offered | CommitmentState::Signed = row.state {
                return Some((row.subject, row.due, row.id.0));
            }
            let over = matches!(
                row.state,
                CommitmentState::Closed
                    | CommitmentState::Withdrawn
                    | CommitmentState::Fulfilled
                    | CommitmentState::Repaired { .. }
            );
            let finding = row.breach.as_ref();
            // A finding that is shown no longer is the end of a broken word.
            let broken = matches!(row.state, CommitmentState::Breached { .. });
            let over = over || (broken && finding.is_some_and(|case| !is_open(case)));
            (!over || finding.is_some_and(is_open), row.subject, row.id.0)
        }
        Row::Tolerance(row) => {
            let open = matches!(row.state, ToleranceState::Open | ToleranceState::Overdue);
            (open, row.subject, row.id.0)
        }
        Row::Social(SocialRow::Support(row)) => (row.closed_on.is_none(), row.subject, row.id.0),
        Row::Social(SocialRow::MemberNote(row)) => {
            (row.withdrawn_on.is_none(), row.subject, row.id.0)
        }
        Row::Social(SocialRow::CaseStudy(row)) => {
            let over = matches!(row.state, CaseStudyState::Withdrawn { .. });
            (!over, row.subject?, row.id.0)
        }
        Row::Social(SocialRow::Imported(row)) => {
            let valid = row.withdrawn_on.is_none() && row.superseded_by.is_none();
            return valid.then_some((row.subject, row.valid_until, row.id.0));
        }
        _ => return None,
    };
    open.then_some((subject, Day::MAX, at))
}
