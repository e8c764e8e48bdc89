//! Tolerant acceptance, and the clean record that opens the green channel: a fact with the
//! records it rests on.

use actix_web::web::{self, Data, Path, Query as UrlQuery};
use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;
use serde_json::{Value, json};
use shouxin_core::actor::{Actor, Role, SubjectKey};
use shouxin_core::command::Command;
use shouxin_core::command::tolerance::{Missing, ToleranceCommand};
use shouxin_core::decide::clean_from;
use shouxin_core::event::tolerance::{GreenChannel, HandedIn, ToleranceEvent};
use shouxin_core::event::{CaseRef, Colour, Event, Mark};
use shouxin_core::id::{AttributionId, ListingId, Position, RecordId, ToleranceId};
use shouxin_core::keys;
use shouxin_core::limits::{ADVERSE_RECORDS_MAX, CLEAN_YEARS_MAX};
use shouxin_core::row::tolerance::{ToleranceRow, counts_as_adverse};
use shouxin_core::row::{Index, RecordRow};
use shouxin_core::time::Day;
use utoipa::{IntoParams, ToSchema};

use crate::engine::Engine;
use crate::engine::query::Query;
use crate::http::caller::Caller;
use crate::http::edge::{CitationBody, Edge, Hex32, citations, id, subject_key};
use crate::http::looks;
use crate::http::problem::{Code, Problem};
use crate::http::read::{self, Sight};
use crate::http::write::{Creates, Write};
use crate::http::{App, Table, basis, reads};

const OFFICERS: &[Role] = &[Role::Department, Role::Provider, Role::CreditOffice];
const OFFICERS_AND_SUBJECT: &[Role] =
    &[Role::Department, Role::Provider, Role::CreditOffice, Role::Subject];

/// What a look for adverse records found, in one snapshot.
struct Found {
    from: Day,
    records: Vec<RecordId>,
    /// Those among them that departments share.
    shared: Vec<RecordRow>,
    listings: Vec<ListingId>,
    /// What a person answers for under an organisation's listing.
    attributions: Vec<AttributionId>,
    /// Version of the file that was looked at.
    version: Position,
}

/// Adverse records of a subject that count, over so many years, the oldest first; at most
/// `ADVERSE_RECORDS_MAX`, because one is enough.
fn adverse(engine: &Engine, subject: SubjectKey, years: u16, today: Day) -> Result<Found, Problem> {
    let mut query = Query::new(engine.view.read());
    let head = query.ask(|rows| rows.must_subject(subject).cloned())?;
    let from = clean_from(today, years);
    let (prefix, before) = keys::adverse_from(subject, from);
    let entries = query.range(&prefix, Some(&before), ADVERSE_RECORDS_MAX)?;
    let looked_at = entries.len();
    let (mut records, mut shared) = (Vec::new(), Vec::new());
    for id in entries.iter().filter_map(|entry| keys::tail_position(entry)).map(RecordId) {
        let row = query.ask(|rows| rows.must_record(id).cloned())?;
        // Dates rule: what is over by date counts no more, whether the timer ran or not.
        let over = row.publicity_until.is_some_and(|until| today > until);
        if counts_as_adverse(&row) && !over {
            records.push(id);
            shared.extend(row.is_shared(today).then_some(row));
        }
    }
    if records.is_empty() && looked_at == ADVERSE_RECORDS_MAX {
        return Err(Problem::new(
            Code::Unavailable,
            "期满记录尚未处理完毕，暂不能得出结论 / records that are over wait for their timer",
            "请稍后重试 / try again later",
        ));
    }
    let (listings, attributions) = burdens(&head.marks, today);
    Ok(Found { from, records, shared, listings, attributions, version: head.last })
}

/// The black listings, and what a person answers for, that have effect on a day and that nobody disputes.
fn burdens(marks: &[Mark], today: Day) -> (Vec<ListingId>, Vec<AttributionId>) {
    let (mut listings, mut attributions) = (Vec::new(), Vec::new());
    for mark in marks {
        let counts = mark.colour == Colour::Black && !mark.suspended;
        if counts && (mark.since..=mark.until).contains(&today) {
            match mark.case {
                CaseRef::Listing(id) => listings.push(id),
                CaseRef::Attribution(id) => attributions.push(id),
            }
        }
    }
    (listings, attributions)
}

