//! The public credit report: everything that is public now about an organisation, where it comes
//! from and what can be done against it. A natural person's is for that person alone. It holds no
//! score, grade or rank, because the register has none.

mod pdf;

use std::collections::BTreeMap;

use actix_web::web::{self, Data, Path, Query as UrlQuery};
use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;
use serde_json::{Value, json};
use shouxin_core::actor::SubjectKey;
use shouxin_core::id::{Position, RecordId};
use shouxin_core::row::Index;
use shouxin_core::time::Day;
use utoipa::IntoParams;

use crate::engine::Engine;
use crate::engine::query::Query;
use crate::http::caller::Caller;
use crate::http::edge::{id, subject_key};
use crate::http::format::accepts;
use crate::http::problem::{Code, Problem};
use crate::http::read::{self, PART_ROWS_MAX, Sight};
use crate::http::sharing::Reach;
use crate::http::{App, Table, commitments, recommendation};

/// Registers the routes.
pub(crate) fn routes(table: &mut Table<'_>) {
    table.list::<Asked>(
        "/v1/subjects/{key}/report",
        web::get().to(report),
        "信用报告 / the credit report",
    );
}

/// `?after=CURSOR&format=json|pdf`
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Asked {
    /// 上一页返回的 next / the `next` of the page before.
    after: Option<String>,
    /// 格式 / the form of the answer.
    format: Option<String>,
}

/// In what form the report is given.
#[derive(Clone, Copy)]
enum Form {
    Json,
    Pdf,
}

impl Asked {
    fn form(&self, request: &HttpRequest) -> Result<Form, Problem> {
        let json = accepts(request, "application/json") || accepts(request, "*/*");
        match self.format.as_deref() {
            Some("pdf") => Ok(Form::Pdf),
            None if accepts(request, "application/pdf") && !json => Ok(Form::Pdf),
            None | Some("json") => Ok(Form::Json),
            Some(other) => Err(Problem::new(
                Code::NotAcceptable,
                format!("没有 {other} 格式的报告 / no report is made as {other}"),
                "format 为 json 或 pdf / json or pdf",
            )
            .on("format")),
        }
    }
}

/// `GET /v1/subjects/{key}/report`
/// Source: domain.md O10, O15, O28.
async fn report(
    request: HttpRequest,
    path: Path<String>,
    asked: UrlQuery<Asked>,
    app: Data<App>,
) -> Result<HttpResponse, Problem> {
    let caller = Caller::of(&request, &app.engine)?;
    let key = subject_key(&path)?;
    if key.is_personal() && caller.subject() != Some(key) {
        return Err(Problem::not_found());
    }
    let form = asked.form(&request)?;
    let after: Option<Position> = asked.after.as_deref().map(id).transpose()?;
    let today = app.engine.clock.now().legal_date();
    let mut query = Query::new(app.engine.view.read());
    let position = Position::local(query.next().saturating_sub(1)).to_string();
    let mut body = made(&app.engine, &mut query, key, after, today)?;
    body["position"] = json!(position);
    let mut response = HttpResponse::Ok();
    response.insert_header(("Shouxin-Position", position.as_str()));
    response.insert_header(("Cache-Control", "private, no-cache"));
    Ok(match form {
        Form::Json => response.json(body),
        Form::Pdf => {
            response.insert_header(("Content-Disposition", "inline; filename=\"report.pdf\""));
            response.content_type("application/pdf").body(pdf::of(&app.engine.rules, &body))
        }
    })
}

