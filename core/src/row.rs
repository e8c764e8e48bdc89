//! Rows of the view: small, keyed by prefix, with every index entry derived from its row.
//!
//! An index entry is never written by hand: `derived` says which entries a row stands for, and
//! `rows::Rows` writes the difference between the old and the new row. So an index can neither
//! miss a row nor keep one that is gone.

pub mod assessment;
pub mod catalogue;
pub mod clock;
pub mod commitment;
pub mod credit_review;
mod disputes;
mod entries;
pub mod job;
mod keep;
mod measure;
mod owed;
pub mod plugin;
pub mod publicity;
mod record;
mod red;
mod remedy;
mod repair;
pub mod search;
pub mod social;
mod states;
pub mod task;
mod told;
pub mod tolerance;

use serde::{Deserialize, Serialize};

use crate::actor::{OfficerRef, Role, SubjectKey};
use crate::calendar::Deadline;
use crate::event::Capacity;
use crate::event::calendar::Clock;
use crate::event::catalogue::EntryKind;
use crate::event::job::Job;
use crate::event::publicity::DecisionKind;
use crate::event::{
    Attestation, CaseRef, Colour, Finding, Idempotency, Mark, NominationSource, ObjectionGround,
    PersonRole, Target, Trigger,
};
use crate::id::{
    AssessmentId, AttributionId, AuthorisationId, CatalogueEntryId, CommitmentId, CourtDocumentId,
    CreditReviewId, ListingId, MeasureId, ObjectionId, Position, RecordId, ReliefId, RemedyId,
    RepairId, ToleranceId,
};
use crate::identifier::uscc::Uscc;
use crate::path::{DecisionCase, Hold};
use crate::row::assessment::AssessmentRow;
use crate::row::catalogue::{CatalogueEntryRow, DepartmentDocumentRow};
use crate::row::commitment::CommitmentRow;
use crate::row::credit_review::CreditReviewRow;
use crate::row::publicity::PublicityRow;
use crate::row::tolerance::ToleranceRow;
use crate::rules::{Citation, Openness, Polarity, RecordClass, Severity, SubjectKind};
use crate::tally::{Counts, Month, Unit};
use crate::text::{Digest, Name, Sealed};
use crate::time::Day;

pub use disputes::{Disputes, OpenObjection};
pub use entries::derived;
pub use measure::{MeasureRow, MeasureState, Order, Owed, Remote, Telling};
pub use owed::Testing;
pub use plugin::{Courtesy, LetterEnd, PluginRow, PluginVersion, ShadowRow, UntoldRow};
pub use red::OwedRevocation;
pub use remedy::{CourtDocumentRow, ReliefRow, ReliefState, RemedyRow, RemedyState};
pub use repair::{RepairRow, RepairState, Repairable};
pub use states::LIFT_OVERDUE;
pub use told::Told;

/// Key of a row.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs, reason = "each variant names the row it leads to")]
pub enum Key {
    Subject(SubjectKey),
    Alias {
        kind: String,
        code: String,
    },
    PersonLookup([u8; 32]),
    /// Under which lookup a person is found, as long as the file is there.
    PersonTag(SubjectKey),
    Record(RecordId),
    RecordSource([u8; 32]),
    /// The adverse records of a subject that a number or digest of a document leads to.
    RecordDocument([u8; 32]),
    Listing(ListingId),
    Attribution(AttributionId),
    Measure(MeasureId),
    Objection(ObjectionId),
    Repair(RepairId),
    Remedy(RemedyId),
    Relief(ReliefId),
    CourtDocument(CourtDocumentId),
    Commitment(CommitmentId),
    CreditReview(CreditReviewId),
    Tolerance(ToleranceId),
    /// The newest case of one listing, person, measure and department.
    CaseOf {
        listing: ListingId,
        attribution: Option<AttributionId>,
        measure: String,
        department: String,
    },
    /// The newest thing of which one at a time may be open.
    Newest(Newest),
    Channels,
    Plugins,
    /// The versions of plugins that stand beside the live ones.
    Shadows,
    /// A classification change of which a plugin could not be told.
    Untold {
        plugin: String,
        at: Position,
    },
    ApiKey(String),
    Idempotency([u8; 32]),
    Walk {
        cause: Position,
        root: Target,
    },
    Rules,
    Slots,
    Publicity(RecordId),
    Assessment(AssessmentId),
    Tally {
        unit: Unit,
        month: Month,
    },
    DepartmentDocument(Position),
    CatalogueEntry(CatalogueEntryId),
    Social(social::SocialKey),
    /// The authority that is the credit office.
    Office,
    /// For which rules a job was last done.
    Job(Job),
    /// The cases that were proposed for one behaviour on a number or digest of a document.
    Paper([u8; 32]),
}

