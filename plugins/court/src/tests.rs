//! What is forwarded and what never is, over HTTP and by courier, through the C functions the
//! register calls.

use std::path::PathBuf;

use serde_json::{Value, json};
use shouxin_outbound::signature;
use shouxin_plugin::testing::{Bench, Trial, case, classification, date};
use shouxin_plugin::{Answer, AnswerOutcome, Case, Hook, Mode, Outcome};
use tempfile::TempDir;

use super::Court;
use kit::{Reply, SECRET, System};

#[path = "../../outbound/tests/kit/mod.rs"]
mod kit;

const SUBJECT: &str = "91350426MA2XYZ1234";

const EXECUTE_FILE: &str = "1_00000000000000000005_M-0.1042_execute.json";

/// Over HTTP.
fn posting(folder: &TempDir, system: &System) -> Bench {
    let endpoint = json!({"url": system.url(), "secrets": [SECRET], "timeout_ms": 20_000});
    let settings = json!({"endpoint": endpoint});
    let mut bench = Bench::start::<Court>(folder.path(), settings).unwrap();
    bench.grant(&system.address);
    bench
}

/// By courier.
fn spooling(folder: &TempDir, waiting_max: u32) -> Bench {
    let settings = json!({"spool": {"secrets": [SECRET], "waiting_max": waiting_max}});
    Bench::start::<Court>(folder.path(), settings).unwrap()
}

fn order(step: u64) -> Case {
    case("M-0.1042", step, "M-M05")
}

fn call(bench: &mut Bench, hook: Hook, step: u64) -> Answer {
    bench.case(hook, &order(step)).unwrap()
}

fn ask(bench: &mut Bench, on: &str) -> Value {
    bench.query(&json!({"subject": SUBJECT, "on": on})).unwrap()["cases"].clone()
}

fn waiting(bench: &mut Bench) -> Vec<String> {
    let answer = bench.query(&json!({"waiting": true})).unwrap();
    serde_json::from_value(answer["first"].clone()).unwrap()
}

fn outbox(folder: &TempDir) -> PathBuf {
    folder.path().join("outbox")
}

/// What the courier's receiver does: checks the signature and reads the payload.
fn opened(folder: &TempDir, name: &str) -> Value {
    let file = std::fs::read(outbox(folder).join(name)).unwrap();
    let file: Value = serde_json::from_slice(&file).unwrap();
    let (header, payload) = (file["signature"].as_str(), file["payload"].as_str().unwrap());
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    let checked = signature::check(header.unwrap(), payload.as_bytes(), SECRET, now.as_secs(), 300);
    assert_eq!(checked, Ok(()));
    serde_json::from_str(payload).unwrap()
}

fn traces(folder: &TempDir) -> bool {
    let mut folders = vec![folder.path().to_owned()];
    while let Some(next) = folders.pop() {
        for file in std::fs::read_dir(next).unwrap() {
            let path = file.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let text = String::from_utf8_lossy(&std::fs::read(&path).unwrap()).into_owned();
            let text = format!("{} {text}", path.display());
            if [SUBJECT, "M-0.1042", "D-0.1031"].iter().any(|own| text.contains(own)) {
                return true;
            }
        }
    }
    false
}

fn in_effect(bench: &mut Bench) -> bool {
    let cases = ask(bench, "2026-06-01");
    cases.as_array().unwrap().iter().any(|own| own["standing"] == "in_effect")
}

#[test]
fn what_every_plugin_must_hold_to_over_http() {
    let (folder, system) = (TempDir::new().unwrap(), System::start());
    let endpoint = |url: &str| json!({"endpoint": {"url": url, "secrets": [SECRET]}});
    // Where the other settings post to there is nobody.
    Trial::new(endpoint(&system.url()))
        .other_settings(endpoint("https://court.example/cases"))
        .grant(&system.address)
        .in_effect(in_effect)
        .run::<Court>(folder.path(), &case("M-7001", 5, "M-M05"))
        .unwrap();
}

