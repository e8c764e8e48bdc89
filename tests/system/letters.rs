//! Dead letters: what a plugin gave up is listed, holds back what would burden the same subject
//! further, and is delivered again, left, or handed to the officers.

use std::path::Path;

use data_encoding::HEXLOWER;
use serde_json::{Value, json};
use shouxin_core::actor::Role;
use shouxin_server::demo::sample::code;
use shouxin_server::plugins::{PluginsFile, Step, library_sha256};
use shouxin_tests::running::{FIRST, Running};
use shouxin_tests::{Client, plugin, run};

use crate::plugins::{SECOND_PAPER, Teller, listed_until, ordered, ordered_by};

/// A `plugins.toml` of development with one plugin that fails for one subject, or for none.
fn writes(path: &Path, fault: &str, subject: &str) {
    let library = plugin("fixture_faulty");
    let text = format!(
        "development_unsigned = true\n[[plugin]]\nname = \"faulty\"\nversion = \"1.0.0\"\nlibrary = \
         {library:?}\nsha256 = {:?}\ndepartment = \"procurement\"\nmeasures = [\"M-A17\"]\nattempts_max = \
         2\nretry_base_ms = 5\n[plugin.settings]\nfault = {fault:?}\nsubject = {subject:?}\n",
        HEXLOWER.encode(&library_sha256(&library).expect("the fixture")),
    );
    std::fs::write(path, text).expect("plugins.toml");
}

fn letters(operator: &Client) -> Vec<Value> {
    let path = "/v1/plugins/faulty/dead-letters";
    let body = operator.get(path).expect("an answer").body;
    body["letters"].as_array().cloned().unwrap_or_default()
}

fn measure(id: &str) -> String {
    format!("/v1/measures/{id}")
}

#[test]
fn what_a_plugin_gave_up_holds_back_the_same_subject_until_it_is_answered() {
    let folder = tempfile::tempdir().expect("a folder");
    let (data, file) = (folder.path().join("data"), folder.path().join("plugins.toml"));
    let subjects: Vec<String> = (1..=2).map(|number| code("91", number)).collect();
    writes(&file, "failed", &subjects[0]);
    let running = Running::with(FIRST, &data, PluginsFile::read(&file).expect("plugins.toml"));
    let operator = running.operator();
    let teller = Teller::new();
    let listings = listed_until("2026-12-01", &running, &teller, &subjects);
    let (cases, procurement) = ordered("2026-12-01", &running, &teller, &subjects, listings);
    let (given_up, carried) = (cases[0].1.clone(), cases[1].1.clone());
    procurement.until(&measure(&carried), "executed", |body| body["state"] == "executed");
    procurement.until(&measure(&given_up), "given up", |body| body["state"] == "accepted");
    let found = letters(&operator);
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!((&found[0]["letter"], &found[0]["kind"]), (&json!(given_up), &json!("case")));
    assert_eq!(found[0]["fault"], "answered");

    // The plugin is mended; a further burden on the same subject waits behind the letter, one on
    // another subject does not.
    writes(&file, "", "");
    running
        .life
        .step(Step::Reload {}, &running.engine)
        .unwrap_or_else(|own| panic!("{}", own.text));
    let (later, procurement) =
        ordered_by(&SECOND_PAPER, "2026-12-01", &running, &teller, &subjects);
    procurement.until(&measure(&later[1].1), "executed", |body| body["state"] == "executed");
    let waits = procurement.get(&measure(&later[0].1)).expect("a case").body;
    assert_eq!(waits["state"], "executing", "{waits}");

    let at = |letter: &str, step: &str| format!("/v1/plugins/faulty/dead-letters/{letter}/{step}");
    let officer = procurement.post(&at(&given_up, "retry"), "not an operator", &json!({}));
    assert_eq!(officer.expect("an answer").status, 403);
    let other = operator.post(&at(&carried, "retry"), "no dead letter", &json!({}));
    assert_eq!(other.expect("an answer").status, 404);
    let again = operator.post(&at(&given_up, "retry"), "deliver it again", &json!({}));
    let again = again.expect("an answer");
    assert_eq!(again.status, 201, "{again:?}");
    assert_eq!(again.body["events"][0]["event"], "dead_letter.retried");
    procurement.until(&measure(&given_up), "executed", |body| body["state"] == "executed");
    procurement.until(&measure(&later[0].1), "executed", |body| body["state"] == "executed");
    assert!(letters(&operator).is_empty());
    drop(running);
    for command in ["verify", "audit"] {
        let (code, output, errors) = run(&[command, "--data", &data.display().to_string()]);
        assert_eq!(code, 0, "{command}: {output}{errors}");
    }
}