/// What may be open only once at a time.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Newest {
    /// The assessment of a period; it is about every department.
    Assessment(Month, Month),
    /// The nomination of a subject by one source.
    Nomination(SubjectKey, NominationSource),
    /// The entry on which it depends whether a code of the catalogue may be used.
    Entry(EntryKind, String),
    /// The reconsideration or suit about a thing that has this number with this body.
    Remedy([u8; 32]),
}

/// Head of a credit file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "fields carry the names of the events that set them")]
pub struct SubjectRow {
    pub key: SubjectKey,
    pub kind: SubjectKind,
    pub name: Name,
    /// Names that it bore before, the newest last; [`crate::limits::FORMER_NAMES_MAX`] at most.
    pub former_names: Vec<Name>,
    pub slot: u64,
    pub registered_on: Day,
    pub attestation: Option<Attestation>,
    pub capacity: Option<Capacity>,
    /// A court found that the person lacks full capacity, and nothing has undone that.
    pub incapable_by_court: bool,
    /// Position of the newest event of this file: its version.
    pub last: Position,
    /// Its day: the file is kept for some time after it.
    pub last_on: Day,
    /// How far its erasure is, if one was proposed.
    pub erasure: Option<Erasure>,
    /// What is in force: the subject's classification.
    pub marks: Vec<Mark>,
    /// Whom it lets read what is read by authorisation alone.
    pub authorisations: Vec<Authorisation>,
}

/// A subject's authorisation that was not taken back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "fields carry the names of `authorisation.given`")]
pub struct Authorisation {
    pub id: AuthorisationId,
    pub authority: Uscc,
    pub until: Day,
}

impl SubjectRow {
    /// Whether the subject lets an authority read on a day what is read by authorisation alone.
    pub fn authorises(&self, authority: Uscc, on: Day) -> bool {
        self.authorisations.iter().any(|own| own.authority == authority && on <= own.until)
    }

    /// Whether the file was erased.
    pub fn is_erased(&self) -> bool {
        matches!(self.erasure, Some(Erasure::Erased { .. }))
    }

    /// Whether nothing readable is left of the file: its code may be registered anew.
    pub fn key_is_destroyed(&self) -> bool {
        matches!(self.erasure, Some(Erasure::Erased { key_destroyed: true, .. }))
    }
}

/// How far the erasure of a file is (domain.md 2.1).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "fields carry the names of the events that set them")]
pub enum Erasure {
    Proposed { at: Position, by: OfficerRef, on: Day },
    Erased { on: Day, key_destroyed: bool },
}

impl Erasure {
    /// Name of the state, English.
    pub fn name(&self) -> &'static str {
        match self {
            Erasure::Proposed { .. } => "proposed",
            Erasure::Erased { .. } => "erased",
        }
    }
}

/// State of a record (domain.md 2.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "the states are those of domain.md 2.1")]
pub enum RecordState {
    Accepted,
    Annulled,
    Repaired,
    Expired,
    Archived,
}

