//! A subject bears another name: its key and its file stay, and it is found by either name.
//!
//! Covers: domain.md O07, O15, O48.

use crate::kit::steps::*;
use crate::kit::{World, guard, misfit, operator, organisation, party, person, timer};
use shouxin_core::actor::SubjectKey;
use shouxin_core::command::Command;
use shouxin_core::event::Capacity;
use shouxin_core::guard::{Guard, Misfit};
use shouxin_core::limits::FORMER_NAMES_MAX;
use shouxin_core::row::search::folded;
use shouxin_core::row::{Index, Key, Row, SubjectRow};
use shouxin_core::text::{Name, Sealed};

fn rename(subject: SubjectKey, name: Name) -> Command {
    Command::RenameSubject {
        subject,
        name,
        document_number: "（尤）登记内变字〔2026〕第1号".to_owned(),
        document_sha256: digest(70),
    }
}

fn clear(name: &str) -> Name {
    Name::Clear(name.to_owned())
}

fn on_file(world: &World, of: SubjectKey) -> SubjectRow {
    match world.row(&Key::Subject(of)) {
        Some(Row::Subject(row)) => row.clone(),
        _ => panic!("a file"),
    }
}

fn found_by(world: &World, name: &str) -> bool {
    let SubjectKey::Organisation(code) = organisation(1) else {
        panic!("an organisation");
    };
    world.index.contains(&Index::Named(folded(name), code))
}

fn world() -> World {
    let mut world = World::new();
    world.must(&handler(), &register(organisation(1)));
    world.must(&handler(), &register_person(1, Capacity::Full));
    world
}

#[test]
fn a_renamed_organisation_is_found_by_its_new_name_and_by_those_before() {
    let mut world = world();
    let Name::Clear(first) = on_file(&world, organisation(1)).name else {
        panic!("an organisation's name stands in clear");
    };
    world.must(&handler(), &rename(organisation(1), clear("尤溪县新名有限公司")));
    let head = on_file(&world, organisation(1));
    assert_eq!((head.name, head.former_names), (clear("尤溪县新名有限公司"), vec![clear(&first)]));
    assert!(found_by(&world, "尤溪县新名有限公司") && found_by(&world, &first));
    for serial in 0..FORMER_NAMES_MAX {
        world.must(
            &handler(),
            &rename(organisation(1), clear(&format!("尤溪县第{serial}有限公司"))),
        );
    }
    let head = on_file(&world, organisation(1));
    assert_eq!(head.former_names.len(), FORMER_NAMES_MAX);
    assert_eq!(head.former_names.first(), Some(&clear("尤溪县新名有限公司")));
    assert!(!found_by(&world, &first), "only so many are kept");
}

#[test]
fn a_name_is_changed_by_an_officer_with_a_document_and_a_personal_one_is_sealed() {
    let world = world();
    let right = rename(organisation(1), clear("尤溪县新名有限公司"));
    for who in [timer(), operator(), party(organisation(1))] {
        assert_eq!(world.refused(&who, &right), guard(Guard::Human));
    }
    let bare = |number: &str, sha256| Command::RenameSubject {
        subject: organisation(1),
        name: clear("尤溪县新名有限公司"),
        document_number: number.to_owned(),
        document_sha256: sha256,
    };
    for (number, sha256) in [("", digest(70)), ("变更1号", [0; 32])] {
        assert_eq!(world.refused(&handler(), &bare(number, sha256)), guard(Guard::Document));
    }
    let value = misfit(Misfit::Value);
    assert_eq!(world.refused(&handler(), &rename(organisation(1), clear(""))), value);
    assert_eq!(world.refused(&handler(), &rename(person(1), clear("李四"))), value);
    let same = on_file(&world, organisation(1)).name;
    let same = rename(organisation(1), same);
    assert_eq!(world.refused(&handler(), &same), misfit(Misfit::Exists));
    let nobody = rename(organisation(7), clear("尤溪县新名有限公司"));
    assert_eq!(world.refused(&handler(), &nobody), misfit(Misfit::NotFound));
}

#[test]
fn a_persons_new_name_is_sealed_and_the_one_before_too() {
    let mut world = world();
    let other = Sealed { bytes: vec![6; 28], ..text() };
    world.must(&handler(), &rename(person(1), Name::Sealed(other.clone())));
    let head = on_file(&world, person(1));
    assert_eq!(head.name, Name::Sealed(other.clone()));
    assert!(matches!(head.former_names.as_slice(), [Name::Sealed(_)]));
}
