//! The published lists: filtered, as they changed, and as JSON, CSV or NDJSON. Natural persons
//! and individual businesses are on none.

use std::collections::BTreeMap;

use actix_web::web::{self, Data, Path, Query as UrlQuery};
use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;
use serde_json::{Value, json};
use shouxin_core::apply::{listing_is_published, nomination_is_shown};
use shouxin_core::event::{Colour, Target};
use shouxin_core::id::{ListingId, Position};
use shouxin_core::path::Standing;
use shouxin_core::row::{Index, ListingKind, ListingRow, RedState};
use shouxin_core::time::Day;
use utoipa::IntoParams;

use crate::engine::query::Query;
use crate::http::changes::{self, Changes};
use crate::http::edge::id;
use crate::http::format::{Format, headed, ndjson, page};
use crate::http::problem::{Code, Problem};
use crate::http::read::Under;
use crate::http::reads::{PAGE_ROWS, PAGE_ROWS_MAX};
use crate::http::{App, Table, read};
use crate::publicity::table;

/// Entries looked at for one page, however few of them a filter lets through.
const EXAMINED_MAX: usize = 1000;

/// Registers the routes.
pub(crate) fn routes(table: &mut Table<'_>) {
    table.list::<Asked>("/v1/lists/{colour}", web::get().to(list), "红黑名单 / published lists");
}

/// What a reader asks of a list.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Asked {
    /// 上一页返回的 next / the `next` of the page before.
    after: Option<String>,
    /// 本页条数，至多 1000 / rows of this page, at most 1000.
    limit: Option<usize>,
    /// 格式 / the form of the answer.
    format: Option<String>,
    /// 是否以字节序标记开头 / whether CSV begins with a byte-order mark.
    bom: Option<bool>,
    /// 部门代码 / code of a department.
    department: Option<String>,
    /// 机关的统一社会信用代码 / code of an authority.
    authority: Option<String>,
    /// 失信行为编号 / id of a behaviour.
    behaviour: Option<String>,
    /// 领域，1 至 4 / area, 1 to 4.
    area: Option<u8>,
    /// 起 / from.
    from: Option<String>,
    /// 止 / until.
    until: Option<String>,
    /// 上次答复中的 through / the `through` of an earlier answer.
    changed_since: Option<String>,
    /// 状态 / the state.
    state: Option<String>,
}

/// The same, checked against the rules.
#[derive(Default)]
struct Filter {
    authority: Option<String>,
    behaviour: Option<String>,
    area: Option<u8>,
    from: Option<Day>,
    until: Option<Day>,
    /// Nominations under public notice instead of listings.
    noticed: bool,
}

fn wrong(field: &'static str, detail: &str) -> Problem {
    let cure = "见 docs/API.md 的“Reading” / see there";
    Problem::new(Code::ValueInvalid, detail.to_owned(), cure).on(field)
}

fn day(field: &'static str, text: Option<&str>) -> Result<Option<Day>, Problem> {
    let read = |text: &str| {
        text.parse::<Day>().map_err(|_| {
            let detail = format!("{text} 不是日期 / is no date");
            Problem::new(Code::DateInvalid, detail, "例如 2026-01-05 / for example").on(field)
        })
    };
    text.map(read).transpose()
}

impl Asked {
    fn filter(&self, app: &App, colour: Colour) -> Result<Filter, Problem> {
        let rules = &app.engine.rules;
        let own = match self.department.as_deref() {
            Some(code) => {
                let found = rules.department(code);
                let missing = || wrong("department", "没有该部门 / there is no such department");
                Some(found.ok_or_else(missing)?.uscc.clone())
            }
            None => None,
        };
        if let Some(behaviour) = &self.behaviour
            && rules.behaviour(behaviour).is_none()
        {
            return Err(wrong("behaviour", "目录没有该行为 / the catalogue has no such behaviour"));
        }
        if self.area.is_some_and(|area| !(1..=4).contains(&area)) {
            return Err(wrong("area", "领域为 1 至 4 / areas are 1 to 4"));
        }
        if colour == Colour::Red && (self.behaviour.is_some() || self.area.is_some()) {
            let field = if self.area.is_some() { "area" } else { "behaviour" };
            return Err(wrong(field, "红名单不分失信行为和领域 / the red list has neither"));
        }
        if own.is_some() && self.authority.is_some() {
            return Err(wrong("authority", "department 与 authority 只用其一 / one of both"));
        }
        let noticed = match (self.state.as_deref(), colour) {
            (None, _) => false,
            (Some("public_notice"), Colour::Red) => true,
            _ => {
                let detail =
                    "红名单可用 state=public_notice，其他不可用 / only that, of the red list";
                return Err(wrong("state", detail));
            }
        };
        Ok(Filter {
            noticed,
            authority: own.or_else(|| self.authority.clone()),
            behaviour: self.behaviour.clone(),
            area: self.area,
            from: day("from", self.from.as_deref())?,
            until: day("until", self.until.as_deref())?,
        })
    }
}

