//! A measure on its way to its department, and back: dispatched by its day, put off while it is
//! suspended, declined although it is mandatory; and what is referred to another organ.

use crate::kit::later::{after, office_head};
use crate::kit::rules::{COURT, HIGHER, MARKET, OFFICE, REFERRED, STATUTE, TAX, cite, day};
use crate::kit::steps::*;
use crate::kit::{Post, World, authority, guard, officer, organisation, timer};
use shouxin_core::command::Command;
use shouxin_core::command::listing::ListingCommand;
use shouxin_core::command::measure::MeasureCommand;
use shouxin_core::decide::owes_an_end;
use shouxin_core::event::{CaseRef, Finding, Target};
use shouxin_core::guard::{Ground, Guard, Misfit};
use shouxin_core::id::{ListingId, MeasureId, ObjectionId};
use shouxin_core::keys::read_task;
use shouxin_core::row::task::{Desk, Task};
use shouxin_core::row::{Due, Index, Key, MeasureState, Row};
use shouxin_core::tally::{Counter, Unit};

const OVERDUE: &str = "assessment.dispatch_overdue";

fn noticed() -> (World, ListingId, MeasureId) {
    let mut world = World::seeded();
    let listing = world.listing(&[], &[STATUTE], Stage::Effective);
    let measure = world.measure(listing, STATUTE, Progress::Noticed);
    (world, listing, measure)
}

fn look(measure: MeasureId) -> Command {
    Command::Tick { due: Due::Measure(measure) }
}

fn send(measure: MeasureId) -> Command {
    Command::DispatchMeasure { measure }
}

fn times(world: &World, name: &str) -> usize {
    world.log.iter().filter(|own| own.event.name() == name).count()
}

/// What is counted about the authority that initiates.
fn counted(world: &World, counter: Counter) -> u32 {
    let of = Unit::Authority(authority(MARKET));
    let rows = world.rows.iter().filter_map(|(key, row)| match (key, row.as_ref()) {
        (Key::Tally { unit, .. }, Row::Tally(counts)) if *unit == of => Some(counts.get(counter)),
        _ => None,
    });
    rows.sum()
}

fn desks(world: &World, measure: MeasureId) -> Vec<Desk> {
    let listed = world.index.iter().filter_map(|entry| match entry {
        Index::Task(desk, own) if *own == Task::Measure(measure) => {
            assert_eq!(read_task(&entry.encode()), Some(*own));
            Some(desk.clone())
        }
        _ => None,
    });
    listed.collect()
}

/// From the day on which its subject was told, by the days of the rules: who has to dispatch it has it
/// on the list with that day; once it has passed that is said once, and counts for that authority,
/// as does a dispatch that comes late. Covers O51.
#[test]
fn a_measure_is_dispatched_by_its_day_or_its_initiator_is_late() {
    let (world, _, measure) = noticed();
    let by = world.measure_row(measure).dispatch.expect("a day").by;
    let wd = world.rules.pack(world.today).dispatch_wd;
    assert_eq!(by, world.rules.calendar.after(world.today, wd));
    assert_eq!(desks(&world, measure), [Desk::Authority(authority(MARKET))]);
    let mut in_time = world.clone();
    assert!(!in_time.go_to(by.day).contains(&OVERDUE), "the last day counts");
    assert_eq!(in_time.run(&handler(), &send(measure)).unwrap(), ["measure.dispatched"]);
    in_time.pass(30);
    assert_eq!((times(&in_time, OVERDUE), counted(&in_time, Counter::DispatchedLate)), (0, 0));
    assert_eq!(in_time.measure_row(measure).dispatch, None);
    let mut late = world.clone();
    late.pass(30);
    assert_eq!((times(&late, OVERDUE), counted(&late, Counter::DispatchOverdue)), (1, 1));
    assert!(late.measure_row(measure).dispatch.is_some_and(|own| own.overdue));
    assert!(matches!(late.measure_row(measure).state, MeasureState::Noticed), "nothing begins");
    let said = late.run(&handler(), &send(measure)).unwrap();
    assert_eq!(said, ["measure.dispatched", "assessment.dispatch_late"]);
    assert_eq!(counted(&late, Counter::DispatchedLate), 1);
    assert_eq!(late.measure_row(measure).dispatch, None);
    for world in [in_time, late] {
        assert_eq!(world.replayed().rows, world.rows);
        assert_eq!(world.replayed().index, world.index);
    }
}

