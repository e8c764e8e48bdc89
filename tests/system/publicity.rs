//! Double publicity from end to end: what comes in by HTTP or as a file, what the public sees, and
//! what nobody sees.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use shouxin_core::time::Day;
use shouxin_server::demo::sample::{citizen_number, code, digest, record};
use shouxin_tests::{Client, Server, config, county, key, run};

const MARKET: &str = "11350426XY0001023Q";
const REPRESENTATIVE: &str = "李四法定";
const REASON: &str = "涉及当事人家庭隐私";

/// A server with two enterprises, an individual business and a person on file.
struct County {
    folder: tempfile::TempDir,
    server: Server,
    officer: Client,
    public: Client,
    today: String,
    number: String,
}

impl County {
    fn new() -> County {
        let folder = tempfile::tempdir().expect("a folder");
        let data = folder.path().join("data");
        let server = Server::start(&config(folder.path(), ""), &data);
        let officer = key(&data, "provider", Some((MARKET, "SC-03")));
        let officer = Client::new(&server.base, Some(&officer));
        let public = Client::new(&server.base, None);
        let listed = public.get("/v1/publicity/permits").expect("the list").body;
        let today = listed["as_of"].as_str().expect("a day").to_owned();
        let number = citizen_number(10, today.parse().expect("a day"));
        let county = County { folder, server, officer, public, today, number };
        let subjects = json!({"subjects": [
            {"code": code("91", 1), "name": "尤溪县某某有限公司"},
            {"code": code("91", 2), "name": "尤溪县另一有限公司"},
            {"code": code("92", 3), "name": "尤溪县张三小吃店"},
        ]});
        county.post("/v1/subjects", "subjects", &subjects);
        let persons = json!({"persons": [
            {"name": "张三", "number": county.number, "capacity": "full"},
        ]});
        county.post("/v1/persons", "persons", &persons);
        let alias = json!({"kind": "organisation_code", "code": organisation_code(1)});
        let path = format!("/v1/subjects/{}/aliases", code("91", 1));
        county.post(&path, "the-alias", &alias);
        county
    }

    fn post(&self, path: &str, key: &str, body: &Value) -> Value {
        let key = format!("{key}-publicity");
        let answer = self.officer.post(path, &key, body).expect("an answer");
        assert!(answer.status < 300, "{path}: {answer:?}");
        answer.body
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    fn list(&self, kind: &str) -> Vec<Value> {
        let body = self.public.get(&format!("/v1/publicity/{kind}?limit=1000")).expect("it").body;
        body[kind].as_array().expect("a list").clone()
    }

    fn shown(&self, kind: &str, column: &str) -> Vec<String> {
        let own = |item: &Value| item["fields"][column].as_str().unwrap_or("-").to_owned();
        self.list(kind).iter().map(own).collect()
    }

    fn permit(&self, number: &str) -> Value {
        json!({
            "XK_XDR_MC": "尤溪县某某有限公司", "XK_XDR_LB": "法人及非法人组织",
            "XK_XDR_SHXYM": code("91", 1), "XK_FRDB": REPRESENTATIVE, "XK_FR_SFZH": self.number,
            "XK_XKWS": "准予行政许可决定书", "XK_WSH": number, "XK_XKLB": "普通",
            "XK_NR": "食品经营，含\"热食\"、冷食\n第二行", "XK_JDRQ": self.today,
            "XK_YXQZ": self.today.replace('-', "/"), "XK_YXQZI": "2099/12/31",
            "XK_XKJG": "尤溪县市场监督管理局", "XK_XKJGDM": MARKET, "XK_ZT": "0", "BZ": "",
        })
    }

    fn penalty(&self, number: &str) -> Value {
        json!({
            "CF_XDR_MC": "尤溪县某某有限公司", "CF_XDR_LB": "法人及非法人组织",
            "CF_XDR_SHXYM": code("91", 1), "CF_FRDB": REPRESENTATIVE, "CF_FR_SFZH": self.number,
            "CF_WSH": number, "CF_WFXW": "虚假宣传", "CF_SY": "夸大功效", "CF_YJ": "广告法第五十五条",
            "CF_CFLB": "罚款", "CF_NR": "罚款五万元", "CF_NR_FK": "5.000001",
            "CF_JDRQ": self.today, "CF_CFJG": "尤溪县市场监督管理局", "CF_CFJGDM": MARKET,
            "severity": "general", "document_sha256": digest(number), "notified_manner": "direct",
            "notified_on": self.today, "notified_proof_sha256": digest("proof"),
        })
    }
}

/// The old code of an invented enterprise: the inside of its unified one.
fn organisation_code(number: u32) -> String {
    let whole = code("91", number);
    format!("{}-{}", &whole[8..16], &whole[16..17])
}

fn with(mut item: Value, changes: &[(&str, Value)]) -> Value {
    for (name, value) in changes {
        item[*name] = value.clone();
    }
    item
}

fn reasons(body: &Value) -> Vec<(u64, String, String)> {
    let text = |own: &Value, name: &str| own[name].as_str().unwrap_or_default().to_owned();
    let rejects = body["rejects"].as_array().cloned().unwrap_or_default();
    rejects
        .iter()
        .map(|own| (own["index"].as_u64().unwrap_or(99), text(own, "field"), text(own, "reason")))
        .collect()
}

/// Every file below a folder that holds these bytes.
fn holding(folder: &Path, bytes: &[u8]) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).expect("a folder").flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(holding(&path, bytes));
        } else if let Ok(content) = std::fs::read(&path)
            && content.windows(bytes.len()).any(|window| window == bytes)
        {
            found.push(path);
        }
    }
    found
}

