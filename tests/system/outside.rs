//! What the outside promises beside single routes: nobody is named by number in clear, a query is known or
//! refused, a code leads to its explanation.

use serde_json::{Value, json};
use shouxin_core::actor::Role;
use shouxin_server::demo::sample::{citizen_number, code, record};
use shouxin_tests::running::{FIRST, Running};
use shouxin_tests::{Answer, Client};

use crate::plugins::{Teller, listed};

/// A citizen's number that was never issued, of somebody born in 2012, and how people write it.
const MINOR: &str = "35042620120101000X";
const SPACED: &str = "350426 1900 0102 000X";

/// So many cases of one kind are looked through for an open one.
const CASES_LOOKED_THROUGH: usize = 200;

struct County {
    _folder: tempfile::TempDir,
    running: Running,
    teller: Teller,
    officer: Client,
    listing: String,
}

impl County {
    fn new() -> County {
        let folder = tempfile::tempdir().expect("a folder");
        let running = Running::start(&folder.path().join("data"), Vec::new());
        let teller = Teller::new();
        let listing = listed(&running, &teller, &[code("91", 1)]).remove(0);
        let officer = running.client(Role::Department, "market", "SC-03");
        County { _folder: folder, running, teller, officer, listing }
    }

    /// A refused write: its code and field.
    fn refused(&self, path: &str, body: &Value) -> (String, String) {
        let key = format!("outside-{}", body.to_string().len());
        let answer = self.officer.post(path, &format!("{key}-{path}"), body).expect("an answer");
        assert!((400..500).contains(&answer.status), "{path}: {answer:?}");
        let said = answer.body.to_string();
        assert!(!said.contains(SPACED) && !said.contains(MINOR), "the number is said back: {said}");
        let text = |of: &str| answer.body[of].as_str().unwrap_or_default().to_owned();
        (text("code"), text("field"))
    }
}

fn of(code: &str, field: &str) -> (String, String) {
    (code.to_owned(), field.to_owned())
}

/// Covers design.md 1: ID numbers never appear in the event log.
#[test]
fn nobody_is_named_by_number_where_it_would_stand_in_clear_or_be_shown() {
    let county = County::new();
    let own = code("91", 1);
    let subject = json!({"subjects": [{"code": code("91", 7), "name": format!("张某{SPACED}")}]});
    let answer = county.teller.post(&county.officer, "/v1/subjects", &subject);
    assert_eq!(answer["rejects"][0]["field"], "name", "{answer}");
    let mut penalty = record(&own, "FJ-FR-0302", true, 1, FIRST.parse().expect("a day"));
    penalty["document_number"] = json!(format!("罚 {SPACED}"));
    let answer = county.teller.post(&county.officer, "/v1/records", &json!({"records": [penalty]}));
    assert_eq!(answer["rejects"][0]["field"], "document_number", "{answer}");
    let offer = |kind: &str| {
        json!({
            "subject": own, "kind": kind, "template_sha256": "11".repeat(32),
            "content": format!("本人{SPACED}承诺"), "conditions": "条件", "checks": "核查",
            "consequences": "后果", "ordinary_path_stated": true, "due": "2026-06-30",
        })
    };
    let said = county.refused("/v1/commitments", &offer("comprehensive"));
    assert_eq!(said, of("VALUE_INVALID", "content"));
    // What is promised to one department in one matter is never shown, and is sealed.
    county.teller.post(&county.officer, "/v1/commitments", &offer("permit"));
    let document = json!({
        "title": format!("实施办法 {SPACED}"), "number": "一号", "issued_on": FIRST,
        "document_sha256": "22".repeat(32),
    });
    let said = county.refused("/v1/departments/market/documents", &document);
    assert_eq!(said, of("VALUE_INVALID", "title"));
}

/// Covers G-CAPACITY, Q13: nobody under eighteen has full capacity, and what is on file can be stated anew.
#[test]
fn a_minor_has_no_full_capacity_and_a_capacity_is_stated_anew() {
    let county = County::new();
    let person = |number: &str, capacity: &str| json!({"persons": [{"name": "李四", "number": number, "capacity": capacity}]});
    let said = county.refused("/v1/persons", &person(MINOR, "full"));
    assert_eq!(said, of("VALUE_INVALID", "capacity"));
    let found = |number: &str| {
        let asked = json!({"name": "李四", "number": number}).to_string();
        let headers = [("Purpose", "case plan-185:4(2)"), ("Content-Type", "application/json")];
        let found = county.officer.send("/v1/persons/lookup", &headers, asked.as_bytes());
        found.expect("an answer").body["key"].as_str().expect("a key").to_owned()
    };
    let grown = citizen_number(1, FIRST.parse().expect("a day"));
    for (number, taken) in [(MINOR, false), (grown.as_str(), true)] {
        county.teller.post(&county.officer, "/v1/persons", &person(number, "limited"));
        let key = found(number);
        let path = format!("/v1/persons/{key}/capacity");
        let on = |ground: &str| {
            json!({
                "capacity": "full", "ground": ground, "document_number": "户籍1号",
                "document_sha256": county.officer.document(&key, "户籍证明"),
            })
        };
        let stated = on("came_of_age");
        match taken {
            true => {
                // Of age when the file was opened: it is no birthday that changes anything.
                assert_eq!(county.refused(&path, &stated), of("VALUE_INVALID", "ground"));
                let stated = on("court_finding");
                let done = county.teller.post(&county.officer, &path, &stated);
                assert_eq!(done["events"][0]["event"], "person.capacity_stated", "{done}");
                let record = json!({"records": [record(&key, "FJ-ZR-0201", true, 1,
                    FIRST.parse().expect("a day"))]});
                let done = county.teller.post(&county.officer, "/v1/records", &record);
                assert!(done["rejects"].is_null(), "{done}");
            }
            false => {
                assert_eq!(county.refused(&path, &stated), of("VALUE_INVALID", "capacity"));
            }
        }
    }
}

