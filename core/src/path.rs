//! The decision path of everything that weighs on a subject: proposed, noticed, heard, decided,
//! served, in effect (domain.md 2.3a and b).
//!
//! A state holds what the states before it proved, so a decision without a notice, or an effect
//! without a served decision, cannot be written down. Each transition takes its state by value.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::actor::OfficerRef;
use crate::calendar::Deadline;
use crate::event::{CaseRef, Mark};
use crate::id::{ObjectionId, Position, ReliefId, RemedyId, RepairId};
use crate::row::Disputes;
use crate::rules::Citation;
use crate::text::Digest;
use crate::time::Day;

/// A served pre-decision notice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    /// The event, where its texts stand.
    pub at: Position,
    /// Day of service: nothing that came before answers it.
    pub served_on: Day,
    /// Last day for a statement, counted from the day on which the notice was recorded.
    pub window: Deadline,
    /// A hearing was offered.
    pub hearing_offered: bool,
    /// Catalogue id and department of each measure it announced.
    pub measures: Vec<(String, String)>,
}

/// What suspends a thing for as long as it lasts; only its own reasoned outcome ends it (INV-5).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Hold {
    /// An open objection.
    Objection(ObjectionId),
    /// An order of the reviewing body or court that stays execution.
    Stay(RemedyId),
    /// Relief while a court-approved reorganisation plan is performed.
    Relief(ReliefId),
}

impl fmt::Display for Hold {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Hold::Objection(id) => id.fmt(f),
            Hold::Stay(id) => id.fmt(f),
            Hold::Relief(id) => id.fmt(f),
        }
    }
}

/// How the party was heard.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Hearing {
    /// It made a statement of so many points; each needs an answer.
    Statement {
        /// Number of points.
        points: u8,
        /// It asked for an oral hearing.
        hearing_requested: bool,
    },
    /// It waived its statement in writing.
    Waived,
    /// It let the period pass.
    Silent,
}

/// The party was heard.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeardParty {
    /// The event.
    pub at: Position,
    /// How.
    pub how: Hearing,
    /// The event of the oral hearing, if one was held.
    pub hearing: Option<Position>,
    /// Statements that followed the first within the period, in their order.
    pub further: Vec<Position>,
}

/// The head's decision.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    /// The event, where its texts stand.
    pub at: Position,
    /// Who signed.
    pub by: OfficerRef,
    /// Day of the decision.
    pub on: Day,
    /// Number of the document.
    pub number: String,
    /// SHA-256 of the document.
    pub sha256: Digest,
    /// Last day in force.
    pub end: Day,
    /// Catalogue id and department of each measure it names.
    pub measures: Vec<(String, String)>,
}

/// Why a case came to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum EndReason {
    /// Repaired.
    Removed(RepairId),
    /// A reorganisation plan was performed.
    Relieved(ReliefId),
    /// The end date passed.
    Expired,
    /// Void.
    Annulled,
    /// The proposer dropped it before a decision.
    Dropped,
    /// The head decided against it.
    NotDecided,
    /// Void, and no outcome says so: its own authority took it back, or what it rests on, while nobody
    /// disputed it; or its listing came back without what a person answered for.
    Withdrawn,
}

/// 拟列入
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proposed;

/// 已告知
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Noticed {
    /// The notice.
    pub notice: Notice,
}

/// 已听取
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Heard {
    /// The notice.
    pub notice: Notice,
    /// The party's answer.
    pub party: HeardParty,
}

/// 已决定
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decided {
    /// The notice.
    pub notice: Notice,
    /// The party's answer.
    pub party: HeardParty,
    /// The decision.
    pub decision: Decision,
}

/// 已送达
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Served {
    /// The decision, with notice and answer behind it.
    pub decided: Decided,
    /// Day of service.
    pub served_on: Day,
    /// The day fixed for the start, after the standstill, which is counted from the day on which
    /// the service was recorded.
    pub starts_on: Day,
    /// The standstill, where it was counted beyond the calendar.
    pub standstill: Option<Deadline>,
}

