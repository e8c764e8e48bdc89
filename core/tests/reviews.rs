//! Credit reviews for permits: facts in effect are listed, and nothing follows from them.

use crate::kit::reviews::review;
use crate::kit::rules::cite;
use crate::kit::steps::*;
use crate::kit::{World, guard, misfit, organisation, party, person};
use shouxin_core::command::Command;
use shouxin_core::command::credit_review::CreditReviewCommand;
use shouxin_core::event::Target;
use shouxin_core::guard::{Guard, Misfit};
use shouxin_core::id::{CreditReviewId, RecordId};
use shouxin_core::limits::RECORDS_PER_REVIEW_MAX;
use shouxin_core::row::{Index, Key, Row};

fn with_records(count: usize) -> (World, Vec<RecordId>) {
    let mut world = World::seeded();
    let records = (0..count).map(|_| world.with_record()).collect();
    (world, records)
}

fn spoiled(right: &Command, spoil: impl FnOnce(&mut CreditReviewCommand)) -> Command {
    let Command::CreditReview(mut own) = right.clone() else {
        panic!("not a review");
    };
    spoil(&mut own);
    Command::CreditReview(own)
}

/// Covers O37.
#[test]
fn a_review_lists_what_is_in_effect_and_changes_nothing_else() {
    let (mut world, records) = with_records(2);
    let before = world.clone();
    let id = CreditReviewId(world.must(&handler(), &review(organisation(1), &records)));
    assert_eq!(world.log.len(), before.log.len() + 1, "one event and no other");
    let Some(Row::CreditReview(row)) = world.row(&Key::CreditReview(id)) else {
        panic!("there is no {id}");
    };
    assert_eq!((&row.records, row.performed_on, row.complete), (&records, world.today, true));
    let new: Vec<&Index> = world.index.difference(&before.index).collect();
    let listed = Index::SubjectCreditReview(organisation(1), id);
    assert!(new.contains(&&listed), "{new:?}");
    assert!(world.marks(organisation(1)).is_empty());
    let replayed = world.replayed();
    assert_eq!((replayed.rows, replayed.index), (world.rows, world.index));
    let nothing_found = before.ask(&handler(), &review(organisation(2), &[]));
    nothing_found.expect("that there is no record is a finding too");
}

#[test]
fn a_review_needs_an_officer_a_matter_and_a_basis_in_force() {
    let (world, records) = with_records(1);
    let right = review(organisation(1), &records);
    world.ask(&handler(), &right).expect("unspoiled it is taken");
    assert_eq!(world.refused(&party(organisation(1)), &right), guard(Guard::Human));
    let refused =
        |spoil: fn(&mut CreditReviewCommand)| world.refused(&handler(), &spoiled(&right, spoil));
    let no_basis = refused(|CreditReviewCommand::Perform { basis, .. }| basis.clear());
    assert_eq!(no_basis, guard(Guard::Basis));
    let repealed = refused(|CreditReviewCommand::Perform { basis, .. }| {
        *basis = vec![cite("repealed")];
    });
    assert_eq!(repealed, guard(Guard::Basis));
    let no_matter = refused(|CreditReviewCommand::Perform { matter, .. }| *matter = no_text());
    assert_eq!(no_matter, guard(Guard::Document));
    let unknown = spoiled(&right, |CreditReviewCommand::Perform { subject, .. }| {
        *subject = person(9);
    });
    assert_eq!(world.refused(&handler(), &unknown), misfit(Misfit::NotFound));
}

/// Covers G-CAPACITY.
#[test]
fn nobody_without_full_capacity_is_reviewed() {
    let world = World::seeded();
    assert_eq!(world.refused(&handler(), &review(person(3), &[])), guard(Guard::Capacity));
    assert!(world.ask(&handler(), &review(person(1), &[])).is_ok());
}

#[test]
fn what_is_disputed_annulled_over_or_anothers_is_not_listed() {
    let stale = misfit(Misfit::Stale);
    let (mut disputed, records) = with_records(2);
    let right = review(organisation(1), &records);
    disputed.ask(&handler(), &right).expect("as long as nobody disputes it");
    disputed.must(&party(organisation(1)), &object(Target::Record(records[0]), false));
    assert_eq!(disputed.refused(&handler(), &right), stale);
    disputed.must(&handler(), &review(organisation(1), &records[1..]));
    let (mut annulled, records) = with_records(1);
    annulled.must(&head(), &Command::AnnulRecord { record: records[0], reasons: text() });
    assert_eq!(annulled.refused(&handler(), &review(organisation(1), &records)), stale);
    let (mut over, records) = with_records(1);
    let Some(Row::Record(row)) = over.row(&Key::Record(records[0])) else {
        panic!("the record");
    };
    // Its date rules, whether or not a timer has ended it yet.
    over.today = row.publicity_until.expect("an end").plus_days(1);
    assert_eq!(over.refused(&handler(), &review(organisation(1), &records)), stale);
    let (world, records) = with_records(1);
    assert_eq!(world.refused(&handler(), &review(organisation(2), &records)), stale);
}

#[test]
fn a_review_lists_no_more_than_its_bound() {
    let (world, records) = with_records(1);
    let full = vec![records[0]; RECORDS_PER_REVIEW_MAX + 1];
    let limit = misfit(Misfit::Limit);
    assert_eq!(world.refused(&handler(), &review(organisation(1), &full)), limit);
}

#[test]
fn a_review_lists_as_many_as_its_bound() {
    let (world, records) = with_records(1);
    let full = vec![records[0]; RECORDS_PER_REVIEW_MAX];
    assert!(world.ask(&handler(), &review(organisation(1), &full)).is_ok());
}
