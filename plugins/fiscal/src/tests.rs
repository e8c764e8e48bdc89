//! The department's own questions, through the C functions the register calls.

use serde_json::{Value, json};
use shouxin_plugin::testing::{Bench, Trial, case, classification, date};
use shouxin_plugin::{AnswerOutcome, Case, Hook};
use tempfile::TempDir;

use super::Fiscal;

const APPLICANT: &str = "91350426MA2XYZ1234";

fn bench(folder: &TempDir) -> Bench {
    let settings = json!({"programmes": {
        "KJ-2026": {"kind": "project", "restricted": "bar", "rule": "尤财〔2026〕5号"},
        "JG-2026": {"kind": "project"},
        "BT-2026": {"kind": "subsidy"},
        "DB-2026": {"kind": "entitlement"},
    }});
    Bench::start::<Fiscal>(folder.path(), settings).unwrap()
}

fn ask_on(bench: &mut Bench, programme: &str, on: &str) -> Value {
    bench.query(&json!({"applicant": APPLICANT, "programme": programme, "on": on})).unwrap()
}

fn ask(bench: &mut Bench, programme: &str) -> Value {
    ask_on(bench, programme, "2026-06-01")
}

fn answers(bench: &mut Bench) -> [String; 4] {
    ["KJ-2026", "JG-2026", "BT-2026", "DB-2026"]
        .map(|programme| ask(bench, programme)["answer"].as_str().unwrap().to_owned())
}

fn order(measure: &str, step: u64) -> Case {
    case(&format!("M-0.{measure}"), step, measure)
}

#[test]
fn the_answer_names_the_decision_and_the_rule() {
    let folder = TempDir::new().unwrap();
    let mut bench = bench(&folder);
    let answer = bench.case(Hook::Execute, &case("M-0.1042", 1057, "M-A12")).unwrap();
    assert_eq!(answer.reference.as_deref(), Some("CZ-M-0.1042-1057"));
    assert_eq!(
        ask(&mut bench, "KJ-2026"),
        json!({
            "answer": "barred", "rule": "尤财〔2026〕5号",
            "restrictions": [{
                "case": "M-0.1042", "measure": "M-A12", "decision": "D-0.1031",
                "document_number": "尤信办〔2026〕3号", "authority": "11350426003800001A",
                "from": "2026-01-01", "until": "2026-12-31"
            }],
            "priorities": [], "elsewhere": [], "suspended": []
        })
    );
    let other =
        json!({"applicant": "91350426MA2OTHER99", "programme": "KJ-2026", "on": "2026-06-01"});
    assert_eq!(bench.query(&other).unwrap()["answer"], "ordinary");
}

#[test]
fn what_every_plugin_must_hold_to() {
    let folder = TempDir::new().unwrap();
    for measure in ["M-A12", "M-A13", "I08"] {
        let mut case = order(measure, 1);
        case.subject.key = format!("91350426MA2{measure}");
        let programme = |restricted: &str| {
            json!({"programmes": {
                "KJ-2026": {"kind": "project", "restricted": restricted, "rule": "尤财〔2026〕5号"}
            }})
        };
        let kind = if measure == "M-A13" { "subsidy" } else { "project" };
        Trial::new(programme("bar"))
            .other_settings(programme("review"))
            .in_effect(|bench| {
                let question =
                    json!({"applicant": case.subject.key, "kind": kind, "on": "2026-06-01"});
                bench.query(&question).unwrap()["answer"] != "ordinary"
            })
            .run::<Fiscal>(&folder.path().join(measure), &case)
            .unwrap();
    }
}

#[test]
fn each_measure_concerns_its_own_kind_of_funds() {
    for (measure, expected) in [
        ("M-A12", ["barred", "review", "ordinary", "ordinary"]),
        ("M-A13", ["ordinary", "ordinary", "review", "ordinary"]),
        ("I08", ["priority", "priority", "ordinary", "ordinary"]),
    ] {
        let folder = TempDir::new().unwrap();
        let mut bench = bench(&folder);
        bench.case(Hook::Execute, &order(measure, 1)).unwrap();
        assert_eq!(answers(&mut bench), expected, "{measure}");
    }
}

