//! A plugin that panics, aborts, exits, hangs or answers nonsense costs its own case alone: the
//! case stays open with `execution.failed`, other cases of the same plugin go on, and an end
//! still reaches it.
//!
//! The server runs in this process, so that its clock can be moved over the standstill; the
//! plugin runs in a real child process.

use std::path::PathBuf;

use data_encoding::HEXLOWER;
use serde_json::{Value, json};
use shouxin_core::actor::Role;
use shouxin_core::time::Day;
use shouxin_server::demo::sample::code;
use shouxin_server::keys;
use shouxin_server::plugins::{PluginGrant, library_sha256};
use shouxin_tests::running::{FIRST, Running};
use shouxin_tests::{Client, plugin, run};

fn grant(fault: &str, subject: &str) -> PluginGrant {
    let library = plugin("fixture_faulty");
    let text = format!(
        "name = \"faulty\"\nversion = \"1.0.0\"\nlibrary = {library:?}\nsha256 = {:?}\n\
         department = \"procurement\"\nmeasures = [\"M-A17\"]\nattempts_max = 2\nretry_base_ms = 5\n\
         [limits]\ndeadline_ms = 400\nrestart_backoff_min_ms = 1\nrestart_backoff_max_ms = 20\n\
         breaker_crashes = 50\n[settings]\nfault = {fault:?}\nsubject = {subject:?}\n",
        HEXLOWER.encode(&library_sha256(&library).expect("the fixture")),
    );
    toml::from_str(&text).expect("the grant")
}

/// Sends and takes nothing but success; keys are unique by a counter in the path.
pub(crate) struct Teller {
    sent: std::cell::Cell<u32>,
}

impl Teller {
    pub(crate) fn new() -> Teller {
        Teller { sent: std::cell::Cell::new(0) }
    }

    pub(crate) fn post(&self, client: &Client, path: &str, body: &Value) -> Value {
        self.sent.set(self.sent.get() + 1);
        let answer = client.post(path, &format!("plugins-{:06}", self.sent.get()), body);
        let answer = answer.expect("an answer");
        assert!((200..300).contains(&answer.status), "{path}: {answer:?}");
        answer.body
    }
}

fn service(officer: &Client, subject: &str, day: &str) -> Value {
    json!({"manner": "direct", "on": day, "proof_sha256": officer.document(subject, day)})
}

/// A black listing of each subject by the market authority, in effect on 10 March.
pub(crate) fn listed(running: &Running, teller: &Teller, subjects: &[String]) -> Vec<String> {
    listed_until("2026-12-01", running, teller, subjects)
}

pub(crate) fn listed_until(
    end: &str,
    running: &Running,
    teller: &Teller,
    subjects: &[String],
) -> Vec<String> {
    registered(running, teller, subjects);
    listed_on(&[], end, running, teller, subjects)
}

/// Puts subjects on file.
pub(crate) fn registered(running: &Running, teller: &Teller, subjects: &[String]) {
    let officer = running.client(Role::Department, "market", "SC-03");
    let bodies: Vec<Value> =
        subjects.iter().map(|own| json!({"code": own, "name": format!("试验{own}")})).collect();
    teller.post(&officer, "/v1/subjects", &json!({"subjects": bodies}));
}

/// The same of subjects on file, each listing on these records too.
pub(crate) fn listed_on(
    records: &[String],
    end: &str,
    running: &Running,
    teller: &Teller,
    subjects: &[String],
) -> Vec<String> {
    listed_by(&FIRST_PAPER, records, end, running, teller, subjects)
}

/// A penalty decision on which listings rest, and their days.
pub(crate) struct Paper<'a> {
    pub(crate) number: &'a str,
    /// The day of notice, decision and service.
    pub(crate) on: &'a str,
    /// A day on which the listing is in effect.
    pub(crate) effective: &'a str,
}

const FIRST_PAPER: Paper<'static> = Paper { number: "罚1", on: FIRST, effective: "2026-03-10" };

/// A second one, of the day on which the first is in effect.
pub(crate) const SECOND_PAPER: Paper<'static> =
    Paper { number: "罚2", on: "2026-03-10", effective: "2026-03-20" };

