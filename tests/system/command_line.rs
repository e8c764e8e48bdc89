//! Commands as an operator runs them: exit codes, refusals, bad files.

use serde_json::Value;
use shouxin_server::demo::sample::code;
use shouxin_tests::{Client, Server, config, county, key, run};

const MARKET: &str = "11350426XY0001023Q";

#[test]
fn a_server_stops_cleanly_and_a_second_one_on_the_same_folder_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    let config = config(folder.path(), "");
    let server = Server::start(&config, &data);
    let (text, path) = (data.display().to_string(), config.display().to_string());
    let (code, _, errors) =
        run(&["serve", "--config", &path, "--data", &text, "--listen", "127.0.0.1:0"]);
    assert_eq!(code, 3, "{errors}");
    let demo = run(&["demo", "--data", &text, "--exit"]);
    assert_eq!(demo.0, 1, "demo refuses real data: {}", demo.2);
    let rebuild = run(&["rebuild", "--data", &text]);
    assert_eq!(rebuild.0, 3, "{}", rebuild.2);
    assert_eq!(server.terminate(), Some(0));
    let (code, output, errors) = run(&["verify", "--data", &text]);
    assert_eq!(code, 0, "{output}{errors}");
}

#[test]
fn keys_are_made_listed_and_voided_beside_a_running_server() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    let server = Server::start(&config(folder.path(), ""), &data);
    let made = key(&data, "auditor", None);
    let client = Client::new(&server.base, Some(&made));
    assert_eq!(client.get("/v1/plugins").expect("an answer").status, 200);
    let id = made.split('_').nth(1).expect("an id").to_owned();
    let (text, county) = (data.display().to_string(), county().display().to_string());
    let (_, listed, _) = run(&["key", "list", "--data", &text, "--config", &county, "--json"]);
    assert!(listed.contains(&id) && !listed.contains(&made), "{listed}");
    let revoke = ["key", "revoke", &id, "--data", &text, "--config", &county];
    assert_eq!(run(&revoke).0, 0);
    assert_eq!(client.get("/v1/plugins").expect("an answer").status, 401);
    assert_eq!(run(&revoke).0, 3, "a voided key cannot be voided again");
    let (code, _, _) =
        run(&["key", "create", "--data", &text, "--role", "king", "--expires-on", "2199-01-01"]);
    assert_eq!(code, 2);
}

#[test]
fn an_import_reports_each_bad_line_and_loads_nothing_twice() {
    let folder = tempfile::tempdir().expect("a folder");
    let (data, county) = (folder.path().join("data"), county().display().to_string());
    let text = data.display().to_string();
    let file = folder.path().join("subjects.ndjson");
    let good =
        |number: u32| format!("{{\"code\":\"{}\",\"name\":\"企业{number}\"}}", code("91", number));
    let lines = [
        good(1),
        "{".to_owned(),
        good(2),
        "{\"code\":\"91350426XY00000120\",\"name\":\"错\"}".to_owned(),
        "{\"code\":\"x\",\"nom\":\"y\"}".to_owned(),
        good(1),
    ];
    std::fs::write(&file, lines.join("\n")).expect("the file");
    let path = file.display().to_string();
    let officer = format!("{MARKET}/SC-03");
    let arguments = [
        "import",
        "subjects",
        &path,
        "--officer",
        &officer,
        "--data",
        &text,
        "--config",
        &county,
        "--json",
    ];
    let (code, output, errors) = run(&arguments);
    assert_eq!(code, 1, "{output}{errors}");
    let first: Value = serde_json::from_str(output.trim()).expect("JSON");
    assert_eq!((&first["accepted"], &first["rejected"]), (&Value::from(2), &Value::from(4)));
    let rejects = std::fs::read_to_string(format!("{path}.rejects.ndjson")).expect("rejects");
    let reasons: Vec<(u64, String)> = rejects
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).expect("JSON"))
        .map(|own| {
            (own["line"].as_u64().unwrap_or(0), own["reason"].as_str().unwrap_or("").to_owned())
        })
        .collect();
    let expected =
        [(2, "MALFORMED_JSON"), (4, "IDENTIFIER_INVALID"), (5, "UNKNOWN_FIELD"), (6, "EXISTS")];
    assert_eq!(reasons, expected.map(|(line, reason)| (line, reason.to_owned())));
    let (_, again, _) = run(&arguments);
    let again: Value = serde_json::from_str(again.trim()).expect("JSON");
    assert_eq!((&again["repeated"], &again["rejected"]), (&Value::from(true), &Value::from(4)));
}

/// Covers INV-10.
#[test]
fn a_flipped_byte_in_the_log_is_named_by_position_and_byte() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    key(&data, "auditor", None);
    key(&data, "auditor", None);
    let log = data.join("log");
    let segment = std::fs::read_dir(&log)
        .expect("the log")
        .flatten()
        .map(|entry| entry.path())
        .find(|path| path.extension().is_some_and(|own| own == "seg"))
        .expect("a segment");
    let mut bytes = std::fs::read(&segment).expect("the segment");
    bytes[400] ^= 1;
    std::fs::write(&segment, bytes).expect("the segment");
    let text = data.display().to_string();
    let (code, _, errors) = run(&["verify", "--data", &text]);
    assert_eq!(code, 1);
    assert!(errors.contains("damage at entry 0") && errors.contains("byte"), "{errors}");
    let (code, _, errors) =
        run(&["key", "list", "--data", &text, "--config", &county().display().to_string()]);
    assert_eq!(code, 1, "the damage is refused at start, nothing is cut: {errors}");
}
