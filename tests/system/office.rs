//! What the credit office and the departments do among themselves, through a real server:
//! figures and assessment, implementing documents, the way of an entry into the catalogue, and
//! the checks of data files on the command line.

use serde_json::{Value, json};
use shouxin_server::demo::sample::{code, digest};
use shouxin_tests::{Answer, Client, Server, config, county, key, run};

const OFFICE: &str = "11350426XY0001015X";
const MARKET: &str = "11350426XY0001023Q";

fn taken(answer: Option<Answer>) -> Answer {
    let answer = answer.expect("an answer");
    assert_eq!(answer.status, 201, "{answer:?}");
    answer
}

fn refused(answer: Option<Answer>, code: &str) {
    let answer = answer.expect("an answer");
    assert!((400..500).contains(&answer.status), "{answer:?}");
    assert_eq!(answer.body["code"], code, "{answer:?}");
}

fn seen(client: &Client, path: &str) -> Value {
    let answer = client.get(path).expect("an answer");
    assert_eq!(answer.status, 200, "{path}: {answer:?}");
    answer.body
}

/// The month before the one that a day like `2026-03-09` lies in.
fn month_before(day: &str) -> String {
    let year: i32 = day[..4].parse().expect("a year");
    match day[5..7].parse().expect("a month") {
        1 => format!("{:04}-12", year - 1),
        month => format!("{year:04}-{:02}", month - 1),
    }
}

/// Covers O71, INV-7.
#[test]
fn departments_are_assessed_on_what_they_did_and_nobody_else_is() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    let server = Server::start(&config(folder.path(), ""), &data);
    let client = |role: &str, officer: Option<(&str, &str)>| {
        Client::new(&server.base, Some(&key(&data, role, officer)))
    };
    let market = client("provider", Some((MARKET, "SC-03")));
    let (clerk, head) = (
        client("credit_office", Some((OFFICE, "SC-03"))),
        client("credit_office", Some((OFFICE, "SC-01"))),
    );
    let (auditor, public) = (client("auditor", None), Client::new(&server.base, None));
    let subject = json!({"subjects": [{"code": code("91", 1), "name": "甲公司"}]});
    taken(market.post("/v1/subjects", "office-0001", &subject));
    let item = seen(&public, "/v1/catalogue")["items"]
        .as_array()
        .expect("items")
        .iter()
        .find(|own| {
            let to_be_shown = own["class"] == "permit" && own["openness"] == "public";
            let providers = own["providers"].as_array().expect("providers");
            to_be_shown && providers.contains(&json!("market"))
        })
        .map(|own| own["id"].clone())
        .expect("a permit that the market bureau provides");
    let record = json!({"subject": code("91", 1), "item": item, "document_number": "一号", "document_date": "2026-01-05"});
    let made = taken(market.post("/v1/records", "office-0002", &json!({"records": [record]})));
    assert_eq!(made.body["events"][1]["event"], "publicity.filed", "{made:?}");

    let today = seen(&public, "/v1/rules")["as_of"].as_str().expect("a day").to_owned();
    let month = &today[..7];
    let path = format!("/v1/assessment?from={month}&to={month}");
    refused(public.get(&path), "UNAUTHENTICATED");
    refused(clerk.get("/v1/assessment?from=2026-13&to=2026-01"), "VALUE_INVALID");
    let all = seen(&auditor, &path);
    let all = all["departments"].as_array().expect("departments");
    assert!(all.len() >= 25, "{} departments", all.len());
    let own = seen(&market, &path);
    let own = own["departments"].as_array().expect("departments");
    assert_eq!(own.len(), 1, "a department sees its own figures");
    assert_eq!(own[0]["department"], "market");
    assert_eq!(own[0]["figures"]["records_provided"], 1, "{own:?}");
    assert_eq!(own[0]["figures"]["publicised_late"], 1, "{own:?}");
    let sheet = market.get(&format!("{path}&format=csv")).expect("an answer");
    assert!(sheet.kind.starts_with("text/csv"), "{sheet:?}");
    let text = sheet.body["text"].as_str().expect("text").to_owned();
    assert_eq!(text.lines().count(), 3, "two heads and one department: {text}");
    assert!(!text.contains(&code("91", 1)), "no figure is about a subject");

    let running = json!({"from": month, "to": month});
    let open = taken(clerk.post("/v1/assessments", "office-0003", &running));
    let id = open.body["id"].as_str().expect("an id").to_owned();
    refused(
        clerk.post(&format!("/v1/assessments/{id}/freeze"), "office-0004", &json!({})),
        "G-END",
    );
    let before = month_before(&today);
    let past = json!({"from": before, "to": before});
    refused(market.post("/v1/assessments", "office-0005", &past), "FORBIDDEN_ROLE");
    let open = taken(clerk.post("/v1/assessments", "office-0006", &past));
    let id = open.body["id"].as_str().expect("an id").to_owned();
    let at = |step: &str| format!("/v1/assessments/{id}/{step}");
    taken(clerk.post(&at("freeze"), "office-0007", &json!({})));
    let comment = json!({"comment": "本月系统升级"});
    taken(market.post(&at("comment"), "office-0008", &comment));
    refused(market.post(&at("comment"), "office-0009", &comment), "EXISTS");
    let number =
        json!({"document_number": "尤信考〔2026〕1号", "document_sha256": digest("report")});
    refused(clerk.post(&at("finalise"), "office-0010", &number), "G-4EYES");
    refused(head.post(&at("finalise"), "office-0011", &number), "G-HEARD");
    let shown = seen(&market, &format!("/v1/assessments/{id}"));
    assert_eq!(shown["state"], "dept_commented", "{shown}");
    assert_eq!(shown["comments"][0]["comment"], "本月系统升级", "{shown}");
    assert_eq!(shown["departments"].as_array().map(Vec::len), Some(1), "{shown}");
    let sheet = auditor.get(&format!("/v1/assessments/{id}.csv")).expect("an answer");
    let lines = sheet.body["text"].as_str().map(|text| text.lines().count());
    assert_eq!(lines, Some(all.len() + 2), "{sheet:?}");

    assert_eq!(server.terminate(), Some(0));
    let (code, output, errors) = run(&["verify", "--data", &data.display().to_string()]);
    assert_eq!(code, 0, "{output}{errors}");
}

