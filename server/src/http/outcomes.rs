//! Writes after a first outcome: evidence, review, reconsideration and suit, revoked repairs,
//! relief, court documents.

use serde::Deserialize;
use shouxin_core::actor::{Role, SubjectKey};
use shouxin_core::command::Command;
use shouxin_core::command::remedy::RemedyCommand;
use shouxin_core::event::remedy::{RemedyKind, RemedyOutcome, ReviewOf};
use shouxin_core::event::{CaseRef, Target};
use shouxin_core::id::RemedyId;
use shouxin_core::time::Day;
use utoipa::ToSchema;

use crate::http::edge::{CitationBody, Edge, FactBody, Hex32, ServiceBody, citations, id, target};
use crate::http::problem::{Code, Problem};
use crate::http::words;
use crate::http::write::{Creates, Write};
use crate::http::{Table, collection};

const OFFICERS: &[Role] =
    &[Role::Department, Role::Provider, Role::CreditOffice, Role::CourtRegistrar];
const OFFICERS_AND_SUBJECT: &[Role] =
    &[Role::Department, Role::Provider, Role::CreditOffice, Role::CourtRegistrar, Role::Subject];

/// `O-...` or `X-...`
fn review_of(text: &str) -> Result<ReviewOf, Problem> {
    match text.starts_with('X') {
        true => id(text).map(ReviewOf::Repair),
        false => id(text).map(ReviewOf::Objection),
    }
}

fn subject_of_review(edge: &Edge<'_>, of: ReviewOf) -> Result<SubjectKey, Problem> {
    match of {
        ReviewOf::Objection(id) => edge.subject_of_objection(id),
        ReviewOf::Repair(id) => edge.subject_of_repair(id),
    }
}

/// 要求补充证据; the provider's time runs on.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RequestEvidence {
    request: String,
}

impl Write for RequestEvidence {
    const LABEL: &'static str = "objections.request_evidence";
    const ROLES: &'static [Role] = OFFICERS;

    fn command(self, path: &str, edge: &Edge<'_>) -> Result<Command, Problem> {
        let objection = id(path)?;
        let request = edge.seal(edge.subject_of_objection(objection)?, &self.request)?;
        Ok(Command::Remedy(RemedyCommand::RequestEvidence { objection, request }))
    }
}

/// 补充证据.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AddEvidence {
    statement: String,
    evidence: Vec<Hex32>,
}

impl Write for AddEvidence {
    const LABEL: &'static str = "objections.add_evidence";
    const ROLES: &'static [Role] = OFFICERS_AND_SUBJECT;

    fn command(self, path: &str, edge: &Edge<'_>) -> Result<Command, Problem> {
        let objection = id(path)?;
        let subject = edge.subject_of_objection(objection)?;
        Ok(Command::Remedy(RemedyCommand::AddEvidence {
            objection,
            statement: edge.seal(subject, &self.statement)?,
            evidence: edge.documents(subject, "evidence", self.evidence)?,
        }))
    }
}

/// 补充: what the objection found missing is added to the record, as a new version.
/// Source: domain.md O63, T03.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SupplementRecord {
    statement: String,
    #[serde(default)]
    document_sha256: Option<Hex32>,
    reasons: String,
}

impl Write for SupplementRecord {
    const LABEL: &'static str = "objections.supplement";
    const ROLES: &'static [Role] = OFFICERS;

    fn command(self, path: &str, edge: &Edge<'_>) -> Result<Command, Problem> {
        let objection = id(path)?;
        let (subject, target) = edge.disputed_by(objection)?;
        if let Target::Record(record) = target {
            let row = edge.record(record)?;
            let text = serde_json::Value::String(self.statement.clone());
            let content = [("statement".to_owned(), text)].into_iter().collect();
            collection::nobody_named(edge, &row, &content)?;
        }
        Ok(Command::Remedy(RemedyCommand::SupplementRecord {
            objection,
            statement: edge.seal(subject, &self.statement)?,
            document_sha256: self.document_sha256.map(Hex32::kept_by_its_maker),
            reasons: edge.seal(subject, &self.reasons)?,
        }))
    }
}

