//! kill -9 of the server and of a plugin's child, at any moment: each step of a case takes effect once.
//!
//! Goal: what the register says of a case and what the department's own data says of it are the same, no
//! step took effect twice and none is missing. Method: listings and cases are made in this process, so
//! that the standstill passes; then a real `serve` takes the folder over with the machine's clock, and
//! officers order, subjects object and offices answer while server and child are killed again and again.
//! At the end the log is compared with the plugin's own book and with a journal that it writes, a line a
//! call; a rebuilt view delivers nothing again.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Stdio;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use data_encoding::HEXLOWER;
use serde_json::{Value, json};
use shouxin_core::actor::{Role, SubjectKey};
use shouxin_core::time::{Day, Timestamp};
use shouxin_plugin::{CaseBook, State};
use shouxin_server::app::Purpose;
use shouxin_server::demo::sample::code;
use shouxin_server::keys;
use shouxin_server::plugins::{PluginsFile, library_sha256};
use shouxin_tests::running::Running;
use shouxin_tests::{Client, Server, config, plugin, run};

use crate::plugins::{Paper, Teller, listed_by, registered, taken_on};

/// Cases that are worked on, and one that waits until the end.
const CASES: usize = 24;
/// Officers at work at once.
const HANDS: usize = 4;
/// Kills of the server.
const ROUNDS: usize = 30;
/// Steps of one officer between two kills.
const STEPS: usize = 4;

/// Today's legal date on the machine's clock.
fn today() -> Day {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).expect("a clock");
    Timestamp(i64::try_from(since.as_millis()).expect("a time")).legal_date()
}

/// The keys of those who act, made once.
struct Hands {
    procurement: String,
    office: String,
    colleague: String,
}

/// One case, and how far its story is.
struct Story {
    number: usize,
    subject: String,
    /// The subject's own key.
    party: String,
    listing: String,
    case: String,
    /// Proof that a result was served, and new evidence of the subject.
    proof: String,
    evidence: String,
    step: usize,
    objection: String,
}

impl Story {
    /// Whether its objection is upheld: the case ends. Else it is rejected, and a second one too.
    fn upheld(&self) -> bool {
        self.number.is_multiple_of(3)
    }

    fn through(&self) -> bool {
        self.step >= if self.upheld() { 6 } else { 11 }
    }

    /// The next request: whose key, where, what.
    fn next(&self, hands: &Hands) -> (String, String, Value) {
        let at = |step: &str| format!("/v1/objections/{}/{step}", self.objection);
        match self.step {
            0 => {
                let path = format!("/v1/measures/{}/execute", self.case);
                (hands.procurement.clone(), path, json!({}))
            }
            1 | 6 => {
                let again = self.step == 6;
                let evidence: Vec<&String> =
                    [&self.evidence].into_iter().filter(|_| again).collect();
                let body = json!({
                    "target": self.listing, "trigger": "subject", "grounds": ["error"],
                    "statement": "不符合列入条件", "new_facts": again, "evidence": evidence,
                });
                (self.party.clone(), "/v1/objections".to_owned(), body)
            }
            2 | 7 => (hands.office.clone(), at("accept"), json!({})),
            3 | 8 => (hands.office.clone(), at("refer"), json!({"received_on": today()})),
            4 | 9 => {
                let finding = if self.upheld() { "error" } else { "correct" };
                let body = json!({"finding": finding, "reasons": "已核实", "evidence": []});
                (hands.colleague.clone(), at("verification"), body)
            }
            _ => {
                let service =
                    json!({"manner": "direct", "on": today(), "proof_sha256": self.proof});
                let body = json!({"reasons": "核实结果", "service": service});
                (hands.office.clone(), at("resolve"), body)
            }
        }
    }

    /// Takes one step; false where the server is gone.
    fn go_on(&mut self, base: &str, hands: &Hands) -> bool {
        let (key, path, body) = self.next(hands);
        let named = format!("story-{:03}-{:02}", self.number, self.step);
        let Some(answer) = Client::new(base, Some(&key)).post(&path, &named, &body) else {
            return false;
        };
        if answer.status == 503 {
            // It is stopping: the step is sent again to the next.
            return false;
        }
        assert!((200..300).contains(&answer.status), "{named} {path}: {answer:?}");
        if let (1 | 6, Some(id)) = (self.step, answer.body["id"].as_str()) {
            self.objection = id.to_owned();
        }
        self.step += 1;
        true
    }
}

