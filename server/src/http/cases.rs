//! Writes on the decision path: black listings and attributions, and the red list.

use serde::Deserialize;
use shouxin_core::actor::{Role, SubjectKey};
use shouxin_core::command::Command;
use shouxin_core::event::{CaseRef, NominationSource, PersonRole};
use shouxin_core::id::{Position, RecordId};
use shouxin_core::row::{Index, Key, Row};
use shouxin_core::time::Day;
use utoipa::ToSchema;

use crate::engine::Engine;
use crate::engine::query::Query;
use crate::http::edge::{
    CitationBody, Edge, FactBody, Hex32, NamedMeasureBody, ServiceBody, citations, id, subject_key,
};
use crate::http::problem::{Code, Problem};
use crate::http::words;
use crate::http::write::{Creates, Write};

const OFFICERS: &[Role] = &[Role::Department, Role::Provider, Role::CreditOffice];
const OFFICERS_AND_SUBJECT: &[Role] =
    &[Role::Department, Role::Provider, Role::CreditOffice, Role::Subject];

/// `L-...` or `A-...`: both run the same path.
pub(crate) fn case(text: &str) -> Result<CaseRef, Problem> {
    match text.starts_with('A') {
        true => id(text).map(CaseRef::Attribution),
        false => id(text).map(CaseRef::Listing),
    }
}

/// 拟列入: a competent officer proposes a black listing.
/// Source: domain.md O02, O04, O21, O36, O52, B1.1..B4.7.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ProposeListing {
    subject: String,
    behaviour: String,
    basis: Vec<CitationBody>,
    facts: Vec<FactBody>,
    #[serde(default)]
    records: Vec<String>,
    act: String,
}

impl Write for ProposeListing {
    const LABEL: &'static str = "listings.propose";
    const ROLES: &'static [Role] = OFFICERS;
    const CREATES: Creates = Some(("L", &["listing.proposed"]));

    fn command(self, _: &str, edge: &Edge<'_>) -> Result<Command, Problem> {
        let subject = subject_key(&self.subject)?;
        Ok(Command::ProposeListing {
            subject,
            behaviour: self.behaviour,
            basis: citations(self.basis),
            facts: edge.facts(self.facts)?,
            records: self.records.iter().map(|text| id(text)).collect::<Result<_, _>>()?,
            act: edge.seal(subject, &self.act)?,
        })
    }
}

/// 落实到人: that a person answers for a listed organisation's conduct.
/// Source: domain.md O49.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ProposeAttribution {
    listing: String,
    person: String,
    #[schema(schema_with = words::of::<PersonRole>)]
    role: PersonRole,
    basis: Vec<CitationBody>,
    facts: Vec<FactBody>,
    /// The person's own records on which it rests: each of which a document is that of.
    #[serde(default)]
    records: Vec<String>,
    finding: String,
    /// First day in the role.
    #[schema(value_type = String, format = Date)]
    office_from: Day,
    /// Last day in it; left out where the person still holds it.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Date)]
    office_to: Option<Day>,
    /// Day of the act that the documents establish.
    #[schema(value_type = String, format = Date)]
    acted_on: Day,
}

impl Write for ProposeAttribution {
    const LABEL: &'static str = "attributions.propose";
    const ROLES: &'static [Role] = OFFICERS;
    const CREATES: Creates = Some(("A", &["attribution.proposed"]));

    fn command(self, _: &str, edge: &Edge<'_>) -> Result<Command, Problem> {
        let person = subject_key(&self.person)?;
        Ok(Command::ProposeAttribution {
            listing: id(&self.listing)?,
            person,
            role: self.role,
            basis: citations(self.basis),
            facts: edge.facts(self.facts)?,
            records: self.records.iter().map(|text| id(text)).collect::<Result<_, _>>()?,
            finding: edge.seal(person, &self.finding)?,
            office_from: self.office_from,
            office_to: self.office_to,
            acted_on: self.acted_on,
        })
    }
}

