//! Bad input is refused with a code and a cure, changes nothing, and harms nobody.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use shouxin_server::demo::sample::code;
use shouxin_tests::{Answer, Client, Server, config, key, nowhere_in_clear};

const MARKET: &str = "11350426XY0001023Q";
const GUILD: &str = "51350426XY0005016R";

fn position(client: &Client) -> Value {
    client.get("/readyz").expect("readiness").body["before"].clone()
}

fn refused(answer: Option<Answer>, expected: &[&str], what: &str) {
    let answer = answer.unwrap_or_else(|| panic!("{what}: no answer"));
    assert!((400..500).contains(&answer.status), "{what}: {answer:?}");
    assert_eq!(answer.kind, "application/problem+json", "{what}: {answer:?}");
    let code = answer.body["code"].as_str().unwrap_or_default();
    assert!(expected.contains(&code), "{what}: {answer:?}");
    let told = |field: &str| answer.body[field].as_str().is_some_and(|text| !text.is_empty());
    assert!(told("title") && told("detail") && told("cure"), "{what}: {answer:?}");
}

/// Every route that takes a body, with its path filled in and the roles that may write; none where
/// it is no write.
fn routes(client: &Client) -> Vec<(String, Option<Value>)> {
    let document = client.get("/openapi.json").expect("the document").body;
    let paths = document["paths"].as_object().expect("paths").clone();
    paths
        .into_iter()
        .filter(|(_, methods)| methods.get("post").is_some())
        .map(|(path, methods)| {
            let roles = methods["post"].get("x-roles").cloned();
            let id = match path.split('/').nth(2) {
                Some("attributions") => "A-1",
                Some("measures") => "M-1",
                Some("records") => "R-1",
                Some("objections" | "redress") => "O-1",
                Some("repairs") => "X-1",
                Some("assessments") => "G-1",
                Some("catalogue") => "E-1",
                Some("commitments") => "C-1",
                Some("reviews") => "V-1",
                Some("tolerant-acceptances") => "T-1",
                Some("classifications") => "Z-1",
                Some("typical-cases") => "K-1",
                Some("member-notes") => "N-1",
                Some("litigation-supports") => "S-1",
                _ => "L-1",
            };
            let filled = path.replace("{id}", id).replace("{key}", &code("91", 1));
            let filled = filled.replace("{code}", "market").replace("{letter}", "M-1");
            (filled.replace("{name}", "procurement"), roles)
        })
        .collect()
}

#[test]
fn every_route_refuses_what_is_malformed_and_the_log_does_not_grow() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    let server = Server::start(&config(folder.path(), ""), &data);
    let officer =
        Client::new(&server.base, Some(&key(&data, "credit_office", Some((MARKET, "SC-03")))));
    let department =
        Client::new(&server.base, Some(&key(&data, "department", Some((MARKET, "SC-04")))));
    let guild = Client::new(&server.base, Some(&key(&data, "association", Some((GUILD, "XH-01")))));
    let guardian = key(&data, "data_officer", Some((MARKET, "SC-03")));
    let guardian = Client::new(&server.base, Some(&guardian));
    let auditor = Client::new(&server.base, Some(&key(&data, "auditor", None)));
    let operator = Client::new(&server.base, Some(&key(&data, "operator", None)));
    let public = Client::new(&server.base, None);
    let wrong = Client::new(&server.base, Some("sx_nobody_wrong"));
    let before = position(&public);
    let routes = routes(&public);
    assert!(routes.len() > 35, "{} routes", routes.len());
    let headers = [("Idempotency-Key", "bad-input-0001"), ("Purpose", "test case")];
    for (path, roles) in &routes {
        // A review for a permit is a department's, and a member's file its association's.
        let may = |role: &str| {
            let roles = roles.as_ref().and_then(Value::as_array);
            roles.is_none_or(|roles| roles.iter().any(|own| own == role))
        };
        let sender = match () {
            () if may("credit_office") => &officer,
            () if may("association") => &guild,
            () if may("data_officer") => &guardian,
            () if may("operator") => &operator,
            () => &department,
        };
        let any = |body: &[u8]| sender.send(path, &headers, body);
        let plugin = path.starts_with("/v1/plugins/") && path.ends_with("/query");
        if roles.is_some() {
            refused(any(b"{"), &["MALFORMED_JSON"], path);
            refused(
                any(b"{\"nope\": 1}"),
                &["UNKNOWN_FIELD", "IDENTIFIER_INVALID", "NOT_FOUND"],
                path,
            );
            refused(any(b"[1]"), &["VALUE_INVALID"], path);
            refused(any(b"\xff\xfe"), &["MALFORMED_JSON", "VALUE_INVALID"], path);
            let no_key = sender.send(path, &[], b"{}");
            refused(no_key, &["IDEMPOTENCY_KEY_REQUIRED"], path);
            refused(auditor.send(path, &headers, b"{}"), &["FORBIDDEN_ROLE"], path);
            refused(public.send(path, &headers, b"{}"), &["UNAUTHENTICATED"], path);
        }
        // Where wrongdoing is reported no key is looked at.
        let keyless = path == "/v1/whistle" || path.ends_with("/retaliation");
        if !plugin && !keyless {
            refused(wrong.send(path, &headers, b"{}"), &["UNAUTHENTICATED"], path);
        }
        let large = vec![b' '; (4 << 20) + 1];
        // A department's own plugin is asked by that department alone, whatever is sent.
        // A document has a limit of its own and says first whose it is.
        let expected = match path.as_str() {
            "/v1/documents" => "VALUE_INVALID",
            _ if plugin => "FORBIDDEN_ROLE",
            _ => "BODY_TOO_LARGE",
        };
        refused(any(&large), &[expected], path);
    }
    assert_eq!(position(&public), before, "something was written");
    assert_eq!(server.terminate(), Some(0), "the server was harmed");
}

