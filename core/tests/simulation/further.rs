//! What the model checks beside the course of cases, again from events and dates alone:
//!
//! - INV-7: no event about a subject holds a number, grade or rank of ours. Its fields are walked:
//!   a number stands in one of the fields known to count no merit, no field is named after one,
//!   and a class or rating names the body that made it, which is the one that handed it in.
//! - INV-11: what is dispatched or forwarded stands published in the catalogue then in force.
//! - INV-12: nothing is opened, dispatched or forwarded that the catalogue then in force calls
//!   voluntary or mere information, and only a department that it names gets an order. What was
//!   dispatched before keeps to the version of that day.
//! - INV-13: an objection or repair closes only after every open channel has confirmed past its
//!   outcome, where that ends what was certainly on display. An outcome that leaves it there, what
//!   the office took off display unverified, and commitments are left out: so the model asks for
//!   less than the register, never for more.
//!
//! INV-9 is left out: reports of wrongdoing have a stream of their own, and `whistle.rs` looks for
//! them in every byte of this one.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use shouxin_core::actor::Actor;
use shouxin_core::event::channel::ChannelEvent;
use shouxin_core::event::commitment::CommitmentEvent;
use shouxin_core::event::imported::ImportedEvent;
use shouxin_core::event::listing::ListingEvent;
use shouxin_core::event::measure::MeasureEvent;
use shouxin_core::event::member::{MemberEvent, NoteKind};
use shouxin_core::event::record::RecordEvent;
use shouxin_core::event::remedy::{RemedyEvent, ReviewOf};
use shouxin_core::event::{CaseRef, Envelope, Event, Target};
use shouxin_core::id::{ListingId, MeasureId, ObjectionId, Position, RecordId, RepairId};
use shouxin_core::identifier::uscc::Uscc;
use shouxin_core::rules::{Executor, MeasureNeeds, RuleSet, Severity};
use shouxin_core::text::Digest;

type Broken = Vec<(&'static str, String)>;

/// Fields whose numbers say nothing of anybody: positions, slots, sizes, random keys, calls, counts
/// of days; the bytes of a digest have names of their own ending.
const NUMBERS: &[&str] = &[
    "Person",
    "attempt",
    "bytes",
    "clear_bytes",
    "evidence",
    "min_months",
    "log",
    "nonce",
    "place",
    "sequence",
    "slot",
    "version",
    "working_days",
];

/// Words that no field about a subject is named after.
const MERITS: &[&str] = &["score", "grade", "rank", "rating", "weight", "risk", "stars"];

/// What a version of the catalogue says of one measure.
struct Entry {
    published: bool,
    executor: Executor,
    voluntary: bool,
    implementers: Vec<String>,
}

/// What waits for the channels.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Waiting {
    Objection(ObjectionId),
    Repair(RepairId),
}

/// What it has seen of all that.
pub struct Further {
    catalogues: BTreeMap<Digest, BTreeMap<String, Entry>>,
    in_force: Digest,
    /// Catalogue id and department of each case.
    measures: BTreeMap<MeasureId, (String, String)>,
    channels: BTreeMap<String, Position>,
    /// What is certainly on display.
    shown: BTreeSet<Target>,
    rests: BTreeMap<ListingId, Vec<RecordId>>,
    /// Who listed, and who collected: what others collected is not repaired with a listing.
    by: BTreeMap<Target, Uscc>,
    objections: BTreeMap<ObjectionId, Target>,
    repairs: BTreeMap<RepairId, Target>,
    outcomes: BTreeMap<Waiting, Position>,
    /// How many events of a name there were.
    events: BTreeMap<&'static str, u32>,
}

impl Further {
    pub fn knowing(rules: &[RuleSet]) -> Further {
        let catalogue = |rules: &RuleSet| {
            let entry = |own: &shouxin_core::rules::Measure| Entry {
                published: own.published,
                executor: own.executor,
                voluntary: own.needs == MeasureNeeds::Voluntary,
                implementers: own.implementers.clone(),
            };
            rules.measures.iter().map(|own| (own.id.clone(), entry(own))).collect()
        };
        Further {
            catalogues: rules.iter().map(|own| (own.version, catalogue(own))).collect(),
            in_force: [0; 32],
            measures: BTreeMap::new(),
            channels: BTreeMap::new(),
            shown: BTreeSet::new(),
            rests: BTreeMap::new(),
            by: BTreeMap::new(),
            objections: BTreeMap::new(),
            repairs: BTreeMap::new(),
            outcomes: BTreeMap::new(),
            events: BTreeMap::new(),
        }
    }

    /// Looks at one event; answers what it breaks.
    pub fn see(&mut self, envelope: &Envelope) -> Broken {
        let mut found = self.of_merit(envelope);
        found.extend(self.of_orders(envelope));
        found.extend(self.of_channels(envelope));
        self.display(envelope);
        found
    }

