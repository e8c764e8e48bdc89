//! Channels: what is published, disputed, found wrong and annulled reaches a folder and a real
//! HTTP server, in order, whatever fails in between; an objection closes only when both have it.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::{Value, json};
use sha2::Sha256;
use shouxin_server::demo::sample::{code, digest};
use shouxin_tests::{Client, Server, config, key};

const MARKET: &str = "11350426XY0001023Q";
const OFFICE: &str = "11350426XY0001015X";
const SECRET: &str = "a secret of the test";

/// A recipient: takes batches, or refuses them while it is told to.
struct Recipient {
    port: u16,
    taken: Arc<Mutex<Vec<Value>>>,
    refuses: Arc<AtomicBool>,
}

/// Reads one request; answers its headers and body.
fn request(stream: &TcpStream) -> Option<(BTreeMap<String, String>, Vec<u8>)> {
    let mut reader = BufReader::new(stream);
    let mut headers = BTreeMap::new();
    let mut line = String::new();
    reader.read_line(&mut line).ok()?;
    loop {
        line.clear();
        reader.read_line(&mut line).ok()?;
        let Some((name, value)) = line.trim_end().split_once(": ") else {
            break;
        };
        headers.insert(name.to_lowercase(), value.to_owned());
    }
    let length: usize = headers.get("content-length")?.parse().ok()?;
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some((headers, body))
}

fn signed(headers: &BTreeMap<String, String>, body: &[u8]) -> bool {
    let mut mac = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes()).expect("a key");
    mac.update(headers["shouxin-timestamp"].as_bytes());
    mac.update(b".");
    mac.update(body);
    let found = headers["shouxin-signature"].strip_prefix("sha256=").expect("the kind");
    let found = data_encoding::HEXLOWER.decode(found.as_bytes()).expect("hexadecimal");
    mac.verify_slice(&found).is_ok()
}

impl Recipient {
    fn start() -> Recipient {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("its address").port();
        let taken = Arc::new(Mutex::new(Vec::new()));
        let refuses = Arc::new(AtomicBool::new(false));
        let (kept, refusing) = (taken.clone(), refuses.clone());
        std::thread::spawn(move || {
            for mut stream in listener.incoming().flatten() {
                let Some((headers, body)) = request(&stream) else {
                    continue;
                };
                let status = if refusing.load(Ordering::SeqCst) {
                    "503 Service Unavailable"
                } else if !signed(&headers, &body) {
                    "401 Unauthorized"
                } else {
                    let batch = serde_json::from_slice(&body).expect("JSON");
                    kept.lock().expect("the list").push(batch);
                    "204 No Content"
                };
                let answer = format!(
                    "HTTP/1.1 {status}\r\nContent-Length: 0\r\nShouxin-Reference: SM-1\r\nConnection: close\r\n\r\n"
                );
                // The sender may have given up; it sends again.
                let _gone = stream.write_all(answer.as_bytes());
            }
        });
        Recipient { port, taken, refuses }
    }

    /// What it was told last about a thing.
    fn last(&self, id: &str) -> Option<Value> {
        last(&self.taken.lock().expect("the list"), id)
    }
}

fn last(batches: &[Value], id: &str) -> Option<Value> {
    let items = batches.iter().flat_map(|batch| batch["items"].as_array().cloned());
    items.flatten().rfind(|item| item["id"] == id)
}

/// What the files in the folder say last about a thing.
fn dropped(folder: &Path, id: &str) -> Option<Value> {
    let mut names: Vec<_> = std::fs::read_dir(folder).ok()?.flatten().map(|it| it.path()).collect();
    names.sort();
    let batches: Vec<Value> = names
        .iter()
        .map(|path| serde_json::from_slice(&std::fs::read(path).expect("a file")).expect("JSON"))
        .collect();
    last(&batches, id)
}

