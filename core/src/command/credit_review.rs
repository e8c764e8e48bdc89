//! Commands about credit reviews.

use crate::actor::SubjectKey;
use crate::id::RecordId;
use crate::rules::Citation;
use crate::text::Sealed;

/// A command about a credit review.
#[derive(Clone, Debug)]
#[allow(missing_docs, reason = "each command carries the fields of the event it asks for")]
pub enum CreditReviewCommand {
    Perform {
        subject: SubjectKey,
        matter: Sealed,
        basis: Vec<Citation>,
        /// Its records in effect, as the register looked them up.
        records: Vec<RecordId>,
        /// There are no others.
        complete: bool,
    },
}
