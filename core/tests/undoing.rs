//! What somebody has to undo is undone: also where an execution was given up that may have reached
//! the department, and where a higher authority was asked for the measure (INV-6).

use crate::kit::rules::{HIGHER, STATUTE, TAX, cite, day};
use crate::kit::steps::*;
use crate::kit::{World, guard, operator, organisation, plugin, timer};
use shouxin_core::command::Command;
use shouxin_core::command::listing::ListingCommand;
use shouxin_core::command::measure::MeasureCommand;
use shouxin_core::decide::{is_ready, owed_hook, owes_an_end};
use shouxin_core::event::{CallFault, CaseHook, CaseRef, Finding, Target};
use shouxin_core::guard::Guard;
use shouxin_core::id::{ListingId, MeasureId};
use shouxin_core::row::{Closing, Due, Index, Key, LIFT_OVERDUE, MeasureState, Row};
use shouxin_core::tally::{Counter, Unit};

fn look(measure: MeasureId) -> Command {
    Command::Tick { due: Due::Measure(measure) }
}

fn revoke(world: &World, listing: ListingId) -> Command {
    Command::Listing(ListingCommand::Revoke {
        case: CaseRef::Listing(listing),
        document_number: "尤市监撤〔2026〕2号".to_owned(),
        document_sha256: digest(39),
        reasons: text(),
        service: served(world.today),
    })
}

fn failed(world: &World, measure: MeasureId) -> Command {
    Command::PluginFailed {
        measure,
        hook: CaseHook::Execute,
        order: world.order(measure),
        fault: CallFault::Deadline,
        detail: text(),
        attempt: 3,
        final_attempt: true,
    }
}

/// A measure whose plugin gave it up, and its listing.
fn given_up() -> (World, ListingId, MeasureId) {
    let mut world = World::seeded();
    world.must(&operator(), &deploy());
    let listing = world.listing(&[], &[STATUTE], Stage::Effective);
    let measure = world.measure(listing, STATUTE, Progress::Executing);
    let gone = failed(&world, measure);
    world.must(&plugin(), &gone);
    (world, listing, measure)
}

/// A measure that a higher authority was asked for, and its listing.
fn forwarded() -> (World, ListingId, MeasureId) {
    let mut world = World::seeded();
    let listing = world.listing(&[], &[HIGHER], Stage::Effective);
    let forward = MeasureCommand::Forward {
        listing,
        attribution: None,
        measure: HIGHER.to_owned(),
        department: TAX.to_owned(),
        to: "福建省地方金融监督管理局".to_owned(),
        basis: vec![cite("law")],
        reasons: text(),
        until: day("2027-03-01"),
        court_document: None,
        document_sha256: digest(40),
        service: served(world.today),
        notice: Some(subject_notice(world.today)),
    };
    let measure = MeasureId(world.must(&handler(), &Command::Measure(forward)));
    (world, listing, measure)
}

fn recall(world: &World, measure: MeasureId) -> Command {
    Command::Measure(MeasureCommand::RecallForward {
        measure,
        document_sha256: digest(42),
        service: served(world.today),
    })
}

fn tell(world: &World, measure: MeasureId, suspended: bool) -> Command {
    Command::Measure(MeasureCommand::TellForward {
        measure,
        suspended,
        document_sha256: digest(43),
        service: served(world.today),
    })
}

fn names(world: &World, of: &str) -> usize {
    world.log.iter().filter(|own| own.event.name() == of).count()
}

fn late_of(world: &World, of: &Unit) -> u32 {
    let counts = world.rows.iter().filter_map(|(key, row)| match (key, row.as_ref()) {
        (Key::Tally { unit, .. }, Row::Tally(counts)) if unit == of => {
            Some(counts.get(Counter::LiftedLate))
        }
        _ => None,
    });
    counts.sum()
}

fn on_list(world: &World, measure: MeasureId, list: &str) -> bool {
    world
        .index
        .iter()
        .any(|own| matches!(own, Index::Worklist(_, state, id) if *id == measure && *state == list))
}

