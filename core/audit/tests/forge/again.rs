//! Courses with a second measure case of the same kind, and such as allow none.

use shouxin_core::command::Command;
use shouxin_core::event::{CallFault, CaseHook, Finding, Target};
use shouxin_core::id::{ListingId, MeasureId};
use shouxin_core::time::Day;

use super::kit::later::{
    listed, listing_of, repair_of, revocation_notice, revocation_statement, revoke_repair,
};
use super::kit::rules::STATUTE;
use super::kit::steps::*;
use super::kit::{World, operator, organisation, party, plugin};
use super::lives;

/// A case that lasts to a day, taken some way along.
fn until(world: &mut World, listing: ListingId, last: Day, progress: Progress) -> MeasureId {
    let mut command = initiate(listing, None, STATUTE);
    if let Command::InitiateMeasure { until, .. } = &mut command {
        *until = last;
    }
    let id = MeasureId(world.must(&handler(), &command));
    world.proceed(id, progress);
    id
}

fn lifted(world: &mut World, measure: MeasureId) {
    world.must(&implementer(), &by_hand(measure, CaseHook::Lift));
    world.must(&implementer(), &feedback(measure));
}

/// One that nobody was ordered to execute by its last day, and another.
pub fn opened_anew() -> World {
    let (mut world, listing) = listed();
    let last = world.today.plus_days(10);
    until(&mut world, listing, last, Progress::Accepted);
    world.go_to(last.plus_days(1));
    world.measure(listing, STATUTE, Progress::Executed);
    world
}

/// What a repair had ended is taken again once the repair was revoked, for the rest of its time.
pub fn came_back() -> World {
    let mut world = lives::repaired();
    let repair = repair_of(&world);
    let told = revocation_notice(&world, repair);
    world.must(&handler(), &told);
    let stated = revocation_statement(&world, repair);
    world.must(&party(organisation(1)), &stated);
    let decision = revoke_repair(&world, repair, 2);
    world.must(&head(), &decision);
    world.pass(12);
    let listing = listing_of(&world);
    world.measure(listing, STATUTE, Progress::Executed);
    world
}

/// Executed, and lifted behind its own last day.
pub fn over() -> World {
    let (mut world, listing) = listed();
    let last = world.today.plus_days(10);
    let measure = until(&mut world, listing, last, Progress::FedBack);
    world.go_to(last.plus_days(1));
    lifted(&mut world, measure);
    world
}

/// Given up by its plugin, and found without effect behind its own last day.
pub fn given_up() -> World {
    let mut world = World::seeded();
    world.must(&operator(), &deploy());
    let listing = world.listing(&[], &[STATUTE], Stage::Effective);
    let last = world.today.plus_days(10);
    let measure = until(&mut world, listing, last, Progress::Executing);
    let failed = Command::PluginFailed {
        measure,
        hook: CaseHook::Execute,
        order: world.order(measure),
        fault: CallFault::Crash,
        detail: text(),
        attempt: 5,
        final_attempt: true,
    };
    world.must(&plugin(), &failed);
    world.go_to(last.plus_days(1));
    world.must(&implementer(), &by_hand(measure, CaseHook::Lift));
    world
}

/// Annulled by an objection to it, and lifted.
pub fn annulled() -> World {
    let (mut world, listing) = listed();
    let measure = world.measure(listing, STATUTE, Progress::FedBack);
    let objection = world.objection(organisation(1), Target::Measure(measure), false);
    world.outcome(objection, Finding::Error);
    lifted(&mut world, measure);
    world
}

/// Every course here.
pub fn all() -> Vec<(&'static str, World)> {
    vec![
        ("opened anew", opened_anew()),
        ("came back", came_back()),
        ("over", over()),
        ("given up", given_up()),
        ("annulled", annulled()),
    ]
}
