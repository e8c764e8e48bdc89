//! The audit's own picture of the register, folded from events alone.
//!
//! A case that is over keeps a stub of what a later remedy can name (whose it is, who provided it,
//! when it ended); its texts, bases and measures are dropped.

use std::collections::{BTreeMap, BTreeSet};

use shouxin_core::actor::{OfficerRef, SubjectKey};
use shouxin_core::calendar::Deadline;
use shouxin_core::event::person::CapacityGround;
use shouxin_core::event::{Capacity, CaseRef, Colour, Mark, NominationSource, Target};
use shouxin_core::id::{
    AttributionId, AuthorisationId, ListingId, MeasureId, ObjectionId, Position, RecordId,
    ReliefId, RemedyId, RepairId,
};
use shouxin_core::identifier::uscc::Uscc;
use shouxin_core::rules::{Citation, Openness, Severity, SubjectKind};
use shouxin_core::text::Digest;
use shouxin_core::time::Day;

use crate::assessment::Assessments;
use crate::case_study::CaseStudies;
use crate::catalogue::Entries;
use crate::commitment::Commitments;
use crate::delivery::Way;
use crate::dispute::Disputes;
use crate::erasure::Erasures;
use crate::ground::Paper;
use crate::imported::Classifications;
use crate::job::Jobs;
use crate::keys::Keys;
use crate::member::Notes;
use crate::paper::Matter;
use crate::plugin::Plugins;
use crate::support::Supports;
use crate::tally::Tallies;
use crate::tolerance::Tolerances;

/// What suspends a thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Hold {
    Objection(ObjectionId),
    Stay(RemedyId),
    Relief(ReliefId),
}

/// A channel that shows what is public.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Channel {
    pub confirmed: Position,
    /// It is configured no more since then, and still shows what it got.
    pub closing: Option<Position>,
}

/// How a thing stands; what rests on another is at least as far along this order as the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Standing {
    InForce,
    Pending,
    Suspended,
    Ended,
}

/// A credit file.
#[derive(Debug)]
pub(crate) struct File {
    pub kind: SubjectKind,
    pub capacity: Option<Capacity>,
    /// On which ground that was stated last.
    pub found_by: Option<CapacityGround>,
    /// What the log last said is in force.
    pub stated: Vec<Mark>,
    /// What has taken effect and has not ended, by this fold.
    pub cases: BTreeSet<CaseRef>,
    /// Live adverse records.
    pub adverse: BTreeSet<RecordId>,
    /// The newest nomination of each source.
    pub nominations: Vec<(NominationSource, ListingId)>,
    /// Whom it lets read what is read by authorisation alone, and until when.
    pub authorised: BTreeMap<AuthorisationId, (Uscc, Day)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RecordStage {
    Live,
    Over,
    Annulled,
    Archived,
}

#[derive(Debug)]
pub(crate) struct Record {
    pub subject: SubjectKey,
    pub collected_on: Day,
    pub provider: Uscc,
    pub by: OfficerRef,
    pub adverse: bool,
    pub openness: Openness,
    /// The item of the directory and the number under which it was collected.
    pub item: String,
    pub filed_as: String,
    /// Number, digest and day of its document.
    pub number: String,
    pub sha256: Option<Digest>,
    pub dated: Day,
    pub severity: Option<Severity>,
    pub published: bool,
    /// Where it was taken off display.
    pub hidden_at: Option<Position>,
    pub until: Option<Day>,
    pub version: u16,
    pub corrected_at: Option<Position>,
    pub supplemented_at: Option<Position>,
    pub stage: RecordStage,
    pub ended_on: Option<Day>,
    pub holds: BTreeSet<Hold>,
    pub disputes: Disputes,
    pub listings: Vec<ListingId>,
    pub attributions: Vec<AttributionId>,
    /// From which day its shortest publicity is counted.
    pub counted_from: Day,
    /// Which repair ended it, and whether it was shown until then.
    pub repaired: Option<(RepairId, bool)>,
    pub again_from: Option<Day>,
    /// Redress for what its own authority took back: owed, or done.
    pub redress: Option<bool>,
    /// Annulled by its own provider while nobody disputed it.
    pub withdrawn: bool,
}

#[derive(Debug)]
pub(crate) struct Notice {
    /// The day of service, and that on which it was recorded, from which the periods run.
    pub on: Day,
    pub from: Day,
    pub window: Deadline,
    pub hearing_offered: bool,
    pub measures: Vec<(String, String)>,
}

#[derive(Debug, Default)]
pub(crate) struct Heard {
    pub points: usize,
    pub hearing_requested: bool,
    pub hearing_held: bool,
    /// The party waived in writing, and said nothing since.
    pub waived: bool,
}

#[derive(Debug)]
pub(crate) struct Decision {
    pub on: Day,
    pub number: String,
    pub end: Day,
    pub measures: Vec<(String, String)>,
}

/// Why a case is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Over {
    Removed(RepairId),
    Relieved,
    Expired,
    Annulled,
    Closed,
}

