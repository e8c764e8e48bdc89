//! Writes by which a subject is protected: objections, redress, repair.

use serde::Deserialize;
use shouxin_core::actor::Role;
use shouxin_core::command::Command;
use shouxin_core::event::{Finding, ObjectionGround, RepairAcceptance, Trigger};
use shouxin_core::row::Repairable;
use shouxin_core::time::Day;
use utoipa::ToSchema;

use crate::http::edge::{Edge, Hex32, ServiceBody, id, target};
use crate::http::problem::{Code, Problem};
use crate::http::words;
use crate::http::write::{Creates, Write};

const OFFICERS: &[Role] = &[Role::Department, Role::Provider, Role::CreditOffice];
const OFFICERS_AND_SUBJECT: &[Role] =
    &[Role::Department, Role::Provider, Role::CreditOffice, Role::Subject];

/// 异议: suspends what it is about in the commit that records it.
/// Source: domain.md O53, O61, O64.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FileObjection {
    target: String,
    #[schema(schema_with = words::of::<Trigger>)]
    trigger: Trigger,
    #[schema(schema_with = words::list_of::<ObjectionGround>)]
    grounds: Vec<ObjectionGround>,
    statement: String,
    /// An officer who files for the subject (`trigger` is `subject`) attaches what it signed.
    #[serde(default)]
    evidence: Vec<Hex32>,
    /// What was rejected before on the same ground needs new facts, and evidence of them, to suspend.
    #[serde(default)]
    new_facts: bool,
}

impl Write for FileObjection {
    const LABEL: &'static str = "objections.file";
    const ROLES: &'static [Role] = OFFICERS_AND_SUBJECT;
    const CREATES: Creates = Some(("O", &["objection.filed"]));

    fn command(self, _: &str, edge: &Edge<'_>) -> Result<Command, Problem> {
        let target = target(&self.target)?;
        let subject = edge.subject_of_target(target)?;
        Ok(Command::FileObjection {
            target,
            trigger: self.trigger,
            grounds: self.grounds,
            statement: edge.seal(subject, &self.statement)?,
            evidence: edge.documents(subject, "evidence", self.evidence)?,
            new_facts: self.new_facts,
        })
    }
}

/// 受理.
/// Source: domain.md O61.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AcceptObjection {}

impl Write for AcceptObjection {
    const LABEL: &'static str = "objections.accept";
    const ROLES: &'static [Role] = OFFICERS;

    fn command(self, path: &str, _: &Edge<'_>) -> Result<Command, Problem> {
        Ok(Command::AcceptObjection { objection: id(path)? })
    }
}

/// 不予受理, with served reasons: by the credit office, never by the unit whose act is disputed.
/// Source: domain.md O61, O64.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RefuseObjection {
    reasons: String,
    service: ServiceBody,
}

impl Write for RefuseObjection {
    const LABEL: &'static str = "objections.refuse";
    const ROLES: &'static [Role] = &[Role::CreditOffice];

    fn command(self, path: &str, edge: &Edge<'_>) -> Result<Command, Problem> {
        let objection = id(path)?;
        let subject = edge.subject_of_objection(objection)?;
        let reasons = edge.seal(subject, &self.reasons)?;
        let service = edge.service(subject, self.service)?;
        Ok(Command::RefuseObjection { objection, reasons, service })
    }
}

/// 转交信息提供单位核实: 20 working days from its receipt.
/// Source: domain.md O62, T01, T02.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReferObjection {
    #[schema(value_type = String, format = Date)]
    received_on: Day,
}

impl Write for ReferObjection {
    const LABEL: &'static str = "objections.refer";
    const ROLES: &'static [Role] = &[Role::CreditOffice];

    fn command(self, path: &str, _: &Edge<'_>) -> Result<Command, Problem> {
        Ok(Command::ReferObjection { objection: id(path)?, received_on: self.received_on })
    }
}

/// 核实反馈.
/// Source: domain.md O63, O66, T01.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReportVerification {
    #[schema(schema_with = words::of::<Finding>)]
    finding: Finding,
    reasons: String,
    #[serde(default)]
    evidence: Vec<Hex32>,
}

impl Write for ReportVerification {
    const LABEL: &'static str = "objections.verification";
    const ROLES: &'static [Role] = OFFICERS;

    fn command(self, path: &str, edge: &Edge<'_>) -> Result<Command, Problem> {
        let objection = id(path)?;
        let subject = edge.subject_of_objection(objection)?;
        Ok(Command::ReportVerification {
            objection,
            finding: self.finding,
            reasons: edge.seal(subject, &self.reasons)?,
            evidence: edge.documents(subject, "evidence", self.evidence)?,
        })
    }
}

/// 办结并送达: resumes, or annuls and opens redress, as the verification found.
/// Source: domain.md O64, O65.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ResolveObjection {
    reasons: String,
    service: ServiceBody,
}

impl Write for ResolveObjection {
    const LABEL: &'static str = "objections.resolve";
    const ROLES: &'static [Role] = &[Role::CreditOffice];

