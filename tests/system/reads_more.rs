//! The reads that others build on: who looked, the lists, the credit report, the search, the feed.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use shouxin_core::actor::Role;
use shouxin_server::demo::sample::{citizen_number, code};
use shouxin_tests::running::{FIRST, Running};
use shouxin_tests::{Answer, Client, Server, config, county, key, run};

use crate::plugins::{Teller, listed};

const MARKET: &str = "11350426XY0001023Q";
const NAME: &str = "尤溪县某某有限公司";

/// A server with two organisations, an individual business and a person on file.
struct County {
    folder: tempfile::TempDir,
    server: Option<Server>,
    market: Client,
    auditor: Client,
    public: Client,
    person: String,
    keys: [String; 2],
}

impl County {
    fn new() -> County {
        let folder = tempfile::tempdir().expect("a folder");
        let data = folder.path().join("data");
        let server = Server::start(&config(folder.path(), ""), &data);
        let keys = [key(&data, "provider", Some((MARKET, "SC-03"))), key(&data, "auditor", None)];
        let market = Client::new(&server.base, Some(&keys[0]));
        let auditor = Client::new(&server.base, Some(&keys[1]));
        let public = Client::new(&server.base, None);
        let subjects = json!({"subjects": [
            {"code": code("91", 1), "name": NAME},
            {"code": code("91", 2), "name": "尤溪县另一有限公司"},
            {"code": code("92", 3), "name": "尤溪县张三小吃店"},
        ]});
        assert_eq!(post(&market, "/v1/subjects", "subjects", &subjects).status, 201);
        let today = get(&public, "/v1/publicity/permits").body["as_of"].clone();
        let today = today.as_str().and_then(|day| day.parse().ok()).expect("a day");
        let number = citizen_number(10, today);
        let persons = json!({"persons": [{"name": "张三", "number": number, "capacity": "full"}]});
        assert_eq!(post(&market, "/v1/persons", "persons", &persons).status, 201);
        let found = market
            .send(
                "/v1/persons/lookup",
                &[("Purpose", "test case"), ("Content-Type", "application/json")],
                json!({"name": "张三", "number": number}).to_string().as_bytes(),
            )
            .expect("an answer");
        let person = found.body["key"].as_str().expect("the person's key").to_owned();
        County { folder, server: Some(server), market, auditor, public, person, keys }
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    fn client(&self, key: &str) -> Client {
        Client::new(&self.server.as_ref().expect("a server").base, Some(key))
    }

    fn subject(&self, subject: &str) -> Client {
        self.client(&subject_key(&self.data(), subject))
    }

    /// Stops the server, changes something, and starts it again.
    fn restart(&mut self, change: impl FnOnce(&Path)) {
        let server = self.server.take().expect("a server");
        assert_eq!(server.terminate(), Some(0));
        change(&self.data());
        let server = Server::start(&self.folder.path().join("config/server.toml"), &self.data());
        self.market = Client::new(&server.base, Some(&self.keys[0]));
        self.auditor = Client::new(&server.base, Some(&self.keys[1]));
        self.public = Client::new(&server.base, None);
        self.server = Some(server);
    }
}

fn subject_key(data: &Path, subject: &str) -> String {
    let (data, config) = (data.display().to_string(), county().display().to_string());
    let mut arguments = vec!["key", "create", "--data", &data, "--config", &config];
    arguments.extend(["--role", "subject", "--expires-on", "2199-12-31", "--acts-for", subject]);
    let (code, output, errors) = run(&arguments);
    assert_eq!(code, 0, "{errors}");
    output.trim().to_owned()
}

fn post(client: &Client, path: &str, key: &str, body: &Value) -> Answer {
    client.post(path, &format!("reads-more-{key}"), body).expect("an answer")
}

fn get(client: &Client, path: &str) -> Answer {
    client.get(path).expect("an answer")
}

fn rows<'a>(body: &'a Value, name: &str) -> &'a [Value] {
    body[name].as_array().map(Vec::as_slice).expect("a list")
}

