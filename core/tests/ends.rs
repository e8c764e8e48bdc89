//! What becomes of a measure when what it rests on ends (domain.md 2.4): what was executed is owed
//! a lift, what never was is closed by the system, and both are found from rows alone.

use crate::kit::later::listing_of;
use crate::kit::rules::{INCENTIVE, OFFICE, STATUTE, TAX, cite, day};
use crate::kit::steps::*;
use crate::kit::{Post, Who, World, guard, misfit, officer, organisation, party, person, timer};
use shouxin_core::actor::SubjectKey;
use shouxin_core::command::Command;
use shouxin_core::command::listing::ListingCommand;
use shouxin_core::event::listing::{AttributionEnd, ListingEvent};
use shouxin_core::event::{CaseHook, CaseRef, Event, Finding, RepairAcceptance, Target};
use shouxin_core::guard::{Guard, Misfit};
use shouxin_core::id::{ListingId, MeasureId, RepairId};
use shouxin_core::limits::EVIDENCE_MAX;
use shouxin_core::path::Standing;
use shouxin_core::row::{Due, Index, Key, MeasureState};

/// A timer looks at a measure.
fn look(measure: MeasureId) -> Command {
    Command::Tick { due: Due::Measure(measure) }
}

/// The head of the listing authority takes the listing back.
fn revoke(world: &World, case: CaseRef) -> Command {
    Command::Listing(ListingCommand::Revoke {
        case,
        document_number: "尤市监撤〔2026〕2号".to_owned(),
        document_sha256: digest(39),
        reasons: text(),
        service: served(world.today),
    })
}

/// States of a department's worklist in which the case stands, and days on which a timer looks.
fn listed_at(world: &World, measure: MeasureId) -> (Vec<&'static str>, usize) {
    let states = world.index.iter().filter_map(|entry| match entry {
        Index::Worklist(_, state, id) if *id == measure => Some(*state),
        _ => None,
    });
    let due = |entry: &&Index| matches!(entry, Index::Due(_, Due::Measure(id)) if *id == measure);
    (states.collect(), world.index.iter().filter(due).count())
}

fn declined(world: &mut World, listing: ListingId) -> MeasureId {
    let measure = world.measure(listing, STATUTE, Progress::Dispatched);
    let decline =
        Command::DeclineMeasure { measure, reasons: text(), legal_ground: Some(cite("law")) };
    world.must(&implementer(), &decline);
    measure
}

/// Whatever ends it, and wherever it stands: a case that nobody executed leaves the worklist.
#[test]
fn what_was_never_executed_is_closed_by_the_system() {
    type Opened = fn(&mut World, ListingId) -> MeasureId;
    let progress: [(&str, Opened); 5] = [
        ("initiated", |world, id| world.measure(id, STATUTE, Progress::Initiated)),
        ("noticed", |world, id| world.measure(id, STATUTE, Progress::Noticed)),
        ("dispatched", |world, id| world.measure(id, STATUTE, Progress::Dispatched)),
        ("accepted", |world, id| world.measure(id, STATUTE, Progress::Accepted)),
        ("declined", declined),
    ];
    for (state, open) in progress {
        let mut world = World::seeded();
        let record = world.with_record();
        let listing = world.listing(&[record], &[STATUTE], Stage::Effective);
        let measure = open(&mut world, listing);
        assert_eq!(listed_at(&world, measure).0, [state]);
        assert!(world.run(&timer(), &look(measure)).unwrap().is_empty(), "it is in force");

        // Its own end date.
        let mut dated = world.clone();
        let names = dated.go_to(dated.measure_row(measure).until.plus_days(1));
        assert!(names.contains(&"measure.closed"), "{state}: {names:?}");
        assert!(!names.contains(&"measure.expired"), "{state}: nothing is to be lifted");
        gone(&dated, measure);

        // Its listing is taken back; the walk through the family has the timer look.
        let mut revoked = world.clone();
        revoked.must(&head(), &revoke(&world, CaseRef::Listing(listing)));
        assert!(revoked.rows.keys().any(|key| matches!(key, Key::Walk { .. })), "{state}");
        assert_eq!(revoked.run(&timer(), &look(measure)).unwrap(), ["measure.closed"], "{state}");
        assert!(revoked.run(&timer(), &look(measure)).unwrap().is_empty(), "{state}: once");
        gone(&revoked, measure);

        // An objection to the measure itself was right: closed by the entry of its own day.
        let mut annulled = world.clone();
        let id = annulled.objection(organisation(1), Target::Measure(measure), false);
        annulled.outcome(id, Finding::Error);
        assert!(annulled.tick().contains(&"measure.closed"), "{state}");
        gone(&annulled, measure);
    }
}

