//! The bundle of a case (证据材料): everything the log says of it and of what rests on it, with the
//! documents it names, for a reconsideration or a suit (domain.md O68).

use std::collections::{BTreeMap, BTreeSet};

use actix_web::web::{self, Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use data_encoding::HEXLOWER_PERMISSIVE;
use serde_json::{Map, Value, json};
use shouxin_core::actor::{Actor, Role, SubjectKey};
use shouxin_core::event::measure::MeasureEvent;
use shouxin_core::event::remedy::RemedyEvent;
use shouxin_core::event::{Envelope, Event, Target};
use shouxin_core::id::{AttributionId, ListingId, ObjectionId, Position, RemedyId, RepairId};
use shouxin_core::identifier::uscc::Uscc;
use shouxin_core::row::{Index, ListingKind};
use shouxin_core::text::{Digest, Sealed};

use crate::documents::Owner;
use crate::engine::query::Query;
use crate::http::caller::Caller;
use crate::http::documents::problem;
use crate::http::edge::{id, target};
use crate::http::looks;
use crate::http::problem::{Code, Problem};
use crate::http::read::{self, Sight};
use crate::http::{App, Table, reads};

/// Events of a file looked through for those of the case.
const EVENTS_MAX: usize = 2_000;
const PAGE_EVENTS: usize = 200;

/// Registers the routes.
pub(crate) fn routes(table: &mut Table<'_>) {
    let title = "案卷材料 / the bundle of a case";
    table
        .read("/v1/cases/{id}/bundle", web::get().to(bundle), title)
        .read("/v1/listings/{id}/bundle", web::get().to(of_listing), title)
        .read("/v1/attributions/{id}/bundle", web::get().to(of_attribution), title);
}

/// `GET /v1/listings/{id}/bundle`
async fn of_listing(
    request: HttpRequest,
    path: Path<String>,
    app: Data<App>,
) -> Result<HttpResponse, Problem> {
    id::<ListingId>(&path)?;
    bundle(request, path, app).await
}

/// `GET /v1/attributions/{id}/bundle`
async fn of_attribution(
    request: HttpRequest,
    path: Path<String>,
    app: Data<App>,
) -> Result<HttpResponse, Problem> {
    id::<AttributionId>(&path)?;
    bundle(request, path, app).await
}

/// Where a case began, whose file it stands in, and which authority answers for it.
struct Case {
    opened: Position,
    /// What rests on it, where the event that began that does not name it.
    resting: Vec<Position>,
    subject: SubjectKey,
    authority: Uscc,
}

/// What a bundle is about: a thing, or what was asked about one.
#[derive(Clone, Copy)]
enum Matter {
    Thing(Target),
    Objection(ObjectionId),
    Repair(RepairId),
    Remedy(RemedyId),
}

impl Matter {
    fn named(text: &str) -> Result<Matter, Problem> {
        Ok(match text.split_once('-') {
            Some(("O", _)) => Matter::Objection(id(text)?),
            Some(("X", _)) => Matter::Repair(id(text)?),
            Some(("Y", _)) => Matter::Remedy(id(text)?),
            _ => Matter::Thing(target(text)?),
        })
    }
}

fn of(opened: Position, subject: SubjectKey, authority: Uscc) -> Case {
    Case { opened, resting: Vec::new(), subject, authority }
}

fn matter(query: &mut Query<'_>, what: Matter) -> Result<Case, Problem> {
    Ok(match what {
        Matter::Thing(what) => case(query, what)?,
        Matter::Objection(id) => {
            let row = query.ask(|rows| rows.must_objection(id).cloned())?;
            of(id.0, row.subject, row.provider)
        }
        Matter::Repair(id) => {
            let row = query.ask(|rows| rows.must_repair(id).cloned())?;
            of(id.0, row.subject, row.authority)
        }
        Matter::Remedy(id) => {
            let row = query.ask(|rows| rows.must_remedy(id).cloned())?;
            of(id.0, row.subject, case(query, row.target)?.authority)
        }
    })
}

/// The authority that answers for a thing.
pub(crate) fn authority(query: &mut Query<'_>, what: Target) -> Result<Uscc, Problem> {
    Ok(case(query, what)?.authority)
}

fn case(query: &mut Query<'_>, what: Target) -> Result<Case, Problem> {
    Ok(match what {
        Target::Record(id) => {
            let row = query.ask(|rows| rows.must_record(id).cloned())?;
            let resting = row.attributions.iter().map(|id| id.0).collect();
            Case { resting, ..of(id.0, row.subject, row.provider) }
        }
        Target::Listing(id) => {
            let row = query.ask(|rows| rows.must_listing(id).cloned())?;
            let authority = match &row.kind {
                ListingKind::Black { case, .. } => case.proposed_by.authority,
                ListingKind::Red(red) => red.authority,
            };
            let resting = row.extensions.iter().map(|id| id.0).collect();
            Case { resting, ..of(id.0, row.subject, authority) }
        }
        Target::Attribution(id) => {
            let row = query.ask(|rows| rows.must_attribution(id).cloned())?;
            of(id.0, row.person, row.case.proposed_by.authority)
        }
        Target::Measure(id) => {
            let row = query.ask(|rows| rows.must_measure(id).cloned())?;
            of(id.0, row.subject, row.initiated_by.authority)
        }
        Target::Commitment(id) => {
            let row = query.ask(|rows| rows.must_commitment(id).cloned())?;
            of(id.0, row.subject, row.offered_by.authority)
        }
    })
}

/// The party, the authority that answers for it, the credit office and auditors.
fn may_see(caller: &Caller, case: &Case) -> Option<Sight> {
    let own = matches!(&caller.actor, Some(Actor::Officer(own)) if own.authority == case.authority);
    match read::sight(caller, case.subject)? {
        Sight::Whole => Some(Sight::Whole),
        Sight::Government if own || caller.role == Role::CreditOffice => Some(Sight::Government),
        _ => None,
    }
}

/// What an event says, for a reader of the bundle: sealed texts in clear, digests as addresses,
/// positions as text; the positions and digests it names are noted.
struct Opened<'a> {
    app: &'a App,
    subject: SubjectKey,
    names: BTreeSet<Position>,
    documents: BTreeSet<String>,
}

