//! What the rows answer by themselves: what they hold, what stands under what, and how few rounds the
//! largest batch asks for.
//!
//! Covers: domain.md INV-4.

use crate::kit::rules::{MARKET, OFFICE, PENALTY, STATUTE, found_code};
use crate::kit::steps::*;
use crate::kit::{Post, World, authority, misfit, officer, organisation, party};
use shouxin_core::actor::{PersonKey, SubjectKey};
use shouxin_core::apply::record_source;
use shouxin_core::command::publicity::{NewDecision, PublicityCommand};
use shouxin_core::command::{Command, NewPerson, NewRecord, NewSubject};
use shouxin_core::event::publicity::DecisionKind;
use shouxin_core::event::{Capacity, Mark, Target};
use shouxin_core::guard::Misfit;
use shouxin_core::id::{ListingId, Position};
use shouxin_core::limits::BATCH_ITEMS_MAX;
use shouxin_core::path::Standing;
use shouxin_core::row::RedState;
use shouxin_core::row::{Key, ListingKind, Row};
use shouxin_core::rows::{Rows, Stop};
use shouxin_core::rules::SubjectKind;
use shouxin_core::text::Name;
use shouxin_core::time::Day;
use std::sync::Arc;

/// A batch as large as it may be is decided: what each item needs is asked for at once, not in
/// one round an item.
#[test]
fn the_largest_batch_is_decided_in_the_rounds_that_a_command_has() {
    let market = officer(MARKET, Post::Handler);
    let mut world = World::new();
    world.must(&market, &register(organisation(1)));
    let items = 0..u32::try_from(BATCH_ITEMS_MAX).unwrap();

    let new = |serial: u32| NewSubject {
        key: SubjectKey::Organisation(found_code("91350425", serial)),
        kind: SubjectKind::Enterprise,
        name: Name::Clear(format!("尤溪县第{serial}小吃店")),
        slot: u64::from(serial),
        attestation: None,
    };
    let subjects: Vec<NewSubject> = items.clone().map(new).collect();
    let outcome = world.ask(&market, &Command::RegisterSubjects { subjects }).unwrap();
    assert_eq!(outcome.drafts.len(), BATCH_ITEMS_MAX, "{:?}", outcome.rejects.first());

    let new = |serial: u32| {
        let mut key = [7; 16];
        key[..4].copy_from_slice(&serial.to_be_bytes());
        let mut lookup = [9; 32];
        lookup[..4].copy_from_slice(&serial.to_be_bytes());
        NewPerson {
            key: SubjectKey::Person(PersonKey(key)),
            name: text(),
            number: text(),
            slot: u64::from(serial),
            capacity: Capacity::Full,
            lookup,
        }
    };
    let persons: Vec<NewPerson> = items.clone().map(new).collect();
    let outcome = world.ask(&market, &Command::RegisterPersons { persons }).unwrap();
    assert!(outcome.drafts.len() >= BATCH_ITEMS_MAX, "{:?}", outcome.rejects.first());

    let decided = |serial: u32| {
        let (subject, number) = (organisation(1), format!("尤市监罚〔2026〕{serial}号"));
        let source = record_source(authority(MARKET), PENALTY, &number, subject);
        let record = NewRecord { source, ..record(subject, &number) };
        NewDecision { record, index: serial as usize, private: Some(text()) }
    };
    let decisions = items.map(decided).collect();
    let kind = DecisionKind::Penalty;
    let file = Command::Publicity(PublicityCommand::File { kind, decisions, unread: Vec::new() });
    let outcome = world.ask(&market, &file).unwrap();
    assert!(outcome.rejects.is_empty(), "{:?}", outcome.rejects.first());
}

