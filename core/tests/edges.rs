//! The edges of each check: the last value that is taken and the first that is not, and each of
//! several conditions by itself. A check that loses one of them is met by a test of this file.

/// The command with other values in some of its fields.
macro_rules! with {
    ($command:expr, $variant:ident, $($field:ident = $value:expr),+) => {{
        let mut command: Command = $command.clone();
        match &mut command {
            Command::$variant { $($field,)+ .. } => { $(*$field = $value;)+ }
            other => panic!("not a {}: {other:?}", stringify!($variant)),
        }
        command
    }};
}

mod disputes;
mod records;
mod refusals;
mod register;
mod remedies;

use std::sync::Arc;

use crate::kit::rules::{HEARING, STATUTE};
use crate::kit::steps::*;
use crate::kit::table::STATE;
use crate::kit::{Who, World, guard, misfit, organisation, party, person, timer};
use shouxin_core::command::Command;
use shouxin_core::event::{CaseRef, NamedMeasure};
use shouxin_core::guard::{Ground, Guard, Misfit};
use shouxin_core::id::{ListingId, RecordId};
use shouxin_core::limits::{
    FACTS_MAX, MARKS_PER_SUBJECT_MAX, MEASURES_PER_DECISION_MAX, POINTS_MAX,
    RECORDS_PER_LISTING_MAX,
};
use shouxin_core::row::{Due, Key, ListingKind, Row};
use shouxin_core::text::FactDocument;
use shouxin_core::time::Day;

#[track_caller]
fn taken(world: &World, who: &Who, command: &Command) {
    if let Err(refusal) = world.ask(who, command) {
        panic!("refused: {refusal:?}");
    }
}

#[track_caller]
fn refused(world: &World, who: &Who, command: &Command, ground: Ground) {
    assert_eq!(world.refused(who, command), ground);
}

fn tomorrow(world: &World) -> Day {
    world.today.plus_days(1)
}

#[test]
fn a_fact_is_one_to_eight_documents_each_whole_and_not_of_tomorrow() {
    let world = World::seeded();
    let right = propose(organisation(1), &[]);
    let about = organisation(1);
    let of = |documents: Vec<FactDocument>| with!(right, ProposeListing, facts = documents);
    let no_fact = guard(Guard::Fact);
    refused(&world, &handler(), &of(Vec::new()), no_fact);
    taken(&world, &handler(), &of(vec![fact(about); FACTS_MAX]));
    refused(&world, &handler(), &of(vec![fact(about); FACTS_MAX + 1]), no_fact);
    taken(&world, &handler(), &of(vec![FactDocument { date: world.today, ..fact(about) }]));
    for spoiled in [
        FactDocument { number: String::new(), ..fact(about) },
        FactDocument { issuer: String::new(), ..fact(about) },
        FactDocument { sha256: [0; 32], ..fact(about) },
        FactDocument { date: tomorrow(&world), ..fact(about) },
    ] {
        refused(&world, &handler(), &of(vec![spoiled]), no_fact);
    }
}

#[test]
fn a_notice_names_as_many_measures_as_the_bound_and_offers_a_hearing_where_one_is_due() {
    let mut world = World::seeded();
    let case = CaseRef::Listing(world.listing(&[], &[], Stage::Proposed));
    let right = notice(&world, case, &[]);
    let of = |measure: &str, count: usize| {
        with!(right, ServeNotice, measures = vec![named(measure); count])
    };
    // As many departments may implement one measure, each by itself.
    let implementer = |serial: usize| format!("department-{serial}");
    let mut many = world.clone();
    let mut rules = (*many.rules).clone();
    let entry = rules.measures.iter_mut().find(|own| own.id == STATUTE).expect("it is there");
    entry.implementers = (0..=MEASURES_PER_DECISION_MAX).map(implementer).collect();
    many.rules = Arc::new(rules);
    let by = |count: usize| {
        let each = |serial| NamedMeasure { department: implementer(serial), ..named(STATUTE) };
        with!(right, ServeNotice, measures = (0..count).map(each).collect())
    };
    taken(&many, &handler(), &by(MEASURES_PER_DECISION_MAX));
    refused(&many, &handler(), &by(MEASURES_PER_DECISION_MAX + 1), misfit(Misfit::Limit));
    let plain = with!(of(STATUTE, 1), ServeNotice, hearing_offered = false);
    taken(&world, &handler(), &plain);
    let due = with!(of(HEARING, 1), ServeNotice, hearing_offered = false);
    refused(&world, &handler(), &due, guard(Guard::Notice));
}

