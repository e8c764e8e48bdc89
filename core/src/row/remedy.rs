//! What follows a first outcome: reconsideration and suit, relief in a reorganisation, what a court
//! ordered.

use serde::{Deserialize, Serialize};

use crate::actor::{OfficerRef, SubjectKey};
use crate::event::Target;
use crate::event::remedy::{RemedyKind, RemedyOutcome};
use crate::id::{CourtDocumentId, ListingId, ReliefId, RemedyId};
use crate::identifier::uscc::Uscc;
use crate::text::{FactDocument, Sealed};
use crate::time::Day;

/// State of a reconsideration or suit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the states are those of domain.md 2.6, last row")]
pub enum RemedyState {
    Filed,
    Stayed,
    Decided(RemedyOutcome),
}

/// A reconsideration or suit about something.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "fields carry the names of the events that set them")]
pub struct RemedyRow {
    pub id: RemedyId,
    pub subject: SubjectKey,
    pub target: Target,
    pub kind: RemedyKind,
    pub body: String,
    pub number: String,
    pub filed_on: Day,
    /// The order that stays, or last stayed, execution.
    pub stay: Option<FactDocument>,
    pub state: RemedyState,
    /// Redress is owed (`Some(false)`) or done (`Some(true)`).
    pub redress_done: Option<bool>,
    /// Who owes it.
    pub redress_by: Option<Uscc>,
}

/// State of a relief.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "the states are those of domain.md 2.5, last row")]
pub enum ReliefState {
    Open,
    Completed,
    Ended,
}

/// Relief from a listing while a court-approved plan is performed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "fields carry the names of the events that set them")]
pub struct ReliefRow {
    pub id: ReliefId,
    pub subject: SubjectKey,
    pub listing: ListingId,
    /// The ruling by which it was granted.
    pub ruling: FactDocument,
    pub until: Day,
    pub state: ReliefState,
}

/// A court's document on file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "fields carry the names of the events that set them")]
pub struct CourtDocumentRow {
    pub id: CourtDocumentId,
    pub subject: SubjectKey,
    pub document: FactDocument,
    pub effect: Sealed,
    pub filed_by: OfficerRef,
}
