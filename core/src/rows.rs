//! The rows one command has loaded, what it asks for, and what it changed.
//!
//! Neither `decide` nor `apply` fetches anything: what is not loaded is asked for with
//! `Stop::Need`, the engine loads it and asks again (bounded rounds and rows).

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::actor::SubjectKey;
use crate::event::job::Job;
use crate::event::{CaseRef, Colour, Mark, Target};
use crate::guard::{Misfit, Refusal};
use crate::id::{
    AssessmentId, AttributionId, CatalogueEntryId, CommitmentId, CourtDocumentId, CreditReviewId,
    ListingId, MeasureId, ObjectionId, Position, RecordId, ReliefId, RemedyId, RepairId,
    ToleranceId,
};
use crate::identifier::uscc::Uscc;
use crate::path::{EndReason, Path, Standing};
use crate::row::assessment::AssessmentRow;
use crate::row::catalogue::CatalogueEntryRow;
use crate::row::commitment::CommitmentRow;
use crate::row::credit_review::CreditReviewRow;
use crate::row::job::JobRow;
use crate::row::publicity::PublicityRow;
use crate::row::tolerance::ToleranceRow;
use crate::row::{
    ApiKeyRow, AttributionRow, ChannelRow, CourtDocumentRow, Index, Key, ListingKind, ListingRow,
    MeasureRow, ObjectionRow, PluginRow, RecordRow, RedState, ReliefRow, RemedyRow, RepairRow, Row,
    RulesRow, ShadowRow, SubjectRow, derived,
};
use crate::time::Day;

/// Why a decision or a fold cannot go on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stop {
    /// These rows are needed; load them (or find them absent) and ask again.
    Need(Vec<Key>),
    /// The command is refused.
    Refuse(Refusal),
    /// An event does not fit the rows it is applied to: the log or the view is damaged.
    Defect(String),
}

impl From<Refusal> for Stop {
    fn from(refusal: Refusal) -> Stop {
        Stop::Refuse(refusal)
    }
}

/// Loaded rows, with the changes made to them.
#[derive(Clone, Debug, Default)]
pub struct Rows {
    loaded: BTreeMap<Key, Option<Arc<Row>>>,
    before: BTreeMap<Key, Option<Arc<Row>>>,
    entries: Vec<Index>,
}

/// One changed row or index entry; `None` removes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// A row.
    Row(Key, Option<Arc<Row>>),
    /// An index entry: present or absent.
    Entry(Index, bool),
}

macro_rules! typed {
    ($($name:ident $must:ident $key:ident($id:ty) => $variant:ident($row:ty), $zh:literal;)*) => {$(
        #[doc = concat!("The loaded `", stringify!($row), "`, if there is one.")]
        pub fn $name(&self, id: $id) -> Result<Option<&$row>, Stop> {
            match self.get(&Key::$key(id))? {
                Some(Row::$variant(row)) => Ok(Some(row)),
                Some(_) => Err(Stop::Defect(format!("the row of {id} is of another kind"))),
                None => Ok(None),
            }
        }

        #[doc = concat!("The loaded `", stringify!($row), "`; a refusal where there is none.")]
        pub fn $must(&self, id: $id) -> Result<&$row, Stop> {
            self.$name(id)?.ok_or_else(|| {
                let detail = format!(concat!($zh, "不存在：{} / there is no {}"), id, id);
                let cure = "请核对编号 / check the id".to_owned();
                Refusal::misfit(Misfit::NotFound, detail, cure).into()
            })
        }
    )*};
}

impl Rows {
    /// Nothing loaded.
    pub fn new() -> Rows {
        Rows::default()
    }

    /// Takes in what the engine found under a key.
    pub fn load(&mut self, key: Key, row: Option<Arc<Row>>) {
        self.loaded.insert(key, row);
    }

    /// How many keys are loaded, those with no row under them included.
    pub fn loaded(&self) -> usize {
        self.loaded.len()
    }

    /// The row under a key, `None` where there is none, a need where it is not known.
    pub fn get(&self, key: &Key) -> Result<Option<&Row>, Stop> {
        match self.loaded.get(key) {
            Some(row) => Ok(row.as_deref()),
            None => Err(Stop::Need(vec![key.clone()])),
        }
    }

    /// Asks for all of these at once, to save rounds.
    pub fn want(&self, keys: impl IntoIterator<Item = Key>) -> Result<(), Stop> {
        let missing: Vec<Key> =
            keys.into_iter().filter(|key| !self.loaded.contains_key(key)).collect();
        if missing.is_empty() { Ok(()) } else { Err(Stop::Need(missing)) }
    }

