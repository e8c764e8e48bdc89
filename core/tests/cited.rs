//! The document of a record that is over establishes nothing any more, whether the record is named
//! or not (design.md 1, INV-6, G-FACT).
//!
//! Covers O66.

use shouxin_core::command::{Command, NewRecord};
use shouxin_core::guard::Guard;
use shouxin_core::id::RecordId;
use shouxin_core::limits::RECORDS_PER_LISTING_MAX;
use shouxin_core::row::{Key, Repairable, Row};
use shouxin_core::rules::Severity;

use crate::kit::repairs::{done, revoked};
use crate::kit::rules::day;
use crate::kit::steps::*;
use crate::kit::{World, guard, organisation, party};

/// A record whose document the proposals of these tests cite.
fn of_the_fact(number: &str) -> NewRecord {
    NewRecord {
        document_sha256: Some(fact(organisation(1)).sha256),
        ..record(organisation(1), number)
    }
}

fn accepted(world: &mut World, own: NewRecord) -> RecordId {
    RecordId(world.must(&handler(), &Command::SubmitRecords { records: vec![own] }))
}

#[test]
fn nothing_is_proposed_on_the_document_of_a_record_that_is_over() {
    let mut world = World::seeded();
    let record = accepted(&mut world, of_the_fact("尤市监罚〔2026〕1号"));
    let bare = propose(organisation(1), &[]);
    let over = |world: &World| {
        let refusal = world.ask(&handler(), &bare).unwrap_err();
        assert_eq!(refusal.ground, guard(Guard::Fact));
        assert!(refusal.detail.contains(&record.to_string()), "{}", refusal.detail);
        let named = propose(organisation(1), &[record]);
        assert_eq!(world.refused(&handler(), &named), guard(Guard::Fact), "nor with it");
    };

    let mut annulled = world.clone();
    annulled.must(&handler(), &Command::AnnulRecord { record, reasons: text() });
    over(&annulled);

    // By its day, before any timer has said so, and after.
    let Some(Row::Record(row)) = world.row(&Key::Record(record)) else { panic!("a record") };
    let last = row.publicity_until.expect("it is adverse");
    let mut expired = world.clone();
    expired.today = last;
    assert!(expired.ask(&handler(), &propose(organisation(1), &[record])).is_ok());
    expired.today = last.plus_days(1);
    over(&expired);
    expired.tick();
    over(&expired);

    // Repaired; and live again once its repair was revoked.
    world.pass(400);
    let own = party(organisation(1));
    let repair = done(&mut world, &own, Repairable::Record(record));
    over(&world);
    revoked(&mut world, &own, repair);
    over(&world);
    world.pass(20);
    assert_eq!(world.refused(&handler(), &bare), guard(Guard::Fact), "it is to be named");
    world.must(&handler(), &propose(organisation(1), &[record]));
    assert_eq!(world.replayed().rows, world.rows);
}

/// What one record no longer carries another may: the same document, collected once more and live.
#[test]
fn another_live_record_of_the_document_carries_it() {
    let mut world = World::seeded();
    let first = accepted(&mut world, of_the_fact("尤市监罚〔2026〕1号"));
    let second = accepted(&mut world, of_the_fact("另一文号"));
    world.must(&handler(), &Command::AnnulRecord { record: first, reasons: text() });
    let bare = world.ask(&handler(), &propose(organisation(1), &[])).unwrap_err();
    assert!(bare.cure.contains(&second.to_string()), "{}", bare.cure);
    world.must(&handler(), &propose(organisation(1), &[second]));
    world.must(&handler(), &Command::AnnulRecord { record: second, reasons: text() });
    assert_eq!(world.refused(&handler(), &propose(organisation(1), &[])), guard(Guard::Fact));
}

/// Each document counts for itself.
#[test]
fn each_document_counts_for_itself() {
    let mut world = World::seeded();
    let record = accepted(&mut world, of_the_fact("尤市监罚〔2026〕1号"));
    let other = world.with_record();
    world.must(&handler(), &Command::AnnulRecord { record, reasons: text() });
    let Some(Row::Record(row)) = world.row(&Key::Record(other)) else { panic!("a record") };
    let mut both = propose(organisation(1), &[other]);
    if let Command::ProposeListing { facts, .. } = &mut both {
        let mut live = fact(organisation(1));
        live.number.clone_from(&row.document_number);
        live.sha256 = digest(77);
        facts.push(live);
    }
    assert_eq!(world.refused(&handler(), &both), guard(Guard::Fact));
    if let Command::ProposeListing { facts, .. } = &mut both {
        facts.remove(0);
    }
    world.must(&handler(), &both);
}

/// A document leads to the newest of its records; one that is named is looked at all the same.
#[test]
fn a_named_record_counts_though_newer_ones_of_its_document_are_over() {
    let mut world = World::seeded();
    let first = accepted(&mut world, of_the_fact("尤市监罚〔2026〕10号"));
    for serial in 0..RECORDS_PER_LISTING_MAX {
        let number = format!("尤市监罚〔2026〕{}号", 20 + serial);
        let record = accepted(&mut world, of_the_fact(&number));
        world.must(&handler(), &Command::AnnulRecord { record, reasons: text() });
    }
    assert_eq!(world.refused(&handler(), &propose(organisation(1), &[])), guard(Guard::Fact));
    world.must(&handler(), &propose(organisation(1), &[first]));
}

/// A correction does not free the paper by which a record came in.
#[test]
fn the_first_paper_of_a_corrected_record_leads_to_it() {
    let mut world = World::seeded();
    let record = accepted(&mut world, of_the_fact("尤市监罚〔2026〕1号"));
    let correct = Command::CorrectRecord {
        record,
        document_number: "尤市监罚〔2026〕1号（更正）".to_owned(),
        document_date: day("2026-01-15"),
        document_sha256: Some(digest(88)),
        content: Some(text()),
        severity: Some(Severity::Serious),
        reasons: text(),
    };
    world.must(&handler(), &correct);
    let bare = propose(organisation(1), &[]);
    assert_eq!(world.refused(&handler(), &bare), guard(Guard::Fact), "it is to be named");
    assert!(world.ask(&handler(), &propose(organisation(1), &[record])).is_ok());
    let annul = Command::AnnulRecord { record, reasons: text() };
    let mut annulled = world.clone();
    annulled.must(&handler(), &annul);
    assert_eq!(annulled.refused(&handler(), &bare), guard(Guard::Fact));
    // Whose paper it is now says what it establishes.
    let other = accepted(&mut annulled, of_the_fact("尤市监罚〔2026〕2号"));
    assert!(annulled.ask(&handler(), &propose(organisation(1), &[other])).is_ok());
    assert_eq!(annulled.refused(&handler(), &bare), guard(Guard::Fact), "named");
}
