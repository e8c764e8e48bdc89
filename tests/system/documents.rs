//! Documents over HTTP with a real server.
//!
//! Goal: what was answered as stored is there, whole, for its subject and for nobody else; what is
//! no document is refused by name. Method: a server in a process of its own, its files on disk.

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use data_encoding::HEXLOWER;
use serde_json::json;
use sha2::{Digest as _, Sha256};
use shouxin_server::demo::sample::code;
use shouxin_tests::{Answer, Client, Server, config, key, run};

const MARKET: &str = "11350426XY0001023Q";
const TEXT: &str = "尤溪县市场监督管理局行政处罚决定书\n";

struct Bench {
    _folder: tempfile::TempDir,
    config: PathBuf,
    data: PathBuf,
    officer: String,
}

fn bench() -> (Bench, Server) {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    let config = config(folder.path(), "");
    let officer = key(&data, "provider", Some((MARKET, "SC-03")));
    let server = Server::start(&config, &data);
    let client = Client::new(&server.base, Some(&officer));
    let subjects = json!({"subjects": [
        {"code": code("91", 1), "name": "尤溪县甲有限公司"}, {"code": code("91", 2), "name": "尤溪县乙有限公司"},
    ]});
    let made = client.post("/v1/subjects", "documents-subjects", &subjects).expect("an answer");
    assert_eq!(made.status, 201, "{made:?}");
    (Bench { _folder: folder, config, data, officer }, server)
}

fn upload(client: &Client, subject: u32, kind: &str, bytes: &[u8]) -> Answer {
    let path = format!("/v1/documents?subject={}", code("91", subject));
    client.send(&path, &[("Content-Type", kind)], bytes).expect("an answer")
}

fn address(bytes: &[u8]) -> String {
    HEXLOWER.encode(&Sha256::digest(bytes))
}

fn at(subject: u32, bytes: &[u8]) -> String {
    format!("/v1/documents/{}?subject={}", address(bytes), code("91", subject))
}

fn code_of(answer: &Answer) -> (u16, &str) {
    (answer.status, answer.body["code"].as_str().unwrap_or_default())
}

/// Every stored file, those that have no name yet left out.
fn stored(data: &Path) -> Vec<PathBuf> {
    let folders = std::fs::read_dir(data.join("documents")).expect("the folder").flatten();
    let folders = folders.filter(|own| own.file_name() != "incoming");
    folders
        .flat_map(|own| std::fs::read_dir(own.path()).expect("a folder").flatten())
        .map(|own| own.path())
        .collect()
}

#[test]
fn a_document_comes_back_to_whom_it_may_and_the_look_at_it_is_recorded() {
    let (bench, server) = bench();
    let officer = Client::new(&server.base, Some(&bench.officer));
    let made = upload(&officer, 1, "text/plain; charset=utf-8", TEXT.as_bytes());
    assert_eq!(made.status, 201, "{made:?}");
    assert_eq!(made.body["sha256"], address(TEXT.as_bytes()));
    assert_eq!(
        (&made.body["bytes"], &made.body["type"]),
        (&json!(TEXT.len()), &json!("text/plain"))
    );
    let again = upload(&officer, 1, "text/plain", TEXT.as_bytes());
    assert_eq!((again.status, &again.body["repeated"]), (200, &json!(true)));
    let path = at(1, TEXT.as_bytes());
    let read = officer.get(&path).expect("an answer");
    assert_eq!((read.status, read.kind.as_str()), (200, "text/plain; charset=utf-8"));
    assert_eq!(read.body["text"], TEXT);
    // Without a purpose, without a key, for another subject: nothing.
    let other = officer.get(&at(2, TEXT.as_bytes())).expect("an answer");
    assert_eq!(code_of(&other), (404, "NOT_FOUND"));
    let public = Client::new(&server.base, None).get(&path).expect("an answer");
    assert_eq!(code_of(&public), (401, "UNAUTHENTICATED"));
    let market = Client::new(&server.base, Some(&key(&bench.data, "market", None)));
    assert_eq!(code_of(&market.get(&path).expect("an answer")), (403, "FORBIDDEN_ROLE"));
    let auditor = Client::new(&server.base, Some(&key(&bench.data, "auditor", None)));
    let refused = upload(&auditor, 1, "text/plain", TEXT.as_bytes());
    assert_eq!(code_of(&refused), (403, "FORBIDDEN_ROLE"));
    assert_eq!(server.terminate(), Some(0));
    let recorded = format!("{} document {}", code("91", 1), address(TEXT.as_bytes()));
    let found =
        std::fs::read_dir(bench.data.join("access")).expect("a folder").flatten().any(|own| {
            let bytes = std::fs::read(own.path()).expect("a file");
            bytes.windows(recorded.len()).any(|part| part == recorded.as_bytes())
        });
    assert!(found, "the look was not recorded");
    for path in stored(&bench.data) {
        let bytes = std::fs::read(path).expect("a file");
        assert!(!bytes.windows(TEXT.len()).any(|part| part == TEXT.as_bytes()), "it is in clear");
    }
}