    typed! {
        subject must_subject Subject(SubjectKey) => Subject(SubjectRow), "主体";
        record must_record Record(RecordId) => Record(RecordRow), "信用记录";
        listing must_listing Listing(ListingId) => Listing(ListingRow), "名单";
        attribution must_attribution Attribution(AttributionId) => Attribution(AttributionRow), "责任认定";
        measure must_measure Measure(MeasureId) => Measure(MeasureRow), "措施";
        objection must_objection Objection(ObjectionId) => Objection(ObjectionRow), "异议";
        publicity must_publicity Publicity(RecordId) => Publicity(PublicityRow), "双公示";
        repair must_repair Repair(RepairId) => Repair(RepairRow), "信用修复";
        remedy must_remedy Remedy(RemedyId) => Remedy(RemedyRow), "复议或诉讼";
        relief must_relief Relief(ReliefId) => Relief(ReliefRow), "重整期信用保护";
        court_document must_court_document CourtDocument(CourtDocumentId) => CourtDocument(CourtDocumentRow), "法院文书";
        assessment must_assessment Assessment(AssessmentId) => Assessment(AssessmentRow), "考核";
        catalogue_entry must_catalogue_entry CatalogueEntry(CatalogueEntryId) => CatalogueEntry(CatalogueEntryRow), "目录条目";
        commitment must_commitment Commitment(CommitmentId) => Commitment(CommitmentRow), "信用承诺";
        credit_review must_credit_review CreditReview(CreditReviewId) => CreditReview(CreditReviewRow), "信用审查";
        tolerance must_tolerance Tolerance(ToleranceId) => Tolerance(ToleranceRow), "容缺受理";
    }

    /// The records that a document's key leads to.
    pub fn records_at(&self, key: &Key) -> Result<&[RecordId], Stop> {
        match self.get(key)? {
            Some(Row::RecordDocument(found)) => Ok(found),
            _ => Ok(&[]),
        }
    }

    /// The cases that were proposed on a paper, by its key.
    pub fn cases_on(&self, key: &Key) -> Result<&[CaseRef], Stop> {
        match self.get(key)? {
            Some(Row::Paper(found)) => Ok(found),
            _ => Ok(&[]),
        }
    }

    /// The deployed plugins.
    pub fn plugins(&self) -> Result<&[PluginRow], Stop> {
        match self.get(&Key::Plugins)? {
            Some(Row::Plugins(rows)) => Ok(rows),
            _ => Ok(&[]),
        }
    }

    /// The versions of plugins that stand beside the live ones.
    pub fn shadows(&self) -> Result<&[ShadowRow], Stop> {
        match self.get(&Key::Shadows)? {
            Some(Row::Shadows(rows)) => Ok(rows),
            _ => Ok(&[]),
        }
    }

    /// The version of a plugin that stands in the shadow.
    pub fn shadow(&self, name: &str) -> Result<Option<&ShadowRow>, Stop> {
        Ok(self.shadows()?.iter().find(|row| row.name == name))
    }

    /// Whether a plugin is deployed and not retired.
    pub fn plugin_runs(&self, name: &str) -> Result<bool, Stop> {
        Ok(self.plugins()?.iter().any(|row| row.name == name && row.retired.is_none()))
    }

    /// The open channels.
    pub fn channels(&self) -> Result<&[ChannelRow], Stop> {
        match self.get(&Key::Channels)? {
            Some(Row::Channels(rows)) => Ok(rows),
            _ => Ok(&[]),
        }
    }

    /// The rules in force.
    pub fn rules(&self) -> Result<Option<&RulesRow>, Stop> {
        match self.get(&Key::Rules)? {
            Some(Row::Rules(row)) => Ok(Some(row)),
            _ => Ok(None),
        }
    }

    /// For which rules a job was last done.
    pub fn job(&self, job: Job) -> Result<Option<&JobRow>, Stop> {
        match self.get(&Key::Job(job))? {
            Some(Row::Job(row)) => Ok(Some(row)),
            _ => Ok(None),
        }
    }

    /// An API key.
    pub fn api_key(&self, key_id: &str) -> Result<Option<&ApiKeyRow>, Stop> {
        match self.get(&Key::ApiKey(key_id.to_owned()))? {
            Some(Row::ApiKey(row)) => Ok(Some(row)),
            _ => Ok(None),
        }
    }

    /// The authority that is the credit office, once it has a key or has acted.
    pub fn office(&self) -> Result<Option<Uscc>, Stop> {
        match self.get(&Key::Office)? {
            Some(Row::Office(authority)) => Ok(Some(*authority)),
            _ => Ok(None),
        }
    }

