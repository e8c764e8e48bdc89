//! The departments that reach out, as they run: in a child behind its cage, over connections that the
//! register opens, to a real HTTP server that checks every signature.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops at the first surprise")]

mod kit;

#[path = "../../outbound/tests/kit/mod.rs"]
mod system;

use std::path::Path;

use kit::{Running, answered, case, library, spec, start};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};
use shouxin_plugin_host::wire::AnswerOutcome;
use shouxin_plugin_host::{Call, Hook, Outcome, PluginSpec};
use system::{SECRET, System};

const SUBJECT: &str = "91350426MA2XYZ1234";

fn webhook(folder: &Path, url: &str, grant: &str, more: Value) -> PluginSpec {
    let mut endpoint = json!({"url": url, "secrets": [SECRET], "timeout_ms": 20_000});
    for (name, value) in more.as_object().unwrap() {
        endpoint[name] = value.clone();
    }
    PluginSpec {
        config: json!({ "endpoint": endpoint }),
        connect: vec![grant.to_owned()],
        ..spec("webhook", &library("shouxin-plugin-webhook"), folder)
    }
}

/// A call under the key that the register gives it.
fn order(hook: Hook, step: u64) -> Vec<u8> {
    let mut case: Value = serde_json::from_slice(&case(step, json!({}))).unwrap();
    case["idempotency_key"] = json!(format!("M-0.1/{hook}/{step}"));
    case.to_string().into_bytes()
}

fn kill(running: &Running) {
    let pid = Pid::from_raw(running.plugin.health().pid.unwrap() as i32).unwrap();
    kill_process(pid, Signal::KILL).unwrap();
}

/// A call that is repeated while the child is being replaced.
fn call_through(running: &Running, hook: Hook, body: &[u8]) -> shouxin_plugin_host::wire::Answer {
    loop {
        assert!(running.plugin.wait_running(60_000));
        let call = Call { ticket: 9, hook, body: body.to_vec() };
        if running.plugin.submit(call).is_ok()
            && let Outcome::Answered(answer) = running.next().outcome
        {
            return answer;
        }
    }
}

#[test]
fn a_call_leaves_the_cage_signed_and_once_however_often_the_child_is_killed() {
    let there = System::start();
    let running = start(|folder| webhook(folder, &there.url(), &there.address, json!({})));
    for (step, hook) in [(1, Hook::Execute), (2, Hook::Suspend), (3, Hook::Resume), (4, Hook::Lift)]
    {
        let first = answered(running.call(hook, order(hook, step)));
        assert_eq!(first.reference, Some(format!("S-{step}")));
        kill(&running);
        assert_eq!(call_through(&running, hook, &order(hook, step)), first);
    }
    assert_eq!(there.hooks(), ["execute", "suspend", "resume", "lift"]);
    assert!(there.seen().iter().all(|seen| seen.trusted.is_ok()));
}

#[test]
fn tls_works_behind_the_cage() {
    let there = System::start();
    let (address, authority) = system::behind_tls(&there);
    let url = format!("https://{address}/hook");
    let more = json!({ "ca_pem": authority });
    let running = start(|folder| webhook(folder, &url, &address, more));
    let answer = answered(running.execute(order(Hook::Execute, 1)));
    assert_eq!(answer.reference.as_deref(), Some("S-1"));
}

#[test]
fn what_is_not_granted_or_not_answered_is_later_and_the_child_lives() {
    let there = System::start();
    let running = start(|folder| webhook(folder, &there.url(), "127.0.0.1:1", json!({})));
    let answer = answered(running.execute(order(Hook::Execute, 1)));
    assert_eq!(answer.outcome, AnswerOutcome::Later);
    assert!(answer.detail.unwrap().contains("grants this plugin no such connection"));
    assert!(there.hooks().is_empty());
    let silent = system::peer(|mut stream| system::until_closed(&mut stream));
    let url = format!("http://{silent}/");
    let running = start(|folder| webhook(folder, &url, &silent, json!({"timeout_ms": 200})));
    for step in 1..4 {
        let answer = answered(running.execute(order(Hook::Execute, step)));
        assert_eq!(answer.outcome, AnswerOutcome::Later);
    }
    assert_eq!(running.plugin.health().restarts, 0);
}

#[test]
fn the_courier_finds_the_files_in_the_plugins_own_folder() {
    let running = start(|folder| PluginSpec {
        config: json!({"spool": {"secrets": [SECRET]}}),
        ..spec("court", &library("shouxin-plugin-court"), folder)
    });
    let mut limit: Value = serde_json::from_slice(&order(Hook::Execute, 7)).unwrap();
    limit["measure"]["id"] = json!("M-M05");
    limit["basis"] = json!([{"instrument": "spc-consumption-rules", "article": "第三条"}]);
    let answer = answered(running.execute(limit.to_string().into_bytes()));
    assert_eq!(answer.reference.as_deref(), Some("FY-M-0.1-7"));
    kill(&running);
    let outbox = running.folder.path().join("data/outbox");
    let files: Vec<_> = std::fs::read_dir(outbox).unwrap().collect();
    let [Ok(file)] = &files[..] else { panic!("{files:?}") };
    let file: Value = serde_json::from_slice(&std::fs::read(file.path()).unwrap()).unwrap();
    let payload: Value = serde_json::from_str(file["payload"].as_str().unwrap()).unwrap();
    assert_eq!(payload["message"]["case"]["subject"]["key"], SUBJECT);
}
