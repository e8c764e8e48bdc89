//! Who reads what a reporter writes later: two bodies at once, never the reported one, before the purge
//! or after it. A year passes by what is written into the reports' own log while no server runs.

use std::sync::Arc;

use shouxin_core::actor::{OfficerRef, Role};
use shouxin_core::codec;
use shouxin_core::identifier::uscc::Uscc;
use shouxin_core::log::{Commit, Entry, Log as _};
use shouxin_core::whistle::{By, Command, ReportEnvelope, ReportId, WhistleEvent};
use shouxin_server::app::{load_rules, read_rules};
use shouxin_server::config::WhistleConfig;
use shouxin_server::log::{LogSettings, SegmentLog};
use shouxin_server::whistle::{Asked, Whistle};

use super::*;

const SUPERVISION: &str = "11350426XY0001277M";
/// Number of the reports' log.
const LOG_NUMBER: u16 = u16::MAX - 1;

struct Desk {
    public: Client,
    office: Client,
    office_triage: Client,
    office_data: Client,
    market_triage: Client,
    supervision: Client,
}

fn desk(base: &str, data: &Path) -> Desk {
    let client = |role: &str, authority: &str, officer: &str| {
        Client::new(base, Some(&key(data, role, Some((authority, officer)))))
    };
    Desk {
        public: Client::new(base, None),
        office: client("credit_office", OFFICE, "SC-04"),
        office_triage: client("triage", OFFICE, "SC-03"),
        office_data: client("data_officer", OFFICE, "SC-04"),
        market_triage: client("triage", MARKET, "SC-04"),
        supervision: client("triage", SUPERVISION, "SC-03"),
    }
}

fn get(client: &Client, path: &str) -> Answer {
    client.get(path).expect("an answer")
}

/// Ids of a list.
fn ids(client: &Client, state: &str) -> Vec<String> {
    let found = get(client, &format!("/v1/whistle?state={state}"));
    assert_eq!(found.status, 200, "{found:?}");
    let id = |own: &Value| own["id"].as_str().expect("an id").to_owned();
    found.body["reports"].as_array().expect("reports").iter().map(id).collect()
}

/// Codes of the bodies that have the accounts.
fn told(body: &Value) -> Vec<&str> {
    let all = body["escalated_to"].as_array().unwrap_or_else(|| panic!("{body}"));
    all.iter().filter_map(|own| own["code"].as_str()).collect()
}

fn receive(desk: &Desk, about: &str) -> String {
    let taken = post(&desk.public, "/v1/whistle", &json!({"reported": about, "facts": FACTS}));
    assert_eq!(taken.status, 201, "{taken:?}");
    taken.body["receipt"].as_str().expect("a receipt").to_owned()
}

fn suffer(desk: &Desk, receipt: &str) -> Value {
    let path = format!("/v1/whistle/{receipt}/retaliation");
    let said = post(&desk.public, &path, &json!({"account": ACCOUNT}));
    assert_eq!(said.status, 201, "{said:?}");
    said.body
}

/// A report about a body is turned away and waits for its purge; its receipt and its id.
fn turned_away(desk: &Desk, about: &str) -> (String, String) {
    let receipt = receive(desk, about);
    let id = ids(&desk.market_triage, "received").pop().expect("one");
    let elsewhere = json!({"outcome": "out_of_scope", "pointer": "请向省级机关反映"});
    let done = post(&desk.market_triage, &format!("/v1/whistle/{id}/triage"), &elsewhere);
    assert_eq!(done.body["state"], "out_of_scope", "{done:?}");
    (receipt, id)
}

fn store(data: &Path) -> Whistle {
    Whistle::open(&data.join("whistle"), &WhistleConfig::default()).expect("the store opens")
}

/// A data officer of an authority that is not the reported one.
fn second(authority: &str) -> By {
    let authority = Uscc::parse(authority).expect("a code");
    By::Officer(OfficerRef { authority, officer: "SC-05".to_owned() })
}

/// A year later a data officer of the market authority purges it.
fn purge(config: &Path, data: &Path, id: &str) {
    let files = read_rules(config.parent().expect("the folder")).expect("the county's rules");
    let rules = Arc::new(load_rules(&files).expect("they load"));
    let whistle = store(data);
    let id: ReportId = id.parse().expect("an id");
    let row = whistle.row(id).expect("a read").expect("the report");
    let today = row.keep_until.expect("a day").plus_days(1);
    let asked = Asked { by: second(MARKET), role: Role::DataOfficer, today, rules };
    let done = whistle.step(id, &asked, |_| Ok(Command::Purge)).expect("it is allowed");
    assert_eq!(done.expect("the report").row.state.name(), "closed");
    whistle.flush();
}

