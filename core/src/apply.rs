//! `apply(rows, event)`: the only way a row changes. It takes nothing but the rows and the
//! event, so a replay of the log gives the same view on any machine.
//!
//! Each function looks up everything it needs before it writes anything, because a missing row
//! stops it with `Need` and it is then called again from the start.

mod assessment;
mod authorisation;
mod case;
mod case_study;
mod catalogue;
mod channel;
mod commitment;
mod credit_review;
mod delivery;
mod erasure;
mod imported;
mod listing;
mod measure;
mod member;
mod objection;
mod plugin;
mod publicity;
mod record;
mod remedy;
mod support;
mod tally;
mod tolerance;

pub use channel::{listing_is_published, nomination_is_shown};
use sha2::{Digest as _, Sha256};

use crate::actor::{Actor, OfficerRef, Role, SubjectKey};
use crate::event::calendar::CalendarEvent;
use crate::event::file::FileEvent;
use crate::event::job::JobEvent;
use crate::event::person::{CapacityGround, PersonEvent};
use crate::event::remedy::{RemedyEvent, RemedyKind};
use crate::event::{Capacity, Envelope, Event, Target};
use crate::id::{ListingId, Position};
use crate::identifier::uscc::Uscc;
use crate::limits::{EARLIER_RULES_MAX, FORMER_NAMES_MAX, RULE_PACKS_MAX};
use crate::row::clock::{counted_anew, counted_beyond};
use crate::row::job::JobRow;
use crate::row::{ApiKeyRow, IdempotencyRow, Index, Key, Row, RulesRow, SubjectRow};
use crate::rows::{Rows, Stop};
use crate::rules::{SubjectKind, pack_day};
use crate::text::{FactDocument, Name, number_form};

/// SHA-256 over what makes two submissions of a record the same one, however its number is written.
pub fn record_source(provider: Uscc, item: &str, number: &str, subject: SubjectKey) -> [u8; 32] {
    let (number, subject) = (number_form(number), subject.to_string());
    tagged(&[provider.as_str(), item, &number, &subject].map(str::as_bytes))
}

/// SHA-256 over what makes two filings about a thing the same reconsideration or suit: the body that was
/// asked and the number that it gave, however they are spaced and written.
pub fn remedy_source(target: Target, kind: RemedyKind, body: &str, number: &str) -> [u8; 32] {
    let target = match target {
        Target::Record(id) => id.to_string(),
        Target::Listing(id) => id.to_string(),
        Target::Attribution(id) => id.to_string(),
        Target::Measure(id) => id.to_string(),
        Target::Commitment(id) => id.to_string(),
    };
    let kind = match kind {
        RemedyKind::Reconsideration => "reconsideration",
        RemedyKind::Litigation => "litigation",
    };
    let number = number_form(number);
    tagged(&[target.as_str(), kind, body.trim(), &number].map(str::as_bytes))
}

/// SHA-256 over parts, each behind its length.
fn tagged(parts: &[&[u8]]) -> [u8; 32] {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
        hash.update(part);
    }
    hash.finalize().into()
}

/// The keys under which a record is found by the number and by the digest of its document.
pub fn record_documents(
    subject: SubjectKey,
    number: &str,
    sha256: Option<&crate::text::Digest>,
) -> Vec<[u8; 32]> {
    let subject = subject.to_string();
    let tag = |kind: &[u8], own: &[u8]| tagged(&[kind, subject.as_bytes(), own]);
    let number = tag(b"number", number_form(number).as_bytes());
    [number].into_iter().chain(sha256.map(|own| tag(b"sha256", own))).collect()
}

/// The keys of the rows that lead to the cases about a subject which were proposed on a document, by
/// its number and by its digest: for one behaviour, and of a person for that of one organisation,
/// which is `listed`; of a listing that is the subject itself. What a person answers for is found as the person's own, too:
/// it is the same act for which the person may be listed.
pub fn papers(
    subject: SubjectKey,
    (listed, behaviour): (SubjectKey, &str),
    document: &FactDocument,
) -> Vec<Key> {
    let mut keys = papers_under(subject, (listed, behaviour), document).to_vec();
    if listed != subject {
        keys.extend(papers_under(subject, (subject, behaviour), document));
    }
    keys
}

