//! The department's own questions, through the C functions the register calls.

use serde_json::{Value, json};
use shouxin_plugin::testing::{Bench, Trial, case, classification, date};
use shouxin_plugin::{AnswerOutcome, Case, Hook};
use tempfile::TempDir;

use super::Procurement;

const SUPPLIER: &str = "91350426MA2XYZ1234";

fn bench(folder: &TempDir) -> Bench {
    Bench::start::<Procurement>(folder.path(), Value::Null).unwrap()
}

fn ask(bench: &mut Bench, on: &str) -> Value {
    bench.query(&json!({"supplier": SUPPLIER, "on": on})).unwrap()
}

fn barred(bench: &mut Bench, on: &str) -> bool {
    ask(bench, on)["barred"].as_bool().unwrap()
}

fn bar(step: u64) -> Case {
    case("M-0.1042", step, "M-A17")
}

/// Under the other settings the same bar would be handed to a person.
#[test]
fn what_every_plugin_must_hold_to() {
    let folder = TempDir::new().unwrap();
    let mut order = case("M-7001", 5, "M-A17");
    order.valid_until = date(2027, 12, 31);
    Trial::new(json!({"longest_years": 3}))
        .other_settings(json!({"longest_years": 1}))
        .in_effect(|bench| barred(bench, "2026-06-01"))
        .run::<Procurement>(folder.path(), &order)
        .unwrap();
}

/// A repetition is answered as the first time, and what is over is never handed to a person.
#[test]
fn stricter_settings_change_no_answer_that_was_given() {
    let folder = TempDir::new().unwrap();
    let mut bench = bench(&folder);
    let mut long = bar(5);
    long.valid_until = date(2029, 1, 1);
    let done = bench.case(Hook::Execute, &long).unwrap();
    assert_eq!(done.outcome, AnswerOutcome::Done);
    bench.set_settings(json!({"longest_years": 3}));
    bench.restart().unwrap();
    assert_eq!(bench.case(Hook::Execute, &long).unwrap(), done);
    bench.case(Hook::Lift, &bar(9)).unwrap();
    let late = Case { step: 7, ..long };
    assert_eq!(bench.case(Hook::Execute, &late).unwrap().outcome, AnswerOutcome::Failed);
}

#[test]
fn the_answer_names_the_decision_and_its_days() {
    let folder = TempDir::new().unwrap();
    let mut bench = bench(&folder);
    let answer = bench.case(Hook::Execute, &bar(1057)).unwrap();
    assert_eq!(answer.reference.as_deref(), Some("CG-M-0.1042-1057"));
    assert_eq!(
        ask(&mut bench, "2026-06-01"),
        json!({
            "barred": true,
            "by": [{
                "case_id": "M-0.1042", "decision": "D-0.1031",
                "document_number": "尤信办〔2026〕3号", "authority": "11350426003800001A",
                "from": "2026-01-01", "until": "2026-12-31"
            }],
            "suspended": []
        })
    );
    let other = bench.query(&json!({"supplier": "91350426MA2OTHER99", "on": "2026-06-01"}));
    assert_eq!(other.unwrap(), json!({"barred": false, "by": [], "suspended": []}));
}

#[test]
fn suspend_resume_lift_and_restart_are_seen_at_once() {
    let folder = TempDir::new().unwrap();
    let mut bench = bench(&folder);
    for (step, hook, expected) in [
        (1, Hook::Execute, true),
        (2, Hook::Suspend, false),
        (3, Hook::Resume, true),
        (4, Hook::Lift, false),
    ] {
        bench.case(hook, &bar(step)).unwrap();
        assert_eq!(barred(&mut bench, "2026-06-01"), expected, "{hook}");
        bench.restart().unwrap();
        assert_eq!(barred(&mut bench, "2026-06-01"), expected, "{hook}, restarted");
    }
}

#[test]
fn a_suspension_is_named() {
    let folder = TempDir::new().unwrap();
    let mut bench = bench(&folder);
    bench.case(Hook::Execute, &bar(1)).unwrap();
    bench.case(Hook::Suspend, &bar(2)).unwrap();
    let answer = ask(&mut bench, "2026-06-01");
    assert_eq!(answer, json!({"barred": false, "by": [], "suspended": ["M-0.1042"]}));
    assert_eq!(ask(&mut bench, "2027-01-01")["suspended"], json!([]));
}