#[test]
fn each_decision_is_taken_or_rejected_by_its_field() {
    let county = County::new();
    let ok = |number: &str| county.permit(number);
    // However it is written, a number of a person is not for the public.
    let (place, rest) = county.number.split_at(6);
    let spaced = format!("{place} {} {}", &rest[..8], &rest[8..]);
    let table: Vec<(Value, &str, &str)> = vec![
        (with(ok("1"), &[("XK_NOM", json!("x"))]), "-", "UNKNOWN_FIELD"),
        (with(ok("2"), &[("XK_NR", json!("  "))]), "XK_NR", "MISSING"),
        (with(ok("3"), &[("XK_NR", json!("许".repeat(4001)))]), "XK_NR", "LENGTH"),
        (with(ok("4"), &[("XK_NR", json!(5.5))]), "XK_NR", "VALUE"),
        (with(ok("5"), &[("XK_JDRQ", json!("2026/02/30"))]), "XK_JDRQ", "DATE"),
        (with(ok("6"), &[("XK_YXQZI", json!("长期"))]), "XK_YXQZI", "DATE"),
        (
            with(ok("6a"), &[("XK_YXQZ", json!("2026-03-02")), ("XK_YXQZI", json!("2026-03-01"))]),
            "XK_YXQZI",
            "DATE",
        ),
        (
            with(ok("6b"), &[("XK_XDR_MC", json!("尤溪县另一有限公司"))]),
            "XK_XDR_MC",
            "NAME_DISAGREES",
        ),
        (with(ok("7"), &[("XK_XDR_LB", json!("企业"))]), "XK_XDR_LB", "VALUE"),
        (with(ok("8"), &[("XK_XDR_LB", json!("个体工商户"))]), "XK_XDR_LB", "SUBJECT_KIND"),
        (with(ok("9"), &[("XK_XDR_SHXYM", json!("91x"))]), "XK_XDR_SHXYM", "CODE"),
        (with(ok("10"), &[("XK_XDR_SHXYM", json!(code("91", 77)))]), "subject", "UNKNOWN_SUBJECT"),
        (
            with(
                ok("11"),
                &[
                    ("XK_XDR_SHXYM", json!(code("91", 2))),
                    ("XK_XDR_ZZJG", json!(organisation_code(1))),
                ],
            ),
            "XK_XDR_SHXYM",
            "CODES_DISAGREE",
        ),
        (with(ok("12"), &[("XK_XDR_SHXYM", Value::Null)]), "XK_XDR_SHXYM", "UNKNOWN_SUBJECT"),
        (
            with(ok("13"), &[("XK_XKJGDM", json!("11350426XY0001031K"))]),
            "XK_XKJGDM",
            "PROVIDER_NOT_NAMED",
        ),
        (with(ok("14"), &[("XK_ZT", json!("9"))]), "XK_ZT", "VALUE"),
        (
            with(ok("15"), &[("BZ", json!(format!("经办人 {} 张三", county.number)))]),
            "BZ",
            "PERSONAL_NUMBER",
        ),
        (with(ok("20"), &[("XK_NR", json!(format!("{spaced} 号")))]), "XK_NR", "PERSONAL_NUMBER"),
        (with(ok("21"), &[("BZ", json!(code("92", 4)))]), "BZ", "PERSONAL_NUMBER"),
        (with(ok("16"), &[("withheld", json!(true))]), "withheld_reason", "WITHHELD_REASON"),
        (with(ok("17"), &[("XK_XDR_ZJHM", json!(county.number))]), "XK_XDR_ZJHM", "VALUE"),
        (with(ok("18"), &[("XK_WSH", json!("许".repeat(100)))]), "XK_WSH", "LENGTH"),
    ];
    let mut permits: Vec<Value> = table.iter().map(|own| own.0.clone()).collect();
    permits.push(ok("good"));
    // An old code alone finds the file, with or without its hyphen.
    let old = organisation_code(1).replace('-', "");
    permits.push(with(ok("old"), &[("XK_XDR_SHXYM", json!("")), ("XK_XDR_ZZJG", json!(old))]));
    let body = county.post("/v1/permits", "table", &json!({"permits": permits}));
    let expected: Vec<(u64, String, String)> =
        (0..).zip(&table).map(|(index, own)| (index, own.1.to_owned(), own.2.to_owned())).collect();
    assert_eq!(reasons(&body), expected);
    assert_eq!(body["ids"].as_array().map(Vec::len), Some(2));
    assert_eq!(county.shown("permits", "XK_WSH"), ["good", "old"]);
    let again = county.post("/v1/permits", "again", &json!({"permits": [ok("good")]}));
    assert_eq!(reasons(&again)[0].2, "DUPLICATE");

    let penalty = |number: &str| county.penalty(number);
    let table: Vec<(Value, &str, &str)> = vec![
        (with(penalty("1"), &[("CF_NR_FK", json!("5.0000001"))]), "CF_NR_FK", "AMOUNT"),
        (with(penalty("2"), &[("CF_NR_FK", json!("-5"))]), "CF_NR_FK", "AMOUNT"),
        (with(penalty("3"), &[("severity", json!("bad"))]), "severity", "VALUE"),
        (with(penalty("4"), &[("document_sha256", json!(""))]), "document_sha256", "G-FACT"),
        (with(penalty("5"), &[("notified_on", json!(""))]), "notified_on", "MISSING"),
        (
            with(
                penalty("6"),
                &[
                    ("notified_manner", json!("")),
                    ("notified_on", json!("")),
                    ("notified_proof_sha256", json!("")),
                ],
            ),
            "notified",
            "G-NOTICE",
        ),
    ];
    let penalties: Vec<Value> = table.iter().map(|own| own.0.clone()).collect();
    let body = county.post("/v1/penalties", "penalties", &json!({"penalties": penalties}));
    let expected: Vec<(u64, String, String)> =
        (0..).zip(&table).map(|(index, own)| (index, own.1.to_owned(), own.2.to_owned())).collect();
    assert_eq!(reasons(&body), expected);
    assert_eq!(county.list("penalties"), Vec::<Value>::new());
}

