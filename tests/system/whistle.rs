//! Reports of wrongdoing over HTTP: what they leave behind anywhere, who may see and do what, and
//! that an answered report is there after kill -9.

mod after;

use std::path::Path;
use std::process::Stdio;

use data_encoding::BASE64;
use serde_json::{Value, json};
use shouxin_server::demo::sample::code;
use shouxin_tests::{Answer, Client, Server, config, key, run};

const OFFICE: &str = "11350426XY0001015X";
const MARKET: &str = "11350426XY0001023Q";
const FACTS: &str = "该公司夜间向河道排放未经处理的废水";
const IDENTITY: &str = "李雷 尤溪县东城路九号";
const ACCOUNT: &str = "举报后被停发工资并调离岗位";

/// The reported firm; it is no subject of the register.
fn firm() -> String {
    code("91", 77)
}

fn with_key(folder: &Path, office: &age::x25519::Identity) -> std::path::PathBuf {
    config(folder, &format!("[whistle]\noffice_recipient = \"{}\"\n", office.to_public()))
}

fn body() -> Value {
    json!({"reported": firm(), "facts": FACTS, "identity": IDENTITY, "evidence": ["照片说明一份"]})
}

fn post(client: &Client, path: &str, body: &Value) -> Answer {
    let headers = [("Content-Type", "application/json")];
    client.send(path, &headers, body.to_string().as_bytes()).expect("an answer")
}

fn refused(answer: &Answer, status: u16, code: &str) {
    assert_eq!((answer.status, answer.body["code"].as_str()), (status, Some(code)), "{answer:?}");
    assert_eq!(answer.kind, "application/problem+json");
    let told = |field: &str| answer.body[field].as_str().is_some_and(|text| !text.is_empty());
    assert!(told("detail") && told("cure"), "{answer:?}");
}

fn report(client: &Client) -> String {
    let taken = post(client, "/v1/whistle", &body());
    assert_eq!(taken.status, 201, "{taken:?}");
    taken.body["receipt"].as_str().expect("a receipt").to_owned()
}

/// Files below a folder that hold these bytes.
fn holding(folder: &Path, needle: &[u8], found: &mut Vec<String>) {
    for entry in std::fs::read_dir(folder).expect("a folder").flatten() {
        let path = entry.path();
        if path.is_dir() {
            holding(&path, needle, found);
        } else if let Ok(bytes) = std::fs::read(&path)
            && bytes.windows(needle.len()).any(|window| window == needle)
        {
            found.push(path.display().to_string());
        }
    }
}

/// The audit has nothing to say, of reports either.
fn audited(data: &Path) {
    let (code, output, errors) = run(&["audit", "--data", &data.display().to_string(), "--json"]);
    assert_eq!((code, output.as_str()), (0, ""), "{errors}");
    assert!(errors.contains("the log of reports") && !errors.contains("is not known"), "{errors}");
}

/// The officers' keys of one server.
struct Staff {
    triage: Client,
    data_officer: Client,
    same_person: Client,
    market: Client,
}

fn staff(base: &str, data: &Path) -> Staff {
    let client = |role: &str, authority: &str, officer: &str| {
        Client::new(base, Some(&key(data, role, Some((authority, officer)))))
    };
    Staff {
        triage: client("triage", OFFICE, "SC-03"),
        data_officer: client("data_officer", OFFICE, "SC-04"),
        same_person: client("data_officer", OFFICE, "SC-03"),
        market: client("department", MARKET, "SC-03"),
    }
}

/// The second person reads the request that is open, and approves it.
fn approve(staff: &Staff, path: &str) -> Answer {
    let read = staff.data_officer.get(path).expect("an answer").body;
    let approval = json!({"request": read["request"]});
    post(&staff.data_officer, &format!("{path}/approve"), &approval)
}

fn ground() -> Value {
    json!({"instrument": instrument(), "article": "第一条"})
}

