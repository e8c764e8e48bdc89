//! The edges of objections and of the expert testing in them.

use shouxin_core::command::Command;
use shouxin_core::command::remedy::RemedyCommand;
use shouxin_core::event::{Finding, ObjectionGround, Target};
use shouxin_core::guard::Misfit;
use shouxin_core::id::{ListingId, ObjectionId};
use shouxin_core::limits::EVIDENCE_MAX;
use shouxin_core::row::{Key, ObjectionState, Row};
use shouxin_core::text::Digest;

use super::{refused, taken, tomorrow};
use crate::kit::later::*;
use crate::kit::steps::*;
use crate::kit::table::STATE;
use crate::kit::{World, misfit, organisation, party};

fn filed() -> (World, ListingId, ObjectionId) {
    let (mut world, listing) = listed();
    let id = world.objection(organisation(1), Target::Listing(listing), false);
    world.pass(1);
    (world, listing, id)
}

fn verifying() -> (World, ListingId, ObjectionId) {
    let (mut world, listing, id) = filed();
    world.must(&clerk(), &Command::AcceptObjection { objection: id });
    world.must(&clerk(), &Command::ReferObjection { objection: id, received_on: world.today });
    (world, listing, id)
}

fn many(over: usize) -> Vec<Digest> {
    vec![digest(1); EVIDENCE_MAX + over]
}

/// Whoever sends evidence sends as much as the bound, and not one more.
#[test]
fn evidence_is_bounded_wherever_it_comes() {
    let limit = misfit(Misfit::Limit);
    let (world, listing) = listed();
    let subject = party(organisation(1));
    let right = object(Target::Listing(listing), false);
    let of = |over| with!(right, FileObjection, evidence = many(over));
    taken(&world, &subject, &of(0));
    refused(&world, &subject, &of(1), limit);
    refused(&world, &subject, &of(2), limit);
    let (world, _, id) = verifying();
    let right = report(id, Finding::Error);
    let of = |over| with!(right, ReportVerification, evidence = many(over));
    taken(&world, &head(), &of(0));
    refused(&world, &head(), &of(1), limit);
    refused(&world, &head(), &of(2), limit);
    let mut upheld = after(&world, &head(), &right);
    let outcome = resolve(&upheld, id);
    upheld.must(&clerk(), &outcome);
    let right = redress(id);
    let of = |over| with!(right, CompleteRedress, evidence = many(over));
    taken(&upheld, &handler(), &of(0));
    refused(&upheld, &handler(), &of(1), limit);
    refused(&upheld, &handler(), &of(2), limit);
}

#[test]
fn an_objection_names_one_to_so_many_grounds() {
    let (world, listing) = listed();
    let right = object(Target::Listing(listing), false);
    let of = |count| with!(right, FileObjection, grounds = vec![ObjectionGround::Error; count]);
    let subject = party(organisation(1));
    taken(&world, &subject, &of(1));
    taken(&world, &subject, &of(EVIDENCE_MAX));
    for count in [0, EVIDENCE_MAX + 1, EVIDENCE_MAX + 2] {
        refused(&world, &subject, &of(count), misfit(Misfit::Value));
    }
}

/// The day of silence ends the formal check whether or not a timer has run by then.
#[test]
fn silence_accepts_after_its_day_and_not_on_it() {
    let (mut world, _, id) = filed();
    let Some(Row::Objection(row)) = world.row(&Key::Objection(id)) else { panic!("an objection") };
    let ObjectionState::Filed { accept_by } = row.state else { panic!("it is filed") };
    let refer = |world: &World| Command::ReferObjection { objection: id, received_on: world.today };
    world.today = accept_by.day;
    taken(&world, &clerk(), &refuse_objection(&world, id));
    refused(&world, &clerk(), &refer(&world), STATE);
    world.today = accept_by.day.plus_days(1);
    taken(&world, &clerk(), &refer(&world));
    let refusal = world.ask(&clerk(), &refuse_objection(&world, id)).expect_err("silence accepted");
    assert_eq!(refusal.ground, STATE);
    assert!(refusal.detail.contains("accepted"), "{}", refusal.detail);
}

#[test]
fn a_referral_arrived_after_the_filing_and_not_tomorrow() {
    let (mut world, _, id) = filed();
    world.must(&clerk(), &Command::AcceptObjection { objection: id });
    let filed_on = world.today.plus_days(-1);
    let on = |received_on| Command::ReferObjection { objection: id, received_on };
    taken(&world, &clerk(), &on(filed_on));
    taken(&world, &clerk(), &on(world.today));
    refused(&world, &clerk(), &on(filed_on.plus_days(-1)), misfit(Misfit::Value));
    refused(&world, &clerk(), &on(tomorrow(&world)), misfit(Misfit::Value));
}

/// What is not displayed is not taken off display: the listing whose last day has passed, and one
/// that an earlier objection took off.
#[test]
fn a_display_ends_where_there_is_one() {
    let (world, listing, id) = verifying();
    let found = report(id, Finding::DisplayStopped);
    taken(&world, &head(), &found);
    let mut late = world.clone();
    late.today = end();
    taken(&late, &head(), &found);
    late.today = end().plus_days(1);
    refused(&late, &head(), &found, STATE);
    let mut hidden = after(&world, &head(), &found);
    let outcome = resolve(&hidden, id);
    hidden.must(&clerk(), &outcome);
    hidden.close();
    let again = hidden.objection(organisation(1), Target::Listing(listing), true);
    hidden.must(&clerk(), &Command::AcceptObjection { objection: again });
    let received_on = hidden.today;
    hidden.must(&clerk(), &Command::ReferObjection { objection: again, received_on });
    refused(&hidden, &head(), &report(again, Finding::DisplayStopped), STATE);
}

#[test]
fn an_expert_reports_after_the_start_and_not_tomorrow() {
    let (mut world, _, id) = verifying();
    let begun = world.today;
    let begin = begin_testing(&world, id);
    world.must(&handler(), &begin);
    world.pass(2);
    let on = |ended_on| {
        remedy(RemedyCommand::EndTesting { objection: id, document_sha256: digest(60), ended_on })
    };
    taken(&world, &handler(), &on(begun));
    taken(&world, &handler(), &on(world.today));
    refused(&world, &handler(), &on(begun.plus_days(-1)), misfit(Misfit::Value));
    refused(&world, &handler(), &on(tomorrow(&world)), misfit(Misfit::Value));
}

/// Only what was rejected before needs proof that its facts are new: a first objection that calls
/// its facts new suspends without, and a repeat that calls nothing new is heard without suspending.
#[test]
fn a_first_objection_needs_no_proof_of_new_facts() {
    let (world, listing) = listed();
    let subject = party(organisation(1));
    let right = object(Target::Listing(listing), true);
    taken(&world, &subject, &with!(right, FileObjection, evidence = Vec::new()));
    let (mut world, listing, id) = verifying();
    world.must(&head(), &report(id, Finding::Correct));
    let outcome = resolve(&world, id);
    world.must(&clerk(), &outcome);
    let bare = |new_facts| {
        let again = object(Target::Listing(listing), new_facts);
        with!(again, FileObjection, evidence = Vec::new())
    };
    taken(&world, &subject, &bare(false));
    refused(&world, &subject, &bare(true), misfit(Misfit::Value));
}
