//! Every command in every state of a measure that a plugin carries out, and of an incentive, of
//! which nobody has to be warned.

use crate::kit;
use crate::kit::later::{after, listed};
use crate::kit::rules::{HEARING, INCENTIVE, OFFICE, STATUTE, TAX, day};
use crate::kit::steps::*;
use crate::kit::table::{Asked, EXISTS, STATE, compare};
use crate::kit::{
    Post, World, guard, machines, officer, operator, organisation, party, plugin, timer,
};
use shouxin_core::command::Command;
use shouxin_core::decide::owed_hook;
use shouxin_core::event::{CallFault, CaseHook, Finding, Target};
use shouxin_core::guard::{Ground, Guard, Misfit};
use shouxin_core::id::{ListingId, MeasureId};
use shouxin_core::row::{Due, Key, ListingKind, RedState};

const SUSPENDED: Ground = Ground::Guard(Guard::NoSuspension);
const ENDED: Ground = Ground::Guard(Guard::End);
/// A plugin answers only for cases that it was given.
const NOT_GIVEN: Ground = Ground::Misfit(Misfit::Forbidden);
const EXECUTED: &[&str] = &["measure.executed", "assessment.feedback_due"];
const LIFTED: &[&str] = &["measure.lifted", "assessment.feedback_due"];

fn measure_of(world: &World) -> MeasureId {
    let found = world.rows.keys().filter_map(|key| match key {
        Key::Measure(id) => Some(*id),
        _ => None,
    });
    found.max().unwrap_or(MeasureId(world.next()))
}

fn carried(progress: Progress) -> World {
    let (mut world, listing) = listed();
    world.must(&operator(), &deploy());
    world.measure(listing, STATUTE, progress);
    world
}

fn done(world: &World, hook: CaseHook) -> Command {
    let id = measure_of(world);
    let order = world.measure_row(id).order_to_undo().map_or(world.next(), |order| order.at);
    plugin_done(id, hook, order)
}

fn failed(world: &World, hook: CaseHook, final_attempt: bool) -> Command {
    let id = measure_of(world);
    let order = world.measure_row(id).order_to_undo().map_or(world.next(), |order| order.at);
    Command::PluginFailed {
        measure: id,
        hook,
        order,
        fault: CallFault::Deadline,
        detail: text(),
        attempt: 3,
        final_attempt,
    }
}

fn owed(world: &World) -> Option<CaseHook> {
    let id = measure_of(world);
    owed_hook(world.measure_row(id), world.standing(|rows, on| rows.measure_standing(id, on)))
}

fn disputed(progress: Progress) -> World {
    let world = carried(progress);
    let target = Target::Measure(measure_of(&world));
    after(&world, &party(organisation(1)), &object(target, false))
}

