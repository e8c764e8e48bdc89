//! What the party is owed whatever others do: its first objection suspends, its one review is its
//! own, its honour is heard, what is to come back can be disputed before it does, and nothing is
//! closed while a place still shows what was withdrawn.

use shouxin_core::command::Command;
use shouxin_core::command::channel::ChannelCommand;
use shouxin_core::command::remedy::RemedyCommand;
use shouxin_core::event::channel::ChannelEvent;
use shouxin_core::event::remedy::ReviewOf;
use shouxin_core::event::{CaseRef, Event, Finding, ObjectionGround, RepairAcceptance};
use shouxin_core::event::{Target, Trigger};
use shouxin_core::guard::{Guard, Misfit};
use shouxin_core::id::{ListingId, ObjectionId, Position, RecordId, RepairId};
use shouxin_core::row::{Key, RepairState, Repairable, Row};
use shouxin_core::text::Digest;

use crate::kit::later::*;
use crate::kit::rules::{OFFICE, day};
use crate::kit::steps::*;
use crate::kit::table::{EXISTS, STATE};
use crate::kit::{Post, Who, World, guard, misfit, officer, operator, organisation, party, timer};

/// An objection of any kind, without papers.
fn filing(target: Target, trigger: Trigger, ground: ObjectionGround) -> Command {
    filing_with(target, trigger, ground, &[], false)
}

/// Digests by their number; number 0 says nothing.
fn papers(serials: &[u8]) -> Vec<Digest> {
    serials.iter().map(|own| if *own == 0 { [0; 32] } else { digest(*own) }).collect()
}

fn filing_with(
    target: Target,
    trigger: Trigger,
    ground: ObjectionGround,
    evidence: &[u8],
    new_facts: bool,
) -> Command {
    Command::FileObjection {
        target,
        trigger,
        grounds: vec![ground],
        statement: text(),
        evidence: papers(evidence),
        new_facts,
    }
}

fn filed(world: &mut World, who: &Who, command: &Command) -> ObjectionId {
    ObjectionId(world.must(who, command))
}

fn suspended(world: &World, listing: ListingId) -> bool {
    world.marks(organisation(1)) == [(CaseRef::Listing(listing), true)]
}

const ERROR: ObjectionGround = ObjectionGround::Error;

/// Covers INV-4: what others object to, on whatever ground, uses up nobody's first objection.
#[test]
fn others_objections_use_up_nobodys_first() {
    for trigger in [Trigger::ExOfficio, Trigger::Complaint] {
        let (mut world, listing) = listed();
        let target = Target::Listing(listing);
        let theirs = filed(&mut world, &colleague(), &filing(target, trigger, ERROR));
        world.outcome(theirs, Finding::Correct);
        assert!(!suspended(&world, listing));
        let own = world.objection(organisation(1), target, false);
        assert!(world.objection_row(own).suspends, "{trigger:?}");
        assert!(suspended(&world, listing), "{trigger:?}");
        world.outcome(own, Finding::Correct);
        // Nor does the party's use up theirs, or one ground another.
        let again = filing(target, Trigger::Subject, ObjectionGround::WrongIdentity);
        let again = filed(&mut world, &party(organisation(1)), &again);
        assert!(world.objection_row(again).suspends, "another ground is no repeat");
        assert_eq!(world.replayed().rows, world.rows);
    }
}

/// Covers INV-5: each objection has a hold of its own, so the outcome of one ends no other's.
#[test]
fn an_outcome_leaves_the_hold_of_who_objected_meanwhile() {
    let (mut world, listing) = listed();
    let target = Target::Listing(listing);
    let complaint = filing(target, Trigger::Complaint, ERROR);
    let theirs = filed(&mut world, &colleague(), &complaint);
    let own = world.objection(organisation(1), target, false);
    assert!(world.objection_row(own).suspends);
    world.outcome(theirs, Finding::Correct);
    assert!(suspended(&world, listing), "the party's own objection is open");
    world.outcome(own, Finding::Correct);
    assert!(!suspended(&world, listing));
}

#[test]
fn what_the_formal_check_turned_away_was_not_looked_at() {
    let (mut world, listing) = listed();
    let target = Target::Listing(listing);
    let first = world.objection(organisation(1), target, false);
    let refusal = refuse_objection(&world, first);
    world.must(&clerk(), &refusal);
    assert!(!suspended(&world, listing));
    let second = world.objection(organisation(1), target, false);
    assert!(world.objection_row(second).suspends && suspended(&world, listing));
    // Nor does a review that finds the refusal right make it one on the merits.
    let refusal = refuse_objection(&world, second);
    world.must(&clerk(), &refusal);
    let of = ReviewOf::Objection(second);
    world.must(&party(organisation(1)), &request(of, &[]));
    let confirmed = review(&world, of, false);
    world.must(&office_head(), &confirmed);
    let third = world.objection(organisation(1), target, false);
    assert!(world.objection_row(third).suspends);
}

