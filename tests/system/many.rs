//! Thousands of cases at once: a plugin that was stopped for a day catches up, once each, with what relieves
//! before all that waits; and what one department's plugin does not answer holds up no other department.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs::File;
use std::path::Path;

use data_encoding::HEXLOWER;
use serde_json::{Value, json};
use shouxin_core::actor::Role;
use shouxin_core::id::MeasureId;
use shouxin_core::row::Remote;
use shouxin_server::app::Purpose;
use shouxin_server::engine::query::Query;
use shouxin_server::plugins::{PluginsFile, library_sha256};
use shouxin_tests::cases::{Case, Kind, LAND, PROCUREMENT, accepted, each, object, order, renamed};
use shouxin_tests::running::{FIRST, Running};
use shouxin_tests::{Client, WAIT};

use crate::exactly_once::{checked, lines};
use crate::held::pipes;
use crate::plugins::Teller;

/// Cases that come to wait in a day; more than one pass of the dispatcher looks at.
const WAITING: u32 = 1_200;
/// The second day after the one on which they are ordered: the machine's clock runs on while they are.
const LATER: &str = "2026-03-12";
const DAY_SECONDS: u64 = 86_400;
/// Calls that are handed over beside those that tell of something; the default window without its reserve.
const BEGUN_AT_ONCE: u64 = 60;
/// Changes whose cases wait for a plugin that does not answer; more than one pass looks at.
const STUCK: u32 = 1_100;
/// More of them, after the one that matters.
const STUCK_LATER: u32 = 90;
/// And so many one after the other.
const LAST: usize = 10;

/// `plugins.toml` with a plugin each of these names, whose breaker opens at the second crash.
fn granted(folder: &Path, plugins: &[(&str, &Kind)], settings: &str) -> PluginsFile {
    let mut text = "development_unsigned = true\n".to_owned();
    for (name, kind) in plugins {
        let library = renamed(folder, name);
        write!(
            text,
            "[[plugin]]\nname = {name:?}\nversion = \"1.0.0\"\nlibrary = {library:?}\nsha256 = {:?}\n\
             department = {:?}\nmeasures = [{:?}]\nretry_base_ms = 5\n[plugin.limits]\ndeadline_ms = 60000\n\
             restart_backoff_min_ms = 1\nrestart_backoff_max_ms = 20\nbreaker_crashes = 2\n\
             [plugin.settings]\nbook = true\njournal = true\n{settings}",
            HEXLOWER.encode(&library_sha256(&library).expect("the fixture")),
            kind.department,
            kind.measure,
        )
        .expect("a text");
    }
    let file = folder.join("plugins.toml");
    std::fs::write(&file, text).expect("plugins.toml");
    PluginsFile::read(&file).expect("plugins.toml")
}

/// Waits until something holds of the plugin of this name.
fn shown(running: &Running, name: &str, what: &str, holds: impl Fn(&Value) -> bool) -> Value {
    let of = |body: &Value| {
        let plugins = body["plugins"].as_array()?;
        plugins.iter().find(|own| own["name"] == name).cloned()
    };
    let found = running
        .operator()
        .until("/v1/plugins", what, |body| of(body).is_some_and(|own| holds(&own)));
    of(&found).expect("the plugin")
}

fn nothing_waits(own: &Value) -> bool {
    own["waiting"]["count"] == json!(0) && own["in_flight"] == json!(0)
}

/// What the department's system last confirmed, for each case.
fn remote(running: &Running, cases: &[Case]) -> Vec<Remote> {
    let mut query = Query::new(running.engine.view.read());
    let mut of = |id: MeasureId| query.ask(|rows| Ok(rows.must_measure(id)?.remote));
    cases.iter().map(|own| of(own.measure).expect("a case")).collect()
}

/// Waits until it is said of each of these that its plugin could not be told.
fn undelivered(running: &Running, cases: &[Case]) {
    for own in cases {
        until("it is said that it was not delivered", || {
            let mut query = Query::new(running.engine.view.read());
            let row = query.ask(|rows| rows.must_measure(own.measure).cloned());
            row.expect("a case").fault.is_some()
        });
    }
}

fn until(what: &str, holds: impl Fn() -> bool) {
    let began = std::time::Instant::now();
    while !holds() {
        assert!(began.elapsed() < WAIT, "it never came to this: {what}");
        std::thread::park_timeout(std::time::Duration::from_millis(10));
    }
}