/// A case on the decision path: a black listing or an attribution.
#[derive(Debug)]
pub(crate) struct Case {
    pub subject: SubjectKey,
    pub proposer: OfficerRef,
    pub proposed_on: Day,
    /// The last day for its decision.
    pub decide_by: Option<Deadline>,
    pub cap: Day,
    pub basis: Vec<Citation>,
    pub notice: Option<Notice>,
    pub heard: Option<Heard>,
    pub decision: Option<Decision>,
    /// Day fixed for the start in the served decision, or a later one since the standstill was
    /// counted anew.
    pub starts_on: Option<Day>,
    /// The end of the standstill, where it was counted beyond the calendar.
    pub standstill: Option<Deadline>,
    pub effect: bool,
    /// First day in force.
    pub since: Option<Day>,
    pub over: Option<Over>,
    /// Void by its own authority's word, which nobody disputed.
    pub withdrawn: bool,
    pub holds: BTreeSet<Hold>,
    pub disputes: Disputes,
}

impl Case {
    pub(crate) fn new(
        subject: SubjectKey,
        proposer: OfficerRef,
        on: Day,
        cap: Day,
        basis: &[Citation],
    ) -> Case {
        Case {
            subject,
            proposer,
            proposed_on: on,
            decide_by: None,
            cap,
            basis: basis.to_vec(),
            notice: None,
            heard: None,
            decision: None,
            starts_on: None,
            standstill: None,
            effect: false,
            since: None,
            over: None,
            withdrawn: false,
            holds: BTreeSet::new(),
            disputes: Disputes::default(),
        }
    }

    pub(crate) fn end(&self) -> Option<Day> {
        self.decision.as_ref().map(|own| own.end)
    }

    /// Its own standing, what it rests on left aside.
    pub(crate) fn own(&self, day: Day) -> Standing {
        let past = self.starts_on.is_some() && self.end().is_some_and(|end| day > end);
        match (self.over.is_some() || past, self.effect) {
            (true, _) => Standing::Ended,
            (false, true) if !self.holds.is_empty() => Standing::Suspended,
            (false, true) => Standing::InForce,
            (false, false) => Standing::Pending,
        }
    }

    /// Ends it. Only a repair can be taken back, so only then its decision is still needed.
    pub(crate) fn finish(&mut self, over: Over) {
        self.over = Some(over);
        self.basis = Vec::new();
        self.notice = None;
        self.heard = None;
        match (over, &mut self.decision) {
            (Over::Removed(_), _) | (_, None) => {}
            (_, Some(decision)) => decision.measures = Vec::new(),
        }
    }
}

