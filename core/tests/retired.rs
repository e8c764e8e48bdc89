//! A plugin that runs no more, or is slow, blocks nobody: what relieves the subject is done by hand,
//! what it left behind is ordered anew, and another takes its place (design.md 5).

use crate::kit::later::{after, listed, objection_of};
use crate::kit::rules::{STATUTE, TAX, day};
use crate::kit::steps::*;
use crate::kit::table::STATE;
use crate::kit::{Who, World, guard, misfit, operator, organisation, party, plugin};
use shouxin_core::actor::{Actor, Role};
use shouxin_core::command::Command;
use shouxin_core::decide::owed_hook;
use shouxin_core::event::plugin::Admission;
use shouxin_core::event::{CallFault, CaseHook, Finding, Target};
use shouxin_core::guard::{Guard, Misfit};
use shouxin_core::id::{MeasureId, Position};
use shouxin_core::limits::PLUGINS_MAX;
use shouxin_core::row::{Index, Key, MeasureRow, MeasureState, PluginRow, Row};

const BY_HAND: &[&str] = &["execution.ordered", "measure.executed", "assessment.feedback_due"];
const LIFTED: &[&str] = &["measure.lifted", "assessment.feedback_due"];

/// A measure that the plugin of the tax office carries out.
fn carried(progress: Progress) -> (World, MeasureId) {
    let (mut world, listing) = listed();
    world.must(&operator(), &deploy());
    let id = world.measure(listing, STATUTE, progress);
    (world, id)
}

fn retired(world: &World) -> World {
    after(world, &operator(), &retire(&[]))
}

fn owed(world: &World, id: MeasureId) -> Option<CaseHook> {
    owed_hook(world.measure_row(id), world.standing(|rows, on| rows.measure_standing(id, on)))
}

fn failed(measure: MeasureId, hook: CaseHook, order: Position) -> Command {
    Command::PluginFailed {
        measure,
        hook,
        order,
        fault: CallFault::Crash,
        detail: text(),
        attempt: 1,
        final_attempt: true,
    }
}

/// The plugin that takes the place of another.
fn replacement() -> Command {
    match deploy() {
        Command::DeployPlugin { version, sha256, department, measures, admission, .. } => {
            let name = "new-plugin".to_owned();
            Command::DeployPlugin { name, version, sha256, department, measures, admission }
        }
        other => panic!("{other:?}"),
    }
}

fn rows(world: &World) -> Vec<PluginRow> {
    match world.row(&Key::Plugins) {
        Some(Row::Plugins(rows)) => rows.clone(),
        other => panic!("{other:?}"),
    }
}

/// Whose order stands.
fn carrier(world: &World, id: MeasureId) -> Option<String> {
    world.measure_row(id).state.order().expect("an order").plugin.clone()
}

/// It may answer, and nothing follows: neither an event nor a refusal that somebody has to look at.
#[track_caller]
fn says_nothing(world: &World, answer: &Command) {
    let mut later = world.clone();
    assert_eq!(later.run(&plugin(), answer), Ok(Vec::new()), "{answer:?}");
    assert_eq!(later.rows, world.rows);
}

/// It knows then what an officer did, and nothing else of the case changes.
#[track_caller]
fn learns(world: &World, answer: &Command) -> World {
    let mut later = world.clone();
    let id = newest_measure(world);
    assert_eq!(later.run(&plugin(), answer), Ok(vec!["measure.plugin_told"]), "{answer:?}");
    let before = MeasureRow { courtesy: None, ..world.measure_row(id).clone() };
    assert_eq!(*later.measure_row(id), before);
    later
}

fn newest_measure(world: &World) -> MeasureId {
    let found = world.rows.keys().filter_map(|key| match key {
        Key::Measure(id) => Some(*id),
        _ => None,
    });
    found.max().expect("a measure")
}

