//! Writes on measures that only a higher authority can take, and on what is referred to another organ.

use serde::Deserialize;
use shouxin_core::actor::{Role, SubjectKey};
use shouxin_core::command::Command;
use shouxin_core::command::measure::{MeasureCommand, SubjectNotice};
use shouxin_core::time::Day;
use utoipa::ToSchema;

use crate::http::Table;
use crate::http::edge::{CitationBody, Edge, FactBody, Hex32, ServiceBody, citations, id};
use crate::http::problem::Problem;
use crate::http::write::{Creates, Write};

const OFFICERS: &[Role] = &[Role::Department, Role::CreditOffice];
const OFFICERS_AND_COURT: &[Role] = &[Role::Department, Role::CreditOffice, Role::CourtRegistrar];

/// What the subject was told of it, and how that was served: no later than the letter.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ForwardNotice {
    reasons: String,
    remedies: String,
    document_sha256: Hex32,
    service: ServiceBody,
}

/// 上报上级机关, or 移送有管理权限的机关: recorded and sent, not executed here. What another organ decides by a
/// procedure of its own is referred to it, and is no order.
/// Source: domain.md O42, M-A02, M-A20, M-A24, M-A25, M-A26, M-M03..M-M09.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Forward {
    listing: String,
    #[serde(default)]
    attribution: Option<String>,
    measure: String,
    department: String,
    /// The higher authority, or the organ to which it is referred, by name.
    to: String,
    basis: Vec<CitationBody>,
    reasons: String,
    #[schema(value_type = String, format = Date)]
    until: Day,
    #[serde(default)]
    court_document: Option<FactBody>,
    document_sha256: Hex32,
    service: ServiceBody,
    /// 告知书 to the subject, of discipline (G-NOTICE). An incentive needs none.
    #[serde(default)]
    notice: Option<ForwardNotice>,
}

impl Write for Forward {
    const LABEL: &'static str = "measures.forward";
    const ROLES: &'static [Role] = OFFICERS;
    const CREATES: Creates = Some(("M", &["measure.forwarded"]));

    fn command(self, _: &str, edge: &Edge<'_>) -> Result<Command, Problem> {
        let listing = id(&self.listing)?;
        let attribution = self.attribution.as_deref().map(id).transpose()?;
        let subject = edge.subject_of_measures_on(listing, attribution)?;
        Ok(Command::Measure(MeasureCommand::Forward {
            listing,
            attribution,
            measure: self.measure,
            department: self.department,
            to: self.to,
            basis: citations(self.basis),
            reasons: edge.seal(subject, &self.reasons)?,
            until: self.until,
            court_document: self
                .court_document
                .map(|body| edge.fact("court_document", body))
                .transpose()?,
            document_sha256: edge.document(subject, "document_sha256", self.document_sha256)?,
            service: edge.service(subject, self.service)?,
            notice: self.notice.map(|own| told(edge, subject, own)).transpose()?,
        }))
    }
}

fn told(
    edge: &Edge<'_>,
    subject: SubjectKey,
    notice: ForwardNotice,
) -> Result<SubjectNotice, Problem> {
    Ok(SubjectNotice {
        reasons: edge.seal(subject, &notice.reasons)?,
        remedies: edge.seal(subject, &notice.remedies)?,
        document_sha256: edge.document(
            subject,
            "notice.document_sha256",
            notice.document_sha256,
        )?,
        service: edge.service(subject, notice.service)?,
    })
}

/// 上级机关复函.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AnswerForward {
    answer: String,
    document_sha256: Hex32,
    #[schema(value_type = String, format = Date)]
    answered_on: Day,
}

impl Write for AnswerForward {
    const LABEL: &'static str = "measures.forward_answer";
    const ROLES: &'static [Role] = OFFICERS;

    fn command(self, path: &str, edge: &Edge<'_>) -> Result<Command, Problem> {
        let measure = id(path)?;
        let subject = edge.subject_of_measure(measure)?;
        Ok(Command::Measure(MeasureCommand::AnswerForward {
            measure,
            answer: edge.seal(subject, &self.answer)?,
            document_sha256: edge.document(subject, "document_sha256", self.document_sha256)?,
            answered_on: self.answered_on,
        }))
    }
}

/// 撤回上报: what it rests on has ended.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RecallForward {
    document_sha256: Hex32,
    service: ServiceBody,
}

impl Write for RecallForward {
    const LABEL: &'static str = "measures.forward_recall";
    const ROLES: &'static [Role] = OFFICERS;

    fn command(self, path: &str, edge: &Edge<'_>) -> Result<Command, Problem> {
        let measure = id(path)?;
        let subject = edge.subject_of_measure(measure)?;
        Ok(Command::Measure(MeasureCommand::RecallForward {
            measure,
            document_sha256: edge.document(subject, "document_sha256", self.document_sha256)?,
            service: edge.service(subject, self.service)?,
        }))
    }
}

/// 函告上级机关 that the measure is suspended (`suspended: true`), or has effect again (`false`).
/// Source: domain.md O64.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TellForward {
    suspended: bool,
    document_sha256: Hex32,
    service: ServiceBody,
}

impl Write for TellForward {
    const LABEL: &'static str = "measures.forward_tell";
    const ROLES: &'static [Role] = OFFICERS;

    fn command(self, path: &str, edge: &Edge<'_>) -> Result<Command, Problem> {
        let measure = id(path)?;
        let subject = edge.subject_of_measure(measure)?;
        Ok(Command::Measure(MeasureCommand::TellForward {
            measure,
            suspended: self.suspended,
            document_sha256: edge.document(subject, "document_sha256", self.document_sha256)?,
            service: edge.service(subject, self.service)?,
        }))
    }
}

/// 法院准许解除限制 for life or business (M-M09).
/// Source: domain.md M-M09.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ExemptCourtLimit {
    document: FactBody,
    #[schema(value_type = String, format = Date)]
    until: Day,
}

impl Write for ExemptCourtLimit {
    const LABEL: &'static str = "measures.exempt";
    const ROLES: &'static [Role] = OFFICERS_AND_COURT;

    fn command(self, path: &str, edge: &Edge<'_>) -> Result<Command, Problem> {
        Ok(Command::Measure(MeasureCommand::ExemptCourtLimit {
            measure: id(path)?,
            document: edge.fact("document", self.document)?,
            until: self.until,
        }))
    }
}

/// The routes of this noun.
pub(crate) fn routes(table: &mut Table<'_>) {
    table
        .post::<Forward>("/v1/measures/forward", "上报或移送 / forward, or refer")
        .post::<AnswerForward>("/v1/measures/{id}/forward/answer", "上级复函 / its answer")
        .post::<TellForward>(
            "/v1/measures/{id}/forward/tell",
            "函告暂停或恢复 / tell of a suspension",
        )
        .post::<RecallForward>("/v1/measures/{id}/forward/recall", "撤回上报 / recall it")
        .post::<ExemptCourtLimit>("/v1/measures/{id}/exempt", "法院豁免 / a court's exemption");
}
