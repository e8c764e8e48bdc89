//! The edges of what is collected: batches, records and their corrections, files of subjects.

use std::sync::Arc;

use shouxin_core::command::{Command, NewPerson, NewRecord, NewSubject};
use shouxin_core::event::{Attestation, Capacity};
use shouxin_core::guard::{Guard, Misfit};
use shouxin_core::id::RecordId;
use shouxin_core::limits::{BATCH_ITEMS_MAX, CONTENT_BYTES_MAX, TEXT_BYTES_MAX};
use shouxin_core::row::{Key, Row};
use shouxin_core::rules::{Severity, SubjectKind};
use shouxin_core::text::{Name, Sealed, Service};

use super::{refused, taken};
use crate::kit::rules::{HONOUR, day};
use crate::kit::steps::*;
use crate::kit::{World, guard, misfit, organisation, person};

/// The reason for which the only item of a batch is rejected; none where it is taken.
fn rejected(world: &World, command: &Command) -> Option<&'static str> {
    let outcome = world.ask(&handler(), command).expect("the batch is taken");
    assert_eq!(outcome.rejects.is_empty(), !outcome.drafts.is_empty());
    outcome.rejects.first().map(|reject| reject.reason)
}

fn of(record: NewRecord) -> Command {
    Command::SubmitRecords { records: vec![record] }
}

fn long(bytes: u32) -> Option<Sealed> {
    Some(Sealed { clear_bytes: bytes, ..text() })
}

#[test]
fn a_batch_has_one_to_so_many_items_and_is_loaded_as_one() {
    let world = World::seeded();
    let records = |count: usize| {
        let numbers = (0..count).map(|serial| format!("尤市监罚〔2026〕{serial}号"));
        let records = numbers.map(|number| record(organisation(1), &number)).collect();
        Command::SubmitRecords { records }
    };
    let limit = misfit(Misfit::Limit);
    refused(&world, &handler(), &records(0), limit);
    taken(&world, &handler(), &records(BATCH_ITEMS_MAX));
    refused(&world, &handler(), &records(BATCH_ITEMS_MAX + 1), limit);
    refused(&world, &handler(), &Command::RegisterSubjects { subjects: Vec::new() }, limit);
    refused(&world, &handler(), &Command::RegisterPersons { persons: Vec::new() }, limit);
}

