//! `shouxin audit`: walks a log from its first event and re-checks every guard and invariant of
//! domain.md 2.0 by name.
//!
//! It is a package of its own because a check that shares code with what it checks finds nothing
//! that both get wrong. It reads stored types only (events, ids, days, calendar, rules), knows
//! neither `decide` nor `apply` nor their rows, and keeps a fold of its own (`fold`). Rules are
//! those in force at each event: the caller hands over the data files that a `rules.loaded` names.
//!
//! Memory is linear in what can still be named: files, records until they are archived, and cases.
//! A case that is over shrinks to a stub, because a suit may name it at any time; an objection or
//! repair that is settled for good is dropped.
//!
//! Reports of wrongdoing have a log of their own, and a walker of their own here: `Reports`.
//!
//! A noun with events of its own gets a module here and one line in `Audit::judge`.
#![forbid(unsafe_code)]
#![warn(missing_docs)]

mod actors;
mod admin;
mod again;
mod assessment;
mod authorisation;
mod breach;
mod case;
mod case_study;
mod catalogue;
mod changed;
mod channel;
mod clear;
mod clock;
mod commit;
mod commitment;
mod credit_review;
mod delivery;
mod dispute;
mod erasure;
mod fold;
mod forwarded;
mod ground;
mod here;
mod imported;
mod in_use;
mod job;
mod keys;
mod lift;
mod listing;
mod measure;
mod member;
mod names;
mod objection;
mod outcomes;
mod paper;
mod plugin;
mod publicity;
mod record;
mod red;
mod redress;
mod remedy;
mod repair;
mod review;
mod revocation;
mod support;
mod tally;
mod tolerance;
mod version;
mod whistle;

use std::collections::BTreeMap;
use std::panic::Location;
use std::rc::Rc;

use shouxin_core::event::{Envelope, Event};
use shouxin_core::id::Position;
use shouxin_core::rules::RuleSet;
use shouxin_core::text::Digest;
use shouxin_core::time::{Day, Timestamp};

use crate::commit::Commit;
use crate::fold::Fold;
use crate::here::Here;
pub use crate::names::{INVARIANTS, title};
pub use crate::whistle::Reports;

/// A guard or invariant that an event breaks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// The event.
    pub at: Position,
    /// Which guard or invariant: `G-NOTICE`, `INV-2`, `DEADLINE`.
    pub name: &'static str,
    /// What is wrong.
    pub detail: String,
    /// The check that says so.
    said_at: &'static Location<'static>,
}

impl Violation {
    #[track_caller]
    pub(crate) fn new(at: Position, name: &'static str, detail: String) -> Violation {
        Violation { at, name, detail, said_at: Location::caller() }
    }

    /// Which check of the audit says so: its file under `src/`, and the line.
    pub fn said_at(&self) -> (&'static str, u32) {
        let file = self.said_at.file();
        let own = file.rsplit_once("src/").map_or(file, |(_, own)| own);
        (own, self.said_at.line())
    }
}

/// An audit under way: events in the order of the log, commit by commit.
#[derive(Debug, Default)]
pub struct Audit {
    offered: BTreeMap<Digest, Rc<RuleSet>>,
    rules: Option<Rc<RuleSet>>,
    rules_at: Option<Position>,
    next: Option<Position>,
    last_recorded: Option<Timestamp>,
    /// The newest event, and since when the register has acted under the version of its day.
    last: Option<(Position, Day)>,
    acted_since: Option<(Day, Day)>,
    fold: Fold,
    commit: Commit,
}

impl Audit {
    /// An audit that has seen nothing.
    pub fn new() -> Audit {
        Audit::default()
    }

    /// Hands over the rules of a version, before the `rules.loaded` that names it is checked.
    pub fn load_rules(&mut self, version: Digest, rules: RuleSet) {
        self.offered.insert(version, Rc::new(rules));
    }

    /// A new commit begins.
    pub fn begin_commit(&mut self) {
        self.commit = Commit::default();
    }

