//! Whole courses of the register's matters, each command by whom it belongs to.

use crate::kit;
use crate::kit::rules::{GUILD, HEARING, INCENTIVE, MARKET, OFFICE, STATUTE, TAX, cite, day};
use crate::kit::social::guild;
use crate::kit::steps::*;
use crate::kit::{Post, World, officer, organisation, party, person, plugin};
use shouxin_core::actor::SubjectKey;
use shouxin_core::command::Command;
use shouxin_core::event::{CaseHook, CaseRef, Finding, NominationSource, RepairAcceptance, Target};
use shouxin_core::guard::{Guard, Misfit};
use shouxin_core::id::{ListingId, MeasureId, RepairId};
use shouxin_core::limits::CITATIONS_MAX;
use shouxin_core::path::{Path, Standing};
use shouxin_core::row::{Key, ListingKind, MeasureState, Remote, RepairState, Row};
use shouxin_core::rules::RuleSet;

fn names(world: &World, from: usize) -> Vec<&'static str> {
    world.log.iter().skip(from).map(|envelope| envelope.event.name()).collect()
}

fn same_after_replay(world: &World) {
    let replayed = world.replayed();
    assert_eq!(replayed.rows, world.rows);
    assert_eq!(replayed.index, world.index);
}

/// Covers O02, O06, O21, G-SERVED, G-DOC, INV-1, INV-2.
#[test]
fn a_black_listing_takes_effect_only_at_the_end_of_its_path() {
    let mut world = World::seeded();
    let record = world.with_record();
    let from = world.log.len();
    let id = ListingId(world.must(&handler(), &propose(organisation(1), &[record])));
    let case = CaseRef::Listing(id);
    world.must(&handler(), &notice(&world, case, &[STATUTE, HEARING]));
    world.must(&party(organisation(1)), &statement(&world, case, true));
    world.must(&colleague(), &hearing(case));
    world.must(&head(), &decision(case, 2, &[STATUTE]));
    assert!(world.marks(organisation(1)).is_empty(), "a decision alone has no effect");
    world.must(&handler(), &serve(&world, case));
    assert!(world.marks(organisation(1)).is_empty(), "nor has its service");
    world.go_to(day("2026-03-05"));
    assert_eq!(world.standing(|rows, on| rows.listing_standing(id, on)), Standing::Pending);
    world.go_to(day("2026-03-06"));
    assert_eq!(
        names(&world, from),
        [
            "listing.proposed",
            "listing.repair_rule_kept",
            "prenotice.served",
            "statement.received",
            "hearing.held",
            "listing.decided",
            "decision.served",
            "deadline.provisional",
            "listing.took_effect",
            "classification.changed",
        ]
    );
    assert_eq!(world.standing(|rows, on| rows.listing_standing(id, on)), Standing::InForce);
    assert_eq!(world.marks(organisation(1)), [(case, false)]);
    same_after_replay(&world);
}

/// Covers G-HEARD, G-NOTICE.
#[test]
fn a_party_that_is_silent_is_heard_by_the_end_of_its_period_and_not_before() {
    let mut world = World::seeded();
    let id = world.listing(&[], &[], Stage::Noticed);
    // Five working days after Monday 2 March.
    assert!(world.go_to(day("2026-03-09")).is_empty());
    assert_eq!(world.go_to(day("2026-03-10")), ["statement.window_closed"]);
    world.must(&head(), &decision(CaseRef::Listing(id), 0, &[]));
}

/// Covers O22, G-END, INV-3.
#[test]
fn a_listing_ends_on_its_date_for_every_reader_and_then_in_the_log() {
    let mut world = World::seeded();
    let id = world.listing(&[], &[STATUTE], Stage::Effective);
    let measure = world.measure(id, STATUTE, Progress::Executed);
    world.today = end();
    assert_eq!(world.standing(|rows, on| rows.listing_standing(id, on)), Standing::InForce);
    world.today = end().plus_days(1);
    assert_eq!(world.standing(|rows, on| rows.listing_standing(id, on)), Standing::Ended);
    assert_eq!(world.standing(|rows, on| rows.measure_standing(measure, on)), Standing::Ended);
    let told = world.tick();
    assert!(told.contains(&"listing.expired") && told.contains(&"classification.changed"));
    assert!(world.marks(organisation(1)).is_empty());
    assert!(world.rows.keys().any(|key| matches!(key, Key::Walk { .. })), "lifts are owed");
    world.must(&implementer(), &by_hand(measure, CaseHook::Lift));
    world.must(&implementer(), &feedback(measure));
    assert_eq!(world.measure_row(measure).state, MeasureState::Closed);
    same_after_replay(&world);
}

