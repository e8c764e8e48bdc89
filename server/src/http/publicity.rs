//! Double publicity: permits and penalties come in by the batch, and what may be shown goes out as
//! JSON or in the columns of the national layout.

use actix_web::HttpResponse;
use actix_web::web::{self, Data, Path, Query as UrlQuery};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use shouxin_core::actor::Role;
use shouxin_core::command::Command;
use shouxin_core::command::publicity::PublicityCommand;
use shouxin_core::decide::Reject;
use shouxin_core::event::publicity::DecisionKind;
use shouxin_core::id::{Position, RecordId};
use shouxin_core::row::{Index, Key, RecordRow, Row};
use shouxin_core::time::Day;
use utoipa::{IntoParams, ToSchema};

use crate::engine::query::Query;
use crate::http::collection::{REGISTRARS, bounded};
use crate::http::edge::{Edge, id};
use crate::http::problem::{Code, Problem};
use crate::http::read::{Sight, record_shown};
use crate::http::write::{Creates, Write};
use crate::http::{App, Table};
use crate::publicity::decision::{Fault, Stop, decision};
use crate::publicity::shown::{Shown, shown};
use crate::publicity::table;

const PAGE_ROWS_MAX: usize = 1000;
const PAGE_ROWS: usize = 100;

/// Registers the routes.
pub(crate) fn routes(table: &mut Table<'_>) {
    table
        .post::<FilePermits>("/v1/permits", "行政许可双公示 / file permits")
        .post::<FilePenalties>("/v1/penalties", "行政处罚双公示 / file penalties")
        .list::<Page>(
            "/v1/publicity/{kind}",
            web::get().to(list),
            "双公示信息 / what is on display",
        );
}

/// 行政许可: fields are the codes of the national layout, `XK_WSH`.
/// Source: domain.md O25, T12.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FilePermits {
    #[schema(value_type = Vec<Object>)]
    permits: Vec<Map<String, Value>>,
}

/// 行政处罚: fields are the codes of the national layout, `CF_WSH`.
/// Source: domain.md O25, T12.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FilePenalties {
    #[schema(value_type = Vec<Object>)]
    penalties: Vec<Map<String, Value>>,
}

/// A batch as a command: what cannot be read is rejected by item, like what `decide` rejects.
fn file(
    kind: DecisionKind,
    items: &[Map<String, Value>],
    edge: &Edge<'_>,
) -> Result<Command, Problem> {
    bounded(items.len())?;
    let (mut decisions, mut unread) = (Vec::new(), Vec::new());
    for (index, item) in items.iter().enumerate() {
        match decision(kind, index, item, edge) {
            Ok(decision) => decisions.push(decision),
            Err(Stop::Fault(Fault { field, reason, detail })) => {
                unread.push(Reject { index, field, reason, detail });
            }
            Err(Stop::Problem(problem)) => return Err(problem),
        }
    }
    Ok(Command::Publicity(PublicityCommand::File { kind, decisions, unread }))
}

impl Write for FilePermits {
    const LABEL: &'static str = "permits.file";
    const ROLES: &'static [Role] = REGISTRARS;
    const CREATES: Creates = Some(("R", &["record.accepted"]));

    fn command(self, _: &str, edge: &Edge<'_>) -> Result<Command, Problem> {
        file(DecisionKind::Permit, &self.permits, edge)
    }
}

impl Write for FilePenalties {
    const LABEL: &'static str = "penalties.file";
    const ROLES: &'static [Role] = REGISTRARS;
    const CREATES: Creates = Some(("R", &["record.accepted"]));

    fn command(self, _: &str, edge: &Edge<'_>) -> Result<Command, Problem> {
        file(DecisionKind::Penalty, &self.penalties, edge)
    }
}

/// `?after=CURSOR&limit=N&format=csv&bom=true`
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Page {
    /// 上一页返回的 next / the `next` of the page before.
    after: Option<String>,
    /// 本页条数，至多 1000 / rows of this page, at most 1000.
    limit: Option<usize>,
    /// 格式 / the form of the answer.
    format: Option<String>,
    /// 是否以字节序标记开头 / whether CSV begins with a byte-order mark.
    #[serde(default)]
    bom: bool,
}

/// Whether a decision is on display: the index names it, the day has the last word.
pub(crate) fn on_display(row: &RecordRow, today: Day) -> bool {
    !row.subject.is_personal() && record_shown(row, today, Sight::Public)
}

/// `GET /v1/publicity/{permits or penalties}`: what may be shown now, for everybody.
pub async fn list(
    path: Path<String>,
    page: UrlQuery<Page>,
    app: Data<App>,
) -> Result<HttpResponse, Problem> {
    let kind = match path.as_str() {
        "permits" => DecisionKind::Permit,
        "penalties" => DecisionKind::Penalty,
        _ => return Err(Problem::not_found()),
    };
    let csv = match page.format.as_deref() {
        None | Some("json") => false,
        Some("csv") => true,
        Some(_) => {
            let detail = "format 须为 json 或 csv / is json or csv";
            let cure = "例如 ?format=csv / for example";
            return Err(Problem::new(Code::ValueInvalid, detail, cure).on("format"));
        }
    };
    let after: Option<Position> = page.after.as_deref().map(id).transpose()?;
    let limit = page.limit.unwrap_or(PAGE_ROWS).clamp(1, PAGE_ROWS_MAX);
    let engine = &app.engine;
    let today = engine.clock.now().legal_date();
    let mut query = Query::new(engine.view.read());
    let entry = Index::Disclosed(kind, RecordId(Position::local(0)));
    let (positions, more) = query.page(&entry, after, limit)?;
    let next = if more { positions.last().map(ToString::to_string) } else { None };
    let mut found: Vec<Shown> = Vec::new();
    for at in positions {
        if let Some(Row::Record(row)) = query.row(&Key::Record(RecordId(at)))?
            && on_display(&row, today)
        {
            found.extend(shown(engine, &mut query, kind, row)?);
        }
    }
    let mut response = HttpResponse::Ok();
    response.insert_header(("Cache-Control", "no-cache"));
    if csv {
        if let Some(next) = &next {
            response.insert_header(("Shouxin-Next", next.as_str()));
        }
        response.content_type("text/csv; charset=utf-8");
        return Ok(response.body(table::text(kind, &found, page.bom)?));
    }
    let name = path.as_str();
    let items: Vec<Value> = found.iter().map(Shown::json).collect();
    Ok(response.json(json!({"as_of": today, name: items, "next": next})))
}
