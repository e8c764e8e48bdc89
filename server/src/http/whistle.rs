//! Reports of wrongdoing. The reporter's three routes look at no key, no cookie and no address, and
//! leave nothing in the register's log, the access log, the figures or the trace; a receipt in a
//! path is why every answer says `no-store`. Staff use keys like everywhere else.
//!
//! Source: domain.md O44.

mod escalated;
mod unsealing;

use actix_web::http::StatusCode;
use actix_web::http::header::CACHE_CONTROL;
use actix_web::web::{self, Data, Path, Query as UrlQuery};
use actix_web::{HttpRequest, HttpResponse};
use data_encoding::{BASE64, HEXLOWER};
use serde::Deserialize;
use serde_json::{Value, json};
use shouxin_core::actor::{Actor, OfficerRef, Role, SubjectKey};
use shouxin_core::guard::{Guard, Refusal};
use shouxin_core::identifier::citizen_number::CitizenNumber;
use shouxin_core::identifier::uscc::Uscc;
use shouxin_core::limits::{REPORT_EVIDENCE_BYTES_MAX, REPORT_EVIDENCE_MAX, TEXT_BYTES_MAX};
use shouxin_core::row::Key;
use shouxin_core::text::Sealed;
use shouxin_core::time::Day;
use shouxin_core::whistle::{
    By, Command, ReportId, ReportRow, ReportState, WhistleEvent, Worklist, scan, stands_aside,
};
use utoipa::{IntoParams, ToSchema};
use zeroize::Zeroizing;

use crate::engine::query::Query;
use crate::http::caller::Caller;
use crate::http::edge::{CitationBody, parse};
use crate::http::looks;
use crate::http::problem::{Code, Problem};
use crate::http::read::Sight;
use crate::http::{App, Body, Table, bytes};
use crate::whistle::identity::IDENTITY_BYTES_MAX;
use crate::whistle::{Asked, Draft, Pen, Stepped, WhistleError};

type Answer = Result<HttpResponse, Problem>;

/// Reports of one page.
const PAGE_MAX: usize = 200;
const PAGE: usize = 50;
/// Longest text that may be a receipt.
const RECEIPT_CHARS_MAX: usize = 64;
/// Officers of a department that may have a report.
const CASE_ROLES: &[Role] = &[Role::Department, Role::Provider, Role::CreditOffice];

/// Registers the routes.
pub(super) fn routes(table: &mut Table<'_>) {
    table
        .ask::<Report>("/v1/whistle", web::post().to(report), "失信举报 / report wrongdoing")
        .list::<Filter>("/v1/whistle", web::get().to(worklist), "举报待办 / reports to work on")
        .read("/v1/whistle/{receipt}", web::get().to(status), "凭回执查询 / what became of it")
        .ask::<Retaliation>(
            "/v1/whistle/{receipt}/retaliation",
            web::post().to(retaliation),
            "报告打击报复 / report retaliation",
        )
        .read("/v1/whistle/{id}/report", web::get().to(detail), "举报内容 / what it says")
        .ask::<Triage>("/v1/whistle/{id}/triage", web::post().to(triage), "初审 / triage")
        .ask::<Assign>("/v1/whistle/{id}/assign", web::post().to(assign), "分办 / assign")
        .ask::<Verify>("/v1/whistle/{id}/verify", web::post().to(verify), "核实 / verify")
        .ask::<Reasons>("/v1/whistle/{id}/extend", web::post().to(extend), "延期 / extend")
        .ask::<Note>("/v1/whistle/{id}/transfer", web::post().to(transfer), "转办 / transfer")
        .ask::<Feedback>("/v1/whistle/{id}/feedback", web::post().to(feedback), "答复 / answer")
        .ask::<Unseal>(
            "/v1/whistle/{id}/unseal",
            web::post().to(unseal),
            "申请开启身份 / ask for the identity",
        )
        .read(
            "/v1/whistle/{id}/unseal",
            web::get().to(unsealing::request),
            "开启身份的申请 / the request for the identity that is open",
        )
        .ask::<Approve>(
            "/v1/whistle/{id}/unseal/approve",
            web::post().to(approve),
            "批准开启身份 / approve, as the second person",
        )
        .ask::<Nothing>(
            "/v1/whistle/{id}/purge",
            web::post().to(purge),
            "销毁身份 / destroy identity and texts",
        );
}