fn papers_under(
    subject: SubjectKey,
    (listed, behaviour): (SubjectKey, &str),
    document: &FactDocument,
) -> [Key; 2] {
    let (subject, listed) = (subject.to_string(), listed.to_string());
    let of = [subject.as_bytes(), listed.as_bytes(), behaviour.as_bytes()];
    let key = |kind: &[u8], own: &[u8]| Key::Paper(tagged(&[kind, of[0], of[1], of[2], own]));
    [key(b"number", number_form(&document.number).as_bytes()), key(b"sha256", &document.sha256)]
}

/// Folds one event into the rows.
pub fn apply(rows: &mut Rows, envelope: &Envelope) -> Result<(), Stop> {
    let head_key = envelope.subject.map(Key::Subject);
    let idempotency_key = envelope.idempotency.map(|own| Key::Idempotency(own.tag));
    rows.want(head_key.iter().chain(&idempotency_key).cloned())?;
    let counted = tally::counted(rows, envelope)?;
    let office = new_office(rows, envelope)?;
    apply_event(rows, envelope)?;
    channel::keep(rows, envelope)?;
    if let Some((key, row)) = counted {
        rows.put(key, row)?;
    }
    if let Some(authority) = office {
        rows.put(Key::Office, Row::Office(authority))?;
    }
    if let Some(subject) = envelope.subject {
        let Some(head) = rows.subject(subject)? else {
            return Err(defect(envelope, "its subject has no file"));
        };
        // An association's file is its own: nothing of it stands in the register's (domain.md O45).
        if !matches!(envelope.event, Event::Member(_)) {
            let last_on = envelope.legal_date;
            let head = SubjectRow { last: envelope.position, last_on, ..head.clone() };
            rows.put(Key::Subject(subject), Row::Subject(head))?;
            rows.add_entry(Index::History(subject, envelope.position));
        }
    }
    if let (Some(key), Some(of)) = (idempotency_key, envelope.idempotency) {
        let row = IdempotencyRow { of, first: envelope.position };
        rows.put(key, Row::Idempotency(row))?;
    }
    Ok(())
}

fn defect(envelope: &Envelope, what: &str) -> Stop {
    Stop::Defect(format!("{} at {}: {what}", envelope.event.name(), envelope.position))
}

/// The subject an event must have.
fn subject_of(envelope: &Envelope) -> Result<SubjectKey, Stop> {
    envelope.subject.ok_or_else(|| defect(envelope, "it names no subject"))
}

/// The officer an event must come from.
fn officer_of(envelope: &Envelope) -> Result<OfficerRef, Stop> {
    match &envelope.actor {
        Actor::Officer(officer) => Ok(officer.clone()),
        _ => Err(defect(envelope, "no officer caused it")),
    }
}

/// Which authority is the credit office, where an event tells it anew: no rule names it, but it gets
/// a key of that role, and it alone refers objections, serves their results and decides reviews.
fn new_office(rows: &Rows, envelope: &Envelope) -> Result<Option<Uscc>, Stop> {
    let authority = match &envelope.event {
        Event::KeyCreated { role: Role::CreditOffice, officer: Some(officer), .. } => {
            officer.authority
        }
        Event::ObjectionReferred { .. }
        | Event::ObjectionResolved { .. }
        | Event::Remedy(RemedyEvent::ReviewDecided { .. }) => officer_of(envelope)?.authority,
        _ => return Ok(None),
    };
    Ok((rows.office()? != Some(authority)).then_some(authority))
}

