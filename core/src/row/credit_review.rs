//! The row of a credit review.

use serde::{Deserialize, Serialize};

use crate::actor::{OfficerRef, SubjectKey};
use crate::id::{CreditReviewId, RecordId};
use crate::rules::Citation;
use crate::text::Sealed;
use crate::time::Day;

/// A credit review: what was found on one day, for one matter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "fields carry the names of the event that sets them")]
pub struct CreditReviewRow {
    pub id: CreditReviewId,
    pub subject: SubjectKey,
    pub performed_by: OfficerRef,
    pub performed_on: Day,
    pub matter: Sealed,
    pub basis: Vec<Citation>,
    pub records: Vec<RecordId>,
    pub complete: bool,
}
