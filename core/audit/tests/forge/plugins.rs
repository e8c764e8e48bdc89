//! Courses of plugins: one whole life, what was given up and how it was answered, and what a plugin was told
//! after an officer did it.

use super::kit::plugins::*;
use super::kit::rules::{STATUTE, day};
use super::kit::steps::*;
use super::kit::{World, operator, organisation, person, plugin};
use shouxin_core::command::Command;
use shouxin_core::event::plugin::Admission;
use shouxin_core::event::{CaseHook, Finding, Target};
use shouxin_core::id::{MeasureId, Position};

/// A plugin is let in by a manifest, is not told of some changes, gets another version by way of the shadow,
/// pauses, goes back, forgets and is removed.
pub fn whole_life() -> World {
    let mut world = World::seeded();
    let by = || signed("2026-03-01", "2027-12-31");
    world.must(&operator(), &deploy_version(1, by()));
    world.listing(&[], &[STATUTE], Stage::Effective);
    let through = Position::local(world.next().sequence - 1);
    let name = || NAME.to_owned();
    let undelivered: Vec<Position> =
        [3, 2, 1].map(|before| Position::local(through.sequence - before)).to_vec();
    let late = undelivered[0];
    let left = undelivered[1];
    world.must(&plugin(), &Command::PluginTold { plugin: name(), through, undelivered });
    world.must(&plugin(), &Command::PluginToldLate { plugin: name(), at: late });
    let reason = "已由人工通知".to_owned();
    world.must(&operator(), &Command::SkipUntold { plugin: name(), at: left, reason });
    world.must(&operator(), &shadow(3, Admission::Unsigned));
    world.must(&operator(), &drop_shadow());
    world.must(&operator(), &shadow(2, by()));
    world.must(&operator(), &promote(Some(world.next())));
    world.must(&operator(), &pause());
    world.must(&operator(), &resume());
    world.must(&operator(), &roll_back());
    let through = Position::local(world.next().sequence - 1);
    world.must(&plugin(), &Command::PluginForgot { plugin: name(), through });
    world.must(&operator(), &remove());
    world
}

/// A version comes back after the last day of its manifest: it begins nothing, and relieves.
pub fn back_past_its_last_day() -> World {
    let mut world = World::seeded();
    world.must(&operator(), &deploy_version(1, signed("2026-03-01", "2026-03-31")));
    world.must(&operator(), &deploy_version(2, Admission::Unsigned));
    world.go_to(day("2026-04-01"));
    world.must(&operator(), &roll_back());
    world
}

fn dead(world: &mut World) -> MeasureId {
    let listing = world.listing(&[], &[STATUTE], Stage::Effective);
    let id = world.measure(listing, STATUTE, Progress::Executing);
    world.must(&plugin(), &gives_up(id, CaseHook::Execute, world.order(id)));
    id
}

/// What was given up was disputed, and is delivered again after the outcome.
pub fn retried() -> World {
    let mut world = World::seeded();
    world.must(&operator(), &deploy());
    let id = dead(&mut world);
    let objection = world.objection(organisation(1), Target::Measure(id), false);
    world.outcome(objection, Finding::Correct);
    world.must(&operator(), &retry(id));
    world.must(&plugin(), &plugin_done(id, CaseHook::Execute, world.order(id)));
    world
}

/// A person's case was given up, and is delivered again.
pub fn of_a_person() -> World {
    let mut world = World::seeded();
    world.must(&operator(), &deploy());
    let listing = world.listing(&[], &[STATUTE], Stage::Effective);
    let own = world.attribution(listing, person(1), Stage::Effective);
    let id = MeasureId(world.must(&handler(), &initiate(listing, Some(own), STATUTE)));
    world.proceed(id, Progress::Executing);
    world.must(&plugin(), &gives_up(id, CaseHook::Execute, world.order(id)));
    world.must(&operator(), &retry(id));
    world
}

/// One is left, and ordered anew to the plugin; the other is handed to the officers, who carry it out,
/// suspend, resume and lift it, and the plugin is told.
pub fn answered() -> World {
    let mut world = World::seeded();
    world.must(&operator(), &deploy());
    let left = dead(&mut world);
    world.must(&operator(), &skip(left));
    world.must(&implementer(), &Command::ExecuteMeasure { measure: left });
    world.must(&plugin(), &plugin_done(left, CaseHook::Execute, world.order(left)));
    let handed = dead(&mut world);
    world.must(&operator(), &hand(handed));
    world.must(&implementer(), &Command::ExecuteMeasure { measure: handed });
    world.must(&implementer(), &by_hand(handed, CaseHook::Execute));
    let tell = |world: &mut World, hook| {
        let (_, owed, step) = owed_courtesy_of(world, handed);
        assert_eq!(owed, hook);
        world.must(&plugin(), &plugin_done(handed, hook, step));
    };
    let objection = world.objection(organisation(1), Target::Measure(handed), false);
    world.must(&implementer(), &by_hand(handed, CaseHook::Suspend));
    tell(&mut world, CaseHook::Suspend);
    world.outcome(objection, Finding::Correct);
    world.must(&implementer(), &by_hand(handed, CaseHook::Resume));
    tell(&mut world, CaseHook::Resume);
    let objection = world.objection(organisation(1), Target::Measure(handed), false);
    world.outcome(objection, Finding::Error);
    world.must(&implementer(), &by_hand(handed, CaseHook::Lift));
    tell(&mut world, CaseHook::Lift);
    world
}

/// Every course here.
pub fn all() -> Vec<(&'static str, World)> {
    vec![
        ("whole life", whole_life()),
        ("back past its last day", back_past_its_last_day()),
        ("retried", retried()),
        ("a person", of_a_person()),
        ("answered", answered()),
    ]
}
