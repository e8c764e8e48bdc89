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

use crate::Violation;
use crate::commit::Commit;
use crate::fold::{Fold, Kind, Over, RecordStage, RedStage, Standing};
use crate::here::Here;
use crate::names::{INV_2, INV_10};

/// By what a document is known: its number, or its digest.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Paper {
    Number(String),
    Digest(Digest),
}

/// Brackets of a document's number, opening and closing.
const BRACKETS: (&str, &str) = ("([{<（［｛＜〔【〖〈《「『﹝﹙", ")]}>）］｝＞〕】〗〉》」』﹞﹚");

/// Figures and letters of full width.
const WIDE: std::ops::RangeInclusive<char> = '！'..='～';

/// A document's number as it is told from another: not by its brackets, blanks, dashes, width, noughts
/// that lead a figure, or 第.
pub(crate) fn plain(number: &str) -> String {
    let narrow = |own: char| match own {
        _ if BRACKETS.0.contains(own) => '(',
        _ if BRACKETS.1.contains(own) => ')',
        '‐'..='―' | '−' | '﹣' | '－' => '-',
        _ if WIDE.contains(&own) => char::from_u32(u32::from(own) - 0xFEE0).unwrap_or(own),
        _ => own,
    };
    let hidden =
        |own: &char| matches!(own, '第' | '\u{200B}'..='\u{200D}' | '\u{2060}' | '\u{FEFF}');
    let said = |own: &char| !own.is_whitespace() && !own.is_control() && !hidden(own);
    let kept: String = number.chars().filter(said).map(narrow).collect();
    let mut found = String::new();
    let mut rest = kept.to_ascii_uppercase();
    // Stretches of figures and of everything else, one after the other.
    while let Some(first) = rest.chars().next() {
        let figures = first.is_ascii_digit();
        let end = rest.find(|own: char| own.is_ascii_digit() != figures).unwrap_or(rest.len());
        let behind = rest.split_off(end);
        let cut = if figures { rest.trim_start_matches('0') } else { &rest };
        found.push_str(if cut.is_empty() { "0" } else { cut });
        rest = behind;
    }
    found
}

/// By what a document with this number and digest is known.
pub(crate) fn papers(number: &str, sha256: Option<&Digest>) -> impl Iterator<Item = Paper> {
    let number = Paper::Number(plain(number));
    [number].into_iter().chain(sha256.map(|own| Paper::Digest(*own)))
}

/// What is wrong with the documents that a proposal cites: one of a record rests on that record, or on
/// another live one that has it. Of records that are over a document establishes nothing.
fn undocumented(
    fold: &Fold,
    facts: &[FactDocument],
    records: &[RecordId],
    subject: SubjectKey,
    today: Day,
) -> Vec<String> {
    let mut found = Vec::new();
    for fact in facts.iter().filter(|fact| fact.about == subject) {
        let papers = papers(&fact.number, Some(&fact.sha256));
        let known = papers.filter_map(|paper| fold.papers.get(&(subject, paper))).flatten();
        let came: BTreeSet<RecordId> = known.copied().collect();
        let has = |id: &RecordId| {
            fold.records.get(id).is_some_and(|own| {
                plain(&fact.number) == plain(&own.number) || own.sha256 == Some(fact.sha256)
            })
        };
        let ended = |id: &RecordId| fold.record_standing(*id, today) == Standing::Ended;
        // A correction leaves the first paper with its record, unless another has it now.
        let now: BTreeSet<RecordId> = came.iter().chain(records).copied().filter(has).collect();
        let of = if now.is_empty() { came } else { now };
        let (over, live): (Vec<RecordId>, Vec<RecordId>) = of.into_iter().partition(ended);
        for id in live.iter().filter(|id| !records.contains(id)) {
            found.push(format!("a document is that of {id}, and it does not rest on it"));
        }
        if let (Some(id), true) = (over.last(), live.is_empty()) {
            found.push(format!("a document is that of {id}, which is over"));
        }
    }
    found
}

/// The documents that a proposal cites, and the records it names.
pub(crate) fn documented(
    fold: &Fold,
    at: &mut Here<'_>,
    (facts, records): (&[FactDocument], &[RecordId]),
    subject: SubjectKey,
) {
    for wrong in undocumented(fold, facts, records, subject, at.today) {
        at.guard(Guard::Fact, wrong);
    }
}

/// A proposed attribution, of whose records nothing was said yet.
#[derive(Debug)]
pub(crate) struct Unsaid {
    pub at: Position,
    pub person: SubjectKey,
    pub facts: Vec<FactDocument>,
}

