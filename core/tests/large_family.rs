//! As much rests on one record as the bounds allow, with a file for each person: it is disputed, found
//! wrong, repaired and over by date all the same. No right ends where a family is large.
//!
//! Covers: INV-4, INV-6.

use crate::kit::extended::extend;
use crate::kit::later::suit;
use crate::kit::repairs::done;
use crate::kit::steps::*;
use crate::kit::{World, organisation, party, person};
use shouxin_core::actor::SubjectKey;
use shouxin_core::command::Command;
use shouxin_core::event::{Capacity, CaseRef, Finding, Target};
use shouxin_core::id::{AttributionId, RecordId};
use shouxin_core::limits::ATTRIBUTIONS_PER_LISTING_MAX;
use shouxin_core::row::{Key, Repairable, Row};

use crate::kit::rules::STATUTE;

/// A record with two listings on it, each extended once, and under each of the four as many persons as
/// there may be, no two of them the same; one answers already.
fn world() -> (World, RecordId, Vec<AttributionId>) {
    let mut world = World::seeded();
    let record = world.with_record();
    let first = world.listing(&[record], &[STATUTE], Stage::Effective);
    let second = world.second_listing(&[record], Stage::Effective);
    let mut serial = 4;
    let mut persons = Vec::new();
    let mut under = |world: &mut World, listing| {
        for _ in 0..ATTRIBUTIONS_PER_LISTING_MAX {
            world.must(&handler(), &register_person(serial, Capacity::Full));
            let proposed = world.must(&handler(), &attribute(listing, person(serial)));
            persons.push(AttributionId(proposed));
            serial += 1;
        }
    };
    for listing in [first, second] {
        under(&mut world, listing);
        let by = extend(&mut world, listing, &[record], Stage::Effective);
        under(&mut world, by);
    }
    let one = persons[0];
    world.advance(CaseRef::Attribution(one), &[STATUTE], Stage::Effective);
    (world, record, persons)
}

fn marks(world: &World) -> Vec<usize> {
    let file = |of: SubjectKey| match world.row(&Key::Subject(of)) {
        Some(Row::Subject(row)) => row.marks.iter().filter(|own| !own.suspended).count(),
        _ => panic!("a file"),
    };
    [organisation(1), person(4)].map(file).to_vec()
}

#[test]
fn whatever_rests_on_a_record_it_is_disputed_and_found_wrong() {
    let (mut world, record, persons) = world();
    assert!(persons.len() >= 128, "more than the rounds that a command has");
    assert_eq!(marks(&world), [4, 1]);
    let right = world.objection(organisation(1), Target::Record(record), false);
    assert_eq!(marks(&world), [0, 0], "all of it is suspended at once");
    world.outcome(right, Finding::Correct);
    assert_eq!(marks(&world), [4, 1]);
    let wrong = world.objection(organisation(1), Target::Record(record), true);
    world.outcome(wrong, Finding::Error);
    assert_eq!(marks(&world), [0, 0]);
}

#[test]
fn whatever_rests_on_a_record_ends_with_it() {
    let (world, record, _) = world();
    let mut annulled = world.clone();
    annulled.must(&handler(), &Command::AnnulRecord { record, reasons: text() });
    assert_eq!(marks(&annulled), [0, 0]);
    let mut repaired = world.clone();
    repaired.pass(200);
    let listing = match repaired.row(&Key::Record(record)) {
        Some(Row::Record(row)) => row.listings[0],
        _ => panic!("a record"),
    };
    done(&mut repaired, &party(organisation(1)), Repairable::Listing(listing));
    assert_eq!(marks(&repaired), [0, 0]);
    let mut stayed = world.clone();
    let command = suit(&stayed, Target::Record(record));
    stayed.must(&handler(), &command);
    let command = crate::kit::later::stay(&stayed);
    stayed.must(&handler(), &command);
    assert_eq!(marks(&stayed), [0, 0]);
    let Some(Row::Record(row)) = world.row(&Key::Record(record)) else {
        panic!("a record");
    };
    let last = row.publicity_until.expect("it is shown for some time");
    let mut over = world.clone();
    over.today = last.plus_days(1);
    over.tick();
    assert_eq!(marks(&over), [0, 0]);
}
