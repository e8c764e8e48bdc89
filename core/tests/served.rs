//! What is served was there: no service is dated before the day of what it is about. What is decided
//! and served in one step is there from the day on which it is recorded.

use crate::kit::asked::revoke;
use crate::kit::later::*;
use crate::kit::rules::{HIGHER, STATUTE};
use crate::kit::steps::*;
use crate::kit::{Who, World, guard, misfit, organisation, party, person, timer};
use shouxin_core::command::Command;
use shouxin_core::command::measure::MeasureCommand;
use shouxin_core::command::remedy::RemedyCommand;
use shouxin_core::event::remedy::ReviewOf;
use shouxin_core::event::{CaseRef, Finding, RepairAcceptance, Target};
use shouxin_core::guard::{Ground, Guard, Misfit};
use shouxin_core::id::{MeasureId, RepairId};
use shouxin_core::row::Due;
use shouxin_core::time::Day;

/// A command as somebody would have it of a day, recorded today.
fn of_day(world: &World, on: Day, command: &dyn Fn(&World) -> Command) -> Command {
    command(&World { today: on, ..world.clone() })
}

/// Of the day it is taken; of the day before, which is before `what` was there, it is refused.
#[track_caller]
fn first(world: &World, who: &Who, on: Day, ground: Ground, command: &dyn Fn(&World) -> Command) {
    let early = of_day(world, on.plus_days(-1), command);
    let refusal = world.ask(who, &early).expect_err("before it was there");
    assert_eq!((refusal.ground, refusal.field), (ground, Some("service")), "{}", refusal.detail);
    assert!(refusal.detail.contains(&on.to_string()), "{} names {on}", refusal.detail);
    let right = of_day(world, on, command);
    assert!(world.ask(who, &right).is_ok(), "{:?}", world.ask(who, &right).err());
}

/// Covers G-SERVED.
#[test]
fn no_outcome_of_an_objection_is_served_before_it_is_recorded() {
    let (mut world, listing) = listed();
    let served_on = guard(Guard::Served);
    let id = world.objection(organisation(1), Target::Listing(listing), false);
    world.pass(1);
    let today = world.today;
    first(&world, &clerk(), today, served_on, &|world| refuse_objection(world, id));
    world.must(&clerk(), &Command::AcceptObjection { objection: id });
    world.must(&clerk(), &Command::ReferObjection { objection: id, received_on: today });
    let mut waited = world.clone();
    waited.pass(40);
    first(&waited, &clerk(), waited.today, served_on, &|world| {
        let service = served(world.today);
        remedy(RemedyCommand::MarkUnverified { objection: id, reasons: text(), service })
    });
    world.must(&head(), &report(id, Finding::Correct));
    world.pass(3);
    first(&world, &clerk(), world.today, served_on, &|world| resolve(world, id));
    world.must(&clerk(), &resolve(&world, id));
    let of = ReviewOf::Objection(id);
    let evidence = vec![digest(31)];
    let ask = RemedyCommand::RequestReview { of, statement: text(), evidence, new_facts: false };
    world.must(&party(organisation(1)), &remedy(ask));
    world.pass(3);
    for upheld in [false, true] {
        first(&world, &office_head(), world.today, served_on, &|world| {
            let service = served(world.today);
            remedy(RemedyCommand::DecideReview { of, upheld, reasons: text(), service })
        });
    }
}

/// Covers G-SERVED.
#[test]
fn no_outcome_of_a_repair_is_served_before_it_is_recorded() {
    let (mut world, listing) = listed();
    world.pass(120);
    let id = RepairId(world.must(&party(organisation(1)), &repair(listing)));
    world.must(&handler(), &repair_check(id, RepairAcceptance::Accepted));
    world.pass(3);
    let today = world.today;
    first(&world, &handler(), today, guard(Guard::Notice), &|world| extend_repair(world, id));
    first(&world, &head(), today, guard(Guard::Served), &|world| refuse_repair(world, id));
    first(&world, &head(), today, guard(Guard::Served), &|world| approve(world, id));
    world.must(&head(), &refuse_repair(&world, id));
    let of = ReviewOf::Repair(id);
    let evidence = vec![digest(31)];
    let ask = RemedyCommand::RequestReview { of, statement: text(), evidence, new_facts: false };
    world.must(&party(organisation(1)), &remedy(ask));
    world.pass(3);
    first(&world, &office_head(), world.today, guard(Guard::Served), &|world| {
        let service = served(world.today);
        remedy(RemedyCommand::DecideReview { of, upheld: true, reasons: text(), service })
    });
}