    /// Writes a row. The key must have been loaded, so that its old index entries are known.
    pub fn put(&mut self, key: Key, row: Row) -> Result<(), Stop> {
        let old = self.loaded.get(&key).ok_or_else(|| Stop::Need(vec![key.clone()]))?.clone();
        self.before.entry(key.clone()).or_insert(old);
        self.loaded.insert(key, Some(Arc::new(row)));
        Ok(())
    }

    /// Removes a row.
    pub fn remove(&mut self, key: Key) -> Result<(), Stop> {
        let old = self.loaded.get(&key).ok_or_else(|| Stop::Need(vec![key.clone()]))?.clone();
        self.before.entry(key.clone()).or_insert(old);
        self.loaded.insert(key, None);
        Ok(())
    }

    /// Adds an index entry that no row stands for (a file's history).
    pub fn add_entry(&mut self, entry: Index) {
        self.entries.push(entry);
    }

    /// What channels are told of in the event at this position.
    pub fn told_at(&self, at: Position) -> Vec<Target> {
        let told = self.entries.iter().filter_map(|entry| match entry {
            Index::PublicChange(own, target) if *own == at => Some(*target),
            _ => None,
        });
        told.collect()
    }

    /// Takes what was changed since the last call, index entries included.
    pub fn take_changes(&mut self) -> Vec<Change> {
        let mut changes = Vec::new();
        for (key, before) in std::mem::take(&mut self.before) {
            let after = self.loaded.get(&key).cloned().flatten();
            let old = before.as_deref().map(derived).unwrap_or_default();
            let new = after.as_deref().map(derived).unwrap_or_default();
            for entry in old.iter().filter(|entry| !new.contains(entry)) {
                changes.push(Change::Entry(entry.clone(), false));
            }
            for entry in new.into_iter().filter(|entry| !old.contains(entry)) {
                changes.push(Change::Entry(entry, true));
            }
            changes.push(Change::Row(key, after));
        }
        let own = std::mem::take(&mut self.entries);
        changes.extend(own.into_iter().map(|entry| Change::Entry(entry, true)));
        changes
    }

    /// Standing of a record on `day`. Annulled, repaired, expired or past its last day it is over,
    /// and with it everything that rests on it (design.md 1).
    pub fn record_standing(&self, id: RecordId, day: Day) -> Result<Standing, Stop> {
        let row = self.must_record(id)?;
        Ok(match (row.is_live(day), row.holds.is_empty()) {
            (false, _) => Standing::Ended,
            (true, false) => Standing::Suspended,
            (true, true) => Standing::InForce,
        })
    }

    /// Standing of a listing on `day`, with the records it rests on and, of an extension, the listing
    /// that it is to follow.
    pub fn listing_standing(&self, id: ListingId, day: Day) -> Result<Standing, Stop> {
        let row = self.must_listing(id)?;
        match &row.kind {
            ListingKind::Black { case, records, .. } => {
                self.want(records.iter().map(|record| Key::Record(*record)))?;
                let mut own = case.standing(day);
                for record in records {
                    own = own.under(self.record_standing(*record, day)?);
                }
                match row.extends {
                    Some(of) => Ok(own.under(self.extended_standing(of)?)),
                    None => Ok(own),
                }
            }
            ListingKind::Red(red) => Ok(match &red.state {
                RedState::Active { until, .. } if day > *until => Standing::Ended,
                RedState::Active { .. } if !red.holds.is_empty() => Standing::Suspended,
                RedState::Active { .. } => Standing::InForce,
                RedState::Closed | RedState::Expired { .. } => Standing::Ended,
                _ => Standing::Pending,
            }),
        }
    }

    /// What a listing allows the one that extends it. Repaired, relieved or void it carries nothing
    /// any more; that its own time has passed leaves the extension. What suspends it suspends the
    /// extension too, until its outcome, be the listing past its last day by then: nothing comes back
    /// into effect by a date (INV-5).
    pub fn extended_standing(&self, id: ListingId) -> Result<Standing, Stop> {
        let row = self.must_listing(id)?;
        let ListingKind::Black { case, records, .. } = &row.kind else {
            return Ok(Standing::Ended);
        };
        if let Path::Ended(own) = &case.path
            && own.reason != EndReason::Expired
        {
            return Ok(Standing::Ended);
        }
        self.want(records.iter().map(|record| Key::Record(*record)))?;
        let mut held = !case.holds.is_empty();
        for record in records {
            held |= !self.must_record(*record)?.holds.is_empty();
        }
        let above = match row.extends {
            Some(of) => self.extended_standing(of)?,
            None => Standing::InForce,
        };
        Ok(if held { Standing::Suspended.under(above) } else { above })
    }

