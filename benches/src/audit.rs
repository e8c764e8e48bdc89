//! How fast the audit walks a log: decode and judge the simulated county, which has every mechanism
//! in it; and read, check, decode and judge a log of records on the disk.

use std::collections::BTreeSet;
use std::time::Instant;

use shouxin_audit::Audit;
use shouxin_core::actor::Role;
use shouxin_core::codec::{decode_event, encode_event};
use shouxin_core::event::{Envelope, Event};

use crate::county::County;
use crate::figures::Table;
use crate::forge::{Log, words};
use crate::kit::county::{county_officer, county_rules};
use crate::kit::rules::day;
use crate::replay::fill;
use crate::running::start;

/// Events that the simulated county writes for one subject, in five years; about.
const EVENTS_PER_SUBJECT: u64 = 38;

/// `audit`: whether the audit found nothing.
pub fn audit(events: u64, records: u64) -> bool {
    let columns = ["log", "events", "seconds", "events/s", "things held", "found"];
    let mut table = Table::new("audit", &columns);
    let found = mix(events, &mut table) + of_records(records, &mut table);
    table.print();
    found == 0
}

fn row(table: &mut Table, log: &str, walked: u64, began: Instant, auditor: &Audit, found: usize) {
    let seconds = began.elapsed().as_secs_f64();
    let rate = walked as f64 / seconds;
    table.row([
        log.to_owned(),
        walked.to_string(),
        format!("{seconds:.2}"),
        format!("{rate:.0}"),
        auditor.held().to_string(),
        found.to_string(),
    ]);
}

/// Five years of a county: listings, measures, objections, repairs and everything else.
fn mix(events: u64, table: &mut Table) -> usize {
    let subjects = (events / EVENTS_PER_SUBJECT).max(60);
    let mut county = County::new(20_260_401, day("2024-01-01"), subjects);
    for officer in ["SC-01", "SC-02", "SC-03", "SC-04", "SC-05"] {
        let who = county_officer(&county.world, "development_reform", officer);
        words::give_key(&mut county.world, officer, Role::CreditOffice, &who);
    }
    county.play(day("2028-12-31"));
    let log = Log::whole(county.world.log, county_rules(false), vec![county_rules(true)]);
    let names: BTreeSet<&str> = log.commits.iter().flatten().map(|own| own.event.name()).collect();
    let commits: Vec<Vec<Vec<u8>>> = log
        .commits
        .iter()
        .map(|own| own.iter().map(|own| encode_event(own).expect("an event")).collect())
        .collect();
    let mut auditor = Audit::new();
    let (mut walked, mut found) = (0u64, 0usize);
    let began = Instant::now();
    for commit in &commits {
        let envelopes: Vec<Envelope> =
            commit.iter().map(|own| decode_event(own).expect("an event")).collect();
        for own in &envelopes {
            if let Event::RulesLoaded { version, .. } = &own.event {
                let rules = [&log.rules].into_iter().chain(&log.later);
                let rules = rules.into_iter().find(|own| own.version == *version);
                auditor.load_rules(*version, rules.expect("a version of the log").clone());
            }
        }
        found += auditor.commit(&envelopes).len();
        walked += envelopes.len() as u64;
    }
    found += auditor.finish().len();
    let what = format!("the simulated county, {} kinds of event; decode, judge", names.len());
    row(table, &what, walked, began, &auditor, found);
    found
}

/// Subjects and their records, as a log on the disk.
fn of_records(events: u64, table: &mut Table) -> usize {
    let folder = tempfile::tempdir_in(".").expect("a folder on the disk");
    let running = start(&folder.path().join("data"));
    fill(&running, events);
    let engine = &running.engine;
    let mut auditor = Audit::new();
    let (mut walked, mut found) = (0u64, 0usize);
    let began = Instant::now();
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
    let what = "records on the disk; read, checksum, chain, decode, judge";
    row(table, what, walked, began, &auditor, found);
    found
}
