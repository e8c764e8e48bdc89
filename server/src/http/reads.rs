//! The handlers of every GET, and of the reads that take a body.

use actix_web::web::{Data, Path, Query as UrlQuery};
use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;
use serde_json::{Value, json};
use shouxin_core::actor::{Role, SubjectKey};
use shouxin_core::codec;
use shouxin_core::event::measure::MeasureEvent;
use shouxin_core::event::{Envelope, Event, Target};
use shouxin_core::id::{ListingId, MeasureId, ObjectionId, Position, RemedyId, RepairId};
use shouxin_core::identifier::citizen_number::CitizenNumber;
use shouxin_core::limits::BATCH_ITEMS_MAX;
use shouxin_core::path::Standing;
use shouxin_core::row::{Index, Key, LIFT_OVERDUE, RemedyState, Row};
use utoipa::{IntoParams, ToSchema};

use crate::engine::Engine;
use crate::engine::query::Query;
use crate::http::caller::Caller;
use crate::http::edge::{id, parse, subject_key};
use crate::http::looks;
use crate::http::problem::{Code, Problem};
use crate::http::read::{self, Sight, Under};
use crate::http::{App, Body, authorisations, basis, bundle, bytes, own_case, recommendation};

pub(super) type Answer = Result<HttpResponse, Problem>;

/// Rows of one page.
pub(crate) const PAGE_ROWS_MAX: usize = 1000;
/// Rows of one page where the reader names no number.
pub(crate) const PAGE_ROWS: usize = 100;

/// `?after=CURSOR&limit=N`, of lists without filters.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Cursor {
    /// 上一页返回的 next / the `next` of the page before.
    pub(crate) after: Option<String>,
    /// 本页条数，至多 1000 / rows of this page, at most 1000.
    pub(crate) limit: Option<usize>,
}

impl Cursor {
    pub(crate) fn after(&self) -> Result<Option<Position>, Problem> {
        self.after.as_deref().map(id_position).transpose()
    }

    pub(crate) fn limit(&self) -> usize {
        self.limit.unwrap_or(PAGE_ROWS).clamp(1, PAGE_ROWS_MAX)
    }
}

/// `?department=CODE&state=STATE&after=CURSOR&limit=N`
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Work {
    /// 部门代码 / code of a department.
    department: Option<String>,
    /// 状态 / the state.
    state: Option<String>,
    /// 上一页返回的 next / the `next` of the page before.
    after: Option<String>,
    /// 本页条数，至多 1000 / rows of this page, at most 1000.
    limit: Option<usize>,
}

/// `?kind=KIND&code=CODE`
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct OldCode {
    /// 旧代码类型 / kind of the legacy code.
    kind: Option<String>,
    /// 旧代码 / the legacy code.
    code: Option<String>,
}

fn id_position(text: &str) -> Result<Position, Problem> {
    id(text)
}

fn needs_key(caller: &Caller) -> Result<(), Problem> {
    match caller.role {
        Role::Public => caller.require(&[Role::Department]),
        _ => Ok(()),
    }
}