impl From<WhistleError> for Problem {
    fn from(error: WhistleError) -> Problem {
        match error {
            WhistleError::Refused(refusal) => refusal.into(),
            WhistleError::KeyEnded => Problem::unauthenticated(),
            WhistleError::FullDay(count) => Problem::new(
                Code::TooMany,
                format!("今日已受理 {count} 件 / {count} reports were taken today"),
                "请明日再提交，或向主管机关当面反映 / tomorrow, or in person",
            ),
            WhistleError::FullOpen(count) => Problem::new(
                Code::Unavailable,
                format!("在办举报 {count} 件，已达上限 / {count} reports wait, no more are taken"),
                "请稍后再提交，或向主管机关当面反映 / later, or in person",
            ),
            WhistleError::NoRecipient => Problem::new(
                Code::Unavailable,
                "未配置身份封存公钥，不能接收身份信息 / no key to seal an identity to is configured",
                "请去掉 identity 匿名提交 / leave identity out: anonymous reports are taken",
            )
            .on("identity"),
            WhistleError::TooLong(length) => Problem::new(
                Code::Limit,
                format!("文本 {length} 字节，上限 {TEXT_BYTES_MAX} / text too long"),
                "请精简 / shorten it",
            ),
            WhistleError::Failed(what) => {
                tracing::error!(%what, "reports of wrongdoing failed");
                Problem::new(
                    Code::Unavailable,
                    "举报系统暂不可用 / reports cannot be taken or read now",
                    "请稍后重试 / try again later",
                )
            }
        }
    }
}

/// Runs what reads and writes files on a thread that may wait.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, WhistleError> + Send + 'static,
) -> Result<T, Problem> {
    match web::block(work).await {
        Ok(done) => Ok(done?),
        Err(_) => Err(WhistleError::Failed("a thread was lost".to_owned()).into()),
    }
}

fn answer(status: StatusCode, body: &Value) -> HttpResponse {
    HttpResponse::build(status).insert_header((CACHE_CONTROL, "no-store")).json(body)
}

fn today(app: &App) -> Day {
    app.engine.clock.now().legal_date()
}

// ---- the reporter ----

/// A report. No key is needed, and none is taken.
/// Source: domain.md O44, M-S10, INV-9.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Report {
    /// Unified social credit code of the reported organisation.
    reported: String,
    /// What happened: who, what, when, where. At most 16 KiB.
    facts: String,
    /// Who you are and how to reach you, if you want to say; sealed to an offline key.
    identity: Option<String>,
    /// Texts that show it, 8 at most, 4 KiB each.
    #[serde(default)]
    evidence: Vec<String>,
    /// Go on although the text may tell who wrote it.
    #[serde(default)]
    confirm_warnings: bool,
}

/// A key would say who reports; so a request with one is turned away before it is looked at.
fn keyless(request: &HttpRequest) -> Result<(), Problem> {
    if !request.headers().contains_key("authorization") {
        return Ok(());
    }
    Err(Problem::new(
        Code::ValueInvalid,
        "举报不得携带密钥，密钥会暴露身份 / a key would tell who you are; none is taken here",
        "请去掉 Authorization 请求头 / leave the header out",
    )
    .on("Authorization"))
}

