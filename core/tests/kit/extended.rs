//! What the tests of extensions share: a listing, and one that is to follow it.

use shouxin_core::command::Command;
use shouxin_core::command::listing::ListingCommand;
use shouxin_core::event::CaseRef;
use shouxin_core::id::{ListingId, RecordId};
use shouxin_core::time::Day;

use super::rules::{STATUTE, cite, day};
use super::steps::{Stage, decision, fact, handler, head, on_new_paper, serve, text};
use super::{World, organisation};

/// A proposal to extend a listing of organisation 1, on these records.
pub fn extension(listing: ListingId, records: &[RecordId]) -> Command {
    Command::Listing(ListingCommand::Extend {
        listing,
        basis: vec![cite("law")],
        facts: vec![fact(organisation(1))],
        records: records.to_vec(),
        act: text(),
    })
}

/// An extension, so far on its way.
pub fn extend(
    world: &mut World,
    listing: ListingId,
    records: &[RecordId],
    stage: Stage,
) -> ListingId {
    let proposal = on_new_paper(world, extension(listing, records));
    let id = ListingId(world.must(&handler(), &proposal));
    world.advance(CaseRef::Listing(id), &[STATUTE], stage);
    id
}

/// A listing that ends some months before its extension, and its last day; both are in force.
pub fn soon_over() -> (World, ListingId, ListingId, Day) {
    let last = day("2027-03-01");
    let mut world = World::seeded();
    let listing = world.listing(&[], &[STATUTE], Stage::Heard);
    let mut decide = decision(CaseRef::Listing(listing), 2, &[STATUTE]);
    if let Command::DecideCase { end, .. } = &mut decide {
        *end = last;
    }
    world.must(&head(), &decide);
    let service = serve(&world, CaseRef::Listing(listing));
    world.must(&handler(), &service);
    world.pass(7);
    let by = extend(&mut world, listing, &[], Stage::Effective);
    (world, listing, by, last)
}
