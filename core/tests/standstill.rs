//! A standstill that the calendar does not reach: the served decision says so, a newer calendar puts
//! the start off where the days take longer, and never brings it forward.

use std::sync::Arc;

use crate::kit::later::{listed, newer, recount, repair_of, revocation_notice, revoke_repair};
use crate::kit::repairs::{done, revoked};
use crate::kit::rules::{STATUTE, day};
use crate::kit::steps::*;
use crate::kit::{World, organisation, party};
use shouxin_core::event::calendar::Clock;
use shouxin_core::event::{CaseRef, Finding, Target};
use shouxin_core::id::{ListingId, ObjectionId, RepairId};
use shouxin_core::path::{Path, Served, Standing};
use shouxin_core::row::{Index, Key, ListingKind, RepairState, Repairable, Row};
use shouxin_core::time::Day;

fn served_case(world: &World, listing: ListingId) -> Served {
    match &world.listing_row(listing).kind {
        ListingKind::Black { case, .. } => match &case.path {
            Path::Served(own) => own.clone(),
            other => panic!("{other:?}"),
        },
        ListingKind::Red(_) => panic!("a black listing"),
    }
}

fn waits(world: &World, clock: Clock) -> bool {
    world.index.contains(&Index::Provisional(clock))
}

fn in_force(world: &World, listing: ListingId) -> bool {
    world.standing(|rows, on| rows.listing_standing(listing, on)) == Standing::InForce
}

/// Covers O21.
#[test]
fn a_start_is_put_off_where_the_standstill_takes_longer() {
    let mut world = World::seeded();
    let listing = world.listing(&[], &[STATUTE], Stage::Served);
    let clock = Clock::Start(CaseRef::Listing(listing));
    let before = served_case(&world, listing);
    let standstill = before.standstill.expect("the calendar does not reach it");
    assert!(standstill.provisional && waits(&world, clock));
    assert_eq!(before.starts_on, standstill.day.plus_days(1));
    assert_eq!(recount(&mut world, clock), Vec::<&str>::new(), "no newer calendar");
    let mut later = newer(&world, "off", 3);
    assert_eq!(recount(&mut later, clock), ["deadline.recomputed"]);
    let own = served_case(&later, listing);
    let counted = later.rules.calendar.after(standstill.from, standstill.working_days);
    assert_eq!((own.standstill, own.starts_on), (Some(counted), counted.day.plus_days(1)));
    assert!(own.starts_on > before.starts_on && !waits(&later, clock));
    assert_eq!(later.replayed().rows, later.rows);
    later.go_to(own.starts_on.plus_days(-1));
    assert!(!in_force(&later, listing), "not on the day that was counted first");
    later.go_to(own.starts_on);
    assert!(in_force(&later, listing));
    let Some(Row::Subject(file)) = later.row(&Key::Subject(organisation(1))) else {
        panic!("it has a file");
    };
    assert_eq!(file.marks[0].since, own.starts_on);
}

#[test]
fn a_start_never_comes_before_the_day_that_was_served() {
    let mut world = World::seeded();
    // Served on a Thursday, so that a weekend lies within.
    world.pass(3);
    let listing = world.listing(&[], &[STATUTE], Stage::Served);
    let clock = Clock::Start(CaseRef::Listing(listing));
    let before = served_case(&world, listing);
    let mut sooner = newer(&world, "work", 10);
    assert_eq!(recount(&mut sooner, clock), ["deadline.recomputed"]);
    let own = served_case(&sooner, listing);
    let counted = own.standstill.expect("counted anew");
    assert!(counted.day.plus_days(1) < before.starts_on, "{counted:?}, {before:?}");
    assert_eq!(own.starts_on, before.starts_on);
    sooner.go_to(before.starts_on.plus_days(-1));
    assert!(!in_force(&sooner, listing));
    sooner.go_to(before.starts_on);
    assert!(in_force(&sooner, listing));
}

