//! kill -9 at any moment loses no acknowledged command and tears none.
//!
//! Goal: durability and atomicity of what was answered. Method: several clients write batches of
//! two records; the server is killed at a random moment; after the restart every acknowledged
//! batch answers as repeated under the same ids, every other one is either whole or absent; at
//! the end the log is verified and the view compared with the replay.

use std::collections::BTreeSet;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};
use shouxin_server::demo::sample::code;
use shouxin_tests::{Client, Server, config, key, run};

const CLIENTS: usize = 4;
const MARKET: &str = "11350426XY0001023Q";

/// Rounds: `SHOUXIN_KILL_ROUNDS`, 50 where it is not set. `make kill` runs a thousand.
fn rounds() -> u64 {
    std::env::var("SHOUXIN_KILL_ROUNDS").ok().and_then(|text| text.parse().ok()).unwrap_or(50)
}

/// The subject that all records are about.
fn subject() -> String {
    code("91", 1)
}

struct Sent {
    number: u64,
    /// Ids of the two records, once acknowledged.
    ids: Option<Value>,
}

fn body(number: u64) -> Value {
    let record = |part: u64| {
        json!({
            "subject": subject(), "item": "FJ-FR-0101",
            "document_number": format!("尤试〔2026〕{number}-{part}号"), "document_date": "2026-01-05",
            "content": {"摘要": "试验"},
        })
    };
    json!({"records": [record(1), record(2)]})
}

fn send(client: &Client, number: u64) -> Option<Value> {
    let answer = client.post("/v1/records", &format!("kill-{number:08}"), &body(number))?;
    (answer.status == 201 || answer.status == 200).then_some(answer.body)
}

fn write_until_killed(
    base: &str,
    key: &str,
    next: &AtomicU64,
    sent: &Mutex<Vec<Sent>>,
    stop: &AtomicBool,
) {
    let client = Client::new(base, Some(key));
    while !stop.load(Ordering::Relaxed) {
        let number = next.fetch_add(1, Ordering::Relaxed);
        let ids = send(&client, number).map(|body| body["ids"].clone());
        let gone = ids.is_none();
        sent.lock().expect("the list").push(Sent { number, ids });
        if gone {
            return;
        }
    }
}

/// A time between 20 and 220 ms that no two rounds share.
fn moment() -> Duration {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Duration::from_millis(20 + u64::from(since.subsec_micros()) % 200)
}

#[test]
fn kill_loses_nothing_acknowledged_and_tears_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    // Small segments and a small overlay, so that rolls and flushes fall between the kills.
    let server = "[log]\nsegment_bytes = 1048576\n[view]\noverlay_rows_max = 1000\n";
    let config = config(folder.path(), server);
    let officer = key(&data, "provider", Some((MARKET, "SC-03")));
    let next = AtomicU64::new(1);
    let mut acknowledged = BTreeSet::new();
    for round in 0..rounds() {
        let server = Server::start(&config, &data);
        let client = Client::new(&server.base, Some(&officer));
        if round == 0 {
            let subject = json!({"subjects": [{"code": subject(), "name": "尤溪县试验有限公司"}]});
            let made = client.post("/v1/subjects", "kill-subject", &subject).expect("an answer");
            assert_eq!(made.status, 201, "{}", made.body);
        }
        let base = server.base.clone();
        let sent = Mutex::new(Vec::new());
        let stop = AtomicBool::new(false);
        std::thread::scope(|scope| {
            for _ in 0..CLIENTS {
                scope.spawn(|| write_until_killed(&base, &officer, &next, &sent, &stop));
            }
            std::thread::park_timeout(moment());
            server.kill();
            stop.store(true, Ordering::Relaxed);
        });
        let server = Server::start(&config, &data);
        let client = Client::new(&server.base, Some(&officer));
        for own in sent.into_inner().expect("the list") {
            let again = client
                .post("/v1/records", &format!("kill-{:08}", own.number), &body(own.number))
                .expect("an answer after the restart");
            if let Some(ids) = &own.ids {
                assert_eq!(again.body["repeated"], true, "round {round}: lost {}", own.number);
                assert_eq!(again.body["ids"], *ids, "round {round}: another answer");
            }
            let count = again.body["ids"].as_array().map_or(0, Vec::len);
            assert_eq!(count, 2, "round {round}: torn {}: {}", own.number, again.body);
            let ids = again.body["ids"].as_array().into_iter().flatten();
            acknowledged.extend(ids.filter_map(Value::as_str).map(str::to_owned));
        }
        server.kill();
    }
    let auditor = key(&data, "auditor", None);
    let server = Server::start(&config, &data);
    let read = records_read(&Client::new(&server.base, Some(&auditor)));
    assert_eq!(read, acknowledged, "what is read is what was acknowledged, and nothing else");
    assert_eq!(server.terminate(), Some(0));
    let data = data.display().to_string();
    let (code, output, errors) = run(&["verify", "--data", &data]);
    assert_eq!(code, 0, "{output}{errors}");
    let (replayed, output, _) = run(&["replay", "--data", &data, "--subject", &subject()]);
    assert_eq!(replayed, 0, "{output}");
    println!(
        "{} rounds, {} records acknowledged, none lost, none torn",
        rounds(),
        acknowledged.len()
    );
}

/// Ids of all records in the subject's file, page by page.
fn records_read(client: &Client) -> BTreeSet<String> {
    let (mut read, mut after) = (BTreeSet::new(), String::new());
    loop {
        let path = format!("/v1/subjects/{}/history?limit=500{after}", subject());
        let page = client.get(&path).expect("an answer");
        assert_eq!(page.status, 200, "{page:?}");
        let events = page.body["events"].as_array().expect("events");
        for event in events.iter().filter(|event| event["event"] == "record.accepted") {
            let position = event["position"].as_str().expect("a position");
            let sequence = position.strip_prefix("0.").expect("the log of a single node");
            assert!(read.insert(format!("R-{sequence}")), "{position} stands twice");
        }
        match page.body["next"].as_str() {
            Some(next) => after = format!("&after={next}"),
            None => return read,
        }
    }
}
