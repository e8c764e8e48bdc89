//! The dates by which departments are assessed: they follow from the calendar, and what is late is
//! late. None of it is about a subject (INV-7).

use shouxin_core::event::assessment::AssessmentEvent;
use shouxin_core::event::remedy::ReviewOf;
use shouxin_core::time::Day;

use crate::fold::{Fold, ObjectionStage, RepairStage, Stage};
use crate::here::Here;
use crate::names::{DEADLINE, INV_7, INV_10};

pub(crate) fn check(fold: &mut Fold, at: &mut Here<'_>, event: &AssessmentEvent) {
    if at.event.subject.is_some() {
        at.broken(INV_7, "departments are assessed, never a subject");
    }
    match event {
        AssessmentEvent::FeedbackDue { measure, due } => {
            at.deadline("due", *due, at.today, at.pack().feedback_wd);
            match fold.measures.get_mut(measure) {
                Some(own) => {
                    if !matches!(own.stage, Stage::Executed | Stage::Lifted) {
                        at.broken(INV_10, "there is nothing to report on");
                    }
                    own.feedback_by = Some(due.day);
                }
                None => at.missing(measure),
            }
        }
        AssessmentEvent::FeedbackOverdue { measure } => match fold.measures.get(measure) {
            Some(own) => at.after(own.feedback_by, "the department's time"),
            None => at.missing(measure),
        },
        AssessmentEvent::LiftLate { measure, due } => {
            if at.today <= due.day {
                at.broken(DEADLINE, format!("it was lifted in time, by {}", due.day));
            }
            if !fold.measures.contains_key(measure) {
                at.missing(measure);
            }
        }
        AssessmentEvent::ReferralDue { objection, due } => {
            at.deadline("due", *due, at.today, at.pack().objection_refer_wd);
            if !fold.objections.contains_key(objection) {
                at.missing(objection);
            }
        }
        AssessmentEvent::ReferralLate { objection, due } => {
            if at.today <= due.day {
                at.broken(DEADLINE, format!("it was referred in time, by {}", due.day));
            }
            if !fold.objections.contains_key(objection) {
                at.missing(objection);
            }
        }
        AssessmentEvent::ExecutionDue { measure, due } => {
            let own = fold.measures.get(measure).and_then(|own| at.rules.measure(&own.measure));
            match own.and_then(|own| own.execute_wd) {
                Some(execute_wd) => at.deadline("due", *due, at.today, execute_wd),
                None => at.broken(DEADLINE, "the catalogue sets no days for this measure"),
            }
        }
        AssessmentEvent::RepairCheckOverdue { repair } => match fold.repairs.get(repair) {
            Some(own) if matches!(own.stage, RepairStage::Applied) => {
                at.after(Some(own.accept_by), "the formal check");
            }
            Some(_) => at.broken(INV_10, "there is nothing to check"),
            None => at.missing(repair),
        },
        AssessmentEvent::RepairDecisionOverdue { repair } => match fold.repairs.get(repair) {
            Some(own)
                if matches!(own.stage, RepairStage::Applied | RepairStage::Accepted { .. }) =>
            {
                at.after(Some(own.decide_by), "the decision");
            }
            Some(_) => at.broken(INV_10, "there is nothing to decide"),
            None => at.missing(repair),
        },
        AssessmentEvent::ResultDue { objection, due } => {
            at.deadline("due", *due, at.today, at.pack().resolve_wd);
            match fold.objections.get_mut(objection) {
                Some(own) => {
                    if !matches!(own.stage, ObjectionStage::Verified { .. }) {
                        at.broken(INV_10, "there is no result to serve");
                    }
                    own.result_by = Some(due.day);
                }
                None => at.missing(objection),
            }
        }
        AssessmentEvent::ResultOverdue { objection } => match fold.objections.get(objection) {
            Some(own) if matches!(own.stage, ObjectionStage::Verified { .. }) => {
                at.after(own.result_by, "the time to serve the result");
            }
            Some(_) => at.broken(INV_10, "there is no result to serve"),
            None => at.missing(objection),
        },
        AssessmentEvent::ResultLate { objection, due } => {
            if at.today <= due.day {
                at.broken(DEADLINE, format!("it was served in time, by {}", due.day));
            }
            if !fold.objections.contains_key(objection) {
                at.missing(objection);
            }
        }
        AssessmentEvent::RevocationOverdue { listing } => match fold.red(*listing) {
            Some((_, own)) => {
                let by = own.owed.map(|own| own.1);
                at.after(by, "the time to open a revocation");
            }
            None => at.missing(listing),
        },
        AssessmentEvent::ReviewOverdue { of } => match review_by(fold, *of) {
            Some(by) => at.after(Some(by), "the review"),
            None => at.broken(INV_10, "no review is under way"),
        },
        AssessmentEvent::ReviewLate { due, .. } if at.today <= due.day => {
            at.broken(DEADLINE, format!("it was decided in time, by {}", due.day));
        }
        _ => {}
    }
}

/// The last day of a review that is under way.
fn review_by(fold: &Fold, of: ReviewOf) -> Option<Day> {
    match of {
        ReviewOf::Objection(id) => {
            let own = fold.objections.get(&id)?;
            own.review_by.filter(|_| matches!(own.stage, ObjectionStage::Review { .. }))
        }
        ReviewOf::Repair(id) => {
            let own = fold.repairs.get(&id)?;
            own.review_by.filter(|_| matches!(own.stage, RepairStage::Review))
        }
    }
}
