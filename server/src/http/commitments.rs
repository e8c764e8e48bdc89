//! Credit commitments: what is asked of them, and what each reader sees of them.

use actix_web::web::{self, Data, Path, Query as UrlQuery};
use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;
use serde_json::{Value, json};
use shouxin_core::actor::{Actor, Role, SubjectKey};
use shouxin_core::command::Command;
use shouxin_core::command::commitment::CommitmentCommand;
use shouxin_core::event::Event;
use shouxin_core::event::commitment::{CommitmentEvent, CommitmentKind};
use shouxin_core::id::{CommitmentId, Position};
use shouxin_core::identifier::uscc::Uscc;
use shouxin_core::path::{DecisionCase, Path as CasePath, Standing};
use shouxin_core::row::Index;
use shouxin_core::row::commitment::{CommitmentRow, CommitmentState};
use shouxin_core::rules::Instrument;
use shouxin_core::time::Day;
use utoipa::{IntoParams, ToSchema};

use crate::engine::query::Query;
use crate::http::caller::Caller;
use crate::http::edge::{CitationBody, Edge, Hex32, ServiceBody, citations, id, subject_key};
use crate::http::looks;
use crate::http::problem::{Code, Problem};
use crate::http::read::{self, Sight};
use crate::http::words;
use crate::http::write::{Creates, Write};
use crate::http::{App, Table, basis, reads};

const OFFICERS: &[Role] = &[Role::Department, Role::Provider, Role::CreditOffice];
const OFFICERS_AND_SUBJECT: &[Role] =
    &[Role::Department, Role::Provider, Role::CreditOffice, Role::Subject];

/// 提供承诺书: a text that says what it asks and that the ordinary path stays open.
/// Source: domain.md O13, O29, O30.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Offer {
    subject: String,
    #[schema(schema_with = words::of::<CommitmentKind>)]
    kind: CommitmentKind,
    template_sha256: Hex32,
    content: String,
    conditions: String,
    checks: String,
    consequences: String,
    /// The text says that the subject may refuse and use the ordinary path.
    #[serde(default)]
    ordinary_path_stated: bool,
    #[schema(value_type = String, format = Date)]
    due: Day,
}

impl Write for Offer {
    const LABEL: &'static str = "commitments.offer";
    const ROLES: &'static [Role] = OFFICERS;
    const CREATES: Creates = Some(("C", &["commitment.offered"]));

    fn command(self, _: &str, edge: &Edge<'_>) -> Result<Command, Problem> {
        let subject = subject_key(&self.subject)?;
        // What is promised to one department in one matter is never shown.
        let seal = |field, text: &str| match self.kind.is_public() {
            true => edge.seal_shown(subject, field, text),
            false => edge.seal(subject, text),
        };
        Ok(Command::Commitment(CommitmentCommand::Offer {
            subject,
            kind: self.kind,
            template_sha256: self.template_sha256.kept_by_its_maker(),
            content: seal("content", &self.content)?,
            conditions: seal("conditions", &self.conditions)?,
            checks: seal("checks", &self.checks)?,
            consequences: seal("consequences", &self.consequences)?,
            ordinary_path_stated: self.ordinary_path_stated,
            due: self.due,
        }))
    }
}

/// 不作承诺: nothing follows from it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Decline {
    /// At the counter: the subject's own paper.
    #[serde(default)]
    document_sha256: Option<Hex32>,
}

impl Write for Decline {
    const LABEL: &'static str = "commitments.decline";
    const ROLES: &'static [Role] = OFFICERS_AND_SUBJECT;

    fn command(self, path: &str, edge: &Edge<'_>) -> Result<Command, Problem> {
        Ok(Command::Commitment(CommitmentCommand::Decline {
            commitment: id(path)?,
            document_sha256: edge.document_if_any(
                edge.subject_of_commitment(id(path)?)?,
                "document_sha256",
                self.document_sha256,
            )?,
        }))
    }
}

/// 签署: the version that was offered, in full.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Sign {
    template_sha256: Hex32,
    document_sha256: Hex32,
    /// The authority of an agent who signs.
    #[serde(default)]
    agent_sha256: Option<Hex32>,
}

impl Write for Sign {
    const LABEL: &'static str = "commitments.sign";
    const ROLES: &'static [Role] = OFFICERS_AND_SUBJECT;

