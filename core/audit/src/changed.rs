//! What a court or reviewing body changed ends earlier than it was to, and not in the past (G-END). Of a
//! case the events say so that follow in its commit.

use shouxin_core::event::Target;
use shouxin_core::guard::Guard;
use shouxin_core::time::Day;

use crate::fold::{Fold, RecordStage, RedStage, Standing};
use crate::here::Here;

/// What a change finds.
enum Found {
    /// It has come to its end, so that nothing else follows; or it is a case.
    Over,
    /// It stands, to a day.
    Until(Day),
    /// It stands, and has no end of its own to change.
    Endless,
}

fn found(fold: &Fold, target: Target, today: Day) -> Found {
    match target {
        Target::Listing(id) => match fold.red(id).map(|own| own.1.stage) {
            Some(RedStage::Over) => Found::Over,
            Some(RedStage::Active { until, .. }) if today > until => Found::Over,
            Some(_) => Found::Endless,
            None => Found::Over,
        },
        Target::Attribution(_) => Found::Over,
        Target::Record(id) => match fold.records.get(&id) {
            Some(own) if own.stage == RecordStage::Live => match own.until {
                Some(until) if today <= until => Found::Until(until),
                _ => Found::Over,
            },
            _ => Found::Over,
        },
        Target::Commitment(id) => match fold.commitments.get(&id) {
            Some(own) if own.is_broken(today) => {
                own.finding().map_or(Found::Over, |own| Found::Until(own.shown_until))
            }
            _ => Found::Over,
        },
        Target::Measure(id) => {
            let over = fold.measure_standing(id, today) == Standing::Ended
                && fold.measures.get(&id).is_none_or(|own| !own.unlifted());
            if over { Found::Over } else { Found::Endless }
        }
    }
}

/// Whether it can be changed so. Asked before the fold changes the thing, and only about what the remedy
/// is about.
pub(crate) fn check(fold: &Fold, at: &mut Here<'_>, target: Target, end: Day) -> bool {
    match found(fold, target, at.today) {
        Found::Over => return true,
        Found::Until(before) if end < before && end >= at.today => return true,
        Found::Until(before) => {
            at.guard(Guard::End, format!("it is changed to end on {end}, and ended on {before}"));
        }
        Found::Endless => at.guard(Guard::End, "it has no end of its own to change"),
    }
    false
}
