//! What the tables of a machine's parts leave out: a listing on its way is asked what only one in
//! effect may be asked, and the other way round; attributions, measures and records meet suits,
//! court orders and the end of what they rest on, in every state.

mod case;
mod person;
mod records;

use crate::kit::asked::*;
use crate::kit::later::{after, end_stay, listed, rule, stay, suit};
use crate::kit::rules::{STATUTE, day};
use crate::kit::steps::*;
use crate::kit::table::{ABSENT, Asked, EXISTS, STATE, compare};
use crate::kit::{World, machines, organisation, party, person, timer};
use shouxin_core::command::Command;
use shouxin_core::event::remedy::RemedyOutcome;
use shouxin_core::event::{CaseHook, CaseRef, RepairAcceptance, Target};
use shouxin_core::guard::{Ground, Guard, Misfit};
use shouxin_core::row::{Due, Repairable};

const SUSPENDED: Ground = Ground::Guard(Guard::NoSuspension);
const PROPOSED: &[&str] = &["listing.proposed", "listing.repair_rule_kept"];
const NO_NOTICE: Ground = Ground::Guard(Guard::Notice);
const ENDED: Ground = Ground::Guard(Guard::End);
const NO_GROUND: Ground = Ground::Guard(Guard::Fact);
const FOUR_EYES: Ground = Ground::Guard(Guard::FourEyes);
const TOO_EARLY: Ground = Ground::Guard(Guard::RepairPeriod);
/// Only a listing or an attribution has an end that a court could change.
const NO_END: Ground = Ground::Misfit(Misfit::Value);

/// A black listing of organisation 1 that rests on its newest record.
fn at(stage: Stage) -> World {
    let mut world = World::seeded();
    let record = world.with_record();
    world.listing(&[record], &[STATUTE], stage);
    world
}

fn disputed(world: &World) -> World {
    after(world, &party(organisation(1)), &object(Target::Listing(first(world)), false))
}

fn record_disputed(world: &World) -> World {
    after(world, &party(organisation(1)), &object(Target::Record(record_of(world)), false))
}

fn sued(world: &World, target: Target) -> World {
    after(world, &handler(), &suit(world, target))
}

fn stayed(world: &World, target: Target) -> World {
    let filed = sued(world, target);
    after(&filed, &handler(), &stay(&filed))
}

#[test]
fn a_listing_on_its_way_is_asked_what_one_in_effect_is() {
    let noticed = at(Stage::Noticed);
    let case = case_of(&noticed);
    let states = [
        ("none", World::seeded()),
        ("proposed", at(Stage::Proposed)),
        ("heard", at(Stage::Heard)),
        ("decided", at(Stage::Decided)),
        ("dropped", after(&noticed, &handler(), &Command::DropCase { case, reasons: text() })),
        (
            "not decided",
            after(&noticed, &head(), &Command::NotDecideCase { case, reasons: text() }),
        ),
        ("noticed", noticed),
    ];
    compare(
        &machines::LISTING_WIDER,
        &states,
        &in_effect(),
        &[
            ("proposed", "object", &["objection.filed"]),
            ("heard", "object", &["objection.filed"]),
            ("decided", "object", &["objection.filed"]),
            ("noticed", "object", &["objection.filed"]),
            ("*", "file a suit", &["remedy.filed"]),
            (
                "*",
                "annul the record",
                &["record.annulled", "listing.annulled", "redress.owed_by_annulment"],
            ),
            ("dropped", "annul the record", &["record.annulled", "redress.owed_by_annulment"]),
            ("not decided", "annul the record", &["record.annulled", "redress.owed_by_annulment"]),
        ],
        &[
            ("*", "refuse the objection", ABSENT),
            ("*", "resolve the objection", ABSENT),
            ("*", "approve the repair", ABSENT),
            ("none", "file a suit", ABSENT),
            ("*", "court stays", ABSENT),
            ("*", "court ends the stay", ABSENT),
            ("*", "court revokes", ABSENT),
            ("*", "court upholds", ABSENT),
            ("*", "plan performed", ABSENT),
            ("*", "plan failed", ABSENT),
            ("none", "annul the record", ABSENT),
        ],
    );
}