/// 检验、检测、鉴定: stops the provider's clock where a law says so; all stays suspended.
/// Source: domain.md O63, T01.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BeginTesting {
    basis: Vec<CitationBody>,
    reasons: String,
    document_sha256: Hex32,
    #[schema(value_type = String, format = Date)]
    from: Day,
}

impl Write for BeginTesting {
    const LABEL: &'static str = "objections.testing";
    const ROLES: &'static [Role] = OFFICERS;

    fn command(self, path: &str, edge: &Edge<'_>) -> Result<Command, Problem> {
        let objection = id(path)?;
        let subject = edge.subject_of_objection(objection)?;
        Ok(Command::Remedy(RemedyCommand::BeginTesting {
            objection,
            basis: citations(self.basis),
            reasons: edge.seal(subject, &self.reasons)?,
            document_sha256: edge.document(subject, "document_sha256", self.document_sha256)?,
            from: self.from,
        }))
    }
}

/// 检验、检测、鉴定结束: the clock runs on, for what was left of it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EndTesting {
    document_sha256: Hex32,
    #[schema(value_type = String, format = Date)]
    ended_on: Day,
}

impl Write for EndTesting {
    const LABEL: &'static str = "objections.testing_end";
    const ROLES: &'static [Role] = OFFICERS;

    fn command(self, path: &str, edge: &Edge<'_>) -> Result<Command, Problem> {
        let objection = id(path)?;
        let subject = edge.subject_of_objection(objection)?;
        Ok(Command::Remedy(RemedyCommand::EndTesting {
            objection,
            document_sha256: edge.document(subject, "document_sha256", self.document_sha256)?,
            ended_on: self.ended_on,
        }))
    }
}

/// 逾期未核实: taken off display; it stays suspended.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MarkUnverified {
    reasons: String,
    service: ServiceBody,
}

impl Write for MarkUnverified {
    const LABEL: &'static str = "objections.unverified";
    const ROLES: &'static [Role] = &[Role::CreditOffice];

    fn command(self, path: &str, edge: &Edge<'_>) -> Result<Command, Problem> {
        let objection = id(path)?;
        let subject = edge.subject_of_objection(objection)?;
        let reasons = edge.seal(subject, &self.reasons)?;
        let service = edge.service(subject, self.service)?;
        Ok(Command::Remedy(RemedyCommand::MarkUnverified { objection, reasons, service }))
    }
}

/// 申请复核, of an objection's outcome or of a refused repair.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RequestReview {
    statement: String,
    /// An officer who asks for the subject attaches what it signed.
    #[serde(default)]
    evidence: Vec<Hex32>,
    /// New facts suspend again.
    #[serde(default)]
    new_facts: bool,
}

impl Write for RequestReview {
    const LABEL: &'static str = "reviews.request";
    const ROLES: &'static [Role] = OFFICERS_AND_SUBJECT;

    fn command(self, path: &str, edge: &Edge<'_>) -> Result<Command, Problem> {
        let of = review_of(path)?;
        let subject = subject_of_review(edge, of)?;
        Ok(Command::Remedy(RemedyCommand::RequestReview {
            of,
            statement: edge.seal(subject, &self.statement)?,
            evidence: edge.documents(subject, "evidence", self.evidence)?,
            new_facts: self.new_facts,
        }))
    }
}

/// 复核决定, by the head of the credit office who did not decide before.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DecideReview {
    upheld: bool,
    reasons: String,
    service: ServiceBody,
}

impl Write for DecideReview {
    const LABEL: &'static str = "reviews.decide";
    const ROLES: &'static [Role] = &[Role::CreditOffice];

    fn command(self, path: &str, edge: &Edge<'_>) -> Result<Command, Problem> {
        let of = review_of(path)?;
        let subject = subject_of_review(edge, of)?;
        Ok(Command::Remedy(RemedyCommand::DecideReview {
            of,
            upheld: self.upheld,
            reasons: edge.seal(subject, &self.reasons)?,
            service: edge.service(subject, self.service)?,
        }))
    }
}