#[test]
fn a_subject_has_room_for_so_many_marks() {
    let mut world = World::seeded();
    for _ in 0..MARKS_PER_SUBJECT_MAX {
        taken(&world, &handler(), &propose(organisation(1), &[]));
        world.listing(&[], &[], Stage::Served);
    }
    // All of them take effect on one day.
    world.pass(7);
    assert_eq!(world.marks(organisation(1)).len(), MARKS_PER_SUBJECT_MAX);
    refused(&world, &handler(), &propose(organisation(1), &[]), misfit(Misfit::Limit));
}

#[test]
fn a_listing_rests_on_as_many_records_as_the_bound() {
    let mut world = World::seeded();
    let records: Vec<RecordId> = (0..=RECORDS_PER_LISTING_MAX)
        .map(|serial| {
            let number = format!("尤市监罚〔2026〕7{serial:02}号");
            RecordId(world.must(&handler(), &submit(organisation(1), &number)))
        })
        .collect();
    let most = &records[..RECORDS_PER_LISTING_MAX];
    taken(&world, &handler(), &propose(organisation(1), most));
    refused(&world, &handler(), &propose(organisation(1), &records), misfit(Misfit::Limit));
}

#[test]
fn a_person_answers_for_an_organisation_and_for_no_other_person() {
    let mut world = World::seeded();
    let listing = world.listing(&[], &[STATUTE], Stage::Effective);
    taken(&world, &handler(), &attribute(listing, person(1)));
    let value = misfit(Misfit::Value);
    refused(&world, &handler(), &attribute(listing, organisation(2)), value);
    let own = ListingId(world.must(&handler(), &propose(person(1), &[])));
    world.advance(CaseRef::Listing(own), &[STATUTE], Stage::Effective);
    refused(&world, &handler(), &attribute(own, person(2)), value);
}

#[test]
fn a_statement_has_one_to_so_many_points_and_comes_within_its_period() {
    let mut world = World::seeded();
    let case = CaseRef::Listing(world.listing(&[], &[], Stage::Noticed));
    let subject = party(organisation(1));
    let right = statement(&world, case, false);
    let of = |count: usize| with!(right, ReceiveStatement, points = vec![text(); count]);
    let value = misfit(Misfit::Value);
    refused(&world, &subject, &of(0), value);
    taken(&world, &subject, &of(1));
    taken(&world, &subject, &of(POINTS_MAX));
    refused(&world, &subject, &of(POINTS_MAX + 1), value);
    let on = |day| with!(right, ReceiveStatement, received_on = day);
    refused(&world, &subject, &on(tomorrow(&world)), value);
    refused(&world, &subject, &on(world.today.plus_days(-1)), value);
    let told = world.today;
    let last = world.rules.calendar.after(told, 5).day;
    world.go_to(last);
    taken(&world, &subject, &on(last));
    taken(&world, &subject, &on(told));
    // What came in time is taken down later, as long as silence has not been recorded.
    world.today = last.plus_days(1);
    taken(&world, &handler(), &on(last));
    refused(&world, &handler(), &on(last.plus_days(1)), STATE);
}

