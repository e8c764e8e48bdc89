//! Credit reviews for permits (O37): facts are listed, nothing is weighed or concluded.

use crate::command::credit_review::CreditReviewCommand;
use crate::decide::checks::{self, misfit, stated};
use crate::decide::{Context, Drafts, Outcome};
use crate::event::Event;
use crate::event::credit_review::CreditReviewEvent;
use crate::guard::{Guard, Misfit};
use crate::limits::RECORDS_PER_REVIEW_MAX;
use crate::row::Key;
use crate::rows::{Rows, Stop};

pub(super) fn decide(
    rows: &Rows,
    command: &CreditReviewCommand,
    context: &Context<'_>,
) -> Result<Outcome, Stop> {
    let CreditReviewCommand::Perform { subject, matter, basis, records, complete } = command;
    let human = checks::human(context)?;
    checks::capacity(rows.must_subject(*subject)?.capacity, *subject)?;
    checks::basis(context, basis)?;
    stated(Guard::Document, &[("matter", matter)])?;
    if records.len() > RECORDS_PER_REVIEW_MAX {
        misfit::<()>(
            Misfit::Limit,
            format!("记录超过 {RECORDS_PER_REVIEW_MAX} 条 / too many records"),
            "只列最近的记录 / list the newest",
        )?;
    }
    rows.want(records.iter().map(|id| Key::Record(*id)))?;
    for id in records {
        let row = rows.must_record(*id)?;
        // They were looked up before this command had its turn: one that ended or was disputed
        // meanwhile is not held against anybody.
        if row.subject != *subject || !row.is_reviewable(context.today) {
            misfit::<()>(
                Misfit::Stale,
                format!(
                    "{id} 已失效、被异议或非该主体 / {id} has ended, is disputed, or is another's"
                ),
                "请重新查询 / ask again",
            )?;
        }
    }
    let event = CreditReviewEvent::Performed {
        authority: human.reference.authority,
        matter: matter.clone(),
        basis: basis.clone(),
        records: records.clone(),
        complete: *complete,
    };
    let mut drafts = Drafts::new(context);
    drafts.push(*subject, Event::CreditReview(event));
    drafts.finish()
}