/// A record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "fields carry the names of the events that set them")]
pub struct RecordRow {
    pub id: RecordId,
    pub subject: SubjectKey,
    pub item: String,
    pub class: RecordClass,
    pub openness: Openness,
    pub polarity: Polarity,
    pub severity: Option<Severity>,
    pub provider: Uscc,
    pub submitted_by: OfficerRef,
    /// On which day it was accepted: the rules of that day are its opening version.
    pub collected_on: Day,
    pub document_number: String,
    /// The number under which it came in, whatever a correction says since.
    pub filed_as: String,
    pub document_date: Day,
    pub document_sha256: Option<Digest>,
    pub content: Option<Sealed>,
    pub published: bool,
    pub publicity_until: Option<Day>,
    pub state: RecordState,
    /// How often it was corrected; the versions before stand in the log.
    pub corrections: u16,
    /// The newest correction.
    pub corrected_at: Option<Position>,
    /// What was missing, as it was last added, and where that stands.
    pub supplement: Option<(Position, Sealed)>,
    /// Since which day it is over.
    pub ended_on: Option<Day>,
    pub holds: Vec<Hold>,
    pub disputes: Disputes,
    /// Listings that rest on it.
    pub listings: Vec<ListingId>,
    /// Attributions that rest on it: it is a person's.
    pub attributions: Vec<AttributionId>,
    pub open_repair: Option<RepairId>,
    /// From which day its shortest publicity is counted: no correction puts that off.
    pub counted_from: Day,
    /// Which repair ended it, and whether it was shown until then.
    pub repaired: Option<(RepairId, bool)>,
    /// After a repair of its own was revoked: from which day another is applied for.
    pub repair_again_from: Option<Day>,
    /// The newest event that changed what may be shown of it.
    pub changed: Position,
    /// When channels were told of it.
    pub told: Option<Told>,
    /// Its own authority took it back: redress is owed (`Some(false)`) or done (`Some(true)`).
    pub redress_done: Option<bool>,
    /// Its own provider annulled it while nobody disputed it.
    pub withdrawn: bool,
}

/// State of a red listing (domain.md 2.3c).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the states are those of domain.md 2.3c")]
pub enum RedState {
    Nominated,
    Checked,
    PublicNotice { ends_on: Day },
    Active { since: Day, until: Day, published: bool, number: String, sha256: Digest },
    Closed,
    Expired { since: Day, until: Day },
}

/// A revocation under way: of a red listing, or of a repair. The party is told and heard first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Revocation {
    /// Who opened it; somebody else decides.
    pub opened_by: OfficerRef,
    /// Day on which the party was told: it may have spoken from then on.
    pub told_on: Day,
    /// Last day for a statement.
    pub window: Deadline,
    /// Points of the statements, once one came.
    pub points: Option<u8>,
}

/// A red listing's own part.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "fields carry the names of the events that set them")]
pub struct RedCase {
    pub authority: Uscc,
    pub nominated_by: OfficerRef,
    pub nominated_on: Day,
    pub source: NominationSource,
    pub basis: Vec<Citation>,
    pub revocation: Option<Revocation>,
    pub state: RedState,
    pub holds: Vec<Hold>,
    pub disputes: Disputes,
    /// A black listing makes a revocation due, and none was opened yet.
    pub owed: Option<OwedRevocation>,
}

/// Red or black.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "fields carry the names of the events that set them")]
pub enum ListingKind {
    Black { behaviour: String, records: Vec<RecordId>, case: DecisionCase },
    Red(RedCase),
}