#[test]
fn what_every_plugin_must_hold_to_by_courier() {
    let folder = TempDir::new().unwrap();
    let spool = |most: u32| json!({"spool": {"secrets": [SECRET], "waiting_max": most}});
    Trial::new(spool(10_000))
        .other_settings(spool(1))
        .in_effect(in_effect)
        .before_forget(|| {
            for file in std::fs::read_dir(outbox(&folder)).unwrap() {
                std::fs::remove_file(file.unwrap().path()).unwrap();
            }
        })
        .run::<Court>(folder.path(), &case("M-7001", 5, "M-M05"))
        .unwrap();
}

#[test]
fn each_step_is_posted_with_plain_words_and_the_receipt_is_the_reference() {
    let (folder, system) = (TempDir::new().unwrap(), System::start());
    let mut bench = posting(&folder, &system);
    for (step, hook) in [(1, Hook::Execute), (2, Hook::Suspend), (3, Hook::Resume), (4, Hook::Lift)]
    {
        let answer = call(&mut bench, hook, step);
        assert_eq!(answer, Outcome::done().with_reference(format!("S-{step}")));
    }
    assert_eq!(system.hooks(), ["execute", "suspend", "resume", "lift"]);
    let seen = system.seen();
    let first = &seen[0].body;
    assert_eq!(first["idempotency_key"], "M-0.1042/execute/1");
    assert_eq!(first["message"]["nature"], "limit");
    let standings: Vec<&Value> = seen.iter().map(|own| &own.body["message"]["standing"]).collect();
    assert_eq!(standings, ["in_effect", "suspended", "in_effect", "ended"]);
    assert!(first["message"]["says"].as_str().unwrap().contains("不是命令"));
    assert_eq!(first["message"]["case"]["case_id"], "M-0.1042");
    assert!(seen[1].body["message"]["act"].as_str().unwrap().starts_with("暂停"));
    assert!(seen[3].body["message"]["act"].as_str().unwrap().starts_with("撤回"));
}

#[test]
fn each_measure_says_what_it_is_and_no_other_is_forwarded() {
    let (folder, system) = (TempDir::new().unwrap(), System::start());
    let mut bench = posting(&folder, &system);
    for (measure, nature) in [
        ("M-M03", "limit"),
        ("M-M04b", "limit"),
        ("M-M09", "limit"),
        ("M-A24", "referral"),
        ("M-A26", "referral"),
        ("M-M02", "reminder"),
        ("M-S09", "suit"),
    ] {
        let case = case(&format!("M-0.{measure}"), 1, measure);
        assert_eq!(bench.case(Hook::Execute, &case).unwrap().outcome, AnswerOutcome::Done);
        assert_eq!(system.seen().last().unwrap().body["message"]["nature"], nature);
    }
    let before = system.seen().len();
    for measure in ["M-A17", "M-M01", "M-M10", "I05"] {
        let answer = bench.case(Hook::Execute, &case("M-0.7", 1, measure)).unwrap();
        assert_eq!(answer.outcome, AnswerOutcome::Failed);
    }
    assert_eq!(system.seen().len(), before);
}

#[test]
fn what_rests_on_nothing_is_not_forwarded_but_its_end_is() {
    let (folder, system) = (TempDir::new().unwrap(), System::start());
    let mut bench = posting(&folder, &system);
    let mut bare = order(1);
    bare.basis.clear();
    let answer = bench.case(Hook::Execute, &bare).unwrap();
    assert_eq!(answer.outcome, AnswerOutcome::NeedsHuman);
    bare.step = 2;
    assert_eq!(bench.case(Hook::Lift, &bare).unwrap().outcome, AnswerOutcome::Done);
    assert_eq!(system.hooks(), ["lift"]);
}

