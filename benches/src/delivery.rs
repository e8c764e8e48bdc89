//! From an officer's order to the department: how soon the plugin is called, how many orders are carried
//! out a second, what deployed plugins cost everybody else, and how a day's backlog drains.
//!
//! The cases are real ones, the plugin runs in its child process, and the reference that it
//! answers with is the time at which it was called.

use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use data_encoding::HEXLOWER;
use shouxin_core::actor::{Actor, Role, SubjectKey};
use shouxin_core::apply::record_source;
use shouxin_core::command::{Command, NewRecord};
use shouxin_core::id::{MeasureId, Position};
use shouxin_core::row::{Index, MeasureState, Remote};
use shouxin_core::time::Day;
use shouxin_server::engine::query::Query;
use shouxin_server::plugins::{PluginGrant, PluginsFile, Step, library_sha256};
use shouxin_tests::cases::{Case, PROCUREMENT, accepted, each, object, order, renamed};
use shouxin_tests::running::Running;

use crate::figures::{Table, microseconds};
use crate::running::{resident_mib, start, with_plugins};

/// The name of the fixture; each further plugin is a copy that says another name of as many letters.
const NAME: &str = "faulty";
/// Threads that write records.
const WRITERS: u32 = 16;
/// How often a waiting program looks.
const LOOK: Duration = Duration::from_millis(2);

/// The plugin that carries the cases out, and so many more that carry nothing.
fn grants(folder: &Path, plugins: usize, rules: Option<&Running>) -> PluginsFile {
    let own = (PROCUREMENT.measure.to_owned(), PROCUREMENT.department.to_owned());
    let mut places: Vec<(String, String)> = vec![own];
    let others = rules.into_iter().flat_map(|running| &running.engine.rules.measures);
    for measure in others {
        for department in &measure.implementers {
            let place = (measure.id.clone(), department.clone());
            if !places.contains(&place) {
                places.push(place);
            }
        }
    }
    // Each measure of a department has one plugin; whoever finds no place left carries nothing out and
    // is told of classifications like the others.
    let places = places.into_iter().map(|(measure, department)| (vec![measure], department));
    let more = std::iter::repeat_with(|| (Vec::new(), PROCUREMENT.department.to_owned()));
    let granted = places.chain(more).take(plugins).enumerate().map(|(number, place)| {
        let (measures, department) = place;
        let name = if number == 0 { NAME.to_owned() } else { format!("fau{number:03}") };
        let library = renamed(folder, &name);
        let text = format!(
            "name = {name:?}\nversion = \"1.0.0\"\nlibrary = {library:?}\nsha256 = {:?}\ndepartment = \
             {department:?}\nmeasures = {measures:?}\n[settings]\nclock = true\n",
            HEXLOWER.encode(&library_sha256(&library).expect("a library"))
        );
        toml::from_str::<PluginGrant>(&text).expect("a grant")
    });
    PluginsFile::unsigned(granted.collect())
}

/// So many accepted cases.
fn made(running: &Running, cases: u32) -> Vec<Case> {
    accepted(running, &[(&PROCUREMENT, 1..cases + 1)]).remove(0)
}

fn now_ns() -> u128 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_nanos()
}

/// When a case's plugin was called, once it has answered.
fn called(running: &Running, measure: MeasureId) -> Option<u128> {
    let mut query = Query::new(running.engine.view.read());
    let row = query.ask(|rows| rows.must_measure(measure).cloned()).expect("a case");
    match row.state {
        MeasureState::Executed { reference, .. } => reference.parse().ok(),
        _ => None,
    }
}

/// Orders that wait for a plugin, as far as one look counts.
fn waits(running: &Running) -> bool {
    let entry = Index::Owed(NAME.to_owned(), MeasureId(Position::local(0)));
    let query = Query::new(running.engine.view.read());
    !query.page(&entry, None, 1).expect("the view").0.is_empty()
}

fn until(holds: impl Fn() -> bool) {
    while !holds() {
        std::thread::sleep(LOOK);
    }
}

