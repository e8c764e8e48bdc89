//! What follows a measure that has ended (INV-6): it is closed, or its lift is owed by a day.

use shouxin_core::actor::Actor;
use shouxin_core::event::CaseRef;
use shouxin_core::event::measure::MeasureEvent;
use shouxin_core::guard::Guard;
use shouxin_core::id::MeasureId;
use shouxin_core::text::short_text_is_stated;
use shouxin_core::time::Day;

use crate::fold::{Fold, Measure, Over, Stage};
use crate::here::Here;
use crate::names::{DEADLINE, INV_6, INV_10};

/// The days on which a measure is over by date: its own, and those of the cases that it rests on, unless an
/// event ended them before.
pub(crate) fn ends_by_date(fold: &Fold, id: MeasureId) -> Vec<Day> {
    let Some(own) = fold.measures.get(&id) else {
        return Vec::new();
    };
    let above = [Some(CaseRef::Listing(own.listing)), own.attribution.map(CaseRef::Attribution)];
    let cases = above.into_iter().flatten().filter_map(|case| fold.case(case));
    let by_date = cases.filter(|case| matches!(case.over, None | Some(Over::Expired)));
    let last = by_date.filter_map(|case| case.end()).chain([own.until]);
    last.map(|day| day.plus_days(1)).collect()
}

/// What the system says of a measure that has ended: nothing is left, or a lift is owed by its day.
pub(crate) fn ended(own: &mut Measure, by_date: &[Day], at: &mut Here<'_>, event: &MeasureEvent) {
    match event {
        MeasureEvent::Closed { reference, .. } => {
            let over = matches!(own.stage, Stage::Lifted | Stage::Closed | Stage::Recalled);
            // After a failed attempt an officer looks whether it had an effect.
            let officer = matches!(at.event.actor, Actor::Officer(_));
            let looked = officer && reference.as_deref().is_some_and(short_text_is_stated);
            let there = own.ordered() || own.stage == Stage::Forwarded;
            if (own.tried && !looked) || there || over {
                at.broken(INV_6, "it was executed, and is to be lifted");
            } else if looked && own.tried {
                at.of_department(&own.department);
            } else if officer || reference.is_some() {
                at.guard(Guard::Competent, "an officer closes what was tried, and nothing else");
            }
            if looked {
                own.way.confirmed(at);
            }
            own.stage = Stage::Closed;
        }
        MeasureEvent::LiftRequired { due, .. } => {
            let lift_wd = at.least(own.initiated_on, |pack| pack.lift_wd);
            at.deadline("due", *due, due.from, lift_wd);
            // A day that was said stands: saying another one would give more time for the lift.
            if due.from > at.today || own.lift_by.is_some() {
                at.broken(DEADLINE, "the lift is counted from a day to come, or counted again");
            }
            if !own.unlifted() {
                at.broken(INV_10, "there is nothing to lift");
            }
            // No lift is counted from a later day than the first on which it was over by date.
            let first = by_date.iter().copied().filter(|day| *day <= at.today).min();
            if first.is_some_and(|first| due.from > first) || due.from < own.initiated_on {
                at.broken(DEADLINE, format!("the lift is counted from {}", due.from));
            }
            own.lift_by = Some(*due);
            own.telling = None;
        }
        MeasureEvent::LiftOverdue { .. } => {
            at.over(own.lift_by, "the time to lift it");
            if !own.unlifted() {
                at.broken(INV_10, "there is nothing to lift");
            }
        }
        _ => {}
    }
}
