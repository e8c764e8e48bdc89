//! A second measure case of the same kind: lawful where nothing was prolonged by it. Whoever wants a
//! measure for longer, or again after it was annulled, needs a new decision (INV-3).

use crate::kit::later::{
    listed, repair_of, revocation_notice, revocation_statement, revoke_repair,
};
use crate::kit::repairs::checked;
use crate::kit::rules::{HIGHER, STATUTE, cite, day};
use crate::kit::steps::*;
use crate::kit::{World, misfit, organisation, party, timer};
use shouxin_core::command::Command;
use shouxin_core::command::listing::ListingCommand;
use shouxin_core::command::measure::MeasureCommand;
use shouxin_core::event::{CaseHook, CaseRef, Finding, Target};
use shouxin_core::guard::{Ground, Misfit};
use shouxin_core::id::{ListingId, MeasureId};
use shouxin_core::row::{Due, MeasureState, Repairable};
use shouxin_core::time::Day;

const EXISTS: Ground = Ground::Misfit(Misfit::Exists);

/// A case of a measure that lasts to a day.
fn until(listing: ListingId, last: Day) -> Command {
    let mut command = initiate(listing, None, STATUTE);
    if let Command::InitiateMeasure { until, .. } = &mut command {
        *until = last;
    }
    command
}

/// A listing with a case that lasts ten days, taken some way along.
fn short(progress: Progress) -> (World, ListingId, MeasureId) {
    let (mut world, listing) = listed();
    let last = world.today.plus_days(10);
    let id = MeasureId(world.must(&handler(), &until(listing, last)));
    world.proceed(id, progress);
    (world, listing, id)
}

fn lift(world: &mut World, id: MeasureId) {
    world.must(&implementer(), &by_hand(id, CaseHook::Lift));
    world.must(&implementer(), &feedback(id));
}

/// The refusal says that this takes a new decision, and names the case.
#[track_caller]
fn needs_a_decision(world: &World, id: MeasureId, command: &Command) {
    let refusal = world.ask(&handler(), command).expect_err("it is refused");
    assert_eq!(refusal.ground, misfit(Misfit::Exists));
    let told = (refusal.detail.contains(&id.to_string()), refusal.cure.contains("decide anew"));
    assert_eq!(told, (true, true), "{refusal:?}");
}

/// Covers INV-3.
#[test]
fn no_officer_prolongs_a_measure_that_was_executed() {
    let (mut world, listing, id) = short(Progress::FedBack);
    let longer = until(listing, day("2027-03-01"));
    needs_a_decision(&world, id, &longer);
    world.pass(11);
    needs_a_decision(&world, id, &longer);
    lift(&mut world, id);
    assert!(matches!(world.measure_row(id).state, MeasureState::Closed));
    needs_a_decision(&world, id, &longer);
    // A new decision with a new notice may name it again: that is another listing's case.
    let extended = {
        let extend = ListingCommand::Extend {
            listing,
            basis: vec![cite("law")],
            facts: vec![fact(organisation(1))],
            records: Vec::new(),
            act: text(),
        };
        let by = ListingId(world.must(&handler(), &Command::Listing(extend)));
        world.advance(CaseRef::Listing(by), &[STATUTE], Stage::Effective);
        by
    };
    needs_a_decision(&world, id, &longer);
    assert!(world.ask(&handler(), &until(extended, day("2027-03-01"))).is_ok());
    assert_eq!(world.replayed().rows, world.rows);
}

/// A higher authority that was asked once is not asked again when the time has run out.
#[test]
fn what_was_forwarded_is_not_prolonged_either() {
    let mut world = World::seeded();
    let listing = world.listing(&[], &[HIGHER], Stage::Effective);
    let last = world.today.plus_days(10);
    let to = |world: &World, last: Day| {
        let mut command = forward(world, listing, HIGHER);
        if let Command::Measure(MeasureCommand::Forward { until, .. }) = &mut command {
            *until = last;
        }
        command
    };
    let asked = to(&world, last);
    let id = MeasureId(world.must(&handler(), &asked));
    assert_eq!(world.refused(&handler(), &to(&world, last)), EXISTS);
    world.pass(11);
    needs_a_decision(&world, id, &to(&world, day("2027-03-01")));
    let recall = Command::Measure(MeasureCommand::RecallForward {
        measure: id,
        document_sha256: digest(42),
        service: served(world.today),
    });
    world.must(&handler(), &recall);
    needs_a_decision(&world, id, &to(&world, day("2027-03-01")));
}

