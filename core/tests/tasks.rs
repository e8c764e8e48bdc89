//! What stands on an office's list of tasks: an objection, a repair, a case and a measure, each with
//! whoever has to act next, and with nobody once that is done.

use crate::kit::asked::revoke;
use crate::kit::commitments::{Word, word};
use crate::kit::later::{listed, remedy, revocation_notice};
use crate::kit::repairs::done;
use crate::kit::rules::{MARKET, OFFICE, STATUTE, TAX};
use crate::kit::steps::*;
use crate::kit::tolerance::tolerate;
use crate::kit::{Post, World, authority, officer, organisation, party, person, timer};
use shouxin_core::command::Command;
use shouxin_core::command::remedy::RemedyCommand;
use shouxin_core::event::remedy::ReviewOf;
use shouxin_core::event::{CaseHook, CaseRef, Finding, RepairAcceptance, Target};
use shouxin_core::id::*;
use shouxin_core::keys::{read_task, tasks_of};
use shouxin_core::row::task::{Desk, Task};
use shouxin_core::row::{Due, Index, Repairable};

/// Who has a task on the list.
fn desks(world: &World, task: Task) -> Vec<Desk> {
    let listed = world.index.iter().filter_map(|entry| match entry {
        Index::Task(desk, own) if *own == task => Some(desk.clone()),
        _ => None,
    });
    listed.collect()
}

/// Covers O51, O62.
#[test]
fn an_objection_is_on_the_list_of_whoever_has_to_act() {
    let market = Desk::Authority(authority(MARKET));
    let clerk = officer(OFFICE, Post::Handler);
    let mut world = World::seeded();
    let listing = world.listing(&[], &[STATUTE], Stage::Effective);
    let filed = object(Target::Listing(listing), false);
    let id = ObjectionId(world.must(&party(organisation(1)), &filed));
    let task = Task::Objection(id);
    assert_eq!(desks(&world, task), [Desk::Office]);
    world.must(&clerk, &Command::AcceptObjection { objection: id });
    assert_eq!(desks(&world, task), [Desk::Office]);
    world.must(&clerk, &Command::ReferObjection { objection: id, received_on: world.today });
    assert_eq!(desks(&world, task), std::slice::from_ref(&market));
    let mut late = world.clone();
    late.pass(60);
    assert_eq!(desks(&late, task), [Desk::Office, market.clone()], "the office takes it up");
    let (reasons, service) = (text(), served(late.today));
    let unverified = RemedyCommand::MarkUnverified { objection: id, reasons, service };
    late.must(&clerk, &remedy(unverified));
    assert_eq!(desks(&late, task), std::slice::from_ref(&market), "it is still to be reported on");
    late.must(&head(), &report(id, Finding::Error));
    let outcome = resolve(&late, id);
    late.must(&clerk, &outcome);
    assert_eq!(desks(&late, task), std::slice::from_ref(&market), "redress is owed");
    late.must(&handler(), &redress(id));
    assert_eq!(desks(&late, task), []);
    world.must(&head(), &report(id, Finding::Correct));
    assert_eq!(desks(&world, task), [Desk::Office]);
    let outcome = resolve(&world, id);
    world.must(&clerk, &outcome);
    assert_eq!(desks(&world, task), []);
}

#[test]
fn a_repair_is_on_the_list_of_whoever_has_to_act() {
    let market = Desk::Authority(authority(MARKET));
    let own = party(organisation(1));
    let (mut world, listing) = listed();
    world.pass(200);
    let mut refused = world.clone();
    let id = RepairId(refused.must(&own, &repair(listing)));
    let task = Task::Repair(id);
    assert_eq!(desks(&refused, task), std::slice::from_ref(&market));
    refused.must(&handler(), &repair_check(id, RepairAcceptance::Accepted));
    assert_eq!(desks(&refused, task), std::slice::from_ref(&market));
    let refusal = refuse_repair(&refused, id);
    refused.must(&head(), &refusal);
    assert_eq!(desks(&refused, task), []);
    let asked = RemedyCommand::RequestReview {
        of: ReviewOf::Repair(id),
        statement: text(),
        evidence: vec![digest(31)],
        new_facts: false,
    };
    refused.must(&own, &remedy(asked));
    assert_eq!(desks(&refused, task), [Desk::Office]);
    let id = done(&mut world, &own, Repairable::Listing(listing));
    assert_eq!(desks(&world, Task::Repair(id)), []);
    let notice = revocation_notice(&world, id);
    world.must(&handler(), &notice);
    assert_eq!(desks(&world, Task::Repair(id)), std::slice::from_ref(&market));
}

#[test]
fn cases_and_measures_are_on_the_list_until_they_are_on_their_way() {
    let market = Desk::Authority(authority(MARKET));
    let on_list = |stage: Stage| {
        let mut world = World::seeded();
        let listing = world.listing(&[], &[STATUTE], stage);
        desks(&world, Task::Listing(listing))
    };
    assert_eq!(on_list(Stage::Proposed), std::slice::from_ref(&market));
    assert_eq!(on_list(Stage::Served), [], "its days bring it on");
    assert_eq!(on_list(Stage::Effective), [market], "it names a measure");
    for (stage, listed) in [(Stage::Proposed, 1), (Stage::Decided, 1), (Stage::Served, 0)] {
        let mut world = World::seeded();
        let listing = world.listing(&[], &[STATUTE], Stage::Effective);
        let id = world.attribution(listing, person(1), stage);
        assert_eq!(desks(&world, Task::Attribution(id)).len(), listed, "{stage:?}");
    }
}

