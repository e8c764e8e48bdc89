//! What is posted and what comes of it, against real servers over real connections.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "in a test a failure is what they are for"
)]

mod kit;

use std::io::Write;

use serde_json::{Value, json};
use shouxin_outbound::{Endpoint, Poster, signature};
use shouxin_plugin::testing::{Bench, case};
use shouxin_plugin::{
    Answer, AnswerOutcome, Case, Config, Error, Handler, Hook, Level, Mode, Outcome,
};
use tempfile::TempDir;

use kit::{Reply, SECRET, System};

/// The smallest handler that posts.
struct Forward {
    poster: Poster,
}

impl Forward {
    fn post(&mut self, hook: Hook, case: &Case) -> Outcome {
        self.poster.deliver(hook, Some(&case.idempotency_key), case)
    }
}

impl Handler for Forward {
    fn create(config: &Config) -> Result<Self, Error> {
        let endpoint: Option<Endpoint> = config.settings()?;
        let endpoint = endpoint.ok_or_else(|| Error::Settings("none".to_owned()))?;
        let poster = Poster::new(&endpoint, config);
        Ok(Forward { poster: poster.map_err(|error| Error::Settings(error.to_string()))? })
    }
    fn execute(&mut self, case: &Case) -> Outcome {
        self.post(Hook::Execute, case)
    }
    fn suspend(&mut self, case: &Case) -> Outcome {
        self.post(Hook::Suspend, case)
    }
    fn resume(&mut self, case: &Case) -> Outcome {
        self.post(Hook::Resume, case)
    }
    fn lift(&mut self, case: &Case) -> Outcome {
        self.post(Hook::Lift, case)
    }
    fn forget(&mut self, _subject_key: &str) -> Outcome {
        Outcome::done()
    }
    fn query(&mut self, question: &Value) -> Result<Value, Error> {
        self.poster.ask(question).map_err(Error::Other)
    }
}

/// A bench that may reach this address, with these settings beside it.
fn bench(folder: &TempDir, url: &str, address: &str, more: Value) -> Bench {
    let mut settings = json!({"url": url, "secrets": [SECRET], "timeout_ms": 20_000});
    for (name, value) in more.as_object().unwrap() {
        settings[name] = value.clone();
    }
    let mut bench = Bench::start::<Forward>(folder.path(), settings).unwrap();
    bench.grant(address);
    bench
}

fn plain(folder: &TempDir, address: &str) -> Bench {
    bench(folder, &format!("http://{address}/hook"), address, json!({}))
}

fn execute(bench: &mut Bench) -> Answer {
    bench.case(Hook::Execute, &case("M-0.1042", 1057, "M-A17")).unwrap()
}

fn later(answer: &Answer, says: &str) {
    assert_eq!(answer.outcome, AnswerOutcome::Later, "{answer:?}");
    let detail = answer.detail.as_deref().unwrap_or_default();
    assert!(detail.contains(says), "{detail}");
    assert!(answer.retry_after_ms.is_some());
}

#[test]
fn a_call_arrives_signed_with_its_key_and_its_answer_comes_back() {
    let (folder, system) = (TempDir::new().unwrap(), System::start());
    let answer = execute(&mut plain(&folder, &system.address));
    assert_eq!(answer, Outcome::done().with_reference("S-1"));
    let [seen] = &system.seen()[..] else { panic!("one request") };
    assert_eq!(seen.trusted, Ok(()));
    for (name, value) in [
        ("content-type", "application/json"),
        ("shouxin-hook", "execute"),
        ("idempotency-key", "M-0.1042/execute/1057"),
    ] {
        assert_eq!(seen.headers[name], value);
    }
    assert_eq!(seen.body["schema"], 1);
    assert_eq!(seen.body["hook"], "execute");
    assert_eq!(seen.body["idempotency_key"], "M-0.1042/execute/1057");
    assert_eq!(seen.body["message"]["decision"]["document_number"], "尤信办〔2026〕3号");
}