/// 生效
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Effective {
    /// The served decision.
    pub served: Served,
    /// Shown to the public.
    pub published: bool,
}

/// 终止
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ended {
    /// Why.
    pub reason: EndReason,
    /// Since which day.
    pub on: Day,
    /// What had been served, if it came so far.
    pub served: Option<Served>,
}

impl Proposed {
    /// The notice was served.
    pub fn notice(self, notice: Notice) -> Noticed {
        Noticed { notice }
    }
}

impl Noticed {
    /// The party spoke, waived, or let the period pass.
    pub fn hear(self, party: HeardParty) -> Heard {
        Heard { notice: self.notice, party }
    }
}

impl Heard {
    /// The party said more within its period, or asked for a hearing: it stands beside what it
    /// said before, and takes the place of its silence or its waiver.
    pub fn hear_more(mut self, at: Position, points: u8, hearing_requested: bool) -> Heard {
        self.party.how = match self.party.how {
            Hearing::Statement { points: before, hearing_requested: asked } => {
                self.party.further.push(at);
                Hearing::Statement {
                    points: before.saturating_add(points),
                    hearing_requested: asked || hearing_requested,
                }
            }
            Hearing::Waived | Hearing::Silent => {
                self.party.at = at;
                Hearing::Statement { points, hearing_requested }
            }
        };
        self
    }

    /// An oral hearing was held.
    pub fn hold_hearing(mut self, at: Position) -> Heard {
        self.party.hearing = Some(at);
        self
    }

    /// The head decided.
    pub fn decide(self, decision: Decision) -> Decided {
        Decided { notice: self.notice, party: self.party, decision }
    }
}

impl Decided {
    /// The decision was served.
    pub fn serve(self, served_on: Day, starts_on: Day) -> Served {
        Served { decided: self, served_on, starts_on, standstill: None }
    }
}

impl Served {
    /// The standstill is over.
    pub fn take_effect(self, published: bool) -> Effective {
        Effective { served: self, published }
    }
}

/// The states of the path.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "each variant wraps the state of the same name")]
pub enum Path {
    Proposed(Proposed),
    Noticed(Noticed),
    Heard(Heard),
    Decided(Decided),
    Served(Served),
    Effective(Effective),
    Ended(Ended),
}

impl Path {
    /// Name of the state, English.
    pub fn name(&self) -> &'static str {
        match self {
            Path::Proposed(_) => "proposed",
            Path::Noticed(_) => "noticed",
            Path::Heard(_) => "heard",
            Path::Decided(_) => "decided",
            Path::Served(_) => "served",
            Path::Effective(_) => "effective",
            Path::Ended(ended) => match ended.reason {
                EndReason::Removed(_) => "removed",
                EndReason::Relieved(_) => "relieved",
                EndReason::Expired => "expired",
                EndReason::Annulled | EndReason::Withdrawn => "annulled",
                EndReason::Dropped => "dropped",
                EndReason::NotDecided => "not_decided",
            },
        }
    }

    /// The served decision, from service on.
    pub fn served(&self) -> Option<&Served> {
        match self {
            Path::Served(served) => Some(served),
            Path::Effective(effective) => Some(&effective.served),
            Path::Ended(ended) => ended.served.as_ref(),
            _ => None,
        }
    }

    /// The state after it came to its end on `on`.
    pub fn end(self, reason: EndReason, on: Day) -> Path {
        let served = match self {
            Path::Served(served) => Some(served),
            Path::Effective(effective) => Some(effective.served),
            // What ends it anew (void, or repaired by another repair) ends the same decision.
            Path::Ended(own) => own.served,
            _ => None,
        };
        Path::Ended(Ended { reason, on, served })
    }

    /// Whether a repair ended it, which may be revoked: it may come back yet.
    pub fn may_return(&self) -> bool {
        matches!(self, Path::Ended(Ended { reason: EndReason::Removed(_), served: Some(_), .. }))
    }

    /// The state after the repair that ended it was revoked; nothing where no repair did.
    pub fn restore(self, published: bool) -> Option<Path> {
        match self {
            Path::Ended(Ended { reason: EndReason::Removed(_), served: Some(served), .. }) => {
                Some(Path::Effective(served.take_effect(published)))
            }
            _ => None,
        }
    }
}

