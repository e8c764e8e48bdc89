//! What stands beside the register's own decisions, over HTTP: typical cases without names,
//! associations' files as their own, classifications as they came, and the feeds that everybody or
//! every system follows.

use std::path::Path;

use serde_json::{Value, json};
use shouxin_server::demo::sample::{citizen_number, code, digest};
use shouxin_tests::{Answer, Client, Server, config, county, key, run};

const OFFICE: &str = "11350426XY0001015X";
const MARKET: &str = "11350426XY0001023Q";
const TAX: &str = "11350426XY00010666";
const GUILD: &str = "51350426XY0005016R";
const CHAMBER: &str = "51350426XY0005024L";

/// Posts under a key made of what is said.
pub(crate) fn post(client: &Client, path: &str, body: &Value) -> Answer {
    let key = format!("{path}-{}", digest(&body.to_string()).get(..16).expect("a digest"));
    client.post(path, &key, body).expect("an answer")
}

/// The same, and it is taken.
#[track_caller]
pub(crate) fn must(client: &Client, path: &str, body: &Value) -> Value {
    let answer = post(client, path, body);
    assert!(matches!(answer.status, 200 | 201), "{path}: {answer:?}");
    answer.body
}

#[track_caller]
fn refused(answer: &Answer, expected: &str) {
    assert_eq!(answer.body["code"], expected, "{answer:?}");
    let told = |field: &str| answer.body[field].as_str().is_some_and(|text| !text.is_empty());
    assert!(told("detail") && told("cure"), "{answer:?}");
}

fn get(client: &Client, path: &str) -> Value {
    let answer = client.get(path).expect("an answer");
    assert_eq!(answer.status, 200, "{path}: {answer:?}");
    answer.body
}

fn id(body: &Value) -> String {
    body["id"].as_str().expect("an id").to_owned()
}

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

struct Bench {
    _folder: tempfile::TempDir,
    data: std::path::PathBuf,
    server: Server,
    market: Client,
    public: Client,
    today: String,
}

impl Bench {
    /// A server with two organisations on file.
    fn start() -> Bench {
        let folder = tempfile::tempdir().expect("a folder");
        let data = folder.path().join("data");
        let server = Server::start(&config(folder.path(), ""), &data);
        let market =
            Client::new(&server.base, Some(&key(&data, "provider", Some((MARKET, "SC-03")))));
        let public = Client::new(&server.base, None);
        let subjects = json!({"subjects": [
            {"code": code("91", 1), "name": "尤溪县甲有限公司"},
            {"code": code("91", 2), "name": "尤溪县乙有限公司"},
            {"code": code("12", 3), "name": "尤溪县某中心"},
        ]});
        must(&market, "/v1/subjects", &subjects);
        let today = get(&public, "/v1/lists/black")["as_of"].as_str().expect("a day").to_owned();
        Bench { _folder: folder, data, server, market, public, today }
    }

    /// Registers a person; answers the key.
    fn person(&self, name: &str, number: u32) -> String {
        let number = citizen_number(number, self.today.parse().expect("a day"));
        let person = json!({"persons": [{"name": name, "number": number, "capacity": "full"}]});
        must(&self.market, "/v1/persons", &person);
        let asked = json!({"name": name, "number": number}).to_string();
        let headers =
            [("Purpose", "case-study plan-185:2(5)"), ("Content-Type", "application/json")];
        let found = self.market.send("/v1/persons/lookup", &headers, asked.as_bytes());
        let found = found.expect("an answer").body["key"].clone();
        found.as_str().unwrap_or_else(|| panic!("no key: {found}")).to_owned()
    }

    fn client(&self, role: &str, officer: Option<(&str, &str)>) -> Client {
        Client::new(&self.server.base, Some(&key(&self.data, role, officer)))
    }
}