    fn command(self, path: &str, edge: &Edge<'_>) -> Result<Command, Problem> {
        Ok(Command::Commitment(CommitmentCommand::Sign {
            commitment: id(path)?,
            template_sha256: self.template_sha256.kept_by_its_maker(),
            document_sha256: edge.document(
                edge.subject_of_commitment(id(path)?)?,
                "document_sha256",
                self.document_sha256,
            )?,
            agent_sha256: edge.document_if_any(
                edge.subject_of_commitment(id(path)?)?,
                "agent_sha256",
                self.agent_sha256,
            )?,
        }))
    }
}

/// 公示生效; what was made in one matter comes into force without being shown.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Publish {
    /// A person's written consent.
    #[serde(default)]
    consent_sha256: Option<Hex32>,
}

impl Write for Publish {
    const LABEL: &'static str = "commitments.publish";
    const ROLES: &'static [Role] = OFFICERS;

    fn command(self, path: &str, edge: &Edge<'_>) -> Result<Command, Problem> {
        Ok(Command::Commitment(CommitmentCommand::Publish {
            commitment: id(path)?,
            consent_sha256: edge.document_if_any(
                edge.subject_of_commitment(id(path)?)?,
                "consent_sha256",
                self.consent_sha256,
            )?,
        }))
    }
}

/// 事项办结: from here on it cannot be withdrawn.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DecideMatter {
    document_number: String,
}

impl Write for DecideMatter {
    const LABEL: &'static str = "commitments.decide_matter";
    const ROLES: &'static [Role] = OFFICERS;

    fn command(self, path: &str, _: &Edge<'_>) -> Result<Command, Problem> {
        Ok(Command::Commitment(CommitmentCommand::DecideMatter {
            commitment: id(path)?,
            document_number: self.document_number,
        }))
    }
}

/// 撤回承诺, before the matter is decided.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Withdraw {
    reasons: String,
    /// At the counter: the subject's own paper.
    #[serde(default)]
    document_sha256: Option<Hex32>,
}

impl Write for Withdraw {
    const LABEL: &'static str = "commitments.withdraw";
    const ROLES: &'static [Role] = OFFICERS_AND_SUBJECT;

    fn command(self, path: &str, edge: &Edge<'_>) -> Result<Command, Problem> {
        let commitment = id(path)?;
        Ok(Command::Commitment(CommitmentCommand::Withdraw {
            commitment,
            reasons: edge.seal(edge.subject_of_commitment(commitment)?, &self.reasons)?,
            document_sha256: edge.document_if_any(
                edge.subject_of_commitment(id(path)?)?,
                "document_sha256",
                self.document_sha256,
            )?,
        }))
    }
}

/// 已履行, with evidence.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Fulfil {
    evidence: Vec<Hex32>,
}

impl Write for Fulfil {
    const LABEL: &'static str = "commitments.fulfil";
    const ROLES: &'static [Role] = OFFICERS;

    fn command(self, path: &str, edge: &Edge<'_>) -> Result<Command, Problem> {
        let (commitment, evidence) = (
            id(path)?,
            edge.documents(edge.subject_of_commitment(id(path)?)?, "evidence", self.evidence)?,
        );
        Ok(Command::Commitment(CommitmentCommand::Fulfil { commitment, evidence }))
    }
}

/// 限期改正通知.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CureNotice {
    reasons: String,
    document_sha256: Hex32,
    service: ServiceBody,
    /// Ten at least.
    working_days: u16,
}

impl Write for CureNotice {
    const LABEL: &'static str = "commitments.cure_notice";
    const ROLES: &'static [Role] = OFFICERS;

    fn command(self, path: &str, edge: &Edge<'_>) -> Result<Command, Problem> {
        let commitment = id(path)?;
        Ok(Command::Commitment(CommitmentCommand::ServeCureNotice {
            commitment,
            reasons: edge.seal(edge.subject_of_commitment(commitment)?, &self.reasons)?,
            document_sha256: edge.document(
                edge.subject_of_commitment(id(path)?)?,
                "document_sha256",
                self.document_sha256,
            )?,
            service: edge.service(edge.subject_of_commitment(id(path)?)?, self.service)?,
            working_days: self.working_days,
        }))
    }
}