/// Covers O54, O57, O70.
#[test]
fn an_entry_goes_from_a_department_into_the_published_catalogue() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    let server = Server::start(&config(folder.path(), ""), &data);
    let client = |role: &str, officer: Option<(&str, &str)>| {
        Client::new(&server.base, Some(&key(&data, role, officer)))
    };
    let market = client("department", Some((MARKET, "SC-03")));
    let office: Vec<Client> = ["SC-01", "SC-03", "SC-04"]
        .map(|officer| client("credit_office", Some((OFFICE, officer))))
        .into();
    let public = Client::new(&server.base, None);
    let schema = seen(&public, "/v1/catalogue/schema");
    assert_eq!(schema["properties"]["kind"]["enum"], json!(["measure", "behaviour"]));
    let catalogue = seen(&public, "/v1/catalogue");
    let loaded = |incentive: bool| {
        let measures = catalogue["measures"].as_array().expect("measures").iter();
        let found = measures.clone().find(|own| {
            let kind = own["category"].as_str().expect("a category").starts_with("incentive");
            let used = |field: &str| own[field].as_array().is_some_and(|all| !all.is_empty());
            kind == incentive && used("basis") && used("implementers")
        });
        found.expect("a measure that can be taken").clone()
    };
    let mut serial = 0;
    let mut post = |client: &Client, path: &str, body: &Value| {
        serial += 1;
        client.post(path, &format!("entry-{serial:06}"), body)
    };
    let mut ids = Vec::new();
    for incentive in [true, false] {
        let own = loaded(incentive);
        let body = json!({
            "kind": "measure", "code": own["id"], "strength": own["strength"],
            "basis": own["basis"], "departments": own["implementers"], "text": "条目说明",
        });
        let made = taken(post(&market, "/v1/catalogue/entries", &body));
        let id = made.body["id"].as_str().expect("an id").to_owned();
        let at = |step: &str| format!("/v1/catalogue/entries/{id}/{step}");
        let cc = json!({"cc": own["implementers"]});
        taken(post(&market, &at("submit"), &cc));
        let path = format!("/v1/catalogue/entries/{id}");
        refused(public.get(&path), "NOT_FOUND");
        refused(post(&market, &at("format-check"), &json!({})), "FORBIDDEN_ROLE");
        taken(post(&office[1], &at("format-check"), &json!({})));
        let opinion = json!({"document_sha256": digest("opinion")});
        refused(post(&office[1], &at("legal-review"), &opinion), "G-4EYES");
        taken(post(&office[2], &at("legal-review"), &opinion));
        if incentive {
            taken(post(&office[0], &at("publish"), &json!({})));
            let shown = seen(&public, &path);
            assert_eq!(shown["rules_version"], catalogue["version"], "{shown}");
        } else {
            refused(post(&office[0], &at("publish"), &json!({})), "G-PUBLIC-NOTICE");
            refused(post(&office[1], &at("open-comment"), &json!({"days": 10})), "G-PUBLIC-NOTICE");
            taken(post(&office[1], &at("open-comment"), &json!({"days": 30})));
            assert_eq!(seen(&public, &path)["state"], "public_comment");
            refused(post(&office[0], &at("publish"), &json!({})), "G-PUBLIC-NOTICE");
        }
        ids.push(id);
    }
    let weak = json!({
        "kind": "measure", "code": "M-A01", "strength": "mandatory", "departments": ["market"],
        "basis": [{"instrument": "no-such-law", "article": "第一条"}], "text": "条目说明",
    });
    refused(post(&market, "/v1/catalogue/entries", &weak), "G-BASIS");
    let entries = seen(&public, "/v1/catalogue/entries");
    assert_eq!(entries["entries"].as_array().map(Vec::len), Some(ids.len()), "{entries}");

    let document = json!({
        "title": "实施细则", "number": "尤市监〔2026〕3号", "issued_on": "2026-01-05",
        "document_sha256": digest("document"),
    });
    taken(post(&market, "/v1/departments/market/documents", &document));
    refused(post(&market, "/v1/departments/approval/documents", &document), "G-COMPETENT");
    let documents = seen(&public, "/v1/departments/market/documents");
    assert_eq!(documents["documents"][0]["title"], "实施细则", "{documents}");
    refused(public.get("/v1/departments/nowhere/documents"), "NOT_FOUND");
    let officers = seen(&public, "/v1/departments/market/officers");
    assert_eq!(officers["liaison"]["id"], "SC-05", "{officers}");
    // Every member unit has both on file (plan 六(二)).
    for unit in seen(&public, "/v1/departments")["departments"].as_array().expect("units") {
        for post in ["leader_in_charge", "liaison"] {
            assert!(unit[post]["id"].is_string(), "{post} of {unit}");
        }
    }
    let days = seen(&public, "/v1/calendar?year=2026");
    assert_eq!((&days["covered"], &days["year"]), (&json!(true), &json!(2026)), "{days}");
    refused(public.get("/v1/calendar?year=9999"), "VALUE_INVALID");
    assert_eq!(server.terminate(), Some(0));
    let (code, output, errors) = run(&["verify", "--data", &data.display().to_string()]);
    assert_eq!(code, 0, "{output}{errors}");
}

