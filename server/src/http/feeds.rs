//! For everybody and for market bodies: what changed in public as a reference and never an order
//! (domain.md O43, INV-12); newly issued codes (O08); the integrity records of units (O14, O73).

use std::collections::BTreeMap;

use actix_web::web::{self, Data, Query as UrlQuery};
use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;
use serde_json::{Value, json};
use shouxin_core::actor::{Role, SubjectKey};
use shouxin_core::event::Target;
use shouxin_core::id::{Position, RecordId};
use shouxin_core::identifier::uscc::Uscc;
use shouxin_core::keys;
use shouxin_core::path;
use shouxin_core::row::social::SocialIndex;
use shouxin_core::row::{Index, ListingKind, RedState};
use shouxin_core::time::Day;
use utoipa::IntoParams;

use crate::channels::face;
use crate::engine::query::{Query, QueryError};
use crate::http::caller::Caller;
use crate::http::problem::{Code, Problem};
use crate::http::read::{self, Sight};
use crate::http::reads::{Cursor, PAGE_ROWS, PAGE_ROWS_MAX};
use crate::http::{App, Table, changes, reads};

/// Things that one event can change; more than a command can touch.
const CHANGES_OF_ONE_EVENT_MAX: usize = 4_096;

/// Who follows a feed: every system with a key.
const SYSTEMS: &[Role] = &[
    Role::Department,
    Role::Provider,
    Role::CreditOffice,
    Role::LeadingGroup,
    Role::Association,
    Role::CourtRegistrar,
    Role::DataOfficer,
    Role::Auditor,
    Role::Market,
];

/// Registers the routes.
pub(crate) fn routes(table: &mut Table<'_>) {
    table
        .list::<Cursor>(
            "/v1/reference",
            web::get().to(reference),
            "参考信息 / reference for market bodies",
        )
        .list::<Since>("/v1/codes/new", web::get().to(new_codes), "新增代码 / newly issued codes")
        .list::<Cursor>(
            "/v1/gov-integrity",
            web::get().to(integrity),
            "政务诚信 / integrity of units",
        );
}

/// A page of what changed: each thing once and as it may be shown now, in the order of their newest
/// changes, and where to go on.
struct Changes {
    items: Vec<Value>,
    /// The last change that was looked at: whoever follows asks for what comes behind it.
    through: Position,
    more: bool,
}

/// Since which day a thing is over, where its own row says so.
fn over_since(
    query: &mut Query<'_>,
    target: Target,
    today: Day,
) -> Result<Option<Day>, QueryError> {
    let behind = |last: Day| (today > last).then(|| last.plus_days(1));
    query.ask(|rows| {
        Ok(match target {
            Target::Record(id) => {
                let row = rows.must_record(id)?;
                row.ended_on.or_else(|| row.publicity_until.and_then(behind))
            }
            Target::Listing(id) => match &rows.must_listing(id)?.kind {
                ListingKind::Black { case, .. } => match (&case.path, case.path.served()) {
                    (path::Path::Ended(ended), _) => Some(ended.on),
                    (_, served) => served.and_then(|own| behind(own.decided.decision.end)),
                },
                ListingKind::Red(red) => match red.state {
                    RedState::Active { until, .. } | RedState::Expired { until, .. } => {
                        behind(until)
                    }
                    _ => None,
                },
            },
            Target::Commitment(id) => {
                let over = changes::finding_over_on(rows.must_commitment(id)?);
                over.filter(|on| *on <= today)
            }
            Target::Attribution(_) | Target::Measure(_) => None,
        })
    })
}

fn unshown(at: Position, error: impl std::fmt::Display) -> Problem {
    tracing::error!(%at, %error, "a change cannot be shown");
    Problem::new(
        Code::Internal,
        "读取失败，原因已记入日志 / the read failed; see the log",
        "请联系操作员 / tell the operator",
    )
}

/// Changes as the index has them.
type Found = Vec<(Position, Target)>;

/// At most `limit` changes and whether there are more, if they end with an event: what one event
/// changed is never torn apart by a page.
fn whole_events(mut found: Found, limit: usize) -> Option<(Found, bool)> {
    let Some((beyond, _)) = found.get(limit).copied() else {
        return Some((found, false));
    };
    found.truncate(found.partition_point(|(at, _)| *at < beyond));
    (!found.is_empty()).then_some((found, true))
}

