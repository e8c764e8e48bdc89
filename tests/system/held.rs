//! What waits for a plugin, and what does not: a call that is not to be any more never begins, and a
//! suspension or an end that a plugin behind an open breaker is owed is said at once and done by hand.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};
use shouxin_core::actor::Role;
use shouxin_plugin::{CaseBook, State};
use shouxin_server::demo::sample::code;
use shouxin_server::plugins::PluginsFile;
use shouxin_tests::Client;
use shouxin_tests::running::{FIRST, Running};

use crate::exactly_once::{checked, journal, with_a_journal};
use crate::many::trip;
use crate::plugins::{Teller, listed_until, ordered};

/// The day on which the listings are in effect.
const EFFECTIVE: &str = "2026-03-10";
const END: &str = "2026-12-01";
const AFTER_THE_END: &str = "2026-12-02";
/// An earlier end, and the day after it.
const SOON: &str = "2026-06-01";
const AFTER: &str = "2026-06-02";

fn started(folder: &Path, limits: &str, settings: &str) -> Running {
    let file = folder.join("plugins.toml");
    std::fs::write(&file, with_a_journal(limits, settings)).expect("plugins.toml");
    let file = PluginsFile::read(&file).expect("plugins.toml");
    Running::with(FIRST, &folder.join("data"), file)
}

/// A listing of each subject, and a measure under it that the plugin is ordered to carry out, the last of
/// them with the earlier end.
fn cases(
    running: &Running,
    teller: &Teller,
    subjects: &[String],
) -> (Vec<(String, String)>, Client) {
    let listings = listed_until(END, running, teller, subjects);
    let (last, others) = subjects.split_last().expect("subjects");
    let (of_last, of_others) = listings.split_last().expect("listings");
    let (mut cases, _) = ordered(END, running, teller, others, of_others.to_vec());
    let last = std::slice::from_ref(last);
    let (more, procurement) = ordered(SOON, running, teller, last, vec![of_last.clone()]);
    cases.extend(more);
    (cases, procurement)
}

fn objects(running: &Running, teller: &Teller, subject: &str, listing: &str) -> String {
    let party = running.subject(subject);
    let body = json!({
        "target": listing, "trigger": "subject", "grounds": ["error"], "statement": "不符合列入条件",
        "new_facts": true, "evidence": [party.document(subject, "新证据")],
    });
    let filed = teller.post(&party, "/v1/objections", &body);
    filed["id"].as_str().expect("an id").to_owned()
}

/// The pipe by which a call says that it stands, and the one by which it is let go.
pub(crate) fn pipes(data: &Path) -> (PathBuf, PathBuf) {
    let own = data.join("plugin-data").join("faulty");
    std::fs::create_dir_all(&own).expect("the plugin's folder");
    let (stands, goes) = (own.join("stands"), own.join("stands.go"));
    let made = Command::new("mkfifo").arg(&stands).arg(&goes).status().expect("mkfifo");
    assert!(made.success());
    (stands, goes)
}

/// The office and the provider find an objection wrong, and what it suspended is in force again.
fn rejected(running: &Running, teller: &Teller, subject: &str, objection: &str) {
    let office = running.client(Role::CreditOffice, "development_reform", "SC-03");
    let colleague = running.client(Role::Department, "market", "SC-04");
    let at = |step: &str| format!("/v1/objections/{objection}/{step}");
    teller.post(&office, &at("accept"), &json!({}));
    teller.post(&office, &at("refer"), &json!({"received_on": EFFECTIVE}));
    let found = json!({"finding": "correct", "reasons": "已核实", "evidence": []});
    teller.post(&colleague, &at("verification"), &found);
    let proof = office.document(subject, "送达回证");
    let service = json!({"manner": "direct", "on": EFFECTIVE, "proof_sha256": proof});
    teller.post(&office, &at("resolve"), &json!({"reasons": "核实结果", "service": service}));
}

fn path(case: &str) -> String {
    format!("/v1/measures/{case}")
}

/// How often the plugin began a hook of a case.
fn begun(data: &Path, case: &str, hook: &str) -> usize {
    let prefix = format!("{case}/{hook}/");
    let calls = journal(data);
    calls
        .iter()
        .filter(|(key, _)| key.starts_with(&prefix))
        .flat_map(|(_, what)| what.values())
        .sum()
}