/// Covers O07, O15: a file is found by the name that its subject bears and by the one that it bore.
#[test]
fn who_bears_another_name_keeps_the_file_and_is_found_by_both() {
    let county = County::new();
    let own = code("91", 1);
    let document = |of: &str| county.officer.document(of, "变更登记通知书");
    let stated = json!({"name": "尤溪县新名有限公司", "document_number": "变更1号",
        "document_sha256": document(&own)});
    let path = format!("/v1/subjects/{own}/name");
    let done = county.teller.post(&county.officer, &path, &stated);
    assert_eq!(done["events"][0]["event"], "subject.renamed", "{done}");
    assert_eq!(county.refused(&path, &stated), of("EXISTS", "name"));
    let public = Client::new(&county.running.base, None);
    let file = public.get(&format!("/v1/subjects/{own}")).expect("an answer").body;
    assert_eq!(file["name"], "尤溪县新名有限公司");
    let before = file["former_names"][0].as_str().expect("a name").to_owned();
    let encoded = |text: &str| text.bytes().map(|own| format!("%{own:02X}")).collect::<String>();
    for name in ["尤溪县新名有限公司", &before] {
        let found = public.get(&format!("/v1/search?q={}", encoded(name))).expect("an answer");
        assert_eq!(found.body["organisations"][0]["key"], own.as_str(), "{name}");
    }
    let number = citizen_number(1, FIRST.parse().expect("a day"));
    let person = json!({"persons": [{"name": "李四", "number": number, "capacity": "full"}]});
    county.teller.post(&county.officer, "/v1/persons", &person);
    let found = |name: &str| {
        let asked = json!({"name": name, "number": number}).to_string();
        let headers = [("Purpose", "case plan-185:4(2)"), ("Content-Type", "application/json")];
        let found = county.officer.send("/v1/persons/lookup", &headers, asked.as_bytes());
        found.expect("an answer").body["key"].as_str().map(str::to_owned)
    };
    let key = found("李四").expect("a key");
    let path = format!("/v1/subjects/{key}/name");
    let stated =
        json!({"name": "李新", "document_number": "户籍1号", "document_sha256": document(&key)});
    county.teller.post(&county.officer, &path, &stated);
    assert_eq!((found("李新"), found("李四")), (Some(key), None));
    assert_eq!(county.refused(&path, &stated), of("EXISTS", "name"));
}

/// Covers O19: an authority reads the history of a file within an open case of its own.
#[test]
fn the_history_of_a_file_is_for_who_has_an_open_case_in_it() {
    let county = County::new();
    let history = |client: &Client, of: &str| {
        client.get(&format!("/v1/subjects/{of}/history")).expect("an answer").status
    };
    let own = code("91", 1);
    let tax = county.running.client(Role::Department, "tax", "SC-03");
    assert_eq!((history(&county.officer, &own), history(&tax, &own)), (200, 404));
    let other = json!({"subjects": [{"code": code("91", 2), "name": "尤溪县另一有限公司"}]});
    county.teller.post(&county.officer, "/v1/subjects", &other);
    assert_eq!(history(&county.officer, &code("91", 2)), 404, "there is no case in it");
    assert_eq!(history(&Client::new(&county.running.base, None), &own), 401);
}

/// Covers O19: a file may hold more cases that are over than are looked through; the open one counts.
#[test]
fn an_open_case_behind_many_that_are_over_opens_the_history() {
    let county = County::new();
    let own = code("91", 2);
    let other = json!({"subjects": [{"code": own, "name": "尤溪县另一有限公司"}]});
    county.teller.post(&county.officer, "/v1/subjects", &other);
    let propose = |serial: usize| {
        let paper = county.officer.document(&own, &format!("罚2之{serial}"));
        let proposal = json!({
            "subject": own, "behaviour": "B2.14",
            "basis": [{"instrument": "samr-order-44", "article": "第九条"}],
            "facts": [{"kind": "penalty_decision", "about": own, "number": format!("罚2之{serial}"),
                "issuer": "局", "date": FIRST, "sha256": paper}],
            "act": "虚假广告",
        });
        let made = county.teller.post(&county.officer, "/v1/listings", &proposal);
        made["id"].as_str().expect("an id").to_owned()
    };
    let history = || {
        let path = format!("/v1/subjects/{own}/history");
        county.officer.get(&path).expect("an answer").status
    };
    for serial in 0..=CASES_LOOKED_THROUGH {
        let dropped = format!("/v1/listings/{}/drop", propose(serial));
        county.teller.post(&county.officer, &dropped, &json!({"reasons": "证据不足"}));
    }
    assert_eq!(history(), 404, "every case is over");
    propose(CASES_LOOKED_THROUGH + 1);
    assert_eq!(history(), 200, "one is open");
}