#[test]
fn codes_dates_repeated_keys_and_stale_versions_are_named() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    let server = Server::start(&config(folder.path(), ""), &data);
    let officer = Client::new(&server.base, Some(&key(&data, "provider", Some((MARKET, "SC-03")))));
    let subject =
        |number: u32, name: &str| json!({"subjects": [{"code": code("91", number), "name": name}]});
    let made =
        officer.post("/v1/subjects", "bad-input-0001", &subject(1, "甲")).expect("an answer");
    assert_eq!(made.status, 201, "{made:?}");
    let before = position(&officer);
    let again =
        officer.post("/v1/subjects", "bad-input-0001", &subject(1, "甲")).expect("an answer");
    assert_eq!((again.status, &again.body["repeated"]), (200, &json!(true)));
    assert_eq!(again.body["events"], made.body["events"]);
    refused(
        officer.post("/v1/subjects", "bad-input-0001", &subject(1, "乙")),
        &["IDEMPOTENCY_CONFLICT"],
        "reused key",
    );
    let record = |field: &str, value: Value| {
        let mut body = json!({"subject": code("91", 1), "item": "FJ-FR-0101", "document_number": "一号", "document_date": "2026-01-05"});
        body[field] = value;
        json!({"records": [body]})
    };
    let post = |name: &str, body: &Value| officer.post("/v1/records", name, body);
    refused(
        post("bad-input-0002", &record("document_date", json!("2026-02-30"))),
        &["DATE_INVALID"],
        "no such day",
    );
    refused(
        post("bad-input-0003", &record("subject", json!("91350426XYO0000125"))),
        &["IDENTIFIER_INVALID"],
        "letter O",
    );
    refused(
        post("bad-input-0004", &record("document_number", json!(7))),
        &["VALUE_INVALID"],
        "wrong type",
    );
    refused(
        post("bad-input-0005", &record("severity", json!("awful"))),
        &["VALUE_INVALID"],
        "no such severity",
    );
    let rejected = post("bad-input-0006", &record("item", json!("FJ-FR-9999"))).expect("an answer");
    assert_eq!(rejected.body["rejects"][0]["reason"], "NOT_IN_DIRECTORY");
    assert_eq!(position(&officer), before, "something was written");
    let stale = format!("\"{}@0.1\"", code("91", 1));
    let headers = [("Idempotency-Key", "bad-input-0007"), ("If-Match", stale.as_str())];
    let body = record("document_number", json!("二号")).to_string();
    refused(
        officer.send("/v1/records", &headers, body.as_bytes()),
        &["PRECONDITION_FAILED"],
        "stale",
    );
    let fresh = made.body["position"].as_str().expect("a position");
    let fresh = format!("\"{}@{fresh}\"", code("91", 1));
    let headers = [("Idempotency-Key", "bad-input-0008"), ("If-Match", fresh.as_str())];
    let taken = officer.send("/v1/records", &headers, body.as_bytes()).expect("an answer");
    assert_eq!(taken.status, 201, "{taken:?}");
}

/// Covers O16, O19, G-OPEN.
#[test]
fn the_public_cannot_tell_what_is_unknown_from_what_is_not_public() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    let server = Server::start(&config(folder.path(), ""), &data);
    let officer = Client::new(&server.base, Some(&key(&data, "provider", Some((MARKET, "SC-03")))));
    let body = json!({"subjects": [{"code": code("92", 1), "name": "王某经营部"}]});
    assert_eq!(
        officer.post("/v1/subjects", "bad-input-0001", &body).expect("an answer").status,
        201
    );
    let public = Client::new(&server.base, None);
    let hidden = public.get(&format!("/v1/subjects/{}", code("92", 1))).expect("an answer");
    let unknown = public.get(&format!("/v1/subjects/{}", code("92", 2))).expect("an answer");
    assert_eq!((hidden.status, hidden.body), (unknown.status, unknown.body));
    let seen = officer.get(&format!("/v1/subjects/{}", code("92", 1))).expect("an answer");
    assert_eq!(seen.body["name"], "王某经营部");
    // The name of a person's business stands in no file of the data folder in clear.
    for folder in ["log", "access", "vault"] {
        nowhere_in_clear(&data.join(folder), "王某经营部");
    }
}

#[test]
fn titles_and_codes_of_problems_are_unique() {
    let text: Value = serde_json::from_str(&shouxin_server::http::openapi_text()).expect("JSON");
    let codes = text["x-problem-codes"].as_array().expect("codes");
    let names: BTreeSet<&str> = codes.iter().filter_map(|own| own["code"].as_str()).collect();
    assert_eq!(names.len(), codes.len());
}
