//! Sharing contracts over HTTP: a department reads what others provided and the public does not see where a
//! contract of its own covers it for the purpose it states, and is told of nothing else.

use std::path::Path;

use serde_json::{Value, json};
use shouxin_core::actor::Role;
use shouxin_core::time::Day;
use shouxin_server::demo::sample::{code, record};
use shouxin_tests::running::{FIRST, Running};
use shouxin_tests::{Client, Server, config, county, key, run};

use crate::plugins::{Teller, listed_on};
use crate::social::must;

const OFFICE: &str = "11350426XY0001015X";
const MARKET: &str = "11350426XY0001023Q";
const APPROVAL: &str = "11350426XY0001031K";
const TAX: &str = "11350426XY00010666";
const COURT: &str = "11350426XY0001170A";

/// A judgment, shared among departments; `SECRET` stands in it.
const JUDGMENT: &str = "FJ-FR-0201";
const SECRET: &str = "sample record 7";
const ANY: &str = "reading law:1";
const PERMIT: &str = "permit-review permit-law:34";

fn get(client: &Client, path: &str, purpose: &str) -> Value {
    let answer = client.get_for(path, purpose).expect("an answer");
    assert_eq!(answer.status, 200, "{path}: {answer:?}");
    answer.body
}

/// The records of a file that a client is shown for a purpose.
fn seen(client: &Client, subject: &str, purpose: &str) -> Vec<String> {
    let file = get(client, &format!("/v1/subjects/{subject}"), purpose);
    let records = file["records"].as_array().expect("records").iter();
    records.map(|own| own["id"].as_str().expect("an id").to_owned()).collect()
}

/// What a client is told by the feed.
fn told(client: &Client, purpose: &str) -> String {
    client.get_for("/v1/events", purpose).expect("an answer").body.to_string()
}

fn contract(id: &str, authority: &str, purpose: &str, what: &str, from: Day, until: Day) -> String {
    format!(
        "[[contract]]\nid = {id:?}\nauthority = {authority:?}\nfunction_zh = \"试验\"\nfunction_en = \"a test\"\n\
         purposes = [{purpose:?}]\n{what}\n\
         basis = [{{ instrument = \"permit-law\", article = \"第三十四条\" }}]\nfrom = \"{from}\"\nuntil = \"{until}\"\n\n"
    )
}

fn subject_key(data: &Path, subject: &str) -> String {
    let (data, config) = (data.display().to_string(), county().display().to_string());
    let mut arguments = vec!["key", "create", "--data", &data, "--config", &config];
    arguments.extend(["--role", "subject", "--expires-on", "2199-12-31", "--acts-for", subject]);
    let (code, output, errors) = run(&arguments);
    assert_eq!(code, 0, "{errors}");
    output.trim().to_owned()
}

/// Who reads, by name.
struct Readers {
    market: Client,
    approval: Client,
    tax: Client,
    court: Client,
    office: Client,
    auditor: Client,
    subject: Client,
    public: Client,
}

impl Readers {
    fn of(server: &Server, keys: &[String]) -> Readers {
        let client = |at: usize| Client::new(&server.base, Some(&keys[at]));
        Readers {
            market: client(0),
            approval: client(1),
            tax: client(2),
            court: client(3),
            office: client(4),
            auditor: client(5),
            subject: client(6),
            public: Client::new(&server.base, None),
        }
    }
}

