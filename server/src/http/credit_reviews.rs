//! Credit reviews for permits (信用审查, O37): which records are in effect, and nothing about what
//! they are worth.

use actix_web::web::{self, Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;
use serde_json::json;
use shouxin_core::actor::{Role, SubjectKey};
use shouxin_core::command::Command;
use shouxin_core::command::credit_review::CreditReviewCommand;
use shouxin_core::id::{CreditReviewId, Position, RecordId};
use shouxin_core::limits::RECORDS_PER_REVIEW_MAX;
use shouxin_core::row::{Index, Key, Row};
use utoipa::ToSchema;

use crate::engine::Engine;
use crate::engine::query::Query;
use crate::http::caller::Caller;
use crate::http::commitments::{Face, face};
use crate::http::edge::{CitationBody, Edge, citations, id, subject_key};
use crate::http::problem::{Code, Problem};
use crate::http::read;
use crate::http::write::{Creates, Write};
use crate::http::{App, Table, basis};

/// Records looked through for one review.
const RECORD_ROWS_MAX: usize = 1000;

/// The newest records of a subject that a review may list, oldest first, and whether they are all.
fn reviewable(engine: &Engine, subject: SubjectKey) -> Result<(Vec<RecordId>, bool), Problem> {
    let today = engine.clock.now().legal_date();
    let query = Query::new(engine.view.read());
    let entry = Index::SubjectRecord(subject, RecordId(Position::local(0)));
    let (positions, more) = query.page(&entry, None, RECORD_ROWS_MAX)?;
    if more {
        return Err(Problem::new(
            Code::Limit,
            format!("记录超过 {RECORD_ROWS_MAX} 条 / over {RECORD_ROWS_MAX} records"),
            "请先归档期满记录 / archive records that have ended first",
        ));
    }
    let mut found = Vec::new();
    for position in positions {
        if let Some(Row::Record(row)) = query.row(&Key::Record(RecordId(position)))?
            && row.is_reviewable(today)
        {
            found.push(row.id);
        }
    }
    let left_out = found.len().saturating_sub(RECORDS_PER_REVIEW_MAX);
    Ok((found.split_off(left_out), left_out == 0))
}

/// 信用审查, for one permit matter.
/// Source: domain.md O37.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Perform {
    subject: String,
    /// The permit matter, and the application.
    matter: String,
    basis: Vec<CitationBody>,
}

impl Write for Perform {
    const LABEL: &'static str = "credit_reviews.perform";
    const ROLES: &'static [Role] = &[Role::Department];
    const CREATES: Creates = Some(("V", &["credit_review.performed"]));

    fn command(self, _: &str, edge: &Edge<'_>) -> Result<Command, Problem> {
        let subject = subject_key(&self.subject)?;
        let matter = edge.seal(subject, &self.matter)?;
        let (records, complete) = reviewable(edge.engine, subject)?;
        Ok(Command::CreditReview(CreditReviewCommand::Perform {
            subject,
            matter,
            basis: citations(self.basis),
            records,
            complete,
        }))
    }
}

/// `GET /v1/reviews/{id}`: for the authority that performed it, the subject, the credit office and
/// auditors.
async fn review(
    request: HttpRequest,
    path: Path<String>,
    app: Data<App>,
) -> Result<HttpResponse, Problem> {
    let caller = Caller::of(&request, &app.engine)?;
    let id: CreditReviewId = id(&path)?;
    let row = {
        let mut query = Query::new(app.engine.view.read());
        query.ask(|rows| rows.must_credit_review(id).cloned()).map_err(|_| Problem::not_found())?
    };
    let authority = row.performed_by.authority;
    if face(&caller, row.subject, authority) != Some(Face::Whole) {
        return Err(Problem::not_found());
    }
    let sight = read::sight(&caller, row.subject).ok_or_else(Problem::not_found)?;
    read::record_access(&request, &app, &caller, row.subject.to_string(), sight).await?;
    Ok(HttpResponse::Ok().json(json!({
        "id": row.id.to_string(),
        "subject": row.subject.to_string(),
        "authority": authority,
        "performed_by": row.performed_by.to_string(),
        "performed_on": row.performed_on,
        "matter": read::unseal(&app.engine.vault, row.subject, &row.matter),
        "basis": basis::cited(&app.engine.rules.instruments, &row.basis, app.engine.clock.now().legal_date()),
        "records": row.records.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "complete": row.complete,
    })))
}

/// The routes of this noun.
pub(crate) fn routes(table: &mut Table<'_>) {
    table.post::<Perform>("/v1/reviews", "信用审查 / credit review for a permit").read(
        "/v1/reviews/{id}",
        web::get().to(review),
        "信用审查 / a credit review",
    );
}
