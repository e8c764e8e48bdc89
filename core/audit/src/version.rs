//! Versions of the deadlines and caps in a log (design.md 6). What has begun, running cases keep, so
//! no later load may change it, leave it out, or put another one before its own day. And where a
//! version that has begun caps a burden lower than it is, the burden ends earlier, never later.

use shouxin_core::actor::Actor;
use shouxin_core::event::CaseRef;
use shouxin_core::guard::Guard;
use shouxin_core::id::{Position, RecordId};
use shouxin_core::rules::{RulePack, RuleSet, Severity};
use shouxin_core::time::Day;

use crate::Violation;
use crate::case::{months, rests_until, shown};
use crate::fold::{Fold, Record, RecordStage};
use crate::here::Here;
use crate::names::{DEADLINE, INV_3, INV_10};

/// The versions that a case opened on a day may be judged by on another: the one in force when it
/// was opened, and those that came into force since. Before the first one begins, it is the first.
pub(crate) fn of_case(
    rules: &RuleSet,
    opened_on: Day,
    today: Day,
) -> impl Iterator<Item = &RulePack> {
    let begun = rules.packs.all().take_while(|own| own.in_force_from <= opened_on).count().max(1);
    let opening = rules.packs.all().nth(begun - 1);
    let since = rules.packs.all().skip(begun).filter(move |own| own.in_force_from <= today);
    opening.into_iter().chain(since)
}

/// The least that any of them says.
pub(crate) fn least(
    rules: &RuleSet,
    opened_on: Day,
    today: Day,
    of: impl Fn(&RulePack) -> u16,
) -> u16 {
    of_case(rules, opened_on, today).map(of).min().unwrap_or(0)
}

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
        Violation::new(at, INV_10, detail)
    })
}

/// The shortest and the longest publicity of a severity in one version.
pub(crate) fn publicity(pack: &RulePack, severity: Severity) -> (u16, u16) {
    match severity {
        Severity::Minor => pack.publicity_minor_months,
        Severity::General => pack.publicity_general_months,
        Severity::Serious => pack.publicity_serious_months,
    }
}

/// The last day on which the versions of a record let it be shown.
fn record_end(rules: &RuleSet, own: &Record, today: Day) -> Option<Day> {
    let severity = own.severity?;
    let months = least(rules, own.collected_on, today, |pack| publicity(pack, severity).1);
    Some(own.dated.plus_months(months))
}

/// A record is shown for less long by a version that has begun: to the very day it says, or, where
/// that has passed, no day longer. The same by an outcome that changed it, which an officer brings.
pub(crate) fn record_shortened(
    fold: &mut Fold,
    at: &mut Here<'_>,
    id: RecordId,
    (before, until): (Day, Day),
    court: Option<Day>,
) {
    let Some(own) = fold.records.get_mut(&id) else {
        at.missing(id);
        return;
    };
    at.about(own.subject);
    let stands = own.stage == RecordStage::Live || own.repaired.is_some();
    if !stands || own.until != Some(before) {
        at.broken(INV_10, format!("{id} is over, or was not shown to {before}"));
    }
    let by_rules = court.is_none();
    let system = at.event.actor == Actor::System;
    at.must(system == by_rules, Guard::Competent, "an officer, and no outcome of this commit");
    let end = match court {
        Some(end) => Some(end.max(at.today)),
        None => record_end(at.rules, own, at.today).map(|end| end.max(at.today.plus_days(-1))),
    };
    if until >= before {
        at.broken(INV_3, format!("{until} is no earlier than {before}"));
    } else if Some(until) != end {
        at.broken(DEADLINE, format!("{until} is not the day to which the rules let it be shown"));
    }
    own.until = Some(until);
}

/// The last day that the catalogue and the versions of a case let it last.
fn case_end(fold: &Fold, rules: &RuleSet, case: CaseRef, today: Day) -> Option<Day> {
    let months = months(fold, rules, case, today);
    fold.case(case)?.decision.as_ref().map(|decision| decision.on.plus_months(months))
}

/// Whether a timer ends a case on the day that the rules allow at most, or a person's on that of
/// the organisation, which was shortened so; today where that day has passed. What a revoked repair
/// brings back may end with what it rests on, which went on meanwhile.
pub(crate) fn case_shortens(
    fold: &Fold,
    at: &Here<'_>,
    case: CaseRef,
    end: Day,
    restored: bool,
) -> bool {
    let of = |case| case_end(fold, at.rules, case, at.today).map(|end| end.max(at.today));
    let above = match case {
        CaseRef::Listing(_) => None,
        CaseRef::Attribution(id) => {
            fold.attributions.get(&id).and_then(|own| of(CaseRef::Listing(own.listing)))
        }
    };
    let rests = restored.then(|| rests_until(fold, case)).flatten();
    at.event.actor == Actor::System && [of(case), above, rests].contains(&Some(end))
}

/// What a version that has begun caps lower than it is, a day after the register first acted under
/// that version: the job that ends burdens earlier has left it out.
pub(crate) fn left_long(fold: &Fold, rules: &RuleSet, at: Position, today: Day) -> Vec<Violation> {
    let mut found = Vec::new();
    let mut say = |what: String, end: Day| {
        let detail =
            format!("{what} lasts beyond {end}, and no rule in force allows that any more");
        found.push(Violation::new(at, DEADLINE, detail));
    };
    for (id, own) in &fold.records {
        if let (RecordStage::Live, Some(until), Some(end)) =
            (own.stage, own.until, record_end(rules, own, today))
            && until > end.max(today)
        {
            say(id.to_string(), end);
        }
    }
    let listings = fold.listings.keys().map(|id| CaseRef::Listing(*id));
    let attributions = fold.attributions.keys().map(|id| CaseRef::Attribution(*id));
    for case in listings.chain(attributions) {
        let Some(own) = fold.case(case).filter(|own| own.over.is_none() && own.starts_on.is_some())
        else {
            continue;
        };
        if let (Some(until), Some(end)) = (own.end(), case_end(fold, rules, case, today))
            && until > end.max(today)
        {
            say(shown(case), end);
        }
    }
    for (id, own) in fold.commitments.iter() {
        if let Some((until, end)) = crate::breach::shown_and_allowed(own, rules, today)
            && until > end.max(today)
        {
            say(id.to_string(), end);
        }
    }
    found
}