/// Whether the walk through a family finds that something is to be said of a measure.
fn is_looked_at(world: &World, measure: MeasureId) -> bool {
    world.read(|rows, on| owes_an_end(rows, measure, on))
}

/// While it is suspended nobody may dispatch it, so nobody is late; once it has effect again there is
/// a day anew. What ends meanwhile is closed and owed no more. Covers INV-4.
#[test]
fn what_may_not_be_dispatched_is_not_late() {
    for of_measure in [true, false] {
        let (mut world, listing, measure) = noticed();
        let target = if of_measure { Target::Measure(measure) } else { Target::Listing(listing) };
        let objection = world.objection(organisation(1), target, false);
        let walks = world.rows.keys().filter(|key| matches!(key, Key::Walk { .. })).count();
        assert_eq!(walks, 1, "the register looks at what it suspended");
        assert!(is_looked_at(&world, measure), "and finds that this is to be put off");
        assert_eq!(world.run(&timer(), &look(measure)).unwrap(), ["assessment.dispatch_put_off"]);
        assert_eq!(world.measure_row(measure).dispatch, None);
        assert!(!is_looked_at(&world, measure), "it is said");
        assert_eq!(world.refused(&handler(), &send(measure)), guard(Guard::NoSuspension));
        let mut waiting = world.clone();
        waiting.pass(12);
        assert_eq!(times(&waiting, OVERDUE), 0);
        let mut void = world.clone();
        world.outcome(objection, Finding::Correct);
        assert!(is_looked_at(&world, measure), "it has effect again");
        assert_eq!(world.run(&timer(), &look(measure)).unwrap(), ["assessment.dispatch_due"]);
        let by = world.measure_row(measure).dispatch.expect("a day anew").by;
        assert_eq!(by.from, world.today);
        world.pass(30);
        assert_eq!(times(&world, OVERDUE), 1);
        void.outcome(objection, Finding::Error);
        assert_eq!(void.run(&timer(), &look(measure)).unwrap(), ["measure.closed"]);
        void.pass(30);
        assert_eq!((times(&void, OVERDUE), desks(&void, measure)), (0, Vec::new()));
    }
    // A timer that comes only after the day had passed says the same.
    let (mut world, listing, measure) = noticed();
    world.objection(organisation(1), Target::Listing(listing), false);
    world.today = world.today.plus_days(20);
    assert_eq!(world.run(&timer(), &look(measure)).unwrap(), ["assessment.dispatch_put_off"]);
}

fn declined(measure: &str, ground: bool) -> (World, MeasureId) {
    let mut world = World::seeded();
    let listing = world.listing(&[], &[STATUTE, HIGHER, COURT], Stage::Effective);
    let id = MeasureId(world.must(&handler(), &initiate(listing, None, measure)));
    world.proceed(id, Progress::Dispatched);
    let legal_ground = ground.then(|| cite("law"));
    let decline = Command::DeclineMeasure { measure: id, reasons: text(), legal_ground };
    world.must(&implementer(), &decline);
    (world, id)
}

/// A department that declines what the catalogue makes mandatory has the credit office look at its
/// legal ground; nothing begins by that, and a recommended one is the department's own to decline.
/// Covers O55, O51.
#[test]
fn a_mandatory_measure_that_is_declined_goes_to_the_credit_office() {
    let (world, id) = declined(STATUTE, true);
    assert_eq!(desks(&world, id), [Desk::Office]);
    let answer = answer_decline(id, false);
    let clerk = officer(OFFICE, Post::Handler);
    for who in [handler(), implementer(), head()] {
        assert_eq!(world.refused(&who, &answer), Ground::Misfit(Misfit::Forbidden));
    }
    let empty = Command::Measure(MeasureCommand::AnswerDecline {
        measure: id,
        ground_holds: true,
        reasons: no_text(),
    });
    assert_eq!(world.refused(&clerk, &empty), guard(Guard::Document));
    for ground_holds in [true, false] {
        let mut world = after(&world, &clerk, &answer_decline(id, ground_holds));
        assert_eq!(desks(&world, id), []);
        assert!(matches!(world.measure_row(id).state, MeasureState::Declined), "it stays declined");
        let twice = world.refused(&office_head(), &answer);
        assert_eq!(twice, Ground::Misfit(Misfit::State));
        assert_eq!(world.replayed().rows, world.rows);
        // Whoever initiated it may open another, and that is a way of its own from its beginning.
        let listing = world.measure_row(id).listing;
        world.must(&handler(), &initiate(listing, None, STATUTE));
    }
    let mut over = world.clone();
    over.go_to(day("2027-03-02"));
    assert_eq!(desks(&over, id), [], "what has ended nobody has to look at");
    assert!(matches!(over.measure_row(id).state, MeasureState::Closed));
}

