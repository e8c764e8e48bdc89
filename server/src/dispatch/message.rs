//! The one place where a case of the register becomes a message of the plugin contract.

use shouxin_core::codec;
use shouxin_core::event::{CaseHook, CaseRef, Colour, Envelope, Event};
use shouxin_core::id::{MeasureId, Position};
use shouxin_core::path::DecisionCase;
use shouxin_core::row::{ListingKind, MeasureRow, RedState, SubjectRow};
use shouxin_core::rows::{Rows, Stop};
use shouxin_core::rules::RuleSet;
use shouxin_core::text::Name;
use shouxin_core::time::Day;
use shouxin_plugin_host::wire::{
    self, Basis, Case, Classified, Date, Decision, InForce, Measure, SCHEMA, Subject,
};

use crate::engine::Engine;
use crate::engine::query::{Query, QueryError};
use crate::plugins::GrantedField;

fn date(day: Day) -> Result<Date, QueryError> {
    day.to_string().parse().map_err(|_| QueryError::Read(format!("{day} is no date of a message")))
}

fn read(what: impl std::fmt::Display) -> QueryError {
    QueryError::Read(what.to_string())
}

/// Names of organisations go to departments that are granted them; those of persons to nobody.
fn subject(head: &SubjectRow, fields: &[GrantedField]) -> Subject {
    let name = match &head.name {
        Name::Clear(name) if fields.contains(&GrantedField::SubjectName) => Some(name.clone()),
        Name::Clear(_) | Name::Sealed(_) => None,
    };
    Subject { key: head.key.to_string(), kind: kind_name(head), name }
}

fn kind_name(head: &SubjectRow) -> String {
    use shouxin_core::rules::SubjectKind as K;
    match head.kind {
        K::Enterprise => "enterprise",
        K::NaturalPerson => "natural_person",
        K::SocialOrganisation => "social_organisation",
        K::OrganOrInstitution => "organ_or_institution",
        K::OtherOrganisation => "other_organisation",
    }
    .to_owned()
}

/// What a case's decision says.
struct Rests {
    decision: Decision,
    from: Day,
    until: Day,
}

fn served(case: &DecisionCase, listing: String) -> Result<(Decision, Day, Day), Stop> {
    let served = case.path.served().ok_or_else(|| {
        Stop::Defect("a measure rests on a decision that was not served".to_owned())
    })?;
    let decision = &served.decided.decision;
    let served_on = served.served_on.to_string().parse();
    let served_on = served_on.map_err(|_| Stop::Defect("a day is no date".to_owned()))?;
    let decision = Decision {
        id: decision.at.to_string(),
        authority: case.proposed_by.authority.as_str().to_owned(),
        document_number: decision.number.clone(),
        served_on,
        listing: Some(listing),
    };
    Ok((decision, served.starts_on, served.decided.decision.end))
}

fn rests(rows: &Rows, row: &MeasureRow) -> Result<Rests, Stop> {
    let listing = rows.must_listing(row.listing)?;
    let id = listing.id.to_string();
    let (decision, from, until) = match (&listing.kind, row.attribution) {
        (_, Some(attribution)) => served(&rows.must_attribution(attribution)?.case, id)?,
        (ListingKind::Black { case, .. }, None) => served(case, id)?,
        (ListingKind::Red(red), None) => {
            let (since, until) = match &red.state {
                RedState::Active { since, until, .. } | RedState::Expired { since, until } => {
                    (*since, *until)
                }
                _ => (red.nominated_on, row.until),
            };
            let served_on = since.to_string().parse();
            let served_on = served_on.map_err(|_| Stop::Defect("a day is no date".to_owned()))?;
            let decision = Decision {
                id: listing.id.0.to_string(),
                authority: red.authority.as_str().to_owned(),
                document_number: row.decision_number.clone(),
                served_on,
                listing: Some(id),
            };
            (decision, since, until)
        }
    };
    Ok(Rests { decision, from: from.max(row.initiated_on), until: until.min(row.until) })
}

/// Which call about a case.
#[derive(Clone, Debug)]
pub struct CaseCall {
    /// The case.
    pub id: MeasureId,
    /// What is asked.
    pub hook: CaseHook,
    /// The event the call stands for.
    pub step: Position,
    /// Who ordered it; none where it follows from another step.
    pub ordered_by: Option<String>,
}

