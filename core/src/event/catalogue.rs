//! Events of the joint catalogue (domain.md 2.8, O54 to O57) and of implementing documents (O69).

use serde::{Deserialize, Serialize};

use crate::id::CatalogueEntryId;
use crate::rules::{Citation, RulesVersion, Strength};
use crate::text::Digest;
use crate::time::Day;

/// What an entry of the catalogue is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EntryKind {
    /// A measure or incentive, `M-A17`.
    Measure,
    /// A behaviour, `B2.12`.
    Behaviour,
}

/// What a department proposes for the catalogue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proposal {
    /// Measure or behaviour.
    pub kind: EntryKind,
    /// Its id in the data files.
    pub code: String,
    /// Mandatory or recommended.
    pub strength: Strength,
    /// Articles it rests on.
    pub basis: Vec<Citation>,
    /// Departments that carry it out, or are competent.
    pub departments: Vec<String>,
    /// Wording, Chinese.
    pub text: String,
    /// Whether it takes away rights or adds duties, so that the public is heard first.
    pub reduces_rights: bool,
    /// The published entry that it takes the place of.
    pub amends: Option<CatalogueEntryId>,
}

events! {
/// What happened to the catalogue and to what departments issue on it.
CatalogueEvent {
    /// A department drafted an entry.
    Drafted "catalogue.drafted" { department: String, proposal: Proposal, }
    /// It went to the credit office, with copies to other departments.
    Submitted "catalogue.submitted" { entry: CatalogueEntryId, cc: Vec<String>, }
    /// The credit office found it to follow the format.
    FormatChecked "catalogue.format_checked" { entry: CatalogueEntryId, }
    /// Another officer reviewed it by the law.
    LegalReviewed "catalogue.legal_reviewed" { entry: CatalogueEntryId, document_sha256: Digest, }
    /// The public may comment until the day stated.
    CommentOpened "catalogue.comment_opened" { entry: CatalogueEntryId, ends_on: Day, }
    /// It is published: the version of the rules that holds it, and the entry it replaced.
    Published "catalogue.published" {
        entry: CatalogueEntryId, version: RulesVersion, amends: Option<CatalogueEntryId>,
    }
    /// It is no longer pursued, or no longer in force.
    Retired "catalogue.retired" { entry: CatalogueEntryId, reasons: String, }

    /// A department filed a document by which it carries the plan out.
    DocumentFiled "dept_doc.filed" {
        department: String, title: String, number: String, issued_on: Day,
        document_sha256: Digest,
    }
    /// The loaded catalogue does not publish what was drafted: nobody uses it before it is published.
    AwaitsPublication "catalogue.awaits_publication" { entry: CatalogueEntryId, }
}
}