/// Covers O25.
#[test]
fn the_public_sees_what_may_be_shown_and_no_more() {
    let county = County::new();
    let penalty = |number: &str| county.penalty(number);
    let person = [
        ("CF_XDR_MC", json!("张三")),
        ("CF_XDR_LB", json!("自然人")),
        ("CF_XDR_SHXYM", json!("")),
        ("CF_XDR_ZJLX", json!("居民身份证")),
        ("CF_XDR_ZJHM", json!(county.number)),
    ];
    let business = [
        ("CF_XDR_MC", json!("尤溪县张三小吃店")),
        ("CF_XDR_LB", json!("个体工商户")),
        ("CF_XDR_SHXYM", json!(code("92", 3))),
    ];
    let withheld = [("withheld", json!("是")), ("withheld_reason", json!(REASON))];
    let items = json!({"penalties": [
        penalty("一般"),
        with(penalty("轻微"), &[("severity", json!("轻微"))]),
        with(penalty("隐私"), &withheld),
        with(penalty("个人"), &person),
        with(penalty("个体"), &business),
        penalty("撤销"),
        penalty("异议"),
        with(penalty("冒名"), &[&person[..], &[("CF_XDR_MC", json!("李四"))]].concat()),
    ]});
    let body = county.post("/v1/penalties", "all-kinds", &items);
    // A number with another name is denied, never completed.
    assert_eq!(reasons(&body), [(7, "CF_XDR_ZJHM".to_owned(), "UNKNOWN_SUBJECT".to_owned())]);
    let ids: Vec<&str> =
        body["ids"].as_array().expect("ids").iter().filter_map(Value::as_str).collect();
    assert_eq!(county.shown("penalties", "CF_WSH"), ["一般", "撤销", "异议"]);

    let first = &county.list("penalties")[0];
    assert_eq!(first["amounts_fen"], json!({"CF_NR_FK": 5_000_001}));
    assert_eq!(first["fields"]["CF_NR_FK"], "5.000001");
    assert_eq!(first["disputed"], false);
    county.post(&format!("/v1/records/{}/annul", ids[5]), "annulled", &json!({"reasons": "有误"}));
    let (data, config) = (county.data(), shouxin_tests::county());
    let (_, subject, errors) = run(&[
        "key",
        "create",
        "--role",
        "subject",
        "--acts-for",
        &code("91", 1),
        "--expires-on",
        "2199-12-31",
        "--data",
        &data.display().to_string(),
        "--config",
        &config.display().to_string(),
    ]);
    let subject = Client::new(&county.server.base, Some(subject.trim()));
    let objection = json!({
        "target": ids[6], "trigger": "subject", "grounds": ["error"], "statement": "罚款已缴",
    });
    let filed = subject.post("/v1/objections", "objection-1", &objection).expect("an answer");
    assert_eq!(filed.status, 201, "{filed:?}{errors}");
    assert_eq!(county.shown("penalties", "CF_WSH"), ["一般", "异议"]);
    let marked = &county.list("penalties")[1];
    assert_eq!((&marked["disputed"], &marked["fields"]["disputed"]), (&json!(true), &json!("是")));

    // Pages go on behind an empty one.
    let page = county.public.get("/v1/publicity/penalties?limit=1").expect("a page").body;
    let next = page["next"].as_str().expect("more");
    let second = county.public.get(&format!("/v1/publicity/penalties?limit=1&after={next}"));
    assert_eq!(second.expect("a page").body["penalties"][0]["fields"]["CF_WSH"], "异议");
    for bad in ["/v1/publicity/records", "/v1/publicity/permits?format=xml"] {
        let status = county.public.get(bad).expect("an answer").status;
        assert!(status == 404 || status == 422, "{bad}: {status}");
    }

    // What is a person's stands nowhere in clear: not in the answers, not on the disk.
    let csv = county.public.get("/v1/publicity/penalties?format=csv&limit=1000").expect("it");
    assert_eq!(csv.kind, "text/csv; charset=utf-8");
    let file = county.public.get(&format!("/v1/subjects/{}", code("91", 1))).expect("the file");
    let auditor = Client::new(&county.server.base, Some(&key(&data, "auditor", None)));
    let whole = auditor.get(&format!("/v1/subjects/{}", code("91", 1))).expect("the file");
    for text in [&csv.body, &file.body, &whole.body].map(Value::to_string) {
        for secret in [county.number.as_str(), REPRESENTATIVE, REASON, "张三"] {
            assert!(!text.contains(secret), "{secret} in {text}");
        }
    }
    let history = auditor.get(&format!("/v1/subjects/{}/history", code("91", 1))).expect("it");
    assert!(history.body.to_string().contains("publicity.filed"));
    let County { server, folder, number, .. } = county;
    assert_eq!(server.terminate(), Some(0));
    for secret in [number.as_str(), REPRESENTATIVE, REASON] {
        assert_eq!(holding(folder.path(), secret.as_bytes()), Vec::<PathBuf>::new(), "{secret}");
    }
    let data = data.display().to_string();
    let (code, output, errors) = run(&["verify", "--data", &data]);
    assert_eq!(code, 0, "{output}{errors}");
}

