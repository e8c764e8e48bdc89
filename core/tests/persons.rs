//! A person answers for what was done in office, and no longer than the organisation does.
//!
//! Covers: domain.md 2.3b, INV-8.

use crate::kit::later::{rule, suit};
use crate::kit::rules::{OFFICE, STATUTE, day};
use crate::kit::steps::*;
use crate::kit::{Post, World, guard, officer, organisation, party, person};
use shouxin_core::command::Command;
use shouxin_core::event::remedy::RemedyOutcome;
use shouxin_core::event::{CaseRef, Finding, Mark, Target};
use shouxin_core::guard::Guard;
use shouxin_core::id::ListingId;
use shouxin_core::path::Standing;
use shouxin_core::row::{Key, Row};
use shouxin_core::time::Day;

fn ends(command: &Command, on: Day) -> Command {
    let mut command = command.clone();
    if let Command::DecideCase { end, .. } = &mut command {
        *end = on;
    }
    command
}

#[test]
fn a_persons_end_date_is_no_later_than_the_organisations() {
    let mut world = World::seeded();
    let listing = world.listing(&[], &[STATUTE], Stage::Effective);
    let Some(Row::Listing(row)) = world.row(&Key::Listing(listing)) else {
        panic!("a listing");
    };
    let shouxin_core::row::ListingKind::Black { case, .. } = &row.kind else {
        panic!("a black one");
    };
    let last = case.path.served().unwrap().decided.decision.end;
    let own = world.attribution(listing, person(1), Stage::Heard);
    let decide = decision(CaseRef::Attribution(own), 2, &[STATUTE]);
    let longer = ends(&decide, last.plus_days(1));
    assert_eq!(world.refused(&head(), &longer), guard(Guard::End));
    world.must(&head(), &ends(&decide, last));
}

fn marks(world: &World, of: shouxin_core::actor::SubjectKey) -> Vec<Mark> {
    match world.row(&Key::Subject(of)) {
        Some(Row::Subject(row)) => row.marks.clone(),
        _ => panic!("a file"),
    }
}

/// The timer has not run: by its date the listing is over, and with it what a person answers for.
#[test]
fn after_the_listings_end_the_persons_mark_is_over_before_any_timer_ran() {
    let mut world = World::seeded();
    let listing = world.listing(&[], &[STATUTE], Stage::Effective);
    let own = world.attribution(listing, person(1), Stage::Effective);
    let [mark] = &marks(&world, person(1))[..] else {
        panic!("one mark");
    };
    assert_eq!(mark.case, CaseRef::Attribution(own));
    // What an older decision, or a damaged one, stated beyond the listing's end.
    let mark = Mark { until: mark.until.plus_days(400), ..mark.clone() };
    let until = world.read(|rows, _| rows.mark_until(&mark));
    assert!(until < mark.until, "it is read through the listing");
    assert!(world.read(|rows, day| rows.black_mark(std::slice::from_ref(&mark), day, false)));
    world.today = until;
    assert_eq!(world.read(|rows, day| rows.mark_standing(&mark, day)), Standing::InForce);
    world.today = until.plus_days(1);
    assert_eq!(world.read(|rows, day| rows.mark_standing(&mark, day)), Standing::Ended);
    assert!(!world.read(|rows, day| rows.black_mark(std::slice::from_ref(&mark), day, false)));
    // Nor does it stand in the way of a nomination.
    let nominator = officer(OFFICE, Post::Handler);
    let mut command = nominate(person(1));
    if let Command::Nominate { consent_sha256, .. } = &mut command {
        *consent_sha256 = Some(digest(63));
    }
    let id = ListingId(world.must(&nominator, &command));
    let check = check_nomination(&world, id, &[]);
    world.must(&nominator, &check);
    assert!(world.ask(&nominator, &Command::OpenPublicNotice { listing: id }).is_ok());
    assert_eq!(marks(&world, person(1)).len(), 1, "the timer has said nothing yet");
}

#[test]
fn a_person_answers_for_what_was_done_in_office() {
    let mut world = World::seeded();
    let listing = world.listing(&[], &[], Stage::Effective);
    let right = attribute(listing, person(1));
    let with = |from: &str, to: Option<&str>, on: &str| {
        let mut command = right.clone();
        if let Command::ProposeAttribution { office_from, office_to, acted_on, .. } = &mut command {
            (*office_from, *office_to) = (day(from), to.map(day));
            *acted_on = day(on);
        }
        command
    };
    let refused = guard(Guard::Person);
    for (why, command) in [
        ("before the office", with("2025-12-21", None, "2025-12-20")),
        ("after it", with("2024-01-01", Some("2025-12-19"), "2025-12-20")),
        (
            "an office that ended before it began",
            with("2025-12-20", Some("2025-12-01"), "2025-12-20"),
        ),
        ("to come", with("2024-01-01", Some("2027-01-01"), "2026-12-31")),
        ("later than every document", with("2024-01-01", None, "2026-01-16")),
    ] {
        assert_eq!(world.refused(&handler(), &command), refused, "{why}");
    }
    for command in [
        with("2025-12-20", Some("2025-12-20"), "2025-12-20"),
        with("2024-01-01", None, "2026-01-15"),
    ] {
        assert!(world.ask(&handler(), &command).is_ok());
    }
}

#[test]
fn nobody_is_served_for_longer_than_the_organisation_is_listed() {
    let mut world = World::seeded();
    let listing = world.listing(&[], &[STATUTE], Stage::Effective);
    let at = world.attribution(listing, person(1), Stage::Decided);
    let filed = suit(&world, Target::Listing(listing));
    world.must(&party(organisation(1)), &filed);
    let ruled = rule(&world, RemedyOutcome::Changed { end: world.today.plus_days(30) });
    world.must(&clerk(), &ruled);
    let service = serve(&world, CaseRef::Attribution(at));
    assert_eq!(world.refused(&handler(), &service), guard(Guard::End));
}

/// A decision about a person waits while the listing above it is disputed.
#[test]
fn nobody_is_served_while_the_listing_is_suspended() {
    let mut world = World::seeded();
    let listing = world.listing(&[], &[STATUTE], Stage::Effective);
    let at = world.attribution(listing, person(1), Stage::Decided);
    let objection = world.objection(organisation(1), Target::Listing(listing), false);
    let service = serve(&world, CaseRef::Attribution(at));
    assert_eq!(world.refused(&handler(), &service), guard(Guard::NoSuspension));
    world.outcome(objection, Finding::Correct);
    let service = serve(&world, CaseRef::Attribution(at));
    world.must(&handler(), &service);
}
