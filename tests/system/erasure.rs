//! Erasing files, over years: through the API with two officers' keys, and from the command line with
//! the server stopped. What was sealed is readable by nobody afterwards, the log still verifies, and
//! the audit has nothing to say.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::{Value, json};
use shouxin_core::actor::{OfficerRef, Role};
use shouxin_core::identifier::uscc::Uscc;
use shouxin_core::time::{Day, Timestamp};
use shouxin_server::app::{DataFolder, Purpose, Server, Start};
use shouxin_server::clock::MovedClock;
use shouxin_server::config::Config;
use shouxin_server::demo::sample::{citizen_number, code};
use shouxin_server::keys;
use shouxin_server::plugins::PluginsFile;
use shouxin_tests::{Answer, Client, county, nowhere_in_clear, run};

const OFFICE: &str = "11350426XY0001015X";
const MARKET: &str = "11350426XY0001023Q";
const NAME: &str = "韩梅梅";

fn day(text: &str) -> Day {
    text.parse().expect("a day")
}

/// A server in this process, so that years pass at once.
struct Years {
    runtime: tokio::runtime::Runtime,
    server: Server,
    clock: Arc<MovedClock>,
    base: String,
}

impl Years {
    fn start(data: &Path, on: Day) -> Years {
        let runtime = tokio::runtime::Runtime::new().expect("a runtime");
        let clock = Arc::new(MovedClock::new(Timestamp::start_of(on).plus_ms(8 * 3_600_000)));
        let config = Config::default();
        let folder =
            DataFolder::open(data, Purpose::Serve, &config, &mut |_| {}).expect("a folder");
        let start = Start {
            folder,
            config,
            rules: county(),
            plugins: PluginsFile::default(),
            clock: clock.clone(),
            listen: "127.0.0.1:0".to_owned(),
            host: (PathBuf::from("/proc/self/exe"), Vec::new()),
            on_fatal: Box::new(|what| panic!("durability lost: {what}")),
        };
        let server = runtime.block_on(Server::start(start)).expect("a server");
        let base = format!("http://{}", server.address);
        Years { runtime, server, clock, base }
    }

    /// An officer's key, and a client that holds it.
    fn officer(&self, role: Role, authority: &str, officer: &str) -> (String, Client) {
        let reference = OfficerRef {
            authority: Uscc::parse(authority).expect("a code"),
            officer: officer.to_owned(),
        };
        let last = Some(reference).filter(|_| role != Role::Auditor);
        let key = keys::create(&self.server.engine, role, last, None, day("2199-12-31"));
        let key = key.expect("a key");
        (key.clone(), Client::new(&self.base, Some(&key)))
    }

    fn stop(self) {
        self.runtime.block_on(self.server.stop()).expect("stopping");
    }
}

fn post(client: &Client, path: &str, key: &str, body: &Value) -> Answer {
    client.post(path, key, body).expect("an answer")
}

fn refused(answer: &Answer, status: u16, code: &str) {
    assert_eq!((answer.status, answer.body["code"].as_str()), (status, Some(code)), "{answer:?}");
}