#[test]
fn a_plugin_stopped_for_a_day_catches_up_once_each_and_a_suspension_goes_before_all_that_waits() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    let (stands, goes) = pipes(&data);
    let settings = format!("stand_on = \"execute\"\npath = {stands:?}\n");
    let plugins = || granted(folder.path(), &[("faulty", &PROCUREMENT)], &settings);
    let running = Running::opened(Purpose::Serve, FIRST, &data, plugins());
    let made = accepted(&running, &[(&PROCUREMENT, 1..WAITING + 1)]).remove(0);
    let teller = Teller::new();
    let reason = json!({"reason": "停用一天 / stopped for a day"});
    teller.post(&running.operator(), "/v1/plugins/faulty/pause", &reason);
    each(0..WAITING, |number| order(&running, &PROCUREMENT, &made[number as usize]));
    drop(running);

    // It stays so over a start, and says what waits and for how long.
    let running = Running::opened(Purpose::Serve, LATER, &data, plugins());
    let waiting = shown(&running, "faulty", "paused", |own| own["state"] == "paused");
    assert_eq!(
        (&waiting["waiting"]["count"], &waiting["waiting"]["more"]),
        (&json!(100), &json!(true))
    );
    assert!(waiting["waiting"]["oldest_seconds"].as_u64() >= Some(DAY_SECONDS), "{waiting}");
    let [first, .., paused, overtaking] = made.as_slice() else { panic!("cases") };
    object(&running, paused);
    until("told while it is paused", || remote(&running, &[*paused]) == [Remote::Suspended]);
    let own = |case: &Case, hook: &str| format!("{}/{hook}/", case.measure);
    let at = |case: &Case, hook: &str| {
        let prefix = own(case, hook);
        lines(&data).iter().position(|line| line.starts_with(&prefix))
    };
    assert!(!lines(&data).iter().any(|line| line.contains("/execute/")), "nothing has begun");

    // It stands inside the first call when the last in the queue objects.
    teller.post(&running.operator(), "/v1/plugins/faulty/resume", &json!({}));
    drop(File::open(&stands).expect("the plugin has begun"));
    let handed =
        |more: u64| move |own: &Value| own["in_flight"].as_u64() == Some(BEGUN_AT_ONCE + more);
    shown(&running, "faulty", "full", handed(0));
    object(&running, overtaking);
    shown(&running, "faulty", "full, and the suspension", handed(2));
    drop(File::options().write(true).open(&goes).expect("the plugin waits"));
    let carried_out = &made[..made.len() - 2];
    shown(&running, "faulty", "everything carried out", nothing_waits);
    until("the suspension confirmed", || remote(&running, &[*overtaking]) == [Remote::Suspended]);
    assert!(remote(&running, carried_out).iter().all(|own| *own == Remote::Executed));
    drop(running);

    let journal = lines(&data);
    let executions: Vec<&String> =
        journal.iter().filter(|line| line.contains("/execute/")).collect();
    let once: BTreeSet<&String> = executions.iter().copied().collect();
    assert_eq!((executions.len(), once.len()), (carried_out.len(), carried_out.len()));
    assert!(journal.iter().all(|line| !line.starts_with(&own(paused, "execute"))));
    assert!(journal.iter().all(|line| !line.starts_with(&own(overtaking, "execute"))));
    let begun = at(first, "execute").expect("the first");
    let overtook = at(overtaking, "suspend").expect("the suspension");
    assert_eq!(overtook, begun + 1, "it is the next call of all: {:?}", &journal[..overtook + 2]);
    checked(&data);
}

/// Opens the breaker of a plugin by killing its child twice.
pub(crate) fn trip(running: &Running, name: &str) {
    let mut before = Value::Null;
    for _ in 0..2 {
        let up = shown(running, name, "running", |own| {
            own["state"] == "running" && own["pid"] != before
        });
        before = up["pid"].clone();
        let pid = before.as_i64().and_then(|pid| i32::try_from(pid).ok());
        let pid = pid.and_then(rustix::process::Pid::from_raw).expect("a process number");
        rustix::process::kill_process(pid, rustix::process::Signal::KILL).expect("killing it");
    }
    shown(running, name, "tripped", |own| own["state"] == "tripped");
}

#[test]
fn a_suspension_reaches_its_department_past_a_thousand_that_another_does_not_answer() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    let plugins = [("faulty", &PROCUREMENT), ("faulla", &LAND)];
    let running = Running::with(FIRST, &data, granted(folder.path(), &plugins, ""));
    let of_stuck = STUCK + STUCK_LATER + LAST as u32;
    let kinds = [(&PROCUREMENT, 1..of_stuck + 1), (&LAND, of_stuck + 1..of_stuck + 2)];
    let mut made = accepted(&running, &kinds);
    let land = made.remove(1).remove(0);
    let stuck = made.remove(0);
    each(0..of_stuck, |number| order(&running, &PROCUREMENT, &stuck[number as usize]));
    order(&running, &LAND, &land);
    for (name, _) in plugins {
        shown(&running, name, "everything carried out", nothing_waits);
    }
    trip(&running, "faulty");
    trip(&running, "faulla");
    // On both sides of the one that matters, so that neither the oldest nor the newest first is enough.
    let (before, after) = stuck.split_at(STUCK as usize);
    let auditor = Client::new(&running.base, Some(&running.key(Role::Auditor, None)));
    let open = |count: u32| {
        let line = format!("\nshouxin_open_walks {count}\n");
        auditor.until("/metrics", "so many open", |body| {
            body["text"].as_str().is_some_and(|text| text.contains(&line))
        });
    };
    each(0..STUCK, |number| object(&running, &before[number as usize]));
    object(&running, &land);
    each(0..STUCK_LATER, |number| object(&running, &after[number as usize]));
    undelivered(&running, &stuck[..of_stuck as usize - LAST]);
    undelivered(&running, &[land]);
    // Each of these takes a pass of its own: when the last was looked at, what was said of the others is no
    // news any more, and the one has to wait for its turn.
    for own in &stuck[of_stuck as usize - LAST..] {
        object(&running, own);
        undelivered(&running, std::slice::from_ref(own));
    }
    open(of_stuck + 1);
    Teller::new().post(&running.operator(), "/v1/plugins/faulla/resume", &json!({}));
    shown(&running, "faulla", "running", |own| own["state"] == "running");
    until("the one suspended", || remote(&running, &[land]) == [Remote::Suspended]);
    assert!(
        remote(&running, &stuck).iter().all(|own| *own == Remote::Executed),
        "the other is down"
    );
    Teller::new().post(&running.operator(), "/v1/plugins/faulty/resume", &json!({}));
    open(0);
    assert!(remote(&running, &stuck).iter().all(|own| *own == Remote::Suspended));
    drop(running);
    checked(&data);
}
