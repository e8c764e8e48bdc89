//! Classifications that a competent authority made under the standard of its trade, stored as
//! received (domain.md O20, D11, Q05). The register makes none itself.

use serde::{Deserialize, Serialize};

use crate::id::ImportedId;
use crate::identifier::uscc::Uscc;
use crate::rules::Openness;
use crate::text::Sealed;
use crate::time::Day;

events! {
/// What happens to a classification that was made elsewhere.
ImportedEvent {
    /// A competent authority's classification came in: its words, its number, its dates. Names of
    /// author and standard stand in it, so that it is never shown without them.
    Received "classification.received" {
        authority: Uscc, author: String, standard: String, standard_title: String,
        class_name: String, decision_number: String, decided_on: Day, valid_until: Day,
        openness: Openness, supersedes: Option<ImportedId>,
    }
    /// Its author took it back.
    Withdrawn "classification.withdrawn" { classification: ImportedId, reasons: Sealed, }
}
}
