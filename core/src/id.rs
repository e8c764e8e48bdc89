//! Positions and ids. An id is the position of the event that created the thing, so nothing has
//! to hand out numbers and no id can be reused (design.md 2).

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Where an event stands: log number and sequence. Written `0.1042`; opaque to clients.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Position {
    /// Log number; a single node has log 0.
    pub log: u16,
    /// Sequence inside the log, from 0, dense.
    pub sequence: u64,
}

/// A text that is no position or id of the expected kind.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not {expected}")]
pub struct IdError {
    /// The text, cut to 40 characters.
    pub text: String,
    /// What was expected.
    pub expected: &'static str,
}

impl Position {
    /// The position `sequence` of log 0.
    pub const fn local(sequence: u64) -> Position {
        Position { log: 0, sequence }
    }
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.log, self.sequence)
    }
}

fn digits(text: &str) -> bool {
    !text.is_empty() && text.len() <= 19 && text.bytes().all(|byte| byte.is_ascii_digit())
}

impl FromStr for Position {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Position, IdError> {
        let error = || IdError {
            text: text.chars().take(40).collect(),
            expected: "a position like 0.1042",
        };
        let (log, sequence) = text.split_once('.').ok_or_else(error)?;
        if !digits(log) || !digits(sequence) {
            return Err(error());
        }
        let log = log.parse().map_err(|_| error())?;
        Ok(Position { log, sequence: sequence.parse().map_err(|_| error())? })
    }
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident $letter:literal $expected:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub struct $name(pub Position);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                match self.0.log {
                    0 => write!(f, concat!($letter, "-{}"), self.0.sequence),
                    log => write!(f, concat!($letter, "-{}.{}"), log, self.0.sequence),
                }
            }
        }

        impl FromStr for $name {
            type Err = IdError;

            fn from_str(text: &str) -> Result<$name, IdError> {
                let error =
                    || IdError { text: text.chars().take(40).collect(), expected: $expected };
                let rest = text.strip_prefix(concat!($letter, "-")).ok_or_else(error)?;
                let position = match rest.contains('.') {
                    true => rest.parse().map_err(|_| error())?,
                    false if digits(rest) => Position::local(rest.parse().map_err(|_| error())?),
                    false => return Err(error()),
                };
                Ok($name(position))
            }
        }
    )*};
}

ids! {
    /// A credit record, `R-7`.
    RecordId "R" "a record id like R-1042";
    /// A listing, red or black, `L-7`.
    ListingId "L" "a listing id like L-1042";
    /// An attribution of a listed organisation's conduct to a person, `A-7`.
    AttributionId "A" "an attribution id like A-1042";
    /// A measure case, `M-7`.
    MeasureId "M" "a measure id like M-1042";
    /// An objection, `O-7`.
    ObjectionId "O" "an objection id like O-1042";
    /// An application for repair, `X-7`.
    RepairId "X" "a repair id like X-1042";
    /// A reconsideration or a suit, `Y-7`.
    RemedyId "Y" "a remedy id like Y-1042";
    /// Relief in a reorganisation, `B-7`.
    ReliefId "B" "a relief id like B-1042";
    /// A court's document on file, `J-7`.
    CourtDocumentId "J" "a court document id like J-1042";
    /// An assessment of the departments over a period, `G-7`.
    AssessmentId "G" "an assessment id like G-1042";
    /// An entry of the joint catalogue on its way, `E-7`.
    CatalogueEntryId "E" "a catalogue entry id like E-1042";
    /// A credit commitment, `C-7`.
    CommitmentId "C" "a commitment id like C-1042";
    /// A credit review for a permit, `V-7`.
    CreditReviewId "V" "a credit review id like V-1042";
    /// A tolerant acceptance, `T-7`.
    ToleranceId "T" "a tolerant acceptance id like T-1042";
    /// A classification made elsewhere, `Z-7`.
    ImportedId "Z" "a classification id like Z-1042";
    /// A typical case, `K-7`.
    CaseStudyId "K" "a typical case id like K-1042";
    /// An association's note about a member, `N-7`.
    MemberNoteId "N" "a note id like N-1042";
    /// The support of a suit in the public interest, `S-7`.
    SupportId "S" "a support id like S-1042";
    /// A subject's authorisation.
    AuthorisationId "Q" "an authorisation id like Q-1042";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_name_their_kind_and_leave_log_zero_out() {
        let id = ListingId(Position { log: 3, sequence: 1042 });
        assert_eq!(id.to_string(), "L-3.1042");
        assert_eq!("L-3.1042".parse(), Ok(id));
        assert_eq!("L-1042".parse(), Ok(ListingId(Position::local(1042))));
        for text in ["1042", "M-1042", "L-", "L-+1", "L-1.2.3", "L-99999999999999999999", "L--1"] {
            assert!(text.parse::<ListingId>().is_err(), "{text}");
        }
    }
}
