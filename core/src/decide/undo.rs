//! What has to be undone when what a measure rests on is suspended or ends: the step that a plugin
//! owes, the lift with its last day, and what a higher authority is to be told (INV-4, INV-6).
//!
//! Source: domain.md O60, O64.

use crate::calendar::Deadline;
use crate::decide::Context;
use crate::decide::measure::with_parents;
use crate::decide::sending;
use crate::decide::working;
use crate::event::assessment::AssessmentEvent;
use crate::event::{CaseHook, Event};
use crate::id::MeasureId;
use crate::path::{DecisionCase, EndReason, Ended, Path, Standing};
use crate::row::{ListingKind, MeasureRow, MeasureState, Remote};
use crate::rows::{Rows, Stop};
use crate::time::Day;

/// What is to be said of a measure that was forwarded, when its standing has turned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Turned {
    /// The higher authority is to be told that it is suspended, or has effect again.
    Tell {
        /// That it is suspended.
        suspended: bool,
    },
    /// What it was to be told is so no more.
    Moot,
}

/// What the higher authority does not know yet: that the measure is suspended, or that it has
/// effect again.
pub(super) fn untold(row: &MeasureRow, standing: Standing) -> Option<bool> {
    let MeasureState::Forwarded { recalled: false, .. } = row.state else {
        return None;
    };
    match (standing, row.remote) {
        (Standing::Suspended, Remote::Nothing) => Some(true),
        (Standing::InForce, Remote::Suspended) => Some(false),
        _ => None,
    }
}

/// What a timer has to say of it, if it has not been said. An end is said before it is asked, and
/// told by the recall.
pub(super) fn turned(row: &MeasureRow, standing: Standing) -> Option<Turned> {
    match (untold(row, standing), row.telling) {
        (Some(suspended), None) => Some(Turned::Tell { suspended }),
        (None, Some(_)) => Some(Turned::Moot),
        _ => None,
    }
}

/// Whether a timer has to say of a measure that what it rests on has ended, was suspended or has
/// effect again, to a higher authority or for its own way to the department and its days there: the one rule by which the timers and the walk through a family find it.
pub fn owes_an_end(rows: &Rows, id: MeasureId, today: Day) -> Result<bool, Stop> {
    let row = with_parents(rows, id)?;
    let standing = rows.measure_standing(id, today)?;
    let ended = standing == Standing::Ended && (row.state.never_executed() || owes_a_lift(row));
    let sent = sending::has_turned(row, standing) || working::has_turned(row, standing);
    Ok(ended || turned(row, standing).is_some() || sent)
}

/// Whether a lift is owed of which nobody has said so. An end is final as long as it is: a repair
/// can be taken back only after every lift that it led to was confirmed.
pub(super) fn owes_a_lift(row: &MeasureRow) -> bool {
    row.state.owes_undoing() && row.lift.is_none()
}

/// The last day for lifting a measure, counted from the first of the ends that it had; none where
/// the register does not know the day of its end.
fn lift_by(rows: &Rows, row: &MeasureRow, context: &Context<'_>) -> Result<Option<Deadline>, Stop> {
    if let Some(own) = row.lift {
        return Ok(Some(own.by));
    }
    let ended = first_end(rows, row, context.today)?;
    Ok(ended.map(|day| lift_within(row, day, context)))
}

/// The last day for lifting what ended on a day.
pub(super) fn lift_within(row: &MeasureRow, ended: Day, context: &Context<'_>) -> Deadline {
    context.rules.calendar.after(ended, context.rules_of(row.initiated_on).lift_wd)
}

/// The first of the ends that a measure had by a day, of its own or of what it rests on.
pub(super) fn first_end(rows: &Rows, row: &MeasureRow, today: Day) -> Result<Option<Day>, Stop> {
    let of_case = |case: &DecisionCase| match &case.path {
        Path::Ended(Ended { reason: EndReason::Expired, served: Some(served), .. }) => {
            Some(served.decided.decision.end.plus_days(1))
        }
        Path::Ended(ended) => Some(ended.on),
        path => path.served().map(|served| served.decided.decision.end.plus_days(1)),
    };
    let listing = match &rows.must_listing(row.listing)?.kind {
        ListingKind::Black { case, .. } => of_case(case),
        // An incentive never outlasts its red listing: its own last day stands for both.
        ListingKind::Red(_) => None,
    };
    let attribution = match row.attribution {
        Some(id) => of_case(&rows.must_attribution(id)?.case),
        None => None,
    };
    let ends = [Some(row.until.plus_days(1)), row.annulled_on, listing, attribution];
    Ok(ends.into_iter().flatten().filter(|day| *day <= today).min())
}

/// That a lift, or the recall of what was forwarded, came after its last day; it is assessed.
pub(super) fn lifted_late(
    rows: &Rows,
    row: &MeasureRow,
    context: &Context<'_>,
) -> Result<Option<Event>, Stop> {
    let due = lift_by(rows, row, context)?.filter(|due| context.today > due.day);
    Ok(due.map(|due| Event::Assessment(AssessmentEvent::LiftLate { measure: row.id, due })))
}

/// The step a case's plugin owes, given where the case stands: the one rule from which every
/// delivery follows, so that a rebuild delivers nothing twice.
pub fn owed_hook(row: &MeasureRow, standing: Standing) -> Option<CaseHook> {
    row.order_to_undo().and_then(|order| order.plugin.as_ref())?;
    match (standing, row.remote) {
        (_, Remote::Lifted) => None,
        // The contract has it that lifting works whether or not the execution arrived.
        (Standing::Ended, _) => Some(CaseHook::Lift),
        (Standing::Suspended, Remote::Suspended) => None,
        // An execution may have reached the department without its answer reaching us.
        (Standing::Suspended, _) => Some(CaseHook::Suspend),
        // What was given up begins again by an officer's new order alone.
        (Standing::InForce, _) if row.state.given_up() => None,
        // Nothing reached the department yet, or it was released before it ran.
        (Standing::InForce, Remote::Nothing) => Some(CaseHook::Execute),
        (Standing::InForce, Remote::Suspended) => Some(CaseHook::Resume),
        (Standing::InForce, Remote::Executed) | (Standing::Pending, _) => None,
    }
}
