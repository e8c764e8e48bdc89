//! A notice and a decision name no measure that can never be taken: what fits neither the subject nor
//! the behaviour, what only informs, what no law in force carries, and nothing twice.

use std::sync::Arc;

use crate::kit::rules::{
    COURT, ELSEWHERE, HEARING, HIGHER, INCENTIVE, INFORMATION, JUSTICE, PERSONS, REFERRED, STATUTE,
};
use crate::kit::steps::*;
use crate::kit::{World, guard, person};
use shouxin_core::command::Command;
use shouxin_core::event::{CaseRef, NamedMeasure};
use shouxin_core::guard::Guard;
use shouxin_core::id::AttributionId;
use shouxin_core::rules::{Executor, Measure, MeasureNeeds, MeasureSubject};

fn naming(command: &Command, named: &[NamedMeasure]) -> Command {
    let mut command = command.clone();
    match &mut command {
        Command::ServeNotice { measures, .. } | Command::DecideCase { measures, .. } => {
            *measures = named.to_vec();
        }
        other => panic!("{other:?}"),
    }
    command
}

/// The register once the catalogue has another entry for a measure.
fn amended(world: &World, measure: &str, change: impl FnOnce(&mut Measure)) -> World {
    let mut rules = (*world.rules).clone();
    let found = rules.measures.iter_mut().find(|own| own.id == measure);
    change(found.expect("it is there"));
    World { rules: Arc::new(rules), ..world.clone() }
}

/// Refused by a guard about these measures, and the refusal names the one and says why in both
/// languages.
#[track_caller]
fn refused(world: &World, command: &Command, ground: Guard, said: [&str; 2]) {
    let who = match command {
        Command::DecideCase { .. } => head(),
        _ => handler(),
    };
    let refusal = world.ask(&who, command).expect_err("it can never be taken");
    assert_eq!((refusal.ground, refusal.field), (guard(ground), Some("measures")));
    for part in said {
        assert!(refusal.detail.contains(part), "{part}: {}", refusal.detail);
    }
}

/// Of an organisation. Covers G-PROP, INV-12.
#[test]
fn a_notice_names_what_fits_the_organisation_and_the_behaviour() {
    let mut world = World::seeded();
    let case = CaseRef::Listing(world.listing(&[], &[], Stage::Proposed));
    let right = notice(&world, case, &[]);
    // A court's limit, what a higher authority takes and what is referred are asked for by a letter.
    let all = [STATUTE, HEARING, COURT, HIGHER, REFERRED].map(named);
    assert!(world.ask(&handler(), &naming(&right, &all)).is_ok());
    let of = |id: &str| naming(&right, &[named(STATUTE), named(id)]);
    let apart = ["M-A06 与行为 B1.01 无关联", "is not connected with B1.01, only with B1.03"];
    refused(&world, &of(ELSEWHERE), Guard::Proportion, apart);
    let persons = ["M-S01 仅适用于自然人", "is for natural persons only"];
    refused(&world, &of(PERSONS), Guard::Proportion, persons);
    let honour = ["I01 是激励措施", "is an incentive"];
    refused(&world, &of(INCENTIVE), Guard::Proportion, honour);
    let informs = ["M-M01 仅可供参考", "reference only"];
    refused(&world, &of(INFORMATION), Guard::NoOrder, informs);
    let twice = ["M-A01（tax）载明两次", "is named twice"];
    refused(&world, &of(STATUTE), Guard::Proportion, twice);
    let mut elsewhere = named(STATUTE);
    elsewhere.department = JUSTICE.to_owned();
    let there = ["M-A01 不由 justice 实施", "justice does not implement it"];
    refused(&world, &naming(&right, &[elsewhere]), Guard::Competent, there);
}

/// Of a person who answers for it, and of what no law carries. Covers G-PROP.
#[test]
fn a_notice_names_what_fits_the_person_and_what_a_law_carries() {
    let mut world = World::seeded();
    let listing = world.listing(&[], &[], Stage::Effective);
    let own = AttributionId(world.must(&handler(), &attribute(listing, person(1))));
    let right = notice(&world, CaseRef::Attribution(own), &[]);
    let all = [STATUTE, PERSONS].map(named);
    assert!(world.ask(&handler(), &naming(&right, &all)).is_ok());
    let of = naming(&right, &[named(STATUTE)]);
    let firms = amended(&world, STATUTE, |own| own.subject = MeasureSubject::LegalPerson);
    let said = ["M-A01 仅适用于单位", "is for organisations only"];
    refused(&firms, &of, Guard::Proportion, said);
    let voluntary = amended(&world, STATUTE, |own| own.needs = MeasureNeeds::Voluntary);
    refused(&voluntary, &of, Guard::NoOrder, ["M-A01", "reference only"]);
    let lawless =
        ["目录中 M-A01 没有现行有效且层级足够的依据", "no basis in force that carries M-A01"];
    for basis in [vec![], vec!["repealed"], vec!["plan"]] {
        let basis: Vec<_> = basis.into_iter().map(crate::kit::rules::cite).collect();
        let bare = amended(&world, STATUTE, |own| own.basis = basis);
        refused(&bare, &of, Guard::BasisRank, lawless);
    }
}

/// What the catalogue let a notice name it may not let a decision name any more.
#[test]
fn a_decision_names_only_what_can_be_taken_by_then() {
    let mut world = World::seeded();
    let listing = world.listing(&[], &[STATUTE], Stage::Heard);
    let right = decision(CaseRef::Listing(listing), 2, &[STATUTE]);
    assert!(world.ask(&head(), &right).is_ok());
    let lawless = amended(&world, STATUTE, |own| own.basis = Vec::new());
    refused(&lawless, &right, Guard::BasisRank, ["M-A01", "M-A01"]);
    let twice = naming(&right, &[named(STATUTE), named(STATUTE)]);
    refused(&world, &twice, Guard::Proportion, ["载明两次", "named twice"]);
    let none = naming(&right, &[]);
    assert!(lawless.ask(&head(), &none).is_ok(), "it is decided without");
}

/// Whoever asks the wrong way is told the right one: a higher authority is asked by a letter.
#[test]
fn a_measure_of_a_higher_authority_is_forwarded_and_the_refusal_says_so() {
    let mut world = World::seeded();
    let listing = world.listing(&[], &[HIGHER, STATUTE], Stage::Effective);
    let asked = initiate(listing, None, HIGHER);
    let refusal = world.ask(&handler(), &asked).expect_err("no department of the county takes it");
    assert_eq!(refusal.ground, guard(Guard::Competent));
    for part in ["M-A07 由上级机关实施", "a higher authority takes it"] {
        assert!(refusal.detail.contains(part), "{}", refusal.detail);
    }
    assert!(refusal.cure.contains("POST /v1/measures/forward"), "{}", refusal.cure);
    let letter = forward(&world, listing, STATUTE);
    let refusal = world.ask(&handler(), &letter).expect_err("a department of the county takes it");
    assert_eq!(refusal.ground, guard(Guard::Competent));
    assert!(refusal.detail.contains("M-A01 由县级部门实施"), "{}", refusal.detail);
    assert!(world.ask(&handler(), &forward(&world, listing, HIGHER)).is_ok());
    assert_eq!(world.rules.measure(HIGHER).expect("it is there").executor, Executor::Higher);
}