/// What every case on this path has, whoever it is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DecisionCase {
    /// Who proposed it; somebody else decides (G-4EYES).
    pub proposed_by: OfficerRef,
    /// When.
    pub proposed_on: Day,
    /// By when it is to be decided.
    pub decide_by: Deadline,
    /// No end date may be later than this (INV-3).
    pub cap: Day,
    /// What it rests on.
    pub basis: Vec<Citation>,
    /// Where it stands.
    pub path: Path,
    /// What suspends it: open objections, stays, relief.
    pub holds: Vec<Hold>,
    /// Objections that are open, and what was rejected: a repeat needs new facts to suspend (Q04).
    pub disputes: Box<Disputes>,
    /// The timer has said that it was not decided in time.
    pub overdue: bool,
    /// The timer has said that its decision was not served in time.
    pub service_overdue: bool,
    /// Catalogue id and department of each measure that its decision names and nobody has initiated
    /// since it took effect.
    pub uninitiated: Vec<(String, String)>,
}

/// Whether something has effect on a day. Suspended and ended are never copied to what rests on
/// it: this is worked out from the thing and its parents each time it is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Standing {
    /// Not in effect yet.
    Pending,
    /// In effect.
    InForce,
    /// An objection to it, or to what it rests on, is open.
    Suspended,
    /// Over, by decision or by date.
    Ended,
}

impl Standing {
    /// What a child can be at most, given its parent's standing.
    pub fn under(self, parent: Standing) -> Standing {
        match (parent, self) {
            (Standing::Ended, _) | (_, Standing::Ended) => Standing::Ended,
            (Standing::Suspended, _) | (_, Standing::Suspended) => Standing::Suspended,
            (Standing::Pending, _) | (_, Standing::Pending) => Standing::Pending,
            (Standing::InForce, Standing::InForce) => Standing::InForce,
        }
    }
}

impl DecisionCase {
    /// Whether an objection to it has no outcome yet, or a body that was asked stays it.
    pub fn is_disputed(&self) -> bool {
        let disputes = |hold: &Hold| !matches!(hold, Hold::Relief(_));
        !self.disputes.open.is_empty() || self.holds.iter().any(disputes)
    }

    /// The last day for its decision, while that is awaited and was not marked late.
    pub fn decision_due(&self) -> Option<Deadline> {
        let open = matches!(self.path, Path::Proposed(_) | Path::Noticed(_) | Path::Heard(_));
        (open && !self.overdue).then_some(self.decide_by)
    }

    /// Whether its decision has effect, suspended or not, and names a measure that nobody initiated.
    pub fn awaits_measures(&self) -> bool {
        matches!(self.path, Path::Effective(_)) && !self.uninitiated.is_empty()
    }

    /// The day of a decision that is to be served and was not marked late.
    pub fn unserved_since(&self) -> Option<Day> {
        match &self.path {
            Path::Decided(decided) if !self.service_overdue => Some(decided.decision.on),
            _ => None,
        }
    }

    /// Standing on `day`, what it rests on left aside. After its end date it is ended even if
    /// no event says so yet.
    pub fn standing(&self, day: Day) -> Standing {
        match &self.path {
            Path::Ended(_) => Standing::Ended,
            Path::Served(served) | Path::Effective(Effective { served, .. })
                if day > served.decided.decision.end =>
            {
                Standing::Ended
            }
            Path::Effective(_) if !self.holds.is_empty() => Standing::Suspended,
            Path::Effective(_) => Standing::InForce,
            _ => Standing::Pending,
        }
    }

    /// The mark it leaves in its subject's classification once it has effect.
    pub fn mark(&self, case: CaseRef, suspended: bool) -> Option<Mark> {
        let served = self.path.served()?;
        Some(Mark {
            case,
            colour: crate::event::Colour::Black,
            authority: self.proposed_by.authority,
            since: served.starts_on,
            until: served.decided.decision.end,
            suspended,
        })
    }
}
