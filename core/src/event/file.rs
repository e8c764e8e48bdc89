//! Of what stands at the head of a credit file after it was opened.

use serde::{Deserialize, Serialize};

use crate::text::{Digest, Name};

events! {
/// What happened to the head of a file.
FileEvent {
    /// The subject bears another name, as a document says; its key stays.
    Renamed "subject.renamed" { name: Name, document_number: String, document_sha256: Digest, }
}
}