#[test]
fn a_court_that_is_down_is_waited_for_and_no_step_is_forwarded_twice() {
    let (folder, system) = (TempDir::new().unwrap(), System::start());
    let mut bench = posting(&folder, &system);
    system.next([Reply::status(503), Reply::status(204)]);
    assert_eq!(call(&mut bench, Hook::Execute, 5).outcome, AnswerOutcome::Later);
    assert_eq!(ask(&mut bench, "2026-06-01"), json!([]));
    let done = call(&mut bench, Hook::Execute, 5);
    assert_eq!(done, Outcome::done().with_reference("FY-M-0.1042-5"), "no receipt: its own number");
    bench.restart().unwrap();
    assert_eq!(call(&mut bench, Hook::Execute, 5), done);
    assert_eq!(system.hooks(), ["execute", "execute"]);
    let keys = system.seen();
    assert!(keys.iter().all(|own| own.headers["idempotency-key"] == "M-0.1042/execute/5"));
}

#[test]
fn overtaken_lifted_and_unbegun_steps_are_not_forwarded() {
    let (folder, system) = (TempDir::new().unwrap(), System::start());
    let mut bench = posting(&folder, &system);
    assert_eq!(call(&mut bench, Hook::Resume, 1).outcome, AnswerOutcome::NeedsHuman);
    assert_eq!(call(&mut bench, Hook::Lift, 9).outcome, AnswerOutcome::Done);
    assert_eq!(call(&mut bench, Hook::Lift, 9).outcome, AnswerOutcome::Done);
    bench.restart().unwrap();
    assert_eq!(call(&mut bench, Hook::Execute, 5).outcome, AnswerOutcome::Failed);
    assert_eq!(call(&mut bench, Hook::Execute, 11).outcome, AnswerOutcome::Failed);
    bench.classified(&classification(12)).unwrap();
    assert_eq!(system.hooks(), ["lift"]);
}

#[test]
fn a_question_shows_where_each_case_stands_and_its_receipts() {
    let (folder, system) = (TempDir::new().unwrap(), System::start());
    let mut bench = posting(&folder, &system);
    call(&mut bench, Hook::Execute, 5);
    bench.restart().unwrap();
    assert_eq!(
        ask(&mut bench, "2026-06-01"),
        json!([{
            "case": "M-0.1042", "measure": "M-M05", "nature": "limit", "decision": "D-0.1031",
            "document_number": "尤信办〔2026〕3号", "authority": "11350426003800001A",
            "from": "2026-01-01", "until": "2026-12-31", "standing": "in_effect",
            "forwarded": [{
                "hook": "execute", "step": 5, "on": "2026-01-01", "reference": "S-1",
                "receipt": null
            }]
        }])
    );
    let standing = |bench: &mut Bench, on: &str| ask(bench, on)[0]["standing"].clone();
    assert_eq!(standing(&mut bench, "2025-12-31"), "held");
    assert_eq!(standing(&mut bench, "2026-12-31"), "in_effect");
    assert_eq!(standing(&mut bench, "2027-01-01"), "ended");
    call(&mut bench, Hook::Suspend, 6);
    assert_eq!(standing(&mut bench, "2026-06-01"), "suspended");
    call(&mut bench, Hook::Lift, 7);
    assert_eq!(standing(&mut bench, "2026-06-01"), "ended");
    assert_eq!(ask(&mut bench, "2026-06-01")[0]["forwarded"].as_array().unwrap().len(), 3);
    let refused = bench.query(&json!({"waiting": true})).unwrap_err();
    assert!(refused.reason.contains("documents are posted"), "{}", refused.reason);
    for question in [json!({}), json!([]), json!({"subject": SUBJECT}), json!({"on": "x"})] {
        let refused = bench.query(&question).unwrap_err();
        assert!(refused.reason.contains("ask {"), "{}", refused.reason);
    }
}

#[test]
fn a_courier_gets_signed_files_and_what_relieves_first() {
    let folder = TempDir::new().unwrap();
    let mut bench = spooling(&folder, 10);
    let answer = call(&mut bench, Hook::Execute, 5);
    assert_eq!(answer.reference.as_deref(), Some("FY-M-0.1042-5"));
    assert_eq!(call(&mut bench, Hook::Execute, 5), answer);
    let other = case("M-0.7", 8, "M-M04a");
    bench.case(Hook::Execute, &other).unwrap();
    call(&mut bench, Hook::Suspend, 9);
    let names = waiting(&mut bench);
    let other = "1_00000000000000000008_M-0.7_execute.json";
    assert_eq!(names, ["0_00000000000000000009_M-0.1042_suspend.json", other]);
    let document = opened(&folder, other);
    assert_eq!(document["hook"], "execute");
    assert_eq!(document["idempotency_key"], "M-0.7/execute/8");
    assert_eq!(document["message"]["case"]["subject"]["key"], SUBJECT);
}