fn at(values: &mut [u64], percent: usize) -> f64 {
    values.sort_unstable();
    values[(values.len() * percent / 100).min(values.len() - 1)] as f64
}

/// Orders one case after the other, and how long after each commit the plugin was called, in ns.
fn ordered_one_by_one(running: &Running, cases: &[Case]) -> Vec<u64> {
    let mut took = Vec::new();
    for case in cases {
        order(running, &PROCUREMENT, case);
        let committed = now_ns();
        until(|| called(running, case.measure).is_some());
        let called = called(running, case.measure).unwrap_or(committed);
        // The writer may be answered after the dispatcher was woken: then it was called at once.
        took.push(u64::try_from(called.saturating_sub(committed)).unwrap_or(u64::MAX));
    }
    took
}

/// Writes records until told to stop; how long each took, in ns.
fn written(running: &Running, stop: &AtomicBool, subjects: &[Case]) -> Vec<u64> {
    let market = Actor::Officer(running.officer("market", "SC-03"));
    let next = AtomicU64::new(now_ns() as u64);
    let took = std::sync::Mutex::new(Vec::new());
    each(0..WRITERS, |_| {
        let mut own = Vec::new();
        while !stop.load(Ordering::Relaxed) {
            let number = next.fetch_add(1, Ordering::Relaxed);
            let subject = subjects[(number % subjects.len() as u64) as usize].subject;
            let began = Instant::now();
            running.command(Role::Department, &market, record(running, subject, number));
            own.push(u64::try_from(began.elapsed().as_nanos()).unwrap_or(u64::MAX));
        }
        took.lock().expect("the list").append(&mut own);
    });
    took.into_inner().expect("the list")
}

fn record(running: &Running, subject: SubjectKey, number: u64) -> Command {
    let authority = running.officer("market", "SC-03").authority;
    let document_number = format!("写〔2026〕{number}号");
    let day: Day = "2026-01-05".parse().expect("a day");
    let record = NewRecord {
        subject,
        item: "FJ-FR-0101".to_owned(),
        severity: None,
        source: record_source(authority, "FJ-FR-0101", &document_number, subject),
        document_number,
        document_date: day,
        document_sha256: None,
        content: None,
        withheld: false,
        withheld_reason: None,
        notified: None,
    };
    Command::SubmitRecords { records: vec![record] }
}

/// `delivery`
pub fn delivery(cases: u32, seconds: u64) {
    let question = format!("delivery --cases {cases} --seconds {seconds}");
    let folder = tempfile::tempdir_in(".").expect("a folder on the disk");
    let file = grants(folder.path(), 1, None);
    let running = with_plugins(&folder.path().join("data"), file);
    let made = made(&running, cases * 3);
    let (idle, rest) = made.split_at(cases as usize);
    let (loaded, together) = rest.split_at(cases as usize);
    let columns = ["from commit to call", "orders", "p50, µs", "p99, µs"];
    let mut table = Table::new(&question, &columns);
    let mut row = |what: &str, mut took: Vec<u64>| {
        let count = took.len().to_string();
        let (p50, p99) = (microseconds(at(&mut took, 50)), microseconds(at(&mut took, 99)));
        table.row([what.to_owned(), count, p50, p99]);
    };
    row("idle", ordered_one_by_one(&running, idle));
    let stop = AtomicBool::new(false);
    let took = std::thread::scope(|scope| {
        scope.spawn(|| written(&running, &stop, &made));
        let took = ordered_one_by_one(&running, loaded);
        stop.store(true, Ordering::Relaxed);
        took
    });
    row(&format!("{WRITERS} writers of records beside it"), took);
    table.print();

    let began = Instant::now();
    each(0..cases, |number| order(&running, &PROCUREMENT, &together[number as usize]));
    let ordered = began.elapsed().as_secs_f64();
    until(|| !waits(&running));
    let done = began.elapsed().as_secs_f64();
    let columns = ["orders at once", "ordered/s", "carried out/s"];
    let mut table = Table::new(&question, &columns);
    let rate = |seconds: f64| format!("{:.0}", f64::from(cases) / seconds);
    table.row([cases.to_string(), rate(ordered), rate(done)]);
    table.print();
    drop(running);
    cost(&question, seconds);
}