/// Covers O03, O51, O53, INV-10.
#[test]
fn a_measure_is_carried_out_by_a_plugin_and_fed_back() {
    let mut world = World::seeded();
    world.must(&kit::operator(), &deploy());
    let listing = world.listing(&[], &[STATUTE], Stage::Effective);
    let from = world.log.len();
    let id = world.measure(listing, STATUTE, Progress::FedBack);
    assert_eq!(
        names(&world, from),
        [
            "measure.initiated",
            "measure.notice_served",
            "assessment.dispatch_due",
            "measure.dispatched",
            "measure.accepted",
            "execution.ordered",
            "measure.executed",
            "assessment.feedback_due",
            "feedback.filed",
        ]
    );
    assert_eq!(world.measure_row(id).remote, Remote::Executed);
    same_after_replay(&world);
}

/// Covers O61, O64, G-NOSUSP, INV-4, INV-5.
#[test]
fn filing_an_objection_suspends_the_family_at_once_and_a_rejection_resumes_it() {
    let mut world = World::seeded();
    world.must(&kit::operator(), &deploy());
    let record = world.with_record();
    let listing = world.listing(&[record], &[STATUTE], Stage::Effective);
    let held = world.attribution(listing, person(1), Stage::Effective);
    let id = world.measure(listing, STATUTE, Progress::Executed);
    let objection = world.objection(organisation(1), Target::Record(record), false);
    assert_eq!(world.standing(|rows, on| rows.measure_standing(id, on)), Standing::Suspended);
    assert_eq!(world.standing(|rows, on| rows.attribution_standing(held, on)), Standing::Suspended);
    assert_eq!(world.marks(organisation(1)), [(CaseRef::Listing(listing), true)]);
    assert_eq!(world.marks(person(1)), [(CaseRef::Attribution(held), true)]);
    let order = world.order(id);
    world.must(&plugin(), &plugin_done(id, CaseHook::Suspend, order));
    // No timer ends a suspension (INV-5).
    world.pass(30);
    assert_eq!(world.standing(|rows, on| rows.measure_standing(id, on)), Standing::Suspended);
    world.must(&clerk(), &Command::ReferObjection { objection, received_on: world.today });
    world.must(&head(), &report(objection, Finding::Correct));
    world.must(&clerk(), &resolve(&world, objection));
    assert_eq!(world.standing(|rows, on| rows.measure_standing(id, on)), Standing::InForce);
    assert_eq!(world.marks(organisation(1)), [(CaseRef::Listing(listing), false)]);
    assert_eq!(world.marks(person(1)), [(CaseRef::Attribution(held), false)]);
    world.must(&plugin(), &plugin_done(id, CaseHook::Resume, order));
    assert_eq!(world.measure_row(id).remote, Remote::Executed);
    same_after_replay(&world);
}

/// Covers O66, O67, T03, INV-6.
#[test]
fn an_objection_upheld_ends_everything_that_rests_on_the_record_and_opens_redress() {
    let mut world = World::seeded();
    let record = world.with_record();
    let listing = world.listing(&[record], &[STATUTE], Stage::Effective);
    let held = world.attribution(listing, person(1), Stage::Effective);
    let id = world.measure(listing, STATUTE, Progress::Executed);
    let objection = world.objection(organisation(1), Target::Record(record), false);
    let told = world.outcome(objection, Finding::Error);
    assert_eq!(
        told,
        [
            "objection.resolved",
            "record.annulled",
            "listing.annulled",
            "classification.changed",
            "classification.changed",
            "attribution.ended",
            "redress.opened",
        ]
    );
    assert!(world.marks(organisation(1)).is_empty() && world.marks(person(1)).is_empty());
    assert_eq!(world.standing(|rows, on| rows.attribution_standing(held, on)), Standing::Ended);
    assert_eq!(world.standing(|rows, on| rows.measure_standing(id, on)), Standing::Ended);
    world.must(&implementer(), &by_hand(id, CaseHook::Lift));
    world.must(&handler(), &redress(objection));
    assert_eq!(world.objection_row(objection).redress_done, Some(true));
    same_after_replay(&world);
}

