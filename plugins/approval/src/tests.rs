//! What the counter of the approval bureau asks, through the C functions the register calls.

use serde_json::{Value, json};
use shouxin_plugin::testing::{Bench, Trial, case, classification};
use shouxin_plugin::{AnswerOutcome, Case, Hook};
use tempfile::TempDir;

use super::Approval;

const SUBJECT: &str = "91350426MA2XYZ1234";

fn bench(folder: &TempDir) -> Bench {
    Bench::start::<Approval>(folder.path(), Value::Null).unwrap()
}

fn ask(bench: &mut Bench, on: &str) -> Value {
    bench.query(&json!({"subject": SUBJECT, "on": on})).unwrap()
}

fn review(bench: &mut Bench) -> String {
    ask(bench, "2026-06-01")["review"].as_str().unwrap().to_owned()
}

fn limited(case_id: &str, step: u64, items: Value) -> Case {
    let mut case = case(case_id, step, "M-A01");
    case.measure.parameters.insert("items".into(), items);
    case
}

#[test]
fn what_every_plugin_must_hold_to() {
    let folder = TempDir::new().unwrap();
    Trial::new(Value::Null)
        .in_effect(|bench| review(bench) == "strict")
        .run::<Approval>(folder.path(), &case("M-7001", 5, "M-A01"))
        .unwrap();
}

#[test]
fn settings_that_it_does_not_have_are_refused() {
    let folder = TempDir::new().unwrap();
    for settings in [json!({"items": ["施工许可"]}), json!("strict"), json!(1)] {
        assert!(Bench::start::<Approval>(folder.path(), settings).is_err());
    }
    assert!(Bench::start::<Approval>(folder.path(), json!({})).is_ok());
}

#[test]
fn without_a_case_review_is_ordinary() {
    let folder = TempDir::new().unwrap();
    let expected = json!({
        "review": "ordinary", "conveniences": [], "because": [], "elsewhere": [], "suspended": []
    });
    assert_eq!(ask(&mut bench(&folder), "2026-06-01"), expected);
}

#[test]
fn strict_review_names_its_decision_and_ends_on_its_day() {
    let folder = TempDir::new().unwrap();
    let mut bench = bench(&folder);
    let answer = bench.case(Hook::Execute, &case("M-0.1", 5, "M-A01")).unwrap();
    assert_eq!(answer.reference.as_deref(), Some("SP-M-0.1-5"));
    let found = ask(&mut bench, "2026-12-31");
    assert_eq!(found["review"], "strict");
    assert_eq!(
        found["because"],
        json!([{
            "case": "M-0.1", "measure": "M-A01", "decision": "D-0.1031",
            "document_number": "尤信办〔2026〕3号", "until": "2026-12-31"
        }])
    );
    assert_eq!(ask(&mut bench, "2027-01-01")["review"], "ordinary");
}

#[test]
fn conveniences_add_up_and_strict_review_goes_before_them() {
    let folder = TempDir::new().unwrap();
    let mut bench = bench(&folder);
    for (number, measure) in [(1, "I07"), (2, "I05"), (3, "I06"), (4, "I05")] {
        bench.case(Hook::Execute, &case(&format!("M-0.{number}"), number, measure)).unwrap();
    }
    let found = ask(&mut bench, "2026-06-01");
    assert_eq!(found["review"], "green");
    assert_eq!(found["conveniences"], json!(["I05", "I06", "I07"]));
    assert_eq!(found["because"].as_array().unwrap().len(), 4);

    bench.case(Hook::Execute, &case("M-0.9", 9, "M-A01")).unwrap();
    let found = ask(&mut bench, "2026-06-01");
    assert_eq!((&found["review"], &found["conveniences"]), (&json!("strict"), &json!([])));
    assert_eq!(found["because"].as_array().unwrap().len(), 1);
    bench.case(Hook::Lift, &case("M-0.9", 10, "M-A01")).unwrap();
    assert_eq!(review(&mut bench), "green");
}

#[test]
fn a_case_limited_to_items_concerns_only_those() {
    let folder = TempDir::new().unwrap();
    let mut bench = bench(&folder);
    bench.case(Hook::Execute, &limited("M-0.1", 1, json!(["施工许可", "采伐许可"]))).unwrap();
    let mut ask = |item: Option<&str>| {
        bench.query(&json!({"subject": SUBJECT, "on": "2026-06-01", "item": item})).unwrap()
    };
    assert_eq!(ask(Some("施工许可"))["review"], "strict");
    for item in [Some("食品经营许可"), None] {
        let found = ask(item);
        assert_eq!(found["review"], "ordinary");
        assert_eq!(found["elsewhere"], json!(["M-0.1"]));
    }
}

#[test]
fn a_limit_that_cannot_be_read_is_not_carried_out() {
    let folder = TempDir::new().unwrap();
    let mut bench = bench(&folder);
    for items in [json!([]), json!("施工许可"), json!([1]), json!(null)] {
        let answer = bench.case(Hook::Execute, &limited("M-0.1", 1, items)).unwrap();
        assert_eq!(answer.outcome, AnswerOutcome::Failed);
    }
    let answer = bench.case(Hook::Execute, &case("M-0.1", 1, "M-A17")).unwrap();
    assert_eq!(answer.outcome, AnswerOutcome::Failed);
    assert_eq!(review(&mut bench), "ordinary");
}

#[test]
fn suspend_resume_lift_restart_and_late_steps() {
    let folder = TempDir::new().unwrap();
    let mut bench = bench(&folder);
    for (step, hook, expected) in [
        (2, Hook::Execute, "strict"),
        (4, Hook::Suspend, "ordinary"),
        (4, Hook::Suspend, "ordinary"),
        (3, Hook::Execute, "ordinary"),
        (6, Hook::Resume, "strict"),
        (5, Hook::Suspend, "strict"),
        (8, Hook::Lift, "ordinary"),
        (8, Hook::Lift, "ordinary"),
        (9, Hook::Resume, "ordinary"),
        (10, Hook::Execute, "ordinary"),
    ] {
        bench.case(hook, &case("M-0.1", step, "M-A01")).unwrap();
        assert_eq!(review(&mut bench), expected, "{hook} {step}");
        bench.restart().unwrap();
        assert_eq!(review(&mut bench), expected, "{hook} {step}, restarted");
    }
}

#[test]
fn a_lift_needs_no_execute_and_a_classification_changes_nothing() {
    let folder = TempDir::new().unwrap();
    let mut bench = bench(&folder);
    bench.classified(&classification(1)).unwrap();
    assert_eq!(review(&mut bench), "ordinary");
    let answer = bench.case(Hook::Lift, &case("M-0.1", 3, "M-A01")).unwrap();
    assert_eq!(answer.outcome, AnswerOutcome::Done);
    assert_eq!(review(&mut bench), "ordinary");
}

#[test]
fn a_forgotten_subject_is_nowhere_in_the_folder() {
    let folder = TempDir::new().unwrap();
    let mut bench = bench(&folder);
    bench.case(Hook::Execute, &limited("M-0.1", 1, json!(["施工许可"]))).unwrap();
    bench.forget(SUBJECT).unwrap();
    assert_eq!(review(&mut bench), "ordinary");
    for file in std::fs::read_dir(folder.path()).unwrap() {
        let bytes = std::fs::read(file.unwrap().path()).unwrap();
        let text = String::from_utf8_lossy(&bytes).into_owned();
        for trace in [SUBJECT, "M-0.1", "D-0.1031", "施工许可"] {
            assert!(!text.contains(trace), "{trace} in {text}");
        }
    }
}
