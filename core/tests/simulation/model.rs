//! The model: what it knows of the register is events, in order, and dates. It shares no code
//! with `decide` or `apply`, and it forgets nothing.

use std::collections::{BTreeMap, BTreeSet};

use shouxin_core::actor::{Actor, OfficerRef, SubjectKey};
use shouxin_core::event::listing::ListingEvent;
use shouxin_core::event::remedy::{RemedyEvent, RemedyOutcome, ReviewOf};
use shouxin_core::event::{CaseRef, Envelope, Event, Mark, Target};
use shouxin_core::id::{
    AttributionId, ListingId, MeasureId, ObjectionId, Position, RecordId, ReliefId, RemedyId,
    RepairId,
};
use shouxin_core::rules::RuleSet;
use shouxin_core::time::Day;

use super::cases::Cases;
use super::further::Further;
use super::versions::Versions;

#[derive(Default)]
struct Case {
    subject: Option<SubjectKey>,
    proposer: Option<OfficerRef>,
    cap: Option<Day>,
    records: Vec<RecordId>,
    listing: Option<ListingId>,
    noticed: bool,
    heard: bool,
    end: Option<Day>,
    starts_on: Option<Day>,
    effective: bool,
    over: bool,
}

struct Measure {
    listing: ListingId,
    attribution: Option<AttributionId>,
    until: Day,
    void: bool,
}

/// A nomination and what came of it.
#[derive(Default)]
struct Red {
    subject: Option<SubjectKey>,
    nominator: Option<OfficerRef>,
    /// Nothing was found against it.
    clean: bool,
    notice_until: Option<Day>,
    until: Option<Day>,
    over: bool,
}

/// What it has seen.
pub struct Model {
    further: Further,
    beside: Cases,
    versions: Versions,
    cases: BTreeMap<CaseRef, Case>,
    reds: BTreeMap<ListingId, Red>,
    measures: BTreeMap<MeasureId, Measure>,
    objections: BTreeMap<ObjectionId, (Target, bool)>,
    remedies: BTreeMap<RemedyId, Target>,
    reliefs: BTreeMap<ReliefId, ListingId>,
    /// What each application is about: a listing, or a record.
    repairs: BTreeMap<RepairId, Target>,
    /// What holds a thing, by any number of open matters.
    holds: BTreeMap<Target, BTreeSet<Position>>,
    void_records: BTreeSet<RecordId>,
    marks: BTreeMap<SubjectKey, Vec<Mark>>,
    /// Subjects whose marks the rest of this commit has to change, and what for.
    owed: Vec<(Position, SubjectKey, CaseRef, bool)>,
    last: Option<(Position, Day)>,
}

const TIMERS: &[&str] = &[
    "commitment.overdue",
    "breach.window_closed",
    "breach.expired",
    "tolerant_acceptance.overdue",
    "statement.window_closed",
    "listing.took_effect",
    "listing.expired",
    "listing.annulled",
    "listing.restored",
    "record.restored",
    "breach.restored",
    "attribution.restored",
    "classification.changed",
    "record.expired",
    "record.archived",
    "measure.response_overdue",
    "measure.expired",
    "measure.closed",
    "attribution.ended",
    "measure.lift_required",
    "measure.lift_overdue",
    "measure.forward_telling_required",
    "measure.forward_telling_overdue",
    "measure.forward_telling_moot",
    "assessment.feedback_overdue",
    "assessment.referral_due",
    "assessment.referral_overdue",
    "assessment.execution_overdue",
    "assessment.dispatch_due",
    "assessment.dispatch_overdue",
    "assessment.dispatch_put_off",
    "assessment.work_put_off",
    "assessment.response_due",
    "assessment.repair_check_overdue",
    "assessment.repair_decision_overdue",
    "assessment.case_decision_overdue",
    "assessment.case_service_overdue",
    "assessment.result_overdue",
    "assessment.review_overdue",
    "assessment.revocation_overdue",
    "red_listing.revocation_owed",
    "red_listing.revocation_not_owed",
    "objection.accepted",
    "objection.overdue",
    "objection.closed",
    "repair.done",
    "repair.revocation_lapsed",
    "family.settled",
    "deadline.recomputed",
    "record.publicity_shortened",
    "breach.shortened",
    "listing.shortened",
    "listing.repair_rule_kept",
    "job.finished",
    "channel.confirmed",
    "channel.failed",
    "channel.overdue",
];

