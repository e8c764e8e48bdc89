//! A catalogue that allows less by now: nobody is listed for a behaviour that left it, and no measure
//! is ordered for longer than it lets one last (INV-3, INV-11).
//!
//! Covers: domain.md O02, O22, INV-3, INV-11.

use std::sync::Arc;

use shouxin_core::command::Command;
use shouxin_core::event::CaseRef;
use shouxin_core::guard::Guard;
use shouxin_core::id::{AttributionId, MeasureId};

use crate::kit::later::{after, listed};
use crate::kit::rules::{LISTABLE, STATUTE};
use crate::kit::steps::*;
use crate::kit::{World, guard, person};

/// The register once nobody is listed for that behaviour any more.
fn without_the_behaviour(world: &World) -> World {
    let mut world = world.clone();
    let rules = Arc::make_mut(&mut world.rules);
    rules.behaviours.retain(|own| own.id != LISTABLE);
    world
}

#[test]
fn a_behaviour_that_left_the_catalogue_is_decided_and_served_for_nobody() {
    let mut world = World::seeded();
    let case = CaseRef::Listing(world.listing(&[], &[STATUTE], Stage::Heard));
    let decide = decision(case, 2, &[STATUTE]);
    assert!(world.ask(&head(), &decide).is_ok());
    let gone = without_the_behaviour(&world);
    assert_eq!(gone.refused(&head(), &decide), guard(Guard::Published));
    let decided = after(&world, &head(), &decide);
    let service = serve(&decided, case);
    assert!(decided.ask(&handler(), &service).is_ok());
    let gone = without_the_behaviour(&decided);
    assert_eq!(gone.refused(&handler(), &service), guard(Guard::Published));
    let drop = Command::DropCase { case, reasons: text() };
    assert!(gone.ask(&head(), &drop).is_ok(), "the way out");
}

/// The organisation's listing keeps the end it has; a person does not begin to answer for it.
#[test]
fn nor_does_a_person_begin_to_answer_for_it() {
    let (mut world, listing) = listed();
    let id = AttributionId(world.must(&handler(), &attribute(listing, person(1))));
    let case = CaseRef::Attribution(id);
    world.advance(case, &[STATUTE], Stage::Heard);
    let decide = decision(case, 2, &[STATUTE]);
    assert!(world.ask(&head(), &decide).is_ok());
    let gone = without_the_behaviour(&world);
    assert_eq!(gone.refused(&head(), &decide), guard(Guard::Published));
}

#[test]
fn a_measure_that_may_last_less_by_now_is_not_ordered_for_longer() {
    let (mut world, listing) = listed();
    // To the very last day of four months.
    let mut opened = initiate(listing, None, STATUTE);
    if let Command::InitiateMeasure { until, .. } = &mut opened {
        *until = world.today.plus_months(4);
    }
    let id = MeasureId(world.must(&handler(), &opened));
    world.proceed(id, Progress::Accepted);
    let order = Command::ExecuteMeasure { measure: id };
    let row = world.measure_row(id);
    let allows = |months: u16| {
        let mut world = world.clone();
        let rules = Arc::make_mut(&mut world.rules);
        let own = rules.measures.iter_mut().find(|own| own.id == STATUTE);
        own.unwrap().max_months = months;
        world
    };
    assert_eq!(row.until, row.initiated_on.plus_months(4));
    assert!(allows(4).ask(&implementer(), &order).is_ok(), "it lasts no longer than that");
    let less = allows(3);
    assert_eq!(less.refused(&implementer(), &order), guard(Guard::End));
}
