//! The red list: its check sees every adverse record that counts, in the file as it is now, and
//! whoever is on it leaves it when it likes, at the counter too.
//!
//! Covers: domain.md 2.3c, O22, O28.

use crate::kit::later::{rule, suit};
use crate::kit::rules::{INCENTIVE, MARKET, OFFICE, STATUTE};
use crate::kit::steps::*;
use crate::kit::{Post, Who, World, guard, misfit, officer, organisation, party, person};
use shouxin_core::command::Command;
use shouxin_core::event::remedy::RemedyOutcome;
use shouxin_core::event::{Capacity, CaseRef, Event, Finding, Target};
use shouxin_core::guard::{Guard, Misfit};
use shouxin_core::id::{ListingId, RecordId};
use shouxin_core::path::Standing;
use shouxin_core::row::{Key, Row};

fn nominator() -> Who {
    officer(OFFICE, Post::Handler)
}

fn nominated(world: &mut World) -> ListingId {
    ListingId(world.must(&nominator(), &nominate(organisation(1))))
}

fn checked(world: &World) -> usize {
    match world.log.last().map(|own| &own.event) {
        Some(Event::NominationChecked { adverse_records, .. }) => adverse_records.len(),
        other => panic!("{other:?}"),
    }
}

/// A record that comes in between the look and the check would be passed over.
#[test]
fn a_file_that_moved_on_since_the_look_is_looked_at_anew() {
    let mut world = World::seeded();
    let listing = nominated(&mut world);
    let looked = check_nomination(&world, listing, &[]);
    let record = world.with_record();
    assert_eq!(world.refused(&nominator(), &looked), misfit(Misfit::Stale));
    let anew = check_nomination(&world, listing, &[record]);
    world.must(&nominator(), &anew);
    assert_eq!(checked(&world), 1);
}

/// The day may turn between the look and the check, and its timer may be late.
#[test]
fn what_is_past_its_last_day_counts_no_more() {
    let mut world = World::seeded();
    let record: RecordId = world.with_record();
    let listing = nominated(&mut world);
    let found = check_nomination(&world, listing, &[record]);
    let mut before = world.clone();
    before.must(&nominator(), &found);
    assert_eq!(checked(&before), 1);
    world.today = world.today.plus_months(60);
    world.must(&nominator(), &found);
    assert_eq!(checked(&world), 0);
}

fn honoured() -> (World, ListingId) {
    honoured_by(OFFICE)
}

fn honoured_by(department: &str) -> (World, ListingId) {
    let nominator = officer(department, Post::Handler);
    let mut world = World::seeded();
    let listing = ListingId(world.must(&nominator, &nominate(organisation(1))));
    let check = check_nomination(&world, listing, &[]);
    world.must(&nominator, &check);
    world.must(&nominator, &Command::OpenPublicNotice { listing });
    world.pass(8);
    let decide = decide_red(&world, listing);
    world.must(&officer(department, Post::Head), &decide);
    (world, listing)
}

fn withdrawal(listing: ListingId, paper: Option<[u8; 32]>) -> Command {
    Command::CloseRedListing { listing, reasons: text(), document_sha256: paper }
}

/// An exemplar without a key hands its paper in at the counter.
#[test]
fn an_exemplar_leaves_the_list_at_the_counter_with_its_paper() {
    let (world, listing) = honoured();
    let right = withdrawal(listing, Some(digest(64)));
    for who in [nominator(), officer(OFFICE, Post::Head)] {
        let bare = withdrawal(listing, None);
        let ground = world.refused(&who, &bare);
        assert!([guard(Guard::Notice), guard(Guard::FourEyes)].contains(&ground), "{ground:?}");
        let blank = withdrawal(listing, Some([0; 32]));
        assert_eq!(world.refused(&who, &blank), guard(Guard::Document));
        let mut own = world.clone();
        own.must(&who, &right);
        let names: Vec<_> = own.log.iter().rev().take(3).map(|own| own.event.name()).collect();
        let wanted =
            ["classification.changed", "red_listing.closed", "red_listing.withdrawal_received"];
        assert_eq!(names, wanted);
        assert_eq!(
            own.standing(|rows, on| rows.listing_standing(listing, on)),
            Standing::Ended,
            "it is off the list"
        );
        assert!(!own.marks(organisation(1)).contains(&(CaseRef::Listing(listing), false)));
        assert_eq!(own.replayed().rows, own.rows);
        assert_eq!(own.refused(&who, &right), misfit(Misfit::State), "once");
    }
    assert_eq!(world.refused(&handler(), &right), guard(Guard::Competent), "another authority");
    assert_eq!(world.refused(&party(organisation(2)), &right), guard(Guard::Human));
    let mut own = world.clone();
    own.must(&party(organisation(1)), &withdrawal(listing, None));
}

/// A nomination is given up the same way; without the paper only the head closes it.
#[test]
fn a_nomination_is_given_up_at_the_counter_too() {
    let mut world = World::seeded();
    let listing = nominated(&mut world);
    assert_eq!(world.refused(&nominator(), &withdrawal(listing, None)), guard(Guard::FourEyes));
    world.must(&nominator(), &withdrawal(listing, Some(digest(64))));
}