/// Covers O51.
#[test]
fn a_listing_is_on_the_list_until_each_measure_that_it_names_has_a_case() {
    let market = Desk::Authority(authority(MARKET));
    let mut world = World::seeded();
    let listing = world.listing(&[], &[STATUTE], Stage::Effective);
    let task = Task::Listing(listing);
    // Suspended it stays there, and is over with the listing.
    let mut disputed = world.clone();
    disputed.must(&party(organisation(1)), &object(Target::Listing(listing), false));
    assert_eq!(desks(&disputed, task), std::slice::from_ref(&market));
    let mut expired = world.clone();
    expired.pass(3000);
    assert_eq!(desks(&expired, task), []);
    world.measure(listing, STATUTE, Progress::Initiated);
    assert_eq!(desks(&world, task), []);
}

/// Covers O51, T08.
#[test]
fn a_measure_is_on_the_list_of_its_initiator_and_then_of_its_department() {
    let market = Desk::Authority(authority(MARKET));
    let department = Desk::Department(TAX.to_owned());
    for (progress, whose) in [
        (Progress::Initiated, Some(&market)),
        (Progress::Noticed, Some(&market)),
        (Progress::Dispatched, Some(&department)),
        (Progress::Accepted, Some(&department)),
        (Progress::Executing, Some(&department)),
        (Progress::Executed, Some(&department)),
        (Progress::FedBack, None),
    ] {
        let mut world = World::seeded();
        let listing = world.listing(&[], &[STATUTE], Stage::Effective);
        let id = world.measure(listing, STATUTE, progress);
        assert_eq!(desks(&world, Task::Measure(id)).iter().collect::<Vec<_>>(), whose.as_slice());
        if progress == Progress::FedBack {
            world.must(&head(), &revoke(&world, CaseRef::Listing(listing)));
            world.run(&timer(), &Command::Tick { due: Due::Measure(id) }).unwrap();
            assert_eq!(
                desks(&world, Task::Measure(id)),
                std::slice::from_ref(&department),
                "a lift is owed"
            );
            world.must(&implementer(), &by_hand(id, CaseHook::Lift));
            assert_eq!(
                desks(&world, Task::Measure(id)),
                std::slice::from_ref(&department),
                "and its report"
            );
            world.must(&implementer(), &feedback(id));
            assert_eq!(desks(&world, Task::Measure(id)), []);
        }
    }
}

/// Covers O13, O32.
#[test]
fn a_promise_whose_day_has_passed_is_on_the_list_of_whoever_took_it() {
    let market = Desk::Authority(authority(MARKET));
    for (until, listed) in [
        (Word::InForce, 0),
        (Word::Overdue, 1),
        (Word::CurePeriod, 1),
        (Word::Heard, 1),
        (Word::Decided, 1),
        (Word::Breached, 0),
    ] {
        let (world, id) = word(until);
        assert_eq!(desks(&world, Task::Commitment(id)), vec![market.clone(); listed], "{until:?}");
    }
    let mut world = World::seeded();
    let id = ToleranceId(world.must(&handler(), &tolerate(&world, organisation(1))));
    assert_eq!(desks(&world, Task::Tolerance(id)), []);
    world.pass(60);
    assert_eq!(desks(&world, Task::Tolerance(id)), std::slice::from_ref(&market));
}

/// Covers O67.
#[test]
fn redress_is_on_the_list_of_whoever_owes_it() {
    let mut world = World::seeded();
    let record = world.with_record();
    world.must(&handler(), &Command::AnnulRecord { record, reasons: text() });
    let task = Task::Record(record);
    assert_eq!(desks(&world, task), [Desk::Authority(authority(MARKET))]);
    let done = RemedyCommand::CompleteAnnulmentRedress {
        target: Target::Record(record),
        account: text(),
        evidence: vec![digest(70)],
    };
    world.must(&handler(), &Command::Remedy(done));
    assert_eq!(desks(&world, task), []);
}

#[test]
fn an_entry_is_read_back_from_its_key() {
    let at = Position::local(7);
    for task in [
        Task::Objection(ObjectionId(at)),
        Task::Repair(RepairId(at)),
        Task::Listing(ListingId(at)),
        Task::Attribution(AttributionId(at)),
        Task::Measure(MeasureId(at)),
        Task::Commitment(CommitmentId(at)),
        Task::Tolerance(ToleranceId(at)),
        Task::Remedy(RemedyId(at)),
        Task::Record(RecordId(at)),
        Task::Assessment(AssessmentId(at)),
        Task::CaseStudy(CaseStudyId(at)),
        Task::MemberNote(MemberNoteId(at)),
    ] {
        let department = Desk::Department("approval".to_owned());
        for desk in [Desk::Office, Desk::Authority(authority(MARKET)), department] {
            let bytes = Index::Task(desk.clone(), task).encode();
            assert_eq!(read_task(&bytes), Some(task));
            let (prefix, behind) = tasks_of(desk, Some(at));
            assert!(bytes.starts_with(&prefix) && behind.is_some_and(|own| own > bytes));
        }
    }
}