/// A listing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "fields carry the names of the events that set them")]
pub struct ListingRow {
    pub id: ListingId,
    pub subject: SubjectKey,
    pub kind: ListingKind,
    pub attributions: Vec<AttributionId>,
    /// How many measure cases rest on it; where there are none, nobody has to be told.
    pub family: u32,
    /// How many of them somebody has to undo.
    pub unlifted: u32,
    /// The listing that this one is to follow.
    pub extends: Option<ListingId>,
    /// Those that are to follow this one, the newest last; what can never come back is left out.
    pub extensions: Vec<ListingId>,
    pub open_repair: Option<RepairId>,
    /// A repair obtained by fraud was revoked: the first day to apply for another.
    pub repair_again_from: Option<Day>,
    /// Months from its start before repair, by the rule in force when it was proposed; nothing
    /// where that rule barred repair.
    pub repair_min_months: Option<u16>,
    /// An objection found that it should not be shown.
    pub display_ended: bool,
    /// Relief under way.
    pub relief: Option<ReliefId>,
    /// When channels were told of it.
    pub told: Option<Told>,
    /// A measure on it was once ordered to be executed, be it lifted since.
    pub acted_on: bool,
    /// Its own authority took it back: redress is owed (`Some(false)`) or done (`Some(true)`).
    pub redress_done: Option<bool>,
}

/// An attribution of a listed organisation's conduct to a person (domain.md 2.3b).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "fields carry the names of the events that set them")]
pub struct AttributionRow {
    pub id: AttributionId,
    pub person: SubjectKey,
    pub listing: ListingId,
    /// The person's own records on which it rests, beside the listing.
    pub records: Vec<RecordId>,
    pub role: PersonRole,
    /// How many measures against the person have an order that is not lifted.
    pub unlifted: u32,
    pub case: DecisionCase,
    pub open_repair: Option<RepairId>,
    /// A repair obtained by fraud was revoked: the first day to apply for another.
    pub repair_again_from: Option<Day>,
    /// A measure on it was once ordered to be executed, be it lifted since.
    pub acted_on: bool,
    /// Its own authority took it back: redress is owed (`Some(false)`) or done (`Some(true)`).
    pub redress_done: Option<bool>,
}

/// State of an objection (domain.md 2.6).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the states are those of domain.md 2.6")]
pub enum ObjectionState {
    Filed { accept_by: Deadline },
    Accepted,
    Refused,
    Verifying { verify_by: Deadline, overdue: bool },
    Verified { finding: Finding, by: OfficerRef },
    Unverified,
    Resolved { upheld: bool },
    Closed { upheld: bool },
    Review { decide_by: Deadline, refused: bool },
}

impl ObjectionState {
    /// The last day on which the office waits for the provider; behind it the office decides.
    pub fn verify_by(&self) -> Option<Deadline> {
        match self {
            ObjectionState::Verifying { verify_by, .. } => Some(*verify_by),
            _ => None,
        }
    }
}

/// An objection.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "fields carry the names of the events that set them")]
pub struct ObjectionRow {
    pub id: ObjectionId,
    pub subject: SubjectKey,
    pub target: Target,
    pub trigger: Trigger,
    pub grounds: Vec<ObjectionGround>,
    pub provider: Uscc,
    pub filed_on: Day,
    pub suspends: bool,
    pub state: ObjectionState,
    /// The referral to the provider, from the acceptance on (T02).
    pub referral: Option<Owed>,
    /// Expert testing that stops or stopped the provider's clock.
    pub testing: Option<Testing>,
    /// The result, from the report of what was found on (T03).
    pub result: Option<Owed>,
    /// The timer has said that its review was not decided in time.
    pub review_overdue: bool,
    /// Redress is owed (`Some(false)`) or done (`Some(true)`).
    pub redress_done: Option<bool>,
    /// What channels were told of the thing until the outcome: what they have to confirm.
    pub settle: Option<Told>,
    /// Day of the outcome or refusal, and who gave it: a review is asked for within its time and
    /// decided by somebody else.
    pub outcome: Option<(Day, OfficerRef)>,
    /// It took the thing off display because the provider never reported.
    pub undisplayed: bool,
    /// It was right, and what it disputed stays, put right.
    pub kept: bool,
    /// It has been reviewed; what remains are reconsideration and suit.
    pub reviewed: bool,
}

