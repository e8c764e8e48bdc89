//! A review is decided by somebody else than who decided before, and what it takes up is referred by a
//! day like any objection (T02, domain.md 2.6).
//!
//! Covers: domain.md O63, T02.

use shouxin_core::actor::{Actor, Role};
use shouxin_core::command::Command;
use shouxin_core::command::remedy::RemedyCommand;
use shouxin_core::event::remedy::ReviewOf;
use shouxin_core::event::{Finding, RepairAcceptance, Target};
use shouxin_core::guard::{Guard, Misfit};
use shouxin_core::id::RepairId;
use shouxin_core::row::{Key, ObjectionState, RepairState, Repairable, Row};

use crate::kit::later::*;
use crate::kit::repairs::checked;
use crate::kit::rules::{OFFICE, STATUTE};
use crate::kit::steps::*;
use crate::kit::{Post, World, guard, misfit, officer, operator, organisation, party};

fn request(of: ReviewOf) -> Command {
    let (statement, evidence) = (text(), vec![digest(31)]);
    remedy(RemedyCommand::RequestReview { of, statement, evidence, new_facts: false })
}

fn review(world: &World, of: ReviewOf) -> Command {
    let (reasons, service) = (text(), served(world.today));
    remedy(RemedyCommand::DecideReview { of, upheld: true, reasons, service })
}

#[test]
fn who_decided_before_does_not_review_it() {
    let (mut world, listing) = listed();
    let id = world.objection(organisation(1), Target::Listing(listing), false);
    world.must(&clerk(), &Command::AcceptObjection { objection: id });
    world.must(&clerk(), &Command::ReferObjection { objection: id, received_on: world.today });
    world.must(&head(), &report(id, Finding::Correct));
    let outcome = resolve(&world, id);
    world.must(&clerk(), &outcome);
    let of = ReviewOf::Objection(id);
    world.must(&party(organisation(1)), &request(of));
    for who in [clerk(), officer(OFFICE, Post::Colleague)] {
        let ground = world.refused(&who, &review(&world, of));
        assert_eq!(ground, guard(Guard::FourEyes), "{who:?}");
    }
    let ground = world.refused(&head(), &review(&world, of));
    assert_eq!(ground, misfit(Misfit::Forbidden), "another authority does not review");
}

/// What the head of the credit office refuses is reviewed by nobody there: the refusal says where else.
#[test]
fn what_the_office_itself_refuses_is_looked_at_one_level_up() {
    let (mut world, listing) = listed();
    world.pass(200);
    let id = RepairId(world.must(&party(organisation(1)), &repair(listing)));
    world.must(&handler(), &repair_check(id, RepairAcceptance::Accepted));
    let refusal = refuse_repair(&world, id);
    world.must(&head(), &refusal);
    let ask = request(ReviewOf::Repair(id));
    assert!(world.ask(&party(organisation(1)), &ask).is_ok(), "another authority's");
    // The authority that refused is the credit office.
    let Actor::Officer(officer) = head().actor else {
        panic!("an officer");
    };
    let key = Command::CreateKey {
        key_id: "office".to_owned(),
        secret_hash: [7; 32],
        role: Role::CreditOffice,
        officer: Some(officer),
        acts_for: None,
        expires_on: world.today.plus_days(400),
    };
    world.must(&operator(), &key);
    let found = world.ask(&party(organisation(1)), &ask).expect_err("nobody there reviews it");
    assert_eq!(found.ground, misfit(Misfit::State));
    assert!(found.cure.contains("reconsideration"), "{}", found.cure);
    // What an officer there did not let in, the head reviews.
    let again = RepairId(world.must(&party(organisation(1)), &repair(listing)));
    world.must(&handler(), &repair_check(again, RepairAcceptance::NotAccepted(text())));
    world.must(&party(organisation(1)), &request(ReviewOf::Repair(again)));
}

/// An application that came while an earlier refusal was under review stays the open one.
#[test]
fn a_review_that_takes_an_application_up_leaves_the_one_that_came_meanwhile() {
    let (mut world, listing) = listed();
    world.pass(200);
    let subject = party(organisation(1));
    let first = RepairId(world.must(&subject, &repair(listing)));
    world.must(&handler(), &repair_check(first, RepairAcceptance::NotAccepted(text())));
    world.must(&subject, &request(ReviewOf::Repair(first)));
    let second = RepairId(world.must(&subject, &repair(listing)));
    let upheld = review(&world, ReviewOf::Repair(first));
    world.must(&office_head(), &upheld);
    let open = |world: &World| world.listing_row(listing).open_repair;
    assert_eq!(open(&world), Some(second));
    world.must(&handler(), &repair_check(first, RepairAcceptance::Returned(text())));
    assert_eq!(open(&world), Some(second), "what ends is the other");
    world.must(&handler(), &repair_check(second, RepairAcceptance::Returned(text())));
    assert_eq!(open(&world), None);
}