/// Covers Q04.
#[test]
fn a_repeat_suspends_with_new_facts_and_what_proves_them() {
    let (mut world, listing) = listed();
    let (target, owner) = (Target::Listing(listing), party(organisation(1)));
    let first = world.objection(organisation(1), target, false);
    assert_eq!(world.refused(&owner, &object(target, false)), EXISTS, "it is open");
    assert_eq!(world.refused(&owner, &object(target, true)), EXISTS, "new facts are added to it");
    world.outcome(first, Finding::Correct);
    let claimed = |evidence: &[u8]| filing_with(target, Trigger::Subject, ERROR, evidence, true);
    assert_eq!(world.refused(&owner, &claimed(&[])), misfit(Misfit::Value));
    assert_eq!(world.refused(&owner, &claimed(&[0])), misfit(Misfit::Value), "no digest");
    let idle = filed(&mut world, &owner, &object(target, false));
    assert!(!world.objection_row(idle).suspends && !suspended(&world, listing));
    assert_eq!(world.refused(&owner, &object(target, false)), EXISTS);
    // The one that is open suspends nothing, so new facts have to be heard in one that does.
    let proven = filed(&mut world, &owner, &claimed(&[21]));
    assert!(world.objection_row(proven).suspends && suspended(&world, listing));
}

/// Covers G-DOC: nobody files in the party's name without what the party signed.
#[test]
fn an_officer_files_for_the_party_with_its_signed_paper() {
    let (mut world, listing) = listed();
    let target = Target::Listing(listing);
    let with = |evidence: &[u8]| filing_with(target, Trigger::Subject, ERROR, evidence, false);
    assert_eq!(world.refused(&colleague(), &with(&[])), guard(Guard::Document));
    assert_eq!(world.refused(&colleague(), &with(&[0])), guard(Guard::Document));
    assert!(world.ask(&party(organisation(1)), &with(&[])).is_ok(), "the party needs none");
    let own = filed(&mut world, &colleague(), &with(&[22]));
    world.outcome(own, Finding::Correct);
    let of = ReviewOf::Objection(own);
    assert_eq!(world.refused(&clerk(), &request(of, &[])), guard(Guard::Document));
    assert_eq!(world.refused(&clerk(), &request(of, &[0])), guard(Guard::Document));
    assert!(world.ask(&party(organisation(1)), &request(of, &[])).is_ok());
    assert!(world.ask(&clerk(), &request(of, &[23])).is_ok());
}

fn request(of: ReviewOf, evidence: &[u8]) -> Command {
    remedy(RemedyCommand::RequestReview {
        of,
        statement: text(),
        evidence: papers(evidence),
        new_facts: false,
    })
}

fn review(world: &World, of: ReviewOf, upheld: bool) -> Command {
    let service = served(world.today);
    remedy(RemedyCommand::DecideReview { of, upheld, reasons: text(), service })
}

/// An honour on its way, the notice of it over.
fn honour_noticed() -> (World, ListingId) {
    let mut world = World::seeded();
    let nominator = officer(OFFICE, Post::Handler);
    let listing = ListingId(world.must(&nominator, &nominate(organisation(2))));
    let check = check_nomination(&world, listing, &[]);
    world.must(&nominator, &check);
    world.must(&nominator, &Command::OpenPublicNotice { listing });
    world.pass(8);
    (world, listing)
}

fn verified(world: &mut World, id: ObjectionId, finding: Finding) {
    let colleague = officer(OFFICE, Post::Colleague);
    world.must(&colleague, &Command::AcceptObjection { objection: id });
    let received_on = world.today;
    world.must(&colleague, &Command::ReferObjection { objection: id, received_on });
    world.must(&colleague, &report(id, finding));
    let outcome = resolve(world, id);
    world.must(&colleague, &outcome);
}

