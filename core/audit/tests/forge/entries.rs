//! Courses of the joint catalogue: an entry on its whole way, amended, awaited, retired.

use shouxin_core::command::Command;
use shouxin_core::command::catalogue::CatalogueCommand;
use shouxin_core::event::catalogue::{EntryKind, Proposal};
use shouxin_core::id::CatalogueEntryId;
use shouxin_core::row::Key;
use shouxin_core::rules::Strength;

use super::kit::later::office_head;
use super::kit::rules::{MARKET, OFFICE, STATUTE, TAX, UNPUBLISHED, cite, day};
use super::kit::steps::*;
use super::kit::{Post, World, officer, operator};

/// An entry of the catalogue, published.
pub fn published_entry() -> World {
    let mut world = World::seeded();
    let ask = Command::Catalogue;
    let proposal = Proposal {
        kind: EntryKind::Measure,
        code: STATUTE.to_owned(),
        strength: Strength::Mandatory,
        basis: vec![cite("law")],
        departments: vec![TAX.to_owned()],
        text: "依法限制".to_owned(),
        reduces_rights: false,
        amends: None,
    };
    let draft = CatalogueCommand::Draft { proposal };
    let drafter = officer(MARKET, Post::Handler);
    let entry = CatalogueEntryId(world.must(&drafter, &ask(draft)));
    let cc = vec![TAX.to_owned()];
    world.must(&drafter, &ask(CatalogueCommand::Submit { entry, cc }));
    world.must(&clerk(), &ask(CatalogueCommand::CheckFormat { entry }));
    let reviewed = CatalogueCommand::ReviewLaw { entry, document_sha256: digest(50) };
    world.must(&officer(OFFICE, Post::Colleague), &ask(reviewed));
    world.must(&clerk(), &ask(CatalogueCommand::OpenComment { entry, days: 30 }));
    world.pass(31);
    world.must(&office_head(), &ask(CatalogueCommand::Publish { entry }));
    world
}

/// An entry of the catalogue, published and retired, and a department's own document.
pub fn catalogued() -> World {
    let mut world = published_entry();
    let ask = Command::Catalogue;
    let found = world.rows.keys().filter_map(|key| match key {
        Key::CatalogueEntry(id) => Some(*id),
        _ => None,
    });
    let entry = found.max().expect("the entry");
    let reasons = "依据已废止".to_owned();
    let rules = std::sync::Arc::make_mut(&mut world.rules);
    rules.version = [6; 32];
    let statute = rules.measures.iter_mut().filter(|own| own.id == STATUTE);
    statute.for_each(|own| own.published = false);
    let version = world.rules.version;
    world.must(&operator(), &Command::LoadRules { version, files: Vec::new() });
    world.must(&office_head(), &ask(CatalogueCommand::Retire { entry, reasons }));
    let filed = CatalogueCommand::FileDocument {
        department: TAX.to_owned(),
        title: "实施细则".to_owned(),
        number: "尤税发〔2026〕3号".to_owned(),
        issued_on: day("2026-02-01"),
        document_sha256: digest(51),
    };
    world.must(&implementer(), &ask(filed));
    world
}

/// A draft of what is new: it waits for its publication.
pub fn awaiting() -> World {
    let mut world = World::seeded();
    let proposal = Proposal {
        kind: EntryKind::Measure,
        code: UNPUBLISHED.to_owned(),
        strength: Strength::Recommended,
        basis: vec![cite("law")],
        departments: vec![TAX.to_owned()],
        text: "依法限制".to_owned(),
        reduces_rights: true,
        amends: None,
    };
    let drafter = officer(MARKET, Post::Handler);
    world.must(&drafter, &Command::Catalogue(CatalogueCommand::Draft { proposal }));
    world
}

/// An entry of the catalogue that a later one takes the place of; a draft that is withdrawn.
pub fn amended() -> World {
    let mut world = World::seeded();
    let ask = Command::Catalogue;
    let drafter = officer(MARKET, Post::Handler);
    let proposal = |amends| Proposal {
        kind: EntryKind::Measure,
        code: STATUTE.to_owned(),
        strength: Strength::Mandatory,
        basis: vec![cite("law")],
        departments: vec![TAX.to_owned()],
        text: "依法限制".to_owned(),
        reduces_rights: true,
        amends,
    };
    let mut amends = None;
    for _ in 0..2 {
        let draft = CatalogueCommand::Draft { proposal: proposal(amends) };
        let entry = CatalogueEntryId(world.must(&drafter, &ask(draft)));
        let cc = vec![TAX.to_owned()];
        world.must(&drafter, &ask(CatalogueCommand::Submit { entry, cc }));
        world.must(&clerk(), &ask(CatalogueCommand::CheckFormat { entry }));
        let reviewed = CatalogueCommand::ReviewLaw { entry, document_sha256: digest(50) };
        world.must(&officer(OFFICE, Post::Colleague), &ask(reviewed));
        world.must(&clerk(), &ask(CatalogueCommand::OpenComment { entry, days: 30 }));
        world.pass(31);
        world.must(&office_head(), &ask(CatalogueCommand::Publish { entry }));
        amends = Some(entry);
    }
    let draft = CatalogueCommand::Draft { proposal: proposal(amends) };
    let entry = CatalogueEntryId(world.must(&drafter, &ask(draft)));
    let reasons = "另行起草".to_owned();
    world.must(&drafter, &ask(CatalogueCommand::Retire { entry, reasons }));
    world
}
