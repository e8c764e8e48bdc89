//! The assessment of departments: live figures, and the steps of an assessment of a period.
//! Figures are about departments only; nothing here is about a subject (INV-7).

use actix_web::web::{self, Data, Path, Query as UrlQuery};
use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use shouxin_core::actor::{Actor, Role};
use shouxin_core::command::Command;
use shouxin_core::command::assessment::AssessmentCommand;
use shouxin_core::decide::figures;
use shouxin_core::event::Event;
use shouxin_core::event::assessment::{AssessmentEvent, Figures};
use shouxin_core::id::{AssessmentId, Position};
use shouxin_core::limits::ASSESSMENT_MONTHS_MAX;
use shouxin_core::row::Index;
use shouxin_core::row::assessment::AssessmentRow;
use shouxin_core::rules::{Department, RuleSet};
use shouxin_core::tally::{Counter, Month};
use shouxin_core::time::Day;
use utoipa::{IntoParams, ToSchema};

use crate::engine::query::Query;
use crate::http::caller::Caller;
use crate::http::edge::{Edge, Hex32, id};
use crate::http::looks;
use crate::http::problem::{Code, Problem};
use crate::http::read::Sight;
use crate::http::write::{Creates, Write};
use crate::http::{App, Table, reads};

type Answer = Result<HttpResponse, Problem>;

const OFFICE: &[Role] = &[Role::CreditOffice];
const DEPARTMENTS: &[Role] = &[Role::Department, Role::Provider, Role::CreditOffice];
const READERS: &[Role] =
    &[Role::CreditOffice, Role::LeadingGroup, Role::Auditor, Role::Department, Role::Provider];
/// Assessments of one page.
const PAGE_ROWS: usize = 100;

/// Registers the routes.
pub(crate) fn routes(table: &mut Table<'_>) {
    table
        .list::<Period>(
            "/v1/assessment",
            web::get().to(live),
            "部门考核数据 / departments' live figures",
        )
        .post::<OpenAssessment>("/v1/assessments", "开展考核 / open an assessment")
        .post::<FreezeAssessment>("/v1/assessments/{id}/freeze", "固定数据 / freeze the figures")
        .post::<CommentOnAssessment>(
            "/v1/assessments/{id}/comment",
            "部门说明 / a department comments",
        )
        .post::<FinaliseAssessment>("/v1/assessments/{id}/finalise", "定稿 / make them final")
        .post::<OrderRectification>(
            "/v1/assessments/{id}/order",
            "责令整改 / order a rectification",
        )
        .post::<ReportRectification>(
            "/v1/assessments/{id}/rectify",
            "整改报告 / report the rectification",
        )
        .post::<ReportAssessment>("/v1/assessments/{id}/report", "报县政府 / report to the county")
        .list::<After>("/v1/assessments", web::get().to(list), "考核一览 / assessments")
        .list::<Period>(
            "/v1/assessments/{id}",
            web::get().to(one),
            "考核 / an assessment, or id.csv",
        );
}

/// 开展考核.
/// Source: domain.md O71.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OpenAssessment {
    #[schema(value_type = String, example = "2026-01")]
    from: Month,
    #[schema(value_type = String, example = "2026-06")]
    to: Month,
}

impl Write for OpenAssessment {
    const LABEL: &'static str = "assessments.open";
    const ROLES: &'static [Role] = OFFICE;
    const CREATES: Creates = Some(("G", &["assessment.opened"]));

    fn command(self, _: &str, _: &Edge<'_>) -> Result<Command, Problem> {
        Ok(Command::Assessment(AssessmentCommand::Open { from: self.from, to: self.to }))
    }
}

/// 固定数据: copies the figures; later events change them no more.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FreezeAssessment {}

impl Write for FreezeAssessment {
    const LABEL: &'static str = "assessments.freeze";
    const ROLES: &'static [Role] = OFFICE;

    fn command(self, path: &str, _: &Edge<'_>) -> Result<Command, Problem> {
        Ok(Command::Assessment(AssessmentCommand::Freeze { assessment: id(path)? }))
    }
}

/// 部门说明: about the department's own figures, and about no person.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CommentOnAssessment {
    comment: String,
}

impl Write for CommentOnAssessment {
    const LABEL: &'static str = "assessments.comment";
    const ROLES: &'static [Role] = DEPARTMENTS;

