//! The dates by which departments are assessed: they follow from the calendar, and what is late is
//! late. None of it is about a subject (INV-7).

use shouxin_core::event::assessment::AssessmentEvent;

use crate::fold::{Fold, RepairStage, Stage};
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
        _ => {}
    }
}
