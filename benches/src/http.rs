//! Durable commands and reads through HTTP, client and server on the same machine.

use serde_json::{Value, json};
use shouxin_server::demo::sample::code;

use crate::load::{Load, run};
use crate::running::{Running, disk_mib, resident_mib};

/// Subjects that commands are spread over.
const SUBJECTS: u32 = 1000;

fn post(key: &str, path: &str, idempotency: &str, body: &Value) -> Vec<u8> {
    let body = body.to_string();
    format!(
        "POST {path} HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer {key}\r\nIdempotency-Key: \
         {idempotency}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

fn print(what: &str, load: &Load) {
    println!(
        "{what:<28} {:>9.0}/s   p50 {:>7.2} ms   p99 {:>7.2} ms   failed {}",
        load.rate(),
        load.percentile_ms(50.0),
        load.percentile_ms(99.0),
        load.failed
    );
}

/// Registers so many organisations, 500 a command.
fn register(running: &Running, key: &str, from: u32, count: u32) {
    let numbers: Vec<u32> = (from..from + count).collect();
    let parts: Vec<&[u32]> = numbers.chunks(500).collect();
    let next = std::sync::atomic::AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                while let Some(part) =
                    parts.get(next.fetch_add(1, std::sync::atomic::Ordering::Relaxed))
                {
                    let list: Vec<Value> = part
                        .iter()
                        .map(|n| json!({"code": code("91", *n), "name": format!("企业{n}")}))
                        .collect();
                    let first = part.first().copied().unwrap_or_default();
                    let request = post(
                        key,
                        "/v1/subjects",
                        &format!("subjects-{first}"),
                        &json!({"subjects": list}),
                    );
                    let done = crate::load::once(&running.address, &request);
                    assert_eq!(done, Some(201), "registering from {first}");
                }
            });
        }
    });
}

/// `commands`: one record a command, each acknowledged after its fdatasync.
pub fn commands(seconds: u64) {
    let folder = tempfile::tempdir_in(".").expect("a folder on the disk");
    let running = Running::start(&folder.path().join("data"));
    let key = running.key();
    register(&running, &key, 1, SUBJECTS);
    println!(
        "one record a command, {SUBJECTS} subjects, {seconds} s each, client and server together"
    );
    for clients in [1, 16, 64, 256] {
        let load = run(&running.address, clients, seconds, |client, number| {
            let place = (client as u64 * 31 + number) % u64::from(SUBJECTS) + 1;
            let body = json!({"records": [{
                "subject": code("91", place as u32), "item": "FJ-FR-0101",
                "document_number": format!("压〔{clients}〕{client}-{number}"),
                "document_date": "2026-01-05", "content": {"摘要": "基准测试记录"},
            }]});
            post(&key, "/v1/records", &format!("bench-{clients}-{client}-{number}"), &body)
        });
        print(&format!("{clients} clients"), &load);
    }
}

/// `reads`: a public file with five records; and what so many files cost.
pub fn reads(files: u32, seconds: u64) {
    let folder = tempfile::tempdir_in(".").expect("a folder on the disk");
    let data = folder.path().join("data");
    let running = Running::start(&data);
    println!("{:<28} {:>9.2} s", "start-up, empty", running.start_seconds);
    let key = running.key();
    for hundred_thousand in 0..files.div_ceil(100_000) {
        let from = hundred_thousand * 100_000 + 1;
        let count = (files - (from - 1)).min(100_000);
        register(&running, &key, from, count);
        running.engine.view.flush_now().expect("the view is written");
        println!(
            "{:<28} rows {}, view {:.0} MiB, log {:.0} MiB, resident {:.0} MiB",
            format!("{} files", from - 1 + count),
            rows_of(from - 1 + count),
            disk_mib(&data.join("view")),
            disk_mib(&data.join("log")),
            resident_mib()
        );
    }
    with_records(&running, &key, files);
    drop(running);
    let running = Running::start(&data);
    println!("{:<28} {:>9.2} s", format!("start-up, {files} files"), running.start_seconds);
    let address = running.address.clone();
    for (what, path) in [("GET a file, 5 records", true), ("GET /v1/catalogue", false)] {
        let load = run(&address, 64, seconds, |client, number| {
            let mixed =
                (client as u64 * 7919 + number * 104_729) % u64::from(files.min(20_000)) + 1;
            let path = match path {
                true => format!("/v1/subjects/{}", code("91", mixed as u32)),
                false => "/v1/catalogue".to_owned(),
            };
            format!("GET {path} HTTP/1.1\r\nHost: bench\r\n\r\n").into_bytes()
        });
        print(&format!("{what}, 64 connections"), &load);
    }
}

/// A head and a history entry a file.
fn rows_of(files: u32) -> u64 {
    u64::from(files) * 2
}

/// Five records for each of the files that are read.
fn with_records(running: &Running, key: &str, files: u32) {
    for from in (1..=files.min(20_000)).step_by(200) {
        let list: Vec<Value> = (from..(from + 200).min(files + 1))
            .flat_map(|number| (0..5).map(move |part| (number, part)))
            .map(|(number, part)| {
                json!({
                    "subject": code("91", number), "item": "FJ-FR-0101",
                    "document_number": format!("读〔2026〕{number}-{part}"),
                    "document_date": "2026-01-05", "content": {"摘要": "基准测试记录"},
                })
            })
            .collect();
        let request =
            post(key, "/v1/records", &format!("records-{from}"), &json!({"records": list}));
        assert_eq!(crate::load::once(&running.address, &request), Some(201), "records from {from}");
    }
}