/// 事先告知: facts, reasons, basis, measures and rights, served.
/// Source: domain.md O59.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ServeNotice {
    facts: String,
    reasons: String,
    #[serde(default)]
    measures: Vec<NamedMeasureBody>,
    #[serde(default)]
    hearing_offered: bool,
    rights_stated: bool,
    document_sha256: Hex32,
    service: ServiceBody,
}

impl Write for ServeNotice {
    const LABEL: &'static str = "listings.notice";
    const ROLES: &'static [Role] = OFFICERS;

    fn command(self, path: &str, edge: &Edge<'_>) -> Result<Command, Problem> {
        let case = case(path)?;
        let subject = edge.subject_of(case)?;
        Ok(Command::ServeNotice {
            case,
            facts: edge.seal(subject, &self.facts)?,
            reasons: edge.seal(subject, &self.reasons)?,
            measures: edge.named(subject, self.measures)?,
            hearing_offered: self.hearing_offered,
            rights_stated: self.rights_stated,
            document_sha256: edge.document(subject, "document_sha256", self.document_sha256)?,
            service: edge.service(subject, self.service)?,
        })
    }
}

/// 陈述申辩: the party's points, or its written waiver.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Statement {
    #[serde(default)]
    points: Vec<String>,
    #[serde(default)]
    hearing_requested: bool,
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Date)]
    received_on: Option<Day>,
    /// Instead of points: the SHA-256 of the written waiver.
    #[serde(default)]
    waiver_sha256: Option<Hex32>,
    /// Where an officer takes it down: the party's written statement, or the signed record of what
    /// it said.
    #[serde(default)]
    document_sha256: Option<Hex32>,
}

impl Write for Statement {
    const LABEL: &'static str = "listings.statement";
    const ROLES: &'static [Role] = OFFICERS_AND_SUBJECT;

    fn command(self, path: &str, edge: &Edge<'_>) -> Result<Command, Problem> {
        let case = case(path)?;
        let subject = edge.subject_of(case)?;
        if let Some(waiver) = self.waiver_sha256 {
            // Who says something does not waive it: what was said would be lost unanswered, as would
            // a paper beside the waiver.
            if !self.points.is_empty() || self.hearing_requested || self.document_sha256.is_some() {
                return Err(statement_and_waiver());
            }
            let document_sha256 = edge.document(subject, "waiver_sha256", waiver)?;
            return Ok(Command::WaiveStatement { case, document_sha256 });
        }
        let today = edge.engine.clock.now().legal_date();
        Ok(Command::ReceiveStatement {
            case,
            points: edge.seal_all(subject, &self.points)?,
            hearing_requested: self.hearing_requested,
            received_on: self.received_on.unwrap_or(today),
            document_sha256: edge.document_if_any(
                subject,
                "document_sha256",
                self.document_sha256,
            )?,
        })
    }
}

/// A statement, or a request for a hearing, beside a waiver: neither may be passed over.
pub(crate) fn statement_and_waiver() -> Problem {
    Problem::new(
        Code::ValueInvalid,
        "陈述、听证请求与放弃陈述不能并存 / a statement and a waiver exclude each other",
        "请二选一 / send one of them",
    )
    .on("waiver_sha256")
}

/// 听证: held by an officer who is not on the case.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct HoldHearing {
    record_sha256: Hex32,
    summary: String,
}

impl Write for HoldHearing {
    const LABEL: &'static str = "listings.hearing";
    const ROLES: &'static [Role] = OFFICERS;

    fn command(self, path: &str, edge: &Edge<'_>) -> Result<Command, Problem> {
        let case = case(path)?;
        let subject = edge.subject_of(case)?;
        Ok(Command::HoldHearing {
            case,
            record_sha256: edge.document(subject, "record_sha256", self.record_sha256)?,
            summary: edge.seal(subject, &self.summary)?,
        })
    }
}

/// 列入决定: the head's decision, or the decision not to list.
/// Source: domain.md O02, O22, O58, T06.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DecideCase {
    document_number: String,
    document_sha256: Hex32,
    facts: String,
    reasons: String,
    #[serde(default)]
    answers: Vec<String>,
    #[serde(default)]
    measures: Vec<NamedMeasureBody>,
    #[schema(value_type = String, format = Date)]
    end: Day,
    removal_conditions: String,
    remedies: String,
}