fn gone(world: &World, measure: MeasureId) {
    assert_eq!(world.measure_row(measure).state, MeasureState::Closed);
    assert_eq!(listed_at(world, measure), (vec!["closed"], 0));
    let last = world.log.iter().rfind(|own| own.event.name() == "measure.closed").unwrap();
    assert_eq!(last.actor, timer().actor);
    assert_eq!(last.subject, Some(world.measure_row(measure).subject));
}

/// An incentive that nobody executed ends with the exemplar's listing.
#[test]
fn an_incentive_that_was_never_executed_is_closed_too() {
    let (nominator, decider) = (officer(OFFICE, Post::Handler), officer(OFFICE, Post::Head));
    let mut world = World::seeded();
    let listing = exemplar(&mut world, &nominator, &decider);
    let mut command = initiate(listing, None, INCENTIVE);
    if let Command::InitiateMeasure { until, .. } = &mut command {
        *until = world.today.plus_days(40);
    }
    let measure = MeasureId(world.must(&nominator, &command));
    world.must(&party(organisation(2)), &close_red(listing));
    assert_eq!(world.run(&timer(), &look(measure)).unwrap(), ["measure.closed"]);
    gone(&world, measure);
}

fn exemplar(world: &mut World, nominator: &Who, decider: &Who) -> ListingId {
    let id = ListingId(world.must(nominator, &nominate(organisation(2))));
    let check = check_nomination(world, id, &[]);
    world.must(nominator, &check);
    world.must(nominator, &Command::OpenPublicNotice { listing: id });
    world.pass(8);
    world.must(decider, &decide_red(world, id));
    id
}

/// The facts of the check close a nomination, and stand in the event; once they have ended, the
/// subject is nominated anew.
#[test]
fn a_check_that_finds_something_closes_the_nomination() {
    let nominator = officer(OFFICE, Post::Handler);
    let mut world = World::seeded();
    let record = world.with_record();
    let listing = world.listing(&[record], &[], Stage::Effective);
    let id = ListingId(world.must(&nominator, &nominate(organisation(1))));
    let found = vec![record; EVIDENCE_MAX + 1];
    world.must(&nominator, &check_nomination(&world, id, &found));
    let Event::NominationChecked { adverse_records, black, .. } = &world.log.last().unwrap().event
    else {
        panic!("a check");
    };
    assert_eq!(adverse_records.len(), EVIDENCE_MAX, "bounded");
    assert_eq!(*black, [CaseRef::Listing(listing)]);
    let check = check_nomination(&world, id, &[]);
    assert_eq!(world.refused(&nominator, &check), misfit(Misfit::State), "it is over");
    // The black list alone is enough.
    let again = ListingId(world.must(&nominator, &nominate(organisation(1))));
    world.must(&nominator, &check_nomination(&world, again, &[]));
    let open = Command::OpenPublicNotice { listing: again };
    assert_eq!(world.refused(&nominator, &open), misfit(Misfit::State));
}

/// A person's measure ends with the person's own attribution, and not before.
#[test]
fn a_persons_measure_is_closed_when_the_attribution_ends() {
    let mut world = World::seeded();
    let listing = world.listing(&[], &[STATUTE], Stage::Effective);
    let own = world.attribution(listing, person(1), Stage::Effective);
    let measure = MeasureId(world.must(&handler(), &initiate(listing, Some(own), STATUTE)));
    let mut revoked = world.clone();
    revoked.must(&head(), &revoke(&world, CaseRef::Attribution(own)));
    assert_eq!(revoked.run(&timer(), &look(measure)).unwrap(), ["measure.closed"]);
    assert_eq!(revoked.log.last().unwrap().subject, Some(person(1)));
    gone(&revoked, measure);
}

fn names(world: &World, of: &str) -> usize {
    world.log.iter().filter(|own| own.event.name() == of).count()
}