/// A document that the file lacks.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MissingBody {
    name: String,
    /// Law requires it for acceptance: then the file cannot be accepted without it.
    required_by_law: bool,
}

/// 容缺受理: for exemplars and clean records, on a signed promise.
/// Source: domain.md O32, I06, T05.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Open {
    subject: String,
    matter: String,
    basis: Vec<CitationBody>,
    missing: Vec<MissingBody>,
    working_days: u16,
    promise_sha256: Hex32,
}

impl Write for Open {
    const LABEL: &'static str = "tolerant_acceptances.open";
    const ROLES: &'static [Role] = OFFICERS;
    const CREATES: Creates = Some(("T", &["tolerant_acceptance.opened"]));

    fn command(self, _: &str, edge: &Edge<'_>) -> Result<Command, Problem> {
        let subject = subject_key(&self.subject)?;
        let today = edge.engine.clock.now().legal_date();
        let years = edge.engine.rules.pack(today).clean_record_years;
        let found = adverse(edge.engine, subject, years, today)?;
        let missing = self.missing.iter().map(|own| {
            let name = edge.seal(subject, &own.name)?;
            Ok(Missing { name, required_by_law: own.required_by_law })
        });
        Ok(Command::Tolerance(ToleranceCommand::Open {
            subject,
            matter: edge.seal(subject, &self.matter)?,
            basis: citations(self.basis),
            missing: missing.collect::<Result<_, Problem>>()?,
            working_days: self.working_days,
            promise_sha256: edge.document(subject, "promise_sha256", self.promise_sha256)?,
            adverse: found.records,
            looked_at: found.version,
        }))
    }
}

fn subject_of(edge: &Edge<'_>, acceptance: ToleranceId) -> Result<SubjectKey, Problem> {
    let mut query = Query::new(edge.engine.view.read());
    Ok(query.ask(|rows| Ok(rows.must_tolerance(acceptance)?.subject))?)
}

/// A document that was handed in.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct HandedInBody {
    /// Place in the list of missing documents, from 0.
    place: u8,
    sha256: Hex32,
}

/// 补交材料.
/// Source: domain.md O32, T05.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Supply {
    documents: Vec<HandedInBody>,
    #[schema(value_type = String, format = Date)]
    received_on: Day,
}

impl Write for Supply {
    const LABEL: &'static str = "tolerant_acceptances.supply";
    const ROLES: &'static [Role] = OFFICERS;

    fn command(self, path: &str, edge: &Edge<'_>) -> Result<Command, Problem> {
        let acceptance: ToleranceId = id(path)?;
        let subject = subject_of(edge, acceptance)?;
        let numbered = self.documents.into_iter().enumerate();
        let handed_in = numbered.map(|(at, own)| {
            let field = format!("documents[{at}].sha256");
            Ok(HandedIn { place: own.place, sha256: edge.document(subject, &field, own.sha256)? })
        });
        Ok(Command::Tolerance(ToleranceCommand::Supply {
            acceptance,
            documents: handed_in.collect::<Result<_, Problem>>()?,
            received_on: self.received_on,
        }))
    }
}

/// 终止: the subject withdraws, or the department goes on by the ordinary path.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Close {
    reasons: String,
    /// The subject withdraws its application; otherwise the documents did not come.
    #[serde(default)]
    withdrawn: bool,
    /// At the counter: the subject's own paper.
    #[serde(default)]
    document_sha256: Option<Hex32>,
}

impl Write for Close {
    const LABEL: &'static str = "tolerant_acceptances.close";
    const ROLES: &'static [Role] = OFFICERS_AND_SUBJECT;

    fn command(self, path: &str, edge: &Edge<'_>) -> Result<Command, Problem> {
        let acceptance: ToleranceId = id(path)?;
        let subject = subject_of(edge, acceptance)?;
        let reasons = edge.seal(subject, &self.reasons)?;
        Ok(Command::Tolerance(match self.withdrawn {
            true => {
                let document_sha256 =
                    edge.document_if_any(subject, "document_sha256", self.document_sha256)?;
                ToleranceCommand::Withdraw { acceptance, reasons, document_sha256 }
            }
            false => ToleranceCommand::Close { acceptance, reasons },
        }))
    }
}