/// The same as a program wrote it that knew of no tags. The start carries it out.
fn purge_untagged(data: &Path, id: &str) {
    let report: ReportId = id.parse().expect("an id");
    let row = store(data).row(report).expect("a read").expect("the report");
    let settings = LogSettings { log_number: LOG_NUMBER, ..LogSettings::default() };
    let folder = data.join("whistle").join("log");
    let (mut log, _) = SegmentLog::open(&folder, settings).expect("the log");
    let sequence = log.head().next;
    let envelope = ReportEnvelope {
        sequence,
        report,
        on: row.keep_until.expect("a day").plus_days(1),
        by: second(MARKET),
        rules: None,
        event: WhistleEvent::Purged { slots: row.slots },
    };
    let bytes = codec::encode_report_event(&envelope).expect("it is short");
    let commit = Commit { entries: vec![Entry { salt: [7; 32], bytes }] };
    log.append(sequence, &[commit]).expect("it is durable");
}

/// Covers O44, INV-9.
#[test]
fn the_reported_body_reads_nothing_of_what_comes_after_the_purge() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    let config = config(folder.path(), "");
    let server = Server::start(&config, &data);
    let at = desk(&server.base, &data);
    key(&data, "data_officer", Some((MARKET, "SC-05")));
    let (receipt, id) = turned_away(&at, OFFICE);
    assert_eq!(server.terminate(), Some(0));
    purge(&config, &data, &id);

    let server = Server::start(&config, &data);
    let at = desk(&server.base, &data);
    assert_eq!(told(&suffer(&at, &receipt)), ["supervision"], "not the body that it is about");
    let report = format!("/v1/whistle/{id}/report");
    let answer = json!({"text": "已收悉"});
    for own in [&at.office_triage, &at.office] {
        assert_eq!(ids(own, "escalated"), Vec::<String>::new());
        assert_eq!(get(own, &report).status, 404);
        refused(&post(own, &format!("/v1/whistle/{id}/feedback"), &answer), 409, "G-COMPETENT");
    }
    assert_eq!(ids(&at.office_triage, "fed_back"), Vec::<String>::new());
    assert_eq!(ids(&at.office_data, "fed_back"), Vec::<String>::new());
    assert_eq!(get(&at.office_data, &format!("/v1/whistle/{id}/unseal")).status, 404);
    refused(
        &post(&at.office_data, &format!("/v1/whistle/{id}/purge"), &json!({})),
        409,
        "G-COMPETENT",
    );
    // Everybody else has it as before; whom it was about nobody is told.
    for own in [&at.market_triage, &at.supervision] {
        assert_eq!(ids(own, "escalated"), [id.as_str()]);
        let read = get(own, &report).body;
        assert_eq!(read["retaliations"][0]["account"], ACCOUNT, "{read}");
        assert_eq!((&read["reported"], told(&read)), (&Value::Null, vec!["supervision"]));
    }
    assert_eq!(post(&at.market_triage, &format!("/v1/whistle/{id}/feedback"), &answer).status, 201);
    assert_eq!(server.terminate(), Some(0));
    audited(&data);

    // The audit finds it too: an officer of the credit office answers, by a log that was written past
    // the register.
    let report: ReportId = id.parse().expect("an id");
    let row = store(&data).row(report).expect("a read").expect("the report");
    let settings = LogSettings { log_number: LOG_NUMBER, ..LogSettings::default() };
    let (mut log, _) = SegmentLog::open(&data.join("whistle").join("log"), settings).expect("it");
    let sequence = log.head().next;
    let authority = Uscc::parse(OFFICE).expect("a code");
    let last = store_event(&log, sequence - 1);
    let WhistleEvent::FeedbackPosted { .. } = &last.event else { panic!("{last:?}") };
    let by = By::Officer(OfficerRef { authority, officer: "SC-03".to_owned() });
    let forged = ReportEnvelope { sequence, by, ..last };
    assert_eq!(forged.report, row.id);
    let bytes = codec::encode_report_event(&forged).expect("it is short");
    let commit = Commit { entries: vec![Entry { salt: [8; 32], bytes }] };
    log.append(sequence, &[commit]).expect("it is durable");
    drop(log);
    let (code, output, _) = run(&["audit", "--data", &data.display().to_string(), "--json"]);
    let lines: Vec<Value> =
        output.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert_eq!((code, lines.len()), (1, 1), "{output}");
    assert_eq!((&lines[0]["log"], &lines[0]["name"]), (&json!("reports"), &json!("G-COMPETENT")));
}

fn store_event(log: &SegmentLog, sequence: u64) -> ReportEnvelope {
    let commits = log.reader().read(sequence, 1).expect("a read");
    codec::decode_report_event(&commits[0].entries[0].bytes).expect("an event")
}

#[test]
fn where_nobody_can_know_whom_it_was_about_the_credit_office_stands_aside() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    let config = config(folder.path(), "");
    let server = Server::start(&config, &data);
    let at = desk(&server.base, &data);
    let (receipt, id) = turned_away(&at, &firm());
    assert_eq!(server.terminate(), Some(0));
    purge_untagged(&data, &id);

    let server = Server::start(&config, &data);
    let at = desk(&server.base, &data);
    assert_eq!(told(&suffer(&at, &receipt)), ["supervision"]);
    let report = format!("/v1/whistle/{id}/report");
    for own in [&at.office_triage, &at.office] {
        assert_eq!(ids(own, "escalated"), Vec::<String>::new());
        assert_eq!(get(own, &report).status, 404);
    }
    assert_eq!(ids(&at.office_data, "fed_back"), Vec::<String>::new());
    for own in [&at.market_triage, &at.supervision] {
        assert_eq!(ids(own, "escalated"), [id.as_str()]);
        assert_eq!(get(own, &report).body["retaliations"][0]["account"], ACCOUNT);
    }
    assert_eq!(server.terminate(), Some(0));
}

