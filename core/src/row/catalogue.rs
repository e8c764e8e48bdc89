//! Rows of the joint catalogue and of implementing documents.

use serde::{Deserialize, Serialize};

use crate::actor::OfficerRef;
use crate::event::catalogue::Proposal;
use crate::id::{CatalogueEntryId, Position};
use crate::rules::RulesVersion;
use crate::text::Digest;
use crate::time::Day;

/// State of a catalogue entry (domain.md 2.8).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the states are those of domain.md 2.8")]
pub enum EntryState {
    Drafted,
    Submitted,
    FormatChecked { by: OfficerRef },
    LegalReviewed { checked_by: OfficerRef },
    PublicComment { checked_by: OfficerRef, ends_on: Day },
    Published { on: Day, version: RulesVersion },
    Amended { by: CatalogueEntryId, on: Day },
    Retired { on: Day, was_published: bool },
}

/// An entry of the catalogue on its way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "fields carry the names of the events that set them")]
pub struct CatalogueEntryRow {
    pub id: CatalogueEntryId,
    pub department: String,
    pub drafted_by: OfficerRef,
    pub drafted_on: Day,
    pub proposal: Proposal,
    pub cc: Vec<String>,
    pub state: EntryState,
}

/// A document by which a department carries the plan out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "fields carry the names of the events that set them")]
pub struct DepartmentDocumentRow {
    pub at: Position,
    pub department: String,
    pub title: String,
    pub number: String,
    pub issued_on: Day,
    pub document_sha256: Digest,
    pub filed_by: OfficerRef,
    pub filed_on: Day,
}

impl EntryState {
    /// Name of the state, English.
    pub fn name(&self) -> &'static str {
        match self {
            EntryState::Drafted => "drafted",
            EntryState::Submitted => "submitted",
            EntryState::FormatChecked { .. } => "format_checked",
            EntryState::LegalReviewed { .. } => "legal_reviewed",
            EntryState::PublicComment { .. } => "public_comment",
            EntryState::Published { .. } => "published",
            EntryState::Amended { .. } => "amended",
            EntryState::Retired { .. } => "retired",
        }
    }

    /// Whether the public may see it: what it may comment on, and what has been published.
    pub fn is_public(&self) -> bool {
        matches!(
            self,
            EntryState::PublicComment { .. }
                | EntryState::Published { .. }
                | EntryState::Amended { .. }
                | EntryState::Retired { was_published: true, .. }
        )
    }
}