#[test]
fn a_start_behind_its_own_end_never_comes() {
    let mut world = World::seeded();
    let listing = world.listing(&[], &[STATUTE], Stage::Decided);
    // Its head decided for some days only.
    let Some(Row::Listing(row)) = world.row(&Key::Listing(listing)).cloned() else {
        panic!("{listing}");
    };
    let mut row = row;
    let end: Day = world.today.plus_days(12);
    if let ListingKind::Black { case, .. } = &mut row.kind
        && let Path::Decided(own) = &mut case.path
    {
        own.decision.end = end;
    }
    world.rows.insert(Key::Listing(listing), Arc::new(Row::Listing(row)));
    let case = CaseRef::Listing(listing);
    let serve = serve(&world, case);
    world.must(&handler(), &serve);
    let mut later = newer(&world, "off", 20);
    assert_eq!(recount(&mut later, Clock::Start(case)), ["deadline.recomputed"]);
    assert!(served_case(&later, listing).starts_on > end);
    let said = later.pass(40);
    assert!(
        said.contains(&"listing.expired") && !said.contains(&"listing.took_effect"),
        "{said:?}"
    );
}

#[test]
fn what_comes_back_is_put_off_in_the_same_way() {
    let (mut world, listing) = listed();
    world.pass(120);
    world.must(&party(organisation(1)), &repair(listing));
    let id: RepairId = repair_of(&world);
    world.must(&handler(), &repair_check(id, shouxin_core::event::RepairAcceptance::Accepted));
    let approval = approve(&world, id);
    world.must(&head(), &approval);
    world.close();
    let notice = revocation_notice(&world, id);
    world.must(&handler(), &notice);
    world.pass(12);
    let decision = revoke_repair(&world, id, 0);
    world.must(&head(), &decision);
    let clock = Clock::Restart(id);
    let start = |world: &World| match world.row(&Key::Repair(id)) {
        Some(Row::Repair(row)) => match row.state {
            RepairState::Revoked { starts_on, .. } => starts_on,
            _ => panic!("{:?}", row.state),
        },
        other => panic!("{other:?}"),
    };
    assert!(waits(&world, clock));
    let before = start(&world);
    for (kind, days) in [("off", 3), ("work", 10)] {
        let mut world = newer(&world, kind, days);
        assert_eq!(recount(&mut world, clock), ["deadline.recomputed"]);
        let own = start(&world);
        assert!(if kind == "off" { own > before } else { own == before }, "{own}, {before}");
        assert!(!waits(&world, clock));
        assert_eq!(world.replayed().rows, world.rows);
        world.go_to(own.plus_days(-1));
        assert!(!in_force(&world, listing));
        world.go_to(own);
        assert!(in_force(&world, listing));
    }
    assert!(world.today < day("2027-01-01"), "the calendars of this test are of one year");
}

/// The record that comes back with its listing is disputed before it does, and falls with it.
#[test]
fn a_record_that_is_to_come_back_with_its_listing_is_disputed_before_it_does() {
    let (mut world, listing) = listed();
    world.pass(200);
    let own = party(organisation(1));
    let id = done(&mut world, &own, Repairable::Listing(listing));
    revoked(&mut world, &own, id);
    let ListingKind::Black { records, .. } = &world.listing_row(listing).kind else {
        panic!("a black listing");
    };
    let record = records[0];
    let objection = ObjectionId(world.must(&own, &object(Target::Record(record), false)));
    let mut found_right = world.clone();
    world.pass(12);
    let standing = world.standing(|rows, on| rows.listing_standing(listing, on));
    assert_eq!(standing, Standing::Suspended, "it comes back held");
    // Found void before the day, it takes the revocation with it.
    let from = found_right.log.len();
    found_right.outcome(objection, Finding::Error);
    let said: Vec<&str> = found_right.log[from..].iter().map(|own| own.event.name()).collect();
    assert!(said.contains(&"repair.revocation_lapsed"), "{said:?}");
    found_right.pass(12);
    let standing = found_right.standing(|rows, on| rows.listing_standing(listing, on));
    assert_eq!(standing, Standing::Ended);
}
