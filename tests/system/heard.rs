//! What a party says reaches the decision over HTTP: nothing is passed over beside a waiver, no day
//! of its time is lost, and it leaves the red list at the counter when it likes.

use serde_json::{Value, json};
use shouxin_core::actor::Role;
use shouxin_server::demo::sample::{citizen_number, code, digest, record};
use shouxin_tests::Client;
use shouxin_tests::running::{FIRST, Running};

use crate::plugins::Teller;

/// What is collected about a civil servant: adverse, and nobody's but its provider's.
const UNSHARED: &str = "FJ-ZR-0203";

#[track_caller]
fn refused(client: &Client, path: &str, body: &Value, expected: &str) {
    let key = format!("{path}-{}", digest(&body.to_string()).get(..16).expect("a digest"));
    let answer = client.post(path, &key, body).expect("an answer");
    assert!((400..500).contains(&answer.status), "{path}: {answer:?}");
    assert_eq!(answer.body["code"], expected, "{path}: {answer:?}");
}

/// A subject, and an officer and the head of the market authority.
fn begun(running: &Running, teller: &Teller, own: &str) -> (Client, Client) {
    let officer = running.client(Role::Department, "market", "SC-03");
    let subjects = json!({"subjects": [{"code": own, "name": "甲公司"}]});
    teller.post(&officer, "/v1/subjects", &subjects);
    (officer, running.client(Role::Department, "market", "SC-01"))
}

fn nominated(teller: &Teller, officer: &Client, own: &str, consent: Option<&str>) -> String {
    let nomination = json!({
        "subject": own, "source": "well_rated_counterpart", "merits": "连续三年信用良好",
        "basis": [{"instrument": "plan-185", "article": "三(一)"}], "consent_sha256": consent,
    });
    let made = teller.post(officer, "/v1/nominations", &nomination);
    format!("/v1/nominations/{}", made["id"].as_str().expect("an id"))
}

/// A listing that the market authority proposes, and the way to its steps.
fn proposed(teller: &Teller, officer: &Client, own: &str) -> impl Fn(&str) -> String + use<> {
    let proposal = json!({
        "subject": own, "behaviour": "B2.14",
        "basis": [{"instrument": "samr-order-44", "article": "第九条"}],
        "facts": [{"kind": "penalty_decision", "about": own, "number": "罚1", "issuer": "局",
            "date": FIRST, "sha256": officer.document(own, "罚1")}],
        "act": "虚假广告",
    });
    let made = teller.post(officer, "/v1/listings", &proposal);
    let listing = format!("/v1/listings/{}", made["id"].as_str().expect("an id"));
    move |step| format!("{listing}/{step}")
}

fn noticed(officer: &Client, own: &str) -> Value {
    let paper = |text: &str| officer.document(own, text);
    json!({
        "facts": "事实", "reasons": "理由", "rights_stated": true, "hearing_offered": true,
        "document_sha256": paper("告知"),
        "service": {"manner": "direct", "on": FIRST, "proof_sha256": paper("回证")},
    })
}

fn decided(officer: &Client, own: &str) -> Value {
    json!({
        "document_number": "决1", "document_sha256": officer.document(own, "决定"),
        "facts": "事实", "reasons": "理由", "end": "2026-12-01", "removal_conditions": "条件",
        "remedies": "救济",
    })
}

/// A statement or a request for a hearing that came with a waiver is not taken for the waiver
/// alone: it is refused, and the party is heard. Covers G-HEARD.
#[test]
fn a_statement_beside_a_waiver_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let running = Running::start(&folder.path().join("data"), Vec::new());
    let teller = Teller::new();
    let own = code("91", 1);
    let (officer, head) = begun(&running, &teller, &own);
    let party = running.subject(&own);
    let paper = |text: &str| officer.document(&own, text);
    let at = proposed(&teller, &officer, &own);
    teller.post(&officer, &at("notice"), &noticed(&officer, &own));
    let waiver = paper("放弃");
    for said in [
        json!({"waiver_sha256": waiver, "points": ["处罚不当"]}),
        json!({"waiver_sha256": waiver, "hearing_requested": true}),
        json!({"waiver_sha256": waiver, "document_sha256": paper("陈述")}),
        json!({"waiver_sha256": waiver, "points": ["处罚不当"], "hearing_requested": true}),
    ] {
        refused(&party, &at("statement"), &said, "VALUE_INVALID");
        refused(&officer, &at("statement"), &said, "VALUE_INVALID");
    }
    // Nothing of it was taken: the party still speaks, and gets its answer.
    let said = json!({"points": ["处罚不当"], "hearing_requested": true});
    teller.post(&party, &at("statement"), &said);
    let held = json!({"record_sha256": paper("笔录"), "summary": "到场陈述"});
    teller.post(&running.client(Role::Department, "market", "SC-02"), &at("hearing"), &held);
    let mut decision = decided(&officer, &own);
    refused(&head, &at("decide"), &decision, "G-HEARD");
    decision["answers"] = json!(["不予采纳"]);
    teller.post(&head, &at("decide"), &decision);
}

