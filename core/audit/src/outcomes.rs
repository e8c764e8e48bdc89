//! What the fold keeps of objections, repairs, remedies and relief.

use shouxin_core::actor::{OfficerRef, SubjectKey};
use shouxin_core::calendar::Deadline;
use shouxin_core::event::remedy::RemedyKind;
use shouxin_core::event::{Finding, ObjectionGround, Target, Trigger};
use shouxin_core::id::{ListingId, Position};
use shouxin_core::identifier::uscc::Uscc;
use shouxin_core::text::FactDocument;
use shouxin_core::time::Day;

use crate::fold::Revocation;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ObjectionStage {
    Filed,
    Accepted,
    Refused,
    Verifying,
    Unverified,
    Verified { finding: Finding },
    Resolved { upheld: bool },
    Review { refused: bool },
    Closed { upheld: bool },
}

/// Expert testing that stops a clock, or stopped it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Testing {
    pub from: Day,
    pub before: Deadline,
    pub most: u16,
    pub ended: bool,
}

#[derive(Debug)]
pub(crate) struct Objection {
    pub subject: SubjectKey,
    pub target: Target,
    pub provider: Uscc,
    pub filed_on: Day,
    /// The day on which the provider got it.
    pub received_on: Day,
    pub trigger: Trigger,
    pub grounds: Vec<ObjectionGround>,
    pub suspends: bool,
    pub accept_by: Deadline,
    pub verify_by: Deadline,
    /// Expert testing: since when, what the clock ran to before, for how many days at most.
    pub testing: Option<Testing>,
    /// By when the result is to be served, and by when a review is to be decided.
    pub result_by: Option<Deadline>,
    /// By when it is to be referred to its provider.
    pub refer_by: Option<Deadline>,
    pub review_by: Option<Deadline>,
    pub stage: ObjectionStage,
    pub outcome: Option<(Day, OfficerRef)>,
    /// Position every channel has to confirm before it closes.
    pub through: Option<Position>,
    pub redress: Option<bool>,
    pub undisplayed: bool,
    /// It was right, and what it disputed stays, put right.
    pub kept: bool,
    pub reviewed: bool,
}

#[derive(Debug)]
pub(crate) enum RepairStage {
    Applied,
    Accepted { by: OfficerRef },
    Returned,
    NotAccepted,
    Refused,
    Review,
    Propagating,
    Done,
    Revoking(Revocation),
    Revoked { starts_on: Day },
    Restored,
}

#[derive(Debug)]
pub(crate) struct Repair {
    pub subject: SubjectKey,
    /// A listing, a record that no listing rests on, a finding of breach, or an attribution.
    pub of: Target,
    /// Who listed, collected or found: it decides.
    pub authority: Uscc,
    pub accept_by: Deadline,
    pub decide_by: Deadline,
    pub extended: bool,
    pub review_by: Option<Deadline>,
    pub stage: RepairStage,
    /// The end of the standstill of a revocation, where it was counted beyond the calendar.
    pub standstill: Option<Deadline>,
    pub outcome: Option<(Day, OfficerRef)>,
    pub through: Option<Position>,
    pub reviewed: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RemedyStage {
    Filed,
    Stayed,
    Decided,
}

#[derive(Debug)]
pub(crate) struct Remedy {
    pub subject: SubjectKey,
    pub target: Target,
    pub kind: RemedyKind,
    /// The body that was asked, by name.
    pub body: String,
    pub number: String,
    pub filed_on: Day,
    /// The order that stays, or last stayed, execution.
    pub stay: Option<FactDocument>,
    pub stage: RemedyStage,
    pub redress: Option<bool>,
}

#[derive(Debug)]
pub(crate) struct Relief {
    pub subject: SubjectKey,
    pub listing: ListingId,
    /// The ruling by which it was granted.
    pub ruling: FactDocument,
    pub open: bool,
}