    fn of_merit(&mut self, envelope: &Envelope) -> Broken {
        let mut found = Broken::new();
        let by = |authority: &Uscc| match &envelope.actor {
            Actor::Officer(officer) => officer.authority == *authority,
            _ => false,
        };
        match &envelope.event {
            Event::Imported(ImportedEvent::Received { authority, author, standard, .. })
                if author.trim().is_empty() || standard.trim().is_empty() || !by(authority) =>
            {
                found.push(("INV-7", "a class without its author".to_owned()));
            }
            Event::Member(MemberEvent::Noted { association, kind, rater, .. })
                if !by(association) || (*kind == NoteKind::Rating && rater.is_none()) =>
            {
                found.push(("INV-7", "a rating without who rated".to_owned()));
            }
            _ => {}
        }
        // The fields of an event are those of its kind: a few of each show them all.
        let seen = self.events.entry(envelope.event.name()).or_default();
        *seen += 1;
        if envelope.subject.is_some() && (*seen <= 5 || seen.is_multiple_of(97)) {
            let value = serde_json::to_value(&envelope.event).expect("an event is JSON");
            let fields = merits(&value);
            found.extend(fields.iter().map(|own| ("INV-7", format!("{own} may be a merit"))));
        }
        found
    }

    fn of_orders(&mut self, envelope: &Envelope) -> Broken {
        match &envelope.event {
            Event::RulesLoaded { version, .. } => self.in_force = *version,
            Event::MeasureInitiated { measure, department, .. } => {
                let id = MeasureId(envelope.position);
                self.measures.insert(id, (measure.clone(), department.clone()));
                return self.order(id, Executor::County, false);
            }
            Event::Measure(MeasureEvent::Forwarded { measure, department, .. }) => {
                let id = MeasureId(envelope.position);
                self.measures.insert(id, (measure.clone(), department.clone()));
                return self.order(id, Executor::Higher, true);
            }
            Event::MeasureDispatched { measure, .. } => {
                return self.order(*measure, Executor::County, true);
            }
            _ => {}
        }
        Broken::new()
    }

    /// Whether the catalogue lets a case be an order, and one that is given now.
    fn order(&self, id: MeasureId, executor: Executor, given: bool) -> Broken {
        let Some((measure, department)) = self.measures.get(&id) else {
            return vec![("INV-12", format!("{id} was never opened"))];
        };
        let entry = self.catalogues.get(&self.in_force).and_then(|own| own.get(measure));
        let mut found = Broken::new();
        if given && !entry.is_some_and(|own| own.published) {
            found.push(("INV-11", format!("{measure} is not in the published catalogue")));
        }
        let order = entry.is_some_and(|own| {
            own.executor == executor && !own.voluntary && own.implementers.contains(department)
        });
        if !order {
            found.push(("INV-12", format!("{measure} is no order to {department}")));
        }
        found
    }

    fn of_channels(&mut self, envelope: &Envelope) -> Broken {
        let at = envelope.position;
        match &envelope.event {
            Event::Channel(ChannelEvent::Opened { channel, from }) => {
                self.channels.insert(channel.clone(), *from);
            }
            Event::Channel(ChannelEvent::Closed { channel, .. }) => {
                self.channels.remove(channel);
            }
            Event::Channel(ChannelEvent::Confirmed { channel, through, .. }) => {
                let before = self.channels.insert(channel.clone(), *through);
                if *through >= at || before.is_none_or(|own| own >= *through) {
                    return vec![("INV-13", format!("{channel} cannot confirm {through}"))];
                }
            }
            Event::ObjectionFiled { target, .. } => {
                self.objections.insert(ObjectionId(at), *target);
            }
            Event::RepairApplied { listing, .. } => {
                self.repairs.insert(RepairId(at), Target::Listing(*listing));
            }
            Event::Remedy(RemedyEvent::RecordRepairApplied { record, .. }) => {
                self.repairs.insert(RepairId(at), Target::Record(*record));
            }
            Event::Remedy(RemedyEvent::BreachRepairApplied { commitment, .. }) => {
                self.repairs.insert(RepairId(at), Target::Commitment(*commitment));
            }
            Event::Remedy(RemedyEvent::AttributionRepairApplied { attribution, .. }) => {
                self.repairs.insert(RepairId(at), Target::Attribution(*attribution));
            }
            Event::ObjectionResolved { objection, upheld, .. }
            | Event::Remedy(RemedyEvent::ReviewDecided {
                of: ReviewOf::Objection(objection),
                upheld,
                ..
            }) => {
                let target = self.objections.get(objection).copied().filter(|_| *upheld);
                self.outcome(Waiting::Objection(*objection), target, at);
            }
            Event::RepairApproved { repair, .. } => {
                let target = self.repairs.get(repair).copied();
                self.outcome(Waiting::Repair(*repair), target, at);
            }
            Event::Remedy(RemedyEvent::ObjectionClosed { objection }) => {
                return self.closed(Waiting::Objection(*objection));
            }
            Event::RepairDone { repair } => return self.closed(Waiting::Repair(*repair)),
            _ => {}
        }
        Broken::new()
    }

