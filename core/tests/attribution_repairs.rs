//! What a person answers for under an organisation's listing is repaired on the person's own
//! application, beside the organisation's: the person was served a decision and a repair guide of
//! their own (domain.md 2.3b, 2.5, INV-8).

use shouxin_core::command::Command;
use shouxin_core::event::{CaseHook, CaseRef, Event, Target};
use shouxin_core::guard::Guard;
use shouxin_core::id::{AttributionId, ListingId};
use shouxin_core::path::Standing;
use shouxin_core::row::{AttributionRow, Closing, Key, Repairable, Row};

use crate::kit::repairs::{Repaired, checked, done, found_right, knows_no_other_way, revoked};
use crate::kit::rules::{BARRED, STATUTE, TAX};
use crate::kit::steps::*;
use crate::kit::table::STATE;
use crate::kit::{Post, Who, World, guard, machines, officer, organisation, party, person};

fn own() -> Who {
    party(person(1))
}

fn row(world: &World, id: AttributionId) -> &AttributionRow {
    match world.row(&Key::Attribution(id)) {
        Some(Row::Attribution(row)) => row,
        other => panic!("{other:?}"),
    }
}

fn standing(world: &World, id: AttributionId) -> Standing {
    world.standing(|rows, on| rows.attribution_standing(id, on))
}

/// An attribution in effect on the first day on which its repair is applied for.
fn ripe() -> (World, ListingId, AttributionId) {
    let mut world = World::seeded();
    let listing = world.listing(&[], &[STATUTE], Stage::Effective);
    world.pass(20);
    let id = world.attribution(listing, person(1), Stage::Effective);
    let served = row(&world, id).case.path.served().expect("it is served");
    let rule = world.rules.behaviours.iter().find_map(|own| own.repair.as_ref());
    let first = served.starts_on.plus_months(rule.expect("a rule").min_months);
    world.go_to(first);
    (world, listing, id)
}

fn last(world: &World, id: AttributionId) -> shouxin_core::time::Day {
    row(world, id).case.path.served().expect("it is served").decided.decision.end
}

/// Covers O60, INV-8.
#[test]
fn the_repair_of_an_attribution_knows_no_other_way() {
    let (ripe, _, id) = ripe();
    let repaired = Repaired {
        machine: &machines::REPAIR_ATTRIBUTION,
        party: own(),
        of: Repairable::Attribution(id),
        last: last(&ripe, id),
        applied: &["repair.attribution_applied"],
        approved: &["repair.approved", "listing.removed", "classification.changed"],
        restored: &["attribution.restored", "classification.changed"],
    };
    knows_no_other_way(ripe, &repaired);
}

/// The person's burden ends and the organisation's stays; neither applies for the other.
#[test]
fn a_person_has_a_way_out_of_their_own() {
    let (mut world, listing, id) = ripe();
    let of = Repairable::Attribution(id);
    assert_eq!(
        world.refused(&party(organisation(1)), &ask_repair(of)),
        guard(Guard::Human),
        "the company does not speak for the person"
    );
    assert_eq!(world.refused(&own(), &repair(listing)), guard(Guard::Human));
    let ids = checked(&mut world, &own(), of);
    let elsewhere = officer(TAX, Post::Head);
    assert_eq!(world.refused(&elsewhere, &approve(&world, ids)), guard(Guard::Competent));
    assert_eq!(world.marks(person(1)).len(), 1);
    world.must(&head(), &approve(&world.clone(), ids));
    assert!(world.marks(person(1)).is_empty());
    assert_eq!(world.marks(organisation(1)).len(), 1, "the listing is not the person's");
    let under = world.standing(|rows, on| rows.listing_standing(listing, on));
    assert_eq!((standing(&world, id), under), (Standing::Ended, Standing::InForce));
    assert_eq!(world.replayed().rows, world.rows);
    // When the listing ends, nothing is left to say of the person.
    let from = world.log.len();
    let of = checked(&mut world, &party(organisation(1)), Repairable::Listing(listing));
    world.must(&head(), &approve(&world.clone(), of));
    let named = |name| world.log[from..].iter().any(|own| own.event.name() == name);
    assert!(named("listing.removed") && !named("attribution.ended"));
}

/// What was ordered against the person is lifted before the repair is done, and nothing else is.
#[test]
fn the_persons_measures_are_lifted_with_it() {
    let (mut world, listing, id) = ripe();
    let theirs = world.measure(listing, STATUTE, Progress::Executed);
    let mut initiate = initiate(listing, Some(id), STATUTE);
    if let Command::InitiateMeasure { until, .. } = &mut initiate {
        *until = last(&world, id);
    }
    let measure = shouxin_core::id::MeasureId(world.must(&handler(), &initiate));
    world.proceed(measure, Progress::Executed);
    let repair = checked(&mut world, &own(), Repairable::Attribution(id));
    world.must(&head(), &approve(&world.clone(), repair));
    let close = Command::Close(Closing::Repair(repair));
    assert!(world.run(&crate::kit::timer(), &close).unwrap().is_empty(), "a lift is owed");
    let of = |id| world.standing(|rows, on| rows.measure_standing(id, on));
    assert_eq!((of(measure), of(theirs)), (Standing::Ended, Standing::InForce));
    world.must(&implementer(), &by_hand(measure, CaseHook::Lift));
    assert_eq!(world.close(), ["repair.done"]);
}

