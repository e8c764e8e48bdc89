//! Reports of wrongdoing (domain.md 2.7), which have a log of their own: received from somebody who
//! is in no event, taken in by an officer of another body than the reported one, verified by a
//! department that is not it either, answered; an identity opened only for a legal ground in writing
//! that one officer states and another agrees to; and everything destroyed after its time, not before.
//!
//! A report's event names the version of the rules with which its day began, and not the key of its
//! officer. Both follow from the register's log, by the day: of rules loaded on that very day either
//! version may have judged it, and what one of them allows is let stand.

mod step;

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use shouxin_core::actor::{OfficerRef, Role};
use shouxin_core::calendar::Deadline;
use shouxin_core::event::{Envelope, Event};
use shouxin_core::id::Position;
use shouxin_core::identifier::uscc::Uscc;
use shouxin_core::rules::RuleSet;
use shouxin_core::time::Day;
use shouxin_core::whistle::{By, ReportEnvelope, ReportId};

use crate::Violation;
use crate::names::INV_10;
use crate::whistle::step::At;

/// Where a report stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    Received { until: Deadline },
    OutOfScope,
    Triaged,
    Assigned { until: Deadline, extended: bool },
    Substantiated,
    Unsubstantiated { until: Deadline },
    Transferred { until: Deadline },
    FedBack,
    Closed,
}

impl Stage {
    /// The deadline of what is awaited, as it was last counted.
    fn until(self) -> Option<Deadline> {
        match self {
            Stage::Received { until }
            | Stage::Assigned { until, .. }
            | Stage::Unsubstantiated { until }
            | Stage::Transferred { until } => Some(until),
            _ => None,
        }
    }
}

impl Stage {
    /// The deadline of what is awaited was counted anew.
    fn put_off(&mut self, counted: Deadline) {
        match self {
            Stage::Received { until }
            | Stage::Assigned { until, .. }
            | Stage::Unsubstantiated { until }
            | Stage::Transferred { until } => *until = counted,
            _ => {}
        }
    }
}

#[derive(Clone, Debug)]
struct Report {
    stage: Stage,
    /// The reported body, where the caller could open it.
    reported: Option<Uscc>,
    department: Option<Uscc>,
    keep_until: Option<Day>,
    /// Slots of the keys of its texts, as far as they are not destroyed.
    slots: BTreeSet<u64>,
    /// An identity came with it, and is not destroyed.
    identity: bool,
    /// Who asked for it, and whether the reporter is to be told.
    request: Option<(OfficerRef, bool)>,
    late: bool,
    /// Before the purge a tag of the reported body's code was put on record.
    tagged: bool,
    /// The code was destroyed, at the first purge.
    purged: bool,
}

/// A key of an officer, and the days on which it opened anything.
#[derive(Debug)]
struct Held {
    key_id: String,
    role: Role,
    since: Day,
    until: Day,
}

/// An audit of the log of reports, event by event.
#[derive(Debug, Default)]
pub struct Reports {
    /// Versions of the rules, by the day they came into force here.
    rules: Vec<(Day, Rc<RuleSet>)>,
    keys: BTreeMap<OfficerRef, Vec<Held>>,
    reports: BTreeMap<ReportId, Report>,
    next: u64,
    last: Option<Day>,
}

impl Reports {
    /// An audit that has seen nothing.
    pub fn new() -> Reports {
        Reports::default()
    }

    /// Hands over a version of the rules and the day from which the register's log says it is in
    /// force, in the order of that log.
    pub fn load_rules(&mut self, from: Day, rules: RuleSet) {
        self.rules.push((from, Rc::new(rules)));
    }

    /// Hands over an event of the register's log: who was given which key is read from it.
    pub fn see(&mut self, event: &Envelope) {
        match &event.event {
            Event::KeyCreated { key_id, role, officer: Some(officer), expires_on, .. } => {
                let (since, until) = (event.legal_date, *expires_on);
                let own = Held { key_id: key_id.clone(), role: *role, since, until };
                self.keys.entry(officer.clone()).or_default().push(own);
            }
            // Of a report only the day is known: on its last day a key may still have been good.
            Event::KeyRevoked { key_id } => {
                let own = self.keys.values_mut().flatten().find(|own| own.key_id == *key_id);
                if let Some(own) = own {
                    own.until = own.until.min(event.legal_date);
                }
            }
            _ => {}
        }
    }

    /// How many reports the audit holds in memory.
    pub fn held(&self) -> usize {
        self.reports.len()
    }

    /// Checks the next event. `reported` is the code that a received report is about, if it can
    /// still be opened, or found by the tag that a purge leaves of it.
    pub fn check(&mut self, event: &ReportEnvelope, reported: Option<Uscc>) -> Vec<Violation> {
        let mut found = self.order(event);
        let before = self.reports.get(&event.report);
        let keys = match &event.by {
            By::Officer(own) => self.keys.get(own).map(Vec::as_slice).unwrap_or_default(),
            By::Reporter | By::Timer => &[],
        };
        self.version(event, &mut found);
        let judged = self.in_force(event.on).map(|rules| {
            let mut found = Vec::new();
            let mut at = At { event, rules, keys, found: &mut found };
            let after = at.judge(before, reported);
            (found, after)
        });
        match judged.min_by_key(|own| own.0.len()) {
            Some((said, after)) => {
                found.extend(said);
                self.reports.extend(after.map(|own| (event.report, own)));
            }
            None => {
                let detail = format!("{}: no version of the rules is in force", event.event.name());
                found.push(Violation::new(Position::local(event.sequence), INV_10, detail));
            }
        }
        found
    }

    /// The versions that may have been in force on a day: the last one before it, and any of it.
    fn in_force(&self, on: Day) -> impl Iterator<Item = &RuleSet> {
        let earlier = self.rules.iter().rev().find(|own| own.0 < on);
        let of_the_day = self.rules.iter().filter(move |own| own.0 == on);
        earlier.into_iter().chain(of_the_day).map(|own| own.1.as_ref())
    }

    /// INV-10: an event that names its rules names those with which its day began.
    fn version(&self, event: &ReportEnvelope, found: &mut Vec<Violation>) {
        let began = self.rules.iter().rev().find(|own| own.0 < event.on);
        let own = began.map(|own| own.1.version);
        if event.rules.is_some() && event.rules != own {
            let what = "it names other rules than those with which its day began";
            let detail = format!("{}: {what}", event.event.name());
            found.push(Violation::new(Position::local(event.sequence), INV_10, detail));
        }
    }

    /// INV-10: dense, and never an earlier day.
    fn order(&mut self, event: &ReportEnvelope) -> Vec<Violation> {
        let mut found = Vec::new();
        let mut say = |what: String| {
            let detail = format!("{}: {what}", event.event.name());
            found.push(Violation::new(Position::local(event.sequence), INV_10, detail));
        };
        if event.sequence != self.next {
            say(format!("it says it is event {}, the log is at {}", event.sequence, self.next));
        }
        if self.last.is_some_and(|last| event.on < last) {
            say("its day comes before that of the event before it".to_owned());
        }
        self.next = event.sequence.saturating_add(1);
        self.last = self.last.max(Some(event.on));
        found
    }
}