    fn command(self, path: &str, edge: &Edge<'_>) -> Result<Command, Problem> {
        let objection = id(path)?;
        let subject = edge.subject_of_objection(objection)?;
        let reasons = edge.seal(subject, &self.reasons)?;
        let service = edge.service(subject, self.service)?;
        Ok(Command::ResolveObjection { objection, reasons, service })
    }
}

/// 恢复信誉: retractions, corrections, apology done.
/// Source: domain.md O67.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CompleteRedress {
    account: String,
    #[serde(default)]
    evidence: Vec<Hex32>,
}

impl Write for CompleteRedress {
    const LABEL: &'static str = "redress.complete";
    const ROLES: &'static [Role] = OFFICERS;

    fn command(self, path: &str, edge: &Edge<'_>) -> Result<Command, Problem> {
        let objection = id(path)?;
        let subject = edge.subject_of_objection(objection)?;
        Ok(Command::CompleteRedress {
            objection,
            account: edge.seal(subject, &self.account)?,
            evidence: edge.documents(subject, "evidence", self.evidence)?,
        })
    }
}

/// 信用修复申请, free of charge: of a listing, of a record that no listing rests on, of a served
/// finding of breach, or of what a person answers for.
/// Source: domain.md O53, O60, T07, 4.4.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ApplyForRepair {
    listing: Option<String>,
    record: Option<String>,
    commitment: Option<String>,
    attribution: Option<String>,
    proof_sha256: Vec<Hex32>,
    commitment_sha256: Hex32,
    statement: String,
}

impl Write for ApplyForRepair {
    const LABEL: &'static str = "repairs.apply";
    const ROLES: &'static [Role] = OFFICERS_AND_SUBJECT;
    const CREATES: Creates = Some((
        "X",
        &[
            "repair.applied",
            "repair.record_applied",
            "repair.breach_applied",
            "repair.attribution_applied",
        ],
    ));

    fn command(self, _: &str, edge: &Edge<'_>) -> Result<Command, Problem> {
        let of = match (&self.listing, &self.record, &self.commitment, &self.attribution) {
            (Some(listing), None, None, None) => Repairable::Listing(id(listing)?),
            (None, Some(record), None, None) => Repairable::Record(id(record)?),
            (None, None, Some(commitment), None) => Repairable::Commitment(id(commitment)?),
            (None, None, None, Some(attribution)) => Repairable::Attribution(id(attribution)?),
            _ => {
                return Err(Problem::new(
                    Code::ValueInvalid,
                    "须填写 listing、record、commitment、attribution 之一 / \
                     give one of listing, record, commitment, attribution",
                    "记录支持名单的，请填写名单 / where a listing rests on the record, give the listing",
                )
                .on("listing"));
            }
        };
        let subject = edge.subject_of_target(of.target())?;
        Ok(Command::ApplyForRepair {
            of,
            proof_sha256: edge.documents(subject, "proof_sha256", self.proof_sha256)?,
            commitment_sha256: edge.document(
                subject,
                "commitment_sha256",
                self.commitment_sha256,
            )?,
            statement: edge.seal(subject, &self.statement)?,
        })
    }
}

/// What the formal check of an application comes to.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AcceptanceOutcome {
    /// 受理
    Accepted,
    /// 补正
    Returned,
    /// 不予受理
    NotAccepted,
}

/// 受理、补正或不予受理.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AcceptRepair {
    outcome: AcceptanceOutcome,
    #[serde(default)]
    reasons: String,
}

impl Write for AcceptRepair {
    const LABEL: &'static str = "repairs.accept";
    const ROLES: &'static [Role] = OFFICERS;

    fn command(self, path: &str, edge: &Edge<'_>) -> Result<Command, Problem> {
        let repair = id(path)?;
        let sealed = || edge.seal(edge.subject_of_repair(repair)?, &self.reasons);
        let outcome = match self.outcome {
            AcceptanceOutcome::Accepted => RepairAcceptance::Accepted,
            AcceptanceOutcome::Returned => RepairAcceptance::Returned(sealed()?),
            AcceptanceOutcome::NotAccepted => RepairAcceptance::NotAccepted(sealed()?),
        };
        Ok(Command::DecideRepairAcceptance { repair, outcome })
    }
}

/// 准予或不予修复, by the head.
/// Source: domain.md O60.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DecideRepair {
    approved: bool,
    #[serde(default)]
    document_number: String,
    #[serde(default)]
    document_sha256: Option<Hex32>,
    reasons: String,
    service: ServiceBody,
}

impl Write for DecideRepair {
    const LABEL: &'static str = "repairs.decide";
    const ROLES: &'static [Role] = OFFICERS;

    fn command(self, path: &str, edge: &Edge<'_>) -> Result<Command, Problem> {
        let repair = id(path)?;
        let subject = edge.subject_of_repair(repair)?;
        let reasons = edge.seal(subject, &self.reasons)?;
        let service = edge.service(subject, self.service)?;
        let sha256 = edge.document_if_any(subject, "document_sha256", self.document_sha256)?;
        if !self.approved {
            return Ok(Command::RefuseRepair { repair, reasons, service });
        }
        Ok(Command::ApproveRepair {
            repair,
            document_number: self.document_number,
            document_sha256: sha256.unwrap_or_default(),
            reasons,
            service,
        })
    }
}
