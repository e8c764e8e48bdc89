//! Red and black at once: a black listing makes the revocation of a red one due, with a notice of
//! its own and never by itself, and nothing new is given while it stands.
//!
//! Covers: domain.md Q11, 2.3c.

use crate::kit::rules::{INCENTIVE, OFFICE, STATUTE};
use crate::kit::steps::*;
use crate::kit::{Post, World, guard, officer, organisation, party, person, timer};
use shouxin_core::command::Command;
use shouxin_core::command::listing::ListingCommand;
use shouxin_core::event::calendar::Clock;
use shouxin_core::event::listing::ListingEvent;
use shouxin_core::event::{CaseRef, Event, Target};
use shouxin_core::guard::Guard;
use shouxin_core::id::ListingId;
use shouxin_core::path::{Path, Standing};
use shouxin_core::row::{Due, Index, Key, ListingKind, Row};
use shouxin_core::tally::{Counter, Month, Unit};

/// An exemplar.
fn honoured() -> (World, ListingId) {
    let nominator = officer(OFFICE, Post::Handler);
    let mut world = World::seeded();
    let listing = ListingId(world.must(&nominator, &nominate(organisation(1))));
    let check = check_nomination(&world, listing, &[]);
    world.must(&nominator, &check);
    world.must(&nominator, &Command::OpenPublicNotice { listing });
    world.pass(8);
    world.must(&officer(OFFICE, Post::Head), &decide_red(&world, listing));
    (world, listing)
}

/// From the decision, or its service, to the day after the standstill.
fn into_effect(world: &mut World, black: ListingId) {
    let case = CaseRef::Listing(black);
    if let Path::Decided(_) = world.path(case) {
        world.must(&handler(), &serve(world, case));
    }
    world.pass(8);
    assert!(matches!(world.path(case), Path::Effective(_)));
}

fn owed(world: &World, listing: ListingId) -> bool {
    world.index.iter().any(|entry| {
        matches!(entry, Index::RevocationOwed(of, id)
            if *id == listing && *of == crate::kit::authority(OFFICE))
    })
}

fn tell(world: &World, listing: ListingId) -> Command {
    Command::Listing(ListingCommand::NoticeRedRevocation {
        listing,
        reasons: text(),
        document_sha256: digest(36),
        service: served(world.today),
    })
}

fn times(world: &World, name: &str) -> usize {
    world.log.iter().filter(|own| own.event.name() == name).count()
}

#[test]
fn a_black_decision_makes_the_revocation_of_a_red_listing_due() {
    let (mut world, red) = honoured();
    assert!(!owed(&world, red));
    let black = world.listing(&[], &[STATUTE], Stage::Decided);
    let place = world.log.iter().rposition(|own| own.event.name() == "listing.decided").unwrap();
    let Event::Listing(ListingEvent::RevocationOwed { listing, black: of, due }) =
        &world.log[place + 1].event
    else {
        panic!("it stands in the commit of the decision");
    };
    assert_eq!((*listing, *of), (red, black));
    assert_eq!(due.day, world.rules.calendar.after(world.today, 10).day);
    assert!(owed(&world, red), "in the worklist of the red list's authority");
    into_effect(&mut world, black);
    assert_eq!(times(&world, "red_listing.revocation_owed"), 1, "it is said once");
    assert_eq!(world.replayed().index, world.index);
    // The exemplar keeps the listing until its own revocation is decided.
    let standing = world.standing(|rows, day| rows.listing_standing(red, day));
    assert_eq!(standing, Standing::InForce);
    let mut told = world.clone();
    told.must(&officer(OFFICE, Post::Handler), &tell(&world, red));
    assert!(!owed(&told, red));
    told.pass(30);
    assert_eq!(times(&told, "assessment.revocation_overdue"), 0);
}

#[test]
fn nobody_who_opens_no_revocation_is_marked_late_and_counted() {
    let (mut world, red) = honoured();
    world.listing(&[], &[STATUTE], Stage::Effective);
    world.pass(40);
    assert_eq!(times(&world, "assessment.revocation_overdue"), 1);
    assert!(owed(&world, red), "it is owed all the same");
    let late = world.log.iter().find(|own| own.event.name() == "assessment.revocation_overdue");
    let month = Month::of(late.unwrap().legal_date);
    let unit = Unit::Authority(crate::kit::authority(OFFICE));
    let Some(Row::Tally(counts)) = world.row(&Key::Tally { unit, month }) else {
        panic!("it is counted");
    };
    assert_eq!(counts.get(Counter::RevocationOverdue), 1);
    world.must(&officer(OFFICE, Post::Handler), &tell(&world, red));
    assert!(!owed(&world, red));
}