/// What a receiver knows of a case that goes by the page: the standing of the newest step it got.
fn received(folder: &TempDir, bench: &mut Bench) -> Vec<(String, Value)> {
    waiting(bench)
        .iter()
        .map(|name| {
            let document = opened(folder, name);
            let message = &document["message"];
            assert_eq!(
                message["case"]["decision"]["id"], "D-0.1031",
                "each carries the whole case"
            );
            (document["hook"].as_str().unwrap().to_owned(), message["standing"].clone())
        })
        .collect()
}

fn steps(expected: &[(&str, &str)]) -> Vec<(String, Value)> {
    expected.iter().map(|(hook, standing)| ((*hook).to_owned(), json!(standing))).collect()
}

/// The receiver never hears of the order: the resumption tells it everything.
#[test]
fn a_suspension_takes_back_the_waiting_order_and_the_resumption_carries_it() {
    let folder = TempDir::new().unwrap();
    let mut bench = spooling(&folder, 10);
    call(&mut bench, Hook::Execute, 5);
    assert_eq!(received(&folder, &mut bench), steps(&[("execute", "in_effect")]));
    call(&mut bench, Hook::Suspend, 6);
    assert_eq!(received(&folder, &mut bench), steps(&[("suspend", "suspended")]));
    call(&mut bench, Hook::Resume, 7);
    let expected = steps(&[("suspend", "suspended"), ("resume", "in_effect")]);
    assert_eq!(received(&folder, &mut bench), expected);
    // Suspended again before the courier came, the resumption goes as the order did.
    call(&mut bench, Hook::Suspend, 8);
    let expected = steps(&[("suspend", "suspended"), ("suspend", "suspended")]);
    assert_eq!(received(&folder, &mut bench), expected);
    let document = opened(&folder, &waiting(&mut bench)[0]);
    assert!(document["message"]["act"].as_str().unwrap().starts_with("暂停"));
}

/// Otherwise the end of a suspension would begin what nobody ordered.
#[test]
fn the_end_of_a_suspension_says_where_nothing_had_begun() {
    let folder = TempDir::new().unwrap();
    let mut bench = spooling(&folder, 10);
    call(&mut bench, Hook::Suspend, 6);
    call(&mut bench, Hook::Resume, 7);
    call(&mut bench, Hook::Execute, 8);
    let expected =
        steps(&[("suspend", "suspended"), ("resume", "not_begun"), ("execute", "in_effect")]);
    assert_eq!(received(&folder, &mut bench), expected);
    call(&mut bench, Hook::Lift, 9);
    for (step, hook) in [(10, Hook::Resume), (11, Hook::Suspend)] {
        assert_eq!(call(&mut bench, hook, step).outcome, AnswerOutcome::Done);
    }
    assert_eq!(received(&folder, &mut bench), steps(&[("lift", "ended")]), "nothing after an end");
}

#[test]
fn an_end_takes_back_what_the_courier_has_not_fetched() {
    let folder = TempDir::new().unwrap();
    let mut bench = spooling(&folder, 10);
    call(&mut bench, Hook::Execute, 5);
    call(&mut bench, Hook::Suspend, 6);
    call(&mut bench, Hook::Resume, 7);
    bench.case(Hook::Execute, &case("M-0.7", 8, "M-M05")).unwrap();
    assert_eq!(waiting(&mut bench).len(), 3);
    call(&mut bench, Hook::Lift, 9);
    assert_eq!(
        waiting(&mut bench),
        ["0_00000000000000000009_M-0.1042_lift.json", "1_00000000000000000008_M-0.7_execute.json"]
    );
}

