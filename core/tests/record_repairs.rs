//! The repair of a record that no listing rests on: after its shortest publicity, decided by who
//! collected it, revoked after notice and hearing (domain.md 2.5, 4.4).

use shouxin_core::apply::record_source;
use shouxin_core::command::listing::ListingCommand;
use shouxin_core::command::{Command, NewRecord};
use shouxin_core::event::{CaseRef, Event, RepairAcceptance, Target};
use shouxin_core::guard::Guard;
use shouxin_core::id::{ListingId, RecordId, RepairId};
use shouxin_core::row::{Due, Key, RecordRow, RecordState, Repairable, Row};
use shouxin_core::rules::Severity;
use shouxin_core::tally::{Counter, Unit};
use shouxin_core::time::Day;

use crate::kit::later::*;
use crate::kit::repairs::{Repaired, checked, done, knows_no_other_way, revoked};
use crate::kit::rules::{HONOUR, MARKET, PENALTY, TAX};
use crate::kit::steps::*;
use crate::kit::table::STATE;
use crate::kit::{
    Post, World, authority, guard, machines, officer, organisation, party, person, timer,
};

fn with(severity: Severity, withheld: bool) -> (World, RecordId) {
    let mut world = World::seeded();
    let withheld_reason = withheld.then(text);
    let own = record(organisation(1), "一号");
    let own = NewRecord { severity: Some(severity), withheld, withheld_reason, ..own };
    let submit = Command::SubmitRecords { records: vec![own] };
    let id = RecordId(world.must(&handler(), &submit));
    (world, id)
}

fn row(world: &World, id: RecordId) -> RecordRow {
    match world.row(&Key::Record(id)) {
        Some(Row::Record(row)) => row.clone(),
        other => panic!("{other:?}"),
    }
}

fn revoke(world: &World, listing: ListingId) -> Command {
    Command::Listing(ListingCommand::Revoke {
        case: CaseRef::Listing(listing),
        document_number: "尤市监撤〔2026〕2号".to_owned(),
        document_sha256: digest(40),
        reasons: text(),
        service: served(world.today),
    })
}

fn apply(id: RecordId) -> Command {
    ask_repair(Repairable::Record(id))
}

/// First and last day of what the rules let the record be shown.
fn days(world: &World, id: RecordId) -> (Day, Day) {
    let own = row(world, id);
    let pack = world.rules.pack(world.today);
    let months = match own.severity.expect("it is adverse") {
        Severity::Minor => pack.publicity_minor_months,
        Severity::General => pack.publicity_general_months,
        Severity::Serious => pack.publicity_serious_months,
    };
    (own.document_date.plus_months(months.0), own.document_date.plus_months(months.1))
}

/// A serious record on the first day on which its repair is applied for.
fn ripe() -> (World, RecordId) {
    let (mut world, id) = with(Severity::Serious, false);
    let first = days(&world, id).0;
    world.go_to(first);
    (world, id)
}

fn applied_and_checked((mut world, record): (World, RecordId)) -> (World, RecordId, RepairId) {
    let id = checked(&mut world, &party(organisation(1)), Repairable::Record(record));
    (world, record, id)
}

fn repaired() -> (World, RecordId, RepairId) {
    let (mut world, record) = ripe();
    let id = done(&mut world, &party(organisation(1)), Repairable::Record(record));
    (world, record, id)
}

fn brought_back() -> (World, RecordId, RepairId) {
    let (mut world, record, id) = repaired();
    revoked(&mut world, &party(organisation(1)), id);
    (world, record, id)
}

/// Covers O60.
#[test]
fn the_repair_of_a_record_knows_no_other_way() {
    let (ripe, record) = ripe();
    let last = days(&ripe, record).1;
    let repaired = Repaired {
        machine: &machines::REPAIR_RECORD,
        party: party(organisation(1)),
        of: Repairable::Record(record),
        last,
        applied: &["repair.record_applied"],
        approved: &["repair.approved", "record.repaired"],
        restored: &["record.restored"],
    };
    knows_no_other_way(ripe, &repaired);
}

/// Each weight has its own shortest period; a minor record has none.
#[test]
fn a_record_is_repaired_from_the_day_of_its_own_weight() {
    for severity in [Severity::Minor, Severity::General, Severity::Serious] {
        let (mut world, id) = with(severity, false);
        let (first, last) = days(&world, id);
        world.today = first.plus_days(-1);
        assert_eq!(world.refused(&handler(), &apply(id)), guard(Guard::RepairPeriod));
        for day in [first, last] {
            world.today = day;
            assert!(world.ask(&handler(), &apply(id)).is_ok(), "{severity:?}, {day}");
        }
        world.today = last.plus_days(1);
        assert_eq!(world.refused(&handler(), &apply(id)), STATE, "{severity:?}");
    }
}

