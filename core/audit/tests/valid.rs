//! Logs that the register itself wrote: the audit has nothing to say about any of them.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "in a test a failure is what they are for"
)]

mod forge;

use forge::kit::courses::{begun, make, moves};
use forge::{Log, due, further, lives, reports, sending, words};
use proptest::prelude::*;
use proptest::test_runner::FileFailurePersistence;
use shouxin_audit::Violation;
use shouxin_core::rules::Packs;

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
    for (name, world) in courses.chain(due::all()).chain(sending::all()) {
        assert_eq!(Log::of(&world).audit(), Vec::<Violation>::new(), "{name}");
    }
}

/// Courses that once failed. There is no `main.rs` beside this file by which proptest would find the
/// folder itself.
const KEPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/proptest-regressions/valid.txt");
#[test]
fn the_courses_of_reports_are_let_stand_with_and_without_their_keys() {
    for mut told in [reports::answered(), reports::late(), reports::counted_anew()] {
        assert_eq!(told.audit(), Vec::<Violation>::new());
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
