//! What goes first, what is cancelled, and that every call ends once, whatever happens meanwhile.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops at the first surprise")]

mod kit;

use std::collections::{BTreeMap, BTreeSet};

use kit::{Running, Standing, answered, case, failed, faulty, hold, start};
use proptest::prelude::*;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::json;
use shouxin_plugin_host::{
    Call, Completion, FailureKind, Hook, Isolation, Outcome, PluginSpec, SubmitError,
};

fn first(running: &Running, ticket: u64) {
    let call = Call { ticket, hook: Hook::Lift, body: case(2, json!({})) };
    running.plugin.submit_first(call).unwrap();
}

fn order(running: &Running, count: usize) -> Vec<u64> {
    (0..count)
        .map(|_| {
            let completion = running.next();
            let ticket = completion.ticket;
            answered(completion);
            ticket
        })
        .collect()
}

#[test]
fn what_goes_first_overtakes_what_waits_and_keeps_its_own_order() {
    for isolation in [Isolation::Process, Isolation::InProcess] {
        let running = start(|folder| PluginSpec { isolation, ..faulty(folder) });
        let standing = Standing::new(&running);
        for ticket in 1..20 {
            running.submit(ticket, Hook::Execute, case(1, json!({})));
        }
        for ticket in [100, 101, 102] {
            first(&running, ticket);
        }
        for ticket in 20..30 {
            running.submit(ticket, Hook::Execute, case(1, json!({})));
        }
        assert!(standing.go().is_empty());
        let expected: Vec<u64> = [100, 101, 102].into_iter().chain(1..30).collect();
        assert_eq!(order(&running, 32), expected, "{isolation:?}");
    }
}

#[test]
fn what_goes_first_overtakes_what_the_socket_has_no_room_for() {
    let running = start(faulty);
    let standing = Standing::new(&running);
    let padding = "x".repeat(250 * 1024);
    for ticket in 1..40 {
        running.submit(ticket, Hook::Execute, case(1, json!({"padding": padding})));
    }
    first(&running, 100);
    assert!(standing.go().is_empty());
    let order = order(&running, 40);
    let place = order.iter().position(|ticket| *ticket == 100).unwrap();
    assert!(place < 10, "it came after {place} others");
    let others: Vec<u64> = order.into_iter().filter(|ticket| *ticket != 100).collect();
    assert_eq!(others, (1..40).collect::<Vec<_>>());
}

#[test]
fn what_goes_first_has_room_of_its_own() {
    let running = start(|folder| {
        let mut spec = faulty(folder);
        spec.limits.in_flight_max = 2;
        spec
    });
    let gate = hold(&running, 0);
    running.submit(1, Hook::Execute, case(1, json!({})));
    let call = |ticket| Call { ticket, hook: Hook::Lift, body: case(2, json!({})) };
    assert_eq!(running.plugin.submit(call(2)), Err(SubmitError::Full));
    assert_eq!(running.plugin.submit_first(call(1)), Err(SubmitError::Duplicate { ticket: 1 }));
    first(&running, 3);
    first(&running, 4);
    assert_eq!(running.plugin.submit_first(call(5)), Err(SubmitError::Full));
    assert_eq!(running.plugin.health().in_flight, 4);
    gate.open();
    let mut order = order(&running, 4);
    order.sort_unstable();
    assert_eq!(order, [0, 1, 3, 4]);
    assert_eq!(running.plugin.health().in_flight, 0);
}

#[test]
fn a_call_that_has_not_begun_is_dropped_and_one_that_has_goes_on() {
    for isolation in [Isolation::Process, Isolation::InProcess] {
        let running = start(|folder| PluginSpec { isolation, ..faulty(folder) });
        let standing = Standing::new(&running);
        for ticket in 0..6 {
            running.submit(ticket, Hook::Execute, case(1, json!({})));
        }
        assert!(running.plugin.cancel(u64::MAX), "it goes on");
        for ticket in [0, 2, 4, 2] {
            assert!(running.plugin.cancel(ticket));
        }
        assert!(!running.plugin.cancel(77), "there is no such call");
        let mut completions = standing.go();
        while completions.len() < 6 {
            completions.push(running.next());
        }
        let mut ends = BTreeMap::new();
        let mut done = Vec::new();
        for completion in completions {
            done.extend(
                matches!(completion.outcome, Outcome::Answered(_)).then_some(completion.ticket),
            );
            ends.insert(completion.ticket, completion);
        }
        assert_eq!(done, [1, 3, 5], "{isolation:?}");
        for ticket in [0, 2, 4] {
            let end = ends.remove(&ticket).unwrap();
            assert!(!end.begun);
            assert_eq!(failed(end).0, FailureKind::Cancelled);
        }
        running.no_more();
        assert!(!running.plugin.cancel(2), "it has ended");
        // Three calls had an effect: those that were dropped never reached the plugin.
        let answer = answered(running.execute(case(1, json!({}))));
        assert_eq!(answer.reference.as_deref(), Some("4"));
    }
}