#[test]
fn a_subject_hands_in_and_reads_documents_of_its_own_file_alone() {
    let (bench, server) = bench();
    let own = subject_key(&bench.data, &code("91", 1));
    let subject = Client::new(&server.base, Some(&own));
    assert_eq!(upload(&subject, 1, "text/plain", TEXT.as_bytes()).status, 201);
    assert_eq!(subject.get(&at(1, TEXT.as_bytes())).expect("an answer").status, 200);
    let officer = Client::new(&server.base, Some(&bench.officer));
    assert_eq!(upload(&officer, 2, "text/plain", TEXT.as_bytes()).status, 201);
    assert_eq!(code_of(&upload(&subject, 2, "text/plain", b"mine")), (404, "NOT_FOUND"));
    let other = subject.get(&at(2, TEXT.as_bytes())).expect("an answer");
    assert_eq!(code_of(&other), (404, "NOT_FOUND"));
}

/// A key of a subject, made on the machine.
fn subject_key(data: &Path, subject: &str) -> String {
    let data = data.display().to_string();
    let arguments = [
        "key",
        "create",
        "--data",
        &data,
        "--role",
        "subject",
        "--expires-on",
        "2199-12-31",
        "--acts-for",
        subject,
    ];
    let (code, output, errors) = run(&arguments);
    assert_eq!(code, 0, "{errors}");
    output.trim().to_owned()
}

#[test]
fn what_is_no_document_is_refused_by_name() {
    let (bench, server) = bench();
    let officer = Client::new(&server.base, Some(&bench.officer));
    let cases: [(&str, &[u8], (u16, &str)); 7] = [
        ("text/plain", b"", (422, "VALUE_INVALID")),
        ("application/zip", b"PK\x03\x04", (415, "DOCUMENT_TYPE")),
        ("application/pdf", TEXT.as_bytes(), (415, "DOCUMENT_TYPE")),
        ("text/plain", b"%PDF-1.7\n", (415, "DOCUMENT_TYPE")),
        ("application/pdf", b"MZ\x90\0\x03", (415, "DOCUMENT_TYPE")),
        ("text/html", b"<script>alert(1)</script>", (415, "DOCUMENT_TYPE")),
        ("application/ofd", b"PK\x03\x04 and no directory", (415, "DOCUMENT_TYPE")),
    ];
    for (kind, bytes, expected) in cases {
        let answer = upload(&officer, 1, kind, bytes);
        assert_eq!(code_of(&answer), expected, "{kind}: {answer:?}");
    }
    let large = vec![b' '; (20 << 20) + 1];
    let path = format!("/v1/documents?subject={}", code("91", 1));
    let answer = officer.send(&path, &[("Content-Type", "text/plain")], &large);
    assert_eq!(code_of(&answer.expect("an answer")), (413, "BODY_TOO_LARGE"));
    let nobody = officer.send("/v1/documents", &[("Content-Type", "text/plain")], b"x");
    assert_eq!(code_of(&nobody.expect("an answer")), (422, "VALUE_INVALID"));
    assert_eq!(code_of(&upload(&officer, 9, "text/plain", b"x")), (404, "NOT_FOUND"));
    assert!(stored(&bench.data).is_empty(), "{:?}", stored(&bench.data));
    // Above the limit of every other route, and up to its own, a document is taken.
    let largest = vec![b' '; 20 << 20];
    assert_eq!(upload(&officer, 1, "text/plain", &largest).status, 201);
    assert_eq!(server.terminate(), Some(0));
}