/// What cannot be repaired for the organisation cannot for the person; what is not in force, too.
#[test]
fn the_rule_is_that_of_the_listing() {
    let mut barred = World::seeded();
    let listing = {
        let mut proposal = propose(organisation(1), &[]);
        if let Command::ProposeListing { behaviour, .. } = &mut proposal {
            BARRED.clone_into(behaviour);
        }
        ListingId(barred.must(&handler(), &proposal))
    };
    barred.advance(CaseRef::Listing(listing), &[], Stage::Effective);
    let id = barred.attribution(listing, person(1), Stage::Effective);
    barred.pass(120);
    let apply = ask_repair(Repairable::Attribution(id));
    assert_eq!(barred.refused(&own(), &apply), guard(Guard::RepairRule));
    // What could be repaired at the listing's proposal still can be: a later bar is worse.
    let (mut kept, _, id) = ripe();
    let mut rules = (*kept.rules).clone();
    let bar =
        rules.behaviours.iter().find(|own| own.id == BARRED).and_then(|own| own.repair.clone());
    for own in &mut rules.behaviours {
        own.repair.clone_from(&bar);
    }
    kept.rules = std::sync::Arc::new(rules);
    kept.must(&own(), &ask_repair(Repairable::Attribution(id)));
    let mut served = World::seeded();
    let listing = served.listing(&[], &[STATUTE], Stage::Effective);
    let id = served.attribution(listing, person(1), Stage::Served);
    let apply = ask_repair(Repairable::Attribution(id));
    assert_eq!(served.refused(&own(), &apply), STATE, "it has no effect yet");
    let (mut over, listing, id) = ripe();
    done(&mut over, &party(organisation(1)), Repairable::Listing(listing));
    let apply = ask_repair(Repairable::Attribution(id));
    assert_eq!(over.refused(&own(), &apply), STATE, "it fell with the listing");
}

/// A revocation brings back what the person answered for, by a decision of their own, and only while
/// the listing stands.
#[test]
fn a_revoked_repair_brings_back_what_the_person_answers_for() {
    let (mut world, listing, id) = ripe();
    let until = last(&world, id);
    let repair = done(&mut world, &own(), Repairable::Attribution(id));
    revoked(&mut world, &own(), repair);
    assert!(world.marks(person(1)).is_empty(), "not before the day it fixes");
    // It comes back suspended while the listing is.
    let mut held = world.clone();
    held.objection(organisation(1), Target::Listing(listing), false);
    held.pass(20);
    assert_eq!(held.marks(person(1)), [(CaseRef::Attribution(id), true)]);
    assert_eq!(standing(&held, id), Standing::Suspended);
    // What the person objects to does not come back before the outcome.
    let mut disputed = world.clone();
    let objection = disputed.objection(person(1), Target::Attribution(id), false);
    disputed.pass(20);
    assert!(disputed.marks(person(1)).is_empty());
    found_right(&mut disputed, objection);
    let lapsed =
        |world: &World| world.log.iter().any(|own| own.event.name() == "repair.revocation_lapsed");
    assert!(lapsed(&disputed) && disputed.marks(person(1)).is_empty());
    // Under a listing that is over nobody answers any more.
    let mut over = world.clone();
    let of = checked(&mut over, &party(organisation(1)), Repairable::Listing(listing));
    over.must(&head(), &approve(&over.clone(), of));
    over.pass(20);
    assert!(lapsed(&over) && over.marks(person(1)).is_empty());
    world.pass(20);
    assert_eq!(world.marks(person(1)), [(CaseRef::Attribution(id), false)]);
    assert_eq!(last(&world, id), until);
    assert_eq!(standing(&world, id), Standing::InForce);
    let apply = ask_repair(Repairable::Attribution(id));
    assert_eq!(world.refused(&own(), &apply), guard(Guard::RepairPeriod), "it is barred");
    assert!(row(&world, id).repair_again_from.is_some_and(|day| day <= until));
    assert_eq!(world.replayed().rows, world.rows);
    let said = world.log.iter().filter(
        |own| matches!(&own.event, Event::Remedy(event) if event.name() == "attribution.restored"),
    );
    assert_eq!(said.count(), 1);
}

/// A listing that comes back with its own revocation brings no person back with it.
#[test]
fn the_organisations_revocation_leaves_the_person_alone() {
    let (mut world, listing, id) = ripe();
    done(&mut world, &own(), Repairable::Attribution(id));
    let of = done(&mut world, &party(organisation(1)), Repairable::Listing(listing));
    revoked(&mut world, &party(organisation(1)), of);
    world.pass(20);
    assert_eq!(world.marks(organisation(1)).len(), 1);
    assert!(world.marks(person(1)).is_empty());
    assert_eq!(row(&world, id).case.path.name(), "removed");
}
