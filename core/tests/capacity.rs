//! What is on file of a person's civil capacity is stated anew: the person comes of age, a court finds
//! otherwise, or what was registered was wrong.
//!
//! Covers: domain.md O48, G-CAPACITY.

use crate::kit::steps::*;
use crate::kit::{World, guard, misfit, operator, organisation, party, person, timer};
use shouxin_core::actor::SubjectKey;
use shouxin_core::command::Command;
use shouxin_core::event::Capacity;
use shouxin_core::event::person::CapacityGround;
use shouxin_core::guard::{Guard, Misfit};
use shouxin_core::row::{Key, Row};

fn state(person: SubjectKey, capacity: Capacity, ground: CapacityGround) -> Command {
    Command::StateCapacity {
        person,
        capacity,
        ground,
        document_number: "（2026）闽0426民特1号".to_owned(),
        document_sha256: digest(70),
    }
}

fn on_file(world: &World, of: SubjectKey) -> Option<Capacity> {
    match world.row(&Key::Subject(of)) {
        Some(Row::Subject(row)) => row.capacity,
        _ => panic!("a file"),
    }
}

fn world(capacity: Capacity) -> World {
    let mut world = World::new();
    world.must(&handler(), &register(organisation(1)));
    world.must(&handler(), &register_person(1, capacity));
    world
}

#[test]
fn who_comes_of_age_has_full_capacity_from_then_on() {
    let mut world = world(Capacity::Limited);
    let full = state(person(1), Capacity::Full, CapacityGround::CameOfAge);
    let records = Command::SubmitRecords { records: vec![record(person(1), "7")] };
    let refused = |world: &World| {
        let outcome = world.ask(&handler(), &records).expect("item by item");
        outcome.rejects.first().map(|own| own.reason)
    };
    assert_eq!(refused(&world), Some("G-CAPACITY"));
    world.must(&handler(), &full);
    assert_eq!(on_file(&world, person(1)), Some(Capacity::Full));
    assert_ne!(refused(&world), Some("G-CAPACITY"));
    assert_eq!(world.refused(&handler(), &full), misfit(Misfit::Exists), "it is so already");
}

#[test]
fn a_courts_finding_takes_capacity_away_and_gives_it_back() {
    let mut world = world(Capacity::Full);
    for capacity in [Capacity::None, Capacity::Limited, Capacity::Full] {
        world.must(&handler(), &state(person(1), capacity, CapacityGround::CourtFinding));
        assert_eq!(on_file(&world, person(1)), Some(capacity));
    }
    let grown = state(person(1), Capacity::Limited, CapacityGround::CameOfAge);
    assert_eq!(world.refused(&handler(), &grown), misfit(Misfit::Value));
    world.must(&handler(), &state(person(1), Capacity::Limited, CapacityGround::Corrected));
}

#[test]
fn only_an_officer_with_a_document_states_a_capacity_and_only_of_a_person() {
    let world = world(Capacity::Limited);
    let right = state(person(1), Capacity::Full, CapacityGround::CameOfAge);
    for who in [timer(), operator(), party(person(1))] {
        assert_eq!(world.refused(&who, &right), guard(Guard::Human));
    }
    let firm = state(organisation(1), Capacity::Full, CapacityGround::Corrected);
    assert_eq!(world.refused(&handler(), &firm), misfit(Misfit::Value));
    let nobody = state(person(9), Capacity::Full, CapacityGround::CameOfAge);
    assert_eq!(world.refused(&handler(), &nobody), misfit(Misfit::NotFound));
    for (number, sha256) in [("", digest(70)), ("（2026）闽0426民特1号", [0; 32])] {
        let Command::StateCapacity { person, capacity, ground, .. } = right.clone() else {
            panic!("it states a capacity");
        };
        let document_number = number.to_owned();
        let bare = Command::StateCapacity {
            person,
            capacity,
            ground,
            document_number,
            document_sha256: sha256,
        };
        assert_eq!(world.refused(&handler(), &bare), guard(Guard::Document));
    }
}
