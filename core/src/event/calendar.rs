//! Deadlines that a newer calendar counts anew (domain.md 5.2).

use serde::{Deserialize, Serialize};

use crate::calendar::Deadline;
use crate::event::CaseRef;
use crate::id::{
    AssessmentId, CommitmentId, ListingId, MeasureId, MemberNoteId, ObjectionId, RepairId,
    ToleranceId,
};
use crate::time::Day;

/// A deadline that runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Clock {
    /// By when a case is to be decided.
    Decision(CaseRef),
    /// The party's time for a statement.
    Statement(CaseRef),
    /// The department's time to respond.
    Response(MeasureId),
    /// What an objection waits for: the formal check, the verification, or the review.
    Objection(ObjectionId),
    /// What a repair waits for: the formal check, the decision, the review, or a statement.
    Repair(RepairId),
    /// The exemplar's time for a statement on a revocation.
    RedStatement(ListingId),
    /// The time to put right what a commitment promised.
    Cure(CommitmentId),
    /// The party's time for a statement before a breach is found.
    BreachStatement(CommitmentId),
    /// By when a breach is to be decided.
    BreachDecision(CommitmentId),
    /// The time for the missing documents of a tolerant acceptance.
    Tolerance(ToleranceId),
    /// By when an association answers its member.
    Answer(MemberNoteId),
    /// The departments' time to comment on frozen figures.
    Comment(AssessmentId),
    /// By when a department reports on what it has done.
    Feedback(MeasureId),
    /// By when a department executes, where the catalogue sets days for it.
    Execution(MeasureId),
    /// By when the office refers an accepted objection.
    Referral(ObjectionId),
    /// By when the office serves the result of an objection.
    Outcome(ObjectionId),
    /// By when a department lifts what has ended.
    Lift(MeasureId),
    /// By when a higher authority is told that what was forwarded to it is suspended, or no more.
    Telling(MeasureId),
    /// By when a measure goes to its department.
    Dispatch(MeasureId),
    /// The standstill behind which a served decision has effect. It starts later, and never earlier
    /// than the decision was served for.
    Start(CaseRef),
    /// The standstill behind which what a revoked repair had ended has effect again; in the same way.
    Restart(RepairId),
    /// By when the revocation of a red listing that a black one makes due is to be opened.
    Revocation(ListingId),
    /// By when a repair is to be decided that waits for its formal check too.
    RepairDecision(RepairId),
}

events! {
/// Events of the calendar.
CalendarEvent {
    /// A provisional deadline that has not passed was counted anew.
    Recomputed "deadline.recomputed" { clock: Clock, before: Day, deadline: Deadline, }
    /// A deadline behind a day that another event of this commit fixes was counted beyond the calendar.
    Provisional "deadline.provisional" { clock: Clock, deadline: Deadline, }
}
}