#[test]
fn a_listing_on_its_way_that_is_disputed_waits() {
    let target = |world: &World| Target::Listing(first(world));
    let [proposed, noticed, heard, decided] =
        [Stage::Proposed, Stage::Noticed, Stage::Heard, Stage::Decided].map(at);
    let mut period_over = disputed(&noticed);
    period_over.today = period_over.today.plus_days(10);
    let served = at(Stage::Served);
    let mut standstill_over = stayed(&served, target(&served));
    standstill_over.today = standstill_over.today.plus_days(10);
    let states = [
        ("proposed, disputed", disputed(&proposed)),
        ("proposed, its record disputed", record_disputed(&proposed)),
        ("proposed, its record annulled", after(&proposed, &colleague(), &annul_record(&proposed))),
        ("noticed, disputed, period over", period_over),
        ("noticed, stayed", stayed(&noticed, target(&noticed))),
        ("heard, disputed", disputed(&heard)),
        ("heard, its record disputed", record_disputed(&heard)),
        ("heard, its record annulled", after(&heard, &colleague(), &annul_record(&heard))),
        ("heard, suit filed", sued(&heard, target(&heard))),
        ("heard, stayed", stayed(&heard, target(&heard))),
        ("decided, disputed", disputed(&decided)),
        ("decided, its record disputed", record_disputed(&decided)),
        ("decided, its record annulled", after(&decided, &colleague(), &annul_record(&decided))),
        ("decided, stayed", stayed(&decided, target(&decided))),
        ("served, stayed, standstill over", standstill_over),
    ];
    let commands: Vec<Asked<'_>> = on_the_way().into_iter().chain(in_effect()).collect();
    compare(
        &machines::LISTING_WAITS,
        &states,
        &commands[..27],
        &[
            ("proposed, its record annulled", "propose", PROPOSED),
            ("heard, its record annulled", "propose", PROPOSED),
            ("decided, its record annulled", "propose", PROPOSED),
            ("proposed, disputed", "notice", &["prenotice.served"]),
            ("proposed, its record disputed", "notice", &["prenotice.served"]),
            ("noticed, stayed", "statement", &["statement.received"]),
            ("noticed, disputed, period over", "waiver", &["statement.waived"]),
            ("noticed, stayed", "waiver", &["statement.waived"]),
            ("heard, suit filed", "decide", &["listing.decided"]),
            ("proposed, disputed", "not decide", &["listing.not_decided"]),
            ("proposed, its record disputed", "not decide", &["listing.not_decided"]),
            ("noticed, disputed, period over", "not decide", &["listing.not_decided"]),
            ("noticed, stayed", "not decide", &["listing.not_decided"]),
            ("heard, disputed", "not decide", &["listing.not_decided"]),
            ("heard, its record disputed", "not decide", &["listing.not_decided"]),
            ("heard, suit filed", "not decide", &["listing.not_decided"]),
            ("heard, stayed", "not decide", &["listing.not_decided"]),
            ("heard, disputed", "statement", &["statement.received"]),
            ("heard, its record disputed", "statement", &["statement.received"]),
            ("heard, suit filed", "statement", &["statement.received"]),
            ("heard, stayed", "statement", &["statement.received"]),
            ("*", "drop", &["listing.dropped"]),
            ("*", "drop by the head", &["listing.dropped"]),
            ("decided, disputed", "serve", &["decision.served", "deadline.provisional"]),
            ("decided, its record disputed", "serve", &["decision.served", "deadline.provisional"]),
            ("decided, stayed", "serve", &["decision.served", "deadline.provisional"]),
            ("noticed, disputed, period over", "tick", &["statement.window_closed"]),
            ("*", "object", &["objection.filed"]),
            ("proposed, disputed", "refuse the objection", &["objection.refused"]),
            ("proposed, its record disputed", "refuse the objection", &["objection.refused"]),
            ("heard, disputed", "refuse the objection", &["objection.refused"]),
            ("heard, its record disputed", "refuse the objection", &["objection.refused"]),
            ("decided, disputed", "refuse the objection", &["objection.refused"]),
            ("decided, its record disputed", "refuse the objection", &["objection.refused"]),
            ("*", "file a suit", &["remedy.filed"]),
            ("heard, suit filed", "court stays", &["remedy.stay_ordered"]),
            ("noticed, stayed", "court ends the stay", &["remedy.stay_ended"]),
            ("heard, stayed", "court ends the stay", &["remedy.stay_ended"]),
            ("decided, stayed", "court ends the stay", &["remedy.stay_ended"]),
            ("served, stayed, standstill over", "court ends the stay", &["remedy.stay_ended"]),
            (
                "noticed, stayed",
                "court revokes",
                &["remedy.decided", "listing.annulled", "redress.owed"],
            ),
            (
                "heard, suit filed",
                "court revokes",
                &["remedy.decided", "listing.annulled", "redress.owed"],
            ),
            (
                "heard, stayed",
                "court revokes",
                &["remedy.decided", "listing.annulled", "redress.owed"],
            ),
            (
                "decided, stayed",
                "court revokes",
                &["remedy.decided", "listing.annulled", "redress.owed"],
            ),
            (
                "served, stayed, standstill over",
                "court revokes",
                &["remedy.decided", "listing.annulled", "redress.owed"],
            ),
            ("noticed, stayed", "court upholds", &["remedy.decided"]),
            ("heard, suit filed", "court upholds", &["remedy.decided"]),
            ("heard, stayed", "court upholds", &["remedy.decided"]),
            ("decided, stayed", "court upholds", &["remedy.decided"]),
            ("served, stayed, standstill over", "court upholds", &["remedy.decided"]),
            ("served, stayed, standstill over", "take back", &["listing.revoked"]),
            (
                "*",
                "annul the record",
                &["record.annulled", "listing.annulled", "redress.owed_by_annulment"],
            ),
        ],
        &[
            ("*", "propose", EXISTS),
            ("proposed, disputed", "statement", NO_NOTICE),
            ("proposed, its record disputed", "statement", NO_NOTICE),
            ("proposed, disputed", "waiver", NO_NOTICE),
            ("proposed, its record disputed", "waiver", NO_NOTICE),
            ("*", "decide", SUSPENDED),
            ("proposed, its record annulled", "decide", NO_GROUND),
            ("heard, its record annulled", "decide", NO_GROUND),
            ("decided, its record annulled", "decide", NO_GROUND),
            ("proposed, its record annulled", "drop", STATE),
            ("heard, its record annulled", "drop", STATE),
            ("decided, disputed", "drop", FOUR_EYES),
            ("decided, its record disputed", "drop", FOUR_EYES),
            ("decided, its record annulled", "drop", STATE),
            ("decided, stayed", "drop", FOUR_EYES),
            ("served, stayed, standstill over", "drop", STATE),
            ("proposed, its record annulled", "drop by the head", STATE),
            ("heard, its record annulled", "drop by the head", STATE),
            ("decided, its record annulled", "drop by the head", STATE),
            ("served, stayed, standstill over", "drop by the head", STATE),
            ("*", "attribute", SUSPENDED),
            ("proposed, disputed", "object", EXISTS),
            ("noticed, disputed, period over", "object", EXISTS),
            ("heard, disputed", "object", EXISTS),
            ("decided, disputed", "object", EXISTS),
            ("proposed, its record annulled", "object", STATE),
            ("heard, its record annulled", "object", STATE),
            ("decided, its record annulled", "object", STATE),
            ("*", "refuse the objection", ABSENT),
            ("noticed, disputed, period over", "refuse the objection", STATE),
            ("proposed, its record annulled", "resolve the objection", ABSENT),
            ("noticed, stayed", "resolve the objection", ABSENT),
            ("heard, its record annulled", "resolve the objection", ABSENT),
            ("heard, suit filed", "resolve the objection", ABSENT),
            ("heard, stayed", "resolve the objection", ABSENT),
            ("decided, its record annulled", "resolve the objection", ABSENT),
            ("decided, stayed", "resolve the objection", ABSENT),
            ("served, stayed, standstill over", "resolve the objection", ABSENT),
            ("*", "approve the repair", ABSENT),
            ("*", "court stays", ABSENT),
            ("noticed, stayed", "court stays", STATE),
            ("heard, stayed", "court stays", STATE),
            ("decided, stayed", "court stays", STATE),
            ("served, stayed, standstill over", "court stays", STATE),
            ("*", "court ends the stay", ABSENT),
            ("heard, suit filed", "court ends the stay", STATE),
            ("*", "court revokes", ABSENT),
            ("*", "court upholds", ABSENT),
            ("*", "plan performed", ABSENT),
            ("*", "plan failed", ABSENT),
            ("proposed, its record annulled", "annul the record", STATE),
            ("heard, its record annulled", "annul the record", STATE),
            ("decided, its record annulled", "annul the record", STATE),
            ("proposed, its record disputed", "extend", SUSPENDED),
            ("heard, its record disputed", "extend", SUSPENDED),
            ("decided, its record disputed", "extend", SUSPENDED),
        ],
    );
}

