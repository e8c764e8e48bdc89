//! Durable commands and reads through HTTP, client and server on the same machine.

use std::process::Command;

use serde_json::{Value, json};
use shouxin_server::demo::sample::code;

use shouxin_tests::running::Running;

use crate::running::{disk_mib, key, resident_mib, start};

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

/// Runs `wrk` for so long with so many connections and prints its figures. The script makes each
/// request; the load comes from another process, so that it cannot starve the server's threads.
fn load(what: &str, address: &str, connections: u32, seconds: u64, script: &str) {
    let file = tempfile::Builder::new().suffix(".lua").tempfile().expect("a script");
    std::fs::write(file.path(), script).expect("the script");
    let output = Command::new("wrk")
        .args(["-t1", "--latency", &format!("-c{connections}"), &format!("-d{seconds}s"), "-s"])
        .arg(file.path())
        .arg(format!("http://{address}"))
        .output()
        .expect("wrk is installed (make bench installs it)");
    let text = String::from_utf8_lossy(&output.stdout);
    let word = |label: &str| {
        let line = text.lines().find_map(|line| line.trim().strip_prefix(label));
        line.map(|rest| rest.trim().to_owned()).unwrap_or_default()
    };
    println!(
        "{what:<28} {:>9}/s   p50 {:>9}   p99 {:>9}   {}",
        word("Requests/sec:"),
        word("50%"),
        word("99%"),
        text.lines().find(|line| line.contains("Non-2xx")).unwrap_or("").trim()
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
                    let done = crate::load::once(running.address(), &request);
                    assert_eq!(done, Some(201), "registering from {first}");
                }
            });
        }
    });
}

/// `commands`: one record a command, each acknowledged after its fdatasync.
pub fn commands(seconds: u64) {
    let folder = tempfile::tempdir_in(".").expect("a folder on the disk");
    let running = start(&folder.path().join("data"));
    let key = key(&running);
    register(&running, &key, 1, SUBJECTS);
    println!(
        "one record a command, {SUBJECTS} subjects, {seconds} s each, client and server together"
    );
    for clients in [1, 16, 64, 256] {
        let codes: Vec<String> = (1..=SUBJECTS).map(|n| format!("\"{}\"", code("91", n))).collect();
        let script = format!(
            "local codes = {{{}}}\nlocal n = 0\nfunction request()\n n = n + 1\n local id = \
             '{clients}-' .. n\n local body = '{{\"records\":[{{\"subject\":\"' .. codes[n % {SUBJECTS} + 1] .. \
             '\",\"item\":\"FJ-FR-0101\",\"document_number\":\"' .. id .. '\",\"document_date\":\"2026-01-05\",\
             \"content\":{{\"a\":\"b\"}}}}]}}'\n return wrk.format('POST', '/v1/records', \
             {{['Authorization'] = 'Bearer {key}', ['Idempotency-Key'] = 'bench-' .. id, \
             ['Content-Type'] = 'application/json'}}, body)\nend\n",
            codes.join(",")
        );
        load(&format!("{clients} clients"), running.address(), clients, seconds, &script);
    }
}

/// `reads`: a public file with five records; and what so many files cost.
pub fn reads(files: u32, seconds: u64) {
    let folder = tempfile::tempdir_in(".").expect("a folder on the disk");
    let data = folder.path().join("data");
    let running = start(&data);
    println!("{:<28} {:>9.2} s", "start-up, empty", running.start_seconds);
    let key = key(&running);
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
    let running = start(&data);
    println!("{:<28} {:>9.2} s", format!("start-up, {files} files"), running.start_seconds);
    let read = files.min(20_000);
    let codes: Vec<String> = (1..=read).map(|n| format!("\"{}\"", code("91", n))).collect();
    let script = format!(
        "local codes = {{{}}}\nlocal n = 0\nfunction request()\n n = (n + 7919) % {read}\n return \
         wrk.format('GET', '/v1/subjects/' .. codes[n + 1])\nend\n",
        codes.join(",")
    );
    load("GET a file, 5 records", running.address(), 64, seconds, &script);
    let public = "function request() return wrk.format('GET', '/v1/lists/black') end\n";
    load("GET /v1/lists/black, empty", running.address(), 64, seconds, public);
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
        assert_eq!(
            crate::load::once(running.address(), &request),
            Some(201),
            "records from {from}"
        );
    }
}