/// A channel that shows what is public.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "fields carry the names of the events that set them")]
pub struct ChannelRow {
    pub name: String,
    pub opened_at: Position,
    /// It shows, marks and has withdrawn everything that changed up to here.
    pub confirmed_through: Position,
    /// What was said last about a failure.
    pub failing: Option<String>,
    /// A change was not confirmed by its day.
    pub overdue: bool,
    /// It is configured no more since that event; what it got is still to be withdrawn there.
    pub closing: Option<Position>,
}

/// An API key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "fields carry the names of the events that set them")]
pub struct ApiKeyRow {
    pub key_id: String,
    pub secret_hash: [u8; 32],
    pub role: Role,
    pub officer: Option<OfficerRef>,
    pub acts_for: Option<SubjectKey>,
    pub expires_on: Day,
    pub revoked: bool,
}

impl ApiKeyRow {
    /// Whether it opens anything on a day: its last day is the last on which it does.
    pub fn opens(&self, today: Day) -> bool {
        !self.revoked && today <= self.expires_on
    }
}

/// What a command with an idempotency key led to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct IdempotencyRow {
    /// Key and request.
    pub of: Idempotency,
    /// First event of its commit.
    pub first: Position,
}

/// The rules in force.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RulesRow {
    /// The `rules.loaded` event.
    pub at: Position,
    /// Version.
    pub version: Digest,
    /// Its rule packs: name of the file and SHA-256. What has begun is changed by no later version.
    pub packs: Vec<(String, Digest)>,
    /// Versions before it, the newest first; the oldest are left to the log.
    pub earlier: Vec<(Position, Digest)>,
}

/// A row of the view.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "each variant wraps the row of the same name")]
pub enum Row {
    Subject(SubjectRow),
    Alias(SubjectKey),
    PersonLookup(SubjectKey),
    Record(RecordRow),
    RecordSource(RecordId),
    Listing(ListingRow),
    Attribution(AttributionRow),
    Measure(MeasureRow),
    Objection(ObjectionRow),
    Repair(RepairRow),
    Remedy(RemedyRow),
    Relief(ReliefRow),
    CourtDocument(CourtDocumentRow),
    Commitment(CommitmentRow),
    CreditReview(CreditReviewRow),
    Tolerance(ToleranceRow),
    CaseOf(MeasureId),
    Newest(Position),
    Channels(Vec<ChannelRow>),
    Plugins(Vec<PluginRow>),
    ApiKey(ApiKeyRow),
    Idempotency(IdempotencyRow),
    Walk(SubjectKey),
    Rules(RulesRow),
    /// Slots of the key ring that files name: every one is below this.
    Slots(u64),
    Publicity(PublicityRow),
    Assessment(AssessmentRow),
    Tally(Counts),
    DepartmentDocument(DepartmentDocumentRow),
    CatalogueEntry(CatalogueEntryRow),
    Social(social::SocialRow),
    PersonTag([u8; 32]),
    RecordDocument(Vec<RecordId>),
    /// The authority whose officers last acted as the credit office.
    Office(Uscc),
    Job(job::JobRow),
    Paper(Vec<CaseRef>),
    Shadows(Vec<ShadowRow>),
    Untold(UntoldRow),
}

/// Something a timer has to look at on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Due {
    /// A statement period, a start or an end of a listing or attribution.
    Case(CaseRef),
    /// An end of a record's publicity.
    Record(RecordId),
    /// A response to a dispatched measure, or the end date of an ordered one.
    Measure(MeasureId),
    /// The formal check or the verification of an objection.
    Objection(ObjectionId),
    /// The day on which a repaired listing has effect again.
    Repair(RepairId),
    /// The due date of a commitment, or a statement period on its breach.
    Commitment(CommitmentId),
    /// The day for the missing documents of a tolerant acceptance.
    Tolerance(ToleranceId),
}

/// What closes when every channel and department has confirmed it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Closing {
    /// The outcome of an objection.
    Objection(ObjectionId),
    /// An approved repair.
    Repair(RepairId),
}

