//! An attribution meets what becomes of the person's own record on which it rests, in every state.

use super::*;
use crate::kit::repairs::checked;
use shouxin_core::event::Finding;

/// A listing in effect, with no record of its own, and a record of the person.
fn none() -> World {
    let mut world = World::seeded();
    world.listing(&[], &[STATUTE], Stage::Effective);
    world.must(&handler(), &submit(person(1), "尤市监罚〔2026〕人1号"));
    world
}

fn on_record(world: &World) -> Command {
    attribute_on(first(world), person(1), &[record_of(world)])
}

fn on_its_way(stage: Stage) -> World {
    let mut world = none();
    let proposal = on_record(&world);
    world.must(&handler(), &proposal);
    let case = CaseRef::Attribution(attribution_of(&world));
    world.advance(case, &[STATUTE], stage);
    world
}

fn record_disputed(world: &World) -> World {
    after(world, &party(person(1)), &object(Target::Record(record_of(world)), false))
}

fn annulled(world: &World) -> World {
    after(world, &handler(), &annul_record(world))
}

/// The day on which the record is over has come, and no timer has said so.
fn record_over(world: &World) -> World {
    World { today: day("2029-01-16"), ..world.clone() }
}

#[test]
fn an_attribution_meets_what_becomes_of_the_persons_record() {
    let own = |world: &World| CaseRef::Attribution(attribution_of(world));
    let of = |world: &World| Target::Attribution(attribution_of(world));
    let [proposed, heard, decided, served, effective] =
        [Stage::Proposed, Stage::Heard, Stage::Decided, Stage::Served, Stage::Effective]
            .map(on_its_way);
    let mut standstill_over = record_disputed(&served);
    standstill_over.today = standstill_over.today.plus_days(10);
    let mut found_right = record_disputed(&effective);
    let objection = objection_of(&found_right);
    found_right.outcome(objection, Finding::Error);
    let mut old = effective.clone();
    old.pass(120);
    let of_person = Repairable::Attribution(attribution_of(&old));
    let repair = checked(&mut old, &party(person(1)), of_person);
    let repaired = after(&old, &head(), &approve(&old, repair));
    let states = [
        ("none", none()),
        ("proposed, its record disputed", record_disputed(&proposed)),
        ("proposed, its record annulled", annulled(&proposed)),
        ("heard, its record disputed", record_disputed(&heard)),
        ("heard, its record annulled", annulled(&heard)),
        ("heard", heard),
        ("decided, its record disputed", record_disputed(&decided)),
        ("decided, its record annulled", annulled(&decided)),
        ("served, its record disputed, standstill over", standstill_over),
        ("served, its record annulled", annulled(&served)),
        ("its record disputed", record_disputed(&effective)),
        ("its record stayed", stayed(&effective, Target::Record(record_of(&effective)))),
        ("its record found void", found_right),
        ("its record over", record_over(&effective)),
        ("repair accepted", old),
        ("repaired", repaired),
        ("effective", effective),
    ];
    let commands: [Asked<'_>; 13] = [
        ("propose on the record", handler(), &on_record),
        ("notice", handler(), &|world| notice(world, own(world), &[STATUTE])),
        ("decide", head(), &|world| decision_in_time(world, own(world))),
        ("serve", handler(), &|world| serve(world, own(world))),
        ("drop", handler(), &|world| Command::DropCase { case: own(world), reasons: text() }),
        ("object", party(person(1)), &|world| object(of(world), false)),
        ("object to the record", party(person(1)), &|world| {
            object(Target::Record(record_of(world)), false)
        }),
        ("annul the record", handler(), &annul_record),
        ("court upholds the record", clerk(), &|world| rule(world, RemedyOutcome::Upheld)),
        ("court revokes the record", handler(), &|world| rule(world, RemedyOutcome::Revoked)),
        ("approve the repair", head(), &|world| approve(world, repair_of(world))),
        ("tick", timer(), &|world| Command::Tick { due: Due::Case(own(world)) }),
        ("tick of the record", timer(), &|world| Command::Tick {
            due: Due::Record(record_of(world)),
        }),
    ];
    const NEW: &[&str] = &["attribution.proposed", "attribution.records_named"];
    const VOID: &[&str] = &["record.annulled", "listing.annulled"];
    const WEIGHED: &[&str] = &["record.annulled", "listing.annulled", "classification.changed"];
    compare(
        &machines::ATTRIBUTION_ON_RECORDS,
        &states,
        &commands,
        &[
            ("none", "propose on the record", NEW),
            ("heard", "decide", &["listing.decided"]),
            ("decided, its record disputed", "serve", &["decision.served", "deadline.provisional"]),
            ("proposed, its record disputed", "notice", &["prenotice.served"]),
            ("proposed, its record disputed", "drop", &["listing.dropped"]),
            ("heard, its record disputed", "drop", &["listing.dropped"]),
            ("heard", "drop", &["listing.dropped"]),
            ("*", "object", &["objection.filed"]),
            ("repair accepted", "object", &["objection.filed", "classification.changed"]),
            ("effective", "object", &["objection.filed", "classification.changed"]),
            ("none", "object to the record", &["objection.filed"]),
            ("heard", "object to the record", &["objection.filed"]),
            (
                "repair accepted",
                "object to the record",
                &["objection.filed", "classification.changed"],
            ),
            ("its record stayed", "object to the record", &["objection.filed"]),
            (
                "its record over",
                "object to the record",
                &["objection.filed", "classification.changed"],
            ),
            ("effective", "object to the record", &["objection.filed", "classification.changed"]),
            ("none", "annul the record", &["record.annulled"]),
            ("*", "annul the record", VOID),
            ("its record disputed", "annul the record", WEIGHED),
            ("its record stayed", "annul the record", WEIGHED),
            ("its record over", "annul the record", &["record.annulled"]),
            ("repair accepted", "annul the record", WEIGHED),
            ("effective", "annul the record", WEIGHED),
            (
                "its record stayed",
                "court upholds the record",
                &["remedy.decided", "classification.changed"],
            ),
            (
                "its record stayed",
                "court revokes the record",
                &[
                    "remedy.decided",
                    "record.annulled",
                    "listing.annulled",
                    "classification.changed",
                    "redress.owed",
                ],
            ),
            (
                "repair accepted",
                "approve the repair",
                &[
                    "repair.approved",
                    "listing.removed",
                    "classification.changed",
                    "record.repaired",
                ],
            ),
            ("none", "tick of the record", &[]),
            ("its record over", "tick", &["listing.expired", "classification.changed"]),
            (
                "its record over",
                "tick of the record",
                &["record.expired", "listing.expired", "classification.changed"],
            ),
        ],
        &[
            ("*", "propose on the record", EXISTS),
            ("proposed, its record annulled", "propose on the record", NO_GROUND),
            ("heard, its record annulled", "propose on the record", NO_GROUND),
            ("decided, its record annulled", "propose on the record", NO_GROUND),
            ("served, its record annulled", "propose on the record", NO_GROUND),
            ("its record found void", "propose on the record", NO_GROUND),
            ("its record over", "propose on the record", SUSPENDED),
            ("repaired", "propose on the record", NO_GROUND),
            ("proposed, its record disputed", "propose on the record", SUSPENDED),
            ("heard, its record disputed", "propose on the record", SUSPENDED),
            ("decided, its record disputed", "propose on the record", SUSPENDED),
            ("served, its record disputed, standstill over", "propose on the record", SUSPENDED),
            ("its record disputed", "propose on the record", SUSPENDED),
            ("its record stayed", "propose on the record", SUSPENDED),
            ("proposed, its record annulled", "decide", NO_GROUND),
            ("heard, its record annulled", "decide", NO_GROUND),
            ("decided, its record annulled", "decide", NO_GROUND),
            ("served, its record annulled", "decide", NO_GROUND),
            ("its record found void", "decide", NO_GROUND),
            ("its record over", "decide", NO_GROUND),
            ("repaired", "decide", NO_GROUND),
            ("proposed, its record disputed", "decide", SUSPENDED),
            ("heard, its record disputed", "decide", SUSPENDED),
            ("decided, its record disputed", "decide", SUSPENDED),
            ("served, its record disputed, standstill over", "decide", SUSPENDED),
            ("its record disputed", "decide", SUSPENDED),
            ("its record stayed", "decide", SUSPENDED),
            ("decided, its record disputed", "drop", FOUR_EYES),
            ("none", "object", ABSENT),
            ("proposed, its record annulled", "object", STATE),
            ("heard, its record annulled", "object", STATE),
            ("decided, its record annulled", "object", STATE),
            ("served, its record annulled", "object", STATE),
            ("its record found void", "object", STATE),
            ("its record over", "object", STATE),
            ("repaired", "object", STATE),
            ("*", "object to the record", EXISTS),
            ("proposed, its record annulled", "object to the record", STATE),
            ("heard, its record annulled", "object to the record", STATE),
            ("decided, its record annulled", "object to the record", STATE),
            ("served, its record annulled", "object to the record", STATE),
            ("its record found void", "object to the record", STATE),
            ("repaired", "object to the record", STATE),
            ("proposed, its record annulled", "annul the record", STATE),
            ("heard, its record annulled", "annul the record", STATE),
            ("decided, its record annulled", "annul the record", STATE),
            ("served, its record annulled", "annul the record", STATE),
            ("its record found void", "annul the record", STATE),
            ("*", "court upholds the record", ABSENT),
            ("*", "court revokes the record", ABSENT),
            ("*", "approve the repair", ABSENT),
            ("repaired", "approve the repair", STATE),
        ],
    );
}
