//! What was erased is forgotten by the department's plugin too, while the server runs and where it was
//! stopped in between.

use std::path::Path;

use serde_json::{Value, json};
use shouxin_core::actor::Role;
use shouxin_plugin::CaseBook;
use shouxin_server::app::Purpose;
use shouxin_server::demo::sample::code;
use shouxin_server::plugins::{PluginsFile, Step};
use shouxin_tests::running::{FIRST, Running};
use shouxin_tests::{Client, county, nowhere_in_clear, run};

use crate::exactly_once::{checked, journal, with_a_journal};
use crate::plugins::{Teller, listed_until, ordered};

const END: &str = "2026-12-01";
/// The day after it, and one on which nothing has to be kept any more.
const AFTER: &str = "2026-12-02";
const LATER: &str = "2036-06-02";
const OFFICE: &str = "development_reform";

fn server(folder: &Path, day: &str) -> Running {
    server_with(folder, day, "", "")
}

/// The same with these bounds and settings of the plugin.
fn server_with(folder: &Path, day: &str, limits: &str, settings: &str) -> Running {
    let file = folder.join("plugins.toml");
    std::fs::write(&file, with_a_journal(limits, settings)).expect("plugins.toml");
    let file = PluginsFile::read(&file).expect("plugins.toml");
    Running::opened(Purpose::Serve, day, &folder.join("data"), file)
}

/// Cases of each subject that the plugin carried out and lifted, years ago.
fn of_old(running: &Running, teller: &Teller, subjects: &[String]) {
    let listings = listed_until(END, running, teller, subjects);
    let (cases, procurement) = ordered(END, running, teller, subjects, listings);
    let until = |state: &str| {
        for (_, id) in &cases {
            let path = format!("/v1/measures/{id}");
            procurement.until(&path, state, |body| body["department_system"] == state);
        }
    };
    until("executed");
    running.on(AFTER);
    until("lifted");
    let report = json!({"result": "已执行", "effect": "已解除"});
    for (_, id) in &cases {
        teller.post(&procurement, &format!("/v1/measures/{id}/feedback"), &report);
    }
    running.on(LATER);
}

fn shown(running: &Running, what: &str, holds: impl Fn(&Value) -> bool) -> Value {
    let operator = running.operator();
    let found = operator.until("/v1/plugins", what, |body| holds(&body["plugins"][0]));
    found["plugins"][0].clone()
}

fn forgotten(own: &Value) -> u64 {
    let text = own["forgotten_through"].as_str().and_then(|text| text.strip_prefix("0."));
    text.and_then(|text| text.parse().ok()).expect("a position")
}

#[test]
fn a_plugin_forgets_whom_the_register_erased_also_after_the_server_was_gone() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    let own = data.join("plugin-data").join("faulty");
    let subjects: Vec<String> = (1..=2).map(|number| code("91", number)).collect();
    let running = server(folder.path(), FIRST);
    let teller = Teller::new();
    of_old(&running, &teller, &subjects);
    let before = shown(&running, "at rest", |own| own["in_flight"] == json!(0));
    assert_eq!(before["to_forget"], json!(false));
    let guardian_key = running.key(Role::DataOfficer, Some((OFFICE, "SC-04")));
    let office_key = running.key(Role::CreditOffice, Some((OFFICE, "SC-03")));
    let (guardian, office) = (
        Client::new(&running.base, Some(&guardian_key)),
        Client::new(&running.base, Some(&office_key)),
    );
    let at = format!("/v1/subjects/{}/erasure", subjects[0]);
    let basis = json!({"basis": [{"instrument": "pipl", "article": "第四十七条"}]});
    teller.post(&guardian, &at, &basis);
    teller.post(&office, &format!("{at}/approve"), &json!({}));
    let once =
        shown(&running, "the first one forgotten", |own| forgotten(own) > forgotten(&before));
    assert_eq!(once["to_forget"], json!(false), "{once}");
    nowhere_in_clear(&own, &subjects[0]);
    drop(running);
    let kept = CaseBook::open(&own).expect("the plugin's book");
    assert_eq!((kept.len(), kept.of_subject(&subjects[1]).count()), (1, 1));
    drop(kept);

    // Erased while nothing runs: the next start finds it in the log.
    let secret = |name: &str, key: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, format!("{key}\n")).expect("writing a key");
        path.display().to_string()
    };
    let (one, two) = (secret("guardian.key", &guardian_key), secret("office.key", &office_key));
    let (data_text, config) = (data.display().to_string(), county().display().to_string());
    let erase = ["erase", &subjects[1], "--data", &data_text, "--config", &config];
    let keys =
        ["--ground", "pipl:第四十七条", "--data-officer-key", &one, "--credit-office-key", &two];
    let (exit, output, errors) = run(&[&erase[..], &keys[..]].concat());
    assert_eq!(exit, 0, "{output}{errors}");
    let running = server(folder.path(), LATER);
    let twice =
        shown(&running, "the second one forgotten", |own| forgotten(own) > forgotten(&once));
    assert_eq!(twice["to_forget"], json!(false), "{twice}");
    nowhere_in_clear(&own, &subjects[1]);
    drop(running);
    assert!(CaseBook::open(&own).expect("the plugin's book").is_empty());
    assert_eq!(journal(&data)["forget"].values().sum::<usize>(), 2, "once each");
    checked(&data);
}

