//! Deadlines that a newer calendar counts anew: from the same day, as many days, and never one
//! that has passed. What a served decision starts behind a standstill only ever starts later.

use shouxin_core::calendar::Deadline;
use shouxin_core::event::calendar::{CalendarEvent, Clock};
use shouxin_core::time::Day;

use crate::commit::Commit;
use crate::commitment;
use crate::fold::{Fold, ObjectionStage, RepairStage, Stage};
use crate::here::Here;
use crate::names::DEADLINE;
use crate::tolerance::Tolerance;

/// The deadline of a clock as it was last counted; nothing where none runs.
fn running(fold: &mut Fold, clock: Clock) -> Option<&mut Deadline> {
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
        Clock::Dispatch(id) => fold.measures.get_mut(&id)?.dispatch_by.as_mut(),
        Clock::Start(case) => fold.case_mut(case)?.standstill.as_mut(),
        Clock::Restart(id) => fold.repairs.get_mut(&id)?.standstill.as_mut(),
        Clock::Revocation(id) => fold.red_mut(id)?.owed.as_mut().map(|own| &mut own.1),
        Clock::RepairDecision(id) => fold.repairs.get_mut(&id).map(|own| &mut own.decide_by),
        Clock::BreachDecision(id) => fold.commitments.get_mut(&id)?.breach.as_mut()?.decide_by(),
        Clock::Answer(id) => fold.notes.get_mut(&id)?.answer_by(),
    }
}

/// The day that a served decision fixes, as long as it has not come to effect.
fn start(fold: &mut Fold, clock: Clock) -> Option<&mut Day> {
    match clock {
        Clock::Start(case) => {
            fold.case_mut(case).filter(|own| !own.effect && own.over.is_none())?.starts_on.as_mut()
        }
        Clock::Restart(id) => match &mut fold.repairs.get_mut(&id)?.stage {
            RepairStage::Revoked { starts_on } => Some(starts_on),
            _ => None,
        },
        _ => None,
    }
}

pub(crate) fn check(
    fold: &mut Fold,
    commit: &mut Commit,
    at: &mut Here<'_>,
    event: &CalendarEvent,
) {
    let (clock, before, deadline) = match event {
        CalendarEvent::Recomputed { clock, before, deadline } => (clock, before, deadline),
        CalendarEvent::Provisional { clock, deadline } => {
            provisional(fold, commit, at, *clock, *deadline);
            return;
        }
    };
    if *before < at.today || deadline.day < at.today {
        at.broken(DEADLINE, "a day that has passed is not counted anew");
    }
    match running(fold, *clock) {
        Some(own) => {
            if own.day != *before || !own.provisional {
                let detail = format!("it ran to {}, not beyond the calendar to {before}", own.day);
                at.broken(DEADLINE, detail);
            }
            // What was counted from where is what this fold knows, not what the recount says.
            at.deadline("it", *deadline, own.from, own.working_days);
            *own = *deadline;
        }
        None => at.broken(DEADLINE, "no such day runs there"),
    }
    // It begins later where the standstill ends later, and never earlier than it was served for.
    if let Some(own) = start(fold, *clock) {
        *own = (*own).max(deadline.day.plus_days(1));
    }
}

/// What the calendar does not reach is said with the day that another event of the commit fixes.
fn provisional(
    fold: &mut Fold,
    commit: &mut Commit,
    at: &mut Here<'_>,
    clock: Clock,
    deadline: Deadline,
) {
    if commit.says_provisional(clock) != Some(deadline) {
        at.broken(DEADLINE, "no decision that was served in this commit starts behind it");
    }
    match clock {
        Clock::Start(case) => {
            if let Some(own) = fold.case_mut(case) {
                own.standstill = Some(deadline);
            }
        }
        Clock::Restart(id) => {
            if let Some(own) = fold.repairs.get_mut(&id) {
                own.standstill = Some(deadline);
            }
        }
        _ => {}
    }
}