/// 行政复议、行政诉讼登记: it is marked, and suspended only by an order.
/// Source: domain.md O68.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FileRemedy {
    target: String,
    #[schema(schema_with = words::of::<RemedyKind>)]
    kind: RemedyKind,
    body: String,
    number: String,
    #[schema(value_type = String, format = Date)]
    filed_on: Day,
    document_sha256: Hex32,
}

impl Write for FileRemedy {
    const LABEL: &'static str = "remedies.file";
    const ROLES: &'static [Role] = OFFICERS_AND_SUBJECT;
    const CREATES: Creates = Some(("Y", &["remedy.filed"]));

    fn command(self, _: &str, edge: &Edge<'_>) -> Result<Command, Problem> {
        let target = target(&self.target)?;
        let subject = edge.subject_of_target(target)?;
        Ok(Command::Remedy(RemedyCommand::FileRemedy {
            target,
            kind: self.kind,
            body: self.body,
            number: self.number,
            filed_on: self.filed_on,
            document_sha256: edge.document(subject, "document_sha256", self.document_sha256)?,
        }))
    }
}

/// 停止执行, ordered by the reviewing body or court.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OrderStay {
    document: FactBody,
}

impl Write for OrderStay {
    const LABEL: &'static str = "remedies.stay";
    const ROLES: &'static [Role] = OFFICERS;

    fn command(self, path: &str, edge: &Edge<'_>) -> Result<Command, Problem> {
        let (remedy, document) = (id(path)?, edge.fact("document", self.document)?);
        Ok(Command::Remedy(RemedyCommand::OrderStay { remedy, document }))
    }
}

/// 恢复执行, ordered by the same.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EndStay {
    document: FactBody,
}

impl Write for EndStay {
    const LABEL: &'static str = "remedies.end_stay";
    const ROLES: &'static [Role] = OFFICERS;

    fn command(self, path: &str, edge: &Edge<'_>) -> Result<Command, Problem> {
        let (remedy, document) = (id(path)?, edge.fact("document", self.document)?);
        Ok(Command::Remedy(RemedyCommand::EndStay { remedy, document }))
    }
}

/// What a reconsideration or suit came to.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RulingOutcome {
    /// 维持
    Upheld,
    /// 撤销
    Revoked,
    /// 变更
    Changed,
    /// 撤回
    Withdrawn,
}

/// 复议、诉讼结果: applied in the commit that records it.
/// Source: domain.md O68.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DecideRemedy {
    outcome: RulingOutcome,
    /// The new last day, with `changed`.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Date)]
    end: Option<Day>,
    document: FactBody,
    reasons: String,
}

fn subject_of_remedy(edge: &Edge<'_>, id: RemedyId) -> Result<SubjectKey, Problem> {
    let mut query = crate::engine::query::Query::new(edge.engine.view.read());
    Ok(query.ask(|rows| Ok(rows.must_remedy(id)?.subject))?)
}

impl Write for DecideRemedy {
    const LABEL: &'static str = "remedies.decide";
    const ROLES: &'static [Role] = OFFICERS;

    fn command(self, path: &str, edge: &Edge<'_>) -> Result<Command, Problem> {
        let remedy = id(path)?;
        let outcome = match (self.outcome, self.end) {
            (RulingOutcome::Upheld, None) => RemedyOutcome::Upheld,
            (RulingOutcome::Revoked, None) => RemedyOutcome::Revoked,
            (RulingOutcome::Withdrawn, None) => RemedyOutcome::Withdrawn,
            (RulingOutcome::Changed, Some(end)) => RemedyOutcome::Changed { end },
            (RulingOutcome::Changed, None) => {
                return Err(Problem::new(
                    Code::ValueInvalid,
                    "变更须注明新的截止日 / what was changed has a new last day",
                    "请填写 end / state end",
                )
                .on("end"));
            }
            (_, Some(_)) => {
                return Err(Problem::new(
                    Code::ValueInvalid,
                    "只有变更才有新的截止日 / only what was changed has a new last day",
                    "请去掉 end，或将 outcome 填为 changed / leave end out, or state changed",
                )
                .on("end"));
            }
        };
        Ok(Command::Remedy(RemedyCommand::DecideRemedy {
            remedy,
            outcome,
            document: edge.fact("document", self.document)?,
            reasons: edge.seal(subject_of_remedy(edge, remedy)?, &self.reasons)?,
        }))
    }
}