/// Erases a subject by two officers of the office.
fn erased(running: &Running, teller: &Teller, subject: &str) {
    let guardian = running.client(Role::DataOfficer, OFFICE, "SC-04");
    let office = running.client(Role::CreditOffice, OFFICE, "SC-03");
    let at = format!("/v1/subjects/{subject}/erasure");
    let basis = json!({"basis": [{"instrument": "pipl", "article": "第四十七条"}]});
    teller.post(&guardian, &at, &basis);
    teller.post(&office, &format!("{at}/approve"), &json!({}));
}

/// One erasure that a plugin never took held up all the later ones, and nothing said why.
#[test]
fn an_erasure_that_is_not_taken_says_why_and_holds_up_no_other() {
    let folder = tempfile::tempdir().expect("a folder");
    let (data, file) = (folder.path().join("data"), folder.path().join("plugins.toml"));
    let own = data.join("plugin-data").join("faulty");
    let subjects: Vec<String> = (1..=3).map(|number| code("91", number)).collect();
    let bad = format!("fault = \"forget-failed\"\nsubject = {:?}\n", subjects[0]);
    let running = server_with(folder.path(), FIRST, "", &bad);
    let teller = Teller::new();
    of_old(&running, &teller, &subjects);
    for subject in &subjects {
        erased(&running, &teller, subject);
    }
    let stuck = shown(&running, "one left and tried again", |own| {
        own["forget"]["pending"] == json!(1) && own["forget"]["attempts"].as_u64() >= Some(2)
    });
    let why = stuck["forget"]["last_error"].as_str().expect("a reason");
    assert!(why.contains("failed: told to keep") && !why.contains(&subjects[0]), "{why}");
    assert_eq!(stuck["to_forget"], json!(true));
    assert!(stuck["forget"]["oldest_seconds"].is_u64(), "{stuck}");
    for subject in &subjects[1..] {
        nowhere_in_clear(&own, subject);
    }
    let metrics = running.operator().get("/metrics").expect("metrics").body["text"].to_string();
    let gauge = "shouxin_plugin_forget_pending{plugin=\\\"faulty\\\"} 1";
    assert!(metrics.contains(gauge), "{metrics}");
    // Mended, it is asked at once, and the cursor passes all three.
    std::fs::write(&file, with_a_journal("", "")).expect("plugins.toml");
    running.took(Step::Reload {});
    let whole = shown(&running, "nothing left", |own| own["forget"]["pending"] == json!(0));
    assert_eq!(
        (&whole["to_forget"], &whole["forget"]["last_error"]),
        (&json!(false), &Value::Null)
    );
    nowhere_in_clear(&own, &subjects[0]);
    drop(running);
    checked(&data);
}

/// An erasure that kills its plugin opened the breaker, and nobody's case was carried out any more.
#[test]
fn an_erasure_that_kills_the_plugin_opens_no_breaker() {
    let folder = tempfile::tempdir().expect("a folder");
    let (data, file) = (folder.path().join("data"), folder.path().join("plugins.toml"));
    let subjects: Vec<String> = (1..=3).map(|number| code("91", number)).collect();
    let bad = format!("fault = \"forget-abort\"\nsubject = {:?}\n", subjects[0]);
    let limits = "restart_backoff_max_ms = 1\nbreaker_crashes = 4\n";
    let running = server_with(folder.path(), FIRST, limits, &bad);
    let teller = Teller::new();
    of_old(&running, &teller, &subjects);
    for subject in &subjects[..2] {
        erased(&running, &teller, subject);
    }
    let waits = shown(&running, "three attempts", |own| {
        own["forget"]["attempts"] == json!(3) && own["state"] == "running"
    });
    assert_eq!(waits["breaker"], "closed", "{waits}");
    assert_ne!(waits["forget"]["pending"], json!(0), "it is not taken: {waits}");
    assert!(waits["forget"]["last_error"].as_str().is_some_and(|why| why.contains("crash")));
    // Another version, or another grant, is asked at once.
    std::fs::write(&file, with_a_journal(limits, "")).expect("plugins.toml");
    running.took(Step::Reload {});
    shown(&running, "nothing left", |own| own["forget"]["pending"] == json!(0));
    drop(running);
    checked(&data);
}