#[test]
fn a_subject_sees_who_looked_at_its_file_and_nothing_of_other_files() {
    let mut county = County::new();
    let (own, other) = (code("91", 1), code("91", 2));
    let path = format!("/v1/subjects/{own}/access");
    for _ in 0..3 {
        assert_eq!(get(&county.market, &format!("/v1/subjects/{own}")).status, 200);
    }
    assert_eq!(get(&county.public, &format!("/v1/subjects/{own}")).status, 200);
    let both = json!({"keys": [other, own, county.person]});
    let headers = [("Purpose", "permit-review law:35"), ("Content-Type", "application/json")];
    let checked = county.market.send("/v1/check", &headers, both.to_string().as_bytes());
    assert_eq!(checked.expect("an answer").status, 200);

    let client = county.subject(&own);
    let found = get(&client, &path);
    assert_eq!(found.status, 200, "{found:?}");
    let looks = rows(&found.body, "looks");
    assert_eq!(looks.len(), 4, "newest first, the public leaves none: {looks:?}");
    assert_eq!(looks[0]["read"], "/v1/check");
    assert_eq!(
        (&looks[0]["purpose"], &looks[0]["basis"]),
        (&json!("permit-review"), &json!("law:35"))
    );
    assert_eq!((&looks[1]["authority"], &looks[1]["officer"]), (&json!(MARKET), &json!("SC-03")));
    assert_eq!(looks[1]["read"], "/v1/subjects/{key}");
    assert!(looks[1]["authority_name"].as_str().is_some_and(|name| name.contains("市场")));
    let text = found.body.to_string();
    assert!(!text.contains(&other) && !text.contains(&county.person), "{text}");
    assert!(looks.iter().all(|look| look["api_key"].is_null()), "{text}");

    // Pages go on where the one before ended, also over a restart that lost the index.
    let first = get(&client, &format!("{path}?limit=3")).body;
    let next = first["next"].as_str().expect("a cursor").to_owned();
    let last = get(&client, &format!("{path}?limit=3&after={next}")).body;
    assert_eq!((rows(&last, "looks").len(), &last["next"]), (1, &Value::Null));
    assert_eq!([rows(&first, "looks"), rows(&last, "looks")].concat(), looks);
    let before = looks.to_vec();
    county.restart(|data| {
        std::fs::remove_dir_all(data.join("access/index")).expect("removing the index");
    });
    let client = county.subject(&own);
    assert_eq!(rows(&get(&client, &path).body, "looks"), before);
    county.restart(|_| {});
    let client = county.subject(&own);
    assert_eq!(rows(&get(&client, &path).body, "looks"), before, "nothing twice");

    // The person was looked up in the same batch.
    let person = county.subject(&county.person);
    let found = get(&person, &format!("/v1/subjects/{}/access", county.person)).body;
    assert!(rows(&found, "looks").iter().any(|look| look["read"] == "/v1/check"), "{found}");

    // Nobody else; the auditor's own look stands first.
    assert_eq!(get(&county.public, &path).status, 401);
    assert_eq!(get(&county.market, &path).status, 404);
    assert_eq!(get(&county.subject(&other), &path).status, 404);
    let audited = get(&county.auditor, &path).body;
    assert_eq!(rows(&audited, "looks")[0]["read"], "/v1/subjects/{key}/access");
    assert!(rows(&audited, "looks")[1]["api_key"].is_string(), "{audited}");
    let wrong = get(&client, &format!("{path}?after=x"));
    assert_eq!((wrong.status, &wrong.body["field"]), (422, &json!("after")));
}

/// Three listed organisations, and what they are listed under.
struct Listed {
    running: Running,
    teller: Teller,
    market: Client,
    public: Client,
    listings: Vec<String>,
    _folder: tempfile::TempDir,
}