/// Covers O16, O18, O19, G-OPEN: a version without contracts shares nothing of others that is not public; one with
/// them what they cover, for the purposes they name, as long as they run.
#[test]
fn a_department_reads_of_others_what_its_contracts_cover() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    let settings = config(folder.path(), "");
    let rules = settings.parent().expect("the folder").join("contracts.toml");
    std::fs::remove_file(&rules).expect("the shipped contracts");
    let server = Server::start(&settings, &data);
    let (firm, other) = (code("91", 1), code("91", 2));
    let mut keys: Vec<String> = [MARKET, APPROVAL, TAX, COURT]
        .map(|authority| key(&data, "department", Some((authority, "SC-03"))))
        .to_vec();
    keys.push(key(&data, "credit_office", Some((OFFICE, "SC-03"))));
    keys.push(key(&data, "auditor", None));
    let subjects = json!({"subjects": [{"code": firm, "name": "尤溪县甲有限公司"}, {"code": other, "name": "尤溪县乙有限公司"}]});
    must(&Client::new(&server.base, Some(&keys[0])), "/v1/subjects", &subjects);
    keys.push(subject_key(&data, &firm));
    let readers = Readers::of(&server, &keys);
    let published = get(&readers.public, "/v1/rules", ANY);
    let today: Day = published["as_of"].as_str().and_then(|day| day.parse().ok()).expect("a day");
    let judgment = json!({"records": [record(&firm, JUDGMENT, true, 7, today)]});
    let judgment = must(&readers.court, "/v1/records", &judgment)["ids"][0].clone();
    let judgment = judgment.as_str().expect("a record").to_owned();
    let class = json!({
        "subject": firm, "standard": "tax-credit", "class_name": "B", "decision_number": "税信1号",
        "decided_on": today, "valid_until": today.plus_days(300),
    });
    must(&readers.tax, "/v1/classifications", &class);
    let classes = |client: &Client, purpose: &str| {
        let file = get(client, &format!("/v1/subjects/{firm}"), purpose);
        file["imported_classifications"].as_array().expect("a list").len()
    };

    // Without the file there is no contract: it is said, and nothing of others is shared.
    let none = get(&readers.public, "/v1/contracts", ANY);
    assert_eq!(none["contracts"], json!([]));
    assert!(published["warnings"].to_string().contains("contracts.toml"), "{published}");
    for client in [&readers.market, &readers.approval, &readers.tax] {
        assert_eq!(seen(client, &firm, PERMIT), Vec::<String>::new());
        assert!(!told(client, PERMIT).contains(&judgment));
    }
    // Who provided it, who keeps or looks over the register and whose it is need none.
    let own = vec![judgment.clone()];
    for client in [&readers.court, &readers.office, &readers.auditor, &readers.subject] {
        assert_eq!(seen(client, &firm, ANY), own);
    }
    for client in [&readers.court, &readers.office] {
        assert!(told(client, ANY).contains(&judgment));
    }
    assert_eq!(classes(&readers.tax, ANY), 1, "its own");
    assert_eq!(classes(&readers.market, "supervision law:18"), 0);

    // With one that runs, one that is over and one that has not begun, whatever midnight goes by meanwhile.
    assert_eq!(server.terminate(), Some(0));
    let items = format!("items = [{JUDGMENT:?}]");
    let standards = "standards = [\"tax-credit\"]";
    let begun = today.plus_days(-30);
    let text = [
        contract("approval-permit", "approval", "permit-review", &items, begun, today.plus_days(1)),
        contract("tax-over", "tax", "permit-review", &items, begun, today.plus_days(-1)),
        contract(
            "market-later",
            "market",
            "permit-review",
            &items,
            today.plus_days(2),
            today.plus_days(30),
        ),
        contract("market-class", "market", "supervision", standards, begun, today.plus_days(30)),
    ];
    std::fs::write(&rules, text.concat()).expect("the contracts");
    let server = Server::start(&settings, &data);
    let readers = Readers::of(&server, &keys);
    assert_eq!(seen(&readers.approval, &firm, PERMIT), own);
    assert!(told(&readers.approval, PERMIT).contains(SECRET));
    for (client, purpose) in [
        (&readers.approval, "curiosity permit-law:34"),
        (&readers.approval, "case permit-review"),
        (&readers.approval, "permit-reviewer law:34"),
        (&readers.tax, PERMIT),
        (&readers.market, PERMIT),
    ] {
        let file = get(client, &format!("/v1/subjects/{firm}"), purpose);
        for text in [file.to_string(), told(client, purpose)] {
            assert!(!text.contains(&judgment) && !text.contains(SECRET), "{purpose}: {text}");
        }
        // What is said of it is the same about a file in which there is nothing.
        let empty = get(client, &format!("/v1/subjects/{other}"), purpose);
        assert_eq!(file["sharing"], empty["sharing"]);
        assert_eq!(file["sharing"]["items"], json!([]));
        let way = file["sharing"]["readable_by"].to_string();
        assert!(way.contains("/v1/contracts?authority="), "{way}");
    }
    assert_eq!(classes(&readers.market, "supervision law:18"), 1);
    assert_eq!(classes(&readers.market, "curiosity law:18"), 0);
    let sharing =
        get(&readers.approval, &format!("/v1/subjects/{firm}"), PERMIT)["sharing"].clone();
    assert_eq!(sharing["contracts"], json!(["approval-permit"]));
    assert_eq!(sharing["items"], json!([JUDGMENT]));
    for client in [&readers.auditor, &readers.subject, &readers.public] {
        assert_eq!(get(client, &format!("/v1/subjects/{firm}"), ANY)["sharing"], Value::Null);
    }

    // A credit review is such a look: it lists what its authority may read for it.
    let review = |client: &Client| {
        let asked = json!({
            "subject": firm, "matter": "食品经营许可",
            "basis": [{"instrument": "permit-law", "article": "第三十四条"}],
        });
        let made = must(client, "/v1/reviews", &asked);
        let id = made["id"].as_str().expect("an id").to_owned();
        get(client, &format!("/v1/reviews/{id}"), PERMIT)["records"].clone()
    };
    assert_eq!(review(&readers.approval), json!([judgment]));
    assert_eq!(review(&readers.tax), json!([]));

    // That there is an adverse record is a fact for the green channel; which it is goes by contract.
    for (client, purpose, records) in [
        (&readers.approval, PERMIT, json!([judgment])),
        (&readers.approval, "curiosity law:34", json!([])),
        (&readers.tax, PERMIT, json!([])),
        (&readers.court, ANY, json!([judgment])),
        (&readers.subject, ANY, json!([judgment])),
    ] {
        let found = get(client, &format!("/v1/subjects/{firm}/clean-record"), purpose);
        assert_eq!((&found["clean"], &found["records"]), (&json!(false), &records), "{purpose}");
    }

    // Whose it is sees the contract on which somebody looked.
    let looks = get(&readers.subject, &format!("/v1/subjects/{firm}/access"), ANY)["looks"].clone();
    let look = |authority: &str, purpose: &str| {
        let mut all = looks.as_array().expect("looks").iter();
        let own = |look: &Value| {
            look["authority"] == authority
                && look["purpose"] == purpose
                && look["read"] == "/v1/subjects/{key}"
        };
        let newest = all.find(|look| own(look));
        newest.unwrap_or_else(|| panic!("no look of {authority}: {looks}"))["contracts"].clone()
    };
    assert_eq!(look(APPROVAL, "permit-review"), json!(["approval-permit"]));
    assert_eq!(look(APPROVAL, "curiosity"), json!([]));
    assert_eq!(look(TAX, "permit-review"), json!([]));

    published_contracts(&readers.public);
    exported(&folder.path().join("config"), &data, &judgment);

    // Nor is anybody told that it is disputed who is not told that it is there.
    let objection = json!({
        "grounds": ["error"], "statement": "与事实不符", "target": judgment, "trigger": "subject",
    });
    let suit = json!({
        "body": "三明市中级人民法院", "filed_on": today, "kind": "litigation", "target": judgment,
        "number": "（2026）闽04行初1号", "document_sha256": readers.subject.document(&firm, "起诉状"),
    });
    let asked = [("/v1/objections", objection), ("/v1/remedies", suit)].map(|(path, body)| {
        let made = must(&readers.subject, path, &body);
        format!("{path}/{}", made["id"].as_str().expect("an id"))
    });
    for path in &asked {
        for (client, purpose, status) in [
            (&readers.approval, PERMIT, 200),
            (&readers.approval, "curiosity law:34", 404),
            (&readers.tax, PERMIT, 404),
            (&readers.market, PERMIT, 404),
            (&readers.court, ANY, 200),
            (&readers.office, ANY, 200),
            (&readers.auditor, ANY, 200),
            (&readers.subject, ANY, 200),
        ] {
            let answer = client.get_for(path, purpose).expect("an answer");
            assert_eq!(answer.status, status, "{path} {purpose}: {answer:?}");
        }
    }
    for (client, purpose, count) in [(&readers.approval, PERMIT, 1), (&readers.tax, PERMIT, 0)] {
        let file = get(client, &format!("/v1/subjects/{firm}"), purpose);
        assert_eq!(file["objections"].as_array().map(Vec::len), Some(count), "{file}");
        assert_eq!(file.to_string().contains(&judgment), count == 1, "{file}");
    }
}