    /// Checks the next event of the commit.
    pub fn check(&mut self, event: &Envelope) -> Vec<Violation> {
        let mut found = Vec::new();
        self.order(event, &mut found);
        if let Event::RulesLoaded { version, .. } = &event.event {
            self.turn_to(version, event, &mut found);
        }
        let Some(rules) = self.rules.clone() else {
            // Keys may be made before the first rules; nothing about a subject may be decided.
            keys::see(&mut self.fold, event);
            tally::see(&mut self.fold, event);
            if event.subject.is_some() {
                let detail = format!("{}: no version of the rules is in force", event.event.name());
                found.push(Violation::new(event.position, names::INV_10, detail));
            }
            return found;
        };
        let today = event.legal_date;
        self.last = Some((event.position, today));
        let version = rules.pack(today).in_force_from;
        if self.acted_since.is_none_or(|own| own.0 != version) {
            self.acted_since = Some((version, today));
        }
        let mut at = Here { event, rules: &rules, today, found: &mut found };
        actors::check(&mut at);
        clear::check(&mut at);
        keys::good(&self.fold, &mut at);
        self.commit.see(event);
        erasure::barred(&mut self.fold, &mut at);
        tally::see(&mut self.fold, event);
        judge(&mut self.fold, &mut self.commit, &mut at);
        erasure::see(&mut self.fold, &at);
        found
    }

    /// The commit is over: what it had to do as one is checked.
    pub fn end_commit(&mut self) -> Vec<Violation> {
        let commit = std::mem::take(&mut self.commit);
        commit.close(&mut self.fold)
    }

    /// Checks a whole commit.
    pub fn commit(&mut self, events: &[Envelope]) -> Vec<Violation> {
        self.begin_commit();
        let mut found: Vec<Violation> = events.iter().flat_map(|event| self.check(event)).collect();
        found.extend(self.end_commit());
        found
    }

    /// The log is over: closes a commit that was left open, and looks for what was open about a
    /// file that was erased.
    pub fn finish(&mut self) -> Vec<Violation> {
        let mut found = self.end_commit();
        found.extend(erasure::open_about_the_erased(&self.fold));
        // On the first day of a version the job that shortens by it may still be under way.
        if let (Some(rules), Some((at, today)), Some((_, since))) =
            (&self.rules, self.last, self.acted_since)
            && today > since
        {
            found.extend(version::left_long(&self.fold, rules, at, today));
        }
        found
    }

    /// How many things the audit holds in memory.
    pub fn held(&self) -> usize {
        let fold = &self.fold;
        fold.files.len()
            + fold.aliases.len()
            + fold.records.len()
            + fold.listings.len()
            + fold.attributions.len()
            + fold.measures.len()
            + fold.objections.len()
            + fold.repairs.len()
            + fold.remedies.len()
            + fold.reliefs.len()
            + fold.commitments.len()
            + fold.tolerances.len()
            + fold.classifications.len()
            + fold.case_studies.len()
            + fold.notes.len()
            + fold.assessments.len()
            + fold.entries.len()
    }

    /// INV-10: dense, in order, never from the future, judged by the rules in force.
    fn order(&mut self, event: &Envelope, found: &mut Vec<Violation>) {
        let at = event.position;
        let mut say = |detail: String| {
            let detail = format!("{}: {detail}", event.event.name());
            found.push(Violation::new(at, names::INV_10, detail));
        };
        let expected = self.next.unwrap_or(Position { sequence: 0, ..at });
        if at != expected {
            say(format!("it stands at {at}, the log is at {expected}"));
        }
        self.next = Some(Position { sequence: at.sequence.saturating_add(1), ..at });
        if self.last_recorded.is_some_and(|last| event.recorded_at < last) {
            say("it was recorded before the event before it".to_owned());
        }
        self.last_recorded = self.last_recorded.max(Some(event.recorded_at));
        if event.recorded_at.legal_date() != event.legal_date {
            let own = event.recorded_at.legal_date();
            say(format!("its legal date is {}, it was recorded on {own}", event.legal_date));
        }
        if event.cause.is_some_and(|cause| cause >= at) {
            say("its cause does not come before it".to_owned());
        }
        if event.rules != self.rules_at {
            let own = self.rules_at.map_or_else(|| "none".to_owned(), |own| own.to_string());
            say(format!("it was not judged by the rules in force ({own})"));
        }
    }

    fn turn_to(&mut self, version: &Digest, event: &Envelope, found: &mut Vec<Violation>) {
        let (at, today) = (event.position, event.legal_date);
        self.rules_at = Some(at);
        let offered = std::mem::take(&mut self.offered);
        match offered.get(version) {
            Some(rules) => {
                if let Some(before) = &self.rules {
                    found.extend(version::begun(before, rules, at, today));
                }
                self.rules = Some(Rc::clone(rules));
            }
            None => {
                let detail = "rules.loaded: nobody has the data files of this version".to_owned();
                found.push(Violation::new(at, names::INV_10, detail));
            }
        }
        self.offered = offered.into_iter().filter(|own| own.0 == *version).collect();
    }
}