impl Listed {
    fn new() -> Listed {
        let folder = tempfile::tempdir().expect("a folder");
        let running = Running::start(&folder.path().join("data"), Vec::new());
        let teller = Teller::new();
        let subjects: Vec<String> = (1..=3).map(|number| code("91", number)).collect();
        let listings = listed(&running, &teller, &subjects);
        let market = running.client(Role::Provider, "market", "SC-03");
        let public = Client::new(&running.base, None);
        Listed { running, teller, market, public, listings, _folder: folder }
    }

    /// An objection suspends the first listing and hides it.
    fn dispute(&self) {
        let body = json!({
            "target": self.listings[0], "trigger": "ex_officio", "grounds": ["error"],
            "statement": "事实有误",
        });
        self.teller.post(&self.market, "/v1/objections", &body);
    }

    fn black(&self, asked: &str) -> Value {
        let answer = get(&self.public, &format!("/v1/lists/black{asked}"));
        assert_eq!(answer.status, 200, "{asked}: {answer:?}");
        answer.body
    }

    fn count(&self, asked: &str) -> usize {
        rows(&self.black(asked), "listings").len()
    }
}

/// The body of an answer as it came, and its type, for an `Accept` of the reader's own.
fn accepting(base: &str, path: &str, accept: &str) -> (String, String) {
    let mut found =
        ureq::get(format!("{base}{path}")).header("Accept", accept).call().expect("an answer");
    let kind = found.headers()["content-type"].to_str().expect("a type").to_owned();
    (kind, found.body_mut().read_to_string().expect("a body"))
}

#[test]
fn a_list_is_filtered_paged_followed_and_the_same_in_every_form() {
    let county = Listed::new();
    assert_eq!(county.count(""), 3);
    for (asked, expected) in [
        ("department=market", 3),
        ("department=procurement", 0),
        ("authority=11350426XY0001023Q", 3),
        ("behaviour=B2.14", 3),
        ("behaviour=B2.12", 0),
        ("area=2&behaviour=B2.14", 3),
        ("area=3", 0),
        ("until=2026-03-01", 0),
        ("from=2026-03-02&until=2026-03-10", 3),
        ("from=2026-03-11", 0),
    ] {
        assert_eq!(county.count(&format!("?{asked}")), expected, "{asked}");
    }
    for (asked, field) in [
        ("behavior=B2.14", "behavior"),
        ("behaviour=B9.99", "behaviour"),
        ("area=5", "area"),
        ("department=nobody", "department"),
        ("from=2026-02-30", "from"),
        ("format=xml", "format"),
        ("department=market&authority=x", "authority"),
    ] {
        let wrong = get(&county.public, &format!("/v1/lists/black?{asked}"));
        assert_eq!((wrong.status, &wrong.body["field"]), (422, &json!(field)), "{asked}");
    }
    assert_eq!(get(&county.public, "/v1/lists/red?area=2").status, 422);
    assert_eq!(get(&county.public, "/v1/lists/grey").status, 404);

    let first = county.black("?limit=2");
    let next = first["next"].as_str().expect("a cursor");
    let last = county.black(&format!("?limit=2&after={next}"));
    assert_eq!(last["next"], Value::Null);
    let whole = county.black("");
    let items = rows(&whole, "listings");
    assert_eq!([rows(&first, "listings"), rows(&last, "listings")].concat(), items);

    // The same in every form.
    let base = county.running.base.clone();
    let (kind, lines) = accepting(&base, "/v1/lists/black", "application/x-ndjson");
    assert!(kind.starts_with("application/x-ndjson"), "{kind}");
    let lines: Vec<Value> =
        lines.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert_eq!(lines, items);
    let (kind, table) = accepting(&base, "/v1/lists/black", "text/csv");
    assert!(kind.starts_with("text/csv"), "{kind}");
    let table: Vec<&str> = table.lines().collect();
    assert_eq!(table.len(), 4, "{table:?}");
    assert!(table[0].starts_with("id,colour,subject,name,authority"), "{table:?}");
    let name = items[0]["name"].as_str().expect("a name");
    assert!(table[1].starts_with(&format!("{},black,{}", county.listings[0], code("91", 1))));
    assert!(table[1].contains(name) && table[1].contains("samr-order-44"), "{table:?}");

    // What changed: a disputed listing leaves its id, and nothing else.
    let position = whole["through"].as_str().expect("a position").to_owned();
    assert_eq!(county.count(&format!("?changed_since={position}")), 0);
    county.dispute();
    assert_eq!(county.count(""), 2);
    let changed = county.black(&format!("?changed_since={position}"));
    let gone = rows(&changed, "listings");
    assert_eq!(gone.len(), 1, "{changed}");
    let fields: Vec<&String> = gone[0].as_object().expect("an object").keys().collect();
    assert_eq!(fields, ["changed_at", "id", "withdrawn_on"]);
    assert_eq!(
        (&gone[0]["id"], &gone[0]["withdrawn_on"]),
        (&json!(county.listings[0]), &json!("2026-03-10"))
    );
    assert_eq!(county.count("?changed_since=2026-03-10"), 3, "two shown, one withdrawn");
    assert_eq!(county.count("?changed_since=2026-03-11"), 0);
    assert_eq!(get(&county.public, "/v1/lists/black?changed_since=x").status, 422);
    let mut after = format!("?changed_since={}", "0.0");
    let mut told = 0;
    loop {
        let page = county.black(&format!("{after}&limit=1"));
        told += rows(&page, "listings").len();
        match page["next"].as_str() {
            Some(next) => after = format!("?changed_since={next}"),
            None => break,
        }
    }
    assert_eq!(told, 4, "every change by pages of one");
}

