//! Who acts, and whose file it is.

use std::fmt;
use std::str::FromStr;

use data_encoding::BASE32_NOPAD;
use serde::{Deserialize, Serialize};

use crate::identifier::uscc::Uscc;

/// Key of a natural person: 128 random bits given at registration, never derived from a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct PersonKey(pub [u8; 16]);

/// Key of a credit file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum SubjectKey {
    /// A legal person or other organisation, by its 18-character code.
    Organisation(Uscc),
    /// A natural person.
    Person(PersonKey),
}

/// A text that is no subject key.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a subject key is an 18-character unified social credit code, or P and 26 characters")]
pub struct SubjectKeyError;

impl SubjectKey {
    /// Whether the file is a natural person's.
    pub fn is_person(&self) -> bool {
        matches!(self, SubjectKey::Person(_))
    }

    /// Whether what is shown of it is personal data: a natural person, or an individual business
    /// (code 92), whose name is its owner's.
    pub fn is_personal(&self) -> bool {
        match self {
            SubjectKey::Organisation(code) => code.is_individual_business(),
            SubjectKey::Person(_) => true,
        }
    }
}

impl fmt::Display for SubjectKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SubjectKey::Organisation(code) => f.write_str(code.as_str()),
            SubjectKey::Person(key) => write!(f, "P{}", BASE32_NOPAD.encode(&key.0)),
        }
    }
}

impl FromStr for SubjectKey {
    type Err = SubjectKeyError;

    /// Reads a key that some file may have: a code of the attested path is accepted too, because
    /// whether it was attested is known only to the register.
    fn from_str(text: &str) -> Result<SubjectKey, SubjectKeyError> {
        if let Some(rest) = text.strip_prefix('P').filter(|_| text.len() == 27) {
            let bytes = BASE32_NOPAD.decode(rest.as_bytes()).map_err(|_| SubjectKeyError)?;
            let key = <[u8; 16]>::try_from(bytes).map_err(|_| SubjectKeyError)?;
            return Ok(SubjectKey::Person(PersonKey(key)));
        }
        Uscc::parse_attested(text)
            .map(|(code, _)| SubjectKey::Organisation(code))
            .map_err(|_| SubjectKeyError)
    }
}

/// An officer: the authority's own code and the id of the officer in it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct OfficerRef {
    /// The authority.
    pub authority: Uscc,
    /// The officer's id in `departments.toml`.
    pub officer: String,
}

impl fmt::Display for OfficerRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.authority.as_str(), self.officer)
    }
}

/// Who caused an event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Actor {
    /// A named officer of a named authority.
    Officer(OfficerRef),
    /// A subject, or its agent, in its own matter.
    Subject(SubjectKey),
    /// A timer; it may end, mark and escalate, and put a served decision into effect on its date.
    System,
    /// A plugin's answer.
    Plugin {
        /// Name of the plugin.
        name: String,
        /// Its version.
        version: String,
    },
    /// Whoever holds the machine: keys, rules, plugins. Never a decision about a subject.
    Operator,
}

impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Actor::Officer(officer) => officer.fmt(f),
            Actor::Subject(key) => write!(f, "subject/{key}"),
            Actor::System => f.write_str("system"),
            Actor::Plugin { name, version } => write!(f, "plugin/{name}/{version}"),
            Actor::Operator => f.write_str("operator"),
        }
    }
}

/// What an API key is for (interface.md, Roles).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "the names are the table of roles in docs/API.md")]
pub enum Role {
    Public,
    Department,
    Provider,
    CreditOffice,
    LeadingGroup,
    Association,
    CourtRegistrar,
    Triage,
    DataOfficer,
    Subject,
    Operator,
    Auditor,
    Market,
}