#[test]
fn a_full_outbox_holds_up_burdens_and_never_what_relieves() {
    let folder = TempDir::new().unwrap();
    let mut bench = spooling(&folder, 1);
    call(&mut bench, Hook::Execute, 5);
    let other = case("M-0.7", 8, "M-M05");
    let full = bench.case(Hook::Execute, &other).unwrap();
    assert_eq!(full.outcome, AnswerOutcome::Later);
    assert!(full.detail.unwrap().contains("send the courier"));
    // And what it suspends makes room.
    assert_eq!(call(&mut bench, Hook::Suspend, 9).outcome, AnswerOutcome::Done);
    assert_eq!(waiting(&mut bench).len(), 1);
    std::fs::remove_file(outbox(&folder).join(&waiting(&mut bench)[0])).unwrap();
    assert_eq!(bench.case(Hook::Execute, &other).unwrap().outcome, AnswerOutcome::Done);
}

#[test]
fn an_interrupted_write_leaves_nothing_for_the_courier() {
    let folder = TempDir::new().unwrap();
    let mut bench = spooling(&folder, 10);
    std::fs::write(outbox(&folder).join(format!("{EXECUTE_FILE}.tmp")), "{\"sig").unwrap();
    assert!(waiting(&mut bench).is_empty());
    bench.restart().unwrap();
    assert_eq!(std::fs::read_dir(outbox(&folder)).unwrap().count(), 0);
    // The file was written but the answer was lost: the same file once more, not two.
    call(&mut bench, Hook::Execute, 5);
    for book in ["cases.store", "forwarded.store"] {
        std::fs::remove_file(folder.path().join(book)).unwrap();
    }
    bench.restart().unwrap();
    call(&mut bench, Hook::Execute, 5);
    assert_eq!(waiting(&mut bench), [EXECUTE_FILE]);
}

#[test]
fn a_name_that_leads_out_of_the_folder_is_refused() {
    let folder = TempDir::new().unwrap();
    let mut bench = spooling(&folder, 10);
    for id in ["../M-1", "/tmp/M-1", "", ".", "a_b", "编号", &"x".repeat(65)] {
        let answer = bench.case(Hook::Execute, &case(id, 1, "M-M05")).unwrap();
        assert_eq!(answer.outcome, AnswerOutcome::Failed, "{id}");
    }
    assert_eq!(std::fs::read_dir(outbox(&folder)).unwrap().count(), 0);
}

#[test]
fn receipts_come_back_with_the_courier() {
    let folder = TempDir::new().unwrap();
    let mut bench = spooling(&folder, 10);
    call(&mut bench, Hook::Execute, 5);
    let receipts = folder.path().join("receipts");
    let write = |name: &str, text: String| std::fs::write(receipts.join(name), text).unwrap();
    let receipt =
        |key: &str, number: &str| json!({"idempotency_key": key, "receipt": number}).to_string();
    write("good.json", receipt("M-0.1042/execute/5", "（2026）闽0426执17号"));
    write("unknown.json", receipt("M-0.9/execute/5", "1"));
    write("empty.json", receipt("M-0.1042/execute/5", " "));
    write("long.json", receipt("M-0.1042/execute/5", &"9".repeat(5_000)));
    write("none.json", "none".to_owned());
    assert_eq!(ask(&mut bench, "2026-06-01")[0]["forwarded"][0]["receipt"], "（2026）闽0426执17号");
    assert!(!receipts.join("good.json").exists());
    bench.restart().unwrap();
    let answer = bench.query(&json!({"waiting": true})).unwrap();
    assert_eq!(answer["unreadable_receipts"], 4);
    assert_eq!(ask(&mut bench, "2026-06-01")[0]["forwarded"][0]["receipt"], "（2026）闽0426执17号");
}

