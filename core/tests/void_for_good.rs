//! What was found void, or whose reorganisation plan was performed, is over for good: the revocation of
//! an earlier repair brings nothing of it back, and of two repairs the one approved last holds
//! (design.md 1).
//!
//! Covers: INV-5, INV-6.

use shouxin_core::command::Command;
use shouxin_core::command::listing::ListingCommand;
use shouxin_core::command::remedy::RemedyCommand;
use shouxin_core::event::remedy::{RemedyOutcome, ReviewOf};
use shouxin_core::event::{CaseRef, Finding, RepairAcceptance, Target};
use shouxin_core::id::{ListingId, RepairId};
use shouxin_core::path::Standing;
use shouxin_core::row::{Key, RecordState, Repairable, Row};

use crate::kit::asked::{relief_of, revoke};
use crate::kit::commitments::*;
use crate::kit::extended::{extension, soon_over};
use crate::kit::later::*;
use crate::kit::repairs::{checked, done, revoked};
use crate::kit::rules::{STATUTE, day};
use crate::kit::steps::*;
use crate::kit::{Who, World, organisation, party, person};

fn own() -> Who {
    party(organisation(1))
}

fn standing(world: &World, id: ListingId) -> Standing {
    world.standing(|rows, on| rows.listing_standing(id, on))
}

/// A listing whose repair is done.
fn repaired() -> (World, ListingId, RepairId) {
    let mut world = World::seeded();
    let listing = world.listing(&[], &[STATUTE], Stage::Effective);
    world.pass(200);
    let id = done(&mut world, &own(), Repairable::Listing(listing));
    (world, listing, id)
}

/// A court finds it void.
fn void(world: &mut World, who: &Who, target: Target) {
    let suit = suit(world, target);
    world.must(who, &suit);
    let ruled = rule(world, RemedyOutcome::Revoked);
    world.must(&handler(), &ruled);
}

/// Nobody can have the repair revoked any more.
fn stays_over(world: &World, id: RepairId) {
    let tell = revocation_notice(world, id);
    assert!(world.ask(&handler(), &tell).is_err(), "nothing of it comes back");
}

#[test]
fn what_a_court_voids_after_its_repair_does_not_come_back() {
    let (mut world, listing, id) = repaired();
    void(&mut world, &own(), Target::Listing(listing));
    assert_eq!(world.path(CaseRef::Listing(listing)).name(), "annulled");
    stays_over(&world, id);
}

#[test]
fn what_an_objection_voids_after_its_repair_does_not_come_back() {
    let mut world = World::seeded();
    let listing = world.listing(&[], &[STATUTE], Stage::Effective);
    world.pass(200);
    let repair = checked(&mut world, &own(), Repairable::Listing(listing));
    let objection = world.objection(organisation(1), Target::Listing(listing), false);
    let approval = approve(&world, repair);
    world.must(&head(), &approval);
    world.outcome(objection, Finding::Error);
    world.close();
    stays_over(&world, repair);
}

#[test]
fn what_is_void_while_it_is_to_come_back_is_not_revoked_again() {
    let (mut world, listing, id) = repaired();
    revoked(&mut world, &own(), id);
    let objection = world.objection(organisation(1), Target::Listing(listing), false);
    world.outcome(objection, Finding::Error);
    world.pass(8);
    assert_eq!(standing(&world, listing), Standing::Ended);
    stays_over(&world, id);
}

#[test]
fn what_a_person_answers_for_is_void_for_good() {
    let mut world = World::seeded();
    let listing = world.listing(&[], &[STATUTE], Stage::Effective);
    let at = world.attribution(listing, person(1), Stage::Effective);
    world.pass(200);
    let p = party(person(1));
    let id = done(&mut world, &p, Repairable::Attribution(at));
    void(&mut world, &p, Target::Attribution(at));
    assert_eq!(world.path(CaseRef::Attribution(at)).name(), "annulled");
    stays_over(&world, id);
}

#[test]
fn a_repaired_finding_of_breach_is_void_for_good() {
    let (mut world, id) = word(Word::Repaired);
    let repair = repair_of(&world);
    void(&mut world, &own(), Target::Commitment(id));
    assert_eq!(commitment_row(&world, id).state.name(), "cure_period");
    stays_over(&world, repair);
}