/// `GET /v1/subjects/{key}`
/// Source: domain.md O05, O10, O15, O16, O19, O28, G-OPEN.
pub async fn subject(request: HttpRequest, path: Path<String>, app: Data<App>) -> Answer {
    let caller = Caller::of(&request, &app.engine)?;
    let key = subject_key(&path)?;
    let sight = read::sight(&caller, key).ok_or_else(Problem::not_found)?;
    let reach = looks::record_shared(&request, &app, &caller, key.to_string(), sight).await?;
    let today = app.engine.clock.now().legal_date();
    let mut query = Query::new(app.engine.view.read());
    let head = read::head(&mut query, key, sight)?;
    let rules = &app.engine.rules;
    let lets = sight == Sight::Government && authorisations::lets(&head, &caller, today);
    let view = if lets { "Authorised".to_owned() } else { format!("{sight:?}") };
    let reaches = reach.tag(rules);
    let tag = format!("\"{key}@{}@{view}@{reaches}@{today}\"", head.last);
    let unchanged = request.headers().get("if-none-match").is_some_and(|own| own == tag.as_str());
    let mut response = HttpResponse::Ok();
    response.insert_header(("ETag", tag.clone()));
    response.insert_header(("Shouxin-Position", head.last.to_string()));
    response.insert_header(("Cache-Control", "private, no-cache"));
    if unchanged {
        return Ok(HttpResponse::NotModified().insert_header(("ETag", tag)).finish());
    }
    let kept = (&*app.engine.vault, rules.instruments.as_slice());
    let mut body = read::file(kept, &mut query, &head, (sight, &reach), today)?;
    if lets {
        let found = authorisations::records(&app.engine.vault, &mut query, &head, today)?;
        body["authorised_records"] = json!(found);
    }
    if sight == Sight::Public {
        let years = rules.pack(today).clean_record_years;
        body["recommendation"] = recommendation::of(&mut query, &head, years, today)?;
    }
    Ok(response.json(body))
}

/// `GET /v1/subjects/{key}/history`: for the subject, the auditor, and an authority within an open case
/// of its own.
/// Source: domain.md O19.
pub(crate) async fn history(
    request: HttpRequest,
    path: Path<String>,
    page: UrlQuery<Cursor>,
    app: Data<App>,
) -> Answer {
    let caller = Caller::of(&request, &app.engine)?;
    let key = subject_key(&path)?;
    let sight = read::sight(&caller, key);
    let sight =
        sight.filter(|own| *own != Sight::Public).ok_or_else(|| match needs_key(&caller) {
            Err(problem) => problem,
            Ok(()) => Problem::not_found(),
        })?;
    if sight != Sight::Whole && !own_case::is_open(&app.engine, &caller, key)? {
        return Err(Problem::not_found());
    }
    looks::record_access(&request, &app, &caller, key.to_string(), sight).await?;
    let (positions, more) = {
        let mut query = Query::new(app.engine.view.read());
        query.ask(|rows| rows.must_subject(key).cloned())?;
        let entry = Index::History(key, Position::local(0));
        query.page(&entry, page.after()?, page.limit())?
    };
    let next = if more { positions.last().map(ToString::to_string) } else { None };
    let events: Vec<Value> =
        positions.iter().map(|at| event(&app, *at)).collect::<Result<_, _>>()?;
    Ok(HttpResponse::Ok().json(json!({"events": events, "next": next})))
}

/// An event, from the log.
pub(crate) fn envelope(engine: &Engine, at: Position) -> Result<Envelope, Problem> {
    let unreadable = || {
        Problem::new(
            Code::Internal,
            format!("事件 {at} 无法读取 / event {at} cannot be read"),
            "请运行 shouxin verify / run shouxin verify",
        )
    };
    let commits = engine.log.read(at.sequence, 1).map_err(|_| unreadable())?;
    let commit = commits.first().ok_or_else(unreadable)?;
    let offset = usize::try_from(at.sequence.saturating_sub(commit.first)).unwrap_or(usize::MAX);
    let entry = commit.entries.get(offset).ok_or_else(unreadable)?;
    codec::decode_event(&entry.bytes).map_err(|_| unreadable())
}

fn event(app: &App, at: Position) -> Result<Value, Problem> {
    let envelope = envelope(&app.engine, at)?;
    Ok(json!({
        "position": at.to_string(),
        "event": envelope.event.name(),
        "recorded_at": envelope.recorded_at.to_string(),
        "legal_date": envelope.legal_date,
        "actor": envelope.actor.to_string(),
        "cause": envelope.cause.map(|cause| cause.to_string()),
    }))
}

/// Keys to look up.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Check {
    keys: Vec<String>,
}

