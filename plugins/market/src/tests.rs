//! What the inspectors ask, through the C functions the register calls.

use serde_json::{Value, json};
use shouxin_plugin::testing::{Bench, Trial, case, classification};
use shouxin_plugin::{AnswerOutcome, Case, Hook};
use tempfile::TempDir;

use super::Market;

const SUBJECT: &str = "91350426MA2XYZ1234";

fn settings() -> Value {
    json!({
        "routine": {"base_per_year": 4, "minimum_per_year": 2, "maximum_per_year": 8},
        "special": {"base_per_year": 2, "minimum_per_year": 1, "maximum_per_year": 3}
    })
}

fn bench(folder: &TempDir) -> Bench {
    Bench::start::<Market>(folder.path(), settings()).unwrap()
}

fn ask(bench: &mut Bench, on: &str) -> Value {
    bench.query(&json!({"subject": SUBJECT, "on": on})).unwrap()
}

/// Routine and special inspections a year.
fn frequency(bench: &mut Bench) -> (u64, u64) {
    let found = ask(bench, "2026-06-01");
    let per_year = |kind: &str| found[kind]["per_year"].as_u64().unwrap();
    (per_year("routine"), per_year("special"))
}

fn order(case_id: &str, step: u64, measure: &str, name: &str, by: u64) -> Case {
    let mut case = case(case_id, step, measure);
    case.measure.parameters.insert(name.into(), json!(by));
    case
}

/// Under the other settings nothing may be raised.
#[test]
fn what_every_plugin_must_hold_to() {
    let folder = TempDir::new().unwrap();
    let mut others = settings();
    others["routine"]["maximum_per_year"] = json!(4);
    others["special"]["maximum_per_year"] = json!(2);
    Trial::new(settings())
        .other_settings(others)
        .in_effect(|bench| frequency(bench) == (6, 3))
        .run::<Market>(folder.path(), &order("M-7001", 5, "M-A27", "raise_by", 2))
        .unwrap();
}

#[test]
fn without_a_case_the_base_applies_and_without_settings_there_are_defaults() {
    let folder = TempDir::new().unwrap();
    assert_eq!(frequency(&mut bench(&folder)), (4, 2));
    let folder = TempDir::new().unwrap();
    let mut bench = Bench::start::<Market>(folder.path(), Value::Null).unwrap();
    assert_eq!(frequency(&mut bench), (2, 1));
}

#[test]
fn settings_that_contradict_themselves_are_refused() {
    let folder = TempDir::new().unwrap();
    let mut bad = settings();
    bad["special"]["base_per_year"] = json!(9);
    let refused = Bench::start::<Market>(folder.path(), bad).err().unwrap();
    assert!(refused.reason.contains("`special`: 9 is not between 1 and 3"), "{}", refused.reason);
}

#[test]
fn key_supervision_raises_both_within_the_legal_maximum() {
    let folder = TempDir::new().unwrap();
    let mut bench = bench(&folder);
    bench.case(Hook::Execute, &order("M-0.1", 1, "M-A27", "raise_by", 3)).unwrap();
    assert_eq!(frequency(&mut bench), (7, 3));
    // A second one does not add to the first; the stronger applies.
    bench.case(Hook::Execute, &order("M-0.2", 2, "M-A27", "raise_by", 2)).unwrap();
    assert_eq!(frequency(&mut bench), (7, 3));
    let because = ask(&mut bench, "2026-06-01")["routine"]["because"].clone();
    assert_eq!(
        because[0],
        json!({
            "case": "M-0.1", "measure": "M-A27", "decision": "D-0.1031",
            "document_number": "尤信办〔2026〕3号", "until": "2026-12-31", "change": 3,
            "applied": true
        })
    );
    assert_eq!((&because[1]["change"], &because[1]["applied"]), (&json!(2), &json!(false)));
    bench.case(Hook::Lift, &case("M-0.1", 3, "M-A27")).unwrap();
    assert_eq!(frequency(&mut bench), (6, 3));
}