fn made(
    engine: &Engine,
    query: &mut Query<'_>,
    key: SubjectKey,
    after: Option<Position>,
    today: Day,
) -> Result<Value, Problem> {
    // Nothing about a person is public, so a person's own report says what departments read.
    let sight = if key.is_personal() { Sight::Government } else { Sight::Public };
    let head = read::head(query, key, sight)?;
    let (records, next) = records(engine, query, key, sight, after, today)?;
    let mut body = match after {
        // Its own: no contract is asked for.
        None => read::file(
            (&engine.vault, &engine.rules.instruments),
            query,
            &head,
            (sight, &Reach::All),
            today,
        )?,
        Some(_) => json!({
            "key": key.to_string(), "name": read::name(&engine.vault, &head), "as_of": today,
        }),
    };
    if after.is_none() {
        let years = engine.rules.pack(today).clean_record_years;
        body["recommendation"] = match sight {
            Sight::Public => recommendation::of(query, &head, years, today)?,
            _ => Value::Null,
        };
        body["commitments"] =
            json!(commitments::displayed(query, &engine.rules.instruments, key, today)?);
    }
    let mut counts: BTreeMap<String, u64> = BTreeMap::new();
    for record in &records {
        let class = record["class"].as_str().unwrap_or_default().to_owned();
        *counts.entry(class).or_default() += 1;
    }
    body["title"] = json!("公共信用信息报告 / public credit report");
    body["records"] = json!(records);
    body["record_counts"] = json!(counts);
    body["next"] = json!(next);
    body["complete"] = json!(next.is_none() && after.is_none());
    body["scope"] = json!(match sight {
        Sight::Public => "报告日依法公示的信息 / what is on public display on this day",
        _ =>
            "报告日政务部门可共享的信息，仅供本人 / what departments share on this day, for \
              the person alone",
    });
    body["statement"] = json!(
        "本报告逐条列示信息及其来源，不含评分、等级或排名，也不作评价；已修复、撤销、期满的信息不再列示 / \
         This report lists facts and where they come from. It holds no score, grade or rank and \
         judges nobody. What was repaired, annulled or is over is not in it."
    );
    body["sources"] = json!(sources(engine, &body));
    body["remedies"] = remedies(engine);
    Ok(body)
}

/// A page of records, each with what is open against it.
fn records(
    engine: &Engine,
    query: &mut Query<'_>,
    key: SubjectKey,
    sight: Sight,
    after: Option<Position>,
    today: Day,
) -> Result<(Vec<Value>, Option<String>), Problem> {
    let entry = Index::SubjectRecord(key, RecordId(Position::local(0)));
    let (positions, more) = query.page(&entry, after, PART_ROWS_MAX)?;
    let next = positions.last().filter(|_| more).map(ToString::to_string);
    let mut shown = Vec::new();
    for at in positions {
        let row = query.ask(|rows| rows.must_record(RecordId(at)).cloned())?;
        if !read::record_shown(&row, today, sight) {
            continue;
        }
        shown.push(read::record_marked(&engine.vault, query, &row, sight)?);
    }
    Ok((shown, next))
}

/// Every authority that the report names, by code.
fn sources(engine: &Engine, body: &Value) -> Vec<Value> {
    let mut found: BTreeMap<String, Option<String>> = BTreeMap::new();
    let parts = [("records", "provider"), ("listings", "authority"), ("commitments", "authority")];
    for (part, name) in parts {
        for item in body[part].as_array().into_iter().flatten() {
            if let Some(code) = item[name].as_str() {
                let own = engine.rules.department_by_uscc(code);
                let name = own.map(|own| format!("{} / {}", own.name_zh, own.name_en));
                found.insert(code.to_owned(), name);
            }
        }
    }
    for item in body["imported_classifications"].as_array().into_iter().flatten() {
        if let Some(code) = item["author"]["code"].as_str() {
            let name = item["author"]["name"].as_str().map(str::to_owned);
            found.insert(code.to_owned(), name);
        }
    }
    found.into_iter().map(|(code, name)| json!({"authority": code, "name": name})).collect()
}

/// What can be done against anything in the report.
fn remedies(engine: &Engine) -> Value {
    let mut body = json!({
        "objection": "认为信息有误的，可提出异议；受理期间按规定标注或暂停 / object to what is wrong: \
                      POST /v1/objections",
        "repair": "已纠正失信行为的，可申请信用修复 / apply for repair: POST /v1/repairs",
    });
    if let Some(own) = &engine.rules.remedies {
        body["reconsideration"] = json!({
            "body": own.reconsideration,
            "days": own.reconsideration_days,
            "elsewhere": own.elsewhere.iter().map(|(department, body)| {
                json!({"department": department, "body": body})
            }).collect::<Vec<_>>(),
        });
        body["suit"] = json!({"court": own.court, "months": own.suit_months});
    }
    body
}