#[test]
fn who_declined_it_does_not_answer() {
    let (mut world, id) = declined(STATUTE, true);
    let rules = std::sync::Arc::make_mut(&mut world.rules);
    // The office is the department itself.
    rules.measures.iter_mut().for_each(|own| own.implementers = vec![OFFICE.to_owned()]);
    let clerk = officer(OFFICE, Post::Handler);
    let Some(Row::Measure(row)) = world.row(&Key::Measure(id)).cloned() else {
        panic!("{id}");
    };
    let mut own = row;
    let shouxin_core::actor::Actor::Officer(reference) = clerk.actor.clone() else {
        panic!("an officer is an officer");
    };
    own.escalated = Some(reference);
    world.rows.insert(Key::Measure(id), std::sync::Arc::new(Row::Measure(own)));
    let answer = answer_decline(id, true);
    assert_eq!(world.refused(&clerk, &answer), guard(Guard::FourEyes));
    assert!(world.ask(&officer(OFFICE, Post::Colleague), &answer).is_ok());
}

fn refer(world: &World, listing: ListingId, court: bool) -> Command {
    Command::Measure(MeasureCommand::Forward {
        listing,
        attribution: None,
        measure: REFERRED.to_owned(),
        department: TAX.to_owned(),
        to: "中共尤溪县委组织部".to_owned(),
        basis: vec![cite("law")],
        reasons: text(),
        until: day("2027-03-01"),
        court_document: court.then(|| ruling(organisation(1))),
        document_sha256: digest(40),
        service: served(world.today),
        notice: Some(subject_notice(world.today)),
    })
}

/// Who holds an office is dealt with by whoever has the say over it: the matter is recorded and
/// referred there on a court's document, told of a suspension and recalled at the end, and is an order
/// to nobody. Covers M-A24, M-A25, M-A26, INV-12.
#[test]
fn what_another_organ_decides_is_referred_and_never_ordered() {
    let mut world = World::seeded();
    let listing = world.listing(&[], &[REFERRED], Stage::Effective);
    let ordered = initiate(listing, None, REFERRED);
    assert_eq!(world.refused(&handler(), &ordered), guard(Guard::NoOrder));
    let bare = refer(&world, listing, false);
    assert_eq!(world.refused(&handler(), &bare), guard(Guard::Court));
    let sent = refer(&world, listing, true);
    let id = MeasureId(world.must(&handler(), &sent));
    assert!(matches!(world.measure_row(id).state, MeasureState::Forwarded { .. }));
    for step in [send(id), Command::AcceptMeasure { measure: id }] {
        assert!(world.ask(&handler(), &step).is_err() && world.ask(&implementer(), &step).is_err());
    }
    let objection =
        ObjectionId(world.objection(organisation(1), Target::Listing(listing), false).0);
    let said = world.run(&timer(), &look(id)).unwrap();
    assert_eq!(said, ["measure.forward_telling_required"]);
    world.outcome(objection, Finding::Correct);
    let withdrawn = Command::Listing(ListingCommand::Revoke {
        case: CaseRef::Listing(listing),
        document_number: "尤市监撤〔2026〕2号".to_owned(),
        document_sha256: digest(39),
        reasons: text(),
        service: served(world.today),
    });
    world.must(&head(), &withdrawn);
    let recall = Command::Measure(MeasureCommand::RecallForward {
        measure: id,
        document_sha256: digest(42),
        service: served(world.today),
    });
    world.must(&handler(), &recall);
    assert!(matches!(world.measure_row(id).state, MeasureState::Forwarded { recalled: true, .. }));
    assert_eq!(world.replayed().rows, world.rows);
}
