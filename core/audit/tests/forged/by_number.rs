//! Forgeries that name somebody by number in clear, in events of every kind, and of what is on file of
//! names and of a person's capacity.

use shouxin_core::event::Capacity;
use shouxin_core::event::authorisation::AuthorisationEvent;
use shouxin_core::event::file::FileEvent;
use shouxin_core::event::imported::ImportedEvent;
use shouxin_core::event::member::MemberEvent;
use shouxin_core::event::person::{CapacityGround, PersonEvent};
use shouxin_core::event::refusal::RefusalEvent;
use shouxin_core::guard::RecordedMisfit;
use shouxin_core::text::Name;

use super::*;
use crate::forge::kit::rules::individual_business;
use crate::forge::words;

/// A citizen's number that passes every check and was never issued, and how people write it.
const NUMBER: &str = "35042619000102000X";
const SPACED: &str = "350426 1900 0102 000x";

/// Texts in clear, each with such a number.
pub(super) fn in_clear(table: &mut Table) {
    let name = "G-ANONYMOUS";
    let listing = lives::listing();
    table.change(name, "a decision's number", &listing, "listing.decided", {
        set!(CaseDecided, document_number => NUMBER.to_owned())
    });
    table.change(name, "a document's number, spaced", &listing, "listing.proposed", |own| {
        match &mut own.event {
            Event::ListingProposed { facts, .. } => facts[0].number = SPACED.to_owned(),
            other => panic!("{other:?}"),
        }
    });
    table.change(name, "an issuer", &listing, "listing.proposed", |own| match &mut own.event {
        Event::ListingProposed { facts, .. } => facts[0].issuer = format!("某某{NUMBER}"),
        other => panic!("{other:?}"),
    });
    table.change(name, "an article", &listing, "listing.proposed", |own| match &mut own.event {
        Event::ListingProposed { basis, .. } => basis[0].article = NUMBER.to_owned(),
        other => panic!("{other:?}"),
    });
    table.change(name, "an organisation's name", &listing, "subject.registered", {
        set!(SubjectRegistered, name => Name::Clear(format!("张某{SPACED}")))
    });
    table.change(name, "a record's number", &listing, "record.accepted", {
        set!(RecordAccepted, document_number => NUMBER.to_owned())
    });
    let suit = lives::suit(RemedyOutcome::Upheld);
    let filed = "remedy.filed";
    table.change(name, "a suit's number", &suit, filed, {
        inner!(Remedy, RemedyEvent::RemedyFiled, number => NUMBER.to_owned())
    });
    table.change(name, "a court", &suit, filed, {
        inner!(Remedy, RemedyEvent::RemedyFiled, body => NUMBER.to_owned())
    });
    let imported = words::all();
    let with = |event: &str| {
        let found = imported.iter().find(|own| own.1.log.iter().any(|e| e.event.name() == event));
        &found.unwrap_or_else(|| panic!("no course has {event}")).1
    };
    let received = "classification.received";
    table.change(name, "an imported decision's number", with(received), received, {
        inner!(Imported, ImportedEvent::Received, decision_number => NUMBER.to_owned())
    });
    let noted = "member_file.noted";
    table.change(name, "a charter", with(noted), noted, |own| match &mut own.event {
        Event::Member(MemberEvent::Noted { charter, .. }) => *charter = Some(NUMBER.to_owned()),
        other => panic!("{other:?}"),
    });
    table.other(name, "what was asked for in vain", &listing, |log| {
        let own = asked(log, NUMBER);
        log.append(own)
    });
    table.other(name, "an individual business in a command", &listing, |log| {
        let mut own = asked(log, "L-1");
        if let Event::Refusal(RefusalEvent::CommandRefused { command, .. }) = &mut own.event {
            individual_business().as_str().clone_into(command);
        }
        log.append(own)
    });
}

/// A refusal in which an officer asked for something; the log ends before it.
fn asked(log: &mut Log, target: &str) -> Envelope {
    let event = Event::Refusal(RefusalEvent::CommandRefused {
        command: "listings.decide".to_owned(),
        target: target.to_owned(),
        misfit: RecordedMisfit::State,
        uncounted: 0,
    });
    let place = log.last("listing.decided");
    log.cut(place);
    Envelope { subject: None, ..log.like(place, event) }
}

