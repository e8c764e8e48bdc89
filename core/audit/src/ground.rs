//! What rests on what: records under a listing, a listing under a person, all of them under a measure;
//! and which document is that of which record (design.md 1, INV-4, INV-6).

use std::collections::BTreeSet;

use shouxin_core::actor::SubjectKey;
use shouxin_core::event::{CaseRef, Target};
use shouxin_core::guard::Guard;
use shouxin_core::id::{AttributionId, ListingId, MeasureId, Position, RecordId};
use shouxin_core::limits::RECORDS_PER_LISTING_MAX;
use shouxin_core::text::{Digest, FactDocument};
use shouxin_core::time::Day;

use crate::fold::{Fold, Kind, RecordStage, RedStage, Standing};
use crate::here::Here;

/// By what a document is known: its number, or its digest.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Paper {
    Number(String),
    Digest(Digest),
}

/// By what a document with this number and digest is known.
pub(crate) fn papers(number: &str, sha256: Option<&Digest>) -> impl Iterator<Item = Paper> {
    let number = Paper::Number(number.trim().to_owned());
    [number].into_iter().chain(sha256.map(|own| Paper::Digest(*own)))
}

/// A document that is cited of a record: the proposal rests on that record, or on another live one
/// that has this document. Of records that are over it establishes nothing.
pub(crate) fn documented(
    fold: &Fold,
    at: &mut Here<'_>,
    (facts, records): (&[FactDocument], &[RecordId]),
    subject: SubjectKey,
) {
    for fact in facts.iter().filter(|fact| fact.about == subject) {
        let papers = papers(&fact.number, Some(&fact.sha256));
        let known = papers.filter_map(|paper| fold.papers.get(&(subject, paper))).flatten();
        let all: BTreeSet<RecordId> = known.chain(records).copied().collect();
        let mut over = None;
        let mut stands = false;
        for id in all {
            let has = fold.records.get(&id).is_some_and(|own| {
                fact.number.trim() == own.number.trim() || own.sha256 == Some(fact.sha256)
            });
            if !has {
                continue;
            }
            if fold.record_standing(id, at.today) == Standing::Ended {
                over = Some(id);
                continue;
            }
            stands = true;
            if !records.contains(&id) {
                let detail = format!("a document is that of {id}, and it does not rest on it");
                at.guard(Guard::Fact, detail);
            }
        }
        if let (Some(id), false) = (over, stands) {
            at.guard(Guard::Fact, format!("a document is that of {id}, which is over"));
        }
    }
}

impl Fold {
    /// An adverse record has this document from here on. As many records of one document are kept as
    /// one proposal may name, the newest.
    pub(crate) fn documented(&mut self, subject: SubjectKey, id: RecordId) {
        let Some(own) = self.records.get(&id) else {
            return;
        };
        for paper in papers(&own.number, own.sha256.as_ref()) {
            let known = self.papers.entry((subject, paper)).or_default();
            known.retain(|other| *other != id);
            known.push(id);
            let surplus = known.len().saturating_sub(RECORDS_PER_LISTING_MAX);
            known.drain(..surplus);
        }
    }

    /// What is annulled, repaired, expired or past its last day carries nothing any more.
    pub(crate) fn record_standing(&self, id: RecordId, day: Day) -> Standing {
        match self.records.get(&id) {
            None => Standing::Ended,
            Some(record) if record.stage != RecordStage::Live => Standing::Ended,
            Some(record) if record.until.is_some_and(|until| day > until) => Standing::Ended,
            Some(record) if !record.holds.is_empty() => Standing::Suspended,
            Some(_) => Standing::InForce,
        }
    }

    /// The last day of the records on which a listing rests.
    pub(crate) fn ground_until(&self, id: ListingId) -> Option<Day> {
        match self.listings.get(&id).map(|own| &own.kind) {
            Some(Kind::Black { records, .. }) => {
                records.iter().filter_map(|id| self.records.get(id)?.until).min()
            }
            _ => None,
        }
    }

