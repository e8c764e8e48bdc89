//! Which refusals are recorded, as what, and of whom.

use shouxin_core::command::Command;
use shouxin_core::command::publicity::{NewDecision, PublicityCommand};
use shouxin_core::decide::{REJECT_REASONS, Reject, recorded, recorded_rejects};
use shouxin_core::event::Event;
use shouxin_core::event::publicity::DecisionKind;
use shouxin_core::event::refusal::RefusalEvent;
use shouxin_core::guard::{Ground, Guard, Misfit, RecordedGround, RecordedMisfit};

use crate::kit::steps::*;
use crate::kit::{World, operator, organisation, party, person, plugin, timer};

const EXISTS: RecordedGround = RecordedGround::Misfit(RecordedMisfit::Exists);

#[test]
fn a_refusal_is_recorded_as_it_was_and_in_nobodys_file() {
    let world = World::seeded();
    let of = |ground| Command::RecordDenial {
        command: "listings.decide".to_owned(),
        target: "L-1".to_owned(),
        ground,
        uncounted: 3,
    };
    let only = |ground| {
        let outcome = world.ask(&handler(), &of(ground)).expect("it is recorded");
        let [draft] = <[_; 1]>::try_from(outcome.drafts).expect("one event");
        assert_eq!(draft.subject, None, "it is in nobody's file");
        draft.event
    };
    let (command, target) = ("listings.decide".to_owned(), "L-1".to_owned());
    let guard = Guard::Notice;
    let denied = Event::GuardDenied { command, target, guard, uncounted: 3 };
    assert_eq!(only(RecordedGround::Guard(guard)), denied);
    for misfit in RecordedMisfit::ALL.iter().copied() {
        let (command, target) = ("listings.decide".to_owned(), "L-1".to_owned());
        let refused = RefusalEvent::CommandRefused { command, target, misfit, uncounted: 3 };
        assert_eq!(only(RecordedGround::Misfit(misfit)), Event::Refusal(refused));
    }
}

#[test]
fn what_was_tried_is_recorded_and_what_was_only_wrongly_said_is_not() {
    let kept = [
        (Misfit::State, RecordedMisfit::State),
        (Misfit::Exists, RecordedMisfit::Exists),
        (Misfit::Forbidden, RecordedMisfit::Forbidden),
    ];
    for (misfit, as_what) in kept {
        for who in [handler(), party(organisation(1)), party(person(1))] {
            let found = recorded(Ground::Misfit(misfit), &who.actor);
            assert_eq!(found, Some(RecordedGround::Misfit(as_what)), "{who:?}");
        }
        // What the register does by itself, or hears too late, is no attempt of anybody.
        for who in [timer(), plugin(), operator()] {
            assert_eq!(recorded(Ground::Misfit(misfit), &who.actor), None, "{who:?}");
        }
    }
    for misfit in [Misfit::NotFound, Misfit::Limit, Misfit::Value, Misfit::Stale] {
        assert_eq!(recorded(Ground::Misfit(misfit), &handler().actor), None, "{misfit:?}");
    }
    for who in [handler(), party(person(1)), timer(), plugin(), operator()] {
        let found = recorded(Ground::Guard(Guard::Clock), &who.actor);
        assert_eq!(found, Some(RecordedGround::Guard(Guard::Clock)), "{who:?}");
    }
}

fn rejects(reasons: &[&'static str]) -> Vec<Reject> {
    let of = |(index, reason): (usize, &&'static str)| Reject {
        index,
        field: "subject",
        reason,
        detail: String::new(),
    };
    reasons.iter().enumerate().map(of).collect()
}

#[test]
fn every_reason_of_an_item_is_an_attempt_or_is_not() {
    let batch = Command::RegisterPersons { persons: Vec::new() };
    let as_what = |reason: &'static str| {
        let found = recorded_rejects(&batch, &rejects(&[reason]), &handler().actor);
        found.first().map(|(ground, _)| *ground)
    };
    let tried: Vec<&str> =
        REJECT_REASONS.iter().copied().filter(|reason| as_what(reason).is_some()).collect();
    let guards = ["G-FACT", "G-NOTICE", "G-CAPACITY"];
    assert_eq!(
        tried,
        ["PROVIDER_NOT_NAMED", "DUPLICATE", guards[0], guards[1], guards[2], "EXISTS"]
    );
    assert_eq!(as_what("G-CAPACITY"), Some(RecordedGround::Guard(Guard::Capacity)));
    assert_eq!(as_what("DUPLICATE"), Some(EXISTS));
    assert_eq!(as_what("EXISTS"), Some(EXISTS));
    let forbidden = RecordedGround::Misfit(RecordedMisfit::Forbidden);
    assert_eq!(as_what("PROVIDER_NOT_NAMED"), Some(forbidden));
    // Reasons of the edge stand in no list of `decide`: what cannot be read is no attempt.
    assert_eq!(as_what("MALFORMED"), None);
}

#[test]
fn a_batch_records_each_ground_once_with_the_first_file_it_met() {
    let records = vec![
        record(organisation(1), "一号"),
        record(person(1), "二号"),
        record(organisation(2), "三号"),
        record(person(1), "四号"),
    ];
    let batch = Command::SubmitRecords { records };
    let reasons = rejects(&["DUPLICATE", "G-CAPACITY", "DUPLICATE", "G-CAPACITY"]);
    let found = recorded_rejects(&batch, &reasons, &handler().actor);
    let capacity = RecordedGround::Guard(Guard::Capacity);
    assert_eq!(found, [(EXISTS, Some(organisation(1))), (capacity, Some(person(1)))]);
    let found = recorded_rejects(&batch, &reasons, &timer().actor);
    assert_eq!(found, [(capacity, Some(person(1)))], "a repetition of the register is none");
}

/// The place of an item is its place in what was sent; of decisions, the line that they stand in.
#[test]
fn an_item_of_every_batch_is_found_by_its_place() {
    let about = |batch: &Command, index: usize| {
        let mut exists = rejects(&["EXISTS"]);
        exists.iter_mut().for_each(|own| own.index = index);
        let found = recorded_rejects(batch, &exists, &handler().actor);
        let [(EXISTS, subject)] = found[..] else { panic!("{found:?}") };
        subject
    };
    let subjects = [1, 2].into_iter().flat_map(|serial| match register(organisation(serial)) {
        Command::RegisterSubjects { subjects } => subjects,
        other => panic!("not a registration: {other:?}"),
    });
    let batch = Command::RegisterSubjects { subjects: subjects.collect() };
    assert_eq!(about(&batch, 0), Some(organisation(1)));
    assert_eq!(about(&batch, 1), Some(organisation(2)));
    assert_eq!(about(&batch, 2), None, "nobody's");
    // The first and the third line could not be read.
    let decision = |serial: usize, index: usize| NewDecision {
        record: record(organisation(serial), "一号"),
        index,
        private: None,
    };
    let batch = Command::Publicity(PublicityCommand::File {
        kind: DecisionKind::Penalty,
        decisions: vec![decision(1, 1), decision(2, 3)],
        unread: Vec::new(),
    });
    assert_eq!(about(&batch, 1), Some(organisation(1)));
    assert_eq!(about(&batch, 3), Some(organisation(2)));
    assert_eq!(about(&batch, 0), None, "nobody's");
}
