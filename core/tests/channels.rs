//! Every command in every state of a channel, and what waits for its confirmations.

use crate::kit::later::*;
use crate::kit::rules::STATUTE;
use crate::kit::steps::*;
use crate::kit::table::{Asked, STATE, compare};
use crate::kit::{World, machines, operator, organisation, party, timer};
use shouxin_core::command::Command;
use shouxin_core::command::channel::ChannelCommand;
use shouxin_core::event::channel::ChannelEvent;
use shouxin_core::event::{CaseHook, Event, Finding, RepairAcceptance, Target};
use shouxin_core::guard::{Ground, Misfit};
use shouxin_core::id::{Position, RepairId};
use shouxin_core::limits::{CHANNELS_MAX, SHORT_TEXT_BYTES_MAX};
use shouxin_core::row::{Key, RepairState, Row};

fn channel(command: ChannelCommand) -> Command {
    Command::Channel(command)
}

fn opened(world: &mut World) {
    let from = Position::local(0);
    world.must(&operator(), &channel(ChannelCommand::Open { channel: "portal".to_owned(), from }));
}

fn confirm(world: &World) -> Command {
    channel(ChannelCommand::Confirm {
        channel: "portal".to_owned(),
        through: Position::local(world.next().sequence - 1),
        items: 1,
        batch_sha256: digest(43),
        reference: "000001.json".to_owned(),
    })
}

/// Covers O17, O40, T09.
#[test]
fn a_channel_knows_no_other_way() {
    let mut world = World::seeded();
    world.with_record();
    let from = Position::local(0);
    let mut open = world.clone();
    opened(&mut open);
    let confirmed = after(&open, &timer(), &confirm(&open));
    let failing = |_: &World| {
        let detail = "connection refused".to_owned();
        channel(ChannelCommand::Fail { channel: "portal".to_owned(), detail })
    };
    let overdue = |world: &World| {
        channel(ChannelCommand::Overdue {
            channel: "portal".to_owned(),
            oldest: Position::local(5),
            due: world.today.plus_days(-1),
        })
    };
    let late = after(&open, &timer(), &overdue(&open));
    let close = |_: &World| channel(ChannelCommand::Close { channel: "portal".to_owned() });
    let waive = |_: &World| {
        let reason = "门户已关停，页面均已下线".to_owned();
        channel(ChannelCommand::Waive { channel: "portal".to_owned(), reason })
    };
    let closing = after(&open, &operator(), &close(&open));
    let states = [
        ("none", world),
        ("open", open),
        ("overdue", late),
        ("confirmed", confirmed),
        ("closing", closing),
    ];
    let commands: [Asked<'_>; 6] = [
        ("open", operator(), &|_| {
            channel(ChannelCommand::Open { channel: "portal".to_owned(), from })
        }),
        ("confirm", timer(), &confirm),
        ("fail", timer(), &failing),
        ("late", timer(), &overdue),
        ("close", operator(), &close),
        ("waive", operator(), &waive),
    ];
    const ABSENT: Ground = Ground::Misfit(Misfit::NotFound);
    compare(
        &machines::CHANNEL,
        &states,
        &commands,
        &[
            ("none", "open", &["channel.opened"]),
            ("open", "open", &[]),
            ("open", "confirm", &["channel.confirmed"]),
            ("open", "fail", &["channel.failed"]),
            ("open", "late", &["channel.overdue"]),
            ("open", "close", &["channel.closing"]),
            ("overdue", "open", &[]),
            ("overdue", "confirm", &["channel.confirmed"]),
            ("overdue", "fail", &["channel.failed"]),
            ("overdue", "late", &[]),
            ("overdue", "close", &["channel.closing"]),
            ("confirmed", "open", &[]),
            ("confirmed", "confirm", &["channel.confirmed"]),
            ("confirmed", "fail", &["channel.failed"]),
            ("confirmed", "late", &[]),
            ("confirmed", "close", &["channel.closing"]),
            ("closing", "open", &["channel.opened"]),
            ("closing", "confirm", &["channel.confirmed"]),
            ("closing", "fail", &["channel.failed"]),
            ("closing", "late", &["channel.overdue"]),
            ("closing", "close", &[]),
            ("closing", "waive", &["channel.closed"]),
        ],
        &[
            ("none", "confirm", ABSENT),
            ("none", "fail", ABSENT),
            ("none", "late", ABSENT),
            ("none", "close", ABSENT),
            ("none", "waive", ABSENT),
            ("open", "waive", STATE),
            ("overdue", "waive", STATE),
            ("confirmed", "waive", STATE),
        ],
    );
}

