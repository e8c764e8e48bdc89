//! Counts every event for the assessment of departments: the one place that says what an event
//! means there. A count goes to one row, of one unit and one month, so that no report scans.
//!
//! An answer is compared with the deadline that stands in the row it answers, because `apply` has
//! no calendar; and what a timer has counted as overdue is not counted so a second time.

use crate::apply::officer_of;
use crate::calendar::Deadline;
use crate::event::assessment::AssessmentEvent;
use crate::event::measure::MeasureEvent;
use crate::event::publicity::PublicityEvent;
use crate::event::remedy::{RemedyEvent, ReviewOf};
use crate::event::{CaseRef, Envelope, Event};
use crate::id::{MeasureId, ObjectionId, RepairId};
use crate::path::DecisionCase;
use crate::row::{
    Key, ListingKind, MeasureRow, MeasureState, ObjectionRow, ObjectionState, Owed, RepairRow,
    RepairState, Row,
};
use crate::rows::{Rows, Stop};
use crate::rules::RecordClass;
use crate::tally::{Counter, Counts, Month, Unit};

/// The counter row of an event with its counts added, before anything is written; nothing where
/// the event counts nowhere.
pub(super) fn counted(rows: &Rows, envelope: &Envelope) -> Result<Option<(Key, Row)>, Stop> {
    let Some((unit, found)) = counts(rows, envelope)? else {
        return Ok(None);
    };
    let key = Key::Tally { unit, month: Month::of(envelope.legal_date) };
    let mut counts = match rows.get(&key)? {
        Some(Row::Tally(counts)) => counts.clone(),
        _ => Counts::default(),
    };
    for (counter, count) in found {
        counts.add(counter, count);
    }
    Ok(Some((key, Row::Tally(counts))))
}

type Found = Option<(Unit, Vec<(Counter, u32)>)>;

fn counts(rows: &Rows, envelope: &Envelope) -> Result<Found, Stop> {
    match &envelope.event {
        Event::MeasureDispatched { measure, .. }
        | Event::MeasureAccepted { measure }
        | Event::MeasureDeclined { measure, .. }
        | Event::ResponseOverdue { measure }
        | Event::MeasureExecuted { measure, .. }
        | Event::MeasureLifted { measure, .. }
        | Event::FeedbackFiled { measure, .. }
        | Event::Assessment(
            AssessmentEvent::FeedbackOverdue { measure }
            | AssessmentEvent::ExecutionOverdue { measure }
            | AssessmentEvent::LiftLate { measure, .. }
            | AssessmentEvent::DispatchOverdue { measure }
            | AssessmentEvent::DispatchLate { measure, .. },
        )
        | Event::Measure(
            MeasureEvent::ForwardRecalled { measure, .. } | MeasureEvent::LiftOverdue { measure },
        ) => of_measure(rows, envelope, *measure),
        Event::Assessment(
            event @ (AssessmentEvent::ReferralOverdue { .. }
            | AssessmentEvent::ResultOverdue { .. }
            | AssessmentEvent::ReviewOverdue { .. }),
        ) => {
            let counter = match event {
                AssessmentEvent::ReferralOverdue { .. } => Counter::ReferralOverdue,
                AssessmentEvent::ResultOverdue { .. } => Counter::ResultOverdue,
                _ => Counter::ReviewOverdue,
            };
            // A timer says these, so who owes them is known from what the office did before.
            let office = rows.office()?;
            Ok(office.map(|own| (Unit::Authority(own), vec![(counter, 1)])))
        }
        Event::Assessment(
            event @ (AssessmentEvent::ReferralLate { .. }
            | AssessmentEvent::ResultLate { .. }
            | AssessmentEvent::ReviewLate { .. }),
        ) => {
            let counter = match event {
                AssessmentEvent::ReferralLate { .. } => Counter::ReferredLate,
                AssessmentEvent::ResultLate { .. } => Counter::ResolvedLate,
                _ => Counter::ReviewedLate,
            };
            Ok(Some((Unit::Authority(officer_of(envelope)?.authority), vec![(counter, 1)])))
        }
        Event::Assessment(AssessmentEvent::RevocationOverdue { listing }) => {
            match &Rows::known(rows.listing(*listing)?, &listing.0)?.kind {
                ListingKind::Red(red) => {
                    let found = vec![(Counter::RevocationOverdue, 1)];
                    Ok(Some((Unit::Authority(red.authority), found)))
                }
                ListingKind::Black { .. } => Ok(None),
            }
        }
        Event::ObjectionReferred { objection, .. }
        | Event::ObjectionOverdue { objection }
        | Event::VerificationReported { objection, .. }
        | Event::ObjectionResolved { objection, .. }
        | Event::RedressOpened { objection, .. }
        | Event::RedressCompleted { objection, .. }
        | Event::Remedy(RemedyEvent::ReviewDecided {
            of: ReviewOf::Objection(objection),
            upheld: true,
            ..
        }) => of_objection(rows, envelope, *objection),
        Event::RepairAcceptDecided { repair, .. }
        | Event::RepairApproved { repair, .. }
        | Event::RepairRefused { repair, .. }
        | Event::Assessment(
            AssessmentEvent::RepairCheckOverdue { repair }
            | AssessmentEvent::RepairDecisionOverdue { repair },
        ) => of_repair(rows, envelope, *repair),
        Event::CaseDecided { case, .. }
        | Event::CaseNotDecided { case, .. }
        | Event::Assessment(
            AssessmentEvent::CaseDecisionOverdue { case }
            | AssessmentEvent::CaseServiceOverdue { case },
        ) => of_case(rows, envelope, *case),
        Event::RecordAccepted { class, provider, published, .. } => {
            let mut found = vec![(Counter::RecordsProvided, 1)];
            if *published && matches!(class, RecordClass::Permit | RecordClass::Penalty) {
                found.push((Counter::ToBePublicised, 1));
            }
            Ok(Some((Unit::Authority(*provider), found)))
        }
        Event::Publicity(PublicityEvent::Filed { late: true, exempt: None, .. }) => {
            let unit = Unit::Authority(officer_of(envelope)?.authority);
            Ok(Some((unit, vec![(Counter::PublicisedLate, 1)])))
        }
        _ => Ok(None),
    }
}

