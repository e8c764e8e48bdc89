//! Each call through the C functions the register calls, against a real HTTP server.

use serde_json::{Value, json};
use shouxin_plugin::testing::{Bench, Trial, case, classification};
use shouxin_plugin::{Answer, AnswerOutcome, Case, Hook, Mode, Outcome};
use tempfile::TempDir;

use super::Webhook;
use kit::{Reply, SECRET, System};

#[path = "../../outbound/tests/kit/mod.rs"]
mod kit;

const SUBJECT: &str = "91350426MA2XYZ1234";

fn settings(url: &str) -> Value {
    json!({"endpoint": {"url": url, "secrets": [SECRET], "timeout_ms": 20_000}})
}

fn bench(folder: &TempDir, system: &System) -> Bench {
    bench_with(folder, system, json!({}))
}

fn bench_with(folder: &TempDir, system: &System, more: Value) -> Bench {
    let mut settings = settings(&system.url());
    for (name, value) in more.as_object().unwrap() {
        settings[name] = value.clone();
    }
    let mut bench = Bench::start::<Webhook>(folder.path(), settings).unwrap();
    bench.grant(&system.address);
    bench
}

fn call(bench: &mut Bench, hook: Hook, step: u64) -> Answer {
    bench.case(hook, &order(step)).unwrap()
}

fn order(step: u64) -> Case {
    case("M-0.1042", step, "M-A17")
}

fn number(number: u32) -> Outcome {
    Outcome::done().with_reference(format!("S-{number}"))
}

/// Under the other settings another system would be asked, which does not exist.
#[test]
fn what_every_plugin_must_hold_to() {
    let (folder, system) = (TempDir::new().unwrap(), System::start());
    Trial::new(settings(&system.url()))
        .other_settings(settings("https://tax.example/hook"))
        .grant(&system.address)
        .run::<Webhook>(folder.path(), &case("M-7001", 5, "M-A17"))
        .unwrap();
}

#[test]
fn every_hook_is_posted_as_it_is() {
    let (folder, system) = (TempDir::new().unwrap(), System::start());
    let mut bench = bench(&folder, &system);
    bench.classified(&classification(9)).unwrap();
    for (step, hook) in [(1, Hook::Execute), (2, Hook::Suspend), (3, Hook::Resume), (4, Hook::Lift)]
    {
        assert_eq!(call(&mut bench, hook, step).outcome, AnswerOutcome::Done);
    }
    system.next([Reply::status(204), Reply::body(200, "[1, 2]")]);
    bench.forget(SUBJECT).unwrap();
    assert_eq!(bench.query(&json!({"any": "thing"})).unwrap(), json!([1, 2]));
    let hooks = ["classified", "execute", "suspend", "resume", "lift", "forget", "query"];
    assert_eq!(system.hooks(), hooks);
    let seen = system.seen();
    assert!(seen.iter().all(|seen| seen.trusted.is_ok()));
    assert_eq!(seen[0].body["idempotency_key"], "classified/9");
    assert_eq!(seen[0].body["message"]["in_force"][0]["colour"], "black");
    assert_eq!(seen[4].body["message"]["case_id"], "M-0.1042");
    assert_eq!(seen[5].body["message"], json!({"schema": 1, "subject_key": SUBJECT}));
    assert_eq!(seen[5].body.get("idempotency_key"), None);
}

#[test]
fn a_delivered_step_is_answered_again_without_a_second_post() {
    let (folder, system) = (TempDir::new().unwrap(), System::start());
    let mut bench = bench(&folder, &system);
    assert_eq!(call(&mut bench, Hook::Execute, 5), number(1));
    assert_eq!(call(&mut bench, Hook::Execute, 5), number(1));
    bench.restart().unwrap();
    assert_eq!(call(&mut bench, Hook::Execute, 5), number(1));
    assert_eq!(system.hooks(), ["execute"]);
}