#[test]
fn every_listing_on_a_disputed_record_is_suspended_and_every_one_ends_with_it() {
    let mut world = World::seeded();
    let record = world.with_record();
    let first = CaseRef::Listing(world.listing(&[record], &[], Stage::Effective));
    let second = CaseRef::Listing(world.second_listing(&[record], Stage::Effective));
    assert_eq!(world.marks(organisation(1)), [(first, false), (second, false)]);
    let objection = world.objection(organisation(1), Target::Record(record), false);
    assert_eq!(world.marks(organisation(1)), [(first, true), (second, true)]);
    let mut upheld = world.clone();
    world.outcome(objection, Finding::Correct);
    assert_eq!(world.marks(organisation(1)), [(first, false), (second, false)]);
    upheld.outcome(objection, Finding::Error);
    assert_eq!(upheld.marks(organisation(1)), []);
    same_after_replay(&upheld);
}

#[test]
fn a_persons_own_objection_outlives_that_of_the_organisation_and_the_other_way_round() {
    let mut world = World::seeded();
    let listing = world.listing(&[], &[], Stage::Effective);
    let held = world.attribution(listing, person(1), Stage::Effective);
    let case = CaseRef::Attribution(held);
    let own = world.objection(person(1), Target::Attribution(held), false);
    let others = world.objection(organisation(1), Target::Listing(listing), false);
    let mut first = world.clone();
    first.outcome(others, Finding::Correct);
    assert_eq!(first.marks(organisation(1)), [(CaseRef::Listing(listing), false)]);
    assert_eq!(first.marks(person(1)), [(case, true)], "the person's own is still open");
    first.outcome(own, Finding::Correct);
    assert_eq!(first.marks(person(1)), [(case, false)]);
    world.outcome(own, Finding::Correct);
    assert_eq!(world.marks(person(1)), [(case, true)], "the organisation's is still open");
    world.outcome(others, Finding::Correct);
    assert_eq!(world.marks(person(1)), [(case, false)]);
}

#[test]
fn one_person_held_by_two_listings_on_a_record_is_free_of_both_with_it() {
    let mut world = World::seeded();
    let record = world.with_record();
    let mut held = Vec::new();
    for first in [true, false] {
        let listing = match first {
            true => world.listing(&[record], &[], Stage::Effective),
            false => world.second_listing(&[record], Stage::Effective),
        };
        held.push(CaseRef::Attribution(world.attribution(listing, person(1), Stage::Effective)));
    }
    assert_eq!(world.marks(person(1)), [(held[0], false), (held[1], false)]);
    let objection = world.objection(organisation(1), Target::Record(record), false);
    assert_eq!(world.marks(person(1)), [(held[0], true), (held[1], true)]);
    world.outcome(objection, Finding::Error);
    assert_eq!(world.marks(person(1)), []);
}

#[test]
fn a_second_objection_without_new_facts_does_not_suspend() {
    let mut world = World::seeded();
    let listing = world.listing(&[], &[STATUTE], Stage::Effective);
    let first = world.objection(organisation(1), Target::Listing(listing), false);
    world.outcome(first, Finding::Correct);
    let again = world.objection(organisation(1), Target::Listing(listing), false);
    assert!(!world.objection_row(again).suspends);
    assert_eq!(world.standing(|rows, on| rows.listing_standing(listing, on)), Standing::InForce);
    world.objection(organisation(1), Target::Listing(listing), true);
    assert_eq!(world.standing(|rows, on| rows.listing_standing(listing, on)), Standing::Suspended);
}

#[test]
fn what_was_refused_at_the_formal_check_resumes_with_the_refusal() {
    let mut world = World::seeded();
    let listing = world.listing(&[], &[], Stage::Effective);
    let objection = world.objection(organisation(1), Target::Listing(listing), false);
    world.must(&clerk(), &refuse_objection(&world, objection));
    assert_eq!(world.standing(|rows, on| rows.listing_standing(listing, on)), Standing::InForce);
    assert_eq!(world.marks(organisation(1)), [(CaseRef::Listing(listing), false)]);
}

/// Covers O62, O63, T01, INV-5.
#[test]
fn silence_accepts_an_objection_and_a_late_provider_ends_no_suspension() {
    let mut world = World::seeded();
    let listing = world.listing(&[], &[], Stage::Effective);
    let objection = world.objection(organisation(1), Target::Listing(listing), false);
    let said = ["objection.accepted", "assessment.referral_due", "assessment.referral_overdue"];
    assert_eq!(world.pass(5), said);
    world.must(&clerk(), &Command::ReferObjection { objection, received_on: world.today });
    assert_eq!(world.pass(20), ["objection.overdue"]);
    assert_eq!(world.standing(|rows, on| rows.listing_standing(listing, on)), Standing::Suspended);
    world.must(&head(), &report(objection, Finding::Correct));
}