#[test]
fn a_restriction_goes_before_a_priority_and_both_are_shown() {
    let folder = TempDir::new().unwrap();
    let mut bench = bench(&folder);
    bench.case(Hook::Execute, &order("I08", 1)).unwrap();
    bench.case(Hook::Execute, &order("M-A12", 2)).unwrap();
    let answer = ask(&mut bench, "JG-2026");
    assert_eq!(answer["answer"], "review");
    assert_eq!(answer["restrictions"][0]["measure"], "M-A12");
    assert_eq!(answer["priorities"][0]["measure"], "I08");
    bench.case(Hook::Lift, &order("M-A12", 3)).unwrap();
    assert_eq!(ask(&mut bench, "JG-2026")["answer"], "priority");
}

#[test]
fn suspend_resume_lift_and_restart_are_seen_at_once() {
    let folder = TempDir::new().unwrap();
    let mut bench = bench(&folder);
    for (step, hook, expected, suspended) in [
        (1, Hook::Execute, "barred", 0),
        (2, Hook::Suspend, "ordinary", 1),
        (3, Hook::Resume, "barred", 0),
        (4, Hook::Lift, "ordinary", 0),
    ] {
        bench.case(hook, &order("M-A12", step)).unwrap();
        for _ in 0..2 {
            let answer = ask(&mut bench, "KJ-2026");
            assert_eq!(answer["answer"], expected, "{hook}");
            assert_eq!(answer["suspended"].as_array().unwrap().len(), suspended, "{hook}");
            bench.restart().unwrap();
        }
    }
}

#[test]
fn a_suspension_is_shown_with_its_decision_and_does_not_count() {
    let folder = TempDir::new().unwrap();
    let mut bench = bench(&folder);
    bench.case(Hook::Execute, &order("M-A12", 1)).unwrap();
    bench.case(Hook::Suspend, &order("M-A12", 2)).unwrap();
    let answer = ask(&mut bench, "KJ-2026");
    assert_eq!(answer["answer"], "ordinary");
    assert_eq!(answer["restrictions"], json!([]));
    assert_eq!(answer["suspended"][0]["document_number"], "尤信办〔2026〕3号");
    assert_eq!(ask_on(&mut bench, "KJ-2026", "2027-01-01")["suspended"], json!([]));
    assert_eq!(ask(&mut bench, "BT-2026")["suspended"], json!([]), "not about subsidies");
}

#[test]
fn its_last_day_ends_a_restriction_without_a_lift() {
    let folder = TempDir::new().unwrap();
    let mut bench = bench(&folder);
    bench.case(Hook::Execute, &order("M-A12", 1)).unwrap();
    let days = ["2025-12-31", "2026-01-01", "2026-12-31", "2027-01-01"];
    let answers = days.map(|day| ask_on(&mut bench, "KJ-2026", day)["answer"].clone());
    assert_eq!(answers, ["ordinary", "barred", "barred", "ordinary"]);
}

#[test]
fn a_decision_limited_to_programmes_concerns_no_other() {
    let folder = TempDir::new().unwrap();
    let mut bench = bench(&folder);
    let mut limited = order("M-A12", 1);
    limited.measure.parameters.insert("programmes".to_owned(), json!(["JG-2026"]));
    bench.case(Hook::Execute, &limited).unwrap();
    assert_eq!(answers(&mut bench), ["ordinary", "review", "ordinary", "ordinary"]);
    assert_eq!(ask(&mut bench, "KJ-2026")["elsewhere"], json!(["M-0.M-A12"]));
    for wrong in [json!([]), json!("JG-2026"), json!([5])] {
        limited.step += 1;
        limited.measure.parameters.insert("programmes".to_owned(), wrong);
        assert_eq!(bench.case(Hook::Execute, &limited).unwrap().outcome, AnswerOutcome::Failed);
    }
}

#[test]
fn repeated_and_late_steps_change_nothing_and_a_lift_needs_no_execute() {
    let folder = TempDir::new().unwrap();
    let mut bench = bench(&folder);
    let first = bench.case(Hook::Execute, &order("M-A13", 1)).unwrap();
    bench.restart().unwrap();
    assert_eq!(bench.case(Hook::Execute, &order("M-A13", 1)).unwrap(), first);
    for _ in 0..2 {
        let answer = bench.case(Hook::Lift, &order("M-A12", 9)).unwrap();
        assert_eq!(answer.outcome, AnswerOutcome::Done);
    }
    let late = bench.case(Hook::Execute, &order("M-A12", 5)).unwrap();
    assert_eq!(late.outcome, AnswerOutcome::Failed);
    let begun = bench.case(Hook::Resume, &order("I08", 3)).unwrap();
    assert_eq!(begun.outcome, AnswerOutcome::NeedsHuman);
    assert_eq!(answers(&mut bench), ["ordinary", "ordinary", "review", "ordinary"]);
}