/// A revocation under way: of a red listing, or of a repair.
#[derive(Debug)]
pub(crate) struct Revocation {
    pub by: OfficerRef,
    pub told_on: Day,
    pub window: Deadline,
    pub points: Option<usize>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RedStage {
    Nominated,
    Checked,
    PublicNotice { ends_on: Day },
    Active { since: Day, until: Day },
    Over,
}

#[derive(Debug)]
pub(crate) struct Red {
    pub nominator: OfficerRef,
    pub nominated_on: Day,
    pub basis: Vec<Citation>,
    pub number: String,
    pub stage: RedStage,
    pub revocation: Option<Revocation>,
    pub holds: BTreeSet<Hold>,
    pub disputes: Disputes,
    /// The black listing that makes a revocation due, and by when one is to be opened.
    pub owed: Option<(ListingId, Deadline)>,
}

#[derive(Debug)]
pub(crate) enum Kind {
    Black { behaviour: String, records: Vec<RecordId>, case: Case },
    Red(Red),
}

#[derive(Debug)]
pub(crate) struct Listing {
    pub subject: SubjectKey,
    pub kind: Kind,
    pub published: bool,
    pub attributions: Vec<AttributionId>,
    pub measures: Vec<MeasureId>,
    pub relief: bool,
    /// The listing that this one is to follow, and those that are to follow this one.
    pub extends: Option<ListingId>,
    pub extensions: Vec<ListingId>,
    /// A revoked repair is not applied for again before that day.
    pub again_from: Option<Day>,
    /// Months before repair by the rule in force when it was proposed, unless that barred it.
    pub repair_months: Option<u16>,
    /// An objection found that it should not be shown; and where that was said last.
    pub display_ended: bool,
    pub hidden_at: Option<Position>,
    /// Redress for what its own authority took back: owed, or done.
    pub redress: Option<bool>,
}

#[derive(Debug)]
pub(crate) struct Attribution {
    pub listing: ListingId,
    /// The person's own records on which it rests.
    pub records: Vec<RecordId>,
    pub case: Case,
    /// A revoked repair is not applied for again before that day.
    pub again_from: Option<Day>,
    /// Redress for what its own authority took back: owed, or done.
    pub redress: Option<bool>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stage {
    Initiated,
    Noticed,
    Dispatched { respond_by: Deadline },
    Accepted,
    Declined,
    Executing,
    Executed,
    FedBack,
    Lifted,
    Closed,
    Forwarded,
    Recalled,
}

#[derive(Debug)]
pub(crate) struct Measure {
    pub subject: SubjectKey,
    pub listing: ListingId,
    pub attribution: Option<AttributionId>,
    pub measure: String,
    pub department: String,
    pub by: OfficerRef,
    pub initiated_on: Day,
    /// The day of the letter by which it was forwarded.
    pub sent_on: Option<Day>,
    pub until: Day,
    pub incentive: bool,
    pub stage: Stage,
    pub plugin: Option<String>,
    /// An order was given; even where it failed, it may have reached the department.
    pub tried: bool,
    /// The last call of its plugin failed.
    pub failed: bool,
    /// By when the department has to report.
    pub feedback_by: Option<Deadline>,
    pub execute_by: Option<Deadline>,
    /// By when it goes to its department, while nothing suspends it.
    pub dispatch_by: Option<Deadline>,
    /// The same, once it went there.
    pub dispatched_by: Option<Deadline>,
    /// It was suspended at the department, and has its days there anew once it has effect again.
    pub put_off: bool,
    /// Who declined it although it is mandatory, until the credit office has answered.
    pub escalated: Option<OfficerRef>,
    /// By when it has to lift what has ended.
    pub lift_by: Option<Deadline>,
    /// What a higher authority is to be told (that it is suspended, or no more), and by when.
    pub telling: Option<(bool, Deadline)>,
    /// The department's system confirmed that the effect is suspended.
    pub remote_suspended: bool,
    pub way: Way,
    pub annulled: bool,
    pub holds: BTreeSet<Hold>,
    pub disputes: Disputes,
}

impl Measure {
    /// Whether an order stands that has to be suspended, resumed or lifted.
    pub(crate) fn ordered(&self) -> bool {
        matches!(self.stage, Stage::Executing | Stage::Executed | Stage::FedBack)
    }

    /// Whether somebody still acts on it.
    pub(crate) fn unlifted(&self) -> bool {
        self.acted() || self.stage == Stage::Forwarded
    }

    /// Whether the last order was given up, which may have reached the department all the same.
    pub(crate) fn given_up(&self) -> bool {
        self.tried && self.stage == Stage::Accepted
    }

    /// Whether somebody was ordered to execute it, or a higher authority was asked for it.
    pub(crate) fn was_taken(&self) -> bool {
        self.tried || matches!(self.stage, Stage::Forwarded | Stage::Recalled)
    }

    /// Whether it is to be dispatched: its subject was told, or it is an incentive.
    pub(crate) fn awaits_dispatch(&self) -> bool {
        matches!((self.stage, self.incentive), (Stage::Noticed, false) | (Stage::Initiated, true))
    }