#[test]
fn its_last_day_ends_a_bar_without_a_lift() {
    let folder = TempDir::new().unwrap();
    let mut bench = bench(&folder);
    bench.case(Hook::Execute, &bar(1)).unwrap();
    let days = ["2025-12-31", "2026-01-01", "2026-12-31", "2027-01-01"];
    assert_eq!(days.map(|day| barred(&mut bench, day)), [false, true, true, false]);
}

#[test]
fn two_decisions_bar_until_both_have_ended() {
    let folder = TempDir::new().unwrap();
    let mut bench = bench(&folder);
    let mut second = case("M-0.2000", 7, "M-A17");
    second.valid_until = date(2027, 6, 30);
    bench.case(Hook::Execute, &bar(1)).unwrap();
    bench.case(Hook::Execute, &second).unwrap();
    bench.case(Hook::Lift, &bar(9)).unwrap();
    let answer = ask(&mut bench, "2026-06-01");
    assert_eq!(answer["by"].as_array().unwrap().len(), 1);
    assert_eq!(answer["by"][0]["case_id"], "M-0.2000");
    assert!(barred(&mut bench, "2027-06-30"));
}

#[test]
fn late_steps_change_nothing_and_a_lift_needs_no_execute() {
    let folder = TempDir::new().unwrap();
    let mut bench = bench(&folder);
    for _ in 0..2 {
        let answer = bench.case(Hook::Lift, &bar(9)).unwrap();
        assert_eq!(answer.outcome, AnswerOutcome::Done);
    }
    let late = bench.case(Hook::Execute, &bar(5)).unwrap();
    assert_eq!(late.outcome, AnswerOutcome::Failed);
    assert!(!barred(&mut bench, "2026-06-01"));
}

#[test]
fn a_classification_bars_nobody() {
    let folder = TempDir::new().unwrap();
    let mut bench = bench(&folder);
    assert_eq!(bench.classified(&classification(1)).unwrap().outcome, AnswerOutcome::Done);
    assert!(!barred(&mut bench, "2026-06-01"));
}

#[test]
fn another_measure_is_not_carried_out() {
    let folder = TempDir::new().unwrap();
    let mut bench = bench(&folder);
    let answer = bench.case(Hook::Execute, &case("M-0.1", 1, "M-A01")).unwrap();
    assert_eq!(answer.outcome, AnswerOutcome::Failed);
    assert!(!barred(&mut bench, "2026-06-01"));
}

#[test]
fn a_bar_beyond_the_configured_years_goes_to_a_person() {
    let folder = TempDir::new().unwrap();
    let settings = json!({"longest_years": 3});
    let mut bench = Bench::start::<Procurement>(folder.path(), settings).unwrap();
    let mut long = bar(1);
    long.valid_until = date(2029, 1, 1);
    let answer = bench.case(Hook::Execute, &long).unwrap();
    assert_eq!(answer.outcome, AnswerOutcome::NeedsHuman);
    assert!(!barred(&mut bench, "2026-06-01"));
    long.valid_until = date(2028, 12, 31);
    assert_eq!(bench.case(Hook::Execute, &long).unwrap().outcome, AnswerOutcome::Done);
    assert!(barred(&mut bench, "2028-12-31"));
}

#[test]
fn a_forgotten_supplier_is_nowhere_in_the_folder() {
    let folder = TempDir::new().unwrap();
    let mut bench = bench(&folder);
    bench.case(Hook::Execute, &bar(1)).unwrap();
    bench.case(Hook::Suspend, &bar(2)).unwrap();
    assert_eq!(bench.forget(SUPPLIER).unwrap().outcome, AnswerOutcome::Done);
    assert!(!barred(&mut bench, "2026-06-01"));
    for file in std::fs::read_dir(folder.path()).unwrap() {
        let bytes = std::fs::read(file.unwrap().path()).unwrap();
        let text = String::from_utf8_lossy(&bytes).into_owned();
        for trace in [SUPPLIER, "M-0.1042", "D-0.1031", "尤信办"] {
            assert!(!text.contains(trace), "{trace} in {text}");
        }
    }
}

#[test]
fn a_question_that_cannot_be_understood_says_how_to_ask() {
    let folder = TempDir::new().unwrap();
    let mut bench = bench(&folder);
    for question in [json!({}), json!([]), json!({"supplier": "x", "on": "2026-02-30"})] {
        let refused = bench.query(&question).unwrap_err();
        assert!(refused.reason.contains("supplier"), "{}", refused.reason);
    }
}
