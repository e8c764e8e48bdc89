//! When a record is in effect, and who shares it.

use crate::row::{RecordRow, RecordState};
use crate::rules::Openness;
use crate::time::Day;

impl RecordRow {
    /// Whether it is in effect on `day`.
    pub fn is_live(&self, day: Day) -> bool {
        self.state == RecordState::Accepted && self.publicity_until.is_none_or(|until| day <= until)
    }

    /// Whether departments share it on `day`: 授权查询 needs the subject's authorisation, 内部 is
    /// nobody else's (domain.md O16).
    pub fn is_shared(&self, day: Day) -> bool {
        self.is_live(day) && matches!(self.openness, Openness::Public | Openness::GovShared)
    }

    /// Whether a credit review may list it on `day`: departments share it, and nobody disputes it.
    pub fn is_reviewable(&self, day: Day) -> bool {
        self.is_shared(day) && self.holds.is_empty()
    }
}