impl Filter {
    fn takes(&self, app: &App, row: &ListingRow) -> bool {
        let (authority, behaviour, since) = match &row.kind {
            ListingKind::Black { behaviour, case, .. } => {
                let since = case.path.served().map(|served| served.starts_on);
                (case.proposed_by.authority, Some(behaviour.as_str()), since)
            }
            ListingKind::Red(red) => {
                let since = match &red.state {
                    RedState::Active { since, .. } | RedState::Expired { since, .. } => {
                        Some(*since)
                    }
                    _ => None,
                };
                (red.authority, None, since)
            }
        };
        let area = behaviour.and_then(|own| app.engine.rules.behaviour(own)).map(|own| own.area);
        self.authority.as_deref().is_none_or(|own| own == authority.as_str())
            && self.behaviour.as_deref().is_none_or(|own| behaviour == Some(own))
            && self.area.is_none_or(|own| area == Some(own))
            && self.from.is_none_or(|from| since.is_some_and(|since| from <= since))
            && self.until.is_none_or(|until| since.is_some_and(|since| since <= until))
    }
}

fn colour_of(row: &ListingRow) -> Colour {
    match row.kind {
        ListingKind::Black { .. } => Colour::Black,
        ListingKind::Red(_) => Colour::Red,
    }
}

/// Items of a page, the cursor of the next, and where the reader stands after it.
struct Found {
    items: Vec<Value>,
    next: Option<Position>,
    through: Position,
}

/// `GET /v1/lists/{red or black}`
/// Source: domain.md O21, O23, O24, O40.
async fn list(
    request: HttpRequest,
    path: Path<String>,
    asked: UrlQuery<Asked>,
    app: Data<App>,
) -> Result<HttpResponse, Problem> {
    let colour = match path.as_str() {
        "red" => Colour::Red,
        "black" => Colour::Black,
        _ => return Err(Problem::not_found()),
    };
    let format = Format::of(&request, asked.format.as_deref())?;
    let filter = asked.filter(&app, colour)?;
    let limit = asked.limit.unwrap_or(PAGE_ROWS).clamp(1, PAGE_ROWS_MAX);
    let after: Option<Position> = asked.after.as_deref().map(id).transpose()?;
    let today = app.engine.clock.now().legal_date();
    let found = match asked.changed_since.as_deref() {
        Some(since) => {
            let since = match day("changed_since", Some(since)) {
                Ok(Some(day)) => changes::before_day(&app, day)?,
                _ => id(since)?,
            };
            changed(&app, colour, &filter, after.unwrap_or(since), limit, today)?
        }
        None => current(&app, colour, &filter, after, limit, today)?,
    };
    let next = found.next.map(|at| at.to_string());
    let (next, through) = (next.as_deref(), found.through.to_string());
    Ok(match format {
        Format::Json => {
            let mut body = page("listings", &found.items, next, &through);
            body["as_of"] = json!(today);
            headed(next, &through).json(body)
        }
        Format::Ndjson => ndjson(&found.items, next, &through),
        Format::Csv => {
            let bytes = csv(&found.items, asked.bom.unwrap_or(false))?;
            headed(next, &through).content_type("text/csv; charset=utf-8").body(bytes)
        }
    })
}

/// What is on the list today.
fn current(
    app: &App,
    colour: Colour,
    filter: &Filter,
    after: Option<Position>,
    limit: usize,
    today: Day,
) -> Result<Found, Problem> {
    let mut query = Query::new(app.engine.view.read());
    let through = Position::local(query.next().saturating_sub(1));
    let first = ListingId(Position::local(0));
    let entry = match filter.noticed {
        true => Index::Noticed(first),
        false => Index::Published(colour, first),
    };
    let (positions, more) = query.page(&entry, after, EXAMINED_MAX)?;
    let (mut items, mut last) = (Vec::new(), None);
    for at in &positions {
        if items.len() == limit {
            return Ok(Found { items, next: last, through });
        }
        last = Some(*at);
        let row = query.ask(|rows| rows.must_listing(ListingId(*at)).cloned())?;
        if filter.takes(app, &row) {
            items.extend(shown(app, &mut query, &row, filter.noticed, today)?);
        }
    }
    Ok(Found { items, next: last.filter(|_| more), through })
}

