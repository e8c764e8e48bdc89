//! Every command in every state: what is not a listed transition is refused by name. The tables
//! below are the state machines of domain.md 2.3 to 2.6 as they are lived.

use crate::kit;
use crate::kit::asked::on_the_way;
use crate::kit::rules::{STATUTE, cite};
use crate::kit::steps::*;
use crate::kit::table::{ABSENT, Asked, EXISTS, STATE, compare};
use crate::kit::{Who, World, machines, misfit, organisation, party, timer};
use shouxin_core::command::Command;
use shouxin_core::event::{CaseHook, CaseRef, Finding, RepairAcceptance, Target, Trigger};
use shouxin_core::guard::{Ground, Guard, Misfit};
use shouxin_core::id::{ListingId, MeasureId, ObjectionId, RepairId};
use shouxin_core::row::{Closing, Due};

fn only_listing(world: &World) -> ListingId {
    let ids = world.rows.keys().filter_map(|key| match key {
        shouxin_core::row::Key::Listing(id) => Some(*id),
        _ => None,
    });
    ids.max().unwrap_or(ListingId(world.next()))
}

fn case_of(world: &World) -> CaseRef {
    CaseRef::Listing(only_listing(world))
}

fn black(stage: Stage) -> World {
    let mut world = World::seeded();
    world.listing(&[], &[STATUTE], stage);
    world
}

fn closed(command: impl Fn(CaseRef) -> Command, who: &Who) -> World {
    let mut world = black(Stage::Noticed);
    let command = command(case_of(&world));
    world.must(who, &command);
    world
}

fn repaired() -> World {
    let mut world = black(Stage::Effective);
    let listing = only_listing(&world);
    world.pass(120);
    let id = RepairId(world.must(&clerk(), &repair(listing)));
    world.must(&handler(), &repair_check(id, RepairAcceptance::Accepted));
    world.must(&head(), &approve(&world, id));
    world
}

/// The party spoke, asked for no hearing so far, and still may.
const STATED: &str = "stated, a hearing may be asked for";