impl Opened<'_> {
    fn value(&mut self, field: &str, value: Value) -> Value {
        match value {
            Value::Object(fields) => self.object(field, fields),
            Value::Array(parts) if field.ends_with("sha256") || field == "evidence" => {
                match digest(&parts) {
                    Some(address) => {
                        self.documents.insert(address.clone());
                        json!(address)
                    }
                    None => parts.into_iter().map(|part| self.value(field, part)).collect(),
                }
            }
            Value::Array(parts) => parts.into_iter().map(|part| self.value(field, part)).collect(),
            other => other,
        }
    }

    fn object(&mut self, field: &str, fields: Map<String, Value>) -> Value {
        let whole = Value::Object(fields);
        if let Ok(position) = serde_json::from_value::<Position>(whole.clone()) {
            self.names.insert(position);
            return json!(position.to_string());
        }
        if let Ok(sealed) = serde_json::from_value::<Sealed>(whole.clone()) {
            return read::unseal(&self.app.engine.vault, self.subject, &sealed);
        }
        match whole {
            Value::Object(fields) => fields
                .into_iter()
                .map(|(name, own)| {
                    let within = if name.starts_with(char::is_lowercase) { &name } else { field };
                    let own = self.value(within, own);
                    (name, own)
                })
                .collect::<Map<_, _>>()
                .into(),
            other => other,
        }
    }
}

/// What the event says with which something began, by the fields that are asked for: sealed texts in
/// clear, digests as addresses. For whoever may read them.
pub(crate) fn said(
    app: &App,
    subject: SubjectKey,
    at: Position,
    fields: &[&str],
) -> Result<Value, Problem> {
    let envelope: Envelope = reads::envelope(&app.engine, at)?;
    let mut opened = Opened { app, subject, names: BTreeSet::new(), documents: BTreeSet::new() };
    let mut said = opened.value("", as_json(&envelope.event, at)?);
    // The names of the stored types around it are nobody's business.
    while let Value::Object(own) = &mut said {
        match own.iter_mut().next() {
            Some((name, inner)) if name.starts_with(char::is_uppercase) => said = inner.take(),
            _ => break,
        }
    }
    let told = |name: &&str| ((*name).to_owned(), said[*name].clone());
    Ok(fields.iter().map(told).collect::<Map<_, _>>().into())
}

fn as_json(event: &Event, at: Position) -> Result<Value, Problem> {
    serde_json::to_value(event).map_err(|error| {
        tracing::error!(%at, %error, "an event has no form in JSON");
        Problem::new(
            Code::Internal,
            "事件无法转换 / an event cannot be shown",
            "请联系操作员 / tell the operator",
        )
    })
}

/// Thirty-two bytes as an address.
fn digest(parts: &[Value]) -> Option<String> {
    let byte = |part: &Value| part.as_u64().and_then(|own| u8::try_from(own).ok());
    let bytes: Vec<u8> = parts.iter().map(byte).collect::<Option<_>>()?;
    (bytes.len() == 32).then(|| HEXLOWER_PERMISSIVE.encode(&bytes))
}

