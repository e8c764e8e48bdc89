//! Forged due process: words put into a party's mouth, an honour kept beside a black listing, a
//! person who answers for longer or for another's time.

use super::*;
use crate::forge::process;

/// Ends the log with the commit of the last event of a name, and puts an event behind it on its day.
fn today(log: &mut Log, name: &str, mut own: Envelope) -> Position {
    let last = log.last(name);
    log.cut(last);
    let (recorded_at, legal_date) = (log.at(last).recorded_at, log.at(last).legal_date);
    own.recorded_at = recorded_at;
    own.legal_date = legal_date;
    log.append(own)
}

pub(super) fn process(table: &mut Table) {
    let twice = process::spoke_twice();
    let said = "statement.received";
    table.other("G-HEARD", "an officer's word for what the party said", &twice, |log| {
        let place = log.place(said, 0);
        log.cut(place);
        log.change(place, set!(StatementReceived, document_sha256 => None))
    });
    table.change("G-HEARD", "a later point without an answer", &twice, "listing.decided", |own| {
        if let Event::CaseDecided { answers, .. } = &mut own.event {
            answers.pop();
        }
    });
    table.change("G-HEARD", "after the period", &twice, said, |own| {
        if let Event::StatementReceived { received_on, .. } = &mut own.event {
            *received_on = received_on.plus_days(30);
        }
    });
    table.change(
        "G-HEARD",
        "an officer's word in a revocation",
        &process::spoken_for(),
        "red_listing.revocation_stated",
        inner!(Listing, ListingEvent::RevocationStated, document_sha256 => None),
    );
    table.change(
        "G-COMPETENT",
        "another authority's officer speaks for the party",
        &process::spoken_for(),
        "red_listing.revocation_stated",
        by(&handler()),
    );
    table.change(
        "G-PUBLIC-NOTICE",
        "an objection of the public without its paper",
        &process::complained(),
        "objection.filed",
        set!(ObjectionFiled, evidence => Vec::new()),
    );
    table.change(
        "INV-4",
        "the second one's objection stops nothing",
        &process::complained(),
        "objection.filed",
        set!(ObjectionFiled, suspends => false),
    );
}

pub(super) fn both_lists(table: &mut Table) {
    let world = process::both_lists();
    table.remove(
        "G-RED-CHECK",
        "an exemplar is listed black, and nobody is told",
        &world,
        &["red_listing.revocation_owed"],
        "listing.decided",
    );
    let owed = "red_listing.revocation_owed";
    table.change("DEADLINE", "a longer time to open it", &world, owed, |own| {
        if let Event::Listing(ListingEvent::RevocationOwed { due, .. }) = &mut own.event {
            due.day = due.day.plus_days(1);
        }
    });
    table.other("G-RED-CHECK", "an incentive beside a black listing", &world, |log| {
        let given = log.last("measure.initiated");
        let own = log.at(given).clone();
        log.remove(log.last("assessment.dispatch_due"));
        log.remove(given);
        today(log, "listing.took_effect", own)
    });
    table.other("G-RED-CHECK", "it stands, and is said to be owed no more", &world, |log| {
        let place = log.last(owed);
        let mut own = log.at(place).clone();
        let Event::Listing(ListingEvent::RevocationOwed { listing, black, .. }) = own.event else {
            panic!("it is owed");
        };
        own.event = Event::Listing(ListingEvent::RevocationNotOwed { listing, black });
        own.actor = Actor::System;
        today(log, "listing.took_effect", own)
    });
    let mut person = process::honoured_person();
    let listing = person.listing(&[], &[STATUTE], Stage::Effective);
    person.attribution(listing, forge::kit::person(1), Stage::Decided);
    let what = "an honoured person answers for a listing, and nobody is told";
    table.remove("G-RED-CHECK", what, &person, &[owed], "listing.decided");
    let what = "another black listing stands, and it is not owed anew";
    table.other("G-RED-CHECK", what, &process::owed_anew(), |log| {
        let place = log.last("red_listing.revocation_not_owed");
        log.cut(place);
        log.remove(log.last(owed));
        log.at(place).position
    });
    table.other("DEADLINE", "late before its day", &world, |log| {
        let late = log.last("assessment.revocation_overdue");
        let own = log.at(late).clone();
        today(log, "listing.took_effect", own)
    });
}

pub(super) fn persons(table: &mut Table) {
    let world = lives::attribution();
    let proposed = "attribution.proposed";
    table.change("G-PERSON", "before the office", &world, proposed, |own| {
        if let Event::AttributionProposed { office_from, acted_on, .. } = &mut own.event {
            *office_from = acted_on.plus_days(1);
        }
    });
    table.change("G-PERSON", "after the office", &world, proposed, |own| {
        if let Event::AttributionProposed { office_to, acted_on, .. } = &mut own.event {
            *office_to = Some(acted_on.plus_days(-1));
        }
    });
    table.change("G-PERSON", "later than every document", &world, proposed, |own| {
        if let Event::AttributionProposed { acted_on, .. } = &mut own.event {
            *acted_on = day("2026-02-01");
        }
    });
    table.change("G-END", "longer than the organisation", &world, "listing.decided", |own| {
        if let Event::CaseDecided { end, .. } = &mut own.event {
            *end = end.plus_days(1);
        }
    });
}
