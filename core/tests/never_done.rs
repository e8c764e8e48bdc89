//! What the assessment of departments counts of what nobody ever does: a lift, a referral, a
//! result, a review; and an objection that was rejected and proves right on review.

use crate::kit::asked::revoke;
use crate::kit::later::{office_head, remedy};
use crate::kit::moves::give_key;
use crate::kit::rules::{OFFICE, STATUTE, TAX};
use crate::kit::steps::*;
use crate::kit::{Post, World, authority, officer, organisation, party, timer};
use shouxin_core::command::Command;
use shouxin_core::command::remedy::RemedyCommand;
use shouxin_core::event::remedy::ReviewOf;
use shouxin_core::event::{CaseRef, Finding, Target};
use shouxin_core::id::ObjectionId;
use shouxin_core::row::{Due, Key, Row};
use shouxin_core::tally::{Counter, Unit};

/// What is counted for a unit over all months.
fn of(world: &World, whose: &Unit, counter: Counter) -> u32 {
    let rows = world.rows.iter().filter_map(|(key, row)| match (key, row.as_ref()) {
        (Key::Tally { unit, .. }, Row::Tally(counts)) if unit == whose => Some(counts.get(counter)),
        _ => None,
    });
    rows.sum()
}

fn everywhere(world: &World, counter: Counter) -> u32 {
    let rows = world.rows.values().map(|row| match row.as_ref() {
        Row::Tally(counts) => counts.get(counter),
        _ => 0,
    });
    rows.sum()
}

/// A register whose credit office has a key, as every one has.
fn with_office() -> World {
    let mut world = World::seeded();
    give_key(&mut world, "office", &officer(OFFICE, Post::Handler));
    world
}

/// Covers O51, O71.
#[test]
fn a_lift_that_never_comes_counts_for_the_department() {
    let mut world = World::seeded();
    let listing = world.listing(&[], &[STATUTE], Stage::Effective);
    let measure = world.measure(listing, STATUTE, Progress::FedBack);
    world.must(&head(), &revoke(&world, CaseRef::Listing(listing)));
    let look = Command::Tick { due: Due::Measure(measure) };
    assert_eq!(world.run(&timer(), &look).unwrap(), ["measure.lift_required"]);
    let tax = Unit::Department(TAX.to_owned());
    assert_eq!(of(&world, &tax, Counter::LiftOverdue), 0);
    world.pass(30);
    assert_eq!(of(&world, &tax, Counter::LiftOverdue), 1);
    assert_eq!(everywhere(&world, Counter::LiftOverdue), 1);
    assert_eq!(of(&world, &tax, Counter::LiftedLate), 0, "nobody lifted it");
    assert_eq!(world.replayed().rows, world.rows);
}

/// Whoever has the key of the credit office owes it, also before the first thing it ever does.
/// Covers O62, O71.
#[test]
fn what_the_office_never_does_counts_for_the_office() {
    let office = Unit::Authority(authority(OFFICE));
    let overdue = [Counter::ReferralOverdue, Counter::ResultOverdue, Counter::ReviewOverdue];
    for (stage, owed) in overdue.into_iter().enumerate() {
        let mut world = with_office();
        let listing = world.listing(&[], &[STATUTE], Stage::Effective);
        let filed = object(Target::Listing(listing), false);
        let id = ObjectionId(world.must(&party(organisation(1)), &filed));
        world.must(&head(), &Command::AcceptObjection { objection: id });
        if stage > 0 {
            let refer = Command::ReferObjection { objection: id, received_on: world.today };
            world.must(&clerk(), &refer);
            world.must(&head(), &report(id, Finding::Correct));
        }
        if stage > 1 {
            let outcome = resolve(&world, id);
            world.must(&clerk(), &outcome);
            world.must(&party(organisation(1)), &review(id));
        }
        world.pass(60);
        for counter in overdue {
            let counted = u32::from(counter == owed);
            assert_eq!(of(&world, &office, counter), counted, "{counter:?} of {owed:?}");
            assert_eq!(everywhere(&world, counter), counted, "{counter:?} of {owed:?}");
        }
        assert_eq!(world.replayed().rows, world.rows);
    }
}

fn clerk() -> crate::kit::Who {
    officer(OFFICE, Post::Handler)
}

fn review(id: ObjectionId) -> Command {
    remedy(RemedyCommand::RequestReview {
        of: ReviewOf::Objection(id),
        statement: text(),
        evidence: vec![digest(31)],
        new_facts: true,
    })
}

/// The provider's rejection was wrong, and the figures say so beside it. Covers O64, O71.
#[test]
fn an_objection_that_is_upheld_on_review_counts_for_its_provider() {
    for upheld in [true, false] {
        let mut world = World::seeded();
        let listing = world.listing(&[], &[STATUTE], Stage::Effective);
        let id = world.objection(organisation(1), Target::Listing(listing), false);
        world.outcome(id, Finding::Correct);
        world.must(&party(organisation(1)), &review(id));
        let decided = remedy(RemedyCommand::DecideReview {
            of: ReviewOf::Objection(id),
            upheld,
            reasons: text(),
            service: served(world.today),
        });
        world.must(&office_head(), &decided);
        let provider = Unit::Authority(world.objection_row(id).provider);
        assert_eq!(of(&world, &provider, Counter::ObjectionsRejected), 1);
        assert_eq!(of(&world, &provider, Counter::UpheldOnReview), u32::from(upheld));
    }
}

/// What was refused at the door was never rejected: taken up on review, it is verified like any.
#[test]
fn a_refused_objection_that_is_taken_up_is_no_rejection_that_was_wrong() {
    let mut world = World::seeded();
    let listing = world.listing(&[], &[STATUTE], Stage::Effective);
    let filed = object(Target::Listing(listing), false);
    let id = ObjectionId(world.must(&party(organisation(1)), &filed));
    let refuse = refuse_objection(&world, id);
    world.must(&clerk(), &refuse);
    world.must(&party(organisation(1)), &review(id));
    let decided = remedy(RemedyCommand::DecideReview {
        of: ReviewOf::Objection(id),
        upheld: true,
        reasons: text(),
        service: served(world.today),
    });
    world.must(&office_head(), &decided);
    assert_eq!(world.objection_row(id).state.name(), "accepted");
    assert_eq!(everywhere(&world, Counter::UpheldOnReview), 0);
}