/// Covers O26, O72.
#[test]
fn a_typical_case_is_told_without_anybodys_name() {
    let bench = Bench::start();
    let day = bench.today.parse().expect("a day");
    let person = bench.person("林守信", 1);
    let story = |text: &str, anonymised: bool| {
        json!({
            "title": "诚信经营", "text": text, "subject": code("91", 1),
            "natural_persons": true, "anonymised": anonymised, "persons": [person],
        })
    };
    let path = "/v1/typical-cases";
    refused(&post(&bench.market, path, &story("店主林 守信按期还款", true)), "G-ANONYMOUS");
    refused(&post(&bench.market, path, &story("店主林某按期还款", false)), "G-ANONYMOUS");
    let number = format!("店主（{}）按期还款", citizen_number(2, day));
    refused(&post(&bench.market, path, &story(&number, true)), "G-ANONYMOUS");
    let made = id(&must(&bench.market, path, &story("店主林某按期还款", true)));
    let one = format!("{path}/{made}");
    assert_eq!(bench.public.get(&one).expect("an answer").status, 404);
    let other = bench.client("provider", Some((TAX, "SC-03")));
    assert_eq!(other.get(&one).expect("an answer").status, 404);
    assert_eq!(get(&bench.market, &one)["state"], json!("drafted"));
    let publish = format!("{one}/publish");
    refused(&post(&bench.market, &publish, &json!({})), "G-4EYES");
    let head = bench.client("provider", Some((MARKET, "SC-01")));
    must(&head, &publish, &json!({}));
    let shown = get(&bench.public, path);
    assert_eq!(shown["typical_cases"][0]["id"], json!(made), "{shown}");
    // A person occurs in the story, so the organisation is not named beside it.
    assert_eq!(get(&bench.public, &one).get("subject"), None);
    must(&bench.market, &format!("{one}/withdraw"), &json!({"ground": "outdated"}));
    assert_eq!(get(&bench.public, path)["typical_cases"], json!([]));
    assert_eq!(bench.public.get(&one).expect("an answer").status, 404);
    // Of an organisation alone it may be told which.
    let alone = json!({"title": "诚信经营", "text": "按期履约", "subject": code("91", 1)});
    let alone = format!("{path}/{}", id(&must(&bench.market, path, &alone)));
    must(&head, &format!("{alone}/publish"), &json!({}));
    assert_eq!(get(&bench.public, &alone)["subject"], json!(code("91", 1)));
}

/// Covers O45, O46.
#[test]
fn an_associations_file_is_its_own_and_a_member_may_object() {
    let bench = Bench::start();
    let version =
        || get(&bench.public, &format!("/v1/subjects/{}", code("91", 1)))["version"].clone();
    let before = version();
    let secret = key(&bench.data, "association", Some((GUILD, "XH-01")));
    let guild = Client::new(&bench.server.base, Some(&secret));
    let chamber = bench.client("association", Some((CHAMBER, "XH-01")));
    let path = "/v1/associations/building_materials/members";
    let note = |kind: &str, text: &str, charter: Option<&str>| json!({"subject": code("91", 1), "kind": kind, "text": text, "charter": charter});
    let praise = note("commendation", "连续五年质量合格", None);
    refused(&post(&chamber, path, &praise), "G-COMPETENT");
    assert_eq!(post(&bench.market, path, &praise).status, 403);
    let praised = id(&must(&guild, path, &praise));
    refused(&post(&guild, path, &note("warning", "供货迟延", None)), "G-BASIS");
    let warned = id(&must(&guild, path, &note("warning", "供货迟延", Some("行规第七条"))));
    let ids = |body: &Value| -> Vec<String> {
        body["notes"].as_array().expect("notes").iter().map(id).collect()
    };
    assert_eq!(ids(&get(&guild, path)), [praised.clone(), warned.clone()]);
    let seen = get(&bench.public, path);
    assert_eq!(ids(&seen), std::slice::from_ref(&praised), "a warning is between the two of them");
    assert!(seen["notes"][0]["note"].as_str().is_some_and(|own| own.contains("协会自行记载")));
    assert!(ids(&get(&chamber, path)).contains(&praised));
    // Nothing of it is in the register's file.
    let file = get(&bench.public, &format!("/v1/subjects/{}", code("91", 1))).to_string();
    assert!(!file.contains("质量合格") && !file.contains(&praised), "{file}");
    let member = Client::new(&bench.server.base, Some(&subject_key(&bench.data, &code("91", 1))));
    let other = Client::new(&bench.server.base, Some(&subject_key(&bench.data, &code("91", 2))));
    let own = format!("/v1/member-notes?subject={}", code("91", 1));
    assert_eq!(ids(&get(&member, &own)), [praised.clone(), warned.clone()]);
    assert_eq!(other.get(&own).expect("an answer").status, 404);
    let at = |step: &str| format!("/v1/member-notes/{warned}/{step}");
    let objection = json!({"statement": "非我方原因", "evidence": []});
    refused(&post(&other, &at("object"), &objection), "G-HUMAN");
    must(&member, &at("object"), &objection);
    assert_eq!(get(&member, &own)["notes"][1]["status"], json!("disputed"));
    // It waits on the association's own list, and on nobody else's.
    let waiting = get(&guild, "/v1/tasks");
    let task = &waiting["tasks"][0];
    assert_eq!((&task["id"], &task["kind"]), (&json!(warned), &json!("member_note")), "{waiting}");
    assert_eq!(task["due"], get(&member, &own)["notes"][1]["dispute"]["answer_by"]);
    assert_eq!((&task["state"], &task["overdue"]), (&json!("disputed"), &json!(false)));
    assert_eq!(get(&chamber, "/v1/tasks")["tasks"], json!([]));
    let others = guild.get("/v1/tasks?authority=office").expect("an answer");
    assert_eq!(others.status, 404, "{others:?}");
    refused(
        &post(&chamber, &at("answer"), &json!({"stands": false, "answer": "有误"})),
        "G-COMPETENT",
    );
    // What the member says is for the association to read; a warning is nobody else's business.
    let one = format!("/v1/member-notes/{warned}");
    assert_eq!(get(&guild, &one)["objection"]["statement"], json!("非我方原因"));
    for stranger in [&bench.public, &other, &chamber, &bench.market] {
        assert_eq!(stranger.get(&one).expect("an answer").status, 404);
    }
    let seen = get(&bench.public, &format!("/v1/member-notes/{praised}"));
    assert_eq!((&seen["text"], seen.get("objection")), (&json!("连续五年质量合格"), None));
    let without = ureq::get(format!("{}{path}", bench.server.base))
        .header("Authorization", format!("Bearer {secret}"))
        .config()
        .http_status_as_error(false)
        .build()
        .call();
    assert_eq!(without.expect("an answer").status().as_u16(), 403, "a look at it has a purpose");
    must(&guild, &at("answer"), &json!({"stands": false, "answer": "经核实有误，撤回"}));
    assert_eq!(get(&guild, "/v1/tasks")["tasks"], json!([]));
    let after = get(&member, &own);
    assert_eq!(after["notes"][1]["dispute"]["stands"], json!(false), "{after}");
    assert_eq!(after["notes"][1]["withdrawn_on"], json!(bench.today));
    assert_eq!(get(&member, &one)["objection"]["answer"], json!("经核实有误，撤回"));
    // None of it moved the register's file, nor stands in its history.
    assert_eq!(version(), before);
    let history = get(&member, &format!("/v1/subjects/{}/history", code("91", 1))).to_string();
    assert!(!history.contains("member_file"), "{history}");
    // A key of an association without an officer could do nothing, so there is none.
    let (data, config) = (bench.data.display().to_string(), county().display().to_string());
    let bare = run(&[
        "key",
        "create",
        "--data",
        &data,
        "--config",
        &config,
        "--role",
        "association",
        "--expires-on",
        "2199-12-31",
    ]);
    assert_ne!(bare.0, 0, "{}", bare.1);
}

