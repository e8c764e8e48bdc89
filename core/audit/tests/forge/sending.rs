//! Courses of measures on their way to a department and back, and of days behind the calendar.

use super::kit::later::{listed, office_head};
use super::kit::rules::{HEARING, OFFICE, REFERRED, STATUTE, TAX, cite, day};
use super::kit::steps::*;
use super::kit::{Post, World, officer, organisation, timer};
use super::longer::{newer, recount};
use shouxin_core::command::Command;
use shouxin_core::command::measure::MeasureCommand;
use shouxin_core::event::{CaseRef, Finding, Target};
use shouxin_core::id::{ListingId, MeasureId};
use shouxin_core::row::Due;

fn noticed() -> (World, MeasureId) {
    let (mut world, listing) = listed();
    let measure = world.measure(listing, STATUTE, Progress::Noticed);
    (world, measure)
}

/// Sent after its day, which a timer had marked.
pub fn sent_late() -> World {
    let (mut world, measure) = noticed();
    world.pass(20);
    world.must(&handler(), &Command::DispatchMeasure { measure });
    world
}

/// An objection that is referred after its day, which a timer had marked.
pub fn referred_late() -> World {
    let (mut world, listing) = listed();
    let objection = world.objection(organisation(1), Target::Listing(listing), false);
    let clerk = officer(OFFICE, Post::Handler);
    world.must(&clerk, &Command::AcceptObjection { objection });
    world.pass(12);
    let received_on = world.today;
    world.must(&clerk, &Command::ReferObjection { objection, received_on });
    world
}

/// Put off while it was disputed, with a day anew behind the outcome.
pub fn put_off() -> World {
    let (mut world, measure) = noticed();
    let look = Command::Tick { due: Due::Measure(measure) };
    let objection = world.objection(organisation(1), Target::Measure(measure), false);
    world.must(&timer(), &look);
    world.outcome(objection, Finding::Correct);
    world.must(&timer(), &look);
    world.must(&handler(), &Command::DispatchMeasure { measure });
    world
}

/// Dispatched, put off while it was disputed, with its days anew behind the outcome, and late then.
pub fn worked_late() -> World {
    let mut world = World::seeded();
    let listing = world.listing(&[], &[HEARING], Stage::Effective);
    let measure = world.measure(listing, HEARING, Progress::Dispatched);
    let look = Command::Tick { due: Due::Measure(measure) };
    let objection = world.objection(organisation(1), Target::Listing(listing), false);
    world.must(&timer(), &look);
    world.pass(30);
    world.outcome(objection, Finding::Correct);
    world.must(&timer(), &look);
    world.pass(30);
    world
}

/// Declined although it is mandatory, and answered by the credit office.
pub fn declined() -> World {
    let (mut world, measure) = noticed();
    world.must(&handler(), &Command::DispatchMeasure { measure });
    let decline =
        Command::DeclineMeasure { measure, reasons: text(), legal_ground: Some(cite("law")) };
    world.must(&implementer(), &decline);
    world.must(&officer(OFFICE, Post::Handler), &answer_decline(measure, false));
    world
}

/// Referred to another organ, and recalled.
pub fn referred() -> World {
    let mut world = World::seeded();
    let listing = world.listing(&[], &[REFERRED], Stage::Effective);
    let refer = MeasureCommand::Forward {
        listing,
        attribution: None,
        measure: REFERRED.to_owned(),
        department: TAX.to_owned(),
        to: "中共尤溪县委组织部".to_owned(),
        basis: vec![cite("law")],
        reasons: text(),
        until: day("2026-06-01"),
        court_document: Some(ruling(organisation(1))),
        document_sha256: digest(40),
        service: served(world.today),
        notice: Some(subject_notice(world.today)),
    };
    let measure = MeasureId(world.must(&handler(), &Command::Measure(refer)));
    world.pass(120);
    let service = served(world.today);
    let recall = MeasureCommand::RecallForward { measure, document_sha256: digest(42), service };
    world.must(&handler(), &Command::Measure(recall));
    world
}

/// A served decision whose start a newer calendar puts off.
pub fn starts_later() -> World {
    let mut world = World::seeded();
    let listing: ListingId = world.listing(&[], &[STATUTE], Stage::Served);
    newer(&mut world);
    recount(&mut world);
    world.pass(20);
    let case = CaseRef::Listing(listing);
    assert!(world.log.iter().any(|own| match &own.event {
        shouxin_core::event::Event::CaseTookEffect { case: own, .. } => *own == case,
        _ => false,
    }));
    world
}

/// An exemplar is listed black, and a newer calendar gives its authority more time.
pub fn owed_later() -> World {
    let mut world = World::seeded();
    let nominator = officer(OFFICE, Post::Handler);
    let red = ListingId(world.must(&nominator, &nominate(organisation(1))));
    let check = check_nomination(&world, red, &[]);
    world.must(&nominator, &check);
    world.must(&nominator, &Command::OpenPublicNotice { listing: red });
    world.pass(8);
    world.must(&office_head(), &decide_red(&world, red));
    world.listing(&[], &[STATUTE], Stage::Decided);
    newer(&mut world);
    recount(&mut world);
    world.pass(30);
    world
}

/// A case that is to be decided while its record is disputed, and late by the days that it has anew.
pub fn decided_anew() -> World {
    let mut world = World::seeded();
    let record = world.with_record();
    world.listing(&[record], &[STATUTE], Stage::Heard);
    let objection = world.objection(organisation(1), Target::Record(record), false);
    world.pass(2);
    world.outcome(objection, Finding::Correct);
    world.pass(200);
    world
}

/// Every course, by name.
pub fn all() -> Vec<(&'static str, World)> {
    vec![
        ("sent late", sent_late()),
        ("referred late", referred_late()),
        ("put off", put_off()),
        ("decided anew", decided_anew()),
        ("worked late", worked_late()),
        ("declined", declined()),
        ("referred", referred()),
        ("starts later", starts_later()),
        ("owed later", owed_later()),
    ]
}