/// What of the list changed after a position: each thing once, as it stands today.
fn changed(
    app: &App,
    colour: Colour,
    filter: &Filter,
    since: Position,
    limit: usize,
    today: Day,
) -> Result<Found, Problem> {
    let mut query = Query::new(app.engine.view.read());
    let head = Position::local(query.next().saturating_sub(1));
    // Every change is looked at, also of records and of the other list.
    let Changes { found, end } = changes::public(&query, since, limit.min(EXAMINED_MAX))?;
    let newest: BTreeMap<ListingId, Position> = found
        .iter()
        .filter_map(|(at, target)| match target {
            Target::Listing(id) => Some((*id, *at)),
            _ => None,
        })
        .collect();
    let mut items = Vec::new();
    for (id, at) in newest {
        let row = query.ask(|rows| rows.must_listing(id).cloned())?;
        if colour_of(&row) != colour || !filter.takes(app, &row) {
            continue;
        }
        // One who follows the list hears of a nomination once it is a listing.
        if !filter.noticed && nomination_is_shown(&row) {
            continue;
        }
        let mut item = match shown(app, &mut query, &row, filter.noticed, today)? {
            Some(item) => item,
            // What is no longer on display leaves its id and a day, and nothing else.
            None => {
                let on = changes::listing_withdrawn_on(&row, today);
                json!({"id": id.to_string(), "withdrawn_on": on})
            }
        };
        item["changed_at"] = json!(at.to_string());
        items.push(item);
    }
    Ok(Found { items, next: end, through: end.unwrap_or(head) })
}

/// A listing as the public may see it today, if it may.
fn shown(
    app: &App,
    query: &mut Query<'_>,
    row: &ListingRow,
    noticed: bool,
    today: Day,
) -> Result<Option<Value>, Problem> {
    let standing = query.ask(|rows| rows.listing_standing(row.id, today))?;
    let on_display = match noticed {
        true => nomination_is_shown(row),
        false => standing == Standing::InForce && listing_is_published(row),
    };
    if !on_display || row.subject.is_personal() {
        return Ok(None);
    }
    let head = query.ask(|rows| rows.must_subject(row.subject).cloned())?;
    let mut body = read::listing(query, &app.engine.rules.instruments, row, Under::Nobody, today)?;
    body["name"] = read::name(&app.engine.vault, &head);
    let rules = &app.engine.rules;
    if let ListingKind::Black { behaviour, .. } = &row.kind {
        body["area"] = json!(rules.behaviour(behaviour).map(|own| own.area));
    }
    let authority = body["authority"].as_str().unwrap_or_default().to_owned();
    body["department"] = json!(rules.department_by_uscc(&authority).map(|own| own.code.clone()));
    Ok(Some(body))
}

/// Columns of the table, and the way to each value in an item.
const COLUMNS: &[(&str, &str)] = &[
    ("id", "/id"),
    ("colour", "/colour"),
    ("subject", "/subject"),
    ("name", "/name"),
    ("authority", "/authority"),
    ("department", "/department"),
    ("behaviour", "/behaviour"),
    ("area", "/area"),
    ("decision_number", "/decision/number"),
    ("starts_on", "/decision/starts_on"),
    ("end", "/decision/end"),
    ("basis", "/basis"),
    ("status", "/status"),
    ("changed_at", "/changed_at"),
    ("withdrawn_on", "/withdrawn_on"),
    ("state", "/state"),
    ("notice_until", "/notice_until"),
];

fn cell(value: Option<&Value>) -> String {
    match value {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(Value::Array(all)) => {
            let parts = |own: &Value| {
                let part = |name: &str| own[name].as_str().unwrap_or_default().to_owned();
                let cited = format!("{} {}", part("instrument"), part("article"));
                match own["repealed_on"].as_str() {
                    Some(on) => format!("{cited}（{on} 废止 / repealed）"),
                    None => cited,
                }
            };
            all.iter().map(parts).collect::<Vec<_>>().join("; ")
        }
        Some(other) => other.to_string(),
    }
}

fn csv(items: &[Value], mark: bool) -> Result<Vec<u8>, Problem> {
    table::written(mark, |output| {
        output.write_record(COLUMNS.iter().map(|(name, _)| name))?;
        for item in items {
            output.write_record(COLUMNS.iter().map(|(_, way)| cell(item.pointer(way))))?;
        }
        Ok(())
    })
}
