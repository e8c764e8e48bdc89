//! Commands about erasing a file.

use crate::actor::SubjectKey;
use crate::id::Position;
use crate::rules::Citation;
use crate::time::Day;

/// What the index says about a file: read beside the decision, valid for one version of the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kept {
    /// The version of the file that was looked at.
    pub seen: Position,
    /// The first thing that is kept today or later: its position, and the last day it is kept for.
    pub by: Option<(Position, Day)>,
}

/// A command about erasing a file.
#[derive(Clone, Debug)]
#[allow(missing_docs, reason = "each command carries the fields of the event it asks for")]
pub enum ErasureCommand {
    Propose {
        subject: SubjectKey,
        basis: Vec<Citation>,
        kept: Kept,
    },
    Withdraw {
        subject: SubjectKey,
    },
    Approve {
        subject: SubjectKey,
        kept: Kept,
    },
    /// The server destroyed the key in this slot.
    KeyDestroyed {
        subject: SubjectKey,
    },
}
