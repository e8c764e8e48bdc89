//! Credit reviews for permits (信用审查, O37): which records are in effect, and nothing about what
//! they are worth. A review is itself a look for the purpose `permit-review`: what that authority's sharing
//! contracts do not cover for it, it does not list.

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
use crate::http::looks;
use crate::http::problem::Problem;
use crate::http::read;
use crate::http::sharing::Reach;
use crate::http::write::{Creates, Write};
use crate::http::{App, Table, basis};

/// The purpose of every review, as sharing contracts name it.
const PURPOSE: &str = "permit-review";
/// Records looked through for one review: the newest.
const RECORD_ROWS_MAX: usize = 1000;

/// A page of positions behind one, in order, and whether there are more.
type Page = (Vec<Position>, bool);

/// The newest positions, as many as a page holds, oldest first, and whether they are all. Pages go
/// forward only, so the place to begin is found by halves between the first and `last`: a bounded
/// number of pages, however many positions there are.
fn newest<E>(
    last: Position,
    page: impl Fn(Option<Position>) -> Result<Page, E>,
) -> Result<Page, E> {
    let (all, more) = page(None)?;
    if !more {
        return Ok((all, true));
    }
    let at = |sequence: u64| Position { sequence, ..last };
    let (mut many, mut few) = (0, last.sequence);
    while few.saturating_sub(many) > 1 {
        let middle = many.midpoint(few);
        match page(Some(at(middle)))?.1 {
            true => many = middle,
            false => few = middle,
        }
    }
    Ok((page(Some(at(few)))?.0, false))
}

/// The newest records of a subject that a review may list, oldest first, and whether they are all.
fn reviewable(
    engine: &Engine,
    caller: &Caller,
    subject: SubjectKey,
) -> Result<(Vec<RecordId>, bool), Problem> {
    let today = engine.clock.now().legal_date();
    let reach = Reach::of(&engine.rules, caller, PURPOSE, today);
    let mut query = Query::new(engine.view.read());
    let last = query.ask(|rows| Ok(rows.must_subject(subject)?.last))?;
    let entry = Index::SubjectRecord(subject, RecordId(Position::local(0)));
    let (positions, all) = newest(last, |after| query.page(&entry, after, RECORD_ROWS_MAX))?;
    let mut found = Vec::new();
    for position in positions {
        if let Some(Row::Record(row)) = query.row(&Key::Record(RecordId(position)))?
            && row.is_reviewable(today)
            && reach.record(&mut query, &row)?
        {
            found.push(row.id);
        }
    }
    let left_out = found.len().saturating_sub(RECORDS_PER_REVIEW_MAX);
    Ok((found.split_off(left_out), all && left_out == 0))
}

/// 信用审查, for one permit matter.
/// Source: domain.md O19, O37.
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
        let (records, complete) = reviewable(edge.engine, edge.caller, subject)?;
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
    looks::record_access(&request, &app, &caller, row.subject.to_string(), sight).await?;
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

#[cfg(test)]
mod tests {
    use super::*;

    /// However many records there are and wherever they stand, the newest are found, in few pages.
    #[test]
    fn the_newest_are_found_in_few_pages() {
        const LIMIT: usize = 10;
        for (count, apart) in [(0_u64, 1_u64), (1, 7), (10, 3), (11, 1), (11, 900), (5_000, 13)] {
            let all: Vec<Position> = (1..=count).map(|own| Position::local(own * apart)).collect();
            let pages = std::cell::Cell::new(0);
            let page = |after: Option<Position>| {
                pages.set(pages.get() + 1);
                let behind = all.iter().filter(|own| after.is_none_or(|after| **own > after));
                let found: Vec<Position> = behind.copied().collect();
                let more = found.len() > LIMIT;
                Ok::<Page, ()>((found.into_iter().take(LIMIT).collect(), more))
            };
            let last = Position::local(count * apart + 5);
            let (found, complete) = newest(last, page).unwrap();
            let from = all.len().saturating_sub(LIMIT);
            assert_eq!(found, all[from..], "{count} records, {apart} apart");
            assert_eq!(complete, all.len() <= LIMIT);
            assert!(pages.get() <= 66, "{} pages", pages.get());
        }
    }
}
