//! Redress of what an authority took back itself (O67): owed in that commit where the thing, or
//! what rests on it, was shown or a measure on it was ordered; done by the same authority.

use std::collections::BTreeSet;

use shouxin_core::event::remedy::RemedyEvent;
use shouxin_core::event::{CaseRef, Target};
use shouxin_core::guard::Guard;
use shouxin_core::id::{AttributionId, ListingId, Position};
use shouxin_core::text::{Digest, digest_is_stated};

use crate::commit::Commit;
use crate::fold::{Fold, Measure, Over};
use crate::here::Here;
use crate::names::INV_2;
use crate::repair;

/// Whether anybody saw it, or acted on it.
fn had_effect(fold: &Fold, target: Target) -> bool {
    // It, or what extends it and ends with it.
    let acted_on = |listing: &ListingId| {
        let all = fold.with_extensions(*listing);
        fold.measures.values().any(|own| all.contains(&own.listing) && own.was_taken())
    };
    let answered = |person: &AttributionId| was_acted_on(fold, *person);
    fold.told_of(target).is_some()
        || match target {
            Target::Record(id) => fold.records.get(&id).is_some_and(|own| {
                own.listings.iter().any(acted_on) || own.attributions.iter().any(answered)
            }),
            Target::Listing(id) => acted_on(&id),
            Target::Attribution(id) => answered(&id),
            Target::Measure(_) | Target::Commitment(_) => false,
        }
}

/// Whether somebody was asked to act on a person.
fn was_acted_on(fold: &Fold, person: AttributionId) -> bool {
    let under = fold.measures_under(Target::Attribution(person));
    under.iter().any(|id| fold.measures.get(id).is_some_and(Measure::was_taken))
}

/// Whether redress of a thing is owed, or done, because its own authority took it back or an outcome found
/// it void: nobody owes it twice. What was found anew since is another thing.
pub(crate) fn is_owed(fold: &mut Fold, target: Target, since: Position) -> bool {
    let void = fold.holds_mut(target).is_some_and(|(_, disputes)| disputes.redressed);
    if void && fold.is_about(target, since) {
        return true;
    }
    let own = match target {
        Target::Record(id) => fold.records.get(&id).map(|own| own.redress),
        Target::Listing(id) => fold.listings.get(&id).map(|own| own.redress),
        Target::Attribution(id) => fold.attributions.get(&id).map(|own| own.redress),
        Target::Measure(_) | Target::Commitment(_) => None,
    };
    own.flatten().is_some()
}

/// An outcome found it void, and its redress is owed.
pub(crate) fn void(fold: &mut Fold, target: Target, since: Position) {
    if fold.is_about(target, since)
        && let Some((_, disputes)) = fold.holds_mut(target)
    {
        disputes.redressed = true;
    }
}

/// What was done is shown by its documents.
pub(crate) fn shown(at: &mut Here<'_>, evidence: &[Digest]) {
    let there = !evidence.is_empty() && evidence.iter().all(digest_is_stated);
    at.must(there, Guard::Document, "no document shows what was done");
}

/// It is done once the retraction stands wherever the thing was shown, and nobody acts on it.
pub(crate) fn reached(fold: &Fold, at: &mut Here<'_>, target: Target) {
    let through = fold.told_of(target).map(|own| own.1);
    repair::reached(fold, at, through, &[target], &[target]);
}

/// An authority takes its own act back. Asked before the fold ends the thing.
pub(crate) fn taken_back(fold: &Fold, commit: &mut Commit, at: &Here<'_>, target: Target) {
    if had_effect(fold, target) {
        commit.take_back(at.at(), target);
    }
    persons(fold, commit, at, target);
}

/// Persons under a listing that is void, on whom somebody acted: each is owed redress in a file of
/// their own, unless that is so already. Asked before the fold ends the thing.
pub(crate) fn persons(fold: &Fold, commit: &mut Commit, at: &Here<'_>, target: Target) {
    let above = match target {
        Target::Record(id) => fold.records.get(&id).map(|own| own.listings.clone()),
        Target::Listing(id) => Some(vec![id]),
        Target::Attribution(_) | Target::Measure(_) | Target::Commitment(_) => None,
    };
    let above = above.unwrap_or_default().into_iter();
    let all: BTreeSet<ListingId> = above.flat_map(|id| fold.with_extensions(id)).collect();
    for listing in all {
        let over = fold.case(CaseRef::Listing(listing)).and_then(|own| own.over);
        if matches!(over, Some(Over::Relieved | Over::Annulled | Over::Closed)) {
            continue;
        }
        let under = fold.listings.get(&listing).into_iter().flat_map(|own| &own.attributions);
        for id in under {
            let stood = fold
                .attributions
                .get(id)
                .is_some_and(|own| own.case.over.is_none() && own.redress.is_none());
            if stood && was_acted_on(fold, *id) {
                commit.take_back(at.at(), Target::Attribution(*id));
            }
        }
    }
}

fn turn(fold: &mut Fold, target: Target, done: bool) -> Option<bool> {
    let own = match target {
        Target::Record(id) => fold.records.get_mut(&id).map(|own| &mut own.redress),
        Target::Listing(id) => fold.listings.get_mut(&id).map(|own| &mut own.redress),
        Target::Attribution(id) => fold.attributions.get_mut(&id).map(|own| &mut own.redress),
        Target::Measure(_) | Target::Commitment(_) => None,
    };
    own.and_then(|own| own.replace(done))
}

pub(crate) fn check(fold: &mut Fold, commit: &mut Commit, at: &mut Here<'_>, event: &RemedyEvent) {
    let (RemedyEvent::AnnulmentRedressOwed { target, .. }
    | RemedyEvent::AnnulmentRedressDone { target, .. }) = event
    else {
        return;
    };
    let Some((subject, owner, _)) = fold.owner(*target) else {
        at.missing(format!("{target:?}"));
        return;
    };
    at.about(subject);
    match event {
        RemedyEvent::AnnulmentRedressOwed { provider, .. } => {
            if owner != *provider {
                at.guard(Guard::Competent, "the authority that took it back owes the redress");
            }
            if !commit.redress_taken_back(*target) {
                at.broken(INV_2, "nothing that had effect is taken back in this commit");
            }
            turn(fold, *target, false);
        }
        RemedyEvent::AnnulmentRedressDone { account, evidence, .. } => {
            shown(at, evidence);
            at.stated(Guard::Document, &[("account", account)]);
            at.of_authority(owner);
            if turn(fold, *target, true) != Some(false) {
                at.broken(INV_2, "no redress is owed");
            }
            reached(fold, at, *target);
        }
        _ => {}
    }
}