/// Covers O07, O25.
#[test]
fn a_decision_bears_the_name_of_whose_code_it_has_or_had() {
    let county = County::new();
    let subject = code("91", 1);
    let file = |name: &str, number: u32| {
        let permit =
            with(county.permit(&format!("许〔2026〕{number}号")), &[("XK_XDR_MC", json!(name))]);
        let body = county.post(
            "/v1/permits",
            &format!("of-{number}-{}", name.len()),
            &json!({"permits": [permit]}),
        );
        reasons(&body)
    };
    let (old, new) = ("尤溪县某某有限公司", "尤溪县某某集团有限公司");
    let refused = [(0, "XK_XDR_MC".to_owned(), "NAME_DISAGREES".to_owned())];
    assert_eq!(file(new, 1), refused);
    let change = json!({
        "name": new, "document_number": "（尤）登字〔2026〕第1号",
        "document_sha256": county.officer.document(&subject, "变更登记通知书"),
    });
    county.post(&format!("/v1/subjects/{subject}/name"), "renamed", &change);
    assert_eq!(file(new, 1), []);
    // What was decided before the change bears the name of that time.
    assert_eq!(file(&format!(" {old}"), 2), []);
    let found = |name: &str| {
        let mut path = "/v1/search?q=".to_owned();
        path.extend(name.bytes().map(|byte| format!("%{byte:02X}")));
        let body = county.public.get(&path).expect("an answer").body;
        body["organisations"].as_array().map(Vec::len)
    };
    assert_eq!((found(new), found(old)), (Some(1), Some(1)), "it is found by either");
}