#[test]
fn fewer_inspections_never_go_below_the_legal_minimum() {
    let folder = TempDir::new().unwrap();
    let mut bench = bench(&folder);
    bench.case(Hook::Execute, &case("M-0.1", 1, "I18")).unwrap();
    assert_eq!(frequency(&mut bench), (3, 2));
    bench.case(Hook::Execute, &order("M-0.2", 2, "I18", "lower_by", 300)).unwrap();
    bench.case(Hook::Execute, &order("M-0.3", 3, "I19", "lower_by", 300)).unwrap();
    assert_eq!(frequency(&mut bench), (2, 1));
}

#[test]
fn while_supervision_is_raised_nothing_is_lowered() {
    let folder = TempDir::new().unwrap();
    let mut bench = bench(&folder);
    bench.case(Hook::Execute, &order("M-0.1", 1, "I18", "lower_by", 2)).unwrap();
    bench.case(Hook::Execute, &case("M-0.2", 2, "M-A27")).unwrap();
    assert_eq!(frequency(&mut bench), (5, 3));
    let because = ask(&mut bench, "2026-06-01")["routine"]["because"].clone();
    assert_eq!(because[0]["applied"], json!(false));
    assert_eq!(because[1]["applied"], json!(true));
    bench.case(Hook::Suspend, &case("M-0.2", 3, "M-A27")).unwrap();
    assert_eq!(frequency(&mut bench), (2, 2));
    assert_eq!(ask(&mut bench, "2026-06-01")["suspended"], json!(["M-0.2"]));
}

#[test]
fn parameters_that_cannot_be_read_and_other_measures_are_not_carried_out() {
    let folder = TempDir::new().unwrap();
    let mut bench = bench(&folder);
    let mut bad = Vec::new();
    for value in [json!(0), json!(-1), json!(367), json!("2"), json!(1.5), json!(null)] {
        let mut order = case("M-0.1", 1, "M-A27");
        order.measure.parameters.insert("raise_by".into(), value);
        bad.push(order);
    }
    bad.push(case("M-0.1", 1, "M-A17"));
    for order in bad {
        let answer = bench.case(Hook::Execute, &order).unwrap();
        assert_eq!(answer.outcome, AnswerOutcome::Failed, "{order:?}");
    }
    assert_eq!(frequency(&mut bench), (4, 2));
}

#[test]
fn suspend_resume_lift_restart_and_late_steps() {
    let folder = TempDir::new().unwrap();
    let mut bench = bench(&folder);
    for (step, hook, expected) in [
        (2, Hook::Execute, (5, 3)),
        (4, Hook::Suspend, (4, 2)),
        (3, Hook::Execute, (4, 2)),
        (6, Hook::Resume, (5, 3)),
        (6, Hook::Resume, (5, 3)),
        (5, Hook::Suspend, (5, 3)),
        (8, Hook::Lift, (4, 2)),
        (8, Hook::Lift, (4, 2)),
        (10, Hook::Execute, (4, 2)),
    ] {
        bench.case(hook, &case("M-0.1", step, "M-A27")).unwrap();
        assert_eq!(frequency(&mut bench), expected, "{hook} {step}");
        bench.restart().unwrap();
        assert_eq!(frequency(&mut bench), expected, "{hook} {step}, restarted");
    }
}

#[test]
fn its_last_day_ends_a_case_and_a_classification_changes_nothing() {
    let folder = TempDir::new().unwrap();
    let mut bench = bench(&folder);
    bench.classified(&classification(1)).unwrap();
    assert_eq!(frequency(&mut bench), (4, 2));
    let answer = bench.case(Hook::Lift, &case("M-0.7", 3, "M-A27")).unwrap();
    assert_eq!(answer.outcome, AnswerOutcome::Done, "a lift needs no execute");
    bench.case(Hook::Execute, &case("M-0.1", 1, "M-A27")).unwrap();
    assert_eq!(ask(&mut bench, "2026-12-31")["routine"]["per_year"], 5);
    assert_eq!(ask(&mut bench, "2027-01-01")["routine"]["per_year"], 4);
}