/// Counts an answer as on time or late, and as overdue where no timer has done so before.
fn answered(
    envelope: &Envelope,
    by: Deadline,
    marked: bool,
    (on_time, late, overdue): (Counter, Counter, Counter),
) -> Vec<(Counter, u32)> {
    match envelope.legal_date <= by.day {
        true => vec![(on_time, 1)],
        false if marked => vec![(late, 1)],
        false => vec![(late, 1), (overdue, 1)],
    }
}

fn of_measure(rows: &Rows, envelope: &Envelope, id: MeasureId) -> Result<Found, Stop> {
    let row: &MeasureRow = Rows::known(rows.measure(id)?, &id.0)?;
    let mut found = match (&envelope.event, &row.state, row.feedback) {
        (Event::MeasureDispatched { .. }, ..) => vec![(Counter::Dispatched, 1)],
        (
            Event::MeasureAccepted { .. } | Event::MeasureDeclined { .. },
            MeasureState::Dispatched { respond_by, overdue },
            _,
        ) => {
            let counters =
                (Counter::RespondedOnTime, Counter::RespondedLate, Counter::ResponseOverdue);
            answered(envelope, *respond_by, *overdue, counters)
        }
        (Event::ResponseOverdue { .. }, ..) => vec![(Counter::ResponseOverdue, 1)],
        (Event::MeasureExecuted { .. }, ..) => {
            let mut found = vec![(Counter::Executed, 1)];
            if let Some(Owed { by, overdue }) = row.execution
                && envelope.legal_date > by.day
            {
                found.push((Counter::ExecutedLate, 1));
                found.extend((!overdue).then_some((Counter::ExecutionOverdue, 1)));
            }
            found
        }
        (Event::Assessment(AssessmentEvent::ExecutionOverdue { .. }), ..) => {
            vec![(Counter::ExecutionOverdue, 1)]
        }
        (Event::Measure(MeasureEvent::LiftOverdue { .. }), ..) => {
            vec![(Counter::LiftOverdue, 1)]
        }
        (Event::MeasureLifted { .. } | Event::Measure(_), ..) => vec![(Counter::Lifted, 1)],
        (Event::FeedbackFiled { .. }, _, Some(Owed { by, overdue })) => {
            let counters = (Counter::FedBackOnTime, Counter::FedBackLate, Counter::FeedbackOverdue);
            answered(envelope, by, overdue, counters)
        }
        // What was executed before feedback had a last day cannot be late.
        (Event::FeedbackFiled { .. }, _, None) => vec![(Counter::FedBackOnTime, 1)],
        (Event::Assessment(AssessmentEvent::FeedbackOverdue { .. }), ..) => {
            vec![(Counter::FeedbackOverdue, 1)]
        }
        (Event::Assessment(AssessmentEvent::LiftLate { .. }), ..) => {
            vec![(Counter::LiftedLate, 1)]
        }
        (Event::Assessment(AssessmentEvent::DispatchOverdue { .. }), ..) => {
            vec![(Counter::DispatchOverdue, 1)]
        }
        (Event::Assessment(AssessmentEvent::DispatchLate { .. }), ..) => {
            vec![(Counter::DispatchedLate, 1)]
        }
        _ => return Ok(None),
    };
    if matches!(envelope.event, Event::MeasureDeclined { .. }) {
        found.push((Counter::Declined, 1));
    }
    // What was forwarded is recalled by whoever forwarded it, and a measure dispatched by whoever
    // initiated it.
    let sent = matches!(
        envelope.event,
        Event::Assessment(
            AssessmentEvent::DispatchOverdue { .. } | AssessmentEvent::DispatchLate { .. }
        )
    );
    let unit = match row.state {
        _ if sent => Unit::Authority(row.initiated_by.authority),
        MeasureState::Forwarded { .. } => Unit::Authority(row.initiated_by.authority),
        _ => Unit::Department(row.department.clone()),
    };
    Ok(Some((unit, found)))
}