/// Covers O68.
#[test]
fn what_is_under_reconsideration_is_marked_wherever_it_is_shown() {
    let county = County::new();
    let subject = code("91", 1);
    let day: Day = county.today.parse().expect("a day");
    let records = json!({"records": [record(&subject, "FJ-FR-0302", true, 1, day)]});
    let made = county.post("/v1/records", "adverse", &records)["id"].clone();
    let paper = |text: &str| county.officer.document(&subject, text);
    let filed = json!({
        "target": made, "kind": "reconsideration", "body": "尤溪县人民政府", "number": "〔2026〕1号",
        "filed_on": county.today, "document_sha256": paper("行政复议申请书"),
    });
    let remedy = county.post("/v1/remedies", "remedy", &filed)["id"].clone();
    let listed = || {
        let body = county.public.get("/v1/publicity/penalties").expect("the list").body;
        body["penalties"][0].clone()
    };
    let marked = |stayed: bool| {
        let own = listed();
        assert_eq!(own["status"], "复议中 / under reconsideration", "{own}");
        // Nobody objected, and nobody is said to have.
        assert_eq!((&own["disputed"], &own["fields"]["disputed"]), (&json!(false), &json!("否")));
        assert_eq!(own["remedies"][0]["stayed"], stayed);
        let file = county.public.get(&format!("/v1/subjects/{subject}")).expect("the file").body;
        assert_eq!(file["records"][0]["status"], "under_reconsideration", "{file}");
        assert_eq!(file["records"][0]["remedies"][0]["id"], remedy);
    };
    marked(false);
    let order = json!({"document": {
        "kind": "administrative_decision", "about": subject, "number": "停〔2026〕1号",
        "issuer": "尤溪县人民政府", "date": county.today, "sha256": paper("停止执行决定书"),
    }});
    county.post(
        &format!("/v1/remedies/{}/stay", remedy.as_str().expect("an id")),
        "stayed",
        &order,
    );
    marked(true);
    let objection = json!({
        "target": made, "trigger": "complaint", "grounds": ["error"], "statement": "有误",
    });
    county.post("/v1/objections", "objection", &objection);
    assert_eq!(listed()["status"], "异议核实中 / under objection");
}

