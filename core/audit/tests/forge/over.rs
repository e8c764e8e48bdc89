//! Courses of what is done after an end: recalled late and assessed, found right and closed.

use super::kit::later::{listed, office_head, remedy};
use super::kit::rules::HIGHER;
use super::kit::steps::*;
use super::kit::{World, operator, organisation, party, timer};
use shouxin_core::command::Command;
use shouxin_core::command::assessment::AssessmentCommand;
use shouxin_core::command::channel::ChannelCommand;
use shouxin_core::command::measure::MeasureCommand;
use shouxin_core::command::remedy::RemedyCommand;
use shouxin_core::event::remedy::ReviewOf;
use shouxin_core::event::{Finding, Target};
use shouxin_core::id::{AssessmentId, MeasureId, Position};
use shouxin_core::row::Due;

/// What was forwarded is recalled behind its day, and the figures of its months are frozen.
pub fn recalled_late() -> World {
    let mut world = World::seeded();
    let listing = world.listing(&[], &[HIGHER], Stage::Effective);
    let measure = MeasureId(world.must(&handler(), &forward(&world, listing, HIGHER)));
    world.go_to(super::kit::rules::day("2027-03-02"));
    world.run(&timer(), &Command::Tick { due: Due::Measure(measure) }).expect("a timer");
    world.pass(20);
    let service = served(world.today);
    let recall = MeasureCommand::RecallForward { measure, document_sha256: digest(42), service };
    let said = world.run(&handler(), &Command::Measure(recall)).expect("it is taken");
    assert!(said.contains(&"assessment.lift_late"), "{said:?}");
    world.go_to(super::kit::rules::day("2027-04-01"));
    let month = |own: &str| own.parse().expect("a month");
    let open = AssessmentCommand::Open { from: month("2027-01"), to: month("2027-03") };
    let assessment = AssessmentId(world.must(&clerk(), &Command::Assessment(open)));
    world.must(&clerk(), &Command::Assessment(AssessmentCommand::Freeze { assessment }));
    world
}

/// A listing that nobody verified, off display, is over before it is found right; what a later review
/// finds is closed although its channel has heard of nothing since.
pub fn found_right_once_over() -> World {
    let (mut world, listing) = listed();
    let channel = || "portal".to_owned();
    let open = ChannelCommand::Open { channel: channel(), from: Position::local(0) };
    world.must(&operator(), &Command::Channel(open));
    let id = world.objection(organisation(1), Target::Listing(listing), false);
    world.must(&clerk(), &Command::AcceptObjection { objection: id });
    world.must(&clerk(), &Command::ReferObjection { objection: id, received_on: world.today });
    world.pass(40);
    let service = served(world.today);
    let unverified = RemedyCommand::MarkUnverified { objection: id, reasons: text(), service };
    world.must(&clerk(), &remedy(unverified));
    let confirm = ChannelCommand::Confirm {
        channel: channel(),
        through: Position::local(world.next().sequence - 1),
        items: 1,
        batch_sha256: digest(43),
        reference: "000001.json".to_owned(),
    };
    world.must(&timer(), &Command::Channel(confirm));
    world.go_to(end().plus_days(1));
    world.must(&head(), &report(id, Finding::Correct));
    world.must(&clerk(), &resolve(&world, id));
    let of = ReviewOf::Objection(id);
    let (statement, evidence) = (text(), vec![digest(31)]);
    let asked = RemedyCommand::RequestReview { of, statement, evidence, new_facts: false };
    world.must(&party(organisation(1)), &remedy(asked));
    let service = served(world.today);
    let decided = RemedyCommand::DecideReview { of, upheld: true, reasons: text(), service };
    world.must(&office_head(), &remedy(decided));
    assert_eq!(world.close(), ["objection.closed"], "nothing of it is shown anywhere");
    world
}

/// Every course, by name.
pub fn all() -> Vec<(&'static str, World)> {
    vec![("recalled late", recalled_late()), ("found right once over", found_right_once_over())]
}
