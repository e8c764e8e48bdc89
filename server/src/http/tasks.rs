//! What an office has to do: one list of its open objections, repairs, cases and measures, each with
//! the day for the next step.

use actix_web::web::{self, Data, Query as UrlQuery};
use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;
use serde_json::{Value, json};
use shouxin_core::actor::{Actor, Role, SubjectKey};
use shouxin_core::id::Position;
use shouxin_core::identifier::uscc::Uscc;
use shouxin_core::keys;
use shouxin_core::path::{DecisionCase, Path};
use shouxin_core::row::task::{Desk, Task};
use shouxin_core::row::{ListingKind, ObjectionState, RedState, RepairState};
use shouxin_core::rules::RuleSet;
use shouxin_core::time::Day;
use utoipa::IntoParams;

use crate::engine::query::Query;
use crate::http::caller::Caller;
use crate::http::edge::id;
use crate::http::problem::{Code, Problem};
use crate::http::read::{self, Sight};
use crate::http::reads::{PAGE_ROWS, PAGE_ROWS_MAX};
use crate::http::{App, Table};

/// Registers the routes.
pub(crate) fn routes(table: &mut Table<'_>) {
    table.list::<Asked>("/v1/tasks", web::get().to(tasks), "待办事项 / what an office has to do");
}

/// `?after=CURSOR&limit=N&authority=CODE`
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Asked {
    /// 上一页返回的 next / the `next` of the page before.
    after: Option<String>,
    /// 本页条数，至多 1000 / rows of this page, at most 1000.
    limit: Option<usize>,
    /// 机关的统一社会信用代码 / code of an authority.
    authority: Option<String>,
}

/// Whose tasks are asked for: an authority named by the credit office or an auditor, or the own.
fn desk(app: &App, caller: &Caller, asked: &Asked) -> Result<Desk, Problem> {
    let own = match &caller.actor {
        Some(Actor::Officer(officer)) => Some(officer.authority),
        _ => None,
    };
    let Some(code) = asked.authority.as_deref() else {
        return match (caller.role, own) {
            (Role::CreditOffice, _) => Ok(Desk::Office),
            (Role::Department | Role::Provider, Some(own)) => Ok(Desk::Authority(own)),
            _ => Err(Problem::new(
                Code::ValueInvalid,
                "缺少参数 authority / the parameter authority is missing",
                "请填写机关代码，或 office（信用办）/ an authority's code, or office",
            )
            .on("authority")),
        };
    };
    let wide = matches!(caller.role, Role::CreditOffice | Role::Auditor);
    if wide && code == "office" {
        return Ok(Desk::Office);
    }
    let found = app.engine.rules.department_by_uscc(code);
    let named = found.and_then(|found| Uscc::parse_attested(&found.uscc).ok());
    match named {
        Some((named, _)) if wide || own == Some(named) => Ok(Desk::Authority(named)),
        _ => Err(Problem::not_found()),
    }
}

/// `GET /v1/tasks?after=&limit=`: what the own authority has to do, the oldest first; the credit
/// office and auditors name an `authority`.
/// Source: domain.md O51, O62.
async fn tasks(
    request: HttpRequest,
    asked: UrlQuery<Asked>,
    app: Data<App>,
) -> Result<HttpResponse, Problem> {
    let caller = Caller::of(&request, &app.engine)?;
    caller.require(&[Role::Department, Role::Provider, Role::CreditOffice, Role::Auditor])?;
    let desk = desk(&app, &caller, &asked)?;
    let after = asked.after.as_deref().map(id::<Position>).transpose()?;
    let limit = asked.limit.unwrap_or(PAGE_ROWS).clamp(1, PAGE_ROWS_MAX);
    let file = match desk {
        Desk::Office => "tasks office".to_owned(),
        Desk::Authority(code) => format!("tasks {}", code.as_str()),
    };
    read::record_access(&request, &app, &caller, file, Sight::Government).await?;
    let today = app.engine.clock.now().legal_date();
    let mut query = Query::new(app.engine.view.read());
    let (prefix, behind) = keys::tasks_of(desk, after);
    let found = query.range(&prefix, behind.as_deref(), limit.saturating_add(1))?;
    let more = found.len() > limit;
    let listed: Vec<Task> =
        found.iter().take(limit).filter_map(|bytes| keys::read_task(bytes)).collect();
    let next = listed.last().filter(|_| more).map(|task| task.at().to_string());
    let shown: Vec<Value> = listed
        .into_iter()
        .map(|task| shown(&app.engine.rules, &mut query, task, today))
        .collect::<Result<_, Problem>>()?;
    Ok(HttpResponse::Ok().json(json!({"tasks": shown, "next": next})))
}