fn shouxin(data: &Path, arguments: &[&str]) -> (i32, String, String) {
    let (data, county) = (data.display().to_string(), county().display().to_string());
    let mut whole = arguments.to_vec();
    whole.extend(["--data", &data, "--config", &county]);
    run(&whole)
}

fn list_of(data: &Path, folder: &Path) -> (Vec<Value>, String) {
    let server = Server::start(&config(folder, ""), data);
    let public = Client::new(&server.base, None);
    let json = public.get("/v1/publicity/permits?limit=1000").expect("the list").body;
    let csv = public.get("/v1/publicity/permits?limit=1000&format=csv").expect("the list").body;
    let mut items = json["permits"].as_array().expect("a list").clone();
    for item in &mut items {
        // Where it stands in the log is the folder's own.
        item["id"] = Value::Null;
    }
    assert_eq!(server.terminate(), Some(0));
    (items, csv["text"].as_str().unwrap_or_default().to_owned())
}

#[test]
fn an_export_imported_elsewhere_gives_the_same_public_list() {
    let county = County::new();
    let old = [("XK_XDR_ZZJG", json!(organisation_code(1)))];
    let items = json!({"permits": [
        county.permit("许〔2026〕1号"),
        with(county.permit("许〔2026〕2号"), &[&old[..], &[("XK_NR", json!("=1+1，\"引号\""))]].concat()),
        with(county.permit("许〔2026〕3号"), &[
            ("withheld", json!(true)), ("withheld_reason", json!(REASON)),
        ]),
    ]});
    county.post("/v1/permits", "permits", &items);
    let officer = format!("{MARKET}/SC-03");
    let file = |name: &str| county.folder.path().join(name).display().to_string();
    let (subjects, permits) = (file("subjects.ndjson"), file("permits.csv"));
    // Beside the running server, through its socket.
    let data = county.data();
    let (code_, _, errors) = shouxin(&data, &["export", "subjects", "--out", &subjects]);
    assert_eq!(code_, 0, "{errors}");
    let (code_, _, errors) = shouxin(&data, &["export", "permits", "--bom", "--out", &permits]);
    assert_eq!(code_, 0, "{errors}");
    assert!(errors.contains("2 条"), "{errors}");
    let number = county.number.clone();
    let County { folder, server, .. } = county;
    assert_eq!(server.terminate(), Some(0));

    let fresh = folder.path().join("fresh");
    // An individual business has its owner's name and code: without --personal neither is exported.
    let exported = std::fs::read_to_string(&subjects).expect("the file");
    assert!(!exported.contains(&code("92", 3)), "{exported}");
    let (code_, output, _) =
        shouxin(&fresh, &["import", "subjects", &subjects, "--officer", &officer, "--json"]);
    assert_eq!((code_, output.contains("\"accepted\":2")), (0, true), "{output}");
    let (code_, output, errors) =
        shouxin(&fresh, &["import", "permits", &permits, "--officer", &officer, "--json"]);
    assert_eq!(code_, 0, "{output}{errors}");
    let first = list_of(&data, folder.path());
    assert_eq!(first.0.len(), 2);
    assert_eq!(list_of(&fresh, folder.path()), first);
    let (code_, again, _) =
        shouxin(&fresh, &["import", "permits", &permits, "--officer", &officer, "--json"]);
    assert_eq!((code_, again.contains("\"accepted\":2")), (0, true), "{again}");

    // Without a server, through the lock; with names, an officer and a purpose are asked for.
    let asked = ["export", "permits", "--format", "csv", "--personal"];
    assert_eq!(shouxin(&data, &asked).0, 2, "no officer and no purpose");
    let unknown = [&asked[..], &["--officer", "11350426XY0001023Q/XX-9", "--purpose", "核对 35"]];
    assert_eq!(shouxin(&data, &unknown.concat()).0, 3, "nobody on file");
    let empty = [&asked[..], &["--officer", &officer, "--purpose", " "]];
    assert_eq!(shouxin(&data, &empty.concat()).0, 3, "no purpose");
    let purpose = "档案核对 第35条";
    let personal = [&asked[..], &["--officer", &officer, "--purpose", purpose]].concat();
    let (code_, output, errors) = shouxin(&data, &personal);
    assert_eq!(code_, 0, "{errors}");
    assert!(output.contains(REPRESENTATIVE) && output.contains(REASON), "{output}");
    assert!(!output.contains(&number), "a number is never given out");
    let (_, plain, _) = shouxin(&data, &["export", "permits", "--format", "csv"]);
    assert!(!plain.contains(REPRESENTATIVE) && !plain.contains(REASON), "{plain}");
    let recorded = holding(&data.join("access"), purpose.as_bytes());
    assert_eq!(recorded.len(), 1, "who took it and why is in the access log");
    for what in ["records", "penalties", "lists", "subjects"] {
        let (code_, output, errors) = shouxin(&data, &["export", what, "--format", "csv"]);
        assert_eq!(code_, 0, "{what}: {errors}");
        assert!(output.lines().next().is_some_and(|own| own.contains(',')), "{what}: {output}");
        assert!(!output.contains("张三"), "{what}: {output}");
    }
}