#[test]
fn an_answer_behind_what_was_done_by_hand_changes_nothing() {
    for progress in [Progress::Executing, Progress::Executed] {
        let (world, id) = carried(progress);
        let order = world.order(id);
        let mut hold = after(&world, &party(organisation(1)), &object(Target::Measure(id), false));
        assert_eq!(owed(&hold, id), Some(CaseHook::Suspend));
        let names = hold.run(&implementer(), &by_hand(id, CaseHook::Suspend));
        assert_eq!(names, Ok(vec!["measure.suspension_confirmed"]));
        assert_eq!(owed(&hold, id), None, "the outbox owes nothing");
        says_nothing(&hold, &failed(id, CaseHook::Suspend, order));
        let told = learns(&hold, &plugin_done(id, CaseHook::Suspend, order));
        says_nothing(&told, &plugin_done(id, CaseHook::Suspend, order));
        assert_eq!(hold.refused(&plugin(), &plugin_done(id, CaseHook::Execute, order)), STATE);
        let mut ended = world;
        ended.go_to(day("2027-03-02"));
        assert_eq!(owed(&ended, id), Some(CaseHook::Lift));
        let lifted = ended.run(&implementer(), &by_hand(id, CaseHook::Lift));
        assert_eq!(lifted, Ok(LIFTED.to_vec()));
        assert_eq!(owed(&ended, id), None, "the outbox owes nothing");
        let fed_back = after(&ended, &implementer(), &feedback(id));
        let told = learns(&ended, &plugin_done(id, CaseHook::Lift, order));
        let told_later = learns(&fed_back, &plugin_done(id, CaseHook::Lift, order));
        for world in [&told, &told_later] {
            for hook in [CaseHook::Suspend, CaseHook::Lift] {
                says_nothing(world, &plugin_done(id, hook, order));
                says_nothing(world, &failed(id, hook, order));
            }
            // What it did not do, and what it was not asked, it does not say.
            let forbidden = misfit(Misfit::Forbidden);
            let early = Position { sequence: order.sequence - 1, ..order };
            for (hook, at) in
                [(CaseHook::Execute, order), (CaseHook::Resume, order), (CaseHook::Lift, early)]
            {
                assert_eq!(world.refused(&plugin(), &plugin_done(id, hook, at)), forbidden);
            }
            let actor = Actor::Plugin { name: "new-plugin".to_owned(), version: String::new() };
            let other = Who { actor, role: Role::Operator };
            let answer = plugin_done(id, CaseHook::Lift, order);
            assert_eq!(world.refused(&other, &answer), forbidden);
            assert_eq!(world.refused(&implementer(), &answer), forbidden);
        }
    }
}

/// An attempt that was given up is looked at by an officer; what its plugin says then is late too.
#[test]
fn an_answer_behind_a_look_changes_nothing() {
    let (world, id) = carried(Progress::Executing);
    let order = world.order(id);
    let mut world = after(&world, &plugin(), &failed(id, CaseHook::Execute, order));
    world.go_to(day("2027-03-02"));
    world.must(&implementer(), &by_hand(id, CaseHook::Lift));
    assert_eq!(world.measure_row(id).state, MeasureState::Closed);
    let told = learns(&world, &plugin_done(id, CaseHook::Lift, order));
    says_nothing(&told, &plugin_done(id, CaseHook::Lift, order));
}

#[test]
fn a_plugin_runs_until_it_is_retired_and_again_once_it_is_deployed() {
    let mut world = World::seeded();
    world.must(&operator(), &deploy());
    let told = rows(&world)[0].told_through;
    for who in [handler(), head(), plugin(), party(organisation(1))] {
        assert_eq!(world.refused(&who, &retire(&[])), misfit(Misfit::Forbidden));
    }
    let says = |world: &mut World, running: &[&str]| world.run(&operator(), &retire(running));
    assert_eq!(says(&mut world, &["tax-plugin"]), Ok(Vec::new()));
    assert_eq!(says(&mut world, &["another"]), Ok(vec!["plugin.retired"]));
    assert_eq!(rows(&world)[0].retired, world.log.last().map(|own| own.position));
    assert_eq!(says(&mut world, &[]), Ok(Vec::new()), "it is said once");
    assert_eq!(world.run(&operator(), &deploy()), Ok(vec!["plugin.deployed", "plugin.admitted"]));
    let row = &rows(&world)[0];
    assert_eq!((row.retired, row.told_through), (None, told), "and told of what it missed");
    assert_eq!(world.run(&operator(), &deploy()), Ok(Vec::new()));
    assert_eq!(world.replayed().rows, world.rows);
}

#[test]
fn another_takes_the_place_of_a_retired_one_alone() {
    let mut world = World::seeded();
    world.must(&operator(), &deploy());
    assert_eq!(world.refused(&operator(), &replacement()), misfit(Misfit::Exists));
    let mut world = retired(&world);
    world.must(&operator(), &replacement());
    assert_eq!(world.refused(&operator(), &deploy()), misfit(Misfit::Exists), "one at a time");
    assert_eq!(rows(&world).iter().filter(|own| own.retired.is_none()).count(), 1);
}

/// Those that run are bounded, and so are those of which is known that they do not.
#[test]
fn retired_plugins_take_no_room() {
    let mut world = World::seeded();
    let deployed = |name: String| Command::DeployPlugin {
        name,
        version: "1.0.0".to_owned(),
        sha256: digest(1),
        department: TAX.to_owned(),
        measures: Vec::new(),
        admission: Admission::Unsigned,
    };
    for round in 0..3 {
        for at in 0..PLUGINS_MAX {
            world.must(&operator(), &deployed(format!("p{round}-{at}")));
        }
        assert_eq!(world.refused(&operator(), &deploy()), misfit(Misfit::Exists));
        world.must(&operator(), &retire(&[]));
        assert_eq!(rows(&world).len(), PLUGINS_MAX);
        assert!(rows(&world).iter().all(|own| own.name.starts_with(&format!("p{round}-"))));
    }
    assert!(!world.read(|rows, _| rows.plugin_runs("p0-0")), "nor does one that left the list");
}

