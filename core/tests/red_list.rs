//! The red list: its check sees every adverse record that counts, in the file as it is now, and
//! whoever is on it leaves it when it likes, at the counter too.
//!
//! Covers: domain.md 2.3c, O22, O28.

use crate::kit::rules::OFFICE;
use crate::kit::steps::*;
use crate::kit::{Post, Who, World, guard, misfit, officer, organisation, party};
use shouxin_core::command::Command;
use shouxin_core::event::{CaseRef, Event};
use shouxin_core::guard::{Guard, Misfit};
use shouxin_core::id::{ListingId, RecordId};
use shouxin_core::path::Standing;

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
