//! Right before a plugin begins anything, the register is asked once more.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops at the first surprise")]

mod kit;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use kit::{answered, case, failed, faulty, hold, start_gated};
use serde_json::json;
use shouxin_plugin_host::{FailureKind, Hook, Isolation, PluginSpec};

fn both(test: impl Fn(Isolation)) {
    test(Isolation::Process);
    test(Isolation::InProcess);
}

/// The fixture counts its executions and answers with the count: what was stopped left no trace there.
#[test]
fn what_the_gate_stops_is_never_begun_and_what_relieves_is_not_asked_about() {
    both(|isolation| {
        let make = |folder: &std::path::Path| PluginSpec { isolation, ..faulty(folder) };
        let running = start_gated(make, |ticket| ticket % 2 == 0);
        for ticket in 0..40 {
            running.submit(ticket, Hook::Execute, case(ticket, json!({})));
        }
        for hook in [Hook::Suspend, Hook::Lift] {
            running.submit(101 + hook as u64 * 2, hook, case(99, json!({})));
        }
        let mut executed = 0;
        for _ in 0..42 {
            let completion = running.next();
            match (completion.ticket, completion.hook) {
                (ticket, Hook::Execute) if ticket % 2 == 0 => {
                    executed += 1;
                    let reference = answered(completion).reference;
                    assert_eq!(reference.as_deref(), Some(executed.to_string().as_str()));
                }
                (_, Hook::Execute) => {
                    assert!(!completion.begun);
                    assert_eq!(failed(completion).0, FailureKind::Cancelled);
                }
                _ => assert!(completion.begun, "{completion:?}"),
            }
        }
        assert_eq!(executed, 20);
        running.no_more();
    });
}

/// Many calls wait in the plugin's own process when the register's mind changes.
#[test]
fn a_change_that_comes_while_calls_wait_in_the_child_stops_every_one_of_them() {
    let open = Arc::new(AtomicBool::new(true));
    let gate = open.clone();
    let running = start_gated(faulty, move |_| gate.load(Ordering::SeqCst));
    let held = hold(&running, 1);
    for ticket in 2..=30 {
        running.submit(ticket, Hook::Execute, case(ticket, json!({})));
    }
    open.store(false, Ordering::SeqCst);
    held.open();
    assert_eq!(answered(running.next()).reference.as_deref(), Some("stood"));
    for _ in 2..=30 {
        let completion = running.next();
        assert!(!completion.begun, "{completion:?}");
        assert_eq!(failed(completion).0, FailureKind::Cancelled);
    }
    open.store(true, Ordering::SeqCst);
    running.works();
}
