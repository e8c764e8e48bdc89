//! A start walks over what runs only where no earlier one has done it for the same rules. How much was
//! looked at is what the engine counts; nothing here waits for luck.
#![allow(clippy::expect_used, reason = "in a test a failure is what they are for")]

use std::path::{Path, PathBuf};

use shouxin_core::actor::Role;
use shouxin_core::apply::record_source;
use shouxin_core::command::NewRecord;
use shouxin_core::event::{ObjectionGround, Target, Trigger};
use shouxin_core::id::RecordId;
use shouxin_core::rules::Severity;
use shouxin_core::text::{Service, ServiceManner};

use super::*;
use crate::clock::MovedClock;
use crate::engine::kit::{
    Files, Running, county, data, day, market, morning, organisation, provided, register,
};

const ITEM: &str = "FJ-FR-0303";

/// The register on a day, under some rules, with the figures of a start of its own.
struct Start {
    running: Running,
    runtime: tokio::runtime::Runtime,
    stop: watch::Sender<bool>,
}

impl Start {
    fn on(data: &Path, today: &str, files: &Files) -> Start {
        let clock = Arc::new(MovedClock::new(morning(today)));
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let (stop, _) = watch::channel(false);
        let running = Running::start(data, clock, files);
        Start { running, runtime: runtime.expect("a runtime"), stop }
    }

    /// How much was looked at, and what came of it.
    fn shorten(&self) -> (u64, Option<usize>) {
        let before = self.running.decided("rules.shorten");
        let stop = self.stop.subscribe();
        let walk = shorten_once(&self.running.engine, &stop);
        let changed = self.runtime.block_on(walk).expect("it runs");
        (self.running.decided("rules.shorten") - before, changed)
    }

    fn recount(&self) -> (u64, Option<usize>) {
        let before = self.running.decided("calendar.recompute");
        let stop = self.stop.subscribe();
        let walk = recount_once(&self.running.engine, &stop);
        let changed = self.runtime.block_on(walk).expect("it runs");
        (self.running.decided("calendar.recompute") - before, changed)
    }

    fn finished(&self) -> u64 {
        self.running.decided("jobs.finish")
    }

    /// So many records that are shown until some day.
    fn records(&self, count: usize) -> RecordId {
        let running = &self.running;
        running.must(provided(running, "subjects.register", register(running, 1)));
        let (subject, authority) = (organisation(1), market(running).authority);
        let record = |number: usize| {
            let document_number = format!("尤市监强〔2026〕{number}号");
            let on = day("2026-06-01");
            NewRecord {
                withheld_reason: None,
                subject,
                item: ITEM.to_owned(),
                severity: Some(Severity::General),
                source: record_source(authority, ITEM, &document_number, subject),
                document_number,
                document_date: on,
                document_sha256: Some([7; 32]),
                content: None,
                withheld: false,
                notified: Some(Service {
                    manner: ServiceManner::Direct,
                    on,
                    proof_sha256: [8; 32],
                }),
            }
        };
        let records = (0..count).map(record).collect();
        let command = Command::SubmitRecords { records };
        let done = running.must(provided(running, "records.submit", command));
        assert!(done.rejects.is_empty(), "{:?}", done.rejects);
        RecordId(done.first().expect("a record"))
    }

    /// The party disputes a record: its formal check is to be done by a day.
    fn objection(&self, record: RecordId) {
        let vault = &self.running.engine.vault;
        let statement = vault.seal(0, "statement", "与事实不符".as_bytes()).expect("it is sealed");
        let command = Command::FileObjection {
            target: Target::Record(record),
            trigger: Trigger::Subject,
            grounds: vec![ObjectionGround::Error],
            statement,
            evidence: vec![[9; 32]],
            new_facts: false,
        };
        let actor = Actor::Subject(organisation(1));
        let own = Request::internal(actor, "objections.file", command);
        self.running.must(Request { role: Role::Subject, ..own });
    }
}

/// The county's rules with one more file, or another content of one.
fn with(name: &str, change: impl Fn(&str) -> String) -> Files {
    let mut files = county();
    let of = if name.starts_with("rules/") { "rules/2026-04-01.toml" } else { name };
    let own = files.iter().find(|own| own.0 == of).map(|own| own.1.clone()).unwrap_or_default();
    let text = change(&String::from_utf8(own).expect("a text"));
    files.retain(|own| own.0 != name);
    files.push((name.to_owned(), text.into_bytes()));
    files.sort();
    files
}

/// From December on general acts are shown for six months.
fn lower() -> Files {
    with("rules/2026-12-01.toml", |text| {
        let text = text.replace("\"2026-04-01\"", "\"2026-12-01\"");
        let lower =
            text.replace("publicity_general_months = [3, 12]", "publicity_general_months = [3, 6]");
        assert_ne!(lower, text);
        lower
    })
}