/// `plugins.toml` with the one plugin, which keeps a book and a journal.
fn grants(folder: &Path) {
    let text = with_a_journal("restart_backoff_max_ms = 20\nbreaker_crashes = 100000\n", "");
    std::fs::write(folder.join("plugins.toml"), text).expect("plugins.toml");
}

/// The same with these bounds and more settings.
pub(crate) fn with_a_journal(limits: &str, settings: &str) -> String {
    let library = plugin("fixture_faulty");
    format!(
        "development_unsigned = true\n[[plugin]]\nname = \"faulty\"\nversion = \"1.0.0\"\nlibrary = \
         {library:?}\nsha256 = {:?}\ndepartment = \"procurement\"\nmeasures = [\"M-A17\"]\nattempts_max = \
         1000\nretry_base_ms = 5\n[plugin.limits]\nrestart_backoff_min_ms = 1\n{limits}[plugin.settings]\n\
         book = true\njournal = true\n{settings}",
        HEXLOWER.encode(&library_sha256(&library).expect("the fixture")),
    )
}

/// Cases that procurement has accepted and not ordered, over a folder that `serve` takes over.
fn prepared(data: &Path) -> (Vec<Story>, Hands, String) {
    // Its last day is a whole one before now, so that the machine's clock goes on from there.
    let effective = today().plus_days(-1);
    let on = effective.plus_days(-30).to_string();
    let (end, effective) = (effective.plus_days(270).to_string(), effective.to_string());
    let running = Running::opened(Purpose::Serve, &on, data, PluginsFile::default());
    let teller = Teller::new();
    let subjects: Vec<String> = (1..=CASES + 1)
        .map(|number| code("91", u32::try_from(number).expect("a number")))
        .collect();
    registered(&running, &teller, &subjects);
    let paper = Paper { number: "罚1", on: &on, effective: &effective };
    let listings = listed_by(&paper, &[], &end, &running, &teller, &subjects);
    let (cases, _) = taken_on(&effective, &end, &running, &teller, &subjects, listings);
    let hands = Hands {
        procurement: running.key(Role::Department, Some(("procurement", "SC-03"))),
        office: running.key(Role::CreditOffice, Some(("development_reform", "SC-03"))),
        colleague: running.key(Role::Department, Some(("market", "SC-04"))),
    };
    let office = Client::new(&running.base, Some(&hands.office));
    let stories = subjects.into_iter().zip(cases).enumerate().map(|(number, (subject, case))| {
        let acts_for: SubjectKey = subject.parse().expect("a subject");
        let expires: Day = "2199-12-31".parse().expect("a day");
        let party = keys::create(&running.engine, Role::Subject, None, Some(acts_for), expires);
        let party = party.expect("a key");
        let evidence = Client::new(&running.base, Some(&party)).document(&subject, "新证据");
        let proof = office.document(&subject, "送达回证");
        let (listing, case) = case;
        let objection = String::new();
        Story { number, subject, party, listing, case, proof, evidence, step: 0, objection }
    });
    (stories.collect(), hands, running.key(Role::Auditor, None))
}

/// The children of a process.
fn children(parent: u32) -> Vec<u32> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir("/proc").expect("/proc").flatten() {
        let Some(pid) = entry.file_name().to_str().and_then(|name| name.parse().ok()) else {
            continue;
        };
        // A process may end while it is looked at.
        let stat = std::fs::read_to_string(entry.path().join("stat")).unwrap_or_default();
        let of = stat.rsplit(')').next().and_then(|rest| rest.split(' ').nth(2)?.parse().ok());
        if of == Some(parent) {
            found.push(pid);
        }
    }
    found
}

fn wait(range: std::ops::Range<u64>) {
    std::thread::park_timeout(Duration::from_millis(fastrand::u64(range)));
}