/// Whether something that has a life of its own began with this event.
fn begins(event: &Event) -> bool {
    matches!(
        event,
        Event::ListingProposed { .. }
            | Event::AttributionProposed { .. }
            | Event::MeasureInitiated { .. }
            | Event::ObjectionFiled { .. }
            | Event::RepairApplied { .. }
            | Event::Remedy(
                RemedyEvent::RemedyFiled { .. }
                    | RemedyEvent::ReliefGranted { .. }
                    | RemedyEvent::RecordRepairApplied { .. }
                    | RemedyEvent::BreachRepairApplied { .. }
                    | RemedyEvent::AttributionRepairApplied { .. }
            )
            | Event::Measure(MeasureEvent::Forwarded { .. })
    )
}

/// The events of a case, in order, and the addresses of the documents they name.
struct Bundle {
    events: Vec<Value>,
    documents: BTreeMap<String, Vec<String>>,
    complete: bool,
}

fn gather(app: &App, case: &Case) -> Result<Bundle, Problem> {
    let entry = Index::History(case.subject, Position::local(0));
    let mut bundle = Bundle { events: Vec::new(), documents: BTreeMap::new(), complete: false };
    let mut family: BTreeSet<Position> =
        case.resting.iter().copied().chain([case.opened]).collect();
    let first = case.opened.sequence.checked_sub(1);
    let mut after = first.map(|sequence| Position { sequence, ..case.opened });
    for _ in 0..EVENTS_MAX / PAGE_EVENTS {
        // One snapshot for each page: none is held while the log is read.
        let (positions, more) =
            Query::new(app.engine.view.read()).page(&entry, after, PAGE_EVENTS)?;
        for at in &positions {
            add(app, case, &mut family, *at, &mut bundle)?;
        }
        match positions.last() {
            Some(last) if more => after = Some(*last),
            _ => {
                bundle.complete = true;
                break;
            }
        }
    }
    Ok(bundle)
}

fn add(
    app: &App,
    case: &Case,
    family: &mut BTreeSet<Position>,
    at: Position,
    bundle: &mut Bundle,
) -> Result<(), Problem> {
    let envelope: Envelope = reads::envelope(&app.engine, at)?;
    // Marks name everything that holds of the subject, of other cases too.
    if matches!(envelope.event, Event::ClassificationChanged { .. }) {
        return Ok(());
    }
    let value = as_json(&envelope.event, at)?;
    let mut opened =
        Opened { app, subject: case.subject, names: BTreeSet::new(), documents: BTreeSet::new() };
    let said = opened.value("", value);
    if !family.contains(&at) && opened.names.is_disjoint(family) {
        return Ok(());
    }
    if begins(&envelope.event) {
        family.insert(at);
    }
    for address in opened.documents {
        bundle.documents.entry(address).or_default().push(at.to_string());
    }
    bundle.events.push(json!({
        "position": at.to_string(),
        "event": envelope.event.name(),
        "recorded_at": envelope.recorded_at.to_string(),
        "legal_date": envelope.legal_date,
        "actor": envelope.actor.to_string(),
        "rules": envelope.rules.map(|rules| rules.to_string()),
        "said": said,
    }));
    Ok(())
}

/// `GET /v1/cases/{id}/bundle`: a record, listing, attribution, measure case or commitment by its id,
/// with everything that rests on it; an objection, repair or remedy alone.
/// Source: domain.md O68.
async fn bundle(
    request: HttpRequest,
    path: Path<String>,
    app: Data<App>,
) -> Result<HttpResponse, Problem> {
    let caller = Caller::of(&request, &app.engine)?;
    let what = Matter::named(&path)?;
    let (case, slot) = {
        let mut query = Query::new(app.engine.view.read());
        let case = matter(&mut query, what)?;
        let slot = query.ask(|rows| Ok(rows.must_subject(case.subject)?.slot))?;
        (case, slot)
    };
    let sight = may_see(&caller, &case).ok_or_else(Problem::not_found)?;
    looks::record_access(&request, &app, &caller, case.subject.to_string(), sight).await?;
    let found = gather(&app, &case)?;
    let owner = Owner { subject: case.subject, slot };
    let mut documents = Vec::new();
    for (address, named_by) in found.documents {
        let sha256: Option<Digest> = HEXLOWER_PERMISSIVE
            .decode(address.as_bytes())
            .ok()
            .and_then(|bytes| bytes.try_into().ok());
        let stored = match sha256 {
            Some(sha256) => app.documents.has(owner, &sha256).map_err(problem)?,
            None => false,
        };
        documents.push(json!({"sha256": address, "named_by": named_by, "stored": stored}));
    }
    Ok(HttpResponse::Ok().json(json!({
        "case": path.as_str(),
        "subject": case.subject.to_string(),
        "authority": case.authority,
        "as_of": app.engine.clock.now().legal_date(),
        "complete": found.complete,
        "events": found.events,
        "documents": documents,
    })))
}
