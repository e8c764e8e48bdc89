//! Of a file's head after it was opened: a person's civil capacity, anybody's name.

use serde::{Deserialize, Serialize};

use crate::event::Capacity;
use crate::text::{Digest, Name};

/// Why a person's civil capacity is stated anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CapacityGround {
    /// 已成年: the person is eighteen (Civil Code art. 17).
    CameOfAge,
    /// 人民法院认定 (Civil Code art. 24)
    CourtFinding,
    /// 原登记有误
    Corrected,
}

events! {
/// What happened to the head of a file.
PersonEvent {
    /// The person's civil capacity was stated anew, by a document.
    CapacityStated "person.capacity_stated" {
        capacity: Capacity, ground: CapacityGround, document_number: String, document_sha256: Digest,
    }
    /// The name changed at the registration authority, by a document (变更登记).
    Renamed "subject.renamed" { name: Name, document_number: String, document_sha256: Digest, }
}
}
