//! Writes on measure cases.

use serde::Deserialize;
use shouxin_core::actor::Role;
use shouxin_core::command::Command;
use shouxin_core::command::measure::MeasureCommand;
use shouxin_core::event::CaseHook;
use shouxin_core::time::Day;
use utoipa::ToSchema;

use crate::http::edge::{CitationBody, Edge, FactBody, Hex32, ServiceBody, citations, id};
use crate::http::problem::Problem;
use crate::http::words;
use crate::http::write::{Creates, Write};

const OFFICERS: &[Role] = &[Role::Department, Role::Provider, Role::CreditOffice];

/// 发起: a measure that the served decision names, or an incentive on a red listing.
/// Source: domain.md O03, O33, O34, O35, O38, O39, O41, O50, O51, O52, I01..I21, M-A01..M-S10.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct InitiateMeasure {
    listing: String,
    #[serde(default)]
    attribution: Option<String>,
    measure: String,
    department: String,
    basis: Vec<CitationBody>,
    reasons: String,
    #[schema(value_type = String, format = Date)]
    until: Day,
    #[serde(default)]
    court_document: Option<FactBody>,
}

impl Write for InitiateMeasure {
    const LABEL: &'static str = "measures.initiate";
    const ROLES: &'static [Role] = OFFICERS;
    const CREATES: Creates = Some(("M", &["measure.initiated"]));

    fn command(self, _: &str, edge: &Edge<'_>) -> Result<Command, Problem> {
        let listing = id(&self.listing)?;
        let attribution = self.attribution.as_deref().map(id).transpose()?;
        let subject = edge.subject_of_measures_on(listing, attribution)?;
        Ok(Command::InitiateMeasure {
            listing,
            attribution,
            measure: self.measure,
            department: self.department,
            basis: citations(self.basis),
            reasons: edge.seal(subject, &self.reasons)?,
            until: self.until,
            court_document: self
                .court_document
                .map(|body| edge.fact("court_document", body))
                .transpose()?,
        })
    }
}

/// 告知当事人: basis, remedies and how the measure ends.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ServeMeasureNotice {
    reasons: String,
    remedies: String,
    document_sha256: Hex32,
    service: ServiceBody,
}

impl Write for ServeMeasureNotice {
    const LABEL: &'static str = "measures.notice";
    const ROLES: &'static [Role] = OFFICERS;

    fn command(self, path: &str, edge: &Edge<'_>) -> Result<Command, Problem> {
        let measure = id(path)?;
        let subject = edge.subject_of_measure(measure)?;
        Ok(Command::ServeMeasureNotice {
            measure,
            reasons: edge.seal(subject, &self.reasons)?,
            remedies: edge.seal(subject, &self.remedies)?,
            document_sha256: edge.document(subject, "document_sha256", self.document_sha256)?,
            service: edge.service(subject, self.service)?,
        })
    }
}

macro_rules! bare {
    ($(#[$doc:meta])* $name:ident $label:literal $command:ident) => {
        $(#[$doc])*
        #[derive(Debug, Deserialize, ToSchema)]
        #[serde(deny_unknown_fields)]
        pub struct $name {}

        impl Write for $name {
            const LABEL: &'static str = $label;
            const ROLES: &'static [Role] = OFFICERS;

            fn command(self, path: &str, _: &Edge<'_>) -> Result<Command, Problem> {
                Ok(Command::$command { measure: id(path)? })
            }
        }
    };
}

bare! {
    /// 派送 (domain.md O51).
    Dispatch "measures.dispatch" DispatchMeasure
}
bare! {
    /// 接受 (domain.md O51).
    Accept "measures.accept" AcceptMeasure
}
bare! {
    /// 执行: the officer's order; the department's plugin carries it out (O51).
    Execute "measures.execute" ExecuteMeasure
}

/// 不予执行, with reason or, for a mandatory measure, legal ground.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Decline {
    reasons: String,
    #[serde(default)]
    legal_ground: Option<CitationBody>,
}

impl Write for Decline {
    const LABEL: &'static str = "measures.decline";
    const ROLES: &'static [Role] = OFFICERS;

    fn command(self, path: &str, edge: &Edge<'_>) -> Result<Command, Problem> {
        let measure = id(path)?;
        let subject = edge.subject_of_measure(measure)?;
        Ok(Command::DeclineMeasure {
            measure,
            reasons: edge.seal(subject, &self.reasons)?,
            legal_ground: self.legal_ground.map(Into::into),
        })
    }
}

/// 信用办答复: whether the legal ground holds for which a mandatory measure was declined. Nothing begins
/// by it.
/// Source: domain.md O51, O55.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AnswerDecline {
    ground_holds: bool,
    reasons: String,
}

impl Write for AnswerDecline {
    const LABEL: &'static str = "measures.decline_answer";
    const ROLES: &'static [Role] = &[Role::CreditOffice];

    fn command(self, path: &str, edge: &Edge<'_>) -> Result<Command, Problem> {
        let measure = id(path)?;
        let subject = edge.subject_of_measure(measure)?;
        Ok(Command::Measure(MeasureCommand::AnswerDecline {
            measure,
            ground_holds: self.ground_holds,
            reasons: edge.seal(subject, &self.reasons)?,
        }))
    }
}

/// 人工办结, for departments without a plugin.
/// Source: domain.md O51, T10.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ConfirmByHand {
    #[schema(schema_with = words::of::<CaseHook>)]
    step: CaseHook,
    reference: String,
}

impl Write for ConfirmByHand {
    const LABEL: &'static str = "measures.confirm";
    const ROLES: &'static [Role] = OFFICERS;

    fn command(self, path: &str, _: &Edge<'_>) -> Result<Command, Problem> {
        let (hook, reference) = (self.step, self.reference);
        Ok(Command::ConfirmByHand { measure: id(path)?, hook, reference })
    }
}

/// 解除: a lift that an officer carried out.
/// Source: domain.md O51, T10.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Lift {
    reference: String,
}

impl Write for Lift {
    const LABEL: &'static str = "measures.lift";
    const ROLES: &'static [Role] = OFFICERS;

    fn command(self, path: &str, _: &Edge<'_>) -> Result<Command, Problem> {
        let (hook, reference) = (CaseHook::Lift, self.reference);
        Ok(Command::ConfirmByHand { measure: id(path)?, hook, reference })
    }
}

/// 反馈.
/// Source: domain.md O51, T08.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Feedback {
    result: String,
    effect: String,
    #[serde(default)]
    document_sha256: Option<Hex32>,
}

impl Write for Feedback {
    const LABEL: &'static str = "measures.feedback";
    const ROLES: &'static [Role] = OFFICERS;

    fn command(self, path: &str, edge: &Edge<'_>) -> Result<Command, Problem> {
        let measure = id(path)?;
        let subject = edge.subject_of_measure(measure)?;
        Ok(Command::FileFeedback {
            measure,
            result: edge.seal(subject, &self.result)?,
            effect: edge.seal(subject, &self.effect)?,
            document_sha256: edge.document_if_any(
                subject,
                "document_sha256",
                self.document_sha256,
            )?,
        })
    }
}