#[test]
fn the_deadline_and_the_blame_follow_the_call_that_runs() {
    let running = start(|folder| {
        let mut spec = faulty(folder);
        spec.limits.deadline_ms = 1_500;
        spec
    });
    let standing = Standing::new(&running);
    running.submit(1, Hook::Execute, case(1, json!({})));
    // It overtakes the other, hangs, and is the one to blame.
    let call = Call { ticket: 2, hook: Hook::Execute, body: kit::with_fault("hang") };
    running.plugin.submit_first(call).unwrap();
    assert!(standing.go().is_empty());
    let hung = running.next();
    assert_eq!((hung.ticket, hung.begun), (2, true));
    assert!(hung.duration_us >= 1_000_000, "{}", hung.duration_us);
    assert_eq!(failed(hung).0, FailureKind::Deadline);
    let innocent = running.next();
    assert_eq!((innocent.ticket, innocent.begun), (1, false));
    assert!(running.plugin.wait_running(60_000));
    let health = running.plugin.health();
    let execute = health.calls.iter().find(|own| own.hook == "execute").unwrap();
    assert_eq!((execute.count, execute.failed), (4, 1));
    assert_eq!(health.crashes, 1);
}

/// What a property does to a running plugin.
#[derive(Clone, Copy, Debug)]
enum Step {
    Later,
    First,
    /// Cancels the call that was submitted so many calls ago.
    Cancel(u8),
    /// Ends the child from outside.
    Kill,
    /// A call that ends its child.
    Abort,
    /// Takes a completion, if there is one.
    Take,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        12 => Just(Step::Later),
        6 => Just(Step::First),
        6 => (0u8..12).prop_map(Step::Cancel),
        1 => Just(Step::Kill),
        1 => Just(Step::Abort),
        6 => Just(Step::Take),
    ];
    proptest::collection::vec(step, 1..120)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_call_ends_once_and_in_its_order(steps in steps()) {
        let running = start(faulty);
        let (mut taken, mut firsts) = (Vec::new(), BTreeSet::new());
        let mut cancelled = BTreeSet::new();
        let mut ends: Vec<Completion> = Vec::new();
        for step in steps {
            let ticket = taken.len() as u64;
            let call = |fault: &str| {
                let hook = Hook::Execute;
                Call { ticket, hook, body: case(1, json!({"fault": fault})) }
            };
            match step {
                Step::Later => {
                    if running.plugin.submit(call("")).is_ok() {
                        taken.push(ticket);
                    }
                }
                Step::Abort => {
                    if running.plugin.submit(call("abort")).is_ok() {
                        taken.push(ticket);
                    }
                }
                Step::First => {
                    if running.plugin.submit_first(call("")).is_ok() {
                        firsts.insert(ticket);
                        taken.push(ticket);
                    }
                }
                Step::Cancel(back) => {
                    if let Some(ticket) = ticket.checked_sub(u64::from(back) + 1)
                        && running.plugin.cancel(ticket)
                    {
                        cancelled.insert(ticket);
                    }
                }
                Step::Kill => {
                    if let Some(pid) = running.plugin.health().pid {
                        // It may be gone by itself.
                        let _ = kill_process(Pid::from_raw(pid as i32).unwrap(), Signal::KILL);
                    }
                    running.plugin.wait_running(60_000);
                }
                Step::Take if ends.len() < taken.len() => ends.push(running.next()),
                Step::Take => {}
            }
        }
        while ends.len() < taken.len() {
            ends.push(running.next());
        }
        let (plugin, completions) = running.into_parts();
        plugin.stop(60_000);
        prop_assert!(completions.try_recv().is_err(), "a call ended twice");
        let tickets: BTreeSet<u64> = ends.iter().map(|end| end.ticket).collect();
        prop_assert_eq!(tickets.len(), taken.len());
        // Among those of a lane that ran, the order is the one of submission.
        for lane in [true, false] {
            let ran: Vec<u64> = ends
                .iter()
                .filter(|end| end.begun && firsts.contains(&end.ticket) == lane)
                .map(|end| end.ticket)
                .collect();
            prop_assert!(ran.is_sorted(), "{:?}", ran);
        }
        for end in &ends {
            if let Outcome::Failed { kind: FailureKind::Cancelled, .. } = end.outcome {
                prop_assert!(cancelled.contains(&end.ticket) && !end.begun);
            }
        }
    }
}