#[test]
fn an_empty_2xx_is_done_and_another_body_is_for_a_person() {
    let (folder, system) = (TempDir::new().unwrap(), System::start());
    let mut bench = plain(&folder, &system.address);
    system.next([
        Reply::status(204),
        Reply::status(200),
        Reply::body(200, "ok"),
        Reply::body(200, "x".repeat(70_000)),
        Reply::body(200, r#"{"outcome":"failed","detail":"unknown"}"#),
    ]);
    assert_eq!(execute(&mut bench), Outcome::done());
    assert_eq!(execute(&mut bench), Outcome::done());
    assert_eq!(execute(&mut bench).outcome, AnswerOutcome::NeedsHuman);
    let long = execute(&mut bench);
    assert_eq!(long.outcome, AnswerOutcome::NeedsHuman);
    assert!(long.detail.unwrap().contains("65536 bytes"));
    assert_eq!(execute(&mut bench), Outcome::failed("unknown"));
}

#[test]
fn a_wrong_secret_is_refused_and_goes_to_a_person() {
    let (folder, system) = (TempDir::new().unwrap(), System::start());
    let other = json!({"secrets": [SECRET.replace('0', "1")]});
    let mut bench = bench(&folder, &system.url(), &system.address, other);
    let answer = execute(&mut bench);
    assert_eq!(answer.outcome, AnswerOutcome::NeedsHuman);
    assert!(answer.detail.unwrap().contains("compare the secrets"));
    assert_eq!(system.seen()[0].trusted, Err(signature::Distrust::Mismatch));
}

#[test]
fn either_of_two_secrets_is_enough() {
    let (folder, system) = (TempDir::new().unwrap(), System::start());
    let both = json!({"secrets": [SECRET.replace('0', "1"), SECRET]});
    let mut bench = bench(&folder, &system.url(), &system.address, both);
    assert_eq!(execute(&mut bench).outcome, AnswerOutcome::Done);
}

#[test]
fn trouble_of_the_system_is_waited_out_with_the_same_key() {
    let (folder, system) = (TempDir::new().unwrap(), System::start());
    let mut bench = plain(&folder, &system.address);
    system.next([
        Reply::status(500),
        Reply { headers: vec![("Retry-After", "30".to_owned())], ..Reply::status(429) },
        Reply::status(409),
    ]);
    later(&execute(&mut bench), "HTTP 500");
    assert_eq!(execute(&mut bench).retry_after_ms, Some(30_000));
    later(&execute(&mut bench), "HTTP 409");
    assert_eq!(execute(&mut bench).outcome, AnswerOutcome::Done);
    let keys: Vec<String> =
        system.seen().iter().map(|seen| seen.headers["idempotency-key"].clone()).collect();
    assert_eq!(keys, vec!["M-0.1042/execute/1057"; 4]);
}

#[test]
fn a_redirect_is_not_followed() {
    let (folder, system, other) = (TempDir::new().unwrap(), System::start(), System::start());
    let mut bench = plain(&folder, &system.address);
    bench.grant(&other.address);
    for status in [301, 302, 303, 307, 308] {
        let to = vec![("Location", other.url())];
        system.next([Reply { headers: to, ..Reply::status(status) }]);
        let answer = execute(&mut bench);
        assert_eq!(answer.outcome, AnswerOutcome::NeedsHuman, "{status}");
    }
    assert_eq!((system.seen().len(), other.seen().len()), (5, 0));
}

#[test]
fn nobody_there_no_grant_and_no_answer_are_later() {
    let folder = TempDir::new().unwrap();
    let nobody = kit::nobody();
    later(&execute(&mut plain(&folder, &nobody)), "nobody answers there");
    let system = System::start();
    let ungranted = &mut bench(&folder, &system.url(), "127.0.0.1:1", json!({}));
    later(&execute(ungranted), "grants this plugin no such connection");
    let (level, line) = ungranted.take_log().remove(0);
    assert_eq!(level, Level::Warn);
    assert!(line.contains(&system.address), "{line}");
    assert!(system.seen().is_empty());
    let silent = kit::peer(|mut stream| kit::until_closed(&mut stream));
    let url = format!("http://{silent}/");
    let mut bench = bench(&folder, &url, &silent, json!({"timeout_ms": 200}));
    later(&execute(&mut bench), "did not answer in time");
}

#[test]
fn who_breaks_off_stalls_or_speaks_no_http_is_later() {
    let folder = TempDir::new().unwrap();
    let closing = kit::peer(|mut stream| drop(kit::read_request(&mut stream)));
    later(&execute(&mut plain(&folder, &closing)), "the other system");
    let cut = kit::peer(|mut stream| {
        kit::read_request(&mut stream);
        stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"outcome\":").unwrap();
    });
    later(&execute(&mut plain(&folder, &cut)), "the other system");
    let stalling = kit::peer(|mut stream| {
        kit::read_request(&mut stream);
        stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{").unwrap();
        kit::until_closed(&mut stream);
    });
    let url = format!("http://{stalling}/");
    let mut slow = bench(&folder, &url, &stalling, json!({"timeout_ms": 200}));
    later(&execute(&mut slow), "did not answer in time");
    let babbling = kit::peer(|mut stream| {
        kit::read_request(&mut stream);
        stream.write_all(b"SSH-2.0-OpenSSH\r\n\r\n").unwrap();
    });
    later(&execute(&mut plain(&folder, &babbling)), "the other system");
    let endless = kit::peer(|mut stream| {
        kit::read_request(&mut stream);
        stream.write_all(b"HTTP/1.1 200 OK\r\n").unwrap();
        while stream.write_all(b"X-More: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\n").is_ok() {}
    });
    later(&execute(&mut plain(&folder, &endless)), "the other system");
}

#[test]
fn tls_is_trusted_through_the_configured_authority_only() {
    let (folder, system) = (TempDir::new().unwrap(), System::start());
    let (address, authority) = kit::behind_tls(&system);
    let url = format!("https://{address}/hook");
    let mut trusting = bench(&folder, &url, &address, json!({"ca_pem": authority}));
    assert_eq!(execute(&mut trusting), Outcome::done().with_reference("S-1"));
    let (_, stranger) = kit::behind_tls(&system);
    let mut doubting = bench(&folder, &url, &address, json!({"ca_pem": stranger}));
    later(&execute(&mut doubting), "certificate");
    let mut public = bench(&folder, &url, &address, json!({}));
    later(&execute(&mut public), "certificate");
    assert_eq!(system.seen().len(), 1, "nothing is sent before the other side is known");
}

#[test]
fn a_question_gets_the_systems_own_answer() {
    let (folder, system) = (TempDir::new().unwrap(), System::start());
    let mut bench = plain(&folder, &system.address);
    system.next([
        Reply::body(200, r#"{"open": 3}"#),
        Reply::status(404),
        Reply::body(200, "no"),
        Reply::body(200, format!("\"{}\"", "x".repeat(300_000))),
    ]);
    assert_eq!(bench.query(&json!({"how": "many"})).unwrap(), json!({"open": 3}));
    let seen = &system.seen()[0];
    assert_eq!(seen.body["message"], json!({"how": "many"}));
    assert_eq!(seen.body["hook"], "query");
    assert!(!seen.headers.contains_key("idempotency-key"));
    for says in ["HTTP 404", "no JSON", "the other system"] {
        let refused = bench.query(&json!({})).unwrap_err();
        assert!(refused.reason.contains(says), "{}", refused.reason);
    }
}

#[test]
fn only_the_live_instance_sends() {
    let (folder, system) = (TempDir::new().unwrap(), System::start());
    for mode in [Mode::Shadow, Mode::DryRun, Mode::Check] {
        let settings = json!({"url": system.url(), "secrets": [SECRET]});
        let mut bench = Bench::start_as::<Forward>(folder.path(), settings, mode, &[]).unwrap();
        bench.grant(&system.address);
        let answer = execute(&mut bench);
        assert_eq!(answer.outcome, AnswerOutcome::Done);
        let detail = answer.detail.clone().unwrap();
        assert!(detail.contains("not sent: POST to 127.0.0.1/hook, execute"), "{detail}");
        assert_eq!(execute(&mut bench), answer);
        assert!(bench.query(&json!({})).unwrap().as_str().unwrap().contains("not sent"));
    }
    assert!(system.seen().is_empty());
}
