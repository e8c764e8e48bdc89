//! What an objection puts right, over HTTP: expert testing under a law, a supplement to the record,
//! the outcome, and that the record is shown with what was missing and nothing of it is in clear.

use serde_json::{Value, json};
use shouxin_core::time::Day;
use shouxin_server::demo::sample::{citizen_number, code, digest, record};
use shouxin_tests::{Answer, Client, Server, config, key, nowhere_in_clear, run};

const OFFICE: &str = "11350426XY0001015X";
const MARKET: &str = "11350426XY0001023Q";
const MISSING: &str = "当事人已在期限内改正违法行为";

pub(super) struct Teller {
    pub(super) told: u32,
}

impl Teller {
    pub(super) fn post(&mut self, client: &Client, path: &str, body: &Value) -> Answer {
        self.told += 1;
        client.post(path, &format!("put-right-{:04}", self.told), body).expect("an answer")
    }

    #[track_caller]
    pub(super) fn taken(&mut self, client: &Client, path: &str, body: &Value) -> Answer {
        let answer = self.post(client, path, body);
        assert_eq!(answer.status, 201, "{path}: {answer:?}");
        answer
    }

    #[track_caller]
    pub(super) fn refused(&mut self, client: &Client, path: &str, body: &Value, expected: &str) {
        let answer = self.post(client, path, body);
        assert_eq!(answer.body["code"], expected, "{path}: {answer:?}");
        let told = |field: &str| answer.body[field].as_str().is_some_and(|text| !text.is_empty());
        assert!(told("detail") && told("cure"), "{answer:?}");
    }
}

pub(super) fn seen(client: &Client, path: &str) -> Value {
    let answer = client.get(path).expect("an answer");
    assert_eq!(answer.status, 200, "{path}: {answer:?}");
    answer.body
}