fn reported(app: &App, text: &str) -> Result<Uscc, Problem> {
    let typed = text.trim();
    let person = matches!(typed.parse(), Ok(SubjectKey::Person(_)))
        || CitizenNumber::parse(&typed.to_ascii_uppercase(), today(app)).is_ok();
    if person {
        return Err(Problem::new(
            Code::IdentifierInvalid,
            "只受理对企业和其他组织的举报，不受理对自然人的举报 / reports are about organisations, \
             never about a natural person",
            "涉及自然人的，请向公安、市场监管等主管机关反映（12345、110） / turn to the competent \
             authority",
        )
        .on("reported"));
    }
    match Uscc::parse(typed) {
        Ok(code) => Ok(code),
        // A code of the attested path fails its check; it is taken where the register has it.
        Err(errors) => {
            let known = Uscc::parse_attested(typed).ok().map(|(code, _)| code);
            let known = known.filter(|code| is_registered(app, *code));
            known.ok_or_else(|| {
                Problem::new(
                    Code::IdentifierInvalid,
                    format!("不是统一社会信用代码 / no unified social credit code: {errors}"),
                    "请核对被举报单位的 18 位代码 / check the organisation's code",
                )
                .on("reported")
            })
        }
    }
}

fn is_registered(app: &App, code: Uscc) -> bool {
    let query = Query::new(app.engine.view.read());
    matches!(query.row(&Key::Subject(SubjectKey::Organisation(code))), Ok(Some(_)))
}

fn too_long(field: &'static str, max: usize) -> Problem {
    Problem::new(
        Code::Limit,
        format!("{field} 超过上限 {max} / is over its limit"),
        "请精简 / shorten it",
    )
    .on(field)
}

fn within(report: &Report) -> Result<(), Problem> {
    let bytes = |max: u32| usize::try_from(max).unwrap_or(usize::MAX);
    let evidence_max = bytes(REPORT_EVIDENCE_BYTES_MAX);
    if report.facts.len() > bytes(TEXT_BYTES_MAX) {
        return Err(too_long("facts", bytes(TEXT_BYTES_MAX)));
    }
    if report.identity.as_ref().is_some_and(|text| text.len() > IDENTITY_BYTES_MAX) {
        return Err(too_long("identity", IDENTITY_BYTES_MAX));
    }
    if report.evidence.len() > REPORT_EVIDENCE_MAX {
        return Err(too_long("evidence", REPORT_EVIDENCE_MAX));
    }
    match report.evidence.iter().any(|text| text.len() > evidence_max) {
        true => Err(too_long("evidence", evidence_max)),
        false => Ok(()),
    }
}

/// Places of facts and evidence that may tell who wrote them.
fn warnings(report: &Report, today: Day) -> Vec<Value> {
    let facts = [("facts".to_owned(), &report.facts)];
    let evidence = (0..)
        .zip(&report.evidence)
        .map(|(place, text): (u32, _)| (format!("evidence[{place}]"), text));
    let all = facts.into_iter().chain(evidence);
    all.flat_map(|(field, text)| {
        scan::self_identifying(text, today).into_iter().map(move |own| {
            json!({
                "field": field, "kind": own.kind, "title": own.kind.title(), "at": own.at,
                "length": own.length,
            })
        })
    })
    .collect()
}