fn settings(folder: &Path, port: u16) -> std::path::PathBuf {
    let file = config(folder, "");
    std::fs::write(folder.join("secret"), SECRET).expect("the secret");
    let text = format!(
        "[[channel]]\nname = \"portal\"\ntitle = \"门户\"\nkind = \"file_drop\"\nfolder = \"portal\"\n\
         confirm_within_wd = 3\n[[channel]]\nname = \"sanming\"\ntitle = \"信用三明\"\nkind = \"webhook\"\n\
         url = \"http://127.0.0.1:{port}/in\"\nsecret_file = {:?}\nconfirm_within_wd = 3\n",
        folder.join("secret"),
    );
    std::fs::write(folder.join("config/channels.toml"), text).expect("channels.toml");
    file
}

struct County {
    market: Client,
    colleague: Client,
    office: Client,
    auditor: Client,
    public: Client,
}

impl County {
    fn of(server: &Server, keys: &[String; 4]) -> County {
        let client = |place: usize| Client::new(&server.base, Some(&keys[place]));
        let public = Client::new(&server.base, None);
        County {
            market: client(0),
            colleague: client(1),
            office: client(2),
            auditor: client(3),
            public,
        }
    }
}

fn must(client: &Client, path: &str, body: &Value) -> Value {
    let key = format!("{path}-{}", digest(&body.to_string()).get(..16).expect("a digest"));
    let answer = client.post(path, &key, body).expect("an answer");
    assert!(matches!(answer.status, 200 | 201), "{path}: {answer:?}");
    answer.body
}

fn service(officer: &Client, subject: &str, day: &str) -> Value {
    json!({"manner": "direct", "on": day, "proof_sha256": officer.document(subject, "proof")})
}

/// Covers O17, O40, O53, O65.
#[test]
fn whatever_changes_reaches_every_channel_and_an_objection_waits_for_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let recipient = Recipient::start();
    let config = settings(folder.path(), recipient.port);
    let data = folder.path().join("data");
    let server = Server::start(&config, &data);
    let keys = [
        key(&data, "provider", Some((MARKET, "SC-03"))),
        key(&data, "provider", Some((MARKET, "SC-01"))),
        key(&data, "credit_office", Some((OFFICE, "SC-03"))),
        key(&data, "auditor", None),
    ];
    let county = County::of(&server, &keys);
    let subject = code("91", 1);
    let today = county.office.get("/readyz").expect("an answer");
    assert_eq!(today.status, 200);
    must(
        &county.market,
        "/v1/subjects",
        &json!({"subjects": [{"code": subject, "name": "尤溪县试验有限公司"}]}),
    );
    let accepted = must(
        &county.market,
        "/v1/records",
        &json!({"records": [{
            "subject": subject, "item": "FJ-FR-0101", "document_number": "尤试〔2026〕1号",
            "document_date": "2026-01-05", "content": {"摘要": "试验"},
        }]}),
    );
    let id = accepted["id"].as_str().expect("an id").to_owned();
    let portal = data.join("portal");
    let shown = |action: &str| {
        let (file, hook) = (dropped(&portal, &id), recipient.last(&id));
        [file, hook].iter().all(|found| found.as_ref().is_some_and(|it| it["action"] == action))
    };
    let confirmed = |body: &Value| {
        let channels = body["channels"].as_array().cloned().unwrap_or_default();
        channels.len() == 2 && channels.iter().all(|own| own["oldest_unconfirmed"].is_null())
    };
    county.auditor.until("/v1/channels", "confirmed", confirmed);
    assert!(shown("publish"), "both show it");
    let item = recipient.last(&id).expect("the item");
    assert_eq!(item["name"], "尤溪县试验有限公司");
    assert_eq!(item["status"], "final");

    // The platform is down: the portal is served meanwhile, and the objection cannot close.
    recipient.refuses.store(true, Ordering::SeqCst);
    let filed = must(
        &county.market,
        "/v1/objections",
        &json!({"target": id, "trigger": "ex_officio", "grounds": ["error"], "statement": "文号有误"}),
    );
    let objection = filed["id"].as_str().expect("an id").to_owned();
    county.auditor.until("/v1/channels", "the failure", |body| {
        let failing = |own: &Value| own["failing"] == "webhook: HTTP 503";
        body["channels"].as_array().is_some_and(|all| all.iter().any(failing))
    });
    let at = |step: &str| format!("/v1/objections/{objection}/{step}");
    must(&county.office, &at("accept"), &json!({}));
    let day = accepted_day(&county.auditor, &subject);
    must(&county.office, &at("refer"), &json!({"received_on": day}));
    must(
        &county.colleague,
        &at("verification"),
        &json!({"finding": "error", "reasons": "确有错误"}),
    );
    must(
        &county.office,
        &at("resolve"),
        &json!({"reasons": "异议成立，予以撤销", "service": service(&county.office, &subject, &day)}),
    );
    let path = format!("/v1/objections/{objection}");
    let state = county.auditor.get(&path).expect("an answer").body["state"].clone();
    assert_eq!(state, "upheld", "one channel still shows it");
    let gone = county.public.get(&format!("/v1/subjects/{subject}")).expect("an answer").body;
    assert_eq!(gone["records"], json!([]), "the register itself shows it no more");
    assert_eq!(recipient.last(&id).expect("the item")["action"], "publish");

    // A restart in between loses nothing of what is owed.
    assert_eq!(server.terminate(), Some(0));
    recipient.refuses.store(false, Ordering::SeqCst);
    let server = Server::start(&config, &data);
    let county = County::of(&server, &keys);
    county.auditor.until(&path, "its end", |body| body["state"] == "closed_upheld");
    assert!(shown("withdraw"), "both have withdrawn it");
    let item = recipient.last(&id).expect("the item");
    let fields: Vec<&String> = item.as_object().expect("an object").keys().collect();
    assert_eq!(
        fields,
        ["action", "id", "position", "reason", "reason_zh", "withdrawn_on"],
        "and nothing else is said"
    );
    assert_eq!(item["reason"], "annulled_on_objection", "a class of reason, and no text");
}

