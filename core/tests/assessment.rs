//! The assessment of departments: its machine as a table, its guards, and that the counters say
//! what the log says.

use crate::kit;
use crate::kit::courses::{begun, make, moves, settle_some};
use crate::kit::later::{office_head, remedy};
use crate::kit::office::month;
use crate::kit::rules::{HEARING, JUSTICE, MARKET, OFFICE, STATUTE, TAX, day};
use crate::kit::steps::*;
use crate::kit::table::{Asked, EXISTS, compare};
use crate::kit::{
    Post, Who, World, authority, guard, machines, misfit, officer, organisation, party,
};
use proptest::prelude::*;
use shouxin_core::command::Command;
use shouxin_core::command::assessment::AssessmentCommand;
use shouxin_core::command::remedy::RemedyCommand;
use shouxin_core::decide::figures;
use shouxin_core::event::assessment::{AssessmentEvent, Figures};
use shouxin_core::event::calendar::Clock;
use shouxin_core::event::remedy::ReviewOf;
use shouxin_core::event::{CaseHook, Event, Finding, Target};
use shouxin_core::guard::{Ground, Guard, Misfit};
use shouxin_core::id::{AssessmentId, ObjectionId, Position};
use shouxin_core::limits::{OFFICE_TEXT_BYTES_MAX, RECTIFICATION_MONTHS_MAX, TALLY_ROWS_MAX};
use shouxin_core::path::Standing;
use shouxin_core::row::{Index, Key, Row};
use shouxin_core::rows::{Rows, Stop};
use shouxin_core::tally::{Counter, Counts, Month, Unit};
use shouxin_core::time::Day;

fn ask(command: AssessmentCommand) -> Command {
    Command::Assessment(command)
}

fn open(from: &str, to: &str) -> Command {
    ask(AssessmentCommand::Open { from: month(from), to: month(to) })
}

fn freeze(assessment: AssessmentId) -> Command {
    ask(AssessmentCommand::Freeze { assessment })
}

fn comment(assessment: AssessmentId) -> Command {
    ask(AssessmentCommand::Comment { assessment, comment: "系统切换所致".to_owned() })
}

fn finalise(assessment: AssessmentId) -> Command {
    ask(AssessmentCommand::Finalise {
        assessment,
        document_number: "尤信考〔2026〕1号".to_owned(),
        document_sha256: digest(40),
    })
}

fn order(assessment: AssessmentId, by: Day) -> Command {
    ask(AssessmentCommand::Order {
        assessment,
        department: TAX.to_owned(),
        reasons: "反馈逾期".to_owned(),
        by,
    })
}

fn rectify(assessment: AssessmentId) -> Command {
    ask(AssessmentCommand::Rectify {
        assessment,
        account: "已补报".to_owned(),
        document_sha256: digest(41),
    })
}

fn county(assessment: AssessmentId) -> Command {
    ask(AssessmentCommand::Report {
        assessment,
        document_number: "尤信报〔2026〕1号".to_owned(),
        document_sha256: digest(42),
    })
}

fn clerk() -> Who {
    officer(OFFICE, Post::Handler)
}

fn chief() -> Who {
    officer(OFFICE, Post::Head)
}

/// An assessment of the first quarter of 2026, opened on the first day after it.
fn opened() -> (World, AssessmentId) {
    let mut world = World::seeded();
    world.today = day("2026-04-01");
    let id = AssessmentId(world.must(&clerk(), &open("2026-01", "2026-03")));
    (world, id)
}

fn frozen() -> (World, AssessmentId) {
    let (mut world, id) = opened();
    world.must(&clerk(), &freeze(id));
    (world, id)
}

fn finalised() -> (World, AssessmentId) {
    let (mut world, id) = frozen();
    world.pass(10);
    world.must(&chief(), &finalise(id));
    (world, id)
}

fn state(world: &World, id: AssessmentId) -> &'static str {
    match world.row(&Key::Assessment(id)) {
        Some(Row::Assessment(row)) => row.state(),
        other => panic!("{other:?}"),
    }
}