/// While it is to come back, the revocation falls with it too.
#[test]
fn a_finding_that_is_to_come_back_is_void_too() {
    let (mut world, id) = word(Word::Repaired);
    let repair = repair_of(&world);
    revoked(&mut world, &own(), repair);
    void(&mut world, &own(), Target::Commitment(id));
    world.pass(12);
    let standing = commitment_row(&world, id).finding_standing(world.today);
    assert_eq!(standing, Standing::Ended);
    stays_over(&world, repair);
}

fn granted(world: &mut World, listing: ListingId) {
    let (ruling, reasons) = (judgment(world, organisation(1)), text());
    let until = match &world.path(CaseRef::Listing(listing)).served() {
        Some(served) => served.decided.decision.end,
        None => panic!("it is served"),
    };
    let grant = RemedyCommand::GrantRelief { listing, ruling, reasons, until };
    world.must(&head(), &remedy(grant));
}

fn performed(world: &World) -> Command {
    let (document, reasons) = (judgment(world, organisation(1)), text());
    remedy(RemedyCommand::CompleteRelief { relief: relief_of(world), document, reasons })
}

#[test]
fn a_performed_plan_ends_for_good_what_was_repaired_meanwhile() {
    let mut world = World::seeded();
    let listing = world.listing(&[], &[STATUTE], Stage::Effective);
    world.pass(200);
    granted(&mut world, listing);
    let id = done(&mut world, &own(), Repairable::Listing(listing));
    let completed = performed(&world);
    world.must(&head(), &completed);
    assert_eq!(world.path(CaseRef::Listing(listing)).name(), "relieved");
    stays_over(&world, id);
}

#[test]
fn an_extension_does_not_come_back_over_an_expired_listing_that_is_void() {
    let (mut world, listing, by, _) = soon_over();
    world.go_to(day("2027-03-10"));
    let id = done(&mut world, &own(), Repairable::Listing(by));
    void(&mut world, &own(), Target::Listing(listing));
    for own in [listing, by] {
        assert_eq!(world.path(CaseRef::Listing(own)).name(), "annulled");
    }
    stays_over(&world, id);
}

/// The same where it is the record below the expired listing that is void.
#[test]
fn an_extension_does_not_come_back_over_a_void_record() {
    let mut world = World::seeded();
    let record = world.with_record();
    let listing = world.listing(&[record], &[STATUTE], Stage::Heard);
    let mut decide = decision(CaseRef::Listing(listing), 2, &[STATUTE]);
    if let Command::DecideCase { end, .. } = &mut decide {
        *end = day("2027-03-01");
    }
    world.must(&head(), &decide);
    let service = serve(&world, CaseRef::Listing(listing));
    world.must(&handler(), &service);
    world.pass(7);
    let mut extend = extension(listing, &[]);
    if let Command::Listing(ListingCommand::Extend { facts, .. }) = &mut extend {
        facts.iter_mut().for_each(|own| {
            own.number = "尤市监决〔2026〕9号".to_owned();
            own.sha256 = digest(90);
        });
    }
    let by = ListingId(world.must(&handler(), &extend));
    world.advance(CaseRef::Listing(by), &[STATUTE], Stage::Effective);
    world.go_to(day("2027-03-10"));
    let id = done(&mut world, &own(), Repairable::Listing(by));
    void(&mut world, &own(), Target::Record(record));
    assert_eq!(world.path(CaseRef::Listing(listing)).name(), "annulled");
    stays_over(&world, id);
}

/// The authority's own withdrawal of the listing reaches its repaired extension.
#[test]
fn a_repaired_extension_is_void_with_what_its_authority_takes_back() {
    let (mut world, listing, by, _) = soon_over();
    world.pass(120);
    let id = done(&mut world, &own(), Repairable::Listing(by));
    let back = revoke(&world, CaseRef::Listing(listing));
    world.must(&head(), &back);
    assert_eq!(world.path(CaseRef::Listing(by)).name(), "annulled");
    stays_over(&world, id);
}

/// A plan that is performed after the last day of the listing relieves the extension for good.
#[test]
fn a_plan_that_is_performed_after_the_last_day_relieves_a_repaired_extension() {
    let (mut world, listing, by, _) = soon_over();
    world.pass(120);
    granted(&mut world, listing);
    let repair = checked(&mut world, &own(), Repairable::Listing(by));
    let approval = approve(&world, repair);
    world.must(&head(), &approval);
    world.close();
    world.go_to(day("2027-03-10"));
    let completed = performed(&world);
    world.must(&head(), &completed);
    assert_eq!(world.path(CaseRef::Listing(listing)).name(), "relieved");
    stays_over(&world, repair);
}