/// Covers O21, INV-2.
#[test]
fn the_decision_path_knows_no_other_way() {
    let mut period_over = black(Stage::Noticed);
    period_over.today = period_over.today.plus_days(10);
    let mut stated = black(Stage::Noticed);
    let said = statement(&stated, case_of(&stated), false);
    stated.must(&handler(), &said);
    let mut standstill_over = black(Stage::Served);
    standstill_over.today = standstill_over.today.plus_days(10);
    let mut expired = black(Stage::Effective);
    expired.go_to(end().plus_days(1));
    let mut over = black(Stage::Effective);
    over.today = end().plus_days(1);
    let mut never_started = black(Stage::Served);
    never_started.today = end().plus_days(1);
    let mut annulled = black(Stage::Effective);
    let objection =
        annulled.objection(organisation(1), Target::Listing(only_listing(&annulled)), false);
    annulled.outcome(objection, Finding::Error);
    let states = [
        ("none", World::seeded()),
        ("proposed", black(Stage::Proposed)),
        ("noticed", black(Stage::Noticed)),
        ("noticed, period over", period_over),
        (STATED, stated),
        ("heard", black(Stage::Heard)),
        ("decided", black(Stage::Decided)),
        ("served", black(Stage::Served)),
        ("served, standstill over", standstill_over),
        ("served, end passed", never_started),
        ("effective", black(Stage::Effective)),
        ("effective, end passed", over),
        ("expired", expired),
        ("removed", repaired()),
        ("annulled", annulled),
        ("dropped", closed(|case| Command::DropCase { case, reasons: text() }, &handler())),
        ("not decided", closed(|case| Command::NotDecideCase { case, reasons: text() }, &head())),
    ];
    const PROPOSED: &[&str] = &["listing.proposed", "listing.repair_rule_kept"];
    const USED: Ground = Ground::Guard(Guard::Fact);
    const NO_NOTICE: Ground = Ground::Guard(Guard::Notice);
    const NOT_HEARD: Ground = Ground::Guard(Guard::Heard);
    const NOT_IN_FORCE: Ground = Ground::Guard(Guard::NoSuspension);
    compare(
        &machines::LISTING,
        &states,
        &on_the_way(),
        &[
            ("none", "propose", PROPOSED),
            ("dropped", "propose", PROPOSED),
            ("not decided", "propose", PROPOSED),
            ("proposed", "notice", &["prenotice.served"]),
            ("proposed", "not decide", &["listing.not_decided"]),
            ("proposed", "drop", &["listing.dropped"]),
            ("proposed", "drop by the head", &["listing.dropped"]),
            ("noticed", "statement", &["statement.received"]),
            ("noticed", "waiver", &["statement.waived"]),
            ("noticed", "not decide", &["listing.not_decided"]),
            ("noticed", "drop", &["listing.dropped"]),
            ("noticed", "drop by the head", &["listing.dropped"]),
            ("noticed, period over", "waiver", &["statement.waived"]),
            ("noticed, period over", "not decide", &["listing.not_decided"]),
            ("noticed, period over", "drop", &["listing.dropped"]),
            ("noticed, period over", "drop by the head", &["listing.dropped"]),
            ("noticed, period over", "tick", &["statement.window_closed"]),
            ("heard", "statement", &["statement.received"]),
            (STATED, "statement", &["statement.received"]),
            (STATED, "hearing", &["hearing.held"]),
            (STATED, "not decide", &["listing.not_decided"]),
            (STATED, "drop", &["listing.dropped"]),
            (STATED, "drop by the head", &["listing.dropped"]),
            ("heard", "decide", &["listing.decided"]),
            ("heard", "not decide", &["listing.not_decided"]),
            ("heard", "drop", &["listing.dropped"]),
            ("heard", "drop by the head", &["listing.dropped"]),
            ("decided", "serve", &["decision.served", "deadline.provisional"]),
            ("decided", "drop by the head", &["listing.dropped"]),
            ("served, standstill over", "tick", &["listing.took_effect", "classification.changed"]),
            ("served, end passed", "tick", &["listing.expired"]),
            ("effective", "attribute", &["attribution.proposed"]),
            ("effective, end passed", "tick", &["listing.expired", "classification.changed"]),
        ],
        &[
            // On the same paper.
            ("*", "propose", EXISTS),
            ("served, end passed", "propose", USED),
            ("effective, end passed", "propose", USED),
            ("expired", "propose", USED),
            ("removed", "propose", USED),
            ("annulled", "propose", USED),
            ("decided", "drop", Ground::Guard(Guard::FourEyes)),
            ("proposed", "statement", NO_NOTICE),
            ("proposed", "waiver", NO_NOTICE),
            ("proposed", "decide", NO_NOTICE),
            ("noticed", "decide", NOT_HEARD),
            ("noticed, period over", "decide", NOT_HEARD),
            ("proposed", "attribute", NOT_IN_FORCE),
            ("noticed", "attribute", NOT_IN_FORCE),
            ("noticed, period over", "attribute", NOT_IN_FORCE),
            (STATED, "decide", NOT_HEARD),
            (STATED, "attribute", NOT_IN_FORCE),
            ("heard", "attribute", NOT_IN_FORCE),
            ("decided", "attribute", NOT_IN_FORCE),
            ("served", "attribute", NOT_IN_FORCE),
            ("served, standstill over", "attribute", NOT_IN_FORCE),
            ("served, end passed", "attribute", NOT_IN_FORCE),
            ("effective, end passed", "attribute", NOT_IN_FORCE),
            ("expired", "attribute", NOT_IN_FORCE),
            ("removed", "attribute", NOT_IN_FORCE),
            ("annulled", "attribute", NOT_IN_FORCE),
            ("dropped", "attribute", NOT_IN_FORCE),
            ("not decided", "attribute", NOT_IN_FORCE),
        ],
    );
}

fn only_measure(world: &World) -> MeasureId {
    let ids = world.rows.keys().filter_map(|key| match key {
        shouxin_core::row::Key::Measure(id) => Some(*id),
        _ => None,
    });
    ids.max().unwrap_or(MeasureId(world.next()))
}

fn measure(progress: Progress) -> World {
    let mut world = black(Stage::Effective);
    let listing = only_listing(&world);
    world.measure(listing, STATUTE, progress);
    world
}

fn disputed(progress: Progress) -> World {
    let mut world = measure(progress);
    world.objection(organisation(1), Target::Measure(only_measure(&world)), false);
    world
}