/// What was loaded is known; what was not is asked for, and never taken for nothing.
#[test]
fn a_row_that_was_removed_is_gone_and_one_that_was_not_loaded_is_needed() {
    let subject = Key::Subject(organisation(1));
    let mut rows = Rows::new();
    assert_eq!(rows.loaded(), 0);
    let needed = |stop: Result<(), Stop>| match stop {
        Err(Stop::Need(keys)) => keys,
        other => panic!("nothing is known of it: {other:?}"),
    };
    assert_eq!(needed(rows.remove(subject.clone())), std::slice::from_ref(&subject));
    let mut world = World::new();
    world.must(&officer(MARKET, Post::Handler), &register(organisation(1)));
    rows.load(subject.clone(), Some(Arc::new(world.row(&subject).unwrap().clone())));
    rows.load(Key::Office, None);
    assert_eq!(rows.loaded(), 2);
    rows.remove(subject.clone()).unwrap();
    assert_eq!(rows.get(&subject).unwrap(), None);
}

/// What is decided on an older version of a file than there is, is refused.
#[test]
fn a_command_that_rests_on_an_older_version_of_a_file_is_refused() {
    let market = officer(MARKET, Post::Handler);
    let mut world = World::new();
    let at = world.must(&market, &register(organisation(1)));
    let enter = Command::SubmitRecords {
        records: vec![record(organisation(1), "尤市监〔2026〕1号")],
    };
    world.expected = Some((organisation(1), Position { sequence: at.sequence + 1, ..at }));
    assert_eq!(world.refused(&market, &enter), misfit(Misfit::Stale));
    world.expected = Some((organisation(1), at));
    world.must(&market, &enter);
    assert_eq!(world.refused(&market, &enter), misfit(Misfit::Stale), "it has changed since");
}

/// An exemplar, and the last day of that.
fn exemplar() -> (World, ListingId, Day) {
    let nominator = officer(OFFICE, Post::Handler);
    let mut world = World::seeded();
    let listing = ListingId(world.must(&nominator, &nominate(organisation(1))));
    world.must(&nominator, &check_nomination(&world, listing, &[]));
    world.must(&nominator, &Command::OpenPublicNotice { listing });
    world.pass(8);
    world.must(&officer(OFFICE, Post::Head), &decide_red(&world, listing));
    let until = match &world.listing_row(listing).kind {
        ListingKind::Red(red) => match red.state {
            RedState::Active { until, .. } => until,
            _ => panic!("it is in force"),
        },
        ListingKind::Black { .. } => panic!("it is a red listing"),
    };
    (world, listing, until)
}

#[test]
fn a_red_listing_stands_to_its_last_day_and_not_while_it_is_disputed() {
    let (mut world, listing, until) = exemplar();
    let on =
        |world: &World, day: Day| world.standing(|rows, _| rows.listing_standing(listing, day));
    assert_eq!(on(&world, until), Standing::InForce);
    assert_eq!(on(&world, until.plus_days(1)), Standing::Ended);
    world.must(&party(organisation(1)), &object(Target::Listing(listing), false));
    assert_eq!(on(&world, world.today), Standing::Suspended);
    assert_eq!(on(&world, until.plus_days(1)), Standing::Ended);
}

/// A black listing counts against nobody after its last day, whether its timer ran or not, nor while
/// what it rests on is disputed.
#[test]
fn a_black_mark_counts_while_it_is_in_force() {
    let mut world = World::seeded();
    let record = world.with_record();
    world.listing(&[record], &[STATUTE], Stage::Effective);
    let marks: Vec<Mark> = match world.row(&Key::Subject(organisation(1))) {
        Some(Row::Subject(head)) => head.marks.clone(),
        _ => panic!("it has a file"),
    };
    assert_eq!(marks.len(), 1);
    let until = marks[0].until;
    let counts = |world: &World, day: Day, unsuspended: bool| {
        world.read(|rows, _| rows.black_mark(&marks, day, unsuspended))
    };
    for unsuspended in [true, false] {
        assert!(counts(&world, until, unsuspended));
        assert!(!counts(&world, until.plus_days(1), unsuspended), "it is over");
    }
    world.must(&party(organisation(1)), &object(Target::Record(record), false));
    assert!(!counts(&world, world.today, true), "what it rests on is disputed");
    assert!(counts(&world, world.today, false), "it is there all the same");
}
