//! When a record is in effect, and who shares it.

use crate::id::RepairId;
use crate::limits::ARCHIVE_AFTER_DAYS;
use crate::row::{RecordRow, RecordState};
use crate::rules::Openness;
use crate::time::Day;

impl RecordState {
    /// As readers and refusals name it.
    pub fn name(self) -> &'static str {
        match self {
            RecordState::Accepted => "accepted",
            RecordState::Annulled => "annulled",
            RecordState::Repaired => "repaired",
            RecordState::Expired => "expired",
            RecordState::Archived => "archived",
        }
    }
}

impl RecordRow {
    /// From which day it is read by auditors alone: when the time for remedies has passed, and for
    /// what was repaired also the time in which its repair may be revoked.
    pub fn archived_from(&self) -> Option<Day> {
        let ended_on = self.ended_on.filter(|_| self.state != RecordState::Archived)?;
        let remedies = ended_on.plus_days(ARCHIVE_AFTER_DAYS);
        let revocable = self.repaired.and(self.publicity_until);
        Some(revocable.map_or(remedies, |until| remedies.max(until.plus_days(1))))
    }

    /// Whether it is this repair that ended it.
    pub fn is_repaired_by(&self, repair: RepairId) -> bool {
        self.state == RecordState::Repaired && self.repaired.is_some_and(|own| own.0 == repair)
    }

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
