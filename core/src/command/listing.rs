//! Commands about listings beside their decision path.

use crate::event::CaseRef;
use crate::id::{ListingId, RecordId};
use crate::rules::Citation;
use crate::text::{Digest, FactDocument, Sealed, Service};
use crate::time::Day;

/// A command about a listing.
#[derive(Clone, Debug)]
#[allow(missing_docs, reason = "each command carries the fields of the event it asks for")]
pub enum ListingCommand {
    /// A new listing with its own full path, to follow one that stands.
    Extend {
        listing: ListingId,
        basis: Vec<Citation>,
        facts: Vec<FactDocument>,
        records: Vec<RecordId>,
        act: Sealed,
    },
    /// The head takes the authority's own decision back.
    Revoke {
        case: CaseRef,
        document_number: String,
        document_sha256: Digest,
        reasons: Sealed,
        service: Service,
    },
    NoticeRedRevocation {
        listing: ListingId,
        reasons: Sealed,
        document_sha256: Digest,
        service: Service,
    },
    StateOnRedRevocation {
        listing: ListingId,
        points: Vec<Sealed>,
        received_on: Day,
        /// The party's own, where an officer takes down what it said.
        document_sha256: Option<Digest>,
    },
    RevokeRed {
        listing: ListingId,
        document_number: String,
        document_sha256: Digest,
        reasons: Sealed,
        answers: Vec<Sealed>,
        service: Service,
    },
    DropRedRevocation {
        listing: ListingId,
        reasons: Sealed,
    },
}