#[test]
fn a_changed_file_is_found_on_reading_and_uploading_again_heals_it() {
    let (bench, server) = bench();
    let officer = Client::new(&server.base, Some(&bench.officer));
    assert_eq!(upload(&officer, 1, "text/plain", TEXT.as_bytes()).status, 201);
    let path = stored(&bench.data).pop().expect("a file");
    let mut bytes = std::fs::read(&path).expect("the file");
    *bytes.last_mut().expect("a byte") ^= 1;
    std::fs::write(&path, bytes).expect("changing the file");
    let read = officer.get(&at(1, TEXT.as_bytes())).expect("an answer");
    assert_eq!(code_of(&read), (500, "DOCUMENT_DAMAGED"));
    assert_eq!(upload(&officer, 1, "text/plain", TEXT.as_bytes()).status, 201);
    assert_eq!(officer.get(&at(1, TEXT.as_bytes())).expect("an answer").status, 200);
}

/// Large enough that a look or a kill falls into the middle of one: some 1 MiB.
fn large(number: u64) -> Vec<u8> {
    format!("第{number}号证据材料\n").repeat(40_000).into_bytes()
}

/// Whether the file is as long as its header says; one that is gone by now is no half one.
fn whole(path: &Path) -> bool {
    let Ok(mut file) = File::open(path) else {
        return true;
    };
    let mut header = [0; 64];
    if file.read_exact(&mut header).is_err() {
        return false;
    }
    let clear = u64::from_be_bytes(header[32..40].try_into().expect("eight bytes"));
    file.metadata().is_ok_and(|own| own.len() == 64 + clear + 16)
}

/// Looks at every stored file for as long as uploads run: none is ever seen unfinished.
fn watch(data: &Path, stop: &AtomicBool) {
    let mut looks = 0_u64;
    while !stop.load(Ordering::Relaxed) {
        for path in stored(data) {
            assert!(whole(&path), "{} stands there half written", path.display());
        }
        looks += 1;
        // Uploads take milliseconds to write; looking without a pause would only slow them.
        std::thread::park_timeout(Duration::from_micros(100));
    }
    assert!(looks > 0, "nothing was looked at");
}

#[test]
fn kill_during_uploads_loses_no_acknowledged_document_and_leaves_no_half_one() {
    let (bench, mut server) = bench();
    let next = AtomicU64::new(0);
    let acknowledged = Mutex::new(Vec::new());
    for round in 0..8 {
        let base = server.base.clone();
        let stop = AtomicBool::new(false);
        std::thread::scope(|scope| {
            scope.spawn(|| watch(&bench.data, &stop));
            for _ in 0..2 {
                scope.spawn(|| {
                    let client = Client::new(&base, Some(&bench.officer));
                    loop {
                        let number = next.fetch_add(1, Ordering::Relaxed);
                        let path = format!("/v1/documents?subject={}", code("91", 1));
                        let header = [("Content-Type", "text/plain")];
                        match client.send(&path, &header, &large(number)) {
                            Some(answer) if answer.status == 201 => {
                                acknowledged.lock().expect("the list").push(number);
                            }
                            Some(answer) => assert_eq!(answer.status, 503, "{answer:?}"),
                            None => return,
                        }
                    }
                });
            }
            std::thread::park_timeout(Duration::from_millis(600 + 137 * round));
            server.kill();
            stop.store(true, Ordering::Relaxed);
        });
        server = Server::start(&bench.config, &bench.data);
    }
    let incoming = std::fs::read_dir(bench.data.join("documents/incoming")).expect("the folder");
    assert_eq!(incoming.count(), 0, "a start clears what was unfinished");
    let officer = Client::new(&server.base, Some(&bench.officer));
    let acknowledged = acknowledged.into_inner().expect("the list");
    assert!(!acknowledged.is_empty());
    for number in 0..next.into_inner() {
        let bytes = large(number);
        let read = officer.get(&at(1, &bytes)).expect("an answer");
        if read.status == 404 {
            assert!(!acknowledged.contains(&number), "{number} was acknowledged and is lost");
            continue;
        }
        assert_eq!(read.status, 200, "{number}: {:?}", code_of(&read));
        assert_eq!(read.body["text"].as_str().map(str::as_bytes), Some(&bytes[..]), "{number}");
    }
}

