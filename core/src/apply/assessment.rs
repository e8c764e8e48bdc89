//! Folds the events of the assessment of departments.

use crate::apply::{case, defect, here, listing, measure, objection, officer_of};
use crate::event::Envelope;
use crate::event::assessment::AssessmentEvent;
use crate::event::remedy::ReviewOf;
use crate::id::AssessmentId;
use crate::path::DecisionCase;
use crate::row::assessment::{AssessmentRow, Frozen, Rectification};
use crate::row::{Key, Newest, Row};
use crate::rows::{Rows, Stop};

pub(super) fn apply(
    rows: &mut Rows,
    envelope: &Envelope,
    event: &AssessmentEvent,
) -> Result<(), Stop> {
    use AssessmentEvent as E;
    let id = match event {
        E::FeedbackDue { .. }
        | E::FeedbackOverdue { .. }
        | E::ExecutionDue { .. }
        | E::ExecutionOverdue { .. }
        | E::DispatchDue { .. }
        | E::DispatchOverdue { .. }
        | E::DispatchPutOff { .. }
        | E::WorkPutOff { .. }
        | E::ResponseDue { .. } => return measure::apply(rows, envelope),
        E::ReferralDue { .. }
        | E::ReferralOverdue { .. }
        | E::ResultDue { .. }
        | E::ResultOverdue { .. }
        | E::ReviewOverdue { of: ReviewOf::Objection(_) } => {
            return objection::apply_owed(rows, envelope, event);
        }
        E::RevocationOverdue { listing: id } => {
            return listing::revocation_overdue(rows, envelope, *id);
        }
        E::RepairCheckOverdue { .. }
        | E::RepairDecisionOverdue { .. }
        | E::ReviewOverdue { of: ReviewOf::Repair(_) } => {
            return objection::apply_repair_late(rows, envelope, event);
        }
        E::CaseDecisionOverdue { case } => {
            return case::change(rows, *case, envelope, |own| {
                Some(DecisionCase { overdue: true, ..own })
            });
        }
        E::CaseDecisionDue { case, due } => {
            return case::change(rows, *case, envelope, |own| {
                own.decision_due()?;
                Some(DecisionCase { decide_by: *due, ..own })
            });
        }
        E::CaseServiceOverdue { case } => {
            return case::change(rows, *case, envelope, |own| {
                Some(DecisionCase { service_overdue: true, ..own })
            });
        }
        // These only count, and `tally` has done that.
        E::LiftLate { .. }
        | E::DispatchLate { .. }
        | E::ReferralLate { .. }
        | E::ResultLate { .. }
        | E::ReviewLate { .. } => return Ok(()),
        E::Opened { .. } => AssessmentId(here(envelope)),
        E::MetricsFrozen { assessment, .. }
        | E::Commented { assessment, .. }
        | E::Finalised { assessment, .. }
        | E::RectificationOrdered { assessment, .. }
        | E::Rectified { assessment, .. }
        | E::Reported { assessment, .. } => *assessment,
    };
    let key = Key::Assessment(id);
    rows.want([key.clone()])?;
    if let E::Opened { from, to } = event {
        let newest = Key::Newest(Newest::Assessment(*from, *to));
        rows.want([newest.clone()])?;
        rows.put(newest, Row::Newest(id.0))?;
    }
    let row = match event {
        E::Opened { from, to } => AssessmentRow {
            id,
            from: *from,
            to: *to,
            opened_by: officer_of(envelope)?,
            opened_on: envelope.legal_date,
            frozen: None,
            comments: Vec::new(),
            finalised_at: None,
            rectifications: Vec::new(),
            reported_at: None,
        },
        _ => {
            let row = Rows::known(rows.assessment(id)?, &id.0)?.clone();
            step(row, envelope, event)?
                .ok_or_else(|| defect(envelope, "the assessment is in another state"))?
        }
    };
    rows.put(key, Row::Assessment(row))
}

fn step(
    mut row: AssessmentRow,
    envelope: &Envelope,
    event: &AssessmentEvent,
) -> Result<Option<AssessmentRow>, Stop> {
    use AssessmentEvent as E;
    let at = here(envelope);
    let state = (row.frozen.is_some(), row.finalised_at.is_some(), row.reported_at.is_some());
    match (state, event) {
        ((false, ..), E::MetricsFrozen { figures, comment_by, .. }) => {
            row.frozen = Some(Frozen {
                by: officer_of(envelope)?,
                on: envelope.legal_date,
                comment_by: *comment_by,
                figures: figures.clone(),
            });
        }
        ((true, false, false), E::Commented { department, .. }) => {
            row.comments.push((department.clone(), at));
        }
        ((true, false, false), E::Finalised { .. }) => row.finalised_at = Some(at),
        ((_, true, false), E::RectificationOrdered { department, by, .. }) => {
            row.rectifications.push(Rectification {
                department: department.clone(),
                ordered_at: at,
                by: *by,
                rectified_at: None,
            });
        }
        ((_, true, _), E::Rectified { department, .. }) => {
            let open = |own: &&mut Rectification| {
                own.department == *department && own.rectified_at.is_none()
            };
            let Some(own) = row.rectifications.iter_mut().find(open) else {
                return Ok(None);
            };
            own.rectified_at = Some(at);
        }
        ((_, true, false), E::Reported { .. }) => row.reported_at = Some(at),
        _ => return Ok(None),
    }
    Ok(Some(row))
}