/// Marked late or not, it is owed no longer than what made it due weighs; for another it is owed anew.
#[test]
fn what_is_overdue_is_owed_no_more_once_its_black_listing_fell() {
    let (mut world, red) = honoured();
    let black = world.listing(&[], &[STATUTE], Stage::Effective);
    let other = world.second_listing(&[], Stage::Decided);
    world.pass(40);
    assert_eq!(times(&world, "assessment.revocation_overdue"), 1);
    let mut one = world.clone();
    for (case, left) in [(black, true), (other, false)] {
        let case = CaseRef::Listing(case);
        match one.path(case) {
            Path::Decided(_) => one.must(&head(), &Command::DropCase { case, reasons: text() }),
            _ => {
                let revoke = crate::kit::asked::revoke(&one, case);
                one.must(&head(), &revoke)
            }
        };
        if left {
            // What was not served yet weighs on nobody.
            into_effect(&mut one, other);
            let case = CaseRef::Listing(other);
            let revoke = crate::kit::asked::revoke(&one, case);
            assert!(owed(&one, red), "for the other");
            one.must(&head(), &revoke);
            break;
        }
    }
    one.pass(20);
    assert!(!owed(&one, red));
    assert_eq!(times(&one, "assessment.revocation_overdue"), 1, "it is marked once");
    assert_eq!(one.replayed().index, one.index);
}

/// The last day counts.
#[test]
fn a_revocation_is_overdue_behind_its_day_and_not_on_it() {
    let (mut world, red) = honoured();
    world.listing(&[], &[STATUTE], Stage::Decided);
    let ListingKind::Red(own) = &world.listing_row(red).kind else { panic!("a red one") };
    let due = own.owed.expect("it is owed").owed.by.day;
    let look = Command::Tick { due: Due::Case(CaseRef::Listing(red)) };
    for (today, overdue) in [(due, false), (due.plus_days(1), true)] {
        let mut then = World { today, ..world.clone() };
        let said = then.run(&timer(), &look).expect("a timer is not refused");
        assert_eq!(said.contains(&"assessment.revocation_overdue"), overdue, "{said:?}");
    }
    world.today = due;
    world.must(&officer(OFFICE, Post::Handler), &tell(&world, red));
}

/// A black decision that came to nothing makes nothing due.
#[test]
fn a_black_listing_that_came_to_nothing_makes_nothing_due() {
    let (mut world, red) = honoured();
    let black = world.listing(&[], &[STATUTE], Stage::Decided);
    let drop = Command::DropCase { case: CaseRef::Listing(black), reasons: text() };
    world.must(&head(), &drop);
    world.pass(40);
    assert_eq!(times(&world, "red_listing.revocation_not_owed"), 1);
    assert_eq!(times(&world, "assessment.revocation_overdue"), 0);
    assert!(!owed(&world, red));
}

/// Who was listed red between the black decision and its effect is told of when it has effect.
#[test]
fn a_red_listing_decided_in_between_is_told_of_when_the_black_one_has_effect() {
    let nominator = officer(OFFICE, Post::Handler);
    let mut world = World::seeded();
    let red = ListingId(world.must(&nominator, &nominate(organisation(1))));
    let check = check_nomination(&world, red, &[]);
    world.must(&nominator, &check);
    world.must(&nominator, &Command::OpenPublicNotice { listing: red });
    let black = world.listing(&[], &[STATUTE], Stage::Decided);
    world.pass(8);
    world.must(&officer(OFFICE, Post::Head), &decide_red(&world, red));
    assert!(!owed(&world, red));
    into_effect(&mut world, black);
    assert!(owed(&world, red));
}

#[test]
fn nothing_new_is_given_to_whom_an_undisputed_black_listing_weighs_on() {
    let (mut world, red) = honoured();
    let mut give = initiate(red, None, INCENTIVE);
    if let Command::InitiateMeasure { until, .. } = &mut give {
        *until = world.today.plus_days(100);
    }
    let nominator = officer(OFFICE, Post::Handler);
    let black = world.listing(&[], &[STATUTE], Stage::Served);
    assert!(world.ask(&nominator, &give).is_ok(), "it has no effect yet");
    into_effect(&mut world, black);
    assert_eq!(world.refused(&nominator, &give), guard(Guard::RedCheck));
    world.must(&party(organisation(1)), &object(Target::Listing(black), false));
    assert!(world.ask(&nominator, &give).is_ok(), "a disputed one weighs nothing");
}

