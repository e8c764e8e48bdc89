//! Events of the assessment of departments (domain.md 2.8), and of the dates it goes by.

use serde::{Deserialize, Serialize};

use crate::calendar::Deadline;
use crate::event::CaseRef;
use crate::event::remedy::ReviewOf;
use crate::id::{AssessmentId, ListingId, MeasureId, ObjectionId, RepairId};
use crate::tally::Counts;
use crate::text::Digest;
use crate::time::Day;

pub use crate::tally::Month;

/// The figures of one department over the whole period.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Figures {
    /// Code of the department.
    pub department: String,
    /// What was counted.
    pub counts: Counts,
}

events! {
/// What happened in the assessment of departments. None of it is about a subject.
AssessmentEvent {
    /// By when the department has to report on what it has just done.
    FeedbackDue "assessment.feedback_due" { measure: MeasureId, due: Deadline, }
    /// It did not report in time; for the assessment only.
    FeedbackOverdue "assessment.feedback_overdue" { measure: MeasureId, }
    /// A measure was lifted after the last day for it.
    LiftLate "assessment.lift_late" { measure: MeasureId, due: Deadline, }

    /// An assessment of a period was opened.
    Opened "assessment.opened" { from: Month, to: Month, }
    /// The figures were copied; later events change them no more.
    MetricsFrozen "assessment.metrics_frozen" {
        assessment: AssessmentId, figures: Vec<Figures>, comment_by: Deadline,
    }
    /// A department commented on its own figures.
    Commented "assessment.commented" {
        assessment: AssessmentId, department: String, comment: String,
    }
    /// The head of the credit office made them final.
    Finalised "assessment.finalised" {
        assessment: AssessmentId, document_number: String, document_sha256: Digest,
    }
    /// A department has to put something right.
    RectificationOrdered "assessment.rectification_ordered" {
        assessment: AssessmentId, department: String, reasons: String, by: Day,
    }
    /// The department reported that it has.
    Rectified "assessment.rectified" {
        assessment: AssessmentId, department: String, account: String, document_sha256: Digest,
    }
    /// The assessment went to the county's people's government.
    Reported "assessment.reported_to_county" {
        assessment: AssessmentId, document_number: String, document_sha256: Digest,
    }
    /// By when an accepted objection is to be referred to its provider (T02).
    ReferralDue "assessment.referral_due" { objection: ObjectionId, due: Deadline, }
    /// It was not; the credit office's head is to see it.
    ReferralOverdue "assessment.referral_overdue" { objection: ObjectionId, }
    /// It was referred after that day; for the assessment of the credit office.
    ReferralLate "assessment.referral_late" { objection: ObjectionId, due: Deadline, }
    /// By when a dispatched measure is to be executed, where the catalogue sets days for it (T10).
    ExecutionDue "assessment.execution_due" { measure: MeasureId, due: Deadline, }
    /// It was not executed in time; for the assessment only.
    ExecutionOverdue "assessment.execution_overdue" { measure: MeasureId, }
    /// The formal check of a repair was not made in time; for the assessment only.
    RepairCheckOverdue "assessment.repair_check_overdue" { repair: RepairId, }
    /// A repair was not decided in time; for the assessment only.
    RepairDecisionOverdue "assessment.repair_decision_overdue" { repair: RepairId, }
    /// By when the result of an objection is to be served (T03).
    ResultDue "assessment.result_due" { objection: ObjectionId, due: Deadline, }
    /// It was not; the credit office's head is to see it, and everything stays suspended.
    ResultOverdue "assessment.result_overdue" { objection: ObjectionId, }
    /// It was served after that day; for the assessment of the credit office.
    ResultLate "assessment.result_late" { objection: ObjectionId, due: Deadline, }
    /// A review was not decided in time; what it suspends stays suspended.
    ReviewOverdue "assessment.review_overdue" { of: ReviewOf, }
    /// It was decided after that day; for the assessment of the credit office.
    ReviewLate "assessment.review_late" { of: ReviewOf, due: Deadline, }
    /// A listing or attribution was not decided in time; for the assessment only.
    CaseDecisionOverdue "assessment.case_decision_overdue" { case: CaseRef, }
    /// Its decision was not served in time; for the assessment only.
    CaseServiceOverdue "assessment.case_service_overdue" { case: CaseRef, }
    /// A revocation that a black listing makes due was not opened in time; for the assessment only.
    RevocationOverdue "assessment.revocation_overdue" { listing: ListingId, }
    /// By when a measure of which its subject was told, or an incentive, goes to its department.
    DispatchDue "assessment.dispatch_due" { measure: MeasureId, due: Deadline, }
    /// It did not; for the assessment of whoever has to dispatch it.
    DispatchOverdue "assessment.dispatch_overdue" { measure: MeasureId, }
    /// It went there after that day.
    DispatchLate "assessment.dispatch_late" { measure: MeasureId, due: Deadline, }
    /// It is suspended, so nobody may dispatch it and nobody is late; once it has effect again, it
    /// has a day anew.
    DispatchPutOff "assessment.dispatch_put_off" { measure: MeasureId, }
    /// A dispatched measure is suspended, so nobody may accept or execute it and nobody is late; once
    /// it has effect again, it has the days for that anew.
    WorkPutOff "assessment.work_put_off" { measure: MeasureId, }
    /// By when the department responds to a measure that has effect again.
    ResponseDue "assessment.response_due" { measure: MeasureId, due: Deadline, }
    /// By when a case is decided whose suspension has ended: nobody might decide it meanwhile.
    CaseDecisionDue "assessment.case_decision_due" { case: CaseRef, due: Deadline, }
}
}