/// Covers O60, T07, INV-6, INV-13.
#[test]
fn a_repair_removes_the_listing_and_its_records_and_is_done_when_every_lift_is_confirmed() {
    let mut world = World::seeded();
    world.must(&kit::operator(), &deploy());
    let record = world.with_record();
    let listing = world.listing(&[record], &[STATUTE], Stage::Effective);
    let id = world.measure(listing, STATUTE, Progress::Executed);
    world.go_to(day("2026-06-30"));
    let application = RepairId(world.must(&party(organisation(1)), &repair(listing)));
    world.must(&handler(), &repair_check(application, RepairAcceptance::Accepted));
    let told = world.run(&head(), &approve(&world, application)).unwrap();
    assert_eq!(
        told,
        ["repair.approved", "listing.removed", "classification.changed", "record.repaired"]
    );
    assert!(world.marks(organisation(1)).is_empty());
    assert_eq!(world.standing(|rows, on| rows.measure_standing(id, on)), Standing::Ended);
    let order = world.order(id);
    world.must(&plugin(), &plugin_done(id, CaseHook::Lift, order));
    let walks: Vec<Key> =
        world.rows.keys().filter(|key| matches!(key, Key::Walk { .. })).cloned().collect();
    let [Key::Walk { cause, root }] = walks.as_slice() else {
        panic!("one walk follows a removal: {walks:?}");
    };
    let settle = Command::SettleFamily { cause: *cause, root: *root };
    assert_eq!(world.run(&kit::timer(), &settle).unwrap(), ["family.settled"]);
    assert_eq!(world.close(), ["repair.done"]);
    same_after_replay(&world);
}

#[test]
fn a_repair_approved_after_the_listing_ended_by_itself_is_done_too() {
    let mut world = World::seeded();
    let listing = world.listing(&[], &[STATUTE], Stage::Effective);
    let measure = world.measure(listing, STATUTE, Progress::Executed);
    world.go_to(end());
    let application = RepairId(world.must(&party(organisation(1)), &repair(listing)));
    world.must(&handler(), &repair_check(application, RepairAcceptance::Accepted));
    world.pass(2);
    world.must(&head(), &approve(&world, application));
    let state = |world: &World| match world.row(&Key::Repair(application)) {
        Some(Row::Repair(row)) => row.state.clone(),
        _ => panic!("the application is there"),
    };
    let walks: Vec<Key> =
        world.rows.keys().filter(|key| matches!(key, Key::Walk { .. })).cloned().collect();
    for key in walks {
        if let Key::Walk { cause, root } = key {
            world.must(&kit::timer(), &Command::SettleFamily { cause, root });
        }
    }
    assert_eq!(state(&world), RepairState::Propagating, "the department has not lifted it");
    world.must(&implementer(), &by_hand(measure, CaseHook::Lift));
    world.close();
    assert_eq!(state(&world), RepairState::Done);
}

/// Each source names whom it found; an officer on file answers for the nomination, and nobody else
/// nominates, whatever the source. Covers O27.
#[test]
fn an_exemplar_is_found_by_any_of_five_sources_and_nominated_by_an_officer() {
    use NominationSource as S;
    let by = |subject: SubjectKey, source: S| {
        let mut command = nominate(subject);
        if let Command::Nominate { source: own, consent_sha256, .. } = &mut command {
            *own = source;
            *consent_sha256 = subject.is_personal().then(|| digest(1));
        }
        command
    };
    let sources = [
        (S::WellRatedCounterpart, "well_rated_counterpart"),
        (S::MoralModel, "moral_model"),
        (S::YoungVolunteer, "young_volunteer"),
        (S::AssociationMember, "association_member"),
        (S::MediaFinding, "media_finding"),
    ];
    for (source, name) in sources {
        assert_eq!(format!("{source:?}").to_lowercase(), name.replace('_', ""));
        let fresh = World::seeded();
        for subject in [organisation(2), person(1)] {
            let command = by(subject, source);
            let strangers =
                [kit::timer(), kit::plugin(), kit::operator(), party(subject), guild(GUILD)];
            for who in &strangers {
                let ground = fresh.refused(who, &command);
                assert_eq!(ground, kit::guard(Guard::Human), "{name}: {who:?}");
            }
            for department in [OFFICE, MARKET, TAX] {
                let clerk = officer(department, Post::Handler);
                let mut world = fresh.clone();
                let listing = ListingId(world.must(&clerk, &command));
                let ListingKind::Red(red) = &world.listing_row(listing).kind else {
                    panic!("{listing} is not red");
                };
                assert_eq!(red.source, source);
                let check = check_nomination(&world, listing, &[]);
                world.must(&clerk, &check);
                world.must(&clerk, &Command::OpenPublicNotice { listing });
                world.pass(8);
                world.must(&officer(department, Post::Head), &decide_red(&world, listing));
                let marked = [(CaseRef::Listing(listing), false)];
                assert_eq!(world.marks(subject), marked, "{name} by {department}");
            }
        }
        let mut silent = by(person(1), source);
        if let Command::Nominate { consent_sha256, .. } = &mut silent {
            *consent_sha256 = None;
        }
        let clerk = officer(OFFICE, Post::Handler);
        assert_eq!(fresh.refused(&clerk, &silent), kit::guard(Guard::Consent), "{name}");
    }
}