/// Covers O20.
#[test]
fn a_classification_goes_out_as_its_author_gave_it() {
    let bench = Bench::start();
    let tax = bench.client("department", Some((TAX, "SC-03")));
    let class = |standard: &str, number: &str| {
        json!({
            "subject": code("91", 1), "standard": standard, "class_name": "A",
            "decision_number": number, "decided_on": "2026-01-05", "valid_until": "2190-12-31",
        })
    };
    let path = "/v1/classifications";
    refused(&post(&bench.market, path, &class("tax-credit-a", "1")), "G-COMPETENT");
    refused(&post(&tax, path, &class("no-such", "1")), "VALUE_INVALID");
    let open = id(&must(&tax, path, &class("tax-credit-a", "税信〔2026〕1号")));
    let shared = id(&must(&tax, path, &class("tax-credit", "税信〔2026〕2号")));
    let of = |client: &Client| -> Vec<Value> {
        let file = get(client, &format!("/v1/subjects/{}", code("91", 1)));
        file["imported_classifications"].as_array().expect("a list").clone()
    };
    let seen = of(&bench.public);
    assert_eq!(seen.len(), 1, "what is shared among authorities is not public: {seen:?}");
    let one = seen.first().expect("one");
    assert_eq!((id(one), &one["class_name"]), (open.clone(), &json!("A")));
    assert_eq!(one["author"]["code"], json!(TAX));
    assert_eq!(one["standard"]["id"], json!("tax-credit-a"));
    let ids = |list: Vec<Value>| list.iter().map(id).collect::<Vec<_>>();
    // The office that keeps the register, and whoever gave it; others by a sharing contract.
    let office = bench.client("credit_office", Some((OFFICE, "SC-03")));
    assert_eq!(ids(of(&office)), [open.clone(), shared.clone()]);
    assert_eq!(ids(of(&tax)), [open.clone(), shared.clone()]);
    assert_eq!(ids(of(&bench.market)), std::slice::from_ref(&open));
    must(&tax, &format!("{path}/{open}/withdraw"), &json!({"reasons": "误报"}));
    assert_eq!((of(&bench.public), ids(of(&office))), (vec![], vec![shared]));
}

