//! Collection: files of every kind of subject, one per code; legacy codes; records under the
//! county's own directory, by who may provide them and as open as the directory says.

use std::sync::Arc;

use crate::kit::county::{county_code, county_officer, county_rules};
use crate::kit::rules::day;
use crate::kit::steps::{digest, register_person, served, text};
use crate::kit::{World, misfit, operator, person};
use shouxin_core::actor::{Actor, SubjectKey};
use shouxin_core::apply::record_source;
use shouxin_core::command::{Command, NewRecord, NewSubject};
use shouxin_core::event::Capacity;
use shouxin_core::guard::Misfit;
use shouxin_core::id::RecordId;
use shouxin_core::identifier::legacy::LegacyKind;
use shouxin_core::row::{Key, Row};
use shouxin_core::rules::{DataItem, Polarity, Severity, SubjectKind};
use shouxin_core::text::Name;

const KINDS: [SubjectKind; 4] = [
    SubjectKind::Enterprise,
    SubjectKind::SocialOrganisation,
    SubjectKind::OrganOrInstitution,
    SubjectKind::OtherOrganisation,
];

fn organisation(serial: u64) -> SubjectKey {
    SubjectKey::Organisation(county_code(serial))
}

fn new(serial: u64, kind: SubjectKind) -> NewSubject {
    NewSubject {
        key: organisation(serial),
        kind,
        name: Name::Clear(format!("尤溪县第{serial}单位")),
        slot: serial,
        attestation: None,
    }
}

/// One subject of each kind, organisations 1 to 4 in the order of `KINDS`, and person 1.
fn county() -> World {
    let mut world = World::new();
    world.rules = Arc::new(county_rules(false));
    world.today = day("2026-05-11");
    let version = world.rules.version;
    world.must(&operator(), &Command::LoadRules { version, files: Vec::new() });
    let clerk = county_officer(&world, "market", "SC-03");
    let subjects = (1..).zip(KINDS).map(|(serial, kind)| new(serial, kind)).collect();
    world.must(&clerk, &Command::RegisterSubjects { subjects });
    world.must(&clerk, &register_person(1, Capacity::Full));
    world
}

fn subject_of(kind: SubjectKind) -> SubjectKey {
    match KINDS.iter().position(|own| *own == kind) {
        Some(place) => organisation(place as u64 + 1),
        None => person(1),
    }
}

/// A record of an item by a department, right in every point.
fn record(world: &World, item: &DataItem, department: &str) -> NewRecord {
    let subject = subject_of(item.subjects[0]);
    let adverse = item.polarity == Polarity::Adverse;
    let Actor::Officer(officer) = county_officer(world, department, "SC-03").actor else {
        panic!("{department} has no officer");
    };
    NewRecord {
        subject,
        item: item.id.clone(),
        severity: adverse.then_some(Severity::General),
        document_number: "尤文〔2026〕1号".to_owned(),
        document_date: day("2026-05-01"),
        document_sha256: Some(digest(8)),
        content: Some(text()),
        withheld: false,
        withheld_reason: None,
        notified: adverse.then(|| served(day("2026-05-06"))),
        source: record_source(officer.authority, &item.id, "尤文〔2026〕1号", subject),
    }
}

fn reasons(world: &World, department: &str, record: &NewRecord) -> Vec<&'static str> {
    let who = county_officer(world, department, "SC-03");
    let asked = world.ask(&who, &Command::SubmitRecords { records: vec![record.clone()] });
    let rejects = asked.expect("a batch is answered record by record").rejects;
    rejects.iter().map(|own| own.reason).collect()
}

/// Every kind of subject has a file under its own code, and one only. Covers O05, O07, O15.
#[test]
fn every_kind_of_subject_has_one_file_under_its_code() {
    let world = county();
    for (serial, kind) in (1..).zip(KINDS) {
        let Some(Row::Subject(row)) = world.row(&Key::Subject(organisation(serial))) else {
            panic!("{kind:?} has no file");
        };
        assert_eq!((row.kind, row.key), (kind, organisation(serial)));
    }
    assert!(world.row(&Key::Subject(person(1))).is_some());
    let clerk = county_officer(&world, "market", "SC-03");
    let again = new(1, SubjectKind::Enterprise);
    let twice = [new(9, SubjectKind::Enterprise), new(9, SubjectKind::Enterprise)];
    for (subjects, rejected) in [(vec![again], 1), (twice.to_vec(), 1)] {
        let outcome = world.ask(&clerk, &Command::RegisterSubjects { subjects }).unwrap();
        assert_eq!(outcome.rejects.len(), rejected);
        assert!(outcome.rejects.iter().all(|own| own.reason == "EXISTS"));
    }
}