/// Covers G-PUBLIC-NOTICE: an objection is open whether it suspends or not.
#[test]
fn no_honour_is_decided_over_anybody_s_objection() {
    let (mut world, listing) = honour_noticed();
    let colleague = officer(OFFICE, Post::Colleague);
    let complaint = filing_with(Target::Listing(listing), Trigger::Complaint, ERROR, &[24], false);
    let first = filed(&mut world, &colleague, &complaint);
    verified(&mut world, first, Finding::Correct);
    let decision = decide_red(&world, listing);
    assert!(world.ask(&office_head(), &decision).is_ok());
    let again = filed(&mut world, &colleague, &complaint);
    assert!(world.objection_row(again).suspends, "nobody's objection repeats another's");
    assert_eq!(world.refused(&office_head(), &decision), guard(Guard::PublicNotice));
    verified(&mut world, again, Finding::Correct);
    let decision = decide_red(&world, listing);
    assert!(world.ask(&office_head(), &decision).is_ok());
}

/// Covers G-NOTICE: a review that finds a complaint right takes no honour in force, as its report
/// does not (Q11).
#[test]
fn a_review_takes_no_honour_without_notice_and_hearing() {
    for (trigger, wanted) in [
        (Trigger::Complaint, Err(guard(Guard::Notice))),
        (Trigger::ExOfficio, Err(guard(Guard::Notice))),
        (Trigger::Subject, Ok(())),
    ] {
        let (mut world, listing) = honour_noticed();
        let decision = decide_red(&world, listing);
        world.must(&office_head(), &decision);
        let colleague = officer(OFFICE, Post::Colleague);
        let own = filing_with(Target::Listing(listing), trigger, ERROR, &[24], false);
        let id = filed(&mut world, &colleague, &own);
        verified(&mut world, id, Finding::Correct);
        let of = ReviewOf::Objection(id);
        world.must(&colleague, &request(of, &[25]));
        let upheld = review(&world, of, true);
        let said = world.ask(&office_head(), &upheld);
        assert_eq!(said.map(|_| ()).map_err(|own| own.ground), wanted, "{trigger:?}");
        assert!(world.ask(&office_head(), &review(&world, of, false)).is_ok());
    }
}

/// A listing whose repair was revoked, in the standstill before it comes back.
fn revoked() -> (World, ListingId, RepairId) {
    let (mut world, listing) = listed();
    world.pass(120);
    let id = RepairId(world.must(&party(organisation(1)), &repair(listing)));
    revoke(&mut world, id);
    (world, listing, id)
}

fn revoke(world: &mut World, id: RepairId) {
    world.must(&handler(), &repair_check(id, RepairAcceptance::Accepted));
    let approval = approve(world, id);
    world.must(&head(), &approval);
    world.close();
    let notice = revocation_notice(world, id);
    world.must(&handler(), &notice);
    world.pass(12);
    let decision = revoke_repair(world, id, 0);
    world.must(&head(), &decision);
}

/// From the acceptance in silence to the outcome; the names of its events.
fn settled(world: &mut World, id: ObjectionId, finding: Finding) -> Vec<&'static str> {
    let received_on = world.today;
    world.must(&clerk(), &Command::ReferObjection { objection: id, received_on });
    world.must(&head(), &report(id, finding));
    let outcome = resolve(world, id);
    world.run(&clerk(), &outcome).expect("it is resolved")
}

fn state(world: &World, id: RepairId) -> RepairState {
    match world.row(&Key::Repair(id)) {
        Some(Row::Repair(row)) => row.state.clone(),
        other => panic!("{other:?}"),
    }
}

/// Covers INV-4: the standstill before a listing comes back is there to dispute it.
#[test]
fn what_is_to_come_back_waits_for_who_disputes_it() {
    let (mut world, listing, id) = revoked();
    let own = world.objection(organisation(1), Target::Listing(listing), false);
    assert!(world.objection_row(own).suspends);
    assert!(!world.pass(10).contains(&"listing.restored"), "it is disputed");
    assert!(world.marks(organisation(1)).is_empty());
    let mut upheld = world.clone();
    let names = settled(&mut upheld, own, Finding::Error);
    assert!(names.contains(&"repair.revocation_lapsed"), "{names:?}");
    assert_eq!(state(&upheld, id), RepairState::Done);
    assert!(!upheld.pass(30).contains(&"listing.restored"));
    assert!(upheld.marks(organisation(1)).is_empty());
    assert_eq!(upheld.replayed().rows, upheld.rows);
    settled(&mut world, own, Finding::Correct);
    assert!(world.pass(1).contains(&"listing.restored"));
    assert_eq!(world.marks(organisation(1)), [(CaseRef::Listing(listing), false)]);
}