fn apply_event(rows: &mut Rows, envelope: &Envelope) -> Result<(), Stop> {
    match &envelope.event {
        Event::RulesLoaded { .. } | Event::KeyCreated { .. } | Event::KeyRevoked { .. } => {
            administer(rows, envelope)
        }
        Event::PluginDeployed { .. } | Event::PluginTold { .. } | Event::Plugin(_) => {
            plugin::apply(rows, envelope)
        }
        Event::Delivery(event) => delivery::apply(rows, envelope, event),
        Event::GuardDenied { .. } | Event::Refusal(_) => Ok(()),
        Event::SubjectRegistered { .. }
        | Event::PersonRegistered { .. }
        | Event::File(_)
        | Event::Person(_)
        | Event::AliasLinked { .. }
        | Event::ClassificationChanged { .. } => subject(rows, envelope),
        Event::RecordAccepted { .. }
        | Event::RecordAnnulled { .. }
        | Event::RecordRepaired { .. }
        | Event::RecordExpired { .. } => record::apply(rows, envelope),
        Event::Record(event) => record::apply_later(rows, envelope, event),
        Event::Listing(event) => listing::apply(rows, envelope, event),
        Event::Measure(event) => measure::apply_beyond(rows, envelope, event),
        Event::Remedy(event) => remedy::apply(rows, envelope, event),
        Event::Channel(event) => channel::apply(rows, envelope, event),
        Event::Calendar(CalendarEvent::Recomputed { clock, deadline, .. }) => {
            let row = rows.get(&clock.key())?;
            let row = row.and_then(|row| counted_anew(row, *clock, *deadline));
            let row = row.ok_or_else(|| defect(envelope, "that clock does not run"))?;
            rows.put(clock.key(), row)
        }
        Event::Calendar(CalendarEvent::Provisional { clock, deadline }) => {
            rows.want([clock.key()])?;
            let row = rows.get(&clock.key())?;
            let row = row.and_then(|row| counted_beyond(row, *clock, *deadline));
            let row = row.ok_or_else(|| defect(envelope, "no standstill runs there"))?;
            rows.put(clock.key(), row)
        }
        Event::Commitment(event) => commitment::apply(rows, envelope, event),
        Event::CreditReview(event) => credit_review::apply(rows, envelope, event),
        Event::Tolerance(event) => tolerance::apply(rows, envelope, event),
        Event::Imported(event) => imported::apply(rows, envelope, event),
        Event::CaseStudy(event) => case_study::apply(rows, envelope, event),
        Event::Support(event) => support::apply(rows, envelope, event),
        Event::Erasure(event) => erasure::apply(rows, envelope, event),
        Event::Authorisation(event) => authorisation::apply(rows, envelope, event),
        Event::Member(event) => member::apply(rows, envelope, event),
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
        | Event::CaseAnnulled { .. } => case::apply(rows, envelope),
        Event::ListingNominated { .. }
        | Event::NominationChecked { .. }
        | Event::PublicNoticeOpened { .. }
        | Event::RedListingDecided { .. }
        | Event::RedListingClosed { .. } => case::apply_red(rows, envelope),
        Event::ObjectionFiled { .. }
        | Event::ObjectionAccepted { .. }
        | Event::ObjectionRefused { .. }
        | Event::ObjectionReferred { .. }
        | Event::ObjectionOverdue { .. }
        | Event::VerificationReported { .. }
        | Event::ObjectionResolved { .. }
        | Event::RedressOpened { .. }
        | Event::RedressCompleted { .. } => objection::apply(rows, envelope),
        Event::RepairApplied { .. }
        | Event::RepairAcceptDecided { .. }
        | Event::RepairApproved { .. }
        | Event::RepairRefused { .. }
        | Event::RepairDone { .. } => objection::apply_repair(rows, envelope),
        Event::Publicity(event) => publicity::apply(rows, envelope, event),
        Event::FamilySettled { cause, root } => {
            let key = Key::Walk { cause: *cause, root: *root };
            rows.want([key.clone()])?;
            rows.remove(key)
        }
        Event::Job(JobEvent::Finished { job, rules: version, in_force_from }) => {
            let key = Key::Job(*job);
            rows.want([key.clone()])?;
            let row = JobRow { rules: *version, in_force_from: *in_force_from };
            rows.put(key, Row::Job(row))
        }
        Event::Assessment(event) => assessment::apply(rows, envelope, event),
        Event::Catalogue(event) => catalogue::apply(rows, envelope, event),
        _ => measure::apply(rows, envelope),
    }
}