/// `POST /v1/check`: what is in force for each key, in one snapshot.
/// Source: domain.md O10, O24.
pub async fn check(request: HttpRequest, body: Body, app: Data<App>) -> Answer {
    let caller = Caller::of(&request, &app.engine)?;
    needs_key(&caller)?;
    let check: Check = parse(&bytes(body)?)?;
    if !(1..=BATCH_ITEMS_MAX).contains(&check.keys.len()) {
        return Err(Problem::new(
            Code::Limit,
            format!("1 至 {BATCH_ITEMS_MAX} 个主体 / 1 to {BATCH_ITEMS_MAX} keys"),
            "请分批查询 / split the query",
        ));
    }
    let keys: Vec<SubjectKey> = check
        .keys
        .iter()
        .enumerate()
        // Of a thousand keys the one that is wrong is named by its place, never by what it holds.
        .map(|(place, key)| subject_key(key).map_err(|own| own.on(format!("keys[{place}]"))))
        .collect::<Result<_, _>>()?;
    let sights: Vec<Option<Sight>> = keys.iter().map(|key| read::sight(&caller, *key)).collect();
    if let Some(sight) = sights.iter().flatten().max() {
        // Every key is named whole: each of these subjects can ask who looked.
        let named: Vec<String> = keys.iter().map(ToString::to_string).collect();
        let files = format!("{} 个主体 / files: {}", keys.len(), named.join(","));
        looks::record_access(&request, &app, &caller, files, *sight).await?;
    }
    let today = app.engine.clock.now().legal_date();
    let mut query = Query::new(app.engine.view.read());
    let mut results = Vec::with_capacity(keys.len());
    for (key, sight) in keys.iter().zip(sights) {
        let head = match sight {
            Some(sight) => query.row(&Key::Subject(*key))?.map(|row| (row, sight)),
            None => None,
        };
        results.push(match head {
            Some((Row::Subject(head), sight)) if !head.is_erased() => json!({
                "key": key.to_string(),
                "found": true,
                "classification": read::marks(&mut query, &head, today, sight)?,
            }),
            _ => json!({"key": key.to_string(), "found": false}),
        });
    }
    let position = Position::local(query.next()).to_string();
    Ok(HttpResponse::Ok().json(json!({"as_of": today, "before": position, "results": results})))
}

pub(crate) async fn may_see(
    request: &HttpRequest,
    app: &App,
    caller: &Caller,
    subject: SubjectKey,
) -> Result<Sight, Problem> {
    needs_key(caller)?;
    let sight = read::sight(caller, subject).ok_or_else(Problem::not_found)?;
    if sight == Sight::Public {
        return Err(Problem::not_found());
    }
    looks::record_access(request, app, caller, subject.to_string(), sight).await?;
    Ok(sight)
}

/// The same for what was asked about a thing, which tells of that too.
async fn may_see_about(
    request: &HttpRequest,
    app: &App,
    caller: &Caller,
    (subject, target): (SubjectKey, Target),
) -> Result<Sight, Problem> {
    let sight = read::sight(caller, subject).filter(|own| *own != Sight::Public);
    let sight = sight.ok_or_else(Problem::not_found)?;
    let reach = looks::record_shared(request, app, caller, subject.to_string(), sight).await?;
    let mut query = Query::new(app.engine.view.read());
    match reach.about(&mut query, target)? {
        true => Ok(sight),
        false => Err(Problem::not_found()),
    }
}