#[test]
fn what_was_not_done_is_asked_again_under_the_same_key() {
    let (folder, system) = (TempDir::new().unwrap(), System::start());
    let mut bench = bench(&folder, &system);
    system.next([
        Reply::status(503),
        Reply::status(422),
        Reply::body(200, r#"{"outcome":"needs_human","detail":"窗口未受理"}"#),
    ]);
    let outcomes: Vec<AnswerOutcome> =
        (0..4).map(|_| call(&mut bench, Hook::Execute, 5).outcome).collect();
    use AnswerOutcome::{Done, Failed, Later, NeedsHuman};
    assert_eq!(outcomes, [Later, Failed, NeedsHuman, Done]);
    let keys = system.seen();
    assert!(keys.iter().all(|seen| seen.headers["idempotency-key"] == "M-0.1042/execute/5"));
    assert_eq!(keys.len(), 4);
}

#[test]
fn an_overtaken_step_never_leaves_the_register() {
    let (folder, system) = (TempDir::new().unwrap(), System::start());
    let mut bench = bench(&folder, &system);
    assert_eq!(call(&mut bench, Hook::Suspend, 9).outcome, AnswerOutcome::Done);
    bench.restart().unwrap();
    assert_eq!(call(&mut bench, Hook::Execute, 7).outcome, AnswerOutcome::Failed);
    assert_eq!(system.hooks(), ["suspend"]);
}

#[test]
fn a_lift_needs_no_execute_and_ends_the_case() {
    let (folder, system) = (TempDir::new().unwrap(), System::start());
    let mut bench = bench(&folder, &system);
    assert_eq!(call(&mut bench, Hook::Lift, 9), number(1));
    assert_eq!(call(&mut bench, Hook::Lift, 9), number(1));
    assert_eq!(call(&mut bench, Hook::Lift, 10), number(2));
    assert_eq!(call(&mut bench, Hook::Execute, 11).outcome, AnswerOutcome::Failed);
    assert_eq!(system.hooks(), ["lift", "lift"]);
}

#[test]
fn only_an_execute_within_its_days_begins_a_burden() {
    let (folder, system) = (TempDir::new().unwrap(), System::start());
    let mut bench = bench(&folder, &system);
    assert_eq!(call(&mut bench, Hook::Resume, 3).outcome, AnswerOutcome::NeedsHuman);
    let mut late = order(4);
    late.as_of = shouxin_plugin::testing::date(2027, 1, 1);
    assert_eq!(bench.case(Hook::Execute, &late).unwrap().outcome, AnswerOutcome::Failed);
    assert!(system.hooks().is_empty());
}

#[test]
fn an_older_classification_is_not_told_after_a_newer_one() {
    let (folder, system) = (TempDir::new().unwrap(), System::start());
    let mut bench = bench(&folder, &system);
    for position in [5, 5, 3, 7] {
        assert_eq!(
            bench.classified(&classification(position)).unwrap().outcome,
            AnswerOutcome::Done
        );
        bench.restart().unwrap();
    }
    let keys: Vec<Value> =
        system.seen().iter().map(|seen| seen.body["idempotency_key"].clone()).collect();
    assert_eq!(keys, ["classified/5", "classified/7"]);
    let mut deaf = bench_with(&TempDir::new().unwrap(), &system, json!({"classified": false}));
    deaf.classified(&classification(9)).unwrap();
    assert_eq!(system.hooks().len(), 2);
}

#[test]
fn a_subject_is_forgotten_here_only_after_it_was_forgotten_there() {
    let (folder, system) = (TempDir::new().unwrap(), System::start());
    let mut bench = bench(&folder, &system);
    call(&mut bench, Hook::Execute, 5);
    bench.classified(&classification(9)).unwrap();
    system.next([Reply::status(500)]);
    assert_eq!(bench.forget(SUBJECT).unwrap().outcome, AnswerOutcome::Later);
    assert!(traces(&folder), "what was delivered is still known");
    assert_eq!(bench.forget(SUBJECT).unwrap().outcome, AnswerOutcome::Done);
    assert!(!traces(&folder));
    assert_eq!(bench.forget(SUBJECT).unwrap().outcome, AnswerOutcome::Done);
}

fn traces(folder: &TempDir) -> bool {
    let mut files = std::fs::read_dir(folder.path()).unwrap();
    files.any(|file| {
        let bytes = std::fs::read(file.unwrap().path()).unwrap();
        let text = String::from_utf8_lossy(&bytes).into_owned();
        [SUBJECT, "M-0.1042", "D-0.1031", "尤信办", "S-1"].iter().any(|own| text.contains(own))
    })
}

#[test]
fn without_memory_every_call_is_posted_and_nothing_is_kept() {
    let (folder, system) = (TempDir::new().unwrap(), System::start());
    let mut bench = bench_with(&folder, &system, json!({"remember": false}));
    for _ in 0..2 {
        assert_eq!(call(&mut bench, Hook::Execute, 5), number(1));
        bench.classified(&classification(9)).unwrap();
    }
    assert_eq!(system.hooks().len(), 4);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn beside_the_live_one_nothing_is_sent_and_all_rules_hold() {
    let (folder, system) = (TempDir::new().unwrap(), System::start());
    let settings = settings(&system.url());
    let mut bench = Bench::start_as::<Webhook>(folder.path(), settings, Mode::Shadow, &[]).unwrap();
    bench.grant(&system.address);
    let answer = call(&mut bench, Hook::Execute, 5);
    assert_eq!(answer.outcome, AnswerOutcome::Done);
    assert!(answer.detail.clone().unwrap().contains("M-0.1042/execute/5"));
    bench.restart().unwrap();
    assert_eq!(call(&mut bench, Hook::Execute, 5), answer);
    assert_eq!(call(&mut bench, Hook::Execute, 4).outcome, AnswerOutcome::Failed);
    bench.forget(SUBJECT).unwrap();
    assert!(system.hooks().is_empty());
    assert!(!traces(&folder));
}

#[test]
fn settings_that_do_not_fit_are_refused_without_the_secret() {
    let folder = TempDir::new().unwrap();
    let endpoint = settings("https://tax.example/hook");
    for (change, says) in [
        (json!(null), "`endpoint` is missing"),
        (json!({}), "`endpoint` is missing"),
        (json!({"endpoint": {"url": "https://tax.example/"}}), "secrets"),
        (json!({"endpoint": {"url": "tax", "secrets": [SECRET]}}), "`url` must be written"),
        (json!({"endpoint": {"url": "http://tax.example", "secrets": [SECRET]}}), "plain_http"),
        (json!({"endpoint": {"url": "https://tax.example", "secrets": SECRET}}), "list of texts"),
        (json!({"endpoint": endpoint["endpoint"], "remembr": true}), "remembr"),
    ] {
        let refused = Bench::start::<Webhook>(folder.path(), change).err().unwrap();
        assert!(refused.reason.contains(says), "{}", refused.reason);
        assert!(!refused.reason.contains(SECRET));
    }
    assert!(Bench::start::<Webhook>(folder.path(), endpoint).is_ok());
}
