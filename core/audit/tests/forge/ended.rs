//! Courses of what an end leaves behind.

use super::kit::World;
use super::kit::later::office_head;
use super::kit::rules::OFFICE;
use super::kit::steps::*;
use super::kit::{Post, officer, organisation};
use shouxin_core::command::Command;
use shouxin_core::event::{Target, Trigger};
use shouxin_core::id::{ListingId, ObjectionId};

/// An honour of the credit office's own, and somebody's objection that another officer turned away.
pub fn honour_turned_away() -> World {
    let mut world = World::seeded();
    let other = officer(OFFICE, Post::Colleague);
    let listing = ListingId(world.must(&clerk(), &nominate(organisation(2))));
    let check = Command::CheckNomination { listing, adverse_records: Vec::new() };
    world.must(&clerk(), &check);
    world.must(&clerk(), &Command::OpenPublicNotice { listing });
    world.pass(8);
    let decision = decide_red(&world, listing);
    world.must(&office_head(), &decision);
    let mut filing = object(Target::Listing(listing), false);
    if let Command::FileObjection { trigger, .. } = &mut filing {
        *trigger = Trigger::Complaint;
    }
    let id = ObjectionId(world.must(&other, &filing));
    let refusal = refuse_objection(&world, id);
    world.must(&other, &refusal);
    world
}

/// Every course, by name.
pub fn all() -> Vec<(&'static str, World)> {
    vec![("honour turned away", honour_turned_away())]
}
