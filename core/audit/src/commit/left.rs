//! What a commit has left in use, or has left too long, of what it says has ended.

use shouxin_core::event::{CaseRef, Target};
use shouxin_core::id::{AttributionId, ListingId, RecordId, RepairId};
use shouxin_core::time::Day;

use super::{over, shown};
use crate::case::rests_until;
use crate::fold::{Fold, Over, Record, RecordStage, Standing};
use crate::repair;

/// What still lasts longer than a court allows: the case, and what persons answer for under it.
pub(super) fn longer(fold: &Fold, target: Target, end: Day, day: Day) -> Vec<String> {
    let lasts = |case: CaseRef| {
        let own = fold.case(case);
        own.is_some_and(|own| {
            own.own(day) != Standing::Ended
                && own.starts_on.is_some()
                && own.end().is_some_and(|own| own > end)
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
        Target::Record(id) => {
            let live = fold.record_standing(id, day) != Standing::Ended;
            let until = fold.records.get(&id).and_then(|own| own.until);
            let longer = live && until.is_some_and(|until| until > end);
            return longer.then(|| id.to_string()).into_iter().collect();
        }
        Target::Commitment(id) => {
            let own = fold.commitments.get(&id).filter(|own| own.is_broken(day));
            let longer = own.and_then(|own| own.finding()).is_some_and(|own| own.shown_until > end);
            return longer.then(|| id.to_string()).into_iter().collect();
        }
        Target::Measure(_) => {}
    }
    cases.into_iter().filter(|case| lasts(*case)).map(shown).collect()
}

/// Whether the end that a listing came to leaves something to be ended: a repair may be revoked, and
/// what extends it goes on after its last day.
pub(super) fn is_not_final(fold: &Fold, id: ListingId, day: Day) -> bool {
    let Some(own) = fold.case(CaseRef::Listing(id)) else {
        return false;
    };
    let extended = fold.listings.get(&id).is_some_and(|own| !own.extensions.is_empty());
    match own.over {
        Some(Over::Removed(_)) => true,
        Some(Over::Expired) => extended,
        Some(_) => false,
        None => own.own(day) == Standing::Ended && extended,
    }
}

/// Whether a listing that an outcome voids, itself or what it rests on, may still have effect: it
/// stands, or may come back.
pub(super) fn not_void(fold: &Fold, id: ListingId, itself: bool, day: Day) -> bool {
    let over_by = fold.case(CaseRef::Listing(id)).and_then(|own| own.over);
    let returns = matches!(over_by, Some(Over::Removed(_)));
    !over(fold, id, day) || returns || (itself && is_not_final(fold, id, day))
}

/// Whether a person still answers for what an outcome voids, or may again.
pub(super) fn answers_still(fold: &Fold, id: AttributionId, day: Day) -> bool {
    fold.attributions.get(&id).is_some_and(|own| {
        own.case.own(day) != Standing::Ended || matches!(own.case.over, Some(Over::Removed(_)))
    })
}

/// The records that a repair is about, or on which that rests.
pub(super) fn records_of(fold: &Fold, of: Target) -> Vec<RecordId> {
    match of {
        Target::Record(id) => vec![id],
        of => repair::records_of(fold, of),
    }
}

/// What an approved repair ends: what it is about, unless that was found anew since the application, and
/// the records on which it rests and that its authority collected.
pub(super) fn ends(fold: &Fold, repair: RepairId, of: Target) -> Vec<Target> {
    let authority = fold.repairs.get(&repair).map(|own| own.authority);
    let records = records_of(fold, of)
        .into_iter()
        .filter(|id| fold.records.get(id).is_some_and(|own| Some(own.provider) == authority));
    let records = records.map(Target::Record);
    let itself = fold.is_about(of, repair.0).then_some(of);
    itself.into_iter().chain(records).collect()
}

/// Whether another repair than this one ended a record.
fn by_another(fold: &Fold, own: &Record, repair: Option<RepairId>) -> bool {
    let before = own.repaired.filter(|_| own.stage == RecordStage::Over).map(|own| own.0);
    let before = before.filter(|id| fold.repairs.contains_key(id));
    matches!((before, repair), (Some(before), Some(repair)) if before != repair)
}

/// The records of a case that its own authority collected and that are live, or that another repair
/// than this one ended: they end with it.
pub(super) fn in_use(fold: &Fold, of: CaseRef, repair: Option<RepairId>) -> Vec<String> {
    let Some(case) = fold.case(of) else {
        return Vec::new();
    };
    let own = |id: &&RecordId| {
        fold.records.get(id).is_some_and(|own| {
            let ends = own.stage == RecordStage::Live || by_another(fold, own, repair);
            ends && own.provider == case.proposer.authority
        })
    };
    fold.records_of(of).iter().filter(own).map(ToString::to_string).collect()
}

/// What a repair has not ended of what it is about.
pub(super) fn unrepaired(fold: &Fold, repair: RepairId, of: Target, day: Day) -> Vec<String> {
    let another = |case| {
        let over_by = fold.case(case).and_then(|own| own.over);
        matches!(over_by, Some(Over::Removed(by)) if by != repair)
    };
    match of {
        Target::Record(id) => {
            let left = fold.records.get(&id).is_some_and(|own| {
                own.stage == RecordStage::Live || by_another(fold, own, Some(repair))
            });
            left.then(|| id.to_string()).into_iter().collect()
        }
        Target::Listing(listing) => {
            let mut left = Vec::new();
            if another(CaseRef::Listing(listing)) || !over(fold, listing, day) {
                left.push(listing.to_string());
            }
            left.extend(in_use(fold, CaseRef::Listing(listing), Some(repair)));
            left
        }
        Target::Attribution(id) => {
            let mut left = Vec::new();
            let own = CaseRef::Attribution(id);
            if another(own) || fold.attribution_standing(id, day) != Standing::Ended {
                left.push(id.to_string());
            }
            left.extend(in_use(fold, own, Some(repair)));
            left
        }
        // One that was found anew is not the finding that was applied about.
        Target::Commitment(id) => {
            let own = fold.commitments.get(&id);
            let left = own.is_some_and(|own| {
                let another = own.repaired_by().is_some_and(|by| by != repair);
                (another || own.is_broken(day)) && own.found_before(repair)
            });
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