/// The day for the decision of a case, or for its service.
fn case_due(rules: &RuleSet, case: &DecisionCase, today: Day) -> Option<Day> {
    match &case.path {
        Path::Decided(decided) => {
            let on = decided.decision.on;
            let pack = rules.packs.favouring(case.proposed_on, today);
            Some(on.plus_days(i32::from(pack.serve_within_days)))
        }
        _ => Some(case.decide_by.day),
    }
}

type Shown = (String, SubjectKey, &'static str, Option<Day>);

fn shown(rules: &RuleSet, query: &mut Query<'_>, task: Task, today: Day) -> Result<Value, Problem> {
    let (id, subject, state, due): Shown = query.ask(|rows| {
        Ok(match task {
            Task::Objection(id) => {
                let row = rows.must_objection(id)?;
                let due = match &row.state {
                    ObjectionState::Filed { accept_by } => Some(*accept_by),
                    ObjectionState::Accepted => row.referral.map(|own| own.by),
                    ObjectionState::Verifying { verify_by, .. } => Some(*verify_by),
                    ObjectionState::Verified { .. } => row.result.map(|own| own.by),
                    ObjectionState::Review { decide_by, .. } => Some(*decide_by),
                    _ => None,
                };
                (id.to_string(), row.subject, row.state.name(), due.map(|by| by.day))
            }
            Task::Repair(id) => {
                let row = rows.must_repair(id)?;
                let due = match &row.state {
                    RepairState::Applied { accept_by, .. } => accept_by.day,
                    RepairState::Review { decide_by } => decide_by.day,
                    RepairState::Revoking(own) => own.window.day,
                    _ => row.decide_by.day,
                };
                (id.to_string(), row.subject, row.state.name(), Some(due))
            }
            Task::Listing(id) => {
                let row = rows.must_listing(id)?;
                let (state, due) = match &row.kind {
                    ListingKind::Black { case, .. } => {
                        (case.path.name(), case_due(rules, case, today))
                    }
                    ListingKind::Red(red) => match &red.state {
                        RedState::PublicNotice { ends_on } => (red.state.name(), Some(*ends_on)),
                        _ => (red.state.name(), None),
                    },
                };
                (id.to_string(), row.subject, state, due)
            }
            Task::Attribution(id) => {
                let row = rows.must_attribution(id)?;
                (
                    id.to_string(),
                    row.person,
                    row.case.path.name(),
                    case_due(rules, &row.case, today),
                )
            }
            Task::Measure(id) => {
                let row = rows.must_measure(id)?;
                let owed = [row.lift, row.telling.map(|own| own.owed), row.dispatch];
                let due = owed.into_iter().flatten().map(|own| own.by.day).min();
                (id.to_string(), row.subject, row.state.name(), due)
            }
        })
    })?;
    // Nobody is late with the end of a notice or of a statement's period: it only opens the next step.
    let waits = matches!(state, "public_notice" | "revoking");
    Ok(json!({
        "id": id,
        "kind": task.kind(),
        "state": state,
        "subject": subject.to_string(),
        "due": due,
        "overdue": !waits && due.is_some_and(|day| today > day),
    }))
}