#[test]
fn nobody_repairs_what_is_no_dishonesty_or_somebody_elses() {
    let (mut world, id) = ripe();
    let honour = NewRecord {
        item: HONOUR.to_owned(),
        severity: None,
        notified: None,
        ..record(organisation(1), "二号")
    };
    let submit = Command::SubmitRecords { records: vec![honour] };
    let honour = RecordId(world.must(&officer(TAX, Post::Handler), &submit));
    assert_eq!(world.refused(&party(organisation(1)), &apply(honour)), STATE);
    let stranger = world.refused(&party(organisation(2)), &apply(id));
    assert_ne!(stranger, STATE, "it is somebody else's file");
    let (mut world, _, id) = applied_and_checked((world, id));
    let other = officer(TAX, Post::Head);
    assert_eq!(world.refused(&other, &extend_repair(&world, id)), guard(Guard::Competent));
    world.must(&head(), &approve(&world.clone(), id));
}

/// While a listing rests on it the record is repaired with the listing, not beside it.
#[test]
fn a_record_under_a_listing_is_repaired_with_it() {
    let (world, record) = ripe();
    for stage in [Stage::Served, Stage::Effective] {
        let mut under = world.clone();
        let listing = under.listing(&[record], &[], stage);
        let refusal = under.ask(&party(organisation(1)), &apply(record)).expect_err("it is under");
        assert_eq!(refusal.ground, STATE);
        assert!(refusal.detail.contains(&listing.to_string()), "{}", refusal.detail);
    }
    // One that is served in the meantime stops the approval, and its end lets it through.
    let (mut world, record, id) = applied_and_checked((world, record));
    let listing = world.listing(&[record], &[], Stage::Served);
    assert_eq!(world.refused(&head(), &approve(&world, id)), STATE);
    world.must(&head(), &revoke(&world.clone(), listing));
    world.must(&head(), &approve(&world.clone(), id));
    assert_eq!(row(&world, record).state, RecordState::Repaired);
}

/// What was not shown before its repair is not shown after the repair is revoked, and what comes
/// back ends on the day it always had.
#[test]
fn a_revoked_repair_brings_back_the_record_as_it_was() {
    for withheld in [false, true] {
        let (mut world, record) = with(Severity::Serious, withheld);
        let (first, last) = days(&world, record);
        world.go_to(first);
        let before = row(&world, record);
        assert_eq!(before.published, !withheld);
        let (mut world, _, id) = applied_and_checked((world, record));
        let approval = approve(&world, id);
        world.must(&head(), &approval);
        assert!(!row(&world, record).published);
        world.close();
        let notice = revocation_notice(&world, id);
        world.must(&handler(), &notice);
        world.pass(12);
        let decision = revoke_repair(&world, id, 0);
        world.must(&head(), &decision);
        assert_eq!(row(&world, record).state, RecordState::Repaired, "not before the day it fixes");
        world.pass(12);
        let own = row(&world, record);
        assert_eq!(own.state, RecordState::Accepted);
        assert_eq!((own.published, own.ended_on), (!withheld, None));
        assert_eq!(own.publicity_until, Some(last));
        let again = world.ask(&party(organisation(1)), &apply(record)).expect_err("it is barred");
        assert_eq!(again.ground, guard(Guard::RepairPeriod));
        let again_from = own.repair_again_from.expect("a day");
        assert!(again.detail.contains(&again_from.to_string()), "{}", again.detail);
        world.go_to(again_from);
        assert!(world.ask(&party(organisation(1)), &apply(record)).is_ok());
        world.go_to(last.plus_days(1));
        assert_eq!(row(&world, record).state, RecordState::Expired);
        assert_eq!(world.replayed().rows, world.rows);
    }
}

