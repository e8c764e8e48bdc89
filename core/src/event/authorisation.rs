//! A subject lets one authority read, for one purpose and until a day, what is read by authorisation alone
//! (授权查询, domain.md O16).

use serde::{Deserialize, Serialize};

use crate::id::AuthorisationId;
use crate::identifier::uscc::Uscc;
use crate::text::{Digest, Sealed};
use crate::time::Day;

events! {
/// What happens to an authorisation.
AuthorisationEvent {
    /// The subject gave it; at the authority's counter by its own paper.
    Given "authorisation.given" {
        authority: Uscc, purpose: Sealed, until: Day, document_sha256: Option<Digest>,
    }
    /// The subject took it back.
    Withdrawn "authorisation.withdrawn" {
        authorisation: AuthorisationId, document_sha256: Option<Digest>,
    }
}
}
