//! Which deadlines run in which state: a newer calendar counts anew what runs there and nothing else.
//! The tables of the machines (`kit/timing.rs`) recount every clock that the index lists; this says
//! which those are.
//!
//! Covers: domain.md 5.2.

use std::collections::BTreeSet;

use shouxin_core::command::Command;
use shouxin_core::command::remedy::RemedyCommand;
use shouxin_core::event::calendar::Clock;
use shouxin_core::event::remedy::ReviewOf;
use shouxin_core::event::{CaseHook, CaseRef, Finding, RepairAcceptance, Target};
use shouxin_core::id::{AttributionId, MeasureId, RepairId, ToleranceId};
use shouxin_core::row::{Due, Index, Key, Repairable};

use crate::kit::asked::revoke;
use crate::kit::commitments::{Word, word};
use crate::kit::later::*;
use crate::kit::repairs::done;
use crate::kit::rules::{HEARING, HIGHER, STATUTE};
use crate::kit::steps::*;
use crate::kit::tolerance::{give_up, tolerate};
use crate::kit::{Who, World, organisation, party, person, timer};

fn own() -> Who {
    party(organisation(1))
}

/// What runs in a row and was counted beyond the calendar, as all of it is in these tests.
#[track_caller]
fn runs(world: &World, key: Key, wanted: &[Clock]) {
    let found: BTreeSet<Clock> = world
        .index
        .iter()
        .filter_map(|entry| match entry {
            Index::Provisional(clock) if clock.key() == key => Some(*clock),
            _ => None,
        })
        .collect();
    assert_eq!(found, wanted.iter().copied().collect());
    for clock in found {
        let mut then = newer(world, "off", 3);
        recount(&mut then, clock);
        assert_eq!(then.replayed().rows, then.rows, "{clock:?}");
    }
}

fn look(world: &mut World, due: Due) {
    world.must(&timer(), &Command::Tick { due });
}

#[test]
fn a_case_has_its_days_until_it_is_decided_and_its_standstill_until_it_has_effect() {
    let stages = [
        Stage::Proposed,
        Stage::Noticed,
        Stage::Heard,
        Stage::Decided,
        Stage::Served,
        Stage::Effective,
    ];
    for stage in stages {
        let wanted = |case| match stage {
            Stage::Proposed => vec![Clock::Decision(case)],
            Stage::Noticed | Stage::Heard => vec![Clock::Statement(case), Clock::Decision(case)],
            Stage::Served => vec![Clock::Start(case)],
            Stage::Decided | Stage::Effective => Vec::new(),
        };
        let mut world = World::seeded();
        let listing = world.listing(&[], &[STATUTE], stage);
        runs(&world, Key::Listing(listing), &wanted(CaseRef::Listing(listing)));

        let mut world = World::seeded();
        let listing = world.listing(&[], &[STATUTE], Stage::Effective);
        let id = AttributionId(world.must(&handler(), &attribute(listing, person(1))));
        world.advance(CaseRef::Attribution(id), &[STATUTE], stage);
        runs(&world, Key::Attribution(id), &wanted(CaseRef::Attribution(id)));
    }
}

/// The start of what a person answers for is put off like that of a listing.
#[test]
fn a_longer_standstill_puts_off_what_a_person_answers_for() {
    let mut world = World::seeded();
    let listing = world.listing(&[], &[STATUTE], Stage::Effective);
    let id = world.attribution(listing, person(1), Stage::Served);
    let case = CaseRef::Attribution(id);
    let starts_on = |world: &World| world.path(case).served().expect("it is served").starts_on;
    let before = starts_on(&world);
    let mut then = newer(&world, "off", 3);
    assert_eq!(recount(&mut then, Clock::Start(case)), ["deadline.recomputed"]);
    assert!(starts_on(&then) > before);
}

#[test]
fn a_measure_has_the_days_of_whoever_has_to_act() {
    let mut world = World::seeded();
    let listing = world.listing(&[], &[HEARING], Stage::Effective);
    let id = world.measure(listing, HEARING, Progress::Initiated);
    let key = || Key::Measure(id);
    runs(&world, key(), &[]);
    world.proceed(id, Progress::Noticed);
    let mut sent = World::seeded();
    let other = sent.listing(&[], &[HEARING], Stage::Effective);
    let other = sent.measure(other, HEARING, Progress::Dispatched);
    runs(&sent, Key::Measure(other), &[Clock::Response(other), Clock::Execution(other)]);
    sent.pass(30);
    runs(&sent, Key::Measure(other), &[]);
    runs(&world, key(), &[Clock::Dispatch(id)]);
    world.must(&handler(), &Command::DispatchMeasure { measure: id });
    world.must(&implementer(), &Command::AcceptMeasure { measure: id });
    runs(&world, key(), &[Clock::Execution(id)]);
    world.must(&implementer(), &Command::ExecuteMeasure { measure: id });
    world.must(&implementer(), &by_hand(id, CaseHook::Execute));
    runs(&world, key(), &[Clock::Feedback(id)]);
    world.must(&implementer(), &feedback(id));
    runs(&world, key(), &[]);
    let ended = revoke(&world, CaseRef::Listing(listing));
    world.must(&head(), &ended);
    look(&mut world, Due::Measure(id));
    runs(&world, key(), &[Clock::Lift(id)]);
    world.pass(30);
    runs(&world, key(), &[]);
}