/// The same by this penalty decision.
pub(crate) fn listed_by(
    paper_of: &Paper<'_>,
    records: &[String],
    end: &str,
    running: &Running,
    teller: &Teller,
    subjects: &[String],
) -> Vec<String> {
    let Paper { number, on, effective } = paper_of;
    let officer = running.client(Role::Department, "market", "SC-03");
    let head = running.client(Role::Department, "market", "SC-01");
    let named =
        json!([{"measure": "M-A17", "department": "procurement", "proportionality": "相当"}]);
    let mut listings = Vec::new();
    for subject in subjects {
        let paper = |text: &str| officer.document(subject, text);
        let proposal = json!({
            "subject": subject, "behaviour": "B2.14",
            "basis": [{"instrument": "samr-order-44", "article": "第九条"}],
            "facts": [{"kind": "penalty_decision", "about": subject, "number": number, "issuer": "局",
                "date": on, "sha256": paper(number)}],
            "records": records, "act": format!("虚假广告 {number}"),
        });
        let id = teller.post(&officer, "/v1/listings", &proposal)["id"].as_str().map(str::to_owned);
        let id = id.expect("an id");
        let path = format!("/v1/listings/{id}");
        teller.post(
            &officer,
            &format!("{path}/notice"),
            &json!({
                "facts": "事实", "reasons": "理由", "measures": named, "rights_stated": true,
                "document_sha256": paper("告知"), "service": service(&officer, subject, on),
            }),
        );
        let waiver = json!({"waiver_sha256": paper("放弃")});
        teller.post(&officer, &format!("{path}/statement"), &waiver);
        teller.post(
            &head,
            &format!("{path}/decide"),
            &json!({
                "document_number": "决1", "document_sha256": paper("决定"), "facts": "事实",
                "reasons": "理由", "measures": named, "end": end,
                "removal_conditions": "条件", "remedies": "救济",
            }),
        );
        teller.post(
            &officer,
            &format!("{path}/serve"),
            &json!({
                "service": service(&officer, subject, on), "repair_guide_sha256": paper("修复"),
            }),
        );
        listings.push(id);
    }
    running.on(effective);
    listings
}

/// A listing of each subject in effect until a day, each with a measure that procurement has ordered.
fn accepted(end: &str, running: &Running, subjects: &[String]) -> (Vec<(String, String)>, Client) {
    let teller = Teller::new();
    let listings = listed_until(end, running, &teller, subjects);
    ordered(end, running, &teller, subjects, listings)
}

/// The same of subjects that are on file, one listing each by this decision.
pub(crate) fn ordered_by(
    paper: &Paper<'_>,
    end: &str,
    running: &Running,
    teller: &Teller,
    subjects: &[String],
) -> (Vec<(String, String)>, Client) {
    let listings = listed_by(paper, &[], end, running, teller, subjects);
    ordered_on(paper.effective, end, running, teller, subjects, listings)
}

/// Brings a measure of each listing to procurement, whose officer orders it.
pub(crate) fn ordered(
    end: &str,
    running: &Running,
    teller: &Teller,
    subjects: &[String],
    listings: Vec<String>,
) -> (Vec<(String, String)>, Client) {
    ordered_on(FIRST_PAPER.effective, end, running, teller, subjects, listings)
}

fn ordered_on(
    day: &str,
    end: &str,
    running: &Running,
    teller: &Teller,
    subjects: &[String],
    listings: Vec<String>,
) -> (Vec<(String, String)>, Client) {
    let (cases, procurement) = taken_on(day, end, running, teller, subjects, listings);
    for (_, id) in &cases {
        teller.post(&procurement, &format!("/v1/measures/{id}/execute"), &json!({}));
    }
    (cases, procurement)
}

/// Brings a measure of each listing to procurement, whose officer accepts it and orders nothing yet.
pub(crate) fn taken_on(
    day: &str,
    end: &str,
    running: &Running,
    teller: &Teller,
    subjects: &[String],
    listings: Vec<String>,
) -> (Vec<(String, String)>, Client) {
    let officer = running.client(Role::Department, "market", "SC-03");
    let procurement = running.client(Role::Department, "procurement", "SC-03");
    let mut cases = Vec::new();
    for (subject, listing) in subjects.iter().zip(listings) {
        let body = json!({
            "listing": listing, "measure": "M-A17", "department": "procurement",
            "basis": [{"instrument": "procurement-law", "article": "第七十七条"}],
            "reasons": "相当", "until": end,
        });
        let id = teller.post(&officer, "/v1/measures", &body)["id"].as_str().map(str::to_owned);
        let id = id.expect("an id");
        let path = format!("/v1/measures/{id}");
        teller.post(
            &officer,
            &format!("{path}/notice"),
            &json!({
                "reasons": "理由", "remedies": "救济", "document_sha256": officer.document(subject, "告知"),
                "service": service(&officer, subject, day),
            }),
        );
        teller.post(&officer, &format!("{path}/dispatch"), &json!({}));
        teller.post(&procurement, &format!("{path}/accept"), &json!({}));
        cases.push((listing, id));
    }
    (cases, procurement)
}

