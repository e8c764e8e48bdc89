//! What a commit has left in use, or has left too long, of what it says has ended.

use shouxin_core::event::{CaseRef, Target};
use shouxin_core::id::{RecordId, RepairId};
use shouxin_core::time::Day;

use super::{over, shown};
use crate::case::rests_until;
use crate::fold::{Fold, RecordStage, Standing};

/// What still lasts longer than a court allows: the case, and what persons answer for under it.
pub(super) fn longer(fold: &Fold, target: Target, end: Day) -> Vec<String> {
    let lasts = |case: CaseRef| {
        let own = fold.case(case);
        own.is_some_and(|own| {
            own.over.is_none() && own.starts_on.is_some() && own.end().is_some_and(|own| own > end)
        })
    };
    let mut cases = Vec::new();
    match target {
        // Under a listing that is over nobody answers any more.
        Target::Listing(id)
            if fold.case(CaseRef::Listing(id)).is_some_and(|own| own.over.is_some()) => {}
        Target::Listing(id) => {
            cases.push(CaseRef::Listing(id));
            let under = fold.listings.get(&id).map(|own| own.attributions.clone());
            cases.extend(under.unwrap_or_default().into_iter().map(CaseRef::Attribution));
        }
        Target::Attribution(id) => cases.push(CaseRef::Attribution(id)),
        Target::Record(_) | Target::Measure(_) | Target::Commitment(_) => {}
    }
    cases.into_iter().filter(|case| lasts(*case)).map(shown).collect()
}

/// The live records of a case that its own authority collected: they end with it.
pub(super) fn in_use(fold: &Fold, of: CaseRef) -> Vec<String> {
    let Some(case) = fold.case(of) else {
        return Vec::new();
    };
    let own = |id: &&RecordId| {
        fold.records.get(id).is_some_and(|own| {
            own.stage == RecordStage::Live && own.provider == case.proposer.authority
        })
    };
    fold.records_of(of).iter().filter(own).map(ToString::to_string).collect()
}

/// What a repair has not ended of what it is about.
pub(super) fn unrepaired(fold: &Fold, repair: RepairId, of: Target, day: Day) -> Vec<String> {
    match of {
        Target::Record(id) => {
            let live = fold.records.get(&id).is_some_and(|own| own.stage == RecordStage::Live);
            live.then(|| id.to_string()).into_iter().collect()
        }
        Target::Listing(listing) => {
            let mut left = Vec::new();
            if !over(fold, listing, day) {
                left.push(listing.to_string());
            }
            left.extend(in_use(fold, CaseRef::Listing(listing)));
            left
        }
        Target::Attribution(id) => {
            let mut left = Vec::new();
            if fold.attribution_standing(id, day) != Standing::Ended {
                left.push(id.to_string());
            }
            left.extend(in_use(fold, CaseRef::Attribution(id)));
            left
        }
        // One that was found anew is not the finding that was applied about.
        Target::Commitment(id) => {
            let own = fold.commitments.get(&id);
            let left = own.is_some_and(|own| own.is_broken(day) && own.found_before(repair));
            left.then(|| id.to_string()).into_iter().collect()
        }
        Target::Measure(_) => Vec::new(),
    }
}

/// What rests on a record itself.
pub(super) fn resting(fold: &Fold, record: RecordId) -> Vec<Target> {
    let Some(own) = fold.records.get(&record) else {
        return Vec::new();
    };
    let listings = own.listings.iter().map(|id| Target::Listing(*id));
    listings.chain(own.attributions.iter().map(|id| Target::Attribution(*id))).collect()
}

/// The last day of what a case rests on, where the case is to last longer than that.
pub(super) fn outlasts(fold: &Fold, of: Target) -> Option<Day> {
    let case = match of {
        Target::Listing(id) => CaseRef::Listing(id),
        Target::Attribution(id) => CaseRef::Attribution(id),
        Target::Record(_) | Target::Measure(_) | Target::Commitment(_) => return None,
    };
    let until = rests_until(fold, case)?;
    fold.case(case)?.end().is_some_and(|end| end > until).then_some(until)
}
