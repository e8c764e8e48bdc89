//! What stands on an office's list of tasks: an objection, a repair, a case and a measure, each with
//! whoever has to act next, and with nobody once that is done.

use crate::kit::later::{listed, remedy, revocation_notice};
use crate::kit::repairs::done;
use crate::kit::rules::{MARKET, OFFICE, STATUTE};
use crate::kit::steps::*;
use crate::kit::{Post, World, authority, officer, organisation, party, person};
use shouxin_core::command::Command;
use shouxin_core::command::remedy::RemedyCommand;
use shouxin_core::event::remedy::ReviewOf;
use shouxin_core::event::{Finding, RepairAcceptance, Target};
use shouxin_core::id::{MeasureId, ObjectionId, Position, RepairId};
use shouxin_core::keys::{read_task, tasks_of};
use shouxin_core::row::task::{Desk, Task};
use shouxin_core::row::{Index, Repairable};

/// Who has a task on the list.
fn desks(world: &World, task: Task) -> Vec<Desk> {
    let listed = world.index.iter().filter_map(|entry| match entry {
        Index::Task(desk, own) if *own == task => Some(*desk),
        _ => None,
    });
    listed.collect()
}

/// Covers O51, O62.
#[test]
fn an_objection_is_on_the_list_of_whoever_has_to_act() {
    let market = Desk::Authority(authority(MARKET));
    let clerk = officer(OFFICE, Post::Handler);
    let mut world = World::seeded();
    let listing = world.listing(&[], &[STATUTE], Stage::Effective);
    let filed = object(Target::Listing(listing), false);
    let id = ObjectionId(world.must(&party(organisation(1)), &filed));
    let task = Task::Objection(id);
    assert_eq!(desks(&world, task), [Desk::Office]);
    world.must(&clerk, &Command::AcceptObjection { objection: id });
    assert_eq!(desks(&world, task), [Desk::Office]);
    world.must(&clerk, &Command::ReferObjection { objection: id, received_on: world.today });
    assert_eq!(desks(&world, task), [market]);
    let mut late = world.clone();
    late.pass(60);
    assert_eq!(desks(&late, task), [Desk::Office, market], "the office takes it up");
    let (reasons, service) = (text(), served(late.today));
    let unverified = RemedyCommand::MarkUnverified { objection: id, reasons, service };
    late.must(&clerk, &remedy(unverified));
    assert_eq!(desks(&late, task), [market], "it is still to be reported on");
    late.must(&head(), &report(id, Finding::Error));
    let outcome = resolve(&late, id);
    late.must(&clerk, &outcome);
    assert_eq!(desks(&late, task), [market], "redress is owed");
    late.must(&handler(), &redress(id));
    assert_eq!(desks(&late, task), []);
    world.must(&head(), &report(id, Finding::Correct));
    assert_eq!(desks(&world, task), [Desk::Office]);
    let outcome = resolve(&world, id);
    world.must(&clerk, &outcome);
    assert_eq!(desks(&world, task), []);
}

#[test]
fn a_repair_is_on_the_list_of_whoever_has_to_act() {
    let market = Desk::Authority(authority(MARKET));
    let own = party(organisation(1));
    let (mut world, listing) = listed();
    world.pass(200);
    let mut refused = world.clone();
    let id = RepairId(refused.must(&own, &repair(listing)));
    let task = Task::Repair(id);
    assert_eq!(desks(&refused, task), [market]);
    refused.must(&handler(), &repair_check(id, RepairAcceptance::Accepted));
    assert_eq!(desks(&refused, task), [market]);
    let refusal = refuse_repair(&refused, id);
    refused.must(&head(), &refusal);
    assert_eq!(desks(&refused, task), []);
    let asked = RemedyCommand::RequestReview {
        of: ReviewOf::Repair(id),
        statement: text(),
        evidence: vec![digest(31)],
        new_facts: false,
    };
    refused.must(&own, &remedy(asked));
    assert_eq!(desks(&refused, task), [Desk::Office]);
    let id = done(&mut world, &own, Repairable::Listing(listing));
    assert_eq!(desks(&world, Task::Repair(id)), []);
    let notice = revocation_notice(&world, id);
    world.must(&handler(), &notice);
    assert_eq!(desks(&world, Task::Repair(id)), [market]);
}

#[test]
fn cases_and_measures_are_on_the_list_until_they_are_on_their_way() {
    let market = Desk::Authority(authority(MARKET));
    let on_list = |stage: Stage| {
        let mut world = World::seeded();
        let listing = world.listing(&[], &[STATUTE], stage);
        desks(&world, Task::Listing(listing))
    };
    assert_eq!(on_list(Stage::Proposed), [market]);
    assert_eq!(on_list(Stage::Effective), []);
    for (stage, listed) in [(Stage::Proposed, 1), (Stage::Decided, 1), (Stage::Served, 0)] {
        let mut world = World::seeded();
        let listing = world.listing(&[], &[STATUTE], Stage::Effective);
        let id = world.attribution(listing, person(1), stage);
        assert_eq!(desks(&world, Task::Attribution(id)).len(), listed, "{stage:?}");
    }
    for (progress, listed) in [(Progress::Initiated, 1), (Progress::Dispatched, 0)] {
        let mut world = World::seeded();
        let listing = world.listing(&[], &[STATUTE], Stage::Effective);
        let id = world.measure(listing, STATUTE, progress);
        assert_eq!(desks(&world, Task::Measure(id)).len(), listed);
    }
}

#[test]
fn an_entry_is_read_back_from_its_key() {
    let at = Position::local(7);
    for task in [Task::Objection(ObjectionId(at)), Task::Measure(MeasureId(at))] {
        for desk in [Desk::Office, Desk::Authority(authority(MARKET))] {
            let bytes = Index::Task(desk, task).encode();
            assert_eq!(read_task(&bytes), Some(task));
            let (prefix, behind) = tasks_of(desk, Some(at));
            assert!(bytes.starts_with(&prefix) && behind.is_some_and(|own| own > bytes));
        }
    }
}