#[test]
fn what_a_retired_plugin_left_behind_is_executed_by_hand() {
    let (world, id) = carried(Progress::Executing);
    let order = world.order(id);
    let execute = by_hand(id, CaseHook::Execute);
    assert_eq!(world.refused(&implementer(), &execute), STATE);
    let world = retired(&world);
    assert_eq!(world.refused(&handler(), &execute), guard(Guard::Competent));
    let hold = after(&world, &party(organisation(1)), &object(Target::Measure(id), false));
    let suspended = guard(Guard::NoSuspension);
    assert_eq!(hold.refused(&implementer(), &execute), suspended);
    assert_eq!(hold.refused(&implementer(), &by_hand(id, CaseHook::Resume)), suspended);
    let mut done = world.clone();
    assert_eq!(done.run(&implementer(), &execute), Ok(BY_HAND.to_vec()));
    assert_eq!(carrier(&done, id), None, "the order is the officer's own");
    let owes = |world: &World| world.index.iter().any(|own| matches!(own, Index::Owed(..)));
    assert!(owes(&world) && !owes(&done));
    assert_eq!(done.refused(&implementer(), &execute), STATE, "once");
    // What it says of the order that it left behind, when it comes back, says nothing.
    done.must(&operator(), &deploy());
    let late = plugin_done(id, CaseHook::Execute, order);
    assert_eq!(done.refused(&plugin(), &late), misfit(Misfit::Forbidden));
    assert_eq!(done.replayed().rows, done.rows);
    // Until then, the order is still its own where nobody took it over.
    let mut back = after(&world, &operator(), &deploy());
    assert_eq!(back.refused(&implementer(), &execute), STATE);
    back.must(&plugin(), &late);
    // What a retired one did carry out is not carried out again.
    let (executed, id) = carried(Progress::Executed);
    let executed = retired(&executed);
    assert_eq!(executed.refused(&implementer(), &by_hand(id, CaseHook::Execute)), STATE);
    let again = Command::ExecuteMeasure { measure: id };
    assert_eq!(executed.refused(&implementer(), &again), STATE);
}

#[test]
fn what_a_retired_plugin_left_behind_is_ordered_anew() {
    let (world, id) = carried(Progress::Executing);
    let execute = Command::ExecuteMeasure { measure: id };
    assert_eq!(world.refused(&implementer(), &execute), STATE);
    let world = retired(&world);
    let mut by_officer = after(&world, &implementer(), &execute);
    assert_eq!(carrier(&by_officer, id), None);
    assert_eq!(by_officer.refused(&implementer(), &execute), STATE, "once");
    by_officer.must(&implementer(), &by_hand(id, CaseHook::Execute));
    let replaced = after(&world, &operator(), &replacement());
    let ordered = after(&replaced, &implementer(), &execute);
    assert_eq!(carrier(&ordered, id).as_deref(), Some("new-plugin"));
    assert_eq!(owed(&ordered, id), Some(CaseHook::Execute));
    assert_eq!(ordered.refused(&implementer(), &by_hand(id, CaseHook::Execute)), STATE);
    let before = ordered.order(id);
    let late = plugin_done(id, CaseHook::Execute, before);
    assert_eq!(ordered.refused(&plugin(), &late), misfit(Misfit::Forbidden));
    assert_eq!(ordered.replayed().rows, ordered.rows);
    assert_eq!(ordered.replayed().index, ordered.index);
}

/// No order goes to a plugin that runs no more: the officer carries it out.
#[test]
fn an_order_goes_to_no_retired_plugin() {
    let (world, id) = carried(Progress::Accepted);
    let execute = Command::ExecuteMeasure { measure: id };
    let runs = after(&world, &implementer(), &execute);
    assert_eq!(carrier(&runs, id).as_deref(), Some("tax-plugin"));
    let ordered = after(&retired(&world), &implementer(), &execute);
    assert_eq!(carrier(&ordered, id), None);
    after(&ordered, &implementer(), &by_hand(id, CaseHook::Execute));
}

/// What was suspended by a plugin that is retired since has effect again by hand, and not before the
/// objection has its outcome.
#[test]
fn what_a_retired_plugin_suspended_is_resumed_by_hand() {
    for progress in [Progress::Executing, Progress::Executed] {
        let (world, id) = carried(progress);
        let order = world.order(id);
        let hold = after(&world, &party(organisation(1)), &object(Target::Measure(id), false));
        let mut free = after(&hold, &plugin(), &plugin_done(id, CaseHook::Suspend, order));
        free.outcome(objection_of(&free), Finding::Correct);
        let resume = by_hand(id, CaseHook::Resume);
        assert_eq!(free.refused(&implementer(), &resume), STATE);
        let free = retired(&free);
        let mut resumed = after(&free, &implementer(), &resume);
        let mut at_once = free.clone();
        let execute = by_hand(id, CaseHook::Execute);
        if progress == Progress::Executing {
            resumed.must(&implementer(), &execute);
            let names = at_once.run(&implementer(), &execute).expect("it is left behind");
            assert_eq!(names[..2], ["execution.ordered", "measure.resumption_confirmed"]);
            assert_eq!(at_once.replayed().rows, at_once.rows);
        } else {
            assert_eq!(at_once.refused(&implementer(), &execute), STATE);
        }
        assert_eq!(owed(&resumed, id), None);
    }
}