/// `GET /v1/listings/{id}`
/// Source: domain.md O01, O21.
pub async fn listing(request: HttpRequest, path: Path<String>, app: Data<App>) -> Answer {
    let caller = Caller::of(&request, &app.engine)?;
    let id: ListingId = id(&path)?;
    let row = {
        let mut query = Query::new(app.engine.view.read());
        query.ask(|rows| rows.must_listing(id).cloned())?
    };
    let today = app.engine.clock.now().legal_date();
    if caller.role == Role::Public || read::sight(&caller, row.subject) == Some(Sight::Public) {
        let mut query = Query::new(app.engine.view.read());
        let standing = query.ask(|rows| rows.listing_standing(id, today))?;
        if !read::public_sees(&row, standing) {
            return Err(Problem::not_found());
        }
        return Ok(HttpResponse::Ok().json(read::listing(
            &mut query,
            &app.engine.rules.instruments,
            &row,
            Under::Nobody,
            today,
        )?));
    }
    let sight = may_see(&request, &app, &caller, row.subject).await?;
    let mut query = Query::new(app.engine.view.read());
    let standing = query.ask(|rows| rows.listing_standing(id, today))?;
    let used = matches!(standing, Standing::InForce | Standing::Suspended);
    if sight == Sight::Government && !used && !read::concerns(&caller, read::authority(&row)) {
        return Err(Problem::not_found());
    }
    Ok(HttpResponse::Ok().json(read::listing(
        &mut query,
        &app.engine.rules.instruments,
        &row,
        Under::of_reader(sight, &caller, &row),
        today,
    )?))
}

/// `GET /v1/measures/{id}`
pub async fn measure(request: HttpRequest, path: Path<String>, app: Data<App>) -> Answer {
    let caller = Caller::of(&request, &app.engine)?;
    needs_key(&caller)?;
    let id: MeasureId = id(&path)?;
    let row = {
        let mut query = Query::new(app.engine.view.read());
        query.ask(|rows| rows.must_measure(id).cloned())?
    };
    let sight = may_see(&request, &app, &caller, row.subject).await?;
    let today = app.engine.clock.now().legal_date();
    let mut query = Query::new(app.engine.view.read());
    let mut body = read::measure(&mut query, &row, today)?;
    if sight == Sight::Government && body["standing"] == "ended" {
        let listing = query.ask(|rows| rows.must_listing(row.listing).cloned())?;
        let department = app.engine.rules.department(&row.department);
        let carries = department.is_some_and(|own| read::concerns(&caller, &own.uscc));
        if !carries && !read::concerns(&caller, read::authority(&listing)) {
            return Err(Problem::not_found());
        }
    }
    // The basis stands in the event alone: worklists do without it.
    if let Event::MeasureInitiated { basis, .. }
    | Event::Measure(MeasureEvent::Forwarded { basis, .. }) =
        envelope(&app.engine, row.id.0)?.event
    {
        body["basis"] = basis::cited(&app.engine.rules.instruments, &basis, today);
    }
    Ok(HttpResponse::Ok().json(body))
}

/// `GET /v1/measures?department=&state=`: a department's worklist, its own. `lift_overdue` lists
/// what should have been lifted by now, whatever its state.
/// Source: domain.md O51.
pub(crate) async fn worklist(request: HttpRequest, work: UrlQuery<Work>, app: Data<App>) -> Answer {
    let page = Cursor { after: work.after.clone(), limit: work.limit };
    let caller = Caller::of(&request, &app.engine)?;
    caller.require(&[Role::Department, Role::Provider, Role::CreditOffice, Role::Auditor])?;
    let missing = |field: &'static str| {
        Problem::new(
            Code::ValueInvalid,
            format!("缺少参数 {field} / the parameter {field} is missing"),
            "例如 ?department=approval&state=dispatched / for example",
        )
        .on(field)
    };
    let department = work.department.as_deref().ok_or_else(|| missing("department"))?;
    let state = work.state.as_deref().ok_or_else(|| missing("state"))?;
    let own = match &caller.actor {
        Some(shouxin_core::actor::Actor::Officer(officer)) => app
            .engine
            .rules
            .department_by_uscc(officer.authority.as_str())
            .is_some_and(|found| found.code == department),
        _ => false,
    };
    if !own && !matches!(caller.role, Role::CreditOffice | Role::Auditor) {
        return Err(Problem::not_found());
    }
    let state = STATES.iter().find(|own| **own == state).ok_or_else(|| missing("state"))?;
    let file = format!("worklist {department} {state}");
    looks::record_access(&request, &app, &caller, file, Sight::Government).await?;
    let today = app.engine.clock.now().legal_date();
    let mut query = Query::new(app.engine.view.read());
    let entry = Index::Worklist(department.to_owned(), state, MeasureId(Position::local(0)));
    let (positions, more) = query.page(&entry, page.after()?, page.limit())?;
    let next = if more { positions.last().map(ToString::to_string) } else { None };
    let mut measures = Vec::new();
    for at in positions {
        let row = query.ask(|rows| rows.must_measure(MeasureId(at)).cloned())?;
        measures.push(read::measure(&mut query, &row, today)?);
    }
    Ok(HttpResponse::Ok().json(json!({"measures": measures, "next": next})))
}