/// Everything that the public is told of a black listing, but for the name and the like beside it.
const PUBLIC: &[&str] = &[
    "authority",
    "basis",
    "behaviour",
    "colour",
    "decision",
    "extends",
    "extensions",
    "id",
    "records",
    "remedies",
    "standing",
    "state",
    "status",
    "subject",
];

#[test]
fn the_public_reads_of_a_listing_what_stands_and_no_day_that_officials_have_to_keep() {
    let county = Listed::new();
    let (id, subject) = (&county.listings[0], code("91", 1));
    let one = get(&county.public, &format!("/v1/listings/{id}")).body;
    let file = get(&county.public, &format!("/v1/subjects/{subject}")).body;
    let report = get(&county.public, &format!("/v1/subjects/{subject}/report")).body;
    let (told, _, _) = feed(&county.running.base, None, "");
    let told = told.iter().find(|own| own["id"] == json!(id)).expect("a change");
    let faces = [
        &one,
        &file["listings"][0],
        &report["listings"][0],
        &told["listing"],
        &county.black("")["listings"][0],
    ];
    for face in faces {
        assert_eq!(&face["id"], &json!(id), "{face}");
        let face = face.as_object().expect("an object");
        let beside = ["name", "area", "department"];
        let more: Vec<&String> = face
            .keys()
            .filter(|own| !PUBLIC.contains(&own.as_str()) && !beside.contains(&own.as_str()))
            .collect();
        assert_eq!(more, Vec::<&String>::new());
        assert!(!face.contains_key("attributions"), "{face:?}");
    }
    assert!(!file.as_object().expect("an object").contains_key("erasure"), "{file}");
    // Who decides about it, and the party, read the days too.
    let inside = get(&county.market, &format!("/v1/listings/{id}")).body;
    for own in ["decide_by", "overdue", "objections", "attributions"] {
        assert!(!inside[own].is_null(), "{own}: {inside}");
    }
}