/// Body of a call about a case, and its idempotency key.
///
/// # Errors
/// A row is missing, or the message is longer than one may be.
pub fn case(
    rules: &RuleSet,
    today: Day,
    query: &mut Query<'_>,
    call: CaseCall,
    fields: &[GrantedField],
) -> Result<(String, Vec<u8>), QueryError> {
    let CaseCall { id, hook, step, ordered_by } = call;
    let row = query.ask(|rows| rows.must_measure(id).cloned())?;
    let rests = query.ask(|rows| rests(rows, &row))?;
    let head = query.ask(|rows| rows.must_subject(row.subject).cloned())?;
    let entry = rules.measure(&row.measure);
    let case_id = id.to_string();
    let message = Case {
        schema: SCHEMA,
        step: step.sequence,
        idempotency_key: Case::key(&case_id, super::plugin_hook(hook), step.sequence),
        case_id,
        subject: subject(&head, fields),
        department: row.department.clone(),
        measure: Measure {
            id: row.measure.clone(),
            name_zh: entry.map(|entry| entry.name_zh.clone()).unwrap_or_default(),
            parameters: serde_json::Map::new(),
        },
        decision: rests.decision,
        basis: row
            .basis
            .iter()
            .map(|own| Basis { instrument: own.instrument.clone(), article: own.article.clone() })
            .collect(),
        valid_from: date(rests.from)?,
        valid_until: date(rests.until)?,
        accepted_by: row.accepted_by.as_ref().map(ToString::to_string).unwrap_or_default(),
        ordered_by: ordered_by.unwrap_or_else(|| "system".to_owned()),
        as_of: date(today)?,
    };
    let body = message.encode().map_err(read)?;
    Ok((message.idempotency_key, body))
}

/// The event at a position of the log.
///
/// # Errors
/// It is not there, or cannot be read.
pub fn event(engine: &Engine, at: Position) -> Result<Envelope, QueryError> {
    let commits = engine.log.read(at.sequence, 1).map_err(read)?;
    let commit = commits.first().ok_or_else(|| read("the event is not in the log"))?;
    let offset = usize::try_from(at.sequence.saturating_sub(commit.first)).unwrap_or(usize::MAX);
    let entry = commit.entries.get(offset).ok_or_else(|| read("the event is not in the log"))?;
    codec::decode_event(&entry.bytes).map_err(read)
}

/// Body of the information that a classification changed; nothing of a person unless `fields` grants it.
///
/// # Errors
/// It is no change of a classification, or a row is missing.
pub fn classified(
    query: &mut Query<'_>,
    envelope: &Envelope,
    fields: &[GrantedField],
) -> Result<Option<Vec<u8>>, QueryError> {
    let (Event::ClassificationChanged { in_force }, Some(key)) =
        (&envelope.event, envelope.subject)
    else {
        return Err(read("the event is no change of a classification"));
    };
    let head = query.ask(|rows| rows.must_subject(key).cloned())?;
    let person = matches!(head.kind, shouxin_core::rules::SubjectKind::NaturalPerson);
    if person && !fields.contains(&GrantedField::PersonsClassified) {
        return Ok(None);
    }
    let mut told = Vec::new();
    for mark in in_force {
        // A person's mark is over with the organisation's listing, whether a timer said so or not.
        let until = query.ask(|rows| rows.mark_until(mark))?;
        if envelope.legal_date > until {
            continue;
        }
        told.push(InForce {
            listing: case_id(mark.case),
            colour: match mark.colour {
                Colour::Red => wire::Colour::Red,
                Colour::Black => wire::Colour::Black,
            },
            since: date(mark.since)?,
            until: date(until)?,
            authority: mark.authority.as_str().to_owned(),
        });
    }
    let message = Classified {
        schema: SCHEMA,
        position: envelope.position.sequence,
        subject: subject(&head, fields),
        as_of: date(envelope.legal_date)?,
        in_force: told,
        suspended: in_force
            .iter()
            .filter(|mark| mark.suspended)
            .map(|mark| case_id(mark.case))
            .collect(),
    };
    message.encode().map(Some).map_err(read)
}

fn case_id(case: CaseRef) -> String {
    crate::http::read::case_id(case)
}
