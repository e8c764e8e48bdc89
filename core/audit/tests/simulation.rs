//! Five years of the simulated county, with every mechanism in it: the audit has nothing to say
//! about its log, and keeps what it holds in bounds.
//!
//! `SHOUXIN_SIMULATION_SUBJECTS` and `SHOUXIN_SIMULATION_SEED` make another county.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "in a test a failure is what they are for"
)]

#[path = "../../tests/simulation/catalogue.rs"]
mod catalogue;
#[path = "../../tests/simulation/channels.rs"]
mod channels;
#[path = "../../tests/simulation/county.rs"]
mod county;
mod forge;
#[path = "../../tests/simulation/honours.rs"]
mod honours;
#[path = "../../tests/simulation/measures.rs"]
mod measures;
#[path = "../../tests/simulation/others.rs"]
mod others;
#[path = "../../tests/simulation/remedies.rs"]
mod remedies;

use std::collections::BTreeSet;

use county::County;
use forge::kit::rules::day;
use forge::{Log, further, kit, lives, sending, words};
use kit::county::county_rules;
use shouxin_core::actor::OfficerRef;
use shouxin_core::event::Event;
use shouxin_core::identifier::uscc::Uscc;

/// Events that none of these logs holds, because the engine writes them and no command asks for
/// them.
const ELSEWHERE: &[&str] = &["guard.denied", "command.refused"];

fn number(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(otherwise)
}

#[test]
fn five_years_of_a_county_give_nothing() {
    let subjects = number("SHOUXIN_SIMULATION_SUBJECTS", 500);
    let seed = number("SHOUXIN_SIMULATION_SEED", 20_260_401);
    let mut county = County::new(seed, day("2024-01-01"), subjects);
    county.play(day("2028-12-31"));
    let office = county.world.rules.department("development_reform").expect("the credit office");
    let authority = Uscc::parse(&office.uscc).expect("its code is right");
    let officers = office.officers.iter().map(|own| own.id.clone());
    let officers: Vec<OfficerRef> =
        officers.map(|officer| OfficerRef { authority, officer }).collect();
    let log =
        Log::keyed(&county.world.log, &officers, county_rules(false), vec![county_rules(true)]);
    let found = log.audit();
    let said: Vec<String> = found
        .iter()
        .take(40)
        .map(|own| format!("{} {} {}", own.at, own.name, own.detail))
        .collect();
    assert!(said.is_empty(), "seed {seed}, {} violations:\n{}", found.len(), said.join("\n"));
    let mut let_stand: BTreeSet<&str> =
        log.commits.iter().flatten().map(|own| own.event.name()).collect();
    // The later calendar is in force for some of it.
    let loaded = log.commits.iter().flatten().filter(|own| own.event.name() == "rules.loaded");
    assert_eq!(loaded.count(), 2);
    // `valid` has the audit read these.
    let courses = lives::all().into_iter().chain(words::all()).chain(further::all());
    for (_, world) in courses.chain(sending::all()) {
        let_stand.extend(world.log.iter().map(|own| own.event.name()));
    }
    let missing: Vec<&str> =
        Event::names().into_iter().filter(|own| !let_stand.contains(own)).collect();
    assert_eq!(missing, ELSEWHERE, "what no log of these tests holds, the audit may misjudge");
}
