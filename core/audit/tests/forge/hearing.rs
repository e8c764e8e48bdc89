//! Courses about the time a party has: services recorded late, what it says with and without asking
//! for a hearing; and a red list that is checked and left.

use shouxin_core::command::Command;
use shouxin_core::command::commitment::CommitmentCommand;
use shouxin_core::event::CaseRef;
use shouxin_core::id::{ListingId, RecordId};
use shouxin_core::row::{Key, Row};

use super::kit::commitments::{Word, breach_notice, cure, propose_breach, word};
use super::kit::rules::{OFFICE, STATUTE};
use super::kit::steps::*;
use super::kit::{Post, Who, World, officer, organisation};

/// A notice that was served on the day of the proposal, and recorded twenty days later.
pub fn told_late() -> World {
    let mut world = World::seeded();
    let case = CaseRef::Listing(world.listing(&[], &[STATUTE], Stage::Proposed));
    let told = world.today;
    world.pass(20);
    let mut late = notice(&world, case, &[STATUTE]);
    if let Command::ServeNotice { service, .. } = &mut late {
        *service = served(told);
    }
    world.must(&handler(), &late);
    world
}

/// The same about a breach, and about the time to put it right.
pub fn breach_told_late() -> World {
    let (mut world, id) = word(Word::Overdue);
    let told = world.today;
    world.pass(20);
    let mut late = cure(&world, id);
    if let Command::Commitment(CommitmentCommand::ServeCureNotice { service, .. }) = &mut late {
        *service = served(told);
    }
    world.must(&handler(), &late);
    world.pass(20);
    world.must(&handler(), &propose_breach(id));
    let told = world.today;
    world.pass(20);
    let mut late = breach_notice(&world, id);
    if let Command::Commitment(CommitmentCommand::ServeBreachNotice { service, .. }) = &mut late {
        *service = served(told);
    }
    world.must(&handler(), &late);
    world
}

/// A decision that was served at once, and recorded fifteen days later.
pub fn served_late() -> World {
    let mut world = World::seeded();
    let case = CaseRef::Listing(world.listing(&[], &[STATUTE], Stage::Decided));
    let told = world.today;
    world.pass(15);
    let mut late = serve(&world, case);
    if let Command::ServeDecision { service, .. } = &mut late {
        *service = served(told);
    }
    world.must(&handler(), &late);
    world
}

/// The party said something and asked for no hearing; decided once it could ask for none any more.
pub fn spoke_once() -> World {
    let mut world = World::seeded();
    let case = CaseRef::Listing(world.listing(&[], &[STATUTE], Stage::Noticed));
    let last = world.rules.calendar.after(world.today, 5).day;
    world.must(&handler(), &statement(&world, case, false));
    world.go_to(last.plus_days(1));
    world.must(&head(), &decision(case, 2, &[STATUTE]));
    world
}

/// The party took its waiver back by speaking.
pub fn spoke_after_all() -> World {
    let mut world = World::seeded();
    let case = CaseRef::Listing(world.listing(&[], &[STATUTE], Stage::Noticed));
    let last = world.rules.calendar.after(world.today, 5).day;
    world.must(&handler(), &waive(case));
    world.must(&handler(), &statement(&world, case, false));
    world.go_to(last.plus_days(1));
    world.must(&head(), &decision(case, 2, &[STATUTE]));
    world
}

fn nominator() -> Who {
    officer(OFFICE, Post::Handler)
}

/// A nomination whose check finds a record, and one that is past its last day before its timer ran.
pub fn found_one() -> World {
    let mut world = World::seeded();
    let record = world.with_record();
    let listing = ListingId(world.must(&nominator(), &nominate(organisation(1))));
    let check = check_nomination(&world, listing, &[record]);
    world.must(&nominator(), &check);
    world
}

pub fn found_none_any_more() -> (World, RecordId) {
    let mut world = World::seeded();
    let record = world.with_record();
    let listing = ListingId(world.must(&nominator(), &nominate(organisation(1))));
    let Some(Row::Record(row)) = world.row(&Key::Record(record)) else { panic!("a record") };
    let until = row.publicity_until.expect("a last day");
    world.today = until.plus_days(1);
    let check = check_nomination(&world, listing, &[]);
    world.must(&nominator(), &check);
    (world, record)
}

/// An exemplar that leaves the list at the counter, with its paper.
pub fn left() -> World {
    let mut world = World::seeded();
    let listing = ListingId(world.must(&nominator(), &nominate(organisation(1))));
    let check = check_nomination(&world, listing, &[]);
    world.must(&nominator(), &check);
    world.must(&nominator(), &Command::OpenPublicNotice { listing });
    world.pass(8);
    let decide = decide_red(&world, listing);
    world.must(&officer(OFFICE, Post::Head), &decide);
    let document_sha256 = Some(digest(64));
    let leave = Command::CloseRedListing { listing, reasons: text(), document_sha256 };
    world.must(&nominator(), &leave);
    world
}

/// Every course of this file.
pub fn all() -> Vec<(&'static str, World)> {
    vec![
        ("told late", told_late()),
        ("told late of a breach", breach_told_late()),
        ("served late", served_late()),
        ("spoke once", spoke_once()),
        ("spoke after all", spoke_after_all()),
        ("one record found", found_one()),
        ("a record past its last day", found_none_any_more().0),
        ("left the red list", left()),
    ]
}
