//! Every event, in the past tense. Variants are only ever appended: bincode numbers them by
//! place, and a stored event stays readable forever (design.md 2).

use serde::{Deserialize, Serialize};

use crate::actor::{Actor, OfficerRef, Role, SubjectKey};
use crate::calendar::Deadline;
use crate::guard::Guard;
use crate::id::{
    AttributionId, CommitmentId, ListingId, MeasureId, ObjectionId, Position, RecordId, RepairId,
};
use crate::identifier::uscc::Uscc;
use crate::rules::{Citation, Openness, Polarity, RecordClass, Severity, SubjectKind};
use crate::text::{Digest, FactDocument, Name, Sealed, Service};
use crate::time::{Day, Timestamp};

/// An event with everything that is known of how it came about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Envelope {
    /// Where it stands.
    pub position: Position,
    /// When it was recorded.
    pub recorded_at: Timestamp,
    /// The legal date it was judged by.
    pub legal_date: Day,
    /// Who caused it.
    pub actor: Actor,
    /// Whose file it belongs to.
    pub subject: Option<SubjectKey>,
    /// The event that caused it: the first of its own commit, or what a timer or plugin acted on.
    pub cause: Option<Position>,
    /// Set on the first event of a commit whose command carried an idempotency key.
    pub idempotency: Option<Idempotency>,
    /// Position of the `rules.loaded` event whose version it was judged by.
    pub rules: Option<Position>,
    /// What happened.
    pub event: Event,
}

/// HMACs of an idempotency key and of the command that came with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Idempotency {
    /// HMAC of the key, scoped to who sent it.
    pub tag: [u8; 32],
    /// HMAC of the request's bytes.
    pub request: [u8; 32],
}

/// A listing or an attribution: both run the same decision path (domain.md 2.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum CaseRef {
    /// A listing.
    Listing(ListingId),
    /// An attribution to a person.
    Attribution(AttributionId),
}

/// What an objection can be about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Target {
    /// A record and everything that rests on it.
    Record(RecordId),
    /// A listing and everything that rests on it.
    Listing(ListingId),
    /// An attribution and the person's measures.
    Attribution(AttributionId),
    /// One measure.
    Measure(MeasureId),
    /// The served finding that a commitment was broken.
    Commitment(CommitmentId),
}

/// Red or black.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Colour {
    /// 红名单
    Red,
    /// 黑名单 (严重失信主体名单)
    Black,
}

/// One thing in force on a subject. Classification is the list of these, and nothing else.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    /// The listing or attribution.
    pub case: CaseRef,
    /// Red or black.
    pub colour: Colour,
    /// Who decided it.
    pub authority: Uscc,
    /// First day in force.
    pub since: Day,
    /// Last day in force.
    pub until: Day,
    /// An objection suspends it.
    pub suspended: bool,
}

/// A measure that a notice announces or a decision names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NamedMeasure {
    /// Catalogue id.
    pub measure: String,
    /// Code of the implementing department.
    pub department: String,
    /// Why it is proportionate and connected with the behaviour (G-PROP).
    pub proportionality: Sealed,
}

impl NamedMeasure {
    /// Whether it is the same measure of the same department.
    pub fn is_same(&self, other: &NamedMeasure) -> bool {
        self.measure == other.measure && self.department == other.department
    }
}

/// How a code came in that fails a check character only (domain.md 3.1, attested path).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attestation {
    /// The registration authority's document.
    pub document_number: String,
    /// Its SHA-256.
    pub sha256: Digest,
    /// What was forgiven, `CHECK18 want 5`.
    pub forgiven: Vec<String>,
}

/// Role of a person in a listed organisation (domain.md A22).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "the names are those of domain.md A22")]
pub enum PersonRole {
    LegalRepresentative,
    Principal,
    SeniorManager,
    Director,
    Shareholder,
    RegisteredPractitioner,
    DirectlyResponsible,
}

/// Civil capacity of a natural person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Capacity {
    /// 完全民事行为能力
    Full,
    /// 限制民事行为能力
    Limited,
    /// 无民事行为能力
    None,
}

/// Grounds of an objection (domain.md 2.6).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "the names are those of domain.md 2.6")]
pub enum ObjectionGround {
    Error,
    Omission,
    Duplicate,
    NotPublic,
    OverPeriod,
    DiffersFromSource,
    WrongIdentity,
    WrongListCondition,
    MeasureNotLifted,
}

