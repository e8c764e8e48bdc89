//! Versions of the rules in a log: what has begun, running cases keep (design.md 6), so no later load
//! may change it, leave it out, or put another one before its own day.

use shouxin_core::id::Position;
use shouxin_core::rules::{RulePack, RuleSet};
use shouxin_core::time::Day;

use crate::Violation;
use crate::names::INV_10;

/// What of the deadlines and caps that had begun by the day of a load the load does not keep.
pub(crate) fn begun(
    before: &RuleSet,
    after: &RuleSet,
    at: Position,
    today: Day,
) -> Option<Violation> {
    let of = |rules: &RuleSet| -> Vec<RulePack> {
        rules.packs.all().filter(|own| own.in_force_from <= today).cloned().collect()
    };
    let (before, after) = (of(before), of(after));
    let lost = before.iter().find(|own| !after.contains(own));
    let new = after.iter().find(|own| !before.contains(own));
    lost.or(new).map(|own| {
        let day = own.in_force_from;
        let detail = format!("rules.loaded: the version that began on {day} is not what it was");
        Violation { at, name: INV_10, detail }
    })
}
