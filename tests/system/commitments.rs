//! Credit commitments over HTTP: offered, signed, shown, kept; what each reader sees, and that
//! neither refusing nor a late day costs the subject anything.

use std::path::Path;

use serde_json::{Value, json};
use shouxin_core::actor::Role;
use shouxin_server::demo::sample::{code, digest};
use shouxin_tests::running::Running;
use shouxin_tests::{Answer, Client, Server, config, county, key, run};

use crate::plugins::Teller;
use crate::social::{must, post};

const MARKET: &str = "11350426XY0001023Q";
const CONTENT: &str = "产品质量符合所公布的标准";

fn subject_key(data: &Path, subject: &str) -> String {
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

#[track_caller]
fn refused(answer: &Answer, expected: &str) {
    assert_eq!(answer.body["code"], expected, "{answer:?}");
    let told = |field: &str| answer.body[field].as_str().is_some_and(|text| !text.is_empty());
    assert!(told("detail") && told("cure"), "{answer:?}");
}

fn get(client: &Client, path: &str) -> Answer {
    client.get(path).expect("an answer")
}

fn listed(client: &Client, path: &str) -> usize {
    get(client, path).body["commitments"].as_array().map_or(0, Vec::len)
}

struct County {
    market: Client,
    approval: Client,
    subject: Client,
    other: Client,
    public: Client,
}

fn offer(subject: &str, kind: &str) -> Value {
    json!({
        "subject": subject, "kind": kind, "template_sha256": digest("template"),
        "content": CONTENT, "conditions": "无", "checks": "抽查", "consequences": "依法处理",
        "ordinary_path_stated": true, "due": "2027-06-30",
    })
}

fn offered(county: &County, subject: &str, kind: &str) -> String {
    let made = must(&county.market, "/v1/commitments", &offer(subject, kind));
    made["id"].as_str().expect("an id").to_owned()
}

fn signature() -> Value {
    json!({"template_sha256": digest("template"), "document_sha256": digest("signed")})
}

/// Covers O13, O29, O30, O37.
#[test]
fn a_commitment_is_offered_signed_shown_and_kept_and_each_reader_has_a_face_of_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    let server = Server::start(&config(folder.path(), ""), &data);
    let (own, another) = (code("91", 1), code("91", 2));
    let officer = |authority: &str| key(&data, "department", Some((authority, "SC-03")));
    let market = Client::new(&server.base, Some(&officer(MARKET)));
    must(
        &market,
        "/v1/subjects",
        &json!({"subjects": [{"code": own, "name": "甲公司"}, {"code": another, "name": "乙公司"}]}),
    );
    let county = County {
        market,
        approval: Client::new(&server.base, Some(&officer("11350426XY0001031K"))),
        subject: Client::new(&server.base, Some(&subject_key(&data, &own))),
        other: Client::new(&server.base, Some(&subject_key(&data, &another))),
        public: Client::new(&server.base, None),
    };
    for text in ["signed", "evidence"] {
        assert_eq!(county.market.document(&own, text), digest(text));
    }
    nothing_follows_from_declining(&county, &own);
    a_public_one_is_shown_once_it_is_published(&county, &own);
    one_in_a_matter_is_never_shown(&county, &own);
    a_review_lists_the_records_in_effect(&county, &own);
    assert_eq!(server.terminate(), Some(0));
}

fn nothing_follows_from_declining(county: &County, own: &str) {
    let mut silent = offer(own, "special");
    silent["ordinary_path_stated"] = json!(false);
    refused(&post(&county.market, "/v1/commitments", &silent), "G-DOC");
    let id = offered(county, own, "comprehensive");
    let at = |step: &str| format!("/v1/commitments/{id}/{step}");
    refused(&post(&county.other, &at("decline"), &json!({})), "G-HUMAN");
    must(&county.subject, &at("decline"), &json!({}));
    refused(&post(&county.subject, &at("sign"), &signature()), "STATE");
    let path = format!("/v1/commitments/{id}");
    assert_eq!(get(&county.subject, &path).body["state"], "closed");
    // Who refuses is known to nobody but the two that it concerns.
    assert_eq!(get(&county.market, &path).status, 200);
    for reader in [&county.approval, &county.other, &county.public] {
        assert_eq!(get(reader, &path).status, 404);
    }
    let file = get(&county.market, &format!("/v1/subjects/{own}")).body;
    assert_eq!((&file["records"], &file["classification"]), (&json!([]), &json!([])), "{file}");
}