/// `POST /v1/whistle`
pub async fn report(request: HttpRequest, body: Body, app: Data<App>) -> Answer {
    let body = bytes(body)?;
    keyless(&request)?;
    let report: Report = parse(&body)?;
    let code = reported(&app, &report.reported)?;
    within(&report)?;
    let warnings = warnings(&report, today(&app));
    if !warnings.is_empty() && !report.confirm_warnings {
        return Err(Problem::new(
            Code::ConfirmWarnings,
            format!("{} 处内容可能暴露您的身份 / places that may tell who you are", warnings.len()),
            "请改写后再提交；确认无妨的，加 confirm_warnings: true / rewrite it, or confirm",
        )
        .with("warnings", json!(warnings)));
    }
    let asked = reporter(&app);
    let whistle = app.whistle.clone();
    let receipt = blocking(move || {
        let identity = report.identity.map(Zeroizing::new);
        let identity = identity.as_ref().map(|text| text.trim()).filter(|text| !text.is_empty());
        let (facts, evidence) = (Zeroizing::new(report.facts), Zeroizing::new(report.evidence));
        let draft = Draft { reported: code, facts: &facts, evidence: &evidence, identity };
        whistle.receive(&asked, &draft)
    })
    .await?;
    let body = json!({
        "receipt": receipt.text.as_str(),
        "keep_it": "回执只显示这一次，凭它查询结果；遗失不能补发 / shown once, kept nowhere",
        "state": receipt.row.state.name(),
        "due": receipt.row.state.due().map(|due| due.day),
        "identity": if receipt.row.identity.is_some() { "sealed" } else { "anonymous" },
        "warnings": warnings,
    });
    Ok(answer(StatusCode::CREATED, &body))
}

fn reporter(app: &App) -> Asked {
    Asked {
        by: By::Reporter,
        role: Role::Public,
        today: today(app),
        rules: app.engine.rules.clone(),
    }
}

/// The id behind a receipt as somebody typed it: spaces, hyphens and small letters are forgiven.
/// A text that can be none is looked up like any other, so that both take as long.
fn id_of(app: &App, typed: &str) -> ReportId {
    let letters = typed.chars().filter(|own| !own.is_whitespace() && *own != '-');
    let plain = letters.take(RECEIPT_CHARS_MAX).map(|own| own.to_ascii_uppercase());
    app.whistle.id_of(&Zeroizing::new(plain.collect::<String>()))
}

/// `GET /v1/whistle/{receipt}`
pub async fn status(request: HttpRequest, path: Path<String>, app: Data<App>) -> Answer {
    keyless(&request)?;
    let id = id_of(&app, &path);
    let row = app.whistle.row(id)?.ok_or_else(Problem::not_found)?;
    let mut identity = Vec::new();
    if let Some(own) = &row.identity {
        identity.extend(own.openings.iter().filter(|own| own.told).map(
            |own| json!({"what": "opened", "on": own.on, "text": "身份已依法开启 / it was opened"}),
        ));
        identity.extend(own.request.iter().filter(|own| own.told).map(|own| {
            json!({"what": "requested", "on": own.on, "text": "已申请依法开启身份 / it was asked for"})
        }));
    }
    let body = json!({
        "state": row.state.name(),
        "received_on": row.received_on,
        "due": row.state.due().map(|due| due.day),
        "answers": answers(&app, &row)?,
        "identity": identity,
        "retaliation_reported_on": row.escalated_on,
    });
    Ok(answer(StatusCode::OK, &body))
}

fn answers(app: &App, row: &ReportRow) -> Result<Vec<Value>, Problem> {
    let mut answers = Vec::new();
    for sequence in &row.answers {
        let envelope = app.whistle.event(*sequence)?;
        let (field, sealed) = match &envelope.event {
            WhistleEvent::FeedbackPosted { text, .. } => ("answer", text),
            WhistleEvent::OutOfScope { pointer, .. } => ("pointer", pointer),
            _ => continue,
        };
        let text = open(app, row.id, field, sealed)?;
        answers.push(json!({"on": envelope.on, "text": text}));
    }
    Ok(answers)
}

fn open(app: &App, id: ReportId, field: &str, sealed: &Sealed) -> Result<Value, Problem> {
    Ok(app.whistle.text(id, field, sealed)?.map_or(Value::Null, |own| json!(own.as_str())))
}

/// An account of retaliation.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Retaliation {
    /// What is being done, by whom.
    account: String,
}

