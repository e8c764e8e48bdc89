//! Courses over which another version of the deadlines and caps begins.

use std::sync::Arc;

use shouxin_core::command::Command;
use shouxin_core::event::job::Job;
use shouxin_core::event::{CaseRef, Finding, RepairAcceptance, Target};
use shouxin_core::id::RepairId;
use shouxin_core::row::Repairable;
use shouxin_core::rules::{RulePack, RuleSet};

use super::kit::commitments::{Word, word};
use super::kit::later::listed;
use super::kit::repairs::{done, revoked};
use super::kit::rules::{LISTABLE, STATUTE, day};
use super::kit::steps::*;
use super::kit::{World, operator, organisation, party, person};

/// The first day of the version that these courses meet on their way.
const BEGINS: &str = "2026-03-04";

/// A version that is worse for every party.
fn harsher(pack: &mut RulePack) {
    for protects in [
        &mut pack.statement_window_wd,
        &mut pack.hearing_request_wd,
        &mut pack.standstill_wd,
        &mut pack.review_request_wd,
    ] {
        *protects = 1;
    }
    for weighs in [
        &mut pack.serve_within_days,
        &mut pack.objection_refer_wd,
        &mut pack.verification_wd,
        &mut pack.resolve_wd,
        &mut pack.unverified_after_wd,
        &mut pack.repair_accept_wd,
        &mut pack.repair_decide_wd,
        &mut pack.repair_extend_wd,
        &mut pack.repair_bar_months,
        &mut pack.lift_wd,
        &mut pack.publicity_serious_months.0,
    ] {
        *weighs += 20;
    }
}

/// A case, an objection and a repair that were opened before a harsher version, or before one that
/// gives more.
pub fn carried(more: bool) -> World {
    let mut world = World::seeded();
    world.begins(BEGINS, |pack| match more {
        true => {
            (pack.statement_window_wd, pack.hearing_request_wd, pack.standstill_wd) = (9, 9, 9);
            (pack.verification_wd, pack.repair_decide_wd) = (2, 2);
        }
        false => harsher(pack),
    });
    let (record, other) = (world.with_record(), world.with_record());
    let listing = world.listing(&[record], &[STATUTE], Stage::Proposed);
    let case = CaseRef::Listing(listing);
    let objection = world.objection(organisation(1), Target::Record(other), false);
    world.go_to(day(BEGINS));
    world.advance(case, &[STATUTE], Stage::Noticed);
    world.must(&party(organisation(1)), &statement(&world, case, false));
    world.must(&colleague(), &hearing(case));
    world.must(&head(), &decision(case, 2, &[STATUTE]));
    world.must(&handler(), &serve(&world, case));
    // Silence may have accepted it on the way here.
    let received_on = world.today;
    world.must(&clerk(), &Command::ReferObjection { objection, received_on });
    world.must(&head(), &report(objection, Finding::Correct));
    world.must(&clerk(), &resolve(&world, objection));
    world.go_to(day("2026-07-01"));
    let repair = RepairId(world.must(&party(organisation(1)), &repair(listing)));
    world.must(&handler(), &repair_check(repair, RepairAcceptance::Accepted));
    world.must(&handler(), &extend_repair(&world, repair));
    world.must(&head(), &approve(&world, repair));
    world.close();
    world
}

/// What is shown, and a listing with a person under it, end earlier by a version that begins; the
/// register goes on after that day.
pub fn shortened() -> World {
    let (mut world, listing) = listed();
    let record = world.with_record();
    world.listing(&[record], &[STATUTE], Stage::Effective);
    // Nothing rests on the last one.
    world.with_record();
    world.attribution(listing, person(1), Stage::Effective);
    world.begins("2026-06-01", |pack| {
        (pack.black_cap_months, pack.publicity_serious_months) = (20, (6, 18));
    });
    world.go_to(day("2026-06-01"));
    assert!(!world.shorten().is_empty());
    world.with_record();
    world.pass(3);
    world.with_record();
    world
}

/// A listing that rests on no record ends with the cap that begins.
pub fn listing_shortened() -> World {
    let (mut world, _) = listed();
    world.begins("2026-06-01", |pack| pack.black_cap_months = 20);
    world.go_to(day("2026-06-01"));
    assert_eq!(world.shorten(), ["listing.shortened", "classification.changed"]);
    world.with_record();
    world.pass(3);
    world.with_record();
    world
}

