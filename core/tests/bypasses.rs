//! Ways around a step, each tried and shut: a stay before the first objection, who made it turning
//! the objection away, a notice dated long ago, a second listing for the same, an honour taken by a
//! complaint, a correction that puts a repair off.

use shouxin_core::apply::record_source;
use shouxin_core::command::listing::ListingCommand;
use shouxin_core::command::remedy::RemedyCommand;
use shouxin_core::command::{Command, NewRecord};
use shouxin_core::event::remedy::RemedyOutcome;
use shouxin_core::event::{CaseRef, Finding, RepairAcceptance, Target, Trigger};
use shouxin_core::guard::{Guard, Misfit};
use shouxin_core::id::{ListingId, ObjectionId, RecordId, RepairId};
use shouxin_core::row::{Key, ListingKind, Repairable, Row};
use shouxin_core::rules::Severity;

use crate::kit::later::*;
use crate::kit::rules::{OFFICE, PENALTY, STATUTE, TAX, day};
use crate::kit::steps::*;
use crate::kit::table::EXISTS;
use crate::kit::{Post, World, authority, guard, misfit, officer, organisation, party, person};

fn repaired(world: &mut World, listing: ListingId) -> RepairId {
    let id = RepairId(world.must(&party(organisation(1)), &repair(listing)));
    world.must(&handler(), &repair_check(id, RepairAcceptance::Accepted));
    let approval = approve(world, id);
    world.must(&head(), &approval);
    world.close();
    id
}

/// The first objection suspends whatever else holds the thing already (design.md 1).
#[test]
fn a_stay_does_not_use_up_the_first_objection() {
    let (mut world, listing) = listed();
    let suit = suit(&world, Target::Listing(listing));
    world.must(&handler(), &suit);
    let stay = stay(&world);
    world.must(&handler(), &stay);
    let id = world.objection(organisation(1), Target::Listing(listing), false);
    assert!(world.objection_row(id).suspends);
    let over = end_stay(&world);
    world.must(&clerk(), &over);
    assert_eq!(world.marks(organisation(1)), [(CaseRef::Listing(listing), true)]);
}

/// The unit whose act is disputed does not turn the objection to it away (domain.md 2.6), and at the
/// credit office nobody who made what is disputed. Covers O61, O64.
#[test]
fn whose_act_it_is_does_not_turn_the_objection_away_nor_who_made_it() {
    let (mut world, listing) = listed();
    let id = world.objection(organisation(1), Target::Listing(listing), false);
    let refusal = refuse_objection(&world, id);
    for provider in [handler(), colleague(), head()] {
        assert_eq!(world.refused(&provider, &refusal), misfit(Misfit::Forbidden));
        after(&world, &provider, &Command::AcceptObjection { objection: id });
    }
    assert_eq!(world.marks(organisation(1)), [(CaseRef::Listing(listing), true)]);
    world.must(&clerk(), &refusal);
    assert_eq!(world.marks(organisation(1)), [(CaseRef::Listing(listing), false)]);
    let honour = ListingId(world.must(&clerk(), &nominate(organisation(2))));
    let id = world.objection(organisation(2), Target::Listing(honour), false);
    let refusal = refuse_objection(&world, id);
    assert_eq!(world.refused(&clerk(), &refusal), guard(Guard::FourEyes));
    world.must(&officer(OFFICE, Post::Colleague), &refusal);
}

/// A repair of an organisation takes the ground from under what was still on its way.
#[test]
fn what_was_repaired_grounds_no_decision() {
    let mut world = World::seeded();
    let record = world.with_record();
    let first = world.listing(&[record], &[STATUTE], Stage::Effective);
    // The same again is an extension, or nothing.
    assert_eq!(world.refused(&handler(), &propose(organisation(1), &[record])), EXISTS);
    world.pass(120);
    let second = world.second_listing(&[record], Stage::Heard);
    repaired(&mut world, first);
    let right = decision(CaseRef::Listing(second), 2, &[]);
    assert_eq!(world.refused(&head(), &right), guard(Guard::Fact));
    let Some(Row::Listing(row)) = world.row(&Key::Listing(second)) else { panic!("a listing") };
    let ListingKind::Black { case, .. } = &row.kind else { panic!("a black one") };
    assert_eq!(case.path.name(), "dropped", "it falls with the record");
    assert!(world.marks(organisation(1)).is_empty());
}

/// A decision that nobody could serve does not stand in the way for ever.
#[test]
fn what_was_never_served_is_taken_off_the_books_by_the_head() {
    let mut world = World::seeded();
    let record = world.with_record();
    let case = CaseRef::Listing(world.listing(&[record], &[], Stage::Decided));
    world.go_to(end().plus_days(1));
    let late = serve(&world, case);
    assert_eq!(world.refused(&handler(), &late), guard(Guard::End));
    assert_eq!(world.refused(&handler(), &propose(organisation(1), &[record])), EXISTS);
    let drop = Command::DropCase { case, reasons: text() };
    assert_eq!(world.refused(&handler(), &drop), guard(Guard::FourEyes));
    let unsaid = Command::DropCase { case, reasons: no_text() };
    assert_eq!(world.refused(&head(), &unsaid), guard(Guard::Document));
    world.must(&head(), &drop);
    assert!(world.ask(&handler(), &propose(organisation(1), &[record])).is_ok());
    assert_eq!(world.replayed().rows, world.rows);
}

fn honour() -> (World, ListingId) {
    let mut world = World::seeded();
    let nominator = officer(OFFICE, Post::Handler);
    let listing = ListingId(world.must(&nominator, &nominate(organisation(2))));
    let check = check_nomination(&world, listing, &[]);
    world.must(&nominator, &check);
    world.must(&nominator, &Command::OpenPublicNotice { listing });
    world.pass(8);
    let decision = decide_red(&world, listing);
    world.must(&office_head(), &decision);
    (world, listing)
}