/// A proposal of a black listing, with a document that is or is not there.
fn proposal(sha256: &str) -> serde_json::Value {
    json!({
        "subject": code("91", 1), "behaviour": "B2.14",
        "basis": [{"instrument": "samr-order-44", "article": "第九条"}],
        "facts": [{"kind": "penalty_decision", "about": code("91", 1), "number": "尤市监罚〔2026〕1号",
            "issuer": "尤溪县市场监督管理局", "date": "2026-01-05", "sha256": sha256}],
        "act": "发布虚假广告",
    })
}

#[test]
fn a_step_that_names_a_document_that_is_not_there_is_refused_by_name() {
    let (bench, server) = bench();
    let officer = Client::new(&server.base, Some(&bench.officer));
    let propose = |key: &str, sha256: &str| officer.post("/v1/listings", key, &proposal(sha256));
    let refused = propose("documents-0001", &address(b"never uploaded")).expect("an answer");
    assert_eq!(code_of(&refused), (422, "DOCUMENT_MISSING"));
    assert_eq!(refused.body["field"], "facts[0].sha256");
    let upload_to = format!("/v1/documents?subject={}", code("91", 1));
    assert!(refused.body["cure"].as_str().is_some_and(|cure| cure.contains(&upload_to)));
    // That of another subject does not do.
    let other = officer.document(&code("91", 2), TEXT);
    let refused = propose("documents-0002", &other).expect("an answer");
    assert_eq!(code_of(&refused), (422, "DOCUMENT_MISSING"));
    assert_eq!(officer.document(&code("91", 1), TEXT), other, "the address is of the bytes alone");
    let taken = propose("documents-0003", &other).expect("an answer");
    assert_eq!(taken.status, 201, "{taken:?}");
    let notice = format!("/v1/listings/{}/notice", taken.body["id"].as_str().expect("an id"));
    let mut body = json!({
        "facts": "事实", "reasons": "理由", "measures": [], "rights_stated": true,
        "document_sha256": other,
        "service": {"manner": "direct", "on": "2026-01-06", "proof_sha256": address(b"no proof")},
    });
    let refused = officer.post(&notice, "documents-0004", &body).expect("an answer");
    assert_eq!(code_of(&refused), (422, "DOCUMENT_MISSING"));
    assert_eq!(refused.body["field"], "service.proof_sha256");
    // Another subject is not told what is stored for this one, nor whose case it is.
    let stranger = Client::new(&server.base, Some(&subject_key(&bench.data, &code("91", 2))));
    let objection = json!({
        "target": taken.body["id"], "trigger": "subject", "grounds": ["error"],
        "statement": "与我有关", "evidence": [address(b"never uploaded")],
    });
    let refused = stranger.post("/v1/objections", "documents-0006", &objection);
    let refused = refused.expect("an answer");
    assert_eq!(code_of(&refused), (403, "FORBIDDEN_ROLE"));
    assert!(!refused.body.to_string().contains(&code("91", 1)), "{refused:?}");
    // Thirty-two zeros are no document; the guard that wants one says so.
    body["document_sha256"] = json!("0".repeat(64));
    body["service"]["proof_sha256"] = json!(other);
    let refused = officer.post(&notice, "documents-0005", &body).expect("an answer");
    assert_eq!(code_of(&refused), (409, "G-NOTICE"));
}

#[test]
fn where_the_county_does_not_ask_for_it_a_digest_is_enough() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    let config = config(folder.path(), "[documents]\nrequired = false\n");
    let officer = key(&data, "provider", Some((MARKET, "SC-03")));
    let server = Server::start(&config, &data);
    let officer = Client::new(&server.base, Some(&officer));
    let subjects = json!({"subjects": [{"code": code("91", 1), "name": "尤溪县甲有限公司"}]});
    officer.post("/v1/subjects", "documents-subjects", &subjects).expect("an answer");
    let body = proposal(&address(b"kept elsewhere"));
    let taken = officer.post("/v1/listings", "documents-0001", &body).expect("an answer");
    assert_eq!(taken.status, 201, "{taken:?}");
}