/// 拟认定违诺.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ProposeBreach {
    basis: Vec<CitationBody>,
    facts: String,
    evidence: Vec<Hex32>,
}

impl Write for ProposeBreach {
    const LABEL: &'static str = "commitments.breach";
    const ROLES: &'static [Role] = OFFICERS;

    fn command(self, path: &str, edge: &Edge<'_>) -> Result<Command, Problem> {
        let commitment = id(path)?;
        Ok(Command::Commitment(CommitmentCommand::ProposeBreach {
            commitment,
            basis: citations(self.basis),
            facts: edge.seal(edge.subject_of_commitment(commitment)?, &self.facts)?,
            evidence: edge.documents(
                edge.subject_of_commitment(id(path)?)?,
                "evidence",
                self.evidence,
            )?,
        }))
    }
}

/// 事先告知.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BreachNotice {
    facts: String,
    reasons: String,
    rights_stated: bool,
    document_sha256: Hex32,
    service: ServiceBody,
}

impl Write for BreachNotice {
    const LABEL: &'static str = "commitments.breach_notice";
    const ROLES: &'static [Role] = OFFICERS;

    fn command(self, path: &str, edge: &Edge<'_>) -> Result<Command, Problem> {
        let commitment = id(path)?;
        let subject = edge.subject_of_commitment(commitment)?;
        Ok(Command::Commitment(CommitmentCommand::ServeBreachNotice {
            commitment,
            facts: edge.seal(subject, &self.facts)?,
            reasons: edge.seal(subject, &self.reasons)?,
            rights_stated: self.rights_stated,
            document_sha256: edge.document(
                edge.subject_of_commitment(id(path)?)?,
                "document_sha256",
                self.document_sha256,
            )?,
            service: edge.service(edge.subject_of_commitment(id(path)?)?, self.service)?,
        }))
    }
}

/// 陈述申辩: the party's points, or its written waiver.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BreachStatement {
    #[serde(default)]
    points: Vec<String>,
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Date)]
    received_on: Option<Day>,
    /// Where an officer takes it down: the party's written statement, or the signed record of what
    /// it said.
    #[serde(default)]
    document_sha256: Option<Hex32>,
    /// Instead of points: the SHA-256 of the written waiver.
    #[serde(default)]
    waiver_sha256: Option<Hex32>,
}

impl Write for BreachStatement {
    const LABEL: &'static str = "commitments.breach_statement";
    const ROLES: &'static [Role] = OFFICERS_AND_SUBJECT;

    fn command(self, path: &str, edge: &Edge<'_>) -> Result<Command, Problem> {
        let commitment = id(path)?;
        let command = match self.waiver_sha256 {
            Some(_) if !self.points.is_empty() || self.document_sha256.is_some() => {
                return Err(crate::http::cases::statement_and_waiver());
            }
            Some(waiver) => CommitmentCommand::WaiveStatement {
                commitment,
                document_sha256: edge.document(
                    edge.subject_of_commitment(id(path)?)?,
                    "waiver_sha256",
                    waiver,
                )?,
            },
            None => CommitmentCommand::StateOnBreach {
                commitment,
                points: edge.seal_all(edge.subject_of_commitment(commitment)?, &self.points)?,
                // What the party's own key brings comes today.
                received_on: self.received_on.unwrap_or(edge.engine.clock.now().legal_date()),
                document_sha256: edge.document_if_any(
                    edge.subject_of_commitment(id(path)?)?,
                    "document_sha256",
                    self.document_sha256,
                )?,
            },
        };
        Ok(Command::Commitment(command))
    }
}

/// 不认定违诺, or taking the proposal back.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DropBreach {
    reasons: String,
}

impl Write for DropBreach {
    const LABEL: &'static str = "commitments.breach_drop";
    const ROLES: &'static [Role] = OFFICERS;

    fn command(self, path: &str, edge: &Edge<'_>) -> Result<Command, Problem> {
        let commitment = id(path)?;
        let reasons = edge.seal(edge.subject_of_commitment(commitment)?, &self.reasons)?;
        Ok(Command::Commitment(CommitmentCommand::DropBreach { commitment, reasons }))
    }
}

/// 认定违诺, by the head: a record of a fact, and no sanction.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DecideBreach {
    document_number: String,
    document_sha256: Hex32,
    facts: String,
    reasons: String,
    #[serde(default)]
    answers: Vec<String>,
    #[schema(value_type = String, format = Date)]
    end: Day,
    repair_conditions: String,
    remedies: String,
}

