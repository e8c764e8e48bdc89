//! Bulk loading through real processes: what is wrong with a file is told by line, and nothing of
//! that is lost where a run is broken off.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use shouxin_server::demo::sample::code;
use shouxin_tests::{Client, Server, WAIT, config, county, key, run, shouxin};

const MARKET: &str = "11350426XY0001023Q";

/// A data folder and one file to load into it.
struct Load {
    data: PathBuf,
    file: PathBuf,
    kind: &'static str,
}

impl Load {
    fn arguments(&self) -> Vec<String> {
        let text = |path: &Path| path.display().to_string();
        let officer = format!("{MARKET}/SC-03");
        let fixed = ["import", self.kind, &text(&self.file), "--officer", &officer, "--json"];
        let mut arguments: Vec<String> = fixed.map(str::to_owned).to_vec();
        arguments.extend(["--data".to_owned(), text(&self.data)]);
        arguments.extend(["--config".to_owned(), text(&county())]);
        arguments
    }

    fn run(&self) -> (i32, Value) {
        let arguments = self.arguments();
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let (code, output, errors) = run(&arguments);
        (code, serde_json::from_str(output.trim()).unwrap_or_else(|_| panic!("{output}{errors}")))
    }

    fn rejects_file(&self) -> PathBuf {
        PathBuf::from(format!("{}.rejects.ndjson", self.file.display()))
    }

    fn rejects(&self) -> Vec<(u64, String)> {
        let text = std::fs::read_to_string(self.rejects_file()).unwrap_or_default();
        let own = text.lines().map(|line| serde_json::from_str::<Value>(line).expect("JSON"));
        own.map(|own| {
            let reason = own["reason"].as_str().unwrap_or_default().to_owned();
            (own["line"].as_u64().unwrap_or_default(), reason)
        })
        .collect()
    }
}

fn subject(number: u32) -> String {
    format!("{{\"code\":\"{}\",\"name\":\"企业{number}\"}}", code("91", number))
}

fn load(folder: &Path, name: &str, bytes: &[u8]) -> Load {
    let file = folder.join(name);
    std::fs::write(&file, bytes).expect("the file");
    Load { data: folder.join("data"), file, kind: "subjects" }
}

/// Blank lines were rejected as malformed, and a line in GBK was read with its name mangled.
#[test]
fn blank_lines_count_and_a_line_in_another_encoding_is_named() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut bytes = b"\xef\xbb\xbf".to_vec();
    bytes.extend_from_slice(format!("{}\r\n\r\n   \n", subject(1)).as_bytes());
    // 尤溪 in GBK: two bytes a character, no UTF-8.
    bytes.extend_from_slice(format!("{{\"code\":\"{}\",\"name\":\"", code("91", 2)).as_bytes());
    bytes.extend_from_slice(b"\xd3\xc8\xcf\xaa\"}\n");
    bytes.extend_from_slice(format!("{}\n\n{}", subject(3), subject(1)).as_bytes());
    let load = load(folder.path(), "subjects.ndjson", &bytes);
    let (code, done) = load.run();
    assert_eq!((code, &done["accepted"], &done["rejected"]), (1, &json!(2), &json!(2)));
    let expected = [(4, "NOT_UTF8".to_owned()), (7, "EXISTS".to_owned())];
    assert_eq!(load.rejects(), expected);
    let server = Server::start(&config(folder.path(), ""), &load.data);
    let found = Client::new(&server.base, None).get(&format!("/v1/subjects/{}", code_of(2)));
    assert_eq!(found.expect("an answer").status, 404, "no mangled name got in");
}

fn code_of(number: u32) -> String {
    code("91", number)
}

/// A batch of which nothing could be told any more answered `repeated` without its rejects.
#[test]
fn rejects_of_batches_that_were_loaded_before_are_found_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let lines: Vec<String> =
        (1..=1300).map(|line| subject(if line % 100 == 0 { 1 } else { line })).collect();
    let load = load(folder.path(), "subjects.ndjson", lines.join("\n").as_bytes());
    let (_, first) = load.run();
    let rejects = load.rejects();
    assert_eq!(rejects.len(), 13);
    assert_eq!((&first["accepted"], &first["repeated"]), (&json!(1287), &json!(false)));
    // As if the process had been killed between the engine's answer and the rejects file.
    std::fs::remove_file(load.rejects_file()).expect("the rejects file");
    for _ in 0..2 {
        let (code, again) = load.run();
        assert_eq!(code, 1);
        assert_eq!((&again["accepted"], &again["repeated"]), (&json!(1287), &json!(true)));
        assert_eq!(load.rejects(), rejects);
    }
}