/// What the first event alone changed, and whether anything follows it.
fn first_event(mut found: Found) -> (Found, bool) {
    let all = found.len();
    if let Some((first, _)) = found.first().copied() {
        found.retain(|(at, _)| *at == first);
    }
    let more = all > found.len();
    (found, more)
}

fn changes(app: &App, after: Position, limit: usize) -> Result<Changes, Problem> {
    let mut query = Query::new(app.engine.view.read());
    let from = keys::public_changes_after(after);
    let read = |query: &Query<'_>, rows: usize| -> Result<Found, Problem> {
        let entries = query.range(keys::PUBLIC_CHANGES, Some(&from), rows)?;
        Ok(entries.iter().filter_map(|entry| keys::read_public_change(entry)).collect())
    };
    let (found, more) = match whole_events(read(&query, limit + 1)?, limit) {
        Some(page) => page,
        None => first_event(read(&query, CHANGES_OF_ONE_EVENT_MAX)?),
    };
    let through = found.last().map_or(after, |(at, _)| *at);
    let newest: BTreeMap<Target, Position> =
        found.into_iter().map(|(at, target)| (target, at)).collect();
    let mut order: Vec<(Position, Target)> =
        newest.into_iter().map(|(target, at)| (at, target)).collect();
    order.sort_unstable();
    let today = app.engine.clock.now().legal_date();
    let mut items = Vec::new();
    let mut undated = Vec::new();
    for (at, target) in order {
        let item = face::of(&app.engine, &mut query, target, at, today)
            .map_err(|error| unshown(at, error))?;
        if item["action"] != "withdraw" {
            items.push(item);
            continue;
        }
        // Of what may not be shown any more, its id and the day, and nothing else.
        let over = over_since(&mut query, target, today)?;
        if over.is_none() {
            undated.push((items.len(), at));
        }
        items.push(json!({"id": item["id"], "withdrawn_on": over}));
    }
    // No snapshot is held while the log is read.
    drop(query);
    for (place, at) in undated {
        // What is only hidden is so since it changed.
        let on = reads::envelope(&app.engine, at)?.legal_date;
        if let Some(item) = items.get_mut(place) {
            item["withdrawn_on"] = json!(on);
        }
    }
    Ok(Changes { items, through, more })
}

/// `GET /v1/reference?after=POSITION&limit=N`: what is public, for market bodies that price or
/// choose on their own. Nothing follows from it here, and nobody is asked what they did with it.
/// `next` is there while there is more; `through` is where to go on another day.
/// Source: domain.md O43, M-M10..M-M15.
async fn reference(
    request: HttpRequest,
    cursor: UrlQuery<Cursor>,
    app: Data<App>,
) -> Result<HttpResponse, Problem> {
    Caller::of(&request, &app.engine)?.require(SYSTEMS)?;
    let after = cursor.after()?.unwrap_or(Position::local(0));
    let Changes { items, through, more } = changes(&app, after, cursor.limit())?;
    Ok(HttpResponse::Ok().json(json!({
        "reference_only": true,
        "note": "公开信息，仅供参考；不构成对市场主体的任何指令，不据此产生任何措施，是否使用、如何使用由其自行决定 / \
                 public information for reference only; it orders nobody to do anything, and no measure \
                 follows from it",
        "items": items,
        "through": through.to_string(),
        "next": more.then(|| through.to_string()),
    })))
}

/// `?since=DATE&after=CURSOR&limit=N`
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Since {
    /// 起始日期 / first day, YYYY-MM-DD.
    #[param(value_type = Option<String>, format = Date)]
    since: Option<Day>,
    /// 上一页返回的 next / the `next` of the page before.
    after: Option<String>,
    /// 本页条数，至多 1000 / rows of this page, at most 1000.
    limit: Option<usize>,
}

