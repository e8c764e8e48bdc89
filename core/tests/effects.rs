//! Every command in every state of what has effect: a listing once it stands, and an attribution
//! to a person on its whole way.

use crate::kit::asked::*;
use crate::kit::later::{after, listed, listing_of, stay, suit};
use crate::kit::rules::STATUTE;
use crate::kit::steps::*;
use crate::kit::table::{ABSENT, Asked, EXISTS, STATE, compare};
use crate::kit::{World, machines, organisation, party, person, timer};
use shouxin_core::command::Command;
use shouxin_core::event::{CaseRef, Finding, RepairAcceptance, Target};
use shouxin_core::guard::{Ground, Guard};
use shouxin_core::row::Due;

const SUSPENDED: Ground = Ground::Guard(Guard::NoSuspension);
const NO_NOTICE: Ground = Ground::Guard(Guard::Notice);
const NOT_HEARD: Ground = Ground::Guard(Guard::Heard);
/// The party spoke, asked for no hearing so far, and still may.
const STATED: &str = "stated, a hearing may be asked for";
const OBJECTED: &[&str] = &["objection.filed", "classification.changed"];
const RELIEVED: &[&str] = &["relief.granted", "classification.changed"];
const TAKEN_BACK: &[&str] =
    &["listing.revoked", "classification.changed", "redress.owed_by_annulment"];
const REVOKED: &[&str] = &["listing.revoked", "classification.changed"];
const EXTENDS: &[&str] =
    &["listing.proposed", "listing.repair_rule_kept", "listing.extension_proposed"];
const EXPIRES: &[&str] = &["listing.expired", "classification.changed"];
const COURT_ANNULS: &[&str] =
    &["remedy.decided", "listing.annulled", "classification.changed", "redress.owed"];
const ANNULS: &[&str] =
    &["objection.resolved", "listing.annulled", "classification.changed", "redress.opened"];

fn reported(world: &World, finding: Finding) -> World {
    let id = objection_of(world);
    let accepted = after(world, &clerk(), &Command::AcceptObjection { objection: id });
    let refer = Command::ReferObjection { objection: id, received_on: accepted.today };
    let verifying = after(&accepted, &clerk(), &refer);
    after(&verifying, &head(), &report(id, finding))
}

