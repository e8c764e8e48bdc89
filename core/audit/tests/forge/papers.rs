//! Courses in which something was proposed on a paper, and then the same again: on the same paper where
//! that may be, and otherwise on another.

use shouxin_core::command::Command;
use shouxin_core::event::remedy::RemedyOutcome;
use shouxin_core::event::{CaseRef, Target};
use shouxin_core::guard::Ground;
use shouxin_core::id::ListingId;
use shouxin_core::row::Repairable;

use super::kit::extended::{extend, extension};
use super::kit::papers::*;
use super::kit::repairs::{done, revoked};
use super::kit::rules::STATUTE;
use super::kit::steps::*;
use super::kit::{World, organisation, party, person};

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

/// What somebody answers for that is due to end in so many days, in effect.
fn answering(world: &mut World, listing: ListingId, days: i32) -> CaseRef {
    let case = CaseRef::Attribution(world.attribution(listing, person(1), Stage::Proposed));
    short(world, case, days);
    case
}

/// An extension on the paper of its listing, and what a person answers for under both on one paper; then
/// an extension that follows the first, once the listing is over.
fn followed() -> World {
    let mut world = World::seeded();
    let listing = world.listing(&[], &[STATUTE], Stage::Proposed);
    let case = CaseRef::Listing(listing);
    short(&mut world, case, 300);
    let answer = answering(&mut world, listing, 200);
    let on_its_paper = |world: &World, of: ListingId| {
        let mut proposal = extension(of, &[]);
        *cited(&mut proposal) = cited(&mut again(world, case)).clone();
        proposal
    };
    let proposal = on_its_paper(&world, listing);
    let by = ListingId(world.must(&handler(), &proposal));
    world.advance(CaseRef::Listing(by), &[STATUTE], Stage::Effective);
    let proposal = under(by, again(&world, answer));
    world.must(&handler(), &proposal);
    world.pass(300);
    let proposal = on_its_paper(&world, by);
    world.must(&handler(), &proposal);
    world
}

/// A listing on a record, which its own provider annuls, and the same once more; and whether somebody
/// disputes the record before.
pub fn fell_with_its_record(disputed: bool) -> Again {
    let mut world = World::seeded();
    let record = world.with_record();
    let case = CaseRef::Listing(world.listing(&[record], &[STATUTE], Stage::Effective));
    if disputed {
        world.must(&party(organisation(1)), &object(Target::Record(record), false));
    }
    world.must(&handler(), &Command::AnnulRecord { record, reasons: text() });
    let proposal = again(&world, case);
    again_on("its record annulled", world, proposal, disputed.then_some(USED))
}

/// What a person answers for under a listing that ended, and the same under another.
pub fn fell_with_its_listing(name: &'static str, course: Course, refused: Option<Ground>) -> Again {
    let mut world = World::seeded();
    let listing = world.listing(&[], &[STATUTE], Stage::Effective);
    let other = world.listing(&[], &[STATUTE], Stage::Effective);
    let case = answering(&mut world, listing, 300);
    course(&mut world, CaseRef::Listing(listing));
    let proposal = under(other, again(&world, case));
    again_on(name, world, proposal, refused)
}

/// An extension that was repaired, whose listing is taken back, and the same once more.
pub fn repaired_extension() -> Again {
    let mut world = World::seeded();
    let listing = world.listing(&[], &[STATUTE], Stage::Effective);
    let by = CaseRef::Listing(extend(&mut world, listing, &[], Stage::Effective));
    world.pass(200);
    done(&mut world, &party(organisation(1)), repairable(by));
    taken_back(&mut world, CaseRef::Listing(listing));
    let proposal = again(&world, by);
    again_on("a repaired extension", world, proposal, Some(USED))
}

/// What a person answers for, and a listing of the same person on a paper of its own.
pub fn listed_besides() -> World {
    let (mut world, ..) = answer_after(Stage::Effective, |_, _| ()).expect("it stands");
    let own = on_new_paper(&world, propose(person(1), &[]));
    world.must(&handler(), &own);
    world
}

/// Who was left out when a listing came back, and is found to answer again.
fn left_out() -> World {
    let mut world = World::seeded();
    let listing = world.listing(&[], &[STATUTE], Stage::Effective);
    let case = CaseRef::Attribution(world.attribution(listing, person(1), Stage::Effective));
    world.pass(200);
    let id = done(&mut world, &party(organisation(1)), Repairable::Listing(listing));
    revoked(&mut world, &party(organisation(1)), id);
    world.pass(12);
    let proposal = again(&world, case);
    world.must(&handler(), &proposal);
    world
}

/// Every course here.
pub fn all() -> Vec<(&'static str, World)> {
    let fell = [fell_with_its_record(false), fell_with_its_record(true), repaired_extension()];
    let again = listings().into_iter().chain(answers()).chain(fell).chain(under_others());
    let again = again.map(|own| (own.name, own.world));
    again.chain([("followed", followed()), ("left out", left_out())]).collect()
}

/// What a person answers for, by how the listing above it ended.
pub fn under_others() -> Vec<Again> {
    vec![
        fell_with_its_listing("its listing taken back", taken_back, None),
        fell_with_its_listing(
            "its listing repaired",
            |world, case| {
                world.pass(200);
                done(world, &party(organisation(1)), repairable(case));
            },
            Some(USED),
        ),
        fell_with_its_listing(
            "its listing void",
            |world, case| ruled(world, case, RemedyOutcome::Revoked),
            Some(USED),
        ),
    ]
}