/// A legacy code of each of the five kinds leads to one file, and is never taken away from it; the
/// same code of another kind is another code. Covers O09.
#[test]
fn a_legacy_code_leads_to_one_file() {
    let mut world = county();
    let clerk = county_officer(&world, "market", "SC-03");
    for kind in LegacyKind::ALL.map(LegacyKind::name) {
        let link = |serial: u64| Command::LinkAlias {
            subject: organisation(serial),
            kind: kind.to_owned(),
            code: "12345678-8".to_owned(),
        };
        world.must(&clerk, &link(1));
        assert_eq!(world.refused(&clerk, &link(2)), misfit(Misfit::Exists), "{kind}");
        let key = Key::Alias { kind: kind.to_owned(), code: "12345678-8".to_owned() };
        assert!(matches!(world.row(&key), Some(Row::Alias(to)) if *to == organisation(1)));
    }
}

/// Each item of the directory is taken from its providers only, about its kinds of subject only,
/// and is as open as the directory says. Covers O11, O12, O16.
#[test]
fn the_directory_says_who_provides_what_about_whom_and_how_open_it_is() {
    let fresh = county();
    for item in &fresh.rules.items {
        for department in &fresh.rules.departments {
            let record = record(&fresh, item, &department.code);
            let found = reasons(&fresh, &department.code, &record);
            match item.providers.contains(&department.code) {
                true => assert!(found.is_empty(), "{} by {}: {found:?}", item.id, department.code),
                false => assert_eq!(found, ["PROVIDER_NOT_NAMED"], "{}", item.id),
            }
        }
        let Some(provider) = item.providers.first() else {
            continue;
        };
        let mut world = fresh.clone();
        let right = record(&world, item, provider);
        let other = KINDS.into_iter().chain([SubjectKind::NaturalPerson]);
        for kind in other.filter(|kind| !item.subjects.contains(kind)) {
            let wrong = NewRecord { subject: subject_of(kind), ..right.clone() };
            assert_eq!(reasons(&world, provider, &wrong), ["SUBJECT_KIND"], "{} {kind:?}", item.id);
        }
        let who = county_officer(&world, provider, "SC-03");
        let at = world.must(&who, &Command::SubmitRecords { records: vec![right.clone()] });
        let Some(Row::Record(row)) = world.row(&Key::Record(RecordId(at))) else {
            panic!("{} is not there", item.id);
        };
        assert_eq!(
            (row.openness, row.class, row.polarity),
            (item.openness, item.class, item.polarity)
        );
        assert_eq!(reasons(&world, provider, &right), ["DUPLICATE"], "{}", item.id);
    }
}

/// What is adverse is collected with its document and with the notice to the party, or not at all;
/// each thing that is missing is named, and the rest of the batch is taken. Covers O59, O66.
#[test]
fn an_adverse_record_comes_with_document_severity_and_notice() {
    let world = county();
    let adverse = |own: &&DataItem| own.polarity == Polarity::Adverse && !own.providers.is_empty();
    let item = world.rules.items.iter().find(adverse).expect("an adverse item");
    let provider = item.providers[0].as_str();
    let right = record(&world, item, provider);
    type Spoil<'a> = &'a dyn Fn(&mut NewRecord);
    let spoilt: [(&str, Spoil<'_>); 9] = [
        ("G-NOTICE", &|own| own.notified = None),
        ("G-NOTICE", &|own| own.notified = Some(served(day("2026-05-12")))),
        ("G-FACT", &|own| own.document_sha256 = None),
        ("SEVERITY", &|own| own.severity = None),
        ("DOCUMENT_NUMBER", &|own| own.document_number.clear()),
        ("DOCUMENT_DATE", &|own| own.document_date = day("2026-05-12")),
        ("NOT_IN_DIRECTORY", &|own| own.item = "XX-0000".to_owned()),
        ("UNKNOWN_SUBJECT", &|own| own.subject = organisation(9)),
        ("WITHHELD_REASON", &|own| (own.withheld, own.content) = (true, None)),
    ];
    for (reason, spoil) in spoilt {
        let mut wrong = right.clone();
        spoil(&mut wrong);
        assert_eq!(reasons(&world, provider, &wrong), [reason]);
        let who = county_officer(&world, provider, "SC-03");
        wrong.source = [9; 32];
        let batch = Command::SubmitRecords { records: vec![wrong, right.clone()] };
        let outcome = world.ask(&who, &batch).unwrap();
        assert_eq!((outcome.rejects.len(), outcome.drafts.len()), (1, 1), "{reason}");
    }
}