/// An instrument in force on any day of these tests.
fn instrument() -> String {
    let text = std::fs::read_to_string(shouxin_tests::county().join("instruments.toml"));
    let table: toml::Table = text.expect("the file").parse().expect("TOML");
    let all = table["instrument"].as_array().expect("instruments").clone();
    let lasting = all.into_iter().find(|own| own.get("repealed_on").is_none());
    lasting.expect("one that lasts")["id"].as_str().expect("an id").to_owned()
}

/// Covers O44, INV-9.
#[test]
fn nothing_anywhere_tells_of_a_report_in_clear() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    let office = age::x25519::Identity::generate();
    let traced = folder.path().join("stderr");
    let errors = Stdio::from(std::fs::File::create(&traced).expect("a file"));
    let config = with_key(folder.path(), &office);
    // Everything that any library would ever write.
    let server = Server::start_logging(&config, &data, "trace", errors);
    let public = Client::new(&server.base, None);
    let staff = staff(&server.base, &data);
    let position = public.get("/readyz").expect("readiness").body["before"].clone();
    let figures = |text: &Value| text.to_string().contains("whistle");
    let receipt = report(&public);
    let known = public.get(&format!("/v1/whistle/{receipt}")).expect("an answer");
    assert_eq!(known.body["state"], "received", "{known:?}");
    let suffers = format!("/v1/whistle/{receipt}/retaliation");
    assert_eq!(post(&public, &suffers, &json!({"account": ACCOUNT})).status, 201);
    assert_eq!(public.get("/readyz").expect("readiness").body["before"], position);
    assert!(!figures(&public.get("/metrics").expect("figures").body), "a figure tells of it");
    let listed = staff.triage.get("/v1/whistle").expect("an answer").body["reports"][0].clone();
    assert_eq!(listed["reported"], firm());
    let id = listed["id"].as_str().expect("an id").to_owned();
    let detail = staff.triage.get(&format!("/v1/whistle/{id}/report")).expect("an answer");
    assert_eq!(detail.body["facts"], FACTS, "{detail:?}");
    assert!(!detail.body.to_string().contains("李雷"), "the identity is shown to nobody");
    let file = public.get(&format!("/v1/subjects/{}", firm())).expect("an answer");
    assert_eq!(file.status, 404, "a report made a file: {file:?}");
    assert_eq!(server.terminate(), Some(0));
    let mut canary = Vec::new();
    holding(&data, id.as_bytes(), &mut canary);
    assert!(canary.iter().any(|own| own.contains("/access/")), "reading it is on record");
    let trace = std::fs::read_to_string(&traced).expect("the trace");
    assert!(trace.contains("listening on"), "it was traced: {trace}");
    for secret in [&receipt, FACTS, IDENTITY, "李雷", ACCOUNT, &firm(), "照片说明一份"] {
        let mut found = Vec::new();
        holding(folder.path(), secret.as_bytes(), &mut found);
        assert!(found.is_empty(), "{secret} is in {found:?}");
    }
    let data = data.display().to_string();
    let (code, output, errors) = run(&["verify", "--data", &data]);
    assert_eq!(code, 0, "{output}{errors}");
    assert!(output.contains("the log of reports"), "{output}");
}

