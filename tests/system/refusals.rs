//! What is tried in vain, over HTTP: out of order, out of time, out of competence, self-approved,
//! twice, about a person without full capacity. Each is refused by name, changes no file, version
//! or deadline, and stands in the log for auditors, once; what was only wrongly said does not.

use std::path::Path;

use serde_json::{Value, json};
use shouxin_core::actor::Actor;
use shouxin_core::codec::decode_event;
use shouxin_core::event::refusal::RefusalEvent;
use shouxin_core::event::{Envelope, Event};
use shouxin_core::time::Day;
use shouxin_server::demo::sample::{citizen_number, code, digest, record};
use shouxin_server::log::LogReader;
use shouxin_tests::{Client, Server, config, county, key, run};

use crate::put_right::{Teller, seen};

const OFFICE: &str = "11350426XY0001015X";
const MARKET: &str = "11350426XY0001023Q";
const TAX: &str = "11350426XY00010666";
const HANDLER: &str = "11350426XY0001023Q/SC-03";
/// Recorded refusals of one actor in a minute.
const RECORDED_MAX: usize = 30;

/// Actor, command, target and ground of a recorded refusal.
type Told = (String, String, String, String);

fn told(actor: &str, command: &str, target: &str, ground: &str) -> Told {
    (actor.to_owned(), command.to_owned(), target.to_owned(), ground.to_owned())
}

/// The events from a position on.
fn events(data: &Path, from: u64) -> Vec<Envelope> {
    let log = LogReader::open_read_only(&data.join("log")).expect("the log");
    let commits = log.read(from, 10_000).expect("it is whole");
    let entries = commits.iter().flat_map(|commit| &commit.entries);
    entries.map(|entry| decode_event(&entry.bytes).expect("an event")).collect()
}

/// What is recorded of refusals, and the names of every other event that people caused.
fn recorded(data: &Path, from: u64) -> (Vec<Told>, Vec<&'static str>) {
    let (mut refusals, mut others) = (Vec::new(), Vec::new());
    for own in events(data, from) {
        let actor = own.actor.to_string();
        match &own.event {
            Event::GuardDenied { command, target, guard, .. } => {
                assert_eq!(own.subject, None, "a refusal stands in nobody's file");
                refusals.push(told(&actor, command, target, guard.name()));
            }
            Event::Refusal(RefusalEvent::CommandRefused { command, target, misfit, .. }) => {
                assert_eq!(own.subject, None, "a refusal stands in nobody's file");
                refusals.push(told(&actor, command, target, &format!("{misfit:?}")));
            }
            // Channels and timers go on beside it.
            _ if own.actor == Actor::System => {}
            other => others.push(other.name()),
        }
    }
    (refusals, others)
}

fn next(public: &Client) -> u64 {
    let before = seen(public, "/readyz")["before"].clone();
    let sequence = before.as_str().and_then(|text| text.rsplit('.').next()?.parse().ok());
    sequence.unwrap_or_else(|| panic!("no position: {before}"))
}

fn partys_key(data: &Path, subject: &str) -> String {
    let (data, config) = (data.display().to_string(), county().display().to_string());
    let made = run(&[
        "key",
        "create",
        "--data",
        &data,
        "--config",
        &config,
        "--role",
        "subject",
        "--expires-on",
        "2199-12-31",
        "--acts-for",
        subject,
    ]);
    assert_eq!(made.0, 0, "{}", made.2);
    made.1.trim().to_owned()
}

/// A county with a record under objection, a record whose repair is being decided, and a minor.
struct Bench {
    folder: tempfile::TempDir,
    server: Server,
    teller: Teller,
    maker: Client,
    office: Client,
    tax: Client,
    stranger: Client,
    public: Client,
    today: Day,
    subject: String,
    other: String,
    minor: String,
    disputed: String,
    objection: String,
    repair: String,
    apply: Value,
}