/// Covers O71.
#[test]
fn an_assessment_knows_no_other_way() {
    let (opened, id) = opened();
    let (frozen, _) = frozen();
    let mut commented = frozen.clone();
    commented.must(&officer(TAX, Post::Colleague), &comment(id));
    let mut heard = frozen.clone();
    for department in [MARKET, TAX, JUSTICE, OFFICE] {
        heard.must(&officer(department, Post::Colleague), &comment(id));
    }
    let (finalised, _) = finalised();
    let mut ordered = finalised.clone();
    ordered.must(&clerk(), &order(id, day("2026-06-30")));
    let mut rectified = ordered.clone();
    rectified.must(&officer(TAX, Post::Handler), &rectify(id));
    let mut reported = rectified.clone();
    reported.must(&chief(), &county(id));
    let mut owing = ordered.clone();
    owing.must(&chief(), &county(id));
    let over = kit::later::later(&frozen, 10);
    let mut none = World::seeded();
    none.today = day("2026-04-01");
    let states = [
        ("none", none),
        ("opened", opened),
        ("metrics_frozen", frozen),
        ("metrics_frozen, period over", over),
        ("dept_commented", commented),
        ("dept_commented by all", heard),
        ("finalised", finalised),
        ("rectification_ordered", ordered),
        ("rectified", rectified),
        ("reported_to_county", reported),
        ("reported_to_county, order open", owing),
    ];
    for (name, world) in states.iter().skip(1) {
        assert!(name.starts_with(state(world, id)), "{name}");
    }
    let commands: [Asked<'_>; 7] = [
        ("open", clerk(), &|_| open("2026-01", "2026-03")),
        ("freeze", clerk(), &|_| freeze(id)),
        ("comment", officer(TAX, Post::Handler), &|_| comment(id)),
        ("finalise", chief(), &|_| finalise(id)),
        ("order", clerk(), &|world| order(id, world.today.plus_days(60))),
        ("rectify", officer(TAX, Post::Handler), &|_| rectify(id)),
        ("report", chief(), &|_| county(id)),
    ];
    const NOT_HEARD: Ground = Ground::Guard(Guard::Heard);
    const NONE_OWED: Ground = Ground::Guard(Guard::Competent);
    compare(
        &machines::ASSESSMENT,
        &states,
        &commands,
        &[
            ("none", "open", &["assessment.opened"]),
            ("opened", "freeze", &["assessment.metrics_frozen"]),
            ("metrics_frozen", "comment", &["assessment.commented"]),
            ("metrics_frozen, period over", "comment", &["assessment.commented"]),
            ("metrics_frozen, period over", "finalise", &["assessment.finalised"]),
            ("dept_commented by all", "finalise", &["assessment.finalised"]),
            ("finalised", "order", &["assessment.rectification_ordered"]),
            ("finalised", "report", &["assessment.reported_to_county"]),
            ("rectification_ordered", "rectify", &["assessment.rectified"]),
            ("rectification_ordered", "report", &["assessment.reported_to_county"]),
            ("rectified", "order", &["assessment.rectification_ordered"]),
            ("rectified", "report", &["assessment.reported_to_county"]),
            ("reported_to_county, order open", "rectify", &["assessment.rectified"]),
        ],
        &[
            ("*", "open", EXISTS),
            ("metrics_frozen", "finalise", NOT_HEARD),
            ("dept_commented", "comment", EXISTS),
            ("dept_commented", "finalise", NOT_HEARD),
            ("dept_commented by all", "comment", EXISTS),
            ("finalised", "rectify", NONE_OWED),
            ("rectification_ordered", "order", EXISTS),
            ("rectified", "rectify", NONE_OWED),
            ("reported_to_county", "rectify", NONE_OWED),
        ],
    );
}