const STATES: &[&str] = &[
    "initiated",
    "noticed",
    "dispatched",
    "accepted",
    "declined",
    "executing",
    "executed",
    "fed_back",
    "lifted",
    "closed",
    "forwarded",
    LIFT_OVERDUE,
];

/// `GET /v1/objections/{id}`
pub async fn objection(request: HttpRequest, path: Path<String>, app: Data<App>) -> Answer {
    let caller = Caller::of(&request, &app.engine)?;
    needs_key(&caller)?;
    let id: ObjectionId = id(&path)?;
    let row = {
        let mut query = Query::new(app.engine.view.read());
        query.ask(|rows| rows.must_objection(id).cloned())?
    };
    let sight = may_see_about(&request, &app, &caller, (row.subject, row.target)).await?;
    let open = sight == Sight::Whole || read::is_open_objection(&row);
    if !open && !read::concerns(&caller, row.provider.as_str()) {
        return Err(Problem::not_found());
    }
    let mut body = read::objection(&row);
    if sight == Sight::Whole || read::concerns(&caller, row.provider.as_str()) {
        let told = ["trigger", "grounds", "statement", "evidence"];
        body["filed"] = bundle::said(&app, row.subject, row.id.0, &told)?;
    }
    Ok(HttpResponse::Ok().json(body))
}

/// `GET /v1/remedies/{id}`
pub async fn remedy(request: HttpRequest, path: Path<String>, app: Data<App>) -> Answer {
    let caller = Caller::of(&request, &app.engine)?;
    needs_key(&caller)?;
    let id: RemedyId = id(&path)?;
    let row = {
        let mut query = Query::new(app.engine.view.read());
        query.ask(|rows| rows.must_remedy(id).cloned())?
    };
    let sight = may_see_about(&request, &app, &caller, (row.subject, row.target)).await?;
    let open = sight == Sight::Whole || !matches!(row.state, RemedyState::Decided(_));
    let mut query = Query::new(app.engine.view.read());
    if !open && !read::concerns(&caller, bundle::authority(&mut query, row.target)?.as_str()) {
        return Err(Problem::not_found());
    }
    Ok(HttpResponse::Ok().json(read::remedy(&row)))
}

/// `GET /v1/channels`: who shows what is public, and how far each has confirmed.
/// Source: domain.md O17, O40, O65, T09.
pub async fn channels(request: HttpRequest, app: Data<App>) -> Answer {
    let caller = Caller::of(&request, &app.engine)?;
    caller.require(&[Role::CreditOffice, Role::LeadingGroup, Role::Auditor, Role::Operator])?;
    let query = Query::new(app.engine.view.read());
    let rows = match query.row(&Key::Channels)? {
        Some(Row::Channels(rows)) => rows,
        _ => Vec::new(),
    };
    let mut channels = Vec::new();
    for row in rows {
        let after = shouxin_core::keys::public_changes_after(row.confirmed_through);
        let next = query.range(shouxin_core::keys::PUBLIC_CHANGES, Some(&after), 1)?;
        let oldest = next.first().and_then(|entry| shouxin_core::keys::read_public_change(entry));
        channels.push(json!({
            "name": row.name,
            "confirmed_through": row.confirmed_through.to_string(),
            "oldest_unconfirmed": oldest.map(|(at, _)| at.to_string()),
            "failing": row.failing,
            "overdue": row.overdue,
            "closing": row.closing.map(|at| at.to_string()),
        }));
    }
    Ok(HttpResponse::Ok().json(json!({"channels": channels})))
}

