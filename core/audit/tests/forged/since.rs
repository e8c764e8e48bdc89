//! What has changed since something began: who lost full capacity, and who became the head.

use shouxin_core::actor::SubjectKey;
use shouxin_core::event::person::{CapacityGround, PersonEvent};
use shouxin_core::event::{Capacity, CaseRef, RepairAcceptance};
use shouxin_core::id::RepairId;
use shouxin_core::row::Repairable;
use shouxin_core::rules::RuleSet;

use super::*;
use crate::forge::kit::later::{revocation_notice, revoke_repair};
use crate::forge::kit::repairs::done;
use crate::forge::kit::rules::MARKET;

/// A court finds that a person has no capacity, before an event; where that event stands then.
pub(super) fn lost(log: &mut Log, event: &str, person: SubjectKey) -> Position {
    let place = log.last(event);
    log.cut(place);
    let mut own = log.like(
        place,
        Event::Person(PersonEvent::CapacityStated {
            capacity: Capacity::None,
            ground: CapacityGround::CourtFinding,
            document_number: "（2026）闽0426民特1号".to_owned(),
            document_sha256: digest(70),
        }),
    );
    own.actor = handler().actor;
    own.subject = Some(person);
    log.insert(place, own);
    log.at((place.0 + 1, place.1)).position
}

/// A person answers, and is disciplined.
fn answering() -> (World, AttributionId) {
    let mut world = World::seeded();
    let listing = world.listing(&[], &[STATUTE], Stage::Effective);
    let own = world.attribution(listing, person(1), Stage::Effective);
    let measure = world.must(&handler(), &initiate(listing, Some(own), STATUTE));
    world.proceed(MeasureId(measure), Progress::Executing);
    (world, own)
}

pub(super) fn incapable(table: &mut Table) {
    let (world, _) = answering();
    let mut forge = |what, world: &World, event: &str| {
        table.other("G-CAPACITY", what, world, |log| lost(log, event, person(1)));
    };
    forge("who has lost full capacity is decided about", &world, "listing.decided");
    forge("who has lost full capacity is served", &world, "decision.served");
    forge("a timer begins it for who has lost full capacity", &world, "listing.took_effect");
    forge("who has lost full capacity is disciplined", &world, "measure.initiated");
    forge("an order against who has lost full capacity", &world, "execution.ordered");
    let mut world = World::seeded();
    let listing = world.listing(&[], &[STATUTE], Stage::Effective);
    let own = world.attribution(listing, person(1), Stage::Effective);
    world.pass(200);
    let repair = done(&mut world, &party(person(1)), Repairable::Attribution(own));
    let notice = revocation_notice(&world, repair);
    world.must(&handler(), &notice);
    world.pass(20);
    let revoke = revoke_repair(&world, repair, 0);
    world.must(&head(), &revoke);
    forge("it comes back on who has lost full capacity", &world, "repair.revoked");
}

/// The officer with this number is the head of the listing department.
fn headed(rules: &mut RuleSet, id: &str) {
    for own in rules.departments.iter_mut().filter(|own| own.code == MARKET) {
        own.officers.iter_mut().for_each(|officer| officer.head = officer.id == id);
    }
}

/// Who accepted a repair becomes the head; another officer takes it over, and the head approves.
fn taken_over() -> World {
    let (mut world, listing) = listed();
    world.pass(200);
    let id = RepairId(world.must(&party(organisation(1)), &repair(listing)));
    let accept = repair_check(id, RepairAcceptance::Accepted);
    world.must(&handler(), &accept);
    let before = world.rules.clone();
    headed(std::sync::Arc::make_mut(&mut world.rules), "02");
    world.must(&colleague(), &accept);
    let approve = approve(&world, id);
    world.must(&handler(), &approve);
    world.rules = before;
    world
}

#[test]
fn what_the_head_accepted_before_is_taken_over_and_only_then() {
    let world = taken_over();
    assert_eq!(
        world.path(CaseRef::Listing(crate::forge::kit::later::listing_of(&world))).name(),
        "removed"
    );
    let mut log = Log::of(&world);
    let again = log.place("repair.accept_decided", 1);
    log.reload(again, |rules| headed(rules, "02"));
    assert_eq!(log.audit(), Vec::new());
    // While the head is another, it is accepted once.
    let mut log = Log::of(&world);
    let again = log.place("repair.accept_decided", 1);
    log.cut(again);
    let said: Vec<&str> = log.audit().iter().map(|own| own.name).collect();
    assert_eq!(said, ["INV-2"]);
}
