//! The reads that others build on: who looked, the lists, the credit report, the search, the feed.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use shouxin_server::demo::sample::{citizen_number, code};
use shouxin_tests::{Answer, Client, Server, config, county, key, run};

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
