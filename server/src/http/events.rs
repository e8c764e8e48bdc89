//! The change feed: what changed, in the order of the log, each thing as it may be shown now to
//! this reader. What was repaired, annulled, suspended off display, erased or is over is
//! `{id, withdrawn_on}` and nothing else, however much of it was shown before.

use std::collections::{BTreeMap, BTreeSet};

use actix_web::web::{self, Data, Query as UrlQuery};
use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;
use serde_json::{Value, json};
use shouxin_core::actor::Role;
use shouxin_core::event::Target;
use shouxin_core::id::{Position, RecordId};
use shouxin_core::time::Day;
use utoipa::IntoParams;

use crate::channels::face;
use crate::engine::Engine;
use crate::engine::query::Query;
use crate::http::caller::Caller;
use crate::http::changes::{self, Changes};
use crate::http::edge::id;
use crate::http::format::{accepts, ndjson};
use crate::http::looks;
use crate::http::problem::{Code, Problem};
use crate::http::read::{self, Sight};
use crate::http::sharing::Reach;
use crate::http::{App, Table, streams};

const PAGE_EVENTS: usize = 100;
const PAGE_EVENTS_MAX: usize = 500;
/// Bytes after which a page ends before the next event.
const PAGE_BYTES_MAX: usize = 1 << 20;

/// Registers the routes.
pub(crate) fn routes(table: &mut Table<'_>) {
    table.list::<Asked>("/v1/events", web::get().to(events), "变更流 / the change feed");
}

/// `?after=POSITION&limit=N`
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Asked {
    /// 上一页返回的 next / the `next` of the page before.
    after: Option<String>,
    /// 本页条数，至多 1000 / rows of this page, at most 1000.
    limit: Option<usize>,
}

/// Whether a reader follows what departments share, or what is public.
fn sight(caller: &Caller) -> Sight {
    match caller.role {
        Role::Department | Role::Provider | Role::CreditOffice => Sight::Government,
        _ => Sight::Public,
    }
}

/// `GET /v1/events?after=`
/// Source: domain.md O18, O19.
async fn events(
    request: HttpRequest,
    asked: UrlQuery<Asked>,
    app: Data<App>,
) -> Result<HttpResponse, Problem> {
    let caller = Caller::of(&request, &app.engine)?;
    let sight = sight(&caller);
    // A client that lost its stream says how far it came.
    let last = request.headers().get("last-event-id").and_then(|value| value.to_str().ok());
    let after = last.or(asked.after.as_deref()).map(id::<Position>).transpose()?;
    let after = after.unwrap_or(Position::local(0));
    let limit = asked.limit.unwrap_or(PAGE_EVENTS).clamp(1, PAGE_EVENTS_MAX);
    let look = match sight {
        Sight::Public => None,
        _ => Some(looks::shared(&request, &app, &caller, String::new())?),
    };
    if accepts(&request, "text/event-stream") {
        caller.require(streams::READERS)?;
        let look = look.map(|(look, _)| look);
        let reader = streams::Reader { caller, sight, look, limit };
        return streams::open(app, reader, after);
    }
    let (look, reach) = look.unzip();
    let page = page(&app.engine, (sight, &reach.unwrap_or(Reach::All)), after, limit)?;
    if let Some(mut look) = look {
        look.file = page.files();
        looks::keep(&app, &look).await?;
    }
    let items: Vec<Value> = page.items.iter().map(|item| item.body.clone()).collect();
    let next = page.more.then(|| page.through.to_string());
    Ok(ndjson(&items, next.as_deref(), &page.through.to_string()))
}

/// One thing that changed.
pub(crate) struct Item {
    /// The event by which it changed.
    pub at: Position,
    /// What the reader is told.
    pub body: Value,
}

/// A page of the feed.
pub(crate) struct Page {
    /// What changed.
    pub items: Vec<Item>,
    /// How far it goes: where the next begins.
    pub through: Position,
    /// There is more behind it now.
    pub more: bool,
}

impl Page {
    /// The files that the page shows something of, for the access log.
    pub fn files(&self) -> String {
        let keys = self.items.iter().filter_map(|item| item.body["subject"].as_str());
        let keys: BTreeSet<&str> = keys.collect();
        format!("events: {}", keys.into_iter().collect::<Vec<_>>().join(","))
    }
}