fn a_public_one_is_shown_once_it_is_published(county: &County, own: &str) {
    let id = offered(county, own, "special");
    let at = |step: &str| format!("/v1/commitments/{id}/{step}");
    let path = format!("/v1/commitments/{id}");
    let of_subject = format!("/v1/commitments?subject={own}");
    let mut other_text = signature();
    other_text["template_sha256"] = json!(digest("another template"));
    refused(&post(&county.subject, &at("sign"), &other_text), "G-DOC");
    must(&county.subject, &at("sign"), &signature());
    refused(&post(&county.subject, &at("publish"), &json!({})), "FORBIDDEN_ROLE");
    refused(&post(&county.approval, &at("publish"), &json!({})), "G-COMPETENT");
    assert_eq!(get(&county.public, &path).status, 404, "it is not in force yet");
    assert_eq!(listed(&county.public, &of_subject), 0);
    must(&county.market, &at("publish"), &json!({}));
    let seen = get(&county.public, &path).body;
    assert_eq!((&seen["state"], &seen["texts"]["content"]), (&json!("in_force"), &json!(CONTENT)));
    assert!(seen.get("cure_by").is_none() && seen["breach"].is_null(), "{seen}");
    assert_eq!(listed(&county.public, &of_subject), 1);
    assert_eq!(listed(&county.public, "/v1/commitments"), 1);
    assert_eq!(listed(&county.subject, &of_subject), 2, "the declined one too");
    let no_purpose = county.market.send(&of_subject, &[], b"").expect("an answer");
    assert!(no_purpose.status >= 400, "{no_purpose:?}");
    // Nothing is overdue, so nobody can be told to put anything right, nor be found in breach.
    let breach = json!({
        "basis": [{"instrument": "plan-185", "article": "三"}], "facts": "未履行",
        "evidence": [digest("evidence")],
    });
    refused(&post(&county.market, &at("breach"), &breach), "STATE");
    must(&county.market, &at("fulfil"), &json!({"evidence": [digest("evidence")]}));
    refused(&post(&county.subject, &at("withdraw"), &json!({"reasons": "不再生产"})), "STATE");
    assert_eq!(get(&county.public, &path).body["state"], "fulfilled");
}

fn one_in_a_matter_is_never_shown(county: &County, own: &str) {
    let id = offered(county, own, "permit");
    let at = |step: &str| format!("/v1/commitments/{id}/{step}");
    let path = format!("/v1/commitments/{id}");
    must(&county.market, &at("sign"), &signature());
    let taken = must(&county.market, &at("publish"), &json!({}));
    assert_eq!(taken["events"][0]["event"], "commitment.accepted");
    assert_eq!(get(&county.public, &path).status, 404);
    assert_eq!(get(&county.approval, &path).body["state"], "in_force", "departments share it");
    refused(&post(&county.subject, &at("withdraw"), &json!({"reasons": ""})), "G-DOC");
    must(&county.subject, &at("withdraw"), &json!({"reasons": "改按一般程序办理"}));
    assert_eq!(get(&county.approval, &path).status, 404, "it concerns nobody else");
    assert_eq!(listed(&county.public, "/v1/commitments"), 1, "the one that was kept");
}

