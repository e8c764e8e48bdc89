//! What an office has to do, over HTTP: an objection goes from list to list with whoever has to act.

use serde_json::json;
use shouxin_core::actor::Role;
use shouxin_core::time::Day;
use shouxin_server::demo::sample::{code, record};
use shouxin_tests::running::Running;
use shouxin_tests::{Client, Server, config, key};

use crate::plugins;
use crate::put_right::{Teller, seen};

const OFFICE: &str = "11350426XY0001015X";
const MARKET: &str = "11350426XY0001023Q";
const TAX: &str = "11350426XY00010666";

/// Covers O51, O62.
#[test]
fn an_office_finds_what_it_has_to_do() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    let server = Server::start(&config(folder.path(), ""), &data);
    let client = |role: &str, authority: &str| {
        Client::new(&server.base, Some(&key(&data, role, Some((authority, "SC-03")))))
    };
    let (maker, tax) = (client("provider", MARKET), client("department", TAX));
    let office = client("credit_office", OFFICE);
    let public = Client::new(&server.base, None);
    let mut teller = Teller { told: 0 };
    let subject = code("91", 1);
    let subjects = json!({"subjects": [{"code": subject, "name": "尤溪县某某有限公司"}]});
    teller.taken(&maker, "/v1/subjects", &subjects);
    let today: Day =
        seen(&public, "/v1/rules")["as_of"].as_str().unwrap_or("").parse().expect("a day");
    let adverse = json!({"records": [record(&subject, "FJ-FR-0302", true, 1, today)]});
    let made = teller.taken(&maker, "/v1/records", &adverse);
    let target = made.body["ids"][0].as_str().expect("a record").to_owned();
    let objection = json!({
        "target": target, "trigger": "complaint", "grounds": ["omission"],
        "statement": "遗漏改正情况", "evidence": [],
    });
    let filed = teller.taken(&office, "/v1/objections", &objection);
    let id = filed.body["id"].as_str().expect("an id").to_owned();

    let own = &seen(&office, "/v1/tasks")["tasks"];
    assert_eq!(own.as_array().map(Vec::len), Some(1), "{own}");
    assert_eq!((&own[0]["id"], &own[0]["state"]), (&json!(id), &json!("filed")));
    assert_eq!((&own[0]["kind"], &own[0]["overdue"]), (&json!("objection"), &json!(false)));
    assert!(own[0]["due"].is_string() && own[0]["subject"].is_string(), "{own}");
    assert_eq!(seen(&maker, "/v1/tasks")["tasks"], json!([]));

    teller.taken(&office, &format!("/v1/objections/{id}/accept"), &json!({}));
    let refer = json!({"received_on": today});
    teller.taken(&office, &format!("/v1/objections/{id}/refer"), &refer);
    assert_eq!(seen(&office, "/v1/tasks")["tasks"], json!([]), "the provider has to act");
    let own = seen(&maker, "/v1/tasks");
    assert_eq!(own["tasks"][0]["state"], "verifying", "{own}");
    let of_market = format!("/v1/tasks?authority={MARKET}");
    assert_eq!(seen(&office, &of_market)["tasks"], own["tasks"]);

    // Whoever verifies reads what is objected to; the rest of the government that something is.
    let path = format!("/v1/objections/{id}");
    assert_eq!(seen(&maker, &path)["filed"]["statement"], "遗漏改正情况");
    assert_eq!(seen(&office, &path)["filed"]["grounds"], json!(["omission"]));
    assert_eq!(seen(&tax, &path)["filed"], json!(null));
    let bundle = seen(&maker, &format!("/v1/cases/{id}/bundle"));
    let names = bundle["events"].as_array().expect("events").iter().map(|own| &own["event"]);
    let said = ["objection.filed", "objection.accepted", "objection.referred"];
    assert_eq!(names.collect::<Vec<_>>(), said);
    assert_eq!(tax.get(&format!("/v1/cases/{id}/bundle")).expect("an answer").status, 404);

    // Another authority's tasks are nobody's else, and nothing of it is public.
    assert_eq!(seen(&tax, "/v1/tasks")["tasks"], json!([]));
    assert_eq!(tax.get(&of_market).expect("an answer").status, 404);
    assert_eq!(tax.get("/v1/tasks?authority=office").expect("an answer").status, 404);
    assert_ne!(public.get("/v1/tasks").expect("an answer").status, 200);

    // Pages are bounded, and the next begins behind the last.
    teller.taken(
        &maker,
        "/v1/nominations",
        &json!({
            "subject": subject, "source": "well_rated_counterpart", "merits": "连续三年信用良好",
            "basis": [{"instrument": "plan-185", "article": "三(一)"}],
        }),
    );
    let first = seen(&maker, "/v1/tasks?limit=1");
    let next = first["next"].as_str().expect("more");
    let second = seen(&maker, &format!("/v1/tasks?limit=1&after={next}"));
    assert_eq!(second["tasks"][0]["kind"], "listing", "{second}");
    assert_eq!(second["next"], json!(null));
}