#[test]
fn a_measure_that_a_plugin_carries_out_knows_no_other_way() {
    let executing = carried(Progress::Executing);
    let again = after(&executing, &plugin(), &failed(&executing, CaseHook::Execute, false));
    let given_up = after(&executing, &plugin(), &failed(&executing, CaseHook::Execute, true));
    let hold = disputed(Progress::Executed);
    let held = after(&hold, &plugin(), &done(&hold, CaseHook::Suspend));
    let mut free = held.clone();
    let objection = kit::later::objection_of(&free);
    free.outcome(objection, Finding::Correct);
    let mut ended = carried(Progress::Executed);
    ended.go_to(day("2027-03-02"));
    let undelivered = after(&ended, &plugin(), &failed(&ended, CaseHook::Lift, false));
    let lifted = after(&ended, &plugin(), &done(&ended, CaseHook::Lift));
    let mut never = carried(Progress::Executing);
    never.go_to(day("2027-03-02"));
    let mut given_up_ended = given_up.clone();
    given_up_ended.go_to(day("2027-03-02"));
    let target = Target::Measure(measure_of(&given_up));
    let given_up_disputed = after(&given_up, &party(organisation(1)), &object(target, false));
    let given_up_held =
        after(&given_up_disputed, &plugin(), &done(&given_up_disputed, CaseHook::Suspend));
    let mut given_up_free = given_up_held.clone();
    given_up_free.outcome(kit::later::objection_of(&given_up_held), Finding::Correct);
    let stuck = after(&hold, &plugin(), &failed(&hold, CaseHook::Suspend, true));
    let states = [
        ("executed, disputed, undelivered", stuck),
        ("accepted", carried(Progress::Accepted)),
        ("executing", executing),
        ("executing, failed before", again),
        ("accepted, given up", given_up),
        ("executing, disputed", disputed(Progress::Executing)),
        ("executed", carried(Progress::Executed)),
        ("executed, disputed", hold),
        ("executed, held", held),
        ("executed, held, free again", free),
        ("executing, ended", never),
        ("executed, ended", ended),
        ("executed, ended, undelivered", undelivered),
        ("accepted, given up, disputed", given_up_disputed),
        ("accepted, given up, held", given_up_held),
        ("accepted, given up, held, free again", given_up_free),
        ("accepted, given up, ended", given_up_ended),
        ("lifted", lifted),
    ];
    // What the plugin is called for follows from the state and the standing, and from nothing else.
    let owed = states.iter().map(|(state, world)| (*state, owed(world)));
    assert_eq!(
        owed.filter_map(|(state, hook)| Some((state, hook?))).collect::<Vec<_>>(),
        [
            ("executed, disputed, undelivered", CaseHook::Suspend),
            ("executing", CaseHook::Execute),
            ("executing, failed before", CaseHook::Execute),
            ("executing, disputed", CaseHook::Suspend),
            ("executed, disputed", CaseHook::Suspend),
            ("executed, held, free again", CaseHook::Resume),
            ("executing, ended", CaseHook::Lift),
            ("executed, ended", CaseHook::Lift),
            ("executed, ended, undelivered", CaseHook::Lift),
            ("accepted, given up, disputed", CaseHook::Suspend),
            ("accepted, given up, ended", CaseHook::Lift),
        ]
    );
    let commands: [Asked<'_>; 11] = [
        ("execute", implementer(), &|world| Command::ExecuteMeasure { measure: measure_of(world) }),
        ("done", plugin(), &|world| done(world, CaseHook::Execute)),
        ("failed", plugin(), &|world| failed(world, CaseHook::Execute, false)),
        ("failed for good", plugin(), &|world| failed(world, CaseHook::Execute, true)),
        ("suspended", plugin(), &|world| done(world, CaseHook::Suspend)),
        ("resumed", plugin(), &|world| done(world, CaseHook::Resume)),
        ("lifted", plugin(), &|world| done(world, CaseHook::Lift)),
        ("lift failed", plugin(), &|world| failed(world, CaseHook::Lift, false)),
        ("done by hand", implementer(), &|world| by_hand(measure_of(world), CaseHook::Execute)),
        ("suspended by hand", implementer(), &|world| {
            by_hand(measure_of(world), CaseHook::Suspend)
        }),
        ("lifted by hand", implementer(), &|world| by_hand(measure_of(world), CaseHook::Lift)),
    ];
    const RELEASED: &[&str] = &[
        "execution.ordered",
        "measure.resumption_confirmed",
        "measure.executed",
        "assessment.feedback_due",
    ];
    const BY_HAND: &[&str] = &["execution.ordered", "measure.executed", "assessment.feedback_due"];
    compare(
        &machines::BY_PLUGIN,
        &states,
        &commands,
        &[
            ("accepted", "execute", &["execution.ordered"]),
            ("accepted, given up", "execute", &["execution.ordered"]),
            ("accepted, given up", "done by hand", BY_HAND),
            ("accepted, given up, ended", "lifted by hand", &["measure.closed"]),
            ("accepted, given up", "failed", &[]),
            ("accepted, given up", "failed for good", &[]),
            ("accepted, given up", "lift failed", &[]),
            ("accepted, given up, disputed", "failed", &[]),
            ("accepted, given up, disputed", "failed for good", &[]),
            ("accepted, given up, disputed", "lift failed", &[]),
            ("accepted, given up, held", "failed", &[]),
            ("accepted, given up, held", "failed for good", &[]),
            ("accepted, given up, held, free again", "failed", &[]),
            ("accepted, given up, held, free again", "failed for good", &[]),
            ("accepted, given up, ended", "failed", &[]),
            ("accepted, given up, ended", "failed for good", &[]),
            ("accepted, given up, ended", "lift failed", &[]),
            ("accepted, given up, disputed", "suspended", &["measure.suspension_confirmed"]),
            (
                "accepted, given up, disputed",
                "suspended by hand",
                &["measure.suspension_confirmed"],
            ),
            ("accepted, given up, held, free again", "execute", &["execution.ordered"]),
            ("accepted, given up, held, free again", "done by hand", RELEASED),
            ("accepted, given up, ended", "lifted", LIFTED),
            (
                "executed, disputed, undelivered",
                "suspended by hand",
                &["measure.suspension_confirmed"],
            ),
            ("executed, ended, undelivered", "lifted by hand", LIFTED),
            // What relieves the subject waits for no plugin, whether it failed or not.
            ("executing, disputed", "suspended by hand", &["measure.suspension_confirmed"]),
            ("executed, disputed", "suspended by hand", &["measure.suspension_confirmed"]),
            ("executing, ended", "lifted by hand", LIFTED),
            ("executed, ended", "lifted by hand", LIFTED),
            // A plugin may answer when the suspension is over: it is resumed from there.
            ("executing", "suspended", &["measure.suspension_confirmed"]),
            ("executing, failed before", "suspended", &["measure.suspension_confirmed"]),
            ("executed", "suspended", &["measure.suspension_confirmed"]),
            ("accepted, given up", "suspended", &["measure.suspension_confirmed"]),
            // What is so already is heard, and nothing follows.
            ("executed, held", "suspended", &[]),
            ("executed, held, free again", "suspended", &[]),
            ("accepted, given up, held", "suspended", &[]),
            ("accepted, given up, held, free again", "suspended", &[]),
            ("executed, disputed, undelivered", "failed", &[]),
            ("executed, disputed, undelivered", "failed for good", &[]),
            ("executed, disputed, undelivered", "suspended", &["measure.suspension_confirmed"]),
            ("executed, disputed, undelivered", "lift failed", &[]),
            ("executing", "done", EXECUTED),
            ("executing, failed before", "done", EXECUTED),
            ("executing, disputed", "done", EXECUTED),
            ("executing, ended", "done", EXECUTED),
            ("*", "failed", &["execution.failed"]),
            ("executed", "failed", &[]),
            ("executed, disputed", "failed", &[]),
            ("executed, held", "failed", &[]),
            ("executed, held, free again", "failed", &[]),
            ("executed, ended", "failed", &[]),
            ("executed, ended, undelivered", "failed", &[]),
            ("*", "failed for good", &["execution.failed"]),
            ("executed", "failed for good", &[]),
            ("executed, disputed", "failed for good", &[]),
            ("executed, held", "failed for good", &[]),
            ("executed, held, free again", "failed for good", &[]),
            ("executed, ended", "failed for good", &[]),
            ("executed, ended, undelivered", "failed for good", &[]),
            ("executing, disputed", "suspended", &["measure.suspension_confirmed"]),
            ("executed, disputed", "suspended", &["measure.suspension_confirmed"]),
            // What happened is recorded; that it is to be suspended again follows from its standing.
            ("executed, held", "resumed", &["measure.resumption_confirmed"]),
            ("executed, held, free again", "resumed", &["measure.resumption_confirmed"]),
            ("executing, ended", "lifted", LIFTED),
            ("executed, ended", "lifted", LIFTED),
            ("executed, ended, undelivered", "lifted", LIFTED),
            ("*", "lift failed", &["delivery.failed"]),
            ("executing, failed before", "lift failed", &[]),
            ("executed, ended, undelivered", "lift failed", &[]),
        ],
        &[
            ("executed, disputed, undelivered", "execute", SUSPENDED),
            ("accepted, given up, disputed", "execute", SUSPENDED),
            ("accepted, given up, disputed", "done by hand", SUSPENDED),
            ("accepted, given up, held", "execute", SUSPENDED),
            ("accepted, given up, held", "done by hand", SUSPENDED),
            ("accepted, given up, ended", "execute", ENDED),
            ("accepted, given up, ended", "done by hand", ENDED),
            ("executing, disputed", "execute", SUSPENDED),
            ("executed, disputed", "execute", SUSPENDED),
            ("executed, held", "execute", SUSPENDED),
            ("executing, ended", "execute", ENDED),
            ("executed, ended", "execute", ENDED),
            ("executed, ended, undelivered", "execute", ENDED),
            ("lifted", "execute", ENDED),
            ("accepted", "done", NOT_GIVEN),
            ("lifted", "done", NOT_GIVEN),
            ("accepted", "failed", NOT_GIVEN),
            ("lifted", "failed", NOT_GIVEN),
            ("accepted", "failed for good", NOT_GIVEN),
            ("lifted", "failed for good", NOT_GIVEN),
            ("accepted", "suspended", NOT_GIVEN),
            ("lifted", "suspended", NOT_GIVEN),
            ("accepted", "resumed", NOT_GIVEN),
            ("lifted", "resumed", NOT_GIVEN),
            ("accepted", "lifted", NOT_GIVEN),
            ("lifted", "lifted", NOT_GIVEN),
            ("accepted", "lift failed", NOT_GIVEN),
            ("lifted", "lift failed", NOT_GIVEN),
        ],
    );
}