/// 恢复信誉 after a reconsideration or judgment found it void.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CompleteRemedyRedress {
    account: String,
    #[serde(default)]
    evidence: Vec<Hex32>,
}

impl Write for CompleteRemedyRedress {
    const LABEL: &'static str = "remedies.redress";
    const ROLES: &'static [Role] = OFFICERS;

    fn command(self, path: &str, edge: &Edge<'_>) -> Result<Command, Problem> {
        let remedy = id(path)?;
        let subject = subject_of_remedy(edge, remedy)?;
        Ok(Command::Remedy(RemedyCommand::CompleteRemedyRedress {
            remedy,
            account: edge.seal(subject, &self.account)?,
            evidence: edge.documents(subject, "evidence", self.evidence)?,
        }))
    }
}

/// 恢复信誉 after the authority took its own act back, which had been shown or acted on.
/// Source: domain.md O67.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CompleteAnnulmentRedress {
    account: String,
    #[serde(default)]
    evidence: Vec<Hex32>,
}

impl Write for CompleteAnnulmentRedress {
    const LABEL: &'static str = "annulments.redress";
    const ROLES: &'static [Role] = OFFICERS;

    fn command(self, path: &str, edge: &Edge<'_>) -> Result<Command, Problem> {
        let target = target(path)?;
        let subject = edge.subject_of_target(target)?;
        Ok(Command::Remedy(RemedyCommand::CompleteAnnulmentRedress {
            target,
            account: edge.seal(subject, &self.account)?,
            evidence: edge.documents(subject, "evidence", self.evidence)?,
        }))
    }
}

/// 延长办理期限, once, with the served notice of it: ten working days more for the decision.
/// Source: domain.md T07.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ExtendRepair {
    reasons: String,
    document_sha256: Hex32,
    service: ServiceBody,
}

impl Write for ExtendRepair {
    const LABEL: &'static str = "repairs.extend";
    const ROLES: &'static [Role] = OFFICERS;

    fn command(self, path: &str, edge: &Edge<'_>) -> Result<Command, Problem> {
        let repair = id(path)?;
        let subject = edge.subject_of_repair(repair)?;
        Ok(Command::Remedy(RemedyCommand::ExtendRepair {
            repair,
            reasons: edge.seal(subject, &self.reasons)?,
            document_sha256: edge.document(subject, "document_sha256", self.document_sha256)?,
            service: edge.service(subject, self.service)?,
        }))
    }
}

/// 拟撤销修复告知: the repair is said to have been obtained by fraud.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NoticeRevocation {
    reasons: String,
    document_sha256: Hex32,
    service: ServiceBody,
}

impl Write for NoticeRevocation {
    const LABEL: &'static str = "repairs.revocation_notice";
    const ROLES: &'static [Role] = OFFICERS;

    fn command(self, path: &str, edge: &Edge<'_>) -> Result<Command, Problem> {
        let repair = id(path)?;
        let subject = edge.subject_of_repair(repair)?;
        Ok(Command::Remedy(RemedyCommand::NoticeRevocation {
            repair,
            reasons: edge.seal(subject, &self.reasons)?,
            document_sha256: edge.document(subject, "document_sha256", self.document_sha256)?,
            service: edge.service(subject, self.service)?,
        }))
    }
}

