//! Courses of what rests on what: what a person answers for on records of their own.

use shouxin_core::command::{Command, NewRecord};
use shouxin_core::event::{CaseHook, CaseRef, Finding, Target};
use shouxin_core::id::{AttributionId, ListingId, MeasureId, RecordId};
use shouxin_core::row::Repairable;
use shouxin_core::rules::Severity;

use super::kit::repairs::{checked, done, revoked};
use super::kit::rules::{STATUTE, day};
use super::kit::steps::*;
use super::kit::{World, organisation, party, person};

/// A person's own record, of the document that proposals against the person cite.
fn of_person(world: &mut World) -> RecordId {
    let number = fact(person(1)).number;
    let own = NewRecord { document_sha256: Some(digest(77)), ..record(person(1), &number) };
    RecordId(world.must(&handler(), &Command::SubmitRecords { records: vec![own] }))
}

/// An attribution on a person's own record, so far on its way; the organisation has a record too.
pub fn answering(stage: Stage) -> (World, ListingId, RecordId, AttributionId) {
    let mut world = World::seeded();
    world.with_record();
    let listing = world.listing(&[], &[STATUTE], Stage::Effective);
    let record = of_person(&mut world);
    let proposal = attribute_on(listing, person(1), &[record]);
    let id = AttributionId(world.must(&handler(), &proposal));
    world.advance(CaseRef::Attribution(id), &[STATUTE], stage);
    (world, listing, record, id)
}

/// The record is disputed, found correct, disputed again on new facts and found void; what was
/// ordered against the person is suspended and lifted.
pub fn disputed() -> World {
    let (mut world, listing, record, id) = answering(Stage::Effective);
    let measure = MeasureId(world.must(&handler(), &initiate(listing, Some(id), STATUTE)));
    world.proceed(measure, Progress::Executed);
    let objection = world.objection(person(1), Target::Record(record), false);
    world.outcome(objection, Finding::Correct);
    let objection = world.objection(person(1), Target::Record(record), true);
    world.outcome(objection, Finding::Error);
    world.must(&implementer(), &by_hand(measure, CaseHook::Lift));
    world.close();
    world
}

/// The provider takes the record back, and what was ordered on it.
pub fn taken_back(stage: Stage) -> World {
    let (mut world, listing, record, id) = answering(stage);
    if stage == Stage::Effective {
        let measure = MeasureId(world.must(&handler(), &initiate(listing, Some(id), STATUTE)));
        world.proceed(measure, Progress::Executed);
    }
    world.must(&handler(), &Command::AnnulRecord { record, reasons: text() });
    world
}

/// The record is repaired with what the person answers for, and comes back with it.
pub fn returned() -> World {
    let (mut world, _, _, id) = answering(Stage::Effective);
    world.pass(400);
    let repair = done(&mut world, &party(person(1)), Repairable::Attribution(id));
    revoked(&mut world, &party(person(1)), repair);
    world.pass(20);
    world
}

/// The record is repaired by itself, and what was proposed on it falls.
pub fn fallen() -> World {
    let mut world = World::seeded();
    let listing = world.listing(&[], &[STATUTE], Stage::Effective);
    let record = of_person(&mut world);
    world.go_to(day("2027-02-01"));
    let proposal = attribute_on(listing, person(1), &[record]);
    let id = AttributionId(world.must(&handler(), &proposal));
    world.advance(CaseRef::Attribution(id), &[STATUTE], Stage::Heard);
    let repair = checked(&mut world, &party(person(1)), Repairable::Record(record));
    let approval = approve(&world, repair);
    world.must(&head(), &approval);
    world
}

/// The record expires before what rests on it was decided.
pub fn outlived() -> World {
    let (mut world, ..) = answering(Stage::Noticed);
    world.go_to(day("2029-01-20"));
    world
}

/// The record is corrected to end earlier, and what the person answers for ends no later.
pub fn shortened() -> World {
    let (mut world, _, record, _) = answering(Stage::Effective);
    let correction = Command::CorrectRecord {
        record,
        document_number: "尤市监罚〔2026〕改1号".to_owned(),
        document_date: day("2026-01-14"),
        document_sha256: Some(digest(38)),
        content: Some(text()),
        severity: Some(Severity::General),
        reasons: text(),
    };
    world.must(&handler(), &correction);
    world
}

/// Two persons' matters on one record each, under two listings for the same behaviour.
pub fn twice() -> World {
    let (mut world, ..) = answering(Stage::Noticed);
    let listing = world.listing(&[], &[STATUTE], Stage::Effective);
    let number = "尤市监罚〔2026〕人2号";
    let second = RecordId(world.must(&handler(), &submit(person(1), number)));
    // Another document establishes it.
    let mut proposal = attribute_on(listing, person(1), &[second]);
    if let Command::ProposeAttribution { facts, .. } = &mut proposal {
        facts[0].number = "尤市监罚〔2026〕9号".to_owned();
    }
    world.must(&handler(), &proposal);
    world.objection(organisation(1), Target::Listing(listing), false);
    world
}

/// Every course, by name.
pub fn all() -> Vec<(&'static str, World)> {
    vec![
        ("person's record disputed", disputed()),
        ("person's record taken back", taken_back(Stage::Effective)),
        ("person's record taken back early", taken_back(Stage::Heard)),
        ("person's record returned", returned()),
        ("person's record repaired alone", fallen()),
        ("person's record outlived", outlived()),
        ("person's record shortened", shortened()),
        ("two records of a person", twice()),
    ]
}
