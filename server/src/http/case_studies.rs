//! Typical cases (典型案例): drafted by a department, published by its head, read by everybody,
//! without anybody's name (domain.md O26).

use actix_web::web::{self, Data, Path, Query as UrlQuery};
use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;
use serde_json::{Value, json};
use shouxin_core::actor::{Actor, Role};
use shouxin_core::anonymity::holds_name;
use shouxin_core::command::Command;
use shouxin_core::command::case_study::CaseStudyCommand;
use shouxin_core::event::case_study::TakenDownFor;
use shouxin_core::id::{CaseStudyId, Position};
use shouxin_core::limits::CASE_STUDY_PERSONS_MAX;
use shouxin_core::row::Index;
use shouxin_core::row::social::{CaseStudyRow, CaseStudyState, SocialIndex};
use utoipa::ToSchema;

use crate::engine::query::Query;
use crate::http::caller::Caller;
use crate::http::edge::{Edge, id, subject_key};
use crate::http::looks;
use crate::http::problem::{Code, Problem};
use crate::http::read::Sight;
use crate::http::reads::Cursor;
use crate::http::words;
use crate::http::write::{Creates, Write};
use crate::http::{App, Table, read};

const OFFICERS: &[Role] = &[Role::Department, Role::Provider, Role::CreditOffice];

/// Registers the routes.
pub(crate) fn routes(table: &mut Table<'_>) {
    let list = web::get().to(list);
    table
        .post::<Draft>("/v1/typical-cases", "撰写典型案例 / draft a typical case")
        .post::<Publish>("/v1/typical-cases/{id}/publish", "发布 / publish it")
        .post::<Withdraw>("/v1/typical-cases/{id}/withdraw", "撤下 / take it down")
        .list::<Cursor>("/v1/typical-cases", list, "典型案例 / typical cases")
        .read("/v1/typical-cases/{id}", web::get().to(one), "典型案例 / a typical case");
}

/// 典型案例: a text for the public. `persons` are those on file whom the story is about: their
/// names are looked for in the text and kept nowhere.
/// Source: domain.md O26, O72.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Draft {
    title: String,
    text: String,
    /// The organisation it is about, if it may be linked.
    #[serde(default)]
    subject: Option<String>,
    #[serde(default)]
    natural_persons: bool,
    #[serde(default)]
    anonymised: bool,
    #[serde(default)]
    persons: Vec<String>,
}

impl Write for Draft {
    const LABEL: &'static str = "typical_cases.draft";
    const ROLES: &'static [Role] = OFFICERS;
    const CREATES: Creates = Some(("K", &["case_study.drafted"]));

    fn command(self, _: &str, edge: &Edge<'_>) -> Result<Command, Problem> {
        if self.persons.len() > CASE_STUDY_PERSONS_MAX {
            return Err(Problem::new(
                Code::Limit,
                format!("最多 {CASE_STUDY_PERSONS_MAX} 人 / at most that many persons"),
                "请拆分案例 / split the story",
            )
            .on("persons"));
        }
        let text = format!("{}\n{}", self.title, self.text);
        let mut persons_named = 0;
        for person in &self.persons {
            let key = subject_key(person)?;
            let head = {
                let mut query = Query::new(edge.engine.view.read());
                query.ask(|rows| rows.must_subject(key).cloned())?
            };
            let names = read::names(&edge.engine.vault, &head);
            if names.is_empty() {
                return Err(Problem::new(
                    Code::ValueInvalid,
                    format!("{person} 的姓名已不可读 / the name is readable no more"),
                    "请人工核对后从 persons 中去掉 / check by hand and leave it out",
                )
                .on("persons"));
            }
            // A former name tells who it is as well.
            persons_named += u16::from(names.iter().any(|name| holds_name(&text, name)));
        }
        Ok(Command::CaseStudy(CaseStudyCommand::Draft {
            subject: self.subject.as_deref().map(subject_key).transpose()?,
            title: self.title,
            text: self.text,
            natural_persons: self.natural_persons,
            anonymised: self.anonymised,
            persons_checked: u16::try_from(self.persons.len()).unwrap_or(u16::MAX),
            persons_named,
        }))
    }
}