/// 陈述申辩 on a revocation.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StateOnRevocation {
    points: Vec<String>,
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Date)]
    received_on: Option<Day>,
    /// Where an officer takes it down: the party's written statement, or the signed record of what
    /// it said.
    #[serde(default)]
    document_sha256: Option<Hex32>,
}

impl Write for StateOnRevocation {
    const LABEL: &'static str = "repairs.revocation_statement";
    const ROLES: &'static [Role] = OFFICERS_AND_SUBJECT;

    fn command(self, path: &str, edge: &Edge<'_>) -> Result<Command, Problem> {
        let repair = id(path)?;
        let subject = edge.subject_of_repair(repair)?;
        Ok(Command::Remedy(RemedyCommand::StateOnRevocation {
            repair,
            points: edge.seal_all(subject, &self.points)?,
            received_on: self.received_on.unwrap_or(edge.engine.clock.now().legal_date()),
            document_sha256: edge.document_if_any(
                subject,
                "document_sha256",
                self.document_sha256,
            )?,
        }))
    }
}

/// 撤销修复, or letting it stand.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DecideRevocation {
    revoked: bool,
    #[serde(default)]
    document_number: String,
    #[serde(default)]
    document_sha256: Option<Hex32>,
    reasons: String,
    #[serde(default)]
    answers: Vec<String>,
    #[serde(default)]
    service: Option<ServiceBody>,
}

impl Write for DecideRevocation {
    const LABEL: &'static str = "repairs.revocation_decide";
    const ROLES: &'static [Role] = OFFICERS;

    fn command(self, path: &str, edge: &Edge<'_>) -> Result<Command, Problem> {
        let repair = id(path)?;
        let subject = edge.subject_of_repair(repair)?;
        let reasons = edge.seal(subject, &self.reasons)?;
        let command = match (self.revoked, self.service) {
            (false, _) => RemedyCommand::DropRevocation { repair, reasons },
            (true, Some(service)) => RemedyCommand::RevokeRepair {
                repair,
                document_number: self.document_number,
                document_sha256: edge
                    .document_if_any(subject, "document_sha256", self.document_sha256)?
                    .unwrap_or_default(),
                reasons,
                answers: edge.seal_all(subject, &self.answers)?,
                service: edge.service(subject, service)?,
            },
            (true, None) => {
                return Err(Problem::new(
                    Code::ValueInvalid,
                    "撤销决定须附送达 / a revocation needs its service",
                    "请填写 service / give service",
                ));
            }
        };
        Ok(Command::Remedy(command))
    }
}

/// 破产重整、和解期间的信用保护.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct GrantRelief {
    listing: String,
    ruling: FactBody,
    reasons: String,
    #[schema(value_type = String, format = Date)]
    until: Day,
}

impl Write for GrantRelief {
    const LABEL: &'static str = "reliefs.grant";
    const ROLES: &'static [Role] = OFFICERS;
    const CREATES: Creates = Some(("B", &["relief.granted"]));

    fn command(self, _: &str, edge: &Edge<'_>) -> Result<Command, Problem> {
        let listing = id(&self.listing)?;
        let subject = edge.subject_of(CaseRef::Listing(listing))?;
        Ok(Command::Remedy(RemedyCommand::GrantRelief {
            listing,
            ruling: edge.fact("ruling", self.ruling)?,
            reasons: edge.seal(subject, &self.reasons)?,
            until: self.until,
        }))
    }
}

/// 重整计划执行完毕, or its failure.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CloseRelief {
    /// The plan was performed.
    performed: bool,
    document: FactBody,
    reasons: String,
}

impl Write for CloseRelief {
    const LABEL: &'static str = "reliefs.close";
    const ROLES: &'static [Role] = OFFICERS;

    fn command(self, path: &str, edge: &Edge<'_>) -> Result<Command, Problem> {
        let relief = id(path)?;
        let subject = {
            let mut query = crate::engine::query::Query::new(edge.engine.view.read());
            query.ask(|rows| Ok(rows.must_relief(relief)?.subject))?
        };
        let document = edge.fact("document", self.document)?;
        let reasons = edge.seal(subject, &self.reasons)?;
        Ok(Command::Remedy(match self.performed {
            true => RemedyCommand::CompleteRelief { relief, document, reasons },
            false => RemedyCommand::EndRelief { relief, document, reasons },
        }))
    }
}

