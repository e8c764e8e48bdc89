//! Courses of periods that are made longer while the calendar does not reach their end, and are
//! counted anew as a whole once a newer one does.

use std::sync::Arc;

use super::kit::later::{self, begin_testing, end_testing, listed};
use super::kit::steps::{self, *};
use super::kit::{World, operator, organisation, party, timer};
use shouxin_core::command::Command;
use shouxin_core::event::{Finding, RepairAcceptance, Target};
use shouxin_core::id::RepairId;
use shouxin_core::row::Index;

/// Loads a calendar of the year in which the days behind a day are off.
pub fn newer(world: &mut World) {
    let mut rules = (*later::newer(world, "off", 3).rules).clone();
    rules.version = [6; 32];
    let version = rules.version;
    world.rules = Arc::new(rules);
    world.must(&operator(), &Command::LoadRules { version, files: Vec::new() });
}

/// Every deadline that waits for a newer calendar is counted anew.
pub fn recount(world: &mut World) {
    let clocks = world.index.iter().filter_map(|entry| match entry {
        Index::Provisional(clock) => Some(*clock),
        _ => None,
    });
    for clock in clocks.collect::<Vec<_>>() {
        world.run(&timer(), &Command::Recompute(clock)).expect("a timer is not refused");
    }
}

/// A repair that was given more time, decided on the last day of the whole.
pub fn repair() -> World {
    let (mut world, listing) = listed();
    world.pass(120);
    let id = RepairId(world.must(&party(organisation(1)), &steps::repair(listing)));
    world.must(&handler(), &repair_check(id, RepairAcceptance::Accepted));
    world.must(&handler(), &extend_repair(&world, id));
    world.pass(1);
    newer(&mut world);
    recount(&mut world);
    world.pass(30);
    world.must(&head(), &refuse_repair(&world, id));
    world
}

/// Testing that stops a clock, counted anew while it runs or once it has ended; a report in time.
pub fn testing(ended: bool) -> World {
    let (mut world, listing) = listed();
    let id = world.objection(organisation(1), Target::Listing(listing), false);
    world.must(&clerk(), &Command::AcceptObjection { objection: id });
    world.must(&clerk(), &Command::ReferObjection { objection: id, received_on: world.today });
    world.must(&handler(), &begin_testing(&world, id));
    if ended {
        world.pass(1);
        world.must(&handler(), &end_testing(&world, id));
    }
    newer(&mut world);
    recount(&mut world);
    if !ended {
        world.pass(9);
        world.must(&handler(), &end_testing(&world, id));
    }
    world.pass(2);
    world.must(&head(), &report(id, Finding::Correct));
    world.must(&clerk(), &resolve(&world, id));
    world
}

/// Every course, by name.
pub fn all() -> Vec<(&'static str, World)> {
    vec![
        ("a repair is given more time", repair()),
        ("testing stops a clock", testing(false)),
        ("testing stopped a clock", testing(true)),
    ]
}