/// The matter is between the subject and one authority; the credit office and auditors see it.
fn may_see(caller: &Caller, row: &ToleranceRow) -> Option<Sight> {
    let authority = row.opened_by.authority;
    let own = matches!(&caller.actor, Some(Actor::Officer(own)) if own.authority == authority);
    match read::sight(caller, row.subject)? {
        Sight::Whole => Some(Sight::Whole),
        Sight::Government if own || caller.role == Role::CreditOffice => Some(Sight::Government),
        _ => None,
    }
}

fn shown(row: &ToleranceRow) -> Value {
    let by_right_of = match row.by_right_of {
        GreenChannel::Exemplar(listing) => json!({"exemplar": listing.to_string()}),
        GreenChannel::CleanRecord { from } => json!({"clean_record_from": from}),
    };
    json!({
        "id": row.id.to_string(),
        "subject": row.subject.to_string(),
        "authority": row.opened_by.authority,
        "opened_by": row.opened_by.to_string(),
        "opened_on": row.opened_on,
        "due": row.due,
        "by_right_of": by_right_of,
        "supplied": row.documents.iter().map(Option::is_some).collect::<Vec<_>>(),
        "completed_on": row.completed_on,
        "state": row.state.name(),
    })
}

/// `GET /v1/tolerant-acceptances/{id}`
async fn tolerance(
    request: HttpRequest,
    path: Path<String>,
    app: Data<App>,
) -> Result<HttpResponse, Problem> {
    let caller = Caller::of(&request, &app.engine)?;
    let id: ToleranceId = id(&path)?;
    let row = {
        let mut query = Query::new(app.engine.view.read());
        query.ask(|rows| rows.must_tolerance(id).cloned()).map_err(|_| Problem::not_found())?
    };
    let sight = may_see(&caller, &row).ok_or_else(Problem::not_found)?;
    looks::record_access(&request, &app, &caller, row.subject.to_string(), sight).await?;
    let mut body = shown(&row);
    if let Event::Tolerance(ToleranceEvent::Opened { matter, missing, basis, .. }) =
        reads::envelope(&app.engine, row.id.0)?.event
    {
        let vault = &app.engine.vault;
        body["matter"] = read::unseal(vault, row.subject, &matter);
        let names = missing.iter().map(|own| read::unseal(vault, row.subject, own));
        body["missing"] = names.collect();
        let today = app.engine.clock.now().legal_date();
        body["basis"] = basis::cited(&app.engine.rules.instruments, &basis, today);
    }
    Ok(HttpResponse::Ok().json(body))
}

/// `?subject=KEY&after=CURSOR&limit=N`
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct OfSubject {
    /// 主体代码 / key of a subject.
    subject: String,
    /// 上一页返回的 next / the `next` of the page before.
    after: Option<String>,
    /// 本页条数，至多 1000 / rows of this page, at most 1000.
    limit: Option<usize>,
}

/// `GET /v1/tolerant-acceptances?subject=KEY`
async fn tolerances(
    request: HttpRequest,
    page: UrlQuery<OfSubject>,
    app: Data<App>,
) -> Result<HttpResponse, Problem> {
    let caller = Caller::of(&request, &app.engine)?;
    let key = subject_key(&page.subject)?;
    let sight = read::sight(&caller, key).filter(|sight| *sight != Sight::Public);
    let sight = sight.ok_or_else(Problem::not_found)?;
    looks::record_access(&request, &app, &caller, key.to_string(), sight).await?;
    let after = page.after.as_deref().map(id::<Position>).transpose()?;
    let limit = page.limit.unwrap_or(reads::PAGE_ROWS).clamp(1, reads::PAGE_ROWS_MAX);
    let mut query = Query::new(app.engine.view.read());
    let entry = Index::SubjectTolerance(key, ToleranceId(Position::local(0)));
    let (positions, more) = query.page(&entry, after, limit)?;
    let next = if more { positions.last().map(ToString::to_string) } else { None };
    let mut found = Vec::new();
    for at in positions {
        let row = query.ask(|rows| rows.must_tolerance(ToleranceId(at)).cloned())?;
        if may_see(&caller, &row).is_some() {
            found.push(shown(&row));
        }
    }
    Ok(HttpResponse::Ok().json(json!({"tolerant_acceptances": found, "next": next})))
}

/// `?years=N`
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Years {
    /// 年数 / years looked back.
    years: Option<u16>,
}

