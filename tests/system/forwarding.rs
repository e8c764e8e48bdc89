//! What goes to a higher authority, over HTTP: the notice to its subject is drafted, served and handed
//! in with the letter, and shown on the measure like that of the county's own.

use serde_json::{Value, json};
use shouxin_core::actor::Role;
use shouxin_server::demo::sample::code;
use shouxin_tests::running::{FIRST, Running};
use shouxin_tests::{Answer, Client};

use super::put_right::{Teller, seen};

const DAY: &str = "2026-03-10";
const TO: &str = "三明市自然资源局";
const REASONS: &str = "有履行能力而拒不履行";

fn service(officer: &Client, subject: &str, day: &str) -> Value {
    json!({"manner": "direct", "on": day, "proof_sha256": officer.document(subject, day)})
}

/// A listing in effect whose decision names a limit that only a higher authority sets.
fn listed(running: &Running, teller: &mut Teller, subject: &str) -> String {
    let officer = running.client(Role::Department, "market", "SC-03");
    let head = running.client(Role::Department, "market", "SC-01");
    let paper = |text: &str| officer.document(subject, text);
    let named = json!([{
        "measure": "M-M04a", "department": "development_reform", "proportionality": "相当",
    }]);
    let subjects = json!({"subjects": [{"code": subject, "name": "试验公司"}]});
    teller.taken(&officer, "/v1/subjects", &subjects);
    let proposal = json!({
        "subject": subject, "behaviour": "B3.2", "act": "拒不履行处罚决定",
        "basis": [{"instrument": "guoban-2020-49", "article": "第三部分"}],
        "facts": [{"kind": "penalty_decision", "about": subject, "number": "罚1", "issuer": "局",
            "date": FIRST, "sha256": paper("罚1")}],
    });
    let made = teller.taken(&officer, "/v1/listings", &proposal);
    let listing = made.body["id"].as_str().expect("an id").to_owned();
    let at = |step: &str| format!("/v1/listings/{listing}{step}");
    let notice = json!({
        "facts": "事实", "reasons": "理由", "measures": named, "rights_stated": true,
        "document_sha256": paper("告知"), "service": service(&officer, subject, FIRST),
    });
    teller.taken(&officer, &at("/notice"), &notice);
    teller.taken(&officer, &at("/statement"), &json!({"waiver_sha256": paper("放弃")}));
    let decision = json!({
        "document_number": "决1", "document_sha256": paper("决定"), "facts": "事实",
        "reasons": "理由", "measures": named, "end": "2026-12-01",
        "removal_conditions": "条件", "remedies": "救济",
    });
    teller.taken(&head, &at("/decide"), &decision);
    let guide = json!({
        "service": service(&officer, subject, FIRST), "repair_guide_sha256": paper("修复"),
    });
    teller.taken(&officer, &at("/serve"), &guide);
    running.on(DAY);
    listing
}

/// Covers O42, M-M04a, M-M09.
#[test]
fn what_is_forwarded_is_told_to_its_subject() {
    let folder = tempfile::tempdir().expect("a folder");
    let running = Running::start(&folder.path().join("data"), Vec::new());
    let mut teller = Teller { told: 0 };
    let subject = code("91", 1);
    let listing = listed(&running, &mut teller, &subject);
    let officer = running.client(Role::Department, "market", "SC-03");
    let ruling = |date: &str| {
        json!({"kind": "judgment", "about": subject, "number": "（2026）闽0426执1号",
            "issuer": "尤溪县人民法院", "date": date, "sha256": officer.document(&subject, "裁定")})
    };
    let draft = json!({
        "to": TO, "measure": "M-M04a", "reasons": REASONS, "remedies": "可以提出异议",
        "end": "2026-11-30",
    });
    let drafts = format!("/v1/listings/{listing}/texts/forward-notice");
    let headers = [("Content-Type", "application/json"), ("Purpose", "test case")];
    let drafted = officer.send(&drafts, &headers, draft.to_string().as_bytes()).expect("an answer");
    says(&drafted, REASONS);
    says(&drafted, TO);

    let letter = json!({
        "listing": listing, "measure": "M-M04a", "department": "development_reform", "to": TO,
        "basis": [{"instrument": "spc-consumption-rules", "article": "第三条"}],
        "reasons": "提请依法决定", "until": "2026-11-30", "court_document": ruling(FIRST),
        "document_sha256": officer.document(&subject, "提请函"),
        "service": service(&officer, &subject, DAY),
    });
    teller.refused(&officer, "/v1/measures/forward", &letter, "G-NOTICE");
    let told = |day: &str| {
        let mut letter = letter.clone();
        letter["notice"] = json!({
            "reasons": REASONS, "remedies": "可以提出异议",
            "document_sha256": officer.document(&subject, "提请告知书"),
            "service": service(&officer, &subject, day),
        });
        letter
    };
    teller.refused(&officer, "/v1/measures/forward", &told(FIRST), "G-NOTICE");
    let sent = teller.taken(&officer, "/v1/measures/forward", &told(DAY));
    let id = sent.body["id"].as_str().expect("an id").to_owned();
    let measure = seen(&officer, &format!("/v1/measures/{id}"));
    assert_eq!((&measure["state"], &measure["noticed_on"]), (&json!("forwarded"), &json!(DAY)));
    assert_eq!(measure["basis"][0]["instrument"], "spc-consumption-rules", "{measure}");
    let text = officer.get(&format!("/v1/measures/{id}/texts/notice")).expect("an answer");
    says(&text, REASONS);
    let again = officer.get(&drafts).expect("an answer");
    assert_eq!((again.status, &again.body), (200, &text.body), "it is the same notice");

    // A court exempts for life or business: the measure says so until that day.
    let limit = format!("/v1/measures/{id}");
    assert_eq!(measure["exempt_until"], Value::Null);
    let exempt = json!({"document": ruling(DAY), "until": "2026-04-01"});
    teller.taken(&officer, &format!("{limit}/exempt"), &exempt);
    assert_eq!(seen(&officer, &limit)["exempt_until"], "2026-04-01");
    let news = format!("{limit}/texts/forward-resumption-letter");
    let drafted = officer.send(&news, &headers, b"{}").expect("an answer");
    says(&drafted, "2026年4月1日");
    running.on("2026-04-02");
    assert_eq!(seen(&officer, &limit)["exempt_until"], Value::Null);
}

#[track_caller]
fn says(answer: &Answer, what: &str) {
    let said = answer.body["text"].as_str().is_some_and(|text| text.contains(what));
    assert!(answer.status == 200 && said, "{answer:?}");
}