impl Write for DecideCase {
    const LABEL: &'static str = "listings.decide";
    const ROLES: &'static [Role] = OFFICERS;

    fn command(self, path: &str, edge: &Edge<'_>) -> Result<Command, Problem> {
        let case = case(path)?;
        let subject = edge.subject_of(case)?;
        Ok(Command::DecideCase {
            case,
            document_number: self.document_number,
            document_sha256: edge.document(subject, "document_sha256", self.document_sha256)?,
            facts: edge.seal(subject, &self.facts)?,
            reasons: edge.seal(subject, &self.reasons)?,
            answers: edge.seal_all(subject, &self.answers)?,
            measures: edge.named(subject, self.measures)?,
            end: self.end,
            removal_conditions: edge.seal(subject, &self.removal_conditions)?,
            remedies: edge.seal(subject, &self.remedies)?,
        })
    }
}

/// Reasons alone.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Drop {
    reasons: String,
}

impl Write for Drop {
    const LABEL: &'static str = "listings.drop";
    const ROLES: &'static [Role] = OFFICERS;

    fn command(self, path: &str, edge: &Edge<'_>) -> Result<Command, Problem> {
        let case = case(path)?;
        let reasons = edge.seal(edge.subject_of(case)?, &self.reasons)?;
        Ok(Command::DropCase { case, reasons })
    }
}

/// 不予列入: the head decides against the listing.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NotDecide {
    reasons: String,
}

impl Write for NotDecide {
    const LABEL: &'static str = "listings.not_decide";
    const ROLES: &'static [Role] = OFFICERS;

    fn command(self, path: &str, edge: &Edge<'_>) -> Result<Command, Problem> {
        let case = case(path)?;
        let reasons = edge.seal(edge.subject_of(case)?, &self.reasons)?;
        Ok(Command::NotDecideCase { case, reasons })
    }
}

/// 两书同达: decision and repair guide served together.
/// Source: domain.md O22, O58.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ServeDecision {
    service: ServiceBody,
    repair_guide_sha256: Hex32,
}

impl Write for ServeDecision {
    const LABEL: &'static str = "listings.serve";
    const ROLES: &'static [Role] = OFFICERS;

    fn command(self, path: &str, edge: &Edge<'_>) -> Result<Command, Problem> {
        let case = case(path)?;
        let subject = edge.subject_of(case)?;
        let guide = self.repair_guide_sha256;
        Ok(Command::ServeDecision {
            case,
            service: edge.service(subject, self.service)?,
            repair_guide_sha256: edge.document(subject, "repair_guide_sha256", guide)?,
        })
    }
}

/// 诚信典型提名.
/// Source: domain.md O21, O27.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Nominate {
    subject: String,
    #[schema(schema_with = words::of::<NominationSource>)]
    source: NominationSource,
    merits: String,
    basis: Vec<CitationBody>,
    #[serde(default)]
    consent_sha256: Option<Hex32>,
}

impl Write for Nominate {
    const LABEL: &'static str = "nominations.nominate";
    const ROLES: &'static [Role] = OFFICERS;
    const CREATES: Creates = Some(("L", &["listing.nominated"]));

    fn command(self, _: &str, edge: &Edge<'_>) -> Result<Command, Problem> {
        let subject = subject_key(&self.subject)?;
        Ok(Command::Nominate {
            subject,
            source: self.source,
            merits: edge.seal(subject, &self.merits)?,
            basis: citations(self.basis),
            consent_sha256: edge.document_if_any(subject, "consent_sha256", self.consent_sha256)?,
        })
    }
}

/// Adverse records looked through for a nomination.
const ADVERSE_ROWS_MAX: usize = 1000;