/// Covers G-CAPACITY.
#[test]
fn nobody_without_full_capacity_is_nominated_or_listed() {
    let of = |subject| {
        let mut command = nominate(subject);
        if let Command::Nominate { consent_sha256, .. } = &mut command {
            *consent_sha256 = Some(digest(70));
        }
        command
    };
    let world = World::seeded();
    assert_eq!(world.refused(&nominator(), &of(person(3))), guard(Guard::Capacity));
    let mut world = World::seeded();
    let listing = ListingId(world.must(&nominator(), &of(person(1))));
    let check = check_nomination(&world, listing, &[]);
    world.must(&nominator(), &check);
    world.must(&nominator(), &Command::OpenPublicNotice { listing });
    world.pass(8);
    let decide = decide_red(&world, listing);
    assert!(world.ask(&officer(OFFICE, Post::Head), &decide).is_ok());
    // As a nomination that stands in older data.
    let file = world.rows.get_mut(&Key::Subject(person(1))).map(std::sync::Arc::make_mut);
    let Some(Row::Subject(own)) = file else {
        panic!("a file");
    };
    own.capacity = Some(Capacity::Limited);
    assert_eq!(world.refused(&officer(OFFICE, Post::Head), &decide), guard(Guard::Capacity));
}

/// An adverse record that comes in after the check stands against the exemplar like one before it.
#[test]
fn an_adverse_record_that_came_after_the_check_bars_the_decision() {
    let mut world = World::seeded();
    let listing = nominated(&mut world);
    let check = check_nomination(&world, listing, &[]);
    world.must(&nominator(), &check);
    world.must(&nominator(), &Command::OpenPublicNotice { listing });
    world.pass(8);
    let chief = officer(OFFICE, Post::Head);
    let before = decide_red(&world, listing);
    assert!(world.ask(&chief, &before).is_ok());
    let record = world.with_record();
    assert_eq!(world.refused(&chief, &before), misfit(Misfit::Stale), "looked for before it came");
    let decide = decide_red(&world, listing);
    assert_eq!(world.refused(&chief, &decide), guard(Guard::RedCheck));
    let mut disputed = world.clone();
    let target = Target::Record(record);
    disputed.must(&party(organisation(1)), &object(target, false));
    let decide = decide_red(&disputed, listing);
    assert_eq!(disputed.refused(&chief, &decide), guard(Guard::RedCheck), "nobody knows yet");
    let mut over = world.clone();
    over.must(&handler(), &Command::AnnulRecord { record, reasons: text() });
    let decide = decide_red(&over, listing);
    assert!(over.ask(&chief, &decide).is_ok(), "once nothing is open");
    let close = Command::CloseRedListing { listing, reasons: text(), document_sha256: None };
    assert!(world.ask(&chief, &close).is_ok(), "the way out");
}

const CLOSED: &str = "red_listing.closed";

/// Covers G-PROP. What disciplines is no incentive, however good its ground.
#[test]
fn nobody_is_disciplined_because_of_an_honour() {
    let (world, listing) = honoured_by(MARKET);
    assert!(world.ask(&handler(), &initiate(listing, None, INCENTIVE)).is_ok());
    let refused = world.refused(&handler(), &initiate(listing, None, STATUTE));
    assert_eq!(refused, guard(Guard::Proportion));
}

/// An honour has no last day for a court to change; once it is over, the outcome is recorded.
#[test]
fn a_court_changes_no_honour_and_its_outcome_is_recorded_once_that_is_over() {
    let (mut world, listing) = honoured_by(MARKET);
    let filed = suit(&world, Target::Listing(listing));
    world.must(&party(organisation(1)), &filed);
    let end = world.today.plus_days(30);
    let ruled = rule(&world, RemedyOutcome::Changed { end });
    assert_eq!(world.refused(&clerk(), &ruled), misfit(Misfit::Value));
    let paper = withdrawal(listing, Some(digest(64)));
    world.must(&handler(), &paper);
    let ruled = rule(&world, RemedyOutcome::Changed { end });
    assert_eq!(world.run(&clerk(), &ruled).unwrap(), ["remedy.decided"]);
}

/// What its exemplar objects to and is found wrong is closed, but where it is over already.
#[test]
fn an_honour_that_its_exemplar_disputes_is_closed_once() {
    let (mut world, listing) = honoured_by(MARKET);
    let id = world.objection(organisation(1), Target::Listing(listing), false);
    let mut over = world.clone();
    let said = world.outcome(id, Finding::Error);
    assert!(said.contains(&CLOSED), "{said:?}");
    assert!(!world.marks(organisation(1)).iter().any(|own| own.0 == CaseRef::Listing(listing)));
    over.must(&handler(), &withdrawal(listing, Some(digest(64))));
    let said = over.outcome(id, Finding::Error);
    assert!(!said.contains(&CLOSED), "{said:?}");
}