#[test]
fn a_corrected_file_leaves_no_rejects_of_the_old_one() {
    let folder = tempfile::tempdir().expect("a folder");
    let wrong = load(folder.path(), "subjects.ndjson", format!("{}\n{{\n", subject(1)).as_bytes());
    assert_eq!(wrong.run().0, 1);
    assert_eq!(wrong.rejects(), [(2, "MALFORMED_JSON".to_owned())]);
    let right = load(folder.path(), "subjects.ndjson", subject(2).as_bytes());
    assert_eq!(right.run().0, 0);
    assert!(!right.rejects_file().exists());
}

/// The rejects file was written at the end only: a run that was killed left nothing.
#[test]
fn a_killed_import_has_its_rejects_on_disk_and_the_next_run_has_all_of_them() {
    let folder = tempfile::tempdir().expect("a folder");
    let lines: Vec<String> =
        (1..=20_000).map(|line| subject(if line % 50 == 0 { 1 } else { line })).collect();
    let load = load(folder.path(), "subjects.ndjson", lines.join("\n").as_bytes());
    let server = Server::start(&config(folder.path(), ""), &load.data);
    for at_least in [1, 150] {
        let mut child = Command::new(shouxin())
            .args(load.arguments())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("starting the import");
        let began = Instant::now();
        let told = || std::fs::read_to_string(load.rejects_file()).unwrap_or_default();
        while told().lines().count() < at_least {
            assert!(began.elapsed() < WAIT, "no reject was written");
            assert_eq!(child.try_wait().expect("the import"), None, "the import was too quick");
            std::thread::park_timeout(Duration::from_millis(1));
        }
        child.kill().expect("killing the import");
        child.wait().expect("the killed import");
        let left = load.rejects();
        assert!(left.len() < 400, "it was killed in the middle: {}", left.len());
        assert!(left.iter().all(|own| own.0 % 50 == 0 && own.1 == "EXISTS"), "{left:?}");
    }
    let (code, done) = load.run();
    assert_eq!(code, 1);
    assert_eq!((&done["accepted"], &done["rejected"]), (&json!(19_600), &json!(400)));
    assert_eq!(done["repeated"], true);
    let expected: Vec<(u64, String)> =
        (1..=400).map(|place| (place * 50, "EXISTS".to_owned())).collect();
    assert_eq!(load.rejects(), expected);
    drop(server);
}

/// A batch whose events were larger than one commit of the log ended the server.
#[test]
fn a_batch_beyond_one_commit_is_refused_and_the_server_goes_on() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    let server = Server::start(&config(folder.path(), ""), &data);
    let client = Client::new(&server.base, Some(&key(&data, "provider", Some((MARKET, "SC-03")))));
    let body = json!({"subjects": [{"code": code_of(1), "name": "企业"}]});
    assert_eq!(client.post("/v1/subjects", "subjects-1", &body).expect("an answer").status, 201);
    let record = |number: u32| {
        json!({
            "subject": code_of(1), "item": "FJ-FR-0301", "document_number": format!("许〔{number}〕"),
            "document_date": "2026-01-05", "content": {"text": "x".repeat(3000)},
        })
    };
    let batch = |count: u32| json!({"records": (0..count).map(record).collect::<Vec<_>>()});
    let refused = client.post("/v1/records", "records-1", &batch(1000)).expect("an answer");
    assert_eq!((refused.status, &refused.body["code"]), (422, &json!("LIMIT")));
    let taken = client.post("/v1/records", "records-2", &batch(200)).expect("an answer");
    assert_eq!(taken.status, 201, "{:?}", taken.body);
    assert_eq!(server.terminate(), Some(0));
}
