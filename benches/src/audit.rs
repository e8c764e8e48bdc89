//! How fast the audit walks a log: read, check, decode, judge.

use shouxin_audit::Audit;
use shouxin_core::codec::decode_event;
use shouxin_core::event::{Envelope, Event};

use crate::replay::fill;
use crate::running::Running;

/// `audit`
pub fn audit(events: u64) {
    let folder = tempfile::tempdir_in(".").expect("a folder on the disk");
    let running = Running::start(&folder.path().join("data"));
    fill(&running, events);
    let engine = &running.engine;
    let mut auditor = Audit::new();
    let (mut walked, mut found) = (0u64, 0usize);
    let began = std::time::Instant::now();
    for commit in engine.log.scan(0) {
        let commit = commit.expect("a whole log");
        let envelopes: Vec<Envelope> = commit
            .entries
            .iter()
            .map(|entry| decode_event(&entry.bytes).expect("an event"))
            .collect();
        for own in &envelopes {
            if let Event::RulesLoaded { version, .. } = &own.event {
                auditor.load_rules(*version, (*engine.rules).clone());
            }
        }
        found += auditor.commit(&envelopes).len();
        walked += envelopes.len() as u64;
    }
    found += auditor.finish().len();
    let seconds = began.elapsed().as_secs_f64();
    let rate = walked as f64 / seconds;
    println!(
        "{:<28} {rate:>9.0}/s   {walked} events in {seconds:.2} s, {} things held, {found} found",
        "audit of the log",
        auditor.held()
    );
}