impl Write for DecideBreach {
    const LABEL: &'static str = "commitments.breach_decide";
    const ROLES: &'static [Role] = OFFICERS;

    fn command(self, path: &str, edge: &Edge<'_>) -> Result<Command, Problem> {
        let commitment = id(path)?;
        let subject = edge.subject_of_commitment(commitment)?;
        Ok(Command::Commitment(CommitmentCommand::DecideBreach {
            commitment,
            document_number: self.document_number,
            document_sha256: edge.document(
                edge.subject_of_commitment(id(path)?)?,
                "document_sha256",
                self.document_sha256,
            )?,
            facts: edge.seal(subject, &self.facts)?,
            reasons: edge.seal(subject, &self.reasons)?,
            answers: edge.seal_all(subject, &self.answers)?,
            end: self.end,
            repair_conditions: edge.seal(subject, &self.repair_conditions)?,
            remedies: edge.seal(subject, &self.remedies)?,
        }))
    }
}

/// 两书同达.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ServeBreach {
    service: ServiceBody,
    repair_guide_sha256: Hex32,
}

impl Write for ServeBreach {
    const LABEL: &'static str = "commitments.breach_serve";
    const ROLES: &'static [Role] = OFFICERS;

    fn command(self, path: &str, edge: &Edge<'_>) -> Result<Command, Problem> {
        Ok(Command::Commitment(CommitmentCommand::ServeBreach {
            commitment: id(path)?,
            service: edge.service(edge.subject_of_commitment(id(path)?)?, self.service)?,
            repair_guide_sha256: edge.document(
                edge.subject_of_commitment(id(path)?)?,
                "repair_guide_sha256",
                self.repair_guide_sha256,
            )?,
        }))
    }
}

/// How much of a matter between a subject and one authority a reader sees.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Face {
    /// What is on public display.
    Public,
    /// What other departments share.
    Shared,
    /// Everything: the subject, that authority, the credit office, auditors.
    Whole,
}

/// What this caller sees of a matter of `subject` with `authority`, or nothing.
pub(crate) fn face(caller: &Caller, subject: SubjectKey, authority: Uscc) -> Option<Face> {
    let own = matches!(&caller.actor, Some(Actor::Officer(own)) if own.authority == authority);
    Some(match read::sight(caller, subject)? {
        Sight::Whole => Face::Whole,
        Sight::Government if own || caller.role == Role::CreditOffice => Face::Whole,
        Sight::Government => Face::Shared,
        Sight::Public => Face::Public,
    })
}

/// Whether a reader is shown that there is this commitment. A text that was declined or withdrawn
/// concerns nobody else, and a breach that was made good or is over is over for them.
fn visible(row: &CommitmentRow, face: Face, today: Day) -> bool {
    use CommitmentState as S;
    match face {
        Face::Public => row.is_shown(today),
        Face::Shared => match row.state {
            S::InForce | S::Overdue | S::CurePeriod { .. } | S::Fulfilled => true,
            S::Breached { .. } => row.finding_standing(today) != Standing::Ended,
            _ => false,
        },
        Face::Whole => true,
    }
}

fn finding(instruments: &[Instrument], case: &DecisionCase, face: Face, today: Day) -> Value {
    let decision = case.path.served().map(|served| {
        json!({
            "number": served.decided.decision.number,
            "decided_on": served.decided.decision.on,
            "served_on": served.served_on,
            "end": served.decided.decision.end,
        })
    });
    if face != Face::Whole {
        // What has not been decided and served weighs on nobody.
        return json!(decision);
    }
    json!({
        "state": case.path.name(),
        "proposed_by": case.proposed_by.to_string(),
        "proposed_on": case.proposed_on,
        "basis": basis::cited(instruments, &case.basis, today),
        "decide_by": case.decide_by,
        "end_at_most": case.cap,
        "statement_until": match &case.path {
            CasePath::Noticed(noticed) => json!(noticed.notice.window),
            _ => Value::Null,
        },
        "decision": decision,
    })
}