#[test]
fn each_step_is_for_its_own_officer() {
    let (world, id) = opened();
    for who in [officer(TAX, Post::Handler), officer(MARKET, Post::Head)] {
        assert_eq!(world.refused(&who, &open("2026-01", "2026-03")), misfit(Misfit::Forbidden));
        assert_eq!(world.refused(&who, &freeze(id)), misfit(Misfit::Forbidden));
    }
    for who in [kit::timer(), kit::operator(), kit::plugin(), kit::party(organisation(1))] {
        assert_eq!(world.refused(&who, &freeze(id)), guard(Guard::Human), "{who:?}");
        assert_eq!(world.refused(&who, &comment(id)), guard(Guard::Human), "{who:?}");
    }
    let (mut world, id) = frozen();
    world.pass(10);
    assert_eq!(world.refused(&clerk(), &finalise(id)), guard(Guard::FourEyes));
    assert_eq!(world.refused(&officer(TAX, Post::Head), &finalise(id)), misfit(Misfit::Forbidden));
    let (world, id) = finalised();
    assert_eq!(world.refused(&clerk(), &county(id)), guard(Guard::FourEyes));
    assert_eq!(
        world.refused(&officer(MARKET, Post::Head), &order(id, day("2026-06-30"))),
        misfit(Misfit::Forbidden)
    );
}

#[test]
fn the_head_who_makes_the_figures_final_does_not_freeze_them() {
    let (world, id) = opened();
    assert_eq!(world.refused(&chief(), &freeze(id)), guard(Guard::FourEyes));
    assert!(world.ask(&clerk(), &freeze(id)).is_ok());
}

#[test]
fn a_period_is_over_before_it_is_frozen_and_bounded_before_it_is_opened() {
    let mut world = World::seeded();
    world.today = day("2026-03-31");
    let id = AssessmentId(world.must(&clerk(), &open("2026-01", "2026-03")));
    assert_eq!(world.refused(&clerk(), &freeze(id)), guard(Guard::End));
    world.today = day("2026-04-01");
    world.must(&clerk(), &freeze(id));
    let wrong = [("2026-03", "2026-02"), ("2024-01", "2026-01"), ("2026-05", "2026-06")];
    for (from, to) in wrong {
        assert_eq!(world.refused(&clerk(), &open(from, to)), misfit(Misfit::Value), "{from}");
    }
    world.must(&clerk(), &open("2024-02", "2026-01"));
}

#[test]
fn texts_are_there_are_bounded_and_name_nobody_by_number() {
    let (world, id) = frozen();
    let said = |text: String| ask(AssessmentCommand::Comment { assessment: id, comment: text });
    let who = officer(TAX, Post::Handler);
    assert_eq!(world.refused(&who, &said("  ".to_owned())), guard(Guard::Document));
    assert_eq!(world.refused(&who, &said("字".repeat(2000))), guard(Guard::Document));
    let number = (0..10)
        .map(|check| format!("35042619900101001{check}"))
        .find(|text| {
            shouxin_core::identifier::citizen_number::CitizenNumber::parse(text, world.today)
                .is_ok()
        })
        .unwrap_or_else(|| "35042619900101001X".to_owned());
    assert_eq!(world.refused(&who, &said(format!("见{number}一案"))), misfit(Misfit::Value));
    let (world, id) = finalised();
    for by in ["2026-04-11", "2027-05-01"] {
        assert_eq!(world.refused(&clerk(), &order(id, day(by))), guard(Guard::End), "{by}");
    }
}

fn counts(world: &World, unit: Unit, at: &str) -> Counts {
    match world.row(&Key::Tally { unit, month: month(at) }) {
        Some(Row::Tally(counts)) => counts.clone(),
        None => Counts::default(),
        other => panic!("{other:?}"),
    }
}

fn tax() -> Unit {
    Unit::Department(TAX.to_owned())
}

/// What is counted for the tax office over all months.
fn of_tax(world: &World, counter: Counter) -> u32 {
    let rows = world.rows.iter().filter_map(|(key, row)| match (key, row.as_ref()) {
        (Key::Tally { unit, .. }, Row::Tally(counts)) if *unit == tax() => {
            Some(counts.get(counter))
        }
        _ => None,
    });
    rows.sum()
}

