//! Expert testing while an objection is verified: it stops the clock for the working days it took,
//! once, only where a law says so, and never longer than the rules allow (domain.md 2.6).

use crate::kit::later::*;
use crate::kit::rules::{TAX, cite};
use crate::kit::steps::*;
use crate::kit::{Post, World, guard, misfit, officer, organisation};
use shouxin_core::calendar::Deadline;
use shouxin_core::command::Command;
use shouxin_core::command::remedy::RemedyCommand;
use shouxin_core::event::calendar::Clock;
use shouxin_core::event::{Finding, Target};
use shouxin_core::guard::{Guard, Misfit};
use shouxin_core::id::ObjectionId;
use shouxin_core::path::Standing;
use shouxin_core::row::{Key, Row};
use shouxin_core::tally::Counter;

fn verifying() -> (World, ObjectionId) {
    let (mut world, listing) = listed();
    let id = world.objection(organisation(1), Target::Listing(listing), false);
    world.must(&clerk(), &Command::AcceptObjection { objection: id });
    world.must(&clerk(), &Command::ReferObjection { objection: id, received_on: world.today });
    (world, id)
}

fn verify_by(world: &World, id: ObjectionId) -> Deadline {
    match world.row(&Key::Objection(id)) {
        Some(Row::Objection(row)) => row.state.verify_by().expect("it is verified"),
        other => panic!("{other:?}"),
    }
}

fn suspended(world: &World) -> bool {
    let listing = listing_of(world);
    world.standing(|rows, on| rows.listing_standing(listing, on)) == Standing::Suspended
}

fn counted(world: &World, counter: Counter) -> u32 {
    let rows = world.rows.iter().filter_map(|(key, row)| match (key, row.as_ref()) {
        (Key::Tally { .. }, Row::Tally(counts)) => Some(counts.get(counter)),
        _ => None,
    });
    rows.sum()
}

macro_rules! with {
    ($right:expr, $field:ident = $value:expr) => {{
        let mut command = $right.clone();
        match &mut command {
            Command::Remedy(RemedyCommand::BeginTesting { $field, .. }) => *$field = $value,
            other => panic!("{other:?}"),
        }
        command
    }};
}

#[test]
fn only_a_law_stops_the_clock() {
    let (world, id) = verifying();
    let right = begin_testing(&world, id);
    for (wanted, wrong) in [
        (guard(Guard::Basis), with!(right, basis = Vec::new())),
        (guard(Guard::Basis), with!(right, basis = vec![cite("repealed")])),
        (guard(Guard::BasisRank), with!(right, basis = vec![cite("plan")])),
        (guard(Guard::Document), with!(right, reasons = no_text())),
        (guard(Guard::Document), with!(right, document_sha256 = [0; 32])),
        (misfit(Misfit::Value), with!(right, from = world.today.plus_days(1))),
        (misfit(Misfit::Value), with!(right, from = world.today.plus_days(-1))),
    ] {
        assert_eq!(world.refused(&handler(), &wrong), wanted, "{wrong:?}");
    }
    assert_eq!(world.refused(&officer(TAX, Post::Head), &right), guard(Guard::Competent));
    let mut late = world.clone();
    late.today = verify_by(&late, id).day.plus_days(1);
    assert_eq!(late.refused(&handler(), &begin_testing(&late, id)), misfit(Misfit::State));
    late.today = late.today.plus_days(-1);
    late.must(&handler(), &begin_testing(&late, id));
}

/// The clock is shifted by the working days between, what is disputed stays suspended throughout,
/// and what is reported by the shifted day is in time. Covers T01, O64.
#[test]
fn the_clock_is_shifted_by_the_working_days_that_it_took() {
    for days in [0, 1, 3, 5, 9] {
        let (mut world, id) = verifying();
        let before = verify_by(&world, id);
        world.pass(2);
        let begun = world.today;
        let asked = begin_testing(&world, id);
        world.must(&handler(), &asked);
        assert_eq!(world.refused(&head(), &report(id, Finding::Correct)), misfit(Misfit::State));
        world.pass(days);
        let calendar = &world.rules.calendar;
        let worked =
            (1..=days).filter(|more| calendar.is_working_day(begun.plus_days(*more)).working);
        let taken = u16::try_from(worked.count()).unwrap();
        let wanted = calendar.after(before.from, before.working_days + taken);
        assert_eq!(wanted.day, calendar.after(before.day, taken).day);
        let ended = end_testing(&world, id);
        world.must(&handler(), &ended);
        assert_eq!(verify_by(&world, id), wanted, "{days} days");
        assert!(suspended(&world));
        assert!(!world.go_to(wanted.day).contains(&"objection.overdue"), "{days} days");
        world.must(&head(), &report(id, Finding::Correct));
        assert_eq!(counted(&world, Counter::VerifiedOnTime), 1, "{days} days");
        assert!(suspended(&world), "until the result is served");
        assert_eq!(world.replayed().rows, world.rows);
    }
}