#[test]
fn a_report_runs_its_course_and_the_identity_takes_two_persons() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    let office = age::x25519::Identity::generate();
    let server = Server::start(&with_key(folder.path(), &office), &data);
    let public = Client::new(&server.base, None);
    let staff = staff(&server.base, &data);
    let receipt = report(&public);
    let status = || public.get(&format!("/v1/whistle/{receipt}")).expect("an answer").body;
    let reports = staff.triage.get("/v1/whistle?state=received").expect("an answer").body;
    let id = reports["reports"][0]["id"].as_str().expect("an id").to_owned();
    let at = |step: &str| format!("/v1/whistle/{id}/{step}");
    refused(&post(&staff.triage, &at("assign"), &json!({"department": "market"})), 409, "STATE");
    let in_scope = json!({"outcome": "in_scope", "note": "属县级职责"});
    refused(&post(&staff.market, &at("triage"), &in_scope), 403, "FORBIDDEN_ROLE");
    refused(&post(&public, &at("triage"), &in_scope), 401, "UNAUTHENTICATED");
    assert_eq!(post(&staff.triage, &at("triage"), &in_scope).status, 201);
    // Before it is theirs the department sees nothing, not even that it exists.
    assert_eq!(staff.market.get(&at("report")).expect("an answer").status, 404);
    let assigned = post(&staff.triage, &at("assign"), &json!({"department": "market"}));
    assert_eq!(assigned.body["state"], "assigned", "{assigned:?}");
    let theirs = staff.market.get("/v1/whistle?state=assigned").expect("an answer").body;
    assert_eq!(theirs["reports"][0]["id"], json!(id), "{theirs}");
    let detail = staff.market.get(&at("report")).expect("an answer").body;
    assert_eq!((&detail["facts"], &detail["identity"]), (&json!(FACTS), &Value::Null));
    let because = json!({"reasons": "需检测水样"});
    assert_eq!(post(&staff.market, &at("extend"), &because).status, 201);
    refused(&post(&staff.market, &at("extend"), &because), 409, "STATE");
    let found = json!({"substantiated": true, "reasons": "现场检查属实"});
    assert_eq!(post(&staff.market, &at("verify"), &found).body["state"], "substantiated");

    let nothing = json!({"request": 0});
    refused(&post(&staff.data_officer, &at("unseal/approve"), &nothing), 409, "STATE");
    assert_eq!(
        staff.data_officer.get(&at("unseal")).expect("an answer").status,
        404,
        "none is open"
    );
    let ask = json!({"ground": ground(), "reasons": "须询问证人"});
    let no_ground = json!({"ground": {"instrument": "none", "article": "一"}, "reasons": "须询问"});
    refused(&post(&staff.triage, &at("unseal"), &no_ground), 409, "G-BASIS");
    assert_eq!(post(&staff.triage, &at("unseal"), &ask).status, 201);
    assert_eq!(status()["identity"][0]["what"], "requested");
    // Both persons read what is asked for, nobody else does, and what is approved is what was read.
    let read = staff.data_officer.get(&at("unseal")).expect("an answer").body;
    assert_eq!(staff.triage.get(&at("unseal")).expect("an answer").body, read);
    assert_eq!((&read["ground"], &read["reasons"]), (&ground(), &json!("须询问证人")), "{read}");
    assert_eq!(
        (&read["law_forbids_telling"], &read["reporter_told"]),
        (&Value::Null, &json!(true))
    );
    assert_eq!(read["requested_by"], json!(format!("{OFFICE}/SC-03")), "{read}");
    refused(&staff.market.get(&at("unseal")).expect("an answer"), 403, "FORBIDDEN_ROLE");
    refused(&public.get(&at("unseal")).expect("an answer"), 401, "UNAUTHENTICATED");
    let approval = json!({"request": read["request"]});
    refused(&post(&staff.same_person, &at("unseal/approve"), &approval), 409, "G-4EYES");
    refused(&post(&staff.triage, &at("unseal/approve"), &approval), 403, "FORBIDDEN_ROLE");
    let more = json!({"ground": ground(), "reasons": "须询问第二名证人"});
    assert_eq!(post(&staff.triage, &at("unseal"), &more).status, 201);
    let stale = post(&staff.data_officer, &at("unseal/approve"), &approval);
    refused(&stale, 412, "PRECONDITION_FAILED");
    let opened = approve(&staff, &at("unseal"));
    let ciphertext = opened.body["identity_age_base64"].as_str().expect("the ciphertext");
    let ciphertext = BASE64.decode(ciphertext.as_bytes()).expect("base64");
    let clear = age::decrypt(&office, &ciphertext).expect("the offline key opens it");
    assert_eq!(String::from_utf8(clear).expect("text").trim_end(), IDENTITY);
    assert_eq!(status()["identity"][0]["what"], "opened");
    // The second time the law forbids telling, and nothing more is told.
    let mut silent = ask.clone();
    silent["law_forbids_telling"] = ground();
    assert_eq!(post(&staff.triage, &at("unseal"), &silent).status, 201);
    let read = staff.data_officer.get(&at("unseal")).expect("an answer").body;
    assert_eq!((&read["law_forbids_telling"], &read["reporter_told"]), (&ground(), &json!(false)));
    assert_eq!(approve(&staff, &at("unseal")).status, 201);
    assert_eq!(status()["identity"].as_array().map(Vec::len), Some(1));

    let note = json!({"note": "另案立案检查"});
    assert_eq!(post(&staff.market, &at("transfer"), &note).body["state"], "transferred");
    let text = json!({"text": "已另案检查，感谢反映"});
    assert_eq!(post(&staff.triage, &at("feedback"), &text).body["state"], "fed_back");
    assert_eq!(status()["answers"][0]["text"], "已另案检查，感谢反映");
    refused(&post(&staff.data_officer, &at("purge"), &json!({})), 409, "STATE");
    // While the server runs: the audit reads both logs and changes nothing.
    audited(&data);
    assert_eq!(server.terminate(), Some(0));
    audited(&data);
    // Without its rules nothing can be judged, and each line says in which log it stands.
    for file in std::fs::read_dir(data.join("rules")).expect("the rules").flatten() {
        std::fs::remove_file(file.path()).expect("a file of the rules");
    }
    let (code, output, _) = run(&["audit", "--data", &data.display().to_string(), "--json"]);
    let lines: Vec<Value> =
        output.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let of = |log: &str| lines.iter().filter(|own| own["log"] == log).count();
    assert_eq!((code, of("register") + of("reports")), (1, lines.len()), "{output}");
    assert!(of("register") > 0 && of("reports") > 0, "{output}");
    assert!(!output.contains(&firm()), "{output}");
}

