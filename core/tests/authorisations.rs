//! A subject lets one authority read what is read by authorisation alone, until a day, and takes it back.
//!
//! Covers: domain.md O16, G-CONSENT, G-END.

use crate::kit::rules::{MARKET, TAX, day};
use crate::kit::steps::*;
use crate::kit::{Post, World, authority, guard, misfit, officer, organisation, party, timer};
use shouxin_core::command::Command;
use shouxin_core::command::authorisation::AuthorisationCommand;
use shouxin_core::guard::{Guard, Misfit};
use shouxin_core::id::AuthorisationId;
use shouxin_core::limits::{AUTHORISATION_MONTHS_MAX, AUTHORISATIONS_MAX};
use shouxin_core::row::{Key, Row};
use shouxin_core::text::Digest;
use shouxin_core::time::Day;

fn give(to: &str, until: Day, paper: Option<Digest>) -> Command {
    Command::Authorisation(AuthorisationCommand::Give {
        subject: organisation(1),
        authority: authority(to),
        purpose: text(),
        until,
        document_sha256: paper,
    })
}

fn withdraw(authorisation: AuthorisationId, paper: Option<Digest>) -> Command {
    let (subject, document_sha256) = (organisation(1), paper);
    Command::Authorisation(AuthorisationCommand::Withdraw {
        subject,
        authorisation,
        document_sha256,
    })
}

fn authorised(world: &World, to: &str, on: Day) -> bool {
    match world.row(&Key::Subject(organisation(1))) {
        Some(Row::Subject(row)) => row.authorises(authority(to), on),
        _ => panic!("a file"),
    }
}

#[test]
fn one_authority_reads_until_the_day_and_not_after_it_was_taken_back() {
    let mut world = World::seeded();
    let until = world.today.plus_days(30);
    let own = party(organisation(1));
    let id = AuthorisationId(world.must(&own, &give(TAX, until, None)));
    assert!(authorised(&world, TAX, until) && !authorised(&world, TAX, until.plus_days(1)));
    assert!(!authorised(&world, MARKET, until), "nobody else's");
    world.must(&own, &withdraw(id, None));
    assert!(!authorised(&world, TAX, world.today));
    assert_eq!(world.refused(&own, &withdraw(id, None)), misfit(Misfit::State));
    let id = AuthorisationId(world.must(&own, &give(TAX, world.today, None)));
    world.today = world.today.plus_days(1);
    assert_eq!(world.refused(&own, &withdraw(id, None)), misfit(Misfit::State), "it is over");
}

#[test]
fn at_the_counter_the_subject_has_signed_it() {
    let mut world = World::seeded();
    let until = world.today.plus_days(30);
    let tax = officer(TAX, Post::Handler);
    let signed = Some(digest(70));
    assert_eq!(world.refused(&tax, &give(TAX, until, None)), guard(Guard::Consent));
    assert_eq!(world.refused(&tax, &give(TAX, until, Some([0; 32]))), guard(Guard::Consent));
    assert_eq!(world.refused(&handler(), &give(TAX, until, signed)), guard(Guard::Competent));
    for who in [timer(), party(organisation(2))] {
        assert_eq!(world.refused(&who, &give(TAX, until, signed)), guard(Guard::Human));
    }
    let id = AuthorisationId(world.must(&tax, &give(TAX, until, signed)));
    assert_eq!(world.refused(&tax, &withdraw(id, None)), guard(Guard::Consent));
    assert_eq!(world.refused(&handler(), &withdraw(id, signed)), guard(Guard::Competent));
    world.must(&tax, &withdraw(id, signed));
}

#[test]
fn it_has_an_end_and_a_purpose_and_there_are_only_so_many() {
    let mut world = World::seeded();
    let own = party(organisation(1));
    let latest = world.today.plus_months(AUTHORISATION_MONTHS_MAX);
    for until in [latest.plus_days(1), world.today.plus_days(-1)] {
        assert_eq!(world.refused(&own, &give(TAX, until, None)), guard(Guard::End));
    }
    let mut bare = give(TAX, latest, None);
    if let Command::Authorisation(AuthorisationCommand::Give { purpose, .. }) = &mut bare {
        purpose.clear_bytes = 0;
    }
    assert_eq!(world.refused(&own, &bare), guard(Guard::Document));
    let mut nowhere = give(TAX, latest, None);
    if let Command::Authorisation(AuthorisationCommand::Give { authority, .. }) = &mut nowhere {
        *authority = crate::kit::rules::code(5);
    }
    assert_eq!(world.refused(&own, &nowhere), misfit(Misfit::Value));
    for _ in 1..AUTHORISATIONS_MAX {
        world.must(&own, &give(TAX, latest, None));
    }
    world.must(&own, &give(TAX, world.today, None));
    assert_eq!(world.refused(&own, &give(TAX, latest, None)), misfit(Misfit::Limit));
    // What is over makes room.
    world.today = world.today.plus_days(1);
    world.must(&own, &give(TAX, latest, None));
    assert_ne!(world.today, day("2026-01-01"));
}