/// A lift is owed within three working days of the end. Where nobody lifts, it is said once, in the
/// subject's own file, and the case stands on the worklist of overdue lifts until it is lifted.
#[test]
fn a_lift_that_is_overdue_is_said_once_and_shown() {
    for timers in [true, false] {
        let mut world = World::seeded();
        let listing = world.listing(&[], &[STATUTE], Stage::Effective);
        let measure = world.measure(listing, STATUTE, Progress::FedBack);
        world.must(&head(), &revoke(&world, CaseRef::Listing(listing)));
        let ended = world.today;
        if timers {
            assert_eq!(world.run(&timer(), &look(measure)).unwrap(), ["measure.lift_required"]);
            assert!(world.run(&timer(), &look(measure)).unwrap().is_empty(), "it is said once");
            let due = world.measure_row(measure).lift.unwrap().by;
            assert_eq!((due.from, due.working_days), (ended, 3));
            let said = world.go_to(due.day);
            assert!(!said.contains(&"measure.lift_overdue"), "the last day counts: {said:?}");
            world.pass(20);
        } else {
            // The timers are late: one look says both.
            world.today = world.today.plus_days(20);
            let said = world.run(&timer(), &look(measure)).unwrap();
            assert_eq!(said, ["measure.lift_required", "measure.lift_overdue"]);
        }
        assert_eq!(names(&world, "measure.lift_overdue"), 1);
        assert_eq!(names(&world, "measure.lift_required"), 1);
        let said =
            world.log.iter().rfind(|own| own.event.name() == "measure.lift_overdue").unwrap();
        assert_eq!(said.subject, Some(organisation(1)), "the subject sees it");
        assert_eq!(listed_at(&world, measure).0, ["fed_back", "lift_overdue"]);
        let lifted = world.run(&implementer(), &by_hand(measure, CaseHook::Lift)).unwrap();
        assert!(lifted.contains(&"assessment.lift_late"), "{lifted:?}");
        assert_eq!(world.measure_row(measure).lift, None);
        assert_eq!(listed_at(&world, measure).0, ["lifted"]);
        assert_eq!(world.replayed().rows, world.rows);
    }
}

/// What is lifted in time is never called overdue, and a dated end owes a lift like any other.
#[test]
fn a_lift_in_time_is_not_overdue() {
    let mut world = World::seeded();
    let listing = world.listing(&[], &[STATUTE], Stage::Effective);
    let measure = world.measure(listing, STATUTE, Progress::Executed);
    let said = world.go_to(world.measure_row(measure).until.plus_days(1));
    assert!(said.contains(&"measure.expired") && said.contains(&"measure.lift_required"));
    world.must(&implementer(), &by_hand(measure, CaseHook::Lift));
    world.pass(30);
    assert_eq!(names(&world, "measure.lift_overdue"), 0);
    assert_eq!(names(&world, "assessment.lift_late"), 0);
}

fn last(world: &World, of: &str) -> (Option<SubjectKey>, Event) {
    let own = world.log.iter().rfind(|own| own.event.name() == of).unwrap();
    (own.subject, own.event.clone())
}

/// Whatever ends the organisation's listing ends what persons answered for under it, and the file
/// of each says so, with the ground. Covers O49, O60.
#[test]
fn an_attribution_ends_with_the_listing_and_the_persons_file_says_so() {
    let mut world = World::seeded();
    let listing = world.listing(&[], &[STATUTE], Stage::Effective);
    let own = world.attribution(listing, person(1), Stage::Effective);
    let over = world.attribution(listing, person(2), Stage::Proposed);
    let drop = Command::DropCase { case: CaseRef::Attribution(over), reasons: text() };
    world.must(&handler(), &drop);
    let pending = world.attribution(listing, person(2), Stage::Noticed);
    assert_eq!(names(&world, "attribution.ended"), 0);
    let said = |world: &World, ground| {
        assert_eq!(names(world, "attribution.ended"), 2, "what is over does not end again");
        let event = ListingEvent::AttributionEnded { attribution: pending, listing, ground };
        assert_eq!(last(world, "attribution.ended"), (Some(person(2)), Event::Listing(event)));
        assert!(world.marks(person(1)).is_empty());
        let standing = world.standing(|rows, on| rows.attribution_standing(own, on));
        assert_eq!(standing, Standing::Ended);
        assert_eq!(world.replayed().rows, world.rows);
    };
    let mut expired = world.clone();
    expired.go_to(end().plus_days(1));
    said(&expired, AttributionEnd::Expired);

    let mut revoked = world.clone();
    revoked.must(&head(), &revoke(&world, CaseRef::Listing(listing)));
    said(&revoked, AttributionEnd::Annulled);

    let mut upheld = world.clone();
    let id = upheld.objection(organisation(1), Target::Listing(listing), false);
    upheld.outcome(id, Finding::Error);
    said(&upheld, AttributionEnd::Annulled);

    let mut repaired = world.clone();
    repaired.pass(120);
    let id = RepairId(repaired.must(&party(organisation(1)), &repair(listing)));
    repaired.must(&handler(), &repair_check(id, RepairAcceptance::Accepted));
    repaired.must(&head(), &approve(&repaired, id));
    said(&repaired, AttributionEnd::Removed);

    // The person's own end is none of the listing's.
    let mut alone = world.clone();
    alone.must(&head(), &revoke(&world, CaseRef::Attribution(own)));
    assert_eq!(names(&alone, "attribution.ended"), 0);
}