/// The key of an individual business says whose file was asked for, and is no text.
#[test]
fn a_refusal_may_name_the_file_of_an_individual_business() {
    let mut log = Log::of(&lives::listing());
    let own = asked(&mut log, individual_business().as_str());
    log.append(own);
    assert!(log.audit().is_empty(), "{:?}", log.audit());
}

/// What is on file of a person.
pub(super) fn capacity(table: &mut Table) {
    let (world, stated) = (courses::grown_up(), "person.capacity_stated");
    table.change("G-DOC", "without a document", &world, stated, {
        inner!(Person, PersonEvent::CapacityStated, document_sha256 => [0; 32])
    });
    table.change("G-CAPACITY", "of age, and not able", &world, stated, {
        inner!(Person, PersonEvent::CapacityStated, ground => CapacityGround::CameOfAge)
    });
    table.change("G-CAPACITY", "grown out of what a court found", &world, stated, |own| {
        if let Event::Person(PersonEvent::CapacityStated { capacity, ground, .. }) = &mut own.event
        {
            (*capacity, *ground) = (Capacity::Full, CapacityGround::CameOfAge);
        }
    });
    table.change("INV-2", "as it was", &world, stated, {
        inner!(Person, PersonEvent::CapacityStated, capacity => Capacity::None)
    });
    table.change("INV-10", "an organisation's", &world, stated, |own| {
        own.subject = Some(organisation(1));
    });
    table.change("G-HUMAN", "a timer states it", &world, stated, by(&forge::kit::timer()));
    table.other("G-CAPACITY", "a record before the person came of age", &world, |log| {
        let place = log.place(stated, 0);
        log.remove(place);
        log.at(log.last("record.accepted")).position
    });
}

/// Who bears another name.
pub(super) fn names(table: &mut Table) {
    let (world, renamed) = (courses::grown_up(), "subject.renamed");
    table.change("G-DOC", "a name without a document", &world, renamed, {
        inner!(File, FileEvent::Renamed, document_sha256 => [0; 32])
    });
    table.change("G-OPEN", "a person's name in clear", &world, renamed, {
        inner!(File, FileEvent::Renamed, name => Name::Clear("李四".to_owned()))
    });
    table.change("INV-10", "nobody on file is renamed", &world, renamed, |own| {
        own.subject = Some(organisation(7));
    });
    table.change("G-HUMAN", "a timer renames", &world, renamed, by(&forge::kit::timer()));
}

/// Whom a subject lets read.
pub(super) fn authorisations(table: &mut Table) {
    let world = courses::authorised();
    let (given, back) = ("authorisation.given", "authorisation.withdrawn");
    table.change("G-CONSENT", "nobody signed it", &world, given, {
        inner!(Authorisation, AuthorisationEvent::Given, document_sha256 => None)
    });
    table.change("G-COMPETENT", "at another counter", &world, given, by(&head()));
    table.change("G-HUMAN", "somebody else's file", &world, given, by(&party(organisation(2))));
    table.change("G-DOC", "for nothing", &world, given, {
        inner!(Authorisation, AuthorisationEvent::Given, purpose => no_text())
    });
    for last in ["2027-12-31", "2026-01-01"] {
        table.change("G-END", last, &world, given, {
            inner!(Authorisation, AuthorisationEvent::Given, until => day(last))
        });
    }
    table.change("INV-10", "to nobody on file", &world, given, |own| {
        own.actor = party(organisation(1)).actor;
        match &mut own.event {
            Event::Authorisation(AuthorisationEvent::Given { authority, .. }) => {
                *authority = forge::kit::rules::code(5);
            }
            other => panic!("{other:?}"),
        }
    });
    table.change("INV-10", "taken back twice", &world, back, {
        inner!(Authorisation, AuthorisationEvent::Withdrawn, authorisation =>
            shouxin_core::id::AuthorisationId(Position::local(1)))
    });
    table.change("INV-10", "in no file", &world, given, |own| own.subject = Some(person(9)));
}