#[test]
fn what_must_not_be_taken_is_refused_with_a_way_out() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    let server =
        Server::start(&config(folder.path(), "[whistle]\nreports_per_day_max = 2\n"), &data);
    let public = Client::new(&server.base, None);
    let mut anonymous = body();
    anonymous.as_object_mut().expect("an object").remove("identity");
    refused(&post(&public, "/v1/whistle", &body()), 503, "UNAVAILABLE");
    let about = |who: &str| {
        let mut body = anonymous.clone();
        body["reported"] = json!(who);
        body
    };
    let person = post(&public, "/v1/whistle", &about("11010519491231002X"));
    refused(&person, 422, "IDENTIFIER_INVALID");
    assert!(person.body["cure"].as_str().is_some_and(|own| own.contains("主管机关")), "{person:?}");
    assert!(!person.body.to_string().contains("11010519491231002X"), "it is not repeated");
    refused(&post(&public, "/v1/whistle", &about("91350426XYO0000125")), 422, "IDENTIFIER_INVALID");
    let mut telling = anonymous.clone();
    telling["facts"] = json!("我叫李雷，电话138 0013 8000，邮箱li@example.com");
    let warned = post(&public, "/v1/whistle", &telling);
    refused(&warned, 409, "CONFIRM_WARNINGS");
    let kinds = warned.body["warnings"].as_array().expect("a list").iter();
    let kinds: Vec<&str> = kinds.filter_map(|own| own["kind"].as_str()).collect();
    assert_eq!(kinds, ["self_naming", "phone", "email"], "{warned:?}");
    let mut long = anonymous.clone();
    long["facts"] = json!("长".repeat(6000));
    refused(&post(&public, "/v1/whistle", &long), 422, "LIMIT");
    let someone = Client::new(&server.base, Some("sx_nobody_wrong"));
    refused(&post(&someone, "/v1/whistle", &anonymous), 422, "VALUE_INVALID");

    telling["confirm_warnings"] = json!(true);
    let taken = post(&public, "/v1/whistle", &telling);
    assert_eq!((taken.status, &taken.body["identity"]), (201, &json!("anonymous")), "{taken:?}");
    assert_eq!(taken.body["warnings"].as_array().map(Vec::len), Some(3));
    assert_eq!(post(&public, "/v1/whistle", &anonymous).status, 201);
    refused(&post(&public, "/v1/whistle", &anonymous), 429, "TOO_MANY");

    let receipt = taken.body["receipt"].as_str().expect("a receipt");
    assert!(receipt.len() >= 26, "128 bits at least: {receipt}");
    let typed = receipt.to_lowercase();
    let typed = format!("{}-{}", &typed[..8], &typed[8..]);
    assert_eq!(public.get(&format!("/v1/whistle/{typed}")).expect("an answer").status, 200);
    let unknown: Vec<Value> = ["A", "W-AAAA", "MFRGGZDFMZTWQ2LKNNWG23TPOBYXE43U", "%20"]
        .iter()
        .map(|own| public.get(&format!("/v1/whistle/{own}")).expect("an answer").body)
        .collect();
    assert!(unknown.iter().all(|own| *own == unknown[0] && own["code"] == "NOT_FOUND"));
    assert_eq!(server.terminate(), Some(0));
}

