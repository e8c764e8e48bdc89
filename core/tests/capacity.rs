//! What is on file of a person's civil capacity is stated anew: the person comes of age, a court finds
//! otherwise, or what was registered was wrong.
//!
//! Covers: domain.md O48, G-CAPACITY.

use crate::kit::later::{revocation_notice, revoke_repair};
use crate::kit::repairs::done;
use crate::kit::rules::STATUTE;
use crate::kit::steps::*;
use crate::kit::{World, guard, misfit, operator, organisation, party, person, timer};
use shouxin_core::actor::SubjectKey;
use shouxin_core::command::Command;
use shouxin_core::event::person::CapacityGround;
use shouxin_core::event::{Capacity, CaseRef};
use shouxin_core::guard::{Guard, Misfit};
use shouxin_core::id::MeasureId;
use shouxin_core::row::{Key, Repairable, Row};

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

/// Nobody grows out of what a court found: it is a court that undoes it (Civil Code art. 24), or the
/// entry was wrong.
#[test]
fn what_a_court_found_no_birthday_undoes() {
    let mut world = world(Capacity::Limited);
    world.must(&handler(), &state(person(1), Capacity::Full, CapacityGround::CameOfAge));
    let grown = state(person(1), Capacity::Full, CapacityGround::CameOfAge);
    for found in [Capacity::None, Capacity::Limited] {
        world.must(&handler(), &state(person(1), found, CapacityGround::CourtFinding));
        let refusal = world.ask(&handler(), &grown).expect_err("a court found otherwise");
        assert_eq!((refusal.ground, refusal.field), (misfit(Misfit::Value), Some("ground")));
    }
    for undone in [CapacityGround::CourtFinding, CapacityGround::Corrected] {
        let mut world = world.clone();
        world.must(&handler(), &state(person(1), Capacity::Full, undone));
        assert_eq!(on_file(&world, person(1)), Some(Capacity::Full));
        assert_eq!(world.replayed().rows, world.rows);
    }
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

/// Covers G-CAPACITY: it is asked again where something begins.
#[test]
fn nothing_begins_for_who_has_lost_full_capacity_since() {
    let lost = state(person(1), Capacity::None, CapacityGround::CourtFinding);
    let regained = state(person(1), Capacity::Full, CapacityGround::CourtFinding);
    let mut world = World::seeded();
    let listing = world.listing(&[], &[STATUTE], Stage::Effective);
    let id = world.attribution(listing, person(1), Stage::Heard);
    let case = CaseRef::Attribution(id);
    let decide = decision(case, 2, &[STATUTE]);
    world.must(&handler(), &lost);
    assert_eq!(world.refused(&head(), &decide), guard(Guard::Capacity));
    world.must(&handler(), &regained);
    world.must(&head(), &decide);
    world.must(&handler(), &lost);
    let service = serve(&world, case);
    assert_eq!(world.refused(&handler(), &service), guard(Guard::Capacity));
    world.must(&handler(), &regained);
    world.must(&handler(), &service);
    world.must(&handler(), &lost);
    world.pass(8);
    assert_eq!(world.path(case).name(), "served", "no timer begins it either");
    world.must(&handler(), &regained);
    world.tick();
    assert_eq!(world.path(case).name(), "effective");
    let initiation = initiate(listing, Some(id), STATUTE);
    let mut before = world.clone();
    before.must(&handler(), &lost);
    assert_eq!(before.refused(&handler(), &initiation), guard(Guard::Capacity));
    let measure = MeasureId(world.must(&handler(), &initiation));
    world.proceed(measure, Progress::Accepted);
    world.must(&handler(), &lost);
    let execute = Command::ExecuteMeasure { measure };
    assert_eq!(world.refused(&implementer(), &execute), guard(Guard::Capacity));
    world.must(&handler(), &regained);
    world.must(&implementer(), &execute);
}

#[test]
fn what_was_repaired_is_not_brought_back_on_who_has_lost_full_capacity() {
    let mut world = World::seeded();
    let listing = world.listing(&[], &[STATUTE], Stage::Effective);
    let id = world.attribution(listing, person(1), Stage::Effective);
    world.pass(200);
    let repair = done(&mut world, &party(person(1)), Repairable::Attribution(id));
    let notice = revocation_notice(&world, repair);
    world.must(&handler(), &notice);
    world.pass(20);
    let revoke = revoke_repair(&world, repair, 0);
    let lost = state(person(1), Capacity::None, CapacityGround::CourtFinding);
    let mut incapable = world.clone();
    incapable.must(&handler(), &lost);
    assert_eq!(incapable.refused(&head(), &revoke), guard(Guard::Capacity));
    world.must(&head(), &revoke);
}