/// The office refers what it accepted on the next working day; later, the timer says so once, and the
/// late referral counts for the office. Nothing of it touches the suspension. Covers O62, T02.
#[test]
fn an_objection_that_is_referred_late_counts_for_the_office() {
    for (days, overdue, late) in [(1, 0, 0), (12, 1, 1)] {
        let mut world = World::seeded();
        let listing = world.listing(&[], &[STATUTE], Stage::Effective);
        let filed = object(Target::Listing(listing), false);
        let objection = ObjectionId(world.must(&party(organisation(1)), &filed));
        world.must(&clerk(), &Command::AcceptObjection { objection });
        let said = world.pass(days);
        let told = said.iter().filter(|name| **name == "assessment.referral_overdue").count();
        assert_eq!(told, overdue, "after {days} days");
        assert_eq!(
            world.standing(|rows, on| rows.listing_standing(listing, on)),
            Standing::Suspended
        );
        let refer = Command::ReferObjection { objection, received_on: world.today };
        world.must(&clerk(), &refer);
        let at = world.today.ymd();
        let unit = Unit::Authority(authority(OFFICE));
        let counted = counts(&world, unit, &format!("{}-{:02}", at.0, at.1));
        assert_eq!(counted.get(Counter::ReferredLate), late, "after {days} days");
        assert!(!world.pass(30).contains(&"assessment.referral_overdue"));
    }
}

/// The office serves a result within three working days and decides a review within twenty: later, the
/// timer says so once, what is late counts for the office, and everything stays suspended until it
/// acts. Covers O64, T03.
#[test]
fn a_result_or_review_that_is_late_counts_for_the_office() {
    let late = |counter, said: &'static str, reviews: bool| {
        for (days, told) in [(3, 0), (60, 1)] {
            let mut world = World::seeded();
            let listing = world.listing(&[], &[STATUTE], Stage::Effective);
            let suspended = |world: &World| {
                world.standing(|rows, on| rows.listing_standing(listing, on)) == Standing::Suspended
            };
            let id = world.objection(organisation(1), Target::Listing(listing), false);
            world.must(&clerk(), &Command::AcceptObjection { objection: id });
            let refer = Command::ReferObjection { objection: id, received_on: world.today };
            world.must(&clerk(), &refer);
            world.must(&head(), &report(id, Finding::Correct));
            let of = ReviewOf::Objection(id);
            if reviews {
                let outcome = resolve(&world, id);
                world.must(&clerk(), &outcome);
                let asked = RemedyCommand::RequestReview {
                    of,
                    statement: text(),
                    evidence: vec![digest(31)],
                    new_facts: true,
                };
                world.must(&party(organisation(1)), &remedy(asked));
            }
            let marked = world.pass(days).into_iter().filter(|name| *name == said).count();
            assert_eq!((marked, suspended(&world)), (told, true), "{said} after {days} days");
            assert!(told == 0 || !world.clone().pass(1).contains(&said), "once");
            let decided = match reviews {
                false => resolve(&world, id),
                true => remedy(RemedyCommand::DecideReview {
                    of,
                    upheld: false,
                    reasons: text(),
                    service: served(world.today),
                }),
            };
            let who = if reviews { office_head() } else { clerk() };
            world.must(&who, &decided);
            assert!(!suspended(&world));
            let at = world.today.ymd();
            let unit = Unit::Authority(authority(OFFICE));
            let counted = counts(&world, unit, &format!("{}-{:02}", at.0, at.1));
            let told = u32::try_from(told).unwrap();
            assert_eq!(counted.get(counter), told, "{said} after {days} days");
            assert_eq!(world.replayed().rows, world.rows);
        }
    };
    late(Counter::ResolvedLate, "assessment.result_overdue", false);
    late(Counter::ReviewedLate, "assessment.review_overdue", true);
}

/// Covers T08, O71.
#[test]
fn what_is_late_is_counted_once_whether_or_not_the_timer_ran() {
    for timers in [true, false] {
        let mut world = World::seeded();
        let listing = world.listing(&[], &[STATUTE], Stage::Effective);
        let id = world.measure(listing, STATUTE, Progress::Dispatched);
        let late = |world: &mut World| match timers {
            true => drop(world.pass(30)),
            false => world.today = world.today.plus_days(30),
        };
        late(&mut world);
        assert_eq!(of_tax(&world, Counter::ResponseOverdue), u32::from(timers));
        for command in [
            Command::AcceptMeasure { measure: id },
            Command::ExecuteMeasure { measure: id },
            by_hand(id, CaseHook::Execute),
        ] {
            world.must(&implementer(), &command);
        }
        assert_eq!(of_tax(&world, Counter::ResponseOverdue), 1);
        assert_eq!(of_tax(&world, Counter::RespondedLate), 1);
        assert_eq!(of_tax(&world, Counter::RespondedOnTime), 0);
        late(&mut world);
        assert_eq!(of_tax(&world, Counter::FeedbackOverdue), u32::from(timers));
        world.must(&implementer(), &feedback(id));
        assert_eq!(of_tax(&world, Counter::FeedbackOverdue), 1);
        assert_eq!(of_tax(&world, Counter::FedBackLate), 1);
        assert_eq!(of_tax(&world, Counter::FedBackOnTime), 0);
    }
}