#[test]
fn retaliation_reaches_two_bodies_and_one_of_them_has_the_accounts_alone() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    let server = Server::start(&config(folder.path(), ""), &data);
    let at = desk(&server.base, &data);
    let receipt = receive(&at, &firm());
    let id = ids(&at.office_triage, "received").pop().expect("one");
    let report = format!("/v1/whistle/{id}/report");
    // Nothing of it before its author suffers for it.
    assert_eq!(ids(&at.supervision, "escalated"), Vec::<String>::new());
    assert_eq!(get(&at.supervision, &report).status, 404);
    let both = ["development_reform", "supervision"];
    assert_eq!(told(&suffer(&at, &receipt)), both);

    let listed = get(&at.supervision, "/v1/whistle").body;
    assert_eq!(listed["reports"][0]["id"], json!(id), "the one list there is: {listed}");
    assert_eq!(listed["late"], Value::Null, "{listed}");
    for state in ["received", "overdue", "unseal_requested"] {
        let path = format!("/v1/whistle?state={state}");
        refused(&get(&at.supervision, &path), 403, "FORBIDDEN_ROLE");
    }
    let read = get(&at.supervision, &report).body;
    assert_eq!(
        (&read["retaliations"][0]["account"], told(&read)),
        (&json!(ACCOUNT), both.to_vec())
    );
    for other in ["facts", "evidence", "answers", "finding", "identity", "unseal_requested_by"] {
        assert_eq!(read[other], Value::Null, "{other}: {read}");
    }
    let unseal = format!("/v1/whistle/{id}/unseal");
    refused(&get(&at.supervision, &unseal), 403, "FORBIDDEN_ROLE");
    let note = json!({"outcome": "in_scope", "note": "受理"});
    let triage = format!("/v1/whistle/{id}/triage");
    refused(&post(&at.supervision, &triage, &note), 409, "G-COMPETENT");
    // The credit office and whoever takes reports in have the report as well, and see who else is told.
    for own in [&at.office, &at.office_triage] {
        assert_eq!(ids(own, "escalated"), [id.as_str()]);
        let read = get(own, &report).body;
        assert_eq!(
            (&read["facts"], &read["retaliations"][0]["account"]),
            (&json!(FACTS), &json!(ACCOUNT))
        );
        assert_eq!(told(&read), both);
    }

    // A report about one of the two is the other's alone.
    for (about, has, other, code) in [
        (SUPERVISION, &at.office, &at.supervision, "development_reform"),
        (OFFICE, &at.supervision, &at.office, "supervision"),
    ] {
        let before = ids(other, "escalated");
        let receipt = receive(&at, about);
        assert_eq!(told(&suffer(&at, &receipt)), [code]);
        assert_eq!(ids(other, "escalated"), before, "{about}");
        let own = ids(has, "escalated").into_iter().find(|own| !before.contains(own));
        let report = format!("/v1/whistle/{}/report", own.expect("it is listed"));
        assert_eq!(told(&get(has, &report).body), [code]);
        assert_eq!(get(other, &report).status, 404, "{about}");
    }
    assert_eq!(server.terminate(), Some(0));
    audited(&data);
}

/// Covers INV-9.
#[test]
fn what_the_second_person_read_of_an_unsealing_is_on_record() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    let office = age::x25519::Identity::generate();
    let server = Server::start(&with_key(folder.path(), &office), &data);
    let public = Client::new(&server.base, None);
    let staff = staff(&server.base, &data);
    report(&public);
    let id = ids(&staff.triage, "received").pop().expect("one");
    let ask = json!({"ground": ground(), "reasons": "须询问证人", "law_forbids_telling": ground()});
    let path = format!("/v1/whistle/{id}/unseal");
    assert_eq!(post(&staff.triage, &path, &ask).status, 201);
    let listed = get(&staff.data_officer, "/v1/whistle?state=unseal_requested").body;
    assert_eq!(listed["reports"][0]["id"], json!(id), "{listed}");
    let read = get(&staff.data_officer, &path).body;
    assert_eq!((&read["reasons"], &read["law_forbids_telling"]), (&json!("须询问证人"), &ground()));
    assert_eq!(server.terminate(), Some(0));
    let mut found = Vec::new();
    holding(&data.join("access"), id.as_bytes(), &mut found);
    assert!(!found.is_empty(), "nobody but the data officer has read that report");
    let mut clear = Vec::new();
    holding(&data, "须询问证人".as_bytes(), &mut clear);
    assert!(clear.is_empty(), "{clear:?}");
}
