//! What the two persons of an unsealing read of the request that is open: its ground, its reasons and the
//! law that forbids telling the reporter. Nobody approves blind.
//!
//! Source: domain.md O44, INV-9.

use actix_web::http::StatusCode;
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use serde_json::json;
use shouxin_core::actor::Role;
use shouxin_core::whistle::{ReportId, WhistleEvent};

use super::{aside, escalated, officer, open};
use crate::http::App;
use crate::http::caller::Caller;
use crate::http::looks;
use crate::http::problem::Problem;
use crate::http::read::Sight;
use crate::whistle::WhistleError;

/// `GET /v1/whistle/{id}/unseal`
pub async fn request(
    request: HttpRequest,
    path: Path<String>,
    app: Data<App>,
) -> Result<HttpResponse, Problem> {
    let caller = Caller::of(&request, &app.engine)?;
    caller.require(&[Role::Triage, Role::DataOfficer])?;
    let officer = officer(&caller)?;
    if escalated::is_supervisor(&app, &caller, &officer) {
        return Err(escalated::accounts_alone());
    }
    let id: ReportId = path.parse().map_err(|_| Problem::not_found())?;
    let row = app.whistle.row(id)?.ok_or_else(Problem::not_found)?;
    if aside(&app, &caller, &officer, &row)? {
        return Err(Problem::not_found());
    }
    let asked = row.identity.as_ref().and_then(|own| own.request.as_ref());
    let asked = asked.ok_or_else(Problem::not_found)?;
    looks::record_access(&request, &app, &caller, id.to_string(), Sight::Whole).await?;
    let envelope = app.whistle.event(asked.at)?;
    let WhistleEvent::UnsealRequested { ground, reasons, law_forbids_telling } = &envelope.event
    else {
        return Err(WhistleError::Failed("no request stands where it was made".to_owned()).into());
    };
    let body = json!({
        "id": id.to_string(),
        "request": asked.at,
        "requested_by": asked.by.to_string(),
        "requested_on": asked.on,
        "ground": ground,
        "reasons": open(&app, id, "ground", reasons)?,
        "law_forbids_telling": law_forbids_telling,
        "reporter_told": asked.told,
    });
    Ok(super::answer(StatusCode::OK, &body))
}