/// `GET /v1/repairs/{id}`
pub async fn repair(request: HttpRequest, path: Path<String>, app: Data<App>) -> Answer {
    let caller = Caller::of(&request, &app.engine)?;
    needs_key(&caller)?;
    let id: RepairId = id(&path)?;
    let row = {
        let mut query = Query::new(app.engine.view.read());
        query.ask(|rows| rows.must_repair(id).cloned())?
    };
    let about = (row.subject, read::repaired(row.of));
    let sight = may_see_about(&request, &app, &caller, about).await?;
    let open = sight == Sight::Whole || read::is_open_repair(&row);
    if !open && !read::concerns(&caller, row.authority.as_str()) {
        return Err(Problem::not_found());
    }
    let mut body = read::repair(&row);
    if sight == Sight::Whole || read::concerns(&caller, row.authority.as_str()) {
        let told = ["statement", "proof_sha256", "commitment_sha256"];
        body["applied"] = bundle::said(&app, row.subject, row.id.0, &told)?;
    }
    Ok(HttpResponse::Ok().json(body))
}

/// A person to confirm.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Lookup {
    name: String,
    number: String,
}

/// `POST /v1/persons/lookup`: confirms or denies, never completes (domain.md 6.7-11).
/// Source: domain.md O48.
pub async fn lookup(request: HttpRequest, body: Body, app: Data<App>) -> Answer {
    let caller = Caller::of(&request, &app.engine)?;
    caller.require(&[
        Role::Department,
        Role::Provider,
        Role::CreditOffice,
        Role::CourtRegistrar,
    ])?;
    let lookup: Lookup = parse(&bytes(body)?)?;
    let today = app.engine.clock.now().legal_date();
    let number = CitizenNumber::parse(&lookup.number, today).map_err(|errors| {
        Problem::new(
            Code::IdentifierInvalid,
            format!("公民身份号码校验不通过：{errors} / the number does not pass"),
            "请核对证件 / check the identity card",
        )
    })?;
    let tag = app.engine.vault.person_lookup(number.expose());
    let found = {
        let query = Query::new(app.engine.view.read());
        match query.row(&Key::PersonLookup(tag))? {
            Some(Row::PersonLookup(key)) => query.row(&Key::Subject(key))?,
            _ => None,
        }
    };
    let confirmed = match found {
        Some(Row::Subject(head)) if read::name(&app.engine.vault, &head) == json!(lookup.name) => {
            Some(head.key)
        }
        _ => None,
    };
    let file = confirmed.map_or_else(|| "unknown person".to_owned(), |key| key.to_string());
    looks::record_access(&request, &app, &caller, file, Sight::Government).await?;
    Ok(HttpResponse::Ok().json(json!({
        "confirmed": confirmed.is_some(),
        "key": confirmed.map(|key| key.to_string()),
    })))
}

/// `GET /v1/resolve?kind=&code=`: a legacy code to the file.
/// Source: domain.md O09.
pub(crate) async fn resolve(page: UrlQuery<OldCode>, app: Data<App>) -> Answer {
    let (Some(kind), Some(code)) = (&page.kind, &page.code) else {
        return Err(Problem::new(
            Code::ValueInvalid,
            "缺少参数 kind 或 code / kind or code is missing",
            "例如 ?kind=organisation_code&code=XY000001-2 / for example",
        ));
    };
    let query = Query::new(app.engine.view.read());
    let alias = Key::Alias { kind: kind.clone(), code: code.clone() };
    match query.row(&alias)? {
        Some(Row::Alias(key)) if !key.is_personal() => {
            Ok(HttpResponse::Ok().json(json!({"key": key.to_string()})))
        }
        _ => Err(Problem::not_found()),
    }
}

