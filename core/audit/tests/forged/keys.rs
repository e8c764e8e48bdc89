//! Forgeries about keys that were good no more, and about what rests on a listing that has ended.

use shouxin_core::actor::Role;
use shouxin_core::event::CaseRef;
use shouxin_core::event::calendar::{CalendarEvent, Clock};
use shouxin_core::event::refusal::RefusalEvent;
use shouxin_core::guard::RecordedMisfit;

use super::*;
use crate::forge::process;

/// Another event of the operator's, before a place.
fn operator_before(log: &mut Log, before: (usize, usize), event: Event) -> Position {
    let own = Envelope { actor: Actor::Operator, subject: None, ..log.like(before, event) };
    log.insert(before, own)
}

pub(super) fn keys(table: &mut Table) {
    let world = process::second_keys();
    let (offered, signed) = ("commitment.offered", "commitment.signed");
    // Right before, in the same millisecond: what was asked before the revocation is refused too.
    table.other("G-HUMAN", "every key of the officer was revoked", &world, |log| {
        let place = log.last(offered);
        log.cut(place);
        let revoked = Event::KeyRevoked { key_id: "Department-2".to_owned() };
        operator_before(log, place, revoked);
        log.at(log.last(offered)).position
    });
    table.other("G-HUMAN", "every key of the party was revoked", &world, |log| {
        let revoked = Event::KeyRevoked { key_id: "Subject-2".to_owned() };
        operator_before(log, log.last(signed), revoked);
        log.at(log.last(signed)).position
    });
    for (event, nth) in [(offered, 1), (signed, 3)] {
        table.other("G-HUMAN", "the last key has expired", &world, |log| {
            let created = log.place("key.created", nth + clerks());
            let Event::KeyCreated { key_id, .. } = &log.at(created).event else { panic!("a key") };
            assert!(key_id.ends_with("-2"), "{key_id}");
            log.change(created, |own| {
                if let Event::KeyCreated { expires_on, .. } = &mut own.event {
                    *expires_on = expires_on.plus_days(-1);
                }
            });
            let place = log.last(event);
            log.cut(place);
            log.at(place).position
        });
    }
    let objected = lives::reviewed(false);
    table.other("G-COMPETENT", "the key of the credit office was revoked", &objected, |log| {
        let referred = log.last("objection.referred");
        log.cut(referred);
        let Actor::Officer(officer) = log.at(referred).actor.clone() else { panic!("no officer") };
        let keys: Vec<String> = log
            .commits
            .iter()
            .flatten()
            .filter_map(|own| match &own.event {
                Event::KeyCreated { key_id, officer: Some(own), .. } if *own == officer => {
                    Some(key_id.clone())
                }
                _ => None,
            })
            .collect();
        assert_eq!(keys.len(), 1);
        for key_id in keys {
            operator_before(log, log.last("objection.referred"), Event::KeyRevoked { key_id });
        }
        // Another key still lets the officer in, with another duty.
        let created = Event::KeyCreated {
            key_id: "another".to_owned(),
            secret_hash: [9; 32],
            role: Role::Auditor,
            officer: Some(officer),
            acts_for: None,
            expires_on: day("2099-01-01"),
        };
        operator_before(log, log.last("objection.referred"), created);
        log.at(log.last("objection.referred")).position
    });
    let keyed = further::keys();
    table.change(
        "INV-10",
        "a key that nobody made is revoked",
        &keyed,
        "key.revoked",
        set!(KeyRevoked, key_id => "k2".to_owned()),
    );
    table.other("INV-10", "a key is made twice", &keyed, |log| {
        let place = log.last("key.created");
        log.cut(place);
        let own = log.at(place).clone();
        log.append(own)
    });
}

/// Keys that the kit makes for the credit office, before any other.
fn clerks() -> usize {
    3
}

/// Ends the log with a step of another log's last case of a person, on the day of its last event.
fn step(log: &mut Log, name: &str) -> Position {
    let donor = Log::of(&lives::attribution());
    let case = AttributionId(log.at(log.last("attribution.proposed")).position);
    let last = log.commits.last().and_then(|own| own.last()).expect("an event").clone();
    let own = donor.at(donor.last(name)).clone();
    let mut own = Envelope {
        recorded_at: last.recorded_at,
        legal_date: last.legal_date,
        rules: last.rules,
        ..own
    };
    let (today, calendar) = (last.legal_date, log.rules.calendar.clone());
    let mut beyond = None;
    match &mut own.event {
        Event::NoticeServed { case: of, service, window, .. } => {
            *of = CaseRef::Attribution(case);
            service.on = today;
            *window = calendar.after(today, window.working_days);
        }
        Event::DecisionServed { case: of, service, starts_on, .. } => {
            *of = CaseRef::Attribution(case);
            service.on = today;
            let standstill = log.rules.pack(today).standstill_wd;
            let standstill = calendar.after(today, standstill);
            *starts_on = standstill.day.plus_days(1);
            if standstill.provisional {
                let clock = Clock::Start(CaseRef::Attribution(case));
                beyond = Some(CalendarEvent::Provisional { clock, deadline: standstill });
            }
        }
        other => panic!("{other:?}"),
    }
    let subject = own.subject;
    let at = log.append(own);
    if let Some(event) = beyond {
        let place = (log.commits.len() - 1, 0);
        let own = Envelope { subject, cause: Some(at), ..log.like(place, Event::Calendar(event)) };
        log.follow(own);
    }
    at
}

/// A person's case as far as a stage, under a listing that its head then takes back.
fn under_what_ended(stage: Stage) -> World {
    let (mut world, listing) = listed();
    world.attribution(listing, person(1), stage);
    let revoked = forge::kit::asked::revoke(&world, CaseRef::Listing(listing));
    world.must(&head(), &revoked);
    world
}

pub(super) fn ended(table: &mut Table) {
    for (stage, name, what) in [
        (Stage::Proposed, "prenotice.served", "told under a listing that has ended"),
        (Stage::Decided, "decision.served", "served under a listing that has ended"),
    ] {
        table.other("G-END", what, &under_what_ended(stage), |log| step(log, name));
    }
}

/// What the operator loads for an officer needs no key of the officer's; what of it was not taken is
/// recorded in the officer's name all the same.
#[test]
fn a_refusal_of_what_the_operator_loads_needs_no_key() {
    let world = process::second_keys();
    for (command, expected) in [("import", Vec::new()), ("records.submit", vec!["G-HUMAN"; 2])] {
        let mut log = Log::of(&world);
        let place = log.last("commitment.signed");
        let mut say = |actor: Actor, event: Event| {
            let own =
                Envelope { actor, subject: None, idempotency: None, ..log.like(place, event) };
            log.append(own);
        };
        say(Actor::Operator, Event::KeyRevoked { key_id: "Department-2".to_owned() });
        let (command, target) = (command.to_owned(), String::new());
        let (guard, misfit) = (Guard::Open, RecordedMisfit::Exists);
        let denied = Event::GuardDenied {
            command: command.clone(),
            target: target.clone(),
            guard,
            uncounted: 0,
        };
        say(handler().actor, denied);
        let refused = RefusalEvent::CommandRefused { command, target, misfit, uncounted: 0 };
        say(handler().actor, Event::Refusal(refused));
        let said: Vec<&str> = log.audit().iter().map(|own| own.name).collect();
        assert_eq!(said, expected);
    }
}
