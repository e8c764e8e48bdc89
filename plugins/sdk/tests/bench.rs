//! The bench plays the register: connections, log, modes, older registers, and the rules.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops at the first surprise")]

use std::io::{Read, Write};
use std::net::TcpListener;
use std::time::Duration;

use serde_json::{Value, json};
use shouxin_plugin::testing::{Bench, Broken, Scratch, Trial, case, date, rules};
use shouxin_plugin::{
    Case, CaseBook, Config, Error, Handler, Hook, Level, Mode, Outcome, connect, log,
};
use tempfile::TempDir;

/// Calls out on a query, logs on a suspension, and breaks the rule that its settings name.
struct Caller {
    book: CaseBook,
    mode: Mode,
    granted: Vec<String>,
    sin: String,
    calls: u64,
}

impl Caller {
    fn apply(&mut self, hook: Hook, case: &Case) -> Outcome {
        self.calls += 1;
        let number = match self.sin.as_str() {
            "another-answer" => self.calls,
            _ => case.step,
        };
        let done = Outcome::done().with_reference(format!("R-{number}"));
        match (self.sin.as_str(), hook) {
            ("another-answer", _) => {
                self.book.apply(hook, case, done.clone());
                done
            }
            ("late-execute", Hook::Execute) => done,
            ("begins-unasked", Hook::Resume) if case.case_id.ends_with("-held") => {
                let begun = Case { case_id: format!("{}-begun", case.case_id), ..case.clone() };
                self.book.apply(Hook::Execute, &begun, done).0
            }
            ("strict", Hook::Execute) => Outcome::needs_human("these settings ask for a person"),
            ("no-effect", Hook::Execute) => done,
            ("forgets-suspension", Hook::Suspend) if case.case_id.ends_with("-held") => done,
            ("no-lift", Hook::Lift) if self.book.of_subject(&case.subject.key).next().is_none() => {
                Outcome::failed("nothing to lift")
            }
            ("no-lift", Hook::Lift) if case.case_id.ends_with("-unknown") => {
                Outcome::failed("no such case")
            }
            _ => self.book.apply(hook, case, done).0,
        }
    }
}

impl Handler for Caller {
    fn create(config: &Config) -> Result<Self, Error> {
        let sin: Option<String> = config.settings()?;
        let sin = sin.unwrap_or_default();
        if sin == "trace" {
            let path = config.data_dir().join("journal");
            let before = std::fs::read_to_string(&path).unwrap_or_default();
            std::fs::write(path, before + "91350426MA2XYZ1234\n").unwrap();
        }
        Ok(Caller {
            book: CaseBook::open(config.data_dir())?,
            mode: config.mode(),
            granted: config.granted().to_vec(),
            sin,
            calls: 0,
        })
    }

    fn execute(&mut self, case: &Case) -> Outcome {
        self.apply(Hook::Execute, case)
    }

    fn suspend(&mut self, case: &Case) -> Outcome {
        log(Level::Warn, "suspended");
        self.apply(Hook::Suspend, case)
    }

    fn resume(&mut self, case: &Case) -> Outcome {
        self.apply(Hook::Resume, case)
    }

    fn lift(&mut self, case: &Case) -> Outcome {
        self.apply(Hook::Lift, case)
    }

    fn forget(&mut self, subject_key: &str) -> Outcome {
        self.book.forget(subject_key)
    }

    /// `{"host", "port", "thread"}` -> what a server there echoes, or why there is no connection;
    /// `{"subject"}` -> whether a case of it is in effect.
    fn query(&mut self, question: &Value) -> Result<Value, Error> {
        if let Some(subject) = question["subject"].as_str() {
            return Ok(json!(self.book.in_effect(subject, date(2026, 6, 1)).next().is_some()));
        }
        let host = question["host"].as_str().unwrap_or_default().to_owned();
        let port = u16::try_from(question["port"].as_u64().unwrap_or_default()).unwrap();
        let ask = move || match connect(&host, port, Duration::from_secs(10)) {
            Ok(mut stream) => {
                stream.write_all(b"hello").unwrap();
                let mut answer = [0; 5];
                stream.read_exact(&mut answer).unwrap();
                String::from_utf8_lossy(&answer).into_owned()
            }
            Err(error) => format!("{error:?}"),
        };
        let said = match question["thread"].as_bool() {
            Some(true) => std::thread::spawn(ask).join().unwrap(),
            _ => ask(),
        };
        let mode = format!("{:?}", self.mode);
        Ok(json!({"said": said, "mode": mode, "granted": self.granted}))
    }
}