/// What changed after `after`, each thing once, as this reader may see it today.
pub(crate) fn page(
    engine: &Engine,
    (sight, reach): (Sight, &Reach),
    after: Position,
    limit: usize,
) -> Result<Page, Problem> {
    let today = engine.clock.now().legal_date();
    let mut query = Query::new(engine.view.read());
    let head = Position::local(query.next().saturating_sub(1)).max(after);
    let Changes { found, end } = match sight {
        Sight::Public => changes::public(&query, after, limit)?,
        _ => changes::shared(&query, after, limit)?,
    };
    let newest: BTreeMap<Target, Position> =
        found.iter().map(|(at, target)| (*target, *at)).collect();
    let (mut items, mut bytes, mut through) = (Vec::new(), 0, after);
    for (at, target) in found {
        // All of one event goes into one page, so that its position is a cursor.
        if bytes > PAGE_BYTES_MAX && at != through {
            return Ok(Page { items, through, more: true });
        }
        through = at;
        if newest.get(&target) == Some(&at)
            && let Some(body) = shown(engine, &mut query, (sight, reach), target, at, today)?
        {
            bytes += body.to_string().len();
            items.push(Item { at, body });
        }
    }
    Ok(Page { items, through: end.unwrap_or(head), more: end.is_some() })
}

fn withdrawn(id: String, on: Day) -> Value {
    json!({"id": id, "withdrawn_on": on})
}

/// Nothing where the reader is not even told that there is something.
fn shown(
    engine: &Engine,
    query: &mut Query<'_>,
    (sight, reach): (Sight, &Reach),
    target: Target,
    at: Position,
    today: Day,
) -> Result<Option<Value>, Problem> {
    if let (Target::Record(id), Sight::Government) = (target, sight) {
        return shared_record(engine, query, reach, id, at, today);
    }
    let (personal, on) = match target {
        Target::Record(id) => {
            let row = query.ask(|rows| rows.must_record(id).cloned())?;
            (row.subject.is_personal(), changes::record_withdrawn_on(&row, today))
        }
        Target::Listing(id) => {
            let row = query.ask(|rows| rows.must_listing(id).cloned())?;
            (row.subject.is_personal(), changes::listing_withdrawn_on(&row, today))
        }
        Target::Commitment(id) => {
            let row = query.ask(|rows| rows.must_commitment(id).cloned())?;
            let on = changes::finding_over_on(&row).filter(|on| *on <= today);
            (row.subject.is_personal(), on.unwrap_or(today))
        }
        // Persons and measures are in no feed.
        Target::Attribution(_) | Target::Measure(_) => (true, today),
    };
    let mut body = face::of(engine, query, target, at, today).map_err(|error| {
        tracing::error!(%error, "an event of the feed could not be shown");
        Problem::new(
            Code::Internal,
            "变更流读取失败，原因已记入日志 / the feed could not be read; see the log",
            "请联系操作员 / tell the operator",
        )
    })?;
    if personal || body["action"] == "withdraw" {
        return Ok(Some(withdrawn(read::target_id(target), on)));
    }
    if let (Target::Listing(_), Some(subject)) = (target, body["listing"].get("subject").cloned()) {
        body["subject"] = subject;
    }
    Ok(Some(body))
}

/// A record that departments share, as they may see it today.
fn shared_record(
    engine: &Engine,
    query: &mut Query<'_>,
    reach: &Reach,
    id: RecordId,
    at: Position,
    today: Day,
) -> Result<Option<Value>, Problem> {
    let row = query.ask(|rows| rows.must_record(id).cloned())?;
    if !reach.record(query, &row)? {
        return Ok(None);
    }
    if !read::record_shown(&row, today, Sight::Government) {
        let on = changes::record_withdrawn_on(&row, today);
        return Ok(Some(withdrawn(id.to_string(), on)));
    }
    let head = query.ask(|rows| rows.must_subject(row.subject).cloned())?;
    let name = read::name(&engine.vault, &head);
    // Without its data key there is nobody left to tell of.
    if name.is_null() {
        return Ok(Some(withdrawn(id.to_string(), today)));
    }
    let remedies = read::remedies(query, Target::Record(id))?;
    let marked = !row.holds.is_empty() || !remedies.is_empty();
    Ok(Some(json!({
        "id": id.to_string(),
        "position": at.to_string(),
        "action": if marked { "annotate" } else { "publish" },
        "status": read::status(read::is_disputed(&row.holds), &remedies),
        "subject": row.subject.to_string(),
        "name": name,
        "record": read::record(&engine.vault, &row, Sight::Government),
        "remedies": remedies,
    })))
}