#[test]
fn a_hearing_is_held_once_with_a_record_and_not_by_the_party() {
    let mut world = World::seeded();
    let case = CaseRef::Listing(world.listing(&[], &[], Stage::Noticed));
    let asked = statement(&world, case, true);
    world.must(&party(organisation(1)), &asked);
    let right = hearing(case);
    taken(&world, &colleague(), &right);
    refused(&world, &party(organisation(1)), &right, STATE);
    let unrecorded = with!(right, HoldHearing, record_sha256 = [0; 32]);
    refused(&world, &colleague(), &unrecorded, STATE);
    world.must(&colleague(), &right);
    refused(&world, &colleague(), &right, STATE);
}

#[test]
fn a_decision_ends_after_today_and_starts_before_its_end() {
    let mut world = World::seeded();
    let id = world.listing(&[], &[], Stage::Heard);
    let case = CaseRef::Listing(id);
    let right = decision(case, 2, &[]);
    let until = |day| with!(right, DecideCase, end = day);
    refused(&world, &head(), &until(world.today), guard(Guard::End));
    let cap = latest(&world, id);
    taken(&world, &head(), &until(cap));
    refused(&world, &head(), &until(cap.plus_days(1)), guard(Guard::End));
    // Served today it starts behind the standstill; that may be its last day, and no later.
    let standstill = world.rules.pack(world.today).standstill_wd;
    let start = world.rules.calendar.after(world.today, standstill).day.plus_days(1);
    for (end, fits) in [(start, true), (start.plus_days(-1), false)] {
        let mut decided = world.clone();
        decided.must(&head(), &until(end));
        let served = serve(&decided, case);
        match fits {
            true => taken(&decided, &handler(), &served),
            false => refused(&decided, &handler(), &served, guard(Guard::End)),
        }
    }
}

/// The latest end that the behaviour's months and the proposal's cap allow a decision of today.
fn latest(world: &World, id: ListingId) -> Day {
    let ListingKind::Black { case, behaviour, .. } = &world.listing_row(id).kind else {
        panic!("not a black listing");
    };
    let months = world.rules.behaviour(behaviour).expect("a behaviour").period_months.1;
    case.cap
        .min(world.today.plus_months(months.min(world.rules.pack(world.today).black_cap_months)))
}

#[test]
fn a_measure_ends_today_or_later_and_never_behind_its_listing_or_its_months() {
    let mut world = World::seeded();
    let listing = world.listing(&[], &[STATUTE], Stage::Effective);
    let until = |day| with!(initiate(listing, None, STATUTE), InitiateMeasure, until = day);
    let months = world.rules.measure(STATUTE).expect("the measure").max_months;
    let cap = end().min(world.today.plus_months(months));
    taken(&world, &handler(), &until(world.today));
    taken(&world, &handler(), &until(cap));
    let end = guard(Guard::End);
    refused(&world, &handler(), &until(world.today.plus_days(-1)), end);
    refused(&world, &handler(), &until(cap.plus_days(1)), end);
}

#[test]
fn a_record_is_shown_on_its_last_day() {
    let mut world = World::seeded();
    let record = world.with_record();
    let Some(Row::Record(row)) = world.row(&Key::Record(record)) else {
        panic!("the record is there");
    };
    let until = row.publicity_until.expect("what is shown has an end");
    let tick = Command::Tick { due: Due::Record(record) };
    world.today = until;
    assert_eq!(world.run(&timer(), &tick).expect("a timer is not refused"), [""; 0]);
    world.today = until.plus_days(1);
    assert_eq!(world.run(&timer(), &tick).expect("a timer is not refused"), ["record.expired"]);
}

/// A decision whose timer was down takes effect as late as on its last day, and lapses after it.
#[test]
fn a_served_decision_takes_effect_up_to_its_last_day() {
    let mut world = World::seeded();
    let case = CaseRef::Listing(world.listing(&[], &[], Stage::Served));
    let tick = Command::Tick { due: Due::Case(case) };
    let said = |today: Day| {
        let mut then = World { today, ..world.clone() };
        then.run(&timer(), &tick).expect("a timer is not refused")
    };
    assert_eq!(said(end()), ["listing.took_effect", "classification.changed"]);
    assert_eq!(said(end().plus_days(1)), ["listing.expired"]);
}