#[test]
fn a_letter_is_left_with_a_reason_or_handed_to_the_officers() {
    let folder = tempfile::tempdir().expect("a folder");
    let (data, file) = (folder.path().join("data"), folder.path().join("plugins.toml"));
    let subject = code("91", 1);
    let subjects = vec![subject.clone()];
    writes(&file, "failed", &subject);
    let running = Running::with(FIRST, &data, PluginsFile::read(&file).expect("plugins.toml"));
    let operator = running.operator();
    let teller = Teller::new();
    let listings = listed_until("2026-12-01", &running, &teller, &subjects);
    let (first, procurement) = ordered("2026-12-01", &running, &teller, &subjects, listings);
    let given_up = first[0].1.clone();
    procurement.until(&measure(&given_up), "given up", |body| body["state"] == "accepted");
    let at = |letter: &str, step: &str| format!("/v1/plugins/faulty/dead-letters/{letter}/{step}");
    let bare = operator.post(&at(&given_up, "skip"), "without a reason", &json!({"reason": ""}));
    assert_eq!(bare.expect("an answer").status, 409);
    let reason = json!({"reason": "部门系统已另行登记 / entered there by other means"});
    let skipped = operator.post(&at(&given_up, "skip"), "leave it as it is", &reason);
    assert_eq!(skipped.expect("an answer").status, 201);
    assert!(letters(&operator).is_empty());

    // The next one is handed over: the officer's order goes to no plugin.
    let (second, procurement) =
        ordered_by(&SECOND_PAPER, "2026-12-01", &running, &teller, &subjects);
    let handed = second[0].1.clone();
    procurement.until(&measure(&handed), "given up", |body| body["state"] == "accepted");
    let answer = operator.post(&at(&handed, "hand"), "hand it over", &reason);
    assert_eq!(answer.expect("an answer").status, 201);
    assert!(letters(&operator).is_empty());
    let execute = format!("{}/execute", measure(&handed));
    let ordered = procurement.post(&execute, "order it by hand", &json!({})).expect("an answer");
    assert_eq!(ordered.status, 201, "{ordered:?}");
    let case = procurement.get(&measure(&handed)).expect("a case").body;
    assert_eq!((&case["state"], &case["plugin"]), (&json!("executing"), &Value::Null), "{case}");
    let done = json!({"step": "execute", "reference": "财采〔2026〕7号"});
    let confirm = format!("{}/confirm", measure(&handed));
    let confirmed = procurement.post(&confirm, "confirm by hand", &done).expect("an answer");
    assert_eq!(confirmed.status, 201, "{confirmed:?}");
    // Its end is told to the plugin that had it: the plugin's own data still holds the case.
    running.on("2026-12-02");
    let lift = json!({"reference": "财采〔2026〕8号"});
    let lifted = procurement.post(&format!("{}/lift", measure(&handed)), "lift by hand", &lift);
    assert_eq!(lifted.expect("an answer").status, 201);
    operator.until("/v1/plugins", "a plugin that was told", |body| {
        body["plugins"][0]["to_be_told_by_hand"]["count"] == json!(0)
    });
    let auditor = Client::new(&running.base, Some(&running.key(Role::Auditor, None)));
    auditor.until(
        &format!("/v1/subjects/{subject}/history?limit=1000"),
        "the whole history",
        |body| body["events"].as_array().is_some_and(|events| !events.is_empty()),
    );
    drop(running);
    for command in ["verify", "audit"] {
        let (code, output, errors) = run(&[command, "--data", &data.display().to_string()]);
        assert_eq!(code, 0, "{command}: {output}{errors}");
    }
}

/// The log has one word for `failed` and `needs_human`, and an officer does by hand what a plugin refused: the
/// version that made the history would do nothing otherwise.
#[test]
fn the_version_that_made_a_history_shows_no_difference_to_it() {
    for (fault, kept) in [("needs_human", "answered"), ("status", "refused")] {
        let folder = tempfile::tempdir().expect("a folder");
        let (data, server) = (folder.path().join("data"), shouxin_tests::config(folder.path(), ""));
        let config = server.parent().expect("a folder");
        let file = config.join("plugins.toml");
        let subjects: Vec<String> = (1..=3).map(|number| code("91", number)).collect();
        writes(&file, fault, &subjects[0]);
        let running = Running::with(FIRST, &data, PluginsFile::read(&file).expect("plugins.toml"));
        let operator = running.operator();
        let teller = Teller::new();
        let listings = listed_until("2026-12-01", &running, &teller, &subjects);
        let (cases, procurement) = ordered("2026-12-01", &running, &teller, &subjects, listings);
        let given_up = cases[0].1.clone();
        procurement.until(&measure(&cases[2].1), "executed", |body| body["state"] == "executed");
        procurement.until(&measure(&given_up), "given up", |body| body["state"] == "accepted");
        assert_eq!(letters(&operator)[0]["fault"], kept);
        let done = json!({"step": "execute", "reference": "财采〔2026〕7号"});
        teller.post(&procurement, &format!("{}/confirm", measure(&given_up)), &done);
        drop(running);
        let (library, data) = (plugin("fixture_faulty"), data.display().to_string());
        let (library, config) = (library.display().to_string(), config.display().to_string());
        let all = ["plugin", "dry-run", &library, "--name", "faulty", "--data", &data, "--json"];
        let (code, output, errors) = run(&[&all[..], &["--config", &config]].concat());
        assert_eq!(code, 0, "{fault}: {output}{errors}");
        let summary: Value = serde_json::from_str(output.trim()).expect("one line");
        assert_eq!(summary["different"], json!(0), "{summary}");
        assert!(summary["same"].as_u64() >= Some(3), "{summary}");
    }
}
