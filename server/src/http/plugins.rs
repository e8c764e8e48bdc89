//! Plugins over HTTP: how they are doing, what they gave up, and a department's questions to its own.
//! Versions come and go on the operator's machine (`shouxin plugin`), not here.

use actix_web::web::{Data, Path, Query as Asked};
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;
use serde_json::{Value, json};
use shouxin_core::actor::Role;
use shouxin_core::command::Command;
use shouxin_core::row::{Key, Row};
use utoipa::ToSchema;

use crate::engine::query::Query;
use crate::http::caller::Caller;
use crate::http::edge::{Edge, parse};
use crate::http::problem::{Code, Problem};
use crate::http::read::Sight;
use crate::http::reads::{Answer, Cursor};
use crate::http::write::{Write, write};
use crate::http::{App, Body, Table, bytes, looks, openapi};
use crate::plugins::letters::{self, Letter};
use crate::plugins::shown;
use crate::telemetry::PluginFigures;

pub(super) fn routes(table: &mut Table<'_>) {
    let letters = "/v1/plugins/{name}/dead-letters";
    let letter = |step: &str| format!("{letters}/{{letter}}/{step}");
    table
        .read("/v1/plugins", web::get().to(plugins), "插件 / plugins")
        .list::<Cursor>(letters, web::get().to(dead_letters), "死信 / dead letters of a plugin")
        .post_by::<Retry>(&letter("retry"), web::post().to(retry), "重新投递 / deliver it again")
        .post::<Skip>(&letter("skip"), "不再投递 / leave it, with a reason")
        .post::<Hand>(&letter("hand"), "转人工 / hand it to the officers")
        .post::<Pause>("/v1/plugins/{name}/pause", "暂停插件 / begin nothing with it")
        .post_by::<Resume>(
            "/v1/plugins/{name}/resume",
            web::post().to(resume),
            "恢复插件 / call it for everything again",
        )
        .ask::<openapi::Anything>(
            "/v1/plugins/{name}/query",
            web::post().to(plugin_query),
            "查询部门插件 / ask the department's plugin",
        );
}

/// Who sees to plugins.
const OPERATOR: &[Role] = &[Role::Operator];

/// `GET /v1/plugins`
async fn plugins(request: HttpRequest, app: Data<App>) -> Answer {
    let caller = Caller::of(&request, &app.engine)?;
    caller.require(&[Role::Operator, Role::Auditor])?;
    let plugins = shown::all(&app.engine, &app.plugins)?;
    Ok(HttpResponse::Ok().json(json!({
        "development_unsigned": app.life.development_unsigned(),
        "plugins": plugins,
    })))
}

/// The plugin, if it was ever deployed.
fn known(app: &App, name: &str) -> Result<(), Problem> {
    let rows = match Query::new(app.engine.view.read()).row(&Key::Plugins)? {
        Some(Row::Plugins(rows)) => rows,
        _ => Vec::new(),
    };
    rows.iter().any(|row| row.name == name).then_some(()).ok_or_else(Problem::not_found)
}

fn not_a_letter(text: String) -> Problem {
    Problem::new(Code::MalformedJson, text, "见 /v1/plugins/{name}/dead-letters / see the list")
}

/// `GET /v1/plugins/{name}/dead-letters`
async fn dead_letters(
    request: HttpRequest,
    path: Path<String>,
    page: Asked<Cursor>,
    app: Data<App>,
) -> Answer {
    let caller = Caller::of(&request, &app.engine)?;
    caller.require(&[Role::Operator, Role::Auditor])?;
    known(&app, &path)?;
    let after = page.after.as_deref().map(str::parse).transpose().map_err(not_a_letter)?;
    Ok(HttpResponse::Ok().json(letters::page(&app.engine, &path, after, page.limit())?))
}

/// Plugin and letter of a path, if the letter is one of the plugin's.
fn addressed<'p>(path: &'p str, edge: &Edge<'_>) -> Result<(&'p str, Letter), Problem> {
    let (name, letter) = path.split_once('/').ok_or_else(Problem::not_found)?;
    let letter: Letter = letter.parse().map_err(not_a_letter)?;
    match letters::is_of(edge.engine, name, letter)? {
        true => Ok((name, letter)),
        false => Err(Problem::not_found()),
    }
}

/// 重新投递: the execution that was given up goes to the plugin again, under the same order.
/// Source: domain.md O51, design.md 5.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Retry {}

impl Write for Retry {
    const LABEL: &'static str = "dead_letters.retry";
    const ROLES: &'static [Role] = OPERATOR;

    fn command(self, path: &str, edge: &Edge<'_>) -> Result<Command, Problem> {
        match addressed(path, edge)? {
            (_, Letter::Case(measure)) => Ok(letters::retry(measure)),
            (_, Letter::Information(_)) => Err(Problem::not_found()),
        }
    }
}

/// A case goes to its plugin again by a command; information is told again, and is no letter any more
/// once the plugin has answered.
async fn retry(request: HttpRequest, body: Body, app: Data<App>) -> Answer {
    let letter = request.match_info().get("letter").map(str::parse::<Letter>);
    let (Some(Ok(Letter::Information(at))), Some(name)) =
        (letter, request.match_info().get("name"))
    else {
        return write::<Retry>(request, body, app).await;
    };
    Caller::of(&request, &app.engine)?.require(OPERATOR)?;
    let _empty: Retry = parse(&bytes(body)?)?;
    if !letters::is_of(&app.engine, name, Letter::Information(at))? {
        return Err(Problem::not_found());
    }
    if app.plugins.get(name).is_none() || !app.plugins.tell_again(name, at) {
        return Err(Problem::new(
            Code::Unavailable,
            "插件未在运行，或等待重新告知的变更已满 / the plugin does not run, or as many wait as may",
            "请稍后重试 / try again later",
        ));
    }
    Ok(HttpResponse::Accepted().json(json!({"waiting": true})))
}