/// The commit of an attribution is over, and it rests on no record of the person.
pub(crate) fn left_unsaid(fold: &Fold, own: &Unsaid, today: Day) -> Vec<Violation> {
    let say = |wrong| Violation::new(own.at, Guard::Fact.name(), wrong);
    undocumented(fold, &own.facts, &[], own.person, today).into_iter().map(say).collect()
}

/// A record that a proposal names is a live adverse one of its subject, and undisputed.
pub(crate) fn usable(fold: &Fold, at: &mut Here<'_>, id: RecordId, subject: SubjectKey) {
    let Some(own) = fold.records.get(&id) else {
        at.missing(id);
        return;
    };
    let past = own.until.is_some_and(|until| at.today > until);
    if own.subject != subject || !own.adverse || own.stage != RecordStage::Live || past {
        at.guard(Guard::Fact, format!("{id} is no live adverse record of the subject"));
    }
    if !own.holds.is_empty() {
        at.guard(Guard::NoSuspension, format!("{id} is disputed"));
    }
}

/// The records of the person on which an attribution rests, said with its proposal.
pub(crate) fn named(
    fold: &mut Fold,
    commit: &mut Commit,
    at: &mut Here<'_>,
    id: AttributionId,
    records: &[RecordId],
) {
    let Some(own) = fold.attributions.get(&id) else {
        at.missing(id);
        return;
    };
    let person = own.case.subject;
    let listing = own.listing;
    at.about(person);
    match commit.says_records(id) {
        Some(own) => documented(fold, at, (&own.facts, records), person),
        None => {
            at.broken(INV_2, "it is said once, with the proposal");
            return;
        }
    }
    for record in records {
        usable(fold, at, *record, person);
        if let Some(twin) = fold.answered(listing, *record, at.today) {
            at.broken(INV_10, format!("{twin} is open on {record} for the same behaviour"));
        }
    }
    for record in records {
        if let Some(own) = fold.records.get_mut(record) {
            own.attributions.push(id);
        }
    }
    if let Some(own) = fold.attributions.get_mut(&id) {
        own.records = records.to_vec();
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

    /// The records on which a case itself rests; a person's case has a listing above it beside them.
    pub(crate) fn records_of(&self, case: CaseRef) -> &[RecordId] {
        match case {
            CaseRef::Listing(id) => match self.listings.get(&id).map(|own| &own.kind) {
                Some(Kind::Black { records, .. }) => records,
                _ => &[],
            },
            CaseRef::Attribution(id) => {
                self.attributions.get(&id).map_or(&[], |own| own.records.as_slice())
            }
        }
    }

    /// The last day of the records on which a case itself rests.
    pub(crate) fn ground_until(&self, case: CaseRef) -> Option<Day> {
        self.records_of(case).iter().filter_map(|id| self.records.get(id)?.until).min()
    }

    /// How the records stand on which a case itself rests.
    pub(crate) fn ground_standing(&self, case: CaseRef, day: Day) -> Standing {
        let standings = self.records_of(case).iter().map(|id| self.record_standing(*id, day));
        standings.max().unwrap_or(Standing::InForce)
    }

    /// Whether a record on which a case itself rests is disputed or stayed.
    pub(crate) fn ground_is_held(&self, case: CaseRef) -> bool {
        let mut records = self.records_of(case).iter().filter_map(|id| self.records.get(id));
        records.any(|own| !own.holds.is_empty())
    }

    /// Whether something suspends a listing: it is disputed, stayed or relieved, or a record on which
    /// it rests, or the same of a listing that it extends, be that past its last day.
    pub(crate) fn listing_is_held(&self, id: ListingId) -> bool {
        let case = CaseRef::Listing(id);
        let own = self.case(case).is_some_and(|own| !own.holds.is_empty());
        let extends = self.listings.get(&id).and_then(|own| own.extends);
        own || self.ground_is_held(case) || extends.is_some_and(|of| self.listing_is_held(of))
    }

    /// The listings that one extends, one after the other.
    pub(crate) fn extended_by(&self, id: ListingId) -> Vec<ListingId> {
        let mut found = Vec::new();
        let mut above = self.listings.get(&id).and_then(|own| own.extends);
        while let Some(id) = above {
            found.push(id);
            above = self.listings.get(&id).and_then(|own| own.extends);
        }
        found
    }

    /// A listing and what extends it, and what extends that.
    pub(crate) fn with_extensions(&self, id: ListingId) -> Vec<ListingId> {
        let mut found = vec![id];
        let mut place = 0;
        while let Some(own) = found.get(place).and_then(|id| self.listings.get(id)) {
            found.extend(&own.extensions);
            place += 1;
        }
        found
    }

    /// What an extension is allowed by the listing that it extends: nothing once that was repaired,
    /// relieved or is void. That its time has passed leaves the extension; what suspends it does not.
    pub(crate) fn extended_standing(&self, id: ListingId) -> Standing {
        let all = self.extended_by(id);
        let gone = |id: &ListingId| match self.case(CaseRef::Listing(*id)) {
            Some(own) => own.over.is_some_and(|over| over != Over::Expired),
            None => true,
        };
        match (all.iter().any(gone), all.first().is_some_and(|of| self.listing_is_held(*of))) {
            (true, _) => Standing::Ended,
            (false, true) => Standing::Suspended,
            (false, false) => Standing::InForce,
        }
    }

    /// What a person answers for already, on one record, under a listing for the behaviour of this
    /// one; a listing and its extension count as two.
    fn answered(&self, listing: ListingId, record: RecordId, day: Day) -> Option<AttributionId> {
        let behaviour = |id: ListingId| match &self.listings.get(&id)?.kind {
            Kind::Black { behaviour, .. } => Some(behaviour),
            Kind::Red(_) => None,
        };
        let extends = |one: ListingId, other: ListingId| {
            self.listings.get(&one).is_some_and(|own| own.extends == Some(other))
        };
        let all = &self.records.get(&record)?.attributions;
        all.iter().copied().find(|id| {
            self.attributions.get(id).is_some_and(|own| {
                behaviour(own.listing) == behaviour(listing)
                    && !extends(listing, own.listing)
                    && !extends(own.listing, listing)
                    && self.attribution_standing(*id, day) != Standing::Ended
            })
        })
    }

    pub(crate) fn listing_standing(&self, id: ListingId, day: Day) -> Standing {
        let Some(listing) = self.listings.get(&id) else {
            return Standing::Ended;
        };
        match &listing.kind {
            Kind::Black { case, .. } => case
                .own(day)
                .max(self.ground_standing(CaseRef::Listing(id), day))
                .max(self.extended_standing(id)),
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
            Some(own) => own
                .case
                .own(day)
                .max(self.listing_standing(own.listing, day))
                .max(self.ground_standing(CaseRef::Attribution(id), day)),
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
        let of_person = own.attribution.map(CaseRef::Attribution);
        let mut listings = self.extended_by(own.listing);
        listings.push(own.listing);
        let cases = of_person.into_iter().chain(listings.iter().map(|id| CaseRef::Listing(*id)));
        let records = cases.flat_map(|case| self.records_of(case));
        let targets = [Target::Measure(id)]
            .into_iter()
            .chain(listings.iter().map(|id| Target::Listing(*id)))
            .chain(own.attribution.map(Target::Attribution))
            .chain(records.map(|record| Target::Record(*record)));
        targets.filter_map(|target| self.changed.get(&target).copied()).max()
    }

    /// The cases whose standing follows a target's, with whose files they mark: with a listing those
    /// under what extends it.
    pub(crate) fn cases_marked(&self, target: Target) -> Vec<(SubjectKey, CaseRef)> {
        let listings = match target {
            Target::Record(id) => self.records.get(&id).map(|own| own.listings.clone()),
            Target::Listing(id) => Some(vec![id]),
            _ => None,
        };
        let mut found = self.cases_under(target);
        for listing in listings.unwrap_or_default() {
            for id in self.with_extensions(listing).into_iter().skip(1) {
                found.extend(self.cases_under(Target::Listing(id)));
            }
        }
        found
    }

    /// The cases that end with a target, with whose files they mark.
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
                let Some(own) = self.records.get(&id) else {
                    return found;
                };
                own.listings.iter().for_each(|id| listing(*id));
                for id in &own.attributions {
                    found.extend(self.cases_under(Target::Attribution(*id)));
                }
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

    /// The measures that rest on a target, and on an extension that ended with it.
    pub(crate) fn measures_ended(&self, target: Target) -> Vec<MeasureId> {
        let listings = match target {
            Target::Record(id) => self.records.get(&id).map(|own| own.listings.clone()),
            Target::Listing(id) => Some(vec![id]),
            _ => None,
        };
        let mut found = self.measures_under(target);
        for listing in listings.unwrap_or_default() {
            for id in self.with_extensions(listing).into_iter().skip(1) {
                if self.case(CaseRef::Listing(id)).is_some_and(|own| own.over.is_some()) {
                    found.extend(self.measures_under(Target::Listing(id)));
                }
            }
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
                let Some(own) = self.records.get(&id) else {
                    return Vec::new();
                };
                let mut found: Vec<MeasureId> = own.listings.iter().flat_map(of).collect();
                for id in &own.attributions {
                    found.extend(self.measures_under(Target::Attribution(*id)));
                }
                found
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
