//! What a commit ends: by a repair, with a record that is repaired or corrected, or because a
//! reorganisation plan was performed.

use shouxin_core::event::{CaseRef, Target};
use shouxin_core::id::{ListingId, Position, RecordId, ReliefId, RepairId};
use shouxin_core::time::Day;

use super::{Commit, left};
use crate::fold::Fold;

impl Commit {
    /// A repair is approved: a revocation that was to bring back one of these things comes to nothing.
    pub(crate) fn repair(&mut self, fold: &Fold, at: Position, repair: RepairId, of: Target) {
        let others =
            left::ends(fold, repair, of).into_iter().filter_map(|own| fold.comes_back(own));
        self.to_lapse.extend(others.filter(|own| *own != repair).map(|own| (at, own)));
        self.repaired.push((at, repair, of));
    }

    pub(crate) fn repairs(&self, repair: RepairId, of: Target) -> bool {
        self.repaired.iter().any(|own| own.1 == repair && own.2 == of)
    }

    /// Whether another repair of this commit ends what the revocation of one was to bring back, or a
    /// record on which that rests.
    pub(crate) fn outdoes(&self, fold: &Fold, repair: RepairId, of: Target) -> bool {
        let records = left::records_of(fold, of);
        self.repaired.iter().filter(|own| own.1 != repair).any(|own| {
            own.2 == of || left::records_of(fold, own.2).iter().any(|id| records.contains(id))
        })
    }

    /// A record was repaired or has expired here: what rests on it ends too.
    pub(crate) fn ground_ends(&mut self, at: Position, record: RecordId) {
        self.grounds.push((at, record));
    }

    /// Whether a record on which a case rests was repaired in this commit.
    pub(crate) fn ground_is_repaired(&self, fold: &Fold, case: CaseRef) -> bool {
        self.repaired.iter().any(|own| self.ground_is_repaired_by(fold, case, own.1))
    }

    /// The same, by one repair.
    pub(crate) fn ground_is_repaired_by(
        &self,
        fold: &Fold,
        case: CaseRef,
        repair: RepairId,
    ) -> bool {
        let records = fold.records_of(case);
        self.grounds.iter().filter(|(_, id)| records.contains(id)).any(|(_, id)| {
            let own = fold.records.get(id);
            own.is_some_and(|own| own.repaired.map(|own| own.0) == Some(repair))
        })
    }

    /// A correction brought a record's last day forward: what rests on it ends no later.
    pub(crate) fn corrects(&mut self, at: Position, record: RecordId, until: Day) {
        self.corrected.push((at, record, until));
    }

    /// A repair of this commit that is about the record, or about what rests on it.
    pub(crate) fn repairs_record(&self, fold: &Fold, repair: RepairId, record: RecordId) -> bool {
        self.repaired.iter().any(|own| {
            own.1 == repair
                && match own.2 {
                    Target::Listing(id) => fold.records_of(CaseRef::Listing(id)).contains(&record),
                    Target::Attribution(id) => {
                        fold.records_of(CaseRef::Attribution(id)).contains(&record)
                    }
                    target => target == Target::Record(record),
                }
        })
    }

    pub(crate) fn relieve(&mut self, at: Position, relief: ReliefId, listing: ListingId) {
        self.relieved.push((at, relief, listing));
    }

    pub(crate) fn relieves(&self, relief: ReliefId, listing: ListingId) -> bool {
        self.relieved.iter().any(|own| own.1 == relief && own.2 == listing)
    }

    /// Whether a relief of this commit is that of one of these listings.
    pub(crate) fn relieves_one_of(&self, relief: ReliefId, listings: &[ListingId]) -> bool {
        self.relieved.iter().any(|own| own.1 == relief && listings.contains(&own.2))
    }

    /// A record ended by a relief here: what rests on it ends too.
    pub(crate) fn ground_is_relieved(&mut self, at: Position, record: RecordId, relief: ReliefId) {
        self.grounds.push((at, record));
        self.relieved_grounds.push((record, relief));
    }

    /// Whether a record on which a listing rests was ended by this relief here.
    pub(crate) fn relieves_ground(
        &self,
        fold: &Fold,
        relief: ReliefId,
        listing: ListingId,
    ) -> bool {
        self.relieved_grounds.iter().any(|(id, by)| {
            let own = fold.records.get(id);
            *by == relief && own.is_some_and(|own| own.listings.contains(&listing))
        })
    }
}
