//! The row of a credit commitment, and what it is listed under.

use serde::{Deserialize, Serialize};

use crate::actor::{OfficerRef, SubjectKey};
use crate::calendar::Deadline;
use crate::event::commitment::CommitmentKind;
use crate::id::{CommitmentId, Position, RepairId};
use crate::path::{DecisionCase, Path, Standing};
use crate::row::{Due, Index, Told};
use crate::text::Digest;
use crate::time::Day;

/// State of a commitment (domain.md 2.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the states are those of domain.md 2.2")]
pub enum CommitmentState {
    Offered,
    Signed,
    InForce,
    /// The subject declined.
    Closed,
    Withdrawn,
    Fulfilled,
    Overdue,
    CurePeriod {
        cure_by: Deadline,
    },
    /// Found broken; the time to cure that had passed before.
    Breached {
        cure_by: Deadline,
    },
    /// The finding was repaired.
    Repaired {
        cure_by: Deadline,
    },
}

impl CommitmentState {
    /// Name of the state, English.
    pub fn name(&self) -> &'static str {
        match self {
            CommitmentState::Offered => "offered",
            CommitmentState::Signed => "signed",
            CommitmentState::InForce => "in_force",
            CommitmentState::Closed => "closed",
            CommitmentState::Withdrawn => "withdrawn",
            CommitmentState::Fulfilled => "fulfilled",
            CommitmentState::Overdue => "overdue",
            CommitmentState::CurePeriod { .. } => "cure_period",
            CommitmentState::Breached { .. } => "breached",
            CommitmentState::Repaired { .. } => "repaired",
        }
    }
}

/// A commitment. Its texts stand in the event that offered it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "fields carry the names of the events that set them")]
pub struct CommitmentRow {
    pub id: CommitmentId,
    pub subject: SubjectKey,
    pub kind: CommitmentKind,
    /// Its authority is competent for every later step.
    pub offered_by: OfficerRef,
    pub offered_on: Day,
    pub template_sha256: Digest,
    pub due: Day,
    /// The signed document, and when it was signed.
    pub signed: Option<(Digest, Day)>,
    pub published: bool,
    pub matter_decided_on: Option<Day>,
    pub fulfilled_on: Option<Day>,
    pub state: CommitmentState,
    /// The finding that it was broken, on the path of everything that weighs on a subject.
    pub breach: Option<DecisionCase>,
    pub open_repair: Option<RepairId>,
    /// A repair obtained by fraud was revoked: the first day to apply for another.
    pub repair_again_from: Option<Day>,
    /// When channels were told of it.
    pub told: Option<Told>,
}

impl CommitmentRow {
    /// Whether a proposal to find it broken is on its way.
    pub fn breach_is_open(&self) -> bool {
        self.breach.as_ref().is_some_and(|case| !matches!(case.path, Path::Ended(_)))
    }

    /// Standing on `day` of the served finding that it was broken; ended where there is none. What
    /// is only proposed weighs on nobody and is answered by a statement.
    pub fn finding_standing(&self, day: Day) -> Standing {
        match (&self.state, &self.breach) {
            (CommitmentState::Breached { .. }, Some(case)) => case.standing(day),
            _ => Standing::Ended,
        }
    }

    /// Where the served finding was decided, be it over since.
    pub fn found_at(&self) -> Option<Position> {
        Some(self.breach.as_ref()?.path.served()?.decided.decision.at)
    }

    /// Whether it is on public display on `day`: a served finding that it was broken is shown to
    /// its end date, what has not been decided yet is not. While the finding is disputed the
    /// commitment is shown without it.
    pub fn is_shown(&self, day: Day) -> bool {
        use CommitmentState as S;
        let state = match self.state {
            S::InForce | S::Overdue | S::CurePeriod { .. } | S::Fulfilled => true,
            S::Breached { .. } => self.finding_standing(day) != Standing::Ended,
            S::Offered | S::Signed | S::Closed | S::Withdrawn => false,
            S::Repaired { .. } => false,
        };
        self.published && !self.subject.is_personal() && state
    }
}

/// What a commitment is listed under.
pub(super) fn entries(row: &CommitmentRow, entries: &mut Vec<Index>) {
    entries.push(Index::SubjectCommitment(row.subject, row.id));
    if row.is_shown(row.offered_on) {
        entries.push(Index::PublicCommitment(row.id));
    }
    let due = match (&row.state, row.breach.as_ref().map(|case| &case.path)) {
        (CommitmentState::InForce, _) => Some(row.due),
        (CommitmentState::CurePeriod { .. }, Some(Path::Noticed(noticed))) => {
            Some(noticed.notice.window.day)
        }
        (CommitmentState::Breached { .. }, Some(Path::Effective(effective))) => {
            Some(effective.served.decided.decision.end)
        }
        _ => None,
    };
    if let Some(day) = due {
        entries.push(Index::Due(day.plus_days(1), Due::Commitment(row.id)));
    }
}
