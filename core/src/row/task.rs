//! What an office has to do next, and who: the index entries behind every authority's list of open
//! matters. A matter stands on the list of whoever has to act, and leaves it with the act.
//!
//! Source: domain.md O26, O32, O51, O62, O67, O71, T08.

use crate::id::{
    AssessmentId, AttributionId, CaseStudyId, CommitmentId, ListingId, MeasureId, MemberNoteId,
    ObjectionId, Position, RecordId, RemedyId, RepairId, ToleranceId,
};
use crate::identifier::uscc::Uscc;
use crate::path::{DecisionCase, Path};
use crate::row::assessment::AssessmentRow;
use crate::row::commitment::{CommitmentRow, CommitmentState};
use crate::row::social::{CaseStudyRow, CaseStudyState, MemberNoteRow};
use crate::row::tolerance::{ToleranceRow, ToleranceState};
use crate::row::{
    AttributionRow, Index, ListingKind, ListingRow, MeasureRow, MeasureState, ObjectionRow,
    ObjectionState, RecordRow, RedState, RemedyRow, RepairRow, RepairState,
};

/// Who has to act. Which authority is the credit office, and what the code of a department is, no
/// row knows, so these are desks of their own.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Desk {
    /// The credit office.
    Office,
    /// An authority, or an association.
    Authority(Uscc),
    /// A department by its id in the county's files, `procurement`.
    Department(String),
}

/// What is to be acted on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Task {
    /// An objection that is not decided, or whose redress is owed.
    Objection(ObjectionId),
    /// A repair that is not decided, or whose revocation is open.
    Repair(RepairId),
    /// A listing case, or a nomination, that is not decided or not served; one in effect that names
    /// measures that nobody initiated; a red listing whose revocation is owed or open; a listing whose
    /// authority owes redress.
    Listing(ListingId),
    /// An attribution that is not decided or not served, whose measures nobody initiated, or whose
    /// authority owes redress.
    Attribution(AttributionId),
    /// A measure that its initiator has to bring on its way, or forwarded and has to recall; one
    /// that its department has to answer, carry out, report on or lift; or one that its department
    /// declined although it is mandatory, for the credit office.
    Measure(MeasureId),
    /// A commitment whose day has passed, until it is kept or found broken.
    Commitment(CommitmentId),
    /// A file that was accepted with tolerance and is not whole although its day has passed.
    Tolerance(ToleranceId),
    /// A reconsideration or suit that was lost: redress is owed.
    Remedy(RemedyId),
    /// A record that its own provider took back: redress is owed.
    Record(RecordId),
    /// An assessment that the office has to make final, a department may comment on, or on which it
    /// has to report its rectification.
    Assessment(AssessmentId),
    /// A typical case that waits for the head.
    CaseStudy(CaseStudyId),
    /// An association's note to which the member objects, until the association answers.
    MemberNote(MemberNoteId),
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
            Task::Commitment(_) => "commitment",
            Task::Tolerance(_) => "tolerant_acceptance",
            Task::Remedy(_) => "remedy",
            Task::Record(_) => "record",
            Task::Assessment(_) => "assessment",
            Task::CaseStudy(_) => "typical_case",
            Task::MemberNote(_) => "member_note",
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
            Task::Commitment(id) => id.0,
            Task::Tolerance(id) => id.0,
            Task::Remedy(id) => id.0,
            Task::Record(id) => id.0,
            Task::Assessment(id) => id.0,
            Task::CaseStudy(id) => id.0,
            Task::MemberNote(id) => id.0,
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

/// Who brings a case on; once its decision is served, its days do, until it has effect and names
/// measures that are to be initiated.
fn of_case(case: &DecisionCase) -> Option<Desk> {
    let open = matches!(
        case.path,
        Path::Proposed(_) | Path::Noticed(_) | Path::Heard(_) | Path::Decided(_)
    );
    (open || case.awaits_measures()).then_some(Desk::Authority(case.proposed_by.authority))
}

pub(super) fn listing(row: &ListingRow, entries: &mut Vec<Index>) {
    let owed = row.redress_done == Some(false);
    let desk = match &row.kind {
        ListingKind::Black { case, .. } => {
            of_case(case).or(owed.then_some(Desk::Authority(case.proposed_by.authority)))
        }
        ListingKind::Red(red) => {
            let nominated = matches!(
                red.state,
                RedState::Nominated | RedState::Checked | RedState::PublicNotice { .. }
            );
            let active = matches!(red.state, RedState::Active { .. });
            let revoked = active && (red.owed.is_some() || red.revocation.is_some());
            (nominated || revoked || owed).then_some(Desk::Authority(red.authority))
        }
    };
    entries.extend(desk.map(|desk| Index::Task(desk, Task::Listing(row.id))));
}