/// Hands an event to the module of its noun, which checks it and then folds it.
fn judge(fold: &mut Fold, commit: &mut Commit, at: &mut Here<'_>) {
    match &at.event.event {
        Event::PluginDeployed { .. } | Event::PluginTold { .. } | Event::Plugin(_) => {
            plugin::check(fold, at);
        }
        Event::Delivery(event) => delivery::check(fold, at, event),
        Event::SubjectRegistered { .. }
        | Event::PersonRegistered { .. }
        | Event::File(_)
        | Event::AliasLinked { .. }
        | Event::RecordAccepted { .. }
        | Event::RecordAnnulled { .. }
        | Event::RecordRepaired { .. }
        | Event::RecordExpired { .. } => record::check(fold, commit, at),
        Event::ListingProposed { .. }
        | Event::AttributionProposed { .. }
        | Event::NoticeServed { .. }
        | Event::StatementReceived { .. }
        | Event::StatementWaived { .. }
        | Event::StatementWindowClosed { .. }
        | Event::HearingHeld { .. }
        | Event::CaseDecided { .. }
        | Event::CaseNotDecided { .. }
        | Event::CaseDropped { .. }
        | Event::DecisionServed { .. }
        | Event::CaseTookEffect { .. }
        | Event::CaseRemoved { .. }
        | Event::CaseExpired { .. }
        | Event::CaseAnnulled { .. } => case::check(fold, commit, at),
        Event::ListingNominated { .. }
        | Event::NominationChecked { .. }
        | Event::PublicNoticeOpened { .. }
        | Event::RedListingDecided { .. }
        | Event::RedListingClosed { .. } => red::check(fold, commit, at),
        Event::MeasureInitiated { .. }
        | Event::MeasureNoticeServed { .. }
        | Event::MeasureDispatched { .. }
        | Event::MeasureAccepted { .. }
        | Event::MeasureDeclined { .. }
        | Event::ExecutionOrdered { .. }
        | Event::MeasureExecuted { .. }
        | Event::ExecutionFailed { .. }
        | Event::SuspensionConfirmed { .. }
        | Event::ResumptionConfirmed { .. }
        | Event::MeasureLifted { .. }
        | Event::DeliveryFailed { .. }
        | Event::FeedbackFiled { .. }
        | Event::ResponseOverdue { .. }
        | Event::MeasureAnnulled { .. }
        | Event::MeasureExpired { .. }
        | Event::FamilySettled { .. } => measure::check(fold, commit, at),
        Event::ObjectionFiled { .. }
        | Event::ObjectionAccepted { .. }
        | Event::ObjectionRefused { .. }
        | Event::ObjectionReferred { .. }
        | Event::ObjectionOverdue { .. }
        | Event::VerificationReported { .. }
        | Event::ObjectionResolved { .. }
        | Event::RedressOpened { .. }
        | Event::RedressCompleted { .. } => objection::check(fold, commit, at),
        Event::RepairApplied { .. }
        | Event::RepairAcceptDecided { .. }
        | Event::RepairApproved { .. }
        | Event::RepairRefused { .. }
        | Event::RepairDone { .. } => repair::check(fold, commit, at),
        Event::Record(event) => record::check_later(fold, commit, at, event),
        Event::Listing(event) => listing::check(fold, commit, at, event),
        Event::Measure(event) => measure::check_beyond(fold, commit, at, event),
        Event::Remedy(event) => remedy::check(fold, commit, at, event),
        Event::Channel(event) => channel::check(fold, at, event),
        Event::Publicity(event) => publicity::check(fold, commit, at, event),
        Event::Calendar(event) => clock::check(fold, commit, at, event),
        Event::Assessment(event) => assessment::check(fold, at, event),
        Event::Commitment(event) => commitment::check(fold, commit, at, event),
        Event::CreditReview(event) => credit_review::check(fold, at, event),
        Event::Tolerance(event) => tolerance::check(fold, at, event),
        Event::Imported(event) => imported::check(fold, at, event),
        Event::Catalogue(event) => catalogue::check(fold, at, event),
        Event::CaseStudy(event) => case_study::check(fold, at, event),
        Event::Support(event) => support::check(fold, at, event),
        Event::Member(event) => member::check(fold, commit, at, event),
        Event::Erasure(event) => erasure::check(fold, at, event),
        Event::Person(event) => record::capacity(fold, at, event),
        Event::Authorisation(event) => authorisation::check(fold, at, event),
        Event::Job(event) => job::check(fold, at, event),
        Event::KeyCreated { .. } | Event::KeyRevoked { .. } => keys::check(fold, at),
        // Who may cause them is all there is to check; `commit` reads the classifications.
        Event::RulesLoaded { .. }
        | Event::GuardDenied { .. }
        | Event::Refusal(_)
        | Event::ClassificationChanged { .. } => {}
    }
}