fn honoured() -> World {
    let (nominator, decider) = (officer(OFFICE, Post::Handler), officer(OFFICE, Post::Head));
    let mut world = World::seeded();
    let id = ListingId(world.must(&nominator, &nominate(organisation(2))));
    let check = check_nomination(&world, id, &[]);
    world.must(&nominator, &check);
    world.must(&nominator, &Command::OpenPublicNotice { listing: id });
    world.pass(8);
    let decision = decide_red(&world, id);
    world.must(&decider, &decision);
    world
}

fn benefit(progress: Progress) -> World {
    let nominator = officer(OFFICE, Post::Handler);
    let mut world = honoured();
    let initiate = grant(&world);
    let id = MeasureId(world.must(&nominator, &initiate));
    if progress >= Progress::Dispatched {
        world.must(&nominator, &Command::DispatchMeasure { measure: id });
    }
    if progress >= Progress::Accepted {
        world.must(&implementer(), &Command::AcceptMeasure { measure: id });
    }
    if progress >= Progress::Executing {
        world.must(&implementer(), &Command::ExecuteMeasure { measure: id });
    }
    if progress >= Progress::Executed {
        world.must(&implementer(), &by_hand(id, CaseHook::Execute));
    }
    world
}

fn red_of(world: &World) -> ListingId {
    kit::later::listing_of(world)
}