/// Covers O51, O64.
#[test]
fn a_measure_case_knows_no_other_way() {
    let mut declined = measure(Progress::Dispatched);
    let id = only_measure(&declined);
    declined.must(
        &implementer(),
        &Command::DeclineMeasure { measure: id, reasons: text(), legal_ground: Some(cite("law")) },
    );
    let answered = kit::later::after(&declined, &clerk(), &answer_decline(id, false));
    let mut not_sent = measure(Progress::Noticed);
    not_sent.today = not_sent.today.plus_days(10);
    let ended = |mut world: World| {
        world.go_to(kit::rules::day("2027-03-02"));
        world
    };
    let mut lifted = ended(measure(Progress::FedBack));
    lifted.must(&implementer(), &by_hand(only_measure(&lifted), CaseHook::Lift));
    let mut closed = lifted.clone();
    closed.must(&implementer(), &feedback(only_measure(&closed)));
    let mut held = disputed(Progress::Executed);
    held.must(&implementer(), &by_hand(only_measure(&held), CaseHook::Suspend));
    let mut resumed = held.clone();
    let objection = resumed.rows.keys().find_map(|key| match key {
        shouxin_core::row::Key::Objection(id) => Some(*id),
        _ => None,
    });
    resumed.outcome(objection.expect("it is open"), Finding::Correct);
    let mut no_answer = measure(Progress::Dispatched);
    no_answer.today = no_answer.today.plus_days(30);
    let unanswered = {
        let mut world = no_answer.clone();
        world.tick();
        world
    };
    let mut no_report = measure(Progress::Executed);
    no_report.today = no_report.today.plus_days(30);
    let mut end_passed = measure(Progress::FedBack);
    end_passed.today = kit::rules::day("2027-03-02");
    let late = |mut world: World| {
        world.today = kit::rules::day("2027-03-02");
        world
    };
    let found = |finding| {
        let mut world = disputed(Progress::Executed);
        let id = only_objection(&world);
        world.must(&clerk(), &Command::AcceptObjection { objection: id });
        let refer = Command::ReferObjection { objection: id, received_on: world.today };
        world.must(&clerk(), &refer);
        world.must(&head(), &report(id, finding));
        world
    };
    let mut annulled = disputed(Progress::FedBack);
    annulled.outcome(only_objection(&annulled), Finding::Error);
    let states = [
        ("none", black(Stage::Effective)),
        ("initiated", measure(Progress::Initiated)),
        ("noticed", measure(Progress::Noticed)),
        ("noticed, day passed", not_sent),
        ("dispatched", measure(Progress::Dispatched)),
        ("dispatched, day passed", no_answer),
        ("dispatched, overdue", unanswered),
        ("accepted", measure(Progress::Accepted)),
        ("declined", declined),
        ("declined, answered", answered),
        ("executing", measure(Progress::Executing)),
        ("executed", measure(Progress::Executed)),
        ("executed, report not filed", no_report),
        ("fed back", measure(Progress::FedBack)),
        ("fed back, end passed", end_passed),
        ("fed back, annulled", annulled),
        ("initiated, disputed", disputed(Progress::Initiated)),
        ("executing, disputed", disputed(Progress::Executing)),
        ("executed, disputed", disputed(Progress::Executed)),
        ("executed, found correct", found(Finding::Correct)),
        ("executed, found wrong", found(Finding::Error)),
        ("executed, held", held),
        ("executed, held, free again", resumed),
        ("accepted, end passed", late(measure(Progress::Accepted))),
        ("accepted, ended", ended(measure(Progress::Accepted))),
        ("executing, ended", ended(measure(Progress::Executing))),
        ("executed, ended", ended(measure(Progress::Executed))),
        ("lifted", lifted),
        ("closed", closed),
    ];
    let commands: [Asked<'_>; 15] = [
        ("answer the refusal", clerk(), &|world| answer_decline(only_measure(world), true)),
        ("resolve the objection", clerk(), &|world| resolve(world, only_objection(world))),
        ("initiate", handler(), &|world| initiate(only_listing(world), None, STATUTE)),
        ("object", party(organisation(1)), &|world| {
            object(Target::Measure(only_measure(world)), false)
        }),
        ("notice", handler(), &|world| measure_notice(world, only_measure(world))),
        ("dispatch", handler(), &|world| Command::DispatchMeasure { measure: only_measure(world) }),
        ("accept", implementer(), &|world| Command::AcceptMeasure { measure: only_measure(world) }),
        ("decline", implementer(), &|world| Command::DeclineMeasure {
            measure: only_measure(world),
            reasons: text(),
            legal_ground: Some(cite("law")),
        }),
        ("execute", implementer(), &|world| Command::ExecuteMeasure {
            measure: only_measure(world),
        }),
        ("done", implementer(), &|world| by_hand(only_measure(world), CaseHook::Execute)),
        ("hold", implementer(), &|world| by_hand(only_measure(world), CaseHook::Suspend)),
        ("resume", implementer(), &|world| by_hand(only_measure(world), CaseHook::Resume)),
        ("lift", implementer(), &|world| by_hand(only_measure(world), CaseHook::Lift)),
        ("feed back", implementer(), &|world| feedback(only_measure(world))),
        ("tick", timer(), &|world| Command::Tick { due: Due::Measure(only_measure(world)) }),
    ];
    const SUSPENDED: Ground = Ground::Guard(Guard::NoSuspension);
    const ENDED: Ground = Ground::Guard(Guard::End);
    const DECLINED: &[&str] = &["measure.declined", "measure.decline_escalated"];
    compare(
        &machines::MEASURE,
        &states,
        &commands,
        &[
            ("none", "initiate", &["measure.initiated"]),
            ("declined", "initiate", &["measure.initiated"]),
            ("declined, answered", "initiate", &["measure.initiated"]),
            ("executed, found correct", "resolve the objection", &["objection.resolved"]),
            ("executed, found correct", "hold", &["measure.suspension_confirmed"]),
            ("executed, found correct", "feed back", &["feedback.filed"]),
            (
                "executed, found wrong",
                "resolve the objection",
                &["objection.resolved", "measure.annulled", "redress.opened"],
            ),
            ("executed, found wrong", "hold", &["measure.suspension_confirmed"]),
            ("executed, found wrong", "feed back", &["feedback.filed"]),
            ("*", "object", &["objection.filed"]),
            ("fed back, end passed", "lift", &["measure.lifted", "assessment.feedback_due"]),
            ("fed back, end passed", "tick", &["measure.expired", "measure.lift_required"]),
            ("accepted, end passed", "tick", &["measure.closed"]),
            ("fed back, annulled", "tick", &["measure.lift_required"]),
            ("fed back, annulled", "lift", &["measure.lifted", "assessment.feedback_due"]),
            ("dispatched, day passed", "accept", &["measure.accepted"]),
            ("dispatched, day passed", "decline", DECLINED),
            ("dispatched, day passed", "tick", &["measure.response_overdue"]),
            ("dispatched, overdue", "accept", &["measure.accepted"]),
            ("dispatched, overdue", "decline", DECLINED),
            ("executed, report not filed", "feed back", &["feedback.filed"]),
            ("executed, report not filed", "tick", &["assessment.feedback_overdue"]),
            ("initiated", "notice", &["measure.notice_served", "assessment.dispatch_due"]),
            ("noticed", "dispatch", &["measure.dispatched"]),
            (
                "noticed, day passed",
                "dispatch",
                &["measure.dispatched", "assessment.dispatch_late"],
            ),
            ("noticed, day passed", "tick", &["assessment.dispatch_overdue"]),
            ("declined", "answer the refusal", &["measure.decline_answered"]),
            ("dispatched", "accept", &["measure.accepted"]),
            ("dispatched", "decline", DECLINED),
            ("accepted", "execute", &["execution.ordered"]),
            ("executing", "done", &["measure.executed", "assessment.feedback_due"]),
            ("executed", "feed back", &["feedback.filed"]),
            ("executing, disputed", "done", &["measure.executed", "assessment.feedback_due"]),
            ("executing, disputed", "hold", &["measure.suspension_confirmed"]),
            ("executed, disputed", "hold", &["measure.suspension_confirmed"]),
            ("executed, disputed", "feed back", &["feedback.filed"]),
            ("executed, held", "feed back", &["feedback.filed"]),
            ("executed, held, free again", "resume", &["measure.resumption_confirmed"]),
            ("executed, held, free again", "feed back", &["feedback.filed"]),
            ("executing, ended", "done", &["measure.executed", "assessment.feedback_due"]),
            ("executing, ended", "lift", &["measure.lifted", "assessment.feedback_due"]),
            ("executed, ended", "lift", &["measure.lifted", "assessment.feedback_due"]),
            ("executed, ended", "feed back", &["feedback.filed"]),
            ("lifted", "feed back", &["feedback.filed"]),
        ],
        &[
            ("*", "resolve the objection", ABSENT),
            ("initiated, disputed", "resolve the objection", STATE),
            ("executing, disputed", "resolve the objection", STATE),
            ("executed, disputed", "resolve the objection", STATE),
            ("executed, held", "resolve the objection", STATE),
            ("executed, held, free again", "resolve the objection", STATE),
            ("fed back, annulled", "resolve the objection", STATE),
            ("executed, found correct", "notice", SUSPENDED),
            ("executed, found correct", "dispatch", SUSPENDED),
            ("executed, found correct", "accept", SUSPENDED),
            ("executed, found correct", "execute", SUSPENDED),
            ("executed, found correct", "resume", SUSPENDED),
            ("executed, found wrong", "notice", SUSPENDED),
            ("executed, found wrong", "dispatch", SUSPENDED),
            ("executed, found wrong", "accept", SUSPENDED),
            ("executed, found wrong", "execute", SUSPENDED),
            ("executed, found wrong", "resume", SUSPENDED),
            ("*", "initiate", EXISTS),
            ("none", "object", ABSENT),
            ("initiated, disputed", "object", EXISTS),
            ("executing, disputed", "object", EXISTS),
            ("executed, disputed", "object", EXISTS),
            ("executed, found correct", "object", EXISTS),
            ("executed, found wrong", "object", EXISTS),
            ("executed, held", "object", EXISTS),
            ("accepted, ended", "object", STATE),
            ("accepted, end passed", "object", STATE),
            ("lifted", "object", STATE),
            ("closed", "object", STATE),
            ("fed back, end passed", "initiate", ENDED),
            ("accepted, end passed", "initiate", ENDED),
            ("accepted, end passed", "notice", ENDED),
            ("accepted, end passed", "dispatch", ENDED),
            ("accepted, end passed", "accept", ENDED),
            ("accepted, end passed", "execute", ENDED),
            ("accepted, ended", "initiate", ENDED),
            ("executing, ended", "initiate", ENDED),
            ("executed, ended", "initiate", ENDED),
            ("lifted", "initiate", ENDED),
            ("closed", "initiate", ENDED),
            ("fed back, end passed", "notice", ENDED),
            ("fed back, end passed", "dispatch", ENDED),
            ("fed back, end passed", "accept", ENDED),
            ("fed back, end passed", "execute", ENDED),
            ("fed back, annulled", "notice", ENDED),
            ("fed back, annulled", "dispatch", ENDED),
            ("fed back, annulled", "accept", ENDED),
            ("fed back, annulled", "execute", ENDED),
            ("initiated", "dispatch", Ground::Guard(Guard::Notice)),
            ("initiated, disputed", "notice", SUSPENDED),
            ("initiated, disputed", "dispatch", SUSPENDED),
            ("initiated, disputed", "accept", SUSPENDED),
            ("initiated, disputed", "execute", SUSPENDED),
            ("executing, disputed", "notice", SUSPENDED),
            ("executing, disputed", "dispatch", SUSPENDED),
            ("executing, disputed", "accept", SUSPENDED),
            ("executing, disputed", "execute", SUSPENDED),
            ("executed, disputed", "notice", SUSPENDED),
            ("executed, disputed", "dispatch", SUSPENDED),
            ("executed, disputed", "accept", SUSPENDED),
            ("executed, disputed", "execute", SUSPENDED),
            ("executed, held", "resume", SUSPENDED),
            ("initiated, disputed", "resume", SUSPENDED),
            ("executing, disputed", "resume", SUSPENDED),
            ("executed, disputed", "resume", SUSPENDED),
            ("executed, held", "notice", SUSPENDED),
            ("executed, held", "dispatch", SUSPENDED),
            ("executed, held", "accept", SUSPENDED),
            ("executed, held", "execute", SUSPENDED),
            ("accepted, ended", "notice", ENDED),
            ("accepted, ended", "dispatch", ENDED),
            ("accepted, ended", "accept", ENDED),
            ("accepted, ended", "execute", ENDED),
            ("executing, ended", "notice", ENDED),
            ("executing, ended", "dispatch", ENDED),
            ("executing, ended", "accept", ENDED),
            ("executing, ended", "execute", ENDED),
            ("executed, ended", "notice", ENDED),
            ("executed, ended", "dispatch", ENDED),
            ("executed, ended", "accept", ENDED),
            ("executed, ended", "execute", ENDED),
            ("lifted", "notice", ENDED),
            ("lifted", "dispatch", ENDED),
            ("lifted", "accept", ENDED),
            ("lifted", "execute", ENDED),
            ("closed", "notice", ENDED),
            ("closed", "dispatch", ENDED),
            ("closed", "accept", ENDED),
            ("closed", "execute", ENDED),
        ],
    );
}