/// `GET /v1/subjects/{key}/clean-record?years=3`: for departments and for the subject itself. Every adverse
/// record counts, whoever may read it, and a department is told which of them it may read.
/// Source: domain.md O19, O31, T04.
async fn clean_record(
    request: HttpRequest,
    path: Path<String>,
    years: UrlQuery<Years>,
    app: Data<App>,
) -> Result<HttpResponse, Problem> {
    let caller = Caller::of(&request, &app.engine)?;
    let key = subject_key(&path)?;
    caller.require(OFFICERS_AND_SUBJECT)?;
    let sight = read::sight(&caller, key).filter(|sight| *sight != Sight::Public);
    let sight = sight.ok_or_else(Problem::not_found)?;
    let today = app.engine.clock.now().legal_date();
    let years = years.years.unwrap_or(app.engine.rules.pack(today).clean_record_years);
    if !(1..=CLEAN_YEARS_MAX).contains(&years) {
        return Err(Problem::new(
            Code::ValueInvalid,
            format!("年数须为 1 至 {CLEAN_YEARS_MAX} / 1 to {CLEAN_YEARS_MAX} years"),
            "例如 ?years=3 / for example",
        )
        .on("years"));
    }
    let reach = looks::record_shared(&request, &app, &caller, key.to_string(), sight).await?;
    let mut found = adverse(&app.engine, key, years, today)?;
    let clean = found.records.is_empty();
    if sight == Sight::Government {
        found.records.clear();
        let mut query = Query::new(app.engine.view.read());
        for row in &found.shared {
            if reach.record(&mut query, row)? {
                found.records.push(row.id);
            }
        }
    }
    let text = |id: &dyn ToString| id.to_string();
    Ok(HttpResponse::Ok().json(json!({
        "subject": key.to_string(),
        "clean": clean
            && found.listings.is_empty()
            && found.attributions.is_empty(),
        "as_of": today,
        "from": found.from,
        "records": found.records.iter().map(|id| text(id)).collect::<Vec<_>>(),
        "listings": found.listings.iter().map(|id| text(id)).collect::<Vec<_>>(),
        "attributions": found.attributions.iter().map(|id| text(id)).collect::<Vec<_>>(),
        "sharing": if sight == Sight::Government { reach.shown() } else { Value::Null },
        "version": found.version.to_string(),
    })))
}

/// The routes of this noun.
pub(crate) fn routes(table: &mut Table<'_>) {
    let base = "/v1/tolerant-acceptances";
    let one = "/v1/tolerant-acceptances/{id}";
    table
        .post::<Open>(base, "容缺受理 / accept a file with tolerance")
        .post::<Supply>(&format!("{one}/supply"), "补交材料 / hand in what was missing")
        .post::<Close>(&format!("{one}/close"), "撤回或终止 / withdraw or close")
        .list::<OfSubject>(
            base,
            web::get().to(tolerances),
            "容缺受理 / tolerant acceptances of a subject",
        )
        .read(one, web::get().to(tolerance), "容缺受理 / a tolerant acceptance")
        .list::<Years>(
            "/v1/subjects/{key}/clean-record",
            web::get().to(clean_record),
            "无不良记录核查 / whether there is an adverse record",
        );
}

#[cfg(test)]
mod tests {
    use shouxin_core::identifier::uscc::Uscc;

    use super::*;

    /// Covers O31.
    #[test]
    fn what_a_person_answers_for_is_a_burden_like_a_listing() {
        let on = |day: &str| day.parse::<Day>().unwrap();
        let listing = CaseRef::Listing(ListingId(Position::local(1)));
        let answers_for = AttributionId(Position::local(2));
        let (authority, _) = Uscc::parse_attested("11350426XY0001023Q").unwrap();
        let mark = |case, colour, suspended| Mark {
            case,
            colour,
            authority,
            suspended,
            since: on("2026-03-01"),
            until: on("2026-06-30"),
        };
        let marks = [
            mark(CaseRef::Attribution(answers_for), Colour::Black, false),
            mark(listing, Colour::Red, false),
            mark(listing, Colour::Black, true),
        ];
        for (day, found) in [
            ("2026-02-28", vec![]),
            ("2026-03-01", vec![answers_for]),
            ("2026-06-30", vec![answers_for]),
            ("2026-07-01", vec![]),
        ] {
            assert_eq!(burdens(&marks, on(day)), (Vec::new(), found), "{day}");
        }
    }
}