/// A server that answers each connection with the bytes it got, and its port.
fn echo() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut bytes = [0; 5];
            stream.read_exact(&mut bytes).unwrap();
            stream.write_all(&bytes).unwrap();
        }
    });
    port
}

fn ask(bench: &mut Bench, host: &str, port: u16) -> Value {
    bench.query(&json!({"host": host, "port": port})).unwrap()["said"].clone()
}

#[test]
fn only_what_was_granted_is_reached_as_it_was_spelled() {
    let folder = TempDir::new().unwrap();
    let mut bench = Bench::start::<Caller>(folder.path(), Value::Null).unwrap();
    let port = echo();
    assert_eq!(ask(&mut bench, "127.0.0.1", port), "NotGranted");
    bench.grant(&format!("127.0.0.1:{port}"));
    assert_eq!(ask(&mut bench, "127.0.0.1", port), "hello");
    assert_eq!(ask(&mut bench, "127.0.0.2", port), "NotGranted");
    assert_eq!(ask(&mut bench, "localhost", port), "NotGranted");
    assert_eq!(ask(&mut bench, &"x".repeat(254), port), "BadName");

    bench.grant_at("court.example:443", ([127, 0, 0, 1], port).into());
    assert_eq!(ask(&mut bench, "court.example", 443), "hello");
    bench.restart().unwrap();
    let told = bench.query(&json!({"host": "127.0.0.1", "port": port})).unwrap();
    assert_eq!(told["granted"], json!([format!("127.0.0.1:{port}"), "court.example:443"]));
}

#[test]
fn a_closed_port_and_another_machine_are_not_reached() {
    let folder = TempDir::new().unwrap();
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let granted = format!("127.0.0.1:{closed}");
    let granted = [granted.as_str(), "192.0.2.1:80"];
    let mut bench =
        Bench::start_as::<Caller>(folder.path(), Value::Null, Mode::Live, &granted).unwrap();
    assert_eq!(ask(&mut bench, "127.0.0.1", closed), "Unreachable");
    assert_eq!(ask(&mut bench, "192.0.2.1", 80), "Unreachable");
}

#[test]
fn only_a_live_instance_reaches_anything() {
    let folder = TempDir::new().unwrap();
    let port = echo();
    let granted = format!("127.0.0.1:{port}");
    for mode in [Mode::Shadow, Mode::DryRun, Mode::Check, Mode::Live] {
        let mut bench =
            Bench::start_as::<Caller>(folder.path(), Value::Null, mode, &[&granted]).unwrap();
        let told = bench.query(&json!({"host": "127.0.0.1", "port": port})).unwrap();
        let said = if mode == Mode::Live { "hello" } else { "NotGranted" };
        assert_eq!((&told["said"], &told["mode"]), (&json!(said), &json!(format!("{mode:?}"))));
    }
}

/// A register of minor 0 has no `connect`: the structure ends before it, and nothing beyond is read.
#[test]
fn an_older_register_is_noticed_before_anything_beyond_its_end_is_read() {
    let folder = TempDir::new().unwrap();
    let mut bench = Bench::start::<Caller>(folder.path(), Value::Null).unwrap();
    let port = echo();
    bench.grant(&format!("127.0.0.1:{port}"));
    bench.set_minor(0);
    assert_eq!(ask(&mut bench, "127.0.0.1", port), "Unsupported");
    bench.case(Hook::Suspend, &case("M-1", 1, "M-A17")).unwrap();
    assert_eq!(bench.take_log(), [(Level::Warn, "suspended".to_owned())]);
    bench.set_minor(1);
    assert_eq!(ask(&mut bench, "127.0.0.1", port), "hello");
}