/// A notice of revocation begins its period here, whatever day of service it states.
#[test]
fn a_notice_dated_long_ago_shortens_nobodys_period() {
    let (mut world, listing) = honour();
    let nominator = officer(OFFICE, Post::Handler);
    world.pass(70);
    let told = Command::Listing(ListingCommand::NoticeRedRevocation {
        listing,
        reasons: text(),
        document_sha256: digest(1),
        service: served(world.today.plus_days(-60)),
    });
    world.must(&nominator, &told);
    let revoke = Command::Listing(ListingCommand::RevokeRed {
        listing,
        document_number: "尤信撤〔2026〕1号".to_owned(),
        document_sha256: digest(2),
        reasons: text(),
        answers: Vec::new(),
        service: served(world.today),
    });
    assert_eq!(world.refused(&office_head(), &revoke), guard(Guard::Heard));
    let (mut world, listing) = listed();
    world.pass(120);
    let id = repaired(&mut world, listing);
    world.pass(70);
    let told = remedy(RemedyCommand::NoticeRevocation {
        repair: id,
        reasons: text(),
        document_sha256: digest(33),
        service: served(world.today.plus_days(-60)),
    });
    world.must(&handler(), &told);
    let now = revoke_repair(&world, id, 0);
    assert_eq!(world.refused(&head(), &now), guard(Guard::Heard));
}

/// A complaint that is right does not take an honour without notice and hearing; the exemplar's
/// own objection does, since that is what it asks for (Q11).
#[test]
fn a_complaint_takes_no_honour_by_itself() {
    for (trigger, wanted) in [
        (Trigger::ExOfficio, Err(guard(Guard::Notice))),
        (Trigger::Complaint, Err(guard(Guard::Notice))),
        (Trigger::Subject, Ok(())),
    ] {
        let (mut world, listing) = honour();
        let colleague = officer(OFFICE, Post::Colleague);
        let mut filing = object(Target::Listing(listing), false);
        if let Command::FileObjection { trigger: own, .. } = &mut filing {
            *own = trigger;
        }
        let id = ObjectionId(world.must(&colleague, &filing));
        world.must(&colleague, &Command::AcceptObjection { objection: id });
        let received_on = world.today;
        world.must(&colleague, &Command::ReferObjection { objection: id, received_on });
        let said = world.ask(&colleague, &report(id, Finding::Error));
        assert_eq!(said.map(|_| ()).map_err(|own| own.ground), wanted, "{trigger:?}");
        assert!(world.ask(&colleague, &report(id, Finding::Correct)).is_ok());
    }
}

/// What comes back over a disputed record comes back suspended.
#[test]
fn a_revoked_repair_brings_back_no_burden_that_is_disputed() {
    let mut world = World::seeded();
    let number = "尤税罚〔2026〕1号";
    let own = NewRecord {
        source: record_source(authority(TAX), PENALTY, number, organisation(1)),
        ..record(organisation(1), number)
    };
    let submit = Command::SubmitRecords { records: vec![own] };
    let record = RecordId(world.must(&implementer(), &submit));
    let listing = world.listing(&[record], &[STATUTE], Stage::Effective);
    world.pass(120);
    let id = repaired(&mut world, listing);
    let notice = revocation_notice(&world, id);
    world.must(&handler(), &notice);
    world.pass(12);
    world.objection(organisation(1), Target::Record(record), false);
    let decision = revoke_repair(&world, id, 0);
    world.must(&head(), &decision);
    assert!(world.pass(8).contains(&"listing.restored"));
    assert_eq!(world.marks(organisation(1)), [(CaseRef::Listing(listing), true)]);
}

/// A court that shortens the organisation's listing shortens what its people answer for.
#[test]
fn a_person_does_not_answer_for_longer_than_the_organisation() {
    let (mut world, listing) = listed();
    let own = world.attribution(listing, person(1), Stage::Effective);
    let pending = world.attribution(listing, person(2), Stage::Noticed);
    let suit = suit(&world, Target::Listing(listing));
    world.must(&handler(), &suit);
    let end = world.today.plus_days(5);
    let ruling = rule(&world, RemedyOutcome::Changed { end });
    world.must(&clerk(), &ruling);
    let Some(Row::Subject(file)) = world.row(&Key::Subject(person(1))) else { panic!("a file") };
    assert_eq!(file.marks.iter().map(|mark| mark.until).collect::<Vec<_>>(), [end]);
    let served = world.path(CaseRef::Attribution(own)).served().expect("it was served");
    assert_eq!(served.decided.decision.end, end);
    assert!(world.path(CaseRef::Attribution(pending)).served().is_none());
    assert_eq!(world.replayed().rows, world.rows);
}

/// A correction of the document's day never puts the repair off.
#[test]
fn a_correction_does_not_put_a_repair_off() {
    let mut world = World::seeded();
    let record = world.with_record();
    let first = day("2026-07-15");
    world.go_to(first.plus_days(-1));
    let asked = ask_repair(Repairable::Record(record));
    let who = party(organisation(1));
    assert_eq!(world.refused(&who, &asked), guard(Guard::RepairPeriod));
    let correction = Command::CorrectRecord {
        record,
        document_number: "尤市监罚〔2026〕改1号".to_owned(),
        document_date: world.today,
        document_sha256: Some(digest(2)),
        content: Some(text()),
        severity: Some(Severity::Serious),
        reasons: text(),
    };
    world.must(&colleague(), &correction);
    world.pass(1);
    assert!(world.ask(&who, &asked).is_ok());
    assert_ne!(world.refused(&party(organisation(2)), &asked), misfit(Misfit::NotFound));
}