/// Who filed an objection (domain.md O61).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Trigger {
    /// 依职权: the implementing department found it itself.
    ExOfficio,
    /// The subject or its agent.
    Subject,
    /// 投诉
    Complaint,
}

/// What the provider found (domain.md 2.6).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Finding {
    /// 有误
    Error,
    /// 无误
    Correct,
    /// 有误，已更正: the provider has corrected it since.
    Corrected,
    /// 有遗漏，已补充: what was missing has been added since.
    Supplemented,
    /// 不应公示或者已超期，停止公示: it stays on file.
    DisplayStopped,
}

impl Finding {
    /// Whether the objection was right.
    pub fn upholds(self) -> bool {
        self != Finding::Correct
    }

    /// Whether what was disputed ends; otherwise it stays, put right.
    pub fn voids(self) -> bool {
        self == Finding::Error
    }
}

/// Where an exemplar was found (domain.md O27).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "the names are the five sources of domain.md O27")]
pub enum NominationSource {
    WellRatedCounterpart,
    MoralModel,
    YoungVolunteer,
    AssociationMember,
    MediaFinding,
}

/// Outcome of the formal check of a repair application.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum RepairAcceptance {
    /// 受理
    Accepted,
    /// 补正: what is missing.
    Returned(Sealed),
    /// 不予受理: why.
    NotAccepted(Sealed),
}

/// A hook of the plugin contract that carries a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CaseHook {
    /// Carry the measure out.
    Execute,
    /// Stop its effect while something is verified.
    Suspend,
    /// Let it have effect again.
    Resume,
    /// End it.
    Lift,
}

/// How a call of a plugin failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "the names are those of docs/PLUGINS.md")]
pub enum CallFault {
    Answered,
    Panic,
    Crash,
    Deadline,
    BadAnswer,
    Refused,
}