/// An execution that failed may have reached the department: when its listing ends, a lift is owed
/// by its day like any other, the plugin is called for it, and what waits for it waits. Covers INV-6.
#[test]
fn what_was_given_up_is_lifted_like_what_was_executed() {
    let (mut world, listing, measure) = given_up();
    assert_eq!(world.listing_row(listing).unlifted, 1);
    let standing = |world: &World| world.standing(|rows, on| rows.measure_standing(measure, on));
    let owed = |world: &World| owed_hook(world.measure_row(measure), standing(world));
    assert_eq!(owed(&world), None, "nobody executes it before an officer orders it anew");
    let order = world.measure_row(measure).order_to_undo().expect("the last one").at;
    let ended = revoke(&world, listing);
    world.must(&head(), &ended);
    assert_eq!(world.run(&timer(), &look(measure)).unwrap(), ["measure.lift_required"]);
    assert_eq!(owed(&world), Some(CaseHook::Lift));
    let mut late = world.clone();
    assert!(late.pass(30).contains(&"measure.lift_overdue"));
    assert!(on_list(&late, measure, LIFT_OVERDUE));
    // By the plugin, or by an officer who finds that it had no effect, late or not.
    let said = late.run(&plugin(), &plugin_done(measure, CaseHook::Lift, order)).unwrap();
    assert!(said.contains(&"measure.lifted") && said.contains(&"assessment.lift_late"), "{said:?}");
    let mut looked = world.clone();
    looked.pass(30);
    let said = looked.run(&implementer(), &by_hand(measure, CaseHook::Lift)).unwrap();
    assert_eq!(said, ["measure.closed", "assessment.lift_late"]);
    world.must(&plugin(), &plugin_done(measure, CaseHook::Lift, order));
    for world in [world, late, looked] {
        assert_eq!(world.listing_row(listing).unlifted, 0);
        let row = world.measure_row(measure);
        assert_eq!((row.lift, row.order_to_undo()), (None, None));
        assert_eq!(owed(&world), None);
        assert!(!on_list(&world, measure, LIFT_OVERDUE));
        assert_eq!(world.replayed().rows, world.rows);
    }
}

/// Its own end date calls for the lift too.
#[test]
fn what_was_given_up_is_lifted_at_its_own_end_date() {
    let (mut world, _, measure) = given_up();
    let said = world.go_to(world.measure_row(measure).until.plus_days(1));
    assert!(said.contains(&"measure.expired") && said.contains(&"measure.lift_required"));
    let walk =
        |key: &Key| matches!(key, Key::Walk { root: Target::Measure(id), .. } if *id == measure);
    assert!(world.rows.keys().any(walk), "its plugin is called by a walk");
}

/// An objection that was right closes when what was given up, or forwarded, is undone, not before.
#[test]
fn an_objection_waits_for_what_was_given_up_and_for_what_was_forwarded() {
    for (case, (mut world, listing, measure)) in [given_up(), forwarded()].into_iter().enumerate() {
        for target in [Target::Listing(listing), Target::Measure(measure)] {
            let mut world = world.clone();
            let id = world.objection(organisation(1), target, false);
            world.outcome(id, Finding::Error);
            let ready =
                |world: &World| world.read(|rows, _| is_ready(rows, Closing::Objection(id)));
            assert!(!ready(&world), "{case} {target:?}");
            world.must(&timer(), &look(measure));
            let undo = match case {
                0 => (implementer(), by_hand(measure, CaseHook::Lift)),
                _ => (handler(), recall(&world, measure)),
            };
            world.must(&undo.0, &undo.1);
            assert!(ready(&world), "{case} {target:?}");
        }
        world.today = world.today.plus_days(1);
    }
}

/// A recall is owed within three working days, and that it is overdue is said once, in the subject's
/// file. Covers INV-6.
#[test]
fn a_recall_is_owed_by_its_day_and_overdue_behind_it() {
    for by_date in [true, false] {
        let (mut world, listing, measure) = forwarded();
        let said = match by_date {
            true => world.go_to(world.measure_row(measure).until.plus_days(1)),
            false => {
                let ended = revoke(&world, listing);
                world.must(&head(), &ended);
                assert!(world.rows.keys().any(|key| matches!(key, Key::Walk { .. })));
                world.run(&timer(), &look(measure)).unwrap()
            }
        };
        assert!(said.contains(&"measure.lift_required"), "{said:?}");
        assert!(world.run(&timer(), &look(measure)).unwrap().is_empty(), "it is said once");
        let due = world.measure_row(measure).lift.expect("by its day").by;
        assert_eq!((due.from, due.working_days), (world.today, 3));
        let elsewhere = world.refused(&implementer(), &recall(&world, measure));
        assert_eq!(elsewhere, guard(Guard::Competent), "who asked for it takes it back");
        let mut in_time = world.clone();
        in_time.must(&handler(), &recall(&world, measure));
        in_time.pass(30);
        assert_eq!(names(&in_time, "measure.lift_overdue"), 0);
        assert_eq!(names(&in_time, "assessment.lift_late"), 0);
        assert!(!world.go_to(due.day).contains(&"measure.lift_overdue"), "its last day counts");
        world.pass(20);
        assert_eq!(names(&world, "measure.lift_overdue"), 1);
        let own = world.log.iter().rfind(|own| own.event.name() == "measure.lift_overdue").unwrap();
        assert_eq!(own.subject, Some(organisation(1)), "the subject sees it");
        assert!(on_list(&world, measure, LIFT_OVERDUE));
        let said = world.run(&handler(), &recall(&world, measure)).unwrap();
        assert_eq!(said, ["measure.forward_recalled", "assessment.lift_late"]);
        let by = world.measure_row(measure).initiated_by.authority;
        assert_eq!(late_of(&world, &Unit::Authority(by)), 1, "who recalls answers");
        assert!(!on_list(&world, measure, LIFT_OVERDUE));
        assert_eq!(world.listing_row(listing).unlifted, 0);
        assert_eq!(world.replayed().rows, world.rows);
    }
}