    fn command(self, path: &str, _: &Edge<'_>) -> Result<Command, Problem> {
        let assessment = id(path)?;
        Ok(Command::Assessment(AssessmentCommand::Comment { assessment, comment: self.comment }))
    }
}

/// 定稿, by the head of the credit office.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FinaliseAssessment {
    document_number: String,
    document_sha256: Hex32,
}

impl Write for FinaliseAssessment {
    const LABEL: &'static str = "assessments.finalise";
    const ROLES: &'static [Role] = OFFICE;

    fn command(self, path: &str, _: &Edge<'_>) -> Result<Command, Problem> {
        Ok(Command::Assessment(AssessmentCommand::Finalise {
            assessment: id(path)?,
            document_number: self.document_number,
            document_sha256: self.document_sha256.kept_by_its_maker(),
        }))
    }
}

/// 责令整改.
/// Source: domain.md O71.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OrderRectification {
    department: String,
    reasons: String,
    #[schema(value_type = String, format = Date)]
    by: Day,
}

impl Write for OrderRectification {
    const LABEL: &'static str = "assessments.order";
    const ROLES: &'static [Role] = OFFICE;

    fn command(self, path: &str, _: &Edge<'_>) -> Result<Command, Problem> {
        Ok(Command::Assessment(AssessmentCommand::Order {
            assessment: id(path)?,
            department: self.department,
            reasons: self.reasons,
            by: self.by,
        }))
    }
}

/// 整改报告, by the department that was ordered.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReportRectification {
    account: String,
    document_sha256: Hex32,
}

impl Write for ReportRectification {
    const LABEL: &'static str = "assessments.rectify";
    const ROLES: &'static [Role] = DEPARTMENTS;

    fn command(self, path: &str, _: &Edge<'_>) -> Result<Command, Problem> {
        Ok(Command::Assessment(AssessmentCommand::Rectify {
            assessment: id(path)?,
            account: self.account,
            document_sha256: self.document_sha256.kept_by_its_maker(),
        }))
    }
}

/// 报县人民政府.
/// Source: domain.md O71.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReportAssessment {
    document_number: String,
    document_sha256: Hex32,
}

impl Write for ReportAssessment {
    const LABEL: &'static str = "assessments.report";
    const ROLES: &'static [Role] = OFFICE;

    fn command(self, path: &str, _: &Edge<'_>) -> Result<Command, Problem> {
        Ok(Command::Assessment(AssessmentCommand::Report {
            assessment: id(path)?,
            document_number: self.document_number,
            document_sha256: self.document_sha256.kept_by_its_maker(),
        }))
    }
}

/// The department whose officer the caller is.
pub(super) fn own_department<'a>(rules: &'a RuleSet, caller: &Caller) -> Option<&'a Department> {
    match &caller.actor {
        Some(Actor::Officer(officer)) => rules.department_by_uscc(officer.authority.as_str()),
        _ => None,
    }
}

/// Whose figures a caller sees: everybody's, or its own department's.
enum Scope {
    All,
    Own(String),
}

impl Scope {
    fn of(rules: &RuleSet, caller: &Caller) -> Result<Scope, Problem> {
        match caller.role {
            Role::CreditOffice | Role::LeadingGroup | Role::Auditor => Ok(Scope::All),
            _ => own_department(rules, caller)
                .map(|department| Scope::Own(department.code.clone()))
                .ok_or_else(Problem::not_found),
        }
    }

    fn shows(&self, department: &str) -> bool {
        match self {
            Scope::All => true,
            Scope::Own(own) => own == department,
        }
    }
}

/// `?from=YYYY-MM&to=YYYY-MM&format=csv`
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Period {
    /// 起 / from.
    from: Option<String>,
    /// 止 / to.
    to: Option<String>,
    /// 格式 / the form of the answer.
    format: Option<String>,
}

fn month(field: &'static str, text: Option<&String>) -> Result<Month, Problem> {
    text.and_then(|text| text.parse().ok()).ok_or_else(|| {
        Problem::new(
            Code::ValueInvalid,
            format!("{field} 不是月份 / is no month"),
            "例如 ?from=2026-01&to=2026-06 / for example",
        )
        .on(field)
    })
}

