//! The repair of a record over HTTP: the party is told when it is collected, applies once the
//! shortest publicity has passed, and a repair obtained by fraud is revoked after a hearing.

use serde_json::{Value, json};
use shouxin_core::time::Day;
use shouxin_server::demo::sample::{code, record};
use shouxin_tests::{Client, Server, config, key, run};

use crate::put_right::{Teller, seen};

const MARKET: &str = "11350426XY0001023Q";
const TAX: &str = "11350426XY00010666";

/// Covers O59, O60.
#[test]
fn a_record_is_repaired_without_a_listing() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    let server = Server::start(&config(folder.path(), ""), &data);
    let client = |authority: &str, officer: &str| {
        Client::new(&server.base, Some(&key(&data, "provider", Some((authority, officer)))))
    };
    let (maker, head, tax) =
        (client(MARKET, "SC-03"), client(MARKET, "SC-01"), client(TAX, "SC-03"));
    let public = Client::new(&server.base, None);
    let mut teller = Teller { told: 0 };
    let subject = code("91", 1);
    let subjects = json!({"subjects": [{"code": subject, "name": "尤溪县某某有限公司"}]});
    teller.taken(&maker, "/v1/subjects", &subjects);
    let today: Day =
        seen(&public, "/v1/rules")["as_of"].as_str().unwrap_or("").parse().expect("a day");

    // Told first, in a text made from what is going to be collected.
    let dated = today.plus_days(-120);
    let mut adverse = record(&subject, "FJ-FR-0302", true, 1, dated);
    adverse["notified"]["on"] = json!(today);
    let headers = [("Purpose", "test case"), ("Content-Type", "application/json")];
    let draft = |path: &str, body: &Value| {
        maker.send(path, &headers, body.to_string().as_bytes()).expect("an answer")
    };
    let notice = format!("/v1/subjects/{subject}/texts/collection-notice");
    let lacking = draft(&notice, &json!({"item": "FJ-FR-0302"}));
    assert_eq!((lacking.status, &lacking.body["code"]), (409, &json!("TEXT_INCOMPLETE")));
    let words = json!({
        "item": adverse["item"], "severity": adverse["severity"], "content": adverse["content"],
        "document_number": adverse["document_number"], "document_date": dated,
    });
    let text = draft(&notice, &words).body["text"].clone();
    assert!(text.as_str().is_some_and(|own| own.contains("失信信息采集告知书")), "{text}");
    let made = teller.taken(&maker, "/v1/records", &json!({"records": [adverse]}));
    let own = made.body["ids"][0].as_str().expect("a record").to_owned();
    let told = seen(&maker, &format!("/v1/records/{own}/texts/collection-notice"));
    assert_eq!(told["text"], text, "what the log tells is what was served");

    let shown = || {
        let file = seen(&public, &format!("/v1/subjects/{subject}"));
        file["records"].as_array().is_some_and(|all| all.iter().any(|one| one["id"] == *own))
    };
    assert!(shown());
    let proof = maker.document(&subject, "缴款凭证");
    let promise = maker.document(&subject, "信用承诺书");
    let apply = |listing: Value, record: Value| {
        json!({
            "listing": listing, "record": record, "proof_sha256": [proof],
            "commitment_sha256": promise, "statement": "罚款已缴清",
        })
    };
    let right = apply(Value::Null, json!(own));
    for neither in [apply(Value::Null, Value::Null), apply(json!("L-1"), json!(own))] {
        teller.refused(&maker, "/v1/repairs", &neither, "VALUE_INVALID");
    }
    let applied = teller.taken(&maker, "/v1/repairs", &right);
    let id = applied.body["id"].as_str().expect("an id").to_owned();
    teller.refused(&maker, "/v1/repairs", &right, "EXISTS");
    let at = |step: &str| format!("/v1/repairs/{id}{step}");
    assert_eq!(seen(&tax, &at(""))["state"], "applied", "who uses the record is told");
    let found = seen(&maker, &at(""));
    assert_eq!((&found["record"], &found["listing"]), (&json!(own), &Value::Null), "{found}");
    let accept = json!({"outcome": "accepted"});
    teller.refused(&tax, &at("/accept"), &accept, "G-COMPETENT");
    teller.taken(&maker, &at("/accept"), &accept);
    let service = json!({"manner": "direct", "on": today, "proof_sha256": proof});
    let decided = draft(
        &at("/texts/decision"),
        &json!({
            "approved": true, "document_number": "尤市监修〔2026〕1号", "reasons": "义务已履行",
        }),
    );
    let decided = decided.body["text"].as_str().expect("a text").to_owned();
    assert!(decided.contains("终止该记录的公示、共享和使用"), "{decided}");
    let decision = json!({
        "approved": true, "document_number": "尤市监修〔2026〕1号", "reasons": "义务已履行",
        "document_sha256": maker.document(&subject, &decided), "service": service,
    });
    teller.refused(&maker, &at("/decide"), &decision, "G-4EYES");
    teller.taken(&head, &at("/decide"), &decision);
    assert!(!shown(), "off display at once");
    maker.until(&at(""), "it is done", |body| body["state"] == "done");
    // Its use has ended too: who has nothing to do with it learns no more of it.
    assert_eq!(tax.get(&at("")).map(|answer| answer.status), Some(404));
    let file = |client: &Client| seen(client, &format!("/v1/subjects/{subject}"));
    for who in [&tax, &maker] {
        assert_eq!((&file(who)["repairs"], &file(who)["records"]), (&json!([]), &json!([])));
    }

    // It was obtained by fraud.
    let told = json!({
        "reasons": "缴款凭证系伪造", "service": service,
        "document_sha256": maker.document(&subject, "拟撤销修复告知书"),
    });
    teller.taken(&maker, &at("/revocation/notice"), &told);
    let mut stated = json!({"points": ["凭证由代理人提供"], "received_on": today});
    // An officer's word is not what the party said.
    teller.refused(&maker, &at("/revocation/statement"), &stated, "G-HEARD");
    stated["document_sha256"] = json!(maker.document(&subject, "书面陈述"));
    teller.taken(&maker, &at("/revocation/statement"), &stated);
    let revoked = json!({
        "revoked": true, "document_number": "尤市监撤〔2026〕1号", "reasons": "缴款凭证系伪造",
        "answers": ["申请人对材料的真实性负责"], "service": service,
        "document_sha256": maker.document(&subject, "撤销修复决定书"),
    });
    let answer = teller.taken(&head, &at("/revocation/decide"), &revoked);
    assert!(answer.body.to_string().contains("repair.barred"), "{answer:?}");
    assert!(!shown(), "not before the day that it fixes");
    let text = seen(&head, &at("/texts/revocation-decision"))["text"].clone();
    assert!(text.as_str().is_some_and(|own| own.contains("按原范围恢复公示")), "{text}");
    teller.refused(&maker, "/v1/repairs", &right, "STATE");

    assert_eq!(server.terminate(), Some(0));
    for command in ["verify", "audit"] {
        let (code, output, errors) = run(&[command, "--data", &data.display().to_string()]);
        assert_eq!(code, 0, "{command}: {output}{errors}");
    }
}