#[test]
fn a_forgotten_subject_is_nowhere_in_the_folder() {
    let folder = TempDir::new().unwrap();
    let mut bench = bench(&folder);
    bench.case(Hook::Execute, &case("M-0.1", 1, "M-A27")).unwrap();
    bench.forget(SUBJECT).unwrap();
    assert_eq!(frequency(&mut bench), (4, 2));
    for file in std::fs::read_dir(folder.path()).unwrap() {
        let bytes = std::fs::read(file.unwrap().path()).unwrap();
        let text = String::from_utf8_lossy(&bytes).into_owned();
        for trace in [SUBJECT, "M-0.1", "D-0.1031", "尤信办"] {
            assert!(!text.contains(trace), "{trace} in {text}");
        }
    }
}

#[test]
fn the_plan_of_a_day_lists_whom_a_decision_concerns_in_pages() {
    let folder = TempDir::new().unwrap();
    let mut bench = bench(&folder);
    let mut act = |hook, subject: &str, step, measure| {
        let mut case = case(&format!("M-0.{subject}{measure}"), step, measure);
        case.subject.key = subject.to_owned();
        assert_eq!(bench.case(hook, &case).unwrap().outcome, AnswerOutcome::Done);
    };
    act(Hook::Execute, "A", 1, "M-A27");
    act(Hook::Execute, "B", 1, "I18");
    act(Hook::Execute, "B", 1, "I19");
    act(Hook::Execute, "C", 1, "M-A27");
    act(Hook::Suspend, "C", 2, "M-A27");
    act(Hook::Lift, "D", 1, "M-A27");
    act(Hook::Execute, "E", 1, "I18");
    act(Hook::Execute, "E", 1, "M-A27");
    let row = |subject: &str, per_year: [u32; 2], by: Value, suspended: Value| {
        json!({"subject": subject, "routine": per_year[0], "special": per_year[1], "by": by,
               "suspended": suspended})
    };
    let all = [
        row("A", [5, 3], json!(["M-0.AM-A27"]), json!([])),
        row("B", [3, 1], json!(["M-0.BI18", "M-0.BI19"]), json!([])),
        row("C", [4, 2], json!([]), json!(["M-0.CM-A27"])),
        row("E", [5, 3], json!(["M-0.EM-A27"]), json!([])),
    ];
    bench.restart().unwrap();
    let base = json!({"routine": 4, "special": 2});
    assert_eq!(
        bench.query(&json!({"plan": "2026-06-01"})).unwrap(),
        json!({"base": base, "subjects": all, "next": null})
    );
    let (mut pages, mut after) = (Vec::new(), Value::Null);
    loop {
        let question = json!({"plan": "2026-06-01", "after": after, "limit": 2});
        let page = bench.query(&question).unwrap();
        pages.push(page["subjects"].clone());
        after = page["next"].clone();
        if after.is_null() {
            break;
        }
    }
    assert_eq!(pages, [json!(all[..2]), json!(all[2..])]);
    let ended = bench.query(&json!({"plan": "2027-01-01"})).unwrap();
    assert_eq!(ended["subjects"], json!([]));
    for limit in [0, 501] {
        let refused = bench.query(&json!({"plan": "2026-06-01", "limit": limit})).unwrap_err();
        assert!(refused.reason.contains("`limit`"), "{}", refused.reason);
    }
    let refused = bench.query(&json!({"plan": "June"})).unwrap_err();
    assert!(refused.reason.contains("ask {"), "{}", refused.reason);
}

#[test]
fn a_page_of_the_plan_never_outgrows_an_answer() {
    let folder = TempDir::new().unwrap();
    let mut bench = bench(&folder);
    for number in 0..6 {
        let mut case = case(&format!("M-0.{number}{}", "x".repeat(30_000)), 1, "M-A27");
        case.subject.key = format!("S{number}");
        assert_eq!(bench.case(Hook::Execute, &case).unwrap().outcome, AnswerOutcome::Done);
    }
    let page = bench.query(&json!({"plan": "2026-06-01"})).unwrap();
    assert_eq!(page["next"], "S4");
    let rest = bench.query(&json!({"plan": "2026-06-01", "after": "S4"})).unwrap();
    assert_eq!(
        (rest["subjects"][0]["subject"].as_str(), &rest["next"]),
        (Some("S5"), &Value::Null)
    );
}