#[test]
fn a_table_is_read_by_its_header_and_what_is_wrong_is_told_by_line() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    let officer = format!("{MARKET}/SC-03");
    let load = |kind: &str, name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).expect("the file");
        let path = path.display().to_string();
        let (code, output, errors) =
            shouxin(&data, &["import", kind, &path, "--officer", &officer, "--json"]);
        let rejects = std::fs::read_to_string(format!("{path}.rejects.ndjson"));
        let lines: Vec<(u64, String)> = rejects
            .unwrap_or_default()
            .lines()
            .map(|line| serde_json::from_str::<Value>(line).expect("JSON"))
            .map(|own| {
                let reason = own["reason"].as_str().unwrap_or_default().to_owned();
                (own["line"].as_u64().unwrap_or(0), reason)
            })
            .collect();
        (code, format!("{output}{errors}"), lines)
    };
    let subjects =
        format!("\u{feff}name,code\n甲公司,{}\n\n乙公司,{}\n", code("91", 1), code("91", 2));
    assert_eq!(load("subjects", "subjects.csv", subjects.as_bytes()).0, 0);

    let (code_, text, _) = load("permits", "unknown.csv", b"XK_WSH,XK_FOO\n1,2\n");
    assert!(code_ == 2 && text.contains("XK_FOO"), "{text}");
    let (code_, text, _) = load("permits", "twice.csv", b"XK_WSH,XK_WSH\n1,2\n");
    assert!(code_ == 2 && text.contains("XK_WSH"), "{text}");
    let (code_, text, _) = load("permits", "empty.csv", b"");
    assert_eq!(code_, 2, "{text}");
    let (code_, text, _) = load("permits", "gbk.csv", b"\xd0\xed\xbf\xc9\n1\n");
    assert!(code_ == 2 && text.contains("NOT_UTF8"), "{text}");

    let mut table = b"\xef\xbb\xbfXK_WSH,XK_JDRQ,XK_XDR_SHXYM,XK_XDR_MC,XK_XDR_LB,XK_XKWS,XK_NR,XK_XKJG,XK_XKJGDM\r\n".to_vec();
    let row = |number: &str, day: &str, text: &str| {
        let code = code("91", 1);
        let kind = "法人及非法人组织";
        format!("{number},{day},{code},甲公司,{kind},决定书,{text},市场局,{MARKET}\r\n")
    };
    table.extend(row("许1", "2026/11/2", "\"两行\n内容，含逗号,和\"\"引号\"\"\"").bytes());
    table.extend(b"\r\n");
    table.extend(row("许2", "2026-02-30", "内容").bytes());
    table.extend(b"1,2\r\n");
    let good = row("许3", "2026-11-02", "GBK");
    let (before, after) = good.split_once("GBK").expect("the mark");
    table.extend(before.bytes());
    table.extend(b"\xd3\xc8\xcf\xaa");
    table.extend(after.bytes());
    table.extend(row("许4", "2026-11-02", "内容").bytes());
    let (code_, text, rejects) = load("permits", "permits.csv", &table);
    assert_eq!(code_, 1, "{text}");
    assert!(text.contains("\"accepted\":2"), "{text}");
    let expected = [(5, "DATE"), (6, "COLUMNS"), (7, "NOT_UTF8")];
    assert_eq!(rejects, expected.map(|(line, reason)| (line, reason.to_owned())));
}

