//! Each rule of the suite is broken by a library made for it, and found by that rule and no other.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops at the first surprise")]

mod kit;

use kit::{broken, check_with, library};
use serde_json::json;
use shouxin_plugin_check::{Options, Verdict};

/// A sin of `tests/fixtures/sloppy`, and the rule that has to find it.
const SINS: [(&str, &str, Verdict); 23] = [
    ("any-settings", "settings", Verdict::Warned),
    ("needs-network", "creates", Verdict::Failed),
    ("starts-once", "creates", Verdict::Failed),
    ("answers-nothing", "answers", Verdict::Failed),
    ("later-without-network", "offline", Verdict::Failed),
    ("carries-out-nothing", "carries_out", Verdict::Warned),
    ("changes-answers", "repeats", Verdict::Failed),
    ("forgets-answers", "remembers", Verdict::Failed),
    ("late-execute", "order", Verdict::Failed),
    ("lift-needs-execute", "lift_alone", Verdict::Failed),
    ("forgets-everybody", "separate", Verdict::Failed),
    ("acts-twice", "effects", Verdict::Failed),
    ("forgets-nothing", "forgets", Verdict::Failed),
    ("keeps-names", "forgets", Verdict::Failed),
    ("keeps-files", "forgets", Verdict::Failed),
    ("dies-of-nonsense", "malformed", Verdict::Failed),
    ("believes-nonsense", "malformed", Verdict::Failed),
    ("refuses-fields", "tolerates", Verdict::Failed),
    ("dies-of-length", "long_texts", Verdict::Failed),
    ("leaks-memory", "memory", Verdict::Failed),
    ("leaks-descriptors", "descriptors", Verdict::Failed),
    ("leaks-threads", "threads", Verdict::Failed),
    ("prints-names", "logs", Verdict::Warned),
];

fn sinner(sin: &str, change: impl FnOnce(&mut Options)) -> shouxin_plugin_check::Report {
    check_with(&library("shouxin-fixture-sloppy"), |options| {
        options.settings = json!({ "sin": sin });
        options.question = Some(json!({"subject": "$subject"}));
        change(options);
    })
}

#[test]
fn without_a_sin_nothing_is_found() {
    let report = sinner("", |_| {});
    assert_eq!(broken(&report), [], "{report}");
    assert!(report.passed);
}

/// Half of the sins, so that two threads share them.
fn find(sins: &[(&str, &str, Verdict)]) {
    let mut wrong = Vec::new();
    for (sin, rule, verdict) in sins {
        let report = sinner(sin, |_| {});
        if broken(&report) != [(*rule, *verdict)] {
            wrong.push(format!("{sin}: {:?}\n{report}", broken(&report)));
        }
        assert_eq!(report.passed, *verdict == Verdict::Warned, "{sin}");
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn each_sin_is_found_by_the_rule_that_is_meant_for_it() {
    find(&SINS[..11]);
}

#[test]
fn each_other_sin_is_found_by_the_rule_that_is_meant_for_it() {
    find(&SINS[11..]);
}

/// What was not looked at is never passed over: the last line names it.
#[test]
fn a_library_that_carries_out_nothing_passes_and_the_last_line_says_what_that_is_worth() {
    let report = sinner("carries-out-nothing", |_| {});
    assert!(report.passed);
    assert_eq!(report.not_looked_at, ["order", "effects"]);
    assert_eq!(report.calls, Options::QUICK_CALLS);
    let text = report.to_string();
    let last = text.lines().last().unwrap();
    assert!(last.contains("not looked at: order, effects"), "{last}");
    assert!(last.contains("a long run of 2000 calls instead of 100000"), "{last}");
    assert!(last.ends_with("look at: carries_out"), "{last}");
    let detail = &report.finding("carries_out").unwrap().detail;
    assert!(detail.contains("--measure"), "{detail}");
}

#[test]
fn a_long_run_that_does_not_come_to_its_end_is_not_passed() {
    let report = sinner("", |options| options.run_ms_max = 0);
    assert_eq!(broken(&report), [("memory", Verdict::Failed)], "{report}");
    assert!(!report.passed);
    assert_eq!(report.not_looked_at, ["descriptors", "threads", "folder"]);
    let detail = &report.finding("memory").unwrap().detail;
    assert!(detail.starts_with("0 of 2000 calls were made"), "{detail}");
    assert!(detail.contains("TMPDIR") && detail.contains("--calls"), "{detail}");
}

#[test]
fn a_call_that_does_not_end_is_ended_at_the_deadline_and_reported() {
    let report = sinner("is-slow", |options| options.deadline_ms = 3_000);
    assert_eq!(broken(&report), [("pace", Verdict::Failed)], "{report}");
    let pace = report.finding("pace").unwrap();
    assert!(pace.detail.starts_with("execute: deadline"), "{}", pace.detail);
}

#[test]
fn a_journal_without_an_end_is_found() {
    let report = sinner("grows-journal", |_| {});
    assert_eq!(broken(&report), [("folder", Verdict::Failed)], "{report}");
}