/// `POST /v1/whistle/{receipt}/retaliation`
pub async fn retaliation(
    request: HttpRequest,
    path: Path<String>,
    body: Body,
    app: Data<App>,
) -> Answer {
    let body = bytes(body)?;
    keyless(&request)?;
    let Retaliation { account } = parse(&body)?;
    let (id, asked) = (id_of(&app, &path), reporter(&app));
    let whistle = app.whistle.clone();
    let stepped = blocking(move || {
        let account = Zeroizing::new(account);
        whistle.step(id, &asked, |pen| {
            Ok(Command::ReportRetaliation { account: pen.seal("retaliation", &account)? })
        })
    });
    let stepped = stepped.await?.ok_or_else(Problem::not_found)?;
    let body = json!({
        "state": stepped.row.state.name(),
        "retaliation_reported_on": stepped.row.escalated_on,
        "escalated_to": escalated::recipients(&app, &stepped.row)?,
    });
    Ok(answer(StatusCode::CREATED, &body))
}

// ---- staff ----

/// Triage: taken in with a note, or pointed elsewhere.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[serde(tag = "outcome", rename_all = "snake_case")]
#[allow(missing_docs, reason = "fields are those of the events")]
pub enum Triage {
    InScope { note: String },
    OutOfScope { pointer: String },
}

/// The department that verifies, by its code in `departments.toml`.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "fields are those of the events")]
pub struct Assign {
    department: String,
}

/// What was found.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "fields are those of the events")]
pub struct Verify {
    substantiated: bool,
    reasons: String,
}

/// Why it takes longer.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "fields are those of the events")]
pub struct Reasons {
    reasons: String,
}

/// How the department follows it up by its own means. It opens nothing here.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "fields are those of the events")]
pub struct Note {
    note: String,
}

/// An answer that the holder of the receipt reads.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "fields are those of the events")]
pub struct Feedback {
    text: String,
}

/// Legal ground and reasons, in writing.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "fields are those of the events")]
pub struct Unseal {
    ground: CitationBody,
    reasons: String,
    /// The article that forbids telling the reporter, where one does.
    law_forbids_telling: Option<CitationBody>,
}

/// Which request the second person has read, by the `request` of `GET .../unseal`.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Approve {
    request: u64,
}

/// A step without fields.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Nothing {}

fn officer(caller: &Caller) -> Result<OfficerRef, Problem> {
    match &caller.actor {
        Some(Actor::Officer(officer)) => Ok(officer.clone()),
        _ => Err(Refusal::guard(
            Guard::Human,
            "密钥未绑定工作人员 / the key is bound to no officer",
            "请使用绑定工作人员的密钥 / use a key of an officer on file",
        )
        .into()),
    }
}

/// Every step of staff: key, role, body, command.
async fn step<T, F>(
    request: HttpRequest,
    body: Body,
    app: Data<App>,
    roles: &[Role],
    make: F,
) -> Result<Stepped, Problem>
where
    T: serde::de::DeserializeOwned + Send + 'static,
    F: FnOnce(T, &Pen<'_>) -> Result<Command, WhistleError> + Send + 'static,
{
    let body = bytes(body)?;
    let caller = Caller::of(&request, &app.engine)?;
    caller.require(roles)?;
    let by = By::Officer(officer(&caller)?);
    let parsed: T = parse(&body)?;
    let id: ReportId =
        request.match_info().query("id").parse().map_err(|_| Problem::not_found())?;
    let role = caller.role;
    let asked = Asked { by, role, today: today(&app), rules: app.engine.rules.clone() };
    let (whistle, engine) = (app.whistle.clone(), app.engine.clone());
    let stepped = blocking(move || {
        whistle.step(id, &asked, |pen| {
            // It waited for the steps before it: the key is looked at as it is now.
            match caller.still_valid(&engine) {
                Ok(true) => make(parsed, pen),
                Ok(false) => Err(WhistleError::KeyEnded),
                Err(_) => Err(WhistleError::Failed("the key cannot be looked at".to_owned())),
            }
        })
    });
    stepped.await?.ok_or_else(Problem::not_found)
}

fn stepped(done: &Stepped) -> HttpResponse {
    let mut body = json!({
        "id": done.row.id.to_string(),
        "event": done.event,
        "state": done.row.state.name(),
        "due": done.row.state.due().map(|due| due.day),
    });
    if let Some(ciphertext) = &done.ciphertext {
        body["identity_age_base64"] = json!(BASE64.encode(ciphertext));
    }
    answer(StatusCode::CREATED, &body)
}

/// `POST /v1/whistle/{id}/triage`
pub async fn triage(request: HttpRequest, body: Body, app: Data<App>) -> Answer {
    let make = |own: Triage, pen: &Pen<'_>| match own {
        Triage::InScope { note } => Ok(Command::Triage { note: pen.seal("note", &note)? }),
        Triage::OutOfScope { pointer } => {
            Ok(Command::PutOutOfScope { pointer: pen.seal("pointer", &pointer)? })
        }
    };
    Ok(stepped(&step(request, body, app, &[Role::Triage], make).await?))
}