/// Covers O05.
#[test]
fn what_an_erased_file_held_is_readable_by_nobody_and_the_log_still_verifies() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    let first = day("2026-03-02");
    let years = Years::start(&data, first);
    let (_, market) = years.officer(Role::Department, MARKET, "SC-03");
    let (guardian_key, guardian) = years.officer(Role::DataOfficer, OFFICE, "SC-04");
    let (office_key, office) = years.officer(Role::CreditOffice, OFFICE, "SC-03");
    let (_, auditor) = years.officer(Role::Auditor, OFFICE, "SC-03");
    let number = citizen_number(7, first);
    let person = json!({"persons": [
        {"name": NAME, "number": number, "capacity": "full"},
    ]});
    assert_eq!(post(&market, "/v1/persons", "register it", &person).status, 201);
    let firm = code("91", 4711);
    let subjects = json!({"subjects": [{"code": firm, "name": "尤溪某某商行"}]});
    assert_eq!(post(&market, "/v1/subjects", "register too", &subjects).status, 201);
    let asked = json!({"name": NAME, "number": number}).to_string();
    let lookup = || {
        let headers = [("Purpose", "case law:35"), ("Content-Type", "application/json")];
        let answer = market.send("/v1/persons/lookup", &headers, asked.as_bytes());
        answer.expect("an answer").body
    };
    let file = lookup()["key"].as_str().expect("the person is found").to_owned();
    let at = |step: &str| format!("/v1/subjects/{file}/erasure{step}");
    let basis = json!({"basis": [{"instrument": "pipl", "article": "第四十七条"}]});

    let early = post(&guardian, &at(""), "too early", &basis);
    refused(&early, 409, "STATE");
    years.clock.advance_to(Timestamp::start_of(day("2031-03-03")).plus_ms(8 * 3_600_000));
    refused(&post(&office, &at(""), "the wrong duty", &basis), 403, "FORBIDDEN_ROLE");
    refused(&post(&guardian, &at(""), "no ground", &json!({"basis": []})), 409, "G-BASIS");
    let proposed = post(&guardian, &at(""), "propose it", &basis);
    assert_eq!(proposed.status, 201, "{proposed:?}");
    let waiting = office.get("/v1/erasures").expect("an answer").body;
    assert_eq!(waiting["erasures"][0]["subject"], file, "{waiting}");
    refused(&post(&guardian, &at("/approve"), "alone", &json!({})), 403, "FORBIDDEN_ROLE");
    assert!(lookup()["confirmed"].as_bool().expect("an answer"), "nothing happened yet");
    let approved = post(&office, &at("/approve"), "agree to it", &json!({}));
    assert_eq!(approved.status, 201, "{approved:?}");

    let gone = auditor.until(&format!("/v1/subjects/{file}"), "a destroyed key", |body| {
        body["erasure"]["key_destroyed"] == true
    });
    assert_eq!((&gone["name"], &gone["erasure"]["state"]), (&Value::Null, &json!("erased")));
    assert!(!lookup()["confirmed"].as_bool().expect("an answer"), "nobody finds the person");
    let departments = market.get(&format!("/v1/subjects/{file}")).expect("an answer");
    assert_eq!(departments.status, 404, "{departments:?}");
    let waiting = office.get("/v1/erasures").expect("an answer").body;
    assert_eq!(waiting["erasures"], json!([]));
    refused(&post(&guardian, &at(""), "once more", &basis), 409, "STATE");
    // The same person is registered anew, under another key.
    assert_eq!(post(&market, "/v1/persons", "register anew", &person).status, 201);
    let anew = lookup()["key"].as_str().expect("found again").to_owned();
    assert_ne!(anew, file);
    years.stop();

    // The firm's file, from the command line, with no server running.
    let secret = |name: &str, key: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, format!("{key}\n")).expect("writing a key");
        path.display().to_string()
    };
    let (one, two) = (secret("guardian.key", &guardian_key), secret("office.key", &office_key));
    let (data_text, config) = (data.display().to_string(), county().display().to_string());
    let erase = |more: &[&str]| {
        let all = ["erase", &firm, "--data", &data_text, "--config", &config];
        run(&[&all, more].concat())
    };
    let propose = ["--ground", "pipl:第四十七条", "--data-officer-key", &one];
    let (exit, _, errors) = erase(&["--credit-office-key", &one]);
    assert_eq!(exit, 3, "nobody proposed it: {errors}");
    let (exit, _, errors) = erase(&["--ground", "pipl", "--data-officer-key", &one]);
    assert_eq!(exit, 2, "no article: {errors}");
    let ring = data.join("vault").join("ring");
    let backup = std::fs::read(&ring).expect("the key ring");
    let (exit, output, errors) = erase(&[&propose[..], &["--credit-office-key", &two]].concat());
    assert_eq!(exit, 0, "{errors}");
    for event in ["erasure.proposed", "subject.erased", "subject.key_destroyed"] {
        assert!(output.contains(event), "{output}");
    }
    nowhere_in_clear(&data, NAME);
    // Neither file is told of: not in what is exported, and not among the codes that were registered.
    let whole = ["--personal", "--officer", &format!("{MARKET}/SC-03"), "--purpose", "case law:1"];
    for more in [&whole[..], &[]] {
        let own = ["export", "subjects", "--data", &data_text, "--config", &config];
        let (exit, output, errors) = run(&[&own, more].concat());
        assert_eq!(exit, 0, "{errors}");
        assert!(!output.contains(&firm) && !output.contains(&file), "{output}");
        assert_eq!(output.contains(&anew), !more.is_empty(), "{output}");
    }
    let years = Years::start(&data, day("2031-03-03"));
    let codes = Client::new(&years.base, None).get("/v1/codes/new").expect("an answer");
    assert_eq!((codes.status, &codes.body["codes"]), (200, &json!([])));
    years.stop();
    let (exit, output, errors) = run(&["verify", "--data", &data_text]);
    assert_eq!(exit, 0, "{output}{errors}");
    let (exit, output, errors) = run(&["audit", "--data", &data_text]);
    assert_eq!(exit, 0, "{output}{errors}");
    // A backup of the ring brings no key back once the log is replayed over it.
    let erased = std::fs::read(&ring).expect("the key ring");
    assert_ne!(erased, backup);
    std::fs::write(&ring, &backup).expect("restoring the ring");
    let (exit, output, errors) = run(&["rebuild", "--data", &data_text]);
    assert_eq!(std::fs::read(&ring).expect("the key ring"), erased);
    assert_eq!(exit, 0, "{output}{errors}");
    let (exit, output, errors) = run(&["verify", "--data", &data_text]);
    assert_eq!(exit, 0, "after a rebuild: {output}{errors}");
}