/// `GET /v1/assessment?from=&to=`: what the counters say now.
async fn live(request: HttpRequest, period: UrlQuery<Period>, app: Data<App>) -> Answer {
    let caller = Caller::of(&request, &app.engine)?;
    caller.require(READERS)?;
    let rules = &app.engine.rules;
    let scope = Scope::of(rules, &caller)?;
    let from = month("from", period.from.as_ref())?;
    let to = month("to", period.to.as_ref())?;
    let months = usize::from(ASSESSMENT_MONTHS_MAX);
    if !(1..=months).contains(&from.through(to).take(months.saturating_add(1)).count()) {
        return Err(Problem::new(
            Code::ValueInvalid,
            format!("期间 {from} 至 {to} 不是 1 至 {months} 个月 / not 1 to {months} months"),
            "请填写起止月份，例如 2026-01 至 2026-06 / give first and last month",
        )
        .on("to"));
    }
    let file = format!("assessment {from} {to}");
    looks::record_access(&request, &app, &caller, file, Sight::Government).await?;
    let mut query = Query::new(app.engine.view.read());
    let before = Position::local(query.next());
    let all = query.ask(|rows| figures(rows, rules, from, to))?;
    let shown: Vec<&Figures> = all.iter().filter(|own| scope.shows(&own.department)).collect();
    if period.format.as_deref() == Some("csv") {
        return Ok(csv(rules, from, to, &shown));
    }
    Ok(HttpResponse::Ok().json(json!({
        "from": from,
        "to": to,
        "before": before.to_string(),
        "departments": shown.iter().map(|own| department(rules, own)).collect::<Vec<_>>(),
    })))
}

fn department(rules: &RuleSet, own: &Figures) -> Value {
    let counts: Map<String, Value> = Counter::ALL
        .iter()
        .map(|counter| (counter.name().to_owned(), json!(own.counts.get(*counter))))
        .collect();
    let found = rules.department(&own.department);
    let liaison = own.counts.get(Counter::LiaisonOnFile) > 0;
    json!({
        "department": own.department,
        "name": found.map(|found| format!("{} / {}", found.name_zh, found.name_en)),
        "liaison_on_file": liaison,
        "figures": counts,
    })
}

fn csv(rules: &RuleSet, from: Month, to: Month, shown: &[&Figures]) -> HttpResponse {
    let heads = Counter::ALL.iter().map(|own| own.name().to_owned());
    let titles = Counter::ALL.iter().map(|own| own.title_zh().to_owned());
    let fixed = |texts: [&str; 4]| texts.map(str::to_owned).into_iter();
    let mut lines = vec![
        line(fixed(["from", "to", "department", "name"]).chain(heads)),
        line(fixed(["起", "止", "部门", "名称"]).chain(titles)),
    ];
    let (from, to) = (from.to_string(), to.to_string());
    for own in shown {
        let name = rules.department(&own.department).map_or("", |found| found.name_zh.as_str());
        let counts = Counter::ALL.iter().map(|counter| own.counts.get(*counter).to_string());
        lines.push(line(fixed([&from, &to, &own.department, name]).chain(counts)));
    }
    HttpResponse::Ok().content_type("text/csv; charset=utf-8").body(lines.concat())
}

fn line(fields: impl Iterator<Item = String>) -> String {
    let quoted = |field: String| match field.contains([',', '"', '\n', '\r']) {
        true => format!("\"{}\"", field.replace('"', "\"\"")),
        false => field,
    };
    let mut line = fields.map(quoted).collect::<Vec<_>>().join(",");
    line.push_str("\r\n");
    line
}

/// `?after=CURSOR`
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct After {
    /// 上一页返回的 next / the `next` of the page before.
    after: Option<String>,
}

/// `GET /v1/assessments`
async fn list(request: HttpRequest, page: UrlQuery<After>, app: Data<App>) -> Answer {
    let caller = Caller::of(&request, &app.engine)?;
    caller.require(READERS)?;
    let after = page.after.as_deref().map(id::<Position>).transpose()?;
    let file = "assessments".to_owned();
    looks::record_access(&request, &app, &caller, file, Sight::Government).await?;
    let mut query = Query::new(app.engine.view.read());
    let entry = Index::Assessments(AssessmentId(Position::local(0)));
    let (positions, more) = query.page(&entry, after, PAGE_ROWS)?;
    let next = if more { positions.last().map(ToString::to_string) } else { None };
    let mut shown = Vec::new();
    for at in positions {
        let row = query.ask(|rows| rows.must_assessment(AssessmentId(at)).cloned())?;
        shown.push(head(&row));
    }
    Ok(HttpResponse::Ok().json(json!({"assessments": shown, "next": next})))
}

