//! What a department's plugin answered for survives `kill -9`, and repetition changes nothing.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops at the first surprise")]

mod kit;

use std::path::Path;

use kit::{Running, answered, case, failed, library, spec, start, start_in};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};
use shouxin_plugin_host::wire::AnswerOutcome;
use shouxin_plugin_host::{Hook, Outcome, PluginSpec};

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

#[test]
fn a_stop_and_a_new_start_over_the_same_folder_hold_everything() {
    let running = start(procurement);
    answered(running.execute(case(1, json!({}))));
    let Running { plugin, folder, .. } = running;
    plugin.stop(60_000);
    let running = start_in(folder, procurement);
    assert_eq!(barred(&running, "2026-06-01"), json!(true));
}