fn administer(rows: &mut Rows, envelope: &Envelope) -> Result<(), Stop> {
    match &envelope.event {
        Event::RulesLoaded { version, files } => {
            let mut earlier = Vec::new();
            if let Some(before) = rows.rules()? {
                earlier.push((before.at, before.version));
                earlier.extend(before.earlier.iter().take(EARLIER_RULES_MAX - 1));
            }
            let packs = files.iter().filter(|(name, _)| pack_day(name).is_some());
            let packs = packs.take(RULE_PACKS_MAX).cloned().collect();
            let row = RulesRow { at: envelope.position, version: *version, packs, earlier };
            rows.put(Key::Rules, Row::Rules(row))
        }
        Event::KeyCreated { key_id, secret_hash, role, officer, acts_for, expires_on } => {
            let key = Key::ApiKey(key_id.clone());
            rows.want([key.clone()])?;
            let row = ApiKeyRow {
                key_id: key_id.clone(),
                secret_hash: *secret_hash,
                role: *role,
                officer: officer.clone(),
                acts_for: *acts_for,
                expires_on: *expires_on,
                revoked: false,
            };
            rows.put(key, Row::ApiKey(row))
        }
        Event::KeyRevoked { key_id } => {
            let Some(row) = rows.api_key(key_id)? else {
                return Err(defect(envelope, "the key is not there"));
            };
            let row = ApiKeyRow { revoked: true, ..row.clone() };
            rows.put(Key::ApiKey(key_id.clone()), Row::ApiKey(row))
        }
        _ => Err(defect(envelope, "not an operator's event")),
    }
}

fn new_head(envelope: &Envelope, key: SubjectKey, kind: SubjectKind, name: Name) -> SubjectRow {
    SubjectRow {
        key,
        kind,
        name,
        former_names: Vec::new(),
        slot: 0,
        registered_on: envelope.legal_date,
        attestation: None,
        capacity: None,
        incapable_by_court: false,
        last: envelope.position,
        last_on: envelope.legal_date,
        erasure: None,
        marks: Vec::new(),
        authorisations: Vec::new(),
    }
}

/// Keeps the highest slot that a file names: a key ring that is shorter is an older copy, and
/// would give the same slots out again.
fn names_slot(rows: &mut Rows, slot: u64) -> Result<(), Stop> {
    let known = match rows.get(&Key::Slots)? {
        Some(Row::Slots(slots)) => *slots,
        _ => 0,
    };
    match slot.saturating_add(1) {
        slots if slots > known => rows.put(Key::Slots, Row::Slots(slots)),
        _ => Ok(()),
    }
}

