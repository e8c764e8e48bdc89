//! Every way a plugin can misbehave, with real child processes: the call fails as what it is, the
//! register's side lives, and the plugin works again.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops at the first surprise")]

mod kit;

use kit::{answered, case, failed, faulty, start, with_fault};
use serde_json::json;
use shouxin_plugin_host::wire::AnswerOutcome;
use shouxin_plugin_host::{Call, FailureKind, Hook, State, SubmitError};

/// Faults that end the child, and what is said about its end.
#[test]
fn a_child_that_dies_costs_one_call_and_comes_back() {
    let running = start(faulty);
    for (restarts, (fault, said)) in [
        ("abort", "signal 6 (SIGABRT)"),
        ("exit", "exited with code 7"),
        ("segv", "signal 11 (SIGSEGV)"),
    ]
    .into_iter()
    .enumerate()
    {
        let completion = running.execute(with_fault(fault));
        assert!(completion.begun);
        let (kind, detail) = failed(completion);
        assert_eq!(kind, FailureKind::Crash, "{fault}");
        assert!(detail.contains(said), "{fault}: {detail}");
        running.works();
        let health = running.plugin.health();
        assert_eq!(health.restarts, restarts as u64 + 1);
        assert!(health.last_error.unwrap().contains(said));
    }
}

#[test]
fn a_panic_is_told_apart_and_the_instance_is_made_anew() {
    let running = start(faulty);
    for expected in ["1", "2"] {
        let answer = answered(running.execute(case(1, json!({}))));
        assert_eq!(answer.reference.as_deref(), Some(expected));
    }
    let (kind, detail) = failed(running.execute(with_fault("panic")));
    assert_eq!((kind, detail.as_str()), (FailureKind::Panic, "panicked: told to panic"));
    assert!(running.plugin.wait_running(60_000));
    // What it said may name somebody; outside the completion only the kind is said.
    assert_eq!(running.plugin.health().last_error.as_deref(), Some("a call panicked"));
    let answer = answered(running.execute(case(1, json!({}))));
    assert_eq!(answer.reference.as_deref(), Some("1"), "a new instance begins anew");
}

#[test]
fn an_answer_that_is_none_fails_its_call_and_nothing_else() {
    let running = start(faulty);
    let pid = running.plugin.health().pid;
    for (fault, expected) in [
        ("garbage", FailureKind::BadAnswer),
        ("empty", FailureKind::BadAnswer),
        ("silent", FailureKind::BadAnswer),
        ("null", FailureKind::BadAnswer),
        ("oversize", FailureKind::TooLarge),
        ("status", FailureKind::Refused),
    ] {
        let (kind, detail) = failed(running.execute(with_fault(fault)));
        assert_eq!(kind, expected, "{fault}: {detail}");
    }
    let (_, detail) = failed(running.execute(with_fault("status")));
    assert_eq!(detail, "the plugin failed (status -77): 没有连接");
    let answer = answered(running.execute(with_fault("twice")));
    assert_eq!(answer.reference.as_deref(), Some("first"));
    running.works();
    assert_eq!(running.plugin.health().pid, pid, "the same child all along");
}

#[test]
fn the_four_outcomes_arrive_as_they_are() {
    let running = start(faulty);
    let later = answered(running.execute(with_fault("later")));
    assert_eq!((later.outcome, later.retry_after_ms), (AnswerOutcome::Later, Some(1_500)));
    let failed = answered(running.execute(with_fault("failed")));
    assert_eq!(failed.outcome, AnswerOutcome::Failed);
    assert_eq!(failed.detail.as_deref(), Some("told to fail"));
    let asks = answered(running.execute(with_fault("needs_human")));
    assert_eq!(asks.outcome, AnswerOutcome::NeedsHuman);
    let done = answered(running.call(Hook::Lift, case(2, json!({}))));
    assert_eq!(done.outcome, AnswerOutcome::Done);
}

#[test]
fn bytes_that_are_no_request_are_refused() {
    let running = start(faulty);
    for hook in [Hook::Classified, Hook::Suspend, Hook::Resume, Hook::Lift, Hook::Forget] {
        let (kind, detail) = failed(running.call(hook, b"{".to_vec()));
        assert_eq!(kind, FailureKind::Refused, "{detail}");
    }
    running.works();
}

