//! Deadlines that a newer calendar counts anew: from the same day, as many days, and never one
//! that has passed.

use shouxin_core::event::calendar::{CalendarEvent, Clock};
use shouxin_core::time::Day;

use crate::commitment;
use crate::fold::{Fold, ObjectionStage, RepairStage, Stage};
use crate::here::Here;
use crate::names::DEADLINE;
use crate::tolerance::Tolerance;

/// The day to which a clock runs; nothing where this fold does not go by it.
fn running(fold: &mut Fold, clock: Clock) -> Option<&mut Day> {
    match clock {
        Clock::Statement(case) => fold.case_mut(case)?.notice.as_mut().map(|own| &mut own.window),
        Clock::Response(id) => match &mut fold.measures.get_mut(&id)?.stage {
            Stage::Dispatched { respond_by } => Some(respond_by),
            _ => None,
        },
        Clock::Objection(id) => {
            let own = fold.objections.get_mut(&id)?;
            match own.stage {
                ObjectionStage::Filed => Some(&mut own.accept_by),
                ObjectionStage::Verifying => Some(&mut own.verify_by),
                ObjectionStage::Review { .. } => own.review_by.as_mut(),
                _ => None,
            }
        }
        Clock::Repair(id) => {
            let repair = fold.repairs.get_mut(&id)?;
            match &mut repair.stage {
                RepairStage::Applied => Some(&mut repair.accept_by),
                RepairStage::Accepted { .. } => Some(&mut repair.decide_by),
                RepairStage::Review => repair.review_by.as_mut(),
                RepairStage::Revoking(own) => Some(&mut own.window),
                _ => None,
            }
        }
        Clock::RedStatement(id) => fold.red_mut(id)?.revocation.as_mut().map(|own| &mut own.window),
        Clock::Cure(id) => match &mut fold.commitments.get_mut(&id)?.stage {
            commitment::Stage::Cure { until } => Some(until),
            _ => None,
        },
        Clock::BreachStatement(id) => fold.commitments.get_mut(&id)?.breach.as_mut()?.window(),
        Clock::Tolerance(id) => fold.tolerances.get_mut(&id).map(Tolerance::due),
        Clock::Feedback(id) => fold.measures.get_mut(&id)?.feedback_by.as_mut(),
        Clock::Execution(id) => fold.measures.get_mut(&id)?.execute_by.as_mut(),
        Clock::Referral(id) => fold.objections.get_mut(&id)?.refer_by.as_mut(),
        Clock::Outcome(id) => fold.objections.get_mut(&id)?.result_by.as_mut(),
        Clock::Lift(id) => fold.measures.get_mut(&id)?.lift_by.as_mut(),
        Clock::Comment(id) => fold.assessments.get_mut(&id)?.comment_by(),
        Clock::Decision(case) => fold.case_mut(case)?.decide_by.as_mut(),
        Clock::Telling(id) => fold.measures.get_mut(&id)?.telling.as_mut().map(|own| &mut own.1),
        Clock::BreachDecision(_) | Clock::Answer(_) => None,
    }
}

pub(crate) fn check(fold: &mut Fold, at: &mut Here<'_>, event: &CalendarEvent) {
    let CalendarEvent::Recomputed { clock, before, deadline } = event;
    at.deadline("it", *deadline, deadline.from, deadline.working_days);
    if *before < at.today || deadline.day < at.today {
        at.broken(DEADLINE, "a day that has passed is not counted anew");
    }
    if let Some(own) = running(fold, *clock) {
        if own != before {
            at.broken(DEADLINE, format!("it ran to {own}, not to {before}"));
        }
        *own = deadline.day;
    }
}