/// An index entry: nothing but its key.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs, reason = "each variant names what it lists, in the order it lists it")]
pub enum Index {
    SubjectRecord(SubjectKey, RecordId),
    SubjectListing(SubjectKey, ListingId),
    SubjectAttribution(SubjectKey, AttributionId),
    SubjectMeasure(SubjectKey, MeasureId),
    SubjectObjection(SubjectKey, ObjectionId),
    SubjectRepair(SubjectKey, RepairId),
    /// Every event of a file, in order.
    History(SubjectKey, Position),
    /// Measures that rest on a listing.
    Family(ListingId, MeasureId),
    /// Published listings by colour.
    Published(Colour, ListingId),
    /// Cases of a department by state.
    Worklist(String, &'static str, MeasureId),
    /// What a timer looks at, by day.
    Due(Day, Due),
    /// Executions a plugin still owes, by plugin.
    Owed(String, MeasureId),
    /// Classification changes, for `classified`.
    ClassificationChange(Position),
    /// API keys, for listing.
    ApiKeys(String),
    /// Deadlines that run and were counted beyond the calendar.
    Provisional(Clock),
    /// Changes of what is public, in order: what channels follow.
    PublicChange(Position, Target),
    /// Records that departments share, each at its newest change: what their systems follow.
    SharedChange(Position, RecordId),
    /// Objections and repairs that wait for confirmations.
    Closing(Closing),
    SubjectRemedy(SubjectKey, RemedyId),
    SubjectRelief(SubjectKey, ReliefId),
    SubjectCourtDocument(SubjectKey, CourtDocumentId),
    /// Open reconsiderations and suits about a thing.
    TargetRemedy(Target, RemedyId),
    /// Permits and penalties by who had to file them, by the day they were due; late ones are
    /// marked, so that counting them reads no row.
    Filed(Uscc, DecisionKind, Day, bool, RecordId),
    /// Permits and penalties on public display.
    Disclosed(DecisionKind, RecordId),
    /// Assessments of departments.
    Assessments(AssessmentId),
    /// Implementing documents of a department.
    DepartmentDocuments(String, Position),
    /// Entries of the joint catalogue on their way.
    CatalogueEntries(CatalogueEntryId),
    SubjectCommitment(SubjectKey, CommitmentId),
    /// Commitments on public display.
    PublicCommitment(CommitmentId),
    SubjectCreditReview(SubjectKey, CreditReviewId),
    /// Adverse records that count, by the day of their document.
    AdverseRecord(SubjectKey, Day, RecordId),
    /// Every adverse record that no event has ended, disputed or not and whoever may read it.
    StandingAdverse(SubjectKey, RecordId),
    SubjectTolerance(SubjectKey, ToleranceId),
    /// Organisations by their folded name.
    Named(String, Uscc),
    /// What keeps a file from being erased, by the last day it is kept for.
    Keeps(SubjectKey, Day, Position),
    /// Files whose erasure is proposed.
    ErasureProposed(SubjectKey),
    /// Erased files whose data key is still there.
    Erased(SubjectKey),
    Social(social::SocialIndex),
    /// Nominations under public notice.
    Noticed(ListingId),
    /// Red listings whose authority has to open a revocation.
    RevocationOwed(Uscc, ListingId),
    /// What an office has to do, the oldest first.
    Task(task::Desk, task::Task),
    /// Cases whose execution a plugin gave up and for which nobody has answered, by plugin.
    DeadLetter(String, MeasureId),
    /// The same by plugin and subject.
    DeadOn(String, SubjectKey, MeasureId),
    /// Cases of which a plugin is to be told what an officer did, by plugin.
    Courtesy(String, MeasureId),
    /// Classification changes of which a plugin could not be told, by plugin.
    Untold(String, Position),
    /// Files that were erased, by the event that did it: what plugins are told to forget.
    ErasedAt(Position, SubjectKey),
}