/// Declares an enumeration of events with their outside names; `groups` are the events of a noun
/// that has a module of its own.
macro_rules! events {
    (
        $(#[$about:meta])* $events:ident {
            $($(#[$doc:meta])* $variant:ident $name:literal { $($field:ident: $type:ty,)* })*
        }
        $(groups { $($(#[$of:meta])* $group:ident($inner:ty),)* })?
    ) => {
        $(#[$about])*
        #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
        #[allow(missing_docs, reason = "fields are named after the domain's own columns")]
        #[allow(clippy::large_enum_variant, reason = "an event is written and read one at a time")]
        pub enum $events {
            $($(#[$doc])* $variant { $($field: $type,)* },)*
            $($($(#[$of])* $group($inner),)*)?
        }

        impl $events {
            /// The name under which the event is known outside, `listing.decided`.
            pub fn name(&self) -> &'static str {
                match self {
                    $($events::$variant { .. } => $name,)*
                    $($($events::$group(event) => event.name(),)*)?
                }
            }

            /// Every name, in the order in which the events were added to the format.
            pub fn names() -> Vec<&'static str> {
                #[allow(unused_mut, reason = "a noun's own events have no groups")]
                let mut names = vec![$($name,)*];
                $($(names.extend(<$inner>::names());)*)?
                names
            }
        }
    };
}

pub mod calendar;
pub mod case_study;
pub mod channel;
pub mod clear;
pub mod commitment;
pub mod credit_review;
pub mod delivery;
pub mod erasure;
pub mod file;
pub mod imported;
pub mod job;
pub mod listing;
pub mod measure;
pub mod member;
pub mod person;
pub mod plugin;
pub mod publicity;
pub mod record;
pub mod refusal;
pub mod remedy;
pub mod support;
pub mod tolerance;
pub(crate) use events;
pub mod assessment;
pub mod authorisation;
pub mod catalogue;

events! {
/// What happened.
Event {
    /// A version of the rules is in force from here on.
    RulesLoaded "rules.loaded" { version: Digest, files: Vec<(String, Digest)>, }
    /// An API key exists; only the hash of its secret is kept.
    KeyCreated "key.created" {
        key_id: String, secret_hash: [u8; 32], role: Role, officer: Option<OfficerRef>,
        acts_for: Option<SubjectKey>, expires_on: Day,
    }
    /// An API key is void.
    KeyRevoked "key.revoked" { key_id: String, }
    /// A plugin may be called from here on.
    PluginDeployed "plugin.deployed" {
        name: String, version: String, sha256: Digest, department: String, measures: Vec<String>,
    }
    /// A plugin was told of every classification change up to a position.
    PluginTold "plugin.told" { plugin: String, through: Position, undelivered: Vec<Position>, }
    /// A guard refused a well-formed, authorised command; nothing else changed.
    GuardDenied "guard.denied" { command: String, target: String, guard: Guard, uncounted: u32, }

    /// A legal person or other organisation has a file (O07).
    SubjectRegistered "subject.registered" {
        kind: SubjectKind, name: Name, slot: u64, attestation: Option<Attestation>,
    }
    /// A natural person has a file under a random key (O48).
    PersonRegistered "person.registered" {
        name: Sealed, number: Sealed, slot: u64, capacity: Capacity,
    }
    /// A legacy code resolves to the file (O09).
    AliasLinked "subject.alias_linked" { kind: String, code: String, }

    /// A record was accepted under the collection directory (O11, O12).
    RecordAccepted "record.accepted" {
        item: String, class: RecordClass, openness: Openness, polarity: Polarity,
        severity: Option<Severity>, provider: Uscc, document_number: String, document_date: Day,
        document_sha256: Option<Digest>, content: Option<Sealed>, published: bool,
        publicity_until: Option<Day>, notified: Option<Service>,
    }
    /// A record was void from the start, or its document was revoked.
    RecordAnnulled "record.annulled" { record: RecordId, reasons: Sealed, }
    /// A repair ended the record's display, sharing and use.
    RecordRepaired "record.repaired" { record: RecordId, repair: RepairId, }
    /// The record's longest publicity period is over.
    RecordExpired "record.expired" { record: RecordId, }

    /// A competent officer proposed a black listing.
    ListingProposed "listing.proposed" {
        authority: Uscc, behaviour: String, basis: Vec<Citation>, facts: Vec<FactDocument>,
        records: Vec<RecordId>, act: Sealed, decide_by: Deadline, cap: Day,
    }
    /// A competent officer proposed that a person answers for a listed organisation's conduct.
    AttributionProposed "attribution.proposed" {
        listing: ListingId, authority: Uscc, role: PersonRole, basis: Vec<Citation>,
        facts: Vec<FactDocument>, finding: Sealed, decide_by: Deadline, cap: Day,
        office_from: Day, office_to: Option<Day>, acted_on: Day,
    }
    /// The pre-decision notice was served (G-NOTICE). The window runs from the day of this event,
    /// not from an earlier day of service.
    NoticeServed "prenotice.served" {
        case: CaseRef, facts: Sealed, reasons: Sealed, measures: Vec<NamedMeasure>,
        hearing_offered: bool, document_sha256: Digest, service: Service, window: Deadline,
    }
    /// The party stated its case, in numbered points.
    StatementReceived "statement.received" {
        case: CaseRef, points: Vec<Sealed>, hearing_requested: bool, received_on: Day,
        document_sha256: Option<Digest>,
    }
    /// The party waived its statement in writing.
    StatementWaived "statement.waived" { case: CaseRef, document_sha256: Digest, }
    /// The statement period passed in silence.
    StatementWindowClosed "statement.window_closed" { case: CaseRef, }
    /// A hearing was held by an officer who is not on the case.
    HearingHeld "hearing.held" { case: CaseRef, record_sha256: Digest, summary: Sealed, }
    /// The head of the authority decided.
    CaseDecided "listing.decided" {
        case: CaseRef, document_number: String, document_sha256: Digest, facts: Sealed,
        reasons: Sealed, answers: Vec<Sealed>, measures: Vec<NamedMeasure>, end: Day,
        removal_conditions: Sealed, remedies: Sealed,
    }
    /// The head decided that there will be no listing.
    CaseNotDecided "listing.not_decided" { case: CaseRef, reasons: Sealed, }
    /// The proposer dropped the case.
    CaseDropped "listing.dropped" { case: CaseRef, reasons: Sealed, }
    /// The decision and the repair guide were served together (两书同达). The standstill runs from
    /// the day of this event, not from an earlier day of service.
    DecisionServed "decision.served" {
        case: CaseRef, service: Service, repair_guide_sha256: Digest, starts_on: Day,
    }
    /// The standstill is over; the served decision has effect from its own date.
    CaseTookEffect "listing.took_effect" { case: CaseRef, published: bool, }
    /// A repair removed it.
    CaseRemoved "listing.removed" { case: CaseRef, repair: RepairId, }
    /// Its end date passed.
    CaseExpired "listing.expired" { case: CaseRef, }
    /// It was void: an objection was upheld, or what it rested on was annulled.
    CaseAnnulled "listing.annulled" { case: CaseRef, reasons: Option<Sealed>, }

    /// Somebody was nominated for the red list.
    ListingNominated "listing.nominated" {
        authority: Uscc, source: NominationSource, merits: Sealed, basis: Vec<Citation>,
        consent_sha256: Option<Digest>,
    }
    /// The facts were checked: no black entry, no open adverse record.
    NominationChecked "listing.checked" {
        listing: ListingId, adverse_records: Vec<RecordId>, black: Vec<CaseRef>,
    }
    /// The public notice of a nomination opened.
    PublicNoticeOpened "public_notice.opened" { listing: ListingId, ends_on: Day, }
    /// The head decided the red listing, which has effect from this day.
    RedListingDecided "red_listing.decided" {
        listing: ListingId, document_number: String, document_sha256: Digest, reasons: Sealed,
        until: Day, published: bool,
    }
    /// The subject withdrew, or the head refused the nomination.
    RedListingClosed "red_listing.closed" { listing: ListingId, reasons: Sealed, }

    /// What is in force on the subject changed.
    ClassificationChanged "classification.changed" { in_force: Vec<Mark>, }

    /// A measure case was opened on a served decision.
    MeasureInitiated "measure.initiated" {
        listing: ListingId, attribution: Option<AttributionId>, measure: String,
        department: String, basis: Vec<Citation>, reasons: Sealed, until: Day,
        court_document: Option<FactDocument>, decision_number: String, incentive: bool,
    }
    /// The subject was told of the measure, its basis, remedies and how it ends.
    MeasureNoticeServed "measure.notice_served" {
        measure: MeasureId, reasons: Sealed, remedies: Sealed, document_sha256: Digest,
        service: Service,
    }
    /// The case went to the implementing department.
    MeasureDispatched "measure.dispatched" { measure: MeasureId, respond_by: Deadline, }
    /// An officer of the department accepted it.
    MeasureAccepted "measure.accepted" { measure: MeasureId, }
    /// The department declined, with reason or, for a mandatory measure, legal ground.
    MeasureDeclined "measure.declined" {
        measure: MeasureId, reasons: Sealed, legal_ground: Option<Citation>,
    }
    /// An officer of the department ordered the execution.
    ExecutionOrdered "execution.ordered" { measure: MeasureId, plugin: Option<String>, }
    /// The measure has been carried out.
    MeasureExecuted "measure.executed" { measure: MeasureId, reference: String, }
    /// An attempt to carry it out failed.
    ExecutionFailed "execution.failed" {
        measure: MeasureId, fault: CallFault, detail: Sealed, attempt: u32, final_attempt: bool,
    }
    /// A plugin confirmed that the effect is suspended.
    SuspensionConfirmed "measure.suspension_confirmed" { measure: MeasureId, }
    /// A plugin confirmed that the measure has effect again.
    ResumptionConfirmed "measure.resumption_confirmed" { measure: MeasureId, }
    /// The measure was lifted.
    MeasureLifted "measure.lifted" { measure: MeasureId, reference: String, }
    /// A suspension, resumption or end has not reached the department's system yet.
    DeliveryFailed "delivery.failed" {
        measure: MeasureId, hook: CaseHook, fault: CallFault, detail: Sealed, attempt: u32,
    }
    /// The department reported what it did.
    FeedbackFiled "feedback.filed" {
        measure: MeasureId, result: Sealed, effect: Sealed, document_sha256: Option<Digest>,
        of_lift: bool,
    }
    /// The department did not answer in time; for the assessment only.
    ResponseOverdue "measure.response_overdue" { measure: MeasureId, }
    /// An objection to this one measure was upheld.
    MeasureAnnulled "measure.annulled" { measure: MeasureId, reasons: Sealed, }
    /// The measure's own end date passed before that of its listing.
    MeasureExpired "measure.expired" { measure: MeasureId, }
    /// Every department's system has confirmed what followed from a change of the parent.
    FamilySettled "family.settled" { cause: Position, root: Target, }

    /// An objection was filed; what rests on its target is suspended in the same commit.
    ObjectionFiled "objection.filed" {
        target: Target, trigger: Trigger, grounds: Vec<ObjectionGround>, statement: Sealed,
        evidence: Vec<Digest>, suspends: bool, accept_by: Deadline, provider: Uscc,
    }
    /// The formal check passed, or its day passed in silence.
    ObjectionAccepted "objection.accepted" { objection: ObjectionId, silent: bool, }
    /// The formal check refused it, with served reasons.
    ObjectionRefused "objection.refused" {
        objection: ObjectionId, reasons: Sealed, service: Service,
    }
    /// It was referred to the provider, who has to verify by the day stated.
    ObjectionReferred "objection.referred" {
        objection: ObjectionId, received_on: Day, verify_by: Deadline,
    }
    /// The provider did not report in time; everything stays suspended.
    ObjectionOverdue "objection.overdue" { objection: ObjectionId, }
    /// The provider reported what it found.
    VerificationReported "verification.reported" {
        objection: ObjectionId, finding: Finding, reasons: Sealed, evidence: Vec<Digest>,
    }
    /// The result was served; the suspension ends, or the thing was annulled in this commit.
    ObjectionResolved "objection.resolved" {
        objection: ObjectionId, upheld: bool, reasons: Sealed, service: Service,
    }
    /// The provider has to restore the subject's reputation (O67).
    RedressOpened "redress.opened" { objection: ObjectionId, provider: Uscc, }
    /// Retractions, corrections and apology are done.
    RedressCompleted "redress.completed" {
        objection: ObjectionId, account: Sealed, evidence: Vec<Digest>,
    }

    /// Repair was applied for, free of charge.
    RepairApplied "repair.applied" {
        listing: ListingId, proof_sha256: Vec<Digest>, commitment_sha256: Digest,
        statement: Sealed, accept_by: Deadline, decide_by: Deadline,
    }
    /// The formal check of the application.
    RepairAcceptDecided "repair.accept_decided" {
        repair: RepairId, outcome: RepairAcceptance,
    }
    /// The head approved; what rests on the listing ends in this commit.
    RepairApproved "repair.approved" {
        repair: RepairId, document_number: String, document_sha256: Digest, reasons: Sealed,
        service: Service,
    }
    /// The head refused, with reasons and remedies.
    RepairRefused "repair.refused" { repair: RepairId, reasons: Sealed, service: Service, }
    /// Every measure that rested on the listing is lifted and fed back.
    RepairDone "repair.done" { repair: RepairId, }
}
groups {
    /// Of a record after it was accepted.
    Record(record::RecordEvent),
    /// Of a listing beside its decision path.
    Listing(listing::ListingEvent),
    /// Of a measure beyond the county.
    Measure(measure::MeasureEvent),
    /// Of a remedy.
    Remedy(remedy::RemedyEvent),
    /// Of a channel.
    Channel(channel::ChannelEvent),
    /// Double publicity of permits and penalties.
    Publicity(publicity::PublicityEvent),
    /// Of the calendar.
    Calendar(calendar::CalendarEvent),
    /// The assessment of departments.
    Assessment(assessment::AssessmentEvent),
    /// The joint catalogue and implementing documents.
    Catalogue(catalogue::CatalogueEvent),
    /// Of a commitment.
    Commitment(commitment::CommitmentEvent),
    /// Of a credit review.
    CreditReview(credit_review::CreditReviewEvent),
    /// Of a tolerant acceptance.
    Tolerance(tolerance::ToleranceEvent),
    /// Of a classification made elsewhere.
    Imported(imported::ImportedEvent),
    /// Of a typical case.
    CaseStudy(case_study::CaseStudyEvent),
    /// Of an association's file about a member.
    Member(member::MemberEvent),
    /// Of the support of public-interest litigation.
    Support(support::SupportEvent),
    /// Of the erasure of a file.
    Erasure(erasure::ErasureEvent),
    /// Of a refusal by no guard.
    Refusal(refusal::RefusalEvent),
    /// Of a job over everything that runs.
    Job(job::JobEvent),
    /// Of a plugin after it was deployed.
    Plugin(plugin::PluginEvent),
    /// Of a natural person's file after it was opened.
    Person(person::PersonEvent),
    /// Of a subject's authorisation.
    Authorisation(authorisation::AuthorisationEvent),
    /// Of what stands at the head of any file.
    File(file::FileEvent),
    /// Of a case's way to its plugin.
    Delivery(delivery::DeliveryEvent),
}
}