/// The repair of one listing repairs its record; a decision on the same record that nobody was
/// served with yet has lost its ground.
#[test]
fn a_decision_is_not_served_on_a_record_that_was_repaired() {
    let (mut world, listing) = listed();
    let record = record_of(&world);
    world.pass(120);
    let second = CaseRef::Listing(world.second_listing(&[record], Stage::Decided));
    assert!(world.ask(&handler(), &serve(&world, second)).is_ok());
    let applied = after(&world, &party(organisation(1)), &repair(listing));
    let check = repair_check(repair_of(&applied), RepairAcceptance::Accepted);
    let accepted = after(&applied, &handler(), &check);
    let repaired = after(&accepted, &head(), &approve(&accepted, repair_of(&accepted)));
    assert_eq!(repaired.path(second).name(), "dropped", "it fell with its record");
    assert_eq!(repaired.refused(&handler(), &serve(&repaired, second)), STATE);
}

#[test]
fn a_listing_in_effect_is_not_taken_back_onto_its_way() {
    let (listed, id) = listed();
    let owner = party(organisation(1));
    let mut old = listed.clone();
    old.pass(120);
    let applied = after(&old, &owner, &repair(id));
    let check = repair_check(repair_of(&applied), RepairAcceptance::Accepted);
    let accepted = after(&applied, &handler(), &check);
    let removed = after(&accepted, &head(), &approve(&accepted, repair_of(&accepted)));
    let filed = sued(&listed, Target::Listing(id));
    let stay = stayed(&listed, Target::Listing(id));
    let relieved = after(&listed, &head(), &grant(&listed));
    let taken_back = after(&listed, &head(), &revoke(&listed, CaseRef::Listing(id)));
    let annulled = after(&filed, &handler(), &rule(&filed, RemedyOutcome::Revoked));
    let mut over_disputed = disputed(&listed);
    over_disputed.today = end().plus_days(1);
    let served = at(Stage::Served);
    let mut held = disputed(&served);
    held.today = held.today.plus_days(10);
    let states = [
        ("served, disputed, standstill over", held),
        ("effective, repair accepted", accepted),
        ("effective, suit filed", filed),
        ("disputed", disputed(&listed)),
        ("stayed", stay),
        ("relieved", relieved),
        ("its record disputed", record_disputed(&listed)),
        ("disputed, end passed", over_disputed),
        ("taken back", taken_back),
        ("annulled", annulled),
        ("removed", removed),
    ];
    compare(
        &machines::LISTED_WIDER,
        &states,
        &on_the_way(),
        &[
            ("taken back", "propose", PROPOSED),
            ("effective, repair accepted", "attribute", &["attribution.proposed"]),
            ("effective, suit filed", "attribute", &["attribution.proposed"]),
            ("disputed, end passed", "tick", &["listing.expired", "classification.changed"]),
        ],
        &[
            ("*", "propose", EXISTS),
            ("disputed, end passed", "propose", NO_GROUND),
            ("annulled", "propose", NO_GROUND),
            ("removed", "propose", NO_GROUND),
            ("*", "decide", SUSPENDED),
            ("effective, repair accepted", "decide", STATE),
            ("effective, suit filed", "decide", STATE),
            ("taken back", "decide", STATE),
            ("annulled", "decide", STATE),
            ("removed", "decide", NO_GROUND),
            ("*", "attribute", SUSPENDED),
        ],
    );
}