/// A commitment for a reader.
pub(crate) fn shown(
    instruments: &[Instrument],
    row: &CommitmentRow,
    face: Face,
    today: Day,
) -> Value {
    use CommitmentState as S;
    let disputed = row.finding_standing(today) == Standing::Suspended;
    let state = match row.state {
        // Late is not broken: that is for the head to find, after notice and hearing.
        S::Overdue | S::CurePeriod { .. } if face != Face::Whole => S::InForce,
        // Nor is what is disputed, until there is an outcome.
        S::Breached { .. } if disputed && face != Face::Whole => S::InForce,
        state => state,
    };
    // A finding that is void, over or disputed is nobody else's business.
    let stands = row.finding_standing(today) == Standing::InForce;
    let breach = row.breach.as_ref().filter(|_| stands || face == Face::Whole);
    let mut body = json!({
        "id": row.id.to_string(),
        "subject": row.subject.to_string(),
        "kind": row.kind,
        "authority": row.offered_by.authority,
        "template_sha256": data_encoding::HEXLOWER.encode(&row.template_sha256),
        "offered_on": row.offered_on,
        "signed_on": row.signed.map(|(_, on)| on),
        "due": row.due,
        "published": row.published,
        "state": state.name(),
        "fulfilled_on": row.fulfilled_on,
        "breach": breach.map(|case| finding(instruments, case, face, today)),
    });
    if face == Face::Whole {
        body["repair_again_from"] = json!(row.repair_again_from);
        body["matter_decided_on"] = json!(row.matter_decided_on);
        body["cure_by"] = match row.state {
            S::CurePeriod { cure_by } => json!(cure_by),
            _ => Value::Null,
        };
        body["suspended_by"] = match &row.breach {
            Some(case) => case.holds.iter().map(ToString::to_string).collect(),
            None => json!([]),
        };
    }
    body
}

/// The texts, from the event that offered them.
fn texts(app: &App, row: &CommitmentRow) -> Result<Value, Problem> {
    let envelope = reads::envelope(&app.engine, row.id.0)?;
    let Event::Commitment(CommitmentEvent::Offered {
        content,
        conditions,
        checks,
        consequences,
        ..
    }) = envelope.event
    else {
        return Ok(Value::Null);
    };
    let open = |sealed| read::unseal(&app.engine.vault, row.subject, sealed);
    Ok(json!({
        "content": open(&content),
        "conditions": open(&conditions),
        "checks": open(&checks),
        "consequences": open(&consequences),
    }))
}

/// `GET /v1/commitments/{id}`
async fn commitment(
    request: HttpRequest,
    path: Path<String>,
    app: Data<App>,
) -> Result<HttpResponse, Problem> {
    let caller = Caller::of(&request, &app.engine)?;
    let id: CommitmentId = id(&path)?;
    let row = {
        let mut query = Query::new(app.engine.view.read());
        query.ask(|rows| rows.must_commitment(id).cloned()).map_err(|_| Problem::not_found())?
    };
    let face = face(&caller, row.subject, row.offered_by.authority);
    let face = face.ok_or_else(Problem::not_found)?;
    if face != Face::Public {
        let sight = read::sight(&caller, row.subject).ok_or_else(Problem::not_found)?;
        looks::record_access(&request, &app, &caller, row.subject.to_string(), sight).await?;
    }
    let today = app.engine.clock.now().legal_date();
    if !visible(&row, face, today) {
        return Err(Problem::not_found());
    }
    let mut body = shown(&app.engine.rules.instruments, &row, face, today);
    body["texts"] = texts(&app, &row)?;
    Ok(HttpResponse::Ok().json(body))
}

/// `?subject=KEY&after=CURSOR&limit=N`
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct OfSubject {
    /// 主体代码 / key of a subject.
    pub(crate) subject: Option<String>,
    /// 上一页返回的 next / the `next` of the page before.
    after: Option<String>,
    /// 本页条数，至多 1000 / rows of this page, at most 1000.
    limit: Option<usize>,
}

impl OfSubject {
    /// The cursor.
    pub(crate) fn after(&self) -> Result<Option<Position>, Problem> {
        self.after.as_deref().map(id).transpose()
    }

    /// Rows of the page.
    pub(crate) fn limit(&self) -> usize {
        self.limit.unwrap_or(reads::PAGE_ROWS).clamp(1, reads::PAGE_ROWS_MAX)
    }