#[test]
fn a_lift_is_late_three_working_days_after_the_end() {
    for (days, late) in [(1, 0), (5, 1)] {
        let mut world = World::seeded();
        let listing = world.listing(&[], &[STATUTE], Stage::Effective);
        let id = world.measure(listing, STATUTE, Progress::FedBack);
        let objection = world.objection(organisation(1), Target::Measure(id), false);
        world.outcome(objection, Finding::Error);
        world.pass(days);
        world.must(&implementer(), &by_hand(id, CaseHook::Lift));
        assert_eq!(of_tax(&world, Counter::Lifted), 1);
        assert_eq!(of_tax(&world, Counter::LiftedLate), late, "{days} days");
        world.must(&implementer(), &feedback(id));
        assert_eq!(of_tax(&world, Counter::FedBackOnTime), 2);
    }
}

#[test]
fn penalties_that_came_late_are_counted() {
    let mut world = World::seeded();
    let from = world.log.len();
    let mut late = record(organisation(1), "一号");
    late.document_date = world.today.plus_days(-40);
    let mut fresh = record(organisation(1), "二号");
    fresh.document_date = world.today.plus_days(-3);
    fresh.notified = Some(served(world.today.plus_days(-3)));
    late.notified = Some(served(world.today.plus_days(-39)));
    world.must(&handler(), &Command::SubmitRecords { records: vec![late.clone(), late, fresh] });
    let names: Vec<&str> = world.log[from..].iter().map(|own| own.event.name()).collect();
    let each = ["record.accepted", "publicity.filed"];
    assert_eq!(names, [each, each].concat());
    let own = counts(&world, Unit::Authority(kit::authority(MARKET)), "2026-03");
    assert_eq!(own.get(Counter::RecordsProvided), 2);
    assert_eq!(own.get(Counter::ToBePublicised), 2);
    assert_eq!(own.get(Counter::PublicisedLate), 1);
}

#[test]
fn frozen_figures_add_up_codes_and_months_and_later_events_leave_them_alone() {
    let mut world = World::seeded();
    let listing = world.listing(&[], &[STATUTE, HEARING], Stage::Effective);
    world.measure(listing, STATUTE, Progress::FedBack);
    world.today = day("2026-04-02");
    world.measure(listing, HEARING, Progress::Dispatched);
    let id = AssessmentId(world.must(&clerk(), &open("2026-03", "2026-04")));
    world.today = day("2026-05-06");
    let at = world.must(&clerk(), &freeze(id));
    let figures =
        |world: &World, at: Position| match &world.log[usize::try_from(at.sequence).unwrap()].event
        {
            Event::Assessment(AssessmentEvent::MetricsFrozen { figures, .. }) => figures.clone(),
            other => panic!("{other:?}"),
        };
    let frozen: Vec<Figures> = figures(&world, at);
    let of = |code: &str| frozen.iter().find(|own| own.department == code).unwrap().counts.clone();
    assert_eq!(frozen.len(), 4);
    assert_eq!(of(TAX).get(Counter::Dispatched), 2);
    assert_eq!(of(TAX).get(Counter::FedBackOnTime), 1);
    // What an authority did is found under its department's code too.
    assert_eq!(of(MARKET).get(Counter::CasesDecidedOnTime), 1);
    assert_eq!(of(JUSTICE), Counts::default());
    // The one department without a liaison has none in its figures.
    assert_eq!(of(TAX).get(Counter::LiaisonOnFile), 1);
    let row = |world: &World| match world.row(&Key::Assessment(id)) {
        Some(Row::Assessment(row)) => row.frozen.clone().unwrap().figures,
        other => panic!("{other:?}"),
    };
    assert_eq!(row(&world), frozen);
    let later = world.listing(&[], &[STATUTE], Stage::Effective);
    world.measure(later, STATUTE, Progress::Dispatched);
    assert_eq!(row(&world), frozen);
    assert_eq!(world.refused(&clerk(), &freeze(id)), misfit(Misfit::State));
}

