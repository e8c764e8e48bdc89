//! What was erased is forgotten by the department's plugin too, while the server runs and where it was
//! stopped in between.

use std::path::Path;

use serde_json::{Value, json};
use shouxin_core::actor::Role;
use shouxin_plugin::CaseBook;
use shouxin_server::app::Purpose;
use shouxin_server::demo::sample::code;
use shouxin_server::plugins::PluginsFile;
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
    let file = folder.join("plugins.toml");
    std::fs::write(&file, with_a_journal("", "")).expect("plugins.toml");
    let file = PluginsFile::read(&file).expect("plugins.toml");
    Running::opened(Purpose::Serve, day, &folder.join("data"), file)
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
    let listings = listed_until(END, &running, &teller, &subjects);
    let (cases, procurement) = ordered(END, &running, &teller, &subjects, listings);
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