fn folder() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a folder");
    let data = data(&folder);
    (folder, data)
}

#[test]
fn burdens_are_looked_at_once_for_each_version_and_not_at_each_start() {
    let (_folder, data) = folder();
    let first = Start::on(&data, "2026-11-23", &lower());
    assert_eq!((first.shorten(), first.finished()), ((0, Some(0)), 0), "nothing runs yet");
    first.records(3);
    assert_eq!((first.shorten(), first.finished()), ((3, Some(0)), 1));
    assert_eq!((first.shorten(), first.finished()), ((0, Some(0)), 1));
    first.running.stop();
    // Another start, and another day, under the same rules.
    let second = Start::on(&data, "2026-11-25", &lower());
    assert_eq!((second.shorten(), second.finished()), ((0, Some(0)), 0));
    second.running.stop();
    // A version begins: all of it once more, and then no more.
    let third = Start::on(&data, "2026-12-01", &lower());
    assert_eq!((third.shorten(), third.finished()), ((3, Some(3)), 1));
    assert_eq!(third.shorten(), (0, Some(0)));
    third.running.stop();
    let fourth = Start::on(&data, "2026-12-02", &lower());
    assert_eq!((fourth.shorten(), fourth.finished()), ((0, Some(0)), 0));
    fourth.running.stop();
    // Other rules of the same versions: a catalogue may ask for less than it did.
    let mut files = lower();
    let catalogue = files.iter_mut().find(|own| own.0 == "catalogue/behaviours.toml");
    catalogue.expect("the catalogue").1.extend_from_slice("\n# 修订\n".as_bytes());
    let fifth = Start::on(&data, "2026-12-02", &files);
    let (looked_at, changed) = fifth.shorten();
    assert_eq!((looked_at, changed, fifth.finished()), (3, Some(0), 1));
    assert_eq!(fifth.shorten(), (0, Some(0)));
}

#[test]
fn a_run_that_is_broken_off_is_begun_again_by_the_next_start() {
    let (_folder, data) = folder();
    let count = STEP_ENTRIES + 40;
    let first = Start::on(&data, "2026-11-23", &lower());
    first.records(count);
    first.running.stop();
    let second = Start::on(&data, "2026-12-01", &lower());
    let engine = second.running.engine.clone();
    std::thread::scope(|scope| {
        // Told to stop as soon as it has begun; it looks up at the end of a page.
        scope.spawn(|| {
            while second.running.decided("rules.shorten") == 0 {
                std::thread::yield_now();
            }
            second.stop.send_replace(true);
        });
        let stopped = second.stop.subscribe();
        let walk = second.runtime.block_on(shorten_once(&engine, &stopped)).expect("it runs");
        assert_eq!(walk, None);
    });
    drop(engine);
    let begun = second.running.decided("rules.shorten");
    assert_eq!((begun, second.finished()), (u64::try_from(STEP_ENTRIES).expect("few"), 0));
    second.running.stop();
    let third = Start::on(&data, "2026-12-01", &lower());
    let (looked_at, changed) = third.shorten();
    // What the first run has shortened stays where it is now, and is looked at all the same.
    assert_eq!((looked_at, changed), (u64::try_from(count).expect("few"), Some(40)));
    assert_eq!(third.finished(), 1);
    assert_eq!(third.shorten(), (0, Some(0)));
}

#[test]
fn deadlines_beyond_the_calendar_are_counted_anew_once_for_each_calendar() {
    let (_folder, data) = folder();
    let first = Start::on(&data, "2026-12-31", &county());
    let record = first.records(1);
    first.objection(record);
    assert_eq!((first.recount(), first.finished()), ((1, Some(0)), 1), "no newer calendar");
    assert_eq!((first.recount(), first.finished()), ((0, Some(0)), 1));
    first.running.stop();
    let second = Start::on(&data, "2026-12-31", &county());
    assert_eq!((second.recount(), second.finished()), ((0, Some(0)), 0));
    second.running.stop();
    let newer = with("calendar/holidays-2027.csv", |_| {
        let off = ["01-01", "05-01", "10-01", "10-02", "10-03"];
        let lines = off.iter().map(|day| format!("2027-{day},off,节日,2027\n"));
        format!("date,kind,holiday,notice_year\n{}", lines.collect::<String>())
    });
    let third = Start::on(&data, "2026-12-31", &newer);
    assert_eq!((third.recount(), third.finished()), ((1, Some(1)), 1));
    assert_eq!(third.recount(), (0, Some(0)));
}