/// The sums that the log must give, by event name alone.
fn recounted(world: &World, name: &str, month: Month) -> u32 {
    let same = world
        .log
        .iter()
        .filter(|own| own.event.name() == name && Month::of(own.legal_date) == month);
    u32::try_from(same.count()).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    #[test]
    fn the_counters_say_what_the_log_says(at in any::<u8>(), moves in moves()) {
        let mut world = begun(at);
        for it in moves {
            make(&mut world, it);
            settle_some(&mut world, it);
        }
        let months: std::collections::BTreeSet<Month> =
            world.log.iter().map(|own| Month::of(own.legal_date)).collect();
        for month in months {
            let mut all = Counts::default();
            for (key, row) in &world.rows {
                if let (Key::Tally { month: own, .. }, Row::Tally(counts)) = (key, row.as_ref())
                    && *own == month
                {
                    all.add_all(counts);
                }
            }
            let sum = |counters: &[Counter]| counters.iter().map(|own| all.get(*own)).sum::<u32>();
            let log = |names: &[&str]| {
                names.iter().map(|name| recounted(&world, name, month)).sum::<u32>()
            };
            use Counter as C;
            prop_assert_eq!(sum(&[C::Dispatched]), log(&["measure.dispatched"]));
            prop_assert_eq!(
                sum(&[C::RespondedOnTime, C::RespondedLate]),
                log(&["measure.accepted", "measure.declined"])
            );
            prop_assert!(sum(&[C::ResponseOverdue]) >= log(&["measure.response_overdue"]));
            prop_assert_eq!(sum(&[C::Executed]), log(&["measure.executed"]));
            prop_assert_eq!(sum(&[C::FedBackOnTime, C::FedBackLate]), log(&["feedback.filed"]));
            // What was forwarded is lifted by its recall.
            let lifted = log(&["measure.lifted", "measure.forward_recalled"]);
            prop_assert_eq!(sum(&[C::Lifted]), lifted);
            prop_assert_eq!(sum(&[C::LiftedLate]), log(&["assessment.lift_late"]));
            prop_assert_eq!(sum(&[C::LiftOverdue]), log(&["measure.lift_overdue"]));
            prop_assert_eq!(sum(&[C::ObjectionsReferred]), log(&["objection.referred"]));
            prop_assert_eq!(
                sum(&[C::VerifiedOnTime, C::VerifiedLate]),
                log(&["verification.reported"])
            );
            prop_assert_eq!(
                sum(&[C::ObjectionsUpheld, C::ObjectionsRejected]),
                log(&["objection.resolved"])
            );
            prop_assert_eq!(sum(&[C::RedressOpened]), log(&["redress.opened"]));
            prop_assert_eq!(
                sum(&[C::RepairsDecidedOnTime, C::RepairsDecidedLate]),
                log(&["repair.approved", "repair.refused"])
            );
            prop_assert_eq!(
                sum(&[C::CasesDecidedOnTime, C::CasesDecidedLate]),
                log(&["listing.decided", "listing.not_decided"])
            );
            prop_assert_eq!(sum(&[C::RecordsProvided]), log(&["record.accepted"]));
        }
    }
}

/// Everybody speaks for their own department, once; another's words are none of theirs.
#[test]
fn a_department_comments_and_is_ordered_once_whatever_others_do() {
    let (mut frozen, id) = frozen();
    frozen.must(&officer(TAX, Post::Colleague), &comment(id));
    frozen.must(&officer(MARKET, Post::Colleague), &comment(id));
    let again = frozen.refused(&officer(TAX, Post::Handler), &comment(id));
    assert_eq!(again, misfit(Misfit::Exists));
    let (mut world, id) = finalised();
    let by = day("2026-06-30");
    world.must(&clerk(), &order(id, by));
    assert_eq!(world.refused(&clerk(), &order(id, by)), misfit(Misfit::Exists));
    let other = ask(AssessmentCommand::Order {
        assessment: id,
        department: MARKET.to_owned(),
        reasons: "反馈逾期".to_owned(),
        by,
    });
    world.must(&clerk(), &other);
}