/// Covers O63, O65, T01, T03.
#[test]
fn an_objection_is_put_right_and_closed() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    let server = Server::start(&config(folder.path(), ""), &data);
    let client = |role: &str, authority: &str, officer: &str| {
        Client::new(&server.base, Some(&key(&data, role, Some((authority, officer)))))
    };
    let maker = client("provider", MARKET, "SC-03");
    let head = client("provider", MARKET, "SC-01");
    let office = client("credit_office", OFFICE, "SC-03");
    let public = Client::new(&server.base, None);
    let mut teller = Teller { told: 0 };
    let subject = code("91", 1);
    let subjects = json!({"subjects": [{"code": subject, "name": "尤溪县某某有限公司"}]});
    teller.taken(&maker, "/v1/subjects", &subjects);
    let today: Day =
        seen(&public, "/v1/rules")["as_of"].as_str().unwrap_or("").parse().expect("a day");
    let adverse = json!({"records": [record(&subject, "FJ-FR-0302", true, 1, today)]});
    let made = teller.taken(&maker, "/v1/records", &adverse);
    let own = made.body["ids"][0].as_str().expect("a record").to_owned();
    let objection = json!({
        "target": own, "trigger": "complaint", "grounds": ["omission"],
        "statement": "遗漏改正情况", "evidence": [],
    });
    let filed = teller.taken(&office, "/v1/objections", &objection);
    let id = filed.body["id"].as_str().expect("an id").to_owned();
    let at = |step: &str| format!("/v1/objections/{id}{step}");
    teller.taken(&office, &at("/accept"), &json!({}));

    // Nothing of it before the provider has it.
    let supplement = json!({
        "statement": MISSING, "document_sha256": digest("supplement"), "reasons": "核实属实",
    });
    teller.refused(&maker, &at("/supplement"), &supplement, "STATE");
    teller.taken(&office, &at("/refer"), &json!({"received_on": today}));
    let before = seen(&office, &at(""))["verify_by"]["day"].clone();

    let commission = maker.document(&subject, "委托检验书");
    let testing = |instrument: &str| {
        json!({
            "basis": [{"instrument": instrument, "article": "第一条"}], "reasons": "须检验",
            "document_sha256": commission, "from": today,
        })
    };
    teller.refused(&office, &at("/testing"), &testing("procurement-law"), "G-COMPETENT");
    teller.refused(&maker, &at("/testing"), &testing("plan-185"), "G-BASIS-RANK");
    teller.taken(&maker, &at("/testing"), &testing("procurement-law"));
    let stopped = seen(&office, &at(""));
    assert_eq!(stopped["testing"], json!({"from": today, "ended": false}), "{stopped}");
    assert!(stopped["verify_by"]["day"].as_str() > before.as_str(), "{stopped}");
    let correct = json!({"finding": "correct", "reasons": "无误", "evidence": []});
    teller.refused(&head, &at("/verification"), &correct, "STATE");
    let report = maker.document(&subject, "检验报告");
    let ended = json!({"document_sha256": report, "ended_on": today});
    teller.taken(&maker, &at("/testing/end"), &ended);
    assert_eq!(seen(&office, &at(""))["verify_by"]["day"], before, "it took no working day");
    teller.refused(&maker, &at("/testing"), &testing("procurement-law"), "EXISTS");

    let found = |finding: &str| json!({"finding": finding, "reasons": "核实属实", "evidence": []});
    teller.refused(&head, &at("/verification"), &found("supplemented"), "STATE");
    let bare = json!({"statement": MISSING, "reasons": "核实属实"});
    teller.refused(&maker, &at("/supplement"), &bare, "G-FACT");
    teller.refused(&office, &at("/supplement"), &supplement, "G-COMPETENT");
    let number = citizen_number(3, today);
    let mut named = supplement.clone();
    named["statement"] = json!(format!("张三（{} {}）已改正", &number[..6], &number[6..]));
    teller.refused(&maker, &at("/supplement"), &named, "VALUE_INVALID");
    teller.taken(&maker, &at("/supplement"), &supplement);
    teller.refused(&maker, &at("/verification"), &found("supplemented"), "G-4EYES");
    teller.taken(&head, &at("/verification"), &found("supplemented"));
    let waiting = seen(&office, &at(""));
    assert!(waiting["result_by"]["day"].is_string(), "{waiting}");

    let proof = office.document(&subject, "送达回证");
    let result = json!({
        "reasons": "核实程序完整",
        "service": {"manner": "direct", "on": today, "proof_sha256": proof},
    });
    let resolved = teller.taken(&office, &at("/resolve"), &result);
    assert!(!resolved.body.to_string().contains("record.annulled"), "{resolved:?}");
    let closed = office.until(&at(""), "it closes", |body| body["state"] == "closed_upheld");
    assert_eq!((&closed["kept"], &closed["redress"]), (&json!(true), &json!("owed")), "{closed}");
    let file = seen(&public, &format!("/v1/subjects/{subject}"));
    let shown = file["records"].as_array().and_then(|all| all.iter().find(|one| one["id"] == *own));
    let shown = shown.expect("the record stands");
    assert_eq!((&shown["supplement"], &shown["corrections"]), (&json!(MISSING), &json!(1)));
    assert_eq!(shown["disputed"], false, "{shown}");

    // What was shown once may be shown again: a correction behind it names nobody either.
    teller.taken(&maker, &format!("/v1/records/{own}/hide"), &json!({"reasons": "待核"}));
    let corrected = json!({
        "document_number": "尤市监罚〔2026〕1号", "document_date": today, "reasons": "更正",
        "content": {"摘要": number},
    });
    teller.refused(&maker, &format!("/v1/records/{own}/correct"), &corrected, "VALUE_INVALID");

    // A repair that is not there is given no more time.
    let more = json!({
        "reasons": "案情复杂", "document_sha256": proof,
        "service": {"manner": "direct", "on": today, "proof_sha256": proof},
    });
    teller.refused(&maker, "/v1/repairs/X-1/extension", &more, "NOT_FOUND");

    nowhere_in_clear(&data.join("log"), MISSING);
    assert_eq!(server.terminate(), Some(0));
    for command in ["verify", "audit"] {
        let (code, output, errors) = run(&[command, "--data", &data.display().to_string()]);
        assert_eq!(code, 0, "{command}: {output}{errors}");
    }
}
