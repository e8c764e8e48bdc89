//! What is said to be done is done everywhere: a repair when every listing that it ended is undone.

use crate::kit::rules::{BARRED, STATUTE};
use crate::kit::steps::*;
use crate::kit::{World, organisation, party};
use shouxin_core::command::Command;
use shouxin_core::event::{CaseHook, CaseRef, Finding, RepairAcceptance, Target};
use shouxin_core::id::{ListingId, MeasureId, RecordId, RepairId};
use shouxin_core::row::Repairable;

/// Another listing in effect on the same record, with a measure that is carried out.
fn beside(world: &mut World, record: RecordId) -> (ListingId, MeasureId) {
    let mut proposal = propose(organisation(1), &[record]);
    if let Command::ProposeListing { behaviour, .. } = &mut proposal {
        *behaviour = BARRED.to_owned();
    }
    let id = ListingId(world.must(&handler(), &proposal));
    world.advance(CaseRef::Listing(id), &[STATUTE], Stage::Effective);
    let measure = world.measure(id, STATUTE, Progress::FedBack);
    (id, measure)
}

fn checked(world: &mut World, of: Repairable) -> RepairId {
    let id = RepairId(world.must(&party(organisation(1)), &ask_repair(of)));
    world.must(&handler(), &repair_check(id, RepairAcceptance::Accepted));
    id
}

fn lift(measure: MeasureId) -> Command {
    by_hand(measure, CaseHook::Lift)
}

/// Covers O60, INV-13.
#[test]
fn a_repair_is_done_when_every_listing_that_it_ended_is_undone() {
    let mut world = World::seeded();
    let record = world.with_record();
    let own = world.listing(&[record], &[STATUTE], Stage::Effective);
    let first = world.measure(own, STATUTE, Progress::FedBack);
    let (other, second) = beside(&mut world, record);
    world.pass(120);
    let repair = checked(&mut world, Repairable::Listing(own));
    let approval = approve(&world, repair);
    world.must(&head(), &approval);
    assert_eq!(world.path(CaseRef::Listing(other)).name(), "removed");
    // Whichever is lifted last.
    for order in [[first, second], [second, first]] {
        let mut world = world.clone();
        for measure in order {
            assert!(world.close().is_empty(), "{measure} is not lifted");
            world.must(&implementer(), &lift(measure));
        }
        assert_eq!(world.close(), ["repair.done"]);
        assert_eq!(world.replayed().rows, world.rows);
    }
}

/// A listing that only its date has ended, and no timer has said so, ends with its record's repair.
#[test]
fn so_is_that_of_a_record_under_a_listing_past_its_end() {
    let mut world = World::seeded();
    let record = world.with_record();
    let listing = world.listing(&[record], &[STATUTE], Stage::Effective);
    let measure = world.measure(listing, STATUTE, Progress::FedBack);
    world.today = end().plus_days(1);
    let repair = checked(&mut world, Repairable::Record(record));
    let approval = approve(&world, repair);
    world.must(&head(), &approval);
    assert_eq!(world.path(CaseRef::Listing(listing)).name(), "removed");
    assert!(world.close().is_empty(), "{measure} is not lifted");
    world.must(&implementer(), &lift(measure));
    assert_eq!(world.close(), ["repair.done"]);
}

/// What another outcome ended on the same record is not this repair's to wait for.
#[test]
fn what_another_outcome_ended_keeps_no_repair_open() {
    let mut world = World::seeded();
    let record = world.with_record();
    let own = world.listing(&[record], &[STATUTE], Stage::Effective);
    let (other, measure) = beside(&mut world, record);
    world.pass(120);
    let target = Target::Listing(other);
    let objection = world.objection(organisation(1), target, false);
    world.outcome(objection, Finding::Error);
    let repair = checked(&mut world, Repairable::Listing(own));
    let approval = approve(&world, repair);
    world.must(&head(), &approval);
    assert_eq!(world.close(), ["repair.done"]);
    world.must(&implementer(), &lift(measure));
    assert_eq!(world.close(), ["objection.closed"]);
}