#[test]
fn a_report_says_what_is_public_where_from_and_what_can_be_done() {
    let county = County::new();
    let own = code("91", 1);
    let records = json!({"records": [
        {"subject": own, "item": "FJ-FR-0101", "document_number": "尤试〔2026〕1号",
            "document_date": "2026-01-05", "content": {"摘要": "公示的"}},
    ]});
    assert_eq!(post(&county.market, "/v1/records", "records", &records).status, 201);
    let path = format!("/v1/subjects/{own}/report");
    let found = get(&county.public, &path);
    assert_eq!(found.status, 200, "{found:?}");
    let body = &found.body;
    assert_eq!((&body["name"], &body["complete"]), (&json!(NAME), &json!(true)));
    assert_eq!(rows(body, "records").len(), 1, "{body}");
    assert_eq!(body["records"][0]["status"], "final");
    assert_eq!(body["sources"][0]["authority"], MARKET);
    assert!(body["sources"][0]["name"].is_string() && body["position"].is_string(), "{body}");
    assert!(body["statement"].as_str().is_some_and(|text| text.contains("不含评分")));
    assert!(body["remedies"]["suit"]["court"].is_string(), "{body}");
    for hidden in ["measures", "attributions", "objections", "repairs"] {
        assert!(body[hidden].is_null(), "{hidden}: {body}");
    }
    // What has gone from display has gone from the report.
    let id = body["records"][0]["id"].as_str().expect("an id");
    let annul = json!({"reasons": "录入有误"});
    let gone = post(&county.market, &format!("/v1/records/{id}/annul"), "annul", &annul);
    assert!(gone.status < 300, "{gone:?}");
    let after = get(&county.public, &path).body;
    assert_eq!((rows(&after, "records").len(), rows(&after, "sources").len()), (0, 0), "{after}");

    let pdf = get(&county.public, &format!("{path}?format=pdf"));
    assert_eq!((pdf.status, pdf.kind.as_str()), (200, "application/pdf"));
    assert!(pdf.body["text"].as_str().is_some_and(|text| text.starts_with("%PDF-1.7")));
    let other = get(&county.public, &format!("{path}?format=docx"));
    assert_eq!((other.status, &other.body["code"]), (406, &json!("NOT_ACCEPTABLE")));

    // A person's, and that of an individual business, is for nobody else.
    for personal in [county.person.clone(), code("92", 3)] {
        let path = format!("/v1/subjects/{personal}/report");
        for other in [&county.public, &county.market, &county.auditor, &county.subject(&own)] {
            assert_eq!(get(other, &path).status, 404, "{personal}");
        }
        let mine = get(&county.subject(&personal), &path);
        assert_eq!((mine.status, &mine.body["key"]), (200, &json!(personal)));
    }
}

