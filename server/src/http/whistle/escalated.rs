//! Retaliation against a reporter reaches two bodies at once, each of which is shown who else has it: the
//! credit office, which has the report too, and the supervision organ, which has the accounts alone.
//!
//! Source: domain.md O44.

use serde_json::{Value, json};
use shouxin_core::actor::OfficerRef;
use shouxin_core::whistle::{ReportRow, WhistleEvent, Worklist, escalated_to, supervises};

use super::open;
use crate::http::App;
use crate::http::caller::Caller;
use crate::http::problem::{Code, Problem};

/// Whether the caller takes reports in for the supervision organ.
pub(super) fn is_supervisor(app: &App, caller: &Caller, officer: &OfficerRef) -> bool {
    supervises(caller.role, officer.authority, &app.engine.rules)
}

/// The one list that the supervision organ works through.
pub(super) fn only_list(state: Option<&str>) -> Result<Worklist, Problem> {
    match state.unwrap_or("escalated") {
        "escalated" => Ok(Worklist::Escalated),
        _ => Err(accounts_alone()),
    }
}

/// What the supervision organ is told where it asks for more.
pub(super) fn accounts_alone() -> Problem {
    Problem::new(
        Code::ForbiddenRole,
        "监督机关只接收打击报复情况 / the supervision organ has the accounts of retaliation alone",
        "GET /v1/whistle?state=escalated",
    )
}

/// The bodies that have the accounts of a report, by code and names.
pub(super) fn recipients(app: &App, row: &ReportRow) -> Result<Value, Problem> {
    let rules = &app.engine.rules;
    let told = escalated_to(rules, |authority| app.whistle.is_about(row, authority))?;
    let told = told
        .iter()
        .map(|own| json!({"code": own.code, "name_zh": own.name_zh, "name_en": own.name_en}));
    Ok(Value::Array(told.collect()))
}

/// What the reporter has said of retaliation, each with its day.
pub(super) fn accounts(app: &App, row: &ReportRow) -> Result<Value, Problem> {
    let mut accounts = Vec::new();
    for sequence in &row.retaliations {
        let envelope = app.whistle.event(*sequence)?;
        if let WhistleEvent::Retaliation { account, .. } = &envelope.event {
            let text = open(app, row.id, "retaliation", account)?;
            accounts.push(json!({"on": envelope.on, "account": text}));
        }
    }
    Ok(Value::Array(accounts))
}
