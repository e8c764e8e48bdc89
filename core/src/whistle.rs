//! Reports of wrongdoing (失信举报, domain.md 2.7): a machine of its own beside the register.
//!
//! A report touches no file: it has its own events, its own log and its own rows, and nothing of it
//! can become a fact, a record or a step of a case. What it says is sealed before it comes here,
//! the reported organisation's code included; who wrote it is not here at all, only the SHA-256 of
//! a ciphertext that nobody but the holder of an offline key can open. Everything carries a day,
//! never a time. As everywhere, `decide` is pure and `apply` only folds.

mod apply;
mod aside;
mod decide;
mod escalate;
mod event;
mod row;
pub mod scan;

use std::fmt;
use std::str::FromStr;

use data_encoding::BASE32_NOPAD;
use serde::{Deserialize, Serialize};

pub use self::apply::apply;
pub use self::aside::stands_aside;
pub use self::decide::{Command, Context, decide};
pub use self::escalate::{escalated_to, supervises};
pub use self::event::WhistleEvent;
pub use self::row::{
    Identity, Late, Ledger, Opening, ReportRow, ReportState, Request, WhistleRow, Worklist,
    ledger_key, report_key,
};
use crate::actor::OfficerRef;
use crate::rules::RulesVersion;
use crate::text::Digest;
use crate::time::Day;

/// Id of a report as staff see it: a keyed hash of the receipt, from which the receipt cannot be
/// found. The receipt itself is kept nowhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ReportId(pub Digest);

/// A text that is no id of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an id of a report is W- and 52 characters of base32")]
pub struct ReportIdError;

impl fmt::Display for ReportId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "W-{}", BASE32_NOPAD.encode(&self.0))
    }
}

impl FromStr for ReportId {
    type Err = ReportIdError;

    fn from_str(text: &str) -> Result<ReportId, ReportIdError> {
        let rest = text.strip_prefix("W-").ok_or(ReportIdError)?;
        let bytes = BASE32_NOPAD.decode(rest.as_bytes()).map_err(|_| ReportIdError)?;
        Ok(ReportId(Digest::try_from(bytes).map_err(|_| ReportIdError)?))
    }
}

/// Who did something to a report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum By {
    /// Whoever holds the receipt. Nothing more is known.
    Reporter,
    /// A named officer.
    Officer(OfficerRef),
    /// A timer: it says that a day has passed, and nothing else.
    Timer,
}

/// An event of a report with everything that is kept of how it came about. There is no time in it,
/// no address, no key of the caller and no request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportEnvelope {
    /// Where it stands in the reports' own log.
    pub sequence: u64,
    /// The report.
    pub report: ReportId,
    /// Its legal date.
    pub on: Day,
    /// Who.
    pub by: By,
    /// The version of the rules, its calendar included, that was in force when the day began: it is the
    /// same for every event of a day, so that it says nothing of the time within it. On the day on
    /// which a version is loaded an event may have been judged by the newer one. Older events have
    /// none.
    pub rules: Option<RulesVersion>,
    /// What happened.
    pub event: WhistleEvent,
}

/// The envelope of schema 1, in which an event says nothing of its rules. Frozen: it is only read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ReportEnvelopeV1 {
    sequence: u64,
    report: ReportId,
    on: Day,
    by: By,
    event: WhistleEvent,
}

impl From<ReportEnvelopeV1> for ReportEnvelope {
    fn from(old: ReportEnvelopeV1) -> ReportEnvelope {
        let ReportEnvelopeV1 { sequence, report, on, by, event } = old;
        ReportEnvelope { sequence, report, on, by, rules: None, event }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_read_as_it_is_written_and_a_receipt_is_none() {
        let id = ReportId([7; 32]);
        assert_eq!(id.to_string().parse(), Ok(id));
        assert_eq!(id.to_string().len(), 54);
        for text in ["", "W-", "W-AAAA", "MFRGGZDFMZTWQ2LKNNWG23TPOBYXE43U", "L-7"] {
            assert_eq!(text.parse::<ReportId>(), Err(ReportIdError), "{text}");
        }
    }
}
