//! What can be asked of the register. A command carries everything `decide` cannot look up
//! itself: digests, sealed texts, slots and tags made at the edge.

pub mod assessment;
pub mod authorisation;
pub mod case_study;
pub mod catalogue;
pub mod channel;
pub mod commitment;
pub mod credit_review;
pub mod erasure;
pub mod imported;
pub mod listing;
pub mod measure;
pub mod member;
pub mod publicity;
pub mod remedy;
pub mod support;
pub mod tolerance;

use crate::actor::{OfficerRef, Role, SubjectKey};
use crate::event::person::CapacityGround;
use crate::event::plugin::Admission;
use crate::event::{
    Attestation, CallFault, Capacity, CaseHook, CaseRef, Finding, NamedMeasure, NominationSource,
    ObjectionGround, PersonRole, RepairAcceptance, Target, Trigger,
};
use crate::id::{ListingId, MeasureId, ObjectionId, Position, RecordId, RepairId};
use crate::row::{Due, Repairable};
use crate::rules::{Citation, Severity, SubjectKind};
use crate::text::{Digest, FactDocument, Name, Sealed, Service};
use crate::time::Day;

/// One organisation to register.
#[derive(Clone, Debug)]
#[allow(missing_docs, reason = "fields carry the names of `subject.registered`")]
pub struct NewSubject {
    pub key: SubjectKey,
    pub kind: SubjectKind,
    pub name: Name,
    pub slot: u64,
    pub attestation: Option<Attestation>,
}

/// One natural person to register.
#[derive(Clone, Debug)]
#[allow(missing_docs, reason = "fields carry the names of `person.registered`")]
pub struct NewPerson {
    pub key: SubjectKey,
    pub name: Sealed,
    pub number: Sealed,
    pub slot: u64,
    pub capacity: Capacity,
    /// HMAC of the number: never in an event, only used to find whether the person has a file.
    pub lookup: [u8; 32],
}

/// One record to accept.
#[derive(Clone, Debug)]
#[allow(missing_docs, reason = "fields carry the names of `record.accepted`")]
pub struct NewRecord {
    pub subject: SubjectKey,
    pub item: String,
    pub severity: Option<Severity>,
    pub document_number: String,
    pub document_date: Day,
    pub document_sha256: Option<Digest>,
    pub content: Option<Sealed>,
    /// Not to be shown, though the directory would have it shown.
    pub withheld: bool,
    /// Why a permit or penalty is withheld as private (O25); for other items the content says why.
    pub withheld_reason: Option<Sealed>,
    pub notified: Option<Service>,
    /// SHA-256 over provider, item, document number and subject, to find a duplicate.
    pub source: [u8; 32],
}

/// A command.
#[derive(Clone, Debug)]
#[allow(missing_docs, reason = "each command carries the fields of the event it asks for")]
pub enum Command {
    LoadRules {
        version: Digest,
        files: Vec<(String, Digest)>,
    },
    CreateKey {
        key_id: String,
        secret_hash: [u8; 32],
        role: Role,
        officer: Option<OfficerRef>,
        acts_for: Option<SubjectKey>,
        expires_on: Day,
    },
    RevokeKey {
        key_id: String,
    },
    DeployPlugin {
        name: String,
        version: String,
        sha256: Digest,
        department: String,
        measures: Vec<String>,
        admission: Admission,
    },
    /// Every deployed plugin but these is called no more.
    RetirePlugins {
        running: Vec<String>,
    },
    PluginTold {
        plugin: String,
        through: Position,
        undelivered: Vec<Position>,
    },
    /// A version beside the live one, which gets the same calls and whose answers are only compared.
    ShadowPlugin {
        name: String,
        version: String,
        sha256: Digest,
        department: String,
        measures: Vec<String>,
        admission: Admission,
    },
    /// The version in the shadow becomes live. It is told of the classification changes after `from`:
    /// by default of those of which the live one was not, or none of the past where there was none.
    PromotePlugin {
        name: String,
        from: Option<Position>,
    },
    DropShadow {
        name: String,
        reason: String,
    },
    RollBackPlugin {
        name: String,
        reason: String,
    },
    PausePlugin {
        name: String,
        reason: String,
    },
    /// Ends a pause, or says that a plugin whose breaker had opened is called again.
    ResumePlugin {
        name: String,
    },
    RemovePlugin {
        name: String,
        reason: String,
    },
    /// A classification change that had not reached the plugin did.
    PluginToldLate {
        plugin: String,
        at: Position,
    },
    SkipUntold {
        plugin: String,
        at: Position,
        reason: String,
    },
    /// The plugin removed what it kept of every file that was erased up to a position.
    PluginForgot {
        plugin: String,
        through: Position,
    },
    /// What a plugin gave up goes to it again, under the same order.
    RetryDeadLetter {
        measure: MeasureId,
    },
    SkipDeadLetter {
        measure: MeasureId,
        reasons: Sealed,
    },
    HandDeadLetter {
        measure: MeasureId,
        reasons: Sealed,
    },