/// `POST /v1/whistle/{id}/assign`
pub async fn assign(request: HttpRequest, body: Body, app: Data<App>) -> Answer {
    let make = |own: Assign, _: &Pen<'_>| Ok(Command::Assign { department: own.department });
    Ok(stepped(&step(request, body, app, &[Role::Triage], make).await?))
}

/// `POST /v1/whistle/{id}/verify`
pub async fn verify(request: HttpRequest, body: Body, app: Data<App>) -> Answer {
    let make = |own: Verify, pen: &Pen<'_>| {
        let reasons = pen.seal("finding", &own.reasons)?;
        Ok(Command::Verify { substantiated: own.substantiated, reasons })
    };
    Ok(stepped(&step(request, body, app, CASE_ROLES, make).await?))
}

/// `POST /v1/whistle/{id}/extend`
pub async fn extend(request: HttpRequest, body: Body, app: Data<App>) -> Answer {
    let make = |own: Reasons, pen: &Pen<'_>| {
        Ok(Command::Extend { reasons: pen.seal("extension", &own.reasons)? })
    };
    Ok(stepped(&step(request, body, app, CASE_ROLES, make).await?))
}

/// `POST /v1/whistle/{id}/transfer`
pub async fn transfer(request: HttpRequest, body: Body, app: Data<App>) -> Answer {
    let make =
        |own: Note, pen: &Pen<'_>| Ok(Command::Transfer { note: pen.seal("transfer", &own.note)? });
    Ok(stepped(&step(request, body, app, CASE_ROLES, make).await?))
}

/// `POST /v1/whistle/{id}/feedback`
pub async fn feedback(request: HttpRequest, body: Body, app: Data<App>) -> Answer {
    let make = |own: Feedback, pen: &Pen<'_>| {
        Ok(Command::PostFeedback { text: pen.seal("answer", &own.text)? })
    };
    let roles = [&[Role::Triage], CASE_ROLES].concat();
    Ok(stepped(&step(request, body, app, &roles, make).await?))
}

/// `POST /v1/whistle/{id}/unseal`
pub async fn unseal(request: HttpRequest, body: Body, app: Data<App>) -> Answer {
    let make = |own: Unseal, pen: &Pen<'_>| {
        Ok(Command::RequestUnseal {
            ground: own.ground.into(),
            reasons: pen.seal("ground", &own.reasons)?,
            law_forbids_telling: own.law_forbids_telling.map(Into::into),
        })
    };
    Ok(stepped(&step(request, body, app, &[Role::Triage], make).await?))
}

/// `POST /v1/whistle/{id}/unseal/approve`
pub async fn approve(request: HttpRequest, body: Body, app: Data<App>) -> Answer {
    let make = |own: Approve, _: &Pen<'_>| Ok(Command::ApproveUnseal { request: own.request });
    Ok(stepped(&step(request, body, app, &[Role::DataOfficer], make).await?))
}