/// What was made due by a listing that fell is owed anew for one that stands.
#[test]
fn of_two_black_listings_the_one_that_stands_keeps_the_revocation_owed() {
    let (mut world, red) = honoured();
    let first = world.listing(&[], &[STATUTE], Stage::Decided);
    let second = world.second_listing(&[], Stage::Effective);
    assert_eq!(times(&world, "red_listing.revocation_owed"), 1, "it is said once");
    let drop = Command::DropCase { case: CaseRef::Listing(first), reasons: text() };
    world.must(&head(), &drop);
    world.pass(14);
    let said: Vec<_> = world.log.iter().rev().take(2).map(|own| own.event.name()).collect();
    assert_eq!(said, ["red_listing.revocation_owed", "red_listing.revocation_not_owed"]);
    let said = world.log.last().unwrap();
    let Event::Listing(ListingEvent::RevocationOwed { black, due, .. }) = &said.event else {
        panic!("it is owed");
    };
    assert_eq!(*black, second);
    assert_eq!(due.day, world.rules.calendar.after(said.legal_date, 10).day, "counted anew");
    assert!(owed(&world, red));
    world.pass(40);
    assert_eq!(times(&world, "assessment.revocation_overdue"), 1);
    assert_eq!(world.replayed().index, world.index);
}

/// What a person answers for makes the revocation of the person's own honour due, and of nobody's else.
#[test]
fn what_a_person_answers_for_makes_the_revocation_of_the_persons_honour_due() {
    let nominator = officer(OFFICE, Post::Handler);
    let mut world = World::seeded();
    let mut command = nominate(person(1));
    if let Command::Nominate { consent_sha256, .. } = &mut command {
        *consent_sha256 = Some(digest(70));
    }
    let red = ListingId(world.must(&nominator, &command));
    let check = check_nomination(&world, red, &[]);
    world.must(&nominator, &check);
    world.must(&nominator, &Command::OpenPublicNotice { listing: red });
    world.pass(8);
    world.must(&officer(OFFICE, Post::Head), &decide_red(&world, red));
    let listing = world.listing(&[], &[STATUTE], Stage::Effective);
    assert!(!owed(&world, red), "the organisation's listing is not the person's");
    let mut decided = world.clone();
    let at = decided.attribution(listing, person(1), Stage::Decided);
    assert!(owed(&decided, red));
    assert_eq!(times(&decided, "red_listing.revocation_owed"), 1);
    // It came to nothing while the listing of the organisation stands.
    let drop = Command::DropCase { case: CaseRef::Attribution(at), reasons: text() };
    decided.must(&head(), &drop);
    decided.pass(40);
    assert_eq!(times(&decided, "red_listing.revocation_not_owed"), 1);
    assert!(!owed(&decided, red));
    // It has effect.
    world.attribution(listing, person(1), Stage::Effective);
    world.pass(40);
    assert_eq!(times(&world, "assessment.revocation_overdue"), 1);
    assert_eq!(world.replayed().index, world.index);
}

/// The days for opening a revocation, and those of the exemplar's statement, run until then.
#[test]
fn the_days_of_a_revocation_are_counted_anew_while_they_run() {
    let (mut world, red) = honoured();
    let runs = |world: &World| -> Vec<Clock> {
        let found = world.index.iter().filter_map(|entry| match entry {
            Index::Provisional(clock) if clock.key() == Key::Listing(red) => Some(*clock),
            _ => None,
        });
        found.collect()
    };
    assert_eq!(runs(&world), []);
    world.listing(&[], &[STATUTE], Stage::Decided);
    assert_eq!(runs(&world), [Clock::Revocation(red)]);
    let mut late = world.clone();
    late.pass(40);
    assert_eq!(runs(&late), [], "it is marked late");
    world.must(&officer(OFFICE, Post::Handler), &tell(&world, red));
    assert_eq!(runs(&world), [Clock::RedStatement(red)]);
    let close = Command::CloseRedListing { listing: red, reasons: text(), document_sha256: None };
    world.must(&party(organisation(1)), &close);
    assert_eq!(runs(&world), [], "it is off the list");
}