#[test]
fn a_hang_is_ended_at_its_deadline_and_the_calls_behind_it_have_not_begun() {
    let running = start(|folder| {
        let mut spec = faulty(folder);
        spec.limits.deadline_ms = 1_500;
        spec
    });
    running.submit(1, Hook::Execute, with_fault("hang"));
    running.submit(2, Hook::Execute, case(1, json!({})));
    running.submit(3, Hook::Lift, case(2, json!({})));
    let hung = running.next();
    assert_eq!((hung.ticket, hung.begun), (1, true));
    assert_eq!(failed(hung).0, FailureKind::Deadline);
    for ticket in [2, 3] {
        let innocent = running.next();
        assert_eq!((innocent.ticket, innocent.begun), (ticket, false));
        assert_eq!(failed(innocent).0, FailureKind::Crash);
    }
    assert!(running.plugin.wait_running(60_000));
    running.no_more();
    assert_eq!(running.plugin.health().in_flight, 0);
}

#[test]
fn a_flood_of_output_harms_nobody() {
    let running = start(faulty);
    let answer = answered(running.execute(with_fault("flood")));
    assert_eq!(answer.reference.as_deref(), Some("flooded"));
    assert_eq!(answered(running.execute(with_fault("log"))).outcome, AnswerOutcome::Done);
    let answer = answered(running.execute(with_fault("close-output")));
    assert_eq!(answer.reference.as_deref(), Some("closed"));
    running.works();
}

#[test]
fn a_plugin_that_writes_to_the_private_socket_is_ended() {
    let running = start(faulty);
    for fault in ["stray-bytes", "other-ticket"] {
        let completion = running.execute(with_fault(fault));
        assert_eq!(failed(completion).0, FailureKind::BadAnswer, "{fault}");
        running.works();
    }
}

/// Each question costs an answer: one call, one question.
#[test]
fn a_plugin_that_asks_about_its_call_again_and_again_is_ended() {
    let running = start(faulty);
    let ask = case(1, json!({"fault": "ask-twice", "path": "9"}));
    let (kind, detail) = failed(running.call(Hook::Execute, ask));
    assert_eq!(kind, FailureKind::BadAnswer);
    assert!(detail.contains("asked twice"), "{detail}");
    running.works();
}

#[test]
fn a_plugin_that_takes_too_much_memory_is_ended() {
    let running = start(|folder| {
        let mut spec = faulty(folder);
        spec.limits.memory_bytes_max = 64 << 20;
        spec
    });
    let (kind, detail) = failed(running.execute(with_fault("memory")));
    assert_eq!(kind, FailureKind::Crash, "{detail}");
    running.works();
}

#[test]
fn too_many_crashes_trip_the_breaker_until_a_person_resets_it() {
    let running = start(|folder| {
        let mut spec = faulty(folder);
        spec.limits.breaker_crashes = 3;
        spec
    });
    for crash in 1..=3 {
        let completion = running.execute(with_fault("exit"));
        assert_eq!(failed(completion).0, FailureKind::Crash);
        assert_eq!(running.plugin.wait_running(60_000), crash < 3);
    }
    let health = running.plugin.health();
    assert_eq!((health.state, health.restarts, health.pid), (State::Tripped, 2, None));
    let call = Call { ticket: 1, hook: Hook::Lift, body: case(1, json!({})) };
    assert_eq!(running.plugin.submit(call), Err(SubmitError::Down { until: None }));
    running.plugin.reset_breaker();
    running.works();
    running.no_more();
}