fn subject(rows: &mut Rows, envelope: &Envelope) -> Result<(), Stop> {
    let key = subject_of(envelope)?;
    match &envelope.event {
        Event::SubjectRegistered { kind, name, slot, attestation } => {
            names_slot(rows, *slot)?;
            let head = new_head(envelope, key, *kind, name.clone());
            let head = SubjectRow { slot: *slot, attestation: attestation.clone(), ..head };
            rows.put(Key::Subject(key), Row::Subject(head))
        }
        Event::PersonRegistered { name, slot, capacity, .. } => {
            names_slot(rows, *slot)?;
            let name = Name::Sealed(name.clone());
            let head = new_head(envelope, key, SubjectKind::NaturalPerson, name);
            let head = SubjectRow { slot: *slot, capacity: Some(*capacity), ..head };
            rows.put(Key::Subject(key), Row::Subject(head))
        }
        Event::Person(PersonEvent::CapacityStated { capacity, ground, .. }) => {
            let Some(head) = rows.subject(key)? else {
                return Err(defect(envelope, "its subject has no file"));
            };
            let incapable_by_court =
                *ground == CapacityGround::CourtFinding && *capacity != Capacity::Full;
            let head = SubjectRow { capacity: Some(*capacity), incapable_by_court, ..head.clone() };
            rows.put(Key::Subject(key), Row::Subject(head))
        }
        Event::File(FileEvent::Renamed { name, .. }) => {
            let Some(head) = rows.subject(key)?.cloned() else {
                return Err(defect(envelope, "its subject has no file"));
            };
            let mut former_names = head.former_names;
            former_names.push(head.name);
            // The oldest stands in the log still.
            let forgotten = former_names.len().saturating_sub(FORMER_NAMES_MAX);
            former_names.drain(..forgotten);
            let head = SubjectRow { name: name.clone(), former_names, ..head };
            rows.put(Key::Subject(key), Row::Subject(head))
        }
        Event::AliasLinked { kind, code } => {
            let alias = Key::Alias { kind: kind.clone(), code: code.clone() };
            rows.want([alias.clone()])?;
            rows.put(alias, Row::Alias(key))
        }
        Event::ClassificationChanged { in_force } => {
            let Some(head) = rows.subject(key)? else {
                return Err(defect(envelope, "its subject has no file"));
            };
            let head = SubjectRow { marks: in_force.clone(), ..head.clone() };
            rows.put(Key::Subject(key), Row::Subject(head))?;
            rows.add_entry(Index::ClassificationChange(envelope.position));
            Ok(())
        }
        _ => Err(defect(envelope, "not an event of a file's head")),
    }
}

/// The walk by which every department's system is told of a change of a listing's standing;
/// none where no measure rests on it.
fn listing_walk(
    rows: &Rows,
    envelope: &Envelope,
    id: ListingId,
    root: Target,
) -> Result<Option<(Key, SubjectKey)>, Stop> {
    let listing = Rows::known(rows.listing(id)?, &id.0)?;
    if listing.family == 0 {
        return Ok(None);
    }
    let key = Key::Walk { cause: envelope.position, root };
    rows.want([key.clone()])?;
    Ok(Some((key, listing.subject)))
}

/// The walks that follow from a change of the standing of `target`.
fn walks(rows: &Rows, envelope: &Envelope, target: Target) -> Result<Vec<(Key, SubjectKey)>, Stop> {
    match target {
        Target::Listing(id) => {
            let mut found = Vec::new();
            for own in rows.with_extensions(id)? {
                found.extend(listing_walk(rows, envelope, own, Target::Listing(own))?);
            }
            Ok(found)
        }
        Target::Attribution(id) => {
            let listing = Rows::known(rows.attribution(id)?, &id.0)?.listing;
            Ok(listing_walk(rows, envelope, listing, target)?.into_iter().collect())
        }
        Target::Record(id) => {
            let record = Rows::known(rows.record(id)?, &id.0)?;
            let mut found = Vec::new();
            for listing in &record.listings {
                found.extend(walks(rows, envelope, Target::Listing(*listing))?);
            }
            for own in &record.attributions {
                let listing = Rows::known(rows.attribution(*own)?, &own.0)?.listing;
                found.extend(listing_walk(rows, envelope, listing, Target::Attribution(*own))?);
            }
            Ok(found)
        }
        // Nothing rests on the finding that a commitment was broken.
        Target::Commitment(_) => Ok(Vec::new()),
        Target::Measure(id) => {
            let row = Rows::known(rows.measure(id)?, &id.0)?;
            if !row.state.owes_undoing() && !row.awaits_dispatch() {
                return Ok(Vec::new());
            }
            let key = Key::Walk { cause: envelope.position, root: target };
            rows.want([key.clone()])?;
            Ok(vec![(key, row.subject)])
        }
    }
}

fn put_walks(rows: &mut Rows, walks: Vec<(Key, SubjectKey)>) -> Result<(), Stop> {
    walks.into_iter().try_for_each(|(key, subject)| rows.put(key, Row::Walk(subject)))
}

/// Position of the event as an id.
fn here(envelope: &Envelope) -> Position {
    envelope.position
}