/// Covers O26, O67, O71.
#[test]
fn what_is_owed_and_what_waits_for_the_head_is_on_the_list() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    let server = Server::start(&config(folder.path(), ""), &data);
    let client = |role: &str, authority: &str, officer: &str| {
        Client::new(&server.base, Some(&key(&data, role, Some((authority, officer)))))
    };
    let (maker, head) =
        (client("department", MARKET, "SC-03"), client("department", MARKET, "SC-01"));
    let office = client("credit_office", OFFICE, "SC-03");
    let public = Client::new(&server.base, None);
    let mut teller = Teller { told: 0 };
    let subject = code("91", 1);
    let subjects = json!({"subjects": [{"code": subject, "name": "尤溪县某某有限公司"}]});
    teller.taken(&maker, "/v1/subjects", &subjects);
    let tasks = |client: &Client| -> Vec<(String, String)> {
        let body = seen(client, "/v1/tasks");
        let text = |own: &serde_json::Value| own.as_str().unwrap_or("").to_owned();
        let own = body["tasks"].as_array().expect("tasks").iter();
        own.map(|own| (text(&own["id"]), text(&own["state"]))).collect()
    };
    let of = |answer: &shouxin_tests::Answer| answer.body["id"].as_str().expect("an id").to_owned();

    // A story that somebody wrote waits for the head.
    let story = json!({"title": "守信激励案例", "text": "某公司连续五年守信，享受绿色通道。"});
    let drafted = of(&teller.taken(&maker, "/v1/typical-cases", &story));
    assert_eq!(tasks(&head), [(drafted.clone(), "drafted".to_owned())]);
    teller.taken(&head, &format!("/v1/typical-cases/{drafted}/publish"), &json!({}));
    assert_eq!(tasks(&head), []);

    // Whoever takes back what was shown owes redress.
    let today: Day =
        seen(&public, "/v1/rules")["as_of"].as_str().unwrap_or("").parse().expect("a day");
    let adverse = json!({"records": [record(&subject, "FJ-FR-0302", true, 1, today)]});
    let made = of(&teller.taken(&maker, "/v1/records", &adverse));
    teller.taken(&maker, &format!("/v1/records/{made}/annul"), &json!({"reasons": "决定已撤销"}));
    assert_eq!(tasks(&maker), [(made.clone(), "redress_owed".to_owned())]);
    let confirmed = |body: &serde_json::Value| {
        let channels = body["channels"].as_array();
        channels.is_some_and(|all| all.iter().all(|own| own["oldest_unconfirmed"].is_null()))
    };
    office.until("/v1/channels", "every confirmation", confirmed);
    let shown = maker.document(&subject, "更正公示");
    let done = json!({"account": "已在原公示渠道更正", "evidence": [shown]});
    teller.taken(&maker, &format!("/v1/records/{made}/redress"), &done);
    assert_eq!(tasks(&maker), []);

    // An assessment waits for the office, then for each department that has not commented.
    let month = format!("{}-01", today.ymd().0 - 1);
    let period = json!({"from": month, "to": month});
    let opened = of(&teller.taken(&office, "/v1/assessments", &period));
    assert_eq!(tasks(&office), [(opened.clone(), "opened".to_owned())]);
    teller.taken(&office, &format!("/v1/assessments/{opened}/freeze"), &json!({}));
    assert_eq!(tasks(&maker), [(opened.clone(), "metrics_frozen".to_owned())]);
    let comment = json!({"comment": "无意见"});
    teller.taken(&maker, &format!("/v1/assessments/{opened}/comment"), &comment);
    assert_eq!(tasks(&maker), []);
}

/// Covers O51.
#[test]
fn whoever_listed_finds_the_measures_that_nobody_has_initiated() {
    let folder = tempfile::tempdir().expect("a folder");
    let running = Running::start(&folder.path().join("data"), Vec::new());
    let teller = plugins::Teller::new();
    let subject = code("91", 1);
    let listing = plugins::listed(&running, &teller, std::slice::from_ref(&subject)).remove(0);
    let market = running.client(Role::Provider, "market", "SC-03");
    let tasks = || seen(&market, "/v1/tasks")["tasks"].clone();
    let own = tasks();
    assert_eq!(own.as_array().map(Vec::len), Some(1), "{own}");
    assert_eq!((&own[0]["id"], &own[0]["kind"]), (&json!(listing), &json!("listing")));
    assert_eq!((&own[0]["state"], &own[0]["due"]), (&json!("measures_to_initiate"), &json!(null)));
    assert_eq!((&own[0]["suspended"], &own[0]["overdue"]), (&json!(false), &json!(false)));
    let objection = json!({
        "target": listing, "trigger": "ex_officio", "grounds": ["error"], "statement": "事实有误",
    });
    teller.post(&market, "/v1/objections", &objection);
    let held = tasks();
    let held = held.as_array().and_then(|all| all.iter().find(|own| own["id"] == json!(listing)));
    assert_eq!(held.map(|own| &own["suspended"]), Some(&json!(true)), "{held:?}");
}