/// The day on which the record was accepted, as its file's history has it.
fn accepted_day(auditor: &Client, subject: &str) -> String {
    let history = auditor.get(&format!("/v1/subjects/{subject}/history")).expect("an answer").body;
    let last = history["events"].as_array().and_then(|all| all.last().cloned()).expect("an event");
    last["legal_date"].as_str().expect("a day").to_owned()
}

/// Covers INV-13: a channel that is taken out of the file is waited for until the operator answers
/// for it with a reason.
#[test]
fn a_channel_taken_out_is_closing_until_the_operator_waives_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let recipient = Recipient::start();
    let config = settings(folder.path(), recipient.port);
    let data = folder.path().join("data");
    let server = Server::start(&config, &data);
    let auditor = key(&data, "auditor", None);
    assert_eq!(server.terminate(), Some(0));
    let file = folder.path().join("config/channels.toml");
    let both = std::fs::read_to_string(&file).expect("channels.toml");
    let portal = both.split("[[channel]]").nth(1).expect("the portal");
    std::fs::write(&file, format!("[[channel]]{portal}")).expect("channels.toml");
    let server = Server::start(&config, &data);
    let client = Client::new(&server.base, Some(&auditor));
    let channels = || client.get("/v1/channels").expect("an answer").body["channels"].clone();
    let closing = |name: &str| {
        let found = channels();
        let own = found.as_array().and_then(|all| all.iter().find(|own| own["name"] == name));
        own.map(|own| own["closing"].is_string())
    };
    assert_eq!((closing("portal"), closing("sanming")), (Some(false), Some(true)));
    let data = data.to_string_lossy().into_owned();
    let waive = |name: &str, reason: &str| {
        let arguments = ["channel", "waive", name, "--reason", reason, "--data", &data];
        shouxin_tests::run(&arguments).0
    };
    assert_eq!(waive("portal", "停用"), 3, "it is in use");
    assert_eq!(waive("sanming", " "), 3, "no reason");
    assert_eq!(waive("sanming", "对方书面确认已全部撤下"), 0);
    assert_eq!((closing("portal"), closing("sanming")), (Some(false), None));
}