#[test]
fn nobody_sees_or_handles_a_report_about_their_own_authority() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    let server = Server::start(&config(folder.path(), ""), &data);
    let public = Client::new(&server.base, None);
    let staff = staff(&server.base, &data);
    let other = key(&data, "triage", Some((MARKET, "SC-04")));
    let other = Client::new(&server.base, Some(&other));
    let taken = post(&public, "/v1/whistle", &json!({"reported": OFFICE, "facts": FACTS}));
    assert_eq!(taken.status, 201, "{taken:?}");
    let hidden = staff.triage.get("/v1/whistle").expect("an answer").body;
    assert_eq!(hidden["reports"], json!([]));
    let shown = other.get("/v1/whistle").expect("an answer").body;
    let id = shown["reports"][0]["id"].as_str().expect("an id").to_owned();
    let detail = format!("/v1/whistle/{id}/report");
    assert_eq!(staff.triage.get(&detail).expect("an answer").status, 404);
    let triage = format!("/v1/whistle/{id}/triage");
    let note = json!({"outcome": "in_scope", "note": "受理"});
    refused(&post(&staff.triage, &triage, &note), 409, "G-COMPETENT");
    assert_eq!(post(&other, &triage, &note).status, 201);
    let own = json!({"department": "development_reform"});
    let assign = format!("/v1/whistle/{id}/assign");
    refused(&post(&other, &assign, &own), 409, "G-COMPETENT");
    assert_eq!(server.terminate(), Some(0));
}

#[test]
fn an_answered_report_is_there_after_kill() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    let office = age::x25519::Identity::generate();
    let config = with_key(folder.path(), &office);
    let mut receipts = Vec::new();
    for _ in 0..5 {
        let server = Server::start(&config, &data);
        let public = Client::new(&server.base, None);
        receipts.extend([report(&public), report(&public)]);
        server.kill();
    }
    let server = Server::start(&config, &data);
    let public = Client::new(&server.base, None);
    for receipt in &receipts {
        let found = public.get(&format!("/v1/whistle/{receipt}")).expect("an answer");
        assert_eq!((found.status, &found.body["state"]), (200, &json!("received")), "{found:?}");
    }
    let staff = staff(&server.base, &data);
    let (mut ids, mut after) = (Vec::new(), String::new());
    loop {
        let page = staff.triage.get(&format!("/v1/whistle?limit=3{after}")).expect("a page").body;
        ids.extend(
            page["reports"].as_array().expect("reports").iter().map(|own| own["id"].clone()),
        );
        match page["next"].as_str() {
            Some(next) => after = format!("&after={next}"),
            None => break,
        }
    }
    assert_eq!(ids.len(), receipts.len());
    let id = ids[0].as_str().expect("an id");
    let ask = json!({"ground": ground(), "reasons": "须询问证人"});
    let asked = post(&staff.triage, &format!("/v1/whistle/{id}/unseal"), &ask);
    assert_eq!(asked.status, 201, "{asked:?}");
    let open = format!("/v1/whistle/{id}/unseal");
    assert_eq!(approve(&staff, &open).status, 201, "its identity is there");
    assert_eq!(server.terminate(), Some(0));
}