/// 不再投递: nothing more is sent, and later burdens of the subject wait no longer behind it.
/// Source: domain.md O51, design.md 5.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Skip {
    reason: String,
}

impl Write for Skip {
    const LABEL: &'static str = "dead_letters.skip";
    const ROLES: &'static [Role] = OPERATOR;

    fn command(self, path: &str, edge: &Edge<'_>) -> Result<Command, Problem> {
        match addressed(path, edge)? {
            (_, Letter::Case(measure)) => {
                let subject = edge.subject_of_measure(measure)?;
                let reasons = edge.seal(subject, self.reason.trim())?;
                Ok(Command::SkipDeadLetter { measure, reasons })
            }
            (name, Letter::Information(at)) => {
                Ok(Command::SkipUntold { plugin: name.to_owned(), at, reason: self.reason })
            }
        }
    }
}

/// 转人工: the officers of the department carry the case out by hand.
/// Source: domain.md O51, design.md 5.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Hand {
    reason: String,
}

impl Write for Hand {
    const LABEL: &'static str = "dead_letters.hand";
    const ROLES: &'static [Role] = OPERATOR;

    fn command(self, path: &str, edge: &Edge<'_>) -> Result<Command, Problem> {
        let (_, Letter::Case(measure)) = addressed(path, edge)? else {
            return Err(Problem::not_found());
        };
        let subject = edge.subject_of_measure(measure)?;
        Ok(Command::HandDeadLetter { measure, reasons: edge.seal(subject, self.reason.trim())? })
    }
}

/// 暂停插件: it begins no burden until it is resumed; suspensions and lifts reach it all the same.
/// Source: design.md 5.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Pause {
    reason: String,
}

impl Write for Pause {
    const LABEL: &'static str = "plugins.pause";
    const ROLES: &'static [Role] = OPERATOR;

    fn command(self, path: &str, _: &Edge<'_>) -> Result<Command, Problem> {
        Ok(Command::PausePlugin { name: path.to_owned(), reason: self.reason })
    }
}

/// 恢复插件: it is called for everything again, and its breaker is closed.
/// Source: design.md 5.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Resume {}

impl Write for Resume {
    const LABEL: &'static str = "plugins.resume";
    const ROLES: &'static [Role] = OPERATOR;

    fn command(self, path: &str, _: &Edge<'_>) -> Result<Command, Problem> {
        Ok(Command::ResumePlugin { name: path.to_owned() })
    }
}

async fn resume(request: HttpRequest, body: Body, app: Data<App>) -> Answer {
    let name = request.match_info().get("name").unwrap_or_default().to_owned();
    let answer = write::<Resume>(request, body, app.clone()).await?;
    app.life.resumed(&name);
    Ok(answer)
}

/// Brings the metrics of plugins up to now.
pub(super) fn refresh(app: &App) {
    let observed = match shown::observe_all(&app.engine, &app.plugins) {
        Ok(observed) => observed,
        Err(error) => {
            tracing::error!(%error, "the state of the plugins cannot be read");
            return;
        }
    };
    let figures = observed.iter().map(|own| {
        let health = app.plugins.get(&own.row.name).and_then(|running| running.health());
        let state = health.as_ref().map(|health| health.state);
        let seconds = |ms: Option<u64>| ms.unwrap_or(0) / 1000;
        let figures = PluginFigures {
            lag_changes: own.lag.count,
            lag_seconds: seconds(own.lag.oldest_ms),
            waiting: own.waiting.count,
            oldest_waiting_seconds: seconds(own.waiting.oldest_ms),
            forget_pending: own.to_forget.count,
            forget_oldest_seconds: seconds(own.to_forget.oldest_ms),
            dead_letters: own.dead_cases.count + own.dead_information.count,
            restarts: health.as_ref().map_or(0, |health| health.restarts),
            breaker_open: state == Some(shouxin_plugin_host::State::Tripped),
            running: state == Some(shouxin_plugin_host::State::Running),
        };
        (own.row.name.as_str(), figures)
    });
    app.engine.metrics.plugins(figures);
}

/// `POST /v1/plugins/{name}/query`: a department asks its own plugin's store.
async fn plugin_query(
    request: HttpRequest,
    path: Path<String>,
    body: Body,
    app: Data<App>,
) -> Answer {
    let caller = Caller::of(&request, &app.engine)?;
    caller.require(&[Role::Department, Role::Auditor])?;
    let department = app.plugins.department(&path).ok_or_else(Problem::not_found)?;
    let own = match &caller.actor {
        Some(shouxin_core::actor::Actor::Officer(officer)) => app
            .engine
            .rules
            .department_by_uscc(officer.authority.as_str())
            .is_some_and(|found| found.code == department),
        _ => false,
    };
    if !own && caller.role != Role::Auditor {
        return Err(Problem::not_found());
    }
    let question: Value = parse(&bytes(body)?)?;
    let file =
        format!("plugin {path}: {}", question.to_string().chars().take(200).collect::<String>());
    looks::record_access(&request, &app, &caller, file, Sight::Government).await?;
    let answer = app.plugins.query(&path, question).await.map_err(|what| {
        Problem::new(
            Code::Unavailable,
            format!("插件未答复：{what} / the plugin did not answer"),
            "请稍后重试，或查看 /v1/plugins / try again, or see /v1/plugins",
        )
    })?;
    Ok(HttpResponse::Ok().json(answer))
}
