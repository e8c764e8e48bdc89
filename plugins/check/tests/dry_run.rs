//! Recorded history played to a library: the same, other answers, crashes, and no more than a window
//! of it in memory.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops at the first surprise")]

mod kit;

use std::cell::Cell;

use kit::{host_program, library};
use serde_json::{Value, json};
use shouxin_plugin_check::wire::{AnswerOutcome, Case};
use shouxin_plugin_check::{
    Difference, DryRun, DryRunError, FailureKind, Hook, Recorded, RecordedAnswer, Summary, Was,
    WouldBe, dry_run,
};

const MARKET: &str = "shouxin-plugin-market";
const FAULTY: &str = "shouxin-fixture-faulty";

fn body(case: u64, hook: Hook, step: u64, parameters: Value) -> Vec<u8> {
    let id = format!("M-{case}");
    json!({
        "schema": 1, "case_id": id, "step": step, "idempotency_key": Case::key(&id, hook, step),
        "subject": {"key": format!("91350426MA2XYZ{case:04}"), "kind": "enterprise"},
        "department": "市场监督管理局",
        "measure": {"id": "M-A27", "name_zh": "列为重点监管对象", "parameters": parameters},
        "decision": {
            "id": "D-1", "authority": "11350426003800001A",
            "document_number": "尤市监〔2026〕3号", "served_on": "2026-03-02"
        },
        "basis": [], "valid_from": "2026-03-10", "valid_until": "2027-03-09",
        "accepted_by": "officer-17", "ordered_by": "officer-17", "as_of": "2026-03-10"
    })
    .to_string()
    .into_bytes()
}

fn answered(outcome: AnswerOutcome, reference: &str) -> RecordedAnswer {
    RecordedAnswer { outcome, reference: Some(reference.to_owned()) }
}

fn answer(outcome: AnswerOutcome, reference: &str) -> Option<Was> {
    Some(Was::Answered(answered(outcome, reference)))
}

/// A call that was answered `done`.
fn call(position: u64, case: u64, hook: Hook, parameters: Value) -> Recorded {
    Recorded {
        position,
        hook,
        body: body(case, hook, position, parameters),
        recorded: answer(AnswerOutcome::Done, "OLD-1"),
    }
}

fn play(
    package: &str,
    name: &str,
    change: impl FnOnce(&mut DryRun),
    calls: impl IntoIterator<Item = Recorded>,
) -> (Summary, Vec<Difference>) {
    let work = tempfile::tempdir().unwrap();
    let mut options = DryRun::new(name, host_program());
    options.deadline_ms = 60_000;
    options.work_dir = work.path().to_owned();
    change(&mut options);
    let mut differences = Vec::new();
    let summary = dry_run(&library(package), &options, calls, |one| differences.push(one)).unwrap();
    assert_eq!(std::fs::read_dir(work.path()).unwrap().count(), 0, "the scratch folder is removed");
    (summary, differences)
}

#[test]
fn what_ends_as_recorded_is_no_difference() {
    let calls = || {
        (0..300).map(|number| {
            let hook = match number % 3 {
                0 => Hook::Execute,
                1 => Hook::Suspend,
                _ => Hook::Lift,
            };
            call(100 + number, number / 3, hook, json!({}))
        })
    };
    let (summary, differences) = play(MARKET, "market", |_| {}, calls());
    assert_eq!(differences, []);
    assert_eq!((summary.calls, summary.same, summary.failed), (300, 300, 0));
    assert_eq!((summary.different, summary.unrecorded, summary.stopped), (0, 0, None));
    assert!(summary.rate > 0.0);
    // References differ by nature and count only when they are asked for.
    let (summary, differences) =
        play(MARKET, "market", |options| options.compare_references = true, calls().take(3));
    assert_eq!((summary.same, summary.different), (0, 3));
    let first = &differences[0];
    assert_eq!(first.would_be, WouldBe::Answered(answered(AnswerOutcome::Done, "SJ-M-0-100")));
}

#[test]
fn a_call_that_ends_otherwise_is_named_with_what_was_and_would_be() {
    let calls = vec![
        call(10, 1, Hook::Execute, json!({})),
        call(11, 2, Hook::Execute, json!({"raise_by": "many"})),
        Recorded { recorded: None, ..call(12, 3, Hook::Execute, json!({})) },
        Recorded {
            recorded: answer(AnswerOutcome::Failed, "OLD-2"),
            ..call(13, 1, Hook::Lift, json!({}))
        },
    ];
    let (summary, differences) = play(MARKET, "market", |_| {}, calls);
    assert_eq!((summary.calls, summary.same, summary.different), (4, 1, 2));
    assert_eq!((summary.failed, summary.unrecorded), (0, 1));
    let [refused, lifted] = differences.as_slice() else { panic!("{differences:?}") };
    assert_eq!((refused.position, refused.case_id.as_deref()), (11, Some("M-2")));
    assert_eq!(refused.hook, "execute");
    assert_eq!(refused.was, answer(AnswerOutcome::Done, "OLD-1"));
    let WouldBe::Answered(now) = &refused.would_be else { panic!("{refused:?}") };
    assert_eq!(now.outcome, AnswerOutcome::Failed);
    assert!(refused.detail.contains("raise_by"), "{refused:?}");
    assert_eq!((lifted.position, lifted.hook), (13, "lift"));
}