#[test]
fn a_query_is_known_to_its_route_or_refused() {
    let county = County::new();
    let own = code("91", 1);
    let get = |path: &str| -> Answer { county.officer.get(path).expect("an answer") };
    for (path, field) in [
        (format!("/v1/subjects/{own}?at=2026-01-01"), "at"),
        (format!("/v1/listings/{}?min_position=0.9", county.listing), "min_position"),
        ("/v1/events?limit=many".to_owned(), "limit"),
        ("/v1/events?limt=5".to_owned(), "limt"),
        ("/v1/commitments?colour=red".to_owned(), "colour"),
        ("/v1/lists/black?areaa=1".to_owned(), "areaa"),
        ("/v1/lists/black?area=x".to_owned(), "area"),
        ("/v1/tolerant-acceptances".to_owned(), "subject"),
        ("/v1/instruments?page=2".to_owned(), "page"),
        ("/v1/codes/new?limit=1&limit=2".to_owned(), "limit"),
    ] {
        let answer = get(&path);
        assert_eq!(answer.status, 422, "{path}: {answer:?}");
        assert_eq!(answer.body["code"], "VALUE_INVALID", "{path}: {answer:?}");
        assert_eq!(answer.body["field"], field, "{path}: {answer:?}");
        for text in ["detail", "cure"] {
            let text = answer.body[text].as_str().unwrap_or_default();
            assert!(text.contains(" / "), "{path}: {text}");
        }
    }
    let day = get("/v1/codes/new?since=2026-02-30");
    assert_eq!((day.status, &day.body["code"]), (422, &json!("DATE_INVALID")), "{day:?}");
    assert_eq!(get("/v1/events?limit=5").status, 200);
}

#[test]
fn what_may_be_asked_and_what_a_code_means_is_found_from_the_register_itself() {
    let county = County::new();
    let get = |path: &str| county.officer.get(path).expect("an answer");
    let document = get("/openapi.json").body;
    let named = |path: &str, place: &str| -> Vec<String> {
        let all = document["paths"][path]["get"]["parameters"].as_array().expect("a list");
        let own = all.iter().filter(|own| own["in"] == place);
        own.map(|own| own["name"].as_str().unwrap_or_default().to_owned()).collect()
    };
    assert_eq!(named("/v1/tasks", "query"), ["after", "limit", "authority"]);
    assert_eq!(named("/v1/subjects/{key}/clean-record", "query"), ["years"]);
    assert_eq!(named("/v1/subjects/{key}", "header"), ["Purpose"]);
    assert!(named("/v1/catalogue", "header").is_empty());
    let refused = get("/v1/listings/L-999999");
    assert_eq!(refused.body["type"], "/docs/problems#NOT_FOUND", "{refused:?}");
    for path in ["/docs", "/docs/problems"] {
        assert_eq!(get(path).status, 200, "{path}");
    }
}

/// Covers O16: what is read by authorisation alone is read by whom the subject lets, until the day.
#[test]
fn an_authorised_record_is_read_by_whom_its_subject_lets() {
    let county = County::new();
    let own = code("91", 1);
    let tax = county.running.client(Role::Department, "tax", "SC-03");
    let subject = county.running.subject(&own);
    let file = |client: &Client| {
        let found = client.get(&format!("/v1/subjects/{own}")).expect("an answer");
        assert_eq!(found.status, 200, "{found:?}");
        found.body["authorised_records"].clone()
    };
    assert_eq!(file(&tax), Value::Null);
    let authority = "11350426XY00010666";
    let given = json!({
        "subject": own, "authority": authority, "purpose": "贷款贴息审查", "until": "2026-06-30",
    });
    let made = county.teller.post(&subject, "/v1/authorisations", &given);
    let id = made["id"].as_str().expect("an id").to_owned();
    assert_eq!((file(&tax), file(&county.officer)), (json!([]), Value::Null));
    let list = |client: &Client| {
        client.get(&format!("/v1/authorisations?subject={own}")).expect("an answer").body
    };
    assert_eq!(list(&subject)["authorisations"][0]["purpose"], "贷款贴息审查");
    assert_eq!(list(&tax)["authorisations"][0]["until"], "2026-06-30");
    assert_eq!(list(&county.officer)["authorisations"], json!([]));
    county.teller.post(&subject, &format!("/v1/authorisations/{id}/withdraw"), &json!({}));
    assert_eq!(file(&tax), Value::Null);
}