/// A catalogue that allows the behaviour of these courses so many months at most.
pub fn allows(world: &mut World, months: u16) {
    let rules = Arc::make_mut(&mut world.rules);
    let own = rules.behaviours.iter_mut().find(|own| own.id == LISTABLE).expect("it is there");
    own.period_months.1 = months;
    load(world, 5);
}

fn load(world: &mut World, version: u8) {
    let rules = Arc::make_mut(&mut world.rules);
    rules.version = [version; 32];
    let version = rules.version;
    world.must(&operator(), &Command::LoadRules { version, files: Vec::new() });
}

/// A listing, and what a person answers for under it, end with the period of a new catalogue.
pub fn by_catalogue() -> World {
    let (mut world, listing) = listed();
    world.attribution(listing, person(1), Stage::Effective);
    allows(&mut world, 12);
    assert!(world.shorten().contains(&"listing.shortened"));
    world.pass(3);
    world.with_record();
    world
}

/// A decision is served after a new catalogue, which allows as much.
pub fn served_later() -> World {
    let mut world = World::seeded();
    let case = CaseRef::Listing(world.listing(&[], &[STATUTE], Stage::Decided));
    allows(&mut world, 30);
    world.must(&handler(), &serve(&world, case));
    world
}

/// What a person answers for comes back by a revoked repair, and ends with the listing, which was
/// shortened while it was away.
pub fn back_for_less() -> World {
    let (mut world, listing) = listed();
    let id = world.attribution(listing, person(1), Stage::Effective);
    world.pass(200);
    let repair = done(&mut world, &party(person(1)), Repairable::Attribution(id));
    allows(&mut world, 12);
    assert_eq!(world.shorten(), ["listing.shortened", "classification.changed"]);
    revoked(&mut world, &party(person(1)), repair);
    world.pass(20);
    assert_eq!(world.marks(person(1)).len(), 1);
    world
}

/// A finding that a commitment was broken is shown for less long.
pub fn finding_shortened() -> World {
    let (mut world, _) = word(Word::Breached);
    world.begins("2026-09-01", |pack| pack.publicity_general_months.1 = 6);
    world.go_to(day("2026-09-01"));
    assert_eq!(world.shorten(), ["breach.shortened"]);
    world.with_record();
    world.pass(3);
    world.with_record();
    world
}

/// Burdens end earlier by a version that begins, and the register says that it has looked at all.
pub fn all_looked_at() -> World {
    let (mut world, _) = listed();
    world.with_record();
    world.finish(Job::Shorten);
    world.finish(Job::Recount);
    world.begins("2026-06-01", |pack| {
        (pack.black_cap_months, pack.publicity_serious_months) = (20, (6, 18));
    });
    world.go_to(day("2026-06-01"));
    assert!(world.shorten().contains(&"listing.shortened"));
    assert_eq!(world.finish(Job::Shorten), ["job.finished"]);
    world
}

/// The months before repair of the behaviour of these courses.
pub fn repair_after(rules: &mut RuleSet, min_months: u16) {
    let own = rules.behaviours.iter_mut().find(|own| own.id == LISTABLE).expect("it is there");
    own.repair.as_mut().expect("a rule").min_months = min_months;
}

fn asks_for_less(world: &mut World) {
    let rules = Arc::make_mut(&mut world.rules);
    repair_after(rules, 2);
    load(world, 6);
}

/// A new catalogue asks for less when the listing is over.
pub fn less_too_late() -> World {
    let (mut world, listing) = listed();
    let revoked = super::kit::asked::revoke(&world, CaseRef::Listing(listing));
    world.must(&head(), &revoked);
    asks_for_less(&mut world);
    assert!(world.shorten().is_empty());
    world
}

/// A new catalogue asks for less before a repair than a listing keeps.
pub fn less_is_kept() -> World {
    let (mut world, listing) = listed();
    asks_for_less(&mut world);
    assert_eq!(world.shorten(), ["listing.repair_rule_kept"]);
    assert_eq!(world.finish(Job::Shorten), ["job.finished"]);
    world.go_to(world.today.plus_months(2));
    world.must(&party(organisation(1)), &repair(listing));
    world
}

/// Every course over a change of the rules.
pub fn all() -> Vec<(&'static str, World)> {
    vec![
        ("carried over to a harsher version", carried(false)),
        ("carried over to one that gives more", carried(true)),
        ("shortened", shortened()),
        ("a listing shortened", listing_shortened()),
        ("by a new catalogue", by_catalogue()),
        ("served after a new catalogue", served_later()),
        ("back for less", back_for_less()),
        ("a finding shortened", finding_shortened()),
        ("all looked at", all_looked_at()),
        ("less is kept", less_is_kept()),
    ]
}
