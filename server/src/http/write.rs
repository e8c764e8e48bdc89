//! How every write is answered: one function, one trait, one table of routes.

use std::sync::Arc;

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use shouxin_core::actor::{Role, SubjectKey};
use shouxin_core::command::Command;
use shouxin_core::event::Idempotency;
use shouxin_core::id::Position;
use utoipa::ToSchema;

use crate::engine::{Committed, Request};
use crate::http::caller::Caller;
use crate::http::edge::{Edge, parse};
use crate::http::problem::{Code, Problem};
use crate::http::{App, Body, bytes};

/// The letter of the id that a command creates, and the events that create it.
pub type Creates = Option<(&'static str, &'static [&'static str])>;

/// A body that becomes a command.
pub trait Write: DeserializeOwned + ToSchema + 'static {
    /// Name under which a refusal is recorded, `listings.decide`.
    const LABEL: &'static str;
    /// Roles that may send it.
    const ROLES: &'static [Role];

    /// Checks and seals. `id` is what stands for `{id}` or `{key}` in the path; several are
    /// joined by a slash.
    fn command(self, id: &str, edge: &Edge<'_>) -> Result<Command, Problem>;

    /// What it creates; nothing where it only changes what is there.
    const CREATES: Creates = None;
}

/// Answers a write.
pub async fn write<T: Write>(
    request: HttpRequest,
    body: Body,
    app: Data<App>,
) -> Result<HttpResponse, Problem> {
    let body = bytes(body)?;
    let engine = &app.engine;
    let caller = Caller::of(&request, engine)?;
    caller.require(T::ROLES)?;
    let Some(actor) = caller.actor.clone() else {
        return Err(caller.require(&[]).err().unwrap_or_else(Problem::not_found));
    };
    let parts: Vec<&str> = request.match_info().iter().map(|(_, value)| value).collect();
    let id = parts.join("/");
    let idempotency = idempotency(&request, &caller, &body, &app)?;
    let command = {
        let parsed: T = parse(&body)?;
        let documents = app.documents_required.then_some(&*app.documents);
        parsed.command(&id, &Edge { engine, caller: &caller, documents })?
    };
    let expected = expected(&request)?;
    let committed = engine
        .submit(Request {
            actor,
            role: caller.role,
            key: Some(caller.key_id),
            label: T::LABEL,
            target: id,
            command,
            idempotency: Some(idempotency),
            expected,
            cause: None,
        })
        .await?;
    Ok(answer(&committed, T::CREATES))
}

fn idempotency(
    request: &HttpRequest,
    caller: &Caller,
    body: &[u8],
    app: &App,
) -> Result<Idempotency, Problem> {
    let key = request.headers().get("idempotency-key").and_then(|value| value.to_str().ok());
    let key = key.filter(|key| (8..=128).contains(&key.len())).ok_or_else(|| {
        Problem::new(
            Code::IdempotencyRequired,
            "Idempotency-Key 缺失，或长度不在 8 至 128 之间 / missing, or not 8 to 128 characters",
            "每个新请求使用一个新的随机键，重试时沿用 / a new random key for each request, kept on retry",
        )
    })?;
    let mut bytes = request.path().as_bytes().to_vec();
    bytes.push(0);
    bytes.extend_from_slice(body);
    let vault = &app.engine.vault;
    Ok(Idempotency {
        tag: vault.idempotency_tag(&caller.key_id, key),
        request: vault.request_tag(&bytes),
    })
}

/// `If-Match: "0.1042"` on a path that names a subject: the version of its file.
fn expected(request: &HttpRequest) -> Result<Option<(SubjectKey, Position)>, Problem> {
    let Some(header) = request.headers().get("if-match") else {
        return Ok(None);
    };
    let malformed = || {
        Problem::new(
            Code::PreconditionFailed,
            "If-Match 须为 \"主体代码@版本\" / If-Match is \"KEY@VERSION\"",
            "请使用读取档案时返回的 ETag / use the ETag of the file",
        )
    };
    let text = header.to_str().map_err(|_| malformed())?.trim_matches('"');
    let mut parts = text.split('@');
    let key = parts.next().and_then(|key| key.parse().ok()).ok_or_else(malformed)?;
    let version = parts.next().and_then(|version| version.parse().ok()).ok_or_else(malformed)?;
    Ok(Some((key, version)))
}

/// The answer to a durable command.
fn answer(committed: &Committed, creates: Creates) -> HttpResponse {
    let events: Vec<Value> = committed
        .events
        .iter()
        .map(|(position, name)| json!({"position": position.to_string(), "event": name}))
        .collect();
    let mut body = json!({
        "position": committed.events.last().map(|event| event.0.to_string()),
        "events": events,
        "repeated": committed.repeated,
    });
    if let Some((letter, names)) = creates {
        let ids: Vec<String> = committed
            .events
            .iter()
            .filter(|(_, name)| names.contains(name))
            .map(|(position, _)| match position.log {
                0 => format!("{letter}-{}", position.sequence),
                _ => format!("{letter}-{position}"),
            })
            .collect();
        body["id"] = ids.first().map_or(Value::Null, |id| json!(id));
        body["ids"] = json!(ids);
    }
    if !committed.rejects.is_empty() {
        body["rejects"] = committed
            .rejects
            .iter()
            .map(|reject| {
                json!({
                    "index": reject.index,
                    "field": reject.field,
                    "reason": reject.reason,
                    "detail": reject.detail,
                })
            })
            .collect();
    }
    let mut response = match committed.repeated {
        false if !committed.events.is_empty() => HttpResponse::Created(),
        _ => HttpResponse::Ok(),
    };
    if let Some((position, _)) = committed.events.last() {
        response.insert_header(("Shouxin-Position", position.to_string()));
    }
    response.json(body)
}

/// What the handlers share.
pub type Shared = Arc<App>;