pub(super) fn attribution(row: &AttributionRow, entries: &mut Vec<Index>) {
    let owed = row.redress_done == Some(false);
    let desk =
        of_case(&row.case).or(owed.then_some(Desk::Authority(row.case.proposed_by.authority)));
    entries.extend(desk.map(|desk| Index::Task(desk, Task::Attribution(row.id))));
}

impl MeasureRow {
    /// Whether its department has something to do about it: to answer, to carry out, to report on
    /// what was done, to lift. What is suspended meanwhile stays on the list, and is said to be.
    fn waits_for_department(&self) -> bool {
        let next = matches!(
            self.state,
            MeasureState::Dispatched { .. }
                | MeasureState::Accepted { .. }
                | MeasureState::Executing { .. }
                | MeasureState::Executed { .. }
                | MeasureState::Lifted { fed_back: false }
        );
        next || self.lift.is_some()
    }
}

pub(super) fn measure(row: &MeasureRow, entries: &mut Vec<Index>) {
    let task = Task::Measure(row.id);
    let open = matches!(
        row.state,
        MeasureState::Initiated
            | MeasureState::Noticed
            | MeasureState::Forwarded { recalled: false, .. }
    );
    if open {
        entries.push(Index::Task(Desk::Authority(row.initiated_by.authority), task));
    }
    if row.waits_for_department() {
        entries.push(Index::Task(Desk::Department(row.department.clone()), task));
    }
    if row.escalated.is_some() {
        entries.push(Index::Task(Desk::Office, task));
    }
}

pub(super) fn commitment(row: &CommitmentRow, entries: &mut Vec<Index>) {
    let late = matches!(row.state, CommitmentState::Overdue | CommitmentState::CurePeriod { .. });
    let finding = row.breach.as_ref().is_some_and(|case| of_case(case).is_some());
    if late || finding {
        let desk = Desk::Authority(row.offered_by.authority);
        entries.push(Index::Task(desk, Task::Commitment(row.id)));
    }
}

pub(super) fn tolerance(row: &ToleranceRow, entries: &mut Vec<Index>) {
    if row.state == ToleranceState::Overdue {
        let desk = Desk::Authority(row.opened_by.authority);
        entries.push(Index::Task(desk, Task::Tolerance(row.id)));
    }
}

pub(super) fn remedy(row: &RemedyRow, entries: &mut Vec<Index>) {
    if let (Some(false), Some(by)) = (row.redress_done, row.redress_by) {
        entries.push(Index::Task(Desk::Authority(by), Task::Remedy(row.id)));
    }
}

pub(super) fn record(row: &RecordRow, entries: &mut Vec<Index>) {
    if row.redress_done == Some(false) {
        entries.push(Index::Task(Desk::Authority(row.provider), Task::Record(row.id)));
    }
}

pub(super) fn assessment(row: &AssessmentRow, entries: &mut Vec<Index>) {
    let task = Task::Assessment(row.id);
    if row.finalised_at.is_none() {
        entries.push(Index::Task(Desk::Office, task));
    }
    let mut of = |department: &str| {
        let entry = Index::Task(Desk::Department(department.to_owned()), task);
        // Two rectifications of one department are one entry.
        if !entries.contains(&entry) {
            entries.push(entry);
        }
    };
    if let (Some(frozen), None) = (&row.frozen, row.finalised_at) {
        let heard = |code: &str| row.comments.iter().any(|(own, _)| own == code);
        for figures in frozen.figures.iter().filter(|own| !heard(&own.department)) {
            of(&figures.department);
        }
    }
    for own in row.rectifications.iter().filter(|own| own.rectified_at.is_none()) {
        of(&own.department);
    }
}

pub(super) fn case_study(row: &CaseStudyRow) -> Option<Index> {
    let desk = Desk::Authority(row.drafted_by.authority);
    (row.state == CaseStudyState::Drafted).then_some(Index::Task(desk, Task::CaseStudy(row.id)))
}

pub(super) fn member_note(row: &MemberNoteRow) -> Option<Index> {
    // What was taken back is answered for no more.
    let waits = row.is_disputed() && row.withdrawn_on.is_none();
    waits.then_some(Index::Task(Desk::Authority(row.association), Task::MemberNote(row.id)))
}