#[test]
fn texts_are_made_for_the_handling_authority_and_say_what_they_lack() {
    let (bench, server) = bench();
    let officer = Client::new(&server.base, Some(&bench.officer));
    let paper = officer.document(&code("91", 1), TEXT);
    let taken = officer.post("/v1/listings", "documents-0001", &proposal(&paper));
    let taken = taken.expect("an answer");
    let case = format!("/v1/listings/{}", taken.body["id"].as_str().expect("an id"));
    let path = format!("{case}/texts/notice");
    assert_eq!(code_of(&officer.get(&path).expect("an answer")), (409, "STATE"));
    let headers = [("Purpose", "test case"), ("Content-Type", "application/json")];
    let draft = |client: &Client, body: &serde_json::Value| {
        client.send(&path, &headers, body.to_string().as_bytes()).expect("an answer")
    };
    let lacking = draft(&officer, &json!({"facts": "事实"}));
    assert_eq!(code_of(&lacking), (409, "TEXT_INCOMPLETE"));
    assert!(lacking.body["detail"].as_str().is_some_and(|own| own.contains("理由")), "{lacking:?}");
    let words = json!({"facts": "虚假宣传<b>", "reasons": "符合认定标准", "hearing_offered": true});
    let text = draft(&officer, &words);
    assert_eq!((text.status, text.kind.as_str()), (200, "text/plain; charset=utf-8"), "{text:?}");
    let text = text.body["text"].as_str().expect("a text").to_owned();
    for part in ["事先告知书", "尤溪县甲有限公司", "虚假宣传<b>", "《", "第九条", "要求听证"]
    {
        assert!(text.contains(part), "no {part} in {text}");
    }
    // What was uploaded, served and recorded is what the log tells afterwards, byte for byte.
    let notice = json!({
        "facts": "虚假宣传<b>", "reasons": "符合认定标准", "measures": [], "rights_stated": true,
        "hearing_offered": true, "document_sha256": officer.document(&code("91", 1), &text),
        "service": {"manner": "direct", "on": today(&officer), "proof_sha256": paper},
    });
    let served = officer.post(&format!("{case}/notice"), "documents-0002", &notice);
    assert_eq!(served.as_ref().map(|own| own.status), Some(201), "{served:?}");
    let told = officer.get(&path).expect("an answer");
    assert_eq!(told.body["text"], json!(text), "{told:?}");
    let page = officer.get(&format!("{path}?format=html")).expect("an answer");
    assert_eq!(page.kind, "text/html; charset=utf-8");
    assert!(page.body["text"].as_str().is_some_and(|own| own.contains("虚假宣传&lt;b&gt;")));
    // Nobody else: another authority, the subject, an auditor, the public.
    let tax = key(&bench.data, "department", Some(("11350426XY00010666", "SC-03")));
    let tax = Client::new(&server.base, Some(&tax));
    assert_eq!(code_of(&tax.get(&path).expect("an answer")), (404, "NOT_FOUND"));
    assert_eq!(code_of(&draft(&tax, &words)), (404, "NOT_FOUND"));
    let subject = Client::new(&server.base, Some(&subject_key(&bench.data, &code("91", 1))));
    assert_eq!(code_of(&subject.get(&path).expect("an answer")), (403, "FORBIDDEN_ROLE"));
    let public = Client::new(&server.base, None);
    assert_eq!(code_of(&public.get(&path).expect("an answer")), (401, "UNAUTHENTICATED"));
    let unknown = officer.get(&format!("{case}/texts/verdict")).expect("an answer");
    assert_eq!(code_of(&unknown), (404, "NOT_FOUND"));
    let unpurposed = officer.send(&path, &[], words.to_string().as_bytes()).expect("an answer");
    assert_eq!(code_of(&unpurposed), (403, "PURPOSE_REQUIRED"));
}

/// The server's own legal date.
fn today(client: &Client) -> serde_json::Value {
    client.get("/v1/lists/black").expect("an answer").body["as_of"].clone()
}