impl Model {
    /// A model that knows what these versions of the catalogue say.
    pub fn knowing(rules: &[RuleSet]) -> Model {
        Model {
            further: Further::knowing(rules),
            versions: Versions::knowing(rules),
            beside: Cases::default(),
            cases: BTreeMap::new(),
            reds: BTreeMap::new(),
            measures: BTreeMap::new(),
            objections: BTreeMap::new(),
            remedies: BTreeMap::new(),
            reliefs: BTreeMap::new(),
            repairs: BTreeMap::new(),
            holds: BTreeMap::new(),
            void_records: BTreeSet::new(),
            marks: BTreeMap::new(),
            owed: Vec::new(),
            last: None,
        }
    }

    /// Looks at one event; answers what it breaks.
    pub fn see(&mut self, envelope: &Envelope) -> Vec<String> {
        let mut found = Vec::new();
        let mut broken = |name: &str, what: &str| {
            let event = envelope.event.name();
            found.push(format!("{name} at {}: {event}: {what}", envelope.position));
        };
        if self.last.is_some_and(|(at, on)| at >= envelope.position || on > envelope.legal_date) {
            broken("INV-10", "out of order");
        }
        self.last = Some((envelope.position, envelope.legal_date));
        let name = envelope.event.name();
        match &envelope.actor {
            Actor::System if !TIMERS.contains(&name) => broken("INV-1", "a timer did this"),
            Actor::Plugin { .. } => {
                let allowed = name.starts_with("measure.")
                    || name.starts_with("execution.")
                    || name.starts_with("delivery.")
                    || name.starts_with("assessment.")
                    || name == "plugin.told";
                if !allowed {
                    broken("INV-1", "a plugin did this");
                }
            }
            _ => {}
        }
        // A new commit: what the one before owed is lost.
        let same = |at: &Position| envelope.cause == Some(*at) || envelope.position == *at;
        for (at, subject, case, _) in self.owed.iter().filter(|own| !same(&own.0)) {
            let what = format!("{case:?} of {subject} stayed as it was in the commit of {at}");
            broken("INV-4", &what);
        }
        self.owed.retain(|own| same(&own.0));
        let mut judged = self.judge(envelope);
        judged.extend(self.further.see(envelope));
        judged.extend(self.versions.see(envelope));
        judged.extend(self.beside.see(envelope));
        for (name, what) in judged {
            broken(name, &what);
        }
        found
    }

    fn held(&self, target: Target) -> bool {
        self.holds.get(&target).is_some_and(|held| !held.is_empty())
    }

    fn listing_held(&self, id: ListingId) -> bool {
        let records = self.cases.get(&CaseRef::Listing(id)).map(|own| own.records.clone());
        self.held(Target::Listing(id))
            || records.unwrap_or_default().iter().any(|record| self.held(Target::Record(*record)))
    }

    fn case_over(&self, case: CaseRef, on: Day) -> bool {
        let Some(own) = self.cases.get(&case) else {
            return true;
        };
        let parent = own.listing.is_some_and(|id| self.case_over(CaseRef::Listing(id), on));
        let records = own.records.iter().any(|record| self.void_records.contains(record));
        own.over || parent || records || own.end.is_none_or(|end| on > end)
    }

    /// Whether a measure may have effect on a day; why not.
    fn barred(&self, id: MeasureId, on: Day) -> Option<(&'static str, String)> {
        let own = self.measures.get(&id)?;
        let attribution = own.attribution.map(CaseRef::Attribution);
        let over = own.void
            || on > own.until
            || self.case_over(CaseRef::Listing(own.listing), on)
            || attribution.is_some_and(|case| self.case_over(case, on));
        if over {
            return Some(("INV-6", format!("{id} rests on what has ended")));
        }
        let held = self.held(Target::Measure(id))
            || self.listing_held(own.listing)
            || own.attribution.is_some_and(|id| self.held(Target::Attribution(id)));
        held.then(|| ("INV-4", format!("{id} is suspended")))
    }