fn red_state(world: &World) -> RedState {
    match &world.listing_row(red_of(world)).kind {
        ListingKind::Red(red) => red.state.clone(),
        ListingKind::Black { .. } => panic!("not a red listing"),
    }
}

fn grant(world: &World) -> Command {
    let mut command = initiate(red_of(world), None, INCENTIVE);
    if let Command::InitiateMeasure { until, .. } = &mut command {
        *until = world.today.plus_months(6);
    }
    command
}

#[test]
fn an_incentive_knows_no_other_way() {
    let nominator = officer(OFFICE, Post::Handler);
    let executed = benefit(Progress::Executed);
    let withdrawn = after(&executed, &party(organisation(2)), &close_red(red_of(&executed)));
    let mut not_lifted = withdrawn.clone();
    not_lifted.must(&timer(), &Command::Tick { due: Due::Measure(measure_of(&withdrawn)) });
    not_lifted.today = not_lifted.today.plus_days(30);
    let states = [
        ("none", honoured()),
        ("initiated", benefit(Progress::Initiated)),
        ("dispatched", benefit(Progress::Dispatched)),
        ("accepted", benefit(Progress::Accepted)),
        ("executing", benefit(Progress::Executing)),
        ("executed", executed),
        ("executed, listing withdrawn", withdrawn),
        ("executed, not lifted in time", not_lifted),
    ];
    let commands: [Asked<'_>; 9] = [
        ("initiate", nominator.clone(), &grant),
        ("notice", nominator.clone(), &|world| measure_notice(world, measure_of(world))),
        ("dispatch", nominator, &|world| Command::DispatchMeasure { measure: measure_of(world) }),
        ("accept", implementer(), &|world| Command::AcceptMeasure { measure: measure_of(world) }),
        ("decline", implementer(), &|world| Command::DeclineMeasure {
            measure: measure_of(world),
            reasons: text(),
            legal_ground: None,
        }),
        ("execute", implementer(), &|world| Command::ExecuteMeasure { measure: measure_of(world) }),
        ("done", implementer(), &|world| by_hand(measure_of(world), CaseHook::Execute)),
        ("lift", implementer(), &|world| by_hand(measure_of(world), CaseHook::Lift)),
        ("tick", timer(), &|world| Command::Tick { due: Due::Measure(measure_of(world)) }),
    ];
    compare(
        &machines::INCENTIVE,
        &states,
        &commands,
        &[
            ("none", "initiate", &["measure.initiated", "assessment.dispatch_due"]),
            ("initiated", "notice", &["measure.notice_served"]),
            ("initiated", "dispatch", &["measure.dispatched"]),
            ("dispatched", "accept", &["measure.accepted"]),
            ("dispatched", "decline", &["measure.declined"]),
            ("accepted", "execute", &["execution.ordered"]),
            ("executing", "done", EXECUTED),
            ("executed, listing withdrawn", "lift", LIFTED),
            ("executed, listing withdrawn", "tick", &["measure.lift_required"]),
            (
                "executed, not lifted in time",
                "lift",
                &["measure.lifted", "assessment.lift_late", "assessment.feedback_due"],
            ),
            (
                "executed, not lifted in time",
                "tick",
                &["assessment.feedback_overdue", "measure.lift_overdue"],
            ),
        ],
        &[
            ("*", "initiate", EXISTS),
            ("executed, not lifted in time", "initiate", Ground::Guard(Guard::Served)),
            ("executed, not lifted in time", "notice", ENDED),
            ("executed, not lifted in time", "dispatch", ENDED),
            ("executed, not lifted in time", "accept", ENDED),
            ("executed, not lifted in time", "execute", ENDED),
            ("executed, listing withdrawn", "initiate", Ground::Guard(Guard::Served)),
            ("executed, listing withdrawn", "notice", ENDED),
            ("executed, listing withdrawn", "dispatch", ENDED),
            ("executed, listing withdrawn", "accept", ENDED),
            ("executed, listing withdrawn", "execute", ENDED),
        ],
    );
}

