//! The edges of what the operator does, and of when an objection closes.

use shouxin_core::actor::Role;
use shouxin_core::command::Command;
use shouxin_core::event::{CaseHook, Event, Finding, Target};
use shouxin_core::guard::{Guard, Misfit};
use shouxin_core::id::MeasureId;

use super::{refused, taken};
use crate::kit::rules::{STATUTE, day};
use crate::kit::steps::*;
use crate::kit::{World, misfit, operator, organisation};

fn key(key_id: &str) -> Command {
    Command::CreateKey {
        key_id: key_id.to_owned(),
        secret_hash: digest(39),
        role: Role::Auditor,
        officer: None,
        acts_for: None,
        expires_on: day("2027-01-01"),
    }
}

#[test]
fn a_key_has_an_id_of_its_own_and_is_voided_once() {
    let mut world = World::seeded();
    refused(&world, &operator(), &key(""), misfit(Misfit::Exists));
    world.must(&operator(), &key("one"));
    refused(&world, &operator(), &key("one"), misfit(Misfit::Exists));
    let revoke = |key_id: &str| Command::RevokeKey { key_id: key_id.to_owned() };
    refused(&world, &operator(), &revoke("another"), misfit(Misfit::NotFound));
    let names = world.run(&operator(), &revoke("one")).expect("it is live");
    assert_eq!(names, ["key.revoked"]);
    refused(&world, &operator(), &revoke("one"), misfit(Misfit::NotFound));
}

#[test]
fn rules_are_loaded_where_they_differ() {
    let mut world = World::seeded();
    let load = |version: u8| Command::LoadRules { version: [version; 32], files: Vec::new() };
    let names = |world: &mut World, version: u8| {
        world.run(&operator(), &load(version)).expect("the operator loads")
    };
    assert_eq!(names(&mut world, 1), ["rules.loaded"]);
    assert!(names(&mut world, 1).is_empty(), "the same version again");
    assert_eq!(names(&mut world, 2), ["rules.loaded"]);
}

#[test]
fn a_refusal_is_recorded_as_it_was() {
    let world = World::seeded();
    let denial = Command::RecordDenial {
        command: "listings.decide".to_owned(),
        target: "L-1".to_owned(),
        guard: Guard::Notice,
        uncounted: 3,
    };
    let outcome = world.ask(&handler(), &denial).expect("it is recorded");
    match &outcome.drafts[..] {
        [draft] => match &draft.event {
            Event::GuardDenied { command, target, guard, uncounted } => {
                let said = (command.as_str(), target.as_str(), *guard, *uncounted);
                assert_eq!(said, ("listings.decide", "L-1", Guard::Notice, 3));
                assert_eq!(draft.subject, None, "it is in nobody's file");
            }
            other => panic!("{other:?}"),
        },
        other => panic!("{other:?}"),
    }
}

/// An objection to a record closes when what rested on the record's listing is lifted.
#[test]
fn a_records_objection_waits_for_the_measures_under_its_listing() {
    let mut world = World::seeded();
    let record = world.with_record();
    let listing = world.listing(&[record], &[STATUTE], Stage::Effective);
    let measure: MeasureId = world.measure(listing, STATUTE, Progress::Executed);
    let id = world.objection(organisation(1), Target::Record(record), false);
    world.outcome(id, Finding::Error);
    assert!(world.close().is_empty(), "an order stands");
    let lift = by_hand(measure, CaseHook::Lift);
    taken(&world, &implementer(), &lift);
    world.must(&implementer(), &lift);
    assert_eq!(world.close(), ["objection.closed"]);
}