/// What departments do not share counts in the check of a nomination all the same, and the officer
/// who checks learns that something was found, not what. Covers O28, G-RED-CHECK.
#[test]
fn the_check_of_a_nomination_sees_what_is_not_shared() {
    let folder = tempfile::tempdir().expect("a folder");
    let running = Running::start(&folder.path().join("data"), Vec::new());
    let teller = Teller::new();
    let officer = running.client(Role::Department, "market", "SC-03");
    let office = running.client(Role::CreditOffice, "development_reform", "SC-03");
    let today = FIRST.parse().expect("a day");
    let number = citizen_number(1, today);
    let persons = json!({"persons": [{"name": "张三", "number": number, "capacity": "full"}]});
    teller.post(&officer, "/v1/persons", &persons);
    let asked = json!({"name": "张三", "number": number}).to_string();
    let headers = [("Purpose", "case-study plan-185:2(5)"), ("Content-Type", "application/json")];
    let key = officer.send("/v1/persons/lookup", &headers, asked.as_bytes());
    let own = key.expect("an answer").body["key"].as_str().expect("a key").to_owned();
    let mut adverse = record(&own, UNSHARED, true, 1, today);
    for (text, at) in [("document 1", "/document_sha256"), ("proof 1", "/notified/proof_sha256")] {
        *adverse.pointer_mut(at).expect("a digest") = json!(office.document(&own, text));
    }
    let made = teller.post(&office, "/v1/records", &json!({"records": [adverse]}));
    let found = made["ids"][0].as_str().expect("a record").to_owned();
    let consent = officer.document(&own, "同意书");
    let nomination = nominated(&teller, &officer, &own, Some(&consent));
    let answer = teller.post(&officer, &format!("{nomination}/check"), &json!({}));
    assert_eq!(answer["events"].as_array().map(Vec::len), Some(1), "{answer}");
    assert!(!answer.to_string().contains(&found), "{answer}");
    let listing = nomination.replace("nominations", "listings");
    let seen = officer.get(&listing).expect("an answer");
    assert!(!seen.body.to_string().contains(&found), "{seen:?}");
    refused(&officer, &format!("{nomination}/notice"), &json!({}), "STATE");
}

/// Covers O22, G-NOTICE.
#[test]
fn an_exemplar_without_a_key_leaves_the_red_list_at_the_counter() {
    let folder = tempfile::tempdir().expect("a folder");
    let running = Running::start(&folder.path().join("data"), Vec::new());
    let (teller, own) = (Teller::new(), code("91", 1));
    let (officer, head) = begun(&running, &teller, &own);
    let nomination = nominated(&teller, &officer, &own, None);
    let at = |step: &str| format!("{nomination}/{step}");
    teller.post(&officer, &at("check"), &json!({}));
    teller.post(&officer, &at("notice"), &json!({}));
    running.on("2026-03-12");
    let decision = json!({
        "document_number": "红1", "document_sha256": officer.document(&own, "红名单决定"),
        "reasons": "公示期满无异议", "until": "2027-03-01",
    });
    teller.post(&head, &at("decide"), &decision);
    let reasons = "不再参与，申请退出";
    refused(&head, &at("close"), &json!({"reasons": reasons}), "G-NOTICE");
    let absent = json!({"reasons": reasons, "document_sha256": digest("退出申请")});
    refused(&officer, &at("close"), &absent, "DOCUMENT_MISSING");
    let paper = officer.document(&own, "退出申请");
    let left = json!({"reasons": reasons, "document_sha256": paper});
    let answer = teller.post(&officer, &at("close"), &left);
    assert_eq!(answer["events"][0]["event"], "red_listing.withdrawal_received", "{answer}");
    let public = Client::new(&running.base, None);
    let red = public.get("/v1/lists/red").expect("an answer");
    assert_eq!(red.body["listings"], json!([]), "{red:?}");
    let listing = nomination.replace("nominations", "listings");
    let told = officer.get(&format!("{listing}/texts/red-closure")).expect("an answer");
    assert!(told.body["text"].to_string().contains("根据你（单位）的申请"), "{told:?}");
}

/// A notice and a decision recorded long after their service: the days to speak and the standstill
/// begin here, and a statement takes nothing of the time to ask for a hearing. Covers G-HEARD.
#[test]
fn what_was_served_long_ago_leaves_the_party_its_whole_time() {
    let folder = tempfile::tempdir().expect("a folder");
    let running = Running::start(&folder.path().join("data"), Vec::new());
    let (teller, own) = (Teller::new(), code("91", 1));
    let (officer, head) = begun(&running, &teller, &own);
    let party = running.subject(&own);
    let at = proposed(&teller, &officer, &own);
    running.on("2026-03-23");
    let mut notice = noticed(&officer, &own);
    notice["service"]["on"] = json!(FIRST);
    teller.post(&officer, &at("notice"), &notice);
    let seen = officer.get(at("").trim_end_matches('/')).expect("an answer");
    assert_eq!(seen.body["statement_until"]["day"], json!("2026-03-30"), "{seen:?}");
    running.on("2026-03-24");
    teller.post(&party, &at("statement"), &json!({"points": ["处罚不当"]}));
    let mut decision = decided(&officer, &own);
    decision["answers"] = json!(["不予采纳"]);
    refused(&head, &at("decide"), &decision, "G-HEARD");
    running.on("2026-03-31");
    teller.post(&head, &at("decide"), &decision);
    running.on("2026-04-20");
    let mut served = json!({"repair_guide_sha256": officer.document(&own, "修复")});
    served["service"] = json!({
        "manner": "direct", "on": "2026-03-31", "proof_sha256": officer.document(&own, "回证"),
    });
    teller.post(&officer, &at("serve"), &served);
    let seen = officer.get(at("").trim_end_matches('/')).expect("an answer");
    assert_eq!(seen.body["decision"]["starts_on"], json!("2026-04-28"), "{seen:?}");
}
