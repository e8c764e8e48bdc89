//! Commands about what a subject lets an authority read.

use crate::actor::SubjectKey;
use crate::id::AuthorisationId;
use crate::identifier::uscc::Uscc;
use crate::text::{Digest, Sealed};
use crate::time::Day;

/// A command about an authorisation.
#[derive(Clone, Debug)]
#[allow(missing_docs, reason = "each command carries the fields of the event it asks for")]
pub enum AuthorisationCommand {
    Give {
        subject: SubjectKey,
        authority: Uscc,
        purpose: Sealed,
        until: Day,
        document_sha256: Option<Digest>,
    },
    Withdraw {
        subject: SubjectKey,
        authorisation: AuthorisationId,
        document_sha256: Option<Digest>,
    },
}
