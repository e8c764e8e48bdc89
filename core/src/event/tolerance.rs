//! Events of tolerant acceptance (容缺受理, O31, O32): a file is accepted while documents are
//! missing, on a signed promise to hand them in by a day.

use serde::{Deserialize, Serialize};

use crate::calendar::Deadline;
use crate::id::{ListingId, ToleranceId};
use crate::identifier::uscc::Uscc;
use crate::rules::Citation;
use crate::text::{Digest, Sealed};
use crate::time::Day;

/// What opens the green channel to a subject (O31).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum GreenChannel {
    /// 诚信典型: a red listing in force.
    Exemplar(ListingId),
    /// 连续三年无不良信用记录: no adverse record since this day.
    CleanRecord {
        /// First day looked at.
        from: Day,
    },
}

/// A missing document that was handed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HandedIn {
    /// Place in the list of missing documents, from 0.
    pub place: u8,
    /// SHA-256 of the document.
    pub sha256: Digest,
}

events! {
/// What happened to a tolerant acceptance.
ToleranceEvent {
    /// A department accepted a file while documents are missing, none of which law requires.
    Opened "tolerant_acceptance.opened" {
        authority: Uscc, matter: Sealed, basis: Vec<Citation>, missing: Vec<Sealed>,
        due: Deadline, promise_sha256: Digest, by_right_of: GreenChannel,
    }
    /// Missing documents were handed in; with the last of them the file is complete.
    Supplied "tolerant_acceptance.supplied" {
        acceptance: ToleranceId, documents: Vec<HandedIn>, received_on: Day,
    }
    /// The day for them passed.
    Overdue "tolerant_acceptance.overdue" { acceptance: ToleranceId, }
    /// The subject withdrew its application.
    Withdrawn "tolerant_acceptance.withdrawn" {
        acceptance: ToleranceId, reasons: Sealed, document_sha256: Option<Digest>,
    }
    /// The department goes on by the ordinary path, because the documents did not come.
    Closed "tolerant_acceptance.closed" { acceptance: ToleranceId, reasons: Sealed, }
}
}