/// `GET /v1/catalogue`
/// Source: domain.md O54, O55, I01..I21, M-A01..M-S10, B1.1..B4.7.
pub async fn catalogue(app: Data<App>) -> Answer {
    let rules = &app.engine.rules;
    let today = app.engine.clock.now().legal_date();
    let measures: Vec<Value> = rules
        .measures
        .iter()
        .filter(|measure| measure.published)
        .map(|measure| {
            json!({
                "id": measure.id,
                "name": format!("{} / {}", measure.name_zh, measure.name_en),
                "category": measure.category,
                "subject": measure.subject,
                "needs": measure.needs,
                "strength": measure.strength,
                "executor": measure.executor,
                "basis": basis::cited(&rules.instruments, &measure.basis, today),
                "behaviours": measure.behaviours,
                "implementers": measure.implementers,
                "max_months": measure.max_months,
                "hearing": measure.hearing,
            })
        })
        .collect();
    let behaviours: Vec<Value> = rules
        .behaviours
        .iter()
        .map(|behaviour| {
            json!({
                "id": behaviour.id,
                "area": behaviour.area,
                "name": format!("{} / {}", behaviour.name_zh, behaviour.name_en),
                "competent": behaviour.found_by,
                "basis": basis::cited(&rules.instruments, &behaviour.basis, today),
                "facts": behaviour.facts,
                "period_months": behaviour.period_months,
                "repairable": behaviour.repair.as_ref().is_some_and(|rule| rule.barred_by.is_none()),
            })
        })
        .collect();
    let items: Vec<Value> = rules
        .items
        .iter()
        .map(|item| {
            json!({
                "id": item.id,
                "name": format!("{} / {}", item.name_zh, item.name_en),
                "class": item.class,
                "openness": item.openness,
                "polarity": item.polarity,
                "subjects": item.subjects,
                "providers": item.providers,
            })
        })
        .collect();
    Ok(HttpResponse::Ok().json(json!({
        "version": data_encoding::HEXLOWER.encode(&rules.version),
        "measures": measures,
        "behaviours": behaviours,
        "items": items,
    })))
}

/// `GET /v1/instruments`
/// Source: domain.md O01, O36, T13.
pub async fn instruments(app: Data<App>) -> Answer {
    let today = app.engine.clock.now().legal_date();
    let instruments: Vec<Value> = app
        .engine
        .rules
        .instruments
        .iter()
        .map(|own| {
            json!({
                "id": own.id,
                "title": own.title,
                "number": own.number,
                "level": own.level,
                "issuer": own.issuer,
                "in_force_from": own.in_force_from,
                "repealed_on": own.repealed_on,
                "replaced_by": own.replaced_by,
                "in_force": own.in_force(today),
            })
        })
        .collect();
    Ok(HttpResponse::Ok().json(json!({"as_of": today, "instruments": instruments})))
}

/// `GET /healthz`
pub async fn healthz(app: Data<App>) -> HttpResponse {
    HttpResponse::Ok().json(json!({
        "status": "ok",
        "starts_stopped": app.engine.clock.starts_stopped(),
        // For development: libraries without a signature run here.
        "development_unsigned_plugins": app.life.development_unsigned(),
    }))
}

/// `GET /readyz`
pub async fn readyz(app: Data<App>) -> HttpResponse {
    if let Err(error) = app.engine.view.health() {
        let body = json!({"status": "unavailable", "view": error.to_string()});
        return HttpResponse::ServiceUnavailable().json(body);
    }
    let next = app.engine.view.applied().next;
    HttpResponse::Ok().json(json!({"status": "ready", "before": Position::local(next).to_string()}))
}

/// `GET /metrics`
pub async fn metrics(app: Data<App>) -> HttpResponse {
    super::plugins::refresh(&app);
    let text = app.engine.metrics.text();
    HttpResponse::Ok().content_type("application/openmetrics-text; version=1.0.0").body(text)
}