#[test]
fn what_is_suspended_or_has_ended_while_its_call_waits_is_never_begun() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    let (stands, goes) = pipes(&data);
    let subjects: Vec<String> = (1..=4).map(|number| code("91", number)).collect();
    let settings = format!("fault = \"stand\"\nsubject = {:?}\npath = {stands:?}\n", subjects[0]);
    let running = started(folder.path(), "deadline_ms = 60000\n", &settings);
    let teller = Teller::new();
    let (cases, procurement) = cases(&running, &teller, &subjects);
    let case = |number: usize| cases[number].1.as_str();
    // The plugin stands inside the first call; the others wait behind it.
    drop(File::open(&stands).expect("the plugin has begun"));
    let operator = running.operator();
    operator.until("/v1/plugins", "everything handed over", |body| {
        body["plugins"][0]["in_flight"].as_u64() >= Some(4)
    });
    objects(&running, &teller, &subjects[1], &cases[1].0);
    let suspended = procurement.get(&path(case(1))).expect("a case").body;
    assert_eq!(
        (&suspended["standing"], &suspended["state"]),
        (&json!("suspended"), &json!("executing"))
    );
    running.on(AFTER);
    drop(File::options().write(true).open(&goes).expect("the plugin waits"));
    let becomes = |number: usize, state: &str| {
        procurement.until(&path(case(number)), state, |body| body["department_system"] == state);
    };
    becomes(0, "executed");
    becomes(2, "executed");
    becomes(1, "suspended");
    becomes(3, "lifted");
    assert_eq!(begun(&data, case(1), "execute"), 0, "it was suspended before its turn");
    assert_eq!(begun(&data, case(1), "suspend"), 1);
    assert_eq!(begun(&data, case(3), "execute"), 0, "it had ended before its turn");
    assert_eq!(begun(&data, case(3), "lift"), 1);
    assert_eq!(begun(&data, case(2), "execute"), 1);
    drop(running);
    checked(&data);
}

#[test]
fn what_a_tripped_plugin_is_owed_is_said_at_once_done_by_hand_and_told_once_when_it_is_back() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    let running = started(folder.path(), "restart_backoff_max_ms = 20\nbreaker_crashes = 2\n", "");
    let teller = Teller::new();
    let subjects: Vec<String> = (1..=2).map(|number| code("91", number)).collect();
    let (cases, procurement) = cases(&running, &teller, &subjects);
    let case = |number: usize| cases[number].1.as_str();
    for number in [0, 1] {
        procurement.until(&path(case(number)), "executed", |body| body["state"] == "executed");
    }
    let operator = running.operator();
    let shown = |what: &str, holds: &dyn Fn(&Value) -> bool| {
        operator.until("/v1/plugins", what, |body| holds(&body["plugins"][0]))["plugins"][0].clone()
    };
    trip(&running, "faulty");
    shown("tripped", &|own| own["state"] == "tripped" && own["breaker"] == "open");
    objects(&running, &teller, &subjects[0], &cases[0].0);
    let said = procurement.until(&path(case(0)), "said", |body| body["fault"] == "crash");
    assert_eq!(said["standing"], "suspended", "for every reader at once: {said}");
    let step = json!({"step": "suspend", "reference": "财采〔2026〕1号"});
    teller.post(&procurement, &format!("{}/confirm", path(case(0))), &step);
    running.on(AFTER);
    procurement.until(&path(case(1)), "said", |body| {
        body["fault"] == "crash" && body["standing"] == "ended"
    });
    let by_hand = json!({"reference": "财采〔2026〕2号"});
    teller.post(&procurement, &format!("{}/lift", path(case(1))), &by_hand);
    let state = |number: usize| {
        procurement.get(&path(case(number))).expect("a case").body["department_system"].clone()
    };
    assert_eq!((state(0), state(1)), (json!("suspended"), json!("lifted")));
    assert_eq!((begun(&data, case(0), "suspend"), begun(&data, case(1), "lift")), (0, 0));

    let reason = json!({"reason": "排查 / looking into it"});
    teller.post(&operator, "/v1/plugins/faulty/pause", &reason);
    teller.post(&operator, "/v1/plugins/faulty/resume", &json!({}));
    shown("told of both", &|own| {
        own["to_be_told_by_hand"]["count"] == json!(0) && own["in_flight"] == json!(0)
    });
    assert_eq!((begun(&data, case(0), "suspend"), begun(&data, case(1), "lift")), (1, 1));
    drop(running);
    for (key, what) in journal(&data) {
        assert_eq!(what.values().sum::<usize>(), 1, "{key}: {what:?}");
    }
    checked(&data);
}

/// One case that the plugin has carried out, and who acts on it.
struct One {
    running: Running,
    data: PathBuf,
    teller: Teller,
    subject: String,
    listing: String,
    case: String,
    procurement: Client,
}

impl One {
    fn executed(running: Running, data: &Path) -> One {
        let teller = Teller::new();
        let subject = code("91", 1);
        let subjects = std::slice::from_ref(&subject);
        let listings = listed_until(END, &running, &teller, subjects);
        let (mut cases, procurement) = ordered(END, &running, &teller, subjects, listings);
        let (listing, case) = cases.remove(0);
        let data = data.to_owned();
        let one = One { running, data, teller, subject, listing, case, procurement };
        one.becomes("executed");
        one
    }

    fn becomes(&self, state: &str) {
        let path = path(&self.case);
        self.procurement.until(&path, state, |body| body["department_system"] == state);
    }

    fn objects(&self) -> String {
        objects(&self.running, &self.teller, &self.subject, &self.listing)
    }

    fn rejected(&self, objection: &str) {
        rejected(&self.running, &self.teller, &self.subject, objection);
    }

