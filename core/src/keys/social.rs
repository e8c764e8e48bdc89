//! Keys of what is kept beside the register's own decisions, as bytes.

use super::{listed, position, prefixed, subject, text};
use crate::row::social::{SocialIndex, SocialKey};

impl SocialKey {
    pub(super) fn encode(&self, bytes: &mut Vec<u8>) {
        match self {
            SocialKey::Imported(id) => prefixed(bytes, 0x38, id.0),
            SocialKey::ImportedOf { subject: key, authority, standard } => {
                // A log's number never reaches 0xFFFF, so no id's key begins like this.
                bytes.extend_from_slice(&[0x38, 0xFF, 0xFF]);
                subject(bytes, key);
                bytes.extend_from_slice(authority.as_str().as_bytes());
                text(bytes, standard);
            }
        }
    }
}

impl SocialIndex {
    pub(super) fn prefix(&self, bytes: &mut Vec<u8>) {
        match self {
            SocialIndex::SubjectImported(key, _) => listed(bytes, 0x6B, key),
        }
    }

    pub(super) fn tail(&self, bytes: &mut Vec<u8>) {
        match self {
            SocialIndex::SubjectImported(_, id) => position(bytes, id.0),
        }
    }
}