/// For a court or a reconsideration: what was said of a case, in clear, with the addresses of its
/// documents, and nothing of another case of the same file. Covers O68.
#[test]
fn the_bundle_of_a_case_is_what_was_said_of_it_and_nothing_else() {
    let (bench, server) = bench();
    let officer = Client::new(&server.base, Some(&bench.officer));
    let subject = code("91", 1);
    let paper = officer.document(&subject, TEXT);
    let day = today(&officer);
    let proposed = |key: &str, act: &str, (number, sha256): (&str, &str)| {
        let mut body = proposal(sha256);
        body["act"] = json!(act);
        body["facts"][0]["number"] = json!(number);
        let taken = officer.post("/v1/listings", key, &body).expect("an answer");
        assert_eq!(taken.status, 201, "{taken:?}");
        taken.body["id"].as_str().expect("an id").to_owned()
    };
    let elsewhere = officer.document(&subject, "另案文书");
    let other = proposed("bundle-0001", "另案事实", ("尤市监罚〔2026〕2号", &elsewhere));
    // The same paper carries one case: a second is refused, and told which.
    let case = proposed("bundle-0002", "本案事实", ("尤市监罚〔2026〕1号", &paper));
    let again = officer.post("/v1/listings", "bundle-0005", &proposal(&paper)).expect("an answer");
    assert_eq!(code_of(&again), (409, "EXISTS"));
    assert!(again.body["detail"].as_str().is_some_and(|own| own.contains(&case)), "{again:?}");
    let notice = json!({
        "facts": "虚假宣传", "reasons": "符合认定标准", "measures": [], "rights_stated": true,
        "hearing_offered": true, "document_sha256": paper,
        "service": {"manner": "direct", "on": day, "proof_sha256": paper},
    });
    let served = officer.post(&format!("/v1/listings/{case}/notice"), "bundle-0003", &notice);
    assert_eq!(served.as_ref().map(|own| own.status), Some(201), "{served:?}");
    let party = Client::new(&server.base, Some(&subject_key(&bench.data, &subject)));
    let own = party.document(&subject, "我方证据");
    let objection = json!({
        "target": case, "trigger": "subject", "grounds": ["error"], "statement": "事实不符",
        "evidence": [own], "new_facts": false,
    });
    let filed = party.post("/v1/objections", "bundle-0004", &objection).expect("an answer");
    assert_eq!(filed.status, 201, "{filed:?}");
    let path = format!("/v1/cases/{case}/bundle");
    let of_listing = format!("/v1/listings/{case}/bundle");
    for (reader, path) in [(&officer, &path), (&party, &of_listing)] {
        let bundle = reader.get(path).expect("an answer").body;
        let names: Vec<_> = bundle["events"]
            .as_array()
            .expect("events")
            .iter()
            .map(|event| event["event"].as_str().expect("a name"))
            .collect();
        assert_eq!(
            names,
            ["listing.proposed", "listing.repair_rule_kept", "prenotice.served", "objection.filed",]
        );
        let text = bundle.to_string();
        for said in ["本案事实", "虚假宣传", "事实不符"] {
            assert!(text.contains(said), "{said} is not in {text}");
        }
        assert!(!text.contains("另案事实") && !text.contains(&other), "{text}");
        let documents = bundle["documents"].as_array().expect("documents");
        for address in [&paper, &own] {
            let found = documents.iter().find(|found| found["sha256"] == json!(address));
            assert_eq!(found.map(|found| &found["stored"]), Some(&json!(true)), "{documents:?}");
        }
        assert_eq!(bundle["complete"], json!(true));
    }
    let tax = key(&bench.data, "department", Some(("11350426XY00010666", "SC-03")));
    let tax = Client::new(&server.base, Some(&tax));
    assert_eq!(code_of(&tax.get(&path).expect("an answer")), (404, "NOT_FOUND"));
    let public = Client::new(&server.base, None);
    assert_eq!(public.get(&path).expect("an answer").status, 404);
    let other_kind = officer.get(&format!("/v1/attributions/{case}/bundle")).expect("an answer");
    assert_eq!(code_of(&other_kind), (422, "IDENTIFIER_INVALID"), "a listing is no attribution");
}
