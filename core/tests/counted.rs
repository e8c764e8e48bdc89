//! What is counted of objections for the authority that provided what is disputed (domain.md 5.4).

use shouxin_core::command::Command;
use shouxin_core::command::remedy::RemedyCommand;
use shouxin_core::event::remedy::ReviewOf;
use shouxin_core::event::{Finding, Target};
use shouxin_core::id::{ObjectionId, RecordId};
use shouxin_core::row::{Key, Row};
use shouxin_core::tally::{Counter, Unit};

use crate::kit::later::{office_head, remedy};
use crate::kit::rules::MARKET;
use crate::kit::steps::*;
use crate::kit::{World, authority, organisation, party};

/// Over all months, of the authority that provides in these tests.
fn counted(world: &World, counter: Counter) -> u32 {
    let rows = world.rows.iter().filter_map(|(key, row)| match (key, row.as_ref()) {
        (Key::Tally { unit: Unit::Authority(unit), .. }, Row::Tally(counts))
            if *unit == authority(MARKET) =>
        {
            Some(counts.get(counter))
        }
        _ => None,
    });
    rows.sum()
}

fn disputed() -> (World, RecordId, ObjectionId) {
    let mut world = World::seeded();
    let record = world.with_record();
    let id = world.objection(organisation(1), Target::Record(record), false);
    world.must(&clerk(), &Command::AcceptObjection { objection: id });
    world.must(&clerk(), &Command::ReferObjection { objection: id, received_on: world.today });
    (world, record, id)
}

#[test]
fn a_verification_is_in_time_or_late_and_its_redress_is_counted() {
    let of = [
        Counter::VerifiedOnTime,
        Counter::VerifiedLate,
        Counter::VerificationOverdue,
        Counter::RedressOpened,
        Counter::RedressCompleted,
    ];
    let all = |world: &World| of.map(|counter| counted(world, counter));
    let (mut world, _, id) = disputed();
    let mut in_time = world.clone();
    in_time.must(&head(), &report(id, Finding::Correct));
    assert_eq!(all(&in_time), [1, 0, 0, 0, 0]);
    world.pass(30);
    assert_eq!(all(&world), [0, 0, 1, 0, 0], "the timer says so");
    let unverified = RemedyCommand::MarkUnverified {
        objection: id,
        reasons: text(),
        service: served(world.today),
    };
    let mut given_up = world.clone();
    given_up.must(&clerk(), &remedy(unverified));
    for mut world in [world, given_up] {
        world.must(&head(), &report(id, Finding::Error));
        assert_eq!(all(&world), [0, 1, 1, 0, 0]);
        let outcome = resolve(&world, id);
        world.must(&clerk(), &outcome);
        assert_eq!(all(&world), [0, 1, 1, 1, 0]);
        world.must(&handler(), &redress(id));
        assert_eq!(all(&world), [0, 1, 1, 1, 1]);
    }
}

/// What was put right was upheld already: a review that finds it void too counts nothing against the
/// authority once more.
#[test]
fn what_was_put_right_is_upheld_once() {
    for (finding, on_review) in [(Finding::Correct, 1), (Finding::DisplayStopped, 0)] {
        let (mut world, _, id) = disputed();
        world.must(&head(), &report(id, finding));
        let outcome = resolve(&world, id);
        world.must(&clerk(), &outcome);
        let of = ReviewOf::Objection(id);
        let (statement, evidence) = (text(), vec![digest(31)]);
        let asked = RemedyCommand::RequestReview { of, statement, evidence, new_facts: false };
        world.must(&party(organisation(1)), &remedy(asked));
        let (reasons, service) = (text(), served(world.today));
        let decided = RemedyCommand::DecideReview { of, upheld: true, reasons, service };
        world.must(&office_head(), &remedy(decided));
        let upheld = counted(&world, Counter::ObjectionsUpheld);
        assert_eq!((upheld, counted(&world, Counter::UpheldOnReview)), (1 - on_review, on_review));
    }
}