fn filed_by(trigger: Trigger, listing: ListingId) -> Command {
    let mut command = object(Target::Listing(listing), false);
    if let Command::FileObjection { trigger: own, .. } = &mut command {
        *own = trigger;
    }
    command
}

fn only_objection(world: &World) -> ObjectionId {
    let ids = world.rows.keys().filter_map(|key| match key {
        shouxin_core::row::Key::Objection(id) => Some(*id),
        _ => None,
    });
    ids.max().unwrap_or(ObjectionId(world.next()))
}

/// Its three triggers open it: the subject, a department by itself, a complaint.
/// Covers O61, O62, O63, O64, O67.
#[test]
fn an_objection_knows_no_other_way() {
    let mut filed = black(Stage::Effective);
    let id = filed.objection(organisation(1), Target::Listing(only_listing(&filed)), false);
    let mut silent = filed.clone();
    silent.today = silent.today.plus_days(5);
    let after = |world: &World, who: &Who, command: &Command| {
        let mut world = world.clone();
        world.must(who, command);
        world
    };
    let refused = after(&filed, &clerk(), &refuse_objection(&filed, id));
    let accepted = after(&filed, &clerk(), &Command::AcceptObjection { objection: id });
    let refer = |world: &World| Command::ReferObjection { objection: id, received_on: world.today };
    let mut waiting = accepted.clone();
    waiting.today = waiting.today.plus_days(9);
    let verifying = after(&accepted, &clerk(), &refer(&accepted));
    let mut late = verifying.clone();
    late.today = late.today.plus_days(30);
    let overdue = after(&late, &timer(), &Command::Tick { due: Due::Objection(id) });
    let correct = after(&verifying, &head(), &report(id, Finding::Correct));
    let error = after(&verifying, &head(), &report(id, Finding::Error));
    let unserved = World { today: correct.today.plus_days(14), ..correct.clone() };
    let rejected = after(&correct, &clerk(), &resolve(&correct, id));
    let upheld = after(&error, &clerk(), &resolve(&error, id));
    let redressed = after(&upheld, &handler(), &redress(id));
    let mut closed = rejected.clone();
    closed.close();
    let states = [
        ("none", black(Stage::Effective)),
        ("filed", filed),
        ("filed, day passed", silent),
        ("refused", refused),
        ("accepted", accepted),
        ("accepted, day passed", waiting),
        ("verifying", verifying),
        ("verifying, day passed", late),
        ("overdue", overdue),
        ("found correct, day passed", unserved),
        ("found correct", correct),
        ("found wrong", error),
        ("rejected", rejected),
        ("upheld", upheld),
        ("redressed", redressed),
        ("closed", closed),
    ];
    let commands: [Asked<'_>; 11] = [
        ("file", party(organisation(1)), &|world| {
            object(Target::Listing(only_listing(world)), false)
        }),
        ("file, ex officio", implementer(), &|world| {
            filed_by(Trigger::ExOfficio, only_listing(world))
        }),
        ("file, complaint", clerk(), &|world| filed_by(Trigger::Complaint, only_listing(world))),
        ("close", timer(), &|world| Command::Close(Closing::Objection(only_objection(world)))),
        ("accept", clerk(), &|world| Command::AcceptObjection { objection: only_objection(world) }),
        ("refuse", clerk(), &|world| refuse_objection(world, only_objection(world))),
        ("refer", clerk(), &|world| Command::ReferObjection {
            objection: only_objection(world),
            received_on: world.today,
        }),
        ("report", head(), &|world| report(only_objection(world), Finding::Correct)),
        ("resolve", clerk(), &|world| resolve(world, only_objection(world))),
        ("redress", handler(), &|world| redress(only_objection(world))),
        ("tick", timer(), &|world| Command::Tick { due: Due::Objection(only_objection(world)) }),
    ];
    const REPORTED: &[&str] = &["verification.reported", "assessment.result_due"];
    const SUSPENDS: &[&str] = &["objection.filed", "classification.changed"];
    compare(
        &machines::OBJECTION,
        &states,
        &commands,
        &[
            ("none", "file", SUSPENDS),
            ("none", "file, ex officio", SUSPENDS),
            ("none", "file, complaint", SUSPENDS),
            // A repeat of the same kind of filer on the same ground suspends nothing; whoever else
            // objects, and whoever was turned away unheard, suspends (Q04).
            ("rejected", "file", &["objection.filed"]),
            ("closed", "file", &["objection.filed"]),
            ("refused", "file", SUSPENDS),
            ("refused", "file, ex officio", SUSPENDS),
            ("refused", "file, complaint", SUSPENDS),
            ("rejected", "file, ex officio", SUSPENDS),
            ("rejected", "file, complaint", SUSPENDS),
            ("closed", "file, ex officio", SUSPENDS),
            ("closed", "file, complaint", SUSPENDS),
            // It is suspended already, and each gets its own hold.
            ("*", "file, ex officio", &["objection.filed"]),
            ("*", "file, complaint", &["objection.filed"]),
            ("rejected", "close", &["objection.closed"]),
            ("upheld", "close", &["objection.closed"]),
            ("redressed", "close", &["objection.closed"]),
            ("filed", "accept", &["objection.accepted", "assessment.referral_due"]),
            ("filed", "refuse", &["objection.refused", "classification.changed"]),
            ("filed, day passed", "accept", &["objection.accepted", "assessment.referral_due"]),
            ("filed, day passed", "refer", &["objection.referred"]),
            ("filed, day passed", "tick", &["objection.accepted", "assessment.referral_due"]),
            ("accepted", "refer", &["objection.referred"]),
            ("accepted, day passed", "refer", &["objection.referred", "assessment.referral_late"]),
            ("accepted, day passed", "tick", &["assessment.referral_overdue"]),
            ("verifying", "report", REPORTED),
            ("verifying, day passed", "report", REPORTED),
            ("verifying, day passed", "tick", &["objection.overdue"]),
            ("overdue", "report", REPORTED),
            ("found correct, day passed", "tick", &["assessment.result_overdue"]),
            (
                "found correct, day passed",
                "resolve",
                &["objection.resolved", "classification.changed", "assessment.result_late"],
            ),
            ("found correct", "resolve", &["objection.resolved", "classification.changed"]),
            (
                "found wrong",
                "resolve",
                &[
                    "objection.resolved",
                    "listing.annulled",
                    "classification.changed",
                    "redress.opened",
                ],
            ),
            ("upheld", "redress", &["redress.completed"]),
        ],
        &[
            ("*", "file", EXISTS),
            ("upheld", "file", STATE),
            ("upheld", "file, ex officio", STATE),
            ("upheld", "file, complaint", STATE),
            ("redressed", "file", STATE),
            ("redressed", "file, ex officio", STATE),
            ("redressed", "file, complaint", STATE),
        ],
    );
}

