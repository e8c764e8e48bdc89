//! A newer calendar counts every deadline anew that was counted beyond the older one and has not
//! passed (domain.md 5.2): each clock is met in some course of the register.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "in a test a failure is what they are for"
)]

mod forge;

use std::collections::BTreeSet;
use std::sync::Arc;

use forge::kit::{World, operator, timer};
use forge::{Log, further, lives, words};
use shouxin_audit::Violation;
use shouxin_core::calendar::{Calendar, Deadline};
use shouxin_core::command::Command;
use shouxin_core::event::Event;
use shouxin_core::event::calendar::{CalendarEvent, Clock};
use shouxin_core::row::Index;
use shouxin_core::rules::RuleSet;

/// Every clock, so that none can be added without a course that meets it.
const CLOCKS: [&str; 23] = [
    "answer",
    "breach decision",
    "breach statement",
    "comment",
    "cure",
    "decision",
    "dispatch",
    "execution",
    "feedback",
    "lift",
    "objection",
    "outcome",
    "red statement",
    "referral",
    "repair",
    "repair decision",
    "response",
    "restart",
    "revocation",
    "start",
    "statement",
    "telling",
    "tolerance",
];

fn name(clock: Clock) -> &'static str {
    match clock {
        Clock::Decision(_) => "decision",
        Clock::Statement(_) => "statement",
        Clock::Response(_) => "response",
        Clock::Objection(_) => "objection",
        Clock::Repair(_) => "repair",
        Clock::RedStatement(_) => "red statement",
        Clock::Cure(_) => "cure",
        Clock::BreachStatement(_) => "breach statement",
        Clock::BreachDecision(_) => "breach decision",
        Clock::Tolerance(_) => "tolerance",
        Clock::Answer(_) => "answer",
        Clock::Comment(_) => "comment",
        Clock::Feedback(_) => "feedback",
        Clock::Execution(_) => "execution",
        Clock::Referral(_) => "referral",
        Clock::Outcome(_) => "outcome",
        Clock::Lift(_) => "lift",
        Clock::Telling(_) => "telling",
        Clock::Dispatch(_) => "dispatch",
        Clock::Start(_) => "start",
        Clock::Restart(_) => "restart",
        Clock::Revocation(_) => "revocation",
        Clock::RepairDecision(_) => "repair decision",
    }
}

fn newer(rules: &RuleSet) -> RuleSet {
    let official = include_str!("../../../config/calendar/holidays-2007-2026.csv");
    let calendar = Calendar::parse(&[("holidays-2007-2026.csv", official)]).unwrap();
    RuleSet { calendar, version: [5; 32], ..rules.clone() }
}

fn provisional(world: &World) -> Vec<Clock> {
    let found = world.index.iter().filter_map(|entry| match entry {
        Index::Provisional(clock) => Some(*clock),
        _ => None,
    });
    found.collect()
}

/// What the audit says of a log that ends with a recount: nothing; and it names that event where it
/// counts from another day, or other days, than those that were counted before.
fn audited(course: &str, world: &World) {
    let log = Log::of(world);
    assert_eq!(log.audit(), Vec::<Violation>::new(), "{course}");
    let place = log.last("deadline.recomputed");
    let calendar = &world.rules.calendar;
    let forge = |of: &dyn Fn(Deadline) -> Deadline| {
        let mut log = log.clone();
        let at = log.change(place, |own| match &mut own.event {
            Event::Calendar(CalendarEvent::Recomputed { deadline, .. }) => {
                *deadline = of(*deadline)
            }
            other => panic!("{other:?}"),
        });
        let said: Vec<_> = log.audit().iter().map(|own| (own.at, own.name)).collect();
        assert_eq!(said, [(at, "DEADLINE")], "{course}: {:?}", log.at(place).event);
    };
    forge(&|own| calendar.after(own.from.plus_days(1), own.working_days));
    forge(&|own| calendar.extended(own, 1));
}

#[test]
fn every_clock_is_counted_anew_while_it_runs_and_never_after() {
    let mut met = BTreeSet::new();
    for (course, world) in lives::all().into_iter().chain(words::all()).chain(further::all()) {
        let rules = Arc::new(newer(&world.rules));
        for end in 1..=world.log.len() {
            let mut then = World { log: world.log[..end].to_vec(), ..world.clone() }.replayed();
            then.today = world.log[end - 1].legal_date;
            then.rules = Arc::clone(&rules);
            let (version, files) = (rules.version, Vec::new());
            then.must(&operator(), &Command::LoadRules { version, files });
            let whole = world.log.get(end).is_none_or(|next| next.cause.is_none());
            for clock in provisional(&then) {
                // A commit is audited as a whole.
                if met.contains(name(clock)) || !whole {
                    continue;
                }
                let mut world = then.clone();
                let said = world.run(&timer(), &Command::Recompute(clock)).unwrap();
                if said != ["deadline.recomputed"] {
                    continue;
                }
                met.insert(name(clock));
                assert!(!provisional(&world).contains(&clock), "{course}: {clock:?} still waits");
                assert_eq!(world.replayed().rows, world.rows, "{course}: {clock:?}");
                audited(course, &world);
                let mut late = then.clone();
                late.today = late.today.plus_days(400);
                let said = late.run(&timer(), &Command::Recompute(clock)).unwrap();
                assert!(said.is_empty(), "{course}: {clock:?} has passed");
            }
        }
    }
    assert_eq!(met.into_iter().collect::<Vec<_>>(), CLOCKS);
}