    /// Marks that have to be suspended or resumed in the commit at `at`.
    fn owe(&mut self, at: Position, target: Target, suspended: bool) {
        let cases: Vec<CaseRef> = match target {
            Target::Listing(id) => vec![CaseRef::Listing(id)],
            Target::Attribution(id) => vec![CaseRef::Attribution(id)],
            Target::Record(id) => self
                .cases
                .iter()
                .filter(|(_, own)| own.records.contains(&id))
                .map(|(case, _)| *case)
                .collect(),
            Target::Measure(_) | Target::Commitment(_) => Vec::new(),
        };
        for case in cases {
            let Some(subject) = self.cases.get(&case).and_then(|own| own.subject) else {
                continue;
            };
            let marks = self.marks.get(&subject).cloned().unwrap_or_default();
            if marks.iter().any(|mark| mark.case == case && mark.suspended != suspended) {
                self.owed.push((at, subject, case, suspended));
            }
        }
    }

    fn hold(&mut self, at: Position, target: Target, by: Position) {
        self.holds.entry(target).or_default().insert(by);
        self.owe(at, target, true);
    }

    fn release(&mut self, target: Target, by: Position) {
        if let Some(held) = self.holds.get_mut(&target) {
            held.remove(&by);
        }
    }

    /// Whether a decided red listing of the subject is in force.
    fn praises(&self, case: CaseRef, subject: SubjectKey, on: Day) -> bool {
        let CaseRef::Listing(listing) = case else {
            return false;
        };
        self.reds.get(&listing).is_some_and(|own| {
            let decided = own.until.is_some_and(|until| on <= until);
            own.subject == Some(subject) && decided && !own.over
        })
    }

    fn end(&mut self, case: CaseRef) {
        if let Some(own) = self.cases.get_mut(&case) {
            own.over = true;
        }
        if let CaseRef::Listing(id) = case
            && let Some(own) = self.reds.get_mut(&id)
        {
            own.over = true;
        }
    }