/// Covers O21, O22, O28.
#[test]
fn a_red_listing_waits_for_its_public_notice_and_ends_on_its_date() {
    let mut world = World::seeded();
    let nominator = officer(OFFICE, Post::Handler);
    let decider = officer(OFFICE, Post::Head);
    let id = ListingId(world.must(&nominator, &nominate(organisation(2))));
    let check = check_nomination(&world, id, &[]);
    world.must(&nominator, &check);
    world.must(&nominator, &Command::OpenPublicNotice { listing: id });
    world.pass(8);
    world.must(&decider, &decide_red(&world, id));
    assert_eq!(world.marks(organisation(2)), [(CaseRef::Listing(id), false)]);
    let mut initiate = initiate(id, None, INCENTIVE);
    if let Command::InitiateMeasure { until, .. } = &mut initiate {
        *until = world.today.plus_months(6);
    }
    // Nobody has to be warned of a benefit: it is dispatched without a notice.
    let benefit = MeasureId(world.must(&nominator, &initiate));
    world.must(&nominator, &Command::DispatchMeasure { measure: benefit });
    world.pass(366);
    assert_eq!(world.standing(|rows, on| rows.listing_standing(id, on)), Standing::Ended);
    assert!(world.marks(organisation(2)).is_empty());
    same_after_replay(&world);
}

/// Covers O48, O49, O50, G-PERSON, INV-8.
#[test]
fn a_person_answers_only_by_a_finding_a_notice_and_a_decision_of_their_own() {
    let mut world = World::seeded();
    let listing = world.listing(&[], &[STATUTE], Stage::Effective);
    assert!(world.marks(person(1)).is_empty(), "the listing of a company reaches nobody in it");
    let held = world.attribution(listing, person(1), Stage::Effective);
    assert_eq!(world.marks(person(1)), [(CaseRef::Attribution(held), false)]);
    assert_eq!(world.marks(organisation(1)), [(CaseRef::Listing(listing), false)]);
    let own = MeasureId(world.must(&handler(), &initiate(listing, Some(held), STATUTE)));
    assert_eq!(world.measure_row(own).subject, person(1));
    let objection = world.objection(person(1), Target::Attribution(held), false);
    assert_eq!(world.standing(|rows, on| rows.measure_standing(own, on)), Standing::Suspended);
    assert_eq!(world.marks(organisation(1)), [(CaseRef::Listing(listing), false)]);
    world.outcome(objection, Finding::Error);
    assert!(world.marks(person(1)).is_empty());
    assert_eq!(world.standing(|rows, on| rows.listing_standing(listing, on)), Standing::InForce);
    same_after_replay(&world);
}

#[test]
fn an_upheld_objection_does_not_rewrite_how_an_attribution_ended_before() {
    let mut world = World::seeded();
    let listing = world.listing(&[], &[], Stage::Effective);
    let held = world.attribution(listing, person(1), Stage::Effective);
    world.go_to(end());
    let objection = world.objection(person(1), Target::Attribution(held), false);
    world.pass(2);
    let case = CaseRef::Attribution(held);
    let before = world.path(case).clone();
    assert!(matches!(before, Path::Ended(_)));
    world.must(&clerk(), &Command::ReferObjection { objection, received_on: world.today });
    world.must(&head(), &report(objection, Finding::Error));
    world.must(&clerk(), &resolve(&world, objection));
    assert_eq!(*world.path(case), before);
    assert_eq!(world.objection_row(objection).redress_done, Some(false));
}

