//! Tolerant acceptance and the clean record over HTTP: who comes through, what is never missing,
//! who may look, and that one adverse record closes the green channel.

use std::path::Path;

use serde_json::{Value, json};
use shouxin_core::time::Day;
use shouxin_server::demo::sample::{code, digest, record};
use shouxin_tests::{Answer, Client, Server, config, county, key, nowhere_in_clear, run};

const MARKET: &str = "11350426XY0001023Q";
const APPROVAL: &str = "11350426XY0001031K";
const OPEN: &str = "/v1/tolerant-acceptances";
const NAME: &str = "场地使用证明的补充说明";

fn subject_key(data: &Path, subject: &str) -> String {
    let (data, config) = (data.display().to_string(), county().display().to_string());
    let mut arguments = vec!["key", "create", "--data", &data, "--config", &config];
    arguments.extend(["--role", "subject", "--expires-on", "2199-12-31", "--acts-for", subject]);
    let (code, output, errors) = run(&arguments);
    assert_eq!(code, 0, "{errors}");
    output.trim().to_owned()
}

fn post(client: &Client, path: &str, key: &str, body: &Value) -> Answer {
    client.post(path, &format!("tolerance-{key}"), body).expect("an answer")
}

#[track_caller]
fn refused(answer: &Answer, expected: &str) {
    assert_eq!(answer.body["code"], expected, "{answer:?}");
    let told = |field: &str| answer.body[field].as_str().is_some_and(|text| !text.is_empty());
    assert!(told("detail") && told("cure"), "{answer:?}");
}

fn file(subject: &str, by_law: bool) -> Value {
    json!({
        "subject": subject,
        "matter": "食品经营许可",
        "basis": [{"instrument": "plan-185", "article": "三(二)"}],
        "missing": [{"name": NAME, "required_by_law": by_law}],
        "working_days": 10,
        "promise_sha256": digest("promise"),
    })
}

fn get(client: &Client, path: &str) -> Answer {
    client.get(path).expect("an answer")
}

/// The public is told what speaks for an organisation; of what is not on display it learns
/// nothing, neither by a word nor by its absence. Covers O28.
#[test]
fn who_has_nothing_adverse_on_display_is_recommended_to_whoever_looks() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    let server = Server::start(&config(folder.path(), ""), &data);
    let client = |key: &str| Client::new(&server.base, Some(key));
    let market = client(&key(&data, "provider", Some((MARKET, "SC-03"))));
    let public = Client::new(&server.base, None);
    let own = code("91", 1);
    let subjects = json!({"subjects": [{"code": own, "name": "尤溪县清白有限公司"}]});
    assert_eq!(post(&market, "/v1/subjects", "subjects", &subjects).status, 201);
    let file = format!("/v1/subjects/{own}");
    let told = |path: &str| get(&public, path).body["recommendation"].clone();
    let free = told(&file);
    let today: Day =
        get(&public, &file).body["as_of"].as_str().and_then(|on| on.parse().ok()).expect("a day");
    assert_eq!(free["exemplar"], json!([]));
    assert_eq!(free["record_free"]["from"], json!(today.minus_months(36)), "{free}");
    assert_eq!(free["record_free"]["as_of"], json!(today), "{free}");
    assert_eq!(told(&format!("{file}/report")), free, "the report says the same");

    // What is too slight to be shown is not told by silence either.
    let mut slight = record(&own, "FJ-FR-0302", true, 1, today);
    slight["severity"] = json!("minor");
    let made = post(&market, "/v1/records", "slight", &json!({"records": [slight]}));
    assert_eq!(made.status, 201, "{made:?}");
    assert_eq!(get(&public, &file).body["records"], json!([]), "it is not on display");
    assert_eq!(told(&file), free);

    let adverse = json!({"records": [record(&own, "FJ-FR-0302", true, 2, today)]});
    let made = post(&market, "/v1/records", "record", &adverse);
    let record = made.body["ids"][0].as_str().expect("a record").to_owned();
    assert_eq!(get(&public, &file).body["records"][0]["id"], json!(record));
    assert_eq!(told(&file), Value::Null, "nothing recommends it");
    let head = client(&key(&data, "provider", Some((MARKET, "SC-01"))));
    let annul = format!("/v1/records/{record}/annul");
    let annulled = post(&head, &annul, "annul", &json!({"reasons": "错录"}));
    assert_eq!(annulled.status, 201, "{annulled:?}");
    assert_eq!(told(&file), free, "annulled, it never was");
    assert_eq!(server.terminate(), Some(0));
}