/// Covers INV-3, O64.
#[test]
fn no_officer_takes_an_annulled_measure_again() {
    for progress in [Progress::Noticed, Progress::Dispatched, Progress::FedBack] {
        let (mut world, listing) = listed();
        let id = world.measure(listing, STATUTE, progress);
        let objection = world.objection(organisation(1), Target::Measure(id), false);
        world.outcome(objection, Finding::Error);
        let again = initiate(listing, None, STATUTE);
        needs_a_decision(&world, id, &again);
        if progress == Progress::FedBack {
            lift(&mut world, id);
        } else {
            world.must(&timer(), &Command::Tick { due: Due::Measure(id) });
        }
        assert!(matches!(world.measure_row(id).state, MeasureState::Closed));
        needs_a_decision(&world, id, &again);
    }
}

/// What nobody was ordered to execute weighed on nobody: another case prolongs nothing.
#[test]
fn what_was_never_executed_may_be_opened_anew() {
    for progress in [Progress::Initiated, Progress::Noticed, Progress::Accepted] {
        let (mut world, listing, _) = short(progress);
        let longer = until(listing, day("2027-03-01"));
        assert_eq!(world.refused(&handler(), &longer), EXISTS, "it is open");
        world.today = world.today.plus_days(11);
        assert!(world.ask(&handler(), &longer).is_ok(), "before the timer has closed it");
        world.tick();
        world.must(&handler(), &longer);
    }
    let (mut world, listing, id) = short(Progress::Dispatched);
    let decline =
        Command::DeclineMeasure { measure: id, reasons: text(), legal_ground: Some(cite("law")) };
    world.must(&implementer(), &decline);
    world.must(&handler(), &until(listing, day("2027-03-01")));
    assert_eq!(world.replayed().rows, world.rows);
}

/// A repair ended the listing and its measure; its revocation, told, heard and served, brings the
/// listing back. The measure may be taken again for what was left of its time, and for no longer,
/// however many cases come between. Covers INV-3, O65.
#[test]
fn what_ended_with_a_repair_is_taken_again_for_its_remaining_time() {
    let (mut world, listing) = listed();
    let last = day("2027-03-01");
    let id = world.measure(listing, STATUTE, Progress::FedBack);
    world.pass(120);
    checked(&mut world, &party(organisation(1)), Repairable::Listing(listing));
    let repair = repair_of(&world);
    let approval = approve(&world, repair);
    world.must(&head(), &approval);
    lift(&mut world, id);
    world.close();
    let told = revocation_notice(&world, repair);
    world.must(&handler(), &told);
    let stated = revocation_statement(&world, repair);
    world.must(&party(organisation(1)), &stated);
    let decision = revoke_repair(&world, repair, 2);
    world.must(&head(), &decision);
    assert!(world.pass(12).contains(&"listing.restored"));
    needs_a_decision(&world, id, &until(listing, last.plus_days(1)));
    let mut declined = world.clone();
    let second = MeasureId(declined.must(&handler(), &until(listing, last.plus_days(-20))));
    declined.proceed(second, Progress::Dispatched);
    let legal_ground = Some(cite("law"));
    let decline = Command::DeclineMeasure { measure: second, reasons: text(), legal_ground };
    declined.must(&implementer(), &decline);
    needs_a_decision(&declined, second, &until(listing, last.plus_days(1)));
    declined.must(&handler(), &until(listing, last));
    let again = MeasureId(world.must(&handler(), &until(listing, last)));
    world.proceed(again, Progress::Executed);
    needs_a_decision(&world, again, &until(listing, last.plus_days(1)));
    assert_eq!(world.refused(&handler(), &until(listing, last)), EXISTS, "it is open");
    assert_eq!(world.replayed().rows, world.rows);
}