#[test]
fn what_a_review_takes_up_is_referred_by_a_day() {
    let (mut world, listing) = listed();
    let id = world.objection(organisation(1), Target::Listing(listing), false);
    let refusal = refuse_objection(&world, id);
    world.must(&clerk(), &refusal);
    let of = ReviewOf::Objection(id);
    world.must(&party(organisation(1)), &request(of));
    let upheld = review(&world, of);
    world.must(&office_head(), &upheld);
    let row = world.objection_row(id);
    assert!(matches!(row.state, ObjectionState::Accepted));
    let refer_wd = world.rules.pack(world.today).objection_refer_wd;
    let due = world.rules.calendar.after(world.today, refer_wd);
    assert_eq!(row.referral.map(|own| own.by), Some(due));
    let mut late = world.clone();
    assert!(late.pass(10).contains(&"assessment.referral_overdue"));
    world.must(&clerk(), &Command::ReferObjection { objection: id, received_on: world.today });
    assert!(!world.pass(10).contains(&"assessment.referral_overdue"), "nobody is late");
}

fn walks(world: &World) -> bool {
    world.rows.keys().any(|key| matches!(key, Key::Walk { .. }))
}

/// What a review suspends or lets have effect again is passed on to the departments, and what it
/// changes is waited for; what it leaves as it is sends nobody anywhere.
#[test]
fn what_a_review_turns_is_passed_on_and_what_it_leaves_is_not() {
    let decision = |world: &World, of, upheld| {
        let (reasons, service) = (text(), served(world.today));
        remedy(RemedyCommand::DecideReview { of, upheld, reasons, service })
    };
    for (new_facts, upheld, passed) in
        [(false, true, true), (false, false, false), (true, true, false), (true, false, true)]
    {
        let mut world = World::seeded();
        world.must(&operator(), &deploy());
        let listing = world.listing(&[], &[STATUTE], Stage::Effective);
        world.measure(listing, STATUTE, Progress::Executed);
        let id = world.objection(organisation(1), Target::Listing(listing), false);
        let refusal = refuse_objection(&world, id);
        world.must(&clerk(), &refusal);
        let of = ReviewOf::Objection(id);
        let (statement, evidence) = (text(), vec![digest(31)]);
        let asked = RemedyCommand::RequestReview { of, statement, evidence, new_facts };
        world.must(&party(organisation(1)), &remedy(asked));
        world.rows.retain(|key, _| !matches!(key, Key::Walk { .. }));
        let decided = decision(&world, of, upheld);
        let at = world.must(&office_head(), &decided);
        assert_eq!(walks(&world), passed, "{new_facts} {upheld}");
        let row = world.objection_row(id);
        let told = row.settle.map(|own| own.last == at);
        assert_eq!(told, Some(passed || upheld), "{new_facts} {upheld}");
        let (on, by) = row.outcome.as_ref().expect("it is decided");
        assert_eq!((*on, Actor::Officer(by.clone())), (world.today, office_head().actor));
    }
}

/// A refused repair that a review takes up begins anew, with a day of its own.
#[test]
fn a_repair_that_a_review_takes_up_has_its_days_anew() {
    let (mut world, listing) = listed();
    world.pass(200);
    let id = checked(&mut world, &party(organisation(1)), Repairable::Listing(listing));
    world.pass(40);
    let of_it = |world: &World| match world.row(&Key::Repair(id)) {
        Some(Row::Repair(row)) => row.clone(),
        other => panic!("{other:?}"),
    };
    assert!(of_it(&world).overdue);
    let refusal = refuse_repair(&world, id);
    world.must(&head(), &refusal);
    let of = ReviewOf::Repair(id);
    world.must(&party(organisation(1)), &request(of));
    let before = of_it(&world);
    let upheld = review(&world, of);
    world.must(&office_head(), &upheld);
    let row = of_it(&world);
    let RepairState::Applied { accept_by, overdue: false } = row.state else {
        panic!("{:?}", row.state);
    };
    assert_eq!((row.decide_by, row.overdue, row.reviewed), (accept_by, false, true));
    assert!(row.decide_by.day > before.decide_by.day);
    let (on, by) = row.outcome.expect("it is decided");
    assert_eq!((on, Actor::Officer(by)), (world.today, office_head().actor));
}