/// Covers O31, O32.
#[test]
fn a_clean_record_opens_the_green_channel_and_one_adverse_record_closes_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    let server = Server::start(&config(folder.path(), ""), &data);
    let client = |key: &str| Client::new(&server.base, Some(key));
    let officer = |role: &str, authority: &str| key(&data, role, Some((authority, "SC-03")));
    let (clean, other) = (code("91", 1), code("91", 2));
    let market = client(&officer("provider", MARKET));
    let approval = client(&officer("department", APPROVAL));
    let office = client(&officer("credit_office", "11350426XY0001015X"));
    let public = Client::new(&server.base, None);
    let subjects = json!({"subjects": [
        {"code": clean, "name": "尤溪县清白有限公司"}, {"code": other, "name": "尤溪县某某有限公司"},
    ]});
    assert_eq!(post(&market, "/v1/subjects", "subjects", &subjects).status, 201);
    let own = client(&subject_key(&data, &clean));

    // The fact: for departments and for the subject itself, and for nobody else.
    let path = format!("/v1/subjects/{clean}/clean-record");
    for (who, client) in [("department", &approval), ("office", &office), ("subject", &own)] {
        let found = get(client, &format!("{path}?years=3"));
        assert_eq!((found.status, &found.body["clean"]), (200, &json!(true)), "{who}");
        assert_eq!(found.body["records"], json!([]), "{who}");
    }
    refused(&get(&public, &path), "UNAUTHENTICATED");
    assert_eq!(get(&own, &format!("/v1/subjects/{other}/clean-record")).status, 404);
    let without = approval.send(OPEN, &[], b"{}").expect("an answer");
    refused(&without, "IDEMPOTENCY_KEY_REQUIRED");
    for years in ["0", "11"] {
        refused(&get(&approval, &format!("{path}?years={years}")), "VALUE_INVALID");
    }
    let answer = get(&approval, &path).body;
    let today: Day = answer["as_of"].as_str().and_then(|on| on.parse().ok()).expect("a day");
    assert_eq!(answer["from"], json!(today.minus_months(36)), "three years of the rule pack");

    for subject in [&clean, &other] {
        approval.document(subject, "promise");
    }
    // What law requires is never missing; the rest may be, on a promise.
    refused(&post(&approval, OPEN, "law", &file(&clean, true)), "G-LAW-REQUIRED");
    let made = post(&approval, OPEN, "opened", &file(&clean, false));
    assert_eq!(made.status, 201, "{made:?}");
    let id = made.body["id"].as_str().expect("an id").to_owned();
    let one = format!("{OPEN}/{id}");
    let seen = get(&own, &one);
    assert_eq!((seen.status, &seen.body["state"]), (200, &json!("open")));
    assert_eq!(seen.body["missing"], json!([NAME]));
    assert_eq!(seen.body["by_right_of"]["clean_record_from"], json!(today.minus_months(36)));
    // Another department has no business with it.
    assert_eq!(get(&market, &one).status, 404);
    assert_eq!(get(&public, &one).status, 404);
    let listed = |client: &Client| {
        let found = get(client, &format!("{OPEN}?subject={clean}"));
        found.body["tolerant_acceptances"].as_array().map(Vec::len)
    };
    assert_eq!((listed(&approval), listed(&market), listed(&public)), (Some(1), Some(0), None));
    approval.document(&clean, "document");
    let documents = json!({
        "documents": [{"place": 0, "sha256": digest("document")}], "received_on": today,
    });
    refused(&post(&market, &format!("{one}/supply"), "foreign", &documents), "G-COMPETENT");
    assert_eq!(post(&approval, &format!("{one}/supply"), "supplied", &documents).status, 201);
    assert_eq!(get(&approval, &one).body["state"], "completed");
    let late =
        post(&own, &format!("{one}/close"), "late", &json!({"reasons": "不办", "withdrawn": true}));
    refused(&late, "STATE");

    // One adverse record, and the way is the ordinary one; annulled, it never was.
    let adverse = json!({"records": [record(&clean, "FJ-FR-0302", true, 1, today)]});
    let made = post(&market, "/v1/records", "record", &adverse);
    let record = made.body["ids"][0].as_str().expect("a record").to_owned();
    let found = get(&approval, &path).body;
    assert_eq!((&found["clean"], &found["records"]), (&json!(false), &json!([record])));
    let closed = post(&approval, OPEN, "adverse", &file(&clean, false));
    refused(&closed, "G-RED-CHECK");
    let named = closed.body["detail"].as_str().is_some_and(|text| text.contains(&record));
    assert!(!named, "which it is, the read of the clean record tells whom it may tell");
    let head = client(&key(&data, "provider", Some((MARKET, "SC-01"))));
    let annulled =
        post(&head, &format!("/v1/records/{record}/annul"), "annul", &json!({"reasons": "错录"}));
    assert_eq!(annulled.status, 201, "{annulled:?}");
    assert_eq!(get(&approval, &path).body["clean"], json!(true));
    assert_eq!(post(&approval, OPEN, "again", &file(&clean, false)).status, 201);

    // No text of it stands anywhere in clear, and no answer holds a value of the subject.
    for folder in ["log", "access", "vault"] {
        nowhere_in_clear(&data.join(folder), NAME);
    }
    let answer = get(&approval, &path).body.to_string();
    assert!(!["score", "grade", "rank"].iter().any(|word| answer.contains(word)), "{answer}");
    assert_eq!(server.terminate(), Some(0));
}
