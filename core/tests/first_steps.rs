//! Whoever began decides nothing about it, and an authority has one head: what the head alone may
//! finish is begun by another officer, because it would hang otherwise, and a right with it (G-4EYES).

use std::sync::Arc;

use shouxin_core::command::Command;
use shouxin_core::command::listing::ListingCommand;
use shouxin_core::command::remedy::RemedyCommand;
use shouxin_core::event::remedy::ReviewOf;
use shouxin_core::event::{CaseRef, Finding, RepairAcceptance, Target};
use shouxin_core::guard::Guard;
use shouxin_core::id::{ListingId, RepairId};
use shouxin_core::row::Repairable;

use crate::kit::commitments::*;
use crate::kit::later::*;
use crate::kit::repairs::done;
use crate::kit::rules::{MARKET, OFFICE, STATUTE};
use crate::kit::steps::*;
use crate::kit::{Post, Who, World, guard, officer, organisation, party, person};

/// The head is refused, and another officer is not.
#[track_caller]
fn begun_by_another(world: &World, head: &Who, another: &Who, command: &Command) {
    assert_eq!(world.refused(head, command), guard(Guard::FourEyes));
    let answer = world.ask(another, command);
    assert!(answer.is_ok(), "{answer:?}");
}

/// Who handles cases in these tests is the head of the office from now on.
fn promoted(world: &World, department: &str) -> World {
    let mut world = world.clone();
    let rules = Arc::make_mut(&mut world.rules);
    let own = rules.departments.iter_mut().find(|own| own.code == department);
    for officer in &mut own.unwrap().officers {
        officer.head = officer.id == "02";
    }
    world
}

#[test]
fn the_head_proposes_nothing_that_the_head_decides() {
    let world = World::seeded();
    begun_by_another(&world, &head(), &handler(), &propose(organisation(1), &[]));
    let (world, listing) = listed();
    begun_by_another(&world, &head(), &handler(), &attribute(listing, person(1)));
    let (world, id) = word(Word::CureOver);
    begun_by_another(&world, &head(), &handler(), &propose_breach(id));
}

/// Covers O60.
#[test]
fn the_head_lets_no_application_for_repair_in_and_may_turn_it_away() {
    let mut world = World::seeded();
    let listing = world.listing(&[], &[STATUTE], Stage::Effective);
    world.pass(200);
    let id = RepairId(world.must(&party(organisation(1)), &repair(listing)));
    let accepted = repair_check(id, RepairAcceptance::Accepted);
    begun_by_another(&world, &head(), &handler(), &accepted);
    for outcome in [RepairAcceptance::Returned(text()), RepairAcceptance::NotAccepted(text())] {
        assert!(world.ask(&head(), &repair_check(id, outcome)).is_ok());
    }
}

#[test]
fn the_head_opens_no_revocation() {
    let mut world = World::seeded();
    let listing = world.listing(&[], &[STATUTE], Stage::Effective);
    world.pass(200);
    let id = done(&mut world, &party(organisation(1)), Repairable::Listing(listing));
    let notice = revocation_notice(&world, id);
    begun_by_another(&world, &head(), &handler(), &notice);
}

#[test]
fn the_head_nominates_nobody_and_opens_no_revocation_of_an_honour() {
    let nominator = officer(OFFICE, Post::Handler);
    let mut world = World::seeded();
    let command = nominate(organisation(1));
    begun_by_another(&world, &office_head(), &nominator, &command);
    let listing = ListingId(world.must(&nominator, &command));
    let check = check_nomination(&world, listing, &[]);
    world.must(&nominator, &check);
    world.must(&nominator, &Command::OpenPublicNotice { listing });
    world.pass(8);
    let decision = decide_red(&world, listing);
    world.must(&office_head(), &decision);
    let (reasons, document_sha256, service) = (text(), digest(36), served(world.today));
    let notice = ListingCommand::NoticeRedRevocation { listing, reasons, document_sha256, service };
    let notice = Command::Listing(notice);
    begun_by_another(&world, &office_head(), &nominator, &notice);
}

