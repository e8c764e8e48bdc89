//! What a department's plugin answered for survives `kill -9`, and repetition changes nothing.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops at the first surprise")]

mod kit;

use std::collections::BTreeMap;
use std::path::Path;

use kit::{Running, answered, case, failed, library, spec, start, start_in};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};
use shouxin_plugin_host::wire::AnswerOutcome;
use shouxin_plugin_host::{Call, Hook, Outcome, PluginSpec, SubmitError};

const SUPPLIER: &str = "91350426MA2XYZ1234";

fn procurement(folder: &Path) -> PluginSpec {
    spec("procurement", &library("shouxin-plugin-procurement"), folder)
}

fn kill(running: &Running) {
    let health = running.plugin.health();
    let pid = Pid::from_raw(health.pid.unwrap() as i32).unwrap();
    kill_process(pid, Signal::KILL).unwrap();
    // A call on a killed child fails, which also waits until its end was noticed.
    let question = json!({}).to_string().into_bytes();
    let call = shouxin_plugin_host::Call { ticket: 77, hook: Hook::Query, body: question };
    if running.plugin.submit(call).is_ok() {
        failed(running.next());
    }
    while running.plugin.health().restarts == health.restarts {
        running.plugin.wait_running(10);
    }
    assert!(running.plugin.wait_running(60_000));
}

fn barred(running: &Running, on: &str) -> Value {
    running.query(json!({"supplier": SUPPLIER, "on": on}))["barred"].clone()
}

#[test]
fn every_answered_step_survives_a_kill() {
    let running = start(procurement);
    for (step, hook, expected) in [
        (1, Hook::Execute, true),
        (2, Hook::Suspend, false),
        (3, Hook::Resume, true),
        (4, Hook::Lift, false),
    ] {
        let first = answered(running.call(hook, case(step, json!({}))));
        assert_eq!(first.outcome, AnswerOutcome::Done);
        kill(&running);
        assert_eq!(barred(&running, "2026-06-01"), json!(expected), "{hook}");
        let again = answered(running.call(hook, case(step, json!({}))));
        assert_eq!(again, first, "{hook}: a repetition gets the same answer");
        assert_eq!(barred(&running, "2026-06-01"), json!(expected), "{hook}");
    }
    assert_eq!(barred(&running, "2027-03-10"), json!(false));
}

#[test]
fn killed_in_the_middle_of_a_stream_it_holds_what_it_answered() {
    let running = start(procurement);
    let order = |number: u64| {
        let body = String::from_utf8(case(number, json!({}))).unwrap();
        body.replace("M-0.1\"", &format!("M-0.{number}\"")).into_bytes()
    };
    let mut done = Vec::new();
    let mut number = 0;
    for _ in 0..8 {
        for _ in 0..40 {
            number += 1;
            running.submit(number, Hook::Execute, order(number));
        }
        // The kill falls somewhere into the stream; where does not matter.
        done.push(running.next());
        let pid = Pid::from_raw(running.plugin.health().pid.unwrap() as i32).unwrap();
        kill_process(pid, Signal::KILL).unwrap();
        for _ in 0..39 {
            done.push(running.next());
        }
        while running.plugin.health().pid == Some(pid.as_raw_nonzero().get() as u32) {
            running.plugin.wait_running(10);
        }
        assert!(running.plugin.wait_running(60_000));
    }
    let answer = running.query(json!({"supplier": SUPPLIER, "on": "2026-06-01"}));
    let held: Vec<&str> =
        answer["by"].as_array().unwrap().iter().map(|by| by["case_id"].as_str().unwrap()).collect();
    for completion in &done {
        let case_id = format!("M-0.{}", completion.ticket);
        match &completion.outcome {
            Outcome::Answered(_) => assert!(held.contains(&case_id.as_str()), "{case_id} is lost"),
            _ if !completion.begun => {
                assert!(!held.contains(&case_id.as_str()), "{case_id} had not begun");
            }
            // The one that ran when the kill came may be done or not; nobody was told it was.
            _ => {}
        }
    }
    assert_eq!(done.len(), 320);
}

/// Kills in the loop below.
const KILLS: usize = 300;

/// A register that repeats what was not answered, over a child that is killed again and again: each
/// case is carried out once, and every answer to it names the same effect.
#[test]
fn hundreds_of_kills_leave_each_effect_once() {
    const WINDOW: usize = 16;
    let running = start(|folder| PluginSpec {
        config: json!({"book": true}),
        ..spec("faulty", &library("shouxin-fixture-faulty"), folder)
    });
    let order = |number: u64| {
        let body = String::from_utf8(case(number, json!({}))).unwrap();
        body.replace("M-0.1\"", &format!("M-0.{number}\"")).into_bytes()
    };
    let mut random = fastrand::Rng::with_seed(20_261_130);
    let (mut waiting, mut next) = (std::collections::VecDeque::new(), 0u64);
    let mut references = BTreeMap::<u64, String>::new();
    let (mut in_flight, mut kills, mut after_a_kill) = (0, 0, 0);
    while kills < KILLS || references.len() < usize::try_from(next).unwrap() {
        while in_flight < WINDOW {
            if waiting.is_empty() && kills < KILLS {
                next += 1;
                waiting.push_back(next);
            }
            let Some(number) = waiting.pop_front() else { break };
            let call = Call { ticket: number, hook: Hook::Execute, body: order(number) };
            match running.plugin.submit(call) {
                Ok(()) => in_flight += 1,
                Err(SubmitError::Down { .. }) => {
                    waiting.push_front(number);
                    assert!(running.plugin.wait_running(60_000));
                }
                Err(other) => panic!("{other}"),
            }
        }
        if kills < KILLS
            && random.u32(..6) == 0
            && let Some(pid) = running.plugin.health().pid
        {
            // It may have ended by the kill before.
            let _ = kill_process(Pid::from_raw(pid as i32).unwrap(), Signal::KILL);
            kills += 1;
        }
        let completion = running.next();
        in_flight -= 1;
        match completion.outcome {
            Outcome::Answered(answer) => {
                let reference = answer.reference.unwrap();
                let pid: u32 = reference.split('-').next().unwrap().parse().unwrap();
                after_a_kill += usize::from(running.plugin.health().pid != Some(pid));
                let before = references.insert(completion.ticket, reference);
                assert_eq!(before, None, "answered twice");
            }
            _ => waiting.push_back(completion.ticket),
        }
    }
    // Once more, over a child that is left alone: the effects are the ones that were answered.
    assert!(running.plugin.wait_running(60_000));
    for (number, reference) in &references {
        let again = answered(running.call(Hook::Execute, order(*number)));
        assert_eq!(again.reference.as_ref(), Some(reference), "case {number} took effect twice");
    }
    let kept = running.query(json!({"cases_of": SUPPLIER}));
    assert_eq!(kept.as_array().unwrap().len(), references.len());
    assert!(running.plugin.health().restarts >= 100, "{:?}", running.plugin.health());
    assert!(after_a_kill > 0, "no answer came after the kill of the child that gave it");
}

#[test]
fn a_stop_and_a_new_start_over_the_same_folder_hold_everything() {
    let running = start(procurement);
    answered(running.execute(case(1, json!({}))));
    let Running { plugin, folder, .. } = running;
    plugin.stop(60_000);
    let running = start_in(folder, procurement);
    assert_eq!(barred(&running, "2026-06-01"), json!(true));
}
