//! Credit reviews for permits (O37): which facts were looked at. They are a reference for
//! supervision, so nothing here says what they are worth.

use serde::{Deserialize, Serialize};

use crate::id::RecordId;
use crate::identifier::uscc::Uscc;
use crate::rules::Citation;
use crate::text::Sealed;

events! {
/// Events of credit reviews.
CreditReviewEvent {
    /// An officer looked at a subject's records for a permit.
    Performed "credit_review.performed" {
        authority: Uscc, matter: Sealed, basis: Vec<Citation>, records: Vec<RecordId>,
        complete: bool,
    }
}
}
