//! The name of an organisation or person changes at the registration authority, by its document.
//!
//! Covers: domain.md O07, O48.

use crate::kit::steps::*;
use crate::kit::{World, guard, misfit, operator, organisation, party, person, timer};
use shouxin_core::actor::SubjectKey;
use shouxin_core::command::Command;
use shouxin_core::event::Capacity;
use shouxin_core::guard::{Guard, Misfit};
use shouxin_core::limits::FORMER_NAMES_MAX;
use shouxin_core::row::{Index, Key, Row, SubjectRow};
use shouxin_core::text::{Name, Sealed};

fn clear(name: &str) -> Name {
    Name::Clear(name.to_owned())
}

fn rename(subject: SubjectKey, name: Name) -> Command {
    Command::RenameSubject {
        subject,
        name,
        document_number: "（尤）登字〔2026〕第1号".to_owned(),
        document_sha256: digest(70),
    }
}

fn on_file(world: &World, of: SubjectKey) -> &SubjectRow {
    match world.row(&Key::Subject(of)) {
        Some(Row::Subject(row)) => row,
        _ => panic!("a file"),
    }
}

fn world() -> World {
    let mut world = World::new();
    world.must(&handler(), &register(organisation(1)));
    world.must(&handler(), &register_person(1, Capacity::Full));
    world
}

#[test]
fn a_file_bears_its_newest_name_and_is_found_by_it_alone() {
    let mut world = world();
    let firm = organisation(1);
    let before = on_file(&world, firm).name.clone();
    world.must(&handler(), &rename(firm, clear("尤溪县甲集团有限公司")));
    assert_eq!(on_file(&world, firm).name, clear("尤溪县甲集团有限公司"));
    assert_eq!(on_file(&world, firm).former_names, [before]);
    let named = world.index.iter().filter_map(|entry| match entry {
        Index::Named(name, _) => Some(name.as_str()),
        _ => None,
    });
    assert_eq!(named.collect::<Vec<_>>(), ["尤溪县甲集团有限公司"]);
    world.must(&handler(), &rename(person(1), Name::Sealed(Sealed { nonce: [4; 24], ..text() })));
    assert_eq!(on_file(&world, person(1)).former_names.len(), 1);
    for serial in 0..FORMER_NAMES_MAX * 2 {
        world.must(&handler(), &rename(firm, clear(&format!("尤溪县第{serial}有限公司"))));
    }
    let kept = &on_file(&world, firm).former_names;
    assert_eq!(kept.len(), FORMER_NAMES_MAX, "a head is bounded");
    assert_eq!(world.replayed().rows, world.rows);
}

#[test]
fn only_an_officer_with_a_document_changes_a_name_and_a_personal_one_is_sealed() {
    let world = world();
    let firm = organisation(1);
    let right = rename(firm, clear("尤溪县甲集团有限公司"));
    for who in [timer(), operator(), party(firm)] {
        assert_eq!(world.refused(&who, &right), guard(Guard::Human));
    }
    let nobody = rename(organisation(8), clear("尤溪县甲集团有限公司"));
    assert_eq!(world.refused(&handler(), &nobody), misfit(Misfit::NotFound));
    let same = rename(firm, on_file(&world, firm).name.clone());
    assert_eq!(world.refused(&handler(), &same), misfit(Misfit::Exists), "it is so already");
    for (whose, name) in [
        (firm, clear("")),
        (firm, clear("张某350426 1900 0102 000x")),
        (firm, Name::Sealed(text())),
        (person(1), clear("张三")),
        (person(1), Name::Sealed(no_text())),
    ] {
        assert_eq!(world.refused(&handler(), &rename(whose, name)), misfit(Misfit::Value));
    }
    let Command::RenameSubject { subject, name, .. } = right else {
        panic!("it changes a name");
    };
    for (number, sha256) in [("", digest(70)), ("（尤）登字〔2026〕第1号", [0; 32])] {
        let document_number = number.to_owned();
        let name = name.clone();
        let bare =
            Command::RenameSubject { subject, name, document_number, document_sha256: sha256 };
        assert_eq!(world.refused(&handler(), &bare), guard(Guard::Document));
    }
}