/// Everybody reads with whom what is shared, why and how long.
fn published_contracts(public: &Client) {
    let all = get(public, "/v1/contracts", ANY);
    let ids = |body: &Value| -> Vec<String> {
        let contracts = body["contracts"].as_array().expect("contracts").iter();
        contracts.map(|own| own["id"].as_str().expect("an id").to_owned()).collect()
    };
    assert_eq!(ids(&all), ["approval-permit", "market-class", "market-later", "tax-over"]);
    let one = get(public, "/v1/contracts?authority=approval", ANY);
    assert_eq!(ids(&one), ["approval-permit"]);
    let own = &one["contracts"][0];
    assert_eq!((&own["in_force"], &own["purposes"]), (&json!(true), &json!(["permit-review"])));
    assert_eq!(
        (&own["items"][0]["id"], &own["items"][0]["providers"]),
        (&json!(JUDGMENT), &json!(["court"]))
    );
    assert_eq!(own["basis"][0]["instrument"], "permit-law");
    let tax = get(public, "/v1/contracts?authority=tax", ANY);
    assert_eq!(tax["contracts"][0]["in_force"], json!(false));
    assert_eq!(get(public, "/v1/contracts?authority=finance", ANY)["contracts"], json!([]));
    for (asked, field) in [("authority=mars", "authority"), ("autority=tax", "autority")] {
        let answer = public.get(&format!("/v1/contracts?{asked}")).expect("an answer");
        assert_eq!((answer.status, &answer.body["field"]), (422, &json!(field)), "{answer:?}");
    }
}