/// 发布, by the head of the authority; not by whoever wrote it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Publish {}

impl Write for Publish {
    const LABEL: &'static str = "typical_cases.publish";
    const ROLES: &'static [Role] = OFFICERS;

    fn command(self, path: &str, _: &Edge<'_>) -> Result<Command, Problem> {
        Ok(Command::CaseStudy(CaseStudyCommand::Publish { case_study: id(path)? }))
    }
}

/// 撤下: `outdated`, `incorrect`, `recognisable` (a person can be told), `no_longer_stands` (what it tells
/// of was taken back, changed or repaired), `asked_for`. A class of ground and no text, so that it
/// names nobody.
/// Source: domain.md O26.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Withdraw {
    #[schema(schema_with = words::of::<TakenDownFor>)]
    ground: TakenDownFor,
}

impl Write for Withdraw {
    const LABEL: &'static str = "typical_cases.withdraw";
    const ROLES: &'static [Role] = OFFICERS;

    fn command(self, path: &str, _: &Edge<'_>) -> Result<Command, Problem> {
        let (case_study, ground) = (id(path)?, self.ground);
        Ok(Command::CaseStudy(CaseStudyCommand::Withdraw { case_study, ground }))
    }
}

fn shown(row: &CaseStudyRow) -> Value {
    let mut body = json!({
        "id": row.id.to_string(),
        "authority": row.drafted_by.authority,
        "title": row.title,
        "text": row.text,
        "state": row.state.name(),
    });
    match row.state {
        CaseStudyState::Drafted => {}
        CaseStudyState::Published { on } => body["published_on"] = json!(on),
        CaseStudyState::Withdrawn { on, ground } => {
            body["withdrawn_on"] = json!(on);
            body["ground"] = json!(ground);
        }
    }
    // Where a person occurs in the story, the organisation would lead to them.
    if let (Some(subject), false) = (row.subject, row.natural_persons) {
        body["subject"] = json!(subject.to_string());
    }
    body
}

/// `GET /v1/typical-cases?after=CURSOR&limit=N`: what is on display.
/// Source: domain.md O26, O72.
async fn list(page: UrlQuery<Cursor>, app: Data<App>) -> Result<HttpResponse, Problem> {
    let mut query = Query::new(app.engine.view.read());
    let entry = Index::Social(SocialIndex::CaseStudies(CaseStudyId(Position::local(0))));
    let (positions, more) = query.page(&entry, page.after()?, page.limit())?;
    let next = if more { positions.last().map(ToString::to_string) } else { None };
    let mut found = Vec::new();
    for at in positions {
        let row = query.ask(|rows| rows.must_case_study(CaseStudyId(at)).cloned())?;
        found.push(shown(&row));
    }
    Ok(HttpResponse::Ok().json(json!({"typical_cases": found, "next": next})))
}

/// `GET /v1/typical-cases/{id}`: for everybody while it is on display; otherwise for its authority,
/// the credit office and auditors, and that they looked is recorded.
async fn one(
    request: HttpRequest,
    path: Path<String>,
    app: Data<App>,
) -> Result<HttpResponse, Problem> {
    let caller = Caller::of(&request, &app.engine)?;
    let id: CaseStudyId = id(&path)?;
    let row = {
        let mut query = Query::new(app.engine.view.read());
        query.ask(|rows| rows.must_case_study(id).cloned()).map_err(|_| Problem::not_found())?
    };
    if !matches!(row.state, CaseStudyState::Published { .. }) {
        let own = matches!(&caller.actor, Some(Actor::Officer(own))
            if own.authority == row.drafted_by.authority);
        if !own && !matches!(caller.role, Role::CreditOffice | Role::Auditor) {
            return Err(Problem::not_found());
        }
        let file = format!("typical case {id}");
        looks::record_access(&request, &app, &caller, file, Sight::Government).await?;
    }
    Ok(HttpResponse::Ok().json(shown(&row)))
}