    /// What an outcome changes has to reach every channel, if it is shown.
    fn outcome(&mut self, waiting: Waiting, target: Option<Target>, at: Position) {
        let rests = |listing: &ListingId| self.rests.get(listing).into_iter().flatten();
        let shown = target.is_some_and(|target| {
            let around = match (target, waiting) {
                (Target::Record(record), _) => self.rests.iter().any(|(listing, own)| {
                    own.contains(&record) && self.shown.contains(&Target::Listing(*listing))
                }),
                (Target::Listing(listing), Waiting::Repair(_)) => {
                    rests(&listing).map(|record| Target::Record(*record)).any(|record| {
                        self.by.get(&record) == self.by.get(&target) && self.shown.contains(&record)
                    })
                }
                _ => false,
            };
            around || self.shown.contains(&target)
        });
        if shown {
            self.outcomes.insert(waiting, at);
        } else {
            self.outcomes.remove(&waiting);
        }
    }

    fn closed(&self, waiting: Waiting) -> Broken {
        let Some(outcome) = self.outcomes.get(&waiting) else {
            return Broken::new();
        };
        let behind = self.channels.iter().filter(|(_, through)| *through < outcome);
        behind
            .map(|(channel, through)| {
                let what = format!("closed, and {channel} is at {through}, before {outcome}");
                ("INV-13", what)
            })
            .collect()
    }

    /// Follows what is certainly on display.
    fn display(&mut self, envelope: &Envelope) {
        let at = envelope.position;
        let (target, on) = match &envelope.event {
            Event::ListingProposed { records, .. } => {
                self.rests.insert(ListingId(at), records.clone());
                if let Actor::Officer(officer) = &envelope.actor {
                    self.by.insert(Target::Listing(ListingId(at)), officer.authority);
                }
                return;
            }
            Event::RecordAccepted { published, provider, .. } => {
                self.by.insert(Target::Record(RecordId(at)), *provider);
                (Target::Record(RecordId(at)), *published)
            }
            Event::Remedy(RemedyEvent::RecordRestored { record, published, .. }) => {
                (Target::Record(*record), *published)
            }
            Event::Commitment(
                CommitmentEvent::Published { commitment, .. }
                | CommitmentEvent::Repaired { commitment, .. }
                | CommitmentEvent::Withdrawn { commitment, .. },
            ) => {
                let on =
                    matches!(&envelope.event, Event::Commitment(CommitmentEvent::Published { .. }));
                let personal = envelope.subject.is_some_and(|own| own.is_personal());
                (Target::Commitment(*commitment), on && !personal)
            }
            Event::Remedy(RemedyEvent::BreachRestored { commitment, published, .. }) => {
                (Target::Commitment(*commitment), *published)
            }
            Event::RecordAnnulled { record, .. }
            | Event::RecordRepaired { record, .. }
            | Event::RecordExpired { record }
            | Event::Record(RecordEvent::DisplayEnded { record, .. })
            | Event::Record(RecordEvent::Corrected {
                record,
                severity: Some(Severity::Minor),
                ..
            }) => (Target::Record(*record), false),
            Event::CaseTookEffect { case: CaseRef::Listing(id), published } => {
                (Target::Listing(*id), *published)
            }
            Event::RedListingDecided { listing, published, .. } => {
                (Target::Listing(*listing), *published)
            }
            Event::CaseRemoved { case: CaseRef::Listing(id), .. }
            | Event::CaseExpired { case: CaseRef::Listing(id) }
            | Event::CaseAnnulled { case: CaseRef::Listing(id), .. }
            | Event::RedListingClosed { listing: id, .. }
            | Event::Listing(
                ListingEvent::Revoked { case: CaseRef::Listing(id), .. }
                | ListingEvent::Relieved { listing: id, .. }
                | ListingEvent::RedRevoked { listing: id, .. },
            )
            | Event::Remedy(RemedyEvent::ListingDisplayEnded { listing: id, .. }) => {
                (Target::Listing(*id), false)
            }
            Event::Remedy(RemedyEvent::RepairedRestored { repair, published }) => {
                match self.repairs.get(repair) {
                    Some(target) => (*target, *published),
                    None => return,
                }
            }
            Event::Remedy(RemedyEvent::Unverified { objection, .. }) => {
                match self.objections.get(objection) {
                    Some(target) => (*target, false),
                    None => return,
                }
            }
            _ => return,
        };
        if on {
            self.shown.insert(target);
        } else {
            self.shown.remove(&target);
        }
    }
}

/// Fields that may hold a merit: by their name, or by a number in them that is none of the known.
pub fn merits(event: &Value) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    walk(event, "", &mut |field, number| {
        let named = field.split('_').any(|word| MERITS.contains(&word));
        let known = NUMBERS.contains(&field) || field.ends_with("sha256");
        if named || (number && !known) {
            found.insert(field.to_owned());
        }
    });
    found
}

/// Calls for every field, and says whether a number stands in it.
fn walk(value: &Value, field: &str, see: &mut impl FnMut(&str, bool)) {
    match value {
        Value::Object(fields) => {
            for (name, own) in fields {
                // A variant is no field: `{"Listing": {"Shortened": ...}}`.
                see(name, false);
                walk(own, name, see);
            }
        }
        Value::Array(items) => items.iter().for_each(|own| walk(own, field, see)),
        Value::Number(_) => see(field, true),
        _ => {}
    }
}