#[test]
fn a_data_file_is_checked_before_it_is_loaded() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    let server = Server::start(&config(folder.path(), ""), &data);
    assert_eq!(server.terminate(), Some(0));
    let (text, county) = (data.display().to_string(), county().display().to_string());
    let shipped = |name: &str| std::fs::read_to_string(format!("{county}/{name}")).expect(name);
    let put = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).expect("writing a file");
        path.display().to_string()
    };
    let same = run(&["catalogue", "check", &county, "--data", &text]);
    assert_eq!(same.0, 0, "{same:?}");
    assert!(same.1.contains("nothing would change"), "{same:?}");

    let pack = shipped("rules/2026-04-01.toml").replacen("lift_wd = 3", "lift_wd = 2", 1);
    let pack = put("2026-04-01.toml", &pack);
    for against in [["--data", &text], ["--config", &county]] {
        let changed = run(&["rules", "check", &pack, against[0], against[1], "--json"]);
        assert_eq!(changed.0, 0, "{changed:?}");
        let report: Value = serde_json::from_str(&changed.1).expect("JSON");
        assert_eq!(
            report["differences"],
            json!([{"kind": "pack", "id": "2026-04-01", "change": "changed", "fields": ["lift_wd"]}])
        );
    }
    let broken = put("2027-01-01.toml", "in_force_from = \"2027-01-01\"\n");
    assert_eq!(run(&["rules", "check", &broken, "--config", &county]).0, 1);
    let truncated =
        put("holidays-2027.csv", "date,kind,holiday,notice_year\n2027-01-01,off,元旦,2027\n");
    let refused = run(&["calendar", "check", &truncated, "--config", &county]);
    assert_eq!(refused.0, 1, "{refused:?}");
    assert!(refused.2.contains("holidays-2027.csv"), "{refused:?}");
    assert_eq!(run(&["calendar", "check", &pack, "--config", &county]).0, 2);
    assert_eq!(run(&["rules", "check", "/nowhere.toml", "--config", &county]).0, 2);
}