#[test]
fn what_becomes_of_a_listing_in_effect_knows_no_other_way() {
    let (listed, id) = listed();
    let owner = party(organisation(1));
    let dispute = object(Target::Listing(id), false);
    let disputed = after(&listed, &owner, &dispute);
    let mut over_disputed = disputed.clone();
    over_disputed.today = end().plus_days(1);
    let mut over = listed.clone();
    over.today = end().plus_days(1);
    let mut old = listed.clone();
    old.pass(120);
    let applied = after(&old, &owner, &repair(id));
    let check = repair_check(repair_of(&applied), RepairAcceptance::Accepted);
    let accepted = after(&applied, &handler(), &check);
    let accepted_disputed = after(&accepted, &owner, &dispute);
    let filed = after(&listed, &handler(), &suit(&listed, Target::Listing(id)));
    let stayed = after(&filed, &handler(), &stay(&filed));
    let relieved = after(&listed, &head(), &grant(&listed));
    let record = record_of(&listed);
    let record_disputed = after(&listed, &owner, &object(Target::Record(record), false));
    let wrong = reported(&disputed, Finding::Error);
    let annulled = after(&wrong, &clerk(), &resolve(&wrong, objection_of(&wrong)));
    let removed = after(&accepted, &head(), &approve(&accepted, repair_of(&accepted)));
    let expired = after(&over, &timer(), &Command::Tick { due: Due::Case(CaseRef::Listing(id)) });
    let mut served = World::seeded();
    served.with_record();
    let ground = record_of(&served);
    served.listing(&[ground], &[STATUTE], Stage::Served);
    let mut held = after(&served, &owner, &object(Target::Listing(listing_of(&served)), false));
    held.today = held.today.plus_days(10);
    let states = [
        ("served", served),
        ("served, disputed, standstill over", held),
        ("effective", listed),
        ("effective, repair accepted", accepted),
        ("effective, suit filed", filed),
        ("disputed, repair accepted", accepted_disputed),
        ("disputed", disputed.clone()),
        ("disputed, found correct", reported(&disputed, Finding::Correct)),
        ("disputed, found wrong", wrong),
        ("stayed", stayed),
        ("relieved", relieved),
        ("its record disputed", record_disputed),
        ("end passed", over),
        ("disputed, end passed", over_disputed),
        ("annulled", annulled),
        ("removed", removed),
        ("expired", expired),
    ];
    compare(
        &machines::LISTED,
        &states,
        &in_effect(),
        &[
            ("*", "object", &["objection.filed"]),
            ("effective", "object", OBJECTED),
            ("effective, repair accepted", "object", OBJECTED),
            ("effective, suit filed", "object", OBJECTED),
            ("disputed", "refuse the objection", &["objection.refused", "classification.changed"]),
            (
                "its record disputed",
                "refuse the objection",
                &["objection.refused", "classification.changed"],
            ),
            (
                "disputed, found correct",
                "resolve the objection",
                &["objection.resolved", "classification.changed"],
            ),
            ("disputed, found wrong", "resolve the objection", ANNULS),
            (
                "effective, repair accepted",
                "approve the repair",
                &[
                    "repair.approved",
                    "listing.removed",
                    "classification.changed",
                    "record.repaired",
                ],
            ),
            (
                "disputed, repair accepted",
                "refuse the objection",
                &["objection.refused", "classification.changed"],
            ),
            ("disputed, repair accepted", "grant relief", &["relief.granted"]),
            (
                "disputed, repair accepted",
                "approve the repair",
                &[
                    "repair.approved",
                    "listing.removed",
                    "classification.changed",
                    "record.repaired",
                ],
            ),
            ("*", "file a suit", &["remedy.filed"]),
            (
                "effective, suit filed",
                "court stays",
                &["remedy.stay_ordered", "classification.changed"],
            ),
            ("stayed", "court ends the stay", &["remedy.stay_ended", "classification.changed"]),
            ("effective, suit filed", "court revokes", COURT_ANNULS),
            ("stayed", "court revokes", COURT_ANNULS),
            ("effective, suit filed", "court upholds", &["remedy.decided"]),
            ("stayed", "court upholds", &["remedy.decided", "classification.changed"]),
            ("effective", "grant relief", RELIEVED),
            ("effective, repair accepted", "grant relief", RELIEVED),
            ("effective, suit filed", "grant relief", RELIEVED),
            ("disputed", "grant relief", &["relief.granted"]),
            ("disputed, found correct", "grant relief", &["relief.granted"]),
            ("disputed, found wrong", "grant relief", &["relief.granted"]),
            ("stayed", "grant relief", &["relief.granted"]),
            ("its record disputed", "grant relief", &["relief.granted"]),
            (
                "relieved",
                "plan performed",
                &[
                    "relief.completed",
                    "listing.relieved",
                    "classification.changed",
                    "record.relieved",
                ],
            ),
            ("relieved", "plan failed", &["relief.ended", "classification.changed"]),
            ("*", "take back", TAKEN_BACK),
            ("served", "take back", &["listing.revoked"]),
            ("served, disputed, standstill over", "take back", &["listing.revoked"]),
            (
                "*",
                "annul the record",
                &[
                    "record.annulled",
                    "listing.annulled",
                    "classification.changed",
                    "redress.owed_by_annulment",
                ],
            ),
            (
                "served",
                "annul the record",
                &["record.annulled", "listing.annulled", "redress.owed_by_annulment"],
            ),
            (
                "served, disputed, standstill over",
                "annul the record",
                &["record.annulled", "listing.annulled", "redress.owed_by_annulment"],
            ),
            ("end passed", "annul the record", &["record.annulled", "redress.owed_by_annulment"]),
            (
                "disputed, end passed",
                "annul the record",
                &["record.annulled", "redress.owed_by_annulment"],
            ),
            ("annulled", "annul the record", &["record.annulled", "redress.owed_by_annulment"]),
            // Void, it does not come back when its repair is revoked.
            (
                "removed",
                "annul the record",
                &["record.annulled", "listing.annulled", "redress.owed_by_annulment"],
            ),
            ("expired", "annul the record", &["record.annulled", "redress.owed_by_annulment"]),
            ("effective", "extend", EXTENDS),
            ("effective, repair accepted", "extend", EXTENDS),
            ("effective, suit filed", "extend", EXTENDS),
            ("end passed", "tick", EXPIRES),
            ("disputed, end passed", "tick", EXPIRES),
        ],
        &[
            // The same is said already; what is new is added to it.
            ("served, disputed, standstill over", "object", EXISTS),
            ("disputed, repair accepted", "object", EXISTS),
            ("disputed", "object", EXISTS),
            ("disputed, found correct", "object", EXISTS),
            ("disputed, found wrong", "object", EXISTS),
            ("end passed", "object", STATE),
            ("disputed, end passed", "object", STATE),
            ("annulled", "object", STATE),
            ("removed", "object", STATE),
            ("expired", "object", STATE),
            ("*", "refuse the objection", ABSENT),
            ("served, disputed, standstill over", "refuse the objection", STATE),
            ("disputed, found correct", "refuse the objection", STATE),
            ("disputed, found wrong", "refuse the objection", STATE),
            ("disputed, end passed", "refuse the objection", STATE),
            ("annulled", "refuse the objection", STATE),
            ("*", "resolve the objection", ABSENT),
            ("served, disputed, standstill over", "resolve the objection", STATE),
            ("disputed", "resolve the objection", STATE),
            ("disputed, repair accepted", "resolve the objection", STATE),
            ("disputed, repair accepted", "extend", SUSPENDED),
            ("its record disputed", "resolve the objection", STATE),
            ("disputed, end passed", "resolve the objection", STATE),
            ("annulled", "resolve the objection", STATE),
            ("*", "approve the repair", ABSENT),
            ("removed", "approve the repair", STATE),
            ("*", "court stays", ABSENT),
            ("stayed", "court stays", STATE),
            ("*", "court ends the stay", ABSENT),
            ("effective, suit filed", "court ends the stay", STATE),
            ("*", "court revokes", ABSENT),
            ("*", "court upholds", ABSENT),
            ("relieved", "grant relief", EXISTS),
            ("*", "plan performed", ABSENT),
            ("*", "plan failed", ABSENT),
            ("end passed", "take back", STATE),
            ("disputed, end passed", "take back", STATE),
            ("annulled", "take back", STATE),
            ("removed", "take back", STATE),
            ("expired", "take back", STATE),
            ("disputed", "extend", SUSPENDED),
            ("disputed, found correct", "extend", SUSPENDED),
            ("disputed, found wrong", "extend", SUSPENDED),
            ("stayed", "extend", SUSPENDED),
            ("relieved", "extend", SUSPENDED),
            ("its record disputed", "extend", SUSPENDED),
        ],
    );
}