/// `POST /v1/whistle/{id}/purge`
pub async fn purge(request: HttpRequest, body: Body, app: Data<App>) -> Answer {
    let make = |_: Nothing, _: &Pen<'_>| Ok(Command::Purge);
    Ok(stepped(&step(request, body, app, &[Role::DataOfficer], make).await?))
}

/// `?state=STATE&after=CURSOR&limit=N`
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Filter {
    /// 状态 / the state.
    state: Option<String>,
    /// 上一页返回的 next / the `next` of the page before.
    after: Option<String>,
    /// 本页条数，至多 1000 / rows of this page, at most 1000.
    limit: Option<usize>,
}

/// Which list of this state a reader works through, if any.
fn list(caller: &Caller, officer: &OfficerRef, state: &str) -> Option<Worklist> {
    match (caller.role, state) {
        (Role::Triage | Role::CreditOffice, "escalated") => Some(Worklist::Escalated),
        (Role::Triage, "overdue") => Some(Worklist::Overdue),
        (Role::Triage | Role::DataOfficer, "unseal_requested") => Some(Worklist::Requested),
        (Role::Triage | Role::DataOfficer, state) => Worklist::of(state, None),
        (_, state) => Worklist::of(state, Some(officer.authority)),
    }
}

/// `GET /v1/whistle`: reports in a state, oldest first, as far as this officer has to do with them.
pub async fn worklist(request: HttpRequest, filter: UrlQuery<Filter>, app: Data<App>) -> Answer {
    let caller = Caller::of(&request, &app.engine)?;
    caller.require(&[&[Role::Triage, Role::DataOfficer], CASE_ROLES].concat())?;
    let officer = officer(&caller)?;
    let supervises = escalated::is_supervisor(&app, &caller, &officer);
    let list = match filter.state.as_deref() {
        state if supervises => Some(escalated::only_list(state)?),
        // Without a state: what waits for whoever asks. A department has what was assigned to it.
        state => {
            let triages = matches!(caller.role, Role::Triage | Role::DataOfficer);
            let first = if triages { "received" } else { "assigned" };
            list(&caller, &officer, state.unwrap_or(first))
        }
    };
    let Some(list) = list else {
        let states = ReportState::NAMES.join(", ");
        return Err(Problem::new(
            Code::ValueInvalid,
            "没有该状态 / there is no such state",
            format!("{states}, escalated, overdue, unseal_requested"),
        )
        .on("state"));
    };
    looks::record_access(&request, &app, &caller, "whistle".to_owned(), Sight::Whole).await?;
    let after = filter.after.as_deref().map(|text| HEXLOWER.decode(text.as_bytes())).transpose();
    let after = after.map_err(|_| {
        let cure = "请使用上一页的 next / use the cursor of the page before";
        Problem::new(Code::ValueInvalid, "游标格式错误 / no cursor", cure).on("after")
    })?;
    let limit = filter.limit.unwrap_or(PAGE).clamp(1, PAGE_MAX);
    let (rows, next) = app.whistle.page(&list, after.as_deref(), limit)?;
    let mut reports = Vec::new();
    for row in &rows {
        if !aside(&app, &caller, &officer, row)? {
            reports.push(summary(&app, row, &caller, supervises)?);
        }
    }
    let next = next.map(|cursor| HEXLOWER.encode(&cursor));
    let mut body = json!({"reports": reports, "next": next});
    if caller.role == Role::Triage && !supervises {
        // The office's own ledger; it goes into no assessment.
        body["late"] = json!(app.whistle.late()?);
    }
    Ok(answer(StatusCode::OK, &body))
}

