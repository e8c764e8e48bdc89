//! What a case rests on: records, the listing that it extends, the rules that bound it; and what a
//! person answers for on the listing of the organisation.

use shouxin_core::event::CaseRef;
use shouxin_core::event::catalogue::EntryKind;
use shouxin_core::id::ListingId;
use shouxin_core::rules::RuleSet;
use shouxin_core::time::Day;

use crate::commit::Commit;
use crate::fold::{Fold, Kind, Listing, Standing};
use crate::here::Here;
use crate::version;

/// What a step of a case has to know of what it rests on.
#[derive(Clone, Copy)]
pub(super) struct Above {
    pub standing: Standing,
    /// One of the records is over.
    pub over: bool,
    /// How the listing stands that it extends, if it extends one.
    pub extended: Standing,
    /// How the organisation's listing stands, for what a person answers for.
    pub listing: Standing,
    /// The last day of the records, and whether one was repaired in this commit, or what it extends
    /// is over otherwise than by its day.
    pub last: Option<Day>,
    pub falls: bool,
    /// The longest that the behaviour allows, from the decision on.
    pub months: u16,
    /// A person answers no longer than the organisation.
    pub until: Option<Day>,
    /// Somebody may still be listed for the behaviour.
    pub listable: bool,
}

impl Above {
    pub fn of(fold: &Fold, commit: &Commit, at: &Here<'_>, case: CaseRef) -> Above {
        let extended = extended(fold, case);
        Above {
            standing: standing_above(fold, case, at.today),
            over: void(fold, case, at.today),
            extended,
            listing: organisation(fold, case, at.today),
            last: records_until(fold, case),
            falls: commit.ground_is_repaired(fold, case) || extended == Standing::Ended,
            months: months(fold, at.rules, case, at.today),
            until: organisation_until(fold, case),
            listable: listable(fold, at.rules, case),
        }
    }
}

/// Whether the catalogue that is published holds the behaviour of a case.
fn listable(fold: &Fold, rules: &RuleSet, case: CaseRef) -> bool {
    match listing_of(fold, case).map(|own| &own.kind) {
        Some(Kind::Black { behaviour, .. }) => {
            fold.catalogue.published(rules, EntryKind::Behaviour, behaviour)
        }
        _ => true,
    }
}

/// The listing of a case: its own, or the one that a person answers for.
pub(crate) fn listing_id(fold: &Fold, case: CaseRef) -> Option<ListingId> {
    match case {
        CaseRef::Listing(id) => Some(id),
        CaseRef::Attribution(id) => fold.attributions.get(&id).map(|own| own.listing),
    }
}

fn listing_of(fold: &Fold, case: CaseRef) -> Option<&Listing> {
    fold.listings.get(&listing_id(fold, case)?)
}

/// A case, and for what a person answers the listing above it: what rests on records.
fn grounds(fold: &Fold, case: CaseRef) -> impl Iterator<Item = CaseRef> {
    let above = match case {
        CaseRef::Listing(_) => None,
        CaseRef::Attribution(_) => listing_id(fold, case).map(CaseRef::Listing),
    };
    [case].into_iter().chain(above)
}

/// The last day of the records on which a case rests, by itself or by the listing above it.
fn records_until(fold: &Fold, case: CaseRef) -> Option<Day> {
    grounds(fold, case).filter_map(|of| fold.ground_until(of)).min()
}

/// The last day of the organisation's listing, for what a person answers for.
fn organisation_until(fold: &Fold, case: CaseRef) -> Option<Day> {
    match (case, listing_of(fold, case).map(|own| &own.kind)) {
        (CaseRef::Attribution(_), Some(Kind::Black { case, .. })) => case.end(),
        _ => None,
    }
}

/// The last day of everything on which a case rests.
pub(crate) fn rests_until(fold: &Fold, case: CaseRef) -> Option<Day> {
    records_until(fold, case).into_iter().chain(organisation_until(fold, case)).min()
}

/// What a listing is allowed by the one that it extends.
fn extended(fold: &Fold, case: CaseRef) -> Standing {
    match case {
        CaseRef::Listing(id) => fold.extended_standing(id),
        CaseRef::Attribution(_) => Standing::InForce,
    }
}

/// How the listing stands under which a person answers.
fn organisation(fold: &Fold, case: CaseRef, day: Day) -> Standing {
    match (case, listing_id(fold, case)) {
        (CaseRef::Attribution(_), Some(id)) => fold.listing_standing(id, day),
        _ => Standing::InForce,
    }
}

/// Whether a record on which it rests is over.
fn void(fold: &Fold, case: CaseRef, day: Day) -> bool {
    grounds(fold, case).any(|of| fold.ground_standing(of, day) == Standing::Ended)
}

/// The most months that a case may last from its decision: what the catalogue says of its behaviour,
/// and the versions it is judged by.
pub(crate) fn months(fold: &Fold, rules: &RuleSet, case: CaseRef, today: Day) -> u16 {
    let opened_on = fold.case(case).map_or(today, |own| own.proposed_on);
    let most = version::least(rules, opened_on, today, |pack| pack.black_cap_months);
    let behaviour = match listing_of(fold, case).map(|own| &own.kind) {
        Some(Kind::Black { behaviour, .. }) => rules.behaviour(behaviour),
        _ => None,
    };
    behaviour.map_or(most, |own| own.period_months.1.min(most))
}

/// How that stands on which a case rests: records, what it extends, and under a person a listing too.
pub(super) fn standing_above(fold: &Fold, case: CaseRef, day: Day) -> Standing {
    let own = fold.ground_standing(case, day).max(extended(fold, case));
    match case {
        CaseRef::Listing(_) if fold.case(case).is_some() => own,
        CaseRef::Listing(_) => Standing::Ended,
        CaseRef::Attribution(id) => match fold.attributions.get(&id) {
            Some(under) => own.max(fold.listing_standing(under.listing, day)),
            None => Standing::Ended,
        },
    }
}