/// Each of the records that a decision rests on holds it back while it is disputed. Covers INV-4.
#[test]
fn a_served_listing_waits_for_whichever_of_its_records_is_disputed() {
    for disputed in [0, 1] {
        let mut world = World::seeded();
        let records = [world.with_record(), world.with_record()];
        let listing = world.listing(&records, &[], Stage::Served);
        let own = world.objection(organisation(1), Target::Record(records[disputed]), false);
        assert!(!world.pass(10).contains(&"listing.took_effect"), "{disputed}");
        assert!(world.marks(organisation(1)).is_empty());
        settled(&mut world, own, Finding::Correct);
        assert!(world.pass(1).contains(&"listing.took_effect"), "{disputed}");
        assert_eq!(world.marks(organisation(1)), [(CaseRef::Listing(listing), false)]);
    }
}

#[test]
fn a_court_stays_what_is_to_come_back() {
    let (mut world, listing, _) = revoked();
    let suit = suit(&world, Target::Listing(listing));
    world.must(&handler(), &suit);
    let stayed = stay(&world);
    world.must(&handler(), &stayed);
    assert!(!world.pass(10).contains(&"listing.restored"));
    let over = end_stay(&world);
    world.must(&clerk(), &over);
    assert!(world.pass(1).contains(&"listing.restored"));
}

/// A review with new facts holds it as well.
#[test]
fn a_review_holds_what_is_to_come_back() {
    let (mut world, listing, _) = revoked();
    let own = world.objection(organisation(1), Target::Listing(listing), false);
    world.outcome(own, Finding::Correct);
    let asked = remedy(RemedyCommand::RequestReview {
        of: ReviewOf::Objection(own),
        statement: text(),
        evidence: vec![digest(26)],
        new_facts: true,
    });
    world.must(&party(organisation(1)), &asked);
    assert!(!world.pass(10).contains(&"listing.restored"));
}

#[test]
fn a_record_that_is_to_come_back_waits_too_and_one_that_is_not_is_over() {
    let mut world = World::seeded();
    let record = RecordId(world.must(&handler(), &submit(organisation(1), "尤市监罚〔2026〕1号")));
    world.go_to(day("2026-07-15"));
    let asked = ask_repair(Repairable::Record(record));
    let id = RepairId(world.must(&party(organisation(1)), &asked));
    let target = Target::Record(record);
    let mut repaired = world.clone();
    revoke(&mut world, id);
    repaired.must(&handler(), &repair_check(id, RepairAcceptance::Accepted));
    let approval = approve(&repaired, id);
    repaired.must(&head(), &approval);
    let owner = party(organisation(1));
    assert_eq!(repaired.refused(&owner, &object(target, false)), STATE, "it ended for good");
    let own = world.objection(organisation(1), target, false);
    assert!(!world.pass(10).contains(&"record.restored"));
    let mut upheld = world.clone();
    let names = settled(&mut upheld, own, Finding::Error);
    assert!(names.contains(&"repair.revocation_lapsed"), "{names:?}");
    assert!(names.contains(&"record.annulled"), "{names:?}");
    settled(&mut world, own, Finding::Correct);
    assert!(world.pass(1).contains(&"record.restored"));
}

fn channel(command: ChannelCommand) -> Command {
    Command::Channel(command)
}

fn open(world: &mut World) {
    let from = Position::local(0);
    let name = "portal".to_owned();
    world.must(&operator(), &channel(ChannelCommand::Open { channel: name, from }));
}

fn confirm(world: &mut World) {
    let command = channel(ChannelCommand::Confirm {
        channel: "portal".to_owned(),
        through: Position::local(world.next().sequence - 1),
        items: 1,
        batch_sha256: digest(43),
        reference: "000001.json".to_owned(),
    });
    world.must(&timer(), &command);
}

/// A published record on which a listing rests, as the portal shows it, disputed and referred.
fn shown() -> (World, Target, ObjectionId) {
    let mut world = World::seeded();
    open(&mut world);
    let target = Target::Record(world.with_record());
    confirm(&mut world);
    let id = world.objection(organisation(1), target, false);
    world.must(&clerk(), &Command::AcceptObjection { objection: id });
    let received_on = world.today;
    world.must(&clerk(), &Command::ReferObjection { objection: id, received_on });
    (world, target, id)
}

