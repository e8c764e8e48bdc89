//! How fast a log becomes a view: read, check, decode, apply, write.

use shouxin_core::actor::{Actor, SubjectKey};
use shouxin_core::apply::record_source;
use shouxin_core::command::{Command, NewRecord, NewSubject};
use shouxin_core::text::Name;
use shouxin_core::time::Day;
use shouxin_server::demo::sample::code;
use shouxin_server::engine::Request;
use shouxin_server::replay::rebuild;
use shouxin_tests::running::Running;

use crate::running::start;

/// Records of one command while the log is made.
const BATCH: u64 = 500;
/// Subjects the records are spread over.
const SUBJECTS: u64 = 20_000;

/// `replay`
pub fn replay(events: u64) {
    let folder = tempfile::tempdir_in(".").expect("a folder on the disk");
    let data = folder.path().join("data");
    let running = start(&data);
    fill(&running, events);
    let engine = &running.engine;
    let rebuilt = rebuild(&data.join("again"), &engine.log, &engine.vault, u64::MAX, &mut |_| {});
    let rebuilt = rebuilt.expect("the log replays");
    println!(
        "{:<28} {:>9}/s   {} events in {:.2} s",
        "replay into a view",
        rebuilt.events_per_second(),
        rebuilt.events,
        rebuilt.seconds
    );
    let began = std::time::Instant::now();
    let mut decoded = 0u64;
    for commit in engine.log.scan(0) {
        for entry in commit.expect("a whole log").entries {
            shouxin_core::codec::decode_event(&entry.bytes).expect("an event");
            decoded += 1;
        }
    }
    let rate = decoded as f64 / began.elapsed().as_secs_f64();
    println!("{:<28} {rate:>9.0}/s   read, checksum, chain, decode", "scan of the log");
}

/// Writes about so many events through the engine: subjects, and records spread over them.
pub fn fill(running: &Running, events: u64) {
    let engine = &running.engine;
    let officer = running.officer("market", "SC-03");
    let authority = officer.authority;
    let actor = Actor::Officer(officer);
    let keys: Vec<SubjectKey> =
        (1..=SUBJECTS).filter_map(|n| code("91", n as u32).parse().ok()).collect();
    let send = |command| {
        engine.submit_blocking(Request::internal(actor.clone(), "bench", command)).expect("taken");
    };
    for part in keys.chunks(500) {
        let subjects = part
            .iter()
            .map(|key| NewSubject {
                key: *key,
                kind: shouxin_core::rules::SubjectKind::Enterprise,
                name: Name::Clear(format!("企业{key}")),
                slot: engine.vault.allocate().expect("a slot"),
                attestation: None,
            })
            .collect();
        send(Command::RegisterSubjects { subjects });
    }
    let day: Day = "2026-01-05".parse().expect("a day");
    let mut number = 0;
    while number + SUBJECTS < events {
        let records = (number..number + BATCH)
            .map(|n| {
                let subject = keys[(n % SUBJECTS) as usize];
                let document_number = format!("回〔2026〕{n}号");
                NewRecord {
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
                }
            })
            .collect();
        send(Command::SubmitRecords { records });
        number += BATCH;
    }
}