/// What the reference feed of market bodies says of a thing.
fn referred(running: &Running, id: &str) -> Value {
    let expires: Day = "2199-12-31".parse().expect("a day");
    let key = keys::create(&running.engine, Role::Market, None, None, expires).expect("a key");
    let feed = Client::new(&running.base, Some(&key)).get("/v1/reference").expect("a feed").body;
    assert_eq!(feed["reference_only"], json!(true));
    let items = feed["items"].as_array().expect("items");
    items.iter().find(|own| own["id"] == id).cloned().unwrap_or_default()
}

fn misbehave(fault: &str, expected: &str) {
    let folder = tempfile::tempdir().expect("a folder");
    let subjects: Vec<String> = (1..=3).map(|number| code("91", number)).collect();
    let bad = subjects.first().cloned().unwrap_or_default();
    let running = Running::start(&folder.path().join("data"), vec![grant(fault, &bad)]);
    let (cases, procurement) = accepted("2026-12-01", &running, &subjects);
    let path = |id: &str| format!("/v1/measures/{id}");
    let [(bad_listing, bad), good @ ..] = cases.as_slice() else {
        panic!("no cases");
    };
    for (_, id) in good {
        procurement.until(&path(id), "executed", |body| body["state"] == "executed");
    }
    let open = procurement
        .until(&path(bad), "open again after its attempts", |body| body["state"] == "accepted");
    assert_eq!(open["fault"], expected, "{fault}: {open}");
    // An end reaches the department although its executions failed: what was given up may have
    // reached it, so it is lifted like the others.
    assert_eq!(open["standing"], "in_force", "{bad_listing}");
    assert_eq!(referred(&running, bad_listing)["list"], "black");
    running.on("2026-12-02");
    // Whoever followed learns that it is withdrawn and since when, and nothing else.
    let gone = json!({"id": bad_listing, "withdrawn_on": "2026-12-02"});
    assert_eq!(referred(&running, bad_listing), gone);
    for (_, id) in &cases {
        let ended =
            procurement.until(&path(id), "lifted", |body| body["department_system"] == "lifted");
        assert_eq!(ended["standing"], "ended");
    }
    running.on("2026-12-04");
    assert_eq!(referred(&running, bad_listing), gone, "the day of its end stays");
}

#[test]
fn a_plugin_that_panics_fails_its_case_alone() {
    misbehave("panic", "panic");
}

#[test]
fn a_plugin_that_aborts_fails_its_case_alone() {
    misbehave("abort", "crash");
}

#[test]
fn a_plugin_that_exits_fails_its_case_alone() {
    misbehave("exit", "crash");
}

#[test]
fn a_plugin_that_hangs_is_killed_at_its_deadline_and_fails_its_case_alone() {
    misbehave("hang", "deadline");
}

#[test]
fn a_plugin_that_answers_nonsense_fails_its_case_alone() {
    misbehave("garbage", "bad_answer");
}

#[test]
fn a_plugin_that_says_no_leaves_the_case_to_the_officer_at_once() {
    misbehave("failed", "answered");
}

