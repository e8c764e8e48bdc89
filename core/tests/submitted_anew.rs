//! What is collected of an old paper, and what is submitted anew (domain.md 2.1, 4.4).
//!
//! Covers: domain.md O11, O12, T03.

use shouxin_core::command::{Command, NewRecord};
use shouxin_core::event::remedy::RemedyOutcome;
use shouxin_core::event::{Finding, Target};
use shouxin_core::id::RecordId;
use shouxin_core::rules::Severity;
use shouxin_core::time::Day;

use crate::kit::later::{rule, suit};
use crate::kit::steps::*;
use crate::kit::{World, organisation, party};

const NUMBER: &str = "一号";

/// Why a record is rejected; nothing where it is taken.
fn rejected(world: &World, own: NewRecord) -> Option<&'static str> {
    let outcome = world.ask(&handler(), &Command::SubmitRecords { records: vec![own] });
    let rejects = outcome.expect("a batch").rejects;
    rejects.first().map(|own| own.reason)
}

fn of(severity: Severity) -> NewRecord {
    NewRecord { severity: Some(severity), ..record(organisation(1), NUMBER) }
}

fn accepted(world: &mut World, own: NewRecord) -> RecordId {
    RecordId(world.must(&handler(), &Command::SubmitRecords { records: vec![own] }))
}

/// What may be neither shown nor shared nor used any more is not collected.
#[test]
fn what_is_past_its_longest_publicity_is_not_collected() {
    let world = World::seeded();
    let pack = world.rules.pack(world.today);
    for (severity, months) in [
        (Severity::Minor, pack.publicity_minor_months.1),
        (Severity::General, pack.publicity_general_months.1),
        (Severity::Serious, pack.publicity_serious_months.1),
    ] {
        let dated = |document_date: Day| NewRecord { document_date, ..of(severity) };
        let days = (0..2000).map(|days| world.today.plus_days(-days));
        let last = days.take_while(|on| on.plus_months(months) >= world.today).last().unwrap();
        assert_eq!(rejected(&world, dated(last)), None, "its last day is today");
        let before = dated(last.plus_days(-1));
        assert_eq!(rejected(&world, before), Some("DOCUMENT_DATE"), "{severity:?}");
    }
}

/// The way to a higher severity is a new record, with a new notice to the party.
#[test]
fn what_its_provider_annulled_is_submitted_anew() {
    let mut world = World::seeded();
    let id = accepted(&mut world, of(Severity::General));
    assert_eq!(rejected(&world, of(Severity::Serious)), Some("DUPLICATE"));
    world.must(&handler(), &Command::AnnulRecord { record: id, reasons: text() });
    let anew = accepted(&mut world, of(Severity::Serious));
    assert_eq!(rejected(&world, of(Severity::Serious)), Some("DUPLICATE"), "once");
    assert_eq!(world.replayed().rows, world.rows);
    world.must(&handler(), &Command::AnnulRecord { record: anew, reasons: text() });
    assert_eq!(rejected(&world, of(Severity::General)), None);
}

#[test]
fn what_an_outcome_found_void_is_not() {
    let mut world = World::seeded();
    let id = accepted(&mut world, of(Severity::General));
    let objection = world.objection(organisation(1), Target::Record(id), false);
    // Nor what its provider annuls while it is disputed.
    let mut early = world.clone();
    early.must(&handler(), &Command::AnnulRecord { record: id, reasons: text() });
    assert_eq!(rejected(&early, of(Severity::General)), Some("DUPLICATE"));
    world.outcome(objection, Finding::Error);
    assert_eq!(rejected(&world, of(Severity::General)), Some("DUPLICATE"));
}

/// Whoever enters the outcome: a court's ruling is its own, though an officer of the provider writes it
/// down.
#[test]
fn what_a_court_found_void_is_not_either() {
    let mut world = World::seeded();
    let id = accepted(&mut world, of(Severity::General));
    let filed = suit(&world, Target::Record(id));
    world.must(&party(organisation(1)), &filed);
    let ruled = rule(&world, RemedyOutcome::Revoked);
    world.must(&handler(), &ruled);
    assert_eq!(rejected(&world, of(Severity::General)), Some("DUPLICATE"));
}

/// An objection of others suspends nothing once it is no first one, and is a dispute all the same.
#[test]
fn what_is_disputed_without_being_suspended_is_not_freed() {
    let mut world = World::seeded();
    let id = accepted(&mut world, of(Severity::General));
    let first = world.objection(organisation(1), Target::Record(id), false);
    world.outcome(first, Finding::Correct);
    let again = world.objection(organisation(1), Target::Record(id), false);
    assert!(!world.objection_row(again).suspends);
    world.must(&handler(), &Command::AnnulRecord { record: id, reasons: text() });
    assert_eq!(rejected(&world, of(Severity::General)), Some("DUPLICATE"));
}