fn of(world: &World) -> CaseRef {
    CaseRef::Attribution(attribution_of(world))
}

fn at(stage: Stage) -> World {
    let mut world = listed().0;
    let listing = first(&world);
    world.attribution(listing, person(1), stage);
    world
}

#[test]
fn an_attribution_knows_no_other_way() {
    let mut period_over = at(Stage::Noticed);
    period_over.today = period_over.today.plus_days(10);
    let mut standstill_over = at(Stage::Served);
    standstill_over.today = standstill_over.today.plus_days(10);
    let mut never_started = at(Stage::Served);
    never_started.today = end().plus_days(1);
    let effective = at(Stage::Effective);
    let mut over = effective.clone();
    over.today = end().plus_days(1);
    let mut expired = effective.clone();
    expired.go_to(end().plus_days(1));
    let disputed = after(
        &effective,
        &party(person(1)),
        &object(Target::Attribution(attribution_of(&effective)), false),
    );
    let listing_disputed = after(
        &effective,
        &party(organisation(1)),
        &object(Target::Listing(first(&effective)), false),
    );
    let wrong = reported(&disputed, Finding::Error);
    let annulled = after(&wrong, &clerk(), &resolve(&wrong, objection_of(&wrong)));
    let listing_gone =
        after(&effective, &head(), &revoke(&effective, CaseRef::Listing(first(&effective))));
    let noticed = at(Stage::Noticed);
    let stated = after(&noticed, &party(person(1)), &statement(&noticed, of(&noticed), false));
    let dropped =
        after(&noticed, &handler(), &Command::DropCase { case: of(&noticed), reasons: text() });
    let not_decided =
        after(&noticed, &head(), &Command::NotDecideCase { case: of(&noticed), reasons: text() });
    let mut held = after(
        &standstill_over,
        &party(organisation(1)),
        &object(Target::Listing(first(&standstill_over)), false),
    );
    held.today = held.today.plus_days(1);
    let states = [
        ("none", listed().0),
        ("proposed", at(Stage::Proposed)),
        ("noticed", noticed),
        ("noticed, period over", period_over),
        (STATED, stated),
        ("heard", at(Stage::Heard)),
        ("decided", at(Stage::Decided)),
        ("served", at(Stage::Served)),
        ("served, standstill over", standstill_over),
        ("served, standstill over, listing disputed", held),
        ("served, end passed", never_started),
        ("effective", effective),
        ("disputed", disputed),
        ("disputed, found wrong", wrong),
        ("its listing disputed", listing_disputed),
        ("its listing gone", listing_gone),
        ("end passed", over),
        ("expired", expired),
        ("annulled", annulled),
        ("dropped", dropped),
        ("not decided", not_decided),
    ];
    let commands: [Asked<'_>; 14] = [
        ("propose", handler(), &|world| proposal(world, of(world))),
        ("notice", handler(), &|world| notice(world, of(world), &[STATUTE])),
        ("statement", party(person(1)), &|world| statement(world, of(world), false)),
        ("waiver", handler(), &|world| waive(of(world))),
        ("hearing", colleague(), &|world| hearing(of(world))),
        ("decide", head(), &|world| {
            let mut command = decision(of(world), 2, &[STATUTE]);
            if let Command::DecideCase { end, .. } = &mut command {
                *end = world.today.plus_days(300);
            }
            command
        }),
        ("not decide", head(), &|world| Command::NotDecideCase {
            case: of(world),
            reasons: text(),
        }),
        ("drop", handler(), &|world| Command::DropCase { case: of(world), reasons: text() }),
        ("drop by the head", head(), &|world| Command::DropCase {
            case: of(world),
            reasons: text(),
        }),
        ("serve", handler(), &|world| serve(world, of(world))),
        ("object", party(person(1)), &|world| {
            object(Target::Attribution(attribution_of(world)), false)
        }),
        ("resolve the objection", clerk(), &|world| resolve(world, objection_of(world))),
        ("take back", head(), &|world| revoke(world, of(world))),
        ("tick", timer(), &|world| Command::Tick { due: Due::Case(of(world)) }),
    ];
    compare(
        &machines::ATTRIBUTION,
        &states,
        &commands,
        &[
            ("none", "propose", &["attribution.proposed"]),
            ("dropped", "propose", &["attribution.proposed"]),
            ("not decided", "propose", &["attribution.proposed"]),
            ("proposed", "notice", &["prenotice.served"]),
            ("noticed", "statement", &["statement.received"]),
            ("noticed", "waiver", &["statement.waived"]),
            ("noticed, period over", "waiver", &["statement.waived"]),
            ("heard", "statement", &["statement.received"]),
            (STATED, "statement", &["statement.received"]),
            (STATED, "hearing", &["hearing.held"]),
            (STATED, "not decide", &["listing.not_decided"]),
            (STATED, "drop", &["listing.dropped"]),
            (STATED, "drop by the head", &["listing.dropped"]),
            ("heard", "decide", &["listing.decided"]),
            ("proposed", "not decide", &["listing.not_decided"]),
            ("noticed", "not decide", &["listing.not_decided"]),
            ("noticed, period over", "not decide", &["listing.not_decided"]),
            ("heard", "not decide", &["listing.not_decided"]),
            ("proposed", "drop", &["listing.dropped"]),
            ("proposed", "drop by the head", &["listing.dropped"]),
            ("noticed", "drop", &["listing.dropped"]),
            ("noticed", "drop by the head", &["listing.dropped"]),
            ("noticed, period over", "drop", &["listing.dropped"]),
            ("noticed, period over", "drop by the head", &["listing.dropped"]),
            ("heard", "drop", &["listing.dropped"]),
            ("heard", "drop by the head", &["listing.dropped"]),
            ("decided", "serve", &["decision.served", "deadline.provisional"]),
            ("decided", "drop by the head", &["listing.dropped"]),
            ("*", "object", &["objection.filed"]),
            ("effective", "object", OBJECTED),
            ("disputed, found wrong", "resolve the objection", ANNULS),
            ("served", "take back", &["listing.revoked"]),
            ("served, standstill over", "take back", &["listing.revoked"]),
            ("served, standstill over, listing disputed", "take back", &["listing.revoked"]),
            ("effective", "take back", REVOKED),
            ("disputed", "take back", REVOKED),
            ("disputed, found wrong", "take back", REVOKED),
            ("its listing disputed", "take back", REVOKED),
            ("its listing gone", "take back", &["listing.revoked"]),
            ("noticed, period over", "tick", &["statement.window_closed"]),
            ("served, standstill over", "tick", &["listing.took_effect", "classification.changed"]),
            ("served, end passed", "tick", &["listing.expired"]),
            ("end passed", "tick", EXPIRES),
        ],
        &[
            ("*", "propose", EXISTS),
            ("annulled", "propose", Ground::Guard(Guard::Fact)),
            ("served, standstill over, listing disputed", "propose", SUSPENDED),
            ("served, end passed", "propose", SUSPENDED),
            ("its listing disputed", "propose", SUSPENDED),
            ("its listing gone", "propose", SUSPENDED),
            ("end passed", "propose", SUSPENDED),
            ("expired", "propose", SUSPENDED),
            ("decided", "drop", Ground::Guard(Guard::FourEyes)),
            ("proposed", "statement", NO_NOTICE),
            ("proposed", "waiver", NO_NOTICE),
            ("proposed", "decide", NO_NOTICE),
            ("noticed", "decide", NOT_HEARD),
            ("noticed, period over", "decide", NOT_HEARD),
            (STATED, "decide", NOT_HEARD),
            ("served, standstill over, listing disputed", "decide", SUSPENDED),
            ("disputed", "decide", SUSPENDED),
            ("disputed, found wrong", "decide", SUSPENDED),
            ("its listing disputed", "decide", SUSPENDED),
            ("none", "object", ABSENT),
            ("disputed", "object", EXISTS),
            ("disputed, found wrong", "object", EXISTS),
            ("served, end passed", "object", STATE),
            ("its listing gone", "object", STATE),
            ("end passed", "object", STATE),
            ("expired", "object", STATE),
            ("annulled", "object", STATE),
            ("dropped", "object", STATE),
            ("not decided", "object", STATE),
            ("*", "resolve the objection", ABSENT),
            ("served, standstill over, listing disputed", "resolve the objection", STATE),
            ("disputed", "resolve the objection", STATE),
            ("its listing disputed", "resolve the objection", STATE),
            ("annulled", "resolve the objection", STATE),
        ],
    );
}