/// The bar is about this record and never outlasts it; its standstill fits into its time.
#[test]
fn a_revocation_fits_into_what_is_left_of_the_record() {
    let (mut world, record, id) = repaired();
    let last = days(&world, record).1;
    world.today = last.plus_days(-40);
    let notice = revocation_notice(&world, id);
    world.must(&handler(), &notice);
    world.pass(12);
    world.must(&head(), &revoke_repair(&world.clone(), id, 0));
    assert_eq!(row(&world, record).repair_again_from, Some(last));
    let (mut world, _, id) = repaired();
    world.today = last.plus_days(-1);
    let late = after(&world, &handler(), &revocation_notice(&world, id));
    let late = World { today: last, ..late };
    assert_eq!(late.refused(&head(), &revoke_repair(&late, id, 0)), STATE);
    world.today = last;
    assert_eq!(world.refused(&handler(), &revocation_notice(&world, id)), STATE);
    // Until then it is at hand, however long ago it was repaired.
    let (mut world, record, _) = repaired();
    world.go_to(last);
    assert_eq!(row(&world, record).state, RecordState::Repaired);
    world.go_to(last.plus_days(1));
    assert_eq!(row(&world, record).state, RecordState::Archived);
    // The last day counts: it comes back for a day rather than lapse.
    let (mut world, record, id) = brought_back();
    world.today = last;
    let tick = Command::Tick { due: Due::Repair(id) };
    assert_eq!(world.run(&timer(), &tick).unwrap(), ["record.restored"]);
    assert_eq!(row(&world, record).state, RecordState::Accepted);
}

/// What ended meanwhile is not repaired; the approval is on record and nothing waits for it.
#[test]
fn a_record_that_ended_meanwhile_is_only_approved() {
    let (mut world, record, id) = applied_and_checked(ripe());
    let annul = Command::AnnulRecord { record, reasons: text() };
    world.must(&handler(), &annul);
    assert_eq!(world.run(&head(), &approve(&world.clone(), id)).unwrap(), ["repair.approved"]);
    assert_eq!(world.close(), ["repair.done"]);
    assert_eq!(world.refused(&handler(), &revocation_notice(&world, id)), STATE);
}

/// Who collected answers for the time, as who listed does.
#[test]
fn the_provider_is_counted_for_what_it_decides_late() {
    let (mut world, _, id) = applied_and_checked(ripe());
    world.pass(40);
    world.must(&head(), &approve(&world.clone(), id));
    let own = Unit::Authority(authority(MARKET));
    let counted = |counter| -> u32 {
        let rows = world.rows.iter().filter_map(|(key, row)| match (key, row.as_ref()) {
            (Key::Tally { unit, .. }, Row::Tally(counts)) if *unit == own => {
                Some(counts.get(counter))
            }
            _ => None,
        });
        rows.sum()
    };
    assert_eq!(counted(Counter::RepairsCheckedOnTime), 1);
    assert_eq!(counted(Counter::RepairsDecidedLate), 1);
}

/// A person's record ends for sharing and use; it was never shown and is not after a revocation.
#[test]
fn a_persons_record_is_repaired_too() {
    let mut world = World::seeded();
    let record = RecordId(world.must(&handler(), &submit(person(1), "一号")));
    let first = days(&world, record).0;
    world.go_to(first);
    let id = RepairId(world.must(&party(person(1)), &apply(record)));
    world.must(&handler(), &repair_check(id, RepairAcceptance::Accepted));
    let approval = approve(&world, id);
    world.must(&head(), &approval);
    let own = row(&world, record);
    assert!(!own.is_shared(world.today));
    let said = world.log.iter().filter(|own| matches!(own.event, Event::RecordRepaired { .. }));
    assert_eq!(said.count(), 1);
}

/// A listing comes back only while what it rests on is good; a record that is void meanwhile has
/// nothing to come back.
#[test]
fn what_is_void_does_not_come_back() {
    const LAPSED: &str = "repair.revocation_lapsed";
    let (mut world, record, _) = brought_back();
    // Whoever annuls it ends what was to bring it back.
    let annul = Command::AnnulRecord { record, reasons: text() };
    let said = world.run(&handler(), &annul).unwrap();
    assert_eq!(said[..2], ["record.annulled", LAPSED]);
    world.pass(8);
    assert_eq!(row(&world, record).state, RecordState::Annulled);
    for late in [false, true] {
        let mut world = World::seeded();
        let record = world.with_record();
        let listing = world.listing(&[record], &[], Stage::Effective);
        world.pass(200);
        let id = RepairId(world.must(&party(organisation(1)), &repair(listing)));
        world.must(&handler(), &repair_check(id, RepairAcceptance::Accepted));
        let approval = approve(&world, id);
        world.must(&head(), &approval);
        world.close();
        let annul = Command::AnnulRecord { record, reasons: text() };
        if !late {
            world.must(&handler(), &annul);
            assert_eq!(world.refused(&handler(), &revocation_notice(&world, id)), STATE);
            continue;
        }
        let notice = revocation_notice(&world, id);
        world.must(&handler(), &notice);
        world.pass(12);
        let decision = revoke_repair(&world, id, 0);
        world.must(&head(), &decision);
        let said = world.run(&handler(), &annul).unwrap();
        assert_eq!(said[..2], ["record.annulled", LAPSED]);
        world.today = world.today.plus_days(8);
        let tick = Command::Tick { due: Due::Repair(id) };
        assert!(world.run(&timer(), &tick).unwrap().is_empty());
        assert!(world.marks(organisation(1)).is_empty());
    }
}