/// Covers G-COMPETENT.
#[test]
fn an_officer_of_another_department_touches_nothing() {
    let mut world = World::seeded();
    let listing = world.listing(&[], &[STATUTE], Stage::Noticed);
    let case = CaseRef::Listing(listing);
    for who in [officer(kit::rules::TAX, Post::Head), officer(OFFICE, Post::Head)] {
        for command in [waive(case), decision(case, 0, &[]), serve(&world, case)] {
            assert!(world.ask(&who, &command).is_err(), "{who:?} {command:?}");
        }
    }
    assert_eq!(world.listing_row(listing).subject, organisation(1));
    world.must(&officer(MARKET, Post::Colleague), &waive(case));
}

/// Covers T01.
#[test]
fn a_newer_calendar_counts_what_has_not_passed_anew() {
    use shouxin_core::calendar::Calendar;
    use shouxin_core::event::calendar::Clock;
    use shouxin_core::row::Index;
    let mut world = World::seeded();
    let listing = world.listing(&[], &[], Stage::Noticed);
    let case = CaseRef::Listing(listing);
    let window = |world: &World| match world.path(case) {
        Path::Noticed(noticed) => noticed.notice.window,
        path => panic!("{path:?}"),
    };
    let before = window(&world);
    assert!(before.provisional, "the kit's calendar has no notices");
    let statement = Command::Recompute(Clock::Statement(case));
    let waits = |world: &World| world.index.contains(&Index::Provisional(Clock::Statement(case)));
    assert!(waits(&world));
    assert!(world.run(&kit::timer(), &statement).unwrap().is_empty(), "the same calendar");
    let official = include_str!("../../config/calendar/holidays-2007-2026.csv");
    let calendar = Calendar::parse(&[("holidays-2007-2026.csv", official)]).unwrap();
    let rules = RuleSet { calendar, ..world.rules.as_ref().clone() };
    let mut late = world.clone();
    world.rules = std::sync::Arc::new(rules);
    late.rules = world.rules.clone();
    assert_eq!(world.run(&kit::timer(), &statement).unwrap(), ["deadline.recomputed"]);
    let after = window(&world);
    assert!(!after.provisional && !waits(&world));
    assert_eq!((after.from, after.working_days), (before.from, before.working_days));
    assert_eq!(world.replayed().rows, world.rows);
    late.today = before.day.plus_days(1);
    assert!(late.run(&kit::timer(), &statement).unwrap().is_empty(), "its day has passed");
}

/// The cap is fixed with the proposal: its months run from the latest day on which a case that takes
/// every day it may take can start. A decision that was served and never started is kept with the end.
#[test]
fn the_latest_end_is_fixed_with_the_proposal_and_an_unstarted_decision_is_kept() {
    let mut world = World::seeded();
    let listing = world.listing(&[], &[], Stage::Served);
    let case_of = |world: &World| match world.row(&Key::Listing(listing)) {
        Some(Row::Listing(row)) => match &row.kind {
            ListingKind::Black { case, .. } => case.clone(),
            ListingKind::Red(_) => panic!("a red listing"),
        },
        _ => panic!("{listing} is not there"),
    };
    // Forty working days from 2 March 2026 by an empty calendar, and 36 months.
    assert_eq!(case_of(&world).cap, day("2029-04-27"));
    world.today = end().plus_days(1);
    assert_eq!(world.tick(), ["listing.expired"]);
    let case = case_of(&world);
    assert_eq!(case.path.served().map(|own| own.decided.decision.end), Some(end()));
}

#[test]
fn only_the_operator_deploys_and_a_proposal_cites_no_more_than_its_bound() {
    let mut world = World::seeded();
    assert_eq!(world.refused(&handler(), &deploy()), kit::misfit(Misfit::Forbidden));
    world.must(&kit::operator(), &deploy());
    let citing = |count: usize| {
        let mut command = propose(organisation(1), &[]);
        if let Command::ProposeListing { basis, .. } = &mut command {
            *basis = vec![cite("law"); count];
        }
        command
    };
    let too_many = citing(CITATIONS_MAX + 1);
    assert_eq!(world.refused(&handler(), &too_many), kit::guard(Guard::Basis));
    world.must(&handler(), &citing(CITATIONS_MAX));
}