#[test]
fn each_field_of_a_record_is_rejected_by_its_own_name() {
    let world = World::seeded();
    let right = || record(organisation(1), "尤市监罚〔2026〕1号");
    let today = world.today;
    assert_eq!(rejected(&world, &of(right())), None);
    let told_today = || Some(served(today));
    let latest = NewRecord { document_date: today, notified: told_today(), ..right() };
    assert_eq!(rejected(&world, &of(latest)), None);
    let oldest = day("1926-03-02");
    assert_eq!(oldest.plus_months(1200), today);
    // What is shown for ever may be old.
    let honour = || NewRecord { item: HONOUR.to_owned(), severity: None, ..right() };
    assert_eq!(rejected(&world, &of(NewRecord { document_date: oldest, ..honour() })), None);
    for document_date in [today.plus_days(1), oldest.plus_days(-1)] {
        let record = NewRecord { document_date, ..honour() };
        assert_eq!(rejected(&world, &of(record)), Some("DOCUMENT_DATE"));
    }
    let content = |bytes| rejected(&world, &of(NewRecord { content: long(bytes), ..right() }));
    assert_eq!(content(CONTENT_BYTES_MAX), None);
    assert_eq!(content(CONTENT_BYTES_MAX + 1), Some("CONTENT_LENGTH"));
    // A penalty is withheld with a reason of its own, whatever its content says (O25).
    let withheld = |reason| NewRecord { withheld: true, withheld_reason: reason, ..right() };
    assert_eq!(rejected(&world, &of(withheld(Some(text())))), None);
    for reason in [None, Some(no_text()), long(TEXT_BYTES_MAX + 1)] {
        assert_eq!(rejected(&world, &of(withheld(reason))), Some("WITHHELD_REASON"));
    }
    let reason = NewRecord { withheld_reason: Some(text()), ..right() };
    assert_eq!(rejected(&world, &of(reason)), Some("WITHHELD_REASON"), "it is shown");
    // What is no permit or penalty has it in its content.
    let honour = |withheld_reason, content| NewRecord {
        item: HONOUR.to_owned(),
        severity: None,
        withheld: true,
        withheld_reason,
        content,
        ..right()
    };
    assert_eq!(rejected(&world, &of(honour(None, Some(text())))), None);
    assert_eq!(rejected(&world, &of(honour(None, None))), Some("WITHHELD_REASON"));
    let beside = honour(Some(text()), Some(text()));
    assert_eq!(rejected(&world, &of(beside)), Some("WITHHELD_REASON"), "nothing would keep it");
    let told = |on, proof_sha256| Some(Service { proof_sha256, ..served(on) });
    let notified = |notified| rejected(&world, &of(NewRecord { notified, ..right() }));
    assert_eq!(notified(told(today, digest(1))), None);
    assert_eq!(notified(told(today.plus_days(1), digest(1))), Some("G-NOTICE"));
    // Nobody is told of a document that was not made yet (O59).
    let made_on = right().document_date;
    assert_eq!(notified(told(made_on, digest(1))), None);
    assert_eq!(notified(told(made_on.plus_days(-1), digest(1))), Some("G-NOTICE"));
    assert_eq!(notified(told(today, [0; 32])), Some("G-NOTICE"));
    assert_eq!(notified(None), Some("G-NOTICE"));
    for sha in [None, Some([0; 32])] {
        let record = NewRecord { document_sha256: sha, ..right() };
        assert_eq!(rejected(&world, &of(record)), Some("G-FACT"));
    }
    let graded = NewRecord { severity: Some(Severity::Minor), item: HONOUR.to_owned(), ..right() };
    assert_eq!(rejected(&world, &of(graded)), Some("SEVERITY"));
}

#[test]
fn of_a_person_only_what_concerns_one_of_full_capacity_is_collected() {
    let world = World::seeded();
    for (serial, wanted) in [(1, None), (3, Some("G-CAPACITY"))] {
        let own = NewRecord { subject: person(serial), ..record(person(serial), "一号") };
        assert_eq!(rejected(&world, &of(own)), wanted);
    }
}

#[test]
fn only_what_is_public_is_shown_and_nothing_minor_withheld_or_personal() {
    let shown = |change: &dyn Fn(NewRecord) -> NewRecord, subject| {
        let mut world = World::seeded();
        let command = of(change(record(subject, "尤市监罚〔2026〕1号")));
        let id = RecordId(world.must(&handler(), &command));
        match world.row(&Key::Record(id)) {
            Some(Row::Record(row)) => row.published,
            _ => panic!("the record is there"),
        }
    };
    let minor = |own| NewRecord { severity: Some(Severity::Minor), ..own };
    let general = |own| NewRecord { severity: Some(Severity::General), ..own };
    assert!(shown(&general, organisation(1)));
    assert!(!shown(&minor, organisation(1)));
    let withheld = |own| NewRecord { withheld: true, withheld_reason: Some(text()), ..own };
    assert!(!shown(&withheld, organisation(1)));
    assert!(!shown(&|own| own, person(1)));
}

#[test]
fn a_correction_is_whole_and_never_heavier() {
    let mut world = World::seeded();
    let general =
        NewRecord { severity: Some(Severity::General), ..record(organisation(1), "一号") };
    let id = RecordId(world.must(&handler(), &of(general)));
    let right = || Command::CorrectRecord {
        record: id,
        document_number: "一号（更正）".to_owned(),
        document_date: world.today,
        document_sha256: Some(digest(2)),
        content: long(CONTENT_BYTES_MAX),
        severity: Some(Severity::General),
        reasons: text(),
    };
    taken(&world, &handler(), &right());
    let value = misfit(Misfit::Value);
    let heavier = guard(Guard::Notice);
    let next = world.today.plus_days(1);
    refused(
        &world,
        &handler(),
        &with!(right(), CorrectRecord, document_number = String::new()),
        value,
    );
    refused(&world, &handler(), &with!(right(), CorrectRecord, document_date = next), value);
    let too_long = long(CONTENT_BYTES_MAX + 1);
    refused(&world, &handler(), &with!(right(), CorrectRecord, content = too_long), value);
    for grade in [Some(Severity::Serious), None] {
        refused(&world, &handler(), &with!(right(), CorrectRecord, severity = grade), heavier);
    }
    for sha in [None, Some([0; 32])] {
        let command = with!(right(), CorrectRecord, document_sha256 = sha);
        refused(&world, &handler(), &command, guard(Guard::Fact));
    }
    let lighter = with!(right(), CorrectRecord, severity = Some(Severity::Minor));
    taken(&world, &handler(), &lighter);
}

