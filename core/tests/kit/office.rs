//! What the credit office and the departments do among themselves: assessment, implementing
//! documents, catalogue.

use shouxin_core::calendar::Deadline;
use shouxin_core::event::assessment::{AssessmentEvent, Figures};
use shouxin_core::event::catalogue::{CatalogueEvent, EntryKind, Proposal};
use shouxin_core::event::remedy::ReviewOf;
use shouxin_core::event::{CaseRef, Event};
use shouxin_core::id::{
    AssessmentId, CatalogueEntryId, ListingId, MeasureId, ObjectionId, Position, RepairId,
};
use shouxin_core::rules::Strength;
use shouxin_core::tally::{Counts, Month};

use super::rules::{cite, day};
use super::steps::digest;

/// A month.
pub fn month(text: &str) -> Month {
    text.parse().expect("a month of the calendar")
}

/// One event of each name, for the golden bytes.
pub fn samples() -> Vec<Event> {
    let catalogue = catalogue().into_iter().map(Event::Catalogue);
    assessments().into_iter().map(Event::Assessment).chain(catalogue).collect()
}

fn catalogue() -> Vec<CatalogueEvent> {
    let entry = CatalogueEntryId(Position { log: 3, sequence: 60 });
    let old = CatalogueEntryId(Position { log: 3, sequence: 59 });
    let proposal = Proposal {
        kind: EntryKind::Behaviour,
        code: "B1.01".to_owned(),
        strength: Strength::Recommended,
        basis: vec![cite("law")],
        departments: vec!["tax".to_owned()],
        text: "严重违法行为".to_owned(),
        reduces_rights: true,
        amends: Some(old),
    };
    use CatalogueEvent as C;
    vec![
        C::Drafted { department: "market".to_owned(), proposal },
        C::Submitted { entry, cc: vec!["tax".to_owned()] },
        C::FormatChecked { entry },
        C::LegalReviewed { entry, document_sha256: digest(34) },
        C::CommentOpened { entry, ends_on: day("2026-04-08") },
        C::Published { entry, version: digest(35), amends: Some(old) },
        C::Retired { entry, reasons: "依据已废止".to_owned() },
        C::DocumentFiled {
            department: "tax".to_owned(),
            title: "实施细则".to_owned(),
            number: "尤税发〔2026〕3号".to_owned(),
            issued_on: day("2026-02-01"),
            document_sha256: digest(36),
        },
        C::AwaitsPublication { entry },
    ]
}

fn assessments() -> Vec<AssessmentEvent> {
    let at = |sequence| Position { log: 3, sequence };
    let assessment = AssessmentId(at(50));
    let measure = MeasureId(at(4));
    let objection = ObjectionId(at(5));
    let repair = RepairId(at(10));
    let case = CaseRef::Listing(ListingId(at(6)));
    let due = Deadline {
        day: day("2026-03-09"),
        provisional: true,
        from: day("2026-03-02"),
        working_days: 5,
    };
    let number = "尤信考〔2026〕1号".to_owned();
    let department = "tax".to_owned();
    let figures =
        vec![Figures { department: department.clone(), counts: Counts(vec![3, 2, 0, 1]) }];
    use AssessmentEvent as A;
    [
        A::FeedbackDue { measure, due },
        A::FeedbackOverdue { measure },
        A::LiftLate { measure, due },
        A::ReferralDue { objection, due },
        A::ReferralOverdue { objection },
        A::RevocationOverdue { listing: shouxin_core::id::ListingId(at(2)) },
        A::ReferralLate { objection, due },
        A::ExecutionDue { measure, due },
        A::ExecutionOverdue { measure },
        A::RepairCheckOverdue { repair },
        A::RepairDecisionOverdue { repair },
        A::ResultDue { objection, due },
        A::ResultOverdue { objection },
        A::ResultLate { objection, due },
        A::ReviewOverdue { of: ReviewOf::Objection(objection) },
        A::ReviewLate { of: ReviewOf::Repair(repair), due },
        A::CaseDecisionOverdue { case },
        A::CaseServiceOverdue { case },
        A::Opened { from: month("2026-01"), to: month("2026-02") },
        A::MetricsFrozen { assessment, figures, comment_by: due },
        A::Commented {
            assessment, department: department.clone(), comment: "情况说明".to_owned()
        },
        A::Finalised { assessment, document_number: number.clone(), document_sha256: digest(31) },
        A::RectificationOrdered {
            assessment,
            department: department.clone(),
            reasons: "反馈逾期".to_owned(),
            by: due.day,
        },
        A::Rectified {
            assessment,
            department,
            account: "已整改".to_owned(),
            document_sha256: digest(32),
        },
        A::Reported { assessment, document_number: number, document_sha256: digest(33) },
        A::DispatchDue { measure, due },
        A::DispatchOverdue { measure },
        A::DispatchLate { measure, due },
        A::DispatchPutOff { measure },
        A::WorkPutOff { measure },
        A::ResponseDue { measure, due },
        A::CaseDecisionDue { case, due },
    ]
    .into()
}