    RegisterSubjects {
        subjects: Vec<NewSubject>,
    },
    RegisterPersons {
        persons: Vec<NewPerson>,
    },
    /// A person's civil capacity is stated anew: the person came of age, a court found otherwise, or what
    /// was registered was wrong.
    StateCapacity {
        person: SubjectKey,
        capacity: Capacity,
        ground: CapacityGround,
        document_number: String,
        document_sha256: Digest,
    },
    /// A subject bears another name: the register or the civil registry changed it.
    RenameSubject {
        subject: SubjectKey,
        name: Name,
        document_number: String,
        document_sha256: Digest,
    },
    LinkAlias {
        subject: SubjectKey,
        kind: String,
        code: String,
    },

    SubmitRecords {
        records: Vec<NewRecord>,
    },
    AnnulRecord {
        record: RecordId,
        reasons: Sealed,
    },
    /// The provider corrects its own record; a correction never weighs more than what it corrects.
    CorrectRecord {
        record: RecordId,
        document_number: String,
        document_date: Day,
        document_sha256: Option<Digest>,
        content: Option<Sealed>,
        severity: Option<Severity>,
        reasons: Sealed,
    },
    EndDisplay {
        record: RecordId,
        reasons: Sealed,
    },

    ProposeListing {
        subject: SubjectKey,
        behaviour: String,
        basis: Vec<Citation>,
        facts: Vec<FactDocument>,
        records: Vec<RecordId>,
        act: Sealed,
    },
    ProposeAttribution {
        listing: ListingId,
        person: SubjectKey,
        role: PersonRole,
        basis: Vec<Citation>,
        facts: Vec<FactDocument>,
        /// The person's own, on which it rests.
        records: Vec<RecordId>,
        finding: Sealed,
        /// First day in the role.
        office_from: Day,
        /// Last day in it; none where the person still holds it.
        office_to: Option<Day>,
        /// Day of the act that the documents establish.
        acted_on: Day,
    },
    ServeNotice {
        case: CaseRef,
        facts: Sealed,
        reasons: Sealed,
        measures: Vec<NamedMeasure>,
        hearing_offered: bool,
        rights_stated: bool,
        document_sha256: Digest,
        service: Service,
    },
    ReceiveStatement {
        case: CaseRef,
        points: Vec<Sealed>,
        hearing_requested: bool,
        received_on: Day,
        /// The party's own, where an officer takes down what it said.
        document_sha256: Option<Digest>,
    },
    WaiveStatement {
        case: CaseRef,
        document_sha256: Digest,
    },
    HoldHearing {
        case: CaseRef,
        record_sha256: Digest,
        summary: Sealed,
    },
    DecideCase {
        case: CaseRef,
        document_number: String,
        document_sha256: Digest,
        facts: Sealed,
        reasons: Sealed,
        answers: Vec<Sealed>,
        measures: Vec<NamedMeasure>,
        end: Day,
        removal_conditions: Sealed,
        remedies: Sealed,
    },
    NotDecideCase {
        case: CaseRef,
        reasons: Sealed,
    },
    DropCase {
        case: CaseRef,
        reasons: Sealed,
    },
    ServeDecision {
        case: CaseRef,
        service: Service,
        repair_guide_sha256: Digest,
    },

    Nominate {
        subject: SubjectKey,
        source: NominationSource,
        merits: Sealed,
        basis: Vec<Citation>,
        consent_sha256: Option<Digest>,
    },
    CheckNomination {
        listing: ListingId,
        /// What the file holds that still counts, whoever may read it.
        adverse_records: Vec<RecordId>,
        /// The version of the file in which they were looked for.
        looked_at: Position,
    },
    OpenPublicNotice {
        listing: ListingId,
    },
    DecideRedListing {
        listing: ListingId,
        /// What the file holds that still counts, looked for once more.
        adverse_records: Vec<RecordId>,
        /// The version of the file in which they were looked for.
        looked_at: Position,
        document_number: String,
        document_sha256: Digest,
        reasons: Sealed,
        until: Day,
    },
    CloseRedListing {
        listing: ListingId,
        reasons: Sealed,
        /// The subject's own, where an officer takes down that it withdraws.
        document_sha256: Option<Digest>,
    },