/// Covers INV-13: whenever it was taken off display, the objection waits until the portal took it
/// down.
#[test]
fn an_objection_waits_for_a_withdrawal_before_its_outcome() {
    let (mut world, _, id) = shown();
    world.must(&head(), &report(id, Finding::DisplayStopped));
    let outcome = resolve(&world, id);
    world.must(&clerk(), &outcome);
    assert!(world.close().is_empty(), "the portal shows it");
    confirm(&mut world);
    assert_eq!(world.close(), ["objection.closed"]);

    let (mut world, _, id) = shown();
    world.pass(60);
    let unverified = remedy(RemedyCommand::MarkUnverified {
        objection: id,
        reasons: text(),
        service: served(world.today),
    });
    world.must(&clerk(), &unverified);
    world.must(&head(), &report(id, Finding::Error));
    let outcome = resolve(&world, id);
    world.must(&clerk(), &outcome);
    assert!(world.close().is_empty(), "the portal shows it");
    confirm(&mut world);
    assert_eq!(world.close(), ["objection.closed"]);
}

/// Covers INV-13: what hides a record before its repair is waited for too.
#[test]
fn a_repair_waits_for_a_withdrawal_before_its_approval() {
    let (mut world, target, own) = shown();
    let Target::Record(record) = target else { panic!("{target:?}") };
    world.must(&head(), &report(own, Finding::DisplayStopped));
    let outcome = resolve(&world, own);
    world.must(&clerk(), &outcome);
    world.go_to(day("2026-07-15"));
    let asked = ask_repair(Repairable::Record(record));
    let id = RepairId(world.must(&party(organisation(1)), &asked));
    world.must(&handler(), &repair_check(id, RepairAcceptance::Accepted));
    let approval = approve(&world, id);
    world.must(&head(), &approval);
    assert!(!world.close().contains(&"repair.done"), "the portal shows it");
    confirm(&mut world);
    assert!(world.close().contains(&"repair.done"));
}

/// A review that changes nothing shown waits for nothing that never comes.
#[test]
fn what_changed_nothing_is_closed_at_once() {
    let (mut world, listing) = listed();
    open(&mut world);
    let own = world.objection(organisation(1), Target::Listing(listing), false);
    world.outcome(own, Finding::Correct);
    let of = ReviewOf::Objection(own);
    world.must(&party(organisation(1)), &request(of, &[]));
    confirm(&mut world);
    let decided = review(&world, of, false);
    world.must(&office_head(), &decided);
    assert_eq!(world.close(), ["objection.closed"]);
}

/// Covers INV-13: a channel that is configured no more is not forgotten while it shows something.
#[test]
fn a_channel_taken_out_is_waited_for_until_it_confirms_or_is_waived() {
    let close = channel(ChannelCommand::Close { channel: "portal".to_owned() });
    let waive = |reason: &str| {
        let reason = reason.to_owned();
        channel(ChannelCommand::Waive { channel: "portal".to_owned(), reason })
    };
    let (mut world, target, id) = shown();
    world.must(&operator(), &close);
    world.must(&head(), &report(id, Finding::Error));
    let outcome = resolve(&world, id);
    world.must(&clerk(), &outcome);
    assert!(world.close().is_empty(), "the portal shows {target:?}");
    // It comes back where it was left, and takes it down.
    let mut back = world.clone();
    let left = match back.row(&Key::Channels) {
        Some(Row::Channels(rows)) => rows[0].confirmed_through,
        other => panic!("{other:?}"),
    };
    open(&mut back);
    match back.log.last().map(|own| &own.event) {
        Some(Event::Channel(ChannelEvent::Opened { from, .. })) => assert_eq!(*from, left),
        other => panic!("{other:?}"),
    }
    assert!(back.close().is_empty());
    confirm(&mut back);
    assert_eq!(back.close(), ["objection.closed"]);
    // Or the operator answers for it, with a reason.
    assert_eq!(world.refused(&operator(), &waive(" ")), misfit(Misfit::Value));
    assert!(world.ask(&clerk(), &waive("页面已关停")).is_err(), "it is the operator's");
    world.must(&operator(), &waive("页面已关停"));
    assert_eq!(world.close(), ["objection.closed"]);
    assert_eq!(world.replayed().rows, world.rows);
}

/// What was published after a channel was taken out never reached it.
#[test]
fn a_channel_taken_out_holds_back_nothing_that_it_never_got() {
    let mut world = World::seeded();
    open(&mut world);
    let close = channel(ChannelCommand::Close { channel: "portal".to_owned() });
    world.must(&operator(), &close);
    let record = world.with_record();
    let id = world.objection(organisation(1), Target::Record(record), false);
    world.outcome(id, Finding::Error);
    assert_eq!(world.close(), ["objection.closed"]);
}