#[test]
fn organisations_are_found_by_name_and_code_and_persons_never() {
    let county = County::new();
    let many: Vec<Value> = (100..125)
        .map(|number| json!({"code": code("91", number), "name": format!("ＡＢ 批量{number}公司")}))
        .collect();
    assert_eq!(
        post(&county.market, "/v1/subjects", "many", &json!({"subjects": many})).status,
        201
    );
    let whole = code("91", 1);
    let old = format!("{}-{}", &whole[8..16], &whole[16..17]);
    let alias = json!({"kind": "organisation_code", "code": old});
    let linked = post(&county.market, &format!("/v1/subjects/{whole}/aliases"), "alias", &alias);
    assert!(linked.status < 300, "{linked:?}");
    let search = |asked: &str| {
        let answer = get(&county.public, &format!("/v1/search?q={asked}"));
        assert_eq!(answer.status, 200, "{asked}: {answer:?}");
        answer.body
    };
    let names = |asked: &str| -> Vec<String> {
        let found = search(asked);
        let name = |own: &Value| own["name"].as_str().unwrap_or("-").to_owned();
        rows(&found, "organisations").iter().map(name).collect()
    };
    let encoded = |text: &str| text.bytes().map(|own| format!("%{own:02X}")).collect::<String>();
    assert_eq!(names(&encoded("尤溪县")).len(), 2, "never the individual business");
    assert_eq!(names(&encoded("尤溪县某某")), [NAME]);
    assert_eq!(names(&encoded("张三")), Vec::<String>::new());
    assert_eq!(names(&encoded("某某")), Vec::<String>::new(), "only the beginning");
    assert_eq!(names(&whole), [NAME]);
    assert_eq!(names(&whole.to_lowercase()), [NAME]);
    assert_eq!(names(&old), [NAME]);
    assert_eq!(search(&old)["organisations"][0]["matched"], "legacy_code");
    for hidden in [code("92", 3), code("92", 3)[..9].to_owned(), county.person.clone()] {
        assert_eq!(names(&hidden), Vec::<String>::new(), "{hidden}");
    }
    for wrong in ["", "x"] {
        let answer = get(&county.public, &format!("/v1/search?q={wrong}"));
        assert_eq!((answer.status, &answer.body["field"]), (422, &json!("q")));
    }
    assert_eq!(get(&county.public, "/v1/search?q=ab&after=00").status, 422);

    // Pages of twenty hold each once, by name and by code.
    for (asked, expected) in [("ab".to_owned(), 25), (whole[..4].to_owned(), 27)] {
        let (mut found, mut after) = (Vec::new(), String::new());
        loop {
            let page = search(&format!("{asked}{after}"));
            assert!(rows(&page, "organisations").len() <= 20);
            found.extend(rows(&page, "organisations").iter().map(|own| own["key"].to_string()));
            match page["next"].as_str() {
                Some(next) => after = format!("&after={next}"),
                None => break,
            }
        }
        let mut once = found.clone();
        once.sort();
        once.dedup();
        assert_eq!((found.len(), once.len()), (expected, expected), "{asked}");
    }
}

/// A page of the feed: its events, where it ends, and whether there is more.
fn feed(base: &str, key: Option<&str>, asked: &str) -> (Vec<Value>, String, bool) {
    let mut request = ureq::get(format!("{base}/v1/events{asked}"));
    if let Some(key) = key {
        request = request.header("Authorization", format!("Bearer {key}"));
        request = request.header("Purpose", "supervision plan-185");
    }
    let mut found = request.call().expect("an answer");
    assert_eq!(found.headers()["content-type"], "application/x-ndjson; charset=utf-8");
    let through = found.headers()["shouxin-position"].to_str().expect("a position").to_owned();
    let more = found.headers().contains_key("shouxin-next");
    let text = found.body_mut().read_to_string().expect("a body");
    let events = text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    (events, through, more)
}

fn fields(value: &Value) -> Vec<&str> {
    value.as_object().expect("an object").keys().map(String::as_str).collect()
}

/// An open stream: lines until one begins with what is looked for.
struct Following(BufReader<TcpStream>);

impl Following {
    fn open(base: &str, key: &str, asked: &str) -> Following {
        let host = base.trim_start_matches("http://");
        let mut stream = TcpStream::connect(host).expect("a connection");
        stream.set_read_timeout(Some(shouxin_tests::WAIT)).expect("a limit");
        let head = format!(
            "GET /v1/events{asked} HTTP/1.1\r\nHost: {host}\r\nAccept: text/event-stream\r\n\
             Authorization: Bearer {key}\r\nPurpose: data-exchange plan-185\r\n\r\n"
        );
        stream.write_all(head.as_bytes()).expect("the request");
        Following(BufReader::new(stream))
    }

    fn until(&mut self, begins: &str) -> String {
        loop {
            let mut line = String::new();
            let read = self.0.read_line(&mut line).expect("a line in time");
            assert!(read > 0, "the stream ended before {begins:?}");
            if line.starts_with(begins) {
                return line;
            }
        }
    }
}