    /// A listing and those that extend it, each before its own: what is suspended with it.
    pub fn with_extensions(&self, id: ListingId) -> Result<Vec<ListingId>, Stop> {
        let mut found = vec![id];
        let mut place = 0;
        while let Some(own) = found.get(place) {
            let extensions = &self.must_listing(*own)?.extensions;
            self.want(extensions.iter().map(|id| Key::Listing(*id)))?;
            found.extend(extensions);
            place += 1;
        }
        Ok(found)
    }

    /// Standing of an attribution on `day`, under its listing and the person's own records on which
    /// it rests.
    pub fn attribution_standing(&self, id: AttributionId, day: Day) -> Result<Standing, Stop> {
        let row = self.must_attribution(id)?;
        self.want(row.records.iter().map(|record| Key::Record(*record)))?;
        let own = row.case.standing(day).under(self.listing_standing(row.listing, day)?);
        row.records.iter().try_fold(own, |standing, record| {
            Ok(standing.under(self.record_standing(*record, day)?))
        })
    }

    /// Standing on `day` of the case behind a mark, under what it rests on.
    pub fn mark_standing(&self, mark: &Mark, day: Day) -> Result<Standing, Stop> {
        match mark.case {
            CaseRef::Listing(id) => self.listing_standing(id, day),
            CaseRef::Attribution(id) => self.attribution_standing(id, day),
        }
    }

    /// The last day of a mark: a person answers no longer than the organisation does.
    pub fn mark_until(&self, mark: &Mark) -> Result<Day, Stop> {
        let CaseRef::Attribution(id) = mark.case else {
            return Ok(mark.until);
        };
        let listing = self.must_attribution(id)?.listing;
        Ok(match &self.must_listing(listing)?.kind {
            ListingKind::Black { case, .. } => case
                .path
                .served()
                .map_or(mark.until, |own| own.decided.decision.end.min(mark.until)),
            ListingKind::Red(_) => mark.until,
        })
    }

    /// Whether one of these marks is black and not over on `day`; `unsuspended` leaves out those
    /// that are disputed.
    pub fn black_mark(&self, marks: &[Mark], day: Day, unsuspended: bool) -> Result<bool, Stop> {
        for mark in marks.iter().filter(|own| own.colour == Colour::Black) {
            let standing = self.mark_standing(mark, day)?;
            let counts = match unsuspended {
                true => standing == Standing::InForce && !mark.suspended,
                false => standing != Standing::Ended,
            };
            if counts {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Standing of a measure case on `day`, under its listing and attribution. `InForce` says
    /// that its effect is allowed, not that it has been executed.
    pub fn measure_standing(&self, id: MeasureId, day: Day) -> Result<Standing, Stop> {
        let row = self.must_measure(id)?;
        let own = if row.annulled || day > row.until {
            Standing::Ended
        } else if row.holds.is_empty() {
            Standing::InForce
        } else {
            Standing::Suspended
        };
        let under_listing = own.under(self.listing_standing(row.listing, day)?);
        match row.attribution {
            Some(attribution) => {
                Ok(under_listing.under(self.attribution_standing(attribution, day)?))
            }
            None => Ok(under_listing),
        }
    }

    /// Standing of whatever an objection is about.
    pub fn target_standing(&self, target: Target, day: Day) -> Result<Standing, Stop> {
        match target {
            Target::Record(id) => self.record_standing(id, day),
            Target::Listing(id) => self.listing_standing(id, day),
            Target::Attribution(id) => self.attribution_standing(id, day),
            Target::Measure(id) => self.measure_standing(id, day),
            Target::Commitment(id) => Ok(self.must_commitment(id)?.finding_standing(day)),
        }
    }

    /// The row under a key that an event says exists; its absence is a defect of the log.
    pub(crate) fn known<'r, T>(row: Option<&'r T>, what: &Position) -> Result<&'r T, Stop> {
        row.ok_or_else(|| Stop::Defect(format!("an event names {what}, which is not there")))
    }

    /// Whether a dispute that began at a position is about what stands now: a commitment may have been
    /// found broken anew since, which is disputed by itself.
    pub(crate) fn is_about(&self, target: Target, since: Position) -> Result<bool, Stop> {
        match target {
            Target::Commitment(id) => {
                let found_at = Rows::known(self.commitment(id)?, &id.0)?.found_at();
                Ok(found_at.is_some_and(|at| at < since))
            }
            _ => Ok(true),
        }
    }
}