#[test]
fn in_flight_calls_are_bounded_and_nothing_blocks() {
    let running = start(|folder| {
        let mut spec = faulty(folder);
        spec.limits.in_flight_max = 4;
        spec
    });
    let gate = running.fifo("gate");
    let parameters = json!({"fault": "wait", "path": gate.to_str().unwrap()});
    running.submit(0, Hook::Execute, case(1, parameters));
    for ticket in 1..4 {
        running.submit(ticket, Hook::Execute, case(1, json!({})));
    }
    let one_more = Call { ticket: 4, hook: Hook::Execute, body: case(1, json!({})) };
    assert_eq!(running.plugin.submit(one_more), Err(SubmitError::Full));
    assert_eq!(running.plugin.health().in_flight, 4);
    // Opening the other end lets the first call go on.
    drop(std::fs::File::options().write(true).open(gate).unwrap());
    for ticket in 0..4 {
        let completion = running.next();
        assert_eq!(completion.ticket, ticket);
        answered(completion);
    }
    assert_eq!(running.plugin.health().in_flight, 0);
    running.works();
    let huge = Call { ticket: 5, hook: Hook::Query, body: vec![b' '; 256 * 1024 + 1] };
    assert!(matches!(running.plugin.submit(huge), Err(SubmitError::TooLarge { .. })));
}

#[test]
fn a_window_of_large_calls_goes_through_without_a_deadlock() {
    let running = start(faulty);
    let padding = "x".repeat(250 * 1024);
    for round in 0..3u64 {
        for ticket in 0..64 {
            let body = case(1, json!({"padding": padding}));
            running.submit(round * 64 + ticket, Hook::Execute, body);
        }
        for ticket in 0..64 {
            let completion = running.next();
            assert_eq!(completion.ticket, round * 64 + ticket, "answers keep the order");
            answered(completion);
        }
    }
}

#[test]
fn a_stop_lets_calls_finish_and_fails_what_does_not() {
    let running = start(faulty);
    for ticket in 0..32 {
        running.submit(ticket, Hook::Execute, case(1, json!({})));
    }
    let (plugin, completions) = running.into_parts();
    plugin.stop(60_000);
    let tickets: Vec<u64> = completions.try_iter().map(answered_ticket).collect();
    assert_eq!(tickets, (0..32).collect::<Vec<_>>());

    let running = start(faulty);
    running.submit(1, Hook::Execute, with_fault("hang"));
    let (plugin, completions) = running.into_parts();
    plugin.stop(0);
    let completion = completions.try_recv().unwrap();
    let (kind, detail) = failed(completion);
    assert_eq!(kind, FailureKind::Crash, "{detail}");
}

fn answered_ticket(completion: shouxin_plugin_host::Completion) -> u64 {
    let ticket = completion.ticket;
    answered(completion);
    ticket
}

#[test]
fn a_child_sees_its_folder_and_nothing_of_ours() {
    let running = start(faulty);
    let seen = running.query(json!({}));
    assert_eq!(seen["environment"], json!([]), "the environment is empty");
    let folder = running.folder.path().join("data").canonicalize().unwrap();
    assert_eq!(seen["folder"], json!(folder.to_str().unwrap()));
    for line in seen["descriptors"].as_array().unwrap() {
        let line = line.as_str().unwrap();
        let known = ["/dev/null", "pipe:", "socket:", "memfd:shouxin-plugin", "/proc/"];
        assert!(known.iter().any(|target| line.contains(target)), "{line}");
    }
    let status = seen["status"].as_str().unwrap();
    // No new rights, none left, and system calls go through filters.
    for line in ["NoNewPrivs:\t1", "CapEff:\t0000000000000000", "Seccomp:\t2"] {
        assert!(status.contains(line), "{line} in {status}");
    }
    let limits = seen["limits"].as_str().unwrap();
    let limit = |name: &str| {
        let line = limits.lines().find(|line| line.starts_with(name)).unwrap();
        line[name.len()..].split_whitespace().next().unwrap().to_owned()
    };
    assert_eq!(limit("Max core file size"), "0");
    assert_eq!(limit("Max open files"), "256");
    assert_eq!(limit("Max file size"), (1u64 << 30).to_string());
    // What the host program itself had mapped comes on top of what the plugin gets.
    let data: u64 = limit("Max data size").parse().unwrap();
    assert!((512 << 20..640 << 20).contains(&data), "{data}");
    assert_eq!(seen["pid"].as_u64().map(|pid| pid as u32), running.plugin.health().pid);
}
