//! Commands of the joint catalogue and of implementing documents.

use crate::event::catalogue::Proposal;
use crate::id::CatalogueEntryId;
use crate::text::Digest;
use crate::time::Day;

/// A command about the catalogue.
#[derive(Clone, Debug)]
#[allow(missing_docs, reason = "each command carries the fields of the event it asks for")]
pub enum CatalogueCommand {
    Draft {
        proposal: Proposal,
    },
    Submit {
        entry: CatalogueEntryId,
        cc: Vec<String>,
    },
    CheckFormat {
        entry: CatalogueEntryId,
    },
    ReviewLaw {
        entry: CatalogueEntryId,
        document_sha256: Digest,
    },
    OpenComment {
        entry: CatalogueEntryId,
        days: u16,
    },
    Publish {
        entry: CatalogueEntryId,
    },
    Retire {
        entry: CatalogueEntryId,
        reasons: String,
    },
    FileDocument {
        department: String,
        title: String,
        number: String,
        issued_on: Day,
        document_sha256: Digest,
    },
}
