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
use shouxin_core::path::{DecisionCase, Path, Standing};
use shouxin_core::row::commitment::{CommitmentRow, CommitmentState};
use shouxin_core::row::task::{Desk, Task};
use shouxin_core::row::{
    ListingKind, ListingRow, MeasureRow, MeasureState, ObjectionState, RedState, RepairState,
};
use shouxin_core::rules::RuleSet;
use shouxin_core::time::Day;
use utoipa::IntoParams;

use crate::engine::query::Query;
use crate::http::caller::Caller;
use crate::http::edge::id;
use crate::http::looks;
use crate::http::problem::{Code, Problem};
use crate::http::read::{self, Sight};
use crate::http::reads::{PAGE_ROWS, PAGE_ROWS_MAX};
use crate::http::{App, Table};

/// Authorities, associations, and those who look over them.
const WHO_ASKS: &[Role] =
    &[Role::Department, Role::Provider, Role::Association, Role::CreditOffice, Role::Auditor];

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
    let of_association = caller.role == Role::Association;
    let Some(code) = asked.authority.as_deref() else {
        return match (caller.role, own) {
            (Role::CreditOffice, _) => Ok(Desk::Office),
            (Role::Department | Role::Provider | Role::Association, Some(own)) => {
                Ok(Desk::Authority(own))
            }
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
    // An association is no authority of the county's, and its list is for nobody else.
    if let (true, Some(own)) = (of_association, own.filter(|own| own.as_str() == code)) {
        return Ok(Desk::Authority(own));
    }
    let found = app.engine.rules.department_by_uscc(code);
    let named = found.and_then(|found| Uscc::parse_attested(&found.uscc).ok());
    match named {
        Some((named, _)) if wide || own == Some(named) => Ok(Desk::Authority(named)),
        _ => Err(Problem::not_found()),
    }
}

/// The desk of the department that an authority is.
fn of_department(app: &App, desk: &Desk) -> Option<Desk> {
    let Desk::Authority(code) = desk else { return None };
    let found = app.engine.rules.department_by_uscc(code.as_str())?;
    Some(Desk::Department(found.code.clone()))
}

/// `GET /v1/tasks?after=&limit=`: what the own authority has to do, the oldest first; the credit
/// office and auditors name an `authority`.
/// Source: domain.md O26, O32, O51, O62, O67, O71.
async fn tasks(
    request: HttpRequest,
    asked: UrlQuery<Asked>,
    app: Data<App>,
) -> Result<HttpResponse, Problem> {
    let caller = Caller::of(&request, &app.engine)?;
    caller.require(WHO_ASKS)?;
    let desk = desk(&app, &caller, &asked)?;
    let after = asked.after.as_deref().map(id::<Position>).transpose()?;
    let limit = asked.limit.unwrap_or(PAGE_ROWS).clamp(1, PAGE_ROWS_MAX);
    let file = match &desk {
        Desk::Office => "tasks office".to_owned(),
        Desk::Authority(code) => format!("tasks {}", code.as_str()),
        Desk::Department(code) => format!("tasks {code}"),
    };
    looks::record_access(&request, &app, &caller, file, Sight::Government).await?;
    let today = app.engine.clock.now().legal_date();
    let mut query = Query::new(app.engine.view.read());
    let mut listed: Vec<Task> = Vec::new();
    let department = of_department(&app, &desk);
    for desk in [Some(desk), department.clone()].into_iter().flatten() {
        let (prefix, behind) = keys::tasks_of(desk, after);
        let found = query.range(&prefix, behind.as_deref(), limit.saturating_add(1))?;
        listed.extend(found.iter().filter_map(|bytes| keys::read_task(bytes)));
    }
    // An authority has what it began and what others sent to its department: the oldest of both.
    listed.sort_by_key(|task| task.at());
    listed.dedup();
    let more = listed.len() > limit;
    listed.truncate(limit);
    let next = listed.last().filter(|_| more).map(|task| task.at().to_string());
    let whose = match department {
        Some(Desk::Department(code)) => Some(code),
        _ => None,
    };
    let shown: Vec<Value> = listed
        .into_iter()
        .map(|task| shown(&app.engine.rules, &mut query, task, whose.as_deref(), today))
        .filter_map(Result::transpose)
        .collect::<Result<_, Problem>>()?;
    Ok(HttpResponse::Ok().json(json!({"tasks": shown, "next": next})))
}

/// Where a case stands, and the day for its decision or service; in effect it waits for measures that
/// its decision names, for which there is no day.
fn of_case(rules: &RuleSet, case: &DecisionCase, today: Day) -> (&'static str, Option<Day>) {
    match case.awaits_measures() {
        true => ("measures_to_initiate", None),
        false => (case.path.name(), case_due(rules, case, today)),
    }
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

type Shown = (String, Option<SubjectKey>, &'static str, Option<Day>);

/// The standing of what is to be acted on, where that says whether anybody may: of a measure, and of
/// a black listing or attribution with what it rests on. What is suspended waits for its outcome, and
/// nobody is late; on what has ended nothing is initiated, whether a timer has said so or not.
fn standing(query: &mut Query<'_>, task: Task, today: Day) -> Result<Option<Standing>, Problem> {
    Ok(match task {
        Task::Measure(id) => {
            let row = query.ask(|rows| rows.must_measure(id).cloned())?;
            Some(read::measure_standing(query, &row, today)?)
        }
        Task::Listing(id) => query.ask(|rows| match rows.must_listing(id)?.kind {
            ListingKind::Black { .. } => rows.listing_standing(id, today).map(Some),
            ListingKind::Red(_) => Ok(None),
        })?,
        Task::Attribution(id) => Some(query.ask(|rows| rows.attribution_standing(id, today))?),
        _ => None,
    })
}

/// State and day of a listing's task.
fn of_listing(rules: &RuleSet, row: &ListingRow, today: Day) -> (&'static str, Option<Day>) {
    match &row.kind {
        _ if row.redress_done == Some(false) => ("redress_owed", None),
        ListingKind::Black { case, .. } => of_case(rules, case, today),
        ListingKind::Red(red) => match (&red.state, &red.revocation, &red.owed) {
            (RedState::PublicNotice { ends_on }, ..) => (red.state.name(), Some(*ends_on)),
            (RedState::Active { .. }, Some(own), _) => ("revoking", Some(own.window.day)),
            (RedState::Active { .. }, None, Some(own)) => {
                ("revocation_owed", Some(own.owed.by.day))
            }
            _ => (red.state.name(), None),
        },
    }
}

/// State and day of a measure's task, for its initiator or its department.
fn of_measure(row: &MeasureRow) -> (&'static str, Option<Day>) {
    let respond = match &row.state {
        MeasureState::Dispatched { respond_by, .. } => Some(respond_by.day),
        _ => None,
    };
    let telling = row.telling.map(|own| own.owed);
    let owed = [row.lift, telling, row.dispatch, row.feedback, row.execution];
    let due = owed.into_iter().flatten().map(|own| own.by.day).chain(respond).min();
    (if row.lift.is_some() { "lift_owed" } else { row.state.name() }, due)
}

/// State and day of a commitment's task: of the finding that it was broken, or of its own.
fn of_commitment(rules: &RuleSet, row: &CommitmentRow, today: Day) -> (&'static str, Option<Day>) {
    if let Some(case) = row.breach.as_ref().filter(|_| row.breach_is_open()) {
        let state = match &case.path {
            Path::Proposed(_) => "breach_proposed",
            Path::Noticed(_) => "breach_noticed",
            Path::Heard(_) => "breach_heard",
            _ => "breach_decided",
        };
        return (state, case_due(rules, case, today));
    }
    match &row.state {
        CommitmentState::CurePeriod { cure_by } => (row.state.name(), Some(cure_by.day)),
        _ => (row.state.name(), None),
    }
}

fn shown(
    rules: &RuleSet,
    query: &mut Query<'_>,
    task: Task,
    department: Option<&str>,
    today: Day,
) -> Result<Option<Value>, Problem> {
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
                (id.to_string(), Some(row.subject), row.state.name(), due.map(|by| by.day))
            }
            Task::Repair(id) => {
                let row = rows.must_repair(id)?;
                let due = match &row.state {
                    RepairState::Applied { accept_by, .. } => accept_by.day,
                    RepairState::Review { decide_by } => decide_by.day,
                    RepairState::Revoking(own) => own.window.day,
                    _ => row.decide_by.day,
                };
                (id.to_string(), Some(row.subject), row.state.name(), Some(due))
            }
            Task::Listing(id) => {
                let row = rows.must_listing(id)?;
                let (state, due) = of_listing(rules, row, today);
                (id.to_string(), Some(row.subject), state, due)
            }
            Task::Attribution(id) => {
                let row = rows.must_attribution(id)?;
                let (state, due) = match row.redress_done {
                    Some(false) => ("redress_owed", None),
                    _ => of_case(rules, &row.case, today),
                };
                (id.to_string(), Some(row.person), state, due)
            }
            Task::Measure(id) => {
                let row = rows.must_measure(id)?;
                let (state, due) = of_measure(row);
                (id.to_string(), Some(row.subject), state, due)
            }
            Task::Commitment(id) => {
                let row = rows.must_commitment(id)?;
                let (state, due) = of_commitment(rules, row, today);
                (id.to_string(), Some(row.subject), state, due)
            }
            Task::Tolerance(id) => {
                let row = rows.must_tolerance(id)?;
                (id.to_string(), Some(row.subject), row.state.name(), Some(row.due.day))
            }
            Task::Remedy(id) => {
                let row = rows.must_remedy(id)?;
                (id.to_string(), Some(row.subject), "redress_owed", None)
            }
            Task::Record(id) => {
                let row = rows.must_record(id)?;
                (id.to_string(), Some(row.subject), "redress_owed", None)
            }
            Task::MemberNote(id) => {
                let row = rows.must_member_note(id)?;
                let due = row.dispute.as_ref().map(|own| own.answer_by.day);
                (id.to_string(), Some(row.subject), "disputed", due)
            }
            Task::Assessment(id) => {
                let row = rows.must_assessment(id)?;
                let own = |code: &str| department == Some(code);
                let ordered = row.rectifications.iter();
                let ordered = ordered.filter(|one| one.rectified_at.is_none());
                let rectify_by = ordered.filter(|one| own(&one.department)).map(|one| one.by).min();
                let due = rectify_by.or(row.frozen.as_ref().map(|own| own.comment_by.day));
                (id.to_string(), None, row.state(), due)
            }
            Task::CaseStudy(id) => {
                let row = rows.must_case_study(id)?;
                // Where a person occurs in the story, it is told of nobody.
                (
                    id.to_string(),
                    row.subject.filter(|_| !row.natural_persons),
                    row.state.name(),
                    None,
                )
            }
        })
    })?;
    // Nobody is late with the end of a notice or of a statement's period: it only opens the next step.
    let waits = matches!(
        state,
        "public_notice" | "revoking" | "cure_period" | "metrics_frozen" | "dept_commented"
    );
    let standing = standing(query, task, today)?;
    if standing == Some(Standing::Ended) && state == "measures_to_initiate" {
        return Ok(None);
    }
    let suspended = standing == Some(Standing::Suspended);
    let due = due.filter(|_| !suspended);
    Ok(Some(json!({
        "id": id,
        "kind": task.kind(),
        "state": state,
        "suspended": suspended,
        "subject": subject.map(|key| key.to_string()),
        "due": due,
        "overdue": !waits && due.is_some_and(|day| today > day),
    })))
}