/// While an objection is verified the higher authority is told so by a day, and told when the
/// measure has effect again (O64, INV-13).
#[test]
fn a_higher_authority_is_told_of_a_suspension_and_of_its_end() {
    let (mut world, listing, measure) = forwarded();
    assert!(world.run(&timer(), &look(measure)).unwrap().is_empty());
    let id = world.objection(organisation(1), Target::Listing(listing), false);
    assert!(world.rows.keys().any(|key| matches!(key, Key::Walk { .. })), "a walk finds it");
    assert_eq!(world.run(&timer(), &look(measure)).unwrap(), ["measure.forward_telling_required"]);
    assert!(world.run(&timer(), &look(measure)).unwrap().is_empty(), "it is said once");
    let due = world.measure_row(measure).telling.expect("by its day").owed.by;
    let mut late = world.clone();
    late.go_to(due.day.plus_days(20));
    assert_eq!(names(&late, "measure.forward_telling_overdue"), 1, "said once");
    assert!(late.index.iter().all(|own| !matches!(own, Index::Due(day, Due::Measure(id)) if *id == measure && *day <= late.today)));
    world.must(&handler(), &tell(&world, measure, true));
    let said = world.clone().pass(6);
    assert!(said.iter().all(|name| !name.starts_with("measure.forward")), "it was told");
    world.outcome(id, Finding::Correct);
    assert_eq!(world.run(&timer(), &look(measure)).unwrap(), ["measure.forward_telling_required"]);
    world.must(&handler(), &tell(&world, measure, false));
    assert_eq!(world.measure_row(measure).telling, None);
    assert!(world.run(&timer(), &look(measure)).unwrap().is_empty());
    assert!(matches!(world.measure_row(measure).state, MeasureState::Forwarded { .. }));
    assert_eq!(world.replayed().rows, world.rows);
}

/// An end that comes while something was to be told is told by the recall alone.
#[test]
fn what_has_ended_is_recalled_and_not_told_of() {
    let (mut world, listing, measure) = forwarded();
    let id = world.objection(organisation(1), Target::Listing(listing), false);
    world.must(&timer(), &look(measure));
    world.outcome(id, Finding::Error);
    assert_eq!(world.run(&timer(), &look(measure)).unwrap(), ["measure.lift_required"]);
    assert_eq!(world.measure_row(measure).telling, None);
    assert!(world.ask(&handler(), &tell(&world, measure, true)).is_err());
}

/// One rule says what a timer has to say of the measures of a family: of an end once, whether somebody
/// was ordered to execute it or not, and of a suspension that a higher authority is to be told of.
#[test]
fn what_a_timer_has_to_say_is_found_by_one_rule_and_said_once() {
    let owes = |world: &World, id| world.read(|rows, on| owes_an_end(rows, id, on));
    for progress in [Progress::Noticed, Progress::Executed] {
        let mut world = World::seeded();
        let listing = world.listing(&[], &[STATUTE], Stage::Effective);
        let measure = world.measure(listing, STATUTE, progress);
        assert!(!owes(&world, measure), "{progress:?}");
        let ended = revoke(&world, listing);
        world.must(&head(), &ended);
        assert!(owes(&world, measure), "{progress:?}");
        world.must(&timer(), &look(measure));
        assert!(!owes(&world, measure), "{progress:?}");
    }
    let (mut world, listing, measure) = forwarded();
    assert!(!owes(&world, measure));
    world.objection(organisation(1), Target::Listing(listing), false);
    assert!(owes(&world, measure), "it is suspended");
    world.must(&timer(), &look(measure));
    assert!(!owes(&world, measure));
}