/// An expert who never reports stops the clock for the days of the rule pack and no longer.
#[test]
fn the_stop_is_bounded() {
    let (mut world, id) = verifying();
    let before = verify_by(&world, id);
    let asked = begin_testing(&world, id);
    world.must(&handler(), &asked);
    let last = world.rules.calendar.after(before.from, before.working_days + 8);
    assert_eq!(verify_by(&world, id), last);
    assert_eq!(last.day, world.rules.calendar.after(before.day, 8).day);
    assert!(!world.go_to(last.day).contains(&"objection.overdue"));
    assert!(world.pass(1).contains(&"objection.overdue"));
    assert!(suspended(&world), "it is overdue, and stays suspended");
    let ended = end_testing(&world, id);
    world.must(&handler(), &ended);
    assert_eq!(verify_by(&world, id).day, last.day, "no longer than that, however long it took");
    assert_eq!(world.refused(&handler(), &begin_testing(&world, id)), misfit(Misfit::Exists));
    world.must(&head(), &report(id, Finding::Correct));
    assert_eq!(counted(&world, Counter::VerifiedLate), 1);
}

/// The clock that testing stops is counted from the day on which the provider got the objection, with
/// the days of the testing: a newer calendar moves the whole, while it runs and once it has ended.
/// Covers T01.
#[test]
fn a_newer_calendar_counts_the_whole_of_a_clock_that_was_stopped() {
    for (days, taken) in [(None, 8), (Some(1), 1)] {
        let (mut world, id) = verifying();
        let (before, clock) = (verify_by(&world, id), Clock::Objection(id));
        let asked = begin_testing(&world, id);
        world.must(&handler(), &asked);
        if let Some(days) = days {
            world.pass(days);
            let ended = end_testing(&world, id);
            world.must(&handler(), &ended);
        }
        assert!(verify_by(&world, id).provisional);
        assert_eq!(recount(&mut world, clock), Vec::<&str>::new(), "no newer calendar");
        // The days that are off lie before the day to which the clock ran first.
        let mut then = newer(&world, "off", 3);
        assert!(then.today.plus_days(3) < before.day);
        assert_eq!(recount(&mut then, clock), ["deadline.recomputed"]);
        let (counted, calendar) = (verify_by(&then, id), &then.rules.calendar);
        assert_eq!(counted, calendar.after(before.from, before.working_days + taken), "{days:?}");
        assert!(
            counted.day > calendar.after(before.day, taken).day,
            "not from a day that has moved"
        );
        assert_eq!(then.replayed().rows, then.rows);
    }
}

/// What the clock ran to before was not counted anew while it was stopped; the testing that ends gives
/// back as many days as it took of those that it was allowed, behind the whole of that time.
#[test]
fn testing_that_ends_by_a_newer_calendar_gives_back_the_days_that_it_took() {
    for recounted in [true, false] {
        let (mut world, id) = verifying();
        let before = verify_by(&world, id);
        let asked = begin_testing(&world, id);
        world.must(&handler(), &asked);
        let mut then = newer(&world, "off", 7);
        if recounted {
            recount(&mut then, Clock::Objection(id));
        }
        let begun = then.today;
        then.today = begun.plus_days(10);
        let calendar = then.rules.calendar.clone();
        let taken = calendar.between(begun, then.today, 8);
        assert_eq!(taken, 3, "seven of the ten days are off");
        let ended = end_testing(&then, id);
        then.must(&handler(), &ended);
        assert_eq!(verify_by(&then, id), calendar.after(before.from, before.working_days + 3));
        assert_eq!(then.replayed().rows, then.rows);
    }
}