    InitiateMeasure {
        listing: ListingId,
        attribution: Option<crate::id::AttributionId>,
        measure: String,
        department: String,
        basis: Vec<Citation>,
        reasons: Sealed,
        until: Day,
        court_document: Option<FactDocument>,
    },
    ServeMeasureNotice {
        measure: MeasureId,
        reasons: Sealed,
        remedies: Sealed,
        document_sha256: Digest,
        service: Service,
    },
    DispatchMeasure {
        measure: MeasureId,
    },
    AcceptMeasure {
        measure: MeasureId,
    },
    DeclineMeasure {
        measure: MeasureId,
        reasons: Sealed,
        legal_ground: Option<Citation>,
    },
    ExecuteMeasure {
        measure: MeasureId,
    },
    /// An officer of the department carried it out, suspended, resumed or lifted it.
    ConfirmByHand {
        measure: MeasureId,
        hook: CaseHook,
        reference: String,
    },
    PluginDone {
        measure: MeasureId,
        hook: CaseHook,
        order: Position,
        reference: String,
    },
    PluginFailed {
        measure: MeasureId,
        hook: CaseHook,
        order: Position,
        fault: CallFault,
        detail: Sealed,
        attempt: u32,
        final_attempt: bool,
    },
    FileFeedback {
        measure: MeasureId,
        result: Sealed,
        effect: Sealed,
        document_sha256: Option<Digest>,
    },
    SettleFamily {
        cause: Position,
        root: Target,
    },

    FileObjection {
        target: Target,
        trigger: Trigger,
        grounds: Vec<ObjectionGround>,
        statement: Sealed,
        evidence: Vec<Digest>,
        new_facts: bool,
    },
    AcceptObjection {
        objection: ObjectionId,
    },
    RefuseObjection {
        objection: ObjectionId,
        reasons: Sealed,
        service: Service,
    },
    ReferObjection {
        objection: ObjectionId,
        received_on: Day,
    },
    ReportVerification {
        objection: ObjectionId,
        finding: Finding,
        reasons: Sealed,
        evidence: Vec<Digest>,
    },
    ResolveObjection {
        objection: ObjectionId,
        reasons: Sealed,
        service: Service,
    },
    CompleteRedress {
        objection: ObjectionId,
        account: Sealed,
        evidence: Vec<Digest>,
    },

    ApplyForRepair {
        of: Repairable,
        proof_sha256: Vec<Digest>,
        commitment_sha256: Digest,
        statement: Sealed,
    },
    DecideRepairAcceptance {
        repair: RepairId,
        outcome: RepairAcceptance,
    },
    ApproveRepair {
        repair: RepairId,
        document_number: String,
        document_sha256: Digest,
        reasons: Sealed,
        service: Service,
    },
    RefuseRepair {
        repair: RepairId,
        reasons: Sealed,
        service: Service,
    },

    /// About a listing beside its decision path.
    Listing(listing::ListingCommand),
    /// About a measure beyond the county.
    Measure(measure::MeasureCommand),
    /// About a remedy.
    Remedy(remedy::RemedyCommand),
    /// About a channel.
    Channel(channel::ChannelCommand),
    /// A newer calendar counts a provisional deadline anew.
    Recompute(crate::event::calendar::Clock),
    /// A version of the rules that has come into force ends a burden earlier.
    Shorten(crate::row::Due),
    /// A job has looked at everything that runs; it was begun under the version of that day.
    FinishJob {
        job: crate::event::job::Job,
        in_force_from: Day,
    },
    /// About a commitment.
    Commitment(commitment::CommitmentCommand),
    /// About a credit review.
    CreditReview(credit_review::CreditReviewCommand),
    /// About a tolerant acceptance.
    Tolerance(tolerance::ToleranceCommand),
    /// Every confirmation is there: an objection or a repair closes.
    Close(crate::row::Closing),
    /// Double publicity of permits and penalties.
    Publicity(publicity::PublicityCommand),
    /// A classification made elsewhere.
    Imported(imported::ImportedCommand),
    /// A typical case.
    CaseStudy(case_study::CaseStudyCommand),
    /// About the support of public-interest litigation.
    Support(support::SupportCommand),
    /// About the erasure of a file.
    Erasure(erasure::ErasureCommand),
    Authorisation(authorisation::AuthorisationCommand),
    /// An association's file about a member.
    Member(member::MemberCommand),

    /// A timer looks at what is due (design.md 1: it may end, mark, escalate, and start what a
    /// served decision fixed).
    Tick {
        due: Due,
    },
    /// The record of a refusal, written by the engine itself.
    RecordDenial {
        command: String,
        target: String,
        ground: crate::guard::RecordedGround,
        uncounted: u32,
    },

    /// The assessment of departments.
    Assessment(assessment::AssessmentCommand),
    /// The joint catalogue and implementing documents.
    Catalogue(catalogue::CatalogueCommand),
}