    /// Whether the department may have acted.
    pub(crate) fn acted(&self) -> bool {
        self.ordered() || self.given_up()
    }
}

pub(crate) use crate::outcomes::{
    Objection, ObjectionStage, Relief, Remedy, RemedyStage, Repair, RepairStage, Testing,
};

/// Everything that a later event can refer to.
#[derive(Debug, Default)]
pub(crate) struct Fold {
    /// Where a suspension of a thing ended last.
    pub released: BTreeMap<Target, Position>,
    pub catalogue: crate::in_use::InUse,
    pub files: BTreeMap<SubjectKey, File>,
    /// Legacy codes that lead to a file.
    pub aliases: BTreeSet<(String, String)>,
    pub records: BTreeMap<RecordId, Record>,
    /// The newest adverse records of a subject that had a document, those that are over included.
    pub papers: BTreeMap<(SubjectKey, Paper), Vec<RecordId>>,
    /// The cases that were proposed on a document, by what they are about.
    pub cited: BTreeMap<(Matter, Paper), BTreeSet<CaseRef>>,
    pub listings: BTreeMap<ListingId, Listing>,
    pub attributions: BTreeMap<AttributionId, Attribution>,
    pub measures: BTreeMap<MeasureId, Measure>,
    pub objections: BTreeMap<ObjectionId, Objection>,
    pub repairs: BTreeMap<RepairId, Repair>,
    /// Applications that are open, by what they are about.
    pub applied: BTreeMap<Target, RepairId>,
    pub remedies: BTreeMap<RemedyId, Remedy>,
    pub reliefs: BTreeMap<ReliefId, Relief>,
    pub plugins: Plugins,
    pub channels: BTreeMap<String, Channel>,
    /// When display of a thing first and last began or ended.
    pub told: BTreeMap<Target, (Position, Position)>,
    /// The last change of what something stands on: where, and on which day.
    pub changed: BTreeMap<Target, (Position, Day)>,
    pub commitments: Commitments,
    pub tolerances: Tolerances,
    pub classifications: Classifications,
    pub case_studies: CaseStudies,
    pub keys: Keys,
    pub jobs: Jobs,
    /// Supports of suits that are open.
    pub supports: Supports,
    pub notes: Notes,
    pub assessments: Assessments,
    /// What the assessment counts, counted here.
    pub tallies: Tallies,
    /// Entries of the joint catalogue.
    pub entries: Entries,
    pub erasures: Erasures,
}

impl Fold {
    pub(crate) fn case(&self, case: CaseRef) -> Option<&Case> {
        match case {
            CaseRef::Listing(id) => match &self.listings.get(&id)?.kind {
                Kind::Black { case, .. } => Some(case),
                Kind::Red(_) => None,
            },
            CaseRef::Attribution(id) => Some(&self.attributions.get(&id)?.case),
        }
    }

    pub(crate) fn case_mut(&mut self, case: CaseRef) -> Option<&mut Case> {
        match case {
            CaseRef::Listing(id) => match &mut self.listings.get_mut(&id)?.kind {
                Kind::Black { case, .. } => Some(case),
                Kind::Red(_) => None,
            },
            CaseRef::Attribution(id) => Some(&mut self.attributions.get_mut(&id)?.case),
        }
    }

    pub(crate) fn red(&self, id: ListingId) -> Option<(SubjectKey, &Red)> {
        let listing = self.listings.get(&id)?;
        match &listing.kind {
            Kind::Red(red) => Some((listing.subject, red)),
            Kind::Black { .. } => None,
        }
    }

    pub(crate) fn red_mut(&mut self, id: ListingId) -> Option<&mut Red> {
        match &mut self.listings.get_mut(&id)?.kind {
            Kind::Red(red) => Some(red),
            Kind::Black { .. } => None,
        }
    }

    /// The repair whose decided revocation brings a target back on its day.
    pub(crate) fn comes_back(&self, target: Target) -> Option<RepairId> {
        let by = match target {
            Target::Listing(id) => match self.case(CaseRef::Listing(id))?.over {
                Some(Over::Removed(by)) => by,
                _ => return None,
            },
            Target::Record(id) => self.records.get(&id)?.repaired?.0,
            Target::Attribution(id) => match self.case(CaseRef::Attribution(id))?.over {
                Some(Over::Removed(by)) => by,
                _ => return None,
            },
            Target::Commitment(id) => self.commitments.get(&id)?.repaired_by()?,
            Target::Measure(_) => return None,
        };
        let own = self.repairs.get(&by)?;
        // A record comes back with what was repaired.
        let with = own.of == target || matches!(target, Target::Record(_));
        (with && matches!(own.stage, RepairStage::Revoked { .. })).then_some(by)
    }

    /// Whether a black listing weighs on a subject on `day`, undisputed.
    pub(crate) fn weighs(&self, subject: SubjectKey, day: Day) -> bool {
        let cases = self.files.get(&subject).into_iter().flat_map(|own| &own.cases);
        cases.filter(|case| self.case(**case).is_some()).any(|case| {
            let standing = match case {
                CaseRef::Listing(id) => self.listing_standing(*id, day),
                CaseRef::Attribution(id) => self.attribution_standing(*id, day),
            };
            standing == Standing::InForce
        })
    }

