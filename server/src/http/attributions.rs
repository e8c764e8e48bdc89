//! An attribution for a reader: the finding about a person who answers for a listed organisation.

use actix_web::web::{self, Data, Path as UrlPath};
use actix_web::{HttpRequest, HttpResponse};
use serde_json::{Value, json};
use shouxin_core::id::AttributionId;
use shouxin_core::path::{Path, Standing};
use shouxin_core::row::AttributionRow;
use shouxin_core::rules::Instrument;
use shouxin_core::time::Day;

use crate::engine::query::Query;
use crate::http::caller::Caller;
use crate::http::edge::id;
use crate::http::problem::Problem;
use crate::http::read::{self, Sight};
use crate::http::{App, Table, basis, reads};

/// Registers the route.
pub(crate) fn routes(table: &mut Table<'_>) {
    let one = web::get().to(one);
    table.read("/v1/attributions/{id}", one, "落实到人 / an attribution");
}

/// An attribution for a reader.
pub(crate) fn shown(
    instruments: &[Instrument],
    row: &AttributionRow,
    standing: Standing,
    today: Day,
) -> Value {
    let window = match &row.case.path {
        Path::Noticed(noticed) => Some(noticed.notice.window),
        _ => None,
    };
    json!({
        "id": row.id.to_string(),
        "person": row.person.to_string(),
        "listing": row.listing.to_string(),
        "authority": row.case.proposed_by.authority,
        "records": row.records.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "role": row.role,
        "state": row.case.path.name(),
        "standing": read::standing_name(standing),
        "basis": basis::cited(instruments, &row.case.basis, today),
        "objections": row.case.holds.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "statement_until": window,
        "decide_by": row.case.decide_by,
        "overdue": row.case.overdue || row.case.service_overdue,
        "decision": read::decision(&row.case),
        "repair_again_from": row.repair_again_from,
    })
}

/// `GET /v1/attributions/{id}`: the person itself and auditors; departments while it is in effect; and
/// whoever decides about it, before and after.
/// Source: domain.md O49, O50.
async fn one(
    request: HttpRequest,
    path: UrlPath<String>,
    app: Data<App>,
) -> Result<HttpResponse, Problem> {
    let caller = Caller::of(&request, &app.engine)?;
    let id: AttributionId = id(&path)?;
    let row = {
        let mut query = Query::new(app.engine.view.read());
        query.ask(|rows| rows.must_attribution(id).cloned())?
    };
    let sight = reads::may_see(&request, &app, &caller, row.person).await?;
    let today = app.engine.clock.now().legal_date();
    let mut query = Query::new(app.engine.view.read());
    let standing = query.ask(|rows| rows.attribution_standing(id, today))?;
    let used = matches!(standing, Standing::InForce | Standing::Suspended);
    let authority = row.case.proposed_by.authority;
    if sight == Sight::Government && !used && !read::concerns(&caller, authority.as_str()) {
        return Err(Problem::not_found());
    }
    Ok(HttpResponse::Ok().json(shown(&app.engine.rules.instruments, &row, standing, today)))
}