/// What deployed plugins cost the writing of records: the three in turn, twice, so that a slow minute of
/// the machine meets each.
fn cost(question: &str, seconds: u64) {
    let columns = ["plugins", "round", "start, s", "records/s", "p50, µs", "p99, µs"];
    let mut table = Table::new(question, &columns);
    for round in 1..=2 {
        for plugins in [0, 10, 100] {
            let folder = tempfile::tempdir_in(".").expect("a folder on the disk");
            let data = folder.path().join("data");
            // What the rules allow is known once a server has read them.
            let first = start(&data);
            let file = grants(folder.path(), plugins, Some(&first));
            drop(first);
            let running = with_plugins(&data, file);
            let live = running.life.shown(&running.engine);
            assert_eq!(live.len(), plugins, "all of them run");
            let subjects = made(&running, 64);
            let stop = AtomicBool::new(false);
            let mut took = std::thread::scope(|scope| {
                let written = scope.spawn(|| written(&running, &stop, &subjects));
                std::thread::sleep(Duration::from_secs(seconds));
                stop.store(true, Ordering::Relaxed);
                written.join().expect("the writers")
            });
            let rate = took.len() as f64 / seconds as f64;
            table.row([
                plugins.to_string(),
                round.to_string(),
                format!("{:.2}", running.start_seconds),
                format!("{rate:.0}"),
                microseconds(at(&mut took, 50)),
                microseconds(at(&mut took, 99)),
            ]);
        }
    }
    table.print();
}

/// `backlog`
pub fn backlog(cases: u32) {
    let folder = tempfile::tempdir_in(".").expect("a folder on the disk");
    let file = grants(folder.path(), 1, None);
    let running = with_plugins(&folder.path().join("data"), file);
    let made = made(&running, cases);
    let step = |step: Step| {
        running
            .life
            .step(step, &running.engine)
            .unwrap_or_else(|refused| panic!("{}", refused.text));
    };
    let reason = "停用一天 / stopped for a day".to_owned();
    step(Step::Pause { name: NAME.to_owned(), reason });
    each(0..cases, |number| order(&running, &PROCUREMENT, &made[number as usize]));
    let waiting = resident_mib();
    step(Step::Resume { name: NAME.to_owned() });
    let began = Instant::now();
    // Half-way through, the last in the queue objects: its suspension goes before all that wait.
    until(|| called(&running, made[made.len() / 2].measure).is_some());
    let last = *made.last().expect("a case");
    object(&running, &last);
    let filed = Instant::now();
    let mut peak = resident_mib();
    until(|| remote(&running, last.measure) == Remote::Suspended);
    let overtook = filed.elapsed();
    let waited = waits(&running);
    while waits(&running) && called(&running, made[made.len() - 2].measure).is_none() {
        peak = peak.max(resident_mib());
        std::thread::sleep(LOOK);
    }
    let took = began.elapsed().as_secs_f64();
    let times: Vec<u128> = made.iter().filter_map(|own| called(&running, own.measure)).collect();
    let in_order = times.windows(2).filter(|pair| pair[0] <= pair[1]).count() + 1;
    let columns =
        ["cases", "drained/s", "in order", "waiting, MiB", "draining, MiB", "suspension after, ms"];
    let mut table = Table::new(&format!("backlog --cases {cases}"), &columns);
    table.row([
        cases.to_string(),
        format!("{:.0}", times.len() as f64 / took),
        format!("{in_order} of {}", times.len()),
        format!("{waiting:.0}"),
        format!("{peak:.0}"),
        format!(
            "{:.1}{}",
            overtook.as_secs_f64() * 1000.0,
            if waited { "" } else { " (nothing waited)" }
        ),
    ]);
    table.print();
}

fn remote(running: &Running, measure: MeasureId) -> Remote {
    let mut query = Query::new(running.engine.view.read());
    query.ask(|rows| rows.must_measure(measure).cloned()).expect("a case").remote
}
