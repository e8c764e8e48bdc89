//! No way leads from what market bodies and associations do of their own will to an order (INV-12).

use std::sync::Arc;

use crate::kit::later::after;
use crate::kit::rules::{HIGHER, STATUTE, TAX, cite, day};
use crate::kit::steps::*;
use crate::kit::{World, guard};
use shouxin_core::command::Command;
use shouxin_core::command::measure::MeasureCommand;
use shouxin_core::guard::Guard;
use shouxin_core::id::{ListingId, MeasureId};
use shouxin_core::row::Key;
use shouxin_core::rules::{Executor, Measure, MeasureNeeds};

/// The same register under a catalogue in which one measure is something else.
fn under(world: &World, measure: &str, change: impl Fn(&mut Measure)) -> World {
    let mut world = world.clone();
    let rules = Arc::make_mut(&mut world.rules);
    rules.measures.iter_mut().filter(|own| own.id == measure).for_each(change);
    world
}

fn forward(world: &World, listing: ListingId, measure: &str) -> Command {
    Command::Measure(MeasureCommand::Forward {
        listing,
        attribution: None,
        measure: measure.to_owned(),
        department: TAX.to_owned(),
        to: "某银行".to_owned(),
        basis: vec![cite("law")],
        reasons: text(),
        until: day("2027-03-01"),
        court_document: None,
        document_sha256: digest(40),
        service: served(world.today),
        notice: Some(subject_notice(world.today)),
    })
}

/// Covers INV-12, O43.
#[test]
fn a_voluntary_measure_is_neither_initiated_nor_forwarded_nor_dispatched() {
    let mut world = World::seeded();
    let listing = world.listing(&[], &[STATUTE, HIGHER], Stage::Effective);
    after(&world, &handler(), &initiate(listing, None, STATUTE));
    after(&world, &handler(), &forward(&world, listing, HIGHER));
    for executor in [Executor::County, Executor::Higher, Executor::InformationOnly] {
        let voluntary = |own: &mut Measure| {
            own.needs = MeasureNeeds::Voluntary;
            own.executor = executor;
        };
        let initiated = under(&world, STATUTE, voluntary);
        let ground = initiated.refused(&handler(), &initiate(listing, None, STATUTE));
        assert_eq!(ground, guard(Guard::NoOrder), "{executor:?}");
        let forwarded = under(&world, HIGHER, voluntary);
        let ground = forwarded.refused(&handler(), &forward(&forwarded, listing, HIGHER));
        assert_eq!(ground, guard(Guard::NoOrder), "{executor:?}");
    }
    let informs = under(&world, STATUTE, |own| own.executor = Executor::InformationOnly);
    let ground = informs.refused(&handler(), &initiate(listing, None, STATUTE));
    assert_eq!(ground, guard(Guard::NoOrder));
}

/// The catalogue may change while a case is on its way; what counts is the day of the order.
/// Covers INV-11.
#[test]
fn a_case_that_became_voluntary_or_unpublished_on_its_way_is_not_dispatched() {
    let mut world = World::seeded();
    let listing = world.listing(&[], &[STATUTE], Stage::Effective);
    let id = MeasureId(world.must(&handler(), &initiate(listing, None, STATUTE)));
    world.must(&handler(), &measure_notice(&world, id));
    let dispatch = Command::DispatchMeasure { measure: id };
    after(&world, &handler(), &dispatch);
    let voluntary = under(&world, STATUTE, |own| own.needs = MeasureNeeds::Voluntary);
    assert_eq!(voluntary.refused(&handler(), &dispatch), guard(Guard::NoOrder));
    let hidden = under(&world, STATUTE, |own| own.published = false);
    assert_eq!(hidden.refused(&handler(), &dispatch), guard(Guard::Published));
    assert!(world.row(&Key::Measure(id)).is_some());
}

/// Whoever was the liaison when the case was opened may be gone when it is dispatched: the dispatch
/// looks again. Covers G-LIAISON.
#[test]
fn a_dispatch_finds_somebody_to_receive_it() {
    let mut world = World::seeded();
    let listing = world.listing(&[], &[STATUTE], Stage::Effective);
    let measure = world.measure(listing, STATUTE, Progress::Noticed);
    let dispatch = Command::DispatchMeasure { measure };
    let mut without = world.clone();
    let rules = std::sync::Arc::make_mut(&mut without.rules);
    for own in rules.departments.iter_mut().filter(|own| own.code == TAX) {
        own.officers.iter_mut().for_each(|officer| officer.liaison = false);
    }
    assert_eq!(without.refused(&handler(), &dispatch), guard(Guard::Liaison));
    world.must(&handler(), &dispatch);
}