/// Live adverse records of a subject, for the check of a nomination and its decision, and the version of the file in
/// which they were found. What only its provider may read counts like any other: who checks is a
/// named officer, and is told that something was found, never what.
fn open_adverse(
    engine: &Engine,
    subject: SubjectKey,
) -> Result<(Vec<RecordId>, Position), Problem> {
    let today = engine.clock.now().legal_date();
    let mut query = Query::new(engine.view.read());
    let looked_at = query.ask(|rows| Ok(rows.must_subject(subject)?.last))?;
    let entry = Index::StandingAdverse(subject, RecordId(Position::local(0)));
    let (positions, more) = query.page(&entry, None, ADVERSE_ROWS_MAX)?;
    let mut adverse = Vec::new();
    for position in positions {
        if let Some(Row::Record(row)) = query.row(&Key::Record(RecordId(position)))?
            && row.is_live(today)
        {
            adverse.push(row.id);
        }
    }
    // One that is open is enough; where so many are past their day and wait for their timer, nobody can tell.
    if more && adverse.is_empty() {
        return Err(Problem::new(
            Code::Limit,
            format!(
                "{ADVERSE_ROWS_MAX} 条以上不良记录已届满而未办结 / over {ADVERSE_ROWS_MAX} adverse records \
                 are past their last day and not closed yet"
            ),
            "请稍后重试 / the timers close them; try again then",
        ));
    }
    Ok((adverse, looked_at))
}

/// 核查: the register looks up the subject's open adverse records itself, whoever may read them; the
/// answer names none.
/// Source: domain.md O28.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CheckNomination {}

impl Write for CheckNomination {
    const LABEL: &'static str = "nominations.check";
    const ROLES: &'static [Role] = OFFICERS;

    fn command(self, path: &str, edge: &Edge<'_>) -> Result<Command, Problem> {
        let listing = id(path)?;
        let subject = edge.subject_of(CaseRef::Listing(listing))?;
        let (adverse_records, looked_at) = open_adverse(edge.engine, subject)?;
        Ok(Command::CheckNomination { listing, adverse_records, looked_at })
    }
}

/// 公示.
/// Source: domain.md O28.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OpenPublicNotice {}

impl Write for OpenPublicNotice {
    const LABEL: &'static str = "nominations.notice";
    const ROLES: &'static [Role] = OFFICERS;

    fn command(self, path: &str, _: &Edge<'_>) -> Result<Command, Problem> {
        Ok(Command::OpenPublicNotice { listing: id(path)? })
    }
}

/// 列入红名单: the register looks for open adverse records once more, because some may have come since
/// the check.
/// Source: domain.md O21, O28.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DecideRedListing {
    document_number: String,
    document_sha256: Hex32,
    reasons: String,
    #[schema(value_type = String, format = Date)]
    until: Day,
}

impl Write for DecideRedListing {
    const LABEL: &'static str = "nominations.decide";
    const ROLES: &'static [Role] = OFFICERS;

    fn command(self, path: &str, edge: &Edge<'_>) -> Result<Command, Problem> {
        let listing = id(path)?;
        let subject = edge.subject_of(CaseRef::Listing(listing))?;
        let (adverse_records, looked_at) = open_adverse(edge.engine, subject)?;
        Ok(Command::DecideRedListing {
            listing,
            adverse_records,
            looked_at,
            document_number: self.document_number,
            document_sha256: edge.document(subject, "document_sha256", self.document_sha256)?,
            reasons: edge.seal(subject, &self.reasons)?,
            until: self.until,
        })
    }
}

/// 退出红名单, by the subject, by an officer with its paper, or by the head.
/// Source: domain.md O22.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CloseRedListing {
    reasons: String,
    /// Where an officer takes down that the subject withdraws: its signed paper.
    #[serde(default)]
    document_sha256: Option<Hex32>,
}

impl Write for CloseRedListing {
    const LABEL: &'static str = "nominations.close";
    const ROLES: &'static [Role] = OFFICERS_AND_SUBJECT;

    fn command(self, path: &str, edge: &Edge<'_>) -> Result<Command, Problem> {
        let listing = id(path)?;
        let subject = edge.subject_of(CaseRef::Listing(listing))?;
        Ok(Command::CloseRedListing {
            listing,
            reasons: edge.seal(subject, &self.reasons)?,
            document_sha256: edge.document_if_any(
                subject,
                "document_sha256",
                self.document_sha256,
            )?,
        })
    }
}