#[test]
fn a_higher_authority_is_told_by_a_day_that_runs() {
    let mut world = World::seeded();
    let listing = world.listing(&[], &[HIGHER], Stage::Effective);
    let asked = forward(&world, listing, HIGHER);
    let id = MeasureId(world.must(&handler(), &asked));
    runs(&world, Key::Measure(id), &[]);
    world.objection(organisation(1), Target::Listing(listing), false);
    look(&mut world, Due::Measure(id));
    runs(&world, Key::Measure(id), &[Clock::Telling(id)]);
    world.pass(30);
    runs(&world, Key::Measure(id), &[]);
}

fn request(of: ReviewOf) -> Command {
    remedy(RemedyCommand::RequestReview {
        of,
        statement: text(),
        evidence: vec![digest(31)],
        new_facts: false,
    })
}

#[test]
fn an_objection_has_one_clock_for_each_thing_that_it_waits_for() {
    let (mut world, listing) = listed();
    let id = world.objection(organisation(1), Target::Listing(listing), false);
    let key = || Key::Objection(id);
    runs(&world, key(), &[Clock::Objection(id)]);
    world.must(&clerk(), &Command::AcceptObjection { objection: id });
    runs(&world, key(), &[Clock::Referral(id)]);
    runs(&later(&world, 30), key(), &[]);
    let received_on = world.today;
    world.must(&clerk(), &Command::ReferObjection { objection: id, received_on });
    runs(&world, key(), &[Clock::Objection(id)]);
    runs(&later(&world, 60), key(), &[]);
    world.must(&head(), &report(id, Finding::Correct));
    runs(&world, key(), &[Clock::Outcome(id)]);
    runs(&later(&world, 30), key(), &[]);
    let outcome = resolve(&world, id);
    world.must(&clerk(), &outcome);
    runs(&world, key(), &[]);
    world.must(&own(), &request(ReviewOf::Objection(id)));
    runs(&world, key(), &[Clock::Objection(id)]);
    runs(&later(&world, 60), key(), &[]);
}

#[test]
fn a_repair_has_one_clock_for_each_thing_that_it_waits_for() {
    let (mut world, listing) = listed();
    world.pass(200);
    let mut applied = world.clone();
    let id = RepairId(applied.must(&own(), &repair(listing)));
    let key = || Key::Repair(id);
    runs(&applied, key(), &[Clock::Repair(id), Clock::RepairDecision(id)]);
    runs(&later(&applied, 10), key(), &[Clock::RepairDecision(id)]);
    runs(&later(&applied, 60), key(), &[]);
    applied.must(&handler(), &repair_check(id, RepairAcceptance::Accepted));
    runs(&applied, key(), &[Clock::Repair(id)]);
    runs(&later(&applied, 60), key(), &[]);
    let refused = refuse_repair(&applied, id);
    applied.must(&head(), &refused);
    runs(&applied, key(), &[]);
    applied.must(&own(), &request(ReviewOf::Repair(id)));
    runs(&applied, key(), &[Clock::Repair(id)]);
    runs(&later(&applied, 60), key(), &[]);

    let id = done(&mut world, &own(), Repairable::Listing(listing));
    let key = || Key::Repair(id);
    runs(&world, key(), &[]);
    let notice = revocation_notice(&world, id);
    world.must(&handler(), &notice);
    runs(&world, key(), &[Clock::Repair(id)]);
    let stated = revocation_statement(&world, id);
    world.must(&own(), &stated);
    let decision = revoke_repair(&world, id, 2);
    world.must(&head(), &decision);
    runs(&world, key(), &[Clock::Restart(id)]);
    world.pass(12);
    runs(&world, key(), &[]);
}

#[test]
fn a_commitment_has_the_days_to_cure_it_and_those_of_its_finding() {
    let states = [
        Word::InForce,
        Word::Overdue,
        Word::CurePeriod,
        Word::Proposed,
        Word::Noticed,
        Word::Heard,
        Word::Decided,
        Word::Breached,
    ];
    for state in states {
        let (world, id) = word(state);
        let finding = [Clock::BreachStatement(id), Clock::BreachDecision(id)];
        // The time to cure it has passed by then, and stands there until the finding is served.
        let wanted: BTreeSet<Clock> = match state {
            Word::CurePeriod | Word::Decided => [Clock::Cure(id)].into(),
            Word::Proposed => [Clock::Cure(id), Clock::BreachDecision(id)].into(),
            Word::Noticed | Word::Heard => finding.into_iter().chain([Clock::Cure(id)]).collect(),
            _ => BTreeSet::new(),
        };
        let wanted: Vec<Clock> = wanted.into_iter().collect();
        runs(&world, Key::Commitment(id), &wanted);
    }
}

#[test]
fn a_tolerant_acceptance_has_its_days_while_it_is_open() {
    let mut world = World::seeded();
    let opened = tolerate(&world, organisation(1));
    let id = ToleranceId(world.must(&handler(), &opened));
    runs(&world, Key::Tolerance(id), &[Clock::Tolerance(id)]);
    world.must(&own(), &give_up(id));
    runs(&world, Key::Tolerance(id), &[]);
}