#[test]
fn the_feed_shows_each_thing_as_it_may_be_shown_now_and_to_this_reader() {
    let county = Listed::new();
    let base = county.running.base.clone();
    let keyed = |role: Role, department: Option<&str>| {
        county.running.key(role, department.map(|own| (own, "SC-03")))
    };
    let government = keyed(Role::Department, Some("market"));
    let stranger = keyed(Role::Department, Some("procurement"));
    let tax = county.running.client(Role::Provider, "tax", "SC-03");
    let recipient = keyed(Role::Market, None);
    let own = code("91", 1);
    let record = |provider: &Client, item: &str, number: &str| {
        let body = json!({"records": [{
            "subject": own, "item": item, "document_number": number,
            "document_date": "2026-03-05", "content": {"摘要": number},
        }]});
        let answer = county.teller.post(provider, "/v1/records", &body);
        answer["id"].as_str().expect("an id").to_owned()
    };
    let open = record(&county.market, "FJ-FR-0101", "公示一");
    let shared = record(&tax, "FJ-FR-0801", "共享二");
    let internal = record(&tax, "FJ-FR-0901", "授权三");

    // The public and recipients see what is public; departments what they share; nobody the rest.
    let ids = |events: &[Value]| -> Vec<String> {
        events.iter().map(|own| own["id"].as_str().unwrap_or("-").to_owned()).collect()
    };
    let (public, position, more) = feed(&base, None, "");
    let expected = [county.listings.clone(), vec![open.clone()]].concat();
    assert_eq!((ids(&public), more), (expected.clone(), false));
    assert!(public.iter().all(|own| own["action"] == "publish"), "{public:?}");
    assert_eq!(ids(&feed(&base, Some(&recipient), "").0), expected);
    let (known, ..) = feed(&base, Some(&government), "");
    assert_eq!(ids(&known), [expected.clone(), vec![shared.clone()]].concat());
    assert!(!ids(&known).contains(&internal));
    // Whom no contract lets read it for this purpose is not told that there is anything.
    assert_eq!(ids(&feed(&base, Some(&stranger), "").0), expected);
    let without = ureq::Agent::config_builder().http_status_as_error(false).build();
    let without = ureq::Agent::from(without)
        .get(format!("{base}/v1/events"))
        .header("Authorization", format!("Bearer {government}"))
        .call();
    assert_eq!(without.expect("an answer").status(), 403, "a purpose is needed");

    // Pages go on where the one before ended.
    for key in [None, Some(government.as_str())] {
        let (mut told, mut after) = (Vec::new(), "0.0".to_owned());
        loop {
            let (events, through, more) = feed(&base, key, &format!("?limit=1&after={after}"));
            told.extend(ids(&events));
            after = through;
            if !more {
                break;
            }
        }
        assert_eq!(told.len(), expected.len() + usize::from(key.is_some()));
    }

    // Whose record was told of finds it among the looks at its file.
    let subject = county.running.subject(&own);
    let looks = get(&subject, &format!("/v1/subjects/{own}/access")).body;
    assert!(rows(&looks, "looks").iter().any(|look| look["read"] == "/v1/events"), "{looks}");

    // What ended is an id and a day, for everybody and from the first page on.
    let annul = |provider: &Client, id: &str| {
        let path = format!("/v1/records/{id}/annul");
        county.teller.post(provider, &path, &json!({"reasons": "录入有误"}));
    };
    county.dispute();
    annul(&county.market, &open);
    annul(&tax, &shared);
    let (events, ..) = feed(&base, None, &format!("?after={position}"));
    assert_eq!(ids(&events), [county.listings[0].clone(), open.clone()], "nothing of the shared");
    for event in &events {
        assert_eq!(fields(event), ["id", "withdrawn_on"], "{event}");
        assert_eq!(event["withdrawn_on"], "2026-03-10");
    }
    let (events, ..) = feed(&base, Some(&government), "");
    let text = json!(events).to_string();
    assert!(!text.contains("公示一") && !text.contains("共享二"), "{text}");
    let gone = events.iter().find(|event| event["id"] == shared.as_str()).expect("the record");
    assert_eq!(fields(gone), ["id", "withdrawn_on"]);
    assert!(
        !ids(&feed(&base, Some(&stranger), "").0).contains(&shared),
        "not even that it is over"
    );

    // A stream tells the same, and what comes while it is open.
    let mut first = Following::open(&base, &recipient, "?after=0.0");
    assert!(first.until("HTTP/1.1").contains("200"));
    assert!(first.until("data: ").contains("\"id\":"));
    let fresh = record(&county.market, "FJ-FR-0101", "公示四");
    while !first.until("data: ").contains(&fresh) {}
    let mut second = Following::open(&base, &recipient, "");
    assert!(second.until("HTTP/1.1").contains("200"));
    let mut third = Following::open(&base, &recipient, "");
    assert!(third.until("HTTP/1.1").contains("503"), "two streams a key");
    let mut unknown = Following::open(&base, "sx_x_y", "");
    assert!(unknown.until("HTTP/1.1").contains("401"));
    // The server stops without waiting for whoever follows, and says so.
    drop(county);
    assert!(first.until("event: closed").contains("closed"));
    assert!(first.until("data: ").contains("stopping"));
}