/// What an order stands for is lifted, not closed; and what is closed goes no further.
#[test]
fn what_was_executed_is_lifted_and_what_is_closed_stays_so() {
    let mut world = World::seeded();
    let listing = world.listing(&[], &[STATUTE], Stage::Effective);
    let mut ordered = world.clone();
    let executing = ordered.measure(listing, STATUTE, Progress::Executing);
    ordered.must(&head(), &revoke(&world, CaseRef::Listing(listing)));
    let names = ordered.run(&timer(), &look(executing)).unwrap();
    assert!(!names.contains(&"measure.closed"), "{names:?}");
    let measure = world.measure(listing, STATUTE, Progress::Accepted);
    world.must(&head(), &revoke(&world, CaseRef::Listing(listing_of(&world))));
    world.must(&timer(), &look(measure));
    let execute = Command::ExecuteMeasure { measure };
    assert_eq!(world.refused(&implementer(), &execute), guard(Guard::End));
    let accept = Command::AcceptMeasure { measure };
    assert_eq!(world.refused(&implementer(), &accept), guard(Guard::End));
    let filed = world.refused(&implementer(), &feedback(measure));
    assert_eq!(filed, misfit(Misfit::State), "nobody reports on what was never done");
    assert!(world.today < day("2027-03-01"));
    assert!(world.log.iter().any(|own| matches!(own.event, Event::Measure(_))));
}

#[test]
fn an_officer_of_a_department_without_the_case_confirms_nothing() {
    let mut world = World::seeded();
    let listing = world.listing(&[], &[STATUTE], Stage::Effective);
    let measure = world.measure(listing, STATUTE, Progress::Executing);
    let command = by_hand(measure, CaseHook::Execute);
    assert_eq!(world.refused(&handler(), &command), guard(Guard::Competent));
    world.must(&officer(TAX, Post::Head), &command);
}

/// Whoever else has to do with a case neither tells its subject of it nor sends it. Covers G-COMPETENT.
#[test]
fn a_measure_is_told_of_and_sent_by_the_authority_that_opened_it() {
    let mut world = World::seeded();
    let listing = world.listing(&[], &[STATUTE], Stage::Effective);
    let measure = world.measure(listing, STATUTE, Progress::Initiated);
    for command in [measure_notice(&world, measure), Command::DispatchMeasure { measure }] {
        for who in [implementer(), officer(OFFICE, Post::Handler)] {
            assert_eq!(world.refused(&who, &command), guard(Guard::Competent), "{who:?}");
        }
        assert_eq!(world.refused(&party(organisation(1)), &command), guard(Guard::Human));
        world.must(&colleague(), &command);
    }
}

/// The catalogue may change between acceptance and order: a burden begins under what is published
/// that day, an incentive that was given is given. Covers INV-11.
#[test]
fn a_burden_needs_the_catalogue_of_its_day_and_an_incentive_keeps_its_own() {
    let (nominator, decider) = (officer(OFFICE, Post::Handler), officer(OFFICE, Post::Head));
    let mut world = World::seeded();
    let listing = world.listing(&[], &[STATUTE], Stage::Effective);
    let burden = world.measure(listing, STATUTE, Progress::Accepted);
    let red = exemplar(&mut world, &nominator, &decider);
    let incentive = MeasureId(world.must(&nominator, &initiate(red, None, INCENTIVE)));
    world.must(&nominator, &Command::DispatchMeasure { measure: incentive });
    world.must(&implementer(), &Command::AcceptMeasure { measure: incentive });
    let order = |measure| Command::ExecuteMeasure { measure };
    assert!(world.ask(&implementer(), &order(burden)).is_ok());
    let rules = std::sync::Arc::make_mut(&mut world.rules);
    rules.measures.iter_mut().for_each(|own| own.published = false);
    assert_eq!(world.refused(&implementer(), &order(burden)), guard(Guard::Published));
    world.must(&implementer(), &order(incentive));
}