#[test]
fn a_classification_restricts_and_prefers_nobody() {
    let folder = TempDir::new().unwrap();
    let mut bench = bench(&folder);
    assert_eq!(bench.classified(&classification(1)).unwrap().outcome, AnswerOutcome::Done);
    assert_eq!(answers(&mut bench), ["ordinary"; 4]);
}

#[test]
fn another_measure_is_not_carried_out() {
    let folder = TempDir::new().unwrap();
    let mut bench = bench(&folder);
    for measure in ["M-A14", "M-A17", "I09"] {
        let answer = bench.case(Hook::Execute, &order(measure, 1)).unwrap();
        assert_eq!(answer.outcome, AnswerOutcome::Failed);
    }
    assert_eq!(answers(&mut bench), ["ordinary"; 4]);
}

#[test]
fn a_forgotten_applicant_is_nowhere_in_the_folder() {
    let folder = TempDir::new().unwrap();
    let mut bench = bench(&folder);
    let mut other = case("M-0.7", 7, "M-A12");
    other.subject.key = "91350426MA2OTHER99".to_owned();
    other.valid_until = date(2027, 6, 30);
    bench.case(Hook::Execute, &case("M-0.1042", 1, "M-A12")).unwrap();
    bench.case(Hook::Suspend, &case("M-0.1042", 2, "M-A12")).unwrap();
    bench.case(Hook::Execute, &other).unwrap();
    assert_eq!(bench.forget(APPLICANT).unwrap().outcome, AnswerOutcome::Done);
    for file in std::fs::read_dir(folder.path()).unwrap() {
        let bytes = std::fs::read(file.unwrap().path()).unwrap();
        let text = String::from_utf8_lossy(&bytes).into_owned();
        for trace in [APPLICANT, "M-0.1042"] {
            assert!(!text.contains(trace), "{trace} in {text}");
        }
    }
    let question = json!({"applicant": other.subject.key, "kind": "project", "on": "2027-06-30"});
    assert_eq!(bench.query(&question).unwrap()["answer"], "review");
}

#[test]
fn a_programme_outside_the_settings_is_asked_by_its_kind_and_never_bars() {
    let folder = TempDir::new().unwrap();
    let mut bench = bench(&folder);
    bench.case(Hook::Execute, &order("M-A12", 1)).unwrap();
    let mut question = json!({"applicant": APPLICANT, "programme": "XX-2026", "on": "2026-06-01"});
    let refused = bench.query(&question).unwrap_err();
    assert!(refused.reason.contains("ask with `kind`"), "{}", refused.reason);
    question["kind"] = json!("project");
    assert_eq!(bench.query(&question).unwrap()["answer"], "review");
    question["programme"] = json!("BT-2026");
    let refused = bench.query(&question).unwrap_err();
    assert!(refused.reason.contains("another `kind`"), "{}", refused.reason);
    for question in [json!({}), json!([]), json!({"applicant": "x", "on": "2026-02-30"})] {
        let refused = bench.query(&question).unwrap_err();
        assert!(refused.reason.contains("\"programme\""), "{}", refused.reason);
    }
}

#[test]
fn settings_that_do_not_fit_are_refused_with_their_reason() {
    let folder = TempDir::new().unwrap();
    let many: serde_json::Map<String, Value> =
        (0..1_001).map(|own| (own.to_string(), json!({"kind": "project"}))).collect();
    for (programmes, says) in [
        (json!({"A": {"kind": "project", "restricted": "bar"}}), "names the published rule"),
        (json!({"A": {"kind": "project", "restricted": "bar", "rule": " "}}), "published rule"),
        (json!({"A": {"kind": "entitlement", "restricted": "bar", "rule": "x"}}), "entitlement"),
        (json!({"A": {"kind": "loan"}}), "loan"),
        (json!({"A": {"kind": "project", "name": "x"}}), "name"),
        (json!({"": {"kind": "project"}}), "1 to 64 bytes"),
        (Value::from(many), "more than 1000"),
    ] {
        let settings = json!({"programmes": programmes});
        let refused = Bench::start::<Fiscal>(folder.path(), settings).err().unwrap();
        assert!(refused.reason.contains(says), "{}", refused.reason);
    }
    assert!(Bench::start::<Fiscal>(folder.path(), Value::Null).is_ok());
}
