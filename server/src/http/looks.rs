//! Looks at files: recorded with their purpose before anything is shown, and told to the subject itself and to
//! auditors, from the access log.

use actix_web::web::{self, Data, Path, Query as UrlQuery};
use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;
use serde_json::{Value, json};
use shouxin_core::actor::{Role, SubjectKey};
use shouxin_core::time::Timestamp;
use utoipa::IntoParams;

use crate::access::Access;
use crate::engine::Engine;
use crate::engine::query::Query;
use crate::http::caller::Caller;
use crate::http::edge::subject_key;
use crate::http::problem::{Code, Problem};
use crate::http::read::Sight;
use crate::http::sharing::Reach;
use crate::http::{App, Table};

/// Looks of one page: each is read from its own place in the log.
const PAGE_ROWS_MAX: usize = 100;

/// Records the look at a file before anything of it is shown. A subject's look at its own file
/// and a look at what is public are not recorded.
pub async fn record_access(
    request: &HttpRequest,
    app: &App,
    caller: &Caller,
    file: String,
    sight: Sight,
) -> Result<(), Problem> {
    if sight == Sight::Public || caller.role == Role::Subject {
        return Ok(());
    }
    keep(app, &access(request, app, caller, file)?).await
}

/// The same of a look that shows what departments share: answers how far it reaches for the purpose it states,
/// and names the contracts it rests on.
pub(crate) async fn record_shared(
    request: &HttpRequest,
    app: &App,
    caller: &Caller,
    file: String,
    sight: Sight,
) -> Result<Reach, Problem> {
    if sight != Sight::Government {
        record_access(request, app, caller, file, sight).await?;
        return Ok(Reach::All);
    }
    let (access, reach) = shared(request, app, caller, file)?;
    keep(app, &access).await?;
    Ok(reach)
}

/// The entry of such a look, and how far it reaches.
pub(crate) fn shared(
    request: &HttpRequest,
    app: &App,
    caller: &Caller,
    file: String,
) -> Result<(Access, Reach), Problem> {
    let mut access = access(request, app, caller, file)?;
    let today = app.engine.clock.now().legal_date();
    let reach = Reach::of(&app.engine.rules, caller, &access.purpose, today);
    access.contracts = reach.contracts().to_vec();
    Ok((access, reach))
}

/// The entry of a look at a file, with the purpose that the request states.
pub(crate) fn access(
    request: &HttpRequest,
    app: &App,
    caller: &Caller,
    file: String,
) -> Result<Access, Problem> {
    // Chinese in the header is UTF-8, which `to_str` would turn away.
    let purpose = request.headers().get("purpose");
    let purpose = purpose.and_then(|value| std::str::from_utf8(value.as_bytes()).ok());
    let purpose =
        purpose.filter(|text| (4..=256).contains(&text.trim().len())).ok_or_else(|| {
            Problem::new(
                Code::PurposeRequired,
                "缺少 Purpose 请求头 / the header Purpose is missing",
                "Purpose: 用途代码 依据，例如 permit-review law:35 / a code and its basis",
            )
        })?;
    Ok(Access {
        at_ms: app.engine.clock.now().0,
        key_id: caller.key_id.clone(),
        who: caller.actor.as_ref().map(ToString::to_string).unwrap_or_default(),
        file,
        route: request.match_pattern().unwrap_or_default(),
        purpose: purpose.to_owned(),
        contracts: Vec::new(),
    })
}

/// Writes an entry; what it is about is shown only after this.
pub(crate) async fn keep(app: &App, access: &Access) -> Result<(), Problem> {
    app.access.record(access).await.map_err(|_| {
        Problem::new(
            Code::Unavailable,
            "查询日志不可写，暂停非公开查询 / the access log cannot be written",
            "请稍后重试 / try again later",
        )
    })
}

/// Registers the routes.
pub(crate) fn routes(table: &mut Table<'_>) {
    table.list::<Page>(
        "/v1/subjects/{key}/access",
        web::get().to(looks),
        "查询记录 / who looked at it",
    );
}

