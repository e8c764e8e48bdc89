//! A refusal that is no guard's, as it is recorded: for auditors, in nobody's file (design.md 1).

use serde::{Deserialize, Serialize};

use crate::guard::RecordedMisfit;

events! {
/// What was asked in vain.
RefusalEvent {
    /// A well-formed, authorised command of a person was out of order, out of time, out of
    /// competence or a repetition; nothing else changed.
    CommandRefused "command.refused" {
        command: String, target: String, misfit: RecordedMisfit, uncounted: u32,
    }
}
}