/// `GET /v1/codes/new?since=DATE`: organisations by the day of their registration here. The code
/// of an individual business is its owner's and is left out.
/// Source: domain.md O08.
async fn new_codes(page: UrlQuery<Since>, app: Data<App>) -> Result<HttpResponse, Problem> {
    let limit = page.limit.unwrap_or(PAGE_ROWS).clamp(1, PAGE_ROWS_MAX);
    let after = match &page.after {
        Some(text) => {
            let (on, code) = cursor(text).ok_or_else(|| {
                Problem::new(
                    Code::IdentifierInvalid,
                    format!("{text} 不是游标 / is no cursor"),
                    "请使用上一页的 next / use the page before's `next`",
                )
                .on("after")
            })?;
            Index::Social(SocialIndex::NewCode(on, code)).encode()
        }
        None => keys::new_codes_from(page.since.unwrap_or(Day::MIN)),
    };
    let mut query = Query::new(app.engine.view.read());
    let entries = query.range(keys::NEW_CODES, Some(&after), limit + 1)?;
    let more = entries.len() > limit;
    let found: Vec<(Day, Uscc)> =
        entries.iter().take(limit).filter_map(|entry| keys::read_new_code(entry)).collect();
    let next = found.last().filter(|_| more).map(|(on, code)| format!("{on}.{code}"));
    let mut codes = Vec::new();
    for (on, code) in found.iter().filter(|(_, code)| !code.is_individual_business()) {
        let key = SubjectKey::Organisation(*code);
        let head = query.ask(|rows| rows.must_subject(key).cloned())?;
        if head.is_erased() {
            continue;
        }
        let name = read::name(&app.engine.vault, &head);
        codes.push(json!({"code": code, "name": name, "registered_on": on}));
    }
    let note = "按在本系统建档之日排列 / by the day of registration here";
    Ok(HttpResponse::Ok().json(json!({"codes": codes, "next": next, "note": note})))
}

fn cursor(text: &str) -> Option<(Day, Uscc)> {
    let (on, code) = text.split_once('.')?;
    Some((on.parse().ok()?, Uscc::parse_attested(code).ok()?.0))
}

/// `GET /v1/gov-integrity`: records of units of government on display; never of an official.
/// Source: domain.md O14, O73.
async fn integrity(page: UrlQuery<Cursor>, app: Data<App>) -> Result<HttpResponse, Problem> {
    let today = app.engine.clock.now().legal_date();
    let mut query = Query::new(app.engine.view.read());
    let entry = Index::Social(SocialIndex::GovIntegrity(RecordId(Position::local(0))));
    let (positions, more) = query.page(&entry, page.after()?, page.limit())?;
    let next = if more { positions.last().map(ToString::to_string) } else { None };
    let mut found = Vec::new();
    for at in positions {
        let row = query.ask(|rows| rows.must_record(RecordId(at)).cloned())?;
        if !read::record_shown(&row, today, Sight::Public) {
            continue;
        }
        let head = query.ask(|rows| rows.must_subject(row.subject).cloned())?;
        found.push(json!({
            "subject": row.subject.to_string(),
            "name": read::name(&app.engine.vault, &head),
            "record": read::record(&app.engine.vault, &row, Sight::Public),
        }));
    }
    let body = json!({"as_of": today, "records": found, "next": next});
    Ok(HttpResponse::Ok().json(body))
}

#[cfg(test)]
mod tests {
    use shouxin_core::id::ListingId;

    use super::*;

    fn change(event: u64, thing: u64) -> (Position, Target) {
        (Position::local(event), Target::Listing(ListingId(Position::local(thing))))
    }

    #[test]
    fn a_page_ends_with_an_event_and_says_whether_anything_follows() {
        let all = [change(5, 1), change(7, 1), change(7, 2), change(9, 1)];
        let page = |from: usize, limit: usize| {
            let rest = &all[from..];
            whole_events(rest.iter().copied().take(limit + 1).collect(), limit)
                .unwrap_or_else(|| first_event(rest.to_vec()))
        };
        assert_eq!(page(0, 4), (all.to_vec(), false));
        assert_eq!(page(0, 3), (all[..3].to_vec(), true));
        assert_eq!(page(0, 2), (all[..1].to_vec(), true), "the second event is left whole");
        assert_eq!(page(1, 1), (all[1..3].to_vec(), true), "and comes whole, with more behind it");
        assert_eq!(page(3, 1), (all[3..].to_vec(), false));
        assert_eq!(page(4, 1), (Vec::new(), false));
    }
}
