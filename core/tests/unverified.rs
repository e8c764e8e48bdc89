//! What nobody verified is off display until the last outcome that keeps it there (domain.md 2.6, Q02).
//!
//! Covers: O63.

use crate::kit::later::remedy;
use crate::kit::rules::STATUTE;
use crate::kit::steps::*;
use crate::kit::{World, organisation};
use shouxin_core::apply::listing_is_published;
use shouxin_core::command::Command;
use shouxin_core::command::remedy::RemedyCommand;
use shouxin_core::event::{Finding, Target, Trigger};
use shouxin_core::id::ObjectionId;
use shouxin_core::row::{Key, Row};

fn shown(world: &World, target: Target) -> bool {
    match target {
        Target::Record(id) => match world.row(&Key::Record(id)) {
            Some(Row::Record(row)) => row.published,
            _ => panic!("a record"),
        },
        Target::Listing(id) => listing_is_published(world.listing_row(id)),
        _ => panic!("nobody is shown it"),
    }
}

/// A thing that two objections are about, neither of them verified in time.
fn twice(target: impl Fn(&mut World) -> Target) -> (World, Target, [ObjectionId; 2]) {
    let mut world = World::seeded();
    let target = target(&mut world);
    let own = world.objection(organisation(1), target, false);
    let mut complaint = object(target, false);
    if let Command::FileObjection { trigger, .. } = &mut complaint {
        *trigger = Trigger::Complaint;
    }
    let other = ObjectionId(world.must(&handler(), &complaint));
    for objection in [own, other] {
        world.must(&clerk(), &Command::AcceptObjection { objection });
        let received_on = world.today;
        world.must(&clerk(), &Command::ReferObjection { objection, received_on });
    }
    world.pass(60);
    for objection in [own, other] {
        let service = served(world.today);
        let marked = RemedyCommand::MarkUnverified { objection, reasons: text(), service };
        world.must(&clerk(), &remedy(marked));
    }
    assert!(!shown(&world, target));
    (world, target, [own, other])
}

fn resolved(world: &mut World, id: ObjectionId, finding: Finding) {
    world.must(&head(), &report(id, finding));
    let outcome = resolve(world, id);
    world.must(&clerk(), &outcome);
}

#[test]
fn it_is_shown_again_with_the_last_outcome_alone() {
    let kinds: [fn(&mut World) -> Target; 2] = [
        |world| Target::Record(world.with_record()),
        |world| Target::Listing(world.listing(&[], &[STATUTE], Stage::Effective)),
    ];
    for kind in kinds {
        for order in [[0, 1], [1, 0]] {
            let (mut world, target, both) = twice(kind);
            resolved(&mut world, both[order[0]], Finding::Correct);
            assert!(!shown(&world, target), "the other withdrew it too");
            resolved(&mut world, both[order[1]], Finding::Correct);
            assert!(shown(&world, target));
            assert_eq!(world.replayed().rows, world.rows);
        }
        // What should not be shown is not shown again, by whichever of them.
        let (mut world, target, both) = twice(kind);
        resolved(&mut world, both[0], Finding::DisplayStopped);
        resolved(&mut world, both[1], Finding::Correct);
        assert!(!shown(&world, target));
    }
}
