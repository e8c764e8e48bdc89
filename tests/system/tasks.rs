//! What an office has to do, over HTTP: an objection goes from list to list with whoever has to act.

use serde_json::json;
use shouxin_core::time::Day;
use shouxin_server::demo::sample::{code, record};
use shouxin_tests::{Client, Server, config, key};

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