/// Kills the server's child at random moments until told to stop; how many.
fn kill_children(server: u32, stop: &AtomicBool) -> usize {
    let mut killed = 0;
    while !stop.load(Ordering::Relaxed) {
        wait(5..80);
        for pid in children(server) {
            let pid = i32::try_from(pid).ok().and_then(rustix::process::Pid::from_raw);
            let pid = pid.expect("a process number");
            // The server may be gone, and its child with it.
            killed += usize::from(
                rustix::process::kill_process(pid, rustix::process::Signal::KILL).is_ok(),
            );
        }
    }
    killed
}

/// Takes up to so many steps of stories chosen at random.
fn work(stories: &mut [Story], steps: usize, base: &str, hands: &Hands) {
    for _ in 0..steps {
        let mut open: Vec<&mut Story> =
            stories.iter_mut().filter(|story| !story.through()).collect();
        if open.is_empty() {
            return;
        }
        let chosen = fastrand::usize(..open.len());
        if !open[chosen].go_on(base, hands) {
            return;
        }
    }
}

/// The plugin's journal, a line a call: its key, and what came of it.
pub(crate) fn lines(data: &Path) -> Vec<String> {
    let path = data.join("plugin-data").join("faulty").join("journal");
    let text = std::fs::read_to_string(path).expect("the journal");
    text.lines().map(str::to_owned).collect()
}

/// What the fixture's journal holds: each call's key, with how often it was applied, answered as before,
/// and so on.
pub(crate) fn journal(data: &Path) -> BTreeMap<String, BTreeMap<String, usize>> {
    let mut calls: BTreeMap<String, BTreeMap<String, usize>> = BTreeMap::new();
    for line in lines(data) {
        let (key, what) = line.rsplit_once(' ').expect("key and what came of it");
        *calls.entry(key.to_owned()).or_default().entry(what.to_owned()).or_default() += 1;
    }
    calls
}

/// The steps of a case that took effect, by hook.
fn effects(
    calls: &BTreeMap<String, BTreeMap<String, usize>>,
    case: &str,
) -> BTreeMap<String, BTreeSet<u64>> {
    let mut steps: BTreeMap<String, BTreeSet<u64>> = BTreeMap::new();
    for (key, what) in calls {
        let parts: Vec<&str> = key.split('/').collect();
        let [of, hook, step] = parts.as_slice() else { continue };
        let applied = what.contains_key("Now") || what.contains_key("Before");
        if *of == case && applied {
            steps.entry((*hook).to_owned()).or_default().insert(step.parse().expect("a step"));
        }
    }
    steps
}

/// How often the register's own history says that each step of the case was carried out.
fn confirmed(auditor: &Client, subject: &str) -> BTreeMap<String, usize> {
    let path = format!("/v1/subjects/{subject}/history?limit=1000");
    let body = auditor.get(&path).expect("an answer").body;
    assert_eq!(body["next"], Value::Null, "{subject}: one page");
    let mut counted = BTreeMap::new();
    for event in body["events"].as_array().expect("events") {
        *counted.entry(event["event"].as_str().unwrap_or_default().to_owned()).or_default() += 1;
    }
    counted
}

/// Verify and audit find nothing.
pub(crate) fn checked(data: &Path) {
    for command in ["verify", "audit"] {
        let (code, output, errors) = run(&[command, "--data", &data.display().to_string()]);
        assert_eq!(code, 0, "{command}: {output}{errors}");
    }
}