#[test]
fn a_plugin_is_called_for_its_own_department_and_measures_only() {
    let plugin_of = |department: &str, measure: &str| {
        let (mut world, listing) = listed();
        let mut deployed = deploy();
        if let Command::DeployPlugin { department: of, measures, .. } = &mut deployed {
            *of = department.to_owned();
            *measures = vec![measure.to_owned()];
        }
        world.must(&operator(), &deployed);
        let id = world.measure(listing, STATUTE, Progress::Executing);
        world.measure_row(id).state.order().and_then(|order| order.plugin.clone())
    };
    assert_eq!(plugin_of(TAX, STATUTE).as_deref(), Some("tax-plugin"));
    assert_eq!(plugin_of(TAX, HEARING), None);
    // What nobody carries out by plugin is owed to nobody.
    let (mut world, listing) = listed();
    world.measure(listing, STATUTE, Progress::Executing);
    assert_eq!(owed(&world), None);
}

/// Covers T10.
#[test]
fn a_lift_is_late_behind_its_last_day() {
    let late = |world: &World, days: i32| {
        let mut world = world.clone();
        let until = world.today;
        let last = world.rules.calendar.after(until, world.rules.pack(until).lift_wd).day;
        world.go_to(last.plus_days(days));
        let said = world.run(&implementer(), &by_hand(measure_of(&world), CaseHook::Lift));
        said.expect("it is lifted").contains(&"assessment.lift_late")
    };
    // The end of a measure, and of the red listing that an incentive rests on.
    let (mut measure, listing) = listed();
    measure.measure(listing, STATUTE, Progress::Executed);
    measure.go_to(day("2027-03-02"));
    let mut incentive = benefit(Progress::Executed);
    let RedState::Active { until, .. } = red_state(&incentive) else {
        panic!("the honour is in force");
    };
    let before = incentive.measure_row(measure_of(&incentive)).until;
    incentive.go_to(until.min(before).plus_days(1));
    for world in [&measure, &incentive] {
        assert!(!late(world, 0), "its last day counts");
        assert!(late(world, 1));
    }
    let mut withdrawn = benefit(Progress::Executed);
    withdrawn.must(&party(organisation(2)), &close_red(red_of(&withdrawn)));
    assert!(!late(&withdrawn, 0));
}