/// `?after=CURSOR&limit=N`
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Page {
    /// 上一页返回的 next / the `next` of the page before.
    after: Option<String>,
    /// 本页条数，至多 1000 / rows of this page, at most 1000.
    limit: Option<usize>,
}

impl Page {
    fn before(&self) -> Result<Option<u64>, Problem> {
        let read = |text: &String| {
            text.parse::<u64>().map_err(|_| {
                Problem::new(
                    Code::ValueInvalid,
                    "after 不是上一页的 next / after is no cursor of this list",
                    "请使用上一页返回的 next / use the next of the page before",
                )
                .on("after")
            })
        };
        self.after.as_ref().map(read).transpose()
    }
}

/// `GET /v1/subjects/{key}/access`: newest first.
/// Source: domain.md O19.
async fn looks(
    request: HttpRequest,
    path: Path<String>,
    page: UrlQuery<Page>,
    app: Data<App>,
) -> Result<HttpResponse, Problem> {
    let caller = Caller::of(&request, &app.engine)?;
    let key = subject_key(&path)?;
    if caller.role == Role::Public {
        caller.require(&[Role::Subject, Role::Auditor])?;
    }
    if caller.role != Role::Auditor && caller.subject() != Some(key) {
        return Err(Problem::not_found());
    }
    let before = page.before()?;
    let limit = page.limit.unwrap_or(PAGE_ROWS_MAX).clamp(1, PAGE_ROWS_MAX);
    record_access(&request, &app, &caller, key.to_string(), Sight::Whole).await?;
    {
        let mut query = Query::new(app.engine.view.read());
        query.ask(|rows| rows.must_subject(key).map(|_| ()))?;
    }
    let log = app.access.clone();
    let found = web::block(move || log.looks(key, before, limit)).await;
    let (found, more) = found.map_err(|_| unreadable())?.map_err(|_| unreadable())?;
    let next = found.last().filter(|_| more).map(|(sequence, _)| sequence.to_string());
    let auditor = caller.role == Role::Auditor;
    let shown: Vec<Value> =
        found.iter().map(|(_, access)| look(&app.engine, key, access, auditor)).collect();
    Ok(HttpResponse::Ok().json(json!({"looks": shown, "next": next})))
}

fn unreadable() -> Problem {
    Problem::new(
        Code::Unavailable,
        "查询日志暂不可读 / the access log cannot be read now",
        "请稍后重试，或由操作员重启服务 / try again, or have the service started again",
    )
}

/// One look. A look at many files at once names the others in its entry, and they are nobody
/// else's to see: of the entry only what concerns this file is shown.
fn look(engine: &Engine, key: SubjectKey, access: &Access, auditor: bool) -> Value {
    let (authority, officer) = access.who.split_once('/').unwrap_or_default();
    let department = engine.rules.department_by_uscc(authority);
    let post = department.and_then(|own| own.officer(officer)).map(|own| own.post_zh.clone());
    let (code, basis) =
        access.purpose.trim().split_once(' ').unwrap_or((access.purpose.trim(), ""));
    let part = access.file.strip_prefix(&key.to_string()).map(str::trim);
    let part = part.filter(|rest| !rest.is_empty() && !rest.starts_with(','));
    let or_null = |text: &str| if text.is_empty() { Value::Null } else { json!(text) };
    let mut body = json!({
        "at": Timestamp(access.at_ms).to_string(),
        "authority": or_null(authority),
        "authority_name": department.map(|own| format!("{} / {}", own.name_zh, own.name_en)),
        "officer": or_null(officer),
        "post": post,
        "purpose": code,
        "basis": or_null(basis.trim()),
        "read": access.route,
        "part": part,
        "contracts": access.contracts,
    });
    if auditor {
        body["api_key"] = or_null(&access.key_id);
    }
    body
}