/// What leaves in bulk leaves by the same contracts.
fn exported(rules: &Path, data: &Path, judgment: &str) {
    let (data, rules) = (data.display().to_string(), rules.display().to_string());
    for (officer, purpose, given) in [
        (APPROVAL, PERMIT, true),
        (APPROVAL, "curiosity law:34", false),
        (TAX, PERMIT, false),
        (COURT, ANY, true),
        (OFFICE, ANY, true),
    ] {
        let officer = format!("{officer}/SC-03");
        let (code, output, errors) = run(&[
            "export",
            "records",
            "--format",
            "csv",
            "--data",
            &data,
            "--config",
            &rules,
            "--personal",
            "--officer",
            &officer,
            "--purpose",
            purpose,
        ]);
        assert_eq!(code, 0, "{errors}");
        assert_eq!(output.contains(judgment), given, "{officer} {purpose}: {output}");
    }
}

/// Covers O19: an authority works on nothing it may not read: what a case of its own rests on needs no
/// contract until the case is over, and who only looks on is not told.
#[test]
fn a_case_of_ones_own_shows_what_it_rests_on() {
    let folder = tempfile::tempdir().expect("a folder");
    let running = Running::start(&folder.path().join("data"), Vec::new());
    let teller = Teller::new();
    let firm = code("91", 1);
    let client = |department: &str| running.client(Role::Department, department, "SC-03");
    let (market, court, ecology) = (client("market"), client("court"), client("ecology"));
    teller.post(&market, "/v1/subjects", &json!({"subjects": [{"code": firm, "name": "甲公司"}]}));
    let today: Day = FIRST.parse().expect("a day");
    let judgment = json!({"records": [record(&firm, JUDGMENT, true, 7, today)]});
    let judgment = teller.post(&court, "/v1/records", &judgment)["ids"][0].clone();
    let judgment = judgment.as_str().expect("a record").to_owned();
    let (reason, own) = (ANY, vec![judgment.clone()]);
    let none = Vec::<String>::new();
    assert_eq!(seen(&market, &firm, reason), none);
    assert_eq!(seen(&market, &firm, "case penalty-law:26"), own, "the county's own");
    let proposal = json!({
        "subject": firm, "behaviour": "B2.14",
        "basis": [{"instrument": "samr-order-44", "article": "第九条"}],
        "facts": [{"kind": "judgment", "about": firm, "number": "判1", "issuer": "法院",
            "date": FIRST, "sha256": market.document(&firm, "判1")}],
        "records": [judgment], "act": "虚假广告",
    });
    let listing = teller.post(&market, "/v1/listings", &proposal)["id"].clone();
    let listing = listing.as_str().expect("an id");
    assert_eq!(seen(&market, &firm, reason), own);
    assert!(told(&market, reason).contains(&judgment));
    assert_eq!(seen(&ecology, &firm, reason), none);
    assert!(!told(&ecology, reason).contains(&judgment));
    let dropped = json!({"reasons": "事实不足"});
    teller.post(&market, &format!("/v1/listings/{listing}/drop"), &dropped);
    assert_eq!(seen(&market, &firm, reason), none, "the case is over");

    // The department that carries a measure out, from its initiation to its last day.
    let procurement = client("procurement");
    let listing =
        listed_on(&own, "2026-12-01", &running, &teller, std::slice::from_ref(&firm)).remove(0);
    assert_eq!(seen(&procurement, &firm, reason), none);
    let measure = json!({
        "listing": listing, "measure": "M-A17", "department": "procurement",
        "basis": [{"instrument": "procurement-law", "article": "第七十七条"}],
        "reasons": "相当", "until": "2026-05-01",
    });
    teller.post(&market, "/v1/measures", &measure);
    assert_eq!(seen(&procurement, &firm, reason), own);
    assert_eq!(seen(&ecology, &firm, reason), none);
    running.on("2026-05-02");
    assert_eq!(seen(&procurement, &firm, reason), none, "its measure is over");
    assert_eq!(seen(&market, &firm, reason), own, "the listing is not");
}
