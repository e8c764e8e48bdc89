//! What becomes of a listing beside its decision path: extension, revocation, a court's change.

use serde::{Deserialize, Serialize};

use crate::calendar::Deadline;
use crate::event::CaseRef;
use crate::id::{AttributionId, ListingId, RecordId, ReliefId};
use crate::text::{Digest, Sealed, Service};
use crate::time::Day;

/// How the organisation's listing ended, and with it what a person answered for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AttributionEnd {
    /// Its end date passed.
    Expired,
    /// It was repaired.
    Removed,
    /// A reorganisation plan was performed.
    Relieved,
    /// It is void, or its authority took it back.
    Annulled,
}

events! {
/// Events of listings and attributions beside the path to their decision.
ListingEvent {
    /// A new listing, on its own full path, is to follow one that stands (INV-3).
    ExtensionProposed "listing.extension_proposed" { extended: ListingId, by: ListingId, }
    /// The head of the authority took its own decision back.
    Revoked "listing.revoked" {
        case: CaseRef, document_number: String, document_sha256: Digest, reasons: Sealed,
        service: Service,
    }
    /// A reconsideration or judgment fixed an earlier end.
    Shortened "listing.shortened" { case: CaseRef, end: Day, }
    /// A reorganisation plan was performed: the listing ends as if repaired (domain.md 2.5).
    Relieved "listing.relieved" { listing: ListingId, relief: ReliefId, }
    /// The exemplar was told that the red listing may be revoked, and why (domain.md 2.3c).
    RevocationNoticed "red_listing.revocation_noticed" {
        listing: ListingId, reasons: Sealed, document_sha256: Digest, service: Service,
        window: Deadline,
    }
    /// It stated its case, in numbered points.
    RevocationStated "red_listing.revocation_stated" {
        listing: ListingId, points: Vec<Sealed>, received_on: Day,
        document_sha256: Option<Digest>,
    }
    /// The head revoked it, with an answer to each point.
    RedRevoked "red_listing.revoked" {
        listing: ListingId, document_number: String, document_sha256: Digest, reasons: Sealed,
        answers: Vec<Sealed>, service: Service,
    }
    /// The head let it stand.
    RevocationDropped "red_listing.revocation_dropped" { listing: ListingId, reasons: Sealed, }
    /// What a person answered for has ended with the organisation's listing (domain.md 2.3b).
    AttributionEnded "attribution.ended" {
        attribution: AttributionId, listing: ListingId, ground: AttributionEnd,
    }
    /// An exemplar was listed black: its authority has to open a revocation, with a notice of its
    /// own, by that day. Nothing follows for the exemplar by itself (domain.md Q11).
    RevocationOwed "red_listing.revocation_owed" {
        listing: ListingId, black: ListingId, due: Deadline,
    }
    /// The black listing came to nothing: no revocation is owed for it any more.
    RevocationNotOwed "red_listing.revocation_not_owed" {
        listing: ListingId, black: ListingId,
    }
    /// The months before repair by the rule in force when the listing was proposed: it keeps them,
    /// unless a later rule asks for fewer (design.md 6).
    RepairRuleKept "listing.repair_rule_kept" { listing: ListingId, min_months: u16, }
    /// An officer took down, with the subject's own document, that it gives up its nomination or its
    /// place on the red list; the same commit closes it.
    WithdrawalReceived "red_listing.withdrawal_received" {
        listing: ListingId, document_sha256: Digest,
    }
    /// Which of a person's own records an attribution rests on: said with its proposal, where it
    /// rests on any. It ends with each of them (INV-6).
    RecordsNamed "attribution.records_named" {
        attribution: AttributionId, records: Vec<RecordId>,
    }
}
}