impl Bench {
    fn new() -> Bench {
        let folder = tempfile::tempdir().expect("a folder");
        let data = folder.path().join("data");
        let server = Server::start(&config(folder.path(), ""), &data);
        let client = |role: &str, authority: &str| {
            Client::new(&server.base, Some(&key(&data, role, Some((authority, "SC-03")))))
        };
        let (maker, tax) = (client("provider", MARKET), client("provider", TAX));
        let office = client("credit_office", OFFICE);
        let public = Client::new(&server.base, None);
        let mut teller = Teller { told: 0 };
        let (subject, other) = (code("91", 1), code("91", 2));
        let subjects = json!({"subjects": [
            {"code": subject, "name": "尤溪县某某有限公司"},
            {"code": other, "name": "尤溪县另一有限公司"},
        ]});
        teller.taken(&maker, "/v1/subjects", &subjects);
        let today: Day =
            seen(&public, "/v1/rules")["as_of"].as_str().unwrap_or("").parse().expect("a day");
        let number = citizen_number(10, today);
        let persons = json!([{"name": "张三", "number": number, "capacity": "limited"}]);
        teller.taken(&maker, "/v1/persons", &json!({"persons": persons}));
        let asked = json!({"name": "张三", "number": number}).to_string();
        let headers = [("Purpose", "test case"), ("Content-Type", "application/json")];
        let found = maker.send("/v1/persons/lookup", &headers, asked.as_bytes());
        let minor = found.expect("an answer").body["key"].as_str().expect("a key").to_owned();
        let mut old = record(&subject, "FJ-FR-0302", true, 1, today.plus_days(-120));
        old["notified"]["on"] = json!(today);
        let records = json!({"records": [old, record(&subject, "FJ-FR-0302", true, 2, today)]});
        let made = teller.taken(&maker, "/v1/records", &records).body;
        let ids: Vec<&str> = ["0", "1"]
            .iter()
            .filter_map(|place| made.pointer(&format!("/ids/{place}"))?.as_str())
            .collect();
        let [old, disputed] = ids[..] else { panic!("{made}") };
        let objection = json!({
            "target": disputed, "trigger": "complaint", "grounds": ["error"], "statement": "有误",
        });
        let objection = teller.taken(&office, "/v1/objections", &objection).body["id"].clone();
        let objection = objection.as_str().expect("an id").to_owned();
        let step = |step: &str| format!("/v1/objections/{objection}/{step}");
        teller.taken(&office, &step("accept"), &json!({}));
        teller.taken(&office, &step("refer"), &json!({"received_on": today}));
        let apply = json!({
            "record": old, "proof_sha256": [maker.document(&subject, "缴款凭证")],
            "commitment_sha256": maker.document(&subject, "信用承诺书"), "statement": "罚款已缴清",
        });
        let repair = teller.taken(&maker, "/v1/repairs", &apply).body["id"].clone();
        let repair = repair.as_str().expect("an id").to_owned();
        let disputed = disputed.to_owned();
        let accept = json!({"outcome": "accepted"});
        teller.taken(&maker, &format!("/v1/repairs/{repair}/accept"), &accept);
        let stranger = Client::new(&server.base, Some(&partys_key(&data, &other)));
        Bench {
            folder,
            server,
            teller,
            maker,
            office,
            tax,
            stranger,
            public,
            today,
            subject,
            other,
            minor,
            disputed,
            objection,
            repair,
            apply,
        }
    }

    /// Files with their versions, and cases with their deadlines, as an officer sees them.
    fn everything(&self) -> Vec<Value> {
        let paths = [
            format!("/v1/subjects/{}", self.subject),
            format!("/v1/subjects/{}", self.minor),
            format!("/v1/objections/{}", self.objection),
            format!("/v1/repairs/{}", self.repair),
        ];
        let found: Vec<Value> = paths.iter().map(|path| seen(&self.maker, path)).collect();
        assert!(found[0]["version"].is_string(), "{}", found[0]);
        assert!(found[2]["verify_by"]["day"].is_string(), "{}", found[2]);
        assert!(found[3]["decide_by"]["day"].is_string(), "{}", found[3]);
        found
    }

    fn service(&self) -> Value {
        let proof_sha256 = self.maker.document(&self.subject, "送达回证");
        json!({"manner": "direct", "on": self.today, "proof_sha256": proof_sha256})
    }