fn head(row: &AssessmentRow) -> Value {
    json!({
        "id": row.id.to_string(),
        "from": row.from,
        "to": row.to,
        "state": row.state(),
        "opened_by": row.opened_by.to_string(),
        "opened_on": row.opened_on,
    })
}

/// `GET /v1/assessments/{id}`, or `{id}.csv`
async fn one(
    request: HttpRequest,
    path: Path<String>,
    period: UrlQuery<Period>,
    app: Data<App>,
) -> Answer {
    let caller = Caller::of(&request, &app.engine)?;
    caller.require(READERS)?;
    let rules = &app.engine.rules;
    let scope = Scope::of(rules, &caller)?;
    let (text, as_csv) = match path.strip_suffix(".csv") {
        Some(text) => (text, true),
        None => (path.as_str(), period.format.as_deref() == Some("csv")),
    };
    let id: AssessmentId = id(text)?;
    let row = {
        let mut query = Query::new(app.engine.view.read());
        query.ask(|rows| rows.must_assessment(id).cloned())?
    };
    looks::record_access(&request, &app, &caller, id.to_string(), Sight::Government).await?;
    let figures = row.frozen.iter().flat_map(|frozen| &frozen.figures);
    let shown: Vec<&Figures> = figures.filter(|own| scope.shows(&own.department)).collect();
    if as_csv {
        return Ok(csv(rules, row.from, row.to, &shown));
    }
    let mut body = head(&row);
    body["frozen_on"] = json!(row.frozen.as_ref().map(|frozen| frozen.on));
    body["frozen_by"] = json!(row.frozen.as_ref().map(|frozen| frozen.by.to_string()));
    body["comment_by"] = json!(row.frozen.as_ref().map(|frozen| frozen.comment_by));
    body["departments"] = shown.iter().map(|own| department(rules, own)).collect();
    body["comments"] = json!(comments(&app, &row, &scope)?);
    body["rectifications"] = json!(rectifications(&app, &row, &scope)?);
    body["finalised"] = document(&app, row.finalised_at)?;
    body["reported"] = document(&app, row.reported_at)?;
    Ok(HttpResponse::Ok().json(body))
}

/// Texts stay in the log; the row names the events that carry them.
fn said(app: &App, at: Position) -> Result<(Value, Value), Problem> {
    let envelope = reads::envelope(&app.engine, at)?;
    let text = match envelope.event {
        Event::Assessment(
            AssessmentEvent::Commented { comment: text, .. }
            | AssessmentEvent::RectificationOrdered { reasons: text, .. }
            | AssessmentEvent::Rectified { account: text, .. },
        ) => json!(text),
        _ => Value::Null,
    };
    Ok((text, json!(envelope.legal_date)))
}

fn comments(app: &App, row: &AssessmentRow, scope: &Scope) -> Result<Vec<Value>, Problem> {
    let shown = row.comments.iter().filter(|(department, _)| scope.shows(department));
    let comment = |(department, at): &(String, Position)| {
        let (text, on) = said(app, *at)?;
        Ok(json!({"department": department, "on": on, "comment": text}))
    };
    shown.map(comment).collect()
}

fn rectifications(app: &App, row: &AssessmentRow, scope: &Scope) -> Result<Vec<Value>, Problem> {
    let mut shown = Vec::new();
    for own in row.rectifications.iter().filter(|own| scope.shows(&own.department)) {
        let (reasons, on) = said(app, own.ordered_at)?;
        let mut body = json!({
            "department": own.department,
            "ordered_on": on,
            "reasons": reasons,
            "by": own.by,
            "rectified_on": Value::Null,
        });
        if let Some(at) = own.rectified_at {
            let (account, on) = said(app, at)?;
            body["rectified_on"] = on;
            body["account"] = account;
        }
        shown.push(body);
    }
    Ok(shown)
}

fn document(app: &App, at: Option<Position>) -> Result<Value, Problem> {
    let Some(at) = at else {
        return Ok(Value::Null);
    };
    let envelope = reads::envelope(&app.engine, at)?;
    Ok(match &envelope.event {
        Event::Assessment(
            AssessmentEvent::Finalised { document_number, document_sha256, .. }
            | AssessmentEvent::Reported { document_number, document_sha256, .. },
        ) => json!({
            "on": envelope.legal_date,
            "by": envelope.actor.to_string(),
            "document_number": document_number,
            "document_sha256": data_encoding::HEXLOWER.encode(document_sha256),
        }),
        _ => Value::Null,
    })
}