/// Covers G-SERVED.
#[test]
fn nothing_that_is_taken_back_is_served_before_it_is_recorded() {
    let (mut world, listing) = listed();
    let own = world.attribution(listing, person(1), Stage::Effective);
    for case in [CaseRef::Listing(listing), CaseRef::Attribution(own)] {
        let ground = guard(Guard::Served);
        first(&world, &head(), world.today, ground, &|world| revoke(world, case));
    }
}

/// A decision is made on one day and served on another, and both are on record: nothing is served
/// before its own decision, and everything from that day on. Covers G-SERVED.
#[test]
fn what_was_decided_on_an_earlier_day_is_served_from_that_day_on() {
    let mut world = World::seeded();
    let listing = world.listing(&[], &[STATUTE], Stage::Decided);
    let decided_on = world.today;
    world.pass(2);
    let case = CaseRef::Listing(listing);
    first(&world, &handler(), decided_on, guard(Guard::Served), &|world| serve(world, case));
}

fn of_forward(measure: MeasureId, kind: &'static str) -> impl Fn(&World) -> Command {
    move |world| {
        let service = served(world.today);
        Command::Measure(match kind {
            "recall" => {
                MeasureCommand::RecallForward { measure, document_sha256: digest(42), service }
            }
            _ => MeasureCommand::TellForward {
                measure,
                suspended: true,
                document_sha256: digest(43),
                service,
            },
        })
    }
}

/// The letter to a higher authority once its listing has effect, its reply no earlier than the letter,
/// what it is told once there is something to tell, the recall once there is an end.
#[test]
fn what_goes_to_a_higher_authority_and_back_keeps_its_order() {
    let mut world = World::seeded();
    let listing = world.listing(&[], &[HIGHER], Stage::Effective);
    let since = world.path(CaseRef::Listing(listing)).served().expect("served").starts_on;
    world.pass(5);
    let served_on = guard(Guard::Served);
    let letter = |world: &World| forward(world, listing, HIGHER);
    first(&world, &handler(), since, served_on, &letter);
    // The letter went out two days before it was recorded.
    let sent_on = world.today.plus_days(-2);
    let sent = of_day(&world, sent_on, &letter);
    let measure = MeasureId(world.must(&handler(), &sent));
    assert_eq!(world.measure_row(measure).sent_on, Some(sent_on));
    let answer = |on: Day| {
        Command::Measure(MeasureCommand::AnswerForward {
            measure,
            answer: text(),
            document_sha256: digest(41),
            answered_on: on,
        })
    };
    let early = world.ask(&handler(), &answer(sent_on.plus_days(-1))).expect_err("no letter yet");
    assert_eq!((early.ground, early.field), (misfit(Misfit::Value), Some("answered_on")));
    assert!(world.ask(&handler(), &answer(sent_on)).is_ok());
    let tell = of_forward(measure, "tell");
    let mut held = world.clone();
    held.objection(organisation(1), Target::Measure(measure), false);
    first(&held, &handler(), held.today, served_on, &tell);
    let said_on = held.today;
    held.must(&timer(), &Command::Tick { due: Due::Measure(measure) });
    held.pass(2);
    first(&held, &handler(), said_on, served_on, &tell);
    let recall = of_forward(measure, "recall");
    let ended_on = world.today;
    world.must(&head(), &revoke(&world, CaseRef::Listing(listing)));
    first(&world, &handler(), ended_on, served_on, &recall);
    world.must(&timer(), &Command::Tick { due: Due::Measure(measure) });
    world.pass(2);
    first(&world, &handler(), ended_on, served_on, &recall);
}
