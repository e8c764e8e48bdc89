//! Nobody is named by number in anything that stands in clear in the log (design.md 1), whichever event
//! it stands in and however it is written.

use crate::kit::rules::{STATUTE, individual_business};
use crate::kit::steps::*;
use crate::kit::{World, operator, organisation, plugin};
use shouxin_core::anonymity::{holds_personal_number, numbered_field};
use shouxin_core::command::channel::ChannelCommand;
use shouxin_core::command::{Command, NewSubject};
use shouxin_core::event::clear::each_text;
use shouxin_core::event::{Attestation, CaseRef, Event};
use shouxin_core::guard::{Ground, Guard, Misfit, RecordedGround};
use shouxin_core::rules::SubjectKind;
use shouxin_core::text::{Name, shortened};
use shouxin_core::time::Day;

/// A citizen's number that passes every check and was never issued, spaced as people write it.
const NUMBER: &str = "110105 19491231 002X";
/// A document's number of as many digits whose last is not what a citizen's number would have.
const DOCUMENT: &str = "110105194912310021";

fn field_of(world: &World, command: &Command) -> Option<&'static str> {
    let refusal = world.ask(&handler(), command).expect_err("it is refused");
    assert_eq!(refusal.ground, Ground::Misfit(Misfit::Value), "{refusal:?}");
    refusal.field
}

#[test]
fn a_decisions_number_and_what_it_cites_name_nobody_by_number() {
    let mut world = World::seeded();
    let mut propose = propose(organisation(1), &[]);
    if let Command::ProposeListing { facts, .. } = &mut propose {
        facts[0].number = format!("尤市监罚 {NUMBER}");
    }
    assert_eq!(field_of(&world, &propose), Some("number"));
    if let Command::ProposeListing { facts, basis, .. } = &mut propose {
        facts[0].number = DOCUMENT.to_owned();
        basis[0].article = NUMBER.to_owned();
    }
    assert_eq!(field_of(&world, &propose), Some("article"));
    let id = world.listing(&[], &[STATUTE], Stage::Heard);
    let mut decide = decision(CaseRef::Listing(id), 2, &[STATUTE]);
    let with = |command: &mut Command, number: &str| {
        if let Command::DecideCase { document_number, .. } = command {
            number.clone_into(document_number);
        }
    };
    with(&mut decide, NUMBER);
    let refusal = world.ask(&head(), &decide).expect_err("it names somebody");
    assert_eq!(refusal.field, Some("document_number"));
    with(&mut decide, DOCUMENT);
    world.must(&head(), &decide);
}

#[test]
fn an_item_of_a_batch_that_names_somebody_is_left_out_alone() {
    let world = World::new();
    let named = |serial: usize, name: &str, number: Option<&str>| NewSubject {
        key: organisation(serial),
        kind: SubjectKind::Enterprise,
        name: Name::Clear(name.to_owned()),
        slot: 9,
        attestation: number.map(|own| Attestation {
            document_number: own.to_owned(),
            sha256: digest(5),
            forgiven: Vec::new(),
        }),
    };
    let subjects = vec![
        named(6, NUMBER, None),
        named(7, "尤溪县某某有限公司", Some(NUMBER)),
        named(8, "尤溪县某某有限公司", Some(DOCUMENT)),
    ];
    let outcome = world.ask(&handler(), &Command::RegisterSubjects { subjects }).unwrap();
    assert_eq!(outcome.drafts.len(), 1);
    let said: Vec<_> = outcome.rejects.iter().map(|own| (own.index, own.field)).collect();
    assert_eq!(said, [(0, "name"), (1, "attestation")]);
    let world = World::seeded();
    let mut record = record(organisation(1), "7");
    NUMBER.clone_into(&mut record.document_number);
    let outcome = world.ask(&handler(), &Command::SubmitRecords { records: vec![record] }).unwrap();
    assert_eq!(outcome.rejects[0].reason, "DOCUMENT_NUMBER");
    assert!(outcome.drafts.is_empty());
}

#[test]
fn a_legacy_code_is_no_citizens_number() {
    let world = World::seeded();
    let link = |code: &str| Command::LinkAlias {
        subject: organisation(1),
        kind: "tax_number".to_owned(),
        code: code.to_owned(),
    };
    assert_eq!(field_of(&world, &link("11010519491231002X")), Some("code"));
    assert!(world.ask(&handler(), &link("350426123456789")).is_ok());
}

#[test]
fn what_another_system_says_is_kept_without_a_number() {
    assert_eq!(shortened("尤税核〔2027〕1号"), "尤税核〔2027〕1号");
    assert!(!holds_personal_number(&shortened(NUMBER), Day::MAX));
    let cut = format!("{}{NUMBER}", "a".repeat(250));
    assert_eq!(shortened(&cut).len(), 256, "what is cut in half names nobody");
    let world = World::seeded();
    let waive = Command::Channel(ChannelCommand::Waive {
        channel: "portal".to_owned(),
        reason: NUMBER.to_owned(),
    });
    assert!(world.ask(&operator(), &waive).is_err());
    let denied = |target: &str| {
        let command = Command::RecordDenial {
            command: "listings.decide".to_owned(),
            target: target.to_owned(),
            ground: RecordedGround::Guard(Guard::Human),
            uncounted: 0,
        };
        let outcome = world.ask(&plugin(), &command).expect("it is recorded");
        match &outcome.drafts[0].event {
            Event::GuardDenied { target, .. } => target.clone(),
            other => panic!("{other:?}"),
        }
    };
    let business = individual_business().as_str().to_owned();
    assert_eq!(denied(&business), business, "the key of a file is what was asked for");
    assert!(!holds_personal_number(&denied(NUMBER), Day::MAX));
}

/// Every field of an event that holds a text is walked; a code is none, and what is sealed is not seen.
#[test]
fn each_text_of_an_event_is_seen_with_its_field() {
    let business = individual_business();
    let event = Event::SubjectRegistered {
        kind: SubjectKind::Enterprise,
        name: Name::Clear("某公司".to_owned()),
        slot: 1,
        attestation: Some(Attestation {
            document_number: "一号".to_owned(),
            sha256: digest(5),
            forgiven: vec!["CHECK18".to_owned()],
        }),
    };
    let mut seen = Vec::new();
    each_text(&event, &mut |field, text| seen.push(format!("{field}={text}")));
    assert_eq!(seen, ["name=某公司", "document_number=一号", "forgiven=CHECK18"]);
    let sealed = Event::SubjectRegistered {
        kind: SubjectKind::Enterprise,
        name: Name::Sealed(text()),
        slot: 1,
        attestation: None,
    };
    each_text(&sealed, &mut |field, text| panic!("{field}={text}"));
    let about = fact(shouxin_core::actor::SubjectKey::Organisation(business));
    assert_eq!(numbered_field(&about, Day::MAX), None, "a code is a key and no text");
}
