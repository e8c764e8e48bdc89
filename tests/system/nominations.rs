//! A nomination under public notice over HTTP: anybody sees it, whoever objects is heard, and what
//! is closed is withdrawn.

use serde_json::json;
use shouxin_server::demo::sample::code;
use shouxin_tests::{Client, Server, config, key, run};

use crate::put_right::{Teller, seen};

const MARKET: &str = "11350426XY0001023Q";
const TAX: &str = "11350426XY00010666";

/// Covers O21, O27, O28.
#[test]
fn anybody_sees_a_nomination_and_may_object() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    let server = Server::start(&config(folder.path(), ""), &data);
    let client = |role: &str, authority: &str, officer: &str| {
        Client::new(&server.base, Some(&key(&data, role, Some((authority, officer)))))
    };
    let (maker, head) =
        (client("department", MARKET, "SC-03"), client("department", MARKET, "SC-01"));
    let tax = client("department", TAX, "SC-03");
    let public = Client::new(&server.base, None);
    let mut teller = Teller { told: 0 };
    let subject = code("91", 1);
    let subjects = json!({"subjects": [{"code": subject, "name": "尤溪县某某有限公司"}]});
    teller.taken(&maker, "/v1/subjects", &subjects);
    let nomination = json!({
        "subject": subject, "source": "well_rated_counterpart", "merits": "连续三年信用良好",
        "basis": [{"instrument": "plan-185", "article": "三(一)"}],
    });
    let made = teller.taken(&maker, "/v1/nominations", &nomination);
    let id = made.body["id"].as_str().expect("an id").to_owned();
    let at = |step: &str| format!("/v1/nominations/{id}/{step}");
    let listing = format!("/v1/listings/{id}");
    teller.taken(&maker, &at("check"), &json!({}));
    let hidden = public.get(&listing).expect("an answer");
    assert_eq!(hidden.status, 404, "a nomination that is checked is nobody's business");
    teller.taken(&maker, &at("notice"), &json!({}));

    const NOTICED: &str = "/v1/lists/red?state=public_notice";
    let page = seen(&public, NOTICED);
    let item = &page["listings"][0];
    assert_eq!((&item["id"], &item["name"]), (&json!(id), &json!("尤溪县某某有限公司")));
    assert_eq!(
        (&item["state"], &item["status"]),
        (&json!("public_notice"), &json!("public_notice"))
    );
    assert!(item["notice_until"].is_string(), "{item}");
    assert_eq!(seen(&public, &listing)["notice_until"], item["notice_until"]);
    for internal in ["revocation", "revocation_owed_by", "objections", "decide_by", "overdue"] {
        assert!(item.get(internal).is_none(), "{internal} is for officials: {item}");
        assert!(seen(&public, &listing).get(internal).is_none(), "{internal}");
    }
    assert_eq!(seen(&public, "/v1/lists/red")["listings"], json!([]), "it is no listing yet");
    let wrong = public.get("/v1/lists/black?state=public_notice").expect("an answer");
    assert_eq!(wrong.status, 422, "{wrong:?}");

    // Somebody hands in an objection at the counter.
    let mut objection = json!({
        "target": id, "trigger": "complaint", "grounds": ["wrong_list_condition"],
        "statement": "张某某：该公司拖欠货款",
    });
    teller.refused(&maker, "/v1/objections", &objection, "G-PUBLIC-NOTICE");
    objection["evidence"] = json!([maker.document(&subject, "张某某署名的书面异议")]);
    teller.refused(&tax, "/v1/objections", &objection, "G-COMPETENT");
    let objected = teller.taken(&maker, "/v1/objections", &objection);

    // The texts of what may follow, made before the step: each names what it lacks.
    let text = |noun: &str, id: &str, text: &str, draft: serde_json::Value| {
        let headers = [("Purpose", "test case"), ("Content-Type", "application/json")];
        let path = format!("/v1/{noun}/{id}/texts/{text}");
        head.send(&path, &headers, draft.to_string().as_bytes()).expect("an answer")
    };
    let draft = json!({"document_number": "尤市监守信〔2026〕1号", "reasons": "事迹属实"});
    let early = text("listings", &id, "red-decision", draft).body["detail"].to_string();
    assert!(early.contains("公示期满") && early.contains("终止日期"), "{early}");
    let objection = objected.body["id"].as_str().expect("an id");
    let early = text("objections", objection, "unverified", json!({"reasons": "逾期"}));
    assert!(early.body["detail"].to_string().contains("转交信息提供单位核实"), "{early:?}");
    let item = seen(&public, NOTICED)["listings"][0].clone();
    assert_eq!(item["status"], "under_objection");

    // The head closes the nomination: it is withdrawn.
    teller.taken(&head, &at("close"), &json!({"reasons": "异议属实"}));
    assert_eq!(seen(&public, NOTICED)["listings"], json!([]));
    assert_eq!(public.get(&listing).expect("an answer").status, 404);
    let told = seen(&head, &format!("{listing}/texts/red-closure"))["text"].to_string();
    assert!(told.contains("不予列入守信红名单") && told.contains("异议属实"), "{told}");
    assert!(told.contains("申请行政复议"), "{told}");

    // What a black listing makes due is for officers only.
    const OWED: &str = "/v1/nominations?state=revocation_owed";
    assert_eq!(seen(&maker, OWED)["listings"], json!([]));
    assert_ne!(public.get(OWED).expect("an answer").status, 200);
    let other = maker.get(&format!("{OWED}&department=tax")).expect("an answer");
    assert_eq!(other.status, 404, "another department's");
    assert_eq!(server.terminate(), Some(0));
    let data = data.display().to_string();
    let (code, output, errors) = run(&["audit", "--data", &data]);
    assert_eq!(code, 0, "{output}{errors}");
}