fn of_objection(rows: &Rows, envelope: &Envelope, id: ObjectionId) -> Result<Found, Stop> {
    let row: &ObjectionRow = Rows::known(rows.objection(id)?, &id.0)?;
    let found = match (&envelope.event, &row.state) {
        (Event::ObjectionReferred { .. }, _) => vec![(Counter::ObjectionsReferred, 1)],
        (Event::ObjectionOverdue { .. }, _) => vec![(Counter::VerificationOverdue, 1)],
        (Event::VerificationReported { .. }, ObjectionState::Verifying { verify_by, overdue }) => {
            let counters =
                (Counter::VerifiedOnTime, Counter::VerifiedLate, Counter::VerificationOverdue);
            answered(envelope, *verify_by, *overdue, counters)
        }
        (Event::VerificationReported { .. }, ObjectionState::Unverified) => {
            vec![(Counter::VerifiedLate, 1)]
        }
        (Event::ObjectionResolved { upheld: true, .. }, _) => vec![(Counter::ObjectionsUpheld, 1)],
        (Event::ObjectionResolved { upheld: false, .. }, _) => {
            vec![(Counter::ObjectionsRejected, 1)]
        }
        // What was refused has not been rejected, and what was kept put right was upheld already.
        (Event::Remedy(_), ObjectionState::Review { refused: false, .. }) if !row.kept => {
            vec![(Counter::UpheldOnReview, 1)]
        }
        (Event::RedressOpened { .. }, _) => vec![(Counter::RedressOpened, 1)],
        (Event::RedressCompleted { .. }, _) => vec![(Counter::RedressCompleted, 1)],
        _ => return Ok(None),
    };
    Ok(Some((Unit::Authority(row.provider), found)))
}

fn of_repair(rows: &Rows, envelope: &Envelope, id: RepairId) -> Result<Found, Stop> {
    let row: &RepairRow = Rows::known(rows.repair(id)?, &id.0)?;
    let found = match (&envelope.event, &row.state) {
        (Event::RepairAcceptDecided { .. }, RepairState::Applied { accept_by, overdue }) => {
            let counters = (
                Counter::RepairsCheckedOnTime,
                Counter::RepairsCheckedLate,
                Counter::RepairCheckOverdue,
            );
            answered(envelope, *accept_by, *overdue, counters)
        }
        (Event::RepairApproved { .. } | Event::RepairRefused { .. }, _) => {
            let counters = (
                Counter::RepairsDecidedOnTime,
                Counter::RepairsDecidedLate,
                Counter::RepairDecisionOverdue,
            );
            answered(envelope, row.decide_by, row.overdue, counters)
        }
        (Event::Assessment(AssessmentEvent::RepairCheckOverdue { .. }), _) => {
            vec![(Counter::RepairCheckOverdue, 1)]
        }
        (Event::Assessment(AssessmentEvent::RepairDecisionOverdue { .. }), _) => {
            vec![(Counter::RepairDecisionOverdue, 1)]
        }
        _ => return Ok(None),
    };
    // Who listed, collected or found decides the repair, and owes it when nobody did.
    Ok(Some((Unit::Authority(row.authority), found)))
}

fn of_case(rows: &Rows, envelope: &Envelope, case: CaseRef) -> Result<Found, Stop> {
    let case: &DecisionCase = match case {
        CaseRef::Listing(id) => match &Rows::known(rows.listing(id)?, &id.0)?.kind {
            ListingKind::Black { case, .. } => case,
            ListingKind::Red(_) => return Ok(None),
        },
        CaseRef::Attribution(id) => &Rows::known(rows.attribution(id)?, &id.0)?.case,
    };
    let found = match &envelope.event {
        Event::Assessment(AssessmentEvent::CaseDecisionOverdue { .. }) => {
            vec![(Counter::CaseDecisionOverdue, 1)]
        }
        Event::Assessment(AssessmentEvent::CaseServiceOverdue { .. }) => {
            vec![(Counter::CaseServiceOverdue, 1)]
        }
        _ => {
            let counters = (
                Counter::CasesDecidedOnTime,
                Counter::CasesDecidedLate,
                Counter::CaseDecisionOverdue,
            );
            answered(envelope, case.decide_by, case.overdue, counters)
        }
    };
    Ok(Some((Unit::Authority(case.proposed_by.authority), found)))
}