/// The log has one word for `failed` and `needs_human`, and knows why a call that was given up had no answer:
/// the version that made the history ends each of them as it did.
#[test]
fn what_was_not_done_then_and_is_not_done_now_is_no_difference() {
    let with = |position, parameters: Value, recorded| Recorded {
        recorded,
        ..call(position, position, Hook::Execute, parameters)
    };
    let fault = |fault: &str| json!({"fault": fault});
    let not_done = || answer(AnswerOutcome::Failed, "-");
    let failed = |failed| Some(Was::Failed { failed });
    let calls = vec![
        with(10, fault("needs_human"), not_done()),
        with(11, fault("failed"), not_done()),
        with(12, fault("status"), failed(FailureKind::Refused)),
        with(13, fault("garbage"), failed(FailureKind::BadAnswer)),
        with(14, fault("oversize"), failed(FailureKind::BadAnswer)),
        with(15, fault("abort"), failed(FailureKind::Crash)),
        with(16, fault("panic"), failed(FailureKind::Panic)),
    ];
    let (summary, differences) = play(FAULTY, "faulty", |_| {}, calls);
    assert_eq!(differences, []);
    assert_eq!((summary.same, summary.different, summary.failed), (7, 0, 0));
    let calls = vec![
        with(20, json!({}), not_done()),
        with(21, json!({}), failed(FailureKind::Refused)),
        with(22, fault("abort"), failed(FailureKind::Refused)),
        with(23, fault("needs_human"), answer(AnswerOutcome::Done, "OLD-1")),
        // What crashed then said nothing about it.
        with(24, json!({}), failed(FailureKind::Crash)),
    ];
    let (summary, differences) = play(FAULTY, "faulty", |_| {}, calls);
    let positions: Vec<u64> = differences.iter().map(|one| one.position).collect();
    assert_eq!(positions, [20, 21, 22, 23]);
    assert_eq!((summary.different, summary.failed, summary.unrecorded), (3, 1, 1));
    let was = serde_json::to_value(&differences[1].was).unwrap();
    assert_eq!(was, json!({"failed": "refused"}));
}

#[test]
fn a_crash_is_a_difference_and_the_history_goes_on_behind_it_in_its_order() {
    // Two windows, with calls that crash at the front, inside and next to each other.
    let crashing = [0, 5, 6, 70, 149];
    let calls = (0..150).map(|number| {
        let parameters = match crashing.contains(&number) {
            true => json!({"fault": "abort"}),
            false => json!({}),
        };
        let call = call(number, number, Hook::Execute, parameters);
        // A crash is told of even where nobody wrote down what was answered then.
        Recorded { recorded: call.recorded.filter(|_| number != 70), ..call }
    });
    let (summary, differences) = play(FAULTY, "faulty", |_| {}, calls);
    assert_eq!((summary.calls, summary.same, summary.failed), (150, 145, 5));
    assert_eq!(summary.stopped, None);
    let positions: Vec<u64> = differences.iter().map(|one| one.position).collect();
    assert_eq!(positions, crashing);
    for one in differences {
        assert_eq!(one.was.is_none(), one.position == 70);
        assert_eq!(serde_json::to_value(&one.would_be).unwrap(), json!({"failed": "crash"}));
        assert!(one.detail.contains("SIGABRT"), "{one:?}");
    }
}

#[test]
fn a_library_that_crashes_again_and_again_is_given_up() {
    let calls = (0..1_000).map(|number| call(number, 1, Hook::Execute, json!({"fault": "exit"})));
    let (summary, differences) = play(FAULTY, "faulty", |options| options.crashes_max = 3, calls);
    assert_eq!((summary.calls, summary.failed, differences.len()), (4, 4, 4));
    let stopped = summary.stopped.unwrap();
    assert!(stopped.contains("4 times"), "{stopped}");
}

/// The history is never held: however long it is, no more of it is taken than is under way.
#[test]
fn no_more_than_a_window_is_taken_from_the_history() {
    let taken = Cell::new(0u64);
    let calls = (0..5_000).map(|number| {
        taken.set(taken.get() + 1);
        let hook = if number == 0 { Hook::Execute } else { Hook::Classified };
        match hook {
            // Differs, so that it is heard of as soon as it has ended.
            Hook::Execute => call(0, 1, hook, json!({"fault": "failed"})),
            _ => Recorded {
                position: number,
                hook,
                body: json!({
                    "schema": 1, "position": number, "as_of": "2026-03-10",
                    "subject": {"key": "91350426MA2XYZ1234", "kind": "enterprise"},
                    "in_force": [], "suspended": []
                })
                .to_string()
                .into_bytes(),
                recorded: Some(Was::Answered(RecordedAnswer {
                    outcome: AnswerOutcome::Done,
                    reference: None,
                })),
            },
        }
    });
    let work = tempfile::tempdir().unwrap();
    let mut options = DryRun::new("faulty", host_program());
    options.work_dir = work.path().to_owned();
    let mut seen = 0;
    let summary = dry_run(&library(FAULTY), &options, calls, |one| {
        assert_eq!(one.position, 0);
        seen = taken.get();
    })
    .unwrap();
    assert_eq!((summary.calls, summary.different), (5_000, 1));
    assert_eq!(seen, 64);
}

#[test]
fn a_library_that_does_not_start_plays_nothing() {
    let options = DryRun::new("another", host_program());
    let error = dry_run(&library(MARKET), &options, Vec::new(), |_| {}).unwrap_err();
    assert!(matches!(error, DryRunError::Start(_)), "{error}");
    let error = dry_run("/nowhere.so".as_ref(), &options, Vec::new(), |_| {}).unwrap_err();
    assert!(matches!(error, DryRunError::Io { .. }), "{error}");
}