/// A record that a listing's repair took along is not brought back by its own, older application.
#[test]
fn a_repair_brings_back_only_what_it_had_ended_itself() {
    let (mut world, record, id) = applied_and_checked(ripe());
    let listing = world.listing(&[record], &[], Stage::Effective);
    world.pass(120);
    let other = RepairId(world.must(&party(organisation(1)), &repair(listing)));
    world.must(&handler(), &repair_check(other, RepairAcceptance::Accepted));
    let approval = approve(&world, other);
    world.must(&head(), &approval);
    // The record has a repair of its own from then on, on which that of the listing has no say.
    let said = world.run(&head(), &approve(&world.clone(), id)).unwrap();
    assert_eq!(said, ["repair.approved", "record.repaired"]);
    world.close();
    assert_eq!(row(&world, record).repaired.map(|own| own.0), Some(id));
    assert_eq!(world.refused(&handler(), &revocation_notice(&world, other)), STATE);
    assert!(world.ask(&handler(), &revocation_notice(&world, id)).is_ok());
}

/// Takes a record's repair to its decided revocation, all by officers of its provider.
fn revocation_decided(world: &mut World, department: &str, record: RecordId) -> RepairId {
    let (handler, head) = (officer(department, Post::Handler), officer(department, Post::Head));
    let own = party(organisation(1));
    let id = RepairId(world.must(&own, &apply(record)));
    world.must(&handler, &repair_check(id, RepairAcceptance::Accepted));
    let approval = approve(world, id);
    world.must(&head, &approval);
    assert_eq!(world.close(), ["repair.done"]);
    let notice = revocation_notice(world, id);
    world.must(&handler, &notice);
    let stated = revocation_statement(world, id);
    world.must(&own, &stated);
    let decision = revoke_repair(world, id, 2);
    world.must(&head, &decision);
    id
}

/// The repair of a listing repairs its own authority's records for good: what was to bring one back
/// comes to nothing. Another provider's record is that provider's.
#[test]
fn a_later_repair_outdoes_the_revocation_of_an_earlier_one_of_the_same_provider() {
    for department in [MARKET, TAX] {
        let mut world = World::seeded();
        let number = "一号";
        let new = NewRecord {
            source: record_source(authority(department), PENALTY, number, organisation(1)),
            ..self::record(organisation(1), number)
        };
        let submit = Command::SubmitRecords { records: vec![new] };
        let record = RecordId(world.must(&officer(department, Post::Handler), &submit));
        let listing = world.listing(&[record], &[], Stage::Effective);
        let first = days(&world, record).0;
        world.go_to(first.plus_days(1));
        let later = checked(&mut world, &party(organisation(1)), Repairable::Listing(listing));
        let back = revoke(&world, listing);
        world.must(&head(), &back);
        let earlier = revocation_decided(&mut world, department, record);
        let approval = approve(&world, later);
        let said = world.run(&head(), &approval).unwrap();
        let wanted: &[&str] = match department {
            MARKET => &["repair.approved", "repair.revocation_lapsed", "record.repaired"],
            _ => &["repair.approved"],
        };
        assert_eq!(said, wanted, "{department} {earlier}");
    }
}

/// Departments read on from the newest change of a record, whatever it was.
#[test]
fn a_record_says_when_it_was_changed_last() {
    let (mut world, record, id) = repaired();
    let changed = |world: &World, name: &str| {
        let newest = world.log.iter().rfind(|own| own.event.name() == name).expect(name);
        assert_eq!(row(world, record).changed, newest.position, "{name}");
    };
    changed(&world, "record.repaired");
    revoked(&mut world, &party(organisation(1)), id);
    world.pass(12);
    changed(&world, "record.restored");
    assert_eq!(row(&world, record).repaired, None, "no repair ends it any more");
    let objection = world.objection(organisation(1), Target::Record(record), false);
    changed(&world, "objection.filed");
    let refusal = refuse_objection(&world, objection);
    world.must(&clerk(), &refusal);
    changed(&world, "objection.refused");
    world.must(&handler(), &Command::AnnulRecord { record, reasons: text() });
    changed(&world, "record.annulled");
}