#[test]
fn a_repair_knows_no_other_way() {
    let mut listed = black(Stage::Effective);
    let listing = only_listing(&listed);
    listed.measure(listing, STATUTE, Progress::Executed);
    listed.pass(120);
    let mut applied = listed.clone();
    let id = RepairId(applied.must(&party(organisation(1)), &repair(listing)));
    let after = |world: &World, who: &Who, command: &Command| {
        let mut world = world.clone();
        world.must(who, command);
        world
    };
    let check = |outcome| repair_check(id, outcome);
    let accepted = after(&applied, &handler(), &check(RepairAcceptance::Accepted));
    let returned = after(&applied, &handler(), &check(RepairAcceptance::Returned(text())));
    let not_accepted = after(&applied, &handler(), &check(RepairAcceptance::NotAccepted(text())));
    let refused = after(&accepted, &head(), &refuse_repair(&accepted, id));
    let extended = after(&accepted, &handler(), &extend_repair(&accepted, id));
    let on = |world: &World, days| World { today: world.today.plus_days(days), ..world.clone() };
    let mut marked = on(&accepted, 30);
    marked.must(&timer(), &Command::Tick { due: Due::Repair(id) });
    let propagating = after(&accepted, &head(), &approve(&accepted, id));
    let mut done = propagating.clone();
    let walk = done.rows.keys().find_map(|key| match key {
        shouxin_core::row::Key::Walk { cause, root } => Some((*cause, *root)),
        _ => None,
    });
    let (cause, root) = walk.expect("the removal is followed");
    done.must(&timer(), &Command::SettleFamily { cause, root });
    let mut lifted = propagating.clone();
    lifted.must(&implementer(), &by_hand(only_measure(&lifted), CaseHook::Lift));
    let states = [
        ("none", listed),
        ("applied, day passed", on(&applied, 7)),
        ("applied, all days passed", on(&applied, 30)),
        ("applied", applied),
        ("accepted, day passed", on(&accepted, 30)),
        ("accepted", accepted),
        ("accepted, overdue", marked),
        ("accepted, extended", extended),
        ("returned", returned),
        ("not accepted", not_accepted),
        ("refused", refused),
        ("propagating", propagating),
        ("propagating, all lifted", lifted),
        ("done", done),
    ];
    let commands: [Asked<'_>; 9] = [
        ("apply", party(organisation(1)), &|_| repair(listing)),
        ("extend", handler(), &|world| extend_repair(world, id)),
        ("tick", timer(), &|_| Command::Tick { due: Due::Repair(id) }),
        ("check", handler(), &|_| repair_check(id, RepairAcceptance::Accepted)),
        ("return", handler(), &|_| check(RepairAcceptance::Returned(text()))),
        ("not accept", handler(), &|_| check(RepairAcceptance::NotAccepted(text()))),
        ("close", timer(), &|_| Command::Close(Closing::Repair(id))),
        ("approve", head(), &|world| approve(world, id)),
        ("refuse", head(), &|world| refuse_repair(world, id)),
    ];
    const CHECKED: &[&str] = &["repair.accept_decided"];
    const APPROVED: &[&str] = &["repair.approved", "listing.removed", "classification.changed"];
    const REFUSED: &[&str] = &["repair.refused"];
    compare(
        &machines::REPAIR,
        &states,
        &commands,
        &[
            ("none", "apply", &["repair.applied"]),
            ("applied", "check", CHECKED),
            ("applied", "return", CHECKED),
            ("applied", "not accept", CHECKED),
            ("applied, day passed", "check", CHECKED),
            ("applied, day passed", "return", CHECKED),
            ("applied, day passed", "not accept", CHECKED),
            ("applied, day passed", "tick", &["assessment.repair_check_overdue"]),
            ("applied, all days passed", "check", CHECKED),
            ("applied, all days passed", "return", CHECKED),
            ("applied, all days passed", "not accept", CHECKED),
            (
                "applied, all days passed",
                "tick",
                &["assessment.repair_check_overdue", "assessment.repair_decision_overdue"],
            ),
            ("accepted, day passed", "tick", &["assessment.repair_decision_overdue"]),
            ("accepted", "extend", &["repair.extended"]),
            ("propagating, all lifted", "close", &["repair.done"]),
            ("accepted", "approve", APPROVED),
            ("accepted, day passed", "approve", APPROVED),
            ("accepted, overdue", "approve", APPROVED),
            ("accepted, extended", "approve", APPROVED),
            ("accepted", "refuse", REFUSED),
            ("accepted, day passed", "refuse", REFUSED),
            ("accepted, overdue", "refuse", REFUSED),
            ("accepted, extended", "refuse", REFUSED),
            ("returned", "apply", &["repair.applied"]),
            ("not accepted", "apply", &["repair.applied"]),
            ("refused", "apply", &["repair.applied"]),
        ],
        &[
            ("applied", "apply", EXISTS),
            ("applied, day passed", "apply", EXISTS),
            ("applied, all days passed", "apply", EXISTS),
            ("accepted", "apply", EXISTS),
            ("accepted, day passed", "apply", EXISTS),
            ("accepted, overdue", "apply", EXISTS),
            ("accepted, extended", "apply", EXISTS),
            ("accepted, extended", "extend", EXISTS),
        ],
    );
}

#[test]
fn only_timers_do_what_timers_do() {
    let mut world = black(Stage::Served);
    world.today = world.today.plus_days(10);
    let tick = Command::Tick { due: Due::Case(case_of(&world)) };
    for who in [kit::plugin(), kit::operator(), head(), party(organisation(1))] {
        assert_eq!(world.refused(&who, &tick), misfit(Misfit::Forbidden), "{who:?}");
    }
    world.must(&timer(), &tick);
}
