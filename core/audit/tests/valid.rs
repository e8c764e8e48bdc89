//! Logs that the register itself wrote: the audit has nothing to say about any of them.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "in a test a failure is what they are for"
)]

mod forge;

use forge::kit::courses::{begun, make, moves};
use forge::{Log, due, further, lives, words};
use proptest::prelude::*;
use shouxin_audit::Violation;

/// What the audit says of a random course, except of nominations: the courses check them with no
/// list of open records, which the server looks up.
fn said(log: &Log) -> Vec<Violation> {
    let mut found = log.audit();
    found.retain(|own| own.name != "G-RED-CHECK" || !own.detail.starts_with("listing.checked"));
    found
}

#[test]
fn the_courses_of_every_noun_are_let_stand() {
    for (name, world) in
        lives::all().into_iter().chain(words::all()).chain(further::all()).chain(due::all())
    {
        assert_eq!(Log::of(&world).audit(), Vec::<Violation>::new(), "{name}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 512, ..ProptestConfig::default() })]

    #[test]
    fn whatever_the_register_takes_the_audit_lets_stand(at in any::<u8>(), moves in moves()) {
        let mut world = begun(at);
        for it in moves {
            make(&mut world, it);
        }
        prop_assert_eq!(said(&Log::of(&world)), Vec::<Violation>::new());
    }
}