    /// One attempt of each kind; answers what has to be recorded of them.
    fn try_each(&mut self) -> Vec<Told> {
        let (objection, repair) = (self.objection.clone(), self.repair.clone());
        let of = |step: &str| format!("/v1/objections/{objection}/{step}");
        let service = self.service();
        let teller = &mut self.teller;
        // Out of order: it is with the provider already.
        teller.refused(&self.office, &of("refer"), &json!({"received_on": self.today}), "STATE");
        // Out of time: the provider still has its days.
        let late = json!({"reasons": "逾期", "service": service});
        teller.refused(&self.office, &of("unverified"), &late, "STATE");
        let mut early = self.apply.clone();
        early["record"] = json!(self.disputed);
        teller.refused(&self.maker, "/v1/repairs", &early, "G-REPAIR-PERIOD");
        // Out of competence: another authority's, another subject's.
        let reject = json!({
            "approved": true, "document_number": "尤市监修〔2026〕1号", "reasons": "义务已履行",
            "document_sha256": self.maker.document(&self.subject, "决定书"), "service": service,
        });
        let decide = format!("/v1/repairs/{repair}/decide");
        teller.refused(&self.tax, &decide, &reject, "G-COMPETENT");
        let objection = json!({
            "target": self.disputed, "trigger": "subject", "grounds": ["error"], "statement": "有误",
        });
        teller.refused(&self.stranger, "/v1/objections", &objection, "FORBIDDEN_ROLE");
        // Self-approved.
        teller.refused(&self.maker, &decide, &reject, "G-4EYES");
        // Twice.
        teller.refused(&self.maker, "/v1/repairs", &self.apply, "EXISTS");
        // About a person without full capacity.
        let fact = self.maker.document(&self.minor, "处罚决定书");
        let listing = json!({
            "subject": self.minor, "behaviour": "B2.14", "act": "虚假广告",
            "basis": [{"instrument": "samr-order-44", "article": "第九条"}],
            "facts": [{"kind": "penalty_decision", "about": self.minor, "number": "罚1",
                "issuer": "局", "date": self.today, "sha256": fact}],
        });
        teller.refused(&self.maker, "/v1/listings", &listing, "G-CAPACITY");
        let office = format!("{OFFICE}/SC-03");
        vec![
            told(&office, "objections.refer", &self.objection, "State"),
            told(&office, "objections.unverified", &self.objection, "State"),
            told(HANDLER, "repairs.apply", "", "G-REPAIR-PERIOD"),
            told(&format!("{TAX}/SC-03"), "repairs.decide", &repair, "G-COMPETENT"),
            told(&format!("subject/{}", self.other), "objections.file", "", "Forbidden"),
            told(HANDLER, "repairs.decide", &repair, "G-4EYES"),
            told(HANDLER, "repairs.apply", "", "Exists"),
            told(HANDLER, "listings.propose", "", "G-CAPACITY"),
        ]
    }

    /// A batch of which one record is taken, of another file; two are refused for each ground.
    fn try_a_batch(&mut self) -> Vec<Told> {
        let of = |subject: &str, item: &str, adverse: bool, number: u32| {
            record(subject, item, adverse, number, self.today)
        };
        let twice = of(&self.subject, "FJ-FR-0302", true, 2);
        let records = json!({"records": [
            twice.clone(),
            of(&self.minor, "FJ-ZR-0201", true, 3),
            of(&self.subject, "FJ-FR-0305", true, 4),
            of(&self.other, "FJ-FR-0302", true, 5),
            of(&self.minor, "FJ-ZR-0201", true, 6),
            twice,
            of(&self.subject, "FJ-FR-0305", true, 7),
            of(&self.subject, "FJ-FR-9999", true, 8),
        ]});
        let answer = self.teller.taken(&self.maker, "/v1/records", &records);
        let rejects = answer.body["rejects"].as_array().expect("rejects").iter();
        let reasons: Vec<&str> = rejects.filter_map(|own| own["reason"].as_str()).collect();
        let expected = [
            "DUPLICATE",
            "G-CAPACITY",
            "PROVIDER_NOT_NAMED",
            "G-CAPACITY",
            "DUPLICATE",
            "PROVIDER_NOT_NAMED",
            "NOT_IN_DIRECTORY",
        ];
        assert_eq!(reasons, expected, "{answer:?}");
        vec![
            told(HANDLER, "records.submit", &self.subject, "Exists"),
            told(HANDLER, "records.submit", &self.minor, "G-CAPACITY"),
            told(HANDLER, "records.submit", &self.subject, "Forbidden"),
        ]
    }

    /// What is malformed, unauthenticated, unknown, stale or out of bounds: no attempt at anything.
    fn say_it_wrongly(&mut self) {
        let teller = &mut self.teller;
        let accept = json!({"outcome": "accepted"});
        teller.refused(&self.maker, "/v1/repairs/X-1/accept", &accept, "NOT_FOUND");
        teller.refused(&self.maker, "/v1/repairs", &json!({"nope": 1}), "UNKNOWN_FIELD");
        teller.refused(&self.public, "/v1/repairs", &self.apply, "UNAUTHENTICATED");
        let refer = format!("/v1/objections/{}/refer", self.objection);
        teller.refused(&self.maker, &refer, &json!({"received_on": self.today}), "FORBIDDEN_ROLE");
        let remedy = json!({
            "target": self.disputed, "kind": "litigation", "body": "", "number": "一号",
            "filed_on": self.today, "document_sha256": self.maker.document(&self.subject, "立案"),
        });
        teller.refused(&self.maker, "/v1/remedies", &remedy, "VALUE_INVALID");
        // What stands in a path is recorded as a target only where it is one.
        let document = json!({
            "title": "实施细则", "number": "尤市监〔2026〕3号", "issued_on": self.today,
            "document_sha256": digest("document"),
        });
        teller.refused(&self.maker, "/v1/departments/zhangsan/documents", &document, "NOT_FOUND");
        let none = json!({"records": []});
        teller.refused(&self.maker, "/v1/records", &none, "LIMIT");
        let stale = format!("\"{}@0.1\"", self.subject);
        let headers = [("Idempotency-Key", "refusals-stale"), ("If-Match", stale.as_str())];
        let body = self.apply.to_string();
        let answer = self.maker.send("/v1/repairs", &headers, body.as_bytes()).expect("an answer");
        assert_eq!(answer.body["code"], "PRECONDITION_FAILED", "{answer:?}");
    }
}