    /// The subject, which has to be named.
    pub(crate) fn key(&self) -> Result<SubjectKey, Problem> {
        let missing = || {
            Problem::new(
                Code::ValueInvalid,
                "缺少参数 subject / the parameter subject is missing",
                "例如 ?subject=91350426XY0000013P / for example",
            )
            .on("subject")
        };
        subject_key(self.subject.as_deref().ok_or_else(missing)?)
    }
}

/// `GET /v1/commitments?subject=KEY`; without a subject, what is on public display.
async fn commitments(
    request: HttpRequest,
    page: UrlQuery<OfSubject>,
    app: Data<App>,
) -> Result<HttpResponse, Problem> {
    let caller = Caller::of(&request, &app.engine)?;
    let first = CommitmentId(Position::local(0));
    let entry = match &page.subject {
        None => Index::PublicCommitment(first),
        Some(_) => {
            let key = page.key()?;
            let sight = read::sight(&caller, key).ok_or_else(Problem::not_found)?;
            looks::record_access(&request, &app, &caller, key.to_string(), sight).await?;
            Index::SubjectCommitment(key, first)
        }
    };
    let public = matches!(entry, Index::PublicCommitment(_));
    let today = app.engine.clock.now().legal_date();
    let mut query = Query::new(app.engine.view.read());
    let (positions, more) = query.page(&entry, page.after()?, page.limit())?;
    let next = if more { positions.last().map(ToString::to_string) } else { None };
    let mut found = Vec::new();
    for at in positions {
        let row = query.ask(|rows| rows.must_commitment(CommitmentId(at)).cloned())?;
        let face = match public {
            true => Some(Face::Public),
            false => face(&caller, row.subject, row.offered_by.authority),
        };
        if let Some(face) = face.filter(|face| visible(&row, *face, today)) {
            found.push(shown(&app.engine.rules.instruments, &row, face, today));
        }
    }
    Ok(HttpResponse::Ok().json(json!({"as_of": today, "commitments": found, "next": next})))
}

/// What of a subject's commitments is on public display, the first of them.
pub(crate) fn displayed(
    query: &mut Query<'_>,
    instruments: &[Instrument],
    subject: SubjectKey,
    today: Day,
) -> Result<Vec<Value>, Problem> {
    let entry = Index::SubjectCommitment(subject, CommitmentId(Position::local(0)));
    let (positions, _) = query.page(&entry, None, read::PART_ROWS_MAX)?;
    let mut found = Vec::new();
    for at in positions {
        let row = query.ask(|rows| rows.must_commitment(CommitmentId(at)).cloned())?;
        if visible(&row, Face::Public, today) {
            found.push(shown(instruments, &row, Face::Public, today));
        }
    }
    Ok(found)
}

/// The routes of this noun.
pub(crate) fn routes(table: &mut Table<'_>) {
    let at = |step: &str| format!("/v1/commitments/{{id}}/{step}");
    table
        .post::<Offer>("/v1/commitments", "提供承诺书 / offer a commitment")
        .post::<Decline>(&at("decline"), "不作承诺 / decline")
        .post::<Sign>(&at("sign"), "签署 / sign")
        .post::<Publish>(&at("publish"), "公示生效 / publish")
        .post::<DecideMatter>(&at("decide-matter"), "事项办结 / the matter is decided")
        .post::<Withdraw>(&at("withdraw"), "撤回 / withdraw")
        .post::<Fulfil>(&at("fulfil"), "已履行 / fulfilled")
        .post::<CureNotice>(&at("cure-notice"), "限期改正 / cure notice")
        .post::<ProposeBreach>(&at("breach"), "拟认定违诺 / propose a breach")
        .post::<BreachNotice>(&at("breach-notice"), "事先告知 / serve the notice")
        .post::<BreachStatement>(&at("breach-statement"), "陈述申辩 / statement or waiver")
        .post::<DropBreach>(&at("breach-drop"), "不认定 / drop")
        .post::<DecideBreach>(&at("breach-decide"), "认定违诺 / decide")
        .post::<ServeBreach>(&at("breach-serve"), "送达 / serve the decision")
        .list::<OfSubject>("/v1/commitments", web::get().to(commitments), "信用承诺 / commitments")
        .read("/v1/commitments/{id}", web::get().to(commitment), "信用承诺 / a commitment");
}