    pub(crate) fn listing_standing(&self, id: ListingId, day: Day) -> Standing {
        let Some(listing) = self.listings.get(&id) else {
            return Standing::Ended;
        };
        match &listing.kind {
            Kind::Black { records, case, .. } => records
                .iter()
                .map(|record| self.record_standing(*record, day))
                .fold(case.own(day), Ord::max),
            Kind::Red(red) => match red.stage {
                RedStage::Active { until, .. } if day > until => Standing::Ended,
                RedStage::Active { .. } if !red.holds.is_empty() => Standing::Suspended,
                RedStage::Active { .. } => Standing::InForce,
                RedStage::Over => Standing::Ended,
                _ => Standing::Pending,
            },
        }
    }

    pub(crate) fn attribution_standing(&self, id: AttributionId, day: Day) -> Standing {
        match self.attributions.get(&id) {
            Some(own) => own.case.own(day).max(self.listing_standing(own.listing, day)),
            None => Standing::Ended,
        }
    }

    pub(crate) fn measure_standing(&self, id: MeasureId, day: Day) -> Standing {
        let Some(own) = self.measures.get(&id) else {
            return Standing::Ended;
        };
        let itself = match (own.annulled || day > own.until, own.holds.is_empty()) {
            (true, _) => Standing::Ended,
            (false, false) => Standing::Suspended,
            (false, true) => Standing::InForce,
        };
        let person = own.attribution.map(|id| self.attribution_standing(id, day));
        itself.max(self.listing_standing(own.listing, day)).max(person.unwrap_or(Standing::InForce))
    }

    /// The last change that a measure follows: its own, its person's, its listing's or of a record.
    pub(crate) fn last_change(&self, id: MeasureId) -> Option<(Position, Day)> {
        let own = self.measures.get(&id)?;
        let records = match self.listings.get(&own.listing).map(|listing| &listing.kind) {
            Some(Kind::Black { records, .. }) => records.as_slice(),
            _ => &[],
        };
        let above = [Target::Measure(id), Target::Listing(own.listing)];
        let targets = above
            .into_iter()
            .chain(own.attribution.map(Target::Attribution))
            .chain(records.iter().map(|record| Target::Record(*record)));
        targets.filter_map(|target| self.changed.get(&target).copied()).max()
    }

    /// The cases whose standing follows a target's, with whose files they mark.
    pub(crate) fn cases_under(&self, target: Target) -> Vec<(SubjectKey, CaseRef)> {
        let mut found = Vec::new();
        let mut listing = |id: ListingId| {
            let Some(own) = self.listings.get(&id) else {
                return;
            };
            found.push((own.subject, CaseRef::Listing(id)));
            for id in &own.attributions {
                if let Some(own) = self.attributions.get(id) {
                    found.push((own.case.subject, CaseRef::Attribution(*id)));
                }
            }
        };
        match target {
            Target::Record(id) => {
                self.records.get(&id).into_iter().flat_map(|own| &own.listings).for_each(|id| {
                    listing(*id);
                });
            }
            Target::Listing(id) => listing(id),
            Target::Attribution(id) => {
                if let Some(own) = self.attributions.get(&id) {
                    found.push((own.case.subject, CaseRef::Attribution(id)));
                }
            }
            Target::Measure(_) | Target::Commitment(_) => {}
        }
        found
    }

    /// The measures that rest on a target.
    pub(crate) fn measures_under(&self, target: Target) -> Vec<MeasureId> {
        let of = |id: &ListingId| {
            self.listings.get(id).map(|own| own.measures.clone()).unwrap_or_default()
        };
        match target {
            Target::Record(id) => {
                self.records.get(&id).iter().flat_map(|own| &own.listings).flat_map(of).collect()
            }
            Target::Listing(id) => of(&id),
            Target::Attribution(id) => {
                let listing = self.attributions.get(&id).map(|own| of(&own.listing));
                let under = |measure: &MeasureId| {
                    self.measures.get(measure).is_some_and(|own| own.attribution == Some(id))
                };
                listing.unwrap_or_default().into_iter().filter(under).collect()
            }
            Target::Measure(id) => vec![id],
            Target::Commitment(_) => Vec::new(),
        }
    }
}