#[test]
fn a_file_is_opened_once_by_its_name_and_its_papers() {
    let world = World::seeded();
    let new = |serial: usize| NewSubject {
        key: organisation(serial),
        kind: SubjectKind::Enterprise,
        name: Name::Clear("尤溪县某某有限公司".to_owned()),
        slot: 9,
        attestation: None,
    };
    let one = |own: NewSubject| Command::RegisterSubjects { subjects: vec![own] };
    assert_eq!(rejected(&world, &one(new(0))), None);
    assert_eq!(rejected(&world, &one(new(1))), Some("EXISTS"));
    let unnamed = NewSubject { name: Name::Clear(String::new()), ..new(0) };
    assert_eq!(rejected(&world, &one(unnamed)), Some("NAME"));
    let both = Command::RegisterSubjects { subjects: vec![new(0), new(0)] };
    let outcome = world.ask(&handler(), &both).expect("the batch is taken");
    assert_eq!((outcome.drafts.len(), outcome.rejects.len()), (1, 1));
    let attested = |document_number: &str, sha256| {
        let document_number = document_number.to_owned();
        let attestation = Some(Attestation { document_number, sha256, forgiven: Vec::new() });
        rejected(&world, &one(NewSubject { attestation, ..new(0) }))
    };
    assert_eq!(attested("证明〔2026〕1号", digest(1)), None);
    assert!(attested("", digest(1)).is_some() && attested("证明〔2026〕1号", [0; 32]).is_some());
    let natural = NewSubject { kind: SubjectKind::NaturalPerson, ..new(0) };
    assert_eq!(rejected(&world, &one(natural)), Some("SUBJECT_KIND"));
    let keyed = NewSubject { key: person(9), name: Name::Sealed(text()), ..new(0) };
    assert_eq!(rejected(&world, &one(keyed)), Some("SUBJECT_KIND"));
}

#[test]
fn a_person_has_one_file_by_key_and_by_number() {
    let mut world = World::seeded();
    // The engine lists a number by its keyed hash when the file is opened.
    world.rows.insert(Key::PersonLookup([1; 32]), Arc::new(Row::PersonLookup(person(1))));
    let new = |serial: u8, lookup: u8| NewPerson {
        key: person(serial),
        name: text(),
        number: text(),
        slot: 9,
        capacity: Capacity::Full,
        lookup: [lookup; 32],
    };
    let one = |own: NewPerson| Command::RegisterPersons { persons: vec![own] };
    assert_eq!(rejected(&world, &one(new(8, 8))), None);
    assert_eq!(rejected(&world, &one(new(1, 8))), Some("EXISTS"));
    assert_eq!(rejected(&world, &one(new(8, 1))), Some("EXISTS"));
    for own in
        [NewPerson { name: no_text(), ..new(8, 8) }, NewPerson { number: no_text(), ..new(8, 8) }]
    {
        assert_eq!(rejected(&world, &one(own)), Some("NAME"));
    }
    for twice in [[new(8, 8), new(8, 7)], [new(8, 8), new(7, 8)]] {
        let both = Command::RegisterPersons { persons: twice.to_vec() };
        let outcome = world.ask(&handler(), &both).expect("the batch is taken");
        assert_eq!((outcome.drafts.len(), outcome.rejects.len()), (1, 1));
    }
}
