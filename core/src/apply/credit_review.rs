//! Folds the events of credit reviews.

use crate::apply::{here, officer_of, subject_of};
use crate::event::Envelope;
use crate::event::credit_review::CreditReviewEvent;
use crate::id::CreditReviewId;
use crate::row::credit_review::CreditReviewRow;
use crate::row::{Key, Row};
use crate::rows::{Rows, Stop};

pub(super) fn apply(
    rows: &mut Rows,
    envelope: &Envelope,
    event: &CreditReviewEvent,
) -> Result<(), Stop> {
    let CreditReviewEvent::Performed { matter, basis, records, complete, .. } = event;
    let id = CreditReviewId(here(envelope));
    rows.want([Key::CreditReview(id)])?;
    let row = CreditReviewRow {
        id,
        subject: subject_of(envelope)?,
        performed_by: officer_of(envelope)?,
        performed_on: envelope.legal_date,
        matter: matter.clone(),
        basis: basis.clone(),
        records: records.clone(),
        complete: *complete,
    };
    rows.put(Key::CreditReview(id), Row::CreditReview(row))
}