    /// Whether a target, or a listing that rests on it, is on public display.
    pub(crate) fn shown(&self, target: Target) -> bool {
        let listing = |id: &ListingId| {
            self.listings.get(id).is_some_and(|own| {
                match &own.kind {
                    Kind::Black { case, .. } => own.published && case.effect && case.over.is_none(),
                    Kind::Red(red) => match red.stage {
                        RedStage::Active { .. } => own.published,
                        // The public is told of a nomination, so that anybody may object.
                        RedStage::PublicNotice { .. } => !own.subject.is_personal(),
                        _ => false,
                    },
                }
            })
        };
        match target {
            Target::Record(id) => self
                .records
                .get(&id)
                .is_some_and(|own| own.published || own.listings.iter().any(listing)),
            Target::Listing(id) => listing(&id),
            Target::Commitment(id) => {
                self.commitments.get(&id).is_some_and(crate::commitment::Commitment::is_shown)
            }
            Target::Attribution(_) | Target::Measure(_) => false,
        }
    }

    /// Whether a target is on public display, or what is marked with it.
    pub(crate) fn marked(&self, target: Target) -> bool {
        let listings = match target {
            Target::Record(id) => self.records.get(&id).map(|own| own.listings.clone()),
            Target::Listing(id) => Some(vec![id]),
            _ => None,
        };
        let mut all = listings.unwrap_or_default().into_iter();
        self.shown(target)
            || all.any(|id| {
                self.with_extensions(id).into_iter().any(|id| self.shown(Target::Listing(id)))
            })
    }

    /// Channels have to show a thing from here on, or no more.
    pub(crate) fn tell(&mut self, target: Target, at: Position) {
        self.told.entry(target).or_insert((at, at)).1 = at;
    }

    /// When channels first and last had to change something about a target and what rests on it.
    pub(crate) fn told_of(&self, target: Target) -> Option<(Position, Position)> {
        let under = match target {
            Target::Record(id) => self.records.get(&id).map(|own| own.listings.clone()),
            Target::Listing(id) => Some(vec![id]),
            _ => None,
        };
        let under = under.unwrap_or_default().into_iter();
        let under = under.flat_map(|id| self.with_extensions(id)).map(Target::Listing);
        let all = [target].into_iter().chain(under).filter_map(|own| self.told.get(&own).copied());
        all.reduce(|one, other| (one.0.min(other.0), one.1.max(other.1)))
    }

    pub(crate) fn display(&mut self, target: Target, on: bool, at: Position) {
        if on || self.shown(target) {
            self.tell(target, at);
        }
        match target {
            Target::Record(id) => {
                if let Some(own) = self.records.get_mut(&id) {
                    own.published = on;
                }
            }
            Target::Listing(id) => {
                if let Some(own) = self.listings.get_mut(&id) {
                    own.published = on;
                }
            }
            Target::Attribution(_) | Target::Measure(_) | Target::Commitment(_) => {}
        }
    }

    /// The holds of a target, and what was and is objected to it.
    pub(crate) fn holds_mut(
        &mut self,
        target: Target,
    ) -> Option<(&mut BTreeSet<Hold>, &mut Disputes)> {
        match target {
            Target::Record(id) => {
                self.records.get_mut(&id).map(|own| (&mut own.holds, &mut own.disputes))
            }
            Target::Listing(id) => match &mut self.listings.get_mut(&id)?.kind {
                Kind::Black { case, .. } => Some((&mut case.holds, &mut case.disputes)),
                Kind::Red(red) => Some((&mut red.holds, &mut red.disputes)),
            },
            Target::Attribution(id) => {
                let case = &mut self.attributions.get_mut(&id)?.case;
                Some((&mut case.holds, &mut case.disputes))
            }
            Target::Measure(id) => {
                self.measures.get_mut(&id).map(|own| (&mut own.holds, &mut own.disputes))
            }
            Target::Commitment(id) => {
                self.commitments.get_mut(&id).map(|own| (&mut own.holds, &mut own.disputes))
            }
        }
    }

