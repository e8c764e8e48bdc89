//! Courses in which something was proposed on a paper, and then the same again: on the same paper where
//! that may be, and otherwise on another.

use shouxin_core::command::Command;
use shouxin_core::event::CaseRef;
use shouxin_core::guard::Ground;
use shouxin_core::id::ListingId;

use super::kit::World;
use super::kit::extended::extension;
use super::kit::papers::{COURSES, Tried, answer_after, cited, listing_after, under};
use super::kit::rules::STATUTE;
use super::kit::steps::*;

/// A case, what became of it, and a proposal like it behind everything else.
pub struct Again {
    pub name: &'static str,
    pub world: World,
    /// Why it could not rest on the same paper; nothing where it does.
    pub refused: Option<Ground>,
}

fn again_on(
    name: &'static str,
    mut world: World,
    proposal: Command,
    refused: Option<Ground>,
) -> Again {
    let proposal = match refused {
        Some(_) => on_new_paper(&world, proposal),
        None => proposal,
    };
    world.must(&handler(), &proposal);
    Again { name, world, refused }
}

/// A listing, and another for the same behaviour.
pub fn listings() -> Vec<Again> {
    let of = |(name, stage, course, refused): &Tried| {
        let (world, case) = listing_after(*stage, *course);
        let proposal = again(&world, case);
        again_on(name, world, proposal, *refused)
    };
    COURSES.iter().map(of).collect()
}

/// What a person answers for, and the same under another listing.
pub fn answers() -> Vec<Again> {
    let of = |(name, stage, course, refused): &Tried| {
        let (world, case, other) = answer_after(*stage, *course)?;
        let proposal = under(other, again(&world, case));
        Some(again_on(name, world, proposal, *refused))
    };
    COURSES.iter().filter_map(of).collect()
}

/// An extension on the paper of its listing, in effect; then one that follows it, once the first is over.
pub fn followed() -> World {
    let mut world = World::seeded();
    let listing = world.listing(&[], &[STATUTE], Stage::Effective);
    let case = CaseRef::Listing(listing);
    let on_its_paper = |world: &World, of: ListingId| {
        let mut proposal = extension(of, &[]);
        *cited(&mut proposal) = cited(&mut again(world, case)).clone();
        proposal
    };
    let proposal = on_its_paper(&world, listing);
    let by = ListingId(world.must(&handler(), &proposal));
    world.advance(CaseRef::Listing(by), &[STATUTE], Stage::Effective);
    world
}

/// Every course here.
pub fn all() -> Vec<(&'static str, World)> {
    let again = listings().into_iter().chain(answers()).map(|own| (own.name, own.world));
    again.chain([("followed", followed())]).collect()
}