    fn judge(&mut self, envelope: &Envelope) -> Vec<(&'static str, String)> {
        let mut found: Vec<(&'static str, String)> = Vec::new();
        let (at, on) = (envelope.position, envelope.legal_date);
        let officer = match &envelope.actor {
            Actor::Officer(officer) => Some(officer.clone()),
            _ => None,
        };
        match &envelope.event {
            Event::ListingProposed { records, cap, .. } => {
                let case = Case {
                    subject: envelope.subject,
                    proposer: officer,
                    cap: Some(*cap),
                    records: records.clone(),
                    ..Case::default()
                };
                self.cases.insert(CaseRef::Listing(ListingId(at)), case);
            }
            Event::AttributionProposed { listing, cap, .. } => {
                let case = Case {
                    subject: envelope.subject,
                    proposer: officer,
                    cap: Some(*cap),
                    listing: Some(*listing),
                    ..Case::default()
                };
                self.cases.insert(CaseRef::Attribution(AttributionId(at)), case);
            }
            Event::NoticeServed { case, .. } => {
                self.cases.entry(*case).or_default().noticed = true;
            }
            Event::StatementReceived { case, .. }
            | Event::StatementWaived { case, .. }
            | Event::StatementWindowClosed { case } => {
                let own = self.cases.entry(*case).or_default();
                if !own.noticed {
                    found.push(("INV-2", format!("{case:?} was heard before it was told")));
                }
                own.heard = true;
            }
            Event::CaseDecided { case, end, .. } => {
                let own = self.cases.entry(*case).or_default();
                if officer.is_none() || officer == own.proposer {
                    found
                        .push(("INV-1", format!("{case:?} was decided by its proposer or nobody")));
                }
                if !own.noticed || !own.heard {
                    found.push(("INV-2", format!("{case:?} was decided unheard")));
                }
                if own.cap.is_none_or(|cap| *end > cap) {
                    found.push(("INV-3", format!("{case:?} ends on {end}")));
                }
                own.end = Some(*end);
            }
            Event::DecisionServed { case, starts_on, service, .. } => {
                let own = self.cases.entry(*case).or_default();
                if own.end.is_none() || *starts_on <= service.on {
                    found.push(("INV-2", format!("{case:?} was served before it was decided")));
                }
                own.starts_on = Some(*starts_on);
            }
            Event::CaseTookEffect { case, .. } => {
                let own = self.cases.entry(*case).or_default();
                if own.starts_on.is_none_or(|starts_on| on < starts_on) {
                    found.push(("INV-2", format!("{case:?} took effect unserved or too early")));
                }
                own.effective = true;
                let held = match case {
                    CaseRef::Listing(id) => self.listing_held(*id),
                    CaseRef::Attribution(id) => self.held(Target::Attribution(*id)),
                };
                if held || self.case_over(*case, on) {
                    found.push(("INV-4", format!("{case:?} took effect while held or over")));
                }
            }
            Event::CaseRemoved { case, .. }
            | Event::CaseExpired { case }
            | Event::CaseAnnulled { case, .. }
            | Event::CaseDropped { case, .. }
            | Event::CaseNotDecided { case, .. } => self.end(*case),
            Event::Listing(ListingEvent::Revoked { case, .. }) => self.end(*case),
            Event::Listing(ListingEvent::Relieved { listing, .. }) => {
                self.end(CaseRef::Listing(*listing));
            }
            Event::Listing(ListingEvent::Shortened { case, end }) => {
                let own = self.cases.entry(*case).or_default();
                if own.end.is_none_or(|before| *end >= before) {
                    found.push(("INV-3", format!("{case:?} was prolonged")));
                }
                own.end = Some(*end);
            }
            Event::ListingNominated { .. } => {
                let (subject, nominator) = (envelope.subject, officer);
                let red = Red { subject, nominator, ..Red::default() };
                self.reds.insert(ListingId(at), red);
            }
            Event::NominationChecked { listing, adverse_records, black } => {
                let own = self.reds.entry(*listing).or_default();
                own.clean = adverse_records.is_empty() && black.is_empty();
            }
            Event::PublicNoticeOpened { listing, ends_on } => {
                let own = self.reds.entry(*listing).or_default();
                own.notice_until = Some(*ends_on);
            }
            Event::RedListingDecided { listing, until, .. } => {
                let own = self.reds.entry(*listing).or_default();
                if officer.is_none() || officer == own.nominator {
                    let what = format!("{listing} was decided by who nominated or nobody");
                    found.push(("INV-1", what));
                }
                if !own.clean || own.notice_until.is_none_or(|last| on <= last) {
                    found.push(("INV-2", format!("{listing} was decided before its notice ended")));
                }
                if *until > on.plus_months(24) {
                    found.push(("INV-3", format!("{listing} ends on {until}")));
                }
                own.until = Some(*until);
            }
            Event::RedListingClosed { listing, .. } => {
                self.reds.entry(*listing).or_default().over = true;
            }
            Event::RecordAnnulled { record, .. } => {
                self.void_records.insert(*record);
            }
            Event::MeasureInitiated { listing, attribution, until, incentive, .. } => {
                if *incentive {
                    return found;
                }
                let measure = Measure {
                    listing: *listing,
                    attribution: *attribution,
                    until: *until,
                    void: false,
                };
                let case = attribution.map_or(CaseRef::Listing(*listing), CaseRef::Attribution);
                let own = self.cases.get(&case);
                if own.and_then(|own| own.subject) != envelope.subject {
                    found.push(("INV-8", format!("a measure on {case:?} reaches somebody else")));
                }
                if own.is_none_or(|own| !own.effective || own.end.is_none_or(|end| *until > end)) {
                    found.push(("INV-1", format!("a measure rests on {case:?}, not in effect")));
                }
                self.measures.insert(MeasureId(at), measure);
            }
            Event::MeasureAnnulled { measure, .. } | Event::MeasureExpired { measure } => {
                if let Some(own) = self.measures.get_mut(measure) {
                    own.void = true;
                }
            }
            Event::MeasureDispatched { measure, .. }
            | Event::MeasureAccepted { measure }
            | Event::ExecutionOrdered { measure, .. } => {
                found.extend(self.barred(*measure, on));
            }
            Event::ResumptionConfirmed { measure } if officer.is_some() => {
                found.extend(self.barred(*measure, on));
            }
            Event::ObjectionFiled { target, suspends, .. } => {
                self.objections.insert(ObjectionId(at), (*target, *suspends));
                if *suspends {
                    self.hold(at, *target, at);
                }
            }
            Event::ObjectionRefused { objection, .. }
            | Event::ObjectionResolved { objection, .. } => {
                if officer.is_none() {
                    found.push(("INV-5", format!("{objection} ended without anybody")));
                }
                if let Some((target, _)) = self.objections.get(objection).copied() {
                    self.release(target, objection.0);
                }
            }
            Event::Remedy(event) => self.remedy(envelope, event),
            Event::RepairApplied { listing, .. } => {
                self.repairs.insert(RepairId(at), Target::Listing(*listing));
            }
            Event::ClassificationChanged { in_force } => {
                let Some(subject) = envelope.subject else {
                    return vec![("INV-10", "a classification of nobody".to_owned())];
                };
                self.owed.retain(|(_, own, case, suspended)| {
                    let mark = in_force.iter().find(|mark| mark.case == *case);
                    *own != subject || mark.is_some_and(|mark| mark.suspended != *suspended)
                });
                for mark in in_force {
                    let own = self.cases.get(&mark.case);
                    if mark.colour == shouxin_core::event::Colour::Red
                        && !self.praises(mark.case, subject, on)
                    {
                        found.push(("INV-8", format!("{:?} praises {subject}", mark.case)));
                    }
                    let red = mark.colour == shouxin_core::event::Colour::Red;
                    if !red && own.is_none_or(|own| own.subject != Some(subject) || !own.effective)
                    {
                        found.push(("INV-8", format!("{:?} marks {subject}", mark.case)));
                    }
                    if !red && own.is_some_and(|own| own.over) {
                        found.push(("INV-6", format!("{:?} is over and still marks", mark.case)));
                    }
                }
                self.marks.insert(subject, in_force.clone());
            }
            _ => {}
        }
        found
    }

    fn remedy(&mut self, envelope: &Envelope, event: &RemedyEvent) {
        let at = envelope.position;
        match event {
            RemedyEvent::ReviewRequested { of: ReviewOf::Objection(id), suspends, .. } => {
                if let (Some((target, _)), true) = (self.objections.get(id).copied(), suspends) {
                    self.hold(at, target, id.0);
                }
            }
            RemedyEvent::ReviewDecided { of: ReviewOf::Objection(id), .. } => {
                // What was refused and has to be looked at holds on; its own outcome ends it.
                if let Some((target, _)) = self.objections.get(id).copied() {
                    self.release(target, id.0);
                }
            }
            RemedyEvent::RemedyFiled { target, .. } => {
                self.remedies.insert(RemedyId(at), *target);
            }
            RemedyEvent::StayOrdered { remedy, .. } => {
                if let Some(target) = self.remedies.get(remedy).copied() {
                    self.hold(at, target, remedy.0);
                }
            }
            RemedyEvent::StayEnded { remedy, .. } | RemedyEvent::RemedyDecided { remedy, .. } => {
                if let Some(target) = self.remedies.get(remedy).copied() {
                    self.release(target, remedy.0);
                }
                if let RemedyEvent::RemedyDecided { outcome: RemedyOutcome::Revoked, .. } = event
                    && let Some(Target::Measure(id)) = self.remedies.get(remedy)
                    && let Some(own) = self.measures.get_mut(id)
                {
                    own.void = true;
                }
            }
            RemedyEvent::ReliefGranted { listing, .. } => {
                self.reliefs.insert(ReliefId(at), *listing);
                self.hold(at, Target::Listing(*listing), at);
            }
            RemedyEvent::ReliefCompleted { relief, .. }
            | RemedyEvent::ReliefEnded { relief, .. } => {
                if let Some(listing) = self.reliefs.get(relief).copied() {
                    self.release(Target::Listing(listing), relief.0);
                }
            }
            RemedyEvent::AttributionRestored { attribution, .. } => {
                if let Some(own) = self.cases.get_mut(&CaseRef::Attribution(*attribution)) {
                    own.over = false;
                }
            }
            RemedyEvent::RepairedRestored { repair, .. } => {
                if let Some(Target::Listing(listing)) = self.repairs.get(repair).copied()
                    && let Some(own) = self.cases.get_mut(&CaseRef::Listing(listing))
                {
                    own.over = false;
                }
            }
            _ => {}
        }
    }
}
