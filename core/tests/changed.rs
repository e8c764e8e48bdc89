//! What a court or reviewing body changed ends earlier, whatever it is about; where it is over already,
//! the outcome is recorded and the matter is closed (domain.md 2.6).
//!
//! Covers: INV-3, INV-5.

use shouxin_core::command::Command;
use shouxin_core::command::remedy::RemedyCommand;
use shouxin_core::event::remedy::RemedyOutcome;
use shouxin_core::event::{CaseRef, Target};
use shouxin_core::guard::{Guard, Misfit};
use shouxin_core::id::RecordId;
use shouxin_core::path::Standing;

use shouxin_core::row::{Key, RecordRow, RemedyState, Repairable, Row};
use shouxin_core::time::Day;

use crate::kit::asked::{grant, relief_of};
use crate::kit::commitments::*;
use crate::kit::later::*;
use crate::kit::repairs::{done, revoked};
use crate::kit::rules::STATUTE;
use crate::kit::steps::*;
use crate::kit::{Who, World, guard, misfit, organisation, party};

fn own() -> Who {
    party(organisation(1))
}

fn record_row(world: &World, id: RecordId) -> RecordRow {
    match world.row(&Key::Record(id)) {
        Some(Row::Record(row)) => row.clone(),
        other => panic!("{other:?}"),
    }
}

fn sued(world: &mut World, target: Target) {
    let filed = suit(world, target);
    world.must(&own(), &filed);
}

/// The outcome is recorded, and the matter is closed; what is said of it.
fn changed(world: &mut World, end: Day) -> Vec<&'static str> {
    let from = world.log.len();
    let ruled = rule(world, RemedyOutcome::Changed { end });
    world.must(&clerk(), &ruled);
    let id = remedy_of(world);
    let Some(Row::Remedy(row)) = world.row(&Key::Remedy(id)) else {
        panic!("a suit");
    };
    assert!(matches!(row.state, RemedyState::Decided(_)));
    world.log[from..].iter().map(|own| own.event.name()).collect()
}

fn last_day(world: &World, case: CaseRef) -> Day {
    world.path(case).served().expect("it is served").decided.decision.end
}

#[test]
fn a_penalty_that_was_changed_is_shown_for_less_long_and_carries_less_long() {
    let (mut world, listing) = listed();
    let record = RecordId(
        world
            .log
            .iter()
            .find(|own| own.event.name() == "record.accepted")
            .expect("a record")
            .position,
    );
    sued(&mut world, Target::Record(record));
    let held = stay(&world);
    world.must(&handler(), &held);
    let before = record_row(&world, record).publicity_until.expect("a last day");
    for wrong in [world.today.plus_days(-1), before, before.plus_days(1)] {
        let ruled = rule(&world, RemedyOutcome::Changed { end: wrong });
        assert_eq!(world.refused(&clerk(), &ruled), guard(Guard::End), "{wrong}");
    }
    let end = world.today.plus_days(30);
    let said = changed(&mut world, end);
    let expected = [
        "remedy.decided",
        "record.publicity_shortened",
        "listing.shortened",
        "classification.changed",
    ];
    assert_eq!(said, expected);
    assert_eq!(record_row(&world, record).publicity_until, Some(end));
    assert_eq!(last_day(&world, CaseRef::Listing(listing)), end);
    let standing = world.standing(|rows, on| rows.listing_standing(listing, on));
    assert_eq!(standing, Standing::InForce, "the stay ended with the outcome");
}

#[test]
fn a_finding_of_breach_that_was_changed_is_shown_for_less_long() {
    let (mut world, id) = word(Word::Breached);
    sued(&mut world, Target::Commitment(id));
    let late = rule(&world, RemedyOutcome::Changed { end: shown_until() });
    assert_eq!(world.refused(&clerk(), &late), guard(Guard::End));
    let end = shown_until().plus_days(-10);
    assert_eq!(changed(&mut world, end), ["remedy.decided", "breach.shortened"]);
    world.go_to(end.plus_days(1));
    let standing = commitment_row(&world, id).finding_standing(world.today);
    assert_eq!(standing, Standing::Ended);
}

#[test]
fn what_is_over_is_changed_no_more_and_the_matter_is_closed() {
    let (mut world, listing) = listed();
    sued(&mut world, Target::Listing(listing));
    world.go_to(end().plus_days(1));
    let today = world.today;
    assert_eq!(changed(&mut world, today), ["remedy.decided"]);

    let mut world = World::seeded();
    let record = world.with_record();
    sued(&mut world, Target::Record(record));
    let last = record_row(&world, record).publicity_until.expect("a last day");
    world.go_to(last.plus_days(1));
    let today = world.today;
    assert_eq!(changed(&mut world, today), ["remedy.decided"]);

    let (mut world, id) = word(Word::Breached);
    sued(&mut world, Target::Commitment(id));
    world.go_to(shown_until().plus_days(1));
    let today = world.today;
    assert_eq!(changed(&mut world, today), ["remedy.decided"]);
}