    /// Whose a target is, who answers for it, and which officer made it.
    pub(crate) fn owner(&self, target: Target) -> Option<(SubjectKey, Uscc, &OfficerRef)> {
        match target {
            Target::Record(id) => {
                self.records.get(&id).map(|own| (own.subject, own.provider, &own.by))
            }
            Target::Listing(id) => {
                let listing = self.listings.get(&id)?;
                let by = match &listing.kind {
                    Kind::Black { case, .. } => &case.proposer,
                    Kind::Red(red) => &red.nominator,
                };
                Some((listing.subject, by.authority, by))
            }
            Target::Attribution(id) => {
                let case = &self.attributions.get(&id)?.case;
                Some((case.subject, case.proposer.authority, &case.proposer))
            }
            Target::Measure(id) => {
                self.measures.get(&id).map(|own| (own.subject, own.by.authority, &own.by))
            }
            Target::Commitment(id) => {
                let own = self.commitments.get(&id)?;
                own.finding().map(|found| (own.subject, own.authority, &found.proposer))
            }
        }
    }

    /// Whom a target is about, be it over, or a finding that is not made yet.
    pub(crate) fn party(&self, target: Target) -> Option<SubjectKey> {
        match target {
            Target::Commitment(id) => self.commitments.get(&id).map(|own| own.subject),
            _ => self.owner(target).map(|own| own.0),
        }
    }

    /// The authority that answers for a target, be it over.
    pub(crate) fn provider(&self, target: Target) -> Option<Uscc> {
        match target {
            Target::Commitment(id) => self.commitments.get(&id).map(|own| own.authority),
            _ => self.owner(target).map(|own| own.1),
        }
    }

    /// Whether a dispute that began at a position is about what stands now: a commitment may have been
    /// found broken anew since.
    pub(crate) fn is_about(&self, target: Target, since: Position) -> bool {
        match target {
            Target::Commitment(id) => {
                let own = self.commitments.get(&id).and_then(|own| own.found_at);
                own.is_some_and(|at| at < since)
            }
            _ => true,
        }
    }

    /// The day from which on somebody could turn against a thing.
    pub(crate) fn there_since(&self, target: Target) -> Option<Day> {
        Some(match target {
            Target::Record(id) => {
                let own = self.records.get(&id)?;
                own.dated.min(own.collected_on)
            }
            Target::Listing(id) => match &self.listings.get(&id)?.kind {
                Kind::Black { case, .. } => case.proposed_on,
                Kind::Red(red) => red.nominated_on,
            },
            Target::Attribution(id) => self.attributions.get(&id)?.case.proposed_on,
            Target::Measure(id) => {
                let own = self.measures.get(&id)?;
                own.sent_on.map_or(own.initiated_on, |sent| sent.min(own.initiated_on))
            }
            Target::Commitment(id) => self.commitments.get(&id)?.offered_on,
        })
    }

    /// The mark that a case in effect leaves; `None` for its flag where its date has passed and
    /// only a late timer has not said so, because such a flag means nothing.
    pub(crate) fn mark(&self, reference: CaseRef, day: Day) -> Option<(Mark, bool)> {
        let listing_end = |id: ListingId| match &self.listings.get(&id)?.kind {
            Kind::Black { case, .. } => case.end(),
            Kind::Red(_) => None,
        };
        let (colour, authority, since, until, standing, over) = match reference {
            CaseRef::Listing(id) => match &self.listings.get(&id)?.kind {
                Kind::Black { case, .. } => {
                    let (until, since) = (case.end()?, case.since?);
                    let held = self.listing_is_held(id);
                    let ground = self.ground_until(reference);
                    let past = day > until || ground.is_some_and(|own| day > own);
                    (Colour::Black, case.proposer.authority, since, until, held, past)
                }
                Kind::Red(red) => {
                    let RedStage::Active { since, until } = red.stage else {
                        return None;
                    };
                    let held = !red.holds.is_empty();
                    (Colour::Red, red.nominator.authority, since, until, held, day > until)
                }
            },
            CaseRef::Attribution(id) => {
                let own = self.attributions.get(&id)?;
                let (until, since) = (own.case.end()?, own.case.since?);
                let above = self.mark(CaseRef::Listing(own.listing), day);
                let held = !own.case.holds.is_empty()
                    || self.ground_is_held(reference)
                    || above.is_some_and(|own| own.0.suspended);
                let above = self.ground_until(CaseRef::Listing(own.listing));
                let ground = above.into_iter().chain(self.ground_until(reference)).min();
                let past = listing_end(own.listing).is_some_and(|end| day > end)
                    || ground.is_some_and(|end| day > end)
                    || day > until;
                (Colour::Black, own.case.proposer.authority, since, until, held, past)
            }
        };
        let mark = Mark { case: reference, colour, authority, since, until, suspended: standing };
        Some((mark, over))
    }
}