/// Covers O08, O10, O14, O18, O24, O43, O73, INV-12.
#[test]
fn each_feed_tells_what_may_be_shown_now_and_nobody_gets_an_order() {
    let bench = Bench::start();
    let codes = get(&bench.public, &format!("/v1/codes/new?since={}&limit=2", bench.today));
    let found = |body: &Value| -> Vec<String> {
        let codes = body["codes"].as_array().expect("codes").iter();
        codes.map(|own| own["code"].as_str().expect("a code").to_owned()).collect()
    };
    let mut all = found(&codes);
    let next = codes["next"].as_str().expect("a second page");
    all.extend(found(&get(&bench.public, &format!("/v1/codes/new?after={next}"))));
    let mut expected = vec![code("91", 1), code("91", 2), code("12", 3)];
    expected.sort();
    assert_eq!(all, expected);
    let tomorrow = "/v1/codes/new?since=2190-01-01";
    assert_eq!(get(&bench.public, tomorrow)["codes"], json!([]));
    refused(&bench.public.get("/v1/codes/new?after=x").expect("an answer"), "IDENTIFIER_INVALID");

    let record = json!({"records": [{
        "subject": code("91", 1), "item": "FJ-FR-0101", "document_number": "尤试〔2026〕1号",
        "document_date": "2026-01-05", "content": {"摘要": "试验"},
    }]});
    let record = id(&must(&bench.market, "/v1/records", &record));
    let second = json!({"records": [{
        "subject": code("91", 2), "item": "FJ-FR-0101", "document_number": "尤试〔2026〕9号",
        "document_date": "2026-01-05", "content": {"摘要": "试验"},
    }]});
    let second = id(&must(&bench.market, "/v1/records", &second));
    let buyer = bench.client("market", None);
    refused(&bench.public.get("/v1/reference").expect("an answer"), "UNAUTHENTICATED");
    let seen = get(&buyer, "/v1/reference");
    assert_eq!(seen["reference_only"], json!(true));
    assert_eq!(seen["items"][0]["id"], json!(record), "{seen}");
    assert_eq!(seen["items"][0]["name"], json!("尤溪县甲有限公司"));
    assert_eq!(seen["next"], json!(null));
    // Page by page it is the same, and whoever has read all goes on from there another day.
    let first = get(&buyer, "/v1/reference?limit=1");
    let on = |page: &Value, name: &str| {
        let at = page[name].as_str().expect("a position");
        get(&buyer, &format!("/v1/reference?limit=1&after={at}"))
    };
    assert_eq!((&first["items"][0]["id"], &first["items"][1]), (&json!(record), &json!(null)));
    let last = on(&first, "next");
    assert_eq!((&last["items"][0]["id"], &last["next"]), (&json!(second), &json!(null)));
    assert_eq!(on(&last, "through")["items"], json!([]));
    assert!(seen["note"].as_str().is_some_and(|own| own.contains("不构成")));
    // The public finds the same by the code, and nobody finds who is not there.
    let file = get(&bench.public, &format!("/v1/subjects/{}", code("91", 1)));
    assert!(file.to_string().contains(&record), "{file}");
    // A market body can do nothing here.
    assert_eq!(post(&buyer, "/v1/measures", &json!({})).status, 403);
    let annul = json!({"reasons": "文书已被撤销"});
    let head = bench.client("provider", Some((MARKET, "SC-01")));
    must(&head, &format!("/v1/records/{record}/annul"), &annul);
    let gone = on(&last, "through");
    assert_eq!(gone["items"], json!([{"id": record, "withdrawn_on": bench.today}]));
    // Off display without an end: since the day of the change.
    let path = format!("/v1/records/{second}/hide");
    must(&bench.market, &path, &json!({"reasons": "依申请停止公示"}));
    let hidden = on(&gone, "through");
    assert_eq!(hidden["items"], json!([{"id": second, "withdrawn_on": bench.today}]));
    let lines = buyer.get("/v1/events").expect("an answer");
    assert!(lines.status == 200 && lines.kind.starts_with("application/x-ndjson"), "{lines:?}");

    let office = bench.client("credit_office", Some((OFFICE, "SC-03")));
    let unit = code("12", 3);
    let proof = office.document(&unit, "proof");
    let record = json!({"records": [{
        "subject": unit, "item": "FJ-FR-1301", "severity": "general",
        "document_number": "尤政〔2026〕2号", "document_date": "2026-01-05",
        "document_sha256": proof, "content": {"摘要": "逾期未付"},
        "notified": {"manner": "direct", "on": bench.today, "proof_sha256": proof},
    }]});
    let record = id(&must(&office, "/v1/records", &record));
    // The same about an official is taken in, and is on no public list.
    let official = bench.person("林公务", 7);
    let proof = office.document(&official, "proof");
    let about = json!({"records": [{
        "subject": official, "item": "FJ-ZR-0203", "severity": "general",
        "document_number": "尤政〔2026〕3号", "document_date": "2026-01-05",
        "document_sha256": proof, "content": {"摘要": "逾期未付"},
        "notified": {"manner": "direct", "on": bench.today, "proof_sha256": proof},
    }]});
    let about = must(&office, "/v1/records", &about);
    assert!(about["id"].is_string(), "{about}");
    let shown = get(&bench.public, "/v1/gov-integrity");
    assert_eq!(shown["records"][0]["record"]["id"], json!(record), "{shown}");
    assert_eq!(shown["records"][0]["subject"], json!(unit));
    assert_eq!(shown["records"].as_array().map(Vec::len), Some(1));
}