fn a_review_lists_the_records_in_effect(county: &County, own: &str) {
    let record = |number: &str| {
        let record = json!({
            "subject": own, "item": "FJ-FR-0101", "document_number": number,
            "document_date": "2026-01-05", "content": {"摘要": "试验"},
        });
        let made = must(&county.market, "/v1/records", &json!({"records": [record]}));
        made["id"].as_str().expect("an id").to_owned()
    };
    let (stands, disputed) = (record("尤试〔2026〕1号"), record("尤试〔2026〕2号"));
    let objection = json!({
        "target": disputed, "trigger": "subject", "grounds": ["error"], "statement": "文号有误",
    });
    must(&county.subject, "/v1/objections", &objection);
    let mut body = json!({
        "subject": own, "matter": "食品经营许可", "basis": [{"instrument": "nowhere", "article": "一"}],
    });
    refused(&post(&county.approval, "/v1/reviews", &body), "G-BASIS");
    body["basis"] = json!([{"instrument": "plan-185", "article": "四（二）"}]);
    refused(&post(&county.subject, "/v1/reviews", &body), "FORBIDDEN_ROLE");
    let made = must(&county.approval, "/v1/reviews", &body);
    let path = format!("/v1/reviews/{}", made["id"].as_str().expect("an id"));
    for reader in [&county.approval, &county.subject] {
        let seen = get(reader, &path).body;
        assert_eq!(seen["records"], json!([stands]), "{seen}");
        assert_eq!((&seen["matter"], &seen["complete"]), (&json!("食品经营许可"), &json!(true)));
        let told: Vec<&String> = seen.as_object().expect("an object").keys().collect();
        assert!(!told.iter().any(|name| name.contains("score") || name.contains("grade")));
    }
    for reader in [&county.market, &county.other, &county.public] {
        assert_eq!(get(reader, &path).status, 404, "it is another authority's matter");
    }
}