/// Covers O60, T03, INV-13.
#[test]
fn a_repair_waits_for_the_channel_and_for_the_department() {
    let (mut world, listing) = listed();
    opened(&mut world);
    let confirmation = confirm(&world);
    world.must(&timer(), &confirmation);
    let measure = world.measure(listing, STATUTE, Progress::FedBack);
    world.pass(120);
    let id = RepairId(world.must(&party(organisation(1)), &repair(listing)));
    world.must(&handler(), &repair_check(id, RepairAcceptance::Accepted));
    let from = world.next();
    let approval = approve(&world, id);
    world.must(&head(), &approval);
    assert!(changes(&world, from).contains(&Target::Listing(listing)));
    assert!(world.close().is_empty(), "the department has lifted nothing, the portal shows it");
    world.must(&implementer(), &by_hand(measure, CaseHook::Lift));
    assert!(world.close().is_empty(), "the portal still shows it");
    let confirmation = confirm(&world);
    world.must(&timer(), &confirmation);
    assert_eq!(world.close(), ["repair.done"]);
    match world.row(&Key::Repair(repair_of(&world))) {
        Some(Row::Repair(row)) => assert_eq!(row.state, RepairState::Done),
        _ => panic!("there is no repair"),
    }
}

/// Covers O65, INV-13.
#[test]
fn an_objection_closes_when_the_channel_has_the_outcome() {
    let (mut world, listing) = listed();
    opened(&mut world);
    let id = world.objection(organisation(1), Target::Listing(listing), false);
    world.outcome(id, Finding::Correct);
    assert!(world.close().is_empty());
    let confirmation = confirm(&world);
    world.must(&timer(), &confirmation);
    assert_eq!(world.close(), ["objection.closed"]);
    // What no channel ever showed has nothing to wait for.
    let measure = world.measure(listing, STATUTE, Progress::Dispatched);
    let id = world.objection(organisation(1), Target::Measure(measure), false);
    world.outcome(id, Finding::Error);
    assert_eq!(world.close(), ["objection.closed"]);
}

#[test]
fn a_channel_has_a_name_and_there_are_no_more_than_the_bound() {
    let mut world = World::seeded();
    let from = Position::local(0);
    let open = |name: &str| channel(ChannelCommand::Open { channel: name.to_owned(), from });
    assert_eq!(world.refused(&operator(), &open("")), Ground::Misfit(Misfit::Limit));
    for at in 0..CHANNELS_MAX {
        world.must(&operator(), &open(&format!("c{at}")));
    }
    assert_eq!(world.refused(&operator(), &open("more")), Ground::Misfit(Misfit::Limit));
}

/// What a portal says of itself stands in the log as far as a short text goes, whole letters only.
#[test]
fn what_a_channel_confirms_is_recorded_with_a_digest_and_a_short_reference() {
    let mut world = World::seeded();
    world.with_record();
    opened(&mut world);
    let through = Position::local(world.next().sequence - 1);
    let said = |reference: &str, sha: u8| {
        channel(ChannelCommand::Confirm {
            channel: "portal".to_owned(),
            through,
            items: 1,
            batch_sha256: [sha; 32],
            reference: reference.to_owned(),
        })
    };
    assert_eq!(world.refused(&timer(), &said("1", 0)), Ground::Misfit(Misfit::Value));
    let recorded = |reference: &str| {
        let outcome = world.ask(&timer(), &said(reference, 43)).expect("it is taken");
        match &outcome.drafts[0].event {
            Event::Channel(ChannelEvent::Confirmed { reference, .. }) => reference.clone(),
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(recorded("000001.json"), "000001.json");
    let full = "a".repeat(SHORT_TEXT_BYTES_MAX);
    assert_eq!(recorded(&full), full);
    let long = "回".repeat(SHORT_TEXT_BYTES_MAX);
    assert_eq!(recorded(&long), "回".repeat(SHORT_TEXT_BYTES_MAX / 3));
}