/// Texts of a notice that are each within their bound, and together longer than an event may be.
fn say_too_much(bench: &mut Bench, data: &Path) {
    let (other, day, maker) = (bench.other.clone(), bench.today, bench.maker.clone());
    let fact = maker.document(&other, "处罚决定书");
    let listing = json!({
        "subject": other, "behaviour": "B2.14", "act": "虚假广告",
        "basis": [{"instrument": "samr-order-44", "article": "第九条"}],
        "facts": [{"kind": "penalty_decision", "about": other, "number": "罚2", "issuer": "局",
            "date": day, "sha256": fact}],
    });
    let made = bench.teller.taken(&maker, "/v1/listings", &listing);
    let path = format!("/v1/listings/{}/notice", made.body["id"].as_str().expect("an id"));
    let paper = maker.document(&other, "事先告知书");
    let notice = |text: &str| {
        let named = |measure: &str, department: &str| json!({"measure": measure, "department": department, "proportionality": text});
        json!({
            "facts": text, "reasons": text, "rights_stated": true,
            "measures": [named("M-A17", "procurement"), named("M-A12", "finance")],
            "document_sha256": paper,
            "service": {"manner": "direct", "on": day, "proof_sha256": paper},
        })
    };
    let from = next(&bench.public);
    bench.teller.refused(&maker, &path, &notice(&"x".repeat(16 * 1024)), "LIMIT");
    assert_eq!(recorded(data, from), (Vec::new(), Vec::new()), "it is no attempt");
    bench.teller.taken(&maker, &path, &notice(&"x".repeat(15 * 1024)));
}

/// Covers INV-10, G-4EYES, G-CAPACITY, G-COMPETENT.
#[test]
fn what_is_tried_in_vain_changes_nothing_and_is_recorded_once() {
    let mut bench = Bench::new();
    let data = bench.folder.path().join("data");
    let (from, before) = (next(&bench.public), bench.everything());
    let mut expected = bench.try_each();
    bench.say_it_wrongly();
    let (found, others) = recorded(&data, from);
    assert_eq!((&found, others), (&expected, Vec::new()));
    expected.extend(bench.try_a_batch());
    let (found, others) = recorded(&data, from);
    assert_eq!((&found, others), (&expected, vec!["record.accepted", "publicity.filed"]));
    assert_eq!(bench.everything(), before, "a file, a version or a deadline changed");

    // Whoever goes on and on fills no log: guards and others have one limit.
    let apply = bench.apply.clone();
    for _ in 0..RECORDED_MAX {
        bench.teller.refused(&bench.tax, "/v1/repairs", &apply, "EXISTS");
        let path = format!("/v1/repairs/{}/accept", bench.repair);
        bench.teller.refused(&bench.tax, &path, &json!({"outcome": "accepted"}), "G-COMPETENT");
    }
    let mut own = events(&data, from);
    own.retain(|event| event.actor.to_string().starts_with(TAX));
    let at = |event: Option<&Envelope>| event.map_or(0, |event| event.recorded_at.0);
    // However slow the machine is: so many in each minute that it took.
    let minutes = 1 + usize::try_from((at(own.last()) - at(own.first())) / 60_000).unwrap_or(0);
    let recorded = own.len();
    assert!((RECORDED_MAX..=minutes * RECORDED_MAX).contains(&recorded), "{recorded}");
    assert_eq!(bench.everything(), before);

    say_too_much(&mut bench, &data);
    assert_eq!(bench.server.terminate(), Some(0));
    for command in ["verify", "audit"] {
        let (code, output, errors) = run(&[command, "--data", &data.display().to_string()]);
        assert_eq!(code, 0, "{command}: {output}{errors}");
    }
}