/// 法院文书登记.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FileCourtDocument {
    document: FactBody,
    /// What it orders, `限制消费令`.
    effect: String,
}

impl Write for FileCourtDocument {
    const LABEL: &'static str = "court_documents.file";
    const ROLES: &'static [Role] = OFFICERS;
    const CREATES: Creates = Some(("J", &["court_document.filed"]));

    fn command(self, _: &str, edge: &Edge<'_>) -> Result<Command, Problem> {
        let document = edge.fact("document", self.document)?;
        let effect = edge.seal(document.about, &self.effect)?;
        Ok(Command::Remedy(RemedyCommand::FileCourtDocument { document, effect }))
    }
}

/// The routes of this noun.
pub(crate) fn routes(table: &mut Table<'_>) {
    table
        .post::<RequestEvidence>(
            "/v1/objections/{id}/evidence-request",
            "要求补充证据 / ask for evidence",
        )
        .post::<AddEvidence>("/v1/objections/{id}/evidence", "补充证据 / add evidence")
        .post::<SupplementRecord>(
            "/v1/objections/{id}/supplement",
            "补充遗漏 / add what is missing",
        )
        .post::<BeginTesting>("/v1/objections/{id}/testing", "检验鉴定 / expert testing")
        .post::<EndTesting>("/v1/objections/{id}/testing/end", "检验鉴定结束 / its end")
        .post::<MarkUnverified>("/v1/objections/{id}/unverified", "逾期未核实 / unverified")
        .post::<RequestReview>("/v1/objections/{id}/review", "申请复核 / ask for a review")
        .post::<DecideReview>("/v1/objections/{id}/review/decide", "复核决定 / decide it")
        .post::<RequestReview>("/v1/repairs/{id}/review", "申请复核 / ask for a review")
        .post::<DecideReview>("/v1/repairs/{id}/review/decide", "复核决定 / decide it")
        .post::<FileRemedy>("/v1/remedies", "复议、诉讼登记 / reconsideration or suit")
        .post::<OrderStay>("/v1/remedies/{id}/stay", "停止执行 / stay of execution")
        .post::<EndStay>("/v1/remedies/{id}/end-stay", "恢复执行 / end of the stay")
        .post::<DecideRemedy>("/v1/remedies/{id}/decide", "复议、诉讼结果 / its outcome")
        .post::<CompleteRemedyRedress>("/v1/remedies/{id}/redress", "恢复信誉 / redress")
        .post::<CompleteAnnulmentRedress>(
            "/v1/records/{id}/redress",
            "撤销后恢复信誉 / redress after an annulment",
        )
        .post::<CompleteAnnulmentRedress>(
            "/v1/listings/{id}/redress",
            "撤销后恢复信誉 / redress after a revocation",
        )
        .post::<CompleteAnnulmentRedress>(
            "/v1/attributions/{id}/redress",
            "撤销后恢复信誉 / redress after a revocation",
        )
        .post::<ExtendRepair>("/v1/repairs/{id}/extension", "延长办理期限 / more time, once")
        .post::<NoticeRevocation>(
            "/v1/repairs/{id}/revocation/notice",
            "拟撤销修复告知 / notice of a revocation",
        )
        .post::<StateOnRevocation>(
            "/v1/repairs/{id}/revocation/statement",
            "陈述申辩 / statement on it",
        )
        .post::<DecideRevocation>("/v1/repairs/{id}/revocation/decide", "撤销修复决定 / decide it")
        .post::<GrantRelief>("/v1/reliefs", "重整期信用保护 / relief in a reorganisation")
        .post::<CloseRelief>("/v1/reliefs/{id}/close", "重整结果 / its end")
        .post::<FileCourtDocument>("/v1/court-documents", "法院文书 / a court's document");
}