/// What its plugin left behind when it was taken off the list is done by hand, and what waits for it
/// closes (design.md 5). Covers O60, INV-6.
#[test]
fn what_a_plugin_that_is_gone_carried_is_lifted_by_hand_and_its_repair_closes() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    let subjects: Vec<String> = (1..=2).map(|number| code("91", number)).collect();
    let [first, second] = subjects.as_slice() else {
        panic!("two subjects");
    };
    let running = Running::start(&data, vec![grant("later", second)]);
    let (cases, procurement) = accepted("2028-03-01", &running, &subjects);
    let [(listing, carried), (_, put_off)] = cases.as_slice() else {
        panic!("two cases");
    };
    let path = |id: &str| format!("/v1/measures/{id}");
    let by_hand = |client: &Client, id: &str, step: &str, key: &str| {
        let body = json!({"step": step, "reference": "财采〔2027〕1号"});
        client.post(&format!("{}/confirm", path(id)), key, &body).expect("an answer")
    };
    procurement.until(&path(carried), "executed", |body| body["state"] == "executed");
    // That it puts a call off again and again is said once, and the call stays its own.
    let held = procurement.until(&path(put_off), "a mark", |body| body["fault"] == "answered");
    let owner = |body: &Value| (body["plugin"].clone(), body["plugin_retired"].clone());
    assert_eq!(
        (&held["state"], owner(&held)),
        (&json!("executing"), (json!("faulty"), json!(false)))
    );
    let refused = by_hand(&procurement, put_off, "execute", "by-hand-0001");
    assert_eq!((refused.status, &refused.body["code"]), (409, &json!("STATE")), "{refused:?}");
    drop(running);

    let day = "2027-03-15";
    let running = Running::start_on(day, &data, Vec::new());
    running.on(day);
    let shown = |running: &Running| {
        let auditor = Client::new(&running.base, Some(&running.key(Role::Auditor, None)));
        auditor.get("/v1/plugins").expect("an answer").body["plugins"].clone()
    };
    let listed = shown(&running);
    assert_eq!(listed.as_array().map(Vec::len), Some(1), "{listed}");
    assert_eq!((&listed[0]["name"], &listed[0]["state"]), (&json!("faulty"), &json!("retired")));
    let procurement = running.client(Role::Department, "procurement", "SC-03");
    let left = procurement.get(&path(put_off)).expect("a case").body;
    assert_eq!(owner(&left), (json!("faulty"), json!(true)), "{left}");
    let executed = by_hand(&procurement, put_off, "execute", "by-hand-0002");
    assert_eq!(executed.status, 201, "{executed:?}");
    let left = procurement.get(&path(put_off)).expect("a case").body;
    assert_eq!((&left["state"], owner(&left)), (&json!("executed"), (Value::Null, json!(false))));

    let teller = Teller::new();
    let party = running.subject(first);
    let officer = running.client(Role::Department, "market", "SC-03");
    let head = running.client(Role::Department, "market", "SC-01");
    let apply = json!({
        "listing": listing, "record": null, "proof_sha256": [party.document(first, "proof")],
        "commitment_sha256": party.document(first, "letter"), "statement": "已纠正",
    });
    let repair = teller.post(&party, "/v1/repairs", &apply)["id"].as_str().map(str::to_owned);
    let of = |step: &str| format!("/v1/repairs/{}{step}", repair.clone().expect("an id"));
    teller.post(&officer, &of("/accept"), &json!({"outcome": "accepted"}));
    let approve = json!({
        "approved": true, "document_number": "尤市监修〔2027〕1号", "reasons": "已纠正",
        "document_sha256": officer.document(first, "修复决定"),
        "service": service(&officer, first, day),
    });
    teller.post(&head, &of("/decide"), &approve);
    let ended =
        procurement.until(&path(carried), "a lift owed", |body| body["lift_by"] != Value::Null);
    assert_eq!(
        (&ended["standing"], owner(&ended)),
        (&json!("ended"), (json!("faulty"), json!(true)))
    );
    let waits = officer.get(&of("")).expect("a repair").body;
    assert_eq!(waits["state"], "propagating", "{waits}");
    let reference = json!({"reference": "财采〔2027〕1号"});
    let lift = format!("{}/lift", path(carried));
    let lifted = procurement.post(&lift, "by-hand-0003", &reference).expect("an answer");
    assert_eq!(lifted.status, 201, "{lifted:?}");
    officer.until(&of(""), "done", |body| body["state"] == "done");
    drop(running);

    // Back on the list it runs again, and is owed nothing of what was done by hand.
    let running = Running::start_on("2027-03-16", &data, vec![grant("", "")]);
    running.on("2027-03-16");
    assert_eq!(shown(&running)[0]["state"], "running");
    let procurement = running.client(Role::Department, "procurement", "SC-03");
    let found = |id: &str| procurement.get(&path(id)).expect("a case").body["state"].clone();
    assert_eq!((found(carried), found(put_off)), (json!("lifted"), json!("executed")));
    drop(running);
    for command in ["verify", "audit"] {
        let (code, output, errors) = run(&[command, "--data", &data.display().to_string()]);
        assert_eq!(code, 0, "{command}: {output}{errors}");
    }
}

#[test]
fn a_library_that_is_not_the_admitted_one_is_refused_by_hash() {
    let mut grant = grant("", "");
    grant.sha256 = Some("0".repeat(64));
    let error = grant.pinned().expect_err("another hash");
    assert!(error.to_string().contains("has SHA-256"), "{error}");
    let missing = PluginGrant { library: Some(PathBuf::from("/nonexistent.so")), ..grant };
    assert!(missing.pinned().is_err());
}
