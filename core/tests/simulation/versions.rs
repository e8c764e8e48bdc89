//! What the model checks of versions of the rules (design.md 6), from events and dates: no step of a
//! running case gives its party less than its opening version or any that began since, and what a
//! version caps lower ends earlier, never later.

use std::collections::BTreeMap;

use shouxin_core::event::record::RecordEvent;
use shouxin_core::event::remedy::RemedyEvent;
use shouxin_core::event::{CaseRef, Envelope, Event};
use shouxin_core::id::{AttributionId, ListingId, ObjectionId, RecordId};
use shouxin_core::rules::{RulePack, RuleSet, Severity};
use shouxin_core::time::Day;

type Broken = Vec<(&'static str, String)>;

/// How long a record may be shown.
struct Shown {
    collected_on: Day,
    dated: Day,
    severity: Severity,
    until: Day,
}

/// What it has seen of all that.
pub struct Versions {
    packs: BTreeMap<Day, RulePack>,
    cases: BTreeMap<CaseRef, Day>,
    objections: BTreeMap<ObjectionId, Day>,
    records: BTreeMap<RecordId, Shown>,
}

impl Versions {
    pub fn knowing(rules: &[RuleSet]) -> Versions {
        let packs = rules.iter().flat_map(|own| own.packs.all());
        Versions {
            packs: packs.map(|own| (own.in_force_from, own.clone())).collect(),
            cases: BTreeMap::new(),
            objections: BTreeMap::new(),
            records: BTreeMap::new(),
        }
    }

    /// Every version in force on some day from the opening to today.
    fn between(&self, opened_on: Day, today: Day) -> impl Iterator<Item = &RulePack> {
        let opening = self.packs.range(..=opened_on).next_back();
        let since = self.packs.iter().filter(move |own| *own.0 > opened_on && *own.0 <= today);
        opening.into_iter().chain(since).map(|own| own.1)
    }

    /// The last day of a record by every one of its versions.
    fn last_day(&self, own: &Shown, today: Day) -> Option<Day> {
        let months = |pack: &RulePack| match own.severity {
            Severity::Minor => pack.publicity_minor_months.1,
            Severity::General => pack.publicity_general_months.1,
            Severity::Serious => pack.publicity_serious_months.1,
        };
        let least = self.between(own.collected_on, today).map(months).min();
        least.map(|months| own.dated.plus_months(months))
    }

    /// The day on which a case was opened, and what each of its versions says.
    fn of_case(&self, case: CaseRef, today: Day, of: fn(&RulePack) -> u16) -> Vec<u16> {
        let opened_on = self.cases.get(&case).copied().unwrap_or(today);
        self.between(opened_on, today).map(of).collect()
    }

    pub fn see(&mut self, envelope: &Envelope) -> Broken {
        let (at, on) = (envelope.position, envelope.legal_date);
        let mut found = Broken::new();
        let mut less = |what: &str, holds: bool| {
            if !holds {
                let what = format!("{what} by a version that is worse for the party");
                found.push(("INV-10", what));
            }
        };
        match &envelope.event {
            Event::ListingProposed { .. } => {
                self.cases.insert(CaseRef::Listing(ListingId(at)), on);
            }
            Event::AttributionProposed { .. } => {
                self.cases.insert(CaseRef::Attribution(AttributionId(at)), on);
            }
            Event::NoticeServed { case, window, .. } => {
                let given = self.of_case(*case, on, |pack| pack.statement_window_wd);
                less("a window", given.iter().all(|own| window.working_days >= *own));
            }
            Event::CaseDecided { case, end, .. } => {
                let most = self.of_case(*case, on, |pack| pack.black_cap_months);
                less("an end", most.iter().all(|own| *end <= on.plus_months(*own)));
            }
            Event::ObjectionFiled { .. } => {
                self.objections.insert(ObjectionId(at), on);
            }
            Event::ObjectionReferred { objection, verify_by, .. } => {
                let opened_on = self.objections.get(objection).copied().unwrap_or(on);
                let most = self.between(opened_on, on).map(|pack| pack.verification_wd).min();
                less("a verification", most.is_none_or(|own| verify_by.working_days <= own));
            }
            Event::RepairApplied { listing, decide_by, .. } => {
                let case = CaseRef::Listing(*listing);
                let most = self.of_case(case, on, |pack| pack.repair_decide_wd);
                less("a repair", most.iter().all(|own| decide_by.working_days <= *own));
            }
            Event::RecordAccepted { document_date, severity, publicity_until, .. } => {
                if let (Some(severity), Some(until)) = (*severity, *publicity_until) {
                    let dated = *document_date;
                    let own = Shown { collected_on: on, dated, severity, until };
                    less("publicity", self.last_day(&own, on).is_none_or(|last| until <= last));
                    self.records.insert(RecordId(at), own);
                }
            }
            Event::Record(RecordEvent::Corrected {
                record,
                document_date,
                severity: Some(severity),
                publicity_until: Some(until),
                ..
            }) => {
                if let Some(own) = self.records.get_mut(record) {
                    (own.dated, own.severity, own.until) = (*document_date, *severity, *until);
                }
            }
            Event::Record(RecordEvent::PublicityShortened { record, before, until }) => {
                let own = self.records.get(record);
                let last = own.and_then(|own| self.last_day(own, on));
                less("a shortening", last.is_some_and(|last| *until == last.max(on.plus_days(-1))));
                let runs = own.is_some_and(|own| own.until == *before) && until < before;
                if !runs {
                    found.push(("INV-3", format!("{record} is not shortened")));
                }
                if let Some(own) = self.records.get_mut(record) {
                    own.until = *until;
                }
            }
            Event::RecordExpired { record } => {
                if let Some(own) = self.records.get(record)
                    && on <= own.until
                {
                    found.push(("INV-3", format!("{record} runs to {}, and expired", own.until)));
                }
            }
            Event::Remedy(RemedyEvent::RecordRepairApplied { record, .. }) => {
                if let Some(own) = self.records.get(record) {
                    let first = |pack: &RulePack| match own.severity {
                        Severity::Minor => pack.publicity_minor_months.0,
                        Severity::General => pack.publicity_general_months.0,
                        Severity::Serious => pack.publicity_serious_months.0,
                    };
                    // Too early for every one of its versions.
                    let least = self.between(own.collected_on, on).map(first).min().unwrap_or(0);
                    if on < own.dated.plus_months(least) {
                        found.push(("INV-10", format!("{record} is repaired too early")));
                    }
                }
            }
            _ => {}
        }
        found
    }
}
