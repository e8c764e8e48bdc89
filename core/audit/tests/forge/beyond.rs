//! Courses of what goes to a higher authority.

use std::sync::Arc;

use shouxin_core::command::Command;
use shouxin_core::command::measure::MeasureCommand;
use shouxin_core::id::ListingId;
use shouxin_core::rules::Executor;

use super::kit::courses::held;
use super::kit::later::office_head;
use super::kit::rules::{INCENTIVE, OFFICE};
use super::kit::steps::*;
use super::kit::{Post, World, officer, operator, organisation};

/// An incentive that a higher authority is asked for: nobody need be told of it first, and may be.
pub fn honoured(told: bool) -> World {
    let (nominator, decider) = (officer(OFFICE, Post::Handler), office_head());
    let mut world = World::seeded();
    let rules = Arc::make_mut(&mut world.rules);
    let entry = rules.measures.iter_mut().find(|own| own.id == INCENTIVE);
    entry.expect("it is there").executor = Executor::Higher;
    let listing = ListingId(world.must(&nominator, &nominate(organisation(2))));
    world.must(&nominator, &check_nomination(&world, listing, &[]));
    world.must(&nominator, &Command::OpenPublicNotice { listing });
    world.pass(8);
    let decision = decide_red(&world, listing);
    world.must(&decider, &decision);
    let mut asked = forward(&world, listing, INCENTIVE);
    if let Command::Measure(MeasureCommand::Forward { until, notice, .. }) = &mut asked {
        *until = world.today.plus_days(40);
        *notice = notice.take().filter(|_| told);
    }
    world.must(&nominator, &asked);
    world
}

/// An honour that was accepted is given although the catalogue has made it a mere information since: it
/// keeps the version that favours its subject.
pub fn given_all_the_same() -> World {
    let mut world = super::lives::red();
    let measure = held(&world).measures[0];
    world.must(&implementer(), &Command::AcceptMeasure { measure });
    let rules = Arc::make_mut(&mut world.rules);
    rules.version = [6; 32];
    let entry = rules.measures.iter_mut().find(|own| own.id == INCENTIVE);
    entry.expect("it is there").executor = Executor::InformationOnly;
    let version = world.rules.version;
    world.must(&operator(), &Command::LoadRules { version, files: Vec::new() });
    world.must(&implementer(), &Command::ExecuteMeasure { measure });
    world
}