/// No plugin keeps an officer from doing by hand what relieves the subject; an execution it may still
/// make is its own until it gives up, and so is a resumption until its call failed.
#[test]
fn what_a_plugin_fails_to_do_an_officer_does() {
    let executing = carried(Progress::Executing);
    let again = after(&executing, &plugin(), &failed(&executing, CaseHook::Execute, false));
    let id = measure_of(&again);
    let by = |hook| by_hand(id, hook);
    assert_eq!(again.refused(&implementer(), &by(CaseHook::Execute)), STATE);
    let given_up = after(&again, &plugin(), &failed(&again, CaseHook::Execute, true));
    let done_by_hand = after(&given_up, &implementer(), &by(CaseHook::Execute));
    let order = done_by_hand.measure_row(id).state.order().expect("an order of the officer's own");
    assert_eq!(order.plugin, None);
    assert_eq!(given_up.refused(&handler(), &by(CaseHook::Execute)), guard(Guard::Competent));
    let held = after(&given_up, &party(organisation(1)), &object(Target::Measure(id), true));
    assert_eq!(held.refused(&implementer(), &by(CaseHook::Execute)), SUSPENDED);
    // Whether its calls fail or nobody heard of them yet, what ends is lifted.
    let mut ended = carried(Progress::Executed);
    ended.go_to(day("2027-03-02"));
    let id = measure_of(&ended);
    let undelivered = after(&ended, &plugin(), &failed(&ended, CaseHook::Lift, true));
    for ended in [ended, undelivered] {
        let lift = by_hand(id, CaseHook::Lift);
        assert_eq!(ended.refused(&handler(), &lift), guard(Guard::Competent));
        let lifted = after(&ended, &implementer(), &lift);
        assert_eq!(owed(&lifted), None, "and the plugin is asked no more");
    }
    let hold = disputed(Progress::Executed);
    let id = measure_of(&hold);
    let mut free = after(&hold, &implementer(), &by_hand(id, CaseHook::Suspend));
    assert_eq!(owed(&free), None, "and the plugin is asked no more");
    free.outcome(kit::later::objection_of(&free), Finding::Correct);
    let resume = by_hand(id, CaseHook::Resume);
    assert_eq!(free.refused(&implementer(), &resume), STATE);
    let failed = after(&free, &plugin(), &failed(&free, CaseHook::Resume, true));
    after(&failed, &implementer(), &resume);
}