/// What a repair ended comes back, when that is revoked, for no longer than the court allows.
#[test]
fn what_was_repaired_comes_back_for_no_longer_than_a_court_allows() {
    let (mut world, listing) = listed();
    sued(&mut world, Target::Listing(listing));
    world.pass(200);
    let id = done(&mut world, &own(), Repairable::Listing(listing));
    let until = end().plus_days(-30);
    assert_eq!(changed(&mut world, until), ["remedy.decided", "listing.shortened"]);
    revoked(&mut world, &own(), id);
    world.pass(12);
    let standing = world.standing(|rows, on| rows.listing_standing(listing, on));
    assert_eq!((standing, last_day(&world, CaseRef::Listing(listing))), (Standing::InForce, until));

    let mut world = World::seeded();
    let record = world.with_record();
    sued(&mut world, Target::Record(record));
    world.pass(400);
    let id = done(&mut world, &own(), Repairable::Record(record));
    let until = world.today.plus_days(60);
    assert_eq!(changed(&mut world, until), ["remedy.decided", "record.publicity_shortened"]);
    revoked(&mut world, &own(), id);
    world.pass(12);
    assert_eq!(record_row(&world, record).publicity_until, Some(until));
    assert!(record_row(&world, record).is_live(world.today));

    let (mut world, id) = word(Word::Repaired);
    sued(&mut world, Target::Commitment(id));
    let until = shown_until().plus_days(-5);
    assert_eq!(changed(&mut world, until), ["remedy.decided", "breach.shortened"]);
    let repair = repair_of(&world);
    revoked(&mut world, &own(), repair);
    world.pass(12);
    let standing = commitment_row(&world, id).finding_standing(world.today);
    assert_eq!(standing, Standing::InForce);
    world.go_to(until.plus_days(1));
    let standing = commitment_row(&world, id).finding_standing(world.today);
    assert_eq!(standing, Standing::Ended);
}

/// A measure has no end of its own: the way out is its revocation.
#[test]
fn a_measure_that_was_found_too_heavy_is_revoked() {
    let (mut world, listing) = listed();
    let id = world.measure(listing, STATUTE, Progress::Executed);
    sued(&mut world, Target::Measure(id));
    let ruled = rule(&world, RemedyOutcome::Changed { end: world.today.plus_days(30) });
    assert_eq!(world.refused(&clerk(), &ruled), misfit(Misfit::Value));
    let mut over = world.clone();
    let ruled = rule(&world, RemedyOutcome::Revoked);
    world.must(&clerk(), &ruled);
    let standing = world.standing(|rows, on| rows.measure_standing(id, on));
    assert_eq!(standing, Standing::Ended);
    // Once it is over and lifted, the outcome alone is recorded.
    over.go_to(end().plus_days(1));
    over.must(&implementer(), &by_hand(id, shouxin_core::event::CaseHook::Lift));
    let today = over.today;
    assert_eq!(changed(&mut over, today), ["remedy.decided"]);
}

/// What a repair ended and a court lets end on the very day that it had is as it was.
#[test]
fn a_last_day_that_was_the_last_day_already_changes_nothing() {
    let (mut world, listing) = listed();
    sued(&mut world, Target::Listing(listing));
    world.pass(200);
    done(&mut world, &own(), Repairable::Listing(listing));
    assert_eq!(changed(&mut world, end()), ["remedy.decided"]);
    assert_eq!(last_day(&world, CaseRef::Listing(listing)), end());

    let mut world = World::seeded();
    let record = world.with_record();
    sued(&mut world, Target::Record(record));
    world.pass(400);
    done(&mut world, &own(), Repairable::Record(record));
    let until = record_row(&world, record).publicity_until.expect("a last day");
    assert_eq!(changed(&mut world, until), ["remedy.decided"]);

    let (mut world, id) = word(Word::Repaired);
    sued(&mut world, Target::Commitment(id));
    assert_eq!(changed(&mut world, shown_until()), ["remedy.decided"]);
}

/// What a performed plan ended comes back no more, so a court shortens nothing of it.
#[test]
fn a_record_that_a_performed_plan_ended_is_not_shortened() {
    let (mut world, listing) = listed();
    let Some(Key::Record(record)) =
        world.rows.keys().find(|key| matches!(key, Key::Record(_))).cloned()
    else {
        panic!("{listing} rests on a record");
    };
    sued(&mut world, Target::Record(record));
    let granted = grant(&world);
    world.must(&head(), &granted);
    let (document, reasons) = (judgment(&world, organisation(1)), text());
    let performed = RemedyCommand::CompleteRelief { relief: relief_of(&world), document, reasons };
    world.must(&head(), &Command::Remedy(performed));
    assert_eq!(record_row(&world, record).repaired, None);
    let end = world.today.plus_days(30);
    assert_eq!(changed(&mut world, end), ["remedy.decided"]);
}