/// Covers O61, O62, O65.
#[test]
fn a_finding_of_breach_is_off_display_while_it_is_disputed_and_void_when_that_is_upheld() {
    let folder = tempfile::tempdir().expect("a folder");
    let running = Running::start(&folder.path().join("data"), Vec::new());
    let teller = Teller::new();
    let own = code("91", 1);
    let market = running.client(Role::Department, "market", "SC-03");
    let colleague = running.client(Role::Department, "market", "SC-02");
    let head = running.client(Role::Department, "market", "SC-01");
    let office = running.client(Role::CreditOffice, "development_reform", "SC-03");
    let public = Client::new(&running.base, None);
    let subjects = json!({"subjects": [{"code": own, "name": "甲公司"}]});
    teller.post(&market, "/v1/subjects", &subjects);
    let subject = running.subject(&own);
    let paper = |text: &str| market.document(&own, text);
    let service = |day: &str| json!({"manner": "direct", "on": day, "proof_sha256": paper(day)});
    paper("signed");
    let mut special = offer(&own, "special");
    special["due"] = json!("2026-03-31");
    let made = teller.post(&market, "/v1/commitments", &special);
    let id = made["id"].as_str().expect("an id").to_owned();
    let at = |step: &str| format!("/v1/commitments/{id}/{step}");
    teller.post(&subject, &at("sign"), &signature());
    teller.post(&market, &at("publish"), &json!({}));
    running.on("2026-04-01");
    // Each text is drafted, uploaded, named by its step, and read again as it was.
    let text_of = |officer: &Client, name: &str, draft: &Value| {
        let headers = [("Purpose", "test case"), ("Content-Type", "application/json")];
        let body = draft.to_string();
        let drafted = officer.send(&at(&format!("texts/{name}")), &headers, body.as_bytes());
        let drafted = drafted.expect("an answer");
        let text = drafted.body["text"].as_str().unwrap_or_else(|| panic!("{drafted:?}"));
        paper(text);
        (text.to_owned(), digest(text))
    };
    let read_again = |officer: &Client, name: &str| {
        let read = get(officer, &at(&format!("texts/{name}")));
        read.body["text"].as_str().unwrap_or_else(|| panic!("{read:?}")).to_owned()
    };
    let words = json!({"reasons": "未按期履行", "end": "2026-04-16"});
    let (cure_text, cure_sha256) = text_of(&market, "cure-notice", &words);
    let cure = json!({
        "reasons": "未按期履行", "document_sha256": cure_sha256, "service": service("2026-04-01"),
        "working_days": 10,
    });
    teller.post(&market, &at("cure-notice"), &cure);
    assert_eq!(read_again(&market, "cure-notice"), cure_text);
    running.on("2026-04-20");
    let breach = json!({
        "basis": [{"instrument": "samr-order-44", "article": "第九条"}], "facts": "未履行",
        "evidence": [paper("evidence")],
    });
    teller.post(&market, &at("breach"), &breach);
    let words = json!({"facts": "未履行", "reasons": "逾期未改正"});
    let (notice_text, notice_sha256) = text_of(&market, "breach-notice", &words);
    let notice = json!({
        "facts": "未履行", "reasons": "逾期未改正", "rights_stated": true,
        "document_sha256": notice_sha256, "service": service("2026-04-20"),
    });
    teller.post(&market, &at("breach-notice"), &notice);
    assert_eq!(read_again(&market, "breach-notice"), notice_text);
    let mut waiver = json!({"waiver_sha256": paper("waiver"), "points": ["已经改正"]});
    refused(&post(&subject, &at("breach-statement"), &waiver), "VALUE_INVALID");
    waiver["points"] = json!([]);
    waiver["document_sha256"] = json!(paper("statement"));
    refused(&post(&subject, &at("breach-statement"), &waiver), "VALUE_INVALID");
    waiver["document_sha256"] = json!(null);
    teller.post(&subject, &at("breach-statement"), &waiver);
    let words = json!({
        "document_number": "尤市监诺〔2026〕1号", "facts": "未履行", "reasons": "逾期未改正",
        "end": "2026-07-20", "removal_conditions": "履行承诺", "remedies": "六十日内复议，六个月内诉讼",
    });
    let (decision_text, decision_sha256) = text_of(&head, "breach-decision", &words);
    let decision = json!({
        "document_number": "尤市监诺〔2026〕1号", "document_sha256": decision_sha256,
        "facts": "未履行", "reasons": "逾期未改正", "answers": [], "end": "2026-07-20",
        "repair_conditions": "履行承诺", "remedies": "六十日内复议，六个月内诉讼",
    });
    teller.post(&head, &at("breach-decide"), &decision);
    assert_eq!(read_again(&head, "breach-decision"), decision_text);
    let served = json!({"service": service("2026-04-20"), "repair_guide_sha256": paper("guide")});
    teller.post(&market, &at("breach-serve"), &served);
    let path = format!("/v1/commitments/{id}");
    let shown = || {
        let seen = get(&public, &path).body;
        (seen["state"].clone(), seen["breach"]["number"].clone())
    };
    let finding = (json!("breached"), json!("尤市监诺〔2026〕1号"));
    assert_eq!(shown(), finding);
    // Filed, and at once the public and other departments see the promise without the finding.
    let file = |evidence: Value| {
        let body = json!({
            "target": id, "trigger": "subject", "grounds": ["error"], "statement": "已经履行",
            "new_facts": true, "evidence": evidence,
        });
        let made = teller.post(&subject, "/v1/objections", &body);
        made["id"].as_str().expect("an id").to_owned()
    };
    let outcome = |objection: &str, found: &str| {
        let to = |step: &str| format!("/v1/objections/{objection}/{step}");
        teller.post(&office, &to("accept"), &json!({}));
        teller.post(&office, &to("refer"), &json!({"received_on": "2026-04-20"}));
        let report = json!({"finding": found, "reasons": "已核实", "evidence": []});
        teller.post(&colleague, &to("verification"), &report);
        let resolved = json!({"reasons": "核实结果", "service": service("2026-04-20")});
        teller.post(&office, &to("resolve"), &resolved)
    };
    let disputed = (json!("in_force"), Value::Null);
    let first = file(json!([]));
    assert_eq!(shown(), disputed);
    let whole = get(&subject, &path).body;
    assert_eq!((&whole["state"], &whole["suspended_by"]), (&json!("breached"), &json!([first])));
    outcome(&first, "correct");
    assert_eq!(shown(), finding, "the objection was rejected with reasons");
    let second = file(json!([paper("new-proof")]));
    let resolved = outcome(&second, "error");
    let events: Vec<&str> = resolved["events"]
        .as_array()
        .expect("events")
        .iter()
        .filter_map(|own| own["event"].as_str())
        .collect();
    assert_eq!(events, ["objection.resolved", "breach.annulled", "redress.opened"]);
    assert_eq!(shown(), (json!("in_force"), Value::Null));
    // Whoever follows the feed hears of it, without a word of the finding.
    let feed = get(&public, "/v1/events").body.to_string();
    assert!(feed.contains(&id) && !feed.contains("尤市监诺"), "{feed}");
    // A third objection finds nothing that stands.
    let again = json!({
        "target": id, "trigger": "subject", "grounds": ["error"], "statement": "已经履行",
    });
    refused(&post(&subject, "/v1/objections", &again), "STATE");

    // Found broken anew, with what the party said at the counter: its own paper is named.
    teller.post(&market, &at("breach"), &breach);
    teller.post(&market, &at("breach-notice"), &notice);
    let mut stated = json!({"points": ["原料延误"], "received_on": "2026-04-20"});
    refused(&post(&market, &at("breach-statement"), &stated), "G-HEARD");
    stated["document_sha256"] = json!(paper("the party's words"));
    teller.post(&market, &at("breach-statement"), &stated);
    let mut anew = decision.clone();
    (anew["answers"], anew["end"]) = (json!(["不影响履行"]), json!("2026-09-30"));
    teller.post(&head, &at("breach-decide"), &anew);
    let guide = get(&head, &at("texts/repair-guide")).body["text"].clone();
    let guide = guide.as_str().expect("a text");
    assert!(guide.contains("信用修复告知书") && guide.contains("满3个月"), "{guide}");
    let served = json!({"service": service("2026-04-20"), "repair_guide_sha256": paper(guide)});
    teller.post(&market, &at("breach-serve"), &served);
    assert_eq!(shown(), finding);
    // Made good, it is repaired like anything else: applied for, examined, decided by the head.
    let apply = json!({
        "commitment": id, "proof_sha256": [paper("proof")], "commitment_sha256": paper("letter"),
        "statement": "已经履行",
    });
    refused(&post(&subject, "/v1/repairs", &apply), "G-REPAIR-PERIOD");
    running.on("2026-07-20");
    let made = teller.post(&subject, "/v1/repairs", &apply);
    let repair = made["id"].as_str().expect("an id").to_owned();
    let of = |step: &str| format!("/v1/repairs/{repair}{step}");
    let seen = get(&subject, &of("")).body;
    assert_eq!((&seen["commitment"], &seen["record"]), (&json!(id), &Value::Null), "{seen}");
    teller.post(&market, &of("/accept"), &json!({"outcome": "accepted"}));
    let approve = json!({
        "approved": true, "document_number": "尤市监诺修〔2026〕1号", "reasons": "已经履行",
        "document_sha256": paper("approval"), "service": service("2026-07-20"),
    });
    refused(&post(&market, &of("/decide"), &approve), "G-4EYES");
    teller.post(&head, &of("/decide"), &approve);
    let text = get(&head, &of("/texts/decision")).body["text"].clone();
    assert!(text.as_str().is_some_and(|own| own.contains("终止违诺认定的公示")), "{text}");
    assert_eq!(get(&public, &path).status, 404, "off display");
    assert_eq!(get(&subject, &path).body["state"], "repaired");
}
