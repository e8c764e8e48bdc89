//! An officer becomes the head of the authority, and the former head an officer: what was begun is
//! finished by somebody all the same, and never by who began it (G-4EYES).
//!
//! Covers: G-4EYES.

use std::sync::Arc;

use crate::kit::later::*;
use crate::kit::repairs::done;
use crate::kit::rules::{MARKET, OFFICE, STATUTE};
use crate::kit::steps::*;
use crate::kit::{Post, World, guard, misfit, officer, organisation, party};
use shouxin_core::actor::{Actor, OfficerRef};
use shouxin_core::command::Command;
use shouxin_core::command::listing::ListingCommand;
use shouxin_core::command::remedy::RemedyCommand;
use shouxin_core::event::remedy::ReviewOf;
use shouxin_core::event::{CaseRef, Finding, RepairAcceptance, Target};
use shouxin_core::guard::{Guard, Misfit};
use shouxin_core::id::{ListingId, RepairId};
use shouxin_core::path::Path;
use shouxin_core::row::{Key, RepairState, Repairable, Row};

/// From now on this officer is the head.
fn promote(world: &mut World, department: &str, post: Post) {
    let Actor::Officer(OfficerRef { officer: id, .. }) = officer(department, post).actor else {
        panic!("an officer");
    };
    let rules = Arc::make_mut(&mut world.rules);
    let found = rules.departments.iter_mut().find(|own| own.code == department);
    for own in &mut found.expect("a department").officers {
        own.head = own.id == id;
    }
}

fn state(world: &World, id: RepairId) -> RepairState {
    match world.row(&Key::Repair(id)) {
        Some(Row::Repair(row)) => row.state.clone(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_the_head_accepted_before_another_takes_over() {
    let (mut world, listing) = listed();
    world.pass(200);
    let id = RepairId(world.must(&party(organisation(1)), &repair(listing)));
    let accept = repair_check(id, RepairAcceptance::Accepted);
    world.must(&handler(), &accept);
    // While the head is another, it is accepted once.
    assert_eq!(world.refused(&colleague(), &accept), misfit(Misfit::State));
    promote(&mut world, MARKET, Post::Handler);
    let (approve, refuse) = (approve(&world, id), refuse_repair(&world, id));
    for command in [&approve, &refuse] {
        for who in [handler(), head(), colleague()] {
            assert_eq!(world.refused(&who, command), guard(Guard::FourEyes));
        }
    }
    assert_eq!(world.refused(&handler(), &accept), guard(Guard::FourEyes));
    let returned = repair_check(id, RepairAcceptance::Returned(text()));
    assert_eq!(world.refused(&colleague(), &returned), misfit(Misfit::State));
    world.must(&colleague(), &accept);
    assert!(matches!(state(&world, id), RepairState::Accepted { .. }));
    let mut refused = world.clone();
    refused.must(&handler(), &refuse);
    world.must(&handler(), &approve);
    assert_eq!(world.path(CaseRef::Listing(listing)).name(), "removed");
}

#[test]
fn a_review_of_what_the_head_decided_before_is_anothers() {
    let (mut world, listing) = listed();
    let id = world.objection(organisation(1), Target::Listing(listing), false);
    world.outcome(id, Finding::Correct);
    let request = remedy(RemedyCommand::RequestReview {
        of: ReviewOf::Objection(id),
        statement: text(),
        evidence: vec![digest(31)],
        new_facts: true,
    });
    world.must(&party(organisation(1)), &request);
    let decide = remedy(RemedyCommand::DecideReview {
        of: ReviewOf::Objection(id),
        upheld: false,
        reasons: text(),
        service: served(world.today),
    });
    let other = officer(OFFICE, Post::Colleague);
    assert_eq!(world.refused(&other, &decide), guard(Guard::FourEyes), "the head decides");
    promote(&mut world, OFFICE, Post::Handler);
    assert_eq!(world.refused(&clerk(), &decide), guard(Guard::FourEyes));
    let mut by_former = world.clone();
    by_former.must(&office_head(), &decide);
    world.must(&other, &decide);
    assert_eq!(world.marks(organisation(1)), [(CaseRef::Listing(listing), false)]);
}

#[test]
fn what_relieves_is_dropped_by_the_head_who_began_it() {
    let reasons = text();
    // A decision that was not served yet.
    let mut world = World::seeded();
    let case = CaseRef::Listing(world.listing(&[], &[STATUTE], Stage::Decided));
    promote(&mut world, MARKET, Post::Handler);
    let close = Command::DropCase { case, reasons: reasons.clone() };
    assert_eq!(world.refused(&head(), &close), guard(Guard::FourEyes), "no head any more");
    world.must(&handler(), &close);
    assert!(matches!(world.path(case), Path::Ended(_)));
    // The revocation of a repair.
    let (mut world, listing) = listed();
    world.pass(200);
    let id = done(&mut world, &party(organisation(1)), Repairable::Listing(listing));
    let notice = revocation_notice(&world, id);
    world.must(&handler(), &notice);
    promote(&mut world, MARKET, Post::Handler);
    world.pass(20);
    let revoke = revoke_repair(&world, id, 0);
    assert_eq!(world.refused(&handler(), &revoke), guard(Guard::FourEyes));
    let drop = remedy(RemedyCommand::DropRevocation { repair: id, reasons: reasons.clone() });
    world.must(&handler(), &drop);
    assert_eq!(state(&world, id), RepairState::Done);
}

#[test]
fn an_honour_and_a_nomination_are_freed_by_the_head_who_began_it() {
    let nominator = officer(OFFICE, Post::Handler);
    let mut world = World::seeded();
    let id = ListingId(world.must(&nominator, &nominate(organisation(2))));
    let mut nominated = world.clone();
    promote(&mut nominated, OFFICE, Post::Handler);
    nominated.must(&nominator, &close_red(id));
    let check = check_nomination(&world, id, &[]);
    world.must(&nominator, &check);
    world.must(&nominator, &Command::OpenPublicNotice { listing: id });
    world.pass(8);
    let decide = decide_red(&world, id);
    world.must(&office_head(), &decide);
    let notice = Command::Listing(ListingCommand::NoticeRedRevocation {
        listing: id,
        reasons: text(),
        document_sha256: digest(33),
        service: served(world.today),
    });
    world.must(&nominator, &notice);
    promote(&mut world, OFFICE, Post::Handler);
    let drop = ListingCommand::DropRedRevocation { listing: id, reasons: text() };
    world.must(&nominator, &Command::Listing(drop));
}
