//! A key is looked at where the command is decided: what was asked before the revocation, and waited
//! behind it, is refused like what is asked after it.
#![allow(clippy::expect_used, reason = "in a test a failure is what they are for")]

use std::sync::{Arc, Condvar, Mutex};

use shouxin_core::actor::Role;
use shouxin_core::event::Idempotency;
use shouxin_core::time::{Day, Timestamp};
use tokio::sync::oneshot;

use super::kit::{Running, county, data, day, market, morning, organisation, provided, register};
use super::*;
use crate::http::caller::Caller;
use crate::keys;

/// A clock at which the writer waits while it is held: what is submitted meanwhile is one batch.
struct HeldClock {
    /// The time, and whether the writer waits.
    now: Mutex<(Timestamp, bool)>,
    freed: Condvar,
}

impl HeldClock {
    fn new(now: Timestamp) -> Arc<HeldClock> {
        Arc::new(HeldClock { now: Mutex::new((now, false)), freed: Condvar::new() })
    }

    fn set(&self, now: Option<Timestamp>, held: bool) {
        let mut own = self.now.lock().expect("the clock");
        *own = (now.unwrap_or(own.0), held);
        self.freed.notify_all();
    }
}

impl Clock for HeldClock {
    fn now(&self) -> Timestamp {
        let writer = std::thread::current().name() == Some("writer");
        let own = self.now.lock().expect("the clock");
        self.freed.wait_while(own, |own| writer && own.1).expect("the clock").0
    }

    fn starts_stopped(&self) -> bool {
        false
    }

    fn confirm(&self) {}
}

type Answer = oneshot::Receiver<Result<Committed, EngineError>>;

/// Puts a request into the queue; its answer comes later.
fn put(running: &Running, request: Request) -> Answer {
    let (reply, answer) = oneshot::channel();
    let queue = running.engine.sender().expect("it runs");
    queue.blocking_send(Submission { request, reply }).expect("there is room");
    answer
}

fn got(answer: Answer) -> Result<Committed, EngineError> {
    answer.blocking_recv().expect("an answer")
}

/// A key of the officer of market supervision, and who came with it as the request came in.
fn caller(running: &Running, expires_on: Day) -> Caller {
    let officer = Some(market(running));
    let key = keys::create(&running.engine, Role::Provider, officer, None, expires_on);
    Caller::holding(&key.expect("a key"), &running.engine).expect("it is good")
}

fn by(running: &Running, caller: &Caller, number: u32) -> Request {
    let key = Some(caller.key_id.clone());
    let tag = [u8::try_from(number).expect("a small number"); 32];
    let idempotency = Some(Idempotency { tag, request: [7; 32] });
    let command = register(running, number);
    Request { key, idempotency, ..provided(running, "subjects.register", command) }
}

fn revoke(caller: &Caller) -> Request {
    let command = Command::RevokeKey { key_id: caller.key_id.clone() };
    Request::internal(Actor::Operator, "keys.revoke", command)
}

/// What the log holds.
fn log(running: &Running) -> Vec<String> {
    let entries = running.engine.log.scan(0).flat_map(|own| own.expect("a whole log").entries);
    let event = |bytes: &[u8]| shouxin_core::codec::decode_event(bytes).expect("an event").event;
    entries.map(|own| event(&own.bytes).name().to_owned()).collect()
}

#[test]
fn what_waits_behind_the_revocation_of_its_key_is_refused_in_the_same_batch() {
    let folder = tempfile::tempdir().expect("a folder");
    let clock = HeldClock::new(morning("2026-11-23"));
    let running = Running::start(&data(&folder), clock.clone(), &county());
    let caller = caller(&running, day("2026-12-31"));
    let first = by(&running, &caller, 1);
    running.must(by(&running, &caller, 1));
    let before = log(&running).len();
    // The writer stands at its clock with the first of these; the others join its batch.
    clock.set(None, true);
    let taken = put(&running, by(&running, &caller, 2));
    let revoked = put(&running, revoke(&caller));
    assert!(caller.still_valid(&running.engine).expect("a view"), "the view knows nothing of it");
    let refused = put(&running, by(&running, &caller, 3));
    // What was carried out before is not told again either, and a guard's refusal is not recorded.
    let again = put(&running, first);
    let barred = put(&running, Request { role: Role::Auditor, ..by(&running, &caller, 4) });
    let internal = put(&running, provided(&running, "import", register(&running, 5)));
    clock.set(None, false);
    got(taken).expect("it came before the revocation");
    got(revoked).expect("the operator revokes");
    for answer in [refused, again, barred] {
        let answer = got(answer);
        assert!(matches!(answer, Err(EngineError::KeyEnded)), "{answer:?}");
    }
    got(internal).expect("the operator needs no key");
    let log = log(&running);
    assert_eq!(log[before..], ["subject.registered", "key.revoked", "subject.registered"]);
    let query = crate::engine::query::Query::new(running.engine.view.read());
    let found = query.row(&shouxin_core::row::Key::Subject(organisation(3)));
    assert_eq!(found.expect("a view"), None);
}

#[test]
fn what_waits_beyond_the_last_day_of_its_key_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let clock = HeldClock::new(morning("2026-11-23"));
    let running = Running::start(&data(&folder), clock.clone(), &county());
    let caller = caller(&running, day("2026-11-24"));
    for (today, good) in [("2026-11-24", true), ("2026-11-25", false)] {
        clock.set(None, true);
        let answer = put(&running, by(&running, &caller, 1 + u32::from(good)));
        clock.set(Some(morning(today)), false);
        match got(answer) {
            Ok(_) => assert!(good, "{today}"),
            Err(error) => assert!(!good && matches!(error, EngineError::KeyEnded), "{error:?}"),
        }
    }
}

/// The answer is the one that a request with such a key gets at the door.
#[test]
fn a_key_that_ended_while_its_command_waited_is_answered_401() {
    let here = crate::http::problem::Problem::from(EngineError::KeyEnded);
    let door = crate::http::problem::Problem::unauthenticated();
    assert_eq!(here.in_words(), door.in_words());
    assert_eq!(here.code(), "UNAUTHENTICATED");
}