#[test]
fn another_thread_has_no_call() {
    let folder = TempDir::new().unwrap();
    let port = echo();
    let granted = format!("127.0.0.1:{port}");
    let mut bench =
        Bench::start_as::<Caller>(folder.path(), Value::Null, Mode::Live, &[&granted]).unwrap();
    let question = json!({"host": "127.0.0.1", "port": port, "thread": true});
    assert_eq!(bench.query(&question).unwrap()["said"], "NoCall");
    // Outside of a call it is written to standard error and fails in no way.
    log(Level::Error, "no call");
    assert_eq!(bench.take_log(), []);
}

#[test]
fn a_line_of_the_log_is_seen_once() {
    let folder = TempDir::new().unwrap();
    let mut bench = Bench::start::<Caller>(folder.path(), Value::Null).unwrap();
    bench.case(Hook::Suspend, &case("M-1", 1, "M-A17")).unwrap();
    bench.case(Hook::Lift, &case("M-1", 2, "M-A17")).unwrap();
    assert_eq!(bench.take_log(), [(Level::Warn, "suspended".to_owned())]);
    assert_eq!(bench.take_log(), []);
}

#[test]
fn the_rules_let_an_honest_handler_pass_and_name_what_another_one_breaks() {
    let tried = |sin: &str| {
        let folder = TempDir::new().unwrap();
        rules::<Caller>(folder.path(), json!(sin), &case("M-7001", 1, "M-A17"))
    };
    tried("").unwrap();
    for (sin, said) in [
        ("another-answer", "a repeated call gets the same answer"),
        ("late-execute", "a step that a later one has overtaken is not carried out"),
        ("no-lift", "a lift needs no execute and may be repeated"),
        ("trace", "after lift and forget"),
    ] {
        let broken = tried(sin).unwrap_err();
        assert!(broken.to_string().starts_with(said), "{sin}: {broken}");
        assert_eq!(matches!(broken, Broken::Trace { .. }), sin == "trace");
    }
}

/// What only shows where the effect is asked for, or the settings change.
#[test]
fn a_trial_sees_effects_and_what_another_setting_answers() {
    let tried = |sin: &str, other: &str| {
        let folder = TempDir::new().unwrap();
        Trial::new(json!(sin))
            .other_settings(json!(other))
            .in_effect(|bench| {
                let answer = bench.query(&json!({"subject": "91350426MA2XYZ1234"})).unwrap();
                answer.as_bool().unwrap()
            })
            .run::<Caller>(folder.path(), &case("M-7001", 1, "M-A17"))
    };
    tried("", "").unwrap();
    for (sin, other, said) in [
        ("begins-unasked", "", "only an execute begins a burden: the case is in effect"),
        ("forgets-suspension", "", "a suspension needs no execute and holds off the order"),
        (
            "no-effect",
            "",
            "execute, suspend, resume and lift are done one after the other: the case",
        ),
        ("", "strict", "what was answered under other settings is answered so again"),
    ] {
        let broken = tried(sin, other).unwrap_err();
        assert!(broken.to_string().starts_with(said), "{sin}: {broken}");
    }
}

#[test]
fn a_folder_for_a_test_is_empty_its_own_and_gone_afterwards() {
    let (one, two) = (Scratch::new().unwrap(), Scratch::new().unwrap());
    assert_ne!(one.path(), two.path());
    assert_eq!(std::fs::read_dir(one.path()).unwrap().count(), 0);
    std::fs::create_dir(one.path().join("below")).unwrap();
    std::fs::write(one.path().join("below/file"), "x").unwrap();
    let path = one.path().to_owned();
    drop(one);
    assert!(!path.exists() && two.path().exists());
}