/// Files that stay do not hide the one that came after them.
#[test]
fn a_receipt_is_found_among_any_number_of_files_that_are_none() {
    let folder = TempDir::new().unwrap();
    let mut bench = spooling(&folder, 10);
    call(&mut bench, Hook::Execute, 5);
    let receipts = folder.path().join("receipts");
    for number in 0..1_100 {
        std::fs::write(receipts.join(format!("a{number:04}.json")), "none").unwrap();
    }
    let receipt = json!({"idempotency_key": "M-0.1042/execute/5", "receipt": "17"});
    std::fs::write(receipts.join("b.json"), receipt.to_string()).unwrap();
    let seen: Vec<Value> = (0..2)
        .map(|_| ask(&mut bench, "2026-06-01")[0]["forwarded"][0]["receipt"].clone())
        .collect();
    assert_eq!(seen, [Value::Null, json!("17")]);
    assert!(!receipts.join("b.json").exists());
    let answer = bench.query(&json!({"waiting": true})).unwrap();
    assert_eq!(answer["unreadable_receipts"], 1_000, "so many are looked at in one call");
}

#[test]
fn what_the_courier_brought_back_about_a_subject_is_forgotten_too() {
    let folder = TempDir::new().unwrap();
    let mut bench = spooling(&folder, 10);
    let mut other = case("M-0.7", 6, "M-M02");
    other.subject.key = "91350426MA2OTHER99".to_owned();
    other.decision.id = "D-0.7".to_owned();
    bench.case(Hook::Execute, &other).unwrap();
    call(&mut bench, Hook::Execute, 5);
    let receipts = folder.path().join("receipts");
    let write = |name: &str, text: String| std::fs::write(receipts.join(name), text).unwrap();
    let receipt =
        |key: &str, number: &str| json!({"idempotency_key": key, "receipt": number}).to_string();
    // One is taken over, the others came after the last question.
    write("taken.json", receipt("M-0.1042/execute/5", "1"));
    ask(&mut bench, "2026-06-01");
    write("own.json", receipt("M-0.1042/execute/5", "2"));
    write("unknown.json", receipt("M-0.1042/lift/9", "3"));
    write("escaped.json", receipt("M-0.1042/lift/9", "4").replace("M-0", "\\u004d-0"));
    write("broken.json", "{\"idempotency_key\": \"M-0.1042/exe".to_owned());
    write("empty.json", receipt("M-0.1042/execute/5", " "));
    write("key.txt", format!("for {SUBJECT}."));
    write("receipt-M-0.1042.pdf", "%PDF".to_owned());
    write("long.json", "9".repeat(2 << 20));
    write("other.json", receipt("M-0.7/execute/6", "（2026）17号"));
    write("none.json", "none".to_owned());
    assert_eq!(bench.forget(SUBJECT).unwrap().outcome, AnswerOutcome::Done);
    assert!(!traces(&folder));
    let mut left: Vec<_> =
        std::fs::read_dir(&receipts).unwrap().map(|file| file.unwrap().file_name()).collect();
    left.sort();
    assert_eq!(left, ["none.json", "other.json"]);
    let question = json!({"subject": other.subject.key, "on": "2026-06-01"});
    let answer = bench.query(&question).unwrap();
    assert_eq!(answer["cases"][0]["forwarded"][0]["receipt"], "（2026）17号");
}

/// While an end waits for the courier, its receipt has somewhere to go.
#[test]
fn a_receipt_is_kept_until_the_subject_is_forgotten() {
    let folder = TempDir::new().unwrap();
    let mut bench = spooling(&folder, 10);
    call(&mut bench, Hook::Lift, 6);
    let receipt = json!({"idempotency_key": "M-0.1042/lift/6", "receipt": "17"});
    let path = folder.path().join("receipts/one.json");
    std::fs::write(&path, receipt.to_string()).unwrap();
    assert_eq!(bench.forget(SUBJECT).unwrap().outcome, AnswerOutcome::Later);
    assert!(path.exists());
    assert_eq!(ask(&mut bench, "2026-06-01")[0]["forwarded"][0]["receipt"], "17");
}