/// One repair is refused and asked to be reviewed; another is approved.
fn two_repairs(of: Repairable, party: &Who, world: &mut World) -> (RepairId, RepairId) {
    let first = checked(world, party, of);
    let refusal = refuse_repair(world, first);
    world.must(&head(), &refusal);
    let review = remedy(RemedyCommand::RequestReview {
        of: ReviewOf::Repair(first),
        statement: text(),
        evidence: vec![digest(31)],
        new_facts: false,
    });
    world.must(party, &review);
    (first, done(world, party, of))
}

/// The review finds that the first one should have been decided otherwise: it is approved.
fn approved_after_review(world: &mut World, first: RepairId) -> Vec<&'static str> {
    let service = served(world.today);
    let (of, upheld) = (ReviewOf::Repair(first), true);
    let upheld = RemedyCommand::DecideReview { of, upheld, reasons: text(), service };
    world.must(&office_head(), &remedy(upheld));
    world.must(&handler(), &repair_check(first, RepairAcceptance::Accepted));
    let from = world.log.len();
    let approval = approve(world, first);
    world.must(&head(), &approval);
    world.log[from..].iter().map(|own| own.event.name()).collect()
}

#[test]
fn a_repair_that_is_approved_while_another_is_revoked_counts() {
    let (mut world, listing) = listed();
    world.pass(200);
    let (first, second) = two_repairs(Repairable::Listing(listing), &own(), &mut world);
    revoked(&mut world, &own(), second);
    let said = approved_after_review(&mut world, first);
    let expected =
        ["repair.approved", "repair.revocation_lapsed", "listing.removed", "record.repaired"];
    assert_eq!(said, expected);
    world.pass(12);
    assert_eq!(standing(&world, listing), Standing::Ended, "its repair was approved last");
    world.close();
    stays_over(&world, second);
}

#[test]
fn what_another_repair_ended_is_repaired_by_the_later_one() {
    let (mut world, listing) = listed();
    world.pass(200);
    let (first, second) = two_repairs(Repairable::Listing(listing), &own(), &mut world);
    let said = approved_after_review(&mut world, first);
    assert_eq!(said, ["repair.approved", "listing.removed", "record.repaired"]);
    world.close();
    stays_over(&world, second);
    // It is the later one that may be revoked.
    revoked(&mut world, &own(), first);
    world.pass(12);
    assert_eq!(standing(&world, listing), Standing::InForce);
}

#[test]
fn a_record_that_another_repair_ended_is_repaired_by_the_later_one() {
    let mut world = World::seeded();
    let record = world.with_record();
    world.pass(400);
    let (first, second) = two_repairs(Repairable::Record(record), &own(), &mut world);
    revoked(&mut world, &own(), second);
    let said = approved_after_review(&mut world, first);
    assert_eq!(said, ["repair.approved", "repair.revocation_lapsed", "record.repaired"]);
    world.pass(12);
    let row = |world: &World| match world.row(&Key::Record(record)) {
        Some(Row::Record(row)) => row.clone(),
        other => panic!("{other:?}"),
    };
    assert_eq!(row(&world).state, RecordState::Repaired);
    world.close();
    stays_over(&world, second);
    // Revoked in its turn, the record is shown as it was before the first repair.
    revoked(&mut world, &own(), first);
    world.pass(12);
    assert_eq!((row(&world).state, row(&world).published), (RecordState::Accepted, true));
}

#[test]
fn a_person_and_a_finding_are_repaired_by_the_later_one_too() {
    let mut world = World::seeded();
    let listing = world.listing(&[], &[STATUTE], Stage::Effective);
    let at = world.attribution(listing, person(1), Stage::Effective);
    world.pass(200);
    let of = Repairable::Attribution(at);
    let (first, second) = two_repairs(of, &party(person(1)), &mut world);
    let said = approved_after_review(&mut world, first);
    assert_eq!(said, ["repair.approved", "listing.removed"]);
    world.close();
    stays_over(&world, second);

    let (mut world, id) = word(Word::Breached);
    let ripe = ripe_on(&world, id);
    world.go_to(ripe);
    let (first, second) = two_repairs(Repairable::Commitment(id), &own(), &mut world);
    let said = approved_after_review(&mut world, first);
    assert_eq!(said, ["repair.approved", "commitment.repaired"]);
    world.close();
    stays_over(&world, second);
}
