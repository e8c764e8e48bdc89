//! Keys of what is kept beside the register's own decisions, as bytes.

use super::{day, listed, position, prefixed, subject, text};
use crate::identifier::uscc::Uscc;
use crate::row::social::{SocialIndex, SocialKey};
use crate::time::Day;

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
            SocialKey::CaseStudy(id) => prefixed(bytes, 0x39, id.0),
            SocialKey::MemberNote(id) => prefixed(bytes, 0x3A, id.0),
            SocialKey::Support(id) => prefixed(bytes, 0x3B, id.0),
            SocialKey::OpenSupports(key) => {
                bytes.extend_from_slice(&[0x3B, 0xFF, 0xFF]);
                subject(bytes, key);
            }
        }
    }
}

impl SocialIndex {
    pub(super) fn prefix(&self, bytes: &mut Vec<u8>) {
        match self {
            SocialIndex::SubjectImported(key, _) => listed(bytes, 0x6B, key),
            SocialIndex::CaseStudies(_) => bytes.push(0x6C),
            SocialIndex::AssociationNote(association, _) => {
                bytes.extend_from_slice(&[0x6D, b'A']);
                bytes.extend_from_slice(association.as_str().as_bytes());
            }
            SocialIndex::SubjectNote(key, _) => {
                bytes.extend_from_slice(&[0x6D, b'S']);
                subject(bytes, key);
            }
            SocialIndex::GovIntegrity(_) => bytes.push(0x6E),
            SocialIndex::SubjectSupport(key, _) => listed(bytes, 0x70, key),
            SocialIndex::NewCode(..) => bytes.extend_from_slice(NEW_CODES),
        }
    }

    pub(super) fn tail(&self, bytes: &mut Vec<u8>) {
        match self {
            SocialIndex::SubjectImported(_, id) => position(bytes, id.0),
            SocialIndex::CaseStudies(id) => position(bytes, id.0),
            SocialIndex::AssociationNote(_, id) | SocialIndex::SubjectNote(_, id) => {
                position(bytes, id.0);
            }
            SocialIndex::GovIntegrity(id) => position(bytes, id.0),
            SocialIndex::SubjectSupport(_, id) => position(bytes, id.0),
            SocialIndex::NewCode(on, code) => {
                day(bytes, *on);
                bytes.extend_from_slice(code.as_str().as_bytes());
            }
        }
    }
}

/// The prefix of every organisation by the day of its registration.
pub const NEW_CODES: &[u8] = &[0x6F];

/// What stands before the first organisation of a day.
pub fn new_codes_from(from: Day) -> Vec<u8> {
    let mut bytes = NEW_CODES.to_vec();
    day(&mut bytes, from);
    bytes
}

/// Day and code of an organisation's entry.
pub fn read_new_code(bytes: &[u8]) -> Option<(Day, Uscc)> {
    let rest = bytes.strip_prefix(NEW_CODES)?;
    let (on, code) = rest.split_at_checked(4)?;
    let shifted = i32::try_from(u32::from_be_bytes(on.try_into().ok()?)).ok()?;
    let (code, _) = Uscc::parse_attested(std::str::from_utf8(code).ok()?).ok()?;
    Some((Day::from_number(shifted + Day::MIN.number()), code))
}
