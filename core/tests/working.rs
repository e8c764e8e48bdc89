//! Nobody is late with what is forbidden meanwhile: while a dispatched measure is suspended its
//! department may neither accept nor execute it, and has its days anew once it has effect again.
//!
//! Covers: domain.md O51, T08, INV-4.

use shouxin_core::command::Command;
use shouxin_core::decide::owes_an_end;
use shouxin_core::event::plugin::Admission;
use shouxin_core::event::{CallFault, CaseHook, Finding, Target};
use shouxin_core::guard::Guard;
use shouxin_core::id::{ListingId, MeasureId};
use shouxin_core::row::{Due, MeasureState};

use crate::kit::later::listed;
use crate::kit::rules::{HEARING, STATUTE, TAX};
use crate::kit::steps::*;
use crate::kit::{World, guard, operator, organisation, plugin, timer};

const PUT_OFF: &str = "assessment.work_put_off";
const RESPOND: &str = "assessment.response_due";
const EXECUTE: &str = "assessment.execution_due";
const LATE: [&str; 2] = ["measure.response_overdue", "assessment.execution_overdue"];

fn look(measure: MeasureId) -> Command {
    Command::Tick { due: Due::Measure(measure) }
}

fn looked_at(world: &World, measure: MeasureId) -> bool {
    world.read(|rows, day| owes_an_end(rows, measure, day))
}

fn respond_by(world: &World, measure: MeasureId) -> shouxin_core::calendar::Deadline {
    match world.measure_row(measure).state {
        MeasureState::Dispatched { respond_by, .. } => respond_by,
        ref other => panic!("{other:?}"),
    }
}

/// A listing with a measure for whose execution the catalogue sets ten working days.
fn with_days() -> (World, ListingId) {
    let mut world = World::seeded();
    let listing = world.listing(&[], &[HEARING], Stage::Effective);
    (world, listing)
}

#[test]
fn nobody_is_late_with_what_is_forbidden_meanwhile() {
    let (mut world, listing) = with_days();
    let measure = world.measure(listing, HEARING, Progress::Dispatched);
    let before = respond_by(&world, measure);
    let mut undisputed = world.clone();
    let said = undisputed.pass(30);
    assert!(LATE.iter().all(|late| said.contains(late)), "{said:?}");

    let objection = world.objection(organisation(1), Target::Listing(listing), false);
    assert!(looked_at(&world, measure), "the register finds that it is to be put off");
    assert_eq!(world.run(&timer(), &look(measure)).unwrap(), [PUT_OFF]);
    assert!(!looked_at(&world, measure), "it is said once");
    let accept = Command::AcceptMeasure { measure };
    assert_eq!(world.refused(&implementer(), &accept), guard(Guard::NoSuspension));
    let said = world.pass(30);
    assert!(LATE.iter().all(|late| !said.contains(late)), "{said:?}");
    assert!(world.run(&timer(), &look(measure)).unwrap().is_empty(), "whenever it is looked at");
    let mut void = world.clone();
    void.outcome(objection, Finding::Error);
    let said = void.run(&timer(), &look(measure)).unwrap();
    assert!(LATE.iter().all(|late| !said.contains(late)), "nor with what has ended: {said:?}");

    world.outcome(objection, Finding::Correct);
    assert!(looked_at(&world, measure), "it has effect again");
    assert_eq!(world.run(&timer(), &look(measure)).unwrap(), [RESPOND, EXECUTE]);
    assert!(!looked_at(&world, measure));
    let anew = respond_by(&world, measure);
    assert_eq!(anew, world.rules.calendar.after(world.today, before.working_days));
    let execution = world.measure_row(measure).execution.expect("a day anew");
    assert_eq!(execution.by, world.rules.calendar.after(world.today, 10));
    assert_eq!(world.replayed().index, world.index);
    world.go_to(anew.day);
    assert!(world.log.iter().all(|own| !LATE.contains(&own.event.name())), "its last day");
    let said = world.pass(30);
    assert!(LATE.iter().all(|late| said.contains(late)), "{said:?}");
}

#[test]
fn an_accepted_measure_has_its_days_for_the_execution_anew() {
    let (mut world, listing) = with_days();
    let measure = world.measure(listing, HEARING, Progress::Accepted);
    let objection = world.objection(organisation(1), Target::Measure(measure), false);
    assert_eq!(world.run(&timer(), &look(measure)).unwrap(), [PUT_OFF]);
    let said = world.pass(30);
    assert!(LATE.iter().all(|late| !said.contains(late)), "{said:?}");
    world.outcome(objection, Finding::Correct);
    assert_eq!(world.run(&timer(), &look(measure)).unwrap(), [EXECUTE]);
    let said = world.pass(30);
    assert!(said.contains(&LATE[1]), "{said:?}");
}

/// What was late before it was suspended stays late.
#[test]
fn what_was_late_before_stays_late() {
    let (mut world, listing) = listed();
    let measure = world.measure(listing, STATUTE, Progress::Dispatched);
    assert!(world.pass(30).contains(&LATE[0]));
    world.objection(organisation(1), Target::Listing(listing), false);
    assert!(world.run(&timer(), &look(measure)).unwrap().is_empty());
}

/// An execution that failed is still owed; once what it rests on has ended, nobody is late with it,
/// though it was put off before and never had its days anew.
#[test]
fn nobody_is_late_with_what_ended_while_it_was_put_off() {
    let mut world = World::seeded();
    let deployed = Command::DeployPlugin {
        name: "tax-plugin".to_owned(),
        version: "1.0.0".to_owned(),
        sha256: digest(21),
        department: TAX.to_owned(),
        measures: vec![HEARING.to_owned()],
        admission: Admission::Unsigned,
    };
    world.must(&operator(), &deployed);
    let listing = world.listing(&[], &[HEARING], Stage::Effective);
    let measure = world.measure(listing, HEARING, Progress::Executing);
    let failed = Command::PluginFailed {
        measure,
        hook: CaseHook::Execute,
        order: world.order(measure),
        fault: CallFault::Deadline,
        detail: text(),
        attempt: 3,
        final_attempt: true,
    };
    world.must(&plugin(), &failed);
    assert!(world.measure_row(measure).state.given_up());
    let objection = world.objection(organisation(1), Target::Listing(listing), false);
    assert_eq!(world.run(&timer(), &look(measure)).unwrap(), [PUT_OFF]);
    world.pass(30);
    world.outcome(objection, Finding::Error);
    assert!(world.measure_row(measure).execution.is_some_and(|own| world.today > own.by.day));
    let said = world.run(&timer(), &look(measure)).unwrap();
    assert_eq!(said, ["measure.lift_required"]);
}