fn ask_review(world: &mut World, of: ReviewOf) {
    let (statement, evidence) = (text(), vec![digest(31)]);
    let command = RemedyCommand::RequestReview { of, statement, evidence, new_facts: false };
    world.must(&party(organisation(1)), &remedy(command));
}

/// Covers O63.
#[test]
fn the_head_of_the_office_leaves_the_outcome_that_may_be_reviewed_to_another() {
    let (mut filed, listing) = listed();
    let id = filed.objection(organisation(1), Target::Listing(listing), false);
    let refusal = refuse_objection(&filed, id);
    begun_by_another(&filed, &office_head(), &clerk(), &refusal);

    let mut world = filed.clone();
    world.must(&clerk(), &Command::AcceptObjection { objection: id });
    world.must(&clerk(), &Command::ReferObjection { objection: id, received_on: world.today });
    let resolved = |finding| {
        let world = after(&world, &head(), &report(id, finding));
        let outcome = resolve(&world, id);
        (world, outcome)
    };
    let (rejected, outcome) = resolved(Finding::Correct);
    begun_by_another(&rejected, &office_head(), &clerk(), &outcome);
    let (void, outcome) = resolved(Finding::Error);
    assert!(void.ask(&office_head(), &outcome).is_ok(), "nothing is left to ask for");

    // There is one review: what it takes up ends with the outcome, whoever gives it.
    filed.must(&clerk(), &refusal);
    ask_review(&mut filed, ReviewOf::Objection(id));
    let (reasons, service) = (text(), served(filed.today));
    let of = ReviewOf::Objection(id);
    let review = RemedyCommand::DecideReview { of, upheld: true, reasons, service };
    filed.must(&office_head(), &remedy(review));
    filed.must(&clerk(), &Command::ReferObjection { objection: id, received_on: filed.today });
    filed.must(&head(), &report(id, Finding::Correct));
    let outcome = resolve(&filed, id);
    assert!(filed.ask(&office_head(), &outcome).is_ok());
}

#[test]
fn who_began_and_became_the_head_since_decides_nothing() {
    let mut world = World::seeded();
    let id = world.listing(&[], &[STATUTE], Stage::Heard);
    let case = CaseRef::Listing(id);
    let promoted_ = promoted(&world, MARKET);
    let decision = decision(case, 2, &[STATUTE]);
    assert!(world.ask(&head(), &decision).is_ok());
    assert_eq!(promoted_.refused(&handler(), &decision), guard(Guard::FourEyes));
    let not = Command::NotDecideCase { case, reasons: text() };
    assert_eq!(promoted_.refused(&handler(), &not), guard(Guard::FourEyes));

    let (mut broken, id) = word(Word::CureOver);
    broken.must(&handler(), &propose_breach(id));
    let notice = breach_notice(&broken, id);
    broken.must(&handler(), &notice);
    broken.must(&party(organisation(1)), &breach_waiver(id));
    assert!(broken.ask(&head(), &decide_breach(id, 0)).is_ok());
    let promoted_ = promoted(&broken, MARKET);
    assert_eq!(promoted_.refused(&handler(), &decide_breach(id, 0)), guard(Guard::FourEyes));
}

/// Who accepted a repair and has become the head since is told who accepts it anew; who is no head is
/// told that the head decides.
#[test]
fn who_became_the_head_since_is_told_who_accepts_a_repair_anew() {
    let (mut world, listing) = listed();
    world.pass(200);
    let id = RepairId(world.must(&party(organisation(1)), &repair(listing)));
    world.must(&handler(), &repair_check(id, RepairAcceptance::Accepted));
    let said = |world: &World, who: &Who| {
        let refusal = world.ask(who, &approve(world, id)).expect_err("not the deciding head");
        assert_eq!(refusal.ground, guard(Guard::FourEyes));
        refusal.detail.contains("has become the head since")
    };
    assert!(!said(&world, &handler()) && !said(&world, &colleague()));
    let world = promoted(&world, MARKET);
    assert!(said(&world, &handler()) && !said(&world, &colleague()));
}
