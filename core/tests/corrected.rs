//! A correction makes no second record of a document, and puts none behind what was proposed on it
//! (domain.md 2.1).
//!
//! Covers: G-FACT.

use crate::kit::rules::{STATUTE, day};
use crate::kit::steps::*;
use crate::kit::{World, guard, misfit, organisation, person};
use shouxin_core::command::Command;
use shouxin_core::event::{CaseRef, Finding, Target};
use shouxin_core::guard::{Guard, Misfit};
use shouxin_core::id::{AttributionId, RecordId};
use shouxin_core::row::{Key, RecordRow, Row};
use shouxin_core::time::Day;

fn row(world: &World, id: RecordId) -> &RecordRow {
    match world.row(&Key::Record(id)) {
        Some(Row::Record(row)) => row,
        _ => panic!("there is no {id}"),
    }
}

/// The record corrected to this number and day.
fn corrected(world: &World, record: RecordId, number: &str, document_date: Day) -> Command {
    let own = row(world, record);
    Command::CorrectRecord {
        record,
        document_number: number.to_owned(),
        document_date,
        document_sha256: own.document_sha256,
        content: own.content.clone(),
        severity: own.severity,
        reasons: text(),
    }
}

#[test]
fn a_correction_does_not_bring_back_what_an_outcome_voided() {
    let mut world = World::seeded();
    let (void, other) = (world.with_record(), world.with_record());
    let id = world.objection(organisation(1), Target::Record(void), false);
    world.outcome(id, Finding::Error);
    let number = row(&world, void).document_number.clone();
    let date = row(&world, other).document_date;
    let wrong = corrected(&world, other, &number, date);
    let refusal = world.ask(&handler(), &wrong).expect_err("it is barred");
    assert_eq!(refusal.ground, misfit(Misfit::Exists));
    assert_eq!(refusal.field, Some("document_number"));
    // Its own number it keeps.
    let own = row(&world, other).document_number.clone();
    world.must(&handler(), &corrected(&world, other, &own, date));
}

#[test]
fn what_a_correction_gave_its_number_comes_in_once() {
    let mut world = World::seeded();
    let first = world.with_record();
    let date = row(&world, first).document_date;
    let number = "尤市监罚〔2026〕改1号";
    world.must(&handler(), &corrected(&world, first, number, date));
    let again = submit(organisation(1), number);
    let reasons = |world: &World| {
        let found = world.ask(&handler(), &again).expect("item by item");
        found.rejects.iter().map(|own| own.reason).collect::<Vec<_>>()
    };
    assert_eq!(reasons(&world), ["DUPLICATE"]);
    // A number that it had by a mistake of the correction is another document's again; that under which
    // it came in is not.
    let mut twice = world.clone();
    twice.must(&handler(), &corrected(&world, first, "尤市监罚〔2026〕改2号", date));
    assert_eq!(reasons(&twice), Vec::<&str>::new());
    let first_number = submit(organisation(1), &row(&world, first).filed_as);
    let found = twice.ask(&handler(), &first_number).expect("item by item");
    assert_eq!(found.rejects.len(), 1);
    // Taken back by its own provider, it comes in anew.
    world.must(&handler(), &Command::AnnulRecord { record: first, reasons: text() });
    assert_eq!(reasons(&world), Vec::<&str>::new());
    world.must(&handler(), &again);
    assert_eq!(world.replayed().rows, world.rows);
}

#[test]
fn no_correction_puts_a_document_behind_what_was_proposed_on_it() {
    let mut world = World::seeded();
    let record = world.with_record();
    let number = row(&world, record).document_number.clone();
    let proposed_on = world.today;
    let later = corrected(&world, record, &number, proposed_on);
    assert!(world.ask(&handler(), &later).is_ok(), "nothing rests on it");
    let listing = world.listing(&[record], &[STATUTE], Stage::Effective);
    world.pass(3);
    let on = |world: &World, date| corrected(world, record, &number, date);
    let refusal = world.ask(&handler(), &on(&world, proposed_on.plus_days(1)));
    let refusal = refusal.expect_err("it was proposed before");
    assert_eq!((refusal.ground, refusal.field), (guard(Guard::Fact), Some("document_date")));
    assert!(refusal.detail.contains(&listing.to_string()), "{}", refusal.detail);
    assert!(world.ask(&handler(), &on(&world, proposed_on)).is_ok());
    // What has ended bars nothing.
    let revoke = crate::kit::asked::revoke(&world, CaseRef::Listing(listing));
    world.must(&head(), &revoke);
    assert!(world.ask(&handler(), &on(&world, world.today)).is_ok());
}

#[test]
fn nor_behind_what_a_person_answers_for() {
    let mut world = World::seeded();
    let records = vec![dated(record(person(1), "尤市监罚〔2026〕人1号"), day("2026-02-01"))];
    let own = RecordId(world.must(&handler(), &Command::SubmitRecords { records }));
    let listing = world.listing(&[], &[STATUTE], Stage::Effective);
    let number = row(&world, own).document_number.clone();
    let proposed_on = world.today;
    let mut command = attribute_on(listing, person(1), &[own]);
    if let Command::ProposeAttribution { facts, .. } = &mut command {
        facts[0].number = number.clone();
    }
    let id = AttributionId(world.must(&handler(), &command));
    world.pass(1);
    let wrong = corrected(&world, own, &number, proposed_on.plus_days(1));
    assert_eq!(world.refused(&handler(), &wrong), guard(Guard::Fact), "{id}");
}