/// Covers O47.
#[test]
fn evidence_goes_to_a_plaintiff_of_the_law_and_nothing_follows_for_the_subject() {
    let bench = Bench::start();
    let subject = code("91", 1);
    let record = json!({"records": [{
        "subject": subject, "item": "FJ-FR-0101", "document_number": "尤试〔2026〕1号",
        "document_date": "2026-01-05", "content": {"摘要": "试验"},
    }]});
    let record = id(&must(&bench.market, "/v1/records", &record));
    let request = bench.market.document(&subject, "请求书");
    let path = "/v1/litigation-supports";
    let open = |instrument: &str| {
        json!({
            "target": record, "ground": "consumers", "plaintiff": "尤溪县人民检察院",
            "plaintiff_basis": {"instrument": instrument, "article": "第五十八条"},
            "basis": [{"instrument": "plan-185", "article": "四(四)"}], "request_sha256": request,
        })
    };
    refused(&post(&bench.market, path, &open("plan-185")), "G-BASIS-RANK");
    let support = id(&must(&bench.market, path, &open("food-safety-law")));
    let one = format!("{path}/{support}");
    let evidence = json!({"documents": [request], "receipt_sha256": request});
    must(&bench.market, &format!("{one}/evidence"), &evidence);
    let own = Client::new(&bench.server.base, Some(&subject_key(&bench.data, &subject)));
    let seen = get(&own, &one);
    assert_eq!((&seen["handovers"], &seen["state"]), (&json!(1), &json!("open")), "{seen}");
    let listed = get(&own, &format!("{path}?subject={subject}"));
    assert_eq!(listed["litigation_supports"][0]["id"], json!(support));
    assert_eq!(bench.public.get(&one).expect("an answer").status, 404);
    let file = get(&bench.public, &format!("/v1/subjects/{subject}")).to_string();
    assert!(!file.contains(&support), "{file}");
    must(&bench.market, &format!("{one}/close"), &json!({"outcome": "检察院已起诉"}));
    let more = json!({"documents": [request, request], "receipt_sha256": request});
    refused(&post(&bench.market, &format!("{one}/evidence"), &more), "STATE");
    // What the credit office opens, the authority whose record it is sees and serves; no other.
    let client = |role, uscc| {
        Client::new(&bench.server.base, Some(&key(&bench.data, role, Some((uscc, "SC-03")))))
    };
    let office = client("credit_office", "11350426XY0001015X");
    let other = client("department", TAX);
    refused(&post(&other, path, &open("food-safety-law")), "G-COMPETENT");
    let second = id(&must(&office, path, &open("food-safety-law")));
    let second = format!("{path}/{second}");
    assert_eq!(other.get(&second).expect("an answer").status, 404);
    refused(&post(&other, &format!("{second}/evidence"), &evidence), "G-COMPETENT");
    must(&bench.market, &format!("{second}/evidence"), &evidence);
    assert_eq!(get(&bench.market, &second)["handovers"], json!(1));
    assert_eq!(get(&office, &second)["opened_by"], json!("11350426XY0001015X/SC-03"));
}