/// What a list says of a report. A data officer needs no more than its state and its days, the
/// supervision organ nothing of an identity.
fn summary(
    app: &App,
    row: &ReportRow,
    caller: &Caller,
    supervises: bool,
) -> Result<Value, Problem> {
    let mut body = json!({
        "id": row.id.to_string(),
        "state": row.state.name(),
        "received_on": row.received_on,
        "due": row.state.due().map(|due| due.day),
        "overdue": row.overdue.is_some(),
        "keep_until": row.keep_until,
        "escalated_on": row.escalated_on,
    });
    if caller.role != Role::DataOfficer {
        body["reported"] = json!(app.whistle.reported(row)?);
        body["department"] = json!(row.department);
    }
    if row.escalated_on.is_some() && matches!(caller.role, Role::Triage | Role::CreditOffice) {
        body["escalated_to"] = escalated::recipients(app, row)?;
    }
    if matches!(caller.role, Role::Triage | Role::DataOfficer) && !supervises {
        let request = row.identity.as_ref().and_then(|own| own.request.as_ref());
        body["identity"] = json!(row.identity.as_ref().map(|_| "sealed"));
        body["unseal_requested_by"] = json!(request.map(|own| own.by.to_string()));
        body["unseal_requested_on"] = json!(request.map(|own| own.on));
    }
    Ok(body)
}

/// Whether this officer has to do with this report: triage with all, a department with those it
/// was given, the credit office and the supervision organ with those whose authors suffer for them.
fn concerns(caller: &Caller, officer: &OfficerRef, row: &ReportRow, supervises: bool) -> bool {
    match caller.role {
        Role::Triage if supervises => row.escalated_on.is_some(),
        Role::Triage => true,
        Role::CreditOffice if row.escalated_on.is_some() => true,
        _ => row.department == Some(officer.authority),
    }
}

/// Nobody learns of a report about their own authority, before the purge or after it.
fn aside(
    app: &App,
    caller: &Caller,
    officer: &OfficerRef,
    row: &ReportRow,
) -> Result<bool, Problem> {
    let about = app.whistle.is_about(row, officer.authority)?;
    Ok(stands_aside(about, caller.role, officer.authority, &app.engine.rules))
}

/// `GET /v1/whistle/{id}/report`: the facts, never the identity; for the supervision organ the accounts
/// of retaliation alone.
pub async fn detail(request: HttpRequest, path: Path<String>, app: Data<App>) -> Answer {
    let caller = Caller::of(&request, &app.engine)?;
    caller.require(&[&[Role::Triage], CASE_ROLES].concat())?;
    let officer = officer(&caller)?;
    let id: ReportId = path.parse().map_err(|_| Problem::not_found())?;
    let supervises = escalated::is_supervisor(&app, &caller, &officer);
    let row = app.whistle.row(id)?.filter(|row| concerns(&caller, &officer, row, supervises));
    let row = row.ok_or_else(Problem::not_found)?;
    if aside(&app, &caller, &officer, &row)? {
        return Err(Problem::not_found());
    }
    looks::record_access(&request, &app, &caller, id.to_string(), Sight::Whole).await?;
    let mut body = summary(&app, &row, &caller, supervises)?;
    if matches!(caller.role, Role::Triage | Role::CreditOffice) {
        body["retaliations"] = escalated::accounts(&app, &row)?;
    }
    if supervises {
        return Ok(answer(StatusCode::OK, &body));
    }
    let envelope = app.whistle.event(row.received_at)?;
    let WhistleEvent::Received { facts, evidence, .. } = &envelope.event else {
        return Err(WhistleError::Failed("a report begins with its receipt".to_owned()).into());
    };
    body["facts"] = open(&app, id, "facts", facts)?;
    let evidence = evidence.iter().map(|own| open(&app, id, "evidence", own));
    body["evidence"] = json!(evidence.collect::<Result<Vec<_>, _>>()?);
    body["answers"] = json!(answers(&app, &row)?);
    if let Some(sequence) = row.finding
        && let WhistleEvent::Verified { substantiated, reasons, .. } =
            app.whistle.event(sequence)?.event
    {
        let reasons = open(&app, id, "finding", &reasons)?;
        body["finding"] = json!({"substantiated": substantiated, "reasons": reasons});
    }
    Ok(answer(StatusCode::OK, &body))
}