#[test]
fn the_last_day_month_and_byte_that_are_taken() {
    let mut world = World::seeded();
    world.today = day("2026-04-01");
    world.must(&clerk(), &open("2026-04", "2026-04"));
    assert_eq!(world.refused(&clerk(), &open("2026-05", "2026-05")), misfit(Misfit::Value));
    let (world, id) = finalised();
    let latest = world.today.plus_months(RECTIFICATION_MONTHS_MAX);
    assert_eq!(world.refused(&clerk(), &order(id, latest.plus_days(1))), guard(Guard::End));
    assert!(world.ask(&clerk(), &order(id, latest)).is_ok());
    let (frozen, id) = frozen();
    let said = |bytes: usize| {
        let comment = "a".repeat(bytes);
        frozen.ask(
            &officer(TAX, Post::Handler),
            &ask(AssessmentCommand::Comment { assessment: id, comment }),
        )
    };
    assert!(said(OFFICE_TEXT_BYTES_MAX).is_ok());
    assert!(said(OFFICE_TEXT_BYTES_MAX + 1).is_err());
}

#[test]
fn what_makes_an_assessment_final_has_a_number_and_a_digest() {
    let (mut world, id) = frozen();
    world.pass(10);
    for (number, sha) in [("", digest(40)), ("尤信考〔2026〕1号", [0; 32])] {
        let bare = ask(AssessmentCommand::Finalise {
            assessment: id,
            document_number: number.to_owned(),
            document_sha256: sha,
        });
        assert_eq!(world.refused(&chief(), &bare), guard(Guard::Document), "{number}");
    }
}

/// A department whose figures are not among the frozen ones comments on nothing and is ordered
/// nothing.
#[test]
fn only_what_was_assessed_comments_and_is_put_right() {
    let (mut world, id) = frozen();
    if let Some(row) = world.rows.get_mut(&Key::Assessment(id))
        && let Row::Assessment(own) = std::sync::Arc::make_mut(row)
        && let Some(frozen) = &mut own.frozen
    {
        frozen.figures.retain(|own| own.department != TAX);
    }
    let tax = officer(TAX, Post::Handler);
    assert_eq!(world.refused(&tax, &comment(id)), guard(Guard::Competent));
    world.pass(10);
    world.must(&chief(), &finalise(id));
    let order_to_tax = order(id, day("2026-06-30"));
    assert_eq!(world.refused(&clerk(), &order_to_tax), misfit(Misfit::Value));
}

/// A report reads a bounded number of counters, the bound included.
#[test]
fn the_figures_of_more_departments_and_months_than_the_bound_are_refused() {
    let of = |departments: usize| {
        let mut rules = kit::rules::rules().clone();
        let one = rules.departments[0].clone();
        rules.departments = vec![one; departments];
        let (from, to) = (month("2026-01"), month("2027-04"));
        figures(&Rows::new(), &rules, from, to)
    };
    // Sixteen months, two counters a month and department.
    let most = TALLY_ROWS_MAX / 32;
    assert_eq!(most * 32, TALLY_ROWS_MAX);
    assert!(matches!(of(most), Err(Stop::Need(_))));
    for over in [most + 1, most + 2] {
        let refusal = of(over);
        assert!(matches!(refusal, Err(Stop::Refuse(own)) if own.ground == misfit(Misfit::Limit)));
    }
}

/// Until they are final the departments have their days for comments, which a newer calendar counts
/// anew.
#[test]
fn the_days_for_comments_run_until_the_figures_are_final() {
    let runs = |(world, id): (World, AssessmentId)| {
        world.index.contains(&Index::Provisional(Clock::Comment(id)))
    };
    assert!(!runs(opened()) && runs(frozen()) && !runs(finalised()));
}
