//! `shouxin audit` over a data folder that a real server wrote: nothing to say, beside the server
//! and after it; and what it says where the rules of a version are gone.

use serde_json::{Value, json};
use shouxin_server::demo::sample::{code, record};
use shouxin_tests::{Client, Server, config, key, run};

const MARKET: &str = "11350426XY0001023Q";

#[test]
fn what_a_server_writes_breaks_nothing_and_lost_rules_are_named() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    let settings = config(folder.path(), "[documents]\nrequired = false\n");
    let server = Server::start(&settings, &data);
    let officer = key(&data, "provider", Some((MARKET, "SC-03")));
    let officer = Client::new(&server.base, Some(&officer));
    let public = Client::new(&server.base, None);
    let today = public.get("/v1/publicity/permits").expect("the list").body["as_of"].clone();
    let today = today.as_str().and_then(|day| day.parse().ok()).expect("a day");
    let subjects = json!({"subjects": [{"code": code("91", 1), "name": "尤溪县某某有限公司"}]});
    let answer = officer.post("/v1/subjects", "audit-subjects", &subjects).expect("an answer");
    assert!(answer.status < 300, "{answer:?}");
    let records = json!({"records": [record(&code("91", 1), "FJ-FR-0302", true, 1, today)]});
    let answer = officer.post("/v1/records", "audit-records", &records).expect("an answer");
    // What is rejected would stand in `rejects`, which is there only then.
    assert_eq!((answer.status, &answer.body["rejects"]), (201, &Value::Null), "{answer:?}");
    let text = data.display().to_string();
    let audit = ["audit", "--data", &text, "--json"];
    let beside = run(&audit);
    assert_eq!((beside.0, beside.1.as_str()), (0, ""), "{}", beside.2);
    assert_eq!(server.terminate(), Some(0));
    let (code, output, errors) = run(&audit);
    assert_eq!((code, output.as_str()), (0, ""), "{errors}");
    assert!(errors.contains("events a second"), "{errors}");

    // The data files of the one version are lost: nothing can be judged by it.
    for file in std::fs::read_dir(data.join("rules")).expect("the rules").flatten() {
        std::fs::remove_file(file.path()).expect("a file of the rules");
    }
    let (code, output, errors) = run(&audit);
    assert_eq!(code, 1, "{errors}");
    let found: Vec<Value> =
        output.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let first = found.first().expect("a violation");
    assert_eq!((&first["name"], &first["position"]), (&json!("INV-10"), &json!("0.0")));
    assert!(first["detail"].as_str().is_some_and(|text| text.contains("data files")), "{first}");
    let (code, output, _) = run(&["audit", "--data", &text, "--from", "100000"]);
    assert_eq!((code, output.as_str()), (0, ""), "nothing stands so late");
    let empty = folder.path().join("empty").display().to_string();
    assert_eq!(run(&["audit", "--data", &empty]).0, 2, "a folder without a log");
}
