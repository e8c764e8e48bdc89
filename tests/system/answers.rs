//! What a person answers for over HTTP: it names the person's own records, and stands and falls with
//! them.

use serde_json::{Value, json};
use shouxin_core::actor::Role;
use shouxin_server::demo::sample::{citizen_number, code, record};
use shouxin_tests::Client;
use shouxin_tests::running::{FIRST, Running};

use crate::plugins::{Teller, listed};

/// Penalties on natural persons.
const PENALTY: &str = "FJ-ZR-0201";

/// Covers O49, INV-4, INV-8, G-FACT.
#[test]
fn what_a_person_answers_for_rests_on_the_records_that_it_names() {
    let folder = tempfile::tempdir().expect("a folder");
    let running = Running::start(&folder.path().join("data"), Vec::new());
    let teller = Teller::new();
    let listing = listed(&running, &teller, &[code("91", 1)]).remove(0);
    let officer = running.client(Role::Department, "market", "SC-03");
    let head = running.client(Role::Department, "market", "SC-01");
    let number = citizen_number(1, FIRST.parse().expect("a day"));
    let persons = json!({"persons": [{"name": "张三", "number": number, "capacity": "full"}]});
    teller.post(&officer, "/v1/persons", &persons);
    let asked = json!({"name": "张三", "number": number}).to_string();
    let headers = [("Purpose", "case plan-185:4(2)"), ("Content-Type", "application/json")];
    let found = officer.send("/v1/persons/lookup", &headers, asked.as_bytes());
    let own = found.expect("an answer").body["key"].as_str().expect("a key").to_owned();
    let paper = |text: &str| officer.document(&own, text);
    let mut adverse = record(&own, PENALTY, true, 1, FIRST.parse().expect("a day"));
    for (text, at) in [("处罚决定", "/document_sha256"), ("回证", "/notified/proof_sha256")] {
        *adverse.pointer_mut(at).expect("a digest") = json!(paper(text));
    }
    let number = adverse["document_number"].clone();
    let made = teller.post(&officer, "/v1/records", &json!({"records": [adverse]}));
    let on = made["ids"][0].as_str().expect("a record").to_owned();

    let mut proposal = json!({
        "listing": listing, "person": own, "role": "legal_representative",
        "basis": [{"instrument": "samr-order-44", "article": "第九条"}],
        "facts": [{"kind": "penalty_decision", "about": own, "number": number, "issuer": "局",
            "date": FIRST, "sha256": paper("处罚决定")}],
        "finding": "本人决定", "office_from": "2019-05-06", "acted_on": "2026-03-01",
    });
    // The document is that of a record: it is named, and by its own id.
    let unnamed =
        officer.post("/v1/attributions", "answers-unnamed", &proposal).expect("an answer");
    assert_eq!((unnamed.status, &unnamed.body["code"]), (409, &json!("G-FACT")), "{unnamed:?}");
    assert!(unnamed.body["cure"].to_string().contains(&on), "{unnamed:?}");
    proposal["records"] = json!(["R-999999"]);
    let unknown =
        officer.post("/v1/attributions", "answers-unknown", &proposal).expect("an answer");
    assert!((400..500).contains(&unknown.status), "{unknown:?}");
    proposal["records"] = json!([on]);
    let made = teller.post(&officer, "/v1/attributions", &proposal);
    assert_eq!(made["events"][1]["event"], "attribution.records_named", "{made}");
    let id = made["id"].as_str().expect("an id").to_owned();
    let at = |step: &str| format!("/v1/attributions/{id}/{step}");
    // What is not decided is told to whoever decides, and to nobody else.
    let tax = running.client(Role::Department, "tax", "SC-03");
    let public = Client::new(&running.base, None);
    let told = |client: &Client| {
        let found = client.get(&format!("/v1/listings/{listing}")).expect("an answer");
        assert_eq!(found.status, 200, "{found:?}");
        found.body["attributions"].clone()
    };
    assert_eq!(told(&public), Value::Null, "the public reads of no proceeding against a person");
    assert_eq!((told(&tax), told(&officer)), (json!([]), json!([id])));

    let service = |day: &str| json!({"manner": "direct", "on": day, "proof_sha256": paper("回证")});
    let notice = json!({
        "facts": "事实", "reasons": "理由", "rights_stated": true, "document_sha256": paper("告知"),
        "service": service("2026-03-10"),
    });
    teller.post(&officer, &at("notice"), &notice);
    teller.post(&officer, &at("statement"), &json!({"waiver_sha256": paper("放弃")}));
    let decision = json!({
        "document_number": "责1", "document_sha256": paper("决定"), "facts": "事实",
        "reasons": "理由", "end": "2026-11-01", "removal_conditions": "条件", "remedies": "救济",
    });
    teller.post(&head, &at("decide"), &decision);
    let served = json!({"service": service("2026-03-10"), "repair_guide_sha256": paper("修复")});
    teller.post(&officer, &at("serve"), &served);
    running.on("2026-03-20");
    assert_eq!((told(&public), told(&tax)), (Value::Null, json!([id])));
    let person = running.subject(&own);
    let file = || person.get(&format!("/v1/subjects/{own}")).expect("an answer").body;
    let suspended = |file: &Value| file["classification"][0]["suspended"].clone();
    let before = file();
    assert_eq!(before["attributions"][0]["records"], json!([on]), "{before}");
    assert_eq!(
        (&before["classification"][0]["case"], suspended(&before)),
        (&json!(id), json!(false))
    );
    // An objection to the record suspends at once what rests on it, and what it says comes back.
    let objection = json!({
        "target": on, "trigger": "subject", "grounds": ["error"], "statement": "并非本人",
        "evidence": [paper("证据")],
    });
    teller.post(&person, "/v1/objections", &objection);
    let disputed = file();
    assert_eq!(suspended(&disputed), json!(true), "{disputed}");
    assert_eq!(disputed["attributions"][0]["standing"], "suspended", "{disputed}");
    // Taken back by its provider, it takes what rests on it along.
    let taken = json!({"reasons": "认定有误"});
    teller.post(&officer, &format!("/v1/records/{on}/annul"), &taken);
    let after = file();
    assert_eq!(after["classification"], json!([]), "{after}");
    assert_eq!(after["attributions"][0]["state"], "annulled", "{after}");
}
