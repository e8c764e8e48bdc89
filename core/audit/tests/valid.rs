//! Logs that the register itself wrote: the audit has nothing to say about any of them.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "in a test a failure is what they are for"
)]

mod forge;

use forge::kit::World;
use forge::kit::courses::{begun, make, moves};
use forge::kit::steps::clerk;
use forge::{
    Log, again, beyond, due, for_good, further, lives, longer, papers, plugins, reports, sending,
    versions, words,
};
use proptest::prelude::*;
use proptest::test_runner::FileFailurePersistence;
use shouxin_audit::Violation;
use shouxin_core::command::Command;
use shouxin_core::command::assessment::AssessmentCommand;
use shouxin_core::event::Event;
use shouxin_core::event::assessment::AssessmentEvent;
use shouxin_core::id::AssessmentId;
use shouxin_core::rules::Packs;
use shouxin_core::tally::{Counter, Counts, Month};

/// What the audit says of a random course, except of nominations: the courses check them with no
/// list of open records, which the server looks up.
fn said(log: &Log) -> Vec<Violation> {
    let mut found = log.audit();
    found.retain(|own| own.name != "G-RED-CHECK" || !own.detail.starts_with("listing.checked"));
    found
}

#[test]
fn the_courses_of_every_noun_are_let_stand() {
    let courses = lives::all().into_iter().chain(words::all()).chain(further::all());
    let later = due::all().into_iter().chain(versions::all()).chain(sending::all());
    let later = later.chain(longer::all()).chain(again::all()).chain(for_good::all());
    let later = later.chain(papers::all()).chain(plugins::all());
    let later = later.chain([true, false].map(|told| ("an incentive", beyond::honoured(told))));
    let later = later.chain([("an honour given all the same", beyond::given_all_the_same())]);
    for (name, world) in courses.chain(later) {
        assert_eq!(Log::of(&world).audit(), Vec::<Violation>::new(), "{name}");
    }
}

/// A log from before manifests were is let stand.
#[test]
fn what_was_deployed_without_a_manifest_is_let_stand() {
    for (name, world) in plugins::all() {
        let log = Log::of(&world).without("plugin.admitted");
        assert_eq!(log.audit(), Vec::<Violation>::new(), "{name}");
    }
}

/// What the simulated county never has: the audit counts it as the register does, all the same.
const BESIDE_THE_COUNTY: &[Counter] = &[
    Counter::RedressCompleted,
    Counter::RepairsDecidedLate,
    Counter::RepairDecisionOverdue,
    Counter::ReviewedLate,
    Counter::RevocationOverdue,
    Counter::ReviewOverdue,
];

#[test]
fn the_figures_of_every_course_are_counted_anew() {
    let mut counted = Counts::default();
    for (name, world) in lives::all().into_iter().chain(further::all()).chain(due::all()) {
        // With the keys that tell the register which authority is its credit office.
        let Log { rules, later, commits } = Log::of(&world);
        let today = world.today;
        let mut world = World { log: commits.concat(), ..world }.replayed();
        world.today = today;
        let first = world.log[0].legal_date;
        world.pass(40);
        let last = world.today.plus_days(-31);
        // An assessment is of two years at most.
        let from = Month::of(first.max(last.plus_days(-700)));
        let open = AssessmentCommand::Open { from, to: Month::of(last) };
        let assessment = AssessmentId(world.must(&clerk(), &Command::Assessment(open)));
        let freeze = AssessmentCommand::Freeze { assessment };
        world.must(&clerk(), &Command::Assessment(freeze));
        let log = Log::whole(world.log.clone(), rules, later);
        assert_eq!(log.audit(), Vec::<Violation>::new(), "{name}");
        match &world.log.last().expect("an event").event {
            Event::Assessment(AssessmentEvent::MetricsFrozen { figures, .. }) => {
                figures.iter().for_each(|own| counted.add_all(&own.counts));
            }
            other => panic!("{other:?}"),
        }
    }
    for counter in BESIDE_THE_COUNTY {
        assert!(counted.get(*counter) > 0, "no course counts {}", counter.name());
    }
}

/// Courses that once failed. There is no `main.rs` beside this file by which proptest would find the
/// folder itself.
const KEPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/proptest-regressions/valid.txt");
#[test]
fn the_courses_of_reports_are_let_stand_with_and_without_their_keys() {
    let after = [reports::reopened(), reports::reopened_untagged()];
    let counted = [reports::counted_anew(), reports::extended_anew()];
    let courses = [reports::answered(), reports::late()].into_iter().chain(counted);
    for mut told in courses.chain(after) {
        assert_eq!(told.audit(), Vec::<Violation>::new());
        // A key that is revoked on the day on which it was used last.
        let last = told.events.last().expect("an event").on;
        told.revoked = told.keys.first().map(|own| (own.0.clone(), last));
        assert_eq!(told.audit(), Vec::<Violation>::new(), "until its last day a key is good");
        told.reported.clear();
        assert_eq!(told.audit(), Vec::<Violation>::new(), "nobody can open what they are about");
    }
}

#[test]
fn of_the_rules_of_one_day_either_version_may_have_been_in_force() {
    let mut told = reports::answered();
    let first = told.events.first().expect("an event").on;
    let (_, mut changed) = told.rules.first().expect("rules").clone();
    let mut pack = changed.pack(first).clone();
    pack.whistle_triage_wd += 5;
    changed.packs = Packs::new(vec![pack]).expect("one pack");
    // The report of that day was judged by the version that was in force until then.
    told.rules.push((first, changed));
    assert_eq!(told.audit(), Vec::<Violation>::new());
    // A version of an earlier day has been in force since.
    told.rules.last_mut().expect("rules").0 = first.plus_days(-1);
    let names: Vec<&str> = told.audit().iter().map(|own| own.name).collect();
    assert_eq!(names, ["DEADLINE"]);
}

proptest! {
    #![proptest_config(ProptestConfig {
        failure_persistence: Some(Box::new(FileFailurePersistence::Direct(KEPT))),
        cases: 512,
        ..ProptestConfig::default()
    })]

    #[test]
    fn whatever_the_register_takes_the_audit_lets_stand(at in any::<u8>(), moves in moves()) {
        let mut world = begun(at);
        for it in moves {
            make(&mut world, it);
        }
        prop_assert_eq!(said(&Log::of(&world)), Vec::<Violation>::new());
    }
}