#[test]
fn a_subject_is_forgotten_when_the_courier_has_what_ends_its_cases() {
    let folder = TempDir::new().unwrap();
    let mut bench = spooling(&folder, 10);
    call(&mut bench, Hook::Execute, 5);
    call(&mut bench, Hook::Lift, 6);
    let answer = bench.forget(SUBJECT).unwrap();
    assert_eq!(answer.outcome, AnswerOutcome::Later);
    assert!(answer.detail.unwrap().contains("wait for the courier"));
    assert!(traces(&folder));
    std::fs::remove_file(outbox(&folder).join(&waiting(&mut bench)[0])).unwrap();
    assert_eq!(bench.forget(SUBJECT).unwrap().outcome, AnswerOutcome::Done);
    assert!(!traces(&folder));
    // A burden that still waits does not go out any more.
    call(&mut bench, Hook::Execute, 7);
    assert_eq!(bench.forget(SUBJECT).unwrap().outcome, AnswerOutcome::Done);
    assert!(!traces(&folder));
}

#[test]
fn over_http_a_forgotten_subject_is_nowhere_in_the_folder() {
    let (folder, system) = (TempDir::new().unwrap(), System::start());
    let mut bench = posting(&folder, &system);
    let mut other = case("M-0.7", 7, "M-M02");
    other.subject.key = "91350426MA2OTHER99".to_owned();
    other.decision.id = "D-0.7".to_owned();
    other.valid_until = date(2027, 6, 30);
    bench.case(Hook::Execute, &other).unwrap();
    call(&mut bench, Hook::Execute, 5);
    assert_eq!(bench.forget(SUBJECT).unwrap().outcome, AnswerOutcome::Done);
    assert!(!traces(&folder));
    let question = json!({"subject": other.subject.key, "on": "2026-06-01"});
    let answer = bench.query(&question).unwrap();
    assert_eq!(answer["cases"][0]["forwarded"][0]["reference"], "S-1");
    assert_eq!(system.hooks(), ["execute", "execute"], "what the court has is the court's");
}

#[test]
fn beside_the_live_one_nothing_leaves_by_either_way() {
    let (folder, system) = (TempDir::new().unwrap(), System::start());
    let spool = json!({"spool": {"secrets": [SECRET]}});
    let mut bench = Bench::start_as::<Court>(folder.path(), spool, Mode::Check, &[]).unwrap();
    let answer = call(&mut bench, Hook::Execute, 5);
    assert_eq!(answer.outcome, AnswerOutcome::Done);
    assert_eq!(answer.reference.as_deref(), Some("FY-M-0.1042-5"));
    assert!(waiting(&mut bench).is_empty());
    call(&mut bench, Hook::Lift, 6);
    assert_eq!(bench.forget(SUBJECT).unwrap().outcome, AnswerOutcome::Done);
    assert!(!traces(&folder));
    let folder = TempDir::new().unwrap();
    let endpoint = json!({"endpoint": {"url": system.url(), "secrets": [SECRET]}});
    let mut bench = Bench::start_as::<Court>(folder.path(), endpoint, Mode::DryRun, &[]).unwrap();
    bench.grant(&system.address);
    assert_eq!(call(&mut bench, Hook::Execute, 5).outcome, AnswerOutcome::Done);
    assert!(system.seen().is_empty());
}

#[test]
fn settings_name_exactly_one_way() {
    let folder = TempDir::new().unwrap();
    let spool = json!({"secrets": [SECRET]});
    let endpoint = json!({"url": "https://court.example/", "secrets": [SECRET]});
    for (settings, says) in [
        (json!(null), "either `endpoint`"),
        (json!({"spool": spool, "endpoint": endpoint}), "either `endpoint`"),
        (json!({"spool": {"secrets": [SECRET], "waiting_max": 0}}), "`waiting_max`"),
        (json!({"spool": {"secrets": []}}), "`secrets`"),
        (json!({"spool": {"secrets": [SECRET], "folder": "/tmp"}}), "folder"),
        (json!({"endpoint": {"url": "http://court.example/", "secrets": [SECRET]}}), "plain_http"),
    ] {
        let refused = Bench::start::<Court>(folder.path(), settings).err().unwrap();
        assert!(refused.reason.contains(says), "{}", refused.reason);
    }
    assert!(Bench::start::<Court>(folder.path(), json!({"endpoint": endpoint})).is_ok());
}