#[test]
fn kills_of_server_and_child_leave_each_step_once_in_the_plugins_own_store() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    let (mut stories, hands, auditor) = prepared(&data);
    let spare = stories.pop().expect("a spare one");
    let config = config(folder.path(), "");
    grants(config.parent().expect("a folder"));
    let child_kills = AtomicUsize::new(0);
    for _ in 0..ROUNDS {
        // Each kill of the child is a warning; dozens of them say nothing.
        let server = Server::start_logging(&config, &data, "error", Stdio::inherit());
        let (base, pid, stop) = (server.base.clone(), server.pid(), AtomicBool::new(false));
        std::thread::scope(|scope| {
            for own in stories.chunks_mut(CASES / HANDS) {
                let (base, hands) = (&base, &hands);
                scope.spawn(move || work(own, STEPS, base, hands));
            }
            let (stop, child_kills) = (&stop, &child_kills);
            scope.spawn(move || {
                child_kills.fetch_add(kill_children(pid, stop), Ordering::Relaxed);
            });
            wait(20..400);
            server.kill();
            stop.store(true, Ordering::Relaxed);
        });
    }
    let left: usize = stories.iter().filter(|story| !story.through()).count();
    let server = Server::start(&config, &data);
    for story in &mut stories {
        while !story.through() {
            assert!(story.go_on(&server.base, &hands), "the server is gone");
        }
    }
    let procurement = Client::new(&server.base, Some(&hands.procurement));
    let auditor_client = Client::new(&server.base, Some(&auditor));
    // A family is settled when its plugin has confirmed everything; only then is a state a final one.
    auditor_client.until("/metrics", "no family open", |body| {
        body["text"].as_str().is_some_and(|text| text.contains("\nshouxin_open_walks 0\n"))
    });
    for story in &stories {
        let wanted = if story.upheld() { "lifted" } else { "executed" };
        let path = format!("/v1/measures/{}", story.case);
        procurement.until(&path, wanted, |body| body["department_system"] == wanted);
    }
    let settled = auditor_client.until("/v1/plugins", "nothing owed", |body| {
        let own = &body["plugins"][0];
        let none = json!(0);
        own["lag"]["count"] == none && own["waiting"]["count"] == none && own["in_flight"] == none
    });
    assert_eq!(settled["plugins"][0]["dead_letters"]["cases"]["count"], json!(0), "{settled}");
    let said: Vec<BTreeMap<String, usize>> =
        stories.iter().map(|story| confirmed(&auditor_client, &story.subject)).collect();
    assert_eq!(server.terminate(), Some(0));

    let calls = journal(&data);
    let book_of = data.join("plugin-data").join("faulty");
    let book = CaseBook::open(&book_of).expect("the plugin's book");
    assert_eq!(book.len(), stories.len(), "every case and no other");
    for (key, what) in &calls {
        assert!(
            what.get("Now").is_none_or(|count| *count == 1),
            "{key} took effect twice: {what:?}"
        );
    }
    for (story, said) in stories.iter().zip(&said) {
        let effects = effects(&calls, &story.case);
        let entry = book.of_subject(&story.subject).next().expect("the case in the book");
        let state = if story.upheld() { State::Lifted } else { State::InEffect };
        assert_eq!((&entry.case_id, entry.state), (&story.case, state), "{effects:?}");
        let last = effects.values().flatten().max();
        assert_eq!(last, Some(&entry.step), "{}: {effects:?}", story.case);
        // What the register says was done was done: each word of it rests on a step of its own.
        for (event, hook) in [
            ("measure.executed", "execute"),
            ("measure.suspension_confirmed", "suspend"),
            ("measure.resumption_confirmed", "resume"),
            ("measure.lifted", "lift"),
        ] {
            let (said, done) = (said.get(event).copied(), effects.get(hook).map(BTreeSet::len));
            let (said, done) = (said.unwrap_or_default(), done.unwrap_or_default());
            assert!(said <= done, "{}: {event} {said} times: {effects:?}", story.case);
        }
    }
    drop(book);
    checked(&data);

    // A view that is built anew owes nothing of what has an answer; the spare case says that the
    // dispatcher has looked at everything by then.
    let (code, output, errors) = run(&["rebuild", "--data", &data.display().to_string()]);
    assert_eq!(code, 0, "{output}{errors}");
    let server = Server::start(&config, &data);
    let mut spare = spare;
    assert!(spare.go_on(&server.base, &hands));
    let procurement = Client::new(&server.base, Some(&hands.procurement));
    let path = format!("/v1/measures/{}", spare.case);
    procurement.until(&path, "executed", |body| body["department_system"] == "executed");
    assert_eq!(server.terminate(), Some(0));
    let mut after = journal(&data);
    let own = format!("{}/execute/", spare.case);
    let added: Vec<String> = after.keys().filter(|key| key.starts_with(&own)).cloned().collect();
    assert_eq!(added.len(), 1, "{added:?}");
    after.remove(&added[0]);
    assert_eq!(after, calls, "a call was made again after the rebuild");
    checked(&data);
    println!(
        "{ROUNDS} kills of the server, {} of the child, {left} cases open after them, {} calls, {} keys",
        child_kills.load(Ordering::Relaxed),
        calls.values().flat_map(BTreeMap::values).sum::<usize>(),
        calls.len()
    );
}