/// What an office has to do is found by its state; a state there is not is an error, no empty list.
#[test]
fn measures_are_listed_by_state_and_by_a_lift_that_is_late() {
    let county = County::new();
    for state in ["executing", "lift_overdue", "closed"] {
        let found = get(&county.market, &format!("/v1/measures?department=market&state={state}"));
        assert_eq!((found.status, &found.body["measures"]), (200, &json!([])), "{found:?}");
    }
    let wrong = get(&county.market, "/v1/measures?department=market&state=late");
    assert_eq!((wrong.status, wrong.body["code"].as_str()), (422, Some("VALUE_INVALID")));
}

/// A decision keeps its citation when the instrument is repealed, and every reader is told that it
/// is repealed and what stands in its place; nothing new rests on it. Covers O01, G-BASIS.
#[test]
fn an_old_case_keeps_a_repealed_citation_and_is_flagged() {
    let folder = tempfile::tempdir().expect("a folder");
    let running = Running::start(&folder.path().join("data"), Vec::new());
    let teller = Teller::new();
    let market = running.client(Role::Department, "market", "SC-03");
    let subject = code("91", 1);
    teller.post(&market, "/v1/subjects", &json!({"subjects": [{"code": subject, "name": NAME}]}));
    let proposal = json!({
        "subject": subject, "behaviour": "B2.14",
        "basis": [
            {"instrument": "samr-order-44", "article": "第九条"},
            {"instrument": "ndrc-order-58", "article": "第十条"},
        ],
        "facts": [{"kind": "penalty_decision", "about": subject, "number": "罚1", "issuer": "局",
            "date": FIRST, "sha256": market.document(&subject, "罚1")}],
        "act": "虚假广告",
    });
    let made = teller.post(&market, "/v1/listings", &proposal);
    let path = format!("/v1/listings/{}", made["id"].as_str().expect("an id"));
    running.on("2026-03-31");
    let mut basis = proposal["basis"].clone();
    assert_eq!(get(&market, &path).body["basis"], basis, "in force to its last day");
    running.on("2026-04-01");
    basis[1]["repealed_on"] = json!("2026-04-01");
    basis[1]["replaced_by"] = json!("ndrc-order-36");
    assert_eq!(get(&market, &path).body["basis"], basis);
    let own = get(&running.subject(&subject), &format!("/v1/subjects/{subject}"));
    assert_eq!(own.body["listings"][0]["basis"], basis, "{own:?}");
    let again = post(&market, "/v1/listings", "again", &proposal);
    assert_eq!(again.body["code"], "G-BASIS", "{again:?}");
}