/// Covers O25.
#[test]
fn a_plain_record_or_correction_brings_no_number_of_a_person_before_the_public() {
    let county = County::new();
    let ask = |path: &str, key: &str, body: &Value| {
        county.officer.post(path, &format!("{key}-plain-records"), body).expect("an answer")
    };
    let record = |number: &str, content: Value| {
        json!({"records": [{
            "subject": code("91", 1), "item": "FJ-FR-0101", "document_number": number,
            "document_date": county.today, "content": content,
        }]})
    };
    let named = json!({"note": {"of": [format!("法定代表人证件 {}", county.number)]}});
    let kept_apart = json!({"XK_FRDB": REPRESENTATIVE});
    for (key, content, field) in
        [("number", &named, "content.note"), ("column", &kept_apart, "content.XK_FRDB")]
    {
        let answer = ask("/v1/records", key, &record(key, content.clone()));
        assert_eq!((answer.status, &answer.body["field"]), (422, &json!(field)), "{answer:?}");
    }
    let taken = ask("/v1/records", "taken", &record("许-1", json!({"note": "准予许可"})));
    assert_eq!(taken.status, 201, "{taken:?}");
    let id = taken.body["ids"][0].as_str().expect("an id").to_owned();
    let correct = |content: &Value| {
        json!({
            "document_number": "许-1", "document_date": county.today, "content": content,
            "reasons": "更正",
        })
    };
    let path = format!("/v1/records/{id}/correct");
    let answer = ask(&path, "named", &correct(&named));
    assert_eq!((answer.status, &answer.body["field"]), (422, &json!("content.note")), "{answer:?}");
    assert_eq!(ask(&path, "clean", &correct(&json!({"note": "更正"}))).status, 201);
}
