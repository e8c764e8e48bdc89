//! What one command costs the core, `decide` and `apply` with their rows in memory, for a subject
//! with few records and for one with many: it must not depend on how much a file holds. Measured
//! by criterion, whose samples and warm-up are better than a loop of ours.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use criterion::{BenchmarkId, Criterion};
use shouxin_core::actor::{Actor, OfficerRef, Role, SubjectKey};
use shouxin_core::apply::{apply, record_source};
use shouxin_core::command::{Command, NewRecord, NewSubject};
use shouxin_core::decide::{Context, decide, first_keys};
use shouxin_core::event::Envelope;
use shouxin_core::id::{Position, RecordId};
use shouxin_core::row::{Key, Row};
use shouxin_core::rows::{Change, Rows, Stop};
use shouxin_core::rules::{RuleSet, SubjectKind};
use shouxin_core::text::{Name, Sealed};
use shouxin_core::time::{Day, Timestamp};
use shouxin_server::app;
use shouxin_server::demo::sample::code;

use crate::running::county;

/// Records of the two subjects.
const FEW: u64 = 10;
const MANY: u64 = 10_000;

/// Rows in memory, and the next position.
struct Register {
    rules: RuleSet,
    today: Day,
    actor: Actor,
    rows: BTreeMap<Key, Arc<Row>>,
    next: u64,
}

impl Register {
    fn load(&self, rows: &mut Rows, keys: Vec<Key>) {
        for key in keys {
            let row = self.rows.get(&key).cloned();
            rows.load(key, row);
        }
    }

    fn settle<T>(&self, rows: &mut Rows, ask: impl Fn(&mut Rows) -> Result<T, Stop>) -> T {
        loop {
            match ask(rows) {
                Ok(answer) => return answer,
                Err(Stop::Need(keys)) => self.load(rows, keys),
                Err(other) => {
                    eprintln!("{other:?}");
                    std::process::exit(1);
                }
            }
        }
    }

    /// Decides a command and folds its events; the rows that changed are not kept.
    fn judge(&self, command: &Command) -> (Rows, u64) {
        let now = Timestamp::start_of(self.today);
        let context = Context {
            now,
            today: self.today,
            actor: &self.actor,
            role: Role::Department,
            rules: &self.rules,
            next: Position::local(self.next),
            starts_stopped: false,
            idempotency: None,
            expected: None,
        };
        let mut rows = Rows::new();
        self.load(&mut rows, first_keys(command, &context));
        let outcome = self.settle(&mut rows, |rows| decide(rows, command, &context));
        let mut at = self.next;
        for draft in outcome.drafts {
            let envelope = Envelope {
                position: Position::local(at),
                recorded_at: now,
                legal_date: self.today,
                actor: self.actor.clone(),
                subject: draft.subject,
                cause: draft.cause,
                idempotency: None,
                rules: None,
                event: draft.event,
            };
            self.settle(&mut rows, |rows| apply(rows, &envelope));
            at += 1;
        }
        assert!(at > self.next, "the command was taken");
        (rows, at)
    }

    fn keep(&mut self, command: &Command) {
        let (mut rows, at) = self.judge(command);
        for change in rows.take_changes() {
            match change {
                Change::Row(key, Some(row)) => {
                    self.rows.insert(key, row);
                }
                Change::Row(key, None) => {
                    self.rows.remove(&key);
                }
                // Neither `decide` nor `apply` reads the index.
                Change::Entry(..) => {}
            }
        }
        self.next = at;
    }

    fn record(&self, subject: SubjectKey, number: u64) -> NewRecord {
        let document_number = format!("基〔2026〕{number}号");
        let authority = match &self.actor {
            Actor::Officer(own) => own.authority,
            other => unreachable!("{other} is an officer"),
        };
        NewRecord {
            subject,
            item: "FJ-FR-0101".to_owned(),
            severity: None,
            source: record_source(authority, "FJ-FR-0101", &document_number, subject),
            document_number,
            document_date: self.today,
            document_sha256: None,
            content: None,
            withheld: false,
            notified: None,
        }
    }

    /// Registers a subject and files so many records; the first of them.
    fn fill(&mut self, subject: SubjectKey, records: u64) -> RecordId {
        let new = NewSubject {
            key: subject,
            kind: SubjectKind::Enterprise,
            name: Name::Clear(format!("企业{subject}")),
            slot: 1,
            attestation: None,
        };
        self.keep(&Command::RegisterSubjects { subjects: vec![new] });
        let first = RecordId(Position::local(self.next));
        for number in 0..records {
            let records = vec![self.record(subject, number)];
            self.keep(&Command::SubmitRecords { records });
        }
        first
    }
}

/// `decide`
pub fn decide_and_apply(samples: usize) {
    let files = app::read_rules(&county()).expect("the county's data files");
    let rules = app::load_rules(&files).expect("they are whole");
    let found = rules.department("market").expect("the department");
    let Ok(SubjectKey::Organisation(authority)) = found.uscc.parse() else {
        return;
    };
    let actor = Actor::Officer(OfficerRef { authority, officer: "SC-03".to_owned() });
    let today = "2026-01-05".parse().expect("a day");
    let mut register = Register { rules, today, actor, rows: BTreeMap::new(), next: 0 };
    let subjects: Vec<(u64, SubjectKey, RecordId)> = [(1, FEW), (2, MANY)]
        .into_iter()
        .map(|(serial, records)| {
            let subject = code("91", serial).parse().expect("a code");
            (records, subject, register.fill(subject, records))
        })
        .collect();
    let reasons = Sealed { slot: 1, clear_bytes: 12, nonce: [3; 24], bytes: vec![5; 28] };
    let submit =
        |subject| Command::SubmitRecords { records: vec![register.record(subject, 1_000_000)] };
    let annul = |record| Command::AnnulRecord { record, reasons: reasons.clone() };
    let Ok(folder) = tempfile::tempdir() else {
        return eprintln!("no folder for the samples");
    };
    let mut criterion = Criterion::default()
        .without_plots()
        .sample_size(samples.max(10))
        .output_directory(folder.path());
    for (what, commands) in [
        ("submit a record", subjects.iter().map(|own| submit(own.1)).collect::<Vec<_>>()),
        ("annul a record", subjects.iter().map(|own| annul(own.2)).collect()),
    ] {
        let mut group = criterion.benchmark_group(what);
        for (command, (records, ..)) in commands.iter().zip(&subjects) {
            let id = BenchmarkId::from_parameter(format!("{records} records on file"));
            group.bench_function(id, |bencher| bencher.iter(|| register.judge(command)));
        }
        group.finish();
        let medians: Vec<f64> =
            subjects.iter().filter_map(|own| median_ns(folder.path(), what, own.0)).collect();
        if let [few, many] = medians.as_slice() {
            println!("{what}: {MANY} / {FEW} records {:.2}, at most 1.5\n", many / few);
        }
    }
}

/// The median that criterion estimated.
fn median_ns(folder: &Path, what: &str, records: u64) -> Option<f64> {
    let path = folder.join(what).join(format!("{records} records on file/new/estimates.json"));
    let estimates: serde_json::Value = serde_json::from_slice(&std::fs::read(path).ok()?).ok()?;
    estimates["median"]["point_estimate"].as_f64()
}
