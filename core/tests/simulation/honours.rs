//! The red list of the county: nominations by departments, checks, public notices, decisions, what
//! an exemplar then gets, and subjects who ask to be taken off.

use std::collections::BTreeSet;

use shouxin_core::command::Command;
use shouxin_core::event::NominationSource;
use shouxin_core::id::{ListingId, MeasureId};
use shouxin_core::row::{Key, ListingKind, RedState, Row};
use shouxin_core::rules::{Measure, MeasureSubject};
use shouxin_core::time::Day;

use super::county::{County, Task};
use crate::kit::steps::{close_red, digest, text};
use crate::kit::tolerance::{adverse, version};
use crate::kit::{Who, party, person};

impl County {
    /// A department nominates somebody; whoever is on the red list already is refused.
    pub fn honour(&mut self) {
        let subject = match self.chance(40) {
            true => person(self.rng.u8(1..200)),
            false => self.anybody(),
        };
        let command = Command::Nominate {
            subject,
            source: NominationSource::WellRatedCounterpart,
            merits: text(),
            basis: self.law(),
            consent_sha256: subject.is_person().then(|| digest(62)),
        };
        let at = self.world.next();
        let who = self.anyone("SC-03");
        if self.world.run(&who, &command).is_ok() {
            self.others.honours.push(ListingId(at));
        }
    }

    /// The next step of one nomination or red listing, in its time or not.
    pub fn praise(&mut self) {
        let open = self.others.honours.len();
        if open == 0 {
            return;
        }
        let place = self.rng.usize(..open);
        let listing = self.others.honours[place];
        let Some(Row::Listing(row)) = self.world.row(&Key::Listing(listing)).cloned() else {
            panic!("{listing} was nominated");
        };
        let ListingKind::Red(red) = row.kind else { panic!("{listing} is red") };
        let (officer, head) = (self.of(red.authority, "SC-03"), self.of(red.authority, "SC-01"));
        let (who, command) = match red.state {
            RedState::Nominated => {
                // What the register finds by itself: the adverse records that stand.
                let adverse_records = adverse(&self.world, row.subject, Day::MIN);
                let looked_at = version(&self.world, row.subject);
                (officer, Command::CheckNomination { listing, adverse_records, looked_at })
            }
            RedState::Checked => (officer, Command::OpenPublicNotice { listing }),
            RedState::PublicNotice { .. } => {
                let decider = if self.chance(20) { officer } else { head };
                let decision = Command::DecideRedListing {
                    listing,
                    adverse_records: adverse(&self.world, row.subject, Day::MIN),
                    looked_at: version(&self.world, row.subject),
                    document_number: self.number(),
                    document_sha256: digest(61),
                    reasons: text(),
                    until: self.world.today.plus_months(self.rng.u16(1..26)),
                };
                (decider, decision)
            }
            RedState::Active { until, .. } if self.chance(95) => {
                self.reward(listing, &officer, row.subject.is_person(), until);
                return;
            }
            RedState::Active { .. } => (party(row.subject), close_red(listing)),
            RedState::Closed | RedState::Expired { .. } => {
                self.others.honours.swap_remove(place);
                return;
            }
        };
        // Before the notice has ended, or by who nominated, it is refused.
        let _tried = self.world.run(&who, &command);
    }

    /// An incentive of the catalogue for an exemplar, by a department that may give it.
    fn reward(&mut self, listing: ListingId, officer: &Who, of_person: bool, until: Day) {
        let rules = self.world.rules.clone();
        let unfit = match of_person {
            true => MeasureSubject::LegalPerson,
            false => MeasureSubject::NaturalPerson,
        };
        let fits = |own: &&Measure| own.category.is_incentive() && own.subject != unfit;
        let incentives = || rules.measures.iter().filter(fits);
        // By department first, as measures are.
        let givers: BTreeSet<&String> = incentives().flat_map(|own| &own.implementers).collect();
        let Some(department) = self.rng.choice(givers).cloned() else {
            return;
        };
        let own: Vec<&Measure> =
            incentives().filter(|own| own.implementers.contains(&department)).collect();
        let entry = own[self.rng.usize(..own.len())];
        let command = Command::InitiateMeasure {
            listing,
            attribution: None,
            measure: entry.id.clone(),
            department,
            basis: entry.basis.first().cloned().into_iter().collect(),
            reasons: text(),
            until: until.min(self.world.today.plus_months(entry.max_months)),
            court_document: None,
        };
        let at = self.world.next();
        // One that it has already is refused.
        if self.world.run(officer, &command).is_ok() {
            self.later(1..6, Task::Measure(MeasureId(at)));
        }
    }
}