    fn begun(&self, hook: &str) -> usize {
        begun(&self.data, &self.case, hook)
    }

    /// Waits until everybody under the listing has heard of each change.
    fn settles(&self) {
        let auditor = Client::new(&self.running.base, Some(&self.running.key(Role::Auditor, None)));
        auditor.until("/metrics", "no family open", |body| {
            body["text"].as_str().is_some_and(|text| text.contains("\nshouxin_open_walks 0\n"))
        });
    }

    /// What the department's own book says at the end.
    fn stands(self, state: State) {
        let rests = |body: &Value| body["plugins"][0]["in_flight"] == json!(0);
        self.running.operator().until("/v1/plugins", "at rest", rests);
        drop(self.running);
        let folder = self.data.join("plugin-data").join("faulty");
        let book = CaseBook::open(&folder).expect("the plugin's book");
        let kept = book.of_subject(&self.subject).next().expect("the case").state;
        assert_eq!(kept, state, "{:?}", journal(&self.data));
        drop(book);
        checked(&self.data);
    }
}

/// A case's plugin stands inside a call of this hook while the case's standing changes twice over; what it
/// was told last is what stands.
fn overlaps(hook: &str) {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    let (stands, goes) = pipes(&data);
    let settings = format!("stand_on = {hook:?}\npath = {stands:?}\n");
    let one = One::executed(started(folder.path(), "deadline_ms = 60000\n", &settings), &data);
    let first = one.objects();
    let last = match hook {
        "suspend" => {
            drop(File::open(&stands).expect("the suspension has begun"));
            one.rejected(&first);
            ("executed", State::InEffect)
        }
        _ => {
            one.becomes("suspended");
            one.rejected(&first);
            drop(File::open(&stands).expect("the resumption has begun"));
            one.objects();
            ("suspended", State::Suspended)
        }
    };
    drop(File::options().write(true).open(&goes).expect("the plugin waits"));
    one.settles();
    one.becomes(last.0);
    one.stands(last.1);
}

#[test]
fn a_suspension_that_was_over_before_its_plugin_answered_is_resumed_there_too() {
    overlaps("suspend");
}

#[test]
fn a_suspension_that_came_while_its_plugin_resumed_the_case_reaches_it() {
    overlaps("resume");
}

#[test]
fn a_suspension_reaches_a_plugin_that_died_after_it_resumed_the_case_and_before_it_said_so() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    let (stands, goes) = pipes(&data);
    // It stands inside the suspension until the objection is rejected, and dies inside the resumption. What
    // failed is tried again after minutes, so that the next suspension comes before that.
    let settings = format!("stand_on = \"suspend\"\ndies_after = \"resume\"\npath = {stands:?}\n");
    let file = folder.path().join("plugins.toml");
    let text = with_a_journal("deadline_ms = 60000\n", &settings);
    std::fs::write(&file, text.replace("retry_base_ms = 5\n", "retry_base_ms = 800000\n"))
        .expect("plugins.toml");
    let file = PluginsFile::read(&file).expect("plugins.toml");
    let one = One::executed(Running::with(FIRST, &data, file), &data);
    let first = one.objects();
    drop(File::open(&stands).expect("the suspension has begun"));
    one.rejected(&first);
    // The next process of the plugin finds no pipes and stands nowhere.
    std::fs::remove_file(&stands).expect("the pipe");
    drop(File::options().write(true).open(&goes).expect("the plugin waits"));
    std::fs::remove_file(&goes).expect("the other pipe");
    one.procurement.until(&path(&one.case), "a crash", |body| body["fault"] == "crash");
    assert_eq!((one.begun("suspend"), one.begun("resume")), (1, 1));
    // The register believes it suspended there, and it is not.
    let believed = one.procurement.get(&path(&one.case)).expect("a case").body;
    assert_eq!(
        (&believed["department_system"], &believed["standing"]),
        (&json!("suspended"), &json!("in_force"))
    );
    one.objects();
    one.settles();
    assert_eq!(one.begun("suspend"), 2, "{:?}", journal(&data));
    one.stands(State::Suspended);
}

#[test]
fn a_plugin_that_is_paused_is_not_asked_again_and_again_to_resume_a_case() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    let one = One::executed(started(folder.path(), "", ""), &data);
    let objection = one.objects();
    one.becomes("suspended");
    let auditor = Client::new(&one.running.base, Some(&one.running.key(Role::Auditor, None)));
    let reason = json!({"reason": "排查 / looking into it"});
    one.teller.post(&one.running.operator(), "/v1/plugins/faulty/pause", &reason);
    one.rejected(&objection);
    // Its end reaches the paused plugin: by then the resumption has had its chance.
    one.running.on(AFTER_THE_END);
    one.becomes("lifted");
    let counted = auditor.get("/metrics").expect("an answer").body["text"].to_string();
    assert!(!counted.contains("cancelled"), "a call that may not begin was handed over: {counted}");
    assert_eq!(one.begun("resume"), 0);
    one.stands(State::Lifted);
}
